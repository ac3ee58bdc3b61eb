
/*
 * Meetings: the rules that follow from a meeting's record, its attendees and
 * check-ins, and the functions by which operations find, save and close it.
 */

#ifndef MT_MEETING_H
#define MT_MEETING_H

#include "domain/kernel/mt_apply.h"
#include "domain/kernel/mt_names.h"
#include "domain/view/mt_views.h"


/* Returns the phase of a meeting at an instant (ms): MT_PHASE_*. */
int mt_meeting_phase(const mt_meeting_t *meeting, int64_t now);

/* Returns MT_OK while the meeting is scheduled or under way, MT_CANCELLED or
 * MT_ENDED after. */
mt_status_t mt_meeting_check_open(const mt_meeting_t *meeting, int64_t now);

/* Returns 1 while the meeting keeps others out of its room, else 0. */
int mt_meeting_holds_room(const mt_meeting_t *meeting);

/* Returns 1 if the user is a host: the creator or a sign-in leader; else 0. */
int mt_meeting_is_host(const mt_meeting_t *meeting, int64_t user);

/* Returns 1 if `actor` may act on the meeting (MT_MAY_*), 0 if not, -1 on
 * failure. */
int mt_meeting_may(mt_txn_t *txn, uint32_t company,
    const mt_meeting_t *meeting, int64_t actor, int64_t may);


/* For start(): finds the meeting that a ref names, with strings as
 * mt_load()'s.  Returns MT_OK, MT_NO_SUCH_MEETING or a failure. */
mt_status_t mt_meeting_find(mt_call_t *call, mt_str_t ref,
    mt_meeting_t *meeting);

/* For apply(): the same for the meeting that a command is about, as
 * mt_meeting_load() has it.  Sets result->num to its number or, with a
 * rejection, result->field to the ref's field.  Returns as
 * mt_meeting_find(). */
mt_status_t mt_meeting_target(mt_apply_t *a, mt_str_t ref, unsigned field,
    mt_result_t *result, const mt_meeting_t **meeting);

/* Writes the record and its index entries; the copy in the batch follows.
 * Returns MT_OK or a failure. */
mt_status_t mt_meeting_save(mt_apply_t *a, const mt_meeting_t *meeting);

/* Closes a meeting that is scheduled or under way: cancelled or ended (state:
 * MT_MEETING_*).  Its room is free from now on, its times stay as booked.
 * mt_meeting_cancel() raises the event as well.  Return MT_OK or a failure. */
mt_status_t mt_meeting_close(mt_apply_t *a, const mt_meeting_t *meeting,
    int64_t state);
mt_status_t mt_meeting_cancel(mt_apply_t *a, const mt_meeting_t *meeting);


/* Returns 1 if the meeting's room is to be released at `now` (ms): it has been
 * under way for `after` ms, wants sign-ins, nobody has signed in, and no host
 * keeps the room; else 0. */
int mt_meeting_is_deserted(const mt_meeting_t *meeting,
    const mt_tally_t *tally, int64_t now, int64_t after);


/* The attendance and the check-in of an attendee, keyed by meeting and slot:
 * the user's number or, from MT_GUEST_SLOT on, a guest's.  Strings as
 * mt_load()'s.  Return 1 if found, 0 if there is none, -1 on failure. */
int mt_attendee_load(mt_txn_t *txn, uint32_t company, int64_t meeting,
    int64_t slot, mt_attendee_t *attendee, mt_arena_t *arena);
int mt_checkin_load(mt_txn_t *txn, uint32_t company, int64_t meeting,
    int64_t slot, mt_checkin_t *checkin, mt_arena_t *arena);

/*
 * Finds an attendee by `person`: a user's number, id, account or phone, or the
 * id of an attendance, a guest's too.  Sets *slot.  An id that a client chose
 * costs a walk over the meeting's list.  Returns 1 if found, 0 if there is
 * none, -1 on failure.
 */
int mt_attendee_find(mt_txn_t *txn, uint32_t company,
    const mt_meeting_t *meeting, mt_str_t person, mt_arena_t *arena,
    int64_t *slot);

/* Returns the number of the user whom `person` names as above, 0 for none. */
int64_t mt_attendee_user(mt_txn_t *txn, uint32_t company, mt_str_t person,
    mt_arena_t *arena);

/*
 * For apply(): puts a user on the meeting's list who is not on it and has no
 * check-in, at its end, and counts them.  Returns MT_OK, MT_NO_SUCH_USER,
 * MT_FULL, MT_QUOTA_SEATS, or a failure.
 */
mt_status_t mt_attendee_join(mt_apply_t *a, const mt_meeting_t *meeting,
    int64_t user);

/* Returns MT_OK, MT_FULL or MT_QUOTA_SEATS: whether a meeting may have so many
 * attendees. */
mt_status_t mt_attendee_room(const mt_apply_t *a, const mt_meeting_t *meeting,
    size_t people);

/* Returns MT_OK or a failure. */
mt_status_t mt_attendee_save(mt_apply_t *a, int64_t meeting,
    const mt_attendee_t *attendee);

/* Gives the attendee of the meeting an answer (MT_ANSWER_*) with its comment,
 * and counts it.  Returns MT_OK or a failure. */
mt_status_t mt_answer_write(mt_apply_t *a, int64_t meeting,
    mt_attendee_t *attendee, const mt_answer_t *args);

/* Counts an attendee in (sign 1) or out (-1); checkin may be NULL. */
void mt_tally_count(mt_tally_t *tally, const mt_attendee_t *attendee,
    const mt_checkin_t *checkin, int sign);

/* Returns the id of an attendance to which its client gave none, derived from
 * the meeting's seed and the slot; empty on failure. */
mt_str_t mt_attendance_id(mt_arena_t *arena, const mt_meeting_t *meeting,
    int64_t slot);

/* The inverse: sets *slot.  Returns 1, or 0 for an id that the meeting's seed
 * has not made.  Nobody may be in the slot. */
int mt_attendance_slot(const mt_meeting_t *meeting, mt_str_t id,
    int64_t *slot);


/* Minutes by which a reminder may come before the start. */
#define MT_REMINDER_MAX   1000000

/*
 * For start(): makes one list of the reminders that a meeting_edit or a
 * series_edit gives, in place of `notice` and `remind`, whose bits it clears
 * in *has; no list if none of the three is given.  A reminder of -1 is none.
 * Returns MT_OK, MT_NO_MEMORY, or MT_BAD_VALUE for a list with a bad one or
 * with -1 and another.
 */
mt_status_t mt_reminders_given(mt_arena_t *arena, uint64_t *has,
    mt_ints_t *reminders, int64_t notice, int64_t remind);

/* Returns the minutes before the start at which a meeting's attendees are
 * reminded, as `reminders` has them.  `legacy` has room for those of a record
 * of an earlier version. */
mt_ints_t mt_reminders(const mt_meeting_t *meeting, int64_t legacy[2]);

/* Returns the time (ms) of the meeting's next reminder, with *reason set to
 * MT_REMIND_*; 0 if none is to come. */
int64_t mt_reminder_due(const mt_meeting_t *meeting, int64_t *reason);

/* Returns 1 if a reminder that was fired is still right: the meeting was
 * neither cancelled nor ended by an act nor moved, and its attendees are still
 * to be reminded at `due`; else 0. */
int mt_reminder_stands(const mt_meeting_t *meeting, int64_t due,
    int64_t reason);

/* Raises a meeting_remind event, of a reminder that was due at `due` (ms). */
void mt_raise_reminder(mt_apply_t *a, const mt_meeting_t *meeting,
    int64_t due, int64_t reason);


/* For qsort() and bsearch() of int64_t. */
int mt_num_cmp(const void *one, const void *two);

#endif /* MT_MEETING_H */


/*
 * Editing meetings, in apply().  What the arguments say is put on a copy of
 * the record, the copy is judged as a whole against the state, and only then
 * anything is written.  A command that edits many meetings (a series) judges
 * every copy before it writes the first.
 */

#ifndef MT_EDIT_H
#define MT_EDIT_H

#include "domain/meeting/mt_meeting.h"


/*
 * People that a command names (mt_people.c).  Nothing is changed before
 * mt_people_make(), which makes a placeholder user of everyone whom the
 * directory does not know; until then these have numbers below 0, and
 * afterwards mt_people_num() gives the real ones.
 *
 * mt_people_find(): MT_OK and *num, MT_NO_SUCH_USER where no placeholder may
 * be made; `name` is what a placeholder would be called.  mt_people_known():
 * the number, 0 for someone neither known nor found before.
 */

typedef struct mt_people_s  mt_people_t;

mt_people_t *mt_people_create(mt_apply_t *a, int placeholders);
mt_apply_t *mt_people_apply(const mt_people_t *people);
mt_status_t mt_people_find(mt_people_t *people, mt_str_t ref, mt_str_t name,
    int64_t *num);
int64_t mt_people_known(const mt_people_t *people, mt_str_t ref);
void mt_people_make(mt_people_t *people);
int64_t mt_people_num(const mt_people_t *people, int64_t num);


/*
 * The list of people as an edit leaves it (mt_roster.c).
 *
 * mt_roster_judge() works it out, in `arena`, and changes nothing but
 * meeting->next_guest.  `from` is the meeting whose list is edited: the one
 * before the edit, or, for a meeting that is being made (num 0), one whose
 * people are invited to it too, or NULL.
 *
 * mt_roster_write(), after mt_people_make(), writes the rows and the tally; of
 * a list for meetings that are being made, as often as there are such.
 */

typedef struct mt_roster_s  mt_roster_t;

mt_roster_t *mt_roster_create(mt_people_t *people,
    const mt_meeting_edit_t *args, mt_result_t *result, mt_arena_t *arena);
mt_status_t mt_roster_judge(mt_roster_t *roster, const mt_meeting_t *from,
    mt_meeting_t *meeting);
size_t mt_roster_size(const mt_roster_t *roster);
mt_status_t mt_roster_write(mt_roster_t *roster, mt_meeting_t *meeting);


/* What the edits of one command share. */

typedef struct {
    mt_apply_t                *a;
    const mt_meeting_edit_t   *args;
    mt_result_t               *result;
    mt_people_t               *people;
    mt_ints_t                  edited;     /* in ascending order: meetings
                                              whose bookings do not count */
    mt_room_t                  room;       /* looked up last; num 0: none */
} mt_edits_t;

/* The edit of one meeting. */

typedef struct {
    mt_edits_t                *edits;
    const mt_meeting_t        *old;        /* NULL: it is being made */
    mt_meeting_t               meeting;    /* as it will be */
    int64_t                    claim;      /* the number that its id claims */
    mt_roster_t               *roster;     /* NULL: the list stays */
} mt_edit_t;

/* the fields that clients write as they are, all but the id */
#define MT_EDITED_FIELDS                                                      \
    ((0 MT_MEETING_TEXT_FIELDS(MT_FIELD_BIT, meeting)) & ~MT_BIT(meeting, id))

/* What is random in a meeting that is being made.  On a worker: 0, or -1 when
 * there is no randomness to be had. */

MT_DECLARE_MODEL(meeting_secrets, MT_MEETING_SECRET_FIELDS);

#define MT_SECRET_FIELDS                                                      \
    (0 MT_MEETING_SECRET_FIELDS(MT_FIELD_BIT, meeting_secrets))

int mt_meeting_secrets(mt_arena_t *arena, mt_meeting_secrets_t *secrets);


mt_status_t mt_edits_init(mt_edits_t *edits, mt_apply_t *a,
    const mt_meeting_edit_t *args, mt_result_t *result);

/* A refusal on account of the meeting's room: result->detail becomes when the
 * meeting would begin, for of a series that is the question. */
mt_status_t mt_edit_reject_room(mt_edit_t *edit, mt_status_t status,
    unsigned field);

/* 1 when the arguments say who is on the list: of a meeting that is being
 * made, or of one that is there. */
int mt_edits_list(const mt_edits_t *edits, int made);

/*
 * The steps of an edit, in this order.  mt_edit_new() or mt_edit_old() fills
 * edit->meeting from the arguments; the caller adds what else it knows.
 *
 * For a new one mt_edit_identity() judges its id and codes, mt_edit_creator()
 * finds the creator.  mt_edit_judge() judges all but the list.
 *
 * mt_edit_settle(), after mt_people_make(), gives everything its number;
 * mt_edit_write() writes the meeting, and the list where there is a roster,
 * and raises the event.
 */
void mt_edit_new(mt_edit_t *edit, mt_edits_t *edits);
void mt_edit_old(mt_edit_t *edit, mt_edits_t *edits, const mt_meeting_t *old);
mt_status_t mt_edit_identity(mt_edit_t *edit);
mt_status_t mt_edit_creator(mt_edit_t *edit);
mt_status_t mt_edit_judge(mt_edit_t *edit);
void mt_edit_settle(mt_edit_t *edit);
mt_status_t mt_edit_write(mt_edit_t *edit, int event);

#endif /* MT_EDIT_H */

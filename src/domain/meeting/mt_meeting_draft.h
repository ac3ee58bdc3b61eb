
/*
 * Drafts of meetings, in apply().  A draft is the copy of a meeting's record
 * with the arguments put on it.  The whole draft is judged against the state,
 * and only then is anything written; a command that changes many meetings (a
 * series) judges all drafts before it writes the first.
 */

#ifndef MT_MEETING_DRAFT_H
#define MT_MEETING_DRAFT_H

#include "domain/directory/mt_user_refs.h"
#include "domain/meeting/mt_meeting.h"


/*
 * Changes of the index of users' meetings (mt_attends.c).
 *
 * mt_attends_set() puts a meeting into the index of a user's meetings
 * (attends 1), or takes it out (0).
 *
 * The lists of a series change it once for each seat.  In the order of the
 * lists each change is on another page, in that of the index up to a hundred
 * are on one: mt_attends_add() remembers a change, a pair of user and meeting
 * at most once, mt_attends_write() sorts the changes and makes them.
 * mt_attends_free() must follow; the structure begins as zeros.
 *
 * Functions with a status return MT_OK or a failure.
 */

typedef struct {
    int64_t                   user;
    int64_t                   meeting;
    int                       attends;
} mt_attends_change_t;

typedef struct {
    mt_attends_change_t      *v;          /* malloc'ed, of `room` changes */
    size_t                    n;
    size_t                    room;
} mt_attends_t;

mt_status_t mt_attends_set(mt_apply_t *a, int64_t user, int64_t meeting,
    int attends);
mt_status_t mt_attends_add(mt_attends_t *changes, int64_t user,
    int64_t meeting, int attends);
mt_status_t mt_attends_write(mt_attends_t *changes, mt_apply_t *a);
void mt_attends_free(mt_attends_t *changes);


/*
 * The list of attendees as a draft leaves it (mt_attendee_list.c).
 *
 * mt_attendee_list_create() allocates it in `arena`.  Returns NULL if there is
 * no memory.
 *
 * mt_attendee_list_judge() works out the list and changes nothing but
 * meeting->next_guest.  from: the meeting whose list is edited, as it was
 * before; for a new meeting (num 0) one whose attendees are invited to it too,
 * or NULL.  Returns MT_OK, a rejection or a failure.
 *
 * mt_attendee_list_size() returns the number of attendees.
 *
 * mt_attendee_list_idle() returns 1 if the list is as it was before.
 *
 * mt_attendee_list_defer() makes mt_attendee_list_write() add to `attends`
 * what it would change in the index of users' meetings; `attends` outlives the
 * list.
 *
 * mt_attendee_list_write() writes the attendances and the tally, after
 * mt_user_refs_make(); one list may be written to several new meetings.
 * Returns MT_OK or a failure.
 */

typedef struct mt_attendee_list_s  mt_attendee_list_t;

mt_attendee_list_t *mt_attendee_list_create(mt_user_refs_t *users,
    const mt_meeting_edit_t *args, mt_result_t *result, mt_arena_t *arena);
mt_status_t mt_attendee_list_judge(mt_attendee_list_t *list,
    const mt_meeting_t *from, mt_meeting_t *meeting);
size_t mt_attendee_list_size(const mt_attendee_list_t *list);
int mt_attendee_list_idle(const mt_attendee_list_t *list);
void mt_attendee_list_defer(mt_attendee_list_t *list, mt_attends_t *attends);
mt_status_t mt_attendee_list_write(mt_attendee_list_t *list,
    mt_meeting_t *meeting);


/* Shared by the drafts of one command. */

typedef struct {
    mt_apply_t               *a;
    const mt_meeting_edit_t  *args;
    mt_result_t              *result;
    mt_user_refs_t           *users;
    mt_ints_t                 edited;     /* in ascending order: meetings whose
                                             bookings do not count */
    mt_room_t                 room;       /* loaded last; num 0: none */
} mt_drafts_t;

/* The draft of one meeting. */

typedef struct {
    mt_drafts_t              *drafts;
    const mt_meeting_t       *old;        /* NULL: a new meeting */
    mt_meeting_t              meeting;    /* as it will be */
    int64_t                   claim;      /* the number that its id claims */
    mt_attendee_list_t       *list;       /* NULL: the list stays */
} mt_draft_t;

/* the fields that clients write as they are, all but the id */
#define MT_EDITED_FIELDS                                                      \
    ((0 MT_MEETING_TEXT_FIELDS(MT_FIELD_BIT, meeting)) & ~MT_BIT(meeting, id))

/* The random fields of a new meeting, made by a worker since apply() has no
 * randomness. */

MT_DECLARE_MODEL(meeting_secrets, MT_MEETING_SECRET_FIELDS);

#define MT_SECRET_FIELDS                                                      \
    (0 MT_MEETING_SECRET_FIELDS(MT_FIELD_BIT, meeting_secrets))

/* Returns 0, or -1 if there is no randomness or no memory. */
int mt_meeting_secrets(mt_arena_t *arena, mt_meeting_secrets_t *secrets);


/*
 * The cost of a command is estimated in seats before it is queued
 * (mt_meeting_cost.c); see call->seats.
 *
 * mt_edit_seats() returns how many people the arguments name.
 * mt_edit_lists() returns 1 if they change the list of a meeting that exists.
 * mt_call_seats() returns how many attendees a meeting has, 0 if it is
 * unknown.
 */
size_t mt_edit_seats(const mt_meeting_edit_t *args);
int mt_edit_lists(const mt_meeting_edit_t *args);
size_t mt_call_seats(mt_call_t *call, int64_t meeting);

/* Returns MT_OK or MT_NO_MEMORY. */
mt_status_t mt_drafts_init(mt_drafts_t *drafts, mt_apply_t *a,
    const mt_meeting_edit_t *args, mt_result_t *result);

/* Returns 1 if the arguments change the list of attendees: of a new meeting
 * (made 1) or of one that exists. */
int mt_drafts_list(const mt_drafts_t *drafts, int made);

/* Judges, before anything is written, whether the company may have so many new
 * meetings, and the people whom they name.  Returns MT_OK, MT_QUOTA_MEETINGS,
 * MT_QUOTA_PEOPLE or a failure. */
mt_status_t mt_drafts_quota(const mt_drafts_t *drafts, size_t meetings);

/*
 * The steps of a draft, in this order; those with a status return MT_OK, a
 * rejection or a failure.
 *
 *     mt_draft_new(), mt_draft_old()  fill draft->meeting from the arguments;
 *                                     the caller adds what else it knows
 *     mt_draft_identity()             judges the id and codes of a new meeting
 *     mt_draft_creator()              finds the creator of a new meeting
 *     mt_draft_judge()                judges the rest, except for the list
 *     mt_draft_idle()                 returns 1, with a->unchanged set, if the
 *                                     command is lean and the meeting and its
 *                                     list are as they were: nothing is to be
 *                                     written
 *     mt_draft_set_nums()             sets all numbers, after
 *                                     mt_user_refs_make()
 *     mt_draft_write()                writes the meeting and the list, if
 *                                     there is one, and raises the event
 */
void mt_draft_new(mt_draft_t *draft, mt_drafts_t *drafts);
void mt_draft_old(mt_draft_t *draft, mt_drafts_t *drafts,
    const mt_meeting_t *old);
mt_status_t mt_draft_identity(mt_draft_t *draft);
mt_status_t mt_draft_creator(mt_draft_t *draft);
mt_status_t mt_draft_judge(mt_draft_t *draft);
int mt_draft_idle(mt_draft_t *draft);
void mt_draft_set_nums(mt_draft_t *draft);
mt_status_t mt_draft_write(mt_draft_t *draft, int event);

/* Rejects the draft because of its room; result->detail becomes the begin of
 * the meeting, which tells a series' meetings apart.  Returns status. */
mt_status_t mt_draft_reject_room(mt_draft_t *draft, mt_status_t status,
    unsigned field);

#endif /* MT_MEETING_DRAFT_H */

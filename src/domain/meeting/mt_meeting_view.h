
/*
 * Views of meetings and of people (attendees or sign-in leaders), and the rows
 * of people in a reply.
 */

#ifndef MT_MEETING_VIEW_H
#define MT_MEETING_VIEW_H

#include "domain/meeting/mt_meeting.h"
#include "domain/view/mt_view.h"


/* mt_meeting_view() makes the whole view.  mt_meeting_view_load() loads the
 * meeting alone; find() and read() do that in two steps.
 * mt_meeting_view_fill() adds the rest.  Return 1, 0 if there is no such
 * meeting, -1 on failure. */
int mt_meeting_view(const mt_view_source_t *source, int64_t num,
    mt_meeting_view_t *view);
int mt_meeting_view_load(const mt_view_source_t *source, int64_t num,
    mt_meeting_view_t *view);
int mt_meeting_view_find(const mt_view_source_t *source, int64_t num,
    mt_str_t *record);
int mt_meeting_view_read(const mt_view_source_t *source, mt_str_t record,
    mt_meeting_view_t *view);
int mt_meeting_view_fill(const mt_view_source_t *source,
    mt_meeting_view_t *view);

/* The view's parts, for the operations (mt_parts_pt). */
unsigned mt_meeting_parts(size_t base, unsigned field);
unsigned mt_person_parts(size_t base, unsigned field);

/* Makes the cache key of the view of the meeting in `record`.  Returns 1, or
 * -1 on failure. */
int mt_meeting_row_key(const mt_view_source_t *source,
    const mt_meeting_t *meeting, mt_str_t record, mt_row_key_t *key);

/* The records of a person, as the store has them: the attendance, the check-in
 * and the user.  A record that does not exist has no data. */

typedef struct {
    int64_t   slot;
    mt_str_t  attendee;
    mt_str_t  checkin;
    mt_str_t  user;
} mt_person_records_t;

/*
 * The person of a slot, an attendee or not.  attendee: the record, if it was
 * found already, or NULL.  The functions use only num and seed of the meeting.
 * view->attendee is zeroed if the person is no attendee.  Return 1, or -1 on
 * failure.
 */
int mt_person_find(const mt_view_source_t *source, const mt_meeting_t *meeting,
    int64_t slot, const mt_str_t *attendee, mt_person_records_t *records);
void mt_person_row_key(const mt_view_source_t *source,
    const mt_meeting_t *meeting, const mt_person_records_t *records,
    mt_row_key_t *key);
int mt_person_view(const mt_view_source_t *source, const mt_meeting_t *meeting,
    const mt_person_records_t *records, mt_person_view_t *view);


/* A place in the list of a meeting that is ordered. */

typedef struct {
    int64_t  order;
    int64_t  slot;
} mt_place_t;

/* The state of a reply's rows.  Between two pieces only `last`, the places and
 * the counts are valid. */

typedef struct {
    mt_meeting_t         meeting; /* the rows are its people */
    int64_t              guests;
    mt_view_source_t     source;  /* of the piece */
    mt_near_t            near;
    mt_cursor_t         *cursor;
    int                  begun;   /* the cursor is on the row after last */
    int64_t              sponsor;
    int64_t              last;    /* given; 0: none yet */
    mt_person_records_t  person;  /* found last */
    int64_t              left;    /* rows to give at most */
    size_t               next;    /* leader, or place, to give */
    mt_place_t          *places;  /* of an ordered meeting's attendees */
    size_t               nplaces;
    size_t               room;    /* in places */
    char                 seed[16];  /* of a meeting that is a row itself */
} mt_listing_t;

/*
 * The rows of a meeting's attendees, as mt_person_view_t.  The call's state
 * begins with an mt_listing_t.  mt_listing_people() sets it up for a meeting;
 * mt_listing_show() makes it the call's state and `view` the call's reply,
 * mt_listing_reply() does so with a view of its own.  Return MT_OK or a
 * failure.
 */
extern const mt_rows_t  mt_attendee_rows;
/* the same as inner rows: the outer rows open and close the source */
extern const mt_rows_t  mt_inner_attendee_rows;
/* the sign-in leaders in place of the attendees */
extern const mt_rows_t  mt_leader_rows;

void mt_listing_people(mt_listing_t *listing, const mt_meeting_t *meeting);
mt_status_t mt_listing_show(mt_call_t *call, int64_t num, int guests,
    mt_meeting_view_t *view);
mt_status_t mt_listing_reply(mt_call_t *call, int64_t num, int guests);

/* start() of operations that show one meeting; the args are an
 * mt_meeting_act_t.  Returns MT_STEP_DONE. */
mt_step_t mt_meeting_show(mt_call_t *call);

/* mt_listing_source() begins a piece of a call's rows, mt_listing_close() ends
 * it. */
void mt_listing_source(mt_call_t *call, mt_listing_t *listing);
void mt_listing_close(mt_call_t *call);

/* Reads the number that ends a key of ATTENDEE or SPONSORED; `rc` is what the
 * cursor returned for the key.  Returns rc, or -1 for a key that is damaged.
 */
int mt_key_last_num(int rc, mt_str_t key, int64_t *num);

#endif /* MT_MEETING_VIEW_H */

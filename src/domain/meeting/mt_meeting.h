
/*
 * What the operations on meetings share: rules that need no store, the index
 * entries of a meeting, bookings of a room, and views.
 */

#ifndef MT_MEETING_H
#define MT_MEETING_H

#include "domain/read/mt_view.h"


/* MT_OK while the meeting is neither cancelled nor over; else why it is not:
 * MT_CANCELLED or MT_ENDED. */
mt_status_t mt_meeting_live(const mt_meeting_t *meeting, int64_t now);

/* Cancels or ends (state: MT_MEETING_*) a meeting that is neither; from now on
 * its room is free, its times stay as booked.  mt_meeting_cancel() raises the
 * event, too. */
mt_status_t mt_meeting_finish(mt_apply_t *a, const mt_meeting_t *meeting,
    int64_t state);
mt_status_t mt_meeting_cancel(mt_apply_t *a, const mt_meeting_t *meeting);

/* 1 while the meeting keeps others out of its room. */
int mt_meeting_holds_room(const mt_meeting_t *meeting);

/* 1 for the creator and the sign-in leaders. */
int mt_meeting_is_leader(const mt_meeting_t *meeting, int64_t user);

/*
 * The entries that the indexes hold for a meeting, always in the same places;
 * an entry that it has not is an empty key.  Saving writes the difference to
 * the entries of the record before, verifying looks them up.
 */

#define MT_MEETING_ENTRIES  10

typedef struct {
    mt_db_t   db;
    mt_key_t  key;
    uint8_t   value[MT_VALUE_MAX];
    size_t    len;
} mt_index_entry_t;

void mt_meeting_entries(uint32_t company, const mt_meeting_t *meeting,
    mt_index_entry_t entries[MT_MEETING_ENTRIES]);

/*
 * The meeting that holds the room at some time in [begin, end); 0 when it is
 * free, -1 on failure.  The bookings of those in `except`, numbers in
 * ascending order, do not count.
 */
int64_t mt_booking_conflict(mt_txn_t *txn, uint32_t company, int64_t room,
    int64_t begin, int64_t end, const mt_ints_t *except);

/* For qsort() and bsearch() of numbers. */
int mt_num_cmp(const void *one, const void *two);

/* Of a person on a meeting's list, keyed by meeting and slot. */
int mt_checkin_load(mt_txn_t *txn, uint32_t company, int64_t meeting,
    int64_t slot, mt_checkin_t *checkin, mt_arena_t *arena);
int mt_attendee_load(mt_txn_t *txn, uint32_t company, int64_t meeting,
    int64_t slot, mt_attendee_t *attendee, mt_arena_t *arena);
mt_status_t mt_attendee_save(mt_apply_t *a, int64_t meeting,
    const mt_attendee_t *attendee);

/* Counts a person on the list in (sign 1) or out (-1); checkin may be NULL. */
void mt_tally_count(mt_tally_t *tally, const mt_attendee_t *attendee,
    const mt_checkin_t *checkin, int sign);

/*
 * Whether `actor` belongs to those who may (MT_MAY_*): 1, 0, -1 on failure.
 */
int mt_meeting_may(mt_txn_t *txn, uint32_t company,
    const mt_meeting_t *meeting, int64_t actor, int64_t may);

/* The meeting that a ref names, in start(), with strings as mt_load()'s, and
 * in apply(): MT_OK, MT_NO_SUCH_MEETING or a failure. */
mt_status_t mt_meeting_find(mt_call_t *call, mt_str_t ref,
    mt_meeting_t *meeting);
mt_status_t mt_meeting_get(mt_apply_t *a, mt_str_t ref,
    const mt_meeting_t **meeting);


/* 1, 0 when there is no such meeting, -1 on failure.  mt_meeting_view_load():
 * the meeting alone, which find() and read() do in two steps;
 * mt_meeting_view_fill(): the rest of its view, 1 or -1. */
int mt_meeting_view(const mt_source_t *source, int64_t num,
    mt_meeting_view_t *view);
int mt_meeting_view_load(const mt_source_t *source, int64_t num,
    mt_meeting_view_t *view);
int mt_meeting_view_find(const mt_source_t *source, int64_t num,
    mt_str_t *record);
int mt_meeting_view_read(const mt_source_t *source, mt_str_t record,
    mt_meeting_view_t *view);
int mt_meeting_view_fill(const mt_source_t *source, mt_meeting_view_t *view);
unsigned mt_meeting_parts(size_t base, unsigned field);
/* The cache key of the view of the meeting in this record.  Returns 1, or -1
 * on failure. */
int mt_meeting_row_key(const mt_source_t *source, const mt_meeting_t *meeting,
    mt_str_t record, mt_row_key_t *key);

/* Of a person: what the list, the sign-ins and the directory say, as the store
 * has it; no data where they say nothing. */

typedef struct {
    int64_t   slot;
    mt_str_t  attendee;
    mt_str_t  checkin;
    mt_str_t  user;
} mt_person_records_t;

/*
 * The person of a slot, on the meeting's list or not: 1, or -1 on failure.
 * attendee: that record, if it was found already.  Of the meeting only num and
 * seed are looked at.  view->attendee is what the list says (zeroed: not on
 * it).
 */
int mt_person_find(const mt_source_t *source, const mt_meeting_t *meeting,
    int64_t slot, const mt_str_t *attendee, mt_person_records_t *records);
void mt_person_row_key(const mt_source_t *source, const mt_meeting_t *meeting,
    const mt_person_records_t *records, mt_row_key_t *key);
int mt_person_view(const mt_source_t *source, const mt_meeting_t *meeting,
    const mt_person_records_t *records, mt_person_view_t *view);
unsigned mt_person_parts(size_t base, unsigned field);


/* Where the rows of a reply stand; between two pieces only `last` and the
 * counts hold. */

typedef struct {
    mt_meeting_t    meeting;      /* people, leaders: whose */
    int64_t         guests;
    mt_source_t     source;       /* of the piece */
    mt_near_t       near;
    mt_cursor_t    *cursor;
    int             begun;        /* the cursor stands on the row after last */
    int64_t         sponsor;
    int64_t         last;         /* given; 0: none yet */
    mt_person_records_t  person;  /* found last */
    int64_t         left;         /* rows to give at most */
    size_t          next;         /* leader to give */
    char            seed[16];     /* of a meeting that is a row itself */
} mt_listing_t;

/* The people on a meeting's list, as mt_person_view_t.  The call's state
 * begins with an mt_listing_t, which the first sets for the meeting given;
 * the others make it the state, and a view the reply: the caller's, or a new
 * one. */
extern const mt_rows_t  mt_people_rows;
/* as rows within rows: the outer ones have the source, and close it */
extern const mt_rows_t  mt_inner_people_rows;

void mt_listing_people(mt_listing_t *listing, const mt_meeting_t *meeting);
mt_status_t mt_listing_show(mt_call_t *call, int64_t num, int guests,
    mt_meeting_view_t *view);
mt_status_t mt_listing_reply(mt_call_t *call, int64_t num, int guests);

/* start() of what shows one meeting: the args are an mt_meeting_act_t. */
mt_step_t mt_meeting_show(mt_call_t *call);

/* At the start of a piece, and at its end. */
void mt_listing_source(mt_call_t *call, mt_listing_t *listing);
void mt_listing_close(mt_call_t *call);

#endif /* MT_MEETING_H */

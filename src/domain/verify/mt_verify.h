
/*
 * What the files of mt_verify() share; nobody else includes this.
 */

#ifndef MT_VERIFY_H
#define MT_VERIFY_H

#include "domain/meeting/mt_meeting.h"


/* The walk over a store.  One record is in memory at a time. */

typedef struct {
    mt_txn_t     *txn;
    mt_arena_t   *arena;          /* of the record looked at */
    mt_arena_t   *inner;          /* of others looked up for it */
    void        (*complain)(void *data, const char *text);
    void         *data;
    int64_t       breaches;

    const char   *db;             /* the entry looked at */
    mt_str_t      key;
    mt_str_t      value;
    mt_key_parts_t  at;           /* its key */
    uint32_t      company;        /* at.company */
    int64_t       num;            /* at.nums[0] */

    uint32_t      booked_by;      /* the booking before: its company, room */
    int64_t       booked_room;    /* and end */
    int64_t       booked_until;
    uint64_t      position;       /* of the journal entry before, 0: none */
    int64_t       time;           /* of that entry */
} mt_verify_t;


/* Counts a breach and tells of it: "booking 000003e8...: <what>". */
void mt_breach(mt_verify_t *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What a record is found by, and that its number was given out. */
void mt_verify_identity(mt_verify_t *v, enum mt_name kind, int64_t num,
    mt_str_t id, int removed);

/* A record of v->company; strings as mt_load()'s. */
int mt_verify_load(mt_verify_t *v, mt_db_t db, int64_t num,
    const mt_model_t *model, void *record);

/* present: one that was removed does not count. */
int mt_has_user(mt_verify_t *v, int64_t num, int present);
int mt_has_dept(mt_verify_t *v, int64_t num, int present);

/* Entries of the databases that have to do with meetings: v->key, v->value,
 * and the decoded record. */
void mt_verify_meeting(mt_verify_t *v, const void *record);
void mt_verify_attendee(mt_verify_t *v, const void *record);
void mt_verify_checkin(mt_verify_t *v, const void *record);
void mt_verify_tally(mt_verify_t *v, const void *record);
void mt_verify_index(mt_verify_t *v, const void *record);
void mt_verify_schedule(mt_verify_t *v, const void *record);
void mt_verify_booking(mt_verify_t *v, const void *record);

/* The same of events. */
void mt_verify_reminder(mt_verify_t *v, const void *record);
void mt_verify_subscription(mt_verify_t *v, const void *record);
void mt_verify_message(mt_verify_t *v, const void *record);

/* The entry looked at is one that this meeting's record calls for. */
void mt_verify_entry_of(mt_verify_t *v, uint32_t company, int64_t num);

#endif /* MT_VERIFY_H */

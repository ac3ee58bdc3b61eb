
/*
 * The walk over a store, for the files of verify/ alone.
 */

#ifndef MT_VERIFY_PRIVATE_H
#define MT_VERIFY_PRIVATE_H

#include "store/mt_store.h"


/* The walk over a store.  One record is in memory at a time. */

typedef struct {
    mt_txn_t     *txn;
    mt_arena_t   *arena;          /* of the present record */
    mt_arena_t   *inner;          /* of records that it refers to */
    void        (*complain)(void *data, const char *text);
    void         *data;
    int64_t       breaches;

    const char   *db;             /* the present entry */
    mt_str_t      key;
    mt_str_t      value;
    mt_key_parts_t  at;           /* its key */
    uint32_t      company;        /* at.company */
    int64_t       num;            /* at.nums[0] */

    uint32_t      asked;          /* a company, and whether it is being */
    int           purged;         /*   purged */

    uint32_t      booked_by;      /* the previous booking's company, room */
    int64_t       booked_room;    /* and end */
    int64_t       booked_until;
    uint64_t      position;       /* of the last journal entry, 0: none */
    int64_t       time;           /* its time */
    int           failed;         /* memory was short */
    mt_usages_t   usages;         /* counted: `now`; as stored: `stored` */
} mt_verify_t;


/* Counts a breach and reports it: "booking 000003e8...: <text>". */
void mt_breach(mt_verify_t *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* These judge an entry of JOURNAL, with its decoded record, and one of
 * COMPANY_JOURNAL; and, after all entries, the position in META. */
void mt_verify_journal(mt_verify_t *v, const void *record);
void mt_verify_company_journal(mt_verify_t *v, const void *record);
void mt_verify_position(mt_verify_t *v);

/* Count the present entry in, and note what USAGE says; after all entries the
 * two are compared. */
void mt_verify_count_usage(mt_verify_t *v, mt_db_t db);
void mt_verify_usage(mt_verify_t *v, const void *record);
void mt_verify_usages(mt_verify_t *v);

#endif /* MT_VERIFY_PRIVATE_H */


/*
 * Meetings in the order of an index: of all rooms or of one, by when they
 * begin (those that touch a range of time), or by when they were made.  A scan
 * costs what it gives, not what is stored.
 *
 * The schedule keeps meetings apart by the bits of their length: one that
 * touches (from, to) and is shorter than 2^level begins after from - 2^level.
 * Each level in use is a lane of its own; the lanes are merged.
 */

#ifndef MT_SCAN_H
#define MT_SCAN_H

#include "store/mt_store.h"


#define MT_SCAN_LANES  65          /* levels of the schedule: bits of 64 */

/* One meeting, and the value that puts it in its place. */

typedef struct {
    int64_t       key;
    int64_t       num;
} mt_spot_t;

typedef struct {
    mt_cursor_t  *cursor;
    int64_t       low;             /* the first key wanted */
    unsigned      level;           /* of SCHEDULE */
    mt_spot_t     head;
    int           open;            /* there is a head */
} mt_lane_t;

typedef struct {
    /* set by the caller; `last` and `steps` zeroed */
    mt_db_t       db;              /* SCHEDULE, or CREATED */
    uint32_t      company;
    int64_t       room;            /* of SCHEDULE; 0: all */
    int64_t       from;            /* SCHEDULE: ends after; CREATED: not
                                      before; -1: whenever */
    int64_t       to;              /* begins, was made before; INT64_MAX:
                                      whenever */
    int           descending;

    mt_spot_t     last;            /* given; num 0: none yet */
    uint64_t      steps;           /* in the index, ever since */

    unsigned      nlanes;
    mt_lane_t     lanes[MT_SCAN_LANES];
} mt_scan_t;

/* All but the lanes, which are kilobytes: what there is to set, or to copy, of
 * one that is not open. */
#define MT_SCAN_HEAD  offsetof(mt_scan_t, lanes)


/*
 * mt_scan_open() goes on after the last one given, in any later transaction.
 * mt_scan_next(): 1, 0 at the end, -1 on failure.  A meeting that the schedule
 * gives may have ended before `from`: a lane only bounds its length.
 */
mt_status_t mt_scan_open(mt_scan_t *scan, mt_txn_t *txn);
int mt_scan_next(mt_scan_t *scan, mt_spot_t *spot);
void mt_scan_close(mt_scan_t *scan);

/* How many a scan that is not open would give, at most `limit`; -1 on
 * failure. */
int64_t mt_scan_count(const mt_scan_t *scan, mt_txn_t *txn, int64_t limit);

#endif /* MT_SCAN_H */

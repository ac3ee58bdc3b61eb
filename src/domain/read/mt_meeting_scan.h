
/*
 * Meetings in the order of an index: of all rooms or of one, by begin (those
 * that overlap a range of time), or by the time when they were made.  A scan
 * takes time for the meetings it gives, not for those stored.
 *
 * The schedule keeps meetings apart by the bits of their length: a meeting
 * that overlaps (from, to) and is shorter than 2^level ms begins after
 * from - 2^level.  Each level in use is a lane of its own; the scan merges the
 * lanes.
 */

#ifndef MT_MEETING_SCAN_H
#define MT_MEETING_SCAN_H

#include "store/mt_store.h"


#define MT_SCAN_LANES  65          /* levels of the schedule: bits of 64 */

/* One meeting, and the value that sorts it. */

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

    mt_spot_t     last;            /* given last; num 0: none yet */
    uint64_t      steps;           /* taken in the index, in all */

    unsigned      nlanes;
    mt_lane_t     lanes[MT_SCAN_LANES];
} mt_meeting_scan_t;

/* The part of a closed scan to set or to copy: all but the lanes, which take
 * kilobytes. */
#define MT_SCAN_HEAD  offsetof(mt_meeting_scan_t, lanes)


/* Opens the scan after the meeting given last, in any later transaction.
 * Returns MT_OK or MT_STORE_FAILED. */
mt_status_t mt_meeting_scan_open(mt_meeting_scan_t *scan, mt_txn_t *txn);

/* Gives the next meeting.  A meeting from the schedule may have ended before
 * `from`, for a lane only bounds its length.  Returns 1, 0 at the end, -1 on
 * failure. */
int mt_meeting_scan_next(mt_meeting_scan_t *scan, mt_spot_t *spot);
void mt_meeting_scan_close(mt_meeting_scan_t *scan);

/* Returns how many meetings a closed scan would give, at most `limit`; -1 on
 * failure. */
int64_t mt_meeting_scan_count(const mt_meeting_scan_t *scan, mt_txn_t *txn,
    int64_t limit);

#endif /* MT_MEETING_SCAN_H */

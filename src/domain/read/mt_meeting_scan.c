
#include "domain/read/mt_meeting_scan.h"


static int mt_meeting_scan_levels(mt_meeting_scan_t *scan, mt_txn_t *txn);
static int mt_lane_open(mt_meeting_scan_t *scan, mt_txn_t *txn, unsigned level,
    int64_t low);
static int mt_lane_seek(mt_meeting_scan_t *scan, mt_lane_t *lane);
static int mt_lane_take(mt_meeting_scan_t *scan, mt_lane_t *lane, int rc,
    mt_str_t key);
static int mt_spot_before(const mt_spot_t *a, const mt_spot_t *b);


mt_status_t
mt_meeting_scan_open(mt_meeting_scan_t *scan, mt_txn_t *txn)
{
    int  rc;

    scan->nlanes = 0;

    if (scan->db == MT_DB_CREATED) {
        rc = mt_lane_open(scan, txn, 0, scan->from);

    } else {
        rc = mt_meeting_scan_levels(scan, txn);
    }

    if (rc != 0) {
        mt_meeting_scan_close(scan);
        return MT_STORE_FAILED;
    }

    return MT_OK;
}


/* Opens a lane for each level in use; finding a level takes one step.  Returns
 * 0, or -1 on failure. */

static int
mt_meeting_scan_levels(mt_meeting_scan_t *scan, mt_txn_t *txn)
{
    int           rc;
    unsigned      level;
    int64_t       low;
    mt_key_t      room, at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_key_num(&room, scan->company, scan->room);

    cursor = mt_cursor_open(txn, MT_DB_SCHEDULE, &room);
    if (cursor == NULL) {
        return -1;
    }

    rc = mt_cursor_first(cursor, &key, &value);

    while (rc == 1) {
        scan->steps++;

        if (!mt_key_read_schedule(key, NULL, NULL, &level, NULL, NULL)
            || level >= MT_SCAN_LANES || scan->nlanes == MT_SCAN_LANES)
        {
            rc = -1;
            break;
        }

        low = level < 63 ? scan->from - (1LL << level) + 1 : 0;

        if (mt_lane_open(scan, txn, level, low) != 0) {
            rc = -1;
            break;
        }

        mt_key_schedule_level(&at, scan->company, scan->room, level + 1);

        rc = mt_cursor_seek(cursor, &at, &key, &value);
    }

    mt_cursor_close(cursor);

    return rc;
}


static int
mt_lane_open(mt_meeting_scan_t *scan, mt_txn_t *txn, unsigned level,
    int64_t low)
{
    mt_key_t    prefix;
    mt_lane_t  *lane;

    lane = &scan->lanes[scan->nlanes];

    lane->low = low > 0 ? low : 0;
    lane->level = level;
    lane->open = 0;

    if (scan->db == MT_DB_CREATED) {
        mt_key_company(&prefix, scan->company);

    } else {
        mt_key_schedule_level(&prefix, scan->company, scan->room, level);
    }

    lane->cursor = mt_cursor_open(txn, scan->db, &prefix);
    if (lane->cursor == NULL) {
        return -1;
    }

    scan->nlanes++;

    return lane->low < scan->to ? mt_lane_seek(scan, lane) : 0;
}


/* Moves to the lane's first entry, or the first after the one given last. */

static int
mt_lane_seek(mt_meeting_scan_t *scan, mt_lane_t *lane)
{
    int        rc;
    mt_key_t   at;
    mt_str_t   key, value;
    mt_spot_t  start;

    start.key = scan->descending ? scan->to - 1 : lane->low;
    start.num = scan->descending ? INT64_MAX : 0;

    if (scan->last.num
        && mt_spot_before(&start, &scan->last) == !scan->descending)
    {
        start = scan->last;
        start.num += scan->descending ? -1 : 1;
    }

    if (scan->db == MT_DB_CREATED) {
        mt_key_num2(&at, scan->company, start.key, start.num);

    } else {
        mt_key_schedule(&at, scan->company, scan->room, lane->level,
                        start.key, start.num);
    }

    rc = scan->descending
         ? mt_cursor_seek_back(lane->cursor, &at, &key, &value)
         : mt_cursor_seek(lane->cursor, &at, &key, &value);

    return mt_lane_take(scan, lane, rc, key);
}


/* Makes the entry under the cursor the lane's head, unless it is out of
 * bounds.  Returns 0, or -1 on failure. */

static int
mt_lane_take(mt_meeting_scan_t *scan, mt_lane_t *lane, int rc, mt_str_t key)
{
    int         valid;
    mt_spot_t  *head = &lane->head;

    scan->steps++;
    lane->open = 0;

    if (rc != 1) {
        return rc;
    }

    valid = scan->db == MT_DB_CREATED
            ? mt_key_read_num2(key, NULL, &head->key, &head->num)
            : mt_key_read_schedule(key, NULL, NULL, NULL, &head->key,
                                   &head->num);

    if (!valid) {
        return -1;
    }

    lane->open = head->key >= lane->low && head->key < scan->to;

    return 0;
}


static int
mt_spot_before(const mt_spot_t *a, const mt_spot_t *b)
{
    return a->key < b->key || (a->key == b->key && a->num < b->num);
}


int
mt_meeting_scan_next(mt_meeting_scan_t *scan, mt_spot_t *spot)
{
    int         rc;
    unsigned    i;
    mt_str_t    key, value;
    mt_lane_t  *lane, *next;

    next = NULL;

    for (i = 0; i < scan->nlanes; i++) {
        lane = &scan->lanes[i];

        if (lane->open
            && (next == NULL || mt_spot_before(&lane->head, &next->head)
                                == !scan->descending))
        {
            next = lane;
        }
    }

    if (next == NULL) {
        return 0;
    }

    scan->last = next->head;
    *spot = next->head;

    rc = scan->descending ? mt_cursor_prev(next->cursor, &key, &value)
                          : mt_cursor_next(next->cursor, &key, &value);

    return mt_lane_take(scan, next, rc, key) == 0 ? 1 : -1;
}


void
mt_meeting_scan_close(mt_meeting_scan_t *scan)
{
    while (scan->nlanes) {
        mt_cursor_close(scan->lanes[--scan->nlanes].cursor);
    }
}


int64_t
mt_meeting_scan_count(const mt_meeting_scan_t *scan, mt_txn_t *txn,
    int64_t limit)
{
    int                rc;
    int64_t            n;
    mt_meeting_scan_t  copy;
    mt_spot_t          spot;

    memcpy(&copy, scan, MT_SCAN_HEAD);

    if (mt_meeting_scan_open(&copy, txn) != MT_OK) {
        return -1;
    }

    rc = 1;

    for (n = 0; n < limit; n++) {
        rc = mt_meeting_scan_next(&copy, &spot);
        if (rc != 1) {
            break;
        }
    }

    mt_meeting_scan_close(&copy);

    return rc < 0 ? -1 : n;
}

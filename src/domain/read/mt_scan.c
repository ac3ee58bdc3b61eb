
#include "domain/read/mt_scan.h"


/* offset of the level in a SCHEDULE key: C 4, N(room) 8 */
#define MT_SCHEDULE_LEVEL  12

#define MT_SPOT_LEN        16      /* T and N, at the end of both keys */


static int mt_scan_levels(mt_scan_t *scan, mt_txn_t *txn);
static int mt_lane_open(mt_scan_t *scan, mt_txn_t *txn,
    const mt_key_t *prefix, int64_t low);
static int mt_lane_seek(mt_scan_t *scan, mt_lane_t *lane,
    const mt_key_t *prefix);
static int mt_lane_take(mt_scan_t *scan, mt_lane_t *lane, int rc,
    mt_str_t key);
static int mt_spot_before(const mt_spot_t *a, const mt_spot_t *b);


mt_status_t
mt_scan_open(mt_scan_t *scan, mt_txn_t *txn)
{
    int       rc;
    mt_key_t  prefix;

    scan->nlanes = 0;

    if (scan->db == MT_DB_CREATED) {
        mt_key_company(&prefix, scan->company);
        rc = mt_lane_open(scan, txn, &prefix, scan->from);

    } else {
        rc = mt_scan_levels(scan, txn);
    }

    if (rc != 0) {
        mt_scan_close(scan);
        return MT_STORE_FAILED;
    }

    return MT_OK;
}


/* Opens a lane for each level in use, found by one step for each. */

static int
mt_scan_levels(mt_scan_t *scan, mt_txn_t *txn)
{
    int           rc;
    unsigned      level;
    int64_t       low;
    mt_key_t      room, prefix;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_key_num(&room, scan->company, (uint64_t) scan->room);

    cursor = mt_cursor_open(txn, MT_DB_SCHEDULE, &room);
    if (cursor == NULL) {
        return -1;
    }

    rc = mt_cursor_first(cursor, &key, &value);

    while (rc == 1) {
        scan->steps++;

        level = key.len > MT_SCHEDULE_LEVEL
                ? (uint8_t) key.data[MT_SCHEDULE_LEVEL] : MT_SCAN_LANES;

        if (level >= MT_SCAN_LANES || scan->nlanes == MT_SCAN_LANES) {
            rc = -1;
            break;
        }

        mt_key_num(&prefix, scan->company, (uint64_t) scan->room);
        mt_key_u8(&prefix, (uint8_t) level);

        low = level < 63 ? scan->from - (1LL << level) + 1 : 0;

        if (mt_lane_open(scan, txn, &prefix, low) != 0) {
            rc = -1;
            break;
        }

        mt_key_num(&prefix, scan->company, (uint64_t) scan->room);
        mt_key_u8(&prefix, (uint8_t) (level + 1));

        rc = mt_cursor_seek(cursor, &prefix, &key, &value);
    }

    mt_cursor_close(cursor);

    return rc;
}


static int
mt_lane_open(mt_scan_t *scan, mt_txn_t *txn, const mt_key_t *prefix,
    int64_t low)
{
    mt_lane_t  *lane;

    lane = &scan->lanes[scan->nlanes];

    lane->low = low > 0 ? low : 0;
    lane->prefix = prefix->len;
    lane->open = 0;

    lane->cursor = mt_cursor_open(txn, scan->db, prefix);
    if (lane->cursor == NULL) {
        return -1;
    }

    scan->nlanes++;

    return lane->low < scan->to ? mt_lane_seek(scan, lane, prefix) : 0;
}


/* To the lane's first one, or the first after the last given. */

static int
mt_lane_seek(mt_scan_t *scan, mt_lane_t *lane, const mt_key_t *prefix)
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

    at = *prefix;
    mt_key_u64(&at, (uint64_t) start.key);
    mt_key_u64(&at, (uint64_t) start.num);

    rc = scan->descending
         ? mt_cursor_seek_back(lane->cursor, &at, &key, &value)
         : mt_cursor_seek(lane->cursor, &at, &key, &value);

    return mt_lane_take(scan, lane, rc, key);
}


/* What the cursor found becomes the head, unless it is out of bounds. */

static int
mt_lane_take(mt_scan_t *scan, mt_lane_t *lane, int rc, mt_str_t key)
{
    const uint8_t  *p;

    scan->steps++;
    lane->open = 0;

    if (rc != 1) {
        return rc;
    }

    if (key.len != lane->prefix + MT_SPOT_LEN) {
        return -1;
    }

    p = (const uint8_t *) key.data + lane->prefix;

    lane->head.key = (int64_t) mt_get_u64(p);
    lane->head.num = (int64_t) mt_get_u64(p + 8);
    lane->open = lane->head.key >= lane->low && lane->head.key < scan->to;

    return 0;
}


static int
mt_spot_before(const mt_spot_t *a, const mt_spot_t *b)
{
    return a->key < b->key || (a->key == b->key && a->num < b->num);
}


int
mt_scan_next(mt_scan_t *scan, mt_spot_t *spot)
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
mt_scan_close(mt_scan_t *scan)
{
    while (scan->nlanes) {
        mt_cursor_close(scan->lanes[--scan->nlanes].cursor);
    }
}


int64_t
mt_scan_count(const mt_scan_t *scan, mt_txn_t *txn, int64_t limit)
{
    int        rc;
    int64_t    n;
    mt_scan_t  copy;
    mt_spot_t  spot;

    memcpy(&copy, scan, MT_SCAN_HEAD);

    if (mt_scan_open(&copy, txn) != MT_OK) {
        return -1;
    }

    rc = 1;

    for (n = 0; n < limit; n++) {
        rc = mt_scan_next(&copy, &spot);
        if (rc != 1) {
            break;
        }
    }

    mt_scan_close(&copy);

    return rc < 0 ? -1 : n;
}

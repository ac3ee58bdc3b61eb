
/*
 * Lists of meetings, by any filters in any order.
 *
 * Candidates come from the schedule or from the index by creation, whichever
 * has fewer.  If that index is in the asked order, the rows are given as they
 * are found.  Else pairs of 16 bytes are collected and sorted first, in a
 * thread if there are many.  Each meeting is loaded and judged when its row is
 * given.
 */

#include <stdlib.h>

#include "domain/meeting/mt_meeting_view.h"
#include "domain/read/mt_meeting_scan.h"
#include "domain/read/mt_paging.h"


#define MT_LIST_DAYS        30       /* ahead, if no time is given */

#define MT_LIST_INLINE      256      /* candidates sorted on the event loop */
#define MT_LIST_COMPARE     1024     /* steps spent on choosing an index */
#define MT_SPOTS_MAX        3800000  /* sorted: as many as fit an exchange */


typedef struct {
    mt_listing_t               people;      /* first, for inner rows */

    const mt_meeting_list_t   *args;
    int64_t                    room;        /* 0: any */
    int64_t                    from;        /* ends after; -1: any time */
    int64_t                    to;          /* begins before */
    int64_t                    created_from;
    int64_t                    created_to;
    int64_t                    actor;
    int64_t                    now;
    int64_t                    given;       /* rows shown so far */
    mt_spot_t                  shown;       /* the last of them */

    int                        sorted;      /* `spots` are given, not
                                               the scan's meetings */
    mt_spot_t                 *spots;
    size_t                     n;
    size_t                     next;        /* index of the next row's spot */
    mt_status_t                status;      /* of collecting them */

    mt_spot_t                  spot;        /* of the current row */
    mt_str_t                   record;      /* of it; no data: not shown */

    mt_meeting_scan_t          scan;        /* last: not all of it is set */
} mt_list_t;


static mt_step_t mt_list_start(mt_call_t *call);
static mt_status_t mt_list_filters(mt_call_t *call, mt_list_t *list);
static void mt_list_day(const mt_settings_t *settings, mt_list_t *list,
    int64_t instant);
static mt_status_t mt_list_index(mt_call_t *call, mt_list_t *list);
static mt_status_t mt_list_compare(mt_call_t *call, const mt_list_t *list,
    mt_db_t *db);
static void mt_list_scan(const mt_call_t *call, const mt_list_t *list,
    mt_db_t db, mt_meeting_scan_t *scan);
static mt_step_t mt_list_sort(mt_call_t *call, mt_list_t *list);
static void mt_list_work(mt_call_t *call);
static mt_step_t mt_list_resume(mt_call_t *call);
static mt_status_t mt_list_collect(mt_list_t *list, mt_txn_t *txn,
    mt_arena_t *arena);
static mt_status_t mt_list_collect_all(mt_list_t *list, mt_txn_t *txn,
    mt_arena_t *scratch, int64_t limit);
static int64_t mt_list_key(const mt_list_t *list, const mt_meeting_t *m);
static int mt_list_wants(const mt_list_t *list, const mt_meeting_t *m);
static int mt_spot_ascending(const void *one, const void *two);
static int mt_spot_descending(const void *one, const void *two);
static mt_status_t mt_list_open(mt_call_t *call);
static int mt_list_next(mt_call_t *call, mt_arena_t *row_arena, void **row);
static int mt_list_candidate(mt_list_t *list);
static int mt_list_find(mt_call_t *call, mt_arena_t *row_arena,
    mt_row_key_t *key);
static int mt_list_read(mt_list_t *list, mt_arena_t *row_arena,
    mt_meeting_t *meeting);
static int mt_list_make(mt_call_t *call, mt_arena_t *row_arena, void **row);
static void mt_list_close(mt_call_t *call);
static int mt_search_next(mt_call_t *call, mt_arena_t *row_arena, void **row);


static const mt_rows_t  mt_list_rows = {
    mt_list_open, mt_list_next, mt_list_close, &mt_inner_attendee_rows,
    mt_meeting_parts, mt_list_find, mt_list_make
};


const mt_operation_t  mt_op_meeting_list = {
    .code = MT_CODE_meeting_list,
    .name = "meeting_list",
    .memo = 1,
    .args = &mt_meeting_list_model,
    .rows = &mt_list_rows,
    .start = mt_list_start,
    .work = mt_list_work,
    .resume = mt_list_resume
};

/* the same in pages, for persons, too */

static const mt_rows_t  mt_search_rows = {
    mt_list_open, mt_search_next, mt_list_close, NULL, mt_meeting_parts, NULL,
    NULL
};

const mt_operation_t  mt_op_meeting_search = {
    .code = MT_CODE_meeting_search,
    .name = "meeting_search",
    .args = &mt_meeting_list_model,
    .rows = &mt_search_rows,
    .start = mt_list_start,
    .work = mt_list_work,
    .resume = mt_list_resume
};


static mt_step_t
mt_list_start(mt_call_t *call)
{
    mt_list_t    *list;
    mt_status_t   rc;

    list = mt_arena_take(call->arena, sizeof(*list));
    if (list == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    memset(list, 0, offsetof(mt_list_t, scan));

    call->state = list;
    list->args = call->args;
    list->people.guests = 1;
    list->actor = call->actor;
    list->now = call->now;

    rc = mt_list_filters(call, list);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_meeting_list_room);
    }

    rc = mt_list_index(call, list);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, 0);
    }

    if (list->args->after.len
        && !mt_cursor_parse(list->args->after, &list->scan.last.key,
                            &list->scan.last.num))
    {
        return mt_call_reject(call, MT_BAD_VALUE, MT_meeting_list_after);
    }

    return list->sorted ? mt_list_sort(call, list) : MT_STEP_DONE;
}


static mt_status_t
mt_list_filters(mt_call_t *call, mt_list_t *list)
{
    const mt_meeting_list_t  *args;

    args = list->args;

    list->from = -1;
    list->to = INT64_MAX;
    list->created_from = -1;
    list->created_to = INT64_MAX;

    if (mt_has(args, meeting_list, room)) {
        list->room = mt_resolve(call->txn, call->company, MT_NAME_ROOM,
                                args->room);
        if (list->room == 0) {
            return MT_NO_SUCH_ROOM;
        }
    }

    if (!(args->has & MT_LIST_TIMES)) {
        list->from = call->now;
        list->to = call->now + MT_LIST_DAYS * MT_MS_PER_DAY;
        call->until = call->now;
    }

    if (mt_has(args, meeting_list, day)) {
        mt_list_day(call->settings, list, args->day);
    }

    if (mt_has(args, meeting_list, ends_after)
        && args->ends_after > list->from)
    {
        list->from = args->ends_after;
    }

    if (mt_has(args, meeting_list, begins_before)
        && args->begins_before < list->to)
    {
        list->to = args->begins_before;
    }

    if (mt_has(args, meeting_list, created_from)) {
        list->created_from = args->created_from;
    }

    if (mt_has(args, meeting_list, created_to)) {
        list->created_to = args->created_to;
    }

    return MT_OK;
}


/* Sets from and to to the local day of an instant (ms). */

static void
mt_list_day(const mt_settings_t *settings, mt_list_t *list, int64_t instant)
{
    mt_civil_t  civil;

    mt_zone_civil(settings->zone, instant, &civil);

    civil.hour = 0;
    civil.minute = 0;
    civil.second = 0;
    list->from = mt_zone_instant(settings->zone, &civil);

    civil.day++;
    list->to = mt_zone_instant(settings->zone, &civil);
}


/* Chooses the index that the candidates come from. */

static mt_status_t
mt_list_index(mt_call_t *call, mt_list_t *list)
{
    int          made, held;
    mt_db_t      db;
    mt_status_t  rc;

    made = list->created_from >= 0 || list->created_to < INT64_MAX;
    held = list->room || list->from >= 0 || list->to < INT64_MAX;
    db = made && !held ? MT_DB_CREATED : MT_DB_SCHEDULE;

    rc = made && held ? mt_list_compare(call, list, &db) : MT_OK;

    mt_list_scan(call, list, db, &list->scan);
    list->sorted = list->args->order != (db == MT_DB_CREATED
                                         ? MT_ORDER_CREATED : MT_ORDER_BEGIN);

    return rc;
}


/* If both indexes narrow the search, their candidates are counted side by
 * side, twice as far each time, until one index ends. */

static mt_status_t
mt_list_compare(mt_call_t *call, const mt_list_t *list, mt_db_t *db)
{
    int64_t            limit, scheduled, created;
    mt_meeting_scan_t  schedule, creation;

    mt_list_scan(call, list, MT_DB_SCHEDULE, &schedule);
    mt_list_scan(call, list, MT_DB_CREATED, &creation);

    for (limit = 64; limit <= MT_LIST_COMPARE; limit *= 2) {
        scheduled = mt_meeting_scan_count(&schedule, call->txn, limit);
        created = mt_meeting_scan_count(&creation, call->txn, limit);

        if (scheduled < 0 || created < 0) {
            return MT_STORE_FAILED;
        }

        if (scheduled < limit || created < limit) {
            *db = created < scheduled ? MT_DB_CREATED : MT_DB_SCHEDULE;
            break;
        }
    }

    return MT_OK;
}


static void
mt_list_scan(const mt_call_t *call, const mt_list_t *list, mt_db_t db,
    mt_meeting_scan_t *scan)
{
    memset(scan, 0, MT_SCAN_HEAD);

    scan->db = db;
    scan->company = call->company;
    scan->room = list->room;
    scan->from = db == MT_DB_CREATED ? list->created_from : list->from;
    scan->to = db == MT_DB_CREATED ? list->created_to : list->to;
    scan->descending = !list->args->ascending;
}


static mt_step_t
mt_list_sort(mt_call_t *call, mt_list_t *list)
{
    int64_t  n;

    n = mt_meeting_scan_count(&list->scan, call->txn, MT_LIST_INLINE);

    if (n == MT_LIST_INLINE) {
        return MT_STEP_WORK;
    }

    list->status = n < 0 ? MT_STORE_FAILED
                         : mt_list_collect(list, call->txn, call->arena);

    return mt_list_resume(call);
}


/* Runs in a thread, so it needs a transaction of its own. */

static void
mt_list_work(mt_call_t *call)
{
    mt_txn_t   *txn;
    mt_list_t  *list;

    list = call->state;
    list->status = mt_read_open(call->store, &txn);

    if (list->status == MT_OK) {
        list->status = mt_list_collect(list, txn, call->arena);

        if (list->status == MT_OK) {
            list->status = mt_txn_status(txn);
        }

        mt_read_close(txn);
    }
}


static mt_step_t
mt_list_resume(mt_call_t *call)
{
    mt_list_t  *list;

    list = call->state;

    return list->status == MT_OK ? MT_STEP_DONE
                                 : mt_call_reject(call, list->status, 0);
}


/* Counts first, for one allocation of the right size: `arena` is bounded. */

static mt_status_t
mt_list_collect(mt_list_t *list, mt_txn_t *txn, mt_arena_t *arena)
{
    int64_t       n;
    mt_arena_t   *scratch;
    mt_status_t   rc;

    n = mt_meeting_scan_count(&list->scan, txn, INT64_MAX);
    if (n <= 0) {
        return n ? MT_STORE_FAILED : MT_OK;
    }

    if (n > MT_SPOTS_MAX) {
        return MT_TOO_MANY;
    }

    list->spots = mt_arena_take(arena, (size_t) n * sizeof(mt_spot_t));
    if (list->spots == NULL) {
        return MT_NO_MEMORY;
    }

    scratch = mt_arena_create(0);
    if (scratch == NULL) {
        return MT_NO_MEMORY;
    }

    rc = mt_list_collect_all(list, txn, scratch, n);
    mt_arena_destroy(scratch);

    if (rc == MT_OK) {
        qsort(list->spots, list->n, sizeof(mt_spot_t),
              list->args->ascending ? mt_spot_ascending : mt_spot_descending);
    }

    return rc;
}


static mt_status_t
mt_list_collect_all(mt_list_t *list, mt_txn_t *txn, mt_arena_t *scratch,
    int64_t limit)
{
    int                rc;
    mt_key_t           key;
    mt_meeting_scan_t  scan;
    mt_spot_t          spot;
    mt_meeting_t       m;

    memcpy(&scan, &list->scan, MT_SCAN_HEAD);

    if (mt_meeting_scan_open(&scan, txn) != MT_OK) {
        return MT_STORE_FAILED;
    }

    for (rc = mt_meeting_scan_next(&scan, &spot);
         rc == 1 && limit > 0;
         rc = mt_meeting_scan_next(&scan, &spot), limit--)
    {
        mt_key_num(&key, scan.company, spot.num);

        rc = mt_load(txn, MT_DB_MEETING, &key, &mt_meeting_model, &m, scratch);
        if (rc != 1) {
            rc = -1;
            break;
        }

        if (mt_list_wants(list, &m)) {
            spot.key = mt_list_key(list, &m);
            list->spots[list->n++] = spot;
        }

        mt_arena_reset(scratch);
    }

    mt_meeting_scan_close(&scan);

    return rc == 0 ? MT_OK : MT_STORE_FAILED;
}


static int64_t
mt_list_key(const mt_list_t *list, const mt_meeting_t *m)
{
    switch (list->args->order) {

    case MT_ORDER_END:
        return m->end;

    case MT_ORDER_CREATED:
        return m->created;

    case MT_ORDER_UPDATED:
        return m->updated;

    case MT_ORDER_CHECKED:
        return m->checked_time;

    default: /* MT_ORDER_BEGIN */
        return m->begin;
    }
}


static int
mt_list_wants(const mt_list_t *list, const mt_meeting_t *m)
{
    const mt_meeting_list_t  *args;

    args = list->args;

    if ((m->state == MT_MEETING_CANCELLED && !args->cancelled)
        || (list->room && m->room != list->room)
        || m->end <= list->from || m->begin >= list->to
        || m->created < list->created_from || m->created >= list->created_to
        || (mt_has(args, meeting_list, checked)
            && m->checked != args->checked)
        || (mt_has(args, meeting_list, speaker)
            && !mt_str_eq(m->speaker, args->speaker)))
    {
        return 0;
    }

    if ((mt_has(args, meeting_list, phase)
         && mt_meeting_phase(m, list->now) != args->phase)
        || (args->hosted && !mt_meeting_is_host(m, list->actor)))
    {
        return 0;
    }

    return !mt_has(args, meeting_list, speaker_like)
           || (m->speaker.len
               && memmem(m->speaker.data, m->speaker.len,
                         args->speaker_like.data, args->speaker_like.len));
}


/* Meetings with equal keys are in the order of their numbers. */

static int
mt_spot_ascending(const void *one, const void *two)
{
    const mt_spot_t  *a = one, *b = two;

    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }

    return a->num < b->num ? -1 : a->num > b->num;
}


static int
mt_spot_descending(const void *one, const void *two)
{
    return mt_spot_ascending(two, one);
}


static mt_status_t
mt_list_open(mt_call_t *call)
{
    mt_list_t  *list;

    list = call->state;

    mt_listing_source(call, &list->people);

    return list->sorted ? MT_OK : mt_meeting_scan_open(&list->scan, call->txn);
}


static int
mt_list_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int            rc;
    mt_list_t     *list;
    mt_meeting_t   meeting;

    list = call->state;
    rc = mt_list_read(list, row_arena, &meeting);

    if (rc == 1 && list->record.data == NULL) {
        *row = NULL;
        return 1;
    }

    return rc == 1 ? mt_list_make(call, row_arena, row) : rc;
}


static int
mt_list_candidate(mt_list_t *list)
{
    if (!list->sorted) {
        return mt_meeting_scan_next(&list->scan, &list->spot);
    }

    if (list->next == list->n) {
        return 0;
    }

    list->spot = list->spots[list->next++];

    return 1;
}


static int
mt_list_find(mt_call_t *call, mt_arena_t *row_arena, mt_row_key_t *key)
{
    int            rc;
    mt_list_t     *list;
    mt_meeting_t   meeting;

    list = call->state;
    rc = mt_list_read(list, row_arena, &meeting);

    if (rc == 1) {
        key->skip = list->record.data == NULL;

        if (!key->skip) {
            rc = mt_meeting_row_key(&list->people.source, &meeting,
                                    list->record, key);
        }
    }

    return rc;
}


/* Goes to the next candidate and reads the fields that judging it and its
 * attendees' rows need.  A candidate that does not pass the filters, or no
 * longer does, or was purged, is not shown.  Returns 1, 0 after the last, -1
 * on failure. */

static int
mt_list_read(mt_list_t *list, mt_arena_t *row_arena, mt_meeting_t *meeting)
{
    int                rc;
    uint64_t           wanted;
    mt_view_source_t  *source;

    static const uint64_t  judged =
        MT_BIT(meeting, num) | MT_BIT(meeting, speaker)
        | MT_BIT(meeting, begin) | MT_BIT(meeting, end)
        | MT_BIT(meeting, room) | MT_BIT(meeting, state)
        | MT_BIT(meeting, checked) | MT_BIT(meeting, created)
        | MT_BIT(meeting, seed) | MT_BIT(meeting, ordered);

    list->record = (mt_str_t) { 0, NULL };

    rc = mt_list_candidate(list);

    if (rc != 1) {
        return rc;
    }

    source = &list->people.source;
    source->arena = row_arena;
    wanted = judged;

    if (list->args->hosted) {
        wanted |= MT_BIT(meeting, creator) | MT_BIT(meeting, leaders);
    }

    rc = mt_meeting_view_find(source, list->spot.num, &list->record);

    if (rc == 0) {
        return 1;
    }

    if (rc < 0
        || mt_view_read(source, MT_DB_MEETING, list->record,
                        &mt_meeting_model, wanted, meeting) != 1)
    {
        return -1;
    }

    if (mt_list_wants(list, meeting)) {
        mt_listing_people(&list->people, meeting);

    } else {
        list->record = (mt_str_t) { 0, NULL };
    }

    return 1;
}


static int
mt_list_make(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    mt_list_t          *list;
    mt_view_source_t   *source;
    mt_meeting_view_t  *view;

    list = call->state;
    source = &list->people.source;

    view = mt_arena_take(row_arena, sizeof(*view));
    if (view == NULL) {
        return -1;
    }

    *row = view;

    return mt_meeting_view_read(source, list->record, view) == 1
           ? mt_meeting_view_fill(source, view) : -1;
}


/* A page is full if another meeting would follow. */

static int
mt_search_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int            rc;
    mt_list_t     *list;
    mt_meeting_t   meeting;

    list = call->state;
    *row = NULL;

    rc = mt_list_read(list, row_arena, &meeting);

    if (rc != 1 || list->record.data == NULL) {
        return rc;
    }

    if (list->args->limit && list->given == list->args->limit) {
        call->next = mt_cursor_print(call->arena, list->shown.key,
                                     list->shown.num);
        return 0;
    }

    list->given++;
    list->shown = list->spot;

    return mt_list_make(call, row_arena, row);
}


static void
mt_list_close(mt_call_t *call)
{
    mt_list_t  *list;

    list = call->state;

    mt_listing_close(call);

    if (!list->sorted) {
        mt_meeting_scan_close(&list->scan);
    }
}

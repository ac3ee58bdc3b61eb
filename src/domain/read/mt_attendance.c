
#include "domain/read/mt_attendance.h"

#include <glib.h>
#include <stdlib.h>

#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_meeting.h"
#include "domain/read/mt_meeting_scan.h"


/* The count of one query. */

typedef struct {
    mt_txn_t                     *txn;
    const mt_attendance_query_t  *query;
    mt_arena_t                   *arena;     /* of one meeting */
    GHashTable                   *rows;      /* by &num; it owns them */
    GHashTable                   *depts;     /* of users: a row each, whose
                                                `present` is the number */
    mt_attendance_row_t          *last;      /* the row looked up last */
    int                         (*each)(void *data,
                                        const mt_attendance_row_t *row);
    void                         *data;
} mt_attendance_t;


static int mt_attendance_scan(mt_attendance_t *t, mt_meeting_scan_t *scan);
static int mt_attendance_meeting(mt_attendance_t *t, int64_t num);
static int mt_attendance_attendee(mt_attendance_t *t,
    const mt_meeting_t *meeting, mt_str_t value);
static mt_attendance_row_t *mt_attendance_row(mt_attendance_t *t,
    const mt_meeting_t *meeting, int64_t slot);
static int mt_attendance_dept(mt_attendance_t *t, int64_t user,
    int64_t *dept);
static mt_attendance_row_t *mt_attendance_find(GHashTable *rows, int64_t num);
static int mt_attendance_give(mt_attendance_t *t);
static gint mt_attendance_cmp(gconstpointer one, gconstpointer two);


int
mt_attendance(mt_txn_t *txn, const mt_attendance_query_t *query,
    int (*each)(void *data, const mt_attendance_row_t *row), void *data)
{
    int                 rc;
    mt_attendance_t     t;
    mt_meeting_scan_t   scan;

    memset(&t, 0, sizeof(t));
    t.txn = txn;
    t.query = query;
    t.each = each;
    t.data = data;
    t.arena = mt_arena_create(0);
    t.rows = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    t.depts = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);

    memset(&scan, 0, MT_SCAN_HEAD);
    scan.db = MT_DB_SCHEDULE;
    scan.company = query->company;
    scan.from = query->from;
    scan.to = query->to;

    rc = t.arena && mt_meeting_scan_open(&scan, txn) == MT_OK ? 0 : -1;

    if (rc == 0) {
        rc = mt_attendance_scan(&t, &scan);
        mt_meeting_scan_close(&scan);
    }

    if (rc == 0 && query->by != MT_BY_MEETING) {
        rc = mt_attendance_give(&t);
    }

    g_hash_table_destroy(t.rows);
    g_hash_table_destroy(t.depts);

    if (t.arena) {
        mt_arena_destroy(t.arena);
    }

    return rc;
}


/* A lane of the scan begins before the range. */

static int
mt_attendance_scan(mt_attendance_t *t, mt_meeting_scan_t *scan)
{
    int        rc, found;
    mt_spot_t  spot;

    rc = 0;

    while (rc == 0 && (found = mt_meeting_scan_next(scan, &spot)) == 1) {
        if (spot.key >= t->query->from) {
            mt_arena_reset(t->arena);
            rc = mt_attendance_meeting(t, spot.num);
        }
    }

    return rc ? rc : found;
}


static int
mt_attendance_meeting(mt_attendance_t *t, int64_t num)
{
    int                         rc, found;
    mt_key_t                    key;
    mt_str_t                    at, value;
    mt_cursor_t                *cursor;
    mt_meeting_t                meeting;
    const mt_attendance_row_t  *row;

    mt_key_num(&key, t->query->company, num);

    if (mt_load(t->txn, MT_DB_MEETING, &key, &mt_meeting_model, &meeting,
                t->arena)
        != 1)
    {
        return -1;
    }

    if (meeting.sign == MT_SIGN_NONE
        || mt_meeting_phase(&meeting, t->query->now) != MT_PHASE_ENDED)
    {
        return 0;
    }

    cursor = mt_cursor_open(t->txn, MT_DB_ATTENDEE, &key);
    if (cursor == NULL) {
        return -1;
    }

    t->last = NULL;
    rc = 0;

    for (found = mt_cursor_first(cursor, &at, &value);
         found == 1 && rc == 0;
         found = mt_cursor_next(cursor, &at, &value))
    {
        rc = mt_attendance_attendee(t, &meeting, value);
    }

    mt_cursor_close(cursor);

    if (rc != 0 || found != 0) {
        return -1;
    }

    row = t->last;

    if (t->query->by != MT_BY_MEETING || row == NULL) {
        return 0;
    }

    rc = t->each(t->data, row);
    g_hash_table_remove_all(t->rows);

    return rc;
}


static int
mt_attendance_attendee(mt_attendance_t *t, const mt_meeting_t *meeting,
    mt_str_t value)
{
    int                   found;
    mt_key_t              key;
    mt_str_t              record;
    mt_checkin_t          checkin;
    mt_attendee_t         attendee;
    mt_attendance_row_t  *row;

    if (mt_load_some(t->txn, MT_DB_ATTENDEE, value, &mt_attendee_model,
                     MT_BIT(attendee, slot) | MT_BIT(attendee, answer),
                     &attendee, t->arena)
        != 1)
    {
        return -1;
    }

    if (attendee.slot >= MT_GUEST_SLOT && t->query->by == MT_BY_PERSON) {
        return 0;
    }

    mt_key_num2(&key, t->query->company, meeting->num, attendee.slot);

    found = mt_get(t->txn, MT_DB_CHECKIN, &key, &record);

    if (found == 1
        && mt_load_some(t->txn, MT_DB_CHECKIN, record, &mt_checkin_model,
                        MT_BIT(checkin, late), &checkin, t->arena)
           != 1)
    {
        return -1;
    }

    row = found == -1 ? NULL : mt_attendance_row(t, meeting, attendee.slot);
    if (row == NULL) {
        return -1;
    }

    if (found == 0) {
        row->excused += attendee.answer == MT_ANSWER_DECLINED;
        row->absent += attendee.answer != MT_ANSWER_DECLINED;
        return 0;
    }

    row->late += checkin.late != 0;
    row->present += checkin.late == 0;

    return 0;
}


static mt_attendance_row_t *
mt_attendance_row(mt_attendance_t *t, const mt_meeting_t *meeting,
    int64_t slot)
{
    int64_t     num;
    mt_civil_t  c;

    switch (t->query->by) {

    case MT_BY_PERSON:
        num = slot;
        break;

    case MT_BY_DEPARTMENT:
        if (mt_attendance_dept(t, slot, &num) != 0) {
            return NULL;
        }

        break;

    case MT_BY_MEETING:
        num = meeting->num;
        break;

    default: /* MT_BY_MONTH: the same for all of a meeting */
        if (t->last) {
            return t->last;
        }

        mt_zone_civil(t->query->zone, meeting->begin, &c);
        num = c.year * 100 + c.month;
    }

    if (t->last == NULL || t->last->num != num) {
        t->last = mt_attendance_find(t->rows, num);
    }

    return t->last;
}


/* Users are read once. */

static int
mt_attendance_dept(mt_attendance_t *t, int64_t user, int64_t *dept)
{
    int                   found;
    mt_user_t             record;
    mt_attendance_row_t  *known;

    *dept = 0;

    if (user >= MT_GUEST_SLOT) {
        return 0;
    }

    known = g_hash_table_lookup(t->depts, &user);

    if (known == NULL) {
        found = mt_user_load(t->txn, t->query->company, user, &record,
                             t->arena);
        if (found == -1) {
            return -1;
        }

        known = mt_attendance_find(t->depts, user);
        known->present = found ? record.dept : 0;
    }

    *dept = known->present;

    return 0;
}


static mt_attendance_row_t *
mt_attendance_find(GHashTable *rows, int64_t num)
{
    mt_attendance_row_t  *row;

    row = g_hash_table_lookup(rows, &num);

    if (row == NULL) {
        row = g_new0(mt_attendance_row_t, 1);
        row->num = num;
        g_hash_table_insert(rows, &row->num, row);
    }

    return row;
}


static int
mt_attendance_give(mt_attendance_t *t)
{
    int     rc;
    GList  *list, *at;

    list = g_list_sort(g_hash_table_get_values(t->rows), mt_attendance_cmp);
    rc = 0;

    for (at = list; at && rc == 0; at = at->next) {
        rc = t->each(t->data, at->data);
    }

    g_list_free(list);

    return rc;
}


static gint
mt_attendance_cmp(gconstpointer one, gconstpointer two)
{
    return mt_num_cmp(&((const mt_attendance_row_t *) one)->num,
                      &((const mt_attendance_row_t *) two)->num);
}

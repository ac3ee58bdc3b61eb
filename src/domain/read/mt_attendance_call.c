
/*
 * The operation attendance: counts in a thread, in a transaction of its own,
 * since a million attendances take about a second.  The rows are kept until
 * the answer has left.
 */

#include "domain/kernel/mt_operation.h"
#include "domain/read/mt_attendance.h"
#include "domain/view/mt_views.h"


#define MT_ATTENDANCE_ROWS  256          /* as a first guess */


typedef struct {
    mt_txn_t               *txn;         /* while it is counted */
    mt_attendance_query_t   query;
    mt_arena_t             *arena;
    mt_arena_t             *scratch;     /* of one record */
    mt_attended_t          *rows;
    size_t                  n;
    size_t                  room;        /* in rows */
    size_t                  next;        /* to give */
    mt_status_t             status;
} mt_attendance_call_t;


static mt_step_t mt_attendance_start(mt_call_t *call);
static void mt_attendance_work(mt_call_t *call);
static mt_status_t mt_attendance_count(mt_attendance_call_t *t);
static int mt_attendance_each(void *data, const mt_attendance_row_t *counted);
static int mt_attendance_name(mt_attendance_call_t *t, int64_t num,
    mt_attended_t *row);
static mt_step_t mt_attendance_resume(mt_call_t *call);
static mt_status_t mt_attendance_open(mt_call_t *call);
static int mt_attendance_next(mt_call_t *call, mt_arena_t *row_arena,
    void **row);
static void mt_attendance_close(mt_call_t *call);


static const mt_rows_t  mt_attendance_rows = {
    mt_attendance_open, mt_attendance_next, mt_attendance_close, NULL, NULL,
    NULL, NULL
};

const mt_operation_t  mt_op_attendance = {
    .code = MT_CODE_attendance,
    .name = "attendance",
    .args = &mt_attendance_args_model,
    .rows = &mt_attendance_rows,
    .start = mt_attendance_start,
    .work = mt_attendance_work,
    .resume = mt_attendance_resume
};


static mt_step_t
mt_attendance_start(mt_call_t *call)
{
    mt_attendance_call_t         *t;
    const mt_attendance_args_t   *args;

    args = call->args;

    if (args->to <= args->from) {
        return mt_call_reject(call, MT_BAD_TIMES, MT_attendance_args_to);
    }

    t = mt_arena_alloc(call->arena, sizeof(*t));
    if (t == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    t->arena = call->arena;
    t->query.company = call->company;
    t->query.by = (mt_attendance_by_t) args->by;
    t->query.from = args->from;
    t->query.to = args->to;
    t->query.now = call->now;
    t->query.zone = call->settings->zone;

    call->state = t;

    return MT_STEP_WORK;
}


/* Runs in a thread. */

static void
mt_attendance_work(mt_call_t *call)
{
    mt_attendance_call_t  *t;

    t = call->state;
    t->status = mt_read_open(call->store, &t->txn);

    if (t->status == MT_OK) {
        t->status = mt_attendance_count(t);

        if (t->status == MT_OK) {
            t->status = mt_txn_status(t->txn);
        }

        mt_read_close(t->txn);
    }
}


static mt_status_t
mt_attendance_count(mt_attendance_call_t *t)
{
    int  rc;

    t->scratch = mt_arena_create(0);
    if (t->scratch == NULL) {
        return MT_NO_MEMORY;
    }

    rc = mt_attendance(t->txn, &t->query, mt_attendance_each, t);

    mt_arena_destroy(t->scratch);

    return rc == 0 ? MT_OK : rc == 1 ? MT_NO_MEMORY : MT_STORE_FAILED;
}


/* Returns 0, 1 without memory, -1 on failure. */

static int
mt_attendance_each(void *data, const mt_attendance_row_t *counted)
{
    mt_attendance_call_t *t = data;

    size_t          room;
    mt_attended_t  *rows, *row;

    if (t->n == t->room) {
        room = t->room ? 2 * t->room : MT_ATTENDANCE_ROWS;

        rows = mt_arena_take(t->arena, room * sizeof(mt_attended_t));
        if (rows == NULL) {
            return 1;
        }

        if (t->n) {
            memcpy(rows, t->rows, t->n * sizeof(mt_attended_t));
        }

        t->rows = rows;
        t->room = room;
    }

    row = &t->rows[t->n++];

    memset(row, 0, sizeof(*row));
    row->present = counted->present;
    row->late = counted->late;
    row->excused = counted->excused;
    row->absent = counted->absent;

    mt_arena_reset(t->scratch);

    if (mt_attendance_name(t, counted->num, row) != 0) {
        return -1;
    }

    return mt_arena_failed(t->arena) || mt_arena_failed(t->scratch);
}


/* Copies id and name of the record that a row is about.  Returns 0, or -1 on
 * failure.  Guests and users without a department have department 0. */

static int
mt_attendance_name(mt_attendance_call_t *t, int64_t num, mt_attended_t *row)
{
    int           found;
    mt_key_t      key;
    mt_dept_t     dept;
    mt_user_t     user;
    mt_meeting_t  meeting;

    found = 1;
    mt_key_num(&key, t->query.company, num);

    switch (t->query.by) {

    case MT_BY_PERSON:
        found = mt_load(t->txn, MT_DB_USER, &key, &mt_user_model, &user,
                        t->scratch);
        row->id = mt_arena_str(t->arena, user.id);
        row->name = mt_arena_str(t->arena, user.name);
        break;

    case MT_BY_DEPARTMENT:
        if (num == 0) {
            break;
        }

        found = mt_load(t->txn, MT_DB_DEPT, &key, &mt_dept_model, &dept,
                        t->scratch);
        row->id = mt_arena_str(t->arena, dept.id);
        row->name = mt_arena_str(t->arena, dept.name);
        break;

    case MT_BY_MEETING:
        found = mt_load(t->txn, MT_DB_MEETING, &key, &mt_meeting_model,
                        &meeting, t->scratch);
        row->id = mt_arena_str(t->arena, meeting.id);
        row->name = mt_arena_str(t->arena, meeting.subject);
        row->begin = meeting.begin;
        break;

    case MT_BY_MONTH:
        row->id = mt_arena_printf(t->arena, "%04d-%02d", (int) (num / 100),
                                  (int) (num % 100));
        break;
    }

    return found == -1 ? -1 : 0;
}


static mt_step_t
mt_attendance_resume(mt_call_t *call)
{
    const mt_attendance_call_t  *t;

    t = call->state;

    return t->status == MT_OK ? MT_STEP_DONE
                              : mt_call_reject(call, t->status, 0);
}


static mt_status_t
mt_attendance_open(mt_call_t *call)
{
    (void) call;

    return MT_OK;
}


static int
mt_attendance_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    mt_attendance_call_t  *t;

    (void) row_arena;

    t = call->state;

    if (t->next == t->n) {
        return 0;
    }

    *row = &t->rows[t->next++];

    return 1;
}


static void
mt_attendance_close(mt_call_t *call)
{
    (void) call;
}

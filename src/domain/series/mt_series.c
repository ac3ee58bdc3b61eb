
#include <stdlib.h>

#include "domain/series/mt_series.h"


#define MT_SERIES_MEETINGS  64        /* room at first; it doubles */


static mt_status_t mt_series_gather(mt_series_t *series);
static mt_status_t mt_series_add(mt_series_t *series, const mt_meeting_t *m,
    size_t *room);
static int mt_series_meeting_cmp(const void *one, const void *two);
static mt_step_t mt_series_cancel_start(mt_call_t *call);
static mt_status_t mt_series_cancel_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);


_Static_assert((int) MT_series_cancel_ref == (int) MT_series_edit_ref
               && (int) MT_series_cancel_batch == (int) MT_series_edit_batch,
               "mt_series_t's field is of both");


const mt_operation_t  mt_op_series_cancel = {
    .code = MT_CODE_series_cancel,
    .reserve = 1,
    .name = "series_cancel",
    .args = &mt_series_cancel_model,
    .body = &mt_series_cancel_model,
    .start = mt_series_cancel_start,
    .apply = mt_series_cancel_apply
};


void
mt_series_init(mt_series_t *series, mt_txn_t *txn, uint32_t company,
    int64_t actor, int64_t now, mt_arena_t *arena)
{
    memset(series, 0, sizeof(*series));

    series->txn = txn;
    series->company = company;
    series->actor = actor;
    series->now = now;
    series->arena = arena;
}


mt_status_t
mt_series_find(mt_series_t *series, mt_str_t ref, mt_str_t batch,
    int only_creator)
{
    size_t        i;
    mt_key_t      key;
    mt_status_t   rc;

    series->field = MT_series_edit_ref;

    rc = mt_find(series->txn, series->company, MT_NAME_MEETING, ref,
                 &series->named, series->arena);
    if (rc != MT_OK) {
        return rc;
    }

    series->field = 0;

    if (only_creator && series->named.creator != series->actor) {
        return MT_FORBIDDEN;
    }

    if (series->named.series == 0) {
        series->field = MT_series_edit_ref;
        return MT_NO_SERIES;
    }

    if (batch.len
        && mt_resolve(series->txn, series->company, MT_NAME_MEETING, batch)
           != series->named.series)
    {
        series->field = MT_series_edit_batch;
        return MT_NO_SUCH_MEETING;
    }

    mt_key_num(&key, series->company, series->named.series);

    if (mt_load_copy(series->txn, MT_DB_MEETING, &key, &mt_meeting_model,
                     &series->first, series->arena) != 1)
    {
        return MT_STORE_FAILED;
    }

    rc = mt_series_gather(series);

    for (i = 0; rc == MT_OK && i < series->n; i++) {
        if (!series->v[i].ended) {
            return MT_OK;
        }
    }

    if (rc == MT_OK) {
        rc = mt_meeting_check_open(&series->named, series->now);
    }

    return rc == MT_OK ? MT_ENDED : rc;
}


static mt_status_t
mt_series_gather(mt_series_t *series)
{
    int            rc;
    size_t         room;
    int64_t        num;
    mt_key_t       prefix, at;
    mt_str_t       key, value;
    mt_status_t    status;
    mt_cursor_t   *cursor;
    mt_meeting_t   m;

    mt_key_num(&prefix, series->company, series->named.series);

    cursor = mt_cursor_open(series->txn, MT_DB_SERIES, &prefix);
    if (cursor == NULL) {
        return MT_STORE_FAILED;
    }

    status = MT_OK;
    series->n = 0;
    room = 0;

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1 && status == MT_OK;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        if (!mt_key_read_num2(key, NULL, NULL, &num)) {
            rc = -1;
            break;
        }

        mt_key_num(&at, series->company, num);

        status = mt_load(series->txn, MT_DB_MEETING, &at, &mt_meeting_model,
                         &m, series->arena) == 1
                 ? mt_series_add(series, &m, &room) : MT_STORE_FAILED;
    }

    mt_cursor_close(cursor);

    if (rc < 0) {
        return MT_STORE_FAILED;
    }

    if (series->n) {
        qsort(series->v, series->n, sizeof(mt_series_meeting_t),
              mt_series_meeting_cmp);
    }

    return status;
}


static mt_status_t
mt_series_add(mt_series_t *series, const mt_meeting_t *m, size_t *room)
{
    int                  phase;
    mt_series_meeting_t  episode, named, *v;

    episode.num = m->num;
    episode.begin = m->begin;
    episode.end = m->end;

    named.num = series->named.num;
    named.begin = series->named.begin;

    phase = mt_meeting_phase(m, series->now);
    episode.ended = phase == MT_PHASE_ENDED;

    if (phase == MT_PHASE_CANCELLED
        || mt_series_meeting_cmp(&episode, &named) < 0)
    {
        return MT_OK;
    }

    if (series->n == *room) {
        *room = *room ? 2 * *room : MT_SERIES_MEETINGS;

        v = mt_arena_take(series->arena, *room * sizeof(mt_series_meeting_t));
        if (v == NULL) {
            return MT_NO_MEMORY;
        }

        if (series->n) {
            memcpy(v, series->v, series->n * sizeof(mt_series_meeting_t));
        }

        series->v = v;
    }

    series->v[series->n++] = episode;

    return MT_OK;
}


static int
mt_series_meeting_cmp(const void *one, const void *two)
{
    const mt_series_meeting_t  *a = one, *b = two;

    if (a->begin != b->begin) {
        return a->begin < b->begin ? -1 : 1;
    }

    return mt_num_cmp(&a->num, &b->num);
}


static mt_step_t
mt_series_cancel_start(mt_call_t *call)
{
    mt_series_t                series;
    mt_status_t                rc;
    const mt_series_cancel_t  *args;

    args = call->args;

    mt_series_init(&series, call->txn, call->company, call->actor, call->now,
                   call->arena);

    rc = mt_series_find(&series, args->ref, args->batch,
                        args->only_creator != 0);

    call->seats = series.n * MT_SERIES_MEETING_SEATS;

    return rc == MT_OK ? mt_command(call, args)
                       : mt_call_reject(call, rc, series.field);
}


static mt_status_t
mt_series_cancel_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    size_t                     i;
    mt_series_t                series;
    mt_status_t                rc;
    const mt_meeting_t        *m;
    const mt_series_cancel_t  *args;

    args = body;

    mt_series_init(&series, a->txn, a->company, a->actor, a->time,
                   a->arena);

    rc = mt_series_find(&series, args->ref, args->batch,
                        args->only_creator != 0);
    if (rc != MT_OK) {
        return mt_apply_reject(result, rc, series.field, 0);
    }

    result->num = series.named.num;

    for (i = 0; rc == MT_OK && i < series.n; i++) {
        if (series.v[i].ended) {
            continue;
        }

        m = mt_meeting_load(a, series.v[i].num);
        rc = m ? mt_meeting_cancel(a, m) : MT_STORE_FAILED;
    }

    return rc;
}

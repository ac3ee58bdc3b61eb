
/*
 * Heavy commands do not enter the ring, whose entries are applied in order: a
 * sign-in behind one would wait.  They wait here, and the worker's one heavy
 * thread takes them, a command of each company in turn.  The turn in the zone
 * lets in one at a time over all workers.
 *
 * Requests that are in flight together have no order, so it does not matter
 * that commands of the ring pass one that waits here.
 */

#include "ngx_http_meeting_heavy.h"


/* A company's part of the commands that may wait (meeting_queue). */
#define NGX_HTTP_MEETING_HEAVY_PART  4


static ngx_uint_t ngx_http_meeting_heavy_full(ngx_http_meeting_worker_t *w,
    uint32_t company);
static ngx_http_meeting_ctx_t *ngx_http_meeting_heavy_first(
    ngx_http_meeting_worker_t *w);
static uint32_t ngx_http_meeting_heavy_company(ngx_queue_t *q);
static void ngx_http_meeting_heavy_count(ngx_http_meeting_worker_t *w,
    ngx_uint_t n);
static void ngx_http_meeting_heavy_run(void *data);
static void ngx_http_meeting_heavy_done(void *data);
static void ngx_http_meeting_heavy_apply(ngx_http_meeting_ctx_t *ctx);


mt_status_t
ngx_http_meeting_heavy(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r))
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    if (w->service.store == NULL) {
        return MT_STORE_FAILED;
    }

    if (ngx_http_meeting_heavy_full(w, ctx->exchange->call.company)) {
        (void) ngx_atomic_fetch_add(&w->stats->busy, 1);
        return MT_BUSY;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "meeting heavy command: %uz seats, behind %ui",
                   ctx->exchange->call.seats, w->nheavy);

    ngx_queue_insert_tail(&w->heavy, &ctx->waiter.queue);
    ngx_http_meeting_heavy_count(w, w->nheavy + 1);

    ngx_http_meeting_suspend(ctx, resume);
    ngx_http_meeting_heavy_next(w);

    return MT_OK;
}


/* Returns 1 if no further command of the company may wait. */

static ngx_uint_t
ngx_http_meeting_heavy_full(ngx_http_meeting_worker_t *w, uint32_t company)
{
    ngx_uint_t    n;
    ngx_queue_t  *q;

    n = 0;

    for (q = ngx_queue_head(&w->heavy);
         q != ngx_queue_sentinel(&w->heavy);
         q = ngx_queue_next(q))
    {
        n += ngx_http_meeting_heavy_company(q) == company;
    }

    return w->nheavy >= w->conf->queue
           || n > w->conf->queue / NGX_HTTP_MEETING_HEAVY_PART;
}


void
ngx_http_meeting_heavy_next(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_ctx_t   *ctx;
    ngx_http_meeting_task_t  *task;

    if (w->heavy_out || ngx_queue_empty(&w->heavy)) {
        return;
    }

    ctx = ngx_http_meeting_heavy_first(w);
    task = &ctx->task;

    task->name = "heavy command";
    task->run = ngx_http_meeting_heavy_run;
    task->done = ngx_http_meeting_heavy_done;
    task->data = ctx;
    task->log = ctx->request->connection->log;
    task->nice = 0;

    if (ngx_http_meeting_task_post(task, w->conf->heavy_pool) != NGX_OK) {

        /* the check timer tries again */

        return;
    }

    ngx_queue_remove(&ctx->waiter.queue);
    ngx_http_meeting_heavy_count(w, w->nheavy - 1);

    w->heavy_last = ctx->exchange->call.company;
    w->heavy_out = 1;
}


/* Returns the oldest command of the company that comes first, going round from
 * the one that was served last. */

static ngx_http_meeting_ctx_t *
ngx_http_meeting_heavy_first(ngx_http_meeting_worker_t *w)
{
    uint32_t                    last, company;
    ngx_queue_t                *q, *first;
    ngx_http_meeting_waiter_t  *waiter;

    last = w->heavy_last;
    first = ngx_queue_head(&w->heavy);

    for (q = ngx_queue_next(first);
         q != ngx_queue_sentinel(&w->heavy);
         q = ngx_queue_next(q))
    {
        company = ngx_http_meeting_heavy_company(q);

        if (company - last - 1
            < ngx_http_meeting_heavy_company(first) - last - 1)
        {
            first = q;
        }
    }

    waiter = ngx_queue_data(first, ngx_http_meeting_waiter_t, queue);

    return waiter->ctx;
}


static uint32_t
ngx_http_meeting_heavy_company(ngx_queue_t *q)
{
    ngx_http_meeting_waiter_t  *waiter;

    waiter = ngx_queue_data(q, ngx_http_meeting_waiter_t, queue);

    return waiter->ctx->exchange->call.company;
}


static void
ngx_http_meeting_heavy_count(ngx_http_meeting_worker_t *w, ngx_uint_t n)
{
    w->nheavy = n;

    if (w->ring >= 0) {
        w->stats->heavy[w->ring] = n;
    }
}


/* In a thread. */

static void
ngx_http_meeting_heavy_run(void *data)
{
    ngx_http_meeting_ctx_t *ctx = data;

    ngx_uint_t                  began;
    pthread_mutex_t            *lock;
    ngx_http_meeting_turn_t    *turn;
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;
    turn = &w->stats->turn;

    lock = ngx_http_meeting_turn_enter(turn, (ngx_uint_t) w->ring,
                                       ctx->exchange->call.company);
    began = ngx_http_meeting_turn_now();

    ngx_http_meeting_heavy_apply(ctx);

    ngx_http_meeting_turn_leave(turn, lock, began);
}


/* LMDB's lock keeps this and the combiners apart. */

static void
ngx_http_meeting_heavy_apply(ngx_http_meeting_ctx_t *ctx)
{
    mt_batch_t                 *batch;
    mt_status_t                 status;
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    status = MT_NO_MEMORY;
    batch = NULL;

    /* the store may have been closed while the command waited */

    if (w->service.store == NULL) {
        status = MT_STORE_FAILED;

    } else {
        batch = mt_batch_create(w->service.store, &mt_domain);
    }

    if (batch) {
        status = mt_apply_now(batch, ctx->waiter.command,
                              &ctx->waiter.result);
    }

    if (status != MT_OK) {
        ctx->waiter.result = (mt_result_t) { .status = status };

    } else {
        (void) ngx_atomic_fetch_add(&w->stats->heavies, 1);
        ngx_http_meeting_announce(w->stats, w->wakers,
                                  mt_batch_messages(batch));
    }

    mt_batch_destroy(batch);
}


static void
ngx_http_meeting_heavy_done(void *data)
{
    ngx_http_meeting_ctx_t *ctx = data;

    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    w->heavy_out = 0;
    ngx_http_meeting_heavy_next(w);

    ctx->collected = 1;
    ngx_http_meeting_wake(ctx);
}

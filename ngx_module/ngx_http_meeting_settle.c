
/*
 * Reads that wait until the store has settled.  A read must see all that was
 * acknowledged, so where the store is behind the write-ahead log it waits.
 * One barrier in the worker's ring serves all that wait; the barrier is the
 * worker's, so that a request can stop waiting when its patience is over.
 * Where the store cannot be committed a read takes another way
 * (ngx_http_meeting_peek.h).
 */

#include "ngx_http_meeting_settle.h"
#include "ngx_http_meeting_commit.h"


/* Milliseconds, after which a read shows what the store has: a process that is
 * stopped in a commit, or a disk that hangs, does not keep others from
 * reading. */
#define NGX_HTTP_MEETING_PATIENCE  500


static void ngx_http_meeting_settled(ngx_http_meeting_waiter_t *waiter);
static void ngx_http_meeting_settle_wake(ngx_queue_t *q, ngx_uint_t stale);


void
ngx_http_meeting_settle_init(ngx_http_meeting_worker_t *w)
{
    ngx_queue_init(&w->settling);

    w->barrier.command = MT_STR("");
    w->barrier.how = MT_PUSH_BARRIER;
    w->barrier.wake = ngx_http_meeting_settled;
}


ngx_int_t
ngx_http_meeting_settle(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r))
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    if (mt_commit_paused(w->commit)) {
        return NGX_DECLINED;
    }

    if (!w->barrier_out) {

        if (ngx_http_meeting_queue(&w->barrier) != MT_OK) {
            return NGX_ERROR;
        }

        w->barrier_out = 1;
    }

    if (ctx->settle_by == 0) {
        ctx->settle_by = ngx_current_msec + NGX_HTTP_MEETING_PATIENCE;
    }

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "meeting settle: waits for %M ms at most",
                   (ngx_msec_t) (ctx->settle_by - ngx_current_msec));

    ngx_queue_insert_tail(&w->settling, &ctx->waiter.queue);
    ngx_http_meeting_suspend(ctx, resume);

    return NGX_OK;
}


static void
ngx_http_meeting_settled(ngx_http_meeting_waiter_t *waiter)
{
    ngx_queue_t                 ready;
    ngx_http_meeting_worker_t  *w;

    (void) waiter;

    w = &ngx_http_meeting_worker;

    w->barrier_out = 0;

    if (ngx_queue_empty(&w->settling)) {
        return;
    }

    /* a request may have to wait once more, also if the commit failed: after
     * the second time the engine pauses, and the request goes another way */

    ngx_queue_init(&ready);
    ngx_queue_add(&ready, &w->settling);
    ngx_queue_init(&w->settling);

    while (!ngx_queue_empty(&ready)) {
        ngx_http_meeting_settle_wake(ngx_queue_head(&ready), 0);
    }
}


void
ngx_http_meeting_settle_check(ngx_http_meeting_worker_t *w)
{
    ngx_queue_t             *q, *next, ready;
    ngx_http_meeting_ctx_t  *ctx;

    /* the barrier may stay in the ring for as long as the engine pauses */

    if (!ngx_queue_empty(&w->settling) && mt_commit_paused(w->commit)) {
        ngx_queue_init(&ready);
        ngx_queue_add(&ready, &w->settling);
        ngx_queue_init(&w->settling);

        while (!ngx_queue_empty(&ready)) {
            ngx_http_meeting_settle_wake(ngx_queue_head(&ready), 0);
        }
    }

    for (q = ngx_queue_head(&w->settling);
         q != ngx_queue_sentinel(&w->settling);
         q = next)
    {
        next = ngx_queue_next(q);
        ctx = ngx_queue_data(q, ngx_http_meeting_ctx_t, waiter.queue);

        if ((ngx_msec_int_t) (ctx->settle_by - ngx_current_msec) <= 0) {
            ngx_http_meeting_settle_wake(q, 1);
        }
    }
}


static void
ngx_http_meeting_settle_wake(ngx_queue_t *q, ngx_uint_t stale)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_queue_data(q, ngx_http_meeting_ctx_t, waiter.queue);

    ngx_queue_remove(q);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "meeting settle: %s",
                   stale ? "not settled, reads what is there" : "settled");

    if (stale) {
        mt_exchange_allow_stale(ctx->exchange);
    }

    ngx_http_meeting_wake(ctx);
}

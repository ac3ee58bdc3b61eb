
#include "ngx_http_meeting_peek.h"

#include <semaphore.h>
#include <stdatomic.h>

#include "ngx_http_meeting_commit.h"


/* ms: how long the event loop has the transaction, in which no process can
 * write; and how long a request waits for it. */
#define NGX_HTTP_MEETING_PEEK  100
#define NGX_HTTP_MEETING_PEEK_WAIT  2000


/* One per process. */

static struct {
    ngx_queue_t               waiting;      /* requests */
    ngx_http_meeting_task_t   task;
    ngx_event_t               over;         /* timer */
    ngx_uint_t                lent;         /* the event loop has it */

    /* from the thread to the event loop, once `ready` is set; then `ended`
     * hands it back */
    atomic_int                ready;
    mt_txn_t                 *txn;
    mt_status_t               status;
    sem_t                     ended;
} ngx_http_meeting_peek_state;


static void ngx_http_meeting_peek_next(ngx_http_meeting_worker_t *w);
static void ngx_http_meeting_peek_run(void *data);
static void ngx_http_meeting_peek_done(void *data);
static void ngx_http_meeting_peek_over(ngx_event_t *ev);
static void ngx_http_meeting_peek_wake(ngx_queue_t *q, ngx_uint_t failed);


ngx_int_t
ngx_http_meeting_peek_init(ngx_http_meeting_worker_t *w, ngx_cycle_t *cycle)
{
    ngx_http_meeting_task_t  *task;

    ngx_queue_init(&ngx_http_meeting_peek_state.waiting);

    task = &ngx_http_meeting_peek_state.task;
    task->name = "peek";
    task->run = ngx_http_meeting_peek_run;
    task->done = ngx_http_meeting_peek_done;
    task->data = w;
    task->log = cycle->log;

    ngx_http_meeting_peek_state.over.handler = ngx_http_meeting_peek_over;
    ngx_http_meeting_peek_state.over.data = &w->dummy;
    ngx_http_meeting_peek_state.over.log = cycle->log;

    return sem_init(&ngx_http_meeting_peek_state.ended, 0, 0) == 0
           ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_meeting_peek(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r))
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    if (ctx->peeked || w->ring < 0) {
        return NGX_ERROR;
    }

    ctx->peek_by = ngx_current_msec + NGX_HTTP_MEETING_PEEK_WAIT;

    ngx_queue_insert_tail(&ngx_http_meeting_peek_state.waiting,
                          &ctx->waiter.queue);
    ngx_http_meeting_suspend(ctx, resume);
    ngx_http_meeting_peek_next(w);

    return NGX_OK;
}


/* Begins one if requests wait and the commit thread is free. */

static void
ngx_http_meeting_peek_next(ngx_http_meeting_worker_t *w)
{
    if (w->combining || w->service.store == NULL
        || ngx_queue_empty(&ngx_http_meeting_peek_state.waiting))
    {
        return;
    }

    /* the check timer tries again */

    if (ngx_http_meeting_task_post(&ngx_http_meeting_peek_state.task,
                                   w->conf->commit_pool)
        == NGX_OK)
    {
        w->combining = 1;
    }
}


/* In the commit thread, which owns the batch. */

static void
ngx_http_meeting_peek_run(void *data)
{
    ngx_http_meeting_worker_t *w = data;

    ngx_http_meeting_peek_state.status
        = mt_batch_peek(w->batch, &ngx_http_meeting_peek_state.txn);

    if (ngx_http_meeting_peek_state.status != MT_OK) {
        return;
    }

    atomic_store(&ngx_http_meeting_peek_state.ready, 1);
    ngx_http_meeting_notify(w->wakers, (ngx_uint_t) w->ring);

    while (sem_wait(&ngx_http_meeting_peek_state.ended) != 0) {
        /* a signal */
    }

    mt_batch_peek_end(w->batch);
}


static void
ngx_http_meeting_peek_done(void *data)
{
    ngx_http_meeting_worker_t *w = data;

    ngx_queue_t  *waiting;

    waiting = &ngx_http_meeting_peek_state.waiting;

    if (ngx_http_meeting_peek_state.status != MT_OK) {
        while (!ngx_queue_empty(waiting)) {
            ngx_http_meeting_peek_wake(ngx_queue_head(waiting), 1);
        }
    }

    ngx_http_meeting_commit_free(w);
}


void
ngx_http_meeting_peek_check(ngx_http_meeting_worker_t *w)
{
    ngx_queue_t              ready, *q, *next;
    ngx_http_meeting_ctx_t  *ctx;

    if (!ngx_http_meeting_peek_state.lent
        && atomic_load(&ngx_http_meeting_peek_state.ready))
    {
        ngx_http_meeting_peek_state.lent = 1;
        mt_read_lend(w->service.store, ngx_http_meeting_peek_state.txn);
        ngx_add_timer(&ngx_http_meeting_peek_state.over,
                      NGX_HTTP_MEETING_PEEK);

        ngx_queue_init(&ready);

        if (!ngx_queue_empty(&ngx_http_meeting_peek_state.waiting)) {
            ngx_queue_add(&ready, &ngx_http_meeting_peek_state.waiting);
            ngx_queue_init(&ngx_http_meeting_peek_state.waiting);
        }

        while (!ngx_queue_empty(&ready)) {
            ngx_http_meeting_peek_wake(ngx_queue_head(&ready), 0);
        }
    }

    for (q = ngx_queue_head(&ngx_http_meeting_peek_state.waiting);
         q != ngx_queue_sentinel(&ngx_http_meeting_peek_state.waiting);
         q = next)
    {
        next = ngx_queue_next(q);
        ctx = ngx_queue_data(q, ngx_http_meeting_ctx_t, waiter.queue);

        if ((ngx_msec_int_t) (ctx->peek_by - ngx_current_msec) <= 0) {
            ngx_http_meeting_peek_wake(q, 1);
        }
    }

    ngx_http_meeting_peek_next(w);
}


/* No read is under way: each ends in the call that began it. */

static void
ngx_http_meeting_peek_over(ngx_event_t *ev)
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    mt_read_lend(w->service.store, NULL);

    ngx_http_meeting_peek_state.lent = 0;
    atomic_store(&ngx_http_meeting_peek_state.ready, 0);

    (void) sem_post(&ngx_http_meeting_peek_state.ended);
}


static void
ngx_http_meeting_peek_wake(ngx_queue_t *q, ngx_uint_t failed)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_queue_data(q, ngx_http_meeting_ctx_t, waiter.queue);
    ctx->peeked = failed;

    ngx_queue_remove(q);
    ngx_http_meeting_wake(ctx);
}


/*
 * The worker's ring.  The event loop queues commands and collects results; a
 * thread of the commit pool, at most one at a time, is the combiner.
 */

#include "ngx_http_meeting_commit.h"
#include "ngx_http_meeting_heavy.h"


#define NGX_HTTP_MEETING_LINE  64          /* bytes that are fetched at once */


static ngx_int_t ngx_http_meeting_listen(ngx_http_meeting_worker_t *w,
    ngx_event_handler_pt wake);
static void ngx_http_meeting_wake_ring(void *data, unsigned ring);
static void ngx_http_meeting_collected(void *waiter, const mt_result_t *result,
    void *data);
static void ngx_http_meeting_prefetch(const void *data, size_t size);
static void ngx_http_meeting_refill(ngx_http_meeting_worker_t *w);
static void ngx_http_meeting_set_held(ngx_http_meeting_worker_t *w,
    ngx_uint_t n);

static void ngx_http_meeting_ctx_collected(ngx_http_meeting_waiter_t *waiter);
static mt_str_t ngx_http_meeting_command(ngx_http_meeting_ctx_t *ctx);

static mt_status_t ngx_http_meeting_push(ngx_http_meeting_worker_t *w,
    ngx_http_meeting_waiter_t *waiter);
static void ngx_http_meeting_combine(ngx_http_meeting_worker_t *w);
static void ngx_http_meeting_combine_run(void *data);
static void ngx_http_meeting_combine_done(void *data);


ngx_int_t
ngx_http_meeting_commit_init(ngx_http_meeting_worker_t *w,
    ngx_http_meeting_zone_t *zone, ngx_cycle_t *cycle)
{
    w->ring = -1;
    ngx_queue_init(&w->held);
    ngx_queue_init(&w->heavy);

    w->combine = ngx_pcalloc(cycle->pool, sizeof(ngx_http_meeting_task_t));
    if (w->combine == NULL) {
        return NGX_ERROR;
    }

    w->combine->name = "combiner";
    w->combine->run = ngx_http_meeting_combine_run;
    w->combine->done = ngx_http_meeting_combine_done;
    w->combine->data = w;
    w->combine->log = cycle->log;

    if (!mt_commit_is_zone(zone->ring_mem, zone->ring_mem_size)) {
        ngx_log_error(NGX_LOG_CRIT, cycle->log, 0,
                      "zone \"meeting\" is malformed: a worker is broken, "
                      "restart nginx");
        return NGX_ERROR;
    }

    w->commit = mt_commit_attach(zone->ring_mem, NULL,
                                 ngx_http_meeting_wake_ring, w);

    return w->commit ? NGX_OK : NGX_ERROR;
}


void
ngx_http_meeting_commit_exit(ngx_http_meeting_worker_t *w)
{
    if (w->commit) {
        mt_commit_detach(w->commit);
        w->commit = NULL;
    }
}


/* A worker without a ring answers writes with "busy", and asks again once a
 * second. */

void
ngx_http_meeting_commit_claim(ngx_http_meeting_worker_t *w,
    ngx_event_handler_pt wake)
{
    if (w->commit == NULL || w->ring >= 0) {
        return;
    }

    w->ring = mt_commit_claim(w->commit);

    if (w->ring < 0) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "all %d rings of zone \"meeting\" are taken: more than "
                      "%d workers, old and new, are alive",
                      MT_COMMIT_RINGS, MT_COMMIT_RINGS);
        return;
    }

    if (ngx_http_meeting_listen(w, wake) != NGX_OK) {

        /* the check timer collects instead */

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "meeting ring %d: its eventfd cannot be watched, "
                      "results are polled for", w->ring);
    }

    ngx_http_meeting_set_held(w, 0);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                   "meeting ring %d: claimed", w->ring);

    /* a dead owner may have left entries in the ring */

    ngx_http_meeting_commit_check(w);
}


static ngx_int_t
ngx_http_meeting_listen(ngx_http_meeting_worker_t *w,
    ngx_event_handler_pt wake)
{
    ngx_event_t       *rev;
    ngx_connection_t  *c;

    c = ngx_get_connection(w->wakers->fds[w->ring], ngx_cycle->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    rev = c->read;
    rev->log = ngx_cycle->log;
    rev->handler = wake;
    c->write->log = ngx_cycle->log;
    c->data = w;

    /* else a quitting worker reports it as a client's open socket */

    rev->channel = 1;
    c->write->channel = 1;

    if (ngx_handle_read_event(rev, 0) != NGX_OK) {
        c->fd = (ngx_socket_t) -1;
        ngx_free_connection(c);
        return NGX_ERROR;
    }

    w->wake = c;

    return NGX_OK;
}


/* In any combiner's thread, and on the event loop. */

static void
ngx_http_meeting_wake_ring(void *data, unsigned ring)
{
    ngx_http_meeting_worker_t *w = data;

    ngx_http_meeting_notify(w->wakers, ring);
}


void
ngx_http_meeting_commit_awake(ngx_event_t *ev)
{
    uint64_t           count;
    ngx_connection_t  *c;

    c = ev->data;

    if (read(c->fd, &count, sizeof(count)) == -1
        && ngx_errno != NGX_EAGAIN)
    {
        ngx_log_error(NGX_LOG_ALERT, ev->log, ngx_errno,
                      "read() from an eventfd failed");
    }

    ev->ready = 0;

    if (ngx_handle_read_event(ev, 0) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, ev->log, 0,
                      "the eventfd of a meeting ring cannot be watched");
    }
}


void
ngx_http_meeting_commit_collect(ngx_http_meeting_worker_t *w)
{
    ngx_uint_t                  n;
    ngx_queue_t                 ready, *q;
    ngx_connection_t           *c;
    ngx_http_meeting_waiter_t  *waiter, *next;

    /*
     * First all slots are freed, then requests go on: these may bring the
     * next requests of their connections at once.
     */

    ngx_queue_init(&ready);

    n = mt_commit_collect(w->commit, ngx_http_meeting_collected, &ready);

    if (n) {
        ngx_log_debug2(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                       "meeting ring %d: %ui results collected", w->ring, n);
    }

    ngx_http_meeting_refill(w);

    while (!ngx_queue_empty(&ready)) {
        q = ngx_queue_head(&ready);
        ngx_queue_remove(q);

        waiter = ngx_queue_data(q, ngx_http_meeting_waiter_t, queue);

        next = ngx_queue_data(ngx_queue_head(&ready),
                              ngx_http_meeting_waiter_t, queue);

        if (!ngx_queue_empty(&ready) && next->ctx) {
            c = next->ctx->request->connection;
            ngx_http_meeting_prefetch(c, sizeof(ngx_connection_t));
            ngx_http_meeting_prefetch(c->read, sizeof(ngx_event_t));
            ngx_http_meeting_prefetch(c->write, sizeof(ngx_event_t));
            ngx_http_meeting_prefetch(c->log, sizeof(ngx_log_t));
        }

        waiter->wake(waiter);
    }
}


static void
ngx_http_meeting_collected(void *waiter, const mt_result_t *result, void *data)
{
    ngx_queue_t                *ready = data;
    ngx_http_meeting_waiter_t  *w = waiter;

    w->result = *result;

    ngx_queue_insert_tail(ready, &w->queue);

    /*
     * A batch of requests that have waited has left the processor's caches.
     * These come back while the others' results are copied.
     */

    if (w->ctx) {
        ngx_http_meeting_prefetch(w->ctx->request, sizeof(ngx_http_request_t));
        ngx_http_meeting_prefetch(w->ctx->exchange, sizeof(mt_exchange_t));
    }
}


static void
ngx_http_meeting_prefetch(const void *data, size_t size)
{
    size_t       i;
    const char  *p;

    p = data;

    for (i = 0; i < size; i += NGX_HTTP_MEETING_LINE) {
        __builtin_prefetch(p + i);
    }
}


/* Moves commands that were held back into the ring, while it has room. */

static void
ngx_http_meeting_refill(ngx_http_meeting_worker_t *w)
{
    ngx_queue_t                *q;
    ngx_http_meeting_waiter_t  *waiter;

    while (!ngx_queue_empty(&w->held)) {
        q = ngx_queue_head(&w->held);
        waiter = ngx_queue_data(q, ngx_http_meeting_waiter_t, queue);

        if (ngx_http_meeting_push(w, waiter) != MT_OK) {
            return;
        }

        ngx_queue_remove(q);
        ngx_http_meeting_set_held(w, w->nheld - 1);
    }
}


static void
ngx_http_meeting_set_held(ngx_http_meeting_worker_t *w, ngx_uint_t n)
{
    w->nheld = n;

    if (w->ring >= 0) {
        w->stats->held[w->ring] = n;
    }
}


mt_status_t
ngx_http_meeting_queue(ngx_http_meeting_waiter_t *waiter)
{
    mt_status_t                 status;
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    if (w->ring < 0) {
        return MT_BUSY;
    }

    /* commands keep their order: none passes one that is held back */

    status = ngx_queue_empty(&w->held) ? ngx_http_meeting_push(w, waiter)
                                       : MT_BUSY;

    if (status != MT_BUSY) {
        return status;
    }

    if (w->nheld >= w->conf->queue) {
        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                       "meeting ring %d: full, and the queue too", w->ring);

        (void) ngx_atomic_fetch_add(&w->stats->busy, 1);
        return MT_BUSY;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                   "meeting ring %d: full, %ui held back", w->ring,
                   w->nheld + 1);

    ngx_queue_insert_tail(&w->held, &waiter->queue);
    ngx_http_meeting_set_held(w, w->nheld + 1);

    return MT_OK;
}


mt_status_t
ngx_http_meeting_commit(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r))
{
    mt_status_t                 status;
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    if (w->ring < 0) {
        return MT_BUSY;
    }

    if (!ctx->exchange->call.op->reserve && w->service.store
        && mt_store_is_low(w->service.store))
    {
        return MT_STORE_FULL;
    }

    ctx->waiter.command = ngx_http_meeting_command(ctx);
    ctx->waiter.how = ctx->exchange->call.op->wal_ack ? MT_PUSH_LOG
                                                     : MT_PUSH_COMMIT;
    ctx->waiter.ctx = ctx;
    ctx->waiter.wake = ngx_http_meeting_ctx_collected;

    if (ctx->exchange->call.seats > MT_COMMIT_HEAVY
        || !mt_commit_fits(w->commit, ctx->waiter.command.len))
    {
        return ngx_http_meeting_heavy(ctx, resume);
    }

    ctx->waiter.seats = (unsigned) ctx->exchange->call.seats;

    status = ngx_http_meeting_queue(&ctx->waiter);

    if (status == MT_OK) {
        ngx_http_meeting_suspend(ctx, resume);
    }

    return status;
}


static void
ngx_http_meeting_ctx_collected(ngx_http_meeting_waiter_t *waiter)
{
    waiter->ctx->collected = 1;

    ngx_http_meeting_wake(waiter->ctx);
}


static mt_str_t
ngx_http_meeting_command(ngx_http_meeting_ctx_t *ctx)
{
    mt_buf_t  *command;

    command = &ctx->exchange->call.command;

    return (mt_str_t) { command->len, command->data };
}


static mt_status_t
ngx_http_meeting_push(ngx_http_meeting_worker_t *w,
    ngx_http_meeting_waiter_t *waiter)
{
    int          combine;
    mt_status_t  status;

    status = mt_commit_push(w->commit, waiter->command, waiter->how,
                            waiter->seats, waiter, &combine);

    ngx_log_debug4(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                   "meeting ring %d: %uz bytes, \"%s\", combine:%d", w->ring,
                   waiter->command.len, mt_status_name(status), combine);

    if (combine) {
        ngx_http_meeting_combine(w);
    }

    return status;
}


/* At most one task of this process combines; see mt_commit_push(). */

static void
ngx_http_meeting_combine(ngx_http_meeting_worker_t *w)
{
    if (w->combining) {
        w->again = 1;
        return;
    }

    if (w->service.store == NULL && !ngx_exiting) {

        /* a worker whose store is open will find the ring stalled */

        return;
    }

    if (ngx_http_meeting_task_post(w->combine, w->conf->commit_pool)
        != NGX_OK)
    {

        /* the check timer tries again */

        return;
    }

    w->combining = 1;
    w->again = 0;
}


/* In a thread. */

static void
ngx_http_meeting_combine_run(void *data)
{
    ngx_http_meeting_worker_t *w = data;

    w->combined = mt_commit_combine(w->commit);
}


static void
ngx_http_meeting_combine_done(void *data)
{
    ngx_http_meeting_worker_t *w = data;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                   "meeting combiner: ended, \"%s\", again:%d",
                   mt_status_name(w->combined), w->again);

    ngx_http_meeting_commit_free(w);
}


void
ngx_http_meeting_commit_free(ngx_http_meeting_worker_t *w)
{
    w->combining = 0;

    if (w->again) {
        ngx_http_meeting_combine(w);

    } else if (w->combined != MT_OK) {

        /* it gave up, and no other combiner may know of the entries */

        ngx_http_meeting_commit_check(w);
    }
}


void
ngx_http_meeting_commit_check(ngx_http_meeting_worker_t *w)
{
    if (ngx_exiting) {
        mt_commit_retire(w->commit);
    }

    if (!w->combining && mt_commit_stalled(w->commit)) {
        ngx_http_meeting_combine(w);
    }
}

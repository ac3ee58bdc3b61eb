
/*
 * Requests that hash a password.  Hashes are slow on purpose: a hundred wrong
 * log-ins must delay neither forms and pictures, which use the work pool, nor
 * the log-ins of other addresses.
 *
 * Each address has a line of waiting requests, oldest first, whose first one
 * stands in `turns`.  An address whose first request begins goes to the end of
 * `turns` with its next.
 */

#include "ngx_http_meeting_hash.h"


/* Hashes of a processor in a second, roughly. */
#define NGX_HTTP_MEETING_HASHES  20


static ngx_int_t ngx_http_meeting_hash_begin(ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_hash_run(void *data);
static void ngx_http_meeting_hash_done(void *data);
static void ngx_http_meeting_hash_next(ngx_http_meeting_hashing_t *h);
static ngx_int_t ngx_http_meeting_hash_make_room(
    ngx_http_meeting_hashing_t *h, ngx_http_meeting_ctx_t *mine);
static void ngx_http_meeting_hash_enqueue(ngx_http_meeting_hashing_t *h,
    ngx_http_meeting_ctx_t *ctx, ngx_http_meeting_ctx_t *first);
static ngx_http_meeting_ctx_t *ngx_http_meeting_hash_dequeue(
    ngx_http_meeting_hashing_t *h);
static void ngx_http_meeting_hash_refused(ngx_event_t *ev);
static ngx_http_meeting_ctx_t *ngx_http_meeting_hash_first(
    ngx_http_meeting_hashing_t *h, uint64_t address);
static void ngx_http_meeting_hash_count(ngx_http_meeting_hashing_t *h);


#define ngx_http_meeting_turn(q)                                              \
    ngx_queue_data(q, ngx_http_meeting_ctx_t, place.turn)

#define ngx_http_meeting_line(q)                                              \
    ngx_queue_data(q, ngx_http_meeting_ctx_t, place.line)


void
ngx_http_meeting_hash_init(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_hashing_t  *h;

    h = &w->hashing;

    ngx_queue_init(&h->turns);
    ngx_queue_init(&h->refused);

    h->event.handler = ngx_http_meeting_hash_refused;
    h->event.data = h;
    h->event.log = ngx_cycle->log;
}


ngx_int_t
ngx_http_meeting_hash(ngx_http_meeting_ctx_t *ctx,
    void (*work)(ngx_http_meeting_ctx_t *ctx),
    void (*resume)(ngx_http_request_t *r))
{
    ngx_http_meeting_ctx_t      *first;
    ngx_http_meeting_worker_t   *w;
    ngx_http_meeting_hashing_t  *h;

    w = &ngx_http_meeting_worker;
    h = &w->hashing;

    ctx->work = work;
    ctx->place.address = ngx_http_meeting_network(ctx->request);

    if (h->running < w->stats->gate.n) {
        if (ngx_http_meeting_hash_begin(ctx) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_http_meeting_suspend(ctx, resume);
        return NGX_OK;
    }

    first = ngx_http_meeting_hash_first(h, ctx->place.address);

    if (h->waiting >= w->conf->hash_queue
        && ngx_http_meeting_hash_make_room(h, first) != NGX_OK)
    {
        (void) ngx_atomic_fetch_add(&w->stats->hash_busy, 1);
        return NGX_ERROR;
    }

    ngx_http_meeting_hash_enqueue(h, ctx, first);
    ngx_http_meeting_suspend(ctx, resume);

    return NGX_OK;
}


ngx_uint_t
ngx_http_meeting_hash_delay(void)
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    return 1 + w->hashing.waiting / (NGX_HTTP_MEETING_HASHES
                                     * w->stats->gate.n);
}


/* The gate in the shared zone bounds all workers' hashes; a worker has no more
 * tasks in its pool than may pass the gate. */

static ngx_int_t
ngx_http_meeting_hash_begin(ngx_http_meeting_ctx_t *ctx)
{
    ngx_http_meeting_task_t    *task;
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;
    task = &ctx->task;

    task->name = "hash";
    task->run = ngx_http_meeting_hash_run;
    task->done = ngx_http_meeting_hash_done;
    task->data = ctx;
    task->log = ctx->request->connection->log;
    task->nice = 1;

    if (ngx_http_meeting_task_post(task, w->conf->hash_pool) != NGX_OK) {
        return NGX_ERROR;
    }

    w->hashing.running++;
    (void) ngx_atomic_fetch_add(&w->stats->hashes, 1);

    return NGX_OK;
}


/* In a thread. */

static void
ngx_http_meeting_hash_run(void *data)
{
    ngx_http_meeting_ctx_t *ctx = data;

    pthread_mutex_t  *lock;

    lock = ngx_http_meeting_gate_enter(&ngx_http_meeting_worker.stats->gate);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "meeting gate: %s",
                   lock ? "entered" : "passed without a turn");

    ctx->work(ctx);

    ngx_http_meeting_gate_leave(lock);
}


static void
ngx_http_meeting_hash_done(void *data)
{
    ngx_http_meeting_hashing_t  *h;

    h = &ngx_http_meeting_worker.hashing;

    h->running--;
    ngx_http_meeting_hash_next(h);

    ngx_http_meeting_wake(data);
}


/* A request whose client has gone is not worth a hash. */

static void
ngx_http_meeting_hash_next(ngx_http_meeting_hashing_t *h)
{
    ngx_http_meeting_ctx_t  *ctx;

    while (h->running < ngx_http_meeting_worker.stats->gate.n
           && !ngx_queue_empty(&h->turns))
    {
        ctx = ngx_http_meeting_hash_dequeue(h);

        if (ctx->request->connection->error
            || ngx_http_meeting_hash_begin(ctx) != NGX_OK)
        {
            ctx->refused = 1;
            ngx_queue_insert_tail(&h->refused, &ctx->place.turn);
            ngx_post_event(&h->event, &ngx_posted_events);
        }
    }

    ngx_http_meeting_hash_count(h);
}


/* The queue is full.  `mine` is the first that waits of the newcomer's
 * address, NULL: none.  Returns NGX_ERROR if no other address has more. */

static ngx_int_t
ngx_http_meeting_hash_make_room(ngx_http_meeting_hashing_t *h,
    ngx_http_meeting_ctx_t *mine)
{
    ngx_queue_t             *q;
    ngx_http_meeting_ctx_t  *ctx, *most;

    most = mine;

    for (q = ngx_queue_head(&h->turns);
         q != ngx_queue_sentinel(&h->turns);
         q = ngx_queue_next(q))
    {
        ctx = ngx_http_meeting_turn(q);

        if (most == NULL || ctx->place.n > most->place.n) {
            most = ctx;
        }
    }

    if (most == NULL || most == mine
        || most->place.n <= (mine ? mine->place.n : 0) + 1)
    {
        return NGX_ERROR;
    }

    /* it has at least two */

    ctx = ngx_http_meeting_line(ngx_queue_last(&most->place.line));
    ngx_queue_remove(&ctx->place.line);

    most->place.n--;
    h->waiting--;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "meeting hash: gives way to another address");

    (void) ngx_atomic_fetch_add(&ngx_http_meeting_worker.stats->hash_busy, 1);

    ctx->refused = 1;
    ngx_queue_insert_tail(&h->refused, &ctx->place.turn);
    ngx_post_event(&h->event, &ngx_posted_events);

    return NGX_OK;
}


static void
ngx_http_meeting_hash_enqueue(ngx_http_meeting_hashing_t *h,
    ngx_http_meeting_ctx_t *ctx, ngx_http_meeting_ctx_t *first)
{
    if (first) {
        ngx_queue_insert_tail(&first->place.line, &ctx->place.line);
        first->place.n++;

    } else {
        ngx_queue_init(&ctx->place.line);
        ngx_queue_insert_tail(&h->turns, &ctx->place.turn);
        ctx->place.n = 1;
    }

    h->waiting++;
    ngx_http_meeting_hash_count(h);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "meeting hash: %ui wait", h->waiting);
}


static ngx_http_meeting_ctx_t *
ngx_http_meeting_hash_dequeue(ngx_http_meeting_hashing_t *h)
{
    ngx_queue_t             *q;
    ngx_http_meeting_ctx_t  *ctx, *next;

    q = ngx_queue_head(&h->turns);
    ngx_queue_remove(q);

    ctx = ngx_http_meeting_turn(q);
    h->waiting--;

    if (!ngx_queue_empty(&ctx->place.line)) {
        next = ngx_http_meeting_line(ngx_queue_head(&ctx->place.line));

        /* the list goes over to its new head */

        ngx_queue_remove(&ctx->place.line);

        next->place.n = ctx->place.n - 1;
        ngx_queue_insert_tail(&h->turns, &next->place.turn);
    }

    return ctx;
}


/* Posted: these are not woken while another request is being handled. */

static void
ngx_http_meeting_hash_refused(ngx_event_t *ev)
{
    ngx_http_meeting_hashing_t *h = ev->data;

    ngx_queue_t  *q;

    while (!ngx_queue_empty(&h->refused)) {
        q = ngx_queue_head(&h->refused);
        ngx_queue_remove(q);

        ngx_http_meeting_wake(ngx_http_meeting_turn(q));
    }
}


static ngx_http_meeting_ctx_t *
ngx_http_meeting_hash_first(ngx_http_meeting_hashing_t *h, uint64_t address)
{
    ngx_queue_t             *q;
    ngx_http_meeting_ctx_t  *ctx;

    for (q = ngx_queue_head(&h->turns);
         q != ngx_queue_sentinel(&h->turns);
         q = ngx_queue_next(q))
    {
        ctx = ngx_http_meeting_turn(q);

        if (ctx->place.address == address) {
            return ctx;
        }
    }

    return NULL;
}


static void
ngx_http_meeting_hash_count(ngx_http_meeting_hashing_t *h)
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    if (w->ring >= 0) {
        w->stats->hashing[w->ring] = h->waiting;
    }
}

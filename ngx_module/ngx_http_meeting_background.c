
/*
 * Background jobs, by the one worker that holds the store's lease.  Jobs run
 * in turns, in a thread.  They leave their changes behind as commands, which
 * the event loop queues in the worker's ring between turns.
 */

#include "ngx_http_meeting_background.h"
#include "ngx_http_meeting_commit.h"
#include "ngx_http_meeting_thread.h"


/* A job's command in flight. */

typedef struct {
    ngx_http_meeting_waiter_t   waiter;
    mt_background_command_t    *command;
} ngx_http_meeting_order_t;


/* This worker's part; the engine is the worker's `background`. */

typedef struct {
    int                            lease;       /* descriptor, -1: none */
    ngx_http_meeting_task_t        turn;        /* run NULL: none here */
    ngx_event_t                    timer;       /* for the next turn */
    ngx_queue_t                    results;     /* to be handed to jobs between
                                                   turns */
    ngx_uint_t                     out;         /* commands, in flight */
    ngx_atomic_uint_t              messages;    /* seen so far */
    int64_t                        wait;        /* ms, from the last turn */
    unsigned                       turning:1;   /* in the thread */
    unsigned                       again:1;
} ngx_http_meeting_background_t;


static void ngx_http_meeting_background_begin(ngx_http_meeting_worker_t *w);
static void ngx_http_meeting_background_end(ngx_http_meeting_worker_t *w);
static mt_background_state_t ngx_http_meeting_background_state(void *data);
static void ngx_http_meeting_background_log(void *data, int level,
    const char *text);

static void ngx_http_meeting_background_count(void *data, mt_count_t what,
    uint64_t n);

static void ngx_http_meeting_turn(ngx_http_meeting_worker_t *w);
static void ngx_http_meeting_turn_run(void *data);
static void ngx_http_meeting_turn_done(void *data);
static void ngx_http_meeting_turn_timer(ngx_event_t *ev);

static void ngx_http_meeting_order_queue(ngx_http_meeting_worker_t *w,
    mt_background_command_t *command);
static void ngx_http_meeting_order_wake(ngx_http_meeting_waiter_t *waiter);
static ngx_uint_t ngx_http_meeting_order_results(ngx_http_meeting_worker_t *w);


static ngx_http_meeting_background_t  ngx_http_meeting_background;


/* Never an error: nginx would not start the worker again, and other workers
 * may run the jobs. */

void
ngx_http_meeting_background_init(ngx_http_meeting_worker_t *w,
    ngx_cycle_t *cycle)
{
    ngx_http_meeting_background_t  *b;

    b = &ngx_http_meeting_background;

    b->lease = -1;
    ngx_queue_init(&b->results);

    if (!w->conf->background) {
        return;
    }

    w->conf->options.state = ngx_http_meeting_background_state;
    w->conf->options.log = ngx_http_meeting_background_log;
    w->conf->options.count = ngx_http_meeting_background_count;

    if (mt_outgoing_init() != 0) {
        ngx_log_error(NGX_LOG_ERR, cycle->log, 0,
                      "this worker cannot run the meeting store's background "
                      "jobs: libcurl does not start");
        return;
    }

    /* an idle worker that is to quit does not wait for the next turn */

    b->timer.handler = ngx_http_meeting_turn_timer;
    b->timer.data = &w->dummy;
    b->timer.log = cycle->log;
    b->timer.cancelable = 1;

    b->turn.name = "background turn";
    b->turn.run = ngx_http_meeting_turn_run;
    b->turn.done = ngx_http_meeting_turn_done;
    b->turn.data = w;
    b->turn.log = cycle->log;
    b->turn.nice = 1;
}


void
ngx_http_meeting_background_exit(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_end(w);

    mt_background_destroy(w->background);
    w->background = NULL;
}


void
ngx_http_meeting_background_tick(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_t  *b;

    b = &ngx_http_meeting_background;

    if (b->turn.run == NULL || w->service.store == NULL || w->ring < 0) {
        return;
    }

    if (b->lease == -1 && !ngx_exiting) {
        b->lease = mt_store_lease(w->service.store);

        if (b->lease != -1) {
            ngx_http_meeting_background_begin(w);
        }

    } else if (b->lease != -1 && !b->turning && !b->timer.timer_set) {

        /* a store that had to be opened anew may have kept it from a turn */

        ngx_http_meeting_turn(w);
    }
}


static void
ngx_http_meeting_background_begin(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_t  *b;

    b = &ngx_http_meeting_background;

    if (w->background == NULL) {
        w->background = mt_background_create(&w->conf->options);
    }

    if (w->background == NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "no memory for the meeting store's background jobs");
        ngx_http_meeting_background_end(w);
        return;
    }

    ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                  "this worker runs the meeting store's background jobs");

    b->messages = w->stats->messages;
    w->stats->background = w->ring + 1;

    ngx_http_meeting_turn(w);
}


/* Gives the lease back: another worker may take it. */

static void
ngx_http_meeting_background_end(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_t  *b;

    b = &ngx_http_meeting_background;

    if (b->lease == -1) {
        return;
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                   "meeting lease: given back");

    (void) ngx_atomic_cmp_set(&w->stats->background, w->ring + 1, 0);

    if (close(b->lease) == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "close() of the meeting store's lease failed");
    }

    b->lease = -1;
}


/* In the turn's thread; nginx sets these on its main thread. */

static mt_background_state_t
ngx_http_meeting_background_state(void *data)
{
    if (ngx_terminate) {
        return MT_BACKGROUND_STOP;
    }

    return ngx_exiting || ngx_quit ? MT_BACKGROUND_FINISH : MT_BACKGROUND_GO;
}


static void
ngx_http_meeting_background_log(void *data, int level, const char *text)
{
    static const ngx_uint_t  levels[] = {
        NGX_LOG_NOTICE, NGX_LOG_WARN, NGX_LOG_ERR
    };

    ngx_log_error(levels[level], ngx_cycle->log, 0, "meeting: %s", text);
}


static void
ngx_http_meeting_background_count(void *data, mt_count_t what, uint64_t n)
{
    (void) ngx_atomic_fetch_add(&ngx_http_meeting_worker.stats->counts[what],
                                n);
}


void
ngx_http_meeting_background_look(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_t  *b;

    b = &ngx_http_meeting_background;

    if (b->lease != -1 && b->messages != w->stats->messages) {
        b->messages = w->stats->messages;
        ngx_http_meeting_turn(w);
    }
}


/* Begins the next turn, or lets the one under way end soon, for another. */

static void
ngx_http_meeting_turn(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_t  *b;

    b = &ngx_http_meeting_background;

    if (b->turning) {
        b->again = 1;
        mt_background_wake(w->background);
        return;
    }

    if (w->service.store == NULL || mt_store_broken(w->service.store)
        || ngx_http_meeting_task_post(&b->turn, w->conf->background_pool)
           != NGX_OK)
    {
        /* the tick tries again */

        return;
    }

    if (b->timer.timer_set) {
        ngx_del_timer(&b->timer);
    }

    b->turning = 1;
    b->again = 0;
}


/* In a thread; the pool has only one. */

static void
ngx_http_meeting_turn_run(void *data)
{
    ngx_http_meeting_worker_t *w = data;

    ngx_http_meeting_background.wait = mt_background_turn(w->background,
                                                          w->service.store);
}


static void
ngx_http_meeting_turn_done(void *data)
{
    ngx_http_meeting_worker_t *w = data;

    mt_background_command_t        *command;
    ngx_http_meeting_background_t  *b;

    b = &ngx_http_meeting_background;

    b->turning = 0;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                   "meeting background turn: next in %L ms, again:%d",
                   b->wait, b->again);

    while ((command = mt_background_take(w->background)) != NULL) {
        ngx_http_meeting_order_queue(w, command);
    }

    if (ngx_http_meeting_order_results(w) || b->again || b->wait == 0) {
        ngx_http_meeting_turn(w);

    } else if (b->wait == MT_BACKGROUND_OVER) {

        /* the result of a command in flight brings another turn */

        if (b->out == 0) {
            ngx_http_meeting_background_end(w);
        }

    } else {
        ngx_add_timer(&b->timer, (ngx_msec_t) b->wait);
    }
}


static void
ngx_http_meeting_turn_timer(ngx_event_t *ev)
{
    ngx_http_meeting_turn(&ngx_http_meeting_worker);
}


static void
ngx_http_meeting_order_queue(ngx_http_meeting_worker_t *w,
    mt_background_command_t *command)
{
    mt_result_t                result;
    mt_status_t                status;
    ngx_http_meeting_order_t  *order;

    status = MT_NO_MEMORY;

    order = ngx_alloc(sizeof(ngx_http_meeting_order_t), ngx_cycle->log);

    if (order) {
        order->command = command;
        order->waiter.command = command->command;
        order->waiter.how = MT_PUSH_COMMIT;
        order->waiter.ctx = NULL;
        order->waiter.wake = ngx_http_meeting_order_wake;

        status = ngx_http_meeting_queue(&order->waiter);
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                   "meeting background command: %uz bytes, \"%s\"",
                   command->command.len, mt_status_name(status));

    if (status == MT_OK) {
        ngx_http_meeting_background.out++;

        w->waiting++;
        ngx_http_meeting_keep_checking(w);

        return;
    }

    if (order) {
        ngx_free(order);
    }

    ngx_memzero(&result, sizeof(mt_result_t));
    result.status = status;

    mt_background_done(w->background, command, &result);
}


static void
ngx_http_meeting_order_wake(ngx_http_meeting_waiter_t *waiter)
{
    ngx_http_meeting_worker_t      *w;
    ngx_http_meeting_background_t  *b;

    w = &ngx_http_meeting_worker;
    b = &ngx_http_meeting_background;

    b->out--;
    w->waiting--;

    ngx_queue_insert_tail(&b->results, &waiter->queue);

    if (!b->turning) {
        (void) ngx_http_meeting_order_results(w);
    }

    ngx_http_meeting_turn(w);
}


/* Between turns: hands results to the jobs.  Returns how many. */

static ngx_uint_t
ngx_http_meeting_order_results(ngx_http_meeting_worker_t *w)
{
    ngx_uint_t                 n;
    ngx_queue_t               *q, *results;
    ngx_http_meeting_order_t  *order;

    n = 0;
    results = &ngx_http_meeting_background.results;

    while (!ngx_queue_empty(results)) {
        q = ngx_queue_head(results);
        ngx_queue_remove(q);

        order = ngx_queue_data(q, ngx_http_meeting_order_t, waiter.queue);

        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                       "meeting background result: \"%s\"",
                       mt_status_name(order->waiter.result.status));

        mt_background_done(w->background, order->command,
                           &order->waiter.result);
        ngx_free(order);

        n++;
    }

    return n;
}

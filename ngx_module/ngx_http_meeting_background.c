
#include "ngx_http_meeting_module.h"


typedef struct {
    ngx_http_meeting_waiter_t   waiter;
    mt_background_command_t    *command;
} ngx_http_meeting_task_t;


static void ngx_http_meeting_background_begin(ngx_http_meeting_worker_t *w);
static void ngx_http_meeting_background_end(ngx_http_meeting_worker_t *w);
static mt_background_state_t ngx_http_meeting_background_state(void *data);
static void ngx_http_meeting_background_log(void *data, int level,
    const char *text);

static void ngx_http_meeting_background_count(void *data, mt_count_t what,
    uint64_t n);

static void ngx_http_meeting_turn(ngx_http_meeting_worker_t *w);
static void ngx_http_meeting_turn_handler(void *data, ngx_log_t *log);
static void ngx_http_meeting_turn_done(ngx_event_t *ev);
static void ngx_http_meeting_turn_timer(ngx_event_t *ev);

static void ngx_http_meeting_task_queue(ngx_http_meeting_worker_t *w,
    mt_background_command_t *command);
static void ngx_http_meeting_task_wake(ngx_http_meeting_waiter_t *waiter);
static ngx_uint_t ngx_http_meeting_task_results(ngx_http_meeting_worker_t *w);


/* Never an error: nginx would not start the worker again, and others may do
 * the work. */

void
ngx_http_meeting_background_init(ngx_http_meeting_worker_t *w,
    ngx_cycle_t *cycle)
{
    ngx_thread_task_t              *task;
    ngx_http_meeting_background_t  *b;

    b = &w->background;

    b->lease = -1;
    ngx_queue_init(&b->results);

    if (!w->conf->background) {
        return;
    }

    w->conf->options.state = ngx_http_meeting_background_state;
    w->conf->options.log = ngx_http_meeting_background_log;
    w->conf->options.count = ngx_http_meeting_background_count;

    task = ngx_thread_task_alloc(cycle->pool, 0);

    if (task == NULL || mt_outgoing_init() != 0) {
        ngx_log_error(NGX_LOG_ERR, cycle->log, 0,
                      "this worker cannot do the meeting store's background "
                      "work: no memory, or libcurl does not start");
        return;
    }

    task->ctx = w;
    task->handler = ngx_http_meeting_turn_handler;
    task->event.data = w;
    task->event.handler = ngx_http_meeting_turn_done;
    task->event.log = cycle->log;

    /* an idle worker that is to quit does not wait for the next turn */

    b->timer.handler = ngx_http_meeting_turn_timer;
    b->timer.data = &w->dummy;
    b->timer.log = cycle->log;
    b->timer.cancelable = 1;

    b->turn = task;
}


/* Threads have ended, so nothing is out any more. */

void
ngx_http_meeting_background_exit(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_end(w);

    mt_background_destroy(w->background.engine);
    w->background.engine = NULL;
}


void
ngx_http_meeting_background_tick(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_t  *b;

    b = &w->background;

    if (b->turn == NULL || w->service.store == NULL || w->ring < 0) {
        return;
    }

    if (b->lease == -1 && !ngx_exiting) {
        b->lease = mt_store_lease(w->service.store);

        if (b->lease != -1) {
            ngx_http_meeting_background_begin(w);
        }

    } else if (b->lease != -1 && !b->turning && !b->timer.timer_set) {

        /* it may have been held up by a store that had to be reopened */

        ngx_http_meeting_turn(w);
    }
}


static void
ngx_http_meeting_background_begin(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_t  *b;

    b = &w->background;

    if (b->engine == NULL) {
        b->engine = mt_background_create(&w->conf->options);
    }

    if (b->engine == NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "no memory for the meeting store's background work");
        ngx_http_meeting_background_end(w);
        return;
    }

    ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                  "this worker does the meeting store's background work");

    b->messages = w->stats->messages;
    w->stats->background = w->ring + 1;

    ngx_http_meeting_turn(w);
}


/* Others may take over. */

static void
ngx_http_meeting_background_end(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_t  *b;

    b = &w->background;

    if (b->lease == -1) {
        return;
    }

    (void) ngx_atomic_cmp_set(&w->stats->background, w->ring + 1, 0);

    if (close(b->lease) == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "close() of the meeting store's lease failed");
    }

    b->lease = -1;
}


/* From the turn's thread: nginx sets these from its main thread. */

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


/* From a combiner's thread. */

void
ngx_http_meeting_background_notify(ngx_http_meeting_worker_t *w,
    uint64_t messages)
{
    ngx_atomic_uint_t  ring;

    if (messages == 0) {
        return;
    }

    (void) ngx_atomic_fetch_add(&w->stats->messages, messages);

    ring = w->stats->background;

    if (ring) {
        ngx_http_meeting_notify(w, ring - 1);
    }
}


void
ngx_http_meeting_background_look(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_t  *b;

    b = &w->background;

    if (b->lease != -1 && b->messages != w->stats->messages) {
        b->messages = w->stats->messages;
        ngx_http_meeting_turn(w);
    }
}


/* The next turn, now. */

static void
ngx_http_meeting_turn(ngx_http_meeting_worker_t *w)
{
    ngx_http_meeting_background_t  *b;

    b = &w->background;

    if (b->turning) {
        b->again = 1;
        mt_background_wake(b->engine);
        return;
    }

    if (w->service.store == NULL || mt_store_broken(w->service.store)
        || ngx_thread_task_post(w->conf->background_pool, b->turn) != NGX_OK)
    {
        /* the tick tries again */

        return;
    }

    if (b->timer.timer_set) {
        ngx_del_timer(&b->timer);
    }

    b->turning = 1;
    b->again = 0;

    ngx_http_meeting_keep_checking(w);
}


/* In a thread, of which there is one. */

static void
ngx_http_meeting_turn_handler(void *data, ngx_log_t *log)
{
    ngx_http_meeting_worker_t *w = data;

    ngx_http_meeting_thread_enter();
    ngx_http_meeting_be_nice();

    w->background.wait = mt_background_turn(w->background.engine,
                                            w->service.store);
}


static void
ngx_http_meeting_turn_done(ngx_event_t *ev)
{
    ngx_http_meeting_worker_t *w = ev->data;

    mt_background_command_t        *command;
    ngx_http_meeting_background_t  *b;

    b = &w->background;

    b->turning = 0;

    ngx_http_meeting_store_mend(w);

    while ((command = mt_background_take(b->engine)) != NULL) {
        ngx_http_meeting_task_queue(w, command);
    }

    if (ngx_http_meeting_task_results(w) || b->again || b->wait == 0) {
        ngx_http_meeting_turn(w);

    } else if (b->wait == MT_BACKGROUND_OVER) {

        /* what is still to be committed brings another turn */

        if (b->out == 0) {
            ngx_http_meeting_background_end(w);
        }

    } else {
        ngx_add_timer(&b->timer, (ngx_msec_t) b->wait);
    }

    ngx_http_meeting_keep_checking(w);
}


static void
ngx_http_meeting_turn_timer(ngx_event_t *ev)
{
    ngx_http_meeting_turn(&ngx_http_meeting_worker);
}


static void
ngx_http_meeting_task_queue(ngx_http_meeting_worker_t *w,
    mt_background_command_t *command)
{
    mt_result_t               result;
    mt_status_t               status;
    ngx_http_meeting_task_t  *task;

    status = MT_NO_MEMORY;

    task = ngx_alloc(sizeof(ngx_http_meeting_task_t), ngx_cycle->log);

    if (task) {
        task->command = command;
        task->waiter.command = command->command;
        task->waiter.how = MT_PUSH_COMMIT;
        task->waiter.ctx = NULL;
        task->waiter.wake = ngx_http_meeting_task_wake;

        status = ngx_http_meeting_queue(&task->waiter);
    }

    if (status == MT_OK) {
        w->background.out++;
        return;
    }

    if (task) {
        ngx_free(task);
    }

    ngx_memzero(&result, sizeof(mt_result_t));
    result.status = status;

    mt_background_done(w->background.engine, command, &result);
}


static void
ngx_http_meeting_task_wake(ngx_http_meeting_waiter_t *waiter)
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    w->background.out--;

    ngx_queue_insert_tail(&w->background.results, &waiter->queue);

    if (!w->background.turning) {
        (void) ngx_http_meeting_task_results(w);
    }

    ngx_http_meeting_turn(w);
}


/* Between turns; how many there were. */

static ngx_uint_t
ngx_http_meeting_task_results(ngx_http_meeting_worker_t *w)
{
    ngx_uint_t                n;
    ngx_queue_t              *q;
    ngx_http_meeting_task_t  *task;

    n = 0;

    while (!ngx_queue_empty(&w->background.results)) {
        q = ngx_queue_head(&w->background.results);
        ngx_queue_remove(q);

        task = ngx_queue_data(q, ngx_http_meeting_task_t, waiter.queue);

        mt_background_done(w->background.engine, task->command,
                           &task->waiter.result);
        ngx_free(task);

        n++;
    }

    return n;
}

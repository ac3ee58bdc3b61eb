
/*
 * Tasks of this worker in the threads of nginx's pools.
 *
 * At its end a worker waits for the pools' tasks, but not for their threads:
 * these are detached, and still free what libraries keep for each thread while
 * exit() already frees all of these libraries.  OpenSSL then crashes, once in
 * some hundred reloads on a busy machine.  So the worker waits here until the
 * threads are past it.
 */

#include "ngx_http_meeting_thread.h"
#include "ngx_http_meeting_store.h"


#define NGX_HTTP_MEETING_NICE          10

/* seconds, more than any thread takes to end; then the worker exits anyway */
#define NGX_HTTP_MEETING_THREADS_WAIT  2

/* set in a thread for its second round of destructors */
#define NGX_HTTP_MEETING_AGAIN         ((void *) &ngx_http_meeting_threads)


typedef struct {
    pthread_mutex_t   lock;
    pthread_cond_t    fewer;
    ngx_uint_t        n;            /* threads that have not ended */
    pthread_key_t     key;          /* set in each of them */
    unsigned          keyed:1;
} ngx_http_meeting_threads_t;


static ngx_http_meeting_threads_t  ngx_http_meeting_threads = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .fewer = PTHREAD_COND_INITIALIZER
};


static void ngx_http_meeting_task_handler(void *data, ngx_log_t *log);
static void ngx_http_meeting_task_done(ngx_event_t *ev);
static void ngx_http_meeting_thread_enter(void);
static void ngx_http_meeting_thread_ends(void *data);
static void ngx_http_meeting_be_nice(void);


void
ngx_http_meeting_threads_init(void)
{
    ngx_http_meeting_threads_t  *threads;

    threads = &ngx_http_meeting_threads;

    threads->keyed = pthread_key_create(&threads->key,
                                        ngx_http_meeting_thread_ends)
                     == 0;
}


ngx_int_t
ngx_http_meeting_task_post(ngx_http_meeting_task_t *task,
    ngx_thread_pool_t *pool)
{
    ngx_thread_task_t          *thread;
    ngx_http_meeting_worker_t  *w;

    thread = &task->thread;

    thread->ctx = task;
    thread->handler = ngx_http_meeting_task_handler;
    thread->event.data = task;
    thread->event.handler = ngx_http_meeting_task_done;
    thread->event.log = task->log;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, task->log, 0,
                   "meeting thread: \"%s\" is posted", task->name);

    if (ngx_thread_task_post(pool, thread) != NGX_OK) {
        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, task->log, 0,
                       "meeting thread: no room for \"%s\"", task->name);
        return NGX_ERROR;
    }

    w = &ngx_http_meeting_worker;

    w->threads++;
    ngx_http_meeting_keep_checking(w);

    return NGX_OK;
}


/* In a thread. */

static void
ngx_http_meeting_task_handler(void *data, ngx_log_t *log)
{
    ngx_http_meeting_task_t *task = data;

    ngx_http_meeting_thread_enter();

    if (task->nice) {
        ngx_http_meeting_be_nice();
    }

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, task->log, 0,
                   "meeting thread: \"%s\" begins", task->name);

    task->run(task->data);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, task->log, 0,
                   "meeting thread: \"%s\" ends", task->name);
}


static void
ngx_http_meeting_task_done(ngx_event_t *ev)
{
    ngx_http_meeting_task_t *task = ev->data;

    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    w->threads--;
    ngx_http_meeting_store_keep(w);

    task->done(task->data);
}


/* In a thread, before all else. */

static void
ngx_http_meeting_thread_enter(void)
{
    static __thread ngx_uint_t   entered;
    ngx_http_meeting_threads_t  *threads;

    threads = &ngx_http_meeting_threads;

    if (entered || !threads->keyed
        || pthread_setspecific(threads->key, &entered) != 0)
    {
        return;
    }

    entered = 1;

    (void) pthread_mutex_lock(&threads->lock);
    threads->n++;
    (void) pthread_mutex_unlock(&threads->lock);
}


/*
 * At a thread's end.  A key that is set again by its own destructor has it
 * called once more after those of all other keys.
 */

static void
ngx_http_meeting_thread_ends(void *data)
{
    ngx_http_meeting_threads_t  *threads;

    threads = &ngx_http_meeting_threads;

    if (data != NGX_HTTP_MEETING_AGAIN
        && pthread_setspecific(threads->key, NGX_HTTP_MEETING_AGAIN) == 0)
    {
        return;
    }

    (void) pthread_mutex_lock(&threads->lock);

    threads->n--;
    (void) pthread_cond_signal(&threads->fewer);

    (void) pthread_mutex_unlock(&threads->lock);
}


/*
 * In a thread: Linux keeps a nice value for each.  A thread that hashes
 * passwords uses all of a processor that it gets, and sign-ins wait meanwhile;
 * so where both want it, it gets a tenth of an event loop's share.
 */

static void
ngx_http_meeting_be_nice(void)
{
    static __thread ngx_uint_t  niced;

    if (!niced) {
        niced = 1;
        (void) !nice(NGX_HTTP_MEETING_NICE);
    }
}


void
ngx_http_meeting_threads_wait(ngx_log_t *log)
{
    ngx_uint_t                   n;
    struct timespec              until;
    ngx_http_meeting_threads_t  *threads;

    threads = &ngx_http_meeting_threads;

    (void) clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += NGX_HTTP_MEETING_THREADS_WAIT;

    (void) pthread_mutex_lock(&threads->lock);

    while (threads->n != 0
           && pthread_cond_clockwait(&threads->fewer, &threads->lock,
                                     CLOCK_MONOTONIC, &until)
              == 0)
    {
        /* void */
    }

    n = threads->n;

    (void) pthread_mutex_unlock(&threads->lock);

    if (n != 0) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "%ui threads of \"meeting\" did not end", n);
    }
}

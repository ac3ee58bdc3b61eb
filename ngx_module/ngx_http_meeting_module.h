
/*
 * The glue between nginx and the engine: directives, the shared zone, the
 * worker's store, and a request's way through the phases.
 *
 *     ngx_http_meeting_module.c     the module, its configuration
 *     ngx_http_meeting_directives.c how each directive is read
 *     ngx_http_meeting_store.c      the store: master, zone, workers
 *     ngx_http_meeting_body.c       rewrite phase: body read and decoded
 *     ngx_http_meeting_handler.c    content phase: steps of a call, the answer
 *     ngx_http_meeting_work.c       waiting for threads and for commits
 *     ngx_http_meeting_gate.c       how many hash passwords at a time
 *     ngx_http_meeting_commit.c     the worker's ring and its combiner
 *     ngx_http_meeting_settle.c     reads wait for what was answered
 *     ngx_http_meeting_background.c what nobody asks for, by one worker
 *     ngx_http_meeting_error.c      nginx's own errors, in the envelope
 *     ngx_http_meeting_variables.c  $meeting_*
 *     ngx_http_meeting_status.c     statistics and the status location
 *     ngx_http_meeting_status_event.c  its part about events
 *
 * Everything runs on the event loop but thread-pool handlers, which say so.
 */

#ifndef NGX_HTTP_MEETING_MODULE_H
#define NGX_HTTP_MEETING_MODULE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>
#include <ngx_thread_pool.h>

#include "domain/notify/mt_event.h"
#include "background/mt_background.h"
#include "service/mt_service.h"


#define NGX_HTTP_MEETING_DIALECTS  8       /* room in the statistics */


typedef struct ngx_http_meeting_page_s  ngx_http_meeting_page_t;
typedef struct ngx_http_meeting_zone_s  ngx_http_meeting_zone_t;
typedef struct ngx_http_meeting_ctx_s   ngx_http_meeting_ctx_t;


typedef struct {
    ngx_str_t                     path;         /* empty: no meeting_store */
    ngx_str_t                     resources;
    size_t                        max_size;
    ngx_msec_t                    checkpoint;
    ngx_shm_zone_t               *shm_zone;
    ngx_http_meeting_zone_t      *zone;
    ngx_core_conf_t              *core;         /* user of the workers */
    ngx_uint_t                    threads;
    ngx_uint_t                    queue;
    ngx_thread_pool_t            *work_pool;
    ngx_thread_pool_t            *commit_pool;
    ngx_uint_t                    api;          /* unsigned  api:1; */

    ngx_flag_t                    background;
    ngx_thread_pool_t            *background_pool;
    mt_background_options_t       options;      /* settings NULL: no server */
    ngx_uint_t                    event_settings;  /* options.settings are
                                                      of the events' dialect */
    ngx_msec_t                    event_connect_timeout;
    ngx_msec_t                    event_timeout;
    ngx_msec_t                    event_retry;
    ngx_uint_t                    event_connections;
    ngx_flag_t                    event_private;
    ngx_str_t                     event_proxy;
    ngx_str_t                     event_ca;
    ngx_msec_t                    journal_age;  /* 0: for ever */
    off_t                         journal_size; /* 0: any */
} ngx_http_meeting_main_conf_t;


typedef struct {
    const mt_dialect_t           *dialect;      /* NULL: not of the API */
    ngx_uint_t                    dialect_index;
    mt_settings_t                 settings;     /* merged, for the engine */

    mt_zone_t                    *zone;
    ngx_str_t                     public_base;
    ngx_msec_t                    sign_open;
    ngx_msec_t                    sign_grace;
    ngx_msec_t                    qr_max_age;
    ngx_msec_t                    qr_skew;
    ngx_uint_t                    geofence;     /* MT_FENCE_* */
    ngx_msec_t                    default_length;
    ngx_uint_t                    page_size;
    ngx_msec_t                    token_ttl;    /* of access tokens */
    ngx_flag_t                    weclubs_verify;
    ngx_str_t                     weclubs_secret;
    ngx_msec_t                    weclubs_token_ttl;
    ngx_array_t                  *weclubs_callers;     /* of mt_str_t */

    ngx_uint_t                    prometheus;   /* of meeting_status */
} ngx_http_meeting_loc_conf_t;


/*
 * Whoever waits for a command.  wake() is called on the event loop once there
 * is a result, after those of all that were committed with it are collected.
 */

typedef struct ngx_http_meeting_waiter_s  ngx_http_meeting_waiter_t;

struct ngx_http_meeting_waiter_s {
    ngx_queue_t                   queue;        /* for the ring, or from it */
    mt_str_t                      command;
    mt_push_t                     how;
    mt_result_t                   result;
    ngx_http_meeting_ctx_t       *ctx;          /* NULL: not a request's */
    void                        (*wake)(ngx_http_meeting_waiter_t *waiter);
};


/*
 * A request of the API.  In its pool, with the exchange closed by the pool's
 * cleanup: nginx keeps the pool while r->blocked is set, so that whoever holds
 * a waiting request (a thread, a ring's slot) may rely on it.
 */

struct ngx_http_meeting_ctx_s {
    ngx_http_request_t           *request;
    ngx_http_meeting_loc_conf_t  *conf;
    mt_exchange_t                *exchange;     /* NULL: no body yet */
    mt_str_t                      body;

    /* waiting */
    void                        (*resume)(ngx_http_request_t *r);
    void                        (*work)(ngx_http_meeting_ctx_t *ctx);
    ngx_thread_task_t            *task;
    ngx_http_meeting_waiter_t     waiter;       /* for a commit */
    ngx_msec_t                    settle_by;    /* 0: did not have to yet */
    ngx_http_meeting_page_t      *page;         /* of meeting_status */

    /* the answer, piece by piece */
    mt_arena_t                   *pieces;
    ngx_buf_t                    *piece;

    ngx_str_t                     error;        /* in place of nginx's page */

    unsigned                      body_read:1;
    unsigned                      joined:1;     /* body */
    unsigned                      failed:1;     /* work */
    unsigned                      ready:1;      /* to go on */
    unsigned                      collected:1;  /* result, but not seen yet */
    unsigned                      answered:1;   /* the header is ours */
    unsigned                      last:1;       /* piece */
    unsigned                      dress:1;      /* error is to be sent */
};


/* How many may hash a password at a time; in the shared zone. */

#define NGX_HTTP_MEETING_GATES  64

typedef struct {
    ngx_uint_t        n;
    ngx_atomic_t      next;
    pthread_mutex_t   locks[NGX_HTTP_MEETING_GATES];
} ngx_http_meeting_gate_t;


/* In the shared zone; counters are relaxed atomics. */

typedef struct {
    ngx_atomic_t   requests[NGX_HTTP_MEETING_DIALECTS]
                           [MT_OPERATION_MAX][MT_STATUS_MAX];
    ngx_atomic_t   aborted;                     /* the client went away */
    ngx_atomic_t   busy;                        /* no room in the ring */
    ngx_atomic_t   counts[MT_COUNTS];           /* of background work */
    ngx_atomic_t   held[MT_COMMIT_RINGS];       /* by the worker of a ring */
    ngx_atomic_t   messages;                    /* put out for subscribers */
    ngx_atomic_t   background;                  /* ring, plus 1, of the worker
                                                   that is to know of them */
    void          *ring_mem;                    /* beside this */

    ngx_http_meeting_gate_t  gate;
} ngx_http_meeting_stats_t;


/* One per process and ring; shared by the cycles that share the zone. */

typedef struct {
    ngx_uint_t     refs;
    int            fds[MT_COMMIT_RINGS];
} ngx_http_meeting_wakers_t;


struct ngx_http_meeting_zone_s {
    ngx_http_meeting_main_conf_t  *conf;
    ngx_pool_t                    *pool;        /* of the cycle */
    ngx_http_meeting_stats_t      *stats;
    void                          *ring_mem;    /* for mt_commit_attach() */
    ngx_http_meeting_wakers_t     *wakers;
};


/* A worker's part in the background work: all of it, or none. */

typedef struct {
    mt_background_t               *engine;      /* NULL: not yet this one's */
    int                            lease;       /* descriptor, -1: none */
    ngx_thread_task_t             *turn;        /* NULL: never this one's */
    ngx_event_t                    timer;       /* for the next turn */
    ngx_queue_t                    results;     /* to be told between turns */
    ngx_uint_t                     out;         /* commands */
    ngx_atomic_uint_t              messages;    /* seen */
    int64_t                        wait;        /* as the last turn said */
    unsigned                       turning:1;   /* in the thread */
    unsigned                       again:1;
} ngx_http_meeting_background_t;


/* This process, once it is a worker. */

typedef struct {
    ngx_http_meeting_main_conf_t  *conf;
    ngx_http_meeting_stats_t      *stats;
    ngx_http_meeting_wakers_t     *wakers;

    mt_service_t                   service;     /* store NULL: not open */
    mt_batch_t                    *batch;
    mt_log_t                       log;         /* the batch's */

    mt_commit_t                   *commit;
    int                            ring;        /* -1: none claimed */
    ngx_connection_t              *wake;        /* the ring's eventfd */
    ngx_thread_task_t             *combine;
    ngx_queue_t                    held;        /* the ring had no room */
    ngx_uint_t                     nheld;
    ngx_http_meeting_waiter_t      barrier;
    ngx_queue_t                    settling;    /* requests that wait for it */

    ngx_http_meeting_background_t  background;

    ngx_uint_t                     waiting;     /* requests, for anything */
    ngx_uint_t                     working;     /* of these, in threads */
    ngx_event_t                    check;       /* while waiting */
    ngx_event_t                    tick;        /* once a second */
    ngx_uint_t                     ticks;
    ngx_connection_t               dummy;       /* for timers' debug log */

    mt_status_t                    combined;    /* how the last one ended */
    unsigned                       combining:1;
    unsigned                       again:1;     /* asked for while combining */
    unsigned                       barrier_out:1;
    unsigned                       complained:1;
} ngx_http_meeting_worker_t;


/* ngx_http_meeting_module.c */

extern ngx_module_t               ngx_http_meeting_module;

static ngx_inline mt_str_t
ngx_http_meeting_str(const ngx_str_t *s)
{
    return (mt_str_t) { s->len, (const char *) s->data };
}


static ngx_inline int64_t
ngx_http_meeting_now(void)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    return (int64_t) tp->sec * 1000 + tp->msec;
}


/*
 * ngx_http_meeting_directives.c: an ngx_msec_t or ngx_uint_t at cmd->offset,
 * with its bounds in cmd->post; or directives of their own.
 */

typedef struct {
    ngx_msec_t   min;
    ngx_uint_t   off;             /* "off" is allowed, and 0 */
} ngx_http_meeting_time_t;

typedef struct {
    ngx_uint_t   min;
    ngx_uint_t   max;
} ngx_http_meeting_range_t;

char *ngx_http_meeting_set_store(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_api(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_timezone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_public_base(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_time(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_number(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_enum(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_journal(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_callers(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_proxy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_ca(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Closed with the configuration; NULL when the system has no such zone. */
mt_zone_t *ngx_http_meeting_open_zone(ngx_conf_t *cf, u_char *name);


/* ngx_http_meeting_store.c */

extern ngx_http_meeting_worker_t  ngx_http_meeting_worker;

char *ngx_http_meeting_store_check(ngx_conf_t *cf,
    ngx_http_meeting_main_conf_t *mmcf);
ngx_int_t ngx_http_meeting_zone_init(ngx_shm_zone_t *shm_zone, void *data);
ngx_int_t ngx_http_meeting_init_process(ngx_cycle_t *cycle);
void ngx_http_meeting_exit_process(ngx_cycle_t *cycle);
void ngx_http_meeting_store_mend(ngx_http_meeting_worker_t *w);


/* ngx_http_meeting_body.c */

ngx_int_t ngx_http_meeting_rewrite_handler(ngx_http_request_t *r);
ngx_http_meeting_ctx_t *ngx_http_meeting_create_ctx(ngx_http_request_t *r,
    ngx_http_meeting_loc_conf_t *mlcf);

/* Also where nginx has cleared the request's contexts; NULL when none. */
ngx_http_meeting_ctx_t *ngx_http_meeting_get_ctx(ngx_http_request_t *r);


/* ngx_http_meeting_handler.c */

ngx_int_t ngx_http_meeting_handler(ngx_http_request_t *r);

/* Those that go with every answer of a dialect. */
ngx_int_t ngx_http_meeting_add_headers(ngx_http_request_t *r,
    const mt_dialect_t *dialect);
void ngx_http_meeting_set_content_type(ngx_http_request_t *r,
    const mt_dialect_t *dialect);


/* ngx_http_meeting_work.c */

/*
 * The request waits: nothing happens to it until ngx_http_meeting_wake(),
 * which goes on with resume(), or frees it if it was terminated meanwhile.
 * After a wake the context may be gone.
 */
void ngx_http_meeting_suspend(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r));
void ngx_http_meeting_wake(ngx_http_meeting_ctx_t *ctx);

/* Runs work() in a thread, then wakes.  NGX_ERROR: it cannot be queued. */
ngx_int_t ngx_http_meeting_work(ngx_http_meeting_ctx_t *ctx,
    void (*work)(ngx_http_meeting_ctx_t *ctx),
    void (*resume)(ngx_http_request_t *r));

/* Keeps the check timer, and so a quitting worker, going while needed. */
void ngx_http_meeting_keep_checking(ngx_http_meeting_worker_t *w);


/* ngx_http_meeting_thread.c */

void ngx_http_meeting_threads_init(void);

/* In a thread, first of all. */
void ngx_http_meeting_thread_enter(void);

/* In a thread: event loops and commits go first from now on. */
void ngx_http_meeting_be_nice(void);

/* At the worker's end, after the thread pools': no thread is left. */
void ngx_http_meeting_threads_wait(ngx_log_t *log);


/* ngx_http_meeting_commit.c */

ngx_int_t ngx_http_meeting_commit_init(ngx_http_meeting_worker_t *w,
    ngx_http_meeting_zone_t *zone, ngx_cycle_t *cycle);
void ngx_http_meeting_commit_claim(ngx_http_meeting_worker_t *w);

/* Queues a command that a ring can take; it must stay where it is.  Other than
 * MT_OK: it was not queued. */
mt_status_t ngx_http_meeting_queue(ngx_http_meeting_waiter_t *waiter);

/* Queues the exchange's command; resume()
 * finds ctx->waiter.result.  Other than
 * MT_OK: it was not queued. */
mt_status_t ngx_http_meeting_commit(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r));
void ngx_http_meeting_commit_check(ngx_http_meeting_worker_t *w);

/* Wakes the worker of a ring, from any thread. */
void ngx_http_meeting_notify(void *data, unsigned ring);


/* ngx_http_meeting_background.c */

void ngx_http_meeting_background_init(ngx_http_meeting_worker_t *w,
    ngx_cycle_t *cycle);
void ngx_http_meeting_background_exit(ngx_http_meeting_worker_t *w);

/* Takes the work over if nobody does it; once a second. */
void ngx_http_meeting_background_tick(ngx_http_meeting_worker_t *w);

/* In whatever thread committed them: so many messages were put out. */
void ngx_http_meeting_background_notify(ngx_http_meeting_worker_t *w,
    uint64_t messages);

/* Looks if there were any. */
void ngx_http_meeting_background_look(ngx_http_meeting_worker_t *w);


/* ngx_http_meeting_settle.c */

void ngx_http_meeting_settle_init(ngx_http_meeting_worker_t *w);
ngx_int_t ngx_http_meeting_settle(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r));
void ngx_http_meeting_settle_check(ngx_http_meeting_worker_t *w);


/* ngx_http_meeting_gate.c */

ngx_int_t ngx_http_meeting_gate_init(ngx_http_meeting_gate_t *gate);
pthread_mutex_t *ngx_http_meeting_gate_enter(ngx_http_meeting_gate_t *gate);
void ngx_http_meeting_gate_leave(pthread_mutex_t *lock);


/* ngx_http_meeting_error.c */

void ngx_http_meeting_error_init(void);


/* ngx_http_meeting_variables.c */

ngx_int_t ngx_http_meeting_add_variables(ngx_conf_t *cf);


/* ngx_http_meeting_status_event.c */

/* How far the events of a company are. */

typedef struct {
    int64_t    company;
    int64_t    raised;            /* numbers */
    int64_t    delivered;
    int64_t    lag_events;
    int64_t    lag_seconds;
    int64_t    failures;
    int64_t    failing;
    int64_t    set_aside;
    int64_t    paused;
} ngx_http_meeting_lag_t;

/* Of all companies, or of one. */

typedef struct {
    uint32_t   only;              /* in; 0: all */
    int64_t    now;               /* in, ms */

    uint64_t   subscriptions;
    uint64_t   raised;
    uint64_t   delivered;
    uint64_t   pending;
    uint64_t   failures;
    uint64_t   failing;
    uint64_t   set_aside;
    uint64_t   paused;
    uint64_t   lag_seconds;       /* of the company that is farthest behind */

    uint64_t   listed;
    mt_buf_t   rows;              /* so many ngx_http_meeting_lag_t */
} ngx_http_meeting_events_t;

/* Any thread: some microseconds for each company. */
ngx_int_t ngx_http_meeting_events_take(ngx_http_meeting_events_t *events,
    mt_store_t *store, mt_arena_t *arena);
void ngx_http_meeting_events_json(mt_buf_t *out,
    const ngx_http_meeting_events_t *events);
void ngx_http_meeting_events_prometheus(mt_buf_t *out,
    const ngx_http_meeting_events_t *events);


/* ngx_http_meeting_status.c */

/* A line of at most 511 bytes. */
void ngx_http_meeting_print(mt_buf_t *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


ngx_int_t ngx_http_meeting_status_handler(ngx_http_request_t *r);

/* log phase */
ngx_int_t ngx_http_meeting_count(ngx_http_request_t *r);

/* How the request ended, as far as is known. */
mt_status_t ngx_http_meeting_outcome(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx);

#endif /* NGX_HTTP_MEETING_MODULE_H */

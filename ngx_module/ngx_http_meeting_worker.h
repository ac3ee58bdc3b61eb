
/* The state of this worker: one per process, used by the event loop, but for
 * members that a thread's comment names. */

#ifndef NGX_HTTP_MEETING_WORKER_H
#define NGX_HTTP_MEETING_WORKER_H

#include "ngx_http_meeting_zone.h"

#include "service/mt_service.h"


typedef struct ngx_http_meeting_ctx_s     ngx_http_meeting_ctx_t;
typedef struct ngx_http_meeting_waiter_s  ngx_http_meeting_waiter_t;
typedef struct ngx_http_meeting_task_s    ngx_http_meeting_task_t;


/*
 * An entry for the worker's ring, and what waits for its result.  wake() is
 * called on the event loop once there is a result, after those of all that
 * were acknowledged with it are collected.
 */

struct ngx_http_meeting_waiter_s {
    ngx_queue_t                   queue;        /* for the ring, or from it */
    mt_str_t                      command;
    mt_push_t                     how;
    unsigned                      seats;
    mt_result_t                   result;
    ngx_http_meeting_ctx_t       *ctx;          /* NULL: not a request's */
    void                        (*wake)(ngx_http_meeting_waiter_t *waiter);
};


/* Requests that wait for a hash, and those that gave way. */

typedef struct {
    ngx_queue_t                    turns;
    ngx_queue_t                    refused;
    ngx_event_t                    event;
    ngx_uint_t                     waiting;
    ngx_uint_t                     running;
} ngx_http_meeting_hashing_t;


typedef struct {
    ngx_http_meeting_main_conf_t  *conf;
    ngx_http_meeting_stats_t      *stats;
    ngx_http_meeting_wakers_t     *wakers;

    mt_service_t                   service;     /* store NULL: not open */
    mt_batch_t                    *batch;       /* the combiner's thread */

    mt_commit_t                   *commit;
    int                            ring;        /* -1: none claimed */
    ngx_connection_t              *wake;        /* the ring's eventfd */
    ngx_http_meeting_task_t       *combine;
    mt_status_t                    combined;    /* how the last one ended */
    ngx_queue_t                    held;        /* the ring had no room */
    ngx_uint_t                     nheld;
    ngx_queue_t                    heavy;       /* waiters with heavy commands,
                                                   in order of arrival */
    ngx_uint_t                     nheavy;
    uint32_t                       heavy_last;  /* company */
    ngx_http_meeting_waiter_t      barrier;
    ngx_queue_t                    settling;    /* requests that wait for it */

    ngx_http_meeting_hashing_t     hashing;

    mt_background_t               *background;  /* NULL: never held the
                                                   lease */

    ngx_uint_t                     waiting;     /* requests, for anything, and
                                                   commands of background jobs
                                                   in flight */
    ngx_uint_t                     threads;     /* tasks in threads: each may
                                                   have the store in its
                                                   hands */
    ngx_event_t                    check;       /* while any of these */
    ngx_event_t                    tick;        /* once a second */
    ngx_uint_t                     ticks;
    ngx_connection_t               dummy;       /* for timers' debug log */
    time_t                         reopened;    /* the store, as told in the
                                                   error log; 0: never */

    unsigned                       heavy_out:1; /* one is in the thread */
    unsigned                       combining:1;
    unsigned                       again:1;     /* asked for while combining */
    unsigned                       barrier_out:1;   /* in flight */
    unsigned                       complained:1;    /* of the store */
} ngx_http_meeting_worker_t;


extern ngx_http_meeting_worker_t  ngx_http_meeting_worker;


/* Keeps the check timer, and so a quitting worker, going while needed. */
void ngx_http_meeting_keep_checking(ngx_http_meeting_worker_t *w);

#endif /* NGX_HTTP_MEETING_WORKER_H */


/* The worker's ring: commands queued, results collected; its combiner. */

#ifndef NGX_HTTP_MEETING_COMMIT_H
#define NGX_HTTP_MEETING_COMMIT_H

#include "ngx_http_meeting_request.h"


/* Attaches to the zone.  Returns NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_meeting_commit_init(ngx_http_meeting_worker_t *w,
    ngx_http_meeting_zone_t *zone, ngx_cycle_t *cycle);

/* Gives the ring back: no combiner of this process is left. */
void ngx_http_meeting_commit_exit(ngx_http_meeting_worker_t *w);

/* Claims a ring if the worker has none yet.  wake() is the handler of the
 * ring's eventfd: it must read it with ngx_http_meeting_commit_awake(). */
void ngx_http_meeting_commit_claim(ngx_http_meeting_worker_t *w,
    ngx_event_handler_pt wake);
void ngx_http_meeting_commit_awake(ngx_event_t *ev);

/*
 * Queues a command that a ring can take; the waiter must stay where it is
 * until wake().  Returns MT_OK, or another status if it was not queued.
 */
mt_status_t ngx_http_meeting_queue(ngx_http_meeting_waiter_t *waiter);

/*
 * Queues the exchange's command, for the ring or as a heavy one, and suspends
 * the request; resume() finds ctx->waiter.result.  Returns MT_OK, or another
 * status if it was not queued: then the request does not wait.
 */
mt_status_t ngx_http_meeting_commit(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r));

/* Wakes the waiters whose results are there. */
void ngx_http_meeting_commit_collect(ngx_http_meeting_worker_t *w);

/* The commit thread has ended a task: it combines again if that was asked for
 * meanwhile. */
void ngx_http_meeting_commit_free(ngx_http_meeting_worker_t *w);

/* Combines if entries wait, or the store is behind the write-ahead log, and no
 * process combines: after a death, from a timer. */
void ngx_http_meeting_commit_check(ngx_http_meeting_worker_t *w);

#endif /* NGX_HTTP_MEETING_COMMIT_H */


/* Heavy commands: those that write many seats, or that no ring can take. */

#ifndef NGX_HTTP_MEETING_HEAVY_H
#define NGX_HTTP_MEETING_HEAVY_H

#include "ngx_http_meeting_request.h"


/*
 * Queues the heavy command of ctx->waiter and suspends the request; resume()
 * finds ctx->waiter.result.  The command gets a transaction of its own, in a
 * thread.  Returns MT_OK, or another status if it was not queued: then the
 * request does not wait.
 */
mt_status_t ngx_http_meeting_heavy(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r));

/* Starts the next heavy command, if one waits and none is in the thread: from
 * a timer, if the thread pool had no room. */
void ngx_http_meeting_heavy_next(ngx_http_meeting_worker_t *w);

#endif /* NGX_HTTP_MEETING_HEAVY_H */

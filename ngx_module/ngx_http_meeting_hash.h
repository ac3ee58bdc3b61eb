
/*
 * Requests that hash a password: in threads of a pool of their own, and before
 * that in a bounded queue, in which addresses take turns.
 */

#ifndef NGX_HTTP_MEETING_HASH_H
#define NGX_HTTP_MEETING_HASH_H

#include "ngx_http_meeting_request.h"


void ngx_http_meeting_hash_init(ngx_http_meeting_worker_t *w);

/*
 * Suspends the request until work() has run in a thread of the hash pool, then
 * goes on with resume().  If the queue is full, the last request of the
 * address that has most of them waiting gives way: it goes on with
 * ctx->refused set, without its work.  Returns NGX_OK, or NGX_ERROR if that is
 * this request: it does not wait.
 */
ngx_int_t ngx_http_meeting_hash(ngx_http_meeting_ctx_t *ctx,
    void (*work)(ngx_http_meeting_ctx_t *ctx),
    void (*resume)(ngx_http_request_t *r));

/* Returns the seconds that a request which is refused now should wait. */
ngx_uint_t ngx_http_meeting_hash_delay(void);

#endif /* NGX_HTTP_MEETING_HASH_H */

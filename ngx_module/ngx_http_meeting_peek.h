
/*
 * Reads of a store that cannot be committed.  What was acknowledged stands in
 * the write-ahead log alone then, and a read of the store would lack it.  So
 * the commit thread begins a transaction, applies the log to it, and lends it
 * to the event loop for a moment: all reads of that moment share it.  Then it
 * is thrown away.
 */

#ifndef NGX_HTTP_MEETING_PEEK_H
#define NGX_HTTP_MEETING_PEEK_H

#include "ngx_http_meeting_request.h"


ngx_int_t ngx_http_meeting_peek_init(ngx_http_meeting_worker_t *w,
    ngx_cycle_t *cycle);

/*
 * Suspends the request until there is such a transaction.  Returns NGX_OK, or
 * NGX_ERROR if there can be none, or was none when the request waited for it:
 * then its answer would lack something.
 */
ngx_int_t ngx_http_meeting_peek(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r));

/* From the ring's eventfd and from a timer: begins one if requests wait and
 * the commit thread is free, goes on with them once there is one, and gives up
 * those that have waited too long. */
void ngx_http_meeting_peek_check(ngx_http_meeting_worker_t *w);

#endif /* NGX_HTTP_MEETING_PEEK_H */

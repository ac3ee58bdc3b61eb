
/* Reads that wait until the store has settled. */

#ifndef NGX_HTTP_MEETING_SETTLE_H
#define NGX_HTTP_MEETING_SETTLE_H

#include "ngx_http_meeting_request.h"


void ngx_http_meeting_settle_init(ngx_http_meeting_worker_t *w);

/*
 * Suspends the request until the store may have settled, or the request's
 * patience is over.  Returns NGX_OK; NGX_DECLINED if the store cannot be
 * committed; or NGX_ERROR if no barrier can be queued.  Then the request does
 * not wait.
 */
ngx_int_t ngx_http_meeting_settle(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r));

/* Wakes the requests whose patience is over; from a timer. */
void ngx_http_meeting_settle_check(ngx_http_meeting_worker_t *w);

#endif /* NGX_HTTP_MEETING_SETTLE_H */

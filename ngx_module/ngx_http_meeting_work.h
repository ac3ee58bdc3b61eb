
/* A request's work in a thread. */

#ifndef NGX_HTTP_MEETING_WORK_H
#define NGX_HTTP_MEETING_WORK_H

#include "ngx_http_meeting_request.h"


/*
 * Suspends the request, runs work() in a thread of the work pool, then wakes
 * the request, which goes on with resume().  Returns NGX_OK, or NGX_ERROR if
 * the work cannot be queued: then the request does not wait.
 */
ngx_int_t ngx_http_meeting_work(ngx_http_meeting_ctx_t *ctx,
    void (*work)(ngx_http_meeting_ctx_t *ctx),
    void (*resume)(ngx_http_request_t *r));

#endif /* NGX_HTTP_MEETING_WORK_H */


/* Answers: their headers, and their body piece by piece. */

#ifndef NGX_HTTP_MEETING_ANSWER_H
#define NGX_HTTP_MEETING_ANSWER_H

#include "ngx_http_meeting_request.h"


/* Sends the answer of the finished exchange and finalizes the request, at once
 * or when the client has taken the last piece. */
void ngx_http_meeting_answer(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx);

/* Headers that go with every answer of a dialect.  Returns NGX_OK or
 * NGX_ERROR. */
ngx_int_t ngx_http_meeting_add_headers(ngx_http_request_t *r,
    const mt_dialect_t *dialect);
void ngx_http_meeting_set_content_type(ngx_http_request_t *r,
    const mt_dialect_t *dialect, ngx_uint_t error);

/* Adds Retry-After; `seconds` 0: nothing better than a second is known.
 * Returns NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_meeting_set_retry(ngx_http_request_t *r,
    ngx_uint_t seconds);

#endif /* NGX_HTTP_MEETING_ANSWER_H */

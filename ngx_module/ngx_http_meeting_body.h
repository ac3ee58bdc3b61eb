
/* The rewrite phase: a request's body is read and decoded. */

#ifndef NGX_HTTP_MEETING_BODY_H
#define NGX_HTTP_MEETING_BODY_H

#include "ngx_http_meeting.h"


ngx_int_t ngx_http_meeting_rewrite_handler(ngx_http_request_t *r);

#endif /* NGX_HTTP_MEETING_BODY_H */

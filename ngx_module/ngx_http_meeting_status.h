
/* The log phase, which counts requests, and the status location. */

#ifndef NGX_HTTP_MEETING_STATUS_H
#define NGX_HTTP_MEETING_STATUS_H

#include "ngx_http_meeting.h"


ngx_int_t ngx_http_meeting_status_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_meeting_count(ngx_http_request_t *r);

#endif /* NGX_HTTP_MEETING_STATUS_H */


/* The content phase of "meeting_api": the steps of a call. */

#ifndef NGX_HTTP_MEETING_HANDLER_H
#define NGX_HTTP_MEETING_HANDLER_H

#include "ngx_http_meeting.h"


ngx_int_t ngx_http_meeting_handler(ngx_http_request_t *r);

#endif /* NGX_HTTP_MEETING_HANDLER_H */

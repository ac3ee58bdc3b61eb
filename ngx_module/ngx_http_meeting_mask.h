
/* Logs without secrets: $meeting_request, and nginx's own error lines. */

#ifndef NGX_HTTP_MEETING_MASK_H
#define NGX_HTTP_MEETING_MASK_H

#include "ngx_http_meeting_conf.h"


/* Adds $meeting_request, which every request of nginx has. */
ngx_int_t ngx_http_meeting_add_request(ngx_conf_t *cf);

/*
 * The handler of the post-read phase: from here on the lines that nginx writes
 * to the error log about a request show its line, subrequest, upstream and
 * Referer masked, if the server has a location of the API.  The location is
 * not known yet, and nginx's first error in it may come before any handler.
 */
ngx_int_t ngx_http_meeting_mask_handler(ngx_http_request_t *r);

#endif /* NGX_HTTP_MEETING_MASK_H */


/* Admission of a request before its body is read. */

#ifndef NGX_HTTP_MEETING_ADMIT_H
#define NGX_HTTP_MEETING_ADMIT_H

#include "ngx_http_meeting_request.h"


/* Finds nginx's own handlers of "allow", "auth_basic" and "auth_request". */
void ngx_http_meeting_admit_init(ngx_conf_t *cf);

/*
 * Judges "allow" and "deny".  With "satisfy any" a denied address may still be
 * let in by "auth_basic" or "auth_request", which are then judged too.  The
 * access phase judges all of them again.  Returns NGX_OK to go on, NGX_AGAIN
 * if the phase is to be run again later, else the HTTP status of the answer.
 */
ngx_int_t ngx_http_meeting_admit(ngx_http_request_t *r);

/*
 * Counts a body that nginx waits for, among those from the same address in
 * this worker, until ngx_http_meeting_body_leave() or the end of the request.
 * Returns NGX_OK, NGX_BUSY if meeting_body_per_address of them are counted
 * already, or NGX_ERROR without memory.
 */
ngx_int_t ngx_http_meeting_body_enter(ngx_http_meeting_ctx_t *ctx);

/* Does nothing if the body was not counted. */
void ngx_http_meeting_body_leave(ngx_http_meeting_ctx_t *ctx);

#endif /* NGX_HTTP_MEETING_ADMIT_H */

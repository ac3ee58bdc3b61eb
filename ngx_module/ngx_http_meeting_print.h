
/* Text of a page of the status location. */

#ifndef NGX_HTTP_MEETING_PRINT_H
#define NGX_HTTP_MEETING_PRINT_H

#include "ngx_http_meeting.h"


/* Appends a text of at most 511 bytes; a longer one sets out->failed. */
void ngx_http_meeting_print(mt_buf_t *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* NGX_HTTP_MEETING_PRINT_H */

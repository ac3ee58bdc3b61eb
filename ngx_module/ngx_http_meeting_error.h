
/* Errors that nginx itself answers, in the dialect's envelope. */

#ifndef NGX_HTTP_MEETING_ERROR_H
#define NGX_HTTP_MEETING_ERROR_H

#include "ngx_http_meeting.h"


/* Puts the filters into nginx's chains; while the configuration is read. */
void ngx_http_meeting_error_init(void);

#endif /* NGX_HTTP_MEETING_ERROR_H */


/* The variables $meeting_*. */

#ifndef NGX_HTTP_MEETING_VARIABLES_H
#define NGX_HTTP_MEETING_VARIABLES_H

#include "ngx_http_meeting.h"


/* Returns NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_meeting_add_variables(ngx_conf_t *cf);

#endif /* NGX_HTTP_MEETING_VARIABLES_H */

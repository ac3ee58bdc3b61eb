
/*
 * The state of this worker.
 */

#include "ngx_http_meeting_worker.h"


#define NGX_HTTP_MEETING_CHECK  50         /* ms */


ngx_http_meeting_worker_t  ngx_http_meeting_worker;


void
ngx_http_meeting_keep_checking(ngx_http_meeting_worker_t *w)
{
    if ((w->waiting || w->threads) && !w->check.timer_set) {
        ngx_add_timer(&w->check, NGX_HTTP_MEETING_CHECK);
    }
}

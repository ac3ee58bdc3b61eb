
/* Background jobs: all of them by one worker at a time, which holds the
 * store's lease. */

#ifndef NGX_HTTP_MEETING_BACKGROUND_H
#define NGX_HTTP_MEETING_BACKGROUND_H

#include "ngx_http_meeting_worker.h"


void ngx_http_meeting_background_init(ngx_http_meeting_worker_t *w,
    ngx_cycle_t *cycle);

/* At the worker's end: no thread is left. */
void ngx_http_meeting_background_exit(ngx_http_meeting_worker_t *w);

/* Takes the lease if no process has it; once a second. */
void ngx_http_meeting_background_tick(ngx_http_meeting_worker_t *w);

/* Begins a turn if messages came into outboxes since the last one. */
void ngx_http_meeting_background_look(ngx_http_meeting_worker_t *w);

#endif /* NGX_HTTP_MEETING_BACKGROUND_H */

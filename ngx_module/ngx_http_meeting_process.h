
/* The life of the module's processes: master and workers. */

#ifndef NGX_HTTP_MEETING_PROCESS_H
#define NGX_HTTP_MEETING_PROCESS_H

#include "ngx_http_meeting.h"


/* An ngx_shm_zone_init_pt: prepares zone and store, in the master and by
 * `nginx -t`, which leaves the store alone.  After an error nginx rejects the
 * configuration, and an old one goes on. */
ngx_int_t ngx_http_meeting_init_zone(ngx_shm_zone_t *shm_zone, void *data);

/* In the master, at a start and at each reload: a notice of the version. */
ngx_int_t ngx_http_meeting_init_module(ngx_cycle_t *cycle);

ngx_int_t ngx_http_meeting_init_process(ngx_cycle_t *cycle);
void ngx_http_meeting_exit_process(ngx_cycle_t *cycle);

#endif /* NGX_HTTP_MEETING_PROCESS_H */

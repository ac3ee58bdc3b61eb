
/* The store: checked and created by the master, kept open by each worker. */

#ifndef NGX_HTTP_MEETING_STORE_H
#define NGX_HTTP_MEETING_STORE_H

#include "ngx_http_meeting_worker.h"


/* While the configuration is read, by `nginx -t` and `-s` too: changes
 * nothing.  Returns NGX_CONF_OK, or NGX_CONF_ERROR after an [emerg]. */
char *ngx_http_meeting_store_check(ngx_conf_t *cf,
    ngx_http_meeting_main_conf_t *mmcf);

/* In the master, before the fork: makes the store and the resources' folder
 * if they are missing, and gives them to the user of the workers.  Returns
 * NGX_OK, or NGX_ERROR after an [emerg]. */
ngx_int_t ngx_http_meeting_store_create(ngx_http_meeting_main_conf_t *mmcf,
    ngx_log_t *log);

/*
 * Keeps the worker's store open: opens it if it is closed, and opens it anew
 * if a failure has left its environment unusable.  All opening is here.  Call
 * it on the event loop, between two steps: once a second, and whenever a task
 * in a thread has ended.  It does nothing while a thread has the store in its
 * hands, for that thread's end calls it again.
 */
void ngx_http_meeting_store_keep(ngx_http_meeting_worker_t *w);

/* At the worker's end: no thread is left. */
void ngx_http_meeting_store_close(ngx_http_meeting_worker_t *w);

#endif /* NGX_HTTP_MEETING_STORE_H */

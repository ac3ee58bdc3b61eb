
/* Configurations: created, merged and checked, while nginx reads them. */

#ifndef NGX_HTTP_MEETING_MERGE_H
#define NGX_HTTP_MEETING_MERGE_H

#include "ngx_http_meeting_conf.h"


/* How long a session lasts if no location says otherwise. */
#define NGX_HTTP_MEETING_SESSION  (7 * MT_MS_PER_DAY)


void *ngx_http_meeting_create_main_conf(ngx_conf_t *cf);
char *ngx_http_meeting_init_main_conf(ngx_conf_t *cf, void *conf);
void *ngx_http_meeting_create_srv_conf(ngx_conf_t *cf);
void *ngx_http_meeting_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_meeting_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);

#endif /* NGX_HTTP_MEETING_MERGE_H */

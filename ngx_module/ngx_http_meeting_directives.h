
/*
 * Reading of directives.  Each function is an ngx_command_t's `set`: it
 * returns NGX_CONF_OK, NGX_CONF_ERROR after an [emerg] of its own, or what is
 * wrong with the directive, for nginx to say.
 */

#ifndef NGX_HTTP_MEETING_DIRECTIVES_H
#define NGX_HTTP_MEETING_DIRECTIVES_H

#include "ngx_http_meeting_conf.h"


/* Bounds, in an ngx_command_t's `post`. */

typedef struct {
    ngx_msec_t   min;
    ngx_uint_t   off;             /* "off" is allowed, and stored as 0 */
} ngx_http_meeting_time_t;

typedef struct {
    ngx_uint_t   min;
    ngx_uint_t   max;
} ngx_http_meeting_range_t;


char *ngx_http_meeting_set_store(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_api(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_timezone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_public_base(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_journal(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_quota(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_callers(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_proxy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_meeting_set_ca(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* An ngx_msec_t at cmd->offset, within the ngx_http_meeting_time_t. */
char *ngx_http_meeting_set_time(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* An ngx_uint_t at cmd->offset, within the ngx_http_meeting_range_t. */
char *ngx_http_meeting_set_number(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* The same, of bytes, "64k". */
char *ngx_http_meeting_set_size(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* An ngx_uint_t at cmd->offset, one of the ngx_conf_enum_t. */
char *ngx_http_meeting_set_enum(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* The default of "meeting_timezone" is opened by the merge.  Closed with the
 * configuration's pool.  Returns NULL if the system has no such time zone, or
 * without memory. */
mt_zone_t *ngx_http_meeting_open_timezone(ngx_conf_t *cf, u_char *name);

char *ngx_http_meeting_set_default_password(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
char *ngx_http_meeting_set_login_limit(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* meeting_login_limit where none is given. */
extern const mt_guard_limits_t  ngx_http_meeting_login_limits;

#endif /* NGX_HTTP_MEETING_DIRECTIVES_H */

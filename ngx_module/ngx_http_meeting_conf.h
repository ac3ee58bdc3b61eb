
/*
 * The configuration: written in the master while nginx reads it, and read-only
 * afterwards, but for members whose comment says so.  Times are milliseconds.
 */

#ifndef NGX_HTTP_MEETING_CONF_H
#define NGX_HTTP_MEETING_CONF_H

#include "ngx_http_meeting.h"

#include "background/mt_background.h"
#include "dialect/mt_dialect.h"


typedef struct ngx_http_meeting_zone_s  ngx_http_meeting_zone_t;


typedef struct {
    ngx_str_t                     path;         /* empty: no meeting_store */
    ngx_str_t                     resources;
    size_t                        max_size;
    ngx_msec_t                    checkpoint;
    ngx_shm_zone_t               *shm_zone;
    ngx_http_meeting_zone_t      *zone;
    ngx_core_conf_t              *core;         /* user of the workers */
    ngx_uint_t                    threads;
    ngx_uint_t                    queue;
    ngx_uint_t                    hash_queue;
    ngx_thread_pool_t            *work_pool;
    ngx_thread_pool_t            *hash_pool;
    ngx_thread_pool_t            *commit_pool;
    ngx_thread_pool_t            *heavy_pool;
    ngx_uint_t                    api;          /* unsigned  api:1; */
    ngx_http_handler_pt           access;       /* nginx's, of "allow"; NULL:
                                                   nginx lacks it */
    ngx_http_handler_pt           others[2];    /* of "auth_basic" and
                                                   "auth_request" */

    ngx_flag_t                    background;
    ngx_thread_pool_t            *background_pool;
    mt_background_options_t       options;      /* settings NULL: no server;
                                                   callbacks: by the worker */
    ngx_uint_t                    event_settings;  /* options.settings are
                                                      of the events' dialect */
    ngx_msec_t                    event_connect_timeout;
    ngx_msec_t                    event_timeout;
    ngx_msec_t                    event_retry;
    ngx_uint_t                    event_connections;
    ngx_uint_t                    event_size;   /* bytes */
    ngx_flag_t                    event_private;
    ngx_str_t                     event_proxy;
    ngx_str_t                     event_ca;
    ngx_msec_t                    journal_age;  /* 0: for ever */
    off_t                         journal_size; /* bytes, 0: any */
    ngx_msec_t                    release_after; /* 0: never */
    ngx_msec_t                    meeting_age;  /* 0: for ever */
} ngx_http_meeting_main_conf_t;


typedef struct {
    ngx_uint_t                    api;          /* in one of its locations */
} ngx_http_meeting_srv_conf_t;


typedef struct {
    const mt_dialect_t           *dialect;      /* NULL: not of the API */
    ngx_uint_t                    dialect_index;
    mt_settings_t                 settings;     /* merged, for the engine */

    mt_zone_t                    *timezone;
    ngx_str_t                     public_base;
    ngx_msec_t                    sign_open;
    ngx_msec_t                    sign_grace;
    ngx_msec_t                    correct_for;
    ngx_msec_t                    qr_max_age;
    ngx_msec_t                    qr_skew;
    ngx_uint_t                    geofence;     /* MT_FENCE_* */
    ngx_msec_t                    remind_pause; /* 0: none */
    ngx_uint_t                    qr_signed;    /* MT_QR_* */
    ngx_msec_t                    qr_valid;
    ngx_msec_t                    default_length;
    ngx_uint_t                    page_size;
    ngx_uint_t                    body_per_address;
    const mt_quota_t             *quota;        /* NULL: not given */
    ngx_uint_t                    unknown_call;
    ngx_msec_t                    token_ttl;    /* of access tokens */
    ngx_uint_t                    show_phones;  /* MT_PHONES_* */
    ngx_str_t                     default_password;    /* as given; data
                                                          NULL: not set */
    mt_guard_limits_t             login_limits;        /* pause 0: not set */
    ngx_flag_t                    weclubs_verify;
    ngx_str_t                     weclubs_secret;
    ngx_msec_t                    weclubs_token_ttl;
    ngx_array_t                  *weclubs_callers;     /* of mt_str_t */

    ngx_uint_t                    prometheus;   /* of meeting_status */
} ngx_http_meeting_loc_conf_t;

#endif /* NGX_HTTP_MEETING_CONF_H */


/*
 * The module: its directives, its handlers in nginx's phases, its thread
 * pools.
 */

#include "ngx_http_meeting.h"
#include "ngx_http_meeting_admit.h"
#include "ngx_http_meeting_body.h"
#include "ngx_http_meeting_directives.h"
#include "ngx_http_meeting_error.h"
#include "ngx_http_meeting_gate.h"
#include "ngx_http_meeting_mask.h"
#include "ngx_http_meeting_merge.h"
#include "ngx_http_meeting_process.h"
#include "ngx_http_meeting_status.h"
#include "ngx_http_meeting_store.h"
#include "ngx_http_meeting_variables.h"
#include "service/mt_jobs.h"


#define NGX_HTTP_MEETING_RESOURCES  "/resources"


static ngx_int_t ngx_http_meeting_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_meeting_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_meeting_place_resources(ngx_conf_t *cf,
    ngx_http_meeting_main_conf_t *mmcf);
static ngx_int_t ngx_http_meeting_add_handler(ngx_conf_t *cf,
    ngx_http_phases phase, ngx_http_handler_pt handler);
static ngx_int_t ngx_http_meeting_prepare_background(ngx_conf_t *cf,
    ngx_http_meeting_main_conf_t *mmcf);
static ngx_thread_pool_t *ngx_http_meeting_add_pool(ngx_conf_t *cf,
    const char *name, ngx_uint_t threads);


/* bounds; times in milliseconds */

static ngx_http_meeting_time_t  ngx_http_meeting_any_time = { 0, 0 };
static ngx_http_meeting_time_t  ngx_http_meeting_some_time = { 1, 0 };
static ngx_http_meeting_time_t  ngx_http_meeting_time_or_off = { 1, 1 };

static ngx_http_meeting_range_t  ngx_http_meeting_threads_range = { 1, 64 };
static ngx_http_meeting_range_t  ngx_http_meeting_queue_range = { 0, 1048576 };
static ngx_http_meeting_range_t  ngx_http_meeting_hash_range = { 0, 16384 };
static ngx_http_meeting_range_t  ngx_http_meeting_event_range = { 1, 1024 };
static ngx_http_meeting_range_t  ngx_http_meeting_size_range = { 4096,
                                                                 16777216 };
static ngx_http_meeting_range_t  ngx_http_meeting_body_range = { 1, 1048576 };
static ngx_http_meeting_range_t  ngx_http_meeting_page_range = { 1, 1000 };


static ngx_conf_enum_t  ngx_http_meeting_fences[] = {
    { ngx_string("off"), MT_FENCE_OFF },
    { ngx_string("optional"), MT_FENCE_OPTIONAL },
    { ngx_string("required"), MT_FENCE_REQUIRED },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_meeting_qr_policies[] = {
    { ngx_string("off"), MT_QR_OFF },
    { ngx_string("optional"), MT_QR_OPTIONAL },
    { ngx_string("required"), MT_QR_REQUIRED },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_meeting_phones[] = {
    { ngx_string("all"), MT_PHONES_ALL },
    { ngx_string("masked"), MT_PHONES_MASKED },
    { ngx_string("none"), MT_PHONES_NONE },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_meeting_unknown_calls[] = {
    { ngx_string("404"), NGX_HTTP_NOT_FOUND },
    { ngx_string("200"), NGX_HTTP_OK },
    { ngx_null_string, 0 }
};


static ngx_command_t  ngx_http_meeting_commands[] = {

    { ngx_string("meeting_store"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1234,
      ngx_http_meeting_set_store,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_threads"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, threads),
      &ngx_http_meeting_threads_range },

    { ngx_string("meeting_queue"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, queue),
      &ngx_http_meeting_queue_range },

    { ngx_string("meeting_hash_queue"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, hash_queue),
      &ngx_http_meeting_hash_range },

    { ngx_string("meeting_resources"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, resources),
      NULL },

    { ngx_string("meeting_background"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, background),
      NULL },

    { ngx_string("meeting_journal"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_http_meeting_set_journal,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_event_connect_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, event_connect_timeout),
      &ngx_http_meeting_some_time },

    { ngx_string("meeting_event_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, event_timeout),
      &ngx_http_meeting_some_time },

    { ngx_string("meeting_release_after"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, release_after),
      &ngx_http_meeting_time_or_off },

    { ngx_string("meeting_retention"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, meeting_age),
      &ngx_http_meeting_time_or_off },

    { ngx_string("meeting_event_retry"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, event_retry),
      &ngx_http_meeting_any_time },

    { ngx_string("meeting_event_connections"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, event_connections),
      &ngx_http_meeting_event_range },

    { ngx_string("meeting_event_size"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_size,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, event_size),
      &ngx_http_meeting_size_range },

    { ngx_string("meeting_event_private"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, event_private),
      NULL },

    { ngx_string("meeting_event_proxy"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_proxy,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_event_ca"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_ca,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_api"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_meeting_set_api,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_meeting_set_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_timezone"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_timezone,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_public_base"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_public_base,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_sign_open"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, sign_open),
      &ngx_http_meeting_any_time },

    { ngx_string("meeting_sign_grace"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, sign_grace),
      &ngx_http_meeting_any_time },

    { ngx_string("meeting_correct_for"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, correct_for),
      &ngx_http_meeting_any_time },

    { ngx_string("meeting_qr_max_age"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, qr_max_age),
      &ngx_http_meeting_time_or_off },

    { ngx_string("meeting_qr_skew"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, qr_skew),
      &ngx_http_meeting_any_time },

    { ngx_string("meeting_geofence"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, geofence),
      &ngx_http_meeting_fences },

    { ngx_string("meeting_remind_pause"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, remind_pause),
      &ngx_http_meeting_time_or_off },

    { ngx_string("meeting_qr_signed"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, qr_signed),
      &ngx_http_meeting_qr_policies },

    { ngx_string("meeting_qr_valid"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, qr_valid),
      &ngx_http_meeting_some_time },

    { ngx_string("meeting_default_length"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, default_length),
      &ngx_http_meeting_some_time },

    { ngx_string("meeting_company_quota"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_meeting_set_quota,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_body_per_address"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_number,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, body_per_address),
      &ngx_http_meeting_body_range },

    { ngx_string("meeting_page_size"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_number,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, page_size),
      &ngx_http_meeting_page_range },

    { ngx_string("meeting_unknown_call"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, unknown_call),
      &ngx_http_meeting_unknown_calls },

    { ngx_string("meeting_show_phones"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_enum,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, show_phones),
      &ngx_http_meeting_phones },

    { ngx_string("meeting_default_password"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_default_password,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_login_limit"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1234,
      ngx_http_meeting_set_login_limit,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_weclubs_verify"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, weclubs_verify),
      NULL },

    { ngx_string("meeting_weclubs_secret"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, weclubs_secret),
      NULL },

    { ngx_string("meeting_token_ttl"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, token_ttl),
      &ngx_http_meeting_some_time },

    { ngx_string("meeting_weclubs_token_ttl"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, weclubs_token_ttl),
      &ngx_http_meeting_some_time },

    { ngx_string("meeting_weclubs_callers"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_meeting_set_callers,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_meeting_module_ctx = {
    ngx_http_meeting_preconfiguration,     /* preconfiguration */
    ngx_http_meeting_postconfiguration,    /* postconfiguration */

    ngx_http_meeting_create_main_conf,     /* create main configuration */
    ngx_http_meeting_init_main_conf,       /* init main configuration */

    ngx_http_meeting_create_srv_conf,      /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_meeting_create_loc_conf,      /* create location configuration */
    ngx_http_meeting_merge_loc_conf        /* merge location configuration */
};


ngx_module_t  ngx_http_meeting_module = {
    NGX_MODULE_V1,
    &ngx_http_meeting_module_ctx,          /* module context */
    ngx_http_meeting_commands,             /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_meeting_init_module,          /* init module */
    ngx_http_meeting_init_process,         /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_meeting_exit_process,         /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_meeting_preconfiguration(ngx_conf_t *cf)
{
    return ngx_http_meeting_add_variables(cf) == NGX_OK
           ? ngx_http_meeting_add_request(cf) : NGX_ERROR;
}


static ngx_int_t
ngx_http_meeting_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_meeting_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_meeting_module);

    if (mmcf->shm_zone == NULL) {

        if (mmcf->api) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"meeting_api\" needs a \"meeting_store\" "
                               "directive in \"http\"");
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    if (ngx_http_meeting_store_check(cf, mmcf) != NGX_CONF_OK
        || ngx_http_meeting_place_resources(cf, mmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    mmcf->commit_pool = ngx_http_meeting_add_pool(cf, "meeting_commit", 1);
    mmcf->work_pool = ngx_http_meeting_add_pool(cf, "meeting_work",
                                                mmcf->threads);
    mmcf->hash_pool = ngx_http_meeting_add_pool(cf, "meeting_hash",
                                             ngx_http_meeting_gate_width());

    mmcf->heavy_pool = ngx_http_meeting_add_pool(cf, "meeting_heavy", 1);

    if (mmcf->commit_pool == NULL || mmcf->work_pool == NULL
        || mmcf->heavy_pool == NULL
        || mmcf->hash_pool == NULL
        || ngx_http_meeting_prepare_background(cf, mmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_meeting_admit_init(cf);
    ngx_http_meeting_error_init();

    if (ngx_http_meeting_add_handler(cf, NGX_HTTP_POST_READ_PHASE,
                                     ngx_http_meeting_mask_handler)
        != NGX_OK
        || ngx_http_meeting_add_handler(cf, NGX_HTTP_REWRITE_PHASE,
                                        ngx_http_meeting_rewrite_handler)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_meeting_add_handler(cf, NGX_HTTP_LOG_PHASE,
                                        ngx_http_meeting_count);
}


/* The folder's full name, with a NUL after it; by default a folder in the
 * store's. */

static ngx_int_t
ngx_http_meeting_place_resources(ngx_conf_t *cf,
    ngx_http_meeting_main_conf_t *mmcf)
{
    u_char     *p;
    ngx_str_t  *folder;

    folder = &mmcf->resources;

    if (folder->data == NULL) {
        folder->len = mmcf->path.len + sizeof(NGX_HTTP_MEETING_RESOURCES) - 1;

        p = ngx_pnalloc(cf->pool, folder->len + 1);
        if (p == NULL) {
            return NGX_ERROR;
        }

        folder->data = p;

        p = ngx_cpymem(p, mmcf->path.data, mmcf->path.len);
        ngx_memcpy(p, NGX_HTTP_MEETING_RESOURCES,
                   sizeof(NGX_HTTP_MEETING_RESOURCES));

        return NGX_OK;
    }

    if (folder->len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"meeting_resources\" names no folder");
        return NGX_ERROR;
    }

    return ngx_conf_full_name(cf->cycle, folder, 0);
}


static ngx_int_t
ngx_http_meeting_add_handler(ngx_conf_t *cf, ngx_http_phases phase,
    ngx_http_handler_pt handler)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[phase].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}


/* As if "thread_pool NAME threads=N;" stood in the configuration: a pool's
 * structure is private to nginx. */

static ngx_thread_pool_t *
ngx_http_meeting_add_pool(ngx_conf_t *cf, const char *name, ngx_uint_t threads)
{
    u_char          *p;
    ngx_str_t        args[3];
    ngx_conf_t       pcf;
    ngx_array_t      array;
    ngx_module_t    *module;
    ngx_command_t   *cmd;
    ngx_uint_t       i;

    p = ngx_pnalloc(cf->pool, sizeof("threads=") + NGX_INT_T_LEN);
    if (p == NULL) {
        return NULL;
    }

    for (i = 0; (module = cf->cycle->modules[i]) != NULL; i++) {
        if (ngx_strcmp(module->name, "ngx_thread_pool_module") == 0) {
            break;
        }
    }

    if (module == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"meeting_store\" needs nginx with threads");
        return NULL;
    }

    cmd = module->commands;

    args[0] = cmd->name;
    args[1].data = (u_char *) name;
    args[1].len = ngx_strlen(name);
    args[2].data = p;
    args[2].len = ngx_sprintf(p, "threads=%ui%Z", threads) - p - 1;

    ngx_memzero(&array, sizeof(ngx_array_t));
    array.elts = args;
    array.nelts = 3;

    pcf = *cf;
    pcf.args = &array;

    if (cmd->set(&pcf, cmd, NULL) != NGX_CONF_OK) {
        return NULL;
    }

    return ngx_thread_pool_get(cf->cycle, &args[1]);
}


/* Without a server there are no workers to run jobs. */

static ngx_int_t
ngx_http_meeting_prepare_background(ngx_conf_t *cf,
    ngx_http_meeting_main_conf_t *mmcf)
{
    mt_background_options_t  *options;

    options = &mmcf->options;

    if (options->settings == NULL) {
        mmcf->background = 0;
    }

    if (!mmcf->background) {
        return NGX_OK;
    }

    options->jobs = mt_background_jobs;
    options->resources = (const char *) mmcf->resources.data;
    options->connections = mmcf->event_connections;
    options->retry_limit = mmcf->event_retry;

    if (options->session_ttl == 0) {
        options->session_ttl = NGX_HTTP_MEETING_SESSION;
    }

    options->journal_age = mmcf->journal_age;
    options->journal_size = mmcf->journal_size;
    options->release_after = mmcf->release_after;
    options->meeting_age = mmcf->meeting_age;
    options->outgoing.connect_timeout = mmcf->event_connect_timeout;
    options->outgoing.timeout = mmcf->event_timeout;
    options->outgoing.allow_private = mmcf->event_private;

    if (mmcf->event_proxy.len) {
        options->outgoing.proxy = (const char *) mmcf->event_proxy.data;
    }

    if (mmcf->event_ca.len) {
        options->outgoing.ca_file = (const char *) mmcf->event_ca.data;
    }

    mmcf->background_pool = ngx_http_meeting_add_pool(cf, "meeting_background",
                                                      1);

    return mmcf->background_pool ? NGX_OK : NGX_ERROR;
}

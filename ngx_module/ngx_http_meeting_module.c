
#include "ngx_http_meeting_module.h"


#define NGX_HTTP_MEETING_ZONE_SIZE    (64 * 1024 * 1024)
#define NGX_HTTP_MEETING_MAX_SIZE     (64ULL * 1024 * 1024 * 1024)
#define NGX_HTTP_MEETING_MIN_SIZE     (1024 * 1024)
#define NGX_HTTP_MEETING_THREADS      2
#define NGX_HTTP_MEETING_QUEUE        4096
#define NGX_HTTP_MEETING_COMPANY      1000
#define NGX_HTTP_MEETING_PAGE_SIZE    20
#define NGX_HTTP_MEETING_ZONE         "Asia/Shanghai"


typedef struct {
    ngx_msec_t   min;
    ngx_uint_t   off;             /* "off" is allowed, and 0 */
} ngx_http_meeting_time_t;

typedef struct {
    ngx_uint_t   min;
    ngx_uint_t   max;
} ngx_http_meeting_range_t;


static char *ngx_http_meeting_store(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_meeting_add_zone(ngx_conf_t *cf,
    ngx_http_meeting_main_conf_t *mmcf, size_t size);
static char *ngx_http_meeting_api(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_meeting_unknown_dialect(ngx_conf_t *cf,
    ngx_command_t *cmd, ngx_str_t *name);
static char *ngx_http_meeting_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_meeting_timezone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_meeting_public_base(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_meeting_time(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_meeting_number(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_meeting_callers(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_meeting_bad_value(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_str_t *value);

static mt_zone_t *ngx_http_meeting_open_zone(ngx_conf_t *cf, u_char *name);
static void ngx_http_meeting_close_zone(void *data);

static ngx_int_t ngx_http_meeting_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_meeting_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_meeting_add_handler(ngx_conf_t *cf,
    ngx_http_phases phase, ngx_http_handler_pt handler);
static ngx_thread_pool_t *ngx_http_meeting_add_pool(ngx_conf_t *cf,
    const char *name, ngx_uint_t threads);

static void *ngx_http_meeting_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_meeting_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_meeting_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_meeting_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static void ngx_http_meeting_inherit_api(ngx_conf_t *cf,
    ngx_http_meeting_loc_conf_t *prev, ngx_http_meeting_loc_conf_t *conf);
static void ngx_http_meeting_make_settings(ngx_http_meeting_loc_conf_t *conf);


/* bounds; times in milliseconds */

static ngx_http_meeting_time_t  ngx_http_meeting_any_time = { 0, 0 };
static ngx_http_meeting_time_t  ngx_http_meeting_some_time = { 1, 0 };
static ngx_http_meeting_time_t  ngx_http_meeting_time_or_off = { 1, 1 };

static ngx_http_meeting_range_t  ngx_http_meeting_threads_range = { 1, 64 };
static ngx_http_meeting_range_t  ngx_http_meeting_queue_range = { 0, 1048576 };
static ngx_http_meeting_range_t  ngx_http_meeting_page_range = { 1, 1000 };


static ngx_command_t  ngx_http_meeting_commands[] = {

    { ngx_string("meeting_store"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE123,
      ngx_http_meeting_store,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_threads"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, threads),
      &ngx_http_meeting_threads_range },

    { ngx_string("meeting_queue"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_number,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_meeting_main_conf_t, queue),
      &ngx_http_meeting_queue_range },

    { ngx_string("meeting_api"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_meeting_api,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_meeting_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_timezone"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_timezone,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_public_base"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_public_base,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("meeting_sign_open"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, sign_open),
      &ngx_http_meeting_any_time },

    { ngx_string("meeting_sign_grace"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, sign_grace),
      &ngx_http_meeting_any_time },

    { ngx_string("meeting_qr_max_age"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, qr_max_age),
      &ngx_http_meeting_time_or_off },

    { ngx_string("meeting_qr_skew"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, qr_skew),
      &ngx_http_meeting_any_time },

    { ngx_string("meeting_default_length"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, default_length),
      &ngx_http_meeting_some_time },

    { ngx_string("meeting_page_size"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_number,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, page_size),
      &ngx_http_meeting_page_range },

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

    { ngx_string("meeting_weclubs_token_ttl"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_meeting_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_meeting_loc_conf_t, weclubs_token_ttl),
      &ngx_http_meeting_some_time },

    { ngx_string("meeting_weclubs_callers"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_meeting_callers,
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

    NULL,                                  /* create server configuration */
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
    NULL,                                  /* init module */
    ngx_http_meeting_init_process,         /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_meeting_exit_process,         /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* meeting_store path=DIR [zone=SIZE] [max_size=SIZE]; */

static char *
ngx_http_meeting_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_main_conf_t *mmcf = conf;

    off_t        size;
    ssize_t      zone;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    if (mmcf->path.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    zone = NGX_HTTP_MEETING_ZONE_SIZE;
    size = NGX_HTTP_MEETING_MAX_SIZE;

    for (i = 1; i < cf->args->nelts; i++) {

        if (value[i].len > 5 && ngx_strncmp(value[i].data, "path=", 5) == 0) {
            mmcf->path.data = value[i].data + 5;
            mmcf->path.len = value[i].len - 5;
            continue;
        }

        if (ngx_strncmp(value[i].data, "zone=", 5) == 0) {
            s.data = value[i].data + 5;
            s.len = value[i].len - 5;

            zone = ngx_parse_size(&s);

            if (zone == NGX_ERROR
                || zone < (ssize_t) (mt_commit_min_size()
                                     + 2 * sizeof(ngx_http_meeting_stats_t)))
            {
                return ngx_http_meeting_bad_value(cf, cmd, &value[i]);
            }

            continue;
        }

        if (ngx_strncmp(value[i].data, "max_size=", 9) == 0) {
            s.data = value[i].data + 9;
            s.len = value[i].len - 9;

            size = ngx_parse_offset(&s);

            if (size == NGX_ERROR || size < NGX_HTTP_MEETING_MIN_SIZE) {
                return ngx_http_meeting_bad_value(cf, cmd, &value[i]);
            }

            continue;
        }

        return ngx_http_meeting_bad_value(cf, cmd, &value[i]);
    }

    if (mmcf->path.data == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" must have \"path\" parameter", &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_conf_full_name(cf->cycle, &mmcf->path, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    mmcf->max_size = size;

    return ngx_http_meeting_add_zone(cf, mmcf, zone);
}


static char *
ngx_http_meeting_add_zone(ngx_conf_t *cf, ngx_http_meeting_main_conf_t *mmcf,
    size_t size)
{
    ngx_str_t                 name = ngx_string("meeting");
    ngx_shm_zone_t           *shm_zone;
    ngx_http_meeting_zone_t  *zone;

    zone = ngx_pcalloc(cf->pool, sizeof(ngx_http_meeting_zone_t));
    if (zone == NULL) {
        return NGX_CONF_ERROR;
    }

    shm_zone = ngx_shared_memory_add(cf, &name, size,
                                     &ngx_http_meeting_module);
    if (shm_zone == NULL) {
        return NGX_CONF_ERROR;
    }

    zone->conf = mmcf;
    zone->pool = cf->pool;

    shm_zone->init = ngx_http_meeting_zone_init;
    shm_zone->data = zone;

    mmcf->shm_zone = shm_zone;
    mmcf->zone = zone;
    mmcf->core = (ngx_core_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                                  ngx_core_module);

    return NGX_CONF_OK;
}


/* meeting_api DIALECT [company=N]; */

static char *
ngx_http_meeting_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_loc_conf_t *mlcf = conf;

    ngx_int_t                      company;
    ngx_str_t                     *value;
    ngx_http_core_loc_conf_t      *clcf;
    ngx_http_meeting_main_conf_t  *mmcf;

    if (mlcf->dialect) {
        return "is duplicate";
    }

    value = cf->args->elts;

    mlcf->dialect = mt_dialect_find(ngx_http_meeting_str(&value[1]));

    if (mlcf->dialect == NULL) {
        return ngx_http_meeting_unknown_dialect(cf, cmd, &value[1]);
    }

    while (mt_dialect_at(mlcf->dialect_index) != mlcf->dialect) {
        mlcf->dialect_index++;
    }

    company = NGX_HTTP_MEETING_COMPANY;

    if (cf->args->nelts == 3) {

        if (ngx_strncmp(value[2].data, "company=", 8) != 0) {
            return ngx_http_meeting_bad_value(cf, cmd, &value[2]);
        }

        company = ngx_atoi(value[2].data + 8, value[2].len - 8);

        if (company == NGX_ERROR || company < 1 || company > UINT32_MAX) {
            return ngx_http_meeting_bad_value(cf, cmd, &value[2]);
        }
    }

    mlcf->settings.company = (uint32_t) company;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_meeting_module);
    mmcf->api = 1;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_meeting_handler;

    return NGX_CONF_OK;
}


static char *
ngx_http_meeting_unknown_dialect(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_str_t *name)
{
    size_t               i;
    u_char               known[NGX_HTTP_MEETING_DIALECTS * 32], *p, *last;
    ngx_str_t            dialect;
    const mt_dialect_t  *d;

    p = known;
    last = known + sizeof(known);

    for (i = 0; (d = mt_dialect_at(i)) != NULL; i++) {
        dialect.len = d->name.len;
        dialect.data = (u_char *) d->name.data;

        p = ngx_slprintf(p, last, "%s%V", i ? ", " : "", &dialect);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "unknown dialect \"%V\" in \"%V\" directive, "
                       "known are: %*s",
                       name, &cmd->name, (size_t) (p - known), known);

    return NGX_CONF_ERROR;
}


/* meeting_status [json|prometheus]; */

static char *
ngx_http_meeting_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_loc_conf_t *mlcf = conf;

    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *clcf;

    value = cf->args->elts;

    if (cf->args->nelts == 2) {

        if (ngx_strcmp(value[1].data, "prometheus") == 0) {
            mlcf->prometheus = 1;

        } else if (ngx_strcmp(value[1].data, "json") != 0) {
            return ngx_http_meeting_bad_value(cf, cmd, &value[1]);
        }
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_meeting_status_handler;

    return NGX_CONF_OK;
}


/* meeting_timezone ZONE; */

static char *
ngx_http_meeting_timezone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_loc_conf_t *mlcf = conf;

    ngx_str_t  *value;

    if (mlcf->zone) {
        return "is duplicate";
    }

    value = cf->args->elts;

    mlcf->zone = ngx_http_meeting_open_zone(cf, value[1].data);

    return mlcf->zone ? NGX_CONF_OK
                      : ngx_http_meeting_bad_value(cf, cmd, &value[1]);
}


static mt_zone_t *
ngx_http_meeting_open_zone(ngx_conf_t *cf, u_char *name)
{
    mt_zone_t           *zone;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    zone = mt_zone_open((const char *) name);

    if (zone) {
        cln->handler = ngx_http_meeting_close_zone;
        cln->data = zone;
    }

    return zone;
}


static void
ngx_http_meeting_close_zone(void *data)
{
    mt_zone_close(data);
}


/* meeting_public_base URL; a slash at its end is dropped. */

static char *
ngx_http_meeting_public_base(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_loc_conf_t *mlcf = conf;

    size_t       i, scheme;
    ngx_str_t   *value, *url;

    if (mlcf->public_base.data) {
        return "is duplicate";
    }

    value = cf->args->elts;
    url = &value[1];

    scheme = ngx_strncmp(url->data, "https://", 8) == 0 ? 8
             : ngx_strncmp(url->data, "http://", 7) == 0 ? 7 : 0;

    if (scheme == 0 || url->len == scheme || url->data[scheme] == '/') {
        return ngx_http_meeting_bad_value(cf, cmd, url);
    }

    for (i = 0; i < url->len; i++) {
        if (url->data[i] <= ' ' || url->data[i] >= 0x7f
            || url->data[i] == '"' || url->data[i] == '\\'
            || url->data[i] == '?' || url->data[i] == '#')
        {
            return ngx_http_meeting_bad_value(cf, cmd, url);
        }
    }

    mlcf->public_base = *url;

    while (mlcf->public_base.data[mlcf->public_base.len - 1] == '/') {
        mlcf->public_base.len--;
    }

    return NGX_CONF_OK;
}


/* An ngx_msec_t at cmd->offset, bounds in cmd->post. */

static char *
ngx_http_meeting_time(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_int_t                 ms;
    ngx_str_t                *value;
    ngx_msec_t               *field;
    ngx_http_meeting_time_t  *bounds;

    field = (ngx_msec_t *) (p + cmd->offset);
    bounds = cmd->post;

    if (*field != NGX_CONF_UNSET_MSEC) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (bounds->off && ngx_strcmp(value[1].data, "off") == 0) {
        *field = 0;
        return NGX_CONF_OK;
    }

    ms = ngx_parse_time(&value[1], 0);

    if (ms == NGX_ERROR || (ngx_msec_t) ms < bounds->min || ms > MT_TIME_MAX) {
        return ngx_http_meeting_bad_value(cf, cmd, &value[1]);
    }

    *field = ms;

    return NGX_CONF_OK;
}


/* An ngx_uint_t at cmd->offset, bounds in cmd->post. */

static char *
ngx_http_meeting_number(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_int_t                  n;
    ngx_str_t                 *value;
    ngx_uint_t                *field;
    ngx_http_meeting_range_t  *range;

    field = (ngx_uint_t *) (p + cmd->offset);
    range = cmd->post;

    if (*field != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    n = ngx_atoi(value[1].data, value[1].len);

    if (n == NGX_ERROR
        || (ngx_uint_t) n < range->min || (ngx_uint_t) n > range->max)
    {
        return ngx_http_meeting_bad_value(cf, cmd, &value[1]);
    }

    *field = n;

    return NGX_CONF_OK;
}


/* meeting_weclubs_callers NAME ...; */

static char *
ngx_http_meeting_callers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_loc_conf_t *mlcf = conf;

    mt_str_t    *caller;
    ngx_str_t   *value;
    ngx_uint_t   i;

    if (mlcf->weclubs_callers) {
        return "is duplicate";
    }

    mlcf->weclubs_callers = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                             sizeof(mt_str_t));
    if (mlcf->weclubs_callers == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (value[i].len == 0 || value[i].len > MT_ID_MAX) {
            return ngx_http_meeting_bad_value(cf, cmd, &value[i]);
        }

        caller = ngx_array_push(mlcf->weclubs_callers);
        *caller = ngx_http_meeting_str(&value[i]);
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_meeting_bad_value(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_str_t *value)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"%V\" directive",
                       value, &cmd->name);

    return NGX_CONF_ERROR;
}


static ngx_int_t
ngx_http_meeting_preconfiguration(ngx_conf_t *cf)
{
    return ngx_http_meeting_add_variables(cf);
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

    if (ngx_http_meeting_store_check(cf, mmcf) != NGX_CONF_OK) {
        return NGX_ERROR;
    }

    mmcf->commit_pool = ngx_http_meeting_add_pool(cf, "meeting_commit", 1);
    mmcf->work_pool = ngx_http_meeting_add_pool(cf, "meeting_work",
                                                mmcf->threads);

    if (mmcf->commit_pool == NULL || mmcf->work_pool == NULL) {
        return NGX_ERROR;
    }

    ngx_http_meeting_error_init();

    if (ngx_http_meeting_add_handler(cf, NGX_HTTP_REWRITE_PHASE,
                                     ngx_http_meeting_rewrite_handler)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_meeting_add_handler(cf, NGX_HTTP_LOG_PHASE,
                                        ngx_http_meeting_count);
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


/*
 * As if "thread_pool NAME threads=N;" stood in the configuration: nginx keeps
 * what a pool is to itself.
 */

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


static void *
ngx_http_meeting_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_meeting_main_conf_t  *mmcf;

    mmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_meeting_main_conf_t));
    if (mmcf == NULL) {
        return NULL;
    }

    mmcf->threads = NGX_CONF_UNSET_UINT;
    mmcf->queue = NGX_CONF_UNSET_UINT;

    return mmcf;
}


static char *
ngx_http_meeting_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_meeting_main_conf_t *mmcf = conf;

    ngx_conf_init_uint_value(mmcf->threads, NGX_HTTP_MEETING_THREADS);
    ngx_conf_init_uint_value(mmcf->queue, NGX_HTTP_MEETING_QUEUE);

    return NGX_CONF_OK;
}


static void *
ngx_http_meeting_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_meeting_loc_conf_t  *mlcf;

    /*
     * set by ngx_pcalloc():
     *
     *     mlcf->dialect = NULL;
     *     mlcf->zone = NULL;
     *     mlcf->public_base = { 0, NULL };
     *     mlcf->weclubs_secret = { 0, NULL };
     *     mlcf->weclubs_callers = NULL;
     */

    mlcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_meeting_loc_conf_t));
    if (mlcf == NULL) {
        return NULL;
    }

    mlcf->sign_open = NGX_CONF_UNSET_MSEC;
    mlcf->sign_grace = NGX_CONF_UNSET_MSEC;
    mlcf->qr_max_age = NGX_CONF_UNSET_MSEC;
    mlcf->qr_skew = NGX_CONF_UNSET_MSEC;
    mlcf->default_length = NGX_CONF_UNSET_MSEC;
    mlcf->page_size = NGX_CONF_UNSET_UINT;
    mlcf->weclubs_verify = NGX_CONF_UNSET;
    mlcf->weclubs_token_ttl = NGX_CONF_UNSET_MSEC;

    return mlcf;
}


static char *
ngx_http_meeting_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_meeting_loc_conf_t *prev = parent;
    ngx_http_meeting_loc_conf_t *conf = child;

    ngx_http_meeting_inherit_api(cf, prev, conf);

    if (prev->zone == NULL) {
        prev->zone = ngx_http_meeting_open_zone(cf,
                                           (u_char *) NGX_HTTP_MEETING_ZONE);
        if (prev->zone == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "this system has no time zone \""
                               NGX_HTTP_MEETING_ZONE "\", the default of "
                               "\"meeting_timezone\" (package tzdata)");
            return NGX_CONF_ERROR;
        }
    }

    if (conf->zone == NULL) {
        conf->zone = prev->zone;
    }

    if (conf->weclubs_callers == NULL) {
        conf->weclubs_callers = prev->weclubs_callers;
    }

    ngx_conf_merge_str_value(conf->public_base, prev->public_base, "");
    ngx_conf_merge_msec_value(conf->sign_open, prev->sign_open,
                              MT_MS_PER_HOUR);
    ngx_conf_merge_msec_value(conf->sign_grace, prev->sign_grace, 0);
    ngx_conf_merge_msec_value(conf->qr_max_age, prev->qr_max_age, 0);
    ngx_conf_merge_msec_value(conf->qr_skew, prev->qr_skew, MT_MS_PER_MINUTE);
    ngx_conf_merge_msec_value(conf->default_length, prev->default_length,
                              2 * MT_MS_PER_HOUR);
    ngx_conf_merge_uint_value(conf->page_size, prev->page_size,
                              NGX_HTTP_MEETING_PAGE_SIZE);
    ngx_conf_merge_value(conf->weclubs_verify, prev->weclubs_verify, 1);
    ngx_conf_merge_str_value(conf->weclubs_secret, prev->weclubs_secret, "");
    ngx_conf_merge_msec_value(conf->weclubs_token_ttl, prev->weclubs_token_ttl,
                              7 * MT_MS_PER_DAY);

    ngx_http_meeting_make_settings(conf);

    if (conf->dialect == &mt_dialect_weclubs
        && conf->weclubs_verify
        && conf->weclubs_secret.len == 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"meeting_api weclubs\" needs a "
                           "\"meeting_weclubs_secret\", or "
                           "\"meeting_weclubs_verify off\"");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* "if" and "limit_except" blocks serve the API of their location. */

static void
ngx_http_meeting_inherit_api(ngx_conf_t *cf, ngx_http_meeting_loc_conf_t *prev,
    ngx_http_meeting_loc_conf_t *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (prev->dialect == NULL
        || conf->dialect
        || !(clcf->noname || clcf->lmt_excpt))
    {
        return;
    }

    conf->dialect = prev->dialect;
    conf->dialect_index = prev->dialect_index;
    conf->settings.company = prev->settings.company;

    if (clcf->lmt_excpt && clcf->handler == NULL) {
        clcf->handler = ngx_http_meeting_handler;
    }
}


static void
ngx_http_meeting_make_settings(ngx_http_meeting_loc_conf_t *conf)
{
    mt_settings_t  *s;

    s = &conf->settings;

    s->zone = conf->zone;
    s->public_base = ngx_http_meeting_str(&conf->public_base);
    s->opens_before = conf->sign_open;
    s->grace = conf->sign_grace;
    s->qr_max_age = conf->qr_max_age;
    s->qr_skew = conf->qr_skew;
    s->default_length = conf->default_length;
    s->page_size = conf->page_size;
    s->verify_sign = conf->weclubs_verify;
    s->sign_secret = ngx_http_meeting_str(&conf->weclubs_secret);
    s->token_ttl = conf->weclubs_token_ttl;

    if (conf->weclubs_callers) {
        s->callers = conf->weclubs_callers->elts;
        s->ncallers = conf->weclubs_callers->nelts;
    }
}


/*
 * Reading of directives, in the master.  A bad value is an [emerg] that names
 * the value and the directive.
 */

#include "ngx_http_meeting_directives.h"
#include "ngx_http_meeting_handler.h"
#include "ngx_http_meeting_process.h"
#include "ngx_http_meeting_status.h"
#include "ngx_http_meeting_zone.h"


#define NGX_HTTP_MEETING_ZONE_SIZE    (64 * 1024 * 1024)
#define NGX_HTTP_MEETING_MAX_SIZE     (64ULL * 1024 * 1024 * 1024)
#define NGX_HTTP_MEETING_MIN_SIZE     (1024 * 1024)
#define NGX_HTTP_MEETING_CHECKPOINT   50                     /* ms */
#define NGX_HTTP_MEETING_CHECKPOINTS  1000                   /* the longest */
#define NGX_HTTP_MEETING_MIN_JOURNAL  (64 * 1024)
#define NGX_HTTP_MEETING_COMPANY      1000
#define NGX_HTTP_MEETING_PASSWORD     128
#define NGX_HTTP_MEETING_FAILURES     1000000


const mt_guard_limits_t  ngx_http_meeting_login_limits = {
    .pair = 20,
    .person = 200,
    .address = 1000,
    .pause = MT_MS_PER_MINUTE
};


static char *ngx_http_meeting_add_zone(ngx_conf_t *cf,
    ngx_http_meeting_main_conf_t *mmcf, size_t size);
static ngx_int_t ngx_http_meeting_set_bound(mt_quota_t *quota,
    const ngx_str_t *param);
static char *ngx_http_meeting_unknown_dialect(ngx_conf_t *cf,
    ngx_command_t *cmd, ngx_str_t *name);
static void ngx_http_meeting_close_timezone(void *data);
static char *ngx_http_meeting_set_bounded(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf, ngx_int_t n);
static size_t ngx_http_meeting_scheme(const ngx_str_t *url);
static char *ngx_http_meeting_bad_value(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_str_t *value);


/* meeting_store path=DIR [zone=SIZE] [max_size=SIZE] [checkpoint=TIME]; */

char *
ngx_http_meeting_set_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_main_conf_t *mmcf = conf;

    off_t        size;
    ssize_t      zone;
    ngx_int_t    checkpoint;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    if (mmcf->path.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    zone = NGX_HTTP_MEETING_ZONE_SIZE;
    size = NGX_HTTP_MEETING_MAX_SIZE;
    checkpoint = NGX_HTTP_MEETING_CHECKPOINT;

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
                || zone < (ssize_t) ngx_http_meeting_zone_min_size())
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

        if (ngx_strncmp(value[i].data, "checkpoint=", 11) == 0) {
            s.data = value[i].data + 11;
            s.len = value[i].len - 11;

            checkpoint = ngx_parse_time(&s, 0);

            if (checkpoint == NGX_ERROR
                || checkpoint > NGX_HTTP_MEETING_CHECKPOINTS)
            {
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
    mmcf->checkpoint = checkpoint;

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

    shm_zone->init = ngx_http_meeting_init_zone;
    shm_zone->data = zone;

    mmcf->shm_zone = shm_zone;
    mmcf->zone = zone;
    mmcf->core = (ngx_core_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                                  ngx_core_module);

    return NGX_CONF_OK;
}


/* meeting_company_quota off | [bytes=SIZE] [meetings=N] [seats=N]
 * [series_seats=N] [people=N]; */

char *
ngx_http_meeting_set_quota(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_loc_conf_t *mlcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;
    mt_quota_t  *quota;

    if (mlcf->quota) {
        return "is duplicate";
    }

    quota = ngx_pcalloc(cf->pool, sizeof(mt_quota_t));
    if (quota == NULL) {
        return NGX_CONF_ERROR;
    }

    mlcf->quota = quota;
    value = cf->args->elts;

    if (cf->args->nelts == 2 && value[1].len == 3
        && ngx_strncmp(value[1].data, "off", 3) == 0)
    {
        return NGX_CONF_OK;
    }

    *quota = mt_quota_default;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_http_meeting_set_bound(quota, &value[i]) != NGX_OK) {
            return ngx_http_meeting_bad_value(cf, cmd, &value[i]);
        }
    }

    return NGX_CONF_OK;
}


/* Sets the bound that a parameter names, which is above 0.  Returns NGX_OK or
 * NGX_ERROR. */

static ngx_int_t
ngx_http_meeting_set_bound(mt_quota_t *quota, const ngx_str_t *param)
{
    off_t       n;
    ngx_str_t   s;
    ngx_uint_t  i;

    const struct {
        ngx_str_t   name;
        int64_t    *bound;
        ngx_uint_t  size;
    } bounds[] = {
        { ngx_string("bytes="), &quota->bytes, 1 },
        { ngx_string("meetings="), &quota->meetings, 0 },
        { ngx_string("seats="), &quota->seats, 0 },
        { ngx_string("series_seats="), &quota->series_seats, 0 },
        { ngx_string("people="), &quota->people, 0 }
    };

    for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        if (param->len < bounds[i].name.len
            || ngx_strncmp(param->data, bounds[i].name.data,
                           bounds[i].name.len)
               != 0)
        {
            continue;
        }

        s.data = param->data + bounds[i].name.len;
        s.len = param->len - bounds[i].name.len;

        n = bounds[i].size ? ngx_parse_offset(&s)
                           : ngx_atoof(s.data, s.len);
        if (n == NGX_ERROR || n <= 0) {
            return NGX_ERROR;
        }

        *bounds[i].bound = n;

        return NGX_OK;
    }

    return NGX_ERROR;
}


/* meeting_api DIALECT [company=N]; */

char *
ngx_http_meeting_set_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_loc_conf_t *mlcf = conf;

    ngx_int_t                      company;
    ngx_str_t                     *value;
    ngx_http_core_loc_conf_t      *clcf;
    ngx_http_meeting_srv_conf_t   *mscf;
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

    mscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_meeting_module);
    mscf->api = 1;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_meeting_handler;

    return NGX_CONF_OK;
}


static char *
ngx_http_meeting_unknown_dialect(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_str_t *name)
{
    size_t               i;
    u_char               known[NGX_MAX_CONF_ERRSTR], *p, *last;
    ngx_str_t            dialect;
    const mt_dialect_t  *d;

    p = known;
    last = known + sizeof(known);

    for (i = 0; (d = mt_dialect_at(i)) != NULL; i++) {
        dialect = ngx_http_meeting_ngx_str(d->name);
        p = ngx_slprintf(p, last, "%s%V", i ? ", " : "", &dialect);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "unknown dialect \"%V\" in \"%V\" directive, "
                       "known are: %*s",
                       name, &cmd->name, (size_t) (p - known), known);

    return NGX_CONF_ERROR;
}


/* meeting_status [json|prometheus]; */

char *
ngx_http_meeting_set_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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

char *
ngx_http_meeting_set_timezone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_loc_conf_t *mlcf = conf;

    ngx_str_t  *value;

    if (mlcf->timezone) {
        return "is duplicate";
    }

    value = cf->args->elts;

    mlcf->timezone = ngx_http_meeting_open_timezone(cf, value[1].data);

    return mlcf->timezone ? NGX_CONF_OK
                      : ngx_http_meeting_bad_value(cf, cmd, &value[1]);
}


mt_zone_t *
ngx_http_meeting_open_timezone(ngx_conf_t *cf, u_char *name)
{
    mt_zone_t           *zone;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    zone = mt_zone_open((const char *) name);

    if (zone) {
        cln->handler = ngx_http_meeting_close_timezone;
        cln->data = zone;
    }

    return zone;
}


static void
ngx_http_meeting_close_timezone(void *data)
{
    mt_zone_close(data);
}


/* meeting_public_base URL; a slash at its end is dropped. */

char *
ngx_http_meeting_set_public_base(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_meeting_loc_conf_t *mlcf = conf;

    size_t       i;
    ngx_str_t   *value, *url;

    if (mlcf->public_base.data) {
        return "is duplicate";
    }

    value = cf->args->elts;
    url = &value[1];

    if (ngx_http_meeting_scheme(url) == 0) {
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


char *
ngx_http_meeting_set_time(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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


char *
ngx_http_meeting_set_number(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    return ngx_http_meeting_set_bounded(cf, cmd, conf,
                                        ngx_atoi(value[1].data,
                                                 value[1].len));
}


char *
ngx_http_meeting_set_size(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    return ngx_http_meeting_set_bounded(cf, cmd, conf,
                                        ngx_parse_size(&value[1]));
}


/* n: the directive's value, NGX_ERROR: it is none. */

static char *
ngx_http_meeting_set_bounded(ngx_conf_t *cf, ngx_command_t *cmd, void *conf,
    ngx_int_t n)
{
    char  *p = conf;

    ngx_str_t                 *value;
    ngx_uint_t                *field;
    ngx_http_meeting_range_t  *range;

    field = (ngx_uint_t *) (p + cmd->offset);
    range = cmd->post;

    if (*field != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (n == NGX_ERROR
        || (ngx_uint_t) n < range->min || (ngx_uint_t) n > range->max)
    {
        return ngx_http_meeting_bad_value(cf, cmd, &value[1]);
    }

    *field = n;

    return NGX_CONF_OK;
}


/* ngx_conf_set_enum_slot() would not name the directive. */

char *
ngx_http_meeting_set_enum(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_str_t        *value;
    ngx_uint_t       *field;
    ngx_conf_enum_t  *e;

    field = (ngx_uint_t *) (p + cmd->offset);

    if (*field != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (e = cmd->post; e->name.len; e++) {
        if (e->name.len == value[1].len
            && ngx_strncmp(e->name.data, value[1].data, e->name.len) == 0)
        {
            *field = e->value;
            return NGX_CONF_OK;
        }
    }

    return ngx_http_meeting_bad_value(cf, cmd, &value[1]);
}


/* meeting_weclubs_callers NAME ...; */

char *
ngx_http_meeting_set_callers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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


/* meeting_journal [age=TIME | age=off] [size=SIZE | size=off]; */

char *
ngx_http_meeting_set_journal(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_main_conf_t *mmcf = conf;

    ngx_int_t    ms;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    if (mmcf->journal_age != NGX_CONF_UNSET_MSEC
        || mmcf->journal_size != NGX_CONF_UNSET)
    {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "age=", 4) == 0
            && mmcf->journal_age == NGX_CONF_UNSET_MSEC)
        {
            s.data = value[i].data + 4;
            s.len = value[i].len - 4;

            ms = ngx_strcmp(s.data, "off") == 0 ? 0 : ngx_parse_time(&s, 0);

            if (ms == NGX_ERROR || ms > MT_TIME_MAX
                || (ms == 0 && s.data[0] != 'o'))
            {
                return ngx_http_meeting_bad_value(cf, cmd, &value[i]);
            }

            mmcf->journal_age = ms;
            continue;
        }

        if (ngx_strncmp(value[i].data, "size=", 5) == 0
            && mmcf->journal_size == NGX_CONF_UNSET)
        {
            s.data = value[i].data + 5;
            s.len = value[i].len - 5;

            mmcf->journal_size = ngx_strcmp(s.data, "off") == 0
                                 ? 0 : ngx_parse_offset(&s);

            if (mmcf->journal_size == NGX_ERROR
                || (mmcf->journal_size < NGX_HTTP_MEETING_MIN_JOURNAL
                    && s.data[0] != 'o'))
            {
                return ngx_http_meeting_bad_value(cf, cmd, &value[i]);
            }

            continue;
        }

        return ngx_http_meeting_bad_value(cf, cmd, &value[i]);
    }

    return NGX_CONF_OK;
}


/* meeting_event_proxy URL | off; */

char *
ngx_http_meeting_set_proxy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_main_conf_t *mmcf = conf;

    size_t       i, scheme;
    ngx_str_t   *value, *url;

    if (mmcf->event_proxy.data) {
        return "is duplicate";
    }

    value = cf->args->elts;
    url = &value[1];

    mmcf->event_proxy = *url;

    if (ngx_strcmp(url->data, "off") == 0) {
        mmcf->event_proxy.len = 0;
        return NGX_CONF_OK;
    }

    scheme = ngx_http_meeting_scheme(url);

    for (i = 0; i < url->len; i++) {
        if (url->data[i] <= ' ' || url->data[i] >= 0x7f) {
            scheme = 0;
        }
    }

    return scheme ? NGX_CONF_OK : ngx_http_meeting_bad_value(cf, cmd, url);
}


/* meeting_event_ca FILE; */

char *
ngx_http_meeting_set_ca(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_meeting_main_conf_t *mmcf = conf;

    ngx_str_t        *value;
    ngx_file_info_t   fi;

    if (mmcf->event_ca.data) {
        return "is duplicate";
    }

    value = cf->args->elts;
    mmcf->event_ca = value[1];

    if (mmcf->event_ca.len == 0) {
        return ngx_http_meeting_bad_value(cf, cmd, &value[1]);
    }

    if (ngx_conf_full_name(cf->cycle, &mmcf->event_ca, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_file_info(mmcf->event_ca.data, &fi) == NGX_FILE_ERROR
        || !ngx_is_file(&fi))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "\"%V\" names no file: \"%V\"",
                           &cmd->name, &mmcf->event_ca);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* The length of "http://" or "https://", where a host follows; else 0. */

static size_t
ngx_http_meeting_scheme(const ngx_str_t *url)
{
    size_t  scheme;

    scheme = ngx_strncmp(url->data, "https://", 8) == 0 ? 8
             : ngx_strncmp(url->data, "http://", 7) == 0 ? 7 : 0;

    return url->len == scheme || url->data[scheme] == '/' ? 0 : scheme;
}


/* meeting_default_password on | off | TEXT; */

char *
ngx_http_meeting_set_default_password(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_meeting_loc_conf_t *mlcf = conf;

    ngx_str_t  *value;

    if (mlcf->default_password.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0 || value[1].len > NGX_HTTP_MEETING_PASSWORD) {
        return ngx_http_meeting_bad_value(cf, cmd, &value[1]);
    }

    mlcf->default_password = value[1];

    return NGX_CONF_OK;
}


/* meeting_login_limit off | [pair=N] [person=N] [address=N] [pause=TIME]; */

char *
ngx_http_meeting_set_login_limit(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_meeting_loc_conf_t *mlcf = conf;

    int64_t            *n;
    ngx_str_t          *value, s;
    ngx_uint_t          i, k;
    mt_guard_limits_t   limits;

    struct {
        ngx_str_t   name;
        int64_t    *n;
    } given[] = {
        { ngx_string("pair="), &limits.pair },
        { ngx_string("person="), &limits.person },
        { ngx_string("address="), &limits.address },
        { ngx_string("pause="), &limits.pause }
    };

    if (mlcf->login_limits.pause) {
        return "is duplicate";
    }

    value = cf->args->elts;
    limits = ngx_http_meeting_login_limits;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        limits.pair = 0;
        limits.person = 0;
        limits.address = 0;
        mlcf->login_limits = limits;
        return NGX_CONF_OK;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        s = value[i];
        n = NULL;

        for (k = 0; k < sizeof(given) / sizeof(given[0]); k++) {
            if (ngx_strncmp(s.data, given[k].name.data, given[k].name.len)
                == 0)
            {
                n = given[k].n;
                s.data += given[k].name.len;
                s.len -= given[k].name.len;
                break;
            }
        }

        if (n == NULL) {
            return ngx_http_meeting_bad_value(cf, cmd, &value[i]);
        }

        if (n == &limits.pause) {
            *n = ngx_parse_time(&s, 0);

        } else {
            *n = ngx_strcmp(s.data, "off") == 0 ? 0 : ngx_atoi(s.data, s.len);

            if (*n == 0 && s.data[0] != 'o') {
                *n = NGX_ERROR;
            }
        }

        if (*n < (n == &limits.pause) * MT_MS_PER_SECOND
            || *n > (n == &limits.pause ? MT_MS_PER_DAY
                                        : NGX_HTTP_MEETING_FAILURES))
        {
            return ngx_http_meeting_bad_value(cf, cmd, &value[i]);
        }
    }

    mlcf->login_limits = limits;

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

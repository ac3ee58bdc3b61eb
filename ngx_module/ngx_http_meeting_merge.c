
/*
 * Configurations: created, merged and checked by the master.  The engine sees
 * of a location its mt_settings_t alone.
 */

#include "ngx_http_meeting_merge.h"
#include "ngx_http_meeting_directives.h"
#include "ngx_http_meeting_handler.h"


#define NGX_HTTP_MEETING_THREADS      2
#define NGX_HTTP_MEETING_QUEUE        4096
#define NGX_HTTP_MEETING_HASH_QUEUE   1024
#define NGX_HTTP_MEETING_PAGE_SIZE    20
#define NGX_HTTP_MEETING_CONNECTIONS  64
#define NGX_HTTP_MEETING_JOURNAL_DAYS 90
#define NGX_HTTP_MEETING_TIMEZONE     "Asia/Shanghai"


static void ngx_http_meeting_inherit_api(ngx_conf_t *cf,
    ngx_http_meeting_loc_conf_t *prev, ngx_http_meeting_loc_conf_t *conf);
static void ngx_http_meeting_make_settings(ngx_conf_t *cf,
    ngx_http_meeting_loc_conf_t *conf);
static void ngx_http_meeting_note_settings(ngx_conf_t *cf,
    ngx_http_meeting_loc_conf_t *conf);
static char *ngx_http_meeting_check_settings(ngx_conf_t *cf,
    ngx_http_meeting_loc_conf_t *conf);


void *
ngx_http_meeting_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_meeting_main_conf_t  *mmcf;

    mmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_meeting_main_conf_t));
    if (mmcf == NULL) {
        return NULL;
    }

    mmcf->threads = NGX_CONF_UNSET_UINT;
    mmcf->queue = NGX_CONF_UNSET_UINT;
    mmcf->hash_queue = NGX_CONF_UNSET_UINT;
    mmcf->background = NGX_CONF_UNSET;
    mmcf->event_connect_timeout = NGX_CONF_UNSET_MSEC;
    mmcf->event_timeout = NGX_CONF_UNSET_MSEC;
    mmcf->event_retry = NGX_CONF_UNSET_MSEC;
    mmcf->event_connections = NGX_CONF_UNSET_UINT;
    mmcf->event_size = NGX_CONF_UNSET_UINT;
    mmcf->event_private = NGX_CONF_UNSET;
    mmcf->journal_age = NGX_CONF_UNSET_MSEC;
    mmcf->journal_size = NGX_CONF_UNSET;
    mmcf->release_after = NGX_CONF_UNSET_MSEC;
    mmcf->meeting_age = NGX_CONF_UNSET_MSEC;

    return mmcf;
}


char *
ngx_http_meeting_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_meeting_main_conf_t *mmcf = conf;

    ngx_conf_init_uint_value(mmcf->threads, NGX_HTTP_MEETING_THREADS);
    ngx_conf_init_uint_value(mmcf->queue, NGX_HTTP_MEETING_QUEUE);
    ngx_conf_init_uint_value(mmcf->hash_queue, NGX_HTTP_MEETING_HASH_QUEUE);
    ngx_conf_init_value(mmcf->background, 1);
    ngx_conf_init_msec_value(mmcf->event_connect_timeout,
                             3 * MT_MS_PER_SECOND);
    ngx_conf_init_msec_value(mmcf->event_timeout, 10 * MT_MS_PER_SECOND);
    ngx_conf_init_msec_value(mmcf->event_retry, MT_MS_PER_DAY);
    ngx_conf_init_uint_value(mmcf->event_connections,
                             NGX_HTTP_MEETING_CONNECTIONS);
    ngx_conf_init_uint_value(mmcf->event_size, MT_MESSAGE_SIZE);
    ngx_conf_init_value(mmcf->event_private, 0);
    ngx_conf_init_msec_value(mmcf->journal_age,
                             NGX_HTTP_MEETING_JOURNAL_DAYS * MT_MS_PER_DAY);
    ngx_conf_init_value(mmcf->journal_size, 0);
    ngx_conf_init_msec_value(mmcf->release_after, 0);
    ngx_conf_init_msec_value(mmcf->meeting_age, 0);

    return NGX_CONF_OK;
}


void *
ngx_http_meeting_create_srv_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_meeting_srv_conf_t));
}


void *
ngx_http_meeting_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_meeting_loc_conf_t  *mlcf;

    /*
     * set by ngx_pcalloc():
     *
     *     mlcf->dialect = NULL;
     *     mlcf->timezone = NULL;
     *     mlcf->public_base = { 0, NULL };
     *     mlcf->weclubs_secret = { 0, NULL };
     *     mlcf->weclubs_callers = NULL;
     *     mlcf->quota = NULL;
     */

    mlcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_meeting_loc_conf_t));
    if (mlcf == NULL) {
        return NULL;
    }

    mlcf->sign_open = NGX_CONF_UNSET_MSEC;
    mlcf->sign_grace = NGX_CONF_UNSET_MSEC;
    mlcf->correct_for = NGX_CONF_UNSET_MSEC;
    mlcf->qr_max_age = NGX_CONF_UNSET_MSEC;
    mlcf->qr_skew = NGX_CONF_UNSET_MSEC;
    mlcf->geofence = NGX_CONF_UNSET_UINT;
    mlcf->remind_pause = NGX_CONF_UNSET_MSEC;
    mlcf->qr_signed = NGX_CONF_UNSET_UINT;
    mlcf->qr_valid = NGX_CONF_UNSET_MSEC;
    mlcf->default_length = NGX_CONF_UNSET_MSEC;
    mlcf->page_size = NGX_CONF_UNSET_UINT;
    mlcf->body_per_address = NGX_CONF_UNSET_UINT;
    mlcf->unknown_call = NGX_CONF_UNSET_UINT;
    mlcf->show_phones = NGX_CONF_UNSET_UINT;
    mlcf->weclubs_verify = NGX_CONF_UNSET;
    mlcf->token_ttl = NGX_CONF_UNSET_MSEC;
    mlcf->weclubs_token_ttl = NGX_CONF_UNSET_MSEC;

    return mlcf;
}


char *
ngx_http_meeting_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_meeting_loc_conf_t *prev = parent;
    ngx_http_meeting_loc_conf_t *conf = child;

    ngx_http_meeting_inherit_api(cf, prev, conf);

    if (prev->timezone == NULL) {
        prev->timezone = ngx_http_meeting_open_timezone(cf,
                                       (u_char *) NGX_HTTP_MEETING_TIMEZONE);
        if (prev->timezone == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "this system has no time zone \""
                               NGX_HTTP_MEETING_TIMEZONE "\", the default of "
                               "\"meeting_timezone\" (package tzdata)");
            return NGX_CONF_ERROR;
        }
    }

    if (conf->timezone == NULL) {
        conf->timezone = prev->timezone;
    }

    if (conf->weclubs_callers == NULL) {
        conf->weclubs_callers = prev->weclubs_callers;
    }

    if (prev->quota == NULL) {
        prev->quota = &mt_quota_default;
    }

    if (conf->quota == NULL) {
        conf->quota = prev->quota;
    }

    ngx_conf_merge_str_value(conf->public_base, prev->public_base, "");
    ngx_conf_merge_msec_value(conf->sign_open, prev->sign_open,
                              MT_MS_PER_HOUR);
    ngx_conf_merge_msec_value(conf->sign_grace, prev->sign_grace, 0);
    ngx_conf_merge_msec_value(conf->correct_for, prev->correct_for,
                              7 * MT_MS_PER_DAY);
    ngx_conf_merge_msec_value(conf->qr_max_age, prev->qr_max_age, 0);
    ngx_conf_merge_msec_value(conf->qr_skew, prev->qr_skew, MT_MS_PER_MINUTE);
    ngx_conf_merge_uint_value(conf->geofence, prev->geofence,
                              MT_FENCE_OPTIONAL);
    ngx_conf_merge_msec_value(conf->remind_pause, prev->remind_pause,
                              MT_MS_PER_HOUR);
    ngx_conf_merge_uint_value(conf->qr_signed, prev->qr_signed,
                              MT_QR_OPTIONAL);
    ngx_conf_merge_msec_value(conf->qr_valid, prev->qr_valid,
                              15 * MT_MS_PER_SECOND);
    ngx_conf_merge_msec_value(conf->default_length, prev->default_length,
                              2 * MT_MS_PER_HOUR);
    ngx_conf_merge_uint_value(conf->body_per_address, prev->body_per_address,
                              64);
    ngx_conf_merge_uint_value(conf->page_size, prev->page_size,
                              NGX_HTTP_MEETING_PAGE_SIZE);
    ngx_conf_merge_uint_value(conf->unknown_call, prev->unknown_call,
                              NGX_HTTP_NOT_FOUND);
    ngx_conf_merge_uint_value(conf->show_phones, prev->show_phones,
                              MT_PHONES_MASKED);
    ngx_conf_merge_str_value(conf->default_password, prev->default_password,
                             "on");

    if (conf->login_limits.pause == 0) {
        conf->login_limits = prev->login_limits.pause
                             ? prev->login_limits
                             : ngx_http_meeting_login_limits;
    }

    ngx_conf_merge_value(conf->weclubs_verify, prev->weclubs_verify, 1);
    ngx_conf_merge_str_value(conf->weclubs_secret, prev->weclubs_secret, "");
    ngx_conf_merge_msec_value(conf->token_ttl, prev->token_ttl,
                              2 * MT_MS_PER_HOUR);
    ngx_conf_merge_msec_value(conf->weclubs_token_ttl, prev->weclubs_token_ttl,
                              NGX_HTTP_MEETING_SESSION);

    ngx_http_meeting_make_settings(cf, conf);
    ngx_http_meeting_note_settings(cf, conf);

    return ngx_http_meeting_check_settings(cf, conf);
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
ngx_http_meeting_make_settings(ngx_conf_t *cf,
    ngx_http_meeting_loc_conf_t *conf)
{
    mt_settings_t                 *s;
    ngx_http_meeting_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_meeting_module);

    s = &conf->settings;

    s->zone = conf->timezone;
    s->public_base = ngx_http_meeting_str(&conf->public_base);
    s->pictures = mt_dialect_pictures;
    s->opens_before = conf->sign_open;
    s->grace = conf->sign_grace;
    s->correct_for = conf->correct_for;
    s->qr_max_age = conf->qr_max_age;
    s->qr_skew = conf->qr_skew;
    s->geofence = conf->geofence;
    s->remind_pause = conf->remind_pause;
    s->qr_signed = conf->qr_signed;
    s->qr_valid = conf->qr_valid;
    s->default_length = conf->default_length;
    s->message_size = mmcf->event_size;
    s->page_size = conf->page_size;
    s->quota = *conf->quota;
    s->unknown_call = (int) conf->unknown_call;
    s->show_phones = (int) conf->show_phones;
    s->login_limits = conf->login_limits;
    s->verify_sign = conf->weclubs_verify;

    if (ngx_strcmp(conf->default_password.data, "off") == 0) {
        s->default_password_off = 1;

    } else if (ngx_strcmp(conf->default_password.data, "on") != 0) {
        s->default_password = ngx_http_meeting_str(&conf->default_password);
    }

    s->sign_secret = ngx_http_meeting_str(&conf->weclubs_secret);
    s->access_ttl = conf->token_ttl;
    s->token_ttl = conf->weclubs_token_ttl;

    if (conf->weclubs_callers) {
        s->callers = conf->weclubs_callers->elts;
        s->ncallers = conf->weclubs_callers->nelts;
    }
}


/*
 * Background jobs take settings from locations.  Messages to subscribers are
 * worded by the first location of the dialect that words them, or else by the
 * first server.  A session is kept for the longest time of any location.
 */

static void
ngx_http_meeting_note_settings(ngx_conf_t *cf,
    ngx_http_meeting_loc_conf_t *conf)
{
    ngx_uint_t                     events;
    const mt_dialect_t            *dialect;
    mt_background_options_t       *options;
    ngx_http_meeting_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_meeting_module);

    options = &mmcf->options;
    dialect = conf->dialect;
    events = (dialect && dialect->words_events);

    if (options->settings == NULL || (events && !mmcf->event_settings)) {
        options->settings = &conf->settings;
        mmcf->event_settings = events;
    }

    if (dialect && dialect->keeps_sessions) {
        options->session_ttl = ngx_max(options->session_ttl,
                                       conf->settings.token_ttl);
    }
}


static char *
ngx_http_meeting_check_settings(ngx_conf_t *cf,
    ngx_http_meeting_loc_conf_t *conf)
{
    ngx_str_t            name;
    const char          *lack;
    const mt_dialect_t  *dialect;

    dialect = conf->dialect;

    if (dialect == NULL || dialect->check == NULL) {
        return NGX_CONF_OK;
    }

    lack = dialect->check(&conf->settings);

    if (lack == NULL) {
        return NGX_CONF_OK;
    }

    name = ngx_http_meeting_ngx_str(dialect->name);

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"meeting_api %V\" %s",
                       &name, lack);

    return NGX_CONF_ERROR;
}

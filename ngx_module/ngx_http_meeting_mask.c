
/*
 * Logs without secrets: $meeting_request, and nginx's own error lines.
 */

#include "ngx_http_meeting_mask.h"
#include "ngx_http_meeting_request.h"

#include "dialect/mt_mask.h"


static ngx_int_t ngx_http_meeting_request_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static u_char *ngx_http_meeting_log_handler(ngx_http_request_t *r,
    ngx_http_request_t *sr, u_char *buf, size_t len);
static u_char *ngx_http_meeting_log_address(ngx_http_request_t *r,
    const ngx_str_t *address, u_char *buf, u_char *last);
static u_char *ngx_http_meeting_log_upstream(ngx_http_request_t *r,
    ngx_http_upstream_t *u, u_char *buf, u_char *last);
static const mt_dialect_t *ngx_http_meeting_dialect(ngx_http_request_t *r);
static ngx_str_t ngx_http_meeting_request_line(ngx_http_request_t *r);


static ngx_str_t  ngx_http_meeting_request_name =
    ngx_string("meeting_request");


ngx_int_t
ngx_http_meeting_add_request(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var;

    var = ngx_http_add_variable(cf, &ngx_http_meeting_request_name,
                                NGX_HTTP_VAR_NOCACHEABLE);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_http_meeting_request_variable;

    return NGX_OK;
}


static ngx_int_t
ngx_http_meeting_request_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    mt_str_t             text;
    ngx_str_t            line;
    const mt_dialect_t  *dialect;

    v->not_found = 1;

    line = ngx_http_meeting_request_line(r);

    if (line.len == 0) {
        return NGX_OK;
    }

    text = ngx_http_meeting_str(&line);
    dialect = ngx_http_meeting_dialect(r);

    v->len = mt_mask_line(dialect, text, NULL, 0);
    v->data = ngx_pnalloc(r->pool, v->len);

    if (v->data == NULL) {
        return NGX_ERROR;
    }

    (void) mt_mask_line(dialect, text, (char *) v->data, v->len);

    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


ngx_int_t
ngx_http_meeting_mask_handler(ngx_http_request_t *r)
{
    ngx_http_meeting_srv_conf_t  *mscf;

    mscf = ngx_http_get_module_srv_conf(r, ngx_http_meeting_module);

    if (mscf->api) {
        r->log_handler = ngx_http_meeting_log_handler;
    }

    return NGX_DECLINED;
}


/* Writes what nginx's own handler does, ngx_http_log_error_handler(). */

static u_char *
ngx_http_meeting_log_handler(ngx_http_request_t *r, ngx_http_request_t *sr,
    u_char *buf, size_t len)
{
    size_t                     n;
    u_char                    *last;
    ngx_str_t                  line;
    ngx_http_core_srv_conf_t  *cscf;

    last = buf + len;
    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    buf = ngx_slprintf(buf, last, ", server: %V", &cscf->server_name);

    line = ngx_http_meeting_request_line(r);

    if (line.len) {
        buf = ngx_slprintf(buf, last, ", request: \"");
        n = mt_mask_line(ngx_http_meeting_dialect(r),
                         ngx_http_meeting_str(&line), (char *) buf,
                         last - buf);
        buf += ngx_min(n, (size_t) (last - buf));
        buf = ngx_slprintf(buf, last, "\"");
    }

    if (r != sr) {
        buf = ngx_slprintf(buf, last, ", subrequest: \"");
        buf = ngx_http_meeting_log_address(r, &sr->uri, buf, last);
        buf = ngx_slprintf(buf, last, "\"");
    }

    if (sr->upstream && sr->upstream->peer.name) {
        buf = ngx_http_meeting_log_upstream(r, sr->upstream, buf, last);
    }

    if (r->headers_in.host) {
        buf = ngx_slprintf(buf, last, ", host: \"%V\"",
                           &r->headers_in.host->value);
    }

    if (r->headers_in.referer) {
        buf = ngx_slprintf(buf, last, ", referrer: \"");
        buf = ngx_http_meeting_log_address(r, &r->headers_in.referer->value,
                                           buf, last);
        buf = ngx_slprintf(buf, last, "\"");
    }

    return buf;
}


static u_char *
ngx_http_meeting_log_address(ngx_http_request_t *r, const ngx_str_t *address,
    u_char *buf, u_char *last)
{
    size_t  n;

    n = mt_mask_address(ngx_http_meeting_dialect(r),
                        ngx_http_meeting_str(address), (char *) buf,
                        last - buf);

    return buf + ngx_min(n, (size_t) (last - buf));
}


static u_char *
ngx_http_meeting_log_upstream(ngx_http_request_t *r, ngx_http_upstream_t *u,
    u_char *buf, u_char *last)
{
    const char  *separator;

    separator = "";

#if (NGX_HAVE_UNIX_DOMAIN)
    if (u->peer.sockaddr && u->peer.sockaddr->sa_family == AF_UNIX) {
        separator = ":";
    }
#endif

    buf = ngx_slprintf(buf, last, ", upstream: \"%V%V%s", &u->schema,
                       u->peer.name, separator);
    buf = ngx_http_meeting_log_address(r, &u->uri, buf, last);

    return ngx_slprintf(buf, last, "\"");
}


/* Returns the dialect of the request's location, of the one that nginx has led
 * it away from by an error page, or NULL. */

static const mt_dialect_t *
ngx_http_meeting_dialect(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t       *ctx;
    ngx_http_meeting_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_meeting_module);

    if (mlcf->dialect) {
        return mlcf->dialect;
    }

    ctx = ngx_http_meeting_get_ctx(r);

    return ctx ? ctx->conf->dialect : NULL;
}


/* Returns the line, or the beginning of one that nginx could not read. */

static ngx_str_t
ngx_http_meeting_request_line(ngx_http_request_t *r)
{
    u_char     *p;
    ngx_str_t   line;

    if (r->request_line.data || r->request_start == NULL) {
        return r->request_line;
    }

    for (p = r->request_start; p < r->header_in->last; p++) {
        if (*p == CR || *p == LF) {
            break;
        }
    }

    line.data = r->request_start;
    line.len = p - r->request_start;

    return line;
}


/*
 * The variables $meeting_*: for limits once the body is decoded, and for the
 * access log.
 */

#include "ngx_http_meeting_variables.h"
#include "ngx_http_meeting_request.h"


#define NGX_HTTP_MEETING_VALUE_MAX  256       /* bytes of a client's text */


static ngx_int_t ngx_http_meeting_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);

static mt_str_t ngx_http_meeting_user(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, u_char *buf);
static mt_str_t ngx_http_meeting_claimed_user(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, u_char *buf);
static mt_str_t ngx_http_meeting_id(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, u_char *buf);
static mt_str_t ngx_http_meeting_company(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, u_char *buf);
static mt_str_t ngx_http_meeting_number(int64_t n, u_char *buf);
static mt_str_t ngx_http_meeting_operation(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, u_char *buf);
static mt_str_t ngx_http_meeting_result(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, u_char *buf);
static mt_str_t ngx_http_meeting_reason(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, u_char *buf);


/* buf: NGX_INT64_LEN bytes for a number.  Returns "" if it is not known. */

typedef mt_str_t (*ngx_http_meeting_value_pt)(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, u_char *buf);

typedef struct {
    ngx_str_t                  name;
    ngx_http_meeting_value_pt  value;
} ngx_http_meeting_variable_t;


static ngx_http_meeting_variable_t  ngx_http_meeting_vars[] = {
    { ngx_string("meeting_user"), ngx_http_meeting_user },
    { ngx_string("meeting_claimed_user"), ngx_http_meeting_claimed_user },
    { ngx_string("meeting_id"), ngx_http_meeting_id },
    { ngx_string("meeting_company"), ngx_http_meeting_company },
    { ngx_string("meeting_operation"), ngx_http_meeting_operation },
    { ngx_string("meeting_result"), ngx_http_meeting_result },
    { ngx_string("meeting_reason"), ngx_http_meeting_reason }
};


ngx_int_t
ngx_http_meeting_add_variables(ngx_conf_t *cf)
{
    ngx_uint_t            i;
    ngx_http_variable_t  *var;

    for (i = 0; i < mt_nitems(ngx_http_meeting_vars); i++) {
        var = ngx_http_add_variable(cf, &ngx_http_meeting_vars[i].name,
                                    NGX_HTTP_VAR_NOCACHEABLE);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = ngx_http_meeting_variable;
        var->data = i;
    }

    return NGX_OK;
}


/* Values are copied: a rewrite closes an exchange before its request ends. */

static ngx_int_t
ngx_http_meeting_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    u_char                   buf[NGX_INT64_LEN];
    mt_str_t                 value;
    ngx_http_meeting_ctx_t  *ctx;

    v->not_found = 1;

    ctx = ngx_http_meeting_get_ctx(r);

    if (ctx == NULL) {
        return NGX_OK;
    }

    value = ngx_http_meeting_vars[data].value(r, ctx, buf);

    if (value.len == 0) {
        return NGX_OK;
    }

    v->len = ngx_min(value.len, NGX_HTTP_MEETING_VALUE_MAX);
    v->data = ngx_pnalloc(r->pool, v->len);

    if (v->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(v->data, value.data, v->len);

    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static mt_str_t
ngx_http_meeting_user(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx,
    u_char *buf)
{
    return ngx_http_meeting_number(ctx->exchange ? ctx->exchange->proven_user
                                                 : 0, buf);
}


static mt_str_t
ngx_http_meeting_claimed_user(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, u_char *buf)
{
    return ctx->exchange ? ctx->exchange->user : MT_STR("");
}


static mt_str_t
ngx_http_meeting_id(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx,
    u_char *buf)
{
    return ctx->exchange ? ctx->exchange->meeting : MT_STR("");
}


static mt_str_t
ngx_http_meeting_company(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx,
    u_char *buf)
{
    return ngx_http_meeting_number(ctx->exchange
                                   ? ctx->exchange->proven_company : 0, buf);
}


/* Returns "" for 0. */

static mt_str_t
ngx_http_meeting_number(int64_t n, u_char *buf)
{
    mt_str_t  s = mt_str("");

    if (n) {
        s.data = (const char *) buf;
        s.len = ngx_sprintf(buf, "%L", n) - buf;
    }

    return s;
}


static mt_str_t
ngx_http_meeting_operation(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx,
    u_char *buf)
{
    if (ctx->exchange == NULL || ctx->exchange->route == NULL) {
        return MT_STR("");
    }

    return mt_cstr(ctx->exchange->route->operation->name);
}


/* The vendor's code, once there is an answer. */

static mt_str_t
ngx_http_meeting_result(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx,
    u_char *buf)
{
    int       code;
    mt_str_t  s = mt_str("");

    if (ctx->conf->dialect->words) {
        return ngx_http_meeting_reason(r, ctx, buf);
    }

    if (ctx->answered) {
        code = ctx->exchange->code;

    } else if (ctx->error.data) {
        code = ctx->conf->dialect->code(ngx_http_meeting_outcome(r, ctx));

    } else {
        return s;
    }

    s.data = (const char *) buf;
    s.len = ngx_sprintf(buf, "%d", code) - buf;

    return s;
}


static mt_str_t
ngx_http_meeting_reason(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx,
    u_char *buf)
{
    if (!ctx->answered && ctx->error.data == NULL) {
        return MT_STR("");
    }

    return mt_cstr(mt_status_name(ngx_http_meeting_outcome(r, ctx)));
}

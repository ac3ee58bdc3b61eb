
/*
 * Errors that nginx itself answers in a location of the API: a header filter
 * and a body filter put them into the dialect's envelope.
 */

#include "ngx_http_meeting_error.h"
#include "ngx_http_meeting_answer.h"


static ngx_int_t ngx_http_meeting_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_meeting_make_error(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_error_header(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx);
static ngx_int_t ngx_http_meeting_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


void
ngx_http_meeting_error_init(void)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_meeting_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_meeting_body_filter;
}


/*
 * An error that nginx itself answers in a location of the API (no such
 * address, a limit, a denial, a body too large, ...) keeps its HTTP status and
 * gets the dialect's envelope in place of nginx's page.
 */

static ngx_int_t
ngx_http_meeting_header_filter(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t       *ctx;
    ngx_http_meeting_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_meeting_module);

    if (mlcf->dialect == NULL
        || r != r->main
        || r->headers_out.status < NGX_HTTP_BAD_REQUEST)
    {
        return ngx_http_next_header_filter(r);
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    if (ctx == NULL) {
        ctx = ngx_http_meeting_create_ctx(r, mlcf);
        if (ctx == NULL) {
            return NGX_ERROR;
        }
    }

    if (!ctx->answered) {

        ngx_log_debug3(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "meeting error: HTTP %ui, in the envelope of \"%*s\"",
                       r->headers_out.status, mlcf->dialect->name.len,
                       mlcf->dialect->name.data);

        /* a rewrite may have led here after the body was read */

        ctx->conf = mlcf;

        if (ngx_http_meeting_make_error(r, ctx) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_http_meeting_error_header(r, ctx);

        if (ngx_http_meeting_add_headers(r, mlcf->dialect) != NGX_OK) {
            return NGX_ERROR;
        }

        if ((r->headers_out.status == NGX_HTTP_TOO_MANY_REQUESTS
             || r->headers_out.status == NGX_HTTP_SERVICE_UNAVAILABLE)
            && ngx_http_meeting_set_retry(r, 0) != NGX_OK)
        {
            return NGX_ERROR;
        }

        ctx->dress = 1;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_meeting_make_error(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx)
{
    mt_str_t     text;
    ngx_str_t    s;
    mt_arena_t  *arena;

    arena = mt_arena_create(0);
    if (arena == NULL) {
        return NGX_ERROR;
    }

    text = mt_service_error(ctx->conf->dialect, &ctx->conf->settings,
                            (int) r->headers_out.status,
                            ngx_http_meeting_now(), arena);

    s.len = text.len;
    s.data = (u_char *) text.data;

    ctx->error.len = s.len;
    ctx->error.data = ngx_pstrdup(r->pool, &s);

    mt_arena_destroy(arena);

    return ctx->error.data ? NGX_OK : NGX_ERROR;
}


/* Drops the headers of nginx's page; WWW-Authenticate and the like stay. */

static void
ngx_http_meeting_error_header(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx)
{
    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_location(r);
    ngx_http_clear_etag(r);

    r->headers_out.content_length_n = ctx->error.len;

    ngx_http_meeting_set_content_type(r, ctx->conf->dialect, 1);
}


static ngx_int_t
ngx_http_meeting_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_buf_t               *b;
    ngx_chain_t              out, *cl;
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    if (in == NULL || ctx == NULL || ctx->error.data == NULL) {
        return ngx_http_next_body_filter(r, in);
    }

    /* the page is taken and dropped, however many parts it comes in */

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
        cl->buf->file_pos = cl->buf->file_last;
    }

    if (!ctx->dress) {
        return NGX_OK;
    }

    ctx->dress = 0;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = ctx->error.data;
    b->last = b->pos + ctx->error.len;
    b->start = b->pos;
    b->end = b->last;
    b->temporary = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_next_body_filter(r, &out);
}


/*
 * An answer: its headers, and its body in pieces, each made when the client
 * has taken the one before, so that memory is bounded.
 */

#include "ngx_http_meeting_answer.h"


/* An answer goes out in pieces of about this size, one at a time. */
#define NGX_HTTP_MEETING_PIECE  (32 * 1024)


static ngx_int_t ngx_http_meeting_set_header(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, size_t len);
static void ngx_http_meeting_set_type(ngx_http_request_t *r, mt_str_t s);
static ngx_int_t ngx_http_meeting_push_headers(ngx_http_request_t *r,
    const mt_header_t *headers, size_t n);
static ngx_int_t ngx_http_meeting_set_allow(ngx_http_request_t *r,
    unsigned methods);

static ngx_int_t ngx_http_meeting_make_piece(ngx_http_meeting_ctx_t *ctx,
    mt_arena_t *arena, mt_buf_t *out);
static void ngx_http_meeting_send_piece(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, mt_buf_t *out);
static void ngx_http_meeting_writer(ngx_http_request_t *r);
static void ngx_http_meeting_write_more(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_wait_writable(ngx_http_request_t *r);


void
ngx_http_meeting_answer(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx)
{
    mt_buf_t   out;
    ngx_int_t  rc;

    rc = ngx_http_meeting_make_piece(ctx, ctx->exchange->call.arena, &out);

    if (rc != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    rc = ngx_http_meeting_set_header(r, ctx, out.len);

    ngx_log_debug5(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "meeting answer: HTTP %ui, code %d, result \"%s\", %uz "
                   "bytes, last:%d", r->headers_out.status,
                   ctx->exchange->code,
                   mt_status_name(ctx->exchange->call.error.status), out.len,
                   ctx->last);

    if (rc == NGX_OK) {
        rc = ngx_http_send_header(r);
    }

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        ngx_http_finalize_request(r, rc);
        return;
    }

    ngx_http_meeting_send_piece(r, ctx, &out);
}


/* An answer of one piece has a length; any other goes out in chunks. */

static ngx_int_t
ngx_http_meeting_set_header(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx,
    size_t len)
{
    ngx_str_t       warning;
    mt_exchange_t  *x;

    x = ctx->exchange;

    ctx->answered = 1;

    /* nginx would judge If-Match and the like after the act */

    r->disable_not_modified = 1;

    r->headers_out.status = mt_exchange_http_status(x);
    r->headers_out.content_length_n = ctx->last ? (off_t) len : -1;

    ngx_http_meeting_set_content_type(r, x->dialect,
                                      x->call.error.status != MT_OK);

    if (x->content_type.len) {
        ngx_http_meeting_set_type(r, x->content_type);
    }

    if (ngx_http_meeting_add_headers(r, x->dialect) != NGX_OK
        || ngx_http_meeting_push_headers(r, x->headers, x->nheaders)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (r->headers_out.status == NGX_HTTP_NOT_ALLOWED && x->route) {
        return ngx_http_meeting_set_allow(r, x->allowed);
    }

    if (x->call.warning.len) {
        warning = ngx_http_meeting_ngx_str(x->call.warning);
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0, "meeting: %V",
                      &warning);
    }

    if (x->call.retry_after) {
        return ngx_http_meeting_set_retry(r, x->call.retry_after);
    }

    if (r->headers_out.status == NGX_HTTP_TOO_MANY_REQUESTS
        || r->headers_out.status == NGX_HTTP_SERVICE_UNAVAILABLE)
    {
        return ngx_http_meeting_set_retry(r, ctx->retry_after);
    }

    return NGX_OK;
}


void
ngx_http_meeting_set_content_type(ngx_http_request_t *r,
    const mt_dialect_t *dialect, ngx_uint_t error)
{
    ngx_http_meeting_set_type(r, error && dialect->error_type.len
                                 ? dialect->error_type
                                 : dialect->content_type);
}


/* content_type_len counts the type alone, without "; charset=...". */

static void
ngx_http_meeting_set_type(ngx_http_request_t *r, mt_str_t s)
{
    u_char     *p;
    ngx_str_t   type;

    type = ngx_http_meeting_ngx_str(s);

    p = ngx_strlchr(type.data, type.data + type.len, ';');

    r->headers_out.content_type = type;
    r->headers_out.content_type_len = p ? (size_t) (p - type.data) : type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.charset.len = 0;
}


ngx_int_t
ngx_http_meeting_add_headers(ngx_http_request_t *r,
    const mt_dialect_t *dialect)
{
    return ngx_http_meeting_push_headers(r, dialect->headers,
                                         dialect->nheaders);
}


static ngx_int_t
ngx_http_meeting_push_headers(ngx_http_request_t *r,
    const mt_header_t *headers, size_t n)
{
    size_t            i;
    ngx_table_elt_t  *h;

    for (i = 0; i < n; i++) {

        h = ngx_list_push(&r->headers_out.headers);
        if (h == NULL) {
            return NGX_ERROR;
        }

        ngx_memzero(h, sizeof(ngx_table_elt_t));

        h->hash = 1;
        h->key = ngx_http_meeting_ngx_str(headers[i].name);
        h->value = ngx_http_meeting_ngx_str(headers[i].value);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_meeting_set_allow(ngx_http_request_t *r, unsigned methods)
{
    u_char           *p;
    ngx_table_elt_t  *h;

#define NGX_HTTP_MEETING_METHOD(bit, word)  word ", "

    p = ngx_pnalloc(r->pool, sizeof(MT_METHODS(NGX_HTTP_MEETING_METHOD)));
    h = ngx_list_push(&r->headers_out.headers);

    if (p == NULL || h == NULL) {
        return NGX_ERROR;
    }

#undef NGX_HTTP_MEETING_METHOD

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    ngx_str_set(&h->key, "Allow");
    h->value.data = p;

#define NGX_HTTP_MEETING_METHOD(bit, word)                                    \
    if (methods & MT_METHOD_##bit) {                                          \
        p = ngx_sprintf(p, "%s%s", p > h->value.data ? ", " : "", word);      \
    }

    MT_METHODS(NGX_HTTP_MEETING_METHOD)

#undef NGX_HTTP_MEETING_METHOD

    h->value.len = p - h->value.data;

    return NGX_OK;
}


ngx_int_t
ngx_http_meeting_set_retry(ngx_http_request_t *r, ngx_uint_t seconds)
{
    u_char           *p;
    ngx_table_elt_t  *h;

    p = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    h = ngx_list_push(&r->headers_out.headers);

    if (p == NULL || h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    ngx_str_set(&h->key, "Retry-After");
    h->value.data = p;
    h->value.len = ngx_sprintf(p, "%ui", ngx_max(seconds, 1)) - p;

    return NGX_OK;
}


static ngx_int_t
ngx_http_meeting_make_piece(ngx_http_meeting_ctx_t *ctx, mt_arena_t *arena,
    mt_buf_t *out)
{
    int  rc;

    mt_buf_init(out, arena, 0);

    rc = mt_exchange_output(ctx->exchange, out, NGX_HTTP_MEETING_PIECE);

    if (rc < 0 || out->failed) {
        ngx_log_error(NGX_LOG_ERR, ctx->request->connection->log, 0,
                      "meeting answer ended early: its rows cannot be read, "
                      "or no memory");
        return NGX_ERROR;
    }

    ctx->last = (rc == 1);

    return NGX_OK;
}


static void
ngx_http_meeting_send_piece(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx,
    mt_buf_t *out)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   cl;

    if (ctx->piece == NULL) {
        ctx->piece = ngx_calloc_buf(r->pool);

        if (ctx->piece == NULL) {
            ngx_http_finalize_request(r, NGX_ERROR);
            return;
        }
    }

    b = ctx->piece;

    b->start = (u_char *) out->data;
    b->pos = b->start;
    b->last = b->start + out->len;
    b->end = b->last;
    b->temporary = (out->len != 0);
    b->sync = !b->temporary;

    /* a piece is sent at once: its memory is used for the next one */

    b->recycled = !ctx->last;
    b->last_buf = ctx->last;
    b->last_in_chain = 1;

    cl.buf = b;
    cl.next = NULL;

    rc = ngx_http_output_filter(r, &cl);

    if (rc == NGX_ERROR || ctx->last) {
        ngx_http_finalize_request(r, rc);
        return;
    }

    ngx_http_meeting_wait_writable(r);
}


/*
 * Makes the next piece when the client has taken this one, and not before the
 * event loop has served the other clients.
 */

static void
ngx_http_meeting_wait_writable(ngx_http_request_t *r)
{
    ngx_event_t               *wev;
    ngx_http_meeting_ctx_t    *ctx;
    ngx_http_core_loc_conf_t  *clcf;

    wev = r->connection->write;
    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_meeting_writer;

    if (!wev->delayed) {
        ngx_add_timer(wev, clcf->send_timeout);
    }

    if (ngx_buf_size(ctx->piece) == 0 && wev->ready && !wev->delayed) {
        ngx_post_event(wev, &ngx_posted_next_events);
        return;
    }

    if (ngx_handle_write_event(wev, clcf->send_lowat) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_ERROR);
    }
}


static void
ngx_http_meeting_writer(ngx_http_request_t *r)
{
    ngx_int_t                rc;
    ngx_event_t             *wev;
    ngx_connection_t        *c;
    ngx_http_meeting_ctx_t  *ctx;

    c = r->connection;
    wev = c->write;
    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    if (wev->timedout) {
        ngx_log_error(NGX_LOG_INFO, c->log, NGX_ETIMEDOUT,
                      "client timed out");
        c->timedout = 1;

        ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }

    if (!wev->delayed && ngx_buf_size(ctx->piece) != 0) {

        rc = ngx_http_output_filter(r, NULL);

        if (rc == NGX_ERROR) {
            ngx_http_finalize_request(r, rc);
            return;
        }
    }

    if (wev->delayed || ngx_buf_size(ctx->piece) != 0) {
        ngx_http_meeting_wait_writable(r);
        return;
    }

    ngx_http_meeting_write_more(r, ctx);
}


static void
ngx_http_meeting_write_more(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx)
{
    mt_buf_t  out;

    if (ctx->pieces == NULL) {
        ctx->pieces = mt_arena_create(0);

        if (ctx->pieces == NULL) {
            ngx_http_finalize_request(r, NGX_ERROR);
            return;
        }
    }

    mt_arena_reset(ctx->pieces);

    /* once the header is out an error can only close the connection */

    if (ngx_http_meeting_make_piece(ctx, ctx->pieces, &out) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "meeting answer goes on: %uz bytes, last:%d", out.len,
                   ctx->last);

    ngx_http_meeting_send_piece(r, ctx, &out);
}

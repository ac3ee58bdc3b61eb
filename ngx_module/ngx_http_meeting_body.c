
/*
 * The rewrite phase: a request's body is read, joined or received as a form,
 * and decoded, on the event loop but for files.
 */

#include "ngx_http_meeting_body.h"
#include "ngx_http_meeting_admit.h"
#include "ngx_http_meeting_work.h"


static ngx_int_t ngx_http_meeting_read(ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_body_ready(ngx_http_request_t *r);
static ngx_int_t ngx_http_meeting_load(ngx_http_meeting_ctx_t *ctx);
static ngx_int_t ngx_http_meeting_receive(ngx_http_meeting_ctx_t *ctx,
    mt_input_t *in);
static void ngx_http_meeting_receive_work(ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_received(ngx_http_request_t *r);
static void ngx_http_meeting_decode(ngx_http_meeting_ctx_t *ctx);
static ngx_int_t ngx_http_meeting_join_body(ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_join_file(ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_joined(ngx_http_request_t *r);
static int ngx_http_meeting_read_body(void *data, int64_t at, void *to,
    size_t len);
static void ngx_http_meeting_loaded(ngx_http_request_t *r, ngx_int_t rc);
static void ngx_http_meeting_input(ngx_http_meeting_ctx_t *ctx,
    mt_input_t *in);
static ngx_int_t ngx_http_meeting_open_exchange(ngx_http_meeting_ctx_t *ctx,
    mt_input_t *in);
static mt_str_t ngx_http_meeting_header(void *data, mt_str_t name);


/*
 * Reads and decodes the body before the preaccess phase, so that limits may
 * use the user whom the body names.  Called again after each wait, and once
 * more in a location that a rewrite leads to.
 */

ngx_int_t
ngx_http_meeting_rewrite_handler(ngx_http_request_t *r)
{
    ngx_int_t                     rc;
    ngx_http_meeting_ctx_t       *ctx;
    ngx_http_meeting_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_meeting_module);

    if (mlcf->dialect == NULL || r != r->main) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    if (ctx && !ctx->admitted) {
        return ngx_http_meeting_read(ctx);
    }

    if (ctx) {

        if (!ctx->body_read) {
            return NGX_DONE;
        }

        if (ctx->conf == mlcf) {
            return NGX_DECLINED;
        }

        ctx->conf = mlcf;
        ctx->body_read = 0;

        rc = ngx_http_meeting_load(ctx);

        if (rc == NGX_AGAIN) {
            return NGX_DONE;
        }

        ctx->body_read = 1;

        return rc == NGX_OK ? NGX_DECLINED : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_meeting_worker.conf == NULL) {

        /* a cache manager or loader does not come here: a bug */

        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx = ngx_http_meeting_create_ctx(r, mlcf);

    return ctx ? ngx_http_meeting_read(ctx) : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


/* A body that is under way is counted once nginx has to wait for it: most come
 * with their header.  Returns as the phase's handler does. */

static ngx_int_t
ngx_http_meeting_read(ngx_http_meeting_ctx_t *ctx)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = ctx->request;

    rc = ngx_http_meeting_admit(r);

    if (rc == NGX_AGAIN) {
        return NGX_DONE;
    }

    if (rc != NGX_OK) {
        return rc;
    }

    ctx->admitted = 1;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "meeting request: dialect \"%*s\", reads the body",
                   ctx->conf->dialect->name.len,
                   ctx->conf->dialect->name.data);

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_http_meeting_body_ready);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    if (rc == NGX_AGAIN) {
        rc = ngx_http_meeting_body_enter(ctx);

        if (rc != NGX_OK) {
            r->main->count--;

            /* the connection is closed without waiting for the body */

            r->keepalive = 0;
            r->reading_body = 0;

            return rc == NGX_BUSY ? NGX_HTTP_SERVICE_UNAVAILABLE
                                  : NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    ngx_http_finalize_request(r, NGX_DONE);

    return NGX_DONE;
}


static void
ngx_http_meeting_body_ready(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    ngx_http_meeting_body_leave(ctx);

    r->preserve_body = 1;

    ngx_http_meeting_loaded(r, ngx_http_meeting_load(ctx));
}


/* Opens and decodes the exchange.  Returns NGX_OK, NGX_ERROR, or NGX_AGAIN
 * when a thread has to read the body first. */

static ngx_int_t
ngx_http_meeting_load(ngx_http_meeting_ctx_t *ctx)
{
    ngx_int_t   rc;
    mt_input_t  in;

    ngx_http_meeting_input(ctx, &in);

    if (mt_service_receives(ctx->conf->dialect, &in)) {
        return ngx_http_meeting_receive(ctx, &in);
    }

    if (!ctx->joined) {
        ctx->joined = 1;

        rc = ngx_http_meeting_join_body(ctx);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    in.body = ctx->body;

    if (ngx_http_meeting_open_exchange(ctx, &in) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_meeting_decode(ctx);

    return NGX_OK;
}


/* A form with files is not joined. */

static ngx_int_t
ngx_http_meeting_receive(ngx_http_meeting_ctx_t *ctx, mt_input_t *in)
{
    if (ngx_http_meeting_open_exchange(ctx, in) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "meeting body: a form with files");

    return ngx_http_meeting_work(ctx, ngx_http_meeting_receive_work,
                                 ngx_http_meeting_received)
           == NGX_OK ? NGX_AGAIN : NGX_ERROR;
}


/* In a thread. */

static void
ngx_http_meeting_receive_work(ngx_http_meeting_ctx_t *ctx)
{
    mt_blob_t                 body;
    ngx_chain_t              *cl;
    ngx_http_request_body_t  *rb;

    body = (mt_blob_t) { .read = ngx_http_meeting_read_body, .data = ctx };

    rb = ctx->request->request_body;

    for (cl = rb ? rb->bufs : NULL; cl; cl = cl->next) {
        body.size += ngx_buf_size(cl->buf);
    }

    mt_exchange_receive(ctx->exchange, &body);
}


static void
ngx_http_meeting_received(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    ngx_http_meeting_decode(ctx);
    ngx_http_meeting_loaded(r, NGX_OK);
}


static void
ngx_http_meeting_decode(ngx_http_meeting_ctx_t *ctx)
{
    mt_exchange_t  *x;

    x = ctx->exchange;

    mt_exchange_decode(x);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "meeting decoded: operation \"%s\", result \"%s\"",
                   x->route ? x->route->operation->name : "none",
                   mt_status_name(x->call.error.status));
}


/* Returns as ngx_http_meeting_load() does. */

static ngx_int_t
ngx_http_meeting_join_body(ngx_http_meeting_ctx_t *ctx)
{
    size_t                    size;
    u_char                   *p;
    ngx_uint_t                in_file;
    ngx_chain_t              *cl;
    ngx_http_request_body_t  *rb;

    rb = ctx->request->request_body;

    if (rb == NULL || rb->bufs == NULL) {
        return NGX_OK;
    }

    size = 0;
    in_file = 0;

    for (cl = rb->bufs; cl; cl = cl->next) {
        size += ngx_buf_size(cl->buf);
        in_file |= cl->buf->in_file;
    }

    ctx->body.len = size;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                   "meeting body: %uz bytes, in file:%ui", size, in_file);

    if (rb->bufs->next == NULL && !in_file) {
        ctx->body.data = (const char *) rb->bufs->buf->pos;
        return NGX_OK;
    }

    p = ngx_pnalloc(ctx->request->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ctx->body.data = (const char *) p;

    if (in_file) {
        return ngx_http_meeting_work(ctx, ngx_http_meeting_join_file,
                                     ngx_http_meeting_joined)
               == NGX_OK ? NGX_AGAIN : NGX_ERROR;
    }

    return ngx_http_meeting_read_body(ctx, 0, p, size) == 0 ? NGX_OK
                                                            : NGX_ERROR;
}


/* In a thread. */

static void
ngx_http_meeting_join_file(ngx_http_meeting_ctx_t *ctx)
{
    ctx->failed = ngx_http_meeting_read_body(ctx, 0, (void *) ctx->body.data,
                                             ctx->body.len)
                  != 0;
}


static void
ngx_http_meeting_joined(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    ngx_http_meeting_loaded(r, ctx->failed ? NGX_ERROR
                                           : ngx_http_meeting_load(ctx));
}


/* A blob's read(); in a thread if some of the body is in a file.  Returns 0,
 * or -1 if the file cannot be read. */

static int
ngx_http_meeting_read_body(void *data, int64_t at, void *to, size_t len)
{
    ngx_http_meeting_ctx_t *ctx = data;

    off_t         size;
    size_t        n;
    u_char       *p;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    p = to;

    for (cl = ctx->request->request_body->bufs; cl && len; cl = cl->next) {
        b = cl->buf;
        size = ngx_buf_size(b);

        /* the last buffer of a body may be no more than a mark */

        if (at >= size) {
            at -= size;
            continue;
        }

        n = ngx_min(len, (size_t) (size - at));

        if (ngx_buf_in_memory(b)) {
            ngx_memcpy(p, b->pos + at, n);

        } else if (ngx_read_file(b->file, p, n, b->file_pos + at)
                   != (ssize_t) n)
        {
            return -1;
        }

        at = 0;
        p += n;
        len -= n;
    }

    return len == 0 ? 0 : -1;
}


/* Goes on with the phases, or ends the request. */

static void
ngx_http_meeting_loaded(ngx_http_request_t *r, ngx_int_t rc)
{
    ngx_http_meeting_ctx_t  *ctx;

    if (rc == NGX_AGAIN) {
        return;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    ctx->body_read = 1;

    if (rc != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}


static void
ngx_http_meeting_input(ngx_http_meeting_ctx_t *ctx, mt_input_t *in)
{
    ngx_http_request_t  *r;

    r = ctx->request;

    ngx_memzero(in, sizeof(mt_input_t));

    in->method = ngx_http_meeting_str(&r->method_name);
    in->path = ngx_http_meeting_str(&r->uri);
    in->query = ngx_http_meeting_str(&r->args);
    in->network = ngx_http_meeting_network(r);
    in->address = ngx_http_meeting_str(&r->connection->addr_text);
    in->header = ngx_http_meeting_header;
    in->data = r;
#if (NGX_HTTP_SSL)
    in->secure = r->connection->ssl != NULL;
#endif

    if (r->headers_in.content_type) {
        in->content_type =
                     ngx_http_meeting_str(&r->headers_in.content_type->value);
    }
}


/* Closes the exchange that another location opened, if any. */

static ngx_int_t
ngx_http_meeting_open_exchange(ngx_http_meeting_ctx_t *ctx, mt_input_t *in)
{
    if (ctx->exchange) {
        mt_exchange_close(ctx->exchange);
    }

    ctx->exchange = mt_exchange_open(&ngx_http_meeting_worker.service,
                                     ctx->conf->dialect, &ctx->conf->settings,
                                     in, ngx_http_meeting_now());

    return ctx->exchange ? NGX_OK : NGX_ERROR;
}


static mt_str_t
ngx_http_meeting_header(void *data, mt_str_t name)
{
    ngx_http_request_t *r = data;

    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    part = &r->headers_in.headers.part;

    for ( ; part; part = part->next) {
        header = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (header[i].hash != 0
                && header[i].key.len == name.len
                && ngx_memcmp(header[i].lowcase_key, name.data, name.len) == 0)
            {
                return ngx_http_meeting_str(&header[i].value);
            }
        }
    }

    return MT_STR("");
}

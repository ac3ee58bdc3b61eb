
/*
 * A request's context, its waits and wakes.
 */

#include "ngx_http_meeting_request.h"


static void ngx_http_meeting_cleanup(void *data);
static void ngx_http_meeting_waiting(ngx_http_request_t *r);


ngx_http_meeting_ctx_t *
ngx_http_meeting_create_ctx(ngx_http_request_t *r,
    ngx_http_meeting_loc_conf_t *mlcf)
{
    ngx_pool_cleanup_t      *cln;
    ngx_http_meeting_ctx_t  *ctx;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_meeting_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;

    ngx_memzero(ctx, sizeof(ngx_http_meeting_ctx_t));

    ctx->request = r;
    ctx->conf = mlcf;

    cln->handler = ngx_http_meeting_cleanup;

    ngx_http_set_ctx(r, ctx, ngx_http_meeting_module);

    return ctx;
}


static void
ngx_http_meeting_cleanup(void *data)
{
    ngx_http_meeting_ctx_t *ctx = data;

    if (ctx->exchange) {

        /* the client left meanwhile, but its command was applied */

        if (ctx->collected) {
            (void) mt_exchange_committed(ctx->exchange, &ctx->waiter.result);
        }

        mt_exchange_close(ctx->exchange);
    }

    mt_arena_destroy(ctx->pieces);
}


ngx_http_meeting_ctx_t *
ngx_http_meeting_get_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t      *cln;
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    if (ctx || (!r->internal && !r->filter_finalize)) {
        return ctx;
    }

    /* an error_page led elsewhere: the access log still asks */

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_http_meeting_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


uint64_t
ngx_http_meeting_network(ngx_http_request_t *r)
{
    uint64_t             address;
    struct sockaddr_in  *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    address = 0;

    switch (r->connection->sockaddr->sa_family) {

    case AF_INET:
        sin = (struct sockaddr_in *) r->connection->sockaddr;
        address = sin->sin_addr.s_addr;
        break;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        sin6 = (struct sockaddr_in6 *) r->connection->sockaddr;
        ngx_memcpy(&address, sin6->sin6_addr.s6_addr, sizeof(address));
        break;
#endif
    }

    return address;
}


mt_status_t
ngx_http_meeting_outcome(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx)
{
    if (ctx && ctx->answered) {
        return ctx->exchange->call.error.status;
    }

    if (r->headers_out.status < NGX_HTTP_BAD_REQUEST) {
        return MT_OK;
    }

    return mt_service_status((int) r->headers_out.status);
}


void
ngx_http_meeting_suspend(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r))
{
    ngx_http_request_t         *r;
    ngx_http_meeting_worker_t  *w;

    r = ctx->request;
    w = &ngx_http_meeting_worker;

    /*
     * While blocked is set nginx does not free the request: if the client goes
     * away it only puts a handler of its own in place of this write handler,
     * which finishes the job when called by wake().
     */

    r->main->blocked++;
    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_meeting_waiting;

    ctx->resume = resume;
    ctx->ready = 0;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "meeting request waits");

    w->waiting++;
    ngx_http_meeting_keep_checking(w);
}


static void
ngx_http_meeting_waiting(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    if (!ctx->ready) {

        /* the socket became writable: no answer to write yet */

        return;
    }

    ctx->ready = 0;

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    ctx->resume(r);
}


void
ngx_http_meeting_wake(ngx_http_meeting_ctx_t *ctx)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, c->log, 0,
                   "meeting request wakes");

    ngx_http_meeting_worker.waiting--;
    r->main->blocked--;

    ctx->ready = 1;

    r->write_event_handler(r);

    ngx_http_run_posted_requests(c);
}

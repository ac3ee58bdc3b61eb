
/*
 * The content phase: the steps of a call, on the event loop but for its work.
 */

#include "ngx_http_meeting_handler.h"
#include "ngx_http_meeting_answer.h"
#include "ngx_http_meeting_commit.h"
#include "ngx_http_meeting_settle.h"
#include "ngx_http_meeting_work.h"


static void ngx_http_meeting_step(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, mt_step_t step);
static void ngx_http_meeting_exchange_work(ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_worked(ngx_http_request_t *r);
static void ngx_http_meeting_settled(ngx_http_request_t *r);
static void ngx_http_meeting_committed(ngx_http_request_t *r);


/*
 * From here on the request is finalized by the call's last step, whether that
 * comes at once or after a wait: hence the reference, which NGX_DONE drops.
 */

ngx_int_t
ngx_http_meeting_handler(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    if (r != r->main) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "\"meeting_api\" cannot serve a subrequest");
        return NGX_HTTP_FORBIDDEN;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    if (ctx == NULL || ctx->exchange == NULL) {
        ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                      "meeting request was not decoded");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->main->count++;

    ngx_http_meeting_step(r, ctx, mt_exchange_start(ctx->exchange));

    return NGX_DONE;
}


static void
ngx_http_meeting_step(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx,
    mt_step_t step)
{
    mt_status_t  status;

    status = MT_OK;

    switch (step) {

    case MT_STEP_WORK:

        if (ngx_http_meeting_work(ctx, ngx_http_meeting_exchange_work,
                                  ngx_http_meeting_worked)
            == NGX_OK)
        {
            return;
        }

        status = MT_BUSY;
        break;

    case MT_STEP_SETTLE:

        if (ngx_http_meeting_settle(ctx, ngx_http_meeting_settled)
            != NGX_OK)
        {
            mt_exchange_allow_stale(ctx->exchange);
            ngx_http_meeting_settled(r);
        }

        return;

    case MT_STEP_COMMIT:

        status = ngx_http_meeting_commit(ctx, ngx_http_meeting_committed);

        if (status == MT_OK) {
            return;
        }

        break;

    case MT_STEP_DONE:
        break;
    }

    if (status != MT_OK) {
        mt_exchange_fail(ctx->exchange, status);
    }

    ngx_http_meeting_answer(r, ctx);
}


/* In a thread. */

static void
ngx_http_meeting_exchange_work(ngx_http_meeting_ctx_t *ctx)
{
    pthread_mutex_t  *lock;

    lock = ctx->exchange->call.op->heavy
           ? ngx_http_meeting_gate_enter(&ngx_http_meeting_worker.stats->gate)
           : NULL;

    mt_exchange_work(ctx->exchange);

    ngx_http_meeting_gate_leave(lock);
}


static void
ngx_http_meeting_worked(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    ngx_http_meeting_step(r, ctx, mt_exchange_resume(ctx->exchange));
}


static void
ngx_http_meeting_settled(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    ngx_http_meeting_step(r, ctx, mt_exchange_start(ctx->exchange));
}


static void
ngx_http_meeting_committed(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    ctx->collected = 0;

    ngx_http_meeting_step(r, ctx, mt_exchange_committed(ctx->exchange,
                                                        &ctx->waiter.result));
}

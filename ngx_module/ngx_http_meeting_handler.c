
/*
 * The content phase: the steps of a call, on the event loop but for its work.
 */

#include "ngx_http_meeting_handler.h"
#include "ngx_http_meeting_answer.h"
#include "ngx_http_meeting_commit.h"
#include "ngx_http_meeting_hash.h"
#include "ngx_http_meeting_peek.h"
#include "ngx_http_meeting_settle.h"
#include "ngx_http_meeting_work.h"


static void ngx_http_meeting_start(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_step(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx, mt_step_t step);
static ngx_int_t ngx_http_meeting_begin_work(ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_exchange_work(ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_worked(ngx_http_request_t *r);
static void ngx_http_meeting_settled(ngx_http_request_t *r);
static void ngx_http_meeting_committed(ngx_http_request_t *r);


/*
 * The call's last step finalizes the request, at once or after a wait.
 * NGX_DONE drops a reference, so the request needs one more.
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

    ngx_http_meeting_start(r, ctx);

    return NGX_DONE;
}


static void
ngx_http_meeting_start(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx)
{
    mt_step_t  step;

    step = mt_exchange_start(ctx->exchange);

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "meeting started: company %uD, user %L, result \"%s\"",
                   ctx->exchange->call.company, ctx->exchange->call.actor,
                   mt_status_name(ctx->exchange->call.error.status));

    ngx_http_meeting_step(r, ctx, step);
}


static void
ngx_http_meeting_step(ngx_http_request_t *r, ngx_http_meeting_ctx_t *ctx,
    mt_step_t step)
{
    ngx_int_t    rc;
    mt_status_t  status;

    status = MT_OK;

    switch (step) {

    case MT_STEP_WORK:

        ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "meeting step: work in a thread");

        if (ngx_http_meeting_begin_work(ctx) == NGX_OK) {
            return;
        }

        status = MT_BUSY;
        break;

    case MT_STEP_SETTLE:

        ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "meeting step: the store is to settle");

        rc = ngx_http_meeting_settle(ctx, ngx_http_meeting_settled);

        if (rc == NGX_DECLINED) {

            if (ngx_http_meeting_peek(ctx, ngx_http_meeting_settled)
                == NGX_OK)
            {
                return;
            }

            status = MT_STORE_FAILED;
            break;
        }

        if (rc != NGX_OK) {
            mt_exchange_allow_stale(ctx->exchange);
            ngx_http_meeting_settled(r);
        }

        return;

    case MT_STEP_COMMIT:

        ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "meeting step: commit of %uz bytes, by the log:%d",
                       ctx->exchange->call.command.len,
                       ctx->exchange->call.op->wal_ack);

        status = ngx_http_meeting_commit(ctx, ngx_http_meeting_committed);

        if (status == MT_OK) {
            return;
        }

        break;

    case MT_STEP_DONE:
        break;
    }

    if (status != MT_OK) {
        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                       "meeting step failed: \"%s\"", mt_status_name(status));

        mt_exchange_fail(ctx->exchange, status);
    }

    ngx_http_meeting_answer(r, ctx);
}


static ngx_int_t
ngx_http_meeting_begin_work(ngx_http_meeting_ctx_t *ctx)
{
    ngx_int_t  rc;

    if (!ctx->exchange->call.op->cpu_work) {
        return ngx_http_meeting_work(ctx, ngx_http_meeting_exchange_work,
                                     ngx_http_meeting_worked);
    }

    rc = ngx_http_meeting_hash(ctx, ngx_http_meeting_exchange_work,
                               ngx_http_meeting_worked);

    if (rc != NGX_OK) {
        ctx->retry_after = ngx_http_meeting_hash_delay();
    }

    return rc;
}


/* In a thread. */

static void
ngx_http_meeting_exchange_work(ngx_http_meeting_ctx_t *ctx)
{
    mt_exchange_work(ctx->exchange);
}


static void
ngx_http_meeting_worked(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    if (ctx->refused) {
        ctx->retry_after = ngx_http_meeting_hash_delay();
        mt_exchange_fail(ctx->exchange, MT_BUSY);
        ngx_http_meeting_answer(r, ctx);
        return;
    }

    ngx_http_meeting_step(r, ctx, mt_exchange_resume(ctx->exchange));
}


static void
ngx_http_meeting_settled(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    ngx_http_meeting_start(r, ctx);
}


static void
ngx_http_meeting_committed(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    ctx->collected = 0;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "meeting result: \"%s\", position %uL",
                   mt_status_name(ctx->waiter.result.status),
                   ctx->waiter.result.position);

    ngx_http_meeting_step(r, ctx, mt_exchange_committed(ctx->exchange,
                                                        &ctx->waiter.result));
}


/*
 * A request's work in a thread of the work pool.
 */

#include "ngx_http_meeting_work.h"


static void ngx_http_meeting_work_run(void *data);
static void ngx_http_meeting_work_done(void *data);


ngx_int_t
ngx_http_meeting_work(ngx_http_meeting_ctx_t *ctx,
    void (*work)(ngx_http_meeting_ctx_t *ctx),
    void (*resume)(ngx_http_request_t *r))
{
    ngx_http_meeting_task_t  *task;

    task = &ctx->task;

    task->name = "work";
    task->run = ngx_http_meeting_work_run;
    task->done = ngx_http_meeting_work_done;
    task->data = ctx;
    task->log = ctx->request->connection->log;
    task->nice = 1;

    ctx->work = work;

    if (ngx_http_meeting_task_post(task,
                                   ngx_http_meeting_worker.conf->work_pool)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_meeting_suspend(ctx, resume);

    return NGX_OK;
}


/* In a thread. */

static void
ngx_http_meeting_work_run(void *data)
{
    ngx_http_meeting_ctx_t *ctx = data;

    ctx->work(ctx);
}


static void
ngx_http_meeting_work_done(void *data)
{
    ngx_http_meeting_wake(data);
}


#include "ngx_http_meeting_module.h"


#define NGX_HTTP_MEETING_CHECK  50         /* ms */


static void ngx_http_meeting_waiting(ngx_http_request_t *r);
static void ngx_http_meeting_work_handler(void *data, ngx_log_t *log);
static void ngx_http_meeting_work_done(ngx_event_t *ev);


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

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, c->log, 0,
                   "meeting wake: \"%V\"", &r->uri);

    ngx_http_meeting_worker.waiting--;
    r->main->blocked--;

    ctx->ready = 1;

    r->write_event_handler(r);

    ngx_http_run_posted_requests(c);
}


ngx_int_t
ngx_http_meeting_work(ngx_http_meeting_ctx_t *ctx,
    void (*work)(ngx_http_meeting_ctx_t *ctx),
    void (*resume)(ngx_http_request_t *r))
{
    ngx_thread_pool_t  *pool;
    ngx_thread_task_t  *task;

    task = ctx->task;

    if (task == NULL) {
        task = ngx_thread_task_alloc(ctx->request->pool, 0);
        if (task == NULL) {
            return NGX_ERROR;
        }

        task->ctx = ctx;
        task->handler = ngx_http_meeting_work_handler;
        task->event.data = ctx;
        task->event.handler = ngx_http_meeting_work_done;
        task->event.log = ctx->request->connection->log;

        ctx->task = task;
    }

    ctx->work = work;

    pool = ngx_http_meeting_worker.conf->work_pool;

    if (ngx_thread_task_post(pool, task) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_meeting_worker.working++;
    ngx_http_meeting_suspend(ctx, resume);

    return NGX_OK;
}


/* In a thread. */

static void
ngx_http_meeting_work_handler(void *data, ngx_log_t *log)
{
    ngx_http_meeting_ctx_t  *ctx = data;

    ngx_http_meeting_thread_enter();
    ngx_http_meeting_be_nice();

    ctx->work(ctx);
}


static void
ngx_http_meeting_work_done(ngx_event_t *ev)
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    w->working--;
    ngx_http_meeting_store_mend(w);

    ngx_http_meeting_wake(ev->data);
}


void
ngx_http_meeting_keep_checking(ngx_http_meeting_worker_t *w)
{
    if ((w->waiting || w->combining || w->background.turning
         || w->background.out)
        && !w->check.timer_set)
    {
        ngx_add_timer(&w->check, NGX_HTTP_MEETING_CHECK);
    }
}


/*
 * The durable echo: a location that answers like the ceiling, after it wrote
 * the request's body to a file and synced that.  A thread of nginx's pool
 * "default" writes a group at a time: all bodies that came while it wrote the
 * group before.  Its cost is that of a durable write over HTTP which parses
 * nothing and finds nothing again.
 *
 *     ceiling TEXT;         location
 *     durable FILE;         location; each worker writes its own, FILE.PID,
 *                           over and over
 */

#include "ceiling.h"


#define NGX_HTTP_DURABLE_GROUP  (256 * 1024)     /* bytes at most */
#define NGX_HTTP_DURABLE_FILE   (4 * 1024 * 1024)


typedef struct {
    ngx_str_t           file;
    ngx_thread_pool_t  *pool;
} ngx_http_durable_conf_t;


/* A request that waits; in its pool. */

typedef struct {
    ngx_queue_t          queue;
    ngx_http_request_t  *request;
} ngx_http_durable_waiter_t;


/* The state of a worker.  The thread owns the group while `task` is under
 * way. */

typedef struct {
    ngx_fd_t            fd;
    off_t               offset;
    ngx_queue_t         coming;       /* waiters, of the next group */
    ngx_queue_t         group;
    ngx_thread_task_t  *task;
    ngx_thread_pool_t  *pool;
    size_t              len;
    ngx_uint_t          failed;
    u_char              bytes[NGX_HTTP_DURABLE_GROUP];
    unsigned            writing:1;
} ngx_http_durable_worker_t;


static ngx_int_t ngx_http_durable_handler(ngx_http_request_t *r);
static void ngx_http_durable_body(ngx_http_request_t *r);
static ngx_int_t ngx_http_durable_start(ngx_http_durable_conf_t *conf);
static void ngx_http_durable_write(void);
static void ngx_http_durable_sync(void *data, ngx_log_t *log);
static void ngx_http_durable_done(ngx_event_t *ev);
static void *ngx_http_durable_create_conf(ngx_conf_t *cf);
static char *ngx_http_durable_set(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_http_durable_worker_t  *ngx_http_durable_worker;


static ngx_command_t  ngx_http_durable_commands[] = {

    { ngx_string("durable"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_durable_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_durable_conf_t, file),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_durable_module_ctx = {
    .create_loc_conf = ngx_http_durable_create_conf
};


ngx_module_t  ngx_http_durable_module = {
    NGX_MODULE_V1,
    &ngx_http_durable_module_ctx,
    ngx_http_durable_commands,
    NGX_HTTP_MODULE,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_durable_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_http_durable_body);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


static void
ngx_http_durable_body(ngx_http_request_t *r)
{
    ngx_chain_t                *cl;
    ngx_http_durable_conf_t    *conf;
    ngx_http_durable_waiter_t  *waiter;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_durable_module);
    cl = r->request_body->bufs;

    if (cl == NULL || cl->buf->in_file || cl->next
        || ngx_buf_size(cl->buf) > NGX_HTTP_DURABLE_GROUP
        || ngx_http_durable_start(conf) != NGX_OK)
    {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    waiter = ngx_palloc(r->pool, sizeof(ngx_http_durable_waiter_t));
    if (waiter == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    waiter->request = r;
    ngx_queue_insert_tail(&ngx_http_durable_worker->coming, &waiter->queue);

    r->main->blocked++;
    r->write_event_handler = ngx_http_request_empty_handler;
    r->read_event_handler = ngx_http_block_reading;

    ngx_http_durable_write();
}


static ngx_int_t
ngx_http_durable_start(ngx_http_durable_conf_t *conf)
{
    u_char                      name[NGX_MAX_PATH];
    ngx_http_durable_worker_t  *w;

    if (ngx_http_durable_worker) {
        return NGX_OK;
    }

    w = ngx_calloc(sizeof(ngx_http_durable_worker_t), ngx_cycle->log);
    if (w == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_snprintf(name, sizeof(name), "%V.%P%Z", &conf->file, ngx_pid);

    w->fd = ngx_open_file(name, NGX_FILE_RDWR, NGX_FILE_TRUNCATE,
                          NGX_FILE_DEFAULT_ACCESS);
    w->task = ngx_thread_task_alloc(ngx_cycle->pool, 0);

    if (w->fd == NGX_INVALID_FILE || w->task == NULL) {
        ngx_log_error(NGX_LOG_EMERG, ngx_cycle->log, ngx_errno,
                      "\"%s\" cannot be written", name);
        ngx_free(w);
        return NGX_ERROR;
    }

    w->task->ctx = w;
    w->task->handler = ngx_http_durable_sync;
    w->task->event.data = w;
    w->task->event.handler = ngx_http_durable_done;
    w->task->event.log = ngx_cycle->log;

    w->pool = conf->pool;
    ngx_queue_init(&w->coming);
    ngx_queue_init(&w->group);

    ngx_http_durable_worker = w;

    return NGX_OK;
}


/* Hands the next group to the thread, unless it has one. */

static void
ngx_http_durable_write(void)
{
    size_t                      size;
    ngx_buf_t                  *b;
    ngx_queue_t                *q;
    ngx_http_durable_waiter_t  *waiter;
    ngx_http_durable_worker_t  *w;

    w = ngx_http_durable_worker;

    if (w->writing) {
        return;
    }

    w->len = 0;

    while (!ngx_queue_empty(&w->coming)) {
        q = ngx_queue_head(&w->coming);
        waiter = ngx_queue_data(q, ngx_http_durable_waiter_t, queue);

        b = waiter->request->request_body->bufs->buf;
        size = ngx_buf_size(b);

        if (w->len + size > NGX_HTTP_DURABLE_GROUP) {
            break;
        }

        ngx_memcpy(w->bytes + w->len, b->pos, size);
        w->len += size;

        ngx_queue_remove(q);
        ngx_queue_insert_tail(&w->group, q);
    }

    if (w->len && ngx_thread_task_post(w->pool, w->task) == NGX_OK) {
        w->writing = 1;
    }
}


/* Runs in the thread. */

static void
ngx_http_durable_sync(void *data, ngx_log_t *log)
{
    ngx_http_durable_worker_t *w = data;

    if (w->offset + (off_t) w->len > NGX_HTTP_DURABLE_FILE) {
        w->offset = 0;
    }

    w->failed = pwrite(w->fd, w->bytes, w->len, w->offset)
                    != (ssize_t) w->len
                || fdatasync(w->fd) == -1;

    w->offset += w->len;
}


static void
ngx_http_durable_done(ngx_event_t *ev)
{
    ngx_http_durable_worker_t *w = ev->data;

    ngx_queue_t                 done, *q;
    ngx_connection_t           *c;
    ngx_http_request_t         *r;
    ngx_http_durable_waiter_t  *waiter;

    w->writing = 0;

    ngx_queue_init(&done);
    ngx_queue_add(&done, &w->group);
    ngx_queue_init(&w->group);

    ngx_http_durable_write();

    while (!ngx_queue_empty(&done)) {
        q = ngx_queue_head(&done);
        ngx_queue_remove(q);

        waiter = ngx_queue_data(q, ngx_http_durable_waiter_t, queue);
        r = waiter->request;
        c = r->connection;

        r->main->blocked--;

        if (w->failed) {
            ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);

        } else {
            ngx_http_ceiling_answer(r);
        }

        ngx_http_run_posted_requests(c);
    }
}


static void *
ngx_http_durable_create_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_durable_conf_t));
}


static char *
ngx_http_durable_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_durable_conf_t *dcf = conf;

    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_durable_handler;

    dcf->pool = ngx_thread_pool_add(cf, NULL);
    if (dcf->pool == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_conf_set_str_slot(cf, cmd, conf);
}

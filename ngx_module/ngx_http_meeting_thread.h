
/* Tasks of this worker in the threads of nginx's pools. */

#ifndef NGX_HTTP_MEETING_THREAD_H
#define NGX_HTTP_MEETING_THREAD_H

#include "ngx_http_meeting_worker.h"


/* Zeroed, then filled in by its owner; must live until done() is called. */

struct ngx_http_meeting_task_s {
    const char          *name;                  /* for the error log */
    void               (*run)(void *data);      /* in a thread */
    void               (*done)(void *data);     /* on the event loop; may free
                                                   the task */
    void                *data;
    ngx_log_t           *log;
    unsigned             nice:1;                /* event loops and commits go
                                                   first */
    ngx_thread_task_t    thread;                /* private */
};


void ngx_http_meeting_threads_init(void);

/*
 * Runs the task in a thread of the pool; when it has ended, the store is kept
 * open (ngx_http_meeting_store_keep()), then done() is called.  A task must
 * not be posted again before that.  Returns NGX_OK, or NGX_ERROR if the pool's
 * queue is full.
 */
ngx_int_t ngx_http_meeting_task_post(ngx_http_meeting_task_t *task,
    ngx_thread_pool_t *pool);

/* At the worker's end, after the thread pools': waits until their threads have
 * freed what they keep. */
void ngx_http_meeting_threads_wait(ngx_log_t *log);

#endif /* NGX_HTTP_MEETING_THREAD_H */


/*
 * The glue between nginx and the engine.  Every file here includes this
 * header; any other header describes the .c file of its name.
 *
 *     module       directives, the module, its phases and thread pools
 *     directives   reading of each directive
 *     merge        configurations: created, merged, checked
 *     conf.h       the structures of the configuration
 *
 *     request      a request's context; its waits and wakes
 *     admit        rewrite phase: who may send a body at all
 *     body         rewrite phase: the body is read and decoded
 *     handler      content phase: the steps of a call
 *     answer       the answer, piece by piece
 *     error        nginx's own errors, in the dialect's envelope
 *     variables    $meeting_*
 *     mask         $meeting_request, and nginx's error lines, without secrets
 *     status       counts, and the status location
 *     status_event its part about events
 *
 *     work         a request's work in a thread
 *     commit       the worker's ring, and its combiner
 *     settle       reads that wait until the store has settled
 *     peek         reads of a store that cannot be committed
 *     hash         requests that hash a password, in a fair queue
 *     gate         bounds how many of them do it at a time
 *     heavy        heavy commands: they wait, companies in turn, for a thread
 *     turn         lets in one heavy command at a time, over all workers
 *
 *     process      the master's zone and store; a worker's start, timers, end
 *     worker       the state of this worker
 *     zone         shared memory: statistics, rings, and what wakes a worker
 *     store        the store: checked, created, kept open
 *     background   background jobs, by the worker that holds the lease
 *     thread       tasks in the threads of nginx's pools
 *
 * Everything runs on the event loop, but for functions whose comment says "in
 * a thread".  Includes form no circle (t/includes.t).
 */

#ifndef NGX_HTTP_MEETING_H
#define NGX_HTTP_MEETING_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>
#include <ngx_thread_pool.h>

#include "base/mt_base.h"


extern ngx_module_t  ngx_http_meeting_module;


static ngx_inline mt_str_t
ngx_http_meeting_str(const ngx_str_t *s)
{
    return (mt_str_t) { s->len, (const char *) s->data };
}


/* The same bytes, for "%V". */

static ngx_inline ngx_str_t
ngx_http_meeting_ngx_str(mt_str_t s)
{
    return (ngx_str_t) { s.len, (u_char *) s.data };
}


/* Milliseconds since 1970, as nginx saw them last. */

static ngx_inline int64_t
ngx_http_meeting_now(void)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    return (int64_t) tp->sec * 1000 + tp->msec;
}

#endif /* NGX_HTTP_MEETING_H */

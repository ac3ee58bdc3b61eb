
/* The gate of password hashes: in the shared zone, for all workers. */

#ifndef NGX_HTTP_MEETING_GATE_H
#define NGX_HTTP_MEETING_GATE_H

#include "ngx_http_meeting.h"


#define NGX_HTTP_MEETING_GATES  64

typedef struct {
    ngx_uint_t        n;
    ngx_atomic_t      next;
    pthread_mutex_t   locks[NGX_HTTP_MEETING_GATES];
} ngx_http_meeting_gate_t;


/* Returns how many hash at a time: half of the processors. */
ngx_uint_t ngx_http_meeting_gate_width(void);

/* In fresh shared memory.  Returns NGX_OK, or NGX_ERROR if the system lacks
 * robust mutexes. */
ngx_int_t ngx_http_meeting_gate_init(ngx_http_meeting_gate_t *gate);

/* In a thread: waits for its turn.  Returns what is to be given to
 * ngx_http_meeting_gate_leave(), or NULL when it goes on without a turn. */
pthread_mutex_t *ngx_http_meeting_gate_enter(ngx_http_meeting_gate_t *gate);
void ngx_http_meeting_gate_leave(pthread_mutex_t *lock);

#endif /* NGX_HTTP_MEETING_GATE_H */

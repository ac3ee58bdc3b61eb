
/* The turn of heavy commands: in the shared zone, for all workers. */

#ifndef NGX_HTTP_MEETING_TURN_H
#define NGX_HTTP_MEETING_TURN_H

#include "ngx_http_meeting.h"

#include "commit/mt_commit.h"


typedef struct {
    pthread_mutex_t   lock;                       /* robust; of whose turn it
                                                     is */
    ngx_atomic_t      last;                       /* company that had it */
    ngx_atomic_t      rest;                       /* ms; no turn before, */
    ngx_atomic_t      again;                      /* and none of `last` */
    ngx_atomic_t      company[MT_COMMIT_RINGS];   /* that a worker asks for,
                                                     plus 1; 0: none */
    ngx_atomic_t      asked[MT_COMMIT_RINGS];     /* ms; when it asked last */
} ngx_http_meeting_turn_t;


/* In fresh shared memory.  Returns NGX_OK, or NGX_ERROR if the system lacks
 * robust mutexes. */
ngx_int_t ngx_http_meeting_turn_init(ngx_http_meeting_turn_t *turn);

/*
 * In a thread, the only one of the worker that has `ring`: waits for the turn
 * of a heavy command of `company`.  Companies whose commands wait have turns
 * in the order of their numbers.  Returns what is to be given to
 * ngx_http_meeting_turn_leave(), in the same thread, or NULL when it goes on
 * without a turn: the holder seems to be stopped.
 */
pthread_mutex_t *ngx_http_meeting_turn_enter(ngx_http_meeting_turn_t *turn,
    ngx_uint_t ring, uint32_t company);

/*
 * Ends the turn.  began: when it was entered, by ngx_http_meeting_turn_now().
 * The next turn begins after a rest, which belongs to the combiners: the same
 * company's after three times as long as this one was, another one's after as
 * long, or sooner.
 */
void ngx_http_meeting_turn_leave(ngx_http_meeting_turn_t *turn,
    pthread_mutex_t *lock, ngx_uint_t began);

/* Returns the monotonic clock in ms. */
ngx_uint_t ngx_http_meeting_turn_now(void);

#endif /* NGX_HTTP_MEETING_TURN_H */

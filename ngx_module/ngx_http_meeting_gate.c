
/*
 * The gate of password hashes.  A hash takes a processor for tens of
 * milliseconds, and as many hashes as there are processors leave none to
 * sign-ins, however low their priority is.  So at most half of the processors
 * hash at a time, over all workers; other threads wait.
 *
 * Robust mutexes in the shared zone: the kernel opens the gate of a process
 * that dies.
 */

#include "ngx_http_meeting_gate.h"


/* A thread that has waited for so long goes on: a holder is stopped. */
#define NGX_HTTP_MEETING_GATE_WAIT  5      /* s */


ngx_uint_t
ngx_http_meeting_gate_width(void)
{
    ngx_uint_t  n;

    n = ngx_max(ngx_ncpu / 2, 1);

    return ngx_min(n, NGX_HTTP_MEETING_GATES);
}


ngx_int_t
ngx_http_meeting_gate_init(ngx_http_meeting_gate_t *gate)
{
    ngx_int_t            rc;
    ngx_uint_t           i;
    pthread_mutexattr_t  attr;

    gate->n = ngx_http_meeting_gate_width();

    if (pthread_mutexattr_init(&attr) != 0) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) == 0
        && pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) == 0)
    {
        rc = NGX_OK;

        for (i = 0; i < gate->n; i++) {
            if (pthread_mutex_init(&gate->locks[i], &attr) != 0) {
                rc = NGX_ERROR;
            }
        }
    }

    pthread_mutexattr_destroy(&attr);

    return rc;
}


pthread_mutex_t *
ngx_http_meeting_gate_enter(ngx_http_meeting_gate_t *gate)
{
    int               rc;
    struct timespec   until;
    pthread_mutex_t  *lock;

    lock = &gate->locks[ngx_atomic_fetch_add(&gate->next, 1) % gate->n];

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += NGX_HTTP_MEETING_GATE_WAIT;

    rc = pthread_mutex_clocklock(lock, CLOCK_MONOTONIC, &until);

    if (rc == EOWNERDEAD) {
        rc = pthread_mutex_consistent(lock);
    }

    return rc == 0 ? lock : NULL;
}


void
ngx_http_meeting_gate_leave(pthread_mutex_t *lock)
{
    if (lock) {
        (void) pthread_mutex_unlock(lock);
    }
}

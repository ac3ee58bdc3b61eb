
/*
 * The turn of heavy commands.  Each takes the store's writer lock for many
 * milliseconds, so one is let in at a time, over all workers, and companies
 * take turns: a company with many heavy commands delays another one's first
 * command by one of its own for each worker, not by all.
 *
 * A robust mutex in the shared zone: the kernel ends the turn of a process
 * that dies.  The threads that wait look at it again every millisecond.
 */

#include "ngx_http_meeting_turn.h"

#include <time.h>


#define NGX_HTTP_MEETING_TURN_STEP   1           /* ms */

/* A worker that has not asked for so long is gone. */
#define NGX_HTTP_MEETING_TURN_FRESH  200         /* ms */

/* Rests are no longer than this: before another company's turn, and before the
 * same one's. */
#define NGX_HTTP_MEETING_TURN_REST   200         /* ms */
#define NGX_HTTP_MEETING_TURN_AGAIN  10000       /* ms */

/* The same company rests so many times as long as its turn was: the writes of
 * that time have to be caught up with. */
#define NGX_HTTP_MEETING_TURN_SHARE  3

/* A thread that has waited for so long goes on: a holder is stopped. */
#define NGX_HTTP_MEETING_TURN_WAIT   60000       /* ms */


static ngx_uint_t ngx_http_meeting_turn_is_next(
    ngx_http_meeting_turn_t *turn, uint32_t company, ngx_uint_t now);
static ngx_uint_t ngx_http_meeting_turn_rests(ngx_uint_t until,
    ngx_uint_t now, ngx_uint_t most);
static ngx_uint_t ngx_http_meeting_turn_try(ngx_http_meeting_turn_t *turn,
    uint32_t company, ngx_uint_t now);


ngx_int_t
ngx_http_meeting_turn_init(ngx_http_meeting_turn_t *turn)
{
    ngx_int_t            rc;
    pthread_mutexattr_t  attr;

    if (pthread_mutexattr_init(&attr) != 0) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) == 0
        && pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) == 0
        && pthread_mutex_init(&turn->lock, &attr) == 0)
    {
        rc = NGX_OK;
    }

    pthread_mutexattr_destroy(&attr);

    return rc;
}


ngx_uint_t
ngx_http_meeting_turn_now(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    return (ngx_uint_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}


pthread_mutex_t *
ngx_http_meeting_turn_enter(ngx_http_meeting_turn_t *turn, ngx_uint_t ring,
    uint32_t company)
{
    ngx_uint_t        now, until, mine;
    struct timespec   step;

    step.tv_sec = 0;
    step.tv_nsec = NGX_HTTP_MEETING_TURN_STEP * 1000000;

    now = ngx_http_meeting_turn_now();
    until = now + NGX_HTTP_MEETING_TURN_WAIT;
    mine = 0;

    turn->asked[ring] = now;
    turn->company[ring] = (ngx_atomic_t) company + 1;

    while (now < until) {
        turn->asked[ring] = now;

        mine = ngx_http_meeting_turn_try(turn, company, now);

        if (mine) {
            break;
        }

        (void) nanosleep(&step, NULL);
        now = ngx_http_meeting_turn_now();
    }

    turn->company[ring] = 0;

    return mine ? &turn->lock : NULL;
}


/* Returns 1 with the lock held, or 0. */

static ngx_uint_t
ngx_http_meeting_turn_try(ngx_http_meeting_turn_t *turn, uint32_t company,
    ngx_uint_t now)
{
    int  rc;

    rc = pthread_mutex_trylock(&turn->lock);

    if (rc == EOWNERDEAD) {
        rc = pthread_mutex_consistent(&turn->lock);
    }

    if (rc != 0) {
        return 0;
    }

    if (ngx_http_meeting_turn_rests(turn->rest, now,
                                    NGX_HTTP_MEETING_TURN_REST)
        || (company == (uint32_t) turn->last
            && ngx_http_meeting_turn_rests(turn->again, now,
                                           NGX_HTTP_MEETING_TURN_AGAIN))
        || !ngx_http_meeting_turn_is_next(turn, company, now))
    {
        (void) pthread_mutex_unlock(&turn->lock);
        return 0;
    }

    turn->last = company;

    return 1;
}


/* Returns 1 if the rest is not over.  A broken worker may have written
 * anything: no rest is longer than the longest. */

static ngx_uint_t
ngx_http_meeting_turn_rests(ngx_uint_t until, ngx_uint_t now, ngx_uint_t most)
{
    return now < until && until - now <= most;
}


/* Returns 1 if no worker asks for a company that comes first, going round from
 * the one that had the last turn. */

static ngx_uint_t
ngx_http_meeting_turn_is_next(ngx_http_meeting_turn_t *turn,
    uint32_t company, ngx_uint_t now)
{
    uint32_t    last, other;
    ngx_uint_t  i;

    last = (uint32_t) turn->last;

    for (i = 0; i < MT_COMMIT_RINGS; i++) {

        if (turn->company[i] == 0
            || now - turn->asked[i] > NGX_HTTP_MEETING_TURN_FRESH)
        {
            continue;
        }

        other = (uint32_t) (turn->company[i] - 1);

        if (other - last - 1 < company - last - 1) {
            return 0;
        }
    }

    return 1;
}


void
ngx_http_meeting_turn_leave(ngx_http_meeting_turn_t *turn,
    pthread_mutex_t *lock, ngx_uint_t began)
{
    ngx_uint_t  now, took;

    if (lock) {
        now = ngx_http_meeting_turn_now();
        took = now - began;

        turn->rest = now + ngx_min(took, NGX_HTTP_MEETING_TURN_REST);
        turn->again = now + ngx_min(NGX_HTTP_MEETING_TURN_SHARE * took,
                                    NGX_HTTP_MEETING_TURN_AGAIN);

        (void) pthread_mutex_unlock(lock);
    }
}


/*
 * The shared zone: statistics, gate and turn, the rings of the commit engine;
 * and beside it the eventfds that wake the workers of the rings.
 */

#ifndef NGX_HTTP_MEETING_ZONE_H
#define NGX_HTTP_MEETING_ZONE_H

#include "ngx_http_meeting_conf.h"
#include "ngx_http_meeting_gate.h"
#include "ngx_http_meeting_turn.h"

#include "domain/auth/mt_guard.h"


/* In shared memory; counters are relaxed atomics. */

typedef struct {
    ngx_atomic_t   aborted;                     /* the client went away */
    ngx_atomic_t   busy;                        /* no room in the ring */
    ngx_atomic_t   counts[MT_COUNTS];           /* of background jobs */
    ngx_atomic_t   held[MT_COMMIT_RINGS];       /* by the worker of a ring */
    ngx_atomic_t   heavy[MT_COMMIT_RINGS];      /* heavy commands that wait
                                                   there */
    ngx_atomic_t   heavies;                     /* that were applied */
    ngx_atomic_t   hashing[MT_COMMIT_RINGS];    /* wait for a hash, by the
                                                   worker of a ring */
    ngx_atomic_t   hashes;                      /* begun */
    ngx_atomic_t   hash_busy;                   /* no room to wait */
    ngx_atomic_t   messages;                    /* put into outboxes */
    ngx_atomic_t   background;                  /* ring, plus 1, of the worker
                                                   that holds the lease */
    void          *ring_mem;                    /* beside this */
    size_t         ring_mem_size;
    mt_guard_t    *guard;                       /* beside this */

    ngx_http_meeting_gate_t  gate;
    ngx_http_meeting_turn_t  turn;

    /* requests by dialect, operation and result; sized when the zone is
     * made */

    ngx_uint_t     dialects;
    ngx_uint_t     operations;
    ngx_uint_t     statuses;
    ngx_atomic_t   requests[];
} ngx_http_meeting_stats_t;


/* An eventfd for each ring.  One per process; shared by the cycles that share
 * the zone. */

typedef struct {
    ngx_uint_t     refs;                        /* cycles */
    int            fds[MT_COMMIT_RINGS];
} ngx_http_meeting_wakers_t;


struct ngx_http_meeting_zone_s {
    ngx_http_meeting_main_conf_t  *conf;
    ngx_pool_t                    *pool;        /* of the cycle */
    ngx_http_meeting_stats_t      *stats;
    void                          *ring_mem;    /* for mt_commit_attach() */
    size_t                         ring_mem_size;
    ngx_http_meeting_wakers_t     *wakers;
};


/* The least size of a zone, in bytes. */
size_t ngx_http_meeting_zone_min_size(void);

/*
 * In the master, and by `nginx -t`: lays out a fresh zone, or takes over the
 * one of `old`, the zone of the configuration before (NULL: none).  Returns
 * NGX_OK, or NGX_ERROR after an [emerg].
 */
ngx_int_t ngx_http_meeting_zone_prepare(ngx_shm_zone_t *shm_zone,
    ngx_http_meeting_zone_t *old);

/* Returns the counter of such requests, or NULL if the zone has none. */
ngx_atomic_t *ngx_http_meeting_requests(ngx_http_meeting_stats_t *stats,
    ngx_uint_t dialect, ngx_uint_t operation, ngx_uint_t status);

/* Any thread: wakes the worker of a ring. */
void ngx_http_meeting_notify(ngx_http_meeting_wakers_t *wakers, unsigned ring);

/* In the thread that committed them: so many messages came into outboxes.
 * Wakes the worker that delivers them. */
void ngx_http_meeting_announce(ngx_http_meeting_stats_t *stats,
    ngx_http_meeting_wakers_t *wakers, uint64_t messages);

#endif /* NGX_HTTP_MEETING_ZONE_H */

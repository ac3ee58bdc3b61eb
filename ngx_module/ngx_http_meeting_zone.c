
/*
 * The shared zone: laid out by the master before the fork, used by workers
 * and their threads.  It survives a reload, and may be lost: the truth is in
 * the store.
 */

#include "ngx_http_meeting_zone.h"

#include <sys/eventfd.h>


static ngx_int_t ngx_http_meeting_zone_inherit(ngx_http_meeting_zone_t *zone,
    ngx_http_meeting_zone_t *old, ngx_log_t *log);
static ngx_int_t ngx_http_meeting_zone_create(ngx_http_meeting_zone_t *zone,
    ngx_shm_zone_t *shm_zone);
static ngx_http_meeting_stats_t *ngx_http_meeting_stats_create(
    ngx_slab_pool_t *shpool);
static size_t ngx_http_meeting_stats_size(void);

static ngx_http_meeting_wakers_t *ngx_http_meeting_wakers_create(
    ngx_log_t *log);
static ngx_int_t ngx_http_meeting_wakers_hold(ngx_http_meeting_zone_t *zone);
static void ngx_http_meeting_wakers_release(void *data);


/* Twice the statistics, and a page: the slab allocator rounds up, and has
 * pages of its own. */

size_t
ngx_http_meeting_zone_min_size(void)
{
    return mt_commit_min_size()
           + 2 * ngx_http_meeting_stats_size() + mt_guard_size()
           + ngx_pagesize;
}


ngx_int_t
ngx_http_meeting_zone_prepare(ngx_shm_zone_t *shm_zone,
    ngx_http_meeting_zone_t *old)
{
    ngx_http_meeting_zone_t  *zone;

    zone = shm_zone->data;

    return old ? ngx_http_meeting_zone_inherit(zone, old, shm_zone->shm.log)
               : ngx_http_meeting_zone_create(zone, shm_zone);
}


/* At a reload: old workers go on with the same zone. */

static ngx_int_t
ngx_http_meeting_zone_inherit(ngx_http_meeting_zone_t *zone,
    ngx_http_meeting_zone_t *old, ngx_log_t *log)
{
    ngx_str_t  *path, *old_path;

    path = &zone->conf->path;
    old_path = &old->conf->path;

    if (path->len != old_path->len
        || ngx_memcmp(path->data, old_path->data, path->len) != 0)
    {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "\"meeting_store\" cannot change on reload from \"%V\" "
                      "to \"%V\": commands for the old store may be under way",
                      old_path, path);
        return NGX_ERROR;
    }

    zone->stats = old->stats;
    zone->ring_mem = old->ring_mem;
    zone->ring_mem_size = old->ring_mem_size;
    zone->wakers = old->wakers;

    return ngx_http_meeting_wakers_hold(zone);
}


static ngx_int_t
ngx_http_meeting_zone_create(ngx_http_meeting_zone_t *zone,
    ngx_shm_zone_t *shm_zone)
{
    size_t            size;
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    zone->wakers = ngx_http_meeting_wakers_create(shm_zone->shm.log);
    if (zone->wakers == NULL) {
        return NGX_ERROR;
    }

    if (ngx_http_meeting_wakers_hold(zone) != NGX_OK) {
        return NGX_ERROR;
    }

    if (shm_zone->shm.exists) {
        zone->stats = shpool->data;
        zone->ring_mem = zone->stats->ring_mem;
        zone->ring_mem_size = zone->stats->ring_mem_size;
        return NGX_OK;
    }

    zone->stats = ngx_http_meeting_stats_create(shpool);
    if (zone->stats == NULL) {
        goto small;
    }

    zone->stats->guard = ngx_slab_calloc(shpool, mt_guard_size());
    if (zone->stats->guard == NULL) {
        goto small;
    }

    /* the rest of the zone: fresh pages, so zeroed already */

    size = shpool->pfree * ngx_pagesize;

    zone->ring_mem = ngx_slab_alloc(shpool, size);
    if (zone->ring_mem == NULL) {
        goto small;
    }

    zone->ring_mem_size = size;
    zone->stats->ring_mem = zone->ring_mem;
    zone->stats->ring_mem_size = size;
    shpool->data = zone->stats;

    switch (mt_commit_format(zone->ring_mem, size)) {

    case MT_OK:
        if (ngx_http_meeting_gate_init(&zone->stats->gate) == NGX_OK
            && ngx_http_meeting_turn_init(&zone->stats->turn) == NGX_OK
            && mt_guard_format(zone->stats->guard) == 0)
        {
            return NGX_OK;
        }

        break;

    case MT_BAD_VALUE:
        goto small;

    default:
        break;
    }

    ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                  "\"meeting_store\" cannot lay out its zone: no robust "
                  "mutexes or no random bytes in this system");
    return NGX_ERROR;

small:

    ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                  "\"meeting_store\" zone=%uz is too small",
                  shm_zone->shm.size);

    return NGX_ERROR;
}


static ngx_http_meeting_stats_t *
ngx_http_meeting_stats_create(ngx_slab_pool_t *shpool)
{
    ngx_http_meeting_stats_t  *stats;

    stats = ngx_slab_calloc(shpool, ngx_http_meeting_stats_size());

    if (stats) {
        stats->dialects = mt_dialect_count();
        stats->operations = MT_OPERATION_MAX;
        stats->statuses = MT_STATUS_MAX;
    }

    return stats;
}


static size_t
ngx_http_meeting_stats_size(void)
{
    return sizeof(ngx_http_meeting_stats_t)
           + mt_dialect_count() * MT_OPERATION_MAX * MT_STATUS_MAX
             * sizeof(ngx_atomic_t);
}


/* Makes an eventfd for each ring, before the fork: all workers have them. */

static ngx_http_meeting_wakers_t *
ngx_http_meeting_wakers_create(ngx_log_t *log)
{
    ngx_uint_t                  i;
    ngx_http_meeting_wakers_t  *wakers;

    wakers = ngx_alloc(sizeof(ngx_http_meeting_wakers_t), log);
    if (wakers == NULL) {
        return NULL;
    }

    wakers->refs = 0;

    for (i = 0; i < MT_COMMIT_RINGS; i++) {
        wakers->fds[i] = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);

        if (wakers->fds[i] == -1) {
            ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "eventfd() failed");

            while (i) {
                (void) close(wakers->fds[--i]);
            }

            ngx_free(wakers);
            return NULL;
        }
    }

    return wakers;
}


/* Holds them until the cycle's pool is destroyed. */

static ngx_int_t
ngx_http_meeting_wakers_hold(ngx_http_meeting_zone_t *zone)
{
    ngx_pool_cleanup_t  *cln;

    zone->wakers->refs++;

    cln = ngx_pool_cleanup_add(zone->pool, 0);
    if (cln == NULL) {
        ngx_http_meeting_wakers_release(zone->wakers);
        return NGX_ERROR;
    }

    cln->handler = ngx_http_meeting_wakers_release;
    cln->data = zone->wakers;

    return NGX_OK;
}


static void
ngx_http_meeting_wakers_release(void *data)
{
    ngx_http_meeting_wakers_t *wakers = data;

    ngx_uint_t  i;

    if (--wakers->refs) {
        return;
    }

    for (i = 0; i < MT_COMMIT_RINGS; i++) {
        (void) close(wakers->fds[i]);
    }

    ngx_free(wakers);
}


ngx_atomic_t *
ngx_http_meeting_requests(ngx_http_meeting_stats_t *stats, ngx_uint_t dialect,
    ngx_uint_t operation, ngx_uint_t status)
{
    if (dialect >= stats->dialects || operation >= stats->operations
        || status >= stats->statuses)
    {
        return NULL;
    }

    return &stats->requests[(dialect * stats->operations + operation)
                            * stats->statuses + status];
}


void
ngx_http_meeting_notify(ngx_http_meeting_wakers_t *wakers, unsigned ring)
{
    uint64_t  one;

    one = 1;

    if (write(wakers->fds[ring], &one, sizeof(one)) == -1
        && ngx_errno != NGX_EAGAIN)
    {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "write() to the eventfd of ring %ui failed",
                      (ngx_uint_t) ring);
    }
}


void
ngx_http_meeting_announce(ngx_http_meeting_stats_t *stats,
    ngx_http_meeting_wakers_t *wakers, uint64_t messages)
{
    ngx_atomic_uint_t  ring;

    if (messages == 0) {
        return;
    }

    (void) ngx_atomic_fetch_add(&stats->messages, messages);

    ring = stats->background;

    if (ring) {
        ngx_http_meeting_notify(wakers, ring - 1);
    }
}

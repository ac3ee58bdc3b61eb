
#include "ngx_http_meeting_module.h"

#include <dlfcn.h>
#include <sys/eventfd.h>

#include "base/mt_crypto.h"


#define NGX_HTTP_MEETING_READERS    (4 * MT_COMMIT_RINGS)   /* LMDB's slots */
#define NGX_HTTP_MEETING_TICK       1000                    /* ms */
#define NGX_HTTP_MEETING_SWEEP      10                      /* ticks */
#define NGX_HTTP_MEETING_WHY        512


static mt_store_options_t ngx_http_meeting_options(
    ngx_http_meeting_main_conf_t *mmcf);
static void ngx_http_meeting_store_log(void *data, int level,
    const char *text);

static ngx_int_t ngx_http_meeting_zone_inherit(ngx_http_meeting_zone_t *zone,
    ngx_http_meeting_zone_t *old, ngx_log_t *log);
static ngx_int_t ngx_http_meeting_zone_create(ngx_http_meeting_zone_t *zone,
    ngx_shm_zone_t *shm_zone);
static ngx_int_t ngx_http_meeting_store_create(
    ngx_http_meeting_main_conf_t *mmcf, ngx_log_t *log);

static ngx_http_meeting_wakers_t *ngx_http_meeting_wakers_create(
    ngx_log_t *log);
static ngx_int_t ngx_http_meeting_wakers_hold(ngx_http_meeting_zone_t *zone);
static void ngx_http_meeting_wakers_release(void *data);

static void ngx_http_meeting_stay_loaded(void);
static ngx_int_t ngx_http_meeting_store_open(ngx_http_meeting_worker_t *w);
static void ngx_http_meeting_store_close(ngx_http_meeting_worker_t *w);
static void ngx_http_meeting_tick_handler(ngx_event_t *ev);


ngx_http_meeting_worker_t  ngx_http_meeting_worker;


static mt_store_options_t
ngx_http_meeting_options(ngx_http_meeting_main_conf_t *mmcf)
{
    return (mt_store_options_t) {
        .path = ngx_http_meeting_str(&mmcf->path),
        .max_size = mmcf->max_size,
        .max_readers = NGX_HTTP_MEETING_READERS,
        .log = ngx_http_meeting_store_log
    };
}


/* From any thread; nginx writes a line with one write(). */

static void
ngx_http_meeting_store_log(void *data, int level, const char *text)
{
    ngx_uint_t  log_level;

    log_level = level ? NGX_LOG_CRIT : NGX_LOG_NOTICE;

    ngx_log_error(log_level, ngx_cycle->log, 0, "meeting store: %s", text);
}


/* When the configuration is read, by `nginx -t` and `-s` too: looks only. */

char *
ngx_http_meeting_store_check(ngx_conf_t *cf,
    ngx_http_meeting_main_conf_t *mmcf)
{
    char                why[NGX_HTTP_MEETING_WHY];
    mt_store_options_t  options;

    options = ngx_http_meeting_options(mmcf);

    if (mt_store_check(&options, why, sizeof(why)) != MT_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"meeting_store\" cannot use \"%V\": %s",
                           &mmcf->path, why);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/*
 * In the master (and by `nginx -t`), before the fork.  An error here refuses
 * the configuration; an old one goes on.
 */

ngx_int_t
ngx_http_meeting_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_int_t                 rc;
    ngx_log_t                *log;
    ngx_http_meeting_zone_t  *zone;

    log = shm_zone->shm.log;
    zone = shm_zone->data;

    rc = data ? ngx_http_meeting_zone_inherit(zone, data, log)
              : ngx_http_meeting_zone_create(zone, shm_zone);

    if (rc != NGX_OK || ngx_test_config) {
        return rc;
    }

    return ngx_http_meeting_store_create(zone->conf, log);
}


/* A reload: old workers go on with the same zone. */

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
        return NGX_OK;
    }

    zone->stats = ngx_slab_calloc(shpool, sizeof(ngx_http_meeting_stats_t));
    if (zone->stats == NULL) {
        goto small;
    }

    /* the rest, fresh pages: zeros that need not be written */

    size = shpool->pfree * ngx_pagesize;

    zone->ring_mem = ngx_slab_alloc(shpool, size);
    if (zone->ring_mem == NULL) {
        goto small;
    }

    zone->stats->ring_mem = zone->ring_mem;
    shpool->data = zone->stats;

    switch (mt_commit_format(zone->ring_mem, size)) {

    case MT_OK:
        if (ngx_http_meeting_gate_init(&zone->stats->gate) == NGX_OK) {
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


static ngx_int_t
ngx_http_meeting_store_create(ngx_http_meeting_main_conf_t *mmcf,
    ngx_log_t *log)
{
    int                 uid, gid;
    char                why[NGX_HTTP_MEETING_WHY];
    mt_store_options_t  options;

    uid = -1;
    gid = -1;

    if (geteuid() == 0) {
        uid = mmcf->core->user;
        gid = mmcf->core->group;
    }

    options = ngx_http_meeting_options(mmcf);

    if (mt_store_create(&options, uid, gid, why, sizeof(why)) != MT_OK) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "\"meeting_store\" cannot use \"%V\": %s",
                      &mmcf->path, why);
        return NGX_ERROR;
    }

    if (mt_resources_create((const char *) mmcf->resources.data, uid, gid)
        != 0)
    {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno,
                      "\"meeting_resources\" cannot use \"%V\"",
                      &mmcf->resources);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* An eventfd for each ring, made before the fork so that all have them. */

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


/* Until the cycle's pool goes. */

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


/*
 * Never NGX_ERROR for the store's sake: nginx would not start the worker
 * again.  Without a store the worker answers 503 and tries every second.
 */

ngx_int_t
ngx_http_meeting_init_process(ngx_cycle_t *cycle)
{
    ngx_http_meeting_worker_t     *w;
    ngx_http_meeting_main_conf_t  *mmcf;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    mmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_meeting_module);

    if (mmcf == NULL || mmcf->shm_zone == NULL) {
        return NGX_OK;
    }

    w = &ngx_http_meeting_worker;

    w->conf = mmcf;
    w->stats = mmcf->zone->stats;
    w->wakers = mmcf->zone->wakers;
    w->dummy.fd = (ngx_socket_t) -1;

    w->tick.handler = ngx_http_meeting_tick_handler;
    w->tick.data = &w->dummy;
    w->tick.log = cycle->log;
    w->tick.cancelable = 1;

    if (ngx_http_meeting_commit_init(w, mmcf->zone, cycle) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
                      "cannot attach to zone \"meeting\"");
        return NGX_ERROR;
    }

    ngx_http_meeting_background_init(w, cycle);
    ngx_http_meeting_stay_loaded();
    ngx_http_meeting_threads_init();

    (void) ngx_http_meeting_store_open(w);
    ngx_http_meeting_commit_claim(w);
    ngx_http_meeting_background_tick(w);

    ngx_add_timer(&w->tick, NGX_HTTP_MEETING_TICK);

    return NGX_OK;
}


/*
 * An exiting worker unloads modules while threads of its pools, whose last
 * task has ended, still free what is theirs, by destructors of this module.
 * Here only, so that the master's reload still loads what is new.
 */

static void
ngx_http_meeting_stay_loaded(void)
{
    Dl_info  info;

    if (dladdr(&ngx_http_meeting_module, &info)) {
        (void) dlopen(info.dli_fname, RTLD_LAZY|RTLD_NOLOAD|RTLD_NODELETE);
    }
}


/* The thread pools have ended before: nobody uses the store any more. */

void
ngx_http_meeting_exit_process(ngx_cycle_t *cycle)
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    if (w->conf == NULL) {
        return;
    }

    ngx_http_meeting_threads_wait(cycle->log);

    ngx_http_meeting_background_exit(w);

    if (w->commit) {
        mt_commit_detach(w->commit);
        w->commit = NULL;
    }

    ngx_http_meeting_store_close(w);
}


static ngx_int_t
ngx_http_meeting_store_open(ngx_http_meeting_worker_t *w)
{
    char                 why[NGX_HTTP_MEETING_WHY];
    mt_batch_t          *batch;
    mt_store_t          *store;
    mt_store_options_t   options;

    options = ngx_http_meeting_options(w->conf);
    store = NULL;

    if (mt_crypto_init() != 0) {
        ngx_cpystrn((u_char *) why, (u_char *) "OpenSSL lacks an algorithm",
                    sizeof(why));
        goto failed;
    }

    if (mt_store_open(&store, &options, why, sizeof(why)) != MT_OK) {
        goto failed;
    }

    batch = mt_batch_create(store);

    if (batch == NULL || mt_service_init(&w->service, store) != MT_OK) {
        ngx_cpystrn((u_char *) why, (u_char *) "no memory, or no server key",
                    sizeof(why));

        mt_batch_destroy(batch);
        mt_store_close(store);
        goto failed;
    }

    ngx_http_meeting_commit_set_batch(w, batch);
    w->service.store = store;
    w->service.resources = (const char *) w->conf->resources.data;

    (void) mt_store_reader_check(store);

    if (w->complained) {
        w->complained = 0;
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "meeting store \"%V\" is open again", &w->conf->path);
    }

    return NGX_OK;

failed:

    w->service.store = NULL;

    if (!w->complained) {
        w->complained = 1;
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "meeting store \"%V\" cannot be opened: %s",
                      &w->conf->path, why);
    }

    return NGX_ERROR;
}


static void
ngx_http_meeting_store_close(ngx_http_meeting_worker_t *w)
{
    mt_batch_t  *batch;

    if (w->service.store == NULL) {
        return;
    }

    batch = w->batch;
    ngx_http_meeting_commit_set_batch(w, NULL);
    mt_batch_destroy(batch);

    mt_service_clear(&w->service);
    mt_store_close(w->service.store);
    w->service.store = NULL;
}


/*
 * After a failure that left the environment unusable.  Only while nobody
 * combines, works or has a turn in a thread: no other thread has the store in
 * its hands then, and no read transaction outlives a step of the event loop.
 */

void
ngx_http_meeting_store_mend(ngx_http_meeting_worker_t *w)
{
    if (w->service.store == NULL || !mt_store_broken(w->service.store)) {
        return;
    }

    if (w->background.turning) {

        /* its end brings it here again */

        mt_background_wake(w->background.engine);
        return;
    }

    if (w->combining || w->working) {
        return;
    }

    ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                  "meeting store \"%V\" failed, opening it anew",
                  &w->conf->path);

    w->complained = 1;

    ngx_http_meeting_store_close(w);
    (void) ngx_http_meeting_store_open(w);
}


static void
ngx_http_meeting_tick_handler(ngx_event_t *ev)
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    ngx_http_meeting_store_mend(w);

    if (w->service.store == NULL) {
        (void) ngx_http_meeting_store_open(w);

    } else if (++w->ticks % NGX_HTTP_MEETING_SWEEP == 0) {

        /* or a killed worker's reader would pin old pages */

        (void) mt_store_reader_check(w->service.store);
    }

    ngx_http_meeting_commit_claim(w);

    /* what a worker that died has left in the log alone */

    ngx_http_meeting_commit_check(w);

    ngx_http_meeting_background_tick(w);

    if (!ngx_exiting) {
        ngx_add_timer(&w->tick, NGX_HTTP_MEETING_TICK);
    }
}

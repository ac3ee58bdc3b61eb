
/*
 * The life of the module's processes.  The master prepares zone and store; a
 * worker opens the store, claims a ring, and is driven by three events: its
 * ring's eventfd, a check while anything is in flight, a tick once a second.
 */

#include "ngx_http_meeting_process.h"
#include "ngx_http_meeting_background.h"
#include "ngx_http_meeting_commit.h"
#include "ngx_http_meeting_hash.h"
#include "ngx_http_meeting_heavy.h"
#include "ngx_http_meeting_peek.h"
#include "ngx_http_meeting_settle.h"
#include "ngx_http_meeting_store.h"

#include <dlfcn.h>

#include "base/mt_version.h"


#define NGX_HTTP_MEETING_TICK       1000                    /* ms */

/* Milliseconds that an answer in pieces may hold its snapshot, and up to a
 * tick more: pages that are freed meanwhile cannot be used again. */
#define NGX_HTTP_MEETING_HOLD       2000
#define NGX_HTTP_MEETING_SWEEP      10                      /* ticks */


static void ngx_http_meeting_stay_loaded(void);
static void ngx_http_meeting_wake_handler(ngx_event_t *ev);
static void ngx_http_meeting_check_handler(ngx_event_t *ev);
static void ngx_http_meeting_tick_handler(ngx_event_t *ev);


ngx_int_t
ngx_http_meeting_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_int_t                 rc;
    ngx_http_meeting_zone_t  *zone;

    zone = shm_zone->data;

    rc = ngx_http_meeting_zone_prepare(shm_zone, data);

    if (rc != NGX_OK || ngx_test_config) {
        return rc;
    }

    return ngx_http_meeting_store_create(zone->conf, shm_zone->shm.log);
}


ngx_int_t
ngx_http_meeting_init_module(ngx_cycle_t *cycle)
{
    ngx_http_meeting_main_conf_t  *mmcf;

    mmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_meeting_module);

    if (mmcf && mmcf->shm_zone && !ngx_test_config) {
        ngx_log_error(NGX_LOG_NOTICE, cycle->log, 0,
                      "nginx-meeting " MT_VERSION ", store \"%V\"",
                      &mmcf->path);
    }

    return NGX_OK;
}


/*
 * A store that cannot be opened is no error here: nginx would not start the
 * worker again.  The worker answers 503 meanwhile, and tries every second.
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

    w->check.handler = ngx_http_meeting_check_handler;
    w->check.data = &w->dummy;
    w->check.log = cycle->log;

    ngx_http_meeting_settle_init(w);
    ngx_http_meeting_hash_init(w);

    if (ngx_http_meeting_peek_init(w, cycle) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_meeting_commit_init(w, mmcf->zone, cycle) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
                      "no memory, or zone \"meeting\" has another layout");
        return NGX_ERROR;
    }

    ngx_http_meeting_background_init(w, cycle);
    ngx_http_meeting_stay_loaded();
    ngx_http_meeting_threads_init();

    ngx_http_meeting_store_keep(w);
    ngx_http_meeting_commit_claim(w, ngx_http_meeting_wake_handler);
    ngx_http_meeting_background_tick(w);

    ngx_add_timer(&w->tick, NGX_HTTP_MEETING_TICK);

    return NGX_OK;
}


/*
 * An exiting worker unloads modules while threads of its pools, after their
 * last task, still run destructors of this module.  So a worker never unloads
 * it.  The master does, so that a reload loads a new build.
 */

static void
ngx_http_meeting_stay_loaded(void)
{
    Dl_info  info;

    if (dladdr(&ngx_http_meeting_module, &info)) {
        (void) dlopen(info.dli_fname, RTLD_LAZY|RTLD_NOLOAD|RTLD_NODELETE);
    }
}


/* The thread pools have ended before: no thread uses the store any more. */

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

    ngx_http_meeting_commit_exit(w);
    ngx_http_meeting_store_close(w);
}


/* The ring's eventfd: results are there, or messages for subscribers. */

static void
ngx_http_meeting_wake_handler(ngx_event_t *ev)
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    ngx_http_meeting_commit_awake(ev);

    ngx_http_meeting_commit_collect(w);
    ngx_http_meeting_peek_check(w);
    ngx_http_meeting_background_look(w);
}


/*
 * While anything is in flight: after a combiner's death there may be no other
 * worker to go on.  The timer is not cancelable, so that a quitting worker
 * waits for its answers.
 */

static void
ngx_http_meeting_check_handler(ngx_event_t *ev)
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    ngx_http_meeting_commit_collect(w);
    ngx_http_meeting_settle_check(w);
    ngx_http_meeting_peek_check(w);
    ngx_http_meeting_commit_check(w);
    ngx_http_meeting_heavy_next(w);
    ngx_http_meeting_keep_checking(w);
}


static void
ngx_http_meeting_tick_handler(ngx_event_t *ev)
{
    ngx_http_meeting_worker_t  *w;

    w = &ngx_http_meeting_worker;

    /* there is no further tick for one that is to exit */

    if (ngx_exiting) {
        w->service.held_max = 0;
    }

    mt_service_age(&w->service, ngx_exiting ? 0 : NGX_HTTP_MEETING_HOLD);

    ngx_http_meeting_store_keep(w);

    if (++w->ticks % NGX_HTTP_MEETING_SWEEP == 0 && w->service.store) {

        /* a killed worker's reader would pin old pages */

        (void) mt_store_reader_check(w->service.store);
    }

    ngx_http_meeting_commit_claim(w, ngx_http_meeting_wake_handler);

    /* a worker that died may have left the store behind its WAL */

    ngx_http_meeting_commit_check(w);

    ngx_http_meeting_background_tick(w);

    if (!ngx_exiting) {
        ngx_add_timer(&w->tick, NGX_HTTP_MEETING_TICK);
    }
}

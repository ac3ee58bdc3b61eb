
/*
 * The store: checked and created by the master, kept open by each worker.
 * LMDB wants an environment opened after the fork, and once per process.
 */

#include "ngx_http_meeting_store.h"

#include "base/mt_crypto.h"
#include "base/mt_owner.h"
#include "domain/mt_prepare.h"


#define NGX_HTTP_MEETING_READERS    (16 * MT_COMMIT_RINGS)  /* LMDB's slots */

/* Snapshots that a worker holds for answers in pieces, at most. */
#define NGX_HTTP_MEETING_HELD       64
#define NGX_HTTP_MEETING_WHY        512

/* Seconds for which a worker does not repeat that it opens the store anew. */
#define NGX_HTTP_MEETING_COMPLAIN   60


static mt_store_options_t ngx_http_meeting_options(
    ngx_http_meeting_main_conf_t *mmcf);
static ngx_int_t ngx_http_meeting_store_prepare(
    ngx_http_meeting_main_conf_t *mmcf, ngx_log_t *log);
static void ngx_http_meeting_store_report(void *data, int level,
    const char *text);
static void ngx_http_meeting_store_open(ngx_http_meeting_worker_t *w);
static ngx_uint_t ngx_http_meeting_store_is_prepared(mt_store_t *store);
static const char *ngx_http_meeting_store_attach(ngx_http_meeting_worker_t *w,
    mt_store_t *store);
static size_t ngx_http_meeting_held_max(ngx_http_meeting_worker_t *w);
static void ngx_http_meeting_store_committed(void *data);


/*
 * Root looks at a store of another user's as the workers' user, or, while the
 * configuration has not named one yet, as the store's owner.
 */

char *
ngx_http_meeting_store_check(ngx_conf_t *cf,
    ngx_http_meeting_main_conf_t *mmcf)
{
    int                  uid, gid;
    char                 why[NGX_HTTP_MEETING_WHY];
    mt_owner_t           was;
    mt_status_t          rc;
    mt_store_options_t   options;

    options = ngx_http_meeting_options(mmcf);
    uid = 0;
    gid = 0;

    if (geteuid() == 0
        && mt_store_owner(options.path.data, &uid, &gid) == 0 && uid != 0
        && mmcf->core->user != (ngx_uid_t) NGX_CONF_UNSET_UINT)
    {
        uid = (int) mmcf->core->user;
        gid = (int) mmcf->core->group;
    }

    if (mt_owner_become(&was, uid, gid) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "\"meeting_store\" cannot become user %d", uid);
        return NGX_CONF_ERROR;
    }

    rc = mt_store_check(&options, why, sizeof(why));
    mt_owner_return(&was);

    if (rc == MT_STORE_FULL) {

        /* a full disk, or an I/O error: workers serve what they can */

        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "\"meeting_store\" cannot use \"%V\" now: %s",
                           &mmcf->path, why);

    } else if (rc != MT_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"meeting_store\" cannot use \"%V\": %s",
                           &mmcf->path, why);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* Root gives away what is its own, and is the workers' user for the rest. */

ngx_int_t
ngx_http_meeting_store_create(ngx_http_meeting_main_conf_t *mmcf,
    ngx_log_t *log)
{
    int         uid, gid;
    ngx_int_t   rc;
    mt_owner_t  was;

    uid = geteuid() == 0 ? (int) mmcf->core->user : -1;
    gid = geteuid() == 0 ? (int) mmcf->core->group : -1;

    mt_store_take((const char *) mmcf->path.data, uid, gid);
    mt_resources_take((const char *) mmcf->resources.data, uid, gid);

    if (mt_owner_become(&was, uid, gid) != 0) {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno,
                      "\"meeting_store\" cannot become user %d", uid);
        return NGX_ERROR;
    }

    rc = ngx_http_meeting_store_prepare(mmcf, log);
    mt_owner_return(&was);

    return rc;
}


static ngx_int_t
ngx_http_meeting_store_prepare(ngx_http_meeting_main_conf_t *mmcf,
    ngx_log_t *log)
{
    char                why[NGX_HTTP_MEETING_WHY], none[NGX_HTTP_MEETING_WHY];
    ngx_err_t           err;
    mt_status_t         rc;
    mt_store_options_t  options;

    options = ngx_http_meeting_options(mmcf);

    rc = mt_prepare(&options, why, sizeof(why));

    if (rc == MT_STORE_FULL
        && mt_store_exists(&options, none, sizeof(none)) == MT_OK)
    {
        /* a full disk, or an I/O error: workers serve what they can */

        ngx_log_error(NGX_LOG_CRIT, log, 0,
                      "\"meeting_store\" cannot use \"%V\" now: %s",
                      &mmcf->path, why);

    } else if (rc != MT_OK) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "\"meeting_store\" cannot use \"%V\": %s",
                      &mmcf->path, why);
        return NGX_ERROR;
    }

    if (mt_resources_create((const char *) mmcf->resources.data) != 0) {
        err = ngx_errno;

        if (err == NGX_ENOSPC || err == EDQUOT || err == EIO) {
            ngx_log_error(NGX_LOG_CRIT, log, err,
                          "\"meeting_resources\" cannot use \"%V\" now",
                          &mmcf->resources);
            return NGX_OK;
        }

        ngx_log_error(NGX_LOG_EMERG, log, err,
                      "\"meeting_resources\" cannot use \"%V\" as uid %d: "
                      "give it to the workers' user",
                      &mmcf->resources, (int) geteuid());
        return NGX_ERROR;
    }

    return NGX_OK;
}


static mt_store_options_t
ngx_http_meeting_options(ngx_http_meeting_main_conf_t *mmcf)
{
    return (mt_store_options_t) {
        .path = ngx_http_meeting_str(&mmcf->path),
        .max_size = mmcf->max_size,
        .max_readers = NGX_HTTP_MEETING_READERS,
        .report = ngx_http_meeting_store_report
    };
}


/* Any thread: nginx writes a line with one write(). */

static void
ngx_http_meeting_store_report(void *data, int level, const char *text)
{
    ngx_uint_t  log_level;

    log_level = level ? NGX_LOG_CRIT : NGX_LOG_NOTICE;

    ngx_log_error(log_level, ngx_cycle->log, 0, "meeting store: %s", text);
}


void
ngx_http_meeting_store_keep(ngx_http_meeting_worker_t *w)
{
    if (w->service.store && !mt_store_broken(w->service.store)) {
        return;
    }

    if (w->threads) {

        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                       "meeting store: to be opened after %ui tasks in "
                       "threads", w->threads);

        /* a turn of background jobs may wait for the network: it is to end */

        if (w->background) {
            mt_background_wake(w->background);
        }

        return;
    }

    /* and no read transaction outlives a step of the event loop */

    if (w->service.store) {

        if (w->reopened == 0
            || ngx_time() - w->reopened >= NGX_HTTP_MEETING_COMPLAIN)
        {
            w->reopened = ngx_time();
            w->complained = 1;
            ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                          "meeting store \"%V\" failed, opening it anew",
                          &w->conf->path);
        }

        ngx_http_meeting_store_close(w);
    }

    ngx_http_meeting_store_open(w);
}


static void
ngx_http_meeting_store_open(ngx_http_meeting_worker_t *w)
{
    char                 text[NGX_HTTP_MEETING_WHY];
    const char          *why;
    mt_store_t          *store;
    mt_store_options_t   options;

    options = ngx_http_meeting_options(w->conf);

    if (mt_crypto_init() != 0) {
        why = "OpenSSL lacks an algorithm";

    } else if (mt_store_open(&store, &options, text, sizeof(text)) != MT_OK) {
        why = text;

    } else {
        why = ngx_http_meeting_store_attach(w, store);
    }

    if (why && !w->complained) {
        w->complained = 1;
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "meeting store \"%V\" cannot be opened: %s",
                      &w->conf->path, why);

    } else if (why == NULL && w->complained) {
        w->complained = 0;
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "meeting store \"%V\" is open again", &w->conf->path);
    }
}


/* A start that met a disk in trouble may not have prepared it. */

static ngx_uint_t
ngx_http_meeting_store_is_prepared(mt_store_t *store)
{
    mt_txn_t    *txn;
    ngx_uint_t   prepared;

    if (mt_read_open(store, &txn) != MT_OK) {
        return 0;
    }

    prepared = !mt_meta_is_copy(txn) && mt_txn_status(txn) == MT_OK;
    mt_read_close(txn);

    return prepared;
}


/* Returns NULL if the worker uses the store, else why not: it is closed. */

static const char *
ngx_http_meeting_store_attach(ngx_http_meeting_worker_t *w, mt_store_t *store)
{
    mt_machine_t  machine;

    if (!ngx_http_meeting_store_is_prepared(store)) {
        mt_store_close(store);
        return "it is a copy that no start has taken over, restart nginx";
    }

    w->batch = mt_batch_create(store, &mt_domain);

    if (w->batch == NULL || mt_service_init(&w->service, store) != MT_OK) {
        mt_batch_destroy(w->batch);
        w->batch = NULL;

        mt_store_close(store);
        w->service.store = NULL;

        return "no memory, or no server key";
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                   "meeting store: open");

    machine = mt_batch_machine(w->batch);
    machine.checkpoint = w->conf->checkpoint;
    machine.committed = ngx_http_meeting_store_committed;
    machine.data = w;

    mt_commit_set_machine(w->commit, &machine);

    w->service.store = store;
    w->service.held_max = ngx_http_meeting_held_max(w);
    w->service.resources = (const char *) w->conf->resources.data;
    w->service.guard = w->stats->guard;

    (void) mt_store_reader_check(store);

    return NULL;
}


/* Half of the reader slots, for two generations of workers. */

static size_t
ngx_http_meeting_held_max(ngx_http_meeting_worker_t *w)
{
    size_t     max;
    ngx_int_t  workers;

    workers = ngx_max(w->conf->core->worker_processes, 1);
    max = NGX_HTTP_MEETING_READERS / 4 / (size_t) workers;

    return ngx_min(max, NGX_HTTP_MEETING_HELD);
}


/* In the combiner's thread. */

static void
ngx_http_meeting_store_committed(void *data)
{
    ngx_http_meeting_worker_t *w = data;

    ngx_http_meeting_announce(w->stats, w->wakers,
                              mt_batch_messages(w->batch));
}


void
ngx_http_meeting_store_close(ngx_http_meeting_worker_t *w)
{
    if (w->service.store == NULL) {
        return;
    }

    if (w->commit) {
        mt_commit_set_machine(w->commit, NULL);
    }

    mt_batch_destroy(w->batch);
    w->batch = NULL;

    mt_service_clear(&w->service);
    mt_store_close(w->service.store);
    w->service.store = NULL;
}

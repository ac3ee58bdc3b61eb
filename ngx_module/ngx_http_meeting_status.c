
/*
 * The status location, as JSON or as Prometheus text, and the log phase, which
 * counts requests.
 */

#include "ngx_http_meeting_status.h"
#include "ngx_http_meeting_print.h"
#include "ngx_http_meeting_status_event.h"
#include "ngx_http_meeting_work.h"

#include "base/mt_version.h"


/* With more subscriptions than these, a page is made in a thread. */
#define NGX_HTTP_MEETING_FEW  64


/* The numbers that the status location shows, taken at one time. */

typedef struct {
    mt_store_stat_t            store;
    mt_commit_stat_t           commit;
    ngx_http_meeting_events_t  events;
    uint64_t                   open;     /* this worker's store */
    uint64_t                   held;
    uint64_t                   heavy;
    uint64_t                   heavies;
    uint64_t                   busy;
    uint64_t                   hashing;
    uint64_t                   hashes;
    uint64_t                   hash_busy;
    mt_guard_stat_t            guard;
    uint64_t                   aborted;
    uint64_t                   running;  /* a worker holds the lease */
    uint64_t                   counts[MT_COUNTS];
} ngx_http_meeting_snapshot_t;


/* In the request's pool, with an arena that goes with it. */

typedef struct {
    ngx_http_meeting_snapshot_t   snapshot;
    mt_store_t                   *store;
    mt_arena_t                   *arena;
    mt_buf_t                      out;
    ngx_uint_t                    prometheus;
    ngx_uint_t                    failed;
} ngx_http_meeting_page_t;


/* A single number: "group": { "key": N }, and name N * unit. */

typedef struct {
    const char  *group;
    const char  *key;
    const char  *name;
    const char  *type;
    const char  *help;
    size_t       offset;
    size_t       size;                   /* 4 or 8 */
    double       unit;                   /* 0: an integer */
} ngx_http_meeting_metric_t;

typedef struct {
    const char  *key;
    const char  *name;
    const char  *help;
    size_t       buckets;                /* offsets; MT_HISTOGRAM counters */
    size_t       sum;
    double       unit;
} ngx_http_meeting_histogram_t;


typedef void (*ngx_http_meeting_count_pt)(mt_buf_t *out, mt_str_t dialect,
    const char *operation, mt_status_t status, uint64_t n);


static ngx_http_meeting_page_t *ngx_http_meeting_create_page(
    ngx_http_request_t *r);
static void ngx_http_meeting_destroy_arena(void *data);
static ngx_int_t ngx_http_meeting_page_args(ngx_http_request_t *r,
    ngx_http_meeting_page_t *page);
static ngx_int_t ngx_http_meeting_page_later(ngx_http_request_t *r,
    ngx_http_meeting_page_t *page);
static void ngx_http_meeting_page_work(ngx_http_meeting_ctx_t *ctx);
static void ngx_http_meeting_page_made(ngx_http_request_t *r);
static void ngx_http_meeting_make_page(ngx_http_meeting_page_t *page);

static void ngx_http_meeting_take(ngx_http_meeting_worker_t *w,
    ngx_http_meeting_snapshot_t *snapshot);
static uint64_t ngx_http_meeting_value(
    const ngx_http_meeting_snapshot_t *snapshot, size_t offset, size_t size);

static void ngx_http_meeting_json(mt_buf_t *out,
    const ngx_http_meeting_snapshot_t *snapshot);
static void ngx_http_meeting_prometheus(mt_buf_t *out,
    const ngx_http_meeting_snapshot_t *snapshot);
static void ngx_http_meeting_prometheus_histogram(mt_buf_t *out,
    const ngx_http_meeting_histogram_t *h,
    const ngx_http_meeting_snapshot_t *snapshot);

static void ngx_http_meeting_each_count(mt_buf_t *out,
    ngx_http_meeting_count_pt put);
static void ngx_http_meeting_json_count(mt_buf_t *out, mt_str_t dialect,
    const char *operation, mt_status_t status, uint64_t n);
static void ngx_http_meeting_prometheus_count(mt_buf_t *out, mt_str_t dialect,
    const char *operation, mt_status_t status, uint64_t n);

static ngx_int_t ngx_http_meeting_send(ngx_http_request_t *r,
    ngx_http_meeting_page_t *page);


#define ngx_http_meeting_metric_in(unit, group, key, field, name, type, help) \
    { group, key, "meeting_" name, type, help,                                \
      offsetof(ngx_http_meeting_snapshot_t, field),                           \
      sizeof(((ngx_http_meeting_snapshot_t *) NULL)->field), unit }

#define ngx_http_meeting_metric(group, key, field, name, type, help)          \
    ngx_http_meeting_metric_in(0, group, key, field, name, type, help)

static const ngx_http_meeting_metric_t  ngx_http_meeting_metrics[] = {

    ngx_http_meeting_metric("store", "open", open, "store_open", "gauge",
        "1 while the answering worker has the store open"),
    ngx_http_meeting_metric("store", "map_bytes", store.map_size,
        "store_map_bytes", "gauge", "Size that the store may grow to"),
    ngx_http_meeting_metric("store", "used_bytes", store.used_bytes,
        "store_used_bytes", "gauge", "Part of it in use"),
    ngx_http_meeting_metric("store", "file_bytes", store.file_bytes,
        "store_file_bytes", "gauge", "Size of the data file"),
    ngx_http_meeting_metric("store", "readers", store.readers,
        "store_readers", "gauge", "LMDB reader slots taken"),
    ngx_http_meeting_metric("store", "max_readers", store.max_readers,
        "store_max_readers", "gauge", "LMDB reader slots"),
    ngx_http_meeting_metric("store", "position", store.position,
        "journal_entries_total", "counter",
        "Position of the last entry in the journal"),

    ngx_http_meeting_metric("commit", "batches", commit.batches,
        "commit_batches_total", "counter", "Batches acknowledged"),
    ngx_http_meeting_metric("commit", "commands", commit.commands,
        "commit_commands_total", "counter", "Commands in them"),
    ngx_http_meeting_metric("commit", "failed_batches", commit.failed_batches,
        "commit_failed_batches_total", "counter",
        "Batches that failed: their requests got 503"),
    ngx_http_meeting_metric("commit", "given_up", commit.given_up,
        "commit_given_up_total", "counter",
        "Commands not applied because three combiners died of them"),
    ngx_http_meeting_metric("commit", "takeovers", commit.takeovers,
        "commit_takeovers_total", "counter", "Combiners that died"),
    ngx_http_meeting_metric("commit", "queued_bytes", commit.queued_bytes,
        "commit_queued_bytes", "gauge",
        "Bytes of commands that wait in the rings"),
    ngx_http_meeting_metric("commit", "ring_bytes", commit.ring_size,
        "commit_ring_bytes", "gauge", "Size of one ring"),
    ngx_http_meeting_metric("commit", "logged", commit.logged_batches,
        "commit_logged_total", "counter",
        "Batches acknowledged from the write-ahead log"),
    ngx_http_meeting_metric("commit", "checkpoints", commit.checkpoints,
        "commit_checkpoints_total", "counter", "Checkpoints"),
    ngx_http_meeting_metric_in(1e-6, "commit", "checkpoint_us",
        commit.checkpoint_us_sum,
        "commit_checkpoint_seconds_total", "counter",
        "Time that all checkpoints took"),
    ngx_http_meeting_metric("commit", "rings", commit.rings_claimed,
        "commit_rings", "gauge", "Rings that workers hold"),
    ngx_http_meeting_metric("commit", "held", held,
        "commit_held", "gauge", "Commands that workers hold back"),
    ngx_http_meeting_metric("commit", "heavy", heavy,
        "commit_heavy", "gauge", "Heavy commands that wait"),
    ngx_http_meeting_metric("commit", "heavies", heavies,
        "commit_heavy_total", "counter", "Heavy commands applied"),
    ngx_http_meeting_metric("commit", "busy", busy,
        "commit_busy_total", "counter",
        "Commands answered with busy: no room"),

    ngx_http_meeting_metric("hash", "waiting", hashing,
        "hash_waiting", "gauge", "Requests that wait for a password hash"),
    ngx_http_meeting_metric("hash", "begun", hashes,
        "hashes_total", "counter", "Password hashes begun"),
    ngx_http_meeting_metric("hash", "busy", hash_busy,
        "hash_busy_total", "counter",
        "Requests answered with busy: no room to wait for a hash"),

    ngx_http_meeting_metric("logins", "failed", guard.failed,
        "logins_failed_total", "counter", "Log-ins that failed"),
    ngx_http_meeting_metric("logins", "limited", guard.waits,
        "logins_limited_total", "counter",
        "Log-ins that were told to wait after failed ones"),
    ngx_http_meeting_metric("logins", "pairs", guard.reached[0],
        "login_pairs_limited_total", "counter",
        "Persons who failed too often at one address"),
    ngx_http_meeting_metric("logins", "persons", guard.reached[1],
        "login_persons_limited_total", "counter",
        "Persons who failed too often at new addresses"),
    ngx_http_meeting_metric("logins", "addresses", guard.reached[2],
        "login_addresses_limited_total", "counter",
        "Addresses at which log-ins failed too often"),

    ngx_http_meeting_metric("codes", "wrong", guard.wrong_codes,
        "codes_wrong_total", "counter", "QR codes with a wrong signature"),
    ngx_http_meeting_metric("codes", "limited", guard.code_waits,
        "codes_limited_total", "counter",
        "QR codes that came too soon after wrong ones"),

    ngx_http_meeting_metric("clients", "aborted", aborted,
        "aborted_total", "counter", "Clients that left before their answer"),

    ngx_http_meeting_metric("events", "subscriptions", events.subscriptions,
        "event_subscriptions", "gauge", "Companies with a receiver"),
    ngx_http_meeting_metric("events", "raised", events.raised,
        "events_raised_total", "counter", "Messages for receivers"),
    ngx_http_meeting_metric("events", "delivered", events.delivered,
        "events_delivered_total", "counter", "Messages delivered"),
    ngx_http_meeting_metric("events", "pending", events.pending,
        "events_pending", "gauge", "Messages that wait"),
    ngx_http_meeting_metric("events", "lag_seconds", events.lag_seconds,
        "events_lag_seconds", "gauge", "Age of the oldest message that waits"),
    ngx_http_meeting_metric("events", "failures", events.failures,
        "events_failures_total", "counter", "Attempts that failed"),
    ngx_http_meeting_metric("events", "failing", events.failing,
        "events_failing", "gauge", "Receivers whose last attempt failed"),
    ngx_http_meeting_metric("events", "set_aside", events.set_aside,
        "events_set_aside", "gauge", "Messages set aside"),
    ngx_http_meeting_metric("events", "paused", events.paused,
        "events_paused", "gauge", "Receivers that an operator paused"),

    ngx_http_meeting_metric("background", "running", running,
        "background_running", "gauge",
        "1 while a worker runs background jobs"),
    ngx_http_meeting_metric("background", "reminders",
        counts[MT_COUNT_REMINDERS],
        "reminders_total", "counter", "Reminders given"),
    ngx_http_meeting_metric("background", "journal_dropped",
        counts[MT_COUNT_JOURNAL],
        "journal_dropped_total", "counter",
        "Entries deleted from the journal"),
    ngx_http_meeting_metric("background", "sessions_ended",
        counts[MT_COUNT_SESSIONS],
        "sessions_ended_total", "counter", "Expired sessions deleted"),
    ngx_http_meeting_metric("background", "rooms_released",
        counts[MT_COUNT_RELEASED],
        "rooms_released_total", "counter",
        "Rooms of meetings to which nobody came"),
    ngx_http_meeting_metric("background", "meetings_purged",
        counts[MT_COUNT_PURGED],
        "meetings_purged_total", "counter",
        "Meetings deleted that ended long ago"),
    ngx_http_meeting_metric("background", "files_removed",
        counts[MT_COUNT_FILES],
        "files_removed_total", "counter", "Pictures deleted that no user had")
};


static const ngx_http_meeting_histogram_t  ngx_http_meeting_histograms[] = {

    { "batch_size", "meeting_commit_batch_commands", "Commands of a batch",
      offsetof(ngx_http_meeting_snapshot_t, commit.batch_size),
      offsetof(ngx_http_meeting_snapshot_t, commit.commands), 1 },

    { "commit_us", "meeting_commit_seconds", "Time of a batch",
      offsetof(ngx_http_meeting_snapshot_t, commit.commit_us),
      offsetof(ngx_http_meeting_snapshot_t, commit.commit_us_sum), 1e-6 }
};


ngx_int_t
ngx_http_meeting_count(ngx_http_request_t *r)
{
    ngx_uint_t                    op;
    mt_status_t                   status;
    ngx_atomic_t                 *counter;
    const mt_route_t             *route;
    ngx_http_meeting_ctx_t       *ctx;
    ngx_http_meeting_stats_t     *stats;
    ngx_http_meeting_loc_conf_t  *mlcf;

    ctx = ngx_http_meeting_get_ctx(r);

    mlcf = ctx ? ctx->conf
               : ngx_http_get_module_loc_conf(r, ngx_http_meeting_module);

    stats = ngx_http_meeting_worker.stats;

    if (mlcf->dialect == NULL || stats == NULL) {
        return NGX_OK;
    }

    if (!r->header_sent || r->headers_out.status < NGX_HTTP_OK) {
        (void) ngx_atomic_fetch_add(&stats->aborted, 1);
        return NGX_OK;
    }

    route = ctx && ctx->exchange ? ctx->exchange->route : NULL;

    op = route ? route->operation->code : 0;
    status = ngx_http_meeting_outcome(r, ctx);

    counter = ngx_http_meeting_requests(stats, mlcf->dialect_index, op,
                                        status);
    if (counter) {
        (void) ngx_atomic_fetch_add(counter, 1);
    }

    return NGX_OK;
}


/* A page takes some microseconds, unless many companies have subscribed. */

ngx_int_t
ngx_http_meeting_status_handler(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_http_meeting_page_t    *page;
    ngx_http_meeting_worker_t  *w;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    w = &ngx_http_meeting_worker;

    if (w->commit == NULL) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    page = ngx_http_meeting_create_page(r);

    if (page == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_meeting_page_args(r, page);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_http_meeting_take(w, &page->snapshot);

    if (page->snapshot.open) {
        page->store = w->service.store;

        if (page->snapshot.store.entries[MT_DB_SUBSCRIPTION]
            > NGX_HTTP_MEETING_FEW && r == r->main)
        {
            return ngx_http_meeting_page_later(r, page);
        }
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "meeting status: made at once");

    ngx_http_meeting_make_page(page);

    return ngx_http_meeting_send(r, page);
}


static ngx_http_meeting_page_t *
ngx_http_meeting_create_page(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t       *cln;
    ngx_http_meeting_page_t  *page;

    page = ngx_pcalloc(r->pool, sizeof(ngx_http_meeting_page_t));
    cln = ngx_pool_cleanup_add(r->pool, 0);

    if (page == NULL || cln == NULL) {
        return NULL;
    }

    page->arena = mt_arena_create(0);
    if (page->arena == NULL) {
        return NULL;
    }

    cln->handler = ngx_http_meeting_destroy_arena;
    cln->data = page->arena;

    return page;
}


static void
ngx_http_meeting_destroy_arena(void *data)
{
    mt_arena_destroy(data);
}


/* ?format=json|prometheus, ?company=N */

static ngx_int_t
ngx_http_meeting_page_args(ngx_http_request_t *r,
    ngx_http_meeting_page_t *page)
{
    ngx_int_t                     company;
    ngx_str_t                     value;
    ngx_http_meeting_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_meeting_module);

    page->prometheus = mlcf->prometheus;

    if (ngx_http_arg(r, (u_char *) "format", 6, &value) == NGX_OK) {
        page->prometheus = value.len == 10
                           && ngx_strncmp(value.data, "prometheus", 10) == 0;
    }

    if (ngx_http_arg(r, (u_char *) "company", 7, &value) == NGX_OK) {
        company = ngx_atoi(value.data, value.len);

        if (company < 1 || company > UINT32_MAX) {
            return NGX_HTTP_BAD_REQUEST;
        }

        page->snapshot.events.only = (uint32_t) company;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_meeting_page_later(ngx_http_request_t *r,
    ngx_http_meeting_page_t *page)
{
    ngx_http_meeting_ctx_t       *ctx;
    ngx_http_meeting_loc_conf_t  *mlcf;

    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_meeting_module);

    ctx = ngx_http_meeting_create_ctx(r, mlcf);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "meeting status: many subscriptions, made in a thread");

    ctx->page = page;

    if (ngx_http_meeting_work(ctx, ngx_http_meeting_page_work,
                              ngx_http_meeting_page_made)
        != NGX_OK)
    {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    r->main->count++;

    return NGX_DONE;
}


/* In a thread. */

static void
ngx_http_meeting_page_work(ngx_http_meeting_ctx_t *ctx)
{
    ngx_http_meeting_make_page(ctx->page);
}


static void
ngx_http_meeting_page_made(ngx_http_request_t *r)
{
    ngx_http_meeting_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_meeting_module);

    ngx_http_finalize_request(r, ngx_http_meeting_send(r, ctx->page));
}


static void
ngx_http_meeting_make_page(ngx_http_meeting_page_t *page)
{
    if (page->store
        && ngx_http_meeting_events_take(&page->snapshot.events, page->store,
                                        page->arena)
           != NGX_OK)
    {
        page->failed = 1;
        return;
    }

    mt_buf_init(&page->out, page->arena, 0);

    if (page->prometheus) {
        ngx_http_meeting_prometheus(&page->out, &page->snapshot);

    } else {
        ngx_http_meeting_json(&page->out, &page->snapshot);
    }

    page->failed = page->out.failed;
}


static void
ngx_http_meeting_take(ngx_http_meeting_worker_t *w,
    ngx_http_meeting_snapshot_t *snapshot)
{
    ngx_uint_t  i;

    snapshot->events.now = ngx_http_meeting_now();

    if (w->service.store
        && mt_store_stat(w->service.store, &snapshot->store) == MT_OK)
    {
        snapshot->open = 1;
    }

    mt_commit_stat(w->commit, &snapshot->commit);

    for (i = 0; i < MT_COMMIT_RINGS; i++) {
        snapshot->held += w->stats->held[i];
        snapshot->heavy += w->stats->heavy[i];
        snapshot->hashing += w->stats->hashing[i];
    }

    for (i = 0; i < MT_COUNTS; i++) {
        snapshot->counts[i] = w->stats->counts[i];
    }

    snapshot->running = w->stats->background != 0;
    snapshot->heavies = w->stats->heavies;
    snapshot->busy = w->stats->busy;
    snapshot->hashes = w->stats->hashes;
    snapshot->hash_busy = w->stats->hash_busy;

    mt_guard_stat(w->stats->guard, &snapshot->guard);
    snapshot->aborted = w->stats->aborted;
}


static uint64_t
ngx_http_meeting_value(const ngx_http_meeting_snapshot_t *snapshot,
    size_t offset, size_t size)
{
    const char  *p = (const char *) snapshot + offset;

    return size == sizeof(uint64_t) ? *(const uint64_t *) p
                                    : *(const unsigned *) p;
}


static void
ngx_http_meeting_json(mt_buf_t *out,
    const ngx_http_meeting_snapshot_t *snapshot)
{
    size_t                               i, n;
    const uint64_t                      *buckets;
    const char                          *group;
    const ngx_http_meeting_metric_t     *m;
    const ngx_http_meeting_histogram_t  *h;

    group = NULL;

    ngx_http_meeting_print(out, "{\n\"version\": \"%s\",\n", MT_VERSION);

    for (i = 0; i < mt_nitems(ngx_http_meeting_metrics); i++) {
        m = &ngx_http_meeting_metrics[i];

        if (group == NULL || ngx_strcmp(group, m->group) != 0) {
            ngx_http_meeting_print(out, "%s\"%s\": {", group ? "},\n" : "",
                                   m->group);
            group = m->group;

        } else {
            mt_buf_str(out, MT_STR(", "));
        }

        ngx_http_meeting_print(out, "\"%s\": %llu", m->key,
            (unsigned long long) ngx_http_meeting_value(snapshot, m->offset,
                                                        m->size));
    }

    mt_buf_str(out, MT_STR("}"));

    for (i = 0; i < mt_nitems(ngx_http_meeting_histograms); i++) {
        h = &ngx_http_meeting_histograms[i];
        buckets = (const uint64_t *) ((const char *) snapshot + h->buckets);

        ngx_http_meeting_print(out, ",\n\"%s\": [", h->key);

        for (n = 0; n < MT_HISTOGRAM; n++) {
            ngx_http_meeting_print(out, "%s%llu", n ? ", " : "",
                                   (unsigned long long) buckets[n]);
        }

        mt_buf_str(out, MT_STR("]"));
    }

    ngx_http_meeting_events_json(out, &snapshot->events);

    mt_buf_str(out, MT_STR(",\n\"requests\": ["));
    ngx_http_meeting_each_count(out, ngx_http_meeting_json_count);
    mt_buf_str(out, MT_STR("]\n}\n"));
}


static void
ngx_http_meeting_prometheus(mt_buf_t *out,
    const ngx_http_meeting_snapshot_t *snapshot)
{
    size_t                            i;
    uint64_t                          value;
    const ngx_http_meeting_metric_t  *m;

    ngx_http_meeting_print(out,
        "# HELP meeting_build_info The version, as a label\n"
        "# TYPE meeting_build_info gauge\n"
        "meeting_build_info{version=\"%s\"} 1\n", MT_VERSION);

    for (i = 0; i < mt_nitems(ngx_http_meeting_metrics); i++) {
        m = &ngx_http_meeting_metrics[i];

        value = ngx_http_meeting_value(snapshot, m->offset, m->size);

        ngx_http_meeting_print(out, "# HELP %s %s\n# TYPE %s %s\n",
                               m->name, m->help, m->name, m->type);

        if (m->unit == 0) {
            ngx_http_meeting_print(out, "%s %llu\n", m->name,
                                   (unsigned long long) value);

        } else {
            ngx_http_meeting_print(out, "%s %.10g\n", m->name,
                                   (double) value * m->unit);
        }
    }

    for (i = 0; i < mt_nitems(ngx_http_meeting_histograms); i++) {
        ngx_http_meeting_prometheus_histogram(out,
                                              &ngx_http_meeting_histograms[i],
                                              snapshot);
    }

    ngx_http_meeting_events_prometheus(out, &snapshot->events);

    mt_buf_str(out, MT_STR("# HELP meeting_requests_total Requests by "
                           "dialect, operation and result\n"
                           "# TYPE meeting_requests_total counter\n"));

    ngx_http_meeting_each_count(out, ngx_http_meeting_prometheus_count);
}


/* Integers in bucket i are below 2^i; the last bucket has no bound. */

static void
ngx_http_meeting_prometheus_histogram(mt_buf_t *out,
    const ngx_http_meeting_histogram_t *h,
    const ngx_http_meeting_snapshot_t *snapshot)
{
    size_t           i;
    uint64_t         count;
    const uint64_t  *buckets;

    buckets = (const uint64_t *) ((const char *) snapshot + h->buckets);
    count = 0;

    ngx_http_meeting_print(out, "# HELP %s %s\n# TYPE %s histogram\n",
                           h->name, h->help, h->name);

    for (i = 0; i < MT_HISTOGRAM - 1; i++) {
        count += buckets[i];

        ngx_http_meeting_print(out, "%s_bucket{le=\"%.10g\"} %llu\n", h->name,
                               (double) ((1ULL << i) - 1) * h->unit,
                               (unsigned long long) count);
    }

    count += buckets[i];

    ngx_http_meeting_print(out,
        "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.10g\n%s_count %llu\n",
        h->name, (unsigned long long) count, h->name,
        (double) ngx_http_meeting_value(snapshot, h->sum, sizeof(uint64_t))
        * h->unit,
        h->name, (unsigned long long) count);
}


/* Calls put() for each counter that is not zero. */

static void
ngx_http_meeting_each_count(mt_buf_t *out, ngx_http_meeting_count_pt put)
{
    size_t                     i, op, status;
    uint64_t                   n;
    ngx_atomic_t              *counter;
    const mt_dialect_t        *dialect;
    const mt_operation_t      *operation;
    ngx_http_meeting_stats_t  *stats;

    stats = ngx_http_meeting_worker.stats;

    for (i = 0; (dialect = mt_dialect_at(i)) != NULL; i++) {

        for (op = 0; op < stats->operations; op++) {
            operation = mt_operation(op);

            for (status = 0; status < stats->statuses; status++) {
                counter = ngx_http_meeting_requests(stats, i, op, status);
                n = counter ? *counter : 0;

                if (n) {
                    put(out, dialect->name,
                        operation ? operation->name : "none", status, n);
                }
            }
        }
    }
}


static void
ngx_http_meeting_json_count(mt_buf_t *out, mt_str_t dialect,
    const char *operation, mt_status_t status, uint64_t n)
{
    ngx_http_meeting_print(out,
        "%s\n  {\"dialect\": \"%.*s\", \"operation\": \"%s\", "
        "\"result\": \"%s\", \"count\": %llu}",
        out->data[out->len - 1] == '[' ? "" : ",",
        (int) dialect.len, dialect.data, operation, mt_status_name(status),
        (unsigned long long) n);
}


static void
ngx_http_meeting_prometheus_count(mt_buf_t *out, mt_str_t dialect,
    const char *operation, mt_status_t status, uint64_t n)
{
    ngx_http_meeting_print(out,
        "meeting_requests_total{dialect=\"%.*s\",operation=\"%s\","
        "result=\"%s\"} %llu\n",
        (int) dialect.len, dialect.data, operation, mt_status_name(status),
        (unsigned long long) n);
}


static ngx_int_t
ngx_http_meeting_send(ngx_http_request_t *r, ngx_http_meeting_page_t *page)
{
    ngx_int_t    rc;
    ngx_buf_t   *b;
    ngx_chain_t  cl;

    if (page->failed) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->start = (u_char *) page->out.data;
    b->pos = b->start;
    b->last = b->start + page->out.len;
    b->end = b->last;
    b->temporary = 1;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = page->out.len;

    if (page->prometheus) {
        ngx_str_set(&r->headers_out.content_type,
                    "text/plain; version=0.0.4; charset=utf-8");

    } else {
        ngx_str_set(&r->headers_out.content_type, "application/json");
    }

    r->headers_out.content_type_len = r->headers_out.content_type.len;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    cl.buf = b;
    cl.next = NULL;

    return ngx_http_output_filter(r, &cl);
}

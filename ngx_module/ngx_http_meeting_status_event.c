
/*
 * Events in the status location: read from the store in any thread.
 */

#include "ngx_http_meeting_status_event.h"
#include "ngx_http_meeting_print.h"

#include "domain/notify/mt_event.h"


/* Companies that are listed one by one; the sums are of all. */
#define NGX_HTTP_MEETING_LISTED  10000


typedef struct {
    const char  *key;
    const char  *name;
    const char  *type;
    const char  *help;
    size_t       offset;
} ngx_http_meeting_event_metric_t;


static ngx_int_t ngx_http_meeting_events_add(ngx_http_meeting_events_t *events,
    uint32_t company, const mt_subscription_t *sub,
    const mt_subscription_stat_t *stat);
static int64_t ngx_http_meeting_event_value(
    const ngx_http_meeting_lag_t *lag, ngx_uint_t metric);


#define ngx_http_meeting_event_metric(key, name, type, help)                  \
    { #key, "meeting_company_events_" name, type, help,                       \
      offsetof(ngx_http_meeting_lag_t, key) }

static const ngx_http_meeting_event_metric_t
    ngx_http_meeting_event_metrics[] =
{
    ngx_http_meeting_event_metric(raised, "raised_total", "counter",
        "Number of the last message to the company's receiver"),
    ngx_http_meeting_event_metric(delivered, "delivered", "gauge",
        "Highest number delivered"),
    ngx_http_meeting_event_metric(lag_events, "lag", "gauge",
        "Messages that wait"),
    ngx_http_meeting_event_metric(lag_seconds, "lag_seconds", "gauge",
        "Age of the first of them"),
    ngx_http_meeting_event_metric(failures, "failures_total", "counter",
        "Attempts that failed"),
    ngx_http_meeting_event_metric(failing, "failing", "gauge",
        "1 while the last attempt failed"),
    ngx_http_meeting_event_metric(set_aside, "set_aside", "gauge",
        "Messages set aside"),
    ngx_http_meeting_event_metric(paused, "paused", "gauge",
        "1 while an operator has paused it")
};


ngx_int_t
ngx_http_meeting_events_take(ngx_http_meeting_events_t *events,
    mt_store_t *store, mt_arena_t *arena)
{
    int                      found;
    uint32_t                 company;
    mt_txn_t                *txn;
    mt_arena_t              *scratch;
    mt_subscription_t        sub;
    mt_subscription_stat_t   stat;

    scratch = mt_arena_create(0);
    if (scratch == NULL) {
        return NGX_ERROR;
    }

    if (mt_read_open(store, &txn) != MT_OK) {
        mt_arena_destroy(scratch);
        return NGX_ERROR;
    }

    mt_buf_init(&events->rows, arena, 0);

    company = events->only;

    while ((found = mt_subscription_from(txn, &company, &sub, scratch)) == 1
           && (events->only == 0 || events->only == company))
    {
        if (mt_subscription_stat(txn, company, &sub, &stat, scratch) != 0
            || ngx_http_meeting_events_add(events, company, &sub, &stat)
               != NGX_OK)
        {
            found = -1;
            break;
        }

        mt_arena_reset(scratch);

        if (++company == 0) {
            break;
        }
    }

    mt_read_close(txn);
    mt_arena_destroy(scratch);

    return found == -1 ? NGX_ERROR : NGX_OK;
}


/* A company without a checked URL has nothing to show. */

static ngx_int_t
ngx_http_meeting_events_add(ngx_http_meeting_events_t *events,
    uint32_t company, const mt_subscription_t *sub,
    const mt_subscription_stat_t *stat)
{
    ngx_http_meeting_lag_t  lag;

    if (sub->url.len == 0) {
        return NGX_OK;
    }

    lag.company = company;
    lag.raised = stat->raised;
    lag.delivered = sub->last;
    lag.lag_events = stat->pending;
    lag.lag_seconds = stat->oldest && events->now > stat->oldest
                      ? (events->now - stat->oldest) / 1000 : 0;
    lag.failures = sub->failures;
    lag.failing = sub->since != 0;
    lag.set_aside = sub->aside;
    lag.paused = sub->paused != 0;

    events->subscriptions++;
    events->raised += stat->raised;
    events->delivered += sub->sent;
    events->pending += stat->pending;
    events->failures += sub->failures;
    events->failing += lag.failing;
    events->set_aside += sub->aside;
    events->paused += lag.paused;
    events->lag_seconds = ngx_max(events->lag_seconds,
                                  (uint64_t) lag.lag_seconds);

    if (events->listed < NGX_HTTP_MEETING_LISTED) {
        events->listed++;
        mt_buf_put(&events->rows, &lag, sizeof(lag));
    }

    return events->rows.failed ? NGX_ERROR : NGX_OK;
}


static int64_t
ngx_http_meeting_event_value(const ngx_http_meeting_lag_t *lag,
    ngx_uint_t metric)
{
    size_t  offset;

    offset = ngx_http_meeting_event_metrics[metric].offset;

    return *(const int64_t *) ((const char *) lag + offset);
}


void
ngx_http_meeting_events_json(mt_buf_t *out,
    const ngx_http_meeting_events_t *events)
{
    ngx_uint_t                     i, n;
    const ngx_http_meeting_lag_t  *lag;

    lag = (const ngx_http_meeting_lag_t *) events->rows.data;

    mt_buf_str(out, MT_STR(",\n\"subscriptions\": ["));

    for (i = 0; i < events->listed; i++, lag++) {
        ngx_http_meeting_print(out, "%s\n  {\"company\": %lld", i ? "," : "",
                               (long long) lag->company);

        for (n = 0; n < mt_nitems(ngx_http_meeting_event_metrics); n++) {
            ngx_http_meeting_print(out, ", \"%s\": %lld",
                ngx_http_meeting_event_metrics[n].key,
                (long long) ngx_http_meeting_event_value(lag, n));
        }

        mt_buf_byte(out, '}');
    }

    mt_buf_byte(out, ']');
}


void
ngx_http_meeting_events_prometheus(mt_buf_t *out,
    const ngx_http_meeting_events_t *events)
{
    ngx_uint_t                              i, n;
    const ngx_http_meeting_lag_t           *lag;
    const ngx_http_meeting_event_metric_t  *m;

    for (n = 0; n < mt_nitems(ngx_http_meeting_event_metrics); n++) {
        m = &ngx_http_meeting_event_metrics[n];
        lag = (const ngx_http_meeting_lag_t *) events->rows.data;

        ngx_http_meeting_print(out, "# HELP %s %s\n# TYPE %s %s\n",
                               m->name, m->help, m->name, m->type);

        for (i = 0; i < events->listed; i++, lag++) {
            ngx_http_meeting_print(out, "%s{company=\"%lld\"} %lld\n",
                m->name, (long long) lag->company,
                (long long) ngx_http_meeting_event_value(lag, n));
        }
    }
}


/* Events in the status location: how far the messages of each company are. */

#ifndef NGX_HTTP_MEETING_STATUS_EVENT_H
#define NGX_HTTP_MEETING_STATUS_EVENT_H

#include "ngx_http_meeting.h"

#include "store/mt_store.h"


/* The delivery of a company's messages. */

typedef struct {
    int64_t    company;
    int64_t    raised;            /* number of the last message */
    int64_t    delivered;
    int64_t    lag_events;
    int64_t    lag_seconds;
    int64_t    failures;
    int64_t    failing;
    int64_t    set_aside;
    int64_t    paused;
} ngx_http_meeting_lag_t;

/* The sums over all companies, or one company's. */

typedef struct {
    uint32_t   only;              /* in; 0: all */
    int64_t    now;               /* in, ms */

    uint64_t   subscriptions;
    uint64_t   raised;
    uint64_t   delivered;
    uint64_t   pending;
    uint64_t   failures;
    uint64_t   failing;
    uint64_t   set_aside;
    uint64_t   paused;
    uint64_t   lag_seconds;       /* of the company that is farthest behind */

    uint64_t   listed;
    mt_buf_t   rows;              /* so many ngx_http_meeting_lag_t */
} ngx_http_meeting_events_t;

/* Any thread: takes some microseconds for each company.  Returns NGX_OK or
 * NGX_ERROR. */
ngx_int_t ngx_http_meeting_events_take(ngx_http_meeting_events_t *events,
    mt_store_t *store, mt_arena_t *arena);
void ngx_http_meeting_events_json(mt_buf_t *out,
    const ngx_http_meeting_events_t *events);
void ngx_http_meeting_events_prometheus(mt_buf_t *out,
    const ngx_http_meeting_events_t *events);

#endif /* NGX_HTTP_MEETING_STATUS_EVENT_H */

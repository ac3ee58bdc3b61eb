
/*
 * The delivery job.  A scan of the outbox, which steps from company to
 * company, makes a stream of each company with messages.  The memory that it
 * takes does not grow with the number of messages.
 */

#include "event/mt_job_delivery.h"

#include <stdlib.h>

#include "event/mt_delivery.h"


/* The next scan begins after so many times the duration of the last. */
#define MT_SCAN_SHARE   10

/* ms between scans while exchanges are open: streams go on without scans. */
#define MT_SCAN_TIME    20

/* ms; longest pause, for when the clock was set back. */
#define MT_PAUSE_LIMIT  (2 * MT_LONGEST_PAUSE)


static void *mt_delivery_open(mt_background_t *bg);
static void mt_delivery_close(void *job);
static int64_t mt_delivery_run(void *job, mt_txn_t *txn, int64_t now);
static int64_t mt_delivery_finish(mt_delivery_t *d, int64_t now,
    mt_background_state_t state);
static int64_t mt_delivery_next(mt_delivery_t *d, int64_t now, int all);
static unsigned mt_delivery_drive(void *job, int64_t now);
static void mt_delivery_scan(mt_delivery_t *d, mt_txn_t *txn, int64_t now);
static int mt_delivery_walk(mt_delivery_t *d, mt_txn_t *txn, int64_t now,
    mt_cursor_t *cursor);
static void mt_delivery_found(mt_delivery_t *d, mt_txn_t *txn, int64_t now,
    mt_stream_t **link, uint32_t company);
static int64_t mt_stream_due(const mt_stream_t *s,
    const mt_subscription_t *sub, int64_t now);
static mt_stream_t **mt_delivery_sweep(mt_stream_t **link);


const mt_job_t  mt_job_delivery = {
    .name = "delivery",
    .open = mt_delivery_open,
    .close = mt_delivery_close,
    .run = mt_delivery_run,
    .done = mt_delivery_done,
    .drive = mt_delivery_drive
};


static void *
mt_delivery_open(mt_background_t *bg)
{
    unsigned        i, n;
    mt_delivery_t  *d;

    d = calloc(1, sizeof(*d));
    if (d == NULL) {
        return NULL;
    }

    n = mt_background_options(bg)->connections;

    d->bg = bg;
    d->arena = mt_arena_create(0);
    d->slots = calloc(n, sizeof(*d->slots));

    if (d->arena == NULL || d->slots == NULL) {
        mt_delivery_close(d);
        return NULL;
    }

    for (i = 0; i < n; i++) {
        d->slots[i].next = d->free;
        d->free = &d->slots[i];
    }

    return d;
}


static void
mt_delivery_close(void *job)
{
    mt_delivery_t *d = job;

    unsigned      i;
    mt_stream_t  *s;

    if (d->slots) {
        mt_delivery_abort(d);

        for (i = 0; i < mt_background_options(d->bg)->connections; i++) {
            mt_outgoing_destroy(d->slots[i].outgoing);
            mt_arena_destroy(d->slots[i].arena);
        }
    }

    while ((s = d->streams) != NULL) {
        d->streams = s->next;
        free(s);
    }

    mt_arena_destroy(d->arena);
    free(d->slots);
    free(d);
}


static int64_t
mt_delivery_run(void *job, mt_txn_t *txn, int64_t now)
{
    mt_delivery_t *d = job;

    int64_t                next, earliest;
    mt_background_state_t  state;

    state = mt_background_state(d->bg);

    mt_delivery_settle(d, txn, now);

    if (state != MT_BACKGROUND_GO) {
        return mt_delivery_finish(d, now, state);
    }

    earliest = d->scanned + MT_SCAN_SHARE * d->scan_took / 1000
               + (d->busy ? MT_SCAN_TIME : 0);

    if (now >= earliest || d->scanned > now) {
        mt_delivery_scan(d, txn, now);

    } else if (d->scan_at < earliest) {

        /* this turn was asked to scan */

        d->scan_at = earliest;
    }

    mt_delivery_pump(d, txn, now);

    next = mt_delivery_next(d, now, 0);

    return d->scan_at < next ? d->scan_at : next;
}


/* On the way to the end of the process, the numbers of delivered messages are
 * reported once no exchange is open.  The end waits for that, unless the store
 * cannot take it. */

static int64_t
mt_delivery_finish(mt_delivery_t *d, int64_t now, mt_background_state_t state)
{
    if (d->stopped) {
        return MT_BACKGROUND_NEVER;
    }

    if (state == MT_BACKGROUND_STOP) {
        mt_delivery_abort(d);
        d->stopped = 1;
    }

    return mt_delivery_next(d, now, d->busy == 0);
}


/* Reports delivered messages; returns when to do so again. */

static int64_t
mt_delivery_next(mt_delivery_t *d, int64_t now, int all)
{
    int64_t  wait;

    wait = mt_delivery_report(d, all);

    return wait == MT_BACKGROUND_NEVER ? wait : now + wait;
}


static unsigned
mt_delivery_drive(void *job, int64_t now)
{
    mt_delivery_t *d = job;

    int            n;
    void          *data;
    CURLM         *multi;
    CURLMsg       *msg;
    CURLcode       code;
    mt_slot_t     *slot;

    (void) now;

    if (d->stopped) {
        return 0;
    }

    /* a process that ends idle must not lose unreported numbers */

    if (d->busy == 0) {
        return d->ungiven;
    }

    multi = mt_background_multi(d->bg);
    (void) curl_multi_perform(multi, &n);

    while ((msg = curl_multi_info_read(multi, &n)) != NULL) {
        if (msg->msg != CURLMSG_DONE) {
            continue;
        }

        code = msg->data.result;
        (void) curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &data);
        slot = data;

        (void) curl_multi_remove_handle(multi, msg->easy_handle);

        mt_outgoing_answer(slot->outgoing, code, &slot->response);
        mt_event_judge(&slot->response, slot->arena, &slot->to);

        slot->next = d->ended;
        d->ended = slot;
        mt_background_due(d->bg, d);
    }

    return d->busy + d->ungiven;
}


static void
mt_delivery_scan(mt_delivery_t *d, mt_txn_t *txn, int64_t now)
{
    int           rc;
    int64_t       began;
    mt_cursor_t  *cursor;

    began = mt_monotonic_ns();
    d->scan_at = now + MT_MS_PER_SECOND;

    cursor = mt_cursor_open(txn, MT_DB_OUTBOX, NULL);
    rc = cursor ? mt_delivery_walk(d, txn, now, cursor) : -1;

    if (cursor) {
        mt_cursor_close(cursor);
    }

    if (rc != 0) {
        mt_background_log(d->bg, 2, "the outbox cannot be read");
    }

    d->scanned = now;
    d->scan_took = (mt_monotonic_ns() - began) / 1000;
}


/* The outbox and the streams are in the order of companies.  Returns 0 or
 * -1. */

static int
mt_delivery_walk(mt_delivery_t *d, mt_txn_t *txn, int64_t now,
    mt_cursor_t *cursor)
{
    int            found;
    uint32_t       company;
    mt_key_t       at;
    mt_str_t       key, value;
    mt_stream_t  **link;

    link = &d->streams;

    for (found = mt_cursor_first(cursor, &key, &value);
         found == 1;
         found = mt_cursor_seek(cursor, &at, &key, &value))
    {
        if (!mt_key_read_num(key, &company, NULL)) {
            return -1;
        }

        while (*link && (*link)->company < company) {
            link = mt_delivery_sweep(link);
        }

        mt_delivery_found(d, txn, now, link, company);

        if (*link && (*link)->company == company) {
            link = &(*link)->next;
        }

        if (company == UINT32_MAX) {
            found = 0;
            break;
        }

        mt_key_company(&at, company + 1);
    }

    while (*link && found == 0) {
        link = mt_delivery_sweep(link);
    }

    return found;
}


/* Handles a company with messages; its stream stands, or is put, at *link. */

static void
mt_delivery_found(mt_delivery_t *d, mt_txn_t *txn, int64_t now,
    mt_stream_t **link, uint32_t company)
{
    int64_t             due;
    mt_stream_t        *s;
    mt_subscription_t   sub;

    s = *link;

    if (s == NULL || s->company != company) {
        s = calloc(1, sizeof(*s));
        if (s == NULL) {
            return;
        }

        s->company = company;
        s->next = *link;
        *link = s;
    }

    if (s->slot || s->queued || s->reports) {
        return;
    }

    mt_arena_reset(d->arena);

    if (mt_subscription_load(txn, company, &sub, d->arena) != 1
        || sub.url.len == 0 || sub.paused)
    {
        return;
    }

    s->failing = sub.attempts != 0 && s->unreported_n == 0;

    due = mt_stream_due(s, &sub, now);

    if (due > now) {
        if (due < d->scan_at) {
            d->scan_at = due;
        }

        return;
    }

    mt_delivery_ready(d, s);
}


/* Returns when a message may be sent. */

static int64_t
mt_stream_due(const mt_stream_t *s, const mt_subscription_t *sub, int64_t now)
{
    int64_t  due;

    due = sub->next_try > s->not_before ? sub->next_try : s->not_before;

    return due > now + MT_PAUSE_LIMIT ? now : due;
}


/* Removes the stream of a company without messages, unless it is in use.
 * Returns the link to the next one. */

static mt_stream_t **
mt_delivery_sweep(mt_stream_t **link)
{
    mt_stream_t  *s;

    s = *link;

    if (s->slot || s->queued || s->reports || s->unreported_n) {
        return &s->next;
    }

    *link = s->next;
    free(s);

    return link;
}


#include "base/mt_crypto.h"
#include "event/mt_delivery.h"

#include <stdlib.h>


/* Commands that set messages aside after one attempt. */
#define MT_ASIDE_COMMANDS  16


typedef enum {
    MT_REPORT_DELIVERED,
    MT_REPORT_FAILED,
    MT_REPORT_ASIDE
} mt_report_kind_t;

/* The cookie of a command. */

typedef struct {
    mt_stream_t       *stream;
    mt_report_kind_t   kind;
    unsigned           n;
    int64_t            numbers[MT_TELL_NUMBERS];
} mt_report_t;


static int64_t mt_delivery_clock(void);
static void mt_delivery_delivered(mt_delivery_t *d, mt_slot_t *slot);
static unsigned mt_stream_ungiven(const mt_stream_t *s);
static int mt_stream_tell(mt_delivery_t *d, mt_stream_t *s);
static void mt_stream_given(mt_delivery_t *d, mt_stream_t *s,
    const mt_report_t *report, int given);
static void mt_stream_told(mt_stream_t *s, const mt_report_t *report);
static int mt_report_give(mt_delivery_t *d, mt_report_t *report,
    const mt_operation_t *op, const void *body);
static mt_report_t *mt_report_create(mt_stream_t *s, mt_report_kind_t kind);
static int mt_report_failure(mt_delivery_t *d, mt_stream_t *s,
    int64_t attempts, mt_str_t why);
static void mt_delivery_expire(mt_delivery_t *d, mt_txn_t *txn,
    mt_slot_t *slot, int64_t since, mt_str_t why, int64_t now);
static int mt_report_aside(mt_delivery_t *d, mt_report_t *report,
    mt_str_t why);
static int64_t mt_message_expires(const mt_delivery_t *d,
    const mt_outbox_t *message, int64_t since);
static int64_t mt_pause(int64_t attempts);


void
mt_delivery_settle(mt_delivery_t *d, mt_txn_t *txn, int64_t now)
{
    mt_slot_t  *slot;

    while ((slot = d->ended) != NULL) {
        d->ended = slot->next;
        slot->next = NULL;

        if (slot->response.verdict == MT_VERDICT_OK) {
            mt_delivery_delivered(d, slot);

        } else {
            mt_arena_reset(d->arena);
            mt_delivery_failed(d, txn, slot,
                               mt_event_why(d->arena, &slot->response), now);
        }
    }
}


/* ms, that nobody sets back: numbers must not stay untold */

static int64_t
mt_delivery_clock(void)
{
    return mt_monotonic_ns() / MT_NS_PER_MS;
}


static void
mt_delivery_delivered(mt_delivery_t *d, mt_slot_t *slot)
{
    mt_stream_t  *s;

    s = slot->stream;

    if (slot->sub.attempts && s->untold_n == 0) {
        mt_background_log(d->bg, 0, "events of company %u are delivered again",
                          s->company);
    }

    if (mt_stream_ungiven(s) == 0) {
        s->tell_at = mt_delivery_clock() + MT_TELL_TIME;
    }

    s->untold[s->untold_n].number = slot->number;
    s->untold[s->untold_n].given = 0;
    s->untold_n++;
    d->ungiven++;

    s->last = slot->number;
    s->failing = 0;
    s->not_before = 0;

    mt_slot_release(d, slot);
    mt_delivery_ready(d, s);
}


int64_t
mt_delivery_tell(mt_delivery_t *d, int all)
{
    unsigned      n;
    int64_t       now, next;
    mt_stream_t  *s;

    now = mt_delivery_clock();
    next = MT_BACKGROUND_NEVER;

    for (s = d->streams; s; s = s->next) {
        n = mt_stream_ungiven(s);

        if (n == 0) {
            continue;
        }

        if (all || n >= MT_TELL_NUMBERS || now >= s->tell_at) {
            if (mt_stream_tell(d, s) == 0) {
                continue;
            }

            s->tell_at = now + MT_TELL_AGAIN;
        }

        if (s->tell_at - now < next) {
            next = s->tell_at - now;
        }
    }

    return next;
}


static unsigned
mt_stream_ungiven(const mt_stream_t *s)
{
    unsigned  i, n;

    n = 0;

    for (i = 0; i < s->untold_n; i++) {
        n += !s->untold[i].given;
    }

    return n;
}


/* All of it.  0 or -1. */

static int
mt_stream_tell(mt_delivery_t *d, mt_stream_t *s)
{
    unsigned          i;
    mt_ints_t         list;
    mt_report_t      *report;
    mt_event_done_t   args;

    while (mt_stream_ungiven(s)) {
        report = mt_report_create(s, MT_REPORT_DELIVERED);
        if (report == NULL) {
            return -1;
        }

        for (i = 0; i < s->untold_n && report->n < MT_TELL_NUMBERS; i++) {
            if (!s->untold[i].given) {
                report->numbers[report->n++] = s->untold[i].number;
            }
        }

        list.n = report->n;
        list.v = report->numbers;

        memset(&args, 0, sizeof(args));
        mt_set(&args, event_done, numbers, list);

        if (mt_report_give(d, report, &mt_op_event_delivered, &args) != 0) {
            return -1;
        }

        mt_stream_given(d, s, report, 1);
    }

    return 0;
}


/* All numbers of a report are untold. */

static void
mt_stream_given(mt_delivery_t *d, mt_stream_t *s, const mt_report_t *report,
    int given)
{
    unsigned  i, k;

    for (i = 0; i < report->n; i++) {
        for (k = 0; k < s->untold_n; k++) {
            if (s->untold[k].number == report->numbers[i]) {
                s->untold[k].given = given;
            }
        }
    }

    d->ungiven += given ? -report->n : report->n;
}


/* They are off the outbox. */

static void
mt_stream_told(mt_stream_t *s, const mt_report_t *report)
{
    unsigned  i, k, n;

    n = 0;

    for (k = 0; k < s->untold_n; k++) {
        for (i = 0; i < report->n; i++) {
            if (s->untold[k].number == report->numbers[i]) {
                break;
            }
        }

        if (i == report->n) {
            s->untold[n++] = s->untold[k];
        }
    }

    s->untold_n = n;
}


static mt_report_t *
mt_report_create(mt_stream_t *s, mt_report_kind_t kind)
{
    mt_report_t  *report;

    report = malloc(sizeof(*report));

    if (report) {
        report->stream = s;
        report->kind = kind;
        report->n = 0;
    }

    return report;
}


/* 0; or -1, and the report is freed. */

static int
mt_report_give(mt_delivery_t *d, mt_report_t *report,
    const mt_operation_t *op, const void *body)
{
    if (mt_background_give(d->bg, d, op, report->stream->company, body, report)
        != 0)
    {
        free(report);
        return -1;
    }

    if (report->kind != MT_REPORT_DELIVERED) {

        /* nothing is sent until the store knows of it */

        report->stream->reports++;
    }

    return 0;
}


void
mt_delivery_failed(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot,
    mt_str_t why, int64_t now)
{
    int64_t             attempts, since, expires;
    mt_stream_t        *s;
    mt_subscription_t   sub;

    s = slot->stream;

    if (mt_subscription_load(txn, s->company, &sub, slot->arena) != 1
        || sub.updated != slot->sub.updated)
    {
        /* that was to another address, or with other keys */

        mt_slot_release(d, slot);
        mt_delivery_ready(d, s);
        return;
    }

    /* what was delivered before ends an older failure, and is told before */

    attempts = s->untold_n ? 1 : sub.attempts + 1;
    since = s->untold_n || sub.since == 0 ? now : sub.since;
    expires = mt_message_expires(d, &slot->message, since);

    s->failing = 1;
    s->not_before = now + mt_pause(attempts);

    if (s->not_before > expires && expires > now) {
        s->not_before = expires;
    }

    if (attempts == 1) {
        mt_background_log(d->bg, 1, "event %lld of company %u was not "
                          "delivered, and will be tried again: %.*s",
                          (long long) slot->number, s->company,
                          (int) why.len, why.data);
    }

    if (mt_stream_tell(d, s) == 0
        && mt_report_failure(d, s, attempts, why) == 0
        && expires <= now)
    {
        mt_delivery_expire(d, txn, slot, since, why, now);
    }

    mt_slot_release(d, slot);
}


static int
mt_report_failure(mt_delivery_t *d, mt_stream_t *s, int64_t attempts,
    mt_str_t why)
{
    mt_report_t        *report;
    mt_event_failed_t   args;

    report = mt_report_create(s, MT_REPORT_FAILED);
    if (report == NULL) {
        return -1;
    }

    memset(&args, 0, sizeof(args));
    mt_set(&args, event_failed, failures, 1);
    mt_set(&args, event_failed, attempts, attempts);
    mt_set(&args, event_failed, next_try, s->not_before);
    mt_set(&args, event_failed, error, why);

    return mt_report_give(d, report, &mt_op_event_failed, &args);
}


/* Those behind it waited as long as it did: what has waited long enough goes
 * with it. */

static void
mt_delivery_expire(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot,
    int64_t since, mt_str_t why, int64_t now)
{
    int           found;
    int64_t       number, n;
    unsigned      i;
    mt_outbox_t   message;
    mt_report_t  *report;

    n = 0;
    found = 1;
    number = slot->number;
    message = slot->message;

    for (i = 0; i < MT_ASIDE_COMMANDS && found == 1; i++) {
        report = mt_report_create(slot->stream, MT_REPORT_ASIDE);
        if (report == NULL) {
            break;
        }

        while (found == 1 && report->n < MT_TELL_NUMBERS) {
            report->numbers[report->n++] = number;

            found = mt_outbox_next(txn, MT_DB_OUTBOX, slot->stream->company,
                                   number, &number, &message, slot->arena);

            if (found == 1 && mt_message_expires(d, &message, since) > now) {
                found = 0;
            }
        }

        n += report->n;

        if (mt_report_aside(d, report, why) != 0) {
            break;
        }
    }

    mt_background_log(d->bg, 2, "%lld events of company %u are set aside, "
                      "from number %lld on: %.*s", (long long) n,
                      slot->stream->company, (long long) slot->number,
                      (int) why.len, why.data);
}


void
mt_delivery_lost(mt_delivery_t *d, mt_slot_t *slot, mt_str_t why)
{
    mt_stream_t  *s;
    mt_report_t  *report;

    s = slot->stream;
    s->not_before = mt_background_now() + MT_TELL_AGAIN;

    report = mt_report_create(s, MT_REPORT_ASIDE);

    if (report) {
        report->numbers[report->n++] = slot->number;
        (void) mt_report_aside(d, report, why);
    }

    mt_background_log(d->bg, 2, "event %lld of company %u is set aside: %.*s",
                      (long long) slot->number, s->company,
                      (int) why.len, why.data);

    mt_slot_release(d, slot);
}


static int
mt_report_aside(mt_delivery_t *d, mt_report_t *report, mt_str_t why)
{
    mt_ints_t        list;
    mt_event_done_t  args;

    list.n = report->n;
    list.v = report->numbers;

    memset(&args, 0, sizeof(args));
    mt_set(&args, event_done, numbers, list);
    mt_set(&args, event_done, error, why);

    return mt_report_give(d, report, &mt_op_event_set_aside, &args);
}


static int64_t
mt_message_expires(const mt_delivery_t *d, const mt_outbox_t *message,
    int64_t since)
{
    return (message->time > since ? message->time : since)
           + mt_background_options(d->bg)->retry_limit;
}


/* Growing, and none like another: receivers that were down together do not
 * get everything at the same moment. */

static int64_t
mt_pause(int64_t attempts)
{
    int64_t   pause;
    uint32_t  random;

    pause = attempts > 5 ? MT_LONGEST_PAUSE
                         : MT_FIRST_PAUSE << (attempts - 1);

    if (mt_random(&random, sizeof(random)) != 0) {
        random = 0;
    }

    return pause / 2 + random % (pause / 2);
}


void
mt_delivery_done(void *job, void *cookie, const mt_result_t *result)
{
    mt_delivery_t *d = job;
    mt_report_t *report = cookie;

    int           committed;
    mt_stream_t  *s;

    s = report->stream;

    /* a subscription that has ended has nothing in the outbox */

    committed = (result->status == MT_OK
                 || result->status == MT_NO_SUBSCRIPTION);

    if (report->kind != MT_REPORT_DELIVERED) {
        s->reports--;

        if (committed) {

            /* the store has it */

            s->not_before = 0;
        }

        d->scan_at = 0;

    } else if (committed) {
        mt_stream_told(s, report);
        mt_delivery_ready(d, s);

    } else {
        mt_stream_given(d, s, report, 0);
        s->tell_at = mt_delivery_clock() + MT_TELL_AGAIN;
    }

    free(report);
}

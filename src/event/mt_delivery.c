
#include "event/mt_delivery.h"

#include <stdlib.h>

#include "base/mt_crypto.h"


/* Most commands that set messages aside after one attempt. */
#define MT_ASIDE_COMMANDS  16


typedef enum {
    MT_REPORT_DELIVERED,
    MT_REPORT_FAILED,
    MT_REPORT_ASIDE
} mt_report_kind_t;

/* The cookie of a command that reports what became of messages. */

typedef struct {
    mt_stream_t       *stream;
    mt_report_kind_t   kind;
    unsigned           n;
    int64_t            numbers[MT_REPORT_NUMBERS];
} mt_report_t;


static void mt_queue_push(mt_queue_t *queue, mt_stream_t *s);
static mt_stream_t *mt_queue_pop(mt_queue_t *queue);
static mt_stream_t *mt_delivery_pop(mt_delivery_t *d);
static mt_slot_t *mt_slot_take(mt_delivery_t *d);
static int mt_slot_begin(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot,
    int64_t now);
static int mt_slot_load(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot);
static int mt_stream_next(mt_txn_t *txn, const mt_stream_t *s,
    int64_t *number, mt_outbox_t *message, mt_arena_t *arena);
static int mt_is_unreported(const mt_stream_t *s, int64_t number);
static void mt_slot_send(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot,
    mt_str_t text, int64_t now);

static int64_t mt_delivery_clock(void);
static void mt_delivery_delivered(mt_delivery_t *d, mt_slot_t *slot);
static void mt_delivery_done_with(mt_delivery_t *d, mt_slot_t *slot);
static unsigned mt_stream_ungiven(const mt_stream_t *s);
static int mt_stream_report(mt_delivery_t *d, mt_stream_t *s);
static void mt_stream_given(mt_delivery_t *d, mt_stream_t *s,
    const mt_report_t *report, int given);
static void mt_stream_reported(mt_stream_t *s, const mt_report_t *report);
static int mt_report_give(mt_delivery_t *d, mt_report_t *report,
    const mt_operation_t *op, const void *body);
static mt_report_t *mt_report_create(mt_stream_t *s, mt_report_kind_t kind);
static int mt_report_failure(mt_delivery_t *d, mt_stream_t *s,
    int64_t attempts, mt_str_t why);
static void mt_delivery_expire(mt_delivery_t *d, mt_txn_t *txn,
    mt_slot_t *slot, int64_t since, mt_str_t why, int64_t now);
static int mt_message_hopeless(const mt_slot_t *slot);
static void mt_delivery_aside(mt_delivery_t *d, mt_slot_t *slot,
    mt_str_t why);
static int mt_report_aside(mt_delivery_t *d, mt_report_t *report,
    mt_str_t why);
static int64_t mt_message_expires(const mt_delivery_t *d,
    const mt_outbox_t *message, int64_t since);
static int64_t mt_pause(int64_t attempts);


static void
mt_queue_push(mt_queue_t *queue, mt_stream_t *s)
{
    s->behind = NULL;
    s->queued = 1;

    if (queue->first) {
        queue->last->behind = s;
    } else {
        queue->first = s;
    }

    queue->last = s;
}


static mt_stream_t *
mt_queue_pop(mt_queue_t *queue)
{
    mt_stream_t  *s;

    s = queue->first;

    if (s) {
        queue->first = s->behind;
        s->queued = 0;
    }

    return s;
}


void
mt_delivery_ready(mt_delivery_t *d, mt_stream_t *s)
{
    if (s->queued || s->slot || s->reports
        || s->unreported_n == MT_UNREPORTED_MAX)
    {
        return;
    }

    mt_queue_push(s->failing ? &d->failing : &d->healthy, s);
}


/* Failing streams have at most half of the slots, so that receivers that hang
 * leave enough to the others. */

static mt_stream_t *
mt_delivery_pop(mt_delivery_t *d)
{
    mt_stream_t  *s;

    s = mt_queue_pop(&d->healthy);

    if (s == NULL
        && 2 * d->failing_busy
           <= mt_background_options(d->bg)->connections - 1)
    {
        s = mt_queue_pop(&d->failing);
    }

    return s;
}


void
mt_delivery_pump(mt_delivery_t *d, mt_txn_t *txn, int64_t now)
{
    mt_slot_t    *slot;
    mt_stream_t  *s;

    while (d->free && (s = mt_delivery_pop(d)) != NULL) {

        slot = mt_slot_take(d);

        if (slot == NULL) {
            s->not_before = now + MT_REPORT_AGAIN;
            return;
        }

        slot->stream = s;
        slot->failing = s->failing;
        s->slot = slot;

        d->failing_busy += slot->failing;

        if (mt_slot_begin(d, txn, slot, now) != 1) {
            mt_slot_release(d, slot);
        }
    }
}


static mt_slot_t *
mt_slot_take(mt_delivery_t *d)
{
    mt_slot_t  *slot;

    slot = d->free;

    if (slot->outgoing == NULL) {
        slot->outgoing = mt_outgoing_create(
                                    &mt_background_options(d->bg)->outgoing);
    }

    if (slot->arena == NULL) {
        slot->arena = mt_arena_create(0);
    }

    if (slot->outgoing == NULL || slot->arena == NULL) {
        return NULL;
    }

    mt_outgoing_set_data(slot->outgoing, slot);

    d->free = slot->next;
    slot->next = NULL;
    d->busy++;

    return slot;
}


void
mt_slot_release(mt_delivery_t *d, mt_slot_t *slot)
{
    slot->stream->slot = NULL;
    slot->stream = NULL;

    d->failing_busy -= slot->failing;
    d->busy--;

    /* freed at once: a message on a large meeting takes 100 MB */

    mt_arena_reset(slot->arena);

    slot->next = d->free;
    d->free = slot;
}


void
mt_delivery_abort(mt_delivery_t *d)
{
    unsigned    i;
    CURLM      *multi;
    mt_slot_t  *slot;

    multi = mt_background_multi(d->bg);

    for (i = 0; i < mt_background_options(d->bg)->connections; i++) {
        slot = &d->slots[i];

        if (slot->stream) {
            (void) curl_multi_remove_handle(multi,
                                        mt_outgoing_handle(slot->outgoing));
            mt_slot_release(d, slot);
        }
    }

    d->ended = NULL;
}


/* Returns 1 if the stream's next message was sent or has failed, 0 if there is
 * none. */

static int
mt_slot_begin(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot, int64_t now)
{
    mt_str_t           text;
    mt_status_t        rc;
    mt_event_source_t  source;

    slot->too_large = 0;

    if (mt_slot_load(d, txn, slot) != 1) {
        return 0;
    }

    if (!mt_subscription_takes(&slot->sub, slot->message.type)) {
        mt_delivery_done_with(d, slot);
        return 1;
    }

    source.txn = txn;
    source.settings = mt_background_options(d->bg)->settings;
    source.company = slot->stream->company;
    source.number = slot->number;
    source.message = &slot->message;
    source.now = now;

    rc = mt_event_payload(&source, slot->arena, &text);

    if (rc == MT_OK) {
        mt_slot_send(d, txn, slot, text, now);

    } else if (rc == MT_NO_MEMORY) {
        mt_delivery_failed(d, txn, slot,
                           mt_cstr(mt_verdict_text(MT_VERDICT_MEMORY)), now);

    } else if (mt_store_broken(mt_background_store(d->bg))) {
        return 0;

    } else {
        mt_delivery_lost(d, slot, MT_STR("its records cannot be read"));
    }

    return 1;
}


/* Loads the subscription and the next message.  Returns 1, 0 if there is
 * nothing to send. */

static int
mt_slot_load(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot)
{
    int           found;
    mt_stream_t  *s;

    s = slot->stream;

    found = mt_subscription_load(txn, s->company, &slot->sub, slot->arena);

    if (found == 1 && (slot->sub.url.len == 0 || slot->sub.paused)) {
        return 0;
    }

    if (found == 1) {
        found = mt_stream_next(txn, s, &slot->number, &slot->message,
                               slot->arena);
    }

    if (found < 0) {
        mt_background_log(d->bg, 2, "the events of company %u cannot be read",
                          s->company);
        s->not_before = mt_realtime_ms() + MT_LONGEST_PAUSE;
        return 0;
    }

    /* not used, and it points into the store, whose transaction ends first */

    slot->message.error = MT_STR("");

    slot->to.url = slot->sub.url;
    slot->to.keys.aes_key = slot->sub.aes_key;
    slot->to.keys.token = slot->sub.token;
    slot->to.keys.owner = slot->sub.owner;

    return found;
}


/*
 * Finds the first message that was not delivered.  Unreported ones are still
 * in the outbox, next to each other unless some of them had been put back:
 * messages that are put back stand before all others.  Returns 1, 0 or -1.
 */

static int
mt_stream_next(mt_txn_t *txn, const mt_stream_t *s, int64_t *number,
    mt_outbox_t *message, mt_arena_t *arena)
{
    int       found;
    unsigned  i;
    int64_t   least;

    found = mt_outbox_next(txn, MT_DB_OUTBOX, s->company, 0, number, message,
                           arena);

    if (s->unreported_n == 0 || found != 1) {
        return found;
    }

    least = s->unreported[0].number;

    for (i = 1; i < s->unreported_n; i++) {
        if (s->unreported[i].number < least) {
            least = s->unreported[i].number;
        }
    }

    if (*number < least) {
        return 1;
    }

    *number = s->last;

    do {
        found = mt_outbox_next(txn, MT_DB_OUTBOX, s->company, *number, number,
                               message, arena);
    } while (found == 1 && mt_is_unreported(s, *number));

    return found;
}


static int
mt_is_unreported(const mt_stream_t *s, int64_t number)
{
    unsigned  i;

    for (i = 0; i < s->unreported_n; i++) {
        if (s->unreported[i].number == number) {
            return 1;
        }
    }

    return 0;
}


static void
mt_slot_send(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot, mt_str_t text,
    int64_t now)
{
    mt_verdict_t  verdict;

    verdict = mt_event_prepare(slot->outgoing, slot->arena, &slot->to, text,
                               now);

    if (verdict == MT_VERDICT_OK
        && curl_multi_add_handle(mt_background_multi(d->bg),
                                 mt_outgoing_handle(slot->outgoing))
           != CURLM_OK)
    {
        verdict = MT_VERDICT_MEMORY;
    }

    if (verdict != MT_VERDICT_OK) {
        mt_delivery_failed(d, txn, slot, mt_cstr(mt_verdict_text(verdict)),
                           now);
    }
}


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
            slot->too_large = mt_event_too_large(&slot->response);
            mt_delivery_failed(d, txn, slot,
                               mt_event_why(d->arena, &slot->response), now);
        }
    }
}


/* ms.  Monotonic: numbers must be reported even if the clock is set back. */

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

    if (slot->sub.attempts && s->unreported_n == 0) {
        mt_background_log(d->bg, 0, "events of company %u are delivered again",
                          s->company);
    }

    s->failing = 0;

    if (slot->response.sent >= s->too_large) {
        s->too_large = 0;
    }

    mt_delivery_done_with(d, slot);
}


/* The slot's message was delivered, or the subscriber does not take its type:
 * its number is to be reported. */

static void
mt_delivery_done_with(mt_delivery_t *d, mt_slot_t *slot)
{
    mt_stream_t  *s;

    s = slot->stream;

    if (mt_stream_ungiven(s) == 0) {
        s->report_at = mt_delivery_clock() + MT_REPORT_DELAY;
    }

    s->unreported[s->unreported_n].number = slot->number;
    s->unreported[s->unreported_n].given = 0;
    s->unreported_n++;
    d->ungiven++;

    s->last = slot->number;
    s->not_before = 0;

    mt_slot_release(d, slot);
    mt_delivery_ready(d, s);
}


int64_t
mt_delivery_report(mt_delivery_t *d, int all)
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

        if (all || n >= MT_REPORT_NUMBERS || now >= s->report_at) {
            if (mt_stream_report(d, s) == 0) {
                continue;
            }

            s->report_at = now + MT_REPORT_AGAIN;
        }

        if (s->report_at - now < next) {
            next = s->report_at - now;
        }
    }

    return next;
}


static unsigned
mt_stream_ungiven(const mt_stream_t *s)
{
    unsigned  i, n;

    n = 0;

    for (i = 0; i < s->unreported_n; i++) {
        n += !s->unreported[i].given;
    }

    return n;
}


/* Gives commands for all unreported numbers.  Returns 0 or -1. */

static int
mt_stream_report(mt_delivery_t *d, mt_stream_t *s)
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

        for (i = 0; i < s->unreported_n; i++) {
            if (!s->unreported[i].given && report->n < MT_REPORT_NUMBERS) {
                report->numbers[report->n++] = s->unreported[i].number;
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


/* Marks a report's numbers as given in a command, or as not given. */

static void
mt_stream_given(mt_delivery_t *d, mt_stream_t *s, const mt_report_t *report,
    int given)
{
    unsigned  i, k;

    for (i = 0; i < report->n; i++) {
        for (k = 0; k < s->unreported_n; k++) {
            if (s->unreported[k].number == report->numbers[i]) {
                s->unreported[k].given = given;
            }
        }
    }

    d->ungiven += given ? -report->n : report->n;
}


/* A report's numbers are off the outbox: forgets them. */

static void
mt_stream_reported(mt_stream_t *s, const mt_report_t *report)
{
    unsigned  i, k, n;

    n = 0;

    for (k = 0; k < s->unreported_n; k++) {
        for (i = 0; i < report->n; i++) {
            if (s->unreported[k].number == report->numbers[i]) {
                break;
            }
        }

        if (i == report->n) {
            s->unreported[n++] = s->unreported[k];
        }
    }

    s->unreported_n = n;
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


/* Returns 0, or -1, having freed the report. */

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

        /* the stream sends nothing until the command is applied */

        report->stream->reports++;
    }

    return 0;
}


void
mt_delivery_failed(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot,
    mt_str_t why, int64_t now)
{
    int                 hopeless;
    int64_t             attempts, since, expires;
    mt_stream_t        *s;
    mt_subscription_t   sub;

    s = slot->stream;

    if (mt_subscription_load(txn, s->company, &sub, slot->arena) != 1
        || sub.updated != slot->sub.updated)
    {
        /* the URL or the keys have changed: the attempt does not count */

        mt_slot_release(d, slot);
        mt_delivery_ready(d, s);
        return;
    }

    /* a delivery before this attempt ended an older failure */

    attempts = s->unreported_n ? 1 : sub.attempts + 1;
    since = s->unreported_n || sub.since == 0 ? now : sub.since;
    expires = mt_message_expires(d, &slot->message, since);

    hopeless = slot->too_large && mt_message_hopeless(slot);

    s->failing = 1;
    s->not_before = hopeless ? now : now + mt_pause(attempts);

    if (s->not_before > expires && expires > now) {
        s->not_before = expires;
    }

    if (attempts == 1) {
        mt_background_log(d->bg, 1, "event %lld of company %u was not "
                          "delivered and will be tried again: %.*s",
                          (long long) slot->number, s->company,
                          (int) why.len, why.data);
    }

    if (mt_stream_report(d, s) == 0
        && mt_report_failure(d, s, attempts, why) == 0)
    {
        if (expires <= now) {
            mt_delivery_expire(d, txn, slot, since, why, now);

        } else if (hopeless) {
            mt_delivery_aside(d, slot, why);
        }
    }

    mt_slot_release(d, slot);
}


/* Counts how often the receiver has answered that the message is too large.
 * Returns 1 once another attempt would only hold up the messages behind it:
 * after some attempts, or at once if a message of this size was set aside for
 * that. */

static int
mt_message_hopeless(const mt_slot_t *slot)
{
    mt_stream_t  *s;

    s = slot->stream;

    if (s->refused != slot->number) {
        s->refused = slot->number;
        s->refusals = 0;
    }

    if (++s->refusals < MT_TOO_LARGE_MAX
        && (s->too_large == 0 || slot->response.sent < s->too_large))
    {
        return 0;
    }

    s->too_large = slot->response.sent;

    return 1;
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


/* Sets the message aside, and with it those behind it that have waited for the
 * limit as well. */

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

        while (found == 1 && report->n < MT_REPORT_NUMBERS) {
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
    slot->stream->not_before = mt_realtime_ms() + MT_REPORT_AGAIN;
    mt_delivery_aside(d, slot, why);
    mt_slot_release(d, slot);
}


/* Sets aside the slot's message alone. */

static void
mt_delivery_aside(mt_delivery_t *d, mt_slot_t *slot, mt_str_t why)
{
    mt_stream_t  *s;
    mt_report_t  *report;

    s = slot->stream;
    report = mt_report_create(s, MT_REPORT_ASIDE);

    if (report) {
        report->numbers[report->n++] = slot->number;
        (void) mt_report_aside(d, report, why);
    }

    mt_background_log(d->bg, 2, "event %lld of company %u is set aside: %.*s",
                      (long long) slot->number, s->company,
                      (int) why.len, why.data);
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


/* The pause grows with the attempts.  It is random, so that companies whose
 * receivers were down together do not all send at the same moment. */

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

    /* the end of a subscription emptied the outbox */

    committed = (result->status == MT_OK
                 || result->status == MT_NO_SUBSCRIPTION);

    if (report->kind != MT_REPORT_DELIVERED) {
        s->reports--;

        if (committed) {

            /* the subscription's next_try counts now */

            s->not_before = 0;
        }

        d->scan_at = 0;

    } else if (committed) {
        mt_stream_reported(s, report);
        mt_delivery_ready(d, s);

    } else {
        mt_stream_given(d, s, report, 0);
        s->report_at = mt_delivery_clock() + MT_REPORT_AGAIN;
    }

    free(report);
}


#include "event/mt_delivery.h"

#include <stdlib.h>


static void mt_queue_push(mt_queue_t *queue, mt_stream_t *s);
static mt_stream_t *mt_queue_pop(mt_queue_t *queue);
static mt_stream_t *mt_delivery_pop(mt_delivery_t *d);
static mt_slot_t *mt_slot_take(mt_delivery_t *d);
static int mt_slot_begin(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot,
    int64_t now);
static int mt_slot_load(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot);
static int mt_stream_next(mt_txn_t *txn, const mt_stream_t *s,
    int64_t *number, mt_outbox_t *message, mt_arena_t *arena);
static int mt_is_untold(const mt_stream_t *s, int64_t number);
static void mt_slot_send(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot,
    mt_str_t text, int64_t now);


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
    if (s->queued || s->slot || s->reports || s->untold_n == MT_UNTOLD_MAX) {
        return;
    }

    mt_queue_push(s->failing ? &d->failing : &d->healthy, s);
}


/* Those whose last attempt failed have half of the slots, so that as many as
 * may hang leave the others enough. */

static mt_stream_t *
mt_delivery_pop(mt_delivery_t *d)
{
    mt_stream_t  *s;

    s = mt_queue_pop(&d->healthy);

    if (s == NULL
        && 2 * d->failing_out <= mt_background_options(d->bg)->connections - 1)
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
            s->not_before = now + MT_TELL_AGAIN;
            return;
        }

        slot->stream = s;
        slot->failing = s->failing;
        s->slot = slot;

        d->failing_out += slot->failing;

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
    d->out++;

    return slot;
}


void
mt_slot_release(mt_delivery_t *d, mt_slot_t *slot)
{
    slot->stream->slot = NULL;
    slot->stream = NULL;

    d->failing_out -= slot->failing;
    d->out--;

    /* the message of a large meeting takes a hundred megabytes */

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


/* 1 when the stream's next message is out, or has failed; 0: there is none. */

static int
mt_slot_begin(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot, int64_t now)
{
    mt_str_t           text;
    mt_status_t        rc;
    mt_event_source_t  source;

    if (mt_slot_load(d, txn, slot) != 1) {
        return 0;
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


/* The subscription and the next message: 1, 0 when there is nothing to do. */

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
        s->not_before = mt_background_now() + MT_LONGEST_PAUSE;
        return 0;
    }

    /* which points into the store: the slot outlives the transaction */

    slot->message.error = MT_STR("");

    slot->to.url = slot->sub.url;
    slot->to.keys.aes_key = slot->sub.aes_key;
    slot->to.keys.token = slot->sub.token;
    slot->to.keys.owner = slot->sub.owner;

    return found;
}


/*
 * The first message that was not delivered: 1, 0, -1.  Those that were are
 * still in the outbox, behind each other but for those that were put back
 * lately, which come before all of them.
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

    if (s->untold_n == 0 || found != 1) {
        return found;
    }

    least = s->untold[0].number;

    for (i = 1; i < s->untold_n; i++) {
        if (s->untold[i].number < least) {
            least = s->untold[i].number;
        }
    }

    if (*number < least) {
        return 1;
    }

    *number = s->last;

    do {
        found = mt_outbox_next(txn, MT_DB_OUTBOX, s->company, *number, number,
                               message, arena);
    } while (found == 1 && mt_is_untold(s, *number));

    return found;
}


static int
mt_is_untold(const mt_stream_t *s, int64_t number)
{
    unsigned  i;

    for (i = 0; i < s->untold_n; i++) {
        if (s->untold[i].number == number) {
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

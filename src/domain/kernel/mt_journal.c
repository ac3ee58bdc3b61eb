
#include "domain/kernel/mt_batch_private.h"


#define MT_EVENTS  8      /* room for events at first; it doubles */


mt_event_t *
mt_raise(mt_apply_t *a, int type, int64_t num, mt_str_t id)
{
    mt_event_t  *event, *events;

    /* there is room for MT_EVENTS, 2 * MT_EVENTS, 4 * MT_EVENTS, ... */

    if (a->events.n == 0
        || (a->events.n >= MT_EVENTS
            && (a->events.n & (a->events.n - 1)) == 0))
    {
        events = mt_arena_alloc(a->arena, sizeof(mt_event_t)
                                * (a->events.n ? 2 * a->events.n : MT_EVENTS));
        if (events == NULL) {
            a->failed = MT_NO_MEMORY;
            return NULL;
        }

        if (a->events.n) {
            memcpy(events, a->events.v, a->events.n * sizeof(mt_event_t));
        }

        a->events.v = events;
    }

    event = (mt_event_t *) a->events.v + a->events.n++;
    event->type = type;
    event->num = num;
    event->id = mt_arena_str(a->arena, id);

    return event;
}


/* Returns 1 if the batch has indexed this block for this company before; most
 * entries in a row are of one company. */

static int
mt_journal_is_indexed(mt_batch_t *batch, const mt_apply_t *a)
{
    int64_t  block;

    block = (int64_t) a->position >> MT_JOURNAL_BLOCK_BITS;

    if (batch->indexed_block == block
        && batch->indexed_company == a->company)
    {
        return 1;
    }

    batch->indexed_block = block;
    batch->indexed_company = a->company;

    return 0;
}


mt_status_t
mt_batch_journal(mt_apply_t *a, mt_str_t encoded)
{
    mt_buf_t      buf;
    mt_key_t      key;
    mt_str_t      value;
    mt_batch_t   *batch;
    mt_status_t   rc;
    mt_journal_t  entry;

    memset(&entry, 0, sizeof(entry));
    entry.time = a->time;
    entry.company = a->company;
    entry.command = encoded;
    entry.events = a->events;

    mt_buf_init(&buf, a->arena, encoded.len + 128);
    mt_record_encode(&buf, &mt_journal_model, &entry, MT_ENCODE_STATE);

    if (buf.failed) {
        return MT_NO_MEMORY;
    }

    value.len = buf.len;
    value.data = buf.data;

    mt_key_serial(&key, a->position);

    batch = a->batch;
    batch->position = a->position;
    batch->time = a->time;

    rc = mt_append(a->txn, MT_DB_JOURNAL, &key, value);

    mt_usage_add(a->txn, a->company, (int64_t) (key.len + value.len), 0, 0);

    if (rc == MT_OK && !mt_journal_is_indexed(batch, a)) {
        rc = mt_journal_index(a->txn, a->company, (int64_t) a->position);
    }

    return rc == MT_OK ? batch->domain->journalled(a, &batch->messages) : rc;
}


/* The usage of the company that had the entry lessens. */

mt_status_t
mt_journal_erase(mt_apply_t *a, int64_t position, mt_journal_t *entry,
    const mt_command_t *command)
{
    mt_buf_t      buf, inner;
    mt_key_t      key;
    mt_str_t      value, old;
    mt_status_t   rc;
    mt_journal_t  was;
    mt_command_t  erased;

    mt_key_serial(&key, position);

    if (mt_get(a->txn, MT_DB_JOURNAL, &key, &old) != 1
        || mt_record_decode_some(old, &mt_journal_model,
                                 MT_BIT(journal, company), &was, a->arena)
           != MT_OK)
    {
        return MT_STORE_FAILED;
    }

    erased = *command;
    erased.company = entry->company;
    erased.erased = 1;

    mt_buf_init(&inner, a->arena, 64);
    mt_record_encode(&inner, &mt_command_model, &erased, MT_ENCODE_STATE);

    entry->command = (mt_str_t) { inner.len, inner.data };

    mt_buf_init(&buf, a->arena, 128);
    mt_record_encode(&buf, &mt_journal_model, entry, MT_ENCODE_STATE);

    if (inner.failed || buf.failed) {
        return MT_NO_MEMORY;
    }

    value = (mt_str_t) { buf.len, buf.data };

    mt_usage_add(a->txn, (uint32_t) was.company,
                 -(int64_t) (key.len + old.len), 0, 0);
    mt_usage_add(a->txn, (uint32_t) entry->company,
                 (int64_t) (key.len + value.len), 0, 0);

    rc = mt_put(a->txn, MT_DB_JOURNAL, &key, value);

    return rc == MT_OK && entry->company != was.company
           ? mt_journal_index(a->txn, (uint32_t) entry->company, position)
           : rc;
}


mt_status_t
mt_journal_index(mt_txn_t *txn, uint32_t company, int64_t position)
{
    mt_key_t  key;

    mt_key_num(&key, company, position >> MT_JOURNAL_BLOCK_BITS);

    return mt_put(txn, MT_DB_COMPANY_JOURNAL, &key, MT_STR(""));
}

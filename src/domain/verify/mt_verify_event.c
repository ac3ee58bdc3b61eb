
#include "domain/notify/mt_event.h"
#include "domain/verify/mt_verify.h"


static void mt_verify_count(mt_verify_t *v, mt_db_t db, int64_t says,
    const char *what);


void
mt_verify_reminder(mt_verify_t *v, const void *record)
{
    (void) record;

    mt_verify_entry_of(v, v->company, v->at.nums[1]);
}


void
mt_verify_subscription(mt_verify_t *v, const void *record)
{
    const mt_subscription_t  *sub = record;

    mt_key_t                key;
    mt_str_t                value;
    mt_subscription_stat_t  stat;

    mt_key_company(&key, v->company);

    if (mt_get(v->txn, MT_DB_COMPANY, &key, &value) != 1) {
        mt_breach(v, "no company %lu", (unsigned long) v->company);
    }

    if (mt_subscription_stat(v->txn, v->company, sub, &stat, v->inner) != 0) {
        mt_breach(v, "its outbox cannot be read");
        return;
    }

    mt_verify_count(v, MT_DB_OUTBOX, stat.pending, "pending");
    mt_verify_count(v, MT_DB_SET_ASIDE, sub->aside, "set aside");
}


static void
mt_verify_count(mt_verify_t *v, mt_db_t db, int64_t says, const char *what)
{
    int           found;
    int64_t       rows;
    mt_key_t      prefix;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_key_company(&prefix, v->company);

    cursor = mt_cursor_open(v->txn, db, &prefix);
    found = cursor ? mt_cursor_first(cursor, &key, &value) : -1;

    for (rows = 0; found == 1; rows++) {
        found = mt_cursor_next(cursor, &key, &value);
    }

    if (cursor) {
        mt_cursor_close(cursor);
    }

    if (found == -1 || rows != says) {
        mt_breach(v, "%lld messages are %s, there are %lld",
                  (long long) says, what, (long long) rows);
    }
}


/* Of OUTBOX and of SET_ASIDE. */

void
mt_verify_message(mt_verify_t *v, const void *record)
{
    const mt_outbox_t  *message = record;

    int64_t            i;
    mt_key_t           key;
    mt_str_t           value;
    mt_journal_t       entry;
    const mt_event_t  *events;

    mt_key_company(&key, v->company);

    if (mt_get(v->txn, MT_DB_SUBSCRIPTION, &key, &value) != 1) {
        mt_breach(v, "no subscriber");
    }

    mt_key_counter(&key, v->company, MT_NAME_OUTBOX);

    if ((uint64_t) v->num > mt_get_num_or(v->txn, MT_DB_COUNTER, &key, 0)) {
        mt_breach(v, "is beyond its counter");
    }

    if (mt_outbox_entry(v->txn, message, &entry, v->inner) != 1
        || entry.company != v->company)
    {
        mt_breach(v, "not of journal position %lld",
                  (long long) message->position);
        return;
    }

    events = entry.events.v;

    for (i = message->first; i < message->first + message->n; i++) {
        if (events[i].type != message->type) {
            mt_breach(v, "event %lld is of another type", (long long) i);
        }
    }
}

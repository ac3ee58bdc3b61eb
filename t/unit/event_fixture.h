
/*
 * A subscriber, and its messages.
 */

#ifndef EVENT_FIXTURE_H
#define EVENT_FIXTURE_H

#include "domain/notify/mt_event.h"
#include "fixture.h"


#define EVENT_KEY    "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7"
#define EVENT_TOKEN  "mryue"
#define EVENT_URL    "https://example.com/events"


__attribute__((unused))
static void
subscribe(fixture_t *f)
{
    mt_event_set_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, event_set, url, MT_STR(EVENT_URL));
    mt_set(&args, event_set, aes_key, MT_STR(EVENT_KEY));
    mt_set(&args, event_set, token, MT_STR(EVENT_TOKEN));
    mt_set(&args, event_set, owner, MT_STR("key1"));

    if (fixture_run(f, &mt_op_event_set, &args).status != MT_OK) {
        fixture_die("cannot subscribe");
    }
}


/* Runs an operation on the messages from..to: event_delivered,
 * event_set_aside. */

__attribute__((unused))
static mt_result_t
event_done(fixture_t *f, const mt_operation_t *op, int64_t from, int64_t to)
{
    int64_t          i, numbers[64];
    mt_ints_t        list = { 0, numbers };
    mt_event_done_t  args;

    for (i = from; i <= to; i++) {
        numbers[list.n++] = i;
    }

    memset(&args, 0, sizeof(args));
    mt_set(&args, event_done, numbers, list);
    mt_set(&args, event_done, error, MT_STR("status 500"));

    return fixture_run(f, op, &args);
}


/* Returns the number of the first message above `after`, or 0. */

__attribute__((unused))
static int64_t
message_after(fixture_t *f, mt_db_t db, int64_t after, mt_outbox_t *message)
{
    int64_t    number;
    mt_txn_t  *txn;

    number = 0;
    memset(message, 0, sizeof(*message));

    if (mt_read_begin(f->store, &txn) != MT_OK
        || mt_outbox_next(txn, db, f->company, after, &number, message,
                          f->arena) < 0)
    {
        fixture_die("no outbox");
    }

    message->error = mt_arena_str(f->arena, message->error);
    mt_read_end(txn);

    return number;
}


__attribute__((unused))
static mt_subscription_t
subscription(fixture_t *f, mt_subscription_stat_t *stat)
{
    mt_txn_t           *txn;
    mt_subscription_t   sub;

    if (mt_read_begin(f->store, &txn) != MT_OK
        || mt_subscription_load(txn, f->company, &sub, f->arena) < 0
        || mt_subscription_stat(txn, f->company, &sub, stat, f->arena) != 0)
    {
        fixture_die("no subscription");
    }

    mt_read_end(txn);

    return sub;
}

#endif /* EVENT_FIXTURE_H */

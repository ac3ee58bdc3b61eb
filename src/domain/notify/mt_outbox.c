
/*
 * The outbox.  Commands that raise events put messages in; commands that
 * report a delivery or a failure take them out.
 */

#include "domain/directory/mt_directory.h"
#include "domain/notify/mt_event.h"


/* Messages that one command puts back or discards. */
#define MT_REDELIVER_MAX   1000


static mt_status_t mt_outbox_put(mt_apply_t *a, mt_db_t db, int64_t number,
    const mt_outbox_t *message);
static mt_status_t mt_event_delivered_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_event_failed_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_event_set_aside_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_event_redeliver_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_event_discard_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static int64_t mt_outbox_discard(mt_apply_t *a, mt_db_t db, int64_t from,
    int64_t to, int64_t most);
static int mt_outbox_take(mt_apply_t *a, mt_db_t db, int64_t number,
    mt_outbox_t *message);
static int mt_outbox_take_next(mt_apply_t *a, mt_db_t db, int64_t *number,
    int64_t to, mt_outbox_t *message);
static mt_status_t mt_message_pushed(mt_apply_t *a,
    const mt_outbox_t *message);


const mt_operation_t  mt_op_event_delivered = {
    .code = MT_CODE_event_delivered,
    .name = "event_delivered",
    .args = &mt_event_done_model,
    .body = &mt_event_done_model,
    .start = mt_start_command,
    .apply = mt_event_delivered_apply
};

const mt_operation_t  mt_op_event_failed = {
    .code = MT_CODE_event_failed,
    .name = "event_failed",
    .args = &mt_event_failed_model,
    .body = &mt_event_failed_model,
    .start = mt_start_command,
    .apply = mt_event_failed_apply
};

const mt_operation_t  mt_op_event_set_aside = {
    .code = MT_CODE_event_set_aside,
    .name = "event_set_aside",
    .args = &mt_event_done_model,
    .body = &mt_event_done_model,
    .start = mt_start_command,
    .apply = mt_event_set_aside_apply
};

const mt_operation_t  mt_op_event_redeliver = {
    .code = MT_CODE_event_redeliver,
    .name = "event_redeliver",
    .args = &mt_event_redeliver_model,
    .body = &mt_event_redeliver_model,
    .start = mt_start_command,
    .apply = mt_event_redeliver_apply
};

const mt_operation_t  mt_op_event_discard = {
    .code = MT_CODE_event_discard,
    .name = "event_discard",
    .args = &mt_event_discard_model,
    .body = &mt_event_discard_model,
    .start = mt_start_command,
    .apply = mt_event_discard_apply
};


const char *
mt_event_name(int64_t type)
{
    static const char *const  names[] = {
        [MT_EVENT_BOOK_SUCCESS] = "book_success",
        [MT_EVENT_BOOK_UPDATE] = "book_update",
        [MT_EVENT_BOOK_CANCEL] = "book_cancel",
        [MT_EVENT_ROOM_ADD] = "room_add",
        [MT_EVENT_ROOM_UPDATE] = "room_update",
        [MT_EVENT_ROOM_REMOVE] = "room_remove",
        [MT_EVENT_USER_ADD] = "user_add",
        [MT_EVENT_USER_UPDATE] = "user_update",
        [MT_EVENT_USER_REMOVE] = "user_remove",
        [MT_EVENT_DEPT_ADD] = "dept_add",
        [MT_EVENT_DEPT_UPDATE] = "dept_update",
        [MT_EVENT_DEPT_REMOVE] = "dept_remove",
        [MT_EVENT_MEETING_REMIND] = "meeting_remind",
    };

    return type > 0 && type < (int64_t) mt_nitems(names) ? names[type] : NULL;
}


mt_status_t
mt_outbox_add(mt_apply_t *a, uint64_t *messages)
{
    size_t             first, end;
    int64_t            number, types;
    mt_key_t           key;
    mt_outbox_t        message;
    mt_status_t        rc;
    const mt_event_t  *events;

    types = a->events.n ? mt_company_events(a) : 0;

    if (types == 0) {
        return a->failed;
    }

    mt_key_counter(&key, a->company, MT_NAME_OUTBOX);

    number = (int64_t) mt_get_num_or(a->txn, MT_DB_COUNTER, &key, 0);
    events = a->events.v;
    rc = MT_OK;

    memset(&message, 0, sizeof(message));
    message.position = (int64_t) a->position;
    message.time = a->time;

    for (first = 0; first < a->events.n && rc == MT_OK; first = end) {
        end = mt_message_end(a, first);

        if (mt_event_name(events[first].type) == NULL
            || !(types >> events[first].type & 1))
        {
            continue;
        }

        message.type = events[first].type;
        message.first = (int64_t) first;
        message.n = (int64_t) (end - first);

        rc = mt_outbox_put(a, MT_DB_OUTBOX, ++number, &message);
        (*messages)++;
    }

    (void) mt_put_num(a->txn, MT_DB_COUNTER, &key, (uint64_t) number);

    return rc == MT_OK ? a->failed : rc;
}


static mt_status_t
mt_outbox_put(mt_apply_t *a, mt_db_t db, int64_t number,
    const mt_outbox_t *message)
{
    mt_key_t  key;

    mt_key_num(&key, a->company, number);

    return mt_save(a->txn, db, &key, &mt_outbox_model, message, a->arena);
}


int
mt_outbox_next(mt_txn_t *txn, mt_db_t db, uint32_t company, int64_t after,
    int64_t *number, mt_outbox_t *message, mt_arena_t *arena)
{
    int       found;
    mt_key_t  prefix, at;
    mt_str_t  key, value;

    mt_key_company(&prefix, company);
    mt_key_num(&at, company, mt_key_after(after));

    found = mt_seek(txn, db, &prefix, &at, &key, &value);

    if (found == 1
        && (!mt_key_read_num(key, NULL, number)
            || mt_record_decode(value, &mt_outbox_model, message, arena)
               != MT_OK))
    {
        return -1;
    }

    return found;
}


int
mt_outbox_entry(mt_txn_t *txn, const mt_outbox_t *message,
    mt_journal_t *entry, mt_arena_t *arena)
{
    mt_key_t  key;

    if (message->events.n) {
        memset(entry, 0, sizeof(*entry));
        entry->events = message->events;

        return (size_t) message->n == entry->events.n ? 1 : -1;
    }

    mt_key_serial(&key, message->position);

    return mt_load(txn, MT_DB_JOURNAL, &key, &mt_journal_model, entry, arena)
           == 1
           && (size_t) (message->first + message->n) <= entry->events.n
           ? 1 : -1;
}


/* Takes a message out.  Returns 1, 0 if it is not there, -1 on failure. */

static int
mt_outbox_take(mt_apply_t *a, mt_db_t db, int64_t number,
    mt_outbox_t *message)
{
    int       found;
    mt_key_t  key;

    mt_key_num(&key, a->company, number);

    found = mt_load_copy(a->txn, db, &key, &mt_outbox_model, message,
                         a->arena);

    return found == 1 ? mt_del(a->txn, db, &key) : found;
}


/* Takes out the first message with a number above *number, which becomes its
 * number.  Returns 1, 0 if there is none up to `to`, -1 on failure. */

static int
mt_outbox_take_next(mt_apply_t *a, mt_db_t db, int64_t *number, int64_t to,
    mt_outbox_t *message)
{
    int  found;

    found = mt_outbox_next(a->txn, db, a->company, *number, number, message,
                           a->arena);

    if (found != 1 || *number > to) {
        return found < 0 ? -1 : 0;
    }

    return mt_outbox_take(a, db, *number, message) == 1 ? 1 : -1;
}


/* A number that is not in the outbox was reported before: one deliverer sent
 * the command, and so did its successor.  A message of a type that the
 * subscriber no longer takes was not sent. */

static mt_status_t
mt_event_delivered_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_event_done_t  *args = body;

    int                found;
    size_t             i;
    int64_t            sent;
    mt_status_t        rc;
    mt_outbox_t        message;
    mt_subscription_t  sub;

    rc = mt_subscription_get(a, &sub);
    if (rc != MT_OK) {
        return rc;
    }

    sent = 0;

    for (i = 0; i < args->numbers.n; i++) {
        found = mt_outbox_take(a, MT_DB_OUTBOX, args->numbers.v[i], &message);

        if (found == 1 && message.type == MT_EVENT_BOOK_SUCCESS) {
            rc = mt_message_pushed(a, &message);
        }

        if (found == -1 || rc != MT_OK) {
            return MT_STORE_FAILED;
        }

        result->num += found;

        if (found == 0 || !mt_subscription_takes(&sub, message.type)) {
            continue;
        }

        sent++;

        if (sub.last < args->numbers.v[i]) {
            sub.last = args->numbers.v[i];
        }
    }

    if (result->num == 0) {
        a->unchanged = 1;
        return MT_OK;
    }

    sub.sent += sent;
    sub.dropped += result->num - sent;

    if (sent) {
        mt_subscription_clear(&sub);
    }

    return mt_subscription_save(a, &sub);
}


/* The invitations to these meetings have arrived. */

static mt_status_t
mt_message_pushed(mt_apply_t *a, const mt_outbox_t *message)
{
    int64_t              i;
    mt_status_t          rc;
    mt_journal_t         entry;
    mt_meeting_t         meeting;
    const mt_event_t    *events;
    const mt_meeting_t  *old;

    if (mt_outbox_entry(a->txn, message, &entry, a->arena) != 1) {
        return MT_STORE_FAILED;
    }

    events = entry.events.v;

    for (i = message->first; i < message->first + message->n; i++) {
        old = mt_meeting_load(a, events[i].num);

        if (a->failed != MT_OK) {
            return a->failed;
        }

        /* the meeting may have been purged since */

        if (old == NULL || old->pushed) {
            continue;
        }

        meeting = *old;
        meeting.pushed = a->time;

        rc = mt_meeting_save(a, &meeting);
        if (rc != MT_OK) {
            return rc;
        }
    }

    return MT_OK;
}


static mt_status_t
mt_event_failed_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_event_failed_t  *args = body;

    mt_status_t        rc;
    mt_subscription_t  sub;

    (void) result;

    rc = mt_subscription_get(a, &sub);
    if (rc != MT_OK) {
        return rc;
    }

    sub.failures += args->failures;
    sub.since = sub.since ? sub.since : a->time;
    sub.attempts = args->attempts;
    sub.next_try = args->next_try;
    sub.error = args->error;

    return mt_subscription_save(a, &sub);
}


/* The subscription's failure lasts until a message is delivered. */

static mt_status_t
mt_event_set_aside_apply(mt_apply_t *a, const void *body,
    mt_result_t *result)
{
    const mt_event_done_t  *args = body;

    int                found;
    size_t             i;
    mt_status_t        rc;
    mt_outbox_t        message;
    mt_subscription_t  sub;

    rc = mt_subscription_get(a, &sub);
    if (rc != MT_OK) {
        return rc;
    }

    for (i = 0; i < args->numbers.n; i++) {
        found = mt_outbox_take(a, MT_DB_OUTBOX, args->numbers.v[i], &message);

        if (found == 1) {
            message.aside = a->time;
            message.error = args->error;
            rc = mt_outbox_put(a, MT_DB_SET_ASIDE, args->numbers.v[i],
                               &message);
        }

        if (found == -1 || rc != MT_OK) {
            return MT_STORE_FAILED;
        }

        result->num += found;
    }

    if (result->num == 0) {
        a->unchanged = 1;
        return MT_OK;
    }

    sub.aside += result->num;

    return mt_subscription_save(a, &sub);
}


/* The messages keep their numbers, so they go before all pending ones. */

static mt_status_t
mt_event_redeliver_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_event_redeliver_t  *args = body;

    int                found;
    int64_t            number;
    mt_status_t        rc;
    mt_outbox_t        message;
    mt_subscription_t  sub;

    rc = mt_subscription_get(a, &sub);
    if (rc != MT_OK) {
        return rc;
    }

    number = args->from - 1;

    while (result->num < MT_REDELIVER_MAX) {
        found = mt_outbox_take_next(a, MT_DB_SET_ASIDE, &number, args->to,
                                    &message);
        if (found == 0) {
            break;
        }

        if (found == -1) {
            return MT_STORE_FAILED;
        }

        message.aside = 0;
        message.error = MT_STR("");

        rc = mt_outbox_put(a, MT_DB_OUTBOX, number, &message);
        if (rc != MT_OK) {
            return rc;
        }

        result->num++;
        result->detail = number;
    }

    if (result->num == 0) {
        a->unchanged = 1;
        return MT_OK;
    }

    sub.aside -= result->num;
    sub.since = 0;
    sub.attempts = 0;
    sub.next_try = 0;

    return mt_subscription_save(a, &sub);
}


/* The numbers go on, for a later subscriber. */

static mt_status_t
mt_event_discard_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_event_discard_t  *args = body;

    int64_t            aside, waiting;
    mt_status_t        rc;
    mt_subscription_t  sub;

    rc = mt_subscription_get(a, &sub);
    if (rc != MT_OK) {
        return rc;
    }

    aside = mt_outbox_discard(a, MT_DB_SET_ASIDE, args->from, args->to,
                              MT_REDELIVER_MAX);

    waiting = args->remove && aside >= 0
              ? mt_outbox_discard(a, MT_DB_OUTBOX, args->from, args->to,
                                  MT_REDELIVER_MAX - aside)
              : 0;

    if (aside < 0 || waiting < 0) {
        return MT_STORE_FAILED;
    }

    result->num = aside + waiting;

    if (result->num == 0 && (!args->remove || sub.url.len == 0)) {
        a->unchanged = 1;
        return MT_OK;
    }

    if (args->remove) {
        sub.url = MT_STR("");
        sub.paused = 0;
        mt_subscription_clear(&sub);
    }

    sub.aside -= aside;
    sub.dropped += result->num;

    return mt_subscription_save(a, &sub);
}


/* Meetings whose invitations are discarded no longer wait for their delivery.
 * Returns the number of messages discarded, -1 on failure. */

static int64_t
mt_outbox_discard(mt_apply_t *a, mt_db_t db, int64_t from, int64_t to,
    int64_t most)
{
    int          found;
    int64_t      n, number;
    mt_outbox_t  message;

    number = from - 1;

    for (n = 0; n < most; n++) {
        found = mt_outbox_take_next(a, db, &number, to, &message);

        if (found == 0) {
            break;
        }

        if (found == -1
            || (message.type == MT_EVENT_BOOK_SUCCESS
                && mt_message_pushed(a, &message) != MT_OK))
        {
            return -1;
        }
    }

    return n;
}

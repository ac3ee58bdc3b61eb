
/*
 * The subscription of a company: operators make and change it.
 */

#include "domain/notify/mt_event.h"


static mt_status_t mt_event_keys_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_event_set_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_event_pause_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_subscription_open(mt_apply_t *a,
    mt_subscription_t *subscription);


const mt_operation_t  mt_op_event_keys = {
    .code = MT_CODE_event_keys,
    .name = "event_keys",
    .args = &mt_event_keys_model,
    .body = &mt_event_keys_model,
    .start = mt_start_command,
    .apply = mt_event_keys_apply
};

const mt_operation_t  mt_op_event_set = {
    .code = MT_CODE_event_set,
    .name = "event_set",
    .args = &mt_event_set_model,
    .body = &mt_event_set_model,
    .start = mt_start_command,
    .apply = mt_event_set_apply
};

const mt_operation_t  mt_op_event_pause = {
    .code = MT_CODE_event_pause,
    .name = "event_pause",
    .args = &mt_event_pause_model,
    .body = &mt_event_pause_model,
    .start = mt_start_command,
    .apply = mt_event_pause_apply
};


int
mt_subscription_load(mt_txn_t *txn, uint32_t company,
    mt_subscription_t *subscription, mt_arena_t *arena)
{
    int       found;
    mt_key_t  key;

    mt_key_company(&key, company);

    found = mt_load_copy(txn, MT_DB_SUBSCRIPTION, &key,
                         &mt_subscription_model, subscription, arena);

    if (found == 0) {
        memset(subscription, 0, sizeof(*subscription));
    }

    return found;
}


mt_status_t
mt_subscription_save(mt_apply_t *a, const mt_subscription_t *subscription)
{
    mt_key_t  key;

    mt_key_company(&key, a->company);

    return mt_save(a->txn, MT_DB_SUBSCRIPTION, &key, &mt_subscription_model,
                   subscription, a->arena);
}


mt_status_t
mt_subscription_get(mt_apply_t *a, mt_subscription_t *subscription)
{
    switch (mt_subscription_load(a->txn, a->company, subscription, a->arena)) {

    case 1:
        return MT_OK;

    case 0:
        return MT_NO_SUBSCRIPTION;

    default:
        return MT_STORE_FAILED;
    }
}


int
mt_subscription_from(mt_txn_t *txn, uint32_t *company,
    mt_subscription_t *subscription, mt_arena_t *arena)
{
    int       found;
    mt_key_t  at;
    mt_str_t  key, value;

    mt_key_company(&at, *company);
    found = mt_seek(txn, MT_DB_SUBSCRIPTION, NULL, &at, &key, &value);

    if (found == 1
        && (!mt_key_read_company(key, company)
            || mt_record_decode(value, &mt_subscription_model, subscription,
                                arena) != MT_OK))
    {
        return -1;
    }

    return found;
}


int
mt_subscription_stat(mt_txn_t *txn, uint32_t company,
    const mt_subscription_t *subscription, mt_subscription_stat_t *stat,
    mt_arena_t *arena)
{
    int          found;
    size_t       i;
    int64_t      number;
    mt_key_t     key;
    mt_outbox_t  first;

    static const mt_db_t  dbs[] = { MT_DB_OUTBOX, MT_DB_SET_ASIDE };

    stat->from = 0;

    for (i = 0; i < mt_nitems(dbs); i++) {
        found = mt_outbox_next(txn, dbs[i], company, subscription->copied,
                               &number, &first, arena);
        if (found < 0) {
            return -1;
        }

        if (found == 1 && (stat->from == 0 || first.position < stat->from)) {
            stat->from = first.position;
        }
    }

    mt_key_counter(&key, company, MT_NAME_OUTBOX);

    found = mt_outbox_next(txn, MT_DB_OUTBOX, company, 0, &number, &first,
                           arena);

    stat->raised = (int64_t) mt_get_num_or(txn, MT_DB_COUNTER, &key, 0);
    stat->pending = stat->raised - subscription->sent - subscription->aside
                    - subscription->dropped;
    stat->oldest = found == 1 ? first.time : 0;

    return found == -1 ? -1 : 0;
}


/* Loads the company's subscription, or makes an empty one.  Returns MT_OK,
 * MT_NO_SUCH_COMPANY or a failure. */

static mt_status_t
mt_subscription_open(mt_apply_t *a, mt_subscription_t *subscription)
{
    int       found;
    mt_key_t  key;
    mt_str_t  record;

    mt_key_company(&key, a->company);
    found = mt_get(a->txn, MT_DB_COMPANY, &key, &record);

    if (found != 1) {
        return found ? MT_STORE_FAILED : MT_NO_SUCH_COMPANY;
    }

    found = mt_subscription_load(a->txn, a->company, subscription, a->arena);
    subscription->updated = a->time;

    return found == -1 ? MT_STORE_FAILED : MT_OK;
}


int
mt_subscription_takes(const mt_subscription_t *subscription, int64_t type)
{
    return subscription->types == 0 || (subscription->types >> type & 1);
}


void
mt_subscription_clear(mt_subscription_t *subscription)
{
    subscription->since = 0;
    subscription->attempts = 0;
    subscription->next_try = 0;
    subscription->error = MT_STR("");
}


static mt_status_t
mt_event_keys_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_event_keys_t  *args = body;

    mt_status_t        rc;
    mt_subscription_t  subscription;

    (void) result;

    rc = mt_subscription_open(a, &subscription);
    if (rc != MT_OK) {
        return rc;
    }

    subscription.new_aes_key = args->aes_key;
    subscription.new_token = args->token;

    return mt_subscription_save(a, &subscription);
}


static mt_status_t
mt_event_set_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_event_set_t  *args = body;

    mt_status_t        rc;
    mt_subscription_t  subscription;

    (void) result;

    rc = mt_subscription_open(a, &subscription);
    if (rc != MT_OK) {
        return rc;
    }

    subscription.url = args->url;
    subscription.aes_key = args->aes_key;
    subscription.token = args->token;
    subscription.owner = args->owner;
    subscription.types = args->types;
    subscription.new_aes_key = MT_STR("");
    subscription.new_token = MT_STR("");

    /* a failure at the old address says nothing of the new one */
    mt_subscription_clear(&subscription);

    return mt_subscription_save(a, &subscription);
}


/* Resuming delivers at once, without the wait after a failure. */

static mt_status_t
mt_event_pause_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_event_pause_t  *args = body;

    mt_status_t        rc;
    mt_subscription_t  subscription, before;

    (void) result;

    rc = mt_subscription_get(a, &subscription);
    if (rc != MT_OK) {
        return rc;
    }

    before = subscription;

    if (!args->paused) {
        subscription.paused = 0;
        mt_subscription_clear(&subscription);

    } else if (subscription.paused == 0) {
        subscription.paused = a->time;
    }

    if (mt_apply_idle(a, &mt_subscription_model, &before, &subscription)) {
        return MT_OK;
    }

    return mt_subscription_save(a, &subscription);
}

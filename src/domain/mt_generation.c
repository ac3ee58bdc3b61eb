
/*
 * A new generation of the store: a copy, made by a backup, is served.  Numbers
 * that the store gave out after the copy was made must not be given out again,
 * to other records; so every counter skips ahead.  Access tokens of the lost
 * future are void, because the generation is in their key.
 */

#include "domain/mt_operations.h"
#include "domain/notify/mt_event.h"


static mt_status_t mt_generation_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static int mt_generation_skip(mt_apply_t *a, int64_t margin);
static mt_status_t mt_generation_messages(mt_apply_t *a, uint32_t company,
    int64_t margin);


const mt_operation_t  mt_op_generation = {
    .code = MT_CODE_generation,
    .name = "generation",
    .args = &mt_generation_model,
    .body = &mt_generation_model,
    .start = mt_start_command,
    .apply = mt_generation_apply
};


static mt_status_t
mt_generation_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_generation_t  *args = body;

    (void) result;

    if (args->generation <= mt_meta_generation(a->txn)) {
        a->unchanged = 1;
        return MT_OK;
    }

    if (mt_generation_skip(a, args->margin) < 0) {
        return MT_STORE_FAILED;
    }

    (void) mt_meta_set_generation(a->txn, args->generation);

    return mt_meta_clear_copy(a->txn);
}


/* Returns 0, or -1 on a failure. */

static int
mt_generation_skip(mt_apply_t *a, int64_t margin)
{
    int           found;
    int64_t       last;
    unsigned      kind;
    uint32_t      company;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    cursor = mt_cursor_open(a->txn, MT_DB_COUNTER, NULL);
    if (cursor == NULL) {
        return -1;
    }

    found = mt_cursor_first(cursor, &key, &value);

    while (found == 1) {
        if (!mt_key_read_counter(key, &company, &kind)
            || !mt_value_read_num(value, &last))
        {
            found = -1;
            break;
        }

        mt_key_copy(&at, key);

        if (mt_put_num(a->txn, MT_DB_COUNTER, &at, (uint64_t) (last + margin))
            != MT_OK
            || (kind == MT_NAME_OUTBOX
                && mt_generation_messages(a, company, margin) != MT_OK))
        {
            found = -1;
            break;
        }

        found = mt_cursor_next(cursor, &key, &value);
    }

    mt_cursor_close(cursor);

    return found;
}


/* The messages whose numbers are skipped count as delivered. */

static mt_status_t
mt_generation_messages(mt_apply_t *a, uint32_t company, int64_t margin)
{
    int                found;
    uint32_t           before;
    mt_status_t        rc;
    mt_subscription_t  subscription;

    found = mt_subscription_load(a->txn, company, &subscription, a->arena);

    if (found != 1) {
        return found < 0 ? MT_STORE_FAILED : MT_OK;
    }

    subscription.sent += margin;

    before = a->company;
    a->company = company;
    rc = mt_subscription_save(a, &subscription);
    a->company = before;

    return rc;
}

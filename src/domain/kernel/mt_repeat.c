
/*
 * The keys of a company are kept by the quarter of the day in which they were
 * used, so that those that are over stand first.
 */

#include "domain/kernel/mt_repeat.h"


#define MT_REPEAT_SPANS  5             /* that MT_REPEAT_FOR may touch */

/* Old entries that a new one drops: more than one, so that a company that has
 * many comes to an end with them. */
#define MT_REPEAT_DROP   4


static mt_status_t mt_repeat_drop(mt_apply_t *a, int64_t span);


int
mt_repeat_find(mt_txn_t *txn, uint32_t company, int64_t now, mt_str_t key,
    mt_str_t digest, mt_arena_t *arena, mt_status_t *status,
    mt_result_t *result)
{
    int          i, found;
    mt_key_t     at;
    mt_repeat_t  repeat;

    for (i = 0; i < MT_REPEAT_SPANS; i++) {
        mt_key_session(&at, company, now / MT_REPEAT_SPAN - i, key);

        found = mt_load(txn, MT_DB_REPEAT, &at, &mt_repeat_model, &repeat,
                        arena);
        if (found == 0) {
            continue;
        }

        if (found == -1 || repeat.time + MT_REPEAT_FOR <= now) {
            return found == -1 ? -1 : 0;
        }

        *status = mt_str_eq(repeat.digest, digest) ? MT_OK : MT_KEY_REUSED;

        result->status = (uint16_t) *status;
        result->num = repeat.num;
        result->time = repeat.time;
        result->detail = repeat.detail;

        return 1;
    }

    return 0;
}


mt_status_t
mt_repeat_keep(mt_apply_t *a, mt_str_t key, mt_str_t digest,
    const mt_result_t *result)
{
    int64_t      span;
    mt_key_t     at;
    mt_repeat_t  repeat;
    mt_status_t  rc;

    span = a->time / MT_REPEAT_SPAN;

    memset(&repeat, 0, sizeof(repeat));
    repeat.digest = digest;
    repeat.num = result->num;
    repeat.time = result->time;
    repeat.detail = result->detail;

    mt_key_session(&at, a->company, span, key);

    rc = mt_save(a->txn, MT_DB_REPEAT, &at, &mt_repeat_model, &repeat,
                 a->arena);

    return rc == MT_OK ? mt_repeat_drop(a, span) : rc;
}


static mt_status_t
mt_repeat_drop(mt_apply_t *a, int64_t span)
{
    int           n, found;
    int64_t       used;
    mt_key_t      prefix, at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_key_company(&prefix, a->company);

    cursor = mt_cursor_open(a->txn, MT_DB_REPEAT, &prefix);
    if (cursor == NULL) {
        return MT_STORE_FAILED;
    }

    found = mt_cursor_first(cursor, &key, &value);

    for (n = 0; found == 1 && n < MT_REPEAT_DROP; n++) {
        if (!mt_key_read_session(key, NULL, &used, NULL)) {
            found = -1;
            break;
        }

        if (used > span - MT_REPEAT_SPANS) {
            break;
        }

        mt_key_copy(&at, key);
        found = mt_del(a->txn, MT_DB_REPEAT, &at);

        if (found == 1) {
            found = mt_cursor_next(cursor, &key, &value);
        }
    }

    mt_cursor_close(cursor);

    return found < 0 ? MT_STORE_FAILED : MT_OK;
}

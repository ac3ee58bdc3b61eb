
/*
 * How far each ring of a zone was applied: stored in the transaction that did
 * it, so that the one is on disk when the other is.
 */

#include "commit/mt_ring.h"

#include <time.h>


/* The `applied` record of a zone: the time of its last batch (ms, by the
 * system's clock), then how far each ring was applied. */
#define MT_APPLIED_SIZE    (8 + 8 * MT_COMMIT_RINGS)
#define MT_APPLIED_KEEP    (30 * MT_MS_PER_DAY)
#define MT_APPLIED_SWEEP   64       /* records deleted at a time */


static int64_t
mt_applied_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}


static void
mt_applied_key(mt_key_t *key, uint64_t epoch)
{
    mt_key_init(key);
    mt_key_u64(key, epoch);
}


/*
 * Deletes the records of zones that have long been gone.  Done on the first
 * batch of a zone; what is more than one sweep waits for the next zone.
 */

static mt_status_t
mt_applied_sweep(mt_txn_t *txn)
{
    int           rc;
    size_t        i, n;
    int64_t       oldest;
    uint64_t      epochs[MT_APPLIED_SWEEP];
    mt_key_t      key;
    mt_str_t      name, value;
    mt_cursor_t  *cursor;

    oldest = mt_applied_now() - MT_APPLIED_KEEP;

    mt_key_init(&key);

    cursor = mt_cursor_open(txn, MT_DB_APPLIED, &key);
    if (cursor == NULL) {
        return MT_NO_MEMORY;
    }

    n = 0;

    for (rc = mt_cursor_first(cursor, &name, &value);
         rc == 1 && n < MT_APPLIED_SWEEP;
         rc = mt_cursor_next(cursor, &name, &value))
    {
        if (name.len == 8 && value.len >= 8
            && (int64_t) mt_get_u64((uint8_t *) value.data) < oldest)
        {
            epochs[n++] = mt_get_u64((uint8_t *) name.data);
        }
    }

    mt_cursor_close(cursor);

    for (i = 0; rc >= 0 && i < n; i++) {
        mt_applied_key(&key, epochs[i]);
        rc = mt_del(txn, MT_DB_APPLIED, &key);
    }

    return rc < 0 ? MT_STORE_FAILED : MT_OK;
}


mt_status_t
mt_applied_load(mt_txn_t *txn, uint64_t epoch, uint64_t *applied)
{
    size_t          i;
    mt_key_t        key;
    mt_str_t        value;
    const uint8_t  *p;

    mt_applied_key(&key, epoch);

    switch (mt_get(txn, MT_DB_APPLIED, &key, &value)) {

    case 0:
        memset(applied, 0, sizeof(uint64_t) * MT_COMMIT_RINGS);
        return mt_applied_sweep(txn);

    case 1:
        if (value.len == MT_APPLIED_SIZE) {
            break;
        }

        /* fall through */

    default:
        return MT_STORE_FAILED;
    }

    p = (const uint8_t *) value.data + 8;

    for (i = 0; i < MT_COMMIT_RINGS; i++) {
        applied[i] = mt_get_u64(p + 8 * i);
    }

    return MT_OK;
}


mt_status_t
mt_applied_save(mt_txn_t *txn, uint64_t epoch, const uint64_t *applied)
{
    size_t    i;
    uint8_t   data[MT_APPLIED_SIZE], *p;
    mt_key_t  key;
    mt_str_t  value;

    p = mt_put_u64(data, mt_applied_now());

    for (i = 0; i < MT_COMMIT_RINGS; i++) {
        p = mt_put_u64(p, applied[i]);
    }

    value.data = (char *) data;
    value.len = MT_APPLIED_SIZE;

    mt_applied_key(&key, epoch);

    return mt_put(txn, MT_DB_APPLIED, &key, value);
}

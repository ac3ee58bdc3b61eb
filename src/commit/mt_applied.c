
/*
 * How far each ring of a zone was applied: stored in the same transaction as
 * the changes, so that both are on disk or neither is.
 */

#include "commit/mt_ring.h"


#define MT_APPLIED_KEEP    (30 * MT_MS_PER_DAY)
#define MT_APPLIED_SWEEP   64       /* records per zone */


/*
 * Deletes records of zones without a batch for MT_APPLIED_KEEP.  Called for
 * the first batch of a zone; the next zone deletes more.
 */

static mt_status_t
mt_applied_sweep(mt_txn_t *txn)
{
    int           rc;
    size_t        i, n;
    int64_t       oldest, time;
    int64_t       epochs[MT_APPLIED_SWEEP];
    mt_key_t      key;
    mt_str_t      name, value;
    mt_cursor_t  *cursor;

    oldest = mt_realtime_ms() - MT_APPLIED_KEEP;

    cursor = mt_cursor_open(txn, MT_DB_APPLIED, NULL);
    if (cursor == NULL) {
        return MT_NO_MEMORY;
    }

    n = 0;

    for (rc = mt_cursor_first(cursor, &name, &value);
         rc == 1 && n < MT_APPLIED_SWEEP;
         rc = mt_cursor_next(cursor, &name, &value))
    {
        if (mt_value_read_applied(value, &time, NULL, 0) && time < oldest
            && mt_key_read_serial(name, &epochs[n]))
        {
            n++;
        }
    }

    mt_cursor_close(cursor);

    for (i = 0; rc >= 0 && i < n; i++) {
        mt_key_serial(&key, epochs[i]);
        rc = mt_del(txn, MT_DB_APPLIED, &key);
    }

    return rc < 0 ? MT_STORE_FAILED : MT_OK;
}


mt_status_t
mt_applied_load(mt_txn_t *txn, uint64_t epoch, uint64_t *applied)
{
    mt_key_t  key;
    mt_str_t  value;

    mt_key_serial(&key, epoch);

    switch (mt_get(txn, MT_DB_APPLIED, &key, &value)) {

    case 0:
        memset(applied, 0, sizeof(uint64_t) * MT_COMMIT_RINGS);
        return mt_applied_sweep(txn);

    case 1:
        return mt_value_read_applied(value, NULL, applied, MT_COMMIT_RINGS)
               ? MT_OK : MT_STORE_FAILED;

    default:
        return MT_STORE_FAILED;
    }
}


mt_status_t
mt_applied_save(mt_txn_t *txn, uint64_t epoch, const uint64_t *applied)
{
    uint8_t   data[MT_VALUE_APPLIED(MT_COMMIT_RINGS)];
    mt_key_t  key;
    mt_str_t  value;

    value.data = (const char *) data;
    value.len = mt_value_applied(data, mt_realtime_ms(), applied,
                                 MT_COMMIT_RINGS);

    mt_key_serial(&key, epoch);

    return mt_put(txn, MT_DB_APPLIED, &key, value);
}


/*
 * The invariants of a whole store: indexes match records, counters match rows,
 * no reference dangles.
 */

#ifndef MT_VERIFY_H
#define MT_VERIFY_H

#include "store/mt_store.h"


/* Calls `complain` for each breach.  Returns how many there are, -1 on
 * failure. */
int64_t mt_verify(mt_txn_t *txn, void (*complain)(void *data,
    const char *text), void *data);

#endif /* MT_VERIFY_H */

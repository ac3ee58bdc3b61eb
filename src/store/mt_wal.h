
/*
 * The write-ahead log: records of batches that were acknowledged before the
 * store has them.  The commit engine keeps one write transaction open over
 * many batches, syncs each batch's commands here, and commits once for all.
 * Every writer first applies the records that a dead process left.
 *
 * The file wal.log belongs to the present transaction of the store; beside it
 * lies a file of words that all processes map.  src/commit/README.md describes
 * both.
 *
 * Functions that take a write transaction are for the thread that holds it.
 */

#ifndef MT_WAL_H
#define MT_WAL_H

#include "store/mt_store.h"


/* bytes that the file may grow to */
#define MT_WAL_MAX  (8 << 20)

/*
 * Reads the next record that an earlier holder of this write transaction left;
 * *record is valid until the next call.  All must be read before the
 * transaction is used: see mt_machine_begin().  Returns 1 with a record, 0 at
 * the end, -1 on a failure, which the transaction remembers.
 */
int mt_wal_next(mt_txn_t *txn, mt_str_t *record);

/*
 * Appends a record for this write transaction and syncs it.  Returns MT_OK
 * when it is on disk.  Otherwise it is not in the log, and the transaction
 * should be committed now: MT_TOO_LARGE when the log has no room,
 * MT_STORE_FULL when the store may lack the space for the transaction's
 * commit, MT_NO_MEMORY or MT_STORE_FAILED.
 */
mt_status_t mt_wal_append(mt_txn_t *txn, mt_str_t record);

/* Empties the log, whose records the store has: after an upgrade.  Returns
 * MT_OK or a failure. */
mt_status_t mt_wal_reset(mt_store_t *store);

/* Fills the log with zeros, so that no old record can be read in the file: in
 * a write transaction of mt_machine_begin() that has logged nothing.  Returns
 * MT_OK or a failure. */
mt_status_t mt_wal_wipe(mt_txn_t *txn);

/* Says that this write transaction will stay open for a while, so that others
 * may ask for its end. */
void mt_wal_hold(mt_txn_t *txn);

/* Returns 1 if another writer has asked for the end of this transaction. */
int mt_wal_asked(const mt_txn_t *txn);

/* Returns the last transaction id for which the log has a record, or 0.  A
 * snapshot whose mt_txn_id() is not below it has all that was acknowledged
 * until now. */
uint64_t mt_wal_logged(const mt_store_t *store);

/* Returns 1 if the log has a record that the store lacks. */
int mt_wal_behind(const mt_store_t *store);

#endif /* MT_WAL_H */

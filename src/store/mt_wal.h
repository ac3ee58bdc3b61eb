
/*
 * The write-ahead log: what was answered but is not in the store yet.
 *
 * A transaction of LMDB costs a sync of a page for every leaf that it touched,
 * wherever they are; a record here costs a sync of what it is long.  So the
 * commit engine keeps one write transaction open over many batches, syncs each
 * batch's commands to this log, answers them, and commits once for all of them
 * some milliseconds later.  Whoever begins a write transaction applies first
 * what a dead process left in the log: apply is deterministic, and so the
 * state becomes the one that was answered for.
 *
 * The file begins anew with every transaction of the store.  A record belongs
 * to the transaction whose id it bears, on top of the journal position that it
 * names; it is whole when its checksum fits; records follow each other without
 * a gap, each in blocks of its own (a write that is cut short spoils none that
 * was answered).  What does not fit is of an earlier transaction: the end.
 *
 * Beside it lies a file of words that all processes map, written with every
 * record and lost without harm: who reads looks there whether the store is
 * behind the log, who wants to write asks there for the transaction to end.
 *
 * Everything that takes a write transaction is for the thread that holds it.
 */

#ifndef MT_WAL_H
#define MT_WAL_H

#include "store/mt_store.h"


/* The most bytes that the log is allowed to grow to. */
#define MT_WAL_MAX  (8 << 20)

/*
 * The records of this write transaction that an earlier holder left, one after
 * the other: 1 and *record (valid until the next call), 0 at the end, -1 on a
 * failure, which the transaction remembers.  Must be gone through to its end
 * before anything else is done with the transaction: see mt_machine_begin().
 */
int mt_wal_next(mt_txn_t *txn, mt_str_t *record);

/*
 * Appends a record to the log of this write transaction.  MT_OK: on disk.
 * MT_TOO_LARGE: there is no room (the transaction should be committed now);
 * MT_STORE_FULL or MT_STORE_FAILED: it is not in the log.
 */
mt_status_t mt_wal_append(mt_txn_t *txn, mt_str_t record);

/*
 * Says that this transaction is going to stay open for a while, so that others
 * may ask for its end; and whether one has asked.
 */
void mt_wal_hold(mt_txn_t *txn);
int mt_wal_asked(const mt_txn_t *txn);

/*
 * The last transaction of which the log holds something, 0 for none: what was
 * answered until now is in the store once a reader's mt_txn_id() is no less.
 */
uint64_t mt_wal_logged(const mt_store_t *store);

/* 1 when the log holds what the store does not. */
int mt_wal_behind(const mt_store_t *store);

#endif /* MT_WAL_H */


/*
 * The memo keeps finished answers of reads as long as the store's state does
 * not change.  Between two writes a repeated request gets the same bytes
 * without a look-up.
 *
 * The key (mt_memo_key_t) holds all that an answer depends on; the transaction
 * id stands for the state of the store.  LMDB can hand out a snapshot under
 * the id of another one (mt_txn_is_numbered()): the memo must not be used in
 * such a transaction.  The envelope around the answer's value, which contains
 * the time, is not kept.
 *
 * A new transaction id empties the memo.  The first read of each state is not
 * kept, so that a server that writes all the time does not spend on it.
 *
 * One memo per process, used by the event loop.
 */

#ifndef MT_MEMO_H
#define MT_MEMO_H

#include "base/mt_base.h"


#define MT_MEMO_SLOTS  2048               /* a power of two */
#define MT_MEMO_BYTES  (4 * 1024 * 1024)  /* of all answers and arguments */
#define MT_MEMO_VALUE  (64 * 1024)        /* the largest answer that is kept */

typedef struct {
    uint64_t      state;          /* the transaction id */
    const void   *settings;       /* of the location */
    const void   *route;
    uint32_t      company;
    int64_t       actor;          /* number of the user, or 0 */
    mt_str_t      args;           /* encoded */
} mt_memo_key_t;

typedef struct mt_memo_s  mt_memo_t;

/* Returns NULL without memory. */
mt_memo_t *mt_memo_create(void);
void mt_memo_destroy(mt_memo_t *memo);

/* Tells the memo which state a read is of.  Returns 1 if answers of this state
 * may be asked for and kept, 0 for the first read of a state. */
int mt_memo_enter(mt_memo_t *memo, uint64_t state);

/* Finds the answer for a key whose state was entered, at the instant `now`
 * (ms).  *value is valid until the next call of mt_memo_enter() or
 * mt_memo_keep().  Returns 1 if found, else 0. */
int mt_memo_find(const mt_memo_t *memo, const mt_memo_key_t *key, int64_t now,
    mt_str_t *value);

/* Keeps a copy of an answer that was made at `now` and holds until `until`
 * (ms).  Does nothing if the state is not the one entered last, without
 * memory, or for an answer that is too large. */
void mt_memo_keep(mt_memo_t *memo, const mt_memo_key_t *key, int64_t now,
    int64_t until, mt_str_t value);

#endif /* MT_MEMO_H */


/*
 * Requests that a client may repeat (Idempotency-Key): the result of a command
 * is kept under the request's key for MT_REPEAT_FOR, in the same transaction,
 * so that the command acts once whatever happens.
 *
 * The key is a MAC of the caller, the address and the client's key; the digest
 * is the request's, by which another request under the same key is told.
 */

#ifndef MT_REPEAT_H
#define MT_REPEAT_H

#include "domain/kernel/mt_apply.h"


#define MT_REPEAT_FOR   MT_MS_PER_DAY
#define MT_REPEAT_SPAN  (MT_MS_PER_DAY / 4)     /* of keys kept together */
#define MT_REPEAT_LEN   16                      /* of a key and a digest */

/* Finds the result that is kept under a key at `now` (ms).  Returns 1 with
 * *status MT_OK and *result as after the command, or with MT_KEY_REUSED for
 * another digest; 0 if there is none; -1 on failure. */
int mt_repeat_find(mt_txn_t *txn, uint32_t company, int64_t now, mt_str_t key,
    mt_str_t digest, mt_arena_t *arena, mt_status_t *status,
    mt_result_t *result);

/* Keeps the result of a command, and drops some that are too old.  Returns
 * MT_OK or a failure. */
mt_status_t mt_repeat_keep(mt_apply_t *a, mt_str_t key, mt_str_t digest,
    const mt_result_t *result);

#endif /* MT_REPEAT_H */


/*
 * Before a store is served: it is made, upgraded, or, if it is a copy, begun
 * anew.
 */

#ifndef MT_PREPARE_H
#define MT_PREPARE_H

#include "store/mt_store.h"


/*
 * By how much all numbers skip ahead in a new generation: above anything that
 * the store can have given out after the copy was made.
 */
#define MT_GENERATION_MARGIN  100000

/*
 * Makes a store where there is none (mt_store_create()).  Upgrades one of an
 * older format: first what its write-ahead log has acknowledged is applied,
 * then each index that the format lacks is filled, in transactions of bounded
 * size.  An upgrade that was interrupted goes on where it was.  A copy that
 * was made by a backup becomes the store, of a new generation.  No other
 * process may have the store open then.
 *
 * For the master process, before the fork, and for tools.  options->report()
 * gets the progress.  Returns MT_OK, or a failure with the reason in `why`.
 */
mt_status_t mt_prepare(const mt_store_options_t *options, char *why,
    size_t why_size);

#endif /* MT_PREPARE_H */

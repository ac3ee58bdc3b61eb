
/*
 * The row cache keeps the JSON of rows.  A row is found by its cache key
 * (mt_row_key_t) and the table that writes it.  The key contains the bytes of
 * the row's records in the snapshot: a row whose records changed is not found,
 * and no write has to invalidate the cache.  A hit saves decoding the records,
 * deriving the view and writing it.
 *
 * Each row has one of two slots; a row in the place of another replaces it.
 * One cache per process, used by the event loop.
 */

#ifndef MT_ROW_CACHE_H
#define MT_ROW_CACHE_H

#include "domain/kernel/mt_operation.h"
#include "json/mt_json.h"


#define MT_ROW_CACHE_SLOTS  4096     /* a power of two */
#define MT_ROW_CACHE_BYTES  4096     /* of one row and its key, at most */

typedef struct mt_row_cache_s  mt_row_cache_t;

/* Returns NULL without memory. */
mt_row_cache_t *mt_row_cache_create(void);
void mt_row_cache_destroy(mt_row_cache_t *cache);

/* Finds the members of the row with this key.  *members is valid until the
 * next row is kept.  Returns 1 if found, else 0. */
int mt_row_cache_find(const mt_row_cache_t *cache, const void *table,
    const mt_row_key_t *key, mt_str_t *members);

/* Keeps a copy of a row's members; does nothing without memory, or if row and
 * key are larger than MT_ROW_CACHE_BYTES. */
void mt_row_cache_keep(mt_row_cache_t *cache, const void *table,
    const mt_row_key_t *key, mt_str_t members);

#endif /* MT_ROW_CACHE_H */

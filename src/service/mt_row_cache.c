
/*
 * The row cache: two slots for each row.
 */

#include "service/mt_row_cache.h"

#include <stdlib.h>


typedef struct {
    const void             *table;       /* NULL: the slot is free */
    uint64_t                nums[MT_ROW_KEY_NUMS];
    uint16_t                lens[MT_ROW_KEY_PARTS];
    uint16_t                len;         /* of the members */
    uint16_t                size;        /* of the block below */
    char                   *bytes;       /* the parts, then the members */
} mt_cached_row_t;

struct mt_row_cache_s {
    mt_cached_row_t  slots[MT_ROW_CACHE_SLOTS];
};


_Static_assert(MT_ROW_CACHE_BYTES <= UINT16_MAX, "a length is 16 bits");


static size_t mt_row_cache_slot(const void *table,
    const mt_row_key_t *key);
static int mt_row_cache_same(const mt_cached_row_t *row,
    const void *table, const mt_row_key_t *key);
static int mt_row_cache_is(const mt_cached_row_t *row,
    const void *table, const mt_row_key_t *key);


mt_row_cache_t *
mt_row_cache_create(void)
{
    return calloc(1, sizeof(mt_row_cache_t));
}


void
mt_row_cache_destroy(mt_row_cache_t *cache)
{
    size_t  i;

    for (i = 0; cache && i < MT_ROW_CACHE_SLOTS; i++) {
        free(cache->slots[i].bytes);
    }

    free(cache);
}


/* The slot depends on the numbers alone: a row whose records changed replaces
 * its own older form. */

static size_t
mt_row_cache_slot(const void *table, const mt_row_key_t *key)
{
    size_t    i;
    uint64_t  hash;

    hash = (uintptr_t) table;

    for (i = 0; i < MT_ROW_KEY_NUMS; i++) {
        hash = (hash ^ key->nums[i]) * 0x9e3779b97f4a7c15ULL;
        hash ^= hash >> 32;
    }

    return hash % MT_ROW_CACHE_SLOTS;
}


/* Returns 1 if the slot holds a form of this row, with the same records or
 * older ones, else 0. */

static int
mt_row_cache_same(const mt_cached_row_t *row, const void *table,
    const mt_row_key_t *key)
{
    size_t    i;
    uint64_t  differ;

    differ = 0;

    for (i = 0; i < MT_ROW_KEY_NUMS; i++) {
        differ |= row->nums[i] ^ key->nums[i];
    }

    return row->table == table && differ == 0;
}


static int
mt_row_cache_is(const mt_cached_row_t *row, const void *table,
    const mt_row_key_t *key)
{
    size_t       i;
    const char  *p;

    if (!mt_row_cache_same(row, table, key)) {
        return 0;
    }

    p = row->bytes;

    for (i = 0; i < MT_ROW_KEY_PARTS; i++) {

        if (row->lens[i] != key->parts[i].len) {
            return 0;
        }

        if (row->lens[i]
            && memcmp(p, key->parts[i].data, row->lens[i]) != 0)
        {
            return 0;
        }

        p += row->lens[i];
    }

    return 1;
}


int
mt_row_cache_find(const mt_row_cache_t *cache, const void *table,
    const mt_row_key_t *key, mt_str_t *members)
{
    size_t                  i, slot;
    const mt_cached_row_t  *row;

    slot = mt_row_cache_slot(table, key);
    row = &cache->slots[slot];

    if (!mt_row_cache_is(row, table, key)) {
        row = &cache->slots[slot ^ 1];

        if (!mt_row_cache_is(row, table, key)) {
            return 0;
        }
    }

    members->len = row->len;
    members->data = row->bytes;

    for (i = 0; i < MT_ROW_KEY_PARTS; i++) {
        members->data += row->lens[i];
    }

    return 1;
}


void
mt_row_cache_keep(mt_row_cache_t *cache, const void *table,
    const mt_row_key_t *key, mt_str_t members)
{
    char             *p;
    size_t            i, slot, size;
    mt_cached_row_t  *row, other;

    size = members.len;

    for (i = 0; i < MT_ROW_KEY_PARTS && size <= MT_ROW_CACHE_BYTES; i++) {
        size += key->parts[i].len;
    }

    if (size > MT_ROW_CACHE_BYTES || members.len == 0) {
        return;
    }

    /* The row replaces its older form, or else the older row of the two slots:
     * the newer one moves to the other slot. */

    slot = mt_row_cache_slot(table, key);
    row = &cache->slots[slot];

    if (row->table && !mt_row_cache_same(row, table, key)) {
        other = cache->slots[slot ^ 1];
        cache->slots[slot ^ 1] = *row;
        *row = other;
    }

    row->table = NULL;

    if (row->size < size) {
        p = realloc(row->bytes, size);
        if (p == NULL) {
            return;
        }

        row->bytes = p;
        row->size = (uint16_t) size;
    }

    p = row->bytes;

    for (i = 0; i < MT_ROW_KEY_PARTS; i++) {
        row->lens[i] = (uint16_t) key->parts[i].len;

        if (row->lens[i]) {
            p = mempcpy(p, key->parts[i].data, row->lens[i]);
        }
    }

    memcpy(p, members.data, members.len);

    memcpy(row->nums, key->nums, sizeof(row->nums));
    row->len = (uint16_t) members.len;
    row->table = table;
}

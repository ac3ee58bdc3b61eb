
#include "service/mt_recall.h"

#include <stdlib.h>


typedef struct {
    const void             *table;       /* NULL: nothing is here */
    uint64_t                nums[MT_ORIGIN_NUMS];
    uint16_t                lens[MT_ORIGIN_PARTS];
    uint16_t                len;         /* of the members */
    uint16_t                size;        /* of the block below */
    char                   *bytes;       /* the parts, then the members */
} mt_recalled_t;

struct mt_recall_s {
    mt_recalled_t  slots[MT_RECALL_SLOTS];
};


_Static_assert(MT_RECALL_BYTES <= UINT16_MAX, "a length is 16 bits");


static size_t mt_recall_slot(const void *table,
    const mt_origin_t *origin);
static int mt_recall_same(const mt_recalled_t *row,
    const void *table, const mt_origin_t *origin);
static int mt_recall_is(const mt_recalled_t *row,
    const void *table, const mt_origin_t *origin);


mt_recall_t *
mt_recall_create(void)
{
    return calloc(1, sizeof(mt_recall_t));
}


void
mt_recall_destroy(mt_recall_t *recall)
{
    size_t  i;

    for (i = 0; recall && i < MT_RECALL_SLOTS; i++) {
        free(recall->slots[i].bytes);
    }

    free(recall);
}


/* Where the parts may change the numbers stay: a row that does takes the place
 * of what it was. */

static size_t
mt_recall_slot(const void *table, const mt_origin_t *origin)
{
    size_t    i;
    uint64_t  hash;

    hash = (uintptr_t) table;

    for (i = 0; i < MT_ORIGIN_NUMS; i++) {
        hash = (hash ^ origin->nums[i]) * 0x9e3779b97f4a7c15ULL;
        hash ^= hash >> 32;
    }

    return hash % MT_RECALL_SLOTS;
}


/* By its numbers: of whatever records. */

static int
mt_recall_same(const mt_recalled_t *row, const void *table,
    const mt_origin_t *origin)
{
    size_t    i;
    uint64_t  differ;

    differ = 0;

    for (i = 0; i < MT_ORIGIN_NUMS; i++) {
        differ |= row->nums[i] ^ origin->nums[i];
    }

    return row->table == table && differ == 0;
}


static int
mt_recall_is(const mt_recalled_t *row, const void *table,
    const mt_origin_t *origin)
{
    size_t       i;
    const char  *p;

    if (!mt_recall_same(row, table, origin)) {
        return 0;
    }

    p = row->bytes;

    for (i = 0; i < MT_ORIGIN_PARTS; i++) {

        if (row->lens[i] != origin->parts[i].len) {
            return 0;
        }

        if (row->lens[i]
            && memcmp(p, origin->parts[i].data, row->lens[i]) != 0)
        {
            return 0;
        }

        p += row->lens[i];
    }

    return 1;
}


int
mt_recall_find(const mt_recall_t *recall, const void *table,
    const mt_origin_t *origin, mt_str_t *members)
{
    size_t                i, slot;
    const mt_recalled_t  *row;

    slot = mt_recall_slot(table, origin);
    row = &recall->slots[slot];

    if (!mt_recall_is(row, table, origin)) {
        row = &recall->slots[slot ^ 1];

        if (!mt_recall_is(row, table, origin)) {
            return 0;
        }
    }

    members->len = row->len;
    members->data = row->bytes;

    for (i = 0; i < MT_ORIGIN_PARTS; i++) {
        members->data += row->lens[i];
    }

    return 1;
}


void
mt_recall_keep(mt_recall_t *recall, const void *table,
    const mt_origin_t *origin, mt_str_t members)
{
    char           *p;
    size_t          i, slot, size;
    mt_recalled_t  *row, other;

    size = members.len;

    for (i = 0; i < MT_ORIGIN_PARTS && size <= MT_RECALL_BYTES; i++) {
        size += origin->parts[i].len;
    }

    if (size > MT_RECALL_BYTES || members.len == 0) {
        return;
    }

    /* in place of what it was before; else of the older one of two: the newer
     * one goes to the other place */

    slot = mt_recall_slot(table, origin);
    row = &recall->slots[slot];

    if (row->table && !mt_recall_same(row, table, origin)) {
        other = recall->slots[slot ^ 1];
        recall->slots[slot ^ 1] = *row;
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

    for (i = 0; i < MT_ORIGIN_PARTS; i++) {
        row->lens[i] = (uint16_t) origin->parts[i].len;

        if (row->lens[i]) {
            p = mempcpy(p, origin->parts[i].data, row->lens[i]);
        }
    }

    memcpy(p, members.data, members.len);

    memcpy(row->nums, origin->nums, sizeof(row->nums));
    row->len = (uint16_t) members.len;
    row->table = table;
}

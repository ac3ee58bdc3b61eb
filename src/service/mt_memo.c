
/*
 * The memo: one slot for each hash value, bytes in one block.
 */

#include "service/mt_memo.h"

#include <stdlib.h>


typedef struct {
    uint64_t      turn;           /* of the memo when it was kept; 0: never */
    mt_memo_key_t key;            /* args: in the memo's bytes */
    int64_t       made;           /* ms */
    int64_t       until;
    mt_str_t      value;          /* in the memo's bytes */
} mt_memo_slot_t;

struct mt_memo_s {
    uint64_t        state;
    uint64_t        turn;         /* grows when the memo is emptied */
    int             warm;         /* this state was read before */
    size_t          used;         /* of `bytes` */
    mt_memo_slot_t  slots[MT_MEMO_SLOTS];
    char            bytes[MT_MEMO_BYTES];
};


static void mt_memo_empty(mt_memo_t *memo);
static size_t mt_memo_place(const mt_memo_key_t *key);
static int mt_memo_is(const mt_memo_slot_t *slot, const mt_memo_key_t *key);
static mt_str_t mt_memo_copy(mt_memo_t *memo, mt_str_t s);


/* calloc() takes no memory for pages that are never used. */

mt_memo_t *
mt_memo_create(void)
{
    mt_memo_t  *memo;

    memo = calloc(1, sizeof(mt_memo_t));

    if (memo) {
        memo->turn = 1;
    }

    return memo;
}


void
mt_memo_destroy(mt_memo_t *memo)
{
    free(memo);
}


int
mt_memo_enter(mt_memo_t *memo, uint64_t state)
{
    if (memo->state != state) {
        memo->state = state;
        memo->warm = 0;
        mt_memo_empty(memo);

        return 0;
    }

    memo->warm = 1;

    return 1;
}


static void
mt_memo_empty(mt_memo_t *memo)
{
    memo->turn++;
    memo->used = 0;
}


static size_t
mt_memo_place(const mt_memo_key_t *key)
{
    size_t    i;
    uint64_t  hash;

    hash = (uintptr_t) key->route ^ (uint64_t) key->actor << 32 ^ key->company;

    for (i = 0; i < key->args.len; i++) {
        hash = (hash ^ (uint8_t) key->args.data[i]) * 0x100000001b3ULL;
    }

    return (hash ^ hash >> 32) % MT_MEMO_SLOTS;
}


static int
mt_memo_is(const mt_memo_slot_t *slot, const mt_memo_key_t *key)
{
    return slot->key.route == key->route
           && slot->key.settings == key->settings
           && slot->key.company == key->company
           && slot->key.actor == key->actor
           && mt_str_eq(slot->key.args, key->args);
}


int
mt_memo_find(const mt_memo_t *memo, const mt_memo_key_t *key, int64_t now,
    mt_str_t *value)
{
    const mt_memo_slot_t  *slot;

    slot = &memo->slots[mt_memo_place(key)];

    if (memo->state != key->state || slot->turn != memo->turn
        || now < slot->made || now >= slot->until || !mt_memo_is(slot, key))
    {
        return 0;
    }

    *value = slot->value;

    return 1;
}


void
mt_memo_keep(mt_memo_t *memo, const mt_memo_key_t *key, int64_t now,
    int64_t until, mt_str_t value)
{
    size_t           size;
    mt_memo_slot_t  *slot;

    size = key->args.len + value.len;

    if (memo->state != key->state || !memo->warm || now >= until
        || size > MT_MEMO_VALUE)
    {
        return;
    }

    if (memo->used + size > MT_MEMO_BYTES) {
        mt_memo_empty(memo);
    }

    slot = &memo->slots[mt_memo_place(key)];

    slot->turn = memo->turn;
    slot->key = *key;
    slot->key.args = mt_memo_copy(memo, key->args);
    slot->made = now;
    slot->until = until;
    slot->value = mt_memo_copy(memo, value);
}


static mt_str_t
mt_memo_copy(mt_memo_t *memo, mt_str_t s)
{
    char  *p;

    p = memo->bytes + memo->used;

    if (s.len) {
        memcpy(p, s.data, s.len);
    }

    memo->used += s.len;

    return (mt_str_t) { s.len, p };
}


/*
 * The set of keys of an object.
 */

#include <sys/auxv.h>

#include "json/mt_json_private.h"


#define MT_KEYS_HASHED  64       /* slots of the first hash; a power of 2 */


static inline uint64_t
mt_rotl(uint64_t v, unsigned bits)
{
    return v << bits | v >> (64 - bits);
}


static void
mt_sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = mt_rotl(v[1], 13) ^ v[0];
    v[0] = mt_rotl(v[0], 32);

    v[2] += v[3];
    v[3] = mt_rotl(v[3], 16) ^ v[2];

    v[0] += v[3];
    v[3] = mt_rotl(v[3], 21) ^ v[0];

    v[2] += v[1];
    v[1] = mt_rotl(v[1], 17) ^ v[2];
    v[2] = mt_rotl(v[2], 32);
}


/* SipHash-1-3, keyed by the 16 random bytes that the kernel gives each
 * process. */

static uint64_t
mt_keys_hash(mt_str_t key)
{
    size_t    i, rest;
    uint64_t  seed[2], v[4], word;

    memcpy(seed, (const void *) getauxval(AT_RANDOM), sizeof(seed));

    v[0] = seed[0] ^ 0x736f6d6570736575ULL;
    v[1] = seed[1] ^ 0x646f72616e646f6dULL;
    v[2] = seed[0] ^ 0x6c7967656e657261ULL;
    v[3] = seed[1] ^ 0x7465646279746573ULL;

    for (i = 0; i + 8 <= key.len; i += 8) {
        memcpy(&word, key.data + i, 8);
        v[3] ^= word;
        mt_sip_round(v);
        v[0] ^= word;
    }

    word = (uint64_t) key.len << 56;

    for (rest = 0; i + rest < key.len; rest++) {
        word |= (uint64_t) (uint8_t) key.data[i + rest] << (8 * rest);
    }

    v[3] ^= word;
    mt_sip_round(v);
    v[0] ^= word;

    v[2] ^= 0xff;
    mt_sip_round(v);
    mt_sip_round(v);
    mt_sip_round(v);

    return v[0] ^ v[1] ^ v[2] ^ v[3];
}


/* Returns the slot that holds the key, or the free slot that it belongs in. */

static mt_str_t *
mt_keys_slot(mt_str_t *slots, size_t size, mt_str_t key)
{
    size_t  i;

    for (i = mt_keys_hash(key) & (size - 1);
         slots[i].data != NULL;
         i = (i + 1) & (size - 1))
    {
        if (mt_str_eq(slots[i], key)) {
            break;
        }
    }

    return &slots[i];
}


/* Moves the keys to a hash of twice the size, or from `few` to the first
 * hash.  Returns 0, or -1 without memory. */

static int
mt_keys_grow(mt_json_keys_t *keys, mt_arena_t *arena)
{
    size_t     i, n, size;
    mt_str_t  *slots, *from;

    from = keys->slots ? keys->slots : keys->few;
    n = keys->slots ? keys->size : keys->n;
    size = keys->slots ? 2 * keys->size : MT_KEYS_HASHED;

    /* half of the arena stays free for the answer that reports the error */

    if (size * sizeof(mt_str_t) > mt_arena_left(arena) / 2) {
        return -1;
    }

    slots = mt_arena_alloc(arena, size * sizeof(mt_str_t));

    if (slots == NULL) {
        return -1;
    }

    for (i = 0; i < n; i++) {
        if (from[i].data != NULL) {
            *mt_keys_slot(slots, size, from[i]) = from[i];
        }
    }

    keys->slots = slots;
    keys->size = size;

    return 0;
}


static int
mt_keys_add_few(mt_json_keys_t *keys, mt_str_t key)
{
    size_t  i;

    for (i = 0; i < keys->n; i++) {
        if (mt_str_eq(keys->few[i], key)) {
            return 0;
        }
    }

    keys->few[keys->n++] = key;

    return 1;
}


int
mt_json_keys_add(mt_json_keys_t *keys, mt_arena_t *arena, mt_str_t key)
{
    mt_str_t  *slot;

    if (keys->n < MT_KEYS_FEW) {
        return mt_keys_add_few(keys, key);
    }

    /* the hash is at most half full, so that probes stay short */

    if (keys->size < 2 * (keys->n + 1) && mt_keys_grow(keys, arena) != 0) {
        return -1;
    }

    slot = mt_keys_slot(keys->slots, keys->size, key);

    if (slot->data != NULL) {
        return 0;
    }

    *slot = key;
    keys->n++;

    return 1;
}

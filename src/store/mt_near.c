
#include "store/mt_store_int.h"

#include <stdlib.h>


#define MT_SEEN_SLOTS  8192
#define MT_SEEN_RUNS   1024

/* Keys of one number and of two, behind the company's. */
#define MT_SEEN_ONE    12
#define MT_SEEN_TWO    20


/* One look-up. */

typedef struct {
    uint64_t   first;               /* of the key: eight bytes, eight, four */
    uint64_t   last;
    uint32_t   middle;
    uint8_t    db;
    uint8_t    len;
    uint8_t    found;
    uint32_t   turn;                /* in which it was made */
    mt_str_t   value;
} mt_sight_t;

/*
 * Values point into the map: of a snapshot LMDB writes no page anew, whoever
 * commits what, while it is the latest.  Whether it still is a transaction's
 * number tells; what was seen before is then of another turn.  Where the map
 * was put in another place the number alone would not.
 */

/* Records side by side. */

typedef struct {
    mt_sight_t     sight;           /* of their prefix; found: how many */
    mt_near_row_t  rows[MT_NEAR_RUN];
} mt_run_t;

struct mt_seen_s {
    size_t      snapshot;           /* the transaction's number */
    unsigned    maps;
    uint32_t    turn;
    mt_sight_t  slots[MT_SEEN_SLOTS];
    mt_run_t    runs[MT_SEEN_RUNS];
};


static mt_seen_t *mt_near_seen(mt_near_t *near, mt_txn_t *txn);
static int mt_sight_of(mt_sight_t *sight, uint32_t turn, mt_db_t db,
    const mt_key_t *key);
static int mt_sight_same(const mt_sight_t *a, const mt_sight_t *b);
static uint64_t mt_sight_hash(const mt_sight_t *sight);
static int mt_near_read_run(mt_near_t *near, mt_txn_t *txn, mt_db_t db,
    const mt_key_t *prefix, mt_near_row_t *rows);
static int mt_near_find(mt_near_t *near, mt_txn_t *txn, mt_db_t db,
    const mt_key_t *key, mt_str_t *value);
static mt_near_place_t *mt_near_place(mt_near_t *near, mt_txn_t *txn,
    mt_db_t db);
static int mt_near_go(mt_near_place_t *place, mt_txn_t *txn,
    const mt_key_t *key);
static int mt_near_step(mt_near_place_t *place, mt_txn_t *txn,
    MDB_cursor_op op, const mt_key_t *at);


int
mt_near_get(mt_near_t *near, mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    mt_str_t *value)
{
    int          found;
    mt_seen_t   *seen;
    mt_sight_t   sight, *slot;

    seen = near->turn ? txn->store->seen : mt_near_seen(near, txn);

    if (seen == NULL || !mt_sight_of(&sight, near->turn, db, key)) {
        return mt_near_find(near, txn, db, key, value);
    }

    slot = &seen->slots[mt_sight_hash(&sight) % MT_SEEN_SLOTS];

    if (mt_sight_same(slot, &sight)) {

        if (slot->found) {
            *value = slot->value;
        }

        return slot->found;
    }

    found = mt_near_find(near, txn, db, key, value);

    if (found >= 0) {
        *slot = sight;
        slot->found = (uint8_t) found;

        if (found) {
            slot->value = *value;
        }
    }

    return found;
}


/* NULL where nothing can be known, or without memory. */

static mt_seen_t *
mt_near_seen(mt_near_t *near, mt_txn_t *txn)
{
    size_t       snapshot;
    mt_seen_t   *seen;
    mt_store_t  *store;

    store = txn->store;

    if (txn != &store->reader) {
        return NULL;
    }

    seen = store->seen;

    if (near->turn) {
        return seen;
    }

    if (seen == NULL) {
        seen = calloc(1, sizeof(*seen));
        if (seen == NULL) {
            return NULL;
        }

        store->seen = seen;
    }

    snapshot = mdb_txn_id(txn->txn);

    if (seen->turn == 0 || seen->snapshot != snapshot
        || seen->maps != store->maps)
    {
        seen->snapshot = snapshot;
        seen->maps = store->maps;

        /* after 2^32 turns the first ones' sights might look like new */

        if (++seen->turn == 0) {
            memset(seen->slots, 0, sizeof(seen->slots));
            memset(seen->runs, 0, sizeof(seen->runs));
            seen->turn = 1;
        }
    }

    near->turn = seen->turn;

    return seen;
}


/* 0 for a key of another form. */

static int
mt_sight_of(mt_sight_t *sight, uint32_t turn, mt_db_t db, const mt_key_t *key)
{
    if (key->len != MT_SEEN_ONE && key->len != MT_SEEN_TWO) {
        return 0;
    }

    memcpy(&sight->first, key->data, 8);
    memcpy(&sight->middle, key->data + 8, 4);

    if (key->len == MT_SEEN_TWO) {
        memcpy(&sight->last, key->data + MT_SEEN_ONE, 8);

    } else {
        sight->last = 0;
    }

    sight->db = (uint8_t) db;
    sight->len = (uint8_t) key->len;
    sight->turn = turn;

    return 1;
}


static int
mt_sight_same(const mt_sight_t *a, const mt_sight_t *b)
{
    return a->first == b->first && a->last == b->last && a->middle == b->middle
           && a->turn == b->turn && a->db == b->db && a->len == b->len;
}


/* What tells keys apart are the last bytes of their numbers: these have to be
 * the low ones of what is multiplied. */

static uint64_t
mt_sight_hash(const mt_sight_t *sight)
{
    uint64_t  hash;

    hash = (sight->first ^ (uint64_t) sight->db << 8) * 0x9e3779b97f4a7c15ULL;
    hash ^= __builtin_bswap32(sight->middle);
    hash *= 0x9e3779b97f4a7c15ULL;
    hash = (hash ^ hash >> 32 ^ __builtin_bswap64(sight->last))
           * 0x9e3779b97f4a7c15ULL;

    return hash >> 32;
}


int
mt_near_run(mt_near_t *near, mt_txn_t *txn, mt_db_t db,
    const mt_key_t *prefix, const mt_near_row_t **rows)
{
    int          n;
    mt_run_t    *run;
    mt_seen_t   *seen;
    mt_sight_t   sight;

    seen = mt_near_seen(near, txn);

    if (seen == NULL || prefix->len != MT_SEEN_ONE
        || !mt_sight_of(&sight, near->turn, db, prefix))
    {
        return MT_NEAR_MANY;
    }

    run = &seen->runs[mt_sight_hash(&sight) % MT_SEEN_RUNS];
    *rows = run->rows;

    if (mt_sight_same(&run->sight, &sight)) {
        return run->sight.found;
    }

    run->sight.turn = 0;

    n = mt_near_read_run(near, txn, db, prefix, run->rows);

    if (n >= 0) {
        run->sight = sight;
        run->sight.found = (uint8_t) n;
    }

    return n;
}


static int
mt_near_read_run(mt_near_t *near, mt_txn_t *txn, mt_db_t db,
    const mt_key_t *prefix, mt_near_row_t *rows)
{
    int               n;
    mt_near_place_t  *place;

    place = mt_near_place(near, txn, db);
    if (place == NULL) {
        return MT_NEAR_MANY;
    }

    /* where the cursor will be is not where a key was asked for */

    place->len = 0;

    if (mt_near_step(place, txn, MDB_SET_RANGE, prefix) == -1) {
        return -1;
    }

    for (n = 0; /* void */ ; n++) {

        if (!place->found || place->key.len < prefix->len
            || memcmp(place->key.data, prefix->data, prefix->len) != 0)
        {
            return n;
        }

        if (place->key.len != MT_SEEN_TWO) {
            return -1;
        }

        if (n == MT_NEAR_RUN) {
            return MT_NEAR_MANY;
        }

        rows[n].num = mt_get_u64((const uint8_t *) place->key.data
                                 + MT_SEEN_ONE);
        rows[n].value = place->value;

        if (mt_near_step(place, txn, MDB_NEXT, NULL) == -1) {
            return -1;
        }
    }
}


static int
mt_near_find(mt_near_t *near, mt_txn_t *txn, mt_db_t db,
    const mt_key_t *key, mt_str_t *value)
{
    mt_near_place_t  *place;

    place = key->len <= MT_NEAR_KEY ? mt_near_place(near, txn, db) : NULL;

    if (place == NULL) {
        return mt_get(txn, db, key, value);
    }

    if (mt_near_go(place, txn, key) == -1) {
        place->len = 0;
        return -1;
    }

    memcpy(place->asked, key->data, key->len);
    place->len = key->len;

    if (place->found && mt_str_eq(place->key, mt_key_text(key))) {
        *value = place->value;
        return 1;
    }

    return 0;
}


/* The database's cursor; NULL when there is none to have. */

static mt_near_place_t *
mt_near_place(mt_near_t *near, mt_txn_t *txn, mt_db_t db)
{
    size_t            i;
    MDB_cursor       *cursor;
    mt_near_place_t  *place;

    for (i = 0; i < near->n; i++) {
        if (near->places[i].db == db) {
            return &near->places[i];
        }
    }

    if (near->n == MT_NEAR_PLACES
        || mdb_cursor_open(txn->txn, txn->store->dbi[db], &cursor)
           != MDB_SUCCESS)
    {
        return NULL;
    }

    place = &near->places[near->n++];

    place->cursor = cursor;
    place->db = db;
    place->len = 0;

    return place;
}


/* To the least key that is not below: 0, or -1. */

static int
mt_near_go(mt_near_place_t *place, mt_txn_t *txn, const mt_key_t *key)
{
    mt_str_t  asked;

    asked.len = place->len;
    asked.data = (const char *) place->asked;

    if (place->len == 0 || mt_str_cmp(mt_key_text(key), asked) < 0) {
        return mt_near_step(place, txn, MDB_SET_RANGE, key);
    }

    if (place->found == 0 || mt_str_cmp(mt_key_text(key), place->key) <= 0) {
        return 0;
    }

    if (mt_near_step(place, txn, MDB_NEXT, NULL) == -1) {
        return -1;
    }

    if (place->found == 0 || mt_str_cmp(mt_key_text(key), place->key) <= 0) {
        return 0;
    }

    /* mostly on the page where the cursor is: there LMDB looks first */

    return mt_near_step(place, txn, MDB_SET_RANGE, key);
}


static int
mt_near_step(mt_near_place_t *place, mt_txn_t *txn, MDB_cursor_op op,
    const mt_key_t *at)
{
    int      rc;
    MDB_val  k, v;

    if (at) {
        k.mv_data = (void *) at->data;
        k.mv_size = at->len;
    }

    rc = mdb_cursor_get(place->cursor, &k, &v, op);

    place->found = rc == MDB_SUCCESS;

    if (rc == MDB_SUCCESS) {
        place->key = (mt_str_t) { k.mv_size, k.mv_data };
        place->value = (mt_str_t) { v.mv_size, v.mv_data };
        return 0;
    }

    if (rc == MDB_NOTFOUND) {
        return 0;
    }

    (void) mt_txn_fail(txn, mt_db_names[place->db], rc);

    return -1;
}


void
mt_near_close(mt_near_t *near)
{
    while (near->n) {
        mdb_cursor_close(near->places[--near->n].cursor);
    }

    near->turn = 0;
}

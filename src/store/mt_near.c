
#include "store/mt_store_int.h"

#include <stdlib.h>


#define MT_SEEN_SLOTS  8192
#define MT_SEEN_RUNS   1024

/* The prefix of runs: company and one number. */
#define MT_SEEN_ONE    12

/* Keys that are remembered: what is shorter is not worth it, and few names are
 * longer. */
#define MT_SEEN_LEAST  8
#define MT_SEEN_MOST   40


/* One look-up; 64 bytes. */

typedef struct {
    uint32_t   turn;                /* in which it was made; 0: never */
    uint8_t    db;
    uint8_t    len;                 /* of the key */
    uint8_t    found;
    mt_str_t   value;
    uint8_t    key[MT_SEEN_MOST];
} mt_sight_t;

/*
 * Values point into the map: of a snapshot LMDB writes no page anew, whoever
 * commits what, while it is the latest.  Whether it still is a transaction's
 * number tells, of one that is numbered; what was seen before is then of
 * another turn.  Where the map was put in another place the number alone would
 * not.
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


static mt_seen_t *mt_seen_begin(mt_txn_t *txn);
static void mt_sight_set(mt_sight_t *sight, const mt_txn_t *txn, mt_db_t db,
    const mt_key_t *key);
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


/* NULL where nothing can be known, or without memory. */

static inline mt_seen_t *
mt_seen_by(mt_txn_t *txn, const mt_key_t *key)
{
    if (key->len < MT_SEEN_LEAST || key->len > MT_SEEN_MOST) {
        return NULL;
    }

    return txn->turn ? txn->store->seen : mt_seen_begin(txn);
}


static mt_seen_t *
mt_seen_begin(mt_txn_t *txn)
{
    size_t       snapshot;
    mt_seen_t   *seen;
    mt_store_t  *store;

    store = txn->store;

    if (txn != &store->reader || !txn->numbered) {
        return NULL;
    }

    seen = store->seen;

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

    txn->turn = seen->turn;

    return seen;
}


/*
 * Keys are taken eight bytes at a time, the last eight from the end.  What
 * tells them apart are mostly the last bytes of numbers: these have to be the
 * low ones of what is multiplied.
 */

static inline uint64_t
mt_sight_hash(mt_db_t db, const mt_key_t *key)
{
    size_t    i;
    uint64_t  hash;

    hash = (uint64_t) db;

    for (i = 0; i + 8 < key->len; i += 8) {
        hash = (hash ^ mt_get_u64(key->data + i)) * 0x9e3779b97f4a7c15ULL;
        hash ^= hash >> 32;
    }

    hash = (hash ^ mt_get_u64(key->data + key->len - 8))
           * 0x9e3779b97f4a7c15ULL;

    return hash >> 32;
}


static inline int
mt_sight_is(const mt_sight_t *sight, const mt_txn_t *txn, mt_db_t db,
    const mt_key_t *key)
{
    size_t    i;
    uint64_t  differ;

    if (sight->turn != txn->turn || sight->db != (uint8_t) db
        || sight->len != key->len)
    {
        return 0;
    }

    differ = mt_get_u64(sight->key + key->len - 8)
             ^ mt_get_u64(key->data + key->len - 8);

    for (i = 0; i + 8 < key->len; i += 8) {
        differ |= mt_get_u64(sight->key + i) ^ mt_get_u64(key->data + i);
    }

    return differ == 0;
}


static void
mt_sight_set(mt_sight_t *sight, const mt_txn_t *txn, mt_db_t db,
    const mt_key_t *key)
{
    sight->turn = txn->turn;
    sight->db = (uint8_t) db;
    sight->len = (uint8_t) key->len;
    memcpy(sight->key, key->data, key->len);
}


int
mt_near_get(mt_near_t *near, mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    mt_str_t *value)
{
    int          found;
    mt_seen_t   *seen;
    mt_sight_t  *sight;

    seen = mt_seen_by(txn, key);

    if (seen == NULL) {
        return mt_near_find(near, txn, db, key, value);
    }

    sight = &seen->slots[mt_sight_hash(db, key) % MT_SEEN_SLOTS];

    if (mt_sight_is(sight, txn, db, key)) {

        if (sight->found) {
            *value = sight->value;
        }

        return sight->found;
    }

    found = mt_near_find(near, txn, db, key, value);

    if (found >= 0) {
        mt_sight_set(sight, txn, db, key);
        sight->found = (uint8_t) found;

        if (found) {
            sight->value = *value;
        }
    }

    return found;
}


int
mt_near_run(mt_near_t *near, mt_txn_t *txn, mt_db_t db,
    const mt_key_t *prefix, const mt_near_row_t **rows)
{
    int          n;
    mt_run_t    *run;
    mt_seen_t   *seen;

    seen = mt_seen_by(txn, prefix);

    if (seen == NULL || prefix->len != MT_SEEN_ONE) {
        return MT_NEAR_MANY;
    }

    run = &seen->runs[mt_sight_hash(db, prefix) % MT_SEEN_RUNS];
    *rows = run->rows;

    if (mt_sight_is(&run->sight, txn, db, prefix)) {
        return run->sight.found;
    }

    run->sight.turn = 0;

    n = mt_near_read_run(near, txn, db, prefix, run->rows);

    if (n >= 0) {
        mt_sight_set(&run->sight, txn, db, prefix);
        run->sight.found = (uint8_t) n;
    }

    return n;
}


static int
mt_near_read_run(mt_near_t *near, mt_txn_t *txn, mt_db_t db,
    const mt_key_t *prefix, mt_near_row_t *rows)
{
    int               n;
    int64_t           num;
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

        if (!mt_key_read_num2(place->key, NULL, NULL, &num)) {
            return -1;
        }

        if (n == MT_NEAR_RUN) {
            return MT_NEAR_MANY;
        }

        rows[n].num = (uint64_t) num;
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

    place = near && key->len <= MT_NEAR_KEY ? mt_near_place(near, txn, db)
                                            : NULL;

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
}

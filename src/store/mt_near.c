
#include "store/mt_store_int.h"


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


/* Returns the database's place, NULL if there can be none. */

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


/* Moves to the least key that is not below the one asked for.  Returns 0, or
 * -1 on failure. */

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

    /* LMDB looks first on the page where the cursor is */

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

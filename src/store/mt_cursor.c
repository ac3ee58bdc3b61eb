
#include "store/mt_store_int.h"

#include <errno.h>
#include <stdlib.h>


struct mt_cursor_s {
    mt_txn_t    *txn;
    MDB_cursor  *cursor;
    mt_db_t      db;
    int          placed;         /* somewhere, maybe past an end */
    mt_key_t     prefix;
    mt_key_t     beyond;         /* the least key after the prefix; empty when
                                    there is none */
};


static void mt_cursor_set_prefix(mt_cursor_t *c, const mt_key_t *prefix);
static void mt_cursor_set_beyond(mt_cursor_t *c);
static int mt_cursor_op(mt_cursor_t *c, MDB_cursor_op op, const mt_key_t *at,
    mt_str_t *key, mt_str_t *value);
static int mt_cursor_before(mt_cursor_t *c, const mt_key_t *at,
    mt_str_t *key, mt_str_t *value);
static int mt_cursor_within(const mt_cursor_t *c, int rc,
    const mt_str_t *key);
static mt_near_place_t *mt_near_place(mt_near_t *near, mt_txn_t *txn,
    mt_db_t db);
static int mt_near_go(mt_near_place_t *place, mt_txn_t *txn,
    const mt_key_t *key);
static int mt_near_step(mt_near_place_t *place, mt_txn_t *txn,
    MDB_cursor_op op, const mt_key_t *at);



static inline mt_str_t
mt_key_text(const mt_key_t *key)
{
    mt_str_t  s = { key->len, (const char *) key->data };

    return s;
}


mt_cursor_t *
mt_cursor_open(mt_txn_t *txn, mt_db_t db, const mt_key_t *prefix)
{
    int           rc;
    mt_cursor_t  *c;

    c = malloc(sizeof(mt_cursor_t));
    if (c == NULL) {
        (void) mt_txn_fail(txn, mt_db_names[db], ENOMEM);
        return NULL;
    }

    rc = mdb_cursor_open(txn->txn, txn->store->dbi[db], &c->cursor);

    if (rc != MDB_SUCCESS) {
        (void) mt_txn_fail(txn, mt_db_names[db], rc);
        free(c);
        return NULL;
    }

    c->txn = txn;
    c->db = db;
    c->placed = 0;

    mt_cursor_set_prefix(c, prefix);

    return c;
}


void
mt_cursor_move(mt_cursor_t *c, const mt_key_t *prefix)
{
    mt_cursor_set_prefix(c, prefix);
}


static void
mt_cursor_set_prefix(mt_cursor_t *c, const mt_key_t *prefix)
{
    mt_key_init(&c->prefix);

    if (prefix) {
        mt_key_str(&c->prefix, mt_key_text(prefix));
    }

    mt_cursor_set_beyond(c);
}


/* The prefix with its last byte counted up; those at 0xff fall away first. */

static void
mt_cursor_set_beyond(mt_cursor_t *c)
{
    mt_key_init(&c->beyond);
    mt_key_str(&c->beyond, mt_key_text(&c->prefix));

    while (c->beyond.len && c->beyond.data[c->beyond.len - 1] == 0xff) {
        c->beyond.len--;
    }

    if (c->beyond.len) {
        c->beyond.data[c->beyond.len - 1]++;
    }
}


void
mt_cursor_close(mt_cursor_t *cursor)
{
    if (cursor) {
        mdb_cursor_close(cursor->cursor);
        free(cursor);
    }
}


/* One step of LMDB's cursor: 1, 0 past an end of the database, -1. */

static int
mt_cursor_op(mt_cursor_t *c, MDB_cursor_op op, const mt_key_t *at,
    mt_str_t *key, mt_str_t *value)
{
    int      rc;
    MDB_val  k, v;

    if (at) {
        k.mv_data = (void *) at->data;
        k.mv_size = at->len;
    }

    c->placed = 1;

    rc = mdb_cursor_get(c->cursor, &k, &v, op);

    if (rc == MDB_SUCCESS) {
        key->data = k.mv_data;
        key->len = k.mv_size;
        value->data = v.mv_data;
        value->len = v.mv_size;
        return 1;
    }

    if (rc == MDB_NOTFOUND) {
        return 0;
    }

    (void) mt_txn_fail(c->txn, mt_db_names[c->db], rc);

    return -1;
}


/* To the last key < at; `at` empty stands for the end of the database. */

static int
mt_cursor_before(mt_cursor_t *c, const mt_key_t *at, mt_str_t *key,
    mt_str_t *value)
{
    int  rc;

    rc = at->len ? mt_cursor_op(c, MDB_SET_RANGE, at, key, value) : 0;

    if (rc == -1) {
        return -1;
    }

    return mt_cursor_op(c, rc ? MDB_PREV : MDB_LAST, NULL, key, value);
}


static int
mt_cursor_within(const mt_cursor_t *c, int rc, const mt_str_t *key)
{
    if (rc == 1
        && (key->len < c->prefix.len
            || memcmp(key->data, c->prefix.data, c->prefix.len) != 0))
    {
        return 0;
    }

    return rc;
}


int
mt_cursor_first(mt_cursor_t *c, mt_str_t *key, mt_str_t *value)
{
    int  rc;

    if (c->prefix.len) {
        rc = mt_cursor_op(c, MDB_SET_RANGE, &c->prefix, key, value);

    } else {
        rc = mt_cursor_op(c, MDB_FIRST, NULL, key, value);
    }

    return mt_cursor_within(c, rc, key);
}


int
mt_cursor_last(mt_cursor_t *c, mt_str_t *key, mt_str_t *value)
{
    return mt_cursor_within(c, mt_cursor_before(c, &c->beyond, key, value),
                            key);
}


int
mt_cursor_seek(mt_cursor_t *c, const mt_key_t *at, mt_str_t *key,
    mt_str_t *value)
{
    if (mt_str_cmp(mt_key_text(at), mt_key_text(&c->prefix)) <= 0) {
        return mt_cursor_first(c, key, value);
    }

    return mt_cursor_within(c,
                            mt_cursor_op(c, MDB_SET_RANGE, at, key, value),
                            key);
}


int
mt_cursor_seek_back(mt_cursor_t *c, const mt_key_t *at, mt_str_t *key,
    mt_str_t *value)
{
    int  rc;

    if (c->beyond.len
        && mt_str_cmp(mt_key_text(at), mt_key_text(&c->beyond)) >= 0)
    {
        return mt_cursor_last(c, key, value);
    }

    if (at->len == 0) {
        return 0;
    }

    rc = mt_cursor_op(c, MDB_SET_RANGE, at, key, value);

    if (rc == 0) {
        rc = mt_cursor_op(c, MDB_LAST, NULL, key, value);

    } else if (rc == 1 && !mt_str_eq(*key, mt_key_text(at))) {
        rc = mt_cursor_op(c, MDB_PREV, NULL, key, value);
    }

    return mt_cursor_within(c, rc, key);
}


int
mt_cursor_next(mt_cursor_t *c, mt_str_t *key, mt_str_t *value)
{
    if (!c->placed) {
        return mt_cursor_first(c, key, value);
    }

    return mt_cursor_within(c, mt_cursor_op(c, MDB_NEXT, NULL, key, value),
                            key);
}


int
mt_cursor_prev(mt_cursor_t *c, mt_str_t *key, mt_str_t *value)
{
    if (!c->placed) {
        return mt_cursor_last(c, key, value);
    }

    return mt_cursor_within(c, mt_cursor_op(c, MDB_PREV, NULL, key, value),
                            key);
}


int
mt_near_get(mt_near_t *near, mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    mt_str_t *value)
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
}

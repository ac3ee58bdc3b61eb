
#include "store/mt_store_int.h"

#include <errno.h>
#include <stdlib.h>


struct mt_cursor_s {
    mt_txn_t    *txn;
    MDB_cursor  *cursor;
    mt_db_t      db;
    int          placed;         /* on a key, or past an end */
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
    mt_key_copy(&c->prefix, prefix ? mt_key_text(prefix) : MT_STR(""));

    mt_cursor_set_beyond(c);
}


/* The prefix without its last bytes of 0xff, plus 1 in the byte before. */

static void
mt_cursor_set_beyond(mt_cursor_t *c)
{
    mt_key_copy(&c->beyond, mt_key_text(&c->prefix));

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


int
mt_seek(mt_txn_t *txn, mt_db_t db, const mt_key_t *prefix, const mt_key_t *at,
    mt_str_t *key, mt_str_t *value)
{
    int           found;
    mt_cursor_t  *cursor;

    cursor = mt_cursor_open(txn, db, prefix);
    if (cursor == NULL) {
        return -1;
    }

    found = mt_cursor_seek(cursor, at, key, value);

    mt_cursor_close(cursor);

    return found;
}


/* One step of LMDB's cursor.  Returns 1, 0 past an end of the database, or -1
 * on failure. */

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


/* To the last key < at; an empty `at` is the end of the database. */

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
mt_del_below(mt_txn_t *txn, mt_db_t db, const mt_key_t *prefix,
    int64_t *budget)
{
    int           rc;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    cursor = mt_cursor_open(txn, db, prefix);
    if (cursor == NULL) {
        return -1;
    }

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1 && *budget > 0;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        --*budget;
        mt_key_copy(&at, key);

        if (mt_del(txn, db, &at) < 0) {
            rc = -1;
            break;
        }
    }

    mt_cursor_close(cursor);

    return rc < 0 ? -1 : rc == 0;
}

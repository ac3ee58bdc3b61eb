
#include "store/mt_store_int.h"

#include <errno.h>


#define MT_RECORD_SIZE  256      /* bytes of a record, first guess */


static int mt_writer(mt_txn_t *txn, mt_db_t db, MDB_cursor **cursor);
static int mt_put_new(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    mt_str_t value, mt_str_t *old);
static mt_status_t mt_encode(mt_txn_t *txn, mt_db_t db,
    const mt_model_t *model, const void *object, mt_arena_t *arena,
    mt_str_t *record);
static uint64_t mt_num_of(mt_txn_t *txn, mt_db_t db, mt_str_t value,
    uint64_t def);


static inline MDB_val
mt_val(const void *data, size_t len)
{
    MDB_val  val;

    val.mv_size = len;
    val.mv_data = (void *) data;

    return val;
}


int
mt_get(mt_txn_t *txn, mt_db_t db, const mt_key_t *key, mt_str_t *value)
{
    int      rc;
    MDB_val  k, v;

    k = mt_val(key->data, key->len);

    rc = mdb_get(txn->txn, txn->store->dbi[db], &k, &v);

    if (rc == MDB_SUCCESS) {
        value->data = v.mv_data;
        value->len = v.mv_size;
        return 1;
    }

    if (rc == MDB_NOTFOUND) {
        return 0;
    }

    (void) mt_txn_fail(txn, mt_db_names[db], rc);

    return -1;
}


/*
 * The cursor through which a transaction writes to a database.  It stays open
 * and where it is: a key on the page of the last write is found without a
 * descent from the root.  LMDB closes it at the end of the transaction.  It is
 * not for MDB_APPEND: LMDB takes a cursor's page for the last one if its flag
 * says so, and a search that finds nothing does not clear the flag.
 * Returns LMDB's error.
 */

static int
mt_writer(mt_txn_t *txn, mt_db_t db, MDB_cursor **cursor)
{
    int  rc;

    if (txn->writers[db] == NULL) {
        rc = mdb_cursor_open(txn->txn, txn->store->dbi[db],
                             &txn->writers[db]);
        if (rc != MDB_SUCCESS) {
            txn->writers[db] = NULL;
            return rc;
        }
    }

    *cursor = txn->writers[db];

    return MDB_SUCCESS;
}


/* Puts a key that is not there.  Returns LMDB's error; with MDB_KEYEXIST *old
 * is the value that is there, valid as mt_get()'s. */

static int
mt_put_new(mt_txn_t *txn, mt_db_t db, const mt_key_t *key, mt_str_t value,
    mt_str_t *old)
{
    int          rc;
    MDB_val      k, v;
    MDB_cursor  *writer;

    k = mt_val(key->data, key->len);
    v = mt_val(value.data, value.len);

    (void) mt_reserve_changes(txn, db);

    rc = mt_writer(txn, db, &writer);

    if (rc == MDB_SUCCESS) {
        rc = mdb_cursor_put(writer, &k, &v, MDB_NOOVERWRITE);
    }

    if (rc == MDB_SUCCESS) {
        mt_reserve_put(txn, db, key->len + value.len, 0);
        mt_usage_entry(txn, db, mt_key_text(key), value, 1);

    } else if (rc == MDB_KEYEXIST) {
        *old = (mt_str_t) { v.mv_size, v.mv_data };
    }

    return rc;
}


mt_status_t
mt_put(mt_txn_t *txn, mt_db_t db, const mt_key_t *key, mt_str_t value)
{
    int       rc;
    MDB_val   k, v;
    mt_str_t  old;

    if (txn->status != MT_OK) {
        return txn->status;
    }

    rc = mt_put_new(txn, db, key, value, &old);

    if (rc == MDB_KEYEXIST) {
        mt_usage_entry(txn, db, mt_key_text(key), old, -1);
        mt_usage_entry(txn, db, mt_key_text(key), value, 1);

        k = mt_val(key->data, key->len);
        v = mt_val(value.data, value.len);

        mt_reserve_put(txn, db, key->len + value.len, 0);

        rc = mdb_cursor_put(txn->writers[db], &k, &v, 0);
    }

    return rc == MDB_SUCCESS ? txn->status
                             : mt_txn_fail(txn, mt_db_names[db], rc);
}


mt_status_t
mt_append(mt_txn_t *txn, mt_db_t db, const mt_key_t *key, mt_str_t value)
{
    int      rc;
    MDB_val  k, v;

    if (txn->status != MT_OK) {
        return txn->status;
    }

    mt_usage_entry(txn, db, mt_key_text(key), value, 1);

    k = mt_val(key->data, key->len);
    v = mt_val(value.data, value.len);

    mt_reserve_put(txn, db, key->len + value.len, 1);

    rc = mdb_put(txn->txn, txn->store->dbi[db], &k, &v, MDB_APPEND);

    return rc == MDB_SUCCESS ? txn->status
                             : mt_txn_fail(txn, mt_db_names[db], rc);
}


int
mt_del(mt_txn_t *txn, mt_db_t db, const mt_key_t *key)
{
    int          rc;
    MDB_val      k, v;
    MDB_cursor  *writer;

    if (txn->status != MT_OK) {
        return -1;
    }

    k = mt_val(key->data, key->len);

    rc = mt_writer(txn, db, &writer);

    if (rc == MDB_SUCCESS) {
        rc = mdb_cursor_get(writer, &k, &v, MDB_SET);
    }

    if (rc == MDB_NOTFOUND) {
        return 0;
    }

    if (rc == MDB_SUCCESS) {
        mt_usage_entry(txn, db, mt_key_text(key),
                       (mt_str_t) { v.mv_size, v.mv_data }, -1);
        mt_reserve_del(txn, db);

        rc = mdb_cursor_del(writer, 0);
    }

    if (rc == MDB_SUCCESS) {
        return txn->status == MT_OK ? 1 : -1;
    }

    (void) mt_txn_fail(txn, mt_db_names[db], rc);

    return -1;
}


uint64_t
mt_get_num_or(mt_txn_t *txn, mt_db_t db, const mt_key_t *key, uint64_t def)
{
    mt_str_t  value;

    return mt_get(txn, db, key, &value) == 1
           ? mt_num_of(txn, db, value, def) : def;
}


static uint64_t
mt_num_of(mt_txn_t *txn, mt_db_t db, mt_str_t value, uint64_t def)
{
    int64_t  num;

    if (!mt_value_read_num(value, &num)) {
        (void) mt_txn_fail(txn, mt_db_names[db], MDB_BAD_VALSIZE);
        return def;
    }

    return (uint64_t) num;
}


mt_status_t
mt_put_num(mt_txn_t *txn, mt_db_t db, const mt_key_t *key, uint64_t value)
{
    uint8_t   data[MT_VALUE_MAX];
    mt_str_t  s;

    s.data = (const char *) data;
    s.len = mt_value_num(data, (int64_t) value);

    return mt_put(txn, db, key, s);
}


int
mt_load(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, void *object, mt_arena_t *arena)
{
    int       rc;
    mt_str_t  value;

    rc = mt_get(txn, db, key, &value);

    return rc == 1 ? mt_load_value(txn, db, value, model, object, arena) : rc;
}


int
mt_load_copy(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, void *object, mt_arena_t *arena)
{
    int       rc;
    size_t    len;
    mt_str_t  value;

    rc = mt_get(txn, db, key, &value);

    if (rc != 1) {
        return rc;
    }

    len = value.len;
    value = mt_arena_str(arena, value);

    if (value.len != len) {
        (void) mt_txn_fail(txn, mt_db_names[db], ENOMEM);
        return -1;
    }

    return mt_load_value(txn, db, value, model, object, arena);
}


int
mt_load_value(mt_txn_t *txn, mt_db_t db, mt_str_t value,
    const mt_model_t *model, void *object, mt_arena_t *arena)
{
    return mt_load_some(txn, db, value, model, MT_ALL_FIELDS, object, arena);
}


int
mt_load_some(mt_txn_t *txn, mt_db_t db, mt_str_t value,
    const mt_model_t *model, uint64_t wanted, void *object,
    mt_arena_t *arena)
{
    mt_status_t  rc;

    rc = mt_record_decode_some(value, model, wanted, object, arena);

    if (rc != MT_OK) {
        (void) mt_txn_fail(txn, mt_db_names[db],
                           rc == MT_NO_MEMORY ? ENOMEM : MDB_CORRUPTED);
        return -1;
    }

    return 1;
}


mt_status_t
mt_save(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, const void *object, mt_arena_t *arena)
{
    mt_str_t     record;
    mt_status_t  status;

    status = mt_encode(txn, db, model, object, arena, &record);

    return status == MT_OK ? mt_put(txn, db, key, record) : status;
}


int
mt_save_new(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, const void *object, mt_arena_t *arena)
{
    int       rc;
    mt_str_t  record, old;

    if (txn->status != MT_OK
        || mt_encode(txn, db, model, object, arena, &record) != MT_OK)
    {
        return -1;
    }

    rc = mt_put_new(txn, db, key, record, &old);

    if (rc == MDB_SUCCESS) {
        return txn->status == MT_OK ? 1 : -1;
    }

    if (rc == MDB_KEYEXIST) {
        return 0;
    }

    (void) mt_txn_fail(txn, mt_db_names[db], rc);

    return -1;
}


static mt_status_t
mt_encode(mt_txn_t *txn, mt_db_t db, const mt_model_t *model,
    const void *object, mt_arena_t *arena, mt_str_t *record)
{
    mt_buf_t  buf;

    mt_buf_init(&buf, arena, MT_RECORD_SIZE);
    mt_record_encode(&buf, model, object, MT_ENCODE_STATE);

    *record = (mt_str_t) { buf.len, buf.data };

    return buf.failed ? mt_txn_fail(txn, mt_db_names[db], ENOMEM) : MT_OK;
}


uint64_t
mt_name_find(mt_txn_t *txn, uint32_t company, enum mt_name kind, mt_str_t s)
{
    mt_key_t  key;
    mt_str_t  value;

    mt_key_name(&key, company, kind, s);

    return mt_get(txn, MT_DB_NAME, &key, &value) == 1
           ? mt_num_of(txn, MT_DB_NAME, value, 0) : 0;
}


mt_status_t
mt_name_put(mt_txn_t *txn, uint32_t company, enum mt_name kind, mt_str_t s,
    uint64_t num)
{
    mt_key_t  key;

    mt_key_name(&key, company, kind, s);

    return mt_put_num(txn, MT_DB_NAME, &key, num);
}


void
mt_name_del(mt_txn_t *txn, uint32_t company, enum mt_name kind, mt_str_t s)
{
    mt_key_t  key;

    mt_key_name(&key, company, kind, s);

    (void) mt_del(txn, MT_DB_NAME, &key);
}


/*
 * The facts of a store, in META.
 */

#include "base/mt_crypto.h"
#include "base/mt_version.h"
#include "store/mt_store_int.h"

#include <errno.h>


static uint64_t
mt_meta_num(mt_txn_t *txn, mt_meta_t which)
{
    mt_key_t  key;

    mt_key_meta(&key, which);

    return mt_get_num_or(txn, MT_DB_META, &key, 0);
}


static mt_status_t
mt_meta_set_num(mt_txn_t *txn, mt_meta_t which, uint64_t num)
{
    mt_key_t  key;

    mt_key_meta(&key, which);

    return mt_put_num(txn, MT_DB_META, &key, num);
}


uint64_t
mt_meta_position(mt_txn_t *txn)
{
    return mt_meta_num(txn, MT_META_POSITION);
}


int64_t
mt_meta_time(mt_txn_t *txn)
{
    return (int64_t) mt_meta_num(txn, MT_META_TIME);
}


int
mt_meta_server_key(mt_txn_t *txn, mt_str_t *server_key)
{
    mt_key_t  key;

    mt_key_meta(&key, MT_META_SERVER_KEY);

    return mt_get(txn, MT_DB_META, &key, server_key) == 1
           && server_key->len == MT_SERVER_KEY_LEN ? 1 : -1;
}


int64_t
mt_meta_format(mt_txn_t *txn)
{
    return (int64_t) mt_meta_num(txn, MT_META_FORMAT);
}


int64_t
mt_meta_generation(mt_txn_t *txn)
{
    return (int64_t) mt_meta_num(txn, MT_META_GENERATION);
}


int
mt_meta_is_copy(mt_txn_t *txn)
{
    return mt_meta_num(txn, MT_META_COPY) != 0;
}


int
mt_meta_needs_upgrade(mt_txn_t *txn)
{
    int64_t   step;
    mt_str_t  key;

    return mt_meta_format(txn) != MT_STORE_FORMAT
           || mt_meta_upgrade(txn, &step, &key) == 1;
}


int
mt_meta_upgrade(mt_txn_t *txn, int64_t *step, mt_str_t *key)
{
    int       found;
    mt_key_t  name;
    mt_str_t  value, num;

    mt_key_meta(&name, MT_META_UPGRADE);
    found = mt_get(txn, MT_DB_META, &name, &value);

    if (found != 1) {
        return found;
    }

    num = (mt_str_t) { 8, value.data };

    if (value.len < num.len || !mt_value_read_num(num, step)) {
        return -1;
    }

    *key = (mt_str_t) { value.len - num.len, value.data + num.len };

    return 1;
}


static mt_status_t
mt_meta_put(mt_txn_t *txn, mt_meta_t which, const void *data, size_t len)
{
    mt_key_t  key;

    mt_key_meta(&key, which);

    return mt_put(txn, MT_DB_META, &key, (mt_str_t) { len, data });
}


mt_status_t
mt_meta_set_generation(mt_txn_t *txn, int64_t generation)
{
    return mt_meta_set_num(txn, MT_META_GENERATION, (uint64_t) generation);
}


mt_status_t
mt_meta_set_format(mt_txn_t *txn)
{
    uint8_t  id[MT_STORE_ID_LEN];

    if (mt_meta_generation(txn) == 0) {
        if (mt_random(id, sizeof(id)) != 0) {
            return mt_txn_fail(txn, "random bytes", errno);
        }

        (void) mt_meta_put(txn, MT_META_STORE_ID, id, sizeof(id));
        (void) mt_meta_set_generation(txn, 1);
    }

    (void) mt_meta_put(txn, MT_META_VERSION, MT_VERSION,
                       sizeof(MT_VERSION) - 1);

    return mt_meta_set_num(txn, MT_META_FORMAT, MT_STORE_FORMAT);
}


mt_status_t
mt_meta_set_upgrade(mt_txn_t *txn, int64_t step, mt_str_t key)
{
    size_t    len;
    uint8_t   value[MT_VALUE_MAX + MT_KEY_MAX];
    mt_key_t  name;

    mt_key_meta(&name, MT_META_UPGRADE);

    if (step == 0) {
        return mt_del(txn, MT_DB_META, &name) < 0 ? MT_STORE_FAILED : MT_OK;
    }

    len = mt_value_num(value, step);
    memcpy(value + len, key.data, key.len);

    return mt_put(txn, MT_DB_META, &name,
                  (mt_str_t) { len + key.len, (char *) value });
}


mt_status_t
mt_meta_clear_copy(mt_txn_t *txn)
{
    mt_key_t  name;

    mt_key_meta(&name, MT_META_COPY);

    return mt_del(txn, MT_DB_META, &name) < 0 ? MT_STORE_FAILED : MT_OK;
}


int
mt_meta_store_id(mt_txn_t *txn, mt_str_t *id)
{
    mt_key_t  key;

    mt_key_meta(&key, MT_META_STORE_ID);

    return mt_get(txn, MT_DB_META, &key, id) == 1
           && id->len == MT_STORE_ID_LEN ? 1 : -1;
}


mt_status_t
mt_meta_set_position(mt_txn_t *txn, uint64_t position)
{
    return mt_meta_set_num(txn, MT_META_POSITION, position);
}


mt_status_t
mt_meta_set_time(mt_txn_t *txn, int64_t time)
{
    return mt_meta_set_num(txn, MT_META_TIME, (uint64_t) time);
}

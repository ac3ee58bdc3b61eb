
/*
 * A copy of a store that is written entry by entry.  LMDB's own copy is made
 * of whole pages, in whose free space old bytes may stand; this one has
 * nothing but the entries.
 */

#include "store/mt_store_int.h"


#define MT_REWRITE_CHUNK  50000        /* entries of one transaction */


static int mt_rewrite_db(mt_store_t *store, MDB_txn *from, MDB_env *to,
    mt_db_t db);


int
mt_rewrite(mt_store_t *store, const char *file)
{
    int          rc;
    mt_db_t      db;
    MDB_env     *to;
    MDB_txn     *from;
    MDB_envinfo  info;

    to = NULL;
    from = NULL;

    rc = mdb_env_info(store->env, &info);

    if (rc == 0) {
        rc = mt_env_create(&to, info.me_mapsize, 0);
    }

    if (rc == 0) {
        rc = mdb_env_open(to, file, MDB_NOSUBDIR | MDB_NOTLS | MDB_NOLOCK
                          | MDB_NOSYNC, 0600);
    }

    if (rc == 0) {
        rc = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &from);
    }

    for (db = 0; rc == 0 && db < MT_DB_COUNT; db++) {
        rc = mt_rewrite_db(store, from, to, db);
    }

    if (from) {
        mdb_txn_abort(from);
    }

    if (rc == 0) {
        rc = mdb_env_sync(to, 1);
    }

    if (to) {
        mdb_env_close(to);
    }

    return rc;
}


static int
mt_rewrite_db(mt_store_t *store, MDB_txn *from, MDB_env *to, mt_db_t db)
{
    int          rc, found;
    unsigned     n;
    MDB_dbi      dbi;
    MDB_val      key, value;
    MDB_txn     *txn;
    MDB_cursor  *cursor;

    rc = mdb_cursor_open(from, store->dbi[db], &cursor);
    if (rc != 0) {
        return rc;
    }

    found = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);

    do {
        txn = NULL;
        rc = mdb_txn_begin(to, NULL, 0, &txn);

        if (rc == 0) {
            rc = mdb_dbi_open(txn, mt_db_names[db], MDB_CREATE, &dbi);
        }

        for (n = 0; rc == 0 && found == 0 && n < MT_REWRITE_CHUNK; n++) {
            rc = mdb_put(txn, dbi, &key, &value, MDB_APPEND);

            if (rc == 0) {
                found = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
            }
        }

        if (rc == 0) {
            rc = mdb_txn_commit(txn);

        } else if (txn) {
            mdb_txn_abort(txn);
        }

    } while (rc == 0 && found == 0);

    mdb_cursor_close(cursor);

    return rc != 0 ? rc : found == MDB_NOTFOUND ? 0 : found;
}

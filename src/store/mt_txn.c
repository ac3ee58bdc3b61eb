
#include "store/mt_store_int.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>


#define MT_BEGIN_TRIES  3


static mt_status_t mt_txn_start(mt_store_t *store, unsigned flags,
    MDB_txn **txn);
static int mt_txn_mend(mt_store_t *store, int rc);
static int mt_store_remap(mt_store_t *store);
static mt_status_t mt_txn_open(mt_store_t *store, unsigned flags,
    mt_txn_t **txn);
static void mt_txn_free(mt_txn_t *txn);
static int mt_store_disk_full(const mt_store_t *store);
static void mt_store_probe(mt_store_t *store);
static int mt_store_is_moved(mt_store_t *store);


/* Begins a transaction, or renews *txn; afterwards map_lock is held. */

static mt_status_t
mt_txn_start(mt_store_t *store, unsigned flags, MDB_txn **txn)
{
    int  rc, tries;

    for (tries = 1; /* void */ ; tries++) {
        (void) pthread_rwlock_rdlock(&store->map_lock);

        rc = *txn ? mdb_txn_renew(*txn)
                  : mdb_txn_begin(store->env, NULL, flags, txn);

        if (rc == MDB_SUCCESS) {
            return MT_OK;
        }

        if (*txn) {
            mdb_txn_abort(*txn);
            *txn = NULL;
        }

        (void) pthread_rwlock_unlock(&store->map_lock);

        if (tries == MT_BEGIN_TRIES || !mt_txn_mend(store, rc)) {
            return mt_store_error(store, "begin of a transaction", rc);
        }
    }
}


/* Returns 1 if the cause is gone, so that another try may succeed. */

static int
mt_txn_mend(mt_store_t *store, int rc)
{
    switch (rc) {

    case MDB_MAP_RESIZED:
        return mt_store_remap(store);

    case MDB_READERS_FULL:
        return mt_store_reader_check(store) > 0;

    case MDB_BAD_RSLOT:
        return 1;

    default:
        return 0;
    }
}


/*
 * Another process made the store larger than our map.  The map can be changed
 * only while this process has no transaction; otherwise the caller fails, and
 * a later call succeeds.
 */

static int
mt_store_remap(mt_store_t *store)
{
    int  rc;

    if (pthread_rwlock_trywrlock(&store->map_lock) != 0) {
        return 0;
    }

    rc = mdb_env_set_mapsize(store->env, 0);

    (void) pthread_rwlock_unlock(&store->map_lock);

    return rc == MDB_SUCCESS;
}


/*
 * LMDB reads the latest transaction id first, and then the state from one of
 * two meta pages.  A process that was suspended in between reads a state two
 * commits younger under the older id.  If the id is still the latest one
 * afterwards, its meta page was not overwritten.
 */

mt_status_t
mt_read_begin(mt_store_t *store, mt_txn_t **txn)
{
    mt_status_t  rc;

    if (store->lent.txn) {
        store->lent.status = MT_OK;
        *txn = &store->lent;
        return MT_OK;
    }

    rc = mt_txn_start(store, MDB_RDONLY, &store->reader.txn);

    if (rc == MT_OK) {
        store->reader.status = MT_OK;

        atomic_thread_fence(memory_order_acquire);
        store->reader.numbered = mt_store_last(store)
                                 == mdb_txn_id(store->reader.txn);
        *txn = &store->reader;
    }

    return rc;
}


void
mt_read_end(mt_txn_t *txn)
{
    if (mt_txn_is_lent(txn)) {
        return;
    }

    mdb_txn_reset(txn->txn);
    (void) pthread_rwlock_unlock(&txn->store->map_lock);
}


void
mt_read_lend(mt_store_t *store, const mt_txn_t *txn)
{
    store->lent.store = store;
    store->lent.txn = txn ? txn->txn : NULL;
}


int
mt_txn_is_lent(const mt_txn_t *txn)
{
    return txn == &txn->store->lent;
}


mt_status_t
mt_read_detach(mt_txn_t **txn)
{
    mt_txn_t  *t;

    t = malloc(sizeof(mt_txn_t));
    if (t == NULL) {
        return MT_NO_MEMORY;
    }

    *t = **txn;
    (*txn)->txn = NULL;
    *txn = t;

    return MT_OK;
}


static mt_status_t
mt_txn_open(mt_store_t *store, unsigned flags, mt_txn_t **txn)
{
    mt_txn_t     *t;
    mt_status_t   rc;

    t = calloc(1, sizeof(mt_txn_t) + MT_DB_COUNT * (sizeof(mt_changes_t)
                                                    + sizeof(MDB_cursor *)));
    if (t == NULL) {
        return MT_NO_MEMORY;
    }

    t->changes = (mt_changes_t *) (t + 1);
    t->writers = (MDB_cursor **) (t->changes + MT_DB_COUNT);

    rc = mt_txn_start(store, flags, &t->txn);

    if (rc != MT_OK) {
        free(t);
        return rc;
    }

    t->store = store;
    t->write = !(flags & MDB_RDONLY);
    *txn = t;

    return MT_OK;
}


/* For after the end of LMDB's transaction. */

static void
mt_txn_free(mt_txn_t *txn)
{
    (void) pthread_rwlock_unlock(&txn->store->map_lock);
    mt_usages_free(&txn->usages);
    free(txn);
}


mt_status_t
mt_read_open(mt_store_t *store, mt_txn_t **txn)
{
    return mt_txn_open(store, MDB_RDONLY, txn);
}


void
mt_read_close(mt_txn_t *txn)
{
    mdb_txn_abort(txn->txn);
    mt_txn_free(txn);
}


mt_status_t
mt_write_begin(mt_store_t *store, mt_txn_t **txn)
{
    mt_status_t  rc;

    mt_wal_ask(store);
    mt_reserve_watch(store);

    rc = mt_txn_open(store, 0, txn);

    if (rc == MT_OK && mt_store_is_moved(store)) {
        mt_write_abort(*txn);
        rc = MT_STORE_FAILED;
    }

    /* a store of an older format lacks databases */

    if (rc == MT_OK && store->upgrade
        && mt_txn_create_databases(*txn) != MT_OK)
    {
        mt_write_abort(*txn);
        rc = MT_STORE_FAILED;
    }

    return rc;
}


/* Returns 1 if the path names another data file than the one that is open, or
 * none: what is written now would be found nowhere after a restart. */

static int
mt_store_is_moved(mt_store_t *store)
{
    int           moved;
    char         *file;
    struct stat   st;

    file = mt_path_join(store->path, MT_DATA_FILE);

    moved = file && (stat(file, &st) != 0 || st.st_dev != store->dev
                     || st.st_ino != store->ino);
    free(file);

    if (__atomic_exchange_n(&store->moved, moved, __ATOMIC_RELAXED) != moved) {
        mt_store_report(store, moved,
                        moved ? "\"" MT_DATA_FILE "\" was moved away or "
                                "replaced while the server runs: nothing is "
                                "written until it is back, or nginx restarted"
                              : "\"" MT_DATA_FILE "\" is back");
    }

    return moved;
}


mt_status_t
mt_write_commit(mt_txn_t *txn)
{
    int           rc;
    mt_status_t   status;

    mt_usage_write(txn);

    status = txn->status;

    if (status != MT_OK) {
        mt_write_abort(txn);
        return status;
    }

    rc = mdb_txn_commit(txn->txn);

    if (rc == EIO && mt_store_disk_full(txn->store)) {
        rc = ENOSPC;
    }

    if (rc != MDB_SUCCESS) {
        status = mt_store_error(txn->store, "commit", rc);
        (void) mt_wal_set_failed(txn->store, 1);
        mt_store_probe(txn->store);

    } else if (mt_wal_set_failed(txn->store, 0)
               && mt_wal_may_tell(txn->store, "again"))
    {
        mt_store_report(txn->store, 0, "commits succeed again");
    }

    mt_txn_free(txn);

    return status;
}


/* LMDB calls a write that a full disk cut short an I/O error. */

static int
mt_store_disk_full(const mt_store_t *store)
{
    struct statvfs  vfs;

    return statvfs(store->path, &vfs) == 0
           && vfs.f_bavail * vfs.f_frsize < 1024 * 1024;
}


/* Finds out whether the failure was LMDB's last in this process, which LMDB
 * only says when another transaction begins. */

static void
mt_store_probe(mt_store_t *store)
{
    int       rc;
    MDB_txn  *txn;

    rc = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);

    if (rc == MDB_SUCCESS) {
        mdb_txn_abort(txn);

    } else if (rc == MDB_PANIC) {
        (void) mt_store_error(store, "after a failed commit", rc);
    }
}


void
mt_write_abort(mt_txn_t *txn)
{
    mdb_txn_abort(txn->txn);
    mt_txn_free(txn);
}


int
mt_txn_is_write(const mt_txn_t *txn)
{
    return txn->write;
}


uint64_t
mt_txn_id(const mt_txn_t *txn)
{
    return mdb_txn_id(txn->txn);
}


int
mt_txn_is_numbered(const mt_txn_t *txn)
{
    return txn->numbered;
}


mt_status_t
mt_txn_status(const mt_txn_t *txn)
{
    return txn->status;
}


void
mt_txn_report(const mt_txn_t *txn, const char *text)
{
    mt_store_trouble(txn->store, "%s", text);
}


mt_status_t
mt_txn_fail(mt_txn_t *txn, const char *what, int rc)
{
    /* later failures are consequences of the first: not reported */

    if (txn->status == MT_OK) {
        txn->status = mt_store_error(txn->store, what, rc);
    }

    return txn->status;
}

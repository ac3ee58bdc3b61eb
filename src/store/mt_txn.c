
#include "store/mt_store_int.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>


#define MT_BEGIN_TRIES  3

/* The data file is longer than the pages in use, by an eighth of these up to
 * MT_LEAD_MAX, and grows by at most MT_LEAD_STEP bytes per transaction. */
#define MT_LEAD_SHARE   8
#define MT_LEAD_MAX     (64 << 20)
#define MT_LEAD_STEP    (1 << 20)


static mt_status_t mt_txn_start(mt_store_t *store, unsigned flags,
    MDB_txn **txn);
static int mt_txn_mend(mt_store_t *store, int rc);
static int mt_store_remap(mt_store_t *store);
static mt_status_t mt_txn_open(mt_store_t *store, unsigned flags,
    mt_txn_t **txn);
static void mt_txn_free(mt_txn_t *txn);
static int mt_store_disk_full(const mt_store_t *store);
static void mt_store_probe(mt_store_t *store);
static void mt_store_lead(mt_store_t *store);


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
    mdb_txn_reset(txn->txn);
    (void) pthread_rwlock_unlock(&txn->store->map_lock);
}


static mt_status_t
mt_txn_open(mt_store_t *store, unsigned flags, mt_txn_t **txn)
{
    mt_txn_t     *t;
    mt_status_t   rc;

    t = calloc(1, sizeof(mt_txn_t));
    if (t == NULL) {
        return MT_NO_MEMORY;
    }

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

    rc = mt_txn_open(store, 0, txn);

    if (rc == MT_OK) {
        mt_store_lead(store);
    }

    return rc;
}


/*
 * Writes zeros behind the pages in use.  A commit that lengthens the file
 * makes the file system write its journal within the sync; one lengthening
 * here pays for hundreds of commits.  The write transaction keeps other
 * writers out.  A failure is ignored: it matters when LMDB needs the room.
 */

static void
mt_store_lead(mt_store_t *store)
{
    int           fd;
    size_t        n;
    uint64_t      used, size, lead;
    MDB_stat      st;
    struct stat   file;
    MDB_envinfo   info;
    static char   zeros[MT_LEAD_STEP];

    if (mdb_env_get_fd(store->env, &fd) != MDB_SUCCESS
        || mdb_env_stat(store->env, &st) != MDB_SUCCESS
        || mdb_env_info(store->env, &info) != MDB_SUCCESS
        || fstat(fd, &file) != 0)
    {
        return;
    }

    used = (uint64_t) (info.me_last_pgno + 1) * st.ms_psize;
    size = (uint64_t) file.st_size > used ? (uint64_t) file.st_size : used;
    lead = used / MT_LEAD_SHARE;

    if (lead > MT_LEAD_MAX) {
        lead = MT_LEAD_MAX;
    }

    if (used + lead > info.me_mapsize || size - used >= lead / 2) {
        return;
    }

    n = used + lead - size;

    (void) !pwrite(fd, zeros, n < MT_LEAD_STEP ? n : MT_LEAD_STEP,
                   (off_t) size);
}


mt_status_t
mt_write_commit(mt_txn_t *txn)
{
    int           rc;
    mt_status_t   status;

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
        mt_store_probe(txn->store);
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
    mt_store_report(txn->store, 1, "%s", text);
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


/*
 * Space in reserve: a batch may be acknowledged from the write-ahead log only
 * if the data file has the blocks, and the map the room, that the commit of
 * its transaction can need.  src/commit/README.md ("Space in reserve") has the
 * reasons.
 *
 * LMDB does not tell how many pages a transaction has changed.  So the writes
 * are counted, and bounds follow from them and from the size of each tree.
 */

#include "store/mt_store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>


/* The file is lengthened by so many bytes more than a transaction needs. */
#define MT_RESERVE_STEP   (16 << 20)

/* Pages for what is written at the commit: meta data, APPLIED, the tree of
 * databases, the list of free pages, and one in so many changed pages for the
 * list of the pages that they replace. */
#define MT_RESERVE_ROOT   128
#define MT_RESERVE_FREED  256

/*
 * The store is low on space when less than this can be allocated behind the
 * last page, or is left of the map: a 16th of it, at most so many bytes.
 */
#define MT_RESERVE_FILE   (8 << 20)
#define MT_RESERVE_SHARE  16
#define MT_RESERVE_MAP    (256ULL << 20)

/* A value that is larger than 1/2 page has pages of its own. */
#define MT_RESERVE_OWN    2

/* Leaves that a deletion changes: the key's, a neighbour it merges with. */
#define MT_RESERVE_MERGE  2


static uint64_t mt_reserve_db(mt_txn_t *txn, mt_db_t db);
static int mt_reserve_map_is_low(mt_store_t *store, const MDB_envinfo *info);
static int mt_reserve_grow(mt_store_t *store, uint64_t end);
static int mt_reserve_allocate(int fd, uint64_t from, uint64_t end);


/* Called before a write: the first one finds the tree as it was. */

mt_changes_t *
mt_reserve_changes(mt_txn_t *txn, mt_db_t db)
{
    MDB_stat       st;
    mt_changes_t  *changes;

    changes = &txn->changes[db];

    if (!changes->known
        && mdb_stat(txn->txn, txn->store->dbi[db], &st) == MDB_SUCCESS)
    {
        changes->known = 1;
        changes->leaves = st.ms_leaf_pages;
        changes->branches = st.ms_branch_pages;
    }

    return changes;
}


void
mt_txn_expect(mt_txn_t *txn, mt_db_t db)
{
    mt_reserve_changes(txn, db)->puts++;
}


void
mt_reserve_put(mt_txn_t *txn, mt_db_t db, size_t len, int append)
{
    mt_changes_t  *changes;

    changes = mt_reserve_changes(txn, db);

    if (!append) {
        changes->puts++;
    }

    if (len > txn->store->page_size / MT_RESERVE_OWN) {
        changes->own += len / txn->store->page_size + 2;
    }
}


void
mt_reserve_del(mt_txn_t *txn, mt_db_t db)
{
    mt_reserve_changes(txn, db)->dels++;
}


/* Returns how many pages the changes of a database can need. */

static uint64_t
mt_reserve_db(mt_txn_t *txn, mt_db_t db)
{
    uint64_t       leaves, branches, before, now;
    MDB_stat       st;
    mt_changes_t  *changes;

    changes = &txn->changes[db];

    if (!changes->known
        || mdb_stat(txn->txn, txn->store->dbi[db], &st) != MDB_SUCCESS)
    {
        return 0;
    }

    /* one that only appends changes the last leaf */

    leaves = 1 + changes->puts + MT_RESERVE_MERGE * changes->dels;
    branches = leaves * st.ms_depth;

    if (leaves > changes->leaves) {
        leaves = changes->leaves;
    }

    if (branches > changes->branches) {
        branches = changes->branches;
    }

    before = changes->leaves + changes->branches;
    now = st.ms_leaf_pages + st.ms_branch_pages;

    /* pages that came, and went again with a deletion */

    return leaves + branches + (now > before ? now - before : 0)
           + changes->dels * st.ms_depth + changes->own;
}


uint64_t
mt_reserve_pages(mt_txn_t *txn)
{
    int       db;
    uint64_t  pages;

    pages = 0;

    for (db = 0; db < MT_DB_COUNT; db++) {
        pages += mt_reserve_db(txn, db);
    }

    return pages + pages / MT_RESERVE_FREED + MT_RESERVE_ROOT;
}


/* No page is counted upon that is free in the file: a reader may keep it. */

int
mt_reserve_holds(mt_txn_t *txn)
{
    uint64_t      end;
    mt_store_t   *store;
    MDB_envinfo   info;

    store = txn->store;

    if (mdb_env_info(store->env, &info) != MDB_SUCCESS) {
        return 0;
    }

    end = (info.me_last_pgno + 1 + mt_reserve_pages(txn)) * store->page_size;

    return end <= info.me_mapsize
           && (end <= atomic_load(&store->reserved)
               || mt_reserve_grow(store, end));
}


/* As the file is not shortened, blocks that were found once stay. */

void
mt_reserve_watch(mt_store_t *store)
{
    int          low;
    uint64_t     end;
    MDB_envinfo  info;

    if (mdb_env_info(store->env, &info) != MDB_SUCCESS) {
        return;
    }

    end = (info.me_last_pgno + 1) * store->page_size + MT_RESERVE_FILE;

    low = (end > atomic_load(&store->reserved) && !mt_reserve_grow(store, end))
          || mt_reserve_map_is_low(store, &info);

    if (mt_wal_set_low(store, low) != low) {
        mt_store_report(store, low, low
                        ? "is low on space: until there is more of it, "
                          "people can sign in, cancel and remove, and no "
                          "more"
                        : "has space again");
    }
}


static int
mt_reserve_map_is_low(mt_store_t *store, const MDB_envinfo *info)
{
    uint64_t   spare, used, pages;
    mt_txn_t  *txn;

    spare = info->me_mapsize / MT_RESERVE_SHARE;

    if (spare > MT_RESERVE_MAP) {
        spare = MT_RESERVE_MAP;
    }

    used = (info->me_last_pgno + 1) * store->page_size;

    if (used + spare <= info->me_mapsize) {
        return 0;
    }

    /* pages that are free count here */

    if (mt_read_open(store, &txn) != MT_OK) {
        return 0;
    }

    if (mt_stat_free(txn, &pages) == MT_OK) {
        used -= pages * store->page_size;
    }

    mt_read_close(txn);

    return used + spare > info->me_mapsize;
}


static int
mt_reserve_grow(mt_store_t *store, uint64_t end)
{
    int       fd, rc;
    uint64_t  from;

    /* two threads may do the same */

    from = atomic_load(&store->reserved);
    rc = mdb_env_get_fd(store->env, &fd);

    if (rc == 0) {
        rc = mt_reserve_allocate(fd, from, end + MT_RESERVE_STEP);

        if (rc == 0) {
            end += MT_RESERVE_STEP;

        } else {
            rc = mt_reserve_allocate(fd, from, end);
        }
    }

    if (rc == EOPNOTSUPP || rc == ENOSYS) {

        /* there is no reserve to be had in this file system */

        end = UINT64_MAX;
        rc = 0;
    }

    if (rc != 0) {
        (void) mt_store_error(store, "space in reserve", rc);
        return 0;
    }

    atomic_store(&store->reserved, end);

    return 1;
}


/* The length of the file stays: blocks behind its end are LMDB's to fill.
 * Returns 0 or an error number. */

static int
mt_reserve_allocate(int fd, uint64_t from, uint64_t end)
{
    int  rc;

    do {
        rc = fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t) from,
                       (off_t) (end - from)) == 0 ? 0 : errno;
    } while (rc == EINTR);

    return rc;
}

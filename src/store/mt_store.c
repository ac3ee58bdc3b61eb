
#include "store/mt_store_int.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>


#define MT_LINE  512             /* of the error log, bytes */


static int mt_store_register(mt_store_t *store);
static void mt_store_unregister(mt_store_t *store);
static int mt_store_registered(dev_t dev, ino_t ino);
static mt_store_t *mt_store_alloc(const mt_store_options_t *options);
static int mt_store_env(mt_store_t *store, const mt_store_options_t *options);
static int mt_store_databases(mt_store_t *store, int upgrade,
    const char **missing);
static int mt_count_line(const char *line, void *data);
static mt_status_t mt_stat_databases(mt_txn_t *txn, mt_store_stat_t *stat);


#define MT_DB_NAME_ENTRY(symbol, name, form)  [MT_DB_##symbol] = name,

const char *const  mt_db_names[MT_DB_COUNT] = {
    MT_DATABASES(MT_DB_NAME_ENTRY)
};


/* The stores that this process has open. */

static pthread_mutex_t   mt_stores_lock = PTHREAD_MUTEX_INITIALIZER;
static mt_store_t       *mt_stores;


static void
mt_store_line(mt_store_t *store, char *text, size_t size, const char *fmt,
    va_list args)
{
    int  len;

    len = snprintf(text, size, "store \"%s\": ", store->path);

    if (len > 0 && (size_t) len < size) {
        (void) vsnprintf(text + len, size - (size_t) len, fmt, args);
    }
}


void
mt_store_report(mt_store_t *store, int level, const char *fmt, ...)
{
    char     text[MT_LINE];
    va_list  args;

    if (store->report == NULL) {
        return;
    }

    va_start(args, fmt);
    mt_store_line(store, text, sizeof(text), fmt, args);
    va_end(args);

    store->report(store->report_data, level, text);
}


void
mt_store_trouble(mt_store_t *store, const char *fmt, ...)
{
    char     text[MT_LINE];
    va_list  args;

    if (store->report == NULL) {
        return;
    }

    va_start(args, fmt);
    mt_store_line(store, text, sizeof(text), fmt, args);
    va_end(args);

    if (mt_wal_may_tell(store, text)) {
        store->report(store->report_data, 1, text);
    }
}


mt_status_t
mt_store_error(mt_store_t *store, const char *what, int rc)
{
    /* reported once, as every transaction fails from now on */
    if (rc == MDB_PANIC
        && __atomic_exchange_n(&store->broken, 1, __ATOMIC_RELAXED))
    {
        return MT_STORE_FAILED;
    }

    mt_store_trouble(store, "%s: %s", what, mdb_strerror(rc));

    switch (rc) {

    case ENOSPC:
    case EDQUOT:
    case MDB_MAP_FULL:
        return MT_STORE_FULL;

    case ENOMEM:
        return MT_NO_MEMORY;

    default:
        return MT_STORE_FAILED;
    }
}


char *
mt_path_join(const char *path, const char *name)
{
    char  *joined;

    return asprintf(&joined, "%s/%s", path, name) < 0 ? NULL : joined;
}


static int
mt_store_registered(dev_t dev, ino_t ino)
{
    mt_store_t  *store;

    for (store = mt_stores; store; store = store->next) {
        if (store->dev == dev && store->ino == ino) {
            return 1;
        }
    }

    return 0;
}


int
mt_store_is_open(const char *path)
{
    int          open;
    char        *file;
    struct stat  st;

    open = 0;
    file = mt_path_join(path, MT_DATA_FILE);

    if (file && stat(file, &st) == 0) {
        (void) pthread_mutex_lock(&mt_stores_lock);
        open = mt_store_registered(st.st_dev, st.st_ino);
        (void) pthread_mutex_unlock(&mt_stores_lock);
    }

    free(file);

    return open;
}


/* Returns 0 or an error number; EBUSY if the process has the store open. */

static int
mt_store_register(mt_store_t *store)
{
    int          rc;
    char        *file;
    struct stat  st;

    file = mt_path_join(store->path, MT_DATA_FILE);
    if (file == NULL) {
        return ENOMEM;
    }

    rc = stat(file, &st) == 0 ? 0 : errno;
    free(file);

    if (rc != 0) {
        return rc;
    }

    (void) pthread_mutex_lock(&mt_stores_lock);

    if (mt_store_registered(st.st_dev, st.st_ino)) {
        rc = EBUSY;

    } else {
        store->dev = st.st_dev;
        store->ino = st.st_ino;
        store->uid = (int) st.st_uid;
        store->gid = (int) st.st_gid;
        store->next = mt_stores;
        mt_stores = store;
    }

    (void) pthread_mutex_unlock(&mt_stores_lock);

    return rc;
}


static void
mt_store_unregister(mt_store_t *store)
{
    mt_store_t  **p;

    (void) pthread_mutex_lock(&mt_stores_lock);

    for (p = &mt_stores; *p; p = &(*p)->next) {
        if (*p == store) {
            *p = store->next;
            break;
        }
    }

    (void) pthread_mutex_unlock(&mt_stores_lock);
}


static mt_store_t *
mt_store_alloc(const mt_store_options_t *options)
{
    mt_store_t  *store;

    store = calloc(1, sizeof(mt_store_t));
    if (store == NULL) {
        return NULL;
    }

    store->path = strdup(options->path.data);

    if (store->path == NULL
        || pthread_rwlock_init(&store->map_lock, NULL) != 0)
    {
        free(store->path);
        free(store);
        return NULL;
    }

    store->report = options->report;
    store->report_data = options->report_data;
    store->reader.store = store;
    store->wal.fd = -1;

    return store;
}


mt_status_t
mt_store_open(mt_store_t **out, const mt_store_options_t *options, char *why,
    size_t why_size)
{
    int           rc;
    int64_t       format;
    const char   *missing;
    mt_store_t   *store;
    mt_status_t   status;

    format = MT_STORE_FORMAT;

    if (mt_store_is_open(options->path.data)) {
        (void) snprintf(why, why_size, "store \"%s\" is open in this process "
                        "already", options->path.data);
        return MT_STORE_FAILED;
    }

    status = options->upgrade
             ? mt_store_check_format(options->path.data, &format, why,
                                     why_size)
             : mt_store_check_present(options->path.data, why, why_size);

    if (status != MT_OK) {
        return status;
    }

    store = mt_store_alloc(options);
    if (store == NULL) {
        (void) snprintf(why, why_size, "out of memory");
        return MT_NO_MEMORY;
    }

    missing = NULL;
    rc = mt_store_register(store);

    if (rc == 0) {
        rc = mt_store_env(store, options);
    }

    if (rc == 0) {
        store->upgrade = options->upgrade;
        store->wal.older = format != MT_STORE_FORMAT;
        rc = mt_store_databases(store, options->upgrade, &missing);
    }

    if (rc == 0) {
        rc = mt_wal_open(store);
        missing = rc ? MT_WAL_FILE : NULL;
    }

    if (rc == 0) {
        *out = store;
        return MT_OK;
    }

    (void) snprintf(why, why_size, "store \"%s\": %s%s%s",
                    options->path.data, missing ? missing : "",
                    missing ? ": " : "", mdb_strerror(rc));
    mt_store_close(store);

    return mt_setup_status(rc);
}


static int
mt_store_env(mt_store_t *store, const mt_store_options_t *options)
{
    int       rc;
    MDB_stat  st;

    rc = mt_env_create(&store->env, options->max_size, options->max_readers);

    if (rc == 0) {
        rc = mt_allocate_lock(store->path, options->max_readers);
    }

    if (rc == 0) {
        rc = mdb_env_open(store->env, store->path, MDB_NOTLS, 0600);
    }

    if (rc == 0) {
        rc = mdb_env_stat(store->env, &st);
        store->page_size = st.ms_psize;
    }

    /* the owner of the data owns the lock file: a tool run by root may open
     * the store first, and the workers must be able to open it then */
    if (rc == 0 && geteuid() == 0) {
        rc = mt_own_file(store->path, MT_LOCK_FILE, store->uid, store->gid);
    }

    return rc;
}


static int
mt_store_databases(mt_store_t *store, int upgrade, const char **missing)
{
    int       rc, db;
    MDB_txn  *txn;

    rc = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    if (rc != 0) {
        return rc;
    }

    for (db = 0; db < MT_DB_COUNT; db++) {
        rc = mdb_dbi_open(txn, mt_db_names[db], 0, &store->dbi[db]);

        if (rc == MDB_NOTFOUND && upgrade) {
            continue;
        }

        if (rc != 0) {
            *missing = mt_db_names[db];
            mdb_txn_abort(txn);
            return rc;
        }
    }

    /* handles become the environment's when this transaction ends */
    return mdb_txn_commit(txn);
}


mt_status_t
mt_txn_create_databases(mt_txn_t *txn)
{
    int  rc, db;

    for (db = 0; db < MT_DB_COUNT; db++) {
        rc = mdb_dbi_open(txn->txn, mt_db_names[db], MDB_CREATE,
                          &txn->store->dbi[db]);

        if (rc != 0) {
            return mt_txn_fail(txn, mt_db_names[db], rc);
        }
    }

    return MT_OK;
}


void
mt_store_close(mt_store_t *store)
{
    if (store == NULL) {
        return;
    }

    if (store->reader.txn) {
        mdb_txn_abort(store->reader.txn);
    }

    if (store->env) {
        mdb_env_close(store->env);
    }

    mt_wal_close(store);
    mt_store_unregister(store);

    (void) pthread_rwlock_destroy(&store->map_lock);
    free(store->path);
    free(store);
}


int
mt_store_broken(const mt_store_t *store)
{
    return __atomic_load_n(&store->broken, __ATOMIC_RELAXED);
}


int
mt_store_reader_check(mt_store_t *store)
{
    int  rc, dead;

    dead = 0;
    rc = mdb_reader_check(store->env, &dead);

    if (rc != MDB_SUCCESS) {
        (void) mt_store_error(store, "check of the readers", rc);
        return 0;
    }

    return dead;
}


static int
mt_count_line(const char *line, void *data)
{
    (void) line;
    (*(unsigned *) data)++;

    return 0;
}


mt_status_t
mt_store_stat(mt_store_t *store, mt_store_stat_t *stat)
{
    char         *file;
    uint64_t      free_pages;
    mt_txn_t     *txn;
    MDB_stat      env_stat;
    mt_status_t   rc;
    MDB_envinfo   info;
    struct stat   st;

    memset(stat, 0, sizeof(*stat));

    rc = mt_read_open(store, &txn);
    if (rc != MT_OK) {
        return rc;
    }

    (void) mdb_env_info(store->env, &info);
    (void) mdb_env_stat(store->env, &env_stat);
    (void) mdb_reader_list(store->env, mt_count_line, &stat->readers);

    /* the first line is a heading, or says that there are none */
    stat->readers--;
    stat->max_readers = info.me_maxreaders;
    stat->map_size = info.me_mapsize;
    stat->txn_id = info.me_last_txnid;

    rc = mt_stat_databases(txn, stat);

    if (rc == MT_OK) {
        rc = mt_stat_free(txn, &free_pages);
    }

    mt_read_close(txn);

    if (rc != MT_OK) {
        return rc;
    }

    stat->used_bytes = (info.me_last_pgno + 1 - free_pages)
                       * env_stat.ms_psize;

    file = mt_path_join(store->path, MT_DATA_FILE);

    if (file && lstat(file, &st) == 0) {
        stat->file_bytes = (uint64_t) st.st_size;
    }

    free(file);

    return MT_OK;
}


uint64_t
mt_db_bytes(mt_txn_t *txn, mt_db_t db)
{
    int       rc;
    MDB_stat  st;

    rc = mdb_stat(txn->txn, txn->store->dbi[db], &st);

    if (rc != 0) {
        (void) mt_txn_fail(txn, "mdb_stat()", rc);
        return 0;
    }

    return (uint64_t) (st.ms_branch_pages + st.ms_leaf_pages
                       + st.ms_overflow_pages)
           * st.ms_psize;
}


static mt_status_t
mt_stat_databases(mt_txn_t *txn, mt_store_stat_t *stat)
{
    int       rc, db;
    MDB_stat  st;

    for (db = 0; db < MT_DB_COUNT; db++) {
        rc = mdb_stat(txn->txn, txn->store->dbi[db], &st);

        if (rc != MDB_SUCCESS) {
            return mt_txn_fail(txn, mt_db_names[db], rc);
        }

        stat->entries[db] = st.ms_entries;
    }

    stat->position = mt_meta_position(txn);

    return mt_txn_status(txn);
}


/* LMDB's database 0 has a count and the freed pages of each transaction. */

mt_status_t
mt_stat_free(mt_txn_t *txn, uint64_t *pages)
{
    int          rc;
    size_t       n;
    MDB_val      key, value;
    MDB_cursor  *cursor;

    *pages = 0;

    rc = mdb_cursor_open(txn->txn, 0, &cursor);
    if (rc != MDB_SUCCESS) {
        return mt_txn_fail(txn, "free list", rc);
    }

    while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        memcpy(&n, value.mv_data, sizeof(n));
        *pages += n;
    }

    mdb_cursor_close(cursor);

    return rc == MDB_NOTFOUND ? MT_OK : mt_txn_fail(txn, "free list", rc);
}

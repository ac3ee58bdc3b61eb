
/*
 * Private to store/ and its unit tests.
 */

#ifndef MT_STORE_INT_H
#define MT_STORE_INT_H

#include "store/mt_store.h"

#include <pthread.h>
#include <sys/types.h>

#include <lmdb.h>


#define MT_LOCK_FILE  "lock.mdb"
/* a new store, renamed to MT_DATA_FILE once it is whole */
#define MT_NEW_FILE   "data.mdb.new"
#define MT_NEW_LOCK   "data.mdb.new-lock"

/* the write-ahead log and its shared words: mt_wal.h */
#define MT_WAL_FILE   "wal.log"
#define MT_WAL_WORDS  "wal.lock"

/* a log of another store that was found in its place */
#define MT_REPLACED     "replaced-"      /* and the time: set aside */
#define MT_WAL_FOREIGN  "wal.log.foreign"


/* Writes of a transaction to a database: mt_reserve.c. */

typedef struct {
    uint64_t  leaves;              /* pages of the tree before the first */
    uint64_t  branches;
    uint64_t  puts;                /* not those that append */
    uint64_t  dels;
    uint64_t  own;                 /* pages of values that have their own */
    int       known;               /* there was a write */
} mt_changes_t;


struct mt_txn_s {
    mt_store_t    *store;
    MDB_txn       *txn;
    mt_status_t    status;         /* the first failure */
    int            write;
    int            logs;           /* how far the write-ahead log was read */
    int            numbered;       /* mt_txn_is_numbered() */
    int            uncounted;      /* mt_usage_uncounted() */
    mt_usages_t    usages;         /* of the companies touched so far */
    mt_changes_t  *changes;        /* of each database; NULL: only reads */
    MDB_cursor   **writers;        /* the same; NULL: not opened yet */
};

typedef struct mt_wal_words_s  mt_wal_words_t;      /* mapped */

typedef struct {
    int              fd;           /* -1: not open */
    int              older;        /* the log may be of format 1 */
    mt_wal_words_t  *words;

    /* of the write transaction that is open */
    uint8_t          id[MT_STORE_ID_LEN];
    uint64_t         generation;
    uint64_t         position;     /* last one of the journal when it began */
    uint64_t         end;          /* offset of the next record */
    uint64_t         size;         /* of the file */
    uint32_t         seq;          /* of the next record */
    uint8_t         *buf;          /* a record; malloc'ed, of `room` bytes */
    size_t           room;
} mt_wal_t;

struct mt_store_s {
    MDB_env           *env;
    MDB_dbi            dbi[MT_DB_COUNT];
    mt_txn_t           reader;     /* mt_read_begin()'s, kept between uses */
    mt_txn_t           lent;       /* in its place while lent.txn is set */

    /* Every transaction of this process holds it shared; a change of the
     * map's size takes it exclusively. */
    pthread_rwlock_t   map_lock;
    int                broken;     /* atomic */
    int                moved;      /* atomic; the data file was replaced */
    int                upgrade;    /* open for mt_prepare() */

    mt_wal_t           wal;

    size_t             page_size;  /* bytes */
    _Atomic uint64_t   reserved;   /* bytes of the data file, from its begin,
                                      that have blocks */

    char              *path;
    void             (*report)(void *report_data, int level, const char *text);
    void              *report_data;

    /* the data file, to find a second opening in this process */
    dev_t              dev;
    ino_t              ino;
    int                uid;        /* the data file's owner */
    int                gid;
    mt_store_t        *next;
};


extern const char *const  mt_db_names[MT_DB_COUNT];

/* Reports LMDB's or the system's error `rc` of `what`.  Returns MT_STORE_FULL
 * or MT_STORE_FAILED. */
mt_status_t mt_store_error(mt_store_t *store, const char *what, int rc);

/* The same; the transaction remembers it.  Returns its first failure. */
mt_status_t mt_txn_fail(mt_txn_t *txn, const char *what, int rc);

/* Returns 1 if this process has the data file open.  It must not be opened
 * again: closing it would drop LMDB's locks. */
int mt_store_is_open(const char *path);

/* Returns 1 if another process has the store open; not to be called while this
 * process has. */
int mt_store_live(const char *path);

/* Creates the databases that a store of an older format lacks, in a write
 * transaction.  Returns MT_OK or a failure, which the transaction remembers.
 */
mt_status_t mt_txn_create_databases(mt_txn_t *txn);

/* Counts an entry that is put (sign 1) or deleted (-1).  A failure is the
 * transaction's. */
void mt_usage_entry(mt_txn_t *txn, mt_db_t db, mt_str_t key, mt_str_t value,
    int sign);

/* Reads the format of the store in a directory.  Returns MT_OK if there is a
 * store of our format, else a failure with the reason in `why`. */
mt_status_t mt_store_check_format(const char *path, int64_t *format,
    char *why, size_t why_size);

/* The same; fails also for an older format, with what to do about it. */
mt_status_t mt_store_check_present(const char *path, char *why,
    size_t why_size);

/* Makes an environment that is not open yet; 0 as size or readers leaves
 * LMDB's default.  Returns 0, or LMDB's error; then *env is NULL or must be
 * closed. */
/* Writes all entries into a new data file, empty so far, and nothing else.
 * Returns 0 or an error number. */
int mt_rewrite(mt_store_t *store, const char *file);

int mt_env_create(MDB_env **env, uint64_t max_size, unsigned max_readers);

/* Makes the lock file unless it exists, with all of its blocks.  Not for a
 * process that has the store open.  Returns 0 or an error number. */
int mt_allocate_lock(const char *path, unsigned max_readers);

/* Returns MT_STORE_FULL for an error number of trouble that may pass, a full
 * disk or an I/O error, else MT_STORE_FAILED. */
mt_status_t mt_setup_status(int rc);

/* Opens or makes the write-ahead log of a store that is open.  Returns 0 or
 * errno; mt_wal_close() must follow in either case. */
int mt_wal_open(mt_store_t *store);
void mt_wal_close(mt_store_t *store);

/* Counts a write before it is made: key and value of `len` bytes, behind the
 * last key if `append` is set; or a deletion. */
void mt_reserve_put(mt_txn_t *txn, mt_db_t db, size_t len, int append);
void mt_reserve_del(mt_txn_t *txn, mt_db_t db);

/* To be called before a write that may not be made and is counted afterwards.
 * Returns the database's counts, for mt_reserve.c. */
mt_changes_t *mt_reserve_changes(mt_txn_t *txn, mt_db_t db);

/* Returns how many pages the commit of this write transaction can need. */
uint64_t mt_reserve_pages(mt_txn_t *txn);

/* Finds out, for all processes, whether the store is low on space.  For who is
 * about to write, with no transaction open. */
void mt_reserve_watch(mt_store_t *store);

/* Notes, for all processes, whether it is.  Returns what was noted before. */
int mt_wal_set_low(mt_store_t *store, int low);

/* Counts the pages that are free in a snapshot.  Returns MT_OK or a failure,
 * which the transaction remembers. */
mt_status_t mt_stat_free(mt_txn_t *txn, uint64_t *pages);

/* Allocates these pages behind the last one.  Returns 1 if the file has them,
 * and the map room for them, else 0. */
int mt_reserve_holds(mt_txn_t *txn);

/* Returns 1 if this line of trouble may be written: no process has written it
 * within the last minute. */
int mt_wal_may_tell(mt_store_t *store, const char *text);

/* Notes, for all processes, whether the last commit failed.  Returns what was
 * noted before. */
int mt_wal_set_failed(mt_store_t *store, int failed);

/* Returns the transaction id of the last commit. */
uint64_t mt_store_last(const mt_store_t *store);

/* Asks for the end of a write transaction that is held open (mt_wal_hold()).
 * To be called before waiting for it. */
void mt_wal_ask(mt_store_t *store);

/* Checks that this user may use a store's directory and each file in it.
 * Returns MT_OK, or a failure with file, owner and cure in `why`. */
mt_status_t mt_store_access(const char *path, char *why, size_t why_size);

/* Gives a file, if it exists, to uid and gid (or -1), as mt_owner_give() does.
 * Returns 0 or an error number. */
int mt_own_file(const char *path, const char *name, int uid, int gid);

/* Returns 0, or -1 with errno. */
int mt_sync_directory(const char *path);

/* Returns "path/name", malloc'ed, or NULL without memory. */
char *mt_path_join(const char *path, const char *name);

#endif /* MT_STORE_INT_H */


/*
 * What the files of the store share; nobody else includes this.
 */

#ifndef MT_STORE_INT_H
#define MT_STORE_INT_H

#include "store/mt_store.h"

#include <pthread.h>
#include <sys/types.h>

#include <lmdb.h>


#define MT_DATA_FILE  "data.mdb"
#define MT_LOCK_FILE  "lock.mdb"
/* A store in the making: becomes MT_DATA_FILE when it is whole. */
#define MT_NEW_FILE   "data.mdb.new"
#define MT_NEW_LOCK   "data.mdb.new-lock"

/* the write-ahead log, and the words beside it: mt_wal.h */
#define MT_WAL_FILE   "wal.log"
#define MT_WAL_WORDS  "wal.lock"


struct mt_txn_s {
    mt_store_t   *store;
    MDB_txn      *txn;
    mt_status_t   status;          /* the first failure */
    int           write;
    int           logs;            /* its place in the log is known */
    int           numbered;        /* mt_txn_is_numbered() */
};

typedef struct mt_wal_words_s  mt_wal_words_t;      /* mapped */

typedef struct {
    int              fd;           /* -1: not open */
    mt_wal_words_t  *words;

    /* Of the write transaction that is open. */
    uint64_t         position;     /* of the journal when it began */
    uint64_t         end;          /* where the next record goes, in bytes */
    uint64_t         size;         /* of the file */
    uint32_t         seq;          /* of the next record */
    uint8_t         *buf;          /* a record; malloc'ed */
    size_t           room;
} mt_wal_t;

struct mt_store_s {
    MDB_env           *env;
    MDB_dbi            dbi[MT_DB_COUNT];
    mt_txn_t           reader;     /* mt_read_begin()'s, kept between uses */

    /* Every transaction of this process holds it shared; whoever must change
     * the size of the map tries to hold it alone. */
    pthread_rwlock_t   map_lock;
    int                broken;     /* atomic */

    mt_wal_t           wal;

    char              *path;
    void             (*log)(void *log_data, int level, const char *text);
    void              *log_data;

    /* the data file, by which a second opening is found out */
    dev_t              dev;
    ino_t              ino;
    int                uid;        /* its owner */
    int                gid;
    mt_store_t        *next;
};


extern const char *const  mt_db_names[MT_DB_COUNT];

/* Logs, and sorts LMDB's and the system's errors into two statuses. */
mt_status_t mt_store_error(mt_store_t *store, const char *what, int rc);

/* The same, remembered by the transaction.  Returns its first failure. */
mt_status_t mt_txn_fail(mt_txn_t *txn, const char *what, int rc);

/* 1 when this process has the data file open: LMDB would lose its locks were
 * it opened, and closed, once more. */
int mt_store_is_open(const char *path);

/* The store in a directory.  MT_OK: there is one, of our format, and it was
 * only read. */
mt_status_t mt_store_check_format(const char *path, char *why,
    size_t why_size);

/* An environment, not open yet.  0 as size or readers leaves LMDB's choice.
 * LMDB's error, with *env NULL or to be closed. */
int mt_env_create(MDB_env **env, uint64_t max_size, unsigned max_readers);

/* Opens, or makes, the log of a store that is open.  0 or errno; to be closed
 * in either case. */
int mt_wal_open(mt_store_t *store);
void mt_wal_close(mt_store_t *store);

/* The id of the transaction that the store stands at. */
uint64_t mt_store_last(const mt_store_t *store);

/* Asks whoever holds a transaction open for its end; to be called by those who
 * are about to wait for it. */
void mt_wal_ask(mt_store_t *store);

/* Gives a file to uid/gid (-1: leave), if it is there.  0 or errno. */
int mt_own_file(const char *path, const char *name, int uid, int gid);

/* 0, or -1 with errno. */
int mt_sync_directory(const char *path);

/* "path/name", malloc'ed. */
char *mt_path_join(const char *path, const char *name);

#endif /* MT_STORE_INT_H */

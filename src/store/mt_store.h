
/*
 * The store: one LMDB environment, opened once per process after the fork,
 * with typed access to the databases of mt_schema.h.  It knows keys and
 * records, no rule of the domain.
 *
 * Threads: reads belong to one thread per store (a worker's event loop: one
 * read transaction, reset and renewed); a write transaction begins and ends
 * in one thread, any.  A thread that reads beside them opens a transaction of
 * its own with mt_read_open().
 *
 * Errors: MT_STORE_FULL for a full map or disk, MT_STORE_FAILED for any other
 * failure (its text goes to the log callback), "no such key" is told apart.
 */

#ifndef MT_STORE_H
#define MT_STORE_H

#include "model/mt_records.h"
#include "store/mt_keys.h"


typedef struct mt_store_s   mt_store_t;
typedef struct mt_txn_s     mt_txn_t;
typedef struct mt_cursor_s  mt_cursor_t;

typedef struct {
    mt_str_t     path;          /* a directory, NUL-terminated */
    uint64_t     max_size;      /* of the map, in bytes; sparse.  0: as the
                                   store remembers, for tools */
    unsigned     max_readers;   /* slots: 2 per worker and some for tools; 0:
                                   LMDB's default */
    /* level 0 info, 1 error; may be NULL.  From any thread. */
    void       (*log)(void *log_data, int level, const char *text);
    void        *log_data;
} mt_store_options_t;


/*
 * Makes the directory and an empty store of the present format unless there
 * is one; checks the format if there is.  Opens and closes the environment:
 * for the master process, before the fork.  uid/gid (or -1) own the directory
 * and its files, also those of a store that was restored.  MT_STORE_FAILED
 * with the reason in `why` (of `why_size` bytes); a directory that holds
 * anything else, or a store of another format, is not touched.
 */
mt_status_t mt_store_create(const mt_store_options_t *options, int uid,
    int gid, char *why, size_t why_size);

/* The same check without writing: for `nginx -t`.  A path that does not exist
 * yet is MT_OK when its parent directory does. */
mt_status_t mt_store_check(const mt_store_options_t *options, char *why,
    size_t why_size);

/* Opens an existing store; *store is malloc'ed, mt_store_close() frees it. */
mt_status_t mt_store_open(mt_store_t **store,
    const mt_store_options_t *options, char *why, size_t why_size);
void mt_store_close(mt_store_t *store);

/* One line to the log callback, if there is one. */
void mt_store_log(mt_store_t *store, int level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Frees the reader slots of dead processes; returns how many. */
int mt_store_reader_check(mt_store_t *store);

typedef struct {
    uint64_t  map_size;
    uint64_t  used_bytes;      /* pages in use, the free list taken off */
    uint64_t  file_bytes;
    unsigned  readers;
    unsigned  max_readers;
    uint64_t  txn_id;
    uint64_t  position;        /* of the journal */
    uint64_t  entries[MT_DB_COUNT];
} mt_store_stat_t;

mt_status_t mt_store_stat(mt_store_t *store, mt_store_stat_t *stat);

/* What a database takes up, in whole pages; 0 on failure. */
uint64_t mt_db_bytes(mt_txn_t *txn, mt_db_t db);

/* A consistent, compacted copy into the directory `dest` (made when it is not
 * there; must not hold a store), while others write.  MT_OK: on disk. */
mt_status_t mt_store_backup(mt_store_t *store, const char *dest, char *why,
    size_t why_size);

/* Set after a failure that leaves this environment unusable (MDB_PANIC): the
 * process should reopen the store. */
int mt_store_broken(const mt_store_t *store);


/*
 * The right to do the store's background work.  One process at a time has it,
 * of whatever server; one that dies loses it.  A descriptor that holds it, to
 * be given up with close(); -1 while another one has it, or on a failure.
 */
int mt_store_lease(const mt_store_t *store);


/*
 * Transactions.  mt_read_begin() renews the store's one read transaction: do
 * not nest.  Values returned are valid until the transaction ends or, in a
 * write transaction, until the next write.
 */
mt_status_t mt_read_begin(mt_store_t *store, mt_txn_t **txn);
void mt_read_end(mt_txn_t *txn);
/* a read transaction of its own (another thread, a tool); mt_read_close() */
mt_status_t mt_read_open(mt_store_t *store, mt_txn_t **txn);
void mt_read_close(mt_txn_t *txn);

mt_status_t mt_write_begin(mt_store_t *store, mt_txn_t **txn);
/* MT_OK: synced to disk.  Any other: unknown, the caller must not tell of
 * success.  Frees the transaction in every case. */
mt_status_t mt_write_commit(mt_txn_t *txn);
void mt_write_abort(mt_txn_t *txn);
int mt_txn_is_write(const mt_txn_t *txn);
/* Its number: of the state that is read, or of the one that is to be. */
uint64_t mt_txn_id(const mt_txn_t *txn);
/* 1 when nothing but the state that mt_read_begin()'s transaction reads has
 * its number: what is kept under that may be used. */
int mt_txn_is_numbered(const mt_txn_t *txn);


/*
 * Raw access.  mt_get(): 1 found, 0 not there, -1 failed.  mt_del(): the same.
 * Failures are sticky: the transaction remembers the first, further writes do
 * nothing, and mt_write_commit() fails with it; so a caller may check once,
 * with mt_txn_status().
 */
int mt_get(mt_txn_t *txn, mt_db_t db, const mt_key_t *key, mt_str_t *value);
mt_status_t mt_put(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    mt_str_t value);
/* for keys that only grow: the journal */
mt_status_t mt_append(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    mt_str_t value);
int mt_del(mt_txn_t *txn, mt_db_t db, const mt_key_t *key);
mt_status_t mt_txn_status(const mt_txn_t *txn);
/* Tells the store's log what is wrong in this transaction. */
void mt_txn_complain(const mt_txn_t *txn, const char *text);

/* u64 values; mt_get_num_or() gives `def` when not there or on failure. */
uint64_t mt_get_num_or(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    uint64_t def);
mt_status_t mt_put_num(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    uint64_t value);


/*
 * The facts of the store that META holds.  Getters return 0 for one that is
 * not there, or on a failure, which the transaction remembers.  A server key
 * is MT_SERVER_KEY_LEN bytes that live as mt_get()'s value; its getter returns
 * 1, or -1 when there is none or on a failure.
 */
uint64_t mt_meta_position(mt_txn_t *txn);
int64_t mt_meta_time(mt_txn_t *txn);
int mt_meta_server_key(mt_txn_t *txn, mt_str_t *server_key);
mt_status_t mt_meta_set_position(mt_txn_t *txn, uint64_t position);
mt_status_t mt_meta_set_time(mt_txn_t *txn, int64_t time);


/*
 * Records.  mt_load(): 1 loaded (strings point into the map while the
 * transaction lasts, or into the arena after mt_load_copy()), 0 not there, -1
 * failed or not decodable.  mt_save() writes MT_ENCODE_STATE; mt_save_new()
 * only where there is nothing yet: 1 saved, 0 something is there, -1 failed.
 */
int mt_load(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, void *object, mt_arena_t *arena);
int mt_load_copy(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, void *object, mt_arena_t *arena);
/* of a value that was found: 1, or -1; of some fields, as
 * mt_record_decode_some() has them */
int mt_load_value(mt_txn_t *txn, mt_db_t db, mt_str_t value,
    const mt_model_t *model, void *object, mt_arena_t *arena);
int mt_load_some(mt_txn_t *txn, mt_db_t db, mt_str_t value,
    const mt_model_t *model, uint64_t wanted, void *object,
    mt_arena_t *arena);
mt_status_t mt_save(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, const void *object, mt_arena_t *arena);
int mt_save_new(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, const void *object, mt_arena_t *arena);


/*
 * Cursors, over the keys that begin with `prefix` (NULL: all).  Malloc'ed,
 * NULL on failure; close before the transaction ends.  mt_cursor_seek(): to
 * the first key >= at; mt_cursor_seek_back(): to the last key <= at;
 * next/prev from there, and on a fresh cursor first/last.  All return 1 with
 * *key and *value (valid as mt_get()'s), 0 outside the prefix, -1 on failure.
 * Writes between the steps are allowed, also to delete what was just read.
 */
mt_cursor_t *mt_cursor_open(mt_txn_t *txn, mt_db_t db,
    const mt_key_t *prefix);
void mt_cursor_close(mt_cursor_t *cursor);
int mt_cursor_first(mt_cursor_t *c, mt_str_t *key, mt_str_t *value);
int mt_cursor_last(mt_cursor_t *c, mt_str_t *key, mt_str_t *value);
int mt_cursor_seek(mt_cursor_t *c, const mt_key_t *at, mt_str_t *key,
    mt_str_t *value);
int mt_cursor_seek_back(mt_cursor_t *c, const mt_key_t *at, mt_str_t *key,
    mt_str_t *value);
int mt_cursor_next(mt_cursor_t *c, mt_str_t *key, mt_str_t *value);
int mt_cursor_prev(mt_cursor_t *c, mt_str_t *key, mt_str_t *value);
/* The same cursor, over other keys; the next step is to be a seek. */
void mt_cursor_move(mt_cursor_t *c, const mt_key_t *prefix);


/*
 * Look-ups of keys that are near each other, as those for a list's rows are,
 * in a read transaction.  A cursor for each database stays at the least key
 * that is not below the last one asked for: a key somewhat above is there, is
 * the next one, or is known to be absent.  Zeroed at first; mt_near_close()
 * before the transaction ends.
 *
 * mt_near_get(): as mt_get(); is mt_get() for near NULL.
 */

#define MT_NEAR_KEY     20           /* the longest: C and two numbers */
#define MT_NEAR_PLACES  8            /* databases, the others as mt_get() */

typedef struct {
    void      *cursor;
    mt_db_t    db;
    int        found;                /* 0: there is no such key */
    mt_str_t   key;
    mt_str_t   value;
    size_t     len;                  /* of the key asked for last; 0: none */
    uint8_t    asked[MT_NEAR_KEY];
} mt_near_place_t;

typedef struct {
    mt_near_place_t  places[MT_NEAR_PLACES];
    size_t           n;
} mt_near_t;

int mt_near_get(mt_near_t *near, mt_txn_t *txn, mt_db_t db,
    const mt_key_t *key, mt_str_t *value);

void mt_near_close(mt_near_t *near);


/*
 * The unique strings of a company.  mt_name_find(): the number, 0 when nobody
 * has it.
 */
uint64_t mt_name_find(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t s);
mt_status_t mt_name_put(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t s, uint64_t num);
void mt_name_del(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t s);

#endif /* MT_STORE_H */


/*
 * The store: one LMDB environment, opened once per process after the fork,
 * with typed access to the databases of mt_schema.h.  It knows keys and
 * records, no rule of the domain.
 *
 * Threads: mt_read_begin()'s transaction belongs to one thread per store, a
 * worker's event loop; other threads read in a transaction of mt_read_open().
 * A write transaction begins and ends in the same thread, any.
 *
 * Errors: MT_STORE_FULL for a full map or disk, MT_STORE_FAILED for any other
 * failure, of which report() gets the text.  A missing key is no failure.
 */

#ifndef MT_STORE_H
#define MT_STORE_H

#include "model/mt_records.h"
#include "store/mt_keys.h"


#define MT_DATA_FILE  "data.mdb"     /* in the directory of a store */

typedef struct mt_store_s   mt_store_t;
typedef struct mt_txn_s     mt_txn_t;
typedef struct mt_cursor_s  mt_cursor_t;

typedef struct {
    mt_str_t     path;          /* a directory, NUL-terminated */
    uint64_t     max_size;      /* of the map, in bytes; sparse.  0, for tools:
                                   the size that the store has */
    unsigned     max_readers;   /* reader slots: 2 per worker and some for
                                   tools; 0: LMDB's default */

    /* NULL, or called from any thread with a line for the error log; level 0
     * is information, 1 an error */
    void       (*report)(void *report_data, int level, const char *text);
    void        *report_data;

    /* 1: mt_store_open() takes a store of an older format, or one that is
     * being upgraded; for mt_prepare() alone */
    int          upgrade;
} mt_store_options_t;


/*
 * Makes the directory and an empty store of the present format where there is
 * none, and checks the format where there is one, and that this user may use
 * each file.  The environment is opened and closed: for the master process,
 * before the fork, which is the workers' user meanwhile (base/mt_owner.h).
 * A store of a newer format, or a directory that holds anything else, is not
 * changed, nor is one of an older format: mt_prepare() (domain/mt_prepare.h)
 * upgrades that.  Returns MT_OK, or a failure with the reason in `why`, of
 * `why_size` bytes: MT_STORE_FULL for what may pass, a full disk or an I/O
 * error, else MT_STORE_FAILED.
 */
mt_status_t mt_store_create(const mt_store_options_t *options, char *why,
    size_t why_size);

/* Gives a store of root's, or the empty directory of one, which is made unless
 * it exists, to the user uid with gid, as mt_owner_take() (base/mt_owner.h)
 * says. */
void mt_store_take(const char *path, int uid, int gid);

/* Finds the user as whom root should work with a store, as mt_owner_find()
 * does.  Returns 0, or -1 with errno set. */
int mt_store_owner(const char *path, int *uid, int *gid);

/* Checks the same without a change, for `nginx -t`.  Returns MT_OK, also for a
 * path that does not exist below a directory that does, or a failure with the
 * reason, as mt_store_create() does. */
mt_status_t mt_store_check(const mt_store_options_t *options, char *why,
    size_t why_size);

/* Returns MT_OK if the directory holds a store, of whatever format, else
 * MT_STORE_FAILED with the reason. */
mt_status_t mt_store_exists(const mt_store_options_t *options, char *why,
    size_t why_size);

/* Returns 1 if another process has the store open, else 0. */
int mt_store_is_live(const mt_store_options_t *options);

/* Checks that the store has the present format and needs no preparation: for
 * those who find it open.  Returns MT_OK, or MT_STORE_FAILED with the reason.
 */
mt_status_t mt_store_check_ready(const mt_store_options_t *options, char *why,
    size_t why_size);

/* Opens an existing store.  Returns MT_OK with a store that mt_store_close()
 * frees, or a failure with the reason, as mt_store_create() does. */
mt_status_t mt_store_open(mt_store_t **store,
    const mt_store_options_t *options, char *why, size_t why_size);
void mt_store_close(mt_store_t *store);

/* Gives one line to the options' report(). */
void mt_store_report(mt_store_t *store, int level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for an error, but not if a process of this store gave the line
 * within the last minute: an error that stays does not fill the error log. */
void mt_store_trouble(mt_store_t *store, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Frees the reader slots of dead processes.  Returns their number. */
int mt_store_reader_check(mt_store_t *store);

typedef struct {
    uint64_t  map_size;        /* bytes */
    uint64_t  used_bytes;      /* in pages that are not free */
    uint64_t  file_bytes;
    unsigned  readers;
    unsigned  max_readers;
    uint64_t  txn_id;
    uint64_t  position;        /* last one of the journal */
    uint64_t  entries[MT_DB_COUNT];
} mt_store_stat_t;

mt_status_t mt_store_stat(mt_store_t *store, mt_store_stat_t *stat);

/* Returns the bytes that a database's pages take, or 0 on failure. */
uint64_t mt_db_bytes(mt_txn_t *txn, mt_db_t db);

/* Writes a consistent, compacted copy into the directory `dest`, which must
 * not hold a store and is made if need be, while others write.  With `rewrite`
 * it has the entries alone and no byte of deleted ones, and takes longer.
 * Returns MT_OK once it is on disk, or a failure with the reason. */
mt_status_t mt_store_backup(mt_store_t *store, const char *dest, int rewrite,
    char *why, size_t why_size);

/* Puts a copy of the data file `in` in the place of the options' store, marked
 * as a copy; mt_prepare() is to follow.  `from` is the backup's name in `why`.
 * With `replace` a store that is there is moved into a directory below,
 * without it fails.  No process may have it open.  Returns MT_OK, or a failure
 * with the reason. */
mt_status_t mt_store_restore(const mt_store_options_t *options,
    const char *from, int in, int replace, char *why, size_t why_size);

/* Returns 1 while what is left of the map or of the disk is for operations
 * that may use space in reserve.  One load from memory; a writer of any
 * process finds out when it begins. */
int mt_store_is_low(const mt_store_t *store);

/* Returns 1 after a failure that leaves the environment unusable (MDB_PANIC):
 * the process should open the store anew. */
int mt_store_broken(const mt_store_t *store);


/*
 * Takes the lease for background jobs, which one process of any server holds
 * at a time.  A process that dies loses it.  Returns a descriptor, given back
 * with close(), or -1 while another process holds the lease or on a failure.
 */
int mt_store_lease(const mt_store_t *store);


/*
 * Transactions.  Values that they return are valid until they end or, in a
 * write transaction, until its next write.
 */

/* Renews the store's one read transaction, which does not nest. */
mt_status_t mt_read_begin(mt_store_t *store, mt_txn_t **txn);
void mt_read_end(mt_txn_t *txn);

/*
 * From now on mt_read_begin() gives the state of this write transaction of
 * another thread, which must not touch it meanwhile; NULL ends that.  Not
 * while the store's one read transaction is open.  It may not be detached.
 */
void mt_read_lend(mt_store_t *store, const mt_txn_t *txn);
int mt_txn_is_lent(const mt_txn_t *txn);

/*
 * Makes the store's one read transaction, which is open, one of its own with
 * the same snapshot, to be ended with mt_read_close(); *txn, of
 * mt_read_begin(), is replaced.  While it is open the map cannot change.
 * Returns MT_OK, or MT_NO_MEMORY with nothing changed.
 */
mt_status_t mt_read_detach(mt_txn_t **txn);

/* A read transaction of its own, for another thread or a tool. */
mt_status_t mt_read_open(mt_store_t *store, mt_txn_t **txn);
void mt_read_close(mt_txn_t *txn);

mt_status_t mt_write_begin(mt_store_t *store, mt_txn_t **txn);

/* Returns MT_OK when the changes are on disk.  After a failure they may or may
 * not be, so no success may be acknowledged.  Frees the transaction. */
mt_status_t mt_write_commit(mt_txn_t *txn);
void mt_write_abort(mt_txn_t *txn);

int mt_txn_is_write(const mt_txn_t *txn);

/* Returns the transaction id: of the snapshot that is read, or the one that
 * the write transaction will have. */
uint64_t mt_txn_id(const mt_txn_t *txn);

/* Says that one key will be put to this database later in this transaction, so
 * that space is held in reserve for it (mt_wal_append()). */
void mt_txn_expect(mt_txn_t *txn, mt_db_t db);

/* Returns 1 if the transaction id of mt_read_begin()'s snapshot belongs to it
 * alone, so that it can key a cache. */
int mt_txn_is_numbered(const mt_txn_t *txn);


/*
 * Raw access.  Failures are sticky: the transaction remembers the first one,
 * further writes do nothing, and mt_write_commit() fails with it.  So a caller
 * may check once, with mt_txn_status().
 */

/* Returns 1 if found, 0 if there is no such key, -1 on failure. */
int mt_get(mt_txn_t *txn, mt_db_t db, const mt_key_t *key, mt_str_t *value);
mt_status_t mt_put(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    mt_str_t value);

/* Puts a key that is above all others: of the journal. */
mt_status_t mt_append(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    mt_str_t value);

/* Returns 1 if deleted, 0 if there is no such key, -1 on failure. */
int mt_del(mt_txn_t *txn, mt_db_t db, const mt_key_t *key);

mt_status_t mt_txn_status(const mt_txn_t *txn);

/* Gives an error of this transaction to mt_store_trouble(). */
void mt_txn_report(const mt_txn_t *txn, const char *text);

/* Values that are u64.  The getter returns `def` when there is no such key or
 * on failure. */
uint64_t mt_get_num_or(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    uint64_t def);
mt_status_t mt_put_num(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    uint64_t value);


/*
 * The usage of a company, which quotas bound: its bytes (keys and values),
 * meetings and people.  mt_put(), mt_del() and the like count bytes and
 * meetings; callers count what only they know.  The last counts of a write
 * transaction are seen in it at once and are stored when it is committed.
 *
 * mt_usage_company() returns the company that an entry counts for, 0 for none
 * or a journal entry: its writers count it.
 *
 * mt_usage_of() works out for what any entry counts: *company (0: none) and
 * *usage.  The arena is for decoding.  Returns 0, or -1 for a value that does
 * not decode.
 *
 * mt_usage_get() reads the usage.  Returns 0, or -1 on failure.
 *
 * mt_usage_add() adds to it, in a write transaction; a failure is the
 * transaction's.
 *
 * mt_usage_write() stores it now, for those who go on reading.
 *
 * For an upgrade: after mt_usage_uncounted() the transaction counts only by
 * mt_usage_add().  mt_usage_clear() deletes all counts as well.  Returns MT_OK
 * or a failure.
 */
uint32_t mt_usage_company(mt_db_t db, mt_str_t key, mt_str_t value);
int mt_usage_of(mt_db_t db, mt_str_t key, mt_str_t value, uint32_t *company,
    mt_usage_t *usage, mt_arena_t *arena);
int mt_usage_get(mt_txn_t *txn, uint32_t company, mt_usage_t *usage);
void mt_usage_add(mt_txn_t *txn, uint32_t company, int64_t bytes,
    int64_t meetings, int64_t people);
void mt_usage_write(mt_txn_t *txn);
void mt_usage_uncounted(mt_txn_t *txn);
mt_status_t mt_usage_clear(mt_txn_t *txn);

/* Usages by company, in ascending order; zeroed at first.  mt_usages_add()
 * returns the company's row, valid until the next call: a new one of zeros if
 * there is none, NULL without memory. */

typedef struct {
    uint32_t         company;
    mt_usage_t       now;
    mt_usage_t       stored;
} mt_usage_row_t;

typedef struct {
    mt_usage_row_t  *rows;             /* malloc'ed */
    size_t           n;
    size_t           room;
    size_t           last;             /* the row asked for last */
} mt_usages_t;

mt_usage_row_t *mt_usages_add(mt_usages_t *usages, uint32_t company);
void mt_usages_free(mt_usages_t *usages);


/*
 * The facts of the store that META holds.  Getters return 0 for one that is
 * not there, or on a failure, which the transaction remembers.  A server key
 * is MT_SERVER_KEY_LEN bytes that live as mt_get()'s value; its getter returns
 * 1, or -1 when there is none or on a failure.
 */
uint64_t mt_meta_position(mt_txn_t *txn);
int64_t mt_meta_time(mt_txn_t *txn);
int mt_meta_server_key(mt_txn_t *txn, mt_str_t *server_key);
/* As the server key's; MT_STORE_ID_LEN bytes. */
int mt_meta_store_id(mt_txn_t *txn, mt_str_t *id);
int64_t mt_meta_format(mt_txn_t *txn);
int64_t mt_meta_generation(mt_txn_t *txn);
int mt_meta_is_copy(mt_txn_t *txn);

/* Returns 1 if the store has an older format, or an upgrade is under way. */
int mt_meta_needs_upgrade(mt_txn_t *txn);

/* Returns 1 with the facts set if an upgrade is under way, 0 if none is, -1 on
 * a failure.  *key is the last key that the step has done, "" at its
 * beginning; it lives as mt_get()'s value. */
int mt_meta_upgrade(mt_txn_t *txn, int64_t *step, mt_str_t *key);

mt_status_t mt_meta_set_position(mt_txn_t *txn, uint64_t position);
mt_status_t mt_meta_set_generation(mt_txn_t *txn, int64_t generation);

/* Makes the store one of the present format: format, version, an id and a
 * generation where it has none. */
mt_status_t mt_meta_set_format(mt_txn_t *txn);

/* Notes how far an upgrade has come; step 0: it is over. */
mt_status_t mt_meta_set_upgrade(mt_txn_t *txn, int64_t step, mt_str_t key);

/* Says that this is the store, and no copy any more. */
mt_status_t mt_meta_clear_copy(mt_txn_t *txn);
mt_status_t mt_meta_set_time(mt_txn_t *txn, int64_t time);


/*
 * Records.  mt_load() leaves strings in the map, valid as mt_get()'s value;
 * mt_load_copy() copies them into the arena.  Lists are in the arena in either
 * case.  Both return 1 if loaded, 0 if there is no such key, -1 on failure or
 * when the value does not decode.
 */
int mt_load(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, void *object, mt_arena_t *arena);
int mt_load_copy(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, void *object, mt_arena_t *arena);

/* Decode a value that was found, all of it or, as mt_record_decode_some(),
 * some fields.  Return 1, or -1 when the value does not decode. */
int mt_load_value(mt_txn_t *txn, mt_db_t db, mt_str_t value,
    const mt_model_t *model, void *object, mt_arena_t *arena);
int mt_load_some(mt_txn_t *txn, mt_db_t db, mt_str_t value,
    const mt_model_t *model, uint64_t wanted, void *object,
    mt_arena_t *arena);

/* Writes a record as MT_ENCODE_STATE. */
mt_status_t mt_save(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, const void *object, mt_arena_t *arena);

/* The same, but never over another value.  Returns 1 if saved, 0 if the key
 * has a value, -1 on failure. */
int mt_save_new(mt_txn_t *txn, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, const void *object, mt_arena_t *arena);


/*
 * Cursors over the keys that begin with `prefix`; NULL: over all.  A cursor is
 * malloc'ed, NULL on failure, and must be closed before the transaction ends.
 * Writes between the steps are allowed, deletion of the present key included.
 */
mt_cursor_t *mt_cursor_open(mt_txn_t *txn, mt_db_t db,
    const mt_key_t *prefix);
void mt_cursor_close(mt_cursor_t *cursor);

/*
 * Steps: to the first and the last key, to the first key >= at, to the last
 * key <= at, to the next and the previous one; these two go to the first and
 * the last key on a fresh cursor.  All return 1 with *key and *value, valid as
 * mt_get()'s, 0 when there is no such key below the prefix, -1 on failure.
 */
int mt_cursor_first(mt_cursor_t *c, mt_str_t *key, mt_str_t *value);
int mt_cursor_last(mt_cursor_t *c, mt_str_t *key, mt_str_t *value);
int mt_cursor_seek(mt_cursor_t *c, const mt_key_t *at, mt_str_t *key,
    mt_str_t *value);
int mt_cursor_seek_back(mt_cursor_t *c, const mt_key_t *at, mt_str_t *key,
    mt_str_t *value);
int mt_cursor_next(mt_cursor_t *c, mt_str_t *key, mt_str_t *value);
int mt_cursor_prev(mt_cursor_t *c, mt_str_t *key, mt_str_t *value);

/* Seeks once: the first key >= at below the prefix (NULL: of all).  Returns as
 * mt_cursor_seek(). */
int mt_seek(mt_txn_t *txn, mt_db_t db, const mt_key_t *prefix,
    const mt_key_t *at, mt_str_t *key, mt_str_t *value);

/* Deletes entries below the prefix, *budget of them at most, by which it is
 * lowered.  Returns 1 if none is left, 0 if the budget is used up, -1 on
 * failure. */
int mt_del_below(mt_txn_t *txn, mt_db_t db, const mt_key_t *prefix,
    int64_t *budget);

/* Gives the cursor another prefix; a seek must follow. */
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


/* The unique strings of a company.  mt_name_find() returns the number, or 0
 * when the string has none. */
uint64_t mt_name_find(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t s);
mt_status_t mt_name_put(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t s, uint64_t num);
void mt_name_del(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t s);

#endif /* MT_STORE_H */


/*
 * The WAL: which records are read back.
 */

#include "store/mt_wal.h"
#include "store/mt_store_int.h"
#include "store_rig.h"

#include <fcntl.h>


#define BLOCK  4096


static mt_store_t *
store_make(const char *name)
{
    mt_store_t  *store;

    use_path(name);
    store = open_store(64 << 20);

    if (!ok(store != NULL, "store \"%s\" %s", name, why)) {
        exit(1);
    }

    return store;
}


static mt_txn_t *
begin(mt_store_t *store)
{
    mt_txn_t  *txn;

    if (mt_write_begin(store, &txn) != MT_OK) {
        ok(0, "a transaction");
        exit(1);
    }

    return txn;
}


/* Returns how many records there are; `last` becomes the text of the last. */

static int
count(mt_txn_t *txn, char *last)
{
    int       n, rc;
    mt_str_t  record;

    for (n = 0; (rc = mt_wal_next(txn, &record)) == 1; n++) {
        (void) snprintf(last, 32, "%.*s", (int) record.len, record.data);
    }

    return rc == 0 ? n : -1;
}


static mt_status_t
append(mt_txn_t *txn, const char *text)
{
    return mt_wal_append(txn, mt_cstr(text));
}


static void
set_position(mt_txn_t *txn, uint64_t position)
{
    mt_key_t  key;

    mt_key_meta(&key, MT_META_POSITION);

    ok(mt_put_num(txn, MT_DB_META, &key, position) == MT_OK, "a position");
}


static int
log_file(const char *name)
{
    int    fd;
    char   file[500];

    (void) snprintf(file, sizeof(file), "%s/%s", path, name);
    fd = open(file, O_RDWR);
    ok(fd != -1, "%s is there", name);

    return fd;
}


static void
spoil(off_t at)
{
    int      fd;
    uint8_t  byte;

    fd = log_file("wal.log");
    ok(pread(fd, &byte, 1, at) == 1, "a byte");
    byte ^= 1;
    ok(pwrite(fd, &byte, 1, at) == 1, "is another");
    close(fd);
}


static void
test_left(void)
{
    char         last[32];
    mt_txn_t    *txn, *reader;
    mt_store_t  *store;

    store = store_make("left");

    ok(!mt_wal_behind(store), "a new store is not behind");

    txn = begin(store);
    is_int(append(txn, "too soon"), MT_TOO_LARGE,
           "nothing is added before what is left was read");
    is_int(count(txn, last), 0, "nothing is left");
    is_int(append(txn, "one"), MT_OK, "one record");
    is_int(append(txn, ""), MT_OK, "an empty one");
    is_int(append(txn, "three"), MT_OK, "a third");
    ok(mt_wal_behind(store), "the store is behind");

    ok(mt_read_open(store, &reader) == MT_OK, "a reader");
    ok(mt_wal_logged(store) > mt_txn_id(reader), "is early");
    mt_read_close(reader);

    mt_write_abort(txn);

    txn = begin(store);
    is_int(count(txn, last), 3, "all are left for who comes next");
    ok(mt_str_eq(mt_cstr(last), MT_STR("three")), "in their order");
    is_int(append(txn, "four"), MT_OK, "which adds one");
    mt_write_abort(txn);

    /* another process, after a loss of power */

    mt_store_close(store);

    {
        int  fd = log_file("wal.lock");

        ok(ftruncate(fd, 0) == 0, "no words");
        close(fd);
    }

    store = store_make("left");
    ok(mt_wal_behind(store), "who opens it sees that it is behind");

    txn = begin(store);
    is_int(count(txn, last), 4, "all are left");
    ok(mt_write_commit(txn) == MT_OK, "committed (though empty)");
    ok(mt_wal_behind(store), "a transaction that changes nothing is none");

    txn = begin(store);
    is_int(count(txn, last), 4, "all are left");
    set_position(txn, 7);
    ok(mt_write_commit(txn) == MT_OK, "committed");
    ok(!mt_wal_behind(store), "no longer behind");

    ok(mt_read_open(store, &reader) == MT_OK, "a reader");
    ok(mt_wal_logged(store) <= mt_txn_id(reader), "is not early");
    mt_read_close(reader);

    txn = begin(store);
    is_int(count(txn, last), 0, "nothing is left");
    is_int(append(txn, "anew"), MT_OK, "the log begins anew");
    mt_write_abort(txn);

    mt_store_close(store);
}


/* Only complete records count, and none after a gap. */

static void
test_torn(void)
{
    size_t       i;
    char         last[32];
    mt_txn_t    *txn;
    mt_store_t  *store;

    static const struct {
        const char  *what;
        off_t        at;
        int          left;
    } cases[] = {
        { "the last byte of the third", 2 * BLOCK + 42, 2 },
        { "the number of the third", 2 * BLOCK + 27, 2 },
        { "the length of the second", BLOCK + 31, 1 },
        { "the checksum of the second", BLOCK + 33, 1 },
        { "the transaction of the first", 15, 0 },
        { "the position of the first", 23, 0 },
        { "the magic of the first", 0, 0 }
    };

    store = store_make("torn");

    for (i = 0; i < mt_nitems(cases); i++) {
        txn = begin(store);
        (void) count(txn, last);
        set_position(txn, i);
        ok(mt_write_commit(txn) == MT_OK, "a new log");

        txn = begin(store);
        (void) count(txn, last);
        ok(append(txn, "one") == MT_OK && append(txn, "two") == MT_OK
           && append(txn, "end") == MT_OK, "three records");
        mt_write_abort(txn);

        spoil(cases[i].at);

        txn = begin(store);
        is_int(count(txn, last), cases[i].left, "%s is spoilt", cases[i].what);
        mt_write_abort(txn);
    }

    ok(!mt_wal_behind(store), "words without records are forgotten");

    mt_store_close(store);
}


/* A store that was replaced by a copy. */

static void
test_foreign(void)
{
    char         last[32];
    mt_txn_t    *txn;
    mt_store_t  *store;

    store = store_make("foreign");

    txn = begin(store);
    (void) count(txn, last);
    is_int(append(txn, "on top of position 0"), MT_OK, "a record");
    mt_write_abort(txn);

    /* the same transaction id with another history */

    txn = begin(store);
    set_position(txn, 5);
    is_int(count(txn, last), 0, "is not of another position");
    mt_write_abort(txn);
    mt_store_close(store);
}


static void
test_large(void)
{
    int           n;
    char         *big, last[32];
    mt_str_t      record;
    mt_txn_t     *txn;
    mt_store_t   *store;
    mt_status_t   status;

    store = store_make("large");
    big = calloc(1, MT_WAL_MAX);
    record.data = big;

    txn = begin(store);
    (void) count(txn, last);

    record.len = MT_WAL_MAX;
    is_int(mt_wal_append(txn, record), MT_TOO_LARGE, "more than the log");

    record.len = 1 << 20;

    for (n = 0; (status = mt_wal_append(txn, record)) == MT_OK; n++) {
        /* void */
    }

    is_int(status, MT_TOO_LARGE, "the log is full");
    is_int(n, 7, "of seven records of a megabyte (and a block)");
    mt_write_abort(txn);

    txn = begin(store);
    is_int(count(txn, last), n, "all are read");
    mt_write_abort(txn);

    mt_store_close(store);
    free(big);
}


/* The holder hears the processes that wait; after it nobody does. */

static void
test_asked(void)
{
    char         last[32];
    mt_txn_t    *txn;
    mt_store_t  *store;

    store = store_make("asked");

    txn = begin(store);
    (void) count(txn, last);
    mt_wal_ask(store);
    ok(!mt_wal_asked(txn), "who does not hold on to it is not asked");
    mt_wal_hold(txn);
    ok(!mt_wal_asked(txn), "nobody has asked yet");
    mt_wal_ask(store);
    ok(mt_wal_asked(txn), "somebody has");
    set_position(txn, 1);
    ok(mt_write_commit(txn) == MT_OK, "committed");

    mt_wal_ask(store);
    txn = begin(store);
    ok(!mt_wal_asked(txn), "the next one is not");
    mt_write_abort(txn);

    mt_store_close(store);
}


int
main(void)
{
    if (!rig_begin()) {
        return 1;
    }

    test_left();
    test_torn();
    test_foreign();
    test_large();
    test_asked();

    return rig_end();
}


/* The store's environment: full, outgrown, read by dead processes, copied. */

#include "store_rig.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>


static mt_status_t
put_many(mt_store_t *store, uint64_t from, uint64_t to)
{
    char       filler[1000];
    uint64_t   i;
    mt_key_t   key;
    mt_str_t   value = { sizeof(filler), filler };
    mt_txn_t  *txn;

    memset(filler, 'x', sizeof(filler));

    if (mt_write_begin(store, &txn) != MT_OK) {
        return MT_STORE_FAILED;
    }

    for (i = from; i < to; i++) {
        mt_key_num(&key, 1, i);
        (void) mt_put(txn, MT_DB_ROOM, &key, value);
    }

    return mt_write_commit(txn);
}


static void
test_full(void)
{
    mt_store_t       *store;
    mt_store_stat_t   before, after;

    use_path("full");
    store = open_store(1 << 20);

    is_int(put_many(store, 0, 100), MT_OK, "some rows");
    is_int(mt_store_stat(store, &before), MT_OK, "stat");
    is_int(before.entries[MT_DB_ROOM], 100, "rows are counted");
    is_int(put_many(store, 100, 5000), MT_STORE_FULL, "a full map");
    is_int(put_many(store, 100, 5000), MT_STORE_FULL, "a full map, again");
    is_int(mt_store_stat(store, &after), MT_OK, "stat");
    is_int(after.entries[MT_DB_ROOM], 100, "nothing of it was written");
    ok(after.used_bytes > 100 * 1000 && after.used_bytes <= after.map_size,
       "bytes are counted");
    ok(!mt_store_broken(store), "the store is not broken");
    is_int(put_many(store, 100, 110), MT_OK, "a smaller write goes in");
    mt_store_close(store);

    store = open_store(1 << 24);
    is_int(put_many(store, 100, 5000), MT_OK, "all with a larger map");
    is_int(mt_store_stat(store, &after), MT_OK, "stat");
    is_int(after.map_size, 1 << 24, "the map's size");
    is_int(after.max_readers, 20, "readers allowed");
    is_int(after.readers, 1, "readers there are: the count itself");
    mt_store_close(store);
}


/* The lock file has all its blocks, for processes that come when the disk is
 * full. */

static void
test_lock_file(void)
{
    char         file[sizeof(path) + 16];
    mt_store_t  *store;
    struct stat  st;

    use_path("lock");
    store = open_store(1 << 20);

    (void) snprintf(file, sizeof(file), "%s/lock.mdb", path);
    is_int(stat(file, &st), 0, "there is a lock file");
    ok(st.st_blocks * 512 >= st.st_size, "it is not sparse");

    mt_store_close(store);
}


/*
 * Another process with a larger map fills the store beyond ours: the next
 * transaction sees it.
 */

static void
test_resized(void)
{
    int          down[2], status;
    char         c;
    pid_t        pid;
    mt_key_t     key;
    mt_str_t     value;
    mt_txn_t    *txn, *own;
    mt_store_t  *store;

    use_path("resized");

    if (pipe(down) != 0) {
        ok(0, "pipe");
        return;
    }

    (void) fflush(stdout);
    pid = fork();

    if (pid == 0) {
        if (read(down[0], &c, 1) != 1) {
            _exit(2);
        }

        store = open_store(1 << 26);
        status = put_many(store, 0, 10000) != MT_OK;
        mt_store_close(store);
        _exit(status);
    }

    store = open_store(1 << 20);
    (void) mt_read_begin(store, &txn);
    mt_read_end(txn);

    ok(write(down[1], "x", 1) == 1 && waitpid(pid, &status, 0) == pid
       && status == 0, "another process outgrows our map");

    is_int(mt_read_begin(store, &txn), MT_OK, "a read follows");
    mt_key_num(&key, 1, 9999);
    is_int(mt_get(txn, MT_DB_ROOM, &key, &value), 1, "and sees it");
    is_int(mt_read_open(store, &own), MT_OK, "a read beside it");
    mt_read_close(own);
    mt_read_end(txn);
    is_int(put_many(store, 10000, 10100), MT_OK, "a write follows");

    mt_store_close(store);
    (void) close(down[0]);
    (void) close(down[1]);
}


/* The slot and the pages of a killed reader are freed. */

static void
test_readers(void)
{
    int          up[2], status;
    char         c;
    pid_t        pid;
    mt_txn_t    *txn;
    mt_store_t  *store;

    use_path("readers");

    if (pipe(up) != 0) {
        ok(0, "pipe");
        return;
    }

    (void) fflush(stdout);
    pid = fork();

    if (pid == 0) {
        store = open_store(1 << 24);

        if (mt_read_begin(store, &txn) == MT_OK && write(up[1], "x", 1) == 1) {
            (void) sleep(60);
        }

        _exit(1);
    }

    ok(read(up[0], &c, 1) == 1, "another process reads");
    store = open_store(1 << 24);
    is_int(mt_store_reader_check(store), 0, "it is alive");
    (void) kill(pid, SIGKILL);
    (void) waitpid(pid, &status, 0);
    is_int(mt_store_reader_check(store), 1, "it is dead");
    is_int(mt_store_reader_check(store), 0, "and gone");
    mt_store_close(store);
    (void) close(up[0]);
    (void) close(up[1]);
}


static int  stop;


/* Pairs of rows in two databases: each complete state has both. */

static void *
write_pairs(void *data)
{
    uint64_t     i;
    mt_key_t     key;
    mt_txn_t    *txn;
    mt_store_t  *store;

    store = data;

    for (i = 1; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++) {
        if (mt_write_begin(store, &txn) != MT_OK) {
            break;
        }

        mt_key_num(&key, 1, i);
        (void) mt_put_num(txn, MT_DB_DEPT, &key, i);
        (void) mt_put_num(txn, MT_DB_USER, &key, i);
        mt_key_meta(&key, MT_META_POSITION);
        (void) mt_put_num(txn, MT_DB_META, &key, i);

        if (mt_write_commit(txn) != MT_OK) {
            break;
        }
    }

    return NULL;
}


static void
test_backup(void)
{
    int               i, whole;
    char              dest[500];
    uint64_t          before;
    pthread_t         writer;
    mt_store_t       *store, *copy;
    mt_store_stat_t   stat;

    use_path("backed");
    store = open_store(1 << 26);
    stop = 0;
    whole = 1;

    if (!ok(pthread_create(&writer, NULL, write_pairs, store) == 0,
            "a writer"))
    {
        return;
    }

    for (i = 0; i < 3; i++) {
        (void) usleep(50000);
        (void) snprintf(dest, sizeof(dest), "%s/backup%d", dir, i);
        is_int(mt_store_backup(store, dest, 0, why, WHY), MT_OK, "backup: %s",
               why);
    }

    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    (void) pthread_join(writer, NULL);

    before = checksum(dest);
    is_int(mt_store_backup(store, dest, 0, why, WHY), MT_STORE_FAILED,
           "no backup over a store");
    ok(why_has("holds a store already"), "and says why");
    ok(checksum(dest) == before, "which stays as it is");
    is_int(mt_store_backup(store, path, 0, why, WHY), MT_STORE_FAILED,
           "no backup into itself");
    mt_store_close(store);

    for (i = 0; i < 3; i++) {
        (void) snprintf(path, sizeof(path), "%s/backup%d", dir, i);
        copy = open_store(0);
        is_int(mt_store_stat(copy, &stat), MT_OK, "a copy opens");
        whole &= stat.position > 0
                 && stat.position == stat.entries[MT_DB_DEPT]
                 && stat.position == stat.entries[MT_DB_USER];
        mt_store_close(copy);
    }

    ok(whole, "copies made while others write are whole");

    use_path("backed");
    store = open_store(1 << 26);
    use_path("foreign");
    (void) mkdir(path, 0755);
    write_file("notes.txt", "years of work");
    before = checksum(path);
    is_int(mt_store_backup(store, path, 0, why, WHY), MT_STORE_FAILED,
           "no backup beside something else");
    ok(checksum(path) == before, "which stays as it is");
    mt_store_close(store);
}


int
main(void)
{
    if (!rig_begin()) {
        return 1;
    }

    test_full();
    test_lock_file();
    test_resized();
    test_readers();
    test_backup();

    return rig_end();
}

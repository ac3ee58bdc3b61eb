
/*
 * Any bytes in wal.lock, the words beside the write-ahead log, while a store
 * is open.  No crash; what is committed is not lost, and after one commit the
 * store is not behind a log that has no record.
 *
 * The input is a list of writes: offset 2 bytes, value 8.
 */

#include "../unit/fixture.h"
#include "store/mt_wal.h"

#include <fcntl.h>


#define FUZZ_WORDS  4096
#define FUZZ_WRITE  10


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static fixture_t  *fuzzed;


/* The disk is not tested here. */

int
fdatasync(int fd)
{
    (void) fd;

    return 0;
}


static void
fuzz_end(void)
{
    fixture_close(fuzzed);
}


/* Most writes hit one of the first words. */

static void
fuzz_write(int fd, const uint8_t *p)
{
    off_t     offset;
    uint64_t  value;

    value = mt_get_u64(p + 2);
    offset = (p[0] << 8 | p[1]) % (FUZZ_WORDS - 8);
    offset = p[0] % 4 ? offset % 48 / 8 * 8 : offset;

    if (p[0] % 3 == 0) {
        value %= 100;
    }

    if (pwrite(fd, &value, sizeof(value), offset) != sizeof(value)) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int                fd;
    char               path[300];
    uint64_t           before;
    mt_key_t           key;
    mt_txn_t          *txn;
    mt_machine_t       machine;
    static fixture_t   f;

    if (f.store == NULL) {
        fixture_open_empty(&f);
        (void) atexit(fuzz_end);
        fuzzed = &f;
    }

    (void) snprintf(path, sizeof(path), "%s/wal.lock", f.dir);
    fd = open(path, O_WRONLY);

    if (fd == -1) {
        abort();
    }

    while (size >= FUZZ_WRITE) {
        fuzz_write(fd, data);
        data += FUZZ_WRITE;
        size -= FUZZ_WRITE;
    }

    (void) close(fd);

    /* no answer of theirs is wrong here */

    (void) mt_wal_behind(f.store);
    (void) mt_wal_logged(f.store);
    (void) mt_store_is_low(f.store);
    mt_store_trouble(f.store, "%s", "a line of trouble");

    machine = mt_batch_machine(f.batch);

    if (mt_machine_begin(&machine, &txn) != MT_OK) {
        abort();
    }

    (void) mt_wal_asked(txn);
    mt_wal_hold(txn);

    mt_key_meta(&key, MT_META_COPY);
    before = mt_get_num_or(txn, MT_DB_META, &key, 0);
    (void) mt_put_num(txn, MT_DB_META, &key, before + 1);

    if (machine.commit(machine.ctx) != MT_OK || mt_wal_behind(f.store)
        || mt_read_open(f.store, &txn) != MT_OK)
    {
        abort();
    }

    if (mt_get_num_or(txn, MT_DB_META, &key, 0) != before + 1) {
        abort();
    }

    mt_read_close(txn);

    return 0;
}

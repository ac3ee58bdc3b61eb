
/*
 * Any bytes in wal.log: as the content of a record whose header is right, or
 * as the whole file.  No crash; a record that makes no sense stops the writes,
 * and only those, until it is gone.
 *
 * The first byte says which: even, records of the lengths that the bytes after
 * it name; odd, a file.
 */

#include "../unit/fixture.h"
#include "store/mt_wal.h"

#include <fcntl.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static fixture_t  *fuzzed;


/* The disk is not tested here. */

int
fdatasync(int fd)
{
    (void) fd;

    return 0;
}


int
fsync(int fd)
{
    (void) fd;

    return 0;
}


static void
fuzz_end(void)
{
    fixture_close(fuzzed);
}


/* Writes records as a worker does that dies before its commit. */

static void
fuzz_records(mt_machine_t *machine, const uint8_t *p, const uint8_t *end)
{
    size_t      n;
    unsigned    left;
    mt_str_t    record;
    mt_txn_t   *txn;

    if (mt_machine_recover(machine, &txn, &left) != MT_OK) {
        return;
    }

    while (p < end) {
        n = *p++;
        n = n < (size_t) (end - p) ? n : (size_t) (end - p);
        record = (mt_str_t) { n, (char *) p };
        (void) mt_wal_append(txn, record);
        p += n;
    }

    machine->abort(machine->ctx);
}


static void
fuzz_file(const char *dir, const uint8_t *data, size_t size)
{
    int   fd;
    char  path[300];

    (void) snprintf(path, sizeof(path), "%s/wal.log", dir);

    fd = open(path, O_WRONLY);

    if (fd == -1 || pwrite(fd, data, size, 0) != (ssize_t) size) {
        abort();
    }

    (void) close(fd);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mt_txn_t          *txn;
    mt_status_t        rc;
    mt_machine_t       machine;
    static fixture_t   f;

    if (f.store == NULL) {
        fixture_open_empty(&f);
        (void) atexit(fuzz_end);
        fuzzed = &f;
    }

    if (size < 2) {
        return 0;
    }

    machine = mt_batch_machine(f.batch);

    if (data[0] % 2) {
        fuzz_file(f.dir, data + 1, size - 1);

    } else {
        fuzz_records(&machine, data + 1, data + size);
    }

    rc = mt_machine_settle(&machine);

    /* reads go on */

    if (mt_read_open(f.store, &txn) != MT_OK) {
        abort();
    }

    mt_read_close(txn);

    /* and writes, once it is gone */

    if (mt_wal_reset(f.store) != MT_OK
        || (rc != MT_OK && mt_machine_settle(&machine) != MT_OK)
        || mt_wal_behind(f.store))
    {
        abort();
    }

    return 0;
}

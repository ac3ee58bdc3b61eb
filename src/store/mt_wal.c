
#include "store/mt_wal.h"
#include "store/mt_store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>


#define MT_WAL_MAGIC   0x6d742d77616c0002ULL
#define MT_WAL_MAGIC1  0x6d742d77616c0001ULL      /* of format 1 */

/* A disk writes a block whole or not at all. */
#define MT_WAL_BLOCK   4096

/* Different lines of trouble that are told apart, and the seconds for which
 * one is not repeated. */
#define MT_WAL_TOLD    256
#define MT_TELL_AGAIN  60

/* The file grows by zeros that are written, so that the sync of a record has
 * no change of the file's metadata to write. */
#define MT_WAL_STEP    (256 * 1024)


/*
 * A record in the file: magic 8, the store's id 16 and generation 8,
 * transaction id 8, journal position 8, index in the transaction 4, length of
 * the content 4, checksum 4, zeros 4; then the content.  The checksum covers
 * all but itself and the zeros.  Format 1 had neither id nor generation.
 */
#define MT_WAL_HEADER   64
#define MT_WAL_HEADER1  40
#define MT_WAL_TRAILER  8           /* checksum and zeros */
#define MT_WAL_RECORD   (MT_WAL_MAX - MT_WAL_HEADER)       /* at most */

typedef struct {
    uint64_t  magic;
    uint8_t   id[MT_STORE_ID_LEN];
    uint64_t  generation;
    uint64_t  txn;
    uint64_t  position;
    uint32_t  seq;
    uint32_t  len;
    uint32_t  sum;
    size_t    size;                 /* of the header */
} mt_wal_header_t;

/*
 * Transaction ids: the last one that has records in the log, the one that is
 * held open, the one whose end is asked for.  Ids up to the store's last one
 * mean nothing.  The holder writes the first two, other processes `asked`.
 */

struct mt_wal_words_s {
    _Atomic uint64_t  logged;
    _Atomic uint64_t  held;
    _Atomic uint64_t  asked;

    /* the store could not be committed, and was not since */
    _Atomic uint32_t  failed;

    /* mt_store_is_low() */
    _Atomic uint32_t  low;

    /* when a line of trouble was last written, by the line's hash: monotonic
     * seconds plus 1, 0: never */
    _Atomic uint32_t  told[MT_WAL_TOLD];
};


enum {                              /* mt_txn_t.logs */
    MT_WAL_UNREAD,
    MT_WAL_READING,
    MT_WAL_READY
};


static int mt_wal_open_file(mt_store_t *store, const char *name);
static int mt_wal_map(mt_store_t *store);
static int mt_wal_read(mt_wal_t *wal, uint64_t at, mt_wal_header_t *header);
static int mt_wal_room(mt_wal_t *wal, size_t len);
static uint32_t mt_wal_sum(const uint8_t *record, size_t header, uint32_t len);
static int mt_wal_name_store(mt_txn_t *txn);
static int mt_wal_set_aside(mt_store_t *store);
static int mt_wal_reopen(mt_store_t *store);
static int mt_wal_keep_file(mt_txn_t *txn);
static int mt_wal_is_ours(const mt_wal_t *wal, const mt_wal_header_t *header);
static int mt_wal_ready(mt_txn_t *txn);
static int mt_wal_grow(mt_wal_t *wal, uint64_t size);
static int mt_wal_write(mt_wal_t *wal, size_t len);
static int mt_wal_set(_Atomic uint32_t *word, int value);
static int mt_wal_pwrite(int fd, const uint8_t *data, size_t len,
    uint64_t at);


int
mt_wal_open(mt_store_t *store)
{
    int               rc;
    uint64_t          next;
    mt_txn_t         *txn;
    mt_wal_t         *wal;
    mt_wal_header_t   header;

    wal = &store->wal;

    rc = mt_wal_map(store);

    if (rc == 0) {
        wal->fd = mt_wal_open_file(store, MT_WAL_FILE);
        rc = wal->fd == -1 ? errno : 0;
    }

    if (rc != 0) {
        return rc;
    }

    if (mt_read_open(store, &txn) != MT_OK) {
        return EIO;
    }

    rc = mt_wal_name_store(txn);
    mt_read_close(txn);

    if (rc != 0) {
        return EIO;
    }

    switch (mt_wal_read(wal, 0, &header)) {

    case -1:
        return errno;

    case 0:
        return 0;
    }

    if (!mt_wal_is_ours(wal, &header)) {
        return mt_wal_set_aside(store);
    }

    /* a power loss may have lost the words */

    next = mt_store_last(store) + 1;

    if (header.txn == next && atomic_load(&wal->words->logged) < next) {
        atomic_store(&wal->words->logged, next);
    }

    return 0;
}


/*
 * Gives a log that belongs to another store, or to another generation of this
 * one, another name: it may be the only copy of what its store acknowledged.
 * Other processes may be at the same: the lock on the words file decides.
 * Returns 0 or an error number.
 */

static int
mt_wal_set_aside(mt_store_t *store)
{
    int               lock, rc;
    char             *from, *to;
    mt_wal_t         *wal;
    mt_wal_header_t   header;

    wal = &store->wal;
    from = mt_path_join(store->path, MT_WAL_FILE);
    to = mt_path_join(store->path, MT_WAL_FOREIGN);
    lock = mt_wal_open_file(store, MT_WAL_WORDS);

    if (from == NULL || to == NULL || lock == -1
        || flock(lock, LOCK_EX) != 0)
    {
        rc = errno ? errno : ENOMEM;

    } else {
        rc = mt_wal_reopen(store);
    }

    if (rc == 0 && mt_wal_read(wal, 0, &header) == 1
        && !mt_wal_is_ours(wal, &header))
    {
        /* an older one is not replaced: it may be the only copy, too */

        rc = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0
             ? mt_wal_reopen(store) : errno;

        if (rc == EEXIST) {
            mt_store_report(store, 1, "\"" MT_WAL_FILE "\" belongs to another "
                            "store, and \"" MT_WAL_FOREIGN "\" is in its way: "
                            "move that file elsewhere");
        }

        if (rc == 0) {
            atomic_store(&wal->words->logged, 0);
            mt_store_report(store, 1, "\"" MT_WAL_FILE "\" belongs to another "
                            "store, or to this one before a restore: it was "
                            "set aside as \"" MT_WAL_FOREIGN "\"");
        }
    }

    if (lock != -1) {
        (void) close(lock);
    }

    free(from);
    free(to);

    return rc;
}


/* Opens the file of that name, which may be another one by now. */

static int
mt_wal_reopen(mt_store_t *store)
{
    int  fd;

    fd = mt_wal_open_file(store, MT_WAL_FILE);
    if (fd == -1) {
        return errno;
    }

    (void) close(store->wal.fd);
    store->wal.fd = fd;

    return 0;
}


/*
 * Makes the log anew if its file was removed or replaced: records in a file
 * without a name would be lost with the last process that has it open.  Its
 * records have been applied by now, in this transaction.  Returns 0, or -1
 * with the failure in the transaction.
 */

static int
mt_wal_keep_file(mt_txn_t *txn)
{
    int           rc, lost;
    char         *file;
    mt_wal_t     *wal;
    struct stat   ours, named;

    wal = &txn->store->wal;

    file = mt_path_join(txn->store->path, MT_WAL_FILE);
    rc = file == NULL ? ENOMEM : fstat(wal->fd, &ours) == 0 ? 0 : errno;

    lost = rc == 0 && (lstat(file, &named) != 0
                       || named.st_ino != ours.st_ino
                       || named.st_dev != ours.st_dev);
    free(file);

    if (lost) {
        rc = mt_wal_reopen(txn->store);
    }

    if (lost && rc == 0) {
        rc = fstat(wal->fd, &ours) == 0 ? 0 : errno;
        wal->size = (uint64_t) ours.st_size;
        wal->end = 0;
        wal->seq = 0;

        mt_store_report(txn->store, 1, "\"" MT_WAL_FILE "\" was removed or "
                        "replaced while the server ran: it was made anew, "
                        "nothing is lost");
    }

    if (rc != 0) {
        (void) mt_txn_fail(txn, "write-ahead log", rc);
        return -1;
    }

    return 0;
}


/* The data's owner owns it: a tool run by root may be the first to open it. */

static int
mt_wal_open_file(mt_store_t *store, const char *name)
{
    int    fd, rc, made;
    char  *file;

    file = mt_path_join(store->path, name);
    if (file == NULL) {
        errno = ENOMEM;
        return -1;
    }

    made = 0;
    fd = open(file, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

    if (fd == -1 && errno == ENOENT) {
        made = 1;
        fd = open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    }

    rc = fd == -1 ? errno : 0;

    free(file);

    if (rc == 0 && geteuid() == 0) {
        rc = mt_own_file(store->path, name, store->uid, store->gid);
    }

    if (rc == 0 && made && mt_sync_directory(store->path) != 0) {
        rc = errno;
    }

    if (rc != 0 && fd != -1) {
        (void) close(fd);
        fd = -1;
    }

    errno = rc;

    return fd;
}


static int
mt_wal_map(mt_store_t *store)
{
    int    fd, rc;
    void  *words;

    fd = mt_wal_open_file(store, MT_WAL_WORDS);
    if (fd == -1) {
        return errno;
    }

    /* with a block on disk: without, the mapping could raise SIGBUS */

    rc = posix_fallocate(fd, 0, MT_WAL_BLOCK);

    words = rc == 0 ? mmap(NULL, MT_WAL_BLOCK, PROT_READ | PROT_WRITE,
                           MAP_SHARED, fd, 0)
                    : MAP_FAILED;

    if (rc == 0 && words == MAP_FAILED) {
        rc = errno;
    }

    (void) close(fd);

    store->wal.words = words == MAP_FAILED ? NULL : words;

    return rc;
}


void
mt_wal_close(mt_store_t *store)
{
    mt_wal_t  *wal;

    wal = &store->wal;

    if (wal->words) {
        (void) munmap(wal->words, MT_WAL_BLOCK);
    }

    if (wal->fd != -1) {
        (void) close(wal->fd);
    }

    free(wal->buf);
}


uint64_t
mt_store_last(const mt_store_t *store)
{
    MDB_envinfo  info;

    /* 0 on failure: then the store seems to be behind */

    memset(&info, 0, sizeof(info));
    (void) mdb_env_info(store->env, &info);

    return info.me_last_txnid;
}


/* Reads the record at an offset into wal->buf.  Returns 1, 0 if there is no
 * whole record, -1 with errno. */

static int
mt_wal_read(mt_wal_t *wal, uint64_t at, mt_wal_header_t *header)
{
    ssize_t         n;
    const uint8_t  *p;

    if (mt_wal_room(wal, 0) != 0) {
        return -1;
    }

    n = pread(wal->fd, wal->buf, MT_WAL_HEADER, (off_t) at);

    if (n != MT_WAL_HEADER) {
        return n == -1 ? -1 : 0;
    }

    p = wal->buf;

    memset(header, 0, sizeof(*header));
    header->magic = mt_get_u64(p);
    header->size = MT_WAL_HEADER1;
    p += 8;

    if (header->magic == MT_WAL_MAGIC) {
        header->size = MT_WAL_HEADER;
        memcpy(header->id, p, MT_STORE_ID_LEN);
        header->generation = mt_get_u64(p + MT_STORE_ID_LEN);
        p += MT_STORE_ID_LEN + 8;

    } else if (header->magic != MT_WAL_MAGIC1) {
        return 0;
    }

    header->txn = mt_get_u64(p);
    header->position = mt_get_u64(p + 8);
    header->seq = mt_get_u32(p + 16);
    header->len = mt_get_u32(p + 20);
    header->sum = mt_get_u32(p + 24);

    if (header->len > MT_WAL_RECORD) {
        return 0;
    }

    if (mt_wal_room(wal, header->len) != 0) {
        return -1;
    }

    n = pread(wal->fd, wal->buf + header->size, header->len,
              (off_t) (at + header->size));

    if (n == -1) {
        return -1;
    }

    return n == (ssize_t) header->len
           && mt_wal_sum(wal->buf, header->size, header->len) == header->sum;
}


/* Makes room in wal->buf for a record of so many bytes.  Returns 0, or -1 with
 * errno. */

static int
mt_wal_room(mt_wal_t *wal, size_t len)
{
    size_t    size;
    uint8_t  *buf;

    len += MT_WAL_HEADER;

    if (len <= wal->room) {
        return 0;
    }

    size = len < MT_WAL_STEP / 8 ? MT_WAL_STEP / 8 : 2 * len;

    buf = realloc(wal->buf, size);
    if (buf == NULL) {
        errno = ENOMEM;
        return -1;
    }

    wal->buf = buf;
    wal->room = size;

    return 0;
}


static uint32_t
mt_wal_sum(const uint8_t *record, size_t header, uint32_t len)
{
    uLong  sum;

    sum = crc32(0, record, (uInt) (header - MT_WAL_TRAILER));

    return (uint32_t) crc32(sum, record + header, len);
}


/* Reads the names that records of this store bear.  Returns 0, or -1 with the
 * failure in the transaction. */

static int
mt_wal_name_store(mt_txn_t *txn)
{
    mt_str_t   id;
    mt_wal_t  *wal;

    wal = &txn->store->wal;
    memset(wal->id, 0, sizeof(wal->id));
    wal->generation = (uint64_t) mt_meta_generation(txn);

    /* a store of format 1 has none */

    if (wal->generation == 0) {
        return txn->status == MT_OK ? 0 : -1;
    }

    if (mt_meta_store_id(txn, &id) != 1) {
        (void) mt_txn_fail(txn, "id of the store", EINVAL);
        return -1;
    }

    memcpy(wal->id, id.data, sizeof(wal->id));

    return 0;
}


static int
mt_wal_is_ours(const mt_wal_t *wal, const mt_wal_header_t *header)
{
    return header->magic == MT_WAL_MAGIC1
           ? wal->older
           : header->generation == wal->generation
             && memcmp(header->id, wal->id, sizeof(wal->id)) == 0;
}


int
mt_wal_next(mt_txn_t *txn, mt_str_t *record)
{
    int               rc;
    uint64_t          id;
    mt_wal_t         *wal;
    mt_wal_header_t   header;

    wal = &txn->store->wal;

    if (txn->logs == MT_WAL_UNREAD && mt_wal_ready(txn) != 0) {
        return -1;
    }

    id = mdb_txn_id(txn->txn);

    rc = mt_wal_read(wal, wal->end, &header);

    if (rc == -1) {
        (void) mt_txn_fail(txn, "read of the write-ahead log", errno);
        return -1;
    }

    if (rc == 1 && mt_wal_is_ours(wal, &header) && header.txn == id
        && header.position == wal->position && header.seq == wal->seq)
    {
        record->data = (char *) wal->buf + header.size;
        record->len = header.len;

        wal->seq++;
        wal->end += (header.size + header.len + MT_WAL_BLOCK - 1)
                    / MT_WAL_BLOCK * MT_WAL_BLOCK;
        return 1;
    }

    if (wal->seq == 0 && atomic_load(&wal->words->logged) >= id) {

        /* the words are of a store that a backup has replaced */

        atomic_store(&wal->words->logged, 0);
    }

    if (mt_wal_keep_file(txn) != 0) {
        return -1;
    }

    txn->logs = MT_WAL_READY;

    return 0;
}


/* Prepares reading: the records must be of this transaction id and on top of
 * this journal position.  Returns 0, or -1 with the failure in the
 * transaction. */

static int
mt_wal_ready(mt_txn_t *txn)
{
    mt_wal_t     *wal;
    struct stat   st;

    wal = &txn->store->wal;

    /* another process may have lengthened it */

    if (fstat(wal->fd, &st) != 0) {
        (void) mt_txn_fail(txn, "write-ahead log", errno);
        return -1;
    }

    if (mt_wal_name_store(txn) != 0) {
        return -1;
    }

    wal->position = mt_meta_position(txn);
    wal->size = (uint64_t) st.st_size;
    wal->end = 0;
    wal->seq = 0;

    txn->logs = MT_WAL_READING;

    return txn->status == MT_OK ? 0 : -1;
}


mt_status_t
mt_wal_append(mt_txn_t *txn, mt_str_t record)
{
    int        rc;
    uint8_t   *p;
    uint64_t   id, size;
    mt_wal_t  *wal;

    wal = &txn->store->wal;

    size = (MT_WAL_HEADER + record.len + MT_WAL_BLOCK - 1)
           / MT_WAL_BLOCK * MT_WAL_BLOCK;

    if (txn->logs != MT_WAL_READY || record.len > MT_WAL_RECORD
        || wal->end + size > MT_WAL_MAX)
    {
        return MT_TOO_LARGE;
    }

    if (mt_wal_room(wal, record.len) != 0) {
        return MT_NO_MEMORY;
    }

    if (!mt_reserve_holds(txn)) {
        return MT_STORE_FULL;
    }

    id = mdb_txn_id(txn->txn);

    p = mt_put_u64(wal->buf, MT_WAL_MAGIC);
    p = mempcpy(p, wal->id, sizeof(wal->id));
    p = mt_put_u64(p, wal->generation);
    p = mt_put_u64(p, id);
    p = mt_put_u64(p, wal->position);
    p = mt_put_u32(p, wal->seq);
    p = mt_put_u32(p, (uint32_t) record.len);
    memcpy(wal->buf + MT_WAL_HEADER, record.data, record.len);
    p = mt_put_u32(p, mt_wal_sum(wal->buf, MT_WAL_HEADER,
                                  (uint32_t) record.len));
    (void) mt_put_u32(p, 0);

    rc = mt_wal_grow(wal, wal->end + size);

    if (rc == 0) {
        rc = mt_wal_write(wal, MT_WAL_HEADER + record.len);
    }

    if (rc != 0) {
        return mt_store_error(txn->store, "write-ahead log", rc);
    }

    /* before the batch is acknowledged */

    atomic_store(&wal->words->logged, id);

    wal->seq++;
    wal->end += size;

    return MT_OK;
}


/* Lengthens the file.  Returns 0 or an error number. */

static int
mt_wal_grow(mt_wal_t *wal, uint64_t size)
{
    int                   rc;
    static const uint8_t  zeros[MT_WAL_STEP];

    while (wal->size < size) {
        rc = mt_wal_pwrite(wal->fd, zeros, MT_WAL_STEP, wal->size);

        if (rc != 0) {
            return rc;
        }

        wal->size += MT_WAL_STEP;
    }

    return 0;
}


/*
 * Writes the record in wal->buf to its offset and syncs it.  On failure the
 * record is overwritten, so that recovery does not apply commands whose
 * clients were told of a failure.  Returns 0 or an error number.
 */

static int
mt_wal_write(mt_wal_t *wal, size_t len)
{
    int            rc;
    const uint8_t  none[8] = { 0 };

    rc = mt_wal_pwrite(wal->fd, wal->buf, len, wal->end);

    if (rc == 0 && fdatasync(wal->fd) != 0) {
        rc = errno;
    }

    if (rc != 0) {
        (void) mt_wal_pwrite(wal->fd, none, sizeof(none), wal->end);
    }

    return rc;
}


static int
mt_wal_pwrite(int fd, const uint8_t *data, size_t len, uint64_t at)
{
    ssize_t  n;

    while (len) {
        n = pwrite(fd, data, len, (off_t) at);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n <= 0) {
            return n == 0 ? EIO : errno;
        }

        data += n;
        len -= (size_t) n;
        at += (uint64_t) n;
    }

    return 0;
}


mt_status_t
mt_wal_reset(mt_store_t *store)
{
    const uint8_t  none[8] = { 0 };

    store->wal.older = 0;

    if (mt_wal_pwrite(store->wal.fd, none, sizeof(none), 0) != 0
        || fdatasync(store->wal.fd) != 0)
    {
        return mt_store_error(store, "write-ahead log", errno);
    }

    return MT_OK;
}


mt_status_t
mt_wal_wipe(mt_txn_t *txn)
{
    int        rc;
    uint64_t   size;
    mt_wal_t  *wal;

    wal = &txn->store->wal;

    if (txn->logs != MT_WAL_READY || wal->seq) {
        return MT_INTERNAL;
    }

    size = wal->size;
    wal->size = 0;

    rc = mt_wal_grow(wal, size);

    if (rc == 0 && fdatasync(wal->fd) != 0) {
        rc = errno;
    }

    return rc == 0 ? MT_OK
                   : mt_store_error(txn->store, "write-ahead log", rc);
}


void
mt_wal_hold(mt_txn_t *txn)
{
    atomic_store(&txn->store->wal.words->held, mdb_txn_id(txn->txn));
}


void
mt_wal_ask(mt_store_t *store)
{
    uint64_t         held;
    mt_wal_words_t  *words;

    words = store->wal.words;
    held = atomic_load(&words->held);

    if (held > mt_store_last(store)) {
        atomic_store(&words->asked, held);
    }
}


int
mt_wal_asked(const mt_txn_t *txn)
{
    return atomic_load(&txn->store->wal.words->asked)
           == mdb_txn_id(txn->txn);
}


int
mt_wal_behind(const mt_store_t *store)
{
    return atomic_load(&store->wal.words->logged) > mt_store_last(store);
}


uint64_t
mt_wal_logged(const mt_store_t *store)
{
    return atomic_load(&store->wal.words->logged);
}


/* A lost race means that another process writes the line. */

int
mt_wal_may_tell(mt_store_t *store, const char *text)
{
    mt_str_t           line;
    uint32_t           now, last;
    _Atomic uint32_t  *told;

    if (store->wal.words == NULL) {
        return 1;
    }

    line = mt_cstr(text);
    told = &store->wal.words->told[crc32(0, (const Bytef *) line.data,
                                         (uInt) line.len) % MT_WAL_TOLD];

    now = (uint32_t) (mt_monotonic_ns() / 1000000000) + 1;
    last = atomic_load(told);

    /* a word that is ahead of the clock is of another boot */

    if (last != 0 && last <= now && now - last < MT_TELL_AGAIN) {
        return 0;
    }

    return atomic_compare_exchange_strong(told, &last, now);
}


int
mt_wal_set_failed(mt_store_t *store, int failed)
{
    return mt_wal_set(store->wal.words ? &store->wal.words->failed : NULL,
                      failed);
}


int
mt_wal_set_low(mt_store_t *store, int low)
{
    return mt_wal_set(store->wal.words ? &store->wal.words->low : NULL, low);
}


int
mt_store_is_low(const mt_store_t *store)
{
    return store->wal.words
           && atomic_load_explicit(&store->wal.words->low,
                                   memory_order_relaxed) != 0;
}


/* Returns the value of before.  A word that stays is not written. */

static int
mt_wal_set(_Atomic uint32_t *word, int value)
{
    if (word == NULL
        || (int) atomic_load_explicit(word, memory_order_relaxed) == value)
    {
        return value;
    }

    return (int) atomic_exchange(word, (uint32_t) value);
}


#include "store/mt_wal.h"
#include "store/mt_store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>


#define MT_WAL_MAGIC   0x6d742d77616c0001ULL

/* A disk writes a block whole or not at all. */
#define MT_WAL_BLOCK   4096

/* The file grows by zeros that are written, so that the sync of a record has
 * no change of the file's metadata to write. */
#define MT_WAL_STEP    (256 * 1024)


/*
 * A record in the file: magic 8, transaction id 8, journal position 8, index
 * in the transaction 4, length of the content 4, checksum 4, zeros 4; then the
 * content.  The checksum covers all but itself and the zeros.
 */
#define MT_WAL_HEADER   40
#define MT_WAL_SUMMED   32          /* bytes of the header */
#define MT_WAL_RECORD   (MT_WAL_MAX - MT_WAL_HEADER)       /* at most */

typedef struct {
    uint64_t  magic;
    uint64_t  txn;
    uint64_t  position;
    uint32_t  seq;
    uint32_t  len;
    uint32_t  sum;
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
static uint32_t mt_wal_sum(const uint8_t *record, uint32_t len);
static int mt_wal_ready(mt_txn_t *txn);
static int mt_wal_grow(mt_wal_t *wal, uint64_t size);
static int mt_wal_write(mt_wal_t *wal, size_t len);
static int mt_wal_pwrite(int fd, const uint8_t *data, size_t len,
    uint64_t at);


int
mt_wal_open(mt_store_t *store)
{
    int               rc;
    uint64_t          next;
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

    /* a power loss may have lost the words */

    next = mt_store_last(store) + 1;

    switch (mt_wal_read(wal, 0, &header)) {

    case -1:
        return errno;

    case 1:
        if (header.txn == next && atomic_load(&wal->words->logged) < next) {
            atomic_store(&wal->words->logged, next);
        }

        /* fall through */

    default:
        return 0;
    }
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
    fd = open(file, O_RDWR | O_CLOEXEC);

    if (fd == -1 && errno == ENOENT) {
        made = 1;
        fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
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

    header->magic = mt_get_u64(p);
    header->txn = mt_get_u64(p + 8);
    header->position = mt_get_u64(p + 16);
    header->seq = mt_get_u32(p + 24);
    header->len = mt_get_u32(p + 28);
    header->sum = mt_get_u32(p + 32);

    if (header->magic != MT_WAL_MAGIC || header->len > MT_WAL_RECORD) {
        return 0;
    }

    if (mt_wal_room(wal, header->len) != 0) {
        return -1;
    }

    n = pread(wal->fd, wal->buf + MT_WAL_HEADER, header->len,
              (off_t) at + MT_WAL_HEADER);

    if (n == -1) {
        return -1;
    }

    return n == (ssize_t) header->len
           && mt_wal_sum(wal->buf, header->len) == header->sum;
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
mt_wal_sum(const uint8_t *record, uint32_t len)
{
    uLong  sum;

    sum = crc32(0, record, MT_WAL_SUMMED);

    return (uint32_t) crc32(sum, record + MT_WAL_HEADER, len);
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

    if (rc == 1 && header.txn == id && header.position == wal->position
        && header.seq == wal->seq)
    {
        record->data = (char *) wal->buf + MT_WAL_HEADER;
        record->len = header.len;

        wal->seq++;
        wal->end += (MT_WAL_HEADER + header.len + MT_WAL_BLOCK - 1)
                    / MT_WAL_BLOCK * MT_WAL_BLOCK;
        return 1;
    }

    if (wal->seq == 0 && atomic_load(&wal->words->logged) >= id) {

        /* the words are of a store that a backup has replaced */

        atomic_store(&wal->words->logged, 0);
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

    id = mdb_txn_id(txn->txn);

    p = mt_put_u64(wal->buf, MT_WAL_MAGIC);
    p = mt_put_u64(p, id);
    p = mt_put_u64(p, wal->position);
    p = mt_put_u32(p, wal->seq);
    p = mt_put_u32(p, (uint32_t) record.len);
    memcpy(wal->buf + MT_WAL_HEADER, record.data, record.len);
    p = mt_put_u32(p, mt_wal_sum(wal->buf, (uint32_t) record.len));
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

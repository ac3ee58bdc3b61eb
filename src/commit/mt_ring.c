
#include "commit/mt_ring.h"
#include "base/mt_crypto.h"

#include <errno.h>


void (*mt_commit_stop)(const char *name);


size_t
mt_commit_min_size(void)
{
    return sizeof(mt_zone_mem_t) + (size_t) MT_COMMIT_RINGS * MT_RING_MIN_SIZE;
}


static int
mt_robust_init(pthread_mutexattr_t *attr)
{
    if (pthread_mutexattr_init(attr) != 0) {
        return -1;
    }

    if (pthread_mutexattr_setpshared(attr, PTHREAD_PROCESS_SHARED) != 0
        || pthread_mutexattr_setrobust(attr, PTHREAD_MUTEX_ROBUST) != 0)
    {
        pthread_mutexattr_destroy(attr);
        return -1;
    }

    return 0;
}


mt_status_t
mt_commit_format(void *memory, size_t size)
{
    int                  failed;
    size_t               i;
    mt_zone_mem_t       *mem;
    pthread_mutexattr_t  attr;

    if (size < mt_commit_min_size()) {
        return MT_BAD_VALUE;
    }

    if (mt_robust_init(&attr) != 0) {
        return MT_INTERNAL;
    }

    mem = memory;
    memset(mem, 0, sizeof(mt_zone_mem_t));

    failed = pthread_mutex_init(&mem->combiner, &attr);

    for (i = 0; i < MT_COMMIT_RINGS; i++) {
        failed |= pthread_mutex_init(&mem->rings[i].owner, &attr);
    }

    pthread_mutexattr_destroy(&attr);

    if (failed || mt_random(&mem->epoch, sizeof(mem->epoch)) != 0) {
        return MT_INTERNAL;
    }

    mem->ring_size = (size - sizeof(mt_zone_mem_t)) / MT_COMMIT_RINGS;
    mem->ring_size -= mem->ring_size % MT_RING_ALIGN;
    mem->version = MT_ZONE_VERSION;
    mem->magic = MT_ZONE_MAGIC;

    return MT_OK;
}


int
mt_commit_is_zone(const void *memory, size_t size)
{
    size_t                ring_size;
    const mt_zone_mem_t  *mem;

    if (size < mt_commit_min_size()) {
        return 0;
    }

    mem = memory;
    ring_size = (size - sizeof(mt_zone_mem_t)) / MT_COMMIT_RINGS;

    return mem->magic == MT_ZONE_MAGIC && mem->version == MT_ZONE_VERSION
           && mem->ring_size == ring_size - ring_size % MT_RING_ALIGN;
}


int
mt_robust_trylock(pthread_mutex_t *mutex, int *died)
{
    int  rc;

    rc = pthread_mutex_trylock(mutex);

    *died = (rc == EOWNERDEAD);

    if (*died) {
        rc = pthread_mutex_consistent(mutex);
    }

    return rc == 0;
}


/* Returns the entry that a dead combiner was applying, or NULL. */

static mt_entry_t *
mt_ring_applying(mt_commit_t *c)
{
    uint64_t  at, first, end;

    at = c->mem->applying;
    first = sizeof(mt_zone_mem_t);
    end = first + MT_COMMIT_RINGS * c->ring_size;

    return at >= first && at % MT_RING_ALIGN == 0
           && at <= end - sizeof(mt_entry_t)
           ? (mt_entry_t *) ((uint8_t *) c->mem + at) : NULL;
}


int
mt_combiner_trylock(mt_commit_t *c)
{
    int             died;
    mt_entry_t     *entry;
    mt_zone_mem_t  *mem;

    mem = c->mem;

    if (!mt_robust_trylock(&mem->combiner, &died)) {
        return 0;
    }

    if (died) {
        entry = mt_ring_applying(c);

        if (entry) {
            entry->deaths++;
        }

        mem->applying = 0;

        atomic_store(&mem->unsynced, 1);
        atomic_fetch_add_explicit(&mem->stat.takeovers, 1,
                                  memory_order_relaxed);
    }

    return 1;
}


unsigned
mt_zone_rings(const mt_zone_mem_t *mem)
{
    unsigned  n;

    n = atomic_load(&mem->nrings);

    return n > 0 && n < MT_COMMIT_RINGS ? n : MT_COMMIT_RINGS;
}


int
mt_zone_has_work(const mt_zone_mem_t *mem)
{
    unsigned          i, n;
    const mt_ring_t  *ring;

    n = mt_zone_rings(mem);

    for (i = 0; i < n; i++) {
        ring = &mem->rings[i];

        if (atomic_load(&ring->done) != atomic_load(&ring->head)
            && !mt_ring_is_stopped(mem, i))
        {
            return 1;
        }
    }

    return 0;
}


uint64_t
mt_zone_queued(const mt_zone_mem_t *mem)
{
    unsigned  i, n;
    uint64_t  done, bytes;

    bytes = 0;
    n = mt_zone_rings(mem);

    for (i = 0; i < n; i++) {

        if (mt_ring_is_stopped(mem, i)) {
            continue;
        }

        /* done first: it never passes a head that is read later */
        done = atomic_load(&mem->rings[i].done);
        bytes += atomic_load(&mem->rings[i].head) - done;
    }

    return bytes;
}


int
mt_ring_is_stopped(const mt_zone_mem_t *mem, unsigned ring)
{
    return atomic_load_explicit(&mem->rings[ring].stopped,
                                memory_order_relaxed) != 0;
}


void
mt_ring_stop(mt_commit_t *c, unsigned ring)
{
    if (atomic_exchange(&c->mem->rings[ring].stopped, 1) == 0) {
        c->stopped = (int) ring;
        c->wake(c->data, ring);
    }
}


int
mt_ring_holds(const mt_commit_t *c, uint64_t begin, uint64_t end)
{
    return begin <= end && end - begin <= c->ring_size
           && begin % MT_RING_ALIGN == 0 && end % MT_RING_ALIGN == 0;
}


size_t
mt_entry_size(size_t len)
{
    len += sizeof(mt_entry_t) + MT_RING_ALIGN - 1;

    return len - len % MT_RING_ALIGN;
}


mt_entry_t *
mt_ring_at(mt_commit_t *c, unsigned ring, uint64_t pos)
{
    uint8_t  *area;

    area = (uint8_t *) (c->mem + 1) + ring * c->ring_size;

    return (mt_entry_t *) (area + pos % c->ring_size);
}


/* The owner may be changing them: each is read once. */

static uint32_t
mt_ring_read_len(const mt_entry_t *entry)
{
    return *(const volatile uint32_t *) &entry->len;
}


static unsigned
mt_ring_read_kind(const mt_entry_t *entry)
{
    return *(const volatile uint8_t *) &entry->kind;
}


int
mt_ring_next(mt_commit_t *c, unsigned ring, uint64_t *pos, uint64_t end,
    mt_slot_t *slot)
{
    uint64_t     at, tail, size;
    mt_entry_t  *entry;

    at = *pos;

    if (at >= end) {
        return 0;
    }

    entry = mt_ring_at(c, ring, at);
    tail = c->ring_size - at % c->ring_size;

    /* a tail of a few bytes has room for a pad's header, no entry's */

    if (mt_ring_read_kind(entry) == MT_ENTRY_PAD) {
        if (mt_ring_read_len(entry) != tail || end - at <= tail) {
            return 0;
        }

        at += tail;
        tail = c->ring_size;
        entry = mt_ring_at(c, ring, at);
    }

    if (tail < sizeof(mt_entry_t)) {
        return 0;
    }

    slot->entry = entry;
    slot->len = mt_ring_read_len(entry);
    slot->kind = mt_ring_read_kind(entry);
    slot->seats = *(const volatile uint16_t *) &entry->seats;

    size = mt_entry_size(slot->len);

    if (size > tail || size > end - at || slot->kind > MT_PUSH_BARRIER) {
        return 0;
    }

    *pos = at + size;

    return 1;
}


mt_entry_t *
mt_ring_reserve(mt_commit_t *c, size_t len, uint64_t *begin, uint64_t *end)
{
    size_t       size, tail, pad;
    mt_entry_t  *entry;

    size = mt_entry_size(len);
    tail = c->ring_size - c->head % c->ring_size;
    pad = size > tail ? tail : 0;

    if (c->head - c->consumed + pad + size > c->ring_size) {
        return NULL;
    }

    if (pad != 0) {
        entry = mt_ring_at(c, (unsigned) c->ring, c->head);
        entry->len = pad;
        entry->kind = MT_ENTRY_PAD;
    }

    entry = mt_ring_at(c, (unsigned) c->ring, c->head + pad);
    entry->len = len;

    *begin = c->head + pad;
    *end = c->head + pad + size;

    return entry;
}

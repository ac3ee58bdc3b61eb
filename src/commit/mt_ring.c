
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


int
mt_combiner_trylock(mt_zone_mem_t *mem)
{
    int          died;
    mt_entry_t  *entry;

    if (!mt_robust_trylock(&mem->combiner, &died)) {
        return 0;
    }

    if (died) {
        if (mem->applying != 0) {
            entry = (mt_entry_t *) ((uint8_t *) mem + mem->applying);
            entry->deaths++;
            mem->applying = 0;
        }

        atomic_store(&mem->unsynced, 1);
        atomic_fetch_add_explicit(&mem->stat.takeovers, 1,
                                  memory_order_relaxed);
    }

    return 1;
}


unsigned
mt_zone_rings(const mt_zone_mem_t *mem)
{
    return atomic_load(&mem->nrings);
}


int
mt_zone_has_work(const mt_zone_mem_t *mem)
{
    unsigned          i, n;
    const mt_ring_t  *ring;

    n = mt_zone_rings(mem);

    for (i = 0; i < n; i++) {
        ring = &mem->rings[i];

        if (atomic_load(&ring->done) != atomic_load(&ring->head)) {
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
        /* done first: it never passes a head that is read later */
        done = atomic_load(&mem->rings[i].done);
        bytes += atomic_load(&mem->rings[i].head) - done;
    }

    return bytes;
}


size_t
mt_entry_size(size_t len)
{
    len += sizeof(mt_entry_t) + MT_RING_ALIGN - 1;

    return len - len % MT_RING_ALIGN;
}


static mt_entry_t *
mt_ring_at(mt_zone_mem_t *mem, unsigned ring, uint64_t pos)
{
    uint8_t  *area;

    area = (uint8_t *) (mem + 1) + ring * mem->ring_size;

    return (mt_entry_t *) (area + pos % mem->ring_size);
}


mt_entry_t *
mt_ring_next(mt_zone_mem_t *mem, unsigned ring, uint64_t *pos)
{
    mt_entry_t  *entry;

    entry = mt_ring_at(mem, ring, *pos);

    if (entry->kind == MT_ENTRY_PAD) {
        *pos += entry->len;
        entry = mt_ring_at(mem, ring, *pos);
    }

    *pos += mt_entry_size(entry->len);

    return entry;
}


mt_entry_t *
mt_ring_reserve(mt_zone_mem_t *mem, unsigned ring, size_t len, uint64_t *end)
{
    size_t       size, tail, pad;
    uint64_t     head, used;
    mt_entry_t  *entry;

    head = atomic_load_explicit(&mem->rings[ring].head, memory_order_relaxed);
    used = head - atomic_load_explicit(&mem->rings[ring].consumed,
                                       memory_order_relaxed);

    size = mt_entry_size(len);
    tail = mem->ring_size - head % mem->ring_size;
    pad = size > tail ? tail : 0;

    if (used + pad + size > mem->ring_size) {
        return NULL;
    }

    if (pad != 0) {
        entry = mt_ring_at(mem, ring, head);
        entry->len = pad;
        entry->kind = MT_ENTRY_PAD;
    }

    entry = mt_ring_at(mem, ring, head + pad);
    entry->len = len;

    *end = head + pad + size;

    return entry;
}

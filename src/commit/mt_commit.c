
#include "commit/mt_ring.h"

#include <stdlib.h>


mt_commit_t *
mt_commit_attach(void *mem, const mt_machine_t *machine,
    void (*wake)(void *data, unsigned ring), void *data)
{
    mt_commit_t  *c;

    c = calloc(1, sizeof(mt_commit_t));
    if (c == NULL) {
        return NULL;
    }

    c->mem = mem;
    c->wake = wake;
    c->data = data;
    c->ring = -1;

    mt_commit_set_machine(c, machine);

    if (c->mem->magic != MT_ZONE_MAGIC || c->mem->version != MT_ZONE_VERSION) {
        free(c);
        return NULL;
    }

    return c;
}


void
mt_commit_detach(mt_commit_t *c)
{
    mt_ring_t  *ring;

    if (c->ring >= 0) {
        ring = &c->mem->rings[c->ring];

        atomic_store_explicit(&ring->claimed, 0, memory_order_relaxed);
        pthread_mutex_unlock(&ring->owner);
    }

    free(c->record.data);
    free(c);
}


void
mt_commit_set_machine(mt_commit_t *c, const mt_machine_t *machine)
{
    static const mt_machine_t  none;

    c->machine = machine ? *machine : none;
}


/* From now on combiners look at this ring. */

static void
mt_zone_include(mt_zone_mem_t *mem, unsigned ring)
{
    uint32_t  n;

    n = atomic_load(&mem->nrings);

    while (n <= ring
           && !atomic_compare_exchange_weak(&mem->nrings, &n, ring + 1))
    {
        /* n is the present value now */
    }
}


int
mt_commit_claim(mt_commit_t *c)
{
    int         died;
    unsigned    i;
    mt_ring_t  *ring;

    for (i = 0; c->ring < 0 && i < MT_COMMIT_RINGS; i++) {
        ring = &c->mem->rings[i];

        if (!mt_robust_trylock(&ring->owner, &died)) {
            continue;
        }

        /* Entries below head are an earlier owner's, as are their waiters:
         * the combiner still applies them, but their results are dropped. */

        atomic_store_explicit(&ring->claimed, 1, memory_order_relaxed);
        atomic_store(&ring->consumed, atomic_load(&ring->done));
        mt_zone_include(c->mem, i);

        c->since = atomic_load(&ring->head);
        c->ring = (int) i;
    }

    return c->ring;
}


int
mt_commit_fits(const mt_commit_t *c, size_t len)
{
    size_t  half;

    half = c->mem->ring_size / 2;

    return len <= half && mt_entry_size(len) <= half;
}


mt_status_t
mt_commit_push(mt_commit_t *c, mt_str_t command, mt_push_t how,
    unsigned seats, void *waiter, int *combine)
{
    uint64_t        end;
    mt_entry_t     *entry;
    mt_zone_mem_t  *mem;

    *combine = 0;
    mem = c->mem;

    if (c->ring < 0) {
        return MT_BUSY;
    }

    if (!mt_commit_fits(c, command.len)) {
        return MT_TOO_LARGE;
    }

    entry = mt_ring_reserve(mem, c->ring, command.len, &end);

    if (entry == NULL) {
        *combine = atomic_load(&mem->busy) == 0 && mt_zone_has_work(mem)
                   && !mt_commit_paused(c);
        return MT_BUSY;
    }

    entry->kind = (uint8_t) how;
    entry->deaths = 0;
    entry->seats = (uint16_t) (seats < MT_COMMIT_HEAVY ? seats
                                                       : MT_COMMIT_HEAVY);
    entry->waiter = (uintptr_t) waiter;
    entry->result = (mt_result_t) { .status = MT_INTERNAL };

    if (command.len != 0) {
        memcpy(entry->command, command.data, command.len);
    }

    mt_stop_point("written");

    /*
     * The store and the load are both seq_cst, as is the combiner's clearing
     * of `busy` before it looks at the heads again: either it sees this head,
     * or `busy` is seen clear here.
     */

    atomic_store(&mem->rings[c->ring].head, end);
    c->waiting++;

    *combine = atomic_load(&mem->busy) == 0 && !mt_commit_paused(c);

    return MT_OK;
}


unsigned
mt_commit_collect(mt_commit_t *c,
    void (*done)(void *waiter, const mt_result_t *result, void *data),
    void *data)
{
    int           mine;
    void         *waiter;
    unsigned      n;
    uint64_t      pos, end;
    mt_ring_t    *ring;
    mt_entry_t   *entry;
    mt_result_t   result;

    if (c->ring < 0) {
        return 0;
    }

    n = 0;
    ring = &c->mem->rings[c->ring];
    end = atomic_load_explicit(&ring->done, memory_order_acquire);

    /* done() may push or collect: each entry is freed before the call */

    for ( ;; ) {
        pos = atomic_load_explicit(&ring->consumed, memory_order_relaxed);

        if (pos >= end) {
            return n;
        }

        mine = (pos >= c->since);
        entry = mt_ring_next(c->mem, c->ring, &pos);
        waiter = (void *) (uintptr_t) entry->waiter;
        result = entry->result;

        atomic_store_explicit(&ring->consumed, pos, memory_order_relaxed);

        if (mine) {
            n++;
            c->waiting--;
            done(waiter, &result, data);
        }
    }
}


unsigned
mt_commit_waiting(const mt_commit_t *c)
{
    return c->waiting;
}


/* A process that is to exit leaves the log's records to the next one. */

static int
mt_commit_has_work(mt_commit_t *c)
{
    if (mt_combine_wanted(c)) {
        return 1;
    }

    return !atomic_load_explicit(&c->retiring, memory_order_relaxed)
           && mt_commit_behind(c);
}


int
mt_commit_stalled(mt_commit_t *c)
{
    mt_ring_t  *ring;

    if (c->ring >= 0) {
        ring = &c->mem->rings[c->ring];

        if (atomic_load(&ring->consumed) != atomic_load(&ring->done)) {
            /* the combiner may have died before the wake */
            c->wake(c->data, c->ring);
        }
    }

    if (mt_commit_paused(c)
        || !mt_commit_has_work(c)
        || !mt_combiner_trylock(c->mem))
    {
        return 0;
    }

    /* A combiner that failed to take the mutex in this moment has given up;
     * the caller's combiner does its work. */

    atomic_store(&c->mem->busy, 0);
    pthread_mutex_unlock(&c->mem->combiner);

    return 1;
}


void
mt_commit_retire(mt_commit_t *c)
{
    atomic_store_explicit(&c->retiring, 1, memory_order_relaxed);
}


/* A dead owner leaves the flag set, so the mutex decides. */

static int
mt_ring_is_held(mt_ring_t *ring)
{
    int  died;

    if (!atomic_load_explicit(&ring->claimed, memory_order_relaxed)) {
        return 0;
    }

    if (!mt_robust_trylock(&ring->owner, &died)) {
        return 1;
    }

    atomic_store_explicit(&ring->claimed, 0, memory_order_relaxed);
    pthread_mutex_unlock(&ring->owner);

    return 0;
}


static uint64_t
mt_stat_get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}


void
mt_commit_stat(mt_commit_t *c, mt_commit_stat_t *stat)
{
    size_t           i;
    mt_zone_stat_t  *from;

    from = &c->mem->stat;

    *stat = (mt_commit_stat_t) {
        .batches = mt_stat_get(&from->batches),
        .commands = mt_stat_get(&from->commands),
        .logged_batches = mt_stat_get(&from->logged_batches),
        .checkpoints = mt_stat_get(&from->checkpoints),
        .checkpoint_us_sum = mt_stat_get(&from->checkpoint_us_sum),
        .failed_batches = mt_stat_get(&from->failed_batches),
        .given_up = mt_stat_get(&from->given_up),
        .takeovers = mt_stat_get(&from->takeovers),
        .commit_us_sum = mt_stat_get(&from->commit_us_sum),
        .ring_size = c->mem->ring_size,
    };

    for (i = 0; i < MT_HISTOGRAM; i++) {
        stat->batch_size[i] = mt_stat_get(&from->batch_size[i]);
        stat->commit_us[i] = mt_stat_get(&from->commit_us[i]);
    }

    stat->queued_bytes = mt_zone_queued(c->mem);

    for (i = 0; i < MT_COMMIT_RINGS; i++) {
        stat->rings_claimed += mt_ring_is_held(&c->mem->rings[i]);
    }
}

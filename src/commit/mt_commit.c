
#include "commit/mt_ring.h"

#include <stdlib.h>


#define MT_PUSHED_ROOM  64       /* commands in flight, at first */


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
    c->stopped = -1;
    c->epoch = c->mem->epoch;
    c->ring_size = c->mem->ring_size;

    mt_commit_set_machine(c, machine);

    if (c->mem->magic != MT_ZONE_MAGIC || c->mem->version != MT_ZONE_VERSION
        || c->ring_size < MT_RING_MIN_SIZE || c->ring_size % MT_RING_ALIGN)
    {
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
    free(c->command.data);
    free(c->pushed);
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
    uint64_t    done;
    mt_ring_t  *ring;

    for (i = 0; c->ring < 0 && i < MT_COMMIT_RINGS; i++) {
        ring = &c->mem->rings[i];

        if (!mt_robust_trylock(&ring->owner, &died)) {
            continue;
        }

        done = atomic_load(&ring->done);
        c->head = atomic_load(&ring->head);

        if (mt_ring_is_stopped(c->mem, i)
            || !mt_ring_holds(c, done, c->head))
        {
            pthread_mutex_unlock(&ring->owner);
            continue;
        }

        /* Entries below head are an earlier owner's: the combiner still
         * applies them, but their results are dropped. */

        atomic_store_explicit(&ring->claimed, 1, memory_order_relaxed);
        atomic_store(&ring->consumed, done);
        mt_zone_include(c->mem, i);

        c->consumed = done;
        c->ring = (int) i;
    }

    return c->ring;
}


int
mt_commit_fits(const mt_commit_t *c, size_t len)
{
    size_t  half;

    half = c->ring_size / 2;

    return len <= half && mt_entry_size(len) <= half;
}


/* Makes room to remember one more command in flight.  Returns 0, or -1 without
 * memory. */

static int
mt_commit_make_room(mt_commit_t *c)
{
    size_t        i, room;
    mt_pushed_t  *pushed;

    if (c->waiting < c->pushed_room) {
        return 0;
    }

    room = c->pushed_room ? 2 * c->pushed_room : MT_PUSHED_ROOM;

    pushed = malloc(room * sizeof(mt_pushed_t));
    if (pushed == NULL) {
        return -1;
    }

    for (i = 0; i < c->waiting; i++) {
        pushed[i] = c->pushed[(c->oldest + i) % c->pushed_room];
    }

    free(c->pushed);

    c->pushed = pushed;
    c->pushed_room = room;
    c->oldest = 0;

    return 0;
}


mt_status_t
mt_commit_push(mt_commit_t *c, mt_str_t command, mt_push_t how,
    unsigned seats, void *waiter, int *combine)
{
    uint64_t        begin, end;
    mt_entry_t     *entry;
    mt_zone_mem_t  *mem;

    *combine = 0;
    mem = c->mem;

    if (c->ring < 0 || mt_ring_is_stopped(mem, (unsigned) c->ring)) {
        return MT_BUSY;
    }

    if (!mt_commit_fits(c, command.len)) {
        return MT_TOO_LARGE;
    }

    if (mt_commit_make_room(c) != 0) {
        return MT_NO_MEMORY;
    }

    entry = mt_ring_reserve(c, command.len, &begin, &end);

    if (entry == NULL) {
        *combine = atomic_load(&mem->busy) == 0 && mt_zone_has_work(mem)
                   && !mt_commit_paused(c);
        return MT_BUSY;
    }

    entry->kind = (uint8_t) how;
    entry->deaths = 0;
    entry->seats = (uint16_t) (seats < MT_COMMIT_HEAVY ? seats
                                                       : MT_COMMIT_HEAVY);
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

    c->head = end;
    atomic_store(&mem->rings[c->ring].head, end);

    c->pushed[(c->oldest + c->waiting) % c->pushed_room]
        = (mt_pushed_t) { .waiter = waiter, .begin = begin, .end = end };
    c->waiting++;

    *combine = atomic_load(&mem->busy) == 0 && !mt_commit_paused(c);

    return MT_OK;
}


/* Entries below this offset of the own ring are free. */

static void
mt_commit_consume(mt_commit_t *c, uint64_t pos)
{
    if (c->consumed < pos) {
        c->consumed = pos;
        atomic_store_explicit(&c->mem->rings[c->ring].consumed, pos,
                              memory_order_relaxed);
    }
}


/* Only the status is used to index something. */

static mt_result_t
mt_commit_result(mt_commit_t *c, const mt_pushed_t *pushed)
{
    mt_result_t  result;

    result = mt_ring_at(c, (unsigned) c->ring, pushed->begin)->result;

    if (result.status >= MT_STATUS_MAX) {
        result = (mt_result_t) { .status = MT_INTERNAL };
    }

    return result;
}


unsigned
mt_commit_collect(mt_commit_t *c,
    void (*done)(void *waiter, const mt_result_t *result, void *data),
    void *data)
{
    int           stopped;
    unsigned      n;
    uint64_t      end;
    mt_ring_t    *ring;
    mt_pushed_t   pushed;
    mt_result_t   result;

    if (c->ring < 0) {
        return 0;
    }

    ring = &c->mem->rings[c->ring];
    end = atomic_load_explicit(&ring->done, memory_order_acquire);

    if (end < c->consumed || end > c->head) {
        mt_ring_stop(c, (unsigned) c->ring);
        end = c->consumed;
    }

    /* these may have been applied: the outcome is unknown */

    stopped = mt_ring_is_stopped(c->mem, (unsigned) c->ring);

    /* done() may push or collect: each entry is freed before the call */

    for (n = 0; c->waiting != 0; n++) {
        pushed = c->pushed[c->oldest];

        if (pushed.end <= end) {
            result = mt_commit_result(c, &pushed);

        } else if (stopped) {
            result = (mt_result_t) { .status = MT_STORE_FAILED };

        } else {
            mt_commit_consume(c, end < pushed.begin ? end : pushed.begin);
            return n;
        }

        c->oldest = (c->oldest + 1) % c->pushed_room;
        c->waiting--;
        mt_commit_consume(c, pushed.end);

        done(pushed.waiter, &result, data);
    }

    mt_commit_consume(c, end);

    return n;
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

        if (atomic_load(&ring->done) != c->consumed
            || (c->waiting && mt_ring_is_stopped(c->mem, (unsigned) c->ring)))
        {
            /* the combiner may have died before the wake */
            c->wake(c->data, (unsigned) c->ring);
        }
    }

    if (mt_commit_paused(c)
        || !mt_commit_has_work(c)
        || !mt_combiner_trylock(c))
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
        .ring_size = c->ring_size,
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

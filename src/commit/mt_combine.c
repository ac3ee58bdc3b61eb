
#include "commit/mt_ring.h"

#include <time.h>


/* A batch is bounded, so that the first of its commands does not wait long
 * for the last. */
#define MT_BATCH_COMMANDS  4096
#define MT_BATCH_BYTES     (8 << 20)

/* A batch that is less than half as large as the last one waits for company,
 * by so many steps (of microseconds, and what the system adds). */
#define MT_GATHER_STEPS    4
#define MT_GATHER_US       50

/* The `applied` record of a zone: the time of its last batch (ms, by the
 * system's clock), then how far each ring was applied. */
#define MT_APPLIED_SIZE    (8 + 8 * MT_COMMIT_RINGS)
#define MT_APPLIED_KEEP    (30 * MT_MS_PER_DAY)
#define MT_APPLIED_SWEEP   64       /* records deleted at a time */


typedef struct {
    unsigned  nrings;
    uint64_t  begin[MT_COMMIT_RINGS];    /* = done */
    uint64_t  end[MT_COMMIT_RINGS];
    unsigned  commands;
    size_t    bytes;
    int       accepted;                  /* some command was not refused */
} mt_sealed_t;


static int64_t
mt_clock_us(clockid_t clock)
{
    struct timespec  ts;

    clock_gettime(clock, &ts);

    return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}


static void
mt_stat_add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}


static void
mt_stat_observe(_Atomic uint64_t *histogram, uint64_t value)
{
    unsigned  i;

    i = value ? 64 - __builtin_clzll(value) : 0;

    mt_stat_add(&histogram[i < MT_HISTOGRAM ? i : MT_HISTOGRAM - 1], 1);
}


/*
 * A commit costs about the same for three commands as for thirty.  Those who
 * sent the last batch's have just been answered, and if it was a large one
 * they are about to send the next: it is worth a fraction of a sync to wait.
 */

static void
mt_combine_gather(mt_commit_t *c)
{
    unsigned         i;
    struct timespec  step = { .tv_nsec = MT_GATHER_US * 1000 };

    for (i = 0;
         i < MT_GATHER_STEPS
         && 2 * mt_zone_queued(c->mem) < c->mem->taken
         && !atomic_load_explicit(&c->retiring, memory_order_relaxed);
         i++)
    {
        (void) nanosleep(&step, NULL);
    }
}


/*
 * Seals what is waiting.  Begins behind the ring that ended the batch before,
 * so that a ring which is always full does not starve the others.
 */

static void
mt_combine_seal(mt_zone_mem_t *mem, mt_sealed_t *batch)
{
    unsigned     i, ring, first;
    uint64_t     head;
    mt_entry_t  *entry;

    batch->nrings = mt_zone_rings(mem);
    first = mem->first;
    mem->taken = 0;
    batch->commands = 0;
    batch->bytes = 0;
    batch->accepted = 0;

    for (i = 0; i < batch->nrings; i++) {
        ring = (first + i) % batch->nrings;
        batch->begin[ring] = atomic_load(&mem->rings[ring].done);
        batch->end[ring] = batch->begin[ring];
        head = atomic_load(&mem->rings[ring].head);

        while (batch->end[ring] < head
               && batch->commands < MT_BATCH_COMMANDS
               && batch->bytes < MT_BATCH_BYTES)
        {
            entry = mt_ring_next(mem, ring, &batch->end[ring]);
            batch->commands++;
            batch->bytes += entry->len;
            mem->first = ring + 1;
        }

        mem->taken += batch->end[ring] - batch->begin[ring];
    }
}


static void
mt_applied_key(mt_key_t *key, uint64_t epoch)
{
    mt_key_init(key);
    mt_key_u64(key, epoch);
}


/*
 * Deletes the records of zones that have long been gone.  Done on the first
 * batch of a zone; what is more than one sweep waits for the next zone.
 */

static mt_status_t
mt_applied_sweep(mt_txn_t *txn)
{
    int           rc;
    size_t        i, n;
    int64_t       oldest;
    uint64_t      epochs[MT_APPLIED_SWEEP];
    mt_key_t      key;
    mt_str_t      name, value;
    mt_cursor_t  *cursor;

    oldest = mt_clock_us(CLOCK_REALTIME) / 1000 - MT_APPLIED_KEEP;

    mt_key_init(&key);

    cursor = mt_cursor_open(txn, MT_DB_APPLIED, &key);
    if (cursor == NULL) {
        return MT_NO_MEMORY;
    }

    n = 0;

    for (rc = mt_cursor_first(cursor, &name, &value);
         rc == 1 && n < MT_APPLIED_SWEEP;
         rc = mt_cursor_next(cursor, &name, &value))
    {
        if (name.len == 8 && value.len >= 8
            && (int64_t) mt_get_u64((uint8_t *) value.data) < oldest)
        {
            epochs[n++] = mt_get_u64((uint8_t *) name.data);
        }
    }

    mt_cursor_close(cursor);

    for (i = 0; rc >= 0 && i < n; i++) {
        mt_applied_key(&key, epochs[i]);
        rc = mt_del(txn, MT_DB_APPLIED, &key);
    }

    return rc < 0 ? MT_STORE_FAILED : MT_OK;
}


static mt_status_t
mt_applied_load(mt_txn_t *txn, uint64_t epoch, uint64_t *applied)
{
    size_t          i;
    mt_key_t        key;
    mt_str_t        value;
    const uint8_t  *p;

    mt_applied_key(&key, epoch);

    switch (mt_get(txn, MT_DB_APPLIED, &key, &value)) {

    case 0:
        memset(applied, 0, sizeof(uint64_t) * MT_COMMIT_RINGS);
        return mt_applied_sweep(txn);

    case 1:
        if (value.len == MT_APPLIED_SIZE) {
            break;
        }

        /* fall through */

    default:
        return MT_STORE_FAILED;
    }

    p = (const uint8_t *) value.data + 8;

    for (i = 0; i < MT_COMMIT_RINGS; i++) {
        applied[i] = mt_get_u64(p + 8 * i);
    }

    return MT_OK;
}


static mt_status_t
mt_applied_save(mt_txn_t *txn, uint64_t epoch, const uint64_t *applied)
{
    size_t    i;
    uint8_t   data[MT_APPLIED_SIZE], *p;
    mt_key_t  key;
    mt_str_t  value;

    p = mt_put_u64(data, mt_clock_us(CLOCK_REALTIME) / 1000);

    for (i = 0; i < MT_COMMIT_RINGS; i++) {
        p = mt_put_u64(p, applied[i]);
    }

    value.data = (char *) data;
    value.len = MT_APPLIED_SIZE;

    mt_applied_key(&key, epoch);

    return mt_put(txn, MT_DB_APPLIED, &key, value);
}


static mt_status_t
mt_combine_entry(mt_commit_t *c, mt_entry_t *entry, mt_sealed_t *batch)
{
    mt_str_t     command;
    mt_result_t  result;
    mt_status_t  status;

    command.data = (char *) entry->command;
    command.len = entry->len;
    result = (mt_result_t) { .status = MT_OK };

    status = c->log.apply(c->log.ctx, command, &result);

    if (status == MT_OK) {
        entry->result = result;
        batch->accepted |= (result.status == MT_OK);
    }

    return status;
}


/*
 * Applies what of the batch the store does not have yet, and moves `applied`
 * to the batch's end.  What it has was committed by a combiner that died
 * before it could publish: the results stand in the slots.
 */

static mt_status_t
mt_combine_apply(mt_commit_t *c, mt_sealed_t *batch, uint64_t *applied)
{
    unsigned      ring, n;
    uint64_t      pos;
    mt_entry_t   *entry;
    mt_status_t   status;

    n = 0;

    for (ring = 0; ring < batch->nrings; ring++) {

        if (applied[ring] > atomic_load(&c->mem->rings[ring].head)) {
            /* not this zone's record, whatever its key says */
            return MT_INTERNAL;
        }

        pos = batch->begin[ring];

        if (pos < applied[ring]) {
            pos = applied[ring];
        }

        while (pos < batch->end[ring]) {
            entry = mt_ring_next(c->mem, ring, &pos);

            status = mt_combine_entry(c, entry, batch);
            if (status != MT_OK) {
                return status;
            }

            if (++n == (batch->commands + 1) / 2) {
                mt_stop_point("applied-half");
            }
        }

        if (applied[ring] < pos) {
            applied[ring] = pos;
        }
    }

    return MT_OK;
}


static mt_status_t
mt_combine_commit(mt_commit_t *c)
{
    int64_t          us;
    mt_status_t      status;
    mt_zone_stat_t  *stat;

    us = mt_clock_us(CLOCK_MONOTONIC);

    status = c->log.commit(c->log.ctx);

    us = mt_clock_us(CLOCK_MONOTONIC) - us;

    stat = &c->mem->stat;
    mt_stat_add(&stat->commit_us_sum, us);
    mt_stat_observe(stat->commit_us, us);

    return status;
}


/*
 * The batch's one transaction.  Refusals alone leave nothing behind that has
 * to last.  A repeat of what was done counts as accepted: its success may only
 * be told of what is on disk, and so does all that a combiner left who died,
 * for its commit may be visible without being on disk yet; this one's sync
 * takes it along.
 */

static mt_status_t
mt_combine_append(mt_commit_t *c, mt_sealed_t *batch)
{
    uint64_t      applied[MT_COMMIT_RINGS];
    mt_txn_t     *txn;
    mt_status_t   status;

    status = c->log.begin(c->log.ctx, &txn);
    if (status != MT_OK) {
        return status;
    }

    mt_stop_point("begun");

    status = mt_applied_load(txn, c->mem->epoch, applied);

    if (status == MT_OK) {
        status = mt_combine_apply(c, batch, applied);
    }

    if (status == MT_OK && !batch->accepted
        && !atomic_load(&c->mem->unsynced))
    {
        c->log.abort(c->log.ctx);
        return MT_OK;
    }

    if (status == MT_OK) {
        mt_stop_point("applied-all");
        status = mt_applied_save(txn, c->mem->epoch, applied);
    }

    if (status != MT_OK) {
        c->log.abort(c->log.ctx);
        return status;
    }

    mt_stop_point("before-commit");

    status = mt_combine_commit(c);

    mt_stop_point("after-commit");

    if (status == MT_OK) {
        atomic_store(&c->mem->unsynced, 0);
    }

    return status;
}


/*
 * What a failed commit did is unknown, so that nobody may be told of success:
 * not even those whose results an earlier combiner left (their commands may
 * be in the store; a repeat of the request will find them there).
 */

static void
mt_combine_fail(mt_zone_mem_t *mem, const mt_sealed_t *batch,
    mt_status_t status)
{
    unsigned     ring;
    uint64_t     pos;
    mt_entry_t  *entry;

    for (ring = 0; ring < batch->nrings; ring++) {
        pos = batch->begin[ring];

        while (pos < batch->end[ring]) {
            entry = mt_ring_next(mem, ring, &pos);
            entry->result = (mt_result_t) { .status = status };
        }
    }
}


static void
mt_combine_publish(mt_commit_t *c, const mt_sealed_t *batch)
{
    unsigned  ring;

    for (ring = 0; ring < batch->nrings; ring++) {

        if (batch->begin[ring] == batch->end[ring]) {
            continue;
        }

        atomic_store(&c->mem->rings[ring].done, batch->end[ring]);
        mt_stop_point("published-half");
        c->wake(c->data, ring);
    }

    mt_stop_point("published");
}


static mt_status_t
mt_combine_batch(mt_commit_t *c)
{
    mt_sealed_t      batch;
    mt_status_t      status;
    mt_zone_stat_t  *stat;

    mt_combine_gather(c);
    mt_combine_seal(c->mem, &batch);

    status = mt_combine_append(c, &batch);

    stat = &c->mem->stat;

    if (status == MT_OK) {
        mt_stat_add(&stat->batches, 1);
        mt_stat_add(&stat->commands, batch.commands);
        mt_stat_observe(stat->batch_size, batch.commands);

    } else {
        mt_stat_add(&stat->failed_batches, 1);
        mt_combine_fail(c->mem, &batch, status);
    }

    mt_combine_publish(c, &batch);

    return status;
}


/* A process that is to exit goes on only for the sake of its own ring. */

static int
mt_combine_wanted(mt_commit_t *c)
{
    mt_ring_t  *ring;

    if (!atomic_load_explicit(&c->retiring, memory_order_relaxed)) {
        return mt_zone_has_work(c->mem);
    }

    if (c->ring < 0) {
        return 0;
    }

    ring = &c->mem->rings[c->ring];

    return atomic_load(&ring->done) != atomic_load(&ring->head);
}


mt_status_t
mt_commit_combine(mt_commit_t *c)
{
    mt_status_t     status;
    mt_zone_mem_t  *mem;

    mem = c->mem;
    status = MT_OK;

    do {
        if (!mt_combiner_trylock(mem)) {
            /* whoever holds it looks at the heads again after letting go */
            return MT_OK;
        }

        atomic_store(&mem->busy, 1);
        mt_stop_point("claimed");

        if (mt_zone_has_work(mem)) {
            do {
                status = mt_combine_batch(c);
            } while (status == MT_OK && mt_combine_wanted(c));
        }

        atomic_store(&mem->busy, 0);
        mt_stop_point("cleared");

        pthread_mutex_unlock(&mem->combiner);
        mt_stop_point("unlocked");

    } while (status == MT_OK && mt_combine_wanted(c));

    return status;
}

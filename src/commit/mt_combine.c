
#include "commit/mt_ring.h"

#include <time.h>


/* A batch is bounded, so that the first of its commands does not wait long
 * for the last. */
#define MT_BATCH_COMMANDS  4096
#define MT_BATCH_BYTES     (8 << 20)

/* A batch that is less than half as large as the last ones waits for company,
 * by so many steps, each twice as long as the one before (and what the system
 * adds); unless those were small, in bytes of the rings. */
#define MT_GATHER_STEPS    4
#define MT_GATHER_US       50
#define MT_GATHER_LEAST    2048

/* A transaction that is open waits for more, by so many of these steps. */
#define MT_LINGER_STEPS    20

/* Its commit holds up what comes meanwhile: so many batches and no more. */
#define MT_SPAN_BATCHES  1024

typedef struct {
    unsigned  nrings;
    uint64_t  begin[MT_COMMIT_RINGS];    /* = done */
    uint64_t  end[MT_COMMIT_RINGS];
    unsigned  commands;
    size_t    bytes;
    int       changed;                   /* something was: to be on disk */
    int       prompt;                    /* ... and not in the log alone */
} mt_sealed_t;


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


static void
mt_combine_pause(long us)
{
    struct timespec  step = { .tv_nsec = us * 1000 };

    (void) nanosleep(&step, NULL);
}


/*
 * A commit costs about the same for three commands as for thirty.  Those who
 * sent the last batch's have just been answered, and if it was a large one
 * they are about to send the next: it is worth a fraction of a sync to wait.
 */

static void
mt_combine_gather(mt_commit_t *c)
{
    unsigned  i;

    if (c->mem->taken < MT_GATHER_LEAST) {
        return;
    }

    for (i = 0;
         i < MT_GATHER_STEPS
         && 2 * mt_zone_queued(c->mem) < c->mem->taken
         && !atomic_load_explicit(&c->retiring, memory_order_relaxed);
         i++)
    {
        mt_combine_pause(MT_GATHER_US << i);
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
    uint64_t     head, taken;
    mt_entry_t  *entry;

    batch->nrings = mt_zone_rings(mem);
    first = mem->first;
    taken = 0;
    batch->commands = 0;
    batch->bytes = 0;
    batch->changed = 0;
    batch->prompt = 0;

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

        taken += batch->end[ring] - batch->begin[ring];
    }

    mem->taken -= mem->taken / 8;

    if (mem->taken < taken) {
        mem->taken = taken;
    }
}


/* A defect of apply() must not be the end of all writes.  It is told once,
 * however often the batch is begun. */

static int
mt_combine_gives_up(mt_commit_t *c, mt_entry_t *entry)
{
    if (entry->deaths < MT_ENTRY_DEATHS) {
        return 0;
    }

    if (entry->deaths == MT_ENTRY_DEATHS) {
        entry->deaths++;
        mt_stat_add(&c->mem->stat.given_up, 1);
        mt_txn_report(c->span.txn, "a command that processes died of, one "
                        "after the other, is given up");
    }

    return 1;
}


static mt_status_t
mt_combine_entry(mt_commit_t *c, mt_entry_t *entry, mt_sealed_t *batch)
{
    mt_str_t     command;
    mt_result_t  result;
    mt_status_t  status;

    result = (mt_result_t) { .status = MT_OK };

    if (entry->kind == MT_PUSH_BARRIER) {
        entry->result = result;
        batch->prompt = 1;
        return MT_OK;
    }

    if (mt_combine_gives_up(c, entry)) {
        entry->result = (mt_result_t) { .status = MT_INTERNAL };
        return MT_OK;
    }

    command.data = (char *) entry->command;
    command.len = entry->len;

    c->mem->applying = (uint64_t) ((uint8_t *) entry - (uint8_t *) c->mem);

    status = c->machine.apply(c->machine.ctx, command, &result);

    if (status != MT_OK) {
        return status;
    }

    entry->result = result;

    if (result.position != 0) {
        batch->changed = 1;

        if (entry->kind == MT_PUSH_LOG && c->machine.checkpoint != 0) {
            mt_log_record_command(&c->record, command);

        } else {
            batch->prompt = 1;
        }
    }

    return MT_OK;
}


/*
 * Applies what of the batch the store does not have yet, and moves `applied`
 * to the batch's end.  What it has was put on disk by a combiner that died
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


/*
 * What a dead combiner has committed may be visible and not be on disk yet,
 * and what it has logged may have been read back from memory: the commit that
 * comes next takes both along.
 */

static mt_status_t
mt_span_open(mt_commit_t *c)
{
    unsigned      left;
    mt_span_t    *s;
    mt_status_t   status;

    s = &c->span;

    status = mt_machine_begin(&c->machine, &s->txn, &left);
    if (status != MT_OK) {
        s->txn = NULL;
        return status;
    }

    mt_stop_point("begun");

    s->since = mt_monotonic_ns();
    s->batches = 0;
    s->must = left || atomic_load(&c->mem->unsynced);

    if (c->machine.checkpoint != 0) {
        mt_wal_hold(s->txn);
    }

    return mt_applied_load(s->txn, c->mem->epoch, s->applied);
}


static void
mt_span_abort(mt_commit_t *c)
{
    if (c->span.txn) {
        c->machine.abort(c->machine.ctx);
        c->span.txn = NULL;
    }
}


static mt_status_t
mt_span_commit(mt_commit_t *c)
{
    mt_span_t    *s;
    mt_status_t   status;

    s = &c->span;

    status = mt_applied_save(s->txn, c->mem->epoch, s->applied);

    if (status != MT_OK) {
        mt_span_abort(c);
        return status;
    }

    s->txn = NULL;

    status = c->machine.commit(c->machine.ctx);

    if (status == MT_OK) {
        atomic_store(&c->mem->unsynced, 0);

        if (c->machine.committed) {
            c->machine.committed(c->machine.data);
        }
    }

    return status;
}


/* The end of a transaction whose batches were answered from the log.  Who has
 * asked for it gets the time to begin another one. */

static mt_status_t
mt_span_checkpoint(mt_commit_t *c)
{
    int              asked;
    int64_t          ns;
    mt_status_t      status;
    mt_zone_stat_t  *stat;

    mt_stop_point("before-checkpoint");

    asked = mt_wal_asked(c->span.txn);
    ns = mt_monotonic_ns();
    status = mt_span_commit(c);
    ns = mt_monotonic_ns() - ns;

    mt_stop_point("after-checkpoint");

    stat = &c->mem->stat;
    mt_stat_add(&stat->checkpoints, 1);
    mt_stat_add(&stat->checkpoint_us_sum, ns / 1000);

    if (asked) {
        mt_combine_pause(MT_GATHER_US);
    }

    return status;
}


/* 1 when the transaction has been open for long enough. */

static int
mt_span_is_over(mt_commit_t *c)
{
    mt_span_t  *s;

    s = &c->span;

    return s->batches >= MT_SPAN_BATCHES
           || atomic_load_explicit(&c->retiring, memory_order_relaxed)
           || mt_wal_asked(s->txn)
           || mt_monotonic_ns() - s->since
              >= (int64_t) c->machine.checkpoint * 1000000;
}


/* Puts the batch on disk by its commands alone: MT_OK, or else it is not
 * there and the transaction has to be. */

static mt_status_t
mt_combine_log(mt_commit_t *c)
{
    mt_str_t      record;
    mt_status_t   status;

    if (c->record.failed) {
        return MT_NO_MEMORY;
    }

    record.data = (char *) c->record.data;
    record.len = c->record.len;

    mt_stop_point("before-log");

    status = mt_wal_append(c->span.txn, record);

    mt_stop_point("after-log");

    if (status == MT_OK) {
        c->span.batches++;
        mt_stat_add(&c->mem->stat.logged_batches, 1);
    }

    return status;
}


/*
 * Has the batch on disk.  Refusals leave nothing behind that has to last, and
 * a repeat of what was done finds that there: the transaction is given up, if
 * there is nothing else in it.
 */

static mt_status_t
mt_combine_store(mt_commit_t *c, const mt_sealed_t *batch)
{
    mt_span_t    *s;
    mt_status_t   status;

    s = &c->span;

    if (!s->must && !batch->changed && (!batch->prompt || s->batches == 0)) {

        if (s->batches == 0) {
            mt_span_abort(c);
        }

        return MT_OK;
    }

    if (!s->must && !batch->prompt && mt_combine_log(c) == MT_OK) {
        return MT_OK;
    }

    mt_stop_point("before-commit");

    status = mt_span_commit(c);

    mt_stop_point("after-commit");

    return status;
}


static void
mt_combine_record(mt_commit_t *c, const mt_sealed_t *batch)
{
    unsigned  ring;

    mt_log_record_begin(&c->record, c->mem->epoch);

    for (ring = 0; ring < batch->nrings; ring++) {
        if (batch->begin[ring] != batch->end[ring]) {
            mt_log_record_ring(&c->record, ring, batch->end[ring]);
        }
    }
}


/* The batch's part of a transaction, which it may begin, and end. */

static mt_status_t
mt_combine_append(mt_commit_t *c, mt_sealed_t *batch)
{
    int64_t          us;
    mt_status_t      status;
    mt_zone_stat_t  *stat;

    status = c->span.txn ? MT_OK : mt_span_open(c);

    if (status == MT_OK) {
        mt_combine_record(c, batch);
        status = mt_combine_apply(c, batch, c->span.applied);
        c->mem->applying = 0;
    }

    if (status != MT_OK) {
        mt_span_abort(c);
        return status;
    }

    mt_stop_point("applied-all");

    us = mt_monotonic_ns() / 1000;

    status = mt_combine_store(c, batch);

    us = mt_monotonic_ns() / 1000 - us;

    if (batch->changed) {
        stat = &c->mem->stat;
        mt_stat_add(&stat->commit_us_sum, us);
        mt_stat_observe(stat->commit_us, us);
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


/* With nothing to do and a transaction open: 1 when something came. */

static int
mt_combine_linger(mt_commit_t *c)
{
    unsigned  i;

    for (i = 0; i < MT_LINGER_STEPS && !mt_span_is_over(c); i++) {
        mt_combine_pause(MT_GATHER_US);

        if (mt_combine_wanted(c)) {
            return 1;
        }
    }

    return 0;
}


/* Batches, until there are no more; no transaction is left open. */

static mt_status_t
mt_combine_batches(mt_commit_t *c)
{
    mt_status_t  status;

    do {
        status = mt_combine_batch(c);

        if (c->span.txn
            && (mt_span_is_over(c)
                || (!mt_combine_wanted(c) && !mt_combine_linger(c))))
        {
            status = mt_span_checkpoint(c);
        }

    } while (status == MT_OK && mt_combine_wanted(c));

    return status;
}


/* A batch of nothing is for what a combiner has left in the log alone. */

mt_status_t
mt_commit_combine(mt_commit_t *c)
{
    mt_status_t     status;
    mt_zone_mem_t  *mem;

    if (c->machine.begin == NULL) {
        return MT_STORE_FAILED;
    }

    mem = c->mem;
    status = MT_OK;

    do {
        if (!mt_combiner_trylock(mem)) {
            /* whoever holds it looks at the heads again after letting go */
            return MT_OK;
        }

        atomic_store(&mem->busy, 1);
        mt_stop_point("claimed");

        if (mt_zone_has_work(mem) || mt_commit_behind(c)) {
            status = mt_combine_batches(c);
        }

        atomic_store(&mem->busy, 0);
        mt_stop_point("cleared");

        pthread_mutex_unlock(&mem->combiner);
        mt_stop_point("unlocked");

    } while (status == MT_OK && mt_combine_wanted(c));

    return status;
}

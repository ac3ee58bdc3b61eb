
#include "commit/mt_ring.h"

#include <stdio.h>
#include <time.h>


/* A batch is bounded, so that its first command does not wait long for its
 * last one. */
#define MT_BATCH_COMMANDS  4096
#define MT_BATCH_BYTES     (8 << 20)

/* Seats that a batch writes, before its last command: about 20 ms. */
#define MT_BATCH_SEATS     4096

/* If less than half as many bytes are queued as the last batches had, the
 * combiner waits up to MT_GATHER_STEPS times, MT_GATHER_US at first and twice
 * as long each time; not if the last batches were below MT_GATHER_LEAST. */
#define MT_GATHER_STEPS    4
#define MT_GATHER_US       50
#define MT_GATHER_LEAST    2048

/* Pauses of MT_GATHER_US before an idle, open transaction is committed. */
#define MT_LINGER_STEPS    20

/* Batches of one transaction at most: its commit holds up later commands. */
#define MT_SPAN_BATCHES  1024

/* The pause after a turn that failed, in ms: it doubles with each further one.
 * After the first failure there is none: it may be this process' alone. */
#define MT_RETRY_LEAST   10
#define MT_RETRY_MOST    1000

typedef struct {
    unsigned  nrings;
    uint64_t  begin[MT_COMMIT_RINGS];    /* = done */
    uint64_t  end[MT_COMMIT_RINGS];
    unsigned  commands;
    unsigned  seats;
    size_t    bytes;
    int       changed;                   /* something changed: to be synced */
    int       prompt;                    /* ... in the store */
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
 * A commit of three commands costs about as much as one of thirty.  The last
 * batch was just acknowledged; after a large one, its clients are about to
 * send their next commands, so a wait of a fraction of a sync pays.
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
 * Seals a batch of queued entries.  It begins with the ring after the last
 * one of the batch before, so that a ring that is always full does not starve
 * the others.
 */

static void
mt_combine_seal(mt_commit_t *c, mt_sealed_t *batch)
{
    unsigned        i, ring, first;
    uint64_t        head, taken;
    mt_slot_t       slot;
    mt_zone_mem_t  *mem;

    mem = c->mem;
    batch->nrings = mt_zone_rings(mem);
    first = mem->first;
    taken = 0;
    batch->commands = 0;
    batch->seats = 0;
    batch->bytes = 0;
    batch->changed = 0;
    batch->prompt = 0;

    for (i = 0; i < batch->nrings; i++) {
        ring = (first + i) % batch->nrings;
        batch->begin[ring] = atomic_load(&mem->rings[ring].done);
        batch->end[ring] = batch->begin[ring];
        head = atomic_load(&mem->rings[ring].head);

        if (mt_ring_is_stopped(mem, ring)) {
            continue;
        }

        if (!mt_ring_holds(c, batch->begin[ring], head)) {
            mt_ring_stop(c, ring);
            continue;
        }

        while (batch->end[ring] < head
               && batch->commands < MT_BATCH_COMMANDS
               && batch->seats < MT_BATCH_SEATS
               && batch->bytes < MT_BATCH_BYTES)
        {
            if (!mt_ring_next(c, ring, &batch->end[ring], head, &slot)) {
                mt_ring_stop(c, ring);
                break;
            }

            batch->commands++;
            batch->seats += slot.seats;
            batch->bytes += slot.len;
            mem->first = ring + 1;
        }

        taken += batch->end[ring] - batch->begin[ring];
    }

    mem->taken -= mem->taken / 8;

    if (mem->taken < taken) {
        mem->taken = taken;
    }
}


/* A command that kills its combiners must not block all writes.  Reported
 * once, even if the batch is begun again.  Returns 1 to give it up. */

static int
mt_combine_gives_up(mt_commit_t *c, mt_entry_t *entry)
{
    if (entry->deaths < MT_ENTRY_DEATHS) {
        return 0;
    }

    if (entry->deaths == MT_ENTRY_DEATHS) {
        entry->deaths++;
        mt_stat_add(&c->mem->stat.given_up, 1);
        mt_txn_report(c->span.txn, "a command whose combiners died one "
                      "after the other is given up");
    }

    return 1;
}


static mt_status_t
mt_combine_entry(mt_commit_t *c, const mt_slot_t *slot, mt_sealed_t *batch)
{
    mt_str_t     command;
    mt_entry_t  *entry;
    mt_result_t  result;
    mt_status_t  status;

    entry = slot->entry;
    result = (mt_result_t) { .status = MT_OK };

    if (slot->kind == MT_PUSH_BARRIER) {
        entry->result = result;
        batch->prompt = 1;
        return MT_OK;
    }

    if (mt_combine_gives_up(c, entry)) {
        entry->result = (mt_result_t) { .status = MT_INTERNAL };
        return MT_OK;
    }

    command = MT_STR("");

    if (slot->len != 0) {
        c->command.len = 0;
        c->command.failed = 0;
        mt_log_record_add(&c->command, entry->command, slot->len);

        if (c->command.failed) {
            return MT_NO_MEMORY;
        }

        command = (mt_str_t) { slot->len, (char *) c->command.data };
    }

    c->mem->applying = (uint64_t) ((uint8_t *) entry - (uint8_t *) c->mem);

    status = c->machine.apply(c->machine.ctx, command, &result);

    if (status != MT_OK) {
        return status;
    }

    entry->result = result;

    if (result.position != 0) {
        batch->changed = 1;

        if (slot->kind == MT_PUSH_LOG && c->machine.checkpoint != 0) {
            mt_log_record_command(&c->record, command);

        } else {
            batch->prompt = 1;
        }
    }

    return MT_OK;
}


/*
 * Applies the entries of the batch that the store lacks, and moves `applied`
 * to the batch's end.  A combiner that died before publishing has applied the
 * others: their results are in the slots.
 */

static mt_status_t
mt_combine_apply(mt_commit_t *c, mt_sealed_t *batch, uint64_t *applied)
{
    unsigned      ring, n;
    uint64_t      pos;
    mt_slot_t     slot;
    mt_status_t   status;

    n = 0;

    for (ring = 0; ring < batch->nrings; ring++) {

        if (batch->begin[ring] == batch->end[ring]) {
            continue;
        }

        if (applied[ring] > atomic_load(&c->mem->rings[ring].head)) {
            /* the head was put back */
            mt_ring_stop(c, ring);
            batch->end[ring] = batch->begin[ring];
            continue;
        }
        pos = batch->begin[ring];

        if (pos < applied[ring]) {
            pos = applied[ring];
        }

        while (pos < batch->end[ring]) {
            if (!mt_ring_next(c, ring, &pos, batch->end[ring], &slot)) {
                mt_ring_stop(c, ring);
                batch->end[ring] = pos;
                break;
            }

            status = mt_combine_entry(c, &slot, batch);
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


/* Commits the transaction.  Returns MT_OK when it is on disk. */

static mt_status_t
mt_span_end(mt_commit_t *c)
{
    mt_status_t  status;

    c->span.txn = NULL;

    status = c->machine.commit(c->machine.ctx);

    if (status == MT_OK) {
        atomic_store(&c->mem->unsynced, 0);

        if (c->machine.committed) {
            c->machine.committed(c->machine.data);
        }
    }

    return status;
}


/* As mt_machine_begin() does. */

static mt_status_t
mt_span_begin(mt_commit_t *c)
{
    unsigned      left;
    mt_status_t   status;

    do {
        status = mt_machine_recover(&c->machine, &c->span.txn, &left);

        if (status == MT_OK && left) {
            status = mt_span_end(c);
        }

    } while (status == MT_OK && left);

    return status;
}


/*
 * A dead combiner's commit may be visible but not synced, and its log records
 * may have been read from the page cache only: the next commit syncs both.
 */

static mt_status_t
mt_span_open(mt_commit_t *c)
{
    mt_span_t    *s;
    mt_status_t   status;

    s = &c->span;

    status = c->machine.begin ? mt_span_begin(c) : MT_STORE_FAILED;

    if (status != MT_OK) {
        s->txn = NULL;
        return status;
    }

    mt_stop_point("begun");

    s->since = mt_monotonic_ns();
    s->batches = 0;
    s->must = atomic_load(&c->mem->unsynced);

    if (c->machine.checkpoint != 0) {
        mt_wal_hold(s->txn);
    }

    return mt_applied_load(s->txn, c->epoch, s->applied);
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

    status = mt_applied_save(s->txn, c->epoch, s->applied);

    if (status != MT_OK) {
        mt_span_abort(c);
        return status;
    }

    return mt_span_end(c);
}


/* Commits a transaction whose batches were acknowledged from the log.  The
 * pause lets a writer that asked for this end begin its transaction. */

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


/* Returns 1 if the transaction should be committed now. */

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


/* Appends the batch's commands to the log.  Returns MT_OK when they are on
 * disk; otherwise the transaction must be committed. */

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
 * Syncs the batch.  Rejections and repeats change nothing: if the transaction
 * has no other changes, it is aborted.
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

    mt_log_record_begin(&c->record, c->epoch);

    for (ring = 0; ring < batch->nrings; ring++) {
        if (batch->begin[ring] != batch->end[ring]) {
            mt_log_record_ring(&c->record, ring, batch->end[ring]);
        }
    }
}


static void
mt_combine_tell(mt_commit_t *c)
{
    char  text[128];

    if (c->stopped >= 0) {
        (void) snprintf(text, sizeof(text), "ring %d of the zone is malformed "
                        "and was stopped: its worker is broken, or another "
                        "one; restart nginx", c->stopped);
        mt_txn_report(c->span.txn, text);
        c->stopped = -1;
    }
}


/* Applies and syncs the batch, in a transaction that it may begin and end. */

static mt_status_t
mt_combine_append(mt_commit_t *c, mt_sealed_t *batch)
{
    int64_t          us;
    mt_status_t      status;
    mt_zone_stat_t  *stat;

    status = c->span.txn ? MT_OK : mt_span_open(c);

    if (status == MT_OK) {
        mt_combine_tell(c);
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
 * The outcome of a failed commit is unknown, so no entry of the batch may
 * succeed, not even one whose result an earlier combiner left.  A repeat of
 * the request finds its changes if they are in the store.
 */

static void
mt_combine_fail(mt_commit_t *c, const mt_sealed_t *batch, mt_status_t status)
{
    unsigned   ring;
    uint64_t   pos;
    mt_slot_t  slot;

    for (ring = 0; ring < batch->nrings; ring++) {
        pos = batch->begin[ring];

        while (mt_ring_next(c, ring, &pos, batch->end[ring], &slot)) {
            slot.entry->result = (mt_result_t) { .status = status };
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
    mt_combine_seal(c, &batch);

    status = mt_combine_append(c, &batch);

    stat = &c->mem->stat;

    if (status == MT_OK) {
        mt_stat_add(&stat->batches, 1);
        mt_stat_add(&stat->commands, batch.commands);
        mt_stat_observe(stat->batch_size, batch.commands);

    } else {
        mt_stat_add(&stat->failed_batches, 1);
        mt_combine_fail(c, &batch, status);
    }

    mt_combine_publish(c, &batch);

    return status;
}


/* An exiting process combines only while its own ring has entries. */

int
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

    return atomic_load(&ring->done) != atomic_load(&ring->head)
           && !mt_ring_is_stopped(c->mem, (unsigned) c->ring);
}


/* Waits for entries while a transaction is open.  Returns 1 if some came. */

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


/* Combines batches until no entries are left; leaves no transaction open. */

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


/*
 * Notes how a turn ended.  What was acknowledged from the log and cannot be
 * committed has to be tried again, by no client's wish and at the cost of
 * all its records each time.
 */

static void
mt_combine_note(mt_zone_mem_t *mem, mt_status_t status)
{
    int64_t   ms;
    uint32_t  n;

    if (status == MT_OK) {
        atomic_store(&mem->failures, 0);
        return;
    }

    n = atomic_fetch_add(&mem->failures, 1);

    if (n == 0) {
        return;
    }

    ms = n < 8 ? MT_RETRY_LEAST << (n - 1) : MT_RETRY_MOST;

    atomic_store(&mem->retry_at, mt_monotonic_ns() + ms * 1000000);
}


/* The clock is compared both ways: a zone never waits longer than a pause. */

int
mt_commit_paused(const mt_commit_t *c)
{
    int64_t  left;

    if (atomic_load(&c->mem->failures) < 2) {
        return 0;
    }

    left = atomic_load(&c->mem->retry_at) - mt_monotonic_ns();

    return left > 0 && left <= (int64_t) MT_RETRY_MOST * 1000000;
}


/*
 * An empty batch recovers log records that a dead combiner left.  Without a
 * store a process that is to exit fails the entries: it cannot wait for one.
 */

mt_status_t
mt_commit_combine(mt_commit_t *c)
{
    mt_status_t     status;
    mt_zone_mem_t  *mem;

    if (c->machine.begin == NULL
        && !atomic_load_explicit(&c->retiring, memory_order_relaxed))
    {
        return MT_STORE_FAILED;
    }

    mem = c->mem;
    status = MT_OK;

    if (mt_commit_paused(c)) {
        return MT_OK;
    }

    do {
        if (!mt_combiner_trylock(c)) {
            /* its holder looks at the heads again after unlocking */
            return MT_OK;
        }

        atomic_store(&mem->busy, 1);
        mt_stop_point("claimed");

        if (mt_zone_has_work(mem) || mt_commit_behind(c)) {
            status = mt_combine_batches(c);
        }

        mt_combine_note(mem, status);

        atomic_store(&mem->busy, 0);
        mt_stop_point("cleared");

        pthread_mutex_unlock(&mem->combiner);
        mt_stop_point("unlocked");

    } while (status == MT_OK && mt_combine_wanted(c));

    return status;
}

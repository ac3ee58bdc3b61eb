
/*
 * The commit engine in one process: rings, results, faults, threads.  Clean
 * under ThreadSanitizer too, with TSAN_OPTIONS=detect_deadlocks=0: one thread
 * holds more mutexes here than its deadlock detector can count.
 */

#include "commit_drive.h"
#include "commit/mt_ring.h"


static void
test_zone(void)
{
    int           i, rings[MT_COMMIT_RINGS + 1], wrong;
    void         *zone;
    mt_machine_t  machine;
    mt_commit_t  *c[MT_COMMIT_RINGS + 1];

    machine = rig_machine(&ctx);
    zone = rig_shared(mt_commit_min_size());

    ok(mt_commit_attach(zone, &machine, rig_wake, events) == NULL,
       "memory that is no zone is refused");
    is_int(mt_commit_format(zone, mt_commit_min_size() - 1), MT_BAD_VALUE,
           "a zone too small is refused");
    is_int(mt_commit_format(zone, mt_commit_min_size()), MT_OK,
           "the least size will do");

    wrong = 0;

    for (i = 0; i <= MT_COMMIT_RINGS; i++) {
        c[i] = mt_commit_attach(zone, &machine, rig_wake, events);
        rings[i] = mt_commit_claim(c[i]);
        wrong += (rings[i] != (i < MT_COMMIT_RINGS ? i : -1));
    }

    is_int(wrong, 0, "each claim gets a ring of its own, until all are held");

    mt_commit_detach(c[5]);
    is_int(mt_commit_claim(c[MT_COMMIT_RINGS]), 5,
           "a ring given back is claimed");
    is_int(mt_commit_claim(c[MT_COMMIT_RINGS]), 5, "claiming twice is once");

    for (i = 0; i <= MT_COMMIT_RINGS; i++) {
        if (i != 5) {
            mt_commit_detach(c[i]);
        }
    }

    munmap(zone, mt_commit_min_size());
}


static void
test_basic(void *zone)
{
    int               combine, ring;
    unsigned          i;
    rig_worker_t      w;
    mt_commit_stat_t  stat;

    w = worker_open(zone, next_id(), REFUSED_EACH);

    is_int(push(&w, 0, &combine), MT_BUSY, "no ring, no push");

    ring = mt_commit_claim(w.commit);

    for (i = 0; i < w.total; i++) {
        push(&w, i, &combine);
    }

    ok(combine, "nobody combines: the owner is told to");
    is_int(mt_commit_waiting(w.commit), w.total, "all are out");
    is_int(collect(&w), 0, "no result yet");
    is_int(mt_commit_stalled(w.commit), 1, "stalled while nobody combines");

    mt_commit_stat(w.commit, &stat);
    ok(stat.queued_bytes > 0 && stat.rings_claimed == 1, "queue is shown");

    mt_commit_combine(w.commit);

    is_int(woken(ring), 1, "the owner is woken once");
    is_int(mt_commit_stalled(w.commit), 0, "not stalled after that");
    is_int(woken(ring), 1, "but woken, as results are not collected");
    is_int(collect(&w), w.total, "all results come");
    is_int(mt_commit_waiting(w.commit), 0, "none is out");
    is_int(verify(&w, 1), 0, "each its own, refusals included");

    is_int(mt_commit_stalled(w.commit), 0, "nothing stalls");
    is_int(woken(ring), 0, "nobody is woken for nothing");

    mt_commit_stat(w.commit, &stat);
    ok(stat.batches == 1 && stat.commands == w.total
       && stat.batch_size[6] == 1 && stat.queued_bytes == 0
       && stat.takeovers == 0, "one batch is counted");

    worker_close(&w);
}


static void
count_commit(void *data)
{
    ++*(int *) data;
}


/* A process whose store is closed leaves commands to others, or to the machine
 * that it gets when the store is open again. */

static void
test_machine(void *zone)
{
    int           combine, commits, ring;
    rig_worker_t  w;
    mt_machine_t  machine;

    commits = 0;
    machine = rig_machine(&ctx);
    machine.committed = count_commit;
    machine.data = &commits;

    w = worker_open(zone, next_id(), 1);
    ring = mt_commit_claim(w.commit);

    mt_commit_set_machine(w.commit, NULL);
    is_int(mt_commit_stalled(w.commit), 0, "no machine: nothing stalls");
    is_int(push(&w, 0, &combine), MT_OK, "a command is taken");
    is_int(mt_commit_stalled(w.commit), 1, "it waits");
    is_int(mt_commit_combine(w.commit), MT_STORE_FAILED, "not combined");
    is_int(collect(&w), 0, "no result");

    mt_commit_set_machine(w.commit, &machine);
    is_int(mt_commit_combine(w.commit), MT_OK, "a machine combines");
    is_int(woken(ring), 1, "and wakes the owner");
    is_int(collect(&w), 1, "a result");
    is_int(commits, 1, "its owner hears of the commit");
    is_int(verify(&w, 1), 0, "as it should be");

    worker_close(&w);
}


/* A batch of rejections is not committed, unless a combiner has died
 * before. */

static void
test_refused(void *zone)
{
    int             combine, ring;
    rig_worker_t    w;
    mt_zone_mem_t  *mem = zone;

    w = worker_open(zone, 777, 2 * REFUSED_EACH);
    ring = mt_commit_claim(w.commit);
    ctx.aborts = 0;

    is_int(push(&w, REFUSED_EACH - 1, &combine), MT_OK, "one to be refused");
    is_int(mt_commit_combine(w.commit), MT_OK, "combined");
    is_int(ctx.aborts, 1, "nothing is committed");
    is_int(woken(ring), 1, "the owner is told");
    is_int(collect(&w), 1, "of the refusal");

    is_int(push(&w, 0, &combine), MT_OK, "one to be accepted,");
    is_int(push(&w, 2 * REFUSED_EACH - 1, &combine), MT_OK, "one not");
    is_int(mt_commit_combine(w.commit), MT_OK, "combined");
    is_int(ctx.aborts, 1, "and committed");
    is_int(collect(&w), 2, "both are told");

    atomic_store(&mem->unsynced, 1);
    is_int(push(&w, REFUSED_EACH - 1, &combine), MT_OK, "one to be refused");
    is_int(mt_commit_combine(w.commit), MT_OK, "combined after a death");
    is_int(ctx.aborts, 1, "is committed: that syncs what the dead one left");
    is_int(atomic_load(&mem->unsynced), 0, "once");
    is_int(collect(&w), 1, "told");

    worker_close(&w);
}


static void
test_wrap(void *zone)
{
    int           combine;
    unsigned      i, n;
    rig_worker_t  w;

    w = worker_open(zone, next_id(), 1500);
    w.filling = 700;
    mt_commit_claim(w.commit);

    for (i = 0; i < w.total; /* void */) {
        for (n = 0; n < 11 && i < w.total; n++, i++) {
            if (push(&w, i, &combine) != MT_OK) {
                break;
            }
        }

        mt_commit_combine(w.commit);
        collect(&w);
    }

    is_int(verify(&w, 1), 0, "1500 commands went around the ring");

    worker_close(&w);
}


static void
test_full(void *zone)
{
    int               combine;
    char             *large;
    unsigned          i, n;
    mt_str_t          command;
    rig_worker_t      w;
    mt_commit_stat_t  stat;

    w = worker_open(zone, next_id(), 1000);
    mt_commit_claim(w.commit);

    for (n = 0; push(&w, n, &combine) == MT_OK; n++) { /* void */ }

    ok(n > 20 && n < 1000, "the ring is full after %u commands", n);
    ok(combine, "a full ring asks for a combiner too");

    mt_commit_combine(w.commit);
    is_int(push(&w, n, &combine), MT_BUSY, "still full before collecting");
    ok(!combine, "nothing to combine");
    is_int(collect(&w), n, "results collected");

    w.total = 2 * n;

    for (i = n; i < w.total && push(&w, i, &combine) == MT_OK; i++) {
        /* void */
    }

    is_int(i, w.total, "room again for as many");

    mt_commit_combine(w.commit);
    collect(&w);
    is_int(verify(&w, 1), 0, "each was done once");

    mt_commit_stat(w.commit, &stat);

    large = calloc(1, stat.ring_size);
    command.data = large;
    command.len = stat.ring_size / 2;
    is_int(mt_commit_push(w.commit, command, MT_PUSH_COMMIT, 0, NULL,
                          &combine),
           MT_TOO_LARGE, "half a ring is too large");
    command.len = SIZE_MAX;
    is_int(mt_commit_push(w.commit, command, MT_PUSH_COMMIT, 0, NULL,
                          &combine),
           MT_TOO_LARGE, "so is any size beyond");
    ok(!mt_commit_fits(w.commit, stat.ring_size / 2), "as can be asked");
    ok(mt_commit_fits(w.commit, stat.ring_size / 4), "a quarter fits");
    is_int(mt_commit_waiting(w.commit), 0, "neither is out");

    free(large);
    worker_close(&w);
}


/* Commands with seats: a batch has a bounded number of them, too. */

static void
test_seats(void *zone)
{
    int               combine;
    uint8_t           data[COMMAND_MAX];
    mt_str_t          command;
    unsigned          i;
    rig_worker_t      w;
    mt_commit_stat_t  before, after;

    w = worker_open(zone, next_id(), 24);
    mt_commit_claim(w.commit);
    mt_commit_stat(w.commit, &before);

    for (i = 0; i < w.total; i++) {
        command.data = (char *) data;
        command.len = rig_command(data, w.id, i, w.filling);
        w.calls[i] = (rig_call_t) { &w, i };

        is_int(mt_commit_push(w.commit, command, MT_PUSH_LOG, MT_COMMIT_HEAVY,
                              &w.calls[i], &combine),
               MT_OK, "command %u", i);
    }

    mt_commit_combine(w.commit);
    mt_commit_stat(w.commit, &after);

    is_int(collect(&w), 24, "all have results");
    is_int(after.batches - before.batches, 3, "a batch has eight of them");
    is_int(verify(&w, 1), 0, "each was done once");

    worker_close(&w);
}


/* The result of a failed batch; the next batch succeeds. */

static void
fault(void *zone, const char *name, mt_status_t *where, mt_status_t status,
    unsigned aborts)
{
    int               combine;
    unsigned          i, wrong;
    rig_worker_t      w;
    mt_commit_stat_t  before, after;

    w = worker_open(zone, next_id(), 40);
    mt_commit_claim(w.commit);
    mt_commit_stat(w.commit, &before);

    ctx.aborts = 0;
    *where = status;

    for (i = 0; i < 20; i++) {
        push(&w, i, &combine);
    }

    is_int(mt_commit_combine(w.commit), status, "%s fails: told so", name);
    is_int(collect(&w), 20, "%s fails: all are answered", name);

    for (i = 0, wrong = 0; i < 20; i++) {
        wrong += (w.answers[i].status != status);
    }

    is_int(wrong, 0, "%s fails: with its status", name);
    is_int(ctx.aborts, aborts, "%s fails: aborted %u times", name, aborts);

    mt_commit_stat(w.commit, &after);
    is_int(after.failed_batches - before.failed_batches, 1,
           "%s fails: counted", name);
    is_int(after.batches - before.batches, 0, "%s fails: no batch", name);

    for (i = 20; i < 40; i++) {
        push(&w, i, &combine);
    }

    is_int(mt_commit_combine(w.commit), MT_OK, "%s failed: not again", name);
    is_int(collect(&w), 20, "%s failed: work goes on", name);

    is_int(applied(&w, 20), ctx.keep ? 20 : 0,
           "%s failed: what failed is not tried again", name);
    is_int(applied(&w, 40) - applied(&w, 20), 20,
           "%s failed: what came later is done once", name);

    worker_close(&w);
}


static void
test_faults(void *zone)
{
    fault(zone, "begin", &ctx.fail_begin, MT_STORE_FAILED, 0);
    fault(zone, "apply", &ctx.fail_apply, MT_STORE_FULL, 1);

    if (ctx.checkpoint) {
        return;
    }

    fault(zone, "commit", &ctx.fail_commit, MT_STORE_FULL, 0);

    ctx.keep = 1;
    fault(zone, "commit (that did)", &ctx.fail_commit, MT_STORE_FAILED, 0);
    ctx.keep = 0;
}


/* A worker that dies with commands in flight, some of them applied. */

static void *
dying_owner(void *data)
{
    int            combine;
    rig_worker_t  *w = data;

    mt_commit_claim(w->commit);

    push(w, 0, &combine);
    push(w, 1, &combine);
    mt_commit_combine(w->commit);
    push(w, 2, &combine);
    push(w, 3, &combine);

    return NULL;
}


static void
test_dead_owner(void *zone)
{
    int               combine;
    pthread_t         thread;
    rig_worker_t      dead, w;
    mt_commit_stat_t  stat;

    dead = worker_open(zone, next_id(), 4);
    w = worker_open(zone, next_id(), 2);

    pthread_create(&thread, NULL, dying_owner, &dead);
    pthread_join(thread, NULL);

    mt_commit_stat(w.commit, &stat);
    is_int(stat.rings_claimed, 0, "a dead owner's ring is not held");

    is_int(mt_commit_claim(w.commit), 0, "it is claimed by another");
    is_int(mt_commit_stalled(w.commit), 1, "what it left is seen");

    push(&w, 0, &combine);
    mt_commit_combine(w.commit);
    push(&w, 1, &combine);

    is_int(collect(&w), 1, "the new owner gets its result only");
    is_int(mt_commit_waiting(w.commit), 1, "and has one out");

    mt_commit_combine(w.commit);
    is_int(collect(&w), 1, "which comes");
    is_int(verify(&w, 1), 0, "the new owner's commands are done");
    is_int(verify(&dead, 0), 0, "the dead one's at most once");

    dead.answers[2].answers = dead.answers[3].answers = 1;
    dead.answers[0].answers = dead.answers[1].answers = 1;
    is_int(verify(&dead, 1), 0, "and at least once");

    worker_close(&w);

    /* no detach: the ring belongs to another thread */
    free(dead.commit->record.data);
    free(dead.commit->command.data);
    free(dead.commit->pushed);
    free(dead.commit);
    worker_free(&dead);
}


/* Two processes' views: one pushes at a stop point of the other. */

static rig_worker_t  *intruder;
static const char    *intrude_at;
static int            intruder_combines;


static void
intrude(const char *name)
{
    if (intrude_at && mt_str_eq(mt_cstr(name), mt_cstr(intrude_at))) {
        intrude_at = NULL;
        push(intruder, 0, &intruder_combines);
    }
}


static void
test_wake_up(void *zone)
{
    size_t        i;
    int           combine;
    rig_worker_t  a, b;

    static const struct {
        const char  *name;
        int          combines;     /* the pusher is told to combine */
        int          logs;         /* with the write-ahead log: 1, without it:
                                      0, or both: -1 */
    } points[] = {
        { "claimed", 0, -1 }, { "applied-half", 0, -1 },
        { "before-commit", 0, 0 }, { "after-log", 0, 1 },
        { "published", 0, -1 }, { "after-checkpoint", 0, 1 },
        { "cleared", 1, -1 }, { "unlocked", 1, -1 }
    };

    for (i = 0; i < mt_nitems(points); i++) {
        if (points[i].logs == !ctx.checkpoint) {
            continue;
        }

        a = worker_open(zone, next_id(), 1);
        b = worker_open(zone, next_id(), 1);
        mt_commit_claim(a.commit);
        mt_commit_claim(b.commit);

        intruder = &b;
        intrude_at = points[i].name;
        mt_commit_stop = intrude;

        push(&a, 0, &combine);
        mt_commit_combine(a.commit);

        mt_commit_stop = NULL;

        is_int(intruder_combines, points[i].combines,
               "pushed at %s: another is %s to combine", points[i].name,
               points[i].combines ? "wanted" : "not wanted");
        is_int(collect(&a) + collect(&b), 2,
               "pushed at %s: nobody is forgotten", points[i].name);
        is_int(verify(&a, 1) + verify(&b, 1), 0,
               "pushed at %s: each done once", points[i].name);

        worker_close(&a);
        worker_close(&b);
    }
}


static void
applied_put(uint64_t epoch, int64_t days)
{
    uint8_t          data[16];
    mt_key_t         key;
    mt_str_t         value;
    mt_txn_t        *txn;
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    mt_put_u64(data, ts.tv_sec * MT_MS_PER_SECOND - days * MT_MS_PER_DAY);
    mt_put_u64(data + 8, 4711);

    mt_key_serial(&key, epoch);
    value.data = (char *) data;
    value.len = sizeof(data);

    ok(mt_write_begin(ctx.store, &txn) == MT_OK
       && mt_put(txn, MT_DB_APPLIED, &key, value) == MT_OK
       && mt_write_commit(txn) == MT_OK, "a record %d days old", (int) days);
}


static int
applied_has(uint64_t epoch)
{
    int        found;
    mt_key_t   key;
    mt_str_t   value;
    mt_txn_t  *txn;

    if (mt_read_open(ctx.store, &txn) != MT_OK) {
        return -1;
    }

    mt_key_serial(&key, epoch);
    found = mt_get(txn, MT_DB_APPLIED, &key, &value);
    mt_read_close(txn);

    return found;
}


/* Each zone counts for itself; only zones that are long unused are deleted. */

static void
test_epochs(void *first)
{
    int           combine;
    unsigned      i;
    void         *second;
    size_t        size;
    rig_worker_t  a, b;

    applied_put(1, 31);
    applied_put(2, 29);
    applied_put(3, 400);

    size = mt_commit_min_size();
    second = zone_open(size);

    a = worker_open(first, next_id(), 30);
    b = worker_open(second, next_id(), 30);
    mt_commit_claim(a.commit);
    mt_commit_claim(b.commit);

    for (i = 0; i < 30; i++) {
        push(&a, i, &combine);
        push(&b, i, &combine);

        if (i % 3 == 0) {
            mt_commit_combine(a.commit);
            mt_commit_combine(b.commit);
        }
    }

    mt_commit_combine(a.commit);
    mt_commit_combine(b.commit);

    is_int(collect(&a) + collect(&b), 60, "two zones on one store");
    is_int(verify(&a, 1) + verify(&b, 1), 0, "do not disturb each other");

    is_int(applied_has(1), 0, "a record of 31 days is gone");
    is_int(applied_has(2), 1, "one of 29 is kept");
    is_int(applied_has(3), 0, "one of 400 is gone");

    worker_close(&a);
    worker_close(&b);
    munmap(second, size);
}


/* More commands than one batch takes; and a process that exits leaves its
 * ring. */

static void
test_large(void)
{
    int               combine;
    void             *zone;
    size_t            size;
    unsigned          i;
    rig_worker_t      w, leaving;
    mt_commit_stat_t  stat;

    size = 128 << 20;
    zone = zone_open(size);

    w = worker_open(zone, next_id(), 6000);
    leaving = worker_open(zone, next_id(), 1);
    mt_commit_claim(w.commit);
    mt_commit_claim(leaving.commit);

    for (i = 0; i < w.total; i++) {
        push(&w, i, &combine);
    }

    mt_commit_retire(leaving.commit);
    mt_commit_combine(leaving.commit);

    is_int(collect(&w), 4096, "a batch is bounded; one by the leaving");
    is_int(mt_commit_stalled(w.commit), 1, "the rest is for another");

    push(&leaving, 0, &combine);
    ok(combine, "which a push tells, too");

    mt_commit_combine(leaving.commit);
    is_int(collect(&leaving), 1, "the leaving still serves itself");

    mt_commit_combine(w.commit);
    is_int(collect(&w), w.total - 4096, "the rest is done");
    is_int(verify(&w, 1) + verify(&leaving, 1), 0, "each once");

    mt_commit_stat(w.commit, &stat);
    is_int(stat.commands, w.total + 1, "all are counted");

    worker_close(&w);
    worker_close(&leaving);
    munmap(zone, size);
}


static void *
work(void *data)
{
    return (void *) (intptr_t) rig_work(data);
}


static void
test_threads(void *zone)
{
    int               wrong, i;
    unsigned          busy;
    void             *fine;
    pthread_t         threads[5];
    rig_worker_t      w[5], other;
    mt_commit_stat_t  stat;

    for (i = 0; i < 5; i++) {
        w[i] = worker_open(zone, next_id(), 2000);
        w[i].window = 8 << (2 * i);      /* 8 .. 2048: more than the ring */
        w[i].filling = 200;
        pthread_create(&threads[i], NULL, work, &w[i]);
    }

    wrong = 0;
    busy = 0;

    for (i = 0; i < 5; i++) {
        pthread_join(threads[i], &fine);
        wrong += !fine;
        busy += w[i].busy;
    }

    is_int(wrong, 0, "five workers got all their answers");
    ok(busy > 0, "rings were full %u times", busy);

    for (i = 0; i < 5; i++) {
        is_int(verify(&w[i], 1), 0, "worker %d: each done once", i);
    }

    other = worker_open(zone, next_id(), 1);
    mt_commit_stat(other.commit, &stat);
    is_int(stat.rings_claimed, 0, "all rings were given back");
    printf("# %u batches, %u commands, mean commit %u us\n",
           (unsigned) stat.batches, (unsigned) stat.commands,
           (unsigned) (stat.commit_us_sum / stat.batches));

    for (i = 0; i < 5; i++) {
        worker_free(&w[i]);
    }

    worker_close(&other);
}


int
main(void)
{
    void  *zone;

    if (!ok(rig_store_create(dir), "store made")) {
        return 1;
    }

    ctx.store = rig_store_open(dir);
    rig_events_open(events);

    test_zone();

    for (ctx.checkpoint = 0; ctx.checkpoint <= 1000; ctx.checkpoint += 1000) {
        printf("# checkpoint: %u ms\n", ctx.checkpoint);

        zone = zone_open(mt_commit_min_size());

        test_basic(zone);
        test_machine(zone);
        test_refused(zone);
        test_wrap(zone);
        test_full(zone);
        test_seats(zone);
        test_faults(zone);
        test_dead_owner(zone);
        test_wake_up(zone);
        test_epochs(zone);
        test_large();
        test_threads(zone);

        munmap(zone, mt_commit_min_size());
    }

    rig_events_close(events);
    mt_store_close(ctx.store);
    rig_store_remove(dir);

    return tap_done();
}

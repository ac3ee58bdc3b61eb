
/*
 * The commit engine with a WAL: which commands are acknowledged from it, how
 * long it may be ahead of the store, and the results of failures.
 */

#include "commit_drive.h"
#include "store/mt_store_int.h"


static void
push_all(rig_worker_t *w)
{
    int       combine;
    unsigned  i;

    for (i = 0; i < w->total; i++) {
        push(w, i, &combine);
    }
}


/* Commands acknowledged from the WAL: several batches make one checkpoint. */

static rig_worker_t  *growing;
static unsigned       grown;


static void
grow(const char *name)
{
    int  combine;

    if (mt_str_eq(mt_cstr(name), MT_STR("published")) && grown < growing->total) {
        push(growing, grown++, &combine);
    }
}


/* Each command is pushed after the one before is acknowledged: one batch
 * each. */

static mt_status_t
combine_one_by_one(rig_worker_t *w, void (*hook)(const char *name))
{
    mt_status_t  status;

    grown = 0;
    growing = w;
    grow("published");

    mt_commit_stop = hook;
    status = mt_commit_combine(w->commit);
    mt_commit_stop = NULL;

    return status;
}


static void
test_log(void *zone)
{
    unsigned          commits;
    rig_worker_t      w;
    mt_commit_stat_t  before, after;

    w = worker_open(zone, next_id(), 10);
    mt_commit_claim(w.commit);
    mt_commit_stat(w.commit, &before);
    commits = ctx.commits;

    is_int(combine_one_by_one(&w, grow), MT_OK, "ten batches");

    mt_commit_stat(w.commit, &after);
    is_int(after.batches - before.batches, 10, "are counted");
    is_int(after.logged_batches - before.logged_batches, 10, "are logged");
    is_int(after.checkpoints - before.checkpoints, 1, "and committed");
    is_int(ctx.commits - commits, 1, "at once");
    is_int(collect(&w), 10, "all are told");
    is_int(verify(&w, 1), 0, "each is done once");
    ok(!mt_wal_behind(ctx.store), "and the store is not behind");

    worker_close(&w);
}


/* Ends with the pause after failures, which is of at most a second. */

static void
wait_for_retry(rig_worker_t *w)
{
    int64_t          until;
    struct timespec  step = { .tv_nsec = 1000000 };

    until = mt_monotonic_ns() + 1100000000;

    while (mt_commit_paused(w->commit) && mt_monotonic_ns() < until) {
        (void) nanosleep(&step, NULL);
    }
}


/* A process that is to exit leaves the log's records to the next one, and
 * fails its own commands if it has no store. */

static void
test_leave(void *zone)
{
    int           combine;
    rig_worker_t  w;

    w = worker_open(zone, next_id(), 2);
    mt_commit_claim(w.commit);

    ctx.fail_commit = MT_STORE_FULL;
    push(&w, 0, &combine);
    is_int(mt_commit_combine(w.commit), MT_STORE_FULL, "a checkpoint fails");
    collect(&w);
    is_int(mt_commit_stalled(w.commit), 1, "it is to be tried again");

    mt_commit_retire(w.commit);
    is_int(mt_commit_stalled(w.commit), 0, "but not by one that leaves");

    mt_commit_set_machine(w.commit, NULL);
    push(&w, 1, &combine);
    is_int(mt_commit_stalled(w.commit), 1, "its own command is to end");
    is_int(mt_commit_combine(w.commit), MT_STORE_FAILED, "it does");
    is_int(collect(&w), 1, "and is answered:");
    is_int(w.answers[1].status, MT_STORE_FAILED, "a failure");

    worker_close(&w);

    w = worker_open(zone, next_id(), 1);
    wait_for_retry(&w);
    is_int(mt_commit_combine(w.commit), MT_OK, "the next one makes up");
    worker_close(&w);
}


/* An acknowledged command outlives the failure of the checkpoint, in this
 * process and in others. */

static void
test_log_kept(void *zone, int keep)
{
    int           combine;
    unsigned      commits;
    rig_worker_t  w, next;

    w = worker_open(zone, next_id(), 20);
    next = worker_open(zone, next_id(), 1);
    mt_commit_claim(w.commit);
    mt_commit_claim(next.commit);

    ctx.keep = keep;
    ctx.fail_commit = MT_STORE_FULL;
    push_all(&w);

    is_int(mt_commit_combine(w.commit), MT_STORE_FULL, "a checkpoint fails");
    is_int(collect(&w), 20, "after the answers");
    is_int(w.answers[7].status, MT_OK, "which are successes");
    is_int(applied(&w, 20), keep ? 20 : 0, "what was done is %s",
           keep ? "there" : "in the log alone");
    is_int(mt_commit_stalled(next.commit), !keep, "as can be asked");

    ctx.fail_commit = MT_STORE_FULL;
    is_int(mt_commit_combine(next.commit), keep ? MT_OK : MT_STORE_FULL,
           "another tries");
    is_int(mt_commit_paused(w.commit), !keep, "%s",
           keep ? "no pause comes" : "then there is a pause");

    commits = ctx.commits;
    is_int(mt_commit_stalled(next.commit), 0, "in which nobody is to try");
    is_int(mt_commit_combine(next.commit), MT_OK, "and nobody does");
    is_int(ctx.commits - commits, 0, "no commit");
    wait_for_retry(&next);

    ctx.fail_commit = MT_STORE_FULL;
    is_int(push(&next, 0, &combine), MT_OK, "with a command of its own");
    is_int(mt_commit_combine(next.commit), MT_STORE_FULL, "which fails");
    is_int(collect(&next), 1, "and is told so:");
    is_int(next.answers[0].status, keep ? MT_OK : MT_STORE_FULL,
           "nothing is promised on top of what is %s", keep ? "there"
                                                            : "not there yet");
    ctx.keep = 0;
    wait_for_retry(&next);
    commits = ctx.commits;
    is_int(mt_commit_combine(next.commit), MT_OK, "until it can be written");
    is_int(ctx.commits - commits, !keep, "%s", keep ? "it is" : "then it is");
    is_int(verify(&w, 1), 0, "each is done once");
    is_int(mt_commit_stalled(next.commit), 0, "and that is all");

    worker_close(&w);
    worker_close(&next);
}


/* A batch with a command that must be in the store. */

static void
test_prompt(void *zone)
{
    rig_worker_t      w;
    mt_commit_stat_t  before, after;

    w = worker_open(zone, next_id(), 40);
    mt_commit_claim(w.commit);

    mt_commit_stat(w.commit, &before);
    push_all(&w);                         /* the last one is to be committed */
    is_int(mt_commit_combine(w.commit), MT_OK, "with one for the store");
    mt_commit_stat(w.commit, &after);
    is_int(after.logged_batches - before.logged_batches, 0, "nothing logged");
    is_int(collect(&w), 40, "told");
    is_int(verify(&w, 1), 0, "done");

    worker_close(&w);
}


static rig_worker_t  *reader;
static rig_call_t     reader_call;
static unsigned       reads;


/* A read follows as soon as a command is acknowledged. */

static void
read_on(const char *name)
{
    int        combine;
    mt_str_t   none = mt_str("");
    mt_txn_t  *txn;

    if (mt_str_eq(mt_cstr(name), MT_STR("published")) && reads++ == 0) {
        is_int(mt_commit_push(reader->commit, none, MT_PUSH_BARRIER, 0,
                              &reader_call, &combine), MT_OK, "a barrier");
    }

    if (mt_str_eq(mt_cstr(name), MT_STR("published-half")) && reads == 1
        && mt_read_open(ctx.store, &txn) == MT_OK)
    {
        ok(mt_wal_logged(ctx.store) <= mt_txn_id(txn),
           "its wait ends when the store has all");
        mt_read_close(txn);
    }
}


static void
test_barrier(void *zone)
{
    unsigned          commits;
    rig_worker_t      w, other;
    mt_commit_stat_t  before, after;

    w = worker_open(zone, next_id(), 3);
    other = worker_open(zone, next_id(), 1);
    mt_commit_claim(w.commit);
    mt_commit_claim(other.commit);

    reader = &other;
    reader_call = (rig_call_t) { reader, 0 };
    other.answers[0].status = 1;
    reads = 0;
    commits = ctx.commits;
    mt_commit_stat(w.commit, &before);

    push_all(&w);
    mt_commit_stop = read_on;
    is_int(mt_commit_combine(w.commit), MT_OK, "sign-ins, and who reads");
    mt_commit_stop = NULL;

    mt_commit_stat(w.commit, &after);
    is_int(after.batches - before.batches, 2, "two batches");
    is_int(after.logged_batches - before.logged_batches, 1, "one was logged");
    is_int(ctx.commits - commits, 1, "one commit");
    is_int(after.checkpoints - before.checkpoints, 0, "by the barrier");
    is_int(collect(&w), 3, "the sign-ins are told");
    is_int(collect(&other), 1, "so is the reader");
    is_int(verify(&w, 1), 0, "each is done once");

    reads = 2;
    commits = ctx.commits;
    is_int(mt_commit_push(other.commit, MT_STR(""), MT_PUSH_BARRIER, 0,
                          &reader_call, &(int) { 0 }), MT_OK, "one alone");
    is_int(mt_commit_combine(other.commit), MT_OK, "finds nothing to do");
    is_int(ctx.commits - commits, 0, "and commits nothing");
    is_int(collect(&other), 1, "but is told");

    worker_close(&other);
    worker_close(&w);
}


static void
ask(const char *name)
{
    mt_txn_t  *txn;

    /* another process that wants to write */

    if (mt_str_eq(mt_cstr(name), MT_STR("after-log"))
        && mt_read_open(ctx.store, &txn) == MT_OK)
    {
        ok(mt_wal_logged(ctx.store) > mt_txn_id(txn),
           "a reader sees that it is early");
        mt_read_close(txn);
    }

    if (mt_str_eq(mt_cstr(name), MT_STR("published"))) {
        mt_wal_ask(ctx.store);
    }

    grow(name);
}


/* A process that wants to write does not wait for the time to pass. */

static void
test_asked(void *zone)
{
    unsigned      commits;
    mt_txn_t     *txn;
    rig_worker_t  w;

    w = worker_open(zone, next_id(), 5);
    mt_commit_claim(w.commit);
    commits = ctx.commits;

    is_int(combine_one_by_one(&w, ask), MT_OK, "five batches, and who asks");

    is_int(ctx.commits - commits, 5, "are five commits");
    is_int(collect(&w), 5, "told");

    if (ok(mt_read_open(ctx.store, &txn) == MT_OK, "read")) {
        ok(mt_wal_logged(ctx.store) <= mt_txn_id(txn),
           "a reader sees all of it");
        mt_read_close(txn);
    }

    worker_close(&w);
}


/* Records that no combiner has written, though their checksums are right. */

static void
test_damaged(void)
{
    size_t        i;
    unsigned      left;
    uint64_t      position;
    mt_key_t      key;
    mt_machine_t  machine;
    mt_str_t      record;
    mt_txn_t     *txn;

    static const struct {
        const char  *what;
        size_t       len;
        uint8_t      data[40];
    } cases[] = {
        { "nothing", 0, { 0 } },
        { "half an epoch", 4, { 0 } },
        { "no rings but their number", 12, { [11] = 1 } },
        { "a ring of no zone", 24, { [11] = 1, [15] = MT_COMMIT_RINGS } },
        { "half a ring", 20, { [11] = 1 } },
        { "half a command's length", 26, { [11] = 1 } },
        { "less than a command's length", 30, { [11] = 1, [27] = 200 } }
    };

    machine = rig_machine(&ctx);
    mt_key_meta(&key, MT_META_POSITION);

    for (i = 0; i < mt_nitems(cases); i++) {
        record.data = (char *) cases[i].data;
        record.len = cases[i].len;

        ok(mt_machine_recover(&machine, &txn, &left) == MT_OK && left == 0
           && mt_wal_append(txn, record) == MT_OK, "%s", cases[i].what);
        machine.abort(machine.ctx);

        is_int(mt_machine_recover(&machine, &txn, &left), MT_INTERNAL,
               "%s: nobody goes on", cases[i].what);
        is_int(mt_machine_settle(&machine), MT_INTERNAL, "%s: nor a tool",
               cases[i].what);

        /* a transaction that leaves the WAL behind */

        if (ok(mt_write_begin(ctx.store, &txn) == MT_OK, "forced")) {
            position = mt_get_num_or(txn, MT_DB_META, &key, 0);
            (void) mt_put_num(txn, MT_DB_META, &key, position);
            (void) mt_write_commit(txn);
        }
    }

    is_int(mt_machine_settle(&machine), MT_OK, "then all is well");
}


/* A tool opens a store whose server has died. */

static void
test_settle(void *zone)
{
    mt_machine_t  machine;
    mt_txn_t     *txn;
    unsigned      left;
    rig_worker_t  w;

    machine = rig_machine(&ctx);
    w = worker_open(zone, next_id(), 6);
    mt_commit_claim(w.commit);
    push_all(&w);

    ctx.fail_commit = MT_STORE_FAILED;
    is_int(mt_commit_combine(w.commit), MT_STORE_FAILED, "it dies");
    is_int(collect(&w), 6, "after the answers");

    ctx.fail_begin = MT_STORE_FAILED;
    is_int(mt_machine_settle(&machine), MT_STORE_FAILED,
           "the store cannot be had");
    ctx.fail_apply = MT_STORE_FULL;
    is_int(mt_machine_settle(&machine), MT_STORE_FULL, "or is full");
    ctx.fail_commit = MT_STORE_FAILED;
    is_int(mt_machine_settle(&machine), MT_STORE_FAILED,
           "or cannot be written");
    is_int(applied(&w, 6), 0, "nothing is there");
    is_int(mt_machine_settle(&machine), MT_OK, "then it can");
    is_int(verify(&w, 1), 0, "each is done once");
    is_int(mt_machine_settle(&machine), MT_OK, "once more is nothing");

    if (ok(mt_machine_recover(&machine, &txn, &left) == MT_OK, "begun")) {
        is_int(left, 0, "nothing is left");
        machine.abort(machine.ctx);
    }

    worker_close(&w);
}


int
main(void)
{
    void  *zone;

    if (!ok(rig_store_create(dir), "store made")) {
        return 1;
    }

    ctx.store = rig_store_open(dir);
    ctx.checkpoint = 1000;
    rig_events_open(events);

    zone = zone_open(mt_commit_min_size());

    test_log(zone);
    test_log_kept(zone, 0);
    test_log_kept(zone, 1);
    test_leave(zone);
    test_prompt(zone);
    test_barrier(zone);
    test_asked(zone);
    test_settle(zone);
    test_damaged();

    rig_events_close(events);
    mt_store_close(ctx.store);
    rig_store_remove(dir);

    return tap_done();
}

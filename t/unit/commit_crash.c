
/*
 * The commit engine under kill -9: processes share a zone, and the process
 * that comes to a stop point as the n-th dies there.  The others and a
 * replacement must get all their answers; each command that was answered with
 * success must be in the store exactly once, each other one at most once.
 */

#include "commit_rig.h"

#include <signal.h>
#include <sys/wait.h>


#define CHILDREN   4
#define KILLS      2
#define WORKERS    (CHILDREN + KILLS)      /* the dead are replaced */
#define COMMANDS   600
#define WINDOW     6

#define DIR_TEMPLATE  "/tmp/mt-commit-crash-XXXXXX"


/* All processes count together how often they come to the point; the first or
 * the second dies.  A busy combiner seldom gives up its role. */

typedef struct {
    const char  *name;
    unsigned     first;
    unsigned     second;
    unsigned     checkpoint;     /* ms; 0: no write-ahead log */
} stop_t;


static const stop_t  stops[] = {
    { "written", 50, 200 },
    { "claimed", 1, 3 },
    { "begun", 4, 9 },
    { "applied-half", 4, 9 },
    { "applied-all", 4, 9 },
    { "before-commit", 4, 9 },
    { "after-commit", 4, 9 },
    { "published-half", 5, 15 },
    { "published", 4, 9 },
    { "cleared", 1, 3 },
    { "unlocked", 1, 3 },

    { "written", 50, 200, 50 },
    { "claimed", 0, 2, 50 },
    { "begun", 1, 3, 50 },
    { "applied-half", 4, 9, 50 },
    { "applied-all", 4, 9, 50 },
    { "before-log", 4, 9, 50 },
    { "after-log", 4, 9, 50 },
    { "before-commit", 1, 3, 50 },
    { "after-commit", 1, 3, 50 },
    { "published-half", 5, 15, 50 },
    { "published", 4, 9, 50 },
    { "before-checkpoint", 0, 2, 1 },
    { "after-checkpoint", 0, 2, 1 },
    { "cleared", 0, 2, 50 },
    { "unlocked", 0, 2, 50 }
};


/* Shared by all processes. */

typedef struct {
    _Atomic unsigned  hits;
    rig_answer_t      answers[WORKERS][COMMANDS];
} shared_t;


static char           dir[] = DIR_TEMPLATE;
static int            events[MT_COMMIT_RINGS];
static void          *zone;
static shared_t      *shared;
static const stop_t  *stop_at;


static void
stop(const char *name)
{
    unsigned  n;

    if (!mt_str_eq(mt_cstr(name), mt_cstr(stop_at->name))) {
        return;
    }

    n = atomic_fetch_add(&shared->hits, 1);

    if (n == stop_at->first || n == stop_at->second) {
        kill(getpid(), SIGKILL);
    }
}


static pid_t
start(unsigned id)
{
    int            rc;
    pid_t          pid;
    mt_machine_t   machine;
    rig_machine_t  ctx;
    rig_worker_t   w;

    static rig_call_t  calls[COMMANDS];

    fflush(stdout);

    pid = fork();
    if (pid != 0) {
        return pid;
    }

    ctx = (rig_machine_t) { .store = rig_store_open(dir),
                        .checkpoint = stop_at->checkpoint };
    machine = rig_machine(&ctx);

    w = (rig_worker_t) {
        .commit = mt_commit_attach(zone, &machine, rig_wake, events),
        .events = events,
        .id = id,
        .total = COMMANDS,
        .window = WINDOW,
        .filling = 300,
        .answers = shared->answers[id],
        .calls = calls
    };

    mt_commit_stop = stop;

    rc = rig_work(&w);

    mt_store_close(ctx.store);

    _exit(rc ? 0 : 1);
}


/* Waits for all, replaces the killed ones.  Sets alive[] for those that ended well.
 * Returns how many were killed, -1 if a child failed. */

static int
supervise(int *alive)
{
    int       failed, killed, status, i;
    pid_t     pid, pids[WORKERS];
    unsigned  n, running;

    failed = 0;
    killed = 0;

    for (n = 0; n < CHILDREN; n++) {
        pids[n] = start(n);
    }

    for (running = n; running > 0; running--) {

        pid = wait(&status);

        if (WIFEXITED(status)) {
            for (i = 0; pids[i] != pid; i++) { /* void */ }

            alive[i] = (WEXITSTATUS(status) == 0);
            failed |= !alive[i];

        } else if (WTERMSIG(status) == SIGKILL && n < WORKERS) {
            killed++;
            pids[n] = start(n);
            n++;
            running++;

        } else {
            failed = 1;
        }
    }

    return failed ? -1 : killed;
}


/* A process that comes after them all gets no results but its own. */

static void
latecomer(mt_store_t *store, const char *name)
{
    int               combine;
    uint8_t           data[COMMAND_MAX];
    mt_machine_t      machine;
    mt_str_t          command;
    rig_machine_t     ctx;
    rig_call_t        call;
    rig_answer_t      answer;
    rig_worker_t      w;
    mt_commit_stat_t  stat;

    ctx = (rig_machine_t) { .store = store,
                            .checkpoint = stop_at->checkpoint };
    machine = rig_machine(&ctx);
    memset(&answer, 0, sizeof(answer));

    w = (rig_worker_t) {
        .commit = mt_commit_attach(zone, &machine, rig_wake, events),
        .id = WORKERS,
        .answers = &answer
    };

    call = (rig_call_t) { &w, 0 };

    mt_commit_stat(w.commit, &stat);
    is_int(stat.rings_claimed, 0, "%s: no ring is held", name);

    command.data = (char *) data;
    command.len = rig_command(data, w.id, 0, 0);

    is_int(mt_commit_claim(w.commit), 0, "%s: a ring is claimed", name);
    is_int(mt_commit_push(w.commit, command, MT_PUSH_LOG, 0, &call, &combine),
           MT_OK,
           "%s: pushed", name);
    mt_commit_combine(w.commit);

    is_int(mt_commit_collect(w.commit, rig_done, &w), 1,
           "%s: one result", name);
    ok(answer.answers == 1 && !answer.wrong, "%s: its own", name);

    mt_commit_stat(w.commit, &stat);
    is_int(stat.queued_bytes, 0, "%s: all rings drained", name);

    printf("# %s: %u batches, %u commands, %u takeovers\n", name,
           (unsigned) stat.batches, (unsigned) stat.commands,
           (unsigned) stat.takeovers);

    mt_commit_detach(w.commit);
}


static void
scenario(const stop_t *at)
{
    int          killed, alive[WORKERS] = { 0 };
    unsigned     i, wrong;
    mt_txn_t    *txn;
    mt_store_t  *store;
    const char  *name;

    stop_at = at;
    name = at->name;
    memset(shared, 0, sizeof(shared_t));
    memset(zone, 0, mt_commit_min_size());
    memcpy(dir, DIR_TEMPLATE, sizeof(dir));

    if (!ok(rig_store_create(dir)
            && mt_commit_format(zone, mt_commit_min_size()) == MT_OK,
            "%s: store and zone made", name))
    {
        return;
    }

    killed = supervise(alive);

    ok(killed > 0, "%s, checkpoint %u: %d killed, the others got all answers",
       name, at->checkpoint, killed);

    store = rig_store_open(dir);
    latecomer(store, name);

    if (!ok(mt_read_open(store, &txn) == MT_OK, "%s: read", name)) {
        return;
    }

    wrong = 0;

    for (i = 0; i < WORKERS; i++) {
        wrong += rig_verify(txn, i, COMMANDS, shared->answers[i], alive[i]);
    }

    is_int(wrong, 0, "%s: each answered command is there once", name);

    mt_read_close(txn);
    mt_store_close(store);
    rig_store_remove(dir);
}


int
main(void)
{
    size_t  i;

    shared = rig_shared(sizeof(shared_t));
    zone = rig_shared(mt_commit_min_size());
    rig_events_open(events);

    for (i = 0; i < mt_nitems(stops); i++) {
        scenario(&stops[i]);
    }

    rig_events_close(events);

    return tap_done();
}

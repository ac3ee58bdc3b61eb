
/*
 * Commands that kill the process that applies them: each is given up in the
 * end, and all others are applied.  A death at any other point is not counted
 * against a command.
 */

#include "commit_rig.h"

#include <signal.h>
#include <sys/wait.h>


#define COMMANDS    8
#define MOST_TRIES  30

#define DIR_TEMPLATE  "/tmp/mt-commit-deadly-XXXXXX"


typedef struct {
    void           *zone;
    rig_worker_t    w;
    rig_answer_t    answers[COMMANDS];
    rig_call_t      calls[COMMANDS];
} deadly_t;


static char         dir[] = DIR_TEMPLATE;
static int          events[MT_COMMIT_RINGS];
static uint64_t     deadly;             /* a bit for each such command */
static const char  *stop_name;


static void
meet(uint64_t seq)
{
    if (deadly >> seq & 1) {
        kill(getpid(), SIGKILL);
    }
}


static void
stop(const char *name)
{
    if (stop_name && mt_str_eq(mt_cstr(name), mt_cstr(stop_name))) {
        kill(getpid(), SIGKILL);
    }
}


static void
setup(deadly_t *d)
{
    memset(d, 0, sizeof(*d));
    memcpy(dir, DIR_TEMPLATE, sizeof(dir));

    d->zone = rig_shared(mt_commit_min_size());

    ok(rig_store_create(dir)
       && mt_commit_format(d->zone, mt_commit_min_size()) == MT_OK,
       "a store and a zone");
}


/* Runs a process that combines.  Returns 1 if it lived. */

static int
combine(deadly_t *d)
{
    int            status;
    pid_t          pid;
    mt_machine_t   machine;
    rig_machine_t  ctx;
    mt_commit_t   *c;

    fflush(stdout);

    pid = fork();

    if (pid == 0) {
        ctx = (rig_machine_t) { .store = rig_store_open(dir), .meet = meet,
                            .checkpoint = 50 };
        machine = rig_machine(&ctx);
        c = mt_commit_attach(d->zone, &machine, rig_wake, events);

        status = mt_commit_combine(c) != MT_OK;

        mt_commit_detach(c);
        mt_store_close(ctx.store);
        _exit(status);
    }

    return waitpid(pid, &status, 0) == pid && WIFEXITED(status)
           && WEXITSTATUS(status) == 0;
}


static int
deaths(deadly_t *d)
{
    int  n;

    for (n = 0; n < MOST_TRIES && !combine(d); n++) { /* void */ }

    return n;
}


static void
push(deadly_t *d)
{
    int        i, combine;
    uint8_t    data[COMMAND_MAX];
    mt_str_t   command;

    d->w.answers = d->answers;

    for (i = 0; i < COMMANDS; i++) {
        d->calls[i] = (rig_call_t) { &d->w, (uint64_t) i };

        command.data = (char *) data;
        command.len = rig_command(data, 0, (uint64_t) i, 100);

        is_int(mt_commit_push(d->w.commit, command, MT_PUSH_LOG, 0,
                              &d->calls[i],
                              &combine), MT_OK, "pushed %d", i);
    }
}


/* Each command is answered, the deadly ones with an error; the others are
 * applied. */

static void
verify(deadly_t *d, const char *name)
{
    int          i, bad;
    mt_txn_t    *txn;
    mt_store_t  *store;

    is_int(mt_commit_collect(d->w.commit, rig_done, &d->w), COMMANDS,
           "%s: all are answered", name);

    store = rig_store_open(dir);

    if (!ok(mt_read_open(store, &txn) == MT_OK, "%s: read", name)) {
        return;
    }

    for (i = 0; i < COMMANDS; i++) {
        bad = deadly >> i & 1;
        is_int(d->answers[i].status, bad ? MT_INTERNAL : MT_OK,
               "%s: what %d is answered", name, i);
        is_int(rig_applied(txn, 0, (uint64_t) i), !bad,
               "%s: how often %d was applied", name, i);
    }

    mt_read_close(txn);
    mt_store_close(store);
}


static void
run(const char *name, uint64_t commands, const char *point, int tries)
{
    int               i;
    deadly_t          d;
    mt_machine_t      machine;
    rig_machine_t     ctx;
    mt_commit_stat_t  stat;

    setup(&d);
    deadly = commands;
    stop_name = point;
    mt_commit_stop = stop;

    /* only the children have the store open */

    ctx = (rig_machine_t) { .store = NULL };
    machine = rig_machine(&ctx);
    d.w.commit = mt_commit_attach(d.zone, &machine, rig_wake, events);
    is_int(mt_commit_claim(d.w.commit), 0, "%s: a ring", name);

    push(&d);

    for (i = 0; point && i < tries; i++) {
        ok(!combine(&d), "%s: died", name);
    }

    stop_name = NULL;

    if (!point) {
        is_int(deaths(&d), tries, "%s: deaths", name);
    } else {
        ok(combine(&d), "%s: lives", name);
    }

    verify(&d, name);

    mt_commit_stat(d.w.commit, &stat);
    is_int(stat.given_up, __builtin_popcountll(commands), "%s: are counted",
           name);

    mt_commit_detach(d.w.commit);
    rig_store_remove(dir);
    munmap(d.zone, mt_commit_min_size());
}


int
main(void)
{
    rig_events_open(events);

    run("one", 1 << 2, NULL, 3);
    run("the first and the last", 1 << 0 | 1 << 7, NULL, 6);
    run("one after the other", 3 << 3, NULL, 6);
    run("all of them", 0xff, NULL, 24);
    run("after they were applied", 0, "applied-all", 5);
    run("before they were", 0, "begun", 5);
    run("in the log", 0, "after-log", 1);

    rig_events_close(events);

    return tap_done();
}


/* Turns of the background work, with jobs made for the test. */

#include "background/mt_background.h"
#include "event_fixture.h"
#include "tap.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>


static fixture_t               f;
static mt_background_state_t   state;

static struct {
    mt_background_t  *bg;
    unsigned          runs;
    unsigned          done;
    unsigned          open;
    int64_t           after;        /* run again after so many ms */
    int               give;         /* commands, at the next run */
    mt_result_t       result;
    void             *cookie;
    mt_txn_t         *txn;
} job;

static struct {
    mt_background_t  *bg;
    unsigned          runs;
    unsigned          out;
    mt_background_state_t  seen;
} net;


static void *
job_open(mt_background_t *bg)
{
    job.bg = bg;
    job.open++;

    return &job;
}


static void
job_close(void *ctx)
{
    (void) ctx;
    job.open--;
}


static int64_t
job_run(void *ctx, mt_txn_t *txn, int64_t now)
{
    mt_event_pause_t  args;

    job.runs++;
    job.txn = txn;

    memset(&args, 0, sizeof(args));
    mt_set(&args, event_pause, paused, 1);

    while (job.give) {
        (void) mt_background_give(job.bg, ctx, &mt_op_event_pause,
                                  f.company, &args, &job.give);
        job.give--;
    }

    return now + job.after;
}


static void
job_done(void *ctx, void *cookie, const mt_result_t *result)
{
    (void) ctx;

    job.done++;
    job.cookie = cookie;
    job.result = *result;
}


static void *
net_open(mt_background_t *bg)
{
    net.bg = bg;

    return &net;
}


static void
net_close(void *ctx)
{
    (void) ctx;
}


static int64_t
net_run(void *ctx, mt_txn_t *txn, int64_t now)
{
    (void) ctx;
    (void) txn;

    net.runs++;
    net.seen = mt_background_state(net.bg);

    if (net.seen == MT_BACKGROUND_STOP) {
        net.out = 0;
    }

    return now + 60000;
}


static unsigned
net_drive(void *ctx, int64_t now)
{
    (void) ctx;
    (void) now;

    return net.out;
}


static mt_background_state_t
get_state(void *data)
{
    (void) data;

    return state;
}


static void
log_line(void *data, int level, const char *text)
{
    (void) data;
    printf("# level %d: %s\n", level, text);
}


static const mt_job_t  plain = {
    .name = "plain",
    .open = job_open,
    .close = job_close,
    .run = job_run,
    .done = job_done
};

static const mt_job_t  network = {
    .name = "network",
    .open = net_open,
    .close = net_close,
    .run = net_run,
    .drive = net_drive
};

static const mt_job_t *const  jobs[] = { &plain, &network, NULL };

static const mt_background_options_t  options = {
    .jobs = jobs,
    .connections = 4,
    .state = get_state,
    .log = log_line
};


/* The caller of a turn has its commands committed. */

static unsigned
commit(mt_background_t *bg)
{
    unsigned                  n;
    mt_result_t               result;
    mt_background_command_t  *command;

    n = 0;

    while ((command = mt_background_take(bg)) != NULL) {
        if (mt_apply_now(f.batch, command->command, &result) != MT_OK) {
            fixture_die("a command failed");
        }

        mt_background_done(bg, command, &result);
        n++;
    }

    return n;
}


static void
test_turns(mt_background_t *bg)
{
    int64_t                 wait;
    mt_subscription_stat_t  stat;

    job.after = 500;
    wait = mt_background_turn(bg, f.store);
    is_int(job.runs, 1, "a job is run");
    ok(job.txn != NULL, "with a transaction");
    ok(wait > 0 && wait <= 500, "until the next one: %lld", (long long) wait);

    job.after = 3600000;
    ok(mt_background_turn(bg, f.store) <= 1000, "never longer than a second");

    job.give = 2;
    is_int(mt_background_turn(bg, f.store), 0, "commands are to be taken");
    is_int(commit(bg), 2, "two of them");
    is_int(job.done, 2, "and what came of them is told");
    is_int(job.result.status, MT_OK, "they were applied");
    ok(job.cookie == &job.give, "with the cookie");
    ok(subscription(&f, &stat).paused != 0, "that changed the store");

    mt_background_wake(bg);
    ok(mt_background_turn(bg, f.store) > 0, "a wake before a turn is over "
                                            "with it");
}


static void *
wake_soon(void *ctx)
{
    usleep(50000);
    mt_background_wake(ctx);

    return NULL;
}


static void
test_waiting(mt_background_t *bg)
{
    int64_t    took;
    pthread_t  thread;

    net.out = 1;
    job.runs = 0;
    job.after = 60000;

    (void) pthread_create(&thread, NULL, wake_soon, bg);
    took = mt_monotonic_ns();
    is_int(mt_background_turn(bg, f.store), 0,
           "while something is out, the next turn follows at once");
    took = (mt_monotonic_ns() - took) / MT_NS_PER_MS;
    (void) pthread_join(thread, NULL);

    ok(took >= 40, "a turn waits for what is out (%lld ms)", (long long) took);
    is_int(job.runs, 1, "nothing runs in vain meanwhile");
}


/* A process may finish what it has in flight, for a while. */

static void
test_end(mt_background_t *bg)
{
    int64_t  took, wait;

    job.runs = 0;
    job.give = 1;
    net.out = 1;
    state = MT_BACKGROUND_FINISH;

    took = mt_monotonic_ns();
    wait = mt_background_turn(bg, f.store);
    took = (mt_monotonic_ns() - took) / MT_NS_PER_MS;

    is_int(wait, MT_BACKGROUND_OVER, "it is over");
    ok(took >= 1900 && took < 10000, "after a while (%lld ms)",
       (long long) took);
    is_int(job.runs, 0, "nothing is begun");
    is_int(net.seen, MT_BACKGROUND_STOP, "what is out is stopped");

    net.out = 0;
    net.seen = MT_BACKGROUND_GO;
    is_int(mt_background_turn(bg, f.store), MT_BACKGROUND_OVER,
           "and stays over");
}


static void
test_lease(void)
{
    int           fd, other;
    pid_t         pid;
    mt_store_t   *store = f.store;

    fd = mt_store_lease(store);
    ok(fd != -1, "a lease");
    is_int(mt_store_lease(store), -1, "not given twice");
    (void) close(fd);

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        (void) mt_store_lease(store);
        (void) pause();
    }

    while ((other = mt_store_lease(store)) != -1) {
        (void) close(other);
        usleep(1000);
    }

    ok(1, "another process has it");
    (void) kill(pid, SIGKILL);
    (void) waitpid(pid, NULL, 0);

    fd = mt_store_lease(store);
    ok(fd != -1, "and loses it by its death");
    (void) close(fd);
}


int
main(void)
{
    mt_background_t  *bg;

    fixture_open(&f);
    subscribe(&f);
    test_lease();

    if (mt_outgoing_init() != 0) {
        fixture_die("no curl");
    }

    bg = mt_background_create(&options);
    ok(bg != NULL, "made");

    test_turns(bg);
    test_waiting(bg);
    test_end(bg);

    mt_background_destroy(bg);
    is_int(job.open, 0, "closed");

    fixture_close(&f);

    return tap_done();
}

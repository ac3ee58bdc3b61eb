
/* Messages on their way to a real receiver, without nginx. */

#include "base/mt_crypto.h"
#include "event/mt_job_delivery.h"
#include "event_fixture.h"
#include "receiver.h"
#include "tap.h"

#include <unistd.h>


#define COMPANY  FIXTURE_COMPANY
#define OTHER    (FIXTURE_COMPANY + 1)


static fixture_t        f;
static receiver_t       receiver;
static mt_background_t  *bg;
static int              commits;      /* commands that took numbers off */
static int              fail_commits;
static int              quiet;

static mt_background_state_t  state;


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

    if (!quiet) {
        printf("# level %d: %s\n", level, text);
    }
}


static const mt_job_t *const  jobs[] = { &mt_job_delivery, NULL };

static mt_background_options_t  options = {
    .jobs = jobs,
    .settings = &f.settings,
    .outgoing = {
        .connect_timeout = 2000,
        .timeout = 1000,
        .allow_private = 1
    },
    .connections = 4,
    .retry_limit = MT_MS_PER_DAY,
    .state = get_state,
    .log = log_line
};


static void
engine(void)
{
    mt_background_destroy(bg);
    bg = mt_background_create(&options);

    if (bg == NULL) {
        fixture_die("no memory");
    }
}


static void
commit(void)
{
    mt_result_t               result;
    mt_background_command_t  *command;

    while ((command = mt_background_take(bg)) != NULL) {
        commits++;

        if (fail_commits) {
            fail_commits--;
            result = (mt_result_t) { .status = MT_STORE_FULL };

        } else if (mt_apply_now(f.batch, command->command, &result) != MT_OK) {
            fixture_die("a command failed");
        }

        mt_background_done(bg, command, &result);
    }
}


/* Runs turns until the condition holds, for some seconds at most.  Returns 1,
 * or 0. */

#define until(cond)                                                           \
    ({                                                                        \
        int64_t  end_ = mt_monotonic_ns() + 30 * MT_NS_PER_SECOND;            \
                                                                              \
        while (!(cond) && mt_monotonic_ns() < end_) {                         \
            turn();                                                           \
        }                                                                     \
                                                                              \
        (cond);                                                               \
    })

static int64_t
turn(void)
{
    int64_t  wait;

    wait = mt_background_turn(bg, f.store);
    commit();

    if (wait > 0) {
        usleep((useconds_t) (wait < 10 ? wait : 10) * 1000);
    }

    return wait;
}


static mt_subscription_stat_t
stat_of(uint32_t company)
{
    mt_subscription_stat_t  stat;

    f.company = company;
    (void) subscription(&f, &stat);
    f.company = COMPANY;

    return stat;
}


static mt_subscription_t
sub_of(uint32_t company)
{
    mt_subscription_t       sub;
    mt_subscription_stat_t  stat;

    f.company = company;
    sub = subscription(&f, &stat);
    f.company = COMPANY;

    return sub;
}


static int64_t
pending(uint32_t company)
{
    return stat_of(company).pending;
}


static void
subscribe_to(uint32_t company, const char *path)
{
    mt_event_set_t  args;

    f.company = company;

    memset(&args, 0, sizeof(args));
    mt_set(&args, event_set, url,
           mt_arena_printf(f.arena, "http://127.0.0.1:%d/%s",
                           receiver.server.port, path));
    mt_set(&args, event_set, aes_key, MT_STR(EVENT_KEY));
    mt_set(&args, event_set, token, MT_STR(EVENT_TOKEN));
    mt_set(&args, event_set, owner, MT_STR("key1"));

    if (fixture_run(&f, &mt_op_event_set, &args).status != MT_OK) {
        fixture_die("cannot subscribe");
    }

    f.company = COMPANY;
}


static void
company(uint32_t num)
{
    char  path[16];

    if (num != COMPANY) {
        (void) fixture_company(&f, num);
    }

    snprintf(path, sizeof(path), "%u", num);
    subscribe_to(num, path);
}


/* Raises n more messages. */

static void
raise_events(uint32_t num, int n)
{
    static int  dept;

    f.company = num;

    while (n--) {
        (void) fixture_dept(&f, "", mt_arena_printf(f.arena, "d%d",
                                                    dept++).data, NULL);
    }

    f.company = COMPANY;
}


static void
pause_events(uint32_t num, int64_t paused)
{
    mt_event_pause_t  args;

    f.company = num;
    memset(&args, 0, sizeof(args));
    mt_set(&args, event_pause, paused, paused);
    (void) fixture_run(&f, &mt_op_event_pause, &args);
    f.company = COMPANY;
}


static void
test_order(void)
{
    raise_events(COMPANY, 100);
    commits = 0;

    ok(until(pending(COMPANY) == 0), "all is off the outbox");
    is_int(receiver_count(COMPANY), 100, "received, each once");
    is_int(receiver_in_order(COMPANY, 1), 100, "in order");
    ok(commits < 20, "told in bulk: %d commands", commits);
    is_int(atomic_load(&receiver.shared->connections), 1,
           "over one connection");
    is_int(sub_of(COMPANY).sent, 100, "counted");
    is_int(atomic_load(&receiver.shared->unreadable), 0, "all readable");

    ok(turn() > 0, "nothing to do then");

    receiver_mode(COMPANY, RECEIVER_PLAIN);
    raise_events(COMPANY, 1);
    ok(until(pending(COMPANY) == 0), "a plain success is one too");
    receiver_mode(COMPANY, RECEIVER_SEALED);
}


/* Each fault of a receiver; afterwards it gets all messages. */

static void
test_failures(void)
{
    size_t             i;
    int64_t            before, sent, now;
    mt_subscription_t  sub;

    static const struct {
        receiver_mode_t  mode;
        const char      *why;
    } wrong[] = {
        { RECEIVER_STATUS, "HTTP status 500" },
        { RECEIVER_GARBAGE, "neither" },
        { RECEIVER_WRONG_KEY, "another key" },
        { RECEIVER_CLOSE, "no HTTP answer" },
        { RECEIVER_HANG, "no answer in time" },
    };

    for (i = 0; i < mt_nitems(wrong); i++) {
        receiver_forget();
        sent = sub_of(COMPANY).sent;
        before = sub_of(COMPANY).failures;

        receiver_mode(COMPANY, wrong[i].mode);
        raise_events(COMPANY, 3);

        ok(until(sub_of(COMPANY).failures == before + 1), "a failure");

        now = mt_realtime_ms();
        sub = sub_of(COMPANY);
        ok(strstr(mt_arena_str(f.arena, sub.error).data, wrong[i].why),
           "for this reason: %.*s", (int) sub.error.len, sub.error.data);
        ok(sub.next_try > now - 2000 && sub.next_try <= now + 2000,
           "to be tried again in %lld ms", (long long) (sub.next_try - now));
        is_int(sub.attempts, 1, "the first in a row");
        ok(sub.since != 0, "since then");
        is_int(sub.sent, sent, "nothing is delivered");

        receiver_mode(COMPANY, RECEIVER_SEALED);
        ok(until(pending(COMPANY) == 0), "then all is delivered");
        is_int(receiver_in_order(COMPANY, sent + 1), 3, "in order");
        is_int(sub_of(COMPANY).attempts, 0, "and the failure is over");
        is_int(sub_of(COMPANY).sent, sent + 3, "counted");
    }

    receiver_forget();
    receiver_mode(COMPANY, RECEIVER_SLOW);
    raise_events(COMPANY, 1);
    ok(until(pending(COMPANY) == 0), "slow, byte by byte, but in time");
    receiver_mode(COMPANY, RECEIVER_SEALED);
}


static void
test_down(void)
{
    int64_t  sent;

    sent = sub_of(COMPANY).sent;
    receiver_forget();
    receiver_stop(&receiver);
    raise_events(COMPANY, 20);

    ok(until(sub_of(COMPANY).attempts == 2), "nobody there, twice");

    receiver_start(&receiver);
    ok(until(pending(COMPANY) == 0), "there again: all is delivered");
    is_int(receiver_count(COMPANY), 20, "each once");
    is_int(receiver_in_order(COMPANY, sent + 1), 20, "in order");

    receiver_forget();
    receiver_mode(COMPANY, RECEIVER_RANDOM);
    raise_events(COMPANY, 6);
    ok(until(pending(COMPANY) == 0), "one in three is refused");
    is_int(receiver_in_order(COMPANY, sent + 21), 6, "in order");
    receiver_mode(COMPANY, RECEIVER_SEALED);
}


static void
test_companies(void)
{
    int  i;

    receiver_forget();
    receiver_mode(COMPANY, RECEIVER_HANG);

    for (i = 1; i <= 12; i++) {
        receiver_mode(COMPANY + i, RECEIVER_HANG);
        raise_events(COMPANY + i, 2);
    }

    receiver_mode(OTHER, RECEIVER_SEALED);
    raise_events(COMPANY, 2);

    /* all of them have failed once, and hang again */

    ok(until(sub_of(COMPANY + 12).attempts >= 1
             && sub_of(COMPANY + 2).attempts >= 1), "many hang");
    raise_events(OTHER, 20);
    ok(until(pending(OTHER) == 0), "another one is served");
    is_int(receiver_in_order(OTHER, 1), 22, "all of it, in order");
    is_int(pending(COMPANY), 2, "while they hang");

    receiver_mode(COMPANY, RECEIVER_SEALED);

    for (i = 1; i <= 12; i++) {
        receiver_mode(COMPANY + i, RECEIVER_SEALED);
    }

    ok(until(pending(COMPANY) == 0 && pending(COMPANY + 12) == 0
             && pending(COMPANY + 7) == 0), "then they get theirs");
}


static void
test_pausing(void)
{
    int  i;

    receiver_forget();
    pause_events(COMPANY, 1);
    raise_events(COMPANY, 2);

    for (i = 0; i < 5; i++) {
        (void) turn();
        usleep(50000);
    }

    is_int(receiver_count(COMPANY), 0, "nothing is sent to who has paused");
    pause_events(COMPANY, 0);
    ok(until(pending(COMPANY) == 0), "and all when going on");
}


static int64_t
redeliver(int64_t from, int64_t to)
{
    mt_event_redeliver_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, event_redeliver, from, from);
    mt_set(&args, event_redeliver, to, to);

    return fixture_run(&f, &mt_op_event_redeliver, &args).num;
}


/* A message that is not delivered within the limit is set aside, and put
 * back. */

static void
test_limit(void)
{
    int                i, n;
    int64_t            first, got[4];
    mt_outbox_t        message;
    mt_subscription_t  sub;

    receiver_forget();
    receiver_mode(COMPANY, RECEIVER_STATUS);
    options.retry_limit = 1200;

    raise_events(COMPANY, 150);
    first = message_after(&f, MT_DB_OUTBOX, 0, &message);

    ok(until(sub_of(COMPANY).aside == 150), "all of them are set aside");
    sub = sub_of(COMPANY);
    is_int(pending(COMPANY), 0, "nothing is left");
    ok(sub.attempts >= 2 && sub.attempts < 10, "after some attempts: %lld",
       (long long) sub.attempts);
    is_int(message_after(&f, MT_DB_SET_ASIDE, 0, &message), first,
           "the first");
    is_str(message.error, "HTTP status 500", "with the reason");

    options.retry_limit = MT_MS_PER_DAY;
    receiver_mode(COMPANY, RECEIVER_SEALED);
    receiver_forget();

    raise_events(COMPANY, 1);
    pause_events(COMPANY, 1);
    is_int(redeliver(first + 1, first + 2), 2, "two are put back");
    pause_events(COMPANY, 0);

    ok(until(pending(COMPANY) == 0), "and delivered");
    n = receiver_count(COMPANY);

    for (i = 0; i < 3; i++) {
        got[i] = receiver_got(COMPANY, i);
    }

    is_int(n, 3, "with the new one");
    is_int(got[0], first + 1, "before it");
    is_int(got[1], first + 2, "in order");
    is_int(got[2], first + 150, "which comes last");
    is_int(sub_of(COMPANY).aside, 148, "the others stay aside");
}


/* A message whose journal entry has been deleted. */

static void
test_damage(void)
{
    mt_key_t     key;
    mt_txn_t    *txn;
    mt_outbox_t  message;
    int64_t      first;

    receiver_forget();
    pause_events(COMPANY, 1);
    raise_events(COMPANY, 3);
    first = message_after(&f, MT_DB_OUTBOX, 0, &message);
    (void) message_after(&f, MT_DB_OUTBOX, first, &message);

    is_int(mt_write_begin(f.store, &txn), MT_OK, "write");
    mt_key_serial(&key, message.position);
    is_int(mt_del(txn, MT_DB_JOURNAL, &key), 1, "an entry is lost");
    is_int(mt_write_commit(txn), MT_OK, "commit");

    pause_events(COMPANY, 0);
    ok(until(pending(COMPANY) == 0), "nothing waits for it");
    is_int(receiver_count(COMPANY), 2, "two are delivered");
    is_int(receiver_got(COMPANY, 1), first + 2, "the one behind it");
    is_int(message_after(&f, MT_DB_SET_ASIDE, first, &message), first + 1,
           "it is set aside");
    is_str(message.error, "its records cannot be read", "with the reason");
}


/* Failed commits are repeated, and no message is sent twice for it. */

static void
test_commits(void)
{
    receiver_forget();
    fail_commits = 2;
    raise_events(COMPANY, 10);

    ok(until(pending(COMPANY) == 0), "told again after a failed commit");
    is_int(receiver_count(COMPANY), 10, "and sent once");
    is_int(fail_commits, 0, "commits did fail");
}


/* The next process goes on: only messages whose delivery was not recorded are
 * sent again. */

static void
test_successor(void)
{
    int      i;
    int64_t  first;
    mt_outbox_t  message;

    receiver_forget();
    atomic_store(&receiver.shared->delay, 2000);
    raise_events(COMPANY, 300);
    first = message_after(&f, MT_DB_OUTBOX, 0, &message);

    for (i = 0; i < 3; i++) {
        ok(until(receiver_count(COMPANY) > 60 * (i + 1)), "some");
        engine();
    }

    ok(until(pending(COMPANY) == 0), "all of it");
    is_int(receiver_in_order(COMPANY, first), 300, "without a gap, in order");
    ok(receiver_count(COMPANY) < 300 + 3 * 129, "few of them twice: %d",
       receiver_count(COMPANY) - 300);

    receiver_forget();
    raise_events(COMPANY, 100);
    ok(until(receiver_count(COMPANY) > 10), "some");

    /* a process that exits in order sends nothing twice */

    state = MT_BACKGROUND_FINISH;
    ok(until(turn() == MT_BACKGROUND_OVER), "an end");
    ok(receiver_count(COMPANY) < 100, "before all was sent");
    state = MT_BACKGROUND_GO;
    engine();
    ok(until(pending(COMPANY) == 0), "the rest");
    is_int(receiver_count(COMPANY), 100, "each once");

    atomic_store(&receiver.shared->delay, 0);
}


/* A new URL is tried at once, even after failures. */

static void
test_moved(void)
{
    receiver_forget();
    subscribe_to(COMPANY, "1063");
    receiver_mode(1063, RECEIVER_STATUS);
    raise_events(COMPANY, 3);
    ok(until(sub_of(COMPANY).attempts == 1), "refused at one address");

    company(COMPANY);
    ok(until(pending(COMPANY) == 0), "delivered to another");
    is_int(receiver_count(COMPANY), 3, "all");
}


static void
test_inside(void)
{
    int64_t  before;

    receiver_forget();
    before = sub_of(COMPANY).failures;
    options.outgoing.allow_private = 0;
    engine();
    raise_events(COMPANY, 1);
    ok(until(sub_of(COMPANY).failures > before), "not to this machine");
    is_str(sub_of(COMPANY).error, "private addresses are not allowed",
           "for that reason");
    is_int(receiver_count(COMPANY), 0, "nothing came");

    options.outgoing.allow_private = 1;
    engine();
    pause_events(COMPANY, 0);
    ok(until(pending(COMPANY) == 0), "but where that is allowed");
}


int
main(void)
{
    int  i;

    (void) signal(SIGPIPE, SIG_IGN);

    if (mt_crypto_init() != 0 || mt_outgoing_init() != 0) {
        fixture_die("nothing to begin with");
    }

    receiver_start(&receiver);
    fixture_open(&f);
    company(COMPANY);

    for (i = 1; i <= 12; i++) {
        company(COMPANY + i);
    }

    engine();
    test_order();
    test_failures();
    test_down();
    test_companies();
    test_pausing();
    test_limit();
    test_commits();
    test_successor();
    test_moved();
    test_inside();
    is_int(fixture_verify(&f), 0, "the store verifies");
    test_damage();

    mt_background_destroy(bg);
    receiver_stop(&receiver);
    fixture_close(&f);

    return tap_done();
}

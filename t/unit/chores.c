
/* What the server does by itself: reminders, the journal, sessions. */

#include "event/mt_chores.h"
#include "event_fixture.h"
#include "meeting_fixture.h"


static fixture_t   f;
static mt_chore_t  chore;


static void
chore_open(void)
{
    memset(&chore, 0, sizeof(chore));

    chore.arena = f.arena;
    chore.now = f.now;

    if (mt_read_begin(f.store, &chore.txn) != MT_OK) {
        fixture_die("no read transaction");
    }
}


/* Applies what the chore has found: how many commands changed something; the
 * sum of their numbers in *num. */

static int
chore_apply(int64_t *num)
{
    int          changed;
    size_t       i;
    mt_result_t  result;

    mt_read_end(chore.txn);
    changed = 0;
    *num = 0;

    for (i = 0; i < chore.n; i++) {
        if (mt_apply_now(f.batch, chore.commands[i], &result) != MT_OK) {
            fixture_die("a command failed");
        }

        is_int(result.status, MT_OK, "nothing is refused");
        changed += result.position != 0;
        *num += result.num;
    }

    return changed;
}


static int
remind(int64_t *next)
{
    int64_t  num;

    chore_open();
    is_int(mt_chore_reminders(&chore, next), MT_OK, "reminders");

    return chore_apply(&num);
}


static void
test_reminders(void)
{
    int                i;
    int64_t            begin, next;
    mt_meeting_edit_t  args;

    is_int(remind(&next), 0, "none");
    ok(next == INT64_MAX, "and none to come");

    begin = DAY0 + 10 * HOUR;
    args = edit_new(&f, "1", 10, 11, "1,2");
    edit_set(&args, notice, 15 + 2);
    (void) create(&f, args);

    is_int(remind(&next), 0, "not yet");
    is_int(next, begin - 15 * MINUTE, "but then");

    for (i = 0; i < MT_CHORE_COMMANDS; i++) {
        args = edit_new(&f, "1", 10, 11, "1");
        edit_set(&args, notice, 15 + 2);
        (void) create(&f, args);
    }

    args = edit_new(&f, "1", 10, 11, "1");
    edit_set(&args, notice, 2);
    (void) create(&f, args);

    f.now = begin - 15 * MINUTE + 1;
    is_int(remind(&next), MT_CHORE_COMMANDS, "as many as one may at a time");
    ok(chore.more, "there are more");
    is_int(remind(&next), 1, "the last one");
    ok(!chore.more, "that is all");
    is_int(next, begin, "for now");
    is_int(remind(&next), 0, "each once");
}


static uint64_t
journal(void)
{
    mt_store_stat_t  stat;

    (void) mt_store_stat(f.store, &stat);

    return stat.entries[MT_DB_JOURNAL];
}


static int64_t
trim(int64_t age, uint64_t size)
{
    int64_t             num;
    mt_chore_journal_t  keep = { age, size };

    chore_open();
    is_int(mt_chore_journal(&chore, &keep), MT_OK, "the journal");
    (void) chore_apply(&num);

    return num;
}


static void
test_journal(void)
{
    int       i;
    int64_t   num;
    uint64_t  before, bytes;

    before = journal();
    is_int(trim(0, 0), 0, "it is kept for ever");
    is_int(trim(30 * MT_MS_PER_DAY, 1 << 30), 0, "it is neither old nor large");

    /* all of it is ten days old, but for what comes now */

    f.now = FIXTURE_NOW + 10 * MT_MS_PER_DAY + 14 * MT_MS_PER_HOUR;
    (void) fixture_dept(&f, "young", "young", NULL);

    is_int(trim(10 * MT_MS_PER_DAY, 0), 0, "a little too old is let be");

    num = trim(MT_MS_PER_DAY, 0);
    is_int(num, (int64_t) before, "what is old goes");
    is_int(journal(), 2, "the young entry is there, and that of the trimming");
    is_int(trim(MT_MS_PER_HOUR, 0), 0, "once");

    for (i = 0; i < MT_CHORE_ENTRIES + 50; i++) {
        (void) fixture_dept(&f, "", "name", NULL);
    }

    chore_open();
    bytes = mt_db_bytes(chore.txn, MT_DB_JOURNAL);
    mt_read_end(chore.txn);
    chore.n = 0;

    ok(bytes > 16 * 1024, "it is large");
    is_int(trim(0, bytes), 0, "as large as it may be");
    is_int(trim(0, bytes - 1), MT_CHORE_ENTRIES, "too large: a part goes");
    ok(chore.more, "and one has to look again");
    ok(trim(0, 1) > 0, "the rest");

    /* not what is still to be delivered */

    subscribe(&f);
    (void) fixture_dept(&f, "told", "told", NULL);
    f.now += MT_MS_PER_DAY;
    (void) trim(1, 0);
    before = journal();
    ok(before >= 2, "a message keeps its entry");
    is_int(trim(1, 0), 0, "and those behind it");

    (void) event_done(&f, &mt_op_event_delivered, 1, 1);
    f.now += MT_MS_PER_DAY;
    ok(trim(1, 0) > 0, "until it is delivered");
}


static void
sign_in(uint32_t company, int64_t user, const char *caller)
{
    mt_session_open_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, session_open, caller, mt_cstr(caller));

    memset(&f.call, 0, sizeof(f.call));
    f.call.arena = f.arena;
    f.call.op = &mt_op_login;
    f.call.company = company;
    f.call.actor = user;
    f.call.now = f.now;

    (void) mt_command(&f.call, &args);

    if (mt_apply_now(f.batch, (mt_str_t) { f.call.command.len,
                                           f.call.command.data },
                     &f.call.result) != MT_OK
        || f.call.result.status != MT_OK)
    {
        fixture_die("no session");
    }
}


static uint64_t
sessions(void)
{
    mt_store_stat_t  stat;

    (void) mt_store_stat(f.store, &stat);

    return stat.entries[MT_DB_SESSION];
}


/* A whole round; how many steps it took. */

static int
expire(int64_t before, int64_t *ended)
{
    int                  steps;
    int64_t              num;
    mt_chore_sessions_t  at;

    memset(&at, 0, sizeof(at));
    *ended = 0;
    steps = 0;

    do {
        chore_open();
        is_int(mt_chore_sessions(&chore, &at, before), MT_OK, "sessions");
        (void) chore_apply(&num);
        *ended += num;
        steps++;
    } while (chore.more);

    is_int(at.company, 0, "a round begins anew");

    return steps;
}


static void
test_sessions(void)
{
    int64_t  i, ended, users[MT_CHORE_COMMANDS + 20];

    for (i = 0; i < (int64_t) mt_nitems(users); i++) {
        users[i] = fixture_user(&f, "", "", NULL, NULL);
        sign_in(FIXTURE_COMPANY, users[i], "a");
    }

    f.company = 2000;
    (void) fixture_company(&f, 2000);
    i = fixture_user(&f, "", "", NULL, NULL);
    sign_in(2000, i, "a");
    f.company = FIXTURE_COMPANY;

    is_int(expire(f.now, &ended), 1, "one look at them all");
    is_int(ended, 0, "none is old");

    f.now += MT_MS_PER_HOUR;
    sign_in(FIXTURE_COMPANY, users[0], "b");
    sign_in(FIXTURE_COMPANY, users[1], "a");

    ok(expire(f.now, &ended) >= 3, "more than can be ended at a time");
    is_int(ended, (int64_t) mt_nitems(users) - 1 + 1, "the old ones");
    is_int(sessions(), 2, "the young ones stay, of the same people, too");
}


int
main(void)
{
    fixture_open(&f);
    (void) fixture_user(&f, "1", "one", NULL, NULL);
    (void) fixture_user(&f, "2", "two", NULL, NULL);

    test_reminders();
    test_journal();
    test_sessions();

    is_int(fixture_verify(&f), 0, "the store verifies");

    fixture_close(&f);

    return tap_done();
}

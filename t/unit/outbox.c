
/* Messages for subscribers: raised, delivered, set aside; the journal. */

#include "event_fixture.h"
#include "meeting_fixture.h"


static fixture_t  f;


static int64_t
raised(void)
{
    mt_subscription_stat_t  stat;

    (void) subscription(&f, &stat);

    return stat.raised;
}


static int64_t
pending(void)
{
    mt_subscription_stat_t  stat;

    (void) subscription(&f, &stat);

    return stat.pending;
}


static void
test_subscribing(void)
{
    mt_event_keys_t         keys;
    mt_event_pause_t        pause;
    mt_subscription_t       sub;
    mt_subscription_stat_t  stat;

    memset(&pause, 0, sizeof(pause));
    mt_set(&pause, event_pause, paused, 1);
    is_int(fixture_run(&f, &mt_op_event_pause, &pause).status,
           MT_NO_SUBSCRIPTION, "nobody to pause");

    memset(&keys, 0, sizeof(keys));
    mt_set(&keys, event_keys, aes_key, MT_STR(EVENT_KEY));
    mt_set(&keys, event_keys, token, MT_STR(EVENT_TOKEN));
    is_int(fixture_run(&f, &mt_op_event_keys, &keys).status, MT_OK, "keys");

    (void) fixture_dept(&f, "d1", "one", NULL);
    is_int(raised(), 0, "nothing is kept while no URL was checked");

    f.company = 7;
    is_int(fixture_run(&f, &mt_op_event_keys, &keys).status,
           MT_NO_SUCH_COMPANY, "no such company");
    f.company = FIXTURE_COMPANY;

    subscribe(&f);
    sub = subscription(&f, &stat);
    is_str(sub.url, EVENT_URL, "URL");
    is_str(sub.aes_key, EVENT_KEY, "key");
    is_int(sub.new_aes_key.len, 0, "no other key waits");

    (void) fixture_dept(&f, "d2", "two", NULL);
    is_int(raised(), 1, "a message");

    is_int(fixture_run(&f, &mt_op_event_pause, &pause).status, MT_OK, "pause");
    is_int(subscription(&f, &stat).paused, f.now, "since now");

    f.now++;
    (void) fixture_run(&f, &mt_op_event_pause, &pause);
    is_int(subscription(&f, &stat).paused, f.now - 1, "not since later");

    (void) fixture_dept(&f, "d3", "three", NULL);
    is_int(pending(), 2, "messages are kept meanwhile");

    pause.paused = 0;
    (void) fixture_run(&f, &mt_op_event_pause, &pause);
    is_int(subscription(&f, &stat).paused, 0, "going on");
}


/* Messages 1 and 2 are in the outbox. */

static void
test_delivering(void)
{
    mt_result_t             result;
    mt_outbox_t             message;
    mt_event_failed_t       failed;
    mt_subscription_t       sub;
    mt_subscription_stat_t  stat;

    is_int(message_after(&f, MT_DB_OUTBOX, 0, &message), 1, "the first");
    is_int(message.type, MT_EVENT_DEPT_ADD, "of its type");
    is_int(message.n, 1, "one event");

    memset(&failed, 0, sizeof(failed));
    mt_set(&failed, event_failed, failures, 2);
    mt_set(&failed, event_failed, attempts, 2);
    mt_set(&failed, event_failed, next_try, f.now + 1000);
    mt_set(&failed, event_failed, error, MT_STR("status 500"));
    is_int(fixture_run(&f, &mt_op_event_failed, &failed).status, MT_OK,
           "a failure");

    sub = subscription(&f, &stat);
    is_int(sub.since, f.now, "since now");
    is_int(sub.attempts, 2, "attempts");
    is_int(sub.failures, 2, "failures");

    f.now++;
    (void) fixture_run(&f, &mt_op_event_failed, &failed);
    is_int(subscription(&f, &stat).since, f.now - 1, "it lasts");

    result = event_done(&f, &mt_op_event_delivered, 1, 1);
    is_int(result.num, 1, "delivered");
    is_int(message_after(&f, MT_DB_OUTBOX, 0, &message), 2, "the next one");

    sub = subscription(&f, &stat);
    is_int(sub.since, 0, "the failure is over");
    is_int(sub.attempts, 0, "no attempts");
    is_int(sub.failures, 4, "failures are counted for ever");
    is_int(sub.last, 1, "last");
    is_int(stat.pending, 1, "one left");

    result = event_done(&f, &mt_op_event_delivered, 1, 1);
    is_int(result.status, MT_OK, "said again");
    is_int(result.position, 0, "changes nothing");
}


static void
test_setting_aside(void)
{
    mt_result_t              result;
    mt_outbox_t              message;
    mt_subscription_t        sub;
    mt_event_redeliver_t     again;
    mt_subscription_stat_t   stat;

    (void) fixture_dept(&f, "d4", "four", NULL);

    result = event_done(&f, &mt_op_event_set_aside, 2, 2);
    is_int(result.num, 1, "set aside");
    is_int(message_after(&f, MT_DB_SET_ASIDE, 0, &message), 2, "is listed");
    is_str(message.error, "status 500", "with the reason");
    is_int(message_after(&f, MT_DB_OUTBOX, 0, &message), 3,
           "the next one's turn");

    (void) event_done(&f, &mt_op_event_delivered, 3, 3);
    sub = subscription(&f, &stat);
    is_int(stat.pending, 0, "nothing pending");
    is_int(sub.aside, 1, "one aside");
    is_int(sub.last, 3, "last");

    memset(&again, 0, sizeof(again));
    mt_set(&again, event_redeliver, from, 3);
    mt_set(&again, event_redeliver, to, INT64_MAX);
    is_int(fixture_run(&f, &mt_op_event_redeliver, &again).num, 0,
           "none of these");

    mt_set(&again, event_redeliver, from, 1);
    result = fixture_run(&f, &mt_op_event_redeliver, &again);
    is_int(result.num, 1, "one is put back");
    is_int(result.detail, 2, "this one");
    is_int(message_after(&f, MT_DB_OUTBOX, 0, &message), 2, "and is pending");
    is_int(message.error.len, 0, "without a fault");

    (void) event_done(&f, &mt_op_event_delivered, 2, 2);
    is_int(subscription(&f, &stat).last, 3, "the last one stays the last");
    is_int(fixture_verify(&f), 0, "the store verifies");
}


static mt_result_t
discard(int64_t from, int64_t to, int remove)
{
    mt_event_discard_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, event_discard, from, from);
    mt_set(&args, event_discard, to, to);
    mt_set(&args, event_discard, remove, remove);

    return fixture_run(&f, &mt_op_event_discard, &args);
}


/* Messages that were set aside may be deleted; with a subscription all its
 * messages go. */

static void
test_discarding(void)
{
    int64_t      first, num;
    mt_outbox_t  message;

    (void) fixture_dept(&f, "e1", "one", NULL);
    (void) fixture_dept(&f, "e2", "two", NULL);
    num = create(&f, edit_new(&f, "1", 1, 2, "1")).num;
    first = raised() - 2;

    (void) event_done(&f, &mt_op_event_set_aside, first, first + 1);
    is_int(discard(first + 1, first + 1, 0).num, 1, "one is discarded");
    is_int(discard(first + 2, INT64_MAX, 0).num, 0, "one that waits is not");
    is_int(message_after(&f, MT_DB_SET_ASIDE, 0, &message), first,
           "the other one is there");
    is_int(pending(), 1, "one waits");
    is_int(fixture_verify(&f), 0, "the store verifies");

    is_int(discard(1, INT64_MAX, 1).num, 2, "all the rest");
    is_int(pending(), 0, "none waits");
    is_int(fixture_verify(&f), 0, "the store verifies");
    ok(meeting(&f, num).pushed != 0, "nor does the invitation");
    is_int(discard(1, INT64_MAX, 1).position, 0, "once");

    (void) fixture_dept(&f, "e3", "three", NULL);
    is_int(pending(), 0, "nobody subscribes any more");

    subscribe(&f);
    (void) fixture_dept(&f, "e4", "four", NULL);
    is_int(message_after(&f, MT_DB_OUTBOX, 0, &message), first + 3,
           "numbers go on for who does next");
    (void) event_done(&f, &mt_op_event_delivered, first + 3, first + 3);
}


/* Messages of one type in a row become one message, of bounded size. */

static void
test_grouping(void)
{
    int64_t      first;
    mt_outbox_t  message;

    first = raised();

    is_int(create(&f, edit_new(&f, "1", 1, 2, "1,2")).status, MT_OK,
           "a meeting");
    is_int(raised() - first, 1, "one message");

    is_int(message_after(&f, MT_DB_OUTBOX, first, &message), first + 1,
           "is there");
    is_int(message.type, MT_EVENT_BOOK_SUCCESS, "of its type");
}


static void
test_pushed(void)
{
    int64_t      num;
    mt_outbox_t  message;

    num = create(&f, edit_new(&f, "1", 3, 4, "1,2")).num;
    is_int(meeting(&f, num).pushed, 0, "an invitation on its way");

    (void) event_done(&f, &mt_op_event_delivered, raised(), raised());
    is_int(meeting(&f, num).pushed, f.now, "has arrived");

    f.company = 2000;
    (void) fixture_company(&f, 2000);
    (void) fixture_user(&f, "1", "one", NULL, NULL);
    num = create(&f, edit_new(&f, "1", 3, 4, "1")).num;
    is_int(meeting(&f, num).pushed, f.now, "nobody to tell: has arrived");
    is_int(message_after(&f, MT_DB_OUTBOX, 0, &message), 0, "no message");
    f.company = FIXTURE_COMPANY;
}


static mt_result_t
fire(int64_t meeting, int64_t due)
{
    mt_reminder_fire_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, reminder_fire, meeting, meeting);
    mt_set(&args, reminder_fire, due, due);

    return fixture_run(&f, &mt_op_reminder_fire, &args);
}


/* Returns 1 and the first reminder that is due at `now`, of the company. */

static int
due_at(int64_t now, mt_reminder_t *reminder)
{
    int        found;
    mt_txn_t  *txn;

    memset(reminder, 0, sizeof(*reminder));

    if (mt_read_begin(f.store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    found = mt_reminder_next(txn, reminder, now);
    mt_read_end(txn);

    return found;
}


static void
test_reminders(void)
{
    int64_t            num, begin, minutes[] = { 5, 15 };
    mt_result_t        result;
    mt_reminder_t      r;
    mt_meeting_edit_t  args;

    begin = DAY0 + 10 * HOUR;
    args = edit_new(&f, "1", 10, 11, "1,2");
    edit_set(&args, reminders, ((mt_ints_t) { 2, minutes }));
    num = create(&f, args).num;

    is_int(due_at(begin - 15 * MINUTE - 1, &r), 0, "too early");
    is_int(due_at(begin - 15 * MINUTE, &r), 1, "on time");
    is_int(r.meeting, num, "this meeting");
    is_int(r.company, f.company, "of this company");

    is_int(fire(num, r.due).position, 0, "not before its time");

    f.now = begin - 15 * MINUTE;
    is_int(fire(num, r.due + 1).position, 0, "not at another");

    result = fire(num, r.due);
    ok(result.position != 0, "reminded");
    is_int(fire(num, r.due).position, 0, "once");

    is_int(due_at(begin, &r), 1, "once more");
    is_int(r.due, begin - 5 * MINUTE, "by the other one");

    /* the meeting moves: its due reminder is dropped, a sent one comes
     * again */

    args = edit_of(&f, num);
    edit_set(&args, begin, begin + HOUR);
    edit_set(&args, end, begin + 2 * HOUR);
    is_int(update(&f, args).status, MT_OK, "moved");

    is_int(due_at(begin, &r), 0, "the old time is forgotten");
    is_int(due_at(begin + HOUR, &r), 1, "the new one is due");
    is_int(r.due, begin + 45 * MINUTE, "in time");

    args = edit_of(&f, num);
    edit_set(&args, subject, MT_STR("other"));
    (void) update(&f, args);
    is_int(due_at(begin + HOUR, &r), 1, "another change leaves it");

    args = edit_of(&f, num);
    edit_set(&args, begin, f.now + MINUTE);
    edit_set(&args, end, f.now + HOUR);
    (void) update(&f, args);
    is_int(due_at(INT64_MAX, &r), 0, "moved to where its reminders are past");

    args = edit_new(&f, "1", 20, 21, "1");
    edit_set(&args, notice, 2);
    num = create(&f, args).num;
    is_int(due_at(DAY0 + 20 * HOUR, &r), 1, "at its beginning");

    args = edit_new(&f, "1", 20, 21, "1");
    edit_set(&args, notice, 1);
    (void) create(&f, args);
    is_int(due_at(DAY0 + 20 * HOUR, &r), 1, "wants none");
    is_int(r.meeting, num, "so there is the other one alone");

    is_int(fixture_verify(&f), 0, "the store verifies");

    is_int(act(&f, &mt_op_meeting_cancel, num, 1, MT_MAY_ANYONE, 0).status,
           MT_OK, "cancelled");
    is_int(due_at(INT64_MAX, &r), 0, "a cancelled meeting reminds nobody");
}


static int64_t
trim(int64_t upto)
{
    mt_journal_trim_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, journal_trim, upto, upto);

    return fixture_run(&f, &mt_op_journal_trim, &args).num;
}


static void
test_trimming(void)
{
    mt_outbox_t  message;
    int64_t      first;

    while ((first = message_after(&f, MT_DB_OUTBOX, 0, &message)) != 0) {
        (void) event_done(&f, &mt_op_event_delivered, first, first);
    }

    is_int(trim(5), 5, "five entries go");
    is_int(trim(5), 0, "and no more");
    is_int(fixture_verify(&f), 0, "the store verifies");

    (void) fixture_dept(&f, "d5", "five", NULL);
    (void) fixture_dept(&f, "d6", "six", NULL);
    first = message_after(&f, MT_DB_OUTBOX, 0, &message);

    ok(trim(INT64_MAX) > 0, "all that nobody needs");
    is_int(trim(INT64_MAX), 0, "and then no more");
    is_int(fixture_verify(&f), 0, "what is undelivered is there");

    (void) event_done(&f, &mt_op_event_set_aside, first, first);
    (void) event_done(&f, &mt_op_event_delivered, first + 1, first + 1);
    (void) trim(INT64_MAX);
    is_int(fixture_verify(&f), 0, "and what is set aside");
}


static int64_t
trim_copying(int64_t upto)
{
    mt_journal_trim_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, journal_trim, upto, upto);
    mt_set(&args, journal_trim, copy, 1);

    return fixture_run(&f, &mt_op_journal_trim, &args).num;
}


/* Returns the ids of a message's events, without the journal if that is gone.
 */

static const char *
told(mt_db_t db, int64_t number)
{
    int64_t            i;
    mt_str_t           ids;
    mt_txn_t          *txn;
    mt_outbox_t        message;
    mt_journal_t       entry;
    const mt_event_t  *events;

    ids = MT_STR("");

    if (mt_read_begin(f.store, &txn) != MT_OK
        || mt_outbox_next(txn, db, f.company, number - 1, &number, &message,
                          f.arena) != 1
        || mt_outbox_entry(txn, &message, &entry, f.arena) != 1)
    {
        fixture_die("no message");
    }

    events = entry.events.v;

    for (i = message.first; i < message.first + message.n; i++) {
        ids = mt_arena_printf(f.arena, "%.*s%.*s ", (int) ids.len, ids.data,
                              (int) events[i].id.len, events[i].id.data);
    }

    mt_read_end(txn);

    return ids.data;
}


/* Messages that wait, or are set aside, take copies of what they need. */

static void
test_copying(void)
{
    int64_t                 first;
    mt_outbox_t             message;
    mt_event_redeliver_t    again;
    mt_subscription_stat_t  stat;

    (void) fixture_dept(&f, "c1", "one", NULL);
    (void) fixture_dept(&f, "c2", "two", NULL);
    (void) fixture_dept(&f, "c3", "three", NULL);
    first = raised() - 2;

    (void) event_done(&f, &mt_op_event_set_aside, first, first);

    (void) subscription(&f, &stat);
    ok(stat.from > 0, "messages need the journal");

    (void) trim(INT64_MAX);
    is_int(trim(INT64_MAX), 0, "a command without copies leaves it to them");

    ok(trim_copying(INT64_MAX) > 0, "with copies it may go");
    (void) trim_copying(INT64_MAX);

    (void) subscription(&f, &stat);
    is_int(stat.from, 0, "no message needs it");
    is_int(fixture_verify(&f), 0, "the store verifies");

    is_str(mt_cstr(told(MT_DB_SET_ASIDE, first)), "c1 ", "set aside: whole");
    is_str(mt_cstr(told(MT_DB_OUTBOX, first + 2)), "c3 ", "waiting: whole");

    (void) event_done(&f, &mt_op_event_set_aside, first + 1, first + 1);
    (void) fixture_dept(&f, "c4", "four", NULL);
    (void) trim_copying(INT64_MAX);
    is_str(mt_cstr(told(MT_DB_SET_ASIDE, first + 1)), "c2 ",
           "set aside afterwards: whole");
    is_str(mt_cstr(told(MT_DB_OUTBOX, first + 3)), "c4 ", "a later one, too");

    memset(&again, 0, sizeof(again));
    mt_set(&again, event_redeliver, from, first);
    mt_set(&again, event_redeliver, to, first + 1);
    is_int(fixture_run(&f, &mt_op_event_redeliver, &again).num, 2,
           "put back");
    is_int(message_after(&f, MT_DB_OUTBOX, 0, &message), first, "is first");
    is_str(mt_cstr(told(MT_DB_OUTBOX, first)), "c1 ", "and whole");

    is_int(event_done(&f, &mt_op_event_delivered, first, first + 3).num, 4,
           "all are delivered");
    is_int(fixture_verify(&f), 0, "the store verifies");
}


/* More than one command may copy. */

static void
test_copying_much(void)
{
    int                     i, n;
    int64_t                 first;
    mt_subscription_stat_t  stat;

    first = raised() + 1;

    for (i = 0; i < 5100; i++) {
        (void) fixture_dept(&f, mt_arena_printf(f.arena, "m%d", i).data, "m",
                            NULL);
    }

    for (n = 0; n < 20 && trim_copying(INT64_MAX) > 0; n++) { }

    (void) subscription(&f, &stat);
    is_int(stat.from, 0, "all have their copies");
    is_str(mt_cstr(told(MT_DB_OUTBOX, first)), "m0 ", "the first is whole");
    is_str(mt_cstr(told(MT_DB_OUTBOX, first + 5099)), "m5099 ", "the last");
    is_int(fixture_verify(&f), 0, "the store verifies");
}


static void
test_sessions(void)
{
    int64_t              users[1];
    mt_ints_t            list = { 1, users };
    mt_key_t             key;
    mt_str_t             record;
    mt_txn_t            *txn;
    mt_session_expire_t  expire;

    users[0] = 1;

    memset(&expire, 0, sizeof(expire));
    mt_set(&expire, session_expire, before, f.now + 1);
    mt_set(&expire, session_expire, users, list);
    is_int(fixture_run(&f, &mt_op_session_expire, &expire).num, 0,
           "no session to end");

    mt_key_session(&key, f.company, 1, MT_STR("app"));

    is_int(mt_write_begin(f.store, &txn), MT_OK, "write");
    record = MT_STR("");
    (void) mt_put(txn, MT_DB_SESSION, &key, record);
    (void) mt_write_commit(txn);

    is_int(fixture_run(&f, &mt_op_session_expire, &expire).num, 1,
           "one is over");
    is_int(fixture_run(&f, &mt_op_session_expire, &expire).num, 0, "and gone");
}


int
main(void)
{
    fixture_open(&f);
    (void) fixture_user(&f, "1", "one", NULL, NULL);
    (void) fixture_user(&f, "2", "two", NULL, NULL);

    test_subscribing();
    test_delivering();
    test_setting_aside();
    test_discarding();
    test_grouping();
    test_pushed();
    test_reminders();

    ok(replays(&f, 1), "the journal gives the same store, one by one");
    ok(replays(&f, 100), "and in batches");

    test_trimming();
    test_copying();
    test_copying_much();
    test_sessions();

    fixture_close(&f);

    return tap_done();
}

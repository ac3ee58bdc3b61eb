
/* Meetings that ended are purged in steps, each of which leaves a whole
 * store. */

#include "domain/read/mt_meeting_old.h"
#include "event/mt_event_payload.h"
#include "event_fixture.h"
#include "meeting_fixture.h"


static fixture_t  f;


static mt_result_t
purge(int64_t num, int64_t before, int64_t most)
{
    mt_ints_t           meetings = { 1, &num };
    mt_meeting_purge_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, meeting_purge, before, before);
    mt_set(&args, meeting_purge, meetings, meetings);
    mt_set(&args, meeting_purge, most, most);

    return fixture_run(&f, &mt_op_meeting_purge, &args);
}


static int64_t
usage_meetings(void)
{
    mt_key_t    key;
    mt_usage_t  usage;

    mt_key_company(&key, f.company);
    fixture_load(&f, MT_DB_USAGE, &key, &mt_usage_model, &usage);

    return usage.meetings;
}


/* One is signed in and taken off the list, another one undone, a third a
 * guest. */

static int64_t
full_meeting(int64_t begin)
{
    int64_t            num;
    mt_meeting_edit_t  args;
    mt_host_act_t      undo;

    f.now = DAY0 + begin * HOUR;
    num = created(&f, edit_new(&f, "1", begin, begin + 1, "1,2,3,4,5,6"));

    is_status(checkin(&f, 2, checkin_args(&f, num, "1", "a")), MT_OK, "2");
    is_status(checkin(&f, 3, checkin_args(&f, num, "1", "b")), MT_OK, "3");

    memset(&undo, 0, sizeof(undo));
    mt_set(&undo, host_act, ref,
           mt_arena_printf(f.arena, "%lld", (long long) num));
    mt_set(&undo, host_act, person, MT_STR("3"));
    mt_set(&undo, host_act, reason, MT_STR("was not there"));
    f.actor = 1;
    is_status(fixture_run(&f, &mt_op_checkin_undo, &undo), MT_OK, "undone");
    f.actor = 0;

    args = edit_of(&f, num);
    edit_set(&args, drop, refs(&f, "2"));
    is_status(update(&f, args), MT_OK, "one is taken off the list");

    return num;
}


static void
test_steps(void)
{
    int          i;
    int64_t      num, before, meetings;
    mt_result_t  result;

    static const mt_db_t  dbs[] = {
        MT_DB_MEETING, MT_DB_ATTENDEE, MT_DB_CHECKIN, MT_DB_UNDONE,
        MT_DB_TALLY, MT_DB_ATTENDS, MT_DB_SCHEDULE, MT_DB_CREATED,
        MT_DB_SPONSORED, MT_DB_REMINDER, MT_DB_BOOKING
    };

    num = full_meeting(10);
    before = DAY0 + 11 * HOUR;
    meetings = usage_meetings();

    ok(entries(&f, MT_DB_UNDONE, NULL) == 1, "there is an undone check-in");
    is_int(purge(num, before, 100).position, 0,
           "a meeting that ends at that time stays");

    f.now = before + HOUR;

    for (i = 0; i < 20; i++) {
        result = purge(num, before + 1, 2);

        is_int(fixture_verify(&f), 0, "step %d leaves a whole store", i);

        if (result.num == 1) {
            break;
        }

        is_int(result.detail, num, "some of it is left");
    }

    is_int(i, 2, "after three steps");
    is_int(result.detail, 0, "then nothing is");
    is_int(usage_meetings(), meetings - 1, "it counts no more");

    for (i = 0; i < (int) mt_nitems(dbs); i++) {
        is_int(entries(&f, dbs[i], NULL), 0, "nothing in database %d",
               dbs[i]);
    }

    is_int(purge(num, before + 1, 2).position, 0, "it is gone");
}


/* Applies a command in a transaction that is open. */

static mt_result_t
applied(mt_machine_t *machine, const mt_operation_t *op, int64_t actor,
    const void *body)
{
    mt_str_t     command;
    mt_result_t  result;

    memset(&f.call, 0, sizeof(f.call));
    f.call.arena = f.arena;
    f.call.op = op;
    f.call.company = f.company;
    f.call.actor = actor;
    f.call.now = f.now;
    (void) mt_command(&f.call, body);

    command.len = f.call.command.len;
    command.data = f.call.command.data;

    if (machine->apply(machine->ctx, command, &result) != MT_OK) {
        fixture_die("a command failed");
    }

    return result;
}


/* Within one transaction the caches know that the meeting is gone. */

static void
test_batch(void)
{
    int64_t              num;
    mt_txn_t            *txn;
    mt_ints_t            meetings = { 1, &num };
    mt_machine_t         machine;
    mt_checkin_args_t    in;
    mt_meeting_purge_t   args;

    num = created(&f, edit_new(&f, "1", 20, 21, "1,2"));
    f.now = DAY0 + 20 * HOUR;

    in = checkin_args(&f, num, "1", "x");
    mt_set(&in, checkin_args, opens_before, HOUR);

    memset(&args, 0, sizeof(args));
    mt_set(&args, meeting_purge, before, DAY0 + 22 * HOUR);
    mt_set(&args, meeting_purge, meetings, meetings);
    mt_set(&args, meeting_purge, most, 100);

    machine = mt_batch_machine(f.batch);

    if (mt_machine_begin(&machine, &txn) != MT_OK) {
        fixture_die("no transaction");
    }

    is_status(applied(&machine, &mt_op_checkin, 2, &in), MT_OK, "a check-in");
    is_int(applied(&machine, &mt_op_meeting_purge, 0, &args).num, 1,
           "a purge in the same transaction");
    is_status(applied(&machine, &mt_op_checkin, 1, &in), MT_NO_SUCH_MEETING,
              "a check-in that is late");

    ok(machine.commit(machine.ctx) == MT_OK, "committed");
    is_int(entries(&f, MT_DB_TALLY, NULL), 0, "no tally is left");
    is_int(fixture_verify(&f), 0, "a whole store");
}


/* The first meeting of a series stays until the others are gone. */

static void
test_series(void)
{
    mt_meeting_old_t   old;
    mt_txn_t          *txn;
    mt_series_edit_t   args;
    int64_t            first;

    f.now = DAY0;
    memset(&args, 0, sizeof(args));
    mt_set(&args, series_edit, creator_ref, MT_STR("1"));
    mt_set(&args, series_edit, subject, MT_STR("series"));
    mt_set(&args, series_edit, begin, DAY0 + 30 * HOUR);
    mt_set(&args, series_edit, end, DAY0 + 31 * HOUR);
    mt_set(&args, series_edit, people_refs, refs(&f, "1,2"));
    mt_set(&args, series_edit, repeat, 1);
    mt_set(&args, series_edit, repeat_end, DAY0 + 150 * HOUR);

    first = fixture_made(fixture_run(&f, &mt_op_series_create, &args),
                         "no series");
    ok(entries(&f, MT_DB_SERIES, NULL) > 3, "a series");

    is_int(purge(first, DAY0 + 32 * HOUR, 100).num, 0, "its first one stays");

    memset(&old, 0, sizeof(old));
    old.company = f.company;
    old.before = DAY0 + 1000 * HOUR;

    for ( ;; ) {
        if (mt_read_begin(f.store, &txn) != MT_OK
            || mt_meeting_old_next(&old, txn) < 0)
        {
            fixture_die("no search");
        }

        mt_read_end(txn);

        if (old.n == 0) {
            break;
        }

        while (old.n) {
            is_int(purge(old.found[--old.n], old.before, 100).num, 1,
                   "another one is gone");
            is_int(fixture_verify(&f), 0, "and the store is whole");
        }
    }

    is_int(entries(&f, MT_DB_SERIES, NULL), 1, "the first is left");
    is_int(purge(first, DAY0 + 1000 * HOUR, 100).num, 1, "it goes last");
    is_int(entries(&f, MT_DB_MEETING, NULL), 0, "no meeting is left");
    is_int(fixture_verify(&f), 0, "the store is whole");
}


/* A message may wait while its meeting is purged: it is delivered without the
 * meeting. */

static void
test_messages(void)
{
    int64_t             num, number;
    mt_str_t            text;
    mt_txn_t           *txn;
    mt_status_t         rc;
    mt_outbox_t         message;
    mt_event_source_t   source;

    f.company = 78;

    (void) fixture_company(&f, 78);
    (void) fixture_user(&f, "1", "1", NULL, NULL);
    subscribe(&f);

    f.now = DAY0 + 35 * HOUR;
    num = created(&f, edit_new(&f, "1", 36, 37, "1"));
    number = message_after(&f, MT_DB_OUTBOX, 0, &message);
    ok(number > 0, "a message waits");
    is_int(purge(num, DAY0 + 100 * HOUR, 100).num, 1, "the meeting goes");
    is_int(fixture_verify(&f), 0, "the store is whole");

    if (mt_read_begin(f.store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    memset(&source, 0, sizeof(source));
    source.txn = txn;
    source.settings = &f.settings;
    source.company = f.company;
    source.message = &message;
    source.number = number;
    source.now = f.now;

    rc = mt_event_payload(&source, f.arena, &text);
    mt_read_end(txn);

    ok(rc == MT_OK, "it has a text");
    ok(memmem(text.data, text.len, "\"value\":[]", 10) != NULL,
       "without the meeting: %.*s", (int) text.len, text.data);
    is_status(event_done(&f, &mt_op_event_delivered, number, number), MT_OK,
              "and is delivered");
    is_int(fixture_verify(&f), 0, "the store is whole");

    f.company = FIXTURE_COMPANY;
}


/* Returns how many entries of any database are of the company. */

static int
entries_of(uint32_t company)
{
    int           n, rc;
    mt_db_t       db;
    uint32_t      of;
    mt_str_t      key, value;
    mt_txn_t     *txn;
    mt_usage_t    usage;
    mt_cursor_t  *cursor;

    if (mt_read_begin(f.store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    n = 0;

    for (db = 0; db < MT_DB_COUNT; db++) {
        cursor = mt_cursor_open(txn, db, NULL);

        for (rc = mt_cursor_first(cursor, &key, &value);
             rc == 1;
             rc = mt_cursor_next(cursor, &key, &value))
        {
            if (mt_usage_of(db, key, value, &of, &usage, f.arena) != 0) {
                fixture_die("an entry cannot be read");
            }

            if (of == company || mt_key_company_of(key, db) == company) {
                n++;
            }
        }

        mt_cursor_close(cursor);
    }

    mt_read_end(txn);

    return n;
}


static void
test_company(void)
{
    int                 i, others;
    int64_t             num;
    mt_result_t         result;
    mt_event_set_t      event;
    mt_event_keys_t     keys;
    mt_company_purge_t  args;

    others = entries_of(f.company);
    f.company = 77;
    f.now = DAY0;

    (void) fixture_company(&f, 77);
    (void) fixture_credential(&f, 77, "doomed");
    (void) fixture_dept(&f, "d1", "d1", NULL);
    (void) fixture_room(&f, "r1");

    for (i = 1; i <= 6; i++) {
        char  id[16];

        (void) snprintf(id, sizeof(id), "%d", i);
        (void) fixture_user(&f, id, id, NULL, i == 1 ? "d1" : NULL);
    }

    memset(&keys, 0, sizeof(keys));
    mt_set(&keys, event_keys, aes_key,
           MT_STR("0123456789012345678901234567890123456789012"));
    mt_set(&keys, event_keys, token, MT_STR("token"));
    is_status(fixture_run(&f, &mt_op_event_keys, &keys), MT_OK, "keys");

    memset(&event, 0, sizeof(event));
    mt_set(&event, event_set, url, MT_STR("http://receiver.example/"));
    mt_set(&event, event_set, aes_key, keys.aes_key);
    mt_set(&event, event_set, token, keys.token);
    mt_set(&event, event_set, owner, MT_STR("doomed"));
    is_status(fixture_run(&f, &mt_op_event_set, &event), MT_OK, "receiver");

    num = full_meeting(40);
    (void) created(&f, edit_new(&f, "1", 50, 51, "1,2,3"));

    ok(entries(&f, MT_DB_OUTBOX, NULL) > 0, "messages wait");

    memset(&args, 0, sizeof(args));
    mt_set(&args, company_purge, company, 77);
    mt_set(&args, company_purge, most, 3);

    for (i = 0; i < 200; i++) {
        f.company = 77;
        result = fixture_run(&f, &mt_op_company_purge, &args);
        is_status(result, MT_OK, "step %d", i);
        is_int(fixture_verify(&f), 0, "the store is whole after it");

        if (i == 0) {
            is_status(checkin(&f, 4, checkin_args(&f, num, "1", "z")),
                      MT_NO_SUCH_COMPANY, "no command is accepted");
        }

        if (result.detail == 0) {
            break;
        }
    }

    ok(i > 5 && i < 200, "it takes some steps: %d", i);
    is_int(entries_of(77), 0, "nothing of the company is left");
    is_status(fixture_run(&f, &mt_op_company_purge, &args),
              MT_NO_SUCH_COMPANY, "it is gone");

    f.company = FIXTURE_COMPANY;
    is_int(entries_of(f.company), others, "the other one is as it was");

    f.company = 77;
    (void) fixture_company(&f, 77);
    is_int(entries_of(77), 4, "the number can be given again");
    f.company = FIXTURE_COMPANY;
}


/* Meetings are made and purged over and over: the pages that they took are
 * used again. */

static void
test_pages(void)
{
    int              i, j;
    uint64_t         used;
    char             people[200];
    size_t           len;
    mt_store_stat_t  stat;
    int64_t          nums[20];

    for (len = 0, i = 1; i <= 30; i++) {
        len += (size_t) snprintf(people + len, sizeof(people) - len, "%s%d",
                                 i > 1 ? "," : "", i);
    }

    f.now = DAY0;
    used = 0;

    for (i = 0; i < 12; i++) {
        mt_arena_reset(f.arena);

        for (j = 0; j < 20; j++) {
            nums[j] = created(&f, edit_new(&f, "1", 10, 11, people));
        }

        for (j = 0; j < 20; j++) {
            (void) purge(nums[j], DAY0 + 100 * HOUR, 100);
        }

        {
            mt_journal_trim_t  trim;

            memset(&trim, 0, sizeof(trim));
            mt_set(&trim, journal_trim, upto, f.call.result.position);
            (void) fixture_run(&f, &mt_op_journal_trim, &trim);
        }

        if (mt_store_stat(f.store, &stat) != MT_OK) {
            fixture_die("no statistics");
        }

        if (i == 3) {
            used = stat.file_bytes;
        }
    }

    ok(stat.file_bytes <= used + used / 10, "the file does not grow: %llu, "
       "%llu", (unsigned long long) used,
       (unsigned long long) stat.file_bytes);
    is_int(fixture_verify(&f), 0, "the store is whole");
}


int
main(void)
{
    int  i;
    char id[16];

    fixture_open(&f);

    for (i = 1; i <= 30; i++) {
        (void) snprintf(id, sizeof(id), "%d", i);
        (void) fixture_user(&f, id, id, NULL, NULL);
    }

    test_steps();
    test_batch();
    test_series();
    ok(replays(&f, 1), "the journal gives the same store");
    ok(replays(&f, 100), "in batches, too");
    test_messages();
    test_company();
    test_pages();

    fixture_close(&f);

    return tap_done();
}


/* The erasure of a person: nothing of the words is left in any entry, counts
 * of past meetings hold, and every step leaves a whole store. */

#include "domain/purge/mt_user_erase.h"
#include "event/mt_event_payload.h"
#include "event_fixture.h"
#include "meeting_fixture.h"


static fixture_t  f;
static int64_t    zhang, li;         /* the person, and another one */


static int64_t
fix_user(const char *id, const char *name, const char *account,
    const char *phone)
{
    mt_user_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, id, mt_cstr(id));
    mt_set(&args, user_edit, name, mt_cstr(name));
    mt_set(&args, user_edit, account, mt_cstr(account));
    mt_set(&args, user_edit, phone, mt_cstr(phone));

    return fixture_made(fixture_run(&f, &mt_op_user_add, &args), "no user");
}


/* Returns how many entries contain the text, in key or value. */

static int
contain(const char *text)
{
    int           n, rc;
    mt_db_t       db;
    mt_str_t      key, value, word;
    mt_txn_t     *txn;
    mt_cursor_t  *cursor;

    if (mt_read_begin(f.store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    word = mt_cstr(text);
    n = 0;

    for (db = 0; db < MT_DB_COUNT; db++) {
        cursor = mt_cursor_open(txn, db, NULL);

        for (rc = mt_cursor_first(cursor, &key, &value);
             rc == 1;
             rc = mt_cursor_next(cursor, &key, &value))
        {
            if (memmem(key.data, key.len, word.data, word.len)
                || memmem(value.data, value.len, word.data, word.len))
            {
                n++;
            }
        }

        mt_cursor_close(cursor);
    }

    mt_read_end(txn);

    return n;
}


/* Returns how many rows of ATTENDEE, CHECKIN, UNDONE, ATTENDS and SPONSORED
 * are of the number. */

static int
rows_of(int64_t num)
{
    int           n, rc;
    size_t        i;
    int64_t       first = 0, second = 0;
    mt_str_t      key, value;
    mt_txn_t     *txn;
    mt_cursor_t  *cursor;

    static const struct { mt_db_t db; int first; } dbs[] = {
        { MT_DB_ATTENDEE, 0 }, { MT_DB_CHECKIN, 0 }, { MT_DB_UNDONE, 0 },
        { MT_DB_ATTENDS, 1 }, { MT_DB_SPONSORED, 1 }
    };

    if (mt_read_begin(f.store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    n = 0;

    for (i = 0; i < mt_nitems(dbs); i++) {
        cursor = mt_cursor_open(txn, dbs[i].db, NULL);

        for (rc = mt_cursor_first(cursor, &key, &value);
             rc == 1;
             rc = mt_cursor_next(cursor, &key, &value))
        {
            (void) mt_key_read_num2(key, NULL, &first, &second);
            n += (dbs[i].first ? first : second) == num;
        }

        mt_cursor_close(cursor);
    }

    mt_read_end(txn);

    return n;
}


static mt_result_t
step(mt_erase_search_t *search, int64_t end)
{
    mt_ints_t             positions, messages;
    mt_objs_t             rows;
    mt_user_erase_step_t  args;

    rows = (mt_objs_t) { search->nrows, search->rows };
    positions = (mt_ints_t) { search->npositions, search->positions };
    messages = (mt_ints_t) { search->nmessages, search->messages };

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_erase_step, heir, search->erased->heir);

    if (end) {
        mt_set(&args, user_erase_step, finish, 1);

    } else {
        mt_set(&args, user_erase_step, rows, rows);
        mt_set(&args, user_erase_step, positions, positions);
        mt_set(&args, user_erase_step, messages, messages);
    }

    return fixture_run(&f, &mt_op_user_erase_step, &args);
}


/* Returns the number of things found, which are erased. */

static size_t
search_all(const mt_erased_t *erased)
{
    int                more;
    size_t             found, now;
    mt_txn_t          *txn;
    mt_erase_search_t  search;

    memset(&search, 0, sizeof(search));
    search.company = f.company;
    search.erased = erased;
    found = 0;

    do {
        if (mt_read_begin(f.store, &txn) != MT_OK) {
            fixture_die("no read transaction");
        }

        more = mt_erase_next(&search, txn);
        mt_read_end(txn);

        now = search.nrows + search.npositions + search.nmessages;
        found += now;

        if (now) {
            is_status(step(&search, 0), MT_OK, "a step");
            is_int(fixture_verify(&f), 0, "leaves a whole store");
        }

    } while (more > 0);

    is_int(more, 0, "the search comes to its end");

    return found;
}


static mt_result_t
erase(const char *ref)
{
    mt_named_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, named, ref, mt_cstr(ref));

    return fixture_run(&f, &mt_op_user_erase, &args);
}


static mt_result_t
host_act(const mt_operation_t *op, int64_t num, const char *person,
    const char *reason)
{
    mt_host_act_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, host_act, ref,
           mt_arena_printf(f.arena, "%lld", (long long) num));
    mt_set(&args, host_act, person, mt_cstr(person));
    mt_set(&args, host_act, reason, mt_cstr(reason));
    mt_set(&args, host_act, operator, 1);

    return fixture_run(&f, op, &args);
}




/* Makes a meeting that the person hosts and leads, signs in to, is undone and
 * signed in by hand; a guest has the same phone. */

static int64_t
past_meeting(void)
{
    int64_t            num;
    mt_person_t        guests[2];
    mt_meeting_edit_t  args;
    mt_checkin_args_t  in;

    f.now = DAY0 + 10 * HOUR;

    args = edit_new(&f, "zhang3", 10, 11, "zhang3,li4,20230107");
    edit_set(&args, speaker, MT_STR("Zhang San"));
    edit_set(&args, creator_called, MT_STR("Zhang San"));
    edit_set(&args, leader_refs, refs(&f, "zhang3,li4"));

    guests[0] = person("", "guest-id", "Zhang San");
    mt_set(&guests[0], person, phone, MT_STR("13912345678"));
    guests[1] = person("", "guest-id-2", "Zhang San");
    mt_set(&guests[1], person, phone, MT_STR("+86 139-1234 5678"));
    edit_set(&args, add, ((mt_objs_t) { 2, guests }));

    num = created(&f, args);

    in = checkin_args(&f, num, "zhang3", "request-of-zhang3");
    mt_set(&in, checkin_args, longitude, 121000000);
    mt_set(&in, checkin_args, latitude, 31000000);
    is_status(checkin(&f, zhang, in), MT_OK, "the person signs in");

    is_status(host_act(&mt_op_checkin_undo, num, "zhangsan-account",
                       "Zhang San was ill"), MT_OK, "is undone");
    is_status(answer(&f, num, zhang, MT_ANSWER_DECLINED, "Zhang San has flu"),
              MT_OK, "declines");
    is_status(host_act(&mt_op_checkin_add, num, "13912345678",
                       "Zhang San came"), MT_OK, "signed in by hand");

    is_status(checkin(&f, li, checkin_args(&f, num, "zhang3", "li")), MT_OK,
              "another one by the person's code");

    return num;
}


/* Erases one who is there, to the end.  Returns the heir. */

static int64_t
erased_whole(const char *ref)
{
    mt_txn_t           *txn;
    mt_erased_t         erased;
    mt_erase_search_t   none;

    if (erase(ref).num == 0 || mt_read_begin(f.store, &txn) != MT_OK
        || mt_erased_load(txn, f.company, f.call.result.num, &erased, f.arena)
           != 1)
    {
        fixture_die("no person");
    }

    mt_read_end(txn);

    while (search_all(&erased)) {
        continue;
    }

    memset(&none, 0, sizeof(none));
    none.erased = &erased;
    is_status(step(&none, 1), MT_OK, "%s is erased", ref);

    return erased.heir;
}


/* An id that is a number is the person's number, too: it goes with all rows,
 * and meetings of that number are not meant. */

static void
test_number(void)
{
    int64_t             num, heir;
    mt_series_edit_t    args;
    mt_checkin_args_t   in;
    mt_meeting_edit_t   made;

    f.now = DAY0 + 200 * HOUR;
    made = edit_new(&f, "li4", 200, 201, "20230107,li4");
    edit_set(&made, id, MT_STR("20230107"));
    num = created(&f, made);

    in = checkin_args(&f, num, "li4", "r");
    mt_set(&in, checkin_args, ref, MT_STR("20230107"));
    is_status(checkin(&f, li, in), MT_OK, "a meeting of the same id");

    /* a person in a series of some hundred meetings */

    memset(&args, 0, sizeof(args));
    mt_set(&args, series_edit, creator_ref, MT_STR("20230107"));
    mt_set(&args, series_edit, subject, MT_STR("series"));
    mt_set(&args, series_edit, begin, DAY0 + 210 * HOUR);
    mt_set(&args, series_edit, end, DAY0 + 211 * HOUR);
    mt_set(&args, series_edit, people_refs, refs(&f, "20230107,li4"));
    mt_set(&args, series_edit, repeat, 1);
    mt_set(&args, series_edit, repeat_end, DAY0 + 210 * HOUR
                                           + 300 * 24 * HOUR);

    is_status(fixture_run(&f, &mt_op_series_create, &args), MT_OK,
              "a series");

    heir = erased_whole("20230107");

    is_int(rows_of(20230107), 0, "the number is in no row");
    ok(rows_of(heir) > 600, "the heir has the rows");
    is_int(contain("Wang Wu"), 0, "the name is nowhere");
    is_int(contain("13912345670"), 0, "nor the phone");
    is_int(meeting(&f, num).num, num, "the meeting of that id is there");
    is_int(contain("20230107"), 4,
           "the id is the meeting's: record, name, two commands");

    is_int(fix_user("20230107", "Next", "next", "13912345670"), 20230107,
           "another one can have the number");


    is_int(fixture_verify(&f), 0, "the store is whole");
}


/* One who was removed before, and one whom the directory never knew. */

static void
test_others(void)
{
    int64_t             num;
    mt_user_edit_t      admin;
    mt_meeting_edit_t   args;
    mt_user_removal_t   removal;

    (void) fix_user("gone", "Gone Away", "gone-account", "13700000001");
    (void) fix_user("boss", "Boss Boss", "boss-account", "13700000002");

    memset(&admin, 0, sizeof(admin));
    mt_set(&admin, user_edit, ref, MT_STR("boss"));
    mt_set(&admin, user_edit, admin, 1);
    is_status(fixture_run(&f, &mt_op_user_update, &admin), MT_OK,
              "an administrator");

    args = edit_new(&f, "gone", 300, 301, "gone,boss,li4");
    edit_set(&args, placeholders, 1);
    edit_set(&args, people_refs, refs(&f, "gone,boss,li4,stranger-id"));
    num = created(&f, args);
    is_int(tally(&f, num).total, 4, "a placeholder among them");

    memset(&removal, 0, sizeof(removal));
    mt_set(&removal, user_removal, ref, MT_STR("gone"));
    is_status(fixture_run(&f, &mt_op_user_remove, &removal), MT_OK,
              "one is removed");

    (void) erased_whole("gone");
    (void) erased_whole("boss");
    (void) erased_whole("stranger-id");

    is_int(contain("gone"), 0, "the removed one is nowhere");
    is_int(contain("Gone"), 0, "by no word");
    is_int(contain("boss"), 0, "nor is the administrator");
    is_int(contain("Boss"), 0, "by no word");
    is_int(contain("stranger"), 0, "nor the placeholder");
    is_int(tally(&f, num).total, 4, "the meeting has as many people");
    is_int(fixture_verify(&f), 0, "the store is whole");
}


/* All messages still have a text; those of the person say nothing. */

static void
test_messages(void)
{
    int64_t             number, n;
    mt_str_t            text;
    mt_txn_t           *txn;
    mt_status_t         rc;
    mt_outbox_t         message;
    mt_event_source_t   source;

    n = 0;

    for (number = message_after(&f, MT_DB_OUTBOX, 0, &message);
         number;
         number = message_after(&f, MT_DB_OUTBOX, number, &message))
    {
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

        ok(rc == MT_OK && memmem(text.data, text.len, "hang", 4) == NULL,
           "message %lld: %.*s", (long long) number, (int) text.len,
           text.data);
        n++;
    }

    ok(n > 5, "there are messages");
}


static void
test_found(void)
{
    mt_txn_t     *txn;
    mt_erased_t   erased;

    if (mt_read_begin(f.store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    is_int(mt_erased_find(txn, f.company, MT_STR("nobody"), &erased, f.arena),
           0, "nobody is found");
    mt_read_end(txn);

    is_status(erase("nobody"), MT_NO_SUCH_USER, "nor erased");
}


int
main(void)
{
    int                i;
    int64_t            past, future, dropped, heir;
    mt_txn_t          *txn;
    mt_tally_t         before, after;
    mt_user_t          user;
    mt_key_t           key;
    mt_erased_t        erased;
    mt_checkin_t       in;
    mt_attendee_t      row;
    mt_meeting_edit_t  args;
    mt_erase_search_t  none;

    static const char *const  words[] = {
        "zhang3", "zhangsan-account", "13912345678", "request-of-zhang3",
        "was ill", "has flu", "Zhang San came"
    };

    fixture_open(&f);
    subscribe(&f);

    zhang = fix_user("zhang3", "Zhang San", "zhangsan-account",
                     "13912345678");
    li = fix_user("li4", "Li Si", "lisi", "13912345679");
    (void) fix_user("20230107", "Wang Wu", "wangwu", "13912345670");

    past = past_meeting();
    future = created(&f, edit_new(&f, "li4", 100, 101, "zhang3,li4"));
    dropped = created(&f, edit_new(&f, "li4", 102, 103, "zhang3,li4"));

    args = edit_of(&f, dropped);
    edit_set(&args, drop, refs(&f, "zhang3"));
    is_status(update(&f, args), MT_OK, "taken off a list");

    /* some messages have their events themselves */

    {
        mt_journal_trim_t  trim;

        memset(&trim, 0, sizeof(trim));
        mt_set(&trim, journal_trim, upto, 4);
        mt_set(&trim, journal_trim, copy, 1);
        is_status(fixture_run(&f, &mt_op_journal_trim, &trim), MT_OK,
                  "the journal is trimmed");
    }

    before = tally(&f, past);
    is_int(before.total, 5, "five people");
    is_int(before.signed_in, 2, "two signed in");
    ok(contain("zhangsan-account") > 2, "the account is in several entries");

    test_found();

    heir = erase("zhang3").num;
    ok(heir > 0, "the erasure begins");
    is_int(fixture_verify(&f), 0, "with a whole store");
    is_int(erase("zhang3").num, heir, "again, with the same heir");
    is_int(erase("zhang3").position, 0, "and changes nothing");

    {
        mt_user_edit_t  again;

        memset(&again, 0, sizeof(again));
        mt_set(&again, user_edit, id, MT_STR("zhang3"));
        mt_set(&again, user_edit, name, MT_STR("Zhang San"));
        is_status(fixture_run(&f, &mt_op_user_add, &again), MT_ID_TAKEN,
                  "who is being erased does not come back");
    }

    if (mt_read_begin(f.store, &txn) != MT_OK
        || mt_erased_load(txn, f.company, heir, &erased, f.arena) != 1)
    {
        fixture_die("no person");
    }

    mt_read_end(txn);

    memset(&none, 0, sizeof(none));
    none.erased = &erased;
    is_status(step(&none, 1), MT_BUSY, "no end before all is erased");

    ok(search_all(&erased) > 8, "much is found");
    is_int((int64_t) search_all(&erased), 0, "once");
    is_status(step(&none, 1), MT_OK, "the end");
    is_int(fixture_verify(&f), 0, "a whole store");

    for (i = 0; i < (int) mt_nitems(words); i++) {
        is_int(contain(words[i]), 0, "\"%s\" is nowhere", words[i]);
    }

    is_int(contain("Zhang San"), 0, "nor is the name");
    is_int(rows_of(zhang), 0, "no row has the number");
    ok(contain("lisi") > 0, "others are as they were");

    after = tally(&f, past);
    before.has = after.has;
    is_int(memcmp(&before, &after, sizeof(before)), 0, "the counts hold");

    is_int(attendee(&f, past, heir, &row), 1, "the heir is on the list");
    is_int(row.answer, MT_ANSWER_DECLINED, "with the answer");
    is_int((int64_t) (row.name.len + row.comment.len), 0, "and no text");
    is_int(signed_in(&f, past, heir, &in), 1, "and the check-in");
    is_int((int64_t) in.reason.len, 0, "without its reason");
    is_int(signed_in(&f, past, li, &in), 1, "another one's check-in");
    is_int(in.leader, heir, "was led by the heir");
    is_int(meeting(&f, past).creator, heir, "who has made the meeting");
    is_int((int64_t) meeting(&f, past).speaker.len, 0, "its speaker is gone");
    is_int(attendee(&f, future, heir, &row), 1, "the heir is invited");
    is_int(attendee(&f, dropped, heir, &row), 0, "not where taken off");

    mt_key_num(&key, f.company, zhang);
    is_int(fixture_load(&f, MT_DB_USER, &key, &mt_user_model, &user), 0,
           "no record is left");
    is_status(erase("zhang3"), MT_NO_SUCH_USER, "nobody is there to erase");

    test_messages();
    ok(fix_user("zhang3", "New Zhang", "z3", "13912345678") > 0,
       "the words can be used again");
    is_int(fixture_verify(&f), 0, "the store is whole");

    test_number();
    test_others();

    fixture_close(&f);

    return tap_done();
}

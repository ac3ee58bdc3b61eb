
/* Batches, the journal, determinism. */

#include "tap.h"
#include "fixture.h"


/* Commands read from a journal, to apply them again. */

typedef struct {
    mt_str_t  v[64];
    size_t    n;
} commands_t;


static uint64_t
meta(fixture_t *f, mt_meta_t which)
{
    mt_key_t   key;
    uint64_t   value;
    mt_txn_t  *txn;

    mt_key_meta(&key, which);

    (void) mt_read_begin(f->store, &txn);
    value = mt_get_num_or(txn, MT_DB_META, &key, 0);
    mt_read_end(txn);

    return value;
}


static int
journal(fixture_t *f, uint64_t position, mt_journal_t *entry)
{
    int        found;
    mt_key_t   key;
    mt_txn_t  *txn;

    mt_key_serial(&key, position);

    (void) mt_read_begin(f->store, &txn);
    found = mt_load_copy(txn, MT_DB_JOURNAL, &key, &mt_journal_model, entry,
                         f->arena);
    mt_read_end(txn);

    return found;
}


static mt_meeting_edit_t
meeting_args(const char *id, mt_strs_t *people)
{
    mt_meeting_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, meeting_edit, id, mt_cstr(id));
    mt_set(&args, meeting_edit, subject, MT_STR("Meeting"));
    mt_set(&args, meeting_edit, begin, FIXTURE_NOW + MT_MS_PER_MINUTE);
    mt_set(&args, meeting_edit, end, FIXTURE_NOW + MT_MS_PER_HOUR);
    mt_set(&args, meeting_edit, creator_ref, MT_STR("1"));
    mt_set(&args, meeting_edit, people_refs, *people);
    mt_set(&args, meeting_edit, placeholders, 1);

    return args;
}


static mt_result_t
sign_in(fixture_t *f, int64_t actor, const char *meeting)
{
    mt_checkin_args_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, checkin_args, ref, mt_cstr(meeting));
    mt_set(&args, checkin_args, way, MT_WAY_QR);

    f->actor = actor;

    return fixture_run(f, &mt_op_checkin, &args);
}


/* Commands of many kinds; the last one is rejected. */

static void
live(fixture_t *f)
{
    mt_str_t            refs[4];
    mt_strs_t           people;
    mt_named_t          named;
    mt_login_t          login;
    mt_user_edit_t      user;
    mt_meeting_edit_t   meeting;

    (void) fixture_dept(f, "d", "Department", NULL);
    (void) fixture_user(f, "1", "One", "110", "d");
    (void) fixture_user(f, "", "Two", NULL, NULL);
    (void) fixture_room(f, "r");

    refs[0] = MT_STR("1");
    refs[1] = MT_STR("2");
    refs[2] = MT_STR("stranger");
    refs[3] = MT_STR("77");
    people.v = refs;
    people.n = 4;

    f->now += 1000;
    meeting = meeting_args("m", &people);
    mt_set(&meeting, meeting_edit, room_ref, MT_STR("r"));
    is_int(fixture_run(f, &mt_op_meeting_create, &meeting).status, MT_OK,
           "a meeting with two people whom the directory does not know");

    f->now += 1000;
    is_int(sign_in(f, 1, "m").status, MT_OK, "one signs in");
    is_int(sign_in(f, 2, "m").status, MT_OK, "another");
    is_int(sign_in(f, 2, "m").status, MT_SIGNED_ALREADY, "once");
    f->actor = 0;

    memset(&user, 0, sizeof(user));
    mt_set(&user, user_edit, id, MT_STR("stranger"));
    mt_set(&user, user_edit, name, MT_STR("Known now"));
    mt_set(&user, user_edit, account, MT_STR("known"));
    is_int(fixture_run(f, &mt_op_user_add, &user).status, MT_OK,
           "a placeholder is completed");

    memset(&login, 0, sizeof(login));
    mt_set(&login, login, mobile, MT_STR("110"));
    mt_set(&login, login, md5, MT_STR("0"));
    is_int(fixture_run(f, &mt_op_login, &login).status, MT_BAD_PASSWORD,
           "a log-in that fails");

    memset(&named, 0, sizeof(named));
    mt_set(&named, named, ref, MT_STR("2"));
    is_int(fixture_run(f, &mt_op_user_remove, &named).status, MT_OK,
           "a user goes");
    mt_set(&named, named, ref, MT_STR("r"));
    is_int(fixture_run(f, &mt_op_room_remove, &named).status,
           MT_ROOM_IN_USE, "a room in use stays");
}


static void
test_journal(void)
{
    fixture_t        f;
    mt_result_t      r;
    mt_event_t      *event;
    mt_journal_t     entry;
    mt_command_t     command;
    mt_user_edit_t   args;

    fixture_open(&f);
    is_int(meta(&f, MT_META_POSITION), 1, "the company is the first entry");
    is_int(meta(&f, MT_META_TIME), FIXTURE_NOW, "the time of it");

    f.now += 10;
    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, id, MT_STR("zhang"));
    mt_set(&args, user_edit, account, MT_STR("zhang"));
    r = fixture_run(&f, &mt_op_user_add, &args);
    ok(r.status == MT_OK && r.position == 2 && r.time == f.now,
       "a user is the second");

    is_int(journal(&f, 2, &entry), 1, "it is in the journal");
    is_int(entry.time, f.now, "with its time");
    is_int(entry.company, FIXTURE_COMPANY, "its company");
    event = entry.events.v;
    ok(entry.events.n == 1 && event->type == MT_EVENT_USER_ADD
       && event->num == 1 && mt_str_eq(event->id, MT_STR("zhang")),
       "and what it raised");
    is_int(mt_record_decode(entry.command, &mt_command_model, &command,
                            f.arena), MT_OK, "the command");
    ok(command.op == MT_CODE_user_add && command.time == f.now, "as it was");

    f.now += 10;
    r = fixture_run(&f, &mt_op_user_add, &args);
    ok(r.status == MT_ID_TAKEN && r.position == 0, "a refusal has no place");
    is_int(meta(&f, MT_META_POSITION), 2, "the journal did not grow");
    is_int(meta(&f, MT_META_TIME), FIXTURE_NOW + 10, "nor did time move");

    f.now = FIXTURE_NOW - MT_MS_PER_DAY;
    mt_set(&args, user_edit, id, MT_STR("li"));
    mt_set(&args, user_edit, account, MT_STR("li"));
    r = fixture_run(&f, &mt_op_user_add, &args);
    ok(r.status == MT_OK && r.position == 3, "a clock that was set back");
    is_int(r.time, FIXTURE_NOW + 10, "time never runs back");
    is_int(meta(&f, MT_META_TIME), FIXTURE_NOW + 10, "in the store neither");

    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


static mt_str_t
encode_command(fixture_t *f, int op, mt_str_t body)
{
    mt_buf_t      buf;
    mt_command_t  command;

    memset(&command, 0, sizeof(command));
    command.op = op;
    command.company = FIXTURE_COMPANY;
    command.time = FIXTURE_NOW;
    command.body = body;

    mt_buf_init(&buf, f->arena, 64);
    mt_record_encode(&buf, &mt_command_model, &command, MT_ENCODE_STATE);

    return (mt_str_t) { buf.len, buf.data };
}


static void
test_failures(void)
{
    size_t            i;
    mt_txn_t         *txn;
    mt_machine_t      machine;
    mt_str_t          good, bad[4];
    fixture_t         f;
    mt_result_t       r;
    fixture_digest_t  before;

    fixture_open(&f);
    (void) fixture_user(&f, "1", "One", NULL, NULL);
    before = fixture_digest(&f);
    machine = mt_batch_machine(f.batch);

    good.len = f.call.command.len;
    good.data = f.call.command.data;

    bad[0] = encode_command(&f, 99, MT_STR(""));
    bad[1] = encode_command(&f, MT_CODE_participation, MT_STR(""));
    bad[2] = encode_command(&f, MT_CODE_user_add, MT_STR("\xff\xff\xff"));
    bad[3] = MT_STR("\x07nonsense");

    for (i = 0; i < mt_nitems(bad); i++) {
        is_int(mt_apply_now(f.batch, bad[i], &r), MT_STORE_FAILED,
               "an unreadable command %zu fails its batch", i);
    }

    ok(fixture_same(before, fixture_digest(&f)), "which changes nothing");

    is_int(mt_apply_now(f.batch, good, &r), MT_OK, "the next one runs");
    is_int(r.status, MT_ID_TAKEN, "to a refusal");

    is_int(machine.begin(machine.ctx, &txn), MT_OK, "a batch");
    is_int(machine.apply(machine.ctx, encode_command(&f, MT_CODE_dept_add,
                                             MT_STR("\x12\x01" "d")), &r),
           MT_OK, "with a command");
    ok(r.status == MT_OK && r.position == 3, "that changes something");
    machine.abort(machine.ctx);
    ok(fixture_same(before, fixture_digest(&f)), "aborted: nothing changed");

    is_int(fixture_dept(&f, "d", "D", NULL), 1, "and it can be done again");
    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


static void
test_people(void)
{
    fixture_t     f;
    mt_txn_t     *txn;
    mt_user_t     user;
    mt_key_t      key;
    mt_tally_t    tally;
    mt_journal_t  entry;
    uint64_t      position;
    size_t        i, users;

    fixture_open(&f);
    live(&f);

    (void) mt_read_begin(f.store, &txn);
    ok(mt_find(txn, f.company, MT_NAME_USER, MT_STR("stranger"), &user,
               f.arena) == MT_OK && !user.placeholder,
       "the stranger is in the directory");
    is_int(user.num, 3, "with the number of the placeholder");
    ok(mt_find(txn, f.company, MT_NAME_USER, MT_STR("77"), &user, f.arena)
       == MT_OK && user.placeholder && user.num == 77,
       "\"77\" is a placeholder, number 77");

    mt_key_num(&key, f.company, 1);
    ok(mt_load(txn, MT_DB_TALLY, &key, &mt_tally_model, &tally, f.arena) == 1
       && tally.signed_in == 2, "two signed in");
    mt_read_end(txn);

    users = 0;

    for (position = 1; journal(&f, position, &entry) == 1; position++) {
        for (i = 0; i < entry.events.n; i++) {
            users += ((mt_event_t *) entry.events.v)[i].type
                     == MT_EVENT_USER_ADD;
        }
    }

    is_int(users, 3, "placeholders raise no event, their completion does");
    is_int(position - 1, meta(&f, MT_META_POSITION), "the journal has no gap");

    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


static void
take_journal(fixture_t *f, commands_t *commands)
{
    mt_journal_t  entry;

    for (commands->n = 0;
         commands->n < mt_nitems(commands->v)
         && journal(f, commands->n + 1, &entry) == 1;
         commands->n++)
    {
        commands->v[commands->n] = entry.command;
    }
}


/* Applies the commands in batches of `size`.  Returns the digest of the new
 * store. */

static fixture_digest_t
replay(const commands_t *commands, size_t size)
{
    int               refused;
    size_t            i;
    mt_machine_t      machine;
    mt_txn_t         *txn;
    fixture_t         f;
    mt_result_t       r;
    fixture_digest_t  digest;

    fixture_open_empty(&f);
    machine = mt_batch_machine(f.batch);
    refused = 0;

    for (i = 0; i < commands->n; i++) {
        if (i % size == 0 && machine.begin(machine.ctx, &txn) != MT_OK) {
            fixture_die("no batch");
        }

        if (machine.apply(machine.ctx, commands->v[i], &r) != MT_OK) {
            fixture_die("a command failed");
        }

        refused += r.status != MT_OK || r.position != i + 1;

        if ((i % size == size - 1 || i == commands->n - 1)
            && machine.commit(machine.ctx) != MT_OK)
        {
            fixture_die("a batch failed");
        }
    }

    is_int(refused, 0, "each as before, %zu to a batch", size);
    is_int(fixture_verify(&f), 0, "the store is whole");

    digest = fixture_digest(&f);
    fixture_close(&f);

    return digest;
}


static void
test_replay(void)
{
    fixture_t         f;
    commands_t        commands;
    fixture_digest_t  digest;

    fixture_open(&f);
    live(&f);
    digest = fixture_digest(&f);
    take_journal(&f, &commands);
    ok(commands.n >= 10, "a journal of %zu commands", commands.n);

    ok(fixture_same(digest, replay(&commands, 1)), "an equal store");
    ok(fixture_same(digest, replay(&commands, 3)), "an equal store");
    ok(fixture_same(digest, replay(&commands, mt_nitems(commands.v))),
       "an equal store");

    fixture_close(&f);
}


/* Damages the store behind the engine: mt_verify() must report it. */

static int64_t
breaches_after(mt_db_t db, const mt_key_t *key, mt_str_t value)
{
    int64_t     breaches;
    mt_txn_t   *txn;
    fixture_t   f;

    fixture_open(&f);
    live(&f);

    if (mt_write_begin(f.store, &txn) != MT_OK) {
        fixture_die("no transaction");
    }

    if (value.data) {
        (void) mt_put(txn, db, key, value);

    } else if (mt_del(txn, db, key) != 1) {
        fixture_die("nothing to delete");
    }

    if (mt_write_commit(txn) != MT_OK) {
        fixture_die("cannot break the store");
    }

    breaches = fixture_verify(&f);
    fixture_close(&f);

    return breaches;
}


static void
test_verify(void)
{
    mt_key_t  key;
    mt_str_t  none;

    none.len = 0;
    none.data = NULL;

    mt_key_name(&key, FIXTURE_COMPANY, MT_NAME_USER, MT_STR("1"));
    ok(breaches_after(MT_DB_NAME, &key, none) == 1, "a name missing");

    mt_key_name(&key, FIXTURE_COMPANY, MT_NAME_PHONE, MT_STR("119"));
    ok(breaches_after(MT_DB_NAME, &key, MT_STR("\0\0\0\0\0\0\0\1")) == 1,
       "a name too many");

    mt_key_num2(&key, FIXTURE_COMPANY, 1, 1);
    ok(breaches_after(MT_DB_MEMBER, &key, none) == 1, "a member missing");
    ok(breaches_after(MT_DB_CHECKIN, &key, none) == 1, "a check-in missing");
    ok(breaches_after(MT_DB_ATTENDEE, &key, none) >= 1, "a person missing");
    ok(breaches_after(MT_DB_SPONSORED, &key, none) == 1,
       "an index entry missing");

    mt_key_num2(&key, FIXTURE_COMPANY, 1, 99);
    ok(breaches_after(MT_DB_MEMBER, &key, MT_STR("")) == 1,
       "a member too many");
    ok(breaches_after(MT_DB_SPONSORED, &key, MT_STR("")) == 1,
       "an index entry too many");

    mt_key_booking(&key, FIXTURE_COMPANY, 1, FIXTURE_NOW + 1, 9);
    ok(breaches_after(MT_DB_BOOKING, &key, MT_STR("\1\0\0\0\0\0\0\0")) >= 1,
       "a booking too many");

    mt_key_num(&key, FIXTURE_COMPANY, 1);
    ok(breaches_after(MT_DB_TALLY, &key, none) >= 1, "a tally missing");
    ok(breaches_after(MT_DB_USER, &key, none) >= 1, "a user missing");
    ok(breaches_after(MT_DB_MEETING, &key, none) >= 1, "a meeting missing");
    ok(breaches_after(MT_DB_MEETING, &key, MT_STR("\xff")) >= 1,
       "a meeting that does not decode");
    ok(breaches_after(MT_DB_SESSION, &key, MT_STR("")) == 0,
       "a session without a caller's name is one");

    mt_key_company(&key, FIXTURE_COMPANY);
    ok(breaches_after(MT_DB_USAGE, &key, none) == 3, "a usage missing");

    mt_key_serial(&key, 2);
    ok(breaches_after(MT_DB_JOURNAL, &key, none) == 2,
       "a gap, and bytes that are not there");
    mt_key_serial(&key, 999);
    ok(breaches_after(MT_DB_JOURNAL, &key, MT_STR("")) >= 1,
       "a journal beyond its position");
}


int
main(void)
{
    test_journal();
    test_failures();
    test_people();
    test_replay();
    test_verify();

    return tap_done();
}

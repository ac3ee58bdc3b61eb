
/* Background jobs: reminders, and the deletion of old records. */

#include "background/mt_job_housekeeping.h"
#include "background/mt_job_release.h"
#include "background/mt_job_retention.h"
#include "event/mt_job_reminders.h"
#include "event_fixture.h"
#include "meeting_fixture.h"


/* More than a job commits at a time. */
#define MANY  130


static fixture_t                f;
static mt_background_t         *bg;
static mt_background_options_t  options;
static uint64_t                 counts[MT_COUNTS];


static mt_background_state_t
state(void *data)
{
    (void) data;

    return MT_BACKGROUND_GO;
}


static void
note(void *data, int level, const char *text)
{
    (void) data;

    printf("# log %d: %s\n", level, text);
}


static void
count(void *data, mt_count_t what, uint64_t n)
{
    (void) data;

    counts[what] += n;
}


static void
background_open(const mt_job_t *const *jobs)
{
    memset(counts, 0, sizeof(counts));

    options.jobs = jobs;
    options.settings = &f.settings;
    options.connections = 4;
    options.state = state;
    options.log = note;
    options.count = count;

    bg = mt_background_create(&options);
    if (bg == NULL) {
        fixture_die("no background");
    }
}


/* Runs a turn and applies its commands.  Returns how many there are. */

static unsigned
turn(void)
{
    unsigned                  n;
    mt_result_t               result;
    mt_background_command_t  *command;

    (void) mt_background_turn(bg, f.store);

    for (n = 0; (command = mt_background_take(bg)) != NULL; n++) {
        if (mt_apply_now(f.batch, command->command, &result) != MT_OK) {
            fixture_die("a command failed");
        }

        is_int(result.status, MT_OK, "nothing is refused");
        mt_background_done(bg, command, &result);
    }

    return n;
}


/* Runs turns until there is nothing to do, even after a rest.  Returns the
 * most commands of one turn. */

static unsigned
turns(void)
{
    unsigned  n, most, idle;

    most = 0;

    for (idle = 0; idle < 2; idle++) {
        while ((n = turn()) > 0) {
            most = n > most ? n : most;
            idle = 0;
        }

        (void) usleep(150000);
    }

    return most;
}


static mt_store_stat_t
stat_of(void)
{
    mt_store_stat_t  stat;

    if (mt_store_stat(f.store, &stat) != MT_OK) {
        fixture_die("no statistics");
    }

    return stat;
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


static const mt_job_t *const  housekeeping[] = { &mt_job_housekeeping, NULL };
static const mt_job_t *const  release[] = { &mt_job_release, NULL };
static const mt_job_t *const  retention[] = { &mt_job_retention, NULL };
static const mt_job_t *const  reminders[] = { &mt_job_reminders, NULL };


/* Sessions of two companies, opened long ago; two users have newer ones. */

static void
test_sessions(void)
{
    int64_t  i, users[MANY];

    for (i = 0; i < MANY; i++) {
        users[i] = fixture_user(&f, "", "", NULL, NULL);
        sign_in(FIXTURE_COMPANY, users[i], "a");
    }

    f.company = 2000;
    (void) fixture_company(&f, 2000);
    i = fixture_user(&f, "", "", NULL, NULL);
    sign_in(2000, i, "a");
    f.company = FIXTURE_COMPANY;

    f.now = mt_realtime_ms();
    sign_in(FIXTURE_COMPANY, users[0], "b");
    sign_in(FIXTURE_COMPANY, users[1], "a");

    options.session_ttl = MT_MS_PER_DAY;
    background_open(housekeeping);

    is_int(turns(), 1, "one command at a time");
    is_int(counts[MT_COUNT_SESSIONS], MANY, "the old ones are ended");
    is_int(stat_of().entries[MT_DB_SESSION], 2, "the others are there");

    mt_background_destroy(bg);
}


static int64_t
trim(int64_t age, uint64_t size)
{
    options.journal_age = age;
    options.journal_size = size;

    background_open(housekeeping);
    is_int(turns() <= 1, 1, "one command at a time");
    mt_background_destroy(bg);

    return (int64_t) counts[MT_COUNT_JOURNAL];
}


/* Old entries, and four new ones, of the ends of sessions. */

static void
test_journal(void)
{
    int        i;
    int64_t    age;
    uint64_t   before, bytes;
    mt_txn_t  *txn;

    before = stat_of().entries[MT_DB_JOURNAL];
    age = mt_realtime_ms() - FIXTURE_NOW;

    is_int(trim(0, 0), 0, "it is kept for ever");
    is_int(trim(2 * age, 1 << 30), 0, "it is neither old nor large");
    is_int(trim(age - age / 32, 0), 0, "what is a little too old is let be");

    is_int(trim(MT_MS_PER_DAY, 0), (int64_t) before - 5, "what is old goes");
    is_int(stat_of().entries[MT_DB_JOURNAL], 6,
           "the young entries are there, and that of the trimming");
    is_int(trim(MT_MS_PER_DAY, 0), 0, "once");

    for (i = 0; i < 700; i++) {
        (void) fixture_dept(&f, "", "name", NULL);
    }

    if (mt_read_begin(f.store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    bytes = mt_db_bytes(txn, MT_DB_JOURNAL);
    mt_read_end(txn);

    ok(bytes > 16 * 1024, "it is large");
    is_int(trim(0, bytes), 0, "as large as it may be");
    is_int(trim(0, bytes - 1), 500, "too large: a part goes");
    ok(trim(0, 1) > 200, "all of it");

    /* messages in the outbox get copies of what they need */

    subscribe(&f);
    (void) fixture_dept(&f, "told", "told", NULL);

    for (i = 0; i < 20; i++) {
        (void) fixture_dept(&f, "", "told", NULL);
    }

    ok(trim(0, 1) >= 21, "entries of messages go");
    is_int(fixture_verify(&f), 0, "and the messages are whole");
    is_int(event_done(&f, &mt_op_event_delivered, 1, 21).num, 21,
           "they are delivered");
}


static void
test_reminders(void)
{
    int                i;
    mt_meeting_edit_t  args;

    background_open(reminders);
    is_int(turns(), 0, "none is due");

    f.now = mt_realtime_ms();
    args = edit_new(&f, "1", 10, 11, "1,2");
    edit_set(&args, begin, f.now + HOUR);
    edit_set(&args, end, f.now + 2 * HOUR);
    edit_set(&args, notice, 15 + 2);
    (void) create(&f, args);

    for (i = 0; i < MANY; i++) {
        args = edit_new(&f, "1", 10, 11, "1");
        edit_set(&args, begin, f.now + 3000);
        edit_set(&args, end, f.now + HOUR);
        edit_set(&args, notice, 2);
        is_int(create(&f, args).status, MT_OK, "a meeting");
    }

    is_int(turns(), 0, "not yet");

    while (mt_realtime_ms() < f.now + 3000) {
        (void) usleep(10000);
    }

    is_int(turns(), 100, "as many as may be at a time");
    is_int(counts[MT_COUNT_REMINDERS], MANY, "those that are due");
    is_int(turns(), 0, "once");

    mt_background_destroy(bg);
}


static int64_t
booked(const char *room, int64_t begin, int64_t sign)
{
    mt_meeting_edit_t  args;

    args = edit_new(&f, "1", 10, 11, "1,2");
    edit_set(&args, begin, f.now + begin);
    edit_set(&args, end, f.now + begin + HOUR);
    edit_set(&args, room_ref, mt_cstr(room));
    edit_set(&args, sign, sign);

    return created(&f, args);
}


/* A room that is open at whatever time of day the test runs. */

static void
always_open(const char *id)
{
    mt_room_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, room_edit, id, mt_cstr(id));
    mt_set(&args, room_edit, name, mt_cstr(id));
    mt_set(&args, room_edit, open, 0);
    mt_set(&args, room_edit, close, 1440);

    (void) fixture_made(fixture_run(&f, &mt_op_room_add, &args),
                        "cannot add a room");
}


/* Each room has one reason of its own to stay booked, but the first. */

static void
test_release(void)
{
    int64_t            i, num[7], room;
    char               id[8];
    mt_checkin_args_t  args;

    f.now = mt_realtime_ms();
    options.release_after = MINUTE;

    for (i = 0; i < 7; i++) {
        (void) snprintf(id, sizeof(id), "room%d", (int) i);
        always_open(id);
    }

    num[0] = booked("room0", -2 * MINUTE, MT_SIGN_DEFAULT);
    num[1] = booked("room1", -MINUTE / 2, MT_SIGN_DEFAULT);
    num[2] = booked("room2", MINUTE, MT_SIGN_DEFAULT);
    num[3] = booked("room3", -2 * MINUTE, MT_SIGN_NONE);
    num[4] = booked("room4", -2 * MINUTE, MT_SIGN_DEFAULT);
    num[5] = booked("room5", -2 * MINUTE, MT_SIGN_DEFAULT);
    num[6] = booked("room6", -HOUR, MT_SIGN_DEFAULT);

    args = checkin_args(&f, num[4], "1", "r");
    is_status(checkin(&f, 2, args), MT_OK, "somebody came");
    is_status(act(&f, &mt_op_meeting_keep, num[5], 2, MT_MAY_MANAGER, 0),
              MT_FORBIDDEN, "an attendee is no host");
    is_status(act(&f, &mt_op_meeting_keep, num[5], 1, MT_MAY_MANAGER, 0),
              MT_OK, "a host keeps it");
    is_int(act(&f, &mt_op_meeting_keep, num[5], 1, MT_MAY_MANAGER,
               0).position, 0, "once");
    is_status(act(&f, &mt_op_meeting_keep, num[6], 1, MT_MAY_MANAGER, 0),
              MT_ENDED, "it is over");

    background_open(release);
    is_int(turns(), 1, "one command");
    is_int(counts[MT_COUNT_RELEASED], 1, "one room");
    mt_background_destroy(bg);

    for (i = 1; i < 7; i++) {
        ok(meeting(&f, num[i]).room != 0, "meeting %d has its room", (int) i);
    }

    room = meeting(&f, num[1]).room - 1;
    is_int(meeting(&f, num[0]).room, 0, "the deserted one has none");
    is_int(meeting(&f, num[0]).released, room, "and tells which it was");
    is_status(act(&f, &mt_op_meeting_keep, num[0], 1, MT_MAY_MANAGER, 0),
              MT_NO_SUCH_ROOM, "too late to keep it");

    num[0] = booked("room0", -2 * MINUTE, MT_SIGN_NONE);
    ok(num[0] > 0, "somebody else takes it");

    options.release_after = 0;
}


/* Companies have their meetings purged one after the other. */

static void
test_retention(void)
{
    int       i;
    int64_t   kept;

    f.now = mt_realtime_ms();
    options.meeting_age = HOUR;

    for (i = 0; i < MANY; i++) {
        (void) booked("", -3 * HOUR - MINUTE, MT_SIGN_DEFAULT);
    }

    kept = booked("", -HOUR, MT_SIGN_DEFAULT);

    f.company = 3000;
    (void) fixture_company(&f, 3000);
    (void) fixture_user(&f, "1", "one", NULL, NULL);
    (void) fixture_user(&f, "2", "two", NULL, NULL);
    (void) booked("", -3 * HOUR, MT_SIGN_DEFAULT);
    f.company = FIXTURE_COMPANY;

    background_open(retention);
    is_int(turns(), 1, "one command at a time");
    ok(counts[MT_COUNT_PURGED] > MANY, "those of both companies");
    mt_background_destroy(bg);

    is_int(meeting(&f, kept).num, kept, "a meeting that has just ended stays");
    is_int(entries(&f, MT_DB_MEETING, &(mt_key_t) { 4, { 0, 0, 11, 184 } }), 0,
           "none is left in the other company");

    options.meeting_age = 0;

    background_open(retention);
    is_int(turns(), 0, "nothing is purged without a limit");
    mt_background_destroy(bg);
}


int
main(void)
{
    if (mt_outgoing_init() != 0) {
        fixture_die("no libcurl");
    }

    fixture_open(&f);
    (void) fixture_user(&f, "1", "one", NULL, NULL);
    (void) fixture_user(&f, "2", "two", NULL, NULL);

    test_sessions();
    test_journal();
    test_reminders();
    test_release();
    test_retention();

    is_int(fixture_verify(&f), 0, "the store verifies");

    fixture_close(&f);

    return tap_done();
}


/* Acts of hosts about one attendee: by hand, undo, excuse. */

#include "meeting_fixture.h"

#include "domain/checkin/mt_checkin.h"


#define ADMIN  4


static mt_result_t
host_act(fixture_t *f, const mt_operation_t *op, int64_t actor, int64_t num,
    const char *person, const char *reason, const char *request)
{
    int64_t        before;
    mt_result_t    result;
    mt_host_act_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, host_act, ref,
           mt_arena_printf(f->arena, "%lld", (long long) num));
    mt_set(&args, host_act, person, mt_cstr(person));
    mt_set(&args, host_act, reason, mt_cstr(reason));
    mt_set(&args, host_act, request, mt_cstr(request));
    mt_set(&args, host_act, excused, 1);

    before = f->actor;
    f->actor = actor;
    result = fixture_run(f, op, &args);
    f->actor = before;

    return result;
}


static mt_result_t
add_at(fixture_t *f, int64_t num, const char *person, int64_t time,
    int operator)
{
    int64_t        before;
    mt_result_t    result;
    mt_host_act_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, host_act, ref,
           mt_arena_printf(f->arena, "%lld", (long long) num));
    mt_set(&args, host_act, person, mt_cstr(person));
    mt_set(&args, host_act, time, time);
    mt_set(&args, host_act, operator, operator);

    before = f->actor;
    f->actor = operator ? 0 : 1;
    result = fixture_run(f, &mt_op_checkin_add, &args);
    f->actor = before;

    return result;
}


static int64_t
held(fixture_t *f)
{
    mt_meeting_edit_t  args;

    args = edit_new(f, "1", 10, 12, "1,2,3,5");
    edit_set(&args, leader_refs, refs(f, "2"));

    return created(f, args);
}


static void
make_admin(fixture_t *f)
{
    mt_user_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, ref, MT_STR("4"));
    mt_set(&args, user_edit, admin, 1);
    mt_set(&args, user_edit, account, MT_STR("boss"));
    is_status(fixture_run(f, &mt_op_user_update, &args), MT_OK, "an admin");

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, ref, MT_STR("3"));
    mt_set(&args, user_edit, account, MT_STR("three"));
    mt_set(&args, user_edit, phone, MT_STR("13800000003"));
    is_status(fixture_run(f, &mt_op_user_update, &args), MT_OK, "a phone");
}


static void
test_may(fixture_t *f)
{
    int64_t  num;

    f->now = DAY0 + 10 * HOUR;
    num = held(f);

    is_status(host_act(f, &mt_op_checkin_add, 3, num, "3", "", ""),
              MT_FORBIDDEN, "an attendee is no host");
    is_status(host_act(f, &mt_op_checkin_add, 0, num, "3", "", ""),
              MT_FORBIDDEN, "nobody is no host");
    is_status(host_act(f, &mt_op_checkin_add, 1, num, "3", "", ""), MT_OK,
              "the creator");
    is_status(host_act(f, &mt_op_checkin_add, 2, num, "5", "", ""), MT_OK,
              "a leader");
    is_status(host_act(f, &mt_op_checkin_add, ADMIN, num, "1", "", ""), MT_OK,
              "an administrator");
    is_status(host_act(f, &mt_op_checkin_undo, 5, num, "5", "x", ""),
              MT_FORBIDDEN, "no attendee undoes a sign-in, even their own");
    is_status(host_act(f, &mt_op_excuse, 5, num, "5", "x", ""), MT_FORBIDDEN,
              "nor excuses");
    is_int(tally(f, num).signed_in, 3, "counted");
}


/* Every spelling of an attendee. */

static void
test_person(fixture_t *f)
{
    size_t              i;
    int64_t             num;
    mt_str_t            id;
    mt_person_t         people[3];
    mt_result_t         result;
    mt_checkin_t        row;
    mt_attendee_t       guest;
    mt_meeting_edit_t   args;
    static const char  *users[] = {
        "3", "three", "13800000003", "+86 138-0000-0003"
    };

    f->now = DAY0 + 10 * HOUR;

    people[0] = person("3", NULL, NULL);
    people[1] = person("", NULL, "a guest");
    people[2] = person("5", "badge-5", NULL);

    args = edit_new(f, "1", 10, 12, "");
    args.has &= ~MT_BIT(meeting_edit, people_refs);
    edit_set(&args, people, ((mt_objs_t) { 3, people }));
    num = created(f, args);

    for (i = 0; i < mt_nitems(users); i++) {
        is_status(host_act(f, &mt_op_checkin_add, 1, num, users[i], "", ""),
                  MT_OK, "signed in as %s", users[i]);
        is_status(host_act(f, &mt_op_checkin_undo, 1, num, users[i], "try",
                           ""), MT_OK, "and undone");
    }

    mt_meeting_t  m = meeting(f, num);

    id = mt_attendance_id(f->arena, &m, MT_GUEST_SLOT + 1);
    ok(attendee(f, num, MT_GUEST_SLOT + 1, &guest) == 1, "the guest's row");

    id = mt_arena_printf(f->arena, "%.*s", (int) id.len, id.data);
    is_status(host_act(f, &mt_op_checkin_add, 1, num, id.data, "badge", ""),
              MT_OK, "a guest by the attendance's id");
    ok(signed_in(f, num, MT_GUEST_SLOT + 1, &row) == 1, "is signed in");
    is_int(row.way, MT_WAY_HAND, "by hand");
    is_int(row.by, 1, "by whom");
    is_str(row.reason, "badge", "and why");

    is_status(host_act(f, &mt_op_checkin_add, 1, num, "badge-5", "", ""),
              MT_OK, "by an id that the client chose");
    ok(signed_in(f, num, 5, &row) == 1, "is user 5");

    result = host_act(f, &mt_op_checkin_add, 1, num, "nobody", "", "");
    is_status(result, MT_NOT_LISTED, "an unknown one");
    is_int(result.field, MT_host_act_person, "names the field");
    is_status(host_act(f, &mt_op_checkin_add, 1, num, "4", "", ""),
              MT_NOT_LISTED, "a user who is not on the list");
    is_status(host_act(f, &mt_op_checkin_add, 1, num,
                       "00000000000000000000000000000000", "", ""),
              MT_NOT_LISTED, "an id of the same form");
}


static void
test_undo(fixture_t *f)
{
    int                i;
    int64_t            num;
    mt_result_t        result;
    mt_undone_t        undone;
    mt_key_t           key;
    mt_checkin_args_t  args;

    f->now = DAY0 + 10 * HOUR + MINUTE;
    num = held(f);

    result = host_act(f, &mt_op_checkin_undo, 2, num, "3", "wrong", "");
    is_status(result, MT_NOT_SIGNED, "nothing to undo");

    args = checkin_args(f, num, "2", "scan-1");
    is_status(checkin(f, 3, args), MT_OK, "signed in");
    is_int(tally(f, num).late, 1, "late");

    result = host_act(f, &mt_op_checkin_undo, 2, num, "3", "", "");
    is_status(result, MT_MISSING, "a reason is wanted");
    is_int(result.field, MT_host_act_reason, "names the field");

    f->now += MINUTE;
    is_status(host_act(f, &mt_op_checkin_undo, 2, num, "3", "for a friend",
                       ""), MT_OK, "undone");
    is_int(tally(f, num).signed_in, 0, "counts no more");
    is_int(tally(f, num).late, 0, "nor as late");

    is_status(checkin(f, 3, args), MT_UNDONE, "the retry never signs again");
    is_status(host_act(f, &mt_op_checkin_add, 2, num, "3", "", "scan-1"),
              MT_UNDONE, "by hand neither");
    f->now = DAY0 + 13 * HOUR;
    is_status(checkin(f, 3, args), MT_UNDONE, "nor after the end");
    f->now = DAY0 + 10 * HOUR + 3 * MINUTE;

    args = checkin_args(f, num, "2", "scan-2");
    is_status(checkin(f, 3, args), MT_OK, "a new request does");
    is_int(tally(f, num).signed_in, 1, "counts");

    mt_key_num2(&key, f->company, num, 3);
    ok(fixture_load(f, MT_DB_UNDONE, &key, &mt_undone_model, &undone) == 1,
       "what was undone is kept");
    is_int(undone.checkins.n, 1, "one");

    mt_undone_checkin_t  *kept = undone.checkins.v;

    is_str(kept->request, "scan-1", "its request");
    is_int(kept->time, DAY0 + 10 * HOUR + MINUTE, "its time");
    is_int(kept->late, 1, "late");
    is_int(kept->leader, 2, "leader");
    is_int(kept->undone, DAY0 + 10 * HOUR + 2 * MINUTE, "when it was undone");
    is_int(kept->undone_by, 2, "by whom");
    is_str(kept->undone_why, "for a friend", "why");

    for (i = 0; i < MT_UNDONE_MAX - 1; i++) {
        is_status(host_act(f, &mt_op_checkin_undo, 1, num, "3", "again", ""),
                  MT_OK, "undone %d", i);
        is_status(host_act(f, &mt_op_checkin_add, 1, num, "3", "", ""), MT_OK,
                  "and again");
    }

    is_status(host_act(f, &mt_op_checkin_undo, 1, num, "3", "again", ""),
              MT_TOO_MANY, "an end of it");
    is_int(tally(f, num).signed_in, 1, "the last one stays");
}


static void
test_times(fixture_t *f)
{
    int64_t       num;
    mt_result_t   result;
    mt_checkin_t  row;

    f->now = DAY0 + 9 * HOUR;
    num = held(f);
    is_status(act(f, &mt_op_meeting_cancel, num, 1, MT_MAY_CREATOR,
                  MT_WHEN_OPEN), MT_OK, "cancelled");
    is_status(host_act(f, &mt_op_checkin_add, 1, num, "3", "", ""),
              MT_CANCELLED, "nothing to correct");

    f->now = DAY0 + 11 * HOUR;
    f->settings.grace = 5 * MINUTE;
    num = held(f);

    result = add_at(f, num, "3", DAY0 + 9 * HOUR - 1, 0);
    is_status(result, MT_TOO_EARLY, "before it opens");
    is_int(result.field, MT_host_act_time, "names the field");
    is_status(add_at(f, num, "3", f->now + 1, 0), MT_BAD_VALUE,
              "in the future");

    is_status(add_at(f, num, "3", DAY0 + 9 * HOUR - 1, 1), MT_OK,
              "an operator knows better");
    is_status(add_at(f, num, "2", DAY0 + 10 * HOUR + 5 * MINUTE, 0), MT_OK,
              "in time");
    is_status(add_at(f, num, "1", DAY0 + 10 * HOUR + 5 * MINUTE + 1, 0),
              MT_OK, "late");
    is_int(tally(f, num).late, 1, "the time of the act decides");

    f->now = DAY0 + 12 * HOUR + 7 * MT_MS_PER_DAY;
    is_status(add_at(f, num, "5", DAY0 + 12 * HOUR + 1, 0), MT_ENDED,
              "after the end");
    is_status(add_at(f, num, "5", 0, 0), MT_OK, "without a time");
    ok(signed_in(f, num, 5, &row) == 1 && row.time == DAY0 + 12 * HOUR,
       "it happened at the end");

    result = add_at(f, num, "5", 0, 0);
    is_status(result, MT_SIGNED_ALREADY, "only once");
    is_int(result.detail, DAY0 + 12 * HOUR, "with the time of the first");

    f->now++;
    is_status(host_act(f, &mt_op_checkin_undo, 1, num, "5", "late", ""),
              MT_TOO_LATE, "a week after the end hosts correct no more");

    f->settings.grace = 0;
}


static void
test_retry(fixture_t *f)
{
    int64_t      num;
    mt_result_t  result;

    f->now = DAY0 + 10 * HOUR;
    num = held(f);

    is_status(host_act(f, &mt_op_checkin_add, 1, num, "3", "", "key"), MT_OK,
              "by hand");
    result = host_act(f, &mt_op_checkin_add, 1, num, "3", "", "key");
    is_status(result, MT_OK, "its repeat is harmless");
    is_int(result.position, 0, "and writes nothing");
    is_status(host_act(f, &mt_op_checkin_add, 1, num, "3", "", "other"),
              MT_SIGNED_ALREADY, "another is told");
}


static void
test_excuse(fixture_t *f)
{
    int64_t        num;
    mt_result_t    result;
    mt_host_act_t  args;
    mt_attendee_t  row;

    f->now = DAY0 + 10 * HOUR;
    num = held(f);

    is_status(host_act(f, &mt_op_excuse, 1, num, "3", "ill", ""), MT_OK,
              "excused");
    is_int(tally(f, num).declined, 1, "counts as on leave");
    ok(attendee(f, num, 3, &row) == 1, "the row");
    is_int(row.answer, MT_ANSWER_DECLINED, "its answer");
    is_str(row.comment, "ill", "its reason");

    result = host_act(f, &mt_op_excuse, 1, num, "3", "ill", "");
    is_int(result.position, 0, "again writes nothing");

    memset(&args, 0, sizeof(args));
    mt_set(&args, host_act, ref,
           mt_arena_printf(f->arena, "%lld", (long long) num));
    mt_set(&args, host_act, person, MT_STR("3"));
    mt_set(&args, host_act, operator, 1);
    is_status(fixture_run(f, &mt_op_excuse, &args), MT_OK, "taken back");
    is_int(tally(f, num).declined, 0, "counts no more");
    ok(attendee(f, num, 3, &row) == 1, "the row");
    is_str(row.comment, "", "without a reason");
    is_int(fixture_run(f, &mt_op_excuse, &args).position, 0,
           "again writes nothing");
}


int
main(void)
{
    fixture_t  f;

    fixture_open(&f);
    users(&f, 5);
    make_admin(&f);

    test_may(&f);
    test_person(&f);
    test_retry(&f);
    test_excuse(&f);
    test_undo(&f);
    test_times(&f);

    is_int(fixture_verify(&f), 0, "the store's invariants hold");
    ok(replays(&f, 7) && replays(&f, 1000), "a replay gives an equal store");

    fixture_close(&f);

    return tap_done();
}

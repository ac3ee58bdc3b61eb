
#include "meeting_fixture.h"


#define edit_list(args, name, ...)                                            \
    do {                                                                      \
        static mt_person_t  list_[8];                                         \
        const mt_person_t   given_[] = { __VA_ARGS__ };                       \
                                                                              \
        memcpy(list_, given_, sizeof(given_));                                \
        edit_set(&args, name,                                                 \
                 ((mt_objs_t) { mt_nitems(given_), list_ }));                 \
    } while (0)


static int
listed(fixture_t *f, int64_t num, int64_t slot)
{
    mt_attendee_t  row;

    return attendee(f, num, slot, &row);
}


static const char *
attendance(fixture_t *f, int64_t num, int64_t slot)
{
    mt_meeting_t  m;

    m = meeting(f, num);

    return mt_arena_str(f->arena, mt_attendance_id(f->arena, &m, slot)).data;
}


static void
test_create(fixture_t *f)
{
    mt_tally_t          t;
    mt_result_t         result;
    mt_meeting_t        m;
    mt_meeting_edit_t   args;
    mt_meeting_view_t  *view;

    args = edit_new(f, "1", 10, 12, "3,1,3");
    edit_set(&args, content, MT_STR("content"));
    edit_set(&args, client_created, 5);
    result = create(f, args);
    is_status(result, MT_OK, "made");

    view = f->call.reply;
    is_int(view->meeting.num, result.num, "and replied");
    is_str(view->creator.name, "1", "with its creator");

    m = meeting(f, result.num);
    is_str(m.subject, "meeting", "subject");
    is_str(m.content, "content", "content");
    is_int(m.client_created, 5, "the client's time");
    is_int(m.creator, 1, "creator");
    is_int(m.created, f->now, "created");
    is_int(m.checked, MT_CHECK_PASSED, "nobody has to approve it");
    is_int(m.begin_offset, 28800, "offset of the begin");
    is_int(m.end_offset, 28800, "offset of the end");
    is_int(m.id.len, 32, "an id of 32 digits");
    is_int(m.seed.len, 16, "a seed");
    is_int(m.attendee_code.len, 11, "the attendees' code");
    is_int(m.host_code.len, 11, "the host's code");
    ok(!mt_str_eq(m.host_code, m.attendee_code), "which differ");
    is_int(m.pcode1.len, 18, "18 digits");
    is_int(m.pcode2.len, 18, "18 more");
    is_int(m.billing_code.len, 8, "8 digits");

    t = tally(f, result.num);
    is_int(t.total, 2, "a person named twice is one");
    ok(listed(f, result.num, 1) && listed(f, result.num, 3), "both listed");

    args = edit_new(f, "1", 10, 12, "");
    args.has &= ~MT_BIT(meeting_edit, end);
    result = create(f, args);
    is_int(meeting(f, result.num).end, DAY0 + 12 * HOUR,
           "a length where only the begin is given");

    memset(&args, 0, sizeof(args));
    edit_set(&args, begin, DAY0);
    f->actor = 2;
    result = create(f, args);
    f->actor = 0;
    is_int(meeting(f, result.num).creator, 2, "who asks is the creator");
}


static void
test_create_refused(fixture_t *f)
{
    mt_result_t         result;
    fixture_digest_t    before;
    mt_meeting_edit_t   args;

    before = fixture_digest(f);

    args = edit_new(f, "1", 10, 10, "1");
    is_status(create(f, args), MT_BAD_TIMES, "must end after it begins");

    args.has &= ~MT_BIT(meeting_edit, begin);
    is_status(create(f, args), MT_MISSING, "must begin");

    is_status(create(f, edit_new(f, "99", 1, 2, "1")), MT_NO_SUCH_USER,
              "unknown creator");

    result = create(f, edit_new(f, "1", 1, 2, "1,99"));
    is_status(result, MT_NO_SUCH_USER, "unknown attendee");
    is_int(result.field, MT_meeting_edit_people_refs, "in people_refs");
    is_int(result.item, 2, "the second");

    args = edit_new(f, "1", 1, 2, "1");
    edit_list(args, people, person("1", NULL, NULL), person("", NULL, "g"),
              person("77", NULL, NULL));
    result = create(f, args);
    is_status(result, MT_NO_SUCH_USER, "unknown person");
    is_int(result.field, MT_meeting_edit_people, "in people");
    is_int(result.item, 3, "the third");

    args = edit_new(f, "1", 1, 2, "1");
    edit_set(&args, dept_ref, MT_STR("9"));
    is_status(create(f, args), MT_NO_SUCH_DEPT, "unknown department");

    args = edit_new(f, "1", 1, 2, "1");
    edit_set(&args, room_ref, MT_STR("9"));
    is_status(create(f, args), MT_NO_SUCH_ROOM, "unknown room");

    args = edit_new(f, "1", 1, 2, "1");
    edit_set(&args, sign, MT_SIGN_WANTED);
    is_status(create(f, args), MT_NO_LEADER, "sign-in needs a leader");

    edit_set(&args, leader_refs, refs(f, "1,2,3,4,5,6"));
    is_status(create(f, args), MT_TOO_MANY_LEADERS, "six are too many");

    edit_set(&args, leader_refs, refs(f, "1,98"));
    result = create(f, args);
    is_status(result, MT_NO_SUCH_USER, "unknown leader");
    is_int(result.item, 2, "the second");

    args = edit_new(f, "1", 1, 2, "1");
    edit_list(args, people, person("1", "a", NULL), person("2", "a", NULL));
    result = create(f, args);
    is_status(result, MT_ID_TAKEN, "an attendance's id given twice");
    is_int(result.item, 2, "the second");

    args = edit_new(f, "new", 1, 2, "newer");
    edit_set(&args, placeholders, 1);
    edit_set(&args, dept_ref, MT_STR("9"));
    is_status(create(f, args), MT_NO_SUCH_DEPT, "refused");

    ok(fixture_same(before, fixture_digest(f)), "no refusal leaves a trace");

    args = edit_new(f, "1", 1, 2, "1");
    edit_set(&args, sign, MT_SIGN_WANTED);
    edit_set(&args, leader_refs, refs(f, "1,2,3,4,5,1,5"));
    result = create(f, args);
    is_status(result, MT_OK, "five leaders, some twice");
    is_int(meeting(f, result.num).leaders.n, 5, "are five");
}


static void
test_ids(fixture_t *f)
{
    int64_t             num;
    mt_result_t         result;
    mt_meeting_edit_t   args;

    args = edit_new(f, "1", 1, 2, "1");
    edit_set(&args, id, MT_STR("500"));
    is_int(created(f, args), 500, "a decimal id claims its number");
    is_status(create(f, args), MT_ID_TAKEN, "once");

    edit_set(&args, id, MT_STR("mine"));
    num = created(f, args);
    result = create(f, args);
    is_status(result, MT_ID_TAKEN, "an id is unique");
    is_int(result.field, MT_meeting_edit_id, "its field");

    args = edit_of(f, num);
    edit_set(&args, ref, MT_STR("mine"));
    edit_set(&args, id, MT_STR("other"));
    is_status(update(f, args), MT_OK, "updated by id");
    is_str(meeting(f, num).id, "mine", "which stays");
}


static void
test_placeholders(fixture_t *f)
{
    int64_t             num, who;
    mt_key_t            key;
    mt_user_t           user;
    mt_meeting_t        m;
    mt_attendee_t       row;
    mt_meeting_edit_t   args;

    args = edit_new(f, "boss", 1, 2, "oid1,boss,2,700,oid1");
    edit_set(&args, placeholders, 1);
    edit_set(&args, creator_name, MT_STR("The Boss"));
    edit_set(&args, creator_listed, MT_ANSWER_ACCEPTED);
    edit_set(&args, leader_refs, refs(f, "oid2"));
    num = created(f, args);

    m = meeting(f, num);
    is_int(tally(f, num).total, 4, "boss, oid1, 2 and 700");
    is_int(tally(f, num).accepted, 1, "the creator has accepted");
    ok(listed(f, num, 700), "a decimal id claims its number");
    ok(m.creator > 0 && m.leaders.v[0] > 0, "all have numbers");

    mt_key_num(&key, f->company, m.creator);
    is_int(fixture_load(f, MT_DB_USER, &key, &mt_user_model, &user), 1,
           "the creator is a user");
    ok(user.placeholder, "of no directory");
    is_str(user.id, "boss", "by id");
    is_str(user.name, "The Boss", "by name");

    ok(attendee(f, num, m.creator, &row), "on the list");
    is_int(row.answer, MT_ANSWER_ACCEPTED, "coming");

    who = fixture_user(f, "oid1", "One", NULL, NULL);
    ok(listed(f, num, who), "the directory completes a placeholder");

    args = edit_of(f, num);
    edit_set(&args, placeholders, 1);
    edit_set(&args, creator_listed, MT_ANSWER_ACCEPTED);
    edit_set(&args, people_refs, refs(f, "2"));
    edit_set(&args, drop, refs(f, "boss,nobody"));
    edit_list(args, add, person("oid9", NULL, "Nine"));
    is_status(update(f, args), MT_OK, "people replaced");
    is_int(tally(f, num).total, 3, "2, oid9 and the creator, who stays");
    ok(listed(f, num, m.creator), "whatever the drop says");
}


static void
test_life(fixture_t *f)
{
    int64_t            num;
    mt_key_t           key;
    mt_meeting_t       m;
    mt_meeting_edit_t  args;

    num = created(f, edit_new(f, "1", 10, 12, "2"));

    is_status(act(f, &mt_op_meeting_end, num, 1, MT_MAY_HOST,
                  MT_WHEN_UNDER_WAY), MT_NOT_STARTED, "not started");
    is_status(act(f, &mt_op_meeting_cancel, num, 2, MT_MAY_CREATOR,
                  MT_WHEN_OPEN), MT_FORBIDDEN, "not the creator");
    is_status(act(f, &mt_op_meeting_remind, num, 2, MT_MAY_MEMBER,
                  MT_WHEN_OPEN), MT_OK, "a member");
    is_status(act(f, &mt_op_meeting_remind, num, 3, MT_MAY_MEMBER,
                  MT_WHEN_OPEN), MT_FORBIDDEN, "no member");
    is_status(act(f, &mt_op_meeting_remind, num, 0, MT_MAY_MEMBER,
                  MT_WHEN_OPEN), MT_FORBIDDEN, "nobody");

    f->now = DAY0 + 11 * HOUR;
    is_status(act(f, &mt_op_meeting_cancel, num, 1, MT_MAY_CREATOR,
                  MT_WHEN_BEFORE), MT_STARTED, "started");
    is_status(act(f, &mt_op_meeting_end, num, 1, MT_MAY_HOST,
                  MT_WHEN_UNDER_WAY), MT_OK, "ended while under way");

    m = meeting(f, num);
    is_int(m.state, MT_MEETING_ENDED, "ended");
    is_int(m.done, f->now, "then");
    is_int(m.end, DAY0 + 12 * HOUR, "its end stays as booked");

    is_status(act(f, &mt_op_meeting_end, num, 1, MT_MAY_HOST,
                  MT_WHEN_UNDER_WAY), MT_ENDED, "once");
    is_status(update(f, edit_of(f, num)), MT_ENDED, "no change after it");
    is_status(answer(f, num, 2, MT_ANSWER_ACCEPTED, NULL), MT_ENDED,
              "no answer");

    num = created(f, edit_new(f, "1", 20, 22, "2"));
    mt_key_num2(&key, f->company, 1, num);
    is_int(entries(f, MT_DB_SPONSORED, &key), 1, "sponsored");
    is_status(act(f, &mt_op_meeting_cancel, num, 1, MT_MAY_CREATOR,
                  MT_WHEN_BEFORE), MT_OK, "cancelled");
    is_int(entries(f, MT_DB_SPONSORED, &key), 0, "no more");
    is_status(act(f, &mt_op_meeting_cancel, num, 1, MT_MAY_CREATOR,
                  MT_WHEN_OPEN), MT_CANCELLED, "once");
    is_status(update(f, edit_of(f, num)), MT_CANCELLED, "nor a change");

    num = created(f, edit_new(f, "1", 20, 22, "2"));
    args = edit_of(f, num);
    edit_set(&args, only_creator, 1);
    f->actor = 2;
    is_status(update(f, args), MT_FORBIDDEN, "only the creator");
    f->actor = 1;
    is_status(update(f, args), MT_OK, "may change it");

    f->now = DAY0 + 22 * HOUR;
    is_status(update(f, args), MT_ENDED, "its time has run out");
    f->actor = 0;

    is_status(act(f, &mt_op_meeting_cancel, num, 1, MT_MAY_CREATOR,
                  MT_WHEN_OPEN), MT_ENDED, "that is an end too");
    is_status(act(f, &mt_op_meeting_cancel, 9999, 1, MT_MAY_CREATOR,
                  MT_WHEN_OPEN), MT_NO_SUCH_MEETING, "unknown meeting");
}


static void
test_answers(fixture_t *f)
{
    int64_t        num;
    mt_result_t    result;
    mt_attendee_t  row;

    f->now = DAY0 + 23 * HOUR;
    num = created(f, edit_new(f, "1", 30, 32, "2,3"));

    is_status(answer(f, num, 4, MT_ANSWER_ACCEPTED, NULL), MT_NOT_LISTED,
              "not asked");

    is_status(answer(f, num, 2, MT_ANSWER_READ, NULL), MT_OK, "read");
    attendee(f, num, 2, &row);
    is_int(row.answer, MT_ANSWER_READ, "unread becomes read");
    is_int(row.answered, 0, "which is no answer");

    is_status(answer(f, num, 2, MT_ANSWER_DECLINED, "ill"), MT_OK, "no");
    attendee(f, num, 2, &row);
    is_str(row.comment, "ill", "and why");
    is_int(row.answered, f->now, "and when");
    is_int(tally(f, num).declined, 1, "counted");

    result = answer(f, num, 2, MT_ANSWER_READ, NULL);
    is_status(result, MT_OK, "read again");
    is_int(result.position, 0, "changes nothing");

    is_status(answer(f, num, 2, MT_ANSWER_ACCEPTED, NULL), MT_OK, "yes");
    attendee(f, num, 2, &row);
    is_int(row.comment.len, 0, "the reason goes with its answer");
    is_int(tally(f, num).declined, 0, "not on leave");
    is_int(tally(f, num).accepted, 1, "accepted");
}


static void
test_people(fixture_t *f)
{
    int64_t             num, guest;
    mt_tally_t          t;
    mt_result_t         result;
    mt_attendee_t       row;
    mt_meeting_edit_t   args;
    mt_checkin_args_t   sign;

    guest = MT_GUEST_SLOT;

    args = edit_new(f, "1", 34, 36, "");
    args.has &= ~MT_BIT(meeting_edit, people_refs);
    edit_list(args, people, person("1", "a1", NULL), person("2", NULL, "Zwei"),
              person("", NULL, "guest"), person("", "g2", "second"),
              person("3", NULL, NULL), person("2", NULL, "again"));
    num = created(f, args);

    t = tally(f, num);
    is_int(t.total, 5, "three users, two guests");
    is_int(t.guests, 2, "counted apart");
    attendee(f, num, 2, &row);
    is_str(row.name, "Zwei", "the first of two is taken");
    ok(attendee(f, num, guest + 1, &row), "guests have slots");
    is_str(row.name, "guest", "and names");
    ok(attendee(f, num, guest + 2, &row), "of their own");
    is_str(row.id, "g2", "and an id where one was chosen");

    f->now = DAY0 + 33 * HOUR;
    sign = checkin_args(f, num, "1", "x");
    is_status(checkin(f, 2, sign), MT_OK, "signed in");
    is_status(answer(f, num, 3, MT_ANSWER_ACCEPTED, NULL), MT_OK, "answered");

    /* kept by id, the engine's or the client's; "" without an id is a new
     * guest */
    args = edit_of(f, num);
    edit_list(args, people, person("", NULL, "new"), person("3", NULL, NULL),
              person("", "a1", "Eins"), person("", "g2", NULL));
    is_status(update(f, args), MT_OK, "replaced");

    t = tally(f, num);
    is_int(t.total, 4, "four now");
    is_int(t.signed_in, 0, "who signed is off");
    is_int(t.accepted, 1, "an answer stays with its person");
    attendee(f, num, 1, &row);
    is_str(row.name, "Eins", "found by the client's id, and renamed");
    is_str(row.id, "a1", "which stays");
    ok(!listed(f, num, guest + 1), "a guest left out is gone");
    ok(attendee(f, num, guest + 2, &row), "the other stays");
    is_str(row.name, "second", "with the name");
    ok(listed(f, num, guest + 3), "the new one has a new slot");

    args = edit_of(f, num);
    edit_list(args, people, person("1", NULL, NULL),
              person("", "unknown", NULL));
    result = update(f, args);
    is_status(result, MT_NO_SUCH_ATTENDEE, "an id of nobody here");
    is_int(result.item, 2, "the second");

    args = edit_of(f, num);
    edit_list(args, add, person("2", NULL, NULL));
    edit_set(&args, drop, refs(f, "1,99"));
    is_status(update(f, args), MT_OK, "put back");
    t = tally(f, num);
    is_int(t.total, 4, "one left, one came");
    is_int(t.signed_in, 1, "and the sign-in counts again");
    is_status(checkin(f, 2, sign), MT_OK, "the retry is still one");

    args = edit_of(f, num);
    edit_list(args, people, person("", attendance(f, num, 3), NULL),
              person("2", attendance(f, num, 2), NULL));
    is_status(update(f, args), MT_OK, "kept by the engine's id");
    attendee(f, num, 3, &row);
    is_int(row.answer, MT_ANSWER_ACCEPTED, "with the answer");
    is_int(row.id.len, 0, "which is not stored");

    args = edit_of(f, num);
    edit_set(&args, subject, MT_STR("renamed"));
    is_status(update(f, args), MT_OK, "only the subject");
    is_str(meeting(f, num).subject, "renamed", "is new");
    is_int(tally(f, num).total, 2, "the list is as it was");

    args = edit_of(f, num);
    edit_set(&args, people_refs, refs(f, ""));
    is_status(update(f, args), MT_OK, "an empty list");
    is_int(tally(f, num).total, 0, "empties it");
}


static mt_status_t
in_room(fixture_t *f, int64_t begin, int64_t end)
{
    mt_meeting_edit_t  args;

    args = edit_new(f, "1", 0, 1, "");
    edit_set(&args, begin, begin);
    edit_set(&args, end, end);
    edit_set(&args, room_ref, MT_STR("hall"));

    return (mt_status_t) create(f, args).status;
}


static void
room_set(fixture_t *f, const char *ref, unsigned field, int64_t value)
{
    mt_room_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, room_edit, ref, mt_cstr(ref));
    *(int64_t *) ((char *) &args + mt_room_edit_fields[field].offset) = value;
    args.has |= 1ULL << field;

    fixture_made(fixture_run(f, &mt_op_room_update, &args), ref);
}


static void
test_rooms(fixture_t *f)
{
    int64_t            num, begin;
    mt_room_edit_t     edit;
    mt_meeting_edit_t  args;

    (void) fixture_room(f, "hall");
    (void) fixture_room(f, "den");

    f->now = DAY0 + 40 * HOUR;
    begin = DAY0 + 2 * MT_MS_PER_DAY;

    room_set(f, "hall", MT_room_edit_open, 8 * 60);
    room_set(f, "hall", MT_room_edit_close, 18 * 60);

    is_int(in_room(f, begin + 8 * HOUR - 1, begin + 9 * HOUR), MT_ROOM_HOURS,
           "before it opens");
    is_int(in_room(f, begin + 8 * HOUR, begin + 9 * HOUR), MT_OK,
           "when it opens");
    is_int(in_room(f, begin + 17 * HOUR, begin + 18 * HOUR), MT_OK,
           "until it closes");
    is_int(in_room(f, begin + 17 * HOUR, begin + 18 * HOUR + 1),
           MT_ROOM_HOURS, "and no longer");
    is_int(in_room(f, begin + 9 * HOUR, begin + 33 * HOUR), MT_ROOM_HOURS,
           "not over night");
    is_int(in_room(f, begin + 9 * HOUR, begin + 10 * HOUR), MT_OK,
           "back to back");
    is_int(in_room(f, begin + 10 * HOUR - 1, begin + 11 * HOUR),
           MT_ROOM_BUSY, "a millisecond too much");

    room_set(f, "hall", MT_room_edit_close, 1440);
    is_int(in_room(f, begin + 22 * HOUR, begin + 24 * HOUR), MT_OK,
           "24:00 is of the same day");
    is_int(in_room(f, begin + 22 * HOUR, begin + 24 * HOUR + 1),
           MT_ROOM_HOURS, "a moment later is not");

    /* audit */
    room_set(f, "hall", MT_room_edit_need_audit, 1);
    args = edit_new(f, "1", 0, 1, "");
    edit_set(&args, begin, begin + 12 * HOUR);
    edit_set(&args, end, begin + 13 * HOUR);
    edit_set(&args, room_ref, MT_STR("hall"));
    num = created(f, args);
    is_int(meeting(f, num).checked, MT_CHECK_PENDING, "has to be approved");
    is_status(create(f, args), MT_ROOM_BUSY, "but holds the room");

    args = edit_of(f, num);
    edit_set(&args, checked, MT_CHECK_REJECTED);
    is_status(update(f, args), MT_OK, "refused");
    is_int(meeting(f, num).checked_time, f->now, "then");
    is_int(in_room(f, begin + 12 * HOUR, begin + 13 * HOUR), MT_OK,
           "and free again");

    edit_set(&args, checked, MT_CHECK_PASSED);
    is_status(update(f, args), MT_ROOM_BUSY, "too late to lift that");

    edit_set(&args, begin, begin + 13 * HOUR);
    is_status(update(f, args), MT_BAD_TIMES, "a begin alone leaves the end");

    edit_set(&args, keep_length, 1);
    is_status(update(f, args), MT_OK, "elsewhere");
    is_int(meeting(f, num).end, begin + 14 * HOUR, "as long as it was");

    /* a room that was disabled meanwhile */
    room_set(f, "hall", MT_room_edit_status, 0);
    is_int(in_room(f, begin + 15 * HOUR, begin + 16 * HOUR),
           MT_ROOM_DISABLED, "disabled");
    args = edit_of(f, num);
    edit_set(&args, begin, begin + 14 * HOUR);
    edit_set(&args, keep_length, 1);
    is_status(update(f, args), MT_OK, "a booking in it may shift");

    edit_set(&args, room_ref, MT_STR("den"));
    is_status(update(f, args), MT_OK, "may leave it");
    is_int(meeting(f, num).checked, MT_CHECK_PASSED, "to where nobody asks");
    edit_set(&args, room_ref, MT_STR("hall"));
    is_status(update(f, args), MT_ROOM_DISABLED, "may not come back");

    /* permission */
    memset(&edit, 0, sizeof(edit));
    mt_set(&edit, room_edit, ref, MT_STR("hall"));
    mt_set(&edit, room_edit, status, 1);
    mt_set(&edit, room_edit, permission, 1);
    mt_set(&edit, room_edit, users, refs(f, "2"));
    fixture_made(fixture_run(f, &mt_op_room_update, &edit), "hall");

    is_int(in_room(f, begin + 15 * HOUR, begin + 16 * HOUR),
           MT_ROOM_PERMISSION, "not for everyone");
    args = edit_new(f, "2", 0, 1, "");
    edit_set(&args, begin, begin + 15 * HOUR);
    edit_set(&args, end, begin + 16 * HOUR);
    edit_set(&args, room_ref, MT_STR("hall"));
    is_status(create(f, args), MT_OK, "for some");
}


static void
test_end_frees(fixture_t *f)
{
    int64_t            num;
    mt_meeting_edit_t  args;

    f->now = DAY0 + 3 * MT_MS_PER_DAY + 8 * HOUR;

    args = edit_new(f, "2", 80, 84, "");
    edit_set(&args, room_ref, MT_STR("hall"));
    num = created(f, args);

    f->now = DAY0 + 81 * HOUR;
    is_status(create(f, args), MT_ROOM_BUSY, "under way");
    is_status(act(f, &mt_op_meeting_end, num, 2, MT_MAY_HOST,
                  MT_WHEN_UNDER_WAY), MT_OK, "ended early");
    is_status(create(f, args), MT_OK, "its room is free");
}


int
main(void)
{
    fixture_t  f;

    fixture_open(&f);
    users(&f, 6);

    test_create(&f);
    test_create_refused(&f);
    test_ids(&f);
    test_placeholders(&f);
    test_life(&f);
    test_answers(&f);
    test_people(&f);
    test_rooms(&f);
    test_end_frees(&f);

    is_int(fixture_verify(&f), 0, "the store's invariants hold");
    ok(replays(&f, 7) && replays(&f, 1000), "a replay gives an equal store");

    fixture_close(&f);

    return tap_done();
}

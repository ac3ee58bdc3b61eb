
/*
 * Acts that change nothing write nothing: neither a record nor an entry of the
 * journal.  A command of 0.9, which says nothing of it, is journalled.
 */

#include "domain/directory/mt_face.h"
#include "series_fixture.h"


/* Runs the operation of the last call once more, an hour later, by the worker
 * and by its command alone. */

static void
nothing(fixture_t *f, const mt_operation_t *op, const void *args,
    const char *what)
{
    char               copy[2048];
    mt_str_t           command;
    mt_result_t        result;
    fixture_digest_t   before;

    f->now += HOUR;
    before = fixture_digest(f);

    if (op->args->size > sizeof(copy)) {
        fixture_die("no room for the args");
    }

    memcpy(copy, args, op->args->size);
    result = fixture_run(f, op, copy);
    is_status(result, MT_OK, "%s: again", what);
    ok(fixture_same(before, fixture_digest(f)), "%s: nothing is written",
       what);

    /* without a command the worker saw it at once */

    command = (mt_str_t) { f->call.command.len, f->call.command.data };

    if (command.len) {
        is_int(mt_apply_now(f->batch, command, &result), MT_OK, "applied");
        ok(fixture_same(before, fixture_digest(f)), "%s: nor by apply", what);
    }
}


/* Runs an operation, which must change the store, and then once more. */

static void
twice(fixture_t *f, const mt_operation_t *op, const void *args,
    const char *what)
{
    char               copy[2048];
    fixture_digest_t   before;

    if (op->args->size > sizeof(copy)) {
        fixture_die("no room for the args");
    }

    before = fixture_digest(f);
    memcpy(copy, args, op->args->size);

    is_status(fixture_run(f, op, copy), MT_OK, "%s", what);
    ok(!fixture_same(before, fixture_digest(f)), "%s: a change", what);

    nothing(f, op, args, what);
}


static void
test_directory(fixture_t *f)
{
    mt_user_edit_t   user;
    mt_dept_edit_t   dept;
    mt_room_edit_t   room;
    mt_user_face_t   face;

    memset(&user, 0, sizeof(user));
    mt_set(&user, user_edit, ref, MT_STR("2"));
    mt_set(&user, user_edit, name, MT_STR("Ann"));
    mt_set(&user, user_edit, phone, MT_STR("555"));
    mt_set(&user, user_edit, plain, MT_STR(""));
    twice(f, &mt_op_user_update, &user, "a user");

    memset(&face, 0, sizeof(face));
    mt_set(&face, user_face, ref, MT_STR("2"));
    mt_set(&face, user_face, face, MT_STR(""));
    nothing(f, &mt_op_user_face, &face, "no picture");

    memset(&dept, 0, sizeof(dept));
    mt_set(&dept, dept_edit, id, MT_STR("d"));
    mt_set(&dept, dept_edit, name, MT_STR("one"));
    is_status(fixture_run(f, &mt_op_dept_add, &dept), MT_OK, "a department");

    memset(&dept, 0, sizeof(dept));
    mt_set(&dept, dept_edit, ref, MT_STR("d"));
    mt_set(&dept, dept_edit, name, MT_STR("two"));
    mt_set(&dept, dept_edit, parent, MT_STR("0"));
    twice(f, &mt_op_dept_update, &dept, "a department");

    memset(&room, 0, sizeof(room));
    mt_set(&room, room_edit, id, MT_STR("r"));
    mt_set(&room, room_edit, name, MT_STR("one"));
    is_status(fixture_run(f, &mt_op_room_add, &room), MT_OK, "a room");

    memset(&room, 0, sizeof(room));
    mt_set(&room, room_edit, ref, MT_STR("r"));
    mt_set(&room, room_edit, name, MT_STR("two"));
    mt_set(&room, room_edit, users, refs(f, "1,2"));
    twice(f, &mt_op_room_update, &room, "a room");
}


static void
test_meeting(fixture_t *f)
{
    int64_t            num;
    mt_answer_t        reply;
    mt_person_t        people[2];
    mt_meeting_edit_t  args;

    num = created(f, edit_new(f, "1", 24, 25, "2,3"));

    args = edit_of(f, num);
    edit_set(&args, subject, MT_STR("other"));
    edit_set(&args, room_ref, MT_STR("r"));
    edit_set(&args, begin, DAY0 + 34 * HOUR);
    edit_set(&args, end, DAY0 + 35 * HOUR);
    edit_set(&args, checked, MT_CHECK_PASSED);
    edit_set(&args, leader_refs, refs(f, "2,1"));
    edit_set(&args, people_refs, refs(f, "4,3,2"));
    twice(f, &mt_op_meeting_update, &args, "a meeting");

    people[0] = person("3", NULL, "Bo");
    people[1] = person("2", NULL, "Cy");

    args = edit_of(f, num);
    edit_set(&args, people, ((mt_objs_t) { 2, people }));
    twice(f, &mt_op_meeting_update, &args, "a list with names");

    memset(&reply, 0, sizeof(reply));
    mt_set(&reply, answer, ref, mt_arena_printf(f->arena, "%lld",
                                                (long long) num));
    mt_set(&reply, answer, answer, MT_ANSWER_DECLINED);
    mt_set(&reply, answer, comment, MT_STR("ill"));

    f->actor = 2;
    twice(f, &mt_op_answer, &reply, "an answer");
    mt_set(&reply, answer, comment, MT_STR("worse"));
    twice(f, &mt_op_answer, &reply, "another comment");
    f->actor = 0;
}


static void
test_series(fixture_t *f)
{
    int64_t           num;
    mt_series_edit_t  args;

    num = series_made(f, series_new(f, MT_REPEAT_DAILY, 50 * 24, 3, "2,3"));
    f->actor = 1;

    args = series_of(f, num);
    series_set(&args, subject, MT_STR("late"));
    series_set(&args, people_refs, refs(f, "2,4"));
    twice(f, &mt_op_series_update, &args, "a series");
    f->actor = 0;
}


/* The same command without the field `lean`, as a build of 0.9 made it. */

static void
test_old(fixture_t *f)
{
    mt_buf_t            buf;
    mt_str_t            encoded;
    mt_command_t        command;
    mt_result_t         result;
    mt_dept_edit_t      dept;
    fixture_digest_t    before;

    memset(&dept, 0, sizeof(dept));
    mt_set(&dept, dept_edit, ref, MT_STR("d"));
    mt_set(&dept, dept_edit, name, MT_STR("two"));
    nothing(f, &mt_op_dept_update, &dept, "a name that it has");

    encoded = (mt_str_t) { f->call.command.len, f->call.command.data };

    if (mt_record_decode(encoded, &mt_command_model, &command, f->arena)
        != MT_OK)
    {
        fixture_die("no command");
    }

    command.lean = 0;
    mt_buf_init(&buf, f->arena, 512);
    mt_record_encode(&buf, &mt_command_model, &command, MT_ENCODE_STATE);

    before = fixture_digest(f);
    encoded = (mt_str_t) { buf.len, buf.data };

    is_int(mt_apply_now(f->batch, encoded, &result), MT_OK, "an old command");
    ok(result.position && !fixture_same(before, fixture_digest(f)),
       "is journalled as then");
}


int
main(void)
{
    int        i;
    fixture_t  f;

    fixture_open(&f);

    for (i = 1; i <= 4; i++) {
        (void) fixture_user(&f, "", "u", NULL, NULL);
    }

    test_directory(&f);
    test_meeting(&f);
    test_series(&f);
    test_old(&f);

    is_int(fixture_verify(&f), 0, "the store verifies");
    ok(replays(&f, 7), "a replay gives an equal store");

    fixture_close(&f);

    return tap_done();
}

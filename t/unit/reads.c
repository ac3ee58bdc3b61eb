
#include "meeting_fixture.h"


static struct {
    int64_t   num;
    int64_t   signed_in;
    int64_t   late;
    int64_t   confirmed;
    int64_t   on_leave;
    char      name[32];
    char      dept[32];
    char      comment[32];
} people[64];

static int64_t  listed[64];


static void
keep(char *to, mt_str_t s)
{
    snprintf(to, 32, "%.*s", (int) s.len, s.data ? s.data : "");
}


static void
take_person(const void *row, int i)
{
    const mt_person_view_t  *p = row;

    people[i].num = p->derived.num;
    people[i].signed_in = p->derived.signed_in;
    people[i].late = p->checkin.late;
    people[i].confirmed = p->derived.confirmed;
    people[i].on_leave = p->derived.on_leave;
    keep(people[i].name, p->derived.name);
    keep(people[i].dept, p->dept.name);
    keep(people[i].comment, p->attendee.comment);
}


static void
take_meeting(const void *row, int i)
{
    const mt_meeting_view_t  *view = row;

    listed[i] = view->meeting.num;
}


static mt_result_t
look(fixture_t *f, const mt_operation_t *op, int64_t num, int64_t actor,
    int may, int guests)
{
    mt_meeting_act_t  *args;

    args = mt_arena_alloc(f->arena, sizeof(*args));

    mt_set(args, meeting_act, ref,
           mt_arena_printf(f->arena, "%lld", (long long) num));
    mt_set(args, meeting_act, may, may);
    mt_set(args, meeting_act, guests, guests);

    f->actor = actor;

    return fixture_run(f, op, args);
}


static mt_result_t
page(fixture_t *f, const char *creator, int64_t no, int64_t size)
{
    mt_meeting_page_t  *args;

    args = mt_arena_alloc(f->arena, sizeof(*args));

    mt_set(args, meeting_page, creator, mt_cstr(creator));

    if (no) {
        mt_set(args, meeting_page, page_no, no);
    }

    if (size >= 0) {
        mt_set(args, meeting_page, page_size, size);
    }

    return fixture_run(f, &mt_op_sponsored_meetings, args);
}


static void
test_participation(fixture_t *f)
{
    int                 i;
    int64_t             num;
    mt_named_t          named;
    mt_person_t         list[4];
    mt_meeting_edit_t   args;
    mt_meeting_view_t  *view;

    (void) fixture_dept(f, "d", "Office", NULL);
    (void) fixture_user(f, "50", "Fifty", "13800000000", "d");

    args = edit_new(f, "6", 10, 12, "1,2,3,4,5,50");
    edit_set(&args, dept_ref, MT_STR("d"));
    edit_set(&args, leader_refs, refs(f, "50,7"));
    list[0] = person("4", NULL, "Vier");
    list[1] = person("", NULL, "A guest");
    edit_set(&args, people, ((mt_objs_t) { 2, list }));
    num = created(f, args);

    f->now = DAY0 + 9 * HOUR;
    (void) checkin(f, 1, checkin_args(f, num, "6", "a"));
    f->now = DAY0 + 11 * HOUR;
    (void) checkin(f, 50, checkin_args(f, num, "7", "b"));
    (void) answer(f, num, 2, MT_ANSWER_ACCEPTED, NULL);
    (void) answer(f, num, 3, MT_ANSWER_DECLINED, "ill");
    (void) answer(f, num, 4, MT_ANSWER_READ, NULL);

    memset(&named, 0, sizeof(named));
    mt_set(&named, named, ref, MT_STR("5"));
    fixture_made(fixture_run(f, &mt_op_user_remove, &named), "remove");

    is_status(look(f, &mt_op_participation, 99, 1, MT_MAY_MEMBER, 0),
              MT_NO_SUCH_MEETING, "unknown meeting");
    is_status(look(f, &mt_op_participation, num, 8, MT_MAY_MEMBER, 0),
              MT_FORBIDDEN, "a stranger");
    is_status(look(f, &mt_op_participation, num, 6, MT_MAY_MEMBER, 0),
              MT_OK, "the sponsor");
    is_status(look(f, &mt_op_participation, num, 7, MT_MAY_MEMBER, 0),
              MT_OK, "a leader");
    is_status(look(f, &mt_op_participation, num, 4, MT_MAY_MEMBER, 0),
              MT_OK, "one of the list");

    view = f->call.reply;
    is_int(view->derived.members, 6, "people, without the guest");
    is_int(view->tally.signed_in, 2, "signed in");
    is_int(view->tally.late, 1, "late");
    is_int(view->derived.unsigned_in, 4, "not signed in");
    is_int(view->derived.answered, 2, "answered");
    is_int(view->derived.unanswered, 4, "not answered");
    is_str(view->creator.name, "6", "creator");
    is_str(view->dept.name, "Office", "department");

    for (i = 1; i <= 7; i++) {
        memset(people, 0, sizeof(people));
        (void) look(f, &mt_op_participation, num, 6, MT_MAY_MEMBER, 0);
        is_int(rows(f, i, take_person), 6, "rows in pieces of %d", i);
        ok(people[0].num == 4 && people[1].num == 1 && people[2].num == 2
           && people[3].num == 3 && people[4].num == 5
           && people[5].num == 50, "each once, in the order given");
    }

    ok(people[1].signed_in && !people[1].late && !people[1].confirmed,
       "signed in time, not answered");
    ok(people[2].confirmed && !people[2].on_leave, "coming");
    ok(people[3].confirmed && people[3].on_leave, "on leave");
    ok(strcmp(people[3].comment, "ill") == 0, "and why");
    ok(!people[0].confirmed, "has only read it");
    ok(strcmp(people[0].name, "Vier") == 0, "by the name given");
    ok(strcmp(people[4].name, "5") == 0, "a removed user's name stays");
    ok(people[5].late && strcmp(people[5].dept, "Office") == 0,
       "late, of a department");

    (void) look(f, &mt_op_participation, num, 6, MT_MAY_MEMBER, 1);
    view = f->call.reply;
    is_int(view->derived.members, 7, "with the guest");
    is_int(rows(f, 3, take_person), 7, "who has a row");
    ok(people[1].num == 0 && strcmp(people[1].name, "A guest") == 0,
       "but no number");

    is_status(look(f, &mt_op_meeting_detail, num, 4, MT_MAY_HOST, 0),
              MT_FORBIDDEN, "the detail is not for everyone");
    is_status(look(f, &mt_op_meeting_detail, num, 7, MT_MAY_HOST, 0),
              MT_OK, "but for leaders");
    memset(people, 0, sizeof(people));
    is_int(rows(f, 1, take_person), 2, "of whom there are two");
    ok(people[0].num == 50 && strcmp(people[0].dept, "Office") == 0
       && people[1].num == 7, "in the order given");
}


static void
test_derived(fixture_t *f)
{
    int                 i;
    int64_t             num;
    char                text[2 * 120 + 1];
    mt_result_t         result;
    mt_meeting_edit_t   args;
    mt_meeting_view_t  *view;

    static const struct {
        int64_t      at;       /* minutes of the day */
        int          life;
        int          window;
    } times[] = {
        { 20 * 60 - 61, MT_PHASE_SCHEDULED, MT_WINDOW_EARLY },
        { 20 * 60 - 60, MT_PHASE_SCHEDULED, MT_WINDOW_OPEN },
        { 20 * 60,      MT_PHASE_UNDER_WAY, MT_WINDOW_OPEN },
        { 22 * 60,      MT_PHASE_ENDED,     MT_WINDOW_CLOSED }
    };

    args = edit_new(f, "6", 20, 22, "1");
    args.has &= ~MT_BIT(meeting_edit, subject);
    args.subject.len = 0;

    /* 120 times U+00E9 */
    for (i = 0; i < 120; i++) {
        memcpy(text + 2 * i, "\xc3\xa9", 3);
    }

    edit_set(&args, content, mt_cstr(text));
    num = created(f, args);

    for (i = 0; i < (int) mt_nitems(times); i++) {
        f->now = DAY0 + times[i].at * MINUTE;
        (void) look(f, &mt_op_participation, num, 1, MT_MAY_MEMBER, 0);
        view = f->call.reply;
        is_int(view->derived.phase, times[i].life, "life %d", i);
        is_int(view->derived.window, times[i].window, "window %d", i);
    }

    is_int(view->derived.title.len, 200, "a title of 100 characters");
    is_int(view->derived.text.len, 240, "from the text");
    is_int(view->derived.wants_sign, 1, "sign-in by default");

    f->now = DAY0 + 19 * HOUR;
    args = edit_new(f, "6", 20, 22, "1");
    edit_set(&args, sign, MT_SIGN_NONE);
    num = created(f, args);
    f->now = DAY0 + 21 * HOUR;
    (void) look(f, &mt_op_participation, num, 1, MT_MAY_MEMBER, 0);
    view = f->call.reply;
    is_int(view->derived.wants_sign, 0, "no sign-in");
    is_int(view->derived.window, MT_WINDOW_EARLY, "whose window never opens");
    is_str(view->derived.text, "meeting", "the title where no text is");
    is_str(view->derived.title, "meeting", "the title");

    result = act(f, &mt_op_meeting_cancel, num, 6, MT_MAY_CREATOR,
                 MT_WHEN_OPEN);
    is_status(result, MT_OK, "cancelled");
    (void) look(f, &mt_op_participation, num, 1, MT_MAY_MEMBER, 0);
    view = f->call.reply;
    is_int(view->derived.phase, MT_PHASE_CANCELLED, "life after that");
}


static void
test_pages(fixture_t *f)
{
    int          i, k, n, no, size, wrong, total;
    int64_t      made[25], live[25];
    mt_page_t   *reply;

    is_status(page(f, "nobody", 1, 10), MT_NO_SUCH_USER, "unknown sponsor");
    is_status(page(f, "8", 1, 10), MT_OK, "sponsor of nothing");
    is_int(((mt_page_t *) f->call.reply)->has_more, 0, "has no more");
    is_int(rows(f, 10, take_meeting), 0, "than nothing");

    for (i = 0; i < 25; i++) {
        made[i] = created(f, edit_new(f, "8", 40 + i, 41 + i, "1"));
    }

    total = 0;

    for (i = 24; i >= 0; i--) {
        if (i % 5 == 0) {
            (void) act(f, &mt_op_meeting_cancel, made[i], 8, MT_MAY_CREATOR,
                       MT_WHEN_OPEN);
        } else {
            live[total++] = made[i];
        }
    }

    wrong = 0;

    for (size = 1; size <= 21; size++) {
        for (no = 1; no <= 22; no++) {
            (void) page(f, "8", no, size);
            reply = f->call.reply;

            n = total - (no - 1) * size;
            n = n < 0 ? 0 : n > size ? size : n;

            wrong += reply->has_more != (no * size < total);
            wrong += rows(f, 1 + no % 4, take_meeting) != n;

            for (k = 0; k < n; k++) {
                wrong += listed[k] != live[(no - 1) * size + k];
            }
        }

        mt_arena_reset(f->arena);
    }

    is_int(wrong, 0, "every page of every size, newest first");

    (void) page(f, "8", 0, 0);
    is_int(rows(f, 7, take_meeting), total, "all at once");
    f->settings.page_size = 3;
    (void) page(f, "8", 0, -1);
    is_int(rows(f, 7, take_meeting), 3, "as many as configured");
    is_int(((mt_page_t *) f->call.reply)->has_more, 1, "of more");
}


/* Records of another company are not found. */

static void
test_companies(fixture_t *f)
{
    mt_meeting_edit_t  args;

    f->company = 2000;
    (void) fixture_company(f, 2000);

    is_status(look(f, &mt_op_participation, 1, 6, MT_MAY_ANYONE, 0),
              MT_NO_SUCH_MEETING, "a meeting of the first");
    is_status(page(f, "8", 1, 10), MT_NO_SUCH_USER, "a user of the first");
    is_status(create(f, edit_new(f, "1", 50, 51, "")), MT_NO_SUCH_USER,
              "a creator of the first");
    is_status(checkin(f, 1, checkin_args(f, 1, "6", "a")),
              MT_NO_SUCH_MEETING, "no sign-in there");

    args = edit_new(f, "own", 50, 51, "1");
    edit_set(&args, placeholders, 1);
    is_int(created(f, args), 1, "numbers of its own");
    is_int(tally(f, 1).total, 1, "and people of its own");
}


int
main(void)
{
    fixture_t  f;

    fixture_open(&f);
    users(&f, 8);

    test_participation(&f);
    test_derived(&f);
    test_pages(&f);
    test_companies(&f);

    is_int(fixture_verify(&f), 0, "the store's invariants hold");

    fixture_close(&f);

    return tap_done();
}

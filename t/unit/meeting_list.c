
/*
 * The list of meetings, compared with a model that reads each record, under
 * random filters and orders; and the cost of a look-up.
 */

#include "domain/read/mt_meeting_scan.h"
#include "meeting_fixture.h"


#define MEETINGS  400
#define QUERIES   1500
#define SPAN      60              /* days that the meetings are spread over */

#define MANY      20000


static fixture_t     f;
static mt_meeting_t  model[MEETINGS + 1];
static int64_t       nmodel;
static mt_arena_t   *model_arena;     /* the arena of `f` is reset often */
static int64_t       got[MANY + 1];
static int           ngot;


static const char *const  speakers[] = {
    "张三", "张", "李四", "Ann", "an", ""
};

static const char *const  halls[] = { "a", "b", "c" };


static int64_t
pick(int64_t n)
{
    static uint64_t  state = 20210423;

    state = state * 6364136223846793005ULL + 1442695040888963407ULL;

    return (int64_t) (state >> 33) % n;
}


static int64_t
some_time(void)
{
    return DAY0 - 5 * MT_MS_PER_DAY + pick(SPAN * 48) * 30 * MINUTE;
}


/* A length from a minute to some weeks, so that there are many levels. */

static int64_t
some_length(void)
{
    return MINUTE << pick(16);
}


static void
make_meetings(void)
{
    int                i;
    mt_meeting_edit_t  args;

    for (i = 0; i < MEETINGS; i++) {
        f.now += pick(3) * MINUTE;
        args = edit_new(&f, "1", 0, 1, "1,2");

        edit_set(&args, begin, some_time());
        edit_set(&args, end, args.begin + some_length());
        edit_set(&args, speaker, mt_cstr(speakers[pick(6)]));
        edit_set(&args, checked, pick(3));

        if (pick(2)) {
            edit_set(&args, room_ref, mt_cstr(halls[pick(3)]));
        }

        if (create(&f, args).status == MT_OK) {
            nmodel++;
        }
    }
}


static void
change_meetings(void)
{
    int64_t             num;
    mt_arena_t         *arena;
    mt_meeting_edit_t   args;

    for (num = 1; num <= nmodel; num++) {
        f.now += pick(3) * 1000;

        if (pick(8) == 0) {
            act(&f, &mt_op_meeting_cancel, num, 0, MT_MAY_ANYONE,
                MT_WHEN_OPEN);

        } else if (pick(4) == 0) {
            args = edit_of(&f, num);
            edit_set(&args, begin, some_time());
            edit_set(&args, keep_length, 1);
            update(&f, args);
        }
    }

    arena = f.arena;
    f.arena = model_arena;

    for (num = 1; num <= nmodel; num++) {
        model[num] = meeting(&f, num);
    }

    f.arena = arena;
}


static mt_meeting_list_t
some_query(void)
{
    mt_meeting_list_t  q;

    memset(&q, 0, sizeof(q));

#define MAYBE(name, value)                                                    \
    if (pick(4) == 0) {                                                       \
        mt_set(&q, meeting_list, name, value);                                \
    }

    MAYBE(room, mt_cstr(halls[pick(3)]));
    MAYBE(speaker, mt_cstr(speakers[pick(5)]));
    MAYBE(speaker_like, mt_cstr(speakers[pick(5)]));
    MAYBE(checked, pick(3));
    MAYBE(ends_after, some_time());
    MAYBE(begins_before, some_time());
    MAYBE(day, some_time());
    MAYBE(created_from, FIXTURE_NOW + pick(MEETINGS) * MINUTE);
    MAYBE(created_to, FIXTURE_NOW + pick(MEETINGS) * MINUTE);

#undef MAYBE

    q.order = pick(5);
    q.ascending = pick(2);

    return q;
}


static int
wanted(const mt_meeting_list_t *q, const mt_meeting_t *m)
{
    int64_t  day;

    if (m->state == MT_MEETING_CANCELLED) {
        return 0;
    }

#define GIVEN(name)  mt_has(q, meeting_list, name)

    if (!GIVEN(ends_after) && !GIVEN(begins_before) && !GIVEN(day)
        && !GIVEN(created_from) && !GIVEN(created_to)
        && !(m->end > f.now && m->begin < f.now + 30 * MT_MS_PER_DAY))
    {
        return 0;
    }

    if (GIVEN(day)) {
        day = q->day + 8 * HOUR;
        day -= day % MT_MS_PER_DAY + 8 * HOUR;

        if (m->end <= day || m->begin >= day + MT_MS_PER_DAY) {
            return 0;
        }
    }

    return !(GIVEN(room) && m->room != q->room.data[0] - 'a' + 1)
           && !(GIVEN(speaker) && !mt_str_eq(m->speaker, q->speaker))
           && !(GIVEN(speaker_like)
                && (m->speaker.len == 0
                    || !memmem(m->speaker.data, m->speaker.len,
                               q->speaker_like.data, q->speaker_like.len)))
           && !(GIVEN(checked) && m->checked != q->checked)
           && !(GIVEN(ends_after) && m->end <= q->ends_after)
           && !(GIVEN(begins_before) && m->begin >= q->begins_before)
           && !(GIVEN(created_from) && m->created < q->created_from)
           && !(GIVEN(created_to) && m->created >= q->created_to);

#undef GIVEN
}


static int64_t
place(const mt_meeting_list_t *q, const mt_meeting_t *m)
{
    int64_t  places[] = {
        m->begin, m->end, m->created, m->updated, m->checked_time
    };

    return places[q->order];
}


static void
take_meeting(const void *row, int i)
{
    const mt_meeting_view_t  *view = row;

    if (i <= MANY) {
        got[i] = view->meeting.num;
    }
}


static int
run(mt_meeting_list_t *q, int piece)
{
    ngot = 0;

    if (fixture_run(&f, &mt_op_meeting_list, q).status != MT_OK) {
        return 0;
    }

    ngot = rows(&f, piece, take_meeting);

    return ngot >= 0;
}


/* Returns 1 if the rows are the expected ones, in order. */

static int
right(const mt_meeting_list_t *q)
{
    int      i, n;
    int64_t  num, a, b;

    n = 0;

    for (num = 1; num <= nmodel; num++) {
        n += wanted(q, &model[num]);
    }

    if (n != ngot) {
        printf("# %d rows instead of %d\n", ngot, n);
        return 0;
    }

    for (i = 0; i < n; i++) {
        if (!wanted(q, &model[got[i]])) {
            printf("# meeting %lld\n", (long long) got[i]);
            return 0;
        }

        if (i == 0) {
            continue;
        }

        a = place(q, &model[got[i - 1]]);
        b = place(q, &model[got[i]]);

        /* at the same place by number, and no meeting twice */

        if (q->ascending ? a > b || (a == b && got[i - 1] >= got[i])
                         : a < b || (a == b && got[i - 1] <= got[i]))
        {
            printf("# order at row %d\n", i);
            return 0;
        }
    }

    return 1;
}


static void
test_model(void)
{
    int                i, bad;
    int64_t            rows_seen;
    mt_meeting_list_t  q;

    make_meetings();
    change_meetings();
    ok(nmodel > MEETINGS / 2, "%lld meetings", (long long) nmodel);

    bad = 0;
    rows_seen = 0;

    for (i = 0; i < QUERIES; i++) {
        q = some_query();

        if (!run(&q, (int) pick(40) + 1) || !right(&q)) {
            bad++;
        }

        rows_seen += ngot;
        mt_arena_reset(f.arena);
    }

    is_int(bad, 0, "%d queries as the model has them", QUERIES);
    ok(rows_seen > QUERIES, "%lld rows", (long long) rows_seen);
}


/*
 * Meetings stored without the engine's rules, to have many: an hour each, ten
 * a day in each of 20 rooms, one day after the other.
 */

static void
store_many(int from, int to)
{
    int               i;
    unsigned          e;
    mt_key_t          key;
    mt_str_t          value;
    mt_txn_t         *txn;
    mt_arena_t       *arena;
    mt_meeting_t      m;
    mt_index_entry_t  entries[MT_MEETING_ENTRIES];

    arena = mt_arena_create(0);

    if (arena == NULL || mt_write_begin(f.store, &txn) != MT_OK) {
        fixture_die("no transaction");
    }

    for (i = from; i < to; i++) {
        memset(&m, 0, sizeof(m));
        m.num = i + 1;
        m.room = i % 20 + 1;
        m.begin = DAY0 + i / 200 * MT_MS_PER_DAY + i / 20 % 10 * HOUR;
        m.end = m.begin + HOUR;
        m.created = FIXTURE_NOW + i * 1000;
        m.updated = FIXTURE_NOW + i * 7919LL % MANY;

        mt_meeting_entries(f.company, &m, entries);

        for (e = 0; e < MT_MEETING_ENTRIES; e++) {
            if (entries[e].key.len) {
                value.data = (char *) entries[e].value;
                value.len = entries[e].len;
                mt_put(txn, entries[e].db, &entries[e].key, value);
            }
        }

        mt_key_num(&key, f.company, m.num);
        mt_save(txn, MT_DB_MEETING, &key, &mt_meeting_model, &m, arena);
        mt_arena_reset(arena);
    }

    if (mt_write_commit(txn) != MT_OK) {
        fixture_die("no commit");
    }

    mt_arena_destroy(arena);
}


/* Returns the steps in the index that a day of a room takes, or of all
 * rooms. */

static int64_t
day_steps(int64_t room, int64_t day, int *found)
{
    mt_txn_t          *txn;
    mt_meeting_scan_t  scan;
    mt_spot_t          spot;

    memset(&scan, 0, sizeof(scan));
    scan.db = MT_DB_SCHEDULE;
    scan.company = f.company;
    scan.room = room;
    scan.from = DAY0 + day * MT_MS_PER_DAY;
    scan.to = scan.from + MT_MS_PER_DAY;
    scan.descending = 1;

    if (mt_read_begin(f.store, &txn) != MT_OK
        || mt_meeting_scan_open(&scan, txn) != MT_OK)
    {
        fixture_die("no scan");
    }

    for (*found = 0; mt_meeting_scan_next(&scan, &spot) == 1; (*found)++) {
        /* void */
    }

    mt_meeting_scan_close(&scan);
    mt_read_end(txn);

    return (int64_t) scan.steps;
}


static void
test_cost(void)
{
    int      found, all;
    int64_t  before, before_all;

    store_many(0, 2000);

    before = day_steps(7, 5, &found);
    is_int(found, 10, "a room's day, of 2,000 meetings");
    ok(before < 2 * found, "takes %lld steps", (long long) before);

    before_all = day_steps(0, 5, &all);
    is_int(all, 200, "a day of all rooms");
    ok(before_all < 2 * all, "takes %lld steps", (long long) before_all);

    store_many(2000, MANY);

    is_int(day_steps(7, 5, &found), before, "as many steps of %d", MANY);
    is_int(day_steps(0, 5, &all), before_all, "for all rooms too");
}


/* More meetings than the event loop should sort. */

static void
test_many(void)
{
    int                i, bad;
    mt_meeting_list_t  q;

    memset(&q, 0, sizeof(q));
    mt_set(&q, meeting_list, begins_before, INT64_MAX / 2);
    q.order = MT_ORDER_UPDATED;

    ok(run(&q, 1000) && ngot == MANY, "%d meetings by another order", MANY);

    bad = 0;

    for (i = 1; i < ngot; i++) {
        bad += (got[i - 1] - 1) * 7919 % MANY < (got[i] - 1) * 7919 % MANY;
    }

    is_int(bad, 0, "in that order");

    q.order = MT_ORDER_BEGIN;
    mt_set(&q, meeting_list, speaker, MT_STR("nobody"));
    ok(run(&q, 256) && ngot == 0, "none of them is wanted");

    q.has = MT_BIT(meeting_list, begins_before);
    mt_set(&q, meeting_list, room, MT_STR("17"));
    is_status(fixture_run(&f, &mt_op_meeting_list, &q), MT_NO_SUCH_ROOM,
              "a room that is not there");
    is_int(f.call.field, MT_meeting_list_room, "is named");
}


int
main(void)
{
    fixture_open(&f);
    users(&f, 3);
    fixture_room(&f, "a");
    fixture_room(&f, "b");
    fixture_room(&f, "c");

    model_arena = mt_arena_create(0);

    test_model();

    mt_arena_destroy(model_arena);
    fixture_close(&f);

    fixture_open(&f);
    test_cost();
    test_many();
    fixture_close(&f);

    return tap_done();
}

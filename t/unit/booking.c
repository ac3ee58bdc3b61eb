
/*
 * Random bookings, compared with a model that checks each pair of them.
 */

#include "meeting_fixture.h"


#define ROOMS     3
#define MEETINGS  400
#define STEPS     700
#define EXCEPTED  40        /* at most, of one question */


typedef struct {
    int64_t  num;
    int64_t  begin;
    int64_t  end;
    int      room;      /* 0: none */
    int      refused;
    int      over;      /* ended or cancelled */
} model_t;


static model_t   meetings[MEETINGS];
static int       nmeetings;
static uint32_t  seed = 20200914;


static int
pick(int n)
{
    seed = seed * 1664525 + 1013904223;

    return (int) ((seed >> 16) % (uint32_t) n);
}


/* except: the meeting whose bookings do not count, beside the meeting's
 * own. */

static int
conflicts(const model_t *m, const mt_ints_t *except)
{
    int  i;

    for (i = 0; i < nmeetings; i++) {
        if (meetings[i].num != m->num && meetings[i].room == m->room
            && (except == NULL
                || bsearch(&meetings[i].num, except->v, except->n,
                           sizeof(int64_t), mt_num_cmp) == NULL)
            && !meetings[i].over && !meetings[i].refused
            && meetings[i].begin < m->end && m->begin < meetings[i].end)
        {
            return 1;
        }
    }

    return 0;
}


/* The result that the rules give for a change from `old` (NULL: none) to
 * `m`. */

static mt_status_t
expected(const model_t *old, const model_t *m)
{
    if (old && old->over) {
        return old->over == MT_MEETING_ENDED ? MT_ENDED : MT_CANCELLED;
    }

    return m->room && !m->refused && conflicts(m, NULL) ? MT_ROOM_BUSY : MT_OK;
}


/* A time within one of two days, in steps of ten minutes. */

static void
pick_times(model_t *m)
{
    int  from, to;

    do {
        from = pick(145);
        to = pick(145);
    } while (from >= to || to - from > 20);

    m->begin = DAY0 + pick(2) * MT_MS_PER_DAY + from * 10 * MINUTE;
    m->end = m->begin + (to - from) * 10 * MINUTE;
}


static mt_str_t
room_ref(fixture_t *f, int room)
{
    return room ? mt_arena_printf(f->arena, "r%d", room) : MT_STR("");
}


static int
step_create(fixture_t *f)
{
    model_t            m;
    mt_result_t        result;
    mt_meeting_edit_t  args;

    memset(&m, 0, sizeof(m));
    pick_times(&m);
    m.room = pick(ROOMS + 1);
    m.refused = pick(8) == 0;

    args = edit_new(f, "1", 0, 1, "1");
    edit_set(&args, begin, m.begin);
    edit_set(&args, end, m.end);
    edit_set(&args, room_ref, room_ref(f, m.room));

    if (m.refused) {
        edit_set(&args, checked, MT_CHECK_REJECTED);
    }

    result = create(f, args);

    if (result.status != expected(NULL, &m)) {
        return 0;
    }

    if (result.status == MT_OK) {
        m.num = result.num;
        meetings[nmeetings++] = m;
    }

    return 1;
}


static int
step_update(fixture_t *f)
{
    int                what;
    model_t            m, *old;
    mt_result_t        result;
    mt_meeting_edit_t  args;

    old = &meetings[pick(nmeetings)];
    m = *old;

    args = edit_of(f, m.num);
    what = pick(4);

    if (what == 0 || what == 3) {
        pick_times(&m);
        edit_set(&args, begin, m.begin);
        edit_set(&args, end, m.end);
    }

    if (what == 1 || what == 3) {
        m.room = pick(ROOMS + 1);
        edit_set(&args, room_ref, room_ref(f, m.room));
        m.refused = m.room == old->room && m.refused;
    }

    if (what == 2) {
        m.refused = pick(2);
        edit_set(&args, checked, m.refused ? MT_CHECK_REJECTED
                                           : MT_CHECK_PASSED);
    }

    result = update(f, args);

    if (result.status != expected(old, &m)) {
        return 0;
    }

    if (result.status == MT_OK) {
        *old = m;
    }

    return 1;
}


static int
step_finish(fixture_t *f)
{
    model_t               *m;
    mt_result_t            result;
    const mt_operation_t  *op;

    m = &meetings[pick(nmeetings)];
    op = pick(2) ? &mt_op_meeting_end : &mt_op_meeting_cancel;

    result = act(f, op, m->num, 1, MT_MAY_CREATOR, MT_WHEN_OPEN);

    if (m->over) {
        return result.status != MT_OK;
    }

    m->over = op == &mt_op_meeting_end ? MT_MEETING_ENDED
                                       : MT_MEETING_CANCELLED;

    return result.status == MT_OK;
}


/* The answer is that of the model for all neighbours and exceptions. */

static void
test_conflicts(fixture_t *f)
{
    int        i, k, wrong;
    int64_t    found, nums[EXCEPTED];
    model_t    m;
    mt_txn_t  *txn;
    mt_ints_t  except = { EXCEPTED, nums };

    if (mt_read_begin(f->store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    wrong = 0;

    for (i = 0; i < 2000; i++) {
        memset(&m, 0, sizeof(m));
        pick_times(&m);
        m.room = 1 + pick(ROOMS);

        for (k = 0; k < EXCEPTED; k++) {
            nums[k] = pick(2) ? 0 : meetings[pick(nmeetings)].num;
        }

        qsort(nums, EXCEPTED, sizeof(nums[0]), mt_num_cmp);

        found = mt_booking_conflict(txn, f->company, m.room, m.begin, m.end,
                                    &except);
        wrong += (found > 0) != conflicts(&m, &except);
    }

    mt_read_end(txn);

    is_int(wrong, 0, "conflicts are those that the model sees");
}


static void
test_random(fixture_t *f)
{
    int  i, k, wrong, held;

    wrong = 0;

    for (i = 0; i < STEPS; i++) {
        k = pick(10);

        if (nmeetings == 0 || (k < 5 && nmeetings < MEETINGS)) {
            wrong += !step_create(f);

        } else if (k < 9) {
            wrong += !step_update(f);

        } else {
            wrong += !step_finish(f);
        }

        mt_arena_reset(f->arena);
    }

    is_int(wrong, 0, "%d steps end as the model says", STEPS);
    ok(nmeetings > 100, "%d meetings were made", nmeetings);

    held = 0;

    for (i = 0; i < nmeetings; i++) {
        held += meetings[i].room && !meetings[i].over
                && !meetings[i].refused;
    }

    is_int(entries(f, MT_DB_BOOKING, NULL), held,
           "bookings are those that hold a room");
}


static void
rooms(fixture_t *f)
{
    int             i;
    char            id[16];
    mt_room_edit_t  args;

    for (i = 1; i <= ROOMS; i++) {
        snprintf(id, sizeof(id), "r%d", i);

        memset(&args, 0, sizeof(args));
        mt_set(&args, room_edit, id, mt_cstr(id));
        mt_set(&args, room_edit, name, mt_cstr(id));
        mt_set(&args, room_edit, open, 0);
        mt_set(&args, room_edit, close, 1440);

        if (fixture_made(fixture_run(f, &mt_op_room_add, &args), id) != i) {
            fixture_die("rooms do not count from 1");
        }
    }
}


int
main(void)
{
    fixture_t  f;

    fixture_open(&f);
    users(&f, 1);
    rooms(&f);

    test_random(&f);
    test_conflicts(&f);

    is_int(fixture_verify(&f), 0, "the store's invariants hold");
    ok(replays(&f, 7) && replays(&f, 1000), "a replay gives an equal store");

    fixture_close(&f);

    return tap_done();
}

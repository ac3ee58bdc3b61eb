
/*
 * Meetings for the tests: arguments in a short spelling, and records of the
 * store.
 */

#ifndef MEETING_FIXTURE_H
#define MEETING_FIXTURE_H

#include "domain/meeting/mt_meeting_index.h"
#include "domain/meeting/mt_meeting_view.h"
#include "fixture.h"
#include "tap.h"


/* 2020-09-13 20:26:40 in Shanghai is FIXTURE_NOW; the day after, 00:00 */
#define DAY0   1600012800000LL
#define HOUR   MT_MS_PER_HOUR
#define MINUTE MT_MS_PER_MINUTE


#define edit_set(args, name, value)  mt_set(args, meeting_edit, name, value)


/* "1,4,6" */

__attribute__((unused))
static mt_strs_t
refs(fixture_t *f, const char *csv)
{
    mt_str_t     s;
    mt_strs_t    list;
    const char  *comma;

    s = mt_cstr(csv);

    list.n = 0;
    list.v = mt_arena_alloc(f->arena, (s.len + 1) * sizeof(mt_str_t));

    while (s.len) {
        comma = memchr(s.data, ',', s.len);

        list.v[list.n].data = s.data;
        list.v[list.n].len = comma ? (size_t) (comma - s.data) : s.len;

        s.data += list.v[list.n].len + (comma != NULL);
        s.len -= list.v[list.n++].len + (comma != NULL);
    }

    return list;
}


/* Makes an attendee for a list; id and name may be NULL. */

__attribute__((unused))
static mt_person_t
person(const char *ref, const char *id, const char *name)
{
    mt_person_t  p;

    memset(&p, 0, sizeof(p));
    mt_set(&p, person, ref, mt_cstr(ref));

    if (id) {
        mt_set(&p, person, id, mt_cstr(id));
    }

    if (name) {
        mt_set(&p, person, name, mt_cstr(name));
    }

    return p;
}


/* Fills arguments for a meeting of the creator, at DAY0 + begin hours. */

__attribute__((unused))
static mt_meeting_edit_t
edit_new(fixture_t *f, const char *creator, int64_t begin, int64_t end,
    const char *people)
{
    mt_meeting_edit_t  args;

    memset(&args, 0, sizeof(args));
    edit_set(&args, creator_ref, mt_cstr(creator));
    edit_set(&args, subject, MT_STR("meeting"));
    edit_set(&args, begin, DAY0 + begin * HOUR);
    edit_set(&args, end, DAY0 + end * HOUR);
    edit_set(&args, people_refs, refs(f, people));

    return args;
}


__attribute__((unused))
static mt_meeting_edit_t
edit_of(fixture_t *f, int64_t num)
{
    mt_meeting_edit_t  args;

    memset(&args, 0, sizeof(args));
    edit_set(&args, ref, mt_arena_printf(f->arena, "%lld", (long long) num));

    return args;
}


__attribute__((unused))
static mt_result_t
create(fixture_t *f, mt_meeting_edit_t args)
{
    return fixture_run(f, &mt_op_meeting_create, &args);
}


__attribute__((unused))
static mt_result_t
update(fixture_t *f, mt_meeting_edit_t args)
{
    return fixture_run(f, &mt_op_meeting_update, &args);
}


/* Makes a meeting, which must succeed. */

__attribute__((unused))
static int64_t
created(fixture_t *f, mt_meeting_edit_t args)
{
    return fixture_made(create(f, args), "cannot make a meeting");
}


__attribute__((unused))
static mt_result_t
act(fixture_t *f, const mt_operation_t *op, int64_t num, int64_t actor,
    int may, int when)
{
    int64_t           before;
    mt_result_t       result;
    mt_meeting_act_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, meeting_act, ref,
           mt_arena_printf(f->arena, "%lld", (long long) num));
    mt_set(&args, meeting_act, may, may);
    mt_set(&args, meeting_act, when, when);

    before = f->actor;
    f->actor = actor;
    result = fixture_run(f, op, &args);
    f->actor = before;

    return result;
}


__attribute__((unused))
static mt_result_t
answer(fixture_t *f, int64_t num, int64_t actor, int64_t what,
    const char *comment)
{
    int64_t      before;
    mt_answer_t  args;
    mt_result_t  result;

    memset(&args, 0, sizeof(args));
    mt_set(&args, answer, ref,
           mt_arena_printf(f->arena, "%lld", (long long) num));
    mt_set(&args, answer, answer, what);

    if (comment) {
        mt_set(&args, answer, comment, mt_cstr(comment));
    }

    before = f->actor;
    f->actor = actor;
    result = fixture_run(f, &mt_op_answer, &args);
    f->actor = before;

    return result;
}


__attribute__((unused))
static mt_checkin_args_t
checkin_args(fixture_t *f, int64_t num, const char *leader,
    const char *request)
{
    mt_checkin_args_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, checkin_args, ref,
           mt_arena_printf(f->arena, "%lld", (long long) num));
    mt_set(&args, checkin_args, leader, mt_cstr(leader));
    mt_set(&args, checkin_args, qr_time, f->now);
    mt_set(&args, checkin_args, request, mt_cstr(request));

    return args;
}


__attribute__((unused))
static mt_result_t
checkin(fixture_t *f, int64_t actor, mt_checkin_args_t args)
{
    int64_t      before;
    mt_result_t  result;

    before = f->actor;
    f->actor = actor;
    result = fixture_run(f, &mt_op_checkin, &args);
    f->actor = before;

    return result;
}


/* Each returns the present record, zeroed if there is none. */

static int
fixture_load(fixture_t *f, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, void *object)
{
    int        found;
    mt_txn_t  *txn;

    if (mt_read_begin(f->store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    found = mt_load_copy(txn, db, key, model, object, f->arena);
    mt_read_end(txn);

    if (found == 0) {
        memset(object, 0, model->size);
    }

    return found;
}


__attribute__((unused))
static mt_meeting_t
meeting(fixture_t *f, int64_t num)
{
    mt_key_t      key;
    mt_meeting_t  m;

    mt_key_num(&key, f->company, num);
    fixture_load(f, MT_DB_MEETING, &key, &mt_meeting_model, &m);

    return m;
}


__attribute__((unused))
static mt_tally_t
tally(fixture_t *f, int64_t num)
{
    mt_key_t    key;
    mt_tally_t  t;

    mt_key_num(&key, f->company, num);
    fixture_load(f, MT_DB_TALLY, &key, &mt_tally_model, &t);

    return t;
}


__attribute__((unused))
static int
attendee(fixture_t *f, int64_t num, int64_t slot, mt_attendee_t *row)
{
    mt_key_t  key;

    mt_key_num2(&key, f->company, num, slot);

    return fixture_load(f, MT_DB_ATTENDEE, &key, &mt_attendee_model, row);
}


__attribute__((unused))
static int
signed_in(fixture_t *f, int64_t num, int64_t slot, mt_checkin_t *row)
{
    mt_key_t  key;

    mt_key_num2(&key, f->company, num, slot);

    return fixture_load(f, MT_DB_CHECKIN, &key, &mt_checkin_model, row);
}


/* Returns how many entries of a database begin with the key (NULL: all). */

__attribute__((unused))
static int
entries(fixture_t *f, mt_db_t db, const mt_key_t *prefix)
{
    int           n, rc;
    mt_str_t      key, value;
    mt_txn_t     *txn;
    mt_cursor_t  *cursor;

    if (mt_read_begin(f->store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    cursor = mt_cursor_open(txn, db, prefix);
    n = 0;

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        n++;
    }

    mt_cursor_close(cursor);
    mt_read_end(txn);

    return n;
}


/*
 * Returns 1 if the journal, applied to an empty store in batches of `size`
 * commands, gives an equal store.
 */

__attribute__((unused))
static int
replays(fixture_t *f, int size)
{
    int           n, rc, same;
    mt_machine_t  machine;
    mt_str_t      key, value;
    mt_txn_t     *read, *write;
    fixture_t     copy;
    mt_cursor_t  *cursor;
    mt_result_t   result;
    mt_journal_t  entry;

    fixture_open_empty(&copy);
    machine = mt_batch_machine(copy.batch);

    if (mt_read_begin(f->store, &read) != MT_OK) {
        fixture_die("no read transaction");
    }

    cursor = mt_cursor_open(read, MT_DB_JOURNAL, NULL);
    rc = mt_cursor_first(cursor, &key, &value);

    for (n = 0; rc == 1; n++) {
        if ((n % size == 0 && machine.begin(machine.ctx, &write) != MT_OK)
            || mt_record_decode(value, &mt_journal_model, &entry, copy.arena)
               != MT_OK
            || machine.apply(machine.ctx, entry.command, &result) != MT_OK
            || result.status != MT_OK)
        {
            fixture_die("a journalled command failed");
        }

        rc = mt_cursor_next(cursor, &key, &value);

        if ((rc != 1 || n % size == size - 1)
            && machine.commit(machine.ctx) != MT_OK)
        {
            fixture_die("a batch failed");
        }
    }

    mt_cursor_close(cursor);
    mt_read_end(read);

    same = n > 0 && fixture_same(fixture_digest(f), fixture_digest(&copy));
    fixture_close(&copy);

    return same;
}


/*
 * Reads the rows of the last operation, `piece` at a time, each piece in a
 * transaction of its own, and calls take() for each.  Returns how many there
 * are, -1 on failure.
 */

__attribute__((unused))
static int
rows(fixture_t *f, int piece, void (*take)(const void *row, int i))
{
    int                rc, n, k;
    void              *row;
    mt_arena_t        *arena;
    const mt_rows_t   *r;

    r = f->call.op->rows;
    arena = mt_arena_create(0);
    n = 0;
    rc = 1;

    while (rc == 1) {
        if (mt_read_begin(f->store, &f->call.txn) != MT_OK
            || r->open(&f->call) != MT_OK)
        {
            fixture_die("no piece");
        }

        for (k = 0; k < piece; k++) {
            rc = r->next(&f->call, arena, &row);
            if (rc != 1) {
                break;
            }

            if (row) {
                take(row, n++);
            }

            mt_arena_reset(arena);
        }

        r->close(&f->call);
        mt_read_end(f->call.txn);
        f->call.txn = NULL;
    }

    mt_arena_destroy(arena);

    return rc < 0 ? -1 : n;
}


/* Makes users "1" to n, whose numbers are these. */

__attribute__((unused))
static void
users(fixture_t *f, int n)
{
    int    i;
    char   id[16];

    for (i = 1; i <= n; i++) {
        snprintf(id, sizeof(id), "%d", i);

        if (fixture_user(f, id, id, NULL, NULL) != i) {
            fixture_die("a decimal id did not claim its number");
        }
    }
}


#define is_status(result, want, ...)                                          \
    do {                                                                      \
        mt_status_t  s_ = (mt_status_t) (result).status;                      \
                                                                              \
        if (!ok(s_ == (want), __VA_ARGS__)) {                                 \
            printf("#   got %s, want %s\n", mt_status_name(s_),               \
                   mt_status_name(want));                                     \
        }                                                                     \
    } while (0)

#endif /* MEETING_FIXTURE_H */

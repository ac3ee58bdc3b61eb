
/*
 * Random operations with random arguments within the bounds of their models,
 * one after the other, on a company with users, a room and a meeting.  No
 * crash; no command fails its batch; the store verifies at the end; a
 * rejection and a read change nothing; a list can be read to its end at any
 * time.
 *
 * The bytes choose operations and values from few of each, so that records
 * meet: ids that are numbers, look like numbers, or are none; times about now.
 */

#include "../unit/fixture.h"


#define FUZZ_COMMANDS  64
#define FUZZ_LIST      4
#define FUZZ_DEPTH     2
#define FUZZ_ROWS      10000
#define FUZZ_COMPARED  8          /* one command in so many */


typedef struct {
    const uint8_t  *p;
    const uint8_t  *end;
    mt_arena_t     *arena;
    int64_t         now;
} fuzz_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* Operations that work with secrets or outside of the store have other tests;
 * the rest have no command or no state. */

static const mt_operation_t *const  operations[] = {
    &mt_op_dept_add, &mt_op_dept_update, &mt_op_dept_remove,
    &mt_op_user_add, &mt_op_user_update, &mt_op_user_remove,
    &mt_op_user_face, &mt_op_import_told,
    &mt_op_room_add, &mt_op_room_update, &mt_op_room_remove,
    &mt_op_meeting_create, &mt_op_meeting_create, &mt_op_meeting_update,
    &mt_op_meeting_update, &mt_op_meeting_cancel, &mt_op_meeting_end,
    &mt_op_meeting_remind, &mt_op_series_create, &mt_op_series_update,
    &mt_op_series_cancel, &mt_op_answer, &mt_op_checkin, &mt_op_checkin,
    &mt_op_meeting_purge, &mt_op_company_purge, &mt_op_user_erase,
    &mt_op_user_erase_step,
    &mt_op_meeting_keep, &mt_op_room_release, &mt_op_checkin_add,
    &mt_op_checkin_undo, &mt_op_excuse, &mt_op_meeting_set,
    &mt_op_meeting_read, &mt_op_meeting_hide, &mt_op_event_set,
    &mt_op_event_pause, &mt_op_event_delivered, &mt_op_event_failed,
    &mt_op_event_set_aside, &mt_op_event_redeliver, &mt_op_event_discard,
    &mt_op_reminder_fire, &mt_op_journal_trim, &mt_op_session_expire,
    &mt_op_participation, &mt_op_meeting_detail, &mt_op_sponsored_meetings,
    &mt_op_user_get, &mt_op_user_list, &mt_op_dept_get, &mt_op_dept_list,
    &mt_op_room_get, &mt_op_room_list, &mt_op_meeting_get,
    &mt_op_meeting_list, &mt_op_meeting_link
};

static const char *const  strings[] = {
    "", "1", "2", "3", "4", "0", "-1", "-2", "a", "b", "c", "01",
    "4611686018427387903", "4611686018427387904", "9223372036854775807",
    "08:00", "18:00", "24:00", "Asia/Shanghai"
};


/* The disk is not tested here. */

int
fdatasync(int fd)
{
    (void) fd;

    return 0;
}


int
fsync(int fd)
{
    (void) fd;

    return 0;
}


static unsigned
fuzz_byte(fuzz_t *z)
{
    return z->p < z->end ? *z->p++ : 0;
}


static int64_t
fuzz_int(fuzz_t *z, const mt_field_t *field)
{
    int64_t  n;

    const int64_t  values[] = {
        0, 1, 2, 3, 4, field->min, field->max, z->now,
        z->now + MT_MS_PER_HOUR, z->now - MT_MS_PER_HOUR,
        z->now + MT_MS_PER_MINUTE, z->now + MT_MS_PER_DAY,
        z->now + 7 * MT_MS_PER_DAY, z->now - 1000
    };

    n = values[fuzz_byte(z) % mt_nitems(values)];

    return n < field->min ? field->min : n > field->max ? field->max : n;
}


/* A length within the model's bounds. */

static mt_str_t
fuzz_str(fuzz_t *z, int64_t min, int64_t max)
{
    char      *data;
    mt_str_t   s;
    unsigned   n;

    n = fuzz_byte(z) % (mt_nitems(strings) + 1);
    s = n < mt_nitems(strings) ? mt_cstr(strings[n]) : MT_STR("");

    if (n < mt_nitems(strings) && (int64_t) s.len >= min
        && (int64_t) s.len <= max)
    {
        return s;
    }

    s.len = (size_t) (n == mt_nitems(strings) && max <= MT_NAME_MAX ? max
                                                                    : min);
    data = mt_arena_take(z->arena, s.len + 1);
    memset(data, 'x', s.len);
    s.data = data;

    return s;
}


static void fuzz_fill(fuzz_t *z, const mt_model_t *model, void *object,
    unsigned depth);


static void
fuzz_list(fuzz_t *z, const mt_field_t *field, void *member, unsigned depth)
{
    size_t      i, n;
    uint8_t    *elements;
    mt_ints_t  *ints;
    mt_objs_t  *objs;
    mt_strs_t  *strs;

    n = fuzz_byte(z) % (FUZZ_LIST + 1);
    n = (int64_t) n < field->min ? (size_t) field->min : n;

    switch (field->kind) {

    case MT_INTS:
        ints = member;
        ints->n = n;
        ints->v = mt_arena_alloc(z->arena, (n + 1) * sizeof(int64_t));

        for (i = 0; i < n; i++) {
            ints->v[i] = fuzz_byte(z) % 8;
        }

        return;

    case MT_STRS:
        strs = member;
        strs->n = n;
        strs->v = mt_arena_alloc(z->arena, (n + 1) * sizeof(mt_str_t));

        for (i = 0; i < n; i++) {
            strs->v[i] = fuzz_str(z, 1, MT_ID_MAX);
        }

        return;

    default:
        objs = member;
        elements = mt_arena_alloc(z->arena, (n + 1) * field->sub->size);
        objs->n = n;
        objs->v = elements;

        for (i = 0; i < n; i++) {
            fuzz_fill(z, field->sub, elements + i * field->sub->size,
                      depth + 1);
        }
    }
}


/* Fields that an operation fills itself are left out: fresh ids, occurrences,
 * secrets; passwords, whose hash takes long; and the end of an erasure, which
 * wants a search before it. */

static int
fuzz_leaves_out(const mt_field_t *field)
{
    mt_str_t  name;

    name = mt_cstr(field->name);

    return mt_str_eq(name, MT_STR("fresh_id"))
           || mt_str_eq(name, MT_STR("occurrences"))
           || mt_str_eq(name, MT_STR("plain"))
           || mt_str_eq(name, MT_STR("password"))
           || mt_str_eq(name, MT_STR("finish"));
}


static void
fuzz_fill(fuzz_t *z, const mt_model_t *model, void *object, unsigned depth)
{
    unsigned           i;
    uint8_t           *member;
    const mt_field_t  *field;

    if (depth > FUZZ_DEPTH) {
        return;
    }

    for (i = 1; i < model->nfields; i++) {
        field = &model->fields[i];

        if (field->name == NULL || fuzz_leaves_out(field)
            || fuzz_byte(z) % 2 == 0)
        {
            continue;
        }

        member = (uint8_t *) object + field->offset;

        switch (field->kind) {

        case MT_INT:
            *(int64_t *) member = fuzz_int(z, field);
            break;

        case MT_STR:
            *(mt_str_t *) member = fuzz_str(z, field->min, field->max);
            break;

        case MT_OBJ:
            continue;

        default:
            fuzz_list(z, field, member, depth);
        }

        *(uint64_t *) object |= 1ULL << i;
    }
}


static void
fuzz_check(int holds, const char *what)
{
    if (!holds) {
        (void) fprintf(stderr, "# %s\n", what);
        abort();
    }
}


/* Reads a list to its end, with the rows within each row. */

static void
fuzz_rows(fixture_t *f, const mt_rows_t *rows, unsigned depth)
{
    int          rc;
    void        *row;
    unsigned     n;
    mt_arena_t  *arena;

    arena = mt_arena_create(0);

    fuzz_check(rows->open(&f->call) == MT_OK, "a list that does not open");

    for (n = 0; (rc = rows->next(&f->call, arena, &row)) == 1; n++) {
        fuzz_check(n < FUZZ_ROWS, "a list without an end");

        if (rows->inner && row) {
            fuzz_rows(f, rows->inner, depth + 1);
        }

        mt_arena_reset(arena);
    }

    fuzz_check(rc == 0, "a list that breaks off");

    rows->close(&f->call);
    mt_arena_destroy(arena);
}


static void
fuzz_step(fixture_t *f, fuzz_t *z)
{
    int                    compared;
    void                  *args;
    mt_result_t            result;
    fixture_digest_t       before;
    const mt_operation_t  *op;

    op = operations[fuzz_byte(z) % mt_nitems(operations)];
    f->actor = fuzz_byte(z) % 4;

    args = mt_arena_alloc(f->arena, op->args->size);
    fuzz_fill(z, op->args, args, 0);

    compared = fuzz_byte(z) % FUZZ_COMPARED == 0;

    if (compared) {
        before = fixture_digest(f);
    }

    result = fixture_run(f, op, args);

    if (compared && (result.status != MT_OK || op->body == NULL)) {
        fuzz_check(fixture_same(before, fixture_digest(f)),
                   "the store was changed");
    }

    if (result.status == MT_OK && op->rows) {
        fuzz_check(mt_read_begin(f->store, &f->call.txn) == MT_OK, "a read");
        fuzz_rows(f, op->rows, 0);
        mt_read_end(f->call.txn);
    }

    f->now += fuzz_byte(z) * MT_MS_PER_MINUTE / 4;
    z->now = f->now;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    int        i;
    fuzz_t     z;
    fixture_t  f;

    fixture_open(&f);

    (void) fixture_dept(&f, "d", "d", NULL);
    (void) fixture_user(&f, "1", "one", NULL, "d");
    (void) fixture_user(&f, "b", "two", NULL, NULL);
    (void) fixture_user(&f, "3", "three", NULL, NULL);
    (void) fixture_room(&f, "a");

    z.p = data;
    z.end = data + size;
    z.arena = f.arena;
    z.now = f.now;

    for (i = 0; i < FUZZ_COMMANDS && z.p < z.end; i++) {
        fuzz_step(&f, &z);
    }

    fuzz_check(fixture_verify(&f) == 0, "the store breaks its invariants");
    fixture_close(&f);

    return 0;
}

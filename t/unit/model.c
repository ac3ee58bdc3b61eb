
#include "models.h"
#include "tap.h"


#define ROUNDS  100


static uint64_t     seed = 88172645463325252ULL;
static mt_arena_t  *arena;


static uint64_t
next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;

    return seed;
}


static int64_t
random_int(void)
{
    int64_t  n;

    n = (int64_t) (next_random() >> (next_random() % 64));

    return next_random() % 2 ? n : -n;
}


static mt_str_t
random_str(void)
{
    char      *p;
    size_t     i;
    mt_str_t   s;

    s.len = next_random() % (next_random() % 8 ? 20 : 400);
    p = mt_arena_alloc(arena, s.len);
    s.data = p;

    for (i = 0; i < s.len; i++) {
        p[i] = (char) next_random();
    }

    return s;
}


static void random_object(const mt_model_t *model, void *object, int depth);


static void
random_list(const mt_field_t *field, mt_objs_t *list, int depth)
{
    size_t  i;

    list->n = next_random() % 5;

    if (field->kind == MT_INTS) {
        list->v = mt_arena_alloc(arena, list->n * sizeof(int64_t));

    } else if (field->kind == MT_STRS) {
        list->v = mt_arena_alloc(arena, list->n * sizeof(mt_str_t));

    } else {
        list->v = mt_arena_alloc(arena, list->n * field->sub->size);
    }

    for (i = 0; i < list->n; i++) {
        if (field->kind == MT_INTS) {
            ((int64_t *) list->v)[i] = random_int();

        } else if (field->kind == MT_STRS) {
            ((mt_str_t *) list->v)[i] = random_str();

        } else {
            random_object(field->sub, (char *) list->v + i * field->sub->size,
                          depth + 1);
        }
    }
}


/* Fills about two thirds of the fields; `has` is random, as it may be. */

static void
random_object(const mt_model_t *model, void *object, int depth)
{
    void              *sub, *value;
    unsigned           i;
    mt_objs_t          list;
    const mt_field_t  *field;

    memset(object, 0, model->size);
    *(uint64_t *) object = next_random();

    for (i = 1; i < model->nfields; i++) {
        field = &model->fields[i];
        value = (char *) object + field->offset;

        if (field->kind == MT_NONE || next_random() % 3 == 0) {
            continue;
        }

        switch (field->kind) {

        case MT_INT:
            *(int64_t *) value = random_int();
            break;

        case MT_STR:
            *(mt_str_t *) value = random_str();
            break;

        case MT_OBJ:
            if (depth < 3) {
                sub = mt_arena_alloc(arena, field->sub->size);
                random_object(field->sub, sub, depth + 1);
                *(void **) value = sub;
            }

            break;

        default:
            random_list(field, &list, depth);
            memcpy(value, &list, sizeof(list));
        }
    }
}


static mt_str_t
encode(const mt_model_t *model, const void *object, mt_encode_mode_t mode)
{
    mt_buf_t  buf;
    mt_str_t  s;

    mt_buf_init(&buf, arena, 0);
    mt_record_encode(&buf, model, object, mode);

    s.data = buf.data;
    s.len = buf.len;

    return s;
}


static void
test_round_trip(const mt_model_t *model)
{
    int       same, given;
    void     *object, *back;
    unsigned  i;
    uint64_t  has, mask, bit;
    mt_str_t  record;

    same = 1;
    given = 1;
    mask = 0;

    for (bit = 1; bit < model->nfields; bit++) {
        mask |= (uint64_t) (model->fields[bit].kind != MT_NONE) << bit;
    }

    for (i = 0; i < ROUNDS; i++) {
        mt_arena_reset(arena);
        object = mt_arena_alloc(arena, model->size);
        back = mt_arena_alloc(arena, model->size);
        random_object(model, object, 0);

        record = encode(model, object, MT_ENCODE_STATE);
        same &= mt_record_decode(record, model, back, arena) == MT_OK;
        same &= models_equal(model, object, back);
        same &= mt_str_eq(record, encode(model, back, MT_ENCODE_STATE));
        same &= mt_str_eq(record, encode(model, back, MT_ENCODE_GIVEN));

        record = encode(model, object, MT_ENCODE_GIVEN);
        given &= mt_record_decode(record, model, back, arena) == MT_OK;

        has = *(uint64_t *) back;
        given &= (*(uint64_t *) object & mask & ~has) == 0;
        given &= mt_str_eq(record, encode(model, back, MT_ENCODE_GIVEN));
    }

    ok(same, "%s: state there and back", model->name);
    ok(given, "%s: what was given, there and back", model->name);
}


/* Decoding some fields gives the same as decoding all. */

static void
test_some(const mt_model_t *model)
{
    int       same;
    void     *object, *all, *some, *rest;
    unsigned  i, bit, highest;
    uint64_t  wanted;
    mt_str_t  record;

    same = 1;

    for (i = 0; i < ROUNDS; i++) {
        mt_arena_reset(arena);
        object = mt_arena_alloc(arena, model->size);
        all = mt_arena_alloc(arena, model->size);
        some = mt_arena_alloc(arena, model->size);
        rest = mt_arena_alloc(arena, model->size);
        random_object(model, object, 0);

        wanted = next_random() & next_random();
        highest = i % 64;

        if (i & 1) {
            wanted = MT_FIELDS_TO(highest);
        }

        record = encode(model, object, MT_ENCODE_STATE);
        same &= mt_record_decode(record, model, all, arena) == MT_OK
                && mt_record_decode_some(record, model, wanted, some, arena)
                   == MT_OK
                && mt_record_decode_some(record, model, ~wanted, rest, arena)
                   == MT_OK;

        same &= *(uint64_t *) some == (*(uint64_t *) all & wanted)
                && *(uint64_t *) rest == (*(uint64_t *) all & ~wanted);

        /* together they are all fields */

        for (bit = 1; bit < model->nfields; bit++) {
            if (!(wanted >> bit & 1)) {
                mt_patch(some, model, rest, model, 1ULL << bit);
            }
        }

        same &= models_equal(model, all, some);
    }

    ok(same, "%s: a part of the fields", model->name);
}


/* Truncated at each byte, and with bytes changed: the decoder never
 * crashes. */

static void
test_damage(const mt_model_t *model)
{
    int          accounted;
    char        *copy;
    void        *object, *back;
    size_t       i, j;
    mt_str_t     record, damaged;
    mt_status_t  rc;

    accounted = 1;
    mt_arena_reset(arena);
    object = mt_arena_alloc(arena, model->size);
    back = mt_arena_alloc(arena, model->size);
    random_object(model, object, 0);
    record = encode(model, object, MT_ENCODE_GIVEN);

    for (i = 0; i < record.len && i < 2000; i++) {
        /* of exactly this size, so that ASan sees a read behind it */
        copy = mt_arena_alloc(arena, i);
        memcpy(copy, record.data, i);
        damaged.data = copy;
        damaged.len = i;

        rc = mt_record_decode(damaged, model, back, arena);
        accounted &= rc == MT_OK || rc == MT_STORE_FAILED;
    }

    for (i = 0; i < 500; i++) {
        damaged = mt_arena_str(arena, record);
        copy = (char *) damaged.data;

        for (j = next_random() % 4 + 1; j && record.len; j--) {
            copy[next_random() % record.len] = (char) next_random();
        }

        rc = mt_record_decode(damaged, model, back, arena);
        accounted &= rc == MT_OK || rc == MT_STORE_FAILED;
    }

    ok(accounted, "%s: damaged records", model->name);
}


static void
test_bytes(void)
{
    size_t     i;
    mt_zoo_t   zoo;
    mt_leaf_t  leaf = { .num = -3, .text = mt_str("ab") };

    /* tags: zoo num 1<<3|1, text 3<<3|2, ints 4<<3|3, strs 16<<3|4 (2 bytes),
     * leaf 17<<3|5 (2), leaves 40<<3|6 (2) */
    static const struct {
        const char   *what;
        mt_str_t      record;
        mt_status_t   want;
    } cases[] = {
        { "an empty record", mt_str(""), MT_OK },
        { "a number", mt_str("\x09\x05"), MT_OK },
        { "a number cut", mt_str("\x09\x85"), MT_STORE_FAILED },
        { "a tag alone", mt_str("\x09"), MT_STORE_FAILED },
        { "number 0", mt_str("\x01\x05"), MT_STORE_FAILED },
        { "number 64", mt_str("\x81\x04\x05"), MT_STORE_FAILED },
        { "a field twice", mt_str("\x09\x05\x09\x05"), MT_STORE_FAILED },
        { "fields in disorder", mt_str("\x1a\x01x\x09\x05"),
          MT_STORE_FAILED },
        { "another kind", mt_str("\x0a\x01x"), MT_STORE_FAILED },
        { "kind 0", mt_str("\x10\x05"), MT_STORE_FAILED },
        { "kind 7", mt_str("\x17\x05"), MT_STORE_FAILED },
        { "a string too long", mt_str("\x1a\x05xx"), MT_STORE_FAILED },
        { "a string of 2^64 - 1",
          mt_str("\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
          MT_STORE_FAILED },
        { "a number of 70 bits",
          mt_str("\x09\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
          MT_STORE_FAILED },
        { "a list longer than its bytes", mt_str("\x23\x7f\x01"),
          MT_STORE_FAILED },
        { "a list of 2^63",
          mt_str("\x23\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
          MT_STORE_FAILED },
        { "a list cut", mt_str("\x23\x02\x81\x81"), MT_STORE_FAILED },
        { "an empty list", mt_str("\x23\x00"), MT_OK },
        { "an object", mt_str("\x8d\x01\x02\x09\x05"), MT_OK },
        { "an object cut", mt_str("\x8d\x01\x03\x09\x05"), MT_STORE_FAILED },
        { "an object that is bad", mt_str("\x8d\x01\x01\x09"),
          MT_STORE_FAILED },
        { "an unknown number", mt_str("\x11\x05\x1a\x01x"), MT_OK },
        { "an unknown string", mt_str("\x12\x01x\x1a\x01x"), MT_OK },
        { "an unknown string cut", mt_str("\x12\x05x"), MT_STORE_FAILED },
        { "an unknown list", mt_str("\x14\x02\x01x\x00\x1a\x01x"), MT_OK },
        { "an unknown list cut", mt_str("\x14\x02\x01x"), MT_STORE_FAILED },
        { "an unknown list of 2^63",
          mt_str("\x16\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
          MT_STORE_FAILED },
    };

    mt_arena_reset(arena);

    for (i = 0; i < mt_nitems(cases); i++) {
        is_int(mt_record_decode(cases[i].record, &mt_zoo_model, &zoo, arena),
               cases[i].want, "%s", cases[i].what);
    }

    is_str(encode(&mt_leaf_model, &leaf, MT_ENCODE_STATE),
           "\x09\x05\xfa\x03\x02" "ab", "the bytes of a record");
    leaf.has = MT_BIT(leaf, num);
    leaf.num = 0;
    is_int(encode(&mt_leaf_model, &leaf, MT_ENCODE_GIVEN).len, 7,
           "zero is written when it was given");
    is_int(encode(&mt_leaf_model, &leaf, MT_ENCODE_STATE).len, 5,
           "and not in a state");
}


static void
test_unknown(void)
{
    mt_zoo_t   zoo;
    mt_leaf_t  leaf;
    mt_str_t   record;

    mt_arena_reset(arena);

    do {
        random_object(&mt_zoo_model, &zoo, 0);
    } while (zoo.leaf == NULL || zoo.leaves.n == 0 || zoo.strs.n == 0
             || zoo.ints.n == 0 || zoo.num == 0);

    zoo.zoo = NULL;
    zoo.has = 0;
    record = encode(&mt_zoo_model, &zoo, MT_ENCODE_STATE);

    is_int(mt_record_decode(record, &mt_leaf_model, &leaf, arena), MT_OK,
           "an older reader skips fields of every kind");
    is_int(leaf.num, zoo.num, "and reads what it knows");
    is_int(leaf.has, MT_BIT(leaf, num), "and only that");
}


static void
test_limits(void)
{
    unsigned     depth;
    mt_zoo_t     zoos[20], back;
    mt_str_t     record;
    mt_arena_t  *small;

    mt_arena_reset(arena);
    memset(zoos, 0, sizeof(zoos));

    for (depth = 0; depth < mt_nitems(zoos) - 1; depth++) {
        zoos[depth].zoo = &zoos[depth + 1];
    }

    record = encode(&mt_zoo_model, &zoos[12], MT_ENCODE_STATE);
    is_int(mt_record_decode(record, &mt_zoo_model, &back, arena), MT_OK,
           "records seven deep");
    record = encode(&mt_zoo_model, &zoos[0], MT_ENCODE_STATE);
    is_int(mt_record_decode(record, &mt_zoo_model, &back, arena),
           MT_STORE_FAILED, "records twenty deep");

    small = mt_arena_create(16);
    is_int(mt_record_decode(MT_STR("\x23\x03\x01\x01\x01"), &mt_zoo_model,
                            &back, small), MT_NO_MEMORY, "a list, no memory");
    is_int(mt_record_decode(MT_STR("\x8d\x01\x02\x09\x05"), &mt_zoo_model,
                            &back, small), MT_NO_MEMORY,
           "an object, no memory");
    mt_arena_destroy(small);
}


static void
test_patch(void)
{
    int64_t        ints[] = { 1, 2 };
    mt_user_t      user = { .name = mt_str("old"), .memo = mt_str("old"),
                            .admin = 1, .status = 1, .has = 1 };
    mt_user_edit_t edit = { .name = mt_str("new"), .status = 0,
                            .job = mt_str("not given") };
    mt_zoo_t       from = { .ints = { 2, ints } }, to = { 0 };

    edit.has = MT_BIT(user, name) | MT_BIT(user, memo) | MT_BIT(user, status)
               | MT_BIT(user, admin);

    mt_patch(&user, &mt_user_model, &edit, &mt_user_edit_model,
             MT_BIT(user, name) | MT_BIT(user, memo) | MT_BIT(user, status)
             | MT_BIT(user, job));

    is_str(user.name, "new", "patch: a string");
    is_str(user.memo, "", "patch: set to empty");
    is_int(user.status, 0, "patch: set to zero");
    is_int(user.admin, 1, "patch: not in the mask");
    is_str(user.job, "", "patch: not given");
    is_int(user.has, 1, "patch: `has` is left alone");

    from.has = MT_BIT(zoo, ints);
    mt_patch(&to, &mt_zoo_model, &from, &mt_zoo_model, ~0ULL);
    ok(to.ints.n == 2 && to.ints.v == ints, "patch: a list");
}


static void
test_bounds(void)
{
    size_t     i;
    int64_t    ints[5] = { 0 };
    mt_zoo_t   zoo = { .ints = { 5, ints } };
    mt_leaf_t  leaves[2] = { { .num = 101 }, { .num = 101 } };

    static const struct {
        mt_str_t     s;
        mt_status_t  want;
    } cases[] = {
        { mt_str(""), MT_BAD_VALUE },
        { mt_str("a"), MT_BAD_VALUE },
        { mt_str("\xe4\xbc\x9a"), MT_BAD_VALUE },
        { mt_str("ab"), MT_OK },
        { mt_str("abcde"), MT_OK },
        { mt_str("abcdef"), MT_TOO_LONG },
        { mt_str("\xe4\xbc\x9a\xe4\xbc\x9a\xe4\xbc\x9a\xe4\xbc\x9a"
                 "\xe4\xbc\x9a"), MT_OK },
        { mt_str("\xe4\xbc\x9a\xe4\xbc\x9a\xe4\xbc\x9a\xe4\xbc\x9a"
                 "\xe4\xbc\x9a" "a"), MT_TOO_LONG },
        { mt_str("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), MT_TOO_LONG },
    };

    static const struct {
        int64_t      n;
        mt_status_t  want;
    } numbers[] = {
        { -101, MT_BAD_VALUE }, { -100, MT_OK }, { 100, MT_OK },
        { 101, MT_BAD_VALUE }, { INT64_MAX, MT_BAD_VALUE }
    };

    for (i = 0; i < mt_nitems(cases); i++) {
        is_int(mt_check_bounds(MT_FIELD(leaf, text), &cases[i].s),
               cases[i].want, "bounds of a string: case %zu", i);
    }

    for (i = 0; i < mt_nitems(numbers); i++) {
        is_int(mt_check_bounds(MT_FIELD(leaf, num), &numbers[i].n),
               numbers[i].want, "bounds of a number: case %zu", i);
    }

    is_int(mt_check_bounds(MT_FIELD(zoo, ints), &zoo.ints), MT_TOO_MANY,
           "a list too long");
    zoo.ints.n = 4;
    is_int(mt_check_bounds(MT_FIELD(zoo, ints), &zoo.ints), MT_OK, "a list");
    zoo.ints.n = 0;
    is_int(mt_check_bounds(MT_FIELD(zoo, ints), &zoo.ints), MT_BAD_VALUE,
           "a list too short");

    is_int(mt_check_bounds(MT_FIELD(zoo, leaf), &zoo.leaf), MT_OK,
           "no object");
    zoo.leaf = &leaves[0];
    is_int(mt_check_bounds(MT_FIELD(zoo, leaf), &zoo.leaf), MT_OK,
           "what was not given is not judged");
    leaves[0].has = MT_BIT(leaf, num);
    is_int(mt_check_bounds(MT_FIELD(zoo, leaf), &zoo.leaf), MT_BAD_VALUE,
           "a field of an object");

    leaves[0].num = 5;
    leaves[1].has = MT_BIT(leaf, num);
    zoo.leaves.n = 2;
    zoo.leaves.v = leaves;
    is_int(mt_check_bounds(MT_FIELD(zoo, leaves), &zoo.leaves), MT_BAD_VALUE,
           "a field of an object in a list");
}


static void
test_statuses(void)
{
    is_str(mt_cstr(mt_status_name(MT_SIGNED_ALREADY)), "signed_already",
           "a status's name");
    is_str(mt_cstr(mt_status_reason(MT_OK)), "success",
           "a status's reason");
    is_str(mt_cstr(mt_status_name(59)), "unknown", "a number between");
    is_str(mt_cstr(mt_status_name(1000)), "unknown", "a number beyond");
    is_str(mt_cstr(mt_status_name((mt_status_t) -1)), "unknown",
           "a negative number");
    is_int(mt_status_http(MT_SIGNED_ALREADY), 200, "a refusal is HTTP 200");
    is_int(mt_status_http(MT_BAD_METHOD), 405, "a wrong method");
    is_int(mt_status_http(MT_TOO_LARGE), 413, "too large");
    is_int(mt_status_http(MT_STORE_FULL), 503, "a full store");
}


/* A record within a record, encoded in place, has the same bytes as one that
 * was encoded first, for lengths of one, two and three bytes. */

static void
test_last(void)
{
    size_t        i;
    mt_buf_t      once, twice, body;
    mt_leaf_t     leaf;
    mt_command_t  command;

    static const size_t  lengths[] = { 0, 1, 124, 125, 126, 300, 20000 };

    for (i = 0; i < mt_nitems(lengths); i++) {
        memset(&leaf, 0, sizeof(leaf));
        leaf.text.len = lengths[i];
        leaf.text.data = mt_arena_alloc(arena, lengths[i] + 1);

        mt_buf_init(&body, arena, 8);
        mt_record_encode(&body, &mt_leaf_model, &leaf, MT_ENCODE_GIVEN);

        memset(&command, 0, sizeof(command));
        command.op = 41;
        command.time = 1619251200000;

        mt_buf_init(&once, arena, 8);
        mt_record_encode(&once, &mt_command_model, &command, MT_ENCODE_STATE);
        mt_record_encode_last(&once, MT_FIELD(command, body), &mt_leaf_model,
                              &leaf, MT_ENCODE_GIVEN);

        command.body = (mt_str_t) { body.len, body.data };

        mt_buf_init(&twice, arena, 8);
        mt_record_encode(&twice, &mt_command_model, &command, MT_ENCODE_STATE);

        ok(!once.failed && once.len == twice.len
           && memcmp(once.data, twice.data, once.len) == 0,
           "a record of %zu bytes as the last field", body.len);
    }
}


int
main(void)
{
    size_t  i;

    arena = mt_arena_create(0);

    for (i = 0; i < mt_nitems(models); i++) {
        test_round_trip(models[i]);
        test_some(models[i]);
        test_damage(models[i]);
    }

    test_bytes();
    test_unknown();
    test_limits();
    test_patch();
    test_bounds();
    test_statuses();
    test_last();

    mt_arena_destroy(arena);

    return tap_done();
}

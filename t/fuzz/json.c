
/*
 * Random bytes as a body, with a table that has each kind and wire form.  No
 * crash; an error names a field in UTF-8; a value that decodes is the same
 * after it is encoded and decoded again.
 */

#include "json/mt_json.h"

#include <stdlib.h>


#define FUZZ_MEMORY  (64 << 20)


#define MT_FCHILD_FIELDS(F, M)                                                \
    F(M, 1,  INT,  num,     -5, 100, NULL)                                    \
    F(M, 2,  STR,  name,    0, 5, NULL)

MT_DECLARE_MODEL(fchild, MT_FCHILD_FIELDS);
MT_DEFINE_MODEL(fchild, MT_FCHILD_FIELDS);

#define MT_FALL_FIELDS(F, M)                                                  \
    F(M, 1,  INT,  num,     INT64_MIN, INT64_MAX, NULL)                       \
    F(M, 2,  STR,  text,    0, 100, NULL)                                     \
    F(M, 3,  STR,  ref,     0, 64, NULL)                                      \
    F(M, 4,  STR,  maybe,   0, 64, NULL)                                      \
    F(M, 5,  INT,  quoted,  INT64_MIN, INT64_MAX, NULL)                       \
    F(M, 6,  INT,  flag,    0, 1, NULL)                                       \
    F(M, 7,  INT,  seconds, INT64_MIN, INT64_MAX, NULL)                       \
    F(M, 8,  INT,  micro,   INT64_MIN, INT64_MAX, NULL)                       \
    F(M, 9,  STRS, strs,    0, 50, NULL)                                      \
    F(M, 10, STRS, refs,    0, 50, NULL)                                      \
    F(M, 11, STRS, csv,     0, 50, NULL)                                      \
    F(M, 12, INTS, nums,    0, 50, NULL)                                      \
    F(M, 13, INTS, micros,  0, 50, NULL)                                      \
    F(M, 14, OBJ,  child,   0, 0, &mt_fchild_model)                           \
    F(M, 15, OBJS, people,  0, 50, &mt_fchild_model)

MT_DECLARE_MODEL(fall, MT_FALL_FIELDS);
MT_DEFINE_MODEL(fall, MT_FALL_FIELDS);


MT_JSON_TABLE(child_table,
    { "num", MT_FIELD(fchild, num), .flags = MT_JSON_REQUIRED },
    { "name", MT_FIELD(fchild, name) }
);

MT_JSON_TABLE(table,
    { "user_id", MT_FIELD(fall, num) },
    { "id", MT_FIELD(fall, text) },
    { "sign", MT_FIELD(fall, text), .flags = MT_JSON_ALIAS },
    { "token", MT_FIELD(fall, maybe), .how = &mt_wire_null_if_empty },
    { "meeting_id", MT_FIELD(fall, ref), .how = &mt_wire_ref },
    { "leader_id", MT_FIELD(fall, quoted), .how = &mt_wire_int_string },
    { "flag", MT_FIELD(fall, flag), .how = &mt_wire_bool },
    { "create_date", MT_FIELD(fall, seconds), .how = &mt_wire_seconds },
    { "micro", MT_FIELD(fall, micro), .how = &mt_wire_micro },
    { "strs", MT_FIELD(fall, strs) },
    { "refs", MT_FIELD(fall, refs), .how = &mt_wire_ref },
    { "csv", MT_FIELD(fall, csv), .how = &mt_wire_ref_csv },
    { "nums", MT_FIELD(fall, nums) },
    { "micros", MT_FIELD(fall, micros), .how = &mt_wire_micro },
    { "client", MT_FIELD(fall, child), .sub = &child_table },
    { "people", MT_FIELD(fall, people), .sub = &child_table },
    { "data", .flags = MT_JSON_PAYLOAD }
);


static void
check(int holds)
{
    if (!holds) {
        abort();
    }
}


static mt_str_t
encode(mt_arena_t *arena, const mt_fall_t *object)
{
    mt_buf_t           buf;
    mt_json_writer_t  *w;

    mt_buf_init(&buf, arena, 0);
    w = mt_json_writer(arena, &buf);
    check(w != NULL);

    mt_json_open_object(w);
    mt_json_members(w, &table, object);
    mt_json_close_object(w);

    check(!buf.failed);

    return (mt_str_t) { buf.len, buf.data };
}


static mt_str_t
record(mt_arena_t *arena, const mt_fall_t *object)
{
    mt_buf_t  buf;

    mt_buf_init(&buf, arena, 64);
    mt_record_encode(&buf, &mt_fall_model, object, MT_ENCODE_STATE);

    return (mt_str_t) { buf.len, buf.data };
}


static void
check_again(mt_arena_t *arena, const mt_fall_t *object)
{
    mt_fall_t         again = { 0 };
    mt_json_decode_t  d = { .arena = arena };

    check(mt_json_decode(&d, encode(arena, object), &table, &again) == MT_OK);
    check(d.error.status == MT_OK);
    check(mt_str_eq(record(arena, object), record(arena, &again)));
}


/* A parser that was used for all inputs before decodes as a new one does. */

static void
check_kept(mt_arena_t *arena, mt_str_t body, mt_status_t status,
    const mt_json_decode_t *new, const mt_fall_t *object)
{
    mt_fall_t         again = { 0 }, payload = { 0 };
    mt_json_decode_t  d = { .arena = arena, .payload_table = &table,
                            .payload_object = &payload };

    static mt_json_parser_t  *parser;

    if (parser == NULL) {
        parser = mt_json_parser_create();
    }

    d.parser = parser;

    check(mt_json_decode(&d, body, &table, &again) == status);

    if (status != MT_OK) {
        return;
    }

    check(d.error.status == new->error.status);
    check(mt_str_eq(d.error.field, new->error.field));
    check(d.payload_error.status == new->payload_error.status);
    check(d.npairs == new->npairs);
    check(mt_str_eq(record(arena, object), record(arena, &again)));
}


static void
fuzz_body(mt_arena_t *arena, mt_str_t body)
{
    size_t            i;
    mt_fall_t         object = { 0 }, payload = { 0 };
    mt_status_t       status;
    mt_json_decode_t  d = { .arena = arena, .payload_table = &table,
                            .payload_object = &payload };

    status = mt_json_decode(&d, body, &table, &object);
    check_kept(arena, body, status, &d, &object);

    if (status != MT_OK) {
        return;
    }

    check(mt_utf8_valid(d.error.field));
    check(mt_utf8_valid(d.payload_error.field));

    for (i = 0; i < d.npairs; i++) {
        check(mt_utf8_valid(d.pairs[i].key));
        check(mt_utf8_valid(d.pairs[i].value.text));
    }

    if (d.error.status == MT_OK) {
        check_again(arena, &object);
    }

    if (d.payload_error.status == MT_OK) {
        check_again(arena, &payload);
    }
}


/* The same bytes as "name=text", as a form has them. */

static void
fuzz_text(mt_arena_t *arena, mt_str_t body)
{
    mt_str_t          name, text;
    mt_fall_t         object = { 0 };
    const char       *equals;
    mt_json_decode_t  d = { .arena = arena };

    equals = body.len ? memchr(body.data, '=', body.len) : NULL;

    if (equals == NULL) {
        return;
    }

    name.data = body.data;
    name.len = equals - body.data;
    text.data = equals + 1;
    text.len = body.len - name.len - 1;

    if (mt_json_set_text(&d, &table, &object, name, text) == MT_OK) {
        check(d.error.status == MT_OK);
        check_again(arena, &object);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mt_str_t     body = { size, (const char *) data };
    mt_arena_t  *arena;

    arena = mt_arena_create(FUZZ_MEMORY);

    fuzz_body(arena, body);
    fuzz_text(arena, body);

    mt_arena_destroy(arena);

    return 0;
}

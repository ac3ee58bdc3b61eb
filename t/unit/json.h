
/*
 * Shared by the tests of json/: a model with a field of each kind, tables, one
 * decoder and one object, which decode() and decode_envelope() clear first.
 */

#ifndef JSON_TEST_H
#define JSON_TEST_H

#include "json/mt_json.h"
#include "tap.h"


#define MT_TCHILD_FIELDS(F, M)                                                \
    F(M, 1,  INT, num,     -5, 100, NULL)                                     \
    F(M, 2,  STR, name,    0, 5, NULL)

MT_DECLARE_MODEL(tchild, MT_TCHILD_FIELDS);
MT_DEFINE_MODEL(tchild, MT_TCHILD_FIELDS);

#define MT_TALL_FIELDS(F, M)                                                  \
    F(M, 1,  INT,  num,    INT64_MIN, INT64_MAX, NULL)                        \
    F(M, 2,  INT,  small,  0, 9, NULL)                                        \
    F(M, 3,  STR,  text,   0, 100, NULL)                                      \
    F(M, 4,  STR,  four,   2, 4, NULL)                                        \
    F(M, 5,  STRS, strs,   1, 3, NULL)                                        \
    F(M, 6,  INTS, nums,   0, 3, NULL)                                        \
    F(M, 7,  OBJ,  child,  0, 0, &mt_tchild_model)                            \
    F(M, 8,  OBJS, people, 0, 3, &mt_tchild_model)                            \
    F(M, 9,  INTS, many,   0, 100, NULL)                                      \
    F(M, 63, INT,  date,   0, INT64_MAX, NULL)

MT_DECLARE_MODEL(tall, MT_TALL_FIELDS);
MT_DEFINE_MODEL(tall, MT_TALL_FIELDS);


MT_JSON_TABLE(child_table,
    { "num", MT_FIELD(tchild, num), .flags = MT_JSON_REQUIRED },
    { "name", MT_FIELD(tchild, name) }
);

MT_JSON_TABLE(tall_table,
    { "num", MT_FIELD(tall, num) },
    { "small", MT_FIELD(tall, small) },
    { "text", MT_FIELD(tall, text) },
    { "four", MT_FIELD(tall, four) },
    { "strs", MT_FIELD(tall, strs) },
    { "refs", MT_FIELD(tall, strs), .how = &mt_wire_ref,
      .flags = MT_JSON_ALIAS },
    { "nums", MT_FIELD(tall, nums) },
    { "child", MT_FIELD(tall, child), .sub = &child_table },
    { "people", MT_FIELD(tall, people), .sub = &child_table },
    { "create_date", MT_FIELD(tall, date) },
    { "crate_date", MT_FIELD(tall, date), .flags = MT_JSON_ALIAS }
);

/* An envelope and the object of its payload. */

typedef struct {
    mt_tall_t    envelope;
    mt_tchild_t  client;
} test_envelope_t;

MT_JSON_TABLE(envelope_table,
    { "id", MT_FIELD(tall, text), .flags = MT_JSON_REQUIRED },
    { "sign", MT_FIELD(tchild, name),
      .base = offsetof(test_envelope_t, client) },
    { "client", MT_FIELD(tall, child), .sub = &child_table },
    { "data", .flags = MT_JSON_PAYLOAD }
);

MT_JSON_TABLE(name_table,
    { "name", MT_FIELD(tchild, name) }
);

MT_JSON_TABLE(inner_table,
    { "text", MT_FIELD(tall, text), .flags = MT_JSON_REQUIRED },
    { "people", MT_FIELD(tall, people), .sub = &name_table }
);

MT_JSON_TABLE(inline_table,
    { "num", MT_FIELD(tall, num) },
    { "inner", .flags = MT_JSON_REQUIRED | MT_JSON_INLINE,
      .sub = &inner_table }
);

MT_JSON_TABLE(payload_table,
    { "user_id", MT_FIELD(tall, num), .flags = MT_JSON_REQUIRED },
    { "token", MT_FIELD(tall, text), .flags = MT_JSON_REQUIRED },
    { "people", MT_FIELD(tall, people), .sub = &child_table }
);


static mt_arena_t        *arena;
static mt_json_parser_t  *parser;        /* kept from each to the next */
static mt_json_decode_t   d;
static mt_tall_t          object;
static test_envelope_t    envelope;


__attribute__((unused))
static mt_status_t
decode_str(const mt_json_table_t *table, mt_str_t body)
{
    mt_arena_reset(arena);
    memset(&d, 0, sizeof(d));
    memset(&object, 0, sizeof(object));
    d.arena = arena;
    d.parser = parser;

    return mt_json_decode(&d, body, table, &object);
}


__attribute__((unused))
static mt_status_t
decode(const mt_json_table_t *table, const char *body)
{
    return decode_str(table, mt_cstr(body));
}


__attribute__((unused))
static mt_str_t
encode(const mt_json_table_t *table)
{
    mt_buf_t           buf;
    mt_str_t           text;
    mt_json_writer_t  *w;

    mt_buf_init(&buf, arena, 256);
    w = mt_json_writer(arena, &buf);

    mt_json_open_object(w);
    mt_json_members(w, table, &object);
    mt_json_close_object(w);

    text.data = buf.failed ? "failed" : buf.data;
    text.len = buf.failed ? 6 : buf.len;

    return text;
}


__attribute__((unused))
static mt_status_t
decode_envelope(const char *body)
{
    mt_arena_reset(arena);
    memset(&d, 0, sizeof(d));
    memset(&object, 0, sizeof(object));
    memset(&envelope, 0, sizeof(envelope));

    d.arena = arena;
    d.payload_table = &payload_table;
    d.payload_object = &object;

    return mt_json_decode(&d, mt_cstr(body), &envelope_table, &envelope);
}


/* A table of one member "v" in a given wire form. */

#define FORM(name, what, form)                                                \
    MT_JSON_TABLE(name, { "v", MT_FIELD(tall, what), .how = form })

#endif /* JSON_TEST_H */

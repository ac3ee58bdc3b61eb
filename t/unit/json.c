
#include "json/mt_json.h"
#include "tap.h"

#include <stdlib.h>
#include <time.h>


#define TEST_SECONDS_MAX  5      /* for a body of a million of something */


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

MT_JSON_TABLE(needs_table,
    { "num", MT_FIELD(tall, num), .flags = MT_JSON_REQUIRED },
    { "people", MT_FIELD(tall, people), .sub = &child_table },
    { "text", MT_FIELD(tall, text),
      .flags = MT_JSON_REQUIRED | MT_JSON_FILLED },
    { "txt", MT_FIELD(tall, text), .flags = MT_JSON_ALIAS },
    { "create_date", MT_FIELD(tall, date), .flags = MT_JSON_REQUIRED },
    { "crate_date", MT_FIELD(tall, date), .flags = MT_JSON_ALIAS }
);

/* an envelope, its payload's object beside it */

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

MT_JSON_TABLE(payload_table,
    { "user_id", MT_FIELD(tall, num), .flags = MT_JSON_REQUIRED },
    { "token", MT_FIELD(tall, text), .flags = MT_JSON_REQUIRED },
    { "people", MT_FIELD(tall, people), .sub = &child_table }
);


static mt_arena_t        *arena;
static mt_json_decode_t   d;
static mt_tall_t          object;


static mt_status_t
decode_str(const mt_json_table_t *table, mt_str_t body)
{
    mt_arena_reset(arena);
    memset(&d, 0, sizeof(d));
    memset(&object, 0, sizeof(object));
    d.arena = arena;

    return mt_json_decode(&d, body, table, &object);
}


static mt_status_t
decode(const mt_json_table_t *table, const char *body)
{
    return decode_str(table, mt_cstr(body));
}


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
    mt_json_writer_close(w);

    text.data = buf.failed ? "failed" : buf.data;
    text.len = buf.failed ? 6 : buf.len;

    return text;
}


/*
 * One member "v" of each form: the JSON value that is read, what comes of it,
 * and the value that is written then.
 */

#define FORM(name, what, form)                                                \
    MT_JSON_TABLE(name, { "v", MT_FIELD(tall, what), .how = form })

FORM(form_int, num, NULL);
FORM(form_small, small, &mt_wire_plain);
FORM(form_str, text, NULL);
FORM(form_four, four, NULL);
FORM(form_ref, text, &mt_wire_ref);
FORM(form_csv, strs, &mt_wire_ref_csv);
FORM(form_refs, strs, &mt_wire_ref);
FORM(form_strs, strs, NULL);
FORM(form_ints, nums, NULL);
FORM(form_quoted_ints, nums, &mt_wire_int_string);
FORM(form_bool, small, &mt_wire_bool);
FORM(form_bools, nums, &mt_wire_bool);
FORM(form_quoted, num, &mt_wire_int_string);
FORM(form_seconds, num, &mt_wire_seconds);
FORM(form_micro, num, &mt_wire_micro);
FORM(form_maybe, text, &mt_wire_null_if_empty);

#define ZEROS_10   "0000000000"
#define ZEROS_100  ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10               \
                   ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10
#define ZEROS_400  ZEROS_100 ZEROS_100 ZEROS_100 ZEROS_100


static const struct {
    const mt_json_table_t  *table;
    const char             *in;
    mt_status_t             status;
    const char             *out;
} forms[] = {
    { &form_int, "0", MT_OK, "0" },
    { &form_int, "-0", MT_OK, "0" },
    { &form_int, "17", MT_OK, "17" },
    { &form_int, "\"17\"", MT_OK, "17" },
    { &form_int, "-17", MT_OK, "-17" },
    { &form_int, "9007199254740993", MT_OK, "9007199254740993" },
    { &form_int, "9223372036854775807", MT_OK, "9223372036854775807" },
    { &form_int, "-9223372036854775808", MT_OK, "-9223372036854775808" },
    { &form_int, "\"-9223372036854775808\"", MT_OK, "-9223372036854775808" },
    { &form_int, "9223372036854775808", MT_BAD_TYPE, NULL },
    { &form_int, "-9223372036854775809", MT_BAD_TYPE, NULL },
    { &form_int, "18446744073709551616", MT_BAD_TYPE, NULL },
    { &form_int, "\"9223372036854775808\"", MT_BAD_TYPE, NULL },
    { &form_int, "1" ZEROS_400, MT_BAD_TYPE, NULL },
    { &form_int, "\"1" ZEROS_400 "\"", MT_BAD_TYPE, NULL },
    { &form_int, "1.0", MT_BAD_TYPE, NULL },
    { &form_int, "1.5", MT_BAD_TYPE, NULL },
    { &form_int, "1e3", MT_BAD_TYPE, NULL },
    { &form_int, "1E3", MT_BAD_TYPE, NULL },
    { &form_int, "1e999", MT_BAD_TYPE, NULL },
    { &form_int, "\"1e3\"", MT_BAD_TYPE, NULL },
    { &form_int, "\"+1\"", MT_BAD_TYPE, NULL },
    { &form_int, "\"00\"", MT_BAD_TYPE, NULL },
    { &form_int, "\"01\"", MT_BAD_TYPE, NULL },
    { &form_int, "\" 1\"", MT_BAD_TYPE, NULL },
    { &form_int, "\"\"", MT_BAD_TYPE, NULL },
    { &form_int, "\"x\"", MT_BAD_TYPE, NULL },
    { &form_int, "true", MT_BAD_TYPE, NULL },
    { &form_int, "{}", MT_BAD_TYPE, NULL },
    { &form_int, "[1]", MT_BAD_TYPE, NULL },
    { &form_int, "null", MT_OK, "0" },
    { &form_small, "9", MT_OK, "9" },
    { &form_small, "10", MT_BAD_VALUE, NULL },
    { &form_small, "-1", MT_BAD_VALUE, NULL },

    { &form_str, "\"\"", MT_OK, "\"\"" },
    { &form_str, "\"abc\"", MT_OK, "\"abc\"" },
    { &form_str, "\"\xe4\xbc\x9a\"", MT_OK, "\"\xe4\xbc\x9a\"" },
    { &form_str, "\"\\u4f1a\\n\"", MT_OK, "\"\xe4\xbc\x9a\\n\"" },
    { &form_str, "\"\\ud83d\\uDE00\"", MT_OK, "\"\xf0\x9f\x98\x80\"" },
    { &form_str, "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", MT_OK,
      "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
    { &form_str, "\"\\u0001\x7f\"", MT_OK, "\"\\u0001\x7f\"" },
    { &form_str, "\"\\\\u0000\"", MT_OK, "\"\\\\u0000\"" },
    { &form_str, "\"\\\\ud800\"", MT_OK, "\"\\\\ud800\"" },
    { &form_str, "\"\xef\xbb\xbf\"", MT_OK, "\"\xef\xbb\xbf\"" },
    { &form_str, "17", MT_BAD_TYPE, NULL },
    { &form_str, "false", MT_BAD_TYPE, NULL },
    { &form_str, "{}", MT_BAD_TYPE, NULL },
    { &form_str, "[]", MT_BAD_TYPE, NULL },
    { &form_str, "null", MT_OK, "\"\"" },
    { &form_four, "\"\xe4\xbc\x9a\xe4\xbc\x9a\xe4\xbc\x9a\xe4\xbc\x9a\"",
      MT_OK, "\"\xe4\xbc\x9a\xe4\xbc\x9a\xe4\xbc\x9a\xe4\xbc\x9a\"" },
    { &form_four, "\"12345\"", MT_TOO_LONG, NULL },
    { &form_four, "\"1\"", MT_BAD_VALUE, NULL },

    { &form_ref, "\"u-1\"", MT_OK, "\"u-1\"" },
    { &form_ref, "17", MT_OK, "\"17\"" },
    { &form_ref, "-0", MT_OK, "\"0\"" },
    { &form_ref, "1.0", MT_BAD_TYPE, NULL },
    { &form_ref, "1e3", MT_BAD_TYPE, NULL },
    { &form_ref, "9223372036854775808", MT_BAD_TYPE, NULL },
    { &form_ref, "true", MT_BAD_TYPE, NULL },

    { &form_csv, "\"1,4,6\"", MT_OK, "\"1,4,6\"" },
    { &form_csv, "\" 1, u 4 \"", MT_OK, "\"1,u 4\"" },
    { &form_csv, "\"1\"", MT_OK, "\"1\"" },
    { &form_csv, "\"1,2,3,4\"", MT_TOO_MANY, NULL },
    { &form_csv, "\"\"", MT_BAD_VALUE, NULL },      /* one at least */
    { &form_csv, "\"1,,2\"", MT_BAD_VALUE, NULL },
    { &form_csv, "\"1,\"", MT_BAD_VALUE, NULL },
    { &form_csv, "\",\"", MT_BAD_VALUE, NULL },
    { &form_csv, "\" \"", MT_BAD_VALUE, NULL },
    { &form_csv, "1", MT_BAD_TYPE, NULL },
    { &form_csv, "[\"1\"]", MT_BAD_TYPE, NULL },

    { &form_refs, "[1,\"b\",3]", MT_OK, "[\"1\",\"b\",\"3\"]" },
    { &form_refs, "\"1,2\"", MT_BAD_TYPE, NULL },
    { &form_strs, "[\"a\",\"\"]", MT_OK, "[\"a\",\"\"]" },
    { &form_strs, "[\"a\",1]", MT_BAD_TYPE, NULL },
    { &form_strs, "[null]", MT_BAD_TYPE, NULL },
    { &form_strs, "[{}]", MT_BAD_TYPE, NULL },
    { &form_strs, "[[]]", MT_BAD_TYPE, NULL },
    { &form_strs, "[]", MT_BAD_VALUE, NULL },       /* one at least */
    { &form_strs, "[\"a\",\"b\",\"c\",\"d\"]", MT_TOO_MANY, NULL },
    { &form_strs, "\"a\"", MT_BAD_TYPE, NULL },
    { &form_ints, "[]", MT_OK, "[]" },
    { &form_ints, "[1,\"2\",-3]", MT_OK, "[1,2,-3]" },
    { &form_ints, "[1,\"x\"]", MT_BAD_TYPE, NULL },
    { &form_quoted_ints, "[1,\"2\"]", MT_OK, "[\"1\",\"2\"]" },
    { &form_bools, "[true,false]", MT_OK, "[true,false]" },

    { &form_bool, "true", MT_OK, "true" },
    { &form_bool, "false", MT_OK, "false" },
    { &form_bool, "\"true\"", MT_OK, "true" },
    { &form_bool, "1", MT_BAD_TYPE, NULL },
    { &form_bool, "\"yes\"", MT_BAD_TYPE, NULL },
    { &form_bool, "null", MT_OK, "false" },

    { &form_quoted, "17", MT_OK, "\"17\"" },
    { &form_quoted, "\"17\"", MT_OK, "\"17\"" },
    { &form_quoted, "-9223372036854775808", MT_OK,
      "\"-9223372036854775808\"" },

    { &form_seconds, "1490689606", MT_OK, "1490689606" },
    { &form_seconds, "\"1490689606\"", MT_OK, "1490689606" },
    { &form_seconds, "-1", MT_OK, "-1" },
    { &form_seconds, "9223372036854775807", MT_BAD_VALUE, NULL },
    { &form_seconds, "1.5", MT_BAD_TYPE, NULL },

    { &form_micro, "113.307039", MT_OK, "113.307039" },
    { &form_micro, "\"113.307039\"", MT_OK, "113.307039" },
    { &form_micro, "0", MT_OK, "0.000000" },
    { &form_micro, "-0", MT_OK, "0.000000" },
    { &form_micro, "-0.5", MT_OK, "-0.500000" },
    { &form_micro, "-0.0000005", MT_OK, "-0.000001" },
    { &form_micro, "0.00000049", MT_OK, "0.000000" },
    { &form_micro, "1.2345675", MT_OK, "1.234568" },
    { &form_micro, "1.23456749", MT_OK, "1.234567" },
    { &form_micro, "0." ZEROS_400 "1", MT_OK, "0.000000" },
    { &form_micro, "1." ZEROS_400, MT_OK, "1.000000" },
    { &form_micro, "1e2", MT_OK, "100.000000" },
    { &form_micro, "1.5E+1", MT_OK, "15.000000" },
    { &form_micro, "15e-1", MT_OK, "1.500000" },
    { &form_micro, "5e-7", MT_OK, "0.000001" },
    { &form_micro, "5e-8", MT_OK, "0.000000" },
    { &form_micro, "0e999", MT_OK, "0.000000" },
    { &form_micro, "1e-999", MT_OK, "0.000000" },
    { &form_micro, "1e999", MT_BAD_TYPE, NULL },
    { &form_micro, "0e1000", MT_BAD_TYPE, NULL },
    { &form_micro, "1" ZEROS_400, MT_BAD_TYPE, NULL },
    { &form_micro, "9223372036854.775807", MT_OK, "9223372036854.775807" },
    { &form_micro, "-9223372036854.775807", MT_OK, "-9223372036854.775807" },
    { &form_micro, "9223372036854.775808", MT_BAD_TYPE, NULL },
    { &form_micro, "9223372036854.7758075", MT_BAD_TYPE, NULL },
    { &form_micro, "\"\"", MT_BAD_TYPE, NULL },
    { &form_micro, "\"-\"", MT_BAD_TYPE, NULL },
    { &form_micro, "\"+1\"", MT_BAD_TYPE, NULL },
    { &form_micro, "\"01\"", MT_BAD_TYPE, NULL },
    { &form_micro, "\".5\"", MT_BAD_TYPE, NULL },
    { &form_micro, "\"1.\"", MT_BAD_TYPE, NULL },
    { &form_micro, "\"1e\"", MT_BAD_TYPE, NULL },
    { &form_micro, "\"1e+\"", MT_BAD_TYPE, NULL },
    { &form_micro, "\"1x\"", MT_BAD_TYPE, NULL },
    { &form_micro, "true", MT_BAD_TYPE, NULL },

    { &form_maybe, "\"a\"", MT_OK, "\"a\"" },
    { &form_maybe, "\"\"", MT_OK, "null" },
    { &form_maybe, "null", MT_OK, "null" },
};


static void
test_forms(void)
{
    char    body[1024], want[1024];
    int     whole;
    size_t  i;

    for (i = 0; i < mt_nitems(forms); i++) {
        snprintf(body, sizeof(body), "{\"v\":%s}", forms[i].in);
        whole = decode(forms[i].table, body) == MT_OK;

        if (forms[i].status != MT_OK) {
            ok(whole && d.error.status == forms[i].status,
               "%.60s is %s", body, mt_status_name(forms[i].status));
            ok(d.error.field.len && d.error.field.data[0] == 'v',
               "the field is named");
            continue;
        }

        snprintf(want, sizeof(want), "{\"v\":%s}", forms[i].out);

        ok(whole && d.error.status == MT_OK, "%.60s is read", body);
        is_str(encode(forms[i].table), want, "written as %.60s", want);
    }
}


/* Bodies that are refused as a whole, and near misses that are not. */

#define BODY(text, status)  { mt_str(text), status }
#define NEST_5(open)        open open open open open
#define NEST_15(open)       NEST_5(open) NEST_5(open) NEST_5(open)


static const struct {
    mt_str_t     body;
    mt_status_t  status;
} bodies[] = {
    BODY("", MT_EMPTY),
    BODY(" \t\r\n", MT_EMPTY),
    BODY("{}", MT_OK),
    BODY(" \r\n\t{ \"a\" : [ ] } \n", MT_OK),
    BODY("\xef\xbb\xbf{}", MT_BAD_JSON),
    BODY("\xef\xbb\xbf", MT_BAD_JSON),
    BODY("[]", MT_BAD_JSON),
    BODY("[{}]", MT_BAD_JSON),
    BODY("\"a\"", MT_BAD_JSON),
    BODY("1", MT_BAD_JSON),
    BODY("null", MT_BAD_JSON),
    BODY("{", MT_BAD_JSON),
    BODY("}", MT_BAD_JSON),
    BODY("{}}", MT_BAD_JSON),
    BODY("{} {}", MT_BAD_JSON),
    BODY("{} x", MT_BAD_JSON),
    BODY("{} \"abc", MT_BAD_JSON),
    BODY("{} \"abc}", MT_BAD_JSON),
    BODY("{},{}", MT_BAD_JSON),
    BODY("{\"a\":\"}", MT_BAD_JSON),
    BODY("{\"a\":{}", MT_BAD_JSON),
    BODY("{\"a\":[}", MT_BAD_JSON),
    BODY("{\"a\"}", MT_BAD_JSON),
    BODY("{\"a\":}", MT_BAD_JSON),
    BODY("{\"a\":1,}", MT_BAD_JSON),
    BODY("{\"a\":[1,]}", MT_BAD_JSON),
    BODY("{,}", MT_BAD_JSON),
    BODY("{a:1}", MT_BAD_JSON),
    BODY("{'a':1}", MT_BAD_JSON),
    BODY("{1:1}", MT_BAD_JSON),
    BODY("{\"a\":tru}", MT_BAD_JSON),
    BODY("{\"a\":True}", MT_BAD_JSON),
    BODY("{\"a\":NaN}", MT_BAD_JSON),
    BODY("{\"a\":+1}", MT_BAD_JSON),
    BODY("{\"a\":00}", MT_BAD_JSON),
    BODY("{\"a\":01}", MT_BAD_JSON),
    BODY("{\"a\":-}", MT_BAD_JSON),
    BODY("{\"a\":.5}", MT_BAD_JSON),
    BODY("{\"a\":1.}", MT_BAD_JSON),
    BODY("{\"a\":1e}", MT_BAD_JSON),
    BODY("{\"a\":0x10}", MT_BAD_JSON),
    BODY("{\"a\":1e999}", MT_OK),
    BODY("{/**/}", MT_BAD_JSON),
    BODY("{//\n}", MT_BAD_JSON),
    BODY("/**/{}", MT_BAD_JSON),
    BODY("{\v}", MT_BAD_JSON),
    BODY("{\f}", MT_BAD_JSON),
    BODY("{\0}", MT_BAD_JSON),
    BODY("{}\0", MT_BAD_JSON),
    BODY("{\"a\":\"\0\"}", MT_BAD_JSON),
    BODY("{\"a\0\":1}", MT_BAD_JSON),
    BODY("{\"a\":\"\n\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\t\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\x1f\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\x7f\"}", MT_OK),
    BODY("{\"a\":\"\\u0000\"}", MT_BAD_JSON),
    BODY("{\"\\u0000\":1}", MT_BAD_JSON),
    BODY("{\"a\":\"\\ud800\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\\udc00\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\\ud800x\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\\ud800\\n\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\\ud800\\ud800\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\\ud800\\u0041\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\\udc00\\ud800\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\\ud800\\udc00\"}", MT_OK),
    BODY("{\"a\":\"\\uDBFF\\uDFFF\"}", MT_OK),
    BODY("{\"\\ud800\":1}", MT_BAD_JSON),
    BODY("{\"a\":\"\\u00g0\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\\u00\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\\x41\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\\\"}", MT_BAD_JSON),
    BODY("{\\}", MT_BAD_JSON),
    BODY("{\"a\":\"\x80\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\xc0\x80\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\xe0\x80\x80\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\xed\xa0\x80\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\xf4\x90\x80\x80\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\xff\"}", MT_BAD_JSON),
    BODY("{\"a\":\"\xe4\xbc\"}", MT_BAD_JSON),
    BODY("{\"\xff\":1}", MT_BAD_JSON),
    BODY("{\"a\":" NEST_15("[") NEST_15("]") "}", MT_OK),
    BODY("{\"a\":" NEST_15("[") "[]" NEST_15("]") "}", MT_BAD_JSON),
    BODY("{\"a\":" NEST_15("{\"a\":") "1" NEST_15("}") "}", MT_OK),
    BODY("{\"a\":" NEST_15("{\"a\":") "{}" NEST_15("}") "}", MT_BAD_JSON),
    BODY("{\"num\":" NEST_15("[") "[]" NEST_15("]") "}", MT_BAD_JSON),
};


static void
test_bodies(void)
{
    char    *copy;
    size_t   i, len;

    for (i = 0; i < mt_nitems(bodies); i++) {
        /* in memory of its very length, so that overruns show */
        len = bodies[i].body.len;
        copy = malloc(len ? len : 1);
        memcpy(copy, bodies[i].body.data, len);

        is_int(decode_str(&tall_table, (mt_str_t) { len, copy }),
               bodies[i].status, "body %zu is %s: %.40s", i,
               mt_status_name(bodies[i].status),
               memchr(copy, '\n', len) || memchr(copy, '#', len)
               ? "(control characters)" : bodies[i].body.data);

        free(copy);
    }
}


/* Errors of members, with their paths. */

static const struct {
    const mt_json_table_t  *table;
    const char             *body;
    mt_status_t             status;
    const char             *path;
} members[] = {
    { &tall_table, "{\"x\":1,\"y\":{\"z\":[1,{}]}}", MT_OK, "" },
    { &tall_table, "{\"num\":\"x\",\"small\":10}", MT_BAD_TYPE, "num" },
    { &tall_table, "{\"small\":10,\"num\":\"x\"}", MT_BAD_VALUE, "small" },
    { &tall_table, "{\"num\":{\"num\":[1]},\"x\":1}", MT_BAD_TYPE, "num" },
    { &tall_table, "{\"child\":{\"num\":\"x\"}}", MT_BAD_TYPE, "child.num" },
    { &tall_table, "{\"child\":1}", MT_BAD_TYPE, "child" },
    { &tall_table, "{\"child\":[]}", MT_BAD_TYPE, "child" },
    { &tall_table, "{\"child\":null}", MT_OK, "" },
    { &tall_table, "{\"child\":{}}", MT_MISSING, "child.num" },
    { &tall_table, "{\"people\":{}}", MT_BAD_TYPE, "people" },
    { &tall_table, "{\"people\":1}", MT_BAD_TYPE, "people" },
    { &tall_table, "{\"people\":[]}", MT_OK, "" },
    { &tall_table, "{\"people\":[1]}", MT_BAD_TYPE, "people[0]" },
    { &tall_table, "{\"people\":[null]}", MT_BAD_TYPE, "people[0]" },
    { &tall_table, "{\"people\":[{\"num\":1},[]]}", MT_BAD_TYPE,
      "people[1]" },
    { &tall_table, "{\"people\":[{\"num\":1},{\"num\":1},{\"num\":[]}]}",
      MT_BAD_TYPE, "people[2].num" },
    { &tall_table, "{\"people\":[{\"num\":1},{\"num\":101}]}", MT_BAD_VALUE,
      "people[1].num" },
    { &tall_table, "{\"people\":[{\"num\":1,\"name\":\"123456\"}]}",
      MT_TOO_LONG, "people[0].name" },
    { &tall_table, "{\"people\":[{\"num\":1},{\"num\":1},{\"num\":1},"
      "{\"num\":\"x\"}]}", MT_TOO_MANY, "people" },
    { &tall_table, "{\"people\":[{\"num\":1},{}]}", MT_MISSING,
      "people[1].num" },
    { &tall_table, "{\"people\":[{\"num\":1},{\"x\":1,\"x\":2}]}",
      MT_DUPLICATE_KEY, "people[1].x" },
    { &tall_table, "{\"nums\":[1,2,3,4]}", MT_TOO_MANY, "nums" },
    { &tall_table, "{\"nums\":[1,2,\"\"]}", MT_BAD_TYPE, "nums[2]" },
    { &tall_table, "{\"strs\":[\"a\",[]]}", MT_BAD_TYPE, "strs[1]" },
    { &tall_table, "{\"strs\":[1]}", MT_BAD_TYPE, "strs[0]" },
    { &tall_table, "{\"refs\":[1]}", MT_OK, "" },

    { &tall_table, "{\"num\":1,\"num\":1}", MT_DUPLICATE_KEY, "num" },
    { &tall_table, "{\"num\":null,\"num\":1}", MT_DUPLICATE_KEY, "num" },
    { &tall_table, "{\"num\":1,\"n\\u0075m\":1}", MT_DUPLICATE_KEY, "num" },
    { &tall_table, "{\"x\":1,\"y\":1,\"x\":1}", MT_DUPLICATE_KEY, "x" },
    { &tall_table, "{\"\":1,\"\":1}", MT_DUPLICATE_KEY, "" },
    { &tall_table, "{\"x\":{\"y\":1,\"y\":1}}", MT_OK, "" },
    { &tall_table, "{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,"
      "\"g\":0,\"h\":0,\"i\":0,\"j\":0,\"a\":0}", MT_DUPLICATE_KEY, "a" },
    { &tall_table, "{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,"
      "\"g\":0,\"h\":0,\"i\":0,\"j\":0,\"j\":0}", MT_DUPLICATE_KEY, "j" },
    { &tall_table, "{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,"
      "\"g\":0,\"h\":0,\"i\":0,\"j\":0,\"k\":0}", MT_OK, "" },

    { &tall_table, "{\"crate_date\":5}", MT_OK, "" },
    { &tall_table, "{\"crate_date\":\"x\"}", MT_BAD_TYPE, "crate_date" },
    { &tall_table, "{\"create_date\":5,\"crate_date\":5}", MT_DUPLICATE_KEY,
      "crate_date" },
    { &tall_table, "{\"crate_date\":5,\"create_date\":5}", MT_DUPLICATE_KEY,
      "create_date" },
    { &tall_table, "{\"crate_date\":null,\"create_date\":5}", MT_OK, "" },
    { &tall_table, "{\"refs\":[1],\"strs\":[\"a\"]}", MT_DUPLICATE_KEY,
      "strs" },

    { &needs_table, "{}", MT_MISSING, "num" },
    { &needs_table, "{\"num\":null,\"text\":\"a\"}", MT_MISSING, "num" },
    { &needs_table, "{\"num\":1,\"text\":\"\",\"create_date\":1}",
      MT_MISSING, "text" },
    { &needs_table, "{\"num\":1,\"txt\":\"\",\"create_date\":1}",
      MT_MISSING, "text" },
    { &needs_table, "{\"num\":1,\"text\":\"\",\"txt\":\"a\","
      "\"create_date\":1}", MT_OK, "" },
    { &needs_table, "{\"num\":1,\"text\":\"a\",\"crate_date\":1}", MT_OK,
      "" },
    { &needs_table, "{\"num\":1,\"text\":\"a\"}", MT_MISSING, "create_date" },
    { &needs_table, "{\"people\":[{}]}", MT_MISSING, "num" },
    { &needs_table, "{\"num\":1,\"people\":[{\"num\":1},{},{}]}", MT_MISSING,
      "people[1].num" },
    { &needs_table, "{\"create_date\":\"x\"}", MT_BAD_TYPE, "create_date" },
    { &needs_table, "{\"num\":\"x\"}", MT_BAD_TYPE, "num" },
};


static void
test_members(void)
{
    size_t  i;

    for (i = 0; i < mt_nitems(members); i++) {
        is_int(decode(members[i].table, members[i].body), MT_OK, "%s",
               members[i].body);
        is_int(d.error.status, members[i].status, "is %s",
               mt_status_name(members[i].status));
        is_str(d.error.field, members[i].path, "at \"%s\"", members[i].path);
    }
}


static void
test_presence(void)
{
    const char  *body;

    body = "{\"num\":0,\"small\":null,\"strs\":[\"a\"],\"child\":"
           "{\"num\":1},\"people\":[{\"num\":2},{\"num\":3}],\"date\":1}";

    is_int(decode(&tall_table, body), MT_OK, "a body with some members");
    ok(mt_has(&object, tall, num), "0 is given");
    ok(!mt_has(&object, tall, small), "null is not given");
    ok(!mt_has(&object, tall, text), "absent is not given");
    ok(mt_has(&object, tall, strs) && object.strs.n == 1, "a list is given");
    ok(mt_has(&object, tall, child)
       && mt_has((mt_tchild_t *) object.child, tchild, num),
       "an object is given, and its member");
    ok(!mt_has(&object, tall, date), "no name of a field is a wire name");
    ok(object.people.n == 2
       && ((mt_tchild_t *) object.people.v)[1].num == 3, "a list of objects");

    ok(object.strs.v[0].data > body
       && object.strs.v[0].data < body + strlen(body),
       "strings point into the body");

    decode(&tall_table, "{\"crate_date\":5}");
    ok(mt_has(&object, tall, date) && object.date == 5,
       "an alias fills its member's field");
}


static const mt_json_pair_t *
pair(const char *key)
{
    size_t  i;

    for (i = 0; i < d.npairs; i++) {
        if (mt_str_eq(d.pairs[i].key, mt_cstr(key))) {
            return &d.pairs[i];
        }
    }

    return NULL;
}


static test_envelope_t  envelope;


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


static const struct {
    const char   *body;
    int           seen;
    int           nested;
    unsigned      npairs;
    mt_status_t   status;
    const char   *path;
    mt_status_t   payload;
    const char   *payload_path;
} payloads[] = {
    { "{\"id\":\"1\"}", 0, 0, 0, MT_OK, "", MT_OK, "" },
    { "{\"id\":\"1\",\"data\":null}", 1, 0, 0, MT_OK, "", MT_OK, "" },
    { "{\"id\":\"1\",\"data\":{}}", 2, 0, 0, MT_OK, "",
      MT_MISSING, "user_id" },
    { "{\"id\":\"1\",\"data\":[]}", 0, 0, 0, MT_BAD_TYPE, "data", MT_OK, "" },
    { "{\"id\":\"1\",\"data\":1}", 0, 0, 0, MT_BAD_TYPE, "data", MT_OK, "" },
    { "{\"data\":{\"user_id\":\"1\",\"token\":\"t\"}}", 2, 0, 2,
      MT_MISSING, "id", MT_OK, "" },
    { "{\"id\":1,\"data\":{\"user_id\":\"x\",\"a\":1}}", 2, 0, 2,
      MT_BAD_TYPE, "id", MT_BAD_TYPE, "user_id" },
    { "{\"id\":\"1\",\"data\":{\"user_id\":1,\"token\":\"t\",\"a\":{}}}",
      2, 1, 2, MT_OK, "", MT_OK, "" },
    { "{\"id\":\"1\",\"data\":{\"user_id\":1,\"token\":[],\"a\":null}}",
      2, 1, 2, MT_OK, "", MT_BAD_TYPE, "token" },
    { "{\"id\":\"1\",\"data\":{\"user_id\":1,\"token\":\"t\","
      "\"people\":[{\"num\":1},{\"name\":\"a\"}]}}", 2, 1, 2, MT_OK, "",
      MT_MISSING, "people[1].num" },
    { "{\"id\":\"1\",\"data\":{\"a\":1,\"a\":2}}", 2, 0, 2, MT_OK, "",
      MT_DUPLICATE_KEY, "a" },
    { "{\"id\":\"1\",\"data\":{\"user_id\":1,\"user_id\":2}}", 2, 0, 2,
      MT_OK, "", MT_DUPLICATE_KEY, "user_id" },
    { "{\"id\":\"1\",\"data\":{\"user_id\":1,\"token\":\"t\"},"
      "\"data\":{\"user_id\":2}}", 2, 0, 2, MT_DUPLICATE_KEY, "data",
      MT_OK, "" },
    { "{\"id\":\"1\",\"client\":{},\"data\":{\"user_id\":1,\"token\":\"\"}}",
      2, 0, 2, MT_MISSING, "client.num", MT_OK, "" },
};


static void
test_payload(void)
{
    size_t                  i;
    const mt_json_pair_t   *p;
    const char             *body;

    for (i = 0; i < mt_nitems(payloads); i++) {
        is_int(decode_envelope(payloads[i].body), MT_OK, "%s",
               payloads[i].body);
        is_int(d.payload_seen, payloads[i].seen, "payload_seen");
        is_int(d.payload_nested, payloads[i].nested, "payload_nested");
        is_int(d.npairs, payloads[i].npairs, "npairs");
        is_int(d.error.status, payloads[i].status, "error");
        is_str(d.error.field, payloads[i].path, "its path");
        is_int(d.payload_error.status, payloads[i].payload, "payload_error");
        is_str(d.payload_error.field, payloads[i].payload_path, "its path");
    }

    body = "{\"id\":\"7\",\"sign\":\"s\",\"data\":{\"z\":1.50,\"a\":true,"
           "\"user_id\":\"17\",\"n\":null,\"f\":false,\"e\":-1e3,"
           "\"token\":\"\\u4f1a\\\"\"}}";

    is_int(decode_envelope(body), MT_OK, "a payload with all kinds");
    is_int(d.payload_error.status, MT_OK, "no error");
    is_str(envelope.client.name, "s", "a member of another structure");
    ok(mt_has(&envelope.client, tchild, name), "its presence");
    is_int(object.num, 17, "user_id");
    is_str(d.pairs[0].key, "z", "pairs in the order of the body");
    is_str(d.pairs[6].key, "token", "to the last");

    p = pair("z");
    ok(p->value.type == MT_JSON_NUMBER, "a number");
    is_str(p->value.text, "1.50", "as written");
    p = pair("e");
    is_str(p->value.text, "-1e3", "as written");
    p = pair("a");
    ok(p->value.type == MT_JSON_BOOL, "a boolean");
    is_str(p->value.text, "true", "true");
    is_str(pair("f")->value.text, "false", "false");
    p = pair("n");
    ok(p->value.type == MT_JSON_NULL, "null");
    is_str(p->value.text, "null", "null");
    p = pair("token");
    ok(p->value.type == MT_JSON_STRING, "a string");
    is_str(p->value.text, "\xe4\xbc\x9a\"", "decoded");
    ok(p->value.text.data == object.text.data, "and not copied twice");
}


static void
test_text(void)
{
    mt_str_t  nul = mt_str("a\0b"), junk = mt_str("\xff");

    decode(&tall_table, "{}");

#define set_text(name, text)                                                  \
    mt_json_set_text(&d, &needs_table, &object, MT_STR(name), text)

    is_int(set_text("num", MT_STR("17")), MT_OK, "an integer as text");
    is_int(object.num, 17, "its value");
    is_int(set_text("none", MT_STR("17")), MT_OK, "an unknown name");
    is_int(set_text("text", MT_STR("")), MT_OK, "an empty text");
    ok(!mt_has(&object, tall, text), "counts as missing");
    is_int(set_text("text", MT_STR("abc")), MT_OK, "a text");
    is_int(d.error.status, MT_OK, "no error so far");

    is_int(mt_json_decode(&d, MT_STR("{\"create_date\":1}"), &needs_table,
                          &object), MT_OK, "the body after it");
    is_int(d.error.status, MT_OK, "finds nothing missing");

    is_int(set_text("num", MT_STR("18")), MT_DUPLICATE_KEY, "given twice");
    is_int(object.num, 17, "the first stays");
    is_int(d.error.status, MT_DUPLICATE_KEY, "the error stands");
    is_str(d.error.field, "num", "with its field");

    decode(&tall_table, "{}");
    is_int(set_text("num", MT_STR("x")), MT_BAD_TYPE, "a wrong type");
    is_int(set_text("people", MT_STR("[]")), MT_BAD_TYPE, "a list");
    is_int(set_text("text", nul), MT_BAD_VALUE, "NUL");
    is_int(set_text("text", junk), MT_BAD_VALUE, "no UTF-8");
    is_int(set_text("crate_date", MT_STR("-1")), MT_BAD_VALUE, "bounds");
    is_str(d.error.field, "num", "the first error stands");

#undef set_text
}


static void
test_wire_name(void)
{
    is_str(mt_json_wire_name(&tall_table, &mt_tall_model, MT_tall_date),
           "create_date", "a wire name, not its alias");
    is_str(mt_json_wire_name(&envelope_table, &mt_tchild_model,
                             MT_tchild_name),
           "sign", "of another structure");
    is_str(mt_json_wire_name(&child_table, &mt_tall_model, MT_tall_num), "",
           "of a model that the table lacks");
    is_str(mt_json_wire_name(&tall_table, &mt_tall_model, 1000), "",
           "of no field");
}


static void
test_encode(void)
{
    mt_buf_t           buf;
    mt_json_writer_t  *w;

    decode(&tall_table, "{\"people\":[{\"num\":1,\"name\":\"\\u4f1a/\"}]}");
    is_str(encode(&tall_table),
           "{\"num\":0,\"small\":0,\"text\":\"\",\"four\":\"\",\"strs\":[],"
           "\"nums\":[],\"child\":null,\"people\":[{\"num\":1,\"name\":"
           "\"\xe4\xbc\x9a/\"}],\"create_date\":0}",
           "all members in the table's order, aliases left out");

    mt_buf_init(&buf, arena, 8);
    w = mt_json_writer(arena, &buf);
    mt_json_open_object(w);
    mt_json_key(w, "a");
    mt_json_open_list(w);
    mt_json_int(w, INT64_MIN);
    is_str(((mt_str_t) { buf.len, buf.data }),
           "{\"a\":[-9223372036854775808", "the first part");

    buf.len = 0;
    mt_json_bool(w, 1);
    mt_json_null(w);
    mt_json_number(w, MT_STR("1.50"));
    mt_json_string(w, MT_STR(""));
    mt_json_close_list(w);
    mt_json_close_object(w);
    is_str(((mt_str_t) { buf.len, buf.data }), ",true,null,1.50,\"\"]}",
           "goes on after the buffer was emptied");
    ok(!buf.failed, "and all was JSON");

    mt_json_int(w, 1);
    ok(buf.failed, "a value too many fails");
    mt_json_writer_close(w);

    mt_buf_init(&buf, arena, 8);
    w = mt_json_writer(arena, &buf);
    mt_json_open_object(w);
    mt_json_int(w, 1);
    ok(buf.failed, "a value where a key is due fails");
    mt_json_writer_close(w);
}


/* A body of n times the same, maybe with a running number in it. */

static mt_str_t
repeat(const char *head, const char *fmt, const char *tail, size_t n)
{
    char      *text, *p;
    size_t     i, size;
    mt_str_t   body;

    size = strlen(head) + n * (strlen(fmt) + 20) + strlen(tail) + 1;
    text = malloc(size);
    p = text + snprintf(text, size, "%s", head);

    for (i = 0; i < n; i++) {
        p += snprintf(p, text + size - p, fmt, i);
    }

    p += snprintf(p, text + size - p, "%s", tail);

    body.data = text;
    body.len = p - text;

    return body;
}


static const struct {
    const char   *what;
    const char   *head;
    const char   *each;
    const char   *tail;
    size_t        n;
    mt_status_t   status;
    mt_status_t   error;
} large[] = {
    { "10^6 keys", "{", "\"k%zu\":0,", "\"x\":0}", 1000000,
      MT_OK, MT_OK },
    { "10^6 keys, the last one twice", "{", "\"k%zu\":0,", "\"k7\":0}",
      1000000, MT_OK, MT_DUPLICATE_KEY },
    { "10^6 keys in an unread object", "{\"x\":{", "\"k%zu\":0,",
      "\"x\":0}}", 1000000, MT_OK, MT_OK },
    { "10^6 times a key", "{", "\"k\":%zu,", "\"x\":0}", 1000000,
      MT_OK, MT_DUPLICATE_KEY },
    { "10^6 objects in a list", "{\"people\":[", "{\"num\":%zu},",
      "{\"num\":1}]}", 1000000, MT_OK, MT_TOO_MANY },
    { "10^5 lists deep", "{\"x\":", "[", "}", 100000,
      MT_BAD_JSON, MT_OK },
    { "10^5 objects deep", "{\"x\":", "{\"a%zu\":", "}", 100000,
      MT_BAD_JSON, MT_OK },
    { "10^5 lists of a member deep", "{\"people\":", "[", "}", 100000,
      MT_BAD_JSON, MT_BAD_TYPE },
    { "10^6 escapes that nobody reads", "{\"x\":\"", "\\u4f1a", "\"}",
      1000000, MT_OK, MT_OK },
    { "10^6 escapes in a long text", "{\"text\":\"", "\\n", "\"}",
      1000000, MT_OK, MT_TOO_LONG },
};


static void
test_large(void)
{
    size_t       i;
    double       seconds;
    clock_t      start;
    mt_str_t     body;
    mt_status_t  status;

    for (i = 0; i < mt_nitems(large); i++) {
        body = repeat(large[i].head, large[i].each, large[i].tail,
                      large[i].n);
        start = clock();
        status = decode_str(&tall_table, body);
        seconds = (double) (clock() - start) / CLOCKS_PER_SEC;

        is_int(status, large[i].status, "%s", large[i].what);
        is_int(d.error.status, large[i].error, "its error");
        ok(seconds < TEST_SECONDS_MAX, "in bounded time");

        mt_arena_reset(arena);
        free((char *) body.data);
    }
}


/* With every size of arena: an answer or MT_NO_MEMORY, never a crash. */

static void
test_no_memory(void)
{
    int               wrong;
    size_t            limit;
    mt_buf_t          buf;
    mt_arena_t       *whole;
    mt_status_t       status;
    mt_json_writer_t *w;

    whole = arena;
    wrong = 0;

    for (limit = 1, status = MT_NO_MEMORY; status != MT_OK; limit += 16) {
        arena = mt_arena_create(limit);

        status = decode_envelope(
            "{\"id\":\"\\n\",\"x\":\"\\n\",\"client\":{\"num\":1},\"data\":"
            "{\"user_id\":1,\"token\":\"\\t\",\"people\":[{\"num\":1}]}}");
        wrong += status != MT_OK && status != MT_NO_MEMORY;
        wrong += status == MT_OK && d.payload_error.status != MT_OK;

        mt_arena_reset(arena);
        mt_buf_init(&buf, arena, 0);
        w = mt_json_writer(arena, &buf);

        if (w) {
            mt_json_open_object(w);
            mt_json_close_object(w);
            wrong += !buf.failed && buf.len != 2;
            mt_json_writer_close(w);
        }

        mt_arena_destroy(arena);
    }

    arena = whole;

    ok(!wrong, "arenas of 1 to %zu bytes", limit);
}


int
main(void)
{
    arena = mt_arena_create(0);

    test_forms();
    test_bodies();
    test_members();
    test_presence();
    test_payload();
    test_text();
    test_wire_name();
    test_encode();
    test_large();
    test_no_memory();

    mt_arena_destroy(arena);

    return tap_done();
}

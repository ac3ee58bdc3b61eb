
#include "json.h"

#include <stdlib.h>

#include <yajl/yajl_gen.h>


MT_JSON_TABLE(needs_table,
    { "num", MT_FIELD(tall, num), .flags = MT_JSON_REQUIRED },
    { "people", MT_FIELD(tall, people), .sub = &child_table },
    { "text", MT_FIELD(tall, text),
      .flags = MT_JSON_REQUIRED | MT_JSON_FILLED },
    { "txt", MT_FIELD(tall, text), .flags = MT_JSON_ALIAS },
    { "create_date", MT_FIELD(tall, date), .flags = MT_JSON_REQUIRED },
    { "crate_date", MT_FIELD(tall, date), .flags = MT_JSON_ALIAS },
    { "small", MT_FIELD(tall, small), .flags = MT_JSON_FILLED }
);

/* Bodies that are rejected as a whole, and similar ones that are not. */

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
    BODY("{\"a\":\"\\u00}", MT_BAD_JSON),
    BODY("{\"a\":\"\\ud800\\}", MT_BAD_JSON),
    BODY("{\"a\":\"\\}", MT_BAD_JSON),
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
        /* in memory of exactly its length, so that a sanitizer sees
         * overruns */
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


/* Errors of members with their paths. */

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
    { &needs_table, "{\"num\":1,\"text\":\"a\",\"create_date\":1,"
      "\"small\":\"\"}", MT_OK, "" },
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

    decode_envelope("{\"id\":\"1\",\"data\":{\"a\":1,\"b\":[{\"x\":{}}],"
                    "\"c\":{}}}");
    is_str(d.payload_nested_key, "b", "the first member that is nested");

    decode_envelope("{\"id\":\"1\",\"client\":{\"num\":1},\"data\":{}}");
    is_str(d.payload_nested_key, "", "none of them");

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
test_wire_path(void)
{
    static const struct {
        const mt_json_table_t  *table;
        const mt_model_t       *model;
        unsigned                number;
        const char             *path;
        const char             *what;
    } paths[] = {
        { &tall_table, &mt_tall_model, MT_tall_date, "create_date",
          "a wire name, not its alias" },
        { &envelope_table, &mt_tchild_model, MT_tchild_name, "sign",
          "of another structure" },
        { &inline_table, &mt_tall_model, MT_tall_text, "inner.text",
          "a path, where it is one" },
        { &child_table, &mt_tall_model, MT_tall_num, "",
          "of a model that the table lacks" },
        { &tall_table, &mt_tall_model, 1000, "", "of no field" },
    };

    size_t  i;

    for (i = 0; i < mt_nitems(paths); i++) {
        is_str(mt_json_wire_path(arena, paths[i].table, paths[i].model,
                                 paths[i].number),
               paths[i].path, "%s", paths[i].what);
    }
}


static void
test_inline(void)
{
    is_int(decode(&inline_table, "{\"num\":7,\"inner\":{\"text\":\"t\","
                  "\"people\":[{\"name\":\"n\"}]}}"), MT_OK, "inline");
    is_int(d.error.status, MT_OK, "no error");
    is_int(object.num, 7, "a member beside it");
    is_str(object.text, "t", "a member in it");
    is_int(object.people.n, 1, "a list in it");
    is_str(encode(&inline_table), "{\"num\":7,\"inner\":{\"text\":\"t\","
           "\"people\":[{\"name\":\"n\"}]}}", "and out again");

    decode(&inline_table, "{}");
    is_int(d.error.status, MT_MISSING, "it is missing");
    is_str(d.error.field, "inner", "by name");

    decode(&inline_table, "{\"inner\":{}}");
    is_int(d.error.status, MT_MISSING, "a member is missing");
    is_str(d.error.field, "inner.text", "by its path");

    decode(&inline_table, "{\"inner\":{\"text\":1}}");
    is_int(d.error.status, MT_BAD_TYPE, "a member of a wrong type");
    is_str(d.error.field, "inner.text", "by its path");

    decode(&inline_table, "{\"inner\":[]}");
    is_int(d.error.status, MT_BAD_TYPE, "a list in its place");

    decode(&inline_table, "{\"inner\":\"x\"}");
    is_int(d.error.status, MT_BAD_TYPE, "a string in its place");

    decode(&inline_table, "{\"inner\":{\"text\":\"a\",\"text\":\"a\"}}");
    is_int(d.error.status, MT_DUPLICATE_KEY, "a member given twice");
    is_str(d.error.field, "inner.text", "by its path");
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
    mt_json_raw(w, MT_STR("1.50"));
    mt_json_string(w, MT_STR(""));
    mt_json_close_list(w);
    mt_json_close_object(w);
    is_str(((mt_str_t) { buf.len, buf.data }), ",true,null,1.50,\"\"]}",
           "goes on after the buffer was emptied");
    ok(!buf.failed, "and all was JSON");

    mt_json_int(w, 1);
    ok(buf.failed, "a value too many fails");

    mt_buf_init(&buf, arena, 8);
    w = mt_json_writer(arena, &buf);
    mt_json_open_object(w);
    mt_json_int(w, 1);
    ok(buf.failed, "a value where a key is due fails");
}


/* Returns 1 if a string is written as yajl's generator writes it.  It stands
 * in a block of its own, so that a sanitizer sees reads beyond it. */

static int
as_yajl(const char *bytes, size_t n)
{
    int                   same;
    char                 *own;
    size_t                len;
    mt_buf_t              buf;
    yajl_gen              gen;
    const unsigned char  *yajl;

    own = malloc(n ? n : 1);
    memcpy(own, bytes, n);

    gen = yajl_gen_alloc(NULL);
    yajl_gen_string(gen, (const unsigned char *) own, n);
    yajl_gen_get_buf(gen, &yajl, &len);

    mt_buf_init(&buf, arena, 8);
    mt_json_string(mt_json_writer(arena, &buf), (mt_str_t) { n, own });

    same = !buf.failed && buf.len == len && memcmp(buf.data, yajl, len) == 0;

    yajl_gen_free(gen);
    free(own);

    return same;
}


/* Each byte, alone and between others. */

static void
test_escapes(void)
{
    int   c, same;
    char  text[8];

    same = 0;

    for (c = 0; c < 512; c++) {
        snprintf(text, sizeof(text), "ab%ccd", c & 0xff);
        text[2] = (char) c;

        same += c < 256 ? as_yajl(text, 5) : as_yajl(text + 2, 1);
    }

    is_int(same, 512, "strings are written as yajl writes them");
}


/* Strings of each length, with each byte at a bound of the escapes in each
 * place: mt_json_copy() has a branch for each range of lengths. */

static void
test_runs(void)
{
    int     same, n;
    char    text[50];
    size_t  len, at, i;

    static const char  bounds[] = "\x1f\x20\x21\"#[\\]\x7f\x80\xff\x01";

    same = 0;
    n = 0;

    for (len = 0; len <= sizeof(text); len++) {
        for (at = 0; at < len; at++) {
            for (i = 0; i < sizeof(bounds); i++) {
                memset(text, 'x', sizeof(text));
                text[at] = bounds[i];
                same += as_yajl(text, len);
                n++;
            }
        }

        memset(text, 'x', sizeof(text));
        same += as_yajl(text, len);
        n++;
    }

    is_int(same, n, "and of every length");
}


/* The grammar of calls: 'o' and 'O' open and close an object, 'l' and 'L' a
 * list, 'k' is a key, 'v' a value, 'm' written members, 'w' written items, 'n'
 * neither.  wrote: the text that was written. */

static mt_str_t  wrote;

static int
writes(const char *calls)
{
    mt_buf_t           buf;
    mt_json_writer_t  *w;

    mt_buf_init(&buf, arena, 8);
    w = mt_json_writer(arena, &buf);

    for ( /* void */ ; *calls; calls++) {
        switch (*calls) {

        case 'o':
            mt_json_open_object(w);
            break;

        case 'O':
            mt_json_close_object(w);
            break;

        case 'l':
            mt_json_open_list(w);
            break;

        case 'L':
            mt_json_close_list(w);
            break;

        case 'k':
            mt_json_key(w, "k");
            break;

        case 'm':
            mt_json_written(w, MT_STR("\"k\":1,\"k\":2"));
            break;

        case 'w':
            mt_json_written(w, MT_STR("1,2"));
            break;

        case 'n':
            mt_json_written(w, MT_STR(""));
            break;

        default:
            mt_json_string(w, MT_STR("v"));
        }
    }

    if (!buf.failed) {
        wrote = (mt_str_t) { buf.len, buf.data };
    }

    return !buf.failed;
}


static void
test_grammar(void)
{
    size_t  i;

    static const char *const  right[] = {
        "v", "oO", "lL", "okvO", "okvkvO", "lvvL", "okoOklLO", "loOlLL",
        "omO", "lwL", "onkvO", "lnvL"
    };

    static const char *const  wrong[] = {
        "w", "m", "okm", "okw", "vw", "k", "O", "L", "vv", "ov", "oo", "ol", "okO", "okk", "okvv", "oL",
        "lO", "lk", "lvO", "okvL", "oOv", "lLl", "oOO", "lvk"
    };

    for (i = 0; i < mt_nitems(right); i++) {
        ok(writes(right[i]), "%s is JSON", right[i]);
    }

    for (i = 0; i < mt_nitems(wrong); i++) {
        ok(!writes(wrong[i]), "%s is not", wrong[i]);
    }

    (void) writes("lvwnwvL");
    is_str(wrote, "[\"v\",1,2,1,2,\"v\"]", "items among others");
    (void) writes("okvmO");
    is_str(wrote, "{\"k\":\"v\",\"k\":1,\"k\":2}", "members after one");

    ok(writes("llllllllllllllll" "lllllllllllllll"), "31 levels");
    ok(!writes("llllllllllllllll" "llllllllllllllll"), "32 are too many");
}


/* A parser is not affected by the body before, complete or broken off. */

static void
test_kept(void)
{
    char         large[32 * 1024];
    size_t       i;
    mt_status_t  status;

    static const char *const  bodies[] = {
        "{\"num\":1}", "{\"num\":1", "{\"num\":1}}", "{\"num\":1}{}",
        "{\"num\":1} {\"num\":2}", "{\"num\":[1,{\"a\":}", "{\"num\":1,}",
        "{\"text\":\"ab}", "{\"text\":\"a\\u00e9b\\n\"}", "{\"text\":\"\\}",
        "{\"text\":\"\\u00}", "{\"num\":-}", "{\"num\":1.}", "{\"num\":tru}",
        "{} \"a", "{}}", "{", "", " {\"small\":3,\"text\":\"x\"} ",
        "{\"a\":[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]}"
    };

    for (i = 0; i < mt_nitems(bodies); i++) {
        parser = NULL;
        status = decode(&tall_table, bodies[i]);

        parser = mt_json_parser_create();
        is_int(decode(&tall_table, bodies[i]), status,
               "body %zu with a parser that is kept", i);
        is_int(decode(&tall_table, bodies[i]), status, "and again");
        is_int(decode(&tall_table, "{\"num\":17,\"text\":\"a\\tb\"}"), MT_OK,
               "then another");
        is_int(object.num, 17, "with its number");
        is_str(object.text, "a\tb", "and its text");
        mt_json_parser_destroy(parser);
    }

    parser = mt_json_parser_create();

    memset(large, 'a', sizeof(large));
    memcpy(large, "{\"x\":\"\\n", 8);
    memcpy(large + sizeof(large) - 2, "\"}", 2);

    for (i = 0; i < 3; i++) {
        is_int(decode_str(&tall_table, (mt_str_t) { sizeof(large), large }),
               MT_OK, "a long string with an escape, %zu", i);
        is_int(decode(&tall_table, "{\"num\":18}"), MT_OK, "and a short body");
        is_int(object.num, 18, "with its number");
    }

    mt_json_parser_destroy(parser);
    mt_json_parser_destroy(NULL);
    parser = NULL;
}


int
main(void)
{
    arena = mt_arena_create(0);
    parser = mt_json_parser_create();

    test_bodies();
    test_members();
    test_presence();
    test_payload();
    test_text();
    test_wire_path();
    test_inline();
    test_encode();
    test_escapes();
    test_runs();
    test_grammar();

    mt_json_parser_destroy(parser);
    parser = NULL;

    test_kept();

    mt_arena_destroy(arena);

    return tap_done();
}

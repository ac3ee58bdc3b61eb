
/*
 * Any bytes as a request of h5yes: the first byte chooses the address, the
 * first line is the query, the rest the body.  No crash; the answer is one
 * JSON object with a code and words, whatever the request names; and arguments
 * mean the same in a query and in a form.
 */

#include "base/mt_crypto.h"
#include "service/mt_service.h"

#include <stdlib.h>


#define FUZZ_MEMORY  (64 << 20)
#define FUZZ_PIECE   16384

#define FORM  "application/x-www-form-urlencoded"


#define MT_FANSWER_FIELDS(F, M)                                               \
    F(M, 1, INT, code,      400, 71013, NULL)                                 \
    F(M, 2, STR, words,     0, 10000, NULL)                                   \
    F(M, 3, INT, success,   0, 1, NULL)

MT_DECLARE_MODEL(fanswer, MT_FANSWER_FIELDS);
MT_DEFINE_MODEL(fanswer, MT_FANSWER_FIELDS);

MT_JSON_TABLE(answer_table,
    { "code", MT_FIELD(fanswer, code), .flags = MT_JSON_REQUIRED },
    { "message", MT_FIELD(fanswer, words), .flags = MT_JSON_REQUIRED },
    { "success", MT_FIELD(fanswer, success), .flags = MT_JSON_REQUIRED,
      .how = &mt_wire_bool },
    { "fieldErrors", .flags = MT_JSON_PAYLOAD }
);


typedef struct {
    mt_exchange_t  *x;
    mt_arena_t     *arena;
    mt_error_t      error;
} request_t;


static void
check(int holds)
{
    if (!holds) {
        abort();
    }
}


static mt_str_t
no_header(void *data, mt_str_t name)
{
    (void) data;
    (void) name;

    return MT_STR("");
}


/* As far as the form of a request can be judged; there is no store. */

static request_t
decode(const mt_route_t *route, mt_str_t query, mt_str_t type, mt_str_t body)
{
    mt_input_t                  in;
    request_t                   r;
    static mt_service_t         service;
    static const mt_settings_t  settings;

    memset(&in, 0, sizeof(in));
    in.method = route->methods & MT_METHOD_POST ? MT_STR("POST")
                                                : MT_STR("GET");
    in.path = route->path;
    in.query = query;
    in.content_type = type;
    in.body = body;
    in.header = no_header;

    r.arena = mt_arena_create(FUZZ_MEMORY);
    r.x = mt_exchange_open(&service, &mt_dialect_h5yes, &settings, &in, 1);
    check(r.arena && r.x);

    mt_exchange_decode(r.x);

    check(r.x->call.error.status == MT_OK);
    check(mt_utf8_valid(r.x->user) && r.x->user.len <= 4 * MT_ID_MAX);
    check(mt_utf8_valid(r.x->meeting) && r.x->meeting.len <= 4 * MT_ID_MAX);

    r.error = r.x->decode.error;
    check(mt_utf8_valid(r.error.field));

    return r;
}


/* The answer to what is wrong with the request, or with the server. */

static void
check_answer(request_t *r)
{
    mt_buf_t          out;
    mt_fanswer_t      answer;
    mt_json_decode_t  d;

    r->x->call.error = r->error;

    if (r->error.status == MT_OK) {
        mt_exchange_fail(r->x, MT_STORE_FAILED);
    }

    mt_buf_init(&out, r->arena, 0);
    check(mt_exchange_output(r->x, &out, FUZZ_PIECE) == 1);

    memset(&answer, 0, sizeof(answer));
    memset(&d, 0, sizeof(d));
    d.arena = r->arena;

    check(mt_json_decode(&d, (mt_str_t) { out.len, out.data }, &answer_table,
                         &answer)
          == MT_OK);
    check(d.error.status == MT_OK && d.payload_seen == 2);
    check(!answer.success && answer.words.len && answer.code == r->x->code);
}


static mt_str_t
encoded(request_t *r)
{
    mt_buf_t  buf;

    mt_buf_init(&buf, r->arena, 64);
    mt_record_encode(&buf, r->x->route->operation->args, r->x->call.args,
                     MT_ENCODE_GIVEN);

    return (mt_str_t) { buf.len, buf.data };
}


static void
finish(request_t *r)
{
    mt_exchange_close(r->x);
    mt_arena_destroy(r->arena);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mt_str_t           query, body, none = mt_str("");
    request_t          r, form;
    const char        *line;
    const mt_route_t  *route;

    if (size == 0 || mt_crypto_init() != 0) {
        return 0;
    }

    route = &mt_dialect_h5yes.routes[data[0] % mt_dialect_h5yes.nroutes];

    query.data = (const char *) data + 1;
    query.len = size - 1;
    line = memchr(query.data, '\n', query.len);
    body = none;

    if (line) {
        body.data = line + 1;
        body.len = query.len - (size_t) (body.data - query.data);
        query.len = (size_t) (line - query.data);
    }

    r = decode(route, query, data[0] & 0x80 ? MT_STR(FORM) : none, body);
    check_answer(&r);
    finish(&r);

    if (!(route->methods & MT_METHOD_POST)
        || (query.len && memchr(" \t\r{", query.data[0], 4)))
    {
        return 0;
    }

    r = decode(route, query, none, none);
    form = decode(route, none, MT_STR(FORM), query);

    check(r.error.status == form.error.status
          && mt_str_eq(r.error.field, form.error.field));
    check(mt_str_eq(encoded(&r), encoded(&form)));

    finish(&r);
    finish(&form);

    return 0;
}

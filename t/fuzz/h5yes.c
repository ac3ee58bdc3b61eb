
/*
 * Random bytes as a request of h5yes: the first byte chooses the route, the
 * first line is the query, the rest the body.  No crash; each answer is one
 * JSON object with a code and a text; arguments mean the same in a query and
 * in a form; decoded arguments that are encoded decode to the same.
 */

#include "request.h"


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


/* The answer to the request's error, or to a server error. */

static void
check_answer(fuzz_request_t *r)
{
    mt_fanswer_t  answer;

    memset(&answer, 0, sizeof(answer));
    fuzz_check_answer(r, fuzz_answer(r), &answer_table, &answer);

    check(!answer.success && answer.words.len && answer.code == r->x->code);
}


/* Arguments as a query, and the same as a form. */

static void
check_form(const fuzz_input_t *in)
{
    fuzz_input_t    as_query, as_form;
    fuzz_request_t  query, form;

    as_query = *in;
    as_query.type = MT_STR("");
    as_query.body = MT_STR("");

    as_form = *in;
    as_form.type = MT_STR(FORM);
    as_form.query = MT_STR("");
    as_form.body = in->query;

    query = fuzz_decode(&as_query);
    form = fuzz_decode(&as_form);

    check(query.error.status == form.error.status
          && mt_str_eq(query.error.field, form.error.field));
    check(mt_str_eq(fuzz_encoded(&query), fuzz_encoded(&form)));

    fuzz_finish(&query);
    fuzz_finish(&form);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input_t    in;
    fuzz_request_t  r;

    if (!fuzz_input(&in, &mt_dialect_h5yes, data, size)) {
        return 0;
    }

    in.type = data[0] & 0x80 ? MT_STR(FORM) : MT_STR("");
    r = fuzz_decode(&in);

    if (!(in.route->methods & MT_METHOD_POST)) {
        check_answer(&r);
        fuzz_finish(&r);
        return 0;
    }

    if (r.error.status == MT_OK) {
        fuzz_check_again(&in, &r, r.x->envelope, NULL);
    }

    check_answer(&r);
    fuzz_finish(&r);

    /* a form may be JSON or compressed, and spell lists by brackets */

    if (in.query.len == 0
        || (!memchr(" \t\r{\x1f", in.query.data[0], 5)
            && !memchr(in.query.data, '[', in.query.len)
            && !memmem(in.query.data, in.query.len, "%5", 2)))
    {
        check_form(&in);
    }

    return 0;
}

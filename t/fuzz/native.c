
/*
 * Random bytes as a request of the native dialect.  No crash; each answer is
 * one problem with a title, a status and a code; decoded arguments that are
 * encoded decode to the same.
 */

#include "request.h"


#define MT_FANSWER_FIELDS(F, M)                                               \
    F(M, 1, STR, type,      1, 10000, NULL)                                   \
    F(M, 2, STR, title,     1, 10000, NULL)                                   \
    F(M, 3, INT, status,    400, 599, NULL)                                   \
    F(M, 4, STR, code,      1, 100, NULL)

MT_DECLARE_MODEL(fanswer, MT_FANSWER_FIELDS);
MT_DEFINE_MODEL(fanswer, MT_FANSWER_FIELDS);

MT_JSON_TABLE(answer_table,
    { "type", MT_FIELD(fanswer, type), .flags = MT_JSON_REQUIRED },
    { "title", MT_FIELD(fanswer, title), .flags = MT_JSON_REQUIRED },
    { "status", MT_FIELD(fanswer, status), .flags = MT_JSON_REQUIRED },
    { "code", MT_FIELD(fanswer, code), .flags = MT_JSON_REQUIRED }
);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input_t    in;
    mt_fanswer_t    answer;
    fuzz_request_t  r;

    if (!fuzz_input(&in, &mt_dialect_native, data, size)) {
        return 0;
    }

    r = fuzz_decode(&in);

    /* a GET has no body to take the arguments */

    if (r.error.status == MT_OK && in.route->methods != MT_METHOD_GET) {
        fuzz_check_again(&in, &r, r.x->envelope, NULL);
    }

    memset(&answer, 0, sizeof(answer));
    fuzz_check_answer(&r, fuzz_answer(&r), &answer_table, &answer);
    check(answer.status == r.x->code);

    fuzz_finish(&r);

    return 0;
}

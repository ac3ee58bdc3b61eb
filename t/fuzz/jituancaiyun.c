
/*
 * Random bytes as a request of jituancaiyun.  No crash; each answer is one
 * JSON object with a code and a text; decoded arguments that are encoded
 * decode to the same.
 */

#include "request.h"


#define MT_FANSWER_FIELDS(F, M)                                               \
    F(M, 1, INT, code,      -1, 4699, NULL)                                   \
    F(M, 2, STR, words,     1, 10000, NULL)

MT_DECLARE_MODEL(fanswer, MT_FANSWER_FIELDS);
MT_DEFINE_MODEL(fanswer, MT_FANSWER_FIELDS);

MT_JSON_TABLE(answer_table,
    { "status", MT_FIELD(fanswer, code), .flags = MT_JSON_REQUIRED },
    { "message", MT_FIELD(fanswer, words), .flags = MT_JSON_REQUIRED }
);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input_t    in;
    mt_fanswer_t    answer;
    fuzz_request_t  r;

    if (!fuzz_input(&in, &mt_dialect_jituancaiyun, data, size)) {
        return 0;
    }

    r = fuzz_decode(&in);

    /* the other route has its arguments in the query */

    if (r.error.status == MT_OK && in.route->methods & MT_METHOD_POST) {
        fuzz_check_again(&in, &r, r.x->envelope, NULL);
    }

    memset(&answer, 0, sizeof(answer));
    fuzz_check_answer(&r, fuzz_answer(&r), &answer_table, &answer);
    check(answer.code == r.x->code && answer.code != 0);

    fuzz_finish(&r);

    return 0;
}

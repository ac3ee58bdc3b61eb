
/*
 * Random bytes as a request of yunzhijia.  No crash; each answer is one JSON
 * object with a code and a text; decoded arguments that are encoded decode to
 * the same.
 */

#include "request.h"


#define MT_FANSWER_FIELDS(F, M)                                               \
    F(M, 1, INT, code,      40000, 50399, NULL)                               \
    F(M, 2, STR, words,     1, 10000, NULL)                                   \
    F(M, 3, INT, success,   0, 0, NULL)

MT_DECLARE_MODEL(fanswer, MT_FANSWER_FIELDS);
MT_DEFINE_MODEL(fanswer, MT_FANSWER_FIELDS);

MT_JSON_TABLE(answer_table,
    { "data", .flags = MT_JSON_PAYLOAD },
    { "error", MT_FIELD(fanswer, words), .flags = MT_JSON_REQUIRED },
    { "errorCode", MT_FIELD(fanswer, code), .flags = MT_JSON_REQUIRED },
    { "success", MT_FIELD(fanswer, success), .flags = MT_JSON_REQUIRED,
      .how = &mt_wire_bool }
);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input_t    in;
    mt_fanswer_t    answer;
    fuzz_request_t  r;

    if (!fuzz_input(&in, &mt_dialect_yunzhijia, data, size)) {
        return 0;
    }

    in.type = data[0] & 0x80 ? MT_STR(FORM) : MT_STR("");
    r = fuzz_decode(&in);

    if (r.error.status == MT_OK) {
        fuzz_check_again(&in, &r, r.x->envelope, NULL);
    }

    memset(&answer, 0, sizeof(answer));
    fuzz_check_answer(&r, fuzz_answer(&r), &answer_table, &answer);
    check(answer.code == r.x->code);

    fuzz_finish(&r);

    return 0;
}

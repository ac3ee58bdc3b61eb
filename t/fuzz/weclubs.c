
/*
 * Random bytes as a request of weclubs; the first byte chooses the route.  No
 * crash; a request that is not signed with the secret never passes; each
 * answer is one JSON object with a code and a text; decoded arguments that are
 * encoded decode to the same.
 */

#include "request.h"


#define MT_FANSWER_FIELDS(F, M)                                               \
    F(M, 1, INT, code,      2000, 9999, NULL)                                 \
    F(M, 2, STR, words,     1, 10000, NULL)                                   \
    F(M, 3, INT, time,      FUZZ_NOW, FUZZ_NOW, NULL)

MT_DECLARE_MODEL(fanswer, MT_FANSWER_FIELDS);
MT_DEFINE_MODEL(fanswer, MT_FANSWER_FIELDS);

MT_JSON_TABLE(answer_table,
    { "result_code", MT_FIELD(fanswer, code), .flags = MT_JSON_REQUIRED },
    { "result_msg", MT_FIELD(fanswer, words), .flags = MT_JSON_REQUIRED },
    { "sys_time", MT_FIELD(fanswer, time), .flags = MT_JSON_REQUIRED },
    { "data", .flags = MT_JSON_PAYLOAD }
);


static void
check_answer(fuzz_request_t *r, mt_str_t text)
{
    mt_fanswer_t      answer;
    mt_json_decode_t  decode;

    memset(&answer, 0, sizeof(answer));
    memset(&decode, 0, sizeof(decode));
    decode.arena = r->arena;

    check(mt_json_decode(&decode, text, &answer_table, &answer) == MT_OK);
    check(decode.error.status == MT_OK);
    check(decode.payload_seen == 2);
    check(answer.code == r->x->code);
}


/* A request that passes the form check passes it again, with the same
 * result. */

static mt_status_t
send_request(const fuzz_input_t *in)
{
    fuzz_request_t  r;

    r = fuzz_decode(in);

    if (r.error.status == MT_OK && !in->settings->verify_sign) {
        fuzz_check_again(in, &r, r.x->decode.payload_object, "data");
    }

    check_answer(&r, fuzz_answer(&r));
    fuzz_finish(&r);

    return r.error.status;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char           secret[32];
    static mt_settings_t  settings;

    fuzz_input_t  in;

    if (size == 0) {
        return 0;
    }

    if (!fuzz_input(&in, &mt_dialect_weclubs, data, 1)) {
        return 0;
    }

    if (settings.sign_secret.len == 0) {
        check(mt_random(secret, sizeof(secret)) == 0);
        settings.sign_secret = (mt_str_t) { sizeof(secret), secret };
    }

    in.settings = &settings;
    in.body = (mt_str_t) { size - 1, (const char *) data + 1 };

    settings.verify_sign = 0;
    (void) send_request(&in);

    settings.verify_sign = 1;
    check(send_request(&in) != MT_OK);

    return 0;
}


/*
 * Any bytes as a request of weclubs; the first byte chooses the address.  No
 * crash; what was not signed with the secret never passes; and the answer is
 * one JSON object with a code and words, whatever the request names.
 */

#include "base/mt_crypto.h"
#include "service/mt_service.h"

#include <stdlib.h>


#define FUZZ_MEMORY  (64 << 20)
#define FUZZ_PIECE   16384


#define MT_FANSWER_FIELDS(F, M)                                               \
    F(M, 1, INT, code,      2000, 9999, NULL)                                 \
    F(M, 2, STR, words,     1, 10000, NULL)                                   \
    F(M, 3, INT, time,      1, 1, NULL)

MT_DECLARE_MODEL(fanswer, MT_FANSWER_FIELDS);
MT_DEFINE_MODEL(fanswer, MT_FANSWER_FIELDS);

MT_JSON_TABLE(answer_table,
    { "result_code", MT_FIELD(fanswer, code), .flags = MT_JSON_REQUIRED },
    { "result_msg", MT_FIELD(fanswer, words), .flags = MT_JSON_REQUIRED },
    { "sys_time", MT_FIELD(fanswer, time), .flags = MT_JSON_REQUIRED },
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
no_header(void *data, mt_str_t name)
{
    (void) data;
    (void) name;

    return MT_STR("");
}


static void
check_answer(mt_arena_t *arena, mt_str_t text, int code)
{
    mt_fanswer_t      answer;
    mt_json_decode_t  decode;

    memset(&answer, 0, sizeof(answer));
    memset(&decode, 0, sizeof(decode));
    decode.arena = arena;

    check(mt_json_decode(&decode, text, &answer_table, &answer) == MT_OK);
    check(decode.error.status == MT_OK);
    check(decode.payload_seen == 2);
    check(answer.code == code);
}


/* There is no store: what passes the form ends there. */

static mt_status_t
send_request(const mt_route_t *route, mt_str_t body,
    const mt_settings_t *settings)
{
    mt_buf_t        out;
    mt_arena_t     *arena;
    mt_input_t      in;
    mt_status_t     status;
    mt_service_t    service;
    mt_exchange_t  *x;

    memset(&service, 0, sizeof(service));
    memset(&in, 0, sizeof(in));
    in.method = MT_STR("POST");
    in.path = route->path;
    in.body = body;
    in.header = no_header;

    arena = mt_arena_create(FUZZ_MEMORY);
    x = mt_exchange_open(&service, &mt_dialect_weclubs, settings, &in, 1);
    check(arena && x);

    mt_exchange_decode(x);
    status = x->call.error.status;

    check(mt_utf8_valid(x->user) && x->user.len <= 4 * MT_NAME_MAX);
    check(mt_utf8_valid(x->meeting) && x->meeting.len <= 4 * MT_ID_MAX);
    check(mt_exchange_start(x) == MT_STEP_DONE);

    mt_buf_init(&out, arena, 0);
    check(mt_exchange_output(x, &out, FUZZ_PIECE) == 1);
    check_answer(arena, (mt_str_t) { out.len, out.data }, x->code);

    mt_exchange_close(x);
    mt_arena_destroy(arena);

    return status;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char           secret[32];
    static mt_settings_t  settings;

    mt_str_t           body;
    const mt_route_t  *route;

    if (settings.sign_secret.len == 0) {
        check(mt_crypto_init() == 0 && mt_random(secret, 32) == 0);
        settings.sign_secret = (mt_str_t) { sizeof(secret), secret };
    }

    if (size == 0) {
        return 0;
    }

    route = &mt_dialect_weclubs.routes[data[0] % mt_dialect_weclubs.nroutes];
    body = (mt_str_t) { size - 1, (const char *) data + 1 };

    settings.verify_sign = 0;
    send_request(route, body, &settings);

    settings.verify_sign = 1;
    check(send_request(route, body, &settings) != MT_OK);

    return 0;
}

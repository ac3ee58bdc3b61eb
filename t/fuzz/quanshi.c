
/*
 * Random bytes as a request of quanshi, and as the path of a join page.  No
 * crash; each answer is one JSON object with a code, a text and an empty
 * result, or a page that shows none of the bytes; decoded arguments that are
 * encoded decode to the same; a link's code is eleven bytes of the link.
 */

#include "request.h"


#define CODE_LEN  11


#define MT_FANSWER_FIELDS(F, M)                                               \
    F(M, 1, INT, code,      1, 9999, NULL)                                    \
    F(M, 2, STR, words,     1, 10000, NULL)                                   \
    F(M, 3, STRS, result,   0, 0, NULL)

MT_DECLARE_MODEL(fanswer, MT_FANSWER_FIELDS);
MT_DEFINE_MODEL(fanswer, MT_FANSWER_FIELDS);

MT_JSON_TABLE(answer_table,
    { "status", MT_FIELD(fanswer, code), .flags = MT_JSON_REQUIRED },
    { "result", MT_FIELD(fanswer, result), .flags = MT_JSON_REQUIRED },
    { "message", MT_FIELD(fanswer, words), .flags = MT_JSON_REQUIRED }
);


static void
fuzz_detail(const uint8_t *data, size_t size)
{
    mt_str_t            code;
    fuzz_input_t        in;
    mt_fanswer_t        answer;
    fuzz_request_t      r;

    if (!fuzz_input(&in, &mt_dialect_quanshi, data, size)) {
        return;
    }

    r = fuzz_decode(&in);
    code = r.x->meeting;

    check(code.len == 0
          || (code.len == CODE_LEN
              && memmem(in.body.data, in.body.len, code.data, CODE_LEN))
          || memchr(in.body.data, '\\', in.body.len));

    if (r.error.status == MT_OK) {
        fuzz_check_again(&in, &r, r.x->envelope, NULL);
    }

    memset(&answer, 0, sizeof(answer));
    fuzz_check_answer(&r, fuzz_answer(&r), &answer_table, &answer);
    check(answer.code == r.x->code);

    fuzz_finish(&r);
}


static void
fuzz_page(const uint8_t *data, size_t size)
{
    mt_str_t        page, end = mt_str("</html>\n");
    mt_route_t      route;
    fuzz_input_t    in;
    fuzz_request_t  r;

    if (!fuzz_input(&in, &mt_dialect_page, data, size)) {
        return;
    }

    route = *in.route;
    route.path = in.query;
    in.route = &route;

    r = fuzz_decode(&in);
    page = fuzz_answer(&r);

    check(mt_utf8_valid(page));
    check(page.len > end.len
          && memcmp(page.data + page.len - end.len, end.data, end.len) == 0);
    check(memmem(page.data, page.len, "<script", 7) == NULL);

    fuzz_finish(&r);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_detail(data, size);
    fuzz_page(data, size);

    return 0;
}

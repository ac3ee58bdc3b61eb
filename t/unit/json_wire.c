
/*
 * Each wire form: the JSON value of a member "v" that is read, the result, and
 * the value that is then written.
 */

#include "json.h"


FORM(form_int, num, NULL);
FORM(form_small, small, &mt_wire_plain);
FORM(form_str, text, NULL);
FORM(form_four, four, NULL);
FORM(form_ref, text, &mt_wire_ref);
FORM(form_csv, strs, &mt_wire_ref_csv);
FORM(form_refs, strs, &mt_wire_ref);
FORM(form_strs, strs, NULL);
FORM(form_ints, nums, NULL);
FORM(form_many, many, NULL);
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
    { &form_csv, "\"1,2,\"", MT_OK, "\"1,2\"" },
    { &form_csv, "\"1, \"", MT_OK, "\"1\"" },
    { &form_csv, "\"1，2 ，3\"", MT_OK, "\"1,2,3\"" },
    { &form_csv, "\"1，\"", MT_OK, "\"1\"" },
    { &form_csv, "\"1,，2\"", MT_BAD_VALUE, NULL },
    { &form_csv, "\"1,,\"", MT_BAD_VALUE, NULL },
    { &form_csv, "\",1\"", MT_BAD_VALUE, NULL },
    { &form_csv, "\"，\"", MT_BAD_VALUE, NULL },
    { &form_csv, "\"、1\"", MT_OK, "\"、1\"" },
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
    { &form_many, "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]", MT_OK,
      "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]" },
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

    decode(&form_seconds, "{\"v\":1}");
    object.num = -1500;
    is_str(encode(&form_seconds), "{\"v\":-2}", "seconds are rounded down");
}


int
main(void)
{
    arena = mt_arena_create(0);

    test_forms();

    mt_arena_destroy(arena);

    return tap_done();
}


#include "domain/directory/mt_directory.h"


#define MT_PHONE_MOBILE  11     /* digits of a mobile number in China */


static size_t mt_phone_skip(mt_str_t text);
static int mt_phone_is_mobile(mt_str_t digits);


mt_str_t
mt_phone_plain(mt_arena_t *arena, mt_str_t phone)
{
    char      c, *out;
    size_t    i, n, skip;
    mt_str_t  digits;

    out = phone.len ? mt_arena_take(arena, phone.len) : NULL;

    if (out == NULL) {
        return phone;
    }

    n = 0;

    for (i = 0; i < phone.len; i += skip) {
        skip = mt_phone_skip((mt_str_t) { phone.len - i, phone.data + i });

        if (skip) {
            continue;
        }

        skip = 1;
        c = phone.data[i];

        if (c == '+' && n == 0) {
            continue;
        }

        if (c < '0' || c > '9') {
            return phone;
        }

        out[n++] = c;
    }

    digits = (mt_str_t) { n, out };

    if (n == MT_PHONE_MOBILE + 4 && memcmp(out, "0086", 4) == 0) {
        digits = (mt_str_t) { MT_PHONE_MOBILE, out + 4 };

    } else if (n == MT_PHONE_MOBILE + 2 && memcmp(out, "86", 2) == 0) {
        digits = (mt_str_t) { MT_PHONE_MOBILE, out + 2 };
    }

    return mt_phone_is_mobile(digits) ? digits : phone;
}


/* Returns the bytes of what people put between digits, 0 for anything else. */

static size_t
mt_phone_skip(mt_str_t text)
{
    size_t  i;

    static const mt_str_t  signs[] = {
        mt_str(" "), mt_str("-"), mt_str("("), mt_str(")"),
        mt_str("\xC2\xA0"), mt_str("\xE3\x80\x80")
    };

    for (i = 0; i < mt_nitems(signs); i++) {
        if (text.len >= signs[i].len
            && memcmp(text.data, signs[i].data, signs[i].len) == 0)
        {
            return signs[i].len;
        }
    }

    return 0;
}


static int
mt_phone_is_mobile(mt_str_t digits)
{
    return digits.len == MT_PHONE_MOBILE && digits.data[0] == '1';
}


/*
 * Checks of a body that yajl does not make.  yajl takes \v and \f for white
 * space and overlong or surrogate sequences for UTF-8, and turns an escaped
 * lone surrogate into '?'.  After the first value it also lets an unfinished
 * string pass; mt_json_on_close_object() finds that.
 */

#include "json/mt_json_private.h"


static int
mt_json_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}


static mt_str_t
mt_json_trim(mt_str_t s)
{
    while (s.len > 0 && mt_json_is_space(s.data[0])) {
        s.data++;
        s.len--;
    }

    while (s.len > 0 && mt_json_is_space(s.data[s.len - 1])) {
        s.len--;
    }

    return s;
}


/* Returns the value of the four hex digits at p, or -1. */

static int
mt_json_hex4(const char *p, const char *end)
{
    int  i, c, value;

    if (end - p < 4) {
        return -1;
    }

    value = 0;

    for (i = 0; i < 4; i++) {
        c = p[i] | 0x20;

        if (p[i] >= '0' && p[i] <= '9') {
            value = value << 4 | (p[i] - '0');

        } else if (c >= 'a' && c <= 'f') {
            value = value << 4 | (c - 'a' + 10);

        } else {
            return -1;
        }
    }

    return value;
}


/* Checks the escape whose digits begin at p, with the second half of a
 * surrogate pair.  Returns the byte after it, NULL for a lone half, for NUL
 * or if it is not hex. */

static const char *
mt_json_unicode_escape(const char *p, const char *end)
{
    int  high, low;

    high = mt_json_hex4(p, end);

    if (high <= 0 || (high & 0xfc00) == 0xdc00) {
        return NULL;
    }

    p += 4;

    if ((high & 0xfc00) != 0xd800) {
        return p;
    }

    if (end - p < 2 || p[0] != '\\' || p[1] != 'u') {
        return NULL;
    }

    low = mt_json_hex4(p + 2, end);

    return (low & 0xfc00) == 0xdc00 ? p + 6 : NULL;
}


/* The last byte is a brace: a backslash is always followed by a byte. */

static int
mt_json_escapes_valid(mt_str_t s)
{
    const char  *p, *end;

    p = s.data;
    end = s.data + s.len;

    for ( ;; ) {
        p = memchr(p, '\\', end - p);

        if (p == NULL) {
            return 1;
        }

        p += 2;

        if (p[-1] == 'u') {
            p = mt_json_unicode_escape(p, end);

            if (p == NULL) {
                return 0;
            }
        }
    }
}


mt_status_t
mt_json_check_body(mt_str_t body, mt_str_t *object)
{
    mt_str_t  s;

    s = mt_json_trim(body);
    *object = s;

    if (s.len == 0) {
        return MT_EMPTY;
    }

    /* rejects a byte-order mark, a list and a scalar */

    if (s.data[0] != '{' || s.data[s.len - 1] != '}') {
        return MT_BAD_JSON;
    }

    if (memchr(s.data, '\v', s.len) || memchr(s.data, '\f', s.len)) {
        return MT_BAD_JSON;
    }

    if (!mt_utf8_valid(s) || !mt_json_escapes_valid(s)) {
        return MT_BAD_JSON;
    }

    return MT_OK;
}


#include "base/mt_base.h"


#define MT_DIGITS_SAFE  18       /* digits that always fit int64 */

#define MT_NOT_ASCII    0x8080808080808080ULL


static size_t mt_utf8_sequence(const uint8_t *p, size_t left);


int
mt_str_cmp(mt_str_t a, mt_str_t b)
{
    int     rc;
    size_t  n;

    n = a.len < b.len ? a.len : b.len;
    rc = n ? memcmp(a.data, b.data, n) : 0;

    if (rc != 0) {
        return rc;
    }

    return (a.len > b.len) - (a.len < b.len);
}


int
mt_parse_int(mt_str_t s, int64_t *value)
{
    int          negative;
    uint8_t      digit;
    uint64_t     n, limit;
    const char  *p, *end, *safe;

    if (s.len == 0) {
        return 0;
    }

    p = s.data;
    end = p + s.len;
    negative = *p == '-';
    p += negative;

    if (p == end || (*p == '0' && s.len > 1)) {
        return 0;
    }

    /* this many digits always fit */

    safe = end - p > MT_DIGITS_SAFE ? p + MT_DIGITS_SAFE : end;

    for (n = 0; p < safe; p++) {
        digit = (uint8_t) (*p - '0');

        if (digit > 9) {
            return 0;
        }

        n = n * 10 + digit;
    }

    limit = (uint64_t) INT64_MAX + negative;

    for ( /* void */ ; p < end; p++) {
        digit = (uint8_t) (*p - '0');

        if (digit > 9 || n > (limit - digit) / 10) {
            return 0;
        }

        n = n * 10 + digit;
    }

    *value = (int64_t) (negative ? 0 - n : n);

    return 1;
}


/* the numbers 00 to 99 */

static const char  mt_pairs[] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";


static inline unsigned
mt_digit_count(uint64_t n)
{
    unsigned  count;

    static const uint64_t  powers[] = {
        0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
        1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000,
        100000000000000, 1000000000000000, 10000000000000000,
        100000000000000000, 1000000000000000000, 10000000000000000000ULL
    };

    /* 1233/4096 is about log10(2): at most one digit too many */

    count = (64 - (unsigned) __builtin_clzll(n | 1)) * 1233 >> 12;

    return count + (n >= powers[count]);
}


/* From the last digit; eight at a time, as 32-bit divisions are faster. */

mt_str_t
mt_digits(char *out, int64_t value)
{
    char      *p;
    uint32_t   part;
    uint64_t   n;
    unsigned   i;
    mt_str_t   s;

    n = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;

    s.data = out;
    s.len = mt_digit_count(n | (n == 0)) + (value < 0);

    *out = '-';
    p = out + s.len;

    while (n >= 100000000) {
        part = (uint32_t) (n % 100000000);
        n /= 100000000;

        for (i = 0; i < 4; i++, part /= 100) {
            p -= 2;
            memcpy(p, mt_pairs + 2 * (part % 100), 2);
        }
    }

    for (part = (uint32_t) n; part > 9; part /= 100) {
        p -= 2;
        memcpy(p, mt_pairs + 2 * (part % 100), 2);
    }

    if (p > out + (value < 0)) {
        *--p = (char) ('0' + part);
    }

    return s;
}


/* Returns the length of the sequence at p, 0 if it is malformed. */

static size_t
mt_utf8_sequence(const uint8_t *p, size_t left)
{
    size_t   len, i;
    uint8_t  low, high;

    /* the second byte's range; narrower where the first byte alone would
     * allow overlong forms, surrogates, or more than U+10FFFF */
    low = 0x80;
    high = 0xbf;

    if (p[0] < 0x80) {
        return 1;
    }

    if (p[0] < 0xc2 || p[0] > 0xf4) {
        return 0;
    }

    switch (p[0]) {
    case 0xe0: low = 0xa0; break;
    case 0xed: high = 0x9f; break;
    case 0xf0: low = 0x90; break;
    case 0xf4: high = 0x8f; break;
    }

    len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

    if (left < len || p[1] < low || p[1] > high) {
        return 0;
    }

    for (i = 2; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }

    return len;
}


int
mt_utf8_valid(mt_str_t s)
{
    size_t    i, len;
    uint64_t  part[4];

    for (i = 0; i < s.len; i += len) {

        /* most text is ASCII: many bytes at a time */
        while (s.len - i >= sizeof(part)) {
            memcpy(part, s.data + i, sizeof(part));

            if ((part[0] | part[1] | part[2] | part[3]) & MT_NOT_ASCII) {
                break;
            }

            i += sizeof(part);
        }

        while (s.len - i >= sizeof(part[0])) {
            memcpy(part, s.data + i, sizeof(part[0]));

            if (part[0] & MT_NOT_ASCII) {
                break;
            }

            i += sizeof(part[0]);
        }

        if (i == s.len) {
            break;
        }

        len = mt_utf8_sequence((const uint8_t *) s.data + i, s.len - i);

        if (len == 0) {
            return 0;
        }
    }

    return 1;
}


size_t
mt_utf8_length(mt_str_t s)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < s.len; i++) {
        n += ((uint8_t) s.data[i] & 0xc0) != 0x80;
    }

    return n;
}


mt_str_t
mt_utf8_prefix(mt_str_t s, size_t n)
{
    size_t  i;

    for (i = 0; i < s.len; i++) {
        if (((uint8_t) s.data[i] & 0xc0) == 0x80) {
            continue;
        }

        if (n-- == 0) {
            s.len = i;
            break;
        }
    }

    return s;
}

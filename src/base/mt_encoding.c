
/* Hex, Base32 and Base64. */

#include "base/mt_crypto.h"

#include <openssl/evp.h>


#define MT_BAD_HEX     0x100
#define MT_UPPER_HEX   0x200

#define MT_BAD_DIGIT   64        /* of Base64 */


static void
mt_hex(const uint8_t *in, size_t n, char *out, const char *digits)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        out[2 * i] = digits[in[i] >> 4];
        out[2 * i + 1] = digits[in[i] & 15];
    }
}


void
mt_hex_lower(const uint8_t *in, size_t n, char *out)
{
    mt_hex(in, n, out, "0123456789abcdef");
}


void
mt_hex_upper(const uint8_t *in, size_t n, char *out)
{
    mt_hex(in, n, out, "0123456789ABCDEF");
}


/* The value of each digit, and whether it is one. */

static const uint16_t  mt_hex_digits[256] = {
    [0 ... '0' - 1] = MT_BAD_HEX, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ['9' + 1 ... 'A' - 1] = MT_BAD_HEX,
    MT_UPPER_HEX | 10, MT_UPPER_HEX | 11, MT_UPPER_HEX | 12,
    MT_UPPER_HEX | 13, MT_UPPER_HEX | 14, MT_UPPER_HEX | 15,
    ['F' + 1 ... 'a' - 1] = MT_BAD_HEX, 10, 11, 12, 13, 14, 15,
    ['f' + 1 ... 255] = MT_BAD_HEX
};


/* The value and mark of a first digit are shifted by one digit. */

static int
mt_unhex(mt_str_t hex, uint8_t *out, size_t n, unsigned wrong)
{
    unsigned        both, met;
    const uint8_t  *p, *end;

    if (hex.len != 2 * n) {
        return -1;
    }

    met = 0;
    p = (const uint8_t *) hex.data;

    for (end = p + hex.len; p < end; p += 2) {
        both = (unsigned) mt_hex_digits[p[0]] << 4 | mt_hex_digits[p[1]];
        met |= both;
        *out++ = (uint8_t) both;
    }

    return met & (wrong << 4 | wrong) ? -1 : 0;
}


int
mt_hex_decode(mt_str_t hex, uint8_t *out, size_t n)
{
    return mt_unhex(hex, out, n, MT_BAD_HEX | MT_UPPER_HEX);
}


int
mt_hex_decode_any(mt_str_t hex, uint8_t *out, size_t n)
{
    return mt_unhex(hex, out, n, MT_BAD_HEX);
}


mt_str_t
mt_base64(mt_arena_t *arena, mt_str_t in)
{
    int              n;
    mt_str_t         out = mt_str("");
    unsigned char   *p;

    if (in.len == 0 || in.len > INT32_MAX / 2) {
        return out;
    }

    p = mt_arena_take(arena, (in.len + 2) / 3 * 4 + 1);

    if (p) {
        n = EVP_EncodeBlock(p, (const unsigned char *) in.data,
                            (int) in.len);
        out.data = (const char *) p;
        out.len = (size_t) n;
    }

    return out;
}


/* The value of each digit; MT_BAD_DIGIT for other bytes. */

static const uint8_t  mt_base64_digits[256] = {
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64, 64, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
    64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64,
    64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
    [128 ... 255] = MT_BAD_DIGIT
};


/* Decodes four digits to three bytes.  Returns 1, or 0 for a bad digit. */

static inline int
mt_base64_group(const uint8_t *in, uint8_t *out)
{
    uint32_t  one, two, three, four, bits;

    one = mt_base64_digits[in[0]];
    two = mt_base64_digits[in[1]];
    three = mt_base64_digits[in[2]];
    four = mt_base64_digits[in[3]];

    bits = one << 18 | two << 12 | three << 6 | four;

    out[0] = (uint8_t) (bits >> 16);
    out[1] = (uint8_t) (bits >> 8);
    out[2] = (uint8_t) bits;

    return !((one | two | three | four) & MT_BAD_DIGIT);
}


/* Each value has one encoding, so padding and its zero bits are checked. */

int
mt_base64_decode(mt_arena_t *arena, mt_str_t in, mt_str_t *out)
{
    size_t          digits, rest;
    uint8_t        *p, last[4] = "AAAA";
    const uint8_t  *from, *end;

    if (in.len % 4 != 0) {
        return -1;
    }

    digits = in.len;

    while (digits && in.len - digits < 2 && in.data[digits - 1] == '=') {
        digits--;
    }

    p = mt_arena_take(arena, in.len / 4 * 3 + 1);
    if (p == NULL) {
        return -1;
    }

    out->data = (const char *) p;

    rest = digits % 4;
    from = (const uint8_t *) in.data;

    for (end = from + digits - rest; from < end; from += 4, p += 3) {
        if (!mt_base64_group(from, p)) {
            return -1;
        }
    }

    if (rest) {

        /* decoded with zeros behind: two digits make a byte, three make two,
         * and the unused bits must be zero */

        memcpy(last, from, rest);

        if (!mt_base64_group(last, p) || p[rest - 1] != 0) {
            return -1;
        }

        p += rest - 1;
    }

    *p = '\0';
    out->len = (size_t) (p - (const uint8_t *) out->data);

    return 0;
}


static const char  mt_base32_digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";


mt_str_t
mt_base32(mt_arena_t *arena, mt_str_t in)
{
    char      *out;
    size_t     i, n;
    unsigned   bits, have;
    mt_str_t   text;

    out = mt_arena_alloc(arena, in.len * 8 / 5 + 2);
    if (out == NULL) {
        return MT_STR("");
    }

    n = 0;
    bits = 0;
    have = 0;

    for (i = 0; i < in.len; i++) {
        bits = (bits << 8 | (uint8_t) in.data[i]) & 0xfff;
        have += 8;

        while (have >= 5) {
            have -= 5;
            out[n++] = mt_base32_digits[bits >> have & 31];
        }
    }

    if (have) {
        out[n++] = mt_base32_digits[bits << (5 - have) & 31];
    }

    text.len = n;
    text.data = out;

    return text;
}


int
mt_base32_decode(mt_str_t in, uint8_t *out, size_t max)
{
    char         c;
    size_t       i, n;
    unsigned     bits, have;
    const char  *digit;

    n = 0;
    bits = 0;
    have = 0;

    for (i = 0; i < in.len; i++) {
        c = in.data[i];
        c = c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;

        digit = memchr(mt_base32_digits, c, sizeof(mt_base32_digits) - 1);
        if (digit == NULL) {
            return -1;
        }

        bits = (bits << 5 | (unsigned) (digit - mt_base32_digits)) & 0xfff;
        have += 5;

        if (have >= 8) {
            if (n == max) {
                return -1;
            }

            have -= 8;
            out[n++] = (uint8_t) (bits >> have);
        }
    }

    /* canonical: the bits left over are zeros, and no digit is needless */

    return have >= 5 || (bits & ((1u << have) - 1)) ? -1 : (int) n;
}


#include "base/mt_base.h"
#include "base/mt_cidr.h"
#include "tap.h"

#include <stdlib.h>


static void
test_strings(void)
{
    mt_str_t  none = { 0, NULL };

    ok(mt_str_eq(MT_STR("abc"), mt_cstr("abc")), "equal strings");
    ok(!mt_str_eq(MT_STR("abc"), MT_STR("abd")), "different strings");
    ok(!mt_str_eq(MT_STR("abc"), MT_STR("ab")), "different lengths");
    ok(mt_str_eq(none, MT_STR("")), "no data is the empty string");
    ok(mt_str_eq(mt_cstr(NULL), none), "NULL is the empty string");

    ok(mt_str_cmp(MT_STR("a"), MT_STR("b")) < 0, "order: a < b");
    ok(mt_str_cmp(MT_STR("b"), MT_STR("ab")) > 0, "order: b > ab");
    ok(mt_str_cmp(MT_STR("a"), MT_STR("ab")) < 0, "order: prefix first");
    ok(mt_str_cmp(MT_STR("\xff"), MT_STR("a")) > 0, "order: unsigned bytes");
    ok(mt_str_cmp(none, MT_STR("")) == 0, "order: empty equals empty");
}


static void
test_integers(void)
{
    char     digits[MT_DIGITS];
    size_t   i;
    int64_t  value;

    static const struct {
        const char  *text;
        int          valid;
        int64_t      value;
    } cases[] = {
        { "0", 1, 0 },
        { "7", 1, 7 },
        { "-1", 1, -1 },
        { "1000", 1, 1000 },
        { "9223372036854775807", 1, INT64_MAX },
        { "-9223372036854775808", 1, INT64_MIN },
        { "9223372036854775808", 0, 0 },
        { "-9223372036854775809", 0, 0 },
        { "18446744073709551616", 0, 0 },
        { "99999999999999999999999999", 0, 0 },
        { "", 0, 0 },
        { "-", 0, 0 },
        { "-0", 0, 0 },
        { "00", 0, 0 },
        { "01", 0, 0 },
        { "-01", 0, 0 },
        { "+1", 0, 0 },
        { " 1", 0, 0 },
        { "1 ", 0, 0 },
        { "1.0", 0, 0 },
        { "1e3", 0, 0 },
        { "0x1", 0, 0 },
        { "--1", 0, 0 },
    };

    for (i = 0; i < mt_nitems(cases); i++) {
        value = 0;
        is_int(mt_parse_int(mt_cstr(cases[i].text), &value), cases[i].valid,
               "integer \"%s\"", cases[i].text);
        is_int(value, cases[i].value, "value of \"%s\"", cases[i].text);

        if (cases[i].valid) {
            is_str(mt_digits(digits, value), cases[i].text, "digits of %s",
                   cases[i].text);
        }
    }
}


/* Numbers next to each power of ten and of two. */

static void
test_digits(void)
{
    int       same, n;
    char      digits[MT_DIGITS], text[32];
    int64_t   value;
    unsigned  i, k;
    uint64_t  ten, two;

    same = 0;
    n = 0;
    ten = 1;

    for (i = 0; i < 63; i++) {
        two = 1ULL << i;

        for (k = 0; k < 12; k++) {
            value = (int64_t) ((k & 1 ? two : ten) + k / 4 - 1);
            value = k & 2 ? -value : value;

            snprintf(text, sizeof(text), "%lld", (long long) value);
            same += mt_str_eq(mt_digits(digits, value), mt_cstr(text));
            n++;
        }

        ten = ten > INT64_MAX / 10 ? ten : ten * 10;
    }

    is_int(same, n, "digits as printf's");
}


/* Texts whose invalid bytes lie at the bounds of the eight bytes that are
 * checked together. */

static void
test_utf8_places(void)
{
    int       valid, refused;
    char      text[27];
    size_t    len, at;
    mt_str_t  s;

    valid = 1;
    refused = 1;

    for (len = 2; len < sizeof(text); len++) {
        for (at = 0; at + 1 < len; at++) {
            memset(text, 'a', sizeof(text));
            s.data = text;
            s.len = len;

            memcpy(text + at, "\xc3\xa9", 2);
            valid &= mt_utf8_valid(s);

            text[at + 1] = 'a';
            refused &= !mt_utf8_valid(s);
        }
    }

    ok(valid, "a character of two bytes, anywhere");
    ok(refused, "half a character, anywhere");
}


static void
test_utf8(void)
{
    size_t  i;

    static const struct {
        mt_str_t  s;
        int       valid;
    } cases[] = {
        { mt_str(""), 1 },
        { mt_str("plain"), 1 },
        { mt_str("a\0b"), 1 },
        { mt_str("\xe4\xbc\x9a\xe8\xae\xae"), 1 },
        { mt_str("\xf0\x9f\x98\x80"), 1 },
        { mt_str("\xc2\x80"), 1 },
        { mt_str("\xf4\x8f\xbf\xbf"), 1 },
        { mt_str("\xee\x80\x80"), 1 },
        { mt_str("\x80"), 0 },
        { mt_str("\xc0\xaf"), 0 },                /* overlong */
        { mt_str("\xc1\xbf"), 0 },
        { mt_str("\xe0\x9f\xbf"), 0 },
        { mt_str("\xf0\x8f\xbf\xbf"), 0 },
        { mt_str("\xed\xa0\x80"), 0 },            /* surrogates */
        { mt_str("\xed\xbf\xbf"), 0 },
        { mt_str("\xf4\x90\x80\x80"), 0 },        /* beyond U+10FFFF */
        { mt_str("\xf5\x80\x80\x80"), 0 },
        { mt_str("\xff"), 0 },
        { mt_str("\xe4\xbc"), 0 },                /* cut short */
        { mt_str("\xf0\x9f\x98"), 0 },
        { mt_str("\xe4\xbc" "a"), 0 },
        { mt_str("\xf0\x9f\x98" "a"), 0 },
    };

    for (i = 0; i < mt_nitems(cases); i++) {
        is_int(mt_utf8_valid(cases[i].s), cases[i].valid,
               "UTF-8 case %zu", i);
    }

    is_int(mt_utf8_length(MT_STR("a\xe4\xbc\x9a\xf0\x9f\x98\x80z")), 4,
           "code points are counted");
    is_str(mt_utf8_prefix(MT_STR("a\xe4\xbc\x9a\xf0\x9f\x98\x80z"), 2),
           "a\xe4\xbc\x9a", "prefix of two code points");
    is_str(mt_utf8_prefix(MT_STR("ab"), 0), "", "prefix of none");
    is_str(mt_utf8_prefix(MT_STR("ab"), 2), "ab", "prefix of all");
    is_str(mt_utf8_prefix(MT_STR("ab"), 9), "ab", "prefix of more than all");
}


/* A buffer grows in place if it is the last allocation and there is room;
 * under a sanitizer there is none. */

static void
test_extend(void)
{
    int          right;
    char        *p, *q;
    size_t       i, n, size;
    mt_arena_t  *arena;

    arena = mt_arena_create(20000);
    right = 1;

    for (i = 1; i < 300; i++) {
        p = mt_arena_take(arena, i);
        memset(p, 1, i);

        n = mt_arena_extend(arena, p, i, i + 1, 2 * i);
        right &= n == 0 || (n > i && n <= 2 * i);

        size = n ? n : i;
        memset(p, 2, size);

        q = mt_arena_take(arena, i);
        memset(q, 3, i);

        /* it is no longer the last one, or has moved */

        n = mt_arena_extend(arena, p, size, size + 1, size + 1);
        memset(p + size, 2, n ? 1 : 0);

        right &= p[0] == 2 && p[size - 1] == 2 && q[0] == 3 && q[i - 1] == 3;

        if (i % 20 == 0) {
            mt_arena_reset(arena);
        }
    }

    ok(right, "the last one may become larger");

    mt_arena_reset(arena);
    p = mt_arena_take(arena, 100);
    n = mt_arena_extend(arena, p, 100, 200, 1000000);
    ok(n < 6144, "not beyond the chunk: %zu", n);
    is_int(mt_arena_left(arena), 20000 - (n ? n : 100), "is counted");

    mt_arena_destroy(arena);

    arena = mt_arena_create(1000);
    p = mt_arena_take(arena, 900);
    is_int(mt_arena_extend(arena, p, 900, 1001, 2000), 0,
           "not beyond the limit");
    mt_arena_destroy(arena);
}


static void
test_arena(void)
{
    char        *p, *q;
    int          clean, aligned;
    size_t       i, size;
    mt_str_t     s;
    mt_arena_t  *arena;

    arena = mt_arena_create(0);

    clean = 1;
    aligned = 1;

    for (i = 0; i < 2000; i++) {
        size = i * 7 % 3001;
        p = mt_arena_alloc(arena, size);
        aligned &= (uintptr_t) p % 16 == 0;

        for (q = p; q < p + size; q++) {
            clean &= *q == 0;
        }

        memset(p, 0xff, size);

        if (i == 1000) {
            mt_arena_reset(arena);
        }
    }

    ok(clean, "allocations are zeroed, after a reset too");
    ok(aligned, "allocations are aligned");

    p = mt_arena_alloc(arena, 10 * 1024 * 1024);
    ok(p != NULL, "a large allocation");
    ok(mt_arena_alloc(arena, SIZE_MAX) == NULL, "an impossible allocation");
    ok(mt_arena_alloc(arena, 0) != NULL, "an allocation of nothing");

    s = mt_arena_str(arena, MT_STR("a\0b"));
    ok(s.len == 3 && memcmp(s.data, "a\0b", 4) == 0, "a terminated copy");

    s = mt_arena_printf(arena, "%s-%d", "x", 42);
    is_str(s, "x-42", "printf");
    is_int(s.data[s.len], 0, "printf terminates");

    mt_arena_destroy(arena);
    mt_arena_destroy(NULL);

    arena = mt_arena_create(1000);
    ok(mt_arena_alloc(arena, 900) != NULL, "within the limit");
    ok(mt_arena_alloc(arena, 101) == NULL, "beyond the limit");
    is_int(mt_arena_str(arena, (mt_str_t) { 900, p }).len, 0,
           "no copy beyond the limit");
    mt_arena_reset(arena);
    ok(mt_arena_alloc(arena, 1000) != NULL, "the limit starts anew");
    mt_arena_destroy(arena);
}


static void
test_buffer(void)
{
    int          same;
    size_t       i;
    uint8_t      key[12];
    mt_buf_t     buf;
    mt_arena_t  *arena;
    mt_reader_t  r;

    static const int64_t  numbers[] = {
        0, 1, -1, 63, 64, -64, -65, 127, 128, 300, INT32_MAX, INT32_MIN,
        INT64_MAX, INT64_MIN
    };

    arena = mt_arena_create(0);
    mt_buf_init(&buf, arena, 0);

    for (i = 0; i < mt_nitems(numbers); i++) {
        mt_buf_zigzag(&buf, numbers[i]);
        mt_buf_varint(&buf, (uint64_t) numbers[i]);
    }

    mt_buf_str(&buf, MT_STR("tail"));
    mt_buf_byte(&buf, '!');
    ok(!buf.failed, "written");

    mt_reader_init(&r, (mt_str_t) { buf.len, buf.data });
    same = 1;

    for (i = 0; i < mt_nitems(numbers); i++) {
        same &= mt_read_zigzag(&r) == numbers[i];
        same &= mt_read_varint(&r) == (uint64_t) numbers[i];
    }

    ok(same, "numbers are read back");
    is_str(mt_read_bytes(&r, 5), "tail!", "bytes are read back");
    ok(!r.failed && r.pos == r.end, "all was read");
    is_int(mt_read_bytes(&r, 1).len, 0, "nothing past the end");
    ok(r.failed, "a read past the end fails");

    mt_reader_init(&r, MT_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));
    is_int(mt_read_varint(&r), 0, "a number of more than 64 bits");
    ok(r.failed, "fails");

    mt_arena_destroy(arena);

    arena = mt_arena_create(256);
    mt_buf_init(&buf, arena, 100);

    for (i = 0; i < 300; i++) {
        mt_buf_byte(&buf, 'x');
    }

    ok(buf.failed, "a buffer out of memory says so");
    ok(buf.len <= buf.size, "and stays within its bounds");
    mt_arena_destroy(arena);

    ok(mt_put_u64(mt_put_u32(key, 1), 0x0102030405060708ULL) == key + 12
       && memcmp(key, "\0\0\0\1\1\2\3\4\5\6\7\10", 12) == 0,
       "big-endian");
    ok(mt_get_u32(key) == 1 && mt_get_u64(key + 4) == 0x0102030405060708ULL,
       "big-endian, read back");
}


static void
test_networks(void)
{
    size_t  i;

    static const struct {
        const char  *list;
        const char  *address;
        int          valid;
        int          contains;
    } cases[] = {
        { "192.0.2.0/24", "192.0.2.255", 1, 1 },
        { "192.0.2.0/24", "192.0.3.0", 1, 0 },
        { "192.0.2.7", "192.0.2.7", 1, 1 },
        { "192.0.2.7", "192.0.2.6", 1, 0 },
        { "0.0.0.0/0", "8.8.8.8", 1, 1 },
        { "0.0.0.0/0", "2001:db8::1", 1, 0 },
        { "10.0.0.0/8,2001:db8::/32", "2001:db8:1::1", 1, 1 },
        { "10.0.0.0/8,2001:db8::/32", "2001:db9::1", 1, 0 },
        { "192.0.2.128/25", "192.0.2.127", 1, 0 },
        { "192.0.2.0/24", "::ffff:192.0.2.9", 1, 1 },
        { "192.0.2.0/24", "unix:", 1, 0 },
        { "192.0.2.0/24", "", 1, 0 },
        { "", "192.0.2.1", 0, 0 },
        { "192.0.2.1/24", "192.0.2.1", 0, 0 },
        { "192.0.2.0/33", "192.0.2.1", 0, 0 },
        { "192.0.2.0/", "192.0.2.1", 0, 0 },
        { "192.0.2", "192.0.2.1", 0, 0 },
        { "192.0.2.0/24,", "192.0.3.1", 0, 0 },
        { ",192.0.2.0/24", "192.0.2.1", 0, 0 },
        { "192.0.2.0/24, 10.0.0.0/8", "10.0.0.1", 0, 0 },
        { "campus", "192.0.2.1", 0, 0 },
    };

    for (i = 0; i < mt_nitems(cases); i++) {
        ok(mt_cidr_valid(mt_cstr(cases[i].list)) == cases[i].valid,
           "\"%s\" is %s list of networks", cases[i].list,
           cases[i].valid ? "a" : "no");
        ok(mt_cidr_contains(mt_cstr(cases[i].list),
                            mt_cstr(cases[i].address))
           == cases[i].contains, "\"%s\" is %s", cases[i].address,
           cases[i].contains ? "in it" : "not in it");
    }
}


int
main(void)
{
    test_strings();
    test_integers();
    test_digits();
    test_utf8();
    test_utf8_places();
    test_arena();
    test_extend();
    test_buffer();
    test_networks();

    return tap_done();
}


/*
 * The key codec: the bytes of each database's keys, which never change, and
 * that they decode to the same parts.
 */

#include "tap.h"

#include "store/mt_keys.h"


#define C    0x01020304                 /* parts whose bytes all differ */
#define N1   0x1112131415161718LL
#define N2   0x2122232425262728LL
#define N3   0x3132333435363738LL

#define C_   "\x01\x02\x03\x04"
#define N1_  "\x11\x12\x13\x14\x15\x16\x17\x18"
#define N2_  "\x21\x22\x23\x24\x25\x26\x27\x28"
#define N3_  "\x31\x32\x33\x34\x35\x36\x37\x38"

#define RINGS  2


typedef struct {
    const char      *name;
    mt_db_t          db;
    mt_str_t         bytes;
    mt_key_parts_t   parts;
} example_t;

#define EXAMPLE(name, bytes, ...)                                             \
    { #name, MT_DB_##name, mt_str(bytes), { __VA_ARGS__ } }

static const example_t  examples[] = {
    EXAMPLE(META, "format", .meta = MT_META_FORMAT),
    EXAMPLE(META, "position", .meta = MT_META_POSITION),
    EXAMPLE(META, "time", .meta = MT_META_TIME),
    EXAMPLE(META, "server_key", .meta = MT_META_SERVER_KEY),
    EXAMPLE(APPLIED, N1_, .nums = { N1 }),
    EXAMPLE(COUNTER, C_ "\x0d", .company = C, .kind = MT_NAME_OUTBOX),
    EXAMPLE(NAME, C_ "\x05" "Ann", .company = C, .kind = MT_NAME_ACCOUNT,
            .string = mt_str("Ann")),
    EXAMPLE(COMPANY, C_, .company = C),
    EXAMPLE(CREDENTIAL, N1_, .nums = { N1 }),
    EXAMPLE(DEPT, C_ N1_, .company = C, .nums = { N1 }),
    EXAMPLE(DEPT_CHILD, C_ N1_ N2_, .company = C, .nums = { N1, N2 }),
    EXAMPLE(USER, C_ N1_, .company = C, .nums = { N1 }),
    EXAMPLE(MEMBER, C_ N1_ N2_, .company = C, .nums = { N1, N2 }),
    EXAMPLE(ROOM, C_ N1_, .company = C, .nums = { N1 }),
    EXAMPLE(MEETING, C_ N1_, .company = C, .nums = { N1 }),
    EXAMPLE(BOOKING, C_ N1_ N2_ N3_, .company = C, .nums = { N1, N2, N3 }),
    EXAMPLE(SCHEDULE, C_ N1_ "\x16" N2_ N3_, .company = C, .kind = 22,
            .nums = { N1, N2, N3 }),
    EXAMPLE(CREATED, C_ N1_ N2_, .company = C, .nums = { N1, N2 }),
    EXAMPLE(SPONSORED, C_ N1_ N2_, .company = C, .nums = { N1, N2 }),
    EXAMPLE(SERIES, C_ N1_ N2_, .company = C, .nums = { N1, N2 }),
    EXAMPLE(ATTENDEE, C_ N1_ N2_, .company = C, .nums = { N1, N2 }),
    EXAMPLE(CHECKIN, C_ N1_ N2_, .company = C, .nums = { N1, N2 }),
    EXAMPLE(TALLY, C_ N1_, .company = C, .nums = { N1 }),
    EXAMPLE(REPEAT, C_ N1_ "0123456789abcdef", .company = C, .nums = { N1 },
            .string = MT_STR("0123456789abcdef")),
    EXAMPLE(SESSION, C_ N1_ "ios", .company = C, .nums = { N1 },
            .string = mt_str("ios")),
    EXAMPLE(REMINDER, N1_ C_ N2_, .company = C, .nums = { N1, N2 }),
    EXAMPLE(SUBSCRIPTION, C_, .company = C),
    EXAMPLE(OUTBOX, C_ N1_, .company = C, .nums = { N1 }),
    EXAMPLE(SET_ASIDE, C_ N1_, .company = C, .nums = { N1 }),
    EXAMPLE(JOURNAL, N1_, .nums = { N1 }),
    EXAMPLE(ATTENDS, C_ N1_ N2_, .company = C, .nums = { N1, N2 }),
    EXAMPLE(COMPANY_JOURNAL, C_ N1_, .company = C, .nums = { N1 }),
    EXAMPLE(USAGE, C_, .company = C),
    EXAMPLE(UNDONE, C_ N1_ N2_, .company = C, .nums = { N1, N2 }),
};


static int
same_parts(const mt_key_parts_t *a, const mt_key_parts_t *b)
{
    return a->meta == b->meta && a->company == b->company
           && a->kind == b->kind && mt_str_eq(a->string, b->string)
           && memcmp(a->nums, b->nums, sizeof(a->nums)) == 0;
}


/* Each shorter key, and each that is a byte longer, does not decode; a string
 * may have any length. */

static int
rejects_other_lengths(const example_t *e)
{
    char            longer[64];
    size_t          string = e->parts.string.len;
    mt_str_t        bytes = e->bytes;
    mt_key_parts_t  parts;

    for (bytes.len = 0; bytes.len < e->bytes.len - string; bytes.len++) {
        if (mt_key_read(bytes, e->db, &parts)) {
            return 0;
        }
    }

    memset(longer, 'x', sizeof(longer));
    memcpy(longer, e->bytes.data, e->bytes.len);
    bytes.data = longer;
    bytes.len = e->bytes.len + 1;

    return mt_key_read(bytes, e->db, &parts) == (string != 0);
}


static void
test_examples(void)
{
    size_t            i;
    mt_key_t          key;
    mt_key_parts_t    parts;
    const example_t  *e;
    unsigned char     seen[MT_DB_COUNT] = { 0 };

    for (i = 0; i < mt_nitems(examples); i++) {
        e = &examples[i];
        seen[e->db] = 1;

        mt_key_make(&key, e->db, &e->parts);
        ok(mt_str_eq(mt_key_text(&key), e->bytes), "%s: encodes", e->name);
        ok(mt_key_read(e->bytes, e->db, &parts)
           && same_parts(&parts, &e->parts), "%s: decodes", e->name);
        ok(rejects_other_lengths(e), "%s: no other length", e->name);
    }

    for (i = 0; i < MT_DB_COUNT && seen[i]; i++) {
        /* void */
    }

    is_int(i, MT_DB_COUNT, "every database has an example");
    ok(!mt_key_read(MT_STR("formats"), MT_DB_META, &parts), "no such fact");
}


static void
test_prefixes(void)
{
    mt_key_t  key, prefix;

    mt_key_schedule(&key, C, N1, 22, N2, N3);

    mt_key_company(&prefix, C);
    ok(memcmp(key.data, prefix.data, prefix.len) == 0, "of a company");
    mt_key_num(&prefix, C, N1);
    ok(memcmp(key.data, prefix.data, prefix.len) == 0, "of a room");
    mt_key_schedule_level(&prefix, C, N1, 22);
    ok(prefix.len == 13 && memcmp(key.data, prefix.data, prefix.len) == 0,
       "of a level");
}


static void
test_after(void)
{
    mt_key_t  key, next;

    mt_key_num(&key, C, INT64_MAX);
    mt_key_num(&next, C, mt_key_after(INT64_MAX));
    ok(mt_str_cmp(mt_key_text(&key), mt_key_text(&next)) < 0,
       "a key follows the largest number");
    is_int(mt_key_after(7), 8, "a number follows a number");
}


static void
test_long_strings(void)
{
    char      text[2 * MT_KEY_MAX];
    mt_key_t  key;
    mt_str_t  long_name = { sizeof(text), text }, name;

    memset(text, 'x', sizeof(text));

    mt_key_name(&key, C, MT_NAME_EMAIL, long_name);
    is_int(key.len, MT_KEY_MAX, "a name is cut");
    ok(mt_key_read_name(mt_key_text(&key), NULL, NULL, &name)
       && name.len == MT_KEY_MAX - 5, "and read");
    ok(!mt_key_read_name(long_name, NULL, NULL, NULL), "no key is longer");

    mt_key_session(&key, C, N1, long_name);
    is_int(key.len, MT_KEY_MAX, "a caller is cut");
    ok(!mt_key_read_session(long_name, NULL, NULL, NULL),
       "no key is longer");

    mt_key_copy(&key, long_name);
    is_int(key.len, MT_KEY_MAX, "nor is a copy");
}


static void
test_values(void)
{
    uint8_t   out[MT_VALUE_APPLIED(RINGS)];
    int64_t   num, time;
    uint32_t  company;
    uint64_t  applied[RINGS] = { N2, N3 }, back[RINGS];
    mt_str_t  value = { 0, (const char *) out };

    value.len = mt_value_num(out, N1);
    ok(mt_str_eq(value, MT_STR(N1_)), "a number");
    ok(mt_value_read_num(value, &num) && num == N1, "is read");
    ok(!mt_value_read_link(value, NULL, NULL), "is no link");

    value.len = mt_value_link(out, C, N1);
    ok(mt_str_eq(value, MT_STR(C_ N1_)), "a link");
    ok(mt_value_read_link(value, &company, &num) && company == C && num == N1,
       "is read");
    ok(!mt_value_read_num(value, &num), "is no number");

    value.len = mt_value_applied(out, N1, applied, RINGS);
    ok(mt_str_eq(value, MT_STR(N1_ N2_ N3_)), "rings");
    ok(mt_value_read_applied(value, &time, back, RINGS) && time == N1
       && memcmp(back, applied, sizeof(back)) == 0, "are read");
    ok(!mt_value_read_applied(value, &time, back, RINGS - 1),
       "not as another number of rings");
    ok(mt_value_read_applied(value, &time, NULL, 0), "but for the time");
}


int
main(void)
{
    test_examples();
    test_prefixes();
    test_after();
    test_long_strings();
    test_values();

    return tap_done();
}


/*
 * Random bytes as a key of a database, which the first byte chooses: a key
 * that decodes is encoded to the same bytes.  The bytes as the parts of a key:
 * the encoded key decodes to the same parts.  Values likewise.
 */

#include "store/mt_keys.h"

#include <stdlib.h>


#define RINGS  4
#define NUMS   3

/* Parts taken from the front: meta, company, kind, numbers. */
#define HEAD   (1 + 4 + 1 + 8 * NUMS)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(int holds)
{
    if (!holds) {
        abort();
    }
}


static void
bytes_as_key(mt_db_t db, mt_str_t bytes)
{
    mt_key_t        key;
    mt_key_parts_t  parts;

    if (mt_key_read(bytes, db, &parts)) {
        mt_key_make(&key, db, &parts);
        check(mt_str_eq(mt_key_text(&key), bytes));
    }
}


/* Parts that the form of the key leaves out decode to 0. */

static void
bytes_as_parts(mt_db_t db, mt_str_t bytes)
{
    size_t           i;
    mt_key_t         key, again;
    mt_key_parts_t   parts, back;
    const uint8_t   *p = (const uint8_t *) bytes.data;

    if (bytes.len < HEAD) {
        return;
    }

    parts.meta = p[0] % MT_META_COUNT;
    parts.company = mt_get_u32(p + 1);
    parts.kind = p[5];

    for (i = 0; i < NUMS; i++) {
        parts.nums[i] = (int64_t) mt_get_u64(p + 6 + 8 * i);
    }

    parts.string.data = bytes.data + HEAD;
    parts.string.len = bytes.len - HEAD;

    mt_key_make(&key, db, &parts);
    check(mt_key_read(mt_key_text(&key), db, &back));

    check(back.meta == parts.meta || back.meta == 0);
    check(back.company == parts.company || back.company == 0);
    check(back.kind == parts.kind || back.kind == 0);

    for (i = 0; i < NUMS; i++) {
        check(back.nums[i] == parts.nums[i] || back.nums[i] == 0);
    }

    mt_key_make(&again, db, &back);
    check(mt_str_eq(mt_key_text(&again), mt_key_text(&key)));

    /* a long string is cut */

    check(back.string.len <= parts.string.len
          && memcmp(back.string.data ? back.string.data : "",
                    parts.string.data, back.string.len) == 0);
}


static void
bytes_as_value(mt_str_t bytes)
{
    uint8_t   out[MT_VALUE_APPLIED(RINGS)];
    int64_t   num;
    uint32_t  company;
    uint64_t  applied[RINGS];
    mt_str_t  value = { 0, (const char *) out };

    if (mt_value_read_num(bytes, &num)) {
        value.len = mt_value_num(out, num);
        check(mt_str_eq(value, bytes));
    }

    if (mt_value_read_link(bytes, &company, &num)) {
        value.len = mt_value_link(out, company, num);
        check(mt_str_eq(value, bytes));
    }

    if (mt_value_read_applied(bytes, &num, applied, RINGS)) {
        value.len = mt_value_applied(out, num, applied, RINGS);
        check(mt_str_eq(value, bytes));
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mt_db_t   db;
    mt_str_t  bytes;

    if (size == 0) {
        return 0;
    }

    db = data[0] % MT_DB_COUNT;
    bytes.data = (const char *) data + 1;
    bytes.len = size - 1;

    bytes_as_key(db, bytes);
    bytes_as_parts(db, bytes);
    bytes_as_value(bytes);

    return 0;
}

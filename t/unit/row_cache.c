
/*
 * The row cache: a row is found by its own key alone.
 */

#include "service/mt_row_cache.h"
#include "tap.h"

#include <stdlib.h>


static mt_row_cache_t         *cache;
static const mt_json_table_t   tables[2];


static mt_row_key_t
row_key(uint64_t num, const char *first, const char *last)
{
    mt_row_key_t  o;

    memset(&o, 0, sizeof(o));

    o.usable = 1;
    o.nums[0] = 7;
    o.nums[MT_ROW_KEY_NUMS - 1] = num;
    o.parts[0] = mt_cstr(first);
    o.parts[MT_ROW_KEY_PARTS - 1] = mt_cstr(last);

    return o;
}


static void
is_kept(const mt_row_key_t *o, const char *want, const char *what)
{
    mt_str_t  members;

    if (!mt_row_cache_find(cache, &tables[0], o, &members)) {
        members = MT_STR("none");
    }

    is_str(members, want, "%s", what);
}


static void
keep(const mt_row_key_t *o, const char *members)
{
    mt_row_cache_keep(cache, &tables[0], o, mt_cstr(members));
}


static void
test_keys(void)
{
    mt_str_t     members;
    mt_row_key_t  o, other;

    o = row_key(1, "one", "two");
    is_kept(&o, "none", "nothing is there at first");

    keep(&o, "\"a\":1");
    is_kept(&o, "\"a\":1", "a row is found");

    ok(!mt_row_cache_find(cache, &tables[1], &o, &members),
       "not by another table");

    other = row_key(2, "one", "two");
    is_kept(&other, "none", "nor by another number");

    other = row_key(1, "onf", "two");
    is_kept(&other, "none", "nor by another record");

    other = row_key(1, "one", "two!");
    is_kept(&other, "none", "nor by a longer one");

    /* the same bytes, divided differently */
    other = row_key(1, "onet", "wo");
    is_kept(&other, "none", "nor by the bytes of all together");

    other = row_key(1, "one", "");
    other.parts[1] = MT_STR("two");
    is_kept(&other, "none", "nor by a record in another's place");

    other = row_key(1, "one", "new");
    keep(&other, "\"a\":2");
    is_kept(&other, "\"a\":2", "a change takes its place");
    is_kept(&o, "none", "and what was before is gone");
}


static void
test_bounds(void)
{
    char         text[MT_ROW_CACHE_BYTES + 2];
    mt_row_key_t  o;

    memset(text, 'x', sizeof(text));
    text[MT_ROW_CACHE_BYTES + 1] = '\0';

    o = row_key(10, "", "");
    keep(&o, text);
    is_kept(&o, "none", "a row that is too long");

    keep(&o, text + 1);
    is_kept(&o, text + 1, "one that is not");

    keep(&o, "short");
    is_kept(&o, "short", "a shorter one in its place");

    o = row_key(11, text, "x");
    keep(&o, "x");
    is_kept(&o, "none", "records that are too long");

    o = row_key(12, "x", "");
    keep(&o, "");
    is_kept(&o, "none", "no members");
}


/* More rows than slots. */

static void
test_many(void)
{
    int          right, found;
    char         text[32];
    mt_str_t     members;
    uint64_t     i;
    mt_row_key_t  o;

    for (i = 0; i < 3 * MT_ROW_CACHE_SLOTS; i++) {
        snprintf(text, sizeof(text), "\"num\":%d", (int) i);
        o = row_key(i, text, "");
        keep(&o, text);
    }

    right = 1;
    found = 0;

    for (i = 0; i < 3 * MT_ROW_CACHE_SLOTS; i++) {
        snprintf(text, sizeof(text), "\"num\":%d", (int) i);
        o = row_key(i, text, "");

        if (mt_row_cache_find(cache, &tables[0], &o, &members)) {
            found++;
            right &= mt_str_eq(members, mt_cstr(text));
        }
    }

    ok(right, "each row is its own");
    ok(found > MT_ROW_CACHE_SLOTS / 2 && found <= MT_ROW_CACHE_SLOTS,
       "as many as there is room for: %d", found);
}


int
main(void)
{
    cache = mt_row_cache_create();

    test_keys();
    test_bounds();
    test_many();

    mt_row_cache_destroy(cache);
    mt_row_cache_destroy(NULL);

    return tap_done();
}


/*
 * The memo: an answer is found by its own key alone, only in its state and
 * only while it holds; and the service answers from it.
 */

#include "h5yes_drive.h"

#include <dlfcn.h>
#include <lmdb.h>


#define TOMORROW  1619251200000LL      /* 2021-04-24 16:00 in Shanghai */


static unsigned       gets;            /* look-ups in the store */
static const int      settings[2];
static const int      routes[2];
static mt_memo_t     *memo;


/* Replacements of LMDB's functions: they count look-ups. */

int
mdb_cursor_get(MDB_cursor *cursor, MDB_val *key, MDB_val *value,
    MDB_cursor_op op)
{
    static int (*real)(MDB_cursor *cursor, MDB_val *key, MDB_val *value,
                       MDB_cursor_op op);

    if (real == NULL) {
        *(void **) &real = dlsym(RTLD_NEXT, "mdb_cursor_get");
    }

    gets++;

    return real(cursor, key, value, op);
}


int
mdb_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value)
{
    static int (*real)(MDB_txn *txn, MDB_dbi dbi, MDB_val *key,
                       MDB_val *value);

    if (real == NULL) {
        *(void **) &real = dlsym(RTLD_NEXT, "mdb_get");
    }

    gets++;

    return real(txn, dbi, key, value);
}


static mt_memo_key_t
key(uint64_t state, const char *args)
{
    mt_memo_key_t  k;

    memset(&k, 0, sizeof(k));

    k.state = state;
    k.settings = &settings[0];
    k.route = &routes[0];
    k.company = 1;
    k.actor = 2;
    k.args = mt_cstr(args);

    return k;
}


static void
is_kept(mt_memo_key_t k, int64_t now, const char *want, const char *what)
{
    mt_str_t  value;

    if (!mt_memo_find(memo, &k, now, &value)) {
        value = MT_STR("none");
    }

    is_str(value, want, "%s", what);
}


static void
test_keys(void)
{
    mt_memo_key_t  k, other;

    k = key(7, "args");

    is_int(mt_memo_enter(memo, 7), 0, "the first read of a state");
    mt_memo_keep(memo, &k, 100, 200, MT_STR("early"));
    is_kept(k, 100, "none", "is not kept");

    is_int(mt_memo_enter(memo, 7), 1, "the second one may be");
    mt_memo_keep(memo, &k, 100, 200, MT_STR("one"));
    is_kept(k, 100, "one", "is");

    is_kept(k, 199, "one", "until");
    is_kept(k, 200, "none", "the clock changes it");
    is_kept(k, 99, "none", "and not before it was made");

    other = k;
    other.settings = &settings[1];
    is_kept(other, 100, "none", "another location");

    other = k;
    other.route = &routes[1];
    is_kept(other, 100, "none", "another route");

    other = k;
    other.company = 3;
    is_kept(other, 100, "none", "another company");

    other = k;
    other.actor = 3;
    is_kept(other, 100, "none", "another person");

    is_kept(key(7, "argt"), 100, "none", "other arguments");
    is_kept(key(8, "args"), 100, "none", "another state");

    mt_memo_keep(memo, &k, 200, 200, MT_STR("two"));
    is_kept(k, 100, "one", "what holds for no time is not kept");

    (void) mt_memo_enter(memo, 8);
    (void) mt_memo_enter(memo, 8);
    is_kept(key(8, "args"), 100, "none", "a new state has nothing");

    mt_memo_keep(memo, &k, 100, 200, MT_STR("old"));
    is_kept(key(8, "args"), 100, "none", "nor takes it from the old one");
}


/* Ten times as many bytes as the memo holds. */

static void
test_room(void)
{
    int             i, right;
    char            args[16];
    mt_str_t        value;
    mt_memo_key_t   k;

    static char     large[MT_MEMO_VALUE + 1];

    memset(large, 'x', sizeof(large));

    k = key(8, "");
    mt_memo_keep(memo, &k, 1, 2, (mt_str_t) { sizeof(large), large });
    is_kept(k, 1, "none", "an answer that is too large");

    right = 0;

    for (i = 0; i < 10 * MT_MEMO_BYTES / 40000; i++) {
        snprintf(args, sizeof(args), "%d", i);
        memcpy(large, args, sizeof(args));

        k = key(8, args);
        mt_memo_keep(memo, &k, 1, 2, (mt_str_t) { 40000, large });

        right += mt_memo_find(memo, &k, 1, &value) && value.len == 40000
                 && memcmp(value.data, args, sizeof(args)) == 0;
    }

    is_int(right, i, "the latest answer is always there");
}


/* Returns the number of look-ups that the answer took. */

static unsigned
ask(const char *what, const char *body)
{
    unsigned        before;
    mt_exchange_t  *x;

    before = gets;

    x = opened(what, body);
    (void) mt_exchange_start(x);
    drive_answer(&d, x);
    mt_exchange_close(x);

    return gets - before;
}


static void
is_remembered(const char *what, const char *body)
{
    unsigned  first, third;

    first = ask(what, body);
    (void) ask(what, body);
    third = ask(what, body);

    ok(third < first, "%s: %u look-ups, then %u", what, first, third);
}


static void
test_service(void)
{
    dialect_open("h5yes", "key");

    d.f.now = TOMORROW - 86400000;
    token = get_token("key");

    post("user/add", "{\"id\":\"1\",\"name\":\"Ann\",\"account\":\"a\"}");
    post("dept/add", "{\"id\":\"d\",\"name\":\"dept\"}");
    post("room/add", "{\"id\":\"r\",\"name\":\"room\",\"departmentId\":\"d\"}");
    post("meeting/book", "{\"id\":\"m\",\"roomId\":\"r\",\"createdId\":\"1\","
         "\"speaker\":\"s\",\"subject\":\"first\",\"beginTime\":%lld,"
         "\"endTime\":%lld,\"attendances\":[{\"userId\":\"1\"}]}", TOMORROW,
         TOMORROW + 60000);
    is_int(d.code, 10000, "a meeting");

    is_remembered("meeting/get", "{\"meetingId\":\"m\"}");
    is_remembered("meeting/list", "{\"minTime\":\"2021-04-01 00:00:00\"}");
    is_remembered("user/get", "{\"userId\":\"1\"}");
    is_remembered("room/list", "{}");

    (void) ask("room/list", "{}");
    ok(drive_shows(&d, "\"departmentId\":\"d\""), "a list is whole");
    post("room/update", "{\"id\":\"r\",\"name\":\"renamed\"}");
    (void) ask("room/list", "{}");
    ok(drive_shows(&d, "renamed"), "a change shows at once");

    post("meeting/update", "{\"id\":\"m\",\"subject\":\"second\"}");
    (void) ask("meeting/get", "{\"meetingId\":\"m\"}");
    ok(drive_shows(&d, "second"), "and of a meeting");

    /* a list without times begins now */

    (void) ask("meeting/list", "{}");
    (void) ask("meeting/list", "{}");
    (void) ask("meeting/list", "{}");
    ok(drive_shows(&d, "second"), "a meeting to come");

    d.f.now = TOMORROW + 60000;
    (void) ask("meeting/list", "{}");
    ok(memmem(d.text.data, d.text.len, "second", 6) == NULL,
       "is over with time alone");

    drive_close(&d);
}


int
main(void)
{
    memo = mt_memo_create();

    test_keys();
    test_room();

    mt_memo_destroy(memo);

    test_service();

    return tap_done();
}

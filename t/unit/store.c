
#include "store_rig.h"

#include <lmdb.h>


#define KEYS  400      /* several pages of them */

#define LISTS     20   /* of the long transactions, and places of each */
#define PLACES    500
#define STEPS     60000
#define VALUE     120  /* bytes of a value, at most */

#define NAME_MOST  45  /* bytes of a name: the longest are not remembered */


static void
test_create(void)
{
    mt_key_t             key;
    mt_str_t             value, first;
    mt_txn_t            *txn;
    mt_store_t          *store, *again;
    struct stat          st;
    mt_store_options_t   o;

    use_path("new");
    o = options(1 << 24);

    is_int(mt_store_check(&o, why, WHY), MT_OK, "check: could be made");
    ok(stat(path, &st) != 0, "and was not made by that");
    is_int(mt_store_open(&store, &o, why, WHY), MT_STORE_FAILED,
           "open: not there");
    is_int(mt_store_create(&o, why, WHY), MT_OK, "create: %s", why);
    ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0700,
       "a directory for its owner only");

    is_int(mt_store_create(&o, why, WHY), MT_OK, "create again: %s",
           why);
    is_int(mt_store_check(&o, why, WHY), MT_OK, "check: %s", why);
    is_int(mt_store_open(&store, &o, why, WHY), MT_OK, "open: %s", why);
    is_int(mt_store_open(&again, &o, why, WHY), MT_STORE_FAILED,
           "not twice in a process");
    ok(why_has("already"), "and says why");
    is_int(mt_store_check(&o, why, WHY), MT_OK, "check while it is open");
    is_int(mt_store_create(&o, why, WHY), MT_OK,
           "create while it is open");

    is_int(mt_read_begin(store, &txn), MT_OK, "read");
    mt_key_meta(&key, MT_META_FORMAT);
    is_int(mt_get_num_or(txn, MT_DB_META, &key, 0), MT_STORE_FORMAT,
           "the format");
    mt_key_meta(&key, MT_META_POSITION);
    is_int(mt_get_num_or(txn, MT_DB_META, &key, 9), 0, "the position");
    mt_key_meta(&key, MT_META_SERVER_KEY);
    is_int(mt_get(txn, MT_DB_META, &key, &value), 1, "the server's key");
    is_int(value.len, 32, "of 32 bytes");
    first = mt_arena_str(arena, value);
    mt_read_end(txn);
    mt_store_close(store);

    use_path("another");
    store = open_store(1 << 24);
    is_int(mt_read_begin(store, &txn), MT_OK, "read another");
    is_int(mt_get(txn, MT_DB_META, &key, &value), 1, "another server's key");
    ok(!mt_str_eq(first, value), "is another");
    mt_read_end(txn);
    mt_store_close(store);
    mt_store_close(NULL);
}


/* A foreign file is neither opened nor changed by the attempt. */

static void
refused(const char *what, const char *reason)
{
    uint64_t             before;
    mt_store_t          *store;
    mt_store_options_t   o;

    o = options(1 << 24);
    before = checksum(path);

    is_int(mt_store_create(&o, why, WHY), MT_STORE_FAILED,
           "%s: not created", what);
    ok(why_has(reason), "%s: %s", what, why);
    why[0] = '\0';
    is_int(mt_store_check(&o, why, WHY), MT_STORE_FAILED, "%s: refused",
           what);
    ok(why_has(reason), "%s: says so", what);
    is_int(mt_store_open(&store, &o, why, WHY), MT_STORE_FAILED,
           "%s: not opened", what);
    ok(checksum(path) == before, "%s: untouched", what);
}


static void
set_format(uint64_t format)
{
    mt_key_t     key;
    mt_txn_t    *txn;
    mt_store_t  *store;

    store = open_store(1 << 24);
    (void) mt_write_begin(store, &txn);
    mt_key_meta(&key, MT_META_FORMAT);
    (void) mt_put_num(txn, MT_DB_META, &key, format);
    is_int(mt_write_commit(txn), MT_OK, "a store of another format");
    mt_store_close(store);
}


static void
foreign_lmdb(void)
{
    MDB_dbi   dbi;
    MDB_env  *env;
    MDB_txn  *txn;
    MDB_val   v = { 1, "x" };

    (void) mdb_env_create(&env);
    (void) mdb_env_open(env, path, 0, 0600);
    (void) mdb_txn_begin(env, NULL, 0, &txn);
    (void) mdb_dbi_open(txn, NULL, 0, &dbi);
    (void) mdb_put(txn, dbi, &v, &v, 0);
    is_int(mdb_txn_commit(txn), 0, "someone else's LMDB");
    mdb_env_close(env);
}


static void
test_refusals(void)
{
    char                 name[500];
    mt_store_t          *store;
    mt_store_options_t   o;

    use_path("foreign");
    (void) mkdir(path, 0755);
    write_file("thesis.txt", "years of work");
    refused("a directory of something else", "thesis.txt");

    use_path("garbage");
    (void) mkdir(path, 0755);
    write_file("data.mdb", "this is no database, though it has its name");
    refused("a file of another kind", "not a store");

    use_path("lmdb");
    (void) mkdir(path, 0755);
    foreign_lmdb();
    refused("someone else's LMDB", "not a store");

    use_path("format");
    set_format(7);
    refused("another format", "has format 7, made by version");
    (void) snprintf(name, sizeof(name), "%s/lock.mdb", path);
    (void) unlink(name);
    refused("another format, no lock file", "has format 7");

    use_path("foreign/thesis.txt");
    refused("a file", "not a directory");

    use_path("no/parent");
    o = options(1 << 24);
    is_int(mt_store_check(&o, why, WHY), MT_STORE_FAILED, "no parent");
    is_int(mt_store_create(&o, why, WHY), MT_STORE_FAILED,
           "no parent: not created");

    use_path("unfinished");
    (void) mkdir(path, 0755);
    (void) snprintf(name, sizeof(name), "%s/lost+found", path);
    (void) mkdir(name, 0700);
    write_file("data.mdb.new", "half of a");
    write_file("data.mdb.new-lock", "half of a");
    is_int(mt_store_check(&o, why, WHY), MT_OK, "an unfinished store: %s",
           why);
    store = open_store(1 << 24);
    ok(store != NULL, "is made anew");
    mt_store_close(store);
}


static void
test_access(void)
{
    int           rc;
    mt_key_t      key;
    mt_str_t      value;
    mt_txn_t     *txn, *own;
    mt_user_t     user = { .num = 17, .name = mt_str("name") }, back;
    mt_user_t     other = { .num = 17, .name = mt_str("other") };
    mt_store_t   *store;

    use_path("access");
    store = open_store(1 << 24);

    is_int(mt_write_begin(store, &txn), MT_OK, "write");
    ok(mt_txn_is_write(txn), "is a write");
    mt_key_num(&key, 1000, 17);
    is_int(mt_load(txn, MT_DB_USER, &key, &mt_user_model, &back, arena), 0,
           "not there yet");
    is_int(mt_del(txn, MT_DB_USER, &key), 0, "nothing to delete");
    is_int(mt_save_new(txn, MT_DB_USER, &key, &mt_user_model, &other, arena),
           1, "save where there is nothing");
    is_int(mt_save(txn, MT_DB_USER, &key, &mt_user_model, &user, arena),
           MT_OK, "save over it");
    is_int(mt_save_new(txn, MT_DB_USER, &key, &mt_user_model, &other, arena),
           0, "not as something new: it stays");
    is_int(mt_txn_status(txn), MT_OK, "and nothing failed");
    is_int(mt_name_find(txn, 1000, MT_NAME_USER, MT_STR("id")), 0,
           "nobody's name");
    is_int(mt_name_put(txn, 1000, MT_NAME_USER, MT_STR("id"), 17), MT_OK,
           "a name");
    is_int(mt_name_put(txn, 1000, MT_NAME_DEPT, MT_STR("id"), 18), MT_OK,
           "the same, of a department");
    is_int(mt_write_commit(txn), MT_OK, "commit");

    is_int(mt_read_begin(store, &txn), MT_OK, "read");
    ok(!mt_txn_is_write(txn), "is no write");
    is_int(mt_load(txn, MT_DB_USER, &key, &mt_user_model, &back, arena), 1,
           "load");
    is_str(back.name, "name", "a string in the map");
    is_int(mt_load_copy(txn, MT_DB_USER, &key, &mt_user_model, &back, arena),
           1, "load a copy");
    is_int(mt_name_find(txn, 1000, MT_NAME_USER, MT_STR("id")), 17,
           "whose name");
    is_int(mt_name_find(txn, 1001, MT_NAME_USER, MT_STR("id")), 0,
           "in another company nobody's");
    is_int(mt_read_open(store, &own), MT_OK, "a transaction of its own");
    mt_read_end(txn);
    is_str(back.name, "name", "the copy outlives the transaction");

    (void) mt_write_begin(store, &txn);
    mt_name_del(txn, 1000, MT_NAME_USER, MT_STR("id"));
    is_int(mt_name_find(txn, 1000, MT_NAME_USER, MT_STR("id")), 0,
           "no longer a name");
    is_int(mt_del(txn, MT_DB_USER, &key), 1, "delete");
    mt_write_abort(txn);

    (void) mt_write_begin(store, &txn);
    is_int(mt_del(txn, MT_DB_USER, &key), 1, "delete after an abort");
    is_int(mt_write_commit(txn), MT_OK, "commit");

    is_int(mt_get(own, MT_DB_USER, &key, &value), 1,
           "an older transaction sees what was");
    mt_read_close(own);
    (void) mt_read_begin(store, &txn);
    is_int(mt_get(txn, MT_DB_USER, &key, &value), 0, "a new one does not");
    mt_read_end(txn);

    (void) mt_write_begin(store, &txn);
    is_int(mt_meta_time(txn), 0, "no command yet");
    is_int(mt_meta_set_position(txn, 7), MT_OK, "a position");
    is_int(mt_meta_set_time(txn, 9), MT_OK, "a time");
    is_int(mt_meta_position(txn), 7, "the position is read");
    is_int(mt_meta_time(txn), 9, "the time is read");
    is_int(mt_meta_server_key(txn, &value), 1, "the server key is read");
    mt_key_meta(&key, MT_META_SERVER_KEY);
    is_int(mt_put(txn, MT_DB_META, &key, MT_STR("short")), MT_OK, "cut");
    is_int(mt_meta_server_key(txn, &value), -1, "a short key is none");
    mt_write_abort(txn);

    (void) mt_write_begin(store, &txn);
    mt_key_serial(&key, 5);
    is_int(mt_append(txn, MT_DB_JOURNAL, &key, MT_STR("x")), MT_OK,
           "append");
    is_int(mt_txn_status(txn), MT_OK, "so far so good");
    rc = __atomic_load_n(&logged, __ATOMIC_RELAXED);
    is_int(mt_append(txn, MT_DB_JOURNAL, &key, MT_STR("x")),
           MT_STORE_FAILED, "append out of order");
    is_int(__atomic_load_n(&logged, __ATOMIC_RELAXED), rc + 1, "is logged");
    mt_key_serial(&key, 6);
    is_int(mt_put(txn, MT_DB_JOURNAL, &key, MT_STR("x")), MT_STORE_FAILED,
           "further writes fail");
    is_int(mt_txn_status(txn), MT_STORE_FAILED, "the failure is remembered");
    is_int(mt_write_commit(txn), MT_STORE_FAILED, "and fails the commit");

    (void) mt_write_begin(store, &txn);
    mt_key_num(&key, 1000, 17);
    (void) mt_put(txn, MT_DB_USER, &key, MT_STR("\xff\xff"));
    is_int(mt_load(txn, MT_DB_USER, &key, &mt_user_model, &back, arena), -1,
           "an unreadable record");
    is_int(mt_get_num_or(txn, MT_DB_USER, &key, 3), 3, "is no number");
    is_int(mt_write_commit(txn), MT_STORE_FAILED, "nothing was written");

    mt_store_close(store);
}


/* Keys 10, 20, ... of companies 1 and 3, and of 0xffffffff. */

static void
fill_cursors(mt_store_t *store)
{
    size_t     i, j;
    mt_key_t   key;
    mt_txn_t  *txn;

    static const uint32_t  companies[] = { 1, 3, UINT32_MAX };

    (void) mt_write_begin(store, &txn);

    for (i = 0; i < mt_nitems(companies); i++) {
        for (j = 1; j <= KEYS; j++) {
            mt_key_num(&key, companies[i], 10 * j);
            (void) mt_put_num(txn, MT_DB_USER, &key, 10 * j);
        }
    }

    is_int(mt_write_commit(txn), MT_OK, "keys for cursors");
}


typedef int (*move_t)(mt_cursor_t *c, mt_str_t *key, mt_str_t *value);


/* Returns the number at which a cursor ends: 0 outside, -1 on failure. */

static int64_t
moved(mt_cursor_t *c, move_t move)
{
    int       rc;
    mt_str_t  key, value;

    rc = move(c, &key, &value);

    return rc == 1 ? (int64_t) mt_get_u64((const uint8_t *) value.data) : rc;
}


static int64_t
sought(mt_cursor_t *c, int back, uint32_t company, uint64_t num)
{
    int       rc;
    mt_key_t  at;
    mt_str_t  key, value;

    mt_key_num(&at, company, num);
    rc = back ? mt_cursor_seek_back(c, &at, &key, &value)
              : mt_cursor_seek(c, &at, &key, &value);

    return rc == 1 ? (int64_t) mt_get_u64((const uint8_t *) value.data) : rc;
}


static void
test_cursor(mt_txn_t *txn, uint32_t company)
{
    int           n;
    int64_t       num;
    mt_key_t      prefix;
    mt_cursor_t  *c;

    mt_key_company(&prefix, company);
    c = mt_cursor_open(txn, MT_DB_USER, &prefix);

    for (n = 0; (num = moved(c, mt_cursor_next)) == 10 * (n + 1); n++) {
        /* void */
    }

    ok(n == KEYS && num == 0, "%u: forward, then the end", company);
    mt_cursor_close(c);
    c = mt_cursor_open(txn, MT_DB_USER, &prefix);

    for (n = KEYS; n && moved(c, mt_cursor_prev) == 10 * n; n--) {
        /* void */
    }

    ok(n == 0 && moved(c, mt_cursor_prev) == 0,
       "%u: backward, then the end", company);

    is_int(moved(c, mt_cursor_first), 10, "first");
    is_int(moved(c, mt_cursor_last), 10 * KEYS, "last");
    is_int(moved(c, mt_cursor_prev), 10 * KEYS - 10, "prev");

    is_int(sought(c, 0, company, 0), 10, "seek before the first");
    is_int(sought(c, 0, company, 20), 20, "seek a key");
    is_int(sought(c, 0, company, 21), 30, "seek between");
    is_int(moved(c, mt_cursor_next), 40, "and next");
    is_int(sought(c, 0, company, 10 * KEYS + 1), 0, "seek after the last");
    is_int(sought(c, 0, 0, 0), 10, "seek before the prefix");

    is_int(sought(c, 1, company, 9), 0, "seek back before the first");
    is_int(sought(c, 1, company, 10), 10, "seek back to the first");
    is_int(sought(c, 1, company, 29), 20, "seek back between");
    is_int(moved(c, mt_cursor_prev), 10, "and prev");
    is_int(moved(c, mt_cursor_prev), 0, "and the end");
    is_int(sought(c, 1, company, UINT64_MAX), 10 * KEYS,
           "seek back from after the last");
    is_int(sought(c, 1, 0, 5), 0, "seek back before the prefix");

    if (company != UINT32_MAX) {
        is_int(sought(c, 0, company + 1, 0), 0, "seek after the prefix");
        is_int(sought(c, 1, company + 1, 0), 10 * KEYS,
               "seek back from the next prefix");
        is_int(sought(c, 1, UINT32_MAX, UINT64_MAX), 10 * KEYS,
               "seek back from far after the prefix");
    }

    mt_cursor_close(c);
}


/* Keys that exist and keys that do not, forward, backward and at a jump: a
 * near look-up finds the same as any look-up. */

static void
test_near(mt_txn_t *txn)
{
    int        i, n, here, there;
    mt_key_t   key;
    mt_str_t   value, other;
    mt_near_t  near;

    memset(&near, 0, sizeof(near));
    n = 0;

    for (i = 0; i < 60 * KEYS; i++) {
        mt_key_num(&key, 1 + i % 3,
                   i < 20 * KEYS ? i
                   : i < 40 * KEYS ? 40 * KEYS - i
                   : i * 7919 % (12 * KEYS));

        here = mt_near_get(&near, txn, MT_DB_USER, &key, &value);
        there = mt_get(txn, MT_DB_USER, &key, &other);

        n += here == there && (here == 0 || mt_str_eq(value, other));
    }

    is_int(n, 60 * KEYS, "near look-ups");

    mt_key_num(&key, 1, 10);
    is_int(mt_near_get(&near, txn, MT_DB_ROOM, &key, &value), 0,
           "in an empty database");

    mt_near_close(&near);
    mt_near_close(&near);
    is_int(mt_near_get(&near, txn, MT_DB_USER, &key, &value), 1,
           "and after they were closed");
    mt_near_close(&near);
}


/* Names of all lengths that differ in one byte.  A name with `b` in it exists,
 * with numbers of this many thousands. */

static int
names_are(mt_txn_t *txn, uint64_t thousands)
{
    int       n;
    char      name[NAME_MOST];
    mt_str_t  s;
    uint64_t  num;

    n = 0;
    s.data = name;
    memset(name, 'a', sizeof(name));

    for (s.len = 1; s.len <= sizeof(name); s.len++) {
        for (num = 0; num < s.len; num++) {
            name[num] = 'b';
            n += mt_name_find(txn, 1, MT_NAME_ROOM, s)
                 == 1000 * thousands + num + 1;

            name[num] = 'c';
            n += mt_name_find(txn, 1, MT_NAME_ROOM, s) == 0;
            name[num] = 'a';
        }
    }

    return n;
}


static void
names_put(mt_txn_t *txn, uint64_t thousands)
{
    char      name[NAME_MOST];
    mt_str_t  s;
    uint64_t  num;

    s.data = name;
    memset(name, 'a', sizeof(name));

    for (s.len = 1; s.len <= sizeof(name); s.len++) {
        for (num = 0; num < s.len; num++) {
            name[num] = 'b';
            (void) mt_name_put(txn, 1, MT_NAME_ROOM, s,
                               1000 * thousands + num + 1);
            name[num] = 'a';
        }
    }
}


static void
test_names_seen(void)
{
    int          n;
    mt_txn_t    *txn;
    uint64_t     thousands;
    mt_store_t  *store;

    use_path("names");
    store = open_store(1 << 24);
    n = 0;

    for (thousands = 1; thousands <= 3; thousands++) {
        (void) mt_write_begin(store, &txn);
        names_put(txn, thousands);
        n += names_are(txn, thousands);
        (void) mt_write_commit(txn);

        (void) mt_read_begin(store, &txn);
        n += names_are(txn, thousands);
        n += names_are(txn, thousands);
        mt_read_end(txn);
    }

    is_int(n, 3 * 3 * NAME_MOST * (NAME_MOST + 1),
           "names that were seen are what is there");

    mt_store_close(store);
}


static void
test_cursors(void)
{
    int           n;
    mt_key_t      prefix, key;
    mt_txn_t     *txn;
    mt_store_t   *store;
    mt_cursor_t  *c;

    use_path("cursors");
    store = open_store(1 << 24);

    (void) mt_read_begin(store, &txn);
    mt_key_company(&prefix, 1);
    c = mt_cursor_open(txn, MT_DB_USER, &prefix);
    is_int(moved(c, mt_cursor_first), 0, "first of nothing");
    is_int(moved(c, mt_cursor_last), 0, "last of nothing");
    is_int(sought(c, 0, 1, 5), 0, "seek in nothing");
    is_int(sought(c, 1, 1, 5), 0, "seek back in nothing");
    mt_cursor_close(c);
    mt_read_end(txn);

    fill_cursors(store);
    (void) mt_read_begin(store, &txn);
    test_cursor(txn, 1);
    test_cursor(txn, 3);
    test_cursor(txn, UINT32_MAX);
    test_near(txn);

    mt_key_company(&prefix, 2);
    c = mt_cursor_open(txn, MT_DB_USER, &prefix);
    is_int(moved(c, mt_cursor_first), 0, "nothing between: first");
    is_int(moved(c, mt_cursor_last), 0, "nothing between: last");

    mt_key_company(&prefix, 3);
    mt_cursor_move(c, &prefix);
    is_int(sought(c, 0, 3, 25), 30, "moved to other keys: seek");
    is_int(moved(c, mt_cursor_last), 10 * KEYS, "moved: last");
    is_int(moved(c, mt_cursor_next), 0, "moved: the end");
    mt_cursor_close(c);

    c = mt_cursor_open(txn, MT_DB_USER, NULL);

    for (n = 0; moved(c, mt_cursor_next) > 0; n++) {
        /* void */
    }

    is_int(n, 3 * KEYS, "without a prefix: all");
    is_int(moved(c, mt_cursor_last), 10 * KEYS, "the very last");
    is_int(moved(c, mt_cursor_first), 10, "the very first");
    mt_cursor_close(c);
    mt_cursor_close(NULL);
    mt_read_end(txn);

    is_int(mt_write_begin(store, &txn), MT_OK, "write under a cursor");
    mt_key_company(&prefix, 3);
    mt_key_num(&key, 3, 10 * KEYS);
    c = mt_cursor_open(txn, MT_DB_USER, &prefix);
    is_int(moved(c, mt_cursor_first), 10, "first");
    is_int(mt_put_num(txn, MT_DB_USER, &key, 1), MT_OK, "a write");
    is_int(moved(c, mt_cursor_next), 20, "next after it");
    mt_cursor_close(c);
    mt_write_abort(txn);

    mt_store_close(store);
}


/* Each row is deleted as soon as it is read: no row is left out. */

static void
test_delete_under_cursor(void)
{
    int           n, forward;
    char          filler[200];
    move_t        step;
    mt_key_t      key, prefix;
    mt_str_t      k, v, value = { sizeof(filler), filler };
    mt_txn_t     *txn;
    mt_store_t   *store;
    mt_cursor_t  *c;

    use_path("deletes");
    store = open_store(1 << 26);
    memset(filler, 'x', sizeof(filler));

    for (forward = 0; forward < 2; forward++) {
        (void) mt_write_begin(store, &txn);

        for (n = 0; n < 5000; n++) {
            mt_key_num2(&key, (uint32_t) n % 3, 1, n);
            (void) mt_put(txn, MT_DB_ATTENDEE, &key, value);
        }

        mt_key_num(&prefix, 1, 1);
        c = mt_cursor_open(txn, MT_DB_ATTENDEE, &prefix);

        step = forward ? mt_cursor_next : mt_cursor_prev;

        for (n = 0; step(c, &k, &v) == 1; n++) {
            mt_key_copy(&key, k);

            if (mt_del(txn, MT_DB_ATTENDEE, &key) != 1) {
                break;
            }
        }

        is_int(n, 1667, "rows read and deleted, %s",
               forward ? "forward" : "backward");
        is_int(moved(c, mt_cursor_first), 0, "none is left");
        mt_cursor_close(c);
        is_int(mt_write_commit(txn), MT_OK, "commit");
    }

    mt_store_close(store);
}


/* Returns 1 if the lists are those of the model, else 0.  The model has the
 * length of each value, 0 for a key that is not there. */

static int
lists_are(mt_txn_t *txn, uint8_t model[LISTS][PLACES])
{
    int           i, k, rc, same;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    same = 1;
    cursor = mt_cursor_open(txn, MT_DB_ATTENDEE, NULL);
    rc = mt_cursor_first(cursor, &key, &value);

    for (i = 0; i < LISTS; i++) {
        for (k = 0; k < PLACES; k++) {
            if (model[i][k] == 0) {
                continue;
            }

            mt_key_num2(&at, 1, i + 1, k + 1);
            same = same && rc == 1 && mt_str_eq(key, mt_key_text(&at))
                   && value.len == model[i][k]
                   && value.data[0] == (char) model[i][k];
            rc = same ? mt_cursor_next(cursor, &key, &value) : -1;
        }
    }

    mt_cursor_close(cursor);

    return same && rc == 0;
}


/*
 * A transaction keeps its place in a database from one write to the next.
 * Long runs of puts and deletions, in order and at random, leave what a plain
 * model has, with a reader's cursor in their midst and with appended keys.
 */

static void
test_long_writes(void)
{
    int           i, k, n, step, round, wrong;
    char          data[VALUE + 1];
    mt_key_t      at;
    mt_str_t      key, value;
    mt_txn_t     *txn;
    unsigned      seed;
    mt_store_t   *store;
    mt_cursor_t  *cursor;

    static uint8_t  model[LISTS][PLACES];

    use_path("long");
    store = open_store(1 << 26);
    seed = 1;
    wrong = 0;

    for (round = 0; round < 4; round++) {
        is_int(mt_write_begin(store, &txn), MT_OK, "round %d", round);
        cursor = mt_cursor_open(txn, MT_DB_ATTENDEE, NULL);
        (void) mt_cursor_first(cursor, &key, &value);

        i = 0;
        k = 0;

        for (step = 0; step < STEPS; step++) {

            /* on to the next place of a run, or to another run */

            k++;

            if (k >= PLACES || rand_r(&seed) % 50 == 0) {
                i = rand_r(&seed) % LISTS;
                k = rand_r(&seed) % PLACES;
            }

            mt_key_num2(&at, 1, i + 1, k + 1);

            /* the rounds grow, shrink, grow and empty the tree */

            if (rand_r(&seed) % 10 < (round % 2 ? 2 : 8)) {
                n = 1 + rand_r(&seed) % VALUE;
                memset(data, n, sizeof(data));
                wrong += mt_put(txn, MT_DB_ATTENDEE, &at,
                                (mt_str_t) { (size_t) n, data }) != MT_OK;
                model[i][k] = (uint8_t) n;

            } else {
                wrong += mt_del(txn, MT_DB_ATTENDEE, &at)
                         != (model[i][k] != 0);
                model[i][k] = 0;
            }

            if (step % 7 == 0) {
                (void) mt_cursor_next(cursor, &key, &value);
            }

            if (step % 5 == 0) {
                mt_key_serial(&at, (uint64_t) (round * STEPS + step + 1));
                wrong += mt_append(txn, MT_DB_JOURNAL, &at, MT_STR("entry"))
                         != MT_OK;
                wrong += mt_del(txn, MT_DB_JOURNAL, &at) != 1;
                wrong += mt_del(txn, MT_DB_JOURNAL, &at) != 0;
                wrong += mt_append(txn, MT_DB_JOURNAL, &at, MT_STR("again"))
                         != MT_OK;
            }

            if (step % 1000 == 0 && !lists_are(txn, model)) {
                wrong++;
            }
        }

        for (i = 0; round == 3 && i < LISTS * PLACES; i++) {
            mt_key_num2(&at, 1, i / PLACES + 1, i % PLACES + 1);
            wrong += mt_del(txn, MT_DB_ATTENDEE, &at)
                     != (model[i / PLACES][i % PLACES] != 0);
            model[i / PLACES][i % PLACES] = 0;
        }

        mt_cursor_close(cursor);

        ok(lists_are(txn, model), "the model's lists");
        is_int(mt_write_commit(txn), MT_OK, "committed");

        (void) mt_read_begin(store, &txn);
        ok(lists_are(txn, model), "and read back");
        mt_read_end(txn);
    }

    is_int(wrong, 0, "each put and deletion said so");

    (void) mt_read_begin(store, &txn);
    cursor = mt_cursor_open(txn, MT_DB_JOURNAL, NULL);

    for (n = 0; mt_cursor_next(cursor, &key, &value) == 1; n++) {
        wrong += !mt_str_eq(value, MT_STR("again"));
    }

    mt_cursor_close(cursor);
    mt_read_end(txn);

    is_int(n, 4 * STEPS / 5, "appended keys");
    is_int(wrong, 0, "their values");

    mt_store_close(store);
}


int
main(void)
{
    if (!rig_begin()) {
        return 1;
    }

    test_create();
    test_refusals();
    test_access();
    test_cursors();
    test_names_seen();
    test_delete_under_cursor();
    test_long_writes();

    return rig_end();
}

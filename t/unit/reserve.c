
/*
 * Space in reserve: no transaction needs more pages than its writes let
 * expect, and a record is logged only if the file and the map have them.
 */

#include "store/mt_wal.h"
#include "store/mt_store_int.h"
#include "store_rig.h"

#include <signal.h>
#include <sys/resource.h>


static uint64_t  seed = 12345;


static uint64_t
draw(uint64_t below)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;

    return (seed >> 33) % below;
}


static uint64_t
last_page(mt_store_t *store)
{
    MDB_envinfo  info;

    (void) mdb_env_info(store->env, &info);

    return info.me_last_pgno;
}


static mt_txn_t *
begin(mt_store_t *store)
{
    mt_str_t   record;
    mt_txn_t  *txn;

    if (mt_write_begin(store, &txn) != MT_OK) {
        ok(0, "a transaction");
        exit(1);
    }

    /* records of a transaction that was aborted */

    while (mt_wal_next(txn, &record) == 1) {
        /* void */
    }

    return txn;
}


/* `n` writes of a kind: 0 random keys, 1 a run of keys, 2 deletions, 3 large
 * values, 4 keys that are appended. */

static void
change(mt_txn_t *txn, int kind, unsigned n)
{
    unsigned         i;
    char             value[9000];
    mt_key_t         key;
    mt_str_t         s;
    static uint64_t  next;

    memset(value, 'v', sizeof(value));
    s.data = value;
    s.len = kind == 3 ? 1500 + draw(7000) : 20 + draw(200);

    for (i = 0; i < n; i++) {
        mt_key_serial(&key, (int64_t) (kind == 4 ? ++next
                                       : kind == 1 ? i : draw(20000)));

        if (kind == 4) {
            (void) mt_append(txn, MT_DB_JOURNAL, &key, s);

        } else if (kind == 2) {
            (void) mt_del(txn, MT_DB_CHECKIN, &key);

        } else {
            (void) mt_put(txn, i % 3 ? MT_DB_CHECKIN : MT_DB_NAME, &key, s);
        }
    }
}


static void
clear(mt_txn_t *txn)
{
    int64_t   i;
    mt_key_t  key;

    for (i = 1; i < 1000000; i++) {
        mt_key_serial(&key, i);

        if (mt_del(txn, MT_DB_JOURNAL, &key) != 1 && i > 100000) {
            break;
        }
    }
}


/* A reader keeps all free pages, so that each new page lengthens the file. */

static void
test_bound(void)
{
    int          round, kind, over;
    uint64_t     before, used, bound, sum_used, sum_bound;
    mt_txn_t    *txn, *reader;
    mt_store_t  *store;

    use_path("bound");
    store = open_store(1ULL << 30);

    over = 0;
    sum_used = 0;
    sum_bound = 0;

    if (!ok(mt_read_open(store, &reader) == MT_OK, "a reader")) {
        return;
    }

    for (round = 0; round < 120; round++) {
        before = last_page(store);
        txn = begin(store);

        for (kind = 0; kind < 5; kind++) {
            if (draw(2)) {
                change(txn, kind, 1 + (unsigned) draw(round % 9 ? 300 : 4));
            }
        }

        bound = mt_reserve_pages(txn);
        ok(mt_write_commit(txn) == MT_OK, "round %d", round);
        used = last_page(store) - before;

        sum_used += used;
        sum_bound += bound;

        if (used > bound) {
            over++;
            printf("# round %d: %llu pages, %llu were expected\n", round,
                   (unsigned long long) used, (unsigned long long) bound);
        }
    }

    is_int(over, 0, "no transaction took more pages than were expected");
    ok(sum_bound < 6 * sum_used, "%llu expected for %llu",
       (unsigned long long) sum_bound, (unsigned long long) sum_used);

    mt_read_close(reader);
    mt_store_close(store);
}


static void
test_map(void)
{
    int          i;
    mt_txn_t    *txn;
    mt_store_t  *store;

    use_path("map");
    store = open_store(4 << 20);

    txn = begin(store);
    change(txn, 1, 3);
    is_int(mt_wal_append(txn, MT_STR("record")), MT_OK, "a map with room");
    mt_write_abort(txn);

    txn = begin(store);

    for (i = 0; i < 6; i++) {
        change(txn, 3, 150);
    }

    is_int(mt_wal_append(txn, MT_STR("record")), MT_STORE_FULL,
           "a transaction that may fill the map is not logged");
    mt_write_abort(txn);

    /* a 16th of it is left for few */

    ok(!mt_store_is_low(store), "there is space");

    while (!mt_store_is_low(store)) {
        txn = begin(store);
        change(txn, 4, 200);

        if (!ok(mt_write_commit(txn) == MT_OK, "filled")) {
            break;
        }
    }

    ok(last_page(store) < 1020, "low before it is full");

    txn = begin(store);
    clear(txn);
    ok(mt_write_commit(txn) == MT_OK, "emptied");
    mt_write_abort(begin(store));
    ok(!mt_store_is_low(store), "space again");

    mt_store_close(store);
}


static void
test_file(void)
{
    char           file[500];
    mt_txn_t      *txn;
    mt_store_t    *store;
    struct stat    st;
    struct rlimit  was, limit;

    use_path("file");
    store = open_store(64 << 20);
    (void) snprintf(file, sizeof(file), "%s/data.mdb", path);
    (void) signal(SIGXFSZ, SIG_IGN);

    ok(stat(file, &st) == 0 && getrlimit(RLIMIT_FSIZE, &was) == 0, "a file");
    limit = was;
    limit.rlim_cur = (rlim_t) st.st_size + 65536;
    ok(setrlimit(RLIMIT_FSIZE, &limit) == 0, "cannot grow");

    txn = begin(store);
    change(txn, 1, 3);
    ok(mt_wal_append(txn, MT_STR("record")) != MT_OK,
       "what may not find its blocks is not logged");
    ok(!mt_wal_behind(store), "nor noted");
    mt_write_abort(txn);

    ok(setrlimit(RLIMIT_FSIZE, &was) == 0, "can grow again");

    txn = begin(store);
    change(txn, 1, 3);
    is_int(mt_wal_append(txn, MT_STR("record")), MT_OK, "then it is");
    mt_write_abort(txn);

    ok(stat(file, &st) == 0 && st.st_blocks * 512LL >= 16 << 20,
       "the file has blocks in reserve");
    ok(st.st_size < 4 << 20, "and is not longer");

    mt_store_close(store);
}


int
main(void)
{
    if (!rig_begin()) {
        return 1;
    }

    test_bound();
    test_map();
    test_file();

    return rig_end();
}

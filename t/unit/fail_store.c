
/*
 * A store and its files while calls fail, one at a time: the store is made,
 * opened, counted and copied, or fails with a reason; and the remains of a
 * failure are in no later one's way.
 */

#include "fail.h"
#include "fixture.h"
#include "tap.h"

#include "domain/directory/mt_face.h"
#include "file/mt_resources.h"
#include "store/mt_wal.h"


#define CALLS_MAX  20000
#define WHY        300


typedef struct {
    const char    *name;
    mt_status_t  (*run)(void);      /* with calls that fail */
    void         (*undo)(void);     /* what it did; or NULL */
    void         (*check)(int ok);  /* how things are afterwards; or NULL */
} act_t;


static fixture_t           f;
static mt_store_options_t  options;
static char                path[200], copy[200], folder[200];
static char                why[WHY];
static mt_store_t         *opened;
static char                face[MT_RESOURCE_NAME];
static unsigned            wrong;


static void
complain(const char *what)
{
    if (wrong++ < 5) {
        printf("#   %s: %s\n", fail_what ? fail_what : "none", what);
    }
}


static void
remove_tree(const char *dir)
{
    (void) nftw(dir, fixture_unlink, 8, FTW_DEPTH|FTW_PHYS);
}


static mt_status_t
create(void)
{
    return mt_store_create(&options, why, sizeof(why));
}


static void
uncreate(void)
{
    remove_tree(path);
}


/* After each failure the folder can be made a store and opened. */

static void
check_created(int made)
{
    mt_store_t  *store;

    if (!made && why[0] == '\0') {
        complain("no reason given");
    }

    if (create() != MT_OK
        || mt_store_open(&store, &options, why, sizeof(why)) != MT_OK)
    {
        complain(why);
        return;
    }

    mt_store_close(store);
}


static mt_status_t
check_store(void)
{
    return mt_store_check(&options, why, sizeof(why));
}


static mt_status_t
open_store(void)
{
    return mt_store_open(&opened, &options, why, sizeof(why));
}


static void
close_store(void)
{
    mt_store_close(opened);
    opened = NULL;
}


static void
check_opened(int is_open)
{
    mt_store_t  *again;

    again = NULL;

    if (!is_open && why[0] == '\0') {
        complain("no reason given");
    }

    /* a process cannot open a store twice; after a failure nothing of it is
     * open */

    if ((mt_store_open(&again, &options, why, sizeof(why)) == MT_OK)
        == is_open)
    {
        complain(why);
    }

    if (!is_open) {
        mt_store_close(again);
    }
}


static mt_status_t
count(void)
{
    mt_store_stat_t  stat;

    return mt_store_stat(f.store, &stat);
}


static mt_status_t
backup(void)
{
    return mt_store_backup(f.store, copy, 0, why, sizeof(why));
}


static void
remove_copy(void)
{
    remove_tree(copy);
}


/* A failed backup leaves no file that the next backup to the same place takes
 * for a store. */

static void
check_backup(int made)
{
    if (!made && backup() != MT_OK) {
        complain(why);
    }
}


static mt_status_t
make_folder(void)
{
    return mt_resources_create(folder) == 0 ? MT_OK : MT_STORE_FAILED;
}


static mt_status_t
add_file(void)
{
    mt_str_t   text = mt_str("a picture");
    mt_blob_t  blob;

    blob = mt_blob_of(&text);

    return mt_resource_add(folder, FIXTURE_COMPANY, &blob, "jpg", face) == 0
           ? MT_OK : MT_STORE_FAILED;
}


static int
count_file(void *ctx, uint32_t company, mt_str_t name)
{
    (void) company;
    (void) name;

    (*(int *) ctx)++;

    return 0;
}


static int
files(void)
{
    int  n;

    n = 0;

    return mt_resources_each(folder, INT64_MAX, count_file, &n) == 0 ? n : -1;
}


static void
remove_file(void)
{
    (void) mt_resource_remove(folder, FIXTURE_COMPANY,
                              (mt_str_t) { sizeof(face), face });
}


static void
check_files(int added)
{
    if (files() != added) {
        complain("files left, or none");
    }
}


/* A file of a day ago that no record names. */

static mt_status_t
sweep(void)
{
    mt_sweep_t   result;
    mt_status_t  status;

    status = mt_resources_sweep(f.store, folder,
                                FIXTURE_NOW + 400LL * 365 * MT_MS_PER_DAY,
                                &result);

    return status == MT_OK && result.failed ? MT_STORE_FAILED : status;
}


static void
check_swept(int swept)
{
    if (!swept && sweep() != MT_OK) {
        complain("not swept by the next");
    }

    check_files(0);
    (void) add_file();
}


static void
ignore(void *data, const char *text)
{
    (void) data;
    (void) text;
}


static mt_status_t
verify(void)
{
    int64_t    breaches;
    mt_txn_t  *txn;

    if (mt_read_begin(f.store, &txn) != MT_OK) {
        return MT_STORE_FAILED;
    }

    breaches = mt_verify(txn, ignore, NULL);
    mt_read_end(txn);

    /* an unreadable page may be reported as damage, missing memory never */

    if (breaches > 0
        && (fail_what == NULL
            || mt_str_eq(mt_cstr(fail_what), MT_STR("malloc"))))
    {
        complain("breaches of a store that is whole");
    }

    return breaches == 0 ? MT_OK : MT_STORE_FAILED;
}


/* Writes a WAL record of a transaction that then is aborted. */

static mt_status_t
add_record(void)
{
    mt_str_t      record;
    mt_txn_t     *txn;
    mt_status_t   status;

    status = mt_write_begin(f.store, &txn);

    if (status != MT_OK) {
        return status;
    }

    while (mt_wal_next(txn, &record) == 1) { /* void */ }

    status = mt_txn_status(txn);

    if (status == MT_OK) {
        status = mt_wal_append(txn, MT_STR("a record"));
    }

    mt_write_abort(txn);

    return status;
}


/* The record is in the WAL or it is not; the next transaction applies it. */

static void
check_record(int added)
{
    int        n;
    uint64_t   position;
    mt_key_t   key;
    mt_str_t   record;
    mt_txn_t  *txn;

    if (mt_write_begin(f.store, &txn) != MT_OK) {
        complain("no transaction");
        return;
    }

    for (n = 0; mt_wal_next(txn, &record) == 1; n++) { /* void */ }

    if (n != added) {
        complain(added ? "no record" : "a record that failed");
    }

    mt_key_meta(&key, MT_META_POSITION);
    position = mt_get_num_or(txn, MT_DB_META, &key, 0);
    (void) mt_put_num(txn, MT_DB_META, &key, position);

    if (mt_write_commit(txn) != MT_OK || mt_wal_behind(f.store)) {
        complain("not taken in");
    }
}


static mt_status_t
crypto(void)
{
    char         hex[2 * MT_SHA256_LEN];
    uint8_t      sum[MT_SHA256_LEN], block[MT_AES_LEN];
    mt_str_t     text = mt_str("text"), secret, other, out, hash;
    mt_status_t  status;
    mt_arena_t  *arena;

    static const uint8_t  key[MT_AES_KEY_LEN], another[MT_AES_KEY_LEN] = "x";

    secret = (mt_str_t) { sizeof(key), (const char *) key };
    other = (mt_str_t) { sizeof(another), (const char *) another };

    memset(block, 0, sizeof(block));
    arena = mt_arena_create(0);

    if (arena == NULL) {
        return MT_NO_MEMORY;
    }

    status = MT_INTERNAL;

    if (mt_sha1(&text, 1, sum) == 0
        && mt_md5(&text, 1, sum) == 0
        && mt_sha256(&text, 1, sum) == 0
        && mt_mac(secret, &text, 1, sum) == 0
        && mt_mac(other, &text, 1, sum) == 0
        && mt_aes_encrypt_block(key, block, block) == 0
        && mt_aes_decrypt_block(key, block, block) == 0
        && mt_aes_cbc(key, block, block, sizeof(block), block, 1) == 0
        && mt_base64_decode(arena, mt_base64(arena, text), &out) == 0
        && mt_str_eq(out, text))
    {
        mt_hex_lower(sum, sizeof(sum), hex);
        hash = mt_password_hash(arena, text);

        if (hash.len && mt_password_check(hash, text) == 1) {
            status = MT_OK;
        }
    }

    mt_arena_destroy(arena);

    return status;
}


static const act_t  acts[] = {
    { "making a store", create, uncreate, check_created },
    { "looking at a store", check_store, NULL, NULL },
    { "opening a store", open_store, close_store, check_opened },
    { "counting a store", count, NULL, NULL },
    { "verifying a store", verify, NULL, NULL },
    { "logging", add_record, NULL, check_record },
    { "copying a store", backup, remove_copy, check_backup },
    { "making a folder", make_folder, NULL, NULL },
    { "adding a file", add_file, remove_file, check_files },
    { "sweeping files", sweep, NULL, check_swept },
    { "digests and ciphers", crypto, NULL, NULL },
};


static void
test_act(const act_t *act)
{
    int          hit;
    long         n;
    mt_status_t  status;

    wrong = 0;
    hit = 1;

    for (n = 1; hit && n < CALLS_MAX; n++) {
        why[0] = '\0';

        fail_arm(n);
        status = act->run();
        hit = fail_disarm();

        if (!hit && status != MT_OK) {
            complain(why);
        }

        if (act->check) {
            act->check(status == MT_OK);
        }

        if (act->undo && hit) {
            act->undo();
        }
    }

    ok(wrong == 0 && !hit, "%s: %ld failures", act->name, n - 2);
}


/* Runs first: algorithms are fetched once per process, and again after a
 * failure. */

static void
test_crypto_init(void)
{
    int   hit;
    long  n;

    hit = 1;

    for (n = 1; hit && n < 100; n++) {
        fail_arm(n);
        (void) mt_crypto_init();
        hit = fail_disarm();
    }

    ok(n > 3 && !hit && mt_crypto_init() == 0, "algorithms: %ld failures",
       n - 2);
}


int
main(void)
{
    size_t  i;

    test_crypto_init();

    fixture_open(&f);
    (void) fixture_dept(&f, "d", "D", NULL);
    (void) fixture_user(&f, "1", "Ann", "1001", "d");
    (void) fixture_room(&f, "r");

    snprintf(path, sizeof(path), "%s/made", f.dir);
    snprintf(copy, sizeof(copy), "%s/copy", f.dir);
    snprintf(folder, sizeof(folder), "%s/files", f.dir);

    options.path = mt_cstr(path);
    options.max_size = 16 * 1024 * 1024;
    options.max_readers = 16;

    for (i = 0; i < mt_nitems(acts); i++) {
        fail_map_full = i & 1;
        test_act(&acts[i]);
    }

    close_store();
    fixture_close(&f);

    return tap_done();
}


/*
 * A store in a temporary directory, and operations run against it as the
 * server does: start, work, resume, apply in a transaction, finish.
 */

#ifndef FIXTURE_H
#define FIXTURE_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mt_crypto.h"
#include "domain/kernel/mt_names.h"
#include "domain/mt_operations.h"
#include "domain/verify/mt_verify.h"


#define FIXTURE_COMPANY  1000
#define FIXTURE_NOW      1600000000000LL


typedef struct {
    char            dir[64];
    mt_store_t     *store;
    mt_batch_t     *batch;
    mt_arena_t     *arena;
    mt_zone_t      *zone;
    mt_settings_t   settings;

    /* the actor and the instant of the next operation */
    uint32_t        company;
    int64_t         actor;
    int64_t         now;

    mt_call_t       call;        /* of the operation run last */
} fixture_t;


static void
fixture_log(void *data, int level, const char *text)
{
    (void) data;

    printf("# store log %d: %s\n", level, text);
}


static void
fixture_die(const char *what)
{
    printf("Bail out! %s\n", what);
    exit(1);
}


/* Opens a fresh store without a company. */

__attribute__((unused))
static void
fixture_open_empty(fixture_t *f)
{
    char                why[200];
    mt_store_options_t  options;

    memset(f, 0, sizeof(*f));
    memset(&options, 0, sizeof(options));

    snprintf(f->dir, sizeof(f->dir), "/tmp/mt_unit_XXXXXX");

    if (mt_crypto_init() != 0 || mkdtemp(f->dir) == NULL) {
        fixture_die("no temporary directory");
    }

    options.path = mt_cstr(f->dir);
    options.max_size = 64 * 1024 * 1024;
    options.max_readers = 16;
    options.report = fixture_log;

    if (mt_store_create(&options, why, sizeof(why)) != MT_OK
        || mt_store_open(&f->store, &options, why, sizeof(why)) != MT_OK)
    {
        fixture_die(why);
    }

    f->batch = mt_batch_create(f->store, &mt_domain);
    f->arena = mt_arena_create(0);
    f->zone = mt_zone_open("Asia/Shanghai");

    if (f->batch == NULL || f->arena == NULL || f->zone == NULL) {
        fixture_die("no memory or no zone");
    }

    f->settings.zone = f->zone;
    f->settings.pictures = MT_STR("/meeting/api/opt/resources");
    f->settings.opens_before = MT_MS_PER_HOUR;
    f->settings.qr_skew = MT_MS_PER_MINUTE;
    f->settings.correct_for = 7 * MT_MS_PER_DAY;
    f->settings.default_length = 2 * MT_MS_PER_HOUR;
    f->settings.access_ttl = 2 * MT_MS_PER_HOUR;
    f->settings.token_ttl = 7 * MT_MS_PER_DAY;
    f->settings.page_size = 20;

    f->company = FIXTURE_COMPANY;
    f->now = FIXTURE_NOW;
}


static int
fixture_unlink(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
    (void) st;
    (void) type;
    (void) ftw;

    return remove(path);
}


/* Closes everything, and leaves the store's files. */

__attribute__((unused))
static void
fixture_shut(fixture_t *f)
{
    mt_batch_destroy(f->batch);
    mt_store_close(f->store);
    mt_arena_destroy(f->arena);
    mt_zone_close(f->zone);
}


__attribute__((unused))
static void
fixture_close(fixture_t *f)
{
    fixture_shut(f);

    (void) nftw(f->dir, fixture_unlink, 8, FTW_DEPTH|FTW_PHYS);
}


__attribute__((unused))
static mt_str_t
fixture_server_key(fixture_t *f)
{
    mt_str_t   value;
    mt_txn_t  *txn;

    if (mt_read_begin(f->store, &txn) != MT_OK
        || mt_meta_server_key(txn, &value) != 1)
    {
        fixture_die("no server key");
    }

    value = mt_arena_str(f->arena, value);
    mt_read_end(txn);

    return value;
}


/* Calls a function of the operation in a read transaction. */

static mt_step_t
fixture_step(fixture_t *f, mt_step_t (*step)(mt_call_t *call))
{
    mt_step_t  next;

    if (mt_read_begin(f->store, &f->call.txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    next = step(&f->call);

    mt_read_end(f->call.txn);
    f->call.txn = NULL;

    return next;
}


static void
fixture_finish(fixture_t *f)
{
    if (mt_read_begin(f->store, &f->call.txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    f->call.op->finish(&f->call);

    mt_read_end(f->call.txn);
    f->call.txn = NULL;
}


/* Prepares f->call for an operation. */

static void
fixture_call(fixture_t *f, const mt_operation_t *op, void *args)
{
    memset(&f->call, 0, sizeof(f->call));
    f->call.arena = f->arena;
    f->call.settings = &f->settings;
    f->call.store = f->store;
    f->call.op = op;
    f->call.args = args;
    f->call.company = f->company;
    f->call.actor = f->actor;
    f->call.now = f->now;
    f->call.server_key = fixture_server_key(f);
    f->call.token_key = f->call.server_key;
}


/*
 * Runs an operation to its end.  A refusal of start() stands in the result as
 * one of apply() would.  f->call keeps the reply, for reads too.
 */

__attribute__((unused))
static mt_result_t
fixture_run(fixture_t *f, const mt_operation_t *op, void *args)
{
    mt_str_t     command;
    mt_step_t    step;
    mt_result_t  result;

    fixture_call(f, op, args);
    step = fixture_step(f, op->start);

    if (step == MT_STEP_WORK) {
        op->work(&f->call);
        step = fixture_step(f, op->resume);
    }

    memset(&result, 0, sizeof(result));

    if (step == MT_STEP_DONE) {
        result.status = (uint16_t) f->call.error.status;
        result.field = (uint16_t) f->call.field;
        result.item = f->call.item;
        return result;
    }

    command.len = f->call.command.len;
    command.data = f->call.command.data;

    if (mt_apply_now(f->batch, command, &result) != MT_OK) {
        fixture_die("a command failed");
    }

    f->call.result = result;
    f->call.error.status = (mt_status_t) result.status;

    if (result.status == MT_OK && op->finish) {
        fixture_finish(f);
    }

    return result;
}


/* Returns a digest of the store without META's server key and APPLIED: equal
 * stores have equal digests. */

typedef struct {
    char  hex[2 * MT_SHA256_LEN + 1];
} fixture_digest_t;

__attribute__((unused))
static fixture_digest_t
fixture_digest(fixture_t *f)
{
    int               found;
    mt_db_t           db;
    uint8_t           sum[MT_SHA256_LEN];
    mt_str_t          parts[4];
    mt_txn_t         *txn;
    uint8_t           lengths[24];
    mt_cursor_t      *cursor;
    fixture_digest_t  digest;

    memset(&digest, 0, sizeof(digest));
    memset(sum, 0, sizeof(sum));

    parts[0].len = sizeof(sum);
    parts[0].data = (char *) sum;
    parts[1].len = sizeof(lengths);
    parts[1].data = (char *) lengths;

    if (mt_read_begin(f->store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    for (db = 0; db < MT_DB_COUNT; db++) {
        if (db == MT_DB_APPLIED) {
            continue;
        }

        cursor = mt_cursor_open(txn, db, NULL);
        found = mt_cursor_first(cursor, &parts[2], &parts[3]);

        while (found == 1) {
            mt_put_u64(lengths, db);
            mt_put_u64(lengths + 8, parts[2].len);
            mt_put_u64(lengths + 16, parts[3].len);

            /* these are random, and of this store alone */

            if (!mt_str_eq(parts[2], MT_STR("server_key"))
                && !mt_str_eq(parts[2], MT_STR("store_id")))
            {
                mt_sha256(parts, 4, sum);
            }

            found = mt_cursor_next(cursor, &parts[2], &parts[3]);
        }

        mt_cursor_close(cursor);
    }

    mt_read_end(txn);
    mt_hex_lower(sum, sizeof(sum), digest.hex);

    return digest;
}


__attribute__((unused))
static int
fixture_same(fixture_digest_t a, fixture_digest_t b)
{
    return memcmp(a.hex, b.hex, sizeof(a.hex)) == 0;
}


/* Prints each breach of the store's invariants; returns how many. */

static void
fixture_complain(void *data, const char *text)
{
    (void) data;

    printf("# verify: %s\n", text);
}


__attribute__((unused))
static int64_t
fixture_verify(fixture_t *f)
{
    int64_t    breaches;
    mt_txn_t  *txn;

    if (mt_read_begin(f->store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    breaches = mt_verify(txn, fixture_complain, NULL);
    mt_read_end(txn);

    return breaches;
}


/* Makes records; each returns the new number. */

static int64_t
fixture_made(mt_result_t result, const char *what)
{
    if (result.status != MT_OK) {
        printf("# %s\n", mt_status_name((mt_status_t) result.status));
        fixture_die(what);
    }

    return result.num;
}


__attribute__((unused))
static int64_t
fixture_company(fixture_t *f, uint32_t num)
{
    mt_company_add_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, company_add, num, num);
    mt_set(&args, company_add, name, MT_STR("company"));

    return fixture_made(fixture_run(f, &mt_op_company_add, &args),
                        "cannot add a company");
}


/* Makes a credential; the secret is the key's name and "-secret". */

__attribute__((unused))
static int64_t
fixture_credential(fixture_t *f, uint32_t company, const char *appkey)
{
    uint8_t              hash[MT_SHA256_LEN];
    mt_str_t             parts[2] = { { 0, NULL }, mt_str("-secret") };
    mt_credential_add_t  args;

    parts[0] = mt_cstr(appkey);
    mt_sha256(parts, 2, hash);

    memset(&args, 0, sizeof(args));
    mt_set(&args, credential_add, company, company);
    mt_set(&args, credential_add, appid,
           mt_arena_printf(f->arena, "%s-app", appkey));
    mt_set(&args, credential_add, appkey, mt_cstr(appkey));
    mt_set(&args, credential_add, secret_hash,
           ((mt_str_t) { sizeof(hash), (char *) hash }));

    return fixture_made(fixture_run(f, &mt_op_credential_add, &args),
                        "cannot add a credential");
}


__attribute__((unused))
static void
fixture_revoke(fixture_t *f, const char *appkey)
{
    mt_named_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, named, ref, mt_cstr(appkey));

    if (fixture_run(f, &mt_op_credential_revoke, &args).status != MT_OK) {
        fixture_die("cannot revoke a credential");
    }
}


/* Makes a user whose id and account are `id` ("" for an id of the store's),
 * with a phone (or NULL) and a department (a reference, or NULL). */

__attribute__((unused))
static int64_t
fixture_user(fixture_t *f, const char *id, const char *name,
    const char *phone, const char *dept)
{
    mt_user_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, id, mt_cstr(id));
    mt_set(&args, user_edit, account, mt_cstr(id));
    mt_set(&args, user_edit, name, mt_cstr(name));

    if (phone) {
        mt_set(&args, user_edit, phone, mt_cstr(phone));
    }

    if (dept) {
        mt_set(&args, user_edit, dept, mt_cstr(dept));
    }

    return fixture_made(fixture_run(f, &mt_op_user_add, &args),
                        "cannot add a user");
}


__attribute__((unused))
static int64_t
fixture_dept(fixture_t *f, const char *id, const char *name,
    const char *parent)
{
    mt_dept_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, dept_edit, id, mt_cstr(id));
    mt_set(&args, dept_edit, name, mt_cstr(name));

    if (parent) {
        mt_set(&args, dept_edit, parent, mt_cstr(parent));
    }

    return fixture_made(fixture_run(f, &mt_op_dept_add, &args),
                        "cannot add a department");
}


__attribute__((unused))
static int64_t
fixture_room(fixture_t *f, const char *id)
{
    mt_room_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, room_edit, id, mt_cstr(id));
    mt_set(&args, room_edit, name, mt_cstr(id));

    return fixture_made(fixture_run(f, &mt_op_room_add, &args),
                        "cannot add a room");
}


/* Opens a fresh store with company 1000. */

__attribute__((unused))
static void
fixture_open(fixture_t *f)
{
    fixture_open_empty(f);
    (void) fixture_company(f, FIXTURE_COMPANY);
}

#endif /* FIXTURE_H */

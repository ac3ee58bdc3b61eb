
/*
 * The store of format 1 that an older build made (t/fixture): its journal,
 * applied to an empty store by this build, gives the same store, and has every
 * operation that writes.
 */

#include <sys/wait.h>
#include <unistd.h>

#include "domain/mt_prepare.h"
#include "commit/mt_commit.h"
#include "meeting_fixture.h"


#define ARCHIVE  "t/fixture/format-1.tar.gz"


/* Opens the store below a directory and applies its WAL. */

static void
open_store(fixture_t *f, const char *dir, const char *name)
{
    char                why[200];
    mt_machine_t        machine;
    mt_store_options_t  options;

    memset(f, 0, sizeof(*f));
    memset(&options, 0, sizeof(options));

    snprintf(f->dir, sizeof(f->dir), "%.40s/%.20s", dir, name);

    options.path = mt_cstr(f->dir);
    options.max_readers = 16;
    options.report = fixture_log;

    if (mt_prepare(&options, why, sizeof(why)) != MT_OK
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

    machine = mt_batch_machine(f->batch);

    if (mt_machine_settle(&machine) != MT_OK) {
        fixture_die("the log is not taken in");
    }
}


/* The count of each operation in the journal, and its first position. */

static int64_t
count_operations(fixture_t *f, int *count)
{
    int            rc;
    int64_t        first;
    mt_str_t       key, value;
    mt_txn_t      *txn;
    mt_cursor_t   *cursor;
    mt_journal_t   entry;
    mt_command_t   command;

    if (mt_read_begin(f->store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    cursor = mt_cursor_open(txn, MT_DB_JOURNAL, NULL);
    first = 0;

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        if (mt_record_decode(value, &mt_journal_model, &entry, f->arena)
            != MT_OK
            || mt_record_decode(entry.command, &mt_command_model, &command,
                                f->arena)
               != MT_OK)
        {
            fixture_die("an entry of the journal makes no sense");
        }

        first = first ? first : (int64_t) mt_get_u64((uint8_t *) key.data);
        count[command.op]++;
    }

    mt_cursor_close(cursor);
    mt_read_end(txn);

    return first;
}


/* Operations that the build which made the store did not have, or did not
 * run. */

static int
is_later(unsigned code)
{
    size_t                 i;
    static const unsigned  later[] = {
        MT_CODE_journal_trim, MT_CODE_generation, MT_CODE_credential_set,
        MT_CODE_checkin_add, MT_CODE_checkin_undo, MT_CODE_excuse,
        MT_CODE_import_told, MT_CODE_meeting_keep, MT_CODE_room_release,
        MT_CODE_meeting_set, MT_CODE_meeting_purge,
        MT_CODE_company_purge, MT_CODE_session_close, MT_CODE_password_set,
        MT_CODE_user_erase, MT_CODE_user_erase_step
    };

    for (i = 0; i < mt_nitems(later); i++) {
        if (later[i] == code) {
            return 1;
        }
    }

    return 0;
}


static void
test_whole(const char *dir)
{
    int                    count[256] = { 0 };
    unsigned               code;
    fixture_t              f;
    const mt_operation_t  *op;

    open_store(&f, dir, "store");

    is_int(fixture_verify(&f), 0, "the store verifies");
    is_int(count_operations(&f, count), 1, "its journal is whole");

    for (code = 1; code < MT_OPERATION_MAX; code++) {
        op = mt_operation(code);

        if (op && op->apply && !is_later(code)) {
            ok(count[code], "%s is in it, %d times", op->name, count[code]);
        }
    }

    ok(replays(&f, 1), "the journal gives the same store, one by one");
    ok(replays(&f, 100), "and in batches");

    fixture_shut(&f);
}


/* An upgrade that was interrupted within its first step: the indexes lack
 * entries, and the store says how far it has come. */

static void
test_interrupted(const char *dir)
{
    int                  rc;
    char                 why[200], path[64];
    mt_key_t             key;
    mt_str_t             at, value;
    mt_txn_t            *txn;
    fixture_t            f;
    mt_cursor_t         *cursor;
    mt_store_options_t   options;

    open_store(&f, dir, "store");

    (void) mt_write_begin(f.store, &txn);
    cursor = mt_cursor_open(txn, MT_DB_ATTENDS, NULL);

    for (rc = mt_cursor_first(cursor, &at, &value); rc == 1;
         rc = mt_cursor_next(cursor, &at, &value))
    {
        mt_key_copy(&key, at);
        (void) mt_del(txn, MT_DB_ATTENDS, &key);
    }

    mt_cursor_close(cursor);
    (void) mt_usage_clear(txn);
    (void) mt_meta_set_upgrade(txn, 1, MT_STR(""));
    is_int(mt_write_commit(txn), MT_OK, "an upgrade that was interrupted");

    snprintf(path, sizeof(path), "%.60s", f.dir);
    fixture_shut(&f);

    memset(&options, 0, sizeof(options));
    options.path = mt_cstr(path);
    options.report = fixture_log;

    ok(mt_store_open(&f.store, &options, why, sizeof(why)) != MT_OK
       && strstr(why, "upgrade"), "is not served: %s", why);

    open_store(&f, dir, "store");
    is_int(fixture_verify(&f), 0, "goes on where it was, and is whole");
    fixture_close(&f);
}


/* A report that ends the process at the 17th step, before the step's
 * transaction is committed. */

static void
stop_there(void *data, int level, const char *text)
{
    (void) data;
    (void) level;

    if (strstr(text, "step 17 of")) {
        _exit(0);
    }
}


static void
test_killed(const char *dir)
{
    int                  status;
    char                 why[200], path[64];
    pid_t                pid;
    fixture_t            f;
    mt_usage_t           usage;
    mt_txn_t            *txn;
    mt_store_options_t   options;

    snprintf(path, sizeof(path), "%.40s/killed", dir);

    memset(&options, 0, sizeof(options));
    options.path = mt_cstr(path);
    options.report = stop_there;

    pid = fork();

    if (pid == 0) {
        (void) mt_prepare(&options, why, sizeof(why));
        _exit(1);
    }

    ok(waitpid(pid, &status, 0) == pid && WIFEXITED(status)
       && WEXITSTATUS(status) == 0, "an upgrade is killed while it counts");

    open_store(&f, dir, "killed");
    is_int(fixture_verify(&f), 0, "the next one counts the rest, once");

    ok(mt_read_begin(f.store, &txn) == MT_OK
       && mt_usage_get(txn, 1000, &usage) == 0 && usage.meetings > 0
       && usage.people > 0 && usage.bytes > 10000, "there is a usage");
    mt_read_end(txn);

    fixture_close(&f);
}


static void
test_trimmed(const char *dir)
{
    int        count[256] = { 0 };
    fixture_t  f;

    open_store(&f, dir, "trimmed");

    is_int(fixture_verify(&f), 0, "the trimmed store verifies");
    ok(count_operations(&f, count) > 1, "its journal is not whole");
    ok(count[MT_CODE_journal_trim], "and says why");

    fixture_close(&f);
}


int
main(void)
{
    char  dir[] = "/tmp/mt_unit_XXXXXX";
    char  command[200];

    if (mt_crypto_init() != 0 || mkdtemp(dir) == NULL) {
        fixture_die("no temporary directory");
    }

    snprintf(command, sizeof(command), "tar -xzf %s -C %s && "
             "cp -r --sparse=always %s/store %s/killed", ARCHIVE, dir, dir,
             dir);

    if (system(command) != 0) {
        fixture_die("cannot unpack the store");
    }

    test_whole(dir);
    test_interrupted(dir);
    test_killed(dir);
    test_trimmed(dir);

    (void) rmdir(dir);

    return tap_done();
}

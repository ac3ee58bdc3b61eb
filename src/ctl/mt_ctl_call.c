
#include "ctl/mt_ctl.h"
#include "domain/mt_prepare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mt_crypto.h"
#include "store/mt_wal.h"


#define MT_CTL_ZONE         "Asia/Shanghai"

/* for a store that is created here: the default of meeting_store */
#define MT_CTL_MAX_READERS  1024
#define MT_CTL_WHY          512
#define MT_CTL_MESSAGE      4096


/* Names of options, which are wire names in tables of args. */

static const char *const  mt_ctl_names[] = {
#define MT_CTL_NAME(symbol, name, meta, help)  name,
    MT_CTL_OPTIONS(MT_CTL_NAME)
#undef MT_CTL_NAME
};


/* Text may hold what users have typed, which a terminal must not obey.
 * Returns 0, or -1 on failure. */

static int
mt_ctl_write(FILE *to, mt_str_t text, mt_arena_t *arena)
{
    mt_buf_t  out;

    mt_buf_init(&out, arena, text.len + 1);
    mt_buf_visible(&out, text, isatty(fileno(to)));

    return out.failed || fwrite(out.data, 1, out.len, to) != out.len ? -1 : 0;
}


int
mt_ctl_fail(const char *fmt, ...)
{
    int          n;
    char         text[MT_CTL_MESSAGE];
    va_list      args;
    mt_arena_t  *arena;

    va_start(args, fmt);
    n = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    n = n < 0 ? 0 : n < (int) sizeof(text) ? n : (int) sizeof(text) - 1;

    fputs("meetingctl: ", stderr);

    arena = mt_arena_create(0);

    if (arena) {
        (void) mt_ctl_write(stderr, (mt_str_t) { (size_t) n, text }, arena);
        mt_arena_destroy(arena);
    }

    fputc('\n', stderr);

    return MT_CTL_FAILED;
}


int
mt_ctl_fail_status(const char *what, mt_status_t status)
{
    return mt_ctl_fail("%s: %s (%s)", what, mt_status_reason(status),
                       mt_status_name(status));
}


static void
mt_ctl_log(void *data, int level, const char *text)
{
    (void) data;

    if (level > 0) {
        mt_ctl_fail("%s", text);
    }
}


static int
mt_ctl_settings(mt_ctl_t *ctl)
{
    int64_t      company;
    const char  *zone;

    if (!mt_ctl_int(ctl, MT_OPT_COMPANY, 1, UINT32_MAX, MT_CTL_COMPANY,
                    &company))
    {
        return MT_CTL_FAILED;
    }

    zone = ctl->given[MT_OPT_TIMEZONE] ? ctl->given[MT_OPT_TIMEZONE]
                                       : MT_CTL_ZONE;

    ctl->company = (uint32_t) company;
    ctl->settings.company = ctl->company;
    ctl->settings.default_length = 2 * MT_MS_PER_HOUR;
    ctl->settings.message_size = MT_MESSAGE_SIZE;
    ctl->settings.zone = mt_zone_open(zone);

    if (ctl->settings.zone == NULL) {
        return mt_ctl_fail("--timezone: this system knows no zone \"%s\"",
                           zone);
    }

    return MT_CTL_OK;
}


static int mt_ctl_operand(mt_ctl_t *ctl, const mt_ctl_command_t *command);
static int mt_ctl_become(mt_ctl_t *ctl, const mt_ctl_command_t *command);
static int mt_ctl_dest(mt_ctl_t *ctl);
static int mt_ctl_settle(mt_ctl_t *ctl);
static mt_status_t mt_ctl_begin(mt_ctl_t *ctl, mt_txn_t **txn);


/* Opens the operand with the rights of whom the tool was started by. */

static int
mt_ctl_operand(mt_ctl_t *ctl, const mt_ctl_command_t *command)
{
    int       dir;
    mt_str_t  kind;

    kind = mt_cstr(command->operand ? command->operand : "");
    ctl->input = -1;
    ctl->target = ctl->operand;

    if (mt_str_eq(kind, MT_STR(MT_CTL_BACKUP))) {
        dir = geteuid() == 0 ? mt_owner_open(ctl->operand)
                             : open(ctl->operand, O_RDONLY|O_CLOEXEC);

        ctl->input = dir == -1 ? -1 : openat(dir, MT_DATA_FILE, O_RDONLY
                                             |O_NOFOLLOW|O_CLOEXEC);
        if (dir != -1) {
            (void) close(dir);
        }

        if (ctl->input == -1) {
            return mt_ctl_fail("there is no store in \"%s\": %s",
                               ctl->operand, strerror(errno));
        }
    }

    if (mt_str_eq(kind, MT_STR(MT_CTL_FILE))) {
        ctl->input = mt_str_eq(mt_cstr(ctl->operand), MT_STR("-"))
                     ? STDIN_FILENO
                     : open(ctl->operand, O_RDONLY|O_CLOEXEC);

        if (ctl->input == -1) {
            return mt_ctl_fail("%s: %s", ctl->operand, strerror(errno));
        }
    }

    return MT_CTL_OK;
}


/*
 * Root becomes the user that owns the store, who may have put links in the
 * place of its files: for good, but for restore, which may have to read
 * pictures that only root can read.
 */

static int
mt_ctl_become(mt_ctl_t *ctl, const mt_ctl_command_t *command)
{
    int          rc;
    const char  *path;

    path = ctl->given[MT_OPT_STORE];
    ctl->uid = -1;
    ctl->gid = -1;

    if (geteuid() != 0) {
        return MT_CTL_OK;
    }

    if (mt_store_owner(path, &ctl->uid, &ctl->gid) != 0) {
        ctl->uid = -1;

        /* the store is missing: its own check says so */

        return errno == ENOENT || errno == ENOTDIR
               ? MT_CTL_OK
               : mt_ctl_fail("\"%s\" is not safe to use as root: %s", path,
                             errno == EPERM
                             ? "it is root's, and others may write it"
                             : strerror(errno));
    }

    if (command->operand
        && mt_str_eq(mt_cstr(command->operand), MT_STR(MT_CTL_DEST))
        && mt_ctl_dest(ctl) != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    rc = command->prepares == MT_CTL_RESTORES
         ? mt_owner_become(&ctl->was, ctl->uid, ctl->gid)
         : mt_owner_stay(ctl->uid, ctl->gid);

    return rc == 0 ? MT_CTL_OK
                   : mt_ctl_fail("cannot become user %d, the owner of \"%s\": "
                                 "%s", ctl->uid, path, strerror(errno));
}


static mt_owner_entry_t
mt_ctl_empty(const char *name, int depth)
{
    (void) name;
    (void) depth;

    return MT_OWNER_FOREIGN;
}


/* Makes the backup's directory for the store's owner.  An owner who cannot
 * come there by its path is put into it. */

static int
mt_ctl_dest(mt_ctl_t *ctl)
{
    int        fd, rc;
    size_t     i;
    char      *real;
    mt_str_t   path;
    unsigned   paths[] = { MT_OPT_STORE, MT_OPT_RESOURCES };

    mt_owner_take(ctl->operand, 0700, ctl->uid, ctl->gid, mt_ctl_empty);

    if (ctl->uid <= 0 || mt_owner_reaches(ctl->operand, ctl->uid, ctl->gid)) {
        return MT_CTL_OK;
    }

    for (i = 0; i < mt_nitems(paths); i++) {
        real = ctl->given[paths[i]] ? realpath(ctl->given[paths[i]], NULL)
                                    : NULL;

        if (real) {
            path = mt_arena_str(ctl->arena, mt_cstr(real));
            ctl->given[paths[i]] = path.data;
            free(real);
        }
    }

    fd = mt_owner_open(ctl->operand);
    rc = fd == -1 ? -1 : fchdir(fd);

    if (fd != -1) {
        (void) close(fd);
    }

    if (rc != 0) {
        return mt_ctl_fail("backup: \"%s\": %s", ctl->operand,
                           strerror(errno));
    }

    ctl->target = ".";

    return MT_CTL_OK;
}


int
mt_ctl_open(mt_ctl_t *ctl, const mt_ctl_command_t *command)
{
    unsigned            prepare;
    char                why[MT_CTL_WHY];
    mt_store_options_t  options;

    ctl->arena = mt_arena_create(0);
    ctl->line = mt_arena_create(0);

    if (ctl->arena == NULL || ctl->line == NULL) {
        return mt_ctl_fail("out of memory");
    }

    if (mt_crypto_init() == -1) {
        return mt_ctl_fail("OpenSSL lacks an algorithm");
    }

    if (mt_ctl_settings(ctl) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    memset(&options, 0, sizeof(options));

    options.path = mt_cstr(ctl->given[MT_OPT_STORE]);
    options.max_size = 0;       /* unchanged: a server may have set it */
    options.max_readers = MT_CTL_MAX_READERS;
    options.report = mt_ctl_log;

    prepare = command->prepares;

    if (mt_ctl_operand(ctl, command) != MT_CTL_OK
        || mt_ctl_become(ctl, command) != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    if (prepare == MT_CTL_RESTORES
        && mt_store_restore(&options, ctl->operand, ctl->input,
                            ctl->given[MT_OPT_FORCE] != NULL, why,
                            sizeof(why)) != MT_OK)
    {
        return mt_ctl_fail("%s", why);
    }

    if (prepare == MT_CTL_UPGRADES
        && mt_store_exists(&options, why, sizeof(why)) != MT_OK)
    {
        return mt_ctl_fail("%s", why);
    }

    if (prepare && mt_prepare(&options, why, sizeof(why)) != MT_OK) {
        return mt_ctl_fail("%s", why);
    }

    if (mt_store_open(&ctl->store, &options, why, sizeof(why)) != MT_OK) {
        return mt_ctl_fail("%s", why);
    }

    return mt_ctl_settle(ctl);
}


/*
 * Applies records of the write-ahead log that the store lacks, so that the
 * tool shows all that was acknowledged before it started.  A read transaction
 * tells, as the data file has a commit before readers see it.
 */

static int
mt_ctl_settle(mt_ctl_t *ctl)
{
    mt_machine_t  machine;
    mt_txn_t     *txn;
    uint64_t      logged, seen;

    logged = mt_wal_logged(ctl->store);

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    seen = mt_txn_id(txn);
    mt_ctl_read_end(ctl, txn);

    if (logged <= seen) {
        return MT_CTL_OK;
    }

    if (mt_ctl_batch(ctl) == NULL) {
        return mt_ctl_fail_status("open", MT_NO_MEMORY);
    }

    machine = mt_batch_machine(ctl->batch);
    ctl->unsettled = mt_machine_settle(&machine);

    return MT_CTL_OK;
}


int
mt_ctl_settled(mt_ctl_t *ctl)
{
    return ctl->unsettled == MT_OK ? MT_CTL_OK
                                   : mt_ctl_fail_status("open",
                                                        ctl->unsettled);
}


void
mt_ctl_close(mt_ctl_t *ctl)
{
    if (ctl->batch != NULL) {
        mt_batch_destroy(ctl->batch);
    }

    if (ctl->store != NULL) {
        mt_store_close(ctl->store);
    }

    if (ctl->settings.zone != NULL) {
        mt_zone_close((mt_zone_t *) ctl->settings.zone);
    }

    if (ctl->line != NULL) {
        mt_arena_destroy(ctl->line);
    }

    if (ctl->arena != NULL) {
        mt_arena_destroy(ctl->arena);
    }
}


int
mt_ctl_is_csv(mt_ctl_t *ctl, int def)
{
    const char  *format;

    format = ctl->given[MT_OPT_FORMAT];

    if (format == NULL) {
        return def;
    }

    if (mt_str_eq(mt_cstr(format), MT_STR("csv"))) {
        return 1;
    }

    if (mt_str_eq(mt_cstr(format), MT_STR("jsonl"))) {
        return 0;
    }

    mt_ctl_fail("--format: \"%s\" is neither csv nor jsonl", format);

    return -1;
}


int
mt_ctl_int(mt_ctl_t *ctl, mt_ctl_option_t option, int64_t min, int64_t max,
    int64_t def, int64_t *value)
{
    const char  *given;

    given = ctl->given[option];
    *value = def;

    if (given == NULL
        || (mt_parse_int(mt_cstr(given), value)
            && *value >= min && *value <= max))
    {
        return 1;
    }

    mt_ctl_fail("--%s: \"%s\" is not a number from %lld to %lld",
                mt_ctl_names[option], given, (long long) min,
                (long long) max);

    return 0;
}


int
mt_ctl_args(mt_ctl_t *ctl, const mt_json_table_t *table, void *args)
{
    size_t            i;
    mt_status_t       status;
    mt_json_decode_t  d;

    memset(&d, 0, sizeof(d));
    d.arena = ctl->arena;

    for (i = 0; i < MT_OPT_COUNT; i++) {
        if (ctl->given[i] == NULL) {
            continue;
        }

        status = mt_json_set_text(&d, table, args, mt_cstr(mt_ctl_names[i]),
                                  mt_cstr(ctl->given[i]));
        if (status != MT_OK) {
            return mt_ctl_fail("--%s: %s", mt_ctl_names[i],
                               mt_status_reason(status));
        }
    }

    return MT_CTL_OK;
}


mt_batch_t *
mt_ctl_batch(mt_ctl_t *ctl)
{
    if (ctl->batch == NULL) {
        ctl->batch = mt_batch_create(ctl->store, &mt_domain);
    }

    return ctl->batch;
}


/* `model` is that of the args or of the body: their numbers may differ. */

static int
mt_ctl_rejected(const mt_call_t *call, const mt_json_table_t *table,
    const mt_model_t *model, mt_status_t status, unsigned field)
{
    mt_str_t  option;

    option = mt_json_wire_path(call->arena, table, model, field);

    if (option.len == 0) {
        return mt_ctl_fail_status(call->op->name, status);
    }

    return mt_ctl_fail("--%.*s: %s (%s)", (int) option.len, option.data,
                       mt_status_reason(status), mt_status_name(status));
}


/* Runs start() or resume() of an operation in a read transaction. */

static mt_step_t
mt_ctl_prepare(mt_ctl_t *ctl, mt_call_t *call,
    mt_step_t (*prepare)(mt_call_t *call))
{
    mt_step_t    step;
    mt_status_t  status;

    status = mt_ctl_begin(ctl, &call->txn);

    if (status != MT_OK) {
        return mt_call_reject(call, status, 0);
    }

    step = prepare(call);
    status = mt_txn_status(call->txn);

    mt_ctl_read_end(ctl, call->txn);
    call->txn = NULL;

    return status == MT_OK ? step : mt_call_reject(call, status, 0);
}


int
mt_ctl_run(mt_ctl_t *ctl, mt_call_t *call, const mt_operation_t *op,
    const mt_json_table_t *table, void *args)
{
    mt_str_t     command;
    mt_step_t    step;
    mt_status_t  status;

    if (mt_ctl_settled(ctl) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    memset(call, 0, sizeof(mt_call_t));

    call->arena = ctl->arena;
    call->settings = &ctl->settings;
    call->op = op;
    call->args = args;
    call->company = ctl->company;
    call->now = mt_realtime_ms();

    step = mt_ctl_prepare(ctl, call, op->start);

    if (step == MT_STEP_WORK) {
        op->work(call);
        step = mt_ctl_prepare(ctl, call, op->resume);
    }

    if (step != MT_STEP_COMMIT) {
        return mt_ctl_rejected(call, table, op->args, call->error.status,
                              call->field);
    }

    if (mt_ctl_batch(ctl) == NULL) {
        return mt_ctl_fail_status(op->name, MT_NO_MEMORY);
    }

    command.data = call->command.data;
    command.len = call->command.len;

    status = mt_apply_now(ctl->batch, command, &call->result);

    if (status != MT_OK) {
        return mt_ctl_fail_status(op->name, status);
    }

    if (call->result.status != MT_OK) {
        return mt_ctl_rejected(call, table, op->body, call->result.status,
                              call->result.field);
    }

    return MT_CTL_OK;
}


void
mt_ctl_line(mt_ctl_t *ctl)
{
    mt_arena_reset(ctl->line);
    mt_buf_init(&ctl->out, ctl->line, 4096);

    ctl->writer = mt_json_writer(ctl->line, &ctl->out);

    if (ctl->writer == NULL) {
        exit(mt_ctl_fail("out of memory"));
    }
}


int
mt_ctl_flush(mt_ctl_t *ctl)
{
    mt_buf_byte(&ctl->out, '\n');

    if (ctl->out.failed) {
        return mt_ctl_fail("out of memory");
    }

    if (mt_ctl_write(stdout, (mt_str_t) { ctl->out.len, ctl->out.data },
                     ctl->line)
        != 0)
    {
        return mt_ctl_fail("standard output: %s", strerror(errno));
    }

    return MT_CTL_OK;
}


int
mt_ctl_print(mt_ctl_t *ctl, const mt_json_table_t *table, const void *object)
{
    mt_ctl_line(ctl);

    mt_json_open_object(ctl->writer);
    mt_json_members(ctl->writer, table, object);
    mt_json_close_object(ctl->writer);

    return mt_ctl_flush(ctl);
}


/*
 * If the log cannot be committed, its records are applied to a transaction
 * that is thrown away afterwards: what was acknowledged is seen all the same.
 */

static mt_status_t
mt_ctl_begin(mt_ctl_t *ctl, mt_txn_t **txn)
{
    return ctl->unsettled == MT_OK ? mt_read_begin(ctl->store, txn)
                                   : mt_batch_peek(ctl->batch, txn);
}


void
mt_ctl_read_end(mt_ctl_t *ctl, mt_txn_t *txn)
{
    if (ctl->unsettled == MT_OK) {
        mt_read_end(txn);

    } else {
        mt_batch_peek_end(ctl->batch);
    }
}


int
mt_ctl_read(mt_ctl_t *ctl, mt_txn_t **txn)
{
    mt_status_t  status;

    status = mt_ctl_begin(ctl, txn);

    if (status != MT_OK) {
        mt_ctl_fail_status("store", status);
    }

    return status == MT_OK;
}


int
mt_ctl_meeting(mt_ctl_t *ctl, mt_txn_t *txn, mt_meeting_t *meeting)
{
    int       rc;
    int64_t   num;
    mt_key_t  key;

    num = mt_resolve(txn, ctl->company, MT_NAME_MEETING,
                     mt_cstr(ctl->given[MT_OPT_MEETING]));
    rc = 0;

    if (num != 0) {
        mt_key_num(&key, ctl->company, num);
        rc = mt_load(txn, MT_DB_MEETING, &key, &mt_meeting_model, meeting,
                     ctl->arena);
    }

    if (rc != 1) {
        mt_ctl_fail_status("--meeting",
                           rc == 0 && mt_txn_status(txn) == MT_OK
                           ? MT_NO_SUCH_MEETING : MT_STORE_FAILED);
        return 0;
    }

    return 1;
}

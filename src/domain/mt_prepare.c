
#include <stdio.h>
#include <time.h>

#include "domain/mt_operations.h"
#include "domain/mt_prepare.h"
#include "store/mt_wal.h"


#define MT_UPGRADE_CHUNK  20000        /* entries of one transaction */


/* A step of an upgrade goes through a database in the order of its keys. */

typedef struct mt_upgrade_step_s  mt_upgrade_step_t;

struct mt_upgrade_step_s {
    const char    *what;
    mt_db_t        db;
    mt_status_t  (*entry)(mt_txn_t *txn, const mt_upgrade_step_t *step,
                          mt_str_t key, mt_str_t value, mt_arena_t *arena);
};


static mt_status_t mt_prepare_open(const mt_store_options_t *options,
    mt_store_t **store, char *why, size_t why_size);
static mt_status_t mt_upgrade(mt_store_t *store, mt_batch_t *batch);
static mt_status_t mt_upgrade_begin(mt_store_t *store, mt_batch_t *batch);
static mt_status_t mt_upgrade_chunk(mt_store_t *store, mt_arena_t *arena,
    uint64_t *done, int *over);
static int mt_upgrade_entries(mt_txn_t *txn, const mt_upgrade_step_t *step,
    mt_key_t *last, mt_arena_t *arena, uint64_t *done);
static mt_status_t mt_upgrade_attendee(mt_txn_t *txn,
    const mt_upgrade_step_t *step, mt_str_t key, mt_str_t value,
    mt_arena_t *arena);
static mt_status_t mt_upgrade_journal(mt_txn_t *txn,
    const mt_upgrade_step_t *step, mt_str_t key, mt_str_t value,
    mt_arena_t *arena);
static mt_status_t mt_upgrade_usage(mt_txn_t *txn,
    const mt_upgrade_step_t *step, mt_str_t key, mt_str_t value,
    mt_arena_t *arena);
static mt_status_t mt_new_generation(mt_store_t *store, mt_batch_t *batch);


/* Numbered from 1; a step keeps its number for good.  Steps from
 * MT_UPGRADE_USAGE on count the usage of companies, since format 3. */

#define MT_UPGRADE_USAGE  3

#define MT_COUNT_STEP(db)                                                     \
    { "usage of companies: " #db, MT_DB_##db, mt_upgrade_usage }

static const mt_upgrade_step_t  mt_upgrade_steps[] = {
    { "index of each person's meetings", MT_DB_ATTENDEE,
      mt_upgrade_attendee },
    { "index of each company's journal", MT_DB_JOURNAL,
      mt_upgrade_journal },
    MT_COUNT_STEP(COUNTER),
    MT_COUNT_STEP(NAME),
    MT_COUNT_STEP(COMPANY),
    MT_COUNT_STEP(DEPT),
    MT_COUNT_STEP(DEPT_CHILD),
    MT_COUNT_STEP(USER),
    MT_COUNT_STEP(MEMBER),
    MT_COUNT_STEP(ROOM),
    MT_COUNT_STEP(MEETING),
    MT_COUNT_STEP(BOOKING),
    MT_COUNT_STEP(SCHEDULE),
    MT_COUNT_STEP(CREATED),
    MT_COUNT_STEP(SPONSORED),
    MT_COUNT_STEP(SERIES),
    MT_COUNT_STEP(ATTENDEE),
    MT_COUNT_STEP(CHECKIN),
    MT_COUNT_STEP(SESSION),
    MT_COUNT_STEP(REMINDER),
    MT_COUNT_STEP(SUBSCRIPTION),
    MT_COUNT_STEP(OUTBOX),
    MT_COUNT_STEP(SET_ASIDE),
    MT_COUNT_STEP(JOURNAL),
    MT_COUNT_STEP(ATTENDS),
    MT_COUNT_STEP(COMPANY_JOURNAL),
    MT_COUNT_STEP(UNDONE),
};


mt_status_t
mt_prepare(const mt_store_options_t *options, char *why, size_t why_size)
{
    int           older, copy;
    mt_txn_t     *txn;
    mt_batch_t   *batch;
    mt_store_t   *store;
    mt_status_t   rc;

    rc = mt_store_create(options, why, why_size);

    /* a process that has the store open has prepared it */

    if (rc != MT_OK || mt_store_is_live(options)) {
        return rc == MT_OK ? mt_store_check_ready(options, why, why_size) : rc;
    }

    rc = mt_prepare_open(options, &store, why, why_size);
    if (rc != MT_OK) {
        return rc;
    }

    batch = mt_batch_create(store, &mt_domain);
    rc = batch ? mt_read_open(store, &txn) : MT_NO_MEMORY;

    older = 0;
    copy = 0;

    if (rc == MT_OK) {
        older = mt_meta_needs_upgrade(txn);
        copy = mt_meta_is_copy(txn);
        rc = mt_txn_status(txn);
        mt_read_close(txn);
    }

    if (rc == MT_OK && older) {
        rc = mt_upgrade(store, batch);
    }

    if (rc == MT_OK && copy) {
        rc = mt_new_generation(store, batch);
    }

    /* such a store cannot be served before it is prepared */

    if (rc == MT_STORE_FULL && (older || copy)) {
        rc = MT_STORE_FAILED;
    }

    if (rc != MT_OK) {
        (void) snprintf(why, why_size, "store \"%s\" cannot be prepared: %s",
                        options->path.data, mt_status_reason(rc));
    }

    if (batch) {
        mt_batch_destroy(batch);
    }

    mt_store_close(store);

    return rc;
}


static mt_status_t
mt_prepare_open(const mt_store_options_t *options, mt_store_t **store,
    char *why, size_t why_size)
{
    mt_store_options_t  o;

    o = *options;
    o.upgrade = 1;

    return mt_store_open(store, &o, why, why_size);
}


static mt_status_t
mt_upgrade(mt_store_t *store, mt_batch_t *batch)
{
    int           over;
    uint64_t      done;
    mt_arena_t   *arena;
    mt_status_t   rc;

    arena = mt_arena_create(0);
    if (arena == NULL) {
        return MT_NO_MEMORY;
    }

    rc = mt_upgrade_begin(store, batch);
    done = 0;
    over = 0;

    while (rc == MT_OK && !over) {
        rc = mt_upgrade_chunk(store, arena, &done, &over);
        mt_arena_reset(arena);
    }

    mt_arena_destroy(arena);

    if (rc == MT_OK) {
        mt_store_report(store, 0, "has format %d now", MT_STORE_FORMAT);
    }

    return rc;
}


/*
 * The first transaction has the id that the log's records are for: it applies
 * them.  It says which format this is from now on, so that no older build
 * writes to a store whose indexes are being filled.
 */

static mt_status_t
mt_upgrade_begin(mt_store_t *store, mt_batch_t *batch)
{
    unsigned       left;
    int64_t        step, format;
    mt_str_t       key;
    mt_txn_t      *txn;
    mt_status_t    rc;
    mt_machine_t   machine;

    machine = mt_batch_machine(batch);

    rc = mt_machine_recover(&machine, &txn, &left);
    if (rc != MT_OK) {
        return rc;
    }

    format = mt_meta_format(txn);

    if (mt_meta_upgrade(txn, &step, &key) == 0) {
        mt_store_report(store, 0, "has format %lld and is upgraded to format "
                        "%d; %u records of the write-ahead log come first",
                        (long long) format, MT_STORE_FORMAT, left);
        (void) mt_meta_set_upgrade(txn, format == 1 ? 1 : MT_UPGRADE_USAGE,
                                   MT_STR(""));

    } else {
        mt_store_report(store, 0, "goes on with an upgrade to format %d",
                        MT_STORE_FORMAT);
    }

    /* records of the log were counted as they were applied, before all others:
     * the steps count them, too */

    if (format != MT_STORE_FORMAT) {
        (void) mt_usage_clear(txn);
    }

    (void) mt_meta_set_format(txn);

    rc = machine.commit(machine.ctx);

    return rc == MT_OK ? mt_wal_reset(store) : rc;
}


/* Does a bounded part of the step that is under way, and notes how far it has
 * come, in one transaction.  Sets *over behind the last step. */

static mt_status_t
mt_upgrade_chunk(mt_store_t *store, mt_arena_t *arena, uint64_t *done,
    int *over)
{
    int                        rest;
    int64_t                    step;
    mt_key_t                   last;
    mt_str_t                   key;
    mt_txn_t                  *txn;
    mt_status_t                rc;
    const mt_upgrade_step_t   *steps = mt_upgrade_steps;

    rc = mt_write_begin(store, &txn);
    if (rc != MT_OK) {
        return rc;
    }

    /* the usage is counted by its own steps, once */

    mt_usage_uncounted(txn);

    if (mt_meta_upgrade(txn, &step, &key) != 1 || step < 1
        || step > (int64_t) mt_nitems(mt_upgrade_steps))
    {
        mt_txn_report(txn, "the upgrade's step is unknown");
        mt_write_abort(txn);
        return MT_STORE_FAILED;
    }

    mt_key_copy(&last, key);
    rest = mt_upgrade_entries(txn, &steps[step - 1], &last, arena, done);

    if (rest < 0) {
        mt_write_abort(txn);
        return MT_STORE_FAILED;
    }

    mt_store_report(store, 0, "upgrade, step %lld of %zu: %s: %llu entries",
                    (long long) step, mt_nitems(mt_upgrade_steps),
                    steps[step - 1].what, (unsigned long long) *done);

    if (rest == 0) {
        *done = 0;
        *over = ++step > (int64_t) mt_nitems(mt_upgrade_steps);
        last.len = 0;
    }

    (void) mt_meta_set_upgrade(txn, *over ? 0 : step, mt_key_text(&last));

    return mt_write_commit(txn);
}


/* Goes through the entries behind *last, which becomes the last one done.
 * Returns 1 if there are more, 0 if there are none, -1 on a failure. */

static int
mt_upgrade_entries(mt_txn_t *txn, const mt_upgrade_step_t *step,
    mt_key_t *last, mt_arena_t *arena, uint64_t *done)
{
    int           found;
    unsigned      n;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    cursor = mt_cursor_open(txn, step->db, NULL);
    if (cursor == NULL) {
        return -1;
    }

    found = mt_cursor_seek(cursor, last, &key, &value);

    if (found == 1 && last->len && mt_str_eq(key, mt_key_text(last))) {
        found = mt_cursor_next(cursor, &key, &value);
    }

    for (n = 0; found == 1 && n < MT_UPGRADE_CHUNK; n++) {
        mt_key_copy(last, key);

        if (step->entry(txn, step, key, value, arena) != MT_OK) {
            found = -1;
            break;
        }

        mt_arena_reset(arena);
        found = mt_cursor_next(cursor, &key, &value);
    }

    mt_cursor_close(cursor);
    *done += n;

    return found;
}


static mt_status_t
mt_upgrade_attendee(mt_txn_t *txn, const mt_upgrade_step_t *step, mt_str_t key,
    mt_str_t value, mt_arena_t *arena)
{
    int64_t   meeting, slot;
    uint32_t  company;
    mt_key_t  at;

    (void) step;
    (void) value;
    (void) arena;

    if (!mt_key_read_num2(key, &company, &meeting, &slot)) {
        return MT_STORE_FAILED;
    }

    if (slot >= MT_GUEST_SLOT) {
        return MT_OK;
    }

    mt_key_num2(&at, company, slot, meeting);

    return mt_put(txn, MT_DB_ATTENDS, &at, MT_STR(""));
}


static mt_status_t
mt_upgrade_journal(mt_txn_t *txn, const mt_upgrade_step_t *step, mt_str_t key,
    mt_str_t value, mt_arena_t *arena)
{
    int64_t       position;
    mt_journal_t  entry;

    (void) step;

    if (!mt_key_read_serial(key, &position)
        || mt_record_decode(value, &mt_journal_model, &entry, arena) != MT_OK)
    {
        return MT_STORE_FAILED;
    }

    return mt_journal_index(txn, (uint32_t) entry.company, position);
}


static mt_status_t
mt_upgrade_usage(mt_txn_t *txn, const mt_upgrade_step_t *step, mt_str_t key,
    mt_str_t value, mt_arena_t *arena)
{
    uint32_t    company;
    mt_usage_t  usage;

    if (mt_usage_of(step->db, key, value, &company, &usage, arena) != 0) {
        return MT_STORE_FAILED;
    }

    mt_usage_add(txn, company, usage.bytes, usage.meetings, usage.people);

    return mt_txn_status(txn);
}


/* The command is journalled as any other, so that a replay has it too. */

static mt_status_t
mt_new_generation(mt_store_t *store, mt_batch_t *batch)
{
    mt_buf_t          buf;
    mt_txn_t         *txn;
    mt_arena_t       *arena;
    mt_result_t       result;
    mt_status_t       rc;
    mt_command_t      command;
    struct timespec   now;
    mt_generation_t   args;

    rc = mt_read_open(store, &txn);
    if (rc != MT_OK) {
        return rc;
    }

    memset(&args, 0, sizeof(args));
    args.generation = mt_meta_generation(txn) + 1;
    args.margin = MT_GENERATION_MARGIN;
    mt_read_close(txn);

    arena = mt_arena_create(0);
    if (arena == NULL) {
        return MT_NO_MEMORY;
    }

    (void) clock_gettime(CLOCK_REALTIME, &now);

    memset(&command, 0, sizeof(command));
    command.op = MT_CODE_generation;
    command.time = (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;

    mt_buf_init(&buf, arena, 64);
    mt_record_encode(&buf, &mt_command_model, &command, MT_ENCODE_STATE);
    mt_record_encode_last(&buf, MT_FIELD(command, body), &mt_generation_model,
                          &args, MT_ENCODE_GIVEN);

    rc = buf.failed ? MT_NO_MEMORY
         : mt_apply_now(batch, (mt_str_t) { buf.len, buf.data }, &result);

    mt_arena_destroy(arena);

    if (rc == MT_OK) {
        rc = result.status;
        mt_store_report(store, 0, "was a copy and is the store now, of "
                        "generation %lld: numbers skip %d, access tokens "
                        "given out before are void",
                        (long long) args.generation, MT_GENERATION_MARGIN);
    }

    return rc;
}

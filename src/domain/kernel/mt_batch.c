
#include <stdlib.h>

#include "domain/kernel/mt_batch_private.h"
#include "domain/kernel/mt_quota.h"
#include "domain/kernel/mt_repeat.h"
#include "store/mt_wal.h"


static mt_status_t mt_batch_begin(void *ctx, mt_txn_t **txn);
static mt_status_t mt_batch_apply(void *ctx, mt_str_t command,
    mt_result_t *result);
static mt_status_t mt_batch_commit(void *ctx);
static void mt_batch_write(mt_batch_t *batch);
static void mt_batch_abort(void *ctx);
static int mt_batch_behind(void *ctx);
static void mt_batch_close(mt_batch_t *batch);
static mt_status_t mt_batch_read(mt_batch_t *batch,
    const mt_command_t *command, const mt_operation_t **operation,
    void **body);
static mt_status_t mt_batch_dispatch(mt_batch_t *batch,
    const mt_command_t *command, mt_str_t encoded, mt_result_t *result);
static mt_status_t mt_batch_admit(mt_batch_t *batch, uint32_t company);
static int mt_batch_exhausted(mt_batch_t *batch);
static mt_status_t mt_batch_unreadable(mt_batch_t *batch, const char *what,
    int64_t op);
static void mt_batch_write_meta(mt_batch_t *batch);
static int mt_is_failure(mt_status_t status);


mt_batch_t *
mt_batch_create(mt_store_t *store, const mt_domain_t *domain)
{
    mt_batch_t  *batch;

    batch = calloc(1, sizeof(*batch));
    if (batch == NULL) {
        return NULL;
    }

    batch->store = store;
    batch->domain = domain;
    batch->scratch = mt_arena_create(0);
    batch->meetings.arena = mt_arena_create(0);
    batch->tallies.arena = mt_arena_create(0);

    if (batch->scratch == NULL || batch->meetings.arena == NULL
        || batch->tallies.arena == NULL)
    {
        mt_batch_destroy(batch);
        return NULL;
    }

    mt_cache_drop(&batch->meetings);
    mt_cache_drop(&batch->tallies);

    return batch;
}


void
mt_batch_destroy(mt_batch_t *batch)
{
    mt_arena_t  *arenas[3];
    size_t       i;

    if (batch == NULL) {
        return;
    }

    if (batch->txn) {
        mt_write_abort(batch->txn);
    }

    arenas[0] = batch->scratch;
    arenas[1] = batch->meetings.arena;
    arenas[2] = batch->tallies.arena;

    for (i = 0; i < mt_nitems(arenas); i++) {
        if (arenas[i]) {
            mt_arena_destroy(arenas[i]);
        }
    }

    free(batch);
}


mt_machine_t
mt_batch_machine(mt_batch_t *batch)
{
    return (mt_machine_t) {
        .begin = mt_batch_begin,
        .apply = mt_batch_apply,
        .commit = mt_batch_commit,
        .abort = mt_batch_abort,
        .behind = mt_batch_behind,
        .ctx = batch
    };
}


uint64_t
mt_batch_messages(const mt_batch_t *batch)
{
    return batch->messages;
}


mt_status_t
mt_batch_peek(mt_batch_t *batch, mt_txn_t **txn)
{
    unsigned      left;
    mt_status_t   status;
    mt_machine_t  machine;

    machine = mt_batch_machine(batch);
    status = mt_machine_recover(&machine, txn, &left);

    if (status == MT_OK) {
        mt_batch_write(batch);
        status = mt_batch_exhausted(batch) ? MT_NO_MEMORY
                                           : mt_txn_status(*txn);

        if (status != MT_OK) {
            mt_batch_abort(batch);
        }
    }

    return status;
}


void
mt_batch_peek_end(mt_batch_t *batch)
{
    mt_batch_abort(batch);
}


mt_status_t
mt_apply_now(mt_batch_t *batch, mt_str_t command, mt_result_t *result)
{
    mt_machine_t  machine;
    mt_txn_t     *txn;
    mt_status_t   rc;

    machine = mt_batch_machine(batch);

    rc = mt_machine_begin(&machine, &txn);
    if (rc != MT_OK) {
        return rc;
    }

    rc = mt_batch_apply(batch, command, result);
    if (rc != MT_OK) {
        mt_batch_abort(batch);
        return rc;
    }

    return mt_batch_commit(batch);
}


static mt_status_t
mt_batch_begin(void *ctx, mt_txn_t **txn)
{
    mt_batch_t  *batch = ctx;

    mt_status_t  rc;

    rc = mt_write_begin(batch->store, &batch->txn);
    if (rc != MT_OK) {
        batch->txn = NULL;
        return rc;
    }

    (void) mt_batch_exhausted(batch);      /* clear old marks */

    batch->stored = mt_meta_position(batch->txn);
    batch->position = batch->stored;
    batch->time = mt_meta_time(batch->txn);
    batch->messages = 0;
    batch->indexed_block = -1;
    batch->open_company = 0;

    *txn = batch->txn;

    return MT_OK;
}


static mt_status_t
mt_batch_apply(void *ctx, mt_str_t encoded, mt_result_t *result)
{
    mt_batch_t  *batch = ctx;

    mt_status_t   rc;
    mt_command_t  command;

    memset(result, 0, sizeof(*result));
    mt_arena_reset(batch->scratch);

    mt_batch_trim_meetings(batch);

    rc = mt_record_decode(encoded, &mt_command_model, &command,
                          batch->scratch);
    if (rc != MT_OK) {
        return rc == MT_STORE_FAILED
               ? mt_batch_unreadable(batch, "a command", 0) : rc;
    }

    return mt_batch_dispatch(batch, &command, encoded, result);
}


/* Finds the operation and the body of a command.  A command that cannot be
 * read comes from a bug, damage or a later version: it fails the batch and is
 * never skipped. */

static mt_status_t
mt_batch_read(mt_batch_t *batch, const mt_command_t *command,
    const mt_operation_t **operation, void **body)
{
    mt_status_t            rc;
    const mt_operation_t  *op;

    op = command->op > 0 && command->op < MT_OPERATION_MAX
         ? batch->domain->operations[command->op] : NULL;

    if (op == NULL || op->apply == NULL) {
        return mt_batch_unreadable(batch, "an operation unknown to this "
                                   "version", command->op);
    }

    *operation = op;
    *body = mt_arena_alloc(batch->scratch, op->body->size);

    if (*body == NULL) {
        return MT_NO_MEMORY;
    }

    rc = mt_record_decode(command->body, op->body, *body, batch->scratch);

    return rc == MT_STORE_FAILED
           ? mt_batch_unreadable(batch, "the body of a command", command->op)
           : rc;
}


static mt_status_t
mt_batch_dispatch(mt_batch_t *batch, const mt_command_t *command,
    mt_str_t encoded, mt_result_t *result)
{
    int                    repeated;
    void                  *body;
    mt_apply_t             a;
    mt_status_t            rc;
    const mt_operation_t  *op;

    rc = mt_batch_read(batch, command, &op, &body);
    if (rc != MT_OK) {
        return rc;
    }

    memset(&a, 0, sizeof(a));
    a.txn = batch->txn;
    a.batch = batch;
    a.arena = batch->scratch;
    a.company = (uint32_t) command->company;
    a.actor = command->actor;
    a.time = command->time > batch->time ? command->time : batch->time;
    a.position = batch->position + 1;
    a.message_size = command->message_size;

    a.lean = command->lean != 0;
    mt_quota_take(&a.quota, command);

    result->time = a.time;

    rc = mt_batch_admit(batch, a.company);

    if (rc == MT_OK && command->erased) {
        mt_store_report(batch->store, 0, "the command at journal position "
                        "%llu was erased: its changes are not reproduced",
                        (unsigned long long) a.position);

    } else if (rc == MT_OK) {
        rc = mt_quota_bytes(&a, encoded.len);
    }

    repeated = 0;

    if (rc == MT_OK && !command->erased && command->repeat_key.len) {
        repeated = mt_repeat_find(a.txn, a.company, a.time,
                                  command->repeat_key, command->repeat_digest,
                                  a.arena, &rc, result);
        a.unchanged = repeated == 1;
        rc = repeated < 0 ? MT_STORE_FAILED : rc;
    }

    if (rc == MT_OK && !command->erased && !repeated) {
        rc = op->apply(&a, body, result);
    }

    if (rc == MT_OK && !command->erased && command->repeat_key.len
        && !a.unchanged && a.failed == MT_OK)
    {
        rc = mt_repeat_keep(&a, command->repeat_key, command->repeat_digest,
                            result);
    }

    if (command->quiet) {
        a.events.n = 0;
    }

    if (rc == MT_OK && !a.unchanged && a.failed == MT_OK) {
        result->position = a.position;
        rc = mt_batch_journal(&a, encoded);
    }

    result->status = (uint16_t) rc;

    /* the transaction's failure caused the others */

    if (mt_txn_status(batch->txn) != MT_OK) {
        return mt_txn_status(batch->txn);
    }

    if (mt_batch_exhausted(batch)) {
        return MT_NO_MEMORY;
    }

    return mt_is_failure(rc) ? rc : a.failed;
}


/* A company that is being purged has no commands.  Returns MT_OK, a rejection
 * or a failure. */

static mt_status_t
mt_batch_admit(mt_batch_t *batch, uint32_t company)
{
    int  open;

    if (company == 0 || company == batch->open_company) {
        return MT_OK;
    }

    open = mt_company_is_open(batch->txn, company);

    if (open == 1) {
        batch->open_company = company;
    }

    return open == 1 ? MT_OK : open == 0 ? MT_NO_SUCH_COMPANY
                                         : MT_STORE_FAILED;
}


mt_status_t
mt_company_close(mt_apply_t *a, const mt_company_t *company)
{
    mt_key_t      key;
    mt_company_t  closed;

    closed = *company;
    closed.purged = a->time;

    a->batch->open_company = 0;
    mt_key_company(&key, (uint32_t) closed.num);

    return mt_save(a->txn, MT_DB_COMPANY, &key, &mt_company_model, &closed,
                   a->arena);
}


/* Returns 1 if memory was short: the changes may be incomplete. */

static int
mt_batch_exhausted(mt_batch_t *batch)
{
    return mt_arena_failed(batch->scratch)
           | mt_arena_failed(batch->meetings.arena)
           | mt_arena_failed(batch->tallies.arena);
}


static mt_status_t
mt_batch_unreadable(mt_batch_t *batch, const char *what, int64_t op)
{
    mt_store_report(batch->store, 1, "cannot apply %s (operation %lld) after "
                 "journal position %llu", what, (long long) op,
                 (unsigned long long) batch->position);

    return MT_STORE_FAILED;
}


/* Returns 1 for a status that fails the batch, 0 for the result of a command.
 */

static int
mt_is_failure(mt_status_t status)
{
    return status == MT_STORE_FULL || status == MT_STORE_FAILED
           || status == MT_NO_MEMORY || status == MT_INTERNAL;
}


/* Writes what was kept in memory until the batch's end. */

static void
mt_batch_write(mt_batch_t *batch)
{
    if (batch->position != batch->stored) {
        mt_batch_write_tallies(batch);
        mt_batch_write_meta(batch);
        mt_usage_write(batch->txn);
    }
}


static mt_status_t
mt_batch_commit(void *ctx)
{
    mt_batch_t  *batch = ctx;

    mt_status_t  rc;

    mt_batch_write(batch);

    if (mt_batch_exhausted(batch)) {
        mt_batch_abort(batch);
        return MT_NO_MEMORY;
    }

    rc = mt_write_commit(batch->txn);
    mt_batch_close(batch);

    return rc;
}


static void
mt_batch_abort(void *ctx)
{
    mt_batch_t  *batch = ctx;

    if (batch->txn) {
        mt_write_abort(batch->txn);
        mt_batch_close(batch);
    }
}


static int
mt_batch_behind(void *ctx)
{
    mt_batch_t  *batch = ctx;

    /* a store that is low on space is looked at again */

    return mt_wal_behind(batch->store) || mt_store_is_low(batch->store);
}


static void
mt_batch_close(mt_batch_t *batch)
{
    batch->txn = NULL;
    mt_cache_drop(&batch->meetings);
    mt_cache_drop(&batch->tallies);
}


static void
mt_batch_write_meta(mt_batch_t *batch)
{
    (void) mt_meta_set_position(batch->txn, batch->position);
    (void) mt_meta_set_time(batch->txn, batch->time);
}

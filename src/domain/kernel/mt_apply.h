
/*
 * Apply: the only code that changes a store, in service, in recovery and in
 * tests.  It is deterministic: the same commands in the same order on the same
 * state give the same bytes.  So apply() uses no clock, no randomness, no
 * configuration, no floating point and no order of a hash table; all that is
 * not in the state comes with the arguments (mt_args.h).
 *
 * The commands of a batch share one write transaction, which the commit engine
 * may keep open over several of its own batches.  Within it records that many
 * commands touch are decoded once (meetings) or written once, at its end
 * (tallies); both caches are dropped with the transaction.
 *
 * A rejection leaves the state as it was: apply() judges everything first and
 * only then writes.
 */

#ifndef MT_APPLY_H
#define MT_APPLY_H

#include "domain/kernel/mt_operation.h"


typedef struct mt_batch_s  mt_batch_t;     /* one per process, reused */

/* The parts of the domain that stand above the kernel; the product's are
 * mt_domain (domain/mt_operations.h). */

typedef struct {
    /* by code, MT_OPERATION_MAX of them; NULL: none has the code */
    const mt_operation_t *const  *operations;

    /* Called after a command was journalled, in the same transaction; adds to
     * *messages how many messages for subscribers it has made.  Returns MT_OK
     * or a failure, which fails the batch. */
    mt_status_t                 (*journalled)(mt_apply_t *a,
                                              uint64_t *messages);
} mt_domain_t;

/* The store and the domain must outlive the batch.  Returns NULL on failure.
 */
mt_batch_t *mt_batch_create(mt_store_t *store, const mt_domain_t *domain);
void mt_batch_destroy(mt_batch_t *batch);

/* The state machine of a store, for the commit engine and for tools. */
mt_machine_t mt_batch_machine(mt_batch_t *batch);

/*
 * Begins a write transaction that is only read, has all records of the
 * write-ahead log applied, and is thrown away by mt_batch_peek_end(): for a
 * store that cannot be committed.  Returns MT_OK, or a failure with no
 * transaction open.
 */
mt_status_t mt_batch_peek(mt_batch_t *batch, mt_txn_t **txn);
void mt_batch_peek_end(mt_batch_t *batch);

/* Returns the number of messages for subscribers that the batch committed last
 * has made. */
uint64_t mt_batch_messages(const mt_batch_t *batch);

/*
 * For tools: applies one command (an encoded mt_command_t) in a transaction of
 * its own.  Returns MT_OK if *result is the outcome and the store has it on
 * disk, else the failure.
 */
mt_status_t mt_apply_now(mt_batch_t *batch, mt_str_t command,
    mt_result_t *result);


/*
 * The arguments of an operation's apply().
 *
 * apply() returns the command's status: MT_OK or a rejection, which becomes
 * result->status.  MT_STORE_FULL, MT_STORE_FAILED, MT_NO_MEMORY and
 * MT_INTERNAL fail the batch instead, as does a failed write, and `failed`,
 * which helpers without a status of their own set.
 *
 * On MT_OK the command is journalled with the events that it raised, and
 * result->position is set.  An apply() that found nothing to change (a
 * client's retry, values that are there already) sets `unchanged` and writes
 * nothing.  A command of 0.9, which is not `lean`, is journalled although its
 * values are there already.  *result comes zeroed but for `time`.
 */

struct mt_apply_s {
    mt_txn_t     *txn;
    mt_batch_t   *batch;
    mt_arena_t   *arena;        /* reset after every command */
    uint32_t      company;
    int64_t       actor;
    int64_t       time;         /* max(last journalled one, this one's) */
    uint64_t      position;     /* of this command in the journal */
    int64_t       message_size; /* of the command */
    int           lean;         /* the command says so */
    mt_quota_t    quota;        /* the command's; see kernel/mt_quota.h */
    int           unchanged;    /* out */
    mt_status_t   failed;       /* out, MT_OK: nothing did */
    mt_objs_t     events;       /* raised so far */
};

/* Sets the field of the body that a rejection is about, and the index in it
 * plus 1 (0: neither).  Returns status. */
mt_status_t mt_apply_reject(mt_result_t *result, mt_status_t status,
    unsigned field, size_t item);

/* Returns 1 with a->unchanged set if the command is lean and both records are
 * equal: nothing is to be written.  The caller sets fields that do not count,
 * such as `updated`, to the same values first. */
int mt_apply_idle(mt_apply_t *a, const mt_model_t *model, const void *before,
    const void *after);

/* Raises an event (MT_EVENT_*) about the record `num`, for the journal; `id`
 * is copied.  Returns the event, or NULL with a->failed set. */
mt_event_t *mt_raise(mt_apply_t *a, int type, int64_t num, mt_str_t id);

/* Writes another content of the journal's entry at `position`: company (0:
 * none) and events of *entry, and *command, which is marked as erased.
 * Returns MT_OK or a failure. */
mt_status_t mt_journal_erase(mt_apply_t *a, int64_t position,
    mt_journal_t *entry, const mt_command_t *command);

/* Returns 1 unless the company is being purged (or never was), 0 if it is, -1
 * on failure.  Company 0 is the operator. */
int mt_company_is_open(mt_txn_t *txn, uint32_t company);

/* Says in the company's record that it is being purged.  Returns MT_OK or a
 * failure. */
mt_status_t mt_company_close(mt_apply_t *a, const mt_company_t *company);

/* Notes in the index of companies that the journal's entry at `position` is of
 * this company.  Returns MT_OK or a failure. */
mt_status_t mt_journal_index(mt_txn_t *txn, uint32_t company,
    int64_t position);


/* Returns the meeting, decoded once per batch; NULL if there is none, or with
 * a->failed set.  The batch owns it; a writer changes a copy and saves that
 * with mt_meeting_save() (meeting/mt_meeting.h). */
const mt_meeting_t *mt_meeting_load(mt_apply_t *a, int64_t num);

/* For mt_meeting_save() only: a deep copy becomes the cached meeting. */
void mt_meeting_cache(mt_apply_t *a, const mt_meeting_t *meeting);

/* Says that the meeting's record was deleted: mt_meeting_load() finds none
 * from now on. */
void mt_meeting_forget(mt_apply_t *a, int64_t num);

/* Returns the tally of a meeting, to be changed in place; it is written at the
 * batch's end (a tally of zeros has no record).  NULL with a->failed set. */
mt_tally_t *mt_tally(mt_apply_t *a, int64_t meeting);

#endif /* MT_APPLY_H */


/*
 * Apply: the only code that changes a store, live, in recovery and in tests.
 * Deterministic: the same commands in the same order on the same state give
 * the same bytes.  No clock, no randomness, no configuration, no floating
 * point, no iteration in hash order in here: see the arguments (mt_args.h).
 *
 * A batch is one write transaction.  Within it records that many commands
 * touch are decoded once (the meeting) or written once (the tally, at the
 * batch's end); both are dropped when it fails.
 *
 * A refusal must leave the state as it was: an operation's apply() judges
 * everything first and only then writes.
 */

#ifndef MT_APPLY_H
#define MT_APPLY_H

#include "domain/mt_operation.h"


typedef struct mt_batch_s  mt_batch_t;     /* one per process, reused */

mt_batch_t *mt_batch_create(mt_store_t *store);
void mt_batch_destroy(mt_batch_t *batch);

/* The log of a lone store, for the commit engine and for tools. */
mt_log_t mt_batch_log(mt_batch_t *batch);

/*
 * For tools: runs one command (an encoded mt_command_t) in a transaction of
 * its own.  MT_OK: *result says what came of it, and it is on disk.
 */
mt_status_t mt_apply_now(mt_batch_t *batch, mt_str_t command,
    mt_result_t *result);


/* What an operation's apply() sees. */

struct mt_apply_s {
    mt_txn_t     *txn;
    mt_batch_t   *batch;
    mt_arena_t   *arena;        /* reset after every command */
    uint32_t      company;
    int64_t       actor;
    int64_t       time;         /* max(last command's, this one's) */
    uint64_t      position;     /* of this command in the journal */
};

/* Notes an event for the journal.  The strings are copied. */
void mt_raise(mt_apply_t *a, int type, int64_t num, mt_str_t id);

/* The next free number of a kind: above the last one given out, passing over
 * those that clients claimed. */
int64_t mt_next_num(mt_apply_t *a, enum mt_name kind, mt_db_t db);

/* The meeting, decoded once per batch; NULL when there is none.  Owned by the
 * batch; a writer changes a copy and saves that with mt_meeting_save(), which
 * keeps the indexes (schedule, booking, names) in step with the record. */
const mt_meeting_t *mt_meeting_load(mt_apply_t *a, int64_t num);
mt_status_t mt_meeting_save(mt_apply_t *a, const mt_meeting_t *meeting);

/* The tally of a meeting, to be changed in place; written at batch's end. */
mt_tally_t *mt_tally(mt_apply_t *a, int64_t meeting);

/* The whole store's invariants: indexes match records, counters match rows,
 * no dangling references.  Calls `complain` for each breach; returns how
 * many, or -1 on failure.  `meetingctl verify`. */
int64_t mt_verify(mt_txn_t *txn, void (*complain)(void *data,
    const char *text), void *data);

#endif /* MT_APPLY_H */

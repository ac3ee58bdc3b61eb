
/*
 * Apply: the only code that changes a store, live, in recovery and in tests.
 * Deterministic: the same commands in the same order on the same state give
 * the same bytes.  No clock, no randomness, no configuration, no floating
 * point, no iteration in hash order in here: see the arguments (mt_args.h).
 *
 * A batch here is one write transaction, which the commit engine may fill over
 * several of its own.  Within it records that many commands touch are decoded
 * once (the meeting) or written once (the tally, at the batch's end); both are
 * dropped when it fails.
 *
 * A refusal must leave the state as it was: an operation's apply() judges
 * everything first and only then writes.
 */

#ifndef MT_APPLY_H
#define MT_APPLY_H

#include "domain/kernel/mt_operation.h"


typedef struct mt_batch_s  mt_batch_t;     /* one per process, reused */

mt_batch_t *mt_batch_create(mt_store_t *store);
void mt_batch_destroy(mt_batch_t *batch);

/* The state machine of a store, for the commit engine and for tools. */
mt_machine_t mt_batch_machine(mt_batch_t *batch);

/* How many messages for subscribers (domain/notify/mt_event.h) the batch that
 * was committed last has put out. */
uint64_t mt_batch_messages(const mt_batch_t *batch);

/*
 * For tools: runs one command (an encoded mt_command_t) in a transaction of
 * its own.  MT_OK: *result says what came of it, and it is on disk.
 */
mt_status_t mt_apply_now(mt_batch_t *batch, mt_str_t command,
    mt_result_t *result);


/*
 * What an operation's apply() sees.
 *
 * It returns the command's status: MT_OK, or a refusal (mt_reject()), which
 * becomes result->status.  MT_STORE_FULL, MT_STORE_FAILED, MT_NO_MEMORY and
 * MT_INTERNAL are no results: they fail the batch, as does a write that failed
 * and `failed`, which helpers without a status of their own set.
 *
 * MT_OK means that the state was changed: the command is journalled with what
 * it raised, and result->position set.  An apply() that found nothing to do
 * (a client's retry) sets `unchanged`.  result comes zeroed but for `time`.
 */

struct mt_apply_s {
    mt_txn_t     *txn;
    mt_batch_t   *batch;
    mt_arena_t   *arena;        /* reset after every command */
    uint32_t      company;
    int64_t       actor;
    int64_t       time;         /* max(last journalled one, this one's) */
    uint64_t      position;     /* of this command in the journal */
    int           unchanged;    /* out */
    mt_status_t   failed;       /* out, MT_OK: nothing did */
    mt_objs_t     events;       /* what mt_raise() noted */
};

/* Sets what a refusal is about: `field` of the body, and the index in it plus
 * 1 (0: neither); returns status. */
mt_status_t mt_reject(mt_result_t *result, mt_status_t status, unsigned field,
    size_t item);

/* Notes an event for the journal.  The strings are copied. */
void mt_raise(mt_apply_t *a, int type, int64_t num, mt_str_t id);

/* The same for a reminder that was due then, and why (MT_REMIND_*). */
void mt_raise_reminder(mt_apply_t *a, const mt_meeting_t *meeting,
    int64_t due, int64_t reason);

/*
 * Ids of new records (kind: MT_NAME_USER, _DEPT, _ROOM or _MEETING).
 *
 * mt_id_judge() changes nothing.  MT_OK: `id` may be taken, *num is the number
 * that it claims (an id that is a canonical decimal one), 0 where the next
 * automatic one is to be used; MT_ID_TAKEN: the id, or the number it claims,
 * was ever used; MT_NO_SUCH_COMPANY.
 * mt_id_take() takes the id, with `num` from the above; returns the number.
 *
 * A command that makes several records of a kind must take claimed numbers
 * first, lest an automatic one gets in their way.
 */
mt_status_t mt_id_judge(mt_apply_t *a, enum mt_name kind, mt_str_t id,
    int64_t *num);
int64_t mt_id_take(mt_apply_t *a, enum mt_name kind, mt_str_t id,
    int64_t num);

/* The next free number of a kind: above the last one given out, passing over
 * those that clients claimed. */
int64_t mt_next_num(mt_apply_t *a, enum mt_name kind, mt_db_t db);

/* The meeting, decoded once per batch; NULL when there is none.  Owned by the
 * batch; a writer changes a copy and saves that with mt_meeting_save(), which
 * keeps the indexes (schedule, booking, names) in step with the record. */
const mt_meeting_t *mt_meeting_load(mt_apply_t *a, int64_t num);
mt_status_t mt_meeting_save(mt_apply_t *a, const mt_meeting_t *meeting);

/* For mt_meeting_save() alone: a deep copy becomes the cached meeting. */
void mt_batch_cache_meeting(mt_apply_t *a, const mt_meeting_t *meeting);

/* The tally of a meeting, to be changed in place; written at batch's end (a
 * tally of zeros has no record).  NULL on failure, with a->failed set. */
mt_tally_t *mt_tally(mt_apply_t *a, int64_t meeting);


/* The user's record, removed ones too: 1 found, 0 not, -1 failed. */
int mt_user_load(mt_txn_t *txn, uint32_t company, int64_t num,
    mt_user_t *user, mt_arena_t *arena);

/* Makes a placeholder for a person unknown to the directory, whose id
 * mt_id_judge() allowed; returns the user's number. */
int64_t mt_user_placeholder(mt_apply_t *a, mt_str_t id, mt_str_t name);

/* The whole store's invariants: indexes match records, counters match rows,
 * no dangling references.  Calls `complain` for each breach; returns how
 * many, or -1 on failure.  `meetingctl verify`. */
int64_t mt_verify(mt_txn_t *txn, void (*complain)(void *data,
    const char *text), void *data);

#endif /* MT_APPLY_H */

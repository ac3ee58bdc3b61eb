
/*
 * The commit engine: flat combining over memory that all workers share.
 *
 * Each worker owns one ring in the shared zone and appends its commands there.
 * Whoever finds commands waiting and nobody combining becomes the combiner (in
 * a thread of its own, never on an event loop): it applies the commands of
 * every ring in one transaction, commits, and publishes the results.  One sync
 * then serves all that were waiting, in all workers.
 *
 * Four things are kept apart, so that a replicated log can slot in between:
 *     seal     the commands of a batch, by position       (mt_commit_combine)
 *     apply    them, in a transaction                     (mt_log_t)
 *     append   them to the write-ahead log                (mt_wal_append)
 *     publish  the results into the slots                 (mt_commit_combine)
 *     collect  by whoever queued the command              (mt_commit_collect)
 *
 * A batch of commands that say so (MT_PUSH_LOG: sign-ins) is published once
 * its commands are synced to the log; its transaction stays open and takes the
 * next batches in, for `checkpoint` milliseconds at most, and until there is
 * nothing to do, or something that must be in the store, or somebody else who
 * wants to write.  One commit then serves thousands.  Every other batch is
 * published after its commit.
 *
 * Exactly once: `applied` of each ring is stored in the same transaction as
 * what the commands did, and in the log's record as well; `done` is published
 * after either is on disk.  A combiner killed before that changed nothing;
 * killed after it, the next one applies the log's records, in a transaction of
 * the same number, sees applied > done and only publishes.  A batch that
 * changes nothing is neither logged nor committed.  An entry is below `head`
 * only when it is whole.  Ownership of a ring and the right to combine are
 * robust process-shared mutexes: the kernel hands them on when their owner
 * dies.
 *
 * A command that combiners die of again and again would end all writes: the
 * third time it is given up, answered with MT_INTERNAL and not applied.
 *
 * Counted in bytes since the zone was made, never wrapping:
 *     consumed <= done <= head
 * `applied` is behind done after a failed batch (its commands were given up),
 * ahead of it only after a death, and never ahead of head.
 */

#ifndef MT_COMMIT_H
#define MT_COMMIT_H

#include "store/mt_wal.h"


/* What came of a command.  Fixed size: it lives in the ring's slot. */

typedef struct {
    uint16_t  status;      /* mt_status_t */
    uint16_t  field;       /* field number of the args it is about, or 0 */
    uint32_t  item;        /* index in a list field, plus 1; or 0 */
    uint64_t  position;    /* in the journal; 0 when nothing was changed */
    int64_t   num;         /* of the record made or changed */
    int64_t   time;        /* the command's time as applied */
    int64_t   detail;      /* the operation says what */
} mt_result_t;


/* The log that a batch goes through; the domain has its own in
 * domain/kernel/mt_apply.h. */

typedef struct {
    mt_status_t (*begin)(void *ctx, mt_txn_t **txn);
    /* A refusal is a result.  Anything but MT_OK fails the whole batch. */
    mt_status_t (*apply)(void *ctx, mt_str_t command, mt_result_t *result);
    mt_status_t (*commit)(void *ctx);      /* MT_OK: on disk */
    void        (*abort)(void *ctx);       /* not called after commit() or a
                                              failed begin() */
    /* 1 when the write-ahead log has what the store has not */
    int         (*behind)(void *ctx);
    void         *ctx;                     /* of this process; one combiner at
                                              a time uses it */
    unsigned      checkpoint;              /* ms that a transaction may stay
                                              open; 0: the write-ahead log is
                                              not used */
} mt_log_t;


/*
 * Begins a transaction of the log and applies what is in the write-ahead log
 * of it: every writer's way to begin.  *left: how many records there were; if
 * any, they are to be committed, whatever else is done.  Not MT_OK: there is
 * no transaction.
 */
mt_status_t mt_log_begin(const mt_log_t *log, mt_txn_t **txn, unsigned *left);

/* Brings the store up to its write-ahead log: for tools, before they read.
 * MT_OK, or what kept it from that. */
mt_status_t mt_log_settle(const mt_log_t *log);


typedef struct mt_zone_mem_s  mt_zone_mem_t;     /* the shared memory */
typedef struct mt_commit_s    mt_commit_t;       /* this process' view of it */

#define MT_COMMIT_RINGS  128

/*
 * Lays out a fresh zone in `size` bytes at `mem` (page-aligned, zeroed).
 * MT_BAD_VALUE when it is too small (the least is mt_commit_min_size()),
 * MT_INTERNAL when the system lacks robust mutexes or random bytes.  Called
 * once, before any worker attaches; a zone that a reload kept is not formatted
 * again.
 */
size_t mt_commit_min_size(void);
mt_status_t mt_commit_format(void *mem, size_t size);

/*
 * This process' view.  wake(ring) is called, from the combiner's thread, for
 * each ring that has new results (an eventfd write); log is copied.  NULL
 * without memory, or when `mem` is not a zone of this layout.
 * mt_commit_detach() gives the ring back (clean exit; in the thread that
 * claimed it, nobody combining in this process).
 */
mt_commit_t *mt_commit_attach(void *mem, const mt_log_t *log,
    void (*wake)(void *data, unsigned ring), void *data);
void mt_commit_detach(mt_commit_t *c);

/*
 * Claims a ring for this process: its index, or -1 when all are held by live
 * processes.  What a dead owner left is still applied; nobody collects it; it
 * takes room until then, so ask mt_commit_stalled() once after claiming.
 * The thread that claims must live as long as the process (the main thread).
 */
int mt_commit_claim(mt_commit_t *c);

/*
 * 1 when a ring can take a command of so many bytes: half of itself.  A larger
 * one has to have a transaction of its own, outside of the engine.
 */
int mt_commit_fits(const mt_commit_t *c, size_t len);

typedef enum {
    MT_PUSH_COMMIT,       /* answered when it is in the store */
    MT_PUSH_LOG,          /* answered when it is in the log or in the store */
    MT_PUSH_BARRIER       /* no command (it is ""); answered when the store has
                             all that was answered before */
} mt_push_t;

/*
 * Appends a command (owner's thread).  `waiter` comes back from collect.
 * MT_OK, or MT_BUSY when the ring has no room (or MT_TOO_LARGE).  When
 * *combine is set (with MT_BUSY too), nobody is combining: the caller should
 * have mt_commit_combine() run in a thread.  A caller that has posted one and
 * not seen it end must remember to run another after it: the one that is out
 * may have looked at the rings already.
 */
mt_status_t mt_commit_push(mt_commit_t *c, mt_str_t command, mt_push_t how,
    void *waiter, int *combine);

/*
 * Combines until no ring has commands left and the store is not behind the
 * log, or returns at once when another process or thread does.  Any thread, at
 * most one at a time per process.  Other than MT_OK: a batch or a checkpoint
 * failed with that, and what is waiting by now is left to whoever asks
 * mt_commit_stalled() next.  It may be this process that cannot write any
 * more, so that another one should have the chance.
 */
mt_status_t mt_commit_combine(mt_commit_t *c);

/* Commands are waiting, or the store is behind the log, and nobody alive
 * combines: after a worker's death.  Ask from a timer; if 1, run
 * mt_commit_combine().  Calls wake() when this process' ring has results that
 * are not collected. */
int mt_commit_stalled(mt_commit_t *c);

/* This process is to exit: a mt_commit_combine() under way returns after its
 * batch once this process' own ring is empty, instead of serving the others
 * for as long as they are busy.  Any thread. */
void mt_commit_retire(mt_commit_t *c);

/* Hands over each finished command of this process' ring, oldest first, and
 * frees its slot.  Owner's thread.  Returns how many. */
unsigned mt_commit_collect(mt_commit_t *c,
    void (*done)(void *waiter, const mt_result_t *result, void *data),
    void *data);

/* How many commands this process has out. */
unsigned mt_commit_waiting(const mt_commit_t *c);


/* For the status location.  Histograms: a value is counted once, in the first
 * bucket i with value < 2^i, or in the last bucket. */

#define MT_HISTOGRAM  24

typedef struct {
    uint64_t  batches;                      /* that did not fail */
    uint64_t  commands;                     /* in them */
    uint64_t  logged_batches;               /* of them: from the log */
    uint64_t  checkpoints;                  /* commits of such */
    uint64_t  checkpoint_us_sum;
    uint64_t  failed_batches;
    uint64_t  given_up;                     /* commands that killed them */
    uint64_t  takeovers;                    /* combiners that died */
    uint64_t  batch_size[MT_HISTOGRAM];
    uint64_t  commit_us[MT_HISTOGRAM];
    uint64_t  commit_us_sum;
    uint64_t  queued_bytes;                 /* head - done over all rings */
    uint64_t  ring_size;
    unsigned  rings_claimed;                /* by live processes */
} mt_commit_stat_t;

void mt_commit_stat(mt_commit_t *c, mt_commit_stat_t *stat);


/*
 * For tests: when set, called wherever a death would be interesting.  Of a
 * push: written (head not published yet).  Of a combiner, in this order:
 * claimed, begun, applied-half, applied-all, then before-log, after-log or
 * before-commit, after-commit; published-half (after each ring's `done`,
 * before its wake), published; before-checkpoint, after-checkpoint; cleared
 * (`busy`), unlocked.  Always compiled in, a load and a branch, so
 * that what is tested is what is shipped.
 */
extern void (*mt_commit_stop)(const char *name);

#endif /* MT_COMMIT_H */

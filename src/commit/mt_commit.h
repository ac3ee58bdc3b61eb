
/*
 * The commit engine: flat combining over memory that all workers share.
 *
 * Each worker owns a ring in the shared zone and pushes its commands there.  A
 * thread of any worker becomes the combiner: it applies the commands of all
 * rings as one batch, has the batch synced to disk, in the store or in the
 * write-ahead log, and publishes the results.  One sync acknowledges a batch.
 *
 * src/commit/README.md describes the rings, the log, checkpoints and recovery.
 */

#ifndef MT_COMMIT_H
#define MT_COMMIT_H

#include "commit/mt_machine.h"


typedef struct mt_zone_mem_s  mt_zone_mem_t;     /* the shared memory */
typedef struct mt_commit_s    mt_commit_t;       /* this process' view of it */

#define MT_COMMIT_RINGS  128

/* Returns the least size of a zone in bytes. */
size_t mt_commit_min_size(void);

/*
 * Lays out a fresh zone in `size` bytes at `mem`, which are zeroed and aligned
 * to a page.  Called once, before any worker attaches; a zone that a reload
 * kept is not formatted again.  Returns MT_OK, MT_BAD_VALUE when the zone is
 * too small, MT_INTERNAL when the system lacks robust mutexes or random bytes.
 */
mt_status_t mt_commit_format(void *mem, size_t size);

/* Returns 1 if the `size` bytes at `mem` are a zone of this layout, whose
 * header nobody has spoiled, else 0.  To be asked before attaching. */
int mt_commit_is_zone(const void *mem, size_t size);

/*
 * Attaches this process to the zone at `mem`.  The machine is copied; NULL is
 * as in mt_commit_set_machine().  wake(data, ring) is called for each ring
 * that has new results, from the combiner's thread.  Returns the process'
 * view, to be given to mt_commit_detach(), or NULL without memory or when
 * `mem` is no zone of this layout.
 */
mt_commit_t *mt_commit_attach(void *mem, const mt_machine_t *machine,
    void (*wake)(void *data, unsigned ring), void *data);

/* Gives the ring back and frees the view.  For the thread that claimed the
 * ring, while no thread of this process combines. */
void mt_commit_detach(mt_commit_t *c);

/* Sets the machine, which is copied, when the store was opened; NULL when it
 * is closed.  No thread of this process may be combining. */
void mt_commit_set_machine(mt_commit_t *c, const mt_machine_t *machine);

/*
 * Claims a ring for this process.  The calling thread must live as long as the
 * process (the main thread).  Commands of a dead owner are still applied, but
 * their results are dropped; they take room until then, so call
 * mt_commit_stalled() once afterwards.  Returns the ring's index, or -1 when
 * live processes hold all rings.
 */
int mt_commit_claim(mt_commit_t *c);

/*
 * Returns 1 when a ring takes a command of `len` bytes, at most half of the
 * ring; 0 when the command needs a transaction of its own.
 */
int mt_commit_fits(const mt_commit_t *c, size_t len);

typedef enum {
    MT_PUSH_COMMIT,       /* acknowledged when it is in the store */
    MT_PUSH_LOG,          /* acknowledged when it is in the write-ahead log, or
                             in the store */
    MT_PUSH_BARRIER       /* no command (""); acknowledged when the store has
                             all that was acknowledged before */
} mt_push_t;

/*
 * Pushes a command (ring owner's thread).  seats: how many it writes, at most
 * MT_COMMIT_HEAVY; a batch takes a bounded number of them.
 * mt_commit_collect() hands `waiter` back.  If *combine is set, which goes
 * with MT_BUSY too, no combiner is at work, and the caller should run
 * mt_commit_combine() in a thread.  While such a thread is under way the
 * caller must remember to run another one after it, because the thread may
 * have looked at the rings already.  Returns MT_OK, MT_BUSY when the ring has
 * no room, MT_TOO_LARGE when the command never fits.
 */
mt_status_t mt_commit_push(mt_commit_t *c, mt_str_t command, mt_push_t how,
    unsigned seats, void *waiter, int *combine);

/*
 * Combines until no ring has commands and the store has all of the write-ahead
 * log; returns at once when another thread or process combines.  Any thread,
 * one at a time per process.  Returns MT_OK, or the failure of a batch or of a
 * checkpoint: commands that wait then are left to the next process that calls
 * mt_commit_stalled(), as it may be this one that cannot write any more.
 */
mt_status_t mt_commit_combine(mt_commit_t *c);

/*
 * To be called from a timer.  Calls wake() when this process' ring has results
 * that were not collected.  Returns 1 when commands wait, or the store lacks a
 * part of the write-ahead log, and no live process combines, as after a
 * worker's death: then run mt_commit_combine().  Returns 0 otherwise.
 */
int mt_commit_stalled(mt_commit_t *c);

/*
 * After two failures in a row, of batches or checkpoints of any process, the
 * next turn comes after a pause of 10 ms to 1 s.  Returns 1 during the pause:
 * mt_commit_combine() does nothing, and commands wait for its end.  Otherwise
 * returns 0.
 */
int mt_commit_paused(const mt_commit_t *c);

/* Says that this process is to exit: its combiner returns after a batch once
 * this process' ring is empty, though other rings are not and the store may
 * lack a part of the log.  Without a store it fails the ring's commands.  Any
 * thread. */
void mt_commit_retire(mt_commit_t *c);

/*
 * Calls done() for each finished command of this process' ring, oldest first,
 * and frees its slot before.  Ring owner's thread.  Returns their number.
 */
unsigned mt_commit_collect(mt_commit_t *c,
    void (*done)(void *waiter, const mt_result_t *result, void *data),
    void *data);

/* Returns the number of this process' commands in flight. */
unsigned mt_commit_waiting(const mt_commit_t *c);


/* Counters for the status location.  Histograms: a value is counted once, in
 * the first bucket i with value < 2^i, or in the last bucket. */

#define MT_HISTOGRAM  24

typedef struct {
    uint64_t  batches;                      /* without failed ones */
    uint64_t  commands;                     /* in these batches */
    uint64_t  logged_batches;               /* acknowledged from the
                                               write-ahead log */
    uint64_t  checkpoints;                  /* commits of such batches */
    uint64_t  checkpoint_us_sum;
    uint64_t  failed_batches;
    uint64_t  given_up;                     /* commands that killed
                                               combiners */
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
 * For tests: when set, it is called at each point where a death of the process
 * matters.  In a push: written (head is not published yet).  In a combiner, in
 * this order: claimed, begun, applied-half, applied-all, then before-log,
 * after-log or before-commit, after-commit; published-half (after each ring's
 * `done`, before its wake), published; before-checkpoint, after-checkpoint;
 * cleared (`busy`), unlocked.  Always compiled in, a load and a branch, so
 * that the tests run the code that is shipped.
 */
extern void (*mt_commit_stop)(const char *name);

#endif /* MT_COMMIT_H */

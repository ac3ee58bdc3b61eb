
/*
 * The state machine that the commit engine drives, and the result of a
 * command.  The domain implements the machine (domain/kernel/mt_apply.h).
 */

#ifndef MT_MACHINE_H
#define MT_MACHINE_H

#include "store/mt_store.h"


/*
 * A command that writes more seats than this, a seat being an attendance or
 * about as much, is heavy: it takes a processor for some milliseconds.  Heavy
 * commands stay out of the rings, whose entries wait for one another.
 */
#define MT_COMMIT_HEAVY  512


/* The result of a command.  Its size is fixed: it lives in a ring's slot. */

typedef struct {
    uint16_t  status;      /* mt_status_t */
    uint16_t  field;       /* number of the args' field that status is about,
                              or 0 */
    uint32_t  item;        /* index in that field, a list, plus 1; or 0 */
    uint64_t  position;    /* in the journal; 0 when nothing was changed */
    int64_t   num;         /* of the record made or changed */
    int64_t   time;        /* the command's time as applied */
    int64_t   detail;      /* each operation defines it */
} mt_result_t;


/*
 * begin() sets *txn to a new write transaction; apply() carries out one
 * encoded command in it; commit() or abort() ends it, in the same thread.  One
 * thread at a time uses a machine.
 *
 * begin(), apply() and commit() return MT_OK or a failure.  A rejection is no
 * failure but a result.  A failure of apply() fails the batch: abort() is
 * called.  After a commit() that returns MT_OK the changes are on disk; after
 * any other they may or may not be.  behind() returns 1 when the write-ahead
 * log has records that the store lacks, or when somebody should look whether
 * there is space again: begin() does both.
 */

typedef struct {
    mt_status_t (*begin)(void *ctx, mt_txn_t **txn);
    mt_status_t (*apply)(void *ctx, mt_str_t command, mt_result_t *result);
    mt_status_t (*commit)(void *ctx);
    void        (*abort)(void *ctx);
    int         (*behind)(void *ctx);
    void         *ctx;

    /* The owner of a commit engine sets the rest; 0 and NULL elsewhere. */

    /* ms that a transaction may stay open while its batches are in the
     * write-ahead log; 0: that log is not used */
    unsigned      checkpoint;

    /* called after each commit of the engine, in the combiner's thread */
    void        (*committed)(void *data);
    void         *data;
} mt_machine_t;


/*
 * Begins a transaction of the machine and applies the records of the
 * write-ahead log that the store lacks.  *left is the number of these records;
 * unless it is 0, the transaction must be committed before it is used for
 * anything else, or be thrown away.  Returns MT_OK, or a failure, with no
 * transaction open then; MT_INTERNAL when a record is malformed.
 */
mt_status_t mt_machine_recover(const mt_machine_t *machine, mt_txn_t **txn,
    unsigned *left);

/*
 * Commits these records in a transaction of their own, and begins a
 * transaction of the machine: every writer begins this way.  Returns MT_OK, or
 * a failure, with no transaction open then.
 */
mt_status_t mt_machine_begin(const mt_machine_t *machine, mt_txn_t **txn);

/* Brings the store up to its write-ahead log.  Tools call it before they read.
 * Returns MT_OK or a failure. */
mt_status_t mt_machine_settle(const mt_machine_t *machine);

#endif /* MT_MACHINE_H */

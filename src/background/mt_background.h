
/*
 * The store's background work: what nobody asks for.  One process at a time
 * does it (mt_store_lease()), in turns that run in a thread of their own, so
 * that they hold up neither an event loop nor the combiner.
 *
 * A turn looks at the store in a read transaction, that does not last over any
 * waiting, and waits for the network while something is out there.  It changes
 * nothing: what is to be changed it leaves behind as commands, which its owner
 * has committed like any others and whose results come with a later turn.
 *
 *     wait = mt_background_turn()      in a thread
 *     mt_background_take()             between turns, until NULL: commit it
 *     mt_background_done()             between turns: what came of it
 *     mt_background_wake()             at any time, any thread
 *
 * Exchanges stay out between turns, but only a turn moves them: so the next
 * one is to follow at once when `wait` is 0.
 *
 * What there is to do is a table of jobs.  They share the thread: a job that
 * takes long keeps the others waiting, and should do its work in pieces.
 */

#ifndef MT_BACKGROUND_H
#define MT_BACKGROUND_H

#include "domain/mt_operations.h"
#include "background/mt_outgoing.h"


#define MT_BACKGROUND_NEVER  INT64_MAX
#define MT_BACKGROUND_OVER   (-1)


typedef struct mt_background_s  mt_background_t;

/* Is the process to end? */

typedef enum {
    MT_BACKGROUND_GO,
    MT_BACKGROUND_FINISH,    /* begin nothing, wait a little for what is out */
    MT_BACKGROUND_STOP       /* at once */
} mt_background_state_t;


/*
 * A job: its state is what open() returned (NULL: without memory).
 *
 * run() is called at the beginning of every turn, and again when the time has
 * come that it returned last (by the system's clock, ms) or was asked for by
 * mt_background_due(); it must be cheap when there is nothing to do.
 * done() gets what came of a command that run() or drive() gave.
 * drive(): moves what is out in mt_background_multi(); returns how much there
 * is that the turn, and the end of the process, should wait for.  Jobs without
 * it are not run when the process is to end.
 */

typedef struct {
    const char   *name;
    void       *(*open)(mt_background_t *bg);
    void        (*close)(void *job);
    int64_t     (*run)(void *job, mt_txn_t *txn, int64_t now);
    void        (*done)(void *job, void *cookie, const mt_result_t *result);
    unsigned    (*drive)(void *job, int64_t now);      /* may be NULL */
} mt_job_t;


/* What jobs count. */

typedef enum {
    MT_COUNT_REMINDERS,      /* given */
    MT_COUNT_JOURNAL,        /* entries taken off the journal */
    MT_COUNT_SESSIONS,       /* that were over */
    MT_COUNT_FILES,          /* orphaned pictures */
    MT_COUNTS
} mt_count_t;


/* Owned by whoever makes one, and to outlive it.  Callbacks from threads. */

typedef struct {
    const mt_job_t *const   *jobs;
    const mt_settings_t     *settings;      /* of the text of events */
    const char              *resources;     /* folder of files */
    mt_outgoing_options_t    outgoing;
    unsigned                 connections;   /* exchanges at a time */
    int64_t                  retry_limit;   /* ms that a message is tried */

    /* what is kept: ms, bytes; 0: for ever, any size */
    int64_t                  journal_age;
    uint64_t                 journal_size;
    int64_t                  session_ttl;   /* never 0 */

    mt_background_state_t  (*state)(void *data);
    /* level 0 notice, 1 warning, 2 error */
    void                   (*log)(void *data, int level, const char *text);
    void                   (*count)(void *data, mt_count_t what, uint64_t n);
    void                    *data;
} mt_background_options_t;


/* What is to be committed. */

typedef struct mt_background_command_s  mt_background_command_t;

struct mt_background_command_s {
    mt_background_command_t  *next;
    void                     *job;
    void                     *cookie;
    mt_str_t                  command;      /* an encoded mt_command_t */
};


/* NULL without memory.  mt_outgoing_init() must have been called. */
mt_background_t *mt_background_create(const mt_background_options_t *options);

/* Drops what is out; commands that were taken must have been done. */
void mt_background_destroy(mt_background_t *bg);

/*
 * In how many ms the next turn is due, 0: at once; MT_BACKGROUND_OVER: the
 * process is to end, and nothing is out.  Returns soon after a wake; a turn
 * that has commands to be taken ends too.
 */
int64_t mt_background_turn(mt_background_t *bg, mt_store_t *store);

mt_background_command_t *mt_background_take(mt_background_t *bg);

/* Frees the command.  A result of MT_BUSY, or a failure: it was not, or may
 * not have been, committed. */
void mt_background_done(mt_background_t *bg, mt_background_command_t *command,
    const mt_result_t *result);

/* There is something new to be seen, or told. */
void mt_background_wake(mt_background_t *bg);


/* For jobs, in a turn. */

const mt_background_options_t *mt_background_options(mt_background_t *bg);
mt_store_t *mt_background_store(mt_background_t *bg);
CURLM *mt_background_multi(mt_background_t *bg);
mt_background_state_t mt_background_state(mt_background_t *bg);

/* The job is to be run again as soon as may be. */
void mt_background_due(mt_background_t *bg, void *job);

/* Has a command committed, as the server's own (actor 0): 0, or -1 without
 * memory.  `body` is a structure of op->body; done() gets the cookie. */
int mt_background_give(mt_background_t *bg, void *job,
    const mt_operation_t *op, uint32_t company, const void *body,
    void *cookie);

void mt_background_log(mt_background_t *bg, int level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void mt_background_count(mt_background_t *bg, mt_count_t what, uint64_t n);

#endif /* MT_BACKGROUND_H */

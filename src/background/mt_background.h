
/*
 * The scheduler of background jobs, which is periodic work on the store.  The
 * one process that holds the lease (mt_store_lease()) does it, in turns that
 * run in a thread of their own, so that they delay neither an event loop nor
 * the combiner.
 *
 * A turn reads the store in a read transaction, which is closed before it
 * waits, and waits for the network while exchanges are open.  It changes
 * nothing: a change is a command, which the owner of the scheduler has
 * committed like a request's; the result is given to a later turn.
 *
 *     wait = mt_background_turn()      in a thread
 *     mt_background_take()             between turns, until NULL: commit it
 *     mt_background_done()             between turns: its result
 *     mt_background_wake()             at any time, any thread
 *
 * Exchanges stay open between turns, but only a turn moves them: so the next
 * one should follow at once when `wait` is 0.
 *
 * The jobs stand in a table and share the thread: a job that takes long delays
 * the others, and should do its work in pieces.
 */

#ifndef MT_BACKGROUND_H
#define MT_BACKGROUND_H

#include "domain/mt_operations.h"
#include "background/mt_outgoing.h"


#define MT_BACKGROUND_NEVER  INT64_MAX
#define MT_BACKGROUND_OVER   (-1)


typedef struct mt_background_s  mt_background_t;

/* Whether the process is about to end. */

typedef enum {
    MT_BACKGROUND_GO,
    MT_BACKGROUND_FINISH,    /* begin nothing, wait a little for exchanges */
    MT_BACKGROUND_STOP       /* end at once */
} mt_background_state_t;


/*
 * A job.  open() returns its state, NULL without memory.
 *
 * run() is called at the beginning of every turn, when the time that it
 * returned last has come (ms since 1970, or MT_BACKGROUND_NEVER), and after
 * mt_background_due().  It must be cheap when there is nothing to do.
 * done() gets the result of a command that run() or drive() gave.
 * drive() moves the job's exchanges in mt_background_multi().  It returns how
 * many things there are for which the turn, and the end of the process, should
 * wait.  Jobs without it are not run when the process is about to end.
 */

typedef struct {
    const char   *name;
    void       *(*open)(mt_background_t *bg);
    void        (*close)(void *job);
    int64_t     (*run)(void *job, mt_txn_t *txn, int64_t now);
    void        (*done)(void *job, void *cookie, const mt_result_t *result);
    unsigned    (*drive)(void *job, int64_t now);      /* may be NULL */
} mt_job_t;


/* Counters of jobs. */

typedef enum {
    MT_COUNT_REMINDERS,      /* raised */
    MT_COUNT_JOURNAL,        /* entries deleted */
    MT_COUNT_SESSIONS,       /* expired ones deleted */
    MT_COUNT_FILES,          /* orphaned pictures deleted */
    MT_COUNT_RELEASED,       /* rooms to which nobody came */
    MT_COUNT_PURGED,         /* meetings that ended long ago */
    MT_COUNTS
} mt_count_t;


/* The maker of a scheduler owns its options, which must outlive it.  Callbacks
 * are called from any thread. */

typedef struct {
    const mt_job_t *const   *jobs;
    const mt_settings_t     *settings;      /* for the text of events */
    const char              *resources;     /* folder of files, or NULL */
    mt_outgoing_options_t    outgoing;
    unsigned                 connections;   /* most exchanges at a time */
    int64_t                  retry_limit;   /* ms during which a message is
                                               tried */

    /* how long or how much is kept: ms, bytes; 0: no limit */
    int64_t                  journal_age;
    uint64_t                 journal_size;
    int64_t                  session_ttl;   /* never 0 */
    int64_t                  meeting_age;   /* after the end */

    /* ms after the begin of a meeting to which nobody comes, its room is
     * released; 0: never */
    int64_t                  release_after;

    mt_background_state_t  (*state)(void *data);
    /* level 0 notice, 1 warning, 2 error */
    void                   (*log)(void *data, int level, const char *text);
    void                   (*count)(void *data, mt_count_t what, uint64_t n);
    void                    *data;          /* of the callbacks */
} mt_background_options_t;


/* A command to be committed. */

typedef struct mt_background_command_s  mt_background_command_t;

struct mt_background_command_s {
    mt_background_command_t  *next;
    void                     *job;
    void                     *cookie;
    mt_str_t                  command;      /* an encoded mt_command_t */
};


/* Makes a scheduler; mt_outgoing_init() must have been called.  Returns NULL
 * without memory. */
mt_background_t *mt_background_create(const mt_background_options_t *options);

/* Drops open exchanges.  Commands that were taken must have been done. */
void mt_background_destroy(mt_background_t *bg);

/*
 * Runs a turn.  It ends soon after a wake, and when there are commands to be
 * taken.  Returns in how many ms the next turn is due, 0 for at once, or
 * MT_BACKGROUND_OVER if the process is about to end and nothing is pending.
 */
int64_t mt_background_turn(mt_background_t *bg, mt_store_t *store);

/* Returns the next command to be committed, or NULL. */
mt_background_command_t *mt_background_take(mt_background_t *bg);

/* Gives a command's result to its job, and frees the command.  MT_BUSY: it was
 * not committed; a failure: it may not have been. */
void mt_background_done(mt_background_t *bg, mt_background_command_t *command,
    const mt_result_t *result);

/* Asks for a turn: the store has changed, or the process is about to end. */
void mt_background_wake(mt_background_t *bg);


/* For jobs, in a turn. */

const mt_background_options_t *mt_background_options(mt_background_t *bg);
mt_store_t *mt_background_store(mt_background_t *bg);
CURLM *mt_background_multi(mt_background_t *bg);
mt_background_state_t mt_background_state(mt_background_t *bg);

/* Asks for the job to be run again in this turn. */
void mt_background_due(mt_background_t *bg, void *job);

/* Leaves a command, whose actor is the server itself (0), to be committed.
 * `body` is a structure of op->body; done() gets the cookie.  Returns 0, or -1
 * without memory. */
int mt_background_give(mt_background_t *bg, void *job,
    const mt_operation_t *op, uint32_t company, const void *body,
    void *cookie);

void mt_background_log(mt_background_t *bg, int level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void mt_background_count(mt_background_t *bg, mt_count_t what, uint64_t n);

#endif /* MT_BACKGROUND_H */

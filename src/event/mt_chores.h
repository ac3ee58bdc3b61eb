
/*
 * What the server does by itself, whoever of its workers: reminders that are
 * due, and what is not kept for ever.  Each function looks at the store and
 * says what is to be done, as commands, a bounded number of bounded ones at a
 * time, so that whoever waits for a commit does not wait for these.  Apply
 * judges again: a command that comes late, or twice, does nothing.
 *
 * Any thread.
 */

#ifndef MT_CHORES_H
#define MT_CHORES_H

#include "domain/mt_event.h"


/* Commands at a time, and journal entries that one of them takes off. */
#define MT_CHORE_COMMANDS  100
#define MT_CHORE_ENTRIES   500


typedef struct {
    mt_txn_t    *txn;            /* in */
    mt_arena_t  *arena;          /* in: the commands are in it */
    int64_t      now;            /* in */

    size_t       n;              /* out */
    mt_str_t     commands[MT_CHORE_COMMANDS];
    int          more;           /* out: come again once these are applied */
} mt_chore_t;

/* All return MT_OK, MT_STORE_FAILED or MT_NO_MEMORY. */


/* *next: when the next one is due that is not yet; INT64_MAX: none is. */
mt_status_t mt_chore_reminders(mt_chore_t *chore, int64_t *next);


/* The journal is kept for so many ms, and up to so many bytes; 0: any. */

typedef struct {
    int64_t   age;
    uint64_t  size;
} mt_chore_journal_t;

mt_status_t mt_chore_journal(mt_chore_t *chore,
    const mt_chore_journal_t *keep);


/* Goes through all sessions, a part at a time: zeroed at first, and again
 * when it is through. */

typedef struct {
    uint32_t  company;
    int64_t   user;
} mt_chore_sessions_t;

/* Those opened before. */
mt_status_t mt_chore_sessions(mt_chore_t *chore, mt_chore_sessions_t *at,
    int64_t before);

#endif /* MT_CHORES_H */

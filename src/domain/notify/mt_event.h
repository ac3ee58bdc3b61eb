
/*
 * Events on their way out.  What a command raised stands in its journal entry;
 * where a company has a subscriber, the outbox holds a numbered message for
 * each run of events of one type.  Whoever delivers a message says so with a
 * command (event_delivered), which takes it off the outbox: so the outbox is
 * the cursor, and nothing but commands moves it.  These commands raise nothing
 * and so never feed themselves; they are given for many messages at a time.
 */

#ifndef MT_EVENT_H
#define MT_EVENT_H

#include "domain/meeting/mt_meeting.h"


/* The subscription of a company, its strings in the arena: 1, 0 when it has
 * none, -1 on failure. */
int mt_subscription_load(mt_txn_t *txn, uint32_t company,
    mt_subscription_t *subscription, mt_arena_t *arena);
mt_status_t mt_subscription_save(mt_apply_t *a,
    const mt_subscription_t *subscription);

/* In apply: the subscription, or a refusal when there is none. */
mt_status_t mt_subscription_get(mt_apply_t *a,
    mt_subscription_t *subscription);

/* The subscription of the first company from this one on, strings as
 * mt_load()'s: 1 and *company, 0 after the last, -1. */
int mt_subscription_from(mt_txn_t *txn, uint32_t *company,
    mt_subscription_t *subscription, mt_arena_t *arena);


/* How a company's subscription stands. */

typedef struct {
    int64_t   raised;       /* number of the last message */
    int64_t   pending;      /* in the outbox */
    int64_t   oldest;       /* time of the first of them; 0: none */
} mt_subscription_stat_t;

/* 0 or -1. */
int mt_subscription_stat(mt_txn_t *txn, uint32_t company,
    const mt_subscription_t *subscription, mt_subscription_stat_t *stat,
    mt_arena_t *arena);


/* What a command raised goes into its company's outbox, if it has one who
 * subscribes; adds to *messages how many these are. */
mt_status_t mt_outbox_add(mt_apply_t *a, uint64_t *messages);

/* The first message of OUTBOX or SET_ASIDE with a number above `after`: 1, 0
 * when there is none, -1 on failure. */
int mt_outbox_next(mt_txn_t *txn, mt_db_t db, uint32_t company,
    int64_t after, int64_t *number, mt_outbox_t *message, mt_arena_t *arena);

/* The journal entry that a message is of, with its events checked to be there:
 * 1, or -1. */
int mt_outbox_entry(mt_txn_t *txn, const mt_outbox_t *message,
    mt_journal_t *entry, mt_arena_t *arena);

/* "book_success" and the like; NULL for what is not for subscribers. */
const char *mt_event_name(int64_t type);


/* The first reminder after the one named (all 0: the first of all) that is due
 * at `now`: 1, 0, -1. */

typedef struct {
    int64_t   due;
    uint32_t  company;
    int64_t   meeting;
} mt_reminder_t;

int mt_reminder_next(mt_txn_t *txn, mt_reminder_t *reminder, int64_t now);

#endif /* MT_EVENT_H */

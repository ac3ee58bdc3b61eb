
/*
 * Events for subscribers.  The journal entry of a command holds the events
 * that it raised.  If the company has a subscriber, the outbox holds a
 * numbered message for each run of events of one type.  The delivery job
 * reports a delivered message with a command (event_delivered), which takes it
 * out of the outbox: only commands change the outbox.  Such commands raise no
 * events, and each is for many messages.
 */

#ifndef MT_EVENT_H
#define MT_EVENT_H

#include "domain/meeting/mt_meeting.h"


/* Loads the subscription of a company, with its strings in the arena.  Returns
 * 1, 0 with a zeroed one if there is none, -1 on failure. */
int mt_subscription_load(mt_txn_t *txn, uint32_t company,
    mt_subscription_t *subscription, mt_arena_t *arena);
mt_status_t mt_subscription_save(mt_apply_t *a,
    const mt_subscription_t *subscription);

/* For apply(): loads the subscription.  Returns MT_OK, MT_NO_SUBSCRIPTION or a
 * failure. */
mt_status_t mt_subscription_get(mt_apply_t *a,
    mt_subscription_t *subscription);

/* Finds the subscription of the first company from *company on, with strings
 * as mt_load()'s, and sets *company.  Returns 1, 0 after the last, -1 on
 * failure. */
int mt_subscription_from(mt_txn_t *txn, uint32_t *company,
    mt_subscription_t *subscription, mt_arena_t *arena);


/* The state of a company's messages. */

typedef struct {
    int64_t   raised;       /* number of the last message */
    int64_t   pending;      /* in the outbox */
    int64_t   oldest;       /* time of the first of them; 0: none */
} mt_subscription_stat_t;

/* Returns 0, or -1 on failure. */
int mt_subscription_stat(mt_txn_t *txn, uint32_t company,
    const mt_subscription_t *subscription, mt_subscription_stat_t *stat,
    mt_arena_t *arena);


/* Puts the events that a command raised into the company's outbox, if it has a
 * subscriber; adds the number of messages to *messages.  Returns MT_OK or a
 * failure. */
mt_status_t mt_outbox_add(mt_apply_t *a, uint64_t *messages);

/* Finds the first message of OUTBOX or SET_ASIDE with a number above `after`.
 * Returns 1, 0 if there is none, -1 on failure. */
int mt_outbox_next(mt_txn_t *txn, mt_db_t db, uint32_t company,
    int64_t after, int64_t *number, mt_outbox_t *message, mt_arena_t *arena);

/* Loads the journal entry that holds a message's events, and checks that it
 * has them.  Returns 1, or -1 on failure. */
int mt_outbox_entry(mt_txn_t *txn, const mt_outbox_t *message,
    mt_journal_t *entry, mt_arena_t *arena);

/* Returns the name of an event, "book_success", ...; NULL for one that is not
 * for subscribers. */
const char *mt_event_name(int64_t type);


/* Finds the first reminder after *reminder (zeroed: the first of all) that is
 * due at `now` (ms).  Returns 1, 0 if there is none, -1 on failure. */

typedef struct {
    int64_t   due;
    uint32_t  company;
    int64_t   meeting;
} mt_reminder_t;

int mt_reminder_next(mt_txn_t *txn, mt_reminder_t *reminder, int64_t now);

#endif /* MT_EVENT_H */

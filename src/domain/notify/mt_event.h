
/*
 * Events for subscribers.  The events that a command raised stand in its
 * journal entry.  If the company has a subscriber, its outbox gets a numbered
 * message for each run of events of one type.  The deliverer reports delivered
 * messages with a command (event_delivered, for many messages at a time),
 * which takes them off the outbox; so only commands change the outbox.  These
 * commands raise no events themselves.
 */

#ifndef MT_EVENT_H
#define MT_EVENT_H

#include "domain/meeting/mt_meeting.h"


/* Loads the subscription of a company, with its strings in the arena.  Returns
 * 1 if found, 0 (and zeroes it) if there is none, -1 on failure. */
int mt_subscription_load(mt_txn_t *txn, uint32_t company,
    mt_subscription_t *subscription, mt_arena_t *arena);

/* Returns MT_OK or a failure. */
mt_status_t mt_subscription_save(mt_apply_t *a,
    const mt_subscription_t *subscription);

/* For apply(): loads the company's subscription.  Returns MT_OK,
 * MT_NO_SUBSCRIPTION or a failure. */
mt_status_t mt_subscription_get(mt_apply_t *a,
    mt_subscription_t *subscription);

/* Returns 1 if the subscriber takes events of a type, else 0. */
int mt_subscription_takes(const mt_subscription_t *subscription,
    int64_t type);

/* Forgets the last failure to deliver. */
void mt_subscription_clear(mt_subscription_t *subscription);

/* Loads the subscription of the first company from *company on that has one,
 * with strings as mt_load()'s, and sets *company.  Returns 1 if found, 0 after
 * the last, -1 on failure. */
int mt_subscription_from(mt_txn_t *txn, uint32_t *company,
    mt_subscription_t *subscription, mt_arena_t *arena);


/* Counts of a company's messages. */

typedef struct {
    int64_t   raised;       /* number of the last message */
    int64_t   pending;      /* in the outbox */
    int64_t   oldest;       /* time (ms) of the first of them; 0: none */
    int64_t   from;         /* position of the first entry of the journal that
                               a message needs; 0: none does */
} mt_subscription_stat_t;

/* Returns 0, or -1 on failure. */
int mt_subscription_stat(mt_txn_t *txn, uint32_t company,
    const mt_subscription_t *subscription, mt_subscription_stat_t *stat,
    mt_arena_t *arena);


/* The domain's journalled() (kernel/mt_apply.h): puts the events of a command
 * into its company's outbox, if that has a subscriber, and adds the number of
 * messages to *messages.  Returns MT_OK or a failure. */
mt_status_t mt_outbox_add(mt_apply_t *a, uint64_t *messages);

/* Returns the index behind the last event of a command that goes into one
 * message with the event `first`. */
size_t mt_message_end(mt_apply_t *a, size_t first);

/* Finds the first message of OUTBOX or SET_ASIDE with a number above `after`.
 * Returns 1 if found, 0 if there is none, -1 on failure. */
int mt_outbox_next(mt_txn_t *txn, mt_db_t db, uint32_t company,
    int64_t after, int64_t *number, mt_outbox_t *message, mt_arena_t *arena);

/* Loads the journal entry that has a message's events, or makes one of the
 * message's own copies, and checks that it has them all; message->first is the
 * first of them.  Returns 1, or -1 on failure. */
int mt_outbox_entry(mt_txn_t *txn, const mt_outbox_t *message,
    mt_journal_t *entry, mt_arena_t *arena);

/*
 * Copies events for messages that need entries of the journal up to `upto`, as
 * many as one command may.  Sets *needed to the first position that a message
 * still needs, this command's own if there is none up to `upto`.  Returns 1 if
 * a record has changed, 0 if none has, -1 on failure.
 */
int mt_journal_copy(mt_apply_t *a, int64_t upto, int64_t *needed);

/* Returns the name of an event's type, "book_success" or the like; NULL for a
 * type that subscribers do not get. */
const char *mt_event_name(int64_t type);


/* A reminder in the index. */

typedef struct {
    int64_t   due;          /* ms */
    uint32_t  company;
    int64_t   meeting;
} mt_reminder_t;

/* Moves to the reminder after the given one (all 0: the first of all).
 * Returns 1 if it is due at `now` (ms), 0 if none is, -1 on failure. */
int mt_reminder_next(mt_txn_t *txn, mt_reminder_t *reminder, int64_t now);

#endif /* MT_EVENT_H */

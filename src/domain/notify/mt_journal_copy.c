
/*
 * Copies of events, for messages whose entries of the journal are to be
 * deleted.  So a receiver that is down, and messages that were set aside, keep
 * no entries, which would be all later ones of all companies.
 *
 * Numbers of a company's messages are in the order of their positions.  The
 * subscription's `copied` says up to which number all have their copies, so
 * that a command begins where the one before it has ended.
 */

#include "domain/notify/mt_event.h"


#define MT_COPY_MAX  10000       /* events that one command reads */


typedef struct {
    mt_apply_t  *a;
    int64_t      upto;
    int64_t      budget;         /* events to be read yet */
    int64_t      needed;
} mt_copier_t;


static int mt_copy_company(mt_copier_t *c, uint32_t company,
    mt_subscription_t *sub);
static int mt_copy_db(mt_copier_t *c, mt_db_t db, uint32_t company,
    int64_t *last, int64_t *next);
static int mt_copy_message(mt_copier_t *c, mt_db_t db, uint32_t company,
    int64_t number, mt_outbox_t *message);


int
mt_journal_copy(mt_apply_t *a, int64_t upto, int64_t *needed)
{
    int                found, rc, changed;
    uint32_t           company;
    mt_copier_t        c;
    mt_subscription_t  sub;

    c.a = a;
    c.upto = upto;
    c.budget = MT_COPY_MAX;
    c.needed = (int64_t) a->position;

    changed = 0;
    company = 0;

    do {
        found = mt_subscription_from(a->txn, &company, &sub, a->arena);
        rc = found == 1 ? mt_copy_company(&c, company, &sub) : found;

        if (rc < 0) {
            return -1;
        }

        changed |= rc;

    } while (found == 1 && ++company);

    *needed = c.needed;

    return changed;
}


static int
mt_copy_company(mt_copier_t *c, uint32_t company, mt_subscription_t *sub)
{
    size_t    i;
    int64_t   last[2], next[2], copied;
    mt_key_t  key;

    static const mt_db_t  dbs[] = { MT_DB_OUTBOX, MT_DB_SET_ASIDE };

    for (i = 0; i < mt_nitems(dbs); i++) {
        last[i] = sub->copied;

        if (mt_copy_db(c, dbs[i], company, &last[i], &next[i]) != 0) {
            return -1;
        }
    }

    copied = last[0] > last[1] ? last[0] : last[1];

    for (i = 0; i < mt_nitems(dbs); i++) {
        if (copied >= next[i]) {
            copied = next[i] - 1;
        }
    }

    if (copied == sub->copied) {
        return 0;
    }

    sub->copied = copied;
    mt_key_company(&key, company);

    return mt_save(c->a->txn, MT_DB_SUBSCRIPTION, &key,
                   &mt_subscription_model, sub, c->a->arena)
           == MT_OK ? 1 : -1;
}


/* Copies for the messages of OUTBOX or SET_ASIDE behind *last, and raises it
 * to the last one that has its copy.  *next is the number of the first one
 * that has none, MT_NUM_MAX if all have.  Returns 0, or -1 on failure. */

static int
mt_copy_db(mt_copier_t *c, mt_db_t db, uint32_t company, int64_t *last,
    int64_t *next)
{
    int          found;
    mt_outbox_t  message;

    for ( ;; ) {
        found = mt_outbox_next(c->a->txn, db, company, *last, next, &message,
                               c->a->arena);
        if (found != 1) {
            *next = MT_NUM_MAX;
            return found;
        }

        if (message.position > c->upto) {
            return 0;
        }

        if (c->budget <= 0) {
            if (message.position < c->needed) {
                c->needed = message.position;
            }

            return 0;
        }

        if (message.events.n == 0
            && mt_copy_message(c, db, company, *next, &message) != 0)
        {
            return -1;
        }

        *last = *next;
    }
}


static int
mt_copy_message(mt_copier_t *c, mt_db_t db, uint32_t company, int64_t number,
    mt_outbox_t *message)
{
    mt_key_t      key;
    mt_journal_t  entry;

    if (mt_outbox_entry(c->a->txn, message, &entry, c->a->arena) != 1) {
        return -1;
    }

    c->budget -= (int64_t) entry.events.n + 1;

    message->events.n = (size_t) message->n;
    message->events.v = (mt_event_t *) entry.events.v + message->first;
    message->first = 0;

    mt_key_num(&key, company, number);

    return mt_save(c->a->txn, db, &key, &mt_outbox_model, message,
                   c->a->arena)
           == MT_OK ? 0 : -1;
}

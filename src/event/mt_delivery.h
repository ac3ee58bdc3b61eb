
/*
 * What the files of the delivering job share; nobody else includes this.
 *
 * A stream is a company with messages in the outbox.  Of each at most one
 * message is out, so that their order holds; what was delivered and is not yet
 * off the outbox stands in `untold`.  A slot is what an exchange needs; there
 * are as many as exchanges may be out.
 */

#ifndef MT_DELIVERY_H
#define MT_DELIVERY_H

#include "domain/notify/mt_event.h"
#include "background/mt_background.h"
#include "event/mt_event_payload.h"
#include "event/mt_event_send.h"


#define MT_UNTOLD_MAX     128        /* of one company: no more are sent */
#define MT_TELL_NUMBERS   64         /* by one command */

/* ms */
#define MT_TELL_TIME      100        /* from the first of them */
#define MT_TELL_AGAIN     1000       /* after a failed commit */
#define MT_FIRST_PAUSE    2000       /* after a failure: half of it to all */
#define MT_LONGEST_PAUSE  60000


typedef struct mt_stream_s    mt_stream_t;
typedef struct mt_slot_s      mt_slot_t;
typedef struct mt_delivery_s  mt_delivery_t;

typedef struct {
    int64_t          number;
    int              given;         /* in a command that is out */
} mt_untold_t;

struct mt_stream_s {
    mt_stream_t     *next;          /* by company, ascending */
    mt_stream_t     *behind;        /* in a queue */
    uint32_t         company;
    mt_slot_t       *slot;          /* with a message that is out, or NULL */
    unsigned         reports;       /* of failures, not committed yet */
    int64_t          not_before;    /* unless the store knows better */
    int64_t          last;          /* number delivered last */
    int64_t          tell_at;       /* when to give what is untold, by
                                       mt_delivery_clock() */
    unsigned         untold_n;
    mt_untold_t      untold[MT_UNTOLD_MAX];

    unsigned         queued:1;
    unsigned         failing:1;     /* nothing was delivered since a failure */
};

typedef struct {
    mt_stream_t     *first;
    mt_stream_t     *last;
} mt_queue_t;

struct mt_slot_s {
    mt_slot_t          *next;       /* free, or ended */
    mt_outgoing_t      *outgoing;
    mt_arena_t         *arena;      /* of all below */
    mt_stream_t        *stream;     /* NULL: free */
    int64_t             number;
    mt_outbox_t         message;
    mt_subscription_t   sub;        /* as it was when the message went out */
    mt_receiver_t       to;
    mt_response_t       response;
    unsigned            failing:1;  /* counted as such */
};

struct mt_delivery_s {
    mt_background_t  *bg;
    mt_arena_t       *arena;        /* of one step of a run */
    mt_stream_t      *streams;
    mt_queue_t        healthy;      /* ready to send */
    mt_queue_t        failing;

    mt_slot_t        *slots;        /* [options->connections] */
    mt_slot_t        *free;
    mt_slot_t        *ended;        /* to be dealt with by the next run */
    unsigned          out;          /* slots in use, the ended ones too */
    unsigned          failing_out;
    unsigned          ungiven;      /* numbers that are still to be told */
    int               stopped;      /* told all, for the last time */

    int64_t           scan_at;      /* the outbox, for streams; 0: at once */
    int64_t           scanned;      /* when, and for how long, in us */
    int64_t           scan_took;
};


/* The next message of the first streams that are ready, as slots allow. */
void mt_delivery_pump(mt_delivery_t *d, mt_txn_t *txn, int64_t now);

/* A stream may have something to send. */
void mt_delivery_ready(mt_delivery_t *d, mt_stream_t *s);

/* What is out is given up; messages stay in the outbox. */
void mt_delivery_abort(mt_delivery_t *d);

void mt_slot_release(mt_delivery_t *d, mt_slot_t *slot);


/* Deals with the slots that have ended. */
void mt_delivery_settle(mt_delivery_t *d, mt_txn_t *txn, int64_t now);

/* Gives what has waited long enough, or all of it; returns in how many ms to
 * be called again, or MT_BACKGROUND_NEVER. */
int64_t mt_delivery_tell(mt_delivery_t *d, int all);

/* The message of this slot was not, or could not be, sent. */
void mt_delivery_failed(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot,
    mt_str_t why, int64_t now);

/* It never can be. */
void mt_delivery_lost(mt_delivery_t *d, mt_slot_t *slot, mt_str_t why);

/* The job's done(). */
void mt_delivery_done(void *job, void *cookie, const mt_result_t *result);

#endif /* MT_DELIVERY_H */

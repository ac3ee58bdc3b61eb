
/*
 * Streams and slots of the delivery job (mt_job_delivery.h), for its files
 * alone.
 *
 * A stream is a company with messages in the outbox.  One exchange at a time
 * carries its messages, so that their order holds.  Numbers of messages that
 * were delivered, while no command has taken them off the outbox yet, stand in
 * `unreported`.  A slot holds one exchange; there are as many as the options
 * allow connections.
 */

#ifndef MT_DELIVERY_H
#define MT_DELIVERY_H

#include "domain/notify/mt_event.h"
#include "background/mt_background.h"
#include "event/mt_event_payload.h"
#include "event/mt_event_send.h"


#define MT_UNREPORTED_MAX     128        /* per company; no more are sent */
#define MT_REPORT_NUMBERS   64         /* per command */

/* ms */
#define MT_REPORT_DELAY      100        /* after the first of them */
#define MT_REPORT_AGAIN     1000       /* after a failed commit */
#define MT_FIRST_PAUSE    2000       /* after a failure: at most; the half
                                        at least */
#define MT_LONGEST_PAUSE  60000

/* Attempts to send a message that the receiver answers is too large. */
#define MT_TOO_LARGE_MAX   5


typedef struct mt_stream_s    mt_stream_t;
typedef struct mt_slot_s      mt_slot_t;
typedef struct mt_delivery_s  mt_delivery_t;

typedef struct {
    int64_t          number;
    int              given;         /* in a command that is pending */
} mt_unreported_t;

struct mt_stream_s {
    mt_stream_t     *next;          /* in ascending order of companies */
    mt_stream_t     *behind;        /* in a queue */
    uint32_t         company;
    mt_slot_t       *slot;          /* of the open exchange, or NULL */
    unsigned         reports;       /* pending commands on failures */
    int64_t          not_before;    /* ms; the subscription may say later */
    int64_t          last;          /* number of the last one delivered */
    int64_t          refused;       /* number of the message that was too large
                                       for the receiver, so many times: */
    unsigned         refusals;
    size_t           too_large;     /* bytes of a message that was set aside
                                       for that; 0: none yet */
    int64_t          report_at;       /* when to report `unreported`, by
                                       mt_delivery_clock() */
    unsigned         unreported_n;
    mt_unreported_t      unreported[MT_UNREPORTED_MAX];

    unsigned         queued:1;
    unsigned         failing:1;     /* the last attempt failed */
};

typedef struct {
    mt_stream_t     *first;
    mt_stream_t     *last;
} mt_queue_t;

struct mt_slot_s {
    mt_slot_t          *next;       /* in the list of free or ended ones */
    mt_outgoing_t      *outgoing;
    mt_arena_t         *arena;      /* of all below */
    mt_stream_t        *stream;     /* NULL if the slot is free */
    int64_t             number;
    mt_outbox_t         message;
    mt_subscription_t   sub;        /* as of the time of sending */
    mt_receiver_t       to;
    mt_response_t       response;
    unsigned            too_large:1;   /* so the receiver answered */
    unsigned            failing:1;  /* counted in failing_busy */
};

struct mt_delivery_s {
    mt_background_t  *bg;
    mt_arena_t       *arena;        /* of one step of a run */
    mt_stream_t      *streams;
    mt_queue_t        healthy;      /* ready to send */
    mt_queue_t        failing;

    mt_slot_t        *slots;        /* [options->connections] */
    mt_slot_t        *free;
    mt_slot_t        *ended;        /* for the next run to settle */
    unsigned          busy;         /* slots in use, ended ones included */
    unsigned          failing_busy;
    unsigned          ungiven;      /* numbers in no command yet */
    int               stopped;      /* exchanges were aborted at the end */

    int64_t           scan_at;      /* next scan of the outbox; 0: at once */
    int64_t           scanned;      /* time of the last scan, ms */
    int64_t           scan_took;    /* its duration, us */
};


/* Sends the next messages of the streams that are ready, while slots are
 * free. */
void mt_delivery_pump(mt_delivery_t *d, mt_txn_t *txn, int64_t now);

/* Queues a stream that may have a message to send. */
void mt_delivery_ready(mt_delivery_t *d, mt_stream_t *s);

/* Aborts open exchanges; their messages stay in the outbox. */
void mt_delivery_abort(mt_delivery_t *d);

void mt_slot_release(mt_delivery_t *d, mt_slot_t *slot);


/* Records the outcome of exchanges that have ended. */
void mt_delivery_settle(mt_delivery_t *d, mt_txn_t *txn, int64_t now);

/* Gives commands for the numbers that have waited long enough, or for all.
 * Returns in how many ms to call it again, or MT_BACKGROUND_NEVER. */
int64_t mt_delivery_report(mt_delivery_t *d, int all);

/* Records a failed attempt to send the slot's message. */
void mt_delivery_failed(mt_delivery_t *d, mt_txn_t *txn, mt_slot_t *slot,
    mt_str_t why, int64_t now);

/* Sets the slot's message aside at once: it can never be sent. */
void mt_delivery_lost(mt_delivery_t *d, mt_slot_t *slot, mt_str_t why);

/* The job's done(). */
void mt_delivery_done(void *job, void *cookie, const mt_result_t *result);

#endif /* MT_DELIVERY_H */

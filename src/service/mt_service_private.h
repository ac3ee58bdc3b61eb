
/*
 * Private to the service: the whole of an exchange.  mt_service.c takes its
 * steps, mt_answer.c writes its answer.
 */

#ifndef MT_SERVICE_PRIVATE_H
#define MT_SERVICE_PRIVATE_H

#include "service/mt_service.h"


/* The stage of the answer. */

typedef enum {
    MT_STAGE_BEGIN,
    MT_STAGE_ROWS,
    MT_STAGE_INNER,              /* among the rows within a row */
    MT_STAGE_SPOOLED,            /* the rest of it lies in memory */
    MT_STAGE_SENT
} mt_stage_t;


typedef struct mt_service_exchange_s  mt_service_exchange_t;

struct mt_service_exchange_s {
    mt_exchange_t       x;           /* first: the public part */
    mt_service_t       *service;
    mt_arena_t         *row_arena;
    mt_buf_t            out;         /* the writer appends to it */
    mt_stage_t          stage;
    uint64_t            min_txn;     /* the least transaction id whose snapshot
                                        has all that was acknowledged before
                                        the exchange; 0: not known yet */
    const mt_rows_t    *opened;      /* rows that this piece must close */
    const mt_rows_t    *opened_inner;
    unsigned            kept;        /* rows that went into the row cache */
    mt_memo_key_t       key;         /* of the answer in the memo */
    mt_str_t            value;       /* from the memo; "" if not found */
    size_t              value_at;    /* offset of the value in `out` */
    mt_service_exchange_t  *prev;    /* in service->held, oldest first */
    mt_service_exchange_t  *next;
    int64_t             held_since;  /* monotonic, ns */
    mt_arena_t         *spool_arena;
    mt_str_t            spool;       /* the rest of the answer */
    size_t              spool_at;    /* given up to here */
    mt_buf_t            list;        /* the list so far, if it is repeated */
    unsigned            held:1;      /* call.txn is kept between pieces */
    unsigned            spooling:1;  /* the rest goes into memory just now */
    unsigned            stale:1;     /* an older snapshot is allowed */
    unsigned            keep:1;      /* the answer goes into the memo */
    unsigned            finished:1;  /* the command's result is known */
    unsigned            applied:1;   /* the result is success */
};


/* Returns an arena for an exchange, NULL without memory. */
mt_arena_t *mt_service_arena(mt_service_t *service);

/* Makes the answer this error. */
void mt_exchange_error(mt_exchange_t *x, mt_status_t status);

/* Begins the read transaction, or goes on with the one that
 * mt_exchange_start() has left open.  Returns 1, or 0 with the call's error
 * set. */
int mt_exchange_begin_read(mt_exchange_t *x);

/* Ends the read transaction, held or not, if one is open. */
void mt_exchange_drop_read(mt_exchange_t *x);

/* Ends the read transaction.  If the store could not be read or memory ran
 * out, the step's conclusions are void.  Returns the step, or MT_STEP_DONE
 * with the call's error set. */
mt_step_t mt_exchange_end_read(mt_exchange_t *x, mt_step_t step);

/*
 * Keeps the read transaction open until the next piece, so that all pieces are
 * of one snapshot; where that cannot be, puts the rest of the answer into
 * memory.  Returns 1, or 0 on failure.
 */
int mt_exchange_hold(mt_service_exchange_t *e);

/* Ends the transaction that is held. */
void mt_exchange_release(mt_service_exchange_t *e);

/* Takes the next bytes of an answer whose rest lies in memory, `piece` at
 * most.  Returns 0 if more follow, 1 after the last, -1 if it is lacking. */
int mt_exchange_unspool(mt_service_exchange_t *e, size_t piece);

/* Frees what mt_exchange_hold() has left in memory. */
void mt_exchange_drop_spool(mt_service_exchange_t *e);

/* Writes a piece of the rows (mt_answer.c).  Returns 0 if more follow, 1 after
 * the last, -1 on failure. */
int mt_exchange_rows(mt_service_exchange_t *e, size_t piece);

/* Writes what stands behind the rows. */
void mt_answer_close(mt_exchange_t *x, mt_buf_t *out);

#endif /* MT_SERVICE_PRIVATE_H */

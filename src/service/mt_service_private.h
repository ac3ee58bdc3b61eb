
/*
 * An exchange as the service sees it: mt_service.c leads it to its answer,
 * mt_answer.c writes that.
 */

#ifndef MT_SERVICE_PRIVATE_H
#define MT_SERVICE_PRIVATE_H

#include "service/mt_service.h"


/* How far the answer has come. */

typedef enum {
    MT_STAGE_BEGIN,
    MT_STAGE_ROWS,
    MT_STAGE_INNER,              /* among the rows within a row */
    MT_STAGE_SENT
} mt_stage_t;


typedef struct {
    mt_exchange_t       x;           /* first: what others see of it */
    mt_service_t       *service;
    mt_arena_t         *row_arena;
    mt_buf_t            out;         /* what the writer appends to */
    mt_stage_t          stage;
    uint64_t            min_txn;     /* the least transaction id whose snapshot
                                        has all that was acknowledged before
                                        the exchange; 0: not known yet */
    const mt_rows_t    *opened;      /* in this piece, to be closed */
    const mt_rows_t    *opened_inner;
    unsigned            kept;        /* rows in the row cache */
    mt_memo_key_t       key;         /* of the answer in the memo */
    mt_str_t            value;       /* from the memo; empty: not known */
    size_t              value_at;    /* where in `out` the value begins */
    unsigned            stale:1;     /* an older snapshot is allowed */
    unsigned            keep:1;      /* the answer goes into the memo */
    unsigned            settled:1;   /* the command's result is known */
    unsigned            applied:1;   /*   and is success */
} mt_service_exchange_t;


/* An arena of an exchange's.  NULL without memory. */
mt_arena_t *mt_service_arena(mt_service_t *service);

/* The answer is this error. */
void mt_exchange_error(mt_exchange_t *x, mt_status_t status);

/* 1, or 0 with the call's error set.  Goes on with a transaction that start()
 * has left. */
int mt_exchange_begin_read(mt_exchange_t *x);

/* Ends what was begun, if anything was. */
void mt_exchange_drop_read(mt_exchange_t *x);

/* The step, or MT_STEP_DONE with the call's error set: whatever was concluded
 * from a store that could not be read, or without memory, is void. */
mt_step_t mt_exchange_end_read(mt_exchange_t *x, mt_step_t step);

#endif /* MT_SERVICE_PRIVATE_H */


/*
 * What the two files of the h5yes dialect share.  mt_h5yes.c: envelope, codes,
 * arguments, token.  mt_h5yes_tables.c: addresses and members.
 */

#ifndef MT_H5YES_H
#define MT_H5YES_H

#include "dialect/mt_dialect.h"


/* What every request has beside the operation's args, which follow it in
 * memory: one object for the request's table.  An exchange's `envelope`. */

#define MT_H5YES_COMMON_FIELDS(F, M)                                          \
    F(M, 1, STR, token,         0, INT32_MAX, NULL)

MT_DECLARE_MODEL(h5yes_common, MT_H5YES_COMMON_FIELDS);

#define MT_H5YES_ARGS  sizeof(mt_h5yes_common_t)


/* mt_dialect_t's */
void mt_h5yes_decode(mt_exchange_t *x);
void mt_h5yes_authenticate(mt_exchange_t *x);
void mt_h5yes_open_answer(mt_exchange_t *x);
void mt_h5yes_close_answer(mt_exchange_t *x);
int mt_h5yes_code(mt_status_t status);

#endif /* MT_H5YES_H */

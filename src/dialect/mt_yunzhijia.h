
/*
 * Private to the yunzhijia dialect.  mt_yunzhijia.c: envelope, codes, token.
 * mt_yunzhijia_tables.c: routes and tables.
 */

#ifndef MT_YUNZHIJIA_H
#define MT_YUNZHIJIA_H

#include "dialect/mt_request.h"


/* Members of mt_dialect_yunzhijia. */
void mt_yunzhijia_decode(mt_exchange_t *x);
void mt_yunzhijia_open_answer(mt_exchange_t *x);
void mt_yunzhijia_close_answer(mt_exchange_t *x);
int mt_yunzhijia_code(mt_status_t status);

#endif /* MT_YUNZHIJIA_H */

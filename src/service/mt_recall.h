
/*
 * Rows of answers that were written before.  A row is known again by all that
 * it follows from: the bytes of its records, as the store has them now, and
 * the table that it is written by.  So it cannot be out of date, whoever wrote
 * to the store meanwhile; what is saved is to decode the records, to work out
 * what is shown, and to write it.  A short list of rows, or a row with the
 * rows within it, is kept as one for as long as the store stays what it was:
 * the records need not even be looked up.  What writes it is a table, too, or
 * a route.
 *
 * As many as there are slots, and each of them in one of two: one in the place
 * of another is lost.  Of one event loop.
 */

#ifndef MT_RECALL_H
#define MT_RECALL_H

#include "domain/kernel/mt_rows.h"
#include "json/mt_json.h"


#define MT_RECALL_SLOTS  4096        /* a power of two */
#define MT_RECALL_BYTES  4096        /* of one and its records, at most */

typedef struct mt_recall_s  mt_recall_t;

/* NULL without memory. */
mt_recall_t *mt_recall_create(void);
void mt_recall_destroy(mt_recall_t *recall);

/* The members of the row with this origin: 1, or 0.  They are there until the
 * next row is kept. */
int mt_recall_find(const mt_recall_t *recall, const void *table,
    const mt_origin_t *origin, mt_str_t *members);

/* Does nothing without memory, or where it would take too much. */
void mt_recall_keep(mt_recall_t *recall, const void *table,
    const mt_origin_t *origin, mt_str_t members);

#endif /* MT_RECALL_H */


/*
 * The rows of a reply that is a list, and the cache key of a row.
 */

#ifndef MT_ROWS_H
#define MT_ROWS_H

#include "store/mt_store.h"


typedef struct mt_call_s  mt_call_t;      /* kernel/mt_operation.h */
typedef struct mt_rows_s  mt_rows_t;

/* The MT_PART_* (view/mt_views.h) that an answer shows if it has the field of
 * the view's record at `base`. */
typedef unsigned (*mt_parts_pt)(size_t base, unsigned field);

/*
 * The cache key of a row: rows with equal keys that are written by the same
 * table have equal JSON.  The parts are records as the store has them, and
 * settings; so a row whose records changed has another key.
 */
#define MT_ROW_KEY_NUMS   3
#define MT_ROW_KEY_PARTS  5

typedef struct {
    int        usable;            /* 0: the row depends on more than this */
    int        skip;              /* the row is not shown */
    uint64_t   nums[MT_ROW_KEY_NUMS];
    mt_str_t   parts[MT_ROW_KEY_PARTS];
} mt_row_key_t;

/*
 * All functions run on the event loop with a read transaction open.
 *
 * open() begins a piece of the list, and goes on after the row given last.
 * All pieces of an answer are of one snapshot.  next() fills
 * *row, allocated in row_arena, which the caller resets after each row; *row
 * is NULL when the row is not shown.  Returns 1, 0 at the end, -1 on failure.
 * close() ends the piece.
 *
 * inner, or NULL: the rows within the row given last.  A piece may end among
 * them; the next piece opens both lists, the outer one first.
 *
 * find() and make(), or NULL, are next() in two steps: find() goes to the next
 * row and gives its cache key, make() is called only if the row is not cached.
 * find() returns 1, 0 at the end, -1 on failure; make() returns 1 or -1.
 *
 * parts(), or NULL: see mt_parts_pt; NULL: an answer shows every part.
 */
struct mt_rows_s {
    mt_status_t      (*open)(mt_call_t *call);
    int              (*next)(mt_call_t *call, mt_arena_t *row_arena,
                             void **row);
    void             (*close)(mt_call_t *call);
    const mt_rows_t   *inner;
    mt_parts_pt        parts;
    int              (*find)(mt_call_t *call, mt_arena_t *row_arena,
                             mt_row_key_t *key);
    int              (*make)(mt_call_t *call, mt_arena_t *row_arena,
                             void **row);
};

#endif /* MT_ROWS_H */

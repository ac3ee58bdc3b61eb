
/* Pages of lists: cursors, and a search in texts. */

#ifndef MT_PAGING_H
#define MT_PAGING_H

#include "base/mt_base.h"


/* Cursors of pages: two numbers as a text, "KEY.NUM".  mt_cursor_print()
 * returns it, "" without memory; mt_cursor_parse() returns 1, or 0 for a text
 * that is none. */
mt_str_t mt_cursor_print(mt_arena_t *arena, int64_t key, int64_t num);
int mt_cursor_parse(mt_str_t text, int64_t *key, int64_t *num);

/* Returns 1 if one of n texts contains `part`, in any case of ASCII letters;
 * else 0. */
int mt_any_holds(const mt_str_t *texts, size_t n, mt_str_t part);

#endif /* MT_PAGING_H */


/*
 * Arguments from wherever a client may put them: the members of a JSON body,
 * a form body (multipart where the route takes a file), the query string.
 * Shared by the dialects that are not picky.
 */

#ifndef MT_ARGUMENTS_H
#define MT_ARGUMENTS_H

#include "dialect/mt_dialect.h"


/*
 * Fills `object` by `table`, of which x->decode keeps the first error of a
 * member.  A member of a JSON body takes the place of the query's; one that
 * the query and a form both give, or one of them twice, is MT_DUPLICATE_KEY.
 * A body that is missing or blank counts as {}; a GET's is not looked at.
 * x->decode.arena must be set.  Returns what is wrong with the body as a
 * whole: MT_OK, MT_BAD_JSON, MT_TOO_MANY (arguments), what is wrong with a
 * multipart form, or MT_NO_MEMORY.  A file becomes x->call.files.given.
 */
mt_status_t mt_decode_arguments(mt_exchange_t *x,
    const mt_json_table_t *table, void *object);

/*
 * The parts of the above, for dialects that say where each member stands; to
 * be called before mt_json_decode().  Headers have the members' names in lower
 * case, and are looked at for those that were not given yet.  As above.
 */
mt_status_t mt_decode_query(mt_exchange_t *x, const mt_json_table_t *table,
    void *object);
mt_status_t mt_decode_headers(mt_exchange_t *x, const mt_json_table_t *table,
    void *object);

#endif /* MT_ARGUMENTS_H */

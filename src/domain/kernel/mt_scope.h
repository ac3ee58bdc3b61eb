
/*
 * Scopes: the parts of the product for which a credential is good.  Each
 * operation has one, the column of MT_OPERATIONS() (kernel/mt_codes.h).
 * Numbers stand in records as bits, and never change.
 */

#ifndef MT_SCOPE_H
#define MT_SCOPE_H

#include "base/mt_base.h"


/* S(number, SYMBOL, name for operators and clients) */

#define MT_SCOPES(S)                                                          \
    S(1, READ,      "read")                                                   \
    S(2, DIRECTORY, "directory")                                              \
    S(3, ROOMS,     "rooms")                                                  \
    S(4, MEETINGS,  "meetings")                                               \
    S(5, CHECKINS,  "checkins")                                               \
    S(6, EVENTS,    "events")

typedef enum {
    MT_SCOPE_NONE,            /* of no operation */
#define MT_SCOPE_SYMBOL(number, symbol, name)  MT_SCOPE_##symbol = number,
    MT_SCOPES(MT_SCOPE_SYMBOL)
#undef MT_SCOPE_SYMBOL
    MT_SCOPE_ANY,             /* each credential has it, or none is asked */
    MT_SCOPE_OPERATOR         /* no credential has it */
} mt_scope_t;


/* Returns the scope of an operation by its code, MT_SCOPE_NONE if there is no
 * such operation. */
mt_scope_t mt_scope_of(unsigned code);

/* Returns the name of an operation by its code, "unknown" if there is none. */
const char *mt_code_name(unsigned code);

/* Returns a scope's name; NULL for one that credentials are not given. */
const char *mt_scope_name(mt_scope_t scope);

/* Returns the scope of a name, MT_SCOPE_NONE if there is none. */
mt_scope_t mt_scope_find(mt_str_t name);

/* Returns 1 if a credential with these scopes (bits 1 << MT_SCOPE_*, 0: all of
 * them) may run an operation of a scope, else 0. */
int mt_scope_allows(int64_t scopes, mt_scope_t scope);

#endif /* MT_SCOPE_H */


/*
 * Users that a command names by ref.  A ref that names no user may become a
 * placeholder user, but not before the whole command was judged: until
 * mt_user_refs_make() such a user has a provisional number below 0.
 */

#ifndef MT_USER_REFS_H
#define MT_USER_REFS_H

#include "domain/kernel/mt_apply.h"


typedef struct mt_user_refs_s  mt_user_refs_t;

/* placeholders: 1 if the command may make some.  Memory is the command's.
 * Returns NULL if there is none. */
mt_user_refs_t *mt_user_refs_create(mt_apply_t *a, int placeholders);

/* Finds the user and sets *num; `name` is the name of a placeholder that is to
 * be made.  Both strings live as long as the command.  Returns MT_OK,
 * MT_NO_SUCH_USER if there is no such user and no placeholder may be made, or
 * a failure. */
mt_status_t mt_user_refs_find(mt_user_refs_t *refs, mt_str_t ref,
    mt_str_t name, int64_t *num);

/* Returns the number of a user, known or found before; else 0. */
int64_t mt_user_refs_known(const mt_user_refs_t *refs, mt_str_t ref);

/* Returns how many placeholders are to be made. */
size_t mt_user_refs_count(const mt_user_refs_t *refs);

/* Makes the placeholders.  From now on mt_user_refs_num() returns the number
 * for a provisional one; any other number it returns as it is. */
void mt_user_refs_make(mt_user_refs_t *refs);
int64_t mt_user_refs_num(const mt_user_refs_t *refs, int64_t num);

mt_apply_t *mt_user_refs_apply(const mt_user_refs_t *refs);

#endif /* MT_USER_REFS_H */

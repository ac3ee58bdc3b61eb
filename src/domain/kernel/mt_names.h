
/*
 * Names and numbers.  A record has a number, given out once, and a string id.
 * A ref names a record by either: by the number in canonical decimal form, or
 * by the string id.  A string id that is such a number claims it.
 */

#ifndef MT_NAMES_H
#define MT_NAMES_H

#include "domain/kernel/mt_apply.h"


/* Returns 1 if the ref is a number in canonical decimal form, 0 if it is a
 * string id. */
int mt_ref_is_num(mt_str_t ref);

/* Returns the number of the record that the ref names, 0 if there is none or
 * it was removed. */
int64_t mt_resolve(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t ref);

/* As mt_resolve(), for a caller that reads the record next.  Returns 0 if no
 * record can have the ref; a record of the number returned may be missing or
 * removed. */
int64_t mt_ref_num(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t ref);

/* Loads the record that a ref names (mt_user_t, mt_dept_t, mt_room_t or
 * mt_meeting_t), with its strings in the arena.  Returns MT_OK, MT_NO_SUCH_...
 * of the kind, or MT_STORE_FAILED. */
mt_status_t mt_find(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t ref, void *record, mt_arena_t *arena);


/* Random string ids, for workers: 32 upper-case hex digits as h5yes has them,
 * or 24 lower-case ones as yunzhijia has them.  Return an empty string if
 * there is no randomness or no memory. */
#define MT_FRESH_ID  32         /* characters of mt_fresh_id() */

mt_str_t mt_fresh_id(mt_arena_t *arena);
mt_str_t mt_fresh_short_id(mt_arena_t *arena);


/* For apply(): as mt_find(), for the record that the command is about; a
 * rejection names the ref's field.  Returns as mt_find(). */
mt_status_t mt_apply_target(mt_apply_t *a, enum mt_name kind, mt_str_t ref,
    unsigned field, mt_result_t *result, void *record);


/*
 * The rest is for apply(), and makes records (kind: MT_NAME_USER, _DEPT, _ROOM
 * or _MEETING).
 *
 * mt_id_judge() checks a new record's id and changes nothing.  On MT_OK *num
 * is the number that the id claims, 0 if the record takes the next one.
 * Returns MT_OK, MT_BAD_VALUE for an empty id, MT_ID_TAKEN if the id or its
 * number was ever used, MT_NO_SUCH_COMPANY, or MT_STORE_FAILED.
 *
 * mt_id_take() stores the name, with `num` from mt_id_judge().  Returns the
 * record's number.  A command that makes several records of a kind takes
 * claimed numbers first, so that no automatic one gets in their way.
 */
mt_status_t mt_id_judge(mt_apply_t *a, enum mt_name kind, mt_str_t id,
    int64_t *num);
int64_t mt_id_take(mt_apply_t *a, enum mt_name kind, mt_str_t id,
    int64_t num);

/* Returns the next free number of a kind: above the one given out last, past
 * those that ids have claimed.  Sets a->failed on failure. */
int64_t mt_next_num(mt_apply_t *a, enum mt_name kind, mt_db_t db);

#endif /* MT_NAMES_H */

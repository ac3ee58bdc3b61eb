
/*
 * Views: the records that a reply is made of, side by side.
 */

#ifndef MT_VIEW_H
#define MT_VIEW_H

#include "domain/kernel/mt_operation.h"
#include "domain/view/mt_views.h"


/* The source of views: the snapshot, and how records show.  near: for rows,
 * whose strings may point into the store; NULL: all strings are copied and
 * outlive the transaction. */

typedef struct {
    mt_txn_t              *txn;
    uint32_t               company;
    mt_arena_t            *arena;
    mt_near_t             *near;
    const mt_settings_t   *settings;
    int64_t                now;
    int                    guests;     /* counted, and all attendances have
                                          their ids */
    int                    removed;    /* records show as they were */
    int                    phones;     /* MT_PHONES_*, of others than: */
    int64_t                self;       /* the person who asks, 0: none */
    unsigned               hides;      /* MT_PART_* to be left out */
    int64_t               *until;      /* the call's */
} mt_view_source_t;

/* Sets up the source of a call's reply, whose strings outlive the transaction.
 */
void mt_view_source(mt_call_t *call, mt_view_source_t *source);

/* Loads the fields `wanted` of a record, by number or by key.  Return 1; 0
 * with a zeroed object if there is no such record (number 0 names none); -1 on
 * failure. */
int mt_view_load(const mt_view_source_t *source, mt_db_t db, int64_t num,
    const mt_model_t *model, uint64_t wanted, void *object);
int mt_view_load_key(const mt_view_source_t *source, mt_db_t db,
    const mt_key_t *key, const mt_model_t *model, uint64_t wanted,
    void *object);

/* mt_view_load_key() in two steps.  mt_view_find() gives the record as the
 * store has it, without data if there is none; mt_view_read() decodes it.
 * Return as above. */
int mt_view_find(const mt_view_source_t *source, mt_db_t db,
    const mt_key_t *key, mt_str_t *record);
int mt_view_read(const mt_view_source_t *source, mt_db_t db, mt_str_t record,
    const mt_model_t *model, uint64_t wanted, void *object);

/* The same for a user's record, in which a picture's name becomes its address.
 */
int mt_view_load_user(const mt_view_source_t *source, int64_t num,
    uint64_t wanted, mt_user_t *user);
int mt_view_read_user(const mt_view_source_t *source, mt_str_t record,
    uint64_t wanted, mt_user_t *user);

/* Returns a person's phone as the reply may show it; user: the person's
 * number, 0 for a guest. */
mt_str_t mt_view_phone(const mt_view_source_t *source, int64_t user,
    mt_str_t phone);

/* Returns 1 if `address` is, or was, that of a picture in the server's folder,
 * else 0. */
int mt_view_is_our_picture(const mt_view_source_t *source, mt_str_t address);

#endif /* MT_VIEW_H */

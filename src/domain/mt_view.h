
/*
 * Views: the records that a reply is made of, side by side.
 */

#ifndef MT_VIEW_H
#define MT_VIEW_H

#include "domain/mt_apply.h"


/* Where views come from: `load` is mt_load(), or mt_load_copy() for what must
 * outlive the transaction. */

typedef struct {
    mt_txn_t              *txn;
    uint32_t               company;
    mt_arena_t            *arena;
    int                  (*load)(mt_txn_t *txn, mt_db_t db,
                                 const mt_key_t *key, const mt_model_t *model,
                                 void *object, mt_arena_t *arena);
    const mt_settings_t   *settings;
    int64_t                now;
    int                    guests;     /* counted */
} mt_source_t;

/* What a reply is made of: all that it holds outlives the transaction. */
void mt_source_of(const mt_call_t *call, mt_source_t *source);

/* The record of a number: 1; 0 with a zeroed record when it is not there (a
 * number 0 names none); -1 on failure. */
int mt_source_load(const mt_source_t *source, mt_db_t db, int64_t num,
    const mt_model_t *model, void *object);


/* 1; 0 when the directory does not show it: removed, a placeholder, or not
 * there; -1 on failure. */
int mt_user_view(const mt_source_t *source, int64_t num,
    mt_user_view_t *view);

#endif /* MT_VIEW_H */


/*
 * Series of meetings: mt_series.c finds a series' meetings, for workers and
 * apply() alike; mt_series_plan.c works out their times on the worker;
 * mt_series_edit.c makes and changes them in apply().
 */

#ifndef MT_SERIES_H
#define MT_SERIES_H

#include "domain/meeting/mt_meeting_draft.h"
#include "domain/series/mt_recurrence.h"


/* One meeting of a series. */

typedef struct {
    int64_t         num;
    int64_t         begin;
    int64_t         end;
    int             ended;
} mt_series_meeting_t;

typedef struct {
    mt_txn_t       *txn;
    uint32_t        company;
    int64_t         actor;
    int64_t         now;
    mt_arena_t     *arena;

    mt_meeting_t          named;    /* strings in the arena */
    mt_meeting_t          first;    /* of the series */
    mt_series_meeting_t  *v;        /* that one and the later ones by */
    size_t                n;        /*   begin, without cancelled ones */
    unsigned              field;    /* that a rejection is about, 0: none;
                                       a number of mt_series_edit_t */
} mt_series_t;

void mt_series_init(mt_series_t *series, mt_txn_t *txn, uint32_t company,
    int64_t actor, int64_t now, mt_arena_t *arena);

/*
 * Finds the meetings that an act on a series is about: the one that `ref`
 * names and the later ones.  batch: the series' first meeting, or empty.
 * only_creator: the actor must be the creator of the meeting named.
 *
 * Returns MT_OK if at least one of them has not ended, MT_NO_SUCH_MEETING,
 * MT_FORBIDDEN, MT_NO_SERIES, MT_ENDED or MT_CANCELLED if all are over, or a
 * failure.
 */
mt_status_t mt_series_find(mt_series_t *series, mt_str_t ref, mt_str_t batch,
    int only_creator);

mt_step_t mt_series_create_start(mt_call_t *call);
mt_step_t mt_series_update_start(mt_call_t *call);

#endif /* MT_SERIES_H */


/*
 * Series of meetings.  mt_series.c finds the meetings of a series, for workers
 * and apply() alike.  mt_series_plan.c computes their times on a worker, and
 * mt_series_edit.c makes and changes them in apply().
 */

#ifndef MT_SERIES_H
#define MT_SERIES_H

#include "domain/meeting/mt_meeting_draft.h"
#include "domain/series/mt_recurrence.h"


/* The record of a meeting and its indexes cost as much as so many seats. */
#define MT_SERIES_MEETING_SEATS  8

/* One meeting of a series, as the store has it; times in ms. */

typedef struct {
    int64_t         num;
    int64_t         begin;
    int64_t         end;
    int             ended;
} mt_series_meeting_t;

typedef struct {
    mt_txn_t             *txn;
    uint32_t              company;
    int64_t               actor;    /* of the call */
    int64_t               now;      /* ms */
    mt_arena_t           *arena;

    mt_meeting_t          named;    /* strings in the arena */
    mt_meeting_t          first;    /* of the series */
    mt_series_meeting_t  *v;        /* `named` and the later meetings, by
                                       begin, without cancelled ones */
    size_t                n;
    unsigned              field;    /* of mt_series_edit_t: the one that a
                                       rejection is about, 0: none */
} mt_series_t;

/* The arena must outlive the series. */
void mt_series_init(mt_series_t *series, mt_txn_t *txn, uint32_t company,
    int64_t actor, int64_t now, mt_arena_t *arena);

/*
 * Finds the meetings that an act on a series is about: the one that `ref`
 * names and the later ones.  batch: ref of the series' first meeting, which
 * must match, or empty.  only_creator: the actor must be the creator of the
 * named meeting.
 *
 * Returns MT_OK if at least one of the meetings has not ended;
 * MT_NO_SUCH_MEETING, MT_FORBIDDEN, MT_NO_SERIES, MT_ENDED or MT_CANCELLED
 * (none is open) with series->field set; or a failure.
 */
mt_status_t mt_series_find(mt_series_t *series, mt_str_t ref, mt_str_t batch,
    int only_creator);

/* start() of the operations that make and change a series: compute the times
 * and encode the command.  Return as mt_command(). */
mt_step_t mt_series_create_start(mt_call_t *call);
mt_step_t mt_series_update_start(mt_call_t *call);

#endif /* MT_SERIES_H */

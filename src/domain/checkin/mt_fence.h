
/*
 * The geofence: a sign-in that carries a position is refused beyond the radius
 * of the meeting's room.
 *
 * Apply must not reckon with fractions, whose last bits depend on the machine.
 * So the worker measures, and the command carries the distance in metres with
 * the place that it was measured from; apply compares.
 */

#ifndef MT_FENCE_H
#define MT_FENCE_H

#include "domain/meeting/mt_meeting.h"


/* Metres between two positions (1e-6 degrees) on a globe, rounded. */
int64_t mt_fence_distance(int64_t longitude1, int64_t latitude1,
    int64_t longitude2, int64_t latitude2);

/* On the worker: completes the arguments.  MT_OK, MT_MISSING with *field (half
 * a position) or a failure. */
mt_status_t mt_fence_measure(mt_call_t *call, const mt_meeting_t *meeting,
    mt_checkin_args_t *args, unsigned *field);

/* In apply.  MT_OK, MT_TOO_FAR, MT_NO_POSITION, MT_BUSY
 * where the room has moved since the distance was measured, or a failure. */
mt_status_t mt_fence_judge(mt_txn_t *txn, uint32_t company,
    const mt_meeting_t *meeting, const mt_checkin_args_t *args,
    mt_arena_t *arena);

#endif /* MT_FENCE_H */

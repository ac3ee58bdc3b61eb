
/*
 * The geofence: a check-in with a position is rejected beyond the radius of
 * the meeting's room.
 *
 * Apply uses no floating point, whose last bits depend on the machine.  So the
 * worker measures, and the command carries the distance in metres with the
 * place from which it was measured; apply compares.
 */

#ifndef MT_CHECKIN_FENCE_H
#define MT_CHECKIN_FENCE_H

#include "domain/meeting/mt_meeting.h"


/* Returns the metres between two positions (1e-6 degrees) on a globe, rounded.
 */
int64_t mt_checkin_fence_distance(int64_t longitude1, int64_t latitude1,
    int64_t longitude2, int64_t latitude2);

/* For workers: completes the arguments with the distance.  Returns MT_OK,
 * MT_MISSING with *field set if half a position is given, or a failure. */
mt_status_t mt_checkin_fence_measure(mt_call_t *call,
    const mt_meeting_t *meeting, mt_checkin_args_t *args, unsigned *field);

/* For apply().  Returns MT_OK, MT_TOO_FAR, MT_NO_POSITION, MT_BUSY if the room
 * has moved since the distance was measured, or a failure. */
mt_status_t mt_checkin_fence_judge(mt_txn_t *txn, uint32_t company,
    const mt_meeting_t *meeting, const mt_checkin_args_t *args,
    mt_arena_t *arena);

#endif /* MT_CHECKIN_FENCE_H */

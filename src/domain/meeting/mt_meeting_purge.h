
/*
 * Purging: the deletion of meetings that are over.
 */

#ifndef MT_MEETING_PURGE_H
#define MT_MEETING_PURGE_H

#include "domain/meeting/mt_meeting.h"


/* Attendees that one command may delete: some milliseconds of work. */
#define MT_PURGE_MOST      200

/* Meetings that one command names. */
#define MT_PURGE_MEETINGS  50


/* Returns 1 if the meeting may be purged: its end is before `before` (ms),
 * and it is not the first one of a series that has other meetings.  Returns 0
 * if it may not, -1 on failure. */
int mt_meeting_is_old(mt_txn_t *txn, uint32_t company,
    const mt_meeting_t *meeting, int64_t before);

/* For apply(): deletes the meeting with its attendees, check-ins and index
 * entries.  Each row lessens *budget; a step ends when it is used up.  Returns
 * 1 if the meeting is gone, 0 if a part of it is left, -1 on failure. */
int mt_meeting_purge(mt_apply_t *a, const mt_meeting_t *meeting,
    int64_t *budget);

#endif /* MT_MEETING_PURGE_H */


/*
 * Writing check-ins, and those that a host has undone.  Undone ones are kept:
 * a retry of one must never sign in again, and exports show them.
 */

#ifndef MT_CHECKIN_H
#define MT_CHECKIN_H

#include "domain/meeting/mt_meeting_view.h"


/* For apply(): sets checkin->late, writes the check-in if the attendee (its
 * slot) has none yet, and counts it.  `grace`: ms after the begin that are not
 * late.  Returns 1 if it was written, 0 if there is one already, -1 on
 * failure. */
int mt_checkin_write(mt_apply_t *a, const mt_meeting_t *meeting,
    int64_t grace, mt_checkin_t *checkin);

/* Loads the undone check-ins of an attendee, with strings as mt_load()'s.
 * Returns 1 if found, 0 if there are none, -1 on failure. */
int mt_undone_load(mt_txn_t *txn, uint32_t company, int64_t meeting,
    int64_t slot, mt_undone_t *undone, mt_arena_t *arena);

/* Returns MT_UNDONE if a check-in of the attendee by this request was undone,
 * MT_OK if none was or the request is "", or a failure. */
mt_status_t mt_checkin_judge_undone(mt_txn_t *txn, uint32_t company,
    int64_t meeting, int64_t slot, mt_str_t request, mt_arena_t *arena);

/* Makes the call's reply an mt_signed_view_t of the attendee in a slot of the
 * meeting.  Returns MT_OK or a failure. */
mt_status_t mt_checkin_show(mt_call_t *call, int64_t meeting, int64_t slot);

/* The operation checkin with a reply: an mt_signed_view_t. */
extern const mt_operation_t  mt_op_checkin_shown;

#endif /* MT_CHECKIN_H */

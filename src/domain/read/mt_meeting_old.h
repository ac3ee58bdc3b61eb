
/*
 * The search for meetings that may be purged, a part of a company's schedule
 * at a time.
 */

#ifndef MT_MEETING_OLD_H
#define MT_MEETING_OLD_H

#include "domain/meeting/mt_meeting_purge.h"
#include "domain/read/mt_meeting_scan.h"


/* A search goes on where it stopped; zeroed at first, but for these two. */

typedef struct {
    uint32_t           company;
    int64_t            before;           /* ms */
    mt_spot_t          last;             /* looked at last */
    size_t             n;
    int64_t            found[MT_PURGE_MEETINGS];
} mt_meeting_old_t;

/* Sets the next meetings, of those looked at in one call, that
 * mt_meeting_is_old() says may be purged.  Returns 1 if there may be more, 0
 * at the end, -1 on failure. */
int mt_meeting_old_next(mt_meeting_old_t *old, mt_txn_t *txn);

#endif /* MT_MEETING_OLD_H */

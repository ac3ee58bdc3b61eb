
#include "domain/read/mt_meeting_old.h"


#define MT_OLD_LOOKS  1000          /* meetings looked at in one call */


static int mt_meeting_old_look(mt_meeting_old_t *old, mt_txn_t *txn,
    int64_t num, mt_arena_t *arena);


int
mt_meeting_old_next(mt_meeting_old_t *old, mt_txn_t *txn)
{
    int                rc;
    unsigned           looks;
    mt_spot_t          spot;
    mt_arena_t        *arena;
    mt_meeting_scan_t  scan;

    memset(&scan, 0, MT_SCAN_HEAD);
    scan.db = MT_DB_SCHEDULE;
    scan.company = old->company;
    scan.from = -1;
    scan.to = old->before;
    scan.last = old->last;

    old->n = 0;
    arena = mt_arena_create(0);

    if (arena == NULL || mt_meeting_scan_open(&scan, txn) != MT_OK) {
        mt_arena_destroy(arena);
        return -1;
    }

    rc = 1;

    for (looks = 0; looks < MT_OLD_LOOKS && old->n < MT_PURGE_MEETINGS;
         looks++)
    {
        rc = mt_meeting_scan_next(&scan, &spot);
        if (rc != 1) {
            break;
        }

        old->last = spot;

        if (mt_meeting_old_look(old, txn, spot.num, arena) != 0) {
            rc = -1;
            break;
        }

        mt_arena_reset(arena);
    }

    mt_meeting_scan_close(&scan);
    mt_arena_destroy(arena);

    return rc;
}


/* Returns 0, or -1 on failure. */

static int
mt_meeting_old_look(mt_meeting_old_t *old, mt_txn_t *txn, int64_t num,
    mt_arena_t *arena)
{
    int           rc;
    mt_key_t      key;
    mt_meeting_t  meeting;

    mt_key_num(&key, old->company, num);

    if (mt_load(txn, MT_DB_MEETING, &key, &mt_meeting_model, &meeting, arena)
        != 1)
    {
        return -1;
    }

    rc = mt_meeting_is_old(txn, old->company, &meeting, old->before);

    if (rc == 1) {
        old->found[old->n++] = num;
    }

    return rc < 0 ? -1 : 0;
}

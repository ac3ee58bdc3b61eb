
/*
 * Changes of the index of users' meetings.
 */

#include <stdlib.h>

#include "domain/meeting/mt_meeting_draft.h"


#define MT_ATTENDS_ROOM  1024         /* changes at first; it doubles */


static int mt_attends_cmp(const void *one, const void *two);


mt_status_t
mt_attends_set(mt_apply_t *a, int64_t user, int64_t meeting, int attends)
{
    mt_key_t  key;

    mt_key_num2(&key, a->company, user, meeting);

    if (attends) {
        return mt_put(a->txn, MT_DB_ATTENDS, &key, MT_STR(""));
    }

    /* while an upgrade fills the index it may not be there yet */

    return mt_del(a->txn, MT_DB_ATTENDS, &key) < 0 ? MT_STORE_FAILED : MT_OK;
}


mt_status_t
mt_attends_add(mt_attends_t *changes, int64_t user, int64_t meeting,
    int attends)
{
    size_t                room;
    mt_attends_change_t  *v;

    if (changes->n == changes->room) {
        room = changes->room ? 2 * changes->room : MT_ATTENDS_ROOM;

        v = realloc(changes->v, room * sizeof(*v));
        if (v == NULL) {
            return MT_NO_MEMORY;
        }

        changes->v = v;
        changes->room = room;
    }

    changes->v[changes->n++] = (mt_attends_change_t) { user, meeting,
                                                       attends };

    return MT_OK;
}


mt_status_t
mt_attends_write(mt_attends_t *changes, mt_apply_t *a)
{
    size_t                      i;
    mt_status_t                 rc;
    const mt_attends_change_t  *change;

    if (changes->n) {
        qsort(changes->v, changes->n, sizeof(mt_attends_change_t),
              mt_attends_cmp);
    }

    rc = MT_OK;

    for (i = 0; rc == MT_OK && i < changes->n; i++) {
        change = &changes->v[i];
        rc = mt_attends_set(a, change->user, change->meeting, change->attends);
    }

    return rc;
}


void
mt_attends_free(mt_attends_t *changes)
{
    free(changes->v);
    memset(changes, 0, sizeof(*changes));
}


static int
mt_attends_cmp(const void *one, const void *two)
{
    const mt_attends_change_t  *a = one, *b = two;

    return a->user != b->user ? mt_num_cmp(&a->user, &b->user)
                              : mt_num_cmp(&a->meeting, &b->meeting);
}

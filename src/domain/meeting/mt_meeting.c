
#include <stdlib.h>

#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_meeting.h"


static int mt_meeting_is_admin(mt_txn_t *txn, uint32_t company,
    int64_t actor);


int
mt_meeting_phase(const mt_meeting_t *meeting, int64_t now)
{
    if (meeting->state == MT_MEETING_CANCELLED) {
        return MT_PHASE_CANCELLED;
    }

    if (meeting->state == MT_MEETING_ENDED || now >= meeting->end) {
        return MT_PHASE_ENDED;
    }

    return now < meeting->begin ? MT_PHASE_SCHEDULED : MT_PHASE_UNDER_WAY;
}


mt_status_t
mt_meeting_check_open(const mt_meeting_t *meeting, int64_t now)
{
    switch (mt_meeting_phase(meeting, now)) {

    case MT_PHASE_CANCELLED:
        return MT_CANCELLED;

    case MT_PHASE_ENDED:
        return MT_ENDED;

    default:
        return MT_OK;
    }
}


int
mt_meeting_holds_room(const mt_meeting_t *meeting)
{
    return meeting->room != 0 && meeting->state == MT_MEETING_OPEN
           && meeting->checked != MT_CHECK_REJECTED;
}


int
mt_meeting_is_host(const mt_meeting_t *meeting, int64_t user)
{
    size_t  i;

    if (user == 0) {
        return 0;
    }

    for (i = 0; i < meeting->leaders.n; i++) {
        if (meeting->leaders.v[i] == user) {
            return 1;
        }
    }

    return meeting->creator == user;
}


/* Returns 1 for an administrator of the company, 0 for another, -1 on
 * failure. */

static int
mt_meeting_is_admin(mt_txn_t *txn, uint32_t company, int64_t actor)
{
    int        found;
    mt_key_t   key;
    mt_str_t   record;
    mt_user_t  user;

    mt_key_num(&key, company, actor);

    found = actor ? mt_get(txn, MT_DB_USER, &key, &record) : 0;

    if (found == 1) {
        found = mt_load_some(txn, MT_DB_USER, record, &mt_user_model,
                             MT_BIT(user, admin) | MT_BIT(user, status)
                             | MT_BIT(user, placeholder)
                             | MT_BIT(user, removed), &user, NULL);
    }

    return found == 1 ? user.admin && mt_user_may_log_in(&user) : found;
}


int
mt_meeting_may(mt_txn_t *txn, uint32_t company, const mt_meeting_t *meeting,
    int64_t actor, int64_t may)
{
    mt_key_t  key;
    mt_str_t  record;

    switch (may) {

    case MT_MAY_ANYONE:
        return 1;

    case MT_MAY_CREATOR:
        return actor != 0 && meeting->creator == actor;

    case MT_MAY_HOST:
        return mt_meeting_is_host(meeting, actor);

    case MT_MAY_MANAGER:
        return mt_meeting_is_host(meeting, actor)
               ? 1 : mt_meeting_is_admin(txn, company, actor);

    default: /* MT_MAY_MEMBER */
        if (actor == 0 || mt_meeting_is_host(meeting, actor)) {
            return actor != 0;
        }

        mt_key_num2(&key, company, meeting->num, actor);

        return mt_get(txn, MT_DB_ATTENDEE, &key, &record);
    }
}


mt_status_t
mt_meeting_find(mt_call_t *call, mt_str_t ref, mt_meeting_t *meeting)
{
    int       found;
    int64_t   num;
    mt_key_t  key;

    num = mt_ref_num(call->txn, call->company, MT_NAME_MEETING, ref);
    if (num == 0) {
        return MT_NO_SUCH_MEETING;
    }

    mt_key_num(&key, call->company, num);

    found = mt_load(call->txn, MT_DB_MEETING, &key, &mt_meeting_model,
                    meeting, call->arena);
    if (found < 0) {
        return MT_STORE_FAILED;
    }

    return found ? MT_OK : MT_NO_SUCH_MEETING;
}


/* A canonical number names the record of that number, so a cached meeting
 * takes no look-up. */

mt_status_t
mt_meeting_target(mt_apply_t *a, mt_str_t ref, unsigned field,
    mt_result_t *result, const mt_meeting_t **meeting)
{
    int64_t  num;

    num = mt_ref_num(a->txn, a->company, MT_NAME_MEETING, ref);
    *meeting = num ? mt_meeting_load(a, num) : NULL;

    if (a->failed != MT_OK) {
        return a->failed;
    }

    if (*meeting == NULL) {
        return mt_apply_reject(result, MT_NO_SUCH_MEETING, field, 0);
    }

    result->num = num;

    return MT_OK;
}


mt_status_t
mt_meeting_close(mt_apply_t *a, const mt_meeting_t *old, int64_t state)
{
    mt_meeting_t  meeting;

    meeting = *old;
    meeting.state = state;
    meeting.done = a->time;
    meeting.updated = a->time;

    return mt_meeting_save(a, &meeting);
}


mt_status_t
mt_meeting_cancel(mt_apply_t *a, const mt_meeting_t *meeting)
{
    mt_raise(a, MT_EVENT_BOOK_CANCEL, meeting->num, meeting->id);

    return mt_meeting_close(a, meeting, MT_MEETING_CANCELLED);
}


int
mt_num_cmp(const void *one, const void *two)
{
    int64_t  a = *(const int64_t *) one, b = *(const int64_t *) two;

    return a < b ? -1 : a > b;
}

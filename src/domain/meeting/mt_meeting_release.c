
/*
 * Rooms of meetings to which nobody comes: released some time after the begin,
 * unless a host keeps the room.  The meeting stays, without a room.
 */

#include "domain/meeting/mt_meeting.h"
#include "domain/notify/mt_event.h"


static mt_step_t mt_keep_start(mt_call_t *call);
static mt_status_t mt_keep_judge(mt_txn_t *txn, uint32_t company,
    int64_t actor, int64_t now, const mt_meeting_t *meeting,
    const mt_meeting_act_t *args);
static mt_status_t mt_keep_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_room_release_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);


const mt_operation_t  mt_op_meeting_keep = {
    .code = MT_CODE_meeting_keep,
    .name = "meeting_keep",
    .args = &mt_meeting_act_model,
    .body = &mt_meeting_act_model,
    .start = mt_keep_start,
    .apply = mt_keep_apply
};

const mt_operation_t  mt_op_room_release = {
    .code = MT_CODE_room_release,
    .name = "room_release",
    .args = &mt_room_release_model,
    .body = &mt_room_release_model,
    .start = mt_start_command,
    .apply = mt_room_release_apply
};


static mt_step_t
mt_keep_start(mt_call_t *call)
{
    mt_status_t              rc;
    mt_meeting_t             meeting;
    const mt_meeting_act_t  *args;

    args = call->args;

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_meeting_act_ref);
    }

    rc = mt_keep_judge(call->txn, call->company, call->actor, call->now,
                       &meeting, args);

    return rc == MT_OK ? mt_command(call, args)
                       : mt_call_reject(call, rc, 0);
}


static mt_status_t
mt_keep_judge(mt_txn_t *txn, uint32_t company, int64_t actor, int64_t now,
    const mt_meeting_t *meeting, const mt_meeting_act_t *args)
{
    int          may;
    mt_status_t  rc;

    may = mt_meeting_may(txn, company, meeting, actor, args->may);
    if (may != 1) {
        return may ? MT_STORE_FAILED : MT_FORBIDDEN;
    }

    rc = mt_meeting_check_open(meeting, now);

    /* the room may be somebody else's by now */

    return rc == MT_OK && meeting->room == 0 ? MT_NO_SUCH_ROOM : rc;
}


static mt_status_t
mt_keep_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_meeting_act_t  *args = body;

    mt_status_t          rc;
    mt_meeting_t         meeting;
    const mt_meeting_t  *old;

    rc = mt_meeting_target(a, args->ref, MT_meeting_act_ref, result, &old);

    if (rc == MT_OK) {
        rc = mt_keep_judge(a->txn, a->company, a->actor, a->time, old, args);
    }

    if (rc != MT_OK) {
        return rc;
    }

    if (old->kept) {
        a->unchanged = 1;
        return MT_OK;
    }

    meeting = *old;
    meeting.kept = a->time;

    return mt_meeting_save(a, &meeting);
}


int
mt_meeting_is_deserted(const mt_meeting_t *meeting, const mt_tally_t *tally,
    int64_t now, int64_t after)
{
    return mt_meeting_holds_room(meeting)
           && meeting->sign != MT_SIGN_NONE
           && meeting->kept == 0 && meeting->released == 0
           && mt_meeting_phase(meeting, now) == MT_PHASE_UNDER_WAY
           && now >= meeting->begin + after
           && tally->signed_in == 0;
}


/* Somebody may have signed in, or moved the meeting, since the job looked.
 * result->num is the meeting's number if its room was released. */

static mt_status_t
mt_room_release_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_room_release_t  *args = body;

    mt_tally_t          *tally;
    mt_meeting_t         meeting;
    const mt_meeting_t  *old;

    old = mt_meeting_load(a, args->meeting);
    tally = old ? mt_tally(a, args->meeting) : NULL;

    if (a->failed != MT_OK) {
        return a->failed;
    }

    if (old == NULL
        || !mt_meeting_is_deserted(old, tally, a->time, args->after))
    {
        a->unchanged = 1;
        return MT_OK;
    }

    meeting = *old;
    meeting.released = meeting.room;
    meeting.room = 0;
    meeting.updated = a->time;

    result->num = meeting.num;
    mt_raise(a, MT_EVENT_BOOK_UPDATE, meeting.num, meeting.id);

    return mt_meeting_save(a, &meeting);
}

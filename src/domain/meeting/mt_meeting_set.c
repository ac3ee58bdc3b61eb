
/*
 * The switches of one meeting, which no vendor's document has: its signed
 * codes, whether people may walk in, and how many there may be.
 */

#include "domain/meeting/mt_meeting.h"


static mt_step_t mt_meeting_set_start(mt_call_t *call);
static mt_status_t mt_meeting_set_judge(mt_txn_t *txn, uint32_t company,
    int64_t actor, int64_t now, const mt_meeting_t *meeting,
    const mt_meeting_set_t *args);
static mt_status_t mt_meeting_set_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);


const mt_operation_t  mt_op_meeting_set = {
    .code = MT_CODE_meeting_set,
    .name = "meeting_set",
    .args = &mt_meeting_set_model,
    .body = &mt_meeting_set_model,
    .start = mt_meeting_set_start,
    .apply = mt_meeting_set_apply
};


static mt_step_t
mt_meeting_set_start(mt_call_t *call)
{
    mt_status_t            rc;
    mt_meeting_t           meeting;
    const mt_meeting_set_t  *args;

    args = call->args;

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_meeting_set_ref);
    }

    rc = mt_meeting_set_judge(call->txn, call->company, call->actor, call->now,
                            &meeting, args);

    return rc == MT_OK ? mt_command(call, args) : mt_call_reject(call, rc, 0);
}


static mt_status_t
mt_meeting_set_judge(mt_txn_t *txn, uint32_t company, int64_t actor,
    int64_t now, const mt_meeting_t *meeting, const mt_meeting_set_t *args)
{
    int  may;

    may = mt_meeting_may(txn, company, meeting, actor, args->may);
    if (may != 1) {
        return may ? MT_STORE_FAILED : MT_FORBIDDEN;
    }

    return mt_meeting_check_open(meeting, now);
}


static mt_status_t
mt_meeting_set_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_meeting_set_t  *args = body;

    mt_status_t          rc;
    mt_meeting_t         meeting;
    const mt_meeting_t  *old;

    rc = mt_meeting_target(a, args->ref, MT_meeting_set_ref, result, &old);

    if (rc == MT_OK) {
        rc = mt_meeting_set_judge(a->txn, a->company, a->actor, a->time, old,
                                args);
    }

    if (rc != MT_OK) {
        return rc;
    }

    meeting = *old;
    meeting.codes += args->renew;

    if (mt_has(args, meeting_set, policy)) {
        meeting.qr_signed = args->policy;
    }

    if (mt_has(args, meeting_set, walk_in)) {
        meeting.walk_in = args->walk_in;
    }

    if (mt_has(args, meeting_set, capacity)) {
        meeting.capacity = args->capacity;
    }

    if (meeting.codes == old->codes && meeting.qr_signed == old->qr_signed
        && meeting.walk_in == old->walk_in
        && meeting.capacity == old->capacity)
    {
        a->unchanged = 1;
        return MT_OK;
    }

    return mt_meeting_save(a, &meeting);
}


/*
 * Acts of an attendee that do not change the meeting: reading it, after which
 * it is no longer unread, and hiding it (jituancaiyun's workbench).  Both work
 * on a closed meeting, too, but then the answer stays as it was.
 */

#include "domain/meeting/mt_meeting_view.h"


static mt_step_t mt_read_start(mt_call_t *call);
static void mt_read_finish(mt_call_t *call);
static mt_status_t mt_read_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static int mt_read_is_news(mt_txn_t *txn, uint32_t company, int64_t actor,
    int64_t now, const mt_meeting_t *meeting, mt_attendee_t *attendee,
    mt_arena_t *arena);
static mt_step_t mt_hide_start(mt_call_t *call);
static mt_status_t mt_hide_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);


const mt_operation_t  mt_op_meeting_read = {
    .code = MT_CODE_meeting_read,
    .name = "meeting_read",
    .args = &mt_meeting_act_model,
    .body = &mt_meeting_act_model,
    .rows = &mt_attendee_rows,
    .start = mt_read_start,
    .finish = mt_read_finish,
    .apply = mt_read_apply
};

const mt_operation_t  mt_op_meeting_hide = {
    .code = MT_CODE_meeting_hide,
    .name = "meeting_hide",
    .args = &mt_meeting_act_model,
    .body = &mt_meeting_act_model,
    .start = mt_hide_start,
    .apply = mt_hide_apply
};


/* The operation is a read, except for the first look of an attendee. */

static mt_step_t
mt_read_start(mt_call_t *call)
{
    int                       news;
    mt_step_t                 step;
    mt_attendee_t             attendee;
    const mt_meeting_view_t  *view;

    step = mt_meeting_show(call);

    if (call->error.status != MT_OK) {
        return step;
    }

    view = call->reply;
    news = mt_read_is_news(call->txn, call->company, call->actor, call->now,
                           &view->meeting, &attendee, call->arena);

    if (news < 0) {
        return mt_call_reject(call, MT_STORE_FAILED, 0);
    }

    return news ? mt_command(call, call->args) : step;
}


/* Shows the meeting as it is now, if the actor may still see it. */

static void
mt_read_finish(mt_call_t *call)
{
    (void) mt_meeting_show(call);
}


static int
mt_read_is_news(mt_txn_t *txn, uint32_t company, int64_t actor, int64_t now,
    const mt_meeting_t *meeting, mt_attendee_t *attendee, mt_arena_t *arena)
{
    int  listed;

    listed = mt_attendee_load(txn, company, meeting->num, actor, attendee,
                              arena);
    if (listed < 0) {
        return -1;
    }

    return listed && attendee->answer == MT_ANSWER_UNREAD
           && mt_meeting_check_open(meeting, now) == MT_OK;
}


static mt_status_t
mt_read_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    int                      news;
    mt_status_t              rc;
    mt_attendee_t            attendee;
    const mt_meeting_t      *meeting;
    const mt_meeting_act_t  *args;

    args = body;

    rc = mt_meeting_target(a, args->ref, MT_meeting_act_ref, result,
                           &meeting);
    if (rc != MT_OK) {
        return rc;
    }

    news = mt_read_is_news(a->txn, a->company, a->actor, a->time, meeting,
                           &attendee, a->arena);
    if (news < 0) {
        return MT_STORE_FAILED;
    }

    if (!news) {
        a->unchanged = 1;
        return MT_OK;
    }

    attendee.answer = MT_ANSWER_READ;

    return mt_attendee_save(a, meeting->num, &attendee);
}


static mt_step_t
mt_hide_start(mt_call_t *call)
{
    int                      listed;
    mt_status_t              rc;
    mt_meeting_t             meeting;
    mt_attendee_t            attendee;
    const mt_meeting_act_t  *args;

    args = call->args;

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_meeting_act_ref);
    }

    listed = mt_attendee_load(call->txn, call->company, meeting.num,
                              call->actor, &attendee, call->arena);
    if (listed != 1) {
        return mt_call_reject(call, listed ? MT_STORE_FAILED : MT_NOT_LISTED,
                              0);
    }

    return attendee.deleted ? MT_STEP_DONE : mt_command(call, args);
}


static mt_status_t
mt_hide_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    int                      listed;
    mt_status_t              rc;
    mt_attendee_t            attendee;
    const mt_meeting_t      *meeting;
    const mt_meeting_act_t  *args;

    args = body;

    rc = mt_meeting_target(a, args->ref, MT_meeting_act_ref, result,
                           &meeting);
    if (rc != MT_OK) {
        return rc;
    }

    listed = mt_attendee_load(a->txn, a->company, meeting->num, a->actor,
                              &attendee, a->arena);
    if (listed != 1) {
        return listed ? MT_STORE_FAILED : MT_NOT_LISTED;
    }

    if (attendee.deleted) {
        a->unchanged = 1;
        return MT_OK;
    }

    attendee.deleted = a->time;

    return mt_attendee_save(a, meeting->num, &attendee);
}

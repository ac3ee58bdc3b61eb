
/*
 * Acts on a meeting: cancelling, ending, reminding, keeping its room,
 * answering.  One function judges an act twice: on the worker, so that a
 * rejection costs no write, and in apply(), on the state of that moment.
 */

#include "domain/meeting/mt_meeting.h"


static mt_step_t mt_remind_start(mt_call_t *call);
static mt_step_t mt_act_start(mt_call_t *call);
static mt_step_t mt_keep_start(mt_call_t *call);
static mt_status_t mt_act_look(mt_call_t *call, mt_meeting_t *meeting);
static mt_status_t mt_act_judge(mt_txn_t *txn, uint32_t company,
    int64_t actor, int64_t now, const mt_meeting_t *meeting,
    const mt_meeting_act_t *args);
static mt_status_t mt_act_apply(mt_apply_t *a, const mt_meeting_act_t *args,
    mt_result_t *result, const mt_meeting_t **meeting);
static mt_status_t mt_cancel_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_end_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_remind_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_keep_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);

static mt_step_t mt_answer_start(mt_call_t *call);
static mt_status_t mt_answer_judge(const mt_meeting_t *meeting, int64_t now,
    int listed);
static int mt_answer_stands(const mt_attendee_t *attendee,
    const mt_answer_t *args, int lean);
static mt_status_t mt_answer_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);


const mt_operation_t  mt_op_meeting_cancel = {
    .code = MT_CODE_meeting_cancel,
    .reserve = 1,
    .name = "meeting_cancel",
    .args = &mt_meeting_act_model,
    .body = &mt_meeting_act_model,
    .start = mt_act_start,
    .apply = mt_cancel_apply
};

const mt_operation_t  mt_op_meeting_end = {
    .code = MT_CODE_meeting_end,
    .reserve = 1,
    .name = "meeting_end",
    .args = &mt_meeting_act_model,
    .body = &mt_meeting_act_model,
    .start = mt_act_start,
    .apply = mt_end_apply
};

const mt_operation_t  mt_op_meeting_remind = {
    .code = MT_CODE_meeting_remind,
    .grows = 1,
    .name = "meeting_remind",
    .args = &mt_meeting_act_model,
    .body = &mt_meeting_act_model,
    .start = mt_remind_start,
    .apply = mt_remind_apply
};

const mt_operation_t  mt_op_meeting_keep = {
    .code = MT_CODE_meeting_keep,
    .name = "meeting_keep",
    .args = &mt_meeting_act_model,
    .body = &mt_meeting_act_model,
    .start = mt_keep_start,
    .apply = mt_keep_apply
};

const mt_operation_t  mt_op_answer = {
    .code = MT_CODE_answer,
    .grows = 1,
    .name = "answer",
    .args = &mt_answer_model,
    .body = &mt_answer_model,
    .start = mt_answer_start,
    .apply = mt_answer_apply
};


static mt_step_t
mt_act_start(mt_call_t *call)
{
    mt_status_t   rc;
    mt_meeting_t  meeting;

    rc = mt_act_look(call, &meeting);

    return rc == MT_OK ? mt_command(call, call->args)
                       : mt_call_reject(call, rc, call->field);
}


/* The room may be somebody else's by now. */

static mt_step_t
mt_keep_start(mt_call_t *call)
{
    mt_status_t   rc;
    mt_meeting_t  meeting;

    rc = mt_act_look(call, &meeting);

    if (rc == MT_OK && meeting.room == 0) {
        rc = MT_NO_SUCH_ROOM;
    }

    return rc == MT_OK ? mt_command(call, call->args)
                       : mt_call_reject(call, rc, call->field);
}


/* Finds the meeting and judges the act.  Returns MT_OK, else a rejection, with
 * call->field set if the meeting was not found, or a failure. */

static mt_status_t
mt_act_look(mt_call_t *call, mt_meeting_t *meeting)
{
    mt_status_t              rc;
    const mt_meeting_act_t  *args;

    args = call->args;

    rc = mt_meeting_find(call, args->ref, meeting);
    if (rc != MT_OK) {
        call->field = MT_meeting_act_ref;
        return rc;
    }

    rc = mt_act_judge(call->txn, call->company, call->actor, call->now,
                      meeting, args);

    if (rc == MT_REMINDED) {
        call->retry_after = (meeting->asked + args->pause - call->now
                             + MT_MS_PER_SECOND - 1) / MT_MS_PER_SECOND;
    }

    return rc;
}


static mt_step_t
mt_remind_start(mt_call_t *call)
{
    mt_meeting_act_t  *args;

    args = call->args;

    if (call->settings->remind_pause) {
        mt_set(args, meeting_act, pause, call->settings->remind_pause);
    }

    return mt_act_start(call);
}


static mt_status_t
mt_act_judge(mt_txn_t *txn, uint32_t company, int64_t actor, int64_t now,
    const mt_meeting_t *meeting, const mt_meeting_act_t *args)
{
    int          may, phase;
    mt_status_t  rc;

    may = mt_meeting_may(txn, company, meeting, actor, args->may);
    if (may != 1) {
        return may ? MT_STORE_FAILED : MT_FORBIDDEN;
    }

    rc = mt_meeting_check_open(meeting, now);
    if (rc != MT_OK) {
        return rc;
    }

    phase = mt_meeting_phase(meeting, now);

    if (args->when == MT_WHEN_BEFORE && phase != MT_PHASE_SCHEDULED) {
        return MT_STARTED;
    }

    if (args->when == MT_WHEN_UNDER_WAY && phase != MT_PHASE_UNDER_WAY) {
        return MT_NOT_STARTED;
    }

    return meeting->asked && now < meeting->asked + args->pause ? MT_REMINDED
                                                                : MT_OK;
}


/* The common beginning of the acts' apply(). */

static mt_status_t
mt_act_apply(mt_apply_t *a, const mt_meeting_act_t *args,
    mt_result_t *result, const mt_meeting_t **meeting)
{
    mt_status_t  rc;

    rc = mt_meeting_target(a, args->ref, MT_meeting_act_ref, result,
                           meeting);
    if (rc != MT_OK) {
        return rc;
    }

    return mt_act_judge(a->txn, a->company, a->actor, a->time, *meeting,
                        args);
}


static mt_status_t
mt_cancel_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    mt_status_t          rc;
    const mt_meeting_t  *meeting;

    rc = mt_act_apply(a, body, result, &meeting);

    return rc == MT_OK ? mt_meeting_cancel(a, meeting) : rc;
}


static mt_status_t
mt_end_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    mt_status_t          rc;
    const mt_meeting_t  *meeting;

    rc = mt_act_apply(a, body, result, &meeting);

    return rc == MT_OK ? mt_meeting_close(a, meeting, MT_MEETING_ENDED) : rc;
}


static mt_status_t
mt_remind_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_meeting_act_t  *args = body;

    mt_status_t          rc;
    mt_meeting_t         meeting;
    const mt_meeting_t  *old;

    rc = mt_act_apply(a, args, result, &old);
    if (rc != MT_OK) {
        return rc;
    }

    mt_raise_reminder(a, old, a->time, MT_REMIND_CONFIRM);

    if (args->pause == 0) {
        return MT_OK;
    }

    meeting = *old;
    meeting.asked = a->time;

    return mt_meeting_save(a, &meeting);
}


static mt_status_t
mt_keep_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    mt_status_t          rc;
    mt_meeting_t         meeting;
    const mt_meeting_t  *old;

    rc = mt_act_apply(a, body, result, &old);

    if (rc == MT_OK && old->room == 0) {
        rc = MT_NO_SUCH_ROOM;
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


static mt_step_t
mt_answer_start(mt_call_t *call)
{
    int                  listed;
    mt_status_t          rc;
    mt_meeting_t         meeting;
    mt_attendee_t        attendee;
    const mt_answer_t   *args;

    args = call->args;

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_answer_ref);
    }

    listed = mt_attendee_load(call->txn, call->company, meeting.num,
                              call->actor, &attendee, call->arena);

    rc = mt_answer_judge(&meeting, call->now, listed);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, 0);
    }

    if (mt_answer_stands(&attendee, args, 1)) {
        return MT_STEP_DONE;
    }

    return mt_command(call, args);
}


static mt_status_t
mt_answer_judge(const mt_meeting_t *meeting, int64_t now, int listed)
{
    if (listed < 0) {
        return MT_STORE_FAILED;
    }

    return listed ? mt_meeting_check_open(meeting, now) : MT_NOT_LISTED;
}


/* Returns 1 if the attendee has answered so already: reading takes no answer
 * back, and the same answer again is none (`lean`). */

static int
mt_answer_stands(const mt_attendee_t *attendee, const mt_answer_t *args,
    int lean)
{
    if (args->answer == MT_ANSWER_READ) {
        return attendee->answer != MT_ANSWER_UNREAD;
    }

    return lean && attendee->answer == args->answer
           && mt_str_eq(attendee->comment, args->comment);
}


static mt_status_t
mt_answer_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    int                  listed;
    mt_status_t          rc;
    mt_attendee_t        attendee;
    const mt_answer_t   *args;
    const mt_meeting_t  *meeting;

    args = body;

    rc = mt_meeting_target(a, args->ref, MT_answer_ref, result,
                           &meeting);
    if (rc != MT_OK) {
        return rc;
    }

    listed = mt_attendee_load(a->txn, a->company, meeting->num, a->actor,
                              &attendee, a->arena);

    rc = mt_answer_judge(meeting, a->time, listed);
    if (rc != MT_OK) {
        return rc;
    }

    if (mt_answer_stands(&attendee, args, a->lean)) {
        a->unchanged = 1;
        return MT_OK;
    }

    return mt_answer_write(a, meeting->num, &attendee, args);
}


/* The comment belongs to the answer: a new answer replaces it. */

mt_status_t
mt_answer_write(mt_apply_t *a, int64_t meeting, mt_attendee_t *attendee,
    const mt_answer_t *args)
{
    mt_tally_t  *tally;

    tally = mt_tally(a, meeting);
    if (tally == NULL) {
        return a->failed;
    }

    tally->accepted -= attendee->answer == MT_ANSWER_ACCEPTED;
    tally->declined -= attendee->answer == MT_ANSWER_DECLINED;

    attendee->answer = args->answer;

    tally->accepted += attendee->answer == MT_ANSWER_ACCEPTED;
    tally->declined += attendee->answer == MT_ANSWER_DECLINED;

    if (args->answer != MT_ANSWER_READ) {
        attendee->answered = a->time;
        attendee->comment = args->comment;
    }

    return mt_attendee_save(a, meeting, attendee);
}

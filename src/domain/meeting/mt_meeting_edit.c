
/*
 * The operations that make and change a meeting.
 */

#include "domain/meeting/mt_meeting_draft.h"
#include "domain/meeting/mt_meeting_view.h"


static mt_step_t mt_meeting_create_start(mt_call_t *call);
static mt_step_t mt_meeting_update_start(mt_call_t *call);
static mt_step_t mt_meeting_edit_times(mt_call_t *call, int64_t length);
static mt_step_t mt_meeting_edit_fresh(mt_call_t *call);
static void mt_meeting_edit_finish(mt_call_t *call);

static mt_status_t mt_meeting_create_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_meeting_update_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_draft_alone(mt_draft_t *draft, int event);


const mt_operation_t  mt_op_meeting_create = {
    .code = MT_CODE_meeting_create,
    .grows = 1,
    .name = "meeting_create",
    .args = &mt_meeting_edit_model,
    .body = &mt_meeting_edit_model,
    .rows = &mt_attendee_rows,
    .start = mt_meeting_create_start,
    .finish = mt_meeting_edit_finish,
    .apply = mt_meeting_create_apply
};

const mt_operation_t  mt_op_meeting_update = {
    .code = MT_CODE_meeting_update,
    .grows = 1,
    .name = "meeting_update",
    .args = &mt_meeting_edit_model,
    .body = &mt_meeting_edit_model,
    .rows = &mt_attendee_rows,
    .start = mt_meeting_update_start,
    .finish = mt_meeting_edit_finish,
    .apply = mt_meeting_update_apply
};


static mt_step_t
mt_meeting_create_start(mt_call_t *call)
{
    mt_step_t           step;
    mt_meeting_edit_t  *args;

    args = call->args;
    call->seats = mt_edit_seats(args);
    mt_set(args, meeting_edit, in_order, 1);

    if (!mt_has(args, meeting_edit, begin)) {
        return mt_call_reject(call, MT_MISSING, MT_meeting_edit_begin);
    }

    step = mt_meeting_edit_times(call, call->settings->default_length);
    if (step == MT_STEP_DONE) {
        return step;
    }

    return mt_meeting_edit_fresh(call);
}


static mt_step_t
mt_meeting_update_start(mt_call_t *call)
{
    mt_step_t           step;
    mt_status_t         rc;
    mt_meeting_t        meeting;
    mt_meeting_edit_t  *args;

    args = call->args;
    mt_set(args, meeting_edit, in_order, 1);

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_meeting_edit_ref);
    }

    call->seats = mt_edit_seats(args);

    if (mt_edit_lists(args)) {
        call->seats += mt_call_seats(call, meeting.num);
    }

    step = mt_meeting_edit_times(call, args->keep_length
                                       ? meeting.end - meeting.begin : 0);
    if (step == MT_STEP_DONE) {
        return step;
    }

    return mt_command(call, args);
}


/*
 * Completes the reminders and the times: the end, if only the begin is given
 * (begin + length ms; length 0: the end stays), and the zone's offsets, by
 * which apply() knows the wall clock.
 */

static mt_step_t
mt_meeting_edit_times(mt_call_t *call, int64_t length)
{
    unsigned            field;
    mt_status_t         rc;
    mt_meeting_edit_t  *args;

    args = call->args;
    field = MT_meeting_edit_end;

    rc = mt_reminders_given(call->arena, &args->has, &args->reminders,
                            args->notice, args->remind);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_meeting_edit_reminders);
    }

    if (mt_has(args, meeting_edit, begin)) {
        if (!mt_has(args, meeting_edit, end) && length) {
            mt_set(args, meeting_edit, end, args->begin + length);
            field = MT_meeting_edit_begin;
        }

        mt_set(args, meeting_edit, begin_offset,
               mt_zone_offset(call->settings->zone, args->begin));
    }

    if (mt_has(args, meeting_edit, end)) {
        if (args->end > MT_TIME_MAX) {
            return mt_call_reject(call, MT_BAD_VALUE, field);
        }

        mt_set(args, meeting_edit, end_offset,
               mt_zone_offset(call->settings->zone, args->end));
    }

    return MT_STEP_COMMIT;
}


/* Adds the random fields, which apply() cannot make. */

static mt_step_t
mt_meeting_edit_fresh(mt_call_t *call)
{
    mt_meeting_edit_t     *args;
    mt_meeting_secrets_t   secrets;

    args = call->args;

    if (!mt_has(args, meeting_edit, fresh_id)) {
        mt_set(args, meeting_edit, fresh_id, mt_fresh_id(call->arena));
    }

    if (args->fresh_id.len == 0
        || mt_meeting_secrets(call->arena, &secrets) != 0)
    {
        return mt_call_reject(call, MT_INTERNAL, 0);
    }

    mt_patch(args, &mt_meeting_edit_model, &secrets, &mt_meeting_secrets_model,
             MT_SECRET_FIELDS);
    args->has |= MT_SECRET_FIELDS;

    return mt_command(call, args);
}


static void
mt_meeting_edit_finish(mt_call_t *call)
{
    mt_status_t  rc;

    rc = mt_listing_reply(call, call->result.num, 1);

    if (rc != MT_OK) {
        (void) mt_call_reject(call, rc, 0);
    }
}


static mt_status_t
mt_meeting_create_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    mt_draft_t                 draft;
    mt_drafts_t                drafts;
    mt_status_t                rc;
    const mt_meeting_edit_t   *args;

    args = body;

    rc = mt_drafts_init(&drafts, a, args, result);
    if (rc != MT_OK) {
        return rc;
    }

    mt_draft_new(&draft, &drafts);
    mt_patch(&draft.meeting, &mt_meeting_model, args, &mt_meeting_edit_model,
             MT_SECRET_FIELDS);

    draft.meeting.id = args->id.len ? args->id : args->fresh_id;

    rc = mt_draft_identity(&draft);

    if (rc == MT_OK) {
        rc = mt_draft_creator(&draft);
    }

    return rc == MT_OK ? mt_draft_alone(&draft, MT_EVENT_BOOK_SUCCESS) : rc;
}


static mt_status_t
mt_meeting_update_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    int                       may;
    mt_draft_t                draft;
    mt_drafts_t               drafts;
    mt_status_t               rc;
    const mt_meeting_t       *old;
    const mt_meeting_edit_t  *args;

    args = body;

    rc = mt_drafts_init(&drafts, a, args, result);

    if (rc == MT_OK) {
        rc = mt_meeting_target(a, args->ref, MT_meeting_edit_ref, result,
                               &old);
    }

    if (rc != MT_OK) {
        return rc;
    }

    if (args->only_creator && old->creator != a->actor) {
        return MT_FORBIDDEN;
    }

    may = args->by_manager ? mt_meeting_may(a->txn, a->company, old, a->actor,
                                            MT_MAY_MANAGER)
                           : 1;
    if (may != 1) {
        return may ? MT_STORE_FAILED : MT_FORBIDDEN;
    }

    if (mt_has(args, meeting_edit, if_updated)
        && args->if_updated != old->updated)
    {
        return MT_CHANGED;
    }

    rc = mt_meeting_check_open(old, a->time);
    if (rc != MT_OK && !(rc == MT_ENDED && args->ended_too)) {
        return rc;
    }

    mt_draft_old(&draft, &drafts, old);

    return mt_draft_alone(&draft, MT_EVENT_BOOK_UPDATE);
}


/* Judges and writes the only draft of a command. */

static mt_status_t
mt_draft_alone(mt_draft_t *draft, int event)
{
    mt_drafts_t  *drafts;
    mt_status_t   rc;

    drafts = draft->drafts;

    rc = mt_draft_judge(draft);

    if (rc == MT_OK && mt_drafts_list(drafts, draft->old == NULL)) {
        draft->list = mt_attendee_list_create(drafts->users, drafts->args,
                                              drafts->result,
                                              drafts->a->arena);

        rc = draft->list ? mt_attendee_list_judge(draft->list, draft->old,
                                                  &draft->meeting)
                          : MT_NO_MEMORY;
    }

    if (rc == MT_OK) {
        rc = mt_drafts_quota(drafts, draft->old == NULL);
    }

    if (rc != MT_OK) {
        return rc;
    }

    if (mt_draft_idle(draft)) {
        drafts->result->num = draft->meeting.num;
        return MT_OK;
    }

    mt_user_refs_make(drafts->users);
    mt_draft_set_nums(draft);

    drafts->result->num = draft->meeting.num;

    return mt_draft_write(draft, event);
}

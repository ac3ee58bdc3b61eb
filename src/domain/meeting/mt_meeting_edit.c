
/*
 * Making and changing a meeting.
 */

#include "domain/meeting/mt_edit.h"
#include "domain/meeting/mt_meeting_view.h"


static mt_step_t mt_meeting_create_start(mt_call_t *call);
static mt_step_t mt_meeting_update_start(mt_call_t *call);
static mt_step_t mt_edit_times(mt_call_t *call, int64_t length);
static mt_step_t mt_edit_fresh(mt_call_t *call);
static void mt_edit_finish(mt_call_t *call);

static mt_status_t mt_meeting_create_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_meeting_update_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_edit_alone(mt_edit_t *edit, int event);


const mt_operation_t  mt_op_meeting_create = {
    .code = MT_CODE_meeting_create,
    .name = "meeting_create",
    .args = &mt_meeting_edit_model,
    .body = &mt_meeting_edit_model,
    .rows = &mt_people_rows,
    .start = mt_meeting_create_start,
    .finish = mt_edit_finish,
    .apply = mt_meeting_create_apply
};

const mt_operation_t  mt_op_meeting_update = {
    .code = MT_CODE_meeting_update,
    .name = "meeting_update",
    .args = &mt_meeting_edit_model,
    .body = &mt_meeting_edit_model,
    .rows = &mt_people_rows,
    .start = mt_meeting_update_start,
    .finish = mt_edit_finish,
    .apply = mt_meeting_update_apply
};


static mt_step_t
mt_meeting_create_start(mt_call_t *call)
{
    mt_step_t           step;
    mt_meeting_edit_t  *args;

    args = call->args;

    if (!mt_has(args, meeting_edit, begin)) {
        return mt_call_reject(call, MT_MISSING, MT_meeting_edit_begin);
    }

    step = mt_edit_times(call, call->settings->default_length);
    if (step == MT_STEP_DONE) {
        return step;
    }

    return mt_edit_fresh(call);
}


static mt_step_t
mt_meeting_update_start(mt_call_t *call)
{
    mt_step_t           step;
    mt_status_t         rc;
    mt_meeting_t        meeting;
    mt_meeting_edit_t  *args;

    args = call->args;

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_meeting_edit_ref);
    }

    step = mt_edit_times(call, args->keep_length ? meeting.end - meeting.begin
                                                 : 0);
    if (step == MT_STEP_DONE) {
        return step;
    }

    return mt_command(call, args);
}


/*
 * Completes the times: the end of a meeting of which only the begin is given
 * (length 0: it stays), and the offsets by which apply knows the wall clock.
 */

static mt_step_t
mt_edit_times(mt_call_t *call, int64_t length)
{
    unsigned            field;
    mt_meeting_edit_t  *args;

    args = call->args;
    field = MT_meeting_edit_end;

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


/* What apply may not make up itself. */

static mt_step_t
mt_edit_fresh(mt_call_t *call)
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
mt_edit_finish(mt_call_t *call)
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
    mt_edit_t                 edit;
    mt_edits_t                edits;
    mt_status_t               rc;
    const mt_meeting_edit_t  *args;

    args = body;

    rc = mt_edits_init(&edits, a, args, result);
    if (rc != MT_OK) {
        return rc;
    }

    mt_edit_new(&edit, &edits);
    mt_patch(&edit.meeting, &mt_meeting_model, args, &mt_meeting_edit_model,
             MT_SECRET_FIELDS);

    edit.meeting.id = args->id.len ? args->id : args->fresh_id;

    rc = mt_edit_identity(&edit);

    if (rc == MT_OK) {
        rc = mt_edit_creator(&edit);
    }

    return rc == MT_OK ? mt_edit_alone(&edit, MT_EVENT_BOOK_SUCCESS) : rc;
}


static mt_status_t
mt_meeting_update_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    mt_edit_t                 edit;
    mt_edits_t                edits;
    mt_status_t               rc;
    const mt_meeting_t       *old;
    const mt_meeting_edit_t  *args;

    args = body;

    rc = mt_edits_init(&edits, a, args, result);

    if (rc == MT_OK) {
        rc = mt_meeting_get(a, args->ref, &old);
    }

    if (rc != MT_OK) {
        return mt_apply_reject(result, rc, MT_meeting_edit_ref, 0);
    }

    if (args->only_creator && old->creator != a->actor) {
        return MT_FORBIDDEN;
    }

    rc = mt_meeting_live(old, a->time);
    if (rc != MT_OK) {
        return rc;
    }

    mt_edit_old(&edit, &edits, old);

    return mt_edit_alone(&edit, MT_EVENT_BOOK_UPDATE);
}


/* The rest of an edit that is the only one of its command. */

static mt_status_t
mt_edit_alone(mt_edit_t *edit, int event)
{
    mt_edits_t   *edits;
    mt_status_t   rc;

    edits = edit->edits;

    rc = mt_edit_judge(edit);

    if (rc == MT_OK && mt_edits_list(edits, edit->old == NULL)) {
        edit->roster = mt_roster_create(edits->people, edits->args,
                                        edits->result, edits->a->arena);

        rc = edit->roster ? mt_roster_judge(edit->roster, edit->old,
                                            &edit->meeting)
                          : MT_NO_MEMORY;
    }

    if (rc != MT_OK) {
        return rc;
    }

    mt_people_make(edits->people);
    mt_edit_settle(edit);

    edits->result->num = edit->meeting.num;

    return mt_edit_write(edit, event);
}


/*
 * Acts of a host about one attendee: signing somebody in by hand, undoing a
 * check-in, excusing.  Administrators of the company and operators may do the
 * same.  The journal keeps who did it and why.
 */

#include "domain/checkin/mt_checkin.h"


/* One act while it is judged. */

typedef struct {
    mt_txn_t              *txn;
    uint32_t               company;
    int64_t                actor;
    int64_t                time;
    mt_arena_t            *arena;
    const mt_meeting_t    *meeting;
    const mt_host_act_t   *args;
    int                    adds;      /* it signs in: people may walk in */

    /* out */
    int64_t                slot;      /* of the attendee */
    int                    joins;     /* not on the list yet */
    unsigned               field;     /* of a rejection, 0: none */
} mt_host_try_t;


static mt_step_t mt_host_act_start(mt_call_t *call);
static mt_status_t mt_host_act_judge(mt_host_try_t *try);
static mt_status_t mt_host_act_find(mt_host_try_t *try);
static mt_status_t mt_host_act_target(mt_apply_t *a, const void *body,
    mt_result_t *result, mt_host_try_t *try);

static mt_status_t mt_checkin_add_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static void mt_checkin_add_finish(mt_call_t *call);
static mt_status_t mt_checkin_add_before(mt_apply_t *a,
    const mt_host_try_t *try, mt_result_t *result);
static mt_status_t mt_checkin_add_judge(mt_host_try_t *try, int64_t *time);
static mt_status_t mt_checkin_add_write(mt_apply_t *a,
    const mt_host_try_t *try, int64_t time);

static mt_status_t mt_checkin_undo_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_checkin_undo_keep(mt_apply_t *a,
    const mt_host_try_t *try, const mt_checkin_t *checkin);
static mt_status_t mt_checkin_undo_write(mt_apply_t *a,
    const mt_host_try_t *try, const mt_checkin_t *checkin);

static mt_status_t mt_excuse_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);


const mt_operation_t  mt_op_checkin_add = {
    .code = MT_CODE_checkin_add,
    .name = "checkin_add",
    .args = &mt_host_act_model,
    .body = &mt_host_act_model,
    .start = mt_host_act_start,
    .finish = mt_checkin_add_finish,
    .apply = mt_checkin_add_apply
};

const mt_operation_t  mt_op_checkin_undo = {
    .code = MT_CODE_checkin_undo,
    .name = "checkin_undo",
    .args = &mt_host_act_model,
    .body = &mt_host_act_model,
    .start = mt_host_act_start,
    .apply = mt_checkin_undo_apply
};

const mt_operation_t  mt_op_excuse = {
    .code = MT_CODE_excuse,
    .name = "excuse",
    .args = &mt_host_act_model,
    .body = &mt_host_act_model,
    .start = mt_host_act_start,
    .apply = mt_excuse_apply
};


/* Judges here what a client may correct, so that a rejection costs no write;
 * apply() judges again. */

static mt_step_t
mt_host_act_start(mt_call_t *call)
{
    mt_status_t      rc;
    mt_meeting_t     meeting;
    mt_host_try_t    try;
    mt_host_act_t   *args;

    args = call->args;

    mt_set(args, host_act, correct_for, call->settings->correct_for);
    mt_set(args, host_act, opens_before, call->settings->opens_before);
    mt_set(args, host_act, grace, call->settings->grace);

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_host_act_ref);
    }

    memset(&try, 0, sizeof(try));
    try.txn = call->txn;
    try.company = call->company;
    try.actor = call->actor;
    try.time = call->now;
    try.arena = call->arena;
    try.meeting = &meeting;
    try.args = args;
    try.adds = call->op == &mt_op_checkin_add;

    rc = mt_host_act_judge(&try);

    return rc == MT_OK ? mt_command(call, args)
                       : mt_call_reject(call, rc, try.field);
}


/* Judges who acts and when, and finds the attendee. */

static mt_status_t
mt_host_act_judge(mt_host_try_t *try)
{
    int                   may;
    int64_t               over;
    const mt_meeting_t   *meeting;

    meeting = try->meeting;

    may = try->args->operator || try->args->by_company
          ? 1 : mt_meeting_may(try->txn, try->company, meeting, try->actor,
                               MT_MAY_MANAGER);
    if (may != 1) {
        return may ? MT_STORE_FAILED : MT_FORBIDDEN;
    }

    if (meeting->state == MT_MEETING_CANCELLED) {
        return MT_CANCELLED;
    }

    over = meeting->state == MT_MEETING_ENDED ? meeting->done : meeting->end;

    if (!try->args->operator && try->time > over + try->args->correct_for) {
        return MT_TOO_LATE;
    }

    return mt_host_act_find(try);
}


static mt_status_t
mt_host_act_find(mt_host_try_t *try)
{
    int  found;

    found = mt_attendee_find(try->txn, try->company, try->meeting,
                             try->args->person, try->arena, &try->slot);
    if (found == 1) {
        return MT_OK;
    }

    try->field = MT_host_act_person;

    if (found != 0) {
        return MT_STORE_FAILED;
    }

    if (try->adds && try->meeting->walk_in != MT_WALK_IN_NONE) {
        try->slot = mt_attendee_user(try->txn, try->company,
                                     try->args->person, try->arena);
        try->joins = try->slot != 0;
    }

    return try->joins ? MT_OK : MT_NOT_LISTED;
}


/* The common beginning of the acts' apply(). */

static mt_status_t
mt_host_act_target(mt_apply_t *a, const void *body, mt_result_t *result,
    mt_host_try_t *try)
{
    mt_status_t  rc;

    try->txn = a->txn;
    try->company = a->company;
    try->actor = a->actor;
    try->time = a->time;
    try->arena = a->arena;
    try->args = body;

    rc = mt_meeting_target(a, try->args->ref, MT_host_act_ref, result,
                           &try->meeting);
    if (rc != MT_OK) {
        return rc;
    }

    rc = mt_host_act_judge(try);

    return rc == MT_OK ? rc : mt_apply_reject(result, rc, try->field, 0);
}


static mt_status_t
mt_checkin_add_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    int64_t         time;
    mt_status_t     rc;
    mt_host_try_t   try;

    memset(&try, 0, sizeof(try));
    try.adds = 1;

    rc = mt_host_act_target(a, body, result, &try);

    if (rc == MT_OK) {
        rc = mt_checkin_add_before(a, &try, result);
    }

    if (rc != MT_OK || a->unchanged) {
        return rc;
    }

    rc = mt_checkin_add_judge(&try, &time);

    if (rc == MT_OK && try.joins) {
        rc = mt_attendee_join(a, try.meeting, try.slot);
        try.field = MT_host_act_person;
    }

    return rc == MT_OK ? mt_checkin_add_write(a, &try, time)
                       : mt_apply_reject(result, rc, try.field, 0);
}


/* A check-in that is there wins; result->detail is its time.  The repeat of
 * the request that made it is harmless. */

static mt_status_t
mt_checkin_add_before(mt_apply_t *a, const mt_host_try_t *try,
    mt_result_t *result)
{
    int           found;
    mt_checkin_t  checkin;

    found = mt_checkin_load(a->txn, a->company, try->meeting->num, try->slot,
                            &checkin, a->arena);
    if (found != 1) {
        return found ? MT_STORE_FAILED
                     : mt_checkin_judge_undone(a->txn, a->company,
                                               try->meeting->num, try->slot,
                                               try->args->request, a->arena);
    }

    result->detail = checkin.time;

    if (checkin.request.len
        && mt_str_eq(checkin.request, try->args->request))
    {
        a->unchanged = 1;
        return MT_OK;
    }

    return MT_SIGNED_ALREADY;
}


/* Without a time the check-in happens now, or when the meeting ended. */

static mt_status_t
mt_checkin_add_judge(mt_host_try_t *try, int64_t *time)
{
    const mt_meeting_t   *meeting;
    const mt_host_act_t  *args;

    args = try->args;
    meeting = try->meeting;

    if (meeting->sign == MT_SIGN_NONE) {
        return MT_NO_SIGN_IN;
    }

    *time = args->time ? args->time
            : try->time < meeting->end ? try->time : meeting->end;

    try->field = args->time ? MT_host_act_time : 0;

    if (*time > try->time) {
        return MT_BAD_VALUE;
    }

    if (*time > meeting->end) {
        return MT_ENDED;
    }

    return !args->operator && *time < meeting->begin - args->opens_before
           ? MT_TOO_EARLY : MT_OK;
}


static mt_status_t
mt_checkin_add_write(mt_apply_t *a, const mt_host_try_t *try, int64_t time)
{
    mt_checkin_t          checkin;
    const mt_host_act_t  *args;

    args = try->args;

    memset(&checkin, 0, sizeof(checkin));
    checkin.slot = try->slot;
    checkin.time = time;
    checkin.way = MT_WAY_HAND;
    checkin.request = args->request;
    checkin.by = a->actor;
    checkin.reason = args->reason;

    return mt_checkin_write(a, try->meeting, args->grace, &checkin) == 1
           ? MT_OK : MT_STORE_FAILED;
}


static void
mt_checkin_add_finish(mt_call_t *call)
{
    int                    found;
    int64_t                slot;
    mt_meeting_t           meeting;
    const mt_host_act_t   *args;

    args = call->args;
    call->error.status = mt_meeting_find(call, args->ref, &meeting);

    if (call->error.status != MT_OK) {
        return;
    }

    found = mt_attendee_find(call->txn, call->company, &meeting, args->person,
                             call->arena, &slot);

    call->error.status = found == 1
                         ? mt_checkin_show(call, meeting.num, slot)
                         : found ? MT_STORE_FAILED : MT_NOT_LISTED;
}


mt_status_t
mt_checkin_show(mt_call_t *call, int64_t meeting, int64_t slot)
{
    mt_signed_view_t     *view;
    mt_view_source_t      source;
    mt_person_records_t   records;

    view = mt_arena_alloc(call->arena, sizeof(*view));
    if (view == NULL) {
        return MT_NO_MEMORY;
    }

    mt_view_source(call, &source);
    source.guests = 1;

    if (mt_meeting_view(&source, meeting, &view->meeting) != 1
        || mt_person_find(&source, &view->meeting.meeting, slot, NULL,
                          &records) != 1
        || mt_person_view(&source, &view->meeting.meeting, &records,
                          &view->person) != 1)
    {
        return MT_STORE_FAILED;
    }

    call->reply = view;

    return MT_OK;
}


static mt_status_t
mt_checkin_undo_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    int            found;
    mt_status_t    rc;
    mt_checkin_t   checkin;
    mt_host_try_t  try;

    memset(&try, 0, sizeof(try));

    rc = mt_host_act_target(a, body, result, &try);
    if (rc != MT_OK) {
        return rc;
    }

    if (try.args->reason.len == 0) {
        return mt_apply_reject(result, MT_MISSING, MT_host_act_reason, 0);
    }

    found = mt_checkin_load(a->txn, a->company, try.meeting->num, try.slot,
                            &checkin, a->arena);
    if (found != 1) {
        return found ? MT_STORE_FAILED
                     : mt_apply_reject(result, MT_NOT_SIGNED,
                                       MT_host_act_person, 0);
    }

    rc = mt_checkin_undo_keep(a, &try, &checkin);

    if (rc == MT_TOO_MANY) {
        return mt_apply_reject(result, rc, MT_host_act_person, 0);
    }

    return rc == MT_OK ? mt_checkin_undo_write(a, &try, &checkin) : rc;
}


/* Adds the check-in to the undone ones of the attendee.  Returns MT_OK,
 * MT_TOO_MANY with nothing changed, or a failure. */

static mt_status_t
mt_checkin_undo_keep(mt_apply_t *a, const mt_host_try_t *try,
    const mt_checkin_t *checkin)
{
    int                    found;
    mt_key_t               key;
    mt_undone_t            undone;
    mt_checkin_t           given;
    mt_undone_checkin_t   *list, *last;

    found = mt_undone_load(a->txn, a->company, try->meeting->num, try->slot,
                           &undone, a->arena);
    if (found == -1) {
        return MT_STORE_FAILED;
    }

    if (found == 0) {
        memset(&undone, 0, sizeof(undone));
        undone.slot = try->slot;
    }

    if (undone.checkins.n >= MT_UNDONE_MAX) {
        return MT_TOO_MANY;
    }

    list = mt_arena_alloc(a->arena, (undone.checkins.n + 1) * sizeof(*list));
    if (list == NULL) {
        return MT_NO_MEMORY;
    }

    if (undone.checkins.n) {
        memcpy(list, undone.checkins.v, undone.checkins.n * sizeof(*list));
    }

    last = &list[undone.checkins.n++];
    undone.checkins.v = list;

    given = *checkin;
    given.has = mt_checkin_model.used;
    mt_patch(last, &mt_undone_checkin_model, &given, &mt_checkin_model,
             MT_ALL_FIELDS);

    last->undone = a->time;
    last->undone_by = a->actor;
    last->undone_why = try->args->reason;

    mt_key_num2(&key, a->company, try->meeting->num, try->slot);

    return mt_save(a->txn, MT_DB_UNDONE, &key, &mt_undone_model, &undone,
                   a->arena);
}


static mt_status_t
mt_checkin_undo_write(mt_apply_t *a, const mt_host_try_t *try,
    const mt_checkin_t *checkin)
{
    mt_key_t     key;
    mt_tally_t  *tally;

    tally = mt_tally(a, try->meeting->num);
    if (tally == NULL) {
        return a->failed;
    }

    tally->signed_in--;
    tally->late -= checkin->late;

    mt_key_num2(&key, a->company, try->meeting->num, try->slot);

    return mt_del(a->txn, MT_DB_CHECKIN, &key) == 1 ? MT_OK : MT_STORE_FAILED;
}


/* An excuse is the answer "declined", with the reason as its comment; taken
 * back, the attendee has read the invitation. */

static mt_status_t
mt_excuse_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    int            found;
    mt_status_t    rc;
    mt_answer_t    answer;
    mt_attendee_t  attendee;
    mt_host_try_t  try;

    memset(&try, 0, sizeof(try));

    rc = mt_host_act_target(a, body, result, &try);
    if (rc != MT_OK) {
        return rc;
    }

    found = mt_attendee_load(a->txn, a->company, try.meeting->num, try.slot,
                             &attendee, a->arena);
    if (found != 1) {
        return MT_STORE_FAILED;
    }

    memset(&answer, 0, sizeof(answer));
    answer.answer = try.args->excused ? MT_ANSWER_DECLINED : MT_ANSWER_READ;
    answer.comment = try.args->reason;

    if (try.args->excused
        ? attendee.answer == MT_ANSWER_DECLINED
          && mt_str_eq(attendee.comment, answer.comment)
        : attendee.answer != MT_ANSWER_DECLINED)
    {
        a->unchanged = 1;
        return MT_OK;
    }

    attendee.answered = a->time;
    attendee.comment.len = 0;

    return mt_answer_write(a, try.meeting->num, &attendee, &answer);
}


int
mt_undone_load(mt_txn_t *txn, uint32_t company, int64_t meeting, int64_t slot,
    mt_undone_t *undone, mt_arena_t *arena)
{
    mt_key_t  key;

    mt_key_num2(&key, company, meeting, slot);

    return mt_load(txn, MT_DB_UNDONE, &key, &mt_undone_model, undone, arena);
}


mt_status_t
mt_checkin_judge_undone(mt_txn_t *txn, uint32_t company, int64_t meeting,
    int64_t slot, mt_str_t request, mt_arena_t *arena)
{
    int                         found;
    size_t                      i;
    mt_undone_t                 undone;
    const mt_undone_checkin_t  *checkins;

    if (request.len == 0) {
        return MT_OK;
    }

    found = mt_undone_load(txn, company, meeting, slot, &undone, arena);
    if (found != 1) {
        return found ? MT_STORE_FAILED : MT_OK;
    }

    checkins = undone.checkins.v;

    for (i = 0; i < undone.checkins.n; i++) {
        if (mt_str_eq(checkins[i].request, request)) {
            return MT_UNDONE;
        }
    }

    return MT_OK;
}

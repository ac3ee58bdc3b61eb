
/*
 * The check-in, the one operation that comes by the thousand at once.  It
 * costs the look-up of one attendee and one put, which fails if there is a
 * check-in already: the meeting and its tally are in the batch's cache.
 * result->detail is the time of the check-in, of a rejected one that of the
 * first.
 */

#include "domain/checkin/mt_checkin.h"
#include "domain/checkin/mt_checkin_fence.h"
#include "domain/checkin/mt_qr.h"


/* One check-in while it is judged. */

typedef struct {
    mt_txn_t                   *txn;
    uint32_t                    company;
    int64_t                     actor;
    int64_t                     time;
    mt_arena_t                 *arena;
    const mt_meeting_t         *meeting;
    const mt_checkin_args_t    *args;

    /* out */
    int64_t                     leader;     /* 0: none was named */
    int                         joins;      /* not on the list yet */
    int64_t                     first;      /* time of the check-in that is
                                               there already, 0: none */
    unsigned                    field;      /* of a rejection, 0: none */
} mt_checkin_try_t;


static mt_step_t mt_checkin_start(mt_call_t *call);
static mt_step_t mt_checkin_shown_start(mt_call_t *call);
static void mt_checkin_shown_finish(mt_call_t *call);
static mt_status_t mt_checkin_measure(mt_call_t *call,
    mt_checkin_args_t *args);
static mt_status_t mt_checkin_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_checkin_join(mt_apply_t *a,
    const mt_checkin_try_t *try);
static int mt_checkin_make(mt_apply_t *a, const mt_checkin_try_t *try);
static mt_status_t mt_checkin_judge(mt_checkin_try_t *try);
static mt_status_t mt_checkin_judge_before(mt_checkin_try_t *try,
    mt_status_t rc);
static mt_status_t mt_checkin_judge_leader(mt_checkin_try_t *try);
static mt_status_t mt_checkin_judge_time(mt_checkin_try_t *try);


const mt_operation_t  mt_op_checkin = {
    .code = MT_CODE_checkin,
    .reserve = 1,
    .wal_ack = 1,
    .unsettled = 1,
    .name = "checkin",
    .args = &mt_checkin_args_model,
    .body = &mt_checkin_args_model,
    .start = mt_checkin_start,
    .apply = mt_checkin_apply
};

const mt_operation_t  mt_op_checkin_shown = {
    .code = MT_CODE_checkin,
    .reserve = 1,
    .wal_ack = 1,
    .unsettled = 1,
    .name = "checkin",
    .args = &mt_checkin_args_model,
    .body = &mt_checkin_args_model,
    .start = mt_checkin_shown_start,
    .finish = mt_checkin_shown_finish,
    .apply = mt_checkin_apply
};


/*
 * Judges nothing: apply() has to judge anyway, has the meeting in its cache,
 * and writes nothing for a rejection.  Only the distance and a signed code
 * need the meeting here, since apply() cannot measure and has no keys.
 */

static mt_step_t
mt_checkin_start(mt_call_t *call)
{
    mt_status_t         rc;
    mt_checkin_args_t  *args;

    args = call->args;

    mt_set(args, checkin_args, opens_before, call->settings->opens_before);
    mt_set(args, checkin_args, grace, call->settings->grace);
    mt_set(args, checkin_args, qr_max_age, call->settings->qr_max_age);
    mt_set(args, checkin_args, qr_skew, call->settings->qr_skew);
    mt_set(args, checkin_args, fence, call->settings->geofence);

    rc = mt_qr_look(call, args);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, call->field);
    }

    if (mt_has(args, checkin_args, longitude)
        || mt_has(args, checkin_args, latitude))
    {
        rc = mt_checkin_measure(call, args);
        if (rc != MT_OK) {
            return mt_call_reject(call, rc, call->field);
        }
    }

    return mt_start_command(call);
}


/* The reply is made here: when the check-in is acknowledged, the store may not
 * have it yet. */

static mt_step_t
mt_checkin_shown_start(mt_call_t *call)
{
    mt_status_t               rc;
    mt_meeting_t              meeting;
    const mt_checkin_args_t  *args;

    args = call->args;
    rc = mt_meeting_find(call, args->ref, &meeting);

    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_checkin_args_ref);
    }

    rc = mt_checkin_show(call, meeting.num, call->actor);

    return rc == MT_OK ? mt_checkin_start(call) : mt_call_reject(call, rc, 0);
}


/* The retry of an earlier check-in leaves that one's time. */

static void
mt_checkin_shown_finish(mt_call_t *call)
{
    mt_signed_view_t          *view;
    const mt_checkin_args_t   *args;

    view = call->reply;
    args = call->args;

    if (view->person.checkin.time) {
        return;
    }

    /* somebody who walks in was on no list when the reply was made */

    if (view->person.derived.id.len == 0) {
        view->person.derived.id = mt_attendance_id(call->arena,
                                                   &view->meeting.meeting,
                                                   call->actor);
    }

    view->person.checkin.time = call->result.detail;
    view->person.checkin.way = args->way;
    view->person.checkin.late = call->result.detail
                                > view->meeting.meeting.begin + args->grace;
    view->person.derived.signed_in = 1;
    view->person.derived.presence = view->person.checkin.late
                                    ? MT_PRESENCE_LATE : MT_PRESENCE_PRESENT;
}


static mt_status_t
mt_checkin_measure(mt_call_t *call, mt_checkin_args_t *args)
{
    mt_status_t   rc;
    mt_meeting_t  meeting;

    rc = mt_meeting_find(call, args->ref, &meeting);

    if (rc == MT_OK) {
        return mt_checkin_fence_measure(call, &meeting, args, &call->field);
    }

    call->field = MT_checkin_args_ref;

    return rc;
}


static mt_status_t
mt_checkin_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    int                       written;
    mt_status_t               rc;
    mt_checkin_try_t          try;
    const mt_checkin_args_t  *args;

    args = body;

    memset(&try, 0, sizeof(try));
    try.txn = a->txn;
    try.company = a->company;
    try.actor = a->actor;
    try.time = a->time;
    try.arena = a->arena;
    try.args = args;

    rc = mt_meeting_target(a, args->ref, MT_checkin_args_ref, result,
                           &try.meeting);
    if (rc != MT_OK) {
        return rc;
    }

    rc = mt_checkin_judge(&try);

    if (rc == MT_OK) {
        rc = mt_checkin_judge_undone(a->txn, a->company, try.meeting->num,
                                     a->actor, args->request, a->arena);
    }

    if (rc == MT_OK && try.joins) {
        rc = mt_checkin_join(a, &try);
    }

    if (rc == MT_OK) {
        written = mt_checkin_make(a, &try);

        if (written != 0) {
            result->detail = a->time;
            return written == 1 ? MT_OK : MT_STORE_FAILED;
        }

        rc = MT_SIGNED_ALREADY;
    }

    /* clients rely on this order: a retry is recognised even after the end */

    if (rc != MT_NOT_LISTED) {
        rc = mt_checkin_judge_before(&try, rc);
        result->detail = try.first;
    }

    if (rc != MT_OK) {
        return mt_apply_reject(result, rc, try.field, 0);
    }

    a->unchanged = 1;

    return MT_OK;
}


/* Puts somebody who walks in on the list.  A check-in may be there of before
 * they were taken off it. */

static mt_status_t
mt_checkin_join(mt_apply_t *a, const mt_checkin_try_t *try)
{
    int           found;
    mt_checkin_t  checkin;

    found = mt_checkin_load(a->txn, a->company, try->meeting->num, a->actor,
                            &checkin, a->arena);

    return found == 0 ? mt_attendee_join(a, try->meeting, a->actor)
           : found == 1 ? MT_SIGNED_ALREADY : MT_STORE_FAILED;
}


/* Returns 1 if the check-in was written, 0 if there is one already, -1 on
 * failure. */

static int
mt_checkin_make(mt_apply_t *a, const mt_checkin_try_t *try)
{
    mt_checkin_t              checkin;
    const mt_checkin_args_t  *args;

    args = try->args;

    memset(&checkin, 0, sizeof(checkin));
    checkin.slot = a->actor;
    checkin.time = a->time;
    checkin.way = args->way ? args->way : MT_WAY_QR;
    checkin.leader = try->leader;
    checkin.request = args->request;
    checkin.longitude = args->longitude;
    checkin.latitude = args->latitude;

    return mt_checkin_write(a, try->meeting, args->grace, &checkin);
}


int
mt_checkin_write(mt_apply_t *a, const mt_meeting_t *meeting, int64_t grace,
    mt_checkin_t *checkin)
{
    int          saved;
    mt_key_t     key;
    mt_tally_t  *tally;

    checkin->late = checkin->time > meeting->begin + grace;

    mt_key_num2(&key, a->company, meeting->num, checkin->slot);

    saved = mt_save_new(a->txn, MT_DB_CHECKIN, &key, &mt_checkin_model,
                        checkin, a->arena);

    if (saved != 1) {
        return saved;
    }

    tally = mt_tally(a, meeting->num);

    if (tally == NULL) {
        return -1;
    }

    tally->signed_in++;
    tally->late += checkin->late;

    return 1;
}


/* Judges a first check-in; mt_checkin_judge_before() judges a repeated one. */

static mt_status_t
mt_checkin_judge(mt_checkin_try_t *try)
{
    int          found;
    mt_key_t     key;
    mt_str_t     record;
    mt_status_t  rc;

    mt_key_num2(&key, try->company, try->meeting->num, try->actor);

    /* someone who declined may come after all */

    found = mt_get(try->txn, MT_DB_ATTENDEE, &key, &record);

    try->joins = found == 0 && try->meeting->walk_in != MT_WALK_IN_NONE;

    if (found != 1 && !try->joins) {
        return found ? MT_STORE_FAILED : MT_NOT_LISTED;
    }

    if (try->meeting->state == MT_MEETING_CANCELLED) {
        return MT_CANCELLED;
    }

    if (try->meeting->sign == MT_SIGN_NONE) {
        return MT_NO_SIGN_IN;
    }

    rc = mt_meeting_check_open(try->meeting, try->time);
    if (rc != MT_OK) {
        return rc;
    }

    rc = mt_checkin_judge_leader(try);

    if (rc == MT_OK) {
        rc = mt_checkin_judge_time(try);
    }

    return rc == MT_OK ? mt_checkin_fence_judge(try->txn, try->company,
                                                try->meeting, try->args,
                                                try->arena)
                       : rc;
}


/* An earlier check-in outweighs every other reason to reject, and so does the
 * retry of an undone one.  Returns `rc` if there is neither. */

static mt_status_t
mt_checkin_judge_before(mt_checkin_try_t *try, mt_status_t rc)
{
    int           found;
    mt_status_t   undone;
    mt_checkin_t  checkin;

    found = mt_checkin_load(try->txn, try->company,
                            try->meeting->num, try->actor, &checkin,
                            try->arena);
    if (found == -1) {
        return MT_STORE_FAILED;
    }

    if (found == 0) {
        undone = mt_checkin_judge_undone(try->txn, try->company,
                                         try->meeting->num, try->actor,
                                         try->args->request, try->arena);

        return undone == MT_OK ? rc : undone;
    }

    try->field = 0;
    try->first = checkin.time;

    return checkin.request.len
           && mt_str_eq(checkin.request, try->args->request)
           ? MT_OK : MT_SIGNED_ALREADY;
}


static mt_status_t
mt_checkin_judge_leader(mt_checkin_try_t *try)
{
    mt_str_t  ref;

    ref = try->args->leader;
    try->leader = try->args->code_leader;

    if (ref.len == 0 && try->leader == 0) {
        return MT_OK;
    }

    if (ref.len) {
        try->leader = mt_ref_num(try->txn, try->company, MT_NAME_USER, ref);
    }

    if (mt_meeting_is_host(try->meeting, try->leader)) {
        return MT_OK;
    }

    try->field = MT_checkin_args_leader;

    return MT_NOT_LEADER;
}


static mt_status_t
mt_checkin_judge_time(mt_checkin_try_t *try)
{
    int64_t                   now;
    mt_status_t               rc;
    const mt_checkin_args_t  *args;

    args = try->args;
    now = try->time;

    try->field = MT_checkin_args_qr_time;

    rc = mt_qr_judge(try->meeting, args, now);
    if (rc != MT_OK) {
        return rc;
    }

    if (mt_has(args, checkin_args, qr_time)
        && args->code_slot == 0)
    {
        if (args->qr_time > now + args->qr_skew) {
            return MT_QR_FUTURE;
        }

        if (args->qr_max_age && args->qr_time < now - args->qr_max_age) {
            return MT_QR_EXPIRED;
        }
    }

    try->field = 0;

    return now < try->meeting->begin - args->opens_before ? MT_TOO_EARLY
                                                              : MT_OK;
}

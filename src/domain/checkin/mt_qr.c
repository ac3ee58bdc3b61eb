
#include "domain/checkin/mt_qr.h"

#include "base/mt_crypto.h"
#include "domain/auth/mt_guard.h"


static mt_status_t mt_qr_find(mt_call_t *call, const mt_checkin_args_t *args,
    mt_meeting_t *meeting, mt_qr_t *code);
static int64_t mt_qr_clock(void);
static mt_step_t mt_codes_set_start(mt_call_t *call);
static mt_status_t mt_codes_set_judge(mt_txn_t *txn, uint32_t company,
    int64_t actor, int64_t now, const mt_meeting_t *meeting,
    const mt_codes_set_t *args);
static mt_status_t mt_codes_set_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);


const mt_operation_t  mt_op_codes_set = {
    .code = MT_CODE_codes_set,
    .name = "codes_set",
    .args = &mt_codes_set_model,
    .body = &mt_codes_set_model,
    .start = mt_codes_set_start,
    .apply = mt_codes_set_apply
};


/* The label keeps these MACs apart from all others under the key; what follows
 * it has a fixed length. */

int64_t
mt_qr_number(mt_str_t key, const mt_qr_t *code)
{
    uint8_t   nums[4 + 4 * 8], mac[MT_MAC_LEN], *p;
    mt_str_t  parts[2] = { mt_str("qr code 1"),
                           { sizeof(nums), (const char *) nums } };

    p = mt_put_u32(nums, code->company);
    p = mt_put_u64(p, (uint64_t) code->meeting);
    p = mt_put_u64(p, (uint64_t) code->leader);
    p = mt_put_u64(p, (uint64_t) code->slot);
    (void) mt_put_u64(p, (uint64_t) code->generation);

    if (mt_mac(key, parts, 2, mac) != 0) {
        return 0;
    }

    return code->slot << MT_QR_MAC_BITS
           | (int64_t) mac[0] << 16 | (int64_t) mac[1] << 8 | mac[2];
}


mt_status_t
mt_qr_look(mt_call_t *call, mt_checkin_args_t *args)
{
    int64_t       number, wait;
    mt_qr_t       code;
    mt_status_t   rc;
    mt_meeting_t  meeting;

    if (call->settings->qr_signed == MT_QR_REQUIRED) {
        mt_set(args, checkin_args, code_required, 1);
    }

    if (args->qr_time < MT_QR_FIRST) {
        return MT_OK;
    }

    rc = mt_qr_find(call, args, &meeting, &code);

    if (rc == MT_NO_SUCH_MEETING) {
        return MT_OK;                             /* apply() says so */
    }

    if (rc != MT_OK) {
        return rc;
    }

    if (call->settings->qr_signed == MT_QR_OFF
        && meeting.qr_signed == MT_QR_OFF)
    {
        return MT_OK;
    }

    if (call->guard) {
        wait = mt_guard_code_wait(call->guard, call->company, call->actor,
                                  meeting.num, mt_qr_clock());
        if (wait) {
            call->field = MT_checkin_args_qr_time;
            call->retry_after = (wait + 999) / 1000;
            return MT_QR_TRIES;
        }
    }

    mt_set(args, checkin_args, code_valid, call->settings->qr_valid);

    number = mt_qr_number(call->token_key, &code);

    if (number != args->qr_time && code.generation > 0) {

        /* of the generation before, so that the person hears that it is old */

        code.generation--;
        number = mt_qr_number(call->token_key, &code);
    }

    if (number == 0) {
        return MT_INTERNAL;
    }

    if (number == args->qr_time) {
        mt_set(args, checkin_args, code_slot, code.slot);
        mt_set(args, checkin_args, code_generation, code.generation);
        return MT_OK;
    }

    mt_set(args, checkin_args, code_forged, 1);

    if (call->guard) {
        mt_guard_code_failed(call->guard, call->company, call->actor,
                             meeting.num, mt_qr_clock());
    }

    return MT_OK;
}


static mt_status_t
mt_qr_find(mt_call_t *call, const mt_checkin_args_t *args,
    mt_meeting_t *meeting, mt_qr_t *code)
{
    mt_status_t  rc;

    rc = mt_meeting_find(call, args->ref, meeting);
    if (rc != MT_OK) {
        return rc;
    }

    code->company = call->company;
    code->meeting = meeting->num;
    code->slot = args->qr_time >> MT_QR_MAC_BITS;
    code->generation = meeting->codes;
    code->leader = args->leader.len ? mt_ref_num(call->txn, call->company,
                                                 MT_NAME_USER, args->leader)
                                    : 0;

    return MT_OK;
}


/* ms; does not jump when somebody sets the time */

static int64_t
mt_qr_clock(void)
{
    return mt_monotonic_ns() / 1000000;
}


mt_status_t
mt_qr_judge(const mt_meeting_t *meeting, const mt_checkin_args_t *args,
    int64_t now)
{
    int64_t  slot, age;

    if (args->code_forged) {
        return MT_QR_FORGED;
    }

    if (!mt_has(args, checkin_args, code_slot)) {
        return args->code_required || meeting->qr_signed == MT_QR_REQUIRED
               ? MT_QR_UNSIGNED : MT_OK;
    }

    slot = now / MT_QR_STEP;
    age = slot - args->code_slot;

    if (age < 0) {
        return MT_QR_FUTURE;
    }

    return args->code_generation != meeting->codes
           || age * MT_QR_STEP >= args->code_valid ? MT_QR_EXPIRED : MT_OK;
}


static mt_step_t
mt_codes_set_start(mt_call_t *call)
{
    mt_status_t            rc;
    mt_meeting_t           meeting;
    const mt_codes_set_t  *args;

    args = call->args;

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_codes_set_ref);
    }

    rc = mt_codes_set_judge(call->txn, call->company, call->actor, call->now,
                            &meeting, args);

    return rc == MT_OK ? mt_command(call, args) : mt_call_reject(call, rc, 0);
}


static mt_status_t
mt_codes_set_judge(mt_txn_t *txn, uint32_t company, int64_t actor,
    int64_t now, const mt_meeting_t *meeting, const mt_codes_set_t *args)
{
    int  may;

    may = mt_meeting_may(txn, company, meeting, actor, args->may);
    if (may != 1) {
        return may ? MT_STORE_FAILED : MT_FORBIDDEN;
    }

    return mt_meeting_check_open(meeting, now);
}


static mt_status_t
mt_codes_set_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_codes_set_t  *args = body;

    mt_status_t          rc;
    mt_meeting_t         meeting;
    const mt_meeting_t  *old;

    rc = mt_meeting_target(a, args->ref, MT_codes_set_ref, result, &old);

    if (rc == MT_OK) {
        rc = mt_codes_set_judge(a->txn, a->company, a->actor, a->time, old,
                                args);
    }

    if (rc != MT_OK) {
        return rc;
    }

    meeting = *old;
    meeting.codes += args->renew;

    if (mt_has(args, codes_set, policy)) {
        meeting.qr_signed = args->policy;
    }

    if (meeting.codes == old->codes && meeting.qr_signed == old->qr_signed) {
        a->unchanged = 1;
        return MT_OK;
    }

    return mt_meeting_save(a, &meeting);
}

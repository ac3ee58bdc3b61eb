
#include "domain/kernel/mt_quota.h"


#define MT_COMMAND_SIZE  512     /* bytes that most commands take */


mt_step_t
mt_call_reject(mt_call_t *call, mt_status_t status, unsigned field)
{
    call->error.status = status;
    call->field = field;

    return MT_STEP_DONE;
}


mt_step_t
mt_command(mt_call_t *call, const void *body)
{
    mt_command_t  command, last;

    memset(&command, 0, sizeof(command));
    command.op = call->op->code;
    command.company = call->company;
    command.time = call->now;
    command.actor = call->actor;

    mt_buf_init(&call->command, call->arena, MT_COMMAND_SIZE);
    mt_record_encode(&call->command, &mt_command_model, &command,
                     MT_ENCODE_STATE);
    mt_record_encode_last(&call->command, MT_FIELD(command, body),
                          call->op->body, body, MT_ENCODE_GIVEN);

    /* the fields behind the body */

    memset(&last, 0, sizeof(last));
    last.message_size = call->settings ? call->settings->message_size : 0;
    last.quiet = call->quiet;
    last.lean = !call->op->wal_ack;
    last.repeat_key = call->repeat_key;
    last.repeat_digest = call->repeat_digest;

    if (call->op->grows && call->settings) {
        mt_quota_give(&last, &call->settings->quota);
    }

    mt_record_encode(&call->command, &mt_command_model, &last,
                     MT_ENCODE_STATE);

    if (call->command.failed) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    call->seats += call->command.len / MT_SEAT_BYTES;

    return MT_STEP_COMMIT;
}


mt_step_t
mt_start_command(mt_call_t *call)
{
    return mt_command(call, call->args);
}


mt_status_t
mt_apply_reject(mt_result_t *result, mt_status_t status, unsigned field,
    size_t item)
{
    result->field = (uint16_t) field;
    result->item = (uint32_t) item;

    return status;
}


int
mt_apply_idle(mt_apply_t *a, const mt_model_t *model, const void *before,
    const void *after)
{
    mt_buf_t  one, two;

    if (!a->lean) {
        return 0;
    }

    mt_buf_init(&one, a->arena, MT_COMMAND_SIZE);
    mt_buf_init(&two, a->arena, MT_COMMAND_SIZE);

    mt_record_encode(&one, model, before, MT_ENCODE_STATE);
    mt_record_encode(&two, model, after, MT_ENCODE_STATE);

    if (one.failed || two.failed || one.len != two.len
        || memcmp(one.data, two.data, one.len) != 0)
    {
        return 0;
    }

    a->unchanged = 1;

    return 1;
}

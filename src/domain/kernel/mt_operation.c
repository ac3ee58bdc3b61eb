
#include "domain/kernel/mt_apply.h"


#define MT_COMMAND_FEW  512      /* bytes that most commands' bodies take */


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
    char          few[MT_COMMAND_FEW];
    mt_buf_t      encoded;
    mt_command_t  command;

    mt_buf_init_in(&encoded, call->arena, few, sizeof(few));
    mt_record_encode(&encoded, call->op->body, body, MT_ENCODE_GIVEN);

    memset(&command, 0, sizeof(command));
    command.op = call->op->code;
    command.company = call->company;
    command.time = call->now;
    command.actor = call->actor;
    command.body.len = encoded.len;
    command.body.data = encoded.data;

    mt_buf_init(&call->command, call->arena, encoded.len + 64);
    mt_record_encode(&call->command, &mt_command_model, &command,
                     MT_ENCODE_STATE);

    if (encoded.failed || call->command.failed) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

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

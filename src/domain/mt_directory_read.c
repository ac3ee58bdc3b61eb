
/*
 * Reading the directory: one record as its list shows it.
 */

#include "domain/mt_view.h"


static mt_step_t mt_user_get_start(mt_call_t *call);


const mt_operation_t  mt_op_user_get = {
    .code = MT_CODE_user_get,
    .name = "user_get",
    .args = &mt_named_model,
    .start = mt_user_get_start
};


static mt_step_t
mt_user_get_start(mt_call_t *call)
{
    int                found;
    int64_t            num;
    mt_source_t        source;
    mt_user_view_t    *view;
    const mt_named_t  *args;

    args = call->args;

    view = mt_arena_alloc(call->arena, sizeof(*view));
    if (view == NULL) {
        return mt_refuse(call, MT_NO_MEMORY, 0);
    }

    mt_source_of(call, &source);
    num = mt_resolve(call->txn, call->company, MT_NAME_USER, args->ref);

    found = mt_user_view(&source, num, view);
    if (found != 1) {
        return mt_refuse(call, found ? MT_STORE_FAILED : MT_NO_SUCH_USER,
                         MT_named_ref);
    }

    call->reply = view;

    return MT_STEP_DONE;
}

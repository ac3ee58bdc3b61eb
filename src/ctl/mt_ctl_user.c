
/* Commands on one user. */

#include "ctl/mt_ctl.h"
#include "domain/directory/mt_directory.h"


MT_JSON_TABLE(mt_ctl_user_options,
    { "user", MT_FIELD(user_edit, ref) }
);

MT_JSON_TABLE(mt_ctl_user_row,
    { "user",   MT_FIELD(user, num) },
    { "id",     MT_FIELD(user, id) },
    { "name",   MT_FIELD(user, name) },
    { "status", MT_FIELD(user, status) }
);


static int
mt_ctl_user_set(mt_ctl_t *ctl, int64_t status)
{
    int              rc, found;
    mt_txn_t        *txn;
    mt_call_t        call;
    mt_user_t        user;
    mt_user_edit_t   args;

    memset(&args, 0, sizeof(args));

    if (mt_ctl_args(ctl, &mt_ctl_user_options, &args) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    mt_set(&args, user_edit, status, status);

    rc = mt_ctl_run(ctl, &call, &mt_op_user_update, &mt_ctl_user_options,
                    &args);

    if (rc != MT_CTL_OK || !mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    found = mt_user_load(txn, ctl->company, call.result.num, &user,
                         ctl->arena);

    rc = found == 1 ? mt_ctl_print(ctl, &mt_ctl_user_row, &user)
                    : mt_ctl_fail_status("store", MT_STORE_FAILED);

    mt_ctl_read_end(ctl, txn);

    return rc;
}


int
mt_ctl_user_disable(mt_ctl_t *ctl)
{
    return mt_ctl_user_set(ctl, MT_USER_DISABLED);
}


int
mt_ctl_user_enable(mt_ctl_t *ctl)
{
    return mt_ctl_user_set(ctl, MT_USER_ENABLED);
}


/*
 * The last command of a piece of an import.  It raises the events of the quiet
 * ones before it, all of a type in a row, so that they become few messages.
 */

#include "domain/directory/mt_directory.h"


static mt_status_t mt_import_told_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static void mt_import_told_depts(mt_apply_t *a, const mt_ints_t *nums);
static void mt_import_told_users(mt_apply_t *a, const mt_ints_t *nums,
    int type);


const mt_operation_t  mt_op_import_told = {
    .code = MT_CODE_import_told,
    .name = "import_told",
    .args = &mt_import_told_model,
    .body = &mt_import_told_model,
    .start = mt_start_command,
    .apply = mt_import_told_apply
};


static mt_status_t
mt_import_told_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_import_told_t  *args = body;

    (void) result;

    mt_import_told_depts(a, &args->depts);
    mt_import_told_users(a, &args->added, MT_EVENT_USER_ADD);
    mt_import_told_users(a, &args->updated, MT_EVENT_USER_UPDATE);

    return MT_OK;
}


static void
mt_import_told_depts(mt_apply_t *a, const mt_ints_t *nums)
{
    size_t     i;
    mt_key_t   key;
    mt_dept_t  dept;

    for (i = 0; i < nums->n; i++) {
        mt_key_num(&key, a->company, nums->v[i]);

        if (mt_load(a->txn, MT_DB_DEPT, &key, &mt_dept_model, &dept, a->arena)
            == 1)
        {
            mt_raise(a, MT_EVENT_DEPT_ADD, dept.num, dept.id);
        }
    }
}


static void
mt_import_told_users(mt_apply_t *a, const mt_ints_t *nums, int type)
{
    size_t     i;
    mt_key_t   key;
    mt_user_t  user;

    for (i = 0; i < nums->n; i++) {
        mt_key_num(&key, a->company, nums->v[i]);

        if (mt_load(a->txn, MT_DB_USER, &key, &mt_user_model, &user, a->arena)
            == 1)
        {
            mt_raise(a, type, user.num, user.id);
        }
    }
}

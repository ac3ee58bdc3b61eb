
#include "domain/directory/mt_directory.h"


static mt_step_t mt_dept_add_start(mt_call_t *call);
static mt_status_t mt_dept_add_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_dept_update_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_dept_remove_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_dept_judge_parent(mt_apply_t *a, int64_t dept,
    int64_t parent);
static int mt_dept_used(mt_apply_t *a, int64_t dept);
static void mt_dept_move(mt_apply_t *a, int64_t dept, int64_t from,
    int64_t to);
static mt_status_t mt_dept_save(mt_apply_t *a, const mt_dept_t *dept);


const mt_operation_t  mt_op_dept_add = {
    .code = MT_CODE_dept_add,
    .grows = 1,
    .name = "dept_add",
    .kind = MT_NAME_DEPT,
    .args = &mt_dept_edit_model,
    .body = &mt_dept_edit_model,
    .start = mt_dept_add_start,
    .finish = mt_directory_finish,
    .apply = mt_dept_add_apply
};

const mt_operation_t  mt_op_dept_update = {
    .code = MT_CODE_dept_update,
    .grows = 1,
    .name = "dept_update",
    .kind = MT_NAME_DEPT,
    .args = &mt_dept_edit_model,
    .body = &mt_dept_edit_model,
    .start = mt_start_command,
    .finish = mt_directory_finish,
    .apply = mt_dept_update_apply
};

const mt_operation_t  mt_op_dept_remove = {
    .code = MT_CODE_dept_remove,
    .reserve = 1,
    .name = "dept_remove",
    .args = &mt_named_model,
    .body = &mt_named_model,
    .start = mt_start_command,
    .apply = mt_dept_remove_apply
};


/* for mt_dept_move(): no department */
#define MT_NOWHERE  (-1)

/* the ref "0" is the root, so no department may have that id */
static const mt_str_t  mt_dept_root = mt_str("0");


static mt_step_t
mt_dept_add_start(mt_call_t *call)
{
    mt_dept_edit_t  *args;

    args = call->args;

    if (args->id.len == 0) {
        mt_set(args, dept_edit, fresh_id, mt_fresh_id(call->arena));

        if (args->fresh_id.len == 0) {
            return mt_call_reject(call, MT_INTERNAL, 0);
        }
    }

    return mt_start_command(call);
}


static mt_status_t
mt_dept_add_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_dept_edit_t  *args = body;

    mt_dept_t    dept;
    mt_status_t  rc;

    memset(&dept, 0, sizeof(dept));
    dept.id = args->id.len ? args->id : args->fresh_id;
    dept.name = args->name;
    dept.created = a->time;
    dept.updated = a->time;

    rc = mt_str_eq(dept.id, mt_dept_root)
         ? MT_BAD_VALUE : mt_id_judge(a, MT_NAME_DEPT, dept.id, &dept.num);
    if (rc != MT_OK) {
        return mt_apply_reject(result, rc, MT_dept_edit_id, 0);
    }

    rc = mt_dept_ref(a, args->parent, &dept.parent);
    if (rc != MT_OK) {
        return mt_apply_reject(result, rc, MT_dept_edit_parent, 0);
    }

    dept.num = mt_id_take(a, MT_NAME_DEPT, dept.id, dept.num);
    mt_dept_move(a, dept.num, MT_NOWHERE, dept.parent);
    mt_raise(a, MT_EVENT_DEPT_ADD, dept.num, dept.id);

    result->num = dept.num;

    return mt_dept_save(a, &dept);
}


static mt_status_t
mt_dept_update_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_dept_edit_t  *args = body;

    int64_t      parent;
    mt_dept_t    dept, before;
    mt_status_t  rc;

    rc = mt_apply_target(a, MT_NAME_DEPT, args->ref, MT_dept_edit_ref, result,
                         &dept);
    if (rc != MT_OK) {
        return rc;
    }

    before = dept;
    parent = dept.parent;

    if (mt_has(args, dept_edit, parent)) {
        rc = mt_dept_ref(a, args->parent, &parent);
        if (rc == MT_OK) {
            rc = mt_dept_judge_parent(a, dept.num, parent);
        }

        if (rc != MT_OK) {
            return mt_apply_reject(result, rc, MT_dept_edit_parent, 0);
        }
    }

    mt_patch(&dept, &mt_dept_model, args, &mt_dept_edit_model,
             MT_BIT(dept_edit, name));
    dept.parent = parent;

    result->num = dept.num;

    if (mt_apply_idle(a, &mt_dept_model, &before, &dept)) {
        return MT_OK;
    }

    mt_dept_move(a, dept.num, before.parent, parent);
    dept.updated = a->time;

    mt_raise(a, MT_EVENT_DEPT_UPDATE, dept.num, dept.id);

    return mt_dept_save(a, &dept);
}


/* The record stays, without its names, so that the number stays used. */

static mt_status_t
mt_dept_remove_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_named_t  *args = body;

    int          used;
    mt_dept_t    dept;
    mt_status_t  rc;

    rc = mt_apply_target(a, MT_NAME_DEPT, args->ref, MT_named_ref, result,
                         &dept);
    if (rc != MT_OK) {
        return rc;
    }

    used = mt_dept_used(a, dept.num);
    if (used != 0) {
        return used == 1 ? mt_apply_reject(result, MT_DEPT_IN_USE,
                                           MT_named_ref, 0)
                         : MT_STORE_FAILED;
    }

    mt_name_del(a->txn, a->company, MT_NAME_DEPT, dept.id);
    mt_dept_move(a, dept.num, dept.parent, MT_NOWHERE);
    mt_raise(a, MT_EVENT_DEPT_REMOVE, dept.num, dept.id);

    dept.removed = a->time;
    dept.updated = a->time;

    result->num = dept.num;

    return mt_dept_save(a, &dept);
}


mt_status_t
mt_dept_ref(mt_apply_t *a, mt_str_t ref, int64_t *num)
{
    *num = 0;

    if (ref.len == 0 || mt_str_eq(ref, mt_dept_root)) {
        return MT_OK;
    }

    *num = mt_resolve(a->txn, a->company, MT_NAME_DEPT, ref);

    return *num ? MT_OK : MT_NO_SUCH_DEPT;
}


/* Rejects a move of a department below itself.  The tree has no circle, so the
 * walk ends. */

static mt_status_t
mt_dept_judge_parent(mt_apply_t *a, int64_t dept, int64_t parent)
{
    mt_key_t   key;
    mt_dept_t  above;

    while (parent != 0) {
        if (parent == dept) {
            return MT_DEPT_CIRCLE;
        }

        mt_key_num(&key, a->company, parent);

        if (mt_load(a->txn, MT_DB_DEPT, &key, &mt_dept_model, &above,
                    a->arena) != 1)
        {
            return MT_STORE_FAILED;
        }

        parent = above.parent;
    }

    return MT_OK;
}


static int
mt_dept_used(mt_apply_t *a, int64_t dept)
{
    int       used;
    mt_key_t  prefix;

    mt_key_num(&prefix, a->company, dept);

    used = mt_any(a->txn, MT_DB_DEPT_CHILD, &prefix);

    return used ? used : mt_any(a->txn, MT_DB_MEMBER, &prefix);
}


int
mt_any(mt_txn_t *txn, mt_db_t db, const mt_key_t *prefix)
{
    int           found;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    cursor = mt_cursor_open(txn, db, prefix);
    if (cursor == NULL) {
        return -1;
    }

    found = mt_cursor_first(cursor, &key, &value);
    mt_cursor_close(cursor);

    return found;
}


static void
mt_dept_move(mt_apply_t *a, int64_t dept, int64_t from, int64_t to)
{
    mt_key_t  key;

    if (from == to) {
        return;
    }

    if (from != MT_NOWHERE) {
        mt_key_num2(&key, a->company, from, dept);
        (void) mt_del(a->txn, MT_DB_DEPT_CHILD, &key);
    }

    if (to != MT_NOWHERE) {
        mt_key_num2(&key, a->company, to, dept);
        (void) mt_put(a->txn, MT_DB_DEPT_CHILD, &key, MT_STR(""));
    }
}


static mt_status_t
mt_dept_save(mt_apply_t *a, const mt_dept_t *dept)
{
    mt_key_t  key;

    mt_key_num(&key, a->company, dept->num);

    return mt_save(a->txn, MT_DB_DEPT, &key, &mt_dept_model, dept, a->arena);
}


#include "base/mt_crypto.h"
#include "domain/directory/mt_face.h"
#include "domain/kernel/mt_quota.h"


static mt_step_t mt_user_edit_start(mt_call_t *call);
static void mt_user_edit_work(mt_call_t *call);
static mt_step_t mt_user_remove_start(mt_call_t *call);
static mt_step_t mt_user_edit_resume(mt_call_t *call);
static mt_step_t mt_user_edit_command(mt_call_t *call, mt_str_t password);
static mt_status_t mt_user_add_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_user_update_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_user_remove_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_user_judge_new(mt_apply_t *a,
    const mt_user_edit_t *args, mt_user_t *user);
static int mt_user_judge_removed(mt_apply_t *a, mt_str_t id,
    mt_user_t *user);
static mt_status_t mt_user_edit(mt_apply_t *a, const mt_user_edit_t *args,
    mt_user_t *user, mt_result_t *result);
static void mt_user_reindex(mt_apply_t *a, const mt_user_t *from,
    const mt_user_t *to);
static int mt_user_is_member(const mt_user_t *user);
static mt_status_t mt_user_end_sessions(mt_apply_t *a, int64_t user);


const mt_operation_t  mt_op_user_add = {
    .code = MT_CODE_user_add,
    .grows = 1,
    .cpu_work = 1,
    .name = "user_add",
    .kind = MT_NAME_USER,
    .args = &mt_user_edit_model,
    .body = &mt_user_edit_model,
    .start = mt_user_edit_start,
    .work = mt_user_edit_work,
    .resume = mt_user_edit_resume,
    .finish = mt_directory_finish,
    .apply = mt_user_add_apply
};

const mt_operation_t  mt_op_user_update = {
    .code = MT_CODE_user_update,
    .grows = 1,
    .cpu_work = 1,
    .name = "user_update",
    .kind = MT_NAME_USER,
    .args = &mt_user_edit_model,
    .body = &mt_user_edit_model,
    .start = mt_user_edit_start,
    .work = mt_user_edit_work,
    .resume = mt_user_edit_resume,
    .finish = mt_directory_finish,
    .apply = mt_user_update_apply
};

const mt_operation_t  mt_op_user_remove = {
    .code = MT_CODE_user_remove,
    .reserve = 1,
    .name = "user_remove",
    .args = &mt_named_model,
    .body = &mt_user_removal_model,
    .start = mt_user_remove_start,
    .finish = mt_face_dropped,
    .apply = mt_user_remove_apply
};


const mt_str_t  mt_default_password = mt_str("hf@123456");


/* Fields that are unique beside the id.  Their numbers are the same in record
 * and arguments. */

static const struct {
    const mt_field_t  *field;
    enum mt_name       kind;
    mt_status_t        taken;
} mt_user_names[] = {
    { MT_FIELD(user, account), MT_NAME_ACCOUNT, MT_ACCOUNT_TAKEN },
    { MT_FIELD(user, phone),   MT_NAME_PHONE,   MT_PHONE_TAKEN },
    { MT_FIELD(user, email),   MT_NAME_EMAIL,   MT_EMAIL_TAKEN }
};

#define mt_user_name(user, i)                                                 \
    (*(const mt_str_t *) ((const char *) (user)                               \
                          + mt_user_names[i].field->offset))

/* Fields that an edit copies unchanged: all but the id, which stays. */
#define MT_USER_EDITABLE                                                      \
    ((0 MT_USER_TEXT_FIELDS(MT_FIELD_BIT, user_edit))                         \
     & ~MT_BIT(user_edit, id))


/* The record holds no hash of the default password, so none is made. */

static mt_step_t
mt_user_edit_start(mt_call_t *call)
{
    const mt_user_edit_t  *args;

    args = call->args;

    if (args->plain.len == 0 || mt_str_eq(args->plain, mt_default_password)) {
        return mt_user_edit_command(call, MT_STR(""));
    }

    return MT_STEP_WORK;
}


/* Runs in a thread: the hash is slow on purpose. */

static void
mt_user_edit_work(mt_call_t *call)
{
    char                   hex[MT_MD5_HEX];
    mt_str_t              *hash, md5;
    const mt_user_edit_t  *args;

    args = call->args;

    hash = mt_arena_alloc(call->arena, sizeof(*hash));
    md5 = mt_password_md5(args->plain, hex);

    if (hash && md5.len) {
        *hash = mt_password_hash(call->arena, md5);
    }

    call->state = hash;
}


static mt_step_t
mt_user_edit_resume(mt_call_t *call)
{
    const mt_str_t  *hash;

    hash = call->state;

    if (hash == NULL || hash->len == 0) {
        return mt_call_reject(call, MT_INTERNAL, 0);
    }

    return mt_user_edit_command(call, *hash);
}


/* The command holds the hash of a password that was given, never the
 * password. */

static mt_step_t
mt_user_edit_command(mt_call_t *call, mt_str_t password)
{
    mt_user_edit_t  *args;

    args = call->args;

    if (mt_has(args, user_edit, plain)) {
        mt_set(args, user_edit, password, password);

        args->plain = MT_STR("");
        args->has &= ~MT_BIT(user_edit, plain);
    }

    if (call->op == &mt_op_user_add) {
        mt_set(args, user_edit, revive, 1);
    }

    if (call->op == &mt_op_user_add && args->id.len == 0) {
        mt_set(args, user_edit, fresh_id, mt_fresh_id(call->arena));

        if (args->fresh_id.len == 0) {
            return mt_call_reject(call, MT_INTERNAL, 0);
        }
    }

    return mt_start_command(call);
}


static mt_step_t
mt_user_remove_start(mt_call_t *call)
{
    const mt_named_t  *args = call->args;

    mt_user_removal_t  removal;

    memset(&removal, 0, sizeof(removal));
    mt_set(&removal, user_removal, ref, args->ref);
    mt_set(&removal, user_removal, keep, 1);

    if (args->reason.len) {
        mt_set(&removal, user_removal, reason, args->reason);
    }

    if (args->operator) {
        mt_set(&removal, user_removal, operator, 1);
    }

    /* apply() reads all rooms' lists of users, and writes some of them */

    call->seats = mt_rooms_seats(call);

    return mt_command(call, &removal);
}


mt_str_t
mt_password_md5(mt_str_t plain, char hex[MT_MD5_HEX])
{
    uint8_t  md5[MT_MD5_LEN];

    if (mt_md5(&plain, 1, md5) != 0) {
        return MT_STR("");
    }

    mt_hex_lower(md5, sizeof(md5), hex);

    return (mt_str_t) { MT_MD5_HEX, hex };
}


static mt_status_t
mt_user_add_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_user_edit_t  *args = body;

    mt_user_t    user, before;
    mt_status_t  rc;

    rc = mt_user_judge_new(a, args, &user);
    if (rc != MT_OK) {
        return mt_apply_reject(result, rc, MT_user_edit_id, 0);
    }

    before = user;

    user.placeholder = 0;
    user.status = MT_USER_ENABLED;
    user.created = a->time;

    rc = mt_user_edit(a, args, &user, result);

    if (rc == MT_OK) {
        rc = mt_quota_people(a, before.placeholder ? 0 : 1);
    }

    if (rc != MT_OK) {
        return rc;
    }

    if (!before.placeholder) {
        mt_usage_add(a->txn, a->company, 0, 0, 1);
        user.num = mt_id_take(a, MT_NAME_USER, user.id, user.num);
    }

    mt_user_reindex(a, NULL, &user);
    mt_raise(a, MT_EVENT_USER_ADD, user.num, user.id);

    result->num = user.num;

    return mt_user_save(a, &user);
}


/* Sets *user to the record to fill: a new one, or the placeholder of this
 * id. */

static mt_status_t
mt_user_judge_new(mt_apply_t *a, const mt_user_edit_t *args,
    mt_user_t *user)
{
    mt_status_t  rc;

    memset(user, 0, sizeof(*user));

    if (args->id.len) {
        rc = mt_find(a->txn, a->company, MT_NAME_USER, args->id, user,
                     a->arena);

        if (rc == MT_OK && user->placeholder
            && mt_str_eq(user->id, args->id))
        {
            return MT_OK;
        }

        if (rc != MT_NO_SUCH_USER) {
            return rc == MT_OK ? MT_ID_TAKEN : rc;
        }

        if (args->revive && mt_user_judge_removed(a, args->id, user)) {
            return MT_OK;
        }

        memset(user, 0, sizeof(*user));
    }

    user->id = args->id.len ? args->id : args->fresh_id;

    return mt_id_judge(a, MT_NAME_USER, user->id, &user->num);
}


/* Returns 1 with the number and id of the removed user of this id, else 0.
 * Nothing else of that user comes back. */

static int
mt_user_judge_removed(mt_apply_t *a, mt_str_t id, mt_user_t *user)
{
    int64_t    num;
    mt_user_t  removed;

    num = mt_ref_num(a->txn, a->company, MT_NAME_USER, id);

    if (num == 0
        || mt_user_load(a->txn, a->company, num, &removed, a->arena) != 1
        || removed.removed == 0 || removed.heir
        || !mt_str_eq(removed.id, id))
    {
        return 0;
    }

    memset(user, 0, sizeof(*user));
    user->num = num;
    user->id = removed.id;

    return 1;
}


static mt_status_t
mt_user_update_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_user_edit_t  *args = body;

    mt_user_t    user, before;
    mt_status_t  rc;

    rc = mt_user_target(a, args->ref, MT_user_edit_ref, result, &user);
    if (rc != MT_OK) {
        return rc;
    }

    before = user;

    rc = mt_user_edit(a, args, &user, result);
    if (rc != MT_OK) {
        return rc;
    }

    result->num = user.num;
    before.updated = user.updated;

    if (mt_apply_idle(a, &mt_user_model, &before, &user)) {
        return MT_OK;
    }

    mt_user_reindex(a, &before, &user);
    mt_raise(a, MT_EVENT_USER_UPDATE, user.num, user.id);

    /* a password is often changed because others know it */

    if (!mt_user_may_log_in(&user)
        || !mt_str_eq(user.password, before.password))
    {
        rc = mt_user_end_sessions(a, user.num);
        if (rc != MT_OK) {
            return rc;
        }
    }

    return mt_user_save(a, &user);
}


mt_status_t
mt_user_vanish(mt_apply_t *a, mt_user_t *user)
{
    mt_status_t  rc;

    mt_user_reindex(a, user, NULL);
    mt_raise(a, MT_EVENT_USER_REMOVE, user->num, user->id);

    rc = mt_user_end_sessions(a, user->num);
    if (rc == MT_OK) {
        rc = mt_rooms_forget_user(a, user->num);
    }

    if (rc != MT_OK) {
        return rc;
    }

    mt_face_drop(a, user);
    mt_usage_add(a->txn, a->company, 0, 0, -1);

    user->removed = a->time;
    user->updated = a->time;

    return MT_OK;
}


/* The record stays, for meetings that the user attended; its names, sessions
 * and index entries go. */

static mt_status_t
mt_user_remove_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_user_removal_t  *args = body;

    mt_user_t    user;
    mt_status_t  rc;

    rc = mt_user_target(a, args->ref, MT_user_removal_ref, result, &user);
    if (rc != MT_OK) {
        return rc;
    }

    if (!args->keep) {
        mt_name_del(a->txn, a->company, MT_NAME_USER, user.id);
    }

    rc = mt_user_vanish(a, &user);
    result->num = user.num;

    return rc == MT_OK ? mt_user_save(a, &user) : rc;
}


mt_status_t
mt_user_target(mt_apply_t *a, mt_str_t ref, unsigned field,
    mt_result_t *result, mt_user_t *user)
{
    mt_status_t  rc;

    rc = mt_apply_target(a, MT_NAME_USER, ref, field, result, user);

    return rc == MT_OK && user->placeholder
           ? mt_apply_reject(result, MT_NO_SUCH_USER, field, 0) : rc;
}


/* Judges an edit and changes *user; nothing is stored. */

static mt_status_t
mt_user_edit(mt_apply_t *a, const mt_user_edit_t *args, mt_user_t *user,
    mt_result_t *result)
{
    size_t       i;
    int64_t      owner;
    mt_str_t     name;
    mt_status_t  rc;

    mt_patch(user, &mt_user_model, args, &mt_user_edit_model,
             MT_USER_EDITABLE);
    user->updated = a->time;

    if (mt_has(args, user_edit, dept)) {
        rc = mt_dept_ref(a, args->dept, &user->dept);
        if (rc != MT_OK) {
            return mt_apply_reject(result, rc, MT_user_edit_dept, 0);
        }
    }

    for (i = 0; i < mt_nitems(mt_user_names); i++) {
        name = mt_user_name(user, i);
        if (name.len == 0) {
            continue;
        }

        owner = (int64_t) mt_name_find(a->txn, a->company,
                                       mt_user_names[i].kind, name);
        if (owner != 0 && owner != user->num) {
            return mt_apply_reject(result, mt_user_names[i].taken,
                                   mt_user_names[i].field->number, 0);
        }
    }

    return MT_OK;
}


/* Moves names and index entries from one state of a user to another; NULL is
 * a user without any. */

static void
mt_user_reindex(mt_apply_t *a, const mt_user_t *from, const mt_user_t *to)
{
    int                was, is;
    size_t             i;
    mt_key_t           key;
    mt_str_t           old, new;
    static mt_user_t   nobody;

    from = from ? from : &nobody;
    to = to ? to : &nobody;

    for (i = 0; i < mt_nitems(mt_user_names); i++) {
        old = mt_user_name(from, i);
        new = mt_user_name(to, i);

        if (mt_str_eq(old, new)) {
            continue;
        }

        if (old.len) {
            mt_name_del(a->txn, a->company, mt_user_names[i].kind, old);
        }

        if (new.len) {
            (void) mt_name_put(a->txn, a->company, mt_user_names[i].kind, new,
                               (uint64_t) to->num);
        }
    }

    was = mt_user_is_member(from);
    is = mt_user_is_member(to);

    if (was && is && from->dept == to->dept) {
        return;
    }

    if (was) {
        mt_key_num2(&key, a->company, from->dept, from->num);
        (void) mt_del(a->txn, MT_DB_MEMBER, &key);
    }

    if (is) {
        mt_key_num2(&key, a->company, to->dept, to->num);
        (void) mt_put(a->txn, MT_DB_MEMBER, &key, MT_STR(""));
    }
}


static int
mt_user_is_member(const mt_user_t *user)
{
    return user->num != 0 && !user->placeholder;
}


int
mt_user_may_log_in(const mt_user_t *user)
{
    return user->removed == 0 && !user->placeholder
           && user->status == MT_USER_ENABLED;
}


static mt_status_t
mt_user_end_sessions(mt_apply_t *a, int64_t user)
{
    int           found;
    mt_key_t      prefix, at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_key_num(&prefix, a->company, user);

    /* a deletion may move the cursor's entry: one cursor per deletion */

    for ( ;; ) {
        cursor = mt_cursor_open(a->txn, MT_DB_SESSION, &prefix);
        if (cursor == NULL) {
            return MT_NO_MEMORY;
        }

        found = mt_cursor_first(cursor, &key, &value);
        if (found == 1) {
            mt_key_copy(&at, key);
        }

        mt_cursor_close(cursor);

        if (found == 1) {
            found = mt_del(a->txn, MT_DB_SESSION, &at);
        }

        if (found != 1) {
            return found == 0 ? MT_OK : MT_STORE_FAILED;
        }
    }
}


int
mt_user_load(mt_txn_t *txn, uint32_t company, int64_t num, mt_user_t *user,
    mt_arena_t *arena)
{
    mt_key_t  key;

    mt_key_num(&key, company, num);

    return mt_load_copy(txn, MT_DB_USER, &key, &mt_user_model, user, arena);
}


int64_t
mt_user_placeholder(mt_apply_t *a, mt_str_t id, mt_str_t name)
{
    mt_user_t    user;
    mt_status_t  rc;

    memset(&user, 0, sizeof(user));

    rc = mt_id_judge(a, MT_NAME_USER, id, &user.num);
    if (rc != MT_OK) {
        a->failed = MT_INTERNAL;
        return 0;
    }

    user.num = mt_id_take(a, MT_NAME_USER, id, user.num);
    user.id = id;
    user.name = name;
    user.status = MT_USER_ENABLED;
    user.placeholder = 1;
    user.created = a->time;
    user.updated = a->time;

    (void) mt_user_save(a, &user);
    mt_usage_add(a->txn, a->company, 0, 0, 1);

    return user.num;
}


mt_status_t
mt_user_save(mt_apply_t *a, const mt_user_t *user)
{
    mt_key_t  key;

    mt_key_num(&key, a->company, user->num);

    return mt_save(a->txn, MT_DB_USER, &key, &mt_user_model, user, a->arena);
}


/* Commands on one user. */

#include "ctl/mt_ctl.h"
#include "domain/directory/mt_directory.h"


MT_JSON_TABLE(mt_ctl_user_options,
    { "user",   MT_FIELD(user_edit, ref) },
    { "reason", MT_FIELD(user_edit, reason) }
);

MT_JSON_TABLE(mt_ctl_user_remove_options,
    { "user",   MT_FIELD(named, ref) },
    { "reason", MT_FIELD(named, reason) }
);

/* Names the option that a rejection of the removal's command is about. */
MT_JSON_TABLE(mt_ctl_user_removal_options,
    { "user", MT_FIELD(user_removal, ref) }
);

/* sessions: how many there are.  own_password: 1 if it is not the default
 * one. */
#define MT_CTL_SHOWN_FIELDS(F, M)                                             \
    F(M, 1, INT, sessions,      0, MT_NUM_MAX, NULL)                          \
    F(M, 2, INT, own_password,  0, 1, NULL)

MT_DECLARE_MODEL(ctl_shown, MT_CTL_SHOWN_FIELDS);
MT_DEFINE_MODEL(ctl_shown, MT_CTL_SHOWN_FIELDS);

typedef struct {
    mt_user_t       user;
    mt_dept_t       dept;
    mt_ctl_shown_t  shown;
} mt_ctl_user_t;

#define MT_CTL_OF_USER(wire, name)                                            \
    { wire, MT_FIELD(user, name), offsetof(mt_ctl_user_t, user) }

#define MT_CTL_OF_SHOWN(wire, name)                                           \
    { wire, MT_FIELD(ctl_shown, name), offsetof(mt_ctl_user_t, shown) }

MT_JSON_TABLE(mt_ctl_user_row,
    MT_CTL_OF_USER("user", num),
    MT_CTL_OF_USER("id", id),
    MT_CTL_OF_USER("name", name),
    MT_CTL_OF_USER("status", status),
    MT_CTL_OF_USER("admin", admin),
    MT_CTL_OF_USER("removed", removed)
);

MT_JSON_TABLE(mt_ctl_user_whole,
    MT_CTL_OF_USER("user", num),
    MT_CTL_OF_USER("id", id),
    MT_CTL_OF_USER("name", name),
    MT_CTL_OF_USER("account", account),
    MT_CTL_OF_USER("phone", phone),
    MT_CTL_OF_USER("email", email),
    MT_CTL_OF_USER("position", job),
    MT_CTL_OF_USER("memo", memo),
    { "department", MT_FIELD(dept, name), offsetof(mt_ctl_user_t, dept) },
    MT_CTL_OF_USER("status", status),
    MT_CTL_OF_USER("admin", admin),
    MT_CTL_OF_USER("placeholder", placeholder),
    MT_CTL_OF_SHOWN("ownPassword", own_password),
    MT_CTL_OF_SHOWN("sessions", sessions),
    MT_CTL_OF_USER("created", created),
    MT_CTL_OF_USER("updated", updated),
    MT_CTL_OF_USER("removed", removed)
);


/* Loads a user by number, also one who was removed.  Returns MT_CTL_OK, or
 * MT_CTL_FAILED, having said why. */

static int
mt_ctl_user_load(mt_ctl_t *ctl, mt_txn_t *txn, int64_t num,
    mt_ctl_user_t *row)
{
    int           found;
    mt_key_t      key;
    mt_str_t      at, value;
    mt_cursor_t  *cursor;

    memset(row, 0, sizeof(*row));

    found = num ? mt_user_load(txn, ctl->company, num, &row->user, ctl->arena)
                : 0;

    if (found == 0 && mt_txn_status(txn) == MT_OK) {
        return mt_ctl_fail("--user: %s (%s)",
                           mt_status_reason(MT_NO_SUCH_USER),
                           mt_status_name(MT_NO_SUCH_USER));
    }

    if (found == 1 && row->user.dept) {
        mt_key_num(&key, ctl->company, row->user.dept);
        found = mt_load(txn, MT_DB_DEPT, &key, &mt_dept_model, &row->dept,
                        ctl->arena);
    }

    if (found != 1) {
        return mt_ctl_fail_status("store", MT_STORE_FAILED);
    }

    row->shown.own_password = row->user.password.len != 0;

    mt_key_num(&key, ctl->company, num);

    cursor = mt_cursor_open(txn, MT_DB_SESSION, &key);
    if (cursor == NULL) {
        return mt_ctl_fail_status("store", MT_NO_MEMORY);
    }

    for (found = mt_cursor_first(cursor, &at, &value); found == 1;
         found = mt_cursor_next(cursor, &at, &value))
    {
        row->shown.sessions++;
    }

    mt_cursor_close(cursor);

    return found == 0 ? MT_CTL_OK
                      : mt_ctl_fail_status("store", MT_STORE_FAILED);
}


/* Prints the user as the command has left it. */

static int
mt_ctl_user_changed(mt_ctl_t *ctl, int64_t num)
{
    int             rc;
    mt_txn_t       *txn;
    mt_ctl_user_t   row;

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    rc = mt_ctl_user_load(ctl, txn, num, &row);

    if (rc == MT_CTL_OK) {
        rc = mt_ctl_print(ctl, &mt_ctl_user_row, &row);
    }

    mt_ctl_read_end(ctl, txn);

    return rc;
}


/* `args` has what is to change. */

static int
mt_ctl_user_set(mt_ctl_t *ctl, mt_user_edit_t *args)
{
    mt_call_t  call;

    if (mt_ctl_args(ctl, &mt_ctl_user_options, args) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    mt_set(args, user_edit, operator, 1);

    return mt_ctl_run(ctl, &call, &mt_op_user_update, &mt_ctl_user_options,
                      args)
           == MT_CTL_OK
           ? mt_ctl_user_changed(ctl, call.result.num) : MT_CTL_FAILED;
}


static int
mt_ctl_user_set_status(mt_ctl_t *ctl, int64_t status)
{
    mt_user_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, status, status);

    return mt_ctl_user_set(ctl, &args);
}


int
mt_ctl_user_disable(mt_ctl_t *ctl)
{
    return mt_ctl_user_set_status(ctl, MT_USER_DISABLED);
}


int
mt_ctl_user_enable(mt_ctl_t *ctl)
{
    return mt_ctl_user_set_status(ctl, MT_USER_ENABLED);
}


int
mt_ctl_user_admin(mt_ctl_t *ctl)
{
    int             on;
    mt_str_t        state;
    mt_user_edit_t  args;

    state = mt_cstr(ctl->operand);
    on = mt_str_eq(state, MT_STR("on"));

    if (!on && !mt_str_eq(state, MT_STR("off"))) {
        return mt_ctl_fail("\"%s\" is neither on nor off", ctl->operand);
    }

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, admin, on);

    return mt_ctl_user_set(ctl, &args);
}


int
mt_ctl_user_remove(mt_ctl_t *ctl)
{
    mt_call_t   call;
    mt_named_t  args;

    memset(&args, 0, sizeof(args));

    if (mt_ctl_args(ctl, &mt_ctl_user_remove_options, &args) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    mt_set(&args, named, operator, 1);

    return mt_ctl_run(ctl, &call, &mt_op_user_remove,
                      &mt_ctl_user_removal_options, &args)
           == MT_CTL_OK
           ? mt_ctl_user_changed(ctl, call.result.num) : MT_CTL_FAILED;
}


static void
mt_ctl_history_number(mt_ctl_t *ctl, const char *key, int64_t value)
{
    mt_json_key(ctl->writer, key);
    mt_json_int(ctl->writer, value);
}


/* Prints a command of the journal that changed the user.  Commands without
 * operator and reason are those of clients and of imports. */

static int
mt_ctl_history_line(mt_ctl_t *ctl, int64_t time, const mt_command_t *command,
    const mt_operation_t *op, mt_arena_t *arena)
{
    int64_t            admin, status, operator;
    mt_str_t           reason;
    mt_user_edit_t     edit;
    mt_user_removal_t  removal;

    admin = -1;
    status = -1;
    operator = 0;
    reason = MT_STR("");

    if (op->body == &mt_user_edit_model) {
        if (mt_record_decode(command->body, op->body, &edit, arena) != MT_OK) {
            return mt_ctl_fail_status("journal", MT_STORE_FAILED);
        }

        admin = mt_has(&edit, user_edit, admin) ? edit.admin : -1;
        status = mt_has(&edit, user_edit, status) ? edit.status : -1;
        operator = edit.operator;
        reason = edit.reason;
    }

    if (op->body == &mt_user_removal_model) {
        if (mt_record_decode(command->body, op->body, &removal, arena)
            != MT_OK)
        {
            return mt_ctl_fail_status("journal", MT_STORE_FAILED);
        }

        operator = removal.operator;
        reason = removal.reason;
    }

    mt_ctl_line(ctl);
    mt_json_open_object(ctl->writer);

    mt_ctl_history_number(ctl, "time", time);
    mt_json_key(ctl->writer, "operation");
    mt_json_string(ctl->writer, mt_cstr(op->name));

    if (admin != -1) {
        mt_ctl_history_number(ctl, "admin", admin);
    }

    if (status != -1) {
        mt_ctl_history_number(ctl, "status", status);
    }

    mt_ctl_history_number(ctl, "operator", operator);
    mt_ctl_history_number(ctl, "by", command->actor);
    mt_json_key(ctl->writer, "reason");
    mt_json_string(ctl->writer, reason);
    mt_json_close_object(ctl->writer);

    return mt_ctl_flush(ctl);
}


/* Returns 1 if the entry has an event about the user, else 0. */

static int
mt_ctl_history_is_of(const mt_journal_t *entry, int64_t num)
{
    size_t             i;
    const mt_event_t  *events;

    events = entry->events.v;

    for (i = 0; i < entry->events.n; i++) {
        if (events[i].num == num
            && (events[i].type == MT_EVENT_USER_ADD
                || events[i].type == MT_EVENT_USER_UPDATE
                || events[i].type == MT_EVENT_USER_REMOVE))
        {
            return 1;
        }
    }

    return 0;
}


static int
mt_ctl_history_entry(mt_ctl_t *ctl, mt_str_t value, int64_t num,
    mt_arena_t *arena)
{
    mt_journal_t           entry;
    mt_command_t           command;
    const mt_operation_t  *op;

    if (mt_record_decode(value, &mt_journal_model, &entry, arena) != MT_OK) {
        return mt_ctl_fail_status("journal", MT_STORE_FAILED);
    }

    if (entry.company != ctl->company || !mt_ctl_history_is_of(&entry, num)) {
        return MT_CTL_OK;
    }

    op = mt_record_decode(entry.command, &mt_command_model, &command, arena)
         == MT_OK ? mt_operation((unsigned) command.op) : NULL;

    return op ? mt_ctl_history_line(ctl, entry.time, &command, op, arena)
              : mt_ctl_fail_status("journal", MT_STORE_FAILED);
}


/* Reads the whole journal. */

static int
mt_ctl_user_history(mt_ctl_t *ctl, mt_txn_t *txn, int64_t num)
{
    int           rc, found;
    mt_str_t      key, value;
    mt_arena_t   *arena;
    mt_cursor_t  *cursor;

    arena = mt_arena_create(0);
    cursor = arena ? mt_cursor_open(txn, MT_DB_JOURNAL, NULL) : NULL;

    if (cursor == NULL) {
        mt_arena_destroy(arena);
        return mt_ctl_fail_status("journal", MT_NO_MEMORY);
    }

    rc = MT_CTL_OK;

    for (found = mt_cursor_first(cursor, &key, &value);
         found == 1 && rc == MT_CTL_OK;
         found = mt_cursor_next(cursor, &key, &value))
    {
        mt_arena_reset(arena);
        rc = mt_ctl_history_entry(ctl, value, num, arena);
    }

    mt_cursor_close(cursor);
    mt_arena_destroy(arena);

    return found == -1 ? mt_ctl_fail_status("journal", MT_STORE_FAILED) : rc;
}


int
mt_ctl_user_show(mt_ctl_t *ctl)
{
    int             rc;
    int64_t         num;
    mt_txn_t       *txn;
    mt_ctl_user_t   row;

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    num = mt_ref_num(txn, ctl->company, MT_NAME_USER,
                     mt_cstr(ctl->given[MT_OPT_USER]));

    rc = mt_ctl_user_load(ctl, txn, num, &row);

    if (rc == MT_CTL_OK) {
        rc = mt_ctl_print(ctl, &mt_ctl_user_whole, &row);
    }

    if (rc == MT_CTL_OK && ctl->given[MT_OPT_HISTORY]) {
        rc = mt_ctl_user_history(ctl, txn, num);
    }

    mt_ctl_read_end(ctl, txn);

    return rc;
}

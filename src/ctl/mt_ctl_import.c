
/*
 * user import: rows are read in groups; the passwords of a group are hashed by
 * as many threads as there are processors, then its people are added or
 * updated, one command each, in one transaction.
 */

#include "ctl/mt_ctl.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mt_crypto.h"
#include "ctl/mt_ctl_rows.h"
#include "domain/directory/mt_directory.h"


#define MT_IMPORT_GROUP        500
#define MT_IMPORT_THREADS_MAX  64

/* mt_user_edit_t's dept is the department's ref, a row has its name */

#define MT_CTL_DEPT_FIELDS(F, M)                                              \
    F(M, 1, STR, department,    0, MT_NAME_MAX, NULL)

MT_DECLARE_MODEL(ctl_dept, MT_CTL_DEPT_FIELDS);
MT_DEFINE_MODEL(ctl_dept, MT_CTL_DEPT_FIELDS);

typedef struct {
    mt_user_edit_t  user;
    mt_ctl_dept_t   dept;
    mt_error_t      error;
    size_t          line;
} mt_import_row_t;

MT_JSON_TABLE(mt_import_columns,
    { "id",         MT_FIELD(user_edit, id), 0, 0, &mt_wire_ref },
    { "name",       MT_FIELD(user_edit, name) },
    { "account",    MT_FIELD(user_edit, account) },
    { "phone",      MT_FIELD(user_edit, phone), 0, 0, &mt_wire_ref },
    { "email",      MT_FIELD(user_edit, email) },
    { "position",   MT_FIELD(user_edit, job) },
    { "memo",       MT_FIELD(user_edit, memo) },
    { "department", MT_FIELD(ctl_dept, department),
                    offsetof(mt_import_row_t, dept) },
    { "password",   MT_FIELD(user_edit, password) }
);

#define MT_IMPORT_SUMMARY_FIELDS(F, M)                                        \
    F(M, 1, INT, read,          0, INT64_MAX, NULL)                           \
    F(M, 2, INT, added,         0, INT64_MAX, NULL)                           \
    F(M, 3, INT, updated,       0, INT64_MAX, NULL)                           \
    F(M, 4, INT, failed,        0, INT64_MAX, NULL)                           \
    F(M, 5, INT, departments,   0, INT64_MAX, NULL)

MT_DECLARE_MODEL(import_summary, MT_IMPORT_SUMMARY_FIELDS);
MT_DEFINE_MODEL(import_summary, MT_IMPORT_SUMMARY_FIELDS);

MT_JSON_TABLE(mt_import_summary_row,
    { "read",              MT_FIELD(import_summary, read) },
    { "added",             MT_FIELD(import_summary, added) },
    { "updated",           MT_FIELD(import_summary, updated) },
    { "failed",            MT_FIELD(import_summary, failed) },
    { "departments_added", MT_FIELD(import_summary, departments) }
);


typedef struct {
    mt_import_row_t  *rows;
    size_t            n;
    atomic_size_t     next;        /* of the rows to be hashed */
} mt_import_group_t;

typedef struct {
    mt_import_group_t  *group;
    mt_arena_t         *arena;     /* of the group's hashes */
    pthread_t           thread;
    int                 started;
} mt_import_worker_t;

typedef struct {
    mt_ctl_t            *ctl;
    mt_rows_reader_t     reader;
    mt_arena_t          *arena;    /* of a group */
    mt_import_group_t    group;
    mt_import_worker_t  *workers;
    size_t               nworkers;
    GHashTable          *depts;    /* name -> number, in ctl->arena */
    mt_machine_t         machine;
    mt_txn_t            *txn;
    mt_import_summary_t  summary;
} mt_import_t;


/* The stored form of a password as people type it. */

static mt_str_t
mt_import_hash(mt_arena_t *arena, mt_str_t password)
{
    char      hex[2 * MT_MD5_LEN];
    uint8_t   md5[MT_MD5_LEN];

    if (mt_md5(&password, 1, md5) == -1) {
        return MT_STR("");
    }

    mt_hex_lower(md5, sizeof(md5), hex);

    return mt_password_hash(arena, (mt_str_t) { sizeof(hex), hex });
}


static void
mt_import_hash_row(mt_import_row_t *row, mt_arena_t *arena)
{
    mt_str_t  *password;

    password = &row->user.password;

    /* the default one costs no hash: its record is none */

    if (mt_str_eq(*password, mt_default_password)) {
        *password = MT_STR("");
    }

    if (row->error.status != MT_OK || password->len == 0) {
        return;
    }

    *password = mt_import_hash(arena, *password);

    if (password->len == 0) {
        row->error.status = MT_NO_MEMORY;
        row->error.field = MT_STR("password");
    }
}


static void *
mt_import_work(void *data)
{
    mt_import_worker_t  *worker = data;

    size_t  i;

    for ( ;; ) {
        i = atomic_fetch_add(&worker->group->next, 1);

        if (i >= worker->group->n) {
            return NULL;
        }

        mt_import_hash_row(&worker->group->rows[i], worker->arena);
    }
}


/* This thread takes part as the first worker: it is there in any case. */

static void
mt_import_hash_group(mt_import_t *import)
{
    size_t               i;
    mt_import_worker_t  *worker;

    atomic_store(&import->group.next, 0);

    for (i = 0; i < import->nworkers; i++) {
        worker = &import->workers[i];
        mt_arena_reset(worker->arena);

        worker->started = i > 0
                          && pthread_create(&worker->thread, NULL,
                                            mt_import_work, worker) == 0;
    }

    mt_import_work(&import->workers[0]);

    for (i = 1; i < import->nworkers; i++) {
        if (import->workers[i].started) {
            pthread_join(import->workers[i].thread, NULL);
        }
    }
}


/* One command, in the group's transaction. */

static mt_status_t
mt_import_apply(mt_import_t *import, const mt_operation_t *op,
    const void *body, mt_result_t *result)
{
    mt_str_t   command;
    mt_call_t  call;

    memset(&call, 0, sizeof(call));

    call.arena = import->arena;
    call.op = op;
    call.company = import->ctl->company;
    call.now = mt_ctl_now();

    if (mt_command(&call, body) != MT_STEP_COMMIT) {
        return MT_NO_MEMORY;
    }

    command.data = call.command.data;
    command.len = call.command.len;

    return import->machine.apply(import->machine.ctx, command, result);
}


static void
mt_import_know_dept(mt_import_t *import, mt_str_t name, int64_t num)
{
    char     *key;
    int64_t  *value;

    key = (char *) mt_arena_str(import->ctl->arena, name).data;
    value = mt_arena_alloc(import->ctl->arena, sizeof(int64_t));

    if (key != NULL && value != NULL) {
        *value = num;
        g_hash_table_insert(import->depts, key, value);
    }
}


/* The company's departments; of two with one name the older stands. */

static int
mt_import_load_depts(mt_import_t *import, mt_txn_t *txn)
{
    int           found;
    mt_str_t      key, value;
    mt_key_t      prefix;
    mt_dept_t     dept;
    mt_cursor_t  *cursor;

    mt_key_company(&prefix, import->ctl->company);

    cursor = mt_cursor_open(txn, MT_DB_DEPT, &prefix);

    if (cursor == NULL) {
        return -1;
    }

    found = mt_cursor_last(cursor, &key, &value);

    while (found == 1) {
        if (mt_record_decode(value, &mt_dept_model, &dept, import->arena)
            != MT_OK)
        {
            found = -1;
            break;
        }

        if (dept.removed == 0) {
            mt_import_know_dept(import, dept.name, dept.num);
        }

        found = mt_cursor_prev(cursor, &key, &value);
    }

    mt_cursor_close(cursor);

    return found;
}


static int
mt_import_load(mt_import_t *import)
{
    int        rc;
    mt_key_t   key;
    mt_txn_t  *txn;
    mt_str_t   value;

    if (!mt_ctl_read(import->ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    mt_key_company(&key, import->ctl->company);

    rc = mt_get(txn, MT_DB_COMPANY, &key, &value);

    if (rc == 1) {
        rc = mt_import_load_depts(import, txn) == -1 ? -1 : 1;
    }

    mt_read_end(txn);

    if (rc == 1) {
        return MT_CTL_OK;
    }

    return mt_ctl_fail_status("import", rc == 0 ? MT_NO_SUCH_COMPANY
                                                : MT_STORE_FAILED);
}


/*
 * The row's department by name, made at the root when there is none.  MT_OK,
 * with a refusal in row->error, or a failure of the whole group.
 */

static mt_status_t
mt_import_dept(mt_import_t *import, mt_import_row_t *row)
{
    int64_t         num, *known;
    mt_str_t        name;
    mt_status_t     status;
    mt_result_t     result;
    mt_dept_edit_t  args;

    name = mt_arena_str(import->arena, row->dept.department);
    known = name.len ? g_hash_table_lookup(import->depts, name.data) : NULL;

    if (known != NULL) {
        num = *known;

    } else {
        memset(&args, 0, sizeof(args));

        mt_set(&args, dept_edit, name, name);
        mt_set(&args, dept_edit, fresh_id, mt_fresh_id(import->arena));

        status = mt_import_apply(import, &mt_op_dept_add, &args, &result);

        if (status != MT_OK || result.status != MT_OK) {
            row->error.status = result.status;
            row->error.field = MT_STR("department");
            return status;
        }

        num = result.num;
        import->summary.departments++;
        mt_import_know_dept(import, name, num);
    }

    mt_set(&row->user, user_edit, dept,
           mt_arena_int(import->arena, num));

    return MT_OK;
}


/*
 * The person a row is about: 0 for a new one (and for a placeholder, whom
 * adding completes).
 */

static int64_t
mt_import_person(mt_import_t *import, const mt_import_row_t *row)
{
    int64_t    num;
    uint32_t   company;
    mt_user_t  user;

    company = import->ctl->company;

    if (mt_has(&row->user, user_edit, id)) {
        num = mt_resolve(import->txn, company, MT_NAME_USER, row->user.id);

    } else {
        num = (int64_t) mt_name_find(import->txn, company, MT_NAME_ACCOUNT,
                                     row->user.account);
    }

    if (num != 0
        && mt_user_load(import->txn, company, num, &user, import->arena) == 1
        && user.placeholder)
    {
        return 0;
    }

    return num;
}


static mt_status_t
mt_import_row(mt_import_t *import, mt_import_row_t *row)
{
    int64_t         num;
    mt_str_t        member;
    mt_status_t     status;
    mt_result_t     result;
    mt_user_edit_t  *user;

    user = &row->user;

    if (row->dept.department.len > 0) {
        status = mt_import_dept(import, row);

        if (status != MT_OK || row->error.status != MT_OK) {
            return status;
        }
    }

    num = mt_import_person(import, row);

    if (num != 0) {
        mt_set(user, user_edit, ref,
               mt_arena_int(import->arena, num));
        user->has &= ~MT_BIT(user_edit, id);

    } else if (!mt_has(user, user_edit, name) || user->name.len == 0) {
        row->error.status = MT_MISSING;
        row->error.field = MT_STR("name");
        return MT_OK;

    } else {
        mt_set(user, user_edit, fresh_id, mt_fresh_id(import->arena));
    }

    status = mt_import_apply(import,
                             num ? &mt_op_user_update : &mt_op_user_add,
                             user, &result);

    if (status == MT_OK && result.status != MT_OK) {
        member = mt_json_wire_path(import->arena, &mt_import_columns,
                                   &mt_user_edit_model, result.field);

        row->error.status = result.status;
        row->error.field = member.len ? member : MT_STR("id");

    } else if (status == MT_OK && num) {
        import->summary.updated++;

    } else if (status == MT_OK) {
        import->summary.added++;
    }

    return status;
}


static void
mt_import_report(mt_import_t *import, const mt_import_row_t *row)
{
    import->summary.failed++;

    mt_ctl_fail("line %zu: %.*s%s%s (%s)", row->line,
                (int) row->error.field.len, row->error.field.data,
                row->error.field.len ? ": " : "",
                mt_status_reason(row->error.status),
                mt_status_name(row->error.status));
}


/* One transaction: all of the group's good rows or, on a failure, none. */

static mt_status_t
mt_import_commit(mt_import_t *import)
{
    size_t               i;
    unsigned             left;
    mt_status_t          status;
    mt_import_row_t     *row;
    mt_import_summary_t  before;

    before = import->summary;
    status = mt_machine_begin(&import->machine, &import->txn, &left);

    if (status != MT_OK) {
        return status;
    }

    for (i = 0; i < import->group.n && status == MT_OK; i++) {
        row = &import->group.rows[i];

        if (row->error.status == MT_OK) {
            status = mt_import_row(import, row);
        }

        if (status == MT_OK && row->error.status != MT_OK) {
            mt_import_report(import, row);
        }
    }

    if (status == MT_OK) {
        status = import->machine.commit(import->machine.ctx);

    } else {
        import->machine.abort(import->machine.ctx);
    }

    if (status != MT_OK) {
        import->summary = before;
    }

    return status;
}


/* Reads the next group: 1, 0 when there was none, -1 on failure. */

static int
mt_import_read(mt_import_t *import)
{
    int               rc;
    mt_import_row_t  *row;

    mt_arena_reset(import->arena);
    import->group.n = 0;
    rc = 1;

    while (import->group.n < MT_IMPORT_GROUP) {
        row = &import->group.rows[import->group.n];
        memset(row, 0, sizeof(mt_import_row_t));

        rc = mt_rows_next(&import->reader, import->arena, row, &row->error);

        if (rc != 1) {
            break;
        }

        row->line = import->reader.row_line;
        import->group.n++;
    }

    return rc == -1 ? -1 : import->group.n > 0;
}


static int
mt_import_groups(mt_import_t *import)
{
    int          rc;
    mt_status_t  status;

    for ( ;; ) {
        rc = mt_import_read(import);

        if (rc == -1) {
            mt_ctl_fail("line %zu: cannot be read", import->reader.row_line);
        }

        if (rc != 1) {
            break;
        }

        mt_import_hash_group(import);
        status = mt_import_commit(import);

        if (status != MT_OK) {
            rc = mt_ctl_fail("lines %zu to %zu: not imported, stopping: %s",
                             import->group.rows[0].line,
                             import->reader.row_line,
                             mt_status_reason(status));
            break;
        }

        import->summary.read += (int64_t) import->group.n;
    }

    if (mt_ctl_print(import->ctl, &mt_import_summary_row, &import->summary)
        != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    return rc != 0 || import->summary.failed > 0 ? MT_CTL_FAILED : MT_CTL_OK;
}


static int
mt_import_prepare(mt_import_t *import)
{
    long         cpus;
    size_t       i;
    mt_batch_t  *batch;
    mt_arena_t  *arena;

    arena = import->ctl->arena;
    batch = mt_ctl_batch(import->ctl);
    cpus = sysconf(_SC_NPROCESSORS_ONLN);

    import->nworkers = cpus < 1 ? 1 : cpus > MT_IMPORT_THREADS_MAX
                                      ? MT_IMPORT_THREADS_MAX : (size_t) cpus;
    import->arena = mt_arena_create(0);
    import->depts = g_hash_table_new(g_str_hash, g_str_equal);
    import->group.rows = mt_arena_alloc(arena, MT_IMPORT_GROUP
                                               * sizeof(mt_import_row_t));
    import->workers = mt_arena_alloc(arena, import->nworkers
                                            * sizeof(mt_import_worker_t));

    if (batch == NULL || import->arena == NULL || import->group.rows == NULL
        || import->workers == NULL)
    {
        return mt_ctl_fail_status("import", MT_NO_MEMORY);
    }

    for (i = 0; i < import->nworkers; i++) {
        import->workers[i].group = &import->group;
        import->workers[i].arena = mt_arena_create(0);

        if (import->workers[i].arena == NULL) {
            return mt_ctl_fail_status("import", MT_NO_MEMORY);
        }
    }

    import->machine = mt_batch_machine(batch);

    return mt_import_load(import);
}


static void
mt_import_free(mt_import_t *import)
{
    size_t  i;

    for (i = 0; import->workers && i < import->nworkers; i++) {
        if (import->workers[i].arena != NULL) {
            mt_arena_destroy(import->workers[i].arena);
        }
    }

    if (import->depts != NULL) {
        g_hash_table_destroy(import->depts);
    }

    if (import->arena != NULL) {
        mt_arena_destroy(import->arena);
    }
}


int
mt_ctl_user_import(mt_ctl_t *ctl)
{
    int           rc, csv, is_stdin;
    FILE         *file;
    mt_str_t      why;
    mt_import_t   import;

    csv = mt_ctl_is_csv(ctl, -1);

    if (csv == -1 && ctl->given[MT_OPT_FORMAT] != NULL) {
        return MT_CTL_FAILED;
    }

    is_stdin = mt_str_eq(mt_cstr(ctl->operand), MT_STR("-"));
    file = is_stdin ? stdin : fopen(ctl->operand, "r");

    if (file == NULL) {
        return mt_ctl_fail("%s: %s", ctl->operand, strerror(errno));
    }

    memset(&import, 0, sizeof(import));
    import.ctl = ctl;

    rc = mt_import_prepare(&import);

    if (rc == MT_CTL_OK
        && mt_rows_open(&import.reader, file, csv, &mt_import_columns,
                        ctl->arena, &why) == -1)
    {
        rc = mt_ctl_fail("%s: %.*s", ctl->operand, (int) why.len, why.data);
    }

    if (rc == MT_CTL_OK) {
        rc = mt_import_groups(&import);
    }

    mt_import_free(&import);

    if (!is_stdin) {
        fclose(file);
    }

    return rc;
}

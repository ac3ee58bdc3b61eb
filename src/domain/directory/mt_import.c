
#include "domain/directory/mt_import.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mt_crypto.h"
#include "domain/directory/mt_directory.h"


/* The fields that a row shares with mt_user_edit_t. */
#define MT_IMPORT_SHARED  (0 MT_USER_TEXT_FIELDS(MT_FIELD_BIT, user_edit))


typedef struct {
    mt_import_t       *import;
    mt_arena_t        *arena;      /* of the piece's hashes */
    pthread_t          thread;
    int                started;
} mt_import_worker_t;

/* Numbers of records that events are due of. */

typedef struct {
    int64_t             *v;        /* in the piece's arena */
    size_t               n;
} mt_import_list_t;

struct mt_import_s {
    mt_store_t          *store;
    const mt_settings_t *settings;
    uint32_t             company;
    mt_machine_t         machine;

    /* the present piece */
    mt_arena_t          *arena;
    mt_txn_t            *txn;
    mt_import_item_t    *items;
    size_t               n;
    mt_import_summary_t *summary;
    mt_import_list_t     dept_list;
    mt_import_list_t     added;    /* users */
    mt_import_list_t     updated;
    atomic_size_t        next;     /* item to be hashed */

    mt_import_worker_t  *workers;
    unsigned             nworkers;

    /* departments: name -> number, both in dept_arena.  Not known at first,
     * and after a transaction was aborted. */
    GHashTable          *depts;
    mt_arena_t          *dept_arena;
    int                  depts_known;
};


static mt_status_t mt_import_setup(mt_import_t *import, mt_batch_t *batch,
    unsigned threads);
static int mt_import_lists(mt_import_t *import);
static void mt_import_list(mt_import_list_t *list, const mt_result_t *result);
static mt_status_t mt_import_tell(mt_import_t *import);
static mt_status_t mt_import_company(const mt_import_t *import);
static void mt_import_hash(mt_import_t *import);
static void *mt_import_hash_thread(void *data);
static void mt_import_hash_item(mt_import_item_t *item, mt_arena_t *arena);
static mt_status_t mt_import_items(mt_import_t *import);
static mt_status_t mt_import_item(mt_import_t *import,
    mt_import_item_t *item);
static mt_status_t mt_import_user(const mt_import_t *import,
    mt_import_item_t *item, int64_t *num);
static void mt_import_look_alike(const mt_import_t *import,
    mt_import_item_t *item);
static void mt_import_compare(const mt_import_t *import,
    mt_import_item_t *item, enum mt_name kind, mt_str_t form);
static mt_str_t mt_import_letters(mt_arena_t *arena, mt_str_t s, char from);
static int mt_import_is_meant(const mt_user_t *user,
    const mt_import_row_t *row);
static int mt_import_is_same(mt_str_t a, mt_str_t b);
static int mt_import_is_fresh(mt_str_t id);
static mt_status_t mt_import_dept(mt_import_t *import, mt_import_item_t *item,
    mt_user_edit_t *edit);
static mt_status_t mt_import_apply(mt_import_t *import,
    const mt_operation_t *op, const void *body, mt_result_t *result);
static int mt_import_load_depts(mt_import_t *import);
static int mt_import_know_dept(mt_import_t *import, mt_str_t name,
    int64_t num);
static void mt_import_forget_depts(mt_import_t *import);


MT_DEFINE_MODEL(import_row, MT_IMPORT_ROW_FIELDS);
MT_DEFINE_MODEL(import_summary, MT_IMPORT_SUMMARY_FIELDS);


mt_status_t
mt_import_open(mt_import_t **import, mt_store_t *store, mt_batch_t *batch,
    const mt_settings_t *settings, uint32_t company, unsigned threads)
{
    mt_status_t   rc;
    mt_import_t  *i;

    i = calloc(1, sizeof(*i));
    if (i == NULL) {
        return MT_NO_MEMORY;
    }

    i->store = store;
    i->settings = settings;
    i->company = company;

    rc = mt_import_setup(i, batch, threads);

    if (rc == MT_OK) {
        rc = mt_import_company(i);
    }

    if (rc != MT_OK) {
        mt_import_close(i);
        return rc;
    }

    *import = i;

    return MT_OK;
}


static mt_status_t
mt_import_setup(mt_import_t *import, mt_batch_t *batch, unsigned threads)
{
    unsigned  i;

    import->machine = mt_batch_machine(batch);
    import->arena = mt_arena_create(0);
    import->dept_arena = mt_arena_create(0);
    import->depts = g_hash_table_new(g_str_hash, g_str_equal);
    import->workers = calloc(threads, sizeof(mt_import_worker_t));

    if (import->arena == NULL || import->dept_arena == NULL
        || import->workers == NULL)
    {
        return MT_NO_MEMORY;
    }

    import->nworkers = threads;

    for (i = 0; i < threads; i++) {
        import->workers[i].import = import;
        import->workers[i].arena = mt_arena_create(0);

        if (import->workers[i].arena == NULL) {
            return MT_NO_MEMORY;
        }
    }

    return MT_OK;
}


static mt_status_t
mt_import_company(const mt_import_t *import)
{
    int           found;
    mt_key_t      key;
    mt_str_t      value;
    mt_txn_t     *txn;
    mt_status_t   rc;

    rc = mt_read_open(import->store, &txn);
    if (rc != MT_OK) {
        return rc;
    }

    mt_key_company(&key, import->company);
    found = mt_get(txn, MT_DB_COMPANY, &key, &value);

    mt_read_close(txn);

    return found == 1 ? MT_OK : found == 0 ? MT_NO_SUCH_COMPANY
                                           : MT_STORE_FAILED;
}


void
mt_import_close(mt_import_t *import)
{
    unsigned  i;

    if (import == NULL) {
        return;
    }

    for (i = 0; i < import->nworkers; i++) {
        mt_arena_destroy(import->workers[i].arena);
    }

    if (import->depts) {
        g_hash_table_destroy(import->depts);
    }

    mt_arena_destroy(import->dept_arena);
    mt_arena_destroy(import->arena);
    free(import->workers);
    free(import);
}


mt_status_t
mt_import_rows(mt_import_t *import, mt_import_item_t *items, size_t n,
    int dry_run, mt_import_summary_t *summary)
{
    mt_status_t          rc;
    mt_import_summary_t  before;

    before = *summary;

    import->items = items;
    import->n = n;
    import->summary = summary;
    mt_arena_reset(import->arena);

    if (mt_import_lists(import) != 0) {
        return MT_NO_MEMORY;
    }

    if (!dry_run) {
        mt_import_hash(import);
    }

    rc = mt_machine_begin(&import->machine, &import->txn);
    if (rc != MT_OK) {
        return rc;
    }

    if (!import->depts_known && mt_import_load_depts(import) != 0) {
        rc = MT_STORE_FAILED;

    } else {
        rc = mt_import_items(import);
    }

    if (rc == MT_OK) {
        rc = mt_import_tell(import);
    }

    if (rc == MT_OK && !dry_run) {
        rc = import->machine.commit(import->machine.ctx);

    } else {
        import->machine.abort(import->machine.ctx);
        mt_import_forget_depts(import);
    }

    if (rc != MT_OK) {
        mt_import_forget_depts(import);
        *summary = before;
    }

    return rc;
}


/* An item is one user, and at most one department, added.  Returns 0 or -1. */

static int
mt_import_lists(mt_import_t *import)
{
    size_t             i;
    mt_import_list_t  *lists[3];

    lists[0] = &import->dept_list;
    lists[1] = &import->added;
    lists[2] = &import->updated;

    for (i = 0; i < mt_nitems(lists); i++) {
        lists[i]->n = 0;
        lists[i]->v = mt_arena_alloc(import->arena,
                                     (import->n + 1) * sizeof(int64_t));

        if (lists[i]->v == NULL) {
            return -1;
        }
    }

    return 0;
}


static void
mt_import_list(mt_import_list_t *list, const mt_result_t *result)
{
    if (result->status == MT_OK && result->position) {
        list->v[list->n++] = result->num;
    }
}


/* Raises the events of the piece's commands. */

static mt_status_t
mt_import_tell(mt_import_t *import)
{
    mt_result_t       result;
    mt_import_told_t  told;

    if (import->dept_list.n + import->added.n + import->updated.n == 0) {
        return MT_OK;
    }

    memset(&told, 0, sizeof(told));
    told.depts = (mt_ints_t) { import->dept_list.n, import->dept_list.v };
    told.added = (mt_ints_t) { import->added.n, import->added.v };
    told.updated = (mt_ints_t) { import->updated.n, import->updated.v };

    return mt_import_apply(import, &mt_op_import_told, &told, &result);
}


/* This thread is the first worker, so that one is there in any case. */

static void
mt_import_hash(mt_import_t *import)
{
    unsigned             i;
    mt_import_worker_t  *worker;

    atomic_store(&import->next, 0);

    for (i = 0; i < import->nworkers; i++) {
        worker = &import->workers[i];
        mt_arena_reset(worker->arena);

        worker->started = i > 0
                          && pthread_create(&worker->thread, NULL,
                                            mt_import_hash_thread, worker)
                             == 0;
    }

    mt_import_hash_thread(&import->workers[0]);

    for (i = 1; i < import->nworkers; i++) {
        if (import->workers[i].started) {
            pthread_join(import->workers[i].thread, NULL);
        }
    }
}


static void *
mt_import_hash_thread(void *data)
{
    mt_import_worker_t  *worker = data;

    size_t        i;
    mt_import_t  *import;

    import = worker->import;

    while ((i = atomic_fetch_add(&import->next, 1)) < import->n) {
        mt_import_hash_item(&import->items[i], worker->arena);
    }

    return NULL;
}


static void
mt_import_hash_item(mt_import_item_t *item, mt_arena_t *arena)
{
    char       hex[MT_MD5_HEX];
    mt_str_t   md5, *password;

    password = &item->row.password;

    /* the record holds no hash of the default password */

    if (mt_str_eq(*password, mt_default_password)) {
        *password = MT_STR("");
    }

    if (item->error.status != MT_OK || password->len == 0) {
        return;
    }

    md5 = mt_password_md5(*password, hex);
    *password = md5.len ? mt_password_hash(arena, md5) : MT_STR("");

    if (password->len == 0) {
        item->error.status = MT_NO_MEMORY;
        item->field = MT_import_row_password;
    }
}


static mt_status_t
mt_import_items(mt_import_t *import)
{
    size_t               i;
    mt_status_t          rc;
    mt_import_item_t    *item;
    mt_import_summary_t *summary;

    summary = import->summary;

    for (i = 0; i < import->n; i++) {
        item = &import->items[i];

        if (item->error.status == MT_OK) {
            rc = mt_import_item(import, item);
            if (rc != MT_OK) {
                return rc;
            }
        }

        summary->read++;

        if (item->error.status != MT_OK) {
            summary->failed++;

        } else if (item->added) {
            summary->added++;

        } else {
            summary->updated++;
        }
    }

    return MT_OK;
}


/* Returns MT_OK, with a rejection in the item, or a failure. */

static mt_status_t
mt_import_item(mt_import_t *import, mt_import_item_t *item)
{
    int64_t          num;
    mt_status_t      rc;
    mt_result_t      result;
    mt_user_edit_t   edit;
    mt_import_row_t *row;

    row = &item->row;

    memset(&edit, 0, sizeof(edit));
    edit.has = row->has & MT_IMPORT_SHARED;
    mt_patch(&edit, &mt_user_edit_model, row, &mt_import_row_model, edit.has);

    if (row->department.len) {
        rc = mt_import_dept(import, item, &edit);

        if (rc != MT_OK || item->error.status != MT_OK) {
            return rc;
        }
    }

    rc = mt_import_user(import, item, &num);

    if (rc != MT_OK || item->error.status != MT_OK) {
        return rc;
    }

    if (num) {
        mt_set(&edit, user_edit, ref, mt_arena_int(import->arena, num));
        edit.has &= ~MT_BIT(user_edit, id);

    } else if (row->name.len == 0) {
        item->error.status = MT_MISSING;
        item->field = MT_import_row_name;
        return MT_OK;

    } else {
        mt_set(&edit, user_edit, fresh_id, mt_fresh_id(import->arena));
        mt_set(&edit, user_edit, revive, 1);
        mt_import_look_alike(import, item);
    }

    rc = mt_import_apply(import, num ? &mt_op_user_update : &mt_op_user_add,
                         &edit, &result);

    item->error.status = result.status;
    item->field = result.field;
    item->added = (num == 0);

    mt_import_list(num ? &import->updated : &import->added, &result);

    return rc;
}


/* Sets *num to the number of the user whom a row is about; 0 for a new user,
 * and for a placeholder, which mt_op_user_add completes.  Returns as
 * mt_import_item(). */

static mt_status_t
mt_import_user(const mt_import_t *import, mt_import_item_t *item,
    int64_t *num)
{
    mt_user_t               user;
    const mt_import_row_t  *row;

    row = &item->row;

    if (mt_has(row, import_row, id)) {
        *num = mt_resolve(import->txn, import->company, MT_NAME_USER, row->id);

    } else {
        *num = (int64_t) mt_name_find(import->txn, import->company,
                                      MT_NAME_ACCOUNT, row->account);
    }

    if (*num == 0) {
        return MT_OK;
    }

    if (mt_user_load(import->txn, import->company, *num, &user, import->arena)
        != 1)
    {
        return MT_STORE_FAILED;
    }

    if (mt_has(row, import_row, id) && !mt_import_is_meant(&user, row)) {
        item->error.status = MT_ID_TAKEN;
        item->field = MT_import_row_id;
        item->note = mt_arena_printf(import->arena, "%.*s is the number of "
                                     "\"%.*s\" (id %.*s), the line is about "
                                     "\"%.*s\"",
                                     (int) row->id.len, row->id.data,
                                     (int) user.name.len, user.name.data,
                                     (int) user.id.len, user.id.data,
                                     (int) row->name.len, row->name.data);

    } else if (user.placeholder) {
        *num = 0;
    }

    return MT_OK;
}


/* Warns of a user of the store who looks like the one to be added. */

static void
mt_import_look_alike(const mt_import_t *import, mt_import_item_t *item)
{
    mt_arena_t             *arena;
    const mt_import_row_t  *row;

    row = &item->row;
    arena = import->arena;

    if (item->note.len) {
        return;
    }

    mt_import_compare(import, item, MT_NAME_USER,
                      mt_import_letters(arena, row->id, 'A'));
    mt_import_compare(import, item, MT_NAME_USER,
                      mt_import_letters(arena, row->id, 'a'));
    mt_import_compare(import, item, MT_NAME_ACCOUNT,
                      mt_import_letters(arena, row->account, 'A'));
    mt_import_compare(import, item, MT_NAME_ACCOUNT,
                      mt_import_letters(arena, row->account, 'a'));

    if (row->phone.len) {
        mt_import_compare(import, item, MT_NAME_PHONE,
                          mt_arena_printf(arena, "+86%.*s",
                                          (int) row->phone.len,
                                          row->phone.data));
    }
}


static void
mt_import_compare(const mt_import_t *import, mt_import_item_t *item,
    enum mt_name kind, mt_str_t form)
{
    int64_t    num;
    mt_user_t  user;

    /* the row's own id and account name nobody yet, or there is no warning to
     * give: it is rejected */

    if (form.len == 0
        || (num = (int64_t) mt_name_find(import->txn, import->company, kind,
                                         form))
           == 0
        || mt_str_eq(form, item->row.id) || mt_str_eq(form, item->row.account)
        || mt_user_load(import->txn, import->company, num, &user,
                        import->arena)
           != 1)
    {
        return;
    }

    item->note = mt_arena_printf(import->arena, "the line looks like \"%.*s\" "
                                 "(%.*s), who is there",
                                 (int) user.name.len, user.name.data,
                                 (int) form.len, form.data);
}


/* Returns a text with its letters from `from` on, 'A' or 'a', in the other
 * case. */

static mt_str_t
mt_import_letters(mt_arena_t *arena, mt_str_t s, char from)
{
    char    *out;
    size_t   i;

    out = s.len ? mt_arena_take(arena, s.len) : NULL;

    for (i = 0; out && i < s.len; i++) {
        out[i] = s.data[i];

        if (out[i] >= from && out[i] < from + 26) {
            out[i] ^= 0x20;
        }
    }

    return out ? (mt_str_t) { s.len, out } : MT_STR("");
}


/* A decimal id leads to a user by the number, too, which may have come by
 * itself. */

static int
mt_import_is_meant(const mt_user_t *user, const mt_import_row_t *row)
{
    return mt_str_eq(user->id, row->id)
           || (mt_import_is_fresh(user->id)
               && (mt_import_is_same(user->account, row->account)
                   || mt_import_is_same(user->phone, row->phone)));
}


static int
mt_import_is_same(mt_str_t a, mt_str_t b)
{
    return a.len > 0 && mt_str_eq(a, b);
}


/* An id as mt_fresh_id() makes it. */

static int
mt_import_is_fresh(mt_str_t id)
{
    size_t  i;

    for (i = 0; i < id.len; i++) {
        if (memchr("0123456789ABCDEF", id.data[i], 16) == NULL) {
            return 0;
        }
    }

    return id.len == MT_FRESH_ID;
}


/* Sets the department of an edit; returns as mt_import_item(). */

static mt_status_t
mt_import_dept(mt_import_t *import, mt_import_item_t *item,
    mt_user_edit_t *edit)
{
    int64_t         num, *known;
    mt_str_t        name;
    mt_status_t     rc;
    mt_result_t     result;
    mt_dept_edit_t  args;

    name = mt_arena_str(import->arena, item->row.department);
    if (name.len == 0) {
        return MT_NO_MEMORY;
    }

    known = g_hash_table_lookup(import->depts, name.data);

    if (known) {
        num = *known;

    } else {
        memset(&args, 0, sizeof(args));
        mt_set(&args, dept_edit, name, name);
        mt_set(&args, dept_edit, fresh_id, mt_fresh_id(import->arena));

        rc = mt_import_apply(import, &mt_op_dept_add, &args, &result);

        if (rc != MT_OK || result.status != MT_OK) {
            item->error.status = result.status;
            item->field = MT_import_row_department;
            return rc;
        }

        num = result.num;
        import->summary->departments++;
        mt_import_list(&import->dept_list, &result);

        if (mt_import_know_dept(import, name, num) != 0) {
            return MT_NO_MEMORY;
        }
    }

    mt_set(edit, user_edit, dept, mt_arena_int(import->arena, num));

    return MT_OK;
}


/* Applies one command in the piece's transaction. */

static mt_status_t
mt_import_apply(mt_import_t *import, const mt_operation_t *op,
    const void *body, mt_result_t *result)
{
    mt_call_t  call;

    memset(result, 0, sizeof(*result));
    memset(&call, 0, sizeof(call));

    call.arena = import->arena;
    call.op = op;
    call.settings = import->settings;
    call.company = import->company;
    call.now = mt_realtime_ms();
    call.quiet = (op != &mt_op_import_told);

    if (mt_command(&call, body) != MT_STEP_COMMIT) {
        return MT_NO_MEMORY;
    }

    return import->machine.apply(import->machine.ctx,
                                 (mt_str_t) { call.command.len,
                                              (char *) call.command.data },
                                 result);
}


/* From the last to the first: of two with one name the older stands.  Returns
 * 0 or -1. */

static int
mt_import_load_depts(mt_import_t *import)
{
    int           found;
    mt_str_t      key, value;
    mt_key_t      prefix;
    mt_dept_t     dept;
    mt_cursor_t  *cursor;

    mt_key_company(&prefix, import->company);

    cursor = mt_cursor_open(import->txn, MT_DB_DEPT, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    for (found = mt_cursor_last(cursor, &key, &value);
         found == 1;
         found = mt_cursor_prev(cursor, &key, &value))
    {
        if (mt_record_decode(value, &mt_dept_model, &dept, import->arena)
            != MT_OK
            || (dept.removed == 0
                && mt_import_know_dept(import, dept.name, dept.num) != 0))
        {
            found = -1;
            break;
        }
    }

    mt_cursor_close(cursor);

    import->depts_known = (found == 0);

    return found;
}


static int
mt_import_know_dept(mt_import_t *import, mt_str_t name, int64_t num)
{
    char     *key;
    int64_t  *value;

    key = (char *) mt_arena_str(import->dept_arena, name).data;
    value = mt_arena_alloc(import->dept_arena, sizeof(int64_t));

    if (key == NULL || value == NULL) {
        return -1;
    }

    *value = num;
    g_hash_table_insert(import->depts, key, value);

    return 0;
}


static void
mt_import_forget_depts(mt_import_t *import)
{
    g_hash_table_remove_all(import->depts);
    mt_arena_reset(import->dept_arena);
    import->depts_known = 0;
}


/* Reads of the directory: a user, department or room, and lists of them. */

#include "domain/directory/mt_directory.h"


/* The state of a list; between two pieces only `last` is valid. */

typedef struct {
    mt_view_source_t  source;
    mt_near_t         near;
    mt_cursor_t      *cursor;
    int               begun;     /* the cursor stands behind `last` */
    int64_t           last;      /* number of the last row, 0: none */
} mt_directory_list_t;


static mt_step_t mt_directory_get_start(mt_call_t *call);
static mt_status_t mt_directory_show(mt_call_t *call, int64_t num);
static mt_step_t mt_directory_list_start(mt_call_t *call);
static mt_status_t mt_directory_open(mt_call_t *call);
static int mt_directory_next(mt_call_t *call, mt_arena_t *row_arena,
    void **row);
static int mt_directory_step(mt_call_t *call, mt_directory_list_t *list);
static void mt_directory_close(mt_call_t *call);


static const struct {
    mt_db_t      db;
    mt_status_t  missing;
} mt_directory_kinds[] = {
    [MT_NAME_USER] = { MT_DB_USER, MT_NO_SUCH_USER },
    [MT_NAME_DEPT] = { MT_DB_DEPT, MT_NO_SUCH_DEPT },
    [MT_NAME_ROOM] = { MT_DB_ROOM, MT_NO_SUCH_ROOM },
};

static const mt_rows_t  mt_directory_rows = {
    mt_directory_open, mt_directory_next, mt_directory_close
};


#define MT_DIRECTORY_READS(what, of_kind)                                     \
    const mt_operation_t  mt_op_##what##_get = {                              \
        .code = MT_CODE_##what##_get,                                         \
        .name = #what "_get",                                                 \
        .memo = 1,                                                            \
        .kind = of_kind,                                                      \
        .args = &mt_named_model,                                              \
        .start = mt_directory_get_start                                       \
    };                                                                        \
                                                                              \
    const mt_operation_t  mt_op_##what##_list = {                             \
        .code = MT_CODE_##what##_list,                                        \
        .name = #what "_list",                                                \
        .memo = 1,                                                            \
        .kind = of_kind,                                                      \
        .args = &mt_nothing_model,                                            \
        .rows = &mt_directory_rows,                                           \
        .start = mt_directory_list_start                                      \
    }

MT_DIRECTORY_READS(user, MT_NAME_USER);
MT_DIRECTORY_READS(dept, MT_NAME_DEPT);
MT_DIRECTORY_READS(room, MT_NAME_ROOM);


static mt_step_t
mt_directory_get_start(mt_call_t *call)
{
    mt_status_t        rc;
    const mt_named_t  *args;

    args = call->args;

    rc = mt_directory_show(call, mt_resolve(call->txn, call->company,
                                            call->op->kind, args->ref));

    return rc == MT_OK ? MT_STEP_DONE : mt_call_reject(call, rc, MT_named_ref);
}


void
mt_directory_finish(mt_call_t *call)
{
    call->error.status = mt_directory_show(call, call->result.num);
}


/* Replies with the view of a record. */

static mt_status_t
mt_directory_show(mt_call_t *call, int64_t num)
{
    int               found;
    void             *view;
    mt_view_source_t  source;

    view = mt_arena_alloc(call->arena,
                          mt_directory_view_size(call->op->kind));
    if (view == NULL) {
        return MT_NO_MEMORY;
    }

    mt_view_source(call, &source);

    found = mt_directory_view(&source, call->op->kind, num, view);
    if (found != 1) {
        return found ? MT_STORE_FAILED
                     : mt_directory_kinds[call->op->kind].missing;
    }

    call->reply = view;

    return MT_OK;
}


static mt_step_t
mt_directory_list_start(mt_call_t *call)
{
    call->state = mt_arena_alloc(call->arena, sizeof(mt_directory_list_t));

    return call->state ? MT_STEP_DONE : mt_call_reject(call, MT_NO_MEMORY, 0);
}


static mt_status_t
mt_directory_open(mt_call_t *call)
{
    mt_key_t              prefix;
    mt_directory_list_t  *list;

    list = call->state;

    mt_view_source(call, &list->source);
    list->source.near = &list->near;
    list->begun = 0;

    mt_key_company(&prefix, call->company);

    list->cursor = mt_cursor_open(call->txn,
                                  mt_directory_kinds[call->op->kind].db,
                                  &prefix);

    return list->cursor ? MT_OK : MT_STORE_FAILED;
}


static int
mt_directory_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int                   rc;
    mt_directory_list_t  *list;

    list = call->state;
    list->source.arena = row_arena;

    *row = mt_arena_alloc(row_arena, mt_directory_view_size(call->op->kind));
    if (*row == NULL) {
        return -1;
    }

    rc = mt_directory_step(call, list);
    if (rc != 1) {
        return rc;
    }

    rc = mt_directory_view(&list->source, call->op->kind,
                           list->last, *row);
    if (rc == 0) {
        *row = NULL;
    }

    return rc < 0 ? -1 : 1;
}


/* Moves the cursor behind the last row. */

static int
mt_directory_step(mt_call_t *call, mt_directory_list_t *list)
{
    int       rc;
    mt_key_t  at;
    mt_str_t  key, value;

    if (list->begun) {
        rc = mt_cursor_next(list->cursor, &key, &value);

    } else {
        mt_key_num(&at, call->company, mt_key_after(list->last));
        rc = mt_cursor_seek(list->cursor, &at, &key, &value);
        list->begun = 1;
    }

    if (rc != 1) {
        return rc;
    }

    return mt_key_read_num(key, NULL, &list->last) ? 1 : -1;
}


static void
mt_directory_close(mt_call_t *call)
{
    mt_directory_list_t  *list;

    list = call->state;

    mt_near_close(&list->near);
    mt_cursor_close(list->cursor);
    list->cursor = NULL;
}

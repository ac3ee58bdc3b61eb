
#include "service/mt_service.h"

#include <errno.h>


#define MT_SERVER_KEY_LEN   32

/* Rows of one piece: at some 5 us each, what an event loop can wait for. */
#define MT_PIECE_ROWS       256

#define MT_ERROR_SIZE       256


/* How far the answer has come. */

typedef enum {
    MT_STAGE_BEGIN,
    MT_STAGE_ROWS,
    MT_STAGE_INNER,              /* among the rows within a row */
    MT_STAGE_SENT
} mt_stage_t;


typedef struct {
    mt_exchange_t       x;           /* first: what others see of it */
    mt_service_t       *service;
    mt_arena_t         *row_arena;
    mt_buf_t            out;         /* what the writer appends to */
    mt_stage_t          stage;
    const mt_rows_t    *opened;      /* in this piece, to be closed */
    const mt_rows_t    *opened_inner;
    unsigned            settled:1;   /* the command's result is known */
    unsigned            applied:1;   /*   and is success */
} mt_service_exchange_t;


static void mt_exchange_delete(mt_exchange_t *x, mt_str_t *name);
static void mt_exchange_log_files(mt_service_exchange_t *e);
static void mt_exchange_error(mt_exchange_t *x, mt_status_t status);
static int mt_exchange_begin_read(mt_exchange_t *x);
static mt_step_t mt_exchange_end_read(mt_exchange_t *x, mt_step_t step);
static int mt_exchange_piece(mt_service_exchange_t *e, size_t piece);
static int mt_exchange_head(mt_service_exchange_t *e);
static int mt_answer_open(mt_exchange_t *x, mt_buf_t *out);
static void mt_answer_close(mt_exchange_t *x, mt_buf_t *out);
static int mt_exchange_rows(mt_service_exchange_t *e, size_t piece);
static int mt_exchange_open_rows(mt_service_exchange_t *e);
static int mt_exchange_open_inner(mt_service_exchange_t *e);
static void mt_exchange_close_inner(mt_service_exchange_t *e);
static void mt_exchange_close_rows(mt_service_exchange_t *e);
static int mt_exchange_row(mt_service_exchange_t *e);
static int mt_exchange_inner_row(mt_service_exchange_t *e);


mt_status_t
mt_service_init(mt_service_t *service, mt_store_t *store)
{
    mt_key_t      key;
    mt_str_t      value;
    mt_txn_t     *txn;
    mt_status_t   status;

    memset(service, 0, sizeof(mt_service_t));

    status = store ? mt_read_begin(store, &txn) : MT_STORE_FAILED;

    if (status != MT_OK) {
        return status;
    }

    mt_key_init(&key);
    mt_key_str(&key, MT_STR("server_key"));

    status = MT_STORE_FAILED;

    if (mt_get(txn, MT_DB_META, &key, &value) == 1
        && value.len == MT_SERVER_KEY_LEN)
    {
        memcpy(service->key_bytes, value.data, MT_SERVER_KEY_LEN);
        service->server_key.data = service->key_bytes;
        service->server_key.len = MT_SERVER_KEY_LEN;
        service->store = store;
        status = MT_OK;
    }

    mt_read_end(txn);

    return status;
}


mt_exchange_t *
mt_exchange_open(mt_service_t *service, const mt_dialect_t *dialect,
    const mt_settings_t *settings, const mt_input_t *in, int64_t now)
{
    mt_arena_t             *arena;
    mt_service_exchange_t  *e;

    arena = mt_arena_create(MT_EXCHANGE_ARENA);

    if (arena == NULL) {
        return NULL;
    }

    e = mt_arena_alloc(arena, sizeof(mt_service_exchange_t));

    if (e == NULL) {
        mt_arena_destroy(arena);
        return NULL;
    }

    e->service = service;

    e->x.dialect = dialect;
    e->x.in = *in;
    e->x.call.arena = arena;
    e->x.call.settings = settings;
    e->x.call.company = settings->company;    /* until a token names another */
    e->x.call.files.folder = service->resources;
    e->x.call.now = now;
    e->x.begun = mt_monotonic_ns();

    return &e->x;
}


/* The exchange itself is in its arena.  Files are left to be deleted here only
 * where the client or the server broke off. */

void
mt_exchange_close(mt_exchange_t *x)
{
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    mt_exchange_delete(x, &x->call.files.made);
    mt_exchange_delete(x, &x->call.files.dropped);
    mt_exchange_log_files(e);

    if (x->writer) {
        mt_json_writer_close(x->writer);
    }

    mt_arena_destroy(e->row_arena);
    mt_arena_destroy(x->call.arena);
}


static void
mt_exchange_delete(mt_exchange_t *x, mt_str_t *name)
{
    mt_files_t  *files;

    files = &x->call.files;

    if (name->len
        && mt_resource_remove(files->folder, x->call.company, *name) != 0)
    {
        files->error = errno;
    }

    *name = MT_STR("");
}


static void
mt_exchange_log_files(mt_service_exchange_t *e)
{
    mt_files_t  *files;

    files = &e->x.call.files;

    if (files->error && e->service->store) {
        mt_store_log(e->service->store, 1, "resources folder \"%s\": %s",
                     files->folder, strerror(files->error));
    }

    files->error = 0;
}


int
mt_service_receives(const mt_dialect_t *dialect, const mt_input_t *in)
{
    const mt_route_t  *route;

    if (!mt_multipart_is(in->content_type)) {
        return 0;
    }

    route = mt_route_find(dialect, in->path);

    return route && route->upload;
}


void
mt_exchange_receive(mt_exchange_t *x, const mt_blob_t *body)
{
    mt_form_t  *form;

    form = mt_arena_alloc(x->call.arena, sizeof(*form));

    if (form == NULL) {
        x->received = MT_NO_MEMORY;
        return;
    }

    x->form = form;
    x->received = mt_form_read(form, x->call.arena, x->in.content_type, body);
}


static unsigned
mt_method(mt_str_t name)
{
    if (mt_str_eq(name, MT_STR("POST"))) {
        return MT_METHOD_POST;
    }

    return mt_str_eq(name, MT_STR("GET")) || mt_str_eq(name, MT_STR("HEAD"))
           ? MT_METHOD_GET : 0;
}


void
mt_exchange_decode(mt_exchange_t *x)
{
    x->route = mt_route_find(x->dialect, x->in.path);

    if (x->route == NULL) {
        mt_exchange_error(x, MT_BAD_PATH);
        return;
    }

    x->call.op = x->route->operation;

    if (!(x->route->methods & mt_method(x->in.method))) {
        mt_exchange_error(x, MT_BAD_METHOD);
        return;
    }

    x->dialect->decode(x);

    if (mt_arena_failed(x->call.arena)) {
        mt_exchange_error(x, MT_NO_MEMORY);
    }
}


static void
mt_exchange_error(mt_exchange_t *x, mt_status_t status)
{
    x->call.error.status = status;
    x->call.error.field = MT_STR("");
    x->call.field = 0;
    x->call.item = 0;
}


/* 1, or 0 with the call's error set. */

static int
mt_exchange_begin_read(mt_exchange_t *x)
{
    mt_status_t             status;
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    status = e->service->store
             ? mt_read_begin(e->service->store, &x->call.txn)
             : MT_STORE_FAILED;

    if (status != MT_OK) {
        mt_exchange_error(x, status);
        x->call.txn = NULL;
        return 0;
    }

    /* there since the store is open, which may be later than the exchange */

    x->call.store = e->service->store;
    x->call.server_key = e->service->server_key;

    return 1;
}


/* The step, or MT_STEP_DONE with the call's error set: whatever was concluded
 * from a store that could not be read, or without memory, is void. */

static mt_step_t
mt_exchange_end_read(mt_exchange_t *x, mt_step_t step)
{
    mt_status_t  status;

    status = mt_txn_status(x->call.txn);

    mt_read_end(x->call.txn);
    x->call.txn = NULL;

    if (mt_arena_failed(x->call.arena)) {
        status = MT_NO_MEMORY;
    }

    if (status == MT_OK) {
        return step;
    }

    mt_exchange_error(x, status);

    return MT_STEP_DONE;
}


mt_step_t
mt_exchange_start(mt_exchange_t *x)
{
    mt_step_t   step;
    mt_call_t  *call;

    call = &x->call;
    step = MT_STEP_DONE;

    if (call->error.status != MT_OK || !mt_exchange_begin_read(x)) {
        return step;
    }

    x->dialect->authenticate(x);

    if (call->error.status == MT_OK && x->route->prepare) {
        x->route->prepare(x);
    }

    if (call->error.status == MT_OK) {
        step = call->op->start(call);
    }

    return mt_exchange_end_read(x, step);
}


/* After the command only files are left to be deleted. */

void
mt_exchange_work(mt_exchange_t *x)
{
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    if (e->settled) {
        mt_exchange_delete(x, &x->call.files.dropped);

    } else {
        x->call.op->work(&x->call);
    }
}


mt_step_t
mt_exchange_resume(mt_exchange_t *x)
{
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    mt_exchange_log_files(e);

    if (e->settled || x->call.error.status != MT_OK
        || !mt_exchange_begin_read(x))
    {
        return MT_STEP_DONE;
    }

    return mt_exchange_end_read(x, x->call.op->resume(&x->call));
}


mt_step_t
mt_exchange_committed(mt_exchange_t *x, const mt_result_t *result)
{
    mt_call_t              *call;
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    call = &x->call;
    call->result = *result;

    e->settled = 1;
    e->applied = (result->status == MT_OK);

    if (e->applied) {
        call->files.made = MT_STR("");

        if (call->op->finish && mt_exchange_begin_read(x)) {
            call->op->finish(call);
            (void) mt_exchange_end_read(x, MT_STEP_DONE);
        }

    } else {
        mt_exchange_error(x, result->status);
        call->field = result->field;
        call->item = result->item;

        /* what was not refused may have been done */

        if (result->status != MT_STORE_FAILED) {
            call->files.dropped = call->files.made;
        }

        call->files.made = MT_STR("");
    }

    return call->files.dropped.len ? MT_STEP_WORK : MT_STEP_DONE;
}


/* Has no effect once a part of the answer is out, nor on what was done. */

void
mt_exchange_fail(mt_exchange_t *x, mt_status_t status)
{
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    if (e->stage == MT_STAGE_BEGIN && !e->applied) {
        mt_exchange_error(x, status);
    }
}


/*
 * The writer was made for the exchange's own buffer, which stands in for the
 * caller's meanwhile.  While nothing has left, a failure can still become an
 * error's answer.
 */

int
mt_exchange_output(mt_exchange_t *x, mt_buf_t *out, size_t piece)
{
    int                     rc, first;
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    first = e->stage == MT_STAGE_BEGIN;

    e->out = *out;
    rc = mt_exchange_piece(e, piece);

    if (rc == -1 && first) {
        if (x->call.error.status == MT_OK) {
            mt_exchange_error(x, MT_NO_MEMORY);
        }

        e->out = *out;
        e->stage = MT_STAGE_BEGIN;
        rc = mt_exchange_piece(e, piece);
    }

    *out = e->out;

    return rc;
}


static int
mt_exchange_piece(mt_service_exchange_t *e, size_t piece)
{
    int             rc;
    mt_exchange_t  *x;

    x = &e->x;

    if (e->stage == MT_STAGE_BEGIN) {
        rc = mt_exchange_head(e);

    } else {
        rc = 0;
    }

    if (rc == 0 && e->stage != MT_STAGE_BEGIN) {
        rc = mt_exchange_rows(e, piece);
    }

    if (rc == 1) {
        mt_answer_close(x, &e->out);
        e->stage = MT_STAGE_SENT;
    }

    return e->out.failed || mt_arena_failed(x->call.arena) ? -1 : rc;
}


/* Up to the rows: 0 where they follow, else 1, or -1. */

static int
mt_exchange_head(mt_service_exchange_t *e)
{
    mt_exchange_t  *x;

    x = &e->x;

    if (x->writer) {
        mt_json_writer_close(x->writer);
    }

    x->writer = mt_json_writer(x->call.arena, &e->out);

    if (x->writer == NULL) {
        return -1;
    }

    if (!mt_answer_open(x, &e->out)) {
        return 1;
    }

    e->stage = MT_STAGE_ROWS;

    return 0;
}


/* 1 when rows follow. */

static int
mt_answer_open(mt_exchange_t *x, mt_buf_t *out)
{
    const mt_route_t  *route;

    if (x->dialect->markup) {
        return x->dialect->markup->open(x, out);
    }

    x->dialect->open_answer(x);

    if (x->call.error.status != MT_OK) {
        return 0;
    }

    route = x->route;

    if (route->value && x->call.reply) {
        mt_json_members(x->writer, route->value, x->call.reply);
    }

    if (route->list == NULL) {
        return 0;
    }

    if (route->list[0] != '\0') {
        mt_json_key(x->writer, route->list);
    }

    mt_json_open_list(x->writer);

    return 1;
}


static void
mt_answer_close(mt_exchange_t *x, mt_buf_t *out)
{
    if (x->dialect->markup) {
        x->dialect->markup->close(x, out);

    } else {
        x->dialect->close_answer(x);
    }
}


/* A piece of the rows: 0 when more follow, 1 after the last, or -1. */

static int
mt_exchange_rows(mt_service_exchange_t *e, size_t piece)
{
    int             rc;
    unsigned        n;
    mt_exchange_t  *x;

    x = &e->x;

    if (e->row_arena == NULL) {
        e->row_arena = mt_arena_create(MT_EXCHANGE_ARENA);
    }

    if (e->row_arena == NULL || !mt_exchange_begin_read(x)) {
        return -1;
    }

    rc = mt_exchange_open_rows(e);

    for (n = 0; rc == 1 && n < MT_PIECE_ROWS && e->out.len < piece; n++) {
        rc = e->stage == MT_STAGE_INNER ? mt_exchange_inner_row(e)
                                        : mt_exchange_row(e);

        if (mt_arena_failed(e->row_arena)) {
            rc = -1;
        }

        mt_arena_reset(e->row_arena);
    }

    mt_exchange_close_rows(e);

    if (mt_exchange_end_read(x, MT_STEP_WORK) != MT_STEP_WORK) {
        return -1;
    }

    if (rc == 0) {
        if (x->dialect->markup == NULL) {
            mt_json_close_list(x->writer);
        }

        return 1;
    }

    return rc == 1 ? 0 : -1;
}


/* 1, or -1. */

static int
mt_exchange_open_rows(mt_service_exchange_t *e)
{
    const mt_rows_t  *rows;

    rows = e->x.call.op->rows;

    if (rows->open(&e->x.call) != MT_OK) {
        return -1;
    }

    e->opened = rows;

    if (e->stage != MT_STAGE_INNER) {
        return 1;
    }

    return mt_exchange_open_inner(e);
}


static int
mt_exchange_open_inner(mt_service_exchange_t *e)
{
    const mt_rows_t  *inner;

    inner = e->x.call.op->rows->inner;

    if (inner->open(&e->x.call) != MT_OK) {
        return -1;
    }

    e->opened_inner = inner;

    return 1;
}


static void
mt_exchange_close_inner(mt_service_exchange_t *e)
{
    if (e->opened_inner) {
        e->opened_inner->close(&e->x.call);
        e->opened_inner = NULL;
    }
}


static void
mt_exchange_close_rows(mt_service_exchange_t *e)
{
    mt_exchange_close_inner(e);

    if (e->opened) {
        e->opened->close(&e->x.call);
        e->opened = NULL;
    }
}


/* 1, 0 when there is none, or -1. */

static int
mt_exchange_row(mt_service_exchange_t *e)
{
    int                rc;
    void              *row;
    mt_exchange_t     *x;
    const mt_route_t  *route;

    x = &e->x;
    route = x->route;

    rc = x->call.op->rows->next(&x->call, e->row_arena, &row);

    if (rc != 1 || row == NULL) {
        return rc;
    }

    if (x->dialect->markup) {
        x->dialect->markup->row(x, &e->out, row);
        return 1;
    }

    mt_json_open_object(x->writer);
    mt_json_members(x->writer, route->row, row);

    if (route->inner == NULL) {
        mt_json_close_object(x->writer);
        return 1;
    }

    mt_json_key(x->writer, route->inner);
    mt_json_open_list(x->writer);
    e->stage = MT_STAGE_INNER;

    return mt_exchange_open_inner(e);
}


/* 1, or -1: after the last of them the row that they are in ends. */

static int
mt_exchange_inner_row(mt_service_exchange_t *e)
{
    int             rc;
    void           *row;
    mt_exchange_t  *x;

    x = &e->x;

    rc = e->opened_inner->next(&x->call, e->row_arena, &row);

    if (rc == 1 && row) {
        mt_json_open_object(x->writer);
        mt_json_members(x->writer, x->route->inner_row, row);
        mt_json_close_object(x->writer);
    }

    if (rc == 0) {
        mt_exchange_close_inner(e);

        mt_json_close_list(x->writer);
        mt_json_close_object(x->writer);
        e->stage = MT_STAGE_ROWS;

        return 1;
    }

    return rc;
}


int
mt_exchange_http_status(const mt_exchange_t *x)
{
    return mt_dialect_http(x->dialect, x->call.error.status);
}


mt_str_t
mt_service_error(const mt_dialect_t *dialect, const mt_settings_t *settings,
    int http_status, int64_t now, mt_arena_t *arena)
{
    mt_buf_t       out;
    mt_exchange_t  x;

    memset(&x, 0, sizeof(mt_exchange_t));

    x.dialect = dialect;
    x.call.arena = arena;
    x.call.settings = settings;
    x.call.now = now;
    x.call.error.status = mt_service_status(http_status);
    x.begun = mt_monotonic_ns();

    mt_buf_init(&out, arena, MT_ERROR_SIZE);
    x.writer = mt_json_writer(arena, &out);

    if (x.writer == NULL) {
        return MT_STR("");
    }

    (void) mt_answer_open(&x, &out);
    mt_answer_close(&x, &out);
    mt_json_writer_close(x.writer);

    return out.failed ? MT_STR("") : (mt_str_t) { out.len, out.data };
}

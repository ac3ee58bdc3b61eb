
/*
 * The steps of an exchange, up to its answer.
 */

#include "domain/auth/mt_auth.h"
#include "domain/kernel/mt_repeat.h"
#include "service/mt_service_private.h"

#include <errno.h>

#include "store/mt_wal.h"

#define MT_MEMO_ARGS        128     /* bytes that most encoded args take */


static void mt_service_spare(mt_service_t *service, mt_arena_t *arena);
static void mt_exchange_delete(mt_exchange_t *x, mt_str_t *name);
static void mt_exchange_prove(mt_exchange_t *x);
static void mt_exchange_log_files(mt_service_exchange_t *e);
static int mt_exchange_find_answer(mt_service_exchange_t *e);
static int mt_exchange_repeated(mt_service_exchange_t *e);


mt_status_t
mt_service_init(mt_service_t *service, mt_store_t *store)
{
    mt_str_t      key;
    mt_txn_t     *txn;
    mt_status_t   status;

    memset(service, 0, sizeof(mt_service_t));
    service->held_max = MT_HELD_MAX;

    status = store ? mt_read_begin(store, &txn) : MT_STORE_FAILED;

    if (status != MT_OK) {
        return status;
    }

    status = MT_STORE_FAILED;

    if (mt_meta_server_key(txn, &key) == 1
        && mt_token_key(key, mt_meta_generation(txn),
                        (uint8_t *) service->token_bytes) == 0)
    {
        memcpy(service->key_bytes, key.data, MT_SERVER_KEY_LEN);
        service->server_key.data = service->key_bytes;
        service->server_key.len = MT_SERVER_KEY_LEN;
        service->token_key.data = service->token_bytes;
        service->token_key.len = MT_SERVER_KEY_LEN;
        service->store = store;
        service->parser = mt_json_parser_create();
        status = MT_OK;
    }

    mt_read_end(txn);

    return status;
}


void
mt_service_clear(mt_service_t *service)
{
    mt_service_age(service, 0);

    while (service->nspares) {
        mt_arena_destroy(service->spares[--service->nspares]);
    }

    mt_json_parser_destroy(service->parser);
    service->parser = NULL;

    mt_row_cache_destroy(service->rows);
    service->rows = NULL;

    mt_memo_destroy(service->memo);
    service->memo = NULL;
}


mt_arena_t *
mt_service_arena(mt_service_t *service)
{
    return service->nspares ? service->spares[--service->nspares]
                            : mt_arena_create(MT_EXCHANGE_ARENA);
}


static void
mt_service_spare(mt_service_t *service, mt_arena_t *arena)
{
    if (arena == NULL) {
        return;
    }

    if (service->nspares == MT_SPARE_ARENAS) {
        mt_arena_destroy(arena);
        return;
    }

    mt_arena_reset(arena);
    (void) mt_arena_failed(arena);      /* clears the mark of a failure */

    service->spares[service->nspares++] = arena;
}


mt_exchange_t *
mt_exchange_open(mt_service_t *service, const mt_dialect_t *dialect,
    const mt_settings_t *settings, const mt_input_t *in, int64_t now)
{
    mt_arena_t             *arena;
    mt_service_exchange_t  *e;

    arena = mt_service_arena(service);

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
    e->x.markup = dialect->markup;
    e->x.in = *in;
    e->x.call.arena = arena;
    e->x.call.settings = settings;
    e->x.call.company = settings->company;    /* a token may name another */
    e->x.call.files.folder = service->resources;
    e->x.call.guard = service->guard;
    e->x.call.network = in->network;
    e->x.call.address = in->address;
    e->x.call.now = now;
    e->x.call.until = INT64_MAX;
    e->x.begun = mt_monotonic_ns();

    return &e->x;
}


/* Files are left to be deleted here, on the event loop, only if the client or
 * the server has broken the exchange off. */

void
mt_exchange_close(mt_exchange_t *x)
{
    mt_service_t           *service;
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    mt_exchange_drop_read(x);
    mt_exchange_drop_spool((mt_service_exchange_t *) x);
    mt_exchange_delete(x, &x->call.files.made);
    mt_exchange_delete(x, &x->call.files.dropped);
    mt_exchange_log_files(e);

    service = e->service;

    mt_service_spare(service, e->row_arena);
    mt_service_spare(service, x->call.arena);
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
        mt_store_report(e->service->store, 1, "resources folder \"%s\": %s",
                     files->folder, strerror(files->error));
    }

    files->error = 0;
}


int
mt_service_receives(const mt_dialect_t *dialect, const mt_input_t *in)
{
    unsigned  allowed;

    return dialect->reads_forms && mt_multipart_is(in->content_type)
           && mt_route_find(dialect, in->path, mt_method(in->method),
                            &allowed);
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


void
mt_exchange_decode(mt_exchange_t *x)
{
    unsigned                method;
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    method = mt_method(x->in.method);

    x->decode.parser = e->service->parser;
    x->route = mt_route_find(x->dialect, x->in.path, method, &x->allowed);

    if (x->route == NULL) {
        mt_exchange_error(x, MT_BAD_PATH);
        return;
    }

    x->call.op = x->route->operation;

    if (!(x->route->methods & method)) {
        mt_exchange_error(x, MT_BAD_METHOD);
        return;
    }

    mt_route_params(x->route, x->in.path, x->params);

    x->dialect->decode(x);

    if (x->dialect->prove && x->envelope) {
        mt_exchange_prove(x);
    }

    if (mt_arena_failed(x->call.arena)) {
        mt_exchange_error(x, MT_NO_MEMORY);
    }
}


/* A store that cannot be read proves nothing; the call finds out by itself. */

static void
mt_exchange_prove(mt_exchange_t *x)
{
    mt_error_t  error;

    error = x->call.error;

    if (mt_exchange_begin_read(x)) {
        x->dialect->prove(x);
        mt_exchange_drop_read(x);
    }

    x->call.error = error;
}


void
mt_exchange_error(mt_exchange_t *x, mt_status_t status)
{
    x->call.error.status = status;
    x->call.error.field = MT_STR("");
    x->call.field = 0;
    x->call.item = 0;
}


int
mt_exchange_begin_read(mt_exchange_t *x)
{
    mt_status_t             status;
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    if (x->call.txn) {
        return 1;
    }

    status = e->service->store
             ? mt_read_begin(e->service->store, &x->call.txn)
             : MT_STORE_FAILED;

    if (status != MT_OK) {
        mt_exchange_error(x, status);
        x->call.txn = NULL;
        return 0;
    }

    /* the store may have been opened after the exchange */

    x->call.store = e->service->store;
    x->call.server_key = e->service->server_key;
    x->call.token_key = e->service->token_key;

    return 1;
}


void
mt_exchange_drop_read(mt_exchange_t *x)
{
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    if (e->held) {
        mt_exchange_release(e);

    } else if (x->call.txn) {
        mt_read_end(x->call.txn);
        x->call.txn = NULL;
    }
}


/*
 * Ends the read transaction as mt_exchange_end_read() does, unless rows follow
 * at once: they are read from the snapshot that the head of the answer was
 * read from.
 */

static mt_step_t
mt_exchange_leave_read(mt_exchange_t *x, mt_step_t step)
{
    if (step == MT_STEP_DONE && x->call.error.status == MT_OK
        && x->route->list && mt_txn_status(x->call.txn) == MT_OK
        && !mt_arena_failed(x->call.arena))
    {
        return MT_STEP_DONE;
    }

    return mt_exchange_end_read(x, step);
}


mt_step_t
mt_exchange_end_read(mt_exchange_t *x, mt_step_t step)
{
    mt_status_t  status;

    status = mt_txn_status(x->call.txn);

    mt_exchange_drop_read(x);

    if (mt_arena_failed(x->call.arena)) {
        status = MT_NO_MEMORY;
    }

    if (status == MT_OK) {
        return step;
    }

    mt_exchange_error(x, status);

    return MT_STEP_DONE;
}


void
mt_exchange_allow_stale(mt_exchange_t *x)
{
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    e->stale = 1;
}


/* Returns 1 if the snapshot lacks something that was acknowledged before the
 * exchange was started for the first time. */

static int
mt_exchange_must_settle(mt_service_exchange_t *e)
{
    uint64_t    logged;
    mt_call_t  *call;

    call = &e->x.call;

    if (e->stale || call->op->unsettled) {
        return 0;
    }

    logged = mt_wal_logged(call->store);

    if (e->min_txn == 0 || e->min_txn > logged) {
        e->min_txn = logged;
    }

    return e->min_txn > mt_txn_id(call->txn);
}


/*
 * Looks for the answer in the memo.  The memo serves an operation whose answer
 * depends on nothing but the key, in a dialect whose answers show no more than
 * the route's tables name.  Returns 1 with the answer in e->value, else 0,
 * with e->keep set if the answer shall be kept.
 */

static int
mt_exchange_find_answer(mt_service_exchange_t *e)
{
    mt_buf_t        args;
    mt_str_t        value;
    mt_call_t      *call;
    mt_memo_key_t  *key;

    call = &e->x.call;
    key = &e->key;

    if (!call->op->memo || !e->x.dialect->by_tables
        || !mt_txn_is_numbered(call->txn))
    {
        return 0;
    }

    if (e->service->memo == NULL) {
        e->service->memo = mt_memo_create();
    }

    key->state = mt_txn_id(call->txn);

    if (e->service->memo == NULL
        || !mt_memo_enter(e->service->memo, key->state))
    {
        return 0;
    }

    mt_buf_init(&args, call->arena, MT_MEMO_ARGS);
    mt_record_encode(&args, call->op->args, call->args, MT_ENCODE_GIVEN);

    if (args.failed) {
        return 0;
    }

    key->settings = call->settings;
    key->route = e->x.route;
    key->company = call->company;
    key->actor = call->actor;
    key->args = (mt_str_t) { args.len, args.data };

    if (!mt_memo_find(e->service->memo, key, call->now, &value)) {
        e->keep = 1;
        return 0;
    }

    e->value = mt_arena_str(call->arena, value);

    return e->value.len == value.len;
}


/* Looks for what an earlier request with the same key has done, which is the
 * answer to this one.  Returns 1 if the call has ended so, or has failed;
 * else 0. */

static int
mt_exchange_repeated(mt_service_exchange_t *e)
{
    int           found;
    mt_call_t    *call;
    mt_status_t   status;

    call = &e->x.call;

    if (call->repeat_key.len == 0 || call->op->body == NULL) {
        return 0;
    }

    found = mt_repeat_find(call->txn, call->company, call->now,
                           call->repeat_key, call->repeat_digest, call->arena,
                           &status, &call->result);
    if (found == 0) {
        return 0;
    }

    if (found < 0 || status != MT_OK) {
        mt_exchange_error(&e->x, found < 0 ? MT_STORE_FAILED : status);
        return 1;
    }

    e->finished = 1;
    e->applied = 1;

    if (call->op->finish) {
        call->op->finish(call);
    }

    return 1;
}


mt_step_t
mt_exchange_start(mt_exchange_t *x)
{
    mt_step_t               step;
    mt_call_t              *call;
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    call = &x->call;
    step = MT_STEP_DONE;

    if (call->error.status != MT_OK || !mt_exchange_begin_read(x)) {
        return step;
    }

    if (mt_exchange_must_settle(e)) {
        return mt_exchange_end_read(x, MT_STEP_SETTLE);
    }

    x->dialect->authenticate(x);

    if (call->error.status == MT_OK && x->route->prepare) {
        x->route->prepare(x);
    }

    if (call->error.status == MT_OK && call->company
        && mt_company_is_open(call->txn, call->company) != 1)
    {
        mt_exchange_error(x, MT_NO_SUCH_COMPANY);
    }

    if (call->error.status == MT_OK && mt_exchange_repeated(e)) {
        return mt_exchange_leave_read(x, MT_STEP_DONE);
    }

    if (call->error.status == MT_OK) {
        if (mt_exchange_find_answer(e)) {
            return mt_exchange_end_read(x, MT_STEP_DONE);
        }

        call->hides = mt_route_hides(x->dialect, x->route);
        step = call->op->start(call);
    }

    /* another thread would read without what was lent to this one */

    if (step == MT_STEP_WORK && mt_txn_is_lent(call->txn)
        && !call->op->unsettled)
    {
        mt_exchange_error(x, MT_STORE_FAILED);
        step = MT_STEP_DONE;
    }

    /* an answer after more steps reads its rows from a later snapshot */

    if (step != MT_STEP_DONE || call->error.status != MT_OK) {
        e->keep = 0;
    }

    return mt_exchange_leave_read(x, step);
}


/* After the command the only work is to delete a file. */

void
mt_exchange_work(mt_exchange_t *x)
{
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    if (e->finished) {
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

    if (e->finished || x->call.error.status != MT_OK
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

    e->finished = 1;
    e->applied = (result->status == MT_OK);

    if (e->applied) {
        call->files.made = MT_STR("");

        if (call->op->finish && mt_exchange_begin_read(x)) {
            call->op->finish(call);
            (void) mt_exchange_leave_read(x, call->files.dropped.len
                                             ? MT_STEP_WORK : MT_STEP_DONE);
        }

    } else {
        mt_exchange_error(x, result->status);
        call->field = result->field;
        call->item = result->item;

        /* after MT_STORE_FAILED the command may still have been applied: its
         * file stays, and the sweep deletes it if it is not in use */

        if (result->status != MT_STORE_FAILED) {
            call->files.dropped = call->files.made;
        }

        call->files.made = MT_STR("");
    }

    return call->files.dropped.len ? MT_STEP_WORK : MT_STEP_DONE;
}


void
mt_exchange_fail(mt_exchange_t *x, mt_status_t status)
{
    mt_service_exchange_t  *e = (mt_service_exchange_t *) x;

    if (e->stage == MT_STAGE_BEGIN && !e->applied) {
        mt_exchange_error(x, status);
    }
}


/*
 * The answer of an exchange, written in one piece or in many.
 */

#include "service/mt_service_private.h"


/* Rows of one piece: at 1 to 2 us each, the event loop can wait for them. */
#define MT_PIECE_ROWS       256

/* Bytes first reserved for an answer: most consist of little more than the
 * envelope; a list with lists in its rows is long. */
#define MT_ANSWER_SHORT     256
#define MT_ANSWER_LONG      (16 * 1024)

/* Rows of one answer that go into the row cache: more would take the slots of
 * all others. */
#define MT_KEPT_ROWS        256

/* A result beside 1, 0 and -1: the row is not shown. */
#define MT_NO_ROW           2


static int mt_exchange_piece(mt_service_exchange_t *e, size_t piece);
static int mt_exchange_head(mt_service_exchange_t *e);
static size_t mt_answer_size(const mt_exchange_t *x);
static int mt_answer_open(mt_exchange_t *x, mt_buf_t *out, size_t *value_at);
static void mt_answer_write(mt_exchange_t *x, mt_str_t value);
static int mt_answer_value(mt_exchange_t *x);
static void mt_exchange_repeat(mt_service_exchange_t *e, size_t from,
    int whole);
static void mt_exchange_keep(mt_service_exchange_t *e);
static int mt_exchange_open_rows(mt_service_exchange_t *e);
static int mt_exchange_open_inner(mt_service_exchange_t *e);
static void mt_exchange_close_inner(mt_service_exchange_t *e);
static void mt_exchange_close_rows(mt_service_exchange_t *e);
static int mt_exchange_row(mt_service_exchange_t *e);
static int mt_exchange_open_row(mt_service_exchange_t *e,
    const mt_rows_t *rows, const mt_json_table_t *table);
static int mt_exchange_cached_row(mt_service_exchange_t *e,
    const mt_rows_t *rows, const mt_json_table_t *table);
static mt_row_cache_t *mt_exchange_row_cache(mt_service_exchange_t *e);
static int mt_exchange_inner_row(mt_service_exchange_t *e);
static int mt_exchange_end_inner(mt_service_exchange_t *e);


/*
 * The writer appends to e->out, which stands for the caller's buffer during
 * the call.  If the first piece fails, nothing has left: an answer with the
 * error replaces it.
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

    /* an answer without rows has left it open */

    if (rc != 0) {
        mt_exchange_drop_read(x);
    }

    *out = e->out;

    return rc;
}


static int
mt_exchange_piece(mt_service_exchange_t *e, size_t piece)
{
    int             rc, begun;
    mt_exchange_t  *x;

    x = &e->x;
    begun = e->stage != MT_STAGE_BEGIN;

    if (e->stage == MT_STAGE_SPOOLED) {
        return mt_exchange_unspool(e, piece);
    }

    if (begun) {
        (void) mt_buf_reserve(&e->out, piece);
        rc = 0;

    } else {
        rc = mt_exchange_head(e);
    }

    if (rc == 0 && e->stage != MT_STAGE_BEGIN) {
        rc = mt_exchange_rows(e, piece);
    }

    if (rc == 1) {
        if (e->keep && !begun) {
            mt_exchange_keep(e);
        }

        mt_answer_close(x, &e->out);
        e->stage = MT_STAGE_SENT;
    }

    return e->out.failed || mt_arena_failed(x->call.arena) ? -1 : rc;
}


/* Puts the value of an answer of one piece, which ends here, into the memo. */

static void
mt_exchange_keep(mt_service_exchange_t *e)
{
    mt_str_t    value;
    mt_call_t  *call;

    call = &e->x.call;

    value.len = e->out.len - e->value_at;
    value.data = e->out.data + e->value_at;

    if (call->error.status == MT_OK && !e->out.failed
        && !mt_arena_failed(call->arena))
    {
        mt_memo_keep(e->service->memo, &e->key, call->now, call->until, value);
    }
}


/* Writes the answer up to its rows.  Returns 0 if rows follow, 1 if not, -1
 * without memory. */

static int
mt_exchange_head(mt_service_exchange_t *e)
{
    mt_exchange_t  *x;

    x = &e->x;

    x->writer = mt_json_writer(x->call.arena, &e->out);

    if (x->writer == NULL) {
        return -1;
    }

    (void) mt_buf_reserve(&e->out, mt_answer_size(x));

    mt_json_zone(x->writer, x->call.settings->zone);

    if (e->value.len && x->call.error.status == MT_OK) {
        x->dialect->open_answer(x);

        if (!x->bare) {
            mt_answer_write(x, e->value);
        }

        return 1;
    }

    if (!mt_answer_open(x, &e->out, &e->value_at)) {
        return 1;
    }

    e->stage = MT_STAGE_ROWS;

    return 0;
}


static size_t
mt_answer_size(const mt_exchange_t *x)
{
    return x->call.error.status == MT_OK && x->route && x->route->inner
           ? MT_ANSWER_LONG : MT_ANSWER_SHORT;
}


/* Writes the part before the value, and the value up to its rows.  Returns 1
 * if rows follow, else 0. */

static int
mt_answer_open(mt_exchange_t *x, mt_buf_t *out, size_t *value_at)
{
    if (x->markup) {
        return x->markup->open(x, out);
    }

    x->dialect->open_answer(x);
    *value_at = out->len;

    return x->call.error.status == MT_OK && !x->bare ? mt_answer_value(x) : 0;
}


/* Writes the text of a value from the memo: a list, or the members of an
 * object. */

static void
mt_answer_write(mt_exchange_t *x, mt_str_t value)
{
    if (x->route->list && x->route->list[0] == '\0') {
        mt_json_raw(x->writer, value);

    } else {
        mt_json_written(x->writer, value);
    }
}


static int
mt_answer_value(mt_exchange_t *x)
{
    const mt_route_t  *route;

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


void
mt_answer_close(mt_exchange_t *x, mt_buf_t *out)
{
    if (x->markup) {
        x->markup->close(x, out);

    } else if (!x->bare) {
        x->dialect->close_answer(x);
    }
}


int
mt_exchange_rows(mt_service_exchange_t *e, size_t piece)
{
    int             rc;
    size_t          from;
    unsigned        n;
    mt_exchange_t  *x;

    x = &e->x;
    from = e->out.len;

    if (e->row_arena == NULL) {
        e->row_arena = mt_service_arena(e->service);
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

    if (rc == 1 && x->route->again) {
        mt_exchange_repeat(e, from, 0);
    }

    if (rc == 1 && mt_txn_status(x->call.txn) == MT_OK
        && !mt_arena_failed(x->call.arena))
    {
        return mt_exchange_hold(e) ? 0 : -1;
    }

    if (mt_exchange_end_read(x, MT_STEP_WORK) != MT_STEP_WORK) {
        return -1;
    }

    if (rc == 0 && x->markup == NULL) {
        mt_json_close_list(x->writer);
    }

    if (rc == 0 && x->route->again) {
        mt_exchange_repeat(e, from, 1);
    }

    return rc == 0 ? 1 : -1;
}


/* Keeps the part of the list that this piece holds, from an offset in `out`,
 * and the bracket before the first part; writes the whole list again. */

static void
mt_exchange_repeat(mt_service_exchange_t *e, size_t from, int whole)
{
    if (e->list.len == 0) {
        mt_buf_init(&e->list, e->x.call.arena, MT_ANSWER_SHORT);
        from--;
    }

    if (!e->out.failed) {
        mt_buf_put(&e->list, e->out.data + from, e->out.len - from);
    }

    e->out.failed |= e->list.failed;

    if (whole && !e->out.failed) {
        mt_json_key(e->x.writer, e->x.route->again);
        mt_json_raw(e->x.writer, (mt_str_t) { e->list.len, e->list.data });
    }
}


/* Opens the rows, and those of the present row.  Returns 1, or -1 on
 * failure. */

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


/* Writes the next row, up to the rows in it.  Returns 1, 0 if there is none,
 * -1 on failure. */

static int
mt_exchange_row(mt_service_exchange_t *e)
{
    int                rc;
    void              *row;
    mt_exchange_t     *x;
    const mt_rows_t   *rows;
    const mt_route_t  *route;

    x = &e->x;
    route = x->route;
    rows = x->call.op->rows;

    if (x->markup) {
        rc = rows->next(&x->call, e->row_arena, &row);

        if (rc == 1 && row) {
            x->markup->row(x, &e->out, row);
        }

        return rc;
    }

    rc = mt_exchange_open_row(e, rows, route->row);

    if (rc != 1) {
        return rc == MT_NO_ROW ? 1 : rc;
    }

    if (route->inner == NULL) {
        mt_json_close_object(x->writer);
        return 1;
    }

    mt_json_key(x->writer, route->inner);
    mt_json_open_list(x->writer);

    e->stage = MT_STAGE_INNER;

    return mt_exchange_open_inner(e);
}


/* Writes the next row within a row; after the last one ends the outer row.
 * Returns 1, or -1 on failure. */

static int
mt_exchange_inner_row(mt_service_exchange_t *e)
{
    int             rc;
    mt_exchange_t  *x;

    x = &e->x;

    rc = mt_exchange_open_row(e, e->opened_inner, x->route->inner_row);

    if (rc == 1) {
        mt_json_close_object(x->writer);
    }

    if (rc == 0) {
        mt_exchange_close_inner(e);

        return mt_exchange_end_inner(e);
    }

    return rc == MT_NO_ROW ? 1 : rc;
}


static int
mt_exchange_end_inner(mt_service_exchange_t *e)
{
    mt_json_close_list(e->x.writer);
    mt_json_close_object(e->x.writer);
    e->stage = MT_STAGE_ROWS;

    return 1;
}


/* Writes the next row without its closing brace.  Returns 1, 0 if there is
 * none, MT_NO_ROW if the row is not shown, -1 on failure. */

static int
mt_exchange_open_row(mt_service_exchange_t *e, const mt_rows_t *rows,
    const mt_json_table_t *table)
{
    int             rc;
    void           *row;
    mt_exchange_t  *x;

    if (rows->find && !e->x.dialect->zoned) {
        return mt_exchange_cached_row(e, rows, table);
    }

    x = &e->x;

    rc = rows->next(&x->call, e->row_arena, &row);

    if (rc == 1 && row == NULL) {
        return MT_NO_ROW;
    }

    if (rc == 1) {
        mt_json_open_object(x->writer);
        mt_json_members(x->writer, table, row);
    }

    return rc;
}


/* Does the same for rows that have a cache key: the row cache may have the
 * members of the row. */

static int
mt_exchange_cached_row(mt_service_exchange_t *e, const mt_rows_t *rows,
    const mt_json_table_t *table)
{
    int             rc;
    void           *row;
    size_t          at;
    mt_str_t        members;
    mt_row_key_t     key;
    mt_exchange_t   *x;
    mt_row_cache_t  *cache;

    x = &e->x;

    rc = rows->find(&x->call, e->row_arena, &key);

    if (rc != 1 || key.skip) {
        return rc == 1 ? MT_NO_ROW : rc;
    }

    mt_json_open_object(x->writer);

    cache = key.usable ? mt_exchange_row_cache(e) : NULL;

    if (cache && mt_row_cache_find(cache, table, &key, &members)) {
        mt_json_written(x->writer, members);
        return 1;
    }

    if (rows->make(&x->call, e->row_arena, &row) != 1) {
        return -1;
    }

    at = e->out.len;
    mt_json_members(x->writer, table, row);

    /* without memory the view may not be complete */

    if (mt_arena_failed(e->row_arena)) {
        return -1;
    }

    if (cache && e->kept < MT_KEPT_ROWS && !e->out.failed) {
        members = (mt_str_t) { e->out.len - at, e->out.data + at };
        mt_row_cache_keep(cache, table, &key, members);
        e->kept++;
    }

    return 1;
}


static mt_row_cache_t *
mt_exchange_row_cache(mt_service_exchange_t *e)
{
    mt_service_t  *service;

    service = e->service;

    if (service->rows == NULL) {
        service->rows = mt_row_cache_create();
    }

    return service->rows;
}


int
mt_exchange_http_status(const mt_exchange_t *x)
{
    if (x->http) {
        return x->http;
    }

    if (x->call.error.status == MT_BAD_PATH && x->call.settings->unknown_call)
    {
        return x->call.settings->unknown_call;
    }

    return mt_dialect_http(x->dialect, x->call.error.status);
}


mt_status_t
mt_service_status(int http_status)
{
    size_t  i;

    static const struct {
        int          http;
        mt_status_t  status;
    } map[] = {
        { 403, MT_DENIED },
        { 404, MT_BAD_PATH },
        { 405, MT_BAD_METHOD },
        { 413, MT_TOO_LARGE },
        { 429, MT_LIMITED },
        { 500, MT_INTERNAL },
        { 503, MT_BUSY },
    };

    for (i = 0; i < mt_nitems(map); i++) {
        if (map[i].http == http_status) {
            return map[i].status;
        }
    }

    return http_status < 500 ? MT_BAD_REQUEST : MT_STORE_FAILED;
}


mt_str_t
mt_service_error(const mt_dialect_t *dialect, const mt_settings_t *settings,
    int http_status, int64_t now, mt_arena_t *arena)
{
    size_t         value_at;
    mt_buf_t       out;
    mt_exchange_t  x;

    memset(&x, 0, sizeof(mt_exchange_t));

    x.dialect = dialect;
    x.markup = dialect->markup;
    x.call.arena = arena;
    x.call.settings = settings;
    x.call.now = now;
    x.call.error.status = mt_service_status(http_status);
    x.begun = mt_monotonic_ns();

    mt_buf_init(&out, arena, MT_ANSWER_SHORT);
    x.writer = mt_json_writer(arena, &out);

    if (x.writer == NULL) {
        return MT_STR("");
    }

    mt_json_zone(x.writer, settings->zone);

    (void) mt_answer_open(&x, &out, &value_at);
    mt_answer_close(&x, &out);

    return out.failed ? MT_STR("") : (mt_str_t) { out.len, out.data };
}


#include "json/mt_lines.h"


#define MT_LINES_COLUMNS  64

/* bytes of one row: far above the sum of any table's bounds */
#define MT_LINES_ROW      (1024 * 1024)


/* A CSV record.  All its cells stand in `text`; cell i ends at end[i]. */

typedef struct {
    mt_buf_t  text;
    size_t    end[MT_LINES_COLUMNS];
    size_t    n;
    int       bad;          /* a stray quote, too many cells, too long */
} mt_csv_record_t;


static int mt_lines_header(mt_lines_t *l, mt_arena_t *arena, mt_str_t *why);
static int mt_lines_known(const mt_json_table_t *table, mt_str_t name);
static int mt_lines_next_csv(mt_lines_t *l, mt_arena_t *arena, void *object,
    mt_error_t *error);
static int mt_lines_next_json(mt_lines_t *l, mt_arena_t *arena, void *object,
    mt_error_t *error);
static int mt_csv_record(mt_lines_t *l, mt_arena_t *arena,
    mt_csv_record_t *record);
static int mt_csv_quoted(mt_lines_t *l, mt_csv_record_t *record);
static int mt_lines_byte(mt_lines_t *l);
static void mt_csv_byte(mt_csv_record_t *record, int c);
static void mt_csv_end_cell(mt_csv_record_t *record);
static mt_str_t mt_csv_cell(const mt_csv_record_t *record, size_t i);


int
mt_lines_open(mt_lines_t *l, mt_str_t text, int csv,
    const mt_json_table_t *table, mt_arena_t *arena, mt_str_t *why)
{
    static const mt_str_t  mark = mt_str("\xEF\xBB\xBF");

    memset(l, 0, sizeof(mt_lines_t));

    if (text.len >= mark.len && memcmp(text.data, mark.data, mark.len) == 0) {
        text.data += mark.len;
        text.len -= mark.len;
    }

    l->rest = text;
    l->table = table;
    l->csv = csv == -1 ? text.len == 0 || text.data[0] != '{' : csv;

    return l->csv ? mt_lines_header(l, arena, why) : 0;
}


static int
mt_lines_header(mt_lines_t *l, mt_arena_t *arena, mt_str_t *why)
{
    size_t            i;
    mt_str_t         *names;
    mt_csv_record_t   record;

    if (!mt_csv_record(l, arena, &record)) {
        *why = MT_STR("it is empty: a header line is missing");
        return -1;
    }

    names = mt_arena_alloc(arena, record.n * sizeof(mt_str_t));

    if (names == NULL || record.text.failed) {
        *why = MT_STR("out of memory");
        return -1;
    }

    for (i = 0; i < record.n; i++) {
        names[i] = mt_csv_cell(&record, i);

        if (record.bad || !mt_lines_known(l->table, names[i])) {
            *why = mt_arena_printf(arena, "the header names an unknown "
                                   "column: \"%.*s\"", (int) names[i].len,
                                   names[i].data);
            return -1;
        }
    }

    l->columns = names;
    l->ncolumns = record.n;

    return 0;
}


static int
mt_lines_known(const mt_json_table_t *table, mt_str_t name)
{
    size_t  i;

    for (i = 0; i < table->n; i++) {
        if (mt_str_eq(mt_cstr(table->members[i].wire), name)) {
            return 1;
        }
    }

    return 0;
}


int
mt_lines_next(mt_lines_t *l, mt_arena_t *arena, void *object,
    mt_error_t *error)
{
    memset(error, 0, sizeof(mt_error_t));

    return l->csv ? mt_lines_next_csv(l, arena, object, error)
                  : mt_lines_next_json(l, arena, object, error);
}


static int
mt_lines_next_csv(mt_lines_t *l, mt_arena_t *arena, void *object,
    mt_error_t *error)
{
    size_t            i;
    mt_str_t          cell;
    mt_csv_record_t   record;
    mt_json_decode_t  d;

    do {
        if (!mt_csv_record(l, arena, &record)) {
            return 0;
        }

    } while (record.n == 1 && record.text.len == 0);

    if (record.text.failed) {
        return -1;
    }

    if (record.bad || record.n != l->ncolumns) {
        error->status = MT_BAD_VALUE;
        error->field = record.bad ? MT_STR("quotes")
                                  : MT_STR("number of cells");
        return 1;
    }

    memset(&d, 0, sizeof(d));
    d.arena = arena;

    for (i = 0; i < record.n; i++) {
        cell = mt_csv_cell(&record, i);

        if (cell.len > 0) {
            mt_json_set_text(&d, l->table, object, l->columns[i], cell);
        }
    }

    *error = d.error;

    return 1;
}


static int
mt_lines_next_json(mt_lines_t *l, mt_arena_t *arena, void *object,
    mt_error_t *error)
{
    mt_str_t           body;
    const char        *end;
    mt_status_t        status;
    mt_json_decode_t   d;

    memset(&d, 0, sizeof(d));
    d.arena = arena;

    do {
        if (l->rest.len == 0) {
            return 0;
        }

        end = memchr(l->rest.data, '\n', l->rest.len);
        body = l->rest;

        if (end) {
            body.len = (size_t) (end - body.data) + 1;
        }

        l->rest.data += body.len;
        l->rest.len -= body.len;
        l->line = ++l->lines;

        status = mt_json_decode(&d, body, l->table, object);

    } while (status == MT_EMPTY);

    *error = d.error;

    if (status != MT_OK) {
        error->status = status;
        error->field = MT_STR("");
    }

    return status == MT_NO_MEMORY ? -1 : 1;
}


/* Lines end with LF or CRLF; a quoted cell may hold both.  Returns 1, or 0 at
 * the end of the text. */

static int
mt_csv_record(mt_lines_t *l, mt_arena_t *arena, mt_csv_record_t *record)
{
    int  c, fresh;

    mt_buf_init(&record->text, arena, 256);
    record->n = 0;
    record->bad = 0;
    l->line = l->lines + 1;

    c = mt_lines_byte(l);

    if (c == -1) {
        return 0;
    }

    for (fresh = 1; c != -1 && c != '\n'; c = mt_lines_byte(l)) {
        if (c == '"' && fresh) {
            c = mt_csv_quoted(l, record);
            fresh = 0;

            if (c == -1 || c == '\n') {
                break;
            }

            record->bad |= (c != ',' && c != '\r');
        }

        if (c == ',') {
            mt_csv_end_cell(record);
            fresh = 1;

        } else if (c != '\r') {
            mt_csv_byte(record, c);
            fresh = 0;
        }
    }

    mt_csv_end_cell(record);
    l->lines++;

    return 1;
}


/* Reads from behind the opening quote; returns the byte behind the closing
 * one, or -1. */

static int
mt_csv_quoted(mt_lines_t *l, mt_csv_record_t *record)
{
    int  c;

    for ( ;; ) {
        c = mt_lines_byte(l);

        if (c == -1) {
            record->bad = 1;
            return -1;
        }

        if (c == '"') {
            c = mt_lines_byte(l);

            if (c != '"') {
                return c;
            }
        }

        l->lines += (c == '\n');
        mt_csv_byte(record, c);
    }
}


/* Returns the next byte, or -1 at the end of the text. */

static int
mt_lines_byte(mt_lines_t *l)
{
    if (l->rest.len == 0) {
        return -1;
    }

    l->rest.len--;

    return (uint8_t) *l->rest.data++;
}


static void
mt_csv_byte(mt_csv_record_t *record, int c)
{
    if (record->text.len == MT_LINES_ROW) {
        record->bad = 1;
        return;
    }

    mt_buf_byte(&record->text, (uint8_t) c);
}


static void
mt_csv_end_cell(mt_csv_record_t *record)
{
    if (record->n == MT_LINES_COLUMNS) {
        record->bad = 1;
        return;
    }

    record->end[record->n++] = record->text.len;
}


static mt_str_t
mt_csv_cell(const mt_csv_record_t *record, size_t i)
{
    size_t  begin;

    begin = i ? record->end[i - 1] : 0;

    return (mt_str_t) { record->end[i] - begin, record->text.data + begin };
}

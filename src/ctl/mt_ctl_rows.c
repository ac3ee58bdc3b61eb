
#include "ctl/mt_ctl_rows.h"

#include <stdlib.h>


#define MT_ROWS_COLUMNS_MAX  64

/* bytes of one row: far above what the bounds of its fields allow */
#define MT_ROWS_LEN_MAX      (1024 * 1024)


/*
 * One CSV record (RFC 4180; a line may end with LF or CRLF, a quoted cell may
 * hold line ends).  All cells stand in `text`, cell i ends at end[i].
 */

typedef struct {
    mt_buf_t  text;
    size_t    end[MT_ROWS_COLUMNS_MAX];
    size_t    n;
    int       bad;          /* a stray quote, too many cells, too long */
} mt_rows_record_t;


static void
mt_rows_cell(mt_rows_record_t *record)
{
    if (record->n == MT_ROWS_COLUMNS_MAX) {
        record->bad = 1;
        return;
    }

    record->end[record->n++] = record->text.len;
}


static void
mt_rows_byte(mt_rows_record_t *record, int c)
{
    if (record->text.len == MT_ROWS_LEN_MAX) {
        record->bad = 1;
        return;
    }

    mt_buf_byte(&record->text, (uint8_t) c);
}


/* After the opening quote; returns the character after the closing one. */

static int
mt_rows_quoted(mt_rows_reader_t *r, mt_rows_record_t *record)
{
    int  c;

    for ( ;; ) {
        c = getc_unlocked(r->file);

        if (c == EOF) {
            record->bad = 1;
            return EOF;
        }

        if (c == '"') {
            c = getc_unlocked(r->file);

            if (c != '"') {
                return c;
            }
        }

        r->line += (c == '\n');
        mt_rows_byte(record, c);
    }
}


/* 1, or 0 at the end of the file. */

static int
mt_rows_record(mt_rows_reader_t *r, mt_arena_t *arena,
    mt_rows_record_t *record)
{
    int  c, fresh;

    mt_buf_init(&record->text, arena, 256);
    record->n = 0;
    record->bad = 0;
    r->row_line = r->line + 1;

    c = getc_unlocked(r->file);

    if (c == EOF) {
        return 0;
    }

    for (fresh = 1; c != EOF && c != '\n'; c = getc_unlocked(r->file)) {
        if (c == '"' && fresh) {
            c = mt_rows_quoted(r, record);
            fresh = 0;

            if (c == EOF || c == '\n') {
                break;
            }

            record->bad |= (c != ',' && c != '\r');
        }

        if (c == ',') {
            mt_rows_cell(record);
            fresh = 1;

        } else if (c != '\r') {
            mt_rows_byte(record, c);
            fresh = 0;
        }
    }

    mt_rows_cell(record);
    r->line++;

    return 1;
}


static mt_str_t
mt_rows_at(const mt_rows_record_t *record, size_t i)
{
    size_t  begin;

    begin = i ? record->end[i - 1] : 0;

    return (mt_str_t) { record->end[i] - begin, record->text.data + begin };
}


static int
mt_rows_known(const mt_json_table_t *table, mt_str_t name)
{
    size_t  i;

    for (i = 0; i < table->n; i++) {
        if (mt_str_eq(mt_cstr(table->members[i].wire), name)) {
            return 1;
        }
    }

    return 0;
}


static int
mt_rows_header(mt_rows_reader_t *r, mt_str_t *why)
{
    size_t             i;
    mt_str_t          *names;
    mt_rows_record_t   record;

    if (!mt_rows_record(r, r->arena, &record)) {
        *why = MT_STR("it is empty: a header line is missing");
        return -1;
    }

    names = mt_arena_alloc(r->arena, record.n * sizeof(mt_str_t));

    if (names == NULL || record.text.failed) {
        *why = MT_STR("out of memory");
        return -1;
    }

    for (i = 0; i < record.n; i++) {
        names[i] = mt_rows_at(&record, i);

        if (record.bad || !mt_rows_known(r->table, names[i])) {
            *why = mt_arena_printf(r->arena, "its header names no column that "
                                   "is known: \"%.*s\"", (int) names[i].len,
                                   names[i].data);
            return -1;
        }
    }

    r->columns = names;
    r->ncolumns = record.n;

    return 0;
}


/* Passes over a byte-order mark, as spreadsheets write one. */

static int
mt_rows_first(FILE *file)
{
    int  c;

    c = getc_unlocked(file);

    if (c == 0xEF) {
        c = getc_unlocked(file) == 0xBB && getc_unlocked(file) == 0xBF
            ? getc_unlocked(file) : 0xEF;
    }

    if (c != EOF) {
        ungetc(c, file);
    }

    return c;
}


int
mt_rows_open(mt_rows_reader_t *r, FILE *file, int csv,
    const mt_json_table_t *table, mt_arena_t *arena, mt_str_t *why)
{
    int  c;

    memset(r, 0, sizeof(mt_rows_reader_t));

    c = mt_rows_first(file);

    r->file = file;
    r->csv = csv == -1 ? c != '{' : csv;
    r->table = table;
    r->arena = arena;

    return r->csv ? mt_rows_header(r, why) : 0;
}


/* An empty cell says nothing; a line of nothing but an end is passed over. */

static int
mt_rows_next_csv(mt_rows_reader_t *r, mt_arena_t *arena, void *object,
    mt_error_t *error)
{
    size_t            i;
    mt_str_t          cell;
    mt_json_decode_t  d;
    mt_rows_record_t  record;

    do {
        if (!mt_rows_record(r, arena, &record)) {
            return ferror(r->file) ? -1 : 0;
        }

    } while (record.n == 1 && record.text.len == 0);

    if (record.text.failed) {
        return -1;
    }

    if (record.bad || record.n != r->ncolumns) {
        error->status = MT_BAD_VALUE;
        error->field = record.bad ? MT_STR("quotes")
                                  : MT_STR("number of cells");
        return 1;
    }

    memset(&d, 0, sizeof(d));
    d.arena = arena;

    for (i = 0; i < record.n; i++) {
        cell = mt_rows_at(&record, i);

        if (cell.len > 0) {
            mt_json_set_text(&d, r->table, object, r->columns[i], cell);
        }
    }

    *error = d.error;

    return 1;
}


static int
mt_rows_next_json(mt_rows_reader_t *r, mt_arena_t *arena, void *object,
    mt_error_t *error)
{
    char              *line;
    size_t             size;
    ssize_t            len;
    mt_str_t           body;
    mt_status_t        status;
    mt_json_decode_t   d;

    line = NULL;
    size = 0;
    memset(&d, 0, sizeof(d));
    d.arena = arena;

    do {
        len = getline(&line, &size, r->file);
        r->row_line = ++r->line;

        if (len == -1) {
            free(line);
            return feof(r->file) ? 0 : -1;
        }

        body = mt_arena_str(arena, (mt_str_t) { (size_t) len, line });
        status = body.len == 0 ? MT_NO_MEMORY
                               : mt_json_decode(&d, body, r->table, object);

    } while (status == MT_EMPTY);

    free(line);

    *error = d.error;

    if (status != MT_OK) {
        error->status = status;
        error->field = MT_STR("");
    }

    return status == MT_NO_MEMORY ? -1 : 1;
}


int
mt_rows_next(mt_rows_reader_t *r, mt_arena_t *arena, void *object,
    mt_error_t *error)
{
    memset(error, 0, sizeof(mt_error_t));

    return r->csv ? mt_rows_next_csv(r, arena, object, error)
                  : mt_rows_next_json(r, arena, object, error);
}


#include "json/mt_lines.h"
#include "json/mt_sheet.h"


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
static void mt_lines_separator(mt_lines_t *l);
static void mt_lines_bound(mt_lines_t *l);
static mt_str_t mt_lines_names(const mt_json_table_t *table,
    mt_arena_t *arena);
static int mt_lines_known(const mt_json_table_t *table, mt_str_t name);
static int mt_lines_next_csv(mt_lines_t *l, mt_arena_t *arena, void *object,
    mt_error_t *error);
static int mt_lines_next_json(mt_lines_t *l, mt_arena_t *arena, void *object,
    mt_error_t *error);
static int mt_csv_row(mt_lines_t *l, mt_arena_t *arena,
    mt_csv_record_t *record);
static int mt_csv_record(mt_lines_t *l, mt_arena_t *arena,
    mt_csv_record_t *record);
static int mt_csv_quoted(mt_lines_t *l, mt_csv_record_t *record);
static int mt_lines_skip(mt_lines_t *l);
static int mt_lines_char(mt_lines_t *l);
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

    if (!l->csv) {
        return 0;
    }

    mt_lines_separator(l);
    mt_lines_bound(l);

    return mt_lines_header(l, arena, why);
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

    while (record.n > 1 && mt_csv_cell(&record, record.n - 1).len == 0) {
        record.n--;
    }

    for (i = 0; i < record.n; i++) {
        names[i] = mt_csv_cell(&record, i);

        if (record.bad || !mt_lines_known(l->table, names[i])) {
            *why = mt_arena_printf(arena, "the header names an unknown "
                                   "column: \"%.*s\"; the columns are %s",
                                   (int) names[i].len, names[i].data,
                                   mt_lines_names(l->table, arena).data);
            return -1;
        }
    }

    l->columns = names;
    l->ncolumns = record.n;

    return 0;
}


/* Finds what separates cells: as a first line "sep=;" says, or whichever of
 * the usual signs the header has most of. */

static void
mt_lines_separator(mt_lines_t *l)
{
    int          c;
    size_t       i, k, n[3] = { 0, 0, 0 };
    mt_str_t     line;
    const char  *signs = ",;\t";

    line = l->rest;

    for (i = 0; i < line.len && line.data[i] != '\n' && line.data[i] != '\r';
         i++)
    {
        for (k = 0; k < 3; k++) {
            n[k] += (line.data[i] == signs[k]);
        }
    }

    line.len = i;
    c = line.len == 5 ? (uint8_t) line.data[4] : '"';

    if (c != '"' && mt_str_eq((mt_str_t) { 4, line.data }, MT_STR("sep="))) {
        l->separator = c;
        (void) mt_lines_skip(l);
        return;
    }

    k = n[1] > n[0] ? 1 : 0;
    k = n[2] > n[k] ? 2 : k;
    l->separator = signs[k];
}


/* Sets the bytes of the longest value that a field of the table allows. */

static void
mt_lines_bound(mt_lines_t *l)
{
    size_t             i;
    const mt_field_t  *field;

    for (i = 0; i < l->table->n; i++) {
        field = l->table->members[i].field;

        if (field && field->kind == MT_STR
            && 4 * (size_t) field->max > l->longest)
        {
            l->longest = 4 * (size_t) field->max;
        }
    }
}


static mt_str_t
mt_lines_names(const mt_json_table_t *table, mt_arena_t *arena)
{
    size_t    i;
    mt_buf_t  names;

    mt_buf_init(&names, arena, 256);

    for (i = 0; i < table->n; i++) {
        mt_buf_str(&names, i ? MT_STR(", ") : MT_STR(""));
        mt_buf_str(&names, mt_cstr(table->members[i].wire));
    }

    mt_buf_byte(&names, '\0');

    return names.failed ? MT_STR("") : (mt_str_t) { names.len, names.data };
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

    if (!mt_csv_row(l, arena, &record)) {
        return 0;
    }

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


/*
 * Reads the next record that has a cell with something in it, and drops the
 * empty cells behind the last column.  A wrong number of cells in a record of
 * several lines means that one of its quotes is a stray one: the record ends
 * with its first line.  Returns 1, or 0 at the end of the text.
 */

static int
mt_csv_row(mt_lines_t *l, mt_arena_t *arena, mt_csv_record_t *record)
{
    size_t      filled;
    mt_lines_t  begin;

    do {
        begin = *l;

        if (!mt_csv_record(l, arena, record)) {
            return 0;
        }

        if (record->text.failed) {
            return 1;
        }

        filled = record->n;

        while (filled > 0 && mt_csv_cell(record, filled - 1).len == 0) {
            filled--;
        }

    } while (filled == 0 && !record->bad);

    if (record->n > l->ncolumns && filled <= l->ncolumns) {
        record->n = l->ncolumns;
    }

    if (record->n != l->ncolumns && !record->bad && l->lines > l->line) {
        record->bad = 1;
        *l = begin;
        l->line = l->lines + 1;
        (void) mt_lines_skip(l);
    }

    return 1;
}


/* Lines end with LF, CRLF or CR; a quoted cell may hold them.  Returns 1, or 0
 * at the end of the text. */

static int
mt_csv_record(mt_lines_t *l, mt_arena_t *arena, mt_csv_record_t *record)
{
    int  c, fresh;

    mt_buf_init(&record->text, arena, 256);
    record->n = 0;
    record->bad = 0;
    l->line = l->lines + 1;

    if (l->rest.len == 0) {
        return 0;
    }

    for (fresh = 1; (c = mt_lines_char(l)) != -1 && c != '\n'; ) {
        if (c == '"' && fresh) {
            c = mt_csv_quoted(l, record);

            if (c == -1 || c == '\n') {
                break;
            }
        }

        if (c == l->separator) {
            mt_csv_end_cell(record);
            fresh = 1;

        } else {
            mt_csv_byte(record, c);
            fresh = 0;
        }
    }

    mt_csv_end_cell(record);
    l->lines++;

    return 1;
}


/*
 * Reads from behind the opening quote.  A quote that is closed by nothing, by
 * something else than the end of a cell, or only after more than any field
 * holds, is a stray one: the record is bad and ends with the line of this
 * quote.  Returns the character behind the cell: a separator, the end of a
 * line as '\n', or -1.
 */

static int
mt_csv_quoted(mt_lines_t *l, mt_csv_record_t *record)
{
    int         c;
    size_t      n;
    mt_lines_t  begin;

    begin = *l;

    for (n = 0; n <= l->longest; n++) {
        c = mt_lines_byte(l);

        if (c == -1) {
            break;
        }

        if (c == '"') {
            c = mt_lines_char(l);

            if (c == l->separator || c == '\n' || c == -1) {
                return c;
            }

            if (c != '"') {
                break;
            }
        }

        l->lines += (c == '\n'
                     || (c == '\r'
                         && (l->rest.len == 0 || l->rest.data[0] != '\n')));
        mt_csv_byte(record, c);
    }

    record->bad = 1;
    *l = begin;

    c = mt_lines_skip(l);
    l->lines = begin.lines;

    return c;
}


/* Passes over the rest of a line.  Returns its end, '\n' or -1. */

static int
mt_lines_skip(mt_lines_t *l)
{
    int  c;

    do {
        c = mt_lines_char(l);
    } while (c != -1 && c != '\n');

    l->lines++;

    return c;
}


/* Returns the next byte outside quotes, the end of a line as '\n', -1 at the
 * end of the text. */

static int
mt_lines_char(mt_lines_t *l)
{
    int  c;

    c = mt_lines_byte(l);

    if (c != '\r') {
        return c;
    }

    if (l->rest.len > 0 && l->rest.data[0] == '\n') {
        (void) mt_lines_byte(l);
    }

    return '\n';
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
    size_t  begin;

    if (record->n == MT_LINES_COLUMNS) {
        begin = record->end[record->n - 1];
        record->bad |= mt_sheet_trim((mt_str_t) { record->text.len - begin,
                                                  record->text.data + begin })
                       .len > 0;
        record->text.len = begin;
        return;
    }

    record->end[record->n++] = record->text.len;
}


/* The value of a cell, as mt_sheet_cell() has it. */

static mt_str_t
mt_csv_cell(const mt_csv_record_t *record, size_t i)
{
    size_t  begin;

    begin = i ? record->end[i - 1] : 0;

    return mt_sheet_cell((mt_str_t) { record->end[i] - begin,
                                      record->text.data + begin });
}

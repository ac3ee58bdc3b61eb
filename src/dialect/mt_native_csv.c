
/*
 * The native dialect's lists as CSV (RFC 4180): a line of names, a line for
 * each row.
 */

#include "dialect/mt_native.h"
#include "json/mt_sheet.h"


/* A value is written as JSON first, into a list that is emptied after each. */

typedef struct {
    mt_buf_t           value;
    mt_json_writer_t  *writer;
} mt_native_csv_t;


static int mt_native_csv_open(mt_exchange_t *x, mt_buf_t *out);
static void mt_native_csv_row(mt_exchange_t *x, mt_buf_t *out,
    const void *row);
static void mt_native_csv_close(mt_exchange_t *x, mt_buf_t *out);
static void mt_native_csv_cell(mt_native_csv_t *csv, mt_buf_t *out,
    const mt_json_member_t *member, const void *row);


const mt_markup_t  mt_native_csv = {
    mt_native_csv_open, mt_native_csv_row, mt_native_csv_close
};


static int
mt_native_csv_open(mt_exchange_t *x, mt_buf_t *out)
{
    size_t                  i;
    mt_native_csv_t        *csv;
    const mt_json_table_t  *table;

    x->content_type = MT_STR("");
    mt_native_open_answer(x);

    if (x->call.error.status != MT_OK) {
        return 0;
    }

    csv = mt_arena_alloc(x->call.arena, sizeof(*csv));
    if (csv == NULL) {
        out->failed = 1;
        return 0;
    }

    mt_buf_init(&csv->value, x->call.arena, 256);
    csv->writer = mt_json_writer(x->call.arena, &csv->value);

    if (csv->writer == NULL) {
        out->failed = 1;
        return 0;
    }

    mt_json_zone(csv->writer, x->call.settings->zone);
    mt_json_open_list(csv->writer);

    x->markup_state = csv;
    x->content_type = MT_STR("text/csv; charset=utf-8");
    mt_answer_header(x, MT_STR("Content-Disposition"),
                     MT_STR("attachment; filename=\"list.csv\""));

    table = x->route->row;

    for (i = 0; i < table->n; i++) {
        mt_buf_str(out, i ? MT_STR(",") : MT_STR(""));
        mt_buf_str(out, mt_cstr(table->members[i].wire));
    }

    mt_buf_str(out, MT_STR("\r\n"));

    return 1;
}


static void
mt_native_csv_row(mt_exchange_t *x, mt_buf_t *out, const void *row)
{
    size_t                  i;
    const mt_json_table_t  *table;

    table = x->route->row;

    for (i = 0; i < table->n; i++) {
        mt_buf_str(out, i ? MT_STR(",") : MT_STR(""));
        mt_native_csv_cell(x->markup_state, out, &table->members[i], row);
    }

    mt_buf_str(out, MT_STR("\r\n"));
}


static void
mt_native_csv_close(mt_exchange_t *x, mt_buf_t *out)
{
    (void) out;

    if (x->call.error.status != MT_OK) {
        mt_native_close_answer(x);
    }
}


/* Texts are taken from the record; other forms write numbers, words and times,
 * which need no escape in JSON. */

static void
mt_native_csv_cell(mt_native_csv_t *csv, mt_buf_t *out,
    const mt_json_member_t *member, const void *row)
{
    mt_str_t          text;
    const void       *src;
    const mt_wire_t  *how;

    src = (const char *) row + member->base + member->field->offset;
    how = member->how ? member->how : &mt_wire_plain;

    if (member->field->kind == MT_STR) {
        mt_sheet_put(out, *(const mt_str_t *) src);
        return;
    }

    csv->value.len = 0;
    how->write(csv->writer, member->field, src);

    text = (mt_str_t) { csv->value.len, csv->value.data };

    while (text.len && memchr("[,", text.data[0], 2)) {
        text.data++;
        text.len--;
    }

    if (text.len > 1 && text.data[0] == '"') {
        text.data++;
        text.len -= 2;
    }

    if (!mt_str_eq(text, MT_STR("null"))) {
        mt_sheet_put(out, text);
    }

    out->failed |= csv->value.failed;
}

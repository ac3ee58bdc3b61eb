
/* Texts of lines: CSV and JSON lines. */

#include "json/mt_lines.h"
#include "model/mt_records.h"
#include "tap.h"

#include <stdlib.h>


MT_JSON_TABLE(columns,
    { "id",      MT_FIELD(user, id), 0, 0, &mt_wire_ref },
    { "name",    MT_FIELD(user, name) },
    { "account", MT_FIELD(user, account) },
    { "admin",   MT_FIELD(user, admin) }
);

static mt_arena_t  *arena;
static mt_lines_t   lines;
static mt_user_t    user;
static mt_error_t   error;


static void
begin(mt_str_t text, int csv)
{
    mt_str_t  why = mt_str("");

    mt_arena_reset(arena);

    if (mt_lines_open(&lines, text, csv, &columns, arena, &why) != 0) {
        printf("Bail out! %.*s\n", (int) why.len, why.data);
        exit(1);
    }
}


static int
next(void)
{
    memset(&user, 0, sizeof(user));

    return mt_lines_next(&lines, arena, &user, &error);
}


static void
test_cells(void)
{
    begin(MT_STR("\xEF\xBB\xBF" "name,id\r\n"
                 "\r\n"
                 "\"a,\"\"b\"\"\nc\",7\r\n"
                 ",8\n"
                 "last,9"), -1);

    is_int(lines.csv, 1, "a text that begins with no brace is CSV");
    is_int(next(), 1, "an empty line is skipped");
    is_str(user.name, "a,\"b\"\nc", "a quoted cell has commas, quotes, ends");
    is_str(user.id, "7", "the header gives the order");
    is_int(lines.line, 3, "the row begins on line 3");

    is_int(next(), 1, "the next row");
    ok(!mt_has(&user, user, name) && mt_has(&user, user, id),
       "an empty cell leaves its field alone");
    is_int(lines.line, 5, "a cell of two lines counts as two");

    is_int(next(), 1, "a last line without an end");
    is_str(user.name, "last", "its cells");
    is_int(error.status, MT_OK, "no error");
    is_int(next(), 0, "the end");
    is_int(next(), 0, "the end stays");
}


static void
test_bad_rows(void)
{
    begin(MT_STR("id,name,admin\n"
                 "1,\"a\"b,1\n"
                 "2,b\n"
                 "3,c,yes\n"
                 "4,d,1\n"
                 "5,\"e"), 1);

    is_int(next(), 1, "a stray quote is no end");
    is_int(error.status, MT_BAD_VALUE, "but an error");
    is_str(error.field, "quotes", "of the quotes");

    is_int(next(), 1, "nor is a missing cell");
    is_str(error.field, "number of cells", "it is named");

    is_int(next(), 1, "nor is a value of a wrong kind");
    is_str(error.field, "admin", "it is named");

    is_int(next(), 1, "the next row is read");
    is_int(error.status, MT_OK, "without an error");
    is_int(user.admin, 1, "with its number");

    is_int(next(), 1, "an open quote takes the rest");
    is_str(error.field, "quotes", "and is named");
    is_int(next(), 0, "the end");
}


static void
test_headers(void)
{
    mt_str_t  why;

    is_int(mt_lines_open(&lines, MT_STR(""), -1, &columns, arena, &why), -1,
           "no header");
    is_str(why, "it is empty: a header line is missing", "the reason");

    is_int(mt_lines_open(&lines, MT_STR("id,nam\n"), 1, &columns, arena,
                         &why), -1, "an unknown column");
    is_str(why, "the header names an unknown column: \"nam\"", "the reason");

    is_int(mt_lines_open(&lines, MT_STR(""), 0, &columns, arena, &why), 0,
           "JSON lines need none");
    is_int(next(), 0, "an empty text has no rows");
}


static void
test_many_cells(void)
{
    size_t     i;
    mt_buf_t   text;
    mt_str_t   why;

    mt_arena_reset(arena);
    mt_buf_init(&text, arena, 1024);

    for (i = 0; i < 64; i++) {
        mt_buf_str(&text, i ? MT_STR(",id") : MT_STR("id"));
    }

    is_int(mt_lines_open(&lines, (mt_str_t) { text.len, text.data }, 1,
                         &columns, arena, &why), 0, "64 columns");
    is_int(lines.ncolumns, 64, "all of them");

    mt_buf_init(&text, arena, 1024);

    for (i = 0; i < 65; i++) {
        mt_buf_str(&text, i ? MT_STR(",id") : MT_STR("id"));
    }

    is_int(mt_lines_open(&lines, (mt_str_t) { text.len, text.data }, 1,
                         &columns, arena, &why), -1, "65 are too many");
}


static void
test_long_row(void)
{
    size_t     len;
    char      *data;

    len = 3 * 1024 * 1024;
    data = malloc(len);
    memset(data, 'x', len);
    memcpy(data, "id\n", 3);
    memcpy(data + len - 3, "\n7\n", 3);

    begin((mt_str_t) { len, data }, 1);

    is_int(next(), 1, "a row of 3 MB");
    is_int(error.status, MT_BAD_VALUE, "is an error");
    is_int(next(), 1, "the row behind it");
    is_str(user.id, "7", "is read");

    free(data);
}


static void
test_json(void)
{
    begin(MT_STR("{\"id\":7,\"name\":\"a\"}\r\n"
                 "\n"
                 "{\"name\":true}\n"
                 "nonsense\n"
                 "{\"name\":\"z\"}"), -1);

    is_int(lines.csv, 0, "a text that begins with a brace is JSON lines");
    is_int(next(), 1, "an object");
    is_str(user.id, "7", "its id");

    is_int(next(), 1, "an empty line is skipped");
    is_int(lines.line, 3, "and counted");
    is_int(error.status, MT_BAD_TYPE, "a wrong type");
    is_str(error.field, "name", "is named");

    is_int(next(), 1, "no JSON");
    is_int(error.status, MT_BAD_JSON, "is an error of the line");
    is_int(error.field.len, 0, "and of no member");

    is_int(next(), 1, "a last line without an end");
    is_str(user.name, "z", "its member");
    is_int(next(), 0, "the end");
}


int
main(void)
{
    arena = mt_arena_create(0);

    test_cells();
    test_bad_rows();
    test_headers();
    test_many_cells();
    test_long_row();
    test_json();

    mt_arena_destroy(arena);

    return tap_done();
}

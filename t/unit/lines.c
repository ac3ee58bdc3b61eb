
/* Texts of lines: CSV and JSON lines. */

#include "json/mt_lines.h"
#include "json/mt_sheet.h"
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

    is_int(next(), 1, "an open quote is an error");
    is_str(error.field, "quotes", "and is named");
    is_int(next(), 0, "the end");
}


/* Reads the rows from line 3 on: 3,c and 4,d. */

static void
good_rows(const char *what)
{
    is_int(error.status, MT_BAD_VALUE, what);
    is_str(error.field, "quotes", "it is the quotes'");
    is_int(lines.line, 2, "its line is named");

    is_int(next(), 1, "the next line is read");
    is_int(lines.line, 3, "by its number");
    is_str(user.name, "c", "in full");
    is_int(next(), 1, "and the one behind it");
    is_str(user.name, "d", "too");
}


static void
test_stray_quotes(void)
{
    char      text[8000];
    mt_str_t  s;

    begin(MT_STR("id,name\n2,\"b\n3,c\n4,d\n"), 1);
    is_int(next(), 1, "a row");
    good_rows("a quote that nothing closes");
    is_int(next(), 0, "no other row");

    begin(MT_STR("id,name\r2,\"b\r3,c\r4,d\r5,\"e\""), 1);
    is_int(next(), 1, "a row");
    good_rows("a quote that the next cell's quote closes");
    is_int(next(), 1, "that cell");
    is_str(user.name, "e", "has its value");

    begin(MT_STR("id,name\n2,\"b\n3,c\n4,d\n5,\"\"\"f\"\n"), 1);
    is_int(next(), 1, "a row");
    good_rows("a quote that three quotes close");
    is_int(next(), 1, "that cell");
    is_str(user.name, "\"f", "has its value");

    begin(MT_STR("id,name\n\"2,b\n3,c\n4,d\n5\",e\n\"6\",f,\n"), 1);
    is_int(next(), 1, "a quote that has a pair");
    is_int(error.status, MT_OK, "is a cell of many lines");

    begin(MT_STR("id,name\n2,\"b\n3,c\n4,d\",e\n"), 1);
    is_int(next(), 1, "a row");
    is_int(error.status, MT_BAD_VALUE, "a pair, but too many cells");
    is_int(lines.line, 2, "ends with its first line");
    is_int(next(), 1, "the next line");
    is_str(user.name, "c", "is read");

    s = (mt_str_t) { sizeof(text), text };
    memset(text, '\n', sizeof(text));
    memcpy(text, "id,name\n2,\"b\n3,c\n4,d\n", 22);
    text[7990] = '"';
    begin(s, 1);
    is_int(next(), 1, "a row");
    good_rows("a cell longer than any field");
}


static void
test_spreadsheets(void)
{
    size_t       i;
    static const mt_str_t  texts[] = {
        mt_str("id,name,,\n,,,\n7,b,,,,\n , ,\n8,c\n"),
        mt_str("id;name\r\n7;b\r\n;\r\n8;c"),
        mt_str("id\tname\n7\tb\n8\tc\n"),
        mt_str("sep=|\r\nid|name\r\n7|b\r\n8|c\r\n"),
        mt_str("id,name\r7,b\r8,c\r"),
        mt_str(" id ,name\n\xC2\xA0" "7,\xE3\x80\x80" "b \n"
               "=\"8\",\"=\"\"c\"\"\"\n"),
    };

    for (i = 0; i < mt_nitems(texts); i++) {
        begin(texts[i], -1);
        is_int(next(), 1, "a row");
        is_str(user.id, "7", "its id");
        is_str(user.name, "b", "its name");
        is_int(next(), 1, "another one");
        is_str(user.id, "8", "its id");
        is_str(user.name, "c", "its name");
        is_int(error.status, MT_OK, "no error");
        is_int(next(), 0, "no other row");
    }

    begin(MT_STR("id,name\n1,'+86\n2,''=x\n3,'x\n"), 1);
    (void) next();
    is_str(user.name, "+86", "a ' before a formula goes");
    (void) next();
    is_str(user.name, "'=x", "one of two");
    (void) next();
    is_str(user.name, "'x", "another ' stays");
}


static void
test_encodings(void)
{
    size_t       i;
    mt_str_t     utf8;
    const char  *why;

    static const mt_str_t  texts[] = {
        mt_str("id,\xE5\xBC\xA0\n"),
        mt_str("id,\xD5\xC5\n"),
        mt_str("i\0d\0,\0\x20\x5F\n\0"),
        mt_str("\xFF\xFEi\0d\0,\0\x20\x5F\n\0"),
        mt_str("\xFE\xFF\0i\0d\0,\x5F\x20\0\n"),
        mt_str("\0i\0d\0,\x5F\x20\0\n"),
    };

    for (i = 0; i < mt_nitems(texts); i++) {
        is_int(mt_sheet_utf8(arena, texts[i], &utf8, &why), 0, "is read");
        is_str(utf8, "id,\xE5\xBC\xA0\n", "as the same text");
    }

    is_int(mt_sheet_utf8(arena, MT_STR("id,\xFF\n"), &utf8, &why), -1,
           "what is in no encoding");
    is_int(mt_sheet_utf8(arena, MT_STR("PK\x03\x04"), &utf8, &why), -1,
           "a workbook");
    is_str(mt_cstr(why), "it is a workbook: save it as CSV", "the reason");
    is_int(mt_sheet_utf8(arena, MT_STR("\xE5\xBC\xA0\xE5\xBC\xA0\xE5\xBC\xA0"
                                       "\xE5\xBC\xA0\xE5\xBC\xA0\x81"), &utf8,
                         &why), 0, "UTF-8 with a damaged byte");
    is_int(utf8.len, 16, "stays as it is");
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
    is_str(why, "the header names an unknown column: \"nam\"; the columns are "
           "id, name, account, admin", "the reason");

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
    test_stray_quotes();
    test_spreadsheets();
    test_encodings();
    test_headers();
    test_many_cells();
    test_long_row();
    test_json();

    mt_arena_destroy(arena);

    return tap_done();
}

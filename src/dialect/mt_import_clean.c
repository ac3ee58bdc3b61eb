
/*
 * Damage that spreadsheets do to the rows of an import: blanks around values,
 * digits
 * of full width, numbers in scientific notation; and rows that look like
 * others of the same file.
 */

#include "dialect/mt_import_table.h"

#include <glib.h>
#include <stdlib.h>

#include "domain/directory/mt_directory.h"
#include "json/mt_sheet.h"


#define MT_IMPORT_SHORTENED                                                   \
    "a spreadsheet has shortened this number: format the column as text, "    \
    "enter it again and save"


/* The first of all values of a file that look alike. */

typedef struct {
    mt_str_t  value;
    size_t    line;
} mt_import_first_t;

struct mt_import_twins_s {
    mt_arena_t  *arena;
    GHashTable  *firsts;       /* by column and folded value, in `arena` */
};


static void mt_import_clean_number(mt_import_item_t *item, mt_arena_t *arena,
    mt_str_t *value, unsigned field);
static int mt_import_is_scientific(mt_str_t value);
static mt_str_t mt_import_narrow(mt_arena_t *arena, mt_str_t value);
static int mt_import_twin(mt_import_twins_t *twins, mt_import_item_t *item,
    mt_arena_t *arena, const char *column, mt_str_t value, size_t line);
static char *mt_import_fold(mt_arena_t *arena, const char *column,
    mt_str_t value);


mt_import_twins_t *
mt_import_twins_create(void)
{
    mt_import_twins_t  *twins;

    twins = calloc(1, sizeof(*twins));

    if (twins == NULL) {
        return NULL;
    }

    twins->firsts = g_hash_table_new(g_str_hash, g_str_equal);
    twins->arena = mt_arena_create(0);

    if (twins->arena == NULL) {
        mt_import_twins_destroy(twins);
        return NULL;
    }

    return twins;
}


void
mt_import_twins_destroy(mt_import_twins_t *twins)
{
    if (twins) {
        g_hash_table_destroy(twins->firsts);
        mt_arena_destroy(twins->arena);
        free(twins);
    }
}


void
mt_import_clean(mt_import_item_t *item, mt_arena_t *arena)
{
    mt_import_row_t  *row;

    row = &item->row;

    mt_import_clean_number(item, arena, &row->id, MT_import_row_id);
    mt_import_clean_number(item, arena, &row->account,
                           MT_import_row_account);
    mt_import_clean_number(item, arena, &row->phone, MT_import_row_phone);

    row->name = mt_sheet_trim(row->name);
    row->email = mt_sheet_trim(row->email);
    row->job = mt_sheet_trim(row->job);
    row->department = mt_sheet_trim(row->department);
    row->phone = mt_phone_plain(arena, row->phone);
}


/* A value that may be a number: an id, an account or a phone. */

static void
mt_import_clean_number(mt_import_item_t *item, mt_arena_t *arena,
    mt_str_t *value, unsigned field)
{
    mt_str_t  text;

    text = mt_import_narrow(arena, mt_sheet_trim(*value));

    /* the ' that makes a cell text, where it was saved with the value */

    if (text.len > 1 && text.data[0] == '\''
        && text.data[1] >= '0' && text.data[1] <= '9')
    {
        text.data++;
        text.len--;
    }

    if (mt_import_is_scientific(text)) {
        item->error.status = MT_BAD_VALUE;
        item->error.field = MT_STR("");
        item->field = field;
        item->note = MT_STR(MT_IMPORT_SHORTENED);
    }

    *value = text;
}


/* 2.02301E+11, 1E+11 and 2.5E11; but 1E11 may be the name of a class. */

static int
mt_import_is_scientific(mt_str_t value)
{
    int     point, sign;
    size_t  i, digits;

    point = 0;
    sign = 0;
    digits = 0;

    for (i = 0; i < value.len; i++) {
        if (value.data[i] == '.' && !point) {
            point = 1;

        } else if (value.data[i] >= '0' && value.data[i] <= '9') {
            digits++;

        } else {
            break;
        }
    }

    if (digits == 0 || i == value.len
        || (value.data[i] != 'e' && value.data[i] != 'E'))
    {
        return 0;
    }

    i++;

    if (i < value.len && (value.data[i] == '+' || value.data[i] == '-')) {
        sign = 1;
        i++;
    }

    for (digits = i; i < value.len; i++) {
        if (value.data[i] < '0' || value.data[i] > '9') {
            return 0;
        }
    }

    return i > digits && (point || sign);
}


/* Returns a text with ASCII's digits and plus in place of those of full width
 * (U+FF10 to U+FF19, U+FF0B); unchanged without memory. */

static mt_str_t
mt_import_narrow(mt_arena_t *arena, mt_str_t value)
{
    char     *out, c;
    size_t    i, n;

    for (i = 0; i < value.len && (uint8_t) value.data[i] != 0xEF; i++) {
        /* void */
    }

    out = i < value.len ? mt_arena_take(arena, value.len) : NULL;

    if (out == NULL) {
        return value;
    }

    for (i = 0, n = 0; i < value.len; i++) {
        c = value.data[i];

        if (value.len - i >= 3 && (uint8_t) c == 0xEF
            && (uint8_t) value.data[i + 1] == 0xBC
            && ((uint8_t) value.data[i + 2] == 0x8B
                || ((uint8_t) value.data[i + 2] >= 0x90
                    && (uint8_t) value.data[i + 2] <= 0x99)))
        {
            c = (char) ((uint8_t) value.data[i + 2] - 0x60);
            i += 2;
        }

        out[n++] = c;
    }

    return (mt_str_t) { n, out };
}


int
mt_import_twins(mt_import_twins_t *twins, mt_import_item_t *item,
    mt_arena_t *arena, size_t line)
{
    const mt_import_row_t  *row;

    row = &item->row;

    return mt_import_twin(twins, item, arena, "id", row->id, line) == 0
           && mt_import_twin(twins, item, arena, "account", row->account,
                             line) == 0
           && mt_import_twin(twins, item, arena, "phone", row->phone, line)
              == 0
           && mt_import_twin(twins, item, arena, "department",
                             row->department, line) == 0
           ? 0 : -1;
}


/* Puts a warning into the item's note if the file had a value before that
 * looks like this one; an id may not even come twice as it is.  Returns 0, or
 * -1 without memory. */

static int
mt_import_twin(mt_import_twins_t *twins, mt_import_item_t *item,
    mt_arena_t *arena, const char *column, mt_str_t value, size_t line)
{
    char               *key;
    int                 id;
    mt_import_first_t  *first;

    if (value.len == 0) {
        return 0;
    }

    key = mt_import_fold(twins->arena, column, value);

    if (key == NULL) {
        return -1;
    }

    first = g_hash_table_lookup(twins->firsts, key);

    if (first == NULL) {
        first = mt_arena_alloc(twins->arena, sizeof(*first));

        if (first == NULL) {
            return -1;
        }

        first->value = mt_arena_str(twins->arena, value);
        first->line = line;
        g_hash_table_insert(twins->firsts, key, first);

        return 0;
    }

    id = column[0] == 'i';

    if (!mt_str_eq(first->value, value)) {
        item->note = mt_arena_printf(arena, "%s \"%.*s\" looks like \"%.*s\" "
                                     "in line %zu", column, (int) value.len,
                                     value.data, (int) first->value.len,
                                     first->value.data, first->line);

    } else if (id) {
        item->note = mt_arena_printf(arena, "id \"%.*s\" stands in line %zu, "
                                     "too", (int) value.len, value.data,
                                     first->line);
    }

    return 0;
}


/* Returns the column and the value without what people overlook: case, blanks
 * and dashes.  NULL without memory. */

static char *
mt_import_fold(mt_arena_t *arena, const char *column, mt_str_t value)
{
    char      c;
    size_t    i;
    mt_buf_t  key;

    mt_buf_init(&key, arena, value.len + 16);
    mt_buf_byte(&key, (uint8_t) column[0]);

    for (i = 0; i < value.len; i++) {
        c = value.data[i];

        if (c >= 'A' && c <= 'Z') {
            c = (char) (c - 'A' + 'a');
        }

        if (c != ' ' && c != '-') {
            mt_buf_byte(&key, (uint8_t) c);
        }
    }

    mt_buf_byte(&key, '\0');

    return key.failed ? NULL : (char *) key.data;
}

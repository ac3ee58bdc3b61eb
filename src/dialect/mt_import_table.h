
/* The columns of an import of users (domain/directory/mt_import.h). */

#ifndef MT_IMPORT_TABLE_H
#define MT_IMPORT_TABLE_H

#include "domain/directory/mt_import.h"
#include "json/mt_lines.h"


/* of mt_import_row_t */
extern const mt_json_table_t  mt_import_columns;

/* of mt_import_summary_t */
extern const mt_json_table_t  mt_import_summary_table;

/* Remembers the values of a file, to warn of rows that look alike. */
typedef struct mt_import_twins_s  mt_import_twins_t;

/* Returns NULL without memory. */
mt_import_twins_t *mt_import_twins_create(void);

/* `twins` may be NULL. */
void mt_import_twins_destroy(mt_import_twins_t *twins);

/* Puts a warning into the item's note if an earlier line had an id, account,
 * phone or department that differs from the item's by case, blanks or dashes,
 * or the same id.  Returns 0, or -1 without memory. */
int mt_import_twins(mt_import_twins_t *twins, mt_import_item_t *item,
    mt_arena_t *arena, size_t line);

/* Takes off what spreadsheets put around the values of a row, and makes phones
 * plain (mt_phone_plain()).  Sets the item's error if an id, account or phone
 * is in scientific notation. */
void mt_import_clean(mt_import_item_t *item, mt_arena_t *arena);

/*
 * Reads up to *n items, which need not be zeroed, and cleans them.  Their
 * strings are in `arena`, which must last until they are imported, or in the
 * text; `twins` has the warnings of the file so far.  lines[i]
 * is set to the line on which item i begins, *n to the number of items, 0 at
 * the end of the text.  Returns 0, or -1 without memory.
 */
int mt_import_read(mt_lines_t *l, mt_import_twins_t *twins, mt_arena_t *arena,
    mt_import_item_t *items, size_t *lines, size_t *n);

/* Returns the name of the column that an item's error is about, in `arena` or
 * static; "" for an error of the whole row. */
mt_str_t mt_import_error_column(mt_arena_t *arena,
    const mt_import_item_t *item);

#endif /* MT_IMPORT_TABLE_H */


/*
 * Text as spreadsheets save it: encodings, and what they put around the value
 * of a cell.
 */

#ifndef MT_SHEET_H
#define MT_SHEET_H

#include "base/mt_base.h"


/*
 * Turns a file's text into UTF-8: UTF-16 (with a byte-order mark, or known by
 * its zero bytes) and GB18030, which contains GBK, are converted.  *utf8 is
 * `text` itself, or in `arena`.  Returns 0, or -1 with the reason in *why, a
 * static string.
 */
int mt_sheet_utf8(mt_arena_t *arena, mt_str_t text, mt_str_t *utf8,
    const char **why);

/* Returns the part of a text without the blanks around it: ASCII's, NBSP,
 * U+3000, U+200B and U+FEFF. */
mt_str_t mt_sheet_trim(mt_str_t text);

/*
 * Returns the value of a CSV cell, a part of it: without the blanks around it,
 * without the signs of ="...", which keeps a spreadsheet from reading a
 * number, and without the ' that an export puts before what a spreadsheet
 * would run (mt_sheet_is_formula()).
 */
mt_str_t mt_sheet_cell(mt_str_t cell);

/*
 * Returns 1 for a text before which an export has to put a ', else 0: a
 * spreadsheet would run it as a formula, or it begins with ' before such a
 * text, so that mt_sheet_cell() could not tell it from an export's.
 */
int mt_sheet_is_formula(mt_str_t text);

/* Appends a cell of CSV (RFC 4180), with a ' where mt_sheet_is_formula() wants
 * one, and control characters as mt_buf_visible() writes them. */
void mt_sheet_put(mt_buf_t *out, mt_str_t text);

#endif /* MT_SHEET_H */

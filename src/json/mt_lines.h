
/*
 * A text of lines, each of which fills an object by a field table: CSV (RFC
 * 4180) with a header line, or one JSON object a line.  Columns and members
 * have the same names, kinds and bounds.  The first line may begin with a
 * byte-order mark.
 *
 * CSV is taken as spreadsheets save it: cells are separated by a comma, a
 * semicolon or a tab, or as a first line "sep=;" says; lines end with LF, CRLF
 * or CR; empty columns at the end and rows of empty cells are passed over.
 */

#ifndef MT_LINES_H
#define MT_LINES_H

#include "json/mt_json.h"


typedef struct {
    const mt_json_table_t  *table;
    mt_str_t                rest;       /* not read yet */
    int                     csv;
    int                     separator;  /* CSV: of cells */
    size_t                  longest;    /* CSV: bytes of the longest value
                                           that a field allows */
    size_t                  lines;      /* read so far */
    size_t                  line;       /* on which the last row began, from
                                           1 */
    const mt_str_t         *columns;    /* CSV: the header's names */
    size_t                  ncolumns;
} mt_lines_t;


/*
 * Begins to read a text, which must outlive the rows.  `csv` is 1 for CSV, 0
 * for JSON lines, -1 for either: a text that begins with "{" is JSON lines.
 * The header, and *why, are in `arena`.  Returns 0, or -1 with the reason in
 * *why when a CSV has no header or its header names a column that the table
 * lacks; the reason has the columns of the table.
 */
int mt_lines_open(mt_lines_t *l, mt_str_t text, int csv,
    const mt_json_table_t *table, mt_arena_t *arena, mt_str_t *why);

/*
 * Reads the next row into `object`, which the caller has zeroed; its strings
 * are in `arena` or in the text.  Empty lines are skipped, an empty cell
 * leaves its field alone; cells are as mt_sheet_cell() has them.  A row with
 * a stray quote ends with the line of this quote.  *error names the fault of
 * a row that is wrong, and is MT_OK otherwise.  Returns 1, 0 at the end of
 * the text, -1 without memory.
 */
int mt_lines_next(mt_lines_t *l, mt_arena_t *arena, void *object,
    mt_error_t *error);

#endif /* MT_LINES_H */

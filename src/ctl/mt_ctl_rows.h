
/*
 * Rows of an import file, CSV with a header line or one JSON object a line,
 * through one field table: columns and members have the same names, types and
 * bounds.
 */

#ifndef MT_CTL_ROWS_H
#define MT_CTL_ROWS_H

#include <stdio.h>

#include "json/mt_json.h"


typedef struct {
    FILE                   *file;
    int                     csv;
    const mt_json_table_t  *table;
    size_t                  line;       /* lines read so far */
    size_t                  row_line;   /* where the present row began */

    mt_arena_t             *arena;      /* of the header */
    const mt_str_t         *columns;    /* CSV: their names */
    size_t                  ncolumns;
} mt_rows_reader_t;

/*
 * csv: 1, 0, or -1 to tell by the first character.  Reads a CSV's header: -1
 * with the reason in *why when it names a column that the table does not.
 */
int mt_rows_open(mt_rows_reader_t *r, FILE *file, int csv,
    const mt_json_table_t *table, mt_arena_t *arena, mt_str_t *why);

/*
 * The next row into `object` (zeroed by the caller); its strings are in the
 * arena.  1: read, what is wrong with it stands in *error; 0: no more rows;
 * -1: the file cannot be read, or no memory.
 */
int mt_rows_next(mt_rows_reader_t *r, mt_arena_t *arena, void *object,
    mt_error_t *error);

#endif /* MT_CTL_ROWS_H */

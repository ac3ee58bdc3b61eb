
/* user import: reads the file, has it imported piece by piece, and prints the
 * rows that were rejected and the summary. */

#include "ctl/mt_ctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dialect/mt_import_table.h"
#include "json/mt_sheet.h"


#define MT_CTL_PIECE        500           /* rows of one transaction */
#define MT_CTL_PIECE_DRY    200000        /* the same, of a dry run */
#define MT_CTL_THREADS_MAX  64            /* that hash passwords */
#define MT_CTL_READ         (1024 * 1024) /* bytes */


typedef struct {
    mt_import_t          *import;
    mt_lines_t            lines;
    mt_arena_t           *arena;          /* of a piece */
    mt_import_twins_t    *twins;
    int                   dry_run;
    size_t                piece;          /* rows of one transaction */
    mt_import_item_t     *items;          /* [piece] */
    size_t               *line;           /* of each item */
    mt_import_summary_t   summary;
} mt_ctl_import_t;


static char *mt_ctl_read_file(int fd, mt_str_t *text);
static int mt_ctl_import_text(mt_ctl_t *ctl, mt_str_t text, int csv);
static size_t mt_ctl_import_rows(mt_str_t text);
static int mt_ctl_import_open(mt_ctl_t *ctl, mt_ctl_import_t *i);
static int mt_ctl_import_pieces(mt_ctl_import_t *i);
static void mt_ctl_import_rejected(mt_ctl_import_t *i, size_t n);


int
mt_ctl_user_import(mt_ctl_t *ctl)
{
    int        rc, csv;
    char      *data;
    mt_str_t   text;

    csv = mt_ctl_is_csv(ctl, -1);

    if (csv == -1 && ctl->given[MT_OPT_FORMAT] != NULL) {
        return MT_CTL_FAILED;
    }

    data = mt_ctl_read_file(ctl->input, &text);

    if (data == NULL) {
        return mt_ctl_fail("%s: %s", ctl->operand, strerror(errno));
    }

    rc = mt_ctl_import_text(ctl, text, csv);

    free(data);

    return rc;
}


/* Reads all of a file, and closes it.  Returns NULL with errno set. */

static char *
mt_ctl_read_file(int fd, mt_str_t *text)
{
    int      failed;
    char    *data, *grown;
    FILE    *file;
    size_t   n, len;

    file = fdopen(fd, "r");

    if (file == NULL) {
        return NULL;
    }

    data = NULL;
    len = 0;

    do {
        grown = realloc(data, len + MT_CTL_READ + len / 2);

        if (grown == NULL) {
            break;
        }

        data = grown;
        n = fread(data + len, 1, MT_CTL_READ + len / 2, file);
        len += n;

    } while (n > 0);

    failed = (grown == NULL || ferror(file)) ? errno : 0;

    (void) fclose(file);

    if (failed) {
        free(data);
        errno = failed;
        return NULL;
    }

    text->data = data;
    text->len = len;

    return data;
}


static int
mt_ctl_import_text(mt_ctl_t *ctl, mt_str_t text, int csv)
{
    int               rc;
    mt_str_t          why;
    const char       *unreadable;
    mt_ctl_import_t   import;

    if (mt_sheet_utf8(ctl->arena, text, &text, &unreadable) != 0) {
        return mt_ctl_fail("%s: %s", ctl->operand, unreadable);
    }

    memset(&import, 0, sizeof(import));

    import.dry_run = ctl->given[MT_OPT_DRYRUN] != NULL;
    import.piece = import.dry_run ? mt_ctl_import_rows(text) : MT_CTL_PIECE;

    rc = mt_ctl_settled(ctl);

    if (rc == MT_CTL_OK) {
        rc = mt_ctl_import_open(ctl, &import);
    }

    if (rc == MT_CTL_OK
        && mt_lines_open(&import.lines, text, csv, &mt_import_columns,
                         ctl->arena, &why) == -1)
    {
        rc = mt_ctl_fail("%s: %.*s", ctl->operand, (int) why.len, why.data);
    }

    if (rc == MT_CTL_OK) {
        rc = mt_ctl_import_pieces(&import);

        if (mt_ctl_print(ctl, &mt_import_summary_table, &import.summary)
            != MT_CTL_OK
            || import.summary.failed > 0)
        {
            rc = MT_CTL_FAILED;
        }
    }

    mt_import_close(import.import);
    mt_import_twins_destroy(import.twins);
    mt_arena_destroy(import.arena);

    return rc;
}


/* A dry run is one transaction, so that a row meets all those before it.
 * Returns how many rows a text has at most. */

static size_t
mt_ctl_import_rows(mt_str_t text)
{
    size_t  i, n;

    for (i = 0, n = 1; i < text.len && n < MT_CTL_PIECE_DRY; i++) {
        n += (text.data[i] == '\n' || text.data[i] == '\r');
    }

    return n;
}


static int
mt_ctl_import_open(mt_ctl_t *ctl, mt_ctl_import_t *i)
{
    long         cpus;
    mt_batch_t  *batch;
    mt_status_t  status;

    cpus = sysconf(_SC_NPROCESSORS_ONLN);

    if (cpus < 1) {
        cpus = 1;

    } else if (cpus > MT_CTL_THREADS_MAX) {
        cpus = MT_CTL_THREADS_MAX;
    }

    batch = mt_ctl_batch(ctl);
    i->arena = mt_arena_create(0);
    i->items = mt_arena_alloc(ctl->arena,
                              i->piece * sizeof(mt_import_item_t));
    i->line = mt_arena_alloc(ctl->arena, i->piece * sizeof(size_t));
    i->twins = mt_import_twins_create();

    if (batch == NULL || i->arena == NULL || i->items == NULL
        || i->line == NULL || i->twins == NULL)
    {
        return mt_ctl_fail_status("import", MT_NO_MEMORY);
    }

    status = mt_import_open(&i->import, ctl->store, batch, &ctl->settings,
                            ctl->company, (unsigned) cpus);

    return status == MT_OK ? MT_CTL_OK : mt_ctl_fail_status("import", status);
}


static int
mt_ctl_import_pieces(mt_ctl_import_t *i)
{
    size_t       n;
    mt_status_t  status;

    for ( ;; ) {
        mt_arena_reset(i->arena);

        n = i->piece;

        if (mt_import_read(&i->lines, i->twins, i->arena, i->items, i->line,
                           &n) != 0)
        {
            return mt_ctl_fail("line %zu: out of memory", i->lines.line);
        }

        if (n == 0) {
            return MT_CTL_OK;
        }

        status = mt_import_rows(i->import, i->items, n, i->dry_run,
                                &i->summary);

        if (status != MT_OK) {
            return mt_ctl_fail("lines %zu to %zu: not imported, stopping: %s",
                               i->line[0], i->line[n - 1],
                               mt_status_reason(status));
        }

        mt_ctl_import_rejected(i, n);
    }
}


static void
mt_ctl_import_rejected(mt_ctl_import_t *i, size_t n)
{
    size_t             k;
    mt_str_t           column;
    mt_import_item_t  *item;

    for (k = 0; k < n; k++) {
        item = &i->items[k];

        if (item->error.status == MT_OK) {
            if (item->note.len) {
                mt_ctl_fail("line %zu: warning: %.*s", i->line[k],
                            (int) item->note.len, item->note.data);
            }

            continue;
        }

        column = mt_import_error_column(i->arena, item);

        mt_ctl_fail("line %zu: %.*s%s%s (%s)%s%.*s", i->line[k],
                    (int) column.len, column.data, column.len ? ": " : "",
                    mt_status_reason(item->error.status),
                    mt_status_name(item->error.status),
                    item->note.len ? ": " : "", (int) item->note.len,
                    item->note.data ? item->note.data : "");
    }
}

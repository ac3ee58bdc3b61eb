
/*
 * The import of users: rows of users are added or updated, a piece of rows in
 * one transaction.  Departments are named, and made if there is none of the
 * name.
 *
 *     mt_import_open()
 *     mt_import_rows()     per piece of some hundred rows
 *     mt_import_close()
 *
 * A row with an id is about the user of that id, another one about the user of
 * its account; a user that exists is updated, and so a file can be imported
 * again.  A decimal id means the user who was given it.  It means a user whose
 * number came by itself only if the server made up that user's id and the row
 * has the same account or phone; otherwise the row clashes with that user.
 *
 * The commands of a piece are quiet; a last one raises the events of them all,
 * so that subscribers get few messages.
 *
 * An import belongs to one thread.  It writes by a batch of its own, as tools
 * do, and holds the store's write lock during mt_import_rows(), but not while
 * passwords are hashed: 50 ms each.  Not for an event loop.
 */

#ifndef MT_IMPORT_H
#define MT_IMPORT_H

#include "domain/kernel/mt_apply.h"


/* A row as the client gave it: fields have the numbers of mt_user_edit_t.
 * password: as typed, "" for the default one. */
#define MT_IMPORT_ROW_FIELDS(F, M)                                            \
    MT_USER_TEXT_FIELDS(F, M)                                                 \
    F(M, 31, STR, department,   0, MT_NAME_MAX, NULL)       /* its name */

#define MT_IMPORT_SUMMARY_FIELDS(F, M)                                        \
    F(M, 1, INT, read,          0, INT64_MAX, NULL)                           \
    F(M, 2, INT, added,         0, INT64_MAX, NULL)                           \
    F(M, 3, INT, updated,       0, INT64_MAX, NULL)                           \
    F(M, 4, INT, failed,        0, INT64_MAX, NULL)                           \
    F(M, 5, INT, departments,   0, INT64_MAX, NULL)         /* added */

MT_DECLARE_MODEL(import_row, MT_IMPORT_ROW_FIELDS);
MT_DECLARE_MODEL(import_summary, MT_IMPORT_SUMMARY_FIELDS);

/*
 * One row and its outcome.  A row that could not be read comes with its error,
 * and is left alone.  A rejected row has the status in `error`, and in `field`
 * the number of the row's field that it is about, or 0.  `note`
 * says more for people, or warns of an imported row; it lasts until the next
 * call.
 */

typedef struct {
    mt_import_row_t   row;
    mt_error_t        error;
    unsigned          field;
    mt_str_t          note;
    unsigned          added:1;     /* else updated */
} mt_import_item_t;

typedef struct mt_import_s  mt_import_t;


/*
 * Begins an import into a company of the store.  The settings, which must
 * outlive it, are those of its commands.  `batch` must not be used by
 * others until mt_import_close(); `threads`, at least 1, is how many hash
 * passwords.  Returns MT_OK, MT_NO_SUCH_COMPANY, MT_NO_MEMORY or
 * MT_STORE_FAILED; *import is set with MT_OK alone.
 */
mt_status_t mt_import_open(mt_import_t **import, mt_store_t *store,
    mt_batch_t *batch, const mt_settings_t *settings, uint32_t company,
    unsigned threads);

/*
 * Imports n rows in one transaction and adds them to *summary.  Each item gets
 * its outcome; its password is replaced by the hash.  With `dry_run` the
 * outcomes are found by the same way, but nothing is stored and no password is
 * hashed; so a row does not meet those of an earlier piece, and a dry run of a
 * file is one piece.  Returns MT_OK, or
 * a failure, after which no row is stored and *summary is as before.
 */
mt_status_t mt_import_rows(mt_import_t *import, mt_import_item_t *items,
    size_t n, int dry_run, mt_import_summary_t *summary);

/* `import` may be NULL. */
void mt_import_close(mt_import_t *import);

#endif /* MT_IMPORT_H */

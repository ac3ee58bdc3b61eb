
/*
 * A multipart form in parts: texts, which are copied, and files, which stay
 * parts of the body.
 */

#ifndef MT_FORM_H
#define MT_FORM_H

#include "file/mt_blob.h"
#include "file/mt_multipart.h"


/* The most bytes of all texts of a form together. */
#define MT_FORM_TEXT  (64 * 1024)


typedef struct {
    mt_str_t   name;
    int        file;
    mt_str_t   text;         /* of a part that is no file */
    mt_blob_t  content;      /* of a file: a part of the body */
} mt_form_part_t;

typedef struct {
    size_t          n;
    mt_form_part_t  parts[MT_MULTIPART_PARTS];
} mt_form_t;


/*
 * Reads the body once; names and texts are copied into the arena.  The body
 * must outlive the form's files.  Waits for the disk: never on an event loop.
 * Returns MT_OK, an error of mt_multipart_feed(), MT_TOO_LONG (the texts),
 * MT_NO_MEMORY or MT_INTERNAL (the body cannot be read).
 */
mt_status_t mt_form_read(mt_form_t *form, mt_arena_t *arena,
    mt_str_t content_type, const mt_blob_t *body);

#endif /* MT_FORM_H */

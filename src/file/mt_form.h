
/*
 * A multipart form in parts: texts, which are copied, and files, which stay
 * parts of the body.
 */

#ifndef MT_FORM_H
#define MT_FORM_H

#include "file/mt_blob.h"
#include "file/mt_multipart.h"


/* The most bytes of all texts of a form together. */
#define MT_FORM_TEXT  (1024 * 1024)


typedef struct {
    mt_str_t   name;
    int        file;
    mt_str_t   text;         /* of a part that is no file */
    mt_blob_t  content;      /* of a file: a part of the body */
} mt_form_part_t;

typedef struct {
    size_t           n;
    size_t           size;       /* parts that there is room for */
    mt_form_part_t  *parts;
} mt_form_t;


/*
 * Reads the body once; names and texts are copied into the arena.  The body
 * must outlive the form's files.  Waits for the disk: never on an event loop.
 * Returns MT_OK, an error of mt_multipart_feed(), MT_COMPRESSED (a body of
 * gzip's bytes), MT_TOO_LONG (the texts), MT_NO_MEMORY or MT_INTERNAL (the
 * body cannot be read).
 */
mt_status_t mt_form_read(mt_form_t *form, mt_arena_t *arena,
    mt_str_t content_type, const mt_blob_t *body);

/* Returns 1 if the bytes begin as gzip's do, else 0. */

static inline int
mt_gzip_is(mt_str_t bytes)
{
    return bytes.len >= 2 && memcmp(bytes.data, "\x1f\x8b", 2) == 0;
}

#endif /* MT_FORM_H */

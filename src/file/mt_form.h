
/*
 * What a multipart form holds: short texts, which are kept, and files, which
 * stay where they are.
 */

#ifndef MT_FORM_H
#define MT_FORM_H

#include "file/mt_blob.h"
#include "file/mt_multipart.h"


/* Bytes, of all texts of a form together. */
#define MT_FORM_TEXT  (64 * 1024)


typedef struct {
    mt_str_t   name;
    int        file;
    mt_str_t   text;         /* unless it is a file */
    mt_blob_t  content;      /* if it is one: a part of the body */
} mt_form_part_t;

typedef struct {
    size_t          n;
    mt_form_part_t  parts[MT_MULTIPART_PARTS];
} mt_form_t;


/*
 * Goes through the body once; texts are in the arena.  As mt_multipart_feed(),
 * and MT_TOO_LONG (the texts), MT_NO_MEMORY or MT_INTERNAL (the body cannot be
 * read).  Reads files: not on an event loop.
 */
mt_status_t mt_form_read(mt_form_t *form, mt_arena_t *arena,
    mt_str_t content_type, const mt_blob_t *body);

#endif /* MT_FORM_H */

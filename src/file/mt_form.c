
/*
 * A form in parts, read piece by piece.
 */

#include "file/mt_form.h"


#define MT_FORM_FIRST  8        /* parts that a form has room for at first */


typedef struct {
    mt_form_t        *form;
    mt_arena_t       *arena;
    const mt_blob_t  *body;
    mt_form_part_t   *part;          /* the present one */
    int64_t           from;          /* offset of its content in the body */
    int64_t           size;          /* bytes of its content so far */
    mt_buf_t          text;
    size_t            texts;         /* bytes of all texts */
} mt_form_reader_t;


static mt_status_t mt_form_feed(mt_multipart_t *m, mt_arena_t *arena,
    const mt_blob_t *body);
static int mt_form_room(mt_form_reader_t *reader);
static mt_status_t mt_form_begin(void *ctx, const mt_part_t *part);
static mt_status_t mt_form_data(void *ctx, mt_str_t bytes);
static mt_status_t mt_form_end(void *ctx);


static const mt_part_sink_t  mt_form_sink = {
    mt_form_begin, mt_form_data, mt_form_end
};


mt_status_t
mt_form_read(mt_form_t *form, mt_arena_t *arena, mt_str_t content_type,
    const mt_blob_t *body)
{
    mt_status_t        rc;
    mt_multipart_t    *m;
    mt_form_reader_t   reader;

    memset(form, 0, sizeof(*form));
    memset(&reader, 0, sizeof(reader));

    reader.form = form;
    reader.arena = arena;
    reader.body = body;

    m = mt_arena_take(arena, sizeof(*m));
    if (m == NULL) {
        return MT_NO_MEMORY;
    }

    rc = mt_multipart_init(m, content_type, &mt_form_sink, &reader);

    return rc == MT_OK ? mt_form_feed(m, arena, body) : rc;
}


static mt_status_t
mt_form_feed(mt_multipart_t *m, mt_arena_t *arena, const mt_blob_t *body)
{
    char         *piece;
    size_t        len;
    int64_t       at, left;
    mt_status_t   rc;

    piece = mt_arena_take(arena, MT_BLOB_PIECE);
    if (piece == NULL) {
        return MT_NO_MEMORY;
    }

    rc = MT_OK;

    for (at = 0; rc == MT_OK && at < body->size; at += (int64_t) len) {
        left = body->size - at;
        len = left < MT_BLOB_PIECE ? (size_t) left : MT_BLOB_PIECE;

        if (mt_blob_read(body, at, piece, len) != 0) {
            return MT_INTERNAL;
        }

        if (at == 0 && mt_gzip_is((mt_str_t) { len, piece })) {
            return MT_COMPRESSED;
        }

        rc = mt_multipart_feed(m, (mt_str_t) { len, piece });
    }

    return rc == MT_OK ? mt_multipart_finish(m) : rc;
}


/* Makes room for a part.  The parser begins at most MT_MULTIPART_PARTS.
 * Returns 1, or 0 without memory. */

static int
mt_form_room(mt_form_reader_t *reader)
{
    size_t           size;
    mt_form_t       *form;
    mt_form_part_t  *parts;

    form = reader->form;

    if (form->n < form->size) {
        return 1;
    }

    size = form->size ? 2 * form->size : MT_FORM_FIRST;
    parts = mt_arena_take(reader->arena, size * sizeof(*parts));

    if (parts == NULL) {
        return 0;
    }

    if (form->n) {
        memcpy(parts, form->parts, form->n * sizeof(*parts));
    }

    form->parts = parts;
    form->size = size;

    return 1;
}


static mt_status_t
mt_form_begin(void *ctx, const mt_part_t *part)
{
    mt_form_reader_t *reader = ctx;

    if (!mt_form_room(reader)) {
        return MT_NO_MEMORY;
    }

    reader->part = &reader->form->parts[reader->form->n++];
    memset(reader->part, 0, sizeof(*reader->part));
    reader->part->file = part->file;
    reader->part->name = mt_arena_str(reader->arena, part->name);

    reader->from = part->from;
    reader->size = 0;

    mt_buf_init(&reader->text, reader->arena, 0);

    return reader->part->name.len ? MT_OK : MT_NO_MEMORY;
}


static mt_status_t
mt_form_data(void *ctx, mt_str_t bytes)
{
    mt_form_reader_t *reader = ctx;

    reader->size += (int64_t) bytes.len;

    if (reader->part->file) {
        return MT_OK;
    }

    reader->texts += bytes.len;

    if (reader->texts > MT_FORM_TEXT) {
        return MT_TOO_LONG;
    }

    mt_buf_put(&reader->text, bytes.data, bytes.len);

    return reader->text.failed ? MT_NO_MEMORY : MT_OK;
}


static mt_status_t
mt_form_end(void *ctx)
{
    mt_form_reader_t *reader = ctx;

    if (reader->part->file) {
        reader->part->content = mt_blob_part(reader->body, reader->from,
                                             reader->size);

    } else {
        reader->part->text.len = reader->text.len;
        reader->part->text.data = reader->text.len ? reader->text.data : "";
    }

    return MT_OK;
}

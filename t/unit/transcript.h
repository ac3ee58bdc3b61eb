
/*
 * The calls of a multipart parser, written down so that two runs can be
 * compared: for the unit test and the fuzzer.
 */

#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include "file/mt_multipart.h"

#include <stdio.h>
#include <stdlib.h>


typedef struct {
    mt_buf_t      text;        /* "name|file|from=content;" ... status */
    mt_status_t   refuse;      /* what begin() answers with */
} transcript_t;


static mt_status_t
transcript_begin(void *ctx, const mt_part_t *part)
{
    char           from[32];
    transcript_t  *t = ctx;

    (void) snprintf(from, sizeof(from), "|%d|%lld=", part->file,
                    (long long) part->from);

    mt_buf_str(&t->text, part->name);
    mt_buf_str(&t->text, mt_cstr(from));

    return t->refuse;
}


static mt_status_t
transcript_data(void *ctx, mt_str_t bytes)
{
    transcript_t  *t = ctx;

    mt_buf_str(&t->text, bytes);

    return bytes.len ? MT_OK : MT_INTERNAL;
}


static mt_status_t
transcript_end(void *ctx)
{
    transcript_t  *t = ctx;

    mt_buf_str(&t->text, MT_STR(";"));

    return MT_OK;
}


static const mt_part_sink_t  transcript_sink = {
    transcript_begin, transcript_data, transcript_end
};


/* Feeds the body in pieces of `step` bytes, the first of `first` bytes (0: as
 * the others).  The pieces are copies, so that a sanitizer sees a read beyond
 * one. */

static mt_str_t
transcript_of(mt_arena_t *arena, mt_str_t type, mt_str_t body, size_t first,
    size_t step, mt_status_t refuse)
{
    char             *copy;
    size_t            at, n;
    mt_status_t       rc;
    transcript_t      t;
    mt_multipart_t   *m;

    m = malloc(sizeof(*m));

    mt_buf_init(&t.text, arena, 64);
    t.refuse = refuse;

    rc = mt_multipart_init(m, type, &transcript_sink, &t);

    for (at = 0; rc == MT_OK && at < body.len; at += n) {
        n = at == 0 && first ? first : step;
        n = n < body.len - at ? n : body.len - at;

        copy = malloc(n);
        memcpy(copy, body.data + at, n);
        rc = mt_multipart_feed(m, (mt_str_t) { n, copy });
        free(copy);
    }

    if (rc == MT_OK) {
        rc = mt_multipart_finish(m);
    }

    free(m);

    /* the calls before an error depend on the cuts */

    if (rc != MT_OK) {
        t.text.len = 0;
    }

    mt_buf_str(&t.text, mt_cstr(mt_status_name(rc)));

    return (mt_str_t) { t.text.len, t.text.data };
}

#endif /* TRANSCRIPT_H */

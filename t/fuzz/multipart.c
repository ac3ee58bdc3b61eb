
/*
 * Random multipart forms: a line with the content type, then the body.  The
 * result is the same for each cut, the parts lie inside the body, and the form
 * that is read through a blob has the parser's parts, unless it begins as a
 * compressed one.
 */

#include "../unit/transcript.h"

#include "file/mt_form.h"


#define FUZZ_MEMORY  (64 * 1024 * 1024)

#define check(cond)  do { if (!(cond)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_form(mt_arena_t *arena, mt_str_t type, mt_str_t body, int valid)
{
    char                   byte;
    size_t                 i;
    mt_blob_t              blob;
    mt_form_t              form;
    mt_status_t            rc;
    const mt_form_part_t  *part;

    blob = mt_blob_of(&body);
    rc = mt_form_read(&form, arena, type, &blob);

    check(valid ? rc == MT_OK || rc == MT_TOO_LONG : rc != MT_OK);
    check(form.n <= MT_MULTIPART_PARTS);

    for (i = 0; rc == MT_OK && i < form.n; i++) {
        part = &form.parts[i];

        check(part->name.len);

        if (part->file && part->content.size) {
            check(part->content.from > 0);
            check(part->content.from + part->content.size
                  < (int64_t) body.len);
            check(mt_blob_read(&part->content, part->content.size - 1, &byte,
                               1)
                  == 0);
        }
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t        cut;
    mt_str_t      type, body, whole;
    mt_arena_t   *arena;
    const char   *line;

    type.data = (const char *) data;
    line = memchr(data, '\n', size);

    if (line == NULL) {
        return 0;
    }

    type.len = (size_t) (line - type.data);
    body.data = line + 1;
    body.len = size - type.len - 1;

    arena = mt_arena_create(FUZZ_MEMORY);
    check(arena);

    whole = transcript_of(arena, type, body, 0, body.len + 1, MT_OK);

    for (cut = 1; cut < body.len; cut = cut < 80 ? cut + 1 : 2 * cut) {
        check(mt_str_eq(whole, transcript_of(arena, type, body, cut, body.len,
                                             MT_OK)));
        check(mt_str_eq(whole, transcript_of(arena, type, body, 0, cut,
                                             MT_OK)));
    }

    check_form(arena, type, body, whole.len >= 2 && !mt_gzip_is(body)
               && memcmp(whole.data + whole.len - 2, "ok", 2) == 0);

    mt_arena_destroy(arena);

    return 0;
}

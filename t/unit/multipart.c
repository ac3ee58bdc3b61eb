
/*
 * Multipart forms: valid and invalid ones, with the same result for each cut.
 */

#include "transcript.h"
#include "tap.h"

#include "file/mt_form.h"


#define TYPE     "multipart/form-data; boundary=XX"
#define FIELD    "Content-Disposition: form-data; name=\"a\""
#define FORM     "--XX\r\n" FIELD "\r\n\r\nhello\r\n--XX--\r\n"
#define HEADER(line)  "--XX\r\n" line "\r\n\r\nx\r\n--XX--"


static mt_arena_t  *arena;


/* The content type, the body, the expected result. */

static const struct {
    const char  *what;
    const char  *type;
    mt_str_t     body;
    const char  *want;
} cases[] = {
    { "a text", TYPE, mt_str(FORM), "a|0|50=hello;ok" },
    { "one byte", TYPE, mt_str(HEADER(FIELD)), "a|0|50=x;ok" },
    { "no text", TYPE, mt_str("--XX\r\n" FIELD "\r\n\r\n\r\n--XX--"),
      "a|0|50=;ok" },
    { "two parts", TYPE,
      mt_str("--XX\r\n" FIELD "\r\n\r\n1\r\n--XX\r\nContent-Disposition: "
             "form-data; name=b; filename=c\r\n\r\n2\r\n--XX--"),
      "a|0|50=1;b|1|113=2;ok" },
    { "a blank line first", TYPE, mt_str("\r\n" FORM), "a|0|52=hello;ok" },
    { "a preamble", TYPE, mt_str("This is\r\n--X\r\n" FORM),
      "a|0|64=hello;ok" },
    { "an epilogue", TYPE, mt_str(FORM "bye\r\n--XX\r\n"),
      "a|0|50=hello;ok" },
    { "blanks after the delimiter", TYPE,
      mt_str("--XX \t\r\n" FIELD "\r\n\r\nhello\r\n--XX--"),
      "a|0|52=hello;ok" },
    { "no part at all", TYPE, mt_str("--XX--"), "ok" },
    { "what is almost a delimiter", TYPE,
      mt_str("--XX\r\n" FIELD "\r\n\r\n\r\n--X\r\r\n\r\n-\r\n--XY\r\n--XX--"),
      "a|0|50=\r\n--X\r\r\n\r\n-\r\n--XY;ok" },
    { "NUL and anything in the content", TYPE,
      mt_str("--XX\r\n" FIELD "\r\n\r\n\0\xff\n\r\0\r\n--XX--"), NULL },

    { "a quoted boundary", "multipart/form-data; boundary=\"XX\"",
      mt_str(FORM), "a|0|50=hello;ok" },
    { "another parameter", "Multipart/Form-Data ;charset=utf-8; BOUNDARY=XX",
      mt_str(FORM), "a|0|50=hello;ok" },
    { "a boundary of separators", "multipart/form-data; boundary=--=_(X)?",
      mt_str("----=_(X)?\r\n" FIELD "\r\n\r\n1\r\n----=_(X)?--"),
      "a|0|56=1;ok" },
    { "70 bytes of boundary",
      "multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      mt_str("--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaa--"), "ok" },
    { "71 bytes of boundary",
      "multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", mt_str(FORM), "bad_form" },
    { "no boundary", "multipart/form-data", mt_str(FORM), "bad_form" },
    { "an empty boundary", "multipart/form-data; boundary=", mt_str(FORM),
      "bad_form" },
    { "an empty boundary, quoted", "multipart/form-data; boundary=\"\"",
      mt_str("--\r\n"), "bad_form" },
    { "an open quote", "multipart/form-data; boundary=\"XX", mt_str(FORM),
      "bad_form" },
    { "two boundaries", "multipart/form-data; boundary=XX; boundary=XX",
      mt_str(FORM), "bad_form" },
    { "a blank at its end", "multipart/form-data; boundary=\"X \"",
      mt_str(FORM), "bad_form" },
    { "CR in it", "multipart/form-data; boundary=\"X\rX\"", mt_str(FORM),
      "bad_form" },
    { "another type", "multipart/mixed; boundary=XX", mt_str(FORM),
      "bad_form" },

    { "nothing", TYPE, mt_str(""), "bad_form" },
    { "no end", TYPE, mt_str("--XX\r\n" FIELD "\r\n\r\nhello\r\n--XX"),
      "bad_form" },
    { "one dash at the end", TYPE,
      mt_str("--XX\r\n" FIELD "\r\n\r\nhello\r\n--XX-\r\n"), "bad_form" },
    { "a longer line than the delimiter", TYPE,
      mt_str("--XXY\r\n" FIELD "\r\n\r\nhello\r\n--XX--"), "bad_form" },
    { "a bare LF after it", TYPE,
      mt_str("--XX\n" FIELD "\r\n\r\nhello\r\n--XX--"), "bad_form" },
    { "no headers", TYPE, mt_str("--XX\r\n\r\nhello\r\n--XX--"),
      "bad_form" },
    { "no disposition", TYPE, mt_str(HEADER("Content-Type: a/b")),
      "bad_form" },
    { "two dispositions", TYPE, mt_str(HEADER(FIELD "\r\n" FIELD)),
      "bad_form" },
    { "another disposition", TYPE,
      mt_str(HEADER("Content-Disposition: attachment; name=a")), "bad_form" },
    { "no name", TYPE, mt_str(HEADER("Content-Disposition: form-data")),
      "bad_form" },
    { "an empty name", TYPE,
      mt_str(HEADER("Content-Disposition: form-data; name=\"\"")),
      "bad_form" },
    { "two names", TYPE, mt_str(HEADER(FIELD "; name=b")), "bad_form" },
    { "an open name", TYPE,
      mt_str(HEADER("Content-Disposition: form-data; name=\"a")),
      "bad_form" },
    { "junk after the name", TYPE, mt_str(HEADER(FIELD " x")), "bad_form" },
    { "NUL in a header", TYPE, mt_str(HEADER(FIELD "; x=\"\0\"")),
      "bad_form" },
    { "a bare CR in a header", TYPE, mt_str(HEADER(FIELD "\r; x=y")),
      "bad_form" },
    { "a bare LF in a header", TYPE, mt_str(HEADER(FIELD "\n; x=y")),
      "bad_form" },
    { "a folded header", TYPE, mt_str(HEADER(FIELD ";\r\n x=y")),
      "bad_form" },
    { "a blank before the colon", TYPE,
      mt_str(HEADER("Content-Disposition : form-data; name=a")), "bad_form" },

    { "other headers", TYPE,
      mt_str(HEADER("X-A:\r\ncontent-disposition:Form-Data;Name=a\r\nB: c")),
      "a|0|58=x;ok" },
    { "file names of all kinds", TYPE,
      mt_str(HEADER(FIELD "; filename=\"../../x\\\"; name=\\\"b\"")),
      "a|1|82=x;ok" },
    { "an empty file name", TYPE, mt_str(HEADER(FIELD "; filename=\"\"")),
      "a|1|63=x;ok" },
    { "an encoded file name", TYPE,
      mt_str(HEADER(FIELD "; filename*=UTF-8''%2e%2e")), "a|1|75=x;ok" },
    { "a name in UTF-8", TYPE,
      mt_str(HEADER("Content-Disposition: form-data; name=\"\xe4\xb8\xad\"")),
      "\xe4\xb8\xad|0|52=x;ok" },
};


static void
test_cases(void)
{
    size_t    i, cut, steps;
    mt_str_t  type, body, whole, other;

    for (i = 0; i < mt_nitems(cases); i++) {
        type = mt_cstr(cases[i].type);
        body = cases[i].body;

        whole = transcript_of(arena, type, body, 0, body.len + 1, MT_OK);

        if (cases[i].want) {
            is_str(whole, cases[i].want, "%s", cases[i].what);
        }

        steps = 0;

        for (cut = 1; cut < body.len; cut++) {
            other = transcript_of(arena, type, body, cut, body.len, MT_OK);
            steps += mt_str_eq(whole, other);

            other = transcript_of(arena, type, body, 0, cut, MT_OK);
            steps += mt_str_eq(whole, other);
        }

        is_int(steps, body.len ? 2 * (body.len - 1) : 0,
               "%s, wherever it is cut", cases[i].what);

        mt_arena_reset(arena);
    }
}


/* Makes a form of n parts, each with `len` more bytes of headers. */

static mt_str_t
big_form(size_t n, size_t len)
{
    size_t    i;
    mt_buf_t  form;
    char     *filler;

    filler = mt_arena_take(arena, len + 1);
    memset(filler, 'x', len);

    mt_buf_init(&form, arena, 1024);

    for (i = 0; i < n; i++) {
        mt_buf_str(&form, MT_STR("--XX\r\n" FIELD "\r\nB:"));
        mt_buf_put(&form, filler, len);
        mt_buf_str(&form, MT_STR("\r\n\r\nx\r\n"));
    }

    mt_buf_str(&form, MT_STR("--XX--"));

    return (mt_str_t) { form.len, form.data };
}


static void
test_bounds(void)
{
    size_t    fits;
    mt_str_t  type, got;

    type = MT_STR(TYPE);

    got = transcript_of(arena, type, big_form(MT_MULTIPART_PARTS, 0), 0, 7,
                        MT_OK);
    ok(got.len > 100, "as many parts as are allowed");

    is_str(transcript_of(arena, type, big_form(MT_MULTIPART_PARTS + 1, 0), 0,
                         7, MT_OK), "too_many", "one more");
    is_str(transcript_of(arena, type, big_form(10000, 0), 0, 4096, MT_OK),
           "too_many", "ten thousand");

    /* without the line of the delimiter */
    fits = MT_MULTIPART_HEADERS - sizeof(FIELD "\r\nB:\r\n\r\n") + 1;

    got = transcript_of(arena, type, big_form(1, fits), 0, 4096, MT_OK);
    ok(got.len > 8, "as long a header as is allowed");
    is_str(transcript_of(arena, type, big_form(1, fits + 1), 0, 4096, MT_OK),
           "too_long", "one byte more");
    is_str(transcript_of(arena, type, big_form(1, 10000000), 0, 4096, MT_OK),
           "too_long", "ten megabytes more");

    is_str(transcript_of(arena, type, MT_STR(FORM), 0, 100, MT_BUSY), "busy",
           "what the sink says, goes");

    mt_arena_reset(arena);
}


static void
test_type(void)
{
    ok(mt_multipart_is(MT_STR("multipart/form-data")), "a multipart form");
    ok(mt_multipart_is(MT_STR("MULTIPART/form-data\t; x")), "in any case");
    ok(!mt_multipart_is(MT_STR("multipart/form-datax")), "not a longer word");
    ok(!mt_multipart_is(MT_STR("multipart/form-dat")), "nor a shorter");
    ok(!mt_multipart_is(MT_STR("")), "nor none");
}


static int
read_nothing(void *data, int64_t at, void *to, size_t len)
{
    (void) data;
    (void) at;
    (void) to;
    (void) len;

    return -1;
}


static void
test_form(void)
{
    char        content[6];
    mt_str_t    body, type;
    mt_blob_t   blob;
    mt_form_t  *form;

    form = mt_arena_alloc(arena, sizeof(*form));
    type = MT_STR(TYPE);

    body = MT_STR("--XX\r\n" FIELD "\r\n\r\nhello\r\n--XX\r\nContent-"
                  "Disposition: form-data; name=f; filename=x\r\n\r\n"
                  "world!\r\n--XX\r\n" FIELD "\r\n\r\n\r\n--XX--");
    blob = mt_blob_of(&body);

    is_int(mt_form_read(form, arena, type, &blob), MT_OK, "a form");
    is_int(form->n, 3, "of three parts");
    is_str(form->parts[0].name, "a", "a name");
    is_str(form->parts[0].text, "hello", "and a text");
    ok(!form->parts[0].file && form->parts[1].file, "and a file");
    is_int(form->parts[1].content.size, 6, "of six bytes");
    is_int(mt_blob_read(&form->parts[1].content, 0, content, 6), 0,
           "that can be read");
    ok(memcmp(content, "world!", 6) == 0, "and are right");
    is_int(mt_blob_read(&form->parts[1].content, 1, content, 6), -1,
           "but no byte more");
    is_int(mt_blob_read(&form->parts[1].content, -1, content, 1), -1,
           "nor before it");
    is_str(form->parts[2].text, "", "and an empty text");

    body = big_form(1, 0);
    blob = mt_blob_of(&body);
    blob.read = read_nothing;

    is_int(mt_form_read(form, arena, type, &blob), MT_INTERNAL,
           "a body that cannot be read");

    mt_arena_reset(arena);
}


static void
test_texts(void)
{
    char       *filler;
    size_t      len;
    mt_buf_t    buf;
    mt_str_t    body;
    mt_blob_t   blob;
    mt_form_t  *form;

    form = mt_arena_alloc(arena, sizeof(*form));
    filler = mt_arena_alloc(arena, MT_FORM_TEXT + 1);

    for (len = MT_FORM_TEXT; len <= MT_FORM_TEXT + 1; len++) {
        mt_buf_init(&buf, arena, 0);
        mt_buf_str(&buf, MT_STR("--XX\r\n" FIELD "\r\n\r\n"));
        mt_buf_put(&buf, filler, len);
        mt_buf_str(&buf, MT_STR("\r\n--XX--"));

        body = (mt_str_t) { buf.len, buf.data };
        blob = mt_blob_of(&body);

        is_int(mt_form_read(form, arena, MT_STR(TYPE), &blob),
               len > MT_FORM_TEXT ? MT_TOO_LONG : MT_OK, "a text of %zu bytes",
               len);
    }

    mt_arena_reset(arena);
}


int
main(void)
{
    arena = mt_arena_create(0);

    test_type();
    test_cases();
    test_bounds();
    test_form();
    test_texts();

    mt_arena_destroy(arena);

    return tap_done();
}

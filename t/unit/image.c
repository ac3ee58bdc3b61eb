
/*
 * Pictures: valid ones are accepted; truncated and broken ones are rejected
 * and crash nothing.
 */

#include "tap.h"

#include "file/mt_image.h"

#include <stdlib.h>

#include <jpeglib.h>
#include <png.h>


static const mt_image_bounds_t  bounds = { 8, 1024 * 1024, 64, 32 };


typedef struct {
    const char  *what;
    int          progressive;
    int          restarts;
    int          colours;
} kind_t;

static const kind_t  jpegs[] = {
    { "a baseline JPEG", 0, 0, 3 },
    { "a progressive JPEG", 1, 0, 3 },
    { "a grey JPEG with restarts", 0, 1, 1 },
    { "a progressive JPEG with restarts", 1, 1, 3 },
};

static const kind_t  pngs[] = {
    { "a PNG", 0, 0, PNG_COLOR_TYPE_RGB },
    { "an interlaced PNG", 1, 0, PNG_COLOR_TYPE_RGBA },
    { "a grey PNG", 0, 0, PNG_COLOR_TYPE_GRAY },
};


static uint8_t
noise(unsigned x, unsigned y)
{
    return (uint8_t) ((x * 1103515245U + y * 12345U) >> 8);
}


static mt_str_t
make_jpeg(const kind_t *kind, unsigned width, unsigned height)
{
    unsigned                     x, y;
    uint8_t                     *data, *row;
    unsigned long                size;
    struct jpeg_error_mgr        error;
    struct jpeg_compress_struct  c;

    data = NULL;
    size = 0;

    c.err = jpeg_std_error(&error);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &data, &size);

    c.image_width = width;
    c.image_height = height;
    c.input_components = kind->colours;
    c.in_color_space = kind->colours == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&c);
    jpeg_set_quality(&c, 95, TRUE);
    c.restart_interval = kind->restarts ? 1 : 0;

    if (kind->progressive) {
        jpeg_simple_progression(&c);
    }

    jpeg_start_compress(&c, TRUE);
    row = malloc((size_t) width * 3);

    for (y = 0; y < height; y++) {
        for (x = 0; x < width * (unsigned) kind->colours; x++) {
            row[x] = noise(x, y);
        }

        (void) jpeg_write_scanlines(&c, &row, 1);
    }

    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    free(row);

    return (mt_str_t) { size, (char *) data };
}


static void
png_put(png_structp png, png_bytep data, size_t len)
{
    mt_buf_t  *out;

    out = png_get_io_ptr(png);
    mt_buf_put(out, data, len);
}


static mt_str_t
make_png(mt_arena_t *arena, const kind_t *kind, unsigned width,
    unsigned height)
{
    int           pass, passes;
    mt_buf_t      out;
    uint8_t      *row;
    unsigned      x, y;
    png_infop     info;
    png_structp   png;

    mt_buf_init(&out, arena, 0);

    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    info = png_create_info_struct(png);
    png_set_write_fn(png, &out, png_put, NULL);
    png_set_IHDR(png, info, width, height, 8, kind->colours,
                 kind->progressive ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    passes = png_set_interlace_handling(png);

    row = malloc((size_t) width * 4);

    for (pass = 0; pass < passes; pass++) {
        for (y = 0; y < height; y++) {
            for (x = 0; x < width * 4; x++) {
                row[x] = noise(x, y);
            }

            png_write_row(png, row);
        }
    }

    free(row);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);

    return (mt_str_t) { out.len, out.data };
}


static mt_status_t
check_as(mt_str_t bytes, const mt_image_bounds_t *within, mt_image_t *image)
{
    char         *copy;
    mt_blob_t     blob;
    mt_status_t   rc;

    copy = malloc(bytes.len + 1);
    memcpy(copy, bytes.data, bytes.len);
    bytes.data = copy;

    blob = mt_blob_of(&bytes);
    rc = mt_image_check(&blob, within, image);

    free(copy);

    return rc;
}


static mt_status_t
check(mt_str_t bytes)
{
    mt_image_t  image;

    return check_as(bytes, &bounds, &image);
}


/* Complete, with bytes behind it, truncated anywhere, and with each byte
 * changed. */

static void
test_picture(mt_arena_t *arena, const char *what, const char *type,
    mt_str_t bytes)
{
    char        *copy;
    size_t       i, cut, changed;
    mt_image_t   image;

    is_int(check_as(bytes, &bounds, &image), MT_OK, "%s of %zu bytes", what,
           bytes.len);
    is_str(mt_cstr(image.type ? image.type : "none"), type, "is a %s", type);
    is_int(image.width, 64, "of its width");
    is_int(image.height, 32, "and height");

    copy = mt_arena_alloc(arena, bytes.len + 100);
    memcpy(copy, bytes.data, bytes.len);
    is_int(check((mt_str_t) { bytes.len + 100, copy }), MT_OK,
           "more behind it is let pass");

    cut = 0;
    changed = 0;

    for (i = 0; i < bytes.len; i++) {
        cut += check((mt_str_t) { i, copy }) == MT_OK;

        copy[i] ^= (char) 0xff;
        changed += check((mt_str_t) { bytes.len, copy }) == MT_OK;
        copy[i] ^= (char) 0xff;
    }

    is_int(cut, 0, "%s, cut anywhere, is refused", what);

    if (mt_str_eq(mt_cstr(type), MT_STR("png"))) {
        is_int(changed, 0, "%s, changed anywhere, is refused", what);
    }
}


static void
test_kinds(mt_arena_t *arena)
{
    size_t    i;
    mt_str_t  bytes;

    for (i = 0; i < mt_nitems(jpegs); i++) {
        bytes = make_jpeg(&jpegs[i], 64, 32);
        test_picture(arena, jpegs[i].what, "jpg", bytes);
        free((void *) bytes.data);
    }

    for (i = 0; i < mt_nitems(pngs); i++) {
        test_picture(arena, pngs[i].what, "png",
                     make_png(arena, &pngs[i], 64, 32));
    }
}


static void
test_resolution(mt_arena_t *arena)
{
    size_t    i;
    mt_str_t  bytes;

    static const struct {
        unsigned     width;
        unsigned     height;
        mt_status_t  want;
    } sizes[] = {
        { 64, 32, MT_OK },
        { 32, 64, MT_OK },
        { 1, 1, MT_OK },
        { 65, 32, MT_IMAGE_RESOLUTION },
        { 64, 33, MT_IMAGE_RESOLUTION },
        { 32, 65, MT_IMAGE_RESOLUTION },
        { 33, 64, MT_IMAGE_RESOLUTION },
        { 33, 33, MT_IMAGE_RESOLUTION },
        { 65, 1, MT_IMAGE_RESOLUTION },
    };

    for (i = 0; i < mt_nitems(sizes); i++) {
        bytes = make_jpeg(&jpegs[0], sizes[i].width, sizes[i].height);
        is_int(check(bytes), sizes[i].want, "a JPEG of %ux%u", sizes[i].width,
               sizes[i].height);
        free((void *) bytes.data);

        bytes = make_png(arena, &pngs[0], sizes[i].width, sizes[i].height);
        is_int(check(bytes), sizes[i].want, "a PNG of %ux%u", sizes[i].width,
               sizes[i].height);
    }
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


/* Few bytes: other formats, and broken pictures of the two. */

static void
test_others(mt_arena_t *arena)
{
    size_t             i;
    mt_str_t           bytes;
    mt_blob_t          blob;
    mt_image_t         image;
    mt_image_bounds_t  narrow;

    static const mt_str_t  others[] = {
        mt_str("GIF89a-----------"), mt_str("RIFF----WEBPVP8 ----"),
        mt_str("<svg xmlns=\"\"></svg>"), mt_str("\0\0\0\0\0\0\0\0\0"),
        mt_str("\x89PNG\r\n\x1a\r---------"), mt_str("\xff\xd8 JPEG------"),
    };

    static const mt_str_t  lies[] = {
        mt_str("\xff\xd8\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        mt_str("\xff\xd8\xff\xd9------"),
        mt_str("\xff\xd8\xff\xe0\0\0------"),
        mt_str("\xff\xd8\xff\xda\xff\xff------"),
        mt_str("\x89PNG\r\n\x1a\n"),
        mt_str("\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR------------"),
        mt_str("\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82"),
    };

    for (i = 0; i < mt_nitems(others); i++) {
        is_int(check(others[i]), MT_IMAGE_TYPE, "none of the two: %.4s",
               others[i].data);
    }

    for (i = 0; i < mt_nitems(lies); i++) {
        is_int(check(lies[i]), MT_IMAGE_BROKEN, "a head and lies: %zu", i);
    }

    bytes = make_png(arena, &pngs[0], 64, 32);
    narrow = bounds;

    narrow.min_size = (int64_t) bytes.len;
    narrow.max_size = (int64_t) bytes.len;
    is_int(check_as(bytes, &narrow, &image), MT_OK, "just as large as may be");

    narrow.min_size++;
    is_int(check_as(bytes, &narrow, &image), MT_FILE_SMALL, "too small");

    narrow = bounds;
    narrow.max_size = (int64_t) bytes.len - 1;
    is_int(check_as(bytes, &narrow, &image), MT_FILE_LARGE, "too large");

    narrow.min_size = 0;
    is_int(check_as(MT_STR(""), &narrow, &image), MT_IMAGE_TYPE, "nothing");

    blob = mt_blob_of(&bytes);
    blob.read = read_nothing;
    is_int(mt_image_check(&blob, &bounds, &image), MT_INTERNAL,
           "what cannot be read");
}


int
main(void)
{
    mt_arena_t  *arena;

    arena = mt_arena_create(0);

    test_kinds(arena);
    test_resolution(arena);
    test_others(arena);

    mt_arena_destroy(arena);

    return tap_done();
}


/*
 * PNG: libpng reads the header, the chunks are checked here.
 */

#include "file/mt_image.h"

#include <png.h>
#include <zlib.h>


#define MT_PNG_HEAD   "\x89PNG\r\n\x1a\n"
#define MT_PNG_PIECE  4096


/* A source of libpng, and its error. */

typedef struct {
    const mt_blob_t  *blob;
    int64_t           at;
    mt_status_t       status;
} mt_png_t;


static mt_status_t mt_png_size(const mt_blob_t *blob, mt_image_t *image);
static mt_status_t mt_png_whole(mt_walk_t *walk);
static int mt_png_chunk(mt_walk_t *walk, uint32_t len, const uint8_t *type);
static int mt_png_take(mt_walk_t *walk, uint8_t *to, size_t len);

static void mt_png_read(png_structp png, png_bytep to, size_t len);
static void mt_png_error(png_structp png, png_const_charp text);
static void mt_png_warning(png_structp png, png_const_charp text);


const mt_image_format_t  mt_image_png = {
    "png", mt_str(MT_PNG_HEAD), mt_png_size, mt_png_whole
};


static mt_status_t
mt_png_size(const mt_blob_t *blob, mt_image_t *image)
{
    mt_png_t     source;
    png_infop    info;
    png_structp  png;

    memset(&source, 0, sizeof(source));
    source.blob = blob;

    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, mt_png_error,
                                 mt_png_warning);
    info = png ? png_create_info_struct(png) : NULL;

    if (info == NULL) {
        png_destroy_read_struct(&png, NULL, NULL);
        return MT_NO_MEMORY;
    }

    if (setjmp(png_jmpbuf(png)) == 0) {
        png_set_read_fn(png, &source, mt_png_read);
        png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);

        /* profiles and texts may unpack to any size: libpng skips them */

        png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);

        png_read_info(png, info);

        image->width = png_get_image_width(png, info);
        image->height = png_get_image_height(png, info);

    } else if (source.status == MT_OK) {
        source.status = MT_IMAGE_BROKEN;
    }

    png_destroy_read_struct(&png, &info, NULL);

    return source.status;
}


/* Reads up to IEND; bytes after it are allowed. */

static mt_status_t
mt_png_whole(mt_walk_t *walk)
{
    int       data;
    uint8_t   head[8];
    uint32_t  len;

    data = 0;

    if (mt_png_take(walk, head, 8) != 0 || memcmp(head, MT_PNG_HEAD, 8) != 0) {
        return MT_IMAGE_BROKEN;
    }

    for ( ;; ) {
        if (mt_png_take(walk, head, 8) != 0) {
            return MT_IMAGE_BROKEN;
        }

        len = mt_get_u32(head);

        if (mt_png_chunk(walk, len, head + 4) != 0) {
            return MT_IMAGE_BROKEN;
        }

        if (memcmp(head + 4, "IDAT", 4) == 0) {
            data = 1;

        } else if (memcmp(head + 4, "IEND", 4) == 0) {
            return len == 0 && data ? MT_OK : MT_IMAGE_BROKEN;
        }
    }
}


/* Reads a chunk's data and checks its checksum, which covers type and data.
 * Returns 0, or -1 if it is wrong or the chunk is not complete. */

static int
mt_png_chunk(mt_walk_t *walk, uint32_t len, const uint8_t *type)
{
    uLong     crc;
    size_t    n;
    uint8_t   piece[MT_PNG_PIECE];

    crc = crc32(0, type, 4);

    while (len) {
        n = len < MT_PNG_PIECE ? len : MT_PNG_PIECE;

        if (mt_png_take(walk, piece, n) != 0) {
            return -1;
        }

        crc = crc32(crc, piece, (uInt) n);
        len -= (uint32_t) n;
    }

    return mt_png_take(walk, piece, 4) == 0 && mt_get_u32(piece) == crc ? 0
                                                                        : -1;
}


static int
mt_png_take(mt_walk_t *walk, uint8_t *to, size_t len)
{
    size_t  n;

    while (len) {
        if (walk->pos == walk->end && mt_walk_fill(walk) != 0) {
            return -1;
        }

        n = (size_t) (walk->end - walk->pos);
        n = n < len ? n : len;

        memcpy(to, walk->pos, n);

        walk->pos += n;
        to += n;
        len -= n;
    }

    return 0;
}


static void
mt_png_read(png_structp png, png_bytep to, size_t len)
{
    mt_png_t  *source;

    source = png_get_io_ptr(png);

    if ((int64_t) len > source->blob->size - source->at) {
        png_error(png, "ends too early");
    }

    if (mt_blob_read(source->blob, source->at, to, len) != 0) {
        source->status = MT_INTERNAL;
        png_error(png, "cannot be read");
    }

    source->at += (int64_t) len;
}


static void
mt_png_error(png_structp png, png_const_charp text)
{
    (void) text;

    png_longjmp(png, 1);
}


static void
mt_png_warning(png_structp png, png_const_charp text)
{
    (void) png;
    (void) text;
}

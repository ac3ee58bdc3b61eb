
/*
 * JPEG: libjpeg reads the header, the markers are checked here.
 */

#include "file/mt_image.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>
#include <jerror.h>


#define MT_JPEG_BUFFER  4096

/* Markers; a byte FF precedes each. */
#define MT_JPEG_TEM     0x01
#define MT_JPEG_RST0    0xd0
#define MT_JPEG_RST7    0xd7
#define MT_JPEG_SOI     0xd8
#define MT_JPEG_EOI     0xd9
#define MT_JPEG_SOS     0xda


/* A source of libjpeg and its error handler. */

typedef struct {
    struct jpeg_decompress_struct  cinfo;
    struct jpeg_source_mgr         source;
    struct jpeg_error_mgr          error;
    jmp_buf                        failed;

    const mt_blob_t               *blob;
    int64_t                        at;
    int                            unread;     /* the blob cannot be read */
    JOCTET                         buffer[MT_JPEG_BUFFER];
} mt_jpeg_t;


static mt_status_t mt_jpeg_size(const mt_blob_t *blob, mt_image_t *image);
static mt_status_t mt_jpeg_whole(mt_walk_t *walk);
static int mt_jpeg_segment(mt_walk_t *walk);
static int mt_jpeg_marker(mt_walk_t *walk);
static int mt_jpeg_scan(mt_walk_t *walk);
static int mt_jpeg_leads(int c);

static void mt_jpeg_error(j_common_ptr cinfo);
static void mt_jpeg_message(j_common_ptr cinfo, int level);
static void mt_jpeg_nothing(j_decompress_ptr cinfo);
static boolean mt_jpeg_fill(j_decompress_ptr cinfo);
static void mt_jpeg_skip(j_decompress_ptr cinfo, long n);


const mt_image_format_t  mt_image_jpeg = {
    "jpg", mt_str("\xff\xd8\xff"), mt_jpeg_size, mt_jpeg_whole
};


static mt_status_t
mt_jpeg_size(const mt_blob_t *blob, mt_image_t *image)
{
    mt_jpeg_t    jpeg;
    mt_status_t  rc;

    memset(&jpeg, 0, sizeof(jpeg));

    jpeg.blob = blob;

    jpeg.cinfo.err = jpeg_std_error(&jpeg.error);
    jpeg.error.error_exit = mt_jpeg_error;
    jpeg.error.emit_message = mt_jpeg_message;

    jpeg.source.init_source = mt_jpeg_nothing;
    jpeg.source.fill_input_buffer = mt_jpeg_fill;
    jpeg.source.skip_input_data = mt_jpeg_skip;
    jpeg.source.resync_to_restart = jpeg_resync_to_restart;
    jpeg.source.term_source = mt_jpeg_nothing;

    if (setjmp(jpeg.failed) == 0) {
        jpeg_create_decompress(&jpeg.cinfo);
        jpeg.cinfo.src = &jpeg.source;

        (void) jpeg_read_header(&jpeg.cinfo, TRUE);

        image->width = jpeg.cinfo.image_width;
        image->height = jpeg.cinfo.image_height;
        rc = MT_OK;

    } else if (jpeg.unread) {
        rc = MT_INTERNAL;

    } else {
        rc = jpeg.error.msg_code == JERR_OUT_OF_MEMORY ? MT_NO_MEMORY
                                                       : MT_IMAGE_BROKEN;
    }

    jpeg_destroy_decompress(&jpeg.cinfo);

    return rc;
}


/* Reads up to the end of image; bytes after it are allowed. */

static mt_status_t
mt_jpeg_whole(mt_walk_t *walk)
{
    int  marker;

    if (mt_walk_byte(walk) != 0xff || mt_walk_byte(walk) != MT_JPEG_SOI) {
        return MT_IMAGE_BROKEN;
    }

    marker = mt_jpeg_marker(walk);

    while (marker != MT_JPEG_EOI) {

        if (marker == -1 || mt_jpeg_segment(walk) != 0) {
            return MT_IMAGE_BROKEN;
        }

        marker = marker == MT_JPEG_SOS ? mt_jpeg_scan(walk)
                                       : mt_jpeg_marker(walk);
    }

    return MT_OK;
}


/* Skips a marker's segment, whose length counts its own two bytes.  Returns 0,
 * or -1 if it is not complete. */

static int
mt_jpeg_segment(mt_walk_t *walk)
{
    int  high, low;

    high = mt_walk_byte(walk);
    low = mt_walk_byte(walk);

    if (high == -1 || low == -1 || (high << 8 | low) < 2) {
        return -1;
    }

    return mt_walk_skip(walk, (high << 8 | low) - 2);
}


/* Reads the marker that must stand here.  Returns it, or -1 if there is
 * none. */

static int
mt_jpeg_marker(mt_walk_t *walk)
{
    int  c;

    if (mt_walk_byte(walk) != 0xff) {
        return -1;
    }

    do {
        c = mt_walk_byte(walk);
    } while (c == 0xff);

    return mt_jpeg_leads(c) ? c : -1;
}


/* Skips the data of a scan.  An FF in the data is followed by 0, or begins a
 * restart marker, which is skipped too.  Returns the marker after the data, or
 * -1 if there is none. */

static int
mt_jpeg_scan(mt_walk_t *walk)
{
    int  c;

    do {
        do {
            c = mt_walk_byte(walk);
        } while (c != 0xff && c != -1);

        while (c == 0xff) {
            c = mt_walk_byte(walk);
        }
    } while (c == 0 || (c >= MT_JPEG_RST0 && c <= MT_JPEG_RST7));

    return mt_jpeg_leads(c) ? c : -1;
}


/* Returns 1 if the marker begins a segment or is the end of image, else 0. */

static int
mt_jpeg_leads(int c)
{
    return c > MT_JPEG_TEM && (c < MT_JPEG_RST0 || c > MT_JPEG_SOI);
}


static void
mt_jpeg_error(j_common_ptr cinfo)
{
    mt_jpeg_t  *jpeg = (mt_jpeg_t *) cinfo;

    longjmp(jpeg->failed, 1);
}


static void
mt_jpeg_message(j_common_ptr cinfo, int level)
{
    (void) cinfo;
    (void) level;
}


static void
mt_jpeg_nothing(j_decompress_ptr cinfo)
{
    (void) cinfo;
}


static boolean
mt_jpeg_fill(j_decompress_ptr cinfo)
{
    size_t      size;
    int64_t     left;
    mt_jpeg_t  *jpeg = (mt_jpeg_t *) cinfo;

    left = jpeg->blob->size - jpeg->at;
    size = left < MT_JPEG_BUFFER ? (size_t) left : MT_JPEG_BUFFER;

    if (size == 0) {
        ERREXIT(cinfo, JERR_INPUT_EOF);
    }

    if (mt_blob_read(jpeg->blob, jpeg->at, jpeg->buffer, size) != 0) {
        jpeg->unread = 1;
        ERREXIT(cinfo, JERR_FILE_READ);
    }

    jpeg->at += (int64_t) size;
    jpeg->source.next_input_byte = jpeg->buffer;
    jpeg->source.bytes_in_buffer = size;

    return TRUE;
}


static void
mt_jpeg_skip(j_decompress_ptr cinfo, long n)
{
    mt_jpeg_t               *jpeg = (mt_jpeg_t *) cinfo;
    struct jpeg_source_mgr  *source = &jpeg->source;

    if (n <= 0) {
        return;
    }

    if ((size_t) n <= source->bytes_in_buffer) {
        source->next_input_byte += n;
        source->bytes_in_buffer -= (size_t) n;
        return;
    }

    n -= (long) source->bytes_in_buffer;
    source->bytes_in_buffer = 0;

    if (n > jpeg->blob->size - jpeg->at) {
        ERREXIT(cinfo, JERR_INPUT_EOF);
    }

    jpeg->at += n;
}

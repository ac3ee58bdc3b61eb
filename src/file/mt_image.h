
/*
 * Pictures, judged by what they are, not by what they are called: JPEG or PNG
 * by content, whole, within bounds.  The image libraries read the headers, the
 * rest is gone through by its structure (JPEG's markers to the end of image,
 * PNG's chunks and their checksums to IEND); nothing is decompressed.
 */

#ifndef MT_IMAGE_H
#define MT_IMAGE_H

#include "file/mt_blob.h"
#include "model/mt_status.h"


typedef struct {
    int64_t   min_size;        /* bytes */
    int64_t   max_size;
    uint32_t  long_side;       /* pixels, whichever side that is */
    uint32_t  short_side;
} mt_image_bounds_t;

typedef struct {
    const char  *type;         /* "jpg" or "png" */
    uint32_t     width;
    uint32_t     height;
} mt_image_t;


/*
 * MT_OK, MT_FILE_SMALL, MT_FILE_LARGE, MT_IMAGE_TYPE (neither JPEG nor PNG),
 * MT_IMAGE_BROKEN, MT_IMAGE_RESOLUTION, MT_NO_MEMORY or MT_INTERNAL (it cannot
 * be read).  Takes milliseconds and reads files: not on an event loop.
 */
mt_status_t mt_image_check(const mt_blob_t *blob,
    const mt_image_bounds_t *bounds, mt_image_t *image);


/*
 * The formats, one per file.  `head` are the first bytes by which a picture is
 * known.  size(): width and height by the library; whole(): by the structure.
 * MT_OK, MT_IMAGE_BROKEN, MT_NO_MEMORY or MT_INTERNAL.
 */
typedef struct {
    const char   *type;
    mt_str_t      head;
    mt_status_t (*size)(const mt_blob_t *blob, mt_image_t *image);
    mt_status_t (*whole)(mt_walk_t *walk);
} mt_image_format_t;

extern const mt_image_format_t  mt_image_jpeg;
extern const mt_image_format_t  mt_image_png;

#endif /* MT_IMAGE_H */

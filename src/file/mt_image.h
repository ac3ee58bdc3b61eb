
/*
 * Checks of pictures: JPEG or PNG by content, not by name; complete; within
 * bounds.  The image libraries read width and height from the header.  The
 * structure is then read to the end (JPEG: markers up to the end of image;
 * PNG: chunks with their checksums up to IEND).  Nothing is decompressed.
 */

#ifndef MT_IMAGE_H
#define MT_IMAGE_H

#include "file/mt_blob.h"
#include "model/mt_status.h"


typedef struct {
    int64_t   min_size;        /* bytes */
    int64_t   max_size;
    uint32_t  long_side;       /* maximum of the longer side, in pixels */
    uint32_t  short_side;      /* maximum of the shorter side */
} mt_image_bounds_t;

typedef struct {
    const char  *type;         /* "jpg" or "png" */
    uint32_t     width;
    uint32_t     height;
} mt_image_t;


/*
 * Checks a picture and fills *image.  Takes milliseconds and waits for the
 * disk: never on an event loop.  Returns MT_OK, MT_FILE_SMALL, MT_FILE_LARGE,
 * MT_IMAGE_TYPE (neither JPEG nor PNG), MT_IMAGE_BROKEN, MT_IMAGE_RESOLUTION,
 * MT_NO_MEMORY or MT_INTERNAL (the blob cannot be read).
 */
mt_status_t mt_image_check(const mt_blob_t *blob,
    const mt_image_bounds_t *bounds, mt_image_t *image);


/* A format: mt_image_FORMAT.c.  Both functions return MT_OK, MT_IMAGE_BROKEN,
 * MT_NO_MEMORY or MT_INTERNAL. */

typedef struct {
    const char   *type;
    mt_str_t      head;        /* the first bytes of each such picture */

    /* Sets width and height, which the image library reads. */
    mt_status_t (*size)(const mt_blob_t *blob, mt_image_t *image);

    /* Checks that the picture is complete. */
    mt_status_t (*whole)(mt_walk_t *walk);
} mt_image_format_t;

extern const mt_image_format_t  mt_image_jpeg;
extern const mt_image_format_t  mt_image_png;

#endif /* MT_IMAGE_H */

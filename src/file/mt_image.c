
/*
 * The checks that all formats share.
 */

#include "file/mt_image.h"


#define MT_IMAGE_HEAD  8                /* bytes of the longest head */


static const mt_image_format_t *mt_image_format(const uint8_t *head);
static mt_status_t mt_image_whole(const mt_image_format_t *format,
    const mt_blob_t *blob);


static const mt_image_format_t *const  mt_image_formats[] = {
    &mt_image_jpeg,
    &mt_image_png,
};


mt_status_t
mt_image_check(const mt_blob_t *blob, const mt_image_bounds_t *bounds,
    mt_image_t *image)
{
    uint8_t                   head[MT_IMAGE_HEAD];
    uint32_t                  longer, shorter;
    mt_status_t               rc;
    const mt_image_format_t  *format;

    memset(image, 0, sizeof(*image));

    if (blob->size < bounds->min_size) {
        return MT_FILE_SMALL;
    }

    if (blob->size > bounds->max_size) {
        return MT_FILE_LARGE;
    }

    if (blob->size < MT_IMAGE_HEAD) {
        return MT_IMAGE_TYPE;
    }

    if (mt_blob_read(blob, 0, head, MT_IMAGE_HEAD) != 0) {
        return MT_INTERNAL;
    }

    format = mt_image_format(head);
    if (format == NULL) {
        return MT_IMAGE_TYPE;
    }

    image->type = format->type;

    rc = format->size(blob, image);
    if (rc != MT_OK) {
        return rc;
    }

    longer = image->width > image->height ? image->width : image->height;
    shorter = image->width > image->height ? image->height : image->width;

    if (longer > bounds->long_side || shorter > bounds->short_side) {
        return MT_IMAGE_RESOLUTION;
    }

    return mt_image_whole(format, blob);
}


static const mt_image_format_t *
mt_image_format(const uint8_t *head)
{
    size_t    i;
    mt_str_t  mark;

    for (i = 0; i < mt_nitems(mt_image_formats); i++) {
        mark = mt_image_formats[i]->head;

        if (memcmp(head, mark.data, mark.len) == 0) {
            return mt_image_formats[i];
        }
    }

    return NULL;
}


static mt_status_t
mt_image_whole(const mt_image_format_t *format, const mt_blob_t *blob)
{
    mt_walk_t    walk;
    mt_status_t  rc;

    mt_walk_init(&walk, blob);

    rc = format->whole(&walk);

    return walk.failed ? MT_INTERNAL : rc;
}


/*
 * Random bytes as a picture: no crash, no overrun, no long wait; an accepted
 * picture is within its bounds.
 */

#include "file/mt_image.h"

#include <stdlib.h>


#define check(cond)  do { if (!(cond)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mt_str_t     bytes;
    mt_blob_t    blob;
    mt_image_t   image;

    static const mt_image_bounds_t  bounds = { 1, 1024 * 1024, 1920, 1080 };

    bytes = (mt_str_t) { size, (const char *) data };
    blob = mt_blob_of(&bytes);

    if (mt_image_check(&blob, &bounds, &image) == MT_OK) {
        check(image.type);
        check(image.width && image.width <= 1920);
        check(image.height && image.height <= 1920);
        check(image.width <= 1080 || image.height <= 1080);
    }

    return 0;
}


/*
 * Addresses and request lines without their secrets, for logs.
 */

#ifndef MT_MASK_H
#define MT_MASK_H

#include "dialect/mt_dialect.h"


/*
 * Copies an address, such as a URI or a Referer, with "***" for
 *
 * - the value of a query parameter whose name some dialect's tables flag with
 *   MT_JSON_SECRET; case, percent-encoding and characters other than letters
 *   and digits make no difference to a name;
 * - the path, or the value of a parameter, from behind "/k/" on: the code of a
 *   join link; for a dialect with `bare_links` also from a segment on that may
 *   be such a code; and from behind mt_dialect_pictures on, since whoever has
 *   a picture's address has the picture.
 *
 * Addresses within a parameter's value are masked, too.  Empty values stay.
 * `dialect`, of the request's location, may be NULL.  At most `size` bytes are
 * written to `out`.  Takes time in proportion to the address.
 *
 * Returns the length of the whole copy, in bytes.
 */
size_t mt_mask_address(const mt_dialect_t *dialect, mt_str_t address,
    char *out, size_t size);

/* Does the same with a request line, "METHOD URI HTTP/1.1", or with what a
 * client sent in its place. */
size_t mt_mask_line(const mt_dialect_t *dialect, mt_str_t line, char *out,
    size_t size);

#endif /* MT_MASK_H */


/*
 * multipart/form-data (RFC 7578), parsed as it comes: bytes go in, in pieces
 * of any size, and headers and content of each part come out.  What comes out
 * does not depend on where the pieces were cut, but for how many times data()
 * is called.  Nothing is kept but the headers of the part under way.
 *
 * Strict: lines end in CR LF, header lines are not folded and hold no control
 * characters, each part has one Content-Disposition "form-data" with a name.
 * What stands before the first delimiter and after the last one is ignored.
 * File names are not looked at, other than that there is one.
 */

#ifndef MT_MULTIPART_H
#define MT_MULTIPART_H

#include "model/mt_status.h"


#define MT_MULTIPART_BOUNDARY  70            /* bytes, RFC 2046 */
#define MT_MULTIPART_HEADERS   (8 * 1024)    /* bytes, of one part */
#define MT_MULTIPART_PARTS     16


typedef struct {
    mt_str_t  name;          /* until end() */
    int       file;          /* a file name was given */
    int64_t   from;          /* where its content begins in the whole */
} mt_part_t;

/* Of each part: begin(), data() any number of times, end().  Other than MT_OK
 * stops the parser with that. */

typedef struct {
    mt_status_t (*begin)(void *ctx, const mt_part_t *part);
    mt_status_t (*data)(void *ctx, mt_str_t bytes);
    mt_status_t (*end)(void *ctx);
} mt_part_sink_t;


typedef struct {
    const mt_part_sink_t  *sink;
    void                  *ctx;

    mt_status_t            status;      /* the first that was not MT_OK */
    int                    state;
    unsigned               parts;
    int64_t                at;          /* of the piece's first byte */

    size_t                 matched;     /* bytes of the delimiter seen */
    size_t                 delimiter_len;
    char                   delimiter[4 + MT_MULTIPART_BOUNDARY];

    size_t                 header_len;
    char                   header[MT_MULTIPART_HEADERS];
} mt_multipart_t;


/* 1 when the content type is multipart/form-data, whatever follows. */
int mt_multipart_is(mt_str_t content_type);

/* MT_OK, or MT_BAD_FORM: no usable boundary in the content type. */
mt_status_t mt_multipart_init(mt_multipart_t *m, mt_str_t content_type,
    const mt_part_sink_t *sink, void *ctx);

/* MT_OK, MT_BAD_FORM, MT_TOO_MANY (parts), MT_TOO_LONG (a part's headers), or
 * what the sink said. */
mt_status_t mt_multipart_feed(mt_multipart_t *m, mt_str_t bytes);

/* No more bytes: MT_BAD_FORM unless the last delimiter was seen. */
mt_status_t mt_multipart_finish(mt_multipart_t *m);

#endif /* MT_MULTIPART_H */

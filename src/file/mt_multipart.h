
/*
 * A parser of multipart/form-data (RFC 7578) that is fed pieces of any size
 * and calls a sink with the headers and the content of each part.  The cuts
 * between pieces change nothing but the number of calls of data().  The parser
 * keeps only the headers of the present part.
 *
 * The parser is strict: lines end in CR LF; header lines are not folded and
 * hold no control characters; each part has one Content-Disposition
 * "form-data" with a name.  Bytes before the first delimiter and after the
 * last one are ignored.  A file name only marks a part as a file.
 */

#ifndef MT_MULTIPART_H
#define MT_MULTIPART_H

#include "model/mt_status.h"


#define MT_MULTIPART_BOUNDARY  70            /* bytes, RFC 2046 */
#define MT_MULTIPART_HEADERS   (8 * 1024)    /* bytes, of one part */
#define MT_MULTIPART_PARTS     4096


typedef struct {
    mt_str_t  name;          /* its bytes are valid until end() */
    int       file;          /* a file name was given */
    int64_t   from;          /* offset of the content in the body */
} mt_part_t;

/* Called for each part: begin(), data() any number of times, end().  A status
 * other than MT_OK stops the parser, which then returns it. */

typedef struct {
    mt_status_t (*begin)(void *ctx, const mt_part_t *part);
    mt_status_t (*data)(void *ctx, mt_str_t bytes);
    mt_status_t (*end)(void *ctx);
} mt_part_sink_t;


typedef struct {
    const mt_part_sink_t  *sink;
    void                  *ctx;

    mt_status_t            status;      /* the first that was not MT_OK */
    int                    state;       /* mt_multipart_state_t */
    unsigned               parts;       /* begun so far */
    int64_t                at;          /* offset of the present piece */

    size_t                 matched;     /* bytes of the delimiter met */
    size_t                 delimiter_len;
    char                   delimiter[4 + MT_MULTIPART_BOUNDARY];

    size_t                 header_len;
    char                   header[MT_MULTIPART_HEADERS];
} mt_multipart_t;


/* Returns 1 if the content type is multipart/form-data with any parameters,
 * else 0. */
int mt_multipart_is(mt_str_t content_type);

/* Returns MT_OK, or MT_BAD_FORM if the content type has no valid boundary. */
mt_status_t mt_multipart_init(mt_multipart_t *m, mt_str_t content_type,
    const mt_part_sink_t *sink, void *ctx);

/* Parses the next piece of the body.  Returns MT_OK, MT_BAD_FORM, MT_TOO_MANY
 * (parts), MT_TOO_LONG (the headers of a part) or the status of the sink. */
mt_status_t mt_multipart_feed(mt_multipart_t *m, mt_str_t bytes);

/* Ends the body.  Returns MT_OK, MT_BAD_FORM if the last delimiter is missing,
 * or the error of an earlier call. */
mt_status_t mt_multipart_finish(mt_multipart_t *m);

#endif /* MT_MULTIPART_H */

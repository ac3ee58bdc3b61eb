
/*
 * A blob: bytes in memory or in a file, such as the server's temporary file of
 * a request body.  It is read by offset, in pieces, and never held in memory
 * as a whole.  One thread at a time uses a blob.
 */

#ifndef MT_BLOB_H
#define MT_BLOB_H

#include "base/mt_base.h"


/* Bytes that are read at a time when a whole blob is read. */
#define MT_BLOB_PIECE  (64 * 1024)

typedef struct {
    int64_t   size;          /* bytes */
    int64_t   from;          /* offset of the first byte, for read() */

    /* Reads exactly `len` bytes at the offset `at`.  Returns 0, or -1 on
     * failure. */
    int     (*read)(void *data, int64_t at, void *to, size_t len);
    void     *data;
} mt_blob_t;

/* Reads `len` bytes at the offset `at`.  Returns 0, or -1 if they are not all
 * inside the blob, or on failure. */
int mt_blob_read(const mt_blob_t *blob, int64_t at, void *to, size_t len);

/* Returns a part of a blob; the caller makes sure that it is inside. */
mt_blob_t mt_blob_part(const mt_blob_t *blob, int64_t at, int64_t size);

/* Returns a blob of bytes in memory; *s must outlive the blob. */
mt_blob_t mt_blob_of(const mt_str_t *s);


/* A walk reads a blob byte by byte. */

typedef struct {
    const mt_blob_t  *blob;
    int64_t           next;          /* offset in the blob after `data` */
    const uint8_t    *pos;           /* next byte in `data` */
    const uint8_t    *end;
    int               failed;        /* a read has failed */
    uint8_t           data[8 * 1024];
} mt_walk_t;

void mt_walk_init(mt_walk_t *walk, const mt_blob_t *blob);

/* Reads the next piece into walk->data.  Returns 0, or -1 at the end or on
 * failure (walk->failed). */
int mt_walk_fill(mt_walk_t *walk);

/* Skips n bytes.  Returns 0, or -1 if there are fewer. */
int mt_walk_skip(mt_walk_t *walk, int64_t n);

/* Returns the next byte, -1 at the end or on failure (walk->failed). */

static inline int
mt_walk_byte(mt_walk_t *walk)
{
    if (walk->pos == walk->end && mt_walk_fill(walk) != 0) {
        return -1;
    }

    return *walk->pos++;
}

#endif /* MT_BLOB_H */

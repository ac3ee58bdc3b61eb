
/*
 * Bytes that lie somewhere: in memory, in the server's temporary file.  Read
 * by position, in pieces, so that nobody has to hold them all.
 */

#ifndef MT_BLOB_H
#define MT_BLOB_H

#include "base/mt_base.h"


/* Pieces in which whole blobs are gone through. */
#define MT_BLOB_PIECE  (64 * 1024)

/* read(): the `len` bytes from `at` on, all of them: 0, or -1.  A blob is used
 * by one thread at a time. */

typedef struct {
    int64_t   size;
    int64_t   from;          /* of the first byte, as read() counts */
    int     (*read)(void *data, int64_t at, void *to, size_t len);
    void     *data;
} mt_blob_t;

/* 0, or -1: outside the blob, or it cannot be read. */
int mt_blob_read(const mt_blob_t *blob, int64_t at, void *to, size_t len);

/* A part of a blob; it must lie inside. */
mt_blob_t mt_blob_part(const mt_blob_t *blob, int64_t at, int64_t size);

/* Bytes in memory; *s must outlive the blob. */
mt_blob_t mt_blob_of(const mt_str_t *s);


/* Going through a blob byte by byte. */

typedef struct {
    const mt_blob_t  *blob;
    int64_t           next;          /* of the blob, after what is in data */
    const uint8_t    *pos;
    const uint8_t    *end;
    int               failed;        /* a read did */
    uint8_t           data[8 * 1024];
} mt_walk_t;

void mt_walk_init(mt_walk_t *walk, const mt_blob_t *blob);

/* The next piece into data: 0, or -1 at the end. */
int mt_walk_fill(mt_walk_t *walk);

/* Over n bytes: 0, or -1 when there are fewer. */
int mt_walk_skip(mt_walk_t *walk, int64_t n);

/* The next byte, -1 after the last one. */
static inline int
mt_walk_byte(mt_walk_t *walk)
{
    if (walk->pos == walk->end && mt_walk_fill(walk) != 0) {
        return -1;
    }

    return *walk->pos++;
}

#endif /* MT_BLOB_H */

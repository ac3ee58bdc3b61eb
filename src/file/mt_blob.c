
/*
 * Blobs and walks.
 */

#include "file/mt_blob.h"


static int mt_blob_copy(void *data, int64_t at, void *to, size_t len);


int
mt_blob_read(const mt_blob_t *blob, int64_t at, void *to, size_t len)
{
    if (at < 0 || at > blob->size || len > (uint64_t) (blob->size - at)) {
        return -1;
    }

    return len ? blob->read(blob->data, blob->from + at, to, len) : 0;
}


mt_blob_t
mt_blob_part(const mt_blob_t *blob, int64_t at, int64_t size)
{
    mt_blob_t  part;

    part = *blob;
    part.from += at;
    part.size = size;

    return part;
}


mt_blob_t
mt_blob_of(const mt_str_t *s)
{
    return (mt_blob_t) {
        .size = (int64_t) s->len,
        .read = mt_blob_copy,
        .data = (void *) s
    };
}


static int
mt_blob_copy(void *data, int64_t at, void *to, size_t len)
{
    const mt_str_t *s = data;

    memcpy(to, s->data + at, len);

    return 0;
}


void
mt_walk_init(mt_walk_t *walk, const mt_blob_t *blob)
{
    walk->blob = blob;
    walk->next = 0;
    walk->pos = walk->data;
    walk->end = walk->data;
    walk->failed = 0;
}


int
mt_walk_fill(mt_walk_t *walk)
{
    size_t   size;
    int64_t  left;

    left = walk->blob->size - walk->next;
    size = left < (int64_t) sizeof(walk->data) ? (size_t) left
                                               : sizeof(walk->data);
    if (size == 0) {
        return -1;
    }

    if (mt_blob_read(walk->blob, walk->next, walk->data, size) != 0) {
        walk->failed = 1;
        return -1;
    }

    walk->next += (int64_t) size;
    walk->pos = walk->data;
    walk->end = walk->data + size;

    return 0;
}


int
mt_walk_skip(mt_walk_t *walk, int64_t n)
{
    if (n <= walk->end - walk->pos) {
        walk->pos += n;
        return 0;
    }

    n -= walk->end - walk->pos;
    walk->pos = walk->end;

    if (n > walk->blob->size - walk->next) {
        walk->next = walk->blob->size;
        return -1;
    }

    walk->next += n;

    return 0;
}

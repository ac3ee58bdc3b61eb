
#include "base/mt_base.h"

#include <stdio.h>


#define MT_BUF_MIN  64


void
mt_buf_init(mt_buf_t *buf, mt_arena_t *arena, size_t size)
{
    buf->arena = arena;
    buf->data = NULL;
    buf->len = 0;
    buf->size = 0;
    buf->failed = 0;

    if (size) {
        (void) mt_buf_grow(buf, size);
    }
}


/*
 * Grows in place if the buffer is the arena's last allocation; otherwise the
 * old bytes stay in the arena, unused.  A buffer that failed has no room, so
 * that mt_buf_reserve() need not check `failed`.
 */

char *
mt_buf_grow(mt_buf_t *buf, size_t more)
{
    char    *data;
    size_t   size, larger;

    size = buf->size ? 2 * buf->size : MT_BUF_MIN;

    if (more > SIZE_MAX / 4 - buf->len) {
        buf->failed = 1;

    } else if (size < buf->len + more) {
        size = buf->len + more;
    }

    larger = buf->failed || buf->size == 0
             ? 0 : mt_arena_extend(buf->arena, buf->data, buf->size,
                                   buf->len + more, size);
    if (larger) {
        buf->size = larger;
        return buf->data + buf->len;
    }

    data = buf->failed ? NULL : mt_arena_take(buf->arena, size);

    if (data == NULL) {
        buf->failed = 1;
        buf->size = buf->len;
        return NULL;
    }

    if (buf->len) {
        memcpy(data, buf->data, buf->len);
    }

    buf->data = data;
    buf->size = size;

    return data + buf->len;
}


void
mt_buf_put(mt_buf_t *buf, const void *data, size_t len)
{
    char  *p;

    p = len ? mt_buf_reserve(buf, len) : NULL;

    if (p) {
        memcpy(p, data, len);
        buf->len += len;
    }
}


void
mt_buf_str(mt_buf_t *buf, mt_str_t s)
{
    mt_buf_put(buf, s.data, s.len);
}


void
mt_buf_byte(mt_buf_t *buf, uint8_t byte)
{
    char  *p;

    p = mt_buf_reserve(buf, 1);

    if (p) {
        *p = (char) byte;
        buf->len++;
    }
}


void
mt_buf_varint(mt_buf_t *buf, uint64_t value)
{
    char  *p;

    p = mt_buf_reserve(buf, MT_VARINT_MAX);

    if (p) {
        buf->len = (size_t) (mt_put_varint(p, value) - buf->data);
    }
}


void
mt_buf_zigzag(mt_buf_t *buf, int64_t value)
{
    mt_buf_varint(buf, mt_zigzag(value));
}


void
mt_reader_init(mt_reader_t *r, mt_str_t s)
{
    /* an empty string may have NULL data, to which 0 must not be added */
    r->pos = (const uint8_t *) (s.len ? s.data : "");
    r->end = r->pos + s.len;
    r->failed = 0;
}


uint64_t
mt_read_long_varint(mt_reader_t *r)
{
    uint8_t         byte;
    unsigned        shift;
    uint64_t        value;
    const uint8_t  *p;

    value = 0;
    p = r->pos;

    for (shift = 0; p < r->end; shift += 7) {
        byte = *p++;

        if (shift == 63 && byte > 1) {
            break;
        }

        value |= (uint64_t) (byte & 0x7f) << shift;

        if (byte < 0x80) {
            r->pos = p;
            return value;
        }
    }

    r->failed = 1;
    r->pos = r->end;

    return 0;
}


/* Returns the bytes of the character at the text's begin if it is not to be
 * written as it is, with its number in *code; else 0. */

static size_t
mt_doubtful(mt_str_t text, int terminal, unsigned *code)
{
    const uint8_t  *p;

    p = (const uint8_t *) text.data;
    *code = p[0];

    if (p[0] == '\t' || p[0] == '\n') {
        return 0;
    }

    if (p[0] == '\r') {
        return terminal && (text.len == 1 || p[1] != '\n');
    }

    if (p[0] < 0x20 || p[0] == 0x7f) {
        return 1;
    }

    if (p[0] == 0xc2 && text.len > 1 && p[1] < 0xa0) {
        *code = p[1];
        return 2;
    }

    if (!terminal || p[0] != 0xe2 || text.len < 3) {
        return 0;
    }

    *code = 0x2000u | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);

    return (*code >= 0x200b && *code <= 0x200f)
           || (*code >= 0x2028 && *code <= 0x202e)
           || (*code >= 0x2060 && *code <= 0x206f) ? 3 : 0;
}


void
mt_buf_visible(mt_buf_t *buf, mt_str_t text, int terminal)
{
    char      escape[8];
    size_t    n;
    unsigned  code;
    mt_str_t  plain;

    plain = (mt_str_t) { 0, text.data };

    while (text.len) {
        n = mt_doubtful(text, terminal, &code);

        if (n) {
            mt_buf_str(buf, plain);
            (void) snprintf(escape, sizeof(escape), "\\u%04x",
                            code & 0xffff);
            mt_buf_put(buf, escape, 6);
            plain = (mt_str_t) { 0, text.data + n };

        } else {
            n = 1;
            plain.len++;
        }

        text.data += n;
        text.len -= n;
    }

    mt_buf_str(buf, plain);
}

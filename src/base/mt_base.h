
/*
 * Counted strings, arenas, byte buffers, big-endian integers: the base of the
 * engine, without meetings, JSON, LMDB or nginx.
 *
 * Ownership: memory of an arena lives until the arena is reset or destroyed.
 * No object of this header is safe for use by two threads at once; an arena
 * belongs to one request or one batch at a time.
 */

#ifndef MT_BASE_H
#define MT_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>


#define MT_MS_PER_SECOND   1000LL
#define MT_MS_PER_MINUTE   60000LL
#define MT_MS_PER_HOUR     3600000LL
#define MT_MS_PER_DAY      86400000LL

#define MT_NS_PER_SECOND   1000000000LL
#define MT_NS_PER_MS       1000000LL

#define mt_nitems(a)       (sizeof(a) / sizeof((a)[0]))


/* A counted string, not terminated; it may hold any byte. */

typedef struct {
    size_t       len;
    const char  *data;
} mt_str_t;

#define mt_str(literal)    { sizeof(literal) - 1, literal }
#define MT_STR(literal)    ((mt_str_t) mt_str(literal))

/* the length of a literal is computed without a call */

static inline mt_str_t
mt_cstr(const char *terminated)
{
    mt_str_t  s;

    s.data = terminated;
    s.len = terminated ? strlen(terminated) : 0;

    return s;
}


static inline int
mt_str_eq(mt_str_t a, mt_str_t b)
{
    return a.len == b.len
           && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Compares in byte order; a prefix is less than a longer string.  Returns < 0,
 * 0 or > 0. */
int mt_str_cmp(mt_str_t a, mt_str_t b);

/*
 * Parses the canonical decimal form of an integer that fits int64: an optional
 * '-', no leading zeros, no blanks, no '+'.  Returns 1 with *value set, or 0.
 */
int mt_parse_int(mt_str_t s, int64_t *value);

/* Writes that form into `out`, of MT_DIGITS bytes.  Returns it. */
#define MT_DIGITS  20

mt_str_t mt_digits(char *out, int64_t value);

/* Returns 1 for strict UTF-8 (no surrogates, no overlong forms), else 0. */
int mt_utf8_valid(mt_str_t s);

/* Returns the number of code points of a valid UTF-8 string. */
size_t mt_utf8_length(mt_str_t s);

/* Returns the longest prefix of at most n code points. */
mt_str_t mt_utf8_prefix(mt_str_t s, size_t n);


/* An arena: allocation by bumping a pointer, freed all at once. */

typedef struct mt_arena_s  mt_arena_t;

/* `limit` is in bytes, 0 for none.  Returns NULL without memory. */
mt_arena_t *mt_arena_create(size_t limit);
void mt_arena_destroy(mt_arena_t *arena);

/* Frees all allocations; the first chunk is kept for reuse. */
void mt_arena_reset(mt_arena_t *arena);

/* Both return memory aligned to 16, mt_arena_alloc() zeroed; NULL beyond the
 * limit or without memory. */
void *mt_arena_alloc(mt_arena_t *arena, size_t size);
void *mt_arena_take(mt_arena_t *arena, size_t size);

/* Enlarges the last allocation, p of `size` bytes, in place; size < least.
 * Returns its new size, from `least` to `most`, or 0 if it stays as it is. */
size_t mt_arena_extend(mt_arena_t *arena, const void *p, size_t size,
    size_t least, size_t most);

/* Returns 1 if an allocation failed since the last call, resets or not, so
 * that a decision or an output since then may rest on incomplete data. */
int mt_arena_failed(mt_arena_t *arena);

/* Returns the bytes up to the limit. */
size_t mt_arena_left(const mt_arena_t *arena);

/* Returns a copy, followed by a NUL that len does not count; an empty string
 * without memory. */
mt_str_t mt_arena_str(mt_arena_t *arena, mt_str_t s);

/* Returns the decimal form; an empty string without memory. */
mt_str_t mt_arena_int(mt_arena_t *arena, int64_t value);

/* printf() into the arena.  Returns an empty string without memory. */
mt_str_t mt_arena_printf(mt_arena_t *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


/*
 * A growing byte buffer in an arena.  Without memory `failed` is set and stays
 * set, and further writes do nothing, so a check at the end is enough.
 */

typedef struct {
    mt_arena_t  *arena;
    char        *data;
    size_t       len;
    size_t       size;
    int          failed;
} mt_buf_t;

void mt_buf_init(mt_buf_t *buf, mt_arena_t *arena, size_t size);

void mt_buf_put(mt_buf_t *buf, const void *data, size_t len);

/*
 * Appends text that is to be looked at: control characters but tab and ends of
 * lines are written as \uXXXX.  With `terminal`, so are invisible characters
 * and those that change the direction of the text around them, and a carriage
 * return that ends no line.
 */
void mt_buf_visible(mt_buf_t *buf, mt_str_t text, int terminal);
void mt_buf_str(mt_buf_t *buf, mt_str_t s);
void mt_buf_byte(mt_buf_t *buf, uint8_t byte);

/* Make room for `more` bytes behind the last one.  The caller writes there and
 * sets `len`.  Return the room, or NULL without memory. */
char *mt_buf_grow(mt_buf_t *buf, size_t more);

static inline char *
mt_buf_reserve(mt_buf_t *buf, size_t more)
{
    return more <= buf->size - buf->len ? buf->data + buf->len
                                        : mt_buf_grow(buf, more);
}

/* LEB128, and its zig-zag form for signed integers.  mt_put_varint() writes to
 * memory of MT_VARINT_MAX bytes; it returns the byte behind. */

#define MT_VARINT_MAX  10        /* bytes of a 64-bit LEB128 */

void mt_buf_varint(mt_buf_t *buf, uint64_t value);
void mt_buf_zigzag(mt_buf_t *buf, int64_t value);


static inline char *
mt_put_varint(char *p, uint64_t value)
{
    for ( /* void */ ; value >= 0x80; value >>= 7) {
        *p++ = (char) (value | 0x80);
    }

    *p++ = (char) value;

    return p;
}


static inline uint64_t
mt_zigzag(int64_t value)
{
    return ((uint64_t) value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}


/* A reader of such bytes.  A read past the end sets `failed` and returns 0. */

typedef struct {
    const uint8_t  *pos;
    const uint8_t  *end;
    int             failed;
} mt_reader_t;

void mt_reader_init(mt_reader_t *r, mt_str_t s);
uint64_t mt_read_long_varint(mt_reader_t *r);


/* most numbers are tags, lengths and small ones: one byte */

static inline uint64_t
mt_read_varint(mt_reader_t *r)
{
    return r->pos < r->end && *r->pos < 0x80 ? *r->pos++
                                             : mt_read_long_varint(r);
}


/*
 * Reads a varint from memory: eight bytes are loaded as one word, the end is
 * found in it, and three steps join the groups of seven bits.  Returns the
 * byte behind, or NULL if fewer than eight bytes are left or the number is
 * longer.
 */

static inline const uint8_t *
mt_varint_word(const uint8_t *p, const uint8_t *end, uint64_t *value)
{
    uint64_t  w, last;

    if (end - p < 8) {
        return NULL;
    }

    memcpy(&w, p, 8);

    last = ~w & 0x8080808080808080ULL;

    if (last == 0) {
        return NULL;
    }

    p += (__builtin_ctzll(last) >> 3) + 1;

    w &= (last ^ (last - 1)) & 0x7f7f7f7f7f7f7f7fULL;
    w = (w & 0x007f007f007f007fULL) | (w & 0x7f007f007f007f00ULL) >> 1;
    w = (w & 0x00003fff00003fffULL) | (w & 0x3fff00003fff0000ULL) >> 2;

    *value = (w & 0x000000000fffffffULL) | (w & 0x0fffffff00000000ULL) >> 4;

    return p;
}


static inline int64_t
mt_unzigzag(uint64_t value)
{
    return (int64_t) ((value >> 1) ^ (0 - (value & 1)));
}


static inline int64_t
mt_read_zigzag(mt_reader_t *r)
{
    return mt_unzigzag(mt_read_varint(r));
}


static inline mt_str_t
mt_read_bytes(mt_reader_t *r, size_t len)
{
    mt_str_t  s = mt_str("");

    if (len > (size_t) (r->end - r->pos)) {
        r->failed = 1;
        r->pos = r->end;
        return s;
    }

    s.data = (const char *) r->pos;
    s.len = len;
    r->pos += len;

    return s;
}


/* Returns CLOCK_MONOTONIC in nanoseconds, for durations only. */
int64_t mt_monotonic_ns(void);

/* Returns CLOCK_REALTIME in milliseconds since 1970. */
int64_t mt_realtime_ms(void);


/* mt_varint_word() and the byte swaps below need little-endian words. */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian");


/* Big-endian integers, whose byte order is their numeric order.  The writers
 * return the byte behind. */

static inline uint8_t *
mt_put_u32(uint8_t *p, uint32_t v)
{
    v = __builtin_bswap32(v);
    memcpy(p, &v, 4);
    return p + 4;
}


static inline uint8_t *
mt_put_u64(uint8_t *p, uint64_t v)
{
    v = __builtin_bswap64(v);
    memcpy(p, &v, 8);
    return p + 8;
}


static inline uint32_t
mt_get_u32(const uint8_t *p)
{
    uint32_t  v;

    memcpy(&v, p, 4);
    return __builtin_bswap32(v);
}


static inline uint64_t
mt_get_u64(const uint8_t *p)
{
    uint64_t  v;

    memcpy(&v, p, 8);
    return __builtin_bswap64(v);
}

#endif /* MT_BASE_H */

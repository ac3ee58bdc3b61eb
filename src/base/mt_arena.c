
#include "base/mt_base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>


#define MT_ARENA_FIRST    6144           /* enough for a sign-in */
#define MT_ARENA_LARGEST  (256 * 1024)   /* limit of the doubling */
#define MT_ARENA_ALIGN    16

#define mt_align(n)                                                           \
    (((n) + MT_ARENA_ALIGN - 1) & ~(size_t) (MT_ARENA_ALIGN - 1))

/*
 * Under a memory checker each allocation is a malloc of its own, so that it
 * finds overruns.
 */
#if defined(__SANITIZE_ADDRESS__)
#define MT_ARENA_CHECKED  1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MT_ARENA_CHECKED  1
#endif
#endif


typedef struct mt_chunk_s  mt_chunk_t;

struct mt_chunk_s {
    mt_chunk_t  *next;
    _Alignas(MT_ARENA_ALIGN) uint8_t  data[];
};

struct mt_arena_s {
    uint8_t     *pos;            /* free space of the present chunk */
    uint8_t     *end;
    mt_chunk_t  *chunks;         /* beyond the first, which is `data` */
    size_t       step;           /* size of the next chunk */
    size_t       used;           /* handed out */
    size_t       limit;
    int          failed;
    _Alignas(MT_ARENA_ALIGN) uint8_t  data[];
};


static void mt_arena_start(mt_arena_t *arena);
static void *mt_arena_beyond(mt_arena_t *arena, size_t size)
    __attribute__((noinline));
static void *mt_arena_chunk(mt_arena_t *arena, size_t size);


mt_arena_t *
mt_arena_create(size_t limit)
{
    mt_arena_t  *arena;

    arena = malloc(MT_ARENA_FIRST);
    if (arena == NULL) {
        return NULL;
    }

    arena->chunks = NULL;
    arena->limit = limit ? limit : SIZE_MAX;
    arena->failed = 0;

    mt_arena_start(arena);

    return arena;
}


static void
mt_arena_start(mt_arena_t *arena)
{
    arena->pos = arena->data;
#ifdef MT_ARENA_CHECKED
    arena->end = arena->pos;
#else
    arena->end = (uint8_t *) arena + MT_ARENA_FIRST;
#endif
    arena->step = 2 * MT_ARENA_FIRST;
    arena->used = 0;
}


void
mt_arena_reset(mt_arena_t *arena)
{
    mt_chunk_t  *chunk, *next;

    for (chunk = arena->chunks; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }

    arena->chunks = NULL;

    mt_arena_start(arena);
}


void
mt_arena_destroy(mt_arena_t *arena)
{
    if (arena) {
        mt_arena_reset(arena);
        free(arena);
    }
}


void *
mt_arena_take(mt_arena_t *arena, size_t size)
{
    void    *p;
    size_t   left;

    left = (size_t) (arena->end - arena->pos);

    /* the rest of a chunk is a multiple of the alignment */

    if (size > left || size > arena->limit - arena->used) {
        return mt_arena_beyond(arena, size);
    }

    p = arena->pos;
    arena->pos += mt_align(size);
    arena->used += size;

    return p;
}


size_t
mt_arena_extend(mt_arena_t *arena, const void *p, size_t size, size_t least,
    size_t most)
{
    size_t  room;

    if ((const uint8_t *) p + mt_align(size) != arena->pos) {
        return 0;
    }

    room = (size_t) (arena->end - arena->pos) + mt_align(size);

    if (most > room) {
        most = room;
    }

    if (most < least || most - size > arena->limit - arena->used) {
        return 0;
    }

    arena->pos += mt_align(most) - mt_align(size);
    arena->used += most - size;

    return most;
}


/* Allocations that do not fit into the present chunk. */

static void *
mt_arena_beyond(mt_arena_t *arena, size_t size)
{
    void  *p;

    p = size > arena->limit - arena->used || size > SIZE_MAX / 2
        ? NULL : mt_arena_chunk(arena, size);

    if (p) {
        arena->used += size;

    } else {
        arena->failed = 1;
    }

    return p;
}


int
mt_arena_failed(mt_arena_t *arena)
{
    int  failed;

    failed = arena->failed;
    arena->failed = 0;

    return failed;
}


size_t
mt_arena_left(const mt_arena_t *arena)
{
    return arena->limit - arena->used;
}


/*
 * A large allocation gets a chunk of its own; the present chunk stays in use,
 * so that its rest is not lost.
 */

static void *
mt_arena_chunk(mt_arena_t *arena, size_t size)
{
    int          own;
    size_t       room;
    mt_chunk_t  *chunk;

#ifdef MT_ARENA_CHECKED
    own = 1;
#else
    own = size >= arena->step / 4;
#endif
    room = own ? size : arena->step;

    chunk = malloc(sizeof(mt_chunk_t) + room);
    if (chunk == NULL) {
        return NULL;
    }

    chunk->next = arena->chunks;
    arena->chunks = chunk;

    if (!own) {
        arena->pos = chunk->data + mt_align(size);
        arena->end = chunk->data + room;

        if (arena->step < MT_ARENA_LARGEST) {
            arena->step *= 2;
        }
    }

    return chunk->data;
}


void *
mt_arena_alloc(mt_arena_t *arena, size_t size)
{
    void  *p;

    p = mt_arena_take(arena, size);

    return p ? memset(p, 0, size) : NULL;
}


mt_str_t
mt_arena_str(mt_arena_t *arena, mt_str_t s)
{
    char      *p;
    mt_str_t   copy = mt_str("");

    p = s.len < SIZE_MAX ? mt_arena_take(arena, s.len + 1) : NULL;

    if (p) {
        if (s.len) {
            memcpy(p, s.data, s.len);
        }

        p[s.len] = '\0';
        copy.data = p;
        copy.len = s.len;
    }

    return copy;
}


mt_str_t
mt_arena_int(mt_arena_t *arena, int64_t value)
{
    char  *p;

    p = mt_arena_take(arena, MT_DIGITS);

    return p ? mt_digits(p, value) : MT_STR("");
}


mt_str_t
mt_arena_printf(mt_arena_t *arena, const char *fmt, ...)
{
    int        n;
    char      *p;
    va_list    args;
    mt_str_t   s = mt_str("");

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);

    p = n < 0 ? NULL : mt_arena_take(arena, (size_t) n + 1);

    if (p) {
        va_start(args, fmt);
        (void) vsnprintf(p, (size_t) n + 1, fmt, args);
        va_end(args);

        s.data = p;
        s.len = (size_t) n;
    }

    return s;
}

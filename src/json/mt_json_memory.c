
/*
 * yajl's allocator, over an arena.
 */

#include "json/mt_json_private.h"


/* Bytes before each block: they hold its size, for realloc(), and keep the
 * alignment. */
#define MT_JSON_HEAD  16


static void *
mt_json_malloc(void *ctx, size_t size)
{
    char              *block;
    mt_json_memory_t  *memory = ctx;

    block = mt_arena_take(memory->arena, MT_JSON_HEAD + size);

    if (block == NULL) {
        longjmp(memory->exhausted, 1);
    }

    memcpy(block, &size, sizeof(size));
    memory->taken += MT_JSON_HEAD + size;

    return block + MT_JSON_HEAD;
}


static void *
mt_json_realloc(void *ctx, void *old, size_t size)
{
    void    *block;
    size_t   old_size;

    block = mt_json_malloc(ctx, size);

    if (old) {
        memcpy(&old_size, (char *) old - MT_JSON_HEAD, sizeof(old_size));
        memcpy(block, old, old_size < size ? old_size : size);
    }

    return block;
}


static void
mt_json_free(void *ctx, void *block)
{
    /* the arena frees it */

    (void) ctx;
    (void) block;
}


void
mt_json_memory_init(mt_json_memory_t *memory, mt_arena_t *arena)
{
    memory->arena = arena;
    memory->taken = 0;
    memory->funcs.malloc = mt_json_malloc;
    memory->funcs.realloc = mt_json_realloc;
    memory->funcs.free = mt_json_free;
    memory->funcs.ctx = memory;
}


/*
 * What the files of json/ share among themselves.
 */

#ifndef MT_JSON_PRIVATE_H
#define MT_JSON_PRIVATE_H

#include <setjmp.h>

#include <yajl/yajl_common.h>

#include "json/mt_json.h"


/*
 * yajl's memory, in an arena.  yajl uses what its allocator returns without a
 * look; so an exhausted arena leaves yajl by longjmp() to `exhausted`, which
 * must have been set.  Nothing leaks by that: all that yajl holds is in the
 * arena.
 */

typedef struct {
    mt_arena_t        *arena;
    size_t             taken;        /* from it, in bytes */
    yajl_alloc_funcs   funcs;
    jmp_buf            exhausted;
} mt_json_memory_t;

void mt_json_memory_init(mt_json_memory_t *memory, mt_arena_t *arena);


/*
 * The keys met in one object.  Few are compared one by one; more are hashed
 * with a key of this process, so that no client can choose colliding ones.
 */

#define MT_KEYS_FEW  8           /* up to here without hashing */

/* To be zeroed, but for `few`. */

typedef struct {
    mt_str_t  *slots;            /* NULL: the few do */
    size_t     size;
    size_t     n;
    mt_str_t   few[MT_KEYS_FEW];
} mt_json_keys_t;

/* 1 added, 0 was there, -1 out of memory.  The key is not copied. */
int mt_json_keys_add(mt_json_keys_t *keys, mt_arena_t *arena, mt_str_t key);


/*
 * What must hold of a body and yajl does not check.  *object is the body
 * without the white space around it.  MT_OK, MT_EMPTY or MT_BAD_JSON.
 */
mt_status_t mt_json_check_body(mt_str_t body, mt_str_t *object);

/* The index of the member in the table; table->n when there is none. */
size_t mt_json_find(const mt_json_table_t *table, mt_str_t name);

/* Reads a scalar that is not null into the member's field and checks its
 * bounds.  MT_OK, MT_NO_MEMORY or what is wrong with it. */
mt_status_t mt_json_read(const mt_json_member_t *member, void *object,
    const mt_json_value_t *value, mt_arena_t *arena);

/* One string, the list's items joined by commas. */
void mt_json_joined(mt_json_writer_t *w, const mt_strs_t *list);

static inline const mt_wire_t *
mt_json_how(const mt_json_member_t *member)
{
    return member->how ? member->how : &mt_wire_plain;
}


/* Where the member is in the object. */

static inline void *
mt_json_place(const mt_json_member_t *member, void *object)
{
    return (char *) object + member->base + member->field->offset;
}


/* Was the member given?  Every declared structure begins with its `has`. */

static inline int
mt_json_given(const mt_json_member_t *member, const void *object)
{
    const uint64_t  *has;

    if (member->field == NULL) {
        return 0;
    }

    has = (const void *) ((const char *) object + member->base);

    return (*has >> member->field->number & 1) != 0;
}


/* It is now. */

static inline void
mt_json_mark(const mt_json_member_t *member, void *object)
{
    uint64_t  *has;

    has = (void *) ((char *) object + member->base);
    *has |= 1ULL << member->field->number;
}


/* The index of the member that the i-th is an alias of; else i. */

static inline size_t
mt_json_primary(const mt_json_table_t *table, size_t i)
{
    while (i > 0 && (table->members[i].flags & MT_JSON_ALIAS)) {
        i--;
    }

    return i;
}


/* "" for a member that must be filled is no value.  i: a primary one. */

static inline int
mt_json_unfilled(const mt_json_table_t *table, size_t i,
    const mt_json_value_t *value)
{
    return (table->members[i].flags & MT_JSON_FILLED)
           && value->type == MT_JSON_STRING
           && value->text.len == 0;
}


static inline int
mt_json_named(const mt_json_table_t *table, size_t i, mt_str_t name)
{
    return table->lengths[i] == name.len
           && memcmp(table->members[i].wire, name.data, name.len) == 0;
}

#endif /* MT_JSON_PRIVATE_H */


/*
 * Private to json/: yajl's memory, sets of keys, checks of a body, access to a
 * member's field.
 */

#ifndef MT_JSON_PRIVATE_H
#define MT_JSON_PRIVATE_H

#include <setjmp.h>

#include <yajl/yajl_common.h>

#include "json/mt_json.h"


/*
 * yajl's memory, in an arena.  yajl does not check the result of its
 * allocator; so an exhausted arena leaves yajl by longjmp() to `exhausted`,
 * which must have been set.  Nothing leaks, since all of yajl's memory is in
 * the arena.
 */

typedef struct {
    mt_arena_t        *arena;
    size_t             taken;        /* from the arena, in bytes */
    yajl_alloc_funcs   funcs;
    jmp_buf            exhausted;
} mt_json_memory_t;

void mt_json_memory_init(mt_json_memory_t *memory, mt_arena_t *arena);


/*
 * The set of keys met in one object.  Up to MT_KEYS_FEW are compared one by
 * one; more are hashed under a random key of the process, so that no client
 * can choose keys that collide.
 */

#define MT_KEYS_FEW  8

/* The caller zeroes the structure up to `few`. */

typedef struct {
    mt_str_t  *slots;            /* of the hash; NULL: `few` holds the keys */
    size_t     size;             /* of slots, a power of 2 */
    size_t     n;
    mt_str_t   few[MT_KEYS_FEW];
} mt_json_keys_t;

/* Adds a key, which is not copied.  Returns 1 if it is new, 0 if the set has
 * it, -1 without memory. */
int mt_json_keys_add(mt_json_keys_t *keys, mt_arena_t *arena, mt_str_t key);


/* Makes the checks of a body that yajl does not make, and sets *object to the
 * body without the white space around it.  Returns MT_OK, MT_EMPTY or
 * MT_BAD_JSON. */
mt_status_t mt_json_check_body(mt_str_t body, mt_str_t *object);

/* Returns the index of a member by its wire name, table->n if there is
 * none. */
size_t mt_json_find(const mt_json_table_t *table, mt_str_t name);

/* Reads a scalar that is not null into the member's field and checks its
 * bounds.  Returns MT_OK, MT_NO_MEMORY or the value's error. */
mt_status_t mt_json_read(const mt_json_member_t *member, void *object,
    const mt_json_value_t *value, mt_arena_t *arena);

/* Returns the writer's zone, NULL for UTC. */
const mt_zone_t *mt_json_zone_of(const mt_json_writer_t *w);

/* Writes a list as one string, its items joined by commas. */
void mt_json_joined(mt_json_writer_t *w, const mt_strs_t *list);

/* Returns the member's wire form. */

static inline const mt_wire_t *
mt_json_how(const mt_json_member_t *member)
{
    return member->how ? member->how : &mt_wire_plain;
}


/* Returns the address of the member's field in the object. */

static inline void *
mt_json_place(const mt_json_member_t *member, void *object)
{
    return (char *) object + member->base + member->field->offset;
}


/* Every declared structure begins with its `has` bits.  Returns 1 if the
 * member's bit is set, else 0. */

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


/* Sets the member's `has` bit. */

static inline void
mt_json_mark(const mt_json_member_t *member, void *object)
{
    uint64_t  *has;

    has = (void *) ((char *) object + member->base);
    *has |= 1ULL << member->field->number;
}


/* Returns the index of the member that the i-th is an alias of, i if it is
 * none. */

static inline size_t
mt_json_primary(const mt_json_table_t *table, size_t i)
{
    while (i > 0 && (table->members[i].flags & MT_JSON_ALIAS)) {
        i--;
    }

    return i;
}


/* Returns 1 if the value is "" and the i-th member, which is no alias, has the
 * flag MT_JSON_FILLED, so that it counts as not given; else 0. */

static inline int
mt_json_unfilled(const mt_json_table_t *table, size_t i,
    const mt_json_value_t *value)
{
    return (table->members[i].flags & MT_JSON_FILLED)
           && value->type == MT_JSON_STRING
           && value->text.len == 0;
}


/* Returns 1 if the i-th member has this wire name, else 0. */

static inline int
mt_json_named(const mt_json_table_t *table, size_t i, mt_str_t name)
{
    return table->lengths[i] == name.len
           && memcmp(table->members[i].wire, name.data, name.len) == 0;
}

#endif /* MT_JSON_PRIVATE_H */


#include "dialect/mt_dialect.h"


static const mt_dialect_t *const  mt_dialects[] = {
    &mt_dialect_weclubs,
    &mt_dialect_h5yes,
    &mt_dialect_yunzhijia,
    &mt_dialect_jituancaiyun,
    &mt_dialect_quanshi,
    &mt_dialect_page,
};


size_t
mt_dialect_count(void)
{
    return mt_nitems(mt_dialects);
}


const mt_dialect_t *
mt_dialect_at(size_t i)
{
    return i < mt_nitems(mt_dialects) ? mt_dialects[i] : NULL;
}


const mt_dialect_t *
mt_dialect_find(mt_str_t name)
{
    size_t  i;

    for (i = 0; i < mt_nitems(mt_dialects); i++) {
        if (mt_str_eq(mt_dialects[i]->name, name)) {
            return mt_dialects[i];
        }
    }

    return NULL;
}


/* A route's path begins with '/': what it ends, it ends at a whole segment. */

static int
mt_path_ends_with(mt_str_t path, mt_str_t end)
{
    const char  *tail;

    if (path.len < end.len || end.len == 0) {
        return end.len == 0;
    }

    tail = path.data + path.len - end.len;

    return tail[0] == '/' && memcmp(tail, end.data, end.len) == 0;
}


const mt_route_t *
mt_route_find(const mt_dialect_t *dialect, mt_str_t path)
{
    size_t             i;
    const mt_route_t  *route, *best;

    best = NULL;

    for (i = 0; i < dialect->nroutes; i++) {
        route = &dialect->routes[i];

        if (mt_path_ends_with(path, route->path)
            && (best == NULL || route->path.len > best->path.len))
        {
            best = route;
        }
    }

    return best;
}


/* Without parts(), all. */

static unsigned
mt_table_parts(const mt_json_table_t *table, mt_parts_pt parts)
{
    size_t                   i;
    unsigned                 shown;
    const mt_json_member_t  *member;

    if (table == NULL) {
        return 0;
    }

    shown = parts ? 0 : ~0u;

    for (i = 0; parts && i < table->n; i++) {
        member = &table->members[i];

        shown |= member->flags & MT_JSON_INLINE
                 ? mt_table_parts(member->sub, parts)
                 : parts(member->base, member->field->number);
    }

    return shown;
}


static unsigned
mt_route_hidden(const mt_route_t *route)
{
    unsigned          shown;
    const mt_rows_t  *rows;

    rows = route->operation->rows;
    shown = mt_table_parts(route->value, route->operation->parts);

    if (rows && route->list) {
        shown |= mt_table_parts(route->row, rows->parts);
    }

    if (rows && rows->inner && route->inner) {
        shown |= mt_table_parts(route->inner_row, rows->inner->parts);
    }

    return ~shown;
}


/*
 * That never changes: it is worked out for a route's first request, whichever
 * thread has it.  A place is one word, the route's address and the parts, so
 * that it is whole to whoever reads it; two routes of one place take turns.
 */

#define MT_HIDES_PLACES  128
#define MT_HIDES_BITS    16

static uint64_t  mt_hides[MT_HIDES_PLACES];

_Static_assert(MT_PART_NOW < 1 << MT_HIDES_BITS, "the highest part");


unsigned
mt_route_hides(const mt_dialect_t *dialect, const mt_route_t *route)
{
    uint64_t  known, *place, hides;

    if (!dialect->by_tables) {
        return 0;
    }

    place = &mt_hides[(uintptr_t) route / sizeof(*route) % MT_HIDES_PLACES];
    known = __atomic_load_n(place, __ATOMIC_RELAXED);

    if (known >> MT_HIDES_BITS == (uintptr_t) route) {
        return known & ((1 << MT_HIDES_BITS) - 1);
    }

    hides = mt_route_hidden(route) & ((1 << MT_HIDES_BITS) - 1);

    __atomic_store_n(place, (uint64_t) (uintptr_t) route << MT_HIDES_BITS
                            | hides, __ATOMIC_RELAXED);

    return (unsigned) hides;
}


int
mt_dialect_http(const mt_dialect_t *dialect, mt_status_t status)
{
    return dialect->http ? dialect->http(status) : mt_status_http(status);
}


mt_str_t
mt_error_path(mt_exchange_t *x)
{
    mt_str_t          name;
    const mt_call_t  *call;

    call = &x->call;

    if (call->error.field.len || call->field == 0 || x->route == NULL) {
        return call->error.field;
    }

    name = mt_json_wire_path(call->arena, x->route->request,
                             x->route->operation->args, call->field);

    if (name.len == 0 || call->item == 0) {
        return name;
    }

    return mt_arena_printf(call->arena, "%.*s[%u]", (int) name.len, name.data,
                           call->item - 1);
}

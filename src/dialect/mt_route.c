
/*
 * Routes: which one has a path, which parts of a view its answer shows, and
 * the wire path of an error.
 */

#include "dialect/mt_dialect.h"


/* A route's path begins with '/', so that it matches whole segments. */

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


/* Returns the parts of a view that a table shows: all of them if parts() is
 * NULL. */

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


/* Returns the parts that no table of the route's answer shows. */

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


void
mt_routes_prepare(const mt_route_t *routes, size_t n, unsigned *hides)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        hides[i] = mt_route_hidden(&routes[i]);
    }
}


unsigned
mt_route_hides(const mt_dialect_t *dialect, const mt_route_t *route)
{
    return dialect->by_tables ? dialect->hides[route - dialect->routes] : 0;
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

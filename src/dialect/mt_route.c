
/*
 * Routes: which one has a path, which parts of a view its answer shows, and
 * the wire path of an error.
 */

#include "dialect/mt_dialect.h"



static mt_str_t mt_path_last(mt_str_t *path);
static int mt_path_fits(mt_str_t end, mt_str_t path, unsigned *parts,
    unsigned *braces);
static int mt_path_is_param(mt_str_t part);


unsigned
mt_method(mt_str_t name)
{
#define MT_METHOD_IS(bit, word)                                               \
    if (mt_str_eq(name, MT_STR(word))) {                                      \
        return MT_METHOD_##bit;                                               \
    }

    MT_METHODS(MT_METHOD_IS)
#undef MT_METHOD_IS

    return mt_str_eq(name, MT_STR("HEAD")) ? MT_METHOD_GET : 0;
}


const mt_route_t *
mt_route_find(const mt_dialect_t *dialect, mt_str_t path, unsigned method,
    unsigned *allowed)
{
    size_t             i;
    unsigned           parts, braces, most, fewest;
    const mt_route_t  *route, *best;

    best = NULL;
    most = 0;
    fewest = 0;
    *allowed = 0;

    for (i = 0; i < dialect->nroutes; i++) {
        route = &dialect->routes[i];

        if (!mt_path_fits(route->path, path, &parts, &braces)
            || (best && parts < most))
        {
            continue;
        }

        if (best == NULL || parts > most) {
            *allowed = 0;

        } else if ((best->methods & method)
                   && (!(route->methods & method) || braces >= fewest))
        {
            *allowed |= route->methods;
            continue;
        }

        best = route;
        most = parts;
        fewest = braces;
        *allowed |= route->methods;
    }

    return best;
}


/* Takes the last part off a path, with its slash, and returns it without; no
 * data if there is no slash. */

static mt_str_t
mt_path_last(mt_str_t *path)
{
    size_t    len;
    mt_str_t  part;

    len = path->len;

    while (path->len && path->data[path->len - 1] != '/') {
        path->len--;
    }

    if (path->len == 0) {
        return (mt_str_t) { 0, NULL };
    }

    part.data = path->data + path->len;
    part.len = len - path->len;
    path->len--;

    return part;
}


/* Returns 1 if the path ends with `end`, part by part, with the number of
 * parts and of those in braces; else 0.  No part in braces is empty. */

static int
mt_path_fits(mt_str_t end, mt_str_t path, unsigned *parts, unsigned *braces)
{
    mt_str_t  want, part;

    *parts = 0;
    *braces = 0;

    while (end.len) {
        want = mt_path_last(&end);
        part = mt_path_last(&path);

        if (part.data == NULL) {
            return 0;
        }

        if (mt_path_is_param(want)) {
            *braces += 1;

            if (part.len == 0) {
                return 0;
            }

        } else if (!mt_str_eq(want, part)) {
            return 0;
        }

        *parts += 1;
    }

    return 1;
}


static int
mt_path_is_param(mt_str_t part)
{
    return part.len && part.data[0] == '{';
}


void
mt_route_params(const mt_route_t *route, mt_str_t path,
    mt_str_t params[MT_PARAMS_MAX])
{
    size_t    n;
    mt_str_t  end, part;

    n = 0;

    while (n < MT_PARAMS_MAX && mt_route_param(route, n).len) {
        n++;
    }

    end = route->path;

    while (n && end.len) {
        part = mt_path_last(&path);

        if (mt_path_is_param(mt_path_last(&end))) {
            params[--n] = part;
        }
    }
}


mt_str_t
mt_route_param(const mt_route_t *route, size_t n)
{
    mt_str_t     name;
    const char  *p, *close, *end;

    p = route->path.data;
    end = p + route->path.len;

    while (p < end && (p = memchr(p, '{', end - p)) != NULL
           && (close = memchr(p, '}', end - p)) != NULL)
    {
        name.data = p;
        name.len = close + 1 - p;
        p = close + 1;

        if (n-- == 0) {
            return name;
        }
    }

    return MT_STR("");
}


void
mt_answer_header(mt_exchange_t *x, mt_str_t name, mt_str_t value)
{
    if (x->nheaders < MT_HEADERS_MAX) {
        x->headers[x->nheaders++] = (mt_header_t) { name, value };
    }
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


/*
 * Random paths to each dialect's routes, compared with a second way to find a
 * route: the path is cut before each of its slashes, from the left, and the
 * first rest that is a route's path is taken.  Bytes before a route's path
 * change nothing, and the path ends with the path of the found route.
 */

#include "dialect/mt_dialect.h"

#include <stdlib.h>


#define PATH_MAX_LEN  4096


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(int holds)
{
    if (!holds) {
        abort();
    }
}


static const mt_route_t *
exact(const mt_dialect_t *dialect, mt_str_t path)
{
    size_t  i;

    for (i = 0; i < dialect->nroutes; i++) {
        if (mt_str_eq(dialect->routes[i].path, path)) {
            return &dialect->routes[i];
        }
    }

    return NULL;
}


static const mt_route_t *
find(const mt_dialect_t *dialect, mt_str_t path)
{
    const mt_route_t  *route;

    for ( ;; ) {
        if (path.len == 0 || path.data[0] == '/') {
            route = exact(dialect, path);

            if (route || path.len == 0) {
                return route;
            }
        }

        path.data++;
        path.len--;
    }
}


static void
check_path(const mt_dialect_t *dialect, mt_str_t path)
{
    char               longer[PATH_MAX_LEN + 8];
    mt_str_t           below;
    const mt_route_t  *route;

    route = mt_route_find(dialect, path);
    check(route == find(dialect, path));

    if (route == NULL) {
        return;
    }

    check(route->path.len <= path.len
          && (route->path.len == 0
              || memcmp(path.data + path.len - route->path.len,
                        route->path.data, route->path.len)
                 == 0));

    memcpy(longer, "/prefix", 7);
    memcpy(longer + 7, path.data, path.len);
    below.data = longer;
    below.len = path.len + 7;

    check(mt_route_find(dialect, below) == route);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t               i;
    mt_str_t             path = { size, (const char *) data };
    const mt_dialect_t  *dialect;

    if (size > PATH_MAX_LEN) {
        return 0;
    }

    for (i = 0; (dialect = mt_dialect_at(i)) != NULL; i++) {
        check_path(dialect, path);

        check(mt_dialect_find(dialect->name) == dialect);
        check(mt_dialect_find(path) == NULL
              || mt_str_eq(mt_dialect_find(path)->name, path));
    }

    return 0;
}

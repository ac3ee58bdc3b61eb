
/*
 * Random paths to each dialect's routes.  A route that is found has a path
 * that fits, part by part from the right; no other one that fits has more
 * parts.  Bytes before a path change nothing.
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


/* Returns the number of parts of the route's path if the path ends with them,
 * -1 if it does not. */

static int
fits(const mt_route_t *route, mt_str_t path)
{
    int          parts;
    size_t       len;
    const char  *want, *part, *slash;
    size_t       left;

    parts = 0;
    want = route->path.data;
    left = route->path.len;

    while (left) {
        slash = memrchr(want, '/', left);
        check(slash != NULL);
        len = left - (size_t) (slash - want) - 1;
        left = (size_t) (slash - want);

        part = memrchr(path.data, '/', path.len);

        if (part == NULL) {
            return -1;
        }

        part++;

        if (slash[1] == '{'
            ? part == path.data + path.len
            : (size_t) (path.data + path.len - part) != len
              || memcmp(part, slash + 1, len) != 0)
        {
            return -1;
        }

        path.len = (size_t) (part - path.data) - 1;
        parts++;
    }

    return parts;
}


static void
check_path(const mt_dialect_t *dialect, mt_str_t path, unsigned method)
{
    int                most;
    char               longer[PATH_MAX_LEN + 8];
    size_t             i;
    unsigned           allowed, of_below;
    mt_str_t           below, params[MT_PARAMS_MAX];
    const mt_route_t  *route;

    route = mt_route_find(dialect, path, method, &allowed);
    most = route ? fits(route, path) : -1;

    check((route == NULL) == (allowed == 0));
    check(route == NULL || most >= 0);

    for (i = 0; i < dialect->nroutes; i++) {
        check(fits(&dialect->routes[i], path) <= most);
        check(most < 0 || fits(&dialect->routes[i], path) != most
              || !(dialect->routes[i].methods & method)
              || (route && (route->methods & method)));
    }

    if (route == NULL) {
        return;
    }

    memset(params, 0, sizeof(params));
    mt_route_params(route, path, params);

    for (i = 0; i < MT_PARAMS_MAX; i++) {
        check((mt_route_param(route, i).len == 0) == (params[i].len == 0));
    }

    memcpy(longer, "/prefix", 7);
    memcpy(longer + 7, path.data, path.len);
    below.data = longer;
    below.len = path.len + 7;

    check(mt_route_find(dialect, below, method, &of_below) == route);
    check(allowed == of_below);
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
        check_path(dialect, path, MT_METHOD_GET);
        check_path(dialect, path, MT_METHOD_POST);
        check_path(dialect, path, MT_METHOD_DELETE);

        check(mt_dialect_find(dialect->name) == dialect);
        check(mt_dialect_find(path) == NULL
              || mt_str_eq(mt_dialect_find(path)->name, path));
    }

    return 0;
}

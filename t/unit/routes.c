
/*
 * The routes of all dialects, which must differ; and a list of them, as TAP
 * comments, for the tests that visit each one (t/lib/Meeting/Routes.pm).
 */

#include "dialect/mt_dialect.h"
#include "tap.h"


static size_t
same_path(const mt_dialect_t *dialect, mt_str_t path)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < dialect->nroutes; i++) {
        n += (size_t) mt_str_eq(dialect->routes[i].path, path);
    }

    return n;
}


static void
test_route(const mt_dialect_t *dialect, const mt_route_t *route)
{
    mt_str_t  name, path;

    name = dialect->name;
    path = route->path;

    printf("# route %.*s %s %.*s\n", (int) name.len, name.data,
           route->methods & MT_METHOD_POST ? "POST" : "GET",
           path.len ? (int) path.len : 1, path.len ? path.data : "*");

    is_int(same_path(dialect, path), 1, "%.*s \"%.*s\": once", (int) name.len,
           name.data, (int) path.len, path.data);
    ok(path.len == 0 || path.data[0] == '/', "from the start of a segment");
    ok(mt_route_find(dialect, path) == route, "found by itself");
    ok(route->methods && route->operation && route->operation->start,
       "does something");
    ok(dialect->nroutes == 1 || path.len, "is not any");
}


int
main(void)
{
    size_t               i, k;
    const mt_dialect_t  *dialect;

    for (i = 0; (dialect = mt_dialect_at(i)) != NULL; i++) {
        ok(dialect->nroutes > 0, "%.*s has addresses",
           (int) dialect->name.len, dialect->name.data);

        for (k = 0; k < dialect->nroutes; k++) {
            test_route(dialect, &dialect->routes[k]);
        }
    }

    return tap_done();
}

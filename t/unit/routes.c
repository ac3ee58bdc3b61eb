
/*
 * The routes of all dialects, which must differ; and a list of the dialects,
 * of their routes, and of the times and secrets in requests, as TAP comments,
 * for the tests that visit each one (t/lib/Meeting/Routes.pm).
 */

#include <ctype.h>

#include "dialect/mt_dialect.h"
#include "tap.h"


/* Returns how many routes have the path and one of the methods. */

static size_t
same_path(const mt_dialect_t *dialect, mt_str_t path, unsigned methods)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < dialect->nroutes; i++) {
        n += (dialect->routes[i].methods & methods)
             && mt_str_eq(dialect->routes[i].path, path);
    }

    return n;
}


/* Members that are named like a time and hold none, or one whose bounds are
 * its own. */

static int
no_instant(const mt_field_t *field)
{
    size_t  i;

    static const mt_field_t *const  fields[] = {
        MT_FIELD(room_edit, open),           /* minutes of the day */
        MT_FIELD(room_edit, close),
        MT_FIELD(meeting_edit, notice),      /* minutes */
        MT_FIELD(series_edit, notice),
        MT_FIELD(token_issue, stamp),        /* judged by the clock */
        MT_FIELD(checkin_args, qr_time),
    };

    for (i = 0; i < mt_nitems(fields); i++) {
        if (fields[i] == field) {
            return 1;
        }
    }

    return 0;
}


static int
named_like_time(const char *wire)
{
    char    lower[64];
    size_t  i;

    for (i = 0; wire[i] && i < sizeof(lower) - 1; i++) {
        lower[i] = (char) tolower((unsigned char) wire[i]);
    }

    lower[i] = '\0';

    return strstr(lower, "time") || strstr(lower, "date")
           || strstr(lower, "day") || strstr(lower, "deadline");
}


/* Every time in a request is bounded, as no other number is. */

static void
test_times(const mt_dialect_t *dialect, const mt_route_t *route,
    const mt_json_table_t *table)
{
    size_t                   i;
    const mt_json_member_t  *member;

    for (i = 0; table && i < table->n; i++) {
        member = &table->members[i];

        test_times(dialect, route, member->sub);

        if (member->field == NULL || member->field->kind != MT_INT) {
            continue;
        }

        if (member->field->min == MT_INSTANT_MIN) {
            is_int(member->field->max, MT_INSTANT_MAX, "%s", member->wire);
            printf("# time %.*s %.*s %s\n", (int) dialect->name.len,
                   dialect->name.data, (int) route->path.len,
                   route->path.data, member->wire);

        } else if (named_like_time(member->wire)) {
            ok(no_instant(member->field), "%.*s %s has no bounds of a time",
               (int) dialect->name.len, dialect->name.data, member->wire);
        }
    }
}


static void
list_secrets(mt_str_t dialect, const mt_json_table_t *table)
{
    size_t  i;

    for (i = 0; table && i < table->n; i++) {
        list_secrets(dialect, table->members[i].sub);

        if (table->members[i].flags & MT_JSON_SECRET) {
            printf("# secret %.*s %s\n", (int) dialect.len, dialect.data,
                   table->members[i].wire);
        }
    }
}


/* Returns the name of a route's method, of its POST if it has several. */

static const char *
method_name(unsigned methods)
{
#define METHOD(bit, word)                                                     \
    if ((methods & ~MT_METHOD_GET ? methods & ~MT_METHOD_GET : methods)       \
        & MT_METHOD_##bit)                                                    \
    {                                                                         \
        return word;                                                          \
    }

    MT_METHODS(METHOD)
#undef METHOD

    return "none";
}


static void
test_route(const mt_dialect_t *dialect, const mt_route_t *route)
{
    unsigned  allowed;
    mt_str_t  name, path;

    name = dialect->name;
    path = route->path;

    printf("# route %.*s %s %.*s%s\n", (int) name.len, name.data,
           method_name(route->methods),
           path.len ? (int) path.len : 1, path.len ? path.data : "*",
           route->flags & MT_ROUTE_PUBLIC ? " public" : "");

    is_int(same_path(dialect, path, route->methods), 1,
           "%.*s \"%.*s\": once", (int) name.len, name.data,
           (int) path.len, path.data);
    ok(path.len == 0 || path.data[0] == '/', "from the start of a segment");
    ok(mt_route_find(dialect, path, route->methods, &allowed) == route,
       "found by itself");
    ok(allowed & route->methods, "its method is allowed");
    ok(route->methods && route->operation && route->operation->start,
       "does something");
    ok(dialect->nroutes == 1 || path.len, "is not any");

    test_times(dialect, route, route->request);
    list_secrets(name, route->request);
}


int
main(void)
{
    size_t               i, k;
    const mt_dialect_t  *dialect;

    for (i = 0; (dialect = mt_dialect_at(i)) != NULL; i++) {
        printf("# dialect %.*s\n", (int) dialect->name.len,
               dialect->name.data);
        ok(dialect->nroutes > 0, "%.*s has addresses",
           (int) dialect->name.len, dialect->name.data);

        list_secrets(dialect->name, dialect->beside);

        for (k = 0; k < dialect->nroutes; k++) {
            test_route(dialect, &dialect->routes[k]);
        }
    }

    return tap_done();
}

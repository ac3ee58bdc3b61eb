
/*
 * The code of each dialect for each status; and a list of them, as TAP comments
 * in the form of the table in src/dialect/README.md, for t/codes.t.  A page has
 * HTTP statuses for codes, and no column; nor has a dialect whose codes are the
 * statuses' names.
 */

#include "dialect/mt_dialect.h"
#include "domain/kernel/mt_scope.h"
#include "domain/mt_operations.h"
#include "tap.h"


static int
is_status(mt_status_t status)
{
    return !mt_str_eq(mt_cstr(mt_status_name(status)), MT_STR("unknown"));
}


/* Each operation has a scope: reads need "read", and nothing else does; all
 * that a request with an access token can do has one that a credential can be
 * given. */

static void
test_scopes(void)
{
    int                    n, wrong;
    size_t                 i, k;
    unsigned               code;
    mt_scope_t             scope;
    const mt_dialect_t    *dialect;
    const mt_operation_t  *op;

    n = 0;
    wrong = 0;

    for (code = 1; code < MT_OPERATION_MAX; code++) {
        op = mt_operation(code);

        if (op == NULL) {
            ok(mt_scope_of(code) == MT_SCOPE_NONE, "%u is no operation", code);
            continue;
        }

        n++;
        scope = mt_scope_of(code);

        if (scope == MT_SCOPE_NONE || scope > MT_SCOPE_OPERATOR
            || (scope == MT_SCOPE_READ && op->body)
            || (scope != MT_SCOPE_READ && scope != MT_SCOPE_ANY && !op->body))
        {
            wrong++;
            printf("# %s: scope %d\n", op->name, (int) scope);
        }
    }

    ok(n > 50 && wrong == 0, "each operation has its scope");

    wrong = 0;

    for (i = 0; (dialect = mt_dialect_at(i)) != NULL; i++) {
        for (k = 0; k < dialect->nroutes; k++) {
            op = dialect->routes[k].operation;
            scope = mt_scope_of(op->code);
            wrong += (scope == MT_SCOPE_OPERATOR
                      && !(dialect->routes[k].flags & MT_ROUTE_PERSON));
        }
    }

    ok(wrong == 0, "no credential does what is for operators");

    ok(mt_scope_find(MT_STR("rooms")) == MT_SCOPE_ROOMS, "a name");
    ok(mt_scope_find(MT_STR("room")) == MT_SCOPE_NONE, "no name");
    ok(mt_scope_allows(0, MT_SCOPE_ROOMS), "no bits: all");
    ok(!mt_scope_allows(1 << MT_SCOPE_READ, MT_SCOPE_ROOMS), "not this one");
    ok(mt_scope_allows(1 << MT_SCOPE_READ, MT_SCOPE_ANY), "any is enough");
    ok(!mt_scope_allows(1 << MT_SCOPE_READ, MT_SCOPE_OPERATOR), "never");
}


int
main(void)
{
    int                  code, wrong;
    size_t               i;
    mt_status_t          status;
    const mt_dialect_t  *dialect;

    wrong = 0;

    for (status = MT_OK; status < MT_STATUS_MAX; status++) {
        if (!is_status(status)) {
            continue;
        }

        printf("# | `%s` | %s |", mt_status_name(status),
               mt_status_reason(status));

        for (i = 0; (dialect = mt_dialect_at(i)) != NULL; i++) {
            if (dialect->markup || dialect->words) {
                continue;
            }

            code = dialect->code(status);
            wrong += (code == dialect->code(MT_OK)) != (status == MT_OK);

            printf(" %d |", code);
        }

        printf("\n");
    }

    ok(wrong == 0, "success alone has the code of success");

    test_scopes();

    return tap_done();
}

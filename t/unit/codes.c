
/*
 * The code of each dialect for each status; and a list of them, as TAP comments
 * in the form of the table in src/dialect/README.md, for t/codes.t.
 */

#include "dialect/mt_dialect.h"
#include "tap.h"


static const mt_dialect_t *const  dialects[] = {
    &mt_dialect_weclubs,
    &mt_dialect_h5yes,
    &mt_dialect_yunzhijia,
    &mt_dialect_jituancaiyun,
    &mt_dialect_quanshi,
};


static int
is_status(mt_status_t status)
{
    return !mt_str_eq(mt_cstr(mt_status_name(status)), MT_STR("unknown"));
}


int
main(void)
{
    int           code, wrong;
    size_t        i;
    mt_status_t   status;

    wrong = 0;

    for (status = MT_OK; status < MT_STATUS_MAX; status++) {
        if (!is_status(status)) {
            continue;
        }

        printf("# | `%s` | %s |", mt_status_name(status),
               mt_status_reason(status));

        for (i = 0; i < mt_nitems(dialects); i++) {
            code = dialects[i]->code(status);
            wrong += (code == dialects[i]->code(MT_OK)) != (status == MT_OK);

            printf(" %d |", code);
        }

        printf("\n");
    }

    ok(wrong == 0, "success alone has the code of success");

    return tap_done();
}


/*
 * The registry of dialects.
 */

#include "dialect/mt_dialect.h"


#define MT_DIALECT_ENTRY(name)  &mt_dialect_##name,

static const mt_dialect_t *const  mt_dialects[] = {
    MT_DIALECTS(MT_DIALECT_ENTRY)
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


int
mt_dialect_http(const mt_dialect_t *dialect, mt_status_t status)
{
    return dialect->http ? dialect->http(status) : mt_status_http(status);
}


#include "domain/kernel/mt_codes.h"
#include "domain/kernel/mt_scope.h"


static const char *const  mt_scope_names[] = {
#define MT_SCOPE_NAME(number, symbol, name)  [number] = name,
    MT_SCOPES(MT_SCOPE_NAME)
#undef MT_SCOPE_NAME
};

static const uint8_t  mt_operation_scopes[MT_OPERATION_MAX] = {
#define MT_OPERATION_SCOPE(code, name, scope)  [code] = MT_SCOPE_##scope,
    MT_OPERATIONS(MT_OPERATION_SCOPE)
#undef MT_OPERATION_SCOPE
};


mt_scope_t
mt_scope_of(unsigned code)
{
    return code < MT_OPERATION_MAX ? mt_operation_scopes[code]
                                   : MT_SCOPE_NONE;
}


const char *
mt_scope_name(mt_scope_t scope)
{
    return scope < mt_nitems(mt_scope_names) ? mt_scope_names[scope] : NULL;
}


mt_scope_t
mt_scope_find(mt_str_t name)
{
    mt_scope_t  scope;

    for (scope = MT_SCOPE_READ; mt_scope_name(scope); scope++) {
        if (mt_str_eq(name, mt_cstr(mt_scope_name(scope)))) {
            return scope;
        }
    }

    return MT_SCOPE_NONE;
}


int
mt_scope_allows(int64_t scopes, mt_scope_t scope)
{
    return scopes == 0 || scope == MT_SCOPE_ANY
           || (mt_scope_name(scope) && (scopes >> scope & 1));
}


const char *
mt_code_name(unsigned code)
{
    static const char *const  names[MT_OPERATION_MAX] = {
#define MT_CODE_NAME(code, name, scope)  [code] = #name,
        MT_OPERATIONS(MT_CODE_NAME)
#undef MT_CODE_NAME
    };

    return code < MT_OPERATION_MAX && names[code] ? names[code] : "unknown";
}

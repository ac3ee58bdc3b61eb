
#include "domain/mt_operations.h"
#include "domain/notify/mt_event.h"


#define MT_OPERATION_ENTRY(code, name, scope)  [code] = &mt_op_##name,

static const mt_operation_t *const  mt_registry[MT_OPERATION_MAX] = {
    MT_OPERATIONS(MT_OPERATION_ENTRY)
};

const mt_domain_t  mt_domain = {
    .operations = mt_registry,
    .journalled = mt_outbox_add
};


const mt_operation_t *
mt_operation(unsigned code)
{
    return code < MT_OPERATION_MAX ? mt_registry[code] : NULL;
}

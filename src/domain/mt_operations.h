
/*
 * The registry of operations: it names every room of the domain, and so stands
 * above them.
 */

#ifndef MT_OPERATIONS_H
#define MT_OPERATIONS_H

#include "domain/kernel/mt_apply.h"


#define MT_OPERATION_EXTERN(code, name, scope)                                \
    extern const mt_operation_t  mt_op_##name;
MT_OPERATIONS(MT_OPERATION_EXTERN)
#undef MT_OPERATION_EXTERN

/* For mt_batch_create(). */
extern const mt_domain_t  mt_domain;

/* Returns the operation of a code, NULL if none has it. */
const mt_operation_t *mt_operation(unsigned code);

#endif /* MT_OPERATIONS_H */

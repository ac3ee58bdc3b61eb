
/*
 * Random bytes as a stored record; the first byte chooses the model.  No
 * crash; a record that decodes is encoded to one that decodes to the same.
 */

#include "../unit/models.h"

#include <stdlib.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void              *object, *back;
    mt_buf_t           buf;
    mt_str_t           record;
    mt_arena_t        *arena;
    const mt_model_t  *model;

    if (size == 0) {
        return 0;
    }

    model = models[data[0] % mt_nitems(models)];
    record.data = (const char *) data + 1;
    record.len = size - 1;

    arena = mt_arena_create(64 * 1024 * 1024);
    object = mt_arena_alloc(arena, model->size);
    back = mt_arena_alloc(arena, model->size);

    if (mt_record_decode(record, model, object, arena) == MT_OK) {
        mt_buf_init(&buf, arena, 0);
        mt_record_encode(&buf, model, object, MT_ENCODE_STATE);

        record.data = buf.data;
        record.len = buf.len;

        if (buf.failed
            || mt_record_decode(record, model, back, arena) != MT_OK
            || !models_equal(model, object, back))
        {
            abort();
        }
    }

    mt_arena_destroy(arena);

    return 0;
}

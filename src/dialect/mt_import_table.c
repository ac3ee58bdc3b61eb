
#include "dialect/mt_import_table.h"


MT_JSON_EXTERN_TABLE(mt_import_columns,
    { "id",         MT_FIELD(import_row, id), 0, 0, &mt_wire_ref },
    { "name",       MT_FIELD(import_row, name) },
    { "account",    MT_FIELD(import_row, account) },
    { "phone",      MT_FIELD(import_row, phone), 0, 0, &mt_wire_ref },
    { "email",      MT_FIELD(import_row, email) },
    { "position",   MT_FIELD(import_row, job) },
    { "memo",       MT_FIELD(import_row, memo) },
    { "department", MT_FIELD(import_row, department) },
    { "password",   MT_FIELD(import_row, password) }
);

MT_JSON_EXTERN_TABLE(mt_import_summary_table,
    { "read",              MT_FIELD(import_summary, read) },
    { "added",             MT_FIELD(import_summary, added) },
    { "updated",           MT_FIELD(import_summary, updated) },
    { "failed",            MT_FIELD(import_summary, failed) },
    { "departments_added", MT_FIELD(import_summary, departments) }
);


int
mt_import_read(mt_lines_t *l, mt_import_twins_t *twins, mt_arena_t *arena,
    mt_import_item_t *items, size_t *lines, size_t *n)
{
    int     rc;
    size_t  i;

    for (i = 0; i < *n; i++) {
        memset(&items[i], 0, sizeof(items[i]));

        rc = mt_lines_next(l, arena, &items[i].row, &items[i].error);

        if (rc == -1) {
            return -1;
        }

        if (rc == 0) {
            break;
        }

        lines[i] = l->line;

        if (items[i].error.status != MT_OK) {
            continue;
        }

        mt_import_clean(&items[i], arena);

        if (items[i].error.status == MT_OK
            && mt_import_twins(twins, &items[i], arena, l->line) != 0)
        {
            return -1;
        }
    }

    *n = i;

    return 0;
}


mt_str_t
mt_import_error_column(mt_arena_t *arena, const mt_import_item_t *item)
{
    mt_str_t  column;

    if (item->error.field.len || item->field == 0) {
        return item->error.field;
    }

    column = mt_json_wire_path(arena, &mt_import_columns,
                               &mt_import_row_model, item->field);

    return column.len ? column : MT_STR("id");
}

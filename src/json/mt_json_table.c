
/*
 * Tables: look-up of members, values from text, paths.
 */

#include "json/mt_json_private.h"


size_t
mt_json_find(const mt_json_table_t *table, mt_str_t name)
{
    size_t  i;

    for (i = 0; i < table->n; i++) {
        if (mt_json_named(table, i, name)) {
            break;
        }
    }

    return i;
}


mt_status_t
mt_json_read(const mt_json_member_t *member, void *object,
    const mt_json_value_t *value, mt_arena_t *arena)
{
    void              *dst;
    mt_status_t        status;
    const mt_field_t  *field;

    field = member->field;
    dst = mt_json_place(member, object);
    status = mt_json_how(member)->read(value, field, dst, arena);

    if (status == MT_OK && !mt_within_bounds(field, dst)) {
        status = mt_check_bounds(field, dst);
    }

    if (status == MT_OK) {
        mt_json_mark(member, object);
    }

    return status;
}


/* Returns 1 if a JSON string could hold the text, else 0. */

static int
mt_json_text_valid(mt_str_t text)
{
    return text.len == 0
           || (memchr(text.data, '\0', text.len) == NULL
               && mt_utf8_valid(text));
}


/* A list of strings is spelled "a,b,c" in a query or a form. */

static mt_status_t
mt_json_read_text(const mt_json_member_t *member, void *object,
    const mt_json_value_t *value, mt_arena_t *arena)
{
    mt_json_member_t  listed;

    if (member->field->kind == MT_STRS && member->how == NULL) {
        listed = *member;
        listed.how = &mt_wire_ref_csv;
        member = &listed;
    }

    return mt_json_read(member, object, value, arena);
}


mt_status_t
mt_json_set_text(mt_json_decode_t *d, const mt_json_table_t *table,
    void *object, mt_str_t name, mt_str_t text)
{
    size_t                   i;
    mt_status_t              status;
    mt_json_value_t          value = { MT_JSON_STRING, text };
    const mt_json_member_t  *member;

    i = mt_json_find(table, name);

    if (i == table->n || table->members[i].field == NULL) {
        return MT_OK;
    }

    member = &table->members[i];

    if (mt_json_unfilled(table, mt_json_primary(table, i), &value)) {
        return MT_OK;
    }

    if (mt_json_given(member, object)) {
        status = MT_DUPLICATE_KEY;

    } else if (!mt_json_text_valid(text)) {
        status = MT_BAD_VALUE;

    } else {
        status = mt_json_read_text(member, object, &value, d->arena);
    }

    if (status != MT_OK && d->error.status == MT_OK) {
        d->error.status = status;
        d->error.field = mt_cstr(member->wire);
    }

    return status;
}


mt_str_t
mt_json_wire_path(mt_arena_t *arena, const mt_json_table_t *table,
    const mt_model_t *model, unsigned number)
{
    size_t                   i;
    mt_str_t                 path;
    const mt_json_member_t  *member;

    path = MT_STR("");

    for (i = 0; number < model->nfields && i < table->n; i++) {
        member = &table->members[i];

        if (member->field == &model->fields[number]) {
            return mt_cstr(member->wire);
        }

        if (member->flags & MT_JSON_INLINE) {
            path = mt_json_wire_path(arena, member->sub, model, number);
        }

        if (path.len) {
            return mt_arena_printf(arena, "%s.%.*s", member->wire,
                                   (int) path.len, path.data);
        }
    }

    return path;
}

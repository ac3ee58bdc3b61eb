
#include <yajl/yajl_gen.h>

#include "json/mt_json_private.h"


struct mt_json_writer_s {
    yajl_gen           gen;
    mt_buf_t          *out;
    mt_json_memory_t   memory;
};


static void
mt_json_print(void *ctx, const char *data, size_t len)
{
    mt_buf_put(ctx, data, len);
}


/* yajl refuses what would not be JSON (a value where a key is due): half of
 * such an answer must not go out. */

static void
mt_json_done(mt_json_writer_t *w, yajl_gen_status status)
{
    if (status != yajl_gen_status_ok) {
        w->out->failed = 1;
    }
}


mt_json_writer_t *
mt_json_writer(mt_arena_t *arena, mt_buf_t *out)
{
    mt_json_writer_t  *w;

    w = mt_arena_alloc(arena, sizeof(mt_json_writer_t));

    if (w == NULL) {
        return NULL;
    }

    mt_json_memory_init(&w->memory, arena);

    if (setjmp(w->memory.exhausted) != 0) {
        return NULL;
    }

    w->out = out;
    w->gen = yajl_gen_alloc(&w->memory.funcs);

    yajl_gen_config(w->gen, yajl_gen_print_callback, mt_json_print, out);

    return w;
}


void
mt_json_writer_close(mt_json_writer_t *w)
{
    yajl_gen_free(w->gen);
}


void
mt_json_open_object(mt_json_writer_t *w)
{
    mt_json_done(w, yajl_gen_map_open(w->gen));
}


void
mt_json_close_object(mt_json_writer_t *w)
{
    mt_json_done(w, yajl_gen_map_close(w->gen));
}


void
mt_json_open_list(mt_json_writer_t *w)
{
    mt_json_done(w, yajl_gen_array_open(w->gen));
}


void
mt_json_close_list(mt_json_writer_t *w)
{
    mt_json_done(w, yajl_gen_array_close(w->gen));
}


void
mt_json_key(mt_json_writer_t *w, const char *key)
{
    mt_json_string(w, mt_cstr(key));
}


void
mt_json_string(mt_json_writer_t *w, mt_str_t s)
{
    mt_json_done(w, yajl_gen_string(w->gen, (const unsigned char *) s.data,
                                    s.len));
}


void
mt_json_int(mt_json_writer_t *w, int64_t value)
{
    char  digits[MT_DIGITS];

    mt_json_number(w, mt_digits(digits, value));
}


void
mt_json_bool(mt_json_writer_t *w, int value)
{
    mt_json_done(w, yajl_gen_bool(w->gen, value));
}


void
mt_json_null(mt_json_writer_t *w)
{
    mt_json_done(w, yajl_gen_null(w->gen));
}


void
mt_json_number(mt_json_writer_t *w, mt_str_t text)
{
    mt_json_done(w, yajl_gen_number(w->gen, text.data, text.len));
}


void
mt_json_joined(mt_json_writer_t *w, const mt_strs_t *list)
{
    size_t    i;
    mt_buf_t  joined;
    mt_str_t  s;

    mt_buf_init(&joined, w->memory.arena, 0);

    for (i = 0; i < list->n; i++) {
        if (i > 0) {
            mt_buf_byte(&joined, ',');
        }

        mt_buf_str(&joined, list->v[i]);
    }

    if (joined.failed) {
        w->out->failed = 1;
        return;
    }

    s.data = joined.data;
    s.len = joined.len;

    mt_json_string(w, s);
}


static void
mt_json_object(mt_json_writer_t *w, const mt_json_table_t *table,
    const void *object)
{
    if (object == NULL) {
        mt_json_null(w);
        return;
    }

    mt_json_open_object(w);
    mt_json_members(w, table, object);
    mt_json_close_object(w);
}


static void
mt_json_member(mt_json_writer_t *w, const mt_json_member_t *member,
    const void *src)
{
    size_t            i;
    const mt_objs_t  *list;

    switch (member->field->kind) {

    case MT_OBJ:
        mt_json_object(w, member->sub, *(void *const *) src);
        break;

    case MT_OBJS:
        list = src;
        mt_json_open_list(w);

        for (i = 0; i < list->n; i++) {
            mt_json_object(w, member->sub, (const char *) list->v
                                           + i * member->field->sub->size);
        }

        mt_json_close_list(w);
        break;

    default:
        mt_json_how(member)->write(w, member->field, src);
    }
}


void
mt_json_members(mt_json_writer_t *w, const mt_json_table_t *table,
    const void *object)
{
    size_t                   i;
    const mt_json_member_t  *member;

    for (i = 0; i < table->n; i++) {
        member = &table->members[i];

        if (member->flags & (MT_JSON_ALIAS | MT_JSON_PAYLOAD)) {
            continue;
        }

        mt_json_key(w, member->wire);

        if (member->flags & MT_JSON_INLINE) {
            mt_json_object(w, member->sub, object);
            continue;
        }

        mt_json_member(w, member, (const char *) object + member->base
                                  + member->field->offset);
    }
}

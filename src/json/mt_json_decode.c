
/*
 * The decoder: yajl's callbacks, which work on the frame on top.  yajl is
 * given the body in one piece, so that its strings point into the body; only
 * strings with escapes are copied.
 */

#include <stdlib.h>

#include "json/mt_json_frame.h"


#define MT_LIST_FIRST   8        /* items that a list has room for at first */
#define MT_PAIRS_FIRST  8
#define MT_PARSER_KEPT  4096     /* bytes of yajl's that a parser may keep */


/* Fields by which the items of a list are read. */
static const mt_field_t  mt_json_int_item = { .kind = MT_INT };
static const mt_field_t  mt_json_str_item = { .kind = MT_STR };


/* Sets *s to a string that lasts: the bytes in the body, or a copy if yajl has
 * decoded them into a buffer of its own. */

static int
mt_json_keep(mt_json_parser_t *p, const void *data, size_t len, mt_str_t *s)
{
    uintptr_t  at;

    at = (uintptr_t) data - (uintptr_t) p->body.data;
    s->data = data;
    s->len = len;

    if (at < p->body.len) {
        return 1;
    }

    *s = mt_arena_str(p->d->arena, *s);

    return s->len == len ? 1 : mt_json_stop(p, MT_NO_MEMORY);
}


/* Adds a pair.  Returns the place of its value, NULL without memory. */

static mt_json_value_t *
mt_json_add_pair(mt_json_parser_t *p, mt_str_t key)
{
    size_t             size;
    mt_json_pair_t    *pair;
    mt_json_decode_t  *d;

    d = p->d;

    if (d->npairs == p->pairs_size) {
        size = p->pairs_size ? 2 * p->pairs_size : MT_PAIRS_FIRST;
        pair = mt_arena_take(d->arena, size * sizeof(mt_json_pair_t));

        if (pair == NULL) {
            return NULL;
        }

        if (d->npairs) {
            memcpy(pair, d->pairs, d->npairs * sizeof(mt_json_pair_t));
        }

        d->pairs = pair;
        p->pairs_size = size;
    }

    pair = &d->pairs[d->npairs++];
    pair->key = key;

    return &pair->value;
}


static size_t
mt_json_item_size(const mt_field_t *field)
{
    switch (field->kind) {
    case MT_INTS:
        return sizeof(int64_t);
    case MT_STRS:
        return sizeof(mt_str_t);
    default:
        return field->sub->size;
    }
}


/* Adds a zeroed item to a list.  The list moves as it grows, so that only the
 * last item may be written to.  Returns the item, NULL without memory. */

static void *
mt_json_item(mt_json_parser_t *p, mt_json_frame_t *frame)
{
    char    *items;
    size_t   one, size;

    one = mt_json_item_size(frame->member->field);

    if (frame->n == frame->size) {
        size = frame->size ? 2 * frame->size : MT_LIST_FIRST;
        items = mt_arena_take(p->d->arena, size * one);

        if (items == NULL) {
            return NULL;
        }

        if (frame->n) {
            memcpy(items, frame->items, frame->n * one);
        }

        frame->items = items;
        frame->size = size;
    }

    items = frame->items;

    return memset(items + frame->n++ * one, 0, one);
}


/* Counts the item that comes now.  Returns 1 if the field's maximum allows it,
 * else 0. */

static int
mt_json_room(mt_json_parser_t *p, mt_json_frame_t *frame)
{
    frame->met++;

    if ((int64_t) frame->n < frame->member->field->max) {
        return 1;
    }

    mt_json_fail(p, p->n - 1, MT_TOO_MANY);

    return 0;
}


static int
mt_json_scalar_item(mt_json_parser_t *p, mt_json_frame_t *frame,
    const mt_json_value_t *value)
{
    int                kind;
    void              *item;
    mt_status_t        status;
    const mt_field_t  *field;

    if (!mt_json_room(p, frame)) {
        return 1;
    }

    kind = frame->member->field->kind;

    if (kind == MT_OBJS || value->type == MT_JSON_NULL) {
        mt_json_fail(p, p->n, MT_BAD_TYPE);
        return 1;
    }

    item = mt_json_item(p, frame);

    if (item == NULL) {
        return mt_json_stop(p, MT_NO_MEMORY);
    }

    field = kind == MT_INTS ? &mt_json_int_item : &mt_json_str_item;
    status = mt_json_how(frame->member)->read(value, field, item,
                                              p->d->arena);
    if (status == MT_NO_MEMORY) {
        return mt_json_stop(p, status);
    }

    if (status != MT_OK) {
        mt_json_fail(p, p->n, status);
    }

    return 1;
}


static int
mt_json_scalar_member(mt_json_parser_t *p, mt_json_frame_t *frame,
    const mt_json_value_t *value)
{
    mt_status_t              status;
    const mt_json_member_t  *member;

    member = frame->member;

    if (member == NULL
        || mt_json_unfilled(frame->table, frame->primary, value))
    {
        return 1;
    }

    if (value->type == MT_JSON_NULL) {
        if (member->flags & MT_JSON_PAYLOAD) {
            p->d->payload_seen = 1;
        }

        return 1;
    }

    if (mt_json_take(p, frame) == NULL) {
        return 1;
    }

    status = member->flags & (MT_JSON_PAYLOAD | MT_JSON_INLINE)
             ? MT_BAD_TYPE
             : mt_json_read(member, frame->object, value, p->d->arena);

    if (status == MT_NO_MEMORY) {
        return mt_json_stop(p, status);
    }

    if (status != MT_OK) {
        mt_json_fail(p, p->n, status);
    }

    return 1;
}


static int
mt_json_scalar(mt_json_parser_t *p, mt_json_type_t type, const void *data,
    size_t len)
{
    mt_str_t          text;
    mt_json_frame_t  *frame;
    mt_json_value_t  *value;

    if (p->skip) {
        return 1;
    }

    frame = p->top;

    if (frame->member == NULL && !frame->payload) {
        return 1;
    }

    text.data = data;
    text.len = len;

    if (type != MT_JSON_NULL && type != MT_JSON_BOOL
        && !mt_json_keep(p, data, len, &text))
    {
        return 0;
    }

    value = frame->payload ? mt_json_add_pair(p, frame->key) : &p->value;

    if (value == NULL) {
        return mt_json_stop(p, MT_NO_MEMORY);
    }

    value->type = type;
    value->text = text;

    return frame->table ? mt_json_scalar_member(p, frame, value)
                        : mt_json_scalar_item(p, frame, value);
}


static int
mt_json_on_null(void *ctx)
{
    return mt_json_scalar(ctx, MT_JSON_NULL, "null", 4);
}


static int
mt_json_on_bool(void *ctx, int value)
{
    return value ? mt_json_scalar(ctx, MT_JSON_BOOL, "true", 4)
                 : mt_json_scalar(ctx, MT_JSON_BOOL, "false", 5);
}


static int
mt_json_on_number(void *ctx, const char *data, size_t len)
{
    return mt_json_scalar(ctx, MT_JSON_NUMBER, data, len);
}


static int
mt_json_on_string(void *ctx, const unsigned char *data, size_t len)
{
    return mt_json_scalar(ctx, MT_JSON_STRING, data, len);
}


/* Members mostly come in the table's order: the next one is tried first. */

static int
mt_json_on_key(void *ctx, const unsigned char *data, size_t len)
{
    int                     fresh;
    size_t                  i;
    uint64_t                bit;
    mt_json_frame_t        *frame;
    mt_json_parser_t       *p = ctx;
    const mt_json_table_t  *table;

    if (p->skip) {
        return 1;
    }

    frame = p->top;
    table = frame->table;

    if (!mt_json_keep(p, data, len, &frame->key)) {
        return 0;
    }

    i = frame->next;

    if (i >= table->n || !mt_json_named(table, i, frame->key)) {
        i = mt_json_find(table, frame->key);
    }

    if (i < table->n) {
        bit = 1ULL << i;
        fresh = !(frame->keys & bit);

        frame->keys |= bit;
        frame->next = i + 1;
        frame->primary = mt_json_primary(table, i);
        frame->member = fresh ? &table->members[i] : NULL;

    } else {
        fresh = mt_json_keys_add(&frame->unknown, p->d->arena, frame->key);
        frame->member = NULL;
    }

    if (fresh == -1) {
        return mt_json_stop(p, MT_NO_MEMORY);
    }

    if (!fresh) {
        mt_json_fail(p, p->n, MT_DUPLICATE_KEY);
    }

    return 1;
}


/* Skips an object or a list that stands in place of another type. */

static int
mt_json_misplaced(mt_json_parser_t *p)
{
    mt_json_fail(p, p->n, MT_BAD_TYPE);
    p->skip++;

    return 1;
}


/* An object or a list opens.  Returns 1 if it is to be read into *member, 0 if
 * the callback shall return *rc. */

static int
mt_json_enter(mt_json_parser_t *p, const mt_json_member_t **member, int *rc)
{
    mt_json_frame_t  *frame;

    if (p->n + p->skip == MT_JSON_DEPTH_MAX) {
        *rc = mt_json_stop(p, MT_BAD_JSON);
        return 0;
    }

    *rc = 1;

    if (p->skip) {
        p->skip++;
        return 0;
    }

    frame = p->top;

    if (frame->payload && !p->d->payload_nested) {
        p->d->payload_nested = 1;
        p->d->payload_nested_key = mt_utf8_prefix(frame->key, MT_KEY_SHOWN);
    }

    *member = mt_json_take(p, frame);

    if (*member == NULL
        || (frame->table == NULL && !mt_json_room(p, frame)))
    {
        p->skip++;
        return 0;
    }

    return 1;
}


static int
mt_json_open_item(mt_json_parser_t *p, mt_json_frame_t *frame)
{
    void                    *item;
    const mt_json_member_t  *member;

    member = frame->member;

    if (member->field->kind != MT_OBJS) {
        return mt_json_misplaced(p);
    }

    item = mt_json_item(p, frame);

    if (item == NULL) {
        return mt_json_stop(p, MT_NO_MEMORY);
    }

    mt_json_push_object(p, member->sub, item);

    return 1;
}


static int
mt_json_on_open_object(void *ctx)
{
    int                      rc;
    void                    *object;
    mt_json_frame_t         *frame;
    mt_json_parser_t        *p = ctx;
    const mt_json_member_t  *member;

    if (p->n == 0) {
        mt_json_push_body(p);
        return 1;
    }

    if (!mt_json_enter(p, &member, &rc)) {
        return rc;
    }

    frame = p->top;

    if (frame->table == NULL) {
        return mt_json_open_item(p, frame);
    }

    if (member->flags & MT_JSON_PAYLOAD) {
        mt_json_push_payload(p);
        return 1;
    }

    if (member->flags & MT_JSON_INLINE) {
        mt_json_push_object(p, member->sub, frame->object);
        return 1;
    }

    if (member->field->kind != MT_OBJ) {
        return mt_json_misplaced(p);
    }

    object = mt_arena_alloc(p->d->arena, member->field->sub->size);

    if (object == NULL) {
        return mt_json_stop(p, MT_NO_MEMORY);
    }

    *(void **) mt_json_place(member, frame->object) = object;
    mt_json_mark(member, frame->object);

    mt_json_push_object(p, member->sub, object);

    return 1;
}


static int
mt_json_on_open_list(void *ctx)
{
    int                      rc;
    mt_json_frame_t         *frame;
    mt_json_parser_t        *p = ctx;
    const mt_json_member_t  *member;

    if (!mt_json_enter(p, &member, &rc)) {
        return rc;
    }

    if (p->top->table == NULL
        || (member->flags & (MT_JSON_PAYLOAD | MT_JSON_INLINE)))
    {
        return mt_json_misplaced(p);
    }

    switch (member->field->kind) {

    case MT_INTS:
    case MT_STRS:
    case MT_OBJS:
        frame = mt_json_push(p);
        frame->member = member;
        return 1;

    default:
        return mt_json_misplaced(p);
    }
}


static int
mt_json_on_close_object(void *ctx)
{
    mt_json_parser_t  *p = ctx;

    if (p->skip) {
        p->skip--;
        return 1;
    }

    mt_json_find_missing(p, p->top);
    mt_json_pop(p);

    if (p->n > 0) {
        return 1;
    }

    /* after the object yajl would accept an unfinished string */

    p->closed = yajl_get_bytes_consumed(p->yajl) == p->body.len;

    return p->closed ? 1 : mt_json_stop(p, MT_BAD_JSON);
}


static void
mt_json_store_list(mt_json_frame_t *list, void *dst)
{
    switch (list->member->field->kind) {

    case MT_INTS:
        *(mt_ints_t *) dst = (mt_ints_t) { list->n, list->items };
        break;

    case MT_STRS:
        *(mt_strs_t *) dst = (mt_strs_t) { list->n, list->items };
        break;

    default:
        *(mt_objs_t *) dst = (mt_objs_t) { list->n, list->items };
    }
}


static int
mt_json_on_close_list(void *ctx)
{
    void             *dst, *object;
    mt_status_t       status;
    mt_json_frame_t  *list;
    mt_json_parser_t  *p = ctx;

    if (p->skip) {
        p->skip--;
        return 1;
    }

    list = p->top;
    mt_json_pop(p);

    object = p->top->object;
    dst = mt_json_place(list->member, object);

    mt_json_store_list(list, dst);
    mt_json_mark(list->member, object);

    status = mt_check_bounds(list->member->field, dst);

    if (status != MT_OK) {
        mt_json_fail(p, p->n, status);
    }

    return 1;
}


static const yajl_callbacks  mt_json_callbacks = {
    .yajl_null = mt_json_on_null,
    .yajl_boolean = mt_json_on_bool,
    .yajl_number = mt_json_on_number,
    .yajl_string = mt_json_on_string,
    .yajl_start_map = mt_json_on_open_object,
    .yajl_map_key = mt_json_on_key,
    .yajl_end_map = mt_json_on_close_object,
    .yajl_start_array = mt_json_on_open_list,
    .yajl_end_array = mt_json_on_close_list,
};


/* yajl need not check UTF-8: mt_json_check_body() has. */

static void
mt_json_open_yajl(mt_json_parser_t *p)
{
    p->yajl = yajl_alloc(&mt_json_callbacks, &p->memory.funcs, p);

    (void) yajl_config(p->yajl, yajl_dont_validate_strings, 1);
    (void) yajl_config(p->yajl, yajl_allow_multiple_values, 1);
}


static mt_status_t
mt_json_parse(mt_json_parser_t *p)
{
    yajl_status  rc;

    /* stands for each request without a body: spares yajl */

    if (mt_str_eq(p->body, MT_STR("{}"))) {
        mt_json_push_body(p);
        mt_json_find_missing(p, p->top);
        mt_json_pop(p);
        return MT_OK;
    }

    if (setjmp(p->memory.exhausted) != 0) {
        return MT_NO_MEMORY;
    }

    if (p->yajl == NULL) {
        mt_json_open_yajl(p);
    }

    rc = yajl_parse(p->yajl, (const unsigned char *) p->body.data,
                    p->body.len);

    if (rc == yajl_status_client_canceled) {
        return p->status;
    }

    return rc == yajl_status_ok && p->closed ? MT_OK : MT_BAD_JSON;
}


mt_json_parser_t *
mt_json_parser_create(void)
{
    mt_arena_t        *arena;
    mt_json_parser_t  *parser;

    parser = malloc(sizeof(mt_json_parser_t));
    arena = mt_arena_create(0);

    if (parser == NULL || arena == NULL) {
        free(parser);
        mt_arena_destroy(arena);
        return NULL;
    }

    parser->yajl = NULL;
    mt_json_memory_init(&parser->memory, arena);

    return parser;
}


void
mt_json_parser_destroy(mt_json_parser_t *parser)
{
    if (parser) {
        mt_arena_destroy(parser->memory.arena);
        free(parser);
    }
}


/* The parser drops yajl's handle if yajl stopped within a body, or has taken
 * much memory for strings with escapes. */

static void
mt_json_parser_keep(mt_json_parser_t *parser, mt_status_t status)
{
    if (status != MT_OK || parser->memory.taken > MT_PARSER_KEPT) {
        parser->yajl = NULL;
        parser->memory.taken = 0;
        mt_arena_reset(parser->memory.arena);
    }
}


mt_status_t
mt_json_decode(mt_json_decode_t *d, mt_str_t body,
    const mt_json_table_t *table, void *object)
{
    mt_str_t          text;
    mt_status_t       status;
    mt_json_parser_t  *p, own;

    status = mt_json_check_body(body, &text);

    if (status != MT_OK) {
        return status;
    }

    p = d->parser;

    if (p == NULL) {
        p = &own;
        p->yajl = NULL;
        mt_json_memory_init(&p->memory, d->arena);
    }

    p->d = d;
    p->body = text;
    p->table = table;
    p->object = object;
    p->pairs_size = 0;
    p->status = MT_OK;
    p->closed = 0;
    p->skip = 0;
    p->n = 0;

    status = mt_json_parse(p);

    if (d->parser) {
        mt_json_parser_keep(d->parser, status);
    }

    return status;
}

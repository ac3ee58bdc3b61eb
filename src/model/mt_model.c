
#include "model/mt_model.h"


#define MT_NUMBER_MAX    63
#define MT_RECORD_DEPTH  8       /* depth of records in records */


/*
 * The size of a kind's variable; for lists the kind and size of an item, where
 * the model gives the size of an OBJ.
 */

typedef struct {
    uint8_t  size;
    uint8_t  item;
    uint8_t  item_size;
} mt_kind_info_t;


static int mt_is_empty(const void *value);
static size_t mt_item_size(const mt_field_t *field);
static void mt_encode_int(mt_buf_t *buf, const mt_field_t *field,
    int64_t value);
static void mt_encode_str(mt_buf_t *buf, const mt_field_t *field,
    mt_str_t value);
static void mt_encode_value(mt_buf_t *buf, const mt_field_t *field,
    const void *value, mt_encode_mode_t mode);
static void mt_encode_item(mt_buf_t *buf, unsigned kind,
    const mt_model_t *sub, const void *item, mt_encode_mode_t mode);
static void mt_encode_nested(mt_buf_t *buf, const mt_model_t *model,
    const void *object, mt_encode_mode_t mode);
static mt_status_t mt_decode_object(mt_str_t record, const mt_model_t *model,
    uint64_t wanted, void *object, mt_arena_t *arena, unsigned depth);
static const uint8_t *mt_decode_varint(const uint8_t *p, const uint8_t *end,
    uint64_t *value);
static mt_status_t mt_decode_value(mt_reader_t *r, const mt_field_t *field,
    void *value, mt_arena_t *arena, unsigned depth);
static mt_status_t mt_decode_list(mt_reader_t *r, const mt_field_t *field,
    void *value, mt_arena_t *arena, unsigned depth);
static mt_status_t mt_decode_item(mt_reader_t *r, unsigned kind,
    const mt_model_t *sub, void *item, mt_arena_t *arena, unsigned depth);
static void mt_skip_value(mt_reader_t *r, unsigned kind);
static mt_status_t mt_check_length(const mt_field_t *field, mt_str_t s);
static mt_status_t mt_check_count(const mt_field_t *field, const void *value);
static mt_status_t mt_check_given(const mt_model_t *model,
    const void *object);


static const mt_kind_info_t  mt_kinds[] = {
    [MT_NONE] = { 0, MT_NONE, 0 },
    [MT_INT]  = { sizeof(int64_t), MT_NONE, 0 },
    [MT_STR]  = { sizeof(mt_str_t), MT_NONE, 0 },
    [MT_INTS] = { sizeof(mt_ints_t), MT_INT, sizeof(int64_t) },
    [MT_STRS] = { sizeof(mt_strs_t), MT_STR, sizeof(mt_str_t) },
    [MT_OBJ]  = { sizeof(void *), MT_NONE, 0 },
    [MT_OBJS] = { sizeof(mt_objs_t), MT_OBJ, 0 },
};


/* A tag has three bits for the kind. */
_Static_assert(mt_nitems(mt_kinds) <= 8, "a kind must fit its bits");

/* mt_is_empty() and the lists below rely on this. */
_Static_assert(sizeof(size_t) == 8 && sizeof(void *) == 8
               && offsetof(mt_str_t, len) == 0
               && offsetof(mt_objs_t, n) == 0
               && sizeof(mt_ints_t) == sizeof(mt_objs_t)
               && sizeof(mt_strs_t) == sizeof(mt_objs_t),
               "every kind begins with 64 bits that are 0 when it is empty, "
               "and all lists look alike");


static int
mt_is_empty(const void *value)
{
    uint64_t  first;

    memcpy(&first, value, sizeof(first));

    return first == 0;
}


static size_t
mt_item_size(const mt_field_t *field)
{
    return field->sub ? field->sub->size : mt_kinds[field->kind].item_size;
}


static inline uint64_t
mt_tag(const mt_field_t *field)
{
    return (uint64_t) field->number << 3 | field->kind;
}


void
mt_record_encode(mt_buf_t *buf, const mt_model_t *model, const void *object,
    mt_encode_mode_t mode)
{
    uint64_t           given, left;
    const char        *value;
    const mt_field_t  *field;

    given = 0;

    if (mode == MT_ENCODE_GIVEN) {
        memcpy(&given, object, sizeof(given));
    }

    for (left = model->used; left; left &= left - 1) {
        field = &model->fields[__builtin_ctzll(left)];
        value = (const char *) object + field->offset;

        if (mt_is_empty(value) && !(given >> field->number & 1)) {
            continue;
        }

        /* nearly all fields are of these two kinds */

        if (field->kind == MT_INT) {
            mt_encode_int(buf, field, *(const int64_t *) value);

        } else if (field->kind == MT_STR) {
            mt_encode_str(buf, field, *(const mt_str_t *) value);

        } else {
            mt_buf_varint(buf, mt_tag(field));
            mt_encode_value(buf, field, value, mode);
        }
    }
}


void
mt_record_encode_last(mt_buf_t *buf, const mt_field_t *field,
    const mt_model_t *model, const void *object, mt_encode_mode_t mode)
{
    size_t  before, at;

    before = buf->len;
    mt_buf_varint(buf, mt_tag(field));

    at = buf->len;
    mt_encode_nested(buf, model, object, mode);

    /* the length alone, which is 0 */

    if (buf->len == at + 1) {
        buf->len = before;
    }
}


static void
mt_encode_int(mt_buf_t *buf, const mt_field_t *field, int64_t value)
{
    char  *p;

    p = mt_buf_reserve(buf, 2 * MT_VARINT_MAX);

    if (p) {
        p = mt_put_varint(p, mt_tag(field));
        p = mt_put_varint(p, mt_zigzag(value));
        buf->len = (size_t) (p - buf->data);
    }
}


static void
mt_encode_str(mt_buf_t *buf, const mt_field_t *field, mt_str_t value)
{
    char  *p;

    p = mt_buf_reserve(buf, 2 * MT_VARINT_MAX + value.len);

    if (p) {
        p = mt_put_varint(p, mt_tag(field));
        p = mt_put_varint(p, value.len);

        if (value.len) {
            p = mempcpy(p, value.data, value.len);
        }

        buf->len = (size_t) (p - buf->data);
    }
}


/* An object or a list. */

static void
mt_encode_value(mt_buf_t *buf, const mt_field_t *field, const void *value,
    mt_encode_mode_t mode)
{
    size_t       i, size;
    mt_objs_t    list;
    const void  *object;

    if (field->kind == MT_OBJ) {
        memcpy(&object, value, sizeof(object));
        mt_encode_nested(buf, field->sub, object, mode);
        return;
    }

    memcpy(&list, value, sizeof(list));
    mt_buf_varint(buf, list.n);
    size = mt_item_size(field);

    for (i = 0; i < list.n; i++) {
        mt_encode_item(buf, mt_kinds[field->kind].item, field->sub,
                       (const char *) list.v + i * size, mode);
    }
}


static void
mt_encode_item(mt_buf_t *buf, unsigned kind, const mt_model_t *sub,
    const void *item, mt_encode_mode_t mode)
{
    const mt_str_t  *s;

    switch (kind) {

    case MT_INT:
        mt_buf_zigzag(buf, *(const int64_t *) item);
        break;

    case MT_STR:
        s = item;
        mt_buf_varint(buf, s->len);
        mt_buf_str(buf, *s);
        break;

    default: /* MT_OBJ */
        mt_encode_nested(buf, sub, item, mode);
    }
}


/*
 * Writes a length and a record; NULL, in patches only, is an empty record.
 * The length mostly takes one byte: the record is written behind one, and
 * moved if the length takes more.
 */

static void
mt_encode_nested(mt_buf_t *buf, const mt_model_t *model, const void *object,
    mt_encode_mode_t mode)
{
    size_t                at, len, more, rest;
    static const uint8_t  room[10];

    at = buf->len;
    mt_buf_byte(buf, 0);

    if (object) {
        mt_record_encode(buf, model, object, mode);
    }

    len = buf->len - at - 1;
    more = 0;

    for (rest = len >> 7; rest; rest >>= 7) {
        more++;
    }

    mt_buf_put(buf, room, more);

    if (buf->failed) {
        return;
    }

    memmove(buf->data + at + 1 + more, buf->data + at + 1, len);

    buf->len = at;
    mt_buf_varint(buf, len);
    buf->len += len;
}


mt_status_t
mt_record_decode(mt_str_t record, const mt_model_t *model, void *object,
    mt_arena_t *arena)
{
    return mt_decode_object(record, model, MT_ALL_FIELDS, object, arena, 0);
}


mt_status_t
mt_record_decode_some(mt_str_t record, const mt_model_t *model,
    uint64_t wanted, void *object, mt_arena_t *arena)
{
    return mt_decode_object(record, model, wanted, object, arena, 0);
}


/* Reads a varint of any length.  Returns the byte behind, or NULL. */

static const uint8_t *
mt_decode_varint(const uint8_t *p, const uint8_t *end, uint64_t *value)
{
    mt_reader_t  r = { p, end, 0 };

    *value = mt_read_varint(&r);

    return r.failed ? NULL : r.pos;
}


/* The same, for numbers that mostly take a byte. */

static inline const uint8_t *
mt_decode_small(const uint8_t *p, const uint8_t *end, uint64_t *value)
{
    if (p < end && *p < 0x80) {
        *value = *p;
        return p + 1;
    }

    if (end - p > 1 && p[1] < 0x80) {
        *value = (*p & 0x7f) | (uint64_t) p[1] << 7;
        return p + 2;
    }

    return mt_decode_varint(p, end, value);
}


/* The same, for numbers that mostly are times, or small. */

static inline const uint8_t *
mt_decode_large(const uint8_t *p, const uint8_t *end, uint64_t *value)
{
    const uint8_t  *next;

    if (p < end && *p < 0x80) {
        *value = *p;
        return p + 1;
    }

    next = mt_varint_word(p, end, value);

    return next ? next : mt_decode_varint(p, end, value);
}


/* Skips a field that is not wanted.  Returns the byte behind, or NULL. */

static const uint8_t *
mt_decode_past(const uint8_t *p, const uint8_t *end, unsigned kind)
{
    uint64_t     n;
    mt_reader_t  r = { p, end, 0 };

    switch (kind) {

    case MT_INT:
        return mt_decode_large(p, end, &n);

    case MT_STR:
        p = mt_decode_small(p, end, &n);

        return p && n <= (uint64_t) (end - p) ? p + n : NULL;

    default:
        mt_skip_value(&r, kind);

        return r.failed ? NULL : r.pos;
    }
}


/* Numbers ascend: nothing is wanted behind the highest one. */

static mt_status_t
mt_decode_object(mt_str_t record, const mt_model_t *model, uint64_t wanted,
    void *object, mt_arena_t *arena, unsigned depth)
{
    char              *place;
    uint64_t           tag, number, last, has, n;
    mt_str_t           s;
    mt_reader_t        r;
    mt_status_t        rc;
    const uint8_t     *p, *end;
    const mt_field_t  *field;

    memset(object, 0, model->size);

    if (depth > MT_RECORD_DEPTH) {
        return MT_STORE_FAILED;
    }

    has = 0;
    last = 0;

    /* an empty string may have NULL data, to which 0 must not be added */

    p = (const uint8_t *) (record.len ? record.data : "");
    end = p + record.len;

    while (p < end) {
        p = mt_decode_small(p, end, &tag);

        number = tag >> 3;

        if (p == NULL || number - 1 - last >= MT_NUMBER_MAX - last) {
            return MT_STORE_FAILED;
        }

        last = number;

        if (wanted >> number == 0) {
            break;
        }

        field = &model->fields[number];

        if (!(wanted >> number & 1)
            || number >= model->nfields || field->kind == MT_NONE)
        {
            p = mt_decode_past(p, end, tag & 7);

            if (p == NULL) {
                return MT_STORE_FAILED;
            }

            continue;
        }

        if (field->kind != (tag & 7)) {
            return MT_STORE_FAILED;
        }

        place = (char *) object + field->offset;
        has |= 1ULL << number;

        /* nearly all fields are of these two kinds */

        if (field->kind == MT_INT) {
            p = mt_decode_large(p, end, &n);

            if (p == NULL) {
                return MT_STORE_FAILED;
            }

            *(int64_t *) place = mt_unzigzag(n);
            continue;
        }

        if (field->kind == MT_STR) {
            p = mt_decode_small(p, end, &n);

            if (p == NULL || n > (uint64_t) (end - p)) {
                return MT_STORE_FAILED;
            }

            s.len = n;
            s.data = (const char *) p;
            *(mt_str_t *) place = s;
            p += n;
            continue;
        }

        r = (mt_reader_t) { p, end, 0 };
        rc = mt_decode_value(&r, field, place, arena, depth);

        if (rc != MT_OK || r.failed) {
            return rc == MT_OK ? MT_STORE_FAILED : rc;
        }

        p = r.pos;
    }

    memcpy(object, &has, sizeof(has));

    return MT_OK;
}


/* An object or a list. */

static mt_status_t
mt_decode_value(mt_reader_t *r, const mt_field_t *field, void *value,
    mt_arena_t *arena, unsigned depth)
{
    void  *object;

    if (field->kind != MT_OBJ) {
        return mt_decode_list(r, field, value, arena, depth);
    }

    object = mt_arena_take(arena, field->sub->size);
    if (object == NULL) {
        return MT_NO_MEMORY;
    }

    memcpy(value, &object, sizeof(object));

    return mt_decode_item(r, MT_OBJ, field->sub, object, arena, depth);
}


static mt_status_t
mt_decode_list(mt_reader_t *r, const mt_field_t *field, void *value,
    mt_arena_t *arena, unsigned depth)
{
    size_t       i, size;
    uint64_t     n;
    mt_objs_t    list;
    mt_status_t  rc;

    n = mt_read_varint(r);

    /* an item takes a byte at least, so the record's length bounds the
     * allocation */
    if (n > (uint64_t) (r->end - r->pos)) {
        return MT_STORE_FAILED;
    }

    if (n == 0) {
        return MT_OK;
    }

    size = mt_item_size(field);

    list.n = n;
    list.v = mt_arena_take(arena, n * size);
    if (list.v == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0; i < n; i++) {
        rc = mt_decode_item(r, mt_kinds[field->kind].item, field->sub,
                            (char *) list.v + i * size, arena, depth);
        if (rc != MT_OK) {
            return rc;
        }
    }

    memcpy(value, &list, sizeof(list));

    return MT_OK;
}


/* A failure of the reader is found at the end of the object. */

static mt_status_t
mt_decode_item(mt_reader_t *r, unsigned kind, const mt_model_t *sub,
    void *item, mt_arena_t *arena, unsigned depth)
{
    mt_str_t  s;

    if (kind == MT_INT) {
        *(int64_t *) item = mt_read_zigzag(r);
        return MT_OK;
    }

    s = mt_read_bytes(r, mt_read_varint(r));

    if (kind == MT_STR) {
        *(mt_str_t *) item = s;
        return MT_OK;
    }

    return mt_decode_object(s, sub, MT_ALL_FIELDS, item, arena, depth + 1);
}


static void
mt_skip_value(mt_reader_t *r, unsigned kind)
{
    uint64_t  n;

    switch (kind) {

    case MT_INT:
        (void) mt_read_varint(r);
        break;

    case MT_STR:
    case MT_OBJ:
        (void) mt_read_bytes(r, mt_read_varint(r));
        break;

    case MT_INTS:
    case MT_STRS:
    case MT_OBJS:
        for (n = mt_read_varint(r); n && !r->failed; n--) {
            mt_skip_value(r, mt_kinds[kind].item);
        }

        break;

    default:
        r->failed = 1;
        r->pos = r->end;
    }
}


void
mt_patch(void *dst, const mt_model_t *dst_model, const void *src,
    const mt_model_t *src_model, uint64_t mask)
{
    unsigned           i;
    uint64_t           given;
    const mt_field_t  *from, *to;

    memcpy(&given, src, sizeof(given));
    mask &= given;

    for (i = 1; i < src_model->nfields && i < dst_model->nfields; i++) {
        from = &src_model->fields[i];
        to = &dst_model->fields[i];

        if ((mask >> i & 1) && from->kind == to->kind) {
            memcpy((char *) dst + to->offset,
                   (const char *) src + from->offset,
                   mt_kinds[to->kind].size);
        }
    }
}


mt_status_t
mt_check_bounds(const mt_field_t *field, const void *value)
{
    int64_t      n;
    const void  *object;

    switch (field->kind) {

    case MT_INT:
        n = *(const int64_t *) value;
        return n < field->min || n > field->max ? MT_BAD_VALUE : MT_OK;

    case MT_STR:
        return mt_check_length(field, *(const mt_str_t *) value);

    case MT_OBJ:
        memcpy(&object, value, sizeof(object));
        return object ? mt_check_given(field->sub, object) : MT_OK;

    case MT_INTS:
    case MT_STRS:
    case MT_OBJS:
        return mt_check_count(field, value);

    default:
        return MT_BAD_VALUE;
    }
}


/* A code point takes one to four bytes; mostly the bytes alone decide. */

static mt_status_t
mt_check_length(const mt_field_t *field, mt_str_t s)
{
    int64_t  bytes, n;

    bytes = (int64_t) s.len;

    if (bytes <= field->max && bytes >= 4 * field->min) {
        return MT_OK;
    }

    if (bytes / 4 > field->max) {
        return MT_TOO_LONG;
    }

    n = (int64_t) mt_utf8_length(s);

    if (n > field->max) {
        return MT_TOO_LONG;
    }

    return n < field->min ? MT_BAD_VALUE : MT_OK;
}


static mt_status_t
mt_check_count(const mt_field_t *field, const void *value)
{
    size_t       i;
    mt_objs_t    list;
    mt_status_t  rc;

    memcpy(&list, value, sizeof(list));

    if (list.n > (size_t) field->max) {
        return MT_TOO_MANY;
    }

    if (list.n < (size_t) field->min) {
        return MT_BAD_VALUE;
    }

    if (field->kind != MT_OBJS) {
        return MT_OK;
    }

    for (i = 0; i < list.n; i++) {
        rc = mt_check_given(field->sub,
                            (const char *) list.v + i * field->sub->size);
        if (rc != MT_OK) {
            return rc;
        }
    }

    return MT_OK;
}


static mt_status_t
mt_check_given(const mt_model_t *model, const void *object)
{
    unsigned     i;
    uint64_t     given;
    mt_status_t  rc;

    memcpy(&given, object, sizeof(given));

    for (i = 1; i < model->nfields; i++) {
        if (!(given >> i & 1)) {
            continue;
        }

        rc = mt_check_bounds(&model->fields[i],
                             (const char *) object + model->fields[i].offset);
        if (rc != MT_OK) {
            return rc;
        }
    }

    return MT_OK;
}

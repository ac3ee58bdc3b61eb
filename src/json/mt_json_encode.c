
/*
 * Writing JSON.  yajl parses; what it generates goes through a callback for
 * each comma and quote, which took half the time of a long list.  So answers
 * are written here, straight into their buffer, with yajl_gen's grammar: a
 * value where a key is due, a value too many, is an error.
 */

#include "json/mt_json_private.h"


/* answers and their sub-tables are not deep, at most MT_JSON_DEPTH_MAX */
#define MT_JSON_LEVELS  (2 * MT_JSON_DEPTH_MAX)

#define MT_JSON_ESCAPE  6        /* bytes that one takes at most: \u001F */


/* What is due at a level. */

typedef enum {
    MT_DUE_DOCUMENT = 0,
    MT_DUE_NOTHING,
    MT_DUE_FIRST_KEY,
    MT_DUE_KEY,
    MT_DUE_VALUE,
    MT_DUE_FIRST_ITEM,
    MT_DUE_ITEM
} mt_json_due_t;

struct mt_json_writer_s {
    mt_buf_t      *out;
    mt_arena_t    *arena;
    unsigned       depth;
    uint8_t        due[MT_JSON_LEVELS];
};


static char *mt_json_value(mt_json_writer_t *w, size_t len);
static void mt_json_close(mt_json_writer_t *w, unsigned first, unsigned more,
    char bracket);
static size_t mt_json_plain(mt_str_t s);
static char *mt_json_escape(char *p, mt_str_t s);


/* what follows the backslash; 0: nothing needs one, 'u': four digits */

static const char  mt_json_escapes[256] = {
    [0 ... 7] = 'u', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', [11] = 'u',
    ['\f'] = 'f', ['\r'] = 'r', [14 ... 31] = 'u',
    ['"'] = '"', ['\\'] = '\\'
};


mt_json_writer_t *
mt_json_writer(mt_arena_t *arena, mt_buf_t *out)
{
    mt_json_writer_t  *w;

    w = mt_arena_alloc(arena, sizeof(mt_json_writer_t));

    if (w) {
        w->out = out;
        w->arena = arena;
    }

    return w;
}


/* Half of what is not JSON must not go out. */

static inline void
mt_json_fail(mt_json_writer_t *w)
{
    w->out->failed = 1;
}


/* Room for a value or a key of so many bytes, with what stands between it and
 * the one before; NULL where none is due, or without memory.  The buffer ends
 * where mt_json_end() is told. */

static inline char *
mt_json_room(mt_json_writer_t *w, size_t len, int comma, mt_json_due_t due)
{
    char  *p;

    p = mt_buf_reserve(w->out, len + 1);

    if (p) {
        w->due[w->depth] = (uint8_t) due;

        if (comma) {
            *p++ = ',';
        }
    }

    return p;
}


static char *
mt_json_value(mt_json_writer_t *w, size_t len)
{
    switch (w->due[w->depth]) {

    case MT_DUE_VALUE:
        return mt_json_room(w, len, 0, MT_DUE_KEY);

    case MT_DUE_FIRST_ITEM:
        return mt_json_room(w, len, 0, MT_DUE_ITEM);

    case MT_DUE_ITEM:
        return mt_json_room(w, len, 1, MT_DUE_ITEM);

    case MT_DUE_DOCUMENT:
        return mt_json_room(w, len, 0, MT_DUE_NOTHING);

    default:
        mt_json_fail(w);
        return NULL;
    }
}


static inline void
mt_json_end(mt_json_writer_t *w, const char *p)
{
    w->out->len = (size_t) (p - w->out->data);
}


static void
mt_json_text(mt_json_writer_t *w, const char *text, size_t len)
{
    char  *p;

    p = mt_json_value(w, len);

    if (p) {
        memcpy(p, text, len);
        mt_json_end(w, p + len);
    }
}


static void
mt_json_open(mt_json_writer_t *w, mt_json_due_t due, const char *bracket)
{
    if (w->depth + 1 == MT_JSON_LEVELS) {
        mt_json_fail(w);
        return;
    }

    mt_json_text(w, bracket, 1);

    w->depth++;
    w->due[w->depth] = (uint8_t) due;
}


static void
mt_json_close(mt_json_writer_t *w, unsigned first, unsigned more,
    char bracket)
{
    unsigned  due;

    due = w->due[w->depth];

    if (due != first && due != more) {
        mt_json_fail(w);
        return;
    }

    w->depth--;
    mt_buf_byte(w->out, (uint8_t) bracket);
}


void
mt_json_open_object(mt_json_writer_t *w)
{
    mt_json_open(w, MT_DUE_FIRST_KEY, "{");
}


void
mt_json_close_object(mt_json_writer_t *w)
{
    mt_json_close(w, MT_DUE_FIRST_KEY, MT_DUE_KEY, '}');
}


void
mt_json_open_list(mt_json_writer_t *w)
{
    mt_json_open(w, MT_DUE_FIRST_ITEM, "[");
}


void
mt_json_close_list(mt_json_writer_t *w)
{
    mt_json_close(w, MT_DUE_FIRST_ITEM, MT_DUE_ITEM, ']');
}


/* Our own, or of a table: nothing in it needs to be escaped. */

void
mt_json_name(mt_json_writer_t *w, const char *name, size_t len)
{
    char      *p;
    unsigned   due;

    due = w->due[w->depth];

    if (due != MT_DUE_FIRST_KEY && due != MT_DUE_KEY) {
        mt_json_fail(w);
        return;
    }

    p = mt_json_room(w, len + 3, due == MT_DUE_KEY, MT_DUE_VALUE);

    if (p) {
        *p++ = '"';
        p = mempcpy(p, name, len);
        *p++ = '"';
        *p++ = ':';
        mt_json_end(w, p);
    }
}


void
mt_json_string(mt_json_writer_t *w, mt_str_t s)
{
    char    *p;
    size_t   plain;

    plain = mt_json_plain(s);
    p = mt_json_value(w, 2 + plain + MT_JSON_ESCAPE * (s.len - plain));

    if (p == NULL) {
        return;
    }

    *p++ = '"';

    if (plain) {
        p = mempcpy(p, s.data, plain);
    }

    if (plain < s.len) {
        s.data += plain;
        s.len -= plain;
        p = mt_json_escape(p, s);
    }

    *p++ = '"';
    mt_json_end(w, p);
}


/* How many bytes, from the first on, need no escape. */

static size_t
mt_json_plain(mt_str_t s)
{
    size_t  i;

    for (i = 0; i < s.len; i++) {
        if (mt_json_escapes[(uint8_t) s.data[i]]) {
            break;
        }
    }

    return i;
}


static char *
mt_json_escape(char *p, mt_str_t s)
{
    char     how;
    size_t   i;
    uint8_t  c;

    static const char  hex[] = "0123456789ABCDEF";

    for (i = 0; i < s.len; i++) {
        c = (uint8_t) s.data[i];
        how = mt_json_escapes[c];

        if (how == 0) {
            *p++ = (char) c;
            continue;
        }

        *p++ = '\\';
        *p++ = how;

        if (how == 'u') {
            *p++ = '0';
            *p++ = '0';
            *p++ = hex[c >> 4];
            *p++ = hex[c & 15];
        }
    }

    return p;
}


void
mt_json_int(mt_json_writer_t *w, int64_t value)
{
    char  *p;

    p = mt_json_value(w, MT_DIGITS);

    if (p) {
        mt_json_end(w, p + mt_digits(p, value).len);
    }
}


void
mt_json_bool(mt_json_writer_t *w, int value)
{
    mt_json_number(w, value ? MT_STR("true") : MT_STR("false"));
}


void
mt_json_null(mt_json_writer_t *w)
{
    mt_json_number(w, MT_STR("null"));
}


void
mt_json_number(mt_json_writer_t *w, mt_str_t text)
{
    mt_json_text(w, text.data, text.len);
}


void
mt_json_joined(mt_json_writer_t *w, const mt_strs_t *list)
{
    size_t    i;
    mt_buf_t  joined;
    mt_str_t  s;

    mt_buf_init(&joined, w->arena, 0);

    for (i = 0; i < list->n; i++) {
        if (i > 0) {
            mt_buf_byte(&joined, ',');
        }

        mt_buf_str(&joined, list->v[i]);
    }

    if (joined.failed) {
        mt_json_fail(w);
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


/* Most are numbers and strings as they are: without a way through a form. */

static void
mt_json_member(mt_json_writer_t *w, const mt_json_member_t *member,
    const void *src)
{
    size_t            i;
    const mt_objs_t  *list;

    if (member->how == NULL && member->field->kind == MT_INT) {
        mt_json_int(w, *(const int64_t *) src);
        return;
    }

    if (member->how == NULL && member->field->kind == MT_STR) {
        mt_json_string(w, *(const mt_str_t *) src);
        return;
    }

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

        mt_json_name(w, member->wire, mt_json_length(table, i));

        if (member->flags & MT_JSON_INLINE) {
            mt_json_object(w, member->sub, object);
            continue;
        }

        mt_json_member(w, member, (const char *) object + member->base
                                  + member->field->offset);
    }
}

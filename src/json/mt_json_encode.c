
/*
 * The encoder writes answers straight into their buffer.  yajl only parses:
 * its generator makes a callback for each comma and quote, which took half the
 * time of a long list.  The encoder knows at each level which token is due; a
 * value in place of a key, or a second document, is an error.
 */

#include "json/mt_json_private.h"


/* Levels that may be open: answers stay within MT_JSON_DEPTH_MAX. */
#define MT_JSON_LEVELS  (2 * MT_JSON_DEPTH_MAX)

#define MT_JSON_ESCAPE  6        /* bytes of the longest escape: \u001F */


/* Sixteen bytes, in a vector register if the machine has them. */

typedef uint8_t  mt_bytes_t __attribute__((vector_size(16)));
typedef int8_t   mt_marks_t __attribute__((vector_size(16)));

/* The token that is due at a level. */

typedef enum {
    MT_DUE_DOCUMENT = 0,
    MT_DUE_NOTHING,
    MT_DUE_FIRST_KEY,
    MT_DUE_KEY,
    MT_DUE_VALUE,
    MT_DUE_FIRST_ITEM,
    MT_DUE_ITEM
} mt_json_due_t;

/* Values of mt_json_key_t's form. */

enum {
    MT_FORM_INT,
    MT_FORM_STR,
    MT_FORM_NONE,            /* the member is not written */
    MT_FORM_OTHER            /* mt_json_member() writes it */
};

/* Bytes of the longest key with its value, without the bytes of a string. */
#define MT_JSON_KEY  (sizeof(((mt_json_key_t *) NULL)->text) + MT_DIGITS)

struct mt_json_writer_s {
    mt_buf_t      *out;
    mt_arena_t    *arena;
    const mt_zone_t  *zone;
    unsigned       depth;
    uint8_t        due[MT_JSON_LEVELS];
};


static char *mt_json_value(mt_json_writer_t *w, size_t len);
static void mt_json_close(mt_json_writer_t *w, unsigned first, unsigned more,
    char bracket);
static void mt_json_escaped(mt_json_writer_t *w, mt_str_t s);
static char *mt_json_escape(char *p, mt_str_t s);
static void mt_json_key_prepare(mt_json_key_t *key,
    const mt_json_member_t *member);
static void mt_json_member(mt_json_writer_t *w,
    const mt_json_member_t *member, const void *object);


/* By byte: the character after the backslash, 'u' for \u00XX, 0 if the byte
 * needs no escape. */

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


void
mt_json_zone(mt_json_writer_t *w, const mt_zone_t *zone)
{
    w->zone = zone;
}


const mt_zone_t *
mt_json_zone_of(const mt_json_writer_t *w)
{
    return w->zone;
}


/* The buffer's owner drops the answer: no half of it may leave. */

static inline void
mt_json_fail(mt_json_writer_t *w)
{
    w->out->failed = 1;
}


/* Reserves `len` bytes for a key or a value, writes the comma before it and
 * sets the token that is due after it.  The caller tells mt_json_end() where
 * it ends.  Returns NULL without memory. */

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


/* Reserves `len` bytes for a value.  Returns NULL without memory, or if no
 * value is due, which is an error. */

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


/* Returns 1 if one of the sixteen bytes needs an escape, else 0. */

static inline int
mt_json_any(mt_bytes_t v)
{
    union {
        mt_marks_t  marks;
        uint64_t    halves[2];
    } found;

    found.marks = (v < ' ') | (v == '"') | (v == '\\');

    return (found.halves[0] | found.halves[1]) != 0;
}


/* Returns sixteen bytes made of two words. */

static inline mt_bytes_t
mt_json_pair(uint64_t low, uint64_t high)
{
    mt_bytes_t  v;
    uint64_t    both[2] = { low, high };

    memcpy(&v, both, sizeof(v));

    return v;
}


/*
 * Copies a string and checks it, up to sixteen bytes at a time.  Neither reads
 * nor writes beyond the string: the last step overlaps bytes that are copied
 * already.  Returns 1, or 0 if a byte needs an escape: then the caller
 * overwrites the copy.
 */

static inline int
mt_json_copy(char *p, const char *s, size_t len)
{
    size_t      i;
    uint32_t    a, b;
    uint64_t    c, d;
    mt_bytes_t  v;

    if (len >= sizeof(v)) {

        for (i = 0; i < len - sizeof(v); i += sizeof(v)) {
            memcpy(&v, s + i, sizeof(v));
            memcpy(p + i, &v, sizeof(v));

            if (mt_json_any(v)) {
                return 0;
            }
        }

        memcpy(&v, s + len - sizeof(v), sizeof(v));
        memcpy(p + len - sizeof(v), &v, sizeof(v));

        return !mt_json_any(v);
    }

    if (len >= sizeof(c)) {
        memcpy(&c, s, sizeof(c));
        memcpy(&d, s + len - sizeof(d), sizeof(d));
        memcpy(p, &c, sizeof(c));
        memcpy(p + len - sizeof(d), &d, sizeof(d));

        return !mt_json_any(mt_json_pair(c, d));
    }

    if (len >= sizeof(a)) {
        memcpy(&a, s, sizeof(a));
        memcpy(&b, s + len - sizeof(b), sizeof(b));
        memcpy(p, &a, sizeof(a));
        memcpy(p + len - sizeof(b), &b, sizeof(b));

        c = (uint64_t) b << 32 | a;

        return !mt_json_any(mt_json_pair(c, c));
    }

    for (i = 0; i < len; i++) {
        p[i] = s[i];

        if (mt_json_escapes[(uint8_t) s[i]]) {
            return 0;
        }
    }

    return 1;
}


void
mt_json_string(mt_json_writer_t *w, mt_str_t s)
{
    char     *p;
    uint8_t   due;

    due = w->due[w->depth];
    p = mt_json_value(w, 2 + s.len);

    if (p == NULL) {
        return;
    }

    *p++ = '"';

    if (!mt_json_copy(p, s.data, s.len)) {
        w->due[w->depth] = due;
        mt_json_escaped(w, s);
        return;
    }

    p += s.len;
    *p++ = '"';
    mt_json_end(w, p);
}


/* Writes a string that has a byte to be escaped. */

static void
mt_json_escaped(mt_json_writer_t *w, mt_str_t s)
{
    char  *p;

    p = mt_json_value(w, 2 + MT_JSON_ESCAPE * s.len);

    if (p) {
        *p++ = '"';
        p = mt_json_escape(p, s);
        *p++ = '"';
        mt_json_end(w, p);
    }
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


static inline char *
mt_json_digits(char *p, int64_t value)
{
    if ((uint64_t) value < 10) {
        *p = (char) ('0' + value);
        return p + 1;
    }

    return p + mt_digits(p, value).len;
}


void
mt_json_int(mt_json_writer_t *w, int64_t value)
{
    char  *p;

    p = mt_json_value(w, MT_DIGITS);

    if (p) {
        mt_json_end(w, mt_json_digits(p, value));
    }
}


void
mt_json_bool(mt_json_writer_t *w, int value)
{
    mt_json_raw(w, value ? MT_STR("true") : MT_STR("false"));
}


void
mt_json_null(mt_json_writer_t *w)
{
    mt_json_raw(w, MT_STR("null"));
}


void
mt_json_raw(mt_json_writer_t *w, mt_str_t text)
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


/* Prepares a member's key.  A member whose name is too long for the text, or
 * whose value is neither a plain integer nor a plain string, has
 * MT_FORM_OTHER. */

static void
mt_json_key_prepare(mt_json_key_t *key, const mt_json_member_t *member)
{
    size_t     offset;
    unsigned   kind;
    mt_str_t   name;

    name = mt_cstr(member->wire);
    kind = member->how || member->field == NULL
           || (member->flags & MT_JSON_INLINE)
           ? MT_NONE : member->field->kind;

    if (member->flags & (MT_JSON_ALIAS | MT_JSON_PAYLOAD)) {
        key->form = MT_FORM_NONE;

    } else if ((kind == MT_INT || kind == MT_STR)
               && name.len + 4 <= sizeof(key->text)
               && (size_t) member->base + member->field->offset <= UINT16_MAX)
    {
        offset = (size_t) member->base + member->field->offset;

        key->form = kind == MT_INT ? MT_FORM_INT : MT_FORM_STR;
        key->offset = (uint16_t) offset;
        key->len = (uint8_t) (name.len + 4);
        key->text[0] = ',';
        key->text[1] = '"';
        memcpy(key->text + 2, name.data, name.len);
        memcpy(key->text + 2 + name.len, "\":", 2);

    } else {
        key->form = MT_FORM_OTHER;
    }
}


void
mt_json_table_prepare(const mt_json_table_t *table)
{
    size_t  i;

    for (i = 0; i < table->n; i++) {
        table->lengths[i] = (uint8_t) mt_cstr(table->members[i].wire).len;
        mt_json_key_prepare(&table->keys[i], &table->members[i]);
    }
}


/* Writes the value of a member of any form. */

static void
mt_json_member(mt_json_writer_t *w, const mt_json_member_t *member,
    const void *object)
{
    size_t            i;
    const void       *src;
    const mt_objs_t  *list;

    if (member->flags & MT_JSON_INLINE) {
        mt_json_object(w, member->sub, object);
        return;
    }

    src = (const char *) object + member->base + member->field->offset;

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


/*
 * The fast path of long lists.  Most members are plain integers and strings:
 * they need only the prepared key, the value and the buffer.  All bytes of the
 * key's text are copied, which takes fewer instructions than a copy of its
 * length; the value overwrites the excess.  w->due is set only before a call
 * that reads it, and at the end.
 */

void
mt_json_members(mt_json_writer_t *w, const mt_json_table_t *table,
    const void *object)
{
    char                 *p, *end;
    size_t                i, first;
    mt_str_t              s;
    mt_buf_t             *out;
    const void           *src;
    const mt_json_key_t  *key;

    out = w->out;
    first = w->due[w->depth] == MT_DUE_FIRST_KEY;

    if (!first && w->due[w->depth] != MT_DUE_KEY) {
        w->out->failed |= table->n > 0;
        return;
    }

    p = out->data + out->len;
    end = out->data + out->size;

    for (i = 0; i < table->n; i++) {
        key = &table->keys[i];

        src = (const char *) object + key->offset;
        s.len = 0;

        switch (key->form) {

        case MT_FORM_STR:
            s = *(const mt_str_t *) src;
            /* fall through */

        case MT_FORM_INT:

            if ((size_t) (end - p) < MT_JSON_KEY + s.len) {
                mt_json_end(w, p);
                p = mt_buf_grow(out, MT_JSON_KEY + s.len);

                if (p == NULL) {
                    return;
                }

                end = out->data + out->size;
            }

            /* the first member of an object has no comma: its text is copied
             * from the second byte on */

            memcpy(p, (const char *) key + first, sizeof(key->text));
            p += key->len - first;
            first = 0;

            if (key->form == MT_FORM_INT) {
                p = mt_json_digits(p, *(const int64_t *) src);
                continue;
            }

            *p = '"';

            if (mt_json_copy(p + 1, s.data, s.len)) {
                p += s.len + 2;
                p[-1] = '"';
                continue;
            }

            mt_json_end(w, p);
            w->due[w->depth] = MT_DUE_VALUE;
            mt_json_escaped(w, s);
            break;

        case MT_FORM_NONE:
            continue;

        default:
            mt_json_end(w, p);
            w->due[w->depth] = first ? MT_DUE_FIRST_KEY : MT_DUE_KEY;
            mt_json_key(w, table->members[i].wire);
            mt_json_member(w, &table->members[i], object);
            first = 0;
        }

        if (out->failed) {
            return;
        }

        p = out->data + out->len;
        end = out->data + out->size;
    }

    mt_json_end(w, p);

    if (!first) {
        w->due[w->depth] = MT_DUE_KEY;
    }
}


void
mt_json_written(mt_json_writer_t *w, mt_str_t text)
{
    char           *p;
    mt_json_due_t   due;

    if (text.len == 0) {
        return;
    }

    due = w->due[w->depth];

    switch (due) {

    case MT_DUE_FIRST_KEY:
    case MT_DUE_KEY:
        p = mt_json_room(w, text.len, due == MT_DUE_KEY, MT_DUE_KEY);
        break;

    case MT_DUE_FIRST_ITEM:
    case MT_DUE_ITEM:
        p = mt_json_room(w, text.len, due == MT_DUE_ITEM, MT_DUE_ITEM);
        break;

    default:
        mt_json_fail(w);
        return;
    }

    if (p) {
        memcpy(p, text.data, text.len);
        mt_json_end(w, p + text.len);
    }
}


/*
 * JSON by tables, over yajl's streaming parser.
 *
 * A table lists the members of one JSON object: the wire name, the model field
 * that the member fills (it gives kind and bounds), flags, and a wire form if
 * the plain one will not do.  Requests and answers have separate tables.  A
 * member of the wrong type, out of bounds or missing is always reported with
 * its path; only members that no table names are skipped.
 *
 * A body is MT_BAD_JSON if it contains, anywhere, invalid UTF-8, a lone
 * surrogate escape, NUL, a byte-order mark or nesting deeper than 16, or if it
 * is not exactly one JSON object.  A key that is given twice in an object that
 * a table reads is MT_DUPLICATE_KEY.
 */

#ifndef MT_JSON_H
#define MT_JSON_H

#include "base/mt_zone.h"
#include "model/mt_model.h"


#define MT_JSON_DEPTH_MAX  16


/* A scalar as it stands in the JSON. */

typedef enum {
    MT_JSON_NULL,
    MT_JSON_BOOL,        /* text is "true" or "false" */
    MT_JSON_NUMBER,      /* text as written */
    MT_JSON_STRING       /* text is the decoded string */
} mt_json_type_t;

typedef struct {
    mt_json_type_t  type;
    mt_str_t        text;
} mt_json_value_t;


/*
 * A wire form: how the value of a field is spelled in JSON.
 *
 * read() stores a value, which is never null, into `dst`, a variable of the
 * field's kind.  For a list of scalars it is called for each item with a field
 * of the item's kind, but for a scalar that stands for the whole list
 * ("1,4,6") with the list's own field.  Returns MT_OK, MT_BAD_TYPE,
 * MT_BAD_VALUE or MT_NO_MEMORY.  NULL if the form is only written.
 *
 * write() writes `src`, which may be a whole list, as one JSON value.  NULL if
 * the form is only read.
 */

typedef struct mt_json_writer_s  mt_json_writer_t;

typedef struct {
    const char   *name;
    mt_status_t (*read)(const mt_json_value_t *value, const mt_field_t *field,
                        void *dst, mt_arena_t *arena);
    void        (*write)(mt_json_writer_t *w, const mt_field_t *field,
                         const void *src);
} mt_wire_t;

/* INT: an integer, or a decimal string of it.  STR: a string. */
extern const mt_wire_t  mt_wire_plain;
/* STR from a string; "" is MT_MISSING, also where the member is optional. */
extern const mt_wire_t  mt_wire_filled;
/* STR from a string or an integer: an id in either form. */
extern const mt_wire_t  mt_wire_ref;
/* STRS of ids from one string "1,4,6"; "" is the empty list.  A comma may be
 * full-width, and one may follow the last id.  Blanks around an id are
 * dropped, an empty id is MT_BAD_VALUE. */
extern const mt_wire_t  mt_wire_ref_csv;
/* INT 0/1 as false/true, or a string of the same. */
extern const mt_wire_t  mt_wire_bool;
/* INT, written as a string; read as plain. */
extern const mt_wire_t  mt_wire_int_string;
/* INT of milliseconds since 1970 as ISO 8601, "2026-12-01T20:00:00+08:00": in
 * the writer's zone, with milliseconds unless they are 0; 0 is null.  Read
 * from a string with seconds or without, with a fraction or without, and with
 * "Z" or an offset; or from an integer of milliseconds, or a string of one. */
extern const mt_wire_t  mt_wire_iso;
/* INT of a local day, "2026-12-01": noon of that day in UTC, from which a
 * dialect makes an instant in the zone of its settings.  Is only read. */
extern const mt_wire_t  mt_wire_day;
/* INT of milliseconds as seconds. */
extern const mt_wire_t  mt_wire_seconds;
/* INT of 1e-6 units as a decimal fraction with six digits; read from a number
 * or a string of it, half a unit is rounded away from zero. */
extern const mt_wire_t  mt_wire_micro;
/* STR, written as null if it is empty. */
extern const mt_wire_t  mt_wire_null_if_empty;
/* A constant, for members that a vendor lists and no record holds. */
extern const mt_wire_t  mt_wire_always_null;
extern const mt_wire_t  mt_wire_always_empty;      /* "" */
extern const mt_wire_t  mt_wire_always_zero;
extern const mt_wire_t  mt_wire_always_one;


/* A word of an enumeration and its value, for the forms of a dialect. */

typedef struct {
    mt_str_t  word;
    int64_t   value;
} mt_word_t;

/* Looks up a word among n.  Returns MT_OK with the word's value in *dst,
 * MT_BAD_TYPE if the JSON value is no string, MT_BAD_VALUE if the word is not
 * among them. */
mt_status_t mt_wire_word(const mt_json_value_t *value, int64_t *dst,
    const mt_word_t *words, size_t n);


typedef struct mt_json_table_s  mt_json_table_t;

typedef struct {
    const char             *wire;
    const mt_field_t       *field;
    uint16_t                base;     /* of the field's structure, in bytes */
    uint16_t                flags;    /* MT_JSON_* below */
    const mt_wire_t        *how;      /* NULL: mt_wire_plain */
    const mt_json_table_t  *sub;      /* of OBJ and OBJS */
} mt_json_member_t;

/* A prepared key: how mt_json_members() writes a member. */

typedef struct {
    char      text[28];               /* the bytes of `,"name":` */
    uint16_t  offset;                 /* of the value in the object */
    uint8_t   form;                   /* MT_FORM_*: mt_json_encode.c */
    uint8_t   len;                    /* of text */
} mt_json_key_t;

/* A constructor fills lengths and keys from the members when the program or
 * the module is loaded; afterwards any thread may read the table. */

struct mt_json_table_s {
    const mt_json_member_t  *members;
    size_t                   n;
    uint8_t                 *lengths;   /* of the wire names, in bytes */
    mt_json_key_t           *keys;
};

/* Fills a table's lengths and keys.  Called by MT_JSON_TABLE() alone. */
void mt_json_table_prepare(const mt_json_table_t *table);

/* The member must be there and not be null. */
#define MT_JSON_REQUIRED    0x01
/* An empty string counts as not given: with REQUIRED, as missing. */
#define MT_JSON_FILLED      0x02
/* Another spelling of the member before it: fills the same field and satisfies
 * that member's REQUIRED. */
#define MT_JSON_ALIAS       0x04
/* The member is read with the payload's table into the payload's object: see
 * mt_json_decode_t. */
#define MT_JSON_PAYLOAD     0x08
/* An object whose members, by `sub`, fill the structure of the table that the
 * member stands in; the member has no field. */
#define MT_JSON_INLINE      0x10

/* The value is a secret, such as a token, and must not stand in logs. */
#define MT_JSON_SECRET      0x20

/* The most members of a table: the decoder keeps a bit for each. */
#define MT_JSON_MEMBERS_MAX  64

#define MT_JSON_TABLE_AS(storage, name, ...)                                  \
    static const mt_json_member_t  name##_members[] = { __VA_ARGS__ };        \
    static uint8_t  name##_lengths[mt_nitems(name##_members)];                \
    static mt_json_key_t  name##_keys[mt_nitems(name##_members)];             \
    _Static_assert(mt_nitems(name##_members) <= MT_JSON_MEMBERS_MAX, #name);  \
    storage const mt_json_table_t  name = {                                   \
        name##_members, mt_nitems(name##_members), name##_lengths,            \
        name##_keys                                                           \
    };                                                                        \
    __attribute__((constructor))                                              \
    static void name##_prepare(void) { mt_json_table_prepare(&name); }        \
    _Static_assert(1, "takes the semicolon")

#define MT_JSON_TABLE(name, ...)                                              \
    MT_JSON_TABLE_AS(static, name, __VA_ARGS__)

/* A table that a header declares for other files. */
#define MT_JSON_EXTERN_TABLE(name, ...)                                       \
    MT_JSON_TABLE_AS(, name, __VA_ARGS__)


/*
 * Decoding.  `object`, of the structure that the table's fields belong to,
 * must be zeroed; the decoder sets its `has` bits.  A member that is null or
 * absent leaves its field alone.  Strings point into the body or the arena.
 * Members that mt_json_set_text() has set before count as given; the body's
 * replace them.
 *
 * An envelope such as weclubs' flags one member with MT_JSON_PAYLOAD.  It is
 * decoded with payload_table into payload_object, and each scalar member of
 * it, known or not, is also listed in `pairs` in the order of the body: the
 * signature covers all of them.
 *
 * An error of a field does not stop the decoding: `error` keeps the first one,
 * the rest of the body is still checked and collected, so that a dialect can
 * judge the signature before the fields.  A body that is not JSON stops it at
 * once (MT_BAD_JSON).  A missing member is reported only if there is no other
 * error; of several, the first in the table's order.
 */

typedef struct {
    mt_str_t         key;
    mt_json_value_t  value;
} mt_json_pair_t;

/* A parser keeps yajl's handle from one body to the next.  It decodes one body
 * at a time. */

typedef struct mt_json_parser_s  mt_json_parser_t;

/* Returns NULL without memory. */
mt_json_parser_t *mt_json_parser_create(void);
void mt_json_parser_destroy(mt_json_parser_t *parser);


/* The caller zeroes the structure and sets the members marked "in". */

typedef struct {
    mt_arena_t             *arena;           /* in */
    mt_json_parser_t       *parser;          /* in; NULL: one for this body */
    const mt_json_table_t  *payload_table;   /* in, or NULL */
    void                   *payload_object;  /* in */

    mt_error_t              error;           /* the first error or MT_OK */
    mt_error_t              payload_error;   /* the same, of the payload; paths
                                                begin inside it ("user_id") */
    int                     payload_seen;    /* 0 absent, 1 null, 2 object */
    int                     payload_nested;  /* a member of the payload is an
                                                object or a list */
    mt_str_t                payload_nested_key;   /* the first such */
    mt_json_pair_t         *pairs;
    size_t                  npairs;
} mt_json_decode_t;

/* Decodes a body by a table into the object; errors of members stand in
 * d->error.  Returns MT_OK, or for the body as a whole MT_BAD_JSON, MT_EMPTY
 * (nothing but white space) or MT_NO_MEMORY. */
mt_status_t mt_json_decode(mt_json_decode_t *d, mt_str_t body,
    const mt_json_table_t *table, void *object);

/* Sets a member from a query string or a form: the text is read as a JSON
 * string would be, for a list of strings as by mt_wire_ref_csv.  Must be
 * called before mt_json_decode(), which finds missing members (without a body,
 * of "{}").  Returns MT_OK, also if the table lacks the name, or the error of
 * the member, which d->error keeps if it is the first. */
mt_status_t mt_json_set_text(mt_json_decode_t *d, const mt_json_table_t *table,
    void *object, mt_str_t name, mt_str_t text);

/* Words an error that the domain found in the field `number` of a model.
 * Returns the field's path in the table ("detail.members"), "" if the table
 * lacks it or without memory. */
mt_str_t mt_json_wire_path(mt_arena_t *arena, const mt_json_table_t *table,
    const mt_model_t *model, unsigned number);


/*
 * Encoding.  A writer appends to a buffer, which may be taken away and emptied
 * between calls (streaming).  The writer lives in the arena, so an answer may
 * break off anywhere.  A call that would not give JSON (a value in place of a
 * key) sets out->failed and writes nothing.
 */

/* Returns NULL without memory. */
mt_json_writer_t *mt_json_writer(mt_arena_t *arena, mt_buf_t *out);

/* Sets the zone in which mt_wire_iso shows times; NULL, as at first, for
 * UTC. */
void mt_json_zone(mt_json_writer_t *w, const mt_zone_t *zone);

void mt_json_open_object(mt_json_writer_t *w);
void mt_json_close_object(mt_json_writer_t *w);
void mt_json_open_list(mt_json_writer_t *w);
void mt_json_close_list(mt_json_writer_t *w);
/* Writes a key as it is: it must need no escape. */
void mt_json_name(mt_json_writer_t *w, const char *name, size_t len);

static inline void
mt_json_key(mt_json_writer_t *w, const char *key)
{
    mt_str_t  s;

    s = mt_cstr(key);
    mt_json_name(w, s.data, s.len);
}

void mt_json_string(mt_json_writer_t *w, mt_str_t s);
void mt_json_int(mt_json_writer_t *w, int64_t value);
void mt_json_bool(mt_json_writer_t *w, int value);
void mt_json_null(mt_json_writer_t *w);
/* Writes a value whose JSON text is known. */
void mt_json_raw(mt_json_writer_t *w, mt_str_t text);

/* Writes members of an object, or items of a list, whose text is known. */
void mt_json_written(mt_json_writer_t *w, mt_str_t text);

/* Writes the members of `object` that the table lists, in its order, without
 * braces around them; nested OBJ and OBJS have theirs. */
void mt_json_members(mt_json_writer_t *w, const mt_json_table_t *table,
    const void *object);

#endif /* MT_JSON_H */

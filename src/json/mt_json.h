
/*
 * JSON by tables, over yajl's streaming parser.
 *
 * A table lists the members of one JSON object: wire name, the model field it
 * is (kind and bounds come from there), flags, and a converter where the wire
 * form is not the plain one.  Requests and answers have tables of their own.
 * A member of the wrong type, out of bounds or missing is found with its path,
 * always; nothing is silently skipped but members that no table names.
 *
 * Refused as MT_BAD_JSON wherever they stand in the body: invalid UTF-8, lone
 * surrogate escapes, NUL, a byte-order mark, nesting deeper than 16, anything
 * but one JSON object; a key given twice in an object that a table reads is
 * MT_DUPLICATE_KEY.
 */

#ifndef MT_JSON_H
#define MT_JSON_H

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
 * A wire form.  read(): value is never null; stores into `dst` (a variable of
 * the field's kind) and returns MT_OK, MT_BAD_TYPE, MT_BAD_VALUE or
 * MT_NO_MEMORY.  For a list of scalars it is called for each item, with a
 * field of the item's kind; with the list's own field for a scalar that
 * stands for the whole list ("1,4,6").  write(): one JSON value for `src`, a
 * whole list too; NULL where a form is only read.
 */

typedef struct mt_json_writer_s  mt_json_writer_t;

typedef struct {
    const char   *name;
    mt_status_t (*read)(const mt_json_value_t *value, const mt_field_t *field,
                        void *dst, mt_arena_t *arena);
    void        (*write)(mt_json_writer_t *w, const mt_field_t *field,
                         const void *src);
} mt_wire_t;

/* INT: an integer or the same as a decimal string.  STR: a string. */
extern const mt_wire_t  mt_wire_plain;
/* STR from a string or an integer: an id in either form. */
extern const mt_wire_t  mt_wire_ref;
/* STRS of ids from one string "1,4,6"; "" is the empty list.  Blanks around
 * an id are dropped, an empty one is MT_BAD_VALUE. */
extern const mt_wire_t  mt_wire_ref_csv;
/* INT 0/1 as false/true, or a string of the same. */
extern const mt_wire_t  mt_wire_bool;
/* INT written as a string; read as plain. */
extern const mt_wire_t  mt_wire_int_string;
/* INT of milliseconds as seconds. */
extern const mt_wire_t  mt_wire_seconds;
/* INT of 1e-6 units as a decimal fraction with six digits; read from a number
 * or a string of the same, half a unit is rounded away from zero. */
extern const mt_wire_t  mt_wire_micro;
/* STR written as null when empty. */
extern const mt_wire_t  mt_wire_null_if_empty;
/* Always the same, for members that a vendor lists and no record holds. */
extern const mt_wire_t  mt_wire_always_null;
extern const mt_wire_t  mt_wire_always_empty;      /* "" */
extern const mt_wire_t  mt_wire_always_zero;
extern const mt_wire_t  mt_wire_always_one;


/* For forms of one's own: the value of one of a few words.  MT_OK, MT_BAD_TYPE
 * for what is no string, MT_BAD_VALUE for any other word. */

typedef struct {
    mt_str_t  word;
    int64_t   value;
} mt_word_t;

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

/*
 * The form in which a member is written: the bytes of `,"name":`, the kind of
 * its value, and where that is.
 */

typedef struct {
    char      text[28];
    uint16_t  offset;
    uint8_t   form;
    uint8_t   len;
} mt_json_key_t;

/* lengths: of the wire names.  lengths and keys follow from the members: they
 * are filled when the program, or the module, is loaded. */

struct mt_json_table_s {
    const mt_json_member_t  *members;
    size_t                   n;
    uint8_t                 *lengths;
    mt_json_key_t           *keys;
};

/* Fills what follows from a table's members; for MT_JSON_TABLE() alone. */
void mt_json_table_prepare(const mt_json_table_t *table);

/* must be there, not null */
#define MT_JSON_REQUIRED    0x01
/* an empty string counts as not given: with REQUIRED, as missing */
#define MT_JSON_FILLED      0x02
/* another spelling of the member before it: fills the same field, and
 * satisfies that one's REQUIRED */
#define MT_JSON_ALIAS       0x04
/* read with the payload's table into the payload's object (see below) */
#define MT_JSON_PAYLOAD     0x08
/* an object whose members, by `sub`, are of the same structure as the table's
 * own; there is no field */
#define MT_JSON_INLINE      0x10

/* of a table */
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

/* A table that other files know, and declare. */
#define MT_JSON_EXTERN_TABLE(name, ...)                                       \
    MT_JSON_TABLE_AS(, name, __VA_ARGS__)


/*
 * Decoding.  `object` (of the structure that the table's fields belong to)
 * must be zeroed; the decoder sets its `has` bits.  null and absent both leave
 * a field alone.  Strings point into the body or the arena.  Members that
 * mt_json_set_text() has set before count as given; the body's take their
 * place.
 *
 * An envelope such as weclubs' names one member with MT_JSON_PAYLOAD: it is
 * decoded with payload_table into payload_object, and every scalar member of
 * it, known or not, is also listed in `pairs` in document order (the signature
 * is over them all).  payload_nested is set when a member of the payload is
 * an object or array; payload_seen: 0 absent, 1 null, 2 an object.
 *
 * Errors of fields do not stop the decoding: the first stands in `error`, the
 * rest of the body is still checked and collected, so that a dialect can
 * judge the signature before the fields.  A body that is not JSON stops at
 * once (MT_BAD_JSON).  Missing members come after every other error, in table
 * order.
 */

typedef struct {
    mt_str_t         key;
    mt_json_value_t  value;
} mt_json_pair_t;

/* What is kept from one body to the next; may be used for one at a time.  NULL
 * without memory. */

typedef struct mt_json_parser_s  mt_json_parser_t;

mt_json_parser_t *mt_json_parser_create(void);
void mt_json_parser_destroy(mt_json_parser_t *parser);


/* To be zeroed, but for what is marked "in".  Paths in payload_error begin
 * inside the payload ("user_id"). */

typedef struct {
    mt_arena_t             *arena;           /* in */
    mt_json_parser_t       *parser;          /* in, or NULL: one of its own */
    const mt_json_table_t  *payload_table;   /* in, or NULL */
    void                   *payload_object;  /* in */

    mt_error_t              error;           /* out: first error or MT_OK */
    mt_error_t              payload_error;   /* the same, of the payload */
    int                     payload_seen;
    int                     payload_nested;
    mt_str_t                payload_nested_key;   /* the first such */
    mt_json_pair_t         *pairs;
    size_t                  npairs;
} mt_json_decode_t;

/* Returns MT_OK, MT_BAD_JSON, MT_EMPTY (no byte but white space), MT_NO_MEMORY
 * for the body as a whole; errors of members stand in d->error. */
mt_status_t mt_json_decode(mt_json_decode_t *d, mt_str_t body,
    const mt_json_table_t *table, void *object);

/* The same checks for members that come from a query string or a form, but
 * for missing ones: `name` is looked up in the table, the text read as a JSON
 * string would be, and for a list of strings as mt_wire_ref_csv reads it.  A
 * name that the table lacks is MT_OK; errors stand in d->error too.  To be
 * called before mt_json_decode(), which then finds the missing (of a body "{}"
 * if there is none). */
mt_status_t mt_json_set_text(mt_json_decode_t *d, const mt_json_table_t *table,
    void *object, mt_str_t name, mt_str_t text);

/* The path ("detail.members") by which a table knows a model field number; ""
 * if it does not, or without memory.  For wording an error that the domain
 * found. */
mt_str_t mt_json_wire_path(mt_arena_t *arena, const mt_json_table_t *table,
    const mt_model_t *model, unsigned number);


/*
 * Encoding: a writer that appends to a buffer which may be taken away and
 * emptied between calls (streaming).  It lives in the arena: nothing is lost
 * when an answer breaks off.  Calls that would not give JSON (a value where a
 * key is due) set out->failed.
 */

/* NULL without memory. */
mt_json_writer_t *mt_json_writer(mt_arena_t *arena, mt_buf_t *out);

void mt_json_open_object(mt_json_writer_t *w);
void mt_json_close_object(mt_json_writer_t *w);
void mt_json_open_list(mt_json_writer_t *w);
void mt_json_close_list(mt_json_writer_t *w);
/* a key of our own, which needs no escape */
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

/* The members of `object` that the table lists, in its order, without the
 * braces; nested OBJ and OBJS with theirs. */
void mt_json_members(mt_json_writer_t *w, const mt_json_table_t *table,
    const void *object);

#endif /* MT_JSON_H */

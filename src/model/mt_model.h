
/*
 * Models: structures declared once, as a list of fields.  The list gives the C
 * struct, the field numbers and a table, which drives the record codec (here)
 * and the JSON decoder and encoder (json/).
 *
 *     #define MT_DEPT_FIELDS(F, M)                                       \
 *         F(M, 1, INT, num,     0, INT64_MAX, NULL)                      \
 *         F(M, 2, STR, id,      0, MT_ID_MAX, NULL)
 *
 *     MT_DECLARE_MODEL(dept, MT_DEPT_FIELDS);       in a header
 *     MT_DEFINE_MODEL(dept, MT_DEPT_FIELDS);        in one .c file
 *
 * gives mt_dept_t {has, num, id}, MT_dept_num, MT_dept_id, mt_dept_fields[]
 * (indexed by number) and mt_dept_model.
 *
 * F(model, number, kind, name, min, max, sub):
 *     number  1..63, never changed: the tag in stored records and the bit in
 *             `has`; the number of a removed field is not used again;
 *     min/max bounds for all dialects: of an INT's value, of a STR's length in
 *             code points, of a list's length;
 *     sub     the model of an OBJ, or of the elements of OBJS, else NULL.
 *
 * `has` tells "given" from "absent" in a patch: bit n is field number n.  It
 * is 0 in structures that hold state.
 */

#ifndef MT_MODEL_H
#define MT_MODEL_H

#include "model/mt_status.h"


typedef enum {
    MT_NONE = 0,
    MT_INT,          /* int64_t: numbers, booleans, enumerations, times */
    MT_STR,          /* mt_str_t, UTF-8 */
    MT_INTS,         /* mt_ints_t */
    MT_STRS,         /* mt_strs_t */
    MT_OBJ,          /* void *, to a structure of `sub`, NULL when absent */
    MT_OBJS          /* mt_objs_t of structures of `sub` */
} mt_kind_t;

typedef struct {
    size_t    n;
    int64_t  *v;
} mt_ints_t;

typedef struct {
    size_t     n;
    mt_str_t  *v;
} mt_strs_t;

typedef struct {
    size_t   n;
    void    *v;      /* n structures, sub->size bytes apart */
} mt_objs_t;


typedef struct mt_model_s  mt_model_t;

typedef struct {
    const char        *name;
    uint8_t            number;
    uint8_t            kind;
    uint16_t           offset;
    int64_t            min;
    int64_t            max;
    const mt_model_t  *sub;
} mt_field_t;

struct mt_model_s {
    const char        *name;
    const mt_field_t  *fields;      /* indexed by number; unused: no name */
    uint16_t           nfields;     /* highest number + 1 */
    uint16_t           size;        /* of the structure, in bytes */
    uint64_t           used;        /* bit n: field number n exists */
};


#define MT_C_INT   int64_t
#define MT_C_STR   mt_str_t
#define MT_C_INTS  mt_ints_t
#define MT_C_STRS  mt_strs_t
#define MT_C_OBJ   void *
#define MT_C_OBJS  mt_objs_t

#define MT_FIELD_MEMBER(M, n, kind, name, min, max, sub)                      \
    MT_C_##kind  name;

#define MT_FIELD_NUMBER(M, n, kind, name, min, max, sub)                      \
    MT_##M##_##name = n,

#define MT_FIELD_ENTRY(M, n, kind, name, min, max, sub)                       \
    [n] = { #name, n, MT_##kind, offsetof(mt_##M##_t, name), min, max, sub },

#define MT_DECLARE_MODEL(M, FIELDS)                                           \
    typedef struct {                                                          \
        uint64_t  has;                                                        \
        FIELDS(MT_FIELD_MEMBER, M)                                            \
    } mt_##M##_t;                                                             \
    enum { FIELDS(MT_FIELD_NUMBER, M) };                                      \
    extern const mt_field_t  mt_##M##_fields[];                               \
    extern const mt_model_t  mt_##M##_model

#define MT_DEFINE_MODEL(M, FIELDS)                                            \
    const mt_field_t  mt_##M##_fields[] = { FIELDS(MT_FIELD_ENTRY, M) };      \
    const mt_model_t  mt_##M##_model = {                                      \
        #M, mt_##M##_fields, mt_nitems(mt_##M##_fields), sizeof(mt_##M##_t),  \
        0 FIELDS(MT_FIELD_BIT, M)                                             \
    }

/* the table entry of a field, for static initialisers too */
#define MT_FIELD(M, name)         (&mt_##M##_fields[MT_##M##_##name])

/* "given", for fields of patches and requests */
#define MT_BIT(M, name)           (1ULL << MT_##M##_##name)
/* the bits of a list of fields: 0 MT_USER_TEXT_FIELDS(MT_FIELD_BIT, user) */
#define MT_FIELD_BIT(M, n, kind, name, min, max, sub)  | (1ULL << (n))
#define mt_has(p, M, name)        (((p)->has & MT_BIT(M, name)) != 0)
#define mt_set(p, M, name, value)                                             \
    ((p)->name = (value), (p)->has |= MT_BIT(M, name))


/*
 * The record codec.  A record is its fields in ascending number, each a tag
 * (number << 3 | wire kind) and a value: INT zig-zag LEB128; STR length and
 * bytes; a list its count and elements; OBJ length and record.  Equal
 * structures give equal bytes.
 *
 * MT_ENCODE_STATE writes fields that are not 0, empty or NULL; MT_ENCODE_GIVEN
 * also the fields in `has`, so that a patch can set a field to empty.
 */

typedef enum {
    MT_ENCODE_STATE,
    MT_ENCODE_GIVEN
} mt_encode_mode_t;

void mt_record_encode(mt_buf_t *buf, const mt_model_t *model,
    const void *object, mt_encode_mode_t mode);

/* Appends to a record its last field, a STR whose bytes are the record of
 * another object: as if that were encoded first and then copied.  An empty
 * record appends nothing, as in MT_ENCODE_STATE. */
void mt_record_encode_last(mt_buf_t *buf, const mt_field_t *field,
    const mt_model_t *model, const void *object, mt_encode_mode_t mode);

/*
 * Clears the object and fills it from a record of any bytes.  Strings point
 * into `record`, lists are in the arena; `has` gets the fields that the record
 * holds.  Fields of unknown number, of a later build, are skipped.  Returns
 * MT_OK, or MT_STORE_FAILED for a malformed record or without memory.
 */
mt_status_t mt_record_decode(mt_str_t record, const mt_model_t *model,
    void *object, mt_arena_t *arena);

/* The same, for the fields in `wanted` (bits as in `has`) alone.  The record
 * is not checked behind the last of these. */
mt_status_t mt_record_decode_some(mt_str_t record, const mt_model_t *model,
    uint64_t wanted, void *object, mt_arena_t *arena);

#define MT_ALL_FIELDS         UINT64_MAX
#define MT_FIELDS_TO(number)  ((2ULL << (number)) - 1)

/*
 * Copies the fields in src->has and `mask` to the fields of the same number in
 * `dst`, which may be of another model; dst->has does not change.
 */
void mt_patch(void *dst, const mt_model_t *dst_model, const void *src,
    const mt_model_t *src_model, uint64_t mask);

/*
 * Checks a value, a variable of the field's kind, against the field's bounds,
 * and the given fields of structures in it against theirs.  Returns MT_OK,
 * MT_BAD_VALUE (a number out of range, a string or list too short),
 * MT_TOO_LONG or MT_TOO_MANY.
 */
mt_status_t mt_check_bounds(const mt_field_t *field, const void *value);

/* Returns 1 if a number, or a string whatever its code points, is within the
 * bounds; 0 if mt_check_bounds() must decide. */

static inline int
mt_within_bounds(const mt_field_t *field, const void *value)
{
    int64_t  n;

    if (field->kind == MT_STR) {

        /* a code point takes one to four bytes */

        n = (int64_t) ((const mt_str_t *) value)->len;

        return n >= 4 * field->min && n <= field->max;
    }

    n = *(const int64_t *) value;

    return field->kind == MT_INT && n >= field->min && n <= field->max;
}

#endif /* MT_MODEL_H */


/*
 * The key codec: the only place that knows where a part of a stored key lies.
 * Each form of key in mt_schema.h has an encoder, mt_key_FORM(), and a
 * decoder, mt_key_read_FORM(), which are exact inverses.  Values that are bare
 * numbers have a pair each, too.
 *
 * Encoders overwrite *key, which lives on the caller's stack.  Decoders set
 * the parts whose pointers are not NULL, strings as pointers into the key;
 * they set nothing when the key is malformed.  A decoder returns 1, or 0 when
 * the bytes are no such key.
 */

#ifndef MT_KEYS_H
#define MT_KEYS_H

#include "base/mt_base.h"
#include "store/mt_schema.h"


/* bytes of the longest key: C, kind and a string of 100 code points */
#define MT_KEY_MAX  416

typedef struct {
    size_t   len;
    uint8_t  data[MT_KEY_MAX];
} mt_key_t;


/*
 * Parts, for the functions below (and for tests, to make wrong keys): each
 * appends to the key; a number that does not fit is left out, a string is cut.
 */

static inline void
mt_key_init(mt_key_t *key)
{
    key->len = 0;
}


static inline void
mt_key_u8(mt_key_t *key, uint8_t v)
{
    if (key->len < MT_KEY_MAX) {
        key->data[key->len++] = v;
    }
}


static inline void
mt_key_u32(mt_key_t *key, uint32_t v)
{
    if (key->len + 4 <= MT_KEY_MAX) {
        (void) mt_put_u32(key->data + key->len, v);
        key->len += 4;
    }
}


static inline void
mt_key_u64(mt_key_t *key, uint64_t v)
{
    if (key->len + 8 <= MT_KEY_MAX) {
        (void) mt_put_u64(key->data + key->len, v);
        key->len += 8;
    }
}


void mt_key_str(mt_key_t *key, mt_str_t s);


static inline uint32_t
mt_key_u32_at(mt_str_t key, size_t offset)
{
    return mt_get_u32((const uint8_t *) key.data + offset);
}


static inline int64_t
mt_key_i64_at(mt_str_t key, size_t offset)
{
    return (int64_t) mt_get_u64((const uint8_t *) key.data + offset);
}


#define mt_key_part(to, value)                                                \
    do {                                                                      \
        if (to) {                                                             \
            *(to) = (value);                                                  \
        }                                                                     \
    } while (0)


/* The same key in memory of its own, as for a deletion while a cursor is on
 * it.  At most MT_KEY_MAX bytes are copied. */

static inline void
mt_key_copy(mt_key_t *key, mt_str_t from)
{
    mt_key_init(key);
    mt_key_str(key, from);
}


/* The bytes of a key, for as long as it lives. */

static inline mt_str_t
mt_key_text(const mt_key_t *key)
{
    mt_str_t  s = { key->len, (const char *) key->data };

    return s;
}


/* Returns the next number in the order of keys, where INT64_MIN, as 2^63,
 * follows INT64_MAX. */

static inline int64_t
mt_key_after(int64_t num)
{
    return (int64_t) ((uint64_t) num + 1);
}


/* the last number in the order of keys */
#define MT_KEY_LAST  ((int64_t) UINT64_MAX)


/* META */

void mt_key_meta(mt_key_t *key, mt_meta_t which);
int mt_key_read_meta(mt_str_t key, mt_meta_t *which);


/* SERIAL: APPLIED, CREDENTIAL, JOURNAL */

static inline void
mt_key_serial(mt_key_t *key, int64_t serial)
{
    mt_key_init(key);
    mt_key_u64(key, (uint64_t) serial);
}


static inline int
mt_key_read_serial(mt_str_t key, int64_t *serial)
{
    if (key.len != 8) {
        return 0;
    }

    mt_key_part(serial, mt_key_i64_at(key, 0));

    return 1;
}


/* COMPANY; and the prefix of all forms that begin with a company */

static inline void
mt_key_company(mt_key_t *key, uint32_t company)
{
    mt_key_init(key);
    mt_key_u32(key, company);
}


static inline int
mt_key_read_company(mt_str_t key, uint32_t *company)
{
    if (key.len != 4) {
        return 0;
    }

    mt_key_part(company, mt_key_u32_at(key, 0));

    return 1;
}


/* COUNTER */

static inline void
mt_key_counter(mt_key_t *key, uint32_t company, enum mt_name kind)
{
    mt_key_company(key, company);
    mt_key_u8(key, (uint8_t) kind);
}


static inline int
mt_key_read_counter(mt_str_t key, uint32_t *company, unsigned *kind)
{
    if (key.len != 5) {
        return 0;
    }

    mt_key_part(company, mt_key_u32_at(key, 0));
    mt_key_part(kind, (uint8_t) key.data[4]);

    return 1;
}


/* NAME: a string that is too long for a key is cut.  A decoded kind may be
 * none of enum mt_name. */

static inline void
mt_key_name(mt_key_t *key, uint32_t company, enum mt_name kind, mt_str_t name)
{
    mt_key_counter(key, company, kind);
    mt_key_str(key, name);
}


static inline int
mt_key_read_name(mt_str_t key, uint32_t *company, unsigned *kind,
    mt_str_t *name)
{
    if (key.len < 5 || key.len > MT_KEY_MAX) {
        return 0;
    }

    mt_key_part(company, mt_key_u32_at(key, 0));
    mt_key_part(kind, (uint8_t) key.data[4]);
    mt_key_part(name, ((mt_str_t) { key.len - 5, key.data + 5 }));

    return 1;
}


/* NUM; and the prefix of NUM2, BOOKING, SCHEDULE and SESSION */

static inline void
mt_key_num(mt_key_t *key, uint32_t company, int64_t num)
{
    mt_key_company(key, company);
    mt_key_u64(key, (uint64_t) num);
}


static inline int
mt_key_read_num(mt_str_t key, uint32_t *company, int64_t *num)
{
    if (key.len != 12) {
        return 0;
    }

    mt_key_part(company, mt_key_u32_at(key, 0));
    mt_key_part(num, mt_key_i64_at(key, 4));

    return 1;
}


/* NUM2 */

static inline void
mt_key_num2(mt_key_t *key, uint32_t company, int64_t first, int64_t second)
{
    mt_key_num(key, company, first);
    mt_key_u64(key, (uint64_t) second);
}


static inline int
mt_key_read_num2(mt_str_t key, uint32_t *company, int64_t *first,
    int64_t *second)
{
    if (key.len != 20) {
        return 0;
    }

    mt_key_part(company, mt_key_u32_at(key, 0));
    mt_key_part(first, mt_key_i64_at(key, 4));
    mt_key_part(second, mt_key_i64_at(key, 12));

    return 1;
}


/* BOOKING */

static inline void
mt_key_booking(mt_key_t *key, uint32_t company, int64_t room, int64_t begin,
    int64_t meeting)
{
    mt_key_num2(key, company, room, begin);
    mt_key_u64(key, (uint64_t) meeting);
}


static inline int
mt_key_read_booking(mt_str_t key, uint32_t *company, int64_t *room,
    int64_t *begin, int64_t *meeting)
{
    if (key.len != 28) {
        return 0;
    }

    mt_key_part(company, mt_key_u32_at(key, 0));
    mt_key_part(room, mt_key_i64_at(key, 4));
    mt_key_part(begin, mt_key_i64_at(key, 12));
    mt_key_part(meeting, mt_key_i64_at(key, 20));

    return 1;
}


/* SCHEDULE; mt_key_schedule_level() makes the prefix of one level's keys */

static inline void
mt_key_schedule_level(mt_key_t *key, uint32_t company, int64_t room,
    unsigned level)
{
    mt_key_num(key, company, room);
    mt_key_u8(key, (uint8_t) level);
}


static inline void
mt_key_schedule(mt_key_t *key, uint32_t company, int64_t room,
    unsigned level, int64_t begin, int64_t meeting)
{
    mt_key_schedule_level(key, company, room, level);
    mt_key_u64(key, (uint64_t) begin);
    mt_key_u64(key, (uint64_t) meeting);
}


static inline int
mt_key_read_schedule(mt_str_t key, uint32_t *company, int64_t *room,
    unsigned *level, int64_t *begin, int64_t *meeting)
{
    if (key.len != 29) {
        return 0;
    }

    mt_key_part(company, mt_key_u32_at(key, 0));
    mt_key_part(room, mt_key_i64_at(key, 4));
    mt_key_part(level, (uint8_t) key.data[12]);
    mt_key_part(begin, mt_key_i64_at(key, 13));
    mt_key_part(meeting, mt_key_i64_at(key, 21));

    return 1;
}


/* SESSION: a caller that is too long for a key is cut. */

static inline void
mt_key_session(mt_key_t *key, uint32_t company, int64_t user, mt_str_t caller)
{
    mt_key_num(key, company, user);
    mt_key_str(key, caller);
}


static inline int
mt_key_read_session(mt_str_t key, uint32_t *company, int64_t *user,
    mt_str_t *caller)
{
    if (key.len < 12 || key.len > MT_KEY_MAX) {
        return 0;
    }

    mt_key_part(company, mt_key_u32_at(key, 0));
    mt_key_part(user, mt_key_i64_at(key, 4));
    mt_key_part(caller, ((mt_str_t) { key.len - 12, key.data + 12 }));

    return 1;
}


/* REMINDER */

static inline void
mt_key_reminder(mt_key_t *key, int64_t due, uint32_t company, int64_t meeting)
{
    mt_key_init(key);
    mt_key_u64(key, (uint64_t) due);
    mt_key_u32(key, company);
    mt_key_u64(key, (uint64_t) meeting);
}


static inline int
mt_key_read_reminder(mt_str_t key, int64_t *due, uint32_t *company,
    int64_t *meeting)
{
    if (key.len != 20) {
        return 0;
    }

    mt_key_part(due, mt_key_i64_at(key, 0));
    mt_key_part(company, mt_key_u32_at(key, 8));
    mt_key_part(meeting, mt_key_i64_at(key, 12));

    return 1;
}


/*
 * Any key, by its database: for tests, and for those who go through all
 * databases.  Parts that a form does not have are 0.
 */

typedef struct {
    mt_meta_t  meta;
    uint32_t   company;
    unsigned   kind;       /* of COUNTER and NAME; the level of SCHEDULE */
    int64_t    nums[3];    /* the 8-byte parts, in the order of the key */
    mt_str_t   string;     /* of NAME and SESSION */
} mt_key_parts_t;

/* Returns the company of a key, 0 for a key without one. */
uint32_t mt_key_company_of(mt_str_t key, mt_db_t db);

void mt_key_make(mt_key_t *key, mt_db_t db, const mt_key_parts_t *parts);
int mt_key_read(mt_str_t key, mt_db_t db, mt_key_parts_t *parts);


/*
 * Values.  An encoder writes to `out` and returns the value's length, at most
 * MT_VALUE_MAX.  A decoder is as above: 1, or 0 for another length.
 */

#define MT_VALUE_MAX  12

/* a number: COUNTER, NAME, META, and BOOKING's end */

static inline size_t
mt_value_num(uint8_t *out, int64_t num)
{
    (void) mt_put_u64(out, (uint64_t) num);

    return 8;
}


static inline int
mt_value_read_num(mt_str_t value, int64_t *num)
{
    if (value.len != 8) {
        return 0;
    }

    mt_key_part(num, mt_key_i64_at(value, 0));

    return 1;
}


/* a meeting of a company: NAME, of the codes of join links */

static inline size_t
mt_value_link(uint8_t *out, uint32_t company, int64_t meeting)
{
    (void) mt_put_u64(mt_put_u32(out, company), (uint64_t) meeting);

    return 12;
}


static inline int
mt_value_read_link(mt_str_t value, uint32_t *company, int64_t *meeting)
{
    if (value.len != 12) {
        return 0;
    }

    mt_key_part(company, mt_key_u32_at(value, 0));
    mt_key_part(meeting, mt_key_i64_at(value, 4));

    return 1;
}


/* APPLIED: the time of a zone's last batch, and how far each of its `n` rings
 * was applied.  `out` has MT_VALUE_APPLIED(n) bytes.  The decoder takes a
 * value of `n` rings only, or any number of them when `applied` is NULL. */

#define MT_VALUE_APPLIED(n)  (8 + 8 * (size_t) (n))

size_t mt_value_applied(uint8_t *out, int64_t time, const uint64_t *applied,
    size_t n);
int mt_value_read_applied(mt_str_t value, int64_t *time, uint64_t *applied,
    size_t n);

#endif /* MT_KEYS_H */

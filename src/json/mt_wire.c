
/*
 * The shared wire forms.  A form reads and writes one scalar; a list is read
 * item by item, each as a field of the item's kind, and written by
 * mt_wire_write() through the same function as a single value.
 */

#include "json/mt_json_private.h"


#define MT_MICRO_DIGITS   6
#define MT_MICRO          1000000
#define MT_EXPONENT_MAX   999

typedef void (*mt_wire_put_pt)(mt_json_writer_t *w, const void *value);


static void
mt_wire_write(mt_json_writer_t *w, const mt_field_t *field, const void *src,
    mt_wire_put_pt put)
{
    size_t            i;
    const mt_ints_t  *ints;
    const mt_strs_t  *strs;

    switch (field->kind) {

    case MT_INTS:
        ints = src;
        mt_json_open_list(w);

        for (i = 0; i < ints->n; i++) {
            put(w, &ints->v[i]);
        }

        mt_json_close_list(w);
        break;

    case MT_STRS:
        strs = src;
        mt_json_open_list(w);

        for (i = 0; i < strs->n; i++) {
            put(w, &strs->v[i]);
        }

        mt_json_close_list(w);
        break;

    default:
        put(w, src);
    }
}


static void
mt_wire_put_int(mt_json_writer_t *w, const void *value)
{
    mt_json_int(w, *(const int64_t *) value);
}


static void
mt_wire_put_str(mt_json_writer_t *w, const void *value)
{
    mt_json_string(w, *(const mt_str_t *) value);
}


/* Reads an integer, or a string of one.  A number with a fraction or an
 * exponent is no integer.  Returns 1, or 0 for anything else. */

static int
mt_wire_int(const mt_json_value_t *value, int64_t *n)
{
    if (value->type == MT_JSON_NUMBER && mt_str_eq(value->text, MT_STR("-0")))
    {
        *n = 0;
        return 1;
    }

    return (value->type == MT_JSON_NUMBER || value->type == MT_JSON_STRING)
           && mt_parse_int(value->text, n);
}


static mt_status_t
mt_wire_plain_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    (void) arena;

    if (field->kind == MT_INT) {
        return mt_wire_int(value, dst) ? MT_OK : MT_BAD_TYPE;
    }

    if (field->kind != MT_STR || value->type != MT_JSON_STRING) {
        return MT_BAD_TYPE;
    }

    *(mt_str_t *) dst = value->text;

    return MT_OK;
}


static void
mt_wire_plain_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    if (field->kind == MT_INT || field->kind == MT_INTS) {
        mt_wire_write(w, field, src, mt_wire_put_int);

    } else {
        mt_wire_write(w, field, src, mt_wire_put_str);
    }
}


static mt_status_t
mt_wire_filled_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    mt_status_t  status;

    status = mt_wire_plain_read(value, field, dst, arena);

    return status == MT_OK && ((const mt_str_t *) dst)->len == 0
           ? MT_MISSING : status;
}


static mt_status_t
mt_wire_ref_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    int64_t    n;
    mt_str_t  *ref;

    if (value->type != MT_JSON_NUMBER || field->kind != MT_STR) {
        return mt_wire_plain_read(value, field, dst, arena);
    }

    if (!mt_wire_int(value, &n)) {
        return MT_BAD_TYPE;
    }

    /* the text stays as it is: an integer in JSON is canonical, except -0 */

    ref = dst;
    *ref = n ? value->text : MT_STR("0");

    return MT_OK;
}


static mt_str_t
mt_wire_strip(const char *p, const char *end)
{
    mt_str_t  s;

    while (p < end && *p == ' ') {
        p++;
    }

    while (end > p && end[-1] == ' ') {
        end--;
    }

    s.data = p;
    s.len = end - p;

    return s;
}


/* Returns the comma that ends the first id, ASCII or full-width, with its
 * length in bytes; `end` and 0 if the id is the last. */

static const char *
mt_wire_comma(const char *p, const char *end, size_t *len)
{
    mt_str_t  wide = mt_str("，");

    for ( ; p < end; p++) {
        if (*p == ',') {
            *len = 1;
            return p;
        }

        if (*p == wide.data[0] && (size_t) (end - p) >= wide.len
            && memcmp(p, wide.data, wide.len) == 0)
        {
            *len = wide.len;
            return p;
        }
    }

    *len = 0;

    return end;
}


static mt_status_t
mt_wire_ref_csv_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    size_t       n, comma_len;
    mt_str_t     ref;
    mt_strs_t   *list;
    mt_str_t    *refs;
    const char  *p, *comma, *end;

    if (field->kind != MT_STRS || value->type != MT_JSON_STRING) {
        return MT_BAD_TYPE;
    }

    list = dst;
    list->n = 0;

    if (value->text.len == 0) {
        return MT_OK;
    }

    p = value->text.data;
    end = p + value->text.len;

    for (n = 1; p < end; n += comma_len != 0) {
        p = mt_wire_comma(p, end, &comma_len) + comma_len;
    }

    refs = mt_arena_alloc(arena, n * sizeof(mt_str_t));

    if (refs == NULL) {
        return MT_NO_MEMORY;
    }

    p = value->text.data;
    n = 0;

    do {
        comma = mt_wire_comma(p, end, &comma_len);
        ref = mt_wire_strip(p, comma);
        p = comma + comma_len;

        if (ref.len) {
            refs[n++] = ref;

        } else if (n == 0 || comma_len) {
            return MT_BAD_VALUE;
        }

    } while (comma_len);

    list->n = n;
    list->v = refs;

    return MT_OK;
}


static void
mt_wire_ref_csv_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    const mt_strs_t  *list = src;

    (void) field;

    mt_json_joined(w, list);
}


static mt_status_t
mt_wire_bool_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    int64_t  *n;

    (void) arena;

    /* a string too: members of a form are strings */

    if (field->kind != MT_INT
        || (value->type != MT_JSON_BOOL && value->type != MT_JSON_STRING))
    {
        return MT_BAD_TYPE;
    }

    n = dst;

    if (mt_str_eq(value->text, MT_STR("true"))) {
        *n = 1;
        return MT_OK;
    }

    if (mt_str_eq(value->text, MT_STR("false"))) {
        *n = 0;
        return MT_OK;
    }

    return MT_BAD_TYPE;
}


static void
mt_wire_put_bool(mt_json_writer_t *w, const void *value)
{
    mt_json_bool(w, *(const int64_t *) value != 0);
}


static void
mt_wire_bool_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    mt_wire_write(w, field, src, mt_wire_put_bool);
}


static void
mt_wire_put_int_string(mt_json_writer_t *w, const void *value)
{
    char       digits[MT_DIGITS];
    mt_str_t   s;

    s = mt_digits(digits, *(const int64_t *) value);
    mt_json_string(w, s);
}


static void
mt_wire_int_string_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    mt_wire_write(w, field, src, mt_wire_put_int_string);
}


static mt_status_t
mt_wire_seconds_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    int64_t  n;

    (void) arena;

    if (field->kind != MT_INT || !mt_wire_int(value, &n)) {
        return MT_BAD_TYPE;
    }

    if (__builtin_mul_overflow(n, MT_MS_PER_SECOND, &n)) {
        return MT_BAD_VALUE;
    }

    *(int64_t *) dst = n;

    return MT_OK;
}


static void
mt_wire_put_seconds(mt_json_writer_t *w, const void *value)
{
    int64_t  ms, seconds;

    ms = *(const int64_t *) value;
    seconds = ms / MT_MS_PER_SECOND;

    if (ms % MT_MS_PER_SECOND < 0) {
        seconds--;
    }

    mt_json_int(w, seconds);
}


static void
mt_wire_seconds_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    mt_wire_write(w, field, src, mt_wire_put_seconds);
}


/* A decimal number in parts. */

typedef struct {
    int       negative;
    mt_str_t  whole;      /* digits before the point, as written */
    mt_str_t  fraction;   /* digits after it */
    int64_t   point;      /* digits before the point after the exponent has
                             moved it: may be below 0 or beyond the last */
} mt_decimal_t;


static mt_str_t
mt_wire_digits(const char **p, const char *end)
{
    mt_str_t  s;

    s.data = *p;

    while (*p < end && **p >= '0' && **p <= '9') {
        (*p)++;
    }

    s.len = *p - s.data;

    return s;
}


/* Parses -?digits(.digits)?([eE][+-]?digits)?  Returns 1, or 0 for anything
 * else. */

static int
mt_wire_decimal(mt_str_t text, mt_decimal_t *number)
{
    int          sign;
    size_t       i;
    int64_t      exponent;
    mt_str_t     digits;
    const char  *p, *end;

    p = text.data;
    end = p + text.len;

    number->negative = p < end && *p == '-';
    p += number->negative;

    number->whole = mt_wire_digits(&p, end);
    number->fraction = MT_STR("");
    number->point = (int64_t) number->whole.len;

    if (number->whole.len == 0
        || (number->whole.len > 1 && number->whole.data[0] == '0'))
    {
        return 0;
    }

    if (p < end && *p == '.') {
        p++;
        number->fraction = mt_wire_digits(&p, end);

        if (number->fraction.len == 0) {
            return 0;
        }
    }

    if (p == end) {
        return 1;
    }

    if (*p != 'e' && *p != 'E') {
        return 0;
    }

    p++;
    sign = p < end && *p == '-' ? -1 : 1;
    p += p < end && (*p == '-' || *p == '+');

    digits = mt_wire_digits(&p, end);
    exponent = 0;

    for (i = 0; i < digits.len; i++) {
        exponent = exponent * 10 + (digits.data[i] - '0');

        if (exponent > MT_EXPONENT_MAX) {
            return 0;
        }
    }

    number->point += sign * exponent;

    return p == end && digits.len > 0;
}


/* Returns the i-th digit, 0 beyond the last. */

static int
mt_wire_digit(const mt_decimal_t *number, int64_t i)
{
    size_t  at;

    at = i;

    if (at < number->whole.len) {
        return number->whole.data[at] - '0';
    }

    at -= number->whole.len;

    return at < number->fraction.len ? number->fraction.data[at] - '0' : 0;
}


static mt_status_t
mt_wire_micro_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    int64_t       i, last, n;
    mt_decimal_t  number;

    (void) arena;

    if (field->kind != MT_INT
        || (value->type != MT_JSON_NUMBER && value->type != MT_JSON_STRING)
        || !mt_wire_decimal(value->text, &number))
    {
        return MT_BAD_TYPE;
    }

    n = 0;
    last = number.point + MT_MICRO_DIGITS;

    for (i = 0; i < last; i++) {
        if (__builtin_mul_overflow(n, 10, &n)
            || __builtin_add_overflow(n, mt_wire_digit(&number, i), &n))
        {
            return MT_BAD_TYPE;
        }
    }

    /* half a unit is rounded away from zero */

    if (last >= 0 && mt_wire_digit(&number, last) >= 5
        && __builtin_add_overflow(n, 1, &n))
    {
        return MT_BAD_TYPE;
    }

    *(int64_t *) dst = number.negative ? -n : n;

    return MT_OK;
}


static void
mt_wire_put_micro(mt_json_writer_t *w, const void *value)
{
    size_t     i;
    char       digits[MT_DIGITS], *p;
    int64_t    n;
    mt_str_t   whole, text;
    uint64_t   units;
    char       out[MT_DIGITS + 3];

    n = *(const int64_t *) value;
    units = n < 0 ? 0 - (uint64_t) n : (uint64_t) n;
    whole = mt_digits(digits, (int64_t) (units / MT_MICRO));
    units %= MT_MICRO;

    p = out;

    if (n < 0) {
        *p++ = '-';
    }

    memcpy(p, whole.data, whole.len);
    p += whole.len;
    *p++ = '.';

    for (i = MT_MICRO_DIGITS; i > 0; i--) {
        p[i - 1] = (char) ('0' + units % 10);
        units /= 10;
    }

    text.data = out;
    text.len = p + MT_MICRO_DIGITS - out;

    mt_json_raw(w, text);
}


static void
mt_wire_micro_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    mt_wire_write(w, field, src, mt_wire_put_micro);
}


static void
mt_wire_put_str_or_null(mt_json_writer_t *w, const void *value)
{
    const mt_str_t  *s = value;

    if (s->len) {
        mt_json_string(w, *s);

    } else {
        mt_json_null(w);
    }
}


static void
mt_wire_null_if_empty_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    mt_wire_write(w, field, src, mt_wire_put_str_or_null);
}


static void
mt_wire_always_null_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    (void) field;
    (void) src;

    mt_json_null(w);
}


static void
mt_wire_always_empty_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    (void) field;
    (void) src;

    mt_json_string(w, MT_STR(""));
}


static void
mt_wire_always_zero_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    (void) field;
    (void) src;

    mt_json_int(w, 0);
}


static void
mt_wire_always_one_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    (void) field;
    (void) src;

    mt_json_int(w, 1);
}


mt_status_t
mt_wire_word(const mt_json_value_t *value, int64_t *dst,
    const mt_word_t *words, size_t n)
{
    size_t  i;

    if (value->type != MT_JSON_STRING) {
        return MT_BAD_TYPE;
    }

    for (i = 0; i < n; i++) {
        if (mt_str_eq(value->text, words[i].word)) {
            *dst = words[i].value;
            return MT_OK;
        }
    }

    return MT_BAD_VALUE;
}


const mt_wire_t  mt_wire_plain = {
    "plain", mt_wire_plain_read, mt_wire_plain_write
};

const mt_wire_t  mt_wire_filled = {
    "filled", mt_wire_filled_read, mt_wire_plain_write
};

const mt_wire_t  mt_wire_ref = {
    "ref", mt_wire_ref_read, mt_wire_plain_write
};

const mt_wire_t  mt_wire_ref_csv = {
    "ref_csv", mt_wire_ref_csv_read, mt_wire_ref_csv_write
};

const mt_wire_t  mt_wire_bool = {
    "bool", mt_wire_bool_read, mt_wire_bool_write
};

const mt_wire_t  mt_wire_int_string = {
    "int_string", mt_wire_plain_read, mt_wire_int_string_write
};

const mt_wire_t  mt_wire_seconds = {
    "seconds", mt_wire_seconds_read, mt_wire_seconds_write
};

const mt_wire_t  mt_wire_micro = {
    "micro", mt_wire_micro_read, mt_wire_micro_write
};

const mt_wire_t  mt_wire_null_if_empty = {
    "null_if_empty", mt_wire_plain_read, mt_wire_null_if_empty_write
};

const mt_wire_t  mt_wire_always_null = {
    "always_null", NULL, mt_wire_always_null_write
};

const mt_wire_t  mt_wire_always_empty = {
    "always_empty", NULL, mt_wire_always_empty_write
};

const mt_wire_t  mt_wire_always_zero = {
    "always_zero", NULL, mt_wire_always_zero_write
};

const mt_wire_t  mt_wire_always_one = {
    "always_one", NULL, mt_wire_always_one_write
};


/*
 * Addresses and request lines without their secrets, for logs.
 */

#include "base/mt_crypto.h"
#include "dialect/mt_mask.h"
#include "dialect/mt_request.h"


#define MT_MASK_NAMES  64     /* different names of secrets */
#define MT_MASK_NAME   32     /* bytes of a name */


typedef struct {
    size_t  len;
    char    text[MT_MASK_NAME];
} mt_mask_name_t;

typedef struct {
    char    *out;
    size_t   size;
    size_t   len;             /* of the whole copy */
} mt_mask_copy_t;


static void mt_mask_take_table(const mt_json_table_t *table);
static void mt_mask_take_name(const char *wire);
static int mt_mask_is_secret(const mt_mask_name_t *name);
static size_t mt_mask_char(const char *p, const char *end, char *c);
static void mt_mask_append(mt_mask_name_t *name, char c);
static int mt_mask_begins_name(char c);
static size_t mt_mask_parameter(const char *p, const char *end);
static size_t mt_mask_path(const mt_dialect_t *dialect, const char *p,
    const char *end);
static size_t mt_mask_mark(const char *p, const char *end, mt_str_t mark);
static size_t mt_mask_span(const char *p, const char *end);
static const char *mt_mask_value(mt_mask_copy_t *copy, const char *p,
    const char *end, char stop);
static void mt_mask_put(mt_mask_copy_t *copy, const char *p, size_t n);


/* Filled when the program or the module is loaded; later any thread may read
 * them. */
static mt_mask_name_t  mt_mask_names[MT_MASK_NAMES];
static size_t  mt_mask_nnames;


__attribute__((constructor))
static void
mt_mask_prepare(void)
{
    size_t               i, k;
    const mt_dialect_t  *dialect;

    for (i = 0; i < mt_dialect_count(); i++) {
        dialect = mt_dialect_at(i);

        for (k = 0; k < dialect->nroutes; k++) {
            mt_mask_take_table(dialect->routes[k].request);
        }

        mt_mask_take_table(dialect->beside);
    }
}


static void
mt_mask_take_table(const mt_json_table_t *table)
{
    size_t  i;

    for (i = 0; table && i < table->n; i++) {
        mt_mask_take_table(table->members[i].sub);

        if (table->members[i].flags & MT_JSON_SECRET) {
            mt_mask_take_name(table->members[i].wire);
        }
    }
}


static void
mt_mask_take_name(const char *wire)
{
    mt_mask_name_t  name;

    for (name.len = 0; *wire; wire++) {
        mt_mask_append(&name, *wire);
    }

    if (!mt_mask_is_secret(&name) && mt_mask_nnames < MT_MASK_NAMES) {
        mt_mask_names[mt_mask_nnames++] = name;
    }
}


static int
mt_mask_is_secret(const mt_mask_name_t *name)
{
    size_t  i;

    for (i = 0; i < mt_mask_nnames; i++) {
        if (name->len == mt_mask_names[i].len
            && memcmp(name->text, mt_mask_names[i].text, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


size_t
mt_mask_line(const mt_dialect_t *dialect, mt_str_t line, char *out,
    size_t size)
{
    size_t          n;
    mt_str_t        address;
    mt_mask_copy_t  copy;

    address = line;

    for (n = line.len; n && line.data[n - 1] != ' '; n--) { /* void */ }

    if (n && line.len - n > 5 && memcmp(line.data + n, "HTTP/", 5) == 0) {
        address.len = n - 1;
    }

    copy = (mt_mask_copy_t) { out, size, 0 };
    copy.len = mt_mask_address(dialect, address, out, size);

    mt_mask_put(&copy, line.data + address.len, line.len - address.len);

    return copy.len;
}


size_t
mt_mask_address(const mt_dialect_t *dialect, mt_str_t address, char *out,
    size_t size)
{
    int              query;
    char             c;
    size_t           n, before;
    const char      *p, *end;
    mt_mask_copy_t   copy;

    copy = (mt_mask_copy_t) { out, size, 0 };
    query = 0;

    for (p = address.data, end = p + address.len; p < end; ) {
        n = mt_mask_char(p, end, &c);
        before = 0;

        if (*p == '?') {
            query = 1;
        }

        if (c == '/') {
            before = mt_mask_path(dialect, p, end);

        } else if (mt_mask_begins_name(c)) {
            before = mt_mask_parameter(p, end);
        }

        n = before ? before : n;
        mt_mask_put(&copy, p, n);
        p += n;

        if (before) {
            p = mt_mask_value(&copy, p, end, c == '/' && !query ? '?' : '&');
        }
    }

    return copy.len;
}


/* Decodes a character.  Returns the bytes that it takes. */

static size_t
mt_mask_char(const char *p, const char *end, char *c)
{
    uint8_t  byte;

    if (*p == '%' && end - p > 2
        && mt_hex_decode_any((mt_str_t) { 2, p + 1 }, &byte, 1) == 0)
    {
        *c = (char) byte;
        return 3;
    }

    *c = *p;

    return 1;
}


/* Appends a letter in lower case, or a digit; any other character counts for
 * nothing.  A name that is too long is like no other. */

static void
mt_mask_append(mt_mask_name_t *name, char c)
{
    if (c >= 'A' && c <= 'Z') {
        c |= 0x20;
    }

    if (((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        && name->len < MT_MASK_NAME)
    {
        name->text[name->len++] = c;
    }
}


/* Parameters of an address that stands in a value follow encoded marks. */

static int
mt_mask_begins_name(char c)
{
    return c == '?' || c == '&' || c == ';' || c == '#';
}


/* Returns the bytes before the value of a secret parameter, 0 if none stands
 * there.  `p` is at the mark before the name. */

static size_t
mt_mask_parameter(const char *p, const char *end)
{
    char             c;
    const char      *from;
    mt_mask_name_t   name;

    name.len = 0;

    from = p;
    p += mt_mask_char(p, end, &c);

    while (p < end) {
        p += mt_mask_char(p, end, &c);

        if (c == '=') {
            return mt_mask_is_secret(&name) ? (size_t) (p - from) : 0;
        }

        if (mt_mask_begins_name(c)) {
            return 0;
        }

        mt_mask_append(&name, c);
    }

    return 0;
}


/* Returns the bytes before a secret part of a path, 0 if none stands there.
 * `p` is at a slash. */

static size_t
mt_mask_path(const mt_dialect_t *dialect, const char *p, const char *end)
{
    char    c;
    size_t  n;

    n = mt_mask_mark(p, end, MT_STR("/k/"));

    if (n == 0) {
        n = mt_mask_mark(p, end, mt_dialect_pictures);
    }

    if (n == 0 && dialect && dialect->bare_links) {
        n = mt_mask_char(p, end, &c);
        n = mt_mask_span(p + n, end) == MT_LINK_CODE_LEN ? n : 0;
    }

    return n;
}


/* Returns the bytes that spell the mark, 0 if it does not stand there. */

static size_t
mt_mask_mark(const char *p, const char *end, mt_str_t mark)
{
    char         c;
    size_t       i;
    const char  *from;

    from = p;

    for (i = 0; i < mark.len && p < end; i++) {
        p += mt_mask_char(p, end, &c);

        if (c != mark.data[i]) {
            return 0;
        }
    }

    return i == mark.len ? (size_t) (p - from) : 0;
}


/* Returns the number of URL-safe characters from p on; counts no more than
 * one after a code's. */

static size_t
mt_mask_span(const char *p, const char *end)
{
    char    c;
    size_t  n;

    for (n = 0; p < end && n <= MT_LINK_CODE_LEN; n++) {
        p += mt_mask_char(p, end, &c);

        if (!mt_is_url_safe(c)) {
            break;
        }
    }

    return n;
}


/* Returns where the value ends: at the next `stop`. */

static const char *
mt_mask_value(mt_mask_copy_t *copy, const char *p, const char *end, char stop)
{
    const char  *at;

    at = p < end ? memchr(p, stop, end - p) : NULL;
    at = at ? at : end;

    if (at > p) {
        mt_mask_put(copy, "***", 3);
    }

    return at;
}


static void
mt_mask_put(mt_mask_copy_t *copy, const char *p, size_t n)
{
    size_t  room;

    room = copy->len < copy->size ? copy->size - copy->len : 0;

    if (n && room) {
        memcpy(copy->out + copy->len, p, n < room ? n : room);
    }

    copy->len += n;
}

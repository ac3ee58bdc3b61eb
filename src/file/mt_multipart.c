
/*
 * The parser of multipart/form-data.
 */

#include "file/mt_multipart.h"


typedef enum {
    MT_BEFORE,           /* before the first delimiter */
    MT_DELIMITED,        /* right after a delimiter */
    MT_DASHED,           /* after its first '-' */
    MT_PADDED,           /* in the blanks after it */
    MT_LINE_END,         /* after the CR of its line */
    MT_HEADERS,
    MT_DATA,
    MT_AFTER             /* after the last delimiter */
} mt_multipart_state_t;


static const char *mt_multipart_scan(mt_multipart_t *m, const char *p,
    const char *end);
static void mt_multipart_data(mt_multipart_t *m, const char *p, size_t len);
static void mt_multipart_delimited(mt_multipart_t *m);
static void mt_multipart_byte(mt_multipart_t *m, char c);
static void mt_multipart_header(mt_multipart_t *m, char c);
static int mt_multipart_headers_end(const mt_multipart_t *m);
static void mt_multipart_begin(mt_multipart_t *m, int64_t from);
static int mt_multipart_boundary(mt_str_t content_type, mt_str_t *boundary);
static int mt_boundary_valid(mt_str_t boundary);
static mt_status_t mt_part_read(mt_str_t headers, mt_part_t *part);
static mt_status_t mt_part_disposition(mt_str_t value, mt_part_t *part);

static int mt_line_take(mt_str_t *text, mt_str_t *line);
static int mt_take(mt_str_t *s, mt_str_t stops, mt_str_t *taken);
static int mt_param_take(mt_str_t *s, mt_str_t *name, mt_str_t *value);
static void mt_blanks_skip(mt_str_t *s);
static void mt_skip(mt_str_t *s, size_t n);
static int mt_word_eq(mt_str_t s, mt_str_t lower);


/* Characters that end a name or a value.  A value may contain other separators
 * of RFC 7230: clients send boundaries such as "----=_Part_1" without
 * quotes. */
static const mt_str_t  mt_name_stops = mt_str("\"(),/:;<=>?@[\\]{}");
static const mt_str_t  mt_value_stops = mt_str("\",;\\");


int
mt_multipart_is(mt_str_t content_type)
{
    mt_str_t  type;

    type = MT_STR("multipart/form-data");

    if (content_type.len < type.len) {
        return 0;
    }

    if (content_type.len > type.len
        && memchr("; \t", content_type.data[type.len], 3) == NULL)
    {
        return 0;
    }

    content_type.len = type.len;

    return mt_word_eq(content_type, type);
}


mt_status_t
mt_multipart_init(mt_multipart_t *m, mt_str_t content_type,
    const mt_part_sink_t *sink, void *ctx)
{
    mt_str_t  boundary;

    m->sink = sink;
    m->ctx = ctx;
    m->status = MT_OK;
    m->state = MT_BEFORE;
    m->parts = 0;
    m->at = 0;
    m->header_len = 0;

    /* at the start of the body a delimiter needs no CR LF before it */

    m->matched = 2;

    if (!mt_multipart_boundary(content_type, &boundary)) {
        m->status = MT_BAD_FORM;
        return m->status;
    }

    memcpy(m->delimiter, "\r\n--", 4);
    memcpy(m->delimiter + 4, boundary.data, boundary.len);
    m->delimiter_len = 4 + boundary.len;

    return MT_OK;
}


mt_status_t
mt_multipart_feed(mt_multipart_t *m, mt_str_t bytes)
{
    const char  *p, *end;

    p = bytes.data;
    end = p + bytes.len;

    while (p < end && m->status == MT_OK && m->state != MT_AFTER) {

        if (m->state == MT_BEFORE || m->state == MT_DATA) {
            p = mt_multipart_scan(m, p, end);
            continue;
        }

        mt_multipart_byte(m, *p++);

        if (m->state == MT_HEADERS && mt_multipart_headers_end(m)) {
            mt_multipart_begin(m, m->at + (p - bytes.data));
        }
    }

    m->at += (int64_t) bytes.len;

    return m->status;
}


mt_status_t
mt_multipart_finish(mt_multipart_t *m)
{
    if (m->status == MT_OK && m->state != MT_AFTER) {
        m->status = MT_BAD_FORM;
    }

    return m->status;
}


/*
 * Searches for the delimiter.  The delimiter begins with its only CR: bytes
 * that match its beginning and then differ are data, and the search goes on at
 * the byte that differs.  Returns the byte after the delimiter, or the end of
 * the piece.
 */

static const char *
mt_multipart_scan(mt_multipart_t *m, const char *p, const char *end)
{
    const char  *cr;

    while (p < end) {

        if (m->matched == 0) {
            cr = memchr(p, '\r', (size_t) (end - p));
            cr = cr ? cr : end;

            mt_multipart_data(m, p, (size_t) (cr - p));
            p = cr;
        }

        while (p < end && *p == m->delimiter[m->matched]) {
            p++;

            if (++m->matched == m->delimiter_len) {
                mt_multipart_delimited(m);
                return p;
            }
        }

        if (p < end) {
            mt_multipart_data(m, m->delimiter, m->matched);
            m->matched = 0;
        }
    }

    return p;
}


static void
mt_multipart_data(mt_multipart_t *m, const char *p, size_t len)
{
    if (len && m->state == MT_DATA && m->status == MT_OK) {
        m->status = m->sink->data(m->ctx, (mt_str_t) { len, p });
    }
}


static void
mt_multipart_delimited(mt_multipart_t *m)
{
    if (m->state == MT_DATA && m->status == MT_OK) {
        m->status = m->sink->end(m->ctx);
    }

    m->matched = 0;
    m->state = MT_DELIMITED;
}


static void
mt_multipart_byte(mt_multipart_t *m, char c)
{
    switch (m->state) {

    case MT_DELIMITED:

        if (c == '-') {
            m->state = MT_DASHED;
            return;
        }

        /* fall through */

    case MT_PADDED:

        if (c == ' ' || c == '\t') {
            m->state = MT_PADDED;
            return;
        }

        if (c == '\r') {
            m->state = MT_LINE_END;
            return;
        }

        break;

    case MT_DASHED:

        if (c == '-') {
            m->state = MT_AFTER;
            return;
        }

        break;

    case MT_LINE_END:

        if (c == '\n') {
            m->header_len = 0;
            m->state = MT_HEADERS;
            return;
        }

        break;

    default: /* MT_HEADERS */

        mt_multipart_header(m, c);
        return;
    }

    m->status = MT_BAD_FORM;
}


static void
mt_multipart_header(mt_multipart_t *m, char c)
{
    int  after_cr;

    after_cr = m->header_len && m->header[m->header_len - 1] == '\r';

    if (after_cr != (c == '\n')
        || ((unsigned char) c < ' ' && memchr("\t\r\n", c, 3) == NULL)
        || c == 0x7f)
    {
        m->status = MT_BAD_FORM;
        return;
    }

    if (m->header_len == sizeof(m->header)) {
        m->status = MT_TOO_LONG;
        return;
    }

    m->header[m->header_len++] = c;
}


/* Returns 1 after an empty line, which may be the first line; else 0. */

static int
mt_multipart_headers_end(const mt_multipart_t *m)
{
    size_t  len;

    len = m->header_len;

    return m->status == MT_OK && len >= 2
           && m->header[len - 1] == '\n'
           && (len == 2 || (len >= 4 && m->header[len - 3] == '\n'));
}


static void
mt_multipart_begin(mt_multipart_t *m, int64_t from)
{
    mt_str_t   headers;
    mt_part_t  part;

    if (m->parts == MT_MULTIPART_PARTS) {
        m->status = MT_TOO_MANY;
        return;
    }

    headers.len = m->header_len - 2;
    headers.data = m->header;

    memset(&part, 0, sizeof(part));
    part.from = from;

    m->parts++;
    m->status = mt_part_read(headers, &part);

    if (m->status == MT_OK) {
        m->status = m->sink->begin(m->ctx, &part);
    }

    m->state = MT_DATA;
}


/* Finds the boundary, a parameter in the form of RFC 2046 that must occur
 * once.  Returns 1 if found, else 0. */

static int
mt_multipart_boundary(mt_str_t content_type, mt_str_t *boundary)
{
    int       rc;
    mt_str_t  name, value;

    *boundary = MT_STR("");

    if (!mt_multipart_is(content_type)) {
        return 0;
    }

    mt_skip(&content_type, sizeof("multipart/form-data") - 1);

    while ((rc = mt_param_take(&content_type, &name, &value)) == 1) {

        if (!mt_word_eq(name, MT_STR("boundary"))) {
            continue;
        }

        if (boundary->len || !mt_boundary_valid(value)) {
            return 0;
        }

        *boundary = value;
    }

    return rc == 0 && boundary->len;
}


static int
mt_boundary_valid(mt_str_t boundary)
{
    char    c;
    size_t  i;

    if (boundary.len == 0 || boundary.len > MT_MULTIPART_BOUNDARY
        || boundary.data[boundary.len - 1] == ' ')
    {
        return 0;
    }

    for (i = 0; i < boundary.len; i++) {
        c = boundary.data[i];

        if (!((c >= '0' && c <= '9')
              || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
              || memchr("'()+_,-./:=? ", c, 13)))
        {
            return 0;
        }
    }

    return 1;
}


/* Reads the headers of a part: lines, each with its CR LF. */

static mt_status_t
mt_part_read(mt_str_t headers, mt_part_t *part)
{
    mt_str_t     line, name;
    mt_status_t  rc;

    while (mt_line_take(&headers, &line)) {

        if (!mt_take(&line, mt_name_stops, &name)
            || line.len == 0 || line.data[0] != ':')
        {
            return MT_BAD_FORM;
        }

        if (!mt_word_eq(name, MT_STR("content-disposition"))) {
            continue;
        }

        if (part->name.len) {
            return MT_BAD_FORM;
        }

        mt_skip(&line, 1);

        rc = mt_part_disposition(line, part);
        if (rc != MT_OK) {
            return rc;
        }
    }

    return part->name.len ? MT_OK : MT_BAD_FORM;
}


/* Reads `form-data; name="..."; filename="..."`. */

static mt_status_t
mt_part_disposition(mt_str_t value, mt_part_t *part)
{
    int       rc;
    mt_str_t  type, name, text;

    mt_blanks_skip(&value);

    if (!mt_take(&value, mt_name_stops, &type)
        || !mt_word_eq(type, MT_STR("form-data")))
    {
        return MT_BAD_FORM;
    }

    while ((rc = mt_param_take(&value, &name, &text)) == 1) {

        if (mt_word_eq(name, MT_STR("name"))) {

            if (part->name.len || text.len == 0) {
                return MT_BAD_FORM;
            }

            part->name = text;

        } else if (mt_word_eq(name, MT_STR("filename"))
                   || mt_word_eq(name, MT_STR("filename*")))
        {
            part->file = 1;
        }
    }

    return rc == 0 && part->name.len ? MT_OK : MT_BAD_FORM;
}


static int
mt_line_take(mt_str_t *text, mt_str_t *line)
{
    const char  *lf;

    if (text->len == 0) {
        return 0;
    }

    lf = memchr(text->data, '\n', text->len);

    /* mt_multipart_header() lets no CR without LF through, nor LF without
     * CR */

    line->data = text->data;
    line->len = (size_t) (lf - text->data) - 1;

    mt_skip(text, line->len + 2);

    return 1;
}


/* Takes the bytes before a blank, a stop, a control character or a byte that
 * is not ASCII.  Returns 1, or 0 if there are none. */

static int
mt_take(mt_str_t *s, mt_str_t stops, mt_str_t *taken)
{
    char    c;
    size_t  n;

    for (n = 0; n < s->len; n++) {
        c = s->data[n];

        if (c <= ' ' || c >= 0x7f || memchr(stops.data, c, stops.len)) {
            break;
        }
    }

    taken->len = n;
    taken->data = s->data;

    mt_skip(s, n);

    return n != 0;
}


/*
 * Takes a parameter, ";name=value", whose value is a token or quoted.  Escapes
 * in a quoted value stay: no value that is compared needs one.  Returns 1, 0
 * at the end, -1 if the text is no parameter.
 */

static int
mt_param_take(mt_str_t *s, mt_str_t *name, mt_str_t *value)
{
    size_t  n;

    mt_blanks_skip(s);

    if (s->len == 0) {
        return 0;
    }

    if (s->data[0] != ';') {
        return -1;
    }

    mt_skip(s, 1);
    mt_blanks_skip(s);

    if (!mt_take(s, mt_name_stops, name) || s->len == 0 || s->data[0] != '=') {
        return -1;
    }

    mt_skip(s, 1);

    if (s->len == 0 || s->data[0] != '"') {
        return mt_take(s, mt_value_stops, value) ? 1 : -1;
    }

    for (n = 1; n < s->len && s->data[n] != '"'; n++) {
        n += s->data[n] == '\\';
    }

    if (n >= s->len) {
        return -1;
    }

    value->len = n - 1;
    value->data = s->data + 1;

    mt_skip(s, n + 1);

    return 1;
}


static void
mt_blanks_skip(mt_str_t *s)
{
    while (s->len && (s->data[0] == ' ' || s->data[0] == '\t')) {
        mt_skip(s, 1);
    }
}


static void
mt_skip(mt_str_t *s, size_t n)
{
    s->data += n;
    s->len -= n;
}


/* Compares regardless of case with a word in lower case.  Returns 1 if they
 * are equal, else 0. */

static int
mt_word_eq(mt_str_t s, mt_str_t lower)
{
    char    c;
    size_t  i;

    if (s.len != lower.len) {
        return 0;
    }

    for (i = 0; i < s.len; i++) {
        c = s.data[i];

        if (c >= 'A' && c <= 'Z') {
            c |= 0x20;
        }

        if (c != lower.data[i]) {
            return 0;
        }
    }

    return 1;
}

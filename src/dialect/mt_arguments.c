
/*
 * Arguments from query, form, headers and body.
 */

#include "dialect/mt_arguments.h"
#include "dialect/mt_form_lists.h"


/* Arguments of one query or form, with the items of lists. */
#define MT_ARGUMENTS_MAX  4096

/* Bytes of a header's name. */
#define MT_HEADER_MAX     64


static mt_status_t mt_decode_params(mt_exchange_t *x,
    const mt_json_table_t *table, void *object);
static void mt_decode_params_again(mt_exchange_t *x,
    const mt_json_table_t *table, void *object);
static mt_str_t mt_lower(mt_str_t name, char lower[MT_HEADER_MAX]);
static mt_status_t mt_decode_pairs(mt_exchange_t *x,
    const mt_json_table_t *table, void *object, mt_str_t text,
    mt_form_lists_t *lists);
static mt_status_t mt_decode_pair(mt_exchange_t *x,
    const mt_json_table_t *table, void *object, mt_str_t name, mt_str_t text,
    mt_form_lists_t *lists);
static mt_status_t mt_decode_form(mt_exchange_t *x,
    const mt_json_table_t *table, void *object, mt_form_lists_t *lists);
static int mt_is_compressed(const mt_input_t *in);
static void mt_decode_file(mt_exchange_t *x, const mt_form_part_t *part);
static int mt_decode_percent(mt_arena_t *arena, mt_str_t in, mt_str_t *out);
static int mt_hex_digit(char c);
static int mt_is_form(const mt_input_t *in);
static int mt_first_mark(mt_str_t body);


mt_status_t
mt_decode_arguments(mt_exchange_t *x, const mt_json_table_t *table,
    void *object)
{
    mt_str_t         body;
    mt_status_t      status;
    mt_form_lists_t  lists;

    body = x->in.body;

    memset(&lists, 0, sizeof(lists));
    lists.table = table;
    lists.arena = x->call.arena;

    status = mt_decode_params(x, table, object);

    if (status == MT_OK) {
        status = mt_decode_query(x, table, object);
    }

    if (status != MT_OK) {
        return status;
    }

    if (x->form || x->received != MT_OK) {
        status = mt_decode_form(x, table, object, &lists);
        body = mt_form_lists_json(&lists);

    } else if (mt_str_eq(x->in.method, MT_STR("GET"))
               || mt_first_mark(body) == -1)
    {
        body = MT_STR("{}");

    } else if (mt_is_compressed(&x->in)) {
        status = MT_COMPRESSED;

    } else if (mt_is_form(&x->in)) {
        status = mt_decode_pairs(x, table, object, body, &lists);
        body = mt_form_lists_json(&lists);
    }

    if (body.data == NULL) {
        status = MT_NO_MEMORY;
    }

    if (status == MT_OK) {
        status = mt_json_decode(&x->decode, body, table, object);
    }

    mt_decode_params_again(x, table, object);

    return status;
}


static mt_status_t
mt_decode_params(mt_exchange_t *x, const mt_json_table_t *table, void *object)
{
    size_t    i;
    mt_str_t  name;

    for (i = 0; i < MT_PARAMS_MAX; i++) {
        name = mt_route_param(x->route, i);

        if (name.len
            && mt_json_set_text(&x->decode, table, object, name, x->params[i])
               == MT_NO_MEMORY)
        {
            return MT_NO_MEMORY;
        }
    }

    return MT_OK;
}


/* A body may have replaced what the path says, by a member with braces in its
 * name: the path counts. */

static void
mt_decode_params_again(mt_exchange_t *x, const mt_json_table_t *table,
    void *object)
{
    size_t                   i, k;
    const mt_json_member_t  *member;

    for (i = 0; i < MT_PARAMS_MAX; i++) {
        for (k = 0; k < table->n && x->params[i].len; k++) {
            member = &table->members[k];

            if (mt_str_eq(mt_cstr(member->wire), mt_route_param(x->route, i)))
            {
                memcpy((char *) object + member->base + member->field->offset,
                       &x->params[i], sizeof(mt_str_t));
            }
        }
    }
}


mt_status_t
mt_decode_body(mt_exchange_t *x, const mt_json_table_t *table, void *object)
{
    return mt_is_compressed(&x->in)
           ? MT_COMPRESSED
           : mt_json_decode(&x->decode, x->in.body, table, object);
}


/* "identity" is no encoding, and a body of no bytes has none. */

static int
mt_is_compressed(const mt_input_t *in)
{
    mt_str_t  encoding;

    if (in->body.len == 0) {
        return 0;
    }

    encoding = in->header(in->data, MT_STR("content-encoding"));

    return mt_gzip_is(in->body)
           || (encoding.len && !mt_str_eq(encoding, MT_STR("identity")));
}


mt_status_t
mt_decode_query(mt_exchange_t *x, const mt_json_table_t *table, void *object)
{
    return mt_decode_pairs(x, table, object, x->in.query, NULL);
}


mt_status_t
mt_decode_headers(mt_exchange_t *x, const mt_json_table_t *table,
    void *object)
{
    size_t      i;
    char        lower[MT_HEADER_MAX];
    mt_str_t    wire, value;
    uint64_t    has;

    for (i = 0; i < table->n; i++) {
        wire = mt_cstr(table->members[i].wire);

        memcpy(&has, (char *) object + table->members[i].base, sizeof(has));

        if (has >> table->members[i].field->number & 1) {
            continue;
        }

        value = x->in.header(x->in.data, mt_lower(wire, lower));

        if (value.len
            && mt_json_set_text(&x->decode, table, object, wire, value)
               == MT_NO_MEMORY)
        {
            return MT_NO_MEMORY;
        }
    }

    return MT_OK;
}


void
mt_decode_bearer(mt_exchange_t *x, mt_str_t *token)
{
    char      lower[MT_HEADER_MAX];
    mt_str_t  value, scheme;

    if (token->len) {
        return;
    }

    scheme = MT_STR("bearer ");
    value = x->in.header(x->in.data, MT_STR("authorization"));

    if (value.len <= scheme.len
        || !mt_str_eq(mt_lower((mt_str_t) { scheme.len, value.data }, lower),
                      scheme))
    {
        return;
    }

    value.data += scheme.len;
    value.len -= scheme.len;

    while (value.len && value.data[0] == ' ') {
        value.data++;
        value.len--;
    }

    *token = value;
}


/* Returns the name, which is ASCII, in lower case and cut to the buffer. */

static mt_str_t
mt_lower(mt_str_t name, char lower[MT_HEADER_MAX])
{
    size_t  i;

    for (i = 0; i < name.len && i < MT_HEADER_MAX; i++) {
        lower[i] = name.data[i];

        if (lower[i] >= 'A' && lower[i] <= 'Z') {
            lower[i] |= 0x20;
        }
    }

    return (mt_str_t) { i, lower };
}


/* Decodes "name=value&name=value"; a name without '=' has the value "". */

static mt_status_t
mt_decode_pairs(mt_exchange_t *x, const mt_json_table_t *table, void *object,
    mt_str_t text, mt_form_lists_t *lists)
{
    size_t       n;
    mt_str_t     name, value;
    const char  *p, *end, *amp, *is;

    p = text.data;
    end = p + text.len;

    for (n = 0; p < end; n++) {
        if (n == MT_ARGUMENTS_MAX) {
            return MT_TOO_MANY;
        }

        amp = memchr(p, '&', end - p);
        amp = amp ? amp : end;
        is = memchr(p, '=', amp - p);
        is = is ? is : amp;

        name.data = p;
        name.len = is - p;
        value.data = is < amp ? is + 1 : amp;
        value.len = amp - value.data;

        if (mt_decode_percent(x->call.arena, name, &name) != 0
            || mt_decode_percent(x->call.arena, value, &value) != 0)
        {
            return MT_NO_MEMORY;
        }

        if (mt_decode_pair(x, table, object, name, value, lists) != MT_OK) {
            return MT_NO_MEMORY;
        }

        p = amp < end ? amp + 1 : end;
    }

    return MT_OK;
}


/* `lists` is NULL where lists are not spelled by fields.  Returns MT_OK or
 * MT_NO_MEMORY. */

static mt_status_t
mt_decode_pair(mt_exchange_t *x, const mt_json_table_t *table, void *object,
    mt_str_t name, mt_str_t text, mt_form_lists_t *lists)
{
    int  rc;

    rc = lists ? mt_form_lists_take(lists, name, text, &x->decode.error) : 0;

    if (rc != 0) {
        return rc == 1 ? MT_OK : MT_NO_MEMORY;
    }

    return mt_json_set_text(&x->decode, table, object, name, text)
           == MT_NO_MEMORY ? MT_NO_MEMORY : MT_OK;
}


static mt_status_t
mt_decode_form(mt_exchange_t *x, const mt_json_table_t *table, void *object,
    mt_form_lists_t *lists)
{
    size_t                 i;
    const mt_form_part_t  *part;

    for (i = 0; x->received == MT_OK && i < x->form->n; i++) {
        part = &x->form->parts[i];

        if (part->file) {
            mt_decode_file(x, part);
            continue;
        }

        if (mt_decode_pair(x, table, object, part->name, part->text, lists)
            != MT_OK)
        {
            return MT_NO_MEMORY;
        }
    }

    return x->received;
}


/* Files other than the route's are ignored. */

static void
mt_decode_file(mt_exchange_t *x, const mt_form_part_t *part)
{
    mt_str_t  name;

    if (x->route->upload == NULL) {
        return;
    }

    name = mt_cstr(x->route->upload);

    if (!mt_str_eq(part->name, name)) {
        return;
    }

    if (x->call.files.given && x->decode.error.status == MT_OK) {
        x->decode.error.status = MT_DUPLICATE_KEY;
        x->decode.error.field = name;
    }

    x->call.files.given = &part->content;
}


/* Decodes %XX and '+'; a '%' that begins no escape stays.  Returns 0, or -1
 * without memory. */

static int
mt_decode_percent(mt_arena_t *arena, mt_str_t in, mt_str_t *out)
{
    char    *p;
    size_t   i;

    if (in.len == 0) {
        *out = MT_STR("");
        return 0;
    }

    /* most texts have no escape: spares the copy */

    if (memchr(in.data, '%', in.len) == NULL
        && memchr(in.data, '+', in.len) == NULL)
    {
        *out = in;
        return 0;
    }

    p = mt_arena_take(arena, in.len);
    if (p == NULL) {
        return -1;
    }

    out->data = p;

    for (i = 0; i < in.len; i++) {
        if (in.data[i] == '%' && in.len - i > 2
            && mt_hex_digit(in.data[i + 1]) >= 0
            && mt_hex_digit(in.data[i + 2]) >= 0)
        {
            *p++ = (char) (mt_hex_digit(in.data[i + 1]) << 4
                           | mt_hex_digit(in.data[i + 2]));
            i += 2;

        } else {
            *p++ = in.data[i] == '+' ? ' ' : in.data[i];
        }
    }

    out->len = p - out->data;

    return 0;
}


static int
mt_hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}


/* curl sends JSON as a form by default: a body that begins with '{' is no
 * form. */

static int
mt_is_form(const mt_input_t *in)
{
    char      c;
    size_t    i;
    mt_str_t  type;

    type = MT_STR("application/x-www-form-urlencoded");

    if (in->content_type.len < type.len || mt_first_mark(in->body) == '{') {
        return 0;
    }

    for (i = 0; i < type.len; i++) {
        c = in->content_type.data[i];

        if (c >= 'A' && c <= 'Z') {
            c |= 0x20;
        }

        if (c != type.data[i]) {
            return 0;
        }
    }

    return 1;
}


/* Returns the first byte that is no white space, -1 if there is none. */

static int
mt_first_mark(mt_str_t body)
{
    size_t  i;

    for (i = 0; i < body.len; i++) {
        if (memchr(" \t\r\n", body.data[i], 4) == NULL) {
            return (uint8_t) body.data[i];
        }
    }

    return -1;
}

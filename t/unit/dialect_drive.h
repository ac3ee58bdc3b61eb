
/*
 * Requests to a dialect without a server, for the unit tests of dialects: one
 * company's token, one header, answers compared to the byte.
 */

#ifndef DIALECT_DRIVE_H
#define DIALECT_DRIVE_H

#include "drive.h"
#include "tap.h"


#define JSON  "application/json"
#define FORM  "application/x-www-form-urlencoded; charset=utf-8"


static drive_t      d;
static const char  *token;      /* of the company that asks */

/* The only header of a request; "": it has none. */
static const char  *header_name = "", *header_value;


static const mt_status_t  all_statuses[] = {
#define STATUS(number, symbol, name, reason)  MT_##symbol,
    MT_STATUSES(STATUS)
#undef STATUS
};


/* Opens the dialect with the company FIXTURE_COMPANY, whose credential is
 * `key` (NULL: it has none). */

__attribute__((unused))
static void
dialect_open(const char *dialect, const char *key)
{
    drive_open(&d, dialect);
    fixture_company(&d.f, FIXTURE_COMPANY);

    if (key) {
        fixture_credential(&d.f, FIXTURE_COMPANY, key);
    }
}


/* Verifies the store and ends the test.  Returns the exit code. */

__attribute__((unused))
static int
dialect_done(void)
{
    is_int(fixture_verify(&d.f), 0, "the store verifies");

    drive_close(&d);

    return tap_done();
}


static mt_str_t
one_header(void *data, mt_str_t name)
{
    (void) data;

    return mt_str_eq(name, mt_cstr(header_name)) ? mt_cstr(header_value)
                                                 : MT_STR("");
}


static mt_input_t
input(const char *method, const char *path, const char *query,
    const char *type, const char *body)
{
    mt_input_t  in;

    memset(&in, 0, sizeof(in));
    in.method = mt_cstr(method);
    in.path = mt_cstr(path);
    in.query = mt_cstr(query);
    in.content_type = mt_cstr(type);
    in.body = mt_cstr(body);
    in.header = one_header;

    return in;
}


/* Returns the vendor's code; the rest of the answer is in d. */

__attribute__((unused))
static int
request(const char *method, const char *path, const char *query,
    const char *type, const char *body)
{
    mt_input_t  in;

    in = input(method, path, query, type, body);

    drive_exchange(&d, &in);

    return d.code;
}


/* Posts a JSON body, which is a format, to the call `name` below the path
 * `api`, with the token as the argument `argument` of the query. */

__attribute__((unused, format(printf, 4, 5)))
static int
post_json(const char *api, const char *argument, const char *name,
    const char *format, ...)
{
    char     path[100], query[60], body[4096];
    va_list  args;

    va_start(args, format);
    vsnprintf(body, sizeof(body), format, args);
    va_end(args);

    snprintf(path, sizeof(path), "%s%s", api, name);
    snprintf(query, sizeof(query), "%s=%s", argument, token);

    return request("POST", path, query, JSON, body);
}


/* Returns the `len` bytes after a part of the last answer, as a C string. */

__attribute__((unused))
static const char *
text_after(const char *part, size_t len)
{
    const char  *at;

    at = memmem(d.text.data, d.text.len, part, strlen(part));

    if (at == NULL
        || (size_t) (d.text.data + d.text.len - at) < strlen(part) + len)
    {
        printf("# %.*s\n", (int) d.text.len, d.text.data);
        fixture_die("a part of the answer is missing");
    }

    return mt_arena_str(d.f.arena,
                        (mt_str_t) { len, at + strlen(part) }).data;
}


/* Returns how often a part occurs in the last answer. */

__attribute__((unused))
static int
count(const char *part)
{
    int          n;
    size_t       len;
    const char  *p, *end;

    p = d.text.data;
    end = p + d.text.len;
    len = strlen(part);

    for (n = 0; (p = memmem(p, (size_t) (end - p), part, len)); n++) {
        p += len;
    }

    return n;
}


/* Makes the dialect's answer to a status the last answer.  Returns its
 * code. */

__attribute__((unused))
static int
status_answer(const mt_dialect_t *dialect, mt_status_t status)
{
    mt_buf_t       out;
    mt_exchange_t  x;

    memset(&x, 0, sizeof(x));
    x.dialect = dialect;
    x.call.arena = d.f.arena;
    x.call.settings = &d.f.settings;
    x.call.error.status = status;

    mt_buf_init(&out, d.f.arena, 0);
    x.writer = mt_json_writer(d.f.arena, &out);

    dialect->open_answer(&x);
    dialect->close_answer(&x);

    d.text = (mt_str_t) { out.len, out.data };

    return x.code;
}


__attribute__((unused))
static void
is_answer(const char *want, const char *what)
{
    if (!ok(mt_str_eq(d.text, mt_cstr(want)), "%s", what)) {
        printf("# got  %.*s\n# want %s\n", (int) d.text.len, d.text.data,
               want);
    }
}

#endif /* DIALECT_DRIVE_H */

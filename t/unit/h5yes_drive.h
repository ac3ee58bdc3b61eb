
/*
 * Requests to h5yes without a server.
 */

#ifndef H5YES_DRIVE_H
#define H5YES_DRIVE_H

#include "drive.h"
#include "tap.h"


#define API    "/meeting/api/open/"
#define TOKEN  "/meeting/api/oapi/gettoken"

#define FORM   "application/x-www-form-urlencoded; charset=utf-8"
#define JSON   "application/json"

/* the envelope after the value */
#define END    "\"code\":10000,\"fieldErrors\":{}}"


static drive_t      d;
static const char  *token;      /* of the company that asks */


__attribute__((unused))
static int
request(const char *method, const char *path, const char *query,
    const char *type, const char *body)
{
    mt_input_t  in;

    memset(&in, 0, sizeof(in));
    in.method = mt_cstr(method);
    in.path = mt_cstr(path);
    in.query = mt_cstr(query);
    in.content_type = mt_cstr(type);
    in.body = mt_cstr(body);
    in.header = drive_no_header;

    drive_exchange(&d, &in);

    return d.code;
}


/* Posts a body, which is a format, with the token in the query. */

__attribute__((unused, format(printf, 2, 3)))
static int
post(const char *what, const char *format, ...)
{
    char     path[100], query[60], body[4096];
    va_list  args;

    va_start(args, format);
    vsnprintf(body, sizeof(body), format, args);
    va_end(args);

    snprintf(path, sizeof(path), API "%s", what);
    snprintf(query, sizeof(query), "access_token=%s", token);

    return request("POST", path, query, JSON, body);
}


/* An exchange for such a call, decoded. */

__attribute__((unused))
static mt_exchange_t *
opened(const char *what, const char *body)
{
    mt_exchange_t  *x;

    static char        path[100], query[60];
    static mt_input_t  in;      /* outlives the exchange */

    snprintf(path, sizeof(path), API "%s", what);
    snprintf(query, sizeof(query), "access_token=%s", token);

    memset(&in, 0, sizeof(in));
    in.method = MT_STR("POST");
    in.path = mt_cstr(path);
    in.query = mt_cstr(query);
    in.content_type = mt_cstr(JSON);
    in.body = mt_cstr(body);
    in.header = drive_no_header;

    x = mt_exchange_open(&d.service, d.dialect, &d.f.settings, &in, d.f.now);
    if (x == NULL) {
        fixture_die("no memory");
    }

    mt_exchange_decode(x);

    return x;
}


__attribute__((unused))
static const char *
get_token(const char *appkey)
{
    char         query[200];
    mt_str_t     text;
    const char  *at;

    snprintf(query, sizeof(query), "appkey=%s&appsecret=%s-secret", appkey,
             appkey);

    if (request("GET", TOKEN, query, "", "") != 10000) {
        fixture_die("no token");
    }

    at = memmem(d.text.data, d.text.len, "\"access_token\":\"", 16);
    text.data = at + 16;
    text.len = 40;

    return mt_arena_str(d.f.arena, text).data;
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

#endif /* H5YES_DRIVE_H */

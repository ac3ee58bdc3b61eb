
/*
 * Requests to h5yes without a server.
 */

#ifndef H5YES_DRIVE_H
#define H5YES_DRIVE_H

#include "dialect_drive.h"


#define API    "/meeting/api/open/"
#define TOKEN  "/meeting/api/oapi/gettoken"

/* Posts a body, which is a format, with the token in the query. */
#define post(name, ...)  post_json(API, "access_token", name, __VA_ARGS__)

/* The part of an answer after the value. */
#define END    "\"code\":10000,\"fieldErrors\":{}}"


/* Returns a decoded exchange for such a call. */

__attribute__((unused))
static mt_exchange_t *
opened(const char *what, const char *body)
{
    mt_exchange_t  *x;

    static char        path[100], query[60];
    static mt_input_t  in;      /* outlives the exchange */

    snprintf(path, sizeof(path), API "%s", what);
    snprintf(query, sizeof(query), "access_token=%s", token);

    in = input("POST", path, query, JSON, body);

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
    char  query[200];

    snprintf(query, sizeof(query), "appkey=%s&appsecret=%s-secret", appkey,
             appkey);

    if (request("GET", TOKEN, query, "", "") != 10000) {
        fixture_die("no token");
    }

    return text_after("\"access_token\":\"", 40);
}


#endif /* H5YES_DRIVE_H */

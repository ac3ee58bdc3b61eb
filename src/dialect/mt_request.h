
/*
 * Requests of the dialects with access tokens: arguments from the body or the
 * query, a token among them that names the company.
 */

#ifndef MT_REQUEST_H
#define MT_REQUEST_H

#include "dialect/mt_dialect.h"


/* What every request has beside the operation's args, which follow it in
 * memory: one object for the route's table.  An exchange's `envelope`.  who:
 * who asks, in the dialects that trust their clients to say so. */

#define MT_REQUEST_FIELDS(F, M)                                               \
    F(M, 1, STR, token,         0, INT32_MAX, NULL)                           \
    F(M, 2, STR, who,           0, MT_ID_MAX, NULL)

MT_DECLARE_MODEL(request, MT_REQUEST_FIELDS);

#define MT_REQUEST_ARGS  sizeof(mt_request_t)


/* members of a route's table */

#define MT_ARG(wire, M, name, flags, how)                                     \
    { wire, MT_FIELD(M, name), MT_REQUEST_ARGS, flags, how, NULL }

/* "" is as good as nothing */
#define MT_MUST  (MT_JSON_REQUIRED | MT_JSON_FILLED)

/* not required here: that it is missing has a code of its own */
#define MT_TOKEN_ARG(wire)                                                    \
    { wire, MT_FIELD(request, token), 0, 0, NULL, NULL }

/* and of an answer's */

#define MT_SHOW(wire, view, part, M, name, how)                               \
    { wire, MT_FIELD(M, name), offsetof(mt_##view##_view_t, part), 0, how,    \
      NULL }


/* A member that says about whom or about which meeting a request is (place: of
 * mt_exchange_t's).  field: where the wire name alone does not tell. */

typedef struct {
    mt_str_t           wire;
    const mt_field_t  *field;
    size_t             place;
} mt_noted_t;

/*
 * mt_request_decode(): reads the arguments.  A fault of theirs waits in
 * x->decode.error until the token was looked at: who has none learns nothing
 * of what a request should hold.  The second is for who decodes by himself:
 * notes the members of a request.  mt_request_authenticate() then looks at the
 * token, unless the route is public, and at that fault.
 */
void mt_request_decode(mt_exchange_t *x, const mt_noted_t *noted, size_t n);
void mt_request_note(mt_exchange_t *x, const mt_noted_t *noted, size_t n);
void mt_request_authenticate(mt_exchange_t *x);

#endif /* MT_REQUEST_H */

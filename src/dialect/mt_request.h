
/*
 * Requests of the dialects with access tokens: the arguments come from the
 * body or the query, among them a token that names the company.
 */

#ifndef MT_REQUEST_H
#define MT_REQUEST_H

#include "dialect/mt_dialect.h"


/* The common members of a request: an exchange's `envelope`.  The operation's
 * args follow it in memory, so that the route's table fills both.  requester:
 * the acting user, in the dialects that trust their clients to name it. */

#define MT_REQUEST_FIELDS(F, M)                                               \
    F(M, 1, STR, token,         0, INT32_MAX, NULL)                           \
    F(M, 2, STR, requester,     0, MT_ID_MAX, NULL)

MT_DECLARE_MODEL(request, MT_REQUEST_FIELDS);

/* The offset of the args, in bytes. */
#define MT_REQUEST_ARGS  sizeof(mt_request_t)


/* Members of a route's request table. */

#define MT_ARG(wire, M, name, flags, how)                                     \
    { wire, MT_FIELD(M, name), MT_REQUEST_ARGS, flags, how, NULL }

/* Required, and "" counts as missing. */
#define MT_MUST  (MT_JSON_REQUIRED | MT_JSON_FILLED)

/* A member with MT_MUST and a secret in it. */
#define MT_MUST_SECRET  (MT_MUST | MT_JSON_SECRET)

/* Not required by the table: a missing token has a code of its own. */
#define MT_TOKEN_ARG(wire)                                                    \
    { wire, MT_FIELD(request, token), 0, MT_JSON_SECRET, NULL, NULL }

/* A member of an answer's table: a field of a part of a view. */

#define MT_SHOW(wire, view, part, M, name, how)                               \
    { wire, MT_FIELD(M, name), offsetof(mt_##view##_view_t, part), 0, how,    \
      NULL }


/* A member that names the user or the meeting of a request, for logs and rate
 * limits. */

typedef struct {
    mt_str_t           wire;
    const mt_field_t  *field;    /* if the wire name is ambiguous, or NULL */
    size_t             place;    /* offset in mt_exchange_t: user or meeting */
} mt_noted_t;

/* Makes the request, an mt_request_t followed by the operation's arguments, as
 * x->envelope and call.args, and prepares decoding into it.  Returns it, NULL
 * with call.error set if there is no memory. */
mt_request_t *mt_request_make(mt_exchange_t *x);

/* Decodes the arguments and notes members.  An error of the arguments waits in
 * x->decode.error until the token is checked, so that a client without a token
 * learns nothing of the arguments. */
void mt_request_decode(mt_exchange_t *x, const mt_noted_t *noted, size_t n);

/* Notes the members of a request that the dialect has decoded itself. */
void mt_request_note(mt_exchange_t *x, const mt_noted_t *noted, size_t n);

/* Proves the company by the token.  The user is not proven: the client is a
 * server that may name any. */
void mt_request_prove(mt_exchange_t *x);

/* Does the same with a token that the dialect has decoded itself. */
void mt_request_prove_token(mt_exchange_t *x, mt_str_t token);

/* Checks the token, unless the route is public, then reports the error that
 * mt_request_decode() has left. */
void mt_request_authenticate(mt_exchange_t *x);

#define MT_LINK_CODE_LEN  11      /* characters of a join link's code */

/* Returns 1 if a link's code may have the character, else 0. */

static inline int
mt_is_url_safe(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '-' || c == '_';
}


/*
 * Finds the code in the address of a meeting's join link: 11 URL-safe
 * characters behind the last `before` ("/k/") that such a code follows.  What
 * stands behind the code is no matter, since a link is sent along with a full
 * stop or a query, but it may not go on as the code does.  Returns the code,
 * which points into the address, or an empty string.
 */
mt_str_t mt_link_code(mt_str_t address, mt_str_t before);

#endif /* MT_REQUEST_H */

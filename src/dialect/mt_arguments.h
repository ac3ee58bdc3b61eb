
/*
 * Arguments of a request from a JSON body, a form body, the query string and
 * headers.
 */

#ifndef MT_ARGUMENTS_H
#define MT_ARGUMENTS_H

#include "dialect/mt_dialect.h"


/*
 * Fills `object` by `table` from the query and the body.  x->decode.arena must
 * be set; x->decode.error keeps the first error of a member.  A member of a
 * JSON body replaces the query's; a member that query and form both give, or
 * one of them twice, is MT_DUPLICATE_KEY.  A missing or blank body counts as
 * {}; the body of a GET is ignored.  The route's file becomes
 * x->call.files.given.
 *
 * A form spells lists as PHP and axios do: "ids[]", "ids[0]",
 * "people[0][name]"; a list of objects may also be JSON text.  A list so
 * spelled replaces the query's.
 *
 * Returns MT_OK, or for the request as a whole MT_BAD_JSON, MT_COMPRESSED,
 * MT_TOO_MANY (arguments), MT_NO_MEMORY or an error of mt_form_read().
 */
mt_status_t mt_decode_arguments(mt_exchange_t *x,
    const mt_json_table_t *table, void *object);

/*
 * The two parts for dialects whose document says in which place a member
 * stands; must be called before mt_json_decode().  A header has the name of
 * its member in lower case and is read only if the member was not given yet.
 * Both return MT_OK, MT_TOO_MANY or MT_NO_MEMORY.
 */
mt_status_t mt_decode_query(mt_exchange_t *x, const mt_json_table_t *table,
    void *object);
mt_status_t mt_decode_headers(mt_exchange_t *x, const mt_json_table_t *table,
    void *object);

/* Sets *token, if it is empty, to the token of the request's header
 * "Authorization: Bearer TOKEN" (RFC 6750, section 2.1).  A dialect calls this
 * once it has read its own place for a token, which so takes precedence. */
void mt_decode_bearer(mt_exchange_t *x, mt_str_t *token);

/* Decodes the body as mt_json_decode() does, and returns as it does, or
 * MT_COMPRESSED for one with a Content-Encoding or of gzip's bytes. */
mt_status_t mt_decode_body(mt_exchange_t *x, const mt_json_table_t *table,
    void *object);

#endif /* MT_ARGUMENTS_H */

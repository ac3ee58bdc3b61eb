
/*
 * Outgoing HTTP: a POST of JSON to a URL that a customer gave.  The
 * environment has no influence (no proxy, no netrc), redirects are not
 * followed, certificates are checked, the answer's size is limited, and
 * private addresses are blocked.  The address is judged when the connection is
 * made, after the name was resolved.  A proxy resolves names itself: then only
 * an address that stands in the URL can be judged.
 *
 * An exchange object is used many times, by one thread at a time.
 */

#ifndef MT_OUTGOING_H
#define MT_OUTGOING_H

#include "base/mt_base.h"

#include <curl/curl.h>


struct sockaddr;

typedef struct {
    int64_t      connect_timeout;    /* ms */
    int64_t      timeout;            /* ms, for the whole exchange */
    const char  *proxy;              /* NULL: none */
    const char  *ca_file;            /* NULL: the system's */
    int          allow_private;      /* connect to private addresses, too */
} mt_outgoing_options_t;

#define MT_OUTGOING_ANSWER  16384    /* most bytes of an answer */


/* The outcome of an exchange; _FORM to _PLAINTEXT judge the answer of a
 * subscriber (event/mt_event_send.h). */

typedef enum {
    MT_VERDICT_OK,
    MT_VERDICT_URL,            /* neither http nor https, or malformed */
    MT_VERDICT_CONNECT,        /* no such name, or no connection */
    MT_VERDICT_BLOCKED,        /* a private address */
    MT_VERDICT_TIME,           /* no answer within the timeout */
    MT_VERDICT_TLS,
    MT_VERDICT_BROKEN,         /* no HTTP, or the connection was lost */
    MT_VERDICT_STATUS,         /* not 2xx */
    MT_VERDICT_SIZE,           /* of the answer: too large */
    MT_VERDICT_FORM,           /* neither "success" nor the four members */
    MT_VERDICT_SIGNATURE,      /* wrong */
    MT_VERDICT_KEY,            /* the answer is encrypted with another key */
    MT_VERDICT_OWNER,          /* the answer is for another appkey */
    MT_VERDICT_PLAINTEXT,      /* decrypted, it is not "success" */
    MT_VERDICT_PLAIN,          /* "success", where it has to be encrypted */
    MT_VERDICT_MEMORY
} mt_verdict_t;

typedef struct {
    mt_verdict_t  verdict;
    long          status;      /* HTTP status, 0: no answer */
    size_t        sent;        /* bytes of the request's body */
    mt_str_t      body;        /* both valid until mt_outgoing_prepare() */
    const char   *detail;      /* libcurl's reason, or "" */
} mt_response_t;


typedef struct mt_outgoing_s  mt_outgoing_t;

/* To be called once per process, before it has threads.  Returns 0 or -1. */
int mt_outgoing_init(void);

/* Makes an exchange object, which the options must outlive.  Returns NULL
 * without memory. */
mt_outgoing_t *mt_outgoing_create(const mt_outgoing_options_t *options);
void mt_outgoing_destroy(mt_outgoing_t *o);

/* Returns 1 for an http or https URL with a host, else 0. */
int mt_outgoing_url_valid(mt_arena_t *arena, mt_str_t url);

/*
 * Prepares a POST of `body`, which must last until the exchange has ended, to
 * `url`; `query` is added to the URL's own.  Returns MT_VERDICT_OK, _URL,
 * _BLOCKED (for an address that stands in the URL) or _MEMORY.
 */
mt_verdict_t mt_outgoing_prepare(mt_outgoing_t *o, mt_arena_t *arena,
    mt_str_t url, mt_str_t query, mt_str_t body);

/* The handle is for curl_multi_add_handle(), the data is its
 * CURLINFO_PRIVATE. */
CURL *mt_outgoing_handle(mt_outgoing_t *o);
void mt_outgoing_set_data(mt_outgoing_t *o, void *data);

/* Fills *answer after the exchange has ended with `code`. */
void mt_outgoing_answer(mt_outgoing_t *o, CURLcode code,
    mt_response_t *answer);

/* Runs the prepared exchange; blocks. */
void mt_outgoing_perform(mt_outgoing_t *o, mt_response_t *answer);

/* Returns a verdict in words, for messages. */
const char *mt_verdict_text(mt_verdict_t verdict);

/* Returns 1 for an address of this machine, of a private network, or of
 * another range that the public Internet does not route; else 0. */
int mt_outgoing_is_private(const struct sockaddr *addr);

#endif /* MT_OUTGOING_H */

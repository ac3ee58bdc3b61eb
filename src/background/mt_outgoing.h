
/*
 * HTTP to the outside: a POST of JSON to an address that some customer gave.
 * Nothing of the environment counts (no proxy, no netrc), redirects are not
 * followed, certificates are checked, an answer is bounded, and an address
 * that leads inside is refused: judged on what the name resolved to, when the
 * connection is made.  Through a proxy only addresses that stand in the URL
 * can be judged: where names lead is the proxy's to know.
 *
 * An exchange object is used again and again, by one thread at a time.
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
    int          allow_private;
} mt_outgoing_options_t;

#define MT_OUTGOING_ANSWER  16384    /* bytes of an answer, at most */


/* How it went: the way there and back, then what an answer says. */

typedef enum {
    MT_VERDICT_OK,
    MT_VERDICT_URL,            /* not one to be used */
    MT_VERDICT_CONNECT,        /* no connection, or no such name */
    MT_VERDICT_BLOCKED,        /* the address leads inside */
    MT_VERDICT_TIME,
    MT_VERDICT_TLS,
    MT_VERDICT_BROKEN,         /* no HTTP, or the connection was lost */
    MT_VERDICT_STATUS,
    MT_VERDICT_SIZE,
    MT_VERDICT_FORM,           /* neither "success" nor the four members */
    MT_VERDICT_SIGNATURE,
    MT_VERDICT_KEY,
    MT_VERDICT_OWNER,
    MT_VERDICT_PLAINTEXT,      /* it says something else */
    MT_VERDICT_MEMORY
} mt_verdict_t;

typedef struct {
    mt_verdict_t  verdict;
    long          status;      /* HTTP's; 0: none came */
    mt_str_t      body;        /* until the next mt_outgoing_prepare() */
    const char   *detail;      /* "" or more about it, as long */
} mt_response_t;


typedef struct mt_outgoing_s  mt_outgoing_t;

/* Once in a process, before it has threads.  0 or -1. */
int mt_outgoing_init(void);

/* The options must outlive it.  NULL without memory. */
mt_outgoing_t *mt_outgoing_create(const mt_outgoing_options_t *options);
void mt_outgoing_destroy(mt_outgoing_t *o);

/* "http://" or "https://" with a host. */
int mt_outgoing_url_valid(mt_arena_t *arena, mt_str_t url);

/*
 * Makes it ready for a POST of `body`, which must stay where it is, to `url`,
 * whose query `query` is added to.  MT_VERDICT_OK, _URL, _BLOCKED (an address
 * that stands in the URL), _MEMORY.
 */
mt_verdict_t mt_outgoing_prepare(mt_outgoing_t *o, mt_arena_t *arena,
    mt_str_t url, mt_str_t query, mt_str_t body);

/* For curl_multi_add_handle(); CURLINFO_PRIVATE is what was set here. */
CURL *mt_outgoing_handle(mt_outgoing_t *o);
void mt_outgoing_set_data(mt_outgoing_t *o, void *data);

/* What came of it, once it has ended with `code`. */
void mt_outgoing_answer(mt_outgoing_t *o, CURLcode code,
    mt_response_t *answer);

/* The whole exchange, waiting for it. */
void mt_outgoing_perform(mt_outgoing_t *o, mt_response_t *answer);

/* A few words, for people. */
const char *mt_verdict_text(mt_verdict_t verdict);

/* 1 for an address of the inside: this machine, a private network, and what
 * is none of the public Internet's. */
int mt_outgoing_is_inside(const struct sockaddr *addr);

#endif /* MT_OUTGOING_H */

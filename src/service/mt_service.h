
/*
 * The facade that the server's glue sees: a request goes in as strings, an
 * answer comes out as bytes, and between them the glue is told what to do
 * next.  Knows no dialect by name, no operation by name.
 *
 *     x = mt_exchange_open()          event loop, body at hand
 *     mt_exchange_receive()           in a thread, a body that is not joined:
 *                                     if mt_service_receives() says so
 *     mt_exchange_decode()            before rate limits: variables are set
 *     step = mt_exchange_start()      event loop
 *     MT_STEP_SETTLE: queue a barrier, wait, then mt_exchange_start() again;
 *                     after mt_exchange_allow_stale() it does not ask again
 *     MT_STEP_WORK:   mt_exchange_work() in a thread,
 *                     then step = mt_exchange_resume() on the event loop
 *     MT_STEP_COMMIT: queue x->call.command, wait, then on the event loop
 *                     step = mt_exchange_committed(), whether or not there is
 *                     still somebody to be answered
 *     MT_STEP_DONE:   mt_exchange_output() at once, for a read may be left
 *                     open until then (a process has one at a time), and until
 *                     it says it was the last
 *     mt_exchange_close()             at any point
 *
 * An exchange belongs to one request; its functions are called one at a time.
 */

#ifndef MT_SERVICE_H
#define MT_SERVICE_H

#include "dialect/mt_dialect.h"
#include "domain/mt_operations.h"
#include "service/mt_memo.h"
#include "service/mt_row_cache.h"


/* Arenas of exchanges that are over, kept for the next ones: their memory is
 * in the processor's caches still. */
#define MT_SPARE_ARENAS  256

/* One per process: the open store and what is read from it once.  Used by the
 * event loop. */

typedef struct {
    mt_store_t        *store;       /* NULL while it cannot be opened */
    const char        *resources;   /* folder of files; set by the owner */
    mt_str_t           server_key;
    char               key_bytes[MT_SERVER_KEY_LEN];
    mt_json_parser_t  *parser;
    size_t             nspares;
    mt_arena_t        *spares[MT_SPARE_ARENAS];
    mt_row_cache_t    *rows;        /* NULL until there is a row */
    mt_memo_t         *memo;        /* NULL until there was a read */
} mt_service_t;

/* Reads the server key; clears the rest.  MT_OK or MT_STORE_FAILED. */
mt_status_t mt_service_init(mt_service_t *service, mt_store_t *store);

/* Frees what it keeps, but the store; exchanges may be open still. */
void mt_service_clear(mt_service_t *service);


/* Limits of one request's memory, in bytes. */
#define MT_EXCHANGE_ARENA  (64 * 1024 * 1024)

/* NULL without memory.  `in`'s strings must outlive the exchange. */
mt_exchange_t *mt_exchange_open(mt_service_t *service,
    const mt_dialect_t *dialect, const mt_settings_t *settings,
    const mt_input_t *in, int64_t now);
void mt_exchange_close(mt_exchange_t *x);

/*
 * 1 when the request's body is a form with files: it is not to be joined, but
 * gone through by mt_exchange_receive(), which reads it, in a thread, before
 * mt_exchange_decode().  `body` must be readable as long as the exchange is,
 * by work() again.
 */
int mt_service_receives(const mt_dialect_t *dialect, const mt_input_t *in);
void mt_exchange_receive(mt_exchange_t *x, const mt_blob_t *body);

/* Finds the route, decodes, checks the form and the signature.  Afterwards
 * x->route, x->user, x->meeting and x->call.error are known. */
void mt_exchange_decode(mt_exchange_t *x);

mt_step_t mt_exchange_start(mt_exchange_t *x);

/* Lets mt_exchange_start() read a snapshot that lacks something which was
 * acknowledged: the store could not be settled in time. */
void mt_exchange_allow_stale(mt_exchange_t *x);
void mt_exchange_work(mt_exchange_t *x);
mt_step_t mt_exchange_resume(mt_exchange_t *x);
mt_step_t mt_exchange_committed(mt_exchange_t *x, const mt_result_t *result);

/* The answer is this error instead (MT_BUSY, MT_LIMITED, ...), unless a part
 * of it is out already or the command has been applied. */
void mt_exchange_fail(mt_exchange_t *x, mt_status_t status);

/*
 * The answer's next piece, appended to `out` (empty when called): about
 * `piece` bytes, or as many rows as an event loop can wait for.  1: the last,
 * 0: more follow, -1: the answer broke off (the connection must be closed).
 */
int mt_exchange_output(mt_exchange_t *x, mt_buf_t *out, size_t piece);

/* HTTP status and content type of the answer; valid after the first piece. */
int mt_exchange_http_status(const mt_exchange_t *x);

/*
 * The dialect's envelope for an error that the server itself raised (404, 405,
 * 413, 429, 5xx, before or instead of an exchange).  Written into `arena`.
 */
mt_str_t mt_service_error(const mt_dialect_t *dialect,
    const mt_settings_t *settings, int http_status, int64_t now,
    mt_arena_t *arena);

/* The status that such an error counts as. */
mt_status_t mt_service_status(int http_status);

#endif /* MT_SERVICE_H */

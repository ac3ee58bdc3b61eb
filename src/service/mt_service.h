
/*
 * The service, the facade for the server's glue: a request goes in as strings,
 * an answer comes out as bytes, and each step tells the glue what to do next.
 * The service knows no dialect and no operation by name.
 *
 *     x = mt_exchange_open()          event loop; the body is there
 *     mt_exchange_receive()           thread; only if mt_service_receives()
 *     mt_exchange_decode()            event loop; sets the variables that rate
 *                                     limits use
 *     step = mt_exchange_start()      event loop
 *     MT_STEP_SETTLE: queue a barrier, wait, call mt_exchange_start() again;
 *                     after mt_exchange_allow_stale() this step does not come
 *     MT_STEP_WORK:   mt_exchange_work() in a thread, then on the event loop
 *                     step = mt_exchange_resume()
 *     MT_STEP_COMMIT: queue x->call.command, wait, then on the event loop
 *                     step = mt_exchange_committed(), even if the client has
 *                     gone
 *     MT_STEP_DONE:   mt_exchange_output() until it returns the last piece;
 *                     the first call at once, since the read transaction may
 *                     still be open and a process has one at a time
 *     mt_exchange_close()             event loop; at any point
 *
 * An exchange belongs to one request; its functions are called one at a time.
 */

#ifndef MT_SERVICE_H
#define MT_SERVICE_H

#include "dialect/mt_dialect.h"
#include "domain/mt_operations.h"
#include "service/mt_memo.h"
#include "service/mt_row_cache.h"


/* Arenas of closed exchanges that are kept for the next ones: their memory is
 * still in the processor's caches. */
#define MT_SPARE_ARENAS  256

/* Read transactions of unfinished answers that are held open at most, unless
 * the owner sets held_max: each takes a reader slot. */
#define MT_HELD_MAX      16

struct mt_service_exchange_s;

/* One service per process, used by the event loop. */

typedef struct {
    mt_store_t        *store;       /* NULL while it cannot be opened */
    const char        *resources;   /* resources folder; set by the owner */
    mt_guard_t        *guard;       /* of log-ins, or NULL; set by the owner */
    mt_str_t           server_key;  /* in key_bytes */
    mt_str_t           token_key;   /* in token_bytes */
    char               key_bytes[MT_SERVER_KEY_LEN];
    char               token_bytes[MT_SERVER_KEY_LEN];
    mt_json_parser_t  *parser;
    size_t             nspares;
    mt_arena_t        *spares[MT_SPARE_ARENAS];
    mt_row_cache_t    *rows;        /* NULL until the first row */
    mt_memo_t         *memo;        /* NULL until the first read */

    /* answers whose snapshot is held, oldest first */
    struct mt_service_exchange_s  *held;
    struct mt_service_exchange_s  *held_last;
    size_t             nheld;
    size_t             held_max;
    size_t             spooled;     /* bytes of rests of answers in memory */
} mt_service_t;

/* Clears the service and reads the server key from the store, which may be
 * NULL.  Returns MT_OK or MT_STORE_FAILED. */
mt_status_t mt_service_init(mt_service_t *service, mt_store_t *store);

/* Frees all that the service owns; the store is its owner's.  Exchanges may
 * still be open. */
void mt_service_clear(mt_service_t *service);


/* Ends the snapshots of answers that were held for `ms` milliseconds; the
 * rests of these answers are put into memory.  To be called about once a
 * second. */
void mt_service_age(mt_service_t *service, unsigned ms);

/* The most bytes of memory that a request may take. */
#define MT_EXCHANGE_ARENA  (64 * 1024 * 1024)

/* Opens an exchange at the instant `now` (ms).  The strings of `in` must
 * outlive it.  Returns NULL without memory. */
mt_exchange_t *mt_exchange_open(mt_service_t *service,
    const mt_dialect_t *dialect, const mt_settings_t *settings,
    const mt_input_t *in, int64_t now);

/* Ends the exchange, and deletes files of it that are not in use.  The
 * exchange is in its own arena: *x is gone. */
void mt_exchange_close(mt_exchange_t *x);

/* Returns 1 if the body is a multipart form that the route takes, so that the
 * glue must not join it but call mt_exchange_receive(); else 0. */
int mt_service_receives(const mt_dialect_t *dialect, const mt_input_t *in);

/* Reads the body, a multipart form.  The body must stay readable as long as
 * the exchange is open: mt_exchange_work() reads the file again. */
void mt_exchange_receive(mt_exchange_t *x, const mt_blob_t *body);

/* Finds the route, decodes the request and judges what it proves by itself.
 * Sets x->route, x->user, x->meeting, x->proven_company, x->proven_user and
 * x->call.error. */
void mt_exchange_decode(mt_exchange_t *x);

/* Authenticates and starts the operation.  Returns the next step. */
mt_step_t mt_exchange_start(mt_exchange_t *x);

/* Lets mt_exchange_start() read a snapshot that lacks acknowledged commands:
 * the store could not be settled in time. */
void mt_exchange_allow_stale(mt_exchange_t *x);

/* Does the operation's slow work. */
void mt_exchange_work(mt_exchange_t *x);

/* Goes on after the work.  Returns the next step. */
mt_step_t mt_exchange_resume(mt_exchange_t *x);

/* Takes the result of the command.  Returns MT_STEP_DONE, or MT_STEP_WORK if a
 * file is to be deleted. */
mt_step_t mt_exchange_committed(mt_exchange_t *x, const mt_result_t *result);

/* Makes the answer this error (MT_BUSY, MT_LIMITED...), unless a part of the
 * answer has left or the command has been applied. */
void mt_exchange_fail(mt_exchange_t *x, mt_status_t status);

/* Appends the next piece of the answer to `out`, which is empty: about `piece`
 * bytes, or as many rows as an event loop can wait for.  Returns 1 if it is
 * the last piece, 0 if more follow, -1 if the answer broke off: then the
 * connection must be closed. */
int mt_exchange_output(mt_exchange_t *x, mt_buf_t *out, size_t piece);

/* Returns the HTTP status of the answer; valid after the first piece. */
int mt_exchange_http_status(const mt_exchange_t *x);

/* Writes the dialect's envelope for an error that the server itself raised
 * (404, 405, 413, 429, 5xx).  Returns the text, in the arena, "" without
 * memory. */
mt_str_t mt_service_error(const mt_dialect_t *dialect,
    const mt_settings_t *settings, int http_status, int64_t now,
    mt_arena_t *arena);

/* Returns the status for an error that the server itself raised. */
mt_status_t mt_service_status(int http_status);

#endif /* MT_SERVICE_H */

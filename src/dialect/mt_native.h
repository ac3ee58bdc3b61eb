
/*
 * Private to the native dialect.  mt_native.c: envelope, who asks, errors.
 * mt_native_tables.c: routes and tables.
 */

#ifndef MT_NATIVE_H
#define MT_NATIVE_H

#include "dialect/mt_dialect.h"


/*
 * The members of a request beside the operation's args, which follow them in
 * memory: an exchange's `envelope`.  device, password, cookie: of a log-in.
 * The dialect sets the fields from 10 on: the person and time that the token
 * is of (0: an access token, or none), whether a cookie carried it, the caller
 * of the session, and the secret of a credential that is made.
 */
#define MT_NATIVE_FIELDS(F, M)                                                \
    F(M, 1,  STR, token,        0, INT32_MAX, NULL)                           \
    F(M, 2,  STR, device,       1, 40, NULL)                                  \
    F(M, 3,  STR, password,     1, MT_NAME_MAX, NULL)                         \
    F(M, 4,  INT, cookie,       0, 1, NULL)                                   \
    F(M, 5,  INT, format,       0, 1, NULL)             /* 1: CSV */          \
    F(M, 10, INT, user,         0, MT_NUM_MAX, NULL)                          \
    F(M, 11, INT, issued,       0, MT_TIME_MAX, NULL)                         \
    F(M, 12, INT, by_cookie,    0, 1, NULL)                                   \
    F(M, 13, STR, caller,       0, MT_ID_MAX, NULL)                           \
    F(M, 14, STR, secret,       0, MT_ID_MAX, NULL)

MT_DECLARE_MODEL(native, MT_NATIVE_FIELDS);

/* The offset of the args, in bytes. */
#define MT_NATIVE_ARGS  sizeof(mt_native_t)


/* Returns 1 if the request's person is an administrator, 0 if not or if it is
 * no person's, -1 on failure.  The read transaction is open. */
int mt_native_is_admin(mt_exchange_t *x);

/* Returns the caller of sessions of a device, "" without memory. */
mt_str_t mt_native_caller(mt_arena_t *arena, mt_str_t device);

/* Returns the ETag of a meeting, quoted; "" without memory. */
mt_str_t mt_native_etag(mt_exchange_t *x, const mt_meeting_view_t *view);


/* Reads the header If-Match.  Returns 1 with the time (ms) of the last change
 * that the client has seen, 0 if it does not say, -1 for no ETag of a meeting.
 */
int mt_native_if_match(mt_exchange_t *x, int64_t *updated);

/* Returns the header Idempotency-Key, "" if there is none, or if it is too
 * long, which becomes the call's error. */
mt_str_t mt_native_key(mt_exchange_t *x);


/* Writes a list as CSV. */
extern const mt_markup_t  mt_native_csv;

/* Members of mt_dialect_native. */
void mt_native_decode(mt_exchange_t *x);
void mt_native_prove(mt_exchange_t *x);
void mt_native_authenticate(mt_exchange_t *x);
void mt_native_open_answer(mt_exchange_t *x);
void mt_native_close_answer(mt_exchange_t *x);
int mt_native_http(mt_status_t status);

#endif /* MT_NATIVE_H */

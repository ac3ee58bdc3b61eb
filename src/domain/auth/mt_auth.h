
/*
 * Sessions of users (weclubs) and access tokens of credentials (the others).
 */

#ifndef MT_AUTH_H
#define MT_AUTH_H

#include "domain/kernel/mt_apply.h"


/*
 * The weclubs session.  Its token is Base64 of "<32 hex>_date=<ms>": the hex
 * digits are a MAC over company, user, caller and time under the server's key.
 *
 * mt_session_token() makes the token of a session record issued at `issued`
 * (ms).  Returns it, or an empty string on failure.
 *
 * mt_session_prove() resolves the user and checks that the token was made for
 * them and has not expired; the session may have ended since.  Returns MT_OK
 * with *proof set, else with proof->user 0: MT_TOKEN_EXPIRED, MT_BAD_TOKEN for
 * any other token, or a failure.
 *
 * mt_session_check() checks that the session of a proof is in force.  Returns
 * MT_OK, MT_TOKEN_EXPIRED, MT_BAD_TOKEN or a failure.
 */
typedef struct {
    int64_t  user;
    int64_t  issued;     /* ms */
} mt_session_proof_t;

mt_str_t mt_session_token(mt_arena_t *arena, mt_str_t server_key,
    uint32_t company, int64_t user, mt_str_t caller, int64_t issued);
mt_status_t mt_session_prove(mt_call_t *call, mt_str_t user_ref,
    mt_str_t caller, mt_str_t token, mt_session_proof_t *proof);
mt_status_t mt_session_check(mt_call_t *call, mt_str_t caller,
    const mt_session_proof_t *proof);

/* Derives the key of access tokens from the server's key and the store's
 * generation, so that a new generation makes older tokens void.  `key` has
 * MT_SERVER_KEY_LEN bytes.  Returns 0, or -1 on failure. */
int mt_token_key(mt_str_t server_key, int64_t generation, uint8_t *key);

/*
 * Access tokens: 40 lower-case hex digits that hold a credential's number and
 * the time of issue (ms), encrypted and authenticated under the server's key.
 * The store knows no token: one is valid for access_ttl while its credential
 * is in force, and no two are equal.
 *
 * mt_token_make() returns a new token, or an empty string on failure.
 *
 * mt_token_check() sets call->company to the credential's, also with
 * MT_NO_SCOPE.  Returns MT_OK, MT_NO_TOKEN for an empty token,
 * MT_TOKEN_EXPIRED, MT_BAD_TOKEN, or a failure; and, for a credential that is
 * not good for the call, MT_WRONG_ADDRESS, or MT_NO_SCOPE with the name of the
 * scope that it lacks in call->error.field.
 *
 * A refresh token (yunzhijia) is made in the same way under keys of its own,
 * so that neither kind is taken for the other.  It gives access tokens for
 * MT_REFRESH_TTL, any number of them, while its credential is in force.
 * mt_refresh_make() returns one as mt_token_make() does; mt_refresh_check()
 * finds its credential, returning as mt_token_check().
 */
#define MT_REFRESH_TTL  (30 * MT_MS_PER_DAY)

mt_str_t mt_token_make(mt_arena_t *arena, mt_str_t token_key,
    int64_t credential, int64_t issued);
mt_status_t mt_token_check(mt_call_t *call, mt_str_t token);
mt_str_t mt_refresh_make(mt_arena_t *arena, mt_str_t token_key,
    int64_t credential, int64_t issued);
mt_status_t mt_refresh_check(mt_call_t *call, mt_str_t token,
    mt_credential_t *credential);

#endif /* MT_AUTH_H */


#include "base/mt_crypto.h"
#include "domain/auth/mt_auth.h"
#include "domain/auth/mt_guard.h"
#include "domain/directory/mt_directory.h"
#include "domain/view/mt_view.h"

#include <zlib.h>


#define MT_TOKEN_HEX     (2 * MT_MAC_LEN)

static const mt_str_t  mt_token_date = mt_str("_date=");


/* The input and result of login's work(), which does not read the store. */

typedef struct {
    mt_guard_who_t  who;
    mt_str_t        stored;      /* copy of the record's hash */
    mt_str_t        md5;         /* lower case */
    int             disabled;
    int             right;       /* out: 1, 0, or -1 on failure */
    int64_t         wait;        /* out: ms; not 0: it was not judged */
    unsigned        reached;     /* out: MT_GUARD_* */
    mt_str_t        fresh;       /* out, of password_set: the new hash; "" on
                                    failure */
} mt_login_state_t;


static mt_status_t mt_token_parse(mt_arena_t *arena, mt_str_t token,
    uint8_t mac[MT_MAC_LEN], int64_t *issued);
static int mt_token_mac(mt_str_t server_key, uint32_t company, int64_t user,
    mt_str_t caller, int64_t issued, uint8_t mac[MT_MAC_LEN]);
static mt_step_t mt_login_start(mt_call_t *call);
static int64_t mt_login_find(mt_call_t *call, mt_str_t mobile);
static mt_str_t mt_login_md5(mt_arena_t *arena, mt_str_t hex);
static int64_t mt_login_clock(void);
static int mt_login_default(mt_call_t *call, mt_str_t md5);
static void mt_login_work(mt_call_t *call);
static void mt_login_judge(mt_call_t *call);
static void mt_login_warn(mt_call_t *call);
static mt_step_t mt_login_resume(mt_call_t *call);
static int64_t mt_login_mark(mt_str_t stored);
static mt_status_t mt_login_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static void mt_login_finish(mt_call_t *call);
static mt_status_t mt_session_close_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_step_t mt_password_set_start(mt_call_t *call);
static void mt_password_set_work(mt_call_t *call);
static mt_step_t mt_password_set_resume(mt_call_t *call);
static mt_status_t mt_password_set_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_session_end_others(mt_apply_t *a, mt_str_t caller);
static mt_step_t mt_me_start(mt_call_t *call);
static mt_status_t mt_session_expire_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static int64_t mt_session_expire_user(mt_apply_t *a, int64_t user,
    int64_t before);


const mt_operation_t  mt_op_login = {
    .code = MT_CODE_login,
    .reserve = 1,
    .cpu_work = 1,
    .unsettled = 1,
    .name = "login",
    .args = &mt_login_model,
    .body = &mt_session_open_model,
    .start = mt_login_start,
    .work = mt_login_work,
    .resume = mt_login_resume,
    .finish = mt_login_finish,
    .apply = mt_login_apply
};

const mt_operation_t  mt_op_session_close = {
    .code = MT_CODE_session_close,
    .reserve = 1,
    .name = "session_close",
    .args = &mt_session_close_model,
    .body = &mt_session_close_model,
    .start = mt_start_command,
    .apply = mt_session_close_apply
};

const mt_operation_t  mt_op_password_set = {
    .code = MT_CODE_password_set,
    .grows = 1,
    .cpu_work = 1,
    .name = "password_set",
    .args = &mt_password_set_model,
    .body = &mt_password_put_model,
    .start = mt_password_set_start,
    .work = mt_password_set_work,
    .resume = mt_password_set_resume,
    .apply = mt_password_set_apply
};

const mt_operation_t  mt_op_me = {
    .code = MT_CODE_me,
    .name = "me",
    .args = &mt_nothing_model,
    .start = mt_me_start
};

const mt_operation_t  mt_op_session_expire = {
    .code = MT_CODE_session_expire,
    .name = "session_expire",
    .args = &mt_session_expire_model,
    .body = &mt_session_expire_model,
    .start = mt_start_command,
    .apply = mt_session_expire_apply
};


mt_str_t
mt_session_token(mt_arena_t *arena, mt_str_t server_key,
    uint32_t company, int64_t user, mt_str_t caller, int64_t issued)
{
    char     hex[MT_TOKEN_HEX];
    uint8_t  mac[MT_MAC_LEN];

    if (mt_token_mac(server_key, company, user, caller, issued, mac) != 0) {
        return MT_STR("");
    }

    mt_hex_lower(mac, MT_MAC_LEN, hex);

    return mt_base64(arena, mt_arena_printf(arena, "%.*s%.*s%lld",
                                            (int) MT_TOKEN_HEX, hex,
                                            (int) mt_token_date.len,
                                            mt_token_date.data,
                                            (long long) issued));
}


/* Returns 0 or -1.  The caller's name, the only part of variable length, is
 * last: no two inputs have the same bytes. */

static int
mt_token_mac(mt_str_t server_key, uint32_t company, int64_t user,
    mt_str_t caller, int64_t issued, uint8_t mac[MT_MAC_LEN])
{
    uint8_t   nums[20];
    mt_str_t  parts[3] = { mt_str("session token") };

    mt_put_u64(mt_put_u64(mt_put_u32(nums, company), (uint64_t) user),
               (uint64_t) issued);

    parts[1].len = sizeof(nums);
    parts[1].data = (char *) nums;
    parts[2] = caller;

    return mt_mac(server_key, parts, 3, mac);
}


mt_status_t
mt_session_prove(mt_call_t *call, mt_str_t user_ref, mt_str_t caller,
    mt_str_t token, mt_session_proof_t *proof)
{
    int64_t      num, issued;
    uint8_t      given[MT_MAC_LEN], mac[MT_MAC_LEN];
    mt_status_t  rc;

    proof->user = 0;

    rc = mt_token_parse(call->arena, token, given, &issued);
    if (rc != MT_OK) {
        return rc;
    }

    num = mt_ref_num(call->txn, call->company, MT_NAME_USER, user_ref);

    /* an unknown user takes as long as any other */

    if (mt_token_mac(call->server_key, call->company, num, caller, issued,
                     mac)
        != 0)
    {
        return MT_INTERNAL;
    }

    if (!mt_secret_eq((mt_str_t) { MT_MAC_LEN, (const char *) mac },
                      (mt_str_t) { MT_MAC_LEN, (const char *) given })
        || num == 0)
    {
        return MT_BAD_TOKEN;
    }

    /* A session may be dated ahead of the clock: the clock can be set back,
     * the time of commands, which dates sessions, cannot. */

    if (call->now - issued >= call->settings->token_ttl) {
        return MT_TOKEN_EXPIRED;
    }

    proof->user = num;
    proof->issued = issued;

    return MT_OK;
}


static mt_status_t
mt_token_parse(mt_arena_t *arena, mt_str_t token, uint8_t mac[MT_MAC_LEN],
    int64_t *issued)
{
    mt_str_t  text, hex, date;

    if (mt_base64_decode(arena, token, &text) != 0
        || text.len <= MT_TOKEN_HEX + mt_token_date.len)
    {
        return MT_BAD_TOKEN;
    }

    hex.len = MT_TOKEN_HEX;
    hex.data = text.data;

    date.len = mt_token_date.len;
    date.data = text.data + MT_TOKEN_HEX;

    text.len -= MT_TOKEN_HEX + mt_token_date.len;
    text.data += MT_TOKEN_HEX + mt_token_date.len;

    if (mt_hex_decode(hex, mac, MT_MAC_LEN) != 0
        || !mt_str_eq(date, mt_token_date) || !mt_parse_int(text, issued)
        || *issued <= 0 || *issued > MT_TIME_MAX)
    {
        return MT_BAD_TOKEN;
    }

    return MT_OK;
}


/* A genuine token is valid until the next log-in of the same user through the
 * same caller.  mt_user_update_apply() ends the sessions of users who are
 * disabled or get another password. */

mt_status_t
mt_session_check(mt_call_t *call, mt_str_t caller,
    const mt_session_proof_t *proof)
{
    int           found;
    mt_key_t      key;
    mt_session_t  session;

    mt_key_session(&key, call->company, proof->user, caller);

    found = mt_load(call->txn, MT_DB_SESSION, &key, &mt_session_model,
                    &session, call->arena);

    if (found == 1 && session.issued == proof->issued) {
        return MT_OK;
    }

    return found == -1 ? MT_STORE_FAILED : MT_BAD_TOKEN;
}


static mt_step_t
mt_login_start(mt_call_t *call)
{
    int                found;
    int64_t            num;
    mt_user_t          user;
    const mt_login_t  *args;
    mt_login_state_t  *state;

    args = call->args;

    num = mt_login_find(call, args->mobile);
    found = num ? mt_user_load(call->txn, call->company, num, &user,
                               call->arena)
                : 0;

    state = mt_arena_alloc(call->arena, sizeof(*state));

    if (found == -1 || (num && !found) || state == NULL) {
        return mt_call_reject(call, state ? MT_STORE_FAILED : MT_NO_MEMORY, 0);
    }

    call->state = state;

    state->who.company = call->company;
    state->who.network = call->network;

    if (!found || user.removed || user.placeholder) {
        mt_login_judge(call);
        return mt_login_resume(call);
    }

    state->who.person = num;
    state->who.own = user.password.len != 0;
    state->disabled = !mt_user_may_log_in(&user);
    state->stored = user.password;
    state->md5 = mt_login_md5(call->arena, args->md5);

    if (state->md5.len == 0 || !state->who.own) {
        mt_login_judge(call);
        return mt_login_resume(call);
    }

    /* one that has to wait anyway does not wait for a thread before */

    if (call->guard) {
        state->wait = mt_guard_wait(call->guard, &call->settings->login_limits,
                                    &state->who, mt_login_clock());
    }

    return state->wait ? mt_login_resume(call) : MT_STEP_WORK;
}


static int64_t
mt_login_clock(void)
{
    return mt_monotonic_ns() / 1000000;
}


static int64_t
mt_login_find(mt_call_t *call, mt_str_t mobile)
{
    size_t    i;
    uint64_t  num;
    mt_str_t  plain;

    static const char  *prefixes[] = { "", "+86", "86" };

    if (mobile.len == 0) {
        return 0;
    }

    num = mt_name_find(call->txn, call->company, MT_NAME_PHONE, mobile);
    if (num == 0) {
        num = mt_name_find(call->txn, call->company, MT_NAME_ACCOUNT, mobile);
    }

    /* people type a phone in many ways, and some are stored so */

    plain = mt_phone_plain(call->arena, mobile);

    for (i = 0; num == 0 && i < mt_nitems(prefixes); i++) {
        num = mt_name_find(call->txn, call->company, MT_NAME_PHONE,
                           mt_arena_printf(call->arena, "%s%.*s", prefixes[i],
                                           (int) plain.len, plain.data));
    }

    return (int64_t) num;
}


/* Returns the MD5 in lower case; empty, which matches no user, if it is no
 * MD5. */

static mt_str_t
mt_login_md5(mt_arena_t *arena, mt_str_t hex)
{
    char    *lower, c;
    size_t   i;

    lower = hex.len == MT_MD5_HEX ? mt_arena_take(arena, MT_MD5_HEX) : NULL;
    if (lower == NULL) {
        return MT_STR("");
    }

    for (i = 0; i < MT_MD5_HEX; i++) {
        c = hex.data[i];

        if (c >= 'A' && c <= 'F') {
            c = (char) (c - 'A' + 'a');
        }

        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
            return MT_STR("");
        }

        lower[i] = c;
    }

    return (mt_str_t) { MT_MD5_HEX, lower };
}


/* Compares with the default password, which needs no slow hash.  Returns 1 if
 * it is that, 0 if not, -1 on failure. */

static int
mt_login_default(mt_call_t *call, mt_str_t md5)
{
    char      hex[MT_MD5_HEX];
    mt_str_t  right;

    right = call->settings->default_password;
    right = mt_password_md5(right.len ? right : mt_default_password, hex);

    return right.len ? mt_secret_eq(md5, right) : -1;
}


/* Runs in a thread: the hash is slow on purpose. */

static void
mt_login_work(mt_call_t *call)
{
    mt_login_judge(call);
}


/* Judges the password, unless failed log-ins make this one wait.  A person who
 * does not exist has no password. */

static void
mt_login_judge(mt_call_t *call)
{
    mt_login_state_t         *state;
    const mt_guard_limits_t  *limits;

    state = call->state;
    limits = &call->settings->login_limits;

    if (call->guard) {
        state->wait = mt_guard_enter(call->guard, limits, &state->who,
                                     mt_login_clock());
        if (state->wait) {
            return;
        }
    }

    if (state->md5.len == 0) {
        state->right = 0;

    } else if (state->who.own) {
        state->right = mt_password_check(state->stored, state->md5);

    } else {
        state->right = mt_login_default(call, state->md5);
    }

    if (call->guard == NULL) {
        return;
    }

    if (state->right == 0
        || (!state->who.own && call->settings->default_password_off))
    {
        state->reached = mt_guard_failed(call->guard, limits, &state->who,
                                         mt_login_clock());

    } else if (state->right == 1) {
        mt_guard_passed(call->guard, limits, &state->who, mt_login_clock());
    }
}


static mt_step_t
mt_login_resume(mt_call_t *call)
{
    const mt_login_t        *args;
    mt_session_open_t        body;
    const mt_login_state_t  *state;

    args = call->args;
    state = call->state;

    mt_login_warn(call);

    if (state->wait) {
        call->retry_after = (state->wait + MT_MS_PER_SECOND - 1)
                            / MT_MS_PER_SECOND;
        return mt_call_reject(call, MT_LOGIN_LIMITED, 0);
    }

    if (state->who.person == 0) {
        return mt_call_reject(call, MT_NO_SUCH_USER, MT_login_mobile);
    }

    if (state->right != 1) {
        return state->right == -1
               ? mt_call_reject(call, MT_INTERNAL, 0)
               : mt_call_reject(call, MT_BAD_PASSWORD, MT_login_md5);
    }

    if (state->disabled) {
        return mt_call_reject(call, MT_DISABLED, 0);
    }

    if (!state->who.own && call->settings->default_password_off) {
        return mt_call_reject(call, MT_DEFAULT_PASSWORD, 0);
    }

    call->actor = state->who.person;

    memset(&body, 0, sizeof(body));
    mt_set(&body, session_open, caller, args->caller);
    mt_set(&body, session_open, mark, mt_login_mark(state->stored));

    return mt_command(call, &body);
}


static void
mt_login_warn(mt_call_t *call)
{
    const char              *what;
    const mt_login_state_t  *state;

    state = call->state;

    if (state->reached == 0) {
        return;
    }

    what = (state->reached & MT_GUARD_ADDRESS) ? "log-ins from this address"
           : (state->reached & MT_GUARD_PERSON)
           ? "log-ins of this person from new addresses"
           : "log-ins of this person from this address";

    call->warning = mt_arena_printf(call->arena, "%s have failed too often: "
                                    "the next ones wait (company %u, person "
                                    "%lld)", what, state->who.company,
                                    (long long) state->who.person);
}


/* Returns a digest of a stored password; another password has, with near
 * certainty, another one. */

static int64_t
mt_login_mark(mt_str_t stored)
{
    return (int64_t) crc32_z(0, (const uint8_t *) stored.data, stored.len);
}


/* Tokens of a user and caller have different times, so that the newer one ends
 * the older. */

static mt_status_t
mt_login_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_session_open_t  *args = body;

    int           found;
    int64_t       issued;
    mt_key_t      key;
    mt_user_t     user;
    mt_session_t  session;

    found = mt_user_load(a->txn, a->company, a->actor, &user, a->arena);
    if (found == -1) {
        return MT_STORE_FAILED;
    }

    if (found == 0 || !mt_user_may_log_in(&user)) {
        return mt_apply_reject(result, MT_NO_SUCH_USER, 0, 0);
    }

    if (mt_has(args, session_open, mark)
        && args->mark != mt_login_mark(user.password))
    {
        return mt_apply_reject(result, MT_BAD_PASSWORD, MT_login_md5, 0);
    }

    mt_key_session(&key, a->company, a->actor, args->caller);

    found = mt_load(a->txn, MT_DB_SESSION, &key, &mt_session_model, &session,
                    a->arena);
    if (found == -1) {
        return MT_STORE_FAILED;
    }

    issued = a->time;

    if (found == 1 && session.issued >= issued) {
        issued = session.issued + 1;
    }

    memset(&session, 0, sizeof(session));
    session.issued = issued;

    result->num = a->actor;
    result->time = issued;

    return mt_save(a->txn, MT_DB_SESSION, &key, &mt_session_model, &session,
                   a->arena);
}


static void
mt_login_finish(mt_call_t *call)
{
    mt_view_source_t   source;
    mt_login_view_t   *view;
    const mt_login_t  *args;

    args = call->args;

    view = mt_arena_alloc(call->arena, sizeof(*view));
    if (view == NULL) {
        call->error.status = MT_NO_MEMORY;
        return;
    }

    mt_view_source(call, &source);

    if (mt_view_load_user(&source, call->actor, MT_ALL_FIELDS, &view->user)
        != 1)
    {
        call->error.status = MT_STORE_FAILED;
        return;
    }

    view->session.token = mt_session_token(call->arena, call->server_key,
                                           call->company, call->actor,
                                           args->caller, call->result.time);
    if (view->session.token.len == 0) {
        call->error.status = MT_INTERNAL;
        return;
    }

    call->reply = view;
}


static mt_status_t
mt_session_close_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_session_close_t  *args = body;

    int       found;
    mt_key_t  key;

    (void) result;

    mt_key_session(&key, a->company, a->actor, args->caller);

    found = mt_del(a->txn, MT_DB_SESSION, &key);
    a->unchanged = found == 0;

    return found < 0 ? MT_STORE_FAILED : MT_OK;
}


/* The present password is judged as a log-in's is, and bounded by the same
 * limits. */

static mt_step_t
mt_password_set_start(mt_call_t *call)
{
    int                        found;
    char                      *hex;
    mt_user_t                  user;
    mt_login_state_t          *state;
    const mt_password_set_t   *args;

    args = call->args;

    found = mt_user_load(call->txn, call->company, call->actor, &user,
                         call->arena);
    if (found != 1) {
        return mt_call_reject(call, found ? MT_STORE_FAILED : MT_NO_SUCH_USER,
                              0);
    }

    if (mt_str_eq(args->plain, args->old)
        || mt_str_eq(args->plain, mt_default_password)
        || mt_str_eq(args->plain, call->settings->default_password))
    {
        return mt_call_reject(call, MT_BAD_VALUE, MT_password_set_plain);
    }

    state = mt_arena_alloc(call->arena, sizeof(*state));
    hex = mt_arena_take(call->arena, MT_MD5_HEX);

    if (state == NULL || hex == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    state->who.company = call->company;
    state->who.network = call->network;
    state->who.person = call->actor;
    state->who.own = user.password.len != 0;
    state->stored = mt_arena_str(call->arena, user.password);
    state->md5 = mt_password_md5(args->old, hex);

    if (state->md5.len == 0) {
        return mt_call_reject(call, MT_INTERNAL, 0);
    }

    call->state = state;

    return MT_STEP_WORK;
}


/* Runs in a thread, for two hashes. */

static void
mt_password_set_work(mt_call_t *call)
{
    char                       hex[MT_MD5_HEX];
    mt_str_t                   md5;
    mt_login_state_t          *state;
    const mt_password_set_t   *args;

    args = call->args;
    state = call->state;

    mt_login_judge(call);

    if (state->wait || state->right != 1) {
        return;
    }

    md5 = mt_password_md5(args->plain, hex);

    if (md5.len) {
        state->fresh = mt_password_hash(call->arena, md5);
    }
}


static mt_step_t
mt_password_set_resume(mt_call_t *call)
{
    mt_password_put_t          body;
    const mt_login_state_t    *state;
    const mt_password_set_t   *args;

    args = call->args;
    state = call->state;

    mt_login_warn(call);

    if (state->wait) {
        call->retry_after = (state->wait + MT_MS_PER_SECOND - 1)
                            / MT_MS_PER_SECOND;
        return mt_call_reject(call, MT_LOGIN_LIMITED, 0);
    }

    if (state->right == 0) {
        return mt_call_reject(call, MT_BAD_PASSWORD, MT_password_set_old);
    }

    if (state->right != 1 || state->fresh.len == 0) {
        return mt_call_reject(call, MT_INTERNAL, 0);
    }

    memset(&body, 0, sizeof(body));
    mt_set(&body, password_put, password, state->fresh);
    mt_set(&body, password_put, mark, mt_login_mark(state->stored));
    mt_set(&body, password_put, caller, args->caller);

    return mt_command(call, &body);
}


static mt_status_t
mt_password_set_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_password_put_t  *args = body;

    int          found;
    mt_user_t    user;
    mt_status_t  rc;

    found = mt_user_load(a->txn, a->company, a->actor, &user, a->arena);
    if (found == -1) {
        return MT_STORE_FAILED;
    }

    if (found == 0 || !mt_user_may_log_in(&user)) {
        return mt_apply_reject(result, MT_NO_SUCH_USER, 0, 0);
    }

    if (args->mark != mt_login_mark(user.password)) {
        return mt_apply_reject(result, MT_BAD_PASSWORD, MT_password_set_old,
                               0);
    }

    user.password = args->password;
    user.updated = a->time;

    rc = mt_session_end_others(a, args->caller);

    return rc == MT_OK ? mt_user_save(a, &user) : rc;
}


/* Ends the sessions of the actor but the one through a caller. */

static mt_status_t
mt_session_end_others(mt_apply_t *a, mt_str_t caller)
{
    int           found;
    mt_key_t      key;
    mt_session_t  session;

    mt_key_session(&key, a->company, a->actor, caller);

    found = mt_load(a->txn, MT_DB_SESSION, &key, &mt_session_model, &session,
                    a->arena);

    if (found == -1 || mt_session_expire_user(a, a->actor, INT64_MAX) < 0) {
        return MT_STORE_FAILED;
    }

    return found == 0 ? MT_OK
                      : mt_save(a->txn, MT_DB_SESSION, &key,
                                &mt_session_model, &session, a->arena);
}


static mt_step_t
mt_me_start(mt_call_t *call)
{
    mt_key_t           key;
    mt_company_t       company;
    mt_me_view_t      *view;
    mt_view_source_t   source;

    view = mt_arena_alloc(call->arena, sizeof(*view));
    if (view == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    mt_view_source(call, &source);

    if (mt_view_load_user(&source, call->actor, MT_ALL_FIELDS, &view->user) < 0
        || mt_view_load(&source, MT_DB_DEPT, view->user.dept, &mt_dept_model,
                        MT_ALL_FIELDS, &view->dept) < 0)
    {
        return mt_call_reject(call, MT_STORE_FAILED, 0);
    }

    mt_key_company(&key, call->company);

    if (mt_view_load_key(&source, MT_DB_COMPANY, &key, &mt_company_model,
                         MT_ALL_FIELDS, &company)
        != 1)
    {
        return mt_call_reject(call, MT_STORE_FAILED, 0);
    }

    view->me.company = call->company;
    view->me.company_name = company.name;
    view->me.person = call->actor != 0;
    view->me.default_password = call->actor && view->user.password.len == 0;

    call->reply = view;

    return MT_STEP_DONE;
}


static mt_status_t
mt_session_expire_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_session_expire_t  *args = body;

    size_t   i;
    int64_t  n;

    for (i = 0; i < args->users.n; i++) {
        n = mt_session_expire_user(a, args->users.v[i], args->before);
        if (n < 0) {
            return MT_STORE_FAILED;
        }

        result->num += n;
    }

    a->unchanged = result->num == 0;

    return MT_OK;
}


/* Returns the number of sessions ended, -1 on failure. */

static int64_t
mt_session_expire_user(mt_apply_t *a, int64_t user, int64_t before)
{
    int           found;
    int64_t       n;
    mt_key_t      prefix, at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;
    mt_session_t  session;

    mt_key_num(&prefix, a->company, user);

    cursor = mt_cursor_open(a->txn, MT_DB_SESSION, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    n = 0;
    found = mt_cursor_first(cursor, &key, &value);

    while (found == 1) {
        if (mt_record_decode(value, &mt_session_model, &session, a->arena)
            != MT_OK)
        {
            found = -1;
            break;
        }

        if (session.issued < before) {
            mt_key_copy(&at, key);

            found = mt_del(a->txn, MT_DB_SESSION, &at);
            n++;
        }

        if (found == 1) {
            found = mt_cursor_next(cursor, &key, &value);
        }
    }

    mt_cursor_close(cursor);

    return found < 0 ? -1 : n;
}

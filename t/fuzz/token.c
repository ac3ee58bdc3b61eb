
/*
 * Access tokens and session tokens, in a store with two companies: random
 * text, an issued token with bytes changed, added or cut off, one made under
 * another key, one of any age.  Only an issued token is accepted, unchanged,
 * for its owner, and during its lifetime.
 *
 * The first byte chooses the case; of a change, pairs of bytes follow: the
 * place and the value.
 */

#include "../unit/fixture.h"

#include "domain/auth/mt_auth.h"
#include "domain/directory/mt_directory.h"
#include "domain/view/mt_view.h"


#define USER         "1"
#define CALLER       "ios"
#define OTHER        2000
#define SKEW         MT_MS_PER_MINUTE
#define TRIES        5
#define FUZZ_MEMORY  (16 << 20)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static fixture_t  f;
static int64_t    credential;
static mt_str_t   server_key, access_token, session_token;


static void
check(int holds)
{
    if (!holds) {
        abort();
    }
}


static void
at_exit(void)
{
    fixture_close(&f);
}


static mt_str_t
log_in(uint32_t company)
{
    char              hex[MT_MD5_HEX];
    mt_login_t        args;
    mt_login_view_t  *view;

    f.company = company;
    (void) fixture_user(&f, USER, "Ann", "1001", NULL);

    memset(&args, 0, sizeof(args));
    mt_set(&args, login, mobile, MT_STR("1001"));
    mt_set(&args, login, md5, mt_password_md5(mt_default_password, hex));
    mt_set(&args, login, caller, MT_STR(CALLER));

    check(fixture_run(&f, &mt_op_login, &args).status == MT_OK);
    view = f.call.reply;

    return view->session.token;
}


/* Two companies whose users have the same numbers. */

static void
set_up(void)
{
    fixture_open(&f);
    (void) fixture_company(&f, OTHER);
    (void) atexit(at_exit);

    credential = fixture_credential(&f, FIXTURE_COMPANY, "key");
    (void) fixture_credential(&f, OTHER, "other");

    (void) log_in(OTHER);
    session_token = log_in(FIXTURE_COMPANY);

    server_key = fixture_server_key(&f);
    access_token = mt_token_make(f.arena, server_key, credential, f.now);

    check(access_token.len && session_token.len);
}


static mt_call_t
call_of(mt_arena_t *arena, uint32_t company)
{
    mt_call_t  call;

    memset(&call, 0, sizeof(call));
    call.arena = arena;
    call.op = &mt_op_user_get;
    call.settings = &f.settings;
    call.company = company;
    call.now = f.now;
    call.server_key = server_key;
    call.token_key = call.server_key;

    check(mt_read_begin(f.store, &call.txn) == MT_OK);

    return call;
}


static mt_status_t
access_check(mt_arena_t *arena, mt_str_t token)
{
    mt_call_t    call;
    mt_status_t  status;

    call = call_of(arena, 0);
    status = mt_token_check(&call, token);
    mt_read_end(call.txn);

    check((status == MT_OK) == (call.company == FIXTURE_COMPANY));
    check(status == MT_OK || call.company == 0);

    return status;
}


static mt_status_t
session_check(mt_arena_t *arena, uint32_t company, mt_str_t user,
    mt_str_t caller, mt_str_t token)
{
    mt_call_t           call;
    mt_status_t         status;
    mt_session_proof_t  proof;

    call = call_of(arena, company);
    status = mt_session_prove(&call, user, caller, token, &proof);

    check((status == MT_OK) == (proof.user == 1));
    check(status == MT_OK || proof.user == 0);

    if (status == MT_OK) {
        status = mt_session_check(&call, caller, &proof);
    }

    mt_read_end(call.txn);

    return status;
}


static void
fuzz_text(mt_arena_t *arena, mt_str_t text)
{
    check(access_check(arena, text)
          == (text.len ? mt_str_eq(text, access_token) ? MT_OK : MT_BAD_TOKEN
                       : MT_NO_TOKEN));

    check((session_check(arena, FIXTURE_COMPANY, MT_STR(USER), MT_STR(CALLER),
                         text)
           == MT_OK)
          == mt_str_eq(text, session_token));
}


/* Makes the token longer or shorter by the first byte, the others in place. */

static mt_str_t
changed(mt_arena_t *arena, mt_str_t text, mt_str_t how)
{
    char    *copy;
    size_t   i, len;

    len = text.len;

    if (how.len) {
        len = len + (uint8_t) how.data[0] % 5 - 2;
        how.data++;
        how.len--;
    }

    copy = mt_arena_take(arena, text.len + 3);
    check(copy != NULL);

    memset(copy, '0', text.len + 3);
    memcpy(copy, text.data, len < text.len ? len : text.len);

    for (i = 0; i + 1 < how.len; i += 2) {
        copy[(uint8_t) how.data[i] % len] ^= how.data[i + 1];
    }

    return (mt_str_t) { len, copy };
}


static void
fuzz_caller(mt_arena_t *arena, mt_str_t how)
{
    mt_str_t  caller;

    caller = changed(arena, MT_STR(CALLER), how);

    check((session_check(arena, FIXTURE_COMPANY, MT_STR(USER), caller,
                         session_token)
           == MT_OK)
          == mt_str_eq(caller, MT_STR(CALLER)));

    check(session_check(arena, OTHER, MT_STR(USER), MT_STR(CALLER),
                        session_token)
          == MT_BAD_TOKEN);
    check(session_check(arena, FIXTURE_COMPANY, how, MT_STR(CALLER),
                        session_token)
          == (mt_str_eq(how, MT_STR(USER)) ? MT_OK : MT_BAD_TOKEN));
}


static void
fuzz_key(mt_arena_t *arena, mt_str_t how)
{
    mt_str_t  key, token;

    key = changed(arena, server_key, how);

    if (mt_str_eq(key, server_key)) {
        return;
    }

    token = mt_token_make(arena, key, credential, f.now);

    if (key.len != server_key.len) {
        check(token.len == 0);
        return;
    }

    check(token.len == access_token.len);
    check(access_check(arena, token) == MT_BAD_TOKEN);

    token = mt_session_token(arena, key, FIXTURE_COMPANY, 1, MT_STR(CALLER),
                             f.now);
    check(token.len == session_token.len);
    fuzz_text(arena, token);
}


/* A token of any age and credential. */

static void
fuzz_age(mt_arena_t *arena, mt_str_t how)
{
    int64_t      age, whose;
    uint8_t      bytes[9];
    mt_str_t     token;
    mt_status_t  want;

    memset(bytes, 0, sizeof(bytes));
    memcpy(bytes, how.data, how.len < 9 ? how.len : 9);

    whose = bytes[0] % 4;
    age = (int64_t) (mt_get_u64(bytes + 1) >> (bytes[0] / 4))
          % (2 * f.settings.access_ttl);

    if (bytes[0] & 0x80) {
        age = -age;
    }

    want = whose != credential ? MT_BAD_TOKEN
           : age < -SKEW ? MT_BAD_TOKEN
           : age >= f.settings.access_ttl ? MT_TOKEN_EXPIRED : MT_OK;

    if (whose == 0 || whose > 2 || whose == credential) {
        token = mt_token_make(arena, server_key, whose, f.now - age);
        check(access_check(arena, token) == want);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mt_str_t     rest;
    mt_arena_t  *arena;

    if (f.store == NULL) {
        set_up();
    }

    if (size == 0) {
        return 0;
    }

    rest.data = (const char *) data + 1;
    rest.len = size - 1;

    arena = mt_arena_create(FUZZ_MEMORY);
    check(arena != NULL);

    switch (data[0] % (TRIES + 1)) {

    case 0:
        fuzz_text(arena, changed(arena, access_token, rest));
        break;

    case 1:
        fuzz_text(arena, changed(arena, session_token, rest));
        break;

    case 2:
        fuzz_caller(arena, rest);
        break;

    case 3:
        fuzz_key(arena, rest);
        break;

    case 4:
        fuzz_age(arena, rest);
        break;

    default:
        fuzz_text(arena, rest);
    }

    mt_arena_destroy(arena);

    return 0;
}

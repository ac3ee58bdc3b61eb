
/* Log-ins and weclubs tokens. */

#include "tap.h"
#include "domain/auth/mt_auth.h"
#include "domain/view/mt_views.h"
#include "fixture.h"


/* The MD5 of "secret"; and of "hf@123456", the documented default. */
#define MD5_SECRET   "5ebe2294ecd0e0f08eab7690d2a6ee69"

static char  md5_default[33];


static void
set_md5_default(void)
{
    uint8_t   md5[MT_MD5_LEN];
    mt_str_t  password = mt_str("hf@123456");

    if (mt_crypto_init() != 0 || mt_md5(&password, 1, md5) != 0) {
        fixture_die("no MD5");
    }

    mt_hex_lower(md5, sizeof(md5), md5_default);
}


static mt_result_t
login(fixture_t *f, const char *mobile, const char *md5, const char *caller)
{
    static mt_login_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, login, mobile, mt_cstr(mobile));
    mt_set(&args, login, md5, mt_cstr(md5));
    mt_set(&args, login, caller, mt_cstr(caller));

    return fixture_run(f, &mt_op_login, &args);
}


/* Returns the token of a log-in with the default password, which must
 * succeed. */

static mt_str_t
token_of(fixture_t *f, const char *mobile, const char *caller)
{
    mt_login_view_t  *view;

    if (login(f, mobile, md5_default, caller).status != MT_OK) {
        fixture_die("cannot log in");
    }

    view = f->call.reply;

    return view->session.token;
}


static mt_status_t
check(fixture_t *f, const char *user, const char *caller, mt_str_t token)
{
    mt_call_t           call;
    mt_status_t         rc;
    mt_session_proof_t  proof;

    memset(&call, 0, sizeof(call));
    call.arena = f->arena;
    call.settings = &f->settings;
    call.company = f->company;
    call.now = f->now;
    call.server_key = fixture_server_key(f);
    call.token_key = call.server_key;

    (void) mt_read_begin(f->store, &call.txn);
    rc = mt_session_prove(&call, mt_cstr(user), mt_cstr(caller), token,
                          &proof);

    if ((rc == MT_OK) != (proof.user != 0)) {
        ok(0, "a number with success, and only then");
    }

    if (rc == MT_OK) {
        rc = mt_session_check(&call, mt_cstr(caller), &proof);
    }

    mt_read_end(call.txn);

    return rc;
}


static void
edit_user(fixture_t *f, const char *ref, mt_user_edit_t *args)
{
    mt_set(args, user_edit, ref, mt_cstr(ref));

    if (fixture_run(f, &mt_op_user_update, args).status != MT_OK) {
        fixture_die("cannot change a user");
    }
}


static void
test_login(void)
{
    fixture_t        f;
    mt_result_t      r;
    mt_user_edit_t   args;
    mt_login_view_t  *view;

    fixture_open(&f);
    (void) fixture_user(&f, "zhang", "Zhang", "110", NULL);
    (void) fixture_user(&f, "110", "Other", NULL, NULL);

    r = login(&f, "999", md5_default, "ios");
    ok(r.status == MT_NO_SUCH_USER && r.field == MT_login_mobile,
       "an unknown mobile");
    is_int(login(&f, "", md5_default, "ios").status, MT_NO_SUCH_USER,
           "an empty one");

    r = login(&f, "110", md5_default, "ios");
    view = f.call.reply;
    is_int(r.status, MT_OK, "the default password");
    is_int(r.num, 1, "a phone comes before an account");
    is_str(view->user.name, "Zhang", "the reply is of that user");
    ok(r.position != 0, "journalled");

    is_int(login(&f, "zhang", md5_default, "ios").status, MT_OK,
           "by account");

    r = login(&f, "zhang", MD5_SECRET, "ios");
    ok(r.status == MT_BAD_PASSWORD && r.field == MT_login_md5,
       "a wrong password");
    is_int(login(&f, "zhang", "", "ios").status, MT_BAD_PASSWORD, "none");
    is_int(login(&f, "zhang", "hf@123456", "ios").status, MT_BAD_PASSWORD,
           "not an MD5");
    is_int(login(&f, "zhang", "g" MD5_SECRET + 1, "ios").status,
           MT_BAD_PASSWORD, "not hex");

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, password,
           mt_password_hash(f.arena, mt_cstr(MD5_SECRET)));
    edit_user(&f, "zhang", &args);

    is_int(login(&f, "zhang", MD5_SECRET, "ios").status, MT_OK,
           "a password of one's own");
    is_int(login(&f, "zhang", "5EBE2294ECD0E0F08EAB7690D2A6EE69", "ios")
           .status, MT_OK, "in upper case");
    is_int(login(&f, "zhang", md5_default, "ios").status, MT_BAD_PASSWORD,
           "the default is no more");

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, status, MT_USER_DISABLED);
    edit_user(&f, "zhang", &args);
    is_int(login(&f, "zhang", MD5_SECRET, "ios").status, MT_DISABLED,
           "a disabled user");

    is_int(fixture_verify(&f), 0, "the store is whole");
    fixture_close(&f);
}


/* The session of zhang, user 1, who has a token for "ios". */

static void
test_new_password(fixture_t *f, mt_str_t token)
{
    mt_str_t        command;
    mt_result_t     r;
    mt_user_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, memo, MT_STR("x"));
    edit_user(f, "zhang", &args);
    is_int(check(f, "1", "ios", token), MT_OK, "another change leaves it");

    is_int(login(f, "zhang", md5_default, "late").status, MT_OK, "a log-in");
    command = (mt_str_t) { f->call.command.len, f->call.command.data };

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, password,
           mt_password_hash(f->arena, mt_cstr(MD5_SECRET)));
    edit_user(f, "zhang", &args);
    is_int(check(f, "1", "ios", token), MT_BAD_TOKEN,
           "a new password ends the session");

    is_int(mt_apply_now(f->batch, command, &r), MT_OK,
           "a log-in with the old one that was on its way");
    ok(r.status == MT_BAD_PASSWORD && r.field == MT_login_md5, "is refused");

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, password, MT_STR(""));
    edit_user(f, "zhang", &args);
}


static void
test_token(void)
{
    fixture_t   f;
    mt_str_t    token, other, text;
    mt_key_t    key;
    mt_txn_t   *txn;

    fixture_open(&f);
    is_int(fixture_user(&f, "zhang", "Zhang", "110", NULL), 1, "user 1");
    is_int(fixture_user(&f, "li", "Li", NULL, NULL), 2, "user 2");

    token = token_of(&f, "zhang", "ios");
    is_int(mt_base64_decode(f.arena, token, &text), 0, "Base64");
    ok(text.len == 32 + 6 + 13
       && memcmp(text.data + 32, "_date=1600000000000", 19) == 0,
       "of 32 digits and the time");

    is_int(check(&f, "1", "ios", token), MT_OK, "good");
    is_int(check(&f, "zhang", "ios", token), MT_OK, "by id too");
    is_int(check(&f, "1", "android", token), MT_BAD_TOKEN, "another caller");
    is_int(check(&f, "2", "ios", token), MT_BAD_TOKEN, "another user");
    is_int(check(&f, "3", "ios", token), MT_BAD_TOKEN, "an unknown user");
    is_int(check(&f, "", "ios", token), MT_BAD_TOKEN, "no user");

    (void) fixture_company(&f, 2000);
    f.company = 2000;
    (void) fixture_user(&f, "zhang", "Zhang", NULL, NULL);
    is_int(check(&f, "1", "ios", token), MT_BAD_TOKEN, "another company");
    f.company = FIXTURE_COMPANY;

    /* time */

    f.now += f.settings.token_ttl - 1;
    is_int(check(&f, "1", "ios", token), MT_OK, "to the last millisecond");
    f.now++;
    is_int(check(&f, "1", "ios", token), MT_TOKEN_EXPIRED, "then expired");
    f.now = FIXTURE_NOW - MT_MS_PER_DAY;
    is_int(check(&f, "1", "ios", token), MT_OK, "a clock set back by a day");
    f.now = FIXTURE_NOW;

    test_new_password(&f, token);
    token = token_of(&f, "zhang", "ios");

    /* one session per user and caller */

    other = token_of(&f, "zhang", "android");
    is_int(check(&f, "1", "ios", token), MT_OK, "another caller's log-in");
    is_int(check(&f, "1", "android", other), MT_OK, "has one of its own");

    other = token_of(&f, "zhang", "ios");
    ok(!mt_str_eq(token, other), "in the same millisecond: another");
    is_int(check(&f, "1", "ios", token), MT_BAD_TOKEN, "the old one ended");
    is_int(check(&f, "1", "ios", other), MT_OK, "the new one holds");

    /* the key of another server */

    mt_key_meta(&key, MT_META_SERVER_KEY);
    (void) mt_write_begin(f.store, &txn);
    (void) mt_put(txn, MT_DB_META, &key,
                  MT_STR("0123456789abcdef0123456789abcdef"));
    is_int(mt_write_commit(txn), MT_OK, "a new server key");
    is_int(check(&f, "1", "ios", other), MT_BAD_TOKEN, "ends them all");

    fixture_close(&f);
}


static void
test_forgery(void)
{
    char        flipped[80];
    int         bad;
    size_t      i;
    fixture_t   f;
    mt_str_t    token, mac, text;

    static const char *const  dates[] = {
        "_date=", "_date=0", "_date=-5", "_date=+1600000000000",
        "_date=01600000000000", "_date=1600000000000 ",
        "_date=99999999999999999999", "_date=1.6e12", "date=1600000000000",
        "_DATE=1600000000000", "_date=1600000000000\n", ""
    };

    fixture_open(&f);
    (void) fixture_user(&f, "zhang", "Zhang", "110", NULL);
    token = token_of(&f, "zhang", "ios");
    (void) mt_base64_decode(f.arena, token, &text);

    bad = 0;

    for (i = 0; i < token.len; i++) {
        memcpy(flipped, token.data, token.len);
        flipped[i] = flipped[i] == 'A' ? 'B' : 'A';
        bad += check(&f, "1", "ios", (mt_str_t) { token.len, flipped })
               == MT_BAD_TOKEN;
    }

    is_int(bad, token.len, "any digit changed");

    bad = 0;

    for (i = 0; i < token.len; i++) {
        bad += check(&f, "1", "ios", (mt_str_t) { i, token.data })
               == MT_BAD_TOKEN;
    }

    is_int(bad, token.len, "cut at any place");

    mac.len = 32;
    mac.data = text.data;
    bad = 0;

    for (i = 0; i < mt_nitems(dates); i++) {
        text = mt_arena_printf(f.arena, "%.*s%s", (int) mac.len, mac.data,
                               dates[i]);
        bad += check(&f, "1", "ios", mt_base64(f.arena, text))
               == MT_BAD_TOKEN;
    }

    is_int(bad, mt_nitems(dates), "a date in no canonical form");

    is_int(check(&f, "1", "ios",
                 mt_session_token(f.arena, fixture_server_key(&f),
                                  FIXTURE_COMPANY, 1, MT_STR("ios"),
                                  FIXTURE_NOW - 5)), MT_BAD_TOKEN,
           "a genuine one of no session");

    fixture_close(&f);
}


static void
test_user_goes(void)
{
    fixture_t       f;
    mt_str_t        token;
    mt_named_t      named;
    mt_user_edit_t  args;

    fixture_open(&f);
    (void) fixture_user(&f, "zhang", "Zhang", "110", NULL);
    token = token_of(&f, "zhang", "ios");
    (void) token_of(&f, "zhang", "android");

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_edit, status, MT_USER_DISABLED);
    edit_user(&f, "zhang", &args);
    is_int(check(&f, "1", "ios", token), MT_BAD_TOKEN, "disabled");

    mt_set(&args, user_edit, status, MT_USER_ENABLED);
    edit_user(&f, "zhang", &args);
    is_int(check(&f, "1", "ios", token), MT_BAD_TOKEN,
           "enabled again: has to log in");
    token = token_of(&f, "zhang", "ios");
    is_int(check(&f, "1", "ios", token), MT_OK, "and then holds");

    memset(&named, 0, sizeof(named));
    mt_set(&named, named, ref, MT_STR("zhang"));
    is_int(fixture_run(&f, &mt_op_user_remove, &named).status, MT_OK,
           "removed");
    is_int(check(&f, "1", "ios", token), MT_BAD_TOKEN, "the token with it");
    is_int(login(&f, "zhang", md5_default, "ios").status, MT_NO_SUCH_USER,
           "no log-in");

    is_int(fixture_verify(&f), 0, "no session is left");
    fixture_close(&f);
}


int
main(void)
{
    set_md5_default();

    test_login();
    test_token();
    test_forgery();
    test_user_goes();

    return tap_done();
}


#include "domain/auth/mt_auth.h"
#include "domain/view/mt_views.h"
#include "fixture.h"
#include "tap.h"


#define TOKENS  2000


static fixture_t  f;

static const mt_str_t  other_key = mt_str("another server's key, 32 bytes..");


/* Checks a token `age` ms after `now`; *company is its company. */

static mt_status_t
check_by(mt_str_t server_key, mt_str_t token, int64_t age, uint32_t *company)
{
    mt_call_t    call;
    mt_status_t  rc;

    memset(&call, 0, sizeof(call));
    call.arena = f.arena;
    call.op = &mt_op_user_get;
    call.settings = &f.settings;
    call.now = f.now + age;
    call.server_key = server_key;
    call.token_key = call.server_key;

    if (mt_read_begin(f.store, &call.txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    rc = mt_token_check(&call, token);
    mt_read_end(call.txn);

    *company = call.company;

    return rc;
}


static mt_status_t
check(mt_str_t token, int64_t age, uint32_t *company)
{
    return check_by(fixture_server_key(&f), token, age, company);
}


static mt_status_t
issue(const char *appkey, const char *secret, const mt_access_t **access)
{
    mt_result_t             result;
    static mt_token_issue_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, token_issue, appkey, mt_cstr(appkey));
    mt_set(&args, token_issue, secret, mt_cstr(secret));

    result = fixture_run(&f, &mt_op_token_issue, &args);
    *access = f.call.reply;

    return (mt_status_t) result.status;
}


static void
test_issue(void)
{
    size_t              i;
    uint32_t            company;
    const mt_access_t  *access;

    is_int(issue("key", "key-secret", &access), MT_OK, "a token is issued");
    is_int(access->token.len, 40, "of 40 characters");

    for (i = 0; i < access->token.len; i++) {
        if (!memchr("0123456789abcdef", access->token.data[i], 16)) {
            break;
        }
    }

    is_int(i, access->token.len, "all lower-case hex digits");
    is_int(access->company, 1000, "of the credential's company");
    is_int(access->lifetime, 7200000, "for two hours");
    is_int(access->expires, f.now + 7200000, "from now on");

    is_int(check(access->token, 0, &company), MT_OK, "it is accepted");
    is_int(company, 1000, "and names the company");

    is_int(issue("other", "other-secret", &access), MT_OK, "another's");
    is_int(check(access->token, 0, &company), MT_OK, "is accepted too");
    is_int(company, 2000, "and names the other company");
}


static void
test_wrong_secret(void)
{
    size_t              i;
    const mt_access_t  *access;

    static const char *const  wrong[][2] = {
        { "key", "other-secret" }, { "key", "" }, { "key", "key-secre" },
        { "nobody", "key-secret" }, { "", "" }, { "nobody", "" }
    };

    for (i = 0; i < mt_nitems(wrong); i++) {
        is_int(issue(wrong[i][0], wrong[i][1], &access), MT_BAD_CREDENTIAL,
               "\"%s\" with \"%s\" gets nothing", wrong[i][0], wrong[i][1]);
        is_int(f.call.field, 0, "and is not told which was wrong");
    }
}


static void
test_age(void)
{
    uint32_t            company;
    const mt_access_t  *access;

    (void) issue("key", "key-secret", &access);

    is_int(check(access->token, 7199999, &company), MT_OK, "the last ms");
    is_int(check(access->token, 7200000, &company), MT_TOKEN_EXPIRED,
           "expired");
    is_int(company, 0, "which names no company");
    is_int(check(access->token, -60000, &company), MT_OK,
           "of a clock ahead by a minute");
    is_int(check(access->token, -60001, &company), MT_BAD_TOKEN,
           "of the future");
}


static void
test_forged(void)
{
    char                text[40], *p;
    size_t              i, passed;
    uint32_t            company;
    mt_str_t            token, another;
    const mt_access_t  *access;

    (void) issue("key", "key-secret", &access);

    passed = 0;
    token.len = sizeof(text);
    token.data = text;

    for (i = 0; i < sizeof(text) * 4; i++) {
        memcpy(text, access->token.data, sizeof(text));
        p = &text[i / 4];
        *p = "0123456789abcdef"[(*p > '9' ? *p - 'a' + 10 : *p - '0')
                                ^ 1 << i % 4];

        /* also for a known credential */

        passed += check(token, 0, &company) != MT_BAD_TOKEN;
        passed += check(access->token, 0, &company) != MT_OK;
        passed += check(token, 0, &company) != MT_BAD_TOKEN;
    }

    is_int(passed, 0, "no bit can be changed");

    token = access->token;
    token.len--;
    is_int(check(token, 0, &company), MT_BAD_TOKEN, "cut short");
    is_int(check(MT_STR(""), 0, &company), MT_NO_TOKEN, "none");
    is_int(check(MT_STR("DA59E0B190B46C894483CF4A9DC2B1D0A3900D69"), 0,
                 &company), MT_BAD_TOKEN, "upper case");

    another = mt_token_make(f.arena, other_key, 1, f.now);
    is_int(another.len, 40, "another server's token");
    is_int(check(another, 0, &company), MT_BAD_TOKEN, "is not accepted");
    is_int(check_by(other_key, another, 0, &company), MT_OK, "but there");
    is_int(check(another, 0, &company), MT_BAD_TOKEN, "and then not here");
    is_int(check(access->token, 0, &company), MT_OK, "as is one of here");
    is_int(check_by(other_key, access->token, 0, &company), MT_BAD_TOKEN,
           "which is not accepted there");

    token = mt_token_make(f.arena, fixture_server_key(&f), 77, f.now);
    is_int(check(token, 0, &company), MT_BAD_TOKEN,
           "of a credential that never was");
}


static int
compare(const void *a, const void *b)
{
    return mt_str_cmp(*(const mt_str_t *) a, *(const mt_str_t *) b);
}


static void
test_unique(void)
{
    size_t           i, same, right;
    uint32_t         company;
    static mt_str_t  tokens[TOKENS];

    for (i = 0; i < TOKENS; i++) {
        tokens[i] = mt_token_make(f.arena, fixture_server_key(&f), 1, f.now);
    }

    qsort(tokens, TOKENS, sizeof(mt_str_t), compare);
    same = 0;

    for (i = 1; i < TOKENS; i++) {
        same += mt_str_eq(tokens[i], tokens[i - 1]);
    }

    is_int(same, 0, "%d tokens of one moment are all different", TOKENS);

    for (i = 0, right = 0; i < 2 * TOKENS; i++) {
        right += check(tokens[i / 2], 0, &company) == MT_OK && company == 1000;
    }

    is_int(right, 2 * TOKENS, "and hold, twice each");
}


static void
test_revoked(void)
{
    uint32_t            company;
    mt_str_t            token;
    const mt_access_t  *access;

    (void) issue("key", "key-secret", &access);
    token = access->token;

    fixture_revoke(&f, "key");

    is_int(check(token, 0, &company), MT_BAD_TOKEN,
           "a revoked credential's token is dead");
    is_int(check(token, 7200000, &company), MT_BAD_TOKEN, "old or new");
    is_int(issue("key", "key-secret", &access), MT_BAD_CREDENTIAL,
           "and there is no other");
}


int
main(void)
{
    fixture_open(&f);
    fixture_company(&f, 2000);
    fixture_credential(&f, 1000, "key");
    fixture_credential(&f, 2000, "other");

    test_issue();
    test_wrong_secret();
    test_age();
    test_forged();
    test_unique();
    test_revoked();

    fixture_close(&f);

    return tap_done();
}

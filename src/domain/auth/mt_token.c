
/*
 * Access tokens, and the tokens that refresh them.  A token is one AES block,
 * which holds the credential's number, the time of issue and a nonce, and four
 * bytes of a MAC over it.  A forged block decrypts to noise: besides the MAC
 * (2^-32) it would have to hit the number of a credential in force (2^-32 for
 * each) and a time within the last hours (2^-25), of a refresh token the last
 * days (2^-17).
 */

#include "base/mt_cidr.h"
#include "base/mt_crypto.h"
#include "domain/auth/mt_auth.h"
#include "domain/directory/mt_directory.h"
#include "domain/kernel/mt_scope.h"
#include "domain/view/mt_views.h"


#define MT_TOKEN_MAC       4
#define MT_TOKEN_LEN       (MT_AES_LEN + MT_TOKEN_MAC)
#define MT_TOKEN_NONCE     6

#define MT_SECRET_LEN      MT_SHA256_LEN

/* ms by which a token may be dated ahead of this machine's clock. */
#define MT_TOKEN_SKEW      MT_MS_PER_MINUTE


/* The content of the block: 4, 6 and 6 bytes. */

typedef struct {
    uint32_t  credential;
    int64_t   issued;
    uint8_t   nonce[MT_TOKEN_NONCE];
} mt_token_t;


/*
 * Values derived from the server's key, of which a process has one.  That key
 * makes MACs only: two of them are the key of the block.  A client sends the
 * same token many times, so the content of the last genuine ones is kept.
 */

#define MT_TOKENS_OPENED   64      /* each at a place by its first byte */

typedef enum {
    MT_TOKEN_ACCESS,
    MT_TOKEN_REFRESH,
    MT_TOKEN_KINDS
} mt_token_kind_t;

typedef struct {
    int        set;
    uint8_t    of[MT_AES_KEY_LEN];
    uint8_t    key[MT_AES_KEY_LEN];

    struct {
        uint8_t     sealed[MT_TOKEN_LEN];
        mt_token_t  token;                 /* issued 0: none */
    } opened[MT_TOKENS_OPENED];
} mt_token_kept_t;


static mt_status_t mt_credential_judge(mt_call_t *call,
    const mt_credential_t *credential);
static mt_str_t mt_token_make_kind(mt_arena_t *arena, mt_str_t token_key,
    mt_token_kind_t kind, int64_t credential, int64_t issued);
static mt_status_t mt_token_check_kind(mt_call_t *call, mt_token_kind_t kind,
    mt_str_t text, int64_t ttl, mt_credential_t *credential);
static int mt_token_seal(mt_str_t token_key, mt_token_kind_t kind,
    const mt_token_t *token, uint8_t sealed[MT_TOKEN_LEN]);
static mt_status_t mt_token_open(mt_str_t token_key, mt_token_kind_t kind,
    const uint8_t sealed[MT_TOKEN_LEN], mt_token_t *token);
static int mt_token_same(const uint8_t *a, const uint8_t *b, size_t len);
static mt_token_kept_t *mt_token_kept(mt_str_t token_key,
    mt_token_kind_t kind);
static int mt_token_mac(mt_str_t token_key, mt_token_kind_t kind,
    const uint8_t block[MT_AES_LEN], uint8_t mac[MT_MAC_LEN]);
static mt_step_t mt_token_start(mt_call_t *call);
static mt_step_t mt_token_refresh_start(mt_call_t *call);
static mt_step_t mt_token_reply(mt_call_t *call,
    const mt_credential_t *credential);
static int64_t mt_credential_named(mt_txn_t *txn,
    const mt_token_issue_t *args);
static int64_t mt_credential_find(mt_txn_t *txn, mt_str_t id);
static mt_status_t mt_secret_check(mt_call_t *call,
    const mt_token_issue_t *args, mt_credential_t *credential);
static unsigned mt_token_parts(size_t base, unsigned field);


const mt_operation_t  mt_op_token_issue = {
    .code = MT_CODE_token_issue,
    .unsettled = 1,
    .name = "token_issue",
    .args = &mt_token_issue_model,
    .parts = mt_token_parts,
    .start = mt_token_start
};

const mt_operation_t  mt_op_token_refresh = {
    .code = MT_CODE_token_refresh,
    .unsettled = 1,
    .name = "token_refresh",
    .args = &mt_token_issue_model,
    .parts = mt_token_parts,
    .start = mt_token_refresh_start
};


/* Labels from which the keys of each kind of token are derived. */

static const mt_str_t  mt_token_labels[MT_TOKEN_KINDS][3] = {
    [MT_TOKEN_ACCESS] = { mt_str("access token, key 1"),
                          mt_str("access token, key 2"),
                          mt_str("access token, mac") },
    [MT_TOKEN_REFRESH] = { mt_str("refresh token, key 1"),
                           mt_str("refresh token, key 2"),
                           mt_str("refresh token, mac") }
};


/* The first generation's is the server's key itself, as before format 2. */

int
mt_token_key(mt_str_t server_key, int64_t generation, uint8_t *key)
{
    int        rc;
    uint8_t    text[9];
    mt_str_t   part;

    if (generation <= 1) {
        memcpy(key, server_key.data, MT_SERVER_KEY_LEN);
        return 0;
    }

    part = (mt_str_t) { sizeof(text), (char *) text };
    (void) mt_put_u64(text + 1, (uint64_t) generation);

    text[0] = 'a';
    rc = mt_mac(server_key, &part, 1, key);

    text[0] = 'b';

    return rc == 0 ? mt_mac(server_key, &part, 1, key + MT_MAC_LEN) : -1;
}


mt_str_t
mt_token_make(mt_arena_t *arena, mt_str_t token_key, int64_t credential,
    int64_t issued)
{
    return mt_token_make_kind(arena, token_key, MT_TOKEN_ACCESS, credential,
                              issued);
}


mt_str_t
mt_refresh_make(mt_arena_t *arena, mt_str_t token_key, int64_t credential,
    int64_t issued)
{
    return mt_token_make_kind(arena, token_key, MT_TOKEN_REFRESH, credential,
                              issued);
}


static mt_str_t
mt_token_make_kind(mt_arena_t *arena, mt_str_t token_key,
    mt_token_kind_t kind, int64_t credential, int64_t issued)
{
    char        *hex;
    uint8_t      sealed[MT_TOKEN_LEN];
    mt_token_t   token;

    token.credential = (uint32_t) credential;
    token.issued = issued;

    hex = mt_arena_take(arena, 2 * MT_TOKEN_LEN);

    if (hex == NULL
        || mt_random(token.nonce, MT_TOKEN_NONCE) != 0
        || mt_token_seal(token_key, kind, &token, sealed) != 0)
    {
        return MT_STR("");
    }

    mt_hex_lower(sealed, MT_TOKEN_LEN, hex);

    return (mt_str_t) { 2 * MT_TOKEN_LEN, hex };
}


mt_status_t
mt_token_check(mt_call_t *call, mt_str_t token)
{
    mt_status_t      rc;
    mt_credential_t  credential;

    rc = mt_token_check_kind(call, MT_TOKEN_ACCESS, token,
                             call->settings->access_ttl, &credential);

    if (rc == MT_OK) {
        rc = mt_credential_judge(call, &credential);
    }

    if (rc == MT_OK || rc == MT_NO_SCOPE) {
        call->company = (uint32_t) credential.company;
        call->trusted = 1;
    }

    return rc;
}


/* Judges whether a credential may be used for the call.  Returns MT_OK,
 * MT_WRONG_ADDRESS, or MT_NO_SCOPE with the scope's name in the error. */

static mt_status_t
mt_credential_judge(mt_call_t *call, const mt_credential_t *credential)
{
    mt_scope_t  scope;

    if (credential->allow.len
        && !mt_cidr_contains(credential->allow, call->address))
    {
        return MT_WRONG_ADDRESS;
    }

    scope = mt_scope_of(call->op->code);

    if (mt_scope_allows(credential->scopes, scope)) {
        return MT_OK;
    }

    if (mt_scope_name(scope)) {
        call->error.field = mt_cstr(mt_scope_name(scope));
    }

    return MT_NO_SCOPE;
}


mt_status_t
mt_refresh_check(mt_call_t *call, mt_str_t token, mt_credential_t *credential)
{
    return mt_token_check_kind(call, MT_TOKEN_REFRESH, token, MT_REFRESH_TTL,
                               credential);
}


static mt_status_t
mt_token_check_kind(mt_call_t *call, mt_token_kind_t kind, mt_str_t text,
    int64_t ttl, mt_credential_t *credential)
{
    int          found;
    uint8_t      sealed[MT_TOKEN_LEN];
    mt_token_t   token;
    mt_status_t  rc;

    if (text.len == 0) {
        return MT_NO_TOKEN;
    }

    if (mt_hex_decode(text, sealed, MT_TOKEN_LEN) != 0) {
        return MT_BAD_TOKEN;
    }

    rc = mt_token_open(call->token_key, kind, sealed, &token);
    if (rc != MT_OK) {
        return rc;
    }

    if (token.issued > call->now + MT_TOKEN_SKEW) {
        return MT_BAD_TOKEN;
    }

    found = mt_credential_load(call->txn, token.credential, credential,
                               call->arena);

    if (found != 1 || credential->revoked) {
        return found == -1 ? MT_STORE_FAILED : MT_BAD_TOKEN;
    }

    return call->now - token.issued >= ttl ? MT_TOKEN_EXPIRED : MT_OK;
}


/* Returns 0 or -1. */

static int
mt_token_seal(mt_str_t token_key, mt_token_kind_t kind,
    const mt_token_t *token, uint8_t sealed[MT_TOKEN_LEN])
{
    uint8_t          *p, mac[MT_MAC_LEN];
    uint8_t           plain[MT_AES_LEN], time[8];
    mt_token_kept_t  *kept;

    mt_put_u64(time, (uint64_t) token->issued);

    p = mt_put_u32(plain, token->credential);
    memcpy(p, time + 2, sizeof(time) - 2);
    memcpy(p + sizeof(time) - 2, token->nonce, MT_TOKEN_NONCE);

    kept = mt_token_kept(token_key, kind);

    if (kept == NULL
        || mt_aes_encrypt_block(kept->key, plain, sealed) != 0
        || mt_token_mac(token_key, kind, sealed, mac) != 0)
    {
        return -1;
    }

    memcpy(sealed + MT_AES_LEN, mac, MT_TOKEN_MAC);

    return 0;
}


/* Returns MT_OK, MT_BAD_TOKEN for a token that was not made with this key, or
 * MT_INTERNAL. */

static mt_status_t
mt_token_open(mt_str_t token_key, mt_token_kind_t kind,
    const uint8_t sealed[MT_TOKEN_LEN], mt_token_t *token)
{
    size_t            i;
    uint8_t           mac[MT_MAC_LEN], plain[MT_AES_LEN];
    mt_token_kept_t  *kept;

    kept = mt_token_kept(token_key, kind);

    if (kept == NULL) {
        return MT_INTERNAL;
    }

    i = sealed[0] % MT_TOKENS_OPENED;

    if (kept->opened[i].token.issued
        && mt_token_same(kept->opened[i].sealed, sealed, MT_TOKEN_LEN))
    {
        *token = kept->opened[i].token;
        return MT_OK;
    }

    if (mt_token_mac(token_key, kind, sealed, mac) != 0
        || mt_aes_decrypt_block(kept->key, sealed, plain) != 0)
    {
        return MT_INTERNAL;
    }

    token->credential = mt_get_u32(plain);
    token->issued = (int64_t) (mt_get_u64(plain + 2) & 0xffffffffffffULL);
    memcpy(token->nonce, plain + MT_AES_LEN - MT_TOKEN_NONCE, MT_TOKEN_NONCE);

    if (!mt_token_same(sealed + MT_AES_LEN, mac, MT_TOKEN_MAC)) {
        return MT_BAD_TOKEN;
    }

    memcpy(kept->opened[i].sealed, sealed, MT_TOKEN_LEN);
    kept->opened[i].token = *token;

    return MT_OK;
}


/* Compares in a time that does not depend on where they differ. */

static int
mt_token_same(const uint8_t *a, const uint8_t *b, size_t len)
{
    return mt_secret_eq((mt_str_t) { len, (const char *) a },
                        (mt_str_t) { len, (const char *) b });
}


/* Returns NULL on failure. */

static mt_token_kept_t *
mt_token_kept(mt_str_t token_key, mt_token_kind_t kind)
{
    mt_token_kept_t  *kept;

    static _Thread_local mt_token_kept_t  all[MT_TOKEN_KINDS];

    _Static_assert(2 * MT_MAC_LEN == MT_AES_KEY_LEN, "two halves");

    kept = &all[kind];

    if (kept->set && token_key.len == sizeof(kept->of)
        && memcmp(kept->of, token_key.data, sizeof(kept->of)) == 0)
    {
        return kept;
    }

    memset(kept, 0, sizeof(*kept));

    if (mt_mac(token_key, &mt_token_labels[kind][0], 1, kept->key) != 0
        || mt_mac(token_key, &mt_token_labels[kind][1], 1,
                  kept->key + MT_MAC_LEN) != 0)
    {
        return NULL;
    }

    memcpy(kept->of, token_key.data, sizeof(kept->of));
    kept->set = 1;

    return kept;
}


static int
mt_token_mac(mt_str_t token_key, mt_token_kind_t kind,
    const uint8_t block[MT_AES_LEN], uint8_t mac[MT_MAC_LEN])
{
    mt_str_t  parts[2];

    parts[0] = mt_token_labels[kind][2];
    parts[1].len = MT_AES_LEN;
    parts[1].data = (const char *) block;

    return mt_mac(token_key, parts, 2, mac);
}


static mt_step_t
mt_token_start(mt_call_t *call)
{
    mt_status_t      rc;
    mt_credential_t  credential;

    rc = mt_secret_check(call, call->args, &credential);

    if (rc == MT_OK) {
        rc = mt_credential_judge(call, &credential);
    }

    return rc == MT_OK ? mt_token_reply(call, &credential)
                       : mt_call_reject(call, rc, 0);
}


/* A client that names a credential along with the refresh token must name the
 * token's own. */

static mt_step_t
mt_token_refresh_start(mt_call_t *call)
{
    int64_t                  num;
    mt_status_t              rc;
    mt_credential_t          credential;
    const mt_token_issue_t  *args;

    args = call->args;

    rc = mt_refresh_check(call, args->refresh, &credential);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_token_issue_refresh);
    }

    num = mt_credential_named(call->txn, args);

    if (num != credential.num && (args->appkey.len || args->tenant.len)) {
        return mt_call_reject(call, MT_BAD_CREDENTIAL, 0);
    }

    rc = mt_credential_judge(call, &credential);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, 0);
    }

    return mt_token_reply(call, &credential);
}


static unsigned
mt_token_parts(size_t base, unsigned field)
{
    return base == 0 && field == MT_access_refresh ? MT_PART_REFRESH : 0;
}


static mt_step_t
mt_token_reply(mt_call_t *call, const mt_credential_t *credential)
{
    int           made;
    mt_access_t  *access;

    access = mt_arena_alloc(call->arena, sizeof(*access));
    if (access == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    access->token = mt_token_make(call->arena, call->token_key,
                                  credential->num, call->now);
    made = access->token.len != 0;

    if (made && !(call->hides & MT_PART_REFRESH)) {
        access->refresh = mt_refresh_make(call->arena, call->token_key,
                                          credential->num, call->now);
        made = access->refresh.len != 0;
    }

    if (!made) {
        return mt_call_reject(call, MT_INTERNAL, 0);
    }

    access->company = credential->company;
    access->lifetime = call->settings->access_ttl;
    access->expires = call->now + access->lifetime;

    call->company = (uint32_t) credential->company;
    call->reply = access;

    return MT_STEP_DONE;
}


/* A client may send the id of an application and a tenant: the one that names
 * a credential counts.  Returns its number, 0 if neither does. */

static int64_t
mt_credential_named(mt_txn_t *txn, const mt_token_issue_t *args)
{
    int64_t  num;

    num = mt_credential_find(txn, args->appkey);

    return num ? num : mt_credential_find(txn, args->tenant);
}


/* Finds a credential by its appkey or, as some vendors' clients name it, by
 * its appid.  Returns its number, 0 if there is none. */

static int64_t
mt_credential_find(mt_txn_t *txn, mt_str_t id)
{
    uint64_t  num;

    if (id.len == 0) {
        return 0;
    }

    num = mt_name_find(txn, 0, MT_NAME_APPKEY, id);

    return (int64_t) (num ? num : mt_name_find(txn, 0, MT_NAME_APPID, id));
}


/*
 * The secret is hashed and compared also if there is no such credential:
 * neither the answer nor its time tells which of the two was wrong.
 */

static mt_status_t
mt_secret_check(mt_call_t *call, const mt_token_issue_t *args,
    mt_credential_t *credential)
{
    int       found, right;
    uint8_t   hash[MT_SECRET_LEN];
    int64_t   num;
    mt_str_t  given, nobody;

    static const uint8_t  zeros[MT_SECRET_LEN];

    num = mt_credential_named(call->txn, args);

    found = mt_credential_load(call->txn, num, credential, call->arena);
    if (found == -1) {
        return MT_STORE_FAILED;
    }

    if (mt_sha256(&args->secret, 1, hash) != 0) {
        return MT_INTERNAL;
    }

    given.len = MT_SECRET_LEN;
    given.data = (const char *) hash;
    nobody.len = MT_SECRET_LEN;
    nobody.data = (const char *) zeros;

    right = mt_secret_eq(given, found ? credential->secret_hash : nobody);

    return found && right && !credential->revoked ? MT_OK
                                                  : MT_BAD_CREDENTIAL;
}

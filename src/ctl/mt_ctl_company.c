
#include "ctl/mt_ctl.h"

#include <stdio.h>

#include "base/mt_cidr.h"
#include "base/mt_crypto.h"
#include "domain/kernel/mt_scope.h"


/* Decimal digits of an appid: the clients of some vendors keep it in a 32-bit
 * integer. */
#define MT_CTL_APPID_LEN   9
#define MT_CTL_APPID_MIN   100000000ULL
#define MT_CTL_APPIDS      900000000ULL

#define MT_CTL_APPKEY_LEN  20       /* hex digits */
#define MT_CTL_SECRET_LEN  40

/* A secret that the operator chose has at least so many characters, and so
 * many different ones. */
#define MT_CTL_SECRET_MIN  16
#define MT_CTL_SECRET_MIX  8


MT_JSON_TABLE(mt_ctl_company_options,
    { "id",   MT_FIELD(company_add, num) },
    { "name", MT_FIELD(company_add, name) }
);

MT_JSON_TABLE(mt_ctl_company_row,
    { "id",      MT_FIELD(company, num) },
    { "name",    MT_FIELD(company, name) },
    { "created", MT_FIELD(company, created) }
);

MT_JSON_TABLE(mt_ctl_usage_row,
    { "bytes",    MT_FIELD(usage, bytes) },
    { "meetings", MT_FIELD(usage, meetings) },
    { "people",   MT_FIELD(usage, people) }
);

MT_JSON_TABLE(mt_ctl_credential_row,
    { "appid",   MT_FIELD(credential, appid) },
    { "appkey",  MT_FIELD(credential, appkey) },
    { "created", MT_FIELD(credential, created) },
    { "revoked", MT_FIELD(credential, revoked) },
    { "allow",   MT_FIELD(credential, allow) }
);

MT_JSON_TABLE(mt_ctl_revoked_row,
    { "appkey",  MT_FIELD(credential, appkey) },
    { "revoked", MT_FIELD(credential, revoked) }
);

MT_JSON_TABLE(mt_ctl_named_options,
    { "appkey", MT_FIELD(named, ref) }
);

MT_JSON_TABLE(mt_ctl_credential_options,
    { "appid",  MT_FIELD(credential_add, appid) },
    { "appkey", MT_FIELD(credential_add, appkey) }
);

MT_JSON_TABLE(mt_ctl_credential_set_options,
    { "appkey", MT_FIELD(credential_set, appkey) }
);


/* A new credential as it is printed; nothing else shows its secret. */

#define MT_CTL_ISSUED_FIELDS(F, M)                                            \
    F(M, 1, INT, company,       1, UINT32_MAX, NULL)                          \
    F(M, 2, STR, appid,         1, MT_ID_MAX, NULL)                           \
    F(M, 3, STR, appkey,        1, MT_ID_MAX, NULL)                           \
    F(M, 4, STR, appsecret,     1, MT_ID_MAX, NULL)

MT_DECLARE_MODEL(ctl_issued, MT_CTL_ISSUED_FIELDS);
MT_DEFINE_MODEL(ctl_issued, MT_CTL_ISSUED_FIELDS);

MT_JSON_TABLE(mt_ctl_issued_row,
    { "company",   MT_FIELD(ctl_issued, company) },
    { "appid",     MT_FIELD(ctl_issued, appid) },
    { "appkey",    MT_FIELD(ctl_issued, appkey) },
    { "appsecret", MT_FIELD(ctl_issued, appsecret) }
);


int
mt_ctl_company_add(mt_ctl_t *ctl)
{
    mt_call_t         call;
    mt_company_t      company;
    mt_company_add_t  args;

    memset(&args, 0, sizeof(args));

    if (mt_ctl_args(ctl, &mt_ctl_company_options, &args) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    /* the command is the new company's, and goes with it */

    ctl->company = (uint32_t) args.num;

    if (mt_ctl_run(ctl, &call, &mt_op_company_add, &mt_ctl_company_options,
                      &args)
           != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    memset(&company, 0, sizeof(company));

    company.num = args.num;
    company.name = args.name;
    company.created = call.result.time;

    return mt_ctl_print(ctl, &mt_ctl_company_row, &company);
}


/* Prints a list of the records of a database for which `belongs` returns 1, of
 * all if it is NULL.  `more`, if not NULL, adds members that are not in the
 * record, and returns 0, or -1 on failure. */

static int
mt_ctl_list(mt_ctl_t *ctl, mt_db_t db, const mt_model_t *model, void *record,
    const mt_json_table_t *row, int (*belongs)(mt_ctl_t *ctl, void *record),
    int (*more)(mt_ctl_t *ctl, mt_txn_t *txn, void *record))
{
    int           found;
    mt_txn_t     *txn;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    cursor = mt_cursor_open(txn, db, NULL);
    found = cursor ? mt_cursor_first(cursor, &key, &value) : -1;

    mt_ctl_line(ctl);
    mt_json_open_list(ctl->writer);

    while (found == 1) {
        if (mt_record_decode(value, model, record, ctl->arena) != MT_OK) {
            found = -1;
            break;
        }

        if (belongs == NULL || belongs(ctl, record)) {
            mt_json_open_object(ctl->writer);
            mt_json_members(ctl->writer, row, record);

            if (more && more(ctl, txn, record) != 0) {
                found = -1;
                break;
            }

            mt_json_close_object(ctl->writer);
        }

        found = mt_cursor_next(cursor, &key, &value);
    }

    mt_json_close_list(ctl->writer);

    if (cursor != NULL) {
        mt_cursor_close(cursor);
    }

    mt_ctl_read_end(ctl, txn);

    return found == -1 ? mt_ctl_fail_status("store", MT_STORE_FAILED)
                       : mt_ctl_flush(ctl);
}


static int
mt_ctl_company_usage(mt_ctl_t *ctl, mt_txn_t *txn, void *record)
{
    mt_usage_t           usage;
    const mt_company_t  *company = record;

    if (mt_usage_get(txn, (uint32_t) company->num, &usage) != 0) {
        return -1;
    }

    mt_json_members(ctl->writer, &mt_ctl_usage_row, &usage);

    return 0;
}


int
mt_ctl_company_list(mt_ctl_t *ctl)
{
    mt_company_t  company;

    return mt_ctl_list(ctl, MT_DB_COMPANY, &mt_company_model, &company,
                       &mt_ctl_company_row, NULL, mt_ctl_company_usage);
}


static mt_str_t
mt_ctl_random_hex(mt_ctl_t *ctl, size_t digits)
{
    char     *text;
    uint8_t   bytes[MT_CTL_SECRET_LEN / 2];

    text = mt_arena_alloc(ctl->arena, digits);

    if (text == NULL || mt_random(bytes, digits / 2) == -1) {
        return MT_STR("");
    }

    mt_hex_lower(bytes, digits / 2, text);

    return (mt_str_t) { digits, text };
}


/* Returns an appid that no credential has, neither as appid nor as appkey; an
 * empty string without randomness. */

static mt_str_t
mt_ctl_random_appid(mt_ctl_t *ctl, mt_txn_t *txn)
{
    uint64_t  n;
    mt_str_t  appid;

    do {
        if (mt_random(&n, sizeof(n)) == -1) {
            return MT_STR("");
        }

        n = MT_CTL_APPID_MIN + n % MT_CTL_APPIDS;
        appid = mt_arena_printf(ctl->arena, "%llu", (unsigned long long) n);

    } while (mt_name_find(txn, 0, MT_NAME_APPID, appid)
             || mt_name_find(txn, 0, MT_NAME_APPKEY, appid));

    return appid;
}


/* Returns 1 for a decimal number of at most nine digits, else 0. */

static int
mt_ctl_is_appid(mt_str_t text)
{
    int64_t  n;

    return text.len <= MT_CTL_APPID_LEN && mt_parse_int(text, &n) && n > 0;
}


/* Returns the number of different characters of a text of printable ASCII
 * without blanks, 0 for any other text. */

static unsigned
mt_ctl_mix(mt_str_t text)
{
    size_t    i;
    uint8_t   c;
    unsigned  n;
    uint8_t   seen[128] = { 0 };

    n = 0;

    for (i = 0; i < text.len; i++) {
        c = (uint8_t) text.data[i];

        if (c <= ' ' || c > '~') {
            return 0;
        }

        n += !seen[c];
        seen[c] = 1;
    }

    return n;
}


/* Reads a line from standard input.  Returns it without its end, an empty
 * string if there is none or it is too long. */

static mt_str_t
mt_ctl_stdin_line(mt_ctl_t *ctl)
{
    char      line[MT_ID_MAX + 3];
    size_t    len;

    if (fgets(line, sizeof(line), stdin) == NULL) {
        return MT_STR("");
    }

    len = strcspn(line, "\r\n");

    return mt_arena_str(ctl->arena, (mt_str_t) { len, line });
}


/* Takes what the options give, and makes the rest.  Returns MT_CTL_OK, or
 * MT_CTL_FAILED having said why not. */

static int
mt_ctl_credential_words(mt_ctl_t *ctl, mt_txn_t *txn, mt_ctl_issued_t *words)
{
    mt_str_t  appid, appkey, secret;

    appid = mt_cstr(ctl->given[MT_OPT_APPID]);
    appkey = mt_cstr(ctl->given[MT_OPT_APPKEY]);
    secret = mt_cstr(ctl->given[MT_OPT_APPSECRET]);

    if (mt_str_eq(secret, MT_STR("-"))) {
        secret = mt_ctl_stdin_line(ctl);
    }

    if (ctl->given[MT_OPT_APPID] && !mt_ctl_is_appid(appid)) {
        return mt_ctl_fail("--appid: not a number of at most nine digits");
    }

    if (ctl->given[MT_OPT_APPKEY]
        && (mt_ctl_mix(appkey) == 0 || appkey.len > MT_ID_MAX))
    {
        return mt_ctl_fail("--appkey: not 1 to %d characters of ASCII "
                           "without blanks", MT_ID_MAX);
    }

    if (ctl->given[MT_OPT_APPSECRET]
        && (secret.len < MT_CTL_SECRET_MIN || secret.len > MT_ID_MAX
            || mt_ctl_mix(secret) < MT_CTL_SECRET_MIX
            || mt_str_eq(secret, appkey)))
    {
        return mt_ctl_fail("--appsecret: too weak: not %d to %d characters "
                           "of ASCII without blanks, %d of them different, "
                           "and not the appkey", MT_CTL_SECRET_MIN, MT_ID_MAX,
                           MT_CTL_SECRET_MIX);
    }

    words->appid = ctl->given[MT_OPT_APPID]
                   ? appid : mt_ctl_random_appid(ctl, txn);
    words->appkey = ctl->given[MT_OPT_APPKEY]
                    ? appkey : mt_ctl_random_hex(ctl, MT_CTL_APPKEY_LEN);
    words->appsecret = ctl->given[MT_OPT_APPSECRET]
                       ? secret : mt_ctl_random_hex(ctl, MT_CTL_SECRET_LEN);

    return words->appid.len && words->appkey.len && words->appsecret.len
           ? MT_CTL_OK
           : mt_ctl_fail("no random bytes to make a secret of");
}


/* Reads --scope into bits, 0 for all.  Returns MT_CTL_OK, or MT_CTL_FAILED
 * having said why not. */

static int
mt_ctl_scopes(const char *list, int64_t *scopes)
{
    size_t      len;
    mt_scope_t  scope;

    *scopes = 0;

    if (mt_str_eq(mt_cstr(list), MT_STR("all"))) {
        return MT_CTL_OK;
    }

    for (;; list += len + 1) {
        len = strcspn(list, ",");
        scope = mt_scope_find((mt_str_t) { len, list });

        if (scope == MT_SCOPE_NONE) {
            return mt_ctl_fail("--scope: \"%.*s\" is none of read, directory, "
                               "rooms, meetings, checkins, events, or all",
                               (int) len, list);
        }

        *scopes |= (int64_t) 1 << scope;

        if (list[len] == '\0') {
            return MT_CTL_OK;
        }
    }
}


/* Reads --scope and --allow, without which *scopes is 0 and *allow empty. */

static int
mt_ctl_credential_bounds(mt_ctl_t *ctl, int64_t *scopes, mt_str_t *allow)
{
    mt_str_t  nets;

    *scopes = 0;
    *allow = MT_STR("");

    if (ctl->given[MT_OPT_SCOPE]
        && mt_ctl_scopes(ctl->given[MT_OPT_SCOPE], scopes) != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    nets = mt_cstr(ctl->given[MT_OPT_ALLOW]);

    if (ctl->given[MT_OPT_ALLOW] == NULL
        || mt_str_eq(nets, MT_STR("any")))
    {
        return MT_CTL_OK;
    }

    if (nets.len > MT_TEXT_MAX || !mt_cidr_valid(nets)) {
        return mt_ctl_fail("--allow: not a list of networks, such as "
                           "192.0.2.0/24,2001:db8::/32");
    }

    *allow = nets;

    return MT_CTL_OK;
}


int
mt_ctl_credential_add(mt_ctl_t *ctl)
{
    int                  rc;
    uint8_t              hash[MT_SHA256_LEN];
    mt_txn_t            *txn;
    mt_call_t            call;
    mt_ctl_issued_t      issued;
    mt_credential_add_t  args;

    memset(&issued, 0, sizeof(issued));
    memset(&args, 0, sizeof(args));

    if (mt_ctl_credential_bounds(ctl, &args.scopes, &args.allow) != MT_CTL_OK
        || !mt_ctl_read(ctl, &txn))
    {
        return MT_CTL_FAILED;
    }

    rc = mt_ctl_credential_words(ctl, txn, &issued);
    mt_ctl_read_end(ctl, txn);

    if (rc != MT_CTL_OK) {
        return rc;
    }

    if (mt_sha256(&issued.appsecret, 1, hash) == -1) {
        return mt_ctl_fail("OpenSSL cannot hash the secret");
    }

    issued.company = ctl->company;

    mt_set(&args, credential_add, company, issued.company);
    mt_set(&args, credential_add, appid, issued.appid);
    mt_set(&args, credential_add, appkey, issued.appkey);
    mt_set(&args, credential_add, secret_hash,
           ((mt_str_t) { sizeof(hash), (const char *) hash }));
    mt_set(&args, credential_add, apart, 1);

    if (mt_ctl_run(ctl, &call, &mt_op_credential_add,
                   &mt_ctl_credential_options, &args)
        != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    return mt_ctl_print(ctl, &mt_ctl_issued_row, &issued);
}


static int
mt_ctl_is_of_company(mt_ctl_t *ctl, void *record)
{
    mt_credential_t  *credential = record;

    return credential->company == ctl->company;
}


/* The names of a credential's scopes. */

static int
mt_ctl_credential_scopes(mt_ctl_t *ctl, mt_txn_t *txn, void *record)
{
    mt_scope_t        scope;
    mt_credential_t  *credential = record;

    (void) txn;

    mt_json_key(ctl->writer, "scopes");
    mt_json_open_list(ctl->writer);

    for (scope = MT_SCOPE_READ; mt_scope_name(scope); scope++) {
        if (mt_scope_allows(credential->scopes, scope)) {
            mt_json_string(ctl->writer, mt_cstr(mt_scope_name(scope)));
        }
    }

    mt_json_close_list(ctl->writer);

    return 0;
}


int
mt_ctl_credential_list(mt_ctl_t *ctl)
{
    mt_credential_t  credential;

    return mt_ctl_list(ctl, MT_DB_CREDENTIAL, &mt_credential_model,
                       &credential, &mt_ctl_credential_row,
                       mt_ctl_is_of_company, mt_ctl_credential_scopes);
}


int
mt_ctl_credential_set(mt_ctl_t *ctl)
{
    int64_t              scopes;
    mt_str_t             allow;
    mt_call_t            call;
    mt_credential_set_t  args;

    memset(&args, 0, sizeof(args));

    if (mt_ctl_args(ctl, &mt_ctl_credential_set_options, &args) != MT_CTL_OK
        || mt_ctl_credential_bounds(ctl, &scopes, &allow) != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    if (ctl->given[MT_OPT_SCOPE]) {
        mt_set(&args, credential_set, scopes, scopes);
    }

    if (ctl->given[MT_OPT_ALLOW]) {
        mt_set(&args, credential_set, allow, allow);
    }

    return mt_ctl_run(ctl, &call, &mt_op_credential_set,
                      &mt_ctl_credential_set_options, &args)
           == MT_CTL_OK ? mt_ctl_credential_list(ctl) : MT_CTL_FAILED;
}


int
mt_ctl_credential_revoke(mt_ctl_t *ctl)
{
    mt_call_t        call;
    mt_named_t       args;
    mt_credential_t  credential;

    memset(&args, 0, sizeof(args));

    if (mt_ctl_args(ctl, &mt_ctl_named_options, &args) != MT_CTL_OK
        || mt_ctl_run(ctl, &call, &mt_op_credential_revoke,
                      &mt_ctl_named_options, &args)
           != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    memset(&credential, 0, sizeof(credential));

    credential.appkey = args.ref;
    credential.revoked = call.result.time;

    return mt_ctl_print(ctl, &mt_ctl_revoked_row, &credential);
}

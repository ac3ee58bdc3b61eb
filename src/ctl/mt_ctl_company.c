
#include "ctl/mt_ctl.h"

#include "base/mt_crypto.h"


#define MT_CTL_APPID_LEN   12       /* decimal digits */
#define MT_CTL_APPKEY_LEN  20       /* hex digits */
#define MT_CTL_SECRET_LEN  40


MT_JSON_TABLE(mt_ctl_company_options,
    { "id",   MT_FIELD(company_add, num) },
    { "name", MT_FIELD(company_add, name) }
);

MT_JSON_TABLE(mt_ctl_company_row,
    { "id",      MT_FIELD(company, num) },
    { "name",    MT_FIELD(company, name) },
    { "created", MT_FIELD(company, created) }
);

MT_JSON_TABLE(mt_ctl_credential_row,
    { "appid",   MT_FIELD(credential, appid) },
    { "appkey",  MT_FIELD(credential, appkey) },
    { "created", MT_FIELD(credential, created) },
    { "revoked", MT_FIELD(credential, revoked) }
);

MT_JSON_TABLE(mt_ctl_revoked_row,
    { "appkey",  MT_FIELD(credential, appkey) },
    { "revoked", MT_FIELD(credential, revoked) }
);

MT_JSON_TABLE(mt_ctl_named_options,
    { "appkey", MT_FIELD(named, ref) }
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

    if (mt_ctl_args(ctl, &mt_ctl_company_options, &args) != MT_CTL_OK
        || mt_ctl_run(ctl, &call, &mt_op_company_add, &mt_ctl_company_options,
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
 * all if it is NULL. */

static int
mt_ctl_list(mt_ctl_t *ctl, mt_db_t db, const mt_model_t *model, void *record,
    const mt_json_table_t *row, int (*belongs)(mt_ctl_t *ctl, void *record))
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
            mt_json_close_object(ctl->writer);
        }

        found = mt_cursor_next(cursor, &key, &value);
    }

    mt_json_close_list(ctl->writer);

    if (cursor != NULL) {
        mt_cursor_close(cursor);
    }

    mt_read_end(txn);

    return found == -1 ? mt_ctl_fail_status("store", MT_STORE_FAILED)
                       : mt_ctl_flush(ctl);
}


int
mt_ctl_company_list(mt_ctl_t *ctl)
{
    mt_company_t  company;

    return mt_ctl_list(ctl, MT_DB_COMPANY, &mt_company_model, &company,
                       &mt_ctl_company_row, NULL);
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


/* Returns twelve decimal digits, the first not 0. */

static mt_str_t
mt_ctl_random_appid(mt_ctl_t *ctl)
{
    uint64_t  n;

    if (mt_random(&n, sizeof(n)) == -1) {
        return MT_STR("");
    }

    return mt_arena_printf(ctl->arena, "%llu", 100000000000ULL
                           + (unsigned long long) (n % 900000000000ULL));
}


int
mt_ctl_credential_add(mt_ctl_t *ctl)
{
    uint8_t              hash[MT_SHA256_LEN];
    mt_call_t            call;
    mt_ctl_issued_t      issued;
    mt_credential_add_t  args;

    memset(&issued, 0, sizeof(issued));
    memset(&args, 0, sizeof(args));

    issued.company = ctl->company;
    issued.appid = mt_ctl_random_appid(ctl);
    issued.appkey = mt_ctl_random_hex(ctl, MT_CTL_APPKEY_LEN);
    issued.appsecret = mt_ctl_random_hex(ctl, MT_CTL_SECRET_LEN);

    if (issued.appid.len == 0 || issued.appkey.len == 0
        || issued.appsecret.len == 0
        || mt_sha256(&issued.appsecret, 1, hash) == -1)
    {
        return mt_ctl_fail("no random bytes for a secret");
    }

    mt_set(&args, credential_add, company, issued.company);
    mt_set(&args, credential_add, appid, issued.appid);
    mt_set(&args, credential_add, appkey, issued.appkey);
    mt_set(&args, credential_add, secret_hash,
           ((mt_str_t) { sizeof(hash), (const char *) hash }));

    if (mt_ctl_run(ctl, &call, &mt_op_credential_add,
                   &mt_ctl_credential_row, &args)
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


int
mt_ctl_credential_list(mt_ctl_t *ctl)
{
    mt_credential_t  credential;

    return mt_ctl_list(ctl, MT_DB_CREDENTIAL, &mt_credential_model,
                       &credential, &mt_ctl_credential_row,
                       mt_ctl_is_of_company);
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

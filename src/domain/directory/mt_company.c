
#include "domain/directory/mt_directory.h"


static mt_status_t mt_company_add_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_credential_add_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static int mt_credential_known(mt_apply_t *a, mt_str_t id, enum mt_name kind,
    enum mt_name other, int apart);
static mt_status_t mt_credential_revoke_apply(mt_apply_t *a,
    const void *body, mt_result_t *result);
static mt_status_t mt_credential_set_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_credential_target(mt_apply_t *a, mt_str_t appkey,
    unsigned field, mt_result_t *result, mt_credential_t *credential);
static mt_status_t mt_credential_save(mt_apply_t *a,
    const mt_credential_t *credential);


const mt_operation_t  mt_op_company_add = {
    .code = MT_CODE_company_add,
    .name = "company_add",
    .args = &mt_company_add_model,
    .body = &mt_company_add_model,
    .start = mt_start_command,
    .apply = mt_company_add_apply
};

const mt_operation_t  mt_op_credential_add = {
    .code = MT_CODE_credential_add,
    .name = "credential_add",
    .args = &mt_credential_add_model,
    .body = &mt_credential_add_model,
    .start = mt_start_command,
    .apply = mt_credential_add_apply
};

const mt_operation_t  mt_op_credential_revoke = {
    .code = MT_CODE_credential_revoke,
    .name = "credential_revoke",
    .args = &mt_named_model,
    .body = &mt_named_model,
    .start = mt_start_command,
    .apply = mt_credential_revoke_apply
};

const mt_operation_t  mt_op_credential_set = {
    .code = MT_CODE_credential_set,
    .name = "credential_set",
    .args = &mt_credential_set_model,
    .body = &mt_credential_set_model,
    .start = mt_start_command,
    .apply = mt_credential_set_apply
};


static mt_status_t
mt_company_add_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_company_add_t  *args = body;

    int           found;
    mt_key_t      key;
    mt_str_t      record;
    mt_company_t  company;

    if (args->num < 1 || args->num > UINT32_MAX) {
        return mt_apply_reject(result, MT_BAD_VALUE, MT_company_add_num, 0);
    }

    mt_key_company(&key, (uint32_t) args->num);
    found = mt_get(a->txn, MT_DB_COMPANY, &key, &record);

    if (found != 0) {
        return found == 1 ? mt_apply_reject(result, MT_ID_TAKEN,
                                            MT_company_add_num, 0)
                          : MT_STORE_FAILED;
    }

    memset(&company, 0, sizeof(company));
    company.num = args->num;
    company.name = args->name;
    company.created = a->time;

    result->num = company.num;

    return mt_save(a->txn, MT_DB_COMPANY, &key, &mt_company_model, &company,
                   a->arena);
}


/* Credentials are numbered across companies: an appkey is unique among all, as
 * it is what names the company. */

static mt_status_t
mt_credential_add_apply(mt_apply_t *a, const void *body,
    mt_result_t *result)
{
    const mt_credential_add_t  *args = body;

    int              found;
    mt_key_t         key;
    mt_str_t         record;
    mt_credential_t  credential;

    mt_key_company(&key, (uint32_t) args->company);
    found = mt_get(a->txn, MT_DB_COMPANY, &key, &record);

    if (found != 1) {
        return found == 0 ? mt_apply_reject(result, MT_NO_SUCH_COMPANY,
                                            MT_credential_add_company, 0)
                          : MT_STORE_FAILED;
    }

    if (args->appkey.len == 0) {
        return mt_apply_reject(result, MT_BAD_VALUE,
                               MT_credential_add_appkey, 0);
    }

    if (args->appid.len == 0) {
        return mt_apply_reject(result, MT_BAD_VALUE,
                               MT_credential_add_appid, 0);
    }

    if (mt_credential_known(a, args->appkey, MT_NAME_APPKEY, MT_NAME_APPID,
                            (int) args->apart))
    {
        return mt_apply_reject(result, MT_ID_TAKEN,
                               MT_credential_add_appkey, 0);
    }

    if (mt_credential_known(a, args->appid, MT_NAME_APPID, MT_NAME_APPKEY,
                            (int) args->apart))
    {
        return mt_apply_reject(result, MT_ID_TAKEN,
                               MT_credential_add_appid, 0);
    }

    mt_key_counter(&key, 0, MT_NAME_CREDENTIAL);

    memset(&credential, 0, sizeof(credential));
    credential.num = (int64_t) mt_get_num_or(a->txn, MT_DB_COUNTER, &key, 0)
                     + 1;
    credential.company = args->company;
    credential.appid = args->appid;
    credential.appkey = args->appkey;
    credential.secret_hash = args->secret_hash;
    credential.created = a->time;
    credential.scopes = args->scopes;
    credential.allow = args->allow;

    (void) mt_put_num(a->txn, MT_DB_COUNTER, &key, (uint64_t) credential.num);
    (void) mt_name_put(a->txn, 0, MT_NAME_APPKEY, credential.appkey,
                       (uint64_t) credential.num);
    (void) mt_name_put(a->txn, 0, MT_NAME_APPID, credential.appid,
                       (uint64_t) credential.num);

    result->num = credential.num;

    return mt_credential_save(a, &credential);
}


/* Returns 1 if a credential has the id, as this kind of name or, with `apart`,
 * as the other; else 0. */

static int
mt_credential_known(mt_apply_t *a, mt_str_t id, enum mt_name kind,
    enum mt_name other, int apart)
{
    return mt_name_find(a->txn, 0, kind, id)
           || (apart && mt_name_find(a->txn, 0, other, id));
}


/* Loads the credential of an appkey that a command names in a field.  Returns
 * MT_OK, or a rejection or a failure. */

static mt_status_t
mt_credential_target(mt_apply_t *a, mt_str_t appkey, unsigned field,
    mt_result_t *result, mt_credential_t *credential)
{
    int  found;

    found = mt_credential_load(a->txn,
                               (int64_t) mt_name_find(a->txn, 0,
                                                      MT_NAME_APPKEY, appkey),
                               credential, a->arena);
    if (found == -1) {
        return MT_STORE_FAILED;
    }

    /* credentials of other companies do not exist for a company's command */
    if (found == 0 || (a->company != 0 && credential->company != a->company)) {
        return mt_apply_reject(result, MT_BAD_CREDENTIAL, field, 0);
    }

    result->num = credential->num;

    return MT_OK;
}


static mt_status_t
mt_credential_set_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_credential_set_t  *args = body;

    mt_status_t      rc;
    mt_credential_t  credential;

    rc = mt_credential_target(a, args->appkey, MT_credential_set_appkey,
                              result, &credential);
    if (rc != MT_OK) {
        return rc;
    }

    mt_patch(&credential, &mt_credential_model, args,
             &mt_credential_set_model,
             MT_BIT(credential_set, scopes) | MT_BIT(credential_set, allow));

    return mt_credential_save(a, &credential);
}


/* The record stays, so that the appkey is never used again. */

static mt_status_t
mt_credential_revoke_apply(mt_apply_t *a, const void *body,
    mt_result_t *result)
{
    const mt_named_t  *args = body;

    mt_status_t      rc;
    mt_credential_t  credential;

    rc = mt_credential_target(a, args->ref, MT_named_ref, result, &credential);
    if (rc != MT_OK) {
        return rc;
    }

    if (credential.revoked) {
        a->unchanged = 1;
        return MT_OK;
    }

    credential.revoked = a->time;

    return mt_credential_save(a, &credential);
}


int
mt_credential_load(mt_txn_t *txn, int64_t num, mt_credential_t *credential,
    mt_arena_t *arena)
{
    int       found;
    mt_key_t  key;
    mt_str_t  record;

    mt_key_serial(&key, num);

    found = mt_get(txn, MT_DB_CREDENTIAL, &key, &record);

    return found == 1 ? mt_load_value(txn, MT_DB_CREDENTIAL, record,
                                      &mt_credential_model, credential, arena)
                      : found;
}


static mt_status_t
mt_credential_save(mt_apply_t *a, const mt_credential_t *credential)
{
    mt_key_t  key;

    mt_key_serial(&key, credential->num);

    return mt_save(a->txn, MT_DB_CREDENTIAL, &key, &mt_credential_model,
                   credential, a->arena);
}


int64_t
mt_company_events(mt_apply_t *a)
{
    int                found;
    mt_key_t           key;
    mt_subscription_t  subscription;

    mt_key_company(&key, a->company);

    found = mt_load(a->txn, MT_DB_SUBSCRIPTION, &key, &mt_subscription_model,
                    &subscription, a->arena);

    if (found == -1) {
        a->failed = MT_STORE_FAILED;
    }

    if (found != 1 || subscription.url.len == 0) {
        return 0;
    }

    return subscription.types ? subscription.types : MT_EVENT_ALL;
}

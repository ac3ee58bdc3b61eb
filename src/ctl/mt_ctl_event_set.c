
/*
 * event set: subscribes a company at a URL.  The receiver needs the keys to
 * answer the check, so they are printed first.  They are kept for the next try
 * if the check fails, and replace the old ones if it succeeds.
 */

#include "ctl/mt_ctl.h"

#include <errno.h>
#include <stdio.h>

#include "domain/notify/mt_event.h"
#include "event/mt_event_payload.h"
#include "event/mt_event_send.h"


#define MT_CTL_CHECK_TIME  1500          /* ms, of h5yes' document */


#define MT_CTL_KEYS_FIELDS(F, M)                                              \
    F(M, 1, INT, company,       1, UINT32_MAX, NULL)                          \
    F(M, 2, STR, url,           1, MT_URL_MAX, NULL)                          \
    F(M, 3, STR, appkey,        1, MT_ID_MAX, NULL)                           \
    F(M, 4, STR, aes_key,       43, 43, NULL)                                 \
    F(M, 5, STR, token,         1, MT_ID_MAX, NULL)

MT_DECLARE_MODEL(ctl_keys, MT_CTL_KEYS_FIELDS);
MT_DEFINE_MODEL(ctl_keys, MT_CTL_KEYS_FIELDS);

MT_JSON_TABLE(mt_ctl_keys_row,
    { "company", MT_FIELD(ctl_keys, company) },
    { "url",     MT_FIELD(ctl_keys, url) },
    { "appkey",  MT_FIELD(ctl_keys, appkey) },
    { "aes_key", MT_FIELD(ctl_keys, aes_key) },
    { "token",   MT_FIELD(ctl_keys, token) }
);

MT_JSON_TABLE(mt_ctl_set_options,
    { "url",     MT_FIELD(event_set, url) },
    { "appkey",  MT_FIELD(event_set, owner) }
);

MT_JSON_TABLE(mt_ctl_new_options,
    { "rotate",  MT_FIELD(event_keys, aes_key) }
);


/* Returns 1 if messages may be for the credential: it is in force, the
 * company's own and, with --appkey, the one that is named. */

static int
mt_ctl_may_own(mt_ctl_t *ctl, const mt_credential_t *credential)
{
    const char  *appkey;

    appkey = ctl->given[MT_OPT_APPKEY];

    return credential->company == ctl->company
           && credential->revoked == 0
           && (appkey == NULL
               || mt_str_eq(credential->appkey, mt_cstr(appkey)));
}


/*
 * Returns the appkey that messages are for: `before`, if that may still be,
 * else the oldest; empty if there is none or on failure, having said so.
 */

static mt_str_t
mt_ctl_owner(mt_ctl_t *ctl, mt_txn_t *txn, mt_str_t before)
{
    int               found;
    mt_str_t          key, value, owner;
    mt_cursor_t      *cursor;
    mt_credential_t   credential;

    owner = MT_STR("");
    cursor = mt_cursor_open(txn, MT_DB_CREDENTIAL, NULL);
    found = cursor ? mt_cursor_first(cursor, &key, &value) : -1;

    while (found == 1) {
        if (mt_record_decode(value, &mt_credential_model, &credential,
                             ctl->arena) != MT_OK)
        {
            found = -1;
            break;
        }

        if (mt_ctl_may_own(ctl, &credential)
            && (owner.len == 0 || mt_str_eq(credential.appkey, before)))
        {
            owner = mt_arena_str(ctl->arena, credential.appkey);
        }

        found = mt_cursor_next(cursor, &key, &value);
    }

    if (cursor != NULL) {
        mt_cursor_close(cursor);
    }

    if (found == -1) {
        mt_ctl_fail_status("store", MT_STORE_FAILED);
        return MT_STR("");
    }

    if (owner.len == 0) {
        mt_ctl_fail(ctl->given[MT_OPT_APPKEY]
                    ? "--appkey: the company has no such credential in force"
                    : "the company has no credential in force: see "
                      "credential add");
    }

    return owner;
}


/* Returns the type of a name, 0 if there is none. */

static int64_t
mt_ctl_type(mt_str_t name)
{
    int64_t  type;

    for (type = 1; mt_event_name(type); type++) {
        if (mt_str_eq(name, mt_cstr(mt_event_name(type)))) {
            return type;
        }
    }

    return 0;
}


/* Reads --types, if it is given. */

static int
mt_ctl_types(mt_ctl_t *ctl, mt_event_set_t *args)
{
    size_t       len;
    int64_t      type, types;
    const char  *list;

    list = ctl->given[MT_OPT_TYPES];

    if (list == NULL) {
        return MT_CTL_OK;
    }

    types = 0;

    if (!mt_str_eq(mt_cstr(list), MT_STR("all"))) {

        for (;; list += len + 1) {
            len = strcspn(list, ",");
            type = mt_ctl_type((mt_str_t) { len, list });

            if (type == 0) {
                return mt_ctl_fail("--types: no type of event is called "
                                   "\"%.*s\": see src/event/README.md",
                                   (int) len, list);
            }

            types |= (int64_t) 1 << type;

            if (list[len] == '\0') {
                break;
            }
        }
    }

    mt_set(args, event_set, types, types);

    return MT_CTL_OK;
}


/* Takes the keys of an earlier try, else those in force; none with
 * --rotate. */

static int
mt_ctl_present_keys(mt_ctl_t *ctl, mt_event_set_t *args)
{
    int                found;
    mt_txn_t          *txn;
    mt_subscription_t  sub;

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    found = mt_subscription_load(txn, ctl->company, &sub, ctl->arena);

    if (found != -1) {
        mt_set(args, event_set, owner, mt_ctl_owner(ctl, txn, sub.owner));
    }

    mt_ctl_read_end(ctl, txn);

    if (found == -1) {
        return mt_ctl_fail_status("store", MT_STORE_FAILED);
    }

    if (args->owner.len == 0) {
        return MT_CTL_FAILED;
    }

    if (!mt_has(args, event_set, types)) {
        mt_set(args, event_set, types, sub.types);
    }

    if (!ctl->given[MT_OPT_ROTATE]) {
        args->aes_key = sub.new_aes_key.len ? sub.new_aes_key : sub.aes_key;
        args->token = sub.new_aes_key.len ? sub.new_token : sub.token;
    }

    return MT_CTL_OK;
}


static int
mt_ctl_make_keys(mt_ctl_t *ctl, mt_event_set_t *args)
{
    mt_call_t        call;
    mt_event_keys_t  keys;

    if (mt_dingtalk_make_keys(ctl->arena, &args->aes_key, &args->token) == -1)
    {
        return mt_ctl_fail("no random bytes for keys");
    }

    memset(&keys, 0, sizeof(keys));
    mt_set(&keys, event_keys, aes_key, args->aes_key);
    mt_set(&keys, event_keys, token, args->token);

    return mt_ctl_run(ctl, &call, &mt_op_event_keys, &mt_ctl_new_options,
                      &keys);
}


/* Prints the keys at once: the receiver may need them for its answer. */

static int
mt_ctl_print_keys(mt_ctl_t *ctl, const mt_event_set_t *args)
{
    mt_ctl_keys_t  keys;

    memset(&keys, 0, sizeof(keys));

    keys.company = ctl->company;
    keys.url = args->url;
    keys.appkey = args->owner;
    keys.aes_key = args->aes_key;
    keys.token = args->token;

    if (mt_ctl_print(ctl, &mt_ctl_keys_row, &keys) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    return fflush(stdout) == 0
           ? MT_CTL_OK
           : mt_ctl_fail("standard output: %s", strerror(errno));
}


/* Sends check_url.  A plain "success", which is enough for events, is not
 * enough here: the receiver has to show that it has the keys. */

static int
mt_ctl_check_url(mt_ctl_t *ctl, const mt_event_set_t *args)
{
    mt_str_t                why;
    mt_response_t           answer;
    mt_receiver_t           to;
    mt_outgoing_t          *o;
    mt_outgoing_options_t   options;

    memset(&options, 0, sizeof(options));

    options.connect_timeout = MT_CTL_CHECK_TIME;
    options.timeout = MT_CTL_CHECK_TIME;
    options.proxy = ctl->given[MT_OPT_PROXY];
    options.ca_file = ctl->given[MT_OPT_CAFILE];
    options.allow_private = ctl->given[MT_OPT_PRIVATE] != NULL;

    to.url = args->url;
    to.keys.aes_key = args->aes_key;
    to.keys.token = args->token;
    to.keys.owner = args->owner;

    o = mt_outgoing_init() == 0 ? mt_outgoing_create(&options) : NULL;
    if (o == NULL) {
        return mt_ctl_fail("out of memory");
    }

    mt_event_post(o, ctl->arena, &to, MT_STR(MT_EVENT_CHECK_URL),
                  mt_realtime_ms(), &answer);

    if (answer.verdict == MT_VERDICT_OK
        && memchr(answer.body.data, '{', answer.body.len) == NULL)
    {
        answer.verdict = MT_VERDICT_PLAIN;
    }

    why = mt_event_why(ctl->arena, &answer);
    mt_outgoing_destroy(o);

    if (answer.verdict == MT_VERDICT_OK) {
        return MT_CTL_OK;
    }

    return mt_ctl_fail("--url: %.*s; the keys are kept for another try",
                       (int) why.len, why.data);
}


int
mt_ctl_event_set(mt_ctl_t *ctl)
{
    mt_call_t       call;
    mt_event_set_t  args;

    memset(&args, 0, sizeof(args));

    if (mt_ctl_args(ctl, &mt_ctl_set_options, &args) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    if (!mt_outgoing_url_valid(ctl->arena, args.url)) {
        return mt_ctl_fail("--url: not an http:// or https:// URL");
    }

    if (mt_ctl_types(ctl, &args) != MT_CTL_OK
        || mt_ctl_present_keys(ctl, &args) != MT_CTL_OK
        || (args.aes_key.len == 0
            && mt_ctl_make_keys(ctl, &args) != MT_CTL_OK)
        || mt_ctl_print_keys(ctl, &args) != MT_CTL_OK
        || mt_ctl_check_url(ctl, &args) != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    mt_set(&args, event_set, aes_key, args.aes_key);
    mt_set(&args, event_set, token, args.token);

    return mt_ctl_run(ctl, &call, &mt_op_event_set, &mt_ctl_set_options,
                      &args);
}


/*
 * The weclubs dialect: envelope, signature, token, codes.
 */

#include <stdlib.h>

#include "base/mt_crypto.h"
#include "dialect/mt_arguments.h"
#include "dialect/mt_weclubs.h"


#define MT_WECLUBS_OK             2000
#define MT_WECLUBS_FAILED         3000
#define MT_WECLUBS_BAD_ARGUMENT   3001
#define MT_WECLUBS_EMPTY          3002
#define MT_WECLUBS_BAD_SIGN       3003
#define MT_WECLUBS_BAD_CALLER     3004
#define MT_WECLUBS_NO_USER        3005
#define MT_WECLUBS_NO_TOKEN       3006
#define MT_WECLUBS_BAD_TOKEN      3010
#define MT_WECLUBS_BAD_PASSWORD   3011
#define MT_WECLUBS_FORBIDDEN      3012
#define MT_WECLUBS_UNKNOWN_USER   3014
#define MT_WECLUBS_BAD_METHOD     3100
#define MT_WECLUBS_BAD_PATH       3101
#define MT_WECLUBS_ERROR          5000

#define MT_SHA1_HEX               (2 * MT_SHA1_LEN)

/* Pairs up to which insertion sort is used: no client sends more. */
#define MT_WECLUBS_FEW            16

/* Bytes that suffice for most signed texts and most error messages. */
#define MT_WECLUBS_SHORT          1024
#define MT_WECLUBS_MESSAGE        128


static void mt_weclubs_note(mt_exchange_t *x);
static mt_error_t mt_weclubs_judge(mt_exchange_t *x);
static mt_error_t mt_weclubs_judge_form(mt_exchange_t *x);
static mt_error_t mt_weclubs_judge_sign(mt_exchange_t *x);
static mt_error_t mt_weclubs_judge_envelope(mt_exchange_t *x);
static mt_error_t mt_weclubs_judge_caller(mt_exchange_t *x);
static mt_error_t mt_weclubs_judge_user(mt_exchange_t *x);
static mt_error_t mt_weclubs_judge_members(mt_exchange_t *x);
static mt_error_t mt_weclubs_error(mt_status_t status);
static int mt_weclubs_sign_fits(mt_exchange_t *x, mt_str_t sign);
static int mt_weclubs_digest(mt_exchange_t *x, uint8_t digest[MT_SHA1_LEN]);
static void mt_weclubs_sort(mt_json_pair_t *pairs, size_t n);
static int mt_weclubs_compare_keys(const void *one, const void *two);
static int mt_weclubs_carries(const mt_json_decode_t *d, mt_str_t name);
static void mt_weclubs_check_ids(mt_exchange_t *x,
    const mt_json_member_t *member);
static mt_status_t mt_weclubs_check_id(mt_call_t *call, int kind,
    mt_str_t id);
static int mt_weclubs_is_word(mt_str_t id);
static void mt_weclubs_message(mt_exchange_t *x);


/* The document's codes and their texts. */

typedef struct {
    int       code;
    int       with_reason;  /* the status' reason follows the text */
    mt_str_t  text;
} mt_weclubs_code_t;

static const mt_weclubs_code_t  mt_weclubs_codes[] = {
    { MT_WECLUBS_OK,           0, mt_str("请求成功") },
    { MT_WECLUBS_FAILED,       1, mt_str("请求失败") },
    { MT_WECLUBS_BAD_ARGUMENT, 1, mt_str("参数违法") },
    { MT_WECLUBS_EMPTY,        0, mt_str("请求参数为空") },
    { MT_WECLUBS_BAD_SIGN,     0, mt_str("签名违法") },
    { MT_WECLUBS_BAD_CALLER,   0, mt_str("caller值违法") },
    { MT_WECLUBS_NO_USER,      0, mt_str("没有携带user_id") },
    { MT_WECLUBS_NO_TOKEN,     0, mt_str("没有携带token") },
    { MT_WECLUBS_BAD_TOKEN,    0, mt_str("token失效") },
    { MT_WECLUBS_BAD_PASSWORD, 0, mt_str("密码错误") },
    { MT_WECLUBS_FORBIDDEN,    0, mt_str("用户没有权限") },
    { MT_WECLUBS_UNKNOWN_USER, 0, mt_str("找不到该用户") },
    { MT_WECLUBS_BAD_METHOD,   0, mt_str("违法的请求方法") },
    { MT_WECLUBS_BAD_PATH,     0, mt_str("不存在该请求方法") },
    { MT_WECLUBS_ERROR,        1, mt_str("程序出错") },
};


/* The code of each status, and its reason in the clients' language. */

typedef struct {
    int       code;
    mt_str_t  reason;
} mt_weclubs_status_t;

#define MT_S(status, code, reason)                                            \
    [MT_##status] = { MT_WECLUBS_##code, mt_str(reason) }

static const mt_weclubs_status_t  mt_weclubs_statuses[MT_STATUS_MAX] = {
    MT_S(OK,               OK,           "成功"),

    MT_S(BAD_JSON,         BAD_ARGUMENT, "不是一个合法的JSON对象"),
    MT_S(EMPTY,            EMPTY,        "请求为空"),
    MT_S(MISSING,          BAD_ARGUMENT, "缺少该参数"),
    MT_S(BAD_TYPE,         BAD_ARGUMENT, "类型错误"),
    MT_S(BAD_VALUE,        BAD_ARGUMENT, "取值不允许"),
    MT_S(TOO_MANY,         BAD_ARGUMENT, "数量过多"),
    MT_S(DUPLICATE_KEY,    BAD_ARGUMENT, "重复的参数"),
    MT_S(TOO_LONG,         BAD_ARGUMENT, "内容过长"),
    MT_S(BAD_FORM,         BAD_ARGUMENT, "不是一个合法的表单"),
    MT_S(COMPRESSED,       BAD_ARGUMENT, "请求体被压缩(gzip)，请不要压缩"),

    MT_S(BAD_SIGNATURE,    BAD_SIGN,     "签名不符"),
    MT_S(BAD_CALLER,       BAD_CALLER,   "caller未分配"),
    MT_S(NO_USER,          NO_USER,      "没有用户"),
    MT_S(NO_TOKEN,         NO_TOKEN,     "没有token"),
    MT_S(BAD_TOKEN,        BAD_TOKEN,    "token无效"),
    MT_S(TOKEN_EXPIRED,    BAD_TOKEN,    "token过期"),
    MT_S(BAD_CREDENTIAL,   FORBIDDEN,    "凭证无效"),
    MT_S(BAD_PASSWORD,     BAD_PASSWORD, "密码错误"),
    MT_S(FORBIDDEN,        FORBIDDEN,    "没有权限"),
    MT_S(NO_SCOPE,         FORBIDDEN,    "凭证没有此权限"),
    MT_S(WRONG_ADDRESS,    FORBIDDEN,    "凭证不允许此地址"),

    MT_S(DISABLED,         FAILED,       "账号已停用"),
    MT_S(DEFAULT_PASSWORD, FAILED,       "请先设置自己的密码"),
    MT_S(LOGIN_LIMITED,    FAILED,       "登录失败次数过多，请稍后再试"),

    MT_S(NO_SUCH_COMPANY,  FAILED,       "公司不存在"),
    MT_S(NO_SUCH_USER,     FAILED,       "用户不存在"),
    MT_S(NO_SUCH_DEPT,     FAILED,       "社团不存在"),
    MT_S(NO_SUCH_ROOM,     FAILED,       "会议室不存在"),
    MT_S(NO_SUCH_MEETING,  FAILED,       "会议不存在"),
    MT_S(NO_SUCH_ATTENDEE, FAILED,       "参与者不存在"),
    MT_S(NO_SUBSCRIPTION,  FAILED,       "没有订阅事件"),

    MT_S(ID_TAKEN,         FAILED,       "id已被占用"),
    MT_S(ACCOUNT_TAKEN,    FAILED,       "账号已被占用"),
    MT_S(PHONE_TAKEN,      FAILED,       "手机号码已被占用"),
    MT_S(EMAIL_TAKEN,      FAILED,       "邮箱已被占用"),
    MT_S(DEPT_IN_USE,      FAILED,       "部门下还有部门或成员"),
    MT_S(DEPT_CIRCLE,      FAILED,       "部门不能成为自己的上级"),
    MT_S(ROOM_IN_USE,      FAILED,       "会议室还有未来的会议"),

    MT_S(BAD_TIMES,        FAILED,       "结束时间必须晚于开始时间"),
    MT_S(CANCELLED,        FAILED,       "会议已撤销"),
    MT_S(ENDED,            FAILED,       "会议已结束"),
    MT_S(NOT_STARTED,      FAILED,       "会议尚未开始"),
    MT_S(STARTED,          FAILED,       "会议已开始"),
    MT_S(NO_LEADER,        FAILED,       "需要签到负责人"),
    MT_S(TOO_MANY_LEADERS, FAILED,       "签到负责人不能超过五人"),
    MT_S(REMINDED,         FAILED,       "刚刚提醒过，请稍后再试"),
    MT_S(CHANGED,          FAILED,       "已被他人修改"),
    MT_S(KEY_REUSED,       FAILED,       "该请求标识已用于其他请求"),
    MT_S(TRIMMED,          FAILED,       "日志已被清理"),
    MT_S(NO_SERIES,        FAILED,       "不是重复会议"),

    MT_S(ROOM_BUSY,        FAILED,       "会议室已被预订"),
    MT_S(ROOM_DISABLED,    FAILED,       "会议室已停用"),
    MT_S(ROOM_HOURS,       FAILED,       "不在会议室开放时间内"),
    MT_S(ROOM_PERMISSION,  FAILED,       "用户不能预订该会议室"),

    MT_S(QUOTA_BYTES,      FAILED,       "公司的存储配额已用完"),
    MT_S(QUOTA_MEETINGS,   FAILED,       "公司的会议数量已达上限"),
    MT_S(QUOTA_SEATS,      FAILED,       "参会人数超过上限"),
    MT_S(QUOTA_SERIES,     FAILED,       "重复会议的总人数超过上限"),
    MT_S(QUOTA_PEOPLE,     FAILED,       "公司的人员数量已达上限"),

    MT_S(NOT_LISTED,       FAILED,       "不在会议名单中"),
    MT_S(NOT_LEADER,       FAILED,       "不是该会议的签到负责人"),
    MT_S(TOO_EARLY,        FAILED,       "签到尚未开始"),
    MT_S(QR_EXPIRED,       FAILED,       "二维码已过期"),
    MT_S(QR_FUTURE,        FAILED,       "二维码时间在未来"),
    MT_S(QR_FORGED,        FAILED,       "不是本次会议的二维码"),
    MT_S(QR_UNSIGNED,      FAILED,       "请扫描现场屏幕上的二维码"),
    MT_S(QR_TRIES,         FAILED,       "错误的二维码过多，请稍后再试"),
    MT_S(SIGNED_ALREADY,   FAILED,       "已经签到"),
    MT_S(NO_SIGN_IN,       FAILED,       "该会议不需要签到"),
    MT_S(TOO_FAR,          FAILED,       "距离会议室太远"),
    MT_S(NO_POSITION,      FAILED,       "需要位置信息"),
    MT_S(FULL,             FAILED,       "会议人数已满"),
    MT_S(NOT_SIGNED,       FAILED,       "尚未签到"),
    MT_S(UNDONE,           FAILED,       "签到已被撤销"),
    MT_S(TOO_LATE,         FAILED,       "已过更正期限"),

    MT_S(FILE_SMALL,       FAILED,       "文件过小"),
    MT_S(FILE_LARGE,       FAILED,       "文件过大"),
    MT_S(IMAGE_TYPE,       FAILED,       "图片格式不支持"),
    MT_S(IMAGE_BROKEN,     FAILED,       "图片已损坏"),
    MT_S(IMAGE_RESOLUTION, FAILED,       "图片分辨率过高"),

    MT_S(BAD_REQUEST,      BAD_ARGUMENT, "HTTP请求错误"),
    MT_S(BAD_PATH,         BAD_PATH,     "不存在该请求方法"),
    MT_S(BAD_METHOD,       BAD_METHOD,   "违法的请求方法"),
    MT_S(TOO_LARGE,        BAD_ARGUMENT, "请求内容过大"),
    MT_S(LIMITED,          FAILED,       "请求过于频繁"),
    MT_S(DENIED,           FORBIDDEN,    "被服务器拒绝"),
    MT_S(BUSY,             ERROR,        "服务器繁忙"),
    MT_S(STORE_FULL,       ERROR,        "存储空间已满"),
    MT_S(STORE_FAILED,     ERROR,        "存储不可用"),
    MT_S(NO_MEMORY,        ERROR,        "内存不足"),
    MT_S(INTERNAL,         ERROR,        "内部错误"),
};


/* The checks of a request in the order of the document; the first error is
 * reported. */

static mt_error_t (*const  mt_weclubs_judges[])(mt_exchange_t *x) = {
    mt_weclubs_judge_form,
    mt_weclubs_judge_sign,
    mt_weclubs_judge_envelope,
    mt_weclubs_judge_caller,
    mt_weclubs_judge_user,
    mt_weclubs_judge_members,
};


void
mt_weclubs_decode(mt_exchange_t *x)
{
    size_t                 size;
    mt_arena_t            *arena;
    mt_status_t            status;
    mt_weclubs_request_t  *request;

    arena = x->call.arena;
    size = MT_WECLUBS_ARGS + x->route->operation->args->size;

    request = mt_arena_alloc(arena, sizeof(mt_weclubs_request_t));
    x->decode.payload_object = mt_arena_alloc(arena, size);

    if (request == NULL || x->decode.payload_object == NULL) {
        x->call.error.status = MT_NO_MEMORY;
        return;
    }

    request->common = x->decode.payload_object;
    x->envelope = request;
    x->call.args = (char *) x->decode.payload_object + MT_WECLUBS_ARGS;

    x->decode.arena = arena;
    x->decode.payload_table = x->route->request;

    status = mt_decode_body(x, &mt_weclubs_envelope, request);
    if (status != MT_OK) {
        x->call.error.status = status;
        return;
    }

    mt_decode_bearer(x, &request->common->token);
    mt_weclubs_note(x);
    x->call.error = mt_weclubs_judge(x);
}


/* Notes caller, user and meeting, for logs and rate limits; also of a request
 * that is rejected. */

static void
mt_weclubs_note(mt_exchange_t *x)
{
    size_t                      i;
    const mt_str_t             *ref;
    const mt_login_t           *login;
    const mt_json_table_t      *table;
    mt_weclubs_request_t       *request;
    const mt_json_member_t     *member;
    const mt_weclubs_client_t  *client;

    table = x->route->request;
    request = x->envelope;
    client = request->envelope.client;

    if (client) {
        request->caller = client->caller;
    }

    if (x->route->flags & MT_ROUTE_PUBLIC) {
        login = x->call.args;

        if (mt_has(login, login, mobile)) {
            x->user = login->mobile;
        }

    } else if (mt_has(request->common, weclubs_common, user_id)) {
        x->user = request->common->user_id;
    }

    for (i = 0; i < table->n; i++) {
        member = &table->members[i];

        if (mt_weclubs_kind(member) == MT_NAME_MEETING) {
            ref = mt_weclubs_given(x, member);
            x->meeting = ref ? *ref : MT_STR("");
        }
    }
}


static mt_error_t
mt_weclubs_judge(mt_exchange_t *x)
{
    size_t      i;
    mt_error_t  error;

    for (i = 0; i < mt_nitems(mt_weclubs_judges); i++) {
        error = mt_weclubs_judges[i](x);

        if (error.status != MT_OK) {
            return error;
        }
    }

    return mt_weclubs_error(MT_OK);
}


static mt_error_t
mt_weclubs_error(mt_status_t status)
{
    return (mt_error_t) { status, MT_STR("") };
}


/* Rejects data that cannot be signed: none, a member that is given twice, a
 * member that is an object or a list. */

static mt_error_t
mt_weclubs_judge_form(mt_exchange_t *x)
{
    const mt_json_decode_t  *d;

    d = &x->decode;

    if (d->error.status == MT_DUPLICATE_KEY) {
        return d->error;
    }

    if (d->payload_seen == 2 && d->payload_nested) {
        return (mt_error_t) { MT_BAD_TYPE, d->payload_nested_key };
    }

    if (d->payload_error.status == MT_DUPLICATE_KEY) {
        return d->payload_error;
    }

    if (d->npairs == 0) {
        return d->error.status == MT_OK ? mt_weclubs_error(MT_EMPTY)
                                        : d->error;
    }

    return mt_weclubs_error(MT_OK);
}


static mt_error_t
mt_weclubs_judge_sign(mt_exchange_t *x)
{
    mt_weclubs_request_t  *request;

    request = x->envelope;

    if (x->call.settings->verify_sign
        && !mt_weclubs_sign_fits(x, request->envelope.sign))
    {
        return mt_weclubs_error(MT_BAD_SIGNATURE);
    }

    request->signed_right = 1;

    return mt_weclubs_error(MT_OK);
}


/*
 * The document's signature is the hex SHA-1 of secret, all keys and values by
 * ascending key, secret.  Later clients send the hex MD5 of that SHA-1 in
 * upper-case hex.  Returns 1 if the signature is right, else 0.
 */

static int
mt_weclubs_sign_fits(mt_exchange_t *x, mt_str_t sign)
{
    char      hex[MT_SHA1_HEX];
    size_t    len;
    uint8_t   given[MT_SHA1_LEN], digest[MT_SHA1_LEN];
    mt_str_t  sha1 = { MT_SHA1_HEX, hex };

    len = sign.len / 2;

    if ((len != MT_SHA1_LEN && len != MT_MD5_LEN)
        || mt_hex_decode_any(sign, given, len) != 0
        || mt_weclubs_digest(x, digest) != 0)
    {
        return 0;
    }

    if (len == MT_MD5_LEN) {
        mt_hex_upper(digest, MT_SHA1_LEN, hex);

        if (mt_md5(&sha1, 1, digest) != 0) {
            return 0;
        }
    }

    return mt_secret_eq((mt_str_t) { len, (const char *) given },
                        (mt_str_t) { len, (const char *) digest });
}


/* Computes the SHA-1.  The pieces are joined first, which is faster than a
 * digest of many pieces.  Returns 0, or -1 on failure. */

static int
mt_weclubs_digest(mt_exchange_t *x, uint8_t digest[MT_SHA1_LEN])
{
    char                  *p, few[MT_WECLUBS_SHORT];
    size_t                 i;
    mt_str_t               secret, joined;
    mt_json_decode_t      *d;
    const mt_json_pair_t  *pair;

    d = &x->decode;
    secret = x->call.settings->sign_secret;

    mt_weclubs_sort(d->pairs, d->npairs);

    joined.len = 2 * secret.len;

    for (i = 0; i < d->npairs; i++) {
        joined.len += d->pairs[i].key.len + d->pairs[i].value.text.len;
    }

    p = joined.len > sizeof(few) ? mt_arena_take(x->call.arena, joined.len)
                                 : few;
    if (p == NULL) {
        return -1;
    }

    joined.data = p;
    p = mempcpy(p, secret.data, secret.len);

    for (i = 0; i < d->npairs; i++) {
        pair = &d->pairs[i];

        p = mempcpy(p, pair->key.data, pair->key.len);
        p = mempcpy(p, pair->value.text.data, pair->value.text.len);
    }

    (void) mempcpy(p, secret.data, secret.len);

    return mt_sha1(&joined, 1, digest);
}


static void
mt_weclubs_sort(mt_json_pair_t *pairs, size_t n)
{
    size_t          i, j;
    mt_json_pair_t  pair;

    if (n > MT_WECLUBS_FEW) {
        qsort(pairs, n, sizeof(mt_json_pair_t), mt_weclubs_compare_keys);
        return;
    }

    for (i = 1; i < n; i++) {
        pair = pairs[i];

        for (j = i; j && mt_str_cmp(pairs[j - 1].key, pair.key) > 0; j--) {
            pairs[j] = pairs[j - 1];
        }

        pairs[j] = pair;
    }
}


static int
mt_weclubs_compare_keys(const void *one, const void *two)
{
    const mt_json_pair_t  *a = one, *b = two;

    return mt_str_cmp(a->key, b->key);
}


static mt_error_t
mt_weclubs_judge_envelope(mt_exchange_t *x)
{
    return x->decode.error;
}


static mt_error_t
mt_weclubs_judge_caller(mt_exchange_t *x)
{
    size_t                       i;
    const mt_settings_t         *settings;
    const mt_weclubs_request_t  *request;

    settings = x->call.settings;
    request = x->envelope;

    for (i = 0; i < settings->ncallers; i++) {
        if (mt_str_eq(settings->callers[i], request->caller)) {
            return mt_weclubs_error(MT_OK);
        }
    }

    return mt_weclubs_error(settings->ncallers ? MT_BAD_CALLER : MT_OK);
}


static mt_error_t
mt_weclubs_judge_user(mt_exchange_t *x)
{
    const mt_weclubs_request_t  *request;

    request = x->envelope;

    if (x->route->flags & MT_ROUTE_PUBLIC) {
        return mt_weclubs_error(MT_OK);
    }

    if (!mt_weclubs_carries(&x->decode, MT_STR("user_id"))) {
        return mt_weclubs_error(MT_NO_USER);
    }

    if (request->common->token.len == 0
        && !mt_weclubs_carries(&x->decode, MT_STR("token")))
    {
        return mt_weclubs_error(MT_NO_TOKEN);
    }

    return mt_weclubs_error(MT_OK);
}


/* Returns 1 if the data has the member with a value other than null and "",
 * of any type; else 0. */

static int
mt_weclubs_carries(const mt_json_decode_t *d, mt_str_t name)
{
    size_t                 i;
    const mt_json_pair_t  *pair;

    for (i = 0; i < d->npairs; i++) {
        pair = &d->pairs[i];

        if (mt_str_eq(pair->key, name)) {
            return pair->value.type != MT_JSON_NULL && pair->value.text.len;
        }
    }

    return 0;
}


static mt_error_t
mt_weclubs_judge_members(mt_exchange_t *x)
{
    return x->decode.payload_error;
}


/* The signature proves the location's secret, and so its company.  The token
 * proves the user, even if a later log-in has ended its session. */

void
mt_weclubs_prove(mt_exchange_t *x)
{
    mt_call_t             *call;
    mt_weclubs_request_t  *request;

    call = &x->call;
    request = x->envelope;

    if (!request->signed_right) {
        return;
    }

    x->proven_company = call->settings->company;

    if (x->route->flags & MT_ROUTE_PUBLIC) {
        return;
    }

    if (mt_session_prove(call, request->common->user_id, request->caller,
                         request->common->token, &request->proof)
        == MT_OK)
    {
        x->proven_user = request->proof.user;
    }
}


/* The token is judged first: the answer to one that is not this person's is
 * the same whether or not the person exists. */

void
mt_weclubs_authenticate(mt_exchange_t *x)
{
    size_t                       i;
    mt_call_t                   *call;
    mt_status_t                  status;
    const mt_json_table_t       *table;
    mt_weclubs_request_t        *request;

    call = &x->call;
    table = x->route->request;
    request = x->envelope;

    call->company = call->settings->company;

    if (x->route->flags & MT_ROUTE_PUBLIC) {
        return;
    }

    status = MT_OK;

    if (request->proof.user == 0) {
        status = mt_session_prove(call, request->common->user_id,
                                  request->caller, request->common->token,
                                  &request->proof);
    }

    if (status == MT_OK) {
        status = mt_session_check(call, request->caller, &request->proof);
    }

    if (status != MT_OK) {
        call->error.status = status;
        return;
    }

    call->actor = request->proof.user;

    for (i = 0; i < table->n && call->error.status == MT_OK; i++) {
        mt_weclubs_check_ids(x, &table->members[i]);
    }
}


/* Checks a member that holds an id or a list of ids.  A word in a list is left
 * to the operation, which rejects an unknown one and names it. */

static void
mt_weclubs_check_ids(mt_exchange_t *x, const mt_json_member_t *member)
{
    int          kind, listed;
    size_t       i;
    mt_strs_t    ids;
    mt_call_t   *call;
    const void  *given;

    call = &x->call;
    kind = mt_weclubs_kind(member);
    given = kind ? mt_weclubs_given(x, member) : NULL;

    if (given == NULL) {
        return;
    }

    listed = member->how == &mt_weclubs_list;
    ids = listed ? *(const mt_strs_t *) given
                 : (mt_strs_t) { 1, (mt_str_t *) given };

    for (i = 0; i < ids.n; i++) {
        if (listed && mt_weclubs_is_word(ids.v[i])) {
            continue;
        }

        call->error.status = mt_weclubs_check_id(call, kind, ids.v[i]);

        if (call->error.status != MT_OK) {
            call->error.field = mt_cstr(member->wire);
            return;
        }
    }
}


/* Ids are integers from 1 on.  A string id of another dialect is valid too if
 * the store has it, in any form: "007", "E1" and "-1" may be ids. */

static mt_status_t
mt_weclubs_check_id(mt_call_t *call, int kind, mt_str_t id)
{
    int      integer;
    int64_t  num;

    integer = mt_parse_int(id, &num);

    if (id.len == 0 || (integer && num > 0)
        || mt_resolve(call->txn, call->company, kind, id))
    {
        return MT_OK;
    }

    return integer ? MT_BAD_VALUE : MT_BAD_TYPE;
}


/* Returns 1 if the id is a word, 0 if it is spelled like a number: "+1",
 * "1.5", "1e3", twenty digits. */

static int
mt_weclubs_is_word(mt_str_t id)
{
    size_t  i;

    for (i = 0; i < id.len; i++) {
        if (memchr("0123456789+-.eE \t", id.data[i], 17) == NULL) {
            return 1;
        }
    }

    return 0;
}


const char *
mt_weclubs_check(const mt_settings_t *settings)
{
    if (settings->verify_sign && settings->sign_secret.len == 0) {
        return "needs a \"meeting_weclubs_secret\", or "
               "\"meeting_weclubs_verify off\"";
    }

    return NULL;
}


int
mt_weclubs_code(mt_status_t status)
{
    if ((unsigned) status >= MT_STATUS_MAX
        || mt_weclubs_statuses[status].code == 0)
    {
        status = MT_INTERNAL;
    }

    return mt_weclubs_statuses[status].code;
}


void
mt_weclubs_open_answer(mt_exchange_t *x)
{
    mt_status_t  status;

    status = x->call.error.status;
    x->code = mt_weclubs_code(status);

    /* the document has a code for an unknown user of login; other calls name
     * attendees */
    if (status == MT_NO_SUCH_USER && x->route
        && (x->route->flags & MT_ROUTE_PUBLIC))
    {
        x->code = MT_WECLUBS_UNKNOWN_USER;
    }

    mt_json_open_object(x->writer);

    mt_json_key(x->writer, "result_code");
    mt_json_int(x->writer, x->code);

    mt_json_key(x->writer, "result_msg");
    mt_weclubs_message(x);

    mt_json_key(x->writer, "sys_time");
    mt_json_int(x->writer, x->call.now);

    mt_json_key(x->writer, "data");
    mt_json_open_object(x->writer);
}


/* Writes "参数违法: meeting_id 类型错误 (of the wrong type)". */

static void
mt_weclubs_message(mt_exchange_t *x)
{
    size_t                    i;
    mt_buf_t                  text;
    mt_str_t                  path;
    mt_status_t               status;
    const mt_weclubs_code_t  *code;

    code = mt_weclubs_codes;

    for (i = 0; i < mt_nitems(mt_weclubs_codes); i++) {
        if (mt_weclubs_codes[i].code == x->code) {
            code = &mt_weclubs_codes[i];
            break;
        }
    }

    if (!code->with_reason) {
        mt_json_string(x->writer, code->text);
        return;
    }

    status = x->call.error.status;
    path = mt_error_path(x);

    mt_buf_init(&text, x->call.arena, MT_WECLUBS_MESSAGE + path.len);

    mt_buf_str(&text, code->text);
    mt_buf_str(&text, MT_STR(": "));
    mt_buf_str(&text, path);
    mt_buf_str(&text, path.len ? MT_STR(" ") : MT_STR(""));
    mt_buf_str(&text, mt_weclubs_statuses[status].reason);
    mt_buf_str(&text, MT_STR(" ("));
    mt_buf_str(&text, mt_cstr(mt_status_reason(status)));
    mt_buf_str(&text, MT_STR(")"));

    /* without memory the whole answer fails */

    path.len = text.len;
    path.data = text.data;

    mt_json_string(x->writer, text.failed ? MT_STR("") : path);
}


void
mt_weclubs_close_answer(mt_exchange_t *x)
{
    mt_json_close_object(x->writer);
    mt_json_close_object(x->writer);
}

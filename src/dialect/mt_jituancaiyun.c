
/*
 * The jituancaiyun dialect: meeting invitations.  The access token, in the
 * query or in a header, names the company; the body's requesterUid is the
 * acting user.
 */

#include "dialect/mt_arguments.h"
#include "dialect/mt_request.h"


#define MT_JT_OK            0
#define MT_JT_SYSTEM        (-1)
#define MT_JT_BAD_TOKEN     4002
#define MT_JT_EXPIRED       4003
#define MT_JT_CREDENTIAL    4007
#define MT_JT_NO_TOKEN      4008
#define MT_JT_NEEDS_GET     4009
#define MT_JT_NEEDS_POST    4010
#define MT_JT_EMPTY         4012
#define MT_JT_FORBIDDEN     4013
#define MT_JT_BAD_UID       4500
#define MT_JT_NO_UID        4501

/* This server's codes, for errors that the document has no code for. */
#define MT_JT_BAD_JSON      4600
#define MT_JT_MISSING       4601
#define MT_JT_BAD_TYPE      4602
#define MT_JT_BAD_VALUE     4603
#define MT_JT_NO_MEETING    4610
#define MT_JT_CANCELLED     4611
#define MT_JT_ENDED         4612
#define MT_JT_ROOM          4620
#define MT_JT_QUOTA         4630
#define MT_JT_REJECTED      4699

/* Times of ten digits are seconds, of thirteen digits milliseconds. */
#define MT_JT_SECONDS_MIN   1000000000LL
#define MT_JT_SECONDS_MAX   9999999999LL
#define MT_JT_MS_MIN        1000000000000LL


static mt_status_t mt_jt_time_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);

static void mt_jt_decode(mt_exchange_t *x);
static mt_status_t mt_jt_decode_query(mt_exchange_t *x,
    const mt_json_table_t *table, void *request);
static void mt_jt_decode_body(mt_exchange_t *x, void *request);
static int mt_jt_is_uid(mt_str_t path);
static void mt_jt_authenticate(mt_exchange_t *x);
static void mt_jt_requester(mt_exchange_t *x);
static void mt_jt_name_members(mt_meeting_edit_t *args);
static void mt_jt_create(mt_exchange_t *x);
static void mt_jt_update(mt_exchange_t *x);
static void mt_jt_cancel(mt_exchange_t *x);
static void mt_jt_detail(mt_exchange_t *x);

static void mt_jt_open_answer(mt_exchange_t *x);
static void mt_jt_close_answer(mt_exchange_t *x);
static int mt_jt_has_data(const mt_exchange_t *x);
static mt_str_t mt_jt_message(mt_exchange_t *x);
static int mt_jt_code(mt_status_t status);


static const mt_wire_t  mt_jt_time = { "jt_time", mt_jt_time_read, NULL };


/* Requests. */

MT_JSON_TABLE(mt_jt_credential_in,
    MT_ARG("appId", token_issue, appkey, MT_MUST, NULL),
    MT_ARG("appSecret", token_issue, secret, MT_MUST_SECRET, NULL),
);

MT_JSON_TABLE(mt_jt_token_in,
    MT_TOKEN_ARG("accessToken"),
);

#define MT_REQUESTER                                                          \
    { "requesterUid", MT_FIELD(request, requester), 0, MT_MUST,               \
      &mt_wire_ref, NULL }

MT_JSON_TABLE(mt_jt_meeting_in,
    MT_REQUESTER,
    MT_ARG("meetingInviteId", meeting_act, ref, MT_MUST, &mt_wire_ref),
);

MT_JSON_TABLE(mt_jt_member_in,
    { "uid", MT_FIELD(person, ref), 0, MT_MUST, &mt_wire_ref, NULL },
    { "name", MT_FIELD(person, name), 0, MT_JSON_REQUIRED, NULL, NULL },
);

#define MT_DETAIL_ARG(wire, name, flags, how)                                 \
    MT_ARG(wire, meeting_edit, name, flags, how)

#define MT_DETAIL_ARGS(flags, must)                                           \
    MT_DETAIL_ARG("createTime", client_created, flags, &mt_jt_time),          \
    MT_DETAIL_ARG("content", content, must, &mt_wire_filled),                 \
    MT_DETAIL_ARG("address", place, flags, NULL),                             \
    MT_DETAIL_ARG("beginTime", begin, flags, &mt_jt_time),                    \
    MT_DETAIL_ARG("endTime", end, flags, &mt_jt_time),                        \
    MT_DETAIL_ARG("remindMin", remind, flags, NULL),                          \
    MT_DETAIL_ARG("remindType", remind_type, flags, NULL),                    \
    { "members", MT_FIELD(meeting_edit, people), MT_REQUEST_ARGS, flags,      \
      NULL, &mt_jt_member_in }

MT_JSON_TABLE(mt_jt_detail_new_in,
    MT_DETAIL_ARGS(MT_JSON_REQUIRED, MT_MUST),
);

MT_JSON_TABLE(mt_jt_detail_in,
    MT_DETAIL_ARGS(0, 0),
);

#define MT_DETAIL(table)                                                      \
    { "detail", .flags = MT_JSON_REQUIRED | MT_JSON_INLINE, .sub = &table }

MT_JSON_TABLE(mt_jt_create_in,
    MT_REQUESTER,
    MT_DETAIL_ARG("requesterName", creator_name, MT_JSON_REQUIRED, NULL),
    MT_DETAIL(mt_jt_detail_new_in),
);

MT_JSON_TABLE(mt_jt_update_in,
    MT_REQUESTER,
    MT_DETAIL_ARG("meetingInviteId", ref, MT_MUST, &mt_wire_ref),
    MT_DETAIL(mt_jt_detail_in),
);


/* Answers. */

#define MT_OF_MEETING(wire, name, how)                                        \
    MT_SHOW(wire, meeting, meeting, meeting, name, how)

#define MT_DERIVED(wire, name, how)                                           \
    MT_SHOW(wire, meeting, derived, meeting_derived, name, how)

MT_JSON_TABLE(mt_jt_token_out,
    { "accessToken", MT_FIELD(access, token), 0, 0, NULL, NULL },
    { "expiresIn", MT_FIELD(access, lifetime), 0, 0, &mt_wire_seconds, NULL },
    { "expireTime", MT_FIELD(access, expires), 0, 0, NULL, NULL },
);

MT_JSON_TABLE(mt_jt_created_out,
    MT_OF_MEETING("meetingInviteId", num, NULL),
);

/* The members before "detail". */
MT_JSON_TABLE(mt_jt_invitation_out,
    MT_DERIVED("createrId", creator_uid, NULL),
    MT_DERIVED("createrName", creator_name, NULL),
    MT_DERIVED("pushStatus", push, &mt_wire_int_string),
);

MT_JSON_TABLE(mt_jt_detail_out,
    MT_DERIVED("createTime", written, &mt_wire_int_string),
    MT_DERIVED("content", text, NULL),
    MT_OF_MEETING("address", place, NULL),
    MT_OF_MEETING("beginTime", begin, &mt_wire_int_string),
    MT_OF_MEETING("endTime", end, &mt_wire_int_string),
    MT_DERIVED("remindMin", remind, &mt_wire_int_string),
    MT_OF_MEETING("remindType", remind_type, &mt_wire_int_string),
);

MT_JSON_TABLE(mt_jt_member_out,
    MT_SHOW("uid", person, derived, person_derived, uid, NULL),
    MT_SHOW("name", person, derived, person_derived, name, NULL),
    MT_SHOW("msgStatus", person, attendee, attendee, answer,
            &mt_wire_int_string),
    MT_SHOW("remind", person, derived, person_derived, remind,
            &mt_wire_bool),
);


#define MT_CALL(name, op, request, prepare, value, list, row)                 \
    { mt_str("/meetinginvite/" name), MT_METHOD_POST, 0, &mt_op_##op,         \
      request, prepare, value, list, row, NULL, NULL }

MT_ROUTES(mt_jt_routes,
    { mt_str("/token/get"), MT_METHOD_GET, MT_ROUTE_PUBLIC,
      &mt_op_token_issue, &mt_jt_credential_in, NULL, &mt_jt_token_out, NULL,
      NULL, NULL, NULL },

    MT_CALL("create", meeting_create, &mt_jt_create_in, mt_jt_create,
            &mt_jt_created_out, NULL, NULL),
    MT_CALL("cancel", meeting_cancel, &mt_jt_meeting_in, mt_jt_cancel,
            NULL, NULL, NULL),
    MT_CALL("delete", meeting_hide, &mt_jt_meeting_in, mt_jt_requester,
            NULL, NULL, NULL),
    MT_CALL("update", meeting_update, &mt_jt_update_in, mt_jt_update,
            NULL, NULL, NULL),
    MT_CALL("detail", meeting_read, &mt_jt_meeting_in, mt_jt_detail,
            &mt_jt_detail_out, "members", &mt_jt_member_out)
);


const mt_dialect_t  mt_dialect_jituancaiyun = {
    .name = mt_str("jituancaiyun"),
    MT_DIALECT_ROUTES(mt_jt_routes),
    .decode = mt_jt_decode,
    .beside = &mt_jt_token_in,
    .prove = mt_request_prove,
    .authenticate = mt_jt_authenticate,
    .open_answer = mt_jt_open_answer,
    .close_answer = mt_jt_close_answer,
    .code = mt_jt_code,
    .content_type = mt_str("application/json;charset=UTF-8"),
};


/* The texts of the document's codes, and of this server's. */

static const struct {
    int       code;
    mt_str_t  text;
} mt_jt_texts[] = {
    { MT_JT_SYSTEM, mt_str("系统错误") },
    { MT_JT_BAD_TOKEN, mt_str("accessToken无效") },
    { MT_JT_EXPIRED, mt_str("accessToken超时，请重新获取") },
    { MT_JT_CREDENTIAL, mt_str("appId或appSecret错误") },
    { MT_JT_NO_TOKEN, mt_str("缺少accessToken参数") },
    { MT_JT_NEEDS_GET, mt_str("需要GET请求") },
    { MT_JT_NEEDS_POST, mt_str("需要POST请求") },
    { MT_JT_EMPTY, mt_str("POST的数据包为空") },
    { MT_JT_FORBIDDEN, mt_str("没有权限") },
    { MT_JT_BAD_UID, mt_str("uid不合法") },
    { MT_JT_NO_UID, mt_str("缺少uid参数") },
    { MT_JT_BAD_JSON, mt_str("解析JSON内容错误") },
    { MT_JT_MISSING, mt_str("缺少参数") },
    { MT_JT_BAD_TYPE, mt_str("参数类型错误") },
    { MT_JT_BAD_VALUE, mt_str("参数取值错误") },
    { MT_JT_NO_MEETING, mt_str("会议邀请不存在") },
    { MT_JT_CANCELLED, mt_str("会议已取消") },
    { MT_JT_ENDED, mt_str("会议已结束") },
    { MT_JT_ROOM, mt_str("会议室不可用") },
    { MT_JT_QUOTA, mt_str("公司配额已用完") },
    { MT_JT_REJECTED, mt_str("请求被拒绝") },
};


/*
 * Statuses with a code of their own.  Other statuses with HTTP status 200 are
 * MT_JT_REJECTED, those from 500 on MT_JT_SYSTEM; the rest have their HTTP
 * status as code.
 */

static const struct {
    mt_status_t  status;
    int          code;
} mt_jt_statuses[] = {
    { MT_OK, MT_JT_OK },
    { MT_BAD_TOKEN, MT_JT_BAD_TOKEN },
    { MT_TOKEN_EXPIRED, MT_JT_EXPIRED },
    { MT_BAD_CREDENTIAL, MT_JT_CREDENTIAL },
    { MT_NO_TOKEN, MT_JT_NO_TOKEN },
    { MT_BAD_METHOD, MT_JT_NEEDS_POST },
    { MT_EMPTY, MT_JT_EMPTY },
    { MT_FORBIDDEN, MT_JT_FORBIDDEN },
    { MT_NO_SCOPE, MT_JT_FORBIDDEN },
    { MT_WRONG_ADDRESS, MT_JT_FORBIDDEN },
    { MT_NOT_LISTED, MT_JT_FORBIDDEN },
    { MT_NO_SUCH_USER, MT_JT_BAD_UID },
    { MT_NO_USER, MT_JT_NO_UID },
    { MT_BAD_JSON, MT_JT_BAD_JSON },
    { MT_DUPLICATE_KEY, MT_JT_BAD_JSON },
    { MT_MISSING, MT_JT_MISSING },
    { MT_BAD_TYPE, MT_JT_BAD_TYPE },
    { MT_BAD_VALUE, MT_JT_BAD_VALUE },
    { MT_TOO_LONG, MT_JT_BAD_VALUE },
    { MT_TOO_MANY, MT_JT_BAD_VALUE },
    { MT_BAD_TIMES, MT_JT_BAD_VALUE },
    { MT_NO_SUCH_MEETING, MT_JT_NO_MEETING },
    { MT_CANCELLED, MT_JT_CANCELLED },
    { MT_ENDED, MT_JT_ENDED },
    { MT_NO_SUCH_ROOM, MT_JT_ROOM },
    { MT_ROOM_BUSY, MT_JT_ROOM },
    { MT_ROOM_DISABLED, MT_JT_ROOM },
    { MT_ROOM_HOURS, MT_JT_ROOM },
    { MT_ROOM_PERMISSION, MT_JT_ROOM },
    { MT_QUOTA_BYTES, MT_JT_QUOTA },
    { MT_QUOTA_MEETINGS, MT_JT_QUOTA },
    { MT_QUOTA_SEATS, MT_JT_QUOTA },
    { MT_QUOTA_SERIES, MT_JT_QUOTA },
    { MT_QUOTA_PEOPLE, MT_JT_QUOTA },
};


static int
mt_jt_code(mt_status_t status)
{
    int     http;
    size_t  i;

    for (i = 0; i < mt_nitems(mt_jt_statuses); i++) {
        if (mt_jt_statuses[i].status == status) {
            return mt_jt_statuses[i].code;
        }
    }

    http = mt_status_http(status);

    return http == 200 ? MT_JT_REJECTED : http < 500 ? http : MT_JT_SYSTEM;
}


static mt_status_t
mt_jt_time_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    int64_t      *time;
    mt_status_t   status;

    time = dst;
    status = mt_wire_plain.read(value, field, dst, arena);

    if (status != MT_OK) {
        return status;
    }

    if (*time >= MT_JT_SECONDS_MIN && *time <= MT_JT_SECONDS_MAX) {
        *time *= MT_MS_PER_SECOND;
        return MT_OK;
    }

    return *time >= MT_JT_MS_MIN ? MT_OK : MT_BAD_VALUE;
}


/* An error of the body waits in x->decode.error until the token is checked:
 * see mt_request_decode(). */

static void
mt_jt_decode(mt_exchange_t *x)
{
    mt_status_t             status;
    mt_request_t           *request;
    const mt_json_table_t  *table;

    request = mt_request_make(x);
    if (request == NULL) {
        return;
    }

    table = x->route->flags & MT_ROUTE_PUBLIC ? x->route->request
                                              : &mt_jt_token_in;

    status = mt_jt_decode_query(x, table, request);

    if (status != MT_OK) {
        x->call.error.status = status;

    } else if (!(x->route->flags & MT_ROUTE_PUBLIC)) {
        mt_decode_bearer(x, &request->token);
        mt_jt_decode_body(x, request);
    }
}


/* Reads the credential or the token from query and headers.  An answer tells
 * no details of their errors. */

static mt_status_t
mt_jt_decode_query(mt_exchange_t *x, const mt_json_table_t *table,
    void *request)
{
    mt_status_t  status;

    status = mt_decode_query(x, table, request);

    if (status == MT_OK) {
        status = mt_decode_headers(x, table, request);
    }

    if (status == MT_OK) {
        status = mt_json_decode(&x->decode, MT_STR("{}"), table, request);
    }

    if (status == MT_NO_MEMORY
        || (status == MT_OK && x->decode.error.status == MT_OK))
    {
        return status;
    }

    return table == &mt_jt_token_in ? MT_BAD_TOKEN : MT_BAD_CREDENTIAL;
}


static void
mt_jt_decode_body(mt_exchange_t *x, void *request)
{
    mt_error_t   *error;
    mt_status_t   status;

    static const mt_noted_t  noted[] = {
        { mt_str("requesterUid"), NULL, offsetof(mt_exchange_t, user) },
        { mt_str("meetingInviteId"), NULL,
          offsetof(mt_exchange_t, meeting) },
    };

    error = &x->decode.error;

    status = mt_decode_body(x, x->route->request, request);

    if (status == MT_NO_MEMORY) {
        x->call.error.status = status;
        return;
    }

    if (status != MT_OK) {
        error->status = status;
        error->field = MT_STR("");

    } else if (error->status == MT_MISSING && mt_jt_is_uid(error->field)) {
        error->status = MT_NO_USER;
    }

    mt_request_note(x, noted, mt_nitems(noted));
}


/* Returns 1 for "requesterUid" and for a path such as
 * "detail.members[0].uid", else 0. */

static int
mt_jt_is_uid(mt_str_t path)
{
    mt_str_t  end = mt_str(".uid");

    return mt_str_eq(path, MT_STR("requesterUid"))
           || (path.len > end.len
               && memcmp(path.data + path.len - end.len, end.data, end.len)
                  == 0);
}


static void
mt_jt_authenticate(mt_exchange_t *x)
{
    mt_call_t           *call;
    const mt_request_t  *request;

    call = &x->call;
    request = x->envelope;

    mt_request_authenticate(x);

    if (call->error.status == MT_OK && request->requester.len) {
        call->actor = mt_resolve(call->txn, call->company, MT_NAME_USER,
                                 request->requester);
    }
}


/* Rejects a requester whom the company lacks; only the creator of a meeting
 * may be a new user. */

static void
mt_jt_requester(mt_exchange_t *x)
{
    if (x->call.actor == 0) {
        x->call.error.status = MT_NO_SUCH_USER;
        x->call.error.field = MT_STR("requesterUid");
    }
}


/* A client that knows a person by string id gets that back. */

static void
mt_jt_name_members(mt_meeting_edit_t *args)
{
    size_t        i;
    mt_person_t  *person;

    person = args->people.v;

    for (i = 0; i < args->people.n; i++, person++) {
        mt_set(person, person, named, !mt_ref_is_num(person->ref));
    }
}


static void
mt_jt_create(mt_exchange_t *x)
{
    mt_meeting_edit_t   *args;
    const mt_request_t  *request;

    args = x->call.args;
    request = x->envelope;

    mt_jt_name_members(args);

    mt_set(args, meeting_edit, creator_ref, request->requester);
    mt_set(args, meeting_edit, creator_named,
           !mt_ref_is_num(request->requester));
    mt_set(args, meeting_edit, creator_called, args->creator_name);
    mt_set(args, meeting_edit, placeholders, 1);
}


static void
mt_jt_update(mt_exchange_t *x)
{
    mt_meeting_edit_t  *args;

    args = x->call.args;

    mt_jt_requester(x);
    mt_jt_name_members(args);

    mt_set(args, meeting_edit, only_creator, 1);
    mt_set(args, meeting_edit, placeholders, 1);

    /* guests have no uid: `members` cannot name them */
    mt_set(args, meeting_edit, keep_guests, 1);
}


static void
mt_jt_cancel(mt_exchange_t *x)
{
    mt_meeting_act_t  *args;

    args = x->call.args;

    mt_jt_requester(x);
    mt_set(args, meeting_act, may, MT_MAY_CREATOR);
}


static void
mt_jt_detail(mt_exchange_t *x)
{
    mt_meeting_act_t  *args;

    args = x->call.args;

    mt_jt_requester(x);
    mt_set(args, meeting_act, may, MT_MAY_MEMBER);
}


/* Answers are {"status", "message"} or {"status", "data"}; the list of members
 * is the last member of the detail. */

static void
mt_jt_open_answer(mt_exchange_t *x)
{
    x->code = mt_jt_code(x->call.error.status);

    if (x->code == MT_JT_NEEDS_POST && x->route
        && x->route->methods == MT_METHOD_GET)
    {
        x->code = MT_JT_NEEDS_GET;
    }

    mt_json_open_object(x->writer);

    mt_json_key(x->writer, "status");
    mt_json_int(x->writer, x->code);

    if (x->code != MT_JT_OK) {
        mt_json_key(x->writer, "message");
        mt_json_string(x->writer, mt_jt_message(x));
        return;
    }

    if (!mt_jt_has_data(x)) {
        return;
    }

    mt_json_key(x->writer, "data");
    mt_json_open_object(x->writer);

    if (x->route->list) {
        mt_json_members(x->writer, &mt_jt_invitation_out, x->call.reply);
        mt_json_key(x->writer, "detail");
        mt_json_open_object(x->writer);
    }
}


static void
mt_jt_close_answer(mt_exchange_t *x)
{
    if (mt_jt_has_data(x)) {
        if (x->route->list) {
            mt_json_close_object(x->writer);
        }

        mt_json_close_object(x->writer);
    }

    mt_json_close_object(x->writer);
}


static int
mt_jt_has_data(const mt_exchange_t *x)
{
    return x->code == MT_JT_OK && x->route->value;
}


/* Returns the text of the code, the path of the field, and for this server's
 * codes the reason. */

static mt_str_t
mt_jt_message(mt_exchange_t *x)
{
    size_t       i;
    mt_str_t     path, text;
    const char  *reason;

    reason = mt_status_reason(x->call.error.status);
    text = mt_cstr(reason);

    for (i = 0; i < mt_nitems(mt_jt_texts); i++) {
        if (mt_jt_texts[i].code == x->code) {
            text = mt_jt_texts[i].text;
            break;
        }
    }

    path = mt_error_path(x);

    if (x->code < MT_JT_BAD_JSON) {
        return path.len ? mt_arena_printf(x->call.arena, "%.*s: %.*s",
                                          (int) text.len, text.data,
                                          (int) path.len, path.data)
                        : text;
    }

    return mt_arena_printf(x->call.arena, "%.*s: %.*s%s%s",
                           (int) text.len, text.data,
                           (int) path.len, path.data, path.len ? ": " : "",
                           reason);
}

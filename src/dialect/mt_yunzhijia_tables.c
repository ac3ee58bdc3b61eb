
/*
 * The yunzhijia dialect: routes and tables.
 */

#include "dialect/mt_yunzhijia.h"


/* The difference (ms) that a client's clock may have, and the least timestamp
 * of 13 digits. */
#define MT_STAMP_SKEW   (3 * MT_MS_PER_MINUTE)
#define MT_STAMP_MIN    1000000000000LL


static mt_status_t mt_yunzhijia_notice_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static mt_status_t mt_yunzhijia_type_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static void mt_yunzhijia_status_write(mt_json_writer_t *w,
    const mt_field_t *field, const void *src);
static void mt_yunzhijia_read_write(mt_json_writer_t *w,
    const mt_field_t *field, const void *src);
static void mt_yunzhijia_accept_write(mt_json_writer_t *w,
    const mt_field_t *field, const void *src);

static void mt_yunzhijia_token(mt_exchange_t *x);
static void mt_yunzhijia_stamp(mt_exchange_t *x);
static void mt_yunzhijia_create(mt_exchange_t *x);
static int mt_yunzhijia_are_ids(mt_exchange_t *x, const mt_strs_t *refs,
    unsigned field);
static void mt_yunzhijia_modify(mt_exchange_t *x);
static void mt_yunzhijia_cancel(mt_exchange_t *x);
static void mt_yunzhijia_repeat(mt_exchange_t *x);
static void mt_yunzhijia_batch_modify(mt_exchange_t *x);
static void mt_yunzhijia_batch_cancel(mt_exchange_t *x);
static void mt_yunzhijia_day(mt_exchange_t *x);
static int64_t mt_yunzhijia_requester(mt_exchange_t *x);


/* noticeTime: -1 for never, or 0, 15 or 60 minutes before. */
static const mt_wire_t  mt_yunzhijia_notice = {
    "yunzhijia_notice", mt_yunzhijia_notice_read, NULL
};

/* null, "sign" or "voice". */
static const mt_wire_t  mt_yunzhijia_type = {
    "yunzhijia_type", mt_yunzhijia_type_read, NULL
};

/* of MT_PHASE_*: 0 not over, 1 over, 2 cancelled */
static const mt_wire_t  mt_yunzhijia_status = {
    "yunzhijia_status", NULL, mt_yunzhijia_status_write
};

/* of MT_ANSWER_*: 0 unread, 1 read */
static const mt_wire_t  mt_yunzhijia_read = {
    "yunzhijia_read", NULL, mt_yunzhijia_read_write
};

/* of MT_ANSWER_*: 0 none, 1 declined, 2 accepted */
static const mt_wire_t  mt_yunzhijia_accept = {
    "yunzhijia_accept", NULL, mt_yunzhijia_accept_write
};


/* Requests. */

#define MT_TOKEN        MT_TOKEN_ARG("accessToken")

/* The requester: clients use both spellings. */
#define MT_REQUESTER                                                          \
    { "openid", MT_FIELD(request, requester), 0, MT_MUST, NULL, NULL },       \
    { "openId", MT_FIELD(request, requester), 0, MT_JSON_ALIAS, NULL, NULL }

#define MT_CREATOR(M)                                                         \
    MT_ARG("openid", M, creator_ref, MT_MUST, NULL),                          \
    MT_ARG("openId", M, creator_ref, MT_JSON_ALIAS, NULL)

/* Members of calls that create or change a meeting or a series. */
#define MT_EDIT_ARGS(M, required)                                             \
    MT_ARG("title", M, subject, (required) | MT_JSON_FILLED, NULL),           \
    MT_ARG("content", M, content, 0, NULL),                                   \
    MT_ARG("meetingPlace", M, place, 0, NULL),                                \
    MT_ARG("startDate", M, begin, required, NULL),                            \
    MT_ARG("endDate", M, end, required, NULL),                                \
    MT_ARG("roomId", M, room_ref, 0, NULL),                                   \
    MT_ARG("noticeTime", M, notice, 0, &mt_yunzhijia_notice),                 \
    MT_ARG("noticeTimes", M, reminders, 0, NULL),                             \
    MT_ARG("topState", M, important, 0, NULL),                                \
    MT_ARG("actors", M, people_refs, 0, NULL),                                \
    MT_ARG("type", M, type, 0, &mt_yunzhijia_type),                           \
    MT_ARG("submitExperience", M, summary, 0, &mt_wire_bool)

#define MT_CHANGE_ARGS(M)                                                     \
    MT_ARG("addActors", M, add_refs, 0, NULL),                                \
    MT_ARG("delActors", M, drop, 0, NULL)

#define MT_RULE_ARGS(required)                                                \
    MT_ARG("repeat", series_edit, repeat, required, NULL),                    \
    MT_ARG("repeatEndDate", series_edit, repeat_end, 0, NULL)

/* `actors` is the whole list: the caller has added and removed already.  Bad
 * ids in `addActors` are rejected all the same. */
#define MT_WHOLE_LIST(x, args, M)                                             \
    do {                                                                      \
        if (mt_has(args, M, people_refs)                                      \
            && mt_yunzhijia_are_ids(x, &(args)->add_refs, MT_##M##_add_refs)) \
        {                                                                     \
            (args)->has &= ~(MT_BIT(M, add_refs) | MT_BIT(M, drop));          \
            (args)->add_refs.n = 0;                                           \
            (args)->drop.n = 0;                                               \
        }                                                                     \
    } while (0)

/* The document's other members, such as scope, are ignored. */
MT_JSON_TABLE(mt_yunzhijia_token_in,
    MT_ARG("appId", token_issue, appkey, MT_JSON_FILLED, &mt_wire_ref),
    MT_ARG("eid", token_issue, tenant, MT_JSON_FILLED, &mt_wire_ref),
    MT_ARG("secret", token_issue, secret, MT_MUST_SECRET, NULL),
    MT_ARG("timestamp", token_issue, stamp, MT_JSON_REQUIRED, NULL),
);

MT_JSON_TABLE(mt_yunzhijia_refresh_in,
    MT_ARG("appId", token_issue, appkey, MT_JSON_FILLED, &mt_wire_ref),
    MT_ARG("eid", token_issue, tenant, MT_JSON_FILLED, &mt_wire_ref),
    MT_ARG("refreshToken", token_issue, refresh, MT_MUST_SECRET, NULL),
    MT_ARG("timestamp", token_issue, stamp, MT_JSON_REQUIRED, NULL),
);

MT_JSON_TABLE(mt_yunzhijia_create_in,
    MT_TOKEN,
    MT_CREATOR(meeting_edit),
    MT_EDIT_ARGS(meeting_edit, MT_JSON_REQUIRED),
);

MT_JSON_TABLE(mt_yunzhijia_modify_in,
    MT_TOKEN,
    MT_ARG("id", meeting_edit, ref, MT_MUST, NULL),
    MT_REQUESTER,
    MT_EDIT_ARGS(meeting_edit, 0),
    MT_CHANGE_ARGS(meeting_edit),
);

MT_JSON_TABLE(mt_yunzhijia_cancel_in,
    MT_TOKEN,
    MT_ARG("id", meeting_act, ref, MT_MUST, NULL),
    MT_REQUESTER,
);

MT_JSON_TABLE(mt_yunzhijia_repeat_in,
    MT_TOKEN,
    MT_CREATOR(series_edit),
    MT_EDIT_ARGS(series_edit, MT_JSON_REQUIRED),
    MT_RULE_ARGS(MT_JSON_REQUIRED),
);

MT_JSON_TABLE(mt_yunzhijia_batch_modify_in,
    MT_TOKEN,
    MT_ARG("id", series_edit, ref, MT_MUST, NULL),
    MT_REQUESTER,
    MT_EDIT_ARGS(series_edit, 0),
    MT_CHANGE_ARGS(series_edit),
    MT_RULE_ARGS(0),
    MT_ARG("batchId", series_edit, batch, MT_JSON_FILLED, NULL),
);

MT_JSON_TABLE(mt_yunzhijia_batch_cancel_in,
    MT_TOKEN,
    MT_ARG("id", series_cancel, ref, MT_MUST, NULL),
    MT_REQUESTER,
    MT_ARG("batchId", series_cancel, batch, MT_JSON_FILLED, NULL),
);

MT_JSON_TABLE(mt_yunzhijia_day_in,
    MT_TOKEN,
    MT_ARG("day", meeting_list, day, MT_JSON_REQUIRED, NULL),
);


/* Answers. */

#define MT_OF_MEETING(wire, name, how)                                        \
    MT_SHOW(wire, meeting, meeting, meeting, name, how)

#define MT_DERIVED(wire, name, how)                                           \
    MT_SHOW(wire, meeting, derived, meeting_derived, name, how)

MT_JSON_TABLE(mt_yunzhijia_token_out,
    { "accessToken", MT_FIELD(access, token), 0, 0, NULL, NULL },
    { "expireIn", MT_FIELD(access, lifetime), 0, 0, &mt_wire_seconds, NULL },
    { "refreshToken", MT_FIELD(access, refresh), 0, 0, NULL, NULL },
);

MT_JSON_TABLE(mt_yunzhijia_create_out,
    { "meetingId", MT_FIELD(meeting, id),
      offsetof(mt_meeting_view_t, meeting), 0, NULL, NULL },
);

MT_JSON_TABLE(mt_yunzhijia_repeat_out,
    { "meetingIds", MT_FIELD(series_made, ids), 0, 0, NULL, NULL },
);

MT_JSON_TABLE(mt_yunzhijia_meeting_out,
    MT_SHOW("openid", meeting, creator, user, id, NULL),
    MT_OF_MEETING("type", type, &mt_wire_null_if_empty),
    MT_DERIVED("title", title, NULL),
    MT_OF_MEETING("content", content, NULL),
    MT_OF_MEETING("meetingPlace", place, NULL),
    MT_DERIVED("meetingStatus", phase, &mt_yunzhijia_status),
    MT_SHOW("readStatus", meeting, host, attendee, answer,
            &mt_yunzhijia_read),
    MT_SHOW("acceptStatus", meeting, host, attendee, answer,
            &mt_yunzhijia_accept),
    MT_DERIVED("personName", creator_name, NULL),
    MT_DERIVED("doneTime", done, NULL),
    MT_OF_MEETING("id", id, NULL),
    MT_DERIVED("noticeTime", notice, NULL),
    MT_DERIVED("noticeTimes", reminders, NULL),
    MT_OF_MEETING("startDate", begin, NULL),
    MT_OF_MEETING("endDate", end, NULL),
    MT_OF_MEETING("createDate", created, NULL),
    MT_SHOW("roomId", meeting, room, room, id, NULL),
    MT_DERIVED("roomOrderId", order, NULL),
);


/* Forms of answers: members of mt_route_t from `value` on. */

#define MT_VALUE(value)       value, NULL, NULL
#define MT_LIST(row)          NULL, "", row
#define MT_NO_VALUE           NULL, NULL, NULL

#define MT_ROUTE(path, op, request, prepare, answer)                          \
    { mt_str("/meeting/" path), MT_METHOD_POST, 0, &mt_op_##op, request,      \
      prepare, answer }

MT_ROUTES(mt_yunzhijia_routes,
    { mt_str("/token/getAccessToken"), MT_METHOD_POST, MT_ROUTE_PUBLIC,
      &mt_op_token_issue, &mt_yunzhijia_token_in, mt_yunzhijia_token,
      MT_VALUE(&mt_yunzhijia_token_out) },

    MT_ROUTE("create", meeting_create, &mt_yunzhijia_create_in,
             mt_yunzhijia_create, MT_VALUE(&mt_yunzhijia_create_out)),
    MT_ROUTE("modify", meeting_update, &mt_yunzhijia_modify_in,
             mt_yunzhijia_modify, MT_NO_VALUE),
    MT_ROUTE("cancel", meeting_cancel, &mt_yunzhijia_cancel_in,
             mt_yunzhijia_cancel, MT_NO_VALUE),
    MT_ROUTE("repeatMeeting", series_create, &mt_yunzhijia_repeat_in,
             mt_yunzhijia_repeat, MT_VALUE(&mt_yunzhijia_repeat_out)),
    MT_ROUTE("batchModify", series_update, &mt_yunzhijia_batch_modify_in,
             mt_yunzhijia_batch_modify, MT_NO_VALUE),
    MT_ROUTE("batchCancel", series_cancel, &mt_yunzhijia_batch_cancel_in,
             mt_yunzhijia_batch_cancel, MT_NO_VALUE),
    MT_ROUTE("queryByDay", meeting_list, &mt_yunzhijia_day_in,
             mt_yunzhijia_day, MT_LIST(&mt_yunzhijia_meeting_out)),

    { mt_str("/token/refreshToken"), MT_METHOD_POST, MT_ROUTE_PUBLIC,
      &mt_op_token_refresh, &mt_yunzhijia_refresh_in, mt_yunzhijia_stamp,
      MT_VALUE(&mt_yunzhijia_token_out) }
);


const mt_dialect_t  mt_dialect_yunzhijia = {
    .name = mt_str("yunzhijia"),
    MT_DIALECT_ROUTES(mt_yunzhijia_routes),
    .decode = mt_yunzhijia_decode,
    .prove = mt_request_prove,
    .authenticate = mt_request_authenticate,
    .open_answer = mt_yunzhijia_open_answer,
    .close_answer = mt_yunzhijia_close_answer,
    .by_tables = 1,
    .reads_forms = 1,
    .code = mt_yunzhijia_code,
    .content_type = mt_str("application/json;charset=UTF-8"),
};


static mt_status_t
mt_yunzhijia_notice_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena)
{
    size_t        i;
    int64_t       minutes;
    mt_status_t   rc;

    static const int64_t  allowed[] = { -1, 0, 15, 60 };

    rc = mt_wire_plain.read(value, field, &minutes, arena);
    if (rc != MT_OK) {
        return rc;
    }

    for (i = 0; i < mt_nitems(allowed); i++) {
        if (minutes == allowed[i]) {
            *(int64_t *) dst = minutes + MT_NOTICE_BASE;
            return MT_OK;
        }
    }

    return MT_BAD_VALUE;
}


static mt_status_t
mt_yunzhijia_type_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    mt_status_t      rc;
    const mt_str_t  *type;

    rc = mt_wire_plain.read(value, field, dst, arena);
    if (rc != MT_OK) {
        return rc;
    }

    type = dst;

    return type->len == 0 || mt_str_eq(*type, MT_STR("sign"))
           || mt_str_eq(*type, MT_STR("voice")) ? MT_OK : MT_BAD_VALUE;
}


static void
mt_yunzhijia_status_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    static const int  statuses[] = {
        [MT_PHASE_SCHEDULED] = 0,
        [MT_PHASE_UNDER_WAY] = 0,
        [MT_PHASE_ENDED]     = 1,
        [MT_PHASE_CANCELLED] = 2
    };

    (void) field;

    mt_json_int(w, statuses[*(const int64_t *) src]);
}


static void
mt_yunzhijia_read_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    (void) field;

    mt_json_int(w, *(const int64_t *) src != MT_ANSWER_UNREAD);
}


static void
mt_yunzhijia_accept_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    static const int  statuses[] = {
        [MT_ANSWER_UNREAD]   = 0,
        [MT_ANSWER_READ]     = 0,
        [MT_ANSWER_DECLINED] = 1,
        [MT_ANSWER_ACCEPTED] = 2
    };

    (void) field;

    mt_json_int(w, statuses[*(const int64_t *) src]);
}


/* Checks the arguments that the table cannot check. */

static void
mt_yunzhijia_token(mt_exchange_t *x)
{
    mt_call_t         *call;
    mt_token_issue_t  *args;

    call = &x->call;
    args = call->args;

    if (args->appkey.len == 0 && args->tenant.len == 0) {
        (void) mt_call_reject(call, MT_MISSING, MT_token_issue_appkey);

    } else {
        mt_yunzhijia_stamp(x);
    }
}


/* A client may name its credential to refreshToken, but need not. */

static void
mt_yunzhijia_stamp(mt_exchange_t *x)
{
    mt_call_t         *call;
    mt_token_issue_t  *args;

    call = &x->call;
    args = call->args;

    if (args->stamp < MT_STAMP_MIN
               || args->stamp < call->now - MT_STAMP_SKEW
               || args->stamp > call->now + MT_STAMP_SKEW)
    {
        (void) mt_call_reject(call, MT_BAD_VALUE, MT_token_issue_stamp);
    }
}


/* The creator attends the meeting; unknown users get a placeholder. */

static void
mt_yunzhijia_create(mt_exchange_t *x)
{
    mt_meeting_edit_t  *args;

    args = x->call.args;

    mt_set(args, meeting_edit, fresh_id, mt_fresh_short_id(x->call.arena));
    mt_set(args, meeting_edit, placeholders, 1);
    mt_set(args, meeting_edit, creator_listed, MT_ANSWER_ACCEPTED);
}


/* Returns 1 if all are ids, else 0 with the call rejected. */

static int
mt_yunzhijia_are_ids(mt_exchange_t *x, const mt_strs_t *refs, unsigned field)
{
    size_t       i;
    mt_status_t  rc;

    for (i = 0; i < refs->n; i++) {
        rc = refs->v[i].len == 0 ? MT_NO_SUCH_USER
             : mt_utf8_length(refs->v[i]) > MT_ID_MAX ? MT_TOO_LONG : MT_OK;

        if (rc != MT_OK) {
            (void) mt_call_reject(&x->call, rc, field);
            x->call.item = (unsigned) i + 1;
            return 0;
        }
    }

    return 1;
}


static void
mt_yunzhijia_modify(mt_exchange_t *x)
{
    mt_meeting_edit_t  *args;

    args = x->call.args;

    x->call.actor = mt_yunzhijia_requester(x);

    MT_WHOLE_LIST(x, args, meeting_edit);

    mt_set(args, meeting_edit, placeholders, 1);
    mt_set(args, meeting_edit, creator_listed, MT_ANSWER_ACCEPTED);
    mt_set(args, meeting_edit, only_creator, 1);
}


static void
mt_yunzhijia_cancel(mt_exchange_t *x)
{
    mt_meeting_act_t  *args;

    args = x->call.args;

    x->call.actor = mt_yunzhijia_requester(x);

    mt_set(args, meeting_act, may, MT_MAY_CREATOR);
}


static void
mt_yunzhijia_repeat(mt_exchange_t *x)
{
    mt_series_edit_t  *args;

    args = x->call.args;

    if (args->repeat
        && !mt_has(args, series_edit, repeat_end))
    {
        (void) mt_call_reject(&x->call, MT_MISSING,
                              MT_series_edit_repeat_end);
        return;
    }

    mt_set(args, series_edit, placeholders, 1);
    mt_set(args, series_edit, creator_listed, MT_ANSWER_ACCEPTED);
}


static void
mt_yunzhijia_batch_modify(mt_exchange_t *x)
{
    mt_series_edit_t  *args;

    args = x->call.args;

    x->call.actor = mt_yunzhijia_requester(x);

    MT_WHOLE_LIST(x, args, series_edit);

    mt_set(args, series_edit, placeholders, 1);
    mt_set(args, series_edit, creator_listed, MT_ANSWER_ACCEPTED);
    mt_set(args, series_edit, only_creator, 1);
}


static void
mt_yunzhijia_batch_cancel(mt_exchange_t *x)
{
    mt_series_cancel_t  *args;

    args = x->call.args;

    x->call.actor = mt_yunzhijia_requester(x);

    mt_set(args, series_cancel, only_creator, 1);
}


static void
mt_yunzhijia_day(mt_exchange_t *x)
{
    mt_meeting_list_t  *args;

    args = x->call.args;

    mt_set(args, meeting_list, ascending, 1);
    mt_set(args, meeting_list, cancelled, 1);
}


/* Returns the number of the requester, 0 if the company has no such user: it
 * is the creator of no meeting. */

static int64_t
mt_yunzhijia_requester(mt_exchange_t *x)
{
    const mt_request_t  *request;

    request = x->envelope;

    return mt_resolve(x->call.txn, x->call.company, MT_NAME_USER,
                      request->requester);
}

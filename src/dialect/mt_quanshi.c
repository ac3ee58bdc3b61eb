
/*
 * The quanshi dialect: one call, at any path, shows a conference by its
 * attendees' join link.  The link tells the company; a token of the company
 * adds the host's secrets.
 */

#include "base/mt_crypto.h"
#include "dialect/mt_arguments.h"
#include "dialect/mt_request.h"


#define MT_QS_OK           0

/* This server's codes: the document has none. */
#define MT_QS_BAD_JSON     1001
#define MT_QS_MISSING      1002
#define MT_QS_BAD_TYPE     1003
#define MT_QS_BAD_VALUE    1004
#define MT_QS_NO_LINK      2001
#define MT_QS_REJECTED     2002

#define MT_QS_ID_BYTES     8

#define MT_QS_STANDARD     1             /* confNodeType, 0: confidential */

/* The status of a conference. */
#define MT_QS_CANCELLED    0
#define MT_QS_CREATED      1
#define MT_QS_ENDED        4

/* The ApprovalStatus of a room. */
#define MT_QS_ROOM_PENDING    0
#define MT_QS_ROOM_REJECTED   1
#define MT_QS_ROOM_APPROVED   2
#define MT_QS_ROOM_CANCELLED  3


/* The members of a request beside the operation's args: an exchange's
 * `envelope`. */

#define MT_QS_REQUEST_FIELDS(F, M)                                            \
    F(M, 1, STR, token,         0, INT32_MAX, NULL)                           \
    F(M, 2, STR, url,           0, MT_URL_MAX, NULL)

MT_DECLARE_MODEL(qs_request, MT_QS_REQUEST_FIELDS);
MT_DEFINE_MODEL(qs_request, MT_QS_REQUEST_FIELDS);


static void mt_qs_minutes_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src);
static void mt_qs_num_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src);
static void mt_qs_status_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src);
static void mt_qs_series_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src);
static void mt_qs_answer_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src);
static void mt_qs_room_type_write(mt_json_writer_t *w,
    const mt_field_t *field, const void *src);

static void mt_qs_decode(mt_exchange_t *x);
static void mt_qs_prove(mt_exchange_t *x);
static void mt_qs_authenticate(mt_exchange_t *x);
static mt_str_t mt_qs_link_code(mt_str_t url);
static void mt_qs_open_answer(mt_exchange_t *x);
static void mt_qs_close_answer(mt_exchange_t *x);
static void mt_qs_tail(mt_exchange_t *x, const mt_link_view_t *view);
static void mt_qs_rooms(mt_exchange_t *x, const mt_link_view_t *view);
static void mt_qs_room(mt_exchange_t *x, const mt_link_view_t *view,
    int detailed);
static int mt_qs_approval(const mt_link_view_t *view);
static void mt_qs_end(mt_exchange_t *x);
static void mt_qs_fresh_id(mt_exchange_t *x, const char *key,
    const char *kind);
static int mt_qs_code(mt_status_t status);


/* Wire forms of answers. */

/* INT of milliseconds as minutes. */
static const mt_wire_t  mt_qs_minutes = {
    "qs_minutes", NULL, mt_qs_minutes_write
};

/* INT of a record's number as a string, "" for 0. */
static const mt_wire_t  mt_qs_num = { "qs_num", NULL, mt_qs_num_write };

/* INT of MT_PHASE_* */
static const mt_wire_t  mt_qs_status = {
    "qs_status", NULL, mt_qs_status_write
};

static const mt_wire_t  mt_qs_series = {
    "qs_series", NULL, mt_qs_series_write
};

/* INT of MT_ANSWER_*. */
static const mt_wire_t  mt_qs_answer = {
    "qs_answer", NULL, mt_qs_answer_write
};

static const mt_wire_t  mt_qs_room_type = {
    "qs_room_type", NULL, mt_qs_room_type_write
};


/* Requests. */

MT_JSON_TABLE(mt_qs_token_in,
    { "accessToken", MT_FIELD(qs_request, token), 0, MT_JSON_SECRET, NULL,
      NULL },
);

MT_JSON_TABLE(mt_qs_detail_in,
    { "attendeeJoinUrl", MT_FIELD(qs_request, url), 0,
      MT_MUST, NULL, NULL },
);


/* Answers, in the order of the document's example. */

#define MT_OF_MEETING(wire, name, how)                                        \
    MT_SHOW(wire, link, meeting.meeting, meeting, name, how)

#define MT_OF_LINK(wire, name, how)                                           \
    MT_SHOW(wire, link, link, link, name, how)

#define MT_OF_CREATOR(wire, name, how)                                        \
    MT_SHOW(wire, link, meeting.creator, user, name, how)

#define MT_DERIVED(wire, name, how)                                           \
    MT_SHOW(wire, link, meeting.derived, meeting_derived, name, how)

/* Members that no record holds. */
#define MT_EMPTY_STRING(wire)  MT_OF_MEETING(wire, id, &mt_wire_always_empty)
#define MT_ZERO(wire)          MT_OF_MEETING(wire, num, &mt_wire_always_zero)

MT_JSON_TABLE(mt_qs_head_out,
    MT_OF_MEETING("conferenceId", num, &mt_wire_int_string),
    MT_OF_MEETING("pcode1", pcode1, NULL),
    MT_OF_MEETING("pcode2", pcode2, NULL),
    MT_OF_MEETING("billingcode", billing_code, NULL),
    MT_OF_MEETING("eventId", num, NULL),
    MT_OF_LINK("attendeeJoinUrl", attendee_url, NULL),
    MT_OF_LINK("hostJoinUrl", host_url, NULL),
    MT_EMPTY_STRING("wcallurl"),
    MT_OF_CREATOR("hostId", num, NULL),
    MT_DERIVED("hostName", creator_name, NULL),
    MT_OF_CREATOR("hostMobile", phone, NULL),
    MT_OF_MEETING("startTime", begin, &mt_wire_seconds),
    MT_OF_MEETING("endTime", end, &mt_wire_seconds),
    MT_OF_LINK("length", length, &mt_qs_minutes),
    MT_DERIVED("status", phase, &mt_qs_status),
    MT_DERIVED("title", title, NULL),
    MT_ZERO("confMode"),
    MT_OF_MEETING("calType", series, &mt_qs_series),
    MT_OF_MEETING("roomId", room, &mt_qs_num),
);

/* The members after attendList, up to webRTCUrl. */
MT_JSON_TABLE(mt_qs_tail_out,
    MT_EMPTY_STRING("livePullUrl"),
    MT_EMPTY_STRING("livePullPwd"),
    MT_OF_MEETING("CreateTime", created, &mt_wire_seconds),
    MT_OF_MEETING("modifyTime", updated, &mt_wire_seconds),
    MT_OF_LINK("timezone", zone, NULL),
    MT_ZERO("joinLogin"),
    MT_ZERO("joinConfSelTag"),
    MT_EMPTY_STRING("joinConfTags"),
);

#define MT_OF_PERSON(wire, name, how)                                         \
    MT_SHOW(wire, person, derived, person_derived, name, how)
#define MT_NO_STRING(wire)     MT_OF_PERSON(wire, id, &mt_wire_always_empty)

MT_JSON_TABLE(mt_qs_person_out,
    MT_NO_STRING("cityCode"),
    MT_NO_STRING("companyName"),
    MT_NO_STRING("contactId"),
    MT_NO_STRING("countryCode"),
    MT_OF_PERSON("displayName", name, NULL),
    MT_OF_PERSON("mobileNumber", phone, NULL),
    MT_NO_STRING("officePhone"),
    MT_SHOW("orgName", person, dept, dept, name, NULL),
    MT_OF_PERSON("phoneEmail", guest_email, NULL),
    MT_OF_PERSON("phoneName", guest_name, NULL),
    MT_OF_PERSON("productStatus", num, &mt_wire_always_one),
    MT_SHOW("status", person, attendee, attendee, answer, &mt_qs_answer),
    MT_OF_PERSON("user", num, &mt_qs_num),
    MT_OF_PERSON("userProfile", num, &mt_wire_always_null),
    MT_OF_PERSON("userType", kind, NULL),
);

#define MT_OF_ROOM(wire, name, how)                                           \
    MT_SHOW(wire, link, meeting.room, room, name, how)

#define MT_ROOM_OUT                                                           \
    MT_OF_ROOM("DeviceId", num, NULL),                                        \
    MT_OF_ROOM("DeviceType", num, &mt_qs_room_type),                          \
    MT_OF_ROOM("DeviceName", name, NULL),                                     \
    MT_EMPTY_STRING("City"),                                                  \
    MT_OF_ROOM("Location", address, NULL),                                    \
    MT_ZERO("Floor"),                                                         \
    MT_ZERO("IsMainRoom")

MT_JSON_TABLE(mt_qs_house_out,
    MT_ROOM_OUT,
    MT_ZERO("ParentDeviceId"),
    MT_ZERO("ParentDeviceType"),
    MT_OF_CREATOR("ApplyUserId", num, NULL),
);

MT_JSON_TABLE(mt_qs_detail_house_out,
    MT_ROOM_OUT,
    MT_OF_CREATOR("ApplyUserId", num, NULL),
);


MT_ROUTES(mt_qs_routes,
    { mt_str(""), MT_METHOD_POST, 0, &mt_op_meeting_link, &mt_qs_detail_in,
      NULL, &mt_qs_head_out, "attendList", &mt_qs_person_out, NULL, NULL }
);


const mt_dialect_t  mt_dialect_quanshi = {
    .name = mt_str("quanshi"),
    MT_DIALECT_ROUTES(mt_qs_routes),
    .decode = mt_qs_decode,
    .beside = &mt_qs_token_in,
    .prove = mt_qs_prove,
    .authenticate = mt_qs_authenticate,
    .open_answer = mt_qs_open_answer,
    .close_answer = mt_qs_close_answer,
    .code = mt_qs_code,
    .content_type = mt_str("application/json;charset=UTF-8"),
};


/* Other statuses with HTTP status 200 are MT_QS_REJECTED; the rest have their
 * HTTP status as code. */

static const struct {
    mt_status_t  status;
    int          code;
} mt_qs_statuses[] = {
    { MT_OK, MT_QS_OK },
    { MT_BAD_JSON, MT_QS_BAD_JSON },
    { MT_DUPLICATE_KEY, MT_QS_BAD_JSON },
    { MT_EMPTY, MT_QS_MISSING },
    { MT_MISSING, MT_QS_MISSING },
    { MT_BAD_TYPE, MT_QS_BAD_TYPE },
    { MT_BAD_VALUE, MT_QS_BAD_VALUE },
    { MT_TOO_LONG, MT_QS_BAD_VALUE },
    { MT_TOO_MANY, MT_QS_BAD_VALUE },
    { MT_NO_SUCH_MEETING, MT_QS_NO_LINK },
};


static int
mt_qs_code(mt_status_t status)
{
    int     http;
    size_t  i;

    for (i = 0; i < mt_nitems(mt_qs_statuses); i++) {
        if (mt_qs_statuses[i].status == status) {
            return mt_qs_statuses[i].code;
        }
    }

    http = mt_status_http(status);

    return http == 200 ? MT_QS_REJECTED : http;
}


static void
mt_qs_decode(mt_exchange_t *x)
{
    mt_status_t         status;
    mt_qs_request_t    *request;
    mt_meeting_link_t  *args;

    request = mt_arena_alloc(x->call.arena, sizeof(*request));
    args = mt_arena_alloc(x->call.arena, sizeof(*args));

    if (request == NULL || args == NULL) {
        x->call.error.status = MT_NO_MEMORY;
        return;
    }

    x->envelope = request;
    x->call.args = args;
    x->decode.arena = x->call.arena;

    /* an invalid token counts as none */

    if (mt_decode_query(x, &mt_qs_token_in, request) == MT_NO_MEMORY) {
        x->call.error.status = MT_NO_MEMORY;
        return;
    }

    mt_decode_bearer(x, &request->token);

    if (x->decode.error.status != MT_OK) {
        memset(&x->decode.error, 0, sizeof(x->decode.error));
        request->token.len = 0;
    }

    status = mt_decode_body(x, &mt_qs_detail_in, request);

    x->call.error = x->decode.error;

    if (status != MT_OK) {
        x->call.error.status = status;
        x->call.error.field = MT_STR("");
    }

    /* x->meeting stays empty: logs would have the code */

    args->code = mt_qs_link_code(request->url);
}


/* A code in the query or the fragment is none of the link. */

static mt_str_t
mt_qs_link_code(mt_str_t url)
{
    size_t  i;

    for (i = 0; i < url.len && memchr("?#", url.data[i], 2) == NULL; i++) {
        /* void */
    }

    return mt_link_code((mt_str_t) { i, url.data }, MT_STR("/k/"));
}


static void
mt_qs_prove(mt_exchange_t *x)
{
    const mt_qs_request_t  *request;

    request = x->envelope;

    mt_request_prove_token(x, request->token);
}


static void
mt_qs_authenticate(mt_exchange_t *x)
{
    mt_call_t              *call;
    mt_status_t             status;
    mt_meeting_link_t      *args;
    const mt_qs_request_t  *request;

    call = &x->call;
    args = call->args;
    request = x->envelope;

    status = mt_token_check(call, request->token);

    if (status == MT_OK) {
        mt_set(args, meeting_link, viewer, call->company);

    } else if (mt_status_http(status) != 200 || status == MT_NO_SCOPE
               || status == MT_WRONG_ADDRESS)
    {
        call->error.status = status;
    }
}


/* Answers are {"status", "result": [{...}], ...}; the result of an error is
 * empty. */

static void
mt_qs_open_answer(mt_exchange_t *x)
{
    x->code = mt_qs_code(x->call.error.status);

    mt_json_open_object(x->writer);

    mt_json_key(x->writer, "status");
    mt_json_int(x->writer, x->code);

    mt_json_key(x->writer, "result");
    mt_json_open_list(x->writer);

    if (x->code == MT_QS_OK) {
        mt_json_open_object(x->writer);
    }
}


static void
mt_qs_close_answer(mt_exchange_t *x)
{
    mt_str_t  path;

    if (x->code == MT_QS_OK) {
        mt_qs_tail(x, x->call.reply);
        mt_json_close_object(x->writer);
    }

    mt_json_close_list(x->writer);

    if (x->code != MT_QS_OK) {
        path = mt_error_path(x);

        mt_json_key(x->writer, "message");
        mt_json_string(x->writer,
                       mt_arena_printf(x->call.arena, "%.*s%s%s",
                                       (int) path.len, path.data,
                                       path.len ? ": " : "",
                                  mt_status_reason(x->call.error.status)));
    }

    mt_qs_end(x);
}


static void
mt_qs_tail(mt_exchange_t *x, const mt_link_view_t *view)
{
    mt_str_t  url;

    url = view->link.attendee_url;

    mt_json_members(x->writer, &mt_qs_tail_out, view);

    mt_json_key(x->writer, "webRTCUrl");
    mt_json_string(x->writer,
                   mt_arena_printf(x->call.arena, "%.*s?priority=web",
                                   (int) url.len, url.data));

    mt_json_key(x->writer, "calExtraInfo");
    mt_json_open_object(x->writer);
    mt_json_close_object(x->writer);

    mt_json_key(x->writer, "confNodeType");
    mt_json_int(x->writer, MT_QS_STANDARD);

    mt_qs_rooms(x, view);
}


/* The store has no devices: equipList is empty. */

static void
mt_qs_rooms(mt_exchange_t *x, const mt_link_view_t *view)
{
    int  booked;

    booked = view->meeting.room.num != 0;

    mt_json_key(x->writer, "houseList");
    mt_json_open_list(x->writer);

    if (booked) {
        mt_qs_room(x, view, 0);
    }

    mt_json_close_list(x->writer);

    mt_json_key(x->writer, "equipList");
    mt_json_open_list(x->writer);
    mt_json_close_list(x->writer);

    mt_json_key(x->writer, "detailHouseList");

    if (!booked) {
        mt_json_null(x->writer);
        return;
    }

    mt_json_open_list(x->writer);
    mt_qs_room(x, view, 1);
    mt_json_close_list(x->writer);
}


/* The document's table has ApplyStatus, its example ApprovalStatus: the
 * details have both. */

static void
mt_qs_room(mt_exchange_t *x, const mt_link_view_t *view, int detailed)
{
    int  approval;

    approval = mt_qs_approval(view);

    mt_json_open_object(x->writer);
    mt_json_members(x->writer, detailed ? &mt_qs_detail_house_out
                                        : &mt_qs_house_out, view);

    mt_json_key(x->writer, "ApprovalStatus");
    mt_json_int(x->writer, approval);

    if (detailed) {
        mt_json_key(x->writer, "ApplyStatus");
        mt_json_int(x->writer, approval);

        mt_json_key(x->writer, "SubDevices");
        mt_json_open_list(x->writer);
        mt_json_close_list(x->writer);
    }

    mt_json_close_object(x->writer);
}


static int
mt_qs_approval(const mt_link_view_t *view)
{
    const mt_meeting_t  *meeting;

    meeting = &view->meeting.meeting;

    if (meeting->state == MT_MEETING_CANCELLED) {
        return MT_QS_ROOM_CANCELLED;
    }

    return meeting->checked == MT_CHECK_PASSED ? MT_QS_ROOM_APPROVED
           : meeting->checked == MT_CHECK_REJECTED ? MT_QS_ROOM_REJECTED
           : MT_QS_ROOM_PENDING;
}


static void
mt_qs_end(mt_exchange_t *x)
{
    int64_t  spent;

    spent = mt_monotonic_ns() - x->begun;

    mt_qs_fresh_id(x, "request_id", "request");
    mt_qs_fresh_id(x, "reqid", "answer");

    mt_json_key(x->writer, "timestamp");
    mt_json_int(x->writer, x->call.now);

    mt_json_key(x->writer, "request_duration");
    mt_json_string(x->writer,
                   mt_arena_printf(x->call.arena, "%lld.%06lldms",
                                   (long long) (spent / MT_NS_PER_MS),
                                   (long long) (spent % MT_NS_PER_MS)));

    mt_json_close_object(x->writer);
}


/* Writes an id in the manner of the document's examples: kind, seconds,
 * milliseconds, a unique part.  Theirs contains the server's address; this one
 * is random. */

static void
mt_qs_fresh_id(mt_exchange_t *x, const char *key, const char *kind)
{
    char      hex[2 * MT_QS_ID_BYTES];
    int64_t   now;
    uint8_t   bytes[MT_QS_ID_BYTES];
    mt_str_t  id;

    id = MT_STR("");
    now = x->call.now;

    if (mt_random(bytes, sizeof(bytes)) == 0) {
        mt_hex_lower(bytes, sizeof(bytes), hex);

        id = mt_arena_printf(x->call.arena, "meeting-%s-%lld.%03lld.%.*s",
                             kind, (long long) (now / MT_MS_PER_SECOND),
                             (long long) (now % MT_MS_PER_SECOND),
                             (int) sizeof(hex), hex);
    }

    mt_json_key(x->writer, key);
    mt_json_string(x->writer, id);
}


static void
mt_qs_minutes_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    (void) field;

    mt_json_int(w, *(const int64_t *) src / MT_MS_PER_MINUTE);
}


static void
mt_qs_num_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    if (*(const int64_t *) src) {
        mt_wire_int_string.write(w, field, src);

    } else {
        mt_json_string(w, MT_STR(""));
    }
}


static void
mt_qs_status_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    static const int  statuses[] = {
        [MT_PHASE_SCHEDULED] = MT_QS_CREATED,
        [MT_PHASE_UNDER_WAY] = MT_QS_CREATED,
        [MT_PHASE_ENDED]     = MT_QS_ENDED,
        [MT_PHASE_CANCELLED] = MT_QS_CANCELLED,
    };

    (void) field;

    mt_json_int(w, statuses[*(const int64_t *) src]);
}


/* "M": a meeting of a series; "E": a single one. */

static void
mt_qs_series_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    (void) field;

    mt_json_string(w, *(const int64_t *) src ? MT_STR("M") : MT_STR("E"));
}


static void
mt_qs_answer_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    int64_t  answer;

    (void) field;

    answer = *(const int64_t *) src;

    mt_json_string(w, answer == MT_ANSWER_ACCEPTED ? MT_STR("A")
                      : answer == MT_ANSWER_DECLINED ? MT_STR("R")
                      : MT_STR("W"));
}


/* 2: a room; 3, which is not used, a device in a room. */

static void
mt_qs_room_type_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    (void) field;
    (void) src;

    mt_json_int(w, 2);
}


/*
 * The yunzhijia dialect: envelope, codes, token.
 */

#include "dialect/mt_arguments.h"
#include "dialect/mt_yunzhijia.h"


static int mt_yunzhijia_is_list(const mt_exchange_t *x);
static int mt_yunzhijia_is_object(const mt_exchange_t *x);
static mt_str_t mt_yunzhijia_error(mt_exchange_t *x);


/*
 * The document has no code but 0; the others are this server's.  A code never
 * changes its meaning, since clients may rely on it.  Its first three digits
 * are the HTTP status that fits the cause.
 */

#define MT_C(status, code)  [MT_##status] = code

static const int  mt_yunzhijia_codes[MT_STATUS_MAX] = {
    MT_C(OK,               0),

    MT_C(BAD_JSON,         40001),
    MT_C(EMPTY,            40002),
    MT_C(MISSING,          40003),
    MT_C(BAD_TYPE,         40004),
    MT_C(BAD_VALUE,        40005),
    MT_C(TOO_MANY,         40006),
    MT_C(DUPLICATE_KEY,    40007),
    MT_C(TOO_LONG,         40008),
    MT_C(BAD_TIMES,        40009),
    MT_C(BAD_FORM,         40010),
    MT_C(FILE_SMALL,       40011),
    MT_C(FILE_LARGE,       40012),
    MT_C(IMAGE_TYPE,       40013),
    MT_C(IMAGE_BROKEN,     40014),
    MT_C(IMAGE_RESOLUTION, 40015),
    MT_C(COMPRESSED,       40016),

    MT_C(NO_TOKEN,         40101),
    MT_C(BAD_TOKEN,        40102),
    MT_C(TOKEN_EXPIRED,    40103),
    MT_C(BAD_CREDENTIAL,   40104),
    MT_C(BAD_SIGNATURE,    40105),
    MT_C(BAD_CALLER,       40106),
    MT_C(NO_USER,          40107),
    MT_C(BAD_PASSWORD,     40108),
    MT_C(DISABLED,         40109),
    MT_C(DEFAULT_PASSWORD, 40110),
    MT_C(LOGIN_LIMITED,    40111),

    MT_C(DENIED,           40300),
    MT_C(FORBIDDEN,        40301),
    MT_C(NOT_LISTED,       40302),
    MT_C(NOT_LEADER,       40303),
    MT_C(ROOM_PERMISSION,  40304),
    MT_C(NO_SCOPE,         40308),
    MT_C(WRONG_ADDRESS,    40309),

    MT_C(BAD_PATH,         40400),
    MT_C(NO_SUCH_MEETING,  40401),
    MT_C(NO_SUCH_USER,     40402),
    MT_C(NO_SUCH_ROOM,     40403),
    MT_C(NO_SUCH_DEPT,     40404),
    MT_C(NO_SUCH_ATTENDEE, 40405),
    MT_C(NO_SUCH_COMPANY,  40406),
    MT_C(NO_SERIES,        40407),
    MT_C(NO_SUBSCRIPTION,  40408),

    MT_C(CANCELLED,        40901),
    MT_C(ENDED,            40902),
    MT_C(NOT_STARTED,      40903),
    MT_C(STARTED,          40904),
    MT_C(ROOM_BUSY,        40905),
    MT_C(ROOM_DISABLED,    40906),
    MT_C(ROOM_HOURS,       40907),
    MT_C(ROOM_IN_USE,      40908),
    MT_C(ID_TAKEN,         40909),
    MT_C(ACCOUNT_TAKEN,    40910),
    MT_C(PHONE_TAKEN,      40911),
    MT_C(EMAIL_TAKEN,      40912),
    MT_C(DEPT_IN_USE,      40913),
    MT_C(DEPT_CIRCLE,      40914),
    MT_C(NO_LEADER,        40915),
    MT_C(TOO_MANY_LEADERS, 40916),
    MT_C(TOO_EARLY,        40917),
    MT_C(QR_EXPIRED,       40918),
    MT_C(QR_FUTURE,        40919),
    MT_C(SIGNED_ALREADY,   40920),
    MT_C(NO_SIGN_IN,       40921),
    MT_C(TOO_FAR,          40922),
    MT_C(NO_POSITION,      40923),
    MT_C(QR_FORGED,        40944),
    MT_C(QR_UNSIGNED,      40945),
    MT_C(QR_TRIES,         40946),
    MT_C(REMINDED,         40947),
    MT_C(CHANGED,          40948),
    MT_C(TRIMMED,          40949),
    MT_C(FULL,             40951),
    MT_C(KEY_REUSED,       40950),
    MT_C(NOT_SIGNED,       40941),
    MT_C(UNDONE,           40942),
    MT_C(TOO_LATE,         40943),

    MT_C(QUOTA_BYTES,      40930),
    MT_C(QUOTA_MEETINGS,   40931),
    MT_C(QUOTA_SEATS,      40932),
    MT_C(QUOTA_SERIES,     40933),
    MT_C(QUOTA_PEOPLE,     40934),

    MT_C(BAD_REQUEST,      40000),
    MT_C(BAD_METHOD,       40500),
    MT_C(TOO_LARGE,        41300),
    MT_C(LIMITED,          42900),
    MT_C(INTERNAL,         50000),
    MT_C(BUSY,             50301),
    MT_C(STORE_FULL,       50302),
    MT_C(STORE_FAILED,     50303),
    MT_C(NO_MEMORY,        50304),
};


int
mt_yunzhijia_code(mt_status_t status)
{
    return (unsigned) status < MT_STATUS_MAX ? mt_yunzhijia_codes[status]
                                             : mt_yunzhijia_codes[MT_INTERNAL];
}


/* The token may also come in a header of its own. */

void
mt_yunzhijia_decode(mt_exchange_t *x)
{
    mt_request_t  *request;

    static const mt_noted_t  noted[] = {
        { mt_str("openid"), NULL, offsetof(mt_exchange_t, user) },
        { mt_str("id"), NULL, offsetof(mt_exchange_t, meeting) },
    };

    mt_request_decode(x, noted, mt_nitems(noted));

    request = x->envelope;

    if (request == NULL) {
        return;
    }

    if (request->token.len == 0) {
        request->token = x->in.header(x->in.data, MT_STR("accesstoken"));
    }

    mt_decode_bearer(x, &request->token);
}


/* Answers are {"data", "error", "errorCode", "success"}; data is null in an
 * error and for calls whose answer has none in the document. */

void
mt_yunzhijia_open_answer(mt_exchange_t *x)
{
    x->code = mt_yunzhijia_code(x->call.error.status);

    mt_json_open_object(x->writer);
    mt_json_key(x->writer, "data");

    if (mt_yunzhijia_is_object(x)) {
        mt_json_open_object(x->writer);

    } else if (!mt_yunzhijia_is_list(x)) {
        mt_json_null(x->writer);
    }
}


void
mt_yunzhijia_close_answer(mt_exchange_t *x)
{
    if (mt_yunzhijia_is_object(x)) {
        mt_json_close_object(x->writer);
    }

    mt_json_key(x->writer, "error");

    if (x->code) {
        mt_json_string(x->writer, mt_yunzhijia_error(x));

    } else {
        mt_json_null(x->writer);
    }

    mt_json_key(x->writer, "errorCode");
    mt_json_int(x->writer, x->code);

    mt_json_key(x->writer, "success");
    mt_json_bool(x->writer, x->code == 0);

    mt_json_close_object(x->writer);
}


static int
mt_yunzhijia_is_list(const mt_exchange_t *x)
{
    return x->code == 0 && x->route->list;
}


static int
mt_yunzhijia_is_object(const mt_exchange_t *x)
{
    return x->code == 0 && x->route->value;
}


/* Returns the member, the reason, and for a series the begin of the meeting
 * that was rejected. */

static mt_str_t
mt_yunzhijia_error(mt_exchange_t *x)
{
    mt_str_t    path, text;
    mt_call_t  *call;

    call = &x->call;
    path = mt_error_path(x);
    text = mt_cstr(mt_status_reason(call->error.status));

    if (path.len) {
        text = mt_arena_printf(call->arena, "%.*s: %.*s", (int) path.len,
                               path.data, (int) text.len, text.data);
    }

    if (call->result.status && call->result.detail) {
        text = mt_arena_printf(call->arena, "%.*s (startDate %lld)",
                               (int) text.len, text.data,
                               (long long) call->result.detail);
    }

    return text;
}


/*
 * The h5yes dialect: envelope and codes.
 */

#include "dialect/mt_arguments.h"
#include "dialect/mt_h5yes.h"


#define MT_H5YES_OK             10000
#define MT_H5YES_INVALID        71001
#define MT_H5YES_NO_TOKEN       71002
#define MT_H5YES_BAD_TOKEN      71003
#define MT_H5YES_EXPIRED        71004
#define MT_H5YES_LACK           71005
#define MT_H5YES_ACCOUNT        71006
#define MT_H5YES_PHONE          71007
#define MT_H5YES_MISMATCH       71008
#define MT_H5YES_NO_USER        71009
#define MT_H5YES_NO_DEPT        71010
#define MT_H5YES_NO_ROOM        71011
#define MT_H5YES_NO_MEETING     71012
#define MT_H5YES_NO_ATTENDANCE  71013


static int mt_h5yes_has_value(const mt_exchange_t *x);
static int mt_h5yes_is_list(const mt_route_t *route);
static mt_str_t mt_h5yes_message(mt_exchange_t *x);
static mt_str_t mt_h5yes_text(mt_exchange_t *x, mt_str_t text);


const mt_str_t  mt_dialect_pictures = mt_str("/meeting/api/opt/resources");


/* The details that follow the text of a code. */

typedef enum {
    MT_DETAIL_NONE,
    MT_DETAIL_FIELD,
    MT_DETAIL_REASON       /* field and reason */
} mt_h5yes_detail_t;

/* The document's codes and their texts; "%s" stands for the parameter's
 * name. */

typedef struct {
    int                code;
    mt_h5yes_detail_t  detail;
    mt_str_t           text;
} mt_h5yes_code_t;

static const mt_h5yes_code_t  mt_h5yes_codes[] = {
    { MT_H5YES_OK, MT_DETAIL_NONE, mt_str("") },
    { MT_H5YES_INVALID, MT_DETAIL_REASON, mt_str("Invalid arguments") },
    { MT_H5YES_NO_TOKEN, MT_DETAIL_NONE, mt_str("Lack access token") },
    { MT_H5YES_BAD_TOKEN, MT_DETAIL_NONE, mt_str("Illegal access token") },
    { MT_H5YES_EXPIRED, MT_DETAIL_NONE, mt_str("Expire access token") },
    { MT_H5YES_LACK, MT_DETAIL_NONE, mt_str("Lack %s arguments") },
    { MT_H5YES_ACCOUNT, MT_DETAIL_NONE,
      mt_str("Account is already occupied") },
    { MT_H5YES_PHONE, MT_DETAIL_NONE, mt_str("Phone is already occupied") },
    { MT_H5YES_MISMATCH, MT_DETAIL_FIELD,
      mt_str("Arguments type mismatch") },
    { MT_H5YES_NO_USER, MT_DETAIL_NONE, mt_str("User is not exist") },
    { MT_H5YES_NO_DEPT, MT_DETAIL_NONE, mt_str("Dept is not exist") },
    { MT_H5YES_NO_ROOM, MT_DETAIL_NONE, mt_str("Room is not exist") },
    { MT_H5YES_NO_MEETING, MT_DETAIL_NONE, mt_str("Meeting is not exist") },
    { MT_H5YES_NO_ATTENDANCE, MT_DETAIL_NONE,
      mt_str("Attendance is not exist") },
};


/* Statuses that the document has a code for.  Other statuses with HTTP status
 * 200 are "Invalid arguments"; the rest have their HTTP status as code. */

static const struct {
    mt_status_t  status;
    int          code;
} mt_h5yes_statuses[] = {
    { MT_OK, MT_H5YES_OK },
    { MT_NO_TOKEN, MT_H5YES_NO_TOKEN },
    { MT_BAD_TOKEN, MT_H5YES_BAD_TOKEN },
    { MT_TOKEN_EXPIRED, MT_H5YES_EXPIRED },
    { MT_MISSING, MT_H5YES_LACK },
    { MT_ACCOUNT_TAKEN, MT_H5YES_ACCOUNT },
    { MT_PHONE_TAKEN, MT_H5YES_PHONE },
    { MT_BAD_TYPE, MT_H5YES_MISMATCH },
    { MT_NO_SUCH_USER, MT_H5YES_NO_USER },
    { MT_NO_SUCH_DEPT, MT_H5YES_NO_DEPT },
    { MT_NO_SUCH_ROOM, MT_H5YES_NO_ROOM },
    { MT_NO_SUCH_MEETING, MT_H5YES_NO_MEETING },
    { MT_CANCELLED, MT_H5YES_NO_MEETING },
    { MT_NO_SUCH_ATTENDEE, MT_H5YES_NO_ATTENDANCE },
};


int
mt_h5yes_code(mt_status_t status)
{
    int     http;
    size_t  i;

    for (i = 0; i < mt_nitems(mt_h5yes_statuses); i++) {
        if (mt_h5yes_statuses[i].status == status) {
            return mt_h5yes_statuses[i].code;
        }
    }

    http = mt_status_http(status);

    return http == 200 ? MT_H5YES_INVALID : http;
}


void
mt_h5yes_decode(mt_exchange_t *x)
{
    mt_request_t  *request;

    static const mt_noted_t  noted[] = {
        { mt_str("userId"), NULL, offsetof(mt_exchange_t, user) },
        { mt_str("createdId"), NULL, offsetof(mt_exchange_t, user) },
        { mt_str("meetingId"), NULL, offsetof(mt_exchange_t, meeting) },
        { mt_str("id"), MT_FIELD(meeting_edit, ref),
          offsetof(mt_exchange_t, meeting) },
    };

    mt_request_decode(x, noted, mt_nitems(noted));

    request = x->envelope;

    if (request) {
        mt_decode_bearer(x, &request->token);
    }
}


/* Answers are {"success", "message", "value", "code", "fieldErrors"}; "value"
 * is left out of errors and of calls whose answer has none in the document. */

void
mt_h5yes_open_answer(mt_exchange_t *x)
{
    x->code = mt_h5yes_code(x->call.error.status);

    mt_json_open_object(x->writer);

    mt_json_key(x->writer, "success");
    mt_json_bool(x->writer, x->code == MT_H5YES_OK);

    mt_json_key(x->writer, "message");
    mt_json_string(x->writer, mt_h5yes_message(x));

    if (mt_h5yes_has_value(x)) {
        mt_json_key(x->writer, "value");

        if (!mt_h5yes_is_list(x->route)) {
            mt_json_open_object(x->writer);
        }
    }
}


void
mt_h5yes_close_answer(mt_exchange_t *x)
{
    if (mt_h5yes_has_value(x) && !mt_h5yes_is_list(x->route)) {
        mt_json_close_object(x->writer);
    }

    mt_json_key(x->writer, "code");
    mt_json_int(x->writer, x->code);

    mt_json_key(x->writer, "fieldErrors");
    mt_json_open_object(x->writer);
    mt_json_close_object(x->writer);

    mt_json_close_object(x->writer);
}


static int
mt_h5yes_has_value(const mt_exchange_t *x)
{
    return x->code == MT_H5YES_OK && (x->route->value || x->route->list);
}


/* Returns 1 if the value is a list, 0 if it is an object, which may end in a
 * list. */

static int
mt_h5yes_is_list(const mt_route_t *route)
{
    return route->list && route->list[0] == '\0';
}


static mt_str_t
mt_h5yes_message(mt_exchange_t *x)
{
    size_t                    i;
    mt_str_t                  path, text;
    const char               *reason;
    const mt_h5yes_code_t    *code;

    reason = mt_status_reason(x->call.error.status);

    for (i = 0; mt_h5yes_codes[i].code != x->code; i++) {
        if (i + 1 == mt_nitems(mt_h5yes_codes)) {
            return mt_cstr(reason);
        }
    }

    code = &mt_h5yes_codes[i];
    text = mt_h5yes_text(x, code->text);
    path = mt_error_path(x);

    if (code->detail == MT_DETAIL_NONE) {
        return text;
    }

    return mt_arena_printf(x->call.arena, "%.*s%s%.*s%s%s",
                           (int) text.len, text.data,
                           path.len ? ": " : "", (int) path.len, path.data,
                           code->detail == MT_DETAIL_REASON ? ": " : "",
                           code->detail == MT_DETAIL_REASON ? reason : "");
}


/* Returns the text with the parameter's name in place of "%s". */

static mt_str_t
mt_h5yes_text(mt_exchange_t *x, mt_str_t text)
{
    mt_str_t     path;
    const char  *at;

    at = memmem(text.data, text.len, "%s", 2);

    if (at == NULL) {
        return text;
    }

    path = mt_error_path(x);

    return mt_arena_printf(x->call.arena, "%.*s%.*s%.*s",
                           (int) (at - text.data), text.data,
                           (int) path.len, path.data,
                           (int) (text.data + text.len - at - 2), at + 2);
}

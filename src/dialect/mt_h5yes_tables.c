
/*
 * The h5yes dialect: routes, and tables of the directory.
 */

#include "dialect/mt_h5yes.h"


#define MT_HOUR_LEN  5             /* "HH:MM" */

static mt_status_t mt_h5yes_hour_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static void mt_h5yes_hour_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src);

static mt_status_t mt_h5yes_file_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static void mt_h5yes_update_face(mt_exchange_t *x);
static void mt_h5yes_clear_face(mt_exchange_t *x);


/* INT of minutes of the day as "HH:MM"; "" is the default hour of a room. */
static const mt_wire_t  mt_h5yes_hour = {
    "h5yes_hour", mt_h5yes_hour_read, mt_h5yes_hour_write
};

/* A member that must be a file of a multipart form: text is MT_BAD_TYPE. */
static const mt_wire_t  mt_h5yes_file = {
    "h5yes_file", mt_h5yes_file_read, NULL
};


/* Requests. */

MT_JSON_TABLE(mt_h5yes_gettoken_in,
    MT_ARG("appkey", token_issue, appkey, MT_MUST, NULL),
    MT_ARG("appsecret", token_issue, secret, MT_MUST_SECRET, NULL),
);

MT_JSON_TABLE(mt_h5yes_list_in,
    MT_TOKEN,
);

MT_JSON_TABLE(mt_h5yes_user_in,
    MT_TOKEN,
    MT_ARG("userId", named, ref, MT_MUST, NULL),
);

MT_JSON_TABLE(mt_h5yes_update_face_in,
    MT_TOKEN,
    MT_ARG("userId", user_face, ref, MT_MUST, NULL),
    MT_ARG("file", user_face, face, 0, &mt_h5yes_file),
);

MT_JSON_TABLE(mt_h5yes_clear_face_in,
    MT_TOKEN,
    MT_ARG("userId", user_face, ref, MT_MUST, NULL),
);

#define MT_USER_ARG(wire, name, flags)                                        \
    MT_ARG(wire, user_edit, name, flags, NULL)

#define MT_USER_ARGS(flags)                                                   \
    MT_USER_ARG("name", name, flags),                                         \
    MT_USER_ARG("account", account, flags),                                   \
    MT_USER_ARG("password", plain, MT_JSON_SECRET),                           \
    MT_USER_ARG("phone", phone, 0),                                           \
    MT_USER_ARG("position", job, 0),                                          \
    MT_USER_ARG("email", email, 0),                                           \
    MT_USER_ARG("memo", memo, 0),                                             \
    MT_USER_ARG("departmentId", dept, 0)

MT_JSON_TABLE(mt_h5yes_user_add_in,
    MT_TOKEN,
    MT_USER_ARG("id", id, 0),
    MT_USER_ARGS(MT_MUST),
);

MT_JSON_TABLE(mt_h5yes_user_update_in,
    MT_TOKEN,
    MT_USER_ARG("id", ref, MT_MUST),
    MT_USER_ARG("status", status, 0),
    MT_USER_ARGS(0),
);

MT_JSON_TABLE(mt_h5yes_dept_in,
    MT_TOKEN,
    MT_ARG("deptId", named, ref, MT_MUST, NULL),
);

MT_JSON_TABLE(mt_h5yes_dept_add_in,
    MT_TOKEN,
    MT_ARG("id", dept_edit, id, 0, NULL),
    MT_ARG("name", dept_edit, name, MT_MUST, NULL),
    MT_ARG("parentId", dept_edit, parent, 0, NULL),
);

MT_JSON_TABLE(mt_h5yes_dept_update_in,
    MT_TOKEN,
    MT_ARG("id", dept_edit, ref, MT_MUST, NULL),
    MT_ARG("name", dept_edit, name, 0, NULL),
    MT_ARG("parentId", dept_edit, parent, 0, NULL),
);

MT_JSON_TABLE(mt_h5yes_room_in,
    MT_TOKEN,
    MT_ARG("roomId", named, ref, MT_MUST, NULL),
);

#define MT_ROOM_ARG(wire, name, flags, how)                                   \
    MT_ARG(wire, room_edit, name, flags, how)

/* The document: sceneImage "" leaves the room's image as it is. */
#define MT_ROOM_ARGS(flags)                                                   \
    MT_ROOM_ARG("departmentId", dept, 0, NULL),                               \
    MT_ROOM_ARG("name", name, flags, NULL),                                   \
    MT_ROOM_ARG("address", address, 0, NULL),                                 \
    MT_ROOM_ARG("memo", memo, 0, NULL),                                       \
    MT_ROOM_ARG("beginTime", open, 0, &mt_h5yes_hour),                        \
    MT_ROOM_ARG("endTime", close, 0, &mt_h5yes_hour),                         \
    MT_ROOM_ARG("capacity", capacity, 0, NULL),                               \
    MT_ROOM_ARG("size", size, 0, NULL),                                       \
    MT_ROOM_ARG("longitude", longitude, 0, &mt_wire_micro),                   \
    MT_ROOM_ARG("latitude", latitude, 0, &mt_wire_micro),                     \
    MT_ROOM_ARG("radius", radius, 0, NULL),                                   \
    MT_ROOM_ARG("status", status, 0, NULL),                                   \
    MT_ROOM_ARG("needAudit", need_audit, 0, NULL),                            \
    MT_ROOM_ARG("permission", permission, 0, NULL),                           \
    MT_ROOM_ARG("sceneImage", image, MT_JSON_FILLED, NULL),                   \
    MT_ROOM_ARG("userIds", users, 0, NULL)

MT_JSON_TABLE(mt_h5yes_room_add_in,
    MT_TOKEN,
    MT_ROOM_ARG("id", id, 0, NULL),
    MT_ROOM_ARGS(MT_MUST),
);

MT_JSON_TABLE(mt_h5yes_room_update_in,
    MT_TOKEN,
    MT_ROOM_ARG("id", ref, MT_MUST, NULL),
    MT_ROOM_ARGS(0),
);


/* Answers. */

#define MT_OF_USER(wire, name, how)                                           \
    MT_SHOW(wire, user, user, user, name, how)

#define MT_OF_DEPT(wire, name)                                                \
    MT_SHOW(wire, dept, dept, dept, name, NULL)

#define MT_OF_ROOM(wire, name, how)                                           \
    MT_SHOW(wire, room, room, room, name, how)


MT_JSON_TABLE(mt_h5yes_gettoken_out,
    { "access_token", MT_FIELD(access, token), 0, 0, NULL, NULL },
    { "company_id", MT_FIELD(access, company), 0, 0, &mt_wire_int_string,
      NULL },
    { "expires_in", MT_FIELD(access, lifetime), 0, 0, &mt_wire_seconds,
      NULL },
);

/* The document's examples have "admin", its tables "isAdmin". */
MT_JSON_EXTERN_TABLE(mt_h5yes_user_out,
    MT_OF_USER("id", id, NULL),
    MT_OF_USER("name", name, NULL),
    MT_OF_USER("account", account, NULL),
    MT_OF_USER("phone", phone, NULL),
    MT_OF_USER("faceUrl", face, NULL),
    MT_OF_USER("position", job, NULL),
    MT_OF_USER("email", email, NULL),
    MT_OF_USER("status", status, NULL),
    MT_OF_USER("memo", memo, NULL),
    MT_OF_USER("createdTime", created, NULL),
    MT_SHOW("departmentId", user, dept, dept, id, NULL),
    MT_OF_USER("admin", admin, &mt_wire_bool),
    MT_OF_USER("isAdmin", admin, &mt_wire_bool),
);

MT_JSON_EXTERN_TABLE(mt_h5yes_dept_out,
    MT_OF_DEPT("id", id),
    MT_OF_DEPT("name", name),
    MT_SHOW("parentId", dept, parent, dept, id, NULL),
    MT_OF_DEPT("createdTime", created),
);

MT_JSON_EXTERN_TABLE(mt_h5yes_room_out,
    MT_OF_ROOM("id", id, NULL),
    MT_SHOW("departmentId", room, dept, dept, id, NULL),
    MT_OF_ROOM("name", name, NULL),
    MT_OF_ROOM("address", address, NULL),
    MT_OF_ROOM("memo", memo, NULL),
    MT_OF_ROOM("beginTime", open, &mt_h5yes_hour),
    MT_OF_ROOM("endTime", close, &mt_h5yes_hour),
    MT_OF_ROOM("capacity", capacity, NULL),
    MT_OF_ROOM("size", size, NULL),
    MT_OF_ROOM("longitude", longitude, &mt_wire_micro),
    MT_OF_ROOM("latitude", latitude, &mt_wire_micro),
    MT_OF_ROOM("radius", radius, NULL),
    MT_OF_ROOM("status", status, NULL),
    MT_OF_ROOM("needAudit", need_audit, NULL),
    MT_OF_ROOM("permission", permission, NULL),
    MT_OF_ROOM("sceneImage", image, NULL),
    MT_OF_ROOM("createdTime", created, NULL),
    MT_SHOW("userIds", room, derived, room_derived, user_ids, NULL),
);


/* Forms of answers: members of mt_route_t from `value` on. */

#define MT_VALUE(value)       value, NULL, NULL, NULL, NULL
#define MT_LIST(row)          NULL, "", row, NULL, NULL
#define MT_NO_VALUE           NULL, NULL, NULL, NULL, NULL

#define MT_MEETING                                                            \
    &mt_h5yes_meeting_out, "attendances", &mt_h5yes_attendance_out, NULL, NULL
#define MT_MEETINGS                                                           \
    NULL, "", &mt_h5yes_meeting_out, "attendances", &mt_h5yes_attendance_out

#define MT_ROUTE(path, op, request, prepare, answer)                          \
    { mt_str("/" path), MT_METHOD_POST, 0, &mt_op_##op, request, prepare,     \
      answer }

MT_ROUTES(mt_h5yes_routes,
    { mt_str("/gettoken"), MT_METHOD_GET, MT_ROUTE_PUBLIC,
      &mt_op_token_issue, &mt_h5yes_gettoken_in, NULL,
      MT_VALUE(&mt_h5yes_gettoken_out) },

    MT_ROUTE("user/list", user_list, &mt_h5yes_list_in, NULL,
             MT_LIST(&mt_h5yes_user_out)),
    MT_ROUTE("user/get", user_get, &mt_h5yes_user_in, NULL,
             MT_VALUE(&mt_h5yes_user_out)),
    MT_ROUTE("user/add", user_add, &mt_h5yes_user_add_in, NULL,
             MT_VALUE(&mt_h5yes_user_out)),
    MT_ROUTE("user/update", user_update, &mt_h5yes_user_update_in, NULL,
             MT_VALUE(&mt_h5yes_user_out)),
    { mt_str("/user/updateFace"), MT_METHOD_POST, 0, &mt_op_user_face,
      &mt_h5yes_update_face_in, mt_h5yes_update_face,
      MT_VALUE(&mt_h5yes_user_out), .upload = "file" },
    MT_ROUTE("user/clearFace", user_face, &mt_h5yes_clear_face_in,
             mt_h5yes_clear_face, MT_NO_VALUE),
    MT_ROUTE("user/remove", user_remove, &mt_h5yes_user_in, NULL,
             MT_NO_VALUE),

    MT_ROUTE("dept/list", dept_list, &mt_h5yes_list_in, NULL,
             MT_LIST(&mt_h5yes_dept_out)),
    MT_ROUTE("dept/get", dept_get, &mt_h5yes_dept_in, NULL,
             MT_VALUE(&mt_h5yes_dept_out)),
    MT_ROUTE("dept/add", dept_add, &mt_h5yes_dept_add_in, NULL,
             MT_VALUE(&mt_h5yes_dept_out)),
    MT_ROUTE("dept/update", dept_update, &mt_h5yes_dept_update_in, NULL,
             MT_VALUE(&mt_h5yes_dept_out)),
    MT_ROUTE("dept/remove", dept_remove, &mt_h5yes_dept_in, NULL,
             MT_NO_VALUE),

    MT_ROUTE("room/list", room_list, &mt_h5yes_list_in, NULL,
             MT_LIST(&mt_h5yes_room_out)),
    MT_ROUTE("room/get", room_get, &mt_h5yes_room_in, NULL,
             MT_VALUE(&mt_h5yes_room_out)),
    MT_ROUTE("room/add", room_add, &mt_h5yes_room_add_in, NULL,
             MT_VALUE(&mt_h5yes_room_out)),
    MT_ROUTE("room/update", room_update, &mt_h5yes_room_update_in, NULL,
             MT_VALUE(&mt_h5yes_room_out)),
    MT_ROUTE("room/remove", room_remove, &mt_h5yes_room_in, NULL,
             MT_NO_VALUE),

    MT_ROUTE("meeting/list", meeting_list, &mt_h5yes_meeting_list_in,
             mt_h5yes_list_meetings, MT_MEETINGS),
    MT_ROUTE("meeting/get", meeting_get, &mt_h5yes_meeting_in,
             mt_h5yes_get_meeting, MT_MEETING),
    MT_ROUTE("meeting/book", meeting_create, &mt_h5yes_book_in, NULL,
             MT_MEETING),
    MT_ROUTE("meeting/update", meeting_update, &mt_h5yes_meeting_update_in,
             mt_h5yes_update_meeting, MT_MEETING),
    MT_ROUTE("meeting/cancel", meeting_cancel, &mt_h5yes_meeting_in,
             mt_h5yes_cancel_meeting, MT_NO_VALUE),
    MT_ROUTE("meeting/finish", meeting_end, &mt_h5yes_meeting_in,
             mt_h5yes_finish_meeting, MT_NO_VALUE)
);


const mt_dialect_t  mt_dialect_h5yes = {
    .name = mt_str("h5yes"),
    MT_DIALECT_ROUTES(mt_h5yes_routes),
    .decode = mt_h5yes_decode,
    .prove = mt_request_prove,
    .authenticate = mt_request_authenticate,
    .open_answer = mt_h5yes_open_answer,
    .close_answer = mt_h5yes_close_answer,
    .by_tables = 1,
    .code = mt_h5yes_code,
    .content_type = mt_str("application/json;charset=UTF-8"),
    .reads_forms = 1,
    .words_events = 1,
};


static mt_status_t
mt_h5yes_hour_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    size_t       i;
    unsigned     digits[MT_HOUR_LEN];
    int64_t     *minutes;
    mt_str_t     text;

    (void) arena;

    minutes = dst;
    text = value->text;

    if (value->type != MT_JSON_STRING) {
        return MT_BAD_TYPE;
    }

    if (text.len == 0) {
        *minutes = field == MT_FIELD(room_edit, open) ? MT_ROOM_OPEN
                                                      : MT_ROOM_CLOSE;
        return MT_OK;
    }

    if (text.len != MT_HOUR_LEN || text.data[2] != ':') {
        return MT_BAD_VALUE;
    }

    for (i = 0; i < MT_HOUR_LEN; i++) {
        digits[i] = (unsigned) text.data[i] - '0';

        if (digits[i] > 9 && i != 2) {
            return MT_BAD_VALUE;
        }
    }

    if (digits[3] > 5) {
        return MT_BAD_VALUE;
    }

    *minutes = (digits[0] * 10 + digits[1]) * 60 + digits[3] * 10 + digits[4];

    return MT_OK;
}


static void
mt_h5yes_hour_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    char      text[MT_HOUR_LEN];
    int64_t   minutes;
    mt_str_t  s;

    (void) field;

    minutes = *(const int64_t *) src;

    text[0] = (char) ('0' + minutes / 600 % 10);
    text[1] = (char) ('0' + minutes / 60 % 10);
    text[2] = ':';
    text[3] = (char) ('0' + minutes % 60 / 10);
    text[4] = (char) ('0' + minutes % 10);

    s.len = sizeof(text);
    s.data = text;

    mt_json_string(w, s);
}


static mt_status_t
mt_h5yes_file_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    (void) value;
    (void) field;
    (void) dst;
    (void) arena;

    return MT_BAD_TYPE;
}


static void
mt_h5yes_update_face(mt_exchange_t *x)
{
    if (x->call.files.given == NULL) {
        (void) mt_call_reject(&x->call, MT_MISSING, MT_user_face_face);
    }
}


static void
mt_h5yes_clear_face(mt_exchange_t *x)
{
    mt_user_face_t  *args;

    args = x->call.args;

    mt_set(args, user_face, face, MT_STR(""));
}


/*
 * The weclubs dialect: routes and tables.
 */

#include "dialect/mt_weclubs.h"


static mt_status_t mt_weclubs_id_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static mt_status_t mt_weclubs_club_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static mt_status_t mt_weclubs_list_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static mt_status_t mt_weclubs_need_sign_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static mt_status_t mt_weclubs_dynamic_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static mt_status_t mt_weclubs_status_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static void mt_weclubs_unknown_write(mt_json_writer_t *w,
    const mt_field_t *field, const void *src);
static void mt_weclubs_meeting_write(mt_json_writer_t *w,
    const mt_field_t *field, const void *src);
static void mt_weclubs_student_write(mt_json_writer_t *w,
    const mt_field_t *field, const void *src);
static void mt_weclubs_joined_write(mt_json_writer_t *w,
    const mt_field_t *field, const void *src);
static void mt_weclubs_phase_write(mt_json_writer_t *w,
    const mt_field_t *field, const void *src);

static void mt_weclubs_look(mt_exchange_t *x);
static void mt_weclubs_manage(mt_exchange_t *x);
static void mt_weclubs_end(mt_exchange_t *x);
static void mt_weclubs_revert(mt_exchange_t *x);
static void mt_weclubs_sign(mt_exchange_t *x);
static void mt_weclubs_login(mt_exchange_t *x);
static void mt_weclubs_public(mt_exchange_t *x);
static void mt_weclubs_edit(mt_exchange_t *x);
static void mt_weclubs_page(mt_exchange_t *x);
static void mt_weclubs_info(mt_exchange_t *x);


MT_DEFINE_MODEL(weclubs_client, MT_WECLUBS_CLIENT_FIELDS);
MT_DEFINE_MODEL(weclubs_envelope, MT_WECLUBS_ENVELOPE_FIELDS);
MT_DEFINE_MODEL(weclubs_common, MT_WECLUBS_COMMON_FIELDS);


/* Wire forms of requests. */

const mt_wire_t  mt_weclubs_user = {
    "weclubs_user", mt_weclubs_id_read, NULL
};

const mt_wire_t  mt_weclubs_meeting = {
    "weclubs_meeting", mt_weclubs_id_read, NULL
};

const mt_wire_t  mt_weclubs_club = {
    "weclubs_club", mt_weclubs_club_read, NULL
};

const mt_wire_t  mt_weclubs_list = {
    "weclubs_list", mt_weclubs_list_read, NULL
};

static const mt_wire_t  mt_weclubs_need_sign = {
    "weclubs_need_sign", mt_weclubs_need_sign_read, NULL
};

static const mt_wire_t  mt_weclubs_dynamic = {
    "weclubs_dynamic", mt_weclubs_dynamic_read, NULL
};

static const mt_wire_t  mt_weclubs_status = {
    "weclubs_status", mt_weclubs_status_read, NULL
};

/* Wire form of a member that the document lists and no record holds. */

static const mt_wire_t  mt_weclubs_unknown = {
    "weclubs_unknown", NULL, mt_weclubs_unknown_write
};

static const mt_wire_t  mt_weclubs_is_meeting = {
    "weclubs_is_meeting", NULL, mt_weclubs_meeting_write
};

static const mt_wire_t  mt_weclubs_is_student = {
    "weclubs_is_student", NULL, mt_weclubs_student_write
};

/* of MT_ANSWER_*: 0 none, 1 confirmed, 2 on leave */

static const mt_wire_t  mt_weclubs_joined = {
    "weclubs_joined", NULL, mt_weclubs_joined_write
};

/* of MT_PHASE_*: 0 cancelled, 1 to come or under way, 2 over */

static const mt_wire_t  mt_weclubs_phase = {
    "weclubs_phase", NULL, mt_weclubs_phase_write
};


/* Reads an integer or a string: mt_weclubs_authenticate() looks up in the
 * store whether a string is an id. */

static mt_status_t
mt_weclubs_id_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    mt_str_t     *ref;
    mt_status_t   status;

    ref = dst;
    status = mt_wire_ref.read(value, field, dst, arena);

    return status == MT_OK && ref->len == 0 ? MT_BAD_TYPE : status;
}


/* 0 stands for no club, as in the answers. */

static mt_status_t
mt_weclubs_club_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    mt_str_t     *ref;
    mt_status_t   status;

    ref = dst;
    status = mt_wire_ref.read(value, field, dst, arena);

    if (status == MT_OK && mt_str_eq(*ref, MT_STR("0"))) {
        ref->len = 0;
    }

    return status;
}


static mt_status_t
mt_weclubs_list_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    size_t            i;
    mt_status_t       status;
    const mt_strs_t  *refs;

    refs = dst;
    status = mt_wire_ref_csv.read(value, field, dst, arena);

    for (i = 0; status == MT_OK && i < refs->n; i++) {
        status = mt_check_bounds(MT_FIELD(user, id), &refs->v[i]);
    }

    return status;
}


static mt_status_t
mt_weclubs_need_sign_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena)
{
    int64_t      *sign;
    mt_status_t   status;

    sign = dst;
    status = mt_wire_plain.read(value, field, dst, arena);

    if (status != MT_OK) {
        return status;
    }

    switch (*sign) {

    case 0:
        *sign = MT_SIGN_NONE;
        return MT_OK;

    case 1:
        *sign = MT_SIGN_WANTED;
        return MT_OK;

    default:
        return MT_BAD_VALUE;
    }
}


static mt_status_t
mt_weclubs_dynamic_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    static const mt_word_t  words[] = {
        { mt_str("meeting"), 0 },
    };

    (void) field;
    (void) arena;

    return mt_wire_word(value, dst, words, mt_nitems(words));
}


static mt_status_t
mt_weclubs_status_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    static const mt_word_t  words[] = {
        { mt_str("confirm"), MT_ANSWER_ACCEPTED },
        { mt_str("leave"), MT_ANSWER_DECLINED },
    };

    (void) field;
    (void) arena;

    return mt_wire_word(value, dst, words, mt_nitems(words));
}


/* A gender: 0 female, 1 male, 2 unknown. */

static void
mt_weclubs_unknown_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    (void) field;
    (void) src;

    mt_json_int(w, 2);
}


static void
mt_weclubs_meeting_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    (void) field;
    (void) src;

    mt_json_string(w, MT_STR("meeting"));
}


static void
mt_weclubs_student_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    (void) field;
    (void) src;

    mt_json_string(w, MT_STR("student"));
}


static void
mt_weclubs_joined_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    static const int  values[] = {
        [MT_ANSWER_UNREAD]   = 0,
        [MT_ANSWER_READ]     = 0,
        [MT_ANSWER_ACCEPTED] = 1,
        [MT_ANSWER_DECLINED] = 2
    };

    (void) field;

    mt_json_int(w, values[*(const int64_t *) src]);
}


static void
mt_weclubs_phase_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    static const int  values[] = {
        [MT_PHASE_SCHEDULED] = 1,
        [MT_PHASE_UNDER_WAY] = 1,
        [MT_PHASE_ENDED]     = 2,
        [MT_PHASE_CANCELLED] = 0
    };

    (void) field;

    mt_json_int(w, values[*(const int64_t *) src]);
}


/* Every structure begins with its `has` bits; a field whose bit is not set may
 * hold a rejected value. */

const void *
mt_weclubs_given(const mt_exchange_t *x, const mt_json_member_t *member)
{
    uint64_t     given;
    const char  *object;

    object = x->decode.payload_object;
    object += member->base;

    memcpy(&given, object, sizeof(given));

    return given >> member->field->number & 1
           ? object + member->field->offset : NULL;
}


/* Requests. */

#define MT_COMMON(wire, name, flags, how)                                     \
    { wire, MT_FIELD(weclubs_common, name), 0, flags, how, NULL }

#define MT_ARG(wire, M, name, flags, how)                                     \
    { wire, MT_FIELD(M, name), MT_WECLUBS_ARGS, flags, how, NULL }

#define MT_MUST  (MT_JSON_REQUIRED | MT_JSON_FILLED)

/* The first members of each table.  Not required by the table: each has a code
 * of its own if it is missing. */
#define MT_USER_AND_TOKEN                                                     \
    MT_COMMON("user_id", user_id, 0, &mt_weclubs_user),                       \
    MT_COMMON("token", token, MT_JSON_SECRET, NULL)


MT_JSON_TABLE(mt_weclubs_client,
    { "caller", MT_FIELD(weclubs_client, caller), 0, 0, NULL, NULL },
);

MT_JSON_EXTERN_TABLE(mt_weclubs_envelope,
    { "id", MT_FIELD(weclubs_envelope, id), 0, 0, NULL, NULL },
    { "client", MT_FIELD(weclubs_envelope, client), 0, 0, NULL,
      &mt_weclubs_client },
    { "sign", MT_FIELD(weclubs_envelope, sign), 0, MT_JSON_SECRET, NULL,
      NULL },
    { "data", NULL, 0, MT_JSON_PAYLOAD, NULL, NULL },
);

MT_JSON_TABLE(mt_weclubs_act_in,
    MT_USER_AND_TOKEN,
    MT_ARG("meeting_id", meeting_act, ref, MT_MUST, &mt_weclubs_meeting),
);

MT_JSON_TABLE(mt_weclubs_sign_in,
    MT_USER_AND_TOKEN,
    MT_ARG("meeting_id", checkin_args, ref, MT_MUST, &mt_weclubs_meeting),
    MT_ARG("leader_id", checkin_args, leader, MT_MUST, &mt_weclubs_user),
    MT_ARG("create_date", checkin_args, qr_time, MT_JSON_REQUIRED, NULL),
    MT_ARG("crate_date", checkin_args, qr_time, MT_JSON_ALIAS, NULL),
    MT_ARG("longitude", checkin_args, longitude, 0, &mt_wire_micro),
    MT_ARG("latitude", checkin_args, latitude, 0, &mt_wire_micro),
);

MT_JSON_TABLE(mt_weclubs_login_in,
    MT_ARG("mobile", login, mobile, MT_MUST, NULL),
    MT_ARG("password", login, md5, MT_MUST | MT_JSON_SECRET, NULL),
);

MT_JSON_TABLE(mt_weclubs_public_in,
    MT_USER_AND_TOKEN,
    MT_ARG("content", meeting_edit, content, MT_MUST, NULL),
    MT_ARG("address", meeting_edit, place, MT_MUST, NULL),
    MT_ARG("deadline", meeting_edit, begin, MT_JSON_REQUIRED, NULL),
    MT_ARG("need_sign", meeting_edit, sign, MT_JSON_REQUIRED,
           &mt_weclubs_need_sign),
    MT_ARG("participation", meeting_edit, people_refs, MT_MUST,
           &mt_weclubs_list),
    MT_ARG("leader", meeting_edit, leader_refs, 0, &mt_weclubs_list),
    MT_ARG("club_id", meeting_edit, dept_ref, 0, &mt_weclubs_club),
);

MT_JSON_TABLE(mt_weclubs_edit_in,
    MT_USER_AND_TOKEN,
    MT_ARG("meeting_id", meeting_edit, ref, MT_MUST, &mt_weclubs_meeting),
    MT_ARG("content", meeting_edit, content, 0, &mt_wire_filled),
    MT_ARG("address", meeting_edit, place, 0, &mt_wire_filled),
    MT_ARG("deadline", meeting_edit, begin, 0, NULL),
    MT_ARG("need_sign", meeting_edit, sign, 0, &mt_weclubs_need_sign),
    MT_ARG("participation", meeting_edit, people_refs, 0, &mt_weclubs_list),
    MT_ARG("leader", meeting_edit, leader_refs, 0, &mt_weclubs_list),
    MT_ARG("club_id", meeting_edit, dept_ref, 0, &mt_weclubs_club),
);

MT_JSON_TABLE(mt_weclubs_page_in,
    MT_USER_AND_TOKEN,
    MT_ARG("sponsor_id", meeting_page, creator, 0, &mt_weclubs_user),
    MT_ARG("page_no", meeting_page, page_no, 0, NULL),
    MT_ARG("page_size", meeting_page, page_size, 0, NULL),
    MT_ARG("size", meeting_page, page_size, MT_JSON_ALIAS, NULL),
);

MT_JSON_TABLE(mt_weclubs_info_in,
    MT_USER_AND_TOKEN,
);

MT_JSON_TABLE(mt_weclubs_dynamics_in,
    MT_USER_AND_TOKEN,
    MT_COMMON("dynamic_type", dynamic, MT_JSON_REQUIRED, &mt_weclubs_dynamic),
    MT_ARG("club_id", meeting_page, dept, 0, &mt_weclubs_club),
    MT_ARG("page_no", meeting_page, page_no, 0, NULL),
    MT_ARG("page_size", meeting_page, page_size, 0, NULL),
    MT_ARG("size", meeting_page, page_size, MT_JSON_ALIAS, NULL),
);

MT_JSON_TABLE(mt_weclubs_dynamic_in,
    MT_USER_AND_TOKEN,
    MT_COMMON("dynamic_type", dynamic, MT_JSON_REQUIRED, &mt_weclubs_dynamic),
    MT_ARG("dynamic_id", meeting_act, ref, MT_MUST, &mt_weclubs_meeting),
);

MT_JSON_TABLE(mt_weclubs_answer_in,
    MT_USER_AND_TOKEN,
    MT_COMMON("dynamic_type", dynamic, MT_JSON_REQUIRED, &mt_weclubs_dynamic),
    MT_ARG("dynamic_id", answer, ref, MT_MUST, &mt_weclubs_meeting),
    MT_ARG("status", answer, answer, MT_JSON_REQUIRED, &mt_weclubs_status),
    MT_ARG("comment", answer, comment, 0, NULL),
);


/* Answers. */

#define MT_SHOW(wire, view, part, M, name, how)                               \
    { wire, MT_FIELD(M, name), offsetof(mt_##view##_view_t, part), 0, how,    \
      NULL }

/* a log-in's view and a user's begin with the user */
#define MT_OF_USER(wire, name, how)                                           \
    MT_SHOW(wire, login, user, user, name, how)

_Static_assert(offsetof(mt_login_view_t, user) == 0
               && offsetof(mt_user_view_t, user) == 0, "one table for both");

#define MT_OF_MEETING(wire, name)                                             \
    MT_SHOW(wire, meeting, meeting, meeting, name, NULL)

#define MT_DERIVED(wire, name)                                                \
    MT_SHOW(wire, meeting, derived, meeting_derived, name, NULL)

#define MT_PERSON(wire, name)                                                 \
    MT_SHOW(wire, person, derived, person_derived, name, NULL)

#define MT_OF_PERSON_USER(wire, name, how)                                    \
    MT_SHOW(wire, person, user, user, name, how)

#define MT_COUNTS                                                             \
    MT_DERIVED("total_count", members),                                       \
    MT_DERIVED("unsign_count", unsigned_in),                                  \
    MT_SHOW("already_sign_count", meeting, tally, tally, signed_in, NULL),    \
    MT_DERIVED("unconfirm_count", unanswered),                                \
    MT_DERIVED("already_confirm_count", answered)


#define MT_OF_PERSON                                                          \
    MT_OF_USER("mobile", phone, NULL),                                        \
    MT_OF_USER("nick_name", name, &mt_wire_always_null),                      \
    MT_OF_USER("real_name", name, &mt_wire_null_if_empty),                    \
    MT_OF_USER("avatar_url", face, &mt_wire_null_if_empty),                   \
    MT_OF_USER("gender", num, &mt_weclubs_unknown),                           \
    MT_OF_USER("school_id", num, &mt_wire_always_null),                       \
    MT_OF_USER("school_name", num, &mt_wire_always_null),                     \
    MT_OF_USER("is_auth", num, &mt_wire_always_zero),                         \
    MT_OF_USER("class_name", num, &mt_wire_always_null)

MT_JSON_TABLE(mt_weclubs_login_out,
    MT_OF_USER("user_id", num, NULL),
    MT_SHOW("token", login, session, logged_in, token, NULL),
    MT_OF_PERSON,
);

/* no token: the client keeps the one that it has */
MT_JSON_TABLE(mt_weclubs_info_out,
    MT_OF_USER("user_id", num, NULL),
    MT_OF_PERSON,
);

MT_JSON_TABLE(mt_weclubs_counts_out,
    MT_COUNTS,
);

/* dynamic_date is the instant of the attendee's answer. */
MT_JSON_TABLE(mt_weclubs_participation_row,
    MT_PERSON("student_id", num),
    MT_PERSON("name", name),
    MT_OF_PERSON_USER("avatar_url", face, &mt_wire_null_if_empty),
    MT_SHOW("department_name", person, dept, dept, name, NULL),
    MT_OF_PERSON_USER("job_name", job, NULL),
    MT_PERSON("is_confirm", confirmed),
    MT_PERSON("is_leave", on_leave),
    MT_PERSON("is_sign", signed_in),
    MT_SHOW("is_late", person, checkin, checkin, late, NULL),
    MT_SHOW("dynamic_date", person, attendee, attendee, answered, NULL),
    MT_SHOW("sign_date", person, checkin, checkin, time, NULL),
    MT_SHOW("comment", person, attendee, attendee, comment, NULL),
);

MT_JSON_TABLE(mt_weclubs_public_out,
    MT_OF_MEETING("meeting_id", num),
);

/* "deadline" is the begin of the meeting. */
MT_JSON_TABLE(mt_weclubs_meeting_out,
    MT_OF_MEETING("meeting_id", num),
    MT_DERIVED("content", text),
    MT_OF_MEETING("address", place),
    MT_OF_MEETING("create_date", created),
    MT_OF_MEETING("deadline", begin),
    MT_OF_MEETING("club_id", dept),
    MT_SHOW("club_name", meeting, dept, dept, name, NULL),
    MT_SHOW("club_avatar", meeting, dept, dept, name, &mt_wire_always_null),
    MT_DERIVED("sign_type", wants_sign),
    MT_DERIVED("time_to_sign", window),
    MT_COUNTS,
);

MT_JSON_TABLE(mt_weclubs_leader_row,
    MT_PERSON("student_id", num),
    MT_PERSON("student_name", name),
    MT_SHOW("department_name", person, dept, dept, name, NULL),
    MT_OF_PERSON_USER("job_name", job, NULL),
    MT_OF_PERSON_USER("mobile", phone, NULL),
    MT_OF_PERSON_USER("avatar_url", face, &mt_wire_null_if_empty),
);

MT_JSON_TABLE(mt_weclubs_page_out,
    { "has_more", MT_FIELD(page, has_more), 0, 0, NULL, NULL },
);

MT_JSON_TABLE(mt_weclubs_dynamics_out,
    { "has_more", MT_FIELD(page, has_more), 0, 0, NULL, NULL },
    { "dynamic_type", MT_FIELD(page, has_more), 0, 0, &mt_weclubs_is_meeting,
      NULL },
);

#define MT_INVITED(wire, part, M, name, how)                                  \
    MT_SHOW(wire, invitation, part, M, name, how)

MT_JSON_TABLE(mt_weclubs_sponsor_out,
    MT_INVITED("sponsor_id", meeting.creator, user, num, NULL),
    MT_INVITED("sponsor_name", meeting.creator, user, name,
               &mt_wire_null_if_empty),
    MT_INVITED("sponsor_avatar", meeting.creator, user, face,
               &mt_wire_null_if_empty),
    MT_INVITED("sponsor_type", meeting.creator, user, num,
               &mt_weclubs_is_student),
);

/* times are strings here, as in the document */
#define MT_INVITATION                                                         \
    MT_INVITED("meeting_id", meeting.meeting, meeting, num, NULL),            \
    MT_INVITED("content", meeting.derived, meeting_derived, text, NULL),      \
    MT_INVITED("address", meeting.meeting, meeting, place, NULL),             \
    MT_INVITED("create_date", meeting.meeting, meeting, created,              \
               &mt_wire_int_string),                                          \
    MT_INVITED("deadline", meeting.meeting, meeting, begin,                   \
               &mt_wire_int_string),                                          \
    MT_INVITED("student_id", derived, invitation, user, NULL),                \
    MT_INVITED("confirm_join", derived, invitation, answer,                   \
               &mt_weclubs_joined),                                           \
    MT_INVITED("has_sign", derived, invitation, signed_in, NULL),             \
    MT_INVITED("is_leader", derived, invitation, leader, NULL),               \
    MT_INVITED("status", meeting.derived, meeting_derived, phase,             \
               &mt_weclubs_phase),                                            \
    { "sponsor", .flags = MT_JSON_INLINE, .sub = &mt_weclubs_sponsor_out }

MT_JSON_TABLE(mt_weclubs_invitation_row,
    MT_INVITATION,
);

MT_JSON_TABLE(mt_weclubs_invitation_out,
    MT_INVITED("dynamic_type", meeting.meeting, meeting, num,
               &mt_weclubs_is_meeting),
    MT_INVITATION,
);


/* All calls are POST: first the three of the document, then those of its
 * companion documents. */

#define MT_ROUTE(path, flags, op, request, prepare, value, list, row)         \
    { mt_str(path), MT_METHOD_POST, flags, &mt_op_##op, request, prepare,     \
      value, list, row }

MT_ROUTES(mt_weclubs_routes,
    MT_ROUTE("/meeting/get_meeting_participation", 0, participation,
             &mt_weclubs_act_in, mt_weclubs_look, &mt_weclubs_counts_out,
             "participation", &mt_weclubs_participation_row),

    MT_ROUTE("/meeting/end_meeting", 0, meeting_end, &mt_weclubs_act_in,
             mt_weclubs_end, NULL, NULL, NULL),

    MT_ROUTE("/meeting/sign_meeting", 0, checkin, &mt_weclubs_sign_in,
             mt_weclubs_sign, NULL, NULL, NULL),

    MT_ROUTE("/user/login", MT_ROUTE_PUBLIC, login, &mt_weclubs_login_in,
             mt_weclubs_login, &mt_weclubs_login_out, NULL, NULL),

    MT_ROUTE("/manage/club_meeting/public_meeting", 0, meeting_create,
             &mt_weclubs_public_in, mt_weclubs_public,
             &mt_weclubs_public_out, NULL, NULL),

    MT_ROUTE("/manage/club_meeting/edit_meeting", 0, meeting_update,
             &mt_weclubs_edit_in, mt_weclubs_edit, NULL, NULL, NULL),

    MT_ROUTE("/manage/club_meeting/revert_meeting", 0, meeting_cancel,
             &mt_weclubs_act_in, mt_weclubs_revert, NULL, NULL, NULL),

    MT_ROUTE("/manage/club_meeting/remind_confirm_meeting", 0,
             meeting_remind, &mt_weclubs_act_in, mt_weclubs_manage, NULL,
             NULL, NULL),

    MT_ROUTE("/manage/club_meeting/get_my_meeting", 0, sponsored_meetings,
             &mt_weclubs_page_in, mt_weclubs_page, &mt_weclubs_page_out,
             "meeting", &mt_weclubs_meeting_out),

    { mt_str("/manage/club_meeting/get_my_meeting_detail"), MT_METHOD_POST, 0,
      &mt_op_meeting_detail, &mt_weclubs_act_in, mt_weclubs_manage,
      &mt_weclubs_meeting_out, "leaders", &mt_weclubs_leader_row,
      .again = "leader" },

    MT_ROUTE("/dynamic/set_dynamic_status", 0, answer, &mt_weclubs_answer_in,
             NULL, NULL, NULL, NULL),

    MT_ROUTE("/dynamic/get_dynamic_list", 0, invitations,
             &mt_weclubs_dynamics_in, NULL, &mt_weclubs_dynamics_out,
             "meeting", &mt_weclubs_invitation_row),

    MT_ROUTE("/dynamic/get_dynamic_detail", 0, invitation,
             &mt_weclubs_dynamic_in, NULL, &mt_weclubs_invitation_out,
             "leader", &mt_weclubs_leader_row),

    MT_ROUTE("/user/get_user_info", 0, user_get, &mt_weclubs_info_in,
             mt_weclubs_info, &mt_weclubs_info_out, NULL, NULL)
);


const mt_dialect_t  mt_dialect_weclubs = {
    .name = mt_str("weclubs"),
    MT_DIALECT_ROUTES(mt_weclubs_routes),
    .decode = mt_weclubs_decode,
    .beside = &mt_weclubs_envelope,
    .prove = mt_weclubs_prove,
    .authenticate = mt_weclubs_authenticate,
    .open_answer = mt_weclubs_open_answer,
    .close_answer = mt_weclubs_close_answer,
    .by_tables = 1,
    .code = mt_weclubs_code,
    .content_type = mt_str("application/json;charset=UTF-8"),
    .check = mt_weclubs_check,
    .keeps_sessions = 1,
};


/* Sets who may act on the meeting, and in which phase. */

static void
mt_weclubs_may(mt_exchange_t *x, int may, int when)
{
    mt_meeting_act_t  *act;

    act = x->call.args;

    mt_set(act, meeting_act, may, may);
    mt_set(act, meeting_act, when, when);
}


static void
mt_weclubs_look(mt_exchange_t *x)
{
    mt_weclubs_may(x, MT_MAY_MEMBER, MT_WHEN_OPEN);
}


static void
mt_weclubs_manage(mt_exchange_t *x)
{
    mt_weclubs_may(x, MT_MAY_HOST, MT_WHEN_OPEN);
}


static void
mt_weclubs_end(mt_exchange_t *x)
{
    mt_weclubs_may(x, MT_MAY_HOST, MT_WHEN_UNDER_WAY);
}


static void
mt_weclubs_revert(mt_exchange_t *x)
{
    mt_weclubs_may(x, MT_MAY_CREATOR, MT_WHEN_OPEN);
}


static void
mt_weclubs_sign(mt_exchange_t *x)
{
    mt_checkin_args_t     *args;
    mt_weclubs_request_t  *request;

    args = x->call.args;
    request = x->envelope;

    mt_set(args, checkin_args, request, request->envelope.id);
    mt_set(args, checkin_args, way, MT_WAY_QR);
}


static void
mt_weclubs_login(mt_exchange_t *x)
{
    mt_login_t            *args;
    mt_weclubs_request_t  *request;

    args = x->call.args;
    request = x->envelope;

    mt_set(args, login, caller, request->caller);
}


static void
mt_weclubs_public(mt_exchange_t *x)
{
    mt_meeting_edit_t     *args;
    mt_weclubs_request_t  *request;

    args = x->call.args;
    request = x->envelope;

    mt_set(args, meeting_edit, creator_ref, request->common->user_id);
}


static void
mt_weclubs_edit(mt_exchange_t *x)
{
    mt_meeting_edit_t  *args;

    args = x->call.args;

    mt_set(args, meeting_edit, only_creator, 1);
    mt_set(args, meeting_edit, keep_length, 1);
}


/* Shows the user's own meetings; another sponsor_id is MT_FORBIDDEN. */

static void
mt_weclubs_page(mt_exchange_t *x)
{
    mt_meeting_page_t     *args;
    mt_weclubs_request_t  *request;

    args = x->call.args;
    request = x->envelope;

    if (!mt_has(args, meeting_page, creator)) {
        mt_set(args, meeting_page, creator, request->common->user_id);

    } else if (mt_resolve(x->call.txn, x->call.company, MT_NAME_USER,
                          args->creator)
               != x->call.actor)
    {
        x->call.error.status = MT_FORBIDDEN;
        return;
    }

    if (!mt_has(args, meeting_page, page_no)) {
        mt_set(args, meeting_page, page_no, 1);
    }

    if (!mt_has(args, meeting_page, page_size)) {
        mt_set(args, meeting_page, page_size, x->call.settings->page_size);
    }
}


static void
mt_weclubs_info(mt_exchange_t *x)
{
    mt_named_t            *args;
    mt_weclubs_request_t  *request;

    args = x->call.args;
    request = x->envelope;

    mt_set(args, named, ref, request->common->user_id);
}


/*
 * The native dialect: routes and tables.
 */

#include "base/mt_cidr.h"
#include "base/mt_crypto.h"
#include "dialect/mt_native.h"
#include "dialect/mt_request.h"
#include "domain/checkin/mt_checkin.h"
#include "domain/directory/mt_directory.h"
#include "domain/kernel/mt_scope.h"
#include "domain/read/mt_attendance.h"


/* A credential may not make or list credentials: persons may, who are
 * administrators. */
#define MT_ROUTE_OWNER  (MT_ROUTE_PERSON | MT_ROUTE_ADMIN)

/* Characters of a new credential. */
#define MT_NATIVE_APPID   9
#define MT_NATIVE_APPKEY  16
#define MT_NATIVE_SECRET  32

#define MT_NATIVE_LIMIT  100         /* meetings of a page, if none is given */


static mt_status_t mt_native_read_word(const mt_json_value_t *value, void *dst,
    const mt_word_t *words, size_t n);
static void mt_native_write_word(mt_json_writer_t *w, const void *src,
    const mt_word_t *words, size_t n);

static mt_status_t mt_native_scopes_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static void mt_native_scopes_write(mt_json_writer_t *w,
    const mt_field_t *field, const void *src);

static void mt_native_person(mt_exchange_t *x);
static mt_str_t mt_native_word(mt_exchange_t *x, const char *label,
    mt_str_t alphabet, size_t len);
static void mt_native_credential_add(mt_exchange_t *x);
static void mt_native_pause(mt_exchange_t *x);
static void mt_native_resume(mt_exchange_t *x);
static void mt_native_redeliver(mt_exchange_t *x);
static void mt_native_log_in(mt_exchange_t *x);
static void mt_native_log_out(mt_exchange_t *x);
static void mt_native_password(mt_exchange_t *x);
static void mt_native_list(mt_exchange_t *x);
static void mt_native_day(mt_exchange_t *x);
static void mt_native_act(mt_exchange_t *x);
static void mt_native_end(mt_exchange_t *x);
static void mt_native_change(mt_exchange_t *x);
static void mt_native_people(mt_exchange_t *x);
static void mt_native_absent(mt_exchange_t *x);
static void mt_native_host_act(mt_exchange_t *x);
static void mt_native_check_in(mt_exchange_t *x);


/* Wire forms of words. */

#define MT_NATIVE_WORDS(name, ...)                                            \
    static const mt_word_t  name##_words[] = { __VA_ARGS__ };                 \
                                                                              \
    static mt_status_t                                                        \
    name##_read(const mt_json_value_t *value, const mt_field_t *field,        \
        void *dst, mt_arena_t *arena)                                         \
    {                                                                         \
        (void) field;                                                         \
        (void) arena;                                                         \
        return mt_native_read_word(value, dst, name##_words,                  \
                                   mt_nitems(name##_words));                  \
    }                                                                         \
                                                                              \
    static void                                                               \
    name##_write(mt_json_writer_t *w, const mt_field_t *field,                \
        const void *src)                                                      \
    {                                                                         \
        (void) field;                                                         \
        mt_native_write_word(w, src, name##_words, mt_nitems(name##_words));  \
    }                                                                         \
                                                                              \
    static const mt_wire_t  name = { #name, name##_read, name##_write }

MT_NATIVE_WORDS(mt_native_phase,
    { mt_str("scheduled"), MT_PHASE_SCHEDULED },
    { mt_str("under_way"), MT_PHASE_UNDER_WAY },
    { mt_str("ended"), MT_PHASE_ENDED },
    { mt_str("cancelled"), MT_PHASE_CANCELLED });

MT_NATIVE_WORDS(mt_native_answer,
    { mt_str("unread"), MT_ANSWER_UNREAD },
    { mt_str("read"), MT_ANSWER_READ },
    { mt_str("accepted"), MT_ANSWER_ACCEPTED },
    { mt_str("declined"), MT_ANSWER_DECLINED });

MT_NATIVE_WORDS(mt_native_presence,
    { mt_str("absent"), MT_PRESENCE_ABSENT },
    { mt_str("present"), MT_PRESENCE_PRESENT },
    { mt_str("late"), MT_PRESENCE_LATE },
    { mt_str("excused"), MT_PRESENCE_EXCUSED });

MT_NATIVE_WORDS(mt_native_way,
    { mt_str("face"), MT_WAY_FACE },
    { mt_str("qr"), MT_WAY_QR },
    { mt_str("photo"), MT_WAY_PHOTO },
    { mt_str("sms"), MT_WAY_SMS },
    { mt_str("hand"), MT_WAY_HAND });

MT_NATIVE_WORDS(mt_native_walk_in,
    { mt_str("none"), MT_WALK_IN_NONE },
    { mt_str("directory"), MT_WALK_IN_DIRECTORY });

MT_NATIVE_WORDS(mt_native_which,
    { mt_str("signed_in"), MT_WHICH_SIGNED },
    { mt_str("late"), MT_WHICH_LATE },
    { mt_str("absent"), MT_WHICH_ABSENT },
    { mt_str("excused"), MT_WHICH_EXCUSED },
    { mt_str("accepted"), MT_WHICH_ACCEPTED },
    { mt_str("declined"), MT_WHICH_DECLINED },
    { mt_str("unanswered"), MT_WHICH_UNANSWERED });

MT_NATIVE_WORDS(mt_native_by,
    { mt_str("person"), MT_BY_PERSON },
    { mt_str("department"), MT_BY_DEPARTMENT },
    { mt_str("meeting"), MT_BY_MEETING },
    { mt_str("month"), MT_BY_MONTH });

MT_NATIVE_WORDS(mt_native_format,
    { mt_str("json"), 0 },
    { mt_str("csv"), 1 });

MT_NATIVE_WORDS(mt_native_kind,
    { mt_str("company"), 0 },
    { mt_str("person"), 1 });

/* INT of scopes as bits, as "read,checkins"; 0 is all. */
static const mt_wire_t  mt_native_scopes = {
    "native_scopes", mt_native_scopes_read, mt_native_scopes_write
};

/* INT from true or false; 0 and 1 are written as these. */
#define MT_BOOL  &mt_wire_bool


/* Requests.  A name in braces is a part of the address. */

#define MT_N_ARG(wire, M, name, flags, how)                                   \
    { wire, MT_FIELD(M, name), MT_NATIVE_ARGS, flags, how, NULL }

#define MT_N_OWN(wire, name, flags, how)                                      \
    { wire, MT_FIELD(native, name), 0, flags, how, NULL }

#define MT_N_PAGE(M)                                                          \
    MT_N_ARG("cursor", M, after, MT_JSON_FILLED, NULL),                       \
    MT_N_ARG("limit", M, limit, 0, NULL)

#define MT_N_FORMAT                                                           \
    MT_N_OWN("format", format, MT_JSON_FILLED, &mt_native_format)

MT_JSON_TABLE(mt_native_nothing_in,
    MT_N_ARG("", nothing, nothing, 0, NULL),
);

MT_JSON_TABLE(mt_native_log_in_in,
    MT_N_ARG("login", login, mobile, MT_MUST, NULL),
    MT_N_OWN("password", password, MT_MUST | MT_JSON_SECRET, NULL),
    MT_N_OWN("device", device, 0, NULL),
    MT_N_OWN("cookie", cookie, 0, MT_BOOL),
);

MT_JSON_TABLE(mt_native_log_out_in,
    MT_N_ARG("", session_close, caller, 0, NULL),
);

MT_JSON_TABLE(mt_native_password_in,
    MT_N_ARG("old", password_set, old, MT_MUST | MT_JSON_SECRET, NULL),
    MT_N_ARG("new", password_set, plain, MT_MUST | MT_JSON_SECRET, NULL),
);

MT_JSON_TABLE(mt_native_list_in,
    MT_N_ARG("from", meeting_list, ends_after, MT_JSON_FILLED, &mt_wire_iso),
    MT_N_ARG("to", meeting_list, begins_before, MT_JSON_FILLED, &mt_wire_iso),
    MT_N_ARG("room", meeting_list, room, MT_JSON_FILLED, NULL),
    MT_N_ARG("state", meeting_list, phase, MT_JSON_FILLED, &mt_native_phase),
    MT_N_PAGE(meeting_list),
);

MT_JSON_TABLE(mt_native_day_in,
    MT_N_ARG("{room}", meeting_list, room, MT_MUST, NULL),
    MT_N_ARG("date", meeting_list, day, MT_JSON_FILLED, &mt_wire_day),
);

MT_JSON_TABLE(mt_native_meeting_in,
    MT_N_ARG("{meeting}", meeting_act, ref, MT_MUST, NULL),
);

MT_JSON_TABLE(mt_native_change_in,
    MT_N_ARG("{meeting}", meeting_edit, ref, MT_MUST, NULL),
    MT_N_ARG("title", meeting_edit, subject, 0, &mt_wire_filled),
    MT_N_ARG("content", meeting_edit, content, 0, NULL),
    MT_N_ARG("place", meeting_edit, place, 0, NULL),
    MT_N_ARG("begin", meeting_edit, begin, 0, &mt_wire_iso),
    MT_N_ARG("end", meeting_edit, end, 0, &mt_wire_iso),
    MT_N_ARG("walk_in", meeting_edit, walk_in, 0, &mt_native_walk_in),
    MT_N_ARG("capacity", meeting_edit, capacity, 0, NULL),
);

MT_JSON_TABLE(mt_native_people_in,
    MT_N_ARG("{meeting}", attendee_query, ref, MT_MUST, NULL),
    MT_N_ARG("state", attendee_query, which, MT_JSON_FILLED,
             &mt_native_which),
    MT_N_ARG("q", attendee_query, q, MT_JSON_FILLED, NULL),
    MT_N_PAGE(attendee_query),
    MT_N_FORMAT,
);

MT_JSON_TABLE(mt_native_absent_in,
    MT_N_FORMAT,
    MT_N_ARG("{meeting}", attendee_query, ref, MT_MUST, NULL),
    MT_N_ARG("q", attendee_query, q, MT_JSON_FILLED, NULL),
    MT_N_PAGE(attendee_query),
);

MT_JSON_TABLE(mt_native_by_hand_in,
    MT_N_ARG("{meeting}", host_act, ref, MT_MUST, NULL),
    MT_N_ARG("person", host_act, person, MT_MUST, &mt_wire_ref),
    MT_N_ARG("at", host_act, time, 0, &mt_wire_iso),
    MT_N_ARG("reason", host_act, reason, 0, NULL),
);

MT_JSON_TABLE(mt_native_undo_in,
    MT_N_ARG("{meeting}", host_act, ref, MT_MUST, NULL),
    MT_N_ARG("{person}", host_act, person, MT_MUST, NULL),
    MT_N_ARG("reason", host_act, reason, MT_MUST, NULL),
);

MT_JSON_TABLE(mt_native_attendance_in,
    MT_N_ARG("from", attendance_args, from, MT_JSON_REQUIRED, &mt_wire_iso),
    MT_N_ARG("to", attendance_args, to, MT_JSON_REQUIRED, &mt_wire_iso),
    MT_N_ARG("by", attendance_args, by, MT_JSON_FILLED, &mt_native_by),
    MT_N_FORMAT,
);

MT_JSON_TABLE(mt_native_mine_in,
    MT_N_ARG("from", my_list, from, MT_JSON_FILLED, &mt_wire_iso),
    MT_N_ARG("to", my_list, to, MT_JSON_FILLED, &mt_wire_iso),
    MT_N_PAGE(my_list),
);

MT_JSON_TABLE(mt_native_answer_in,
    MT_N_ARG("{meeting}", answer, ref, MT_MUST, NULL),
    MT_N_ARG("answer", answer, answer, MT_MUST, &mt_native_answer),
    MT_N_ARG("comment", answer, comment, 0, NULL),
);

MT_JSON_TABLE(mt_native_check_in_in,
    MT_N_ARG("{meeting}", checkin_args, ref, MT_MUST, NULL),
    MT_N_ARG("leader", checkin_args, leader, MT_JSON_FILLED, &mt_wire_ref),
    MT_N_ARG("code", checkin_args, code, MT_JSON_FILLED, NULL),
    MT_N_ARG("device", checkin_args, device, MT_JSON_FILLED, NULL),
    MT_N_ARG("create_date", checkin_args, qr_time, 0, NULL),
    MT_N_ARG("longitude", checkin_args, longitude, 0, &mt_wire_micro),
    MT_N_ARG("latitude", checkin_args, latitude, 0, &mt_wire_micro),
);


MT_JSON_TABLE(mt_native_ticket_in,
    MT_N_ARG("code", ticket, code, MT_MUST, NULL),
    MT_N_ARG("device", ticket, device, MT_MUST, NULL),
);


MT_JSON_TABLE(mt_native_people_list_in,
    MT_N_ARG("q", office_list, q, MT_JSON_FILLED, NULL),
    MT_N_PAGE(office_list),
    MT_N_FORMAT,
);

MT_JSON_TABLE(mt_native_credentials_in,
    MT_N_PAGE(office_list),
);

MT_JSON_TABLE(mt_native_messages_in,
    MT_N_ARG("failed", office_list, failed, MT_JSON_FILLED, MT_BOOL),
    MT_N_PAGE(office_list),
);

MT_JSON_TABLE(mt_native_journal_in,
    MT_N_ARG("after", office_list, position, MT_JSON_FILLED, NULL),
    MT_N_PAGE(office_list),
    MT_N_FORMAT,
);

MT_JSON_TABLE(mt_native_person_in,
    MT_N_ARG("{person}", user_edit, ref, MT_MUST, NULL),
    MT_N_ARG("name", user_edit, name, 0, &mt_wire_filled),
    MT_N_ARG("account", user_edit, account, 0, NULL),
    MT_N_ARG("phone", user_edit, phone, 0, NULL),
    MT_N_ARG("email", user_edit, email, 0, NULL),
    MT_N_ARG("job", user_edit, job, 0, NULL),
    MT_N_ARG("enabled", user_edit, status, 0, MT_BOOL),
    MT_N_ARG("admin", user_edit, admin, 0, MT_BOOL),
    MT_N_ARG("password", user_edit, plain, MT_JSON_SECRET, &mt_wire_filled),
    MT_N_ARG("reason", user_edit, reason, 0, NULL),
);

MT_JSON_TABLE(mt_native_credential_in,
    MT_N_ARG("scopes", credential_add, scopes, 0, &mt_native_scopes),
    MT_N_ARG("allow", credential_add, allow, 0, NULL),
);

MT_JSON_TABLE(mt_native_revoke_in,
    MT_N_ARG("{appkey}", named, ref, MT_MUST, NULL),
);

MT_JSON_TABLE(mt_native_pause_in,
    MT_N_ARG("", event_pause, paused, 0, NULL),
);

MT_JSON_TABLE(mt_native_redeliver_in,
    MT_N_ARG("from", event_redeliver, from, 0, NULL),
    MT_N_ARG("to", event_redeliver, to, 0, NULL),
);


/* Answers. */

#define MT_N_USER(view)                                                       \
    MT_SHOW("id", view, user, user, id, NULL),                                \
    MT_SHOW("name", view, user, user, name, NULL),                            \
    MT_SHOW("account", view, user, user, account, NULL),                      \
    MT_SHOW("phone", view, user, user, phone, NULL),                          \
    MT_SHOW("email", view, user, user, email, NULL),                          \
    MT_SHOW("face", view, user, user, face, NULL),                            \
    MT_SHOW("admin", view, user, user, admin, MT_BOOL)

MT_JSON_TABLE(mt_native_log_in_user_out,
    MT_N_USER(login),
);

MT_JSON_TABLE(mt_native_log_in_out,
    { "user", NULL, 0, MT_JSON_INLINE, NULL, &mt_native_log_in_user_out },
);

MT_JSON_TABLE(mt_native_me_user_out,
    MT_N_USER(me),
    MT_SHOW("department", me, dept, dept, name, NULL),
    MT_SHOW("default_password", me, me, me, default_password, MT_BOOL),
);

MT_JSON_TABLE(mt_native_me_out,
    MT_SHOW("kind", me, me, me, person, &mt_native_kind),
    MT_SHOW("company", me, me, me, company, NULL),
    MT_SHOW("company_name", me, me, me, company_name, NULL),
    { "user", NULL, 0, MT_JSON_INLINE, NULL, &mt_native_me_user_out },
);

#define MT_N_OF(wire, view, at, name, how)                                    \
    MT_SHOW(wire, view, at meeting, meeting, name, how)

/* `at`: where a view has its mt_meeting_view_t. */

#define MT_N_SHORT(view, at)                                                  \
    MT_N_OF("id", view, at, id, NULL),                                        \
    MT_SHOW("title", view, at derived, meeting_derived, title, NULL),         \
    MT_N_OF("place", view, at, place, NULL),                                  \
    MT_SHOW("room", view, at room, room, id, NULL),                           \
    MT_SHOW("room_name", view, at room, room, name, NULL),                    \
    MT_N_OF("begin", view, at, begin, &mt_wire_iso),                          \
    MT_N_OF("end", view, at, end, &mt_wire_iso),                              \
    MT_SHOW("state", view, at derived, meeting_derived, phase,                \
            &mt_native_phase),                                                \
    MT_SHOW("sign_in", view, at derived, meeting_derived, wants_sign, MT_BOOL)

MT_JSON_TABLE(mt_native_ticket_meeting_out,
    MT_N_SHORT(ticket, meeting.),
);

MT_JSON_TABLE(mt_native_ticket_out,
    MT_SHOW("ticket", ticket, made, ticket_made, ticket, NULL),
    MT_SHOW("until", ticket, made, ticket_made, until, &mt_wire_iso),
    { "meeting", NULL, 0, MT_JSON_INLINE, NULL,
      &mt_native_ticket_meeting_out },
);

#define MT_N_COUNT(wire, name)                                                \
    MT_SHOW(wire, meeting, tally, tally, name, NULL)

MT_JSON_TABLE(mt_native_counts_out,
    MT_N_COUNT("invited", total),
    MT_N_COUNT("guests", guests),
    MT_N_COUNT("accepted", accepted),
    MT_N_COUNT("declined", declined),
    MT_N_COUNT("signed_in", signed_in),
    MT_N_COUNT("late", late),
);

#define MT_N_WHOLE                                                            \
    MT_N_SHORT(meeting, ),                                                    \
    MT_N_OF("content", meeting, , content, NULL),                             \
    MT_N_OF("speaker", meeting, , speaker, NULL),                             \
    MT_SHOW("creator", meeting, creator, user, id, NULL),                     \
    MT_SHOW("creator_name", meeting, creator, user, name, NULL),              \
    MT_N_OF("walk_in", meeting, , walk_in, &mt_native_walk_in),               \
    MT_N_OF("capacity", meeting, , capacity, NULL),                           \
    MT_N_OF("created", meeting, , created, &mt_wire_iso),                     \
    MT_N_OF("updated", meeting, , updated, &mt_wire_iso),                     \
    { "counts", NULL, 0, MT_JSON_INLINE, NULL, &mt_native_counts_out }

MT_JSON_TABLE(mt_native_meeting_out,
    MT_N_WHOLE,
);

MT_JSON_TABLE(mt_native_card_out,
    MT_N_WHOLE,
    MT_SHOW("attendee_link", link, link, link, attendee_url, NULL),
    MT_SHOW("host_link", link, link, link, host_url, NULL),
);

MT_JSON_TABLE(mt_native_row_out,
    MT_N_SHORT(meeting, ),
    { "counts", NULL, 0, MT_JSON_INLINE, NULL, &mt_native_counts_out },
);

MT_JSON_TABLE(mt_native_day_out,
    MT_N_SHORT(meeting, ),
    MT_SHOW("creator_name", meeting, creator, user, name, NULL),
);

#define MT_N_DERIVED(wire, view, at, name, how)                               \
    MT_SHOW(wire, view, at derived, person_derived, name, how)

#define MT_N_CHECKIN(wire, view, at, name, how)                               \
    MT_SHOW(wire, view, at checkin, checkin, name, how)

#define MT_N_PERSON(view, at)                                                 \
    MT_N_DERIVED("id", view, at, id, NULL),                                   \
    MT_SHOW("user", view, at user, user, id, &mt_wire_null_if_empty),         \
    MT_N_DERIVED("name", view, at, name, NULL),                               \
    MT_N_DERIVED("phone", view, at, phone, NULL),                             \
    MT_N_DERIVED("email", view, at, email, NULL),                             \
    MT_SHOW("department", view, at dept, dept, name, NULL),                   \
    MT_SHOW("answer", view, at attendee, attendee, answer,                    \
            &mt_native_answer),                                               \
    MT_SHOW("answered", view, at attendee, attendee, answered, &mt_wire_iso), \
    MT_SHOW("comment", view, at attendee, attendee, comment, NULL),           \
    MT_N_DERIVED("state", view, at, presence, &mt_native_presence),           \
    MT_N_CHECKIN("signed_in_at", view, at, time, &mt_wire_iso),               \
    MT_N_CHECKIN("way", view, at, way, &mt_native_way),                       \
    MT_N_CHECKIN("reason", view, at, reason, NULL)

MT_JSON_TABLE(mt_native_person_out,
    MT_N_PERSON(person, ),
);

MT_JSON_TABLE(mt_native_signed_meeting_out,
    MT_N_SHORT(signed, meeting.),
);

MT_JSON_TABLE(mt_native_signed_person_out,
    MT_N_PERSON(signed, person.),
);

MT_JSON_TABLE(mt_native_signed_out,
    MT_N_CHECKIN("signed_in_at", signed, person., time, &mt_wire_iso),
    MT_N_CHECKIN("late", signed, person., late, MT_BOOL),
    { "meeting", NULL, 0, MT_JSON_INLINE, NULL,
      &mt_native_signed_meeting_out },
    { "attendee", NULL, 0, MT_JSON_INLINE, NULL,
      &mt_native_signed_person_out },
);

MT_JSON_TABLE(mt_native_mine_out,
    MT_N_SHORT(invitation, meeting.),
    MT_SHOW("content", invitation, meeting.meeting, meeting, content, NULL),
    MT_SHOW("creator_name", invitation, meeting.creator, user, name, NULL),
    MT_SHOW("host", invitation, derived, invitation, leader, MT_BOOL),
    MT_SHOW("answer", invitation, derived, invitation, answer,
            &mt_native_answer),
    MT_SHOW("comment", invitation, own, attendee, comment, NULL),
    MT_SHOW("signed_in_at", invitation, checkin, checkin, time, &mt_wire_iso),
    MT_SHOW("late", invitation, checkin, checkin, late, MT_BOOL),
);

#define MT_N_ATTENDED(wire, name, how)                                        \
    { wire, MT_FIELD(attended, name), 0, 0, how, NULL }

MT_JSON_TABLE(mt_native_attendance_out,
    MT_N_ATTENDED("id", id, NULL),
    MT_N_ATTENDED("name", name, NULL),
    MT_N_ATTENDED("begin", begin, &mt_wire_iso),
    MT_N_ATTENDED("present", present, NULL),
    MT_N_ATTENDED("late", late, NULL),
    MT_N_ATTENDED("excused", excused, NULL),
    MT_N_ATTENDED("absent", absent, NULL),
);

#define MT_N_ROOM(wire, name, how)                                            \
    MT_SHOW(wire, room, room, room, name, how)

MT_JSON_TABLE(mt_native_room_out,
    MT_N_ROOM("id", id, NULL),
    MT_N_ROOM("name", name, NULL),
    MT_N_ROOM("address", address, NULL),
    MT_N_ROOM("capacity", capacity, NULL),
    MT_SHOW("department", room, dept, dept, name, NULL),
    MT_N_ROOM("enabled", status, MT_BOOL),
    MT_N_ROOM("memo", memo, NULL),
);


MT_JSON_TABLE(mt_native_user_out,
    MT_N_USER(user),
    MT_SHOW("job", user, user, user, job, NULL),
    MT_SHOW("department", user, dept, dept, name, NULL),
    MT_SHOW("enabled", user, user, user, status, MT_BOOL),
    MT_SHOW("created", user, user, user, created, &mt_wire_iso),
);

#define MT_N_CREDENTIAL(wire, name, how)                                      \
    { wire, MT_FIELD(credential, name), 0, 0, how, NULL }

MT_JSON_TABLE(mt_native_credential_out,
    MT_N_CREDENTIAL("appid", appid, NULL),
    MT_N_CREDENTIAL("appkey", appkey, NULL),
    MT_N_CREDENTIAL("scopes", scopes, &mt_native_scopes),
    MT_N_CREDENTIAL("allow", allow, NULL),
    MT_N_CREDENTIAL("created", created, &mt_wire_iso),
    MT_N_CREDENTIAL("revoked", revoked, &mt_wire_iso),
);

#define MT_N_SUBSCRIPTION(wire, name, how)                                    \
    { wire, MT_FIELD(subscription, name), 0, 0, how, NULL }

MT_JSON_TABLE(mt_native_subscription_out,
    MT_N_SUBSCRIPTION("url", url, NULL),
    MT_N_SUBSCRIPTION("owner", owner, NULL),
    MT_N_SUBSCRIPTION("paused", paused, &mt_wire_iso),
    MT_N_SUBSCRIPTION("updated", updated, &mt_wire_iso),
    MT_N_SUBSCRIPTION("sent", sent, NULL),
    MT_N_SUBSCRIPTION("set_aside", aside, NULL),
    MT_N_SUBSCRIPTION("last", last, NULL),
    MT_N_SUBSCRIPTION("failing_since", since, &mt_wire_iso),
    MT_N_SUBSCRIPTION("attempts", attempts, NULL),
    MT_N_SUBSCRIPTION("next_try", next_try, &mt_wire_iso),
    MT_N_SUBSCRIPTION("error", error, NULL),
);

#define MT_N_MESSAGE(wire, name, how)                                         \
    MT_SHOW(wire, message, message, outbox, name, how)

MT_JSON_TABLE(mt_native_message_out,
    MT_SHOW("number", message, listed, listed, number, NULL),
    MT_N_MESSAGE("position", position, NULL),
    MT_N_MESSAGE("time", time, &mt_wire_iso),
    MT_N_MESSAGE("type", type, NULL),
    MT_N_MESSAGE("events", n, NULL),
    MT_N_MESSAGE("set_aside", aside, &mt_wire_iso),
    MT_N_MESSAGE("error", error, NULL),
);

#define MT_N_ENTRY(wire, name, how)                                           \
    { wire, MT_FIELD(entry, name), 0, 0, how, NULL }

MT_JSON_TABLE(mt_native_entry_out,
    MT_N_ENTRY("position", position, NULL),
    MT_N_ENTRY("time", time, &mt_wire_iso),
    MT_N_ENTRY("operation", operation, NULL),
    MT_N_ENTRY("actor", actor, &mt_wire_null_if_empty),
    MT_N_ENTRY("actor_name", actor_name, &mt_wire_null_if_empty),
    MT_N_ENTRY("record", record, &mt_wire_null_if_empty),
);


/* Routes. */

#define MT_GET(path, flags, op, in, prepare, value)                           \
    { mt_str(path), MT_METHOD_GET, flags, &mt_op_##op, &in, prepare, value,   \
      NULL, NULL, NULL, NULL, NULL, NULL }

#define MT_LIST(path, flags, op, in, prepare, row)                            \
    { mt_str(path), MT_METHOD_GET, flags, &mt_op_##op, &in, prepare, NULL,    \
      "items", &row, NULL, NULL, NULL, NULL }

#define MT_DO(method, path, flags, op, in, prepare, value)                    \
    { mt_str(path), MT_METHOD_##method, flags, &mt_op_##op, &in, prepare,     \
      value, NULL, NULL, NULL, NULL, NULL, NULL }

MT_ROUTES(mt_native_routes,
    MT_DO(POST, "/session", MT_ROUTE_PUBLIC | MT_ROUTE_CREATES, login,
          mt_native_log_in_in, mt_native_log_in, &mt_native_log_in_out),
    MT_DO(DELETE, "/session", MT_ROUTE_PERSON, session_close,
          mt_native_log_out_in, mt_native_log_out, NULL),
    MT_GET("/me", 0, me, mt_native_nothing_in, NULL, &mt_native_me_out),
    MT_DO(POST, "/me/password", MT_ROUTE_PERSON, password_set,
          mt_native_password_in, mt_native_password, NULL),

    MT_LIST("/me/meetings", MT_ROUTE_PERSON, my_meetings, mt_native_mine_in,
            NULL, mt_native_mine_out),
    MT_DO(POST, "/me/meetings/{meeting}/answer", MT_ROUTE_PERSON, answer,
          mt_native_answer_in, NULL, NULL),
    MT_DO(POST, "/me/meetings/{meeting}/checkin",
          MT_ROUTE_PERSON | MT_ROUTE_CREATES, checkin_shown,
          mt_native_check_in_in, mt_native_check_in, &mt_native_signed_out),

    MT_DO(POST, "/tickets", MT_ROUTE_PUBLIC | MT_ROUTE_CREATES, ticket,
          mt_native_ticket_in, NULL, &mt_native_ticket_out),

    MT_LIST("/meetings", 0, meeting_search, mt_native_list_in, mt_native_list,
            mt_native_row_out),
    MT_GET("/meetings/{meeting}", 0, meeting_card, mt_native_meeting_in,
           mt_native_act, &mt_native_card_out),
    MT_DO(PATCH, "/meetings/{meeting}", 0, meeting_update,
          mt_native_change_in, mt_native_change, &mt_native_meeting_out),
    MT_DO(POST, "/meetings/{meeting}/end", 0, meeting_end,
          mt_native_meeting_in, mt_native_end, NULL),
    MT_LIST("/meetings/{meeting}/attendees", 0, attendees,
            mt_native_people_in, mt_native_people, mt_native_person_out),
    MT_LIST("/meetings/{meeting}/absent", 0, attendees,
            mt_native_absent_in, mt_native_absent, mt_native_person_out),
    MT_DO(POST, "/meetings/{meeting}/checkins", MT_ROUTE_CREATES, checkin_add,
          mt_native_by_hand_in, mt_native_host_act, &mt_native_signed_out),
    MT_DO(DELETE, "/meetings/{meeting}/checkins/{person}", 0, checkin_undo,
          mt_native_undo_in, mt_native_host_act, NULL),

    MT_LIST("/people", MT_ROUTE_ADMIN, people, mt_native_people_list_in, NULL,
            mt_native_user_out),
    MT_DO(PATCH, "/people/{person}", MT_ROUTE_ADMIN, user_update,
          mt_native_person_in, mt_native_person, &mt_native_user_out),
    MT_LIST("/credentials", MT_ROUTE_OWNER, credentials,
            mt_native_credentials_in, NULL, mt_native_credential_out),
    MT_DO(POST, "/credentials", MT_ROUTE_OWNER | MT_ROUTE_CREATES,
          credential_add, mt_native_credential_in, mt_native_credential_add,
          NULL),
    MT_DO(DELETE, "/credentials/{appkey}", MT_ROUTE_OWNER, credential_revoke,
          mt_native_revoke_in, NULL, NULL),
    MT_GET("/subscription", MT_ROUTE_ADMIN, subscription,
           mt_native_nothing_in, NULL, &mt_native_subscription_out),
    MT_LIST("/subscription/messages", MT_ROUTE_ADMIN, messages,
            mt_native_messages_in, NULL, mt_native_message_out),
    MT_DO(POST, "/subscription/pause", MT_ROUTE_ADMIN, event_pause,
          mt_native_pause_in, mt_native_pause, NULL),
    MT_DO(POST, "/subscription/resume", MT_ROUTE_ADMIN, event_pause,
          mt_native_pause_in, mt_native_resume, NULL),
    MT_DO(POST, "/subscription/redeliver", MT_ROUTE_ADMIN, event_redeliver,
          mt_native_redeliver_in, mt_native_redeliver, NULL),
    MT_LIST("/journal", MT_ROUTE_ADMIN, journal, mt_native_journal_in, NULL,
            mt_native_entry_out),
    MT_LIST("/attendance", MT_ROUTE_ADMIN, attendance, mt_native_attendance_in,
            NULL, mt_native_attendance_out),

    MT_LIST("/rooms", 0, room_list, mt_native_nothing_in, NULL,
            mt_native_room_out),
    MT_LIST("/rooms/{room}/day", 0, meeting_search, mt_native_day_in,
            mt_native_day, mt_native_day_out)
);


static const mt_header_t  mt_native_headers[] = {
    { mt_str("Cache-Control"), mt_str("no-store") },
    { mt_str("X-Content-Type-Options"), mt_str("nosniff") },
};

const mt_dialect_t  mt_dialect_native = {
    .name = mt_str("native"),
    MT_DIALECT_ROUTES(mt_native_routes),
    .decode = mt_native_decode,
    .prove = mt_native_prove,
    .authenticate = mt_native_authenticate,
    .open_answer = mt_native_open_answer,
    .close_answer = mt_native_close_answer,
    .by_tables = 1,
    .code = mt_native_http,
    .http = mt_native_http,
    .content_type = mt_str("application/json"),
    .error_type = mt_str("application/problem+json"),
    .headers = mt_native_headers,
    .nheaders = mt_nitems(mt_native_headers),
    .keeps_sessions = 1,
    .words = 1,
    .zoned = 1,
};


static mt_status_t
mt_native_read_word(const mt_json_value_t *value, void *dst,
    const mt_word_t *words, size_t n)
{
    return mt_wire_word(value, dst, words, n);
}


/* A value without a word is null: a way of signing in is 0 before. */

static void
mt_native_write_word(mt_json_writer_t *w, const void *src,
    const mt_word_t *words, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (words[i].value == *(const int64_t *) src) {
            mt_json_string(w, words[i].word);
            return;
        }
    }

    mt_json_null(w);
}


/* Arguments that the wire does not carry. */

static void
mt_native_log_in(mt_exchange_t *x)
{
    char         *hex;
    size_t        i;
    mt_login_t   *args;
    mt_native_t  *request;

    args = x->call.args;
    request = x->envelope;

    for (i = 0; i < request->device.len; i++) {
        if (memchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                   "0123456789-_", request->device.data[i], 64) == NULL)
        {
            x->call.error = (mt_error_t) { MT_BAD_VALUE, MT_STR("device") };
            return;
        }
    }

    if (request->device.len == 0) {
        request->device = mt_fresh_id(x->call.arena);
    }

    hex = mt_arena_take(x->call.arena, MT_MD5_HEX);

    if (hex == NULL || request->device.len == 0) {
        x->call.error.status = MT_NO_MEMORY;
        return;
    }

    mt_set(args, login, md5, mt_password_md5(request->password, hex));

    if (args->md5.len == 0) {
        x->call.error.status = MT_INTERNAL;
        return;
    }

    mt_set(args, login, caller,
           mt_native_caller(x->call.arena, request->device));
}


static void
mt_native_log_out(mt_exchange_t *x)
{
    mt_session_close_t  *args;

    args = x->call.args;

    mt_set(args, session_close, caller,
           ((const mt_native_t *) x->envelope)->caller);
}


static void
mt_native_password(mt_exchange_t *x)
{
    mt_password_set_t  *args;

    args = x->call.args;

    mt_set(args, password_set, caller,
           ((const mt_native_t *) x->envelope)->caller);
}


/* A person who is no administrator sees the meetings whose host they are. */

static void
mt_native_list(mt_exchange_t *x)
{
    int                 admin;
    mt_meeting_list_t  *args;

    args = x->call.args;
    admin = mt_native_is_admin(x);

    if (admin < 0) {
        x->call.error.status = MT_STORE_FAILED;
        return;
    }

    mt_set(args, meeting_list, ascending, 1);
    mt_set(args, meeting_list, hosted, x->call.actor != 0 && !admin);
    mt_set(args, meeting_list, cancelled,
           args->phase == MT_PHASE_CANCELLED);

    if (!mt_has(args, meeting_list, limit)) {
        mt_set(args, meeting_list, limit, MT_NATIVE_LIMIT);
    }
}


static void
mt_native_day(mt_exchange_t *x)
{
    mt_civil_t          civil;
    mt_meeting_list_t  *args;

    args = x->call.args;

    if (mt_has(args, meeting_list, day)) {
        mt_zone_civil(NULL, args->day, &civil);
        args->day = mt_zone_instant(x->call.settings->zone, &civil);

    } else {
        mt_set(args, meeting_list, day, x->call.now);
    }

    mt_set(args, meeting_list, ascending, 1);
}


/* Hosts and administrators may, and the company itself. */

static int64_t
mt_native_may(const mt_exchange_t *x)
{
    return x->call.actor ? MT_MAY_MANAGER : MT_MAY_ANYONE;
}


static void
mt_native_act(mt_exchange_t *x)
{
    mt_meeting_act_t  *args;

    args = x->call.args;

    mt_set(args, meeting_act, may, mt_native_may(x));
    mt_set(args, meeting_act, guests, 1);
}


static void
mt_native_end(mt_exchange_t *x)
{
    mt_meeting_act_t  *args;

    args = x->call.args;

    mt_set(args, meeting_act, may, mt_native_may(x));
    mt_set(args, meeting_act, when, MT_WHEN_UNDER_WAY);
}


static void
mt_native_change(mt_exchange_t *x)
{
    int                 given;
    int64_t             updated;
    mt_meeting_edit_t  *args;

    args = x->call.args;

    given = mt_native_if_match(x, &updated);

    if (given < 0) {
        x->call.error.status = MT_CHANGED;
        return;
    }

    if (given) {
        mt_set(args, meeting_edit, if_updated, updated);
    }

    mt_set(args, meeting_edit, keep_length, 1);
    mt_set(args, meeting_edit, by_manager, x->call.actor != 0);
}


static void
mt_native_people(mt_exchange_t *x)
{
    mt_attendee_query_t  *args;

    args = x->call.args;

    mt_set(args, attendee_query, may, mt_native_may(x));
    mt_set(args, attendee_query, whole, x->markup != NULL);
}


static void
mt_native_absent(mt_exchange_t *x)
{
    mt_attendee_query_t  *args;

    args = x->call.args;

    mt_set(args, attendee_query, may, mt_native_may(x));
    mt_set(args, attendee_query, whole, x->markup != NULL);
    mt_set(args, attendee_query, which, MT_WHICH_ABSENT);
}


static void
mt_native_host_act(mt_exchange_t *x)
{
    mt_host_act_t  *args;

    args = x->call.args;

    mt_set(args, host_act, by_company, x->call.actor == 0);
    mt_set(args, host_act, request, mt_native_key(x));
}


static void
mt_native_check_in(mt_exchange_t *x)
{
    mt_checkin_args_t  *args;

    args = x->call.args;

    mt_set(args, checkin_args, way, MT_WAY_QR);
    mt_set(args, checkin_args, request, mt_native_key(x));
}


static mt_status_t
mt_native_scopes_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    int64_t      scopes;
    mt_str_t     word;
    mt_scope_t   scope;
    const char  *p, *end, *comma;

    (void) field;
    (void) arena;

    if (value->type != MT_JSON_STRING) {
        return MT_BAD_TYPE;
    }

    scopes = 0;
    p = value->text.data;
    end = p + value->text.len;

    while (p < end) {
        comma = memchr(p, ',', end - p);
        comma = comma ? comma : end;

        word.data = p;
        word.len = comma - p;
        scope = mt_scope_find(word);

        if (scope == MT_SCOPE_NONE || comma + 1 == end) {
            return MT_BAD_VALUE;
        }

        scopes |= (int64_t) 1 << scope;
        p = comma + 1;
    }

    *(int64_t *) dst = scopes;

    return MT_OK;
}


static void
mt_native_scopes_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    char         text[MT_ID_MAX], *p;
    int64_t      scopes;
    mt_str_t     name;
    mt_scope_t   scope;

    (void) field;

    scopes = *(const int64_t *) src;
    p = text;

    for (scope = MT_SCOPE_READ; mt_scope_name(scope); scope++) {
        name = mt_cstr(mt_scope_name(scope));

        if ((scopes >> scope & 1)
            && name.len + 1 <= (size_t) (text + sizeof(text) - p))
        {
            if (p > text) {
                *p++ = ',';
            }

            p = mempcpy(p, name.data, name.len);
        }
    }

    mt_json_string(w, (mt_str_t) { (size_t) (p - text), text });
}


/* A token makes nobody an administrator, who could do more than the token. */

static void
mt_native_person(mt_exchange_t *x)
{
    const mt_user_edit_t  *args;

    args = x->call.args;

    if (x->call.actor == 0 && mt_has(args, user_edit, admin)) {
        x->call.error = (mt_error_t) { MT_FORBIDDEN, MT_STR("admin") };
    }
}


/* Returns a random word; for a request with a key one that follows from the
 * key, so that its repeat is answered with the same, which no store has. */

static mt_str_t
mt_native_word(mt_exchange_t *x, const char *label, mt_str_t alphabet,
    size_t len)
{
    char       *p;
    size_t      i;
    uint8_t     mac[MT_MAC_LEN];
    mt_str_t    parts[3];
    mt_call_t  *call;

    call = &x->call;

    if (call->repeat_key.len == 0) {
        return mt_random_text(call->arena, alphabet, len);
    }

    parts[0] = MT_STR("credential of a key");
    parts[1] = call->repeat_key;
    parts[2] = mt_cstr(label);

    p = mt_arena_take(call->arena, len);

    if (p == NULL || mt_mac(call->server_key, parts, 3, mac) != 0) {
        return MT_STR("");
    }

    for (i = 0; i < len; i++) {
        p[i] = alphabet.data[(mac[i / 2 % MT_MAC_LEN] >> i % 2 * 4 & 0xf)
                             % alphabet.len];
    }

    return (mt_str_t) { len, p };
}


static void
mt_native_credential_add(mt_exchange_t *x)
{
    uint8_t              *hash;
    mt_arena_t           *arena;
    mt_native_t          *request;
    mt_credential_add_t  *args;

    static const mt_str_t  digits = mt_str("123456789");
    static const mt_str_t  hex = mt_str("0123456789abcdef");

    args = x->call.args;
    arena = x->call.arena;
    request = x->envelope;

    if (args->allow.len && !mt_cidr_valid(args->allow)) {
        x->call.error = (mt_error_t) { MT_BAD_VALUE, MT_STR("allow") };
        return;
    }

    request->secret = mt_native_word(x, "secret", hex, MT_NATIVE_SECRET);
    hash = mt_arena_take(arena, MT_SHA256_LEN);

    if (hash == NULL || request->secret.len == 0
        || mt_sha256(&request->secret, 1, hash) != 0)
    {
        x->call.error.status = MT_INTERNAL;
        return;
    }

    mt_set(args, credential_add, company, x->call.company);
    mt_set(args, credential_add, appid,
           mt_native_word(x, "appid", digits, MT_NATIVE_APPID));
    mt_set(args, credential_add, appkey,
           mt_native_word(x, "appkey", hex, MT_NATIVE_APPKEY));
    mt_set(args, credential_add, secret_hash,
           ((mt_str_t) { MT_SHA256_LEN, (const char *) hash }));
    mt_set(args, credential_add, apart, 1);
}


static void
mt_native_pause(mt_exchange_t *x)
{
    mt_event_pause_t  *args;

    args = x->call.args;

    mt_set(args, event_pause, paused, 1);
}


static void
mt_native_resume(mt_exchange_t *x)
{
    mt_event_pause_t  *args;

    args = x->call.args;

    mt_set(args, event_pause, paused, 0);
}


static void
mt_native_redeliver(mt_exchange_t *x)
{
    mt_event_redeliver_t  *args;

    args = x->call.args;

    if (!mt_has(args, event_redeliver, from)) {
        mt_set(args, event_redeliver, from, 1);
    }

    if (!mt_has(args, event_redeliver, to)) {
        mt_set(args, event_redeliver, to, MT_NUM_MAX);
    }
}

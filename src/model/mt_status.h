
/*
 * The statuses that a request can end with.  Each dialect has a table that
 * maps all of them to its codes and texts; a unit test checks that none is
 * missing.
 * Numbers never change: results in shared memory and statistics hold them.
 */

#ifndef MT_STATUS_H
#define MT_STATUS_H

#include "base/mt_base.h"


/* S(number, SYMBOL, name for logs and metrics, reason for people) */

#define MT_STATUSES(S)                                                        \
    S(0,  OK,                 "ok",                 "success")                \
                                                                              \
    /* the request itself */                                                  \
    S(1,  BAD_JSON,           "bad_json",           "not one valid JSON "     \
                                                    "object")                 \
    S(2,  EMPTY,              "empty",              "empty request")          \
    S(3,  MISSING,            "missing",            "missing")                \
    S(4,  BAD_TYPE,           "bad_type",           "of the wrong type")      \
    S(5,  BAD_VALUE,          "bad_value",          "not an allowed value")   \
    S(6,  TOO_MANY,           "too_many",           "too many")               \
    S(7,  DUPLICATE_KEY,      "duplicate_key",      "given twice")            \
    S(8,  TOO_LONG,           "too_long",           "too long")               \
    S(9,  BAD_FORM,           "bad_form",           "not a valid multipart "  \
                                                    "form")                   \
    S(38, COMPRESSED,         "compressed",         "compressed (gzip): send" \
                                                    " it as it is")           \
                                                                              \
    /* caller and user */                                                     \
    S(10, BAD_SIGNATURE,      "bad_signature",      "signature does not fit") \
    S(11, BAD_CALLER,         "bad_caller",         "caller not handed out")  \
    S(12, NO_USER,            "no_user",            "no user given")          \
    S(13, NO_TOKEN,           "no_token",           "no token given")         \
    S(14, BAD_TOKEN,          "bad_token",          "token not valid")        \
    S(15, TOKEN_EXPIRED,      "token_expired",      "token expired")          \
    S(16, BAD_CREDENTIAL,     "bad_credential",     "unknown key or wrong "   \
                                                    "secret")                 \
    S(17, BAD_PASSWORD,       "bad_password",       "wrong password")         \
    S(18, FORBIDDEN,          "forbidden",          "not permitted")          \
    S(37, DISABLED,           "user_disabled",      "user is disabled")       \
    S(28, DEFAULT_PASSWORD,   "default_password",   "a password of one's own "\
                                                    "is needed")              \
    S(29, LOGIN_LIMITED,      "login_limited",      "too many failed log-ins" \
                                                    ", wait")                 \
    S(19, NO_SCOPE,           "no_scope",           "the credential lacks "   \
                                                    "this scope")             \
    S(27, WRONG_ADDRESS,      "wrong_address",      "the credential is not "  \
                                                    "for this address")       \
                                                                              \
    /* missing records */                                                     \
    S(20, NO_SUCH_COMPANY,    "no_such_company",    "company does not exist") \
    S(21, NO_SUCH_USER,       "no_such_user",       "user does not exist")    \
    S(22, NO_SUCH_DEPT,       "no_such_dept",       "department does not "    \
                                                    "exist")                  \
    S(23, NO_SUCH_ROOM,       "no_such_room",       "room does not exist")    \
    S(24, NO_SUCH_MEETING,    "no_such_meeting",    "meeting does not exist") \
    S(25, NO_SUCH_ATTENDEE,   "no_such_attendee",   "attendee does not "      \
                                                    "exist")                  \
    S(26, NO_SUBSCRIPTION,    "no_subscription",    "nobody subscribes to "   \
                                                    "its events")             \
                                                                              \
    /* conflicts in the directory */                                          \
    S(30, ID_TAKEN,           "id_taken",           "id is already taken")    \
    S(31, ACCOUNT_TAKEN,      "account_taken",      "account is already "     \
                                                    "occupied")               \
    S(32, PHONE_TAKEN,        "phone_taken",        "phone is already "       \
                                                    "occupied")               \
    S(33, EMAIL_TAKEN,        "email_taken",        "e-mail is already "      \
                                                    "occupied")               \
    S(34, DEPT_IN_USE,        "dept_in_use",        "department has children" \
                                                    " or users")              \
    S(35, DEPT_CIRCLE,        "dept_circle",        "department would be its" \
                                                    " own ancestor")          \
    S(36, ROOM_IN_USE,        "room_in_use",        "room has future "        \
                                                    "meetings")               \
                                                                              \
    /* phase of a meeting */                                                  \
    S(40, BAD_TIMES,          "bad_times",          "must end after it "      \
                                                    "begins")                 \
    S(41, CANCELLED,          "cancelled",          "meeting is cancelled")   \
    S(42, ENDED,              "ended",              "meeting has ended")      \
    S(43, NOT_STARTED,        "not_started",        "meeting has not started")\
    S(44, STARTED,            "started",            "meeting has started")    \
    S(45, NO_LEADER,          "no_leader",          "sign-in needs a leader") \
    S(46, TOO_MANY_LEADERS,   "too_many_leaders",   "more than five leaders") \
    S(39, REMINDED,           "reminded",           "attendees were reminded "\
                                                    "just now, wait")         \
    S(47, NO_SERIES,          "no_series",          "meeting does not repeat")\
                                                                              \
    /* rooms */                                                               \
    S(50, ROOM_BUSY,          "room_busy",          "room is booked then")    \
    S(51, ROOM_DISABLED,      "room_disabled",      "room is disabled")       \
    S(52, ROOM_HOURS,         "room_hours",         "outside the room's "     \
                                                    "hours")                  \
    S(53, ROOM_PERMISSION,    "room_permission",    "user may not book the "  \
                                                    "room")                   \
                                                                              \
    /* check-in */                                                            \
    S(60, NOT_LISTED,         "not_listed",         "not on the meeting's "   \
                                                    "list")                   \
    S(61, NOT_LEADER,         "not_leader",         "not a sign-in leader of" \
                                                    " the meeting")           \
    S(62, TOO_EARLY,          "too_early",          "sign-in is not open yet")\
    S(63, QR_EXPIRED,         "qr_expired",         "QR code is too old")     \
    S(64, QR_FUTURE,          "qr_future",          "QR code is from the "    \
                                                    "future")                 \
    S(56, QR_FORGED,          "qr_forged",          "not a code of this "    \
                                                    "meeting")                \
    S(57, QR_UNSIGNED,        "qr_unsigned",        "the code on the screen " \
                                                    "is needed")              \
    S(58, QR_TRIES,           "qr_tries",           "too many wrong codes, "  \
                                                    "wait")                   \
    S(65, SIGNED_ALREADY,     "signed_already",     "signed in already")      \
    S(66, NO_SIGN_IN,         "no_sign_in",         "meeting wants no sign-"  \
                                                    "in")                     \
    S(67, TOO_FAR,            "too_far",            "too far from the room")  \
    S(68, NO_POSITION,        "no_position",        "position wanted")        \
    S(48, FULL,               "full",               "meeting is full")        \
    S(69, NOT_SIGNED,         "not_signed",         "has not signed in")      \
    S(54, UNDONE,             "undone",             "sign-in was undone")     \
    S(55, TOO_LATE,           "too_late",           "too late for a "         \
                                                    "correction")             \
                                                                              \
    /* files */                                                               \
    S(70, FILE_SMALL,         "file_small",         "smaller than 200 KB")    \
    S(71, FILE_LARGE,         "file_large",         "larger than 5 MB")       \
    S(72, IMAGE_TYPE,         "image_type",         "neither a JPEG nor a "   \
                                                    "PNG picture")            \
    S(73, IMAGE_BROKEN,       "image_broken",       "a broken picture")       \
    S(74, IMAGE_RESOLUTION,   "image_resolution",   "of more than 1920x1080 " \
                                                    "pixels")                 \
                                                                              \
    /* a company's quota */                                                   \
    S(75, QUOTA_BYTES,        "quota_bytes",        "company's quota of "     \
                                                    "bytes is used up")       \
    S(76, QUOTA_MEETINGS,     "quota_meetings",     "company's quota of "     \
                                                    "meetings is used up")    \
    S(77, QUOTA_SEATS,        "quota_seats",        "more attendees than a "  \
                                                    "meeting may have")       \
    S(78, QUOTA_SERIES,       "quota_series",       "more attendees than the "\
                                                    "meetings of a series may"\
                                                    " have together")         \
    S(79, QUOTA_PEOPLE,       "quota_people",       "company's quota of "     \
                                                    "people is used up")      \
                                                                              \
    /* below the dialects; answered with an HTTP status */                    \
    S(80, BAD_REQUEST,        "bad_request",        "bad HTTP request")       \
    S(81, BAD_PATH,           "bad_path",           "no such address")        \
    S(82, BAD_METHOD,         "bad_method",         "method not allowed")     \
    S(83, TOO_LARGE,          "too_large",          "body too large")         \
    S(84, LIMITED,            "limited",            "too many requests")      \
    S(85, DENIED,             "denied",             "denied by the server's " \
                                                    "configuration")          \
    S(86, BUSY,               "busy",               "server is busy")         \
    S(87, STORE_FULL,         "store_full",         "store is full")          \
    S(88, STORE_FAILED,       "store_failed",       "store is not available") \
    S(89, NO_MEMORY,          "no_memory",          "out of memory")          \
    S(90, INTERNAL,           "internal",           "internal error")         \
                                                                              \
    /* acts that depend on what a client has seen or done before; the last    \
     * number stands last */                                                  \
    S(91, CHANGED,            "changed",            "changed meanwhile by "   \
                                                    "somebody else")          \
    S(92, TRIMMED,            "trimmed",            "the journal has been "   \
                                                    "trimmed since")          \
    S(93, KEY_REUSED,         "key_reused",         "the key was given with " \
                                                    "another request")


typedef enum {
#define MT_STATUS_SYMBOL(number, symbol, name, reason)  MT_##symbol = number,
    MT_STATUSES(MT_STATUS_SYMBOL)
#undef MT_STATUS_SYMBOL
    MT_STATUS_MAX             /* one more than the last */
} mt_status_t;


/* Return the name or the reason; "unknown" for a number not in the list. */
const char *mt_status_name(mt_status_t status);
const char *mt_status_reason(mt_status_t status);

/* Returns the HTTP status: 200, except for statuses below the dialects. */
int mt_status_http(mt_status_t status);


/*
 * A status and the member that it is about: `field` is its path in the request
 * as the client wrote it ("attendances[2].userId"), or empty.
 */

typedef struct {
    mt_status_t  status;
    mt_str_t     field;
} mt_error_t;

#endif /* MT_STATUS_H */


/*
 * Views: the replies of operations.  A view has records of the store side by
 * side; a dialect's answer table picks fields of them (base = offsetof the
 * record).  A record that does not exist is zeroed.
 *
 *     operation            view
 *     token_issue, token_refresh           mt_access_t
 *     login                mt_login_view_t
 *     me                   mt_me_view_t
 *     meeting_card         mt_link_view_t
 *     meeting_search       rows of mt_meeting_view_t
 *     attendees            rows of mt_person_view_t
 *     my_meetings          rows of mt_invitation_view_t
 *     attendance           rows of mt_attended_t
 *     people               rows of mt_user_view_t
 *     credentials          rows of mt_credential_t
 *     messages             rows of mt_message_view_t
 *     journal              rows of mt_entry_t
 *     subscription         mt_subscription_t
 *     checkin_add          mt_signed_view_t
 *     user_get, _add, _update, _face       mt_user_view_t
 *     dept_get, _add, _update              mt_dept_view_t
 *     room_get, _add, _update              mt_room_view_t
 *     user_list, dept_list, room_list      rows of these
 *     participation, meeting_get, meeting_read
 *                          mt_meeting_view_t, rows of mt_person_view_t
 *     meeting_create, meeting_update       the same, with the guests
 *     meeting_detail       mt_meeting_view_t, rows of mt_person_view_t: the
 *                          sign-in leaders
 *     meeting_link         mt_link_view_t, rows of mt_person_view_t
 *     meeting_list         rows of mt_meeting_view_t, in each of them rows of
 *                          mt_person_view_t
 *     sponsored_meetings   mt_page_t, rows of mt_meeting_view_t
 *     invitations          mt_page_t, rows of mt_invitation_view_t
 *     invitation           mt_invitation_view_t, rows as of meeting_detail
 *     ticket               mt_ticket_view_t
 *     series_create        mt_series_made_t
 *     the others           none
 */

#ifndef MT_VIEWS_H
#define MT_VIEWS_H

#include "model/mt_records.h"


/* Derived values, which no record holds. */
#define MT_PHASE_SCHEDULED  0
#define MT_PHASE_UNDER_WAY  1
#define MT_PHASE_ENDED      2
#define MT_PHASE_CANCELLED  3

#define MT_PUSH_WAITING    0         /* jituancaiyun pushStatus */
#define MT_PUSH_DONE       1
#define MT_PUSH_CANCELLED  2

#define MT_WINDOW_EARLY    0         /* weclubs time_to_sign */
#define MT_WINDOW_OPEN     1
#define MT_WINDOW_CLOSED   2

/*
 *     phase        MT_PHASE_*
 *     window       MT_WINDOW_*; EARLY also if no check-in is wanted
 *     text         the content, or the subject if there is no content
 *     title        the subject, or the first 100 characters of the content
 *     members      how many attendees there are, guests only on request;
 *                  unsigned_in and unanswered count among these
 *     done         when the meeting ended, ms; 0 before, and if it was
 *                  cancelled
 *     order        the id of the room's booking, empty if there is none
 *     creator_name as given with the invitation, else as the directory has it
 *     notice, remind
 *                  the minutes before the start of the first reminder; -1 and
 *                  0 if there is none
 *     reminders    of all
 *     creator_uid  the creator's number, or string id if the client knows that
 */
#define MT_MEETING_DERIVED_FIELDS(F, M)                                       \
    F(M, 1, INT, phase,         0, 3, NULL)                                   \
    F(M, 2, INT, window,        0, 2, NULL)                                   \
    F(M, 3, STR, text,          0, MT_CONTENT_MAX, NULL)                      \
    F(M, 4, STR, title,         0, MT_TEXT_MAX, NULL)                         \
    F(M, 5, INT, unsigned_in,   0, MT_NUM_MAX, NULL)                          \
    F(M, 6, INT, answered,      0, MT_NUM_MAX, NULL)    /* accepted+declined*/\
    F(M, 7, INT, unanswered,    0, MT_NUM_MAX, NULL)                          \
    F(M, 8, INT, wants_sign,    0, 1, NULL)                                   \
    F(M, 9, INT, members,       0, MT_NUM_MAX, NULL)                          \
    F(M, 10, INT, push,         0, 2, NULL)             /* MT_PUSH_* */       \
    F(M, 11, INT, written,      0, MT_TIME_MAX, NULL)   /* client_created, or \
                                                           else created */  \
    F(M, 12, INT, done,         0, MT_TIME_MAX, NULL)                         \
    F(M, 13, STR, order,        0, MT_ID_MAX, NULL)                           \
    F(M, 14, STR, creator_name, 0, MT_NAME_MAX, NULL)                         \
    F(M, 15, STR, creator_uid,  0, MT_ID_MAX, NULL)                           \
    F(M, 16, INT, notice,       -1, MT_NUM_MAX, NULL)                         \
    F(M, 17, INT, remind,       0, MT_NUM_MAX, NULL)                          \
    F(M, 18, INTS, reminders,   0, MT_REMINDERS_MAX, NULL)

/* A person in a meeting's rows: a user, a guest, or a guest with a phone. */
#define MT_PERSON_USER     1
#define MT_PERSON_GUEST    2
#define MT_PERSON_PHONE    3

/* Whether an attendee came: excused is somebody who declined and did not. */
#define MT_PRESENCE_ABSENT   0
#define MT_PRESENCE_PRESENT  1
#define MT_PRESENCE_LATE     2
#define MT_PRESENCE_EXCUSED  3

/* id: the attendance's; name, phone, email, face: as given with the
 * attendance, else as the directory has them.  remind: the person neither
 * declined nor hid the meeting.  guest_name, guest_email: empty for a user;
 * of a guest without a name the e-mail address or the phone stands for it.
 * uid: the user's number, or string id if the client knows that. */
#define MT_PERSON_DERIVED_FIELDS(F, M)                                        \
    F(M, 1, INT, signed_in,     0, 1, NULL)                                   \
    F(M, 2, INT, confirmed,     0, 1, NULL)             /* or on leave */     \
    F(M, 3, INT, on_leave,      0, 1, NULL)                                   \
    F(M, 4, STR, name,          0, MT_NAME_MAX, NULL)                         \
    F(M, 5, INT, num,           0, MT_NUM_MAX, NULL)    /* 0 for guests */    \
    F(M, 6, STR, id,            0, MT_ID_MAX, NULL)                           \
    F(M, 7, STR, phone,         0, 32, NULL)                                  \
    F(M, 8, STR, email,         0, MT_NAME_MAX, NULL)                         \
    F(M, 9, STR, face,          0, MT_URL_MAX, NULL)                          \
    F(M, 10, INT, remind,       0, 1, NULL)                                   \
    F(M, 11, INT, kind,         1, 3, NULL)             /* MT_PERSON_* */     \
    F(M, 12, STR, guest_name,   0, MT_NAME_MAX, NULL)                         \
    F(M, 13, STR, guest_email,  0, MT_NAME_MAX, NULL)                         \
    F(M, 14, STR, uid,          0, MT_ID_MAX, NULL)                           \
    F(M, 15, INT, presence,     0, 3, NULL)             /* MT_PRESENCE_* */

MT_DECLARE_MODEL(meeting_derived, MT_MEETING_DERIVED_FIELDS);
MT_DECLARE_MODEL(person_derived, MT_PERSON_DERIVED_FIELDS);

/* Parts of views.  If the answer does not show a part, the view is made
 * without it.  These parts take a look-up of their own, and are zeroed. */
#define MT_PART_TALLY         0x01
#define MT_PART_DEPT          0x02
#define MT_PART_CREATOR       0x04
#define MT_PART_HOST          0x08
#define MT_PART_ROOM          0x10
#define MT_PART_CHECKIN       0x20
#define MT_PART_USER          0x40
#define MT_PART_PERSON_DEPT   0x80

/* Fields of a record that are not decoded: the meeting's above the seed, those
 * of a person's user above the face, those of a meeting's room above the id.
 */
#define MT_PART_MEETING_TAIL  0x100
#define MT_PART_USER_TAIL     0x200
#define MT_PART_ROOM_TAIL     0x800

/* Values that depend on the clock. */
#define MT_PART_NOW           0x400

/* the refresh token beside an access token, which takes a MAC of its own */
#define MT_PART_REFRESH       0x1000

/* people's ids as jituancaiyun shows them, which take memory */
#define MT_PART_UID           0x2000

typedef struct {
    mt_meeting_t          meeting;
    mt_tally_t            tally;
    mt_dept_t             dept;
    mt_user_t             creator;
    mt_attendee_t         host;       /* the creator's attendance, if any */
    mt_room_t             room;
    mt_meeting_derived_t  derived;
} mt_meeting_view_t;

typedef struct {
    mt_attendee_t         attendee;
    mt_checkin_t          checkin;
    mt_user_t             user;
    mt_dept_t             dept;
    mt_person_derived_t   derived;
} mt_person_view_t;

/* A join link.  attendee_url, host_url: whole addresses; length: ms; host: 1
 * if the client may see the host's fields (host_url, meeting.pcode1), which
 * are empty otherwise. */
#define MT_LINK_FIELDS(F, M)                                                  \
    F(M, 1, STR, attendee_url,  0, MT_URL_MAX, NULL)                          \
    F(M, 2, STR, host_url,      0, MT_URL_MAX, NULL)                          \
    F(M, 3, INT, host,          0, 1, NULL)                                   \
    F(M, 4, INT, length,        0, MT_TIME_MAX, NULL)                         \
    F(M, 5, STR, zone,          0, MT_NAME_MAX, NULL)

MT_DECLARE_MODEL(link, MT_LINK_FIELDS);

typedef struct {
    mt_meeting_view_t  meeting;      /* first: tables of meetings fit */
    mt_link_t          link;
} mt_link_view_t;

/* The ticket for a code, and until when it is good; see checkin/mt_qr.h. */
#define MT_TICKET_MADE_FIELDS(F, M)                                           \
    F(M, 1, STR, ticket,        0, MT_NAME_MAX, NULL)                         \
    F(M, 2, INT, until,         0, MT_TIME_MAX, NULL)

MT_DECLARE_MODEL(ticket_made, MT_TICKET_MADE_FIELDS);

typedef struct {
    mt_meeting_view_t  meeting;      /* first: tables of meetings fit */
    mt_ticket_made_t   made;
} mt_ticket_view_t;

/*
 * A meeting as a user is invited to it.  own, checkin: the user's.  answer:
 * MT_ANSWER_*; leader: the user is a host.
 */
#define MT_INVITATION_FIELDS(F, M)                                            \
    F(M, 1, INT, user,          0, MT_NUM_MAX, NULL)                          \
    F(M, 2, INT, answer,        0, 3, NULL)                                   \
    F(M, 3, INT, signed_in,     0, 1, NULL)                                   \
    F(M, 4, INT, leader,        0, 1, NULL)

MT_DECLARE_MODEL(invitation, MT_INVITATION_FIELDS);

typedef struct {
    mt_meeting_view_t  meeting;      /* first: what shows a meeting shows it */
    mt_attendee_t      own;
    mt_checkin_t       checkin;
    mt_invitation_t    derived;
} mt_invitation_view_t;

/* A check-in: the meeting, and the attendee with it. */
typedef struct {
    mt_meeting_view_t  meeting;
    mt_person_view_t   person;
} mt_signed_view_t;

/* Attendance of a person, a department, a meeting (with its begin) or a month
 * ("2026-12" for an id). */
#define MT_ATTENDED_FIELDS(F, M)                                              \
    F(M, 1, STR, id,            0, MT_ID_MAX, NULL)                           \
    F(M, 2, STR, name,          0, MT_TEXT_MAX, NULL)                         \
    F(M, 3, INT, begin,         0, MT_TIME_MAX, NULL)                         \
    F(M, 4, INT, present,       0, MT_NUM_MAX, NULL)                          \
    F(M, 5, INT, late,          0, MT_NUM_MAX, NULL)                          \
    F(M, 6, INT, excused,       0, MT_NUM_MAX, NULL)                          \
    F(M, 7, INT, absent,        0, MT_NUM_MAX, NULL)

MT_DECLARE_MODEL(attended, MT_ATTENDED_FIELDS);

/* A message to the subscriber, with its number. */
#define MT_LISTED_FIELDS(F, M)                                                \
    F(M, 1, INT, number,        0, MT_NUM_MAX, NULL)

MT_DECLARE_MODEL(listed, MT_LISTED_FIELDS);

typedef struct {
    mt_outbox_t  message;
    mt_listed_t  listed;
} mt_message_view_t;

/* An entry of the journal.  actor: the user's id, "" if it was none; record:
 * the id that the first event is about. */
#define MT_ENTRY_FIELDS(F, M)                                                 \
    F(M, 1, INT, position,      0, MT_NUM_MAX, NULL)                          \
    F(M, 2, INT, time,          0, MT_TIME_MAX, NULL)                         \
    F(M, 3, STR, operation,     0, MT_ID_MAX, NULL)                           \
    F(M, 4, STR, actor,         0, MT_ID_MAX, NULL)                           \
    F(M, 5, STR, actor_name,    0, MT_NAME_MAX, NULL)                         \
    F(M, 6, STR, record,        0, MT_ID_MAX, NULL)

MT_DECLARE_MODEL(entry, MT_ENTRY_FIELDS);

/* A page of a list. */
#define MT_PAGE_FIELDS(F, M)                                                  \
    F(M, 1, INT, has_more,      0, 1, NULL)

MT_DECLARE_MODEL(page, MT_PAGE_FIELDS);

/* The ids of a new series' meetings, the first meeting's first. */
#define MT_SERIES_MADE_FIELDS(F, M)                                           \
    F(M, 1, STRS, ids,          0, INT32_MAX, NULL)

MT_DECLARE_MODEL(series_made, MT_SERIES_MADE_FIELDS);

/* A log-in. */
#define MT_LOGGED_IN_FIELDS(F, M)                                             \
    F(M, 1, STR, token,         0, MT_TEXT_MAX, NULL)

MT_DECLARE_MODEL(logged_in, MT_LOGGED_IN_FIELDS);

typedef struct {
    mt_user_t       user;
    mt_logged_in_t  session;
} mt_login_view_t;

/* The caller.  default_password: the person has no password of their own;
 * scopes: of the token's credential, bits, 0: all. */
#define MT_ME_FIELDS(F, M)                                                    \
    F(M, 1, INT, company,       0, UINT32_MAX, NULL)                          \
    F(M, 2, STR, company_name,  0, MT_NAME_MAX, NULL)                         \
    F(M, 3, INT, default_password, 0, 1, NULL)                                \
    F(M, 4, INT, person,        0, 1, NULL)

MT_DECLARE_MODEL(me, MT_ME_FIELDS);

/* user: zeroed for an access token. */
typedef struct {
    mt_user_t  user;
    mt_dept_t  dept;
    mt_me_t    me;
} mt_me_view_t;

/* An access token.  lifetime: ms; expires: ms since 1970. */
#define MT_ACCESS_FIELDS(F, M)                                                \
    F(M, 1, STR, token,         0, MT_ID_MAX, NULL)                           \
    F(M, 2, INT, company,       0, UINT32_MAX, NULL)                          \
    F(M, 3, INT, lifetime,      0, MT_TIME_MAX, NULL)                         \
    F(M, 4, INT, expires,       0, MT_TIME_MAX, NULL)                         \
    F(M, 5, STR, refresh,       0, MT_ID_MAX, NULL)

MT_DECLARE_MODEL(access, MT_ACCESS_FIELDS);

/* Records of the directory.  user.face is an address here. */

typedef struct {
    mt_user_t  user;
    mt_dept_t  dept;
} mt_user_view_t;

typedef struct {
    mt_dept_t  dept;
    mt_dept_t  parent;
} mt_dept_view_t;

/* user_ids: the string ids of the users who may book the room. */
#define MT_ROOM_DERIVED_FIELDS(F, M)                                          \
    F(M, 1, STRS, user_ids,     0, MT_ATTENDEES_MAX, NULL)

MT_DECLARE_MODEL(room_derived, MT_ROOM_DERIVED_FIELDS);

typedef struct {
    mt_room_t          room;
    mt_dept_t          dept;
    mt_room_derived_t  derived;
} mt_room_view_t;

#endif /* MT_VIEWS_H */


/*
 * The records of the store, one model for each kind.  The comment at a field
 * names the member in the vendors' documents.  Times are milliseconds since
 * the epoch, coordinates 1e-6 degrees.  References to other records are
 * numbers of the same company, 0 for none.
 */

#ifndef MT_RECORDS_H
#define MT_RECORDS_H

#include "model/mt_model.h"


#define MT_NUM_MAX         INT64_MAX
#define MT_TIME_MAX        253402300799999LL       /* the year 9999 */
/*
 * A time that a client gives lies within these, so that seconds are never
 * taken for milliseconds.  Only JSON is checked, records are not: a stored
 * meeting of 1970 stays readable.
 */
#define MT_INSTANT_MIN     946684800000LL          /* 2000-01-01, UTC */
#define MT_INSTANT_MAX     4102444800000LL         /* 2100-01-01, UTC */
/* An integer that every JSON library keeps. */
#define MT_INTEGER_MAX     (1LL << 53)
#define MT_ID_MAX          64
#define MT_NAME_MAX        100
#define MT_TEXT_MAX        500
#define MT_CONTENT_MAX     20000
#define MT_URL_MAX         500
#define MT_ATTENDEES_MAX   50000
#define MT_LEADERS_MAX     5
#define MT_REMINDERS_MAX   10
#define MT_NOTICE_BASE     2          /* `notice` is noticeTime plus this */


/* states and enumerations */

#define MT_USER_DISABLED        0
#define MT_USER_ENABLED         1

#define MT_MEETING_OPEN         0        /* by its times */
#define MT_MEETING_ENDED        1        /* by an act */
#define MT_MEETING_CANCELLED    2

#define MT_CHECK_PENDING        0        /* h5yes checkedState */
#define MT_CHECK_PASSED         1
#define MT_CHECK_REJECTED        2

#define MT_ANSWER_UNREAD        0
#define MT_ANSWER_READ          1
#define MT_ANSWER_ACCEPTED      2
#define MT_ANSWER_DECLINED      3        /* on leave */

#define MT_WALK_IN_NONE         0
#define MT_WALK_IN_DIRECTORY    1        /* users of the company */

#define MT_WAY_FACE             1        /* h5yes signType */
#define MT_WAY_QR               2
#define MT_WAY_PHOTO            3
#define MT_WAY_SMS              4
#define MT_WAY_HAND             5        /* by a host or an operator */

#define MT_SIGN_DEFAULT         0        /* not given: wanted */
#define MT_SIGN_WANTED          1        /* weclubs need_sign 1 */
#define MT_SIGN_NONE            2        /* weclubs need_sign 0 */


/* purged: since when everything of the company is being deleted; no command
 * and no call of it is accepted from then on. */
#define MT_COMPANY_FIELDS(F, M)                                               \
    F(M, 1, INT, num,           1, UINT32_MAX, NULL)                          \
    F(M, 2, STR, name,          0, MT_NAME_MAX, NULL)                         \
    F(M, 3, INT, created,       0, MT_TIME_MAX, NULL)                         \
    F(M, 4, INT, purged,        0, MT_TIME_MAX, NULL)

/* secret_hash: SHA-256 of the secret, which is not kept.  scopes: bits,
 * 1 << MT_SCOPE_*, 0: all.  allow: the networks from which it may be used
 * (base/mt_cidr.h), "": any. */
#define MT_CREDENTIAL_FIELDS(F, M)                                            \
    F(M, 1, INT, num,           1, UINT32_MAX, NULL)                          \
    F(M, 2, INT, company,       1, UINT32_MAX, NULL)                          \
    F(M, 3, STR, appid,         0, MT_ID_MAX, NULL)                           \
    F(M, 4, STR, appkey,        1, MT_ID_MAX, NULL)                           \
    F(M, 5, STR, secret_hash,   32, 32, NULL)                                 \
    F(M, 6, INT, created,       0, MT_TIME_MAX, NULL)                         \
    F(M, 7, INT, revoked,       0, MT_TIME_MAX, NULL)   /* 0: in force */     \
    F(M, 8, INT, scopes,        0, MT_NUM_MAX, NULL)                          \
    F(M, 9, STR, allow,         0, MT_TEXT_MAX, NULL)

#define MT_DEPT_FIELDS(F, M)                                                  \
    F(M, 1, INT, num,           0, MT_NUM_MAX, NULL)                          \
    F(M, 2, STR, id,            0, MT_ID_MAX, NULL)                           \
    F(M, 3, STR, name,          0, MT_NAME_MAX, NULL)                         \
    F(M, 4, INT, parent,        0, MT_NUM_MAX, NULL)                          \
    F(M, 5, INT, created,       0, MT_TIME_MAX, NULL)                         \
    F(M, 6, INT, updated,       0, MT_TIME_MAX, NULL)                         \
    F(M, 7, INT, removed,       0, MT_TIME_MAX, NULL)   /* numbers stay used */

/*
 * password: of mt_password_hash(); empty: the documented default (hf@123456),
 * which costs no hash.  placeholder: a dialect without user API named the
 * user, who is not in the directory yet.  face: the name of a file in the
 * resources folder, or a URL.  heir: the person is being erased, and rows of
 * the past get this number instead; the heir's record is nobody's, and names
 * in `erases` whose number it replaces until that is done.
 */
#define MT_USER_TEXT_FIELDS(F, M)                                             \
    F(M, 2,  STR, id,           0, MT_ID_MAX, NULL)                           \
    F(M, 3,  STR, name,         0, MT_NAME_MAX, NULL)                         \
    F(M, 4,  STR, account,      0, MT_NAME_MAX, NULL)                         \
    F(M, 5,  STR, phone,        0, 32, NULL)                                  \
    F(M, 6,  STR, email,        0, MT_NAME_MAX, NULL)                         \
    F(M, 7,  STR, job,          0, MT_NAME_MAX, NULL)   /* position */        \
    F(M, 8,  STR, memo,         0, MT_TEXT_MAX, NULL)                         \
    F(M, 9,  STR, face,         0, MT_URL_MAX, NULL)    /* faceUrl, avatar */ \
    F(M, 10, INT, admin,        0, 1, NULL)                                   \
    F(M, 11, INT, status,       0, 1, NULL)                                   \
    F(M, 12, STR, password,     0, 200, NULL)

#define MT_USER_FIELDS(F, M)                                                  \
    F(M, 1,  INT, num,          0, MT_NUM_MAX, NULL)                          \
    MT_USER_TEXT_FIELDS(F, M)                                                 \
    F(M, 20, INT, dept,         0, MT_NUM_MAX, NULL)                          \
    F(M, 21, INT, placeholder,  0, 1, NULL)                                   \
    F(M, 22, INT, created,      0, MT_TIME_MAX, NULL)                         \
    F(M, 23, INT, updated,      0, MT_TIME_MAX, NULL)                         \
    F(M, 24, INT, removed,      0, MT_TIME_MAX, NULL)                         \
    F(M, 25, INT, heir,         0, MT_NUM_MAX, NULL)                          \
    F(M, 26, INT, erases,       0, MT_NUM_MAX, NULL)

/* open, close: minutes of the local day, close up to 1440 */
#define MT_ROOM_OPEN   420              /* not given: 07:00 */
#define MT_ROOM_CLOSE  1380             /* 23:00 */

#define MT_ROOM_TEXT_FIELDS(F, M)                                             \
    F(M, 2,  STR, id,           0, MT_ID_MAX, NULL)                           \
    F(M, 3,  STR, name,         0, MT_NAME_MAX, NULL)                         \
    F(M, 4,  STR, address,      0, MT_TEXT_MAX, NULL)                         \
    F(M, 5,  STR, memo,         0, MT_TEXT_MAX, NULL)                         \
    F(M, 6,  INT, open,         0, 1440, NULL)                                \
    F(M, 7,  INT, close,        0, 1440, NULL)                                \
    F(M, 8,  INT, capacity,     0, INT32_MAX, NULL)                           \
    F(M, 9,  INT, size,         0, INT32_MAX, NULL)                           \
    F(M, 10, INT, longitude,    -180000000, 180000000, NULL)                  \
    F(M, 11, INT, latitude,     -90000000, 90000000, NULL)                    \
    F(M, 12, INT, radius,       0, INT32_MAX, NULL)     /* metres, 0: none */ \
    F(M, 13, INT, status,       0, 1, NULL)                                   \
    F(M, 14, INT, need_audit,   0, 1, NULL)                                   \
    F(M, 15, INT, permission,   0, 1, NULL)             /* 1: users only */   \
    F(M, 16, STR, image,        0, MT_URL_MAX, NULL)

#define MT_ROOM_FIELDS(F, M)                                                  \
    F(M, 1,  INT, num,          0, MT_NUM_MAX, NULL)                          \
    MT_ROOM_TEXT_FIELDS(F, M)                                                 \
    F(M, 20, INT, dept,         0, MT_NUM_MAX, NULL)                          \
    F(M, 21, INTS, users,       0, MT_ATTENDEES_MAX, NULL)                    \
    F(M, 22, INT, created,      0, MT_TIME_MAX, NULL)                         \
    F(M, 23, INT, updated,      0, MT_TIME_MAX, NULL)                         \
    F(M, 24, INT, removed,      0, MT_TIME_MAX, NULL)

/*
 * The fields of a meeting that clients write.
 *
 * begin_offset, end_offset: seconds east of UTC at begin and end in the
 * configured time zone, so that apply can judge room hours without one.
 * client_created: jituancaiyun createTime.
 * reminders: minutes before the start, each once, the earliest reminder first.
 * notice, remind: the same in commands and records of earlier versions:
 * yunzhijia noticeTime plus MT_NOTICE_BASE, so that 0 means "not given", and
 * jituancaiyun remindMin, 0 for none; clients still give them so.
 * creator_called: the creator's name as given with the invitation;
 * creator_named: the creator was given by string id.
 */
#define MT_MEETING_TEXT_FIELDS(F, M)                                          \
    F(M, 2,  STR, id,           0, MT_ID_MAX, NULL)                           \
    F(M, 3,  STR, subject,      0, MT_TEXT_MAX, NULL)                         \
    F(M, 4,  STR, content,      0, MT_CONTENT_MAX, NULL)                      \
    F(M, 5,  STR, place,        0, MT_TEXT_MAX, NULL)                         \
    F(M, 6,  STR, speaker,      0, MT_NAME_MAX, NULL)                         \
    F(M, 7,  INT, begin,        MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)         \
    F(M, 8,  INT, end,          MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)         \
    F(M, 9,  INT, begin_offset, -86400, 86400, NULL)                          \
    F(M, 10, INT, end_offset,   -86400, 86400, NULL)                          \
    F(M, 11, INT, sign,         0, 2, NULL)             /* MT_SIGN_* */       \
    F(M, 12, STR, type,         0, MT_ID_MAX, NULL)     /* yunzhijia type */  \
    F(M, 13, INT, notice,       0, 1000000, NULL)                             \
    F(M, 14, INT, important,    0, 1, NULL)             /* topState */        \
    F(M, 15, INT, summary,      0, 1, NULL)             /* submitExperience */\
    F(M, 16, INT, remind,       0, 1000000, NULL)                             \
    F(M, 17, INT, remind_type,  0, 1, NULL)                                   \
    F(M, 18, INT, client_created, MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)       \
    F(M, 19, INTS, reminders,   0, MT_REMINDERS_MAX, NULL)                    \
    F(M, 58, STR, creator_called, 0, MT_NAME_MAX, NULL)                       \
    F(M, 59, INT, creator_named, 0, 1, NULL)

/*
 * The random fields.  seed: 16 bytes; mt_attendance_id() derives ids from it.
 * *_code: the 11 characters of the join links.
 */
#define MT_MEETING_SECRET_FIELDS(F, M)                                        \
    F(M, 40, STR, seed,         0, 16, NULL)                                  \
    F(M, 41, STR, attendee_code, 0, 11, NULL)                                 \
    F(M, 42, STR, host_code,    0, 11, NULL)                                  \
    F(M, 43, STR, pcode1,       0, 20, NULL)                                  \
    F(M, 44, STR, pcode2,       0, 20, NULL)                                  \
    F(M, 45, STR, billing_code, 0, 20, NULL)

/*
 * ordered: an attendee of the meeting has an `order`.
 *
 * repeat, repeat_end: set in the first meeting of a series; series: the number
 * of that meeting.  next_guest: the last slot given to a guest.  pushed: the
 * time when the invitation was delivered, or was known to have no subscriber.
 * reminded: reminders due until then were given, or were past when the
 * meeting's times were set.
 * kept: when a host said that the meeting keeps its room though nobody has
 * signed in.  released: the room that was freed because nobody came.
 * asked: when attendees were last asked to confirm.
 * walk_in: who may sign in without being on the list, and is put on it then.
 * capacity: how many attendees there may be, 0: any number; a list that is
 * longer already may stay.
 * codes: the generation of signed codes, raised to make earlier ones void.
 * qr_signed: whether a sign-in needs one; the stricter of this and the
 * location's policy counts.
 */
#define MT_MEETING_FIELDS(F, M)                                               \
    F(M, 1,  INT, num,          0, MT_NUM_MAX, NULL)                          \
    MT_MEETING_TEXT_FIELDS(F, M)                                              \
    F(M, 20, INT, walk_in,      0, 1, NULL)             /* MT_WALK_IN_* */    \
    F(M, 21, INT, capacity,     0, MT_ATTENDEES_MAX, NULL)                    \
    F(M, 29, INT, ordered,      0, 1, NULL)                                   \
    F(M, 30, INT, room,         0, MT_NUM_MAX, NULL)                          \
    F(M, 31, INT, dept,         0, MT_NUM_MAX, NULL)    /* club_id */         \
    F(M, 32, INT, creator,      0, MT_NUM_MAX, NULL)                          \
    F(M, 33, INTS, leaders,     0, MT_LEADERS_MAX, NULL)                      \
    F(M, 34, INT, state,        0, 2, NULL)             /* MT_MEETING_* */    \
    F(M, 35, INT, done,         0, MT_TIME_MAX, NULL)   /* ended/cancelled */ \
    F(M, 36, INT, checked,      0, 2, NULL)             /* checkedState */    \
    F(M, 37, INT, checked_time, 0, MT_TIME_MAX, NULL)                         \
    F(M, 38, INT, created,      0, MT_TIME_MAX, NULL)                         \
    F(M, 39, INT, updated,      0, MT_TIME_MAX, NULL)                         \
    MT_MEETING_SECRET_FIELDS(F, M)                                            \
    F(M, 46, INT, series,       0, MT_NUM_MAX, NULL)                          \
    F(M, 47, INT, repeat,       0, 5, NULL)                                   \
    F(M, 48, INT, repeat_end,   0, MT_TIME_MAX, NULL)                         \
    F(M, 49, INT, pushed,       0, MT_TIME_MAX, NULL)   /* pushStatus 1 */    \
    F(M, 50, INT, next_guest,   0, MT_NUM_MAX, NULL)                          \
    F(M, 51, INT, reminded,     0, MT_TIME_MAX, NULL)                         \
    F(M, 56, INT, kept,         0, MT_TIME_MAX, NULL)                         \
    F(M, 57, INT, released,     0, MT_NUM_MAX, NULL)                          \
    F(M, 61, INT, asked,        0, MT_TIME_MAX, NULL)                         \
    F(M, 62, INT, codes,        0, MT_NUM_MAX, NULL)                          \
    F(M, 63, INT, qr_signed,    0, 2, NULL)             /* MT_QR_* */

/*
 * An attendee.  slot: the last part of the key, the user's number or, for a
 * guest, MT_GUEST_SLOT plus a running number.  id: set if the client chose it;
 * see mt_attendance_id().  name, phone, email, face: as given with the
 * attendance; the directory fills in the rest for users.  order: a list shows
 * its people by order, and by slot where that is the same.  named: a client of
 * jituancaiyun gave the user's string id, not the number.
 */
#define MT_GUEST_SLOT  (1LL << 62)

#define MT_ATTENDEE_FIELDS(F, M)                                              \
    F(M, 1,  INT, slot,         0, MT_NUM_MAX, NULL)                          \
    F(M, 2,  STR, id,           0, MT_ID_MAX, NULL)                           \
    F(M, 3,  STR, name,         0, MT_NAME_MAX, NULL)                         \
    F(M, 4,  STR, phone,        0, 32, NULL)                                  \
    F(M, 5,  STR, email,        0, MT_NAME_MAX, NULL)                         \
    F(M, 6,  STR, face,         0, MT_URL_MAX, NULL)                          \
    F(M, 7,  INT, answer,       0, 3, NULL)             /* MT_ANSWER_* */     \
    F(M, 8,  INT, answered,     0, MT_TIME_MAX, NULL)                         \
    F(M, 9,  STR, comment,      0, MT_TEXT_MAX, NULL)                         \
    F(M, 10, INT, deleted,      0, MT_TIME_MAX, NULL)   /* off the workbench*/\
    F(M, 11, INT, order,        0, MT_NUM_MAX, NULL)                          \
    F(M, 12, INT, named,        0, 1, NULL)

/* request: the sign-in's envelope id, by which a retry is recognised. */
#define MT_CHECKIN_FIELDS(F, M)                                               \
    F(M, 1,  INT, slot,         0, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, time,         0, MT_TIME_MAX, NULL)                         \
    F(M, 3,  INT, way,          1, 5, NULL)                                   \
    F(M, 4,  INT, late,         0, 1, NULL)                                   \
    F(M, 5,  INT, leader,       0, MT_NUM_MAX, NULL)                          \
    F(M, 6,  STR, request,      0, MT_ID_MAX, NULL)                           \
    F(M, 7,  STR, image,        0, MT_URL_MAX, NULL)                          \
    F(M, 8,  INT, longitude,    -180000000, 180000000, NULL)                  \
    F(M, 9,  INT, latitude,     -90000000, 90000000, NULL)                    \
    F(M, 10, INT, by,           0, MT_NUM_MAX, NULL)    /* whose hand */      \
    F(M, 11, STR, reason,       0, MT_TEXT_MAX, NULL)   /* of MT_WAY_HAND */

/* An undone check-in: as it was, and who undid it when and why.  undone_by:
 * the user's number, 0 for an operator. */
#define MT_UNDONE_CHECKIN_FIELDS(F, M)                                        \
    MT_CHECKIN_FIELDS(F, M)                                                   \
    F(M, 20, INT, undone,       0, MT_TIME_MAX, NULL)                         \
    F(M, 21, INT, undone_by,    0, MT_NUM_MAX, NULL)                          \
    F(M, 22, STR, undone_why,   0, MT_TEXT_MAX, NULL)

/* The undone check-ins of an attendee, oldest first. */
#define MT_UNDONE_MAX  20

#define MT_UNDONE_FIELDS(F, M)                                                \
    F(M, 1,  INT, slot,         0, MT_NUM_MAX, NULL)                          \
    F(M, 2,  OBJS, checkins,    0, MT_UNDONE_MAX, &mt_undone_checkin_model)

/* Counts over a meeting's attendees; always equal to a count of the rows. */
#define MT_TALLY_FIELDS(F, M)                                                 \
    F(M, 1,  INT, total,        0, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, signed_in,    0, MT_NUM_MAX, NULL)                          \
    F(M, 3,  INT, late,         0, MT_NUM_MAX, NULL)                          \
    F(M, 4,  INT, accepted,     0, MT_NUM_MAX, NULL)                          \
    F(M, 5,  INT, declined,     0, MT_NUM_MAX, NULL)                          \
    F(M, 6,  INT, guests,       0, MT_NUM_MAX, NULL)    /* of the total */

/*
 * A company's usage, which quotas bound.  bytes: keys and values of its
 * entries, journal included, without tallies and this record; people: users
 * who are not removed, placeholders included.
 */
#define MT_USAGE_FIELDS(F, M)                                                 \
    F(M, 1,  INT, bytes,        0, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, meetings,     0, MT_NUM_MAX, NULL)                          \
    F(M, 3,  INT, people,       0, MT_NUM_MAX, NULL)

/* A log-in of a user through a caller (weclubs); issued: of its token. */
#define MT_SESSION_FIELDS(F, M)                                               \
    F(M, 1,  INT, issued,       0, MT_TIME_MAX, NULL)

/* An event that a command raised, of an h5yes event type; num: of the record.
 * due, reason: of a reminder.  FACE_DROPPED is internal: `id` is a file that a
 * user's record no longer names. */
#define MT_EVENT_FIELDS(F, M)                                                 \
    F(M, 1,  INT, type,         0, 63, NULL)            /* MT_EVENT_* */      \
    F(M, 2,  INT, num,          0, MT_NUM_MAX, NULL)                          \
    F(M, 3,  STR, id,           0, MT_ID_MAX, NULL)                           \
    F(M, 4,  INT, due,          0, MT_TIME_MAX, NULL)                         \
    F(M, 5,  INT, reason,       0, 3, NULL)             /* MT_REMIND_* */

#define MT_EVENT_BOOK_SUCCESS   1
#define MT_EVENT_BOOK_UPDATE    2
#define MT_EVENT_BOOK_CANCEL    3
#define MT_EVENT_ROOM_ADD       4
#define MT_EVENT_ROOM_UPDATE    5
#define MT_EVENT_ROOM_REMOVE    6
#define MT_EVENT_USER_ADD       7
#define MT_EVENT_USER_UPDATE    8
#define MT_EVENT_USER_REMOVE    9
#define MT_EVENT_DEPT_ADD       10
#define MT_EVENT_DEPT_UPDATE    11
#define MT_EVENT_DEPT_REMOVE    12
#define MT_EVENT_MEETING_REMIND 13
#define MT_EVENT_FACE_DROPPED   14

#define MT_EVENT_ALL            MT_NUM_MAX   /* bits of all types */

#define MT_REMIND_NOTICE        1        /* yunzhijia noticeTime */
#define MT_REMIND_MINUTES       2        /* jituancaiyun remindMin */
#define MT_REMIND_CONFIRM       3        /* weclubs remind_confirm_meeting */

/*
 * A company's subscription.  url: empty until a URL was checked; events are
 * kept for it from then on.  new_aes_key, new_token: given to the operator, in
 * force once a URL was checked with them.  owner: the appkey at the end of
 * messages.
 *
 * All messages numbered so far (COUNTER): `sent` were delivered, `aside` are
 * set aside, `dropped` were discarded, the others are in the outbox.
 * last: the highest number delivered.  since, attempts, next_try, error: of
 * the present failure to deliver; 0 and "" after a success.  types: bits,
 * 1 << MT_EVENT_*, of the events that are sent; 0: all.  copied: messages up
 * to this number, waiting or set aside, hold their events themselves.
 */
#define MT_SUBSCRIPTION_FIELDS(F, M)                                          \
    F(M, 1,  STR, url,          0, MT_URL_MAX, NULL)                          \
    F(M, 2,  STR, aes_key,      0, 43, NULL)                                  \
    F(M, 3,  STR, token,        0, MT_ID_MAX, NULL)                           \
    F(M, 4,  STR, owner,        0, MT_ID_MAX, NULL)                           \
    F(M, 5,  STR, new_aes_key,  0, 43, NULL)                                  \
    F(M, 6,  STR, new_token,    0, MT_ID_MAX, NULL)                           \
    F(M, 7,  INT, paused,       0, MT_TIME_MAX, NULL)   /* since */           \
    F(M, 8,  INT, updated,      0, MT_TIME_MAX, NULL)                         \
    F(M, 9,  INT, sent,         0, MT_NUM_MAX, NULL)                          \
    F(M, 10, INT, aside,        0, MT_NUM_MAX, NULL)                          \
    F(M, 11, INT, last,         0, MT_NUM_MAX, NULL)                          \
    F(M, 12, INT, failures,     0, MT_NUM_MAX, NULL)    /* attempts, ever */  \
    F(M, 13, INT, since,        0, MT_TIME_MAX, NULL)                         \
    F(M, 14, INT, attempts,     0, MT_NUM_MAX, NULL)                          \
    F(M, 15, INT, next_try,     0, MT_TIME_MAX, NULL)                         \
    F(M, 16, STR, error,        0, MT_TEXT_MAX, NULL)                         \
    F(M, 17, INT, dropped,      0, MT_NUM_MAX, NULL)                          \
    F(M, 18, INT, types,        0, MT_NUM_MAX, NULL)                          \
    F(M, 19, INT, copied,       0, MT_NUM_MAX, NULL)

/*
 * A message to a subscriber: n events of one type of the journal entry at
 * `position`, from index `first`, which counts from 0.  aside, error: time and
 * reason of being set aside.  events: a copy of them, once the entry was to be
 * deleted; `first` is 0 then.
 */
#define MT_OUTBOX_FIELDS(F, M)                                                \
    F(M, 1,  INT, position,     1, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, time,         0, MT_TIME_MAX, NULL)   /* of the entry */    \
    F(M, 3,  INT, type,         0, 63, NULL)                                  \
    F(M, 4,  INT, first,        0, INT32_MAX, NULL)                           \
    F(M, 5,  INT, n,            1, INT32_MAX, NULL)                           \
    F(M, 6,  INT, aside,        0, MT_TIME_MAX, NULL)                         \
    F(M, 7,  STR, error,        0, MT_TEXT_MAX, NULL)                         \
    F(M, 8,  OBJS, events,      0, INT32_MAX, &mt_event_model)

/*
 * A command, as the commit engine and the journal carry it.  op: the
 * operation's code; actor: the user's number, 0 for none; body: a record of
 * the operation's args.  message_size: the bytes at which the messages on its
 * events are cut; 0, as in commands of 0.9: by other bounds
 * (domain/notify/mt_message.c).  lean: a command that finds nothing to change
 * writes nothing; not set in commands of 0.9.  max_*: the company's quota; 0:
 * none.  quiet: the command raises no events, for a later one tells of what it
 * did (an import).  erased: the command had data of a company or person that
 * was erased since; it changes nothing when it is applied again.
 */
#define MT_COMMAND_FIELDS(F, M)                                               \
    F(M, 1,  INT, op,           1, 255, NULL)                                 \
    F(M, 2,  INT, company,      0, UINT32_MAX, NULL)                          \
    F(M, 3,  INT, time,         0, MT_TIME_MAX, NULL)                         \
    F(M, 4,  INT, actor,        0, MT_NUM_MAX, NULL)                          \
    F(M, 5,  STR, body,         0, INT32_MAX, NULL)                           \
    F(M, 6,  INT, message_size, 0, INT32_MAX, NULL)                           \
    F(M, 7,  INT, lean,         0, 1, NULL)                                   \
    F(M, 8,  INT, max_bytes,    0, MT_NUM_MAX, NULL)                          \
    F(M, 9,  INT, max_meetings, 0, MT_NUM_MAX, NULL)                          \
    F(M, 10, INT, max_seats,    0, MT_NUM_MAX, NULL)                          \
    F(M, 11, INT, max_series_seats, 0, MT_NUM_MAX, NULL)                      \
    F(M, 12, INT, max_people,   0, MT_NUM_MAX, NULL)                          \
    F(M, 13, INT, quiet,        0, 1, NULL)                                   \
    F(M, 14, INT, erased,       0, 1, NULL)                                   \
    F(M, 15, STR, repeat_key,   0, 16, NULL)                                  \
    F(M, 16, STR, repeat_digest, 0, 16, NULL)

/* The result of a command whose request had a client's key
 * (kernel/mt_repeat.h). */
#define MT_REPEAT_FIELDS(F, M)                                                \
    F(M, 1,  STR, digest,       0, 16, NULL)                                  \
    F(M, 2,  INT, num,          0, MT_NUM_MAX, NULL)                          \
    F(M, 3,  INT, time,         0, MT_TIME_MAX, NULL)                         \
    F(M, 4,  INT, detail,       INT64_MIN, INT64_MAX, NULL)

/* A journal entry. */
#define MT_JOURNAL_FIELDS(F, M)                                               \
    F(M, 1,  INT, time,         0, MT_TIME_MAX, NULL)                         \
    F(M, 2,  INT, company,      0, UINT32_MAX, NULL)                          \
    F(M, 3,  STR, command,      0, INT32_MAX, NULL)                           \
    F(M, 4,  OBJS, events,      0, INT32_MAX, &mt_event_model)


MT_DECLARE_MODEL(company, MT_COMPANY_FIELDS);
MT_DECLARE_MODEL(credential, MT_CREDENTIAL_FIELDS);
MT_DECLARE_MODEL(dept, MT_DEPT_FIELDS);
MT_DECLARE_MODEL(user, MT_USER_FIELDS);
MT_DECLARE_MODEL(room, MT_ROOM_FIELDS);
MT_DECLARE_MODEL(meeting, MT_MEETING_FIELDS);
MT_DECLARE_MODEL(attendee, MT_ATTENDEE_FIELDS);
MT_DECLARE_MODEL(checkin, MT_CHECKIN_FIELDS);
MT_DECLARE_MODEL(undone_checkin, MT_UNDONE_CHECKIN_FIELDS);
MT_DECLARE_MODEL(undone, MT_UNDONE_FIELDS);
MT_DECLARE_MODEL(tally, MT_TALLY_FIELDS);
MT_DECLARE_MODEL(usage, MT_USAGE_FIELDS);
MT_DECLARE_MODEL(session, MT_SESSION_FIELDS);
MT_DECLARE_MODEL(event, MT_EVENT_FIELDS);
MT_DECLARE_MODEL(subscription, MT_SUBSCRIPTION_FIELDS);
MT_DECLARE_MODEL(outbox, MT_OUTBOX_FIELDS);
MT_DECLARE_MODEL(command, MT_COMMAND_FIELDS);
MT_DECLARE_MODEL(journal, MT_JOURNAL_FIELDS);
MT_DECLARE_MODEL(repeat, MT_REPEAT_FIELDS);

#endif /* MT_RECORDS_H */


/*
 * What each operation takes.  The same structure is what a dialect's request
 * table fills, what travels as the body of the operation's command, and what
 * apply reads: so everything that is not in the state (the clock, random
 * codes, hashes, configured windows) has a field here.
 *
 * A `ref` names a record by either of its ids: the string id, or the number in
 * canonical decimal form.  Apply resolves it against the state that it sees.
 */

#ifndef MT_ARGS_H
#define MT_ARGS_H

#include "model/mt_records.h"


/* numbers from 60 on: filled in by the engine, never by a client */

#define MT_COMPANY_ADD_FIELDS(F, M)                                           \
    F(M, 1, INT, num,           1, UINT32_MAX, NULL)                          \
    F(M, 2, STR, name,          1, MT_NAME_MAX, NULL)

/* apart: no appkey may be the appid of another credential, nor an appid an
 * appkey, since clients may give either. */
#define MT_CREDENTIAL_ADD_FIELDS(F, M)                                        \
    F(M, 1, INT, company,       1, UINT32_MAX, NULL)                          \
    F(M, 3, STR, appid,         1, MT_ID_MAX, NULL)                           \
    F(M, 4, STR, appkey,        1, MT_ID_MAX, NULL)                           \
    F(M, 5, STR, secret_hash,   32, 32, NULL)                                 \
    F(M, 6, INT, apart,         0, 1, NULL)

/* a record to remove or revoke, and nothing more to say */
#define MT_NAMED_FIELDS(F, M)                                                 \
    F(M, 1, STR, ref,           1, MT_ID_MAX, NULL)

/* The command of a removal.  keep: the id stays the removed user's, who can be
 * added again; not set in commands of 0.9. */
#define MT_USER_REMOVAL_FIELDS(F, M)                                          \
    F(M, 1, STR, ref,           1, MT_ID_MAX, NULL)                           \
    F(M, 2, INT, keep,          0, 1, NULL)

/* of lists that are always whole */
#define MT_NOTHING_FIELDS(F, M)                                               \
    F(M, 1, INT, nothing,       0, 0, NULL)

/* fresh_id: the string id to give when the client chose none */

#define MT_DEPT_EDIT_FIELDS(F, M)                                             \
    F(M, 2,  STR, id,           0, MT_ID_MAX, NULL)                           \
    F(M, 3,  STR, name,         0, MT_NAME_MAX, NULL)                         \
    F(M, 30, STR, ref,          1, MT_ID_MAX, NULL)     /* update: which */   \
    F(M, 31, STR, parent,       0, MT_ID_MAX, NULL)     /* "", "0": root */   \
    F(M, 60, STR, fresh_id,     0, MT_ID_MAX, NULL)

/* revive: a removed user who has the id comes back; not set in commands of
 * 0.9.  plain: the password as typed, "" for the default one; it becomes `password`
 * before there is a command */
#define MT_USER_EDIT_FIELDS(F, M)                                             \
    MT_USER_TEXT_FIELDS(F, M)                                                 \
    F(M, 30, STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 31, STR, dept,         0, MT_ID_MAX, NULL)                           \
    F(M, 32, STR, plain,        0, MT_NAME_MAX, NULL)                         \
    F(M, 60, STR, fresh_id,     0, MT_ID_MAX, NULL)                           \
    F(M, 61, INT, revive,       0, 1, NULL)

/* a new picture of a user, "" for none */
#define MT_USER_FACE_FIELDS(F, M)                                             \
    F(M, 1, STR, ref,           1, MT_ID_MAX, NULL)                           \
    F(M, 9, STR, face,          0, MT_URL_MAX, NULL)

#define MT_ROOM_EDIT_FIELDS(F, M)                                             \
    MT_ROOM_TEXT_FIELDS(F, M)                                                 \
    F(M, 30, STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 31, STR, dept,         0, MT_ID_MAX, NULL)                           \
    F(M, 32, STRS, users,       0, MT_ATTENDEES_MAX, NULL)                    \
    F(M, 60, STR, fresh_id,     0, MT_ID_MAX, NULL)

/* One person for a meeting's list: a user by ref, or a guest (ref ""). */
#define MT_PERSON_FIELDS(F, M)                                                \
    F(M, 1, STR, ref,           0, MT_ID_MAX, NULL)                           \
    F(M, 2, STR, id,            0, MT_ID_MAX, NULL)     /* of the attendance*/\
    F(M, 3, STR, name,          0, MT_NAME_MAX, NULL)                         \
    F(M, 4, STR, phone,         0, 32, NULL)                                  \
    F(M, 5, STR, email,         0, MT_NAME_MAX, NULL)                         \
    F(M, 6, STR, face,          0, MT_URL_MAX, NULL)

/*
 * Making and changing a meeting.  Numbers 1..50 as in the meeting's record
 * where both have the field.
 *
 * people replaces the list, guests too unless `keep_guests` is 1; people_refs
 * replaces the users on it; then add and drop.  A person unknown to the
 * directory becomes a placeholder user when `placeholders` is 1, else the
 * whole request is refused (NO_SUCH_USER, item = index).  creator_listed: the
 * creator is an attendee too, with this answer (MT_ANSWER_*), 0 for not; it
 * alone does not change the list of a meeting that is there.
 * only_creator: the command's actor must be the creator, else FORBIDDEN.
 * keep_length: a begin given without an end moves the end too.
 */
#define MT_MEETING_EDIT_FIELDS(F, M)                                          \
    MT_MEETING_TEXT_FIELDS(F, M)                                              \
    F(M, 20, STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 21, STR, room_ref,     0, MT_ID_MAX, NULL)                           \
    F(M, 22, STR, dept_ref,     0, MT_ID_MAX, NULL)                           \
    F(M, 23, STR, creator_ref,  1, MT_ID_MAX, NULL)                           \
    F(M, 24, STRS, leader_refs, 0, MT_ATTENDEES_MAX, NULL)                    \
    F(M, 25, OBJS, people,      0, MT_ATTENDEES_MAX, &mt_person_model)        \
    F(M, 26, OBJS, add,         0, MT_ATTENDEES_MAX, &mt_person_model)        \
    F(M, 27, STRS, drop,        0, MT_ATTENDEES_MAX, NULL)                    \
    F(M, 28, STR, creator_name, 0, MT_NAME_MAX, NULL)   /* for placeholders */\
    F(M, 36, INT, checked,      0, 2, NULL)                                   \
    MT_MEETING_SECRET_FIELDS(F, M)                                            \
    F(M, 51, STRS, people_refs, 0, MT_ATTENDEES_MAX, NULL) /* people by ref */\
    F(M, 52, INT, keep_length,  0, 1, NULL)                                   \
    F(M, 55, STRS, add_refs,    0, MT_ATTENDEES_MAX, NULL) /* add by ref */   \
    F(M, 56, INT, keep_guests,  0, 1, NULL)                                   \
    F(M, 60, STR, fresh_id,     0, MT_ID_MAX, NULL)                           \
    F(M, 61, INT, placeholders, 0, 1, NULL)                                   \
    F(M, 62, INT, creator_listed, 0, 3, NULL)                                 \
    F(M, 63, INT, only_creator, 0, 1, NULL)

/*
 * One meeting of a series as a worker worked it out; numbers 1..45 as in the
 * meeting's record.  num 0: it is to be made.  was: when it began while the
 * worker looked; what has moved since is for the worker to work out again.
 * drop: the series' rule has it no more.  Without times: they stay.
 */
#define MT_OCCURRENCE_FIELDS(F, M)                                            \
    F(M, 1,  INT, num,          0, MT_NUM_MAX, NULL)                          \
    F(M, 2,  STR, id,           0, MT_ID_MAX, NULL)                           \
    F(M, 7,  INT, begin,        0, MT_TIME_MAX, NULL)                         \
    F(M, 8,  INT, end,          0, MT_TIME_MAX, NULL)                         \
    F(M, 9,  INT, begin_offset, -86400, 86400, NULL)                          \
    F(M, 10, INT, end_offset,   -86400, 86400, NULL)                          \
    F(M, 20, INT, was,          0, MT_TIME_MAX, NULL)                         \
    F(M, 21, INT, drop,         0, 1, NULL)                                   \
    MT_MEETING_SECRET_FIELDS(F, M)

/*
 * Making and changing the meetings of a series: what is said of them all, and
 * the rule.  The client's times are those of the meeting made first, or of the
 * one named; the command's are with each occurrence.  batch: the series' first
 * meeting, where the client names it.
 */
#define MT_SERIES_EDIT_FIELDS(F, M)                                           \
    MT_MEETING_EDIT_FIELDS(F, M)                                              \
    F(M, 47, INT, repeat,       0, 5, NULL)             /* MT_REPEAT_* */     \
    F(M, 48, INT, repeat_end,   0, MT_TIME_MAX, NULL)                         \
    F(M, 53, STR, batch,        1, MT_ID_MAX, NULL)                           \
    F(M, 54, OBJS, occurrences, 0, INT32_MAX, &mt_occurrence_model)

#define MT_SERIES_CANCEL_FIELDS(F, M)                                         \
    F(M, 20, STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 53, STR, batch,        1, MT_ID_MAX, NULL)                           \
    F(M, 63, INT, only_creator, 0, 1, NULL)

/* Who may act on a meeting (`may`), judged on the command's actor. */

#define MT_MAY_ANYONE    0
#define MT_MAY_CREATOR   1
#define MT_MAY_LEADER    2       /* the creator or a sign-in leader */
#define MT_MAY_MEMBER    3       /* these and the people on the list */

/* when: h5yes cancels only before the start, ends only while under way */

#define MT_WHEN_OPEN       0     /* any time before its end */
#define MT_WHEN_BEFORE     1
#define MT_WHEN_UNDER_WAY  2

/* Looking at a meeting, ending, cancelling it, reminding its people.  guests:
 * count and list them too; uncancelled: only show it if it is not. */
#define MT_MEETING_ACT_FIELDS(F, M)                                           \
    F(M, 1,  STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 60, INT, may,          0, 3, NULL)                                   \
    F(M, 61, INT, when,         0, 2, NULL)                                   \
    F(M, 62, INT, guests,       0, 1, NULL)                                   \
    F(M, 63, INT, uncancelled,  0, 1, NULL)

/*
 * The meeting that a join link leads to, of whatever company.  hosts: the
 * host's link is one too; viewer: the company whose token came along, or 0.
 */
#define MT_MEETING_LINK_FIELDS(F, M)                                          \
    F(M, 1,  STR, code,         0, MT_TEXT_MAX, NULL)                         \
    F(M, 60, INT, hosts,        0, 1, NULL)                                   \
    F(M, 61, INT, viewer,       0, UINT32_MAX, NULL)

/* page_no from 1; page_size 0: all, on the first */
#define MT_MEETING_PAGE_FIELDS(F, M)                                          \
    F(M, 1,  STR, creator,      1, MT_ID_MAX, NULL)                           \
    F(M, 2,  INT, page_no,      1, 1000000, NULL)                             \
    F(M, 3,  INT, page_size,    0, 1000, NULL)

/*
 * Meetings that pass all the filters given, cancelled ones only if asked for.
 * Those that end after and begin before (strictly) what is said, or touch the
 * local day that an instant falls on; made from created_from on and before
 * created_to.  Where none of these times is given: the next 30 days.
 */
#define MT_MEETING_LIST_FIELDS(F, M)                                          \
    F(M, 1,  STR, room,         1, MT_ID_MAX, NULL)                           \
    F(M, 2,  STR, speaker,      1, MT_NAME_MAX, NULL)                         \
    F(M, 3,  STR, speaker_like, 1, MT_NAME_MAX, NULL)   /* a part of it */    \
    F(M, 4,  INT, checked,      0, 2, NULL)                                   \
    F(M, 5,  INT, ends_after,   0, MT_TIME_MAX, NULL)                         \
    F(M, 6,  INT, begins_before, 0, MT_TIME_MAX, NULL)                        \
    F(M, 7,  INT, day,          0, MT_TIME_MAX, NULL)                         \
    F(M, 8,  INT, created_from, 0, MT_TIME_MAX, NULL)                         \
    F(M, 9,  INT, created_to,   0, MT_TIME_MAX, NULL)                         \
    F(M, 10, INT, order,        0, 4, NULL)             /* MT_ORDER_* */      \
    F(M, 11, INT, ascending,    0, 1, NULL)                                   \
    F(M, 60, INT, cancelled,    0, 1, NULL)             /* these too */

#define MT_LIST_TIMES                                                         \
    (MT_BIT(meeting_list, ends_after) | MT_BIT(meeting_list, begins_before)   \
     | MT_BIT(meeting_list, day) | MT_BIT(meeting_list, created_from)         \
     | MT_BIT(meeting_list, created_to))

#define MT_ORDER_BEGIN     0
#define MT_ORDER_END       1
#define MT_ORDER_CREATED   2
#define MT_ORDER_UPDATED   3
#define MT_ORDER_CHECKED   4

/* The actor's own answer to a meeting. */
#define MT_ANSWER_FIELDS(F, M)                                                \
    F(M, 1,  STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 2,  INT, answer,       1, 3, NULL)                                   \
    F(M, 3,  STR, comment,      0, MT_TEXT_MAX, NULL)

/*
 * Signing the actor in.  qr_time: when the scanned code was made.  The windows
 * are in milliseconds: opens_before the start; grace after it before one is
 * late; qr_max_age (0: any age); qr_skew into the future.  request: the
 * envelope's id, by which a client's retry is known.  distance: metres between
 * the position and the room at that place (domain/checkin/mt_checkin_fence.h).
 */
#define MT_CHECKIN_ARGS_FIELDS(F, M)                                          \
    F(M, 1,  STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 2,  STR, leader,       1, MT_ID_MAX, NULL)                           \
    F(M, 3,  INT, qr_time,      0, MT_TIME_MAX, NULL)                         \
    F(M, 4,  STR, request,      0, MT_ID_MAX, NULL)                           \
    F(M, 5,  INT, way,          1, 4, NULL)                                   \
    F(M, 6,  INT, longitude,    -180000000, 180000000, NULL)                  \
    F(M, 7,  INT, latitude,     -90000000, 90000000, NULL)                    \
    F(M, 50, INT, fence,        0, 2, NULL)             /* MT_FENCE_* */      \
    F(M, 51, INT, distance,     0, MT_NUM_MAX, NULL)                          \
    F(M, 52, INT, room,         0, MT_NUM_MAX, NULL)                          \
    F(M, 53, INT, room_longitude, -180000000, 180000000, NULL)                \
    F(M, 54, INT, room_latitude, -90000000, 90000000, NULL)                   \
    F(M, 60, INT, opens_before, 0, MT_TIME_MAX, NULL)                         \
    F(M, 61, INT, grace,        0, MT_TIME_MAX, NULL)                         \
    F(M, 62, INT, qr_max_age,   0, MT_TIME_MAX, NULL)                         \
    F(M, 63, INT, qr_skew,      0, MT_TIME_MAX, NULL)

/* Logging in: `mobile` is a phone or an account, `md5` that of the password
 * in hex.  The command it becomes carries no password. */
#define MT_LOGIN_FIELDS(F, M)                                                 \
    F(M, 1,  STR, mobile,       1, MT_NAME_MAX, NULL)                         \
    F(M, 2,  STR, md5,          1, MT_NAME_MAX, NULL)                         \
    F(M, 3,  STR, caller,       0, MT_ID_MAX, NULL)

/*
 * The session of the command's actor through a caller, from its time on.
 * mark: of the password that was given, so that one which is changed meanwhile
 * opens nothing; a command of an older build has none.
 */
#define MT_SESSION_OPEN_FIELDS(F, M)                                          \
    F(M, 3,  STR, caller,       0, MT_ID_MAX, NULL)                           \
    F(M, 4,  INT, mark,         0, UINT32_MAX, NULL)

/*
 * A company's subscription: new keys, to be in force later; a URL that was
 * checked, with the keys that it was checked with; pausing (0: going on).
 */
#define MT_EVENT_KEYS_FIELDS(F, M)                                            \
    F(M, 1,  STR, aes_key,      43, 43, NULL)                                 \
    F(M, 2,  STR, token,        1, MT_ID_MAX, NULL)

#define MT_EVENT_SET_FIELDS(F, M)                                             \
    F(M, 1,  STR, url,          1, MT_URL_MAX, NULL)                          \
    F(M, 2,  STR, aes_key,      43, 43, NULL)                                 \
    F(M, 3,  STR, token,        1, MT_ID_MAX, NULL)                           \
    F(M, 4,  STR, owner,        1, MT_ID_MAX, NULL)

#define MT_EVENT_PAUSE_FIELDS(F, M)                                           \
    F(M, 1,  INT, paused,       0, 1, NULL)

/*
 * What became of messages, by their numbers: delivered, or, with a reason,
 * given up.  An attempt that failed: which one in a row, when the next is due.
 * Those set aside with numbers from..to are put back, a bounded number of them
 * per command: result->detail is the last number, 0 when there was none.
 */
#define MT_EVENT_DONE_FIELDS(F, M)                                            \
    F(M, 1,  INTS, numbers,     1, INT32_MAX, NULL)                           \
    F(M, 2,  STR, error,        0, MT_TEXT_MAX, NULL)

#define MT_EVENT_FAILED_FIELDS(F, M)                                          \
    F(M, 1,  INT, failures,     1, INT32_MAX, NULL)     /* since the last */  \
    F(M, 2,  INT, attempts,     1, MT_NUM_MAX, NULL)                          \
    F(M, 3,  INT, next_try,     0, MT_TIME_MAX, NULL)                         \
    F(M, 4,  STR, error,        0, MT_TEXT_MAX, NULL)

#define MT_EVENT_REDELIVER_FIELDS(F, M)                                       \
    F(M, 1,  INT, from,         1, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, to,           1, MT_NUM_MAX, NULL)

/* Discards those set aside with numbers from..to, a bounded number of them per
 * command; with `remove` the subscription ends, and those that wait go, too.
 * result->num is how many went, 0 when there was none left. */
#define MT_EVENT_DISCARD_FIELDS(F, M)                                         \
    F(M, 1,  INT, from,         1, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, to,           1, MT_NUM_MAX, NULL)                          \
    F(M, 3,  INT, remove,       0, 1, NULL)

/* The reminder of a meeting that was due then. */
#define MT_REMINDER_FIRE_FIELDS(F, M)                                         \
    F(M, 1,  INT, meeting,      1, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, due,          0, MT_TIME_MAX, NULL)

/* Takes old entries off the journal, up to a position, but none that is still
 * to be delivered; a bounded number of them. */
#define MT_JOURNAL_TRIM_FIELDS(F, M)                                          \
    F(M, 1,  INT, upto,         1, MT_NUM_MAX, NULL)

/* Ends the sessions of these users that were opened before. */
#define MT_SESSION_EXPIRE_FIELDS(F, M)                                        \
    F(M, 1,  INT, before,       0, MT_TIME_MAX, NULL)                         \
    F(M, 2,  INTS, users,       1, INT32_MAX, NULL)

/* Asking for an access token.  tenant: what yunzhijia's clients may say in the
 * place of the key, or along with it; stamp: their clock; refresh: a refresh
 * token, in the place of the secret. */
#define MT_TOKEN_ISSUE_FIELDS(F, M)                                           \
    F(M, 1,  STR, appkey,       1, MT_TEXT_MAX, NULL)                         \
    F(M, 2,  STR, secret,       1, MT_TEXT_MAX, NULL)                         \
    F(M, 3,  STR, tenant,       1, MT_TEXT_MAX, NULL)                         \
    F(M, 4,  INT, stamp,        0, MT_TIME_MAX, NULL)                         \
    F(M, 5,  STR, refresh,      1, MT_TEXT_MAX, NULL)


/* A copy becomes the store: its generation, and by how much each counter skips
 * ahead. */
#define MT_GENERATION_FIELDS(F, M)                                            \
    F(M, 1,  INT, generation,   2, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, margin,       0, MT_NUM_MAX, NULL)


MT_DECLARE_MODEL(company_add, MT_COMPANY_ADD_FIELDS);
MT_DECLARE_MODEL(credential_add, MT_CREDENTIAL_ADD_FIELDS);
MT_DECLARE_MODEL(named, MT_NAMED_FIELDS);
MT_DECLARE_MODEL(user_removal, MT_USER_REMOVAL_FIELDS);
MT_DECLARE_MODEL(nothing, MT_NOTHING_FIELDS);
MT_DECLARE_MODEL(dept_edit, MT_DEPT_EDIT_FIELDS);
MT_DECLARE_MODEL(user_edit, MT_USER_EDIT_FIELDS);
MT_DECLARE_MODEL(user_face, MT_USER_FACE_FIELDS);
MT_DECLARE_MODEL(room_edit, MT_ROOM_EDIT_FIELDS);
MT_DECLARE_MODEL(person, MT_PERSON_FIELDS);
MT_DECLARE_MODEL(meeting_edit, MT_MEETING_EDIT_FIELDS);
MT_DECLARE_MODEL(occurrence, MT_OCCURRENCE_FIELDS);
MT_DECLARE_MODEL(series_edit, MT_SERIES_EDIT_FIELDS);
MT_DECLARE_MODEL(series_cancel, MT_SERIES_CANCEL_FIELDS);
MT_DECLARE_MODEL(meeting_act, MT_MEETING_ACT_FIELDS);
MT_DECLARE_MODEL(meeting_link, MT_MEETING_LINK_FIELDS);
MT_DECLARE_MODEL(meeting_page, MT_MEETING_PAGE_FIELDS);
MT_DECLARE_MODEL(meeting_list, MT_MEETING_LIST_FIELDS);
MT_DECLARE_MODEL(answer, MT_ANSWER_FIELDS);
MT_DECLARE_MODEL(checkin_args, MT_CHECKIN_ARGS_FIELDS);
MT_DECLARE_MODEL(login, MT_LOGIN_FIELDS);
MT_DECLARE_MODEL(session_open, MT_SESSION_OPEN_FIELDS);
MT_DECLARE_MODEL(token_issue, MT_TOKEN_ISSUE_FIELDS);
MT_DECLARE_MODEL(event_keys, MT_EVENT_KEYS_FIELDS);
MT_DECLARE_MODEL(event_set, MT_EVENT_SET_FIELDS);
MT_DECLARE_MODEL(event_pause, MT_EVENT_PAUSE_FIELDS);
MT_DECLARE_MODEL(event_done, MT_EVENT_DONE_FIELDS);
MT_DECLARE_MODEL(event_failed, MT_EVENT_FAILED_FIELDS);
MT_DECLARE_MODEL(event_redeliver, MT_EVENT_REDELIVER_FIELDS);
MT_DECLARE_MODEL(event_discard, MT_EVENT_DISCARD_FIELDS);
MT_DECLARE_MODEL(reminder_fire, MT_REMINDER_FIRE_FIELDS);
MT_DECLARE_MODEL(journal_trim, MT_JOURNAL_TRIM_FIELDS);
MT_DECLARE_MODEL(session_expire, MT_SESSION_EXPIRE_FIELDS);
MT_DECLARE_MODEL(generation, MT_GENERATION_FIELDS);

#endif /* MT_ARGS_H */

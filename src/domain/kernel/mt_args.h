
/*
 * The arguments of operations.  A dialect's request table fills the structure,
 * the operation's command carries it, and apply() reads it.  So everything
 * that is not in the state (the clock, random codes, hashes, configured
 * windows) has a field here.  Times are in ms since 1970 unless a comment says
 * otherwise.
 *
 * A `ref` names a record by its string id or by its number
 * (kernel/mt_names.h). apply() resolves it against the state that it sees.
 */

#ifndef MT_ARGS_H
#define MT_ARGS_H

#include "model/mt_records.h"


/* The engine sets the fields with numbers from 60 on, never a client. */

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
    F(M, 6, INT, apart,         0, 1, NULL)                                   \
    F(M, 8, INT, scopes,        0, MT_NUM_MAX, NULL)                          \
    F(M, 9, STR, allow,         0, MT_TEXT_MAX, NULL)

/* Changes of a credential, those that are given. */
#define MT_CREDENTIAL_SET_FIELDS(F, M)                                        \
    F(M, 4, STR, appkey,        1, MT_ID_MAX, NULL)                           \
    F(M, 8, INT, scopes,        0, MT_NUM_MAX, NULL)                          \
    F(M, 9, STR, allow,         0, MT_TEXT_MAX, NULL)

/* A record to look at, to remove or to revoke.  reason, operator: why, and
 * whether the operator acts, for the journal. */
#define MT_NAMED_FIELDS(F, M)                                                 \
    F(M, 1,  STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 3,  STR, reason,       0, MT_TEXT_MAX, NULL)                         \
    F(M, 60, INT, operator,     0, 1, NULL)

/* The command of a removal.  keep: the id stays the removed user's, who can be
 * added again; not set in commands of 0.9. */
#define MT_USER_REMOVAL_FIELDS(F, M)                                          \
    F(M, 1,  STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 2,  INT, keep,         0, 1, NULL)                                   \
    F(M, 3,  STR, reason,       0, MT_TEXT_MAX, NULL)                         \
    F(M, 60, INT, operator,     0, 1, NULL)

/* Lists that are always whole take no arguments. */
#define MT_NOTHING_FIELDS(F, M)                                               \
    F(M, 1, INT, nothing,       0, 0, NULL)

/* fresh_id: the string id of the new record if the client chose none. */

#define MT_DEPT_EDIT_FIELDS(F, M)                                             \
    F(M, 2,  STR, id,           0, MT_ID_MAX, NULL)                           \
    F(M, 3,  STR, name,         0, MT_NAME_MAX, NULL)                         \
    F(M, 30, STR, ref,          1, MT_ID_MAX, NULL)     /* update: which */   \
    F(M, 31, STR, parent,       0, MT_ID_MAX, NULL)     /* "", "0": root */   \
    F(M, 60, STR, fresh_id,     0, MT_ID_MAX, NULL)

/* plain: the password as typed, "" for the default one.  The command carries
 * its hash, `password`, instead.  revive: a removed user who has the id comes
 * back; not set in commands of 0.9.  reason, operator: why, and whether the
 * operator acts, for the journal. */
#define MT_USER_EDIT_FIELDS(F, M)                                             \
    MT_USER_TEXT_FIELDS(F, M)                                                 \
    F(M, 30, STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 31, STR, dept,         0, MT_ID_MAX, NULL)                           \
    F(M, 32, STR, plain,        0, MT_NAME_MAX, NULL)                         \
    F(M, 33, STR, reason,       0, MT_TEXT_MAX, NULL)                         \
    F(M, 60, STR, fresh_id,     0, MT_ID_MAX, NULL)                           \
    F(M, 61, INT, revive,       0, 1, NULL)                                   \
    F(M, 62, INT, operator,     0, 1, NULL)

/* The departments and users, by number, of an import's quiet commands: the
 * command raises their events. */
#define MT_IMPORT_TOLD_FIELDS(F, M)                                           \
    F(M, 1, INTS, depts,        0, INT32_MAX, NULL)     /* added */           \
    F(M, 2, INTS, added,        0, INT32_MAX, NULL)     /* users */           \
    F(M, 3, INTS, updated,      0, INT32_MAX, NULL)

/* face: the name of the user's new picture, "" for none. */
#define MT_USER_FACE_FIELDS(F, M)                                             \
    F(M, 1, STR, ref,           1, MT_ID_MAX, NULL)                           \
    F(M, 9, STR, face,          0, MT_URL_MAX, NULL)

#define MT_ROOM_EDIT_FIELDS(F, M)                                             \
    MT_ROOM_TEXT_FIELDS(F, M)                                                 \
    F(M, 30, STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 31, STR, dept,         0, MT_ID_MAX, NULL)                           \
    F(M, 32, STRS, users,       0, MT_ATTENDEES_MAX, NULL)                    \
    F(M, 60, STR, fresh_id,     0, MT_ID_MAX, NULL)

/* One attendee for a meeting's list: a user by ref, or a guest (ref ""). */
#define MT_PERSON_FIELDS(F, M)                                                \
    F(M, 1, STR, ref,           0, MT_ID_MAX, NULL)                           \
    F(M, 2, STR, id,            0, MT_ID_MAX, NULL)     /* of the attendance*/\
    F(M, 3, STR, name,          0, MT_NAME_MAX, NULL)                         \
    F(M, 4, STR, phone,         0, 32, NULL)                                  \
    F(M, 5, STR, email,         0, MT_NAME_MAX, NULL)                         \
    F(M, 6, STR, face,          0, MT_URL_MAX, NULL)                          \
    F(M, 12, INT, named,        0, 1, NULL)             /* see mt_attendee_t*/

/*
 * Making and changing a meeting.  Fields of the meeting's record have the
 * same numbers there.
 *
 *     people          replaces the attendees; guests too, unless keep_guests
 *     people_refs     replaces the users among them
 *     add, drop       are applied after these
 *     placeholders    1: a user unknown to the directory becomes a placeholder
 *                     user; 0: the request is rejected (NO_SUCH_USER, item =
 *                     index)
 *     creator_listed  the creator is an attendee with this answer
 *                     (MT_ANSWER_*); 0: is not; alone it changes no existing
 *                     meeting's list
 *     only_creator    the command's actor must be the creator, else FORBIDDEN
 *     if_updated      the time of the change that the client has seen as the
 *                     last one: any other is MT_CHANGED
 *     by_manager      the command's actor must be a host or an administrator,
 *                     else FORBIDDEN
 *     keep_length     a begin without an end moves the end, too
 *     ended_too       a meeting that has ended may be changed
 *     in_order        the attendees keep the order in which they are given,
 *                     behind those who stay; not set in commands of 0.9
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
    F(M, 35, INT, in_order,     0, 1, NULL)                                   \
    F(M, 36, INT, checked,      0, 2, NULL)                                   \
    F(M, 37, INT, walk_in,      0, 1, NULL)                                   \
    F(M, 38, INT, capacity,     0, MT_ATTENDEES_MAX, NULL)                    \
    MT_MEETING_SECRET_FIELDS(F, M)                                            \
    F(M, 49, INT, if_updated,   0, MT_TIME_MAX, NULL)                         \
    F(M, 50, INT, by_manager,   0, 1, NULL)                                   \
    F(M, 51, STRS, people_refs, 0, MT_ATTENDEES_MAX, NULL) /* people by ref */\
    F(M, 52, INT, keep_length,  0, 1, NULL)                                   \
    F(M, 55, STRS, add_refs,    0, MT_ATTENDEES_MAX, NULL) /* add by ref */   \
    F(M, 56, INT, keep_guests,  0, 1, NULL)                                   \
    F(M, 57, INT, ended_too,    0, 1, NULL)                                   \
    F(M, 60, STR, fresh_id,     0, MT_ID_MAX, NULL)                           \
    F(M, 61, INT, placeholders, 0, 1, NULL)                                   \
    F(M, 62, INT, creator_listed, 0, 3, NULL)                                 \
    F(M, 63, INT, only_creator, 0, 1, NULL)

/*
 * One meeting of a series, worked out by a worker.  Fields with numbers 1..45
 * have the same numbers in the meeting's record.  num 0: a new meeting.  was:
 * its begin when the worker looked; if it has moved since, the worker must
 * work it out again.  drop: the series' rule has the meeting no more.  Times
 * that are not given stay.
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
 * Making and changing the meetings of a series: the fields of all meetings,
 * and the rule.  The client's times are those of the series' first meeting, or
 * of the meeting named; in the command each occurrence has its own.  batch:
 * the series' first meeting, if the client names it.
 */
#define MT_SERIES_EDIT_FIELDS(F, M)                                           \
    MT_MEETING_EDIT_FIELDS(F, M)                                              \
    F(M, 47, INT, repeat,       0, 5, NULL)             /* MT_REPEAT_* */     \
    F(M, 48, INT, repeat_end,   MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)         \
    F(M, 53, STR, batch,        1, MT_ID_MAX, NULL)                           \
    F(M, 54, OBJS, occurrences, 0, INT32_MAX, &mt_occurrence_model)

#define MT_SERIES_CANCEL_FIELDS(F, M)                                         \
    F(M, 20, STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 53, STR, batch,        1, MT_ID_MAX, NULL)                           \
    F(M, 63, INT, only_creator, 0, 1, NULL)

/* `may`: which actors may act on a meeting. */

#define MT_MAY_ANYONE    0
#define MT_MAY_CREATOR   1
#define MT_MAY_HOST      2       /* the creator or a sign-in leader */
#define MT_MAY_MEMBER    3       /* the hosts and the attendees */
#define MT_MAY_MANAGER   4       /* the hosts and the company's administrators
                                    */

/* `when`: the phases in which an act is allowed.  h5yes cancels a meeting only
 * before its begin, and ends it only while it is under way. */

#define MT_WHEN_OPEN       0     /* scheduled or under way */
#define MT_WHEN_BEFORE     1
#define MT_WHEN_UNDER_WAY  2

/* Showing, ending or cancelling a meeting, or reminding its attendees.
 * guests: guests are counted and listed, too; uncancelled: a cancelled meeting
 * is not shown.  pause: ms for which attendees who were asked to confirm are
 * not asked again. */
#define MT_MEETING_ACT_FIELDS(F, M)                                           \
    F(M, 1,  STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 60, INT, may,          0, 4, NULL)                                   \
    F(M, 61, INT, when,         0, 2, NULL)                                   \
    F(M, 62, INT, guests,       0, 1, NULL)                                   \
    F(M, 63, INT, uncancelled,  0, 1, NULL)                                   \
    F(M, 59, INT, pause,        0, MT_TIME_MAX, NULL)

/* The switches of a meeting.  renew: all signed codes made so far are void;
 * policy: MT_QR_*, of the meeting's own; walk_in: MT_WALK_IN_*; capacity: the
 * most attendees, 0: no bound. */
#define MT_MEETING_SET_FIELDS(F, M)                                           \
    F(M, 1,  STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 2,  INT, renew,        0, 1, NULL)                                   \
    F(M, 3,  INT, policy,       0, 2, NULL)                                   \
    F(M, 4,  INT, walk_in,      0, 1, NULL)                                   \
    F(M, 5,  INT, capacity,     0, MT_ATTENDEES_MAX, NULL)                    \
    F(M, 60, INT, may,          0, 4, NULL)

/* The meeting of a code on a screen, in any company, and the key of the device
 * that asks. */
#define MT_TICKET_FIELDS(F, M)                                                \
    F(M, 1,  STR, code,         1, MT_NAME_MAX, NULL)                         \
    F(M, 2,  STR, device,       1, MT_NAME_MAX, NULL)

/*
 * The meeting of a join link, in any company.  hosts: the host's link counts,
 * too; viewer: the company of the request's token, or 0.
 */
#define MT_MEETING_LINK_FIELDS(F, M)                                          \
    F(M, 1,  STR, code,         0, MT_TEXT_MAX, NULL)                         \
    F(M, 60, INT, hosts,        0, 1, NULL)                                   \
    F(M, 61, INT, viewer,       0, UINT32_MAX, NULL)

/* page_no from 1; page_size 0: all, on the first.  creator: of the meetings
 * that a user sponsors; dept: only a department's, of invitations. */
#define MT_MEETING_PAGE_FIELDS(F, M)                                          \
    F(M, 1,  STR, creator,      1, MT_ID_MAX, NULL)                           \
    F(M, 2,  INT, page_no,      1, 1000000, NULL)                             \
    F(M, 3,  INT, page_size,    0, 1000, NULL)                                \
    F(M, 4,  STR, dept,         0, MT_ID_MAX, NULL)

/*
 * The meetings that pass all filters given; cancelled ones only on request.  A
 * meeting passes the times if it ends after ends_after and begins before
 * begins_before (both strictly), overlaps the local day of the instant `day`,
 * and was made from created_from on and before created_to.  Without any of
 * these times the filter is the next 30 days.  phase: MT_PHASE_*.  hosted: the
 * actor is a host.  limit: rows of a page, 0: all; after: the cursor that the
 * page before it has given, in the order MT_ORDER_BEGIN.
 */
#define MT_MEETING_LIST_FIELDS(F, M)                                          \
    F(M, 1,  STR, room,         1, MT_ID_MAX, NULL)                           \
    F(M, 2,  STR, speaker,      1, MT_NAME_MAX, NULL)                         \
    F(M, 3,  STR, speaker_like, 1, MT_NAME_MAX, NULL)   /* a part of it */    \
    F(M, 4,  INT, checked,      0, 2, NULL)                                   \
    F(M, 5,  INT, ends_after,  MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)          \
    F(M, 6,  INT, begins_before, MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)        \
    F(M, 7,  INT, day,         MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)          \
    F(M, 8,  INT, created_from, MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)         \
    F(M, 9,  INT, created_to,  MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)          \
    F(M, 10, INT, order,        0, 4, NULL)             /* MT_ORDER_* */      \
    F(M, 11, INT, ascending,    0, 1, NULL)                                   \
    F(M, 12, INT, phase,        0, 3, NULL)                                   \
    F(M, 13, STR, after,        0, MT_ID_MAX, NULL)                           \
    F(M, 14, INT, limit,        1, MT_LIMIT_MAX, NULL)                        \
    F(M, 60, INT, cancelled,    0, 1, NULL)             /* these, too */      \
    F(M, 61, INT, hosted,       0, 1, NULL)

#define MT_LIST_TIMES                                                         \
    (MT_BIT(meeting_list, ends_after) | MT_BIT(meeting_list, begins_before)   \
     | MT_BIT(meeting_list, day) | MT_BIT(meeting_list, created_from)         \
     | MT_BIT(meeting_list, created_to))

#define MT_ORDER_BEGIN     0
#define MT_ORDER_END       1
#define MT_ORDER_CREATED   2
#define MT_ORDER_UPDATED   3
#define MT_ORDER_CHECKED   4

/* The most rows of a page that has a cursor. */
#define MT_LIMIT_MAX       500

/*
 * The attendees of a meeting that pass all filters.  which: MT_WHICH_*; q: a
 * part of the name, account, id, phone or e-mail address as the answer shows
 * them, in any case of ASCII letters.  whole: without a limit the list is on
 * one page.
 */
#define MT_ATTENDEE_QUERY_FIELDS(F, M)                                        \
    F(M, 1,  STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 2,  INT, which,        0, 7, NULL)                                   \
    F(M, 3,  STR, q,            1, MT_NAME_MAX, NULL)                         \
    F(M, 4,  STR, after,        0, MT_ID_MAX, NULL)                           \
    F(M, 5,  INT, limit,        1, MT_LIMIT_MAX, NULL)                        \
    F(M, 60, INT, may,          0, 4, NULL)                                   \
    F(M, 61, INT, whole,        0, 1, NULL)

#define MT_WHICH_ALL         0
#define MT_WHICH_SIGNED      1           /* in time or late */
#define MT_WHICH_LATE        2
#define MT_WHICH_ABSENT      3           /* not signed in, excused or not */
#define MT_WHICH_EXCUSED     4
#define MT_WHICH_ACCEPTED    5
#define MT_WHICH_DECLINED    6
#define MT_WHICH_UNANSWERED  7

/* Attendance at meetings that began in [from, to); see read/mt_attendance.h.
 * by: MT_BY_*. */
#define MT_ATTENDANCE_ARGS_FIELDS(F, M)                                       \
    F(M, 1,  INT, from,        MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)          \
    F(M, 2,  INT, to,          MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)          \
    F(M, 3,  INT, by,           0, 3, NULL)

/* Lists for administrators.  q: of people, a part of name, account, id, phone
 * or e-mail address; failed: the messages that were set aside; position: of
 * the journal's entry before the first. */
#define MT_OFFICE_LIST_FIELDS(F, M)                                           \
    F(M, 1,  STR, q,            1, MT_NAME_MAX, NULL)                         \
    F(M, 2,  STR, after,        0, MT_ID_MAX, NULL)                           \
    F(M, 3,  INT, limit,        1, MT_LIMIT_MAX, NULL)                        \
    F(M, 4,  INT, failed,       0, 1, NULL)                                   \
    F(M, 5,  INT, position,     0, MT_NUM_MAX, NULL)

/* The meetings on whose list the actor is, the newest first, that end after
 * `from` and begin before `to`. */
#define MT_MY_LIST_FIELDS(F, M)                                               \
    F(M, 1,  INT, from,        MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)          \
    F(M, 2,  INT, to,          MT_INSTANT_MIN, MT_INSTANT_MAX, NULL)          \
    F(M, 3,  STR, after,        0, MT_ID_MAX, NULL)                           \
    F(M, 4,  INT, limit,        1, MT_LIMIT_MAX, NULL)

/* The actor's answer to a meeting (MT_ANSWER_*). */
#define MT_ANSWER_FIELDS(F, M)                                                \
    F(M, 1,  STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 2,  INT, answer,       1, 3, NULL)                                   \
    F(M, 3,  STR, comment,      0, MT_TEXT_MAX, NULL)

/*
 * The actor's check-in.  qr_time: when the scanned code was made; any integer
 * that JSON keeps, whose age is judged instead.  request:
 * the envelope's id, which tells a client's retry.  The windows are in ms: a
 * meeting opens for check-ins opens_before its begin; a check-in more than
 * `grace` after the begin is late; a code may be qr_max_age old (0: any age)
 * and lie qr_skew in the future.  distance: metres between the position and
 * the room at that place (checkin/mt_checkin_fence.h).
 *
 * code, device: a signed code or a ticket as a text, and the key of the
 * client's device to which a ticket is bound; no command carries them.
 *
 * code_*: the worker's findings about a signed code (checkin/mt_qr.h): its
 * leader, its slot, or the time (ms) when its ticket was issued, the
 * generation of codes that it was made in, and for how long (ms) it is good;
 * code_forged: its MAC does not fit.  code_required: the location wants a
 * signed code.
 */
#define MT_CHECKIN_ARGS_FIELDS(F, M)                                          \
    F(M, 1,  STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 2,  STR, leader,       1, MT_ID_MAX, NULL)                           \
    F(M, 3,  INT, qr_time,      0, MT_INTEGER_MAX, NULL)                      \
    F(M, 4,  STR, request,      0, MT_ID_MAX, NULL)                           \
    F(M, 5,  INT, way,          1, 4, NULL)                                   \
    F(M, 6,  INT, longitude,    -180000000, 180000000, NULL)                  \
    F(M, 7,  INT, latitude,     -90000000, 90000000, NULL)                    \
    F(M, 8,  STR, code,         1, MT_NAME_MAX, NULL)                         \
    F(M, 9,  STR, device,       1, MT_NAME_MAX, NULL)                         \
    F(M, 48, INT, code_issued,  0, MT_TIME_MAX, NULL)                         \
    F(M, 49, INT, code_leader,  0, MT_NUM_MAX, NULL)                          \
    F(M, 50, INT, fence,        0, 2, NULL)             /* MT_FENCE_* */      \
    F(M, 51, INT, distance,     0, MT_NUM_MAX, NULL)                          \
    F(M, 52, INT, room,         0, MT_NUM_MAX, NULL)                          \
    F(M, 53, INT, room_longitude, -180000000, 180000000, NULL)                \
    F(M, 54, INT, room_latitude, -90000000, 90000000, NULL)                   \
    F(M, 60, INT, opens_before, 0, MT_TIME_MAX, NULL)                         \
    F(M, 61, INT, grace,        0, MT_TIME_MAX, NULL)                         \
    F(M, 62, INT, qr_max_age,   0, MT_TIME_MAX, NULL)                         \
    F(M, 63, INT, qr_skew,      0, MT_TIME_MAX, NULL)                         \
    F(M, 55, INT, code_slot,    0, MT_NUM_MAX, NULL)                          \
    F(M, 56, INT, code_generation, 0, MT_NUM_MAX, NULL)                       \
    F(M, 57, INT, code_valid,   0, MT_TIME_MAX, NULL)                         \
    F(M, 58, INT, code_forged,  0, 1, NULL)                                   \
    F(M, 59, INT, code_required, 0, 1, NULL)

/*
 * An act of a host about an attendee of a meeting.  person: a user (a ref, an
 * account or a phone) or the id of an attendance, a guest's too.  time: of a
 * check-in by hand, when it happened.  request: the client's key, which tells
 * its retry.  excused: 0 takes an excuse back.  operator: the operator acts,
 * for whom no period ends.  correct_for: how long after the end of a meeting
 * its hosts may act, in ms.  by_company: the company itself acts, with an
 * access token.
 */
#define MT_HOST_ACT_FIELDS(F, M)                                              \
    F(M, 1,  STR, ref,          1, MT_ID_MAX, NULL)                           \
    F(M, 2,  STR, person,       1, MT_NAME_MAX, NULL)                         \
    F(M, 3,  STR, reason,       0, MT_TEXT_MAX, NULL)                         \
    F(M, 4,  INT, time,         0, MT_TIME_MAX, NULL)                         \
    F(M, 5,  STR, request,      0, MT_ID_MAX, NULL)                           \
    F(M, 6,  INT, excused,      0, 1, NULL)                                   \
    F(M, 59, INT, by_company,   0, 1, NULL)                                   \
    F(M, 60, INT, operator,     0, 1, NULL)                                   \
    F(M, 61, INT, correct_for,  0, MT_TIME_MAX, NULL)                         \
    F(M, 62, INT, opens_before, 0, MT_TIME_MAX, NULL)                         \
    F(M, 63, INT, grace,        0, MT_TIME_MAX, NULL)

/* A log-in.  mobile: a phone number or an account; md5: MD5 of the password in
 * hex.  The command (session_open) carries no password. */
#define MT_LOGIN_FIELDS(F, M)                                                 \
    F(M, 1,  STR, mobile,       1, MT_NAME_MAX, NULL)                         \
    F(M, 2,  STR, md5,          1, MT_NAME_MAX, NULL)                         \
    F(M, 3,  STR, caller,       0, MT_ID_MAX, NULL)

/*
 * A session of the command's actor through a caller, from the command's time
 * on.  mark: of the password that was given, so that the command is rejected
 * if the password has changed meanwhile; a command of an older build has none.
 */
#define MT_SESSION_OPEN_FIELDS(F, M)                                          \
    F(M, 3,  STR, caller,       0, MT_ID_MAX, NULL)                           \
    F(M, 4,  INT, mark,         0, UINT32_MAX, NULL)

/* The end of the actor's session through a caller. */
#define MT_SESSION_CLOSE_FIELDS(F, M)                                         \
    F(M, 3,  STR, caller,       0, MT_ID_MAX, NULL)

/*
 * A new password of the actor's.  old, plain: the present and the new one as
 * typed; caller: of the session that stays, the others end.  The command
 * (password_put) has the new one's hash, and the mark of the old one.
 */
#define MT_PASSWORD_SET_FIELDS(F, M)                                          \
    F(M, 1,  STR, old,          1, MT_NAME_MAX, NULL)                         \
    F(M, 2,  STR, plain,        8, MT_NAME_MAX, NULL)                         \
    F(M, 3,  STR, caller,       0, MT_ID_MAX, NULL)

#define MT_PASSWORD_PUT_FIELDS(F, M)                                          \
    F(M, 1,  STR, password,     1, 200, NULL)                                 \
    F(M, 2,  INT, mark,         0, UINT32_MAX, NULL)                          \
    F(M, 3,  STR, caller,       0, MT_ID_MAX, NULL)

/*
 * A company's subscription.  event_keys: new keys, which event_set puts into
 * force; event_set: a URL that was checked, with the keys of the check;
 * event_pause: paused 1, or 0 to go on.
 */
#define MT_EVENT_KEYS_FIELDS(F, M)                                            \
    F(M, 1,  STR, aes_key,      43, 43, NULL)                                 \
    F(M, 2,  STR, token,        1, MT_ID_MAX, NULL)

#define MT_EVENT_SET_FIELDS(F, M)                                             \
    F(M, 1,  STR, url,          1, MT_URL_MAX, NULL)                          \
    F(M, 2,  STR, aes_key,      43, 43, NULL)                                 \
    F(M, 3,  STR, token,        1, MT_ID_MAX, NULL)                           \
    F(M, 4,  STR, owner,        1, MT_ID_MAX, NULL)                           \
    F(M, 5,  INT, types,        0, MT_NUM_MAX, NULL)    /* 0: all */

#define MT_EVENT_PAUSE_FIELDS(F, M)                                           \
    F(M, 1,  INT, paused,       0, 1, NULL)

/*
 * The fate of messages, by their numbers.  event_done: delivered, or set aside
 * with a reason.  event_failed: an attempt that failed; attempts: how many in
 * a row, next_try: the time of the next one.  event_redeliver: messages set
 * aside with numbers from..to go back into the outbox, a bounded number per
 * command; result->detail is the last number, 0 if there was none.
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

/* Discards messages set aside with numbers from..to, a bounded number per
 * command; with `remove` the subscription ends, and the pending messages are
 * discarded, too.  result->num is how many, 0 if none is left. */
#define MT_EVENT_DISCARD_FIELDS(F, M)                                         \
    F(M, 1,  INT, from,         1, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, to,           1, MT_NUM_MAX, NULL)                          \
    F(M, 3,  INT, remove,       0, 1, NULL)

/* Fires the reminder of a meeting that was due at `due`. */
#define MT_REMINDER_FIRE_FIELDS(F, M)                                         \
    F(M, 1,  INT, meeting,      1, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, due,          0, MT_TIME_MAX, NULL)

/* Frees the room of a meeting into which nobody has signed in `after` ms after
 * its begin. */
#define MT_ROOM_RELEASE_FIELDS(F, M)                                          \
    F(M, 1,  INT, meeting,      1, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, after,        0, MT_TIME_MAX, NULL)

/*
 * Deletes those of the meetings that have ended before `before`, with all that
 * hangs on them, up to `most` attendees.  result->num is how many meetings are
 * gone, result->detail the one that was not finished, 0 if all were.
 */
#define MT_MEETING_PURGE_FIELDS(F, M)                                         \
    F(M, 1,  INT, before,       0, MT_TIME_MAX, NULL)                         \
    F(M, 2,  INTS, meetings,    1, INT32_MAX, NULL)                           \
    F(M, 3,  INT, most,         1, INT32_MAX, NULL)

/* A step of the purge of a company, which the first one closes: deletes up to
 * `most` of its entries.  result->num is how many, result->detail 1 until
 * nothing is left. */
#define MT_COMPANY_PURGE_FIELDS(F, M)                                         \
    F(M, 1,  INT, company,      1, UINT32_MAX, NULL)                          \
    F(M, 2,  INT, most,         1, INT32_MAX, NULL)

/*
 * The erasure of a person.  user_erase removes the user and makes the heir,
 * whose number result->num is; result->detail is the person's own.
 * user_erase_step goes on, and names the person by the heir alone: rows with
 * the person's data, entries of the journal and messages.  A row is a meeting
 * and a slot, 0 for the meeting's record, -1 for the person's slot.  `finish`
 * is the last step, whose caller has found nothing more.
 */
#define MT_ERASED_ROW_FIELDS(F, M)                                            \
    F(M, 1,  INT, meeting,      1, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, slot,         -1, MT_NUM_MAX, NULL)

#define MT_USER_ERASE_STEP_FIELDS(F, M)                                       \
    F(M, 1,  INT, heir,         1, MT_NUM_MAX, NULL)                          \
    F(M, 2,  OBJS, rows,        0, INT32_MAX, &mt_erased_row_model)           \
    F(M, 3,  INTS, positions,   0, INT32_MAX, NULL)                           \
    F(M, 4,  INTS, messages,    0, INT32_MAX, NULL)                           \
    F(M, 5,  INT, finish,       0, 1, NULL)

/* Deletes entries of the journal up to a position, a bounded number per
 * command.  copy: messages get copies of the events that they need of these
 * entries; without it, as in commands of 0.9, such entries stay. */
#define MT_JOURNAL_TRIM_FIELDS(F, M)                                          \
    F(M, 1,  INT, upto,         1, MT_NUM_MAX, NULL)                          \
    F(M, 2,  INT, copy,         0, 1, NULL)

/* Ends the sessions of these users that were opened before `before`. */
#define MT_SESSION_EXPIRE_FIELDS(F, M)                                        \
    F(M, 1,  INT, before,       0, MT_TIME_MAX, NULL)                         \
    F(M, 2,  INTS, users,       1, INT32_MAX, NULL)

/* A request for an access token.  tenant: yunzhijia's clients may send it in
 * place of the key, or along with it; stamp: their clock; refresh: a refresh
 * token, in place of the secret. */
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
MT_DECLARE_MODEL(credential_set, MT_CREDENTIAL_SET_FIELDS);
MT_DECLARE_MODEL(named, MT_NAMED_FIELDS);
MT_DECLARE_MODEL(user_removal, MT_USER_REMOVAL_FIELDS);
MT_DECLARE_MODEL(nothing, MT_NOTHING_FIELDS);
MT_DECLARE_MODEL(dept_edit, MT_DEPT_EDIT_FIELDS);
MT_DECLARE_MODEL(user_edit, MT_USER_EDIT_FIELDS);
MT_DECLARE_MODEL(import_told, MT_IMPORT_TOLD_FIELDS);
MT_DECLARE_MODEL(user_face, MT_USER_FACE_FIELDS);
MT_DECLARE_MODEL(room_edit, MT_ROOM_EDIT_FIELDS);
MT_DECLARE_MODEL(person, MT_PERSON_FIELDS);
MT_DECLARE_MODEL(meeting_edit, MT_MEETING_EDIT_FIELDS);
MT_DECLARE_MODEL(occurrence, MT_OCCURRENCE_FIELDS);
MT_DECLARE_MODEL(series_edit, MT_SERIES_EDIT_FIELDS);
MT_DECLARE_MODEL(series_cancel, MT_SERIES_CANCEL_FIELDS);
MT_DECLARE_MODEL(meeting_act, MT_MEETING_ACT_FIELDS);
MT_DECLARE_MODEL(ticket, MT_TICKET_FIELDS);
MT_DECLARE_MODEL(meeting_set, MT_MEETING_SET_FIELDS);
MT_DECLARE_MODEL(meeting_link, MT_MEETING_LINK_FIELDS);
MT_DECLARE_MODEL(meeting_page, MT_MEETING_PAGE_FIELDS);
MT_DECLARE_MODEL(meeting_list, MT_MEETING_LIST_FIELDS);
MT_DECLARE_MODEL(attendee_query, MT_ATTENDEE_QUERY_FIELDS);
MT_DECLARE_MODEL(attendance_args, MT_ATTENDANCE_ARGS_FIELDS);
MT_DECLARE_MODEL(office_list, MT_OFFICE_LIST_FIELDS);
MT_DECLARE_MODEL(my_list, MT_MY_LIST_FIELDS);
MT_DECLARE_MODEL(answer, MT_ANSWER_FIELDS);
MT_DECLARE_MODEL(checkin_args, MT_CHECKIN_ARGS_FIELDS);
MT_DECLARE_MODEL(host_act, MT_HOST_ACT_FIELDS);
MT_DECLARE_MODEL(login, MT_LOGIN_FIELDS);
MT_DECLARE_MODEL(session_open, MT_SESSION_OPEN_FIELDS);
MT_DECLARE_MODEL(session_close, MT_SESSION_CLOSE_FIELDS);
MT_DECLARE_MODEL(password_set, MT_PASSWORD_SET_FIELDS);
MT_DECLARE_MODEL(password_put, MT_PASSWORD_PUT_FIELDS);
MT_DECLARE_MODEL(token_issue, MT_TOKEN_ISSUE_FIELDS);
MT_DECLARE_MODEL(event_keys, MT_EVENT_KEYS_FIELDS);
MT_DECLARE_MODEL(event_set, MT_EVENT_SET_FIELDS);
MT_DECLARE_MODEL(event_pause, MT_EVENT_PAUSE_FIELDS);
MT_DECLARE_MODEL(event_done, MT_EVENT_DONE_FIELDS);
MT_DECLARE_MODEL(event_failed, MT_EVENT_FAILED_FIELDS);
MT_DECLARE_MODEL(event_redeliver, MT_EVENT_REDELIVER_FIELDS);
MT_DECLARE_MODEL(event_discard, MT_EVENT_DISCARD_FIELDS);
MT_DECLARE_MODEL(reminder_fire, MT_REMINDER_FIRE_FIELDS);
MT_DECLARE_MODEL(room_release, MT_ROOM_RELEASE_FIELDS);
MT_DECLARE_MODEL(meeting_purge, MT_MEETING_PURGE_FIELDS);
MT_DECLARE_MODEL(company_purge, MT_COMPANY_PURGE_FIELDS);
MT_DECLARE_MODEL(erased_row, MT_ERASED_ROW_FIELDS);
MT_DECLARE_MODEL(user_erase_step, MT_USER_ERASE_STEP_FIELDS);
MT_DECLARE_MODEL(journal_trim, MT_JOURNAL_TRIM_FIELDS);
MT_DECLARE_MODEL(session_expire, MT_SESSION_EXPIRE_FIELDS);
MT_DECLARE_MODEL(generation, MT_GENERATION_FIELDS);

#endif /* MT_ARGS_H */

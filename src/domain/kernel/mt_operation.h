
/*
 * Operations: what the product can do, whatever the dialect.  A dialect's
 * route names one of the registry below; a reading operation answers from a
 * read transaction, a writing one becomes a command that the commit engine
 * applies (mt_apply.h).
 *
 * The life of a call, with who runs it:
 *
 *     start    event loop, read transaction open: judge what can be judged,
 *              fill the reply (a read), or prepare the command (a write)
 *     work     a thread-pool thread, no transaction (it may open one of its
 *              own on call->store): only if start asked
 *     resume   event loop, read transaction open: after work; as start
 *     finish   event loop, read transaction open: after the command was
 *              applied with MT_OK; fills the reply
 *     rows     event loop, read transaction open, any number of times: the
 *              list part of a reply, in pieces
 */

#ifndef MT_OPERATION_H
#define MT_OPERATION_H

#include "commit/mt_machine.h"
#include "domain/kernel/mt_args.h"
#include "domain/kernel/mt_settings.h"
#include "file/mt_resources.h"


typedef enum {
    MT_STEP_DONE,          /* call->error and call->reply are the answer */
    MT_STEP_WORK,          /* run work() in a thread, then resume() */
    MT_STEP_SETTLE,        /* have the store catch up with what was answered,
                              then start() */
    MT_STEP_COMMIT         /* queue call->command, then finish() */
} mt_step_t;


typedef struct mt_operation_s  mt_operation_t;
typedef struct mt_apply_s      mt_apply_t;  /* kernel/mt_apply.h */

/*
 * What a call has to do with files in the resources folder.  `made` becomes a
 * record's by the command; the service deletes it if that is refused or never
 * given, and `dropped` after the command.  Of a command whose fate is unknown
 * (MT_STORE_FAILED) it deletes nothing.
 */
typedef struct {
    const char            *folder;
    const mt_blob_t       *given;       /* with the request, or NULL */
    mt_str_t               made;        /* by work(); "": none */
    mt_str_t               dropped;     /* by finish(); "": none */

    mt_status_t            status;      /* of work() */
    int                    error;       /* errno, for the log; 0: none */
    char                   name[MT_RESOURCE_NAME];   /* made */
} mt_files_t;

typedef struct {
    mt_arena_t            *arena;       /* of the request */
    const mt_settings_t   *settings;
    const mt_operation_t  *op;
    void                  *args;        /* a structure of op->args */
    uint32_t               company;
    int64_t                actor;       /* the user's number, 0: none */
    int64_t                now;         /* ms */
    mt_str_t               server_key;  /* 32 bytes */
    mt_files_t             files;

    mt_store_t            *store;
    mt_txn_t              *txn;         /* while one is open */

    mt_buf_t               command;     /* out, with MT_STEP_COMMIT */
    mt_result_t            result;      /* in, before finish */

    mt_error_t             error;       /* out: status and, of the args: */
    unsigned               field;       /*   the field's number, 0: none */
    unsigned               item;        /*   index in it plus 1, 0: none */

    unsigned               hides;       /* in: MT_PART_* that the answer does
                                           not show */
    int64_t                until;       /* in: INT64_MAX; out, ms: the instant
                                           from which the clock alone would
                                           change the answer */
    void                  *reply;       /* out: a view, as op->reply says */
    void                  *state;       /* the operation's own */
} mt_call_t;


/*
 * The rows of a reply that is a list.  open() is called at the start of every
 * piece (a fresh transaction, so that no long answer pins old pages) and goes
 * on after the last row given; next() fills *row, allocated in row_arena,
 * which the caller resets after each row: 1 (with *row NULL when what it came
 * to is not shown), 0 at the end, -1 on failure; close() ends the piece.
 *
 * inner, or NULL: the rows within each row, of the one given last.  A piece
 * may end among them; the next one opens both, the outer first, and goes on
 * there.
 *
 * find() and make(), or NULL: next() in two steps.  find() goes to the next
 * row and gives its cache key; make(), which may be left out, reads the row.
 * Both return as next() does.
 *
 * parts(): which MT_PART_* an answer shows that has a field of the view, whose
 * record is at `base` in it; NULL where that makes no difference.
 */
typedef struct mt_rows_s  mt_rows_t;
typedef unsigned (*mt_parts_pt)(size_t base, unsigned field);

/*
 * The cache key of a row: rows with equal keys that are written by the same
 * table have equal JSON.  The parts are records as the store has them, and
 * settings; so a row whose records changed has another key.
 */
#define MT_ROW_KEY_NUMS   3
#define MT_ROW_KEY_PARTS  5

typedef struct {
    int        usable;           /* 0: the row depends on more than this */
    int        skip;             /* the row is not shown */
    uint64_t   nums[MT_ROW_KEY_NUMS];
    mt_str_t   parts[MT_ROW_KEY_PARTS];
} mt_row_key_t;

struct mt_rows_s {
    mt_status_t      (*open)(mt_call_t *call);
    int              (*next)(mt_call_t *call, mt_arena_t *row_arena,
                             void **row);
    void             (*close)(mt_call_t *call);
    const mt_rows_t   *inner;
    mt_parts_pt        parts;
    int              (*find)(mt_call_t *call, mt_arena_t *row_arena,
                             mt_row_key_t *key);
    int              (*make)(mt_call_t *call, mt_arena_t *row_arena,
                             void **row);
};

struct mt_operation_s {
    uint8_t             code;      /* stable: it stands in the journal */
    uint8_t             kind;      /* enum mt_name: of the directory's record
                                      that it replies with; 0: other */
    uint8_t             heavy;     /* work() takes a processor for tens of
                                      milliseconds: few at a time */
    uint8_t             logged;    /* its command may be answered from the
                                      write-ahead log; has no finish() */
    uint8_t             apart;     /* start() looks at nothing that such a
                                      command changes */
    uint8_t             memo;      /* its answer follows from the snapshot,
                                      the args, company, actor and settings,
                                      until call->until: it may be kept */
    const char         *name;      /* $meeting_operation, metrics */
    const mt_model_t   *args;      /* what a request fills */
    const mt_model_t   *body;      /* what its command carries, NULL: read */
    const mt_rows_t    *rows;      /* or NULL */
    mt_parts_pt         parts;     /* of the reply, as mt_rows_t has it */
    mt_step_t         (*start)(mt_call_t *call);
    void              (*work)(mt_call_t *call);
    mt_step_t         (*resume)(mt_call_t *call);
    void              (*finish)(mt_call_t *call);
    mt_status_t       (*apply)(mt_apply_t *a, const void *body,
                               mt_result_t *result);
};


/* The registry: O(code, symbol).  Codes are stable and not used again. */

#define MT_OPERATIONS(O)                                                      \
    O(1,  company_add)                                                        \
    O(2,  credential_add)                                                     \
    O(3,  credential_revoke)                                                  \
    O(10, dept_add)                                                           \
    O(11, dept_update)                                                        \
    O(12, dept_remove)                                                        \
    O(15, user_add)                                                           \
    O(16, user_update)                                                        \
    O(17, user_remove)                                                        \
    O(18, user_face)                                                          \
    O(20, room_add)                                                           \
    O(21, room_update)                                                        \
    O(22, room_remove)                                                        \
    O(30, meeting_create)                                                     \
    O(31, meeting_update)                                                     \
    O(32, meeting_cancel)                                                     \
    O(33, meeting_end)                                                        \
    O(34, meeting_remind)                                                     \
    O(35, series_create)                                                      \
    O(36, series_update)                                                      \
    O(37, series_cancel)                                                      \
    O(40, answer)                                                             \
    O(41, checkin)                                                            \
    O(42, login)                                                              \
    O(43, meeting_read)                                                       \
    O(44, meeting_hide)                                                       \
    /* subscriptions, and what the server does by itself */                   \
    O(60, event_keys)                                                         \
    O(61, event_set)                                                          \
    O(62, event_pause)                                                        \
    O(63, event_delivered)                                                    \
    O(64, event_failed)                                                       \
    O(65, event_set_aside)                                                    \
    O(66, event_redeliver)                                                    \
    O(67, reminder_fire)                                                      \
    O(68, journal_trim)                                                       \
    O(69, session_expire)                                                     \
    O(70, event_discard)                                                      \
    /* reads */                                                               \
    O(100, participation)                                                     \
    O(101, meeting_detail)                                                    \
    O(102, sponsored_meetings)                                                \
    O(103, token_issue)                                                       \
    O(104, user_get)                                                          \
    O(105, user_list)                                                         \
    O(106, dept_get)                                                          \
    O(107, dept_list)                                                         \
    O(108, room_get)                                                          \
    O(109, room_list)                                                         \
    O(115, meeting_get)                                                       \
    O(116, meeting_list)                                                      \
    O(118, meeting_link)

#define MT_OPERATION_EXTERN(code, symbol)                                     \
    extern const mt_operation_t  mt_op_##symbol;
MT_OPERATIONS(MT_OPERATION_EXTERN)
#undef MT_OPERATION_EXTERN

#define MT_OPERATION_MAX  128

enum {
#define MT_OPERATION_CODE(code, symbol)  MT_CODE_##symbol = code,
MT_OPERATIONS(MT_OPERATION_CODE)
#undef MT_OPERATION_CODE
};

/* NULL for a code that no operation has. */
const mt_operation_t *mt_operation(unsigned code);


/*
 * Helpers for start() and the like.
 *
 * mt_refuse(): sets the error and returns MT_STEP_DONE; `field` is the number
 * of the args' field it is about, 0 for none.
 * mt_command(): encodes op, company, actor, now and `body` (of op->body) into
 * call->command; returns MT_STEP_COMMIT (or refuses with NO_MEMORY).
 * mt_start_command(): checks nothing: the args are the body.
 */
mt_step_t mt_refuse(mt_call_t *call, mt_status_t status, unsigned field);
mt_step_t mt_command(mt_call_t *call, const void *body);
mt_step_t mt_start_command(mt_call_t *call);


/*
 * Views: what operations reply with.  Records of the store side by side; a
 * dialect's answer table picks the fields (base = offsetof the record).
 * Records of things that are not there are zeroed.
 */

/* derived values that no record holds */
#define MT_LIFE_SCHEDULED  0
#define MT_LIFE_UNDER_WAY  1
#define MT_LIFE_ENDED      2
#define MT_LIFE_CANCELLED  3

#define MT_PUSH_WAITING    0         /* jituancaiyun pushStatus */
#define MT_PUSH_DONE       1
#define MT_PUSH_CANCELLED  2

#define MT_WINDOW_EARLY    0         /* weclubs time_to_sign */
#define MT_WINDOW_OPEN     1
#define MT_WINDOW_CLOSED   2

/*
 * window: EARLY also where no sign-in is wanted.  text: the content, or the
 * subject where it is empty; title: the subject, or the first 100 characters
 * of the content where none was given.  members: the people on the list,
 * guests only where they were asked for; unsigned_in and unanswered are of
 * these.  done: when it was over, 0 while it is not, and if it was cancelled;
 * order: the booking of its room, empty where it holds none.
 */
#define MT_MEETING_DERIVED_FIELDS(F, M)                                       \
    F(M, 1, INT, life,          0, 3, NULL)                                   \
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
    F(M, 13, STR, order,        0, MT_ID_MAX, NULL)

/* what someone on a list is: a user, a guest, or no more than a phone */
#define MT_PERSON_USER     1
#define MT_PERSON_GUEST    2
#define MT_PERSON_PHONE    3

/* id: of the attendance; name, phone, email, face: as given with it, or else
 * as the directory has them.  remind: neither has the person declined nor
 * taken the meeting off the workbench. */
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
    F(M, 11, INT, kind,         1, 3, NULL)             /* MT_PERSON_* */

MT_DECLARE_MODEL(meeting_derived, MT_MEETING_DERIVED_FIELDS);
MT_DECLARE_MODEL(person_derived, MT_PERSON_DERIVED_FIELDS);

/* What takes a look-up of its own, for each view: it is left out, as a record
 * of something that is not there, where the answer does not show it. */
#define MT_PART_TALLY         0x01
#define MT_PART_DEPT          0x02
#define MT_PART_CREATOR       0x04
#define MT_PART_HOST          0x08
#define MT_PART_ROOM          0x10
#define MT_PART_CHECKIN       0x20
#define MT_PART_USER          0x40
#define MT_PART_PERSON_DEPT   0x80

/* and what is not read where it is not shown: fields of the meeting's record
 * above the seed, of a person's user above the face, of a meeting's room above
 * the id */
#define MT_PART_MEETING_TAIL  0x100
#define MT_PART_USER_TAIL     0x200
#define MT_PART_ROOM_TAIL     0x800

/* and what changes with time alone */
#define MT_PART_NOW           0x400

typedef struct {
    mt_meeting_t          meeting;
    mt_tally_t            tally;
    mt_dept_t             dept;
    mt_user_t             creator;
    mt_attendee_t         host;       /* the creator on the list, if there */
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

/* of meeting_link: the links are whole addresses; host: who asks may see what
 * is the host's, which else is empty (host_url, meeting.pcode1) */
#define MT_LINK_FIELDS(F, M)                                                  \
    F(M, 1, STR, attendee_url,  0, MT_URL_MAX, NULL)                          \
    F(M, 2, STR, host_url,      0, MT_URL_MAX, NULL)                          \
    F(M, 3, INT, host,          0, 1, NULL)                                   \
    F(M, 4, INT, length,        0, MT_TIME_MAX, NULL)                         \
    F(M, 5, STR, zone,          0, MT_NAME_MAX, NULL)

MT_DECLARE_MODEL(link, MT_LINK_FIELDS);

typedef struct {
    mt_meeting_view_t  meeting;      /* first: what shows a meeting shows it */
    mt_link_t          link;
} mt_link_view_t;

/* of a list that is cut into pages */
#define MT_PAGE_FIELDS(F, M)                                                  \
    F(M, 1, INT, has_more,      0, 1, NULL)

MT_DECLARE_MODEL(page, MT_PAGE_FIELDS);

/* of series_create: the new meetings' ids, the first one's first */
#define MT_SERIES_MADE_FIELDS(F, M)                                           \
    F(M, 1, STRS, ids,          0, INT32_MAX, NULL)

MT_DECLARE_MODEL(series_made, MT_SERIES_MADE_FIELDS);

/* of login */
#define MT_LOGGED_IN_FIELDS(F, M)                                             \
    F(M, 1, STR, token,         0, MT_TEXT_MAX, NULL)

MT_DECLARE_MODEL(logged_in, MT_LOGGED_IN_FIELDS);

typedef struct {
    mt_user_t       user;
    mt_logged_in_t  session;
} mt_login_view_t;

/* of token_issue; lifetime and expires in milliseconds, the latter absolute */
#define MT_ACCESS_FIELDS(F, M)                                                \
    F(M, 1, STR, token,         0, MT_ID_MAX, NULL)                           \
    F(M, 2, INT, company,       0, UINT32_MAX, NULL)                          \
    F(M, 3, INT, lifetime,      0, MT_TIME_MAX, NULL)                         \
    F(M, 4, INT, expires,       0, MT_TIME_MAX, NULL)

MT_DECLARE_MODEL(access, MT_ACCESS_FIELDS);

/* the directory; face is an address here, whatever the record holds */

typedef struct {
    mt_user_t  user;
    mt_dept_t  dept;
} mt_user_view_t;

typedef struct {
    mt_dept_t  dept;
    mt_dept_t  parent;
} mt_dept_view_t;

/* user_ids: the string ids of the people who may book */
#define MT_ROOM_DERIVED_FIELDS(F, M)                                          \
    F(M, 1, STRS, user_ids,     0, MT_ATTENDEES_MAX, NULL)

MT_DECLARE_MODEL(room_derived, MT_ROOM_DERIVED_FIELDS);

typedef struct {
    mt_room_t          room;
    mt_dept_t          dept;
    mt_room_derived_t  derived;
} mt_room_view_t;

/*
 * Replies:
 *     token_issue          mt_access_t
 *     user_get, _add, _update, _face       mt_user_view_t
 *     dept_get, _add, _update              mt_dept_view_t
 *     room_get, _add, _update              mt_room_view_t
 *     user_list, dept_list, room_list      rows of these
 *     participation, meeting_get, meeting_read
 *                                          mt_meeting_view_t, rows of
 *                                          mt_person_view_t
 *     meeting_link         mt_link_view_t, rows of mt_person_view_t
 *     meeting_detail       mt_meeting_view_t, rows (the sign-in leaders) of
 *                          mt_person_view_t
 *     sponsored_meetings   mt_page_t, rows of mt_meeting_view_t
 *     login                mt_login_view_t
 *     meeting_create, _update              as meeting_get, with the guests
 *     series_create        mt_series_made_t
 *     meeting_list         rows of mt_meeting_view_t, and in each those of
 *                          meeting_get
 *     the others           none
 */


/*
 * The weclubs session: a token is Base64 of "<32 hex>_date=<ms>", the hex a
 * MAC over company, user, caller and time under the server's key.
 * mt_session_token() makes the one that a session record stands for.
 * mt_session_check(): resolves the user and checks the token: MT_OK and
 * *user, MT_BAD_TOKEN for anything that does not fit, MT_TOKEN_EXPIRED.
 */
mt_str_t mt_session_token(mt_arena_t *arena, mt_str_t server_key,
    uint32_t company, int64_t user, mt_str_t caller, int64_t issued);
mt_status_t mt_session_check(mt_call_t *call, mt_str_t user_ref,
    mt_str_t caller, mt_str_t token, int64_t *user);

/*
 * Access tokens: 40 lower-case hex digits that hold, encrypted and
 * authenticated under the server's key, a credential's number and the time of
 * issue.  The store knows none of them: a token is good for access_ttl and
 * while its credential is in force, and no two are the same.
 * mt_token_check(): MT_OK, with call->company set to the credential's;
 * MT_NO_TOKEN for "", MT_BAD_TOKEN, MT_TOKEN_EXPIRED or a failure.
 */
mt_str_t mt_token_make(mt_arena_t *arena, mt_str_t server_key,
    int64_t credential, int64_t issued);
mt_status_t mt_token_check(mt_call_t *call, mt_str_t token);

/* Ids: the record's number for a ref, 0 when there is none (or removed). */
int64_t mt_resolve(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t ref);

/* The same for who looks at the record next: there may be none of the number
 * (or a removed one). */
int64_t mt_ref_num(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t ref);

/* Loads the record that a ref names (mt_user_t, mt_dept_t, mt_room_t or
 * mt_meeting_t), its strings in the arena: MT_OK, MT_NO_SUCH_... of the kind,
 * or MT_STORE_FAILED. */
mt_status_t mt_find(mt_txn_t *txn, uint32_t company, enum mt_name kind,
    mt_str_t ref, void *record, mt_arena_t *arena);

/* 32 upper-case hex digits (h5yes' form of a string id) or 24 lower-case ones
 * (yunzhijia's), random; empty when there is no randomness to be had. */
mt_str_t mt_fresh_id(mt_arena_t *arena);
mt_str_t mt_fresh_short_id(mt_arena_t *arena);

/* start() of operations that make a record: sets `fresh_id` where no `id` was
 * given, then as mt_start_command(). */
mt_step_t mt_start_with_id(mt_call_t *call);

/* The id of an attendance that its client gave none: derived from the
 * meeting's seed and the slot. */
mt_str_t mt_attendance_id(mt_arena_t *arena, const mt_meeting_t *meeting,
    int64_t slot);

/* Where a meeting stands at an instant: MT_LIFE_*. */
int mt_meeting_life(const mt_meeting_t *meeting, int64_t now);

#endif /* MT_OPERATION_H */

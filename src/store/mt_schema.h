
/*
 * The storage schema: every LMDB database, its key, its value, its flags and
 * what it is for.  A store whose format differs is never opened and never
 * touched.
 *
 * Keys are big-endian, so that their byte order is their numeric order:
 * C = company, 4 bytes; N = the number of a user, department, room, meeting;
 * S = a slot on a meeting's list (a user's number or a guest's), all 8 bytes;
 * T = milliseconds, 8 bytes.  Values are records (model/mt_records.h) unless
 * said otherwise; u64 is 8 bytes big-endian, "-" nothing.
 */

#ifndef MT_SCHEMA_H
#define MT_SCHEMA_H


#define MT_STORE_FORMAT  1


/*    symbol       name          key                    value       purpose */

#define MT_DATABASES(D)                                                       \
    D(META,        "meta")       /* name                bytes                 \
        "format" u64, "position" u64 (last journal position), "time" u64      \
        (time of the last command), "server_key" 32 random bytes */           \
    D(APPLIED,     "applied")    /* epoch 8             T, u64 × rings        \
        how far each ring of a shared zone was applied; not part of the       \
        state that a replay reproduces */                                     \
    D(COUNTER,     "counter")    /* C, kind 1           u64                   \
        the last number given out; kinds: enum mt_name below */               \
    D(NAME,        "name")       /* C, kind 1, string   N                     \
        unique strings of a company: ids, accounts, link codes; C = 0 for     \
        application keys */                                                   \
    D(COMPANY,     "company")    /* C                   company */            \
    D(CREDENTIAL,  "credential") /* N                   credential */         \
    D(DEPT,        "dept")       /* C N                 dept */               \
    D(DEPT_CHILD,  "dept_child") /* C N(parent) N       -                     \
        parent 0 is the root */                                               \
    D(USER,        "user")       /* C N                 user */               \
    D(MEMBER,      "member")     /* C N(dept) N(user)   -                     \
        users of a department, placeholders left out; dept 0: those without   \
        one */                                                                \
    D(ROOM,        "room")       /* C N                 room */               \
    D(MEETING,     "meeting")    /* C N                 meeting */            \
    D(BOOKING,     "booking")    /* C N(room) T(begin) N(meeting)   T(end)    \
        what holds a room: meetings not cancelled, ended or refused; they     \
        never overlap, so the neighbours of a time tell of a conflict; a      \
        meeting ended early holds it no longer */                             \
    D(SCHEDULE,    "schedule")   /* C N(room) level 1 T(begin) N(meeting)  -  \
        every meeting twice: under its room and under room 0 (all); level =   \
        the bits of its length in ms, so that "touches [a, b]" is a scan      \
        from a - 2^level in each level that is in use */                      \
    D(CREATED,     "created")    /* C T(created) N(meeting)         -  */     \
    D(SPONSORED,   "sponsored")  /* C N(creator) N(meeting)         -  */     \
    D(SERIES,      "series")     /* C N(first meeting) N(meeting)   -  */     \
    D(ATTENDEE,    "attendee")   /* C N(meeting) S      attendee */           \
    D(CHECKIN,     "checkin")    /* C N(meeting) S      checkin               \
        stays when the person is taken off the list */                        \
    D(TALLY,       "tally")      /* C N(meeting)        tally                 \
        none where all counts are 0 */                                        \
    D(SESSION,     "session")    /* C N(user) caller    session */            \
    D(REMINDER,    "reminder")   /* T(due) C N(meeting)             -         \
        the next one of each meeting, see mt_reminder_due() */                \
    D(SUBSCRIPTION, "subscription") /* C                subscription */       \
    D(OUTBOX,      "outbox")     /* C number            outbox                \
        messages to the subscriber that were not delivered yet, numbered from \
        1 without a gap; none while nobody subscribes */                      \
    D(SET_ASIDE,   "set_aside")  /* C number            outbox                \
        those that were given up, until somebody asks for them again */       \
    D(JOURNAL,     "journal")    /* u64 position        journal, appended */


typedef enum {
#define MT_DB_SYMBOL(symbol, name)  MT_DB_##symbol,
    MT_DATABASES(MT_DB_SYMBOL)
#undef MT_DB_SYMBOL
    MT_DB_COUNT
} mt_db_t;


/* kinds of NAME and COUNTER keys; stable numbers */

enum mt_name {
    MT_NAME_USER = 1,           /* string id of a user; COUNTER: user number */
    MT_NAME_DEPT = 2,
    MT_NAME_ROOM = 3,
    MT_NAME_MEETING = 4,
    MT_NAME_ACCOUNT = 5,
    MT_NAME_PHONE = 6,
    MT_NAME_EMAIL = 7,
    MT_NAME_ATTENDEE_CODE = 8,  /* C = 0: a link names no company;
                                   value: C and N, 12 bytes */
    MT_NAME_HOST_CODE = 9,      /* the same */
    MT_NAME_APPKEY = 10,        /* C = 0 */
    MT_NAME_CREDENTIAL = 11,    /* COUNTER only, C = 0 */
    MT_NAME_APPID = 12,         /* C = 0 */
    MT_NAME_OUTBOX = 13         /* COUNTER only: messages to a subscriber */
};

#endif /* MT_SCHEMA_H */

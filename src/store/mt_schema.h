
/*
 * The storage schema: every LMDB database, the form of its key, its value and
 * its purpose.  A store of another format is never opened and never changed.
 *
 * Keys are big-endian, so that their byte order is their numeric order.
 * mt_keys.h has one pair of functions, an encoder and a decoder, for each form
 * of key:
 *
 *     form       key
 *     META       one of the names below
 *     SERIAL     u64
 *     COUNTER    C, kind 1
 *     NAME       C, kind 1, string
 *     COMPANY    C
 *     NUM        C N
 *     NUM2       C N N
 *     BOOKING    C N(room) T(begin) N(meeting)
 *     SCHEDULE   C N(room) level 1 T(begin) N(meeting)
 *     SESSION    C N(user) caller
 *     REMINDER   T(due) C N(meeting)
 *
 * C = company, 4 bytes; N = the number of a user, department, room, meeting,
 * message, or a slot on a meeting's list (a user's number or a guest's),
 * 8 bytes; T = milliseconds, 8 bytes; u64 = 8 bytes; kind and level are 1
 * byte; a string fills the rest.  Values are records (model/mt_records.h)
 * unless said otherwise; "-" is no value.
 */

#ifndef MT_SCHEMA_H
#define MT_SCHEMA_H


#define MT_STORE_FORMAT  4

/* the oldest format that mt_prepare() brings up to this one */
#define MT_STORE_FORMAT_OLDEST  1


/*    symbol        name            form           key, value, purpose */

#define MT_DATABASES(D)                                                       \
    D(META,         "meta",         META)       /* facts of the store, see    \
        MT_META_KEYS */                                                       \
    D(APPLIED,      "applied",      SERIAL)     /* epoch: T, u64 × rings      \
        how far each ring of a shared zone was applied; not part of the       \
        state that a replay reproduces */                                     \
    D(COUNTER,      "counter",      COUNTER)    /* u64                        \
        the last number given out; kinds: enum mt_name below */               \
    D(NAME,         "name",         NAME)       /* N                          \
        unique strings of a company: ids, accounts, link codes; C = 0 for     \
        application keys */                                                   \
    D(COMPANY,      "company",      COMPANY)    /* company */                 \
    D(CREDENTIAL,   "credential",   SERIAL)     /* number: credential */      \
    D(DEPT,         "dept",         NUM)        /* dept */                    \
    D(DEPT_CHILD,   "dept_child",   NUM2)       /* C N(parent) N: -           \
        parent 0 is the root */                                               \
    D(USER,         "user",         NUM)        /* user */                    \
    D(MEMBER,       "member",       NUM2)       /* C N(dept) N(user): -       \
        users of a department without its placeholders; dept 0: users         \
        without a department */                                               \
    D(ROOM,         "room",         NUM)        /* room */                    \
    D(MEETING,      "meeting",      NUM)        /* meeting */                 \
    D(BOOKING,      "booking",      BOOKING)    /* T(end)                     \
        the time for which a meeting holds its room.  Meetings that are       \
        cancelled, rejected or ended early hold none.  Bookings of a room     \
        never overlap, so a conflict shows in the neighbours of a time */     \
    D(SCHEDULE,     "schedule",     SCHEDULE)   /* -                          \
        every meeting twice: under its room and under room 0 (all); level =   \
        the bits of its length in ms, so that "touches [a, b]" is a scan      \
        from a - 2^level in each level that is in use */                      \
    D(CREATED,      "created",      NUM2)       /* C T(created) N(meeting): - \
        */                                                                    \
    D(SPONSORED,    "sponsored",    NUM2)       /* C N(creator) N(meeting): - \
        */                                                                    \
    D(SERIES,       "series",       NUM2)       /* C N(first meeting)         \
        N(meeting): - */                                                      \
    D(ATTENDEE,     "attendee",     NUM2)       /* C N(meeting) N(slot):      \
        attendee */                                                           \
    D(CHECKIN,      "checkin",      NUM2)       /* C N(meeting) N(slot):      \
        checkin; stays when the attendee is taken off the list */             \
    D(TALLY,        "tally",        NUM)        /* C N(meeting): tally        \
        none where all counts are 0 */                                        \
    D(SESSION,      "session",      SESSION)    /* session */                 \
    D(REMINDER,     "reminder",     REMINDER)   /* -                          \
        the next one of each meeting, see mt_reminder_due() */                \
    D(SUBSCRIPTION, "subscription", COMPANY)    /* subscription */            \
    D(OUTBOX,       "outbox",       NUM)        /* C N(message): outbox       \
        messages to the subscriber that were not delivered yet, numbered from \
        1 without a gap; none without a subscriber */                         \
    D(SET_ASIDE,    "set_aside",    NUM)        /* C N(message): outbox       \
        messages that were given up until an operator asks for them again */  \
    D(JOURNAL,      "journal",      SERIAL)     /* position: journal          \
        appended */                                                           \
    D(ATTENDS,      "attends",      NUM2)       /* C N(user) N(meeting): -    \
        since format 2: the meetings on whose list a user is */               \
    D(COMPANY_JOURNAL, "company_journal", NUM)  /* C N(block): -              \
        since format 2: block = position >> MT_JOURNAL_BLOCK_BITS; the blocks \
        of the journal that have entries of the company.  By blocks, because  \
        an entry for each sign-in would cost as much as the sign-in's own */  \
    D(USAGE,        "usage",        COMPANY)    /* usage                      \
        since format 3: what a company's entries take; none where all counts  \
        are 0 */                                                              \
    D(UNDONE,       "undone",       NUM2)       /* C N(meeting) N(slot):      \
        since format 3: undone; the check-ins of the attendee that a host     \
        has undone; stays when the attendee is taken off the list */          \
    D(REPEAT,       "repeat",       SESSION)    /* C N(quarter of a day)      \
        MAC: repeat; since format 4: what a request with a client's key has   \
        done */


typedef enum {
#define MT_DB_SYMBOL(symbol, name, form)  MT_DB_##symbol,
    MT_DATABASES(MT_DB_SYMBOL)
#undef MT_DB_SYMBOL
    MT_DB_COUNT
} mt_db_t;


/*    symbol       name             value, purpose */

#define MT_META_KEYS(K)                                                       \
    K(FORMAT,      "format")        /* u64: MT_STORE_FORMAT */                \
    K(POSITION,    "position")      /* u64: last position of the journal */   \
    K(TIME,        "time")          /* T: of the last command */              \
    K(SERVER_KEY,  "server_key")    /* random bytes, MT_SERVER_KEY_LEN */     \
    K(STORE_ID,    "store_id")      /* random bytes, MT_STORE_ID_LEN: a copy  \
        has the same; the write-ahead log names its store by it */            \
    K(GENERATION,  "generation")    /* u64, from 1: raised when a copy        \
        becomes the store */                                                  \
    K(COPY,        "copy")          /* u64, 1: this is a backup that no       \
        server has started with yet */                                        \
    K(VERSION,     "version")       /* text: MT_VERSION of the build that     \
        made this format */                                                   \
    K(UPGRADE,     "upgrade")       /* u64 step, then a key: how far an       \
        upgrade has come; none while there is none under way */


typedef enum {
#define MT_META_SYMBOL(symbol, name)  MT_META_##symbol,
    MT_META_KEYS(MT_META_SYMBOL)
#undef MT_META_SYMBOL
    MT_META_COUNT
} mt_meta_t;

#define MT_SERVER_KEY_LEN  32
#define MT_STORE_ID_LEN    16

#define MT_JOURNAL_BLOCK_BITS  8


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
                                   value: C N */
    MT_NAME_HOST_CODE = 9,      /* the same */
    MT_NAME_APPKEY = 10,        /* C = 0 */
    MT_NAME_CREDENTIAL = 11,    /* COUNTER only, C = 0 */
    MT_NAME_APPID = 12,         /* C = 0 */
    MT_NAME_OUTBOX = 13         /* COUNTER only: messages to a subscriber */
};

#endif /* MT_SCHEMA_H */

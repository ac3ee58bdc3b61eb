
/*
 * meetingctl, the operators' tool: one process runs one command, beside a
 * running server or without one.  The tables of mt_ctl_main.c declare the
 * options of each command.  They fill the args of an operation through a field
 * table, as requests do, so that the model alone judges types and bounds.
 *
 * Standard output has JSON (or an export), standard error one line per fault.
 */

#ifndef MT_CTL_H
#define MT_CTL_H

#include "base/mt_owner.h"
#include "domain/kernel/mt_names.h"
#include "domain/mt_operations.h"
#include "json/mt_json.h"


/* O(SYMBOL, name, metavariable or NULL for a flag, help) */

#define MT_CTL_OPTIONS(O)                                                     \
    O(STORE,    "store",    "DIR",   "the store's directory (meeting_store)") \
    O(COMPANY,  "company",  "ID",    "the company's number (default: 1000)")  \
    O(ID,       "id",       "ID",    "its id")                                \
    O(NAME,     "name",     "NAME",  "its name")                              \
    O(APPID,    "appid",    "N",     "the credential's appid: at most nine "  \
                                     "digits (default: a random one)")        \
    O(APPKEY,   "appkey",   "KEY",   "the credential's appkey")               \
    O(APPSECRET, "appsecret", "SECRET", "its secret, or - to read it from "   \
                                     "standard input (default: a random one)")\
    O(SCOPE,    "scope",    "LIST",  "what it is good for: \"read,"           \
                                     "directory,rooms,meetings,checkins,"     \
                                     "events\", or \"all\"")                  \
    O(ALLOW,    "allow",    "NETS",  "networks from which it may be used: "   \
                                     "\"192.0.2.0/24,2001:db8::/32\", or "    \
                                     "\"any\"")                               \
    O(MEETING,  "meeting",  "ID",    "the meeting: number or string id")      \
    O(FORMAT,   "format",   "FORM",  "csv or jsonl")                          \
    O(NOBOM,    "no-bom",   NULL,    "CSV without a byte-order mark")         \
    O(DRYRUN,   "dry-run",  NULL,    "only tell what would be done")          \
    O(TIMEZONE, "timezone", "ZONE",  "zone of dates (default: Asia/Shanghai)")\
    O(BASE,     "base",     "URL",   "beginning of the links (as "            \
                                     "meeting_public_base)")                  \
    O(ADDRESS,  "address",  "TEXT",  "its address")                           \
    O(CAPACITY, "capacity", "N",     "number of seats")                       \
    O(CREATOR,  "creator",  "USER",  "the creator: number or string id")      \
    O(SUBJECT,  "subject",  "TEXT",  "its subject")                           \
    O(ROOM,     "room",     "ID",    "the room: number or string id")         \
    O(BEGIN,    "begin",    "MS",    "its begin, ms since 1970 (default: "    \
                                     "now)")                                  \
    O(END,      "end",      "MS",    "its end (default: two hours later)")    \
    O(PEOPLE,   "people",   "USERS", "its attendees: \"1,2,3\"")              \
    O(LEADERS,  "leaders",  "USERS", "up to five sign-in leaders "            \
                                     "(default: the creator)")                \
    O(RESOURCES, "resources", "DIR", "folder of pictures, "                   \
                                     "meeting_resources (default: "           \
                                     "resources in the store)")               \
    O(URL,      "url",      "URL",   "the receiver of the company's events")  \
    O(TYPES,    "types",    "LIST",  "types of events to send: \"book_"       \
                                     "success,book_cancel\", or \"all\" "    \
                                     "(default: as before, at first all)")    \
    O(ROTATE,   "rotate",   NULL,    "make new keys")                         \
    O(PRIVATE,  "allow-private", NULL, "allow a private or loopback address") \
    O(PROXY,    "proxy",    "URL",   "send through this HTTP proxy")          \
    O(CAFILE,   "ca-file",  "FILE",  "trusted certificates (default: the "    \
                                     "system's)")                             \
    O(FAILED,   "failed",   NULL,    "messages that were set aside")          \
    O(FROM,     "from",     "N",     "the first number (default: 1)")         \
    O(TO,       "to",       "N",     "the last number (default: the last)")   \
    O(LIMIT,    "limit",    "N",     "most messages to list (default: 100)")  \
    O(FORCE,    "force",    NULL,    "set a store that is there aside")       \
    O(USER,     "user",     "USER",  "the user: number or string id")         \
    O(PERSON,   "person",   "WHO",   "the attendee: a user's number, id, "    \
                                     "account or phone, or the id of an "     \
                                     "attendance")                            \
    O(TIME,     "time",     "MS",    "when it happened, ms since 1970 "       \
                                     "(default: now, or the end)")            \
    O(GRACE,    "grace",    "MS",    "how long after the begin it is not "    \
                                     "late (default: 0; as "                  \
                                     "meeting_sign_grace)")                   \
    O(REASON,   "reason",   "TEXT",  "why, for the journal")                  \
    O(WITHDRAW, "withdraw", NULL,    "take the excuse back")                  \
    O(LEADER,   "leader",   "USER",  "the host whose codes they are "         \
                                     "(default: the creator)")                \
    O(RENEW,    "renew",    NULL,    "make all earlier codes void")           \
    O(SIGNED,   "signed",   "POLICY", "whether the meeting wants signed "     \
                                     "codes: off, optional or required")      \
    O(WALKIN,   "walk-in",  "WHO",   "who may sign in without being on the "  \
                                     "list: none or directory")               \
    O(SINCE,    "since",    "DATE",  "the first day, as 2026-09-01")          \
    O(UNTIL,    "until",    "DATE",  "the last day")                          \
    O(REWRITE,  "rewrite",  NULL,    "copy entry by entry, so that no byte "  \
                                     "of a deleted one is in the copy")       \
    O(YES,      "yes",      NULL,    "do it; without it only tell what would "\
                                     "be done")                               \
    O(BEFORE,   "before",   "DATE",  "what ended before this day")            \
    O(BY,       "by",       "WHAT",  "person, department, meeting or month "  \
                                     "(default: person)")                     \
    O(HISTORY,  "history",  NULL,    "also what was changed or undone, by "   \
                                     "whom and why")

typedef enum {
#define MT_CTL_SYMBOL(symbol, name, meta, help)  MT_OPT_##symbol,
    MT_CTL_OPTIONS(MT_CTL_SYMBOL)
#undef MT_CTL_SYMBOL
    MT_OPT_COUNT
} mt_ctl_option_t;

#define MT_OPT(symbol)  (1ULL << MT_OPT_##symbol)

#define MT_CTL_COMPANY  1000         /* without --company */

/* a store is made if there is none; or only upgraded, or begun anew */
#define MT_CTL_MAKES     1
#define MT_CTL_UPGRADES  2
#define MT_CTL_RESTORES  3           /* after the operand took its place */

/* the operand, which root opens before it becomes the store's owner */
#define MT_CTL_FILE      "FILE"
#define MT_CTL_BACKUP    "BACKUP"
#define MT_CTL_DEST      "DEST"


typedef struct {
    const char        *given[MT_OPT_COUNT];     /* NULL: not given; a flag
                                                   that was given is "1" */
    const char        *operand;                 /* FILE, DEST */
    int                input;                   /* FILE or BACKUP's data */
    const char        *target;                  /* DEST as it is reached */
    int                uid;                     /* owner of the store; -1: the
                                                   process is not root */
    int                gid;

    /* of the process */
    mt_owner_t         was;                     /* root, for MT_CTL_RESTORES */
    mt_arena_t        *arena;
    mt_store_t        *store;
    mt_status_t        unsettled;               /* why the log could not be
                                                   committed; MT_OK: it was */
    mt_batch_t        *batch;                   /* NULL until mt_ctl_batch() */
    mt_settings_t      settings;
    uint32_t           company;

    /* of the present line of output */
    mt_arena_t        *line;
    mt_buf_t           out;
    mt_json_writer_t  *writer;
} mt_ctl_t;

typedef struct {
    const char  *words;              /* "company add" */
    const char  *operand;            /* metavariable, NULL: takes none */
    uint64_t     required;           /* MT_OPT() bits; --store always is */
    uint64_t     optional;
    unsigned     prepares;           /* MT_CTL_*: the store, before run() */
    int        (*run)(mt_ctl_t *ctl);
    const char  *help;               /* one line */
    const char  *details;            /* more lines, or NULL */
} mt_ctl_command_t;


/* The commands.  Return the exit code of the process. */
int mt_ctl_company_add(mt_ctl_t *ctl);
int mt_ctl_company_list(mt_ctl_t *ctl);
int mt_ctl_credential_add(mt_ctl_t *ctl);
int mt_ctl_credential_list(mt_ctl_t *ctl);
int mt_ctl_credential_revoke(mt_ctl_t *ctl);
int mt_ctl_credential_set(mt_ctl_t *ctl);
int mt_ctl_user_import(mt_ctl_t *ctl);
int mt_ctl_user_admin(mt_ctl_t *ctl);
int mt_ctl_user_erase(mt_ctl_t *ctl);
int mt_ctl_user_disable(mt_ctl_t *ctl);
int mt_ctl_user_enable(mt_ctl_t *ctl);
int mt_ctl_user_remove(mt_ctl_t *ctl);
int mt_ctl_user_show(mt_ctl_t *ctl);
int mt_ctl_room_add(mt_ctl_t *ctl);
int mt_ctl_meeting_add(mt_ctl_t *ctl);
int mt_ctl_meeting_show(mt_ctl_t *ctl);
int mt_ctl_meeting_keep(mt_ctl_t *ctl);
int mt_ctl_company_purge(mt_ctl_t *ctl);
int mt_ctl_meeting_purge(mt_ctl_t *ctl);
int mt_ctl_meeting_codes(mt_ctl_t *ctl);
int mt_ctl_meeting_set(mt_ctl_t *ctl);
int mt_ctl_meeting_links(mt_ctl_t *ctl);
int mt_ctl_checkin_add(mt_ctl_t *ctl);
int mt_ctl_checkin_undo(mt_ctl_t *ctl);
int mt_ctl_checkin_excuse(mt_ctl_t *ctl);
int mt_ctl_checkin_export(mt_ctl_t *ctl);
int mt_ctl_absent_export(mt_ctl_t *ctl);
int mt_ctl_attendance_export(mt_ctl_t *ctl);
int mt_ctl_user_list(mt_ctl_t *ctl);
int mt_ctl_room_list(mt_ctl_t *ctl);
int mt_ctl_meeting_list(mt_ctl_t *ctl);
int mt_ctl_resources_sweep(mt_ctl_t *ctl);
int mt_ctl_event_set(mt_ctl_t *ctl);
int mt_ctl_event_show(mt_ctl_t *ctl);
int mt_ctl_event_list(mt_ctl_t *ctl);
int mt_ctl_event_redeliver(mt_ctl_t *ctl);
int mt_ctl_event_discard(mt_ctl_t *ctl);
int mt_ctl_event_remove(mt_ctl_t *ctl);
int mt_ctl_event_pause(mt_ctl_t *ctl);
int mt_ctl_event_resume(mt_ctl_t *ctl);
int mt_ctl_backup(mt_ctl_t *ctl);
int mt_ctl_verify(mt_ctl_t *ctl);
int mt_ctl_stat(mt_ctl_t *ctl);
int mt_ctl_upgrade(mt_ctl_t *ctl);
int mt_ctl_restore(mt_ctl_t *ctl);


#define MT_CTL_OK      0
#define MT_CTL_FAILED  1
#define MT_CTL_USAGE   2

/* Print a line on standard error.  Return MT_CTL_FAILED. */
int mt_ctl_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int mt_ctl_fail_status(const char *what, mt_status_t status);

/* Opens the operand, becomes the store's owner if the process is root,
 * prepares the store as the command says, opens it, and sets the zone and the
 * company.
 * Returns MT_CTL_OK, or MT_CTL_FAILED, having said why. */
int mt_ctl_open(mt_ctl_t *ctl, const mt_ctl_command_t *command);
void mt_ctl_close(mt_ctl_t *ctl);

/* Returns 1 for --format csv, 0 for jsonl, `def` without the option, and -1
 * for another format, having said so. */
int mt_ctl_is_csv(mt_ctl_t *ctl, int def);

/* Reads a numeric option from min to max; *value is `def` without it.  Returns
 * 1, or 0, having said why. */
int mt_ctl_int(mt_ctl_t *ctl, mt_ctl_option_t option, int64_t min, int64_t max,
    int64_t def, int64_t *value);

/* Fills an operation's args from the options that the table names.  Returns
 * MT_CTL_OK, or MT_CTL_FAILED, having said why. */
int mt_ctl_args(mt_ctl_t *ctl, const mt_json_table_t *table, void *args);

/*
 * Runs an operation as a worker would, and applies its command at once;
 * call->result has the result.  Returns MT_CTL_OK, or MT_CTL_FAILED, having
 * said why; a rejection names the option that it is about, by `table`.
 */
int mt_ctl_run(mt_ctl_t *ctl, mt_call_t *call, const mt_operation_t *op,
    const mt_json_table_t *table, void *args);

/* Returns the folder of --resources, or the store's own; NUL-terminated. */
mt_str_t mt_ctl_resources(mt_ctl_t *ctl);

/* Returns the one batch of the process, NULL without memory. */
mt_batch_t *mt_ctl_batch(mt_ctl_t *ctl);

/* Begin a line of output, in ctl->out, through ctl->writer for JSON; end and
 * print it.  mt_ctl_flush() returns MT_CTL_OK, or MT_CTL_FAILED on a write
 * error. */
void mt_ctl_line(mt_ctl_t *ctl);
int mt_ctl_flush(mt_ctl_t *ctl);

/*
 * Sheets: rows by one table, as CSV or JSON lines, by --format.
 * mt_ctl_export_sheet() opens the transaction and calls print(), which calls
 * mt_ctl_export_line() with NULL for the header line, and for each row.  The
 * arena is print()'s, to be reset for each row.  Return MT_CTL_OK, or
 * MT_CTL_FAILED, having said why.
 */
typedef struct {
    mt_txn_t                *txn;
    mt_arena_t              *arena;
    int64_t                  meeting;
    int                      csv;
    const mt_json_table_t   *table;
} mt_ctl_sheet_t;

int mt_ctl_export_sheet(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet,
    int (*print)(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet));
int mt_ctl_export_line(mt_ctl_t *ctl, const mt_ctl_sheet_t *sheet,
    const void *row);

/* Reads --since and --until, days in the zone: *from is the beginning of the
 * first, 0 without --since; *to the end of the last, INT64_MAX without
 * --until.  Returns 1, or 0, having said why. */
int mt_ctl_days(mt_ctl_t *ctl, int64_t *from, int64_t *to);

/* Sets *ms to the beginning of an option's day, moved on by `days`, in the
 * zone; leaves it without the option, whose name is `name`.  Returns 1, or 0,
 * having said why. */
int mt_ctl_day(mt_ctl_t *ctl, mt_ctl_option_t option, const char *name,
    int days, int64_t *ms);

/* Prints an object by a table.  Returns as mt_ctl_flush(). */
int mt_ctl_print(mt_ctl_t *ctl, const mt_json_table_t *table,
    const void *object);

/*
 * Begins the read transaction, which mt_ctl_read_end() ends.  It has all that
 * was acknowledged, also where the write-ahead log cannot be committed; then
 * it is a write transaction that is thrown away.  Returns 1, or 0, having said
 * why.
 */
int mt_ctl_read(mt_ctl_t *ctl, mt_txn_t **txn);
void mt_ctl_read_end(mt_ctl_t *ctl, mt_txn_t *txn);

/* For what does not read by mt_ctl_read().  Returns MT_CTL_OK if the store has
 * all of its log, else MT_CTL_FAILED, having said why. */
int mt_ctl_settled(mt_ctl_t *ctl);

/* Loads the meeting of --meeting.  Returns 1, or 0, having said why. */
int mt_ctl_meeting(mt_ctl_t *ctl, mt_txn_t *txn, mt_meeting_t *meeting);

#endif /* MT_CTL_H */

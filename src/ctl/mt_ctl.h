
/*
 * meetingctl, the operators' tool: one process, one command, beside a running
 * server or without one.  What a command takes is declared once, in the tables
 * of mt_ctl_main.c; its options fill the operation's args through the same
 * kind of field table that a dialect uses, so that bounds and types are judged
 * by the model alone.
 *
 * Standard output holds JSON (or the export that was asked for), standard
 * error one line per fault.
 */

#ifndef MT_CTL_H
#define MT_CTL_H

#include "domain/kernel/mt_names.h"
#include "domain/mt_operations.h"
#include "json/mt_json.h"


/* O(SYMBOL, name, metavariable or NULL for a flag, help) */

#define MT_CTL_OPTIONS(O)                                                     \
    O(STORE,    "store",    "DIR",   "the store, as in meeting_store")        \
    O(COMPANY,  "company",  "ID",    "the company's number (default: 1000)")  \
    O(ID,       "id",       "ID",    "its id")                                \
    O(NAME,     "name",     "NAME",  "its name")                              \
    O(APPID,    "appid",    "N",     "the credential's appid: at most nine "  \
                                     "digits (default: a random one)")        \
    O(APPKEY,   "appkey",   "KEY",   "the credential's appkey")               \
    O(APPSECRET, "appsecret", "SECRET", "its secret, or - to read it from "   \
                                     "standard input (default: a random one)")\
    O(MEETING,  "meeting",  "ID",    "the meeting: number or string id")      \
    O(FORMAT,   "format",   "FORM",  "csv or jsonl")                          \
    O(TIMEZONE, "timezone", "ZONE",  "for dates (default: Asia/Shanghai)")    \
    O(BASE,     "base",     "URL",   "what links begin with, as in "          \
                                     "meeting_public_base")                   \
    O(ADDRESS,  "address",  "TEXT",  "where it is")                           \
    O(CAPACITY, "capacity", "N",     "seats")                                 \
    O(CREATOR,  "creator",  "USER",  "who convenes it: number or string id")  \
    O(SUBJECT,  "subject",  "TEXT",  "its title")                             \
    O(ROOM,     "room",     "ID",    "the room: number or string id")         \
    O(BEGIN,    "begin",    "MS",    "its start, in ms since 1970 "           \
                                     "(default: now)")                        \
    O(END,      "end",      "MS",    "its end (default: two hours later)")    \
    O(PEOPLE,   "people",   "USERS", "who is on its list: \"1,2,3\"")         \
    O(LEADERS,  "leaders",  "USERS", "up to five who sign people in "         \
                                     "(default: the creator)")                \
    O(RESOURCES, "resources", "DIR", "as in meeting_resources (default: "     \
                                     "resources in the store)")               \
    O(URL,      "url",      "URL",   "where the company's events go")         \
    O(ROTATE,   "rotate",   NULL,    "with new keys")                         \
    O(PRIVATE,  "allow-private", NULL, "the URL may be of a private or "      \
                                     "loopback address")                      \
    O(PROXY,    "proxy",    "URL",   "the HTTP proxy that leads there")       \
    O(CAFILE,   "ca-file",  "FILE",  "certificates to trust (default: the "   \
                                     "system's)")                             \
    O(FAILED,   "failed",   NULL,    "those that were given up")              \
    O(FROM,     "from",     "N",     "the first number (default: 1)")         \
    O(TO,       "to",       "N",     "the last number")                       \
    O(LIMIT,    "limit",    "N",     "at most so many (default: 100)")

typedef enum {
#define MT_CTL_SYMBOL(symbol, name, meta, help)  MT_OPT_##symbol,
    MT_CTL_OPTIONS(MT_CTL_SYMBOL)
#undef MT_CTL_SYMBOL
    MT_OPT_COUNT
} mt_ctl_option_t;

#define MT_OPT(symbol)  (1ULL << MT_OPT_##symbol)

#define MT_CTL_COMPANY  1000         /* where none is named */


typedef struct {
    const char        *given[MT_OPT_COUNT];     /* NULL: not given; "1": a
                                                   flag that was */
    const char        *operand;                 /* FILE, DEST */

    /* of the whole process */
    mt_arena_t        *arena;
    mt_store_t        *store;
    mt_batch_t        *batch;                   /* once a command is run */
    mt_settings_t      settings;
    uint32_t           company;

    /* of the output's present line */
    mt_arena_t        *line;
    mt_buf_t           out;
    mt_json_writer_t  *writer;
} mt_ctl_t;

typedef struct {
    const char  *words;              /* "company add" */
    const char  *operand;            /* metavariable, NULL: takes none */
    uint64_t     required;           /* MT_OPT() bits; --store always is */
    uint64_t     optional;
    unsigned     creates;            /* makes the store if there is none */
    int        (*run)(mt_ctl_t *ctl);
    const char  *help;
} mt_ctl_command_t;


/* The commands: the process' exit code. */
int mt_ctl_company_add(mt_ctl_t *ctl);
int mt_ctl_company_list(mt_ctl_t *ctl);
int mt_ctl_credential_add(mt_ctl_t *ctl);
int mt_ctl_credential_list(mt_ctl_t *ctl);
int mt_ctl_credential_revoke(mt_ctl_t *ctl);
int mt_ctl_user_import(mt_ctl_t *ctl);
int mt_ctl_room_add(mt_ctl_t *ctl);
int mt_ctl_meeting_add(mt_ctl_t *ctl);
int mt_ctl_meeting_show(mt_ctl_t *ctl);
int mt_ctl_meeting_links(mt_ctl_t *ctl);
int mt_ctl_checkin_export(mt_ctl_t *ctl);
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


#define MT_CTL_OK      0
#define MT_CTL_FAILED  1
#define MT_CTL_USAGE   2

/* Says why on standard error; MT_CTL_FAILED. */
int mt_ctl_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int mt_ctl_fail_status(const char *what, mt_status_t status);

/* Opens (and with `create` makes) the store; sets the zone and the company. */
int mt_ctl_open(mt_ctl_t *ctl, int create);
void mt_ctl_close(mt_ctl_t *ctl);

/* By --format: 1 csv, 0 jsonl, -1 neither (said so); `def` when not given. */
int mt_ctl_is_csv(mt_ctl_t *ctl, int def);

/* A numeric option, within its bounds; `def` when not given.  1, or 0 having
 * said why not. */
int mt_ctl_int(mt_ctl_t *ctl, mt_ctl_option_t option, int64_t min, int64_t max,
    int64_t def, int64_t *value);

/* Fills an operation's args from the options that the table names. */
int mt_ctl_args(mt_ctl_t *ctl, const mt_json_table_t *table, void *args);

/*
 * Runs one operation as a worker would, and its command at once.  On success
 * call->result is what came of it; a refusal is told with the option (by
 * `table`) that it is about.
 */
int mt_ctl_run(mt_ctl_t *ctl, mt_call_t *call, const mt_operation_t *op,
    const mt_json_table_t *table, void *args);

/* The process' one batch, made when first asked for; NULL without memory. */
mt_batch_t *mt_ctl_batch(mt_ctl_t *ctl);

/* Begins a line of output, in ctl->out, by ctl->writer if it is JSON; ends it
 * and prints it.  MT_CTL_FAILED when the output does not take it. */
void mt_ctl_line(mt_ctl_t *ctl);
int mt_ctl_flush(mt_ctl_t *ctl);

/* One object of what the table lists. */
int mt_ctl_print(mt_ctl_t *ctl, const mt_json_table_t *table,
    const void *object);

/* Begins the one read transaction, ended with mt_read_end(): 1, or 0 having
 * said why not. */
int mt_ctl_read(mt_ctl_t *ctl, mt_txn_t **txn);

/* The meeting of --meeting; 1, or 0 having said why not. */
int mt_ctl_meeting(mt_ctl_t *ctl, mt_txn_t *txn, mt_meeting_t *meeting);

#endif /* MT_CTL_H */

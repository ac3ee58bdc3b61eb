
#include "base/mt_version.h"
#include "ctl/mt_ctl.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>


#define MT_CTL_HELP     'h'
#define MT_CTL_VERSION  'V'

/* getopt_long() returns the options of the table from here on, above any
 * character. */
#define MT_CTL_BASE  256


static const struct {
    const char  *name;
    const char  *meta;
    const char  *help;
} mt_ctl_options[] = {
#define MT_CTL_ENTRY(symbol, name, meta, help)  { name, meta, help },
    MT_CTL_OPTIONS(MT_CTL_ENTRY)
#undef MT_CTL_ENTRY
};


static const mt_ctl_command_t  mt_ctl_commands[] = {
    { "company add", NULL, MT_OPT(ID) | MT_OPT(NAME), 0, MT_CTL_MAKES,
      mt_ctl_company_add,
      "Add a company, and create the store if there is none.", NULL },

    { "company list", NULL, 0, 0, 0, mt_ctl_company_list,
      "List the companies and what they take.",
      "bytes are those of keys and values, the company's journal entries\n"
      "included; people are users who were not removed, meetings all, also\n"
      "cancelled ones." },

    { "company purge", NULL, MT_OPT(COMPANY), MT_OPT(YES) | MT_OPT(RESOURCES),
      0, mt_ctl_company_purge,
      "Delete a company with everything of it, for good.",
      "It answers no call from the first step on.  The others are small: a\n"
      "running server goes on, and finishes the purge if this is\n"
      "interrupted.  Its entries of the journal are erased, its pictures\n"
      "removed." },

    { "credential add", NULL, 0,
      MT_OPT(COMPANY) | MT_OPT(APPID) | MT_OPT(APPKEY) | MT_OPT(APPSECRET)
      | MT_OPT(SCOPE) | MT_OPT(ALLOW), 0,
      mt_ctl_credential_add,
      "Make an appid, appkey and appsecret for a company.",
      "The secret is printed this once: the store keeps only its SHA-256.\n"
      "The options give those that clients in the field know already; a\n"
      "secret has 16 to 64 characters, at least 8 of them different." },

    { "credential list", NULL, 0, MT_OPT(COMPANY), 0, mt_ctl_credential_list,
      "List a company's credentials, without their secrets.", NULL },

    { "credential set", NULL, MT_OPT(APPKEY),
      MT_OPT(COMPANY) | MT_OPT(SCOPE) | MT_OPT(ALLOW), 0,
      mt_ctl_credential_set,
      "Change what a credential is good for, its tokens included.", NULL },

    { "credential revoke", NULL, MT_OPT(APPKEY), MT_OPT(COMPANY), 0,
      mt_ctl_credential_revoke,
      "Revoke a credential and its access tokens, for good.", NULL },

    { "user import", MT_CTL_FILE, 0,
      MT_OPT(COMPANY) | MT_OPT(FORMAT) | MT_OPT(DRYRUN), 0,
      mt_ctl_user_import,
      "Add or update users from a CSV or JSON lines file.",
      "FILE is CSV with a header line, or one JSON object a line; \"-\" is\n"
      "standard input.  Columns or members: id, name, account, phone,\n"
      "email, position, memo, department (its name; made if there is none),\n"
      "password (as the user types it).\n"
      "A row with an id is about the user of that id, another row about the\n"
      "user of its account.  An empty CSV cell leaves the value as it is.\n"
      "Rejected rows are reported, the others are imported; the exit code is\n"
      "1 then.  --dry-run reports the same and writes nothing; a running\n"
      "server's changes wait for it." },

    { "user show", NULL, MT_OPT(USER), MT_OPT(COMPANY) | MT_OPT(HISTORY), 0,
      mt_ctl_user_show,
      "Show a user, and with --history what changed the user.",
      "A removed user is shown, too.  sessions is the number of log-ins;\n"
      "ownPassword is 0 while the default password is good.  --history reads\n"
      "the whole journal and prints a line for each change: its operation,\n"
      "whether the operator made it, the user who did (0: none), the reason.\n"
      "Changes older than the journal are gone." },

    { "user admin", "on|off", MT_OPT(USER), MT_OPT(COMPANY) | MT_OPT(REASON),
      0, mt_ctl_user_admin,
      "Make a user an administrator of the company, or end that.",
      "Administrators correct check-ins of all the company's meetings." },

    { "user remove", NULL, MT_OPT(USER), MT_OPT(COMPANY) | MT_OPT(REASON), 0,
      mt_ctl_user_remove,
      "Remove a user: sessions end, account and phone become free.",
      "Lists and check-ins of meetings keep the user.  The id stays the\n"
      "user's: user import with it brings the user back.  resources sweep\n"
      "deletes the picture." },

    { "user erase", NULL, MT_OPT(USER),
      MT_OPT(COMPANY) | MT_OPT(YES) | MT_OPT(RESOURCES), 0, mt_ctl_user_erase,
      "Erase a person's data everywhere, for good.",
      "The user is removed.  Rows of past meetings stay for the counts,\n"
      "under the number of a user without a name.  Commands in the journal\n"
      "lose what they have of the person, so that a replay does not\n"
      "reproduce them.  Backups, and bytes in free space, are not reached." },

    { "user disable", NULL, MT_OPT(USER), MT_OPT(COMPANY) | MT_OPT(REASON), 0,
      mt_ctl_user_disable,
      "End a user's sessions and reject further log-ins.",
      "The user stays on the lists of meetings, and join links go on\n"
      "working.  status is 0 for a disabled user." },

    { "user enable", NULL, MT_OPT(USER), MT_OPT(COMPANY) | MT_OPT(REASON), 0,
      mt_ctl_user_enable,
      "Allow a disabled user to log in again.", NULL },

    { "user list", NULL, 0, MT_OPT(COMPANY) | MT_OPT(FORMAT) | MT_OPT(NOBOM),
      0, mt_ctl_user_list,
      "List a company's users.",
      "Placeholders are left out.  Formats as of checkin export." },

    { "room add", NULL, MT_OPT(NAME),
      MT_OPT(COMPANY) | MT_OPT(ID) | MT_OPT(ADDRESS) | MT_OPT(CAPACITY), 0,
      mt_ctl_room_add,
      "Add a room, enabled and open all day.", NULL },

    { "room list", NULL, 0, MT_OPT(COMPANY) | MT_OPT(FORMAT) | MT_OPT(NOBOM),
      0, mt_ctl_room_list,
      "List a company's rooms.", NULL },

    { "meeting add", NULL, MT_OPT(CREATOR) | MT_OPT(SUBJECT),
      MT_OPT(COMPANY) | MT_OPT(ID) | MT_OPT(ROOM) | MT_OPT(ADDRESS)
      | MT_OPT(BEGIN) | MT_OPT(END) | MT_OPT(PEOPLE) | MT_OPT(LEADERS)
      | MT_OPT(TIMEZONE), 0,
      mt_ctl_meeting_add,
      "Create a meeting with check-in.", NULL },

    { "meeting list", NULL, 0,
      MT_OPT(COMPANY) | MT_OPT(SINCE) | MT_OPT(UNTIL) | MT_OPT(FORMAT)
      | MT_OPT(NOBOM) | MT_OPT(TIMEZONE), 0,
      mt_ctl_meeting_list,
      "List a company's meetings by their begin, with counts.",
      "life is as of meeting show.  Formats as of checkin export." },

    { "meeting show", NULL, MT_OPT(MEETING), MT_OPT(COMPANY), 0,
      mt_ctl_meeting_show,
      "Show a meeting's times, phase and counts.",
      "life is 0 (scheduled), 1 (under way), 2 (ended) or 3 (cancelled)." },

    { "meeting keep", NULL, MT_OPT(MEETING), MT_OPT(COMPANY), 0,
      mt_ctl_meeting_keep,
      "Keep a meeting's room though nobody has signed in.",
      "With meeting_release_after the server releases such rooms." },

    { "meeting purge", NULL, MT_OPT(BEFORE),
      MT_OPT(COMPANY) | MT_OPT(TIMEZONE) | MT_OPT(DRYRUN), 0,
      mt_ctl_meeting_purge,
      "Delete meetings that ended before a day, for good.",
      "Attendees and check-ins go with them, in small steps: a running\n"
      "server goes on, and after an interruption the command can be given\n"
      "again.  The first meeting of a series goes when the others are gone." },
    { "meeting codes", NULL, MT_OPT(MEETING),
      MT_OPT(COMPANY) | MT_OPT(LEADER) | MT_OPT(RENEW) | MT_OPT(SIGNED), 0,
      mt_ctl_meeting_codes,
      "Print a meeting's signed codes of the next minute.",
      "One code a line, for the time from `from` to `until` (ms since 1970):\n"
      "create_date is what a client of weclubs finds in it.  A code is good\n"
      "for meeting_qr_valid from then on." },

    { "meeting set", NULL, MT_OPT(MEETING),
      MT_OPT(COMPANY) | MT_OPT(WALKIN) | MT_OPT(CAPACITY) | MT_OPT(SIGNED), 0,
      mt_ctl_meeting_set,
      "Set who may walk into a meeting, and how many there may be.",
      "With --walk-in directory, users who are not on the list may sign in,\n"
      "and are put on it.  --capacity 0: any number." },

    { "meeting links", NULL, MT_OPT(MEETING), MT_OPT(COMPANY) | MT_OPT(BASE),
      0, mt_ctl_meeting_links,
      "Print a meeting's join links for attendees and host.", NULL },

    { "checkin add", NULL, MT_OPT(MEETING) | MT_OPT(PERSON),
      MT_OPT(COMPANY) | MT_OPT(TIME) | MT_OPT(GRACE) | MT_OPT(REASON), 0,
      mt_ctl_checkin_add,
      "Sign an attendee in by hand.",
      "A check-in that is there already stays." },

    { "checkin undo", NULL, MT_OPT(MEETING) | MT_OPT(PERSON) | MT_OPT(REASON),
      MT_OPT(COMPANY), 0,
      mt_ctl_checkin_undo,
      "Undo an attendee's check-in.",
      "The attendee may sign in again; a repeat of the undone request is\n"
      "rejected.  checkin export --history shows what was undone." },

    { "checkin excuse", NULL, MT_OPT(MEETING) | MT_OPT(PERSON),
      MT_OPT(COMPANY) | MT_OPT(REASON) | MT_OPT(WITHDRAW), 0,
      mt_ctl_checkin_excuse,
      "Excuse an attendee, or take the excuse back.", NULL },

    { "checkin export", NULL, MT_OPT(MEETING),
      MT_OPT(COMPANY) | MT_OPT(FORMAT) | MT_OPT(NOBOM) | MT_OPT(TIMEZONE)
      | MT_OPT(HISTORY), 0,
      mt_ctl_checkin_export,
      "Print a meeting's check-ins, one a line, as CSV or JSON.",
      "Check-ins of attendees who were taken off the meeting's list are\n"
      "printed, too.  The default format is csv.  In CSV, text that a\n"
      "spreadsheet would run as a formula gets a ' before it; user import\n"
      "takes it off.  CSV begins with a byte-order mark, for spreadsheets." },

    { "absent export", NULL, MT_OPT(MEETING),
      MT_OPT(COMPANY) | MT_OPT(FORMAT) | MT_OPT(NOBOM), 0,
      mt_ctl_absent_export,
      "Print a meeting's attendees who have not signed in.",
      "excused is 1 for those who declined or were excused.  Formats as of\n"
      "checkin export." },

    { "attendance export", NULL, 0,
      MT_OPT(COMPANY) | MT_OPT(SINCE) | MT_OPT(UNTIL) | MT_OPT(BY)
      | MT_OPT(FORMAT) | MT_OPT(NOBOM) | MT_OPT(TIMEZONE), 0,
      mt_ctl_attendance_export,
      "Count who was present, late, excused and absent over many meetings.",
      "Meetings that began on these days and are over count, but for those\n"
      "that are cancelled or want no sign-in.  Formats as of checkin\n"
      "export." },

    { "resources sweep", NULL, 0, MT_OPT(RESOURCES), 0, mt_ctl_resources_sweep,
      "Delete pictures that belong to no user.",
      "A crash can leave them behind in the resources folder.  Pictures\n"
      "younger than an hour are kept." },

    { "event set", NULL, MT_OPT(URL),
      MT_OPT(COMPANY) | MT_OPT(APPKEY) | MT_OPT(ROTATE) | MT_OPT(PRIVATE)
      | MT_OPT(PROXY) | MT_OPT(CAFILE) | MT_OPT(TYPES), 0,
      mt_ctl_event_set,
      "Send a company's events to a URL, after a check.",
      "Prints the keys as JSON, then sends the URL a check_url message.  The\n"
      "receiver must answer it with these keys within 1.5 seconds, or the\n"
      "URL is not stored.  Another try uses the same keys; --rotate makes\n"
      "new ones, which count once the check has succeeded.  Messages are for\n"
      "the appkey of the company's oldest credential, or of --appkey.\n"
      "Messages that wait and are of no type of --types are not sent." },

    { "event show", NULL, 0, MT_OPT(COMPANY), 0, mt_ctl_event_show,
      "Show a company's subscription: URL, keys, state, counters.",
      "state is none (no URL has passed the check), delivering, failing or\n"
      "paused." },

    { "event list", NULL, 0,
      MT_OPT(COMPANY) | MT_OPT(FAILED) | MT_OPT(FROM) | MT_OPT(TO)
      | MT_OPT(LIMIT), 0,
      mt_ctl_event_list,
      "List messages in the outbox, or those that were set aside.", NULL },

    { "event redeliver", NULL, 0,
      MT_OPT(COMPANY) | MT_OPT(FROM) | MT_OPT(TO), 0,
      mt_ctl_event_redeliver,
      "Put messages that were set aside back into the outbox.",
      "They are delivered before all others." },

    { "event discard", NULL, 0,
      MT_OPT(COMPANY) | MT_OPT(FROM) | MT_OPT(TO), 0,
      mt_ctl_event_discard,
      "Delete messages that were set aside.", NULL },

    { "event remove", NULL, 0, MT_OPT(COMPANY), 0, mt_ctl_event_remove,
      "End a company's subscription and delete its messages.",
      "The keys are kept, and numbers go on, for another event set." },

    { "event pause", NULL, 0, MT_OPT(COMPANY), 0, mt_ctl_event_pause,
      "Stop delivery; the outbox keeps messages meanwhile.", NULL },

    { "event resume", NULL, 0, MT_OPT(COMPANY), 0, mt_ctl_event_resume,
      "Resume delivery at once, after a pause or failures.", NULL },

    { "backup", MT_CTL_DEST, 0, MT_OPT(RESOURCES) | MT_OPT(REWRITE), 0,
      mt_ctl_backup,
      "Copy the store and its pictures while the server runs.",
      "The copy is the state at one moment.  DEST must not hold a store.\n"
      "The copy is marked: a server that starts with it begins a new\n"
      "generation, as restore does." },

    { "restore", MT_CTL_BACKUP, 0, MT_OPT(FORCE) | MT_OPT(RESOURCES),
      MT_CTL_RESTORES, mt_ctl_restore,
      "Put a backup in the place of the store, as a new generation.",
      "The server must be stopped.  Numbers skip ahead, so that none comes\n"
      "again that was given out since the backup; access tokens given out\n"
      "before are void." },

    { "verify", NULL, 0, 0, 0, mt_ctl_verify,
      "Check the whole store: indexes, counters, references.",
      "Each breach is a line on standard error; the exit code is 1 then." },

    { "stat", NULL, 0, 0, 0, mt_ctl_stat,
      "Print the store's sizes, readers and entries per database.", NULL },

    { "upgrade", NULL, 0, 0, MT_CTL_UPGRADES, mt_ctl_upgrade,
      "Bring a store of an older format to the one of this version.",
      "A copy that a backup made becomes the store.  nginx does the same\n"
      "when it starts.  No server may be running with the store.  The only\n"
      "way back is a backup." }
};


static void
mt_ctl_help_options(FILE *to, uint64_t options)
{
    unsigned  i;

    for (i = 0; i < MT_OPT_COUNT; i++) {
        if (options & (1ULL << i)) {
            fprintf(to, "  --%-13s  %-6s  %s\n", mt_ctl_options[i].name,
                    mt_ctl_options[i].meta ? mt_ctl_options[i].meta : "",
                    mt_ctl_options[i].help);
        }
    }
}


static void
mt_ctl_help_commands(FILE *to)
{
    size_t  i;

    fputs("Usage: meetingctl --store DIR COMMAND [OPTION ...]\n\n"
          "Manages the store of an nginx-meeting server, which may be running."
          "\n\nCommands:\n", to);

    for (i = 0; i < mt_nitems(mt_ctl_commands); i++) {
        fprintf(to, "  %-18s  %s\n", mt_ctl_commands[i].words,
                mt_ctl_commands[i].help);
    }

    fputs("\nmeetingctl COMMAND --help  describes a command and its options\n"
          "meetingctl --version       prints the version and the store format"
          "\n\nResults are JSON on standard output, errors are lines on "
          "standard error.\nThe exit code is 0 for success, 1 for a failure "
          "or a rejection, 2 for wrong\nusage.\n", to);
}


static void
mt_ctl_help(FILE *to, const mt_ctl_command_t *command)
{
    unsigned  i;
    uint64_t  bit;

    if (command == NULL) {
        mt_ctl_help_commands(to);
        return;
    }

    fprintf(to, "Usage: meetingctl --store DIR %s", command->words);

    for (i = 0; i < MT_OPT_COUNT; i++) {
        bit = 1ULL << i;

        if ((command->required | command->optional) & bit) {
            fprintf(to, (command->required & bit) ? " --%s%s%s"
                                                  : " [--%s%s%s]",
                    mt_ctl_options[i].name,
                    mt_ctl_options[i].meta ? " " : "",
                    mt_ctl_options[i].meta ? mt_ctl_options[i].meta : "");
        }
    }

    fprintf(to, "%s%s\n\n%s\n%s%s%s\nOptions:\n",
            command->operand ? " " : "",
            command->operand ? command->operand : "", command->help,
            command->details ? "\n" : "",
            command->details ? command->details : "",
            command->details ? "\n" : "");

    mt_ctl_help_options(to, command->required | command->optional
                            | MT_OPT(STORE));
}


static int
mt_ctl_usage(const mt_ctl_command_t *command)
{
    fprintf(stderr, "try: meetingctl %s%s--help\n",
            command ? command->words : "", command ? " " : "");

    return MT_CTL_USAGE;
}


/* Returns the command that the first words name, or NULL; *used is the number
 * of these words. */

static const mt_ctl_command_t *
mt_ctl_find(int argc, char **argv, int *used)
{
    int       n;
    char      words[64];
    size_t    i;

    for (n = 1; n <= 2 && n <= argc; n++) {
        snprintf(words, sizeof(words), "%s%s%s", argv[0], n == 2 ? " " : "",
                 n == 2 ? argv[1] : "");

        for (i = 0; i < mt_nitems(mt_ctl_commands); i++) {
            if (mt_str_eq(mt_cstr(words), mt_cstr(mt_ctl_commands[i].words))) {
                *used = n;
                return &mt_ctl_commands[i];
            }
        }
    }

    return NULL;
}


/* Reads options into ctl->given.  Returns MT_CTL_HELP or MT_CTL_VERSION if the
 * user asked for it, -1 on a bad option, else 0. */

static int
mt_ctl_parse(mt_ctl_t *ctl, int argc, char **argv)
{
    int            c, asked;
    size_t         i;
    struct option  table[MT_OPT_COUNT + 3];

    memset(table, 0, sizeof(table));

    for (i = 0; i < MT_OPT_COUNT; i++) {
        table[i].name = mt_ctl_options[i].name;
        table[i].has_arg = mt_ctl_options[i].meta ? required_argument
                                                  : no_argument;
        table[i].val = MT_CTL_BASE + (int) i;
    }

    table[i].name = "help";
    table[i++].val = MT_CTL_HELP;
    table[i].name = "version";
    table[i].val = MT_CTL_VERSION;
    asked = 0;

    while ((c = getopt_long(argc, argv, "hV", table, NULL)) != -1) {
        if (c == MT_CTL_HELP || c == MT_CTL_VERSION) {
            asked = c;

        } else if (c >= MT_CTL_BASE) {
            ctl->given[c - MT_CTL_BASE] = optarg ? optarg : "1";

        } else {
            return -1;
        }
    }

    return asked;
}


/* Checks that the command has all options that it requires and no unknown one.
 * Returns 0 or -1. */

static int
mt_ctl_check(const mt_ctl_t *ctl, const mt_ctl_command_t *command, int nargs)
{
    int       bad;
    size_t    i;
    uint64_t  bit, required, known;

    required = command->required | MT_OPT(STORE);
    known = required | command->optional;
    bad = 0;

    for (i = 0; i < MT_OPT_COUNT; i++) {
        bit = 1ULL << i;

        if (ctl->given[i] == NULL && (required & bit)) {
            bad = mt_ctl_fail("--%s is missing", mt_ctl_options[i].name);

        } else if (ctl->given[i] != NULL && !(known & bit)) {
            bad = mt_ctl_fail("%s takes no --%s", command->words,
                              mt_ctl_options[i].name);
        }
    }

    if (nargs != (command->operand != NULL)) {
        bad = command->operand
              ? mt_ctl_fail("%s takes one %s", command->words,
                            command->operand)
              : mt_ctl_fail("%s takes no operand", command->words);
    }

    return bad ? -1 : 0;
}


int
main(int argc, char **argv)
{
    int                      asked, rc, used;
    mt_ctl_t                 ctl;
    const mt_ctl_command_t  *command;

    memset(&ctl, 0, sizeof(ctl));

    asked = mt_ctl_parse(&ctl, argc, argv);

    argc -= optind;
    argv += optind;
    used = 0;
    command = mt_ctl_find(argc, argv, &used);

    if (asked == MT_CTL_HELP) {
        mt_ctl_help(stdout, command);
        return MT_CTL_OK;
    }

    if (asked == MT_CTL_VERSION) {
        printf("meetingctl %s, store format %d\n", MT_VERSION,
               MT_STORE_FORMAT);
        return MT_CTL_OK;
    }

    if (command == NULL && asked == 0) {
        mt_ctl_fail(argc ? "no such command: %s" : "a command is missing%s",
                    argc ? argv[0] : "");
    }

    if (command == NULL || asked == -1
        || mt_ctl_check(&ctl, command, argc - used) == -1)
    {
        return mt_ctl_usage(command);
    }

    ctl.operand = argv[used];

    rc = mt_ctl_open(&ctl, command);

    if (rc == MT_CTL_OK) {
        rc = command->run(&ctl);
    }

    mt_ctl_close(&ctl);

    if (fflush(stdout) != 0) {
        rc = mt_ctl_fail("standard output: %s", strerror(errno));
    }

    return rc;
}

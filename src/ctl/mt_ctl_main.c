
#include "base/mt_version.h"
#include "ctl/mt_ctl.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>


#define MT_CTL_HELP     'h'
#define MT_CTL_VERSION  'V'

/* getopt_long()'s values of our options start above any character */
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
    { "company add", NULL, MT_OPT(ID) | MT_OPT(NAME), 0, 1,
      mt_ctl_company_add,
      "Adds a company; makes the store if there is none." },

    { "company list", NULL, 0, 0, 0, mt_ctl_company_list,
      "Lists the companies." },

    { "credential add", NULL, 0,
      MT_OPT(COMPANY) | MT_OPT(APPID) | MT_OPT(APPKEY) | MT_OPT(APPSECRET), 0,
      mt_ctl_credential_add,
      "Gives the company another appid, appkey and appsecret.  The secret is\n"
      "printed this once: the store keeps only its SHA-256.  Whoever has\n"
      "clients in the field gives those that they know: a secret of 16 to 64\n"
      "characters, at least 8 of them different." },

    { "credential list", NULL, 0, MT_OPT(COMPANY), 0, mt_ctl_credential_list,
      "Lists the company's credentials, without their secrets." },

    { "credential revoke", NULL, MT_OPT(APPKEY), MT_OPT(COMPANY), 0,
      mt_ctl_credential_revoke,
      "Revokes a credential, and every token it gave, for good." },

    { "user import", "FILE", 0, MT_OPT(COMPANY) | MT_OPT(FORMAT), 0,
      mt_ctl_user_import,
      "Adds or updates people from a CSV file with a header line, or from a\n"
      "file of one JSON object a line; \"-\" is standard input.  Columns or\n"
      "members: id, name, account, phone, email, position, memo, department\n"
      "(its name; made if there is none), password (as it is typed).\n"
      "A person is known by id or, where the line has none, by account.  An\n"
      "empty CSV cell leaves that value as it is.  A bad line is reported,\n"
      "the others go on, and the exit code is 1." },

    { "room add", NULL, MT_OPT(NAME),
      MT_OPT(COMPANY) | MT_OPT(ID) | MT_OPT(ADDRESS) | MT_OPT(CAPACITY), 0,
      mt_ctl_room_add,
      "Adds a room, enabled, open all day." },

    { "meeting add", NULL, MT_OPT(CREATOR) | MT_OPT(SUBJECT),
      MT_OPT(COMPANY) | MT_OPT(ID) | MT_OPT(ROOM) | MT_OPT(ADDRESS)
      | MT_OPT(BEGIN) | MT_OPT(END) | MT_OPT(PEOPLE) | MT_OPT(LEADERS)
      | MT_OPT(TIMEZONE), 0,
      mt_ctl_meeting_add,
      "Publishes a meeting that people sign into." },

    { "meeting show", NULL, MT_OPT(MEETING), MT_OPT(COMPANY), 0,
      mt_ctl_meeting_show,
      "Shows a meeting's times, where it stands and its counts." },

    { "meeting links", NULL, MT_OPT(MEETING), MT_OPT(COMPANY) | MT_OPT(BASE),
      0, mt_ctl_meeting_links,
      "Prints the meeting's join links, for attendees and for the host." },

    { "checkin export", NULL, MT_OPT(MEETING),
      MT_OPT(COMPANY) | MT_OPT(FORMAT) | MT_OPT(TIMEZONE), 0,
      mt_ctl_checkin_export,
      "Prints one line per check-in of the meeting (default: csv), those of\n"
      "people since taken off its list too.  In CSV, text that a spreadsheet\n"
      "would take for a formula gets a ' before it." },

    { "resources sweep", NULL, 0, MT_OPT(RESOURCES), 0, mt_ctl_resources_sweep,
      "Deletes the pictures that no user has, left behind by a crash, from\n"
      "the resources folder; those younger than an hour are let alone." },

    { "event set", NULL, MT_OPT(URL),
      MT_OPT(COMPANY) | MT_OPT(APPKEY) | MT_OPT(ROTATE) | MT_OPT(PRIVATE)
      | MT_OPT(PROXY) | MT_OPT(CAFILE), 0,
      mt_ctl_event_set,
      "Sends the company's events to a URL.  Prints the keys first, as JSON:\n"
      "the receiver has to answer the check that follows with them, within\n"
      "1.5 seconds, or the URL is not kept.  A repeat has the same keys;\n"
      "with --rotate new ones are made, in force once the check succeeds.\n"
      "Messages are for the appkey of the company's oldest credential, or\n"
      "the one that is named." },

    { "event show", NULL, 0, MT_OPT(COMPANY), 0, mt_ctl_event_show,
      "Shows where the company's events go, with the keys, and how far\n"
      "their delivery is.  state: none (no URL was checked yet), delivering,\n"
      "failing or paused." },

    { "event list", NULL, 0,
      MT_OPT(COMPANY) | MT_OPT(FAILED) | MT_OPT(FROM) | MT_OPT(TO)
      | MT_OPT(LIMIT), 0,
      mt_ctl_event_list,
      "Lists the messages that wait to be delivered, or with --failed those\n"
      "that were given up." },

    { "event redeliver", NULL, 0,
      MT_OPT(COMPANY) | MT_OPT(FROM) | MT_OPT(TO), 0,
      mt_ctl_event_redeliver,
      "Delivers messages that were given up after all, before those that\n"
      "wait." },

    { "event discard", NULL, 0,
      MT_OPT(COMPANY) | MT_OPT(FROM) | MT_OPT(TO), 0,
      mt_ctl_event_discard,
      "Deletes messages that were given up." },

    { "event remove", NULL, 0, MT_OPT(COMPANY), 0, mt_ctl_event_remove,
      "Ends the subscription, and deletes what waits for the receiver or was\n"
      "given up.  The keys stay, and numbers go on, for another event set." },

    { "event pause", NULL, 0, MT_OPT(COMPANY), 0, mt_ctl_event_pause,
      "Delivers nothing until told to resume; events are kept meanwhile." },

    { "event resume", NULL, 0, MT_OPT(COMPANY), 0, mt_ctl_event_resume,
      "Goes on to deliver, at once, also where failures had asked for a\n"
      "pause." },

    { "backup", "DEST", 0, 0, 0, mt_ctl_backup,
      "Copies the store, as it is at one moment, into the directory DEST,\n"
      "while the server goes on.  DEST may not hold a store." },

    { "verify", NULL, 0, 0, 0, mt_ctl_verify,
      "Checks every invariant of the store: indexes, counters, references." },

    { "stat", NULL, 0, 0, 0, mt_ctl_stat,
      "Prints sizes, readers and how many entries each database has." }
};


static void
mt_ctl_help_options(FILE *to, uint64_t options)
{
    unsigned  i;

    for (i = 0; i < MT_OPT_COUNT; i++) {
        if (options & (1ULL << i)) {
            fprintf(to, "  --%-9s %-6s %s\n", mt_ctl_options[i].name,
                    mt_ctl_options[i].meta ? mt_ctl_options[i].meta : "",
                    mt_ctl_options[i].help);
        }
    }
}


static void
mt_ctl_help(FILE *to, const mt_ctl_command_t *command)
{
    size_t    i;
    uint64_t  bit;

    if (command == NULL) {
        fprintf(to, "Usage: meetingctl --store DIR COMMAND [OPTION ...]\n\n"
                    "Commands (meetingctl COMMAND --help tells more, "
                    "meetingctl --version\nwhich version this is):\n");

        for (i = 0; i < mt_nitems(mt_ctl_commands); i++) {
            fprintf(to, "  %s\n", mt_ctl_commands[i].words);
        }

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

    fprintf(to, "%s%s\n\n%s\n\n", command->operand ? " " : "",
            command->operand ? command->operand : "", command->help);

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


/* The command that the leading words name; *used is how many they are. */

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


/* Every option that the command needs, none that it does not know. */

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

    rc = mt_ctl_open(&ctl, command->creates);

    if (rc == MT_CTL_OK) {
        rc = command->run(&ctl);
    }

    mt_ctl_close(&ctl);

    if (fflush(stdout) != 0) {
        rc = mt_ctl_fail("standard output: %s", strerror(errno));
    }

    return rc;
}


/* Commands on rooms and meetings. */

#include "ctl/mt_ctl.h"
#include "domain/auth/mt_auth.h"
#include "domain/checkin/mt_qr.h"
#include "domain/meeting/mt_meeting.h"


MT_JSON_TABLE(mt_ctl_room_options,
    { "id",       MT_FIELD(room_edit, id) },
    { "name",     MT_FIELD(room_edit, name) },
    { "address",  MT_FIELD(room_edit, address) },
    { "capacity", MT_FIELD(room_edit, capacity) }
);

MT_JSON_TABLE(mt_ctl_room_row,
    { "number", MT_FIELD(room, num) },
    { "id",     MT_FIELD(room, id) },
    { "name",   MT_FIELD(room, name) }
);

MT_JSON_TABLE(mt_ctl_meeting_options,
    { "id",      MT_FIELD(meeting_edit, id) },
    { "subject", MT_FIELD(meeting_edit, subject) },
    { "address", MT_FIELD(meeting_edit, place) },
    { "begin",   MT_FIELD(meeting_edit, begin) },
    { "end",     MT_FIELD(meeting_edit, end) },
    { "room",    MT_FIELD(meeting_edit, room_ref) },
    { "creator", MT_FIELD(meeting_edit, creator_ref) },
    { "leaders", MT_FIELD(meeting_edit, leader_refs), 0, 0,
      &mt_wire_ref_csv },
    { "people",  MT_FIELD(meeting_edit, people_refs), 0, 0,
      &mt_wire_ref_csv }
);


typedef struct {
    mt_meeting_t          meeting;
    mt_tally_t            tally;
    mt_meeting_derived_t  derived;
} mt_ctl_shown_t;

#define MT_CTL_TALLY    offsetof(mt_ctl_shown_t, tally)
#define MT_CTL_DERIVED  offsetof(mt_ctl_shown_t, derived)

/* life: MT_PHASE_*, 0 scheduled, 1 under way, 2 ended, 3 cancelled */

MT_JSON_TABLE(mt_ctl_meeting_row,
    { "number",  MT_FIELD(meeting, num) },
    { "id",      MT_FIELD(meeting, id) },
    { "subject", MT_FIELD(meeting, subject) },
    { "begin",   MT_FIELD(meeting, begin) },
    { "end",     MT_FIELD(meeting, end) },
    { "creator", MT_FIELD(meeting, creator) },
    { "room",    MT_FIELD(meeting, room) },
    { "life",    MT_FIELD(meeting_derived, phase), MT_CTL_DERIVED },
    { "people",  MT_FIELD(tally, total), MT_CTL_TALLY },
    { "signed",  MT_FIELD(tally, signed_in), MT_CTL_TALLY },
    { "late",    MT_FIELD(tally, late), MT_CTL_TALLY }
);


#define MT_CTL_LINKS_FIELDS(F, M)                                             \
    F(M, 1, INT, meeting,       0, MT_NUM_MAX, NULL)                          \
    F(M, 2, STR, attendee_url,  0, MT_URL_MAX, NULL)                          \
    F(M, 3, STR, host_url,      0, MT_URL_MAX, NULL)

MT_DECLARE_MODEL(ctl_links, MT_CTL_LINKS_FIELDS);
MT_DEFINE_MODEL(ctl_links, MT_CTL_LINKS_FIELDS);

MT_JSON_TABLE(mt_ctl_links_row,
    { "meeting",         MT_FIELD(ctl_links, meeting) },
    { "attendeeJoinUrl", MT_FIELD(ctl_links, attendee_url) },
    { "hostJoinUrl",     MT_FIELD(ctl_links, host_url) }
);


int
mt_ctl_room_add(mt_ctl_t *ctl)
{
    int             rc;
    mt_key_t        key;
    mt_txn_t       *txn;
    mt_call_t       call;
    mt_room_t       room;
    mt_room_edit_t  args;

    memset(&args, 0, sizeof(args));

    mt_set(&args, room_edit, open, 0);
    mt_set(&args, room_edit, close, 24 * 60);
    mt_set(&args, room_edit, status, 1);

    if (mt_ctl_args(ctl, &mt_ctl_room_options, &args) != MT_CTL_OK
        || mt_ctl_run(ctl, &call, &mt_op_room_add, &mt_ctl_room_options,
                      &args)
           != MT_CTL_OK
        || !mt_ctl_read(ctl, &txn))
    {
        return MT_CTL_FAILED;
    }

    mt_key_num(&key, ctl->company, call.result.num);

    rc = mt_load(txn, MT_DB_ROOM, &key, &mt_room_model, &room, ctl->arena)
         == 1
         ? mt_ctl_print(ctl, &mt_ctl_room_row, &room)
         : mt_ctl_fail_status("store", MT_STORE_FAILED);

    mt_ctl_read_end(ctl, txn);

    return rc;
}


static int
mt_ctl_show(mt_ctl_t *ctl, const char *ref)
{
    int             rc;
    mt_txn_t       *txn;
    mt_key_t        key;
    mt_ctl_shown_t  shown;

    memset(&shown, 0, sizeof(shown));

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    rc = MT_CTL_FAILED;
    ctl->given[MT_OPT_MEETING] = ref;

    if (mt_ctl_meeting(ctl, txn, &shown.meeting)) {
        mt_key_num(&key, ctl->company, shown.meeting.num);

        if (mt_load(txn, MT_DB_TALLY, &key, &mt_tally_model, &shown.tally,
                    ctl->arena)
            == -1)
        {
            mt_ctl_fail_status("store", MT_STORE_FAILED);

        } else {
            shown.derived.phase = mt_meeting_phase(&shown.meeting,
                                                  mt_realtime_ms());
            rc = mt_ctl_print(ctl, &mt_ctl_meeting_row, &shown);
        }
    }

    mt_ctl_read_end(ctl, txn);

    return rc;
}


int
mt_ctl_meeting_add(mt_ctl_t *ctl)
{
    mt_str_t           num;
    mt_call_t          call;
    mt_meeting_edit_t  args;

    memset(&args, 0, sizeof(args));

    if (mt_ctl_args(ctl, &mt_ctl_meeting_options, &args) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    if (!mt_has(&args, meeting_edit, begin)) {
        mt_set(&args, meeting_edit, begin, mt_realtime_ms());
    }

    if (!mt_has(&args, meeting_edit, end)) {
        mt_set(&args, meeting_edit, end,
               args.begin + ctl->settings.default_length);
    }

    if (!mt_has(&args, meeting_edit, leader_refs)) {
        mt_set(&args, meeting_edit, leader_refs,
               ((mt_strs_t) { 1, &args.creator_ref }));
    }

    mt_set(&args, meeting_edit, sign, MT_SIGN_WANTED);

    if (mt_ctl_run(ctl, &call, &mt_op_meeting_create,
                   &mt_ctl_meeting_options, &args)
        != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    num = mt_arena_printf(ctl->arena, "%lld", (long long) call.result.num);

    return mt_ctl_show(ctl, num.data);
}


int
mt_ctl_meeting_show(mt_ctl_t *ctl)
{
    return mt_ctl_show(ctl, ctl->given[MT_OPT_MEETING]);
}


MT_JSON_TABLE(mt_ctl_meeting_act_options,
    { "meeting", MT_FIELD(meeting_act, ref) }
);


int
mt_ctl_meeting_keep(mt_ctl_t *ctl)
{
    mt_call_t         call;
    mt_meeting_act_t  args;

    memset(&args, 0, sizeof(args));

    return mt_ctl_args(ctl, &mt_ctl_meeting_act_options, &args) == MT_CTL_OK
           && mt_ctl_run(ctl, &call, &mt_op_meeting_keep,
                         &mt_ctl_meeting_act_options, &args)
              == MT_CTL_OK
           ? mt_ctl_show(ctl, ctl->given[MT_OPT_MEETING]) : MT_CTL_FAILED;
}


MT_JSON_TABLE(mt_ctl_meeting_set_options,
    { "meeting",  MT_FIELD(meeting_set, ref) },
    { "capacity", MT_FIELD(meeting_set, capacity) }
);

#define MT_CTL_CODE_FIELDS(F, M)                                              \
    F(M, 1, INT, from,        0, MT_TIME_MAX, NULL)                           \
    F(M, 2, INT, until,       0, MT_TIME_MAX, NULL)                           \
    F(M, 3, INT, leader,      0, MT_NUM_MAX, NULL)                            \
    F(M, 4, INT, number,      0, MT_INTEGER_MAX, NULL)

MT_DECLARE_MODEL(ctl_code, MT_CTL_CODE_FIELDS);
MT_DEFINE_MODEL(ctl_code, MT_CTL_CODE_FIELDS);

MT_JSON_TABLE(mt_ctl_code_row,
    { "from",        MT_FIELD(ctl_code, from) },
    { "until",       MT_FIELD(ctl_code, until) },
    { "leader_id",   MT_FIELD(ctl_code, leader) },
    { "create_date", MT_FIELD(ctl_code, number) }
);

/* a minute's */
#define MT_CTL_CODES  12


/* Sets *value to the place of the option's word in the list.  Returns 1, or 0
 * after a message. */

static int
mt_ctl_word(mt_ctl_t *ctl, mt_ctl_option_t option, const char *const *words,
    size_t n, int64_t *value)
{
    size_t       i;
    mt_str_t     list;
    const char  *given;

    given = ctl->given[option];
    list = MT_STR("");

    for (i = 0; i < n; i++) {
        if (mt_str_eq(mt_cstr(given), mt_cstr(words[i]))) {
            *value = (int64_t) i;
            return 1;
        }

        list = mt_arena_printf(ctl->arena, "%.*s%s%s", (int) list.len,
                               list.data, i ? ", " : "", words[i]);
    }

    (void) mt_ctl_fail("\"%s\" is none of: %.*s", given, (int) list.len,
                       list.data);

    return 0;
}


/* Changes what the options say about a meeting.  Returns 1, or 0 after a
 * message. */

static int
mt_ctl_meeting_change(mt_ctl_t *ctl)
{
    mt_call_t          call;
    mt_meeting_set_t   args;

    static const char *const  policies[] = {
        [MT_QR_OFF] = "off",
        [MT_QR_OPTIONAL] = "optional",
        [MT_QR_REQUIRED] = "required"
    };

    static const char *const  walk_ins[] = {
        [MT_WALK_IN_NONE] = "none",
        [MT_WALK_IN_DIRECTORY] = "directory"
    };

    memset(&args, 0, sizeof(args));

    if (mt_ctl_args(ctl, &mt_ctl_meeting_set_options, &args) != MT_CTL_OK) {
        return 0;
    }

    if (ctl->given[MT_OPT_RENEW]) {
        mt_set(&args, meeting_set, renew, 1);
    }

    if (ctl->given[MT_OPT_SIGNED]) {
        if (!mt_ctl_word(ctl, MT_OPT_SIGNED, policies, mt_nitems(policies),
                         &args.policy))
        {
            return 0;
        }

        args.has |= MT_BIT(meeting_set, policy);
    }

    if (ctl->given[MT_OPT_WALKIN]) {
        if (!mt_ctl_word(ctl, MT_OPT_WALKIN, walk_ins, mt_nitems(walk_ins),
                         &args.walk_in))
        {
            return 0;
        }

        args.has |= MT_BIT(meeting_set, walk_in);
    }

    return args.has == MT_BIT(meeting_set, ref)
           || mt_ctl_run(ctl, &call, &mt_op_meeting_set,
                         &mt_ctl_meeting_set_options, &args)
              == MT_CTL_OK;
}


int
mt_ctl_meeting_set(mt_ctl_t *ctl)
{
    return mt_ctl_meeting_change(ctl)
           ? mt_ctl_show(ctl, ctl->given[MT_OPT_MEETING]) : MT_CTL_FAILED;
}


/* Returns the number of the host whose codes are wanted, 0 after a message. */

static int64_t
mt_ctl_code_leader(mt_ctl_t *ctl, mt_txn_t *txn, const mt_meeting_t *meeting)
{
    int64_t      leader;
    const char  *given;

    given = ctl->given[MT_OPT_LEADER];
    leader = given ? mt_ref_num(txn, ctl->company, MT_NAME_USER,
                                mt_cstr(given))
                   : meeting->creator;

    if (mt_meeting_is_host(meeting, leader)) {
        return leader;
    }

    (void) mt_ctl_fail_status("--leader", MT_NOT_LEADER);

    return 0;
}


int
mt_ctl_meeting_codes(mt_ctl_t *ctl)
{
    int             i, rc;
    mt_qr_t         code;
    uint8_t         bytes[MT_SERVER_KEY_LEN];
    mt_str_t        key;
    mt_txn_t       *txn;
    mt_meeting_t    meeting;
    mt_ctl_code_t   row;

    if (!mt_ctl_meeting_change(ctl) || !mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    rc = MT_CTL_FAILED;

    if (mt_ctl_meeting(ctl, txn, &meeting)) {
        memset(&row, 0, sizeof(row));
        memset(&code, 0, sizeof(code));

        code.company = ctl->company;
        code.meeting = meeting.num;
        code.generation = meeting.codes;
        code.leader = mt_ctl_code_leader(ctl, txn, &meeting);
        code.slot = mt_realtime_ms() / MT_QR_STEP;

        if (mt_meta_server_key(txn, &key) != 1
            || mt_token_key(key, mt_meta_generation(txn), bytes) != 0)
        {
            mt_ctl_fail_status("store", MT_STORE_FAILED);
            code.leader = 0;
        }

        key = (mt_str_t) { sizeof(bytes), (const char *) bytes };
        row.leader = code.leader;
        rc = code.leader ? MT_CTL_OK : MT_CTL_FAILED;

        for (i = 0; rc == MT_CTL_OK && i < MT_CTL_CODES; i++) {
            row.from = code.slot * MT_QR_STEP;
            row.until = row.from + MT_QR_STEP;
            row.number = mt_qr_number(key, &code);

            rc = mt_ctl_print(ctl, &mt_ctl_code_row, &row);
            code.slot++;
        }
    }

    mt_ctl_read_end(ctl, txn);

    return rc;
}


static mt_str_t
mt_ctl_link(mt_ctl_t *ctl, mt_str_t code)
{
    mt_str_t     base;
    const char  *given;

    given = ctl->given[MT_OPT_BASE];
    base = given ? mt_cstr(given) : MT_STR("");

    while (base.len > 0 && base.data[base.len - 1] == '/') {
        base.len--;
    }

    return mt_arena_printf(ctl->arena, "%.*s/k/%.*s", (int) base.len,
                           base.data, (int) code.len, code.data);
}


int
mt_ctl_meeting_links(mt_ctl_t *ctl)
{
    int             rc;
    mt_txn_t       *txn;
    mt_meeting_t    meeting;
    mt_ctl_links_t  links;

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    rc = MT_CTL_FAILED;

    if (mt_ctl_meeting(ctl, txn, &meeting)) {
        memset(&links, 0, sizeof(links));

        links.meeting = meeting.num;
        links.attendee_url = mt_ctl_link(ctl, meeting.attendee_code);
        links.host_url = mt_ctl_link(ctl, meeting.host_code);

        rc = mt_ctl_print(ctl, &mt_ctl_links_row, &links);
    }

    mt_ctl_read_end(ctl, txn);

    return rc;
}


/* Commands on the check-in of one attendee. */

#include "ctl/mt_ctl.h"
#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_meeting.h"


MT_JSON_TABLE(mt_ctl_host_act_options,
    { "meeting", MT_FIELD(host_act, ref) },
    { "person",  MT_FIELD(host_act, person) },
    { "reason",  MT_FIELD(host_act, reason) },
    { "time",    MT_FIELD(host_act, time) }
);


typedef struct {
    mt_meeting_t          meeting;
    mt_attendee_t         attendee;
    mt_checkin_t          checkin;
    mt_person_derived_t   derived;
} mt_ctl_attendee_t;

#define MT_CTL_ATTENDEE_IN(record)  offsetof(mt_ctl_attendee_t, record)

MT_JSON_TABLE(mt_ctl_attendee_row,
    { "meeting", MT_FIELD(meeting, num) },
    { "user",    MT_FIELD(person_derived, num),
      MT_CTL_ATTENDEE_IN(derived) },
    { "name",    MT_FIELD(person_derived, name),
      MT_CTL_ATTENDEE_IN(derived) },
    { "answer",  MT_FIELD(attendee, answer), MT_CTL_ATTENDEE_IN(attendee) },
    { "signed",  MT_FIELD(person_derived, signed_in),
      MT_CTL_ATTENDEE_IN(derived) },
    { "time",    MT_FIELD(checkin, time), MT_CTL_ATTENDEE_IN(checkin) },
    { "late",    MT_FIELD(checkin, late), MT_CTL_ATTENDEE_IN(checkin) }
);


/* Prints the attendee as the act has left it. */

static int
mt_ctl_attendee_show(mt_ctl_t *ctl, mt_str_t person)
{
    int                 rc, found;
    int64_t             slot;
    mt_txn_t           *txn;
    mt_user_t           user;
    mt_ctl_attendee_t   shown;

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    memset(&shown, 0, sizeof(shown));
    memset(&user, 0, sizeof(user));
    rc = MT_CTL_FAILED;

    if (mt_ctl_meeting(ctl, txn, &shown.meeting)) {
        found = mt_attendee_find(txn, ctl->company, &shown.meeting, person,
                                 ctl->arena, &slot);

        if (found == 1) {
            found = mt_attendee_load(txn, ctl->company, shown.meeting.num,
                                     slot, &shown.attendee, ctl->arena);
        }

        if (found == 1 && slot < MT_GUEST_SLOT) {
            shown.derived.num = slot;
            found = mt_user_load(txn, ctl->company, slot, &user, ctl->arena);
        }

        if (found == 1) {
            found = mt_checkin_load(txn, ctl->company, shown.meeting.num,
                                    slot, &shown.checkin, ctl->arena);
            shown.derived.signed_in = found == 1;
            shown.derived.name = shown.attendee.name.len
                                 ? shown.attendee.name : user.name;

            rc = found == -1 ? rc
                             : mt_ctl_print(ctl, &mt_ctl_attendee_row, &shown);
        }

        if (rc == MT_CTL_FAILED) {
            mt_ctl_fail_status("store", MT_STORE_FAILED);
        }
    }

    mt_ctl_read_end(ctl, txn);

    return rc;
}


static int
mt_ctl_host_act(mt_ctl_t *ctl, const mt_operation_t *op, int excused)
{
    int64_t        grace;
    mt_call_t      call;
    mt_host_act_t  args;

    memset(&args, 0, sizeof(args));

    if (mt_ctl_args(ctl, &mt_ctl_host_act_options, &args) != MT_CTL_OK
        || !mt_ctl_int(ctl, MT_OPT_GRACE, 0, MT_TIME_MAX, 0, &grace))
    {
        return MT_CTL_FAILED;
    }

    ctl->settings.grace = grace;
    mt_set(&args, host_act, excused, excused);
    mt_set(&args, host_act, operator, 1);

    return mt_ctl_run(ctl, &call, op, &mt_ctl_host_act_options, &args)
           == MT_CTL_OK
           ? mt_ctl_attendee_show(ctl, args.person) : MT_CTL_FAILED;
}


int
mt_ctl_checkin_add(mt_ctl_t *ctl)
{
    return mt_ctl_host_act(ctl, &mt_op_checkin_add, 0);
}


int
mt_ctl_checkin_undo(mt_ctl_t *ctl)
{
    return mt_ctl_host_act(ctl, &mt_op_checkin_undo, 0);
}


int
mt_ctl_checkin_excuse(mt_ctl_t *ctl)
{
    return mt_ctl_host_act(ctl, &mt_op_excuse,
                           ctl->given[MT_OPT_WITHDRAW] == NULL);
}

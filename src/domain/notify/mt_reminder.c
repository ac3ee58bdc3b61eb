
/*
 * Finds due reminders, and fires one.  The index of reminders follows from the
 * meetings' records (meeting/mt_meeting_index.c).
 */

#include "domain/notify/mt_event.h"



static mt_status_t mt_reminder_fire_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);


const mt_operation_t  mt_op_reminder_fire = {
    .code = MT_CODE_reminder_fire,
    .name = "reminder_fire",
    .args = &mt_reminder_fire_model,
    .body = &mt_reminder_fire_model,
    .start = mt_start_command,
    .apply = mt_reminder_fire_apply
};


int
mt_reminder_next(mt_txn_t *txn, mt_reminder_t *reminder, int64_t now)
{
    int       found;
    mt_key_t  at;
    mt_str_t  key, value;

    mt_key_reminder(&at, reminder->due, reminder->company,
                    mt_key_after(reminder->meeting));

    found = mt_seek(txn, MT_DB_REMINDER, NULL, &at, &key, &value);

    if (found != 1) {
        return found;
    }

    return mt_key_read_reminder(key, &reminder->due, &reminder->company,
                                &reminder->meeting)
           ? reminder->due <= now : -1;
}


/* The command may come late: the meeting decides if the reminder is still
 * right. */

static mt_status_t
mt_reminder_fire_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_reminder_fire_t  *args = body;

    int64_t              reason;
    mt_meeting_t         meeting;
    const mt_meeting_t  *old;

    old = mt_meeting_load(a, args->meeting);

    if (old == NULL) {
        return a->failed != MT_OK
               ? a->failed
               : mt_apply_reject(result, MT_NO_SUCH_MEETING,
                                 MT_reminder_fire_meeting, 0);
    }

    if (mt_reminder_due(old, &reason) != args->due || args->due > a->time
        || reason == 0)
    {
        a->unchanged = 1;
        return MT_OK;
    }

    meeting = *old;
    meeting.reminded = args->due;

    result->num = meeting.num;
    mt_raise_reminder(a, &meeting, args->due, reason);

    return mt_meeting_save(a, &meeting);
}

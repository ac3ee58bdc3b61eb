
/*
 * Reminders: when a meeting's next one is due follows from its record, so the
 * index that finds them is kept in step like the others, and a meeting that
 * moves, or is cancelled, takes its reminders along.
 */

#include "domain/notify/mt_event.h"


static int64_t mt_reminder_notice(const mt_meeting_t *meeting);
static int64_t mt_reminder_minutes(const mt_meeting_t *meeting);
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


/* `notice` counts from 2; 1 is "do not", 0 "never said" */

static int64_t
mt_reminder_notice(const mt_meeting_t *meeting)
{
    return meeting->notice < 2
           ? 0 : meeting->begin - (meeting->notice - 2) * MT_MS_PER_MINUTE;
}


static int64_t
mt_reminder_minutes(const mt_meeting_t *meeting)
{
    return meeting->remind == 0
           ? 0 : meeting->begin - meeting->remind * MT_MS_PER_MINUTE;
}


int64_t
mt_reminder_due(const mt_meeting_t *meeting, int64_t *reason)
{
    int64_t  notice, minutes;

    *reason = 0;

    if (meeting->state != MT_MEETING_LIVE) {
        return 0;
    }

    notice = mt_reminder_notice(meeting);
    minutes = mt_reminder_minutes(meeting);

    /* at the same time it is the one that may ask for an SMS */

    if (notice > meeting->reminded
        && (notice < minutes || minutes <= meeting->reminded))
    {
        *reason = MT_REMIND_NOTICE;
        return notice;
    }

    if (minutes > meeting->reminded) {
        *reason = MT_REMIND_MINUTES;
        return minutes;
    }

    return 0;
}


int
mt_reminder_stands(const mt_meeting_t *meeting, int64_t due, int64_t reason)
{
    if (meeting->state != MT_MEETING_LIVE) {
        return 0;
    }

    switch (reason) {

    case MT_REMIND_NOTICE:
        return mt_reminder_notice(meeting) == due;

    case MT_REMIND_MINUTES:
        return mt_reminder_minutes(meeting) == due;

    default:
        return 1;
    }
}


int
mt_reminder_next(mt_txn_t *txn, mt_reminder_t *reminder, int64_t now)
{
    int           found;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    cursor = mt_cursor_open(txn, MT_DB_REMINDER, NULL);
    if (cursor == NULL) {
        return -1;
    }

    mt_key_reminder(&at, reminder->due, reminder->company,
                    reminder->meeting + 1);

    found = mt_cursor_seek(cursor, &at, &key, &value);

    if (found == 1) {
        found = !mt_key_read_reminder(key, &reminder->due, &reminder->company,
                                      &reminder->meeting)
                ? -1 : reminder->due <= now;
    }

    mt_cursor_close(cursor);

    return found;
}


/* Who asks may be late: the meeting decides whether this one still stands. */

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
               : mt_reject(result, MT_NO_SUCH_MEETING,
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


/*
 * The next reminder of a meeting follows from its record.  So the reminders
 * move with the meeting, and go when it is cancelled.
 */

#include "domain/meeting/mt_meeting.h"


static int64_t mt_reminder_notice(const mt_meeting_t *meeting);
static int64_t mt_reminder_minutes(const mt_meeting_t *meeting);


/* `notice`: 0 not set, 1 no reminder, from 2 on minutes plus 2 */

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

    if (meeting->state != MT_MEETING_OPEN) {
        return 0;
    }

    notice = mt_reminder_notice(meeting);
    minutes = mt_reminder_minutes(meeting);

    /* if both are due at once, this one wins: it may ask for an SMS */

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
    if (meeting->state != MT_MEETING_OPEN) {
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


void
mt_raise_reminder(mt_apply_t *a, const mt_meeting_t *meeting, int64_t due,
    int64_t reason)
{
    mt_event_t  *event;

    event = mt_raise(a, MT_EVENT_MEETING_REMIND, meeting->num, meeting->id);

    if (event) {
        event->due = due;
        event->reason = reason;
    }
}

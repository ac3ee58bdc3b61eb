
/*
 * The next reminder of a meeting follows from its record.  So the reminders
 * move with the meeting, and go when it is cancelled.
 */

#include "domain/meeting/mt_meeting.h"

#include <stdlib.h>


static int mt_reminder_earlier(const void *one, const void *two);


mt_status_t
mt_reminders_given(mt_arena_t *arena, uint64_t *has, mt_ints_t *reminders,
    int64_t notice, int64_t remind)
{
    size_t    i, n;
    int64_t  *v;

    static const uint64_t  single = MT_BIT(meeting_edit, notice)
                                    | MT_BIT(meeting_edit, remind);

    if (!(*has & (single | MT_BIT(meeting_edit, reminders)))) {
        return MT_OK;
    }

    if (!(*has & MT_BIT(meeting_edit, reminders))) {
        v = mt_arena_alloc(arena, sizeof(int64_t));
        if (v == NULL) {
            return MT_NO_MEMORY;
        }

        /* -1: none, which 0 is for remindMin alone */
        *v = *has & MT_BIT(meeting_edit, notice) ? notice - MT_NOTICE_BASE
             : remind ? remind : -1;

        *reminders = (mt_ints_t) { 1, v };
    }

    *has = (*has & ~single) | MT_BIT(meeting_edit, reminders);
    v = reminders->v;
    n = reminders->n;

    if (n == 1 && v[0] == -1) {
        reminders->n = 0;
        return MT_OK;
    }

    for (i = 0; i < n; i++) {
        if (v[i] < 0 || v[i] > MT_REMINDER_MAX) {
            return MT_BAD_VALUE;
        }
    }

    if (n > 1) {
        qsort(v, n, sizeof(int64_t), mt_reminder_earlier);
    }

    for (i = 1, reminders->n = n ? 1 : 0; i < n; i++) {
        if (v[i] != v[i - 1]) {
            v[reminders->n++] = v[i];
        }
    }

    return MT_OK;
}


/* The more minutes before the start, the earlier. */

static int
mt_reminder_earlier(const void *one, const void *two)
{
    return mt_num_cmp(two, one);
}


mt_ints_t
mt_reminders(const mt_meeting_t *meeting, int64_t legacy[2])
{
    size_t  n;

    if (meeting->reminders.n) {
        return meeting->reminders;
    }

    n = 0;

    if (meeting->notice >= MT_NOTICE_BASE) {
        legacy[n++] = meeting->notice - MT_NOTICE_BASE;
    }

    if (meeting->remind) {
        legacy[n++] = meeting->remind;
    }

    if (n == 2 && legacy[0] <= legacy[1]) {
        n = legacy[0] == legacy[1] ? 1 : 2;
        legacy[1] = legacy[0];
        legacy[0] = meeting->remind;
    }

    return (mt_ints_t) { n, legacy };
}


/* One that was given as minutes may ask for an SMS, and wins where both
 * spellings of an earlier version are due at once. */

int64_t
mt_reminder_due(const mt_meeting_t *meeting, int64_t *reason)
{
    size_t     i;
    int64_t    due, legacy[2];
    mt_ints_t  list;

    *reason = 0;

    if (meeting->state != MT_MEETING_OPEN) {
        return 0;
    }

    list = mt_reminders(meeting, legacy);

    for (i = 0; i < list.n; i++) {
        due = meeting->begin - list.v[i] * MT_MS_PER_MINUTE;

        if (due > meeting->reminded) {
            *reason = meeting->reminders.n || meeting->remind == list.v[i]
                      ? MT_REMIND_MINUTES : MT_REMIND_NOTICE;
            return due;
        }
    }

    return 0;
}


int
mt_reminder_stands(const mt_meeting_t *meeting, int64_t due, int64_t reason)
{
    size_t     i;
    int64_t    legacy[2];
    mt_ints_t  list;

    if (meeting->state != MT_MEETING_OPEN) {
        return 0;
    }

    if (reason != MT_REMIND_NOTICE && reason != MT_REMIND_MINUTES) {
        return 1;
    }

    list = mt_reminders(meeting, legacy);

    for (i = 0; i < list.n; i++) {
        if (meeting->begin - list.v[i] * MT_MS_PER_MINUTE == due) {
            return 1;
        }
    }

    return 0;
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

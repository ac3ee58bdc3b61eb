
/*
 * The job of reminders.  It gives a command for each reminder that is due, a
 * limited number at a time.  Apply judges again whether the reminder is due,
 * so that it is raised once even if its command is given twice, or late.
 */

#include "event/mt_job_reminders.h"

#include <stdlib.h>

#include "domain/notify/mt_event.h"


/* Most commands at a time: check-ins that are committed with them wait some
 * milliseconds longer. */
#define MT_REMINDERS_BATCH  100

#define MT_REMINDERS_PAUSE  1000         /* ms, after a failure */


typedef struct {
    mt_background_t  *bg;
    unsigned          pending;           /* commands to be committed */
    unsigned          given;             /* reminders that they raised */
    int64_t           pause;             /* no command before this time */
} mt_reminders_t;


static void *mt_reminders_open(mt_background_t *bg);
static int64_t mt_reminders_run(void *job, mt_txn_t *txn, int64_t now);
static int mt_reminders_give(mt_reminders_t *r,
    const mt_reminder_t *reminder);
static void mt_reminders_done(void *job, void *cookie,
    const mt_result_t *result);


const mt_job_t  mt_job_reminders = {
    .name = "reminders",
    .open = mt_reminders_open,
    .close = free,
    .run = mt_reminders_run,
    .done = mt_reminders_done
};


static void *
mt_reminders_open(mt_background_t *bg)
{
    mt_reminders_t  *r;

    r = calloc(1, sizeof(*r));

    if (r) {
        r->bg = bg;
    }

    return r;
}


static int64_t
mt_reminders_run(void *job, mt_txn_t *txn, int64_t now)
{
    mt_reminders_t *r = job;

    int            found;
    mt_reminder_t  reminder;

    if (r->pending) {
        return MT_BACKGROUND_NEVER;
    }

    if (now < r->pause) {
        return r->pause;
    }

    r->given = 0;
    memset(&reminder, 0, sizeof(reminder));

    while ((found = mt_reminder_next(txn, &reminder, now)) == 1) {

        if (r->pending == MT_REMINDERS_BATCH) {
            return MT_BACKGROUND_NEVER;
        }

        if (mt_reminders_give(r, &reminder) != 0) {
            found = -1;
            break;
        }
    }

    if (found < 0) {
        r->pause = now + MT_REMINDERS_PAUSE;
        return r->pause;
    }

    return reminder.due > now ? reminder.due : MT_BACKGROUND_NEVER;
}


static int
mt_reminders_give(mt_reminders_t *r, const mt_reminder_t *reminder)
{
    mt_reminder_fire_t  fire;

    memset(&fire, 0, sizeof(fire));
    mt_set(&fire, reminder_fire, meeting, reminder->meeting);
    mt_set(&fire, reminder_fire, due, reminder->due);

    if (mt_background_give(r->bg, r, &mt_op_reminder_fire, reminder->company,
                           &fire, NULL)
        != 0)
    {
        return -1;
    }

    r->pending++;

    return 0;
}


/* Reminders whose commands all failed are due at once: hence the pause. */

static void
mt_reminders_done(void *job, void *cookie, const mt_result_t *result)
{
    mt_reminders_t *r = job;

    (void) cookie;

    r->pending--;

    if (result->status == MT_OK && result->num) {
        r->given++;
    }

    if (r->pending) {
        return;
    }

    if (r->given == 0) {
        r->pause = mt_realtime_ms() + MT_REMINDERS_PAUSE;
    }

    mt_background_count(r->bg, MT_COUNT_REMINDERS, r->given);
}

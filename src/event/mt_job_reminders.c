
/*
 * The job that reminds: of each reminder that is due it has a command given,
 * a bounded number of them at a time.  Apply judges again whether it still is,
 * so that one that is given twice, or late, is given once.
 */

#include "event/mt_job_reminders.h"

#include <stdlib.h>

#include "domain/notify/mt_event.h"


/* What one commit may hold up the sign-ins beside it by: some milliseconds. */
#define MT_REMINDERS_OUT    100

#define MT_REMINDERS_PAUSE  1000         /* ms, after a failure */


typedef struct {
    mt_background_t  *bg;
    unsigned          out;               /* commands */
    unsigned          given;             /* reminders, by the last of them */
    int64_t           pause;             /* until then */
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

    if (r->out) {
        return MT_BACKGROUND_NEVER;
    }

    if (now < r->pause) {
        return r->pause;
    }

    r->given = 0;
    memset(&reminder, 0, sizeof(reminder));

    while ((found = mt_reminder_next(txn, &reminder, now)) == 1) {

        if (r->out == MT_REMINDERS_OUT) {
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

    r->out++;

    return 0;
}


/* Those that came to nothing would be due again at once. */

static void
mt_reminders_done(void *job, void *cookie, const mt_result_t *result)
{
    mt_reminders_t *r = job;

    (void) cookie;

    r->out--;

    if (result->status == MT_OK && result->num) {
        r->given++;
    }

    if (r->out) {
        return;
    }

    if (r->given == 0) {
        r->pause = mt_realtime_ms() + MT_REMINDERS_PAUSE;
    }

    mt_background_count(r->bg, MT_COUNT_REMINDERS, r->given);
}

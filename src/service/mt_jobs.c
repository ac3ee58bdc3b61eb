
/* The table of the server's background jobs. */

#include "service/mt_jobs.h"

#include "background/mt_job_housekeeping.h"
#include "background/mt_job_release.h"
#include "background/mt_job_retention.h"
#include "event/mt_job_delivery.h"
#include "event/mt_job_reminders.h"


const mt_job_t *const  mt_background_jobs[] = {
    &mt_job_reminders,
    &mt_job_delivery,
    &mt_job_release,
    &mt_job_housekeeping,
    &mt_job_retention,
    NULL
};

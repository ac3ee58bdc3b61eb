
#include "background/mt_background.h"


const mt_job_t *const  mt_background_jobs[] = {
    &mt_job_reminders,
    &mt_job_delivery,
    &mt_job_housekeeping,
    NULL
};

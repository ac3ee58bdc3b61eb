
#include "event/mt_background.h"


const mt_job_t *const  mt_background_jobs[] = {
    NULL
};

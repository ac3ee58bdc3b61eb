
/* The job that purges meetings which ended long ago. */

#ifndef MT_JOB_RETENTION_H
#define MT_JOB_RETENTION_H

#include "background/mt_background.h"


extern const mt_job_t  mt_job_retention;

#endif /* MT_JOB_RETENTION_H */


/* The job that removes old journal entries, ended sessions and orphaned
 * pictures. */

#ifndef MT_JOB_HOUSEKEEPING_H
#define MT_JOB_HOUSEKEEPING_H

#include "background/mt_background.h"


extern const mt_job_t  mt_job_housekeeping;

#endif /* MT_JOB_HOUSEKEEPING_H */

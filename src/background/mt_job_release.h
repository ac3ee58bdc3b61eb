
/* The job that releases the rooms of meetings to which nobody comes. */

#ifndef MT_JOB_RELEASE_H
#define MT_JOB_RELEASE_H

#include "background/mt_background.h"


extern const mt_job_t  mt_job_release;

#endif /* MT_JOB_RELEASE_H */


/* The job that raises the reminders that are due. */

#ifndef MT_JOB_REMINDERS_H
#define MT_JOB_REMINDERS_H

#include "background/mt_background.h"


extern const mt_job_t  mt_job_reminders;

#endif /* MT_JOB_REMINDERS_H */

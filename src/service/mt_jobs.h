
/* The table of the server's background jobs. */

#ifndef MT_JOBS_H
#define MT_JOBS_H

#include "background/mt_background.h"


/* Ends with NULL. */
extern const mt_job_t *const  mt_background_jobs[];

#endif /* MT_JOBS_H */

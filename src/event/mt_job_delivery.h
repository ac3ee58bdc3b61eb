
/* The job that delivers the outbox's messages to subscribers. */

#ifndef MT_JOB_DELIVERY_H
#define MT_JOB_DELIVERY_H

#include "background/mt_background.h"


extern const mt_job_t  mt_job_delivery;

#endif /* MT_JOB_DELIVERY_H */

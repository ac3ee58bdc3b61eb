
/*
 * The quota of a company, which its commands carry.  Commands of a tool and of
 * older builds have none.
 */

#ifndef MT_QUOTA_H
#define MT_QUOTA_H

#include "domain/kernel/mt_apply.h"


/* Puts a quota into the fields of a command, and takes it out. */
void mt_quota_give(mt_command_t *command, const mt_quota_t *quota);
void mt_quota_take(mt_quota_t *quota, const mt_command_t *command);

/*
 * For apply(), before it writes: judge whether the company may have `bytes`,
 * `meetings` or `people` more.  Return MT_OK, MT_QUOTA_BYTES,
 * MT_QUOTA_MEETINGS or MT_QUOTA_PEOPLE, or MT_STORE_FAILED.
 */
mt_status_t mt_quota_bytes(mt_apply_t *a, size_t bytes);
mt_status_t mt_quota_meetings(mt_apply_t *a, size_t meetings);
mt_status_t mt_quota_people(mt_apply_t *a, size_t people);

#endif /* MT_QUOTA_H */

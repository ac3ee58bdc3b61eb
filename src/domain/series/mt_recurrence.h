
/*
 * Repeating meetings: from a rule, a time zone and a first begin to the list
 * of begins; and shifts by the wall clock.  Pure: no store, no clock.  For
 * workers: what comes out travels in commands, apply knows no time zone.
 */

#ifndef MT_RECURRENCE_H
#define MT_RECURRENCE_H

#include "base/mt_zone.h"
#include "model/mt_status.h"


/* the rules; stable: they stand in records, and are yunzhijia's `repeat` */

#define MT_REPEAT_NONE          0
#define MT_REPEAT_WORKDAYS      1      /* Monday to Friday */
#define MT_REPEAT_DAILY         2
#define MT_REPEAT_WEEKLY        3
#define MT_REPEAT_FORTNIGHTLY   4
#define MT_REPEAT_MONTHLY       5      /* months without the day are skipped */

#define MT_OCCURRENCES_MAX      400


/* One meeting on each date of the rule from that of `begin` on, at the wall-
 * clock time of `begin`; none begins after `until`. */

typedef struct {
    const mt_zone_t  *zone;
    int               rule;            /* MT_REPEAT_* */
    int64_t           begin;           /* ms, not below 0 */
    int64_t           until;
} mt_recurrence_t;

/*
 * Fills `begins` in ascending order.  MT_OK and *n (0 where the rule has no
 * date in time), MT_TOO_MANY, or MT_BAD_VALUE for an unknown rule.
 *
 * Across daylight-saving changes the wall clock counts: a time that the clock
 * shows twice is the first one, a time that it skips is moved on by the length
 * of the gap; a date that a zone skipped altogether has no meeting.
 */
mt_status_t mt_recurrence_expand(const mt_recurrence_t *recurrence,
    int64_t begins[MT_OCCURRENCES_MAX], size_t *n);

/* How far the wall clock is on between two instants, in ms; and the instant
 * when it has gone on by `shift` since `ms` (that itself where it is 0). */
int64_t mt_wall_between(const mt_zone_t *zone, int64_t from, int64_t to);
int64_t mt_wall_shift(const mt_zone_t *zone, int64_t ms, int64_t shift);

/* The local date of an instant, as a number: of days since 1970. */
int64_t mt_wall_day(const mt_zone_t *zone, int64_t ms);

#endif /* MT_RECURRENCE_H */

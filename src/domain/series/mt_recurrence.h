
/*
 * Recurrence: a rule, a time zone and a first begin give the list of begins;
 * and shifts by the wall clock.  Pure functions, without store or clock.
 * Workers call them and put the results into commands, for apply() has no time
 * zone.
 */

#ifndef MT_RECURRENCE_H
#define MT_RECURRENCE_H

#include "base/mt_zone.h"
#include "model/mt_status.h"


/* The rules.  They stand in records and are yunzhijia's `repeat`, so they
 * never change. */

#define MT_REPEAT_NONE          0
#define MT_REPEAT_WORKDAYS      1      /* Monday to Friday */
#define MT_REPEAT_DAILY         2
#define MT_REPEAT_WEEKLY        3
#define MT_REPEAT_FORTNIGHTLY   4
#define MT_REPEAT_MONTHLY       5      /* months without the day are skipped */

#define MT_OCCURRENCES_MAX      400


/* A meeting on each date of the rule, from the date of `begin` on, at the
 * wall-clock time of `begin`; none begins after `until`. */

typedef struct {
    const mt_zone_t  *zone;
    int               rule;            /* MT_REPEAT_* */
    int64_t           begin;           /* ms, not below 0 */
    int64_t           until;           /* ms */
} mt_recurrence_t;

/*
 * Fills `begins` (ms) in ascending order and sets *n, which is 0 if the rule
 * has no date up to `until`.
 *
 * The wall clock counts, across daylight-saving changes too: of a time that
 * the clock shows twice the first is taken; a time that it skips is moved on
 * by the length of the gap; a date that the zone skips has no meeting.
 *
 * Returns MT_OK, MT_TOO_MANY (above MT_OCCURRENCES_MAX), or MT_BAD_VALUE for
 * an unknown rule.
 */
mt_status_t mt_recurrence_expand(const mt_recurrence_t *recurrence,
    int64_t begins[MT_OCCURRENCES_MAX], size_t *n);

/* Returns by how many ms the wall clock advances from one instant to the
 * other. */
int64_t mt_wall_between(const mt_zone_t *zone, int64_t from, int64_t to);

/* Returns the instant at which the wall clock has advanced by `shift` ms since
 * `ms`; `ms` itself for a shift of 0. */
int64_t mt_wall_shift(const mt_zone_t *zone, int64_t ms, int64_t shift);

/* Returns the local date of an instant, in days since 1970-01-01. */
int64_t mt_wall_day(const mt_zone_t *zone, int64_t ms);

#endif /* MT_RECURRENCE_H */

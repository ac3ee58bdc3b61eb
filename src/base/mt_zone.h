
/*
 * Calendar time in a named zone, from the system's zoneinfo (through GLib's
 * GTimeZone, which needs no TZ variable and no lock).  Used by workers to
 * prepare commands and to show times; never inside apply, which only sees the
 * offsets that a command carries.
 */

#ifndef MT_ZONE_H
#define MT_ZONE_H

#include "base/mt_base.h"


typedef struct mt_zone_s  mt_zone_t;

typedef struct {
    int  year;
    int  month;      /* 1..12 */
    int  day;        /* 1..31 */
    int  hour;
    int  minute;
    int  second;
    int  weekday;    /* 1 = Monday .. 7 = Sunday */
} mt_civil_t;

/* name is "Asia/Shanghai" and the like.  NULL when the system has no such. */
mt_zone_t *mt_zone_open(const char *name);
void mt_zone_close(mt_zone_t *zone);

/* As it was opened; good while the zone is open. */
mt_str_t mt_zone_name(const mt_zone_t *zone);

/* Seconds east of UTC that hold at the instant (ms since the epoch). */
int mt_zone_offset(const mt_zone_t *zone, int64_t ms);

/* The wall clock of an instant, and the instant of a wall clock: where the
 * clock shows a time twice the first is meant, where it skips one the time is
 * moved on by the length of the gap.  Day, hour, minute and second may be out
 * of their ranges: they carry (31 February is 3 March or the day before). */
void mt_zone_civil(const mt_zone_t *zone, int64_t ms, mt_civil_t *civil);
int64_t mt_zone_instant(const mt_zone_t *zone, const mt_civil_t *civil);

#endif /* MT_ZONE_H */

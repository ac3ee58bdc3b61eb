
/*
 * Calendar time in a named time zone, from the system's zoneinfo, through
 * GLib's GTimeZone, which needs no TZ variable and no lock.  Workers use it to
 * prepare commands and to show times; apply never does: it sees only the
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

/* Opens a zone like "Asia/Shanghai".  Returns NULL if the system has no such
 * zone, or without memory. */
mt_zone_t *mt_zone_open(const char *name);
void mt_zone_close(mt_zone_t *zone);

/* Returns the name, valid while the zone is open. */
mt_str_t mt_zone_name(const mt_zone_t *zone);

/* The functions below take NULL for UTC. */

/* Returns the seconds east of UTC at an instant (ms since the epoch). */
int mt_zone_offset(const mt_zone_t *zone, int64_t ms);

/* Sets *civil to the wall-clock time of an instant. */
void mt_zone_civil(const mt_zone_t *zone, int64_t ms, mt_civil_t *civil);

/*
 * Returns the instant of a wall-clock time: the first one if the clock shows
 * the time twice; moved on by the length of the gap if the clock skips it.
 * Day, hour, minute and second may be out of range and carry over (31 February
 * is 3 March, or 2 March in a leap year).
 */
int64_t mt_zone_instant(const mt_zone_t *zone, const mt_civil_t *civil);

#endif /* MT_ZONE_H */

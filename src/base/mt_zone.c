
#include "base/mt_zone.h"

#include <stdlib.h>

#include <glib.h>


#define MT_SECONDS_PER_DAY   86400LL

/* Eras of 400 years, which begin on 1 March. */
#define MT_DAYS_PER_ERA      146097LL
#define MT_DAYS_BEFORE_1970  719468LL    /* since 1 March of year 0 */


struct mt_zone_s {
    GTimeZone  *tz;      /* immutable */
};


static int mt_zone_name_valid(const char *name);
static int64_t mt_floor_div(int64_t a, int64_t b);
static int64_t mt_days_of_date(int64_t year, int month, int day);
static void mt_date_of_days(int64_t days, mt_civil_t *civil);
static int mt_zone_offset_at(const mt_zone_t *zone, int64_t seconds);


/*
 * GLib would open any path, and warns on standard error about a file that is
 * no time zone; no name of a time zone has a dot.
 */

static int
mt_zone_name_valid(const char *name)
{
    const char  *p;

    if (name == NULL || name[0] == '\0' || name[0] == '/') {
        return 0;
    }

    for (p = name; *p; p++) {
        if (!g_ascii_isalnum(*p) && strchr("/_+-", *p) == NULL) {
            return 0;
        }
    }

    return 1;
}


mt_zone_t *
mt_zone_open(const char *name)
{
    GTimeZone  *tz;
    mt_zone_t  *zone;

    tz = mt_zone_name_valid(name) ? g_time_zone_new_identifier(name) : NULL;
    if (tz == NULL) {
        return NULL;
    }

    zone = malloc(sizeof(mt_zone_t));
    if (zone == NULL) {
        g_time_zone_unref(tz);
        return NULL;
    }

    zone->tz = tz;

    return zone;
}


void
mt_zone_close(mt_zone_t *zone)
{
    if (zone) {
        g_time_zone_unref(zone->tz);
        free(zone);
    }
}


mt_str_t
mt_zone_name(const mt_zone_t *zone)
{
    return mt_cstr(g_time_zone_get_identifier(zone->tz));
}


static int64_t
mt_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}


static int64_t
mt_days_of_date(int64_t year, int month, int day)
{
    int64_t  era, year_of_era, day_of_year;

    year -= month <= 2;
    era = mt_floor_div(year, 400);
    year_of_era = year - era * 400;
    day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

    return era * MT_DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4
           - year_of_era / 100 + day_of_year - MT_DAYS_BEFORE_1970;
}


static void
mt_date_of_days(int64_t days, mt_civil_t *civil)
{
    int64_t  era, day_of_era, year_of_era, day_of_year, month;

    /* 1 January 1970 was a Thursday */
    civil->weekday = (int) (days + 3 - mt_floor_div(days + 3, 7) * 7) + 1;

    days += MT_DAYS_BEFORE_1970;
    era = mt_floor_div(days, MT_DAYS_PER_ERA);
    day_of_era = days - era * MT_DAYS_PER_ERA;
    year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524
                   - day_of_era / 146096) / 365;
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4
                                - year_of_era / 100);
    month = (5 * day_of_year + 2) / 153;           /* 0 = March */

    civil->day = (int) (day_of_year - (153 * month + 2) / 5 + 1);
    civil->month = (int) (month < 10 ? month + 3 : month - 9);
    civil->year = (int) (year_of_era + era * 400 + (civil->month <= 2));
}


static int
mt_zone_offset_at(const mt_zone_t *zone, int64_t seconds)
{
    int  interval;

    if (zone == NULL) {
        return 0;
    }

    interval = g_time_zone_find_interval(zone->tz, G_TIME_TYPE_UNIVERSAL,
                                         seconds);

    return g_time_zone_get_offset(zone->tz, interval);
}


int
mt_zone_offset(const mt_zone_t *zone, int64_t ms)
{
    return mt_zone_offset_at(zone, mt_floor_div(ms, MT_MS_PER_SECOND));
}


void
mt_zone_civil(const mt_zone_t *zone, int64_t ms, mt_civil_t *civil)
{
    int      rest;
    int64_t  local, days;

    local = mt_floor_div(ms, MT_MS_PER_SECOND);
    local += mt_zone_offset_at(zone, local);

    days = mt_floor_div(local, MT_SECONDS_PER_DAY);
    mt_date_of_days(days, civil);

    rest = (int) (local - days * MT_SECONDS_PER_DAY);
    civil->hour = rest / 3600;
    civil->minute = rest / 60 % 60;
    civil->second = rest % 60;
}


/*
 * The offsets a day before and a day after enclose any transition in between.
 * The earlier offset gives the first of two instants, and in a gap the time
 * moved on by its length.
 */

int64_t
mt_zone_instant(const mt_zone_t *zone, const mt_civil_t *civil)
{
    int      before, after;
    int64_t  local;

    local = mt_days_of_date(civil->year, civil->month, civil->day)
            * MT_SECONDS_PER_DAY
            + civil->hour * 3600LL + civil->minute * 60LL + civil->second;

    before = mt_zone_offset_at(zone, local - MT_SECONDS_PER_DAY);
    after = mt_zone_offset_at(zone, local + MT_SECONDS_PER_DAY);

    if (before != after
        && mt_zone_offset_at(zone, local - before) != before
        && mt_zone_offset_at(zone, local - after) == after)
    {
        before = after;
    }

    return (local - before) * MT_MS_PER_SECOND;
}

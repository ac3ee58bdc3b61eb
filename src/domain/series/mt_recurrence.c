
#include "domain/series/mt_recurrence.h"


#define MT_WEEK         7
#define MT_FRIDAY       5
#define MT_MONTHS       12


static int mt_recurrence_date(int rule, int i, mt_civil_t *civil);
static int mt_days_in_month(int year, int month);
static int64_t mt_wall_clock(const mt_zone_t *zone, int64_t ms);
static int64_t mt_floor_mod(int64_t a, int64_t b);


/* Days from one candidate date of a rule to the next. */

static const int  mt_recurrence_steps[] = {
    [MT_REPEAT_NONE]        = 0,
    [MT_REPEAT_WORKDAYS]    = 1,
    [MT_REPEAT_DAILY]       = 1,
    [MT_REPEAT_WEEKLY]      = MT_WEEK,
    [MT_REPEAT_FORTNIGHTLY] = 2 * MT_WEEK,
    [MT_REPEAT_MONTHLY]     = 0,
};


mt_status_t
mt_recurrence_expand(const mt_recurrence_t *recurrence,
    int64_t begins[MT_OCCURRENCES_MAX], size_t *n)
{
    int         i, rule;
    int64_t     begin;
    mt_civil_t  first, civil;

    rule = recurrence->rule;
    *n = 0;

    if (rule < 0 || rule > MT_REPEAT_MONTHLY) {
        return MT_BAD_VALUE;
    }

    mt_zone_civil(recurrence->zone, recurrence->begin, &first);

    for (i = 0; i == 0 || rule != MT_REPEAT_NONE; i++) {
        civil = first;

        if (!mt_recurrence_date(rule, i, &civil)) {
            continue;
        }

        /* a civil time has whole seconds only; the first begin is taken as it
         * is, for it may be the second of a time that the clock shows twice */

        begin = i ? mt_zone_instant(recurrence->zone, &civil)
                    + recurrence->begin % MT_MS_PER_SECOND
                  : recurrence->begin;

        if (begin > recurrence->until) {
            break;
        }

        /* a date that the zone skips has become the next date */

        if (*n && begin <= begins[*n - 1]) {
            continue;
        }

        if (*n == MT_OCCURRENCES_MAX) {
            return MT_TOO_MANY;
        }

        begins[(*n)++] = begin;
    }

    return MT_OK;
}


/* Moves the first date on to the i-th candidate date.  Returns 1 if the rule
 * has that date, else 0. */

static int
mt_recurrence_date(int rule, int i, mt_civil_t *civil)
{
    int  weekday, month;

    if (rule == MT_REPEAT_MONTHLY) {
        month = civil->month - 1 + i;
        civil->year += month / MT_MONTHS;
        civil->month = month % MT_MONTHS + 1;

        return civil->day <= mt_days_in_month(civil->year, civil->month);
    }

    weekday = (civil->weekday - 1 + i) % MT_WEEK + 1;
    civil->day += i * mt_recurrence_steps[rule];

    return rule != MT_REPEAT_WORKDAYS || weekday <= MT_FRIDAY;
}


static int
mt_days_in_month(int year, int month)
{
    static const int  days[MT_MONTHS] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    if (month == 2 && year % 4 == 0 && (year % 100 || year % 400 == 0)) {
        return 29;
    }

    return days[month - 1];
}


static int64_t
mt_wall_clock(const mt_zone_t *zone, int64_t ms)
{
    return ms + mt_zone_offset(zone, ms) * MT_MS_PER_SECOND;
}


static int64_t
mt_floor_mod(int64_t a, int64_t b)
{
    return (a % b + b) % b;
}


int64_t
mt_wall_between(const mt_zone_t *zone, int64_t from, int64_t to)
{
    return mt_wall_clock(zone, to) - mt_wall_clock(zone, from);
}


int64_t
mt_wall_shift(const mt_zone_t *zone, int64_t ms, int64_t shift)
{
    int64_t     rest, part;
    mt_civil_t  civil;

    if (shift == 0) {
        return ms;
    }

    mt_zone_civil(zone, ms, &civil);

    /* `shift` is whole days and `rest`; `part` is less than a second */

    part = mt_floor_mod(ms, MT_MS_PER_SECOND);
    rest = mt_floor_mod(shift, MT_MS_PER_DAY);

    civil.day += (int) ((shift - rest) / MT_MS_PER_DAY);
    civil.second += (int) ((rest + part) / MT_MS_PER_SECOND);

    return mt_zone_instant(zone, &civil) + (rest + part) % MT_MS_PER_SECOND;
}


int64_t
mt_wall_day(const mt_zone_t *zone, int64_t ms)
{
    int64_t  wall;

    wall = mt_wall_clock(zone, ms);

    return (wall - mt_floor_mod(wall, MT_MS_PER_DAY)) / MT_MS_PER_DAY;
}

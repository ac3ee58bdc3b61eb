
/*
 * Repeating meetings: each rule, compared with a day-by-day count; ends of
 * months and years, daylight-saving changes, limits.
 */

#include <stdio.h>
#include <unistd.h>

#include "domain/series/mt_recurrence.h"
#include "tap.h"


#define DAY  MT_MS_PER_DAY


static int64_t  begins[MT_OCCURRENCES_MAX];
static size_t   n;


static mt_zone_t *
zone_of(const char *name)
{
    mt_zone_t  *zone;

    zone = mt_zone_open(name);

    if (zone == NULL) {
        printf("Bail out! no zone %s\n", name);
        _exit(1);
    }

    return zone;
}


static int64_t
at(const mt_zone_t *zone, int year, int month, int day, int hour, int minute)
{
    mt_civil_t  civil = { year, month, day, hour, minute, 0, 0 };

    return mt_zone_instant(zone, &civil);
}


static mt_status_t
expand(const mt_zone_t *zone, int rule, int64_t begin, int64_t until)
{
    mt_recurrence_t  recurrence = { zone, rule, begin, until };

    return mt_recurrence_expand(&recurrence, begins, &n);
}


/* "2024-01-31 10:00 2024-03-31 10:00 ..." */

static const char *
dates(const mt_zone_t *zone)
{
    size_t       i, len;
    mt_civil_t   c;
    static char  text[4096];

    len = 0;
    text[0] = '\0';

    for (i = 0; i < n && len < sizeof(text) - 32; i++) {
        mt_zone_civil(zone, begins[i], &c);
        len += (size_t) snprintf(text + len, sizeof(text) - len,
                                 "%s%04d-%02d-%02d %02d:%02d", i ? " " : "",
                                 c.year, c.month, c.day, c.hour, c.minute);
    }

    return text;
}


static void
gives(const mt_zone_t *zone, int rule, int64_t begin, int64_t until,
    const char *want, const char *what)
{
    is_int(expand(zone, rule, begin, until), MT_OK, "%s", what);
    is_str(mt_cstr(dates(zone)), want, "%s", what);
}


/* Returns 1 if the rule has the day, i days after the first, by the calendar
 * of each day alone. */

static int
belongs(int rule, int i, const mt_civil_t *first, const mt_civil_t *day)
{
    switch (rule) {

    case MT_REPEAT_NONE:
        return i == 0;

    case MT_REPEAT_WORKDAYS:
        return day->weekday != 6 && day->weekday != 7;

    case MT_REPEAT_DAILY:
        return 1;

    case MT_REPEAT_WEEKLY:
        return day->weekday == first->weekday;

    case MT_REPEAT_FORTNIGHTLY:
        return i % 14 == 0;

    default:
        return day->day == first->day;
    }
}


/* Shanghai has had no daylight-saving time since 1991: a day is 24 hours. */

static int
reckons(const mt_zone_t *zone, int rule, int64_t begin, int days)
{
    int         i;
    size_t      k;
    mt_civil_t  first, day;

    if (expand(zone, rule, begin, begin + days * DAY) != MT_OK) {
        return 0;
    }

    mt_zone_civil(zone, begin, &first);
    k = 0;

    for (i = 0; i <= days; i++) {
        mt_zone_civil(zone, begin + i * DAY, &day);

        if (belongs(rule, i, &first, &day)
            && (k == n || begins[k++] != begin + i * DAY))
        {
            printf("# rule %d from %lld: day %d\n", rule, (long long) begin,
                   i);
            return 0;
        }
    }

    return k == n;
}


static void
test_reckoning(void)
{
    int         i, k, rule, wrong;
    int64_t     begin;
    mt_zone_t  *zone;

    /* a leap year, years around it, a century that is no leap year and one
     * that is */
    static const int  years[] = { 2023, 2024, 2025, 2099, 1999 };

    zone = zone_of("Asia/Shanghai");

    for (rule = MT_REPEAT_NONE; rule <= MT_REPEAT_MONTHLY; rule++) {
        wrong = 0;

        for (k = 0; k < (int) mt_nitems(years); k++) {
            begin = at(zone, years[k], 1, 1, 23, 59) + 59999;

            for (i = 0; i < 400; i += 1 + (k > 2)) {
                wrong += !reckons(zone, rule, begin + i * DAY,
                                  rule == MT_REPEAT_MONTHLY ? 450 : 120);
            }
        }

        is_int(wrong, 0, "rule %d, from every day of some years", rule);
    }

    mt_zone_close(zone);
}


static void
test_months(void)
{
    mt_zone_t  *zone;

    zone = zone_of("Asia/Shanghai");

    gives(zone, MT_REPEAT_MONTHLY, at(zone, 2024, 1, 31, 10, 0),
          at(zone, 2024, 8, 31, 10, 0),
          "2024-01-31 10:00 2024-03-31 10:00 2024-05-31 10:00 "
          "2024-07-31 10:00 2024-08-31 10:00",
          "the 31st: months without it are skipped");
    gives(zone, MT_REPEAT_MONTHLY, at(zone, 2023, 12, 30, 10, 0),
          at(zone, 2024, 3, 30, 9, 59),
          "2023-12-30 10:00 2024-01-30 10:00",
          "the 30th: not in February; nor after the end");
    gives(zone, MT_REPEAT_MONTHLY, at(zone, 2024, 1, 29, 0, 0),
          at(zone, 2024, 3, 29, 0, 0),
          "2024-01-29 00:00 2024-02-29 00:00 2024-03-29 00:00",
          "the 29th in a leap year");
    gives(zone, MT_REPEAT_MONTHLY, at(zone, 2023, 1, 29, 0, 0),
          at(zone, 2023, 3, 29, 0, 0),
          "2023-01-29 00:00 2023-03-29 00:00", "and in another");
    gives(zone, MT_REPEAT_MONTHLY, at(zone, 2100, 1, 29, 0, 0),
          at(zone, 2100, 3, 29, 0, 0),
          "2100-01-29 00:00 2100-03-29 00:00", "2100 is no leap year");
    gives(zone, MT_REPEAT_MONTHLY, at(zone, 2000, 1, 29, 0, 0),
          at(zone, 2000, 2, 29, 0, 0),
          "2000-01-29 00:00 2000-02-29 00:00", "2000 was one");
    gives(zone, MT_REPEAT_MONTHLY, at(zone, 2024, 11, 30, 23, 59),
          at(zone, 2025, 1, 31, 0, 0),
          "2024-11-30 23:59 2024-12-30 23:59 2025-01-30 23:59",
          "over the year");

    mt_zone_close(zone);
}


static void
test_weeks(void)
{
    mt_zone_t  *zone;

    zone = zone_of("Asia/Shanghai");

    gives(zone, MT_REPEAT_WORKDAYS, at(zone, 2024, 12, 28, 9, 0),
          at(zone, 2025, 1, 3, 9, 0),
          "2024-12-30 09:00 2024-12-31 09:00 2025-01-01 09:00 "
          "2025-01-02 09:00 2025-01-03 09:00",
          "from a Saturday on: Monday is the first, over the year");
    gives(zone, MT_REPEAT_WORKDAYS, at(zone, 2024, 12, 27, 9, 0),
          at(zone, 2024, 12, 30, 9, 0), "2024-12-27 09:00 2024-12-30 09:00",
          "Friday, Monday");
    gives(zone, MT_REPEAT_WORKDAYS, at(zone, 2024, 12, 28, 9, 0),
          at(zone, 2024, 12, 29, 23, 59), "", "a weekend has none");
    gives(zone, MT_REPEAT_WEEKLY, at(zone, 2024, 2, 26, 0, 0),
          at(zone, 2024, 3, 11, 0, 0),
          "2024-02-26 00:00 2024-03-04 00:00 2024-03-11 00:00",
          "weekly, over 29 February");
    gives(zone, MT_REPEAT_FORTNIGHTLY, at(zone, 2023, 12, 24, 8, 30),
          at(zone, 2024, 1, 22, 0, 0),
          "2023-12-24 08:30 2024-01-07 08:30 2024-01-21 08:30",
          "every two weeks");
    gives(zone, MT_REPEAT_DAILY, at(zone, 2024, 2, 28, 8, 0),
          at(zone, 2024, 3, 1, 8, 0),
          "2024-02-28 08:00 2024-02-29 08:00 2024-03-01 08:00", "daily");
    gives(zone, MT_REPEAT_NONE, at(zone, 2024, 2, 28, 8, 0),
          at(zone, 2024, 3, 1, 8, 0), "2024-02-28 08:00", "once");

    /* the document's example: 26 June 2018, 16:46:08.912 */

    is_int(expand(zone, MT_REPEAT_WORKDAYS, 1530002768912LL, 1530687800000LL),
           MT_OK, "the document's example");
    is_int(n, 6, "is six days");
    is_int(begins[0], 1530002768912LL, "the first, to the millisecond");
    is_int(begins[5], 1530002768912LL + 7 * DAY, "and the last");

    mt_zone_close(zone);
}


static void
test_daylight_saving(void)
{
    mt_zone_t  *zone;

    zone = zone_of("America/New_York");

    gives(zone, MT_REPEAT_DAILY, at(zone, 2024, 3, 9, 9, 0),
          at(zone, 2024, 3, 11, 9, 0),
          "2024-03-09 09:00 2024-03-10 09:00 2024-03-11 09:00",
          "into summer the wall clock stays");
    is_int(begins[1] - begins[0], 23 * MT_MS_PER_HOUR, "a day of 23 hours");

    gives(zone, MT_REPEAT_WEEKLY, at(zone, 2024, 10, 28, 9, 0),
          at(zone, 2024, 11, 11, 9, 0),
          "2024-10-28 09:00 2024-11-04 09:00 2024-11-11 09:00",
          "and out of it");
    is_int(begins[1] - begins[0], 7 * DAY + MT_MS_PER_HOUR,
           "a week of an hour more");

    gives(zone, MT_REPEAT_DAILY, at(zone, 2024, 3, 9, 2, 30),
          at(zone, 2024, 3, 11, 2, 30),
          "2024-03-09 02:30 2024-03-10 03:30 2024-03-11 02:30",
          "a time that is skipped is moved on, on that day only");

    gives(zone, MT_REPEAT_DAILY, at(zone, 2024, 11, 2, 1, 30),
          at(zone, 2024, 11, 4, 1, 30),
          "2024-11-02 01:30 2024-11-03 01:30 2024-11-04 01:30",
          "of a time that is shown twice");
    is_int(begins[1] - begins[0], DAY, "the first is meant");

    gives(zone, MT_REPEAT_DAILY, at(zone, 2024, 11, 3, 1, 30)
          + MT_MS_PER_HOUR, at(zone, 2024, 11, 4, 1, 30),
          "2024-11-03 01:30 2024-11-04 01:30", "begun at the second one");
    is_int(begins[1] - begins[0], DAY, "it is where it was said");

    gives(zone, MT_REPEAT_MONTHLY, at(zone, 2024, 2, 10, 2, 30),
          at(zone, 2024, 4, 10, 2, 30),
          "2024-02-10 02:30 2024-03-10 03:30 2024-04-10 02:30",
          "monthly into the gap");
    mt_zone_close(zone);

    zone = zone_of("Australia/Lord_Howe");
    gives(zone, MT_REPEAT_DAILY, at(zone, 2024, 10, 5, 2, 15),
          at(zone, 2024, 10, 7, 2, 15),
          "2024-10-05 02:15 2024-10-06 02:45 2024-10-07 02:15",
          "half an hour of daylight saving");
    mt_zone_close(zone);

    zone = zone_of("America/Sao_Paulo");
    gives(zone, MT_REPEAT_WEEKLY, at(zone, 2018, 10, 28, 0, 0),
          at(zone, 2018, 11, 11, 0, 0),
          "2018-10-28 00:00 2018-11-04 01:00 2018-11-11 00:00",
          "a day that begins at one");
    mt_zone_close(zone);

    zone = zone_of("Pacific/Apia");
    gives(zone, MT_REPEAT_DAILY, at(zone, 2011, 12, 29, 10, 0),
          at(zone, 2012, 1, 1, 10, 0),
          "2011-12-29 10:00 2011-12-31 10:00 2012-01-01 10:00",
          "a date that was skipped");
    mt_zone_close(zone);
}


static void
test_limits(void)
{
    int         rule;
    int64_t     begin;
    mt_zone_t  *zone;

    zone = zone_of("Asia/Shanghai");
    begin = at(zone, 2024, 1, 1, 8, 0);

    is_int(expand(zone, MT_REPEAT_DAILY, begin, begin + 399 * DAY), MT_OK,
           "400 are well");
    is_int(n, 400, "and all there");
    is_int(expand(zone, MT_REPEAT_DAILY, begin, begin + 400 * DAY),
           MT_TOO_MANY, "401 are too many");
    is_int(expand(zone, MT_REPEAT_DAILY, begin, begin + 400 * DAY - 1),
           MT_OK, "the end is where the last one begins");
    is_int(expand(zone, MT_REPEAT_MONTHLY, begin, INT64_MAX), MT_TOO_MANY,
           "for ever is too many");
    is_int(expand(zone, MT_REPEAT_MONTHLY, at(zone, 2024, 1, 31, 8, 0),
                  at(zone, 2081, 1, 1, 0, 0)), MT_OK, "a life of the 31st");
    is_int(n, 7 * 57, "seven a year");

    for (rule = MT_REPEAT_NONE; rule <= MT_REPEAT_MONTHLY; rule++) {
        is_int(expand(zone, rule, begin, begin - 1), MT_OK, "ended before");
        is_int(n, 0, "there is none");
        is_int(expand(zone, rule, begin, begin), MT_OK, "ends as it begins");
        is_int(n, 1, "there is one");
        is_int(expand(zone, rule, 0, 0), MT_OK, "in 1970");
        is_int(begins[0], 0, "at 0");
    }

    is_int(expand(zone, -1, begin, begin), MT_BAD_VALUE, "no rule below 0");
    is_int(expand(zone, 6, begin, begin), MT_BAD_VALUE, "nor above 5");

    is_int(expand(zone, MT_REPEAT_NONE, 253402271999999LL, INT64_MAX), MT_OK,
           "at the end of time");
    is_int(begins[0], 253402271999999LL, "once");

    mt_zone_close(zone);
}


static void
test_wall_clock(void)
{
    int64_t     before, after;
    mt_zone_t  *zone;

    zone = zone_of("America/New_York");

    before = at(zone, 2024, 3, 9, 9, 0) + 7;
    after = at(zone, 2024, 3, 10, 9, 0) + 7;

    is_int(mt_wall_between(zone, before, after), DAY, "a day by the clock");
    is_int(mt_wall_between(zone, after, before), -DAY, "and back");
    is_int(mt_wall_shift(zone, before, DAY), after, "a day on");
    is_int(mt_wall_shift(zone, after, -DAY), before, "a day back");
    is_int(mt_wall_shift(zone, before, DAY + 1001), after + 1001,
           "with seconds and milliseconds");
    is_int(mt_wall_shift(zone, before, -8), before - 8, "over a second");
    is_int(mt_wall_shift(zone, before, -DAY - 8), before - DAY - 8,
           "over a day");

    after = at(zone, 2024, 11, 3, 1, 30) + MT_MS_PER_HOUR;
    is_int(mt_wall_shift(zone, after, 0), after,
           "who does not move stays at the second of two times");
    is_int(mt_wall_shift(zone, after, 365 * DAY),
           at(zone, 2025, 11, 3, 1, 30), "years are days, too");
    is_int(mt_wall_shift(zone, 0, 253402271999999LL / DAY * DAY) > 0, 1,
           "as far as time goes");

    is_int(mt_wall_day(zone, at(zone, 1970, 1, 1, 0, 0)), 0, "the first day");
    is_int(mt_wall_day(zone, at(zone, 1970, 1, 1, 0, 0) - 1), -1,
           "the day before");
    is_int(mt_wall_day(zone, at(zone, 2024, 3, 10, 0, 0)), 19792,
           "a day of 23 hours begins");
    is_int(mt_wall_day(zone, at(zone, 2024, 3, 11, 0, 0) - 1), 19792,
           "and ends");

    mt_zone_close(zone);
}


int
main(void)
{
    test_reckoning();
    test_months();
    test_weeks();
    test_daylight_saving();
    test_limits();
    test_wall_clock();

    return tap_done();
}

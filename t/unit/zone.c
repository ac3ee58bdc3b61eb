
#include "base/mt_zone.h"
#include "tap.h"


static int64_t
instant(const mt_zone_t *zone, int year, int month, int day, int hour,
    int minute, int second)
{
    mt_civil_t  civil = { year, month, day, hour, minute, second, 0 };

    return mt_zone_instant(zone, &civil);
}


static void
shows(const mt_zone_t *zone, int64_t ms, const char *want, int weekday)
{
    char        text[64];
    mt_civil_t  c;

    mt_zone_civil(zone, ms, &c);

    (void) snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d:%02d",
                    c.year, c.month, c.day, c.hour, c.minute, c.second);

    is_str(mt_cstr(text), want, "clock at %lld", (long long) ms);
    is_int(c.weekday, weekday, "weekday");
}


static void
test_shanghai(void)
{
    mt_zone_t  *zone;

    zone = mt_zone_open("Asia/Shanghai");

    if (!ok(zone != NULL, "Asia/Shanghai")) {
        return;
    }

    is_int(mt_zone_offset(zone, 1492413252299LL), 8 * 3600, "offset");
    shows(zone, 1492413252299LL, "2017-04-17 15:14:12", 1);
    is_int(instant(zone, 2017, 4, 17, 15, 14, 12), 1492413252000LL,
           "and back");
    shows(zone, 0, "1970-01-01 08:00:00", 4);
    shows(zone, -1, "1970-01-01 07:59:59", 4);
    shows(zone, 951753599999LL, "2000-02-28 23:59:59", 1);
    shows(zone, 951840000000LL, "2000-03-01 00:00:00", 3);
    shows(zone, 253402271999999LL, "9999-12-31 23:59:59", 5);

    /* China had daylight-saving time in 1986 to 1991 */
    is_int(mt_zone_offset(zone, 551534400000LL), 9 * 3600, "summer of 1987");

    is_int(instant(zone, 2024, 2, 30, 0, 0, 0),
           instant(zone, 2024, 3, 1, 0, 0, 0), "days carry");
    is_int(instant(zone, 2024, 12, 32, 24, 0, 0),
           instant(zone, 2025, 1, 2, 0, 0, 0), "over the year, too");

    mt_zone_close(zone);
}


static void
test_new_york(void)
{
    mt_zone_t  *zone;

    zone = mt_zone_open("America/New_York");

    if (!ok(zone != NULL, "America/New_York")) {
        return;
    }

    /* 10 March 2024: 02:00 EST becomes 03:00 EDT at 07:00 UTC */
    is_int(instant(zone, 2024, 3, 10, 1, 59, 59), 1710053999000LL,
           "before the gap");
    is_int(instant(zone, 2024, 3, 10, 2, 0, 0), 1710054000000LL,
           "the gap's begin is moved on");
    is_int(instant(zone, 2024, 3, 10, 2, 30, 0), 1710055800000LL,
           "a time in the gap is moved on");
    shows(zone, 1710055800000LL, "2024-03-10 03:30:00", 7);
    is_int(instant(zone, 2024, 3, 10, 3, 0, 0), 1710054000000LL,
           "after the gap");
    is_int(instant(zone, 2024, 3, 10, 12, 0, 0), 1710086400000LL,
           "noon after the gap");

    /* 3 November 2024: 02:00 EDT becomes 01:00 EST at 06:00 UTC */
    is_int(instant(zone, 2024, 11, 3, 0, 59, 59), 1730609999000LL,
           "before the overlap");
    is_int(instant(zone, 2024, 11, 3, 1, 30, 0), 1730611800000LL,
           "of two meanings the first");
    shows(zone, 1730611800000LL, "2024-11-03 01:30:00", 7);
    shows(zone, 1730615400000LL, "2024-11-03 01:30:00", 7);
    is_int(instant(zone, 2024, 11, 3, 2, 0, 0), 1730617200000LL,
           "after the overlap");

    is_int(mt_zone_offset(zone, 1710053999999LL), -5 * 3600, "winter");
    is_int(mt_zone_offset(zone, 1710054000000LL), -4 * 3600, "summer");

    /* by rule, beyond the transitions that zoneinfo lists: year 2060 */
    is_int(mt_zone_offset(zone, 2856225600000LL), -4 * 3600,
           "summer far ahead");

    mt_zone_close(zone);
}


/* Each hour of five years, to civil time and back. */

static void
test_round_trip(const char *name)
{
    int         wrong;
    int64_t     ms, back;
    mt_zone_t  *zone;
    mt_civil_t  civil;

    zone = mt_zone_open(name);

    if (!ok(zone != NULL, "%s", name)) {
        return;
    }

    wrong = 0;

    for (ms = 1577836800000LL; ms < 1735689600000LL; ms += MT_MS_PER_HOUR) {
        mt_zone_civil(zone, ms, &civil);
        back = mt_zone_instant(zone, &civil);

        /* the second of two equal times comes back as the first */
        wrong += back != ms && back != ms - MT_MS_PER_HOUR
                 && back != ms - MT_MS_PER_HOUR / 2;
    }

    is_int(wrong, 0, "%s: there and back", name);
    mt_zone_close(zone);
}


int
main(void)
{
    ok(mt_zone_open("Mars/Olympus") == NULL, "an unknown zone");
    ok(mt_zone_open("") == NULL, "no name");
    ok(mt_zone_open(NULL) == NULL, "nothing at all");
    ok(mt_zone_open("Asia") == NULL, "a directory");
    ok(mt_zone_open("/etc/localtime") == NULL, "a path");
    ok(mt_zone_open("../../../etc/passwd") == NULL, "no zone file");

    test_shanghai();
    test_new_york();
    test_round_trip("Asia/Shanghai");
    test_round_trip("America/New_York");
    test_round_trip("Australia/Lord_Howe");
    test_round_trip("Europe/Berlin");
    test_round_trip("UTC");

    mt_zone_close(NULL);

    return tap_done();
}


/*
 * Random rules, zones and times.  Occurrences are bounded, in order, within
 * the limits, and at the wall-clock time of the first if the day has that
 * time; shifting by the wall clock and back gives the same instant.
 */

#include "domain/series/mt_recurrence.h"

#include <stdlib.h>


#define FUZZ_ZONES  6
#define FUZZ_BYTES  18
#define FUZZ_END    253402300799999LL


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const mt_zone_t *
fuzz_zone(unsigned i)
{
    static mt_zone_t          *zones[FUZZ_ZONES];
    static const char *const   names[FUZZ_ZONES] = {
        "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe",
        "America/Sao_Paulo", "Pacific/Apia", "UTC"
    };

    i %= FUZZ_ZONES;

    if (zones[i] == NULL) {
        zones[i] = mt_zone_open(names[i]);
    }

    return zones[i];
}


static int
fuzz_same_clock(const mt_zone_t *zone, int64_t first, int64_t begin)
{
    mt_civil_t  a, b, back;

    mt_zone_civil(zone, first, &a);
    mt_zone_civil(zone, begin, &b);

    if (a.hour == b.hour && a.minute == b.minute && a.second == b.second) {
        return 1;
    }

    /* only if the day lacks that time */

    b.hour = a.hour;
    b.minute = a.minute;
    b.second = a.second;

    mt_zone_civil(zone, mt_zone_instant(zone, &b), &back);

    return back.hour != a.hour || back.minute != a.minute;
}


static void
fuzz_check(int held)
{
    if (!held) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t           i, n;
    int64_t          begins[MT_OCCURRENCES_MAX], shift;
    mt_status_t      rc;
    mt_recurrence_t  r;

    if (size < FUZZ_BYTES) {
        return 0;
    }

    r.zone = fuzz_zone(data[0]);
    r.rule = data[1] % 8 - 1;
    r.begin = (int64_t) (mt_get_u64(data + 2) % FUZZ_END);
    r.until = r.begin + (int64_t) (mt_get_u64(data + 10) >> 1) / 1000000;

    if (r.zone == NULL) {
        abort();
    }

    rc = mt_recurrence_expand(&r, begins, &n);

    fuzz_check((rc == MT_BAD_VALUE) == (r.rule < 0 || r.rule > 5));
    fuzz_check(rc == MT_OK || rc == MT_TOO_MANY || n == 0);
    fuzz_check(n <= MT_OCCURRENCES_MAX);

    for (i = 0; i < n; i++) {
        fuzz_check(begins[i] >= r.begin && begins[i] <= r.until);
        fuzz_check(i == 0 || begins[i] > begins[i - 1]);
        fuzz_check(fuzz_same_clock(r.zone, r.begin, begins[i]));
    }

    if (n) {
        shift = mt_wall_between(r.zone, r.begin, begins[n - 1]);
        fuzz_check(mt_wall_between(r.zone, r.begin,
                                   mt_wall_shift(r.zone, r.begin, shift))
                   == shift);
        fuzz_check(mt_wall_day(r.zone, begins[n - 1])
                   >= mt_wall_day(r.zone, r.begin));
    }

    return 0;
}

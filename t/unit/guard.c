
/* The guard of log-ins, by a clock of the test's own. */

#include "domain/auth/mt_guard.h"
#include "base/mt_crypto.h"
#include "tap.h"

#include <stdlib.h>


static mt_guard_t               *guard;
static const mt_guard_limits_t   limits = { 5, 12, 30, 60000 };


/* Returns 1 for a log-in that was judged. */

static int
try(int64_t person, uint64_t network, int right, int own, int64_t now)
{
    mt_guard_who_t  who = { 1000, person, network, own };

    if (mt_guard_enter(guard, &limits, &who, now)) {
        return 0;
    }

    if (right) {
        mt_guard_passed(guard, &limits, &who, now);

    } else {
        (void) mt_guard_failed(guard, &limits, &who, now);
    }

    return 1;
}


static int64_t
wait_of(int64_t person, uint64_t network, int64_t now)
{
    mt_guard_who_t  who = { 1000, person, network, 0 };

    return mt_guard_wait(guard, &limits, &who, now);
}


static void
begin(void)
{
    memset(guard, 0, mt_guard_size());

    if (mt_guard_format(guard) != 0) {
        abort();
    }
}


static void
test_pauses(void)
{
    int      i, n;
    int64_t  now;

    begin();
    now = 1000000;

    for (n = 0; try(1, 7, 0, 1, now); n++) { /* void */ }

    is_int(n, 5, "so many failures at once");
    is_int(wait_of(1, 7, now), 1000, "then a second");

    for (i = 0; i < 10; i++) {
        now += wait_of(1, 7, now);
        ok(try(1, 7, 0, 1, now), "a failure after the pause");
    }

    is_int(wait_of(1, 7, now), 60000, "the longest pause");
    is_int(wait_of(1, 8, now), 4000, "the person's own limit elsewhere");
    is_int(wait_of(2, 7, now), 0, "not the address's");
    is_int(wait_of(1, 7, now + 4 * MT_MS_PER_HOUR), 0, "hours later: none");

    now += 60000;
    ok(try(1, 7, 1, 1, now), "a right one");
    is_int(wait_of(1, 7, now), 0, "takes them back");
}


static void
test_address(void)
{
    int      i, n;
    int64_t  now;

    begin();
    now = 1000000;

    for (i = 0; i < 2000; i++) {
        if (!try(1000 + i, 7, i % 2, 1, now)) {
            break;
        }
    }

    is_int(i, 2000, "a campus: a failure for each new person");

    begin();

    for (i = 0, n = 0; i < 2000; i++) {
        n += try(1000 + i, 7, i % 2, 0, now);
    }

    is_int(n, 59, "guesses of the default password stop");
    is_int(wait_of(0, 7, now), 1000, "for unknown people, too");
    is_int(wait_of(1001, 7, now), 0, "not for those who are known there");
    is_int(wait_of(1000, 8, now), 0, "nor elsewhere");
}


/* More persons than entries: the guard forgets, and stays within bounds. */

static void
test_flood(void)
{
    int              i;
    mt_guard_stat_t  stat;

    begin();

    for (i = 1; i <= 100000; i++) {
        (void) try(i, (uint64_t) i, 0, 0, i);
    }

    mt_guard_stat(guard, &stat);
    is_int((int64_t) stat.failed, 100000, "all are counted");
    is_int((int64_t) stat.waits, 0, "and none waits");
}


int
main(void)
{
    guard = malloc(mt_guard_size());

    if (guard == NULL || mt_crypto_init() != 0) {
        return 1;
    }

    test_pauses();
    test_address();
    test_flood();

    free(guard);

    return tap_done();
}

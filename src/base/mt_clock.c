
#include <time.h>

#include "base/mt_base.h"


int64_t
mt_monotonic_ns(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return ts.tv_sec * MT_NS_PER_SECOND + ts.tv_nsec;
}


int64_t
mt_realtime_ms(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return ts.tv_sec * MT_MS_PER_SECOND + ts.tv_nsec / MT_NS_PER_MS;
}

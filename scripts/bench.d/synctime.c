
/*
 * The time that the disk takes for a small write and its sync, as those of the
 * write-ahead log: into a file whose space is there already.
 *
 *     synctime DIR
 *
 * Prints the median and the 99th percentile in microseconds, of at most
 * SYNC_COUNT writes and about SYNC_TIME seconds.
 */

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"


#define SYNC_COUNT  1000
#define SYNC_TIME   1.0              /* seconds */
#define SYNC_SIZE   4096             /* bytes of a write */


static double
sync_now(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_MONOTONIC, &now);

    return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}


static int
sync_compare(const void *a, const void *b)
{
    double  left, right;

    left = *(const double *) a;
    right = *(const double *) b;

    return (left > right) - (left < right);
}


int
main(int argc, char **argv)
{
    int      fd, i, n;
    char     path[4096], text[SYNC_SIZE];
    double   begin, before, taken[SYNC_COUNT];

    if (argc != 2) {
        bench_die("usage: %s DIR", argv[0]);
    }

    (void) snprintf(path, sizeof(path), "%s/synctime.%ld", argv[1],
                    (long) getpid());
    fd = open(path, O_RDWR|O_CREAT|O_EXCL, 0600);

    if (fd == -1 || unlink(path) == -1) {
        bench_die("%s: %s", path, strerror(errno));
    }

    memset(text, 'x', sizeof(text));

    for (i = 0; i < SYNC_COUNT; i++) {
        if (write(fd, text, sizeof(text)) != sizeof(text)) {
            bench_die("%s: not written", path);
        }
    }

    if (fsync(fd) == -1) {
        bench_die("%s: %s", path, strerror(errno));
    }

    begin = sync_now();

    for (n = 0; n < SYNC_COUNT; n++) {
        before = sync_now();

        if (n > 0 && before - begin >= SYNC_TIME) {
            break;
        }

        if (pwrite(fd, text, sizeof(text), (off_t) n * SYNC_SIZE)
            != sizeof(text)
            || fdatasync(fd) == -1)
        {
            bench_die("%s: %s", path, strerror(errno));
        }

        taken[n] = sync_now() - before;
    }

    qsort(taken, (size_t) n, sizeof(double), sync_compare);

    printf("%.0f %.0f\n", taken[n / 2] * 1e6, taken[n * 99 / 100] * 1e6);
    (void) close(fd);

    return 0;
}

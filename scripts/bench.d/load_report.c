
/* The report of a run. */

#include "load.h"


/* The highest value that falls into a bin. */

static uint64_t
load_bin_top(unsigned bin)
{
    unsigned  shift;

    if (bin < 2 * LOAD_STEPS) {
        return bin;
    }

    shift = bin / LOAD_STEPS - 1;

    return ((uint64_t) (bin - shift * LOAD_STEPS + 1) << shift) - 1;
}


void
load_answers(const load_t *load)
{
    FILE    *file;
    size_t   i;

    file = bench_open(load->answers, "w");

    for (i = 0; i < load->next; i++) {

        if (load->plain) {
            (void) fprintf(file, "%zu %u\n", i, load->requests[i].code);
            continue;
        }

        (void) fprintf(file, "%u %llu %u\n", load->pairs[i].meeting,
              (unsigned long long) load->people[load->pairs[i].person].num,
              load->requests[i].code);
    }

    bench_close(file, load->answers);
}


void
load_dump(const load_t *load)
{
    FILE                  *file;
    size_t                 i;
    const load_request_t  *request;

    file = bench_open(load->dump, "w");

    for (i = 0; i < load->npairs; i++) {
        request = &load->requests[i];
        (void) fwrite(load->text + request->offset, request->len, 1, file);
        (void) fputc('\0', file);
    }

    bench_close(file, load->dump);
}


void
load_report(const load_t *load, uint64_t finish)
{
    double       seconds;
    unsigned     i;
    const char  *comma;

    finish = finish < load->end ? finish : load->end;
    seconds = (double) (finish - load->start) / 1e6;

    printf("{\"seconds\": %.6f, \"sent\": %llu, \"finished\": %llu, "
           "\"late\": %llu, \"unanswered\": %llu, \"broken\": %llu, "
           "\"bytes\": %llu, \"latency_sum\": %llu, \"latency_max\": %llu, "
           "\"codes\": {",
           seconds, (unsigned long long) load->sent,
           (unsigned long long) load->finished,
           (unsigned long long) load->late,
           (unsigned long long) (load->sent - load->finished - load->late),
           (unsigned long long) load->broken,
           (unsigned long long) load->bytes,
           (unsigned long long) load->latency_sum,
           (unsigned long long) load->latency_max);

    for (i = 0; i < LOAD_CODES && load->codes[i].n; i++) {
        printf("%s\"%u\": %llu", i ? ", " : "", load->codes[i].code,
               (unsigned long long) load->codes[i].n);
    }

    printf("}, \"latency\": [");
    comma = "";

    for (i = 0; i < LOAD_BINS; i++) {
        if (load->bins[i]) {
            printf("%s[%llu, %llu]", comma,
                   (unsigned long long) load_bin_top(i),
                   (unsigned long long) load->bins[i]);
            comma = ", ";
        }
    }

    printf("]}\n");
}

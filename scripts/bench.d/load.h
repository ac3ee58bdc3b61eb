
/*
 * The benchmark's client, as its files know it: load_requests.c makes what is
 * sent, load.c sends and receives, load_report.c reports the results.
 */

#ifndef LOAD_H
#define LOAD_H

#include <netinet/in.h>

#include "bench.h"


#define LOAD_CODES      16           /* kinds of results in one run */

/* A histogram: below 64 exact, then 32 steps to each doubling. */
#define LOAD_STEPS      32
#define LOAD_BINS       1024


typedef struct {
    uint64_t   offset;               /* of the request's text */
    uint32_t   len;
    uint32_t   code;                 /* out: of the answer; 0: none yet */
} load_request_t;

/* A chunked body's place */

typedef enum {
    LOAD_SIZE,
    LOAD_SIZE_LF,
    LOAD_DATA,
    LOAD_DATA_END,
    LOAD_TRAILER
} load_chunk_t;

typedef struct {
    int              fd;
    load_request_t  *request;        /* that is out; NULL: none */
    size_t           sent;
    uint64_t         began;          /* us */
    size_t           len;            /* in `buffer` */
    int              chunked;
    load_chunk_t     state;
    uint64_t         left;           /* bytes of the body, or of its chunk */
    int              head;           /* the header is read */
    uint32_t         status;         /* that it says */
    int              coded;          /* the body began with a code */
    uint64_t         bytes;          /* of the body, so far */
    char            *buffer;
} load_conn_t;

typedef struct {
    unsigned  code;
    uint64_t  n;
} load_count_t;

typedef struct {
    int              port;
    struct in_addr   host;
    const char      *path;
    unsigned         connections;
    unsigned         idle;
    double           duration;
    double           patience;       /* seconds */
    double           rate;
    int              read;
    int              plain;          /* bodies as they are in a file */
    int              again;
    const char      *secret;
    const char      *tag;
    const char      *answers;
    const char      *dump;

    size_t           npeople;
    bench_person_t  *people;
    size_t           npairs;
    bench_pair_t    *pairs;
    char           **bodies;
    char            *text;           /* all requests */
    size_t           text_len;
    size_t           text_size;
    load_request_t  *requests;
    size_t           next;           /* to be sent */

    int              epoll;
    load_conn_t     *conns;
    unsigned        *free;           /* without a request, while paced */
    unsigned         nfree;
    uint64_t         start;          /* us */
    uint64_t         end;
    uint64_t         out;            /* requests under way */
    uint64_t         sent;
    uint64_t         finished;       /* answered before the end */
    uint64_t         late;           /* after it */
    uint64_t         broken;         /* connections lost */
    uint64_t         bytes;          /* of answers' bodies */
    uint64_t         latency_sum;
    uint64_t         latency_max;
    uint64_t         bins[LOAD_BINS];
    load_count_t     codes[LOAD_CODES];
} load_t;


/* Reads bodies, one a line, in the place of people and pairs. */
void load_bodies(load_t *load, const char *file);

/* Fills load->text and load->requests, one for each pair or body. */
void load_requests(load_t *load);

/* Writes what came of each request, into load->answers; the requests into
 * load->dump; and one JSON object to standard output, of a run that ended at
 * `finish`. */
void load_answers(const load_t *load);
void load_dump(const load_t *load);
void load_report(const load_t *load, uint64_t finish);

#endif /* LOAD_H */


/*
 * The base of the benchmark's programs: text files of lines of words, and how
 * a failure ends a program.
 *
 *     people    NUMBER TOKEN            a user and its session's token; the
 *                                       first sponsors all meetings
 *     pairs     MEETING PERSON          a check-in to be made; PERSON is a
 *                                       line of `people`, from 0
 *     answers   MEETING NUMBER CODE     what came of it; NUMBER is the user's,
 *                                       CODE 0: sent, and no answer
 */

#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define BENCH_CALLER  "bench"        /* of sessions and requests */
#define BENCH_TOKEN   128            /* room for a token */


typedef struct {
    uint64_t  num;
    char      token[BENCH_TOKEN];
} bench_person_t;

typedef struct {
    uint32_t  meeting;
    uint32_t  person;
} bench_pair_t;


__attribute__((noreturn, format(printf, 1, 2)))
static inline void
bench_die(const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) vfprintf(stderr, fmt, args);
    va_end(args);

    (void) fputc('\n', stderr);
    exit(1);
}


static inline FILE *
bench_open(const char *path, const char *mode)
{
    FILE  *file;

    file = fopen(path, mode);
    if (file == NULL) {
        bench_die("%s: %s", path, strerror(errno));
    }

    return file;
}


static inline void
bench_close(FILE *file, const char *path)
{
    if (ferror(file) || fclose(file) != 0) {
        bench_die("%s: not written", path);
    }
}


/* Room for one more in a growing array of n; the array, maybe moved. */

static inline void *
bench_grow(void *array, size_t n, size_t size)
{
    if (n == 0 || (n >= 1024 && (n & (n - 1)) == 0)) {
        array = realloc(array, (n ? 2 * n : 1024) * size);

        if (array == NULL) {
            bench_die("out of memory");
        }
    }

    return array;
}


static inline bench_person_t *
bench_read_people(const char *path, size_t *n)
{
    char            *line, *token;
    FILE            *file;
    size_t           size, len;
    bench_person_t  *people;

    file = bench_open(path, "r");
    line = NULL;
    size = 0;
    people = NULL;

    for (*n = 0; getline(&line, &size, file) > 0; (*n)++) {
        people = bench_grow(people, *n, sizeof(*people));
        people[*n].num = strtoull(line, &token, 10);

        token += *token == ' ';
        len = strcspn(token, "\n");

        if (len == 0 || len >= BENCH_TOKEN) {
            bench_die("%s: line %zu: no token", path, *n + 1);
        }

        memcpy(people[*n].token, token, len);
        people[*n].token[len] = '\0';
    }

    free(line);
    (void) fclose(file);

    return people;
}


static inline bench_pair_t *
bench_read_pairs(const char *path, size_t *n)
{
    char          *line, *second;
    FILE          *file;
    size_t         size;
    bench_pair_t  *pairs;

    file = bench_open(path, "r");
    line = NULL;
    size = 0;
    pairs = NULL;

    for (*n = 0; getline(&line, &size, file) > 0; (*n)++) {
        pairs = bench_grow(pairs, *n, sizeof(*pairs));
        pairs[*n].meeting = (uint32_t) strtoul(line, &second, 10);
        pairs[*n].person = (uint32_t) strtoul(second, NULL, 10);
    }

    free(line);
    (void) fclose(file);

    return pairs;
}

#endif /* BENCH_H */

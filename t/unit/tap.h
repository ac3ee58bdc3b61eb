
/*
 * TAP output for the unit tests, so that they run under prove beside the
 * black-box tests.  A test program ends with `return tap_done();`.
 */

#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdio.h>


static int  tap_count;
static int  tap_failed;


__attribute__((unused, format(printf, 4, 5)))
static int
tap_ok(int pass, const char *file, int line, const char *fmt, ...)
{
    va_list  args;

    printf("%s %d - ", pass ? "ok" : "not ok", ++tap_count);

    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);

    printf("\n");

    if (!pass) {
        tap_failed++;
        printf("#   failed at %s line %d\n", file, line);
    }

    fflush(stdout);

    return pass;
}


__attribute__((unused))
static int
tap_done(void)
{
    printf("1..%d\n", tap_count);

    return tap_failed ? 1 : 0;
}


#define ok(cond, ...)                                                         \
    tap_ok(!!(cond), __FILE__, __LINE__, __VA_ARGS__)

/* integers, shown when they differ */
#define is_int(got, want, ...)                                                \
    do {                                                                      \
        long long  got_ = (long long) (got), want_ = (long long) (want);      \
                                                                              \
        if (!ok(got_ == want_, __VA_ARGS__)) {                                \
            printf("#   got %lld, want %lld\n", got_, want_);                 \
        }                                                                     \
    } while (0)

/* an mt_str_t against a C string */
#define is_str(got, want, ...)                                                \
    do {                                                                      \
        mt_str_t  got_ = (got), want_ = mt_cstr(want);                        \
                                                                              \
        if (!ok(mt_str_eq(got_, want_), __VA_ARGS__)) {                       \
            printf("#   got \"%.*s\", want \"%s\"\n", (int) got_.len,         \
                   got_.data ? got_.data : "", want_.data);                   \
        }                                                                     \
    } while (0)

#endif /* TAP_H */

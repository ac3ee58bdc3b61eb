
/*
 * The guard of log-ins: counts failed ones, in memory that processes share.
 * There are three limits, of failures in an hour:
 *
 *     pair     one person's log-ins from one address
 *     person   one person's from everywhere, except from addresses where the
 *              person has logged in within 30 days
 *     address  everybody's from one address, with the same exception
 *
 * So nobody who fails elsewhere locks a person out at the usual place.  Each
 * failure above a limit makes the next attempt wait for twice as long, from a
 * second up to limits->pause; the hour's failures are forgotten one by one.
 * A log-in that succeeds is not slowed: it takes its own count back, and with
 * it the person's failures at that address.  The first one at an address, with
 * a password of the person's own, takes one failure of the address back: so
 * that a campus behind one address is not taken for somebody who guesses.
 */

#ifndef MT_GUARD_H
#define MT_GUARD_H

#include "domain/kernel/mt_operation.h"


/* Bits: limits that a failure has reached. */

#define MT_GUARD_PAIR     1
#define MT_GUARD_PERSON   2
#define MT_GUARD_ADDRESS  4
#define MT_GUARD_KINDS    3

/* Wrong QR codes of a person in a meeting that are forgiven in an hour. */
#define MT_GUARD_CODES    20

/* A log-in.  person 0: a person who does not exist; the address alone
 * counts. */

typedef struct {
    uint32_t  company;
    int64_t   person;
    uint64_t  network;           /* as call->network */
    int       own;               /* the password is the person's own */
} mt_guard_who_t;

typedef struct {
    uint64_t  failed;
    uint64_t  waits;             /* attempts that came too early */
    uint64_t  reached[MT_GUARD_KINDS];     /* pair, person, address */
    uint64_t  wrong_codes;
    uint64_t  code_waits;        /* codes that came too early */
} mt_guard_stat_t;


/* Returns the bytes that the guard takes. */
size_t mt_guard_size(void);

/* Formats mt_guard_size() zeroed bytes of shared memory.  Returns 0, or -1 on
 * failure. */
int mt_guard_format(mt_guard_t *guard);

/* Any thread.  `now`: ms of the monotonic clock.  Returns 0 if the log-in may
 * be judged now, else the ms that it has to wait for. */
int64_t mt_guard_wait(mt_guard_t *guard, const mt_guard_limits_t *limits,
    const mt_guard_who_t *who, int64_t now);

/* As mt_guard_wait(); before a password is judged.  If the result is 0, the
 * log-in counts as failed until mt_guard_passed(): of any number at the same
 * time no more are judged than the limits allow. */
int64_t mt_guard_enter(mt_guard_t *guard, const mt_guard_limits_t *limits,
    const mt_guard_who_t *who, int64_t now);

/* Any thread; after mt_guard_enter() returned 0: the password was right. */
void mt_guard_passed(mt_guard_t *guard, const mt_guard_limits_t *limits,
    const mt_guard_who_t *who, int64_t now);

/* The same: it was wrong.  Returns the MT_GUARD_* of limits which this failure
 * has reached, and the one before had not. */
unsigned mt_guard_failed(mt_guard_t *guard, const mt_guard_limits_t *limits,
    const mt_guard_who_t *who, int64_t now);

/* The same for QR codes with a MAC that does not fit (checkin/mt_qr.h),
 * counted for a person and a meeting: up to MT_GUARD_CODES an hour, and a
 * pause of up to a minute after each further one.  mt_guard_code_wait()
 * returns 0, or the ms to wait for. */
int64_t mt_guard_code_wait(mt_guard_t *guard, uint32_t company,
    int64_t person, int64_t meeting, int64_t now);
void mt_guard_code_failed(mt_guard_t *guard, uint32_t company,
    int64_t person, int64_t meeting, int64_t now);

/* Any thread. */
void mt_guard_stat(mt_guard_t *guard, mt_guard_stat_t *stat);

#endif /* MT_GUARD_H */

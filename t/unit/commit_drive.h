
/*
 * The commit engine, driven step by step in one process: one store, any number
 * of zones, and workers whose pushes and combining the test calls itself.
 */

#ifndef COMMIT_DRIVE_H
#define COMMIT_DRIVE_H

#include "commit_rig.h"


static char           dir[] = "/tmp/mt-commit-XXXXXX";
static rig_machine_t  ctx;
static int            events[MT_COMMIT_RINGS];


/* A fresh zone. */

__attribute__((unused))
static void *
zone_open(size_t size)
{
    void  *zone;

    zone = rig_shared(size);

    if (!ok(mt_commit_format(zone, size) == MT_OK, "zone made")) {
        exit(1);
    }

    return zone;
}


static rig_worker_t
worker_open(void *zone, uint64_t id, unsigned total)
{
    mt_machine_t  machine;

    machine = rig_machine(&ctx);

    return (rig_worker_t) {
        .commit = mt_commit_attach(zone, &machine, rig_wake, events),
        .events = events,
        .id = id,
        .total = total,
        .window = total,
        .answers = calloc(total, sizeof(rig_answer_t)),
        .calls = calloc(total, sizeof(rig_call_t))
    };
}


static void
worker_free(rig_worker_t *w)
{
    free(w->answers);
    free(w->calls);
}


__attribute__((unused))
static void
worker_close(rig_worker_t *w)
{
    mt_commit_detach(w->commit);
    worker_free(w);
}


__attribute__((unused))
static mt_status_t
push(rig_worker_t *w, uint64_t seq, int *combine)
{
    uint8_t   data[COMMAND_MAX];
    mt_str_t  command;

    command.data = (char *) data;
    command.len = rig_command(data, w->id, seq, w->filling);

    w->calls[seq] = (rig_call_t) { w, seq };

    return mt_commit_push(w->commit, command, rig_push_how(seq), 0,
                          &w->calls[seq], combine);
}


__attribute__((unused))
static unsigned
collect(rig_worker_t *w)
{
    return mt_commit_collect(w->commit, rig_done, w);
}


/* Returns how many of the worker's first n commands are in the store. */

__attribute__((unused))
static unsigned
applied(rig_worker_t *w, unsigned n)
{
    unsigned   i, sum;
    mt_txn_t  *txn;

    if (mt_read_open(ctx.store, &txn) != MT_OK) {
        return -1;
    }

    for (i = 0, sum = 0; i < n; i++) {
        sum += rig_applied(txn, w->id, i);
    }

    mt_read_close(txn);

    return sum;
}


__attribute__((unused))
static unsigned
verify(rig_worker_t *w, int alive)
{
    unsigned   wrong;
    mt_txn_t  *txn;

    if (mt_read_open(ctx.store, &txn) != MT_OK) {
        return 1;
    }

    wrong = rig_verify(txn, w->id, w->total, w->answers, alive);
    mt_read_close(txn);

    return wrong;
}


/* A number of META that no worker uses. */

__attribute__((unused))
static uint64_t
next_id(void)
{
    static uint64_t  id;

    return ++id;
}


__attribute__((unused))
static unsigned
woken(int ring)
{
    eventfd_t  value;

    return eventfd_read(events[ring], &value) == 0 ? value : 0;
}

#endif /* COMMIT_DRIVE_H */

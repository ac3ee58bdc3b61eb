
/*
 * The benchmark's side of the store, as its two files know it: roster.c fills
 * the store, roster_check.c compares it with the answers of a run.
 */

#ifndef ROSTER_H
#define ROSTER_H

#include "domain/mt_operations.h"
#include "bench.h"


#define BENCH_COMPANY   1000


typedef struct {
    mt_store_t    *store;
    mt_batch_t    *batch;
    mt_zone_t     *zone;
    mt_arena_t    *arena;           /* of one command */
    mt_machine_t   machine;
    mt_txn_t      *txn;
    unsigned       commands;        /* in the open transaction */
    mt_settings_t  settings;
    mt_str_t       server_key;
    char           key_bytes[MT_SERVER_KEY_LEN];
    int64_t        now;
} bench_t;


void bench_read_begin(bench_t *b, mt_txn_t **txn);

/* The commands of roster.c's head, with their arguments. */
void bench_check(bench_t *b, char **argv);
void bench_count(bench_t *b, const char *position);
void bench_booked(bench_t *b, const char *tag);
void bench_verify(bench_t *b);

#endif /* ROSTER_H */


/*
 * The batch, for the kernel's files alone: mt_batch.c has the transaction and
 * runs commands, mt_batch_cache.c keeps decoded records, mt_journal.c raises
 * events and writes journal entries.
 */

#ifndef MT_BATCH_PRIVATE_H
#define MT_BATCH_PRIVATE_H

#include "domain/kernel/mt_apply.h"


typedef struct mt_cached_s  mt_cached_t;

/* Records by company and number: a hash table to find them, a list in order of
 * arrival to write them. */

typedef struct {
    mt_arena_t     *arena;         /* of everything in here */
    mt_cached_t   **slots;
    size_t          size;          /* of slots; a power of two, or 0 */
    size_t          n;
    mt_cached_t    *first;
    mt_cached_t   **last;
} mt_cache_t;

struct mt_batch_s {
    mt_store_t         *store;
    const mt_domain_t  *domain;
    mt_txn_t           *txn;       /* while a batch is open */
    mt_arena_t         *scratch;   /* of one command */
    mt_cache_t          meetings;
    mt_cache_t          tallies;
    uint64_t            position;  /* of the last journalled command */
    uint64_t            stored;    /* the position in META */
    int64_t             time;      /* of that command */
    uint64_t            messages;  /* made for subscribers */
    int64_t             indexed_block;     /* of the journal: indexed last, */
    uint32_t            indexed_company;   /*   for this company; -1: none */
    uint32_t            open_company;      /* known to be open; 0: none */
};


/* Empties a cache and resets its arena. */
void mt_cache_drop(mt_cache_t *cache);

/* Drops the cache of meetings once it is full. */
void mt_batch_trim_meetings(mt_batch_t *batch);

/* Writes the tallies that differ from the store's.  A failed write fails the
 * transaction. */
void mt_batch_write_tallies(mt_batch_t *batch);

/* Writes the journal entry of a command (`encoded`) with the events that it
 * raised, and calls the domain's journalled().  Returns MT_OK or a failure. */
mt_status_t mt_batch_journal(mt_apply_t *a, mt_str_t encoded);

#endif /* MT_BATCH_PRIVATE_H */


/*
 * The layout of the shared zone, private to commit/ and its unit tests: a
 * header, the rings' control words, then ring_size bytes per ring.
 *
 * Offsets count bytes since the zone was made and never wrap; an offset modulo
 * ring_size is the place in the ring.  Always consumed <= done <= head.
 * Entries are contiguous and aligned to 8; a pad fills the end of a ring where
 * the next entry does not fit.  A pad is published with the entry behind it,
 * so that `head` and `done` always stand behind an entry.
 *
 * The ring's owner writes `head`, `consumed` and the entries from done to
 * head; the combiner writes `done`, the results below it and `deaths`.
 *
 * Each worker can write all of it, and one may be broken.  So nothing in the
 * zone is a pointer, each process keeps its own copy of what it wrote, and
 * offsets and lengths of others are checked before they are used.  A ring that
 * fails such a check is stopped for as long as the zone lives.
 */

#ifndef MT_RING_H
#define MT_RING_H

#include "commit/mt_commit.h"
#include "store/mt_wal.h"

#include <pthread.h>
#include <stdatomic.h>


#define MT_ZONE_MAGIC     0x6d742d636f6d6d74ULL
#define MT_ZONE_VERSION   8

#define MT_RING_ALIGN     8
#define MT_RING_MIN_SIZE  8192

/* words that different processes write do not share a cache line */
#define MT_OWN_LINE       _Alignas(64)


#define MT_ENTRY_PAD     255
#define MT_ENTRY_DEATHS  3      /* then the command is given up */

typedef struct {
    uint32_t     len;       /* of the command; of a pad: all its bytes */
    uint8_t      kind;      /* mt_push_t; a pad ends here */
    uint8_t      deaths;    /* combiners that died while they applied it */
    uint16_t     seats;     /* that it writes, MT_COMMIT_HEAVY at most */
    mt_result_t  result;
    uint8_t      command[];
} mt_entry_t;


typedef struct {
    MT_OWN_LINE _Atomic uint64_t  head;
    MT_OWN_LINE _Atomic uint64_t  done;
    MT_OWN_LINE _Atomic uint64_t  consumed;
    /* held by the owner's main thread while it lives */
    MT_OWN_LINE pthread_mutex_t   owner;
    _Atomic uint32_t              claimed;     /* for statistics only */
    _Atomic uint32_t              stopped;     /* it is malformed */
} mt_ring_t;


/* counters of mt_commit_stat_t; only the combiner adds to them */

typedef struct {
    _Atomic uint64_t  batches;
    _Atomic uint64_t  commands;
    _Atomic uint64_t  logged_batches;
    _Atomic uint64_t  checkpoints;
    _Atomic uint64_t  checkpoint_us_sum;
    _Atomic uint64_t  failed_batches;
    _Atomic uint64_t  given_up;
    _Atomic uint64_t  takeovers;
    _Atomic uint64_t  commit_us_sum;
    _Atomic uint64_t  batch_size[MT_HISTOGRAM];
    _Atomic uint64_t  commit_us[MT_HISTOGRAM];
} mt_zone_stat_t;


struct mt_zone_mem_s {
    uint64_t                      magic;
    uint64_t                      version;
    uint64_t                      epoch;       /* random: key of APPLIED */
    uint64_t                      ring_size;

    /* the right to combine, and what goes with it */
    MT_OWN_LINE pthread_mutex_t   combiner;
    uint32_t                      first;       /* ring the next batch begins
                                                  with */
    uint64_t                      taken;       /* bytes of the largest of the
                                                  last batches */
    uint64_t                      applying;    /* offset in the zone of the
                                                  entry that is being applied,
                                                  or was last of its batch; 0:
                                                  none */
    _Atomic uint32_t              unsynced;    /* a combiner died: its commit
                                                  may be visible, but not yet
                                                  on disk */
    _Atomic uint32_t              failures;    /* combiners' turns that failed
                                                  one after the other */
    _Atomic int64_t               retry_at;    /* no turn before; monotonic,
                                                  ns */

    /* A hint for pushing workers: a combiner is at work, and looks at all
     * heads once more after clearing it. */
    MT_OWN_LINE _Atomic uint32_t  busy;

    MT_OWN_LINE mt_zone_stat_t    stat;

    /* rings from this index on were never claimed */
    MT_OWN_LINE _Atomic uint32_t  nrings;

    mt_ring_t                     rings[MT_COMMIT_RINGS];
};


/* The combiner's transaction, open over one batch or many.  Used by the thread
 * that combines. */

typedef struct {
    mt_txn_t         *txn;         /* NULL: none */
    int64_t           since;       /* monotonic, ns */
    unsigned          batches;     /* acknowledged from the log */
    int               must;        /* commit before the next acknowledgement */
    uint64_t          applied[MT_COMMIT_RINGS];
} mt_span_t;


/* A record for the write-ahead log; malloc'ed. */

typedef struct {
    uint8_t          *data;
    size_t            len;
    size_t            room;
    int               failed;      /* out of memory */
} mt_log_record_t;


/* A command of this process in its ring. */

typedef struct {
    void             *waiter;
    uint64_t          begin;       /* offset of its entry */
    uint64_t          end;
} mt_pushed_t;


/* An entry as it was when it was checked. */

typedef struct {
    mt_entry_t       *entry;
    uint32_t          len;
    unsigned          kind;
    unsigned          seats;
} mt_slot_t;


struct mt_commit_s {
    mt_zone_mem_t    *mem;
    uint64_t          epoch;       /* the zone's, as it was attached */
    uint64_t          ring_size;
    mt_machine_t      machine;     /* without a store: all NULL */
    void            (*wake)(void *data, unsigned ring);
    void             *data;

    int               ring;        /* -1: none claimed */
    uint64_t          head;        /* the ring's, as this process wrote it */
    uint64_t          consumed;
    mt_pushed_t      *pushed;      /* in flight, oldest at `oldest`; malloc'ed,
                                      a power of 2 */
    size_t            pushed_room;
    size_t            oldest;
    unsigned          waiting;     /* of these */
    _Atomic uint32_t  retiring;

    mt_span_t         span;
    mt_log_record_t   record;
    mt_log_record_t   command;     /* the one that is applied: a copy, that
                                      nobody changes meanwhile */
    int               stopped;     /* a ring was, and the error log does not
                                      have it yet; -1: none, else its index */
};


/* Takes a robust mutex if it is free or its owner died; *died says which.  To
 * be unlocked with pthread_mutex_unlock().  Returns 1 if taken, else 0. */
int mt_robust_trylock(pthread_mutex_t *mutex, int *died);

/* Takes the right to combine.  A dead holder is counted as a takeover and as a
 * death of the entry that it applied, and sets `unsynced`.  Returns 1 if
 * taken, else 0. */
int mt_combiner_trylock(mt_commit_t *c);

/* Returns the number of rings that were ever claimed. */
unsigned mt_zone_rings(const mt_zone_mem_t *mem);

/* Returns 1 if some ring has entries from done to head. */
int mt_zone_has_work(const mt_zone_mem_t *mem);

/* Returns the bytes of these entries. */
uint64_t mt_zone_queued(const mt_zone_mem_t *mem);

/* Skips pads and moves *pos behind the next entry, `end` at most.  Returns 1
 * with the entry, or 0 if there is no whole one: *pos stays. */
int mt_ring_next(mt_commit_t *c, unsigned ring, uint64_t *pos, uint64_t end,
    mt_slot_t *slot);

/* Returns 1 if entries can stand from `begin` to `end`. */
int mt_ring_holds(const mt_commit_t *c, uint64_t begin, uint64_t end);

/* Returns 1 if the ring was stopped. */
int mt_ring_is_stopped(const mt_zone_mem_t *mem, unsigned ring);

/* Stops a ring: its owner fails what is in flight, combiners pass it over. */
void mt_ring_stop(mt_commit_t *c, unsigned ring);

/*
 * Reserves room for a command of `len` bytes at this process' head, behind a
 * pad where needed, and sets the entry's `len`; *begin is its offset, *end the
 * head to publish.  Returns the entry, or NULL while there is no room.
 */
mt_entry_t *mt_ring_reserve(mt_commit_t *c, size_t len, uint64_t *begin,
    uint64_t *end);

/* Returns the entry at an offset of a ring. */
mt_entry_t *mt_ring_at(mt_commit_t *c, unsigned ring, uint64_t pos);

/* Returns the bytes that a command of `len` bytes takes in a ring. */
size_t mt_entry_size(size_t len);


/* Read and write how far each ring of a zone was applied, MT_COMMIT_RINGS
 * offsets, in a transaction.  Return MT_OK or a failure. */
mt_status_t mt_applied_load(mt_txn_t *txn, uint64_t epoch, uint64_t *applied);
mt_status_t mt_applied_save(mt_txn_t *txn, uint64_t epoch,
    const uint64_t *applied);


/*
 * A record of the write-ahead log: the zone's epoch, the number of rings, each
 * ring's index and offset up to which the record applies it, then the
 * commands in the order of their application.
 */
void mt_log_record_begin(mt_log_record_t *record, uint64_t epoch);
void mt_log_record_ring(mt_log_record_t *record, unsigned ring, uint64_t end);
void mt_log_record_command(mt_log_record_t *record, mt_str_t command);

/* Adds bytes; without memory record->failed is set. */
void mt_log_record_add(mt_log_record_t *record, const void *data, size_t len);


/* Returns 1 if this process should combine the next batch: some ring has
 * entries, or, when it is to exit, its own ring has. */
int mt_combine_wanted(mt_commit_t *c);


/* Returns 1 if the store is open and lacks records of the write-ahead log. */

static inline int
mt_commit_behind(const mt_commit_t *c)
{
    return c->machine.behind && c->machine.behind(c->machine.ctx);
}


static inline void
mt_stop_point(const char *name)
{
    if (mt_commit_stop != NULL) {
        mt_commit_stop(name);
    }
}


#endif /* MT_RING_H */

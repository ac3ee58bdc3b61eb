
#include <stdlib.h>

#include "domain/notify/mt_event.h"
#include "store/mt_wal.h"


/* Decoded meetings kept at a time; one takes 100 KB at most. */
#define MT_CACHED_MEETINGS  256

#define MT_CACHE_SLOTS      64      /* to begin with; a power of two */
#define MT_EVENTS           8


/*
 * What a batch keeps by company and number: open addressing to find it, a
 * list in order of arrival to write it.
 */

typedef struct mt_cached_s  mt_cached_t;

struct mt_cached_s {
    mt_cached_t    *next;
    uint32_t        company;
    int64_t         num;

    union {
        mt_meeting_t    meeting;

        struct {
            mt_tally_t  now;
            mt_tally_t  stored;
        } tally;
    } u;
};

typedef struct {
    mt_arena_t     *arena;         /* of everything in here */
    mt_cached_t   **slots;
    size_t          size;
    size_t          n;
    mt_cached_t    *first;
    mt_cached_t   **last;
} mt_cache_t;

struct mt_batch_s {
    mt_store_t     *store;
    mt_txn_t       *txn;           /* while a batch is open */
    mt_arena_t     *scratch;       /* of one command */
    mt_cache_t      meetings;
    mt_cache_t      tallies;
    uint64_t        position;      /* of the last journalled command */
    uint64_t        stored;        /* the position as META has it */
    int64_t         time;          /* of that command */
    uint64_t        messages;      /* put out */
};


static mt_status_t mt_batch_begin(void *ctx, mt_txn_t **txn);
static mt_status_t mt_batch_apply(void *ctx, mt_str_t command,
    mt_result_t *result);
static mt_status_t mt_batch_commit(void *ctx);
static void mt_batch_abort(void *ctx);
static int mt_batch_behind(void *ctx);
static void mt_batch_close(mt_batch_t *batch);
static mt_status_t mt_batch_read(mt_batch_t *batch,
    const mt_command_t *command, const mt_operation_t **operation,
    void **body);
static mt_status_t mt_batch_dispatch(mt_batch_t *batch,
    const mt_command_t *command, mt_str_t encoded, mt_result_t *result);
static int mt_batch_exhausted(mt_batch_t *batch);
static mt_status_t mt_batch_unreadable(mt_batch_t *batch, const char *what,
    int64_t op);
static mt_status_t mt_batch_journal(mt_apply_t *a, mt_str_t command);
static mt_event_t *mt_raise_event(mt_apply_t *a, int type, int64_t num,
    mt_str_t id);
static void mt_batch_write_tallies(mt_batch_t *batch);
static void mt_batch_write_meta(mt_batch_t *batch);
static int mt_is_failure(mt_status_t status);

static void mt_cache_drop(mt_cache_t *cache);
static mt_cached_t *mt_cache_find(mt_cache_t *cache, uint32_t company,
    int64_t num);
static mt_cached_t *mt_cache_add(mt_cache_t *cache, uint32_t company,
    int64_t num);
static int mt_cache_grow(mt_cache_t *cache);
static size_t mt_cache_slot(const mt_cache_t *cache, uint32_t company,
    int64_t num);


mt_batch_t *
mt_batch_create(mt_store_t *store)
{
    mt_batch_t  *batch;

    batch = calloc(1, sizeof(*batch));
    if (batch == NULL) {
        return NULL;
    }

    batch->store = store;
    batch->scratch = mt_arena_create(0);
    batch->meetings.arena = mt_arena_create(0);
    batch->tallies.arena = mt_arena_create(0);

    if (batch->scratch == NULL || batch->meetings.arena == NULL
        || batch->tallies.arena == NULL)
    {
        mt_batch_destroy(batch);
        return NULL;
    }

    mt_cache_drop(&batch->meetings);
    mt_cache_drop(&batch->tallies);

    return batch;
}


void
mt_batch_destroy(mt_batch_t *batch)
{
    mt_arena_t  *arenas[3];
    size_t       i;

    if (batch == NULL) {
        return;
    }

    if (batch->txn) {
        mt_write_abort(batch->txn);
    }

    arenas[0] = batch->scratch;
    arenas[1] = batch->meetings.arena;
    arenas[2] = batch->tallies.arena;

    for (i = 0; i < mt_nitems(arenas); i++) {
        if (arenas[i]) {
            mt_arena_destroy(arenas[i]);
        }
    }

    free(batch);
}


mt_machine_t
mt_batch_machine(mt_batch_t *batch)
{
    return (mt_machine_t) {
        .begin = mt_batch_begin,
        .apply = mt_batch_apply,
        .commit = mt_batch_commit,
        .abort = mt_batch_abort,
        .behind = mt_batch_behind,
        .ctx = batch
    };
}


uint64_t
mt_batch_messages(const mt_batch_t *batch)
{
    return batch->messages;
}


mt_status_t
mt_apply_now(mt_batch_t *batch, mt_str_t command, mt_result_t *result)
{
    unsigned      left;
    mt_machine_t  machine;
    mt_txn_t     *txn;
    mt_status_t   rc;

    machine = mt_batch_machine(batch);

    rc = mt_machine_begin(&machine, &txn, &left);
    if (rc != MT_OK) {
        return rc;
    }

    rc = mt_batch_apply(batch, command, result);
    if (rc != MT_OK) {
        mt_batch_abort(batch);
        return rc;
    }

    return mt_batch_commit(batch);
}


static mt_status_t
mt_batch_begin(void *ctx, mt_txn_t **txn)
{
    mt_batch_t  *batch = ctx;

    mt_status_t  rc;

    rc = mt_write_begin(batch->store, &batch->txn);
    if (rc != MT_OK) {
        batch->txn = NULL;
        return rc;
    }

    (void) mt_batch_exhausted(batch);      /* of a batch before */

    batch->stored = mt_meta_position(batch->txn);
    batch->position = batch->stored;
    batch->time = mt_meta_time(batch->txn);
    batch->messages = 0;

    *txn = batch->txn;

    return MT_OK;
}


static mt_status_t
mt_batch_apply(void *ctx, mt_str_t encoded, mt_result_t *result)
{
    mt_batch_t  *batch = ctx;

    mt_status_t   rc;
    mt_command_t  command;

    memset(result, 0, sizeof(*result));
    mt_arena_reset(batch->scratch);

    if (batch->meetings.n > MT_CACHED_MEETINGS) {
        mt_cache_drop(&batch->meetings);
    }

    rc = mt_record_decode(encoded, &mt_command_model, &command,
                          batch->scratch);
    if (rc != MT_OK) {
        return rc == MT_STORE_FAILED
               ? mt_batch_unreadable(batch, "a command", 0) : rc;
    }

    return mt_batch_dispatch(batch, &command, encoded, result);
}


/* What a command asks for.  One that cannot be read is a bug, damage, or of a
 * later version: it is never skipped. */

static mt_status_t
mt_batch_read(mt_batch_t *batch, const mt_command_t *command,
    const mt_operation_t **operation, void **body)
{
    mt_status_t            rc;
    const mt_operation_t  *op;

    op = command->op > 0 && command->op < MT_OPERATION_MAX
         ? mt_operation((unsigned) command->op) : NULL;

    if (op == NULL || op->apply == NULL) {
        return mt_batch_unreadable(batch, "an operation unknown to this "
                                   "version", command->op);
    }

    *operation = op;
    *body = mt_arena_alloc(batch->scratch, op->body->size);

    if (*body == NULL) {
        return MT_NO_MEMORY;
    }

    rc = mt_record_decode(command->body, op->body, *body, batch->scratch);

    return rc == MT_STORE_FAILED
           ? mt_batch_unreadable(batch, "the body of a command", command->op)
           : rc;
}


static mt_status_t
mt_batch_dispatch(mt_batch_t *batch, const mt_command_t *command,
    mt_str_t encoded, mt_result_t *result)
{
    void                  *body;
    mt_apply_t             a;
    mt_status_t            rc;
    const mt_operation_t  *op;

    rc = mt_batch_read(batch, command, &op, &body);
    if (rc != MT_OK) {
        return rc;
    }

    memset(&a, 0, sizeof(a));
    a.txn = batch->txn;
    a.batch = batch;
    a.arena = batch->scratch;
    a.company = (uint32_t) command->company;
    a.actor = command->actor;
    a.time = command->time > batch->time ? command->time : batch->time;
    a.position = batch->position + 1;

    result->time = a.time;

    rc = op->apply(&a, body, result);

    if (rc == MT_OK && !a.unchanged && a.failed == MT_OK) {
        result->position = a.position;
        rc = mt_batch_journal(&a, encoded);
    }

    result->status = (uint16_t) rc;

    /* the transaction's failure is the cause of the others */

    if (mt_txn_status(batch->txn) != MT_OK) {
        return mt_txn_status(batch->txn);
    }

    if (mt_batch_exhausted(batch)) {
        return MT_NO_MEMORY;
    }

    return mt_is_failure(rc) ? rc : a.failed;
}


/* What was done without the memory for it may be half of it. */

static int
mt_batch_exhausted(mt_batch_t *batch)
{
    return mt_arena_failed(batch->scratch)
           | mt_arena_failed(batch->meetings.arena)
           | mt_arena_failed(batch->tallies.arena);
}


static mt_status_t
mt_batch_unreadable(mt_batch_t *batch, const char *what, int64_t op)
{
    mt_store_report(batch->store, 1, "cannot apply %s (operation %lld) after "
                 "journal position %llu", what, (long long) op,
                 (unsigned long long) batch->position);

    return MT_STORE_FAILED;
}


/* No result of a command but the end of its batch. */

static int
mt_is_failure(mt_status_t status)
{
    return status == MT_STORE_FULL || status == MT_STORE_FAILED
           || status == MT_NO_MEMORY || status == MT_INTERNAL;
}


static mt_status_t
mt_batch_journal(mt_apply_t *a, mt_str_t command)
{
    mt_buf_t      buf;
    mt_key_t      key;
    mt_str_t      value;
    mt_batch_t   *batch;
    mt_status_t   rc;
    mt_journal_t  entry;

    memset(&entry, 0, sizeof(entry));
    entry.time = a->time;
    entry.company = a->company;
    entry.command = command;
    entry.events = a->events;

    mt_buf_init(&buf, a->arena, command.len + 128);
    mt_record_encode(&buf, &mt_journal_model, &entry, MT_ENCODE_STATE);

    if (buf.failed) {
        return MT_NO_MEMORY;
    }

    value.len = buf.len;
    value.data = buf.data;

    mt_key_serial(&key, (int64_t) a->position);

    batch = a->batch;
    batch->position = a->position;
    batch->time = a->time;

    rc = mt_append(a->txn, MT_DB_JOURNAL, &key, value);

    return rc == MT_OK ? mt_outbox_add(a, &batch->messages) : rc;
}


static mt_status_t
mt_batch_commit(void *ctx)
{
    mt_batch_t  *batch = ctx;

    mt_status_t  rc;

    if (batch->position != batch->stored) {
        mt_batch_write_tallies(batch);
        mt_batch_write_meta(batch);
    }

    if (mt_batch_exhausted(batch)) {
        mt_batch_abort(batch);
        return MT_NO_MEMORY;
    }

    rc = mt_write_commit(batch->txn);
    mt_batch_close(batch);

    return rc;
}


static void
mt_batch_abort(void *ctx)
{
    mt_batch_t  *batch = ctx;

    if (batch->txn) {
        mt_write_abort(batch->txn);
        mt_batch_close(batch);
    }
}


static int
mt_batch_behind(void *ctx)
{
    mt_batch_t  *batch = ctx;

    return mt_wal_behind(batch->store);
}


static void
mt_batch_close(mt_batch_t *batch)
{
    batch->txn = NULL;
    mt_cache_drop(&batch->meetings);
    mt_cache_drop(&batch->tallies);
}


static void
mt_batch_write_meta(mt_batch_t *batch)
{
    (void) mt_meta_set_position(batch->txn, batch->position);
    (void) mt_meta_set_time(batch->txn, batch->time);
}


/* Tallies of zeros are not kept, so that the rows do not depend on where one
 * batch ended and the next began. */

static void
mt_batch_write_tallies(mt_batch_t *batch)
{
    mt_key_t            key;
    mt_cached_t        *c;
    static mt_tally_t   zeros;

    for (c = batch->tallies.first; c; c = c->next) {
        if (memcmp(&c->u.tally.now, &c->u.tally.stored, sizeof(mt_tally_t))
            == 0)
        {
            continue;
        }

        mt_key_num(&key, c->company, (uint64_t) c->num);

        if (memcmp(&c->u.tally.now, &zeros, sizeof(zeros)) == 0) {
            (void) mt_del(batch->txn, MT_DB_TALLY, &key);

        } else {
            (void) mt_save(batch->txn, MT_DB_TALLY, &key, &mt_tally_model,
                           &c->u.tally.now, batch->scratch);
        }
    }
}


void
mt_raise(mt_apply_t *a, int type, int64_t num, mt_str_t id)
{
    (void) mt_raise_event(a, type, num, id);
}


void
mt_raise_reminder(mt_apply_t *a, const mt_meeting_t *meeting, int64_t due,
    int64_t reason)
{
    mt_event_t  *event;

    event = mt_raise_event(a, MT_EVENT_MEETING_REMIND, meeting->num,
                           meeting->id);
    if (event) {
        event->due = due;
        event->reason = reason;
    }
}


static mt_event_t *
mt_raise_event(mt_apply_t *a, int type, int64_t num, mt_str_t id)
{
    mt_event_t  *event, *events;

    /* room for MT_EVENTS, 2 * MT_EVENTS, 4 * ... */
    if (a->events.n == 0
        || (a->events.n >= MT_EVENTS
            && (a->events.n & (a->events.n - 1)) == 0))
    {
        events = mt_arena_alloc(a->arena, sizeof(mt_event_t)
                                * (a->events.n ? 2 * a->events.n : MT_EVENTS));
        if (events == NULL) {
            a->failed = MT_NO_MEMORY;
            return NULL;
        }

        if (a->events.n) {
            memcpy(events, a->events.v, a->events.n * sizeof(mt_event_t));
        }

        a->events.v = events;
    }

    event = (mt_event_t *) a->events.v + a->events.n++;
    event->type = type;
    event->num = num;
    event->id = mt_arena_str(a->arena, id);

    return event;
}


const mt_meeting_t *
mt_meeting_load(mt_apply_t *a, int64_t num)
{
    int           found;
    mt_key_t      key;
    mt_cache_t   *cache;
    mt_cached_t  *c;
    mt_meeting_t  meeting;

    cache = &a->batch->meetings;

    c = mt_cache_find(cache, a->company, num);
    if (c) {
        return &c->u.meeting;
    }

    mt_key_num(&key, a->company, (uint64_t) num);

    found = mt_load_copy(a->txn, MT_DB_MEETING, &key, &mt_meeting_model,
                         &meeting, cache->arena);
    if (found == 0) {
        return NULL;
    }

    c = found == 1 ? mt_cache_add(cache, a->company, num) : NULL;
    if (c == NULL) {
        a->failed = MT_STORE_FAILED;
        return NULL;
    }

    c->u.meeting = meeting;

    return &c->u.meeting;
}


void
mt_batch_cache_meeting(mt_apply_t *a, const mt_meeting_t *meeting)
{
    mt_buf_t      buf;
    mt_str_t      record;
    mt_cache_t   *cache;
    mt_cached_t  *c;

    cache = &a->batch->meetings;

    c = mt_cache_find(cache, a->company, meeting->num);
    if (c == NULL) {
        c = mt_cache_add(cache, a->company, meeting->num);
    }

    mt_buf_init(&buf, cache->arena, 512);
    mt_record_encode(&buf, &mt_meeting_model, meeting, MT_ENCODE_STATE);

    record.len = buf.len;
    record.data = buf.data;

    if (c == NULL || buf.failed
        || mt_record_decode(record, &mt_meeting_model, &c->u.meeting,
                            cache->arena) != MT_OK)
    {
        a->failed = MT_NO_MEMORY;
    }
}


mt_tally_t *
mt_tally(mt_apply_t *a, int64_t meeting)
{
    int           found;
    mt_key_t      key;
    mt_cache_t   *cache;
    mt_tally_t    tally;
    mt_cached_t  *c;

    cache = &a->batch->tallies;

    c = mt_cache_find(cache, a->company, meeting);
    if (c) {
        return &c->u.tally.now;
    }

    memset(&tally, 0, sizeof(tally));
    mt_key_num(&key, a->company, (uint64_t) meeting);

    found = mt_load_copy(a->txn, MT_DB_TALLY, &key, &mt_tally_model, &tally,
                         cache->arena);

    c = found == -1 ? NULL : mt_cache_add(cache, a->company, meeting);
    if (c == NULL) {
        a->failed = MT_STORE_FAILED;
        return NULL;
    }

    tally.has = 0;
    c->u.tally.now = tally;
    c->u.tally.stored = tally;

    return &c->u.tally.now;
}


static void
mt_cache_drop(mt_cache_t *cache)
{
    mt_arena_reset(cache->arena);

    cache->slots = NULL;
    cache->size = 0;
    cache->n = 0;
    cache->first = NULL;
    cache->last = &cache->first;
}


static mt_cached_t *
mt_cache_find(mt_cache_t *cache, uint32_t company, int64_t num)
{
    return cache->size ? cache->slots[mt_cache_slot(cache, company, num)]
                       : NULL;
}


static mt_cached_t *
mt_cache_add(mt_cache_t *cache, uint32_t company, int64_t num)
{
    mt_cached_t  *c;

    if (2 * cache->n >= cache->size && mt_cache_grow(cache) != 0) {
        return NULL;
    }

    c = mt_arena_alloc(cache->arena, sizeof(*c));
    if (c == NULL) {
        return NULL;
    }

    c->company = company;
    c->num = num;

    *cache->last = c;
    cache->last = &c->next;

    cache->slots[mt_cache_slot(cache, company, num)] = c;
    cache->n++;

    return c;
}


static int
mt_cache_grow(mt_cache_t *cache)
{
    size_t         size;
    mt_cached_t   *c, **slots;

    size = cache->size ? 2 * cache->size : MT_CACHE_SLOTS;

    slots = mt_arena_alloc(cache->arena, size * sizeof(*slots));
    if (slots == NULL) {
        return -1;
    }

    cache->slots = slots;
    cache->size = size;

    for (c = cache->first; c; c = c->next) {
        slots[mt_cache_slot(cache, c->company, c->num)] = c;
    }

    return 0;
}


/* Where it is, or the free slot where it would be; there always is one. */

static size_t
mt_cache_slot(const mt_cache_t *cache, uint32_t company, int64_t num)
{
    size_t              i;
    const mt_cached_t  *c;

    i = (size_t) (((uint64_t) num ^ ((uint64_t) company << 40))
                  * 0x9e3779b97f4a7c15ULL >> 32);

    for ( ;; i++) {
        c = cache->slots[i & (cache->size - 1)];

        if (c == NULL || (c->num == num && c->company == company)) {
            return i & (cache->size - 1);
        }
    }
}

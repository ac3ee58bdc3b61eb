
#include "domain/kernel/mt_batch_private.h"


/* Decoded meetings kept at a time; one takes 100 KB at most. */
#define MT_CACHED_MEETINGS  256

#define MT_CACHE_SLOTS      64      /* at first; a power of two */


struct mt_cached_s {
    mt_cached_t    *next;
    uint32_t        company;
    int64_t         num;
    int             gone;          /* a meeting without a record */

    union {
        mt_meeting_t    meeting;

        struct {
            mt_tally_t  now;
            mt_tally_t  stored;
        } tally;
    } u;
};


static mt_cached_t *mt_cache_find(mt_cache_t *cache, uint32_t company,
    int64_t num);
static mt_cached_t *mt_cache_add(mt_cache_t *cache, uint32_t company,
    int64_t num);
static int mt_cache_grow(mt_cache_t *cache);
static size_t mt_cache_slot(const mt_cache_t *cache, uint32_t company,
    int64_t num);


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
        return c->gone ? NULL : &c->u.meeting;
    }

    mt_key_num(&key, a->company, num);

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
mt_meeting_cache(mt_apply_t *a, const mt_meeting_t *meeting)
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
        return;
    }

    c->gone = 0;
}


void
mt_meeting_forget(mt_apply_t *a, int64_t num)
{
    mt_cached_t  *c;

    c = mt_cache_find(&a->batch->meetings, a->company, num);

    if (c) {
        c->gone = 1;
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
    mt_key_num(&key, a->company, meeting);

    found = mt_load_copy(a->txn, MT_DB_TALLY, &key, &mt_tally_model, &tally,
                         cache->arena);

    c = found == -1 ? NULL : mt_cache_add(cache, a->company, meeting);
    if (c == NULL) {
        a->failed = MT_STORE_FAILED;
        return NULL;
    }

    mt_txn_expect(a->txn, MT_DB_TALLY);

    tally.has = 0;
    c->u.tally.now = tally;
    c->u.tally.stored = tally;

    return &c->u.tally.now;
}


/* A tally of zeros has no record, so that the records do not depend on where
 * one batch ended and the next began. */

void
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

        mt_key_num(&key, c->company, c->num);

        if (memcmp(&c->u.tally.now, &zeros, sizeof(zeros)) == 0) {
            (void) mt_del(batch->txn, MT_DB_TALLY, &key);

        } else {
            (void) mt_save(batch->txn, MT_DB_TALLY, &key, &mt_tally_model,
                           &c->u.tally.now, batch->scratch);
        }
    }
}


void
mt_batch_trim_meetings(mt_batch_t *batch)
{
    if (batch->meetings.n > MT_CACHED_MEETINGS) {
        mt_cache_drop(&batch->meetings);
    }
}


void
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


/* Returns the slot that holds the record or, if none does, a free one. */

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

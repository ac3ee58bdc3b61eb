
#include "domain/auth/mt_guard.h"

#include <errno.h>
#include <pthread.h>

#include "base/mt_crypto.h"


#define MT_GUARD_PERIOD   MT_MS_PER_HOUR
#define MT_GUARD_PAUSE    1000                 /* ms, the first one */
#define MT_GUARD_KNOWN    (30 * MT_MS_PER_DAY)

/* An entry may stand in any place of its set. */
#define MT_GUARD_WAYS     8

/* ms; a process that is stopped while it holds the lock stops no log-in */
#define MT_GUARD_LOCK     20


/* Failures leak at a steady rate, so that their number follows from the
 * instant at which the last of them is forgotten.  In ms of the clock; 0: not
 * set. */

typedef struct {
    uint64_t  key;               /* 0: free */
    int64_t   clear;             /* when no failure is left */
    int64_t   last;              /* failure */
    int64_t   known;             /* of a pair: a success counts until then */
} mt_guard_entry_t;

struct mt_guard_s {
    pthread_mutex_t   lock;      /* robust: its owner may die */
    char              secret[MT_AES_KEY_LEN];
    mt_guard_stat_t   stat;
    mt_guard_entry_t  entries[];
};


/* Entries of each kind, which do not push those of another out. */

static const struct {
    size_t  first;
    size_t  n;
} mt_guard_tables[] = {
    { 0,     16384 },            /* pairs */
    { 16384, 4096 },             /* persons */
    { 20480, 2048 },             /* addresses */
    { 22528, 4096 }              /* wrong codes */
};

#define MT_GUARD_ENTRIES  26624

enum { MT_PAIR, MT_PERSON, MT_ADDRESS, MT_WRONG_CODE };


static int64_t mt_guard_judge(mt_guard_t *guard,
    const mt_guard_limits_t *limits, const mt_guard_who_t *who, int64_t now);
static int64_t mt_guard_left(const mt_guard_entry_t *entry, int64_t limit,
    int64_t longest, int64_t now);
static mt_guard_who_t mt_guard_code(uint32_t company, int64_t person,
    int64_t meeting);
static int mt_guard_lock(mt_guard_t *guard);
static void mt_guard_unlock(mt_guard_t *guard);
static uint64_t mt_guard_key(mt_guard_t *guard, int kind,
    const mt_guard_who_t *who);
static mt_guard_entry_t *mt_guard_set(mt_guard_t *guard, int kind,
    uint64_t key);
static mt_guard_entry_t *mt_guard_find(mt_guard_t *guard, int kind,
    const mt_guard_who_t *who);
static mt_guard_entry_t *mt_guard_make(mt_guard_t *guard, int kind,
    const mt_guard_who_t *who);
static int64_t mt_guard_limit(const mt_guard_limits_t *limits, int kind);
static int64_t mt_guard_count(const mt_guard_entry_t *entry, int64_t limit,
    int64_t now);
static void mt_guard_add(mt_guard_t *guard, int kind,
    const mt_guard_limits_t *limits, const mt_guard_who_t *who, int64_t now);
static void mt_guard_take(mt_guard_t *guard, int kind,
    const mt_guard_limits_t *limits, const mt_guard_who_t *who);


size_t
mt_guard_size(void)
{
    return sizeof(mt_guard_t) + MT_GUARD_ENTRIES * sizeof(mt_guard_entry_t);
}


int
mt_guard_format(mt_guard_t *guard)
{
    int                  rc;
    pthread_mutexattr_t  attr;

    if (mt_random((uint8_t *) guard->secret, sizeof(guard->secret)) != 0
        || pthread_mutexattr_init(&attr) != 0)
    {
        return -1;
    }

    rc = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);

    if (rc == 0) {
        rc = pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    }

    if (rc == 0) {
        rc = pthread_mutex_init(&guard->lock, &attr);
    }

    pthread_mutexattr_destroy(&attr);

    return rc == 0 ? 0 : -1;
}


int64_t
mt_guard_wait(mt_guard_t *guard, const mt_guard_limits_t *limits,
    const mt_guard_who_t *who, int64_t now)
{
    int64_t  wait;

    if (!mt_guard_lock(guard)) {
        return 0;
    }

    wait = mt_guard_judge(guard, limits, who, now);
    guard->stat.waits += wait != 0;

    mt_guard_unlock(guard);

    return wait;
}


int64_t
mt_guard_enter(mt_guard_t *guard, const mt_guard_limits_t *limits,
    const mt_guard_who_t *who, int64_t now)
{
    int64_t  wait;

    if (!mt_guard_lock(guard)) {
        return 0;
    }

    wait = mt_guard_judge(guard, limits, who, now);

    if (wait) {
        guard->stat.waits++;

    } else if (who->person) {
        mt_guard_add(guard, MT_PAIR, limits, who, now);
        mt_guard_add(guard, MT_PERSON, limits, who, now);
    }

    mt_guard_unlock(guard);

    return wait;
}


void
mt_guard_passed(mt_guard_t *guard, const mt_guard_limits_t *limits,
    const mt_guard_who_t *who, int64_t now)
{
    int                first;
    mt_guard_entry_t  *pair;

    if (!mt_guard_lock(guard)) {
        return;
    }

    pair = mt_guard_make(guard, MT_PAIR, who);
    first = pair->known < now;

    pair->clear = 0;
    pair->known = now + MT_GUARD_KNOWN;

    mt_guard_take(guard, MT_PERSON, limits, who);

    /* right guesses of the default password must not pay for wrong ones */

    if (first && who->own) {
        mt_guard_take(guard, MT_ADDRESS, limits, who);
    }

    mt_guard_unlock(guard);
}


unsigned
mt_guard_failed(mt_guard_t *guard, const mt_guard_limits_t *limits,
    const mt_guard_who_t *who, int64_t now)
{
    int                kind;
    int64_t            limit;
    unsigned           reached;
    mt_guard_entry_t  *entry;

    if (!mt_guard_lock(guard)) {
        return 0;
    }

    reached = 0;
    guard->stat.failed++;

    mt_guard_add(guard, MT_ADDRESS, limits, who, now);

    for (kind = 0; kind < MT_GUARD_KINDS; kind++) {
        limit = mt_guard_limit(limits, kind);

        if (limit == 0 || (kind != MT_ADDRESS && who->person == 0)) {
            continue;
        }

        entry = mt_guard_find(guard, kind, who);

        if (entry && mt_guard_count(entry, limit, now) == limit) {
            reached |= 1 << kind;
            guard->stat.reached[kind]++;
        }
    }

    mt_guard_unlock(guard);

    return reached;
}


void
mt_guard_stat(mt_guard_t *guard, mt_guard_stat_t *stat)
{
    memset(stat, 0, sizeof(*stat));

    if (mt_guard_lock(guard)) {
        *stat = guard->stat;
        mt_guard_unlock(guard);
    }
}


static int64_t
mt_guard_judge(mt_guard_t *guard, const mt_guard_limits_t *limits,
    const mt_guard_who_t *who, int64_t now)
{
    int                kind;
    int64_t            limit, wait, left;
    mt_guard_entry_t  *entry;

    wait = 0;

    for (kind = 0; kind < MT_GUARD_KINDS; kind++) {
        limit = mt_guard_limit(limits, kind);
        entry = limit ? mt_guard_find(guard, kind, who) : NULL;

        if (entry == NULL) {
            continue;
        }

        left = mt_guard_left(entry, limit, limits->pause, now);
        wait = left > wait ? left : wait;

        if (kind == MT_PAIR && entry->known >= now) {
            break;
        }
    }

    return wait;
}


/* Returns the ms to wait for after the last failure, 0 or less: none. */

static int64_t
mt_guard_left(const mt_guard_entry_t *entry, int64_t limit, int64_t longest,
    int64_t now)
{
    int64_t  above, pause;

    above = mt_guard_count(entry, limit, now) - limit;

    if (above < 0) {
        return 0;
    }

    pause = above < 30 ? (int64_t) MT_GUARD_PAUSE << above : INT64_MAX;

    return entry->last + (pause < longest ? pause : longest) - now;
}


int64_t
mt_guard_code_wait(mt_guard_t *guard, uint32_t company, int64_t person,
    int64_t meeting, int64_t now)
{
    int64_t            left;
    mt_guard_who_t     who;
    mt_guard_entry_t  *entry;

    who = mt_guard_code(company, person, meeting);

    if (!mt_guard_lock(guard)) {
        return 0;
    }

    entry = mt_guard_find(guard, MT_WRONG_CODE, &who);
    left = entry ? mt_guard_left(entry, MT_GUARD_CODES, MT_MS_PER_MINUTE, now)
                 : 0;
    guard->stat.code_waits += left > 0;

    mt_guard_unlock(guard);

    return left > 0 ? left : 0;
}


void
mt_guard_code_failed(mt_guard_t *guard, uint32_t company, int64_t person,
    int64_t meeting, int64_t now)
{
    mt_guard_who_t  who;

    who = mt_guard_code(company, person, meeting);

    if (mt_guard_lock(guard)) {
        mt_guard_add(guard, MT_WRONG_CODE, NULL, &who, now);
        guard->stat.wrong_codes++;
        mt_guard_unlock(guard);
    }
}


/* The meeting stands where a log-in has its address. */

static mt_guard_who_t
mt_guard_code(uint32_t company, int64_t person, int64_t meeting)
{
    mt_guard_who_t  who;

    who.company = company;
    who.person = person;
    who.network = (uint64_t) meeting;
    who.own = 0;

    return who;
}


/* Returns 1, or 0 if the lock cannot be had: then nothing is counted. */

static int
mt_guard_lock(mt_guard_t *guard)
{
    int              rc;
    struct timespec  until;

    rc = pthread_mutex_trylock(&guard->lock);

    if (rc == EBUSY) {
        (void) clock_gettime(CLOCK_MONOTONIC, &until);

        until.tv_nsec += MT_GUARD_LOCK * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;

        rc = pthread_mutex_clocklock(&guard->lock, CLOCK_MONOTONIC, &until);
    }

    /* each entry makes sense, whatever its last writer was about to do */

    if (rc == EOWNERDEAD) {
        rc = pthread_mutex_consistent(&guard->lock);
    }

    return rc == 0;
}


static void
mt_guard_unlock(mt_guard_t *guard)
{
    (void) pthread_mutex_unlock(&guard->lock);
}


/* A digest under a secret of this zone: nobody can choose persons or addresses
 * whose entries stand in one set. */

static uint64_t
mt_guard_key(mt_guard_t *guard, int kind, const mt_guard_who_t *who)
{
    struct {
        uint64_t  kind;
        uint64_t  company;
        uint64_t  person;
        uint64_t  network;
    } text;

    uint8_t   mac[MT_MAC_LEN];
    uint64_t  key;
    mt_str_t  part = { sizeof(text), (const char *) &text };
    mt_str_t  secret = { sizeof(guard->secret), guard->secret };

    text.kind = (uint64_t) kind;
    text.company = kind == MT_ADDRESS ? 0 : who->company;
    text.person = kind == MT_ADDRESS ? 0 : (uint64_t) who->person;
    text.network = kind == MT_PERSON ? 0 : who->network;

    if (mt_mac(secret, &part, 1, mac) != 0) {
        return 1;
    }

    memcpy(&key, mac, sizeof(key));

    return key ? key : 1;
}


static mt_guard_entry_t *
mt_guard_set(mt_guard_t *guard, int kind, uint64_t key)
{
    size_t  sets;

    sets = mt_guard_tables[kind].n / MT_GUARD_WAYS;

    return &guard->entries[mt_guard_tables[kind].first
                           + key % sets * MT_GUARD_WAYS];
}


/* Returns the entry, or NULL if there is none. */

static mt_guard_entry_t *
mt_guard_find(mt_guard_t *guard, int kind, const mt_guard_who_t *who)
{
    size_t             i;
    uint64_t           key;
    mt_guard_entry_t  *set;

    key = mt_guard_key(guard, kind, who);
    set = mt_guard_set(guard, kind, key);

    for (i = 0; i < MT_GUARD_WAYS; i++) {
        if (set[i].key == key) {
            return &set[i];
        }
    }

    return NULL;
}


/* Returns the entry.  A new one takes the place of the one that is forgotten
 * first. */

static mt_guard_entry_t *
mt_guard_make(mt_guard_t *guard, int kind, const mt_guard_who_t *who)
{
    size_t             i;
    int64_t            until, least;
    uint64_t           key;
    mt_guard_entry_t  *set, *entry;

    entry = mt_guard_find(guard, kind, who);
    if (entry) {
        return entry;
    }

    key = mt_guard_key(guard, kind, who);
    set = mt_guard_set(guard, kind, key);
    entry = &set[0];
    least = INT64_MAX;

    for (i = 0; i < MT_GUARD_WAYS; i++) {
        until = set[i].known > set[i].clear ? set[i].known : set[i].clear;

        if (until < least) {
            least = until;
            entry = &set[i];
        }
    }

    memset(entry, 0, sizeof(*entry));
    entry->key = key;

    return entry;
}


static int64_t
mt_guard_limit(const mt_guard_limits_t *limits, int kind)
{
    switch (kind) {

    case MT_PAIR:
        return limits->pair;

    case MT_PERSON:
        return limits->person;

    case MT_WRONG_CODE:
        return MT_GUARD_CODES;

    default:
        return limits->address;
    }
}


/* Returns the failures that are not forgotten yet. */

static int64_t
mt_guard_count(const mt_guard_entry_t *entry, int64_t limit, int64_t now)
{
    int64_t  each;

    each = MT_GUARD_PERIOD / limit;

    return entry->clear > now ? (entry->clear - now + each - 1) / each : 0;
}


static void
mt_guard_add(mt_guard_t *guard, int kind, const mt_guard_limits_t *limits,
    const mt_guard_who_t *who, int64_t now)
{
    int64_t            limit;
    mt_guard_entry_t  *entry;

    limit = mt_guard_limit(limits, kind);

    if (limit) {
        entry = mt_guard_make(guard, kind, who);
        entry->clear = (entry->clear > now ? entry->clear : now)
                       + MT_GUARD_PERIOD / limit;
        entry->last = now;
    }
}


static void
mt_guard_take(mt_guard_t *guard, int kind, const mt_guard_limits_t *limits,
    const mt_guard_who_t *who)
{
    int64_t            limit;
    mt_guard_entry_t  *entry;

    limit = mt_guard_limit(limits, kind);
    entry = limit ? mt_guard_find(guard, kind, who) : NULL;

    if (entry) {
        entry->clear -= MT_GUARD_PERIOD / limit;
    }
}

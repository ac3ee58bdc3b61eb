
/*
 * The housekeeping deletes old entries of the journal, expired sessions and
 * orphaned pictures.  One command at a time does little, and a rest follows
 * it, however much there is to do: housekeeping takes a few per cent of the
 * capacity for check-ins.
 */

#include "background/mt_job_housekeeping.h"

#include <stdlib.h>

#include "domain/notify/mt_event.h"
#include "domain/directory/mt_face.h"


#define MT_KEEP_ENTRIES   500        /* of the journal, per command */
#define MT_KEEP_FEW       16         /* fewer are not worth a command, which
                                        makes an entry itself */
#define MT_KEEP_USERS     100        /* whose sessions one command deletes */
#define MT_KEEP_SCAN      2000       /* sessions read in one run */

/* The journal is trimmed when its first entry is older than the limit by one
 * part in so many: rarer commands, which are journalled themselves. */
#define MT_KEEP_SLACK     16

/* ms */
#define MT_KEEP_JOURNAL   5000
#define MT_KEEP_SESSIONS  (10 * MT_MS_PER_MINUTE)
#define MT_KEEP_FILES     MT_MS_PER_HOUR
#define MT_KEEP_REST      100        /* after each command */
#define MT_KEEP_PAUSE     10000      /* after a failure */


typedef struct {
    mt_background_t  *bg;
    mt_arena_t       *arena;         /* of one run */
    int               pending;       /* 1 while a command is to be committed */
    int64_t           pause;         /* no command before this time */

    /* when each is looked at next */
    int64_t           journal;
    int64_t           sessions;
    int64_t           files;

    /* the user whose session was read last in a round */
    uint32_t          company;
    int64_t           user;
} mt_housekeeping_t;


static void *mt_housekeeping_open(mt_background_t *bg);
static void mt_housekeeping_close(void *job);
static int64_t mt_housekeeping_run(void *job, mt_txn_t *txn, int64_t now);
static void mt_housekeeping_done(void *job, void *cookie,
    const mt_result_t *result);
static int mt_keep_give(mt_housekeeping_t *k, const mt_operation_t *op,
    uint32_t company, const void *body);

static int mt_keep_journal(mt_housekeeping_t *k, mt_txn_t *txn, int64_t now);
static int mt_journal_upto(mt_housekeeping_t *k, mt_txn_t *txn, int64_t now,
    int64_t *upto);
static int mt_journal_goes(mt_housekeeping_t *k, mt_str_t value, int64_t now,
    int first);
static int mt_keep_sessions(mt_housekeeping_t *k, mt_txn_t *txn, int64_t now);
static int mt_sessions_scan(mt_housekeeping_t *k, mt_txn_t *txn,
    int64_t before, mt_ints_t *users);
static void mt_keep_files(mt_housekeeping_t *k, int64_t now);


const mt_job_t  mt_job_housekeeping = {
    .name = "housekeeping",
    .open = mt_housekeeping_open,
    .close = mt_housekeeping_close,
    .run = mt_housekeeping_run,
    .done = mt_housekeeping_done
};


static void *
mt_housekeeping_open(mt_background_t *bg)
{
    mt_housekeeping_t  *k;

    k = calloc(1, sizeof(*k));
    if (k == NULL) {
        return NULL;
    }

    k->bg = bg;
    k->arena = mt_arena_create(0);

    if (k->arena == NULL) {
        free(k);
        return NULL;
    }

    return k;
}


static void
mt_housekeeping_close(void *job)
{
    mt_housekeeping_t *k = job;

    mt_arena_destroy(k->arena);
    free(k);
}


static int64_t
mt_housekeeping_run(void *job, mt_txn_t *txn, int64_t now)
{
    mt_housekeeping_t *k = job;

    int  rc;

    if (k->pending) {
        return MT_BACKGROUND_NEVER;
    }

    if (now < k->pause) {
        return k->pause;
    }

    mt_arena_reset(k->arena);
    rc = 0;

    if (now >= k->files) {
        k->files = now + MT_KEEP_FILES;
        mt_keep_files(k, now);
    }

    if (now >= k->sessions) {
        rc = mt_keep_sessions(k, txn, now);
    }

    if (rc == 0 && !k->pending && now >= k->journal) {
        rc = mt_keep_journal(k, txn, now);
    }

    if (rc != 0) {
        k->pause = now + MT_KEEP_PAUSE;
        return k->pause;
    }

    if (k->pending) {
        return MT_BACKGROUND_NEVER;
    }

    now = k->journal < k->sessions ? k->journal : k->sessions;

    return now < k->files ? now : k->files;
}


static int
mt_keep_give(mt_housekeeping_t *k, const mt_operation_t *op, uint32_t company,
    const void *body)
{
    if (mt_background_give(k->bg, k, op, company, body, (void *) op) != 0) {
        return -1;
    }

    k->pending = 1;

    return 0;
}


/* The journal's command finds nothing to do while its old entries have
 * messages that are not delivered; it is not repeated at once then. */

static void
mt_housekeeping_done(void *job, void *cookie, const mt_result_t *result)
{
    mt_housekeeping_t *k = job;

    int64_t                now;
    const mt_operation_t  *op = cookie;

    k->pending = 0;
    now = mt_realtime_ms();

    if (result->status != MT_OK) {
        k->pause = now + MT_KEEP_PAUSE;
        return;
    }

    k->pause = now + MT_KEEP_REST;

    if (op == &mt_op_session_expire) {
        mt_background_count(k->bg, MT_COUNT_SESSIONS, result->num);
        return;
    }

    /* copies for messages alone are a beginning, too */

    if (result->position == 0) {
        k->journal = now + MT_KEEP_JOURNAL;
    }

    mt_background_count(k->bg, MT_COUNT_JOURNAL, result->num);
}


static int
mt_keep_journal(mt_housekeeping_t *k, mt_txn_t *txn, int64_t now)
{
    int64_t            upto;
    mt_journal_trim_t  trim;

    if (mt_journal_upto(k, txn, now, &upto) != 0) {
        return -1;
    }

    if (upto == 0) {
        k->journal = now + MT_KEEP_JOURNAL;
        return 0;
    }

    memset(&trim, 0, sizeof(trim));
    mt_set(&trim, journal_trim, upto, upto);
    mt_set(&trim, journal_trim, copy, 1);

    return mt_keep_give(k, &mt_op_journal_trim, 0, &trim);
}


/* Sets *upto to the position up to which the first entries may be deleted, 0
 * if none may.  Returns 0 or -1. */

static int
mt_journal_upto(mt_housekeeping_t *k, mt_txn_t *txn, int64_t now,
    int64_t *upto)
{
    int            found, large, goes;
    size_t         n;
    uint64_t       size;
    mt_str_t       key, value;
    mt_cursor_t   *cursor;

    size = mt_background_options(k->bg)->journal_size;
    large = size && mt_db_bytes(txn, MT_DB_JOURNAL) > size;

    cursor = mt_cursor_open(txn, MT_DB_JOURNAL, NULL);
    if (cursor == NULL) {
        return -1;
    }

    *upto = 0;
    found = mt_cursor_first(cursor, &key, &value);

    for (n = 0; found == 1 && n < MT_KEEP_ENTRIES; n++) {

        goes = large ? 1 : mt_journal_goes(k, value, now, n == 0);

        if (goes != 1) {
            found = goes;
            break;
        }

        found = mt_key_read_serial(key, upto)
                ? mt_cursor_next(cursor, &key, &value) : -1;
    }

    mt_cursor_close(cursor);

    if (large && n < MT_KEEP_FEW) {
        *upto = 0;
    }

    return found < 0 ? -1 : 0;
}


/* Returns 1 if the entry is too old, 0 if it stays, -1 on failure. */

static int
mt_journal_goes(mt_housekeeping_t *k, mt_str_t value, int64_t now, int first)
{
    int64_t       age;
    mt_journal_t  entry;

    age = mt_background_options(k->bg)->journal_age;

    if (age == 0) {
        return 0;
    }

    if (mt_record_decode(value, &mt_journal_model, &entry, k->arena)
        != MT_OK)
    {
        return -1;
    }

    if (first) {
        age += age / MT_KEEP_SLACK;
    }

    return entry.time < now - age;
}


static int
mt_keep_sessions(mt_housekeeping_t *k, mt_txn_t *txn, int64_t now)
{
    int                  found;
    int64_t              before, numbers[MT_KEEP_USERS];
    uint32_t             company;
    mt_ints_t            users = { 0, numbers };
    mt_session_expire_t  expire;

    before = now - mt_background_options(k->bg)->session_ttl;

    found = mt_sessions_scan(k, txn, before, &users);
    company = k->company;

    if (found < 0) {
        return -1;
    }

    if (found == 0) {
        k->company = 0;
        k->user = 0;
        k->sessions = now + MT_KEEP_SESSIONS;
    }

    if (users.n == 0) {
        return 0;
    }

    memset(&expire, 0, sizeof(expire));
    mt_set(&expire, session_expire, before, before);
    mt_set(&expire, session_expire, users, users);

    return mt_keep_give(k, &mt_op_session_expire, company, &expire);
}


/* Collects users of one company, which k->company names afterwards.  Returns
 * 1, 0 at the end of a round, -1 on failure. */

static int
mt_sessions_scan(mt_housekeeping_t *k, mt_txn_t *txn, int64_t before,
    mt_ints_t *users)
{
    int            found;
    size_t         n;
    int64_t        user;
    uint32_t       company;
    mt_key_t       from;
    mt_str_t       key, value;
    mt_cursor_t   *cursor;
    mt_session_t   session;

    cursor = mt_cursor_open(txn, MT_DB_SESSION, NULL);
    if (cursor == NULL) {
        return -1;
    }

    mt_key_num(&from, k->company, mt_key_after(k->user));
    found = mt_cursor_seek(cursor, &from, &key, &value);

    for (n = 0; found == 1; n++) {

        if (!mt_key_read_session(key, &company, &user, NULL)
            || mt_record_decode(value, &mt_session_model, &session, k->arena)
               != MT_OK)
        {
            found = -1;
            break;
        }

        if (n >= MT_KEEP_SCAN || users->n == MT_KEEP_USERS
            || (users->n && company != k->company))
        {
            break;
        }

        k->company = company;
        k->user = user;

        if (session.issued < before
            && (users->n == 0 || users->v[users->n - 1] != user))
        {
            users->v[users->n++] = user;
        }

        found = mt_cursor_next(cursor, &key, &value);
    }

    mt_cursor_close(cursor);

    return found;
}


/* mt_resources_sweep() reads in transactions of its own. */

static void
mt_keep_files(mt_housekeeping_t *k, int64_t now)
{
    mt_sweep_t   sweep;
    const char  *folder;

    folder = mt_background_options(k->bg)->resources;

    if (folder == NULL) {
        return;
    }

    if (mt_resources_sweep(mt_background_store(k->bg), folder, now, &sweep)
        != MT_OK)
    {
        mt_background_log(k->bg, 2, "cannot search for orphaned pictures");
        return;
    }

    if (sweep.failed) {
        mt_background_log(k->bg, 2, "%lld orphaned pictures cannot be removed",
                          (long long) sweep.failed);
    }

    mt_background_count(k->bg, MT_COUNT_FILES, sweep.removed);
}


/*
 * The retention goes through the schedules of all companies, some parts of
 * them in each turn, and purges meetings that ended long ago.  One command at
 * a time does little, and a rest follows it, as in the housekeeping.  It also
 * finishes the purge of a company that the tool has begun.
 */

#include "background/mt_job_retention.h"

#include <stdlib.h>

#include "domain/read/mt_meeting_old.h"


#define MT_RETENTION_PARTS  16                   /* looked at in one turn */

/* ms */
#define MT_RETENTION_EVERY  MT_MS_PER_MINUTE     /* between two rounds */
#define MT_RETENTION_REST   100                  /* after each command */
#define MT_RETENTION_PAUSE  10000                /* after a failure */


typedef struct {
    mt_background_t   *bg;
    uint32_t           closed;       /* a company that is being purged; 0:
                                        none */
    int                pending;      /* 1 while a command is to be committed */
    int                again;        /* the command has to be repeated */
    int64_t            next;         /* nothing is done before this time */
    mt_meeting_old_t   old;          /* of the company that is looked at; 0:
                                        a round begins */
} mt_retention_t;


static void *mt_retention_open(mt_background_t *bg);
static void mt_retention_close(void *job);
static int64_t mt_retention_run(void *job, mt_txn_t *txn, int64_t now);
static void mt_retention_done(void *job, void *cookie,
    const mt_result_t *result);
static int mt_retention_look(mt_retention_t *r, mt_txn_t *txn, int64_t now);
static int mt_retention_company(mt_retention_t *r, mt_txn_t *txn,
    int64_t now);
static int mt_retention_give(mt_retention_t *r);


const mt_job_t  mt_job_retention = {
    .name = "retention",
    .open = mt_retention_open,
    .close = mt_retention_close,
    .run = mt_retention_run,
    .done = mt_retention_done
};


static void *
mt_retention_open(mt_background_t *bg)
{
    mt_retention_t  *r;

    r = calloc(1, sizeof(*r));

    if (r) {
        r->bg = bg;
    }

    return r;
}


static void
mt_retention_close(void *job)
{
    free(job);
}


static int64_t
mt_retention_run(void *job, mt_txn_t *txn, int64_t now)
{
    mt_retention_t *r = job;

    int       rc;
    unsigned  i;

    if (r->pending) {
        return MT_BACKGROUND_NEVER;
    }

    if (now < r->next) {
        return r->next;
    }

    rc = r->again ? mt_retention_give(r) : 0;

    for (i = 0;
         i < MT_RETENTION_PARTS && rc == 0 && !r->pending && r->next <= now;
         i++)
    {
        rc = mt_retention_look(r, txn, now);
    }

    if (rc < 0) {
        r->next = now + MT_RETENTION_PAUSE;
    }

    return r->pending ? MT_BACKGROUND_NEVER : r->next;
}


/* Looks at a part of one company's schedule, and gives a command for what it
 * finds.  Returns 0, or -1 on failure. */

static int
mt_retention_look(mt_retention_t *r, mt_txn_t *txn, int64_t now)
{
    int  more;

    if (r->old.before == 0) {
        more = mt_retention_company(r, txn, now);

        if (more != 1) {
            r->next = now + MT_RETENTION_EVERY;
            return more;
        }
    }

    r->next = now;

    if (r->closed || mt_background_options(r->bg)->meeting_age == 0) {
        r->old.before = 0;
        return r->closed ? mt_retention_give(r) : 0;
    }

    more = mt_meeting_old_next(&r->old, txn);

    if (more < 0) {
        return -1;
    }

    if (more == 0) {
        r->old.before = 0;
    }

    return r->old.n ? mt_retention_give(r) : 0;
}


/* Begins with the company that follows.  Returns 1, 0 at the end of a round,
 * -1 on failure. */

static int
mt_retention_company(mt_retention_t *r, mt_txn_t *txn, int64_t now)
{
    int           found;
    uint32_t      company;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    cursor = mt_cursor_open(txn, MT_DB_COMPANY, NULL);
    if (cursor == NULL) {
        return -1;
    }

    company = r->old.company;
    r->closed = 0;
    memset(&r->old, 0, sizeof(r->old));

    mt_key_company(&at, company + 1);

    found = company == UINT32_MAX ? 0
            : mt_cursor_seek(cursor, &at, &key, &value);

    if (found == 1 && !mt_key_read_company(key, &r->old.company)) {
        found = -1;
    }

    if (found == 1) {
        r->old.before = now - mt_background_options(r->bg)->meeting_age;

        if (!mt_company_is_open(txn, r->old.company)) {
            r->closed = r->old.company;
        }
    }

    mt_cursor_close(cursor);

    return found;
}


static int
mt_retention_give(mt_retention_t *r)
{
    mt_ints_t           meetings;
    mt_meeting_purge_t  purge;
    mt_company_purge_t  wipe;

    if (r->closed) {
        memset(&wipe, 0, sizeof(wipe));
        mt_set(&wipe, company_purge, company, r->closed);
        mt_set(&wipe, company_purge, most, MT_PURGE_MOST);

        r->pending = mt_background_give(r->bg, r, &mt_op_company_purge, 0,
                                        &wipe, NULL) == 0;

        return r->pending ? 0 : -1;
    }

    meetings.n = r->old.n;
    meetings.v = r->old.found;

    memset(&purge, 0, sizeof(purge));
    mt_set(&purge, meeting_purge, meetings, meetings);
    mt_set(&purge, meeting_purge, most, MT_PURGE_MOST);
    mt_set(&purge, meeting_purge, before,
           mt_realtime_ms() - mt_background_options(r->bg)->meeting_age);

    if (mt_background_give(r->bg, r, &mt_op_meeting_purge, r->old.company,
                           &purge, NULL)
        != 0)
    {
        return -1;
    }

    r->pending = 1;

    return 0;
}


static void
mt_retention_done(void *job, void *cookie, const mt_result_t *result)
{
    mt_retention_t *r = job;

    (void) cookie;

    r->pending = 0;
    r->again = 0;
    r->next = mt_realtime_ms() + MT_RETENTION_REST;

    if (result->status != MT_OK) {
        r->next += MT_RETENTION_PAUSE;
        return;
    }

    r->again = result->detail != 0;

    if (r->closed == 0) {
        mt_background_count(r->bg, MT_COUNT_PURGED, (uint64_t) result->num);
    }
}


/*
 * The release of rooms looks at the rooms that have bookings, a part of them
 * in each turn, and gives a command for each booking to which nobody has come.
 * Bookings of a room do not overlap, so one look-up finds the meeting that is
 * under way in it.  Apply judges again: a person who signs in meanwhile keeps
 * the room.
 */

#include "background/mt_job_release.h"

#include <stdlib.h>

#include "domain/meeting/mt_meeting_index.h"


#define MT_RELEASE_EVERY  5000         /* ms between two rounds */
#define MT_RELEASE_ROOMS  1000         /* looked at in one run */
#define MT_RELEASE_BATCH  100          /* commands at a time */


typedef struct {
    mt_background_t  *bg;
    mt_arena_t       *arena;           /* of one run */
    unsigned          pending;         /* commands to be committed */
    uint64_t          released;        /* rooms, by these */
    int64_t           next;            /* no round before this time */

    /* the room that the round has looked at last; 0: none yet */
    uint32_t          company;
    int64_t           room;
} mt_release_t;


static void *mt_release_open(mt_background_t *bg);
static void mt_release_close(void *job);
static int64_t mt_release_run(void *job, mt_txn_t *txn, int64_t now);
static void mt_release_done(void *job, void *cookie,
    const mt_result_t *result);
static int mt_release_rooms(mt_release_t *r, mt_txn_t *txn, int64_t now);
static int mt_release_room(mt_release_t *r, mt_txn_t *txn, int64_t now);
static int mt_release_give(mt_release_t *r, int64_t meeting, int64_t after);


const mt_job_t  mt_job_release = {
    .name = "release",
    .open = mt_release_open,
    .close = mt_release_close,
    .run = mt_release_run,
    .done = mt_release_done
};


static void *
mt_release_open(mt_background_t *bg)
{
    mt_release_t  *r;

    r = calloc(1, sizeof(*r));
    if (r == NULL) {
        return NULL;
    }

    r->bg = bg;
    r->arena = mt_arena_create(0);

    if (r->arena == NULL) {
        free(r);
        return NULL;
    }

    return r;
}


static void
mt_release_close(void *job)
{
    mt_release_t *r = job;

    mt_arena_destroy(r->arena);
    free(r);
}


static int64_t
mt_release_run(void *job, mt_txn_t *txn, int64_t now)
{
    mt_release_t *r = job;

    int  more;

    if (mt_background_options(r->bg)->release_after == 0 || r->pending) {
        return MT_BACKGROUND_NEVER;
    }

    if (now < r->next) {
        return r->next;
    }

    mt_arena_reset(r->arena);
    r->released = 0;

    more = mt_release_rooms(r, txn, now);

    if (more != 1) {
        r->company = 0;
        r->room = 0;
        r->next = now + MT_RELEASE_EVERY;
    }

    return r->pending ? MT_BACKGROUND_NEVER : more == 1 ? now : r->next;
}


/* Returns 1 if rooms are left for the next run, 0 if the round is over, -1 on
 * failure. */

static int
mt_release_rooms(mt_release_t *r, mt_txn_t *txn, int64_t now)
{
    int           found;
    unsigned      n;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    cursor = mt_cursor_open(txn, MT_DB_BOOKING, NULL);
    if (cursor == NULL) {
        return -1;
    }

    for (n = 0; n < MT_RELEASE_ROOMS; n++) {
        mt_key_num(&at, r->company, mt_key_after(r->room));

        found = mt_cursor_seek(cursor, &at, &key, &value);
        if (found != 1) {
            break;
        }

        if (!mt_key_read_booking(key, &r->company, &r->room, NULL, NULL)
            || mt_release_room(r, txn, now) != 0)
        {
            found = -1;
            break;
        }

        if (r->pending == MT_RELEASE_BATCH) {
            break;
        }
    }

    mt_cursor_close(cursor);

    return found;
}


/* Gives a command for the meeting that has been under way in the room long
 * enough, if it is deserted.  Returns 0, or -1 on failure. */

static int
mt_release_room(mt_release_t *r, mt_txn_t *txn, int64_t now)
{
    int           found;
    int64_t       num, after;
    mt_key_t      key;
    mt_ints_t     none = { 0, NULL };
    mt_tally_t    tally;
    mt_meeting_t  meeting;

    after = mt_background_options(r->bg)->release_after;

    num = mt_booking_conflict(txn, r->company, r->room, now, now - after + 1,
                              &none);
    if (num <= 0) {
        return (int) num;
    }

    mt_key_num(&key, r->company, num);

    if (mt_load(txn, MT_DB_MEETING, &key, &mt_meeting_model, &meeting,
                r->arena)
        != 1)
    {
        return -1;
    }

    found = mt_load(txn, MT_DB_TALLY, &key, &mt_tally_model, &tally,
                    r->arena);
    if (found == -1) {
        return -1;
    }

    if (found == 0) {
        memset(&tally, 0, sizeof(tally));
    }

    return mt_meeting_is_deserted(&meeting, &tally, now, after)
           ? mt_release_give(r, num, after) : 0;
}


static int
mt_release_give(mt_release_t *r, int64_t meeting, int64_t after)
{
    mt_room_release_t  release;

    memset(&release, 0, sizeof(release));
    mt_set(&release, room_release, meeting, meeting);
    mt_set(&release, room_release, after, after);

    if (mt_background_give(r->bg, r, &mt_op_room_release, r->company,
                           &release, NULL)
        != 0)
    {
        return -1;
    }

    r->pending++;

    return 0;
}


static void
mt_release_done(void *job, void *cookie, const mt_result_t *result)
{
    mt_release_t *r = job;

    (void) cookie;

    r->pending--;

    if (result->status == MT_OK && result->num) {
        r->released++;
    }

    if (r->pending == 0) {
        mt_background_count(r->bg, MT_COUNT_RELEASED, r->released);
    }
}


/*
 * Purging deletes a meeting that is over, in steps of so many attendees.  Each
 * step takes attendees off the list and out of the tally; the last one deletes
 * the record.  So every step leaves a whole store.
 */

#include "domain/meeting/mt_meeting_index.h"
#include "domain/meeting/mt_meeting_purge.h"


static mt_status_t mt_meeting_purge_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static int mt_purge_list(mt_apply_t *a, int64_t meeting, int64_t *budget);
static int mt_purge_attendee(mt_apply_t *a, mt_tally_t *tally,
    int64_t meeting, mt_str_t value);
static int mt_purge_left(mt_apply_t *a, mt_db_t db, int64_t meeting,
    int64_t *budget);
static int mt_purge_record(mt_apply_t *a, const mt_meeting_t *meeting);


const mt_operation_t  mt_op_meeting_purge = {
    .code = MT_CODE_meeting_purge,
    .reserve = 1,
    .name = "meeting_purge",
    .args = &mt_meeting_purge_model,
    .body = &mt_meeting_purge_model,
    .start = mt_start_command,
    .apply = mt_meeting_purge_apply
};


static mt_status_t
mt_meeting_purge_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_meeting_purge_t  *args = body;

    int                  rc;
    size_t               i;
    int64_t              budget;
    const mt_meeting_t  *meeting;

    budget = args->most;

    for (i = 0; i < args->meetings.n; i++) {
        if (budget <= 0) {
            result->detail = args->meetings.v[i];
            break;
        }

        meeting = mt_meeting_load(a, args->meetings.v[i]);

        if (a->failed != MT_OK) {
            return a->failed;
        }

        rc = meeting ? mt_meeting_is_old(a->txn, a->company, meeting,
                                         args->before)
                     : 0;

        if (rc == 1) {
            rc = mt_meeting_purge(a, meeting, &budget);

            if (rc == 0) {
                result->detail = args->meetings.v[i];
                break;
            }

            result->num++;
        }

        if (rc < 0) {
            return MT_STORE_FAILED;
        }
    }

    a->unchanged = budget == args->most;

    return MT_OK;
}


/* The first meeting of a series has its rule: it goes last. */

int
mt_meeting_is_old(mt_txn_t *txn, uint32_t company,
    const mt_meeting_t *meeting, int64_t before)
{
    int           rc, others;
    int64_t       num;
    mt_key_t      prefix;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    if (meeting->end >= before || meeting->series != meeting->num) {
        return meeting->end < before;
    }

    mt_key_num(&prefix, company, meeting->num);

    cursor = mt_cursor_open(txn, MT_DB_SERIES, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    others = 0;

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1 && !others;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        if (!mt_key_read_num2(key, NULL, NULL, &num)) {
            rc = -1;
            break;
        }

        others = num != meeting->num;
    }

    mt_cursor_close(cursor);

    return rc < 0 ? -1 : !others;
}


int
mt_meeting_purge(mt_apply_t *a, const mt_meeting_t *meeting, int64_t *budget)
{
    int  rc;

    rc = mt_purge_list(a, meeting->num, budget);

    if (rc == 1) {
        rc = mt_purge_left(a, MT_DB_CHECKIN, meeting->num, budget);
    }

    if (rc == 1) {
        rc = mt_purge_left(a, MT_DB_UNDONE, meeting->num, budget);
    }

    if (rc == 1) {
        --*budget;
        rc = mt_purge_record(a, meeting);
    }

    return rc;
}


/* Deletes the attendees with their check-ins.  Returns 1, 0 if some are left,
 * -1 on failure. */

static int
mt_purge_list(mt_apply_t *a, int64_t meeting, int64_t *budget)
{
    int           rc;
    mt_key_t      prefix;
    mt_str_t      key, value;
    mt_tally_t   *tally;
    mt_cursor_t  *cursor;

    tally = mt_tally(a, meeting);
    if (tally == NULL) {
        return -1;
    }

    mt_key_num(&prefix, a->company, meeting);

    cursor = mt_cursor_open(a->txn, MT_DB_ATTENDEE, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1 && *budget > 0;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        --*budget;

        if (mt_purge_attendee(a, tally, meeting, value) != 0) {
            rc = -1;
            break;
        }
    }

    mt_cursor_close(cursor);

    return rc < 0 ? -1 : rc == 0;
}


/* Returns 0, or -1 on failure. */

static int
mt_purge_attendee(mt_apply_t *a, mt_tally_t *tally, int64_t meeting,
    mt_str_t value)
{
    int             signed_in;
    mt_key_t        key;
    mt_checkin_t    checkin;
    mt_attendee_t   attendee;

    if (mt_load_value(a->txn, MT_DB_ATTENDEE, value, &mt_attendee_model,
                      &attendee, a->arena) != 1)
    {
        return -1;
    }

    signed_in = mt_checkin_load(a->txn, a->company, meeting, attendee.slot,
                                &checkin, a->arena);
    if (signed_in < 0) {
        return -1;
    }

    mt_tally_count(tally, &attendee, signed_in ? &checkin : NULL, -1);

    mt_key_num2(&key, a->company, meeting, attendee.slot);

    if (mt_del(a->txn, MT_DB_ATTENDEE, &key) < 0
        || (signed_in && mt_del(a->txn, MT_DB_CHECKIN, &key) < 0)
        || mt_del(a->txn, MT_DB_UNDONE, &key) < 0)
    {
        return -1;
    }

    mt_key_num2(&key, a->company, attendee.slot, meeting);

    return attendee.slot < MT_GUEST_SLOT
           && mt_del(a->txn, MT_DB_ATTENDS, &key) < 0 ? -1 : 0;
}


/* Deletes the rows of people who were taken off the list.  Returns as
 * mt_purge_list(). */

static int
mt_purge_left(mt_apply_t *a, mt_db_t db, int64_t meeting, int64_t *budget)
{
    mt_key_t  prefix;

    mt_key_num(&prefix, a->company, meeting);

    return mt_del_below(a->txn, db, &prefix, budget);
}


static int
mt_purge_record(mt_apply_t *a, const mt_meeting_t *meeting)
{
    size_t            i;
    int64_t           num;
    mt_key_t          key;
    mt_tally_t       *tally;
    mt_index_entry_t  entries[MT_MEETING_ENTRIES];

    num = meeting->num;
    tally = mt_tally(a, num);

    if (tally == NULL) {
        return -1;
    }

    memset(tally, 0, sizeof(*tally));
    mt_meeting_entries(a->company, meeting, entries);

    for (i = 0; i < MT_MEETING_ENTRIES; i++) {
        if (entries[i].key.len
            && mt_del(a->txn, entries[i].db, &entries[i].key) < 0)
        {
            return -1;
        }
    }

    mt_key_num(&key, a->company, num);
    mt_meeting_forget(a, num);

    return mt_del(a->txn, MT_DB_MEETING, &key) < 0 ? -1 : 1;
}

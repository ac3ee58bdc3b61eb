
/*
 * Deletes old entries of the journal.  A message for a subscriber that still
 * needs one gets a copy of its events first: a receiver that is down, or
 * messages that were set aside, keep no other company's entries.
 */

#include "domain/notify/mt_event.h"


#define MT_TRIM_MAX  4000          /* entries that one command deletes */

static mt_status_t mt_journal_trim_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static int mt_journal_trim_index(mt_apply_t *a, int64_t position);
static int64_t mt_journal_needed(mt_apply_t *a);
static int mt_journal_needed_by(mt_apply_t *a, mt_db_t db, int64_t *needed);


const mt_operation_t  mt_op_journal_trim = {
    .code = MT_CODE_journal_trim,
    .name = "journal_trim",
    .args = &mt_journal_trim_model,
    .body = &mt_journal_trim_model,
    .start = mt_start_command,
    .apply = mt_journal_trim_apply
};

static mt_status_t
mt_journal_trim_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_journal_trim_t  *args = body;

    int           found, copied;
    int64_t       position, needed;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;
    mt_journal_t  entry;

    copied = 0;

    if (args->copy) {
        copied = mt_journal_copy(a, args->upto, &needed);

    } else {
        needed = mt_journal_needed(a);
    }

    if (copied < 0) {
        return MT_STORE_FAILED;
    }

    cursor = needed < 0 ? NULL : mt_cursor_open(a->txn, MT_DB_JOURNAL, NULL);

    if (cursor == NULL) {
        return MT_STORE_FAILED;
    }

    found = mt_cursor_first(cursor, &key, &value);

    while (found == 1 && result->num < MT_TRIM_MAX) {
        if (!mt_key_read_serial(key, &position)) {
            found = -1;
            break;
        }

        if (position > args->upto || position >= needed) {
            break;
        }

        if (mt_record_decode_some(value, &mt_journal_model,
                                  MT_BIT(journal, company), &entry, a->arena)
            != MT_OK)
        {
            found = -1;
            break;
        }

        mt_usage_add(a->txn, (uint32_t) entry.company,
                     -(int64_t) (key.len + value.len), 0, 0);

        mt_key_serial(&at, position);

        found = mt_del(a->txn, MT_DB_JOURNAL, &at);

        if (found == 1) {
            result->num++;
            result->detail = position;
            found = mt_cursor_next(cursor, &key, &value);
        }
    }

    mt_cursor_close(cursor);

    if (found >= 0 && result->num) {
        found = mt_journal_trim_index(a, result->detail);
    }

    a->unchanged = result->num == 0 && !copied;

    return found < 0 ? MT_STORE_FAILED : MT_OK;
}


/* Deletes from every company's index the blocks that have no entry left: those
 * up to the block of `position`, whose entry was deleted last.  Returns 0, or
 * -1 on failure. */

static int
mt_journal_trim_index(mt_apply_t *a, int64_t position)
{
    int           found;
    int64_t       block, whole;
    uint32_t      company;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    /* the block of `position` is gone if that was its last entry */

    whole = ((position + 1) >> MT_JOURNAL_BLOCK_BITS) - 1;

    cursor = mt_cursor_open(a->txn, MT_DB_COMPANY_JOURNAL, NULL);
    if (cursor == NULL) {
        return -1;
    }

    found = mt_cursor_first(cursor, &key, &value);

    while (found == 1) {
        if (!mt_key_read_num(key, &company, &block)) {
            found = -1;
            break;
        }

        if (block > whole) {

            /* all other blocks of this company are later */

            if (company == UINT32_MAX) {
                break;
            }

            mt_key_company(&at, company + 1);
            found = mt_cursor_seek(cursor, &at, &key, &value);
            continue;
        }

        mt_key_copy(&at, key);
        found = mt_del(a->txn, MT_DB_COMPANY_JOURNAL, &at);

        if (found == 1) {
            found = mt_cursor_next(cursor, &key, &value);
        }
    }

    mt_cursor_close(cursor);

    return found < 0 ? -1 : 0;
}


/* Returns the first position that a message still needs, this command's own if
 * there is none, -1 on failure. */

static int64_t
mt_journal_needed(mt_apply_t *a)
{
    int64_t  needed;

    needed = (int64_t) a->position;

    if (mt_journal_needed_by(a, MT_DB_OUTBOX, &needed) < 0
        || mt_journal_needed_by(a, MT_DB_SET_ASIDE, &needed) < 0)
    {
        return -1;
    }

    return needed;
}


/* Looks at the first message of each company: the others have later positions.
 * Returns 0, or -1 on failure. */

static int
mt_journal_needed_by(mt_apply_t *a, mt_db_t db, int64_t *needed)
{
    int           found;
    uint32_t      company;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_outbox_t   message;
    mt_cursor_t  *cursor;

    cursor = mt_cursor_open(a->txn, db, NULL);
    if (cursor == NULL) {
        return -1;
    }

    company = 0;

    do {
        mt_key_company(&at, company);
        found = mt_cursor_seek(cursor, &at, &key, &value);

        if (found == 1
            && (!mt_key_read_num(key, &company, NULL)
                || mt_record_decode(value, &mt_outbox_model, &message,
                                    a->arena) != MT_OK))
        {
            found = -1;
        }

        if (found != 1) {
            break;
        }

        if (message.position < *needed) {
            *needed = message.position;
        }

    } while (++company);

    mt_cursor_close(cursor);

    return found < 0 ? -1 : 0;
}

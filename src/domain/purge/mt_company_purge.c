
/*
 * The purge of a company.  The first step closes it: its credentials are
 * revoked, and no command or call of it is accepted any more.  So the order of
 * the others does not matter to anybody, and they go on after any
 * interruption, until the last one deletes the company's record.
 */

#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_meeting_purge.h"


/* Going through a block of the journal costs as much as deleting so many
 * entries. */
#define MT_WIPE_BLOCK  8


/* Deletes or erases what it can within the budget, which it lessens.  Returns
 * 1 when nothing is left, 0 if something is, -1 on failure. */
typedef int (*mt_wipe_pt)(mt_apply_t *a, mt_db_t db, int64_t *budget);


static mt_step_t mt_company_purge_start(mt_call_t *call);
static mt_status_t mt_company_purge_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_purge_close(mt_apply_t *a, const mt_company_t *company);
static int mt_purge_wipe(mt_apply_t *a, int64_t *budget);
static int mt_wipe_entries(mt_apply_t *a, mt_db_t db, int64_t *budget);
static int mt_wipe_meetings(mt_apply_t *a, mt_db_t db, int64_t *budget);
static int mt_wipe_users(mt_apply_t *a, mt_db_t db, int64_t *budget);
static int mt_wipe_credentials(mt_apply_t *a, mt_db_t db, int64_t *budget);
static int mt_wipe_journal(mt_apply_t *a, mt_db_t db, int64_t *budget);
static int mt_wipe_block(mt_apply_t *a, int64_t block, int64_t *budget);
static int mt_credential_next(mt_apply_t *a, uint32_t company, int64_t *num,
    mt_credential_t *credential);


const mt_operation_t  mt_op_company_purge = {
    .code = MT_CODE_company_purge,
    .reserve = 1,
    .name = "company_purge",
    .args = &mt_company_purge_model,
    .body = &mt_company_purge_model,
    .start = mt_company_purge_start,
    .apply = mt_company_purge_apply
};


/* All databases with entries of companies but COMPANY itself; those of a
 * purged meeting are gone with it. */

static const struct {
    mt_db_t     db;
    mt_wipe_pt  wipe;
} mt_wipes[] = {
    { MT_DB_SESSION, mt_wipe_entries },
    { MT_DB_REPEAT, mt_wipe_entries },
    { MT_DB_SUBSCRIPTION, mt_wipe_entries },
    { MT_DB_OUTBOX, mt_wipe_entries },
    { MT_DB_SET_ASIDE, mt_wipe_entries },
    { MT_DB_MEETING, mt_wipe_meetings },
    { MT_DB_USER, mt_wipe_users },
    { MT_DB_MEMBER, mt_wipe_entries },
    { MT_DB_ROOM, mt_wipe_entries },
    { MT_DB_DEPT, mt_wipe_entries },
    { MT_DB_DEPT_CHILD, mt_wipe_entries },
    { MT_DB_NAME, mt_wipe_entries },
    { MT_DB_COUNTER, mt_wipe_entries },
    { MT_DB_CREDENTIAL, mt_wipe_credentials },
    { MT_DB_COMPANY_JOURNAL, mt_wipe_journal }
};


/* The command is the operator's: an entry of the company in the journal would
 * be one more to erase. */

static mt_step_t
mt_company_purge_start(mt_call_t *call)
{
    call->company = 0;

    return mt_start_command(call);
}


static mt_status_t
mt_company_purge_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_company_purge_t  *args = body;

    int           found, wiped;
    int64_t       budget;
    mt_key_t      key;
    mt_company_t  company;
    mt_status_t   rc;

    mt_key_company(&key, (uint32_t) args->company);

    found = mt_load_copy(a->txn, MT_DB_COMPANY, &key, &mt_company_model,
                         &company, a->arena);
    if (found != 1) {
        return found == 0 ? mt_apply_reject(result, MT_NO_SUCH_COMPANY,
                                            MT_company_purge_company, 0)
                          : MT_STORE_FAILED;
    }

    result->detail = 1;

    if (company.purged == 0) {
        return mt_purge_close(a, &company);
    }

    budget = args->most;

    a->company = (uint32_t) args->company;
    wiped = mt_purge_wipe(a, &budget);
    rc = wiped < 0 ? MT_STORE_FAILED : MT_OK;

    if (wiped == 1 && mt_del(a->txn, MT_DB_COMPANY, &key) < 0) {
        rc = MT_STORE_FAILED;
    }

    a->company = 0;

    result->num = args->most - budget;
    result->detail = wiped != 1;

    return rc;
}


static mt_status_t
mt_purge_close(mt_apply_t *a, const mt_company_t *company)
{
    int              found;
    int64_t          num;
    mt_key_t         key;
    mt_status_t      rc;
    mt_credential_t  credential;

    rc = mt_company_close(a, company);
    num = 0;

    while (rc == MT_OK) {
        found = mt_credential_next(a, (uint32_t) company->num, &num,
                                   &credential);
        if (found != 1) {
            return found < 0 ? MT_STORE_FAILED : MT_OK;
        }

        if (credential.revoked == 0) {
            credential.revoked = a->time;
            mt_key_serial(&key, num);

            rc = mt_save(a->txn, MT_DB_CREDENTIAL, &key, &mt_credential_model,
                         &credential, a->arena);
        }
    }

    return rc;
}


/* Returns as mt_wipe_pt. */

static int
mt_purge_wipe(mt_apply_t *a, int64_t *budget)
{
    int     rc;
    size_t  i;

    for (i = 0; i < mt_nitems(mt_wipes); i++) {
        rc = mt_wipes[i].wipe(a, mt_wipes[i].db, budget);

        if (rc != 1) {
            return rc;
        }
    }

    return 1;
}


static int
mt_wipe_entries(mt_apply_t *a, mt_db_t db, int64_t *budget)
{
    mt_key_t  prefix;

    mt_key_company(&prefix, a->company);

    return mt_del_below(a->txn, db, &prefix, budget);
}


static int
mt_wipe_meetings(mt_apply_t *a, mt_db_t db, int64_t *budget)
{
    int                  rc;
    int64_t              num;
    mt_key_t             prefix;
    mt_str_t             key, value;
    mt_cursor_t         *cursor;
    const mt_meeting_t  *meeting;

    mt_key_company(&prefix, a->company);

    for ( ;; ) {
        cursor = mt_cursor_open(a->txn, db, &prefix);
        if (cursor == NULL) {
            return -1;
        }

        rc = mt_cursor_first(cursor, &key, &value);

        if (rc == 1 && !mt_key_read_num(key, NULL, &num)) {
            rc = -1;
        }

        mt_cursor_close(cursor);

        if (rc != 1) {
            return rc < 0 ? -1 : 1;
        }

        if (*budget <= 0) {
            return 0;
        }

        meeting = mt_meeting_load(a, num);
        rc = meeting ? mt_meeting_purge(a, meeting, budget) : -1;

        if (rc != 1) {
            return rc;
        }
    }
}


static int
mt_wipe_users(mt_apply_t *a, mt_db_t db, int64_t *budget)
{
    int           rc;
    mt_key_t      prefix, at;
    mt_str_t      key, value;
    mt_user_t     user;
    mt_cursor_t  *cursor;

    mt_key_company(&prefix, a->company);

    cursor = mt_cursor_open(a->txn, db, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1 && *budget > 0;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        --*budget;
        mt_key_copy(&at, key);

        if (mt_load_value(a->txn, db, value, &mt_user_model, &user, a->arena)
            != 1)
        {
            rc = -1;
            break;
        }

        if (user.removed == 0) {
            mt_usage_add(a->txn, a->company, 0, 0, -1);
        }

        if (mt_del(a->txn, db, &at) < 0) {
            rc = -1;
            break;
        }
    }

    mt_cursor_close(cursor);

    return rc < 0 ? -1 : rc == 0;
}


static int
mt_wipe_credentials(mt_apply_t *a, mt_db_t db, int64_t *budget)
{
    int              found;
    int64_t          num;
    mt_key_t         key;
    mt_credential_t  credential;

    num = 0;

    for ( ;; ) {
        found = mt_credential_next(a, a->company, &num, &credential);

        if (found != 1) {
            return found < 0 ? -1 : 1;
        }

        if (*budget <= 0) {
            return 0;
        }

        --*budget;

        mt_name_del(a->txn, 0, MT_NAME_APPKEY, credential.appkey);
        mt_name_del(a->txn, 0, MT_NAME_APPID, credential.appid);
        mt_key_serial(&key, num);

        if (mt_del(a->txn, db, &key) < 0) {
            return -1;
        }
    }
}


/* Finds the company's first credential behind *num, with its strings in the
 * arena.  Returns 1 if found, 0 if there is none, -1 on failure. */

static int
mt_credential_next(mt_apply_t *a, uint32_t company, int64_t *num,
    mt_credential_t *credential)
{
    int           rc;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    cursor = mt_cursor_open(a->txn, MT_DB_CREDENTIAL, NULL);
    if (cursor == NULL) {
        return -1;
    }

    mt_key_serial(&at, *num + 1);

    for (rc = mt_cursor_seek(cursor, &at, &key, &value);
         rc == 1;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        if (!mt_key_read_serial(key, num)
            || mt_load_value(a->txn, MT_DB_CREDENTIAL, value,
                             &mt_credential_model, credential, a->arena)
               != 1)
        {
            rc = -1;
            break;
        }

        if (credential->company == (int64_t) company) {
            mt_key_copy(&at, key);
            rc = mt_load_copy(a->txn, MT_DB_CREDENTIAL, &at,
                              &mt_credential_model, credential, a->arena);
            break;
        }
    }

    mt_cursor_close(cursor);

    return rc;
}


/* Erases the company's entries of the journal, block by block. */

static int
mt_wipe_journal(mt_apply_t *a, mt_db_t db, int64_t *budget)
{
    int           rc;
    int64_t       block;
    mt_key_t      prefix, at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_key_company(&prefix, a->company);

    cursor = mt_cursor_open(a->txn, db, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1 && *budget > 0;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        if (!mt_key_read_num(key, NULL, &block)
            || mt_wipe_block(a, block, budget) != 0)
        {
            rc = -1;
            break;
        }

        if (*budget < 0) {
            break;
        }

        *budget -= MT_WIPE_BLOCK;
        mt_key_num(&at, a->company, block);

        if (mt_del(a->txn, db, &at) < 0) {
            rc = -1;
            break;
        }
    }

    mt_cursor_close(cursor);

    return rc < 0 ? -1 : rc == 0;
}


/* Leaves *budget below 0 if it did not suffice for the block.  Returns 0, or
 * -1 on failure. */

static int
mt_wipe_block(mt_apply_t *a, int64_t block, int64_t *budget)
{
    int           rc;
    int64_t       position;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;
    mt_journal_t  entry;
    mt_command_t  command;

    cursor = mt_cursor_open(a->txn, MT_DB_JOURNAL, NULL);
    if (cursor == NULL) {
        return -1;
    }

    mt_key_serial(&at, block << MT_JOURNAL_BLOCK_BITS);

    for (rc = mt_cursor_seek(cursor, &at, &key, &value);
         rc == 1;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        if (!mt_key_read_serial(key, &position)
            || mt_load_some(a->txn, MT_DB_JOURNAL, value, &mt_journal_model,
                            MT_BIT(journal, company)
                            | MT_BIT(journal, command) | MT_BIT(journal, time),
                            &entry, a->arena) != 1)
        {
            rc = -1;
            break;
        }

        if (position >> MT_JOURNAL_BLOCK_BITS != block) {
            rc = 0;
            break;
        }

        if (entry.company != (int64_t) a->company) {
            continue;
        }

        if (--*budget < 0) {
            rc = 0;
            break;
        }

        if (mt_record_decode(entry.command, &mt_command_model, &command,
                             a->arena) != MT_OK)
        {
            rc = -1;
            break;
        }

        entry.company = 0;
        entry.events.n = 0;
        command.actor = 0;
        command.body = MT_STR("");

        if (mt_journal_erase(a, position, &entry, &command) != MT_OK) {
            rc = -1;
            break;
        }
    }

    mt_cursor_close(cursor);

    return rc < 0 ? -1 : 0;
}

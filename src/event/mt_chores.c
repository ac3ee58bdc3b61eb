
#include "event/mt_chores.h"


/* Sessions looked at in one go. */
#define MT_CHORE_SCAN     2000

/* The journal is left alone until its first entry is older by this part than
 * it may be: few commands do it then, which are journalled themselves. */
#define MT_CHORE_SLACK    16

/* offsets in a SESSION key, C N caller */
#define MT_SESSION_USER   4
#define MT_SESSION_LEAST  12


static mt_status_t mt_chore_command(mt_chore_t *chore,
    const mt_operation_t *op, uint32_t company, const void *body);
static int mt_journal_upto(mt_chore_t *chore, const mt_chore_journal_t *keep,
    int64_t *upto);
static int mt_sessions_scan(mt_chore_t *chore, mt_chore_sessions_t *at,
    int64_t before, mt_ints_t *users);


static mt_status_t
mt_chore_command(mt_chore_t *chore, const mt_operation_t *op,
    uint32_t company, const void *body)
{
    mt_call_t  call;

    memset(&call, 0, sizeof(call));

    call.arena = chore->arena;
    call.op = op;
    call.company = company;
    call.now = chore->now;

    if (mt_command(&call, body) != MT_STEP_COMMIT) {
        return MT_NO_MEMORY;
    }

    chore->commands[chore->n++] = (mt_str_t) { call.command.len,
                                               call.command.data };

    return MT_OK;
}


mt_status_t
mt_chore_reminders(mt_chore_t *chore, int64_t *next)
{
    int                 found;
    mt_status_t         rc;
    mt_reminder_t       reminder;
    mt_reminder_fire_t  fire;

    rc = MT_OK;
    chore->n = 0;
    chore->more = 0;
    *next = INT64_MAX;
    memset(&reminder, 0, sizeof(reminder));

    while ((found = mt_reminder_next(chore->txn, &reminder, chore->now)) == 1)
    {
        if (chore->n == MT_CHORE_COMMANDS) {
            chore->more = 1;
            return MT_OK;
        }

        memset(&fire, 0, sizeof(fire));
        mt_set(&fire, reminder_fire, meeting, reminder.meeting);
        mt_set(&fire, reminder_fire, due, reminder.due);

        rc = mt_chore_command(chore, &mt_op_reminder_fire, reminder.company,
                              &fire);
        if (rc != MT_OK) {
            return rc;
        }
    }

    if (found == 0 && reminder.due > chore->now) {
        *next = reminder.due;
    }

    return found < 0 ? MT_STORE_FAILED : MT_OK;
}


mt_status_t
mt_chore_journal(mt_chore_t *chore, const mt_chore_journal_t *keep)
{
    int                found;
    int64_t            upto;
    mt_journal_trim_t  trim;

    chore->n = 0;
    chore->more = 0;

    found = mt_journal_upto(chore, keep, &upto);

    if (found != 1) {
        return found ? MT_STORE_FAILED : MT_OK;
    }

    memset(&trim, 0, sizeof(trim));
    mt_set(&trim, journal_trim, upto, upto);
    chore->more = 1;

    return mt_chore_command(chore, &mt_op_journal_trim, 0, &trim);
}


/* Up to which position the first few entries may go: 1, 0 when none may, -1.
 * The last entry of all stays. */

static int
mt_journal_upto(mt_chore_t *chore, const mt_chore_journal_t *keep,
    int64_t *upto)
{
    int            found, large;
    size_t         n;
    int64_t        oldest;
    mt_str_t       key, value;
    mt_cursor_t   *cursor;
    mt_journal_t   entry;

    large = keep->size && mt_db_bytes(chore->txn, MT_DB_JOURNAL) > keep->size;
    oldest = keep->age ? chore->now - keep->age : 0;

    cursor = mt_cursor_open(chore->txn, MT_DB_JOURNAL, NULL);
    if (cursor == NULL) {
        return -1;
    }

    *upto = 0;
    found = mt_cursor_first(cursor, &key, &value);

    for (n = 0; found == 1 && n < MT_CHORE_ENTRIES; n++) {

        if (!large) {
            if (mt_record_decode(value, &mt_journal_model, &entry,
                                 chore->arena) != MT_OK)
            {
                found = -1;
                break;
            }

            if (entry.time >= oldest
                || (n == 0
                    && entry.time >= oldest - keep->age / MT_CHORE_SLACK))
            {
                break;
            }
        }

        *upto = (int64_t) mt_get_u64((const uint8_t *) key.data);
        found = mt_cursor_next(cursor, &key, &value);
    }

    mt_cursor_close(cursor);

    return found < 0 ? -1 : *upto != 0;
}


mt_status_t
mt_chore_sessions(mt_chore_t *chore, mt_chore_sessions_t *at, int64_t before)
{
    int                  found;
    int64_t              numbers[MT_CHORE_COMMANDS];
    uint32_t             company;
    mt_ints_t            users = { 0, numbers };
    mt_session_expire_t  expire;

    chore->n = 0;
    chore->more = 0;

    found = mt_sessions_scan(chore, at, before, &users);
    company = at->company;

    if (found < 0) {
        return MT_STORE_FAILED;
    }

    if (found == 0) {
        memset(at, 0, sizeof(*at));
    }

    chore->more = found;

    if (users.n == 0) {
        return MT_OK;
    }

    memset(&expire, 0, sizeof(expire));
    mt_set(&expire, session_expire, before, before);
    mt_set(&expire, session_expire, users, users);

    return mt_chore_command(chore, &mt_op_session_expire, company, &expire);
}


/* Users of one company, the one that *at names in the end: 1, 0 when there are
 * no sessions left, -1. */

static int
mt_sessions_scan(mt_chore_t *chore, mt_chore_sessions_t *at, int64_t before,
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

    cursor = mt_cursor_open(chore->txn, MT_DB_SESSION, NULL);
    if (cursor == NULL) {
        return -1;
    }

    mt_key_num(&from, at->company, (uint64_t) at->user + 1);
    found = mt_cursor_seek(cursor, &from, &key, &value);

    for (n = 0; found == 1; n++) {

        if (key.len < MT_SESSION_LEAST
            || mt_record_decode(value, &mt_session_model, &session,
                                chore->arena) != MT_OK)
        {
            found = -1;
            break;
        }

        company = mt_get_u32((const uint8_t *) key.data);
        user = (int64_t) mt_get_u64((const uint8_t *) key.data
                                    + MT_SESSION_USER);

        if (users->n == MT_CHORE_COMMANDS || n == MT_CHORE_SCAN
            || (users->n && company != at->company))
        {
            break;
        }

        at->company = company;
        at->user = user;

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

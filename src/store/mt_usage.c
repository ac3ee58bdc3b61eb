
/*
 * The usage of companies, counted where entries are put and deleted.  A write
 * transaction keeps it in memory and writes one record for each company that
 * it touched, at its end.
 *
 * Tallies are not counted: they are written when a transaction ends, and what
 * a command sees must not depend on where one transaction ended and the next
 * began.
 */

#include "store/mt_store_int.h"

#include <errno.h>
#include <stdlib.h>


#define MT_USAGE_ROWS  16        /* room at first; it doubles */


static int mt_usage_load(mt_txn_t *txn, uint32_t company, mt_usage_t *usage);
static mt_usage_row_t *mt_usage_row(mt_txn_t *txn, uint32_t company);
static int mt_usage_is_kept(const mt_usage_t *usage);
static mt_status_t mt_usage_put(mt_txn_t *txn, uint32_t company,
    const mt_usage_t *usage, mt_arena_t *arena);


uint32_t
mt_usage_company(mt_db_t db, mt_str_t key, mt_str_t value)
{
    uint32_t  company;

    if (db == MT_DB_TALLY || db == MT_DB_USAGE) {
        return 0;
    }

    /* a link's code is a name of no company; its value names the meeting's */

    if (db == MT_DB_NAME && mt_value_read_link(value, &company, NULL)) {
        return company;
    }

    return mt_key_company_of(key, db);
}


int
mt_usage_of(mt_db_t db, mt_str_t key, mt_str_t value, uint32_t *company,
    mt_usage_t *usage, mt_arena_t *arena)
{
    mt_user_t     user;
    mt_journal_t  entry;

    memset(usage, 0, sizeof(*usage));
    *company = mt_usage_company(db, key, value);

    if (db == MT_DB_JOURNAL) {
        if (mt_record_decode_some(value, &mt_journal_model,
                                  MT_BIT(journal, company), &entry, arena)
            != MT_OK)
        {
            return -1;
        }

        *company = (uint32_t) entry.company;
    }

    if (db == MT_DB_USER) {
        if (mt_record_decode_some(value, &mt_user_model, MT_BIT(user, removed),
                                  &user, arena)
            != MT_OK)
        {
            return -1;
        }

        usage->people = user.removed == 0;
    }

    usage->meetings = db == MT_DB_MEETING;
    usage->bytes = *company ? (int64_t) (key.len + value.len) : 0;

    return 0;
}


/* Returns the place of the company's row, or where it would stand. */

static size_t
mt_usages_place(const mt_usages_t *usages, uint32_t company)
{
    size_t  low, high, middle;

    low = 0;
    high = usages->n;

    while (low < high) {
        middle = low + (high - low) / 2;

        if (usages->rows[middle].company < company) {
            low = middle + 1;

        } else {
            high = middle;
        }
    }

    return low;
}


mt_usage_row_t *
mt_usages_add(mt_usages_t *usages, uint32_t company)
{
    size_t           place, room;
    mt_usage_row_t  *rows;

    place = usages->last;

    if (place < usages->n && usages->rows[place].company == company) {
        return &usages->rows[place];
    }

    place = mt_usages_place(usages, company);
    usages->last = place;

    if (place < usages->n && usages->rows[place].company == company) {
        return &usages->rows[place];
    }

    if (usages->n == usages->room) {
        room = usages->room ? 2 * usages->room : MT_USAGE_ROWS;

        rows = realloc(usages->rows, room * sizeof(mt_usage_row_t));
        if (rows == NULL) {
            return NULL;
        }

        usages->rows = rows;
        usages->room = room;
    }

    rows = &usages->rows[place];

    memmove(rows + 1, rows, (usages->n - place) * sizeof(mt_usage_row_t));
    memset(rows, 0, sizeof(*rows));

    rows->company = company;
    usages->n++;

    return rows;
}


void
mt_usages_free(mt_usages_t *usages)
{
    free(usages->rows);
    memset(usages, 0, sizeof(*usages));
}


/* Returns 1 if loaded, 0 for a company without a record, -1 on failure. */

static int
mt_usage_load(mt_txn_t *txn, uint32_t company, mt_usage_t *usage)
{
    mt_key_t  key;
    mt_str_t  value;

    memset(usage, 0, sizeof(*usage));
    mt_key_company(&key, company);

    /* the record has no list, which would need an arena */

    return mt_get(txn, MT_DB_USAGE, &key, &value) == 1
           ? mt_load_value(txn, MT_DB_USAGE, value, &mt_usage_model, usage,
                           NULL)
           : 0;
}


/* Returns the company's row in a write transaction, NULL on failure. */

static mt_usage_row_t *
mt_usage_row(mt_txn_t *txn, uint32_t company)
{
    size_t           n;
    mt_usage_row_t  *row;

    n = txn->usages.n;
    row = mt_usages_add(&txn->usages, company);

    if (row == NULL) {
        (void) mt_txn_fail(txn, "usage", ENOMEM);
        return NULL;
    }

    if (txn->usages.n != n) {
        if (mt_usage_load(txn, company, &row->stored) < 0) {
            return NULL;
        }

        row->stored.has = 0;
        row->now = row->stored;
        mt_txn_expect(txn, MT_DB_USAGE);
    }

    return row;
}


int
mt_usage_get(mt_txn_t *txn, uint32_t company, mt_usage_t *usage)
{
    mt_usage_row_t  *row;

    if (!txn->write) {
        return mt_usage_load(txn, company, usage) < 0 ? -1 : 0;
    }

    row = mt_usage_row(txn, company);
    if (row == NULL) {
        return -1;
    }

    *usage = row->now;

    return 0;
}


void
mt_usage_add(mt_txn_t *txn, uint32_t company, int64_t bytes, int64_t meetings,
    int64_t people)
{
    mt_usage_row_t  *row;

    if (company == 0) {
        return;
    }

    row = mt_usage_row(txn, company);

    if (row) {
        row->now.bytes += bytes;
        row->now.meetings += meetings;
        row->now.people += people;
    }
}


void
mt_usage_entry(mt_txn_t *txn, mt_db_t db, mt_str_t key, mt_str_t value,
    int sign)
{
    uint32_t  company;

    company = txn->uncounted ? 0 : mt_usage_company(db, key, value);

    if (company) {
        mt_usage_add(txn, company, sign * (int64_t) (key.len + value.len),
                     db == MT_DB_MEETING ? sign : 0, 0);
    }
}


void
mt_usage_uncounted(mt_txn_t *txn)
{
    txn->uncounted = 1;
}


/* A company without any entry has no record. */

static int
mt_usage_is_kept(const mt_usage_t *usage)
{
    return usage->bytes != 0 || usage->meetings != 0 || usage->people != 0;
}


static mt_status_t
mt_usage_put(mt_txn_t *txn, uint32_t company, const mt_usage_t *usage,
    mt_arena_t *arena)
{
    mt_key_t  key;

    mt_key_company(&key, company);

    if (!mt_usage_is_kept(usage)) {
        return mt_del(txn, MT_DB_USAGE, &key) < 0 ? MT_STORE_FAILED : MT_OK;
    }

    return mt_save(txn, MT_DB_USAGE, &key, &mt_usage_model, usage, arena);
}


void
mt_usage_write(mt_txn_t *txn)
{
    size_t           i;
    mt_arena_t      *arena;
    mt_usage_row_t  *row;

    arena = NULL;

    for (i = 0; i < txn->usages.n; i++) {
        row = &txn->usages.rows[i];

        if (memcmp(&row->now, &row->stored, sizeof(mt_usage_t)) == 0) {
            continue;
        }

        if (arena == NULL) {
            arena = mt_arena_create(0);
        }

        if (arena == NULL) {
            (void) mt_txn_fail(txn, "usage", ENOMEM);
            return;
        }

        if (mt_usage_put(txn, row->company, &row->now, arena) == MT_OK) {
            row->stored = row->now;
        }
    }

    if (arena) {
        mt_arena_destroy(arena);
    }
}


mt_status_t
mt_usage_clear(mt_txn_t *txn)
{
    int           found;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_usages_free(&txn->usages);
    txn->uncounted = 1;

    cursor = mt_cursor_open(txn, MT_DB_USAGE, NULL);
    if (cursor == NULL) {
        return MT_STORE_FAILED;
    }

    found = mt_cursor_first(cursor, &key, &value);

    while (found == 1) {
        mt_key_copy(&at, key);
        found = mt_del(txn, MT_DB_USAGE, &at);

        if (found == 1) {
            found = mt_cursor_next(cursor, &key, &value);
        }
    }

    mt_cursor_close(cursor);

    return found < 0 ? MT_STORE_FAILED : MT_OK;
}

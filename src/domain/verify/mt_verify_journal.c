
/*
 * Verification of the journal and of its index by company.
 */

#include "domain/mt_operations.h"
#include "domain/verify/mt_verify_private.h"


static void mt_verify_command(mt_verify_t *v, mt_str_t encoded,
    int64_t company);


/* Positions are consecutive; old entries may have been deleted. */

void
mt_verify_journal(mt_verify_t *v, const void *record)
{
    const mt_journal_t  *entry = record;

    mt_key_t  key;
    mt_str_t  value;
    uint64_t  position;

    position = (uint64_t) v->num;

    if (v->position != 0 && position != v->position + 1) {
        mt_breach(v, "follows position %llu",
                  (unsigned long long) v->position);
    }

    if (entry->time < v->time) {
        mt_breach(v, "the time is before that of the last entry");
    }

    mt_verify_command(v, entry->command, entry->company);

    mt_key_num(&key, (uint32_t) entry->company,
               (int64_t) position >> MT_JOURNAL_BLOCK_BITS);

    if (mt_get(v->txn, MT_DB_COMPANY_JOURNAL, &key, &value) != 1) {
        mt_breach(v, "missing in the index of the company");
    }

    v->position = position;
    v->time = entry->time;
}


/* The company's entries of a block may be deleted when the journal has only a
 * part of the block. */

void
mt_verify_company_journal(mt_verify_t *v, const void *record)
{
    int           found;
    int64_t       first, position;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;
    mt_journal_t  entry;

    (void) record;

    first = v->num << MT_JOURNAL_BLOCK_BITS;
    cursor = mt_cursor_open(v->txn, MT_DB_JOURNAL, NULL);

    found = cursor ? mt_cursor_first(cursor, &key, &value) : -1;

    if (found == 1 && mt_key_read_serial(key, &position) && position > first) {
        first = 0;
        found = 0;
    }

    mt_key_serial(&at, first);

    for (found = found == 1 ? mt_cursor_seek(cursor, &at, &key, &value) : 0;
         found == 1;
         found = mt_cursor_next(cursor, &key, &value))
    {
        mt_arena_reset(v->inner);

        if (!mt_key_read_serial(key, &position)
            || position >> MT_JOURNAL_BLOCK_BITS != v->num
            || mt_record_decode(value, &mt_journal_model, &entry, v->inner)
               != MT_OK)
        {
            found = 0;
            break;
        }

        if (entry.company == (int64_t) v->company) {
            break;
        }
    }

    if (found != 1 && first != 0) {
        mt_breach(v, "has no entry of the company");
    }

    if (cursor) {
        mt_cursor_close(cursor);
    }
}


static void
mt_verify_command(mt_verify_t *v, mt_str_t encoded, int64_t company)
{
    void                  *body;
    mt_command_t           command;
    const mt_operation_t  *op;

    if (mt_record_decode(encoded, &mt_command_model, &command, v->inner)
        != MT_OK || command.company != company)
    {
        mt_breach(v, "the command cannot be decoded");
        return;
    }

    op = command.op > 0 && command.op < MT_OPERATION_MAX
         ? mt_operation((unsigned) command.op) : NULL;

    body = op && op->body ? mt_arena_alloc(v->inner, op->body->size) : NULL;

    if (body == NULL
        || mt_record_decode(command.body, op->body, body, v->inner) != MT_OK)
    {
        mt_breach(v, "the body of operation %lld cannot be decoded",
                  (long long) command.op);
    }
}


void
mt_verify_position(mt_verify_t *v)
{
    uint64_t  position;

    position = mt_meta_position(v->txn);

    if (position != v->position) {
        v->db = "meta";
        v->key = MT_STR("position");
        mt_breach(v, "is %llu, the journal ends with %llu",
                  (unsigned long long) position,
                  (unsigned long long) v->position);
    }
}

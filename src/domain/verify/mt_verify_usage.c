
/*
 * Verification of the usage of companies: it equals a count of the entries.
 */

#include "domain/verify/mt_verify_private.h"


static void mt_verify_usage_row(mt_verify_t *v, const mt_usage_row_t *row);


void
mt_verify_count_usage(mt_verify_t *v, mt_db_t db)
{
    uint32_t         company;
    mt_usage_t       usage;
    mt_usage_row_t  *row;

    /* a record that cannot be decoded is a breach of its own */

    if (mt_usage_of(db, v->key, v->value, &company, &usage, v->inner) != 0
        || company == 0)
    {
        return;
    }

    row = mt_usages_add(&v->usages, company);
    if (row == NULL) {
        v->failed = 1;
        return;
    }

    row->now.bytes += usage.bytes;
    row->now.meetings += usage.meetings;
    row->now.people += usage.people;
}


void
mt_verify_usage(mt_verify_t *v, const void *record)
{
    mt_usage_row_t  *row;

    row = mt_usages_add(&v->usages, v->company);
    if (row == NULL) {
        v->failed = 1;
        return;
    }

    row->stored = *(const mt_usage_t *) record;
    row->stored.has = 0;
}


void
mt_verify_usages(mt_verify_t *v)
{
    size_t    i;
    mt_key_t  key;

    v->db = "usage";

    for (i = 0; i < v->usages.n; i++) {
        mt_key_company(&key, v->usages.rows[i].company);
        v->key = mt_key_text(&key);

        mt_verify_usage_row(v, &v->usages.rows[i]);
    }
}


static void
mt_verify_usage_row(mt_verify_t *v, const mt_usage_row_t *row)
{
    size_t  i;

    const struct {
        const char  *what;
        int64_t      says, is;
    } counts[] = {
        { "bytes", row->stored.bytes, row->now.bytes },
        { "meetings", row->stored.meetings, row->now.meetings },
        { "people", row->stored.people, row->now.people }
    };

    for (i = 0; i < mt_nitems(counts); i++) {
        if (counts[i].says != counts[i].is) {
            mt_breach(v, "says %lld %s, there are %lld",
                      (long long) counts[i].says, counts[i].what,
                      (long long) counts[i].is);
        }
    }
}

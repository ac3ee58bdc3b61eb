
#include "base/mt_crypto.h"
#include "domain/kernel/mt_names.h"


#define MT_FRESH_BYTES  (MT_FRESH_ID / 2)
#define MT_SHORT_BYTES  12      /* at most MT_FRESH_BYTES */


/*
 * The field of a record that tells whether it was removed.  The codec skips
 * fields that a model does not name, so decoding it takes no memory.
 */

#define MT_GONE_FIELDS(F, M)                                                  \
    F(M, 24, INT, removed,      0, MT_TIME_MAX, NULL)

#define MT_GONE_DEPT_FIELDS(F, M)                                             \
    F(M, 7,  INT, removed,      0, MT_TIME_MAX, NULL)

MT_DECLARE_MODEL(gone, MT_GONE_FIELDS);
MT_DECLARE_MODEL(gone_dept, MT_GONE_DEPT_FIELDS);

MT_DEFINE_MODEL(gone, MT_GONE_FIELDS);
MT_DEFINE_MODEL(gone_dept, MT_GONE_DEPT_FIELDS);

_Static_assert((int) MT_gone_removed == (int) MT_user_removed
               && (int) MT_gone_removed == (int) MT_room_removed
               && (int) MT_gone_dept_removed == (int) MT_dept_removed
               && sizeof(mt_gone_t) == sizeof(mt_gone_dept_t),
               "the records' own field numbers");


/* The records of a kind of ids. */

typedef struct {
    mt_db_t            db;
    const mt_model_t  *model;
    const mt_model_t  *gone;      /* NULL: never removed */
    mt_status_t        missing;
} mt_id_kind_t;

static const mt_id_kind_t  mt_id_kinds[] = {
    [MT_NAME_USER]    = { MT_DB_USER, &mt_user_model, &mt_gone_model,
                          MT_NO_SUCH_USER },
    [MT_NAME_DEPT]    = { MT_DB_DEPT, &mt_dept_model, &mt_gone_dept_model,
                          MT_NO_SUCH_DEPT },
    [MT_NAME_ROOM]    = { MT_DB_ROOM, &mt_room_model, &mt_gone_model,
                          MT_NO_SUCH_ROOM },
    [MT_NAME_MEETING] = { MT_DB_MEETING, &mt_meeting_model, NULL,
                          MT_NO_SUCH_MEETING },
};


/* Parses a number in canonical decimal form, from 1 on and below the slots of
 * guests.  Returns 1 or 0. */

static int
mt_parse_num(mt_str_t s, int64_t *num)
{
    int64_t  n;

    if (!mt_parse_int(s, &n) || n <= 0 || n >= MT_GUEST_SLOT) {
        return 0;
    }

    *num = n;

    return 1;
}


int
mt_ref_is_num(mt_str_t ref)
{
    int64_t  num;

    return mt_parse_num(ref, &num);
}


/* A canonical number is never looked up as a name: an id of that form claimed
 * the number. */

int64_t
mt_ref_num(mt_txn_t *txn, uint32_t company, enum mt_name kind, mt_str_t ref)
{
    int64_t  num;

    if (ref.len == 0 || mt_parse_num(ref, &num)) {
        return ref.len ? num : 0;
    }

    return (int64_t) mt_name_find(txn, company, kind, ref);
}


/* Names of removed records are gone, except users': only a number, or a user's
 * id, may lead to one. */

int64_t
mt_resolve(mt_txn_t *txn, uint32_t company, enum mt_name kind, mt_str_t ref)
{
    int64_t              num;
    mt_key_t             key;
    mt_str_t             record;
    mt_gone_t            gone;
    const mt_id_kind_t  *k;

    num = mt_ref_num(txn, company, kind, ref);

    if (num == 0 || (kind != MT_NAME_USER && !mt_parse_num(ref, &num))) {
        return num;
    }

    k = &mt_id_kinds[kind];
    mt_key_num(&key, company, num);

    if (mt_get(txn, k->db, &key, &record) != 1) {
        return 0;
    }

    if (k->gone == NULL) {
        return num;
    }

    /* a stored record has no zero fields: one that is there is set */
    if (mt_record_decode(record, k->gone, &gone, NULL) != MT_OK || gone.has) {
        return 0;
    }

    return num;
}


int
mt_company_is_open(mt_txn_t *txn, uint32_t company)
{
    int           found;
    mt_key_t      key;
    mt_str_t      value;
    mt_company_t  record;

    mt_key_company(&key, company);

    /* the record has no list, which would need an arena */

    found = mt_get(txn, MT_DB_COMPANY, &key, &value);

    if (found == 1
        && mt_load_value(txn, MT_DB_COMPANY, value, &mt_company_model,
                         &record, NULL)
           != 1)
    {
        found = -1;
    }

    return found < 0 ? -1 : found == 0 || record.purged == 0;
}


mt_status_t
mt_find(mt_txn_t *txn, uint32_t company, enum mt_name kind, mt_str_t ref,
    void *record, mt_arena_t *arena)
{
    int                  found;
    int64_t              num;
    mt_key_t             key;
    const mt_id_kind_t  *k;

    k = &mt_id_kinds[kind];

    num = mt_resolve(txn, company, kind, ref);
    if (num == 0) {
        return k->missing;
    }

    mt_key_num(&key, company, num);
    found = mt_load_copy(txn, k->db, &key, k->model, record, arena);

    return found == 1 ? MT_OK : MT_STORE_FAILED;
}


mt_status_t
mt_apply_target(mt_apply_t *a, enum mt_name kind, mt_str_t ref, unsigned field,
    mt_result_t *result, void *record)
{
    mt_status_t  rc;

    rc = mt_find(a->txn, a->company, kind, ref, record, a->arena);

    return rc == MT_OK ? rc : mt_apply_reject(result, rc, field, 0);
}


static mt_str_t
mt_random_hex(mt_arena_t *arena, size_t n,
    void (*put)(const uint8_t *in, size_t n, char *out))
{
    char     *hex;
    uint8_t   bytes[MT_FRESH_BYTES];

    hex = mt_arena_take(arena, 2 * n);

    if (hex == NULL || mt_random(bytes, n) != 0) {
        return MT_STR("");
    }

    put(bytes, n, hex);

    return (mt_str_t) { 2 * n, hex };
}


mt_str_t
mt_fresh_id(mt_arena_t *arena)
{
    return mt_random_hex(arena, MT_FRESH_BYTES, mt_hex_upper);
}


mt_str_t
mt_fresh_short_id(mt_arena_t *arena)
{
    return mt_random_hex(arena, MT_SHORT_BYTES, mt_hex_lower);
}


mt_status_t
mt_id_judge(mt_apply_t *a, enum mt_name kind, mt_str_t id, int64_t *num)
{
    int       found;
    mt_key_t  key;
    mt_str_t  record;

    *num = 0;

    if (id.len == 0) {
        return MT_BAD_VALUE;
    }

    mt_key_company(&key, a->company);
    found = mt_get(a->txn, MT_DB_COMPANY, &key, &record);

    if (found == 0) {
        return MT_NO_SUCH_COMPANY;
    }

    if (found == 1 && mt_name_find(a->txn, a->company, kind, id)) {
        return MT_ID_TAKEN;
    }

    if (found == 1 && mt_parse_num(id, num)) {
        mt_key_num(&key, a->company, *num);
        found = mt_get(a->txn, mt_id_kinds[kind].db, &key, &record);

        if (found == 1) {
            return MT_ID_TAKEN;
        }

    } else {
        *num = 0;
    }

    return found == -1 ? MT_STORE_FAILED : MT_OK;
}


int64_t
mt_id_take(mt_apply_t *a, enum mt_name kind, mt_str_t id, int64_t num)
{
    if (num == 0) {
        num = mt_next_num(a, kind, mt_id_kinds[kind].db);
    }

    (void) mt_name_put(a->txn, a->company, kind, id, (uint64_t) num);

    return num;
}


int64_t
mt_next_num(mt_apply_t *a, enum mt_name kind, mt_db_t db)
{
    int       found;
    int64_t   num;
    mt_key_t  counter, key;
    mt_str_t  record;

    mt_key_counter(&counter, a->company, kind);

    num = (int64_t) mt_get_num_or(a->txn, MT_DB_COUNTER, &counter, 0);

    do {
        mt_key_num(&key, a->company, ++num);
        found = mt_get(a->txn, db, &key, &record);
    } while (found == 1);

    if (found == -1) {
        a->failed = MT_STORE_FAILED;
    }

    (void) mt_put_num(a->txn, MT_DB_COUNTER, &counter, (uint64_t) num);

    return num;
}

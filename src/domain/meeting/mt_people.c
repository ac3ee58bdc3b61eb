
/*
 * The people that a command names by ref.  Who is unknown becomes a
 * placeholder user, but not before the whole command was judged: until then a
 * newcomer goes by a provisional number below 0.
 */

#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_edit.h"


#define MT_NEWCOMER_SLOTS  64      /* to begin with; a power of two */


typedef struct {
    mt_str_t         ref;
    mt_str_t         name;
    int64_t          claim;        /* the number that the ref claims, or 0 */
    int64_t          num;          /* once made */
} mt_newcomer_t;

struct mt_people_s {
    mt_apply_t      *a;
    int              placeholders; /* may be made */

    mt_newcomer_t   *newcomers;
    size_t           n;
    uint32_t        *table;        /* index + 1, by hash of ref */
    size_t           size;         /* of the table; 0: no newcomers yet */
};


static size_t mt_newcomer_slot(const mt_people_t *people, mt_str_t ref);
static mt_status_t mt_newcomer_grow(mt_people_t *people);
static mt_status_t mt_newcomer_add(mt_people_t *people, mt_str_t ref,
    size_t slot);


mt_people_t *
mt_people_create(mt_apply_t *a, int placeholders)
{
    mt_people_t  *people;

    people = mt_arena_alloc(a->arena, sizeof(*people));

    if (people) {
        people->a = a;
        people->placeholders = placeholders;
    }

    return people;
}


mt_apply_t *
mt_people_apply(const mt_people_t *people)
{
    return people->a;
}


mt_status_t
mt_people_find(mt_people_t *people, mt_str_t ref, mt_str_t name, int64_t *num)
{
    size_t          slot;
    mt_status_t     rc;
    mt_newcomer_t  *newcomer;

    *num = mt_resolve(people->a->txn, people->a->company, MT_NAME_USER, ref);
    if (*num) {
        return MT_OK;
    }

    if (!people->placeholders || ref.len == 0) {
        return MT_NO_SUCH_USER;
    }

    rc = mt_newcomer_grow(people);
    if (rc != MT_OK) {
        return rc;
    }

    slot = mt_newcomer_slot(people, ref);

    if (people->table[slot] == 0) {
        rc = mt_newcomer_add(people, ref, slot);
        if (rc != MT_OK) {
            return rc;
        }
    }

    newcomer = &people->newcomers[people->table[slot] - 1];

    if (newcomer->name.len == 0) {
        newcomer->name = name;
    }

    *num = -(int64_t) people->table[slot];

    return MT_OK;
}


int64_t
mt_people_known(const mt_people_t *people, mt_str_t ref)
{
    int64_t  num;

    num = mt_resolve(people->a->txn, people->a->company, MT_NAME_USER, ref);

    if (num == 0 && people->size) {
        num = -(int64_t) people->table[mt_newcomer_slot(people, ref)];
    }

    return num;
}


/* Where the ref stands in the table, or would. */

static size_t
mt_newcomer_slot(const mt_people_t *people, mt_str_t ref)
{
    size_t    i, mask;
    uint64_t  hash;

    hash = 0xcbf29ce484222325ULL;

    for (i = 0; i < ref.len; i++) {
        hash = (hash ^ (uint8_t) ref.data[i]) * 0x100000001b3ULL;
    }

    mask = people->size - 1;

    for (i = (size_t) hash & mask; people->table[i]; i = (i + 1) & mask) {
        if (mt_str_eq(people->newcomers[people->table[i] - 1].ref, ref)) {
            break;
        }
    }

    return i;
}


/* Makes room for one more newcomer; the table stays half empty. */

static mt_status_t
mt_newcomer_grow(mt_people_t *people)
{
    size_t          i, size;
    uint32_t       *table;
    mt_arena_t     *arena;
    mt_newcomer_t  *newcomers;

    if (2 * people->n < people->size) {
        return MT_OK;
    }

    size = people->size ? 2 * people->size : MT_NEWCOMER_SLOTS;
    arena = people->a->arena;

    newcomers = mt_arena_alloc(arena, size / 2 * sizeof(*newcomers));
    table = mt_arena_alloc(arena, size * sizeof(*table));

    if (newcomers == NULL || table == NULL) {
        return MT_NO_MEMORY;
    }

    if (people->n) {
        memcpy(newcomers, people->newcomers, people->n * sizeof(*newcomers));
    }

    people->newcomers = newcomers;
    people->table = table;
    people->size = size;

    for (i = 0; i < people->n; i++) {
        table[mt_newcomer_slot(people, newcomers[i].ref)] = (uint32_t) i + 1;
    }

    return MT_OK;
}


/* An id that was ever used and names nobody now is a removed person's. */

static mt_status_t
mt_newcomer_add(mt_people_t *people, mt_str_t ref, size_t slot)
{
    int64_t         claim;
    mt_status_t     rc;
    mt_newcomer_t  *newcomer;

    rc = mt_check_bounds(MT_FIELD(user, id), &ref);
    if (rc != MT_OK) {
        return rc;
    }

    rc = mt_id_judge(people->a, MT_NAME_USER, ref, &claim);
    if (rc != MT_OK) {
        return rc == MT_ID_TAKEN ? MT_NO_SUCH_USER : rc;
    }

    newcomer = &people->newcomers[people->n++];
    newcomer->ref = ref;
    newcomer->claim = claim;

    people->table[slot] = (uint32_t) people->n;

    return MT_OK;
}


void
mt_people_make(mt_people_t *people)
{
    int             claimed;
    size_t          i;
    mt_newcomer_t  *newcomer;

    /* an automatic number must not take one that is claimed here */

    for (claimed = 1; claimed >= 0; claimed--) {
        for (i = 0; i < people->n; i++) {
            newcomer = &people->newcomers[i];

            if ((newcomer->claim != 0) == claimed) {
                newcomer->num = mt_user_placeholder(people->a, newcomer->ref,
                                                    newcomer->name);
            }
        }
    }
}


int64_t
mt_people_num(const mt_people_t *people, int64_t num)
{
    return num < 0 ? people->newcomers[-num - 1].num : num;
}


#include "domain/directory/mt_directory.h"
#include "domain/directory/mt_user_refs.h"


#define MT_NEWCOMER_SLOTS  64      /* initial size; a power of two */
#define MT_FOUND_SLOTS     64      /* the same */


typedef struct {
    mt_str_t         ref;
    mt_str_t         name;
    int64_t          claim;        /* the number that the ref claims, or 0 */
    int64_t          num;          /* once made */
} mt_newcomer_t;

/* A ref that names a user.  The lists of a series' meetings ask for the same
 * strings of the command over and over, and a user does not lose a name within
 * a command: each string is looked up once, and known by its address. */

typedef struct {
    mt_str_t         ref;
    int64_t          num;          /* 0: a free place */
} mt_found_t;

struct mt_user_refs_s {
    mt_apply_t      *a;
    int              placeholders; /* may be made */

    mt_newcomer_t   *newcomers;
    size_t           n;
    uint32_t        *table;        /* index + 1, by hash of ref */
    size_t           size;         /* of the table; 0: no newcomers yet */

    mt_found_t      *found;        /* by hash of the ref's address */
    size_t           nfound;
    size_t           room;         /* of found[]; 0: none yet */
};


static mt_found_t *mt_found_place(mt_found_t *found, size_t room,
    mt_str_t ref);
static mt_status_t mt_found_grow(mt_user_refs_t *refs);
static size_t mt_newcomer_slot(const mt_user_refs_t *refs, mt_str_t ref);
static mt_status_t mt_newcomer_grow(mt_user_refs_t *refs);
static mt_status_t mt_newcomer_add(mt_user_refs_t *refs, mt_str_t ref,
    size_t slot);


mt_user_refs_t *
mt_user_refs_create(mt_apply_t *a, int placeholders)
{
    mt_user_refs_t  *refs;

    refs = mt_arena_alloc(a->arena, sizeof(*refs));

    if (refs) {
        refs->a = a;
        refs->placeholders = placeholders;
    }

    return refs;
}


mt_apply_t *
mt_user_refs_apply(const mt_user_refs_t *refs)
{
    return refs->a;
}


mt_status_t
mt_user_refs_find(mt_user_refs_t *refs, mt_str_t ref, mt_str_t name,
    int64_t *num)
{
    size_t          slot;
    mt_found_t     *found;
    mt_status_t     rc;
    mt_newcomer_t  *newcomer;

    rc = mt_found_grow(refs);
    if (rc != MT_OK) {
        return rc;
    }

    found = mt_found_place(refs->found, refs->room, ref);

    if (found->num) {
        *num = found->num;
        return MT_OK;
    }

    *num = mt_resolve(refs->a->txn, refs->a->company, MT_NAME_USER, ref);

    if (*num) {
        if (ref.len) {
            *found = (mt_found_t) { ref, *num };
            refs->nfound++;
        }

        return MT_OK;
    }

    if (!refs->placeholders || ref.len == 0) {
        return MT_NO_SUCH_USER;
    }

    rc = mt_newcomer_grow(refs);
    if (rc != MT_OK) {
        return rc;
    }

    slot = mt_newcomer_slot(refs, ref);

    if (refs->table[slot] == 0) {
        rc = mt_newcomer_add(refs, ref, slot);
        if (rc != MT_OK) {
            return rc;
        }
    }

    newcomer = &refs->newcomers[refs->table[slot] - 1];

    if (newcomer->name.len == 0) {
        newcomer->name = name;
    }

    *num = -(int64_t) refs->table[slot];

    return MT_OK;
}


/* Returns the place of the ref in a table, or its free place. */

static mt_found_t *
mt_found_place(mt_found_t *found, size_t room, mt_str_t ref)
{
    size_t    i, mask;
    uint64_t  hash;

    hash = (uint64_t) (uintptr_t) ref.data * 0x9e3779b97f4a7c15ULL;
    mask = room - 1;

    for (i = (size_t) (hash >> 32) & mask;
         found[i].num
         && (found[i].ref.data != ref.data || found[i].ref.len != ref.len);
         i = (i + 1) & mask)
    {
        /* void */
    }

    return &found[i];
}


/* Makes room for one more; the table stays half empty. */

static mt_status_t
mt_found_grow(mt_user_refs_t *refs)
{
    size_t       i, room;
    mt_found_t  *found;

    if (2 * refs->nfound < refs->room) {
        return MT_OK;
    }

    room = refs->room ? 2 * refs->room : MT_FOUND_SLOTS;

    found = mt_arena_alloc(refs->a->arena, room * sizeof(*found));
    if (found == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0; i < refs->room; i++) {
        if (refs->found[i].num) {
            *mt_found_place(found, room, refs->found[i].ref) = refs->found[i];
        }
    }

    refs->found = found;
    refs->room = room;

    return MT_OK;
}


int64_t
mt_user_refs_known(const mt_user_refs_t *refs, mt_str_t ref)
{
    int64_t  num;

    num = mt_resolve(refs->a->txn, refs->a->company, MT_NAME_USER, ref);

    if (num == 0 && refs->size) {
        num = -(int64_t) refs->table[mt_newcomer_slot(refs, ref)];
    }

    return num;
}


size_t
mt_user_refs_count(const mt_user_refs_t *refs)
{
    return refs->n;
}


/* Returns the place of the ref in the table, or its free place. */

static size_t
mt_newcomer_slot(const mt_user_refs_t *refs, mt_str_t ref)
{
    size_t    i, mask;
    uint64_t  hash;

    hash = 0xcbf29ce484222325ULL;

    for (i = 0; i < ref.len; i++) {
        hash = (hash ^ (uint8_t) ref.data[i]) * 0x100000001b3ULL;
    }

    mask = refs->size - 1;

    for (i = (size_t) hash & mask; refs->table[i]; i = (i + 1) & mask) {
        if (mt_str_eq(refs->newcomers[refs->table[i] - 1].ref, ref)) {
            break;
        }
    }

    return i;
}


/* Makes room for one more newcomer; the table stays half empty. */

static mt_status_t
mt_newcomer_grow(mt_user_refs_t *refs)
{
    size_t          i, size;
    uint32_t       *table;
    mt_arena_t     *arena;
    mt_newcomer_t  *newcomers;

    if (2 * refs->n < refs->size) {
        return MT_OK;
    }

    size = refs->size ? 2 * refs->size : MT_NEWCOMER_SLOTS;
    arena = refs->a->arena;

    newcomers = mt_arena_alloc(arena, size / 2 * sizeof(*newcomers));
    table = mt_arena_alloc(arena, size * sizeof(*table));

    if (newcomers == NULL || table == NULL) {
        return MT_NO_MEMORY;
    }

    if (refs->n) {
        memcpy(newcomers, refs->newcomers, refs->n * sizeof(*newcomers));
    }

    refs->newcomers = newcomers;
    refs->table = table;
    refs->size = size;

    for (i = 0; i < refs->n; i++) {
        table[mt_newcomer_slot(refs, newcomers[i].ref)] = (uint32_t) i + 1;
    }

    return MT_OK;
}


/* An id that was used and names no user now is a removed user's. */

static mt_status_t
mt_newcomer_add(mt_user_refs_t *refs, mt_str_t ref, size_t slot)
{
    int64_t         claim;
    mt_status_t     rc;
    mt_newcomer_t  *newcomer;

    rc = mt_check_bounds(MT_FIELD(user, id), &ref);
    if (rc != MT_OK) {
        return rc;
    }

    rc = mt_id_judge(refs->a, MT_NAME_USER, ref, &claim);
    if (rc != MT_OK) {
        return rc == MT_ID_TAKEN ? MT_NO_SUCH_USER : rc;
    }

    newcomer = &refs->newcomers[refs->n++];
    newcomer->ref = ref;
    newcomer->claim = claim;

    refs->table[slot] = (uint32_t) refs->n;

    return MT_OK;
}


void
mt_user_refs_make(mt_user_refs_t *refs)
{
    int             claimed;
    size_t          i;
    mt_newcomer_t  *newcomer;

    /* an automatic number must not take one that is claimed here */

    for (claimed = 1; claimed >= 0; claimed--) {
        for (i = 0; i < refs->n; i++) {
            newcomer = &refs->newcomers[i];

            if ((newcomer->claim != 0) == claimed) {
                newcomer->num = mt_user_placeholder(refs->a, newcomer->ref,
                                                    newcomer->name);
            }
        }
    }
}


int64_t
mt_user_refs_num(const mt_user_refs_t *refs, int64_t num)
{
    return num < 0 ? refs->newcomers[-num - 1].num : num;
}

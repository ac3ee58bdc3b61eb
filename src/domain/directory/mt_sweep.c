
#include "domain/directory/mt_face.h"

#include <stdlib.h>


/* Old files, and which of them a record names. */

typedef struct {
    uint32_t  company;
    char      name[MT_RESOURCE_NAME];
    int       named;
} mt_sweep_file_t;

typedef struct {
    size_t            n;
    size_t            size;
    mt_sweep_file_t  *files;
} mt_sweep_list_t;


static int mt_sweep_note(void *ctx, uint32_t company, mt_str_t name);
static mt_status_t mt_sweep_names(mt_txn_t *txn, mt_sweep_list_t *list);
static void mt_sweep_name(mt_sweep_list_t *list, mt_str_t key,
    const mt_user_t *user);
static int mt_sweep_compare(const void *a, const void *b);
static void mt_sweep_remove(const mt_sweep_list_t *list, const char *folder,
    mt_sweep_t *sweep);


/* Files are listed before records are read: no later command can name one of
 * them, as a command names a new file. */

mt_status_t
mt_resources_sweep(mt_store_t *store, const char *folder, int64_t now,
    mt_sweep_t *sweep)
{
    int               rc;
    mt_txn_t         *txn;
    mt_status_t       status;
    mt_sweep_list_t   list;

    memset(sweep, 0, sizeof(*sweep));
    memset(&list, 0, sizeof(list));

    rc = mt_resources_each(folder, (now - MT_SWEEP_AGE) / MT_MS_PER_SECOND,
                           mt_sweep_note, &list);

    status = rc == 0 ? MT_OK : rc == -1 ? MT_STORE_FAILED : MT_NO_MEMORY;

    if (status == MT_OK && list.n) {
        qsort(list.files, list.n, sizeof(*list.files), mt_sweep_compare);

        status = mt_read_open(store, &txn);

        if (status == MT_OK) {
            status = mt_sweep_names(txn, &list);
            mt_read_close(txn);
        }

        if (status == MT_OK) {
            mt_sweep_remove(&list, folder, sweep);
        }
    }

    free(list.files);

    return status;
}


static int
mt_sweep_note(void *ctx, uint32_t company, mt_str_t name)
{
    size_t            size;
    mt_sweep_file_t  *file;
    mt_sweep_list_t  *list = ctx;

    if (list->n == list->size) {
        size = list->size ? 2 * list->size : 256;

        file = realloc(list->files, size * sizeof(*file));
        if (file == NULL) {
            return 1;
        }

        list->files = file;
        list->size = size;
    }

    file = &list->files[list->n++];

    memset(file, 0, sizeof(*file));
    file->company = company;
    memcpy(file->name, name.data, sizeof(file->name));

    return 0;
}


/* Marks files that users of any company name. */

static mt_status_t
mt_sweep_names(mt_txn_t *txn, mt_sweep_list_t *list)
{
    int           rc;
    mt_str_t      key, value;
    mt_user_t     user;
    mt_arena_t   *arena;
    mt_cursor_t  *cursor;

    arena = mt_arena_create(0);
    cursor = mt_cursor_open(txn, MT_DB_USER, NULL);

    rc = arena && cursor ? mt_cursor_first(cursor, &key, &value) : -1;

    while (rc == 1) {
        if (mt_record_decode(value, &mt_user_model, &user, arena) != MT_OK) {
            rc = -1;
            break;
        }

        mt_sweep_name(list, key, &user);
        mt_arena_reset(arena);

        rc = mt_cursor_next(cursor, &key, &value);
    }

    if (cursor) {
        mt_cursor_close(cursor);
    }

    mt_arena_destroy(arena);

    return rc == 0 ? MT_OK : MT_STORE_FAILED;
}


static void
mt_sweep_name(mt_sweep_list_t *list, mt_str_t key, const mt_user_t *user)
{
    mt_sweep_file_t  *found, wanted;

    memset(&wanted, 0, sizeof(wanted));

    if (!mt_resource_is(user->face)
        || !mt_key_read_num(key, &wanted.company, NULL))
    {
        return;
    }

    memcpy(wanted.name, user->face.data, sizeof(wanted.name));

    found = bsearch(&wanted, list->files, list->n, sizeof(wanted),
                    mt_sweep_compare);

    if (found) {
        found->named = 1;
    }
}


static int
mt_sweep_compare(const void *a, const void *b)
{
    const mt_sweep_file_t *x = a;
    const mt_sweep_file_t *y = b;

    if (x->company != y->company) {
        return x->company < y->company ? -1 : 1;
    }

    return memcmp(x->name, y->name, sizeof(x->name));
}


static void
mt_sweep_remove(const mt_sweep_list_t *list, const char *folder,
    mt_sweep_t *sweep)
{
    size_t                  i;
    mt_str_t                name;
    const mt_sweep_file_t  *file;

    for (i = 0; i < list->n; i++) {
        file = &list->files[i];

        name.len = sizeof(file->name);
        name.data = file->name;

        if (file->named) {
            sweep->kept++;

        } else if (mt_resource_remove(folder, file->company, name) == 0) {
            sweep->removed++;

        } else {
            sweep->failed++;
        }
    }
}

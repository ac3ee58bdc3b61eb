
#include "domain/read/mt_view.h"


/* Where the server's glue serves the pictures that it was given. */
#define MT_RESOURCES  "/meeting/api/opt/resources"


static mt_str_t mt_source_resource(const mt_source_t *source, mt_str_t name);
static int mt_is_gone(const mt_source_t *source, int64_t removed);
static int mt_view_user(const mt_source_t *source, int64_t num, void *view);
static int mt_view_dept(const mt_source_t *source, int64_t num, void *view);
static int mt_view_room(const mt_source_t *source, int64_t num, void *view);
static int mt_view_room_users(const mt_source_t *source,
    const mt_ints_t *users, mt_strs_t *ids);


static const struct {
    size_t   size;
    int    (*view)(const mt_source_t *source, int64_t num, void *view);
} mt_directory_views[] = {
    [MT_NAME_USER] = { sizeof(mt_user_view_t), mt_view_user },
    [MT_NAME_DEPT] = { sizeof(mt_dept_view_t), mt_view_dept },
    [MT_NAME_ROOM] = { sizeof(mt_room_view_t), mt_view_room },
};


void
mt_source_of(mt_call_t *call, mt_source_t *source)
{
    memset(source, 0, sizeof(*source));

    source->txn = call->txn;
    source->company = call->company;
    source->arena = call->arena;
    source->settings = call->settings;
    source->now = call->now;
    source->hides = call->hides;
    source->until = &call->until;
}


int
mt_source_load(const mt_source_t *source, mt_db_t db, int64_t num,
    const mt_model_t *model, uint64_t wanted, void *object)
{
    mt_key_t  key;

    if (num == 0) {
        memset(object, 0, model->size);
        return 0;
    }

    mt_key_num(&key, source->company, (uint64_t) num);

    return mt_source_load_key(source, db, &key, model, wanted, object);
}


int
mt_source_load_key(const mt_source_t *source, mt_db_t db, const mt_key_t *key,
    const mt_model_t *model, uint64_t wanted, void *object)
{
    int       found;
    mt_str_t  record;

    found = mt_source_find(source, db, key, &record);

    return found < 0 ? -1
           : mt_source_read(source, db, record, model, wanted, object);
}


int
mt_source_find(const mt_source_t *source, mt_db_t db, const mt_key_t *key,
    mt_str_t *record)
{
    int  found;

    found = mt_near_get(source->near, source->txn, db, key, record);

    if (found != 1) {
        *record = (mt_str_t) { 0, NULL };
    }

    return found;
}


int
mt_source_read(const mt_source_t *source, mt_db_t db, mt_str_t record,
    const mt_model_t *model, uint64_t wanted, void *object)
{
    mt_str_t  copy;

    if (record.data == NULL) {
        memset(object, 0, model->size);
        return 0;
    }

    if (source->near == NULL) {
        copy = mt_arena_str(source->arena, record);

        if (copy.len != record.len) {
            memset(object, 0, model->size);
            return -1;
        }

        record = copy;
    }

    return mt_load_some(source->txn, db, record, model, wanted, object,
                            source->arena);
}


int
mt_source_user(const mt_source_t *source, int64_t num, uint64_t wanted,
    mt_user_t *user)
{
    int       found;
    mt_key_t  key;
    mt_str_t  record;

    found = 0;
    record = (mt_str_t) { 0, NULL };

    if (num) {
        mt_key_num(&key, source->company, (uint64_t) num);
        found = mt_source_find(source, MT_DB_USER, &key, &record);
    }

    return found < 0 ? -1
           : mt_source_read_user(source, record, wanted, user);
}


int
mt_source_read_user(const mt_source_t *source, mt_str_t record,
    uint64_t wanted, mt_user_t *user)
{
    int       found;
    mt_str_t  face;

    found = mt_source_read(source, MT_DB_USER, record, &mt_user_model, wanted,
                           user);
    face = user->face;

    if (found != 1 || face.len == 0 || memchr(face.data, '/', face.len)) {
        return found;
    }

    user->face = mt_source_resource(source, face);

    return user->face.len ? 1 : -1;
}


int
mt_source_is_ours(const mt_source_t *source, mt_str_t address)
{
    mt_str_t  folder;

    folder = mt_source_resource(source, MT_STR(""));

    return folder.len && folder.len < address.len
           && memcmp(folder.data, address.data, folder.len) == 0;
}


/* The address of a file of the company's. */

static mt_str_t
mt_source_resource(const mt_source_t *source, mt_str_t name)
{
    mt_str_t  base;

    base = source->settings->public_base;

    return mt_arena_printf(source->arena, "%.*s" MT_RESOURCES "/%u/%.*s",
                           (int) base.len, base.data, source->company,
                           (int) name.len, name.data);
}


size_t
mt_directory_view_size(enum mt_name kind)
{
    return mt_directory_views[kind].size;
}


int
mt_directory_view(const mt_source_t *source, enum mt_name kind, int64_t num,
    void *view)
{
    return mt_directory_views[kind].view(source, num, view);
}


static int
mt_is_gone(const mt_source_t *source, int64_t removed)
{
    return removed && !source->removed;
}


static int
mt_view_user(const mt_source_t *source, int64_t num, void *view)
{
    int              found;
    mt_user_view_t  *v = view;

    found = mt_source_user(source, num, MT_ALL_FIELDS, &v->user);

    if (found != 1 || mt_is_gone(source, v->user.removed)
        || v->user.placeholder)
    {
        return found == -1 ? -1 : 0;
    }

    found = mt_source_load(source, MT_DB_DEPT, v->user.dept, &mt_dept_model,
                           MT_ALL_FIELDS, &v->dept);

    return found == -1 ? -1 : 1;
}


static int
mt_view_dept(const mt_source_t *source, int64_t num, void *view)
{
    int              found;
    mt_dept_view_t  *v = view;

    found = mt_source_load(source, MT_DB_DEPT, num, &mt_dept_model,
                           MT_ALL_FIELDS, &v->dept);

    if (found != 1 || mt_is_gone(source, v->dept.removed)) {
        return found == -1 ? -1 : 0;
    }

    found = mt_source_load(source, MT_DB_DEPT, v->dept.parent, &mt_dept_model,
                           MT_ALL_FIELDS, &v->parent);

    return found == -1 ? -1 : 1;
}


/* A department may be gone while a room still names it. */

static int
mt_view_room(const mt_source_t *source, int64_t num, void *view)
{
    int              found;
    mt_room_view_t  *v = view;

    found = mt_source_load(source, MT_DB_ROOM, num, &mt_room_model,
                           MT_ALL_FIELDS, &v->room);

    if (found != 1 || mt_is_gone(source, v->room.removed)) {
        return found == -1 ? -1 : 0;
    }

    if (mt_source_load(source, MT_DB_DEPT, v->room.dept, &mt_dept_model,
                       MT_ALL_FIELDS, &v->dept) == -1)
    {
        return -1;
    }

    if (v->dept.removed) {
        memset(&v->dept, 0, sizeof(v->dept));
    }

    return mt_view_room_users(source, &v->room.users, &v->derived.user_ids);
}


static int
mt_view_room_users(const mt_source_t *source, const mt_ints_t *users,
    mt_strs_t *ids)
{
    size_t     i;
    mt_user_t  user;

    ids->n = users->n;
    ids->v = NULL;

    if (users->n == 0) {
        return 1;
    }

    ids->v = mt_arena_take(source->arena, users->n * sizeof(mt_str_t));
    if (ids->v == NULL) {
        return -1;
    }

    for (i = 0; i < users->n; i++) {
        if (mt_source_load(source, MT_DB_USER, users->v[i], &mt_user_model,
                           MT_FIELDS_TO(MT_user_id), &user) == -1)
        {
            return -1;
        }

        ids->v[i] = user.id;
    }

    return 1;
}

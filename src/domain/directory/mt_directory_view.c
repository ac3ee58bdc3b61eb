
#include "domain/directory/mt_directory.h"


static int mt_is_gone(const mt_view_source_t *source, int64_t removed);
static int mt_view_user(const mt_view_source_t *source, int64_t num,
    void *view);
static int mt_view_dept(const mt_view_source_t *source, int64_t num,
    void *view);
static int mt_view_room(const mt_view_source_t *source, int64_t num,
    void *view);
static int mt_view_room_users(const mt_view_source_t *source,
    const mt_ints_t *users, mt_strs_t *ids);


static const struct {
    size_t   size;
    int    (*view)(const mt_view_source_t *source, int64_t num, void *view);
} mt_directory_views[] = {
    [MT_NAME_USER] = { sizeof(mt_user_view_t), mt_view_user },
    [MT_NAME_DEPT] = { sizeof(mt_dept_view_t), mt_view_dept },
    [MT_NAME_ROOM] = { sizeof(mt_room_view_t), mt_view_room },
};


size_t
mt_directory_view_size(enum mt_name kind)
{
    return mt_directory_views[kind].size;
}


int
mt_directory_view(const mt_view_source_t *source, enum mt_name kind,
    int64_t num, void *view)
{
    return mt_directory_views[kind].view(source, num, view);
}


static int
mt_is_gone(const mt_view_source_t *source, int64_t removed)
{
    return removed && !source->removed;
}


static int
mt_view_user(const mt_view_source_t *source, int64_t num, void *view)
{
    int              found;
    mt_user_view_t  *v = view;

    found = mt_view_load_user(source, num, MT_ALL_FIELDS, &v->user);

    if (found != 1 || mt_is_gone(source, v->user.removed)
        || v->user.placeholder)
    {
        return found == -1 ? -1 : 0;
    }

    found = mt_view_load(source, MT_DB_DEPT, v->user.dept, &mt_dept_model,
                         MT_ALL_FIELDS, &v->dept);

    return found == -1 ? -1 : 1;
}


static int
mt_view_dept(const mt_view_source_t *source, int64_t num, void *view)
{
    int              found;
    mt_dept_view_t  *v = view;

    found = mt_view_load(source, MT_DB_DEPT, num, &mt_dept_model,
                         MT_ALL_FIELDS, &v->dept);

    if (found != 1 || mt_is_gone(source, v->dept.removed)) {
        return found == -1 ? -1 : 0;
    }

    found = mt_view_load(source, MT_DB_DEPT, v->dept.parent, &mt_dept_model,
                         MT_ALL_FIELDS, &v->parent);

    return found == -1 ? -1 : 1;
}


/* A room may name a department that was removed. */

static int
mt_view_room(const mt_view_source_t *source, int64_t num, void *view)
{
    int              found;
    mt_room_view_t  *v = view;

    found = mt_view_load(source, MT_DB_ROOM, num, &mt_room_model,
                         MT_ALL_FIELDS, &v->room);

    if (found != 1 || mt_is_gone(source, v->room.removed)) {
        return found == -1 ? -1 : 0;
    }

    if (mt_view_load(source, MT_DB_DEPT, v->room.dept, &mt_dept_model,
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
mt_view_room_users(const mt_view_source_t *source, const mt_ints_t *users,
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
        if (mt_view_load(source, MT_DB_USER, users->v[i], &mt_user_model,
                         MT_FIELDS_TO(MT_user_id), &user) == -1)
        {
            return -1;
        }

        ids->v[i] = user.id;
    }

    return 1;
}

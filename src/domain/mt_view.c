
#include "domain/mt_view.h"


void
mt_source_of(const mt_call_t *call, mt_source_t *source)
{
    memset(source, 0, sizeof(*source));

    source->txn = call->txn;
    source->company = call->company;
    source->arena = call->arena;
    source->load = mt_load_copy;
    source->settings = call->settings;
    source->now = call->now;
}


int
mt_source_load(const mt_source_t *source, mt_db_t db, int64_t num,
    const mt_model_t *model, void *object)
{
    int       found;
    mt_key_t  key;

    found = 0;

    if (num) {
        mt_key_num(&key, source->company, (uint64_t) num);
        found = source->load(source->txn, db, &key, model, object,
                             source->arena);
    }

    if (found == 0) {
        memset(object, 0, model->size);
    }

    return found;
}


int
mt_user_view(const mt_source_t *source, int64_t num, mt_user_view_t *view)
{
    int         found;
    mt_user_t  *user;

    user = &view->user;

    found = mt_source_load(source, MT_DB_USER, num, &mt_user_model, user);

    if (found != 1 || user->removed || user->placeholder) {
        return found == -1 ? -1 : 0;
    }

    found = mt_source_load(source, MT_DB_DEPT, user->dept, &mt_dept_model,
                           &view->dept);

    return found == -1 ? -1 : 1;
}


#include "domain/view/mt_view.h"


#define MT_PHONE_TAIL  4
#define MT_PHONE_MASK  4


static mt_str_t mt_view_picture(const mt_view_source_t *source, mt_str_t name);


void
mt_view_source(mt_call_t *call, mt_view_source_t *source)
{
    memset(source, 0, sizeof(*source));

    source->txn = call->txn;
    source->company = call->company;
    source->arena = call->arena;
    source->settings = call->settings;
    source->now = call->now;
    source->phones = call->trusted ? MT_PHONES_ALL
                                   : call->settings->show_phones;
    source->self = call->actor;
    source->hides = call->hides;
    source->until = &call->until;
}


int
mt_view_load(const mt_view_source_t *source, mt_db_t db, int64_t num,
    const mt_model_t *model, uint64_t wanted, void *object)
{
    mt_key_t  key;

    if (num == 0) {
        memset(object, 0, model->size);
        return 0;
    }

    mt_key_num(&key, source->company, num);

    return mt_view_load_key(source, db, &key, model, wanted, object);
}


int
mt_view_load_key(const mt_view_source_t *source, mt_db_t db,
    const mt_key_t *key, const mt_model_t *model, uint64_t wanted,
    void *object)
{
    int       found;
    mt_str_t  record;

    found = mt_view_find(source, db, key, &record);

    return found < 0 ? -1
           : mt_view_read(source, db, record, model, wanted, object);
}


int
mt_view_find(const mt_view_source_t *source, mt_db_t db, const mt_key_t *key,
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
mt_view_read(const mt_view_source_t *source, mt_db_t db, mt_str_t record,
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
mt_view_load_user(const mt_view_source_t *source, int64_t num, uint64_t wanted,
    mt_user_t *user)
{
    int       found;
    mt_key_t  key;
    mt_str_t  record;

    found = 0;
    record = (mt_str_t) { 0, NULL };

    if (num) {
        mt_key_num(&key, source->company, num);
        found = mt_view_find(source, MT_DB_USER, &key, &record);
    }

    return found < 0 ? -1
           : mt_view_read_user(source, record, wanted, user);
}


int
mt_view_read_user(const mt_view_source_t *source, mt_str_t record,
    uint64_t wanted, mt_user_t *user)
{
    int       found;
    mt_str_t  face;

    found = mt_view_read(source, MT_DB_USER, record, &mt_user_model, wanted,
                         user);
    face = user->face;

    if (found == 1) {
        user->phone = mt_view_phone(source, user->num, user->phone);
    }

    if (found != 1 || face.len == 0 || memchr(face.data, '/', face.len)) {
        return found;
    }

    user->face = mt_view_picture(source, face);

    return user->face.len ? 1 : -1;
}


/* The last four digits stay, and those before the four that are masked. */

mt_str_t
mt_view_phone(const mt_view_source_t *source, int64_t user, mt_str_t phone)
{
    size_t  kept;

    if (source->phones == MT_PHONES_ALL || phone.len == 0
        || (user && user == source->self))
    {
        return phone;
    }

    if (source->phones == MT_PHONES_NONE) {
        return MT_STR("");
    }

    if (phone.len < MT_PHONE_TAIL + MT_PHONE_MASK) {
        return MT_STR("****");
    }

    kept = phone.len - MT_PHONE_TAIL - MT_PHONE_MASK;

    return mt_arena_printf(source->arena, "%.*s****%.*s", (int) kept,
                           phone.data, MT_PHONE_TAIL,
                           phone.data + phone.len - MT_PHONE_TAIL);
}


int
mt_view_is_our_picture(const mt_view_source_t *source, mt_str_t address)
{
    mt_str_t  folder;

    folder = mt_view_picture(source, MT_STR(""));

    return folder.len && folder.len < address.len
           && memcmp(folder.data, address.data, folder.len) == 0;
}


/* Returns the address of a picture of the company, or of their folder if the
 * name is empty. */

static mt_str_t
mt_view_picture(const mt_view_source_t *source, mt_str_t name)
{
    mt_str_t  base, folder;

    base = source->settings->public_base;
    folder = source->settings->pictures;

    return mt_arena_printf(source->arena, "%.*s%.*s/%u/%.*s",
                           (int) base.len, base.data,
                           (int) folder.len, folder.data, source->company,
                           (int) name.len, name.data);
}

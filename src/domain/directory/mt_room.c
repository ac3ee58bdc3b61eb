
#include <stdlib.h>

#include "domain/directory/mt_directory.h"


static mt_step_t mt_room_add_start(mt_call_t *call);
static mt_status_t mt_room_add_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_room_update_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_room_remove_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_room_edit(mt_apply_t *a, const mt_room_edit_t *args,
    mt_room_t *room, mt_result_t *result);
static mt_status_t mt_room_users(mt_apply_t *a, const mt_strs_t *refs,
    mt_ints_t *users, mt_result_t *result);
static mt_status_t mt_drop_repeats(mt_arena_t *arena, mt_ints_t *nums);
static int mt_compare_places(const void *a, const void *b);
static int mt_room_booked(mt_apply_t *a, int64_t room);
static mt_status_t mt_rooms_of_user(mt_apply_t *a, int64_t user,
    mt_arena_t *arena, mt_ints_t *rooms);
static size_t mt_room_user_index(const mt_room_t *room, int64_t user);
static mt_status_t mt_room_save(mt_apply_t *a, const mt_room_t *room);


const mt_operation_t  mt_op_room_add = {
    .code = MT_CODE_room_add,
    .grows = 1,
    .name = "room_add",
    .kind = MT_NAME_ROOM,
    .args = &mt_room_edit_model,
    .body = &mt_room_edit_model,
    .start = mt_room_add_start,
    .finish = mt_directory_finish,
    .apply = mt_room_add_apply
};

const mt_operation_t  mt_op_room_update = {
    .code = MT_CODE_room_update,
    .grows = 1,
    .name = "room_update",
    .kind = MT_NAME_ROOM,
    .args = &mt_room_edit_model,
    .body = &mt_room_edit_model,
    .start = mt_start_command,
    .finish = mt_directory_finish,
    .apply = mt_room_update_apply
};

const mt_operation_t  mt_op_room_remove = {
    .code = MT_CODE_room_remove,
    .reserve = 1,
    .name = "room_remove",
    .args = &mt_named_model,
    .body = &mt_named_model,
    .start = mt_start_command,
    .apply = mt_room_remove_apply
};


/* Fields that an edit copies unchanged: all but the id, which stays. */
#define MT_ROOM_EDITABLE                                                      \
    ((0 MT_ROOM_TEXT_FIELDS(MT_FIELD_BIT, room_edit))                         \
     & ~MT_BIT(room_edit, id))


static mt_step_t
mt_room_add_start(mt_call_t *call)
{
    mt_room_edit_t  *args;

    args = call->args;

    if (args->id.len == 0) {
        mt_set(args, room_edit, fresh_id, mt_fresh_id(call->arena));

        if (args->fresh_id.len == 0) {
            return mt_call_reject(call, MT_INTERNAL, 0);
        }
    }

    return mt_start_command(call);
}


static mt_status_t
mt_room_add_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_room_edit_t  *args = body;

    mt_room_t    room;
    mt_status_t  rc;

    memset(&room, 0, sizeof(room));
    room.id = args->id.len ? args->id : args->fresh_id;
    room.open = MT_ROOM_OPEN;
    room.close = MT_ROOM_CLOSE;
    room.status = 1;
    room.created = a->time;

    rc = mt_id_judge(a, MT_NAME_ROOM, room.id, &room.num);
    if (rc != MT_OK) {
        return mt_apply_reject(result, rc, MT_room_edit_id, 0);
    }

    rc = mt_room_edit(a, args, &room, result);
    if (rc != MT_OK) {
        return rc;
    }

    room.num = mt_id_take(a, MT_NAME_ROOM, room.id, room.num);
    mt_raise(a, MT_EVENT_ROOM_ADD, room.num, room.id);

    result->num = room.num;

    return mt_room_save(a, &room);
}


static mt_status_t
mt_room_update_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_room_edit_t  *args = body;

    mt_room_t    room, before;
    mt_status_t  rc;

    rc = mt_apply_target(a, MT_NAME_ROOM, args->ref, MT_room_edit_ref, result,
                         &room);
    if (rc != MT_OK) {
        return rc;
    }

    before = room;

    rc = mt_room_edit(a, args, &room, result);
    if (rc != MT_OK) {
        return rc;
    }

    result->num = room.num;
    before.updated = room.updated;

    if (mt_apply_idle(a, &mt_room_model, &before, &room)) {
        return MT_OK;
    }

    mt_raise(a, MT_EVENT_ROOM_UPDATE, room.num, room.id);

    return mt_room_save(a, &room);
}


static mt_status_t
mt_room_remove_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_named_t  *args = body;

    int          booked;
    mt_room_t    room;
    mt_status_t  rc;

    rc = mt_apply_target(a, MT_NAME_ROOM, args->ref, MT_named_ref, result,
                         &room);
    if (rc != MT_OK) {
        return rc;
    }

    booked = mt_room_booked(a, room.num);
    if (booked != 0) {
        return booked == 1 ? mt_apply_reject(result, MT_ROOM_IN_USE,
                                             MT_named_ref, 0)
                           : MT_STORE_FAILED;
    }

    mt_name_del(a->txn, a->company, MT_NAME_ROOM, room.id);
    mt_raise(a, MT_EVENT_ROOM_REMOVE, room.num, room.id);

    room.removed = a->time;
    room.updated = a->time;

    result->num = room.num;

    return mt_room_save(a, &room);
}


/* Judges an edit and changes *room; nothing is stored. */

static mt_status_t
mt_room_edit(mt_apply_t *a, const mt_room_edit_t *args, mt_room_t *room,
    mt_result_t *result)
{
    mt_status_t  rc;

    mt_patch(room, &mt_room_model, args, &mt_room_edit_model,
             MT_ROOM_EDITABLE);
    room->updated = a->time;

    if (room->open >= room->close) {
        return mt_apply_reject(result, MT_BAD_TIMES,
                               mt_has(args, room_edit, close)
                               ? MT_room_edit_close : MT_room_edit_open, 0);
    }

    if (mt_has(args, room_edit, dept)) {
        rc = mt_dept_ref(a, args->dept, &room->dept);
        if (rc != MT_OK) {
            return mt_apply_reject(result, rc, MT_room_edit_dept, 0);
        }
    }

    if (mt_has(args, room_edit, users)) {
        return mt_room_users(a, &args->users, &room->users, result);
    }

    return MT_OK;
}


/* Finds the numbers of the users who may book, in the order given, each
 * once. */

static mt_status_t
mt_room_users(mt_apply_t *a, const mt_strs_t *refs, mt_ints_t *users,
    mt_result_t *result)
{
    size_t  i;

    users->n = 0;

    if (refs->n == 0) {
        return MT_OK;
    }

    users->v = mt_arena_take(a->arena, refs->n * sizeof(int64_t));
    if (users->v == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0; i < refs->n; i++) {
        users->v[i] = mt_resolve(a->txn, a->company, MT_NAME_USER,
                                 refs->v[i]);
        if (users->v[i] == 0) {
            return mt_apply_reject(result, MT_NO_SUCH_USER, MT_room_edit_users,
                                   i + 1);
        }
    }

    users->n = refs->n;

    return mt_drop_repeats(a->arena, users);
}


typedef struct {
    int64_t  num;
    size_t   at;
} mt_place_t;


/* Removes repeated numbers; the first of each stays.  None is 0. */

static mt_status_t
mt_drop_repeats(mt_arena_t *arena, mt_ints_t *nums)
{
    size_t       i, n;
    mt_place_t  *places;

    places = mt_arena_take(arena, nums->n * sizeof(mt_place_t));
    if (places == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0; i < nums->n; i++) {
        places[i].num = nums->v[i];
        places[i].at = i;
    }

    qsort(places, nums->n, sizeof(mt_place_t), mt_compare_places);

    for (i = 1; i < nums->n; i++) {
        if (places[i].num == places[i - 1].num) {
            nums->v[places[i].at] = 0;
        }
    }

    n = 0;

    for (i = 0; i < nums->n; i++) {
        if (nums->v[i]) {
            nums->v[n++] = nums->v[i];
        }
    }

    nums->n = n;

    return MT_OK;
}


static int
mt_compare_places(const void *a, const void *b)
{
    const mt_place_t  *x = a, *y = b;

    if (x->num != y->num) {
        return x->num < y->num ? -1 : 1;
    }

    return (x->at > y->at) - (x->at < y->at);
}


/* Bookings do not overlap, so the last one to begin is the last to end. */

static int
mt_room_booked(mt_apply_t *a, int64_t room)
{
    int           found;
    int64_t       until;
    mt_key_t      prefix;
    mt_str_t      key, end;
    mt_cursor_t  *cursor;

    mt_key_num(&prefix, a->company, room);

    cursor = mt_cursor_open(a->txn, MT_DB_BOOKING, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    found = mt_cursor_last(cursor, &key, &end);
    if (found == 1) {
        found = mt_value_read_num(end, &until) ? until > a->time : -1;
    }

    mt_cursor_close(cursor);

    return found;
}


size_t
mt_rooms_seats(mt_call_t *call)
{
    int           found;
    size_t        bytes;
    mt_key_t      prefix;
    mt_str_t      key, record;
    mt_cursor_t  *cursor;

    mt_key_company(&prefix, call->company);

    cursor = mt_cursor_open(call->txn, MT_DB_ROOM, &prefix);
    if (cursor == NULL) {
        return 0;
    }

    bytes = 0;

    for (found = mt_cursor_first(cursor, &key, &record);
         found == 1 && bytes <= MT_COMMIT_HEAVY * MT_SEAT_BYTES;
         found = mt_cursor_next(cursor, &key, &record))
    {
        bytes += record.len;
    }

    mt_cursor_close(cursor);

    return (bytes + MT_SEAT_BYTES - 1) / MT_SEAT_BYTES;
}


mt_status_t
mt_rooms_forget_user(mt_apply_t *a, int64_t user)
{
    size_t        i, at;
    mt_key_t      key;
    mt_ints_t     rooms;
    mt_room_t     room;
    mt_arena_t   *arena;
    mt_status_t   rc;

    /* lists may be long: one at a time is in memory */

    arena = mt_arena_create(0);
    if (arena == NULL) {
        return MT_NO_MEMORY;
    }

    rc = mt_rooms_of_user(a, user, arena, &rooms);

    for (i = 0; rc == MT_OK && i < rooms.n; i++) {
        mt_arena_reset(arena);
        mt_key_num(&key, a->company, rooms.v[i]);

        if (mt_load_copy(a->txn, MT_DB_ROOM, &key, &mt_room_model, &room,
                         arena) != 1)
        {
            rc = MT_STORE_FAILED;
            break;
        }

        at = mt_room_user_index(&room, user);
        memmove(room.users.v + at, room.users.v + at + 1,
                (--room.users.n - at) * sizeof(int64_t));

        rc = mt_save(a->txn, MT_DB_ROOM, &key, &mt_room_model, &room, arena);
    }

    if (mt_arena_failed(arena)) {
        rc = MT_NO_MEMORY;
    }

    mt_arena_destroy(arena);

    return rc;
}


/* Finds the rooms that list a user; the numbers are in the command's arena,
 * `arena` is reset for each room. */

static mt_status_t
mt_rooms_of_user(mt_apply_t *a, int64_t user, mt_arena_t *arena,
    mt_ints_t *rooms)
{
    int           found;
    mt_buf_t      nums;
    mt_key_t      prefix;
    mt_str_t      key, record;
    mt_room_t     room;
    mt_cursor_t  *cursor;

    mt_buf_init(&nums, a->arena, 16 * sizeof(int64_t));
    mt_key_company(&prefix, a->company);

    cursor = mt_cursor_open(a->txn, MT_DB_ROOM, &prefix);
    if (cursor == NULL) {
        return MT_NO_MEMORY;
    }

    found = mt_cursor_first(cursor, &key, &record);

    while (found == 1) {
        mt_arena_reset(arena);

        if (mt_record_decode(record, &mt_room_model, &room, arena) != MT_OK) {
            found = -1;
            break;
        }

        if (mt_room_user_index(&room, user) < room.users.n) {
            mt_buf_put(&nums, &room.num, sizeof(room.num));
        }

        found = mt_cursor_next(cursor, &key, &record);
    }

    mt_cursor_close(cursor);

    rooms->n = nums.len / sizeof(int64_t);
    rooms->v = (int64_t *) nums.data;

    if (nums.failed) {
        return MT_NO_MEMORY;
    }

    return found == -1 ? MT_STORE_FAILED : MT_OK;
}


/* Returns the user's index in the room's list, or its length if the list lacks
 * the user. */

static size_t
mt_room_user_index(const mt_room_t *room, int64_t user)
{
    size_t  i;

    for (i = 0; i < room->users.n && room->users.v[i] != user; i++) {
        /* void */
    }

    return i;
}


static mt_status_t
mt_room_save(mt_apply_t *a, const mt_room_t *room)
{
    mt_key_t  key;

    mt_key_num(&key, a->company, room->num);

    return mt_save(a->txn, MT_DB_ROOM, &key, &mt_room_model, room, a->arena);
}

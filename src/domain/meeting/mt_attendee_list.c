
/*
 * The attendees of a meeting that is made or changed.  The list is worked out
 * in the arena first, sorted by slot, and only then written.
 *
 * People are shown by (order, slot).  An order is given only where the slots
 * do not ascend: a list in the order of its slots has none, and a person who
 * is added to a long list changes no other row.
 */

#include <stdlib.h>

#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_meeting_draft.h"


/* fields that the arguments and an attendance share */
#define MT_GIVEN_FIELDS  (MT_BIT(person, name) | MT_BIT(person, phone)        \
                          | MT_BIT(person, email) | MT_BIT(person, face)      \
                          | MT_BIT(person, named))

_Static_assert((int) MT_person_name == (int) MT_attendee_name
               && (int) MT_person_phone == (int) MT_attendee_phone
               && (int) MT_person_email == (int) MT_attendee_email
               && (int) MT_person_face == (int) MT_attendee_face
               && (int) MT_person_named == (int) MT_attendee_named,
               "mt_patch() matches fields by number");


#define MT_ROW_SIZE      256          /* first guess of a record's size */


typedef struct {
    int64_t               slot;       /* below 0: provisional */
    size_t                place;      /* in the list; the first wins */
    const mt_person_t    *given;      /* NULL: by ref alone */
    const mt_attendee_t  *before;     /* on the list before the edit */
    unsigned              field;      /* the request's field, and index */
    size_t                item;       /*   in it plus 1 */
    mt_attendee_t         row;        /* as it will be */
} mt_seat_t;

/* An attendance by its id. */

typedef struct {
    mt_str_t              id;
    int64_t               slot;
    const mt_seat_t      *seat;
} mt_known_t;

struct mt_attendee_list_s {
    mt_apply_t                *a;
    const mt_meeting_edit_t   *args;
    mt_result_t               *result;
    mt_user_refs_t            *users;
    mt_arena_t                *arena;         /* of all below */

    const mt_meeting_t        *from;          /* its list is edited */
    mt_meeting_t              *meeting;
    int                        made;          /* the meeting is a new one */

    mt_attendee_t             *rows;          /* of `from`, by slot */
    size_t                     nrows;
    mt_known_t                *known;         /* of these, by id; or NULL */

    mt_seat_t                 *seats;
    size_t                     nseats;
    size_t                     nplaces;       /* seats before the fold */
    mt_buf_t                   record;        /* of the row written last */
    int                        checkins;      /* the meeting has some */
    mt_attends_t              *attends;       /* NULL: written at once */
};


static unsigned mt_attendee_list_field(const mt_meeting_edit_t *args);
static mt_status_t mt_attendee_list_load(mt_attendee_list_t *list);
static void mt_attendee_list_fill(mt_attendee_list_t *list);
static void mt_attendee_list_fill_row(mt_attendee_list_t *list,
    mt_seat_t *seat);
static mt_status_t mt_attendee_list_unique(mt_attendee_list_t *list);
static int mt_attendee_list_checkin(mt_attendee_list_t *list, int64_t slot,
    mt_checkin_t *checkin);
static mt_status_t mt_attendee_list_leave(mt_attendee_list_t *list,
    mt_tally_t *tally, const mt_attendee_t *row);
static mt_status_t mt_attendee_list_index(mt_attendee_list_t *list,
    int64_t slot, int attends);
static mt_status_t mt_attendee_list_join(mt_attendee_list_t *list,
    mt_tally_t *tally, mt_seat_t *seat);
static mt_status_t mt_attendee_list_order(mt_attendee_list_t *list);
static mt_status_t mt_attendee_list_gather(mt_attendee_list_t *list);
static mt_status_t mt_attendee_list_keep(mt_attendee_list_t *list, int users,
    int guests);
static int mt_row_cmp(const void *one, const void *two);
static int mt_attendee_list_in_place(const mt_attendee_list_t *list);
static mt_status_t mt_attendee_list_people(mt_attendee_list_t *list,
    unsigned field, const mt_objs_t *people);
static mt_status_t mt_attendee_list_stays(mt_attendee_list_t *list,
    const mt_person_t *person, int64_t *slot);
static mt_status_t mt_attendee_list_refs(mt_attendee_list_t *list,
    unsigned field, const mt_strs_t *refs);
static mt_status_t mt_attendee_list_nameless(mt_attendee_list_t *list,
    const mt_person_t *person, int64_t *slot);
static void mt_attendee_list_sit(mt_attendee_list_t *list, int64_t slot,
    const mt_person_t *given, unsigned field, size_t item);
static void mt_attendee_list_fold(mt_attendee_list_t *list);
static mt_status_t mt_attendee_list_drop(mt_attendee_list_t *list);
static int mt_attendee_list_removed(mt_attendee_list_t *list, int64_t slot,
    const mt_known_t *ids, size_t n);
static int mt_seat_cmp(const void *one, const void *two);
static mt_status_t mt_attendee_list_seat(mt_attendee_list_t *list);
static mt_known_t mt_attendee_list_known(mt_attendee_list_t *list,
    const mt_attendee_t *row);
static int mt_attendee_same(const mt_attendee_t *a, const mt_attendee_t *b);
static int mt_known_cmp(const void *one, const void *two);


mt_attendee_list_t *
mt_attendee_list_create(mt_user_refs_t *users, const mt_meeting_edit_t *args,
    mt_result_t *result, mt_arena_t *arena)
{
    mt_attendee_list_t  *list;

    list = mt_arena_alloc(arena, sizeof(*list));
    if (list == NULL) {
        return NULL;
    }

    list->a = mt_user_refs_apply(users);
    list->arena = arena;
    list->users = users;
    list->args = args;
    list->result = result;

    mt_buf_init(&list->record, arena, MT_ROW_SIZE);

    return list;
}


void
mt_attendee_list_defer(mt_attendee_list_t *list, mt_attends_t *attends)
{
    list->attends = attends;
}


mt_status_t
mt_attendee_list_judge(mt_attendee_list_t *list, const mt_meeting_t *from,
    mt_meeting_t *meeting)
{
    mt_status_t  rc;

    list->from = from;
    list->meeting = meeting;
    list->made = meeting->num == 0;

    rc = from ? mt_attendee_list_load(list) : MT_OK;

    if (rc == MT_OK) {
        rc = mt_attendee_list_seat(list);
    }

    if (rc != MT_OK) {
        return rc;
    }

    if (list->nseats > MT_ATTENDEES_MAX) {
        return mt_apply_reject(list->result, MT_TOO_MANY,
                               mt_attendee_list_field(list->args), 0);
    }

    /* a list that is too long already may become shorter */

    if (list->made || list->nseats > list->nrows) {
        rc = mt_attendee_room(list->a, meeting, list->nseats);

        if (rc != MT_OK) {
            return mt_apply_reject(list->result, rc,
                                   mt_attendee_list_field(list->args), 0);
        }
    }

    mt_attendee_list_fill(list);

    return mt_attendee_list_unique(list);
}


static mt_status_t
mt_attendee_list_seat(mt_attendee_list_t *list)
{
    mt_status_t  rc;

    rc = mt_attendee_list_gather(list);

    if (rc != MT_OK) {
        return rc;
    }

    mt_attendee_list_fold(list);

    return mt_attendee_list_drop(list);
}


static mt_status_t
mt_attendee_list_gather(mt_attendee_list_t *list)
{
    int                       users, guests;
    size_t                    room;
    mt_status_t               rc;
    const mt_meeting_edit_t  *args;

    args = list->args;

    guests = !mt_has(args, meeting_edit, people) || args->keep_guests;
    users = !mt_has(args, meeting_edit, people)
            && !mt_has(args, meeting_edit, people_refs);

    room = list->nrows + args->people.n + args->people_refs.n + args->add.n
           + args->add_refs.n + 1;

    list->seats = mt_arena_alloc(list->arena,
                                 room * sizeof(mt_seat_t));
    if (list->seats == NULL) {
        return MT_NO_MEMORY;
    }

    rc = mt_attendee_list_keep(list, users, users && guests);

    if (rc == MT_OK) {
        rc = mt_attendee_list_people(list, MT_meeting_edit_people,
                                     &args->people);
    }

    if (rc == MT_OK) {
        rc = mt_attendee_list_refs(list, MT_meeting_edit_people_refs,
                                   &args->people_refs);
    }


    if (rc == MT_OK) {
        rc = mt_attendee_list_people(list, MT_meeting_edit_add, &args->add);
    }

    if (rc == MT_OK) {
        rc = mt_attendee_list_refs(list, MT_meeting_edit_add_refs,
                                   &args->add_refs);
    }

    if (rc == MT_OK && args->creator_listed) {
        mt_attendee_list_sit(list, list->meeting->creator, NULL, 0, 0);
    }

    /* guests whom the request cannot name stand behind its users */

    return rc == MT_OK ? mt_attendee_list_keep(list, 0, !users && guests)
                       : rc;
}


/* Keeps the users or the guests whom the request does not replace, in the
 * order that they have. */

static mt_status_t
mt_attendee_list_keep(mt_attendee_list_t *list, int users, int guests)
{
    size_t                 i;
    int64_t                slot;
    const mt_attendee_t  **rows;

    if (list->nrows == 0 || (!users && !guests)) {
        return MT_OK;
    }

    rows = mt_arena_take(list->arena, list->nrows * sizeof(*rows));
    if (rows == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0; i < list->nrows; i++) {
        rows[i] = &list->rows[i];
    }

    if (list->from->ordered) {
        qsort(rows, list->nrows, sizeof(*rows), mt_row_cmp);
    }

    for (i = 0; i < list->nrows; i++) {
        slot = rows[i]->slot;

        if (slot >= MT_GUEST_SLOT ? guests : users) {
            mt_attendee_list_sit(list, slot, NULL, 0, 0);
        }
    }

    return MT_OK;
}


static int
mt_row_cmp(const void *one, const void *two)
{
    const mt_attendee_t  *a = *(const mt_attendee_t *const *) one;
    const mt_attendee_t  *b = *(const mt_attendee_t *const *) two;

    if (a->order != b->order) {
        return a->order < b->order ? -1 : 1;
    }

    return a->slot < b->slot ? -1 : 1;
}


static mt_status_t
mt_attendee_list_people(mt_attendee_list_t *list, unsigned field,
    const mt_objs_t *people)
{
    size_t              i;
    int64_t             slot;
    mt_status_t         rc;
    const mt_person_t  *person;

    person = people->v;

    for (i = 0; i < people->n; i++, person++) {
        if (person->ref.len) {
            rc = mt_user_refs_find(list->users, person->ref, person->name,
                                   &slot);

            if (rc == MT_NO_SUCH_USER) {
                rc = mt_attendee_list_stays(list, person, &slot);
            }

        } else {
            rc = mt_attendee_list_nameless(list, person, &slot);
        }

        if (rc != MT_OK) {
            return mt_apply_reject(list->result, rc, field, i + 1);
        }

        mt_attendee_list_sit(list, slot, person, field, i + 1);
    }

    return MT_OK;
}


/* A client may send a list back as it was shown, with a user who was removed
 * from the directory since: the attendance is still that user's. */

static mt_status_t
mt_attendee_list_stays(mt_attendee_list_t *list, const mt_person_t *person,
    int64_t *slot)
{
    mt_known_t  was;

    if (person->id.len == 0 || list->from == NULL
        || mt_attendee_list_nameless(list, person, slot) != MT_OK)
    {
        return MT_NO_SUCH_USER;
    }

    was.id = person->ref;

    return mt_attendee_list_removed(list, *slot, &was, 1) ? MT_OK
                                                     : MT_NO_SUCH_USER;
}


static mt_status_t
mt_attendee_list_refs(mt_attendee_list_t *list, unsigned field,
    const mt_strs_t *refs)
{
    size_t       i;
    int64_t      slot;
    mt_status_t  rc;

    for (i = 0; i < refs->n; i++) {
        rc = mt_user_refs_find(list->users, refs->v[i], MT_STR(""), &slot);
        if (rc != MT_OK) {
            return mt_apply_reject(list->result, rc, field, i + 1);
        }

        mt_attendee_list_sit(list, slot, NULL, field, i + 1);
    }

    return MT_OK;
}


/* An attendee without a ref is named by the attendance's id, or is a guest. */

static mt_status_t
mt_attendee_list_nameless(mt_attendee_list_t *list, const mt_person_t *person,
    int64_t *slot)
{
    size_t       i;
    mt_known_t   wanted, *found;

    if (person->id.len == 0 || list->from == NULL) {
        *slot = MT_GUEST_SLOT + ++list->meeting->next_guest;
        return MT_OK;
    }

    if (list->known == NULL) {
        list->known = mt_arena_alloc(list->arena,
                                     (list->nrows + 1)
                                     * sizeof(mt_known_t));
        if (list->known == NULL) {
            return MT_NO_MEMORY;
        }

        for (i = 0; i < list->nrows; i++) {
            list->known[i] = mt_attendee_list_known(list, &list->rows[i]);
        }

        qsort(list->known, list->nrows, sizeof(mt_known_t), mt_known_cmp);
    }

    memset(&wanted, 0, sizeof(wanted));
    wanted.id = person->id;

    found = bsearch(&wanted, list->known, list->nrows, sizeof(mt_known_t),
                    mt_known_cmp);
    if (found == NULL) {
        return MT_NO_SUCH_ATTENDEE;
    }

    *slot = found->slot;

    return MT_OK;
}


/* mt_attendee_list_gather() has counted the seats and made room for them. */

static void
mt_attendee_list_sit(mt_attendee_list_t *list, int64_t slot,
    const mt_person_t *given, unsigned field, size_t item)
{
    mt_seat_t  *seat;

    seat = &list->seats[list->nseats];

    seat->slot = slot;
    seat->place = list->nplaces++;
    list->nseats++;
    seat->given = given;
    seat->field = field;
    seat->item = item;
}


static void
mt_attendee_list_fold(mt_attendee_list_t *list)
{
    size_t      i, n;
    mt_seat_t  *seats;

    seats = list->seats;

    qsort(seats, list->nseats, sizeof(mt_seat_t), mt_seat_cmp);

    for (i = 0, n = 0; i < list->nseats; i++) {
        if (n == 0 || seats[i].slot != seats[n - 1].slot) {
            seats[n++] = seats[i];
        }
    }

    list->nseats = n;
}


/* A ref to drop that names no user is that of a removed user, or of an
 * attendee who has left already. */

static mt_status_t
mt_attendee_list_drop(mt_attendee_list_t *list)
{
    size_t            i, n, nunknown;
    int64_t          *gone, slot;
    mt_known_t       *unknown;
    const mt_strs_t  *drop;

    drop = &list->args->drop;

    if (drop->n == 0) {
        return MT_OK;
    }

    gone = mt_arena_take(list->arena, drop->n * sizeof(int64_t));
    unknown = mt_arena_alloc(list->arena, drop->n * sizeof(mt_known_t));

    if (gone == NULL || unknown == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0, nunknown = 0; i < drop->n; i++) {
        gone[i] = mt_user_refs_known(list->users, drop->v[i]);

        if (gone[i] == 0) {
            unknown[nunknown++].id = drop->v[i];
        }
    }

    qsort(gone, drop->n, sizeof(int64_t), mt_num_cmp);
    qsort(unknown, nunknown, sizeof(mt_known_t), mt_known_cmp);

    for (i = 0, n = 0; i < list->nseats; i++) {
        slot = list->seats[i].slot;

        if ((slot == list->meeting->creator && list->args->creator_listed)
            || (bsearch(&slot, gone, drop->n, sizeof(int64_t), mt_num_cmp)
                == NULL
                && !mt_attendee_list_removed(list, slot, unknown, nunknown)))
        {
            list->seats[n++] = list->seats[i];
        }
    }

    list->nseats = n;

    return MT_OK;
}


/* Returns 1 if the slot is that of a removed user whose id is one of these. */

static int
mt_attendee_list_removed(mt_attendee_list_t *list, int64_t slot,
    const mt_known_t *ids, size_t n)
{
    mt_key_t    key;
    mt_user_t   user;
    mt_known_t  was;

    if (n == 0 || slot < 0 || slot >= MT_GUEST_SLOT) {
        return 0;
    }

    mt_key_num(&key, list->a->company, slot);

    if (mt_load(list->a->txn, MT_DB_USER, &key, &mt_user_model, &user,
                list->arena) != 1)
    {
        return 0;
    }

    was.id = user.id;

    return user.removed
           && bsearch(&was, ids, n, sizeof(mt_known_t), mt_known_cmp);
}


static int
mt_seat_cmp(const void *one, const void *two)
{
    const mt_seat_t  *a = one, *b = two;

    if (a->slot != b->slot) {
        return a->slot < b->slot ? -1 : 1;
    }

    return a->place < b->place ? -1 : 1;
}


/* Returns the field to name if a request has too many attendees. */

static unsigned
mt_attendee_list_field(const mt_meeting_edit_t *args)
{
    return args->add_refs.n ? MT_meeting_edit_add_refs
           : args->people_refs.n ? MT_meeting_edit_people_refs
           : MT_meeting_edit_people;
}


static mt_status_t
mt_attendee_list_load(mt_attendee_list_t *list)
{
    int           rc;
    size_t        n, room;
    mt_key_t      prefix;
    mt_str_t      key, value;
    mt_apply_t   *a;
    mt_tally_t   *tally;
    mt_cursor_t  *cursor;

    a = list->a;

    tally = mt_tally(a, list->from->num);
    if (tally == NULL) {
        return a->failed;
    }

    room = (size_t) tally->total;

    list->rows = mt_arena_take(list->arena,
                               (room + 1) * sizeof(mt_attendee_t));
    if (list->rows == NULL) {
        return MT_NO_MEMORY;
    }

    mt_key_num(&prefix, a->company, list->from->num);

    cursor = mt_cursor_open(a->txn, MT_DB_ATTENDEE, &prefix);
    if (cursor == NULL) {
        return MT_STORE_FAILED;
    }

    n = 0;

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1 && n < room;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        /* a copy, for the first write changes the map's pages */

        if (mt_record_decode(mt_arena_str(list->arena, value),
                             &mt_attendee_model, &list->rows[n++],
                             list->arena) != MT_OK)
        {
            rc = -1;
            break;
        }
    }

    mt_cursor_close(cursor);

    list->nrows = n;

    /* the tally equals the rows, always */

    return rc == 0 && n == room ? MT_OK : MT_STORE_FAILED;
}


/*
 * Fills the seats from the rows before; both are in order of their slots.  A
 * new meeting takes over the attendees of another, but not their answers, and
 * has no rows before.
 */

static void
mt_attendee_list_fill(mt_attendee_list_t *list)
{
    size_t      i, k;
    mt_seat_t  *seat;

    k = 0;

    for (i = 0; i < list->nseats; i++) {
        seat = &list->seats[i];

        while (k < list->nrows && list->rows[k].slot < seat->slot) {
            k++;
        }

        if (k < list->nrows && list->rows[k].slot == seat->slot) {
            seat->before = &list->rows[k];
        }

        if (seat->before && list->made) {
            mt_patch(&seat->row, &mt_attendee_model, seat->before,
                     &mt_attendee_model, MT_GIVEN_FIELDS);
            seat->before = NULL;
        }

        mt_attendee_list_fill_row(list, seat);
    }

    if (list->made) {
        list->nrows = 0;
    }
}


static void
mt_attendee_list_fill_row(mt_attendee_list_t *list, mt_seat_t *seat)
{
    mt_str_t        derived;
    mt_attendee_t  *row;

    row = &seat->row;

    if (seat->before) {
        *row = *seat->before;

    } else if (seat->slot == list->meeting->creator
               && list->args->creator_listed)
    {
        row->answer = list->args->creator_listed;
        row->answered = list->a->time;
    }

    row->slot = seat->slot;

    if (seat->given == NULL) {
        return;
    }

    mt_patch(row, &mt_attendee_model, seat->given, &mt_person_model,
             MT_GIVEN_FIELDS);

    if (seat->given->id.len) {
        row->id = seat->given->id;
        derived = mt_attendance_id(list->arena, list->meeting,
                                   row->slot);

        if (mt_str_eq(row->id, derived)) {
            row->id.len = 0;
        }
    }
}


static mt_known_t
mt_attendee_list_known(mt_attendee_list_t *list, const mt_attendee_t *row)
{
    mt_known_t  known;

    known.slot = row->slot;
    known.seat = NULL;
    known.id = row->id.len ? row->id
               : mt_attendance_id(list->arena, list->meeting,
                                  row->slot);

    return known;
}


/*
 * Ids made by the engine are unique, so only ids that a client chose are
 * checked.  A new attendee's id is unknown to clients yet.
 */

static mt_status_t
mt_attendee_list_unique(mt_attendee_list_t *list)
{
    size_t            i, n;
    mt_known_t       *known;
    const mt_seat_t  *seat;

    for (i = 0; i < list->nseats; i++) {
        if (list->seats[i].row.id.len) {
            break;
        }
    }

    if (i == list->nseats) {
        return MT_OK;
    }

    known = mt_arena_take(list->arena,
                          list->nseats * sizeof(mt_known_t));
    if (known == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0, n = 0; i < list->nseats; i++) {
        seat = &list->seats[i];

        if (seat->slot > 0 || seat->row.id.len) {
            known[n] = mt_attendee_list_known(list, &seat->row);
            known[n++].seat = seat;
        }
    }

    qsort(known, n, sizeof(mt_known_t), mt_known_cmp);

    for (i = 1; i < n; i++) {
        if (mt_str_eq(known[i].id, known[i - 1].id)) {
            seat = known[i].seat->item ? known[i].seat : known[i - 1].seat;

            return mt_apply_reject(list->result, MT_ID_TAKEN, seat->field,
                                   seat->item);
        }
    }

    return MT_OK;
}


size_t
mt_attendee_list_size(const mt_attendee_list_t *list)
{
    return list->nseats;
}


int
mt_attendee_list_idle(const mt_attendee_list_t *list)
{
    size_t            i;
    const mt_seat_t  *seat;

    if (list->made || list->nseats != list->nrows) {
        return 0;
    }

    for (i = 0; i < list->nseats; i++) {
        seat = &list->seats[i];

        if (seat->before == NULL
            || !mt_attendee_same(seat->before, &seat->row))
        {
            return 0;
        }
    }

    return !list->args->in_order || mt_attendee_list_in_place(list);
}


/* Returns 1 if all, who were there before, are shown in the same order as
 * before; else 0, or without memory. */

static int
mt_attendee_list_in_place(const mt_attendee_list_t *list)
{
    size_t                 i;
    const mt_seat_t      **seats;
    const mt_attendee_t   *before, *now;

    seats = mt_arena_alloc(list->arena, (list->nplaces + 1) * sizeof(*seats));
    if (seats == NULL) {
        return 0;
    }

    for (i = 0; i < list->nseats; i++) {
        seats[list->seats[i].place] = &list->seats[i];
    }

    before = NULL;

    for (i = 0; i < list->nplaces; i++) {
        now = seats[i] ? seats[i]->before : NULL;

        if (now && before && mt_row_cmp(&before, &now) > 0) {
            return 0;
        }

        before = now ? now : before;
    }

    return 1;
}


/* The request changes no other fields of an attendee who stays. */

static int
mt_attendee_same(const mt_attendee_t *a, const mt_attendee_t *b)
{
    return mt_str_eq(a->id, b->id) && mt_str_eq(a->name, b->name)
           && mt_str_eq(a->phone, b->phone) && mt_str_eq(a->email, b->email)
           && mt_str_eq(a->face, b->face) && a->order == b->order;
}


mt_status_t
mt_attendee_list_write(mt_attendee_list_t *list, mt_meeting_t *meeting)
{
    size_t       i, k;
    mt_key_t     prefix;
    mt_seat_t   *seat;
    mt_status_t  rc;
    mt_tally_t  *tally;

    list->meeting = meeting;

    tally = mt_tally(list->a, meeting->num);
    if (tally == NULL) {
        return list->a->failed;
    }

    mt_key_num(&prefix, list->a->company, meeting->num);

    list->checkins = mt_any(list->a->txn, MT_DB_CHECKIN, &prefix);
    if (list->checkins < 0) {
        return MT_STORE_FAILED;
    }

    k = 0;
    rc = mt_attendee_list_order(list);

    for (i = 0; rc == MT_OK && i <= list->nseats; i++) {
        seat = i < list->nseats ? &list->seats[i] : NULL;

        while (rc == MT_OK && k < list->nrows
               && (seat == NULL || list->rows[k].slot < seat->slot))
        {
            rc = mt_attendee_list_leave(list, tally, &list->rows[k++]);
        }

        if (rc != MT_OK || seat == NULL) {
            break;
        }

        if (seat->before) {
            k++;
        }

        rc = mt_attendee_list_join(list, tally, seat);
    }

    return rc;
}


/* Gives each person the least order that keeps the place, and no less than
 * before: who stays in place is not written again. */

static mt_status_t
mt_attendee_list_order(mt_attendee_list_t *list)
{
    size_t       i;
    int64_t      order, slot, before;
    mt_seat_t   *seat, **seats;

    if (!list->args->in_order) {
        return MT_OK;
    }

    seats = mt_arena_alloc(list->arena, (list->nplaces + 1) * sizeof(*seats));
    if (seats == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0; i < list->nseats; i++) {
        seats[list->seats[i].place] = &list->seats[i];
    }

    order = 0;
    before = 0;

    for (i = 0; i < list->nplaces; i++) {
        seat = seats[i];

        if (seat == NULL) {
            continue;
        }

        slot = mt_user_refs_num(list->users, seat->slot);

        if (seat->before && seat->before->order > order) {
            order = seat->before->order;

        } else if (slot < before) {
            order++;
        }

        seat->row.order = order;
        before = slot;
    }

    list->meeting->ordered = order != 0;

    return MT_OK;
}


/* As mt_checkin_load().  Few meetings are changed that have check-ins: the
 * others cost no search for each attendee. */

static int
mt_attendee_list_checkin(mt_attendee_list_t *list, int64_t slot,
    mt_checkin_t *checkin)
{
    return list->checkins ? mt_checkin_load(list->a->txn, list->a->company,
                                            list->meeting->num, slot, checkin,
                                            list->arena)
                          : 0;
}


static mt_status_t
mt_attendee_list_leave(mt_attendee_list_t *list, mt_tally_t *tally,
    const mt_attendee_t *row)
{
    int            found;
    mt_key_t       key;
    mt_apply_t    *a;
    mt_checkin_t   checkin;

    a = list->a;

    found = mt_attendee_list_checkin(list, row->slot, &checkin);

    mt_key_num2(&key, a->company, list->meeting->num, row->slot);

    if (found < 0 || mt_del(a->txn, MT_DB_ATTENDEE, &key) != 1
        || mt_attendee_list_index(list, row->slot, 0) != MT_OK)
    {
        return MT_STORE_FAILED;
    }

    mt_tally_count(tally, row, found ? &checkin : NULL, -1);

    return MT_OK;
}


/* Puts the meeting into the index of a user's meetings, or takes it out, now
 * or when mt_attends_write() is called.  Guests have none. */

static mt_status_t
mt_attendee_list_index(mt_attendee_list_t *list, int64_t slot, int attends)
{
    if (slot >= MT_GUEST_SLOT) {
        return MT_OK;
    }

    return list->attends
           ? mt_attends_add(list->attends, slot, list->meeting->num, attends)
           : mt_attends_set(list->a, slot, list->meeting->num, attends);
}


/* An attendee who stays is written again only if the request has other fields
 * or another order. */

static mt_status_t
mt_attendee_list_join(mt_attendee_list_t *list, mt_tally_t *tally,
    mt_seat_t *seat)
{
    int            found;
    mt_key_t       key;
    mt_str_t       record;
    mt_apply_t    *a;
    mt_checkin_t   checkin;

    if (seat->before && mt_attendee_same(seat->before, &seat->row)) {
        return MT_OK;
    }

    a = list->a;
    seat->row.slot = mt_user_refs_num(list->users, seat->slot);

    if (seat->before == NULL) {
        found = mt_attendee_list_checkin(list, seat->row.slot, &checkin);
        if (found < 0) {
            return MT_STORE_FAILED;
        }

        mt_tally_count(tally, &seat->row, found ? &checkin : NULL, 1);

        if (mt_attendee_list_index(list, seat->row.slot, 1) != MT_OK) {
            return MT_STORE_FAILED;
        }
    }

    mt_key_num2(&key, a->company, list->meeting->num, seat->row.slot);

    list->record.len = 0;
    mt_record_encode(&list->record, &mt_attendee_model, &seat->row,
                     MT_ENCODE_STATE);

    if (list->record.failed) {
        return MT_NO_MEMORY;
    }

    record.data = list->record.data;
    record.len = list->record.len;

    return mt_put(a->txn, MT_DB_ATTENDEE, &key, record);
}


static int
mt_known_cmp(const void *one, const void *two)
{
    const mt_known_t  *a = one, *b = two;

    return mt_str_cmp(a->id, b->id);
}

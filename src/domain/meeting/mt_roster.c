
/*
 * The list of people of a meeting that is made or changed.  Everything is
 * worked out in the arena first, sorted by slot, and only then written.
 */

#include <stdlib.h>

#include "domain/meeting/mt_roster.h"


/* what a person's entry says that an attendance has too */
#define MT_GIVEN_FIELDS  (MT_BIT(person, name) | MT_BIT(person, phone)        \
                          | MT_BIT(person, email) | MT_BIT(person, face))

_Static_assert((int) MT_person_name == (int) MT_attendee_name
               && (int) MT_person_phone == (int) MT_attendee_phone
               && (int) MT_person_email == (int) MT_attendee_email
               && (int) MT_person_face == (int) MT_attendee_face,
               "mt_patch() matches fields by number");


#define MT_ROW_SIZE      256          /* of a record, as a first guess */


static unsigned mt_roster_field(const mt_meeting_edit_t *args);
static mt_status_t mt_roster_load(mt_roster_t *roster);
static void mt_roster_fill(mt_roster_t *roster);
static void mt_roster_fill_row(mt_roster_t *roster, mt_seat_t *seat);
static mt_status_t mt_roster_unique(mt_roster_t *roster);
static mt_status_t mt_roster_leave(mt_roster_t *roster, mt_tally_t *tally,
    const mt_attendee_t *row);
static mt_status_t mt_roster_index(mt_roster_t *roster, int64_t slot,
    int attends);
static mt_status_t mt_roster_join(mt_roster_t *roster, mt_tally_t *tally,
    mt_seat_t *seat);


mt_roster_t *
mt_roster_create(mt_people_t *people, const mt_meeting_edit_t *args,
    mt_result_t *result, mt_arena_t *arena)
{
    mt_roster_t  *roster;

    roster = mt_arena_alloc(arena, sizeof(*roster));
    if (roster == NULL) {
        return NULL;
    }

    roster->a = mt_people_apply(people);
    roster->arena = arena;
    roster->people = people;
    roster->args = args;
    roster->result = result;

    mt_buf_init(&roster->record, arena, MT_ROW_SIZE);

    return roster;
}


mt_status_t
mt_roster_judge(mt_roster_t *roster, const mt_meeting_t *from,
    mt_meeting_t *meeting)
{
    mt_status_t  rc;

    roster->from = from;
    roster->meeting = meeting;
    roster->made = meeting->num == 0;

    rc = from ? mt_roster_load(roster) : MT_OK;

    if (rc == MT_OK) {
        rc = mt_roster_seat(roster);
    }

    if (rc != MT_OK) {
        return rc;
    }

    if (roster->nseats > MT_ATTENDEES_MAX) {
        return mt_apply_reject(roster->result, MT_TOO_MANY,
                               mt_roster_field(roster->args), 0);
    }

    mt_roster_fill(roster);

    return mt_roster_unique(roster);
}


/* Which of its lists a request that names too many is told of. */

static unsigned
mt_roster_field(const mt_meeting_edit_t *args)
{
    return args->add_refs.n ? MT_meeting_edit_add_refs
           : args->people_refs.n ? MT_meeting_edit_people_refs
           : MT_meeting_edit_people;
}


static mt_status_t
mt_roster_load(mt_roster_t *roster)
{
    int           rc;
    size_t        n, room;
    mt_key_t      prefix;
    mt_str_t      key, value;
    mt_apply_t   *a;
    mt_tally_t   *tally;
    mt_cursor_t  *cursor;

    a = roster->a;

    tally = mt_tally(a, roster->from->num);
    if (tally == NULL) {
        return a->failed;
    }

    room = (size_t) tally->total;

    roster->rows = mt_arena_take(roster->arena,
                                 (room + 1) * sizeof(mt_attendee_t));
    if (roster->rows == NULL) {
        return MT_NO_MEMORY;
    }

    mt_key_num(&prefix, a->company, roster->from->num);

    cursor = mt_cursor_open(a->txn, MT_DB_ATTENDEE, &prefix);
    if (cursor == NULL) {
        return MT_STORE_FAILED;
    }

    n = 0;

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1 && n < room;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        /* a copy: the map's pages change with the first write */

        if (mt_record_decode(mt_arena_str(roster->arena, value),
                             &mt_attendee_model, &roster->rows[n++],
                             roster->arena) != MT_OK)
        {
            rc = -1;
            break;
        }
    }

    mt_cursor_close(cursor);

    roster->nrows = n;

    /* the tally always equals the rows */

    return rc == 0 && n == room ? MT_OK : MT_STORE_FAILED;
}


/*
 * Both the seats and the rows before are in order of their slots.  A meeting
 * that is being made takes over who its people are, not what they answered,
 * and has no rows before.
 */

static void
mt_roster_fill(mt_roster_t *roster)
{
    size_t      i, k;
    mt_seat_t  *seat;

    k = 0;

    for (i = 0; i < roster->nseats; i++) {
        seat = &roster->seats[i];

        while (k < roster->nrows && roster->rows[k].slot < seat->slot) {
            k++;
        }

        if (k < roster->nrows && roster->rows[k].slot == seat->slot) {
            seat->before = &roster->rows[k];
        }

        if (seat->before && roster->made) {
            mt_patch(&seat->row, &mt_attendee_model, seat->before,
                     &mt_attendee_model, MT_GIVEN_FIELDS);
            seat->before = NULL;
        }

        mt_roster_fill_row(roster, seat);
    }

    if (roster->made) {
        roster->nrows = 0;
    }
}


static void
mt_roster_fill_row(mt_roster_t *roster, mt_seat_t *seat)
{
    mt_str_t        derived;
    mt_attendee_t  *row;

    row = &seat->row;

    if (seat->before) {
        *row = *seat->before;

    } else if (seat->slot == roster->meeting->creator
               && roster->args->creator_listed)
    {
        row->answer = roster->args->creator_listed;
        row->answered = roster->a->time;
    }

    row->slot = seat->slot;

    if (seat->given == NULL) {
        return;
    }

    mt_patch(row, &mt_attendee_model, seat->given, &mt_person_model,
             MT_GIVEN_FIELDS);

    if (seat->given->id.len) {
        row->id = seat->given->id;
        derived = mt_attendance_id(roster->arena, roster->meeting,
                                   row->slot);

        if (mt_str_eq(row->id, derived)) {
            row->id.len = 0;
        }
    }
}


mt_known_t
mt_roster_known(mt_roster_t *roster, const mt_attendee_t *row)
{
    mt_known_t  known;

    known.slot = row->slot;
    known.seat = NULL;
    known.id = row->id.len ? row->id
               : mt_attendance_id(roster->arena, roster->meeting,
                                  row->slot);

    return known;
}


/*
 * Ids that the engine gives do not clash; only where a client chose some is
 * there anything to find.  A newcomer's is not known yet, to nobody.
 */

static mt_status_t
mt_roster_unique(mt_roster_t *roster)
{
    size_t            i, n;
    mt_known_t       *known;
    const mt_seat_t  *seat;

    for (i = 0; i < roster->nseats; i++) {
        if (roster->seats[i].row.id.len) {
            break;
        }
    }

    if (i == roster->nseats) {
        return MT_OK;
    }

    known = mt_arena_take(roster->arena,
                          roster->nseats * sizeof(mt_known_t));
    if (known == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0, n = 0; i < roster->nseats; i++) {
        seat = &roster->seats[i];

        if (seat->slot > 0 || seat->row.id.len) {
            known[n] = mt_roster_known(roster, &seat->row);
            known[n++].seat = seat;
        }
    }

    qsort(known, n, sizeof(mt_known_t), mt_known_cmp);

    for (i = 1; i < n; i++) {
        if (mt_str_eq(known[i].id, known[i - 1].id)) {
            seat = known[i].seat->item ? known[i].seat : known[i - 1].seat;

            return mt_apply_reject(roster->result, MT_ID_TAKEN, seat->field,
                                   seat->item);
        }
    }

    return MT_OK;
}


size_t
mt_roster_size(const mt_roster_t *roster)
{
    return roster->nseats;
}


mt_status_t
mt_roster_write(mt_roster_t *roster, mt_meeting_t *meeting)
{
    size_t       i, k;
    mt_seat_t   *seat;
    mt_status_t  rc;
    mt_tally_t  *tally;

    roster->meeting = meeting;

    tally = mt_tally(roster->a, meeting->num);
    if (tally == NULL) {
        return roster->a->failed;
    }

    k = 0;
    rc = MT_OK;

    for (i = 0; rc == MT_OK && i <= roster->nseats; i++) {
        seat = i < roster->nseats ? &roster->seats[i] : NULL;

        while (rc == MT_OK && k < roster->nrows
               && (seat == NULL || roster->rows[k].slot < seat->slot))
        {
            rc = mt_roster_leave(roster, tally, &roster->rows[k++]);
        }

        if (rc != MT_OK || seat == NULL) {
            break;
        }

        if (seat->before) {
            k++;
        }

        rc = mt_roster_join(roster, tally, seat);
    }

    return rc;
}


static mt_status_t
mt_roster_leave(mt_roster_t *roster, mt_tally_t *tally,
    const mt_attendee_t *row)
{
    int            found;
    mt_key_t       key;
    mt_apply_t    *a;
    mt_checkin_t   checkin;

    a = roster->a;

    found = mt_checkin_load(a->txn, a->company, roster->meeting->num,
                            row->slot, &checkin, roster->arena);

    mt_key_num2(&key, a->company, roster->meeting->num, row->slot);

    if (found < 0 || mt_del(a->txn, MT_DB_ATTENDEE, &key) != 1
        || mt_roster_index(roster, row->slot, 0) != MT_OK)
    {
        return MT_STORE_FAILED;
    }

    mt_tally_count(tally, row, found ? &checkin : NULL, -1);

    return MT_OK;
}


/* Puts the meeting into the index of a person's meetings, or takes it out.
 * Guests have none. */

static mt_status_t
mt_roster_index(mt_roster_t *roster, int64_t slot, int attends)
{
    mt_key_t     key;
    mt_apply_t  *a;

    if (slot >= MT_GUEST_SLOT) {
        return MT_OK;
    }

    a = roster->a;
    mt_key_num2(&key, a->company, slot, roster->meeting->num);

    if (attends) {
        return mt_put(a->txn, MT_DB_ATTENDS, &key, MT_STR(""));
    }

    /* while an upgrade fills the index it may not be there yet */

    return mt_del(a->txn, MT_DB_ATTENDS, &key) < 0 ? MT_STORE_FAILED : MT_OK;
}


/* Who stays is written again only where the request said something of them */

static mt_status_t
mt_roster_join(mt_roster_t *roster, mt_tally_t *tally, mt_seat_t *seat)
{
    int            found;
    mt_key_t       key;
    mt_str_t       record;
    mt_apply_t    *a;
    mt_checkin_t   checkin;

    if (seat->before && seat->given == NULL) {
        return MT_OK;
    }

    a = roster->a;
    seat->row.slot = mt_people_num(roster->people, seat->slot);

    /* nobody has signed into a meeting that is being made */

    if (seat->before == NULL) {
        found = roster->made ? 0
                : mt_checkin_load(a->txn, a->company, roster->meeting->num,
                                  seat->row.slot, &checkin, roster->arena);
        if (found < 0) {
            return MT_STORE_FAILED;
        }

        mt_tally_count(tally, &seat->row, found ? &checkin : NULL, 1);

        if (mt_roster_index(roster, seat->row.slot, 1) != MT_OK) {
            return MT_STORE_FAILED;
        }
    }

    mt_key_num2(&key, a->company, roster->meeting->num, seat->row.slot);

    roster->record.len = 0;
    mt_record_encode(&roster->record, &mt_attendee_model, &seat->row,
                     MT_ENCODE_STATE);

    if (roster->record.failed) {
        return MT_NO_MEMORY;
    }

    record.data = roster->record.data;
    record.len = roster->record.len;

    return mt_put(a->txn, MT_DB_ATTENDEE, &key, record);
}


int
mt_known_cmp(const void *one, const void *two)
{
    const mt_known_t  *a = one, *b = two;

    return mt_str_cmp(a->id, b->id);
}


/*
 * Who is on a meeting's list: who was and is kept, who is named in the
 * request, by ref or by the id of an attendance, and who is to leave.
 */

#include <stdlib.h>

#include "domain/meeting/mt_roster.h"


static mt_status_t mt_roster_gather(mt_roster_t *roster);
static void mt_roster_keep(mt_roster_t *roster);
static mt_status_t mt_roster_people(mt_roster_t *roster, unsigned field,
    const mt_objs_t *people);
static mt_status_t mt_roster_stays(mt_roster_t *roster,
    const mt_person_t *person, int64_t *slot);
static mt_status_t mt_roster_refs(mt_roster_t *roster, unsigned field,
    const mt_strs_t *refs);
static mt_status_t mt_roster_nameless(mt_roster_t *roster,
    const mt_person_t *person, int64_t *slot);
static void mt_roster_sit(mt_roster_t *roster, int64_t slot,
    const mt_person_t *given, unsigned field, size_t item);
static void mt_roster_fold(mt_roster_t *roster);
static mt_status_t mt_roster_drop(mt_roster_t *roster);
static int mt_roster_removed(mt_roster_t *roster, int64_t slot,
    const mt_known_t *ids, size_t n);
static int mt_seat_cmp(const void *one, const void *two);


mt_status_t
mt_roster_seat(mt_roster_t *roster)
{
    mt_status_t  rc;

    rc = mt_roster_gather(roster);

    if (rc != MT_OK) {
        return rc;
    }

    mt_roster_fold(roster);

    return mt_roster_drop(roster);
}


static mt_status_t
mt_roster_gather(mt_roster_t *roster)
{
    size_t                    room;
    mt_status_t               rc;
    const mt_meeting_edit_t  *args;

    args = roster->args;

    room = roster->nrows + args->people.n + args->people_refs.n + args->add.n
           + args->add_refs.n + 1;

    roster->seats = mt_arena_alloc(roster->arena,
                                   room * sizeof(mt_seat_t));
    if (roster->seats == NULL) {
        return MT_NO_MEMORY;
    }

    mt_roster_keep(roster);

    rc = mt_roster_people(roster, MT_meeting_edit_people, &args->people);

    if (rc == MT_OK) {
        rc = mt_roster_refs(roster, MT_meeting_edit_people_refs,
                            &args->people_refs);
    }

    if (rc == MT_OK) {
        rc = mt_roster_people(roster, MT_meeting_edit_add, &args->add);
    }

    if (rc == MT_OK) {
        rc = mt_roster_refs(roster, MT_meeting_edit_add_refs,
                            &args->add_refs);
    }

    if (rc == MT_OK && args->creator_listed) {
        mt_roster_sit(roster, roster->meeting->creator, NULL, 0, 0);
    }

    return rc;
}


/* Whom a list that replaces this one leaves alone, or all of them. */

static void
mt_roster_keep(mt_roster_t *roster)
{
    int                       users, guests;
    size_t                    i;
    int64_t                   slot;
    const mt_meeting_edit_t  *args;

    args = roster->args;

    guests = !mt_has(args, meeting_edit, people) || args->keep_guests;
    users = !mt_has(args, meeting_edit, people)
            && !mt_has(args, meeting_edit, people_refs);

    for (i = 0; i < roster->nrows; i++) {
        slot = roster->rows[i].slot;

        if (slot >= MT_GUEST_SLOT ? guests : users) {
            mt_roster_sit(roster, slot, NULL, 0, 0);
        }
    }
}


static mt_status_t
mt_roster_people(mt_roster_t *roster, unsigned field, const mt_objs_t *people)
{
    size_t              i;
    int64_t             slot;
    mt_status_t         rc;
    const mt_person_t  *person;

    person = people->v;

    for (i = 0; i < people->n; i++, person++) {
        if (person->ref.len) {
            rc = mt_people_find(roster->people, person->ref, person->name,
                                &slot);

            if (rc == MT_NO_SUCH_USER) {
                rc = mt_roster_stays(roster, person, &slot);
            }

        } else {
            rc = mt_roster_nameless(roster, person, &slot);
        }

        if (rc != MT_OK) {
            return mt_apply_reject(roster->result, rc, field, i + 1);
        }

        mt_roster_sit(roster, slot, person, field, i + 1);
    }

    return MT_OK;
}


/* A list that comes back as it was shown may have someone on it who was
 * removed from the directory since: the attendance is that person's still. */

static mt_status_t
mt_roster_stays(mt_roster_t *roster, const mt_person_t *person, int64_t *slot)
{
    mt_known_t  was;

    if (person->id.len == 0 || roster->from == NULL
        || mt_roster_nameless(roster, person, slot) != MT_OK)
    {
        return MT_NO_SUCH_USER;
    }

    was.id = person->ref;

    return mt_roster_removed(roster, *slot, &was, 1) ? MT_OK
                                                     : MT_NO_SUCH_USER;
}


static mt_status_t
mt_roster_refs(mt_roster_t *roster, unsigned field, const mt_strs_t *refs)
{
    size_t       i;
    int64_t      slot;
    mt_status_t  rc;

    for (i = 0; i < refs->n; i++) {
        rc = mt_people_find(roster->people, refs->v[i], MT_STR(""), &slot);
        if (rc != MT_OK) {
            return mt_apply_reject(roster->result, rc, field, i + 1);
        }

        mt_roster_sit(roster, slot, NULL, field, i + 1);
    }

    return MT_OK;
}


/*
 * Someone without a ref: whom the id of an attendance names, or a guest.
 */

static mt_status_t
mt_roster_nameless(mt_roster_t *roster, const mt_person_t *person,
    int64_t *slot)
{
    size_t       i;
    mt_known_t   wanted, *found;

    if (person->id.len == 0 || roster->from == NULL) {
        *slot = MT_GUEST_SLOT + ++roster->meeting->next_guest;
        return MT_OK;
    }

    if (roster->known == NULL) {
        roster->known = mt_arena_alloc(roster->arena,
                                       (roster->nrows + 1)
                                       * sizeof(mt_known_t));
        if (roster->known == NULL) {
            return MT_NO_MEMORY;
        }

        for (i = 0; i < roster->nrows; i++) {
            roster->known[i] = mt_roster_known(roster, &roster->rows[i]);
        }

        qsort(roster->known, roster->nrows, sizeof(mt_known_t), mt_known_cmp);
    }

    memset(&wanted, 0, sizeof(wanted));
    wanted.id = person->id;

    found = bsearch(&wanted, roster->known, roster->nrows, sizeof(mt_known_t),
                    mt_known_cmp);
    if (found == NULL) {
        return MT_NO_SUCH_ATTENDEE;
    }

    *slot = found->slot;

    return MT_OK;
}


/* There is room for everyone that mt_roster_gather() counted. */

static void
mt_roster_sit(mt_roster_t *roster, int64_t slot, const mt_person_t *given,
    unsigned field, size_t item)
{
    mt_seat_t  *seat;

    seat = &roster->seats[roster->nseats];

    seat->slot = slot;
    seat->order = roster->nseats++;
    seat->given = given;
    seat->field = field;
    seat->item = item;
}


static void
mt_roster_fold(mt_roster_t *roster)
{
    size_t      i, n;
    mt_seat_t  *seats;

    seats = roster->seats;

    qsort(seats, roster->nseats, sizeof(mt_seat_t), mt_seat_cmp);

    for (i = 0, n = 0; i < roster->nseats; i++) {
        if (n == 0 || seats[i].slot != seats[n - 1].slot) {
            seats[n++] = seats[i];
        }
    }

    roster->nseats = n;
}


/* Who is to leave and is unknown has left already, or was removed from the
 * directory since. */

static mt_status_t
mt_roster_drop(mt_roster_t *roster)
{
    size_t            i, n, nunknown;
    int64_t          *gone, slot;
    mt_known_t       *unknown;
    const mt_strs_t  *drop;

    drop = &roster->args->drop;

    if (drop->n == 0) {
        return MT_OK;
    }

    gone = mt_arena_take(roster->arena, drop->n * sizeof(int64_t));
    unknown = mt_arena_alloc(roster->arena, drop->n * sizeof(mt_known_t));

    if (gone == NULL || unknown == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0, nunknown = 0; i < drop->n; i++) {
        gone[i] = mt_people_known(roster->people, drop->v[i]);

        if (gone[i] == 0) {
            unknown[nunknown++].id = drop->v[i];
        }
    }

    qsort(gone, drop->n, sizeof(int64_t), mt_num_cmp);
    qsort(unknown, nunknown, sizeof(mt_known_t), mt_known_cmp);

    for (i = 0, n = 0; i < roster->nseats; i++) {
        slot = roster->seats[i].slot;

        if ((slot == roster->meeting->creator && roster->args->creator_listed)
            || (bsearch(&slot, gone, drop->n, sizeof(int64_t), mt_num_cmp)
                == NULL
                && !mt_roster_removed(roster, slot, unknown, nunknown)))
        {
            roster->seats[n++] = roster->seats[i];
        }
    }

    roster->nseats = n;

    return MT_OK;
}


/* Someone whom the directory no longer has, and whose id was one of these. */

static int
mt_roster_removed(mt_roster_t *roster, int64_t slot, const mt_known_t *ids,
    size_t n)
{
    mt_key_t    key;
    mt_user_t   user;
    mt_known_t  was;

    if (n == 0 || slot < 0 || slot >= MT_GUEST_SLOT) {
        return 0;
    }

    mt_key_num(&key, roster->a->company, slot);

    if (mt_load(roster->a->txn, MT_DB_USER, &key, &mt_user_model, &user,
                roster->arena) != 1)
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

    return a->order < b->order ? -1 : 1;
}

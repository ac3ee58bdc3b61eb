
/*
 * Replies that show one meeting, and the rows of people in them: the
 * attendees, or the sign-in leaders.
 */

#include <stdlib.h>

#include "domain/meeting/mt_meeting_view.h"


#define MT_PLACES  256               /* as a first guess */


static mt_status_t mt_attendees_judge(mt_call_t *call,
    const mt_meeting_act_t *args, mt_meeting_t *meeting);
static mt_status_t mt_listing_fill(mt_call_t *call,
    const mt_view_source_t *source, mt_meeting_view_t *view);
static mt_status_t mt_attendees_open(mt_call_t *call);
static mt_status_t mt_attendees_begin(mt_call_t *call);
static void mt_attendees_end(mt_call_t *call);
static int mt_attendees_next(mt_call_t *call, mt_arena_t *row_arena,
    void **row);
static int mt_attendees_find(mt_call_t *call, mt_arena_t *row_arena,
    mt_row_key_t *key);
static mt_status_t mt_attendees_sort(mt_call_t *call);
static mt_status_t mt_places_add(mt_listing_t *listing, mt_arena_t *arena,
    mt_place_t place);
static int mt_place_cmp(const void *one, const void *two);
static int mt_attendees_step(mt_call_t *call);
static int mt_attendees_step_place(mt_call_t *call);
static int mt_attendees_seek(mt_call_t *call, int64_t *slot, mt_str_t *value);
static int mt_attendees_make(mt_call_t *call, mt_arena_t *row_arena,
    void **row);
static mt_status_t mt_leaders_open(mt_call_t *call);
static int mt_leaders_next(mt_call_t *call, mt_arena_t *row_arena,
    void **row);


const mt_rows_t  mt_attendee_rows = {
    mt_attendees_open, mt_attendees_next, mt_listing_close, NULL,
    mt_person_parts,
    mt_attendees_find, mt_attendees_make
};

const mt_rows_t  mt_inner_attendee_rows = {
    mt_attendees_begin, mt_attendees_next, mt_attendees_end, NULL,
    mt_person_parts,
    mt_attendees_find, mt_attendees_make
};

const mt_rows_t  mt_leader_rows = {
    mt_leaders_open, mt_leaders_next, mt_listing_close, NULL,
    mt_person_parts, NULL, NULL
};


mt_step_t
mt_meeting_show(mt_call_t *call)
{
    int                      found;
    int64_t                  num;
    mt_status_t              rc;
    mt_view_source_t         source;
    mt_meeting_view_t       *view;
    const mt_meeting_act_t  *args;

    args = call->args;

    view = mt_arena_alloc(call->arena, sizeof(*view));
    if (view == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    mt_view_source(call, &source);
    source.guests = args->guests != 0;

    num = mt_ref_num(call->txn, call->company, MT_NAME_MEETING, args->ref);
    found = num ? mt_meeting_view_load(&source, num, view) : 0;

    if (found != 1) {
        return found ? mt_call_reject(call, MT_STORE_FAILED, 0)
                     : mt_call_reject(call, MT_NO_SUCH_MEETING,
                                      MT_meeting_act_ref);
    }

    rc = mt_attendees_judge(call, args, &view->meeting);

    if (rc == MT_OK) {
        rc = mt_listing_fill(call, &source, view);
    }

    return rc == MT_OK ? MT_STEP_DONE : mt_call_reject(call, rc, 0);
}


static mt_status_t
mt_attendees_judge(mt_call_t *call, const mt_meeting_act_t *args,
    mt_meeting_t *meeting)
{
    int  may;

    if (args->uncancelled && meeting->state == MT_MEETING_CANCELLED) {
        return MT_CANCELLED;
    }

    may = mt_meeting_may(call->txn, call->company, meeting, call->actor,
                         args->may);

    return may == 1 ? MT_OK : may ? MT_STORE_FAILED : MT_FORBIDDEN;
}


mt_status_t
mt_listing_reply(mt_call_t *call, int64_t num, int guests)
{
    mt_meeting_view_t  *view;

    view = mt_arena_alloc(call->arena, sizeof(*view));

    return view ? mt_listing_show(call, num, guests, view) : MT_NO_MEMORY;
}


mt_status_t
mt_listing_show(mt_call_t *call, int64_t num, int guests,
    mt_meeting_view_t *view)
{
    int               found;
    mt_view_source_t  source;

    mt_view_source(call, &source);
    source.guests = guests;

    found = mt_meeting_view_load(&source, num, view);

    return found == 1 ? mt_listing_fill(call, &source, view)
           : found == 0 ? MT_NO_SUCH_MEETING : MT_STORE_FAILED;
}


/* Sets the reply and the state of the call, from a view with its meeting. */

static mt_status_t
mt_listing_fill(mt_call_t *call, const mt_view_source_t *source,
    mt_meeting_view_t *view)
{
    mt_listing_t  *listing;

    listing = mt_arena_alloc(call->arena, sizeof(*listing));
    if (listing == NULL) {
        return MT_NO_MEMORY;
    }

    if (mt_meeting_view_fill(source, view) != 1) {
        return MT_STORE_FAILED;
    }

    /* this copy outlives the transaction */
    listing->meeting = view->meeting;
    listing->guests = source->guests;

    call->reply = view;
    call->state = listing;

    return MT_OK;
}


/* The rows within a row outlive the row's memory: fields are copied. */

void
mt_listing_people(mt_listing_t *listing, const mt_meeting_t *meeting)
{
    size_t  len;

    len = meeting->seed.len;

    if (len > sizeof(listing->seed)) {
        len = sizeof(listing->seed);
    }

    if (len) {
        memcpy(listing->seed, meeting->seed.data, len);
    }

    memset(&listing->meeting, 0, sizeof(listing->meeting));

    listing->meeting.num = meeting->num;
    listing->meeting.seed = (mt_str_t) { len, listing->seed };
    listing->meeting.ordered = meeting->ordered;
    listing->guests = 1;
    listing->last = 0;
}


void
mt_listing_source(mt_call_t *call, mt_listing_t *listing)
{
    mt_view_source(call, &listing->source);

    listing->source.near = &listing->near;
    listing->source.guests = listing->guests != 0;
    listing->cursor = NULL;
    listing->begun = 0;
}


void
mt_listing_close(mt_call_t *call)
{
    mt_listing_t  *listing;

    listing = call->state;

    mt_near_close(&listing->near);

    if (listing->cursor) {
        mt_cursor_close(listing->cursor);
        listing->cursor = NULL;
    }
}


static mt_status_t
mt_attendees_open(mt_call_t *call)
{
    mt_status_t  rc;

    mt_listing_source(call, call->state);

    rc = mt_attendees_begin(call);

    /* close() is not called after a failed open() */

    if (rc != MT_OK) {
        mt_listing_close(call);
    }

    return rc;
}


static mt_status_t
mt_attendees_begin(mt_call_t *call)
{
    mt_key_t       prefix;
    mt_listing_t  *listing;

    listing = call->state;
    listing->begun = 0;
    listing->source.guests = listing->guests != 0;

    mt_key_num(&prefix, call->company, listing->meeting.num);

    if (listing->cursor) {
        mt_cursor_move(listing->cursor, &prefix);

    } else {
        listing->cursor = mt_cursor_open(call->txn, MT_DB_ATTENDEE, &prefix);
    }

    if (listing->cursor == NULL) {
        return MT_STORE_FAILED;
    }

    /* a piece that goes on has the places of the first */

    return listing->meeting.ordered && listing->last == 0
           ? mt_attendees_sort(call) : MT_OK;
}


/* Reads the places of all attendees, by a look at each record: some 0.2 us. */

static mt_status_t
mt_attendees_sort(mt_call_t *call)
{
    int             rc;
    mt_str_t        key, value;
    mt_place_t      place;
    mt_status_t     status;
    mt_listing_t   *listing;
    mt_attendee_t   attendee;

    listing = call->state;
    listing->next = 0;
    listing->nplaces = 0;

    for (rc = mt_cursor_first(listing->cursor, &key, &value);
         rc == 1;
         rc = mt_cursor_next(listing->cursor, &key, &value))
    {
        if (mt_key_last_num(rc, key, &place.slot) != 1
            || mt_record_decode_some(value, &mt_attendee_model,
                                     MT_BIT(attendee, order), &attendee,
                                     call->arena) != MT_OK)
        {
            return MT_STORE_FAILED;
        }

        place.order = attendee.order;

        status = mt_places_add(listing, call->arena, place);
        if (status != MT_OK) {
            return status;
        }
    }

    if (rc < 0) {
        return MT_STORE_FAILED;
    }

    if (listing->nplaces) {
        qsort(listing->places, listing->nplaces, sizeof(mt_place_t),
              mt_place_cmp);
    }

    return MT_OK;
}


static mt_status_t
mt_places_add(mt_listing_t *listing, mt_arena_t *arena, mt_place_t place)
{
    size_t       room;
    mt_place_t  *places;

    if (listing->nplaces == listing->room) {
        room = listing->room ? 2 * listing->room : MT_PLACES;

        places = mt_arena_take(arena, room * sizeof(mt_place_t));
        if (places == NULL) {
            return MT_NO_MEMORY;
        }

        if (listing->nplaces) {
            memcpy(places, listing->places,
                   listing->nplaces * sizeof(mt_place_t));
        }

        listing->places = places;
        listing->room = room;
    }

    listing->places[listing->nplaces++] = place;

    return MT_OK;
}


static int
mt_place_cmp(const void *one, const void *two)
{
    const mt_place_t  *a = one, *b = two;

    if (a->order != b->order) {
        return a->order < b->order ? -1 : 1;
    }

    return mt_num_cmp(&a->slot, &b->slot);
}


static void
mt_attendees_end(mt_call_t *call)
{
    (void) call;
}


static int
mt_attendees_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int  rc;

    rc = mt_attendees_step(call);

    return rc == 1 ? mt_attendees_make(call, row_arena, row) : rc;
}


static int
mt_attendees_find(mt_call_t *call, mt_arena_t *row_arena, mt_row_key_t *key)
{
    int            rc;
    mt_listing_t  *listing;

    (void) row_arena;

    listing = call->state;
    rc = mt_attendees_step(call);

    if (rc == 1) {
        mt_person_row_key(&listing->source, &listing->meeting,
                          &listing->person, key);
    }

    return rc;
}


/* Moves to the next attendee's records. */

static int
mt_attendees_step(mt_call_t *call)
{
    int            rc;
    int64_t        slot;
    mt_str_t       value;
    mt_listing_t  *listing;

    listing = call->state;

    if (listing->meeting.ordered) {
        return mt_attendees_step_place(call);
    }

    rc = mt_attendees_seek(call, &slot, &value);

    /* guests are last */

    if (rc != 1 || (slot >= MT_GUEST_SLOT && !listing->guests)) {
        return rc < 0 ? -1 : 0;
    }

    listing->last = slot;

    return mt_person_find(&listing->source, &listing->meeting, slot, &value,
                          &listing->person);
}


static int
mt_attendees_step_place(mt_call_t *call)
{
    int64_t        slot;
    mt_listing_t  *listing;

    listing = call->state;

    while (listing->next < listing->nplaces) {
        slot = listing->places[listing->next++].slot;

        if (slot < MT_GUEST_SLOT || listing->guests) {
            listing->last = slot;

            return mt_person_find(&listing->source, &listing->meeting, slot,
                                  NULL, &listing->person);
        }
    }

    return 0;
}


/* Moves the cursor to the first attendee that was not given yet. */

static int
mt_attendees_seek(mt_call_t *call, int64_t *slot, mt_str_t *value)
{
    int            rc;
    mt_key_t       at;
    mt_str_t       key;
    mt_listing_t  *listing;

    listing = call->state;

    if (listing->begun) {
        rc = mt_cursor_next(listing->cursor, &key, value);

    } else {
        mt_key_num2(&at, call->company, listing->meeting.num,
                    mt_key_after(listing->last));
        rc = mt_cursor_seek(listing->cursor, &at, &key, value);
        listing->begun = 1;
    }

    return mt_key_last_num(rc, key, slot);
}


static int
mt_attendees_make(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    mt_listing_t      *listing;
    mt_person_view_t  *view;

    listing = call->state;

    /* not cleared: every part that is shown is set below */

    view = mt_arena_take(row_arena, sizeof(*view));
    if (view == NULL) {
        return -1;
    }

    listing->source.arena = row_arena;
    *row = view;

    return mt_person_view(&listing->source, &listing->meeting,
                          &listing->person, view);
}


static mt_status_t
mt_leaders_open(mt_call_t *call)
{
    mt_listing_source(call, call->state);

    return MT_OK;
}


static int
mt_leaders_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    mt_listing_t  *listing;

    listing = call->state;

    if (listing->next == listing->meeting.leaders.n) {
        return 0;
    }

    if (mt_person_find(&listing->source, &listing->meeting,
                       listing->meeting.leaders.v[listing->next++], NULL,
                       &listing->person) < 0)
    {
        return -1;
    }

    return mt_attendees_make(call, row_arena, row);
}


int
mt_key_last_num(int rc, mt_str_t key, int64_t *num)
{
    *num = 0;

    if (rc != 1) {
        return rc;
    }

    return mt_key_read_num2(key, NULL, NULL, num) ? 1 : -1;
}

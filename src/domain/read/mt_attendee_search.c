
/*
 * The attendees of a meeting in pages, those that pass filters.  A meeting's
 * list is in its order; the cursor holds the place of the row given last, so
 * that it stays right if others join or leave.
 */

#include "domain/meeting/mt_meeting_view.h"
#include "domain/read/mt_paging.h"


#define MT_SEARCH_LIMIT  100         /* rows of a page, if none is given */


typedef struct {
    mt_listing_t               listing;     /* first */
    const mt_attendee_query_t  *args;
    int64_t                    limit;
    int64_t                    given;       /* rows shown so far */
    mt_place_t                 after;       /* the cursor; slot 0: none */
    mt_place_t                 shown;       /* the last row shown */
} mt_attendee_search_t;


static mt_step_t mt_search_start(mt_call_t *call);
static mt_status_t mt_search_open(mt_call_t *call);
static void mt_search_resume(mt_attendee_search_t *search);
static int mt_search_next(mt_call_t *call, mt_arena_t *row_arena, void **row);
static mt_place_t mt_search_place(const mt_attendee_search_t *search);
static int mt_search_wants(const mt_attendee_query_t *args,
    const mt_person_view_t *view);


static const mt_rows_t  mt_search_rows = {
    mt_search_open, mt_search_next, mt_listing_close, NULL, NULL, NULL, NULL
};

const mt_operation_t  mt_op_attendees = {
    .code = MT_CODE_attendees,
    .name = "attendees",
    .args = &mt_attendee_query_model,
    .rows = &mt_search_rows,
    .start = mt_search_start
};


static mt_step_t
mt_search_start(mt_call_t *call)
{
    int                         may;
    mt_status_t                 rc;
    mt_meeting_t                meeting;
    mt_attendee_search_t       *search;
    const mt_attendee_query_t   *args;

    args = call->args;

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_attendee_query_ref);
    }

    may = mt_meeting_may(call->txn, call->company, &meeting, call->actor,
                         args->may);
    if (may != 1) {
        return mt_call_reject(call, may ? MT_STORE_FAILED : MT_FORBIDDEN, 0);
    }

    search = mt_arena_alloc(call->arena, sizeof(*search));
    if (search == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    mt_listing_people(&search->listing, &meeting);

    search->args = args;
    search->limit = args->limit ? args->limit
                    : args->whole ? INT64_MAX : MT_SEARCH_LIMIT;

    if (args->after.len
        && !mt_cursor_parse(args->after, &search->after.order,
                            &search->after.slot))
    {
        return mt_call_reject(call, MT_BAD_VALUE, MT_attendee_query_after);
    }

    if (!meeting.ordered) {
        search->listing.last = search->after.slot;
    }

    call->state = search;

    return MT_STEP_DONE;
}


static mt_status_t
mt_search_open(mt_call_t *call)
{
    int                    first;
    mt_status_t            rc;
    mt_attendee_search_t  *search;

    search = call->state;
    first = search->listing.last == 0;

    rc = mt_attendee_rows.open(call);

    if (rc == MT_OK && first && search->after.slot) {
        mt_search_resume(search);
    }

    return rc;
}


/* Skips the places of an ordered list up to the cursor's. */

static void
mt_search_resume(mt_attendee_search_t *search)
{
    const mt_place_t  *place;
    mt_listing_t      *listing;

    listing = &search->listing;

    while (listing->next < listing->nplaces) {
        place = &listing->places[listing->next];

        if (place->order > search->after.order
            || (place->order == search->after.order
                && place->slot > search->after.slot))
        {
            break;
        }

        listing->next++;
    }
}


static int
mt_search_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int                     rc;
    void                   *person;
    mt_attendee_search_t   *search;

    search = call->state;
    *row = NULL;

    rc = mt_attendee_rows.next(call, row_arena, &person);

    if (rc != 1 || !mt_search_wants(search->args, person)) {
        return rc;
    }

    if (search->given == search->limit) {
        call->next = mt_cursor_print(call->arena, search->shown.order,
                                     search->shown.slot);
        return 0;
    }

    search->given++;
    search->shown = mt_search_place(search);
    *row = person;

    return 1;
}


static mt_place_t
mt_search_place(const mt_attendee_search_t *search)
{
    const mt_listing_t  *listing;

    listing = &search->listing;

    if (listing->meeting.ordered) {
        return listing->places[listing->next - 1];
    }

    return (mt_place_t) { 0, listing->last };
}


static int
mt_search_wants(const mt_attendee_query_t *args, const mt_person_view_t *view)
{
    int64_t   presence, answer;
    mt_str_t  texts[5];

    presence = view->derived.presence;
    answer = view->attendee.answer;

    switch (args->which) {

    case MT_WHICH_SIGNED:
        if (!view->derived.signed_in) {
            return 0;
        }
        break;

    case MT_WHICH_LATE:
        if (presence != MT_PRESENCE_LATE) {
            return 0;
        }
        break;

    case MT_WHICH_ABSENT:
        if (view->derived.signed_in) {
            return 0;
        }
        break;

    case MT_WHICH_EXCUSED:
        if (presence != MT_PRESENCE_EXCUSED) {
            return 0;
        }
        break;

    case MT_WHICH_ACCEPTED:
        if (answer != MT_ANSWER_ACCEPTED) {
            return 0;
        }
        break;

    case MT_WHICH_DECLINED:
        if (answer != MT_ANSWER_DECLINED) {
            return 0;
        }
        break;

    case MT_WHICH_UNANSWERED:
        if (view->derived.confirmed) {
            return 0;
        }
        break;
    }

    if (args->q.len == 0) {
        return 1;
    }

    texts[0] = view->derived.name;
    texts[1] = view->user.account;
    texts[2] = view->user.id;
    texts[3] = view->derived.phone;
    texts[4] = view->derived.email;

    return mt_any_holds(texts, mt_nitems(texts), args->q);
}


/*
 * Reads of one meeting with its attendees, and of the meetings that a user
 * sponsors.
 */

#include "domain/meeting/mt_meeting_view.h"


static mt_step_t mt_sponsored_start(mt_call_t *call);
static mt_status_t mt_sponsored_skip(mt_call_t *call, int64_t skip,
    int64_t size, mt_page_t *page);
static mt_status_t mt_sponsored_open(mt_call_t *call);
static int mt_sponsored_next(mt_call_t *call, mt_arena_t *row_arena,
    void **row);


static const mt_rows_t  mt_sponsored_rows = {
    mt_sponsored_open, mt_sponsored_next, mt_listing_close, NULL,
    mt_meeting_parts, NULL, NULL
};


const mt_operation_t  mt_op_participation = {
    .code = MT_CODE_participation,
    .name = "participation",
    .memo = 1,
    .args = &mt_meeting_act_model,
    .rows = &mt_attendee_rows,
    .parts = mt_meeting_parts,
    .start = mt_meeting_show
};

const mt_operation_t  mt_op_meeting_get = {
    .code = MT_CODE_meeting_get,
    .name = "meeting_get",
    .memo = 1,
    .args = &mt_meeting_act_model,
    .rows = &mt_attendee_rows,
    .parts = mt_meeting_parts,
    .start = mt_meeting_show
};

const mt_operation_t  mt_op_meeting_detail = {
    .code = MT_CODE_meeting_detail,
    .name = "meeting_detail",
    .memo = 1,
    .args = &mt_meeting_act_model,
    .rows = &mt_leader_rows,
    .parts = mt_meeting_parts,
    .start = mt_meeting_show
};

const mt_operation_t  mt_op_sponsored_meetings = {
    .code = MT_CODE_sponsored_meetings,
    .name = "sponsored_meetings",
    .memo = 1,
    .args = &mt_meeting_page_model,
    .rows = &mt_sponsored_rows,
    .start = mt_sponsored_start
};


static mt_step_t
mt_sponsored_start(mt_call_t *call)
{
    int64_t                   size, skip;
    mt_page_t                *page;
    mt_status_t               rc;
    mt_listing_t             *listing;
    const mt_meeting_page_t  *args;

    args = call->args;

    listing = mt_arena_alloc(call->arena, sizeof(*listing));
    page = mt_arena_alloc(call->arena, sizeof(*page));

    if (listing == NULL || page == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    listing->sponsor = mt_resolve(call->txn, call->company, MT_NAME_USER,
                                  args->creator);
    if (listing->sponsor == 0) {
        return mt_call_reject(call, MT_NO_SUCH_USER, MT_meeting_page_creator);
    }

    size = mt_has(args, meeting_page, page_size) ? args->page_size
                                                 : call->settings->page_size;
    skip = mt_has(args, meeting_page, page_no) ? args->page_no - 1 : 0;

    call->reply = page;
    call->state = listing;

    if (size == 0) {
        listing->left = skip ? 0 : INT64_MAX;
        return MT_STEP_DONE;
    }

    rc = mt_sponsored_skip(call, size * skip, size, page);

    return rc == MT_OK ? MT_STEP_DONE : mt_call_reject(call, rc, 0);
}


/*
 * Finds the begin of the page and whether another page follows, by steps in
 * the index alone.  Sets listing->last to the meeting before the page, and
 * page->has_more.
 */

static mt_status_t
mt_sponsored_skip(mt_call_t *call, int64_t skip, int64_t size,
    mt_page_t *page)
{
    int            rc;
    int64_t        passed;
    mt_str_t       key, value;
    mt_listing_t  *listing;

    listing = call->state;

    if (mt_sponsored_open(call) != MT_OK) {
        return MT_STORE_FAILED;
    }

    passed = 0;

    for (rc = mt_cursor_last(listing->cursor, &key, &value);
         rc == 1 && passed < skip + size;
         rc = mt_cursor_prev(listing->cursor, &key, &value))
    {
        if (++passed == skip
            && mt_key_last_num(rc, key, &listing->last) != 1)
        {
            rc = -1;
            break;
        }
    }

    mt_listing_close(call);

    page->has_more = rc == 1;
    listing->left = passed < skip ? 0 : size;

    return rc < 0 ? MT_STORE_FAILED : MT_OK;
}


static mt_status_t
mt_sponsored_open(mt_call_t *call)
{
    mt_key_t       prefix;
    mt_listing_t  *listing;

    listing = call->state;

    mt_listing_source(call, listing);
    mt_key_num(&prefix, call->company, listing->sponsor);

    listing->cursor = mt_cursor_open(call->txn, MT_DB_SPONSORED, &prefix);

    return listing->cursor ? MT_OK : MT_STORE_FAILED;
}


static int
mt_sponsored_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int                 rc;
    int64_t             num;
    mt_key_t            at;
    mt_str_t            key, value;
    mt_listing_t       *listing;
    mt_meeting_view_t  *view;

    listing = call->state;

    if (listing->left == 0) {
        return 0;
    }

    if (listing->begun) {
        rc = mt_cursor_prev(listing->cursor, &key, &value);

    } else {
        mt_key_num2(&at, call->company, listing->sponsor,
                    listing->last ? listing->last - 1 : MT_KEY_LAST);
        rc = mt_cursor_seek_back(listing->cursor, &at, &key, &value);
        listing->begun = 1;
    }

    rc = mt_key_last_num(rc, key, &num);
    if (rc != 1) {
        return rc;
    }

    view = mt_arena_take(row_arena, sizeof(*view));
    if (view == NULL) {
        return -1;
    }

    listing->last = num;
    listing->left--;
    listing->source.arena = row_arena;
    *row = view;

    /* each meeting in the index exists */

    return mt_meeting_view(&listing->source, num, view) == 1 ? 1 : -1;
}


/*
 * Meetings as invitations: those whose list a user is on, the newest first,
 * and one of them with what that user answered.  Each meeting of a page and
 * before it is loaded to be judged; in a thread if the user has many.
 */

#include "domain/meeting/mt_meeting_view.h"
#include "domain/read/mt_paging.h"


#define MT_INVITED_INLINE  256      /* meetings looked at on the event loop */
#define MT_INVITED_FEW     64       /* numbers, as a first guess */


typedef struct {
    mt_listing_t       listing;     /* first: rows need its source */
    uint32_t           company;
    int64_t            user;
    int64_t            dept;        /* 0: of any */
    int64_t            skip;
    int64_t            size;        /* of the page; 0: all */
    int64_t           *nums;
    size_t             n;
    size_t             room;        /* in nums */
    size_t             next;        /* to give */
    int64_t            has_more;
    mt_status_t        status;      /* of the search */
} mt_invited_t;


static mt_step_t mt_invitation_start(mt_call_t *call);
static mt_step_t mt_invited_start(mt_call_t *call);
static mt_status_t mt_invited_page(mt_call_t *call, mt_invited_t *list);
static void mt_invited_work(mt_call_t *call);
static mt_step_t mt_invited_resume(mt_call_t *call);
static mt_status_t mt_invited_find(mt_invited_t *list, mt_txn_t *txn,
    mt_arena_t *arena);
static mt_status_t mt_invited_find_all(mt_invited_t *list, mt_cursor_t *cursor,
    mt_txn_t *txn, mt_arena_t *arena, mt_arena_t *scratch);
static mt_cursor_t *mt_invited_cursor(const mt_invited_t *list, mt_txn_t *txn);
static int mt_invited_count(const mt_invited_t *list, mt_txn_t *txn);
static int mt_invited_wants(const mt_invited_t *list, mt_txn_t *txn,
    int64_t num, mt_arena_t *scratch);
static mt_status_t mt_invited_add(mt_invited_t *list, mt_arena_t *arena,
    int64_t num);
static mt_status_t mt_invited_open(mt_call_t *call);
static int mt_invited_next(mt_call_t *call, mt_arena_t *row_arena,
    void **row);
static int mt_invitation_fill(const mt_view_source_t *source, int64_t user,
    mt_invitation_view_t *view);


static mt_step_t mt_my_start(mt_call_t *call);
static mt_status_t mt_my_open(mt_call_t *call);
static int mt_my_next(mt_call_t *call, mt_arena_t *row_arena, void **row);
static int mt_my_step(mt_call_t *call, int64_t *num);
static int mt_my_wants(const mt_my_list_t *args, const mt_meeting_t *meeting);


static const mt_rows_t  mt_invited_rows = {
    mt_invited_open, mt_invited_next, mt_listing_close, NULL, NULL, NULL, NULL
};


const mt_operation_t  mt_op_invitation = {
    .code = MT_CODE_invitation,
    .name = "invitation",
    .args = &mt_meeting_act_model,
    .rows = &mt_leader_rows,
    .start = mt_invitation_start
};

const mt_operation_t  mt_op_invitations = {
    .code = MT_CODE_invitations,
    .name = "invitations",
    .args = &mt_meeting_page_model,
    .rows = &mt_invited_rows,
    .start = mt_invited_start,
    .work = mt_invited_work,
    .resume = mt_invited_resume
};


/* The same in pages that have a cursor. */

typedef struct {
    mt_listing_t         listing;     /* first; last: the meeting looked at */
    const mt_my_list_t  *args;
    int64_t              limit;
    int64_t              given;       /* rows shown so far */
    int64_t              shown;       /* the last meeting shown */
} mt_my_meetings_t;

#define MT_MY_LIMIT  50               /* rows of a page, if none is given */

static const mt_rows_t  mt_my_rows = {
    mt_my_open, mt_my_next, mt_listing_close, NULL, NULL, NULL, NULL
};

const mt_operation_t  mt_op_my_meetings = {
    .code = MT_CODE_my_meetings,
    .name = "my_meetings",
    .args = &mt_my_list_model,
    .rows = &mt_my_rows,
    .start = mt_my_start
};


/* Hosts may look, too: nobody else who is not on the list. */

static mt_step_t
mt_invitation_start(mt_call_t *call)
{
    int                      may;
    mt_status_t              rc;
    mt_meeting_t             meeting;
    mt_view_source_t         source;
    mt_invitation_view_t    *view;
    const mt_meeting_act_t  *args;

    args = call->args;

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_meeting_act_ref);
    }

    may = mt_meeting_may(call->txn, call->company, &meeting, call->actor,
                         MT_MAY_MEMBER);
    if (may != 1) {
        return mt_call_reject(call, may ? MT_STORE_FAILED : MT_FORBIDDEN, 0);
    }

    view = mt_arena_alloc(call->arena, sizeof(*view));
    if (view == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    rc = mt_listing_show(call, meeting.num, 0, &view->meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, 0);
    }

    mt_view_source(call, &source);

    return mt_invitation_fill(&source, call->actor, view) == 1
           ? MT_STEP_DONE : mt_call_reject(call, MT_STORE_FAILED, 0);
}


static mt_step_t
mt_invited_start(mt_call_t *call)
{
    int            n;
    mt_status_t    rc;
    mt_invited_t  *list;

    list = mt_arena_alloc(call->arena, sizeof(*list));
    if (list == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    call->state = list;

    rc = mt_invited_page(call, list);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_meeting_page_dept);
    }

    n = mt_invited_count(list, call->txn);

    if (n == MT_INVITED_INLINE) {
        return MT_STEP_WORK;
    }

    list->status = n < 0 ? MT_STORE_FAILED
                         : mt_invited_find(list, call->txn, call->arena);

    return mt_invited_resume(call);
}


static mt_status_t
mt_invited_page(mt_call_t *call, mt_invited_t *list)
{
    const mt_meeting_page_t  *args;

    args = call->args;

    list->company = call->company;
    list->user = call->actor;
    list->size = mt_has(args, meeting_page, page_size)
                 ? args->page_size : call->settings->page_size;

    if (mt_has(args, meeting_page, page_no)) {
        list->skip = list->size ? (args->page_no - 1) * list->size
                                : args->page_no > 1 ? INT64_MAX : 0;
    }

    if (args->dept.len) {
        list->dept = mt_resolve(call->txn, call->company, MT_NAME_DEPT,
                                args->dept);
        if (list->dept == 0) {
            return MT_NO_SUCH_DEPT;
        }
    }

    return MT_OK;
}


/* Returns a cursor over the meetings on whose list the user is, NULL on
 * failure. */

static mt_cursor_t *
mt_invited_cursor(const mt_invited_t *list, mt_txn_t *txn)
{
    mt_key_t  prefix;

    mt_key_num(&prefix, list->company, list->user);

    return mt_cursor_open(txn, MT_DB_ATTENDS, &prefix);
}


/* Returns the number of these, MT_INVITED_INLINE at most, -1 on failure. */

static int
mt_invited_count(const mt_invited_t *list, mt_txn_t *txn)
{
    int           n, rc;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    cursor = mt_invited_cursor(list, txn);
    if (cursor == NULL) {
        return -1;
    }

    n = 0;

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1 && n < MT_INVITED_INLINE;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        n++;
    }

    mt_cursor_close(cursor);

    return rc < 0 ? -1 : n;
}


/* In a thread, hence a transaction of its own. */

static void
mt_invited_work(mt_call_t *call)
{
    mt_txn_t      *txn;
    mt_invited_t  *list;

    list = call->state;
    list->status = mt_read_open(call->store, &txn);

    if (list->status == MT_OK) {
        list->status = mt_invited_find(list, txn, call->arena);

        if (list->status == MT_OK) {
            list->status = mt_txn_status(txn);
        }

        mt_read_close(txn);
    }
}


static mt_step_t
mt_invited_resume(mt_call_t *call)
{
    mt_page_t     *page;
    mt_invited_t  *list;

    list = call->state;

    if (list->status != MT_OK) {
        return mt_call_reject(call, list->status, 0);
    }

    page = mt_arena_alloc(call->arena, sizeof(*page));
    if (page == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    page->has_more = list->has_more;
    call->reply = page;

    return MT_STEP_DONE;
}


static mt_status_t
mt_invited_find(mt_invited_t *list, mt_txn_t *txn, mt_arena_t *arena)
{
    mt_arena_t   *scratch;
    mt_status_t   rc;
    mt_cursor_t  *cursor;

    scratch = mt_arena_create(0);
    if (scratch == NULL) {
        return MT_NO_MEMORY;
    }

    cursor = mt_invited_cursor(list, txn);
    rc = cursor ? mt_invited_find_all(list, cursor, txn, arena, scratch)
                : MT_STORE_FAILED;

    if (cursor) {
        mt_cursor_close(cursor);
    }

    mt_arena_destroy(scratch);

    return rc;
}


/* Goes on to the first meeting after the page: has_more. */

static mt_status_t
mt_invited_find_all(mt_invited_t *list, mt_cursor_t *cursor, mt_txn_t *txn,
    mt_arena_t *arena, mt_arena_t *scratch)
{
    int           rc, wanted;
    int64_t       num, passed;
    mt_str_t      key, value;
    mt_status_t   status;

    passed = 0;
    status = MT_OK;

    for (rc = mt_cursor_last(cursor, &key, &value);
         rc == 1 && status == MT_OK && !list->has_more;
         rc = mt_cursor_prev(cursor, &key, &value))
    {
        wanted = mt_key_last_num(rc, key, &num) == 1
                 ? mt_invited_wants(list, txn, num, scratch) : -1;
        mt_arena_reset(scratch);

        if (wanted < 0) {
            status = MT_STORE_FAILED;

        } else if (wanted && passed++ >= list->skip) {
            if (list->size && list->n == (size_t) list->size) {
                list->has_more = 1;

            } else {
                status = mt_invited_add(list, arena, num);
            }
        }
    }

    return rc < 0 ? MT_STORE_FAILED : status;
}


/* Returns 1 if the user has the meeting on the workbench, and it is not
 * cancelled and of the department; else 0, -1 on failure. */

static int
mt_invited_wants(const mt_invited_t *list, mt_txn_t *txn, int64_t num,
    mt_arena_t *scratch)
{
    int            found;
    mt_key_t       key;
    mt_meeting_t   meeting;
    mt_attendee_t  attendee;

    found = mt_attendee_load(txn, list->company, num, list->user, &attendee,
                             scratch);

    if (found != 1 || attendee.deleted) {
        return found == 1 ? 0 : -1;
    }

    mt_key_num(&key, list->company, num);

    if (mt_load(txn, MT_DB_MEETING, &key, &mt_meeting_model, &meeting, scratch)
        != 1)
    {
        return -1;
    }

    return meeting.state != MT_MEETING_CANCELLED
           && (list->dept == 0 || meeting.dept == list->dept);
}


static mt_status_t
mt_invited_add(mt_invited_t *list, mt_arena_t *arena, int64_t num)
{
    size_t    room;
    int64_t  *nums;

    if (list->n == list->room) {
        room = list->room ? 2 * list->room : MT_INVITED_FEW;

        nums = mt_arena_take(arena, room * sizeof(int64_t));
        if (nums == NULL) {
            return MT_NO_MEMORY;
        }

        if (list->n) {
            memcpy(nums, list->nums, list->n * sizeof(int64_t));
        }

        list->nums = nums;
        list->room = room;
    }

    list->nums[list->n++] = num;

    return MT_OK;
}


static mt_status_t
mt_invited_open(mt_call_t *call)
{
    mt_listing_source(call, call->state);

    return MT_OK;
}


/* A meeting that the user was taken off, or that was purged, since it was
 * found is not shown. */

static int
mt_invited_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int                    rc, found;
    mt_invited_t          *list;
    mt_invitation_view_t  *view;

    list = call->state;
    *row = NULL;

    if (list->next == list->n) {
        return 0;
    }

    view = mt_arena_alloc(row_arena, sizeof(*view));
    if (view == NULL) {
        return -1;
    }

    list->listing.source.arena = row_arena;

    found = mt_meeting_view(&list->listing.source, list->nums[list->next++],
                            &view->meeting);
    if (found != 1) {
        return found < 0 ? -1 : 1;
    }

    rc = mt_invitation_fill(&list->listing.source, list->user, view);

    if (rc == 1 && view->own.slot
        && view->meeting.meeting.state != MT_MEETING_CANCELLED)
    {
        *row = view;
    }

    return rc;
}


/* Adds the user's attendance and check-in to a meeting's view.  Returns 1, or
 * -1 on failure. */

static int
mt_invitation_fill(const mt_view_source_t *source, int64_t user,
    mt_invitation_view_t *view)
{
    mt_key_t          key;
    mt_invitation_t  *derived;

    mt_key_num2(&key, source->company, view->meeting.meeting.num, user);

    if (mt_view_load_key(source, MT_DB_ATTENDEE, &key, &mt_attendee_model,
                         MT_ALL_FIELDS, &view->own) < 0
        || mt_view_load_key(source, MT_DB_CHECKIN, &key, &mt_checkin_model,
                            MT_ALL_FIELDS, &view->checkin) < 0)
    {
        return -1;
    }

    derived = &view->derived;

    derived->user = user;
    derived->answer = view->own.answer;
    derived->signed_in = view->checkin.time != 0;
    derived->leader = mt_meeting_is_host(&view->meeting.meeting, user);

    return 1;
}


static mt_step_t
mt_my_start(mt_call_t *call)
{
    int64_t              key;
    mt_my_meetings_t    *list;
    const mt_my_list_t  *args;

    args = call->args;

    list = mt_arena_alloc(call->arena, sizeof(*list));
    if (list == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    list->args = args;
    list->limit = args->limit ? args->limit : MT_MY_LIMIT;

    if (args->after.len
        && !mt_cursor_parse(args->after, &key, &list->listing.last))
    {
        return mt_call_reject(call, MT_BAD_VALUE, MT_my_list_after);
    }

    call->state = list;

    return MT_STEP_DONE;
}


static mt_status_t
mt_my_open(mt_call_t *call)
{
    mt_key_t           prefix;
    mt_my_meetings_t  *list;

    list = call->state;

    mt_listing_source(call, &list->listing);
    mt_key_num(&prefix, call->company, call->actor);

    list->listing.cursor = mt_cursor_open(call->txn, MT_DB_ATTENDS, &prefix);

    return list->listing.cursor ? MT_OK : MT_STORE_FAILED;
}


static int
mt_my_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int                    rc;
    int64_t                num;
    mt_my_meetings_t      *list;
    mt_invitation_view_t  *view;

    list = call->state;
    *row = NULL;

    rc = mt_my_step(call, &num);
    if (rc != 1) {
        return rc;
    }

    view = mt_arena_alloc(row_arena, sizeof(*view));
    if (view == NULL) {
        return -1;
    }

    list->listing.source.arena = row_arena;

    if (mt_meeting_view(&list->listing.source, num, &view->meeting) != 1
        || mt_invitation_fill(&list->listing.source, call->actor, view) != 1)
    {
        return -1;
    }

    if (view->own.deleted || !mt_my_wants(list->args, &view->meeting.meeting))
    {
        return 1;
    }

    if (list->given == list->limit) {
        call->next = mt_cursor_print(call->arena, 0, list->shown);
        return 0;
    }

    list->given++;
    list->shown = num;
    *row = view;

    return 1;
}


/* Moves to the next older meeting. */

static int
mt_my_step(mt_call_t *call, int64_t *num)
{
    int                rc;
    mt_key_t           at;
    mt_str_t           key, value;
    mt_listing_t      *listing;

    listing = call->state;

    if (listing->begun) {
        rc = mt_cursor_prev(listing->cursor, &key, &value);

    } else {
        mt_key_num2(&at, call->company, call->actor,
                    listing->last ? listing->last - 1 : MT_KEY_LAST);
        rc = mt_cursor_seek_back(listing->cursor, &at, &key, &value);
        listing->begun = 1;
    }

    rc = mt_key_last_num(rc, key, num);

    if (rc == 1) {
        listing->last = *num;
    }

    return rc;
}


static int
mt_my_wants(const mt_my_list_t *args, const mt_meeting_t *meeting)
{
    return !(mt_has(args, my_list, from) && meeting->end <= args->from)
           && !(mt_has(args, my_list, to) && meeting->begin >= args->to);
}


/*
 * One command makes and changes the meetings of a series.  Each meeting is a
 * draft of its own; all drafts are judged before the first is written.
 */

#include <stdlib.h>

#include "domain/series/mt_series.h"


/* Attendances that one command may write or read.  This many hold up all other
 * commands for a fraction of a second. */
#define MT_SERIES_SEATS  500000

#define MT_OCCURRENCE_TIMES                                                   \
    (MT_BIT(occurrence, begin) | MT_BIT(occurrence, end)                      \
     | MT_BIT(occurrence, begin_offset) | MT_BIT(occurrence, end_offset))

/* fields that a meeting added to a series copies from the named meeting */
#define MT_ADDED_FIELDS                                                       \
    (MT_EDITED_FIELDS | MT_BIT(meeting, room) | MT_BIT(meeting, dept)         \
     | MT_BIT(meeting, creator) | MT_BIT(meeting, leaders)                    \
     | MT_BIT(meeting, next_guest))

_Static_assert((int) MT_occurrence_id == (int) MT_meeting_id
               && (int) MT_occurrence_begin == (int) MT_meeting_begin
               && (int) MT_occurrence_end == (int) MT_meeting_end
               && (int) MT_occurrence_begin_offset
                  == (int) MT_meeting_begin_offset
               && (int) MT_occurrence_end_offset
                  == (int) MT_meeting_end_offset,
               "mt_patch() matches fields by number");


typedef struct {
    mt_drafts_t               drafts;
    mt_meeting_edit_t         args;        /* for all meetings alike */
    const mt_series_edit_t   *body;
    mt_series_t               series;      /* of an update */

    mt_draft_t               *v;            /* changed ones, then new ones */
    size_t                    n;
    size_t                    nold;
    int64_t                  *dropped;
    size_t                    ndropped;

    mt_attendee_list_t       *invited;      /* to all new meetings; or NULL */
    mt_arena_t               *scratch;      /* one changed meeting's list */
    mt_attends_t              attends;
    size_t                    seats;
    size_t                    nidle;        /* changed ones without change */
} mt_series_drafts_t;


static void mt_series_create_finish(mt_call_t *call);
static mt_status_t mt_series_create_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_series_update_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);

static mt_status_t mt_series_drafts_init(mt_series_drafts_t *e, mt_apply_t *a,
    const mt_series_edit_t *body, mt_result_t *result);
static mt_status_t mt_series_drafts_old(mt_series_drafts_t *e);
static mt_status_t mt_series_drafts_match(mt_series_drafts_t *e,
    const mt_series_meeting_t *episode, const mt_occurrence_t *occurrence);
static void mt_series_drafts_new(mt_series_drafts_t *e);
static mt_status_t mt_series_drafts_run(mt_series_drafts_t *e);
static mt_status_t mt_series_drafts_judge(mt_series_drafts_t *e);
static mt_status_t mt_series_drafts_rooms(mt_series_drafts_t *e);
static mt_status_t mt_series_drafts_invite(mt_series_drafts_t *e);
static mt_status_t mt_series_drafts_lists(mt_series_drafts_t *e);
static mt_status_t mt_series_drafts_list(mt_series_drafts_t *e,
    mt_draft_t *draft, mt_meeting_t *meeting);
static mt_status_t mt_series_drafts_seats(mt_series_drafts_t *e,
    const mt_attendee_list_t *list, size_t times);
static mt_status_t mt_series_drafts_quota(mt_series_drafts_t *e);
static int mt_series_drafts_idle(const mt_series_drafts_t *e);
static mt_status_t mt_series_drafts_write(mt_series_drafts_t *e);
static mt_status_t mt_series_drafts_write_old(mt_series_drafts_t *e);
static mt_status_t mt_series_drafts_write_new(mt_series_drafts_t *e);
static mt_status_t mt_series_drafts_write_rule(mt_series_drafts_t *e);
static int mt_draft_room_cmp(const void *one, const void *two);
static int mt_occurrence_cmp(const void *one, const void *two);


const mt_operation_t  mt_op_series_create = {
    .code = MT_CODE_series_create,
    .grows = 1,
    .name = "series_create",
    .args = &mt_series_edit_model,
    .body = &mt_series_edit_model,
    .start = mt_series_create_start,
    .finish = mt_series_create_finish,
    .apply = mt_series_create_apply
};

const mt_operation_t  mt_op_series_update = {
    .code = MT_CODE_series_update,
    .grows = 1,
    .name = "series_update",
    .args = &mt_series_edit_model,
    .body = &mt_series_edit_model,
    .start = mt_series_update_start,
    .apply = mt_series_update_apply
};


static void
mt_series_create_finish(mt_call_t *call)
{
    size_t                   i, n;
    mt_series_made_t        *made;
    const mt_series_edit_t  *args;
    const mt_occurrence_t   *occurrence;

    args = call->args;
    occurrence = args->occurrences.v;
    n = args->occurrences.n;

    made = mt_arena_alloc(call->arena, sizeof(*made));

    if (made) {
        made->ids.v = mt_arena_take(call->arena, n * sizeof(mt_str_t));
    }

    if (made == NULL || made->ids.v == NULL) {
        (void) mt_call_reject(call, MT_NO_MEMORY, 0);
        return;
    }

    for (i = 0; i < n; i++) {
        made->ids.v[i] = occurrence[i].id;
    }

    made->ids.n = n;
    call->reply = made;
}


static mt_status_t
mt_series_create_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    mt_status_t         rc;
    mt_series_drafts_t  e;

    rc = mt_series_drafts_init(&e, a, body, result);

    if (rc == MT_OK) {
        mt_series_drafts_new(&e);
        rc = mt_series_drafts_run(&e);
    }

    if (rc == MT_OK) {
        result->num = e.v[0].meeting.num;
    }

    return rc;
}


static mt_status_t
mt_series_update_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    mt_status_t              rc;
    mt_series_drafts_t       e;
    const mt_series_edit_t  *args;

    args = body;

    rc = mt_series_drafts_init(&e, a, args, result);
    if (rc != MT_OK) {
        return rc;
    }

    rc = mt_series_find(&e.series, args->ref, args->batch,
                        args->only_creator != 0);
    if (rc != MT_OK) {
        return mt_apply_reject(result, rc, e.series.field, 0);
    }

    result->num = e.series.named.num;

    rc = mt_series_drafts_old(&e);

    if (rc == MT_OK) {
        mt_series_drafts_new(&e);
        rc = mt_series_drafts_run(&e);
    }

    return rc;
}


static mt_status_t
mt_series_drafts_init(mt_series_drafts_t *e, mt_apply_t *a,
    const mt_series_edit_t *body, mt_result_t *result)
{
    size_t  n;

    memset(e, 0, sizeof(*e));

    e->body = body;

    mt_patch(&e->args, &mt_meeting_edit_model, body, &mt_series_edit_model,
             UINT64_MAX);
    e->args.has = body->has;

    mt_series_init(&e->series, a->txn, a->company, a->actor, a->time,
                   a->arena);

    n = body->occurrences.n + 1;
    e->v = mt_arena_take(a->arena, n * sizeof(mt_draft_t));
    e->dropped = mt_arena_take(a->arena, n * sizeof(int64_t));

    if (e->v == NULL || e->dropped == NULL) {
        return MT_NO_MEMORY;
    }

    return mt_drafts_init(&e->drafts, a, &e->args, result);
}


/*
 * Matches the series' meetings with those that the worker saw.  The command is
 * rejected if they differ; a meeting that has ended or was cancelled since is
 * left as it is.
 */

static mt_status_t
mt_series_drafts_old(mt_series_drafts_t *e)
{
    size_t                  i, n;
    int64_t                *nums;
    mt_arena_t             *arena;
    mt_status_t             rc;
    mt_occurrence_t        *sorted, *found, wanted;
    const mt_objs_t        *occurrences;

    arena = e->drafts.a->arena;
    occurrences = &e->body->occurrences;
    n = occurrences->n;

    sorted = mt_arena_take(arena, n * sizeof(mt_occurrence_t));
    nums = mt_arena_take(arena, e->series.n * sizeof(int64_t));

    if (sorted == NULL || nums == NULL) {
        return MT_NO_MEMORY;
    }

    memcpy(sorted, occurrences->v, n * sizeof(mt_occurrence_t));
    qsort(sorted, n, sizeof(mt_occurrence_t), mt_occurrence_cmp);

    memset(&wanted, 0, sizeof(wanted));

    for (i = 0; i < e->series.n; i++) {
        if (e->series.v[i].ended) {
            continue;
        }

        wanted.num = e->series.v[i].num;
        found = bsearch(&wanted, sorted, n, sizeof(mt_occurrence_t),
                        mt_occurrence_cmp);

        rc = mt_series_drafts_match(e, &e->series.v[i], found);
        if (rc != MT_OK) {
            return rc;
        }

        nums[e->drafts.edited.n++] = wanted.num;
    }

    e->nold = e->n;
    e->drafts.edited.v = nums;

    qsort(nums, e->drafts.edited.n, sizeof(int64_t), mt_num_cmp);

    return MT_OK;
}


static mt_status_t
mt_series_drafts_match(mt_series_drafts_t *e,
    const mt_series_meeting_t *episode, const mt_occurrence_t *occurrence)
{
    mt_draft_t          *draft;
    const mt_meeting_t  *old;

    if (occurrence == NULL || occurrence->was != episode->begin) {
        return MT_BUSY;
    }

    if (occurrence->drop) {
        e->dropped[e->ndropped++] = episode->num;
        return MT_OK;
    }

    old = mt_meeting_load(e->drafts.a, episode->num);
    if (old == NULL) {
        return MT_STORE_FAILED;
    }

    draft = &e->v[e->n++];

    mt_draft_old(draft, &e->drafts, old);
    mt_patch(&draft->meeting, &mt_meeting_model, occurrence,
             &mt_occurrence_model, MT_OCCURRENCE_TIMES);

    return MT_OK;
}


/* A meeting added to a series is like the named meeting after its change. */

static void
mt_series_drafts_new(mt_series_drafts_t *e)
{
    size_t                  i;
    mt_draft_t             *draft;
    const mt_occurrence_t  *occurrence;

    occurrence = e->body->occurrences.v;

    for (i = 0; i < e->body->occurrences.n; i++, occurrence++) {
        if (occurrence->num) {
            continue;
        }

        draft = &e->v[e->n++];

        mt_draft_new(draft, &e->drafts);
        mt_patch(&draft->meeting, &mt_meeting_model, &e->series.named,
                 &mt_meeting_model,
                 MT_ADDED_FIELDS & ~(e->args.has & MT_EDITED_FIELDS));
        mt_patch(&draft->meeting, &mt_meeting_model, occurrence,
                 &mt_occurrence_model,
                 MT_OCCURRENCE_TIMES | MT_SECRET_FIELDS
                 | MT_BIT(occurrence, id));

    }
}


static mt_status_t
mt_series_drafts_run(mt_series_drafts_t *e)
{
    unsigned     i;
    mt_status_t  rc;

    static mt_status_t (*const  steps[])(mt_series_drafts_t *e) = {
        mt_series_drafts_judge,
        mt_series_drafts_rooms,
        mt_series_drafts_invite,
        mt_series_drafts_lists,
        mt_series_drafts_quota,
        mt_series_drafts_write
    };

    e->scratch = mt_arena_create(0);
    if (e->scratch == NULL) {
        return MT_NO_MEMORY;
    }

    rc = MT_OK;

    for (i = 0; rc == MT_OK && i < mt_nitems(steps); i++) {
        rc = steps[i](e);
    }

    if (mt_arena_failed(e->scratch)) {
        rc = MT_NO_MEMORY;
    }

    mt_arena_destroy(e->scratch);
    mt_attends_free(&e->attends);

    return rc;
}


static mt_status_t
mt_series_drafts_judge(mt_series_drafts_t *e)
{
    size_t        i;
    mt_draft_t   *draft;
    mt_status_t   rc;

    rc = MT_OK;

    for (i = 0; rc == MT_OK && i < e->n; i++) {
        draft = &e->v[i];

        if (draft->old == NULL) {
            rc = mt_draft_identity(draft);
        }

        if (rc == MT_OK && draft->meeting.creator == 0) {
            rc = mt_draft_creator(draft);
        }

        if (rc == MT_OK) {
            rc = mt_draft_judge(draft);
        }
    }

    return rc;
}


/* Each draft was judged against the bookings of other meetings; now the drafts
 * are judged against one another. */

static mt_status_t
mt_series_drafts_rooms(mt_series_drafts_t *e)
{
    size_t        i, n;
    mt_draft_t  **held;

    held = mt_arena_take(e->drafts.a->arena, (e->n + 1) * sizeof(*held));
    if (held == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0, n = 0; i < e->n; i++) {
        if (mt_meeting_holds_room(&e->v[i].meeting)) {
            held[n++] = &e->v[i];
        }
    }

    qsort(held, n, sizeof(*held), mt_draft_room_cmp);

    for (i = 1; i < n; i++) {
        if (held[i]->meeting.room == held[i - 1]->meeting.room
            && held[i]->meeting.begin < held[i - 1]->meeting.end)
        {
            return mt_draft_reject_room(held[i], MT_ROOM_BUSY,
                                        MT_meeting_edit_room_ref);
        }
    }

    return MT_OK;
}


/* All new meetings have the same list of attendees. */

static mt_status_t
mt_series_drafts_invite(mt_series_drafts_t *e)
{
    size_t               i;
    mt_drafts_t         *drafts;
    mt_status_t          rc;
    mt_meeting_t        *first;
    const mt_meeting_t  *named;

    drafts = &e->drafts;
    named = e->series.named.num ? &e->series.named : NULL;

    if (e->n == e->nold || (named == NULL && !mt_drafts_list(drafts, 1))) {
        return MT_OK;
    }

    e->invited = mt_attendee_list_create(drafts->users, drafts->args,
                                         drafts->result, drafts->a->arena);
    if (e->invited == NULL) {
        return MT_NO_MEMORY;
    }

    mt_attendee_list_defer(e->invited, &e->attends);

    first = &e->v[e->nold].meeting;

    rc = mt_attendee_list_judge(e->invited, named, first);
    if (rc != MT_OK) {
        return rc;
    }

    for (i = e->nold; i < e->n; i++) {
        e->v[i].list = e->invited;
        e->v[i].meeting.next_guest = first->next_guest;
    }

    return mt_series_drafts_seats(e, e->invited, e->n - e->nold);
}


/*
 * Judges the lists of the changed meetings, one at a time.  Each list is
 * dropped and worked out again when it is written, since all lists together
 * may be large.
 */

static mt_status_t
mt_series_drafts_lists(mt_series_drafts_t *e)
{
    int            listed;
    size_t         i;
    mt_status_t    rc;
    mt_meeting_t   copy;

    rc = MT_OK;

    listed = mt_drafts_list(&e->drafts, 0);

    for (i = 0; rc == MT_OK && i < e->nold; i++) {
        if (listed) {
            copy = e->v[i].meeting;
            rc = mt_series_drafts_list(e, &e->v[i], &copy);

            if (rc == MT_OK) {
                rc = mt_series_drafts_seats(e, e->v[i].list, 1);
            }
        }

        e->nidle += rc == MT_OK && mt_draft_idle(&e->v[i]);
        e->v[i].list = NULL;
    }

    e->drafts.a->unchanged = 0;

    return rc;
}


static mt_status_t
mt_series_drafts_list(mt_series_drafts_t *e, mt_draft_t *draft,
    mt_meeting_t *meeting)
{
    mt_drafts_t  *drafts;

    drafts = &e->drafts;

    mt_arena_reset(e->scratch);

    draft->list = mt_attendee_list_create(drafts->users, drafts->args,
                                          drafts->result, e->scratch);

    if (draft->list == NULL) {
        return MT_NO_MEMORY;
    }

    mt_attendee_list_defer(draft->list, &e->attends);

    return mt_attendee_list_judge(draft->list, draft->old, meeting);
}


static mt_status_t
mt_series_drafts_seats(mt_series_drafts_t *e, const mt_attendee_list_t *list,
    size_t times)
{
    e->seats += mt_attendee_list_size(list) * times;

    return e->seats <= MT_SERIES_SEATS ? MT_OK
           : mt_apply_reject(e->drafts.result, MT_TOO_MANY,
                             MT_meeting_edit_people_refs, 0);
}


/* The attendees of the changed meetings count as they were if their lists
 * stay.  A series that is too large already may become smaller. */

static mt_status_t
mt_series_drafts_quota(mt_series_drafts_t *e)
{
    size_t       i;
    int64_t      before, after;
    mt_apply_t  *a;
    mt_tally_t  *tally;

    a = e->drafts.a;
    before = 0;

    for (i = 0; a->quota.series_seats && i < e->nold; i++) {
        tally = mt_tally(a, e->v[i].meeting.num);
        if (tally == NULL) {
            return a->failed;
        }

        before += tally->total;
    }

    after = (int64_t) e->seats;

    if (!mt_drafts_list(&e->drafts, 0)) {
        after += before;
    }

    if (a->quota.series_seats && after > a->quota.series_seats
        && after > before)
    {
        return mt_apply_reject(e->drafts.result, MT_QUOTA_SERIES,
                               MT_meeting_edit_people_refs, 0);
    }

    return mt_drafts_quota(&e->drafts, e->n - e->nold);
}


/* Returns 1 if the command changes neither a meeting nor the rule. */

static int
mt_series_drafts_idle(const mt_series_drafts_t *e)
{
    const mt_meeting_t      *first;
    const mt_series_edit_t  *args;

    first = &e->series.first;
    args = e->body;

    return e->n == e->nold && e->ndropped == 0 && e->nidle == e->n
           && first->num != 0
           && (!mt_has(args, series_edit, repeat)
               || args->repeat == first->repeat)
           && (!mt_has(args, series_edit, repeat_end)
               || args->repeat_end == first->repeat_end)
           && mt_user_refs_count(e->drafts.users) == 0;
}


static mt_status_t
mt_series_drafts_write(mt_series_drafts_t *e)
{
    size_t               i;
    mt_apply_t          *a;
    mt_status_t          rc;
    const mt_meeting_t  *m;

    a = e->drafts.a;
    rc = MT_OK;

    if (mt_series_drafts_idle(e)) {
        a->unchanged = 1;
        return MT_OK;
    }

    mt_user_refs_make(e->drafts.users);

    for (i = 0; rc == MT_OK && i < e->ndropped; i++) {
        m = mt_meeting_load(a, e->dropped[i]);
        rc = m ? mt_meeting_cancel(a, m) : MT_STORE_FAILED;
    }

    if (rc == MT_OK) {
        rc = mt_series_drafts_write_old(e);
    }

    if (rc == MT_OK) {
        rc = mt_series_drafts_write_new(e);
    }

    if (rc == MT_OK) {
        rc = mt_attends_write(&e->attends, a);
    }

    return rc == MT_OK ? mt_series_drafts_write_rule(e) : rc;
}


static mt_status_t
mt_series_drafts_write_old(mt_series_drafts_t *e)
{
    int           listed;
    size_t        i;
    mt_draft_t   *draft;
    mt_status_t   rc;

    listed = mt_drafts_list(&e->drafts, 0);
    rc = MT_OK;

    for (i = 0; rc == MT_OK && i < e->nold; i++) {
        draft = &e->v[i];

        mt_draft_set_nums(draft);

        if (listed) {
            rc = mt_series_drafts_list(e, draft, &draft->meeting);
        }

        if (rc == MT_OK) {
            rc = mt_draft_write(draft, MT_EVENT_BOOK_UPDATE);
        }
    }

    return rc;
}


/* The number of a series is that of the meeting made first. */

static mt_status_t
mt_series_drafts_write_new(mt_series_drafts_t *e)
{
    size_t        i;
    int64_t       series;
    mt_draft_t   *draft;
    mt_status_t   rc;

    series = e->series.first.num;
    rc = MT_OK;

    for (i = e->nold; rc == MT_OK && i < e->n; i++) {
        draft = &e->v[i];

        mt_draft_set_nums(draft);

        series = series ? series : draft->meeting.num;
        draft->meeting.series = series;

        rc = mt_draft_write(draft, MT_EVENT_BOOK_SUCCESS);
    }

    return rc;
}


/* The rule stands in the first meeting's record, even if that has ended. */

static mt_status_t
mt_series_drafts_write_rule(mt_series_drafts_t *e)
{
    mt_meeting_t         first;
    const mt_meeting_t  *m;

    m = mt_meeting_load(e->drafts.a, e->series.first.num
                                    ? e->series.first.num
                                    : e->v[0].meeting.num);
    if (m == NULL) {
        return MT_STORE_FAILED;
    }

    first = *m;

    mt_patch(&first, &mt_meeting_model, e->body, &mt_series_edit_model,
             MT_BIT(series_edit, repeat) | MT_BIT(series_edit, repeat_end));

    if (first.repeat == m->repeat && first.repeat_end == m->repeat_end) {
        return MT_OK;
    }

    return mt_meeting_save(e->drafts.a, &first);
}


static int
mt_draft_room_cmp(const void *one, const void *two)
{
    const mt_meeting_t  *a = &(*(const mt_draft_t *const *) one)->meeting;
    const mt_meeting_t  *b = &(*(const mt_draft_t *const *) two)->meeting;

    if (a->room != b->room) {
        return mt_num_cmp(&a->room, &b->room);
    }

    return mt_num_cmp(&a->begin, &b->begin);
}


static int
mt_occurrence_cmp(const void *one, const void *two)
{
    const mt_occurrence_t  *a = one, *b = two;

    return mt_num_cmp(&a->num, &b->num);
}


/*
 * The times of a series' meetings.  A worker computes them, since it has the
 * time zone; apply() takes them from the command.
 */

#include "domain/series/mt_series.h"


typedef struct {
    int64_t             begin;      /* as it will be */
    int64_t             length;
    int64_t             day;        /* local, of the begin */
    int                 kept;       /* by the rule */
} mt_planned_t;

typedef struct {
    mt_call_t          *call;
    const mt_zone_t    *zone;
    mt_series_edit_t   *args;
    mt_series_t         series;

    int                 moved;      /* the client gave times */
    int64_t             begin;      /* of the named meeting, as it will be */
    int64_t             length;
    int64_t             shift;      /* of it, by the wall clock */

    int                 ruled;      /* the rule changes; `dates` are set */
    int64_t             dates[MT_OCCURRENCES_MAX];
    size_t              ndates;

    mt_planned_t       *planned;    /* of series.v */
    mt_occurrence_t    *out;
    size_t              n;
} mt_plan_t;


static mt_status_t mt_plan_times(mt_plan_t *plan);
static mt_status_t mt_plan_rule(mt_plan_t *plan);
static mt_status_t mt_plan_dates(mt_plan_t *plan, int64_t rule, int64_t until);
static mt_status_t mt_plan_episodes(mt_plan_t *plan);
static int mt_plan_keep(mt_plan_t *plan, int64_t date);
static mt_status_t mt_plan_change(mt_plan_t *plan);
static mt_status_t mt_plan_make(mt_plan_t *plan, int64_t begin);
static mt_status_t mt_plan_set(mt_plan_t *plan, mt_occurrence_t *occurrence,
    int64_t begin, int64_t length);
static mt_step_t mt_plan_command(mt_plan_t *plan);
static size_t mt_plan_seats(mt_plan_t *plan);
static mt_step_t mt_plan_reject(mt_plan_t *plan, mt_status_t status);


mt_step_t
mt_series_create_start(mt_call_t *call)
{
    size_t              i;
    mt_plan_t           plan;
    mt_status_t         rc;
    mt_series_edit_t   *args;

    args = call->args;

    rc = mt_reminders_given(call->arena, &args->has, &args->reminders,
                            args->notice, args->remind);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_series_edit_reminders);
    }

    memset(&plan, 0, sizeof(plan));
    plan.call = call;
    plan.zone = call->settings->zone;
    plan.args = args;
    plan.begin = args->begin;
    plan.length = args->end - args->begin;

    if (plan.length <= 0) {
        return mt_call_reject(call, MT_BAD_TIMES, MT_series_edit_end);
    }

    rc = mt_plan_dates(&plan, args->repeat, args->repeat_end);

    if (rc == MT_OK) {
        plan.out = mt_arena_alloc(call->arena,
                                  plan.ndates * sizeof(mt_occurrence_t));
        rc = plan.out ? MT_OK : MT_NO_MEMORY;
    }

    for (i = 0; rc == MT_OK && i < plan.ndates; i++) {
        rc = mt_plan_make(&plan, plan.dates[i]);
    }

    return rc == MT_OK ? mt_plan_command(&plan) : mt_plan_reject(&plan, rc);
}


mt_step_t
mt_series_update_start(mt_call_t *call)
{
    size_t              i;
    mt_plan_t           plan;
    mt_status_t         rc;
    mt_series_edit_t   *args;

    static mt_status_t (*const  steps[])(mt_plan_t *plan) = {
        mt_plan_times,
        mt_plan_rule,
        mt_plan_episodes,
        mt_plan_change
    };

    args = call->args;

    rc = mt_reminders_given(call->arena, &args->has, &args->reminders,
                            args->notice, args->remind);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_series_edit_reminders);
    }

    memset(&plan, 0, sizeof(plan));
    plan.call = call;
    plan.zone = call->settings->zone;
    plan.args = args;

    mt_series_init(&plan.series, call->txn, call->company, call->actor,
                   call->now, call->arena);

    rc = mt_series_find(&plan.series, args->ref, args->batch,
                        args->only_creator != 0);

    for (i = 0; rc == MT_OK && i < mt_nitems(steps); i++) {
        rc = steps[i](&plan);
    }

    return rc == MT_OK ? mt_plan_command(&plan) : mt_plan_reject(&plan, rc);
}


/* The named meeting has the times that the client did not give. */

static mt_status_t
mt_plan_times(mt_plan_t *plan)
{
    int64_t                  end;
    const mt_meeting_t      *named;
    const mt_series_edit_t  *args;

    args = plan->args;
    named = &plan->series.named;

    plan->moved = mt_has(args, series_edit, begin)
                  || mt_has(args, series_edit, end);

    plan->begin = mt_has(args, series_edit, begin) ? args->begin
                                                   : named->begin;
    end = mt_has(args, series_edit, end) ? args->end : named->end;

    plan->length = end - plan->begin;
    plan->shift = mt_wall_between(plan->zone, named->begin, plan->begin);

    if (plan->length <= 0) {
        plan->series.field = MT_series_edit_end;
        return MT_BAD_TIMES;
    }

    return MT_OK;
}


/* A given rule that is the same as before changes nothing. */

static mt_status_t
mt_plan_rule(mt_plan_t *plan)
{
    int64_t                  rule, until;
    const mt_meeting_t      *first;
    const mt_series_edit_t  *args;

    args = plan->args;
    first = &plan->series.first;

    rule = mt_has(args, series_edit, repeat) ? args->repeat : first->repeat;
    until = mt_has(args, series_edit, repeat_end) ? args->repeat_end
                                                  : first->repeat_end;

    plan->ruled = rule != first->repeat || until != first->repeat_end;

    return plan->ruled ? mt_plan_dates(plan, rule, until) : MT_OK;
}


/* A series that does not repeat needs no end. */

static mt_status_t
mt_plan_dates(mt_plan_t *plan, int64_t rule, int64_t until)
{
    mt_status_t      rc;
    mt_recurrence_t  recurrence;

    recurrence.zone = plan->zone;
    recurrence.rule = (int) rule;
    recurrence.begin = plan->begin;
    recurrence.until = rule == MT_REPEAT_NONE
                       && !mt_has(plan->args, series_edit, repeat_end)
                       ? plan->begin : until;

    plan->series.field = MT_series_edit_repeat_end;

    rc = mt_recurrence_expand(&recurrence, plan->dates, &plan->ndates);

    return rc == MT_OK && plan->ndates == 0 ? MT_BAD_VALUE : rc;
}


/* Computes the new times of the meetings that have not ended. */

static mt_status_t
mt_plan_episodes(mt_plan_t *plan)
{
    size_t                      i;
    mt_planned_t               *p;
    const mt_series_meeting_t  *v;

    v = plan->series.v;

    plan->planned = mt_arena_alloc(plan->call->arena,
                                   plan->series.n * sizeof(mt_planned_t));
    plan->out = mt_arena_alloc(plan->call->arena,
                               (plan->series.n + plan->ndates)
                               * sizeof(mt_occurrence_t));

    if (plan->planned == NULL || plan->out == NULL) {
        return MT_NO_MEMORY;
    }

    for (i = 0; i < plan->series.n; i++) {
        p = &plan->planned[i];

        p->begin = v[i].begin;
        p->length = v[i].end - v[i].begin;
        p->kept = !plan->ruled;

        /* the named meeting begins at the given instant, even if that is the
         * second of a time that the clock shows twice */

        if (plan->moved && !v[i].ended) {
            p->begin = v[i].num == plan->series.named.num
                       ? plan->begin
                       : mt_wall_shift(plan->zone, p->begin, plan->shift);
            p->length = plan->length;
        }

        p->day = mt_wall_day(plan->zone, p->begin);
    }

    return MT_OK;
}


/* Keeps the meeting that is on the date already; one that was moved within its
 * day counts.  Returns 1, or 0 if there is none. */

static int
mt_plan_keep(mt_plan_t *plan, int64_t date)
{
    size_t         i;
    int64_t        day;
    mt_planned_t  *p, *found;

    day = mt_wall_day(plan->zone, date);
    found = NULL;

    for (i = 0; i < plan->series.n; i++) {
        p = &plan->planned[i];

        if (p->day == day && !p->kept && (found == NULL || p->begin == date)) {
            found = p;
        }
    }

    if (found) {
        found->kept = 1;
    }

    return found != NULL;
}


/* Meetings that have ended are not changed, and none is added that would have
 * ended by now. */

static mt_status_t
mt_plan_change(mt_plan_t *plan)
{
    size_t            i;
    int64_t           date;
    mt_status_t       rc;
    mt_occurrence_t  *o;

    rc = MT_OK;

    for (i = 0; rc == MT_OK && plan->ruled && i < plan->ndates; i++) {
        date = plan->dates[i];

        if (!mt_plan_keep(plan, date)
            && date + plan->length > plan->call->now)
        {
            rc = mt_plan_make(plan, date);
        }
    }

    for (i = 0; rc == MT_OK && i < plan->series.n; i++) {
        if (plan->series.v[i].ended) {
            continue;
        }

        o = &plan->out[plan->n++];

        mt_set(o, occurrence, num, plan->series.v[i].num);
        mt_set(o, occurrence, was, plan->series.v[i].begin);

        if (!plan->planned[i].kept) {
            mt_set(o, occurrence, drop, 1);

        } else if (plan->moved) {
            rc = mt_plan_set(plan, o, plan->planned[i].begin,
                             plan->planned[i].length);
        }
    }

    return rc;
}


static mt_status_t
mt_plan_make(mt_plan_t *plan, int64_t begin)
{
    mt_arena_t            *arena;
    mt_occurrence_t       *o;
    mt_meeting_secrets_t   secrets;

    arena = plan->call->arena;
    o = &plan->out[plan->n++];

    mt_set(o, occurrence, id, mt_fresh_short_id(arena));

    if (o->id.len == 0 || mt_meeting_secrets(arena, &secrets) != 0) {
        return MT_INTERNAL;
    }

    mt_patch(o, &mt_occurrence_model, &secrets, &mt_meeting_secrets_model,
             MT_SECRET_FIELDS);
    o->has |= MT_SECRET_FIELDS;

    return mt_plan_set(plan, o, begin, plan->length);
}


static mt_status_t
mt_plan_set(mt_plan_t *plan, mt_occurrence_t *o, int64_t begin,
    int64_t length)
{
    if (begin < 0 || begin + length > MT_TIME_MAX) {
        plan->series.field = MT_series_edit_end;
        return MT_BAD_VALUE;
    }

    mt_set(o, occurrence, begin, begin);
    mt_set(o, occurrence, end, begin + length);
    mt_set(o, occurrence, begin_offset, mt_zone_offset(plan->zone, begin));
    mt_set(o, occurrence, end_offset,
           mt_zone_offset(plan->zone, begin + length));

    return MT_OK;
}


static mt_step_t
mt_plan_command(mt_plan_t *plan)
{
    mt_objs_t          occurrences;
    mt_series_edit_t  *args;

    args = plan->args;

    occurrences.n = plan->n;
    occurrences.v = plan->out;

    mt_set(args, series_edit, occurrences, occurrences);
    mt_set(args, series_edit, in_order, 1);

    args->has &= ~(MT_BIT(series_edit, begin) | MT_BIT(series_edit, end));
    args->begin = 0;
    args->end = 0;

    plan->call->seats = mt_plan_seats(plan);

    return mt_command(plan->call, args);
}


/* A new meeting gets the list of the meeting that was named, after its
 * change. */

static size_t
mt_plan_seats(mt_plan_t *plan)
{
    int                 lists;
    size_t              i, given, seats, named;
    mt_meeting_edit_t   edit;

    memset(&edit, 0, sizeof(edit));
    mt_patch(&edit, &mt_meeting_edit_model, plan->args, &mt_series_edit_model,
             UINT64_MAX);
    edit.has = plan->args->has;

    given = mt_edit_seats(&edit);
    lists = mt_edit_lists(&edit);
    named = plan->series.named.num
            ? mt_call_seats(plan->call, plan->series.named.num) : 0;

    seats = plan->n * MT_SERIES_MEETING_SEATS;

    for (i = 0; i < plan->n; i++) {
        if (plan->out[i].num == 0) {
            seats += given + named;

        } else if (lists) {
            seats += given + mt_call_seats(plan->call, plan->out[i].num);
        }
    }

    return seats;
}


static mt_step_t
mt_plan_reject(mt_plan_t *plan, mt_status_t status)
{
    return mt_call_reject(plan->call, status, plan->series.field);
}

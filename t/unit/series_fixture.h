
/*
 * Series of meetings for the tests.
 */

#ifndef SERIES_FIXTURE_H
#define SERIES_FIXTURE_H

#include "domain/series/mt_recurrence.h"
#include "meeting_fixture.h"


/* DAY0 is Monday, 14 September 2020, in Shanghai; now is 20:26 the day before
 * that. */

#define DAY     MT_MS_PER_DAY
#define WEEK    (7 * DAY)


#define series_set(args, name, value)  mt_set(args, series_edit, name, value)


static mt_strs_t  made_ids;


/* Makes a series of user 1, at DAY0 + begin hours, an hour each, until the
 * n-th day. */

__attribute__((unused))
static mt_series_edit_t
series_new(fixture_t *f, int rule, int64_t begin, int64_t days,
    const char *people)
{
    mt_series_edit_t  args;

    memset(&args, 0, sizeof(args));
    series_set(&args, creator_ref, MT_STR("1"));
    series_set(&args, creator_listed, MT_ANSWER_ACCEPTED);
    series_set(&args, placeholders, 1);
    series_set(&args, subject, MT_STR("series"));
    series_set(&args, begin, DAY0 + begin * HOUR);
    series_set(&args, end, DAY0 + (begin + 1) * HOUR);
    series_set(&args, repeat, rule);
    series_set(&args, repeat_end, DAY0 + begin * HOUR + days * DAY);
    series_set(&args, people_refs, refs(f, people));

    return args;
}


__attribute__((unused))
static mt_series_edit_t
series_of(fixture_t *f, int64_t num)
{
    mt_series_edit_t  args;

    memset(&args, 0, sizeof(args));
    series_set(&args, ref, mt_arena_printf(f->arena, "%lld", (long long) num));
    series_set(&args, only_creator, 1);
    series_set(&args, placeholders, 1);
    series_set(&args, creator_listed, MT_ANSWER_ACCEPTED);

    return args;
}


__attribute__((unused))
static mt_result_t
series_create(fixture_t *f, mt_series_edit_t args)
{
    mt_result_t        result;
    mt_series_made_t  *made;

    result = fixture_run(f, &mt_op_series_create, &args);

    if (result.status == MT_OK) {
        made = f->call.reply;
        made_ids = made->ids;
    }

    return result;
}


/* Returns the number of the first meeting; those of the others follow. */

__attribute__((unused))
static int64_t
series_made(fixture_t *f, mt_series_edit_t args)
{
    return fixture_made(series_create(f, args), "cannot make a series");
}


__attribute__((unused))
static mt_result_t
series_update(fixture_t *f, mt_series_edit_t args)
{
    int64_t      before;
    mt_result_t  result;

    before = f->actor;
    f->actor = before ? before : 1;
    result = fixture_run(f, &mt_op_series_update, &args);
    f->actor = before;

    return result;
}


__attribute__((unused))
static mt_result_t
series_cancel(fixture_t *f, int64_t num, int64_t actor)
{
    int64_t             before;
    mt_result_t         result;
    mt_series_cancel_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, series_cancel, ref,
           mt_arena_printf(f->arena, "%lld", (long long) num));
    mt_set(&args, series_cancel, only_creator, 1);

    before = f->actor;
    f->actor = actor;
    result = fixture_run(f, &mt_op_series_cancel, &args);
    f->actor = before;

    return result;
}


/* Returns the events of the last command in the journal: "success 3 update 1
 * cancel 0". */

__attribute__((unused))
static const char *
raised(fixture_t *f)
{
    int                n[64] = { 0 };
    size_t             i;
    mt_str_t           key, value;
    mt_txn_t          *txn;
    mt_cursor_t       *cursor;
    mt_journal_t       entry;
    const mt_event_t  *event;
    static char        text[100];

    if (mt_read_begin(f->store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    cursor = mt_cursor_open(txn, MT_DB_JOURNAL, NULL);

    if (mt_cursor_last(cursor, &key, &value) != 1
        || mt_record_decode(value, &mt_journal_model, &entry, f->arena)
           != MT_OK)
    {
        fixture_die("no journal");
    }

    event = entry.events.v;

    for (i = 0; i < entry.events.n; i++) {
        n[event[i].type & 63]++;
    }

    mt_cursor_close(cursor);
    mt_read_end(txn);

    snprintf(text, sizeof(text), "success %d update %d cancel %d",
             n[MT_EVENT_BOOK_SUCCESS], n[MT_EVENT_BOOK_UPDATE],
             n[MT_EVENT_BOOK_CANCEL]);

    return text;
}


/*
 * Returns the days since DAY0 on which the meetings of a series that are not
 * cancelled begin, in order: "0 7 14".
 */

__attribute__((unused))
static int
days_cmp(const void *one, const void *two)
{
    int64_t  a = *(const int64_t *) one, b = *(const int64_t *) two;

    return a < b ? -1 : a > b;
}


__attribute__((unused))
static const char *
days(fixture_t *f, int64_t series)
{
    int            rc;
    size_t         i, n, len;
    int64_t        found[500];
    mt_key_t       prefix;
    mt_str_t       key, value;
    mt_txn_t      *txn;
    mt_cursor_t   *cursor;
    mt_meeting_t   m;
    int64_t        nums[500];
    static char    text[2000];

    if (mt_read_begin(f->store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    mt_key_num(&prefix, f->company, series);
    cursor = mt_cursor_open(txn, MT_DB_SERIES, &prefix);
    n = 0;

    for (rc = mt_cursor_first(cursor, &key, &value);
         rc == 1 && n < mt_nitems(nums);
         rc = mt_cursor_next(cursor, &key, &value))
    {
        if (!mt_key_read_num2(key, NULL, NULL, &nums[n++])) {
            fixture_die("a key of SERIES is malformed");
        }
    }

    mt_cursor_close(cursor);
    mt_read_end(txn);

    for (i = 0, len = 0; i < n; i++) {
        m = meeting(f, nums[i]);

        if (m.state != MT_MEETING_CANCELLED) {
            found[len++] = mt_wall_day(f->zone, m.begin)
                           - mt_wall_day(f->zone, DAY0);
        }
    }

    n = len;
    qsort(found, n, sizeof(found[0]), days_cmp);

    text[0] = '\0';

    for (i = 0, len = 0; i < n && len < sizeof(text) - 30; i++) {
        len += (size_t) snprintf(text + len, sizeof(text) - len, "%s%lld",
                                 i ? " " : "", (long long) found[i]);
    }

    return text;
}


__attribute__((unused))
static void
are_days(fixture_t *f, int64_t series, const char *want, const char *what)
{
    is_str(mt_cstr(days(f, series)), want, "%s", what);
}


__attribute__((unused))
static void
have_raised(fixture_t *f, const char *want)
{
    is_str(mt_cstr(raised(f)), want, "and raises");
}


/* A rejection must leave the store as it was. */

__attribute__((unused))
static void
is_refused(fixture_t *f, mt_result_t result, mt_status_t status,
    unsigned field, fixture_digest_t before, const char *what)
{
    is_status(result, status, "%s", what);
    is_int(result.field, field, "names the member");
    ok(fixture_same(before, fixture_digest(f)), "and changes nothing");
}

#endif /* SERIES_FIXTURE_H */

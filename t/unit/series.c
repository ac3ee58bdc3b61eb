
/*
 * Series of meetings: each is made, changed and cancelled by one command,
 * completely or not at all.
 */

#include "series_fixture.h"


#define PEOPLE  8
#define CROWD   1250    /* and the creator: too many for 400 meetings */


static void
test_create(fixture_t *f)
{
    int            i;
    int64_t        num;
    mt_key_t       key;
    mt_tally_t     t;
    mt_meeting_t   m;
    mt_attendee_t  row;

    num = series_made(f, series_new(f, MT_REPEAT_WEEKLY, 10, 28,
                                    "2,3,oid-x,2"));

    is_int(made_ids.n, 5, "five weeks");
    are_days(f, num, "0 7 14 21 28", "on their days");
    have_raised(f, "success 5 update 0 cancel 0");

    for (i = 0; i < 5; i++) {
        m = meeting(f, num + i);

        is_int(m.begin, DAY0 + 10 * HOUR + i * WEEK, "begin");
        is_int(m.end - m.begin, HOUR, "length");
        is_int(m.begin_offset, 8 * 3600, "offset");
        is_int(m.series, num, "of the series");
        is_int(m.repeat, i ? 0 : MT_REPEAT_WEEKLY,
               "the rule is with the first");
        is_int(m.repeat_end != 0, i == 0, "and when it ends");
        ok(mt_str_eq(m.id, made_ids.v[i]), "the id that was told");
        is_int(m.id.len, 24, "of 24 digits");
        ok(m.attendee_code.len == 11 && m.host_code.len == 11
           && m.seed.len == 16 && m.pcode1.len, "has its secrets");

        t = tally(f, m.num);
        is_int(t.total, 4, "everybody once, and the creator");
        is_int(t.accepted, 1, "who has accepted");
        is_int(attendee(f, m.num, 1, &row), 1, "is on the list");
        is_int(row.answer, MT_ANSWER_ACCEPTED, "accepted");
    }

    mt_key_num(&key, f->company, num);
    is_int(entries(f, MT_DB_SERIES, &key), 5, "all are found");

    num = series_made(f, series_new(f, MT_REPEAT_NONE, 10, 28, ""));
    are_days(f, num, "0", "one that repeats not");
    is_int(meeting(f, num).series, num, "is a series still");

    num = series_made(f, series_new(f, MT_REPEAT_WORKDAYS, 24 * 5 + 1, 4,
                                    ""));
    are_days(f, num, "7 8 9", "from Saturday on, on workdays");
}


static void
test_refusals(fixture_t *f)
{
    mt_series_edit_t  args;
    fixture_digest_t  before;

    before = fixture_digest(f);

    args = series_new(f, MT_REPEAT_DAILY, 10, -1, "");
    is_refused(f, series_create(f, args), MT_BAD_VALUE,
               MT_series_edit_repeat_end, before, "over before it begins");

    args = series_new(f, MT_REPEAT_WORKDAYS, 24 * 5, 1, "");
    is_refused(f, series_create(f, args), MT_BAD_VALUE,
               MT_series_edit_repeat_end, before, "no workday");

    args = series_new(f, MT_REPEAT_DAILY, 10, 400, "");
    is_refused(f, series_create(f, args), MT_TOO_MANY,
               MT_series_edit_repeat_end, before, "401 of them");

    args = series_new(f, MT_REPEAT_DAILY, 10, 3, "");
    series_set(&args, end, args.begin);
    is_refused(f, series_create(f, args), MT_BAD_TIMES, MT_series_edit_end,
               before, "no length");

    args = series_new(f, MT_REPEAT_DAILY, 10, 3, "");
    series_set(&args, end, MT_TIME_MAX - HOUR);
    is_refused(f, series_create(f, args), MT_BAD_VALUE, MT_series_edit_end,
               before, "the last one ends after the end of time");

    args = series_new(f, MT_REPEAT_DAILY, 10, 3, "2,nobody");
    series_set(&args, placeholders, 0);
    is_refused(f, series_create(f, args), MT_NO_SUCH_USER,
               MT_series_edit_people_refs, before, "an unknown person");

    args = series_new(f, MT_REPEAT_DAILY, 10, 3, "");
    series_set(&args, room_ref, MT_STR("nowhere"));
    is_refused(f, series_create(f, args), MT_NO_SUCH_ROOM,
               MT_series_edit_room_ref, before, "an unknown room");

    args = series_new(f, MT_REPEAT_DAILY, 10, 3, "");
    args.creator_ref = MT_STR("");
    is_refused(f, series_create(f, args), MT_NO_SUCH_USER,
               MT_series_edit_creator_ref, before, "nobody's");
}


static void
test_rooms(fixture_t *f)
{
    int64_t            num, other;
    mt_series_edit_t   args;
    fixture_digest_t   before;
    mt_meeting_edit_t  one;

    one = edit_new(f, "1", 36 * 24 + 10, 36 * 24 + 11, "");
    edit_set(&one, room_ref, MT_STR("hall"));
    other = created(f, one);

    before = fixture_digest(f);
    args = series_new(f, MT_REPEAT_DAILY, 10, 99, "2,newcomer-1");
    series_set(&args, room_ref, MT_STR("hall"));
    is_refused(f, series_create(f, args), MT_ROOM_BUSY,
               MT_series_edit_room_ref, before,
               "the 37th of 100 is in the way of another");

    args = series_new(f, MT_REPEAT_DAILY, 10, 99, "");
    series_set(&args, begin, DAY0 + 11 * HOUR);
    series_set(&args, end, DAY0 + 12 * HOUR);
    series_set(&args, repeat_end, DAY0 + 99 * DAY + 11 * HOUR);
    series_set(&args, room_ref, MT_STR("hall"));
    num = series_made(f, args);
    is_int(made_ids.n, 100, "right after it all are well");

    args = series_new(f, MT_REPEAT_DAILY, 7, 3, "");
    series_set(&args, end, DAY0 + 20 * HOUR + DAY);
    series_set(&args, room_ref, MT_STR("barn"));
    before = fixture_digest(f);
    is_refused(f, series_create(f, args), MT_ROOM_HOURS,
               MT_series_edit_begin, before, "over night");

    /* the series moves by a day: each meeting takes the place of the next */

    args = series_of(f, num);
    series_set(&args, begin, DAY0 + DAY + 11 * HOUR);
    series_set(&args, end, DAY0 + DAY + 12 * HOUR);
    is_status(series_update(f, args), MT_OK, "each into the next one's place");
    have_raised(f, "success 0 update 100 cancel 0");
    is_int(meeting(f, num + 99).begin, DAY0 + 100 * DAY + 11 * HOUR,
           "the last one, too");

    before = fixture_digest(f);
    args = series_of(f, num);
    series_set(&args, begin, DAY0 + DAY + 10 * HOUR);
    series_set(&args, end, DAY0 + DAY + 11 * HOUR);
    is_refused(f, series_update(f, args), MT_ROOM_BUSY,
               MT_series_edit_room_ref, before, "one of them into another");

    args = series_of(f, num);
    series_set(&args, room_ref, MT_STR("barn"));
    is_status(series_update(f, args), MT_OK, "all into another room");
    is_int(meeting(f, num + 50).room, meeting(f, num).room, "all");

    args = series_of(f, num);
    series_set(&args, end, DAY0 + DAY + 21 * HOUR);
    is_status(series_update(f, args), MT_OK, "longer");

    args = series_of(f, num);
    series_set(&args, repeat, MT_REPEAT_WEEKLY);
    is_status(series_update(f, args), MT_OK, "weekly");
    have_raised(f, "success 0 update 15 cancel 85");

    /* the rooms of dropped meetings are free at once */

    args = series_of(f, num);
    series_set(&args, repeat, MT_REPEAT_DAILY);
    series_set(&args, repeat_end, DAY0 + 20 * DAY);
    is_status(series_update(f, args), MT_OK, "daily again");

    (void) series_cancel(f, num, 1);
    (void) act(f, &mt_op_meeting_cancel, other, 1, MT_MAY_CREATOR,
               MT_WHEN_OPEN);
}


/* Some meetings of a series overlap in one room: the series itself is
 * checked. */

static void
test_overlap(fixture_t *f)
{
    int64_t            num;
    mt_result_t        result;
    mt_series_edit_t   args;
    fixture_digest_t   before;
    mt_meeting_edit_t  one;

    args = series_new(f, MT_REPEAT_DAILY, 10, 2, "");
    series_set(&args, room_ref, MT_STR("barn"));
    num = series_made(f, args);

    /* the second meeting is moved by a day and an hour */

    one = edit_of(f, num + 1);
    edit_set(&one, begin, DAY0 + 2 * DAY + 11 * HOUR);
    edit_set(&one, end, DAY0 + 2 * DAY + 12 * HOUR);
    is_status(update(f, one), MT_OK, "two on one day");

    before = fixture_digest(f);
    args = series_of(f, num);
    series_set(&args, end, DAY0 + 12 * HOUR);
    result = series_update(f, args);
    is_refused(f, result, MT_ROOM_BUSY, MT_series_edit_room_ref, before,
               "longer ones overlap");

    is_status(series_cancel(f, num, 1), MT_OK, "cancelled");
    have_raised(f, "success 0 update 0 cancel 3");
}


static void
test_update(fixture_t *f)
{
    int64_t            num, now;
    mt_series_edit_t   args;
    fixture_digest_t   before;
    mt_meeting_edit_t  one;

    now = f->now;
    num = series_made(f, series_new(f, MT_REPEAT_DAILY, 10, 4, "2"));

    /* into the second meeting */

    f->now = DAY0 + DAY + 10 * HOUR + 1;
    is_status(checkin(f, 2, checkin_args(f, num + 1, "1", "a")), MT_OK,
              "signed in");

    args = series_of(f, num);
    series_set(&args, subject, MT_STR("other"));
    is_status(series_update(f, args), MT_OK, "changed");
    have_raised(f, "success 0 update 4 cancel 0");
    is_str(meeting(f, num).subject, "series", "but for what has ended");
    is_str(meeting(f, num + 1).subject, "other", "what is under way, too");
    is_int(tally(f, num + 1).signed_in, 1, "check-ins stay");

    args = series_of(f, num + 3);
    series_set(&args, content, MT_STR("more"));
    is_status(series_update(f, args), MT_OK, "from the fourth on");
    is_str(meeting(f, num + 2).content, "", "not before");
    is_str(meeting(f, num + 3).content, "more", "it");
    is_str(meeting(f, num + 4).content, "more", "and those after it");

    /* half an hour later, and twice as long */

    args = series_of(f, num + 3);
    series_set(&args, begin, DAY0 + 3 * DAY + 10 * HOUR + 30 * MINUTE);
    series_set(&args, end, DAY0 + 3 * DAY + 12 * HOUR + 30 * MINUTE);
    is_status(series_update(f, args), MT_OK, "moved");
    is_int(meeting(f, num + 4).begin,
           DAY0 + 4 * DAY + 10 * HOUR + 30 * MINUTE, "by the same shift");
    is_int(meeting(f, num + 4).end - meeting(f, num + 4).begin, 2 * HOUR,
           "of the new length");
    is_int(meeting(f, num + 2).begin, DAY0 + 2 * DAY + 10 * HOUR,
           "but the one before");

    /* a meeting that was moved by itself keeps its distance, and its length if
     * no times are given */

    one = edit_of(f, num + 4);
    edit_set(&one, begin, DAY0 + 4 * DAY + 15 * HOUR);
    edit_set(&one, end, DAY0 + 4 * DAY + 15 * HOUR + MINUTE);
    is_status(update(f, one), MT_OK, "one by itself");
    args = series_of(f, num + 3);
    series_set(&args, important, 1);
    is_status(series_update(f, args), MT_OK, "important");
    is_int(meeting(f, num + 4).begin, DAY0 + 4 * DAY + 15 * HOUR,
           "where it was");
    args = series_of(f, num + 3);
    series_set(&args, begin, meeting(f, num + 3).begin - DAY);
    series_set(&args, end, meeting(f, num + 3).end - DAY);
    is_status(series_update(f, args), MT_OK, "a day back");
    is_int(meeting(f, num + 4).begin, DAY0 + 3 * DAY + 15 * HOUR,
           "at its own time");

    before = fixture_digest(f);
    args = series_of(f, num + 3);
    series_set(&args, begin, meeting(f, num + 3).end);
    is_refused(f, series_update(f, args), MT_BAD_TIMES, MT_series_edit_end,
               before, "the begin alone, beyond the end");
    series_set(&args, end, MT_TIME_MAX);
    is_refused(f, series_update(f, args), MT_BAD_VALUE, MT_series_edit_end,
               before, "later ones end after the end of time");

    f->actor = 2;
    is_refused(f, series_update(f, args), MT_FORBIDDEN, 0, before,
               "somebody else");
    f->actor = 0;

    args = series_of(f, 999);
    is_refused(f, series_update(f, args), MT_NO_SUCH_MEETING,
               MT_series_edit_ref, before, "an unknown meeting");

    args = series_of(f, num + 3);
    series_set(&args, batch, MT_STR("999"));
    is_refused(f, series_update(f, args), MT_NO_SUCH_MEETING,
               MT_series_edit_batch, before, "of an unknown series");
    series_set(&args, batch, meeting(f, num + 3).id);
    is_refused(f, series_update(f, args), MT_NO_SUCH_MEETING,
               MT_series_edit_batch, before, "of another series");
    series_set(&args, batch, meeting(f, num).id);
    is_status(series_update(f, args), MT_OK, "of its own");

    one = edit_new(f, "1", 10, 11, "");
    args = series_of(f, created(f, one));
    before = fixture_digest(f);
    is_refused(f, series_update(f, args), MT_NO_SERIES, MT_series_edit_ref,
               before, "a meeting of no series");

    f->now = DAY0 + 30 * DAY;
    before = fixture_digest(f);
    is_refused(f, series_update(f, series_of(f, num)), MT_ENDED, 0, before,
               "all is over");
    is_refused(f, series_cancel(f, num, 1), MT_ENDED, 0, before,
               "for good");
    f->now = now + 2 * DAY;
}


/* The wall clock of New York over the end of summer time on 1 November. */

static void
test_daylight_saving(fixture_t *f)
{
    int               i;
    int64_t           num, begin;
    mt_civil_t        civil = { 2020, 10, 25, 9, 0, 0, 0 };
    mt_series_edit_t  args;

    f->settings.zone = mt_zone_open("America/New_York");
    begin = mt_zone_instant(f->settings.zone, &civil);

    args = series_new(f, MT_REPEAT_WEEKLY, 0, 0, "");
    series_set(&args, begin, begin);
    series_set(&args, end, begin + HOUR);
    series_set(&args, repeat_end, begin + 30 * DAY);
    num = series_made(f, args);

    is_int(meeting(f, num + 1).begin - begin, WEEK + HOUR,
           "the week with an hour more");
    is_int(meeting(f, num).begin_offset, -4 * 3600, "summer");
    is_int(meeting(f, num + 1).begin_offset, -5 * 3600, "winter");

    /* a week and ten minutes later: the first falls into winter time */

    civil.day += 7;
    civil.minute = 10;
    args = series_of(f, num);
    series_set(&args, begin, mt_zone_instant(f->settings.zone, &civil));
    series_set(&args, end, args.begin + HOUR);
    is_status(series_update(f, args), MT_OK, "moved by the wall clock");

    for (i = 0; i < 4; i++) {
        mt_zone_civil(f->settings.zone, meeting(f, num + i).begin, &civil);
        ok(civil.hour == 9 && civil.minute == 10, "ten past nine: %d", i);
    }

    is_int(meeting(f, num).begin_offset, -5 * 3600, "with its new offset");

    /* that night the clock shows 1:30 twice */

    civil = (mt_civil_t) { 2020, 11, 1, 1, 30, 0, 0 };
    begin = mt_zone_instant(f->settings.zone, &civil);

    for (i = 0; i < 2; i++) {
        args = series_of(f, num);
        series_set(&args, begin, begin + (1 - i) * HOUR);
        series_set(&args, end, begin + 2 * HOUR);
        is_status(series_update(f, args), MT_OK, "moved into the night");
        is_int(meeting(f, num).begin - begin, (1 - i) * HOUR,
               i ? "to the first of the two" : "to the second");
        is_int(meeting(f, num).begin_offset, i ? -4 * 3600 : -5 * 3600,
               "with the offset of then");
        is_int(meeting(f, num + 1).begin - begin, WEEK + HOUR,
               "the next at half past one");
    }

    is_status(series_cancel(f, num, 1), MT_OK, "cancelled");

    mt_zone_close((mt_zone_t *) f->settings.zone);
    f->settings.zone = f->zone;
}


static void
test_rule(fixture_t *f)
{
    int64_t            num, base;
    mt_attendee_t      row;
    mt_series_edit_t   args;
    fixture_digest_t   before;
    mt_meeting_edit_t  one;

    base = 50 * 24;
    args = series_new(f, MT_REPEAT_DAILY, base + 10, 4, "2,3");
    series_set(&args, content, MT_STR("content"));
    series_set(&args, place, MT_STR("place"));
    num = series_made(f, args);
    are_days(f, num, "50 51 52 53 54", "five days");

    args = series_of(f, num);
    series_set(&args, repeat, MT_REPEAT_DAILY);
    series_set(&args, repeat_end, DAY0 + (base + 10) * HOUR + 4 * DAY);
    before = fixture_digest(f);
    is_status(series_update(f, args), MT_OK, "the rule as it is");
    ok(fixture_same(before, fixture_digest(f)), "nothing is written");

    (void) answer(f, num + 2, 2, MT_ANSWER_DECLINED, "ill");

    /* longer, from the third on, with another title and one more attendee */

    args = series_of(f, num + 2);
    series_set(&args, subject, MT_STR("more"));
    series_set(&args, repeat_end, DAY0 + (base + 10) * HOUR + 6 * DAY);
    series_set(&args, drop, refs(f, "3"));
    series_set(&args, people_refs, refs(f, "2,3,4"));
    is_status(series_update(f, args), MT_OK, "longer");
    have_raised(f, "success 2 update 3 cancel 0");
    are_days(f, num, "50 51 52 53 54 55 56", "two more");

    is_int(meeting(f, num + 5).begin, DAY0 + (base + 10 + 5 * 24) * HOUR,
           "at its time");
    is_str(meeting(f, num + 5).subject, "more", "with what is said now");
    is_str(meeting(f, num + 5).content, "content", "and what was before");
    is_str(meeting(f, num + 5).place, "place", "and where");
    is_int(meeting(f, num + 5).creator, 1, "by whom");
    is_int(meeting(f, num + 5).id.len, 24, "an id of its own");
    is_int(meeting(f, num + 5).series, num, "of the series");
    is_int(tally(f, num + 5).total, 3, "with its people");
    is_int(attendee(f, num + 5, 4, &row), 1, "also the new one");
    is_int(attendee(f, num + 5, 3, &row), 0, "not who has left");
    (void) attendee(f, num + 5, 2, &row);
    is_int(row.answer, MT_ANSWER_UNREAD, "who has not answered this one");
    is_int(row.comment.len, 0, "nor said why");
    (void) attendee(f, num + 5, 1, &row);
    is_int(row.answer, MT_ANSWER_ACCEPTED, "but the creator has");
    (void) attendee(f, num + 2, 2, &row);
    is_int(row.answer, MT_ANSWER_DECLINED, "answers stay");
    is_int(attendee(f, num + 1, 3, &row), 1, "earlier ones stay");
    is_int(meeting(f, num).repeat_end,
           DAY0 + (base + 10) * HOUR + 6 * DAY, "the rule is kept");
    is_int(meeting(f, num + 2).repeat_end, 0, "with the first alone");

    /* shorter */

    args = series_of(f, num);
    series_set(&args, repeat_end, DAY0 + (base + 10) * HOUR + 3 * DAY);
    is_status(series_update(f, args), MT_OK, "shorter");
    have_raised(f, "success 0 update 4 cancel 3");
    are_days(f, num, "50 51 52 53", "three less");

    /* one meeting is moved within its day, one is cancelled, one moves
     * elsewhere */

    one = edit_of(f, num + 1);
    edit_set(&one, begin, DAY0 + (base + 24 + 15) * HOUR);
    edit_set(&one, end, DAY0 + (base + 24 + 16) * HOUR);
    is_status(update(f, one), MT_OK, "within its day");
    (void) act(f, &mt_op_meeting_cancel, num + 2, 1, MT_MAY_CREATOR,
               MT_WHEN_OPEN);
    one = edit_of(f, num + 3);
    edit_set(&one, begin, DAY0 + (base + 9 * 24 + 15) * HOUR);
    edit_set(&one, end, DAY0 + (base + 9 * 24 + 16) * HOUR);
    is_status(update(f, one), MT_OK, "to another day");
    are_days(f, num, "50 51 59", "as they are");

    args = series_of(f, num);
    series_set(&args, repeat_end, DAY0 + (base + 11) * HOUR + 3 * DAY);
    is_status(series_update(f, args), MT_OK, "the rule is a new one");
    have_raised(f, "success 2 update 2 cancel 1");
    are_days(f, num, "50 51 52 53", "one on every date of it");
    is_int(meeting(f, num + 1).begin, DAY0 + (base + 24 + 15) * HOUR,
           "at its own time where it was there");

    /* a new rule and new times at once: from Thursday on, weekly */

    args = series_of(f, num);
    series_set(&args, repeat, MT_REPEAT_WEEKLY);
    series_set(&args, repeat_end, DAY0 + (base + 100) * HOUR + 3 * WEEK);
    series_set(&args, begin, DAY0 + (base + 3 * 24 + 8) * HOUR);
    series_set(&args, end, DAY0 + (base + 3 * 24 + 9) * HOUR);
    is_status(series_update(f, args), MT_OK, "rule and times");
    are_days(f, num, "53 60 67 74", "weekly from the new day on");
    is_int(meeting(f, num).begin, DAY0 + (base + 3 * 24 + 8) * HOUR,
           "the first of them is the one named");

    before = fixture_digest(f);
    args = series_of(f, num);
    series_set(&args, repeat_end, DAY0 + (base + 24) * HOUR);
    is_refused(f, series_update(f, args), MT_BAD_VALUE,
               MT_series_edit_repeat_end, before, "over before it begins");
    series_set(&args, repeat_end, DAY0 + 900 * DAY);
    series_set(&args, repeat, MT_REPEAT_DAILY);
    is_refused(f, series_update(f, args), MT_TOO_MANY,
               MT_series_edit_repeat_end, before, "too many dates");

    args = series_of(f, num);
    series_set(&args, repeat, MT_REPEAT_NONE);
    is_status(series_update(f, args), MT_OK, "repeats no more");
    are_days(f, num, "53", "only the one named");

    /* ended meetings stay and are not made again */

    f->now = DAY0 + (base + 3 * 24 + 8) * HOUR + 1;
    (void) act(f, &mt_op_meeting_end, num, 1, MT_MAY_CREATOR, MT_WHEN_OPEN);
    before = fixture_digest(f);
    args = series_of(f, num);
    series_set(&args, repeat, MT_REPEAT_DAILY);
    is_refused(f, series_update(f, args), MT_ENDED, 0, before,
               "ended by an act");
    f->now = FIXTURE_NOW + 2 * DAY;
}


/* The named meeting has ended; the later ones have not. */

static void
test_named_over(fixture_t *f)
{
    int64_t           num, now, base;
    mt_series_edit_t  args;

    now = f->now;
    base = 200 * 24;
    num = series_made(f, series_new(f, MT_REPEAT_DAILY, base + 10, 3, "2"));

    f->now = DAY0 + (base + 12) * HOUR;

    args = series_of(f, num);
    series_set(&args, begin, DAY0 + (base + 11) * HOUR);
    series_set(&args, end, DAY0 + (base + 13) * HOUR);
    series_set(&args, repeat_end, DAY0 + (base + 11) * HOUR + 5 * DAY);
    is_status(series_update(f, args), MT_OK, "named by one that has ended");
    have_raised(f, "success 2 update 3 cancel 0");
    are_days(f, num, "200 201 202 203 204 205", "two more");
    is_int(meeting(f, num).end, DAY0 + (base + 11) * HOUR, "it stays");
    is_int(meeting(f, num + 1).begin, DAY0 + (base + 24 + 11) * HOUR,
           "the others move");
    is_int(tally(f, num + 5).total, 2, "its people are invited");

    (void) act(f, &mt_op_meeting_cancel, num + 1, 1, MT_MAY_CREATOR,
               MT_WHEN_OPEN);
    is_status(series_cancel(f, num + 1, 1), MT_OK,
              "named by one that is cancelled");
    have_raised(f, "success 0 update 0 cancel 4");
    is_status(series_cancel(f, num + 1, 1), MT_CANCELLED, "that was all");

    f->now = now;
}


static void
test_cancel(fixture_t *f)
{
    int64_t           num, now;
    mt_checkin_t      row;
    fixture_digest_t  before;

    now = f->now;
    num = series_made(f, series_new(f, MT_REPEAT_DAILY, 300 * 24, 5, "2"));

    before = fixture_digest(f);
    is_refused(f, series_cancel(f, num, 2), MT_FORBIDDEN, 0, before,
               "by somebody else");
    is_refused(f, series_cancel(f, 999, 1), MT_NO_SUCH_MEETING,
               MT_series_edit_ref, before, "an unknown meeting");

    f->now = DAY0 + 301 * DAY + 1;
    is_status(checkin(f, 2, checkin_args(f, num + 1, "1", "b")), MT_OK,
              "signed in");
    is_status(series_cancel(f, num + 4, 1), MT_OK, "the last two");
    have_raised(f, "success 0 update 0 cancel 2");
    is_status(series_cancel(f, num, 1), MT_OK, "all of them");
    have_raised(f, "success 0 update 0 cancel 3");
    is_int(meeting(f, num).state, MT_MEETING_OPEN, "what has ended stays");
    is_int(meeting(f, num + 1).state, MT_MEETING_CANCELLED,
           "what is under way is cancelled");
    is_int(signed_in(f, num + 1, 2, &row), 1, "its check-ins stay");

    before = fixture_digest(f);
    is_refused(f, series_cancel(f, num, 1), MT_ENDED, 0, before,
               "nothing is left");
    is_refused(f, series_cancel(f, num + 4, 1), MT_CANCELLED, 0, before,
               "nor of these");
    f->now = now;
}


/* A command that was prepared from meetings that have changed since. */

static void
test_stale(fixture_t *f)
{
    int64_t            num, now, base;
    mt_str_t           command;
    mt_result_t        result;
    mt_series_edit_t   args;
    fixture_digest_t   before;
    mt_meeting_edit_t  one;

    base = 400 * 24;
    num = series_made(f, series_new(f, MT_REPEAT_DAILY, base, 3, "2"));

    args = series_of(f, num);
    series_set(&args, begin, DAY0 + (base + 2) * HOUR);
    series_set(&args, end, DAY0 + (base + 3) * HOUR);
    is_status(series_update(f, args), MT_OK, "moved");

    command = (mt_str_t) { f->call.command.len, f->call.command.data };
    before = fixture_digest(f);
    is_int(mt_apply_now(f->batch, command, &result), MT_OK, "once more");
    is_status(result, MT_BUSY, "they are elsewhere now");
    ok(fixture_same(before, fixture_digest(f)), "and stay there");

    args = series_of(f, num);
    series_set(&args, repeat_end, DAY0 + base * HOUR + 5 * DAY);
    is_status(series_update(f, args), MT_OK, "longer");
    command = (mt_str_t) { f->call.command.len, f->call.command.data };
    before = fixture_digest(f);
    is_int(mt_apply_now(f->batch, command, &result), MT_OK, "once more");
    is_status(result, MT_BUSY, "there are more now");
    ok(fixture_same(before, fixture_digest(f)), "and so many stay");

    /* cancelled or ended since: left alone */

    args = series_of(f, num);
    series_set(&args, subject, MT_STR("late"));
    is_status(series_update(f, args), MT_OK, "another title");
    command = (mt_str_t) { f->call.command.len, f->call.command.data };

    one = edit_of(f, num + 3);
    edit_set(&one, subject, MT_STR("own"));
    is_status(update(f, one), MT_OK, "and its own");
    (void) act(f, &mt_op_meeting_cancel, num + 3, 1, MT_MAY_CREATOR,
               MT_WHEN_OPEN);

    before = fixture_digest(f);
    is_int(mt_apply_now(f->batch, command, &result), MT_OK, "once more");
    is_status(result, MT_OK, "applied");
    ok(fixture_same(before, fixture_digest(f)), "the others have it already");
    is_str(meeting(f, num + 3).subject, "own", "but for the cancelled");

    now = f->now;
    f->now = DAY0 + 404 * DAY;
    (void) fixture_user(f, "", "later", NULL, NULL);
    before = fixture_digest(f);
    is_int(mt_apply_now(f->batch, command, &result), MT_OK, "and later");
    is_status(result, MT_OK, "applied");
    ok(fixture_same(before, fixture_digest(f)), "and but for the ended");
    f->now = now;
}


static void
test_lists(fixture_t *f)
{
    int64_t           num;
    char             *crowd;
    size_t            i, len;
    mt_checkin_t      row;
    mt_series_edit_t  args;
    fixture_digest_t  before;

    f->now = DAY0 + 500 * DAY;
    num = series_made(f, series_new(f, MT_REPEAT_DAILY, 500 * 24, 2, "2,3"));
    is_status(checkin(f, 2, checkin_args(f, num, "1", "c")), MT_OK,
              "signed in");

    args = series_of(f, num);
    series_set(&args, drop, refs(f, "2,1"));
    is_status(series_update(f, args), MT_OK, "one leaves all of them");
    is_int(tally(f, num).total, 2, "the creator stays");
    is_int(tally(f, num + 2).total, 2, "everywhere");
    is_int(tally(f, num).signed_in, 0, "who left does not count");
    is_int(signed_in(f, num, 2, &row), 1, "the check-in is there still");

    args = series_of(f, num);
    series_set(&args, people_refs, refs(f, "2,oid-new"));
    is_status(series_update(f, args), MT_OK, "and comes back");
    is_int(tally(f, num).signed_in, 1, "with the check-in");
    is_int(tally(f, num).total, 3, "a newcomer was made once");
    is_int(tally(f, num + 1).total, 3, "for all");

    len = 0;
    crowd = mt_arena_alloc(f->arena, CROWD * 8);

    for (i = 0; i < CROWD; i++) {
        len += (size_t) snprintf(crowd + len, 8, "%sc%zu", i ? "," : "", i);
    }

    before = fixture_digest(f);
    is_refused(f, series_create(f, series_new(f, MT_REPEAT_DAILY, 500 * 24,
                                              399, crowd)),
               MT_TOO_MANY, MT_series_edit_people_refs, before,
               "too much for one command");

    args = series_of(f, num);
    series_set(&args, people_refs, refs(f, crowd));
    series_set(&args, repeat_end, DAY0 + 899 * DAY);
    is_refused(f, series_update(f, args), MT_TOO_MANY,
               MT_series_edit_people_refs, before, "in a change, too");
}


int
main(void)
{
    fixture_t  f;

    fixture_open(&f);
    users(&f, PEOPLE);
    fixture_room(&f, "hall");
    fixture_room(&f, "barn");

    test_create(&f);
    test_refusals(&f);
    test_rooms(&f);
    test_overlap(&f);
    test_update(&f);
    test_daylight_saving(&f);
    test_rule(&f);
    test_named_over(&f);
    test_cancel(&f);
    test_stale(&f);
    test_lists(&f);

    is_int(fixture_verify(&f), 0, "the store verifies");
    ok(replays(&f, 1), "the journal replays");
    ok(replays(&f, 7), "in batches, too");

    fixture_close(&f);

    return tap_done();
}

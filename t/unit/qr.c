
/*
 * Signed QR codes: what a sign-in makes of one that is genuine, of another
 * slot, leader, meeting, company or generation, and guessed; the policies of
 * location and meeting; how often one may guess.
 */

#include "domain/auth/mt_guard.h"
#include "domain/checkin/mt_qr.h"
#include "meeting_fixture.h"


#define STEP  MT_QR_STEP


/* Time of a store never goes back, so each test has days of its own. */

static int  day;

#define TEN  (DAY0 + (day * 24 + 10) * HOUR)


static int64_t
signable(fixture_t *f)
{
    mt_meeting_edit_t  args;

    args = edit_new(f, "1", day * 24 + 10, day * 24 + 12, "1,2,3,4,5");
    edit_set(&args, sign, MT_SIGN_WANTED);
    edit_set(&args, leader_refs, refs(f, "2"));

    return created(f, args);
}


/* Returns the code that the leader's screen shows at `f->now`. */

static mt_qr_t
shown(fixture_t *f, int64_t meeting, int64_t leader, int64_t generation)
{
    return (mt_qr_t) {
        .company = f->company, .meeting = meeting, .leader = leader,
        .slot = f->now / STEP, .generation = generation
    };
}


static int64_t
number(fixture_t *f, mt_qr_t code)
{
    return mt_qr_number(fixture_server_key(f), &code);
}


static mt_result_t
scan(fixture_t *f, int64_t actor, int64_t meeting, const char *leader,
    int64_t code)
{
    mt_checkin_args_t  args;

    args = checkin_args(f, meeting, leader, "");
    args.qr_time = code;

    return checkin(f, actor, args);
}


static mt_status_t
meeting_set(fixture_t *f, int64_t meeting, int renew, int policy)
{
    mt_meeting_set_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, meeting_set, ref,
           mt_arena_printf(f->arena, "%lld", (long long) meeting));
    mt_set(&args, meeting_set, renew, renew);

    if (policy >= 0) {
        mt_set(&args, meeting_set, policy, policy);
    }

    return (mt_status_t) fixture_run(f, &mt_op_meeting_set, &args).status;
}


static void
test_number(fixture_t *f)
{
    int64_t   i, n, same;
    mt_qr_t   code;

    code = shown(f, 7, 2, 0);
    n = number(f, code);

    ok(n >= MT_QR_FIRST && n < 2 * MT_QR_FIRST, "no milliseconds, and exact");
    is_int(n >> MT_QR_MAC_BITS, code.slot, "the slot is readable");

    code.slot = 2682288000 / 5;
    ok(number(f, code) < 2 * MT_QR_FIRST, "until 2055");

    code = shown(f, 7, 2, 0);
    same = 0;

    for (i = 1; i <= 64; i++) {
        code.company = f->company + (uint32_t) i;
        same += number(f, code) == n;
        code.company = f->company;
        code.meeting = 7 + i;
        same += number(f, code) == n;
        code.meeting = 7;
        code.leader = 2 + i;
        same += number(f, code) == n;
        code.leader = 2;
        code.generation = i;
        same += number(f, code) == n;
        code.generation = 0;
    }

    is_int(same, 0, "company, meeting, leader and generation are bound");
}


static void
test_slots(fixture_t *f)
{
    int64_t      num, other, code;
    mt_result_t  result;

    num = signable(f);
    other = signable(f);
    f->now = TEN + 1;

    code = number(f, shown(f, num, 2, 0));

    result = scan(f, 3, num, "2", code + 1);
    is_status(result, MT_QR_FORGED, "a MAC that is off by one");
    is_int(result.field, MT_checkin_args_qr_time, "names the code");
    is_status(scan(f, 3, num, "1", code), MT_QR_FORGED, "another's leader");
    is_status(scan(f, 3, other, "2", code), MT_QR_FORGED, "another meeting");
    is_status(scan(f, 3, num, "5", code), MT_NOT_LEADER,
              "a leader who is none is told as that");

    f->now += 10000;
    is_status(scan(f, 3, num, "2", code), MT_OK, "two slots later");
    f->now += 5000;
    is_status(scan(f, 4, num, "2", code), MT_QR_EXPIRED, "three slots later");
    is_status(scan(f, 3, num, "2", code), MT_SIGNED_ALREADY,
              "an earlier check-in outweighs that");

    code = number(f, (mt_qr_t) { .company = f->company, .meeting = num,
                                 .leader = 2, .slot = f->now / STEP + 1 });
    is_status(scan(f, 4, num, "2", code), MT_QR_FUTURE, "of the next slot");

    f->settings.qr_valid = STEP;
    code = number(f, shown(f, num, 2, 0));
    is_status(scan(f, 4, num, "2", code), MT_OK, "good for one slot");
    f->now += STEP;
    is_status(scan(f, 5, num, "2", code), MT_QR_EXPIRED, "and no longer");
    f->settings.qr_valid = 3 * STEP;
}


static void
test_renewal(fixture_t *f)
{
    int64_t  num, code, before;

    day++;
    num = signable(f);
    f->now = TEN;

    before = number(f, shown(f, num, 2, 0));
    is_int(meeting_set(f, num, 1, -1), MT_OK, "codes are renewed");

    is_status(scan(f, 3, num, "2", before), MT_QR_EXPIRED,
              "an earlier code is old, not forged");

    code = number(f, shown(f, num, 2, 1));
    is_status(scan(f, 3, num, "2", code), MT_OK, "one of the new ones");

    is_int(meeting_set(f, num, 1, -1), MT_OK, "renewed again");
    is_status(scan(f, 4, num, "2", before), MT_QR_FORGED,
              "the one before the last");

    f->now = TEN + 3 * HOUR;
    is_int(meeting_set(f, num, 1, -1), MT_ENDED, "not after the end");
}


static void
test_policies(fixture_t *f)
{
    int                location, meeting;
    int64_t            num, code;
    mt_status_t        plain, forged, none;
    mt_checkin_args_t  args;

    for (location = MT_QR_OFF; location <= MT_QR_REQUIRED; location++) {
        for (meeting = MT_QR_OFF; meeting <= MT_QR_REQUIRED; meeting++) {
            day++;
            num = signable(f);

            is_int(meeting_set(f, num, 0, meeting), MT_OK, "policy %d",
                   meeting);

            f->now = TEN;
            f->settings.qr_signed = location;
            code = number(f, shown(f, num, 2, 0));

            plain = location == MT_QR_REQUIRED || meeting == MT_QR_REQUIRED
                    ? MT_QR_UNSIGNED : MT_OK;
            none = plain;
            forged = location || meeting ? MT_QR_FORGED : MT_QR_FUTURE;

            is_status(scan(f, 3, num, "2", code ^ 1), forged,
                      "%d and %d: a forged code", location, meeting);
            is_status(scan(f, 3, num, "2", f->now), plain,
                      "%d and %d: a plain date", location, meeting);

            args = checkin_args(f, num, "2", "");
            args.has &= ~MT_BIT(checkin_args, qr_time);
            args.qr_time = 0;
            is_status(checkin(f, 4, args), none, "%d and %d: no code",
                      location, meeting);

            is_status(scan(f, 5, num, "2", code),
                      location || meeting ? MT_OK : MT_QR_FUTURE,
                      "%d and %d: a signed one", location, meeting);
        }
    }

    f->settings.qr_signed = MT_QR_OPTIONAL;
}


static mt_result_t
open_with(fixture_t *f, int64_t actor, int64_t meeting, mt_str_t text,
    const char *device)
{
    mt_checkin_args_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, checkin_args, ref,
           mt_arena_printf(f->arena, "%lld", (long long) meeting));
    mt_set(&args, checkin_args, code, text);

    if (device) {
        mt_set(&args, checkin_args, device, mt_cstr(device));
    }

    return checkin(f, actor, args);
}


static mt_result_t
trade(fixture_t *f, mt_str_t text, const char *device)
{
    mt_ticket_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, ticket, code, text);
    mt_set(&args, ticket, device, mt_cstr(device));

    return fixture_run(f, &mt_op_ticket, &args);
}


static mt_str_t
text(fixture_t *f, mt_qr_t code)
{
    return mt_qr_text(f->arena, fixture_server_key(f), &code);
}


/* Codes for browsers, and the tickets that they are traded for. */

static void
test_texts(fixture_t *f)
{
    char               *bad;
    size_t              i, wrong;
    int64_t             num, other;
    mt_str_t            code, ticket;
    mt_result_t         result;
    mt_ticket_view_t   *view;

    static const char  mine[] = "0011223344556677";
    static const char  yours[] = "0011223344556678";

    day++;
    num = signable(f);
    other = signable(f);
    f->now = TEN;

    code = text(f, shown(f, num, 2, 0));
    ok(code.len > 20 && code.len <= 32, "a short text: %d characters",
       (int) code.len);
    is_status(open_with(f, 3, num, code, NULL), MT_OK, "signs in");
    is_status(open_with(f, 4, other, code, NULL), MT_QR_FORGED,
              "not elsewhere");

    wrong = 0;
    bad = mt_arena_alloc(f->arena, code.len);

    for (i = 0; i < code.len; i++) {
        memcpy(bad, code.data, code.len);
        bad[i] = bad[i] == '7' ? '8' : '7';
        result = open_with(f, 4, num, (mt_str_t) { code.len, bad }, NULL);
        wrong += result.status == MT_QR_FORGED;
    }

    is_int(wrong, code.len, "no character may be another");

    wrong = 0;

    for (i = 0; i < code.len; i++) {
        result = open_with(f, 4, num, (mt_str_t) { i, code.data }, NULL);
        wrong += result.status == MT_QR_FORGED;
    }

    is_int(wrong, code.len, "none may be missing");

    is_status(trade(f, MT_STR("HELLO"), mine), MT_QR_FORGED, "no code");
    is_status(trade(f, code, "xyz"), MT_BAD_VALUE, "no device");
    is_status(trade(f, code, mine), MT_OK, "a ticket");

    view = f->call.reply;
    ticket = mt_arena_str(f->arena, view->made.ticket);
    is_int(view->meeting.meeting.num, num, "of the meeting");
    is_int(view->made.until, f->now + 10 * MINUTE, "for ten minutes");

    is_status(trade(f, ticket, mine), MT_QR_FORGED,
              "no ticket for a ticket");

    f->now += 15000;
    is_status(trade(f, code, mine), MT_QR_EXPIRED, "the code is old");
    is_status(open_with(f, 4, num, code, NULL), MT_QR_EXPIRED, "for both");

    f->now += 9 * MINUTE;
    is_status(open_with(f, 4, num, ticket, yours), MT_QR_FORGED,
              "a ticket is the device's");
    is_status(open_with(f, 4, num, ticket, NULL), MT_QR_FORGED,
              "and nobody's without one");
    is_status(open_with(f, 4, num, ticket, mine), MT_OK,
              "it signs in minutes later");

    f->now = TEN + 10 * MINUTE;
    is_status(open_with(f, 5, num, ticket, mine), MT_QR_EXPIRED,
              "but not after ten");

    code = text(f, shown(f, num, 2, 0));
    is_status(trade(f, code, mine), MT_OK, "another");
    view = f->call.reply;
    ticket = mt_arena_str(f->arena, view->made.ticket);

    is_int(meeting_set(f, num, 1, -1), MT_OK, "codes are renewed");
    is_status(open_with(f, 5, num, ticket, mine), MT_QR_EXPIRED,
              "tickets, too");
    is_status(trade(f, code, mine), MT_QR_EXPIRED, "and their codes");

    f->settings.qr_signed = MT_QR_OFF;
    code = text(f, shown(f, num, 2, 1));
    is_status(open_with(f, 5, num, code, NULL), MT_OK,
              "a text is a signed code everywhere");
    f->settings.qr_signed = MT_QR_OPTIONAL;
}


/* Wrong codes are counted by person and meeting, not by anything that the
 * person can choose. */

static void
test_tries(void)
{
    int64_t      i, now, wait;
    mt_guard_t  *guard;

    guard = calloc(1, mt_guard_size());
    now = 1000000;

    if (guard == NULL || mt_guard_format(guard) != 0) {
        fixture_die("no guard");
    }

    for (i = 0; i < MT_GUARD_CODES; i++) {
        wait = mt_guard_code_wait(guard, 1000, 5, 7, now);
        if (wait) {
            break;
        }

        mt_guard_code_failed(guard, 1000, 5, 7, now);
    }

    is_int(i, MT_GUARD_CODES, "tries without a pause");
    is_int(mt_guard_code_wait(guard, 1000, 5, 7, now), 1000, "then one");
    is_int(mt_guard_code_wait(guard, 1000, 6, 7, now), 0, "not another's");
    is_int(mt_guard_code_wait(guard, 1000, 5, 8, now), 0,
           "not of another meeting");
    is_int(mt_guard_code_wait(guard, 1001, 5, 7, now), 0,
           "not of another company");

    for (i = 0; i < 10; i++) {
        now += mt_guard_code_wait(guard, 1000, 5, 7, now);
        mt_guard_code_failed(guard, 1000, 5, 7, now);
    }

    is_int(mt_guard_code_wait(guard, 1000, 5, 7, now), MT_MS_PER_MINUTE,
           "at most a minute");
    is_int(mt_guard_code_wait(guard, 1000, 5, 7, now + 2 * HOUR), 0,
           "forgotten in time");

    free(guard);
}


int
main(void)
{
    fixture_t  f;

    fixture_open(&f);
    users(&f, 5);
    f.settings.qr_signed = MT_QR_OPTIONAL;
    f.settings.qr_valid = 3 * STEP;

    test_number(&f);
    test_slots(&f);
    test_renewal(&f);
    test_policies(&f);
    test_texts(&f);
    test_tries();

    is_int(fixture_verify(&f), 0, "the store's invariants hold");
    ok(replays(&f, 7) && replays(&f, 1000), "a replay gives an equal store");

    fixture_close(&f);

    return tap_done();
}

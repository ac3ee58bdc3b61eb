
#include "meeting_fixture.h"


static int64_t
signable(fixture_t *f)
{
    mt_meeting_edit_t  args;

    args = edit_new(f, "1", 10, 12, "1,2,3,4");
    edit_set(&args, sign, MT_SIGN_WANTED);
    edit_set(&args, leader_refs, refs(f, "2"));

    return created(f, args);
}


/* Each rejection, while all later ones in the order would apply too. */

static void
test_order(fixture_t *f)
{
    int64_t             num;
    mt_result_t         result;
    mt_meeting_edit_t   edit;
    mt_checkin_args_t   args;

    f->now = FIXTURE_NOW;
    num = signable(f);

    f->settings.qr_max_age = 10 * MINUTE;

    args = checkin_args(f, 999, "5", "a");
    result = checkin(f, 5, args);
    is_status(result, MT_NO_SUCH_MEETING, "unknown meeting");
    is_int(result.field, MT_checkin_args_ref, "and the field it is about");

    args = checkin_args(f, num, "5", "a");
    args.qr_time += HOUR;
    is_status(checkin(f, 5, args), MT_NOT_LISTED, "not on the list");

    result = checkin(f, 3, args);
    is_status(result, MT_NOT_LEADER, "not a leader");
    is_int(result.field, MT_checkin_args_leader, "field of the leader");

    args.leader = MT_STR("nobody");
    is_status(checkin(f, 3, args), MT_NOT_LEADER, "an unknown leader");

    args.leader = MT_STR("2");
    is_status(checkin(f, 3, args), MT_QR_FUTURE, "a code from the future");

    args.qr_time = f->now - 11 * MINUTE;
    is_status(checkin(f, 3, args), MT_QR_EXPIRED, "a code too old");

    args.qr_time = f->now - 10 * MINUTE;
    is_status(checkin(f, 3, args), MT_TOO_EARLY, "before it opens");

    f->now = DAY0 + 9 * HOUR - 1;
    args = checkin_args(f, num, "2", "a");
    is_status(checkin(f, 3, args), MT_TOO_EARLY, "a millisecond too early");

    f->now++;
    args.qr_time = f->now + f->settings.qr_skew;
    is_status(checkin(f, 3, args), MT_OK, "when it opens, within the skew");

    args.request = MT_STR("b");
    is_status(checkin(f, 3, args), MT_SIGNED_ALREADY, "only once");

    f->now = DAY0 + 12 * HOUR;
    args = checkin_args(f, num, "5", "c");
    is_status(checkin(f, 4, args), MT_ENDED, "at the end it is over");
    is_status(checkin(f, 3, args), MT_SIGNED_ALREADY,
              "who has signed hears of that, after the end too");

    f->now = FIXTURE_NOW + HOUR;
    edit = edit_new(f, "1", 10, 12, "1,2");
    edit_set(&edit, sign, MT_SIGN_NONE);
    num = created(f, edit);

    f->now = DAY0 + 13 * HOUR;
    args = checkin_args(f, num, "5", "a");
    is_status(checkin(f, 2, args), MT_NO_SIGN_IN, "no sign-in wanted");

    f->now = FIXTURE_NOW + HOUR;
    num = created(f, edit);
    is_status(act(f, &mt_op_meeting_cancel, num, 1, MT_MAY_CREATOR,
                  MT_WHEN_OPEN), MT_OK, "cancelled");
    args = checkin_args(f, num, "5", "a");
    is_status(checkin(f, 2, args), MT_CANCELLED, "cancelled before all else");

    f->settings.qr_max_age = 0;
}


static void
test_late(fixture_t *f)
{
    int64_t            num;
    mt_tally_t         t;
    mt_checkin_t       row;
    mt_checkin_args_t  args;

    f->now = FIXTURE_NOW + 2 * HOUR;
    f->settings.grace = 5 * MINUTE;
    num = signable(f);

    f->now = DAY0 + 10 * HOUR + 5 * MINUTE;
    args = checkin_args(f, num, "1", "r1");
    is_status(checkin(f, 1, args), MT_OK, "the sponsor may show the code too");

    f->now++;
    is_status(checkin(f, 2, args), MT_OK, "past the grace");

    ok(signed_in(f, num, 1, &row) == 1 && !row.late, "in time");
    is_int(row.time, f->now - 1, "its time");
    is_int(row.way, MT_WAY_QR, "by QR code");
    is_int(row.leader, 1, "from whom");
    is_int(row.slot, 1, "whose");
    ok(signed_in(f, num, 2, &row) == 1 && row.late, "late");

    is_status(answer(f, num, 3, MT_ANSWER_DECLINED, "ill"), MT_OK,
              "declined");
    args = checkin_args(f, num, "1", "r3");
    args.has &= ~MT_BIT(checkin_args, qr_time);
    mt_set(&args, checkin_args, way, MT_WAY_FACE);
    is_status(checkin(f, 3, args), MT_OK, "and came after all");
    ok(signed_in(f, num, 3, &row) == 1 && row.way == MT_WAY_FACE,
       "by another way");

    t = tally(f, num);
    is_int(t.signed_in, 3, "signed in");
    is_int(t.late, 2, "late ones");
    is_int(t.total, 4, "of all");

    f->settings.grace = 0;
}


static void
test_retry(fixture_t *f)
{
    int64_t            num;
    mt_result_t        result;
    mt_checkin_args_t  args;

    f->now = DAY0 + 9 * HOUR;
    num = signable(f);

    args = checkin_args(f, num, "2", "once");
    is_status(checkin(f, 3, args), MT_OK, "signed");

    result = checkin(f, 3, args);
    is_status(result, MT_OK, "the same request again");
    is_int(result.position, 0, "writes nothing");

    f->now = DAY0 + 13 * HOUR;
    is_status(checkin(f, 3, args), MT_OK, "nor after the end");

    args.request = MT_STR("");
    is_status(checkin(f, 3, args), MT_SIGNED_ALREADY, "no request, no retry");

    f->now = DAY0 + 9 * HOUR;
    is_status(checkin(f, 4, args), MT_OK, "signed without a request id");
    is_status(checkin(f, 4, args), MT_SIGNED_ALREADY,
              "two empty ids are not the same");

    is_int(tally(f, num).signed_in, 2, "each counts once");
}


/*
 * Commands of many workers, all prepared before any is applied: exactly one
 * check-in of each attendee counts, in one batch or in several.
 */

static void
test_race(fixture_t *f, int batched)
{
    int                i, done;
    int64_t            num;
    mt_machine_t       machine;
    mt_str_t           commands[8];
    mt_txn_t          *txn;
    mt_result_t        result;
    mt_checkin_args_t  args;

    f->now = DAY0 + 9 * HOUR;
    num = signable(f);
    machine = mt_batch_machine(f->batch);

    for (i = 0; i < 8; i++) {
        args = checkin_args(f, num, "2", i == 7 ? "0" : "");
        args.request = mt_arena_printf(f->arena, "%d", i % 7);

        fixture_call(f, &mt_op_checkin, &args);
        f->call.actor = 3;

        if (fixture_step(f, mt_op_checkin.start) != MT_STEP_COMMIT) {
            fixture_die("no command");
        }

        commands[i].len = f->call.command.len;
        commands[i].data = f->call.command.data;
    }

    done = 0;

    if (batched) {
        machine.begin(machine.ctx, &txn);
    }

    for (i = 0; i < 8; i++) {
        if (batched) {
            machine.apply(machine.ctx, commands[i], &result);
        } else {
            mt_apply_now(f->batch, commands[i], &result);
        }

        done += result.status == MT_OK && result.position != 0;

        if (i == 7) {
            is_status(result, MT_OK, "the first one's retry is told so");
            is_int(result.position, 0, "and changes nothing");
        }
    }

    if (batched) {
        is_int(machine.commit(machine.ctx), MT_OK, "committed");
    }

    is_int(done, 1, "one of eight signed, %s batch",
           batched ? "in one" : "each its own");
    is_int(tally(f, num).signed_in, 1, "and counts once");
}


/* Somebody who is not on the list, where walk-ins are taken and where not, up
 * to the capacity; a rejection leaves nothing behind. */

static void
test_walk_in(fixture_t *f)
{
    int64_t             num;
    mt_checkin_t        row;
    mt_meeting_set_t    set;
    mt_meeting_edit_t   edit;
    mt_checkin_args_t   args;

    f->now = DAY0 + 30 * HOUR;
    edit = edit_new(f, "1", 30, 32, "1,2,3,4");
    edit_set(&edit, sign, MT_SIGN_WANTED);
    edit_set(&edit, leader_refs, refs(f, "2"));
    num = created(f, edit);
    args = checkin_args(f, num, "2", "walk");

    is_status(checkin(f, 5, args), MT_NOT_LISTED, "no walk-ins by default");

    memset(&set, 0, sizeof(set));
    mt_set(&set, meeting_set, ref, args.ref);
    mt_set(&set, meeting_set, walk_in, MT_WALK_IN_DIRECTORY);
    mt_set(&set, meeting_set, capacity, 4);
    is_status(fixture_run(f, &mt_op_meeting_set, &set), MT_OK, "set");

    is_status(checkin(f, 5, args), MT_FULL, "four are on the list");
    is_int(tally(f, num).total, 4, "and stay four");

    mt_set(&set, meeting_set, capacity, 5);
    is_status(fixture_run(f, &mt_op_meeting_set, &set), MT_OK, "set");

    args.leader = MT_STR("5");
    is_status(checkin(f, 5, args), MT_NOT_LEADER, "not by a wrong leader");
    is_int(tally(f, num).total, 4, "who puts nobody on the list");

    args.leader = MT_STR("2");
    is_status(checkin(f, 5, args), MT_OK, "one walks in");
    ok(signed_in(f, num, 5, &row) == 1 && row.leader == 2, "and is signed in");
    is_int(tally(f, num).total, 5, "on the list");
    is_int(tally(f, num).signed_in, 1, "counted");
    is_status(checkin(f, 5, args), MT_OK, "the retry");

    mt_set(&set, meeting_set, capacity, 0);
    is_status(fixture_run(f, &mt_op_meeting_set, &set), MT_OK, "no bound");
    is_status(checkin(f, 99, args), MT_NO_SUCH_USER, "nobody's number");
    is_int(tally(f, num).total, 5, "still five");
}


int
main(void)
{
    fixture_t  f;

    fixture_open(&f);
    users(&f, 5);

    test_order(&f);
    test_late(&f);
    test_retry(&f);
    test_race(&f, 0);
    test_race(&f, 1);
    test_walk_in(&f);

    is_int(fixture_verify(&f), 0, "the store's invariants hold");
    ok(replays(&f, 7) && replays(&f, 1000), "a replay gives an equal store");

    fixture_close(&f);

    return tap_done();
}


/*
 * The geofence: distances, results under each setting, and a room that moves
 * between the check and the commit.
 */

#include "domain/checkin/mt_checkin_fence.h"
#include "meeting_fixture.h"


/* The document's room, and metres there in 1e-6 degrees of latitude. */
#define LONGITUDE  113307039
#define LATITUDE   23391208
#define METRES(n)  ((n) * 1000000LL * 180 / 20015115)


static void
test_distance(void)
{
    size_t  i;

    static const struct {
        int64_t      longitude1;
        int64_t      latitude1;
        int64_t      longitude2;
        int64_t      latitude2;
        int64_t      distance;
        const char  *name;
    } ways[] = {
        { LONGITUDE, LATITUDE, LONGITUDE, LATITUDE, 0, "nowhere" },
        { 0, 0, 0, 1000000, 111195, "a degree to the north" },
        { 0, 0, -1000000, 0, 111195, "one to the west, at the equator" },
        { 0, 60000000, 1000000, 60000000, 55597, "one to the east, at 60" },
        { 179999000, 0, -179999000, 0, 222, "over the date line" },
        { 0, 90000000, 120000000, 90000000, 0, "around the pole" },
        { 0, 0, 180000000, 0, 20015114, "half around the globe" },
        { 121473701, 31230416, 116407395, 39904211, 1067311,
          "from Shanghai to Beijing" },
    };

    for (i = 0; i < mt_nitems(ways); i++) {
        is_int(mt_checkin_fence_distance(ways[i].longitude1, ways[i].latitude1,
                                         ways[i].longitude2,
                                         ways[i].latitude2),
               ways[i].distance, "%s", ways[i].name);
        is_int(mt_checkin_fence_distance(ways[i].longitude2, ways[i].latitude2,
                                         ways[i].longitude1,
                                         ways[i].latitude1),
               ways[i].distance, "and back");
    }
}


static void
place_room(fixture_t *f, int64_t latitude, int64_t radius)
{
    mt_room_edit_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, room_edit, ref, MT_STR("hall"));
    mt_set(&args, room_edit, longitude, LONGITUDE);
    mt_set(&args, room_edit, latitude, latitude);
    mt_set(&args, room_edit, radius, radius);

    is_status(fixture_run(f, &mt_op_room_update, &args), MT_OK,
              "a room with a radius of %lld", (long long) radius);
}


/* Makes a meeting under way of users 1 to 9, in the hall or without a room. */

static int64_t
new_meeting(fixture_t *f, const char *room)
{
    static int  day;

    mt_meeting_edit_t  args;

    args = edit_new(f, "1", 24 * day + 10, 24 * day + 11,
                    "1,2,3,4,5,6,7,8,9");
    edit_set(&args, room_ref, mt_cstr(room));

    f->now = args.begin + MINUTE;
    day++;

    return created(f, args);
}


static mt_checkin_args_t
from(fixture_t *f, int64_t num, int64_t metres)
{
    mt_checkin_args_t  args;

    args = checkin_args(f, num, "1", "");
    mt_set(&args, checkin_args, longitude, LONGITUDE);
    mt_set(&args, checkin_args, latitude, LATITUDE + METRES(metres));

    return args;
}


static void
test_settings(fixture_t *f)
{
    int64_t       num, nowhere;
    mt_checkin_t  row;

    num = new_meeting(f, "hall");

    f->settings.geofence = MT_FENCE_REQUIRED;
    is_status(checkin(f, 1, checkin_args(f, num, "1", "")), MT_OK,
              "a room without a radius asks for nothing");

    place_room(f, LATITUDE, 500);

    is_status(checkin(f, 2, checkin_args(f, num, "1", "")), MT_NO_POSITION,
              "required: no position");
    is_status(checkin(f, 2, from(f, num, 501)), MT_TOO_FAR, "too far");
    is_status(checkin(f, 2, from(f, num, 500)), MT_OK, "just near enough");
    ok(signed_in(f, num, 2, &row) && row.longitude == LONGITUDE
       && row.latitude == LATITUDE + METRES(500), "the position is kept");

    f->settings.geofence = MT_FENCE_OPTIONAL;
    is_status(checkin(f, 3, from(f, num, -501)), MT_TOO_FAR,
              "optional: too far");
    is_status(checkin(f, 3, checkin_args(f, num, "1", "")), MT_OK,
              "no position");

    f->settings.geofence = MT_FENCE_OFF;
    is_status(checkin(f, 4, from(f, num, 5000)), MT_OK, "off: from anywhere");

    f->settings.geofence = MT_FENCE_REQUIRED;
    nowhere = new_meeting(f, "");
    is_status(checkin(f, 1, checkin_args(f, nowhere, "1", "")), MT_OK,
              "a meeting in no room");
}


static void
test_half(fixture_t *f)
{
    int64_t            num;
    mt_result_t        result;
    mt_checkin_args_t  args;

    num = new_meeting(f, "hall");

    args = from(f, num, 0);
    args.has &= ~MT_BIT(checkin_args, latitude);
    result = checkin(f, 1, args);
    is_status(result, MT_MISSING, "a longitude alone");
    is_int(result.field, MT_checkin_args_latitude, "lacks a latitude");

    args = from(f, num, 0);
    args.has &= ~MT_BIT(checkin_args, longitude);
    result = checkin(f, 1, args);
    is_status(result, MT_MISSING, "a latitude alone");
    is_int(result.field, MT_checkin_args_longitude, "lacks a longitude");
}


/* A command that was prepared before the room moved. */

static mt_result_t
late_command(fixture_t *f, int64_t num, int64_t actor, int64_t metres,
    int64_t latitude, int64_t radius)
{
    mt_str_t           command;
    mt_result_t        result;
    mt_checkin_args_t  args;

    args = from(f, num, metres);

    fixture_call(f, &mt_op_checkin, &args);
    f->call.actor = actor;

    if (fixture_step(f, mt_op_checkin.start) != MT_STEP_COMMIT) {
        fixture_die("no command");
    }

    command.len = f->call.command.len;
    command.data = f->call.command.data;

    place_room(f, latitude, radius);
    mt_apply_now(f->batch, command, &result);

    return result;
}


static void
test_moved(fixture_t *f)
{
    int64_t  num;

    num = new_meeting(f, "hall");

    is_status(late_command(f, num, 1, 100, LATITUDE + 1, 500), MT_BUSY,
              "measured from where the room was: to be tried again");
    place_room(f, LATITUDE, 500);

    is_status(late_command(f, num, 1, 100, LATITUDE, 99), MT_TOO_FAR,
              "a radius that became smaller");
    is_status(late_command(f, num, 1, 50, LATITUDE, 51), MT_OK,
              "one that is still enough");
    is_status(late_command(f, num, 2, 50, LATITUDE + METRES(9000), 0), MT_OK,
              "none any more");
}


int
main(void)
{
    fixture_t  f;

    test_distance();

    fixture_open(&f);
    users(&f, 9);
    fixture_room(&f, "hall");

    test_settings(&f);
    test_half(&f);
    test_moved(&f);

    is_int(fixture_verify(&f), 0, "the store's invariants hold");

    fixture_close(&f);

    return tap_done();
}

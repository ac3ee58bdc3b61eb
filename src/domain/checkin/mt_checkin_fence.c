
#include <math.h>

#include "domain/checkin/mt_checkin_fence.h"


#define MT_EARTH_RADIUS  6371008.8       /* metres, the mean one */
#define MT_RADIANS       (M_PI / 180e6)  /* in 1e-6 degrees */


static mt_status_t mt_checkin_fence_room(mt_txn_t *txn, uint32_t company,
    const mt_meeting_t *meeting, mt_room_t *room, mt_arena_t *arena);


/* The haversine formula is exact enough at any distance. */

int64_t
mt_checkin_fence_distance(int64_t longitude1, int64_t latitude1,
    int64_t longitude2, int64_t latitude2)
{
    double  h, dlon, dlat;

    dlon = sin((double) (longitude2 - longitude1) * MT_RADIANS / 2);
    dlat = sin((double) (latitude2 - latitude1) * MT_RADIANS / 2);

    h = dlat * dlat + cos((double) latitude1 * MT_RADIANS)
                      * cos((double) latitude2 * MT_RADIANS) * dlon * dlon;

    return llround(2 * MT_EARTH_RADIUS * asin(sqrt(h < 1 ? h : 1)));
}


mt_status_t
mt_checkin_fence_measure(mt_call_t *call, const mt_meeting_t *meeting,
    mt_checkin_args_t *args, unsigned *field)
{
    int          longitude, latitude;
    mt_room_t    room;
    mt_status_t  rc;

    longitude = mt_has(args, checkin_args, longitude);
    latitude = mt_has(args, checkin_args, latitude);

    if (longitude != latitude) {
        *field = longitude ? MT_checkin_args_latitude
                           : MT_checkin_args_longitude;
        return MT_MISSING;
    }

    if (!longitude || meeting->room == 0 || args->fence == MT_FENCE_OFF) {
        return MT_OK;
    }

    rc = mt_checkin_fence_room(call->txn, call->company, meeting, &room,
                               call->arena);
    if (rc != MT_OK || room.radius == 0) {
        return rc;
    }

    mt_set(args, checkin_args, room, room.num);
    mt_set(args, checkin_args, room_longitude, room.longitude);
    mt_set(args, checkin_args, room_latitude, room.latitude);
    mt_set(args, checkin_args, distance,
           mt_checkin_fence_distance(room.longitude, room.latitude,
                                     args->longitude, args->latitude));

    return MT_OK;
}


static mt_status_t
mt_checkin_fence_room(mt_txn_t *txn, uint32_t company,
    const mt_meeting_t *meeting, mt_room_t *room, mt_arena_t *arena)
{
    mt_key_t  key;

    mt_key_num(&key, company, meeting->room);

    return mt_load(txn, MT_DB_ROOM, &key, &mt_room_model, room, arena) == 1
           ? MT_OK : MT_STORE_FAILED;
}


mt_status_t
mt_checkin_fence_judge(mt_txn_t *txn, uint32_t company,
    const mt_meeting_t *meeting, const mt_checkin_args_t *args,
    mt_arena_t *arena)
{
    int          carried;
    mt_room_t    room;
    mt_status_t  rc;

    carried = mt_has(args, checkin_args, longitude);

    if (meeting->room == 0 || args->fence == MT_FENCE_OFF
        || (!carried && args->fence == MT_FENCE_OPTIONAL))
    {
        return MT_OK;
    }

    rc = mt_checkin_fence_room(txn, company, meeting, &room, arena);
    if (rc != MT_OK || room.radius == 0) {
        return rc;
    }

    if (!carried) {
        return MT_NO_POSITION;
    }

    if (args->room != room.num || args->room_longitude != room.longitude
        || args->room_latitude != room.latitude)
    {
        return MT_BUSY;
    }

    return args->distance <= room.radius ? MT_OK : MT_TOO_FAR;
}


/*
 * Rooms of meetings to which nobody comes: released some time after the begin,
 * unless a host keeps the room (mt_op_meeting_keep).  The meeting stays,
 * without a room.
 */

#include "domain/meeting/mt_meeting.h"
#include "domain/notify/mt_event.h"


static mt_status_t mt_room_release_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);


const mt_operation_t  mt_op_room_release = {
    .code = MT_CODE_room_release,
    .name = "room_release",
    .args = &mt_room_release_model,
    .body = &mt_room_release_model,
    .start = mt_start_command,
    .apply = mt_room_release_apply
};


int
mt_meeting_is_deserted(const mt_meeting_t *meeting, const mt_tally_t *tally,
    int64_t now, int64_t after)
{
    return mt_meeting_holds_room(meeting)
           && meeting->sign != MT_SIGN_NONE
           && meeting->kept == 0 && meeting->released == 0
           && mt_meeting_phase(meeting, now) == MT_PHASE_UNDER_WAY
           && now >= meeting->begin + after
           && tally->signed_in == 0;
}


/* Somebody may have signed in, or moved the meeting, since the job looked.
 * result->num is the meeting's number if its room was released. */

static mt_status_t
mt_room_release_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_room_release_t  *args = body;

    mt_tally_t          *tally;
    mt_meeting_t         meeting;
    const mt_meeting_t  *old;

    old = mt_meeting_load(a, args->meeting);
    tally = old ? mt_tally(a, args->meeting) : NULL;

    if (a->failed != MT_OK) {
        return a->failed;
    }

    if (old == NULL
        || !mt_meeting_is_deserted(old, tally, a->time, args->after))
    {
        a->unchanged = 1;
        return MT_OK;
    }

    meeting = *old;
    meeting.released = meeting.room;
    meeting.room = 0;
    meeting.updated = a->time;

    result->num = meeting.num;
    mt_raise(a, MT_EVENT_BOOK_UPDATE, meeting.num, meeting.id);

    return mt_meeting_save(a, &meeting);
}

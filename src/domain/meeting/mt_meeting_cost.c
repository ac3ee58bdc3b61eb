
/*
 * The estimated cost of commands that change lists of attendees, in seats:
 * how many attendances apply() writes, or reads, which costs about as much.
 */

#include "domain/meeting/mt_meeting_draft.h"


size_t
mt_edit_seats(const mt_meeting_edit_t *args)
{
    return args->people.n + args->people_refs.n + args->add.n
           + args->add_refs.n + args->drop.n + args->leader_refs.n;
}


int
mt_edit_lists(const mt_meeting_edit_t *args)
{
    return mt_has(args, meeting_edit, people)
           || mt_has(args, meeting_edit, people_refs)
           || args->add.n || args->add_refs.n || args->drop.n;
}


size_t
mt_call_seats(mt_call_t *call, int64_t meeting)
{
    mt_key_t    key;
    mt_tally_t  tally;

    mt_key_num(&key, call->company, meeting);

    return mt_load(call->txn, MT_DB_TALLY, &key, &mt_tally_model, &tally,
                   call->arena) == 1 ? (size_t) tally.total : 0;
}

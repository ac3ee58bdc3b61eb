
/*
 * An attendee as people at the door name one: by the user's number, id,
 * account or phone, or by the id of the attendance, which guests have, too.
 */

#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_meeting.h"


/* Ways in which a user may be named: number or id, account, phone. */
#define MT_NAMINGS  4


static int64_t mt_person_named(mt_txn_t *txn, uint32_t company,
    mt_str_t person, unsigned way, mt_arena_t *arena);
static int mt_find_user(mt_txn_t *txn, uint32_t company, int64_t meeting,
    mt_str_t person, mt_arena_t *arena, int64_t *slot);
static int mt_find_derived(mt_txn_t *txn, uint32_t company,
    const mt_meeting_t *meeting, mt_str_t id, mt_arena_t *arena,
    int64_t *slot);
static int mt_find_chosen(mt_txn_t *txn, uint32_t company, int64_t meeting,
    mt_str_t id, mt_arena_t *arena, int64_t *slot);


int
mt_attendee_find(mt_txn_t *txn, uint32_t company, const mt_meeting_t *meeting,
    mt_str_t person, mt_arena_t *arena, int64_t *slot)
{
    int  found;

    found = mt_find_user(txn, company, meeting->num, person, arena, slot);

    if (found == 0) {
        found = mt_find_derived(txn, company, meeting, person, arena, slot);
    }

    if (found == 0) {
        found = mt_find_chosen(txn, company, meeting->num, person, arena,
                               slot);
    }

    return found;
}


int64_t
mt_attendee_user(mt_txn_t *txn, uint32_t company, mt_str_t person,
    mt_arena_t *arena)
{
    int64_t   num;
    unsigned  way;

    num = 0;

    for (way = 0; way < MT_NAMINGS && num == 0; way++) {
        num = mt_person_named(txn, company, person, way, arena);
    }

    return num;
}


/* Returns the number of the user whom `person` names in one of the ways, 0 for
 * none. */

static int64_t
mt_person_named(mt_txn_t *txn, uint32_t company, mt_str_t person,
    unsigned way, mt_arena_t *arena)
{
    switch (way) {

    case 0:
        return mt_ref_num(txn, company, MT_NAME_USER, person);

    case 1:
        return (int64_t) mt_name_find(txn, company, MT_NAME_ACCOUNT, person);

    case 2:
        return (int64_t) mt_name_find(txn, company, MT_NAME_PHONE, person);

    default:
        return (int64_t) mt_name_find(txn, company, MT_NAME_PHONE,
                                      mt_phone_plain(arena, person));
    }
}


static int
mt_find_user(mt_txn_t *txn, uint32_t company, int64_t meeting,
    mt_str_t person, mt_arena_t *arena, int64_t *slot)
{
    unsigned  way;
    int64_t   num;
    mt_key_t  key;
    mt_str_t  record;

    for (way = 0; way < MT_NAMINGS; way++) {
        num = mt_person_named(txn, company, person, way, arena);

        if (num == 0) {
            continue;
        }

        mt_key_num2(&key, company, meeting, num);

        switch (mt_get(txn, MT_DB_ATTENDEE, &key, &record)) {

        case 1:
            *slot = num;
            return 1;

        case -1:
            return -1;
        }
    }

    return mt_txn_status(txn) == MT_OK ? 0 : -1;
}


static int
mt_find_derived(mt_txn_t *txn, uint32_t company, const mt_meeting_t *meeting,
    mt_str_t id, mt_arena_t *arena, int64_t *slot)
{
    int            found;
    mt_attendee_t  attendee;

    if (!mt_attendance_slot(meeting, id, slot)) {
        return 0;
    }

    found = mt_attendee_load(txn, company, meeting->num, *slot, &attendee,
                             arena);

    return found == 1 ? attendee.id.len == 0 : found;
}


/* Ids that a client chose are in the attendees' records alone. */

static int
mt_find_chosen(mt_txn_t *txn, uint32_t company, int64_t meeting, mt_str_t id,
    mt_arena_t *arena, int64_t *slot)
{
    int             found;
    mt_key_t        prefix;
    mt_str_t        key, value;
    mt_cursor_t    *cursor;
    mt_attendee_t   attendee;

    mt_key_num(&prefix, company, meeting);

    cursor = mt_cursor_open(txn, MT_DB_ATTENDEE, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    for (found = mt_cursor_first(cursor, &key, &value);
         found == 1;
         found = mt_cursor_next(cursor, &key, &value))
    {
        found = mt_load_some(txn, MT_DB_ATTENDEE, value, &mt_attendee_model,
                             MT_BIT(attendee, id) | MT_BIT(attendee, slot),
                             &attendee, arena);

        if (found != 1 || mt_str_eq(attendee.id, id)) {
            *slot = attendee.slot;
            break;
        }
    }

    mt_cursor_close(cursor);

    return found;
}

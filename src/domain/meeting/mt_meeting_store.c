
#include <stdlib.h>

#include "base/mt_crypto.h"
#include "domain/notify/mt_event.h"
#include "domain/meeting/mt_meeting.h"


static unsigned mt_length_level(int64_t length);
static void mt_entry_schedule(mt_index_entry_t *entry, uint32_t company,
    const mt_meeting_t *meeting, int64_t room);
static void mt_entry_booking(mt_index_entry_t *entry, uint32_t company,
    const mt_meeting_t *meeting);
static void mt_entry_nums(mt_index_entry_t *entry, mt_db_t db,
    uint32_t company, int64_t a, int64_t b);
static void mt_entry_name(mt_index_entry_t *entry, uint32_t company,
    const mt_meeting_t *meeting);
static void mt_entry_code(mt_index_entry_t *entry, enum mt_name kind,
    mt_str_t code, uint32_t company, int64_t num);
static void mt_entry_reminder(mt_index_entry_t *entry, uint32_t company,
    const mt_meeting_t *meeting);
static int mt_entry_same_key(const mt_index_entry_t *a,
    const mt_index_entry_t *b);
static mt_status_t mt_entry_replace(mt_apply_t *a,
    const mt_index_entry_t *before, const mt_index_entry_t *after);


int
mt_meeting_life(const mt_meeting_t *meeting, int64_t now)
{
    if (meeting->state == MT_MEETING_CANCELLED) {
        return MT_LIFE_CANCELLED;
    }

    if (meeting->state == MT_MEETING_ENDED || now >= meeting->end) {
        return MT_LIFE_ENDED;
    }

    return now < meeting->begin ? MT_LIFE_SCHEDULED : MT_LIFE_UNDER_WAY;
}


mt_status_t
mt_meeting_live(const mt_meeting_t *meeting, int64_t now)
{
    switch (mt_meeting_life(meeting, now)) {

    case MT_LIFE_CANCELLED:
        return MT_CANCELLED;

    case MT_LIFE_ENDED:
        return MT_ENDED;

    default:
        return MT_OK;
    }
}


int
mt_meeting_holds_room(const mt_meeting_t *meeting)
{
    return meeting->room != 0 && meeting->state == MT_MEETING_LIVE
           && meeting->checked != MT_CHECK_REFUSED;
}


int
mt_meeting_is_leader(const mt_meeting_t *meeting, int64_t user)
{
    size_t  i;

    if (user == 0) {
        return 0;
    }

    for (i = 0; i < meeting->leaders.n; i++) {
        if (meeting->leaders.v[i] == user) {
            return 1;
        }
    }

    return meeting->creator == user;
}


/*
 * 32 upper-case hex digits, like the ids that h5yes gives: the slot as one
 * block, encrypted under the meeting's seed.  So no two slots of a meeting
 * have the same, and the rows of a list cost one block each: the key is set up
 * once.
 */

mt_str_t
mt_attendance_id(mt_arena_t *arena, const mt_meeting_t *meeting, int64_t slot)
{
    char     *hex;
    size_t    len;
    uint8_t   key[MT_AES_KEY_LEN] = { 0 }, block[MT_AES_LEN] = { 0 };

    len = meeting->seed.len < sizeof(key) ? meeting->seed.len : sizeof(key);

    if (len) {
        memcpy(key, meeting->seed.data, len);
    }

    mt_put_u64(block + MT_AES_LEN - 8, (uint64_t) slot);

    hex = mt_arena_take(arena, 2 * MT_AES_LEN);

    if (hex == NULL || mt_aes_encrypt_block(key, block, block) != 0) {
        return MT_STR("");
    }

    mt_hex_upper(block, MT_AES_LEN, hex);

    return (mt_str_t) { 2 * MT_AES_LEN, hex };
}


/* The bits that the length in milliseconds takes: lengths of level l are
 * below 2^l. */

static unsigned
mt_length_level(int64_t length)
{
    return length > 0 ? 64 - (unsigned) __builtin_clzll((uint64_t) length) : 0;
}


void
mt_meeting_entries(uint32_t company, const mt_meeting_t *meeting,
    mt_index_entry_t entries[MT_MEETING_ENTRIES])
{
    unsigned  i;

    for (i = 0; i < MT_MEETING_ENTRIES; i++) {
        entries[i].key.len = 0;
        entries[i].len = 0;
    }

    mt_entry_schedule(&entries[0], company, meeting, 0);

    if (meeting->room) {
        mt_entry_schedule(&entries[1], company, meeting, meeting->room);
    }

    if (mt_meeting_holds_room(meeting)) {
        mt_entry_booking(&entries[2], company, meeting);
    }

    mt_entry_nums(&entries[3], MT_DB_CREATED, company, meeting->created,
                  meeting->num);

    /* lists of what one sponsors leave cancelled meetings out, and count
     * pages by steps in the index */

    if (meeting->state != MT_MEETING_CANCELLED) {
        mt_entry_nums(&entries[4], MT_DB_SPONSORED, company,
                      meeting->creator, meeting->num);
    }

    if (meeting->series) {
        mt_entry_nums(&entries[5], MT_DB_SERIES, company, meeting->series,
                      meeting->num);
    }

    mt_entry_name(&entries[6], company, meeting);
    mt_entry_code(&entries[7], MT_NAME_ATTENDEE_CODE, meeting->attendee_code,
                  company, meeting->num);
    mt_entry_code(&entries[8], MT_NAME_HOST_CODE, meeting->host_code,
                  company, meeting->num);
    mt_entry_reminder(&entries[9], company, meeting);
}


static void
mt_entry_schedule(mt_index_entry_t *entry, uint32_t company,
    const mt_meeting_t *meeting, int64_t room)
{
    entry->db = MT_DB_SCHEDULE;

    mt_key_schedule(&entry->key, company, room,
                    mt_length_level(meeting->end - meeting->begin),
                    meeting->begin, meeting->num);
}


static void
mt_entry_booking(mt_index_entry_t *entry, uint32_t company,
    const mt_meeting_t *meeting)
{
    entry->db = MT_DB_BOOKING;

    mt_key_booking(&entry->key, company, meeting->room, meeting->begin,
                   meeting->num);

    entry->len = mt_value_num(entry->value, meeting->end);
}


static void
mt_entry_nums(mt_index_entry_t *entry, mt_db_t db, uint32_t company,
    int64_t a, int64_t b)
{
    entry->db = db;

    mt_key_num2(&entry->key, company, a, b);
}


static void
mt_entry_name(mt_index_entry_t *entry, uint32_t company,
    const mt_meeting_t *meeting)
{
    if (meeting->id.len == 0) {
        return;
    }

    entry->db = MT_DB_NAME;

    mt_key_name(&entry->key, company, MT_NAME_MEETING, meeting->id);

    entry->len = mt_value_num(entry->value, meeting->num);
}


/* A link names no company, so its code is unique among all of them. */

static void
mt_entry_code(mt_index_entry_t *entry, enum mt_name kind, mt_str_t code,
    uint32_t company, int64_t num)
{
    if (code.len == 0) {
        return;
    }

    entry->db = MT_DB_NAME;

    mt_key_name(&entry->key, 0, kind, code);

    entry->len = mt_value_link(entry->value, company, num);
}


static void
mt_entry_reminder(mt_index_entry_t *entry, uint32_t company,
    const mt_meeting_t *meeting)
{
    int64_t  due, reason;

    due = mt_reminder_due(meeting, &reason);

    if (due == 0) {
        return;
    }

    entry->db = MT_DB_REMINDER;

    mt_key_reminder(&entry->key, due, company, meeting->num);
}


mt_status_t
mt_meeting_save(mt_apply_t *a, const mt_meeting_t *meeting)
{
    unsigned             i;
    mt_key_t             key;
    mt_status_t          rc;
    mt_index_entry_t     before[MT_MEETING_ENTRIES];
    mt_index_entry_t     after[MT_MEETING_ENTRIES];
    const mt_meeting_t  *old;

    old = mt_meeting_load(a, meeting->num);

    mt_meeting_entries(a->company, meeting, after);

    if (old) {
        mt_meeting_entries(a->company, old, before);
    }

    for (i = 0; i < MT_MEETING_ENTRIES; i++) {
        rc = mt_entry_replace(a, old ? &before[i] : NULL, &after[i]);
        if (rc != MT_OK) {
            return rc;
        }
    }

    mt_key_num(&key, a->company, (uint64_t) meeting->num);

    rc = mt_save(a->txn, MT_DB_MEETING, &key, &mt_meeting_model, meeting,
                 a->arena);
    if (rc == MT_OK) {
        mt_batch_cache_meeting(a, meeting);
    }

    return rc;
}


static int
mt_entry_same_key(const mt_index_entry_t *a, const mt_index_entry_t *b)
{
    return mt_str_eq(mt_key_text(&a->key), mt_key_text(&b->key));
}


static mt_status_t
mt_entry_replace(mt_apply_t *a, const mt_index_entry_t *before,
    const mt_index_entry_t *after)
{
    mt_str_t  value;

    if (before && before->key.len && !mt_entry_same_key(before, after)) {
        if (mt_del(a->txn, before->db, &before->key) < 0) {
            return MT_STORE_FAILED;
        }

        before = NULL;
    }

    if (after->key.len == 0
        || (before && before->key.len && before->len == after->len
            && memcmp(before->value, after->value, after->len) == 0))
    {
        return MT_OK;
    }

    value.data = (const char *) after->value;
    value.len = after->len;

    return mt_put(a->txn, after->db, &after->key, value);
}


/*
 * Bookings of a room do not overlap, so of all that begin before `end` and
 * count only the last can reach beyond `begin`; and where one of them has
 * ended by then, whoever it belongs to, so have all before it.
 */

int64_t
mt_booking_conflict(mt_txn_t *txn, uint32_t company, int64_t room,
    int64_t begin, int64_t end, const mt_ints_t *except)
{
    int           rc;
    int64_t       num, booked, until;
    mt_key_t      prefix, at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_key_num(&prefix, company, room);
    mt_key_booking(&at, company, room, end, 0);

    cursor = mt_cursor_open(txn, MT_DB_BOOKING, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    num = 0;

    for (rc = mt_cursor_seek_back(cursor, &at, &key, &value);
         rc == 1;
         rc = mt_cursor_prev(cursor, &key, &value))
    {
        if (!mt_key_read_booking(key, NULL, NULL, NULL, &booked)
            || !mt_value_read_num(value, &until))
        {
            rc = -1;
            break;
        }

        if (until <= begin) {
            break;
        }

        num = booked;

        if (bsearch(&num, except->v, except->n, sizeof(num), mt_num_cmp)
            == NULL)
        {
            break;
        }

        num = 0;
    }

    mt_cursor_close(cursor);

    return rc < 0 ? -1 : num;
}


int
mt_num_cmp(const void *one, const void *two)
{
    int64_t  a = *(const int64_t *) one, b = *(const int64_t *) two;

    return a < b ? -1 : a > b;
}


int
mt_attendee_load(mt_txn_t *txn, uint32_t company, int64_t meeting,
    int64_t slot, mt_attendee_t *attendee, mt_arena_t *arena)
{
    mt_key_t  key;

    mt_key_num2(&key, company, (uint64_t) meeting, (uint64_t) slot);

    return mt_load(txn, MT_DB_ATTENDEE, &key, &mt_attendee_model, attendee,
                   arena);
}


mt_status_t
mt_attendee_save(mt_apply_t *a, int64_t meeting,
    const mt_attendee_t *attendee)
{
    mt_key_t  key;

    mt_key_num2(&key, a->company, (uint64_t) meeting,
                (uint64_t) attendee->slot);

    return mt_save(a->txn, MT_DB_ATTENDEE, &key, &mt_attendee_model, attendee,
                   a->arena);
}


int
mt_checkin_load(mt_txn_t *txn, uint32_t company, int64_t meeting,
    int64_t slot, mt_checkin_t *checkin, mt_arena_t *arena)
{
    mt_key_t  key;

    mt_key_num2(&key, company, (uint64_t) meeting, (uint64_t) slot);

    return mt_load(txn, MT_DB_CHECKIN, &key, &mt_checkin_model, checkin,
                   arena);
}


void
mt_tally_count(mt_tally_t *tally, const mt_attendee_t *attendee,
    const mt_checkin_t *checkin, int sign)
{
    tally->total += sign;

    if (attendee->slot >= MT_GUEST_SLOT) {
        tally->guests += sign;
    }

    if (attendee->answer == MT_ANSWER_ACCEPTED) {
        tally->accepted += sign;

    } else if (attendee->answer == MT_ANSWER_DECLINED) {
        tally->declined += sign;
    }

    if (checkin) {
        tally->signed_in += sign;
        tally->late += checkin->late ? sign : 0;
    }
}


int
mt_meeting_may(mt_txn_t *txn, uint32_t company, const mt_meeting_t *meeting,
    int64_t actor, int64_t may)
{
    mt_key_t  key;
    mt_str_t  record;

    switch (may) {

    case MT_MAY_ANYONE:
        return 1;

    case MT_MAY_CREATOR:
        return actor != 0 && meeting->creator == actor;

    case MT_MAY_LEADER:
        return mt_meeting_is_leader(meeting, actor);

    default: /* MT_MAY_MEMBER */
        if (actor == 0 || mt_meeting_is_leader(meeting, actor)) {
            return actor != 0;
        }

        mt_key_num2(&key, company, (uint64_t) meeting->num, (uint64_t) actor);

        return mt_get(txn, MT_DB_ATTENDEE, &key, &record);
    }
}


mt_status_t
mt_meeting_find(mt_call_t *call, mt_str_t ref, mt_meeting_t *meeting)
{
    int       found;
    int64_t   num;
    mt_key_t  key;

    num = mt_ref_num(call->txn, call->company, MT_NAME_MEETING, ref);
    if (num == 0) {
        return MT_NO_SUCH_MEETING;
    }

    mt_key_num(&key, call->company, (uint64_t) num);

    found = mt_load(call->txn, MT_DB_MEETING, &key, &mt_meeting_model,
                    meeting, call->arena);
    if (found < 0) {
        return MT_STORE_FAILED;
    }

    return found ? MT_OK : MT_NO_SUCH_MEETING;
}


/* A canonical number names the record of that number, whatever string ids
 * there are: then the cached meeting saves all look-ups. */

mt_status_t
mt_meeting_get(mt_apply_t *a, mt_str_t ref, const mt_meeting_t **meeting)
{
    int64_t  num;

    num = mt_ref_num(a->txn, a->company, MT_NAME_MEETING, ref);
    *meeting = num ? mt_meeting_load(a, num) : NULL;

    if (a->failed != MT_OK) {
        return a->failed;
    }

    return *meeting ? MT_OK : MT_NO_SUCH_MEETING;
}

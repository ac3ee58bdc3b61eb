
#include "domain/verify/mt_verify.h"


static void mt_verify_rows(mt_verify_t *v, const mt_meeting_t *meeting);
static int mt_recount(mt_verify_t *v, mt_tally_t *tally);
static void mt_verify_seat(mt_verify_t *v, int64_t slot);


void
mt_verify_meeting(mt_verify_t *v, const void *record)
{
    const mt_meeting_t  *meeting = record;

    size_t            i;
    mt_key_t          key;
    mt_str_t          value, want;
    mt_index_entry_t  entries[MT_MEETING_ENTRIES];

    mt_verify_identity(v, MT_NAME_MEETING, meeting->num, meeting->id, 0);

    mt_meeting_entries(v->company, meeting, entries);

    for (i = 0; i < MT_MEETING_ENTRIES; i++) {
        want.len = entries[i].len;
        want.data = (const char *) entries[i].value;

        if (entries[i].key.len
            && (mt_get(v->txn, entries[i].db, &entries[i].key, &value) != 1
                || !mt_str_eq(value, want)))
        {
            mt_breach(v, "index entry %zu missing or wrong", i);
        }
    }

    if (meeting->creator && !mt_has_user(v, meeting->creator, 0)) {
        mt_breach(v, "no creator %lld", (long long) meeting->creator);
    }

    for (i = 0; i < meeting->leaders.n; i++) {
        if (!mt_has_user(v, meeting->leaders.v[i], 0)) {
            mt_breach(v, "no leader %lld", (long long) meeting->leaders.v[i]);
        }
    }

    if (meeting->dept && !mt_has_dept(v, meeting->dept, 0)) {
        mt_breach(v, "no department %lld", (long long) meeting->dept);
    }

    mt_key_num(&key, v->company, (uint64_t) meeting->room);

    if (meeting->room && mt_get(v->txn, MT_DB_ROOM, &key, &value) != 1) {
        mt_breach(v, "no room %lld", (long long) meeting->room);
    }

    mt_key_num(&key, v->company, (uint64_t) meeting->series);

    if (meeting->series && mt_get(v->txn, MT_DB_MEETING, &key, &value) != 1) {
        mt_breach(v, "no series %lld", (long long) meeting->series);
    }

    mt_verify_rows(v, meeting);
}


/* The tally against the people on the list and their check-ins. */

static void
mt_verify_rows(mt_verify_t *v, const mt_meeting_t *meeting)
{
    int                found;
    size_t             i;
    int64_t            says, rows;
    mt_tally_t         kept, counted;
    const mt_field_t  *field;

    found = mt_verify_load(v, MT_DB_TALLY, meeting->num, &mt_tally_model,
                           &kept);

    if (found == -1 || mt_recount(v, &counted) != 0) {
        mt_breach(v, "its people cannot be read");
        return;
    }

    if (found == 0) {
        memset(&kept, 0, sizeof(kept));
    }

    for (i = 1; i < mt_tally_model.nfields; i++) {
        field = &mt_tally_fields[i];
        if (field->kind != MT_INT) {
            continue;
        }

        memcpy(&says, (char *) &kept + field->offset, sizeof(says));
        memcpy(&rows, (char *) &counted + field->offset, sizeof(rows));

        if (says != rows) {
            mt_breach(v, "tally of %s is %lld, the rows say %lld",
                      field->name, (long long) says, (long long) rows);
        }
    }
}


/* Of the meeting that v->num is. */

static int
mt_recount(mt_verify_t *v, mt_tally_t *tally)
{
    int             found, signed_in;
    mt_key_t        prefix;
    mt_str_t        key, value;
    mt_cursor_t    *cursor;
    mt_checkin_t    checkin;
    mt_attendee_t   attendee;

    memset(tally, 0, sizeof(*tally));
    mt_key_num(&prefix, v->company, (uint64_t) v->num);

    cursor = mt_cursor_open(v->txn, MT_DB_ATTENDEE, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    found = mt_cursor_first(cursor, &key, &value);

    while (found == 1) {
        mt_arena_reset(v->inner);

        if (mt_record_decode(value, &mt_attendee_model, &attendee, v->inner)
            != MT_OK)
        {
            found = -1;
            break;
        }

        signed_in = mt_checkin_load(v->txn, v->company, v->num,
                                    attendee.slot, &checkin, v->inner);
        if (signed_in == -1) {
            found = -1;
            break;
        }

        mt_tally_count(tally, &attendee, signed_in ? &checkin : NULL, 1);

        found = mt_cursor_next(cursor, &key, &value);
    }

    mt_cursor_close(cursor);

    return found;
}


void
mt_verify_attendee(mt_verify_t *v, const void *record)
{
    mt_verify_seat(v, ((const mt_attendee_t *) record)->slot);
}


void
mt_verify_checkin(mt_verify_t *v, const void *record)
{
    mt_verify_seat(v, ((const mt_checkin_t *) record)->slot);
}


static void
mt_verify_seat(mt_verify_t *v, int64_t slot)
{
    mt_key_t  key;
    mt_str_t  value;

    mt_key_num(&key, v->company, (uint64_t) v->num);

    if (mt_get(v->txn, MT_DB_MEETING, &key, &value) != 1) {
        mt_breach(v, "no meeting %lld", (long long) v->num);
    }

    if (slot != v->at.nums[1]) {
        mt_breach(v, "is slot %lld", (long long) slot);
    }

    if (slot < MT_GUEST_SLOT && !mt_has_user(v, slot, 0)) {
        mt_breach(v, "no user %lld", (long long) slot);
    }
}


/* Its numbers are judged with the meeting's rows. */

void
mt_verify_tally(mt_verify_t *v, const void *record)
{
    mt_key_t  key;
    mt_str_t  value;

    (void) record;

    mt_key_num(&key, v->company, (uint64_t) v->num);

    if (mt_get(v->txn, MT_DB_MEETING, &key, &value) != 1) {
        mt_breach(v, "no meeting %lld", (long long) v->num);
    }
}


/* Indexes of meetings by one number, or a time: key form NUM2. */

void
mt_verify_index(mt_verify_t *v, const void *record)
{
    (void) record;

    mt_verify_entry_of(v, v->company, v->at.nums[1]);
}


void
mt_verify_schedule(mt_verify_t *v, const void *record)
{
    (void) record;

    mt_verify_entry_of(v, v->company, v->at.nums[2]);
}


void
mt_verify_booking(mt_verify_t *v, const void *record)
{
    int64_t  room, begin, until;

    (void) record;

    room = v->at.nums[0];
    begin = v->at.nums[1];

    mt_verify_entry_of(v, v->company, v->at.nums[2]);

    if (!mt_value_read_num(v->value, &until)) {
        mt_breach(v, "value of %zu bytes", v->value.len);
        return;
    }

    if (v->company == v->booked_by && room == v->booked_room
        && begin < v->booked_until)
    {
        mt_breach(v, "overlaps the booking before it");
    }

    v->booked_by = v->company;
    v->booked_room = room;
    v->booked_until = until;
}


void
mt_verify_entry_of(mt_verify_t *v, uint32_t company, int64_t num)
{
    size_t            i;
    mt_key_t          key;
    mt_str_t          value;
    mt_meeting_t      meeting;
    mt_index_entry_t  entries[MT_MEETING_ENTRIES];

    mt_key_num(&key, company, (uint64_t) num);

    if (mt_load(v->txn, MT_DB_MEETING, &key, &mt_meeting_model, &meeting,
                v->inner) != 1)
    {
        mt_breach(v, "no meeting %lld", (long long) num);
        return;
    }

    mt_meeting_entries(company, &meeting, entries);

    for (i = 0; i < MT_MEETING_ENTRIES; i++) {
        value.len = entries[i].len;
        value.data = (const char *) entries[i].value;

        if (mt_str_eq(mt_key_text(&entries[i].key), v->key)
            && mt_str_eq(value, v->value))
        {
            return;
        }
    }

    mt_breach(v, "not of meeting %lld", (long long) num);
}

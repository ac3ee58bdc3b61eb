
/*
 * The index entries of a meeting follow from its record alone; saving writes
 * the difference between the entries before and after.
 */

#include "domain/meeting/mt_meeting_index.h"


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


/* Returns the number of bits of a length in ms: a length of level l is below
 * 2^l. */

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

    /* lists of sponsored meetings have no cancelled ones, and count pages by
     * steps in this index */

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


/* A link names no company, so its code is unique in the whole store. */

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

    mt_key_num(&key, a->company, meeting->num);

    rc = mt_save(a->txn, MT_DB_MEETING, &key, &mt_meeting_model, meeting,
                 a->arena);
    if (rc == MT_OK) {
        mt_meeting_cache(a, meeting);
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

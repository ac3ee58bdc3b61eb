
/*
 * The index entries of a meeting, and the bookings of a room.
 */

#ifndef MT_MEETING_INDEX_H
#define MT_MEETING_INDEX_H

#include "domain/meeting/mt_meeting.h"


/* A meeting's entries, always in the same places; a place without an entry has
 * an empty key.  mt_meeting_save() writes the difference between the entries
 * before and after; verification looks all of them up. */

#define MT_MEETING_ENTRIES  10

typedef struct {
    mt_db_t   db;
    mt_key_t  key;
    uint8_t   value[MT_VALUE_MAX];
    size_t    len;                 /* of the value */
} mt_index_entry_t;

void mt_meeting_entries(uint32_t company, const mt_meeting_t *meeting,
    mt_index_entry_t entries[MT_MEETING_ENTRIES]);

/* Looks for a booking of the room that overlaps [begin, end), ms.  `except`:
 * numbers of meetings whose bookings do not count, in ascending order.
 * Returns the number of the meeting that holds the room, 0 if it is free, -1
 * on failure. */
int64_t mt_booking_conflict(mt_txn_t *txn, uint32_t company, int64_t room,
    int64_t begin, int64_t end, const mt_ints_t *except);

#endif /* MT_MEETING_INDEX_H */

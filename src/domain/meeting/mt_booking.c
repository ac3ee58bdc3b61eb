
#include <stdlib.h>

#include "domain/meeting/mt_meeting_index.h"


/* offsets in a BOOKING key: C 4, N(room) 8, T(begin) 8, N(meeting) 8 */
#define MT_BOOKING_MEETING  20
#define MT_BOOKING_KEY_LEN  28


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
    int64_t       num;
    mt_key_t      prefix, at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_key_num(&prefix, company, (uint64_t) room);
    mt_key_num2(&at, company, (uint64_t) room, (uint64_t) end);
    mt_key_u64(&at, 0);

    cursor = mt_cursor_open(txn, MT_DB_BOOKING, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    num = 0;

    for (rc = mt_cursor_seek_back(cursor, &at, &key, &value);
         rc == 1;
         rc = mt_cursor_prev(cursor, &key, &value))
    {
        if (key.len != MT_BOOKING_KEY_LEN || value.len != 8) {
            rc = -1;
            break;
        }

        if ((int64_t) mt_get_u64((const uint8_t *) value.data) <= begin) {
            break;
        }

        num = (int64_t) mt_get_u64((const uint8_t *) key.data
                                   + MT_BOOKING_MEETING);

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

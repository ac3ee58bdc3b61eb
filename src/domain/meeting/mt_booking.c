
#include <stdlib.h>

#include "domain/meeting/mt_meeting_index.h"


/*
 * Bookings of a room do not overlap.  So of the bookings that begin before
 * `end`, the last one outside of `except` is the only one that can reach
 * beyond `begin`; and once a booking ends by `begin`, all before it do, too.
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

        if (except->n == 0
            || bsearch(&num, except->v, except->n, sizeof(num), mt_num_cmp)
               == NULL)
        {
            break;
        }

        num = 0;
    }

    mt_cursor_close(cursor);

    return rc < 0 ? -1 : num;
}


/*
 * Attendance over a range of time: who came, came late, was excused or was
 * absent, counted by person, department, meeting or month.
 */

#ifndef MT_ATTENDANCE_H
#define MT_ATTENDANCE_H

#include "base/mt_zone.h"
#include "store/mt_store.h"


typedef enum {
    MT_BY_PERSON,          /* guests are not counted */
    MT_BY_DEPARTMENT,      /* the present one of the user; 0: none, guests */
    MT_BY_MEETING,
    MT_BY_MONTH            /* of the meeting's begin, as 202612 */
} mt_attendance_by_t;

/* Meetings that began in [from, to), ms, and were over at `now`.  Cancelled
 * ones, and those that want no sign-in, do not count. */

typedef struct {
    uint32_t             company;
    mt_attendance_by_t   by;
    int64_t              from;
    int64_t              to;
    int64_t              now;
    const mt_zone_t     *zone;     /* of months */
} mt_attendance_query_t;

/* num: of the user, department or meeting, or the month.  An attendee counts
 * once for each meeting: as present (in time), late, excused (declined and did
 * not come) or absent. */

typedef struct {
    int64_t  num;
    int64_t  present;
    int64_t  late;
    int64_t  excused;
    int64_t  absent;
} mt_attendance_row_t;

/*
 * Counts, and gives each row to each(), in ascending order of num (meetings:
 * of their begin), until that returns another value than 0.  Memory grows with
 * the rows that are not of meetings.  For a thread or a tool, in a transaction
 * of its own: it takes about a second for a million attendances.  Returns that
 * value, or 0 at the end, -1 on failure.
 */
int mt_attendance(mt_txn_t *txn, const mt_attendance_query_t *query,
    int (*each)(void *data, const mt_attendance_row_t *row), void *data);

#endif /* MT_ATTENDANCE_H */


/*
 * What the files of a meeting's list of people share (mt_roster_t in
 * mt_edit.h); nobody else includes this.
 */

#ifndef MT_ROSTER_H
#define MT_ROSTER_H

#include "domain/meeting/mt_edit.h"


typedef struct {
    int64_t               slot;       /* below 0: a newcomer's */
    size_t                order;      /* of the request; the first wins */
    const mt_person_t    *given;      /* NULL: by ref alone */
    const mt_attendee_t  *before;     /* of the list that is edited */
    unsigned              field;      /* where the request says so, */
    size_t                item;       /*   plus 1 */
    mt_attendee_t         row;        /* as it will be */
} mt_seat_t;

/* The id that an attendance is known by. */

typedef struct {
    mt_str_t              id;
    int64_t               slot;
    const mt_seat_t      *seat;
} mt_known_t;

struct mt_roster_s {
    mt_apply_t                *a;
    const mt_meeting_edit_t   *args;
    mt_result_t               *result;
    mt_people_t               *people;
    mt_arena_t                *arena;         /* of all below */

    const mt_meeting_t        *from;          /* whose list is edited */
    mt_meeting_t              *meeting;
    int                        made;          /* the meeting is a new one */

    mt_attendee_t             *rows;          /* of `from`, by slot */
    size_t                     nrows;
    mt_known_t                *known;         /* of these, by id; or NULL */

    mt_seat_t                 *seats;
    size_t                     nseats;
    mt_buf_t                   record;        /* of the row written last */
};


/* Who is on the list as the arguments leave it: `seats`, in order of slots,
 * each once (mt_roster_seats.c). */
mt_status_t mt_roster_seat(mt_roster_t *roster);

/* By which id someone on the list can be named; and the order of such ids. */
mt_known_t mt_roster_known(mt_roster_t *roster, const mt_attendee_t *row);
int mt_known_cmp(const void *one, const void *two);

#endif /* MT_ROSTER_H */

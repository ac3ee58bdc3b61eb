
/*
 * What the files of the h5yes dialect share.  mt_h5yes.c: envelope and codes.
 * mt_h5yes_tables.c: addresses, and the directory's members.
 * mt_h5yes_meeting.c: the members of meetings.
 */

#ifndef MT_H5YES_H
#define MT_H5YES_H

#include "dialect/mt_request.h"


/* members of every request but gettoken's */
#define MT_TOKEN  MT_TOKEN_ARG("access_token")


/* what the directory's records show, in answers and in events */

extern const mt_json_table_t  mt_h5yes_user_out;
extern const mt_json_table_t  mt_h5yes_dept_out;
extern const mt_json_table_t  mt_h5yes_room_out;

/* meetings */

extern const mt_json_table_t  mt_h5yes_meeting_in;
extern const mt_json_table_t  mt_h5yes_meeting_list_in;
extern const mt_json_table_t  mt_h5yes_book_in;
extern const mt_json_table_t  mt_h5yes_meeting_update_in;
extern const mt_json_table_t  mt_h5yes_meeting_out;
extern const mt_json_table_t  mt_h5yes_attendance_out;

/* mt_route_t's */
void mt_h5yes_get_meeting(mt_exchange_t *x);
void mt_h5yes_list_meetings(mt_exchange_t *x);
void mt_h5yes_update_meeting(mt_exchange_t *x);
void mt_h5yes_cancel_meeting(mt_exchange_t *x);
void mt_h5yes_finish_meeting(mt_exchange_t *x);


/* mt_dialect_t's */
void mt_h5yes_decode(mt_exchange_t *x);
void mt_h5yes_open_answer(mt_exchange_t *x);
void mt_h5yes_close_answer(mt_exchange_t *x);
int mt_h5yes_code(mt_status_t status);

#endif /* MT_H5YES_H */

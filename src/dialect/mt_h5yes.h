
/*
 * Private to the h5yes dialect.  mt_h5yes.c: envelope and codes.
 * mt_h5yes_tables.c: routes, tables of the directory.  mt_h5yes_meeting.c:
 * tables of meetings.
 */

#ifndef MT_H5YES_H
#define MT_H5YES_H

#include "dialect/mt_request.h"


/* Member of each request except gettoken's. */
#define MT_TOKEN  MT_TOKEN_ARG("access_token")


/* Tables of the directory's records, for answers and events. */

extern const mt_json_table_t  mt_h5yes_user_out;
extern const mt_json_table_t  mt_h5yes_dept_out;
extern const mt_json_table_t  mt_h5yes_room_out;

/* Tables of meetings. */

extern const mt_json_table_t  mt_h5yes_meeting_in;
extern const mt_json_table_t  mt_h5yes_meeting_list_in;
extern const mt_json_table_t  mt_h5yes_book_in;
extern const mt_json_table_t  mt_h5yes_meeting_update_in;
extern const mt_json_table_t  mt_h5yes_meeting_out;
extern const mt_json_table_t  mt_h5yes_attendance_out;

/* Members `prepare` of routes. */
void mt_h5yes_get_meeting(mt_exchange_t *x);
void mt_h5yes_list_meetings(mt_exchange_t *x);
void mt_h5yes_update_meeting(mt_exchange_t *x);
void mt_h5yes_cancel_meeting(mt_exchange_t *x);
void mt_h5yes_finish_meeting(mt_exchange_t *x);


/* Members of mt_dialect_h5yes. */
void mt_h5yes_decode(mt_exchange_t *x);
void mt_h5yes_open_answer(mt_exchange_t *x);
void mt_h5yes_close_answer(mt_exchange_t *x);
int mt_h5yes_code(mt_status_t status);

#endif /* MT_H5YES_H */

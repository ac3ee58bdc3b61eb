
/*
 * What the files of the h5yes dialect share.  mt_h5yes.c: envelope, codes,
 * arguments, token.  mt_h5yes_tables.c: addresses, and the directory's
 * members.  mt_h5yes_meeting.c: the members of meetings.
 */

#ifndef MT_H5YES_H
#define MT_H5YES_H

#include "dialect/mt_dialect.h"


/* What every request has beside the operation's args, which follow it in
 * memory: one object for the request's table.  An exchange's `envelope`. */

#define MT_H5YES_COMMON_FIELDS(F, M)                                          \
    F(M, 1, STR, token,         0, INT32_MAX, NULL)

MT_DECLARE_MODEL(h5yes_common, MT_H5YES_COMMON_FIELDS);

#define MT_H5YES_ARGS  sizeof(mt_h5yes_common_t)


/* members of requests */

#define MT_ARG(wire, M, name, flags, how)                                     \
    { wire, MT_FIELD(M, name), MT_H5YES_ARGS, flags, how, NULL }

/* "" is as good as nothing */
#define MT_MUST  (MT_JSON_REQUIRED | MT_JSON_FILLED)

/* not required here: that it is missing has a code of its own */
#define MT_TOKEN                                                              \
    { "access_token", MT_FIELD(h5yes_common, token), 0, 0, NULL, NULL }

/* and of answers */

#define MT_SHOW(wire, view, part, M, name, how)                               \
    { wire, MT_FIELD(M, name), offsetof(mt_##view##_view_t, part), 0, how,    \
      NULL }


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
void mt_h5yes_authenticate(mt_exchange_t *x);
void mt_h5yes_open_answer(mt_exchange_t *x);
void mt_h5yes_close_answer(mt_exchange_t *x);
int mt_h5yes_code(mt_status_t status);

#endif /* MT_H5YES_H */


/*
 * Private to the weclubs dialect.  mt_weclubs.c: envelope, signature, token,
 * codes.  mt_weclubs_tables.c: routes and tables.
 */

#ifndef MT_WECLUBS_H
#define MT_WECLUBS_H

#include "dialect/mt_dialect.h"


/* The request around `data`. */

#define MT_WECLUBS_CLIENT_FIELDS(F, M)                                        \
    F(M, 1, STR, caller,        0, MT_ID_MAX, NULL)

#define MT_WECLUBS_ENVELOPE_FIELDS(F, M)                                      \
    F(M, 1, STR, id,            0, MT_ID_MAX, NULL)                           \
    F(M, 2, OBJ, client,        0, 0, &mt_weclubs_client_model)               \
    F(M, 3, STR, sign,          0, MT_TEXT_MAX, NULL)

/* The common members of `data`.  The operation's args follow them in memory,
 * so that the payload's table fills both.  dynamic: the kind of the record
 * that an answer is about; only "meeting" is served. */

#define MT_WECLUBS_COMMON_FIELDS(F, M)                                        \
    F(M, 1, STR, user_id,       1, MT_ID_MAX, NULL)                           \
    F(M, 2, STR, token,         0, INT32_MAX, NULL)                           \
    F(M, 3, INT, dynamic,       0, 0, NULL)

MT_DECLARE_MODEL(weclubs_client, MT_WECLUBS_CLIENT_FIELDS);
MT_DECLARE_MODEL(weclubs_envelope, MT_WECLUBS_ENVELOPE_FIELDS);
MT_DECLARE_MODEL(weclubs_common, MT_WECLUBS_COMMON_FIELDS);

/* The offset of the args, in bytes. */
#define MT_WECLUBS_ARGS  sizeof(mt_weclubs_common_t)

/* An exchange's `envelope`. */

typedef struct {
    mt_weclubs_envelope_t   envelope;     /* first: its table fills it */
    mt_weclubs_common_t    *common;
    mt_str_t                caller;
    mt_session_proof_t      proof;        /* of the token; user 0: none */
    unsigned                signed_right:1;
} mt_weclubs_request_t;


extern const mt_json_table_t  mt_weclubs_envelope;

extern const mt_wire_t        mt_weclubs_user;
extern const mt_wire_t        mt_weclubs_meeting;
extern const mt_wire_t        mt_weclubs_club;
extern const mt_wire_t        mt_weclubs_list;

/* Returns the kind of record (enum mt_name) that a member names by id or by a
 * list of ids, 0 if the member is no reference. */

static inline int
mt_weclubs_kind(const mt_json_member_t *member)
{
    if (member->how == &mt_weclubs_user || member->how == &mt_weclubs_list) {
        return MT_NAME_USER;
    }

    if (member->how == &mt_weclubs_meeting) {
        return MT_NAME_MEETING;
    }

    return member->how == &mt_weclubs_club ? MT_NAME_DEPT : 0;
}


/* Returns the member's value, NULL if it is not given. */
const void *mt_weclubs_given(const mt_exchange_t *x,
    const mt_json_member_t *member);

/* Members of mt_dialect_weclubs. */
void mt_weclubs_decode(mt_exchange_t *x);
void mt_weclubs_prove(mt_exchange_t *x);
void mt_weclubs_authenticate(mt_exchange_t *x);
void mt_weclubs_open_answer(mt_exchange_t *x);
void mt_weclubs_close_answer(mt_exchange_t *x);
int mt_weclubs_code(mt_status_t status);
const char *mt_weclubs_check(const mt_settings_t *settings);

#endif /* MT_WECLUBS_H */

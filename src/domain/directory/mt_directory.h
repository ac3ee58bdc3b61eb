
/*
 * Companies, departments, users and rooms: functions for other rooms of the
 * domain, and for the files of this one.
 */

#ifndef MT_DIRECTORY_H
#define MT_DIRECTORY_H

#include "domain/kernel/mt_apply.h"
#include "domain/kernel/mt_names.h"
#include "domain/view/mt_view.h"


/* The operations that an import runs. */
extern const mt_operation_t  mt_op_dept_add;
extern const mt_operation_t  mt_op_user_add;
extern const mt_operation_t  mt_op_user_update;
extern const mt_operation_t  mt_op_import_told;


/* Returns the types of events that are kept for the company's subscriber, as
 * bits 1 << MT_EVENT_*; 0 without a subscriber; sets a->failed on failure. */
int64_t mt_company_events(mt_apply_t *a);

/* Finds a department.  *num is 0, the root, for the refs "" and "0".  Returns
 * MT_OK, MT_NO_SUCH_DEPT or MT_STORE_FAILED. */
mt_status_t mt_dept_ref(mt_apply_t *a, mt_str_t ref, int64_t *num);

/* Returns 1 if a key begins with the prefix, 0 if none does, -1 on failure. */
int mt_any(mt_txn_t *txn, mt_db_t db, const mt_key_t *prefix);

/* As mt_apply_target(), for a user that the directory knows: returns
 * MT_NO_SUCH_USER for a placeholder, too. */
mt_status_t mt_user_target(mt_apply_t *a, mt_str_t ref, unsigned field,
    mt_result_t *result, mt_user_t *user);

/* Writes the record.  Returns MT_OK or a failure. */
mt_status_t mt_user_save(mt_apply_t *a, const mt_user_t *user);

/* For apply(): removes a user who was not removed before: names but the id,
 * sessions, index entries and the picture.  *user is to be saved by the
 * caller.  Returns MT_OK or a failure. */
mt_status_t mt_user_vanish(mt_apply_t *a, mt_user_t *user);

/* Loads the user's record, a removed one as well.  Returns 1 if found, 0 if
 * there is none, -1 on failure. */
int mt_user_load(mt_txn_t *txn, uint32_t company, int64_t num,
    mt_user_t *user, mt_arena_t *arena);

/* Makes a placeholder user for a person whom the directory does not know;
 * mt_id_judge() allowed the id.  Returns the user's number. */
int64_t mt_user_placeholder(mt_apply_t *a, mt_str_t id, mt_str_t name);

/*
 * Returns a Chinese mobile number as its eleven digits, without +86, blanks,
 * dashes and brackets, in `arena`; any other text, and without memory, `phone`
 * itself.
 */
mt_str_t mt_phone_plain(mt_arena_t *arena, mt_str_t phone);

/* Returns 1 for a user who exists and is enabled.  Others have no session: the
 * command that removes or disables a user ends its sessions. */
int mt_user_may_log_in(const mt_user_t *user);

/* Returns what it costs to read the company's rooms and write them, in seats
 * (call->seats); not more than a heavy command has. */
size_t mt_rooms_seats(mt_call_t *call);

/* Takes a user who is being removed off the lists of users who may book a
 * room.  Returns MT_OK or a failure. */
mt_status_t mt_rooms_forget_user(mt_apply_t *a, int64_t user);

/* Fills the view of a user, department or room (kind: MT_NAME_USER, ...), a
 * structure of mt_directory_view_size(): mt_user_view_t, ...  Returns 1; 0 if
 * the directory shows no such record: removed, a placeholder, or never there;
 * -1 on failure. */
size_t mt_directory_view_size(enum mt_name kind);
int mt_directory_view(const mt_view_source_t *source, enum mt_name kind,
    int64_t num, void *view);

/* The finish() of operations that make or change a record of op->kind: replies
 * with its view. */
void mt_directory_finish(mt_call_t *call);

/* The password of users whose record holds none; h5yes' document names it. */
extern const mt_str_t  mt_default_password;

#define MT_MD5_HEX  32

/* Returns the MD5 of a password in lower-case hex digits, which are in `hex`;
 * empty on failure. */
mt_str_t mt_password_md5(mt_str_t plain, char hex[MT_MD5_HEX]);

/* Loads a credential, a revoked one as well; its strings are as mt_load()'s.
 * Returns 1 if found, 0 if there is none, -1 on failure. */
int mt_credential_load(mt_txn_t *txn, int64_t num,
    mt_credential_t *credential, mt_arena_t *arena);

#endif /* MT_DIRECTORY_H */

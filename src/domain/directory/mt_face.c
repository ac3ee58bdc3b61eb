
#include "domain/directory/mt_face.h"

#include <errno.h>

#include "file/mt_image.h"


static mt_step_t mt_face_start(mt_call_t *call);
static void mt_face_work(mt_call_t *call);
static mt_step_t mt_face_resume(mt_call_t *call);
static void mt_face_finish(mt_call_t *call);
static mt_status_t mt_face_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);


const mt_operation_t  mt_op_user_face = {
    .code = MT_CODE_user_face,
    .grows = 1,
    .name = "user_face",
    .kind = MT_NAME_USER,
    .args = &mt_user_face_model,
    .body = &mt_user_face_model,
    .start = mt_face_start,
    .work = mt_face_work,
    .resume = mt_face_resume,
    .finish = mt_face_finish,
    .apply = mt_face_apply
};


/* Limits of h5yes' document on pictures. */
static const mt_image_bounds_t  mt_face_bounds = {
    .min_size = 200 * 1024,
    .max_size = 5 * 1024 * 1024,
    .long_side = 1920,
    .short_side = 1080
};


/* Rejects an unknown user before a file is written. */

static mt_step_t
mt_face_start(mt_call_t *call)
{
    mt_user_t              user;
    mt_status_t            rc;
    const mt_user_face_t  *args;

    args = call->args;

    if (call->files.given == NULL) {
        return mt_start_command(call);
    }

    rc = mt_find(call->txn, call->company, MT_NAME_USER, args->ref, &user,
                 call->arena);

    if (rc == MT_OK && user.placeholder) {
        rc = MT_NO_SUCH_USER;
    }

    return rc == MT_OK ? MT_STEP_WORK
                       : mt_call_reject(call, rc, MT_user_face_ref);
}


/* Runs in a thread: writes the file. */

static void
mt_face_work(mt_call_t *call)
{
    mt_image_t   image;
    mt_files_t  *files;

    files = &call->files;

    files->status = mt_image_check(files->given, &mt_face_bounds, &image);

    if (files->status != MT_OK) {
        return;
    }

    if (mt_resource_add(files->folder, call->company, files->given,
                        image.type, files->name)
        != 0)
    {
        files->error = errno;
        files->status = errno == ENOSPC || errno == EDQUOT ? MT_STORE_FULL
                                                           : MT_STORE_FAILED;
        return;
    }

    files->made = (mt_str_t) { MT_RESOURCE_NAME, files->name };
}


static mt_step_t
mt_face_resume(mt_call_t *call)
{
    mt_user_face_t  *args;

    if (call->files.status != MT_OK) {
        return mt_call_reject(call, call->files.status, MT_user_face_face);
    }

    args = call->args;

    mt_set(args, user_face, face, call->files.made);

    return mt_start_command(call);
}


static void
mt_face_finish(mt_call_t *call)
{
    mt_face_dropped(call);
    mt_directory_finish(call);
}


static mt_status_t
mt_face_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_user_face_t  *args = body;

    mt_user_t    user;
    mt_status_t  rc;

    rc = mt_user_target(a, args->ref, MT_user_face_ref, result, &user);
    if (rc != MT_OK) {
        return rc;
    }

    result->num = user.num;

    if (a->lean && mt_str_eq(user.face, args->face)) {
        a->unchanged = 1;
        return MT_OK;
    }

    mt_face_drop(a, &user);

    user.face = args->face;
    user.updated = a->time;

    mt_raise(a, MT_EVENT_USER_UPDATE, user.num, user.id);

    return mt_user_save(a, &user);
}


/* The dropped name goes into the journal, where finish() finds it: the picture
 * may be of a command that was applied after start(). */

void
mt_face_drop(mt_apply_t *a, mt_user_t *user)
{
    if (mt_resource_is(user->face)) {
        mt_raise(a, MT_EVENT_FACE_DROPPED, user->num, user->face);
    }

    user->face = MT_STR("");
}


/* A failure does not fail the call: the sweep will find the file. */

void
mt_face_dropped(mt_call_t *call)
{
    size_t              i;
    mt_key_t            key;
    mt_journal_t        entry;
    const mt_event_t   *events;

    mt_key_serial(&key, call->result.position);

    if (mt_load_copy(call->txn, MT_DB_JOURNAL, &key, &mt_journal_model, &entry,
                     call->arena)
        != 1)
    {
        return;
    }

    events = entry.events.v;

    for (i = 0; i < entry.events.n; i++) {
        if (events[i].type == MT_EVENT_FACE_DROPPED) {
            call->files.dropped = events[i].id;
        }
    }
}

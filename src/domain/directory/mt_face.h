
/*
 * Pictures of users.  A record holds the name of a file in the resources
 * folder (file/mt_resources.h): apply() only ever sees names.  The file is
 * made before the command and, once no record names it, deleted after it; what
 * a crash, or a client who left, lets lie is swept up.
 */

#ifndef MT_FACE_H
#define MT_FACE_H

#include "domain/directory/mt_directory.h"


/* Files that no record names are let alone for so long: their command may be
 * under way. */
#define MT_SWEEP_AGE  MT_MS_PER_HOUR


/* For apply(): the user's record names its picture no longer. */
void mt_face_drop(mt_apply_t *a, mt_user_t *user);

/* finish() of commands that may drop a picture: the file is to be deleted. */
void mt_face_dropped(mt_call_t *call);


typedef struct {
    int64_t  removed;
    int64_t  kept;           /* of those old enough */
    int64_t  failed;         /* could not be removed */
} mt_sweep_t;

/* Deletes the files that no user's record names and that are older than
 * MT_SWEEP_AGE.  Takes a read transaction of its own.  MT_OK, MT_NO_MEMORY or
 * MT_STORE_FAILED (the folder, too, with errno set). */
mt_status_t mt_resources_sweep(mt_store_t *store, const char *folder,
    int64_t now, mt_sweep_t *sweep);

#endif /* MT_FACE_H */

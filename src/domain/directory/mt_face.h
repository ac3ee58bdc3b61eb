
/*
 * Pictures of users.  A record holds the name of a file in the resources
 * folder (file/mt_resources.h); apply() sees names only.  The file is made
 * before the command, and deleted after the command that drops its name.  A
 * sweep deletes files that a crash has left behind.
 */

#ifndef MT_FACE_H
#define MT_FACE_H

#include "domain/directory/mt_directory.h"


/* Files younger than this (ms) are kept: their command may be in flight. */
#define MT_SWEEP_AGE  MT_MS_PER_HOUR


/* For apply(): removes the picture's name from the user's record. */
void mt_face_drop(mt_apply_t *a, mt_user_t *user);

/* The finish() of commands that may drop a picture: has its file deleted. */
void mt_face_dropped(mt_call_t *call);


typedef struct {
    int64_t  removed;
    int64_t  kept;           /* old enough, but a record names them */
    int64_t  failed;         /* could not be deleted */
} mt_sweep_t;

/* Deletes files that no user's record names and that are older at `now` (ms)
 * than MT_SWEEP_AGE.  It reads in a transaction of its own.  Returns MT_OK,
 * MT_NO_MEMORY, or MT_STORE_FAILED, with errno set if the folder fails. */
mt_status_t mt_resources_sweep(mt_store_t *store, const char *folder,
    int64_t now, mt_sweep_t *sweep);

#endif /* MT_FACE_H */

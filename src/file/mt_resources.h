
/*
 * The resources folder: files that clients have uploaded, which the web server
 * serves.
 *
 *     FOLDER/<company>/<32 hex digits>.<jpg|png>
 *
 * Each name is new and random; no text of a client ever becomes part of a
 * path.  The store tells which files are in use: a file is written and synced
 * before the command that names it, and deleted after the command that drops
 * it.  The sweep (domain/directory/mt_face.h) deletes files that a crash
 * between the two leaves behind.
 *
 * All functions that take a folder wait for the disk: never on an event loop.
 */

#ifndef MT_RESOURCES_H
#define MT_RESOURCES_H

#include "file/mt_blob.h"


#define MT_RESOURCE_NAME  36         /* bytes of each name */


/* Creates the folder unless it exists.  Returns 0, or -1 with errno set:
 * EACCES if this user may not write it. */
int mt_resources_create(const char *folder);

/* Gives a folder of root's, which is made unless it exists, and the pictures
 * in it to uid and gid, as mt_owner_take() (base/mt_owner.h) says. */
void mt_resources_take(const char *folder, int uid, int gid);

/* Returns 1 if the name has the form of a resource's name, else 0. */
int mt_resource_is(mt_str_t name);

/* Copies the blob into a new file of the type ("jpg" or "png") and syncs it.
 * Returns 0 with the file's name in `name`, or -1 with errno set; then no file
 * is left. */
int mt_resource_add(const char *folder, uint32_t company,
    const mt_blob_t *blob, const char *type, char name[MT_RESOURCE_NAME]);

/* Deletes a file.  Returns 0, also if there is no such file, or -1 with errno
 * set: EINVAL if the name has not the form of one. */
int mt_resource_remove(const char *folder, uint32_t company, mt_str_t name);

/* Copies every file of a folder into another one, which is created unless it
 * exists.  A missing folder has no files.  What root makes is given to uid and
 * gid, unless uid is -1.  Returns the number of files, or -1 with errno
 * set. */
int64_t mt_resources_copy(const char *from, const char *to, int uid, int gid);

/* Calls each() for every file last written before `before` (seconds since
 * 1970) until a call returns other than 0.  A missing folder has no files.
 * Returns 0, the value of that call, or -1 with errno set. */
int mt_resources_each(const char *folder, int64_t before,
    int (*each)(void *ctx, uint32_t company, mt_str_t name), void *ctx);

#endif /* MT_RESOURCES_H */

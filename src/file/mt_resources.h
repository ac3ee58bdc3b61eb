
/*
 * The resources folder: files that clients gave, served by the web server.
 *
 *     FOLDER/<company>/<32 hex digits>.<jpg|png>
 *
 * Names are ours, fresh and unguessable; nothing of a client's is ever part of
 * a path.  Which files are in use the store says: a file is made and synced
 * before the command that names it, and deleted after the one that drops it;
 * what a crash leaves between the two is for the sweep
 * (domain/directory/mt_face.h).
 *
 * All of these wait for the disk: not on an event loop.
 */

#ifndef MT_RESOURCES_H
#define MT_RESOURCES_H

#include "file/mt_blob.h"


#define MT_RESOURCE_NAME  36         /* bytes of a name, all have this many */


/* The folder itself, made when it is not there, owned by uid and gid (-1: as
 * it comes).  0, or -1 with errno set. */
int mt_resources_create(const char *folder, int uid, int gid);

/* 1 when it is a name as above. */
int mt_resource_is(mt_str_t name);

/* Copies the blob into a new file of the type ("jpg"); on disk once it is 0.
 * -1: errno says why, and nothing is left. */
int mt_resource_add(const char *folder, uint32_t company,
    const mt_blob_t *blob, const char *type, char name[MT_RESOURCE_NAME]);

/* 0, or -1 with errno set; a file that is not there is no failure, a name that
 * is none of ours is EINVAL. */
int mt_resource_remove(const char *folder, uint32_t company, mt_str_t name);

/* Calls each() for every file last written before `before` (seconds since
 * 1970) until it returns other than 0.  0; -1 with errno set; or what each()
 * returned.  A folder that is not there has no files. */
int mt_resources_each(const char *folder, int64_t before,
    int (*each)(void *ctx, uint32_t company, mt_str_t name), void *ctx);

#endif /* MT_RESOURCES_H */

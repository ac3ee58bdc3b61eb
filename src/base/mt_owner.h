
/*
 * Directories that belong to another user.  Root does nothing by name in a
 * directory that somebody else may write, for its entries may be links that
 * lead elsewhere: it becomes that user.  A directory that root owns and nobody
 * else may write is given to the user first, file by file.
 *
 * For processes with one thread.
 */

#ifndef MT_OWNER_H
#define MT_OWNER_H

#include <sys/types.h>


/* The process' identity before mt_owner_become(). */

typedef struct {
    int     changed;
    int     count;
    gid_t   gid;
    gid_t  *groups;                  /* supplementary, malloc'ed */
} mt_owner_t;

typedef enum {
    MT_OWNER_FOREIGN,                /* the directory is not taken over */
    MT_OWNER_KEEPS,                  /* may be there, keeps its owner */
    MT_OWNER_FILE,
    MT_OWNER_FOLDER
} mt_owner_entry_t;

/* Tells what an entry of a directory is by its name; depth is 0 in the
 * directory itself, 1 in a folder of it. */
typedef mt_owner_entry_t (*mt_owner_list_t)(const char *name, int depth);


/*
 * Opens a directory.  Symbolic links in the path are followed only where they
 * stand in a directory that root owns and nobody else may write.  Returns a
 * descriptor, or -1 with errno set: ELOOP for a link that is not followed.
 */
int mt_owner_open(const char *path);

/*
 * Gives a directory, which is made with the mode unless it exists, and the
 * files in it to uid and gid.  Does nothing unless the process is root, uid is
 * another user, root owns the directory, nobody else may write it, and
 * `list` knows each entry.  Files that have more than one name, links, and
 * what another user owns stay as they are.  A failure leaves files root's:
 * they are found when the user opens them.
 */
void mt_owner_take(const char *path, mode_t mode, int uid, int gid,
    mt_owner_list_t list);

/* Gives an entry to uid and gid (-1: unchanged), through no link, unless it
 * has another name as well.  A missing entry is no failure.  Returns 0 or an
 * error number. */
int mt_owner_give(int dir, const char *name, int uid, int gid);

/*
 * Finds the user as whom root should work in a directory, or, if there is
 * none, in the directory above: *uid is 0 if root may stay, also where the
 * owner cannot come to the directory.  `mark` is the file whose owner counts
 * in a directory of root's that others may write.  Returns 0, or -1 with errno
 * set: EPERM if others may write root's files.
 */
int mt_owner_find(const char *path, const char *mark, int *uid, int *gid);

/* Returns 1 if the user may enter the directory or there is none, else 0. */
int mt_owner_reaches(const char *path, int uid, int gid);

/* Makes root the user, with the user's groups, until mt_owner_return().  Does
 * nothing if the process is not root, or uid is 0 or -1.  Returns 0, or -1
 * with errno set; nothing has changed then. */
int mt_owner_become(mt_owner_t *was, int uid, int gid);

/* Ends the process if the rights cannot be had back. */
void mt_owner_return(mt_owner_t *was);

/* Makes root the user for good.  Returns 0, or -1 with errno set: the process
 * must end then. */
int mt_owner_stay(int uid, int gid);

#endif /* MT_OWNER_H */

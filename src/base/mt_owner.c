
#include "base/mt_base.h"
#include "base/mt_owner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


#define MT_OWNER_LINKS  16           /* of one path */

#define MT_OWNER_FLAGS  (O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC)


static int mt_owner_step(int dir, const char *name, char *rest);
static int mt_owner_safe(const struct stat *st);
static int mt_owner_make(const char *path, mode_t mode);
static int mt_owner_known(DIR *entries, mt_owner_list_t list, int depth);
static void mt_owner_give_folder(int fd, int uid, int gid,
    mt_owner_list_t list, int depth);
static int mt_owner_groups(int uid, int gid);


static int
mt_owner_safe(const struct stat *st)
{
    return st->st_uid == 0 && (st->st_mode & (S_IWGRP|S_IWOTH)) == 0;
}


/* Takes so many bytes off the front of a string. */

static void
mt_owner_skip(char *s, size_t n)
{
    while ((*s = s[n]) != '\0') {
        s++;
    }
}


int
mt_owner_open(const char *path)
{
    int     dir, next, links;
    char    rest[PATH_MAX], name[NAME_MAX + 1];
    size_t  n;

    if ((size_t) snprintf(rest, sizeof(rest), "%s", path) >= sizeof(rest)) {
        errno = ENAMETOOLONG;
        return -1;
    }

    links = 0;
    dir = open(rest[0] == '/' ? "/" : ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    while (dir != -1) {
        n = strspn(rest, "/");
        mt_owner_skip(rest, n);

        n = strcspn(rest, "/");

        if (n == 0) {
            return dir;
        }

        if (n >= sizeof(name)) {
            (void) close(dir);
            errno = ENAMETOOLONG;
            return -1;
        }

        memcpy(name, rest, n);
        name[n] = '\0';
        mt_owner_skip(rest, n);

        next = openat(dir, name, MT_OWNER_FLAGS);

        if (next == -1 && (errno == ENOTDIR || errno == ELOOP)
            && links++ < MT_OWNER_LINKS)
        {
            next = mt_owner_step(dir, name, rest);
        }

        n = (size_t) errno;
        (void) close(dir);
        errno = (int) n;

        dir = next;
    }

    return -1;
}


/* Puts a link's target before the rest of the path.  Returns the directory
 * that the path goes on from, or -1 with errno set. */

static int
mt_owner_step(int dir, const char *name, char *rest)
{
    char         target[PATH_MAX], joined[PATH_MAX];
    ssize_t      n;
    struct stat  st;

    n = readlinkat(dir, name, target, sizeof(target) - 1);

    if (n == -1) {
        errno = errno == EINVAL ? ENOTDIR : errno;
        return -1;
    }

    target[n] = '\0';

    if (fstat(dir, &st) != 0) {
        return -1;
    }

    if (!mt_owner_safe(&st)) {
        errno = ELOOP;
        return -1;
    }

    n = snprintf(joined, sizeof(joined), "%s/%s", target, rest);

    if (n < 0 || (size_t) n >= sizeof(joined)) {
        errno = ENAMETOOLONG;
        return -1;
    }

    memcpy(rest, joined, sizeof(joined));

    return target[0] == '/' ? open("/", O_RDONLY|O_DIRECTORY|O_CLOEXEC)
                            : fcntl(dir, F_DUPFD_CLOEXEC, 0);
}


static int
mt_owner_make(const char *path, mode_t mode)
{
    int   dir, fd;
    char  above[PATH_MAX], name[PATH_MAX], *base;

    (void) snprintf(above, sizeof(above), "%s", path);
    (void) snprintf(name, sizeof(name), "%s", path);

    base = basename(name);
    dir = mt_owner_open(dirname(above));

    if (dir == -1) {
        return -1;
    }

    fd = mkdirat(dir, base, mode) == 0 ? openat(dir, base, MT_OWNER_FLAGS)
                                       : -1;
    (void) close(dir);

    return fd;
}


void
mt_owner_take(const char *path, mode_t mode, int uid, int gid,
    mt_owner_list_t list)
{
    int  fd;

    if (geteuid() != 0 || uid <= 0) {
        return;
    }

    fd = mt_owner_open(path);

    if (fd == -1 && errno == ENOENT) {
        fd = mt_owner_make(path, mode);
    }

    if (fd != -1) {
        mt_owner_give_folder(fd, uid, gid, list, 0);
    }
}


/* Gives the entries before the folder, and closes fd: until then nobody else
 * can put a link into it. */

static void
mt_owner_give_folder(int fd, int uid, int gid, mt_owner_list_t list, int depth)
{
    int             next;
    DIR            *entries;
    struct stat     st;
    struct dirent  *entry;

    if (fstat(fd, &st) != 0 || !mt_owner_safe(&st)
        || (entries = fdopendir(fd)) == NULL)
    {
        (void) close(fd);
        return;
    }

    if (mt_owner_known(entries, list, depth)) {
        rewinddir(entries);

        while ((entry = readdir(entries)) != NULL) {
            switch (list(entry->d_name, depth)) {

            case MT_OWNER_FILE:
                (void) mt_owner_give(fd, entry->d_name, uid, gid);
                break;

            case MT_OWNER_FOLDER:
                next = openat(fd, entry->d_name, MT_OWNER_FLAGS);

                if (next != -1) {
                    mt_owner_give_folder(next, uid, gid, list, depth + 1);
                }

                break;

            default:
                break;
            }
        }

        if (fchown(fd, (uid_t) uid, (gid_t) gid) != 0) {
            /* the user finds a folder that it cannot use */
        }
    }

    (void) closedir(entries);
}


static int
mt_owner_known(DIR *entries, mt_owner_list_t list, int depth)
{
    mt_str_t        name;
    struct dirent  *entry;

    while ((entry = readdir(entries)) != NULL) {
        name = mt_cstr(entry->d_name);

        if (!mt_str_eq(name, MT_STR(".")) && !mt_str_eq(name, MT_STR(".."))
            && !mt_str_eq(name, MT_STR("lost+found"))
            && list(entry->d_name, depth) == MT_OWNER_FOREIGN)
        {
            return 0;
        }
    }

    return 1;
}


int
mt_owner_give(int dir, const char *name, int uid, int gid)
{
    int          fd, rc;
    struct stat  st;

    /* closing such a descriptor drops none of the process's locks */
    fd = openat(dir, name, O_PATH|O_NOFOLLOW|O_CLOEXEC);

    if (fd == -1) {
        return errno == ENOENT ? 0 : errno;
    }

    rc = fstat(fd, &st) == 0 ? 0 : errno;

    if (rc == 0 && (uid == -1 || st.st_uid == (uid_t) uid)
        && (gid == -1 || st.st_gid == (gid_t) gid))
    {
        (void) close(fd);
        return 0;
    }

    if (rc == 0 && (!S_ISREG(st.st_mode) || st.st_nlink != 1)) {
        rc = S_ISREG(st.st_mode) ? EMLINK : ELOOP;
    }

    if (rc == 0
        && fchownat(fd, "", (uid_t) uid, (gid_t) gid, AT_EMPTY_PATH) != 0)
    {
        rc = errno;
    }

    (void) close(fd);

    return rc;
}


int
mt_owner_find(const char *path, const char *mark, int *uid, int *gid)
{
    int          fd, rc, absent;
    char         above[PATH_MAX];
    struct stat  st, marked;

    *uid = 0;
    *gid = 0;

    fd = mt_owner_open(path);
    absent = fd == -1 && errno == ENOENT;

    if (absent) {
        (void) snprintf(above, sizeof(above), "%s", path);
        fd = mt_owner_open(dirname(above));
    }

    if (fd == -1) {
        return -1;
    }

    rc = fstat(fd, &st);

    if (rc == 0 && st.st_uid == 0 && !absent && !mt_owner_safe(&st)) {
        if (fstatat(fd, mark, &marked, AT_SYMLINK_NOFOLLOW) == 0
            && S_ISREG(marked.st_mode) && marked.st_uid != 0)
        {
            st = marked;

        } else {
            errno = EPERM;
            rc = -1;
        }
    }

    absent = errno;
    (void) close(fd);
    errno = absent;

    if (rc == 0 && mt_owner_reaches(path, (int) st.st_uid, (int) st.st_gid)) {
        *uid = (int) st.st_uid;
        *gid = (int) st.st_gid;
    }

    return rc;
}


int
mt_owner_reaches(const char *path, int uid, int gid)
{
    int         rc;
    mt_owner_t  was;

    if (mt_owner_become(&was, uid, gid) != 0) {
        return 0;
    }

    rc = faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 || errno == ENOENT;
    mt_owner_return(&was);

    return rc;
}


static int
mt_owner_groups(int uid, int gid)
{
    gid_t           group;
    struct passwd  *pw;

    group = (gid_t) gid;
    pw = getpwuid((uid_t) uid);

    return pw ? initgroups(pw->pw_name, group) : setgroups(1, &group);
}


int
mt_owner_become(mt_owner_t *was, int uid, int gid)
{
    int  saved;

    memset(was, 0, sizeof(mt_owner_t));

    if (geteuid() != 0 || uid <= 0) {
        return 0;
    }

    was->gid = getegid();
    was->count = getgroups(0, NULL);

    if (was->count < 0) {
        return -1;
    }

    was->groups = malloc(((size_t) was->count + 1) * sizeof(gid_t));

    if (was->groups == NULL) {
        return -1;
    }

    was->count = getgroups(was->count, was->groups);

    if (was->count < 0) {
        free(was->groups);
        return -1;
    }

    was->changed = 1;

    if (mt_owner_groups(uid, gid) != 0 || setegid((gid_t) gid) != 0
        || seteuid((uid_t) uid) != 0)
    {
        saved = errno;
        mt_owner_return(was);
        errno = saved;

        return -1;
    }

    return 0;
}


void
mt_owner_return(mt_owner_t *was)
{
    if (!was->changed) {
        return;
    }

    if (seteuid(0) != 0 || setegid(was->gid) != 0
        || setgroups((size_t) was->count, was->groups) != 0)
    {
        abort();
    }

    free(was->groups);
    was->changed = 0;
}


int
mt_owner_stay(int uid, int gid)
{
    if (geteuid() != 0 || uid <= 0) {
        return 0;
    }

    return mt_owner_groups(uid, gid) == 0
           && setresgid((gid_t) gid, (gid_t) gid, (gid_t) gid) == 0
           && setresuid((uid_t) uid, (uid_t) uid, (uid_t) uid) == 0 ? 0 : -1;
}


/*
 * The resources folder.
 */

#include "file/mt_resources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mt_crypto.h"
#include "base/mt_owner.h"


#define MT_RESOURCE_RANDOM  16                /* bytes of a name */
#define MT_COMPANY_NAME     11                /* a uint32_t and its NUL */


/* The arguments of mt_resources_each(), and the present company. */

typedef struct {
    int64_t     before;
    int       (*each)(void *ctx, uint32_t company, mt_str_t name);
    void       *ctx;
    uint32_t    company;
} mt_resources_visit_t;


static mt_owner_entry_t mt_resources_entry(const char *name, int depth);
static int mt_resources_folder(const char *folder);
static int mt_resources_open(const char *folder, uint32_t company, int make);
static int mt_resource_write(int dir, const char *name,
    const mt_blob_t *blob);
static int mt_resource_copy(int fd, const mt_blob_t *blob);
static int mt_resource_sync(int fd);
static int mt_resources_list(int fd,
    int (*visit)(mt_resources_visit_t *v, int dir, const char *name),
    mt_resources_visit_t *v);
static int mt_resources_visit_company(mt_resources_visit_t *v, int dir,
    const char *name);
static int mt_resources_visit_file(mt_resources_visit_t *v, int dir,
    const char *name);


int
mt_resources_create(const char *folder)
{
    int  fd;

    if (mkdir(folder, 0750) != 0 && errno != EEXIST) {
        return -1;
    }

    fd = open(folder, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    (void) close(fd);

    return faccessat(AT_FDCWD, folder, R_OK|W_OK|X_OK, AT_EACCESS);
}


void
mt_resources_take(const char *folder, int uid, int gid)
{
    mt_owner_take(folder, 0750, uid, gid, mt_resources_entry);
}


static mt_owner_entry_t
mt_resources_entry(const char *name, int depth)
{
    int64_t  company;

    if (depth == 0 && mt_parse_int(mt_cstr(name), &company)) {
        return MT_OWNER_FOLDER;
    }

    return depth == 1 && mt_resource_is(mt_cstr(name)) ? MT_OWNER_FILE
                                                       : MT_OWNER_FOREIGN;
}


int
mt_resource_is(mt_str_t name)
{
    size_t   i;
    uint8_t  id[MT_RESOURCE_RANDOM];

    i = MT_RESOURCE_NAME - 4;

    if (name.len != MT_RESOURCE_NAME
        || (memcmp(name.data + i, ".jpg", 4) != 0
            && memcmp(name.data + i, ".png", 4) != 0))
    {
        return 0;
    }

    name.len = i;

    return mt_hex_decode(name, id, sizeof(id)) == 0;
}


int
mt_resource_add(const char *folder, uint32_t company, const mt_blob_t *blob,
    const char *type, char name[MT_RESOURCE_NAME])
{
    int      dir, rc, saved;
    char     path[MT_RESOURCE_NAME + 1];
    uint8_t  id[MT_RESOURCE_RANDOM];

    if (mt_random(id, sizeof(id)) != 0) {
        errno = EIO;
        return -1;
    }

    mt_hex_lower(id, sizeof(id), path);
    (void) snprintf(path + 2 * sizeof(id), sizeof(path) - 2 * sizeof(id),
                    ".%s", type);

    dir = mt_resources_open(folder, company, 1);
    if (dir == -1) {
        return -1;
    }

    rc = mt_resource_write(dir, path, blob);
    saved = errno;

    (void) close(dir);

    memcpy(name, path, MT_RESOURCE_NAME);
    errno = saved;

    return rc;
}


/* Root follows no link that another user may have made. */

static int
mt_resources_folder(const char *folder)
{
    return geteuid() == 0 ? mt_owner_open(folder)
                          : open(folder, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
}


/* Opens a company's folder.  Returns the descriptor, or -1 with errno set. */

static int
mt_resources_open(const char *folder, uint32_t company, int make)
{
    int   dir, fd;
    char  name[MT_COMPANY_NAME];

    (void) snprintf(name, sizeof(name), "%u", company);

    dir = mt_resources_folder(folder);
    if (dir == -1) {
        return -1;
    }

    if (make && mkdirat(dir, name, 0750) == 0) {
        (void) mt_resource_sync(dir);
    }

    fd = openat(dir, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    (void) close(dir);

    return fd;
}


static int
mt_resource_write(int dir, const char *name, const mt_blob_t *blob)
{
    int  fd, rc, saved;

    fd = openat(dir, name, O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0640);
    if (fd == -1) {
        return -1;
    }

    rc = mt_resource_copy(fd, blob);

    if (rc == 0) {
        rc = mt_resource_sync(fd);
    }

    saved = errno;

    if (close(fd) != 0 && rc == 0) {
        rc = -1;
        saved = errno;
    }

    if (rc == 0) {
        rc = mt_resource_sync(dir);
        saved = errno;
    }

    if (rc != 0) {
        (void) unlinkat(dir, name, 0);
    }

    errno = saved;

    return rc;
}


static int
mt_resource_copy(int fd, const mt_blob_t *blob)
{
    char     *piece;
    size_t    len, done;
    int64_t   at, left;
    ssize_t   n;

    piece = malloc(MT_BLOB_PIECE);
    if (piece == NULL) {
        return -1;
    }

    n = 0;

    for (at = 0; n >= 0 && at < blob->size; at += (int64_t) len) {
        left = blob->size - at;
        len = left < MT_BLOB_PIECE ? (size_t) left : MT_BLOB_PIECE;

        if (mt_blob_read(blob, at, piece, len) != 0) {
            errno = EIO;
            n = -1;
        }

        for (done = 0; n >= 0 && done < len; done += (size_t) n) {
            do {
                n = write(fd, piece + done, len - done);
            } while (n == -1 && errno == EINTR);
        }
    }

    free(piece);

    return n >= 0 ? 0 : -1;
}


static int
mt_resource_sync(int fd)
{
    int  rc;

    do {
        rc = fsync(fd);
    } while (rc == -1 && errno == EINTR);

    return rc;
}


int
mt_resource_remove(const char *folder, uint32_t company, mt_str_t name)
{
    int   dir, rc, saved;
    char  path[MT_RESOURCE_NAME + 1];

    if (!mt_resource_is(name)) {
        errno = EINVAL;
        return -1;
    }

    memcpy(path, name.data, MT_RESOURCE_NAME);
    path[MT_RESOURCE_NAME] = '\0';

    dir = mt_resources_open(folder, company, 0);
    if (dir == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    rc = unlinkat(dir, path, 0);
    saved = errno;

    (void) close(dir);

    errno = saved;

    return rc == 0 || saved == ENOENT ? 0 : -1;
}


int
mt_resources_each(const char *folder, int64_t before,
    int (*each)(void *ctx, uint32_t company, mt_str_t name), void *ctx)
{
    int                   fd;
    mt_resources_visit_t  v;

    v.before = before;
    v.each = each;
    v.ctx = ctx;
    v.company = 0;

    fd = mt_resources_folder(folder);
    if (fd == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    return mt_resources_list(fd, mt_resources_visit_company, &v);
}


/* Visits the entries of a folder, and closes fd. */

static int
mt_resources_list(int fd,
    int (*visit)(mt_resources_visit_t *v, int dir, const char *name),
    mt_resources_visit_t *v)
{
    int             rc, saved;
    DIR            *dir;
    struct dirent  *entry;

    dir = fdopendir(fd);
    if (dir == NULL) {
        (void) close(fd);
        return -1;
    }

    rc = 0;

    while (rc == 0) {
        errno = 0;
        entry = readdir(dir);

        if (entry == NULL) {
            rc = errno ? -1 : 0;
            break;
        }

        rc = visit(v, fd, entry->d_name);
    }

    saved = errno;
    (void) closedir(dir);
    errno = saved;

    return rc;
}


/* Entries that are no company's folder are skipped. */

static int
mt_resources_visit_company(mt_resources_visit_t *v, int dir, const char *name)
{
    int      fd;
    int64_t  company;

    if (!mt_parse_int(mt_cstr(name), &company)
        || company < 0 || company > UINT32_MAX)
    {
        return 0;
    }

    fd = openat(dir, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -1;
    }

    v->company = (uint32_t) company;

    return mt_resources_list(fd, mt_resources_visit_file, v);
}


static int
mt_resources_visit_file(mt_resources_visit_t *v, int dir, const char *name)
{
    struct stat  st;

    if (!mt_resource_is(mt_cstr(name))) {
        return 0;
    }

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? 0 : -1;
    }

    if (!S_ISREG(st.st_mode) || st.st_mtime >= v->before) {
        return 0;
    }

    return v->each(v->ctx, v->company, mt_cstr(name));
}


/* The two folders of a copy, and the user that it is for (or -1). */

typedef struct {
    const char  *from;
    const char  *to;
    int          uid;
    int          gid;
    int64_t      files;
} mt_resources_copy_t;


/* Gives away what root made. */

static int
mt_resources_give(const mt_resources_copy_t *copy, int fd)
{
    struct stat  st;

    if (geteuid() != 0 || copy->uid <= 0) {
        return 0;
    }

    if (fstat(fd, &st) != 0) {
        return -1;
    }

    return st.st_uid != 0 ? 0 : fchown(fd, (uid_t) copy->uid,
                                       (gid_t) copy->gid);
}


static int
mt_resources_copy_data(int in, int out)
{
    char      data[16384];
    char     *p;
    ssize_t   n, written;

    while ((n = read(in, data, sizeof(data))) > 0) {
        for (p = data; n > 0; p += written, n -= written) {
            written = write(out, p, (size_t) n);

            if (written <= 0) {
                return -1;
            }
        }
    }

    return n == 0 ? fsync(out) : -1;
}


static int
mt_resources_copy_file(void *ctx, uint32_t company, mt_str_t name)
{
    int                   from, to, in, out, rc, saved;
    char                  file[MT_RESOURCE_NAME + 1];
    mt_resources_copy_t  *copy = ctx;

    memcpy(file, name.data, MT_RESOURCE_NAME);
    file[MT_RESOURCE_NAME] = '\0';

    from = mt_resources_open(copy->from, company, 0);
    to = from == -1 ? -1 : mt_resources_open(copy->to, company, 1);
    in = to == -1 ? -1 : openat(from, file, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);
    out = -1;

    if (in != -1 && (unlinkat(to, file, 0) == 0 || errno == ENOENT)) {
        out = openat(to, file, O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC,
                     0640);
    }

    rc = out == -1 || mt_resources_give(copy, to) != 0
         || mt_resources_give(copy, out) != 0
         ? -1 : mt_resources_copy_data(in, out);
    saved = errno;

    if (out != -1 && close(out) != 0 && rc == 0) {
        rc = -1;
        saved = errno;
    }

    if (in != -1) {
        (void) close(in);
    }

    if (to != -1) {
        (void) close(to);
    }

    if (from != -1) {
        (void) close(from);
    }

    copy->files++;
    errno = saved;

    return rc;
}


int64_t
mt_resources_copy(const char *from, const char *to, int uid, int gid)
{
    int                  fd, rc;
    mt_resources_copy_t  copy = { from, to, uid, gid, 0 };

    if (mkdir(to, 0750) != 0 && errno != EEXIST) {
        return -1;
    }

    fd = mt_resources_folder(to);
    if (fd == -1) {
        return -1;
    }

    rc = mt_resources_give(&copy, fd);
    (void) close(fd);

    return rc == 0 && mt_resources_each(from, INT64_MAX,
                                        mt_resources_copy_file, &copy) == 0
           ? copy.files : -1;
}

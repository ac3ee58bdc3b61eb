
/*
 * The files of a store, and whose they are.
 */

#include "base/mt_owner.h"
#include "store/mt_store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>


static mt_owner_entry_t mt_store_list(const char *name, int depth);


/* The one list of a store's files.  The resources folder has its own. */

static const char *const  mt_store_files[] = {
    MT_DATA_FILE, MT_LOCK_FILE, MT_WAL_FILE, MT_WAL_WORDS, MT_WAL_FOREIGN,
    MT_NEW_FILE, MT_NEW_LOCK
};


static mt_owner_entry_t
mt_store_list(const char *name, int depth)
{
    size_t    i;
    mt_str_t  s;

    s = mt_cstr(name);

    if (depth != 0) {
        return MT_OWNER_FOREIGN;
    }

    for (i = 0; i < mt_nitems(mt_store_files); i++) {
        if (mt_str_eq(s, mt_cstr(mt_store_files[i]))) {
            return MT_OWNER_FILE;
        }
    }

    return mt_str_eq(s, MT_STR("resources"))
           || (s.len > sizeof(MT_REPLACED)
               && memcmp(name, MT_REPLACED, sizeof(MT_REPLACED) - 1) == 0)
           ? MT_OWNER_KEEPS : MT_OWNER_FOREIGN;
}


void
mt_store_take(const char *path, int uid, int gid)
{
    mt_owner_take(path, 0700, uid, gid, mt_store_list);
}


int
mt_store_owner(const char *path, int *uid, int *gid)
{
    return mt_owner_find(path, MT_DATA_FILE, uid, gid);
}


mt_status_t
mt_store_access(const char *path, char *why, size_t why_size)
{
    int             rc;
    char           *file;
    size_t          i;
    struct stat     st;
    struct passwd  *pw;

    for (i = 0; i <= mt_nitems(mt_store_files); i++) {
        file = i == 0 ? strdup(path)
                      : mt_path_join(path, mt_store_files[i - 1]);

        if (file == NULL) {
            (void) snprintf(why, why_size, "out of memory");
            return MT_NO_MEMORY;
        }

        rc = faccessat(AT_FDCWD, file, R_OK | W_OK | (i == 0 ? X_OK : 0),
                       AT_EACCESS) == 0 || errno == ENOENT ? 0 : errno;

        if (rc == 0 || lstat(file, &st) != 0) {
            free(file);
            continue;
        }

        pw = getpwuid(st.st_uid);

        (void) snprintf(why, why_size, "\"%s\" belongs to %s (uid %u) and has "
                        "mode %04o, and uid %u cannot use it: %s; \"chown -R "
                        "%u:%u %s\", run by root, mends it", file,
                        pw ? pw->pw_name : "nobody known",
                        (unsigned) st.st_uid, (unsigned) st.st_mode & 07777,
                        (unsigned) geteuid(), strerror(rc),
                        (unsigned) geteuid(), (unsigned) getegid(), path);
        free(file);

        return MT_STORE_FAILED;
    }

    return MT_OK;
}


int
mt_own_file(const char *path, const char *name, int uid, int gid)
{
    int  dir, rc;

    dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir == -1) {
        return errno;
    }

    rc = mt_owner_give(dir, name, uid, gid);
    (void) close(dir);

    return rc;
}

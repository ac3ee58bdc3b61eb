
#include "store/mt_store_int.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>


/*
 * The lease is a flock() of the data file, which LMDB does not lock.  It
 * belongs to the open file: the kernel releases it when the last descriptor is
 * closed, also when the process is killed.
 */

int
mt_store_lease(const mt_store_t *store)
{
    int    fd;
    char  *file;

    file = mt_path_join(store->path, MT_DATA_FILE);
    if (file == NULL) {
        return -1;
    }

    fd = open(file, O_RDONLY | O_CLOEXEC);
    free(file);

    if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        (void) close(fd);
        fd = -1;
    }

    return fd;
}

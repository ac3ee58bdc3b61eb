
/*
 * Stores on disk: checks of a directory, new stores, copies.  No environment
 * stays open.
 */

#include "base/mt_crypto.h"
#include "base/mt_version.h"
#include "store/mt_store_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>


#define MT_DEFAULT_SIZE  (64ULL << 30)

/* LMDB's lock file, in bytes, and its default of readers.  A file of another
 * length only has more or fewer slots. */
#define MT_LOCK_HEADER   128
#define MT_LOCK_READER   64
#define MT_LOCK_READERS  126


typedef enum {
    MT_DIR_ABSENT,           /* but could be made */
    MT_DIR_EMPTY,
    MT_DIR_STORE             /* or what looks like one */
} mt_dir_state_t;


static mt_status_t mt_dir_state(const char *path, mt_dir_state_t *state,
    char *why, size_t why_size);
static mt_status_t mt_dir_parent(const char *path, char *why,
    size_t why_size);
static mt_status_t mt_dir_scan(const char *path, mt_dir_state_t *state,
    char *why, size_t why_size);
static int mt_dir_ours(const char *name);
static int mt_read_format(const char *path, unsigned flags, int64_t *format,
    char *version, size_t version_size);
static mt_status_t mt_check_format(const char *file, unsigned flags,
    const char *path, int64_t *found, char *why, size_t why_size);
static int mt_make_store(const mt_store_options_t *options);
static int mt_fill_store(MDB_env *env);
static int mt_put_meta(MDB_txn *txn, MDB_dbi dbi, mt_meta_t which,
    const void *data, size_t len);
static int mt_move_in(const char *path);
static mt_status_t mt_create_in(const mt_store_options_t *options, char *why,
    size_t why_size);
static int mt_copy_to(mt_store_t *store, const char *dest, int rewrite);
static int mt_mark_copy(const char *file);
static int mt_set_aside(const char *path);
static int mt_copy_in(int in, const char *path);
static mt_status_t mt_check_copy(const char *path, const char *from,
    char *why, size_t why_size);
static int mt_copy_data(int in, int out);


static mt_status_t
mt_dir_state(const char *path, mt_dir_state_t *state, char *why,
    size_t why_size)
{
    struct stat  st;

    if (stat(path, &st) != 0) {
        if (errno == ENOENT) {
            *state = MT_DIR_ABSENT;
            return mt_dir_parent(path, why, why_size);
        }

        (void) snprintf(why, why_size, "\"%s\": %s", path, strerror(errno));
        return MT_STORE_FAILED;
    }

    if (!S_ISDIR(st.st_mode)) {
        (void) snprintf(why, why_size, "\"%s\" is not a directory", path);
        return MT_STORE_FAILED;
    }

    return mt_dir_scan(path, state, why, why_size);
}


static mt_status_t
mt_dir_parent(const char *path, char *why, size_t why_size)
{
    int          is_dir;
    char        *copy;
    struct stat  st;

    copy = strdup(path);

    if (copy == NULL) {
        (void) snprintf(why, why_size, "out of memory");
        return MT_NO_MEMORY;
    }

    is_dir = stat(dirname(copy), &st) == 0 && S_ISDIR(st.st_mode);
    free(copy);

    if (!is_dir) {
        (void) snprintf(why, why_size, "the directory that is to hold \"%s\" "
                        "does not exist", path);
        return MT_STORE_FAILED;
    }

    return MT_OK;
}


/* Files of an unfinished store, and a file system's own directory. */

static int
mt_dir_ours(const char *name)
{
    size_t    i;
    mt_str_t  s;

    static const mt_str_t  ours[] = {
        mt_str("."), mt_str(".."), mt_str("lost+found"),
        mt_str(MT_NEW_FILE), mt_str(MT_NEW_LOCK)
    };

    s = mt_cstr(name);

    for (i = 0; i < mt_nitems(ours); i++) {
        if (mt_str_eq(s, ours[i])) {
            return 1;
        }
    }

    return 0;
}


static mt_status_t
mt_dir_scan(const char *path, mt_dir_state_t *state, char *why,
    size_t why_size)
{
    DIR            *dir;
    mt_status_t     rc;
    struct dirent  *entry;

    dir = opendir(path);
    if (dir == NULL) {
        (void) snprintf(why, why_size, "\"%s\": %s", path, strerror(errno));
        return MT_STORE_FAILED;
    }

    rc = MT_OK;
    *state = MT_DIR_EMPTY;

    while ((entry = readdir(dir)) != NULL) {
        if (mt_str_eq(mt_cstr(entry->d_name), MT_STR(MT_DATA_FILE))) {
            *state = MT_DIR_STORE;
            rc = MT_OK;
            break;
        }

        if (!mt_dir_ours(entry->d_name) && rc == MT_OK) {
            (void) snprintf(why, why_size, "\"%s\" holds no store, but \"%s\"",
                            path, entry->d_name);
            rc = MT_STORE_FAILED;
        }
    }

    (void) closedir(dir);

    return rc;
}


/*
 * Returns 1 if another process has the store open: it holds LMDB's first lock
 * byte.  This process must not have it open, as closing the file would drop
 * its locks.
 */

int
mt_store_live(const char *path)
{
    int           fd, live;
    char         *file;
    struct flock  lock;

    file = mt_path_join(path, MT_LOCK_FILE);
    fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
    free(file);

    if (fd == -1) {
        return 0;
    }

    memset(&lock, 0, sizeof(lock));
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;

    live = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

    (void) close(fd);

    return live;
}


/*
 * Reads the format, and the version of the build that made it ("" before
 * format 2), without a change.  The flags are LMDB's.  Returns 0 or LMDB's
 * error: MDB_NOTFOUND when it is no store of ours.
 */

static int
mt_read_format(const char *path, unsigned flags, int64_t *format,
    char *version, size_t version_size)
{
    int       rc;
    MDB_dbi   dbi;
    MDB_env  *env;
    MDB_txn  *txn;
    MDB_val   key, value;
    mt_key_t  name;

    txn = NULL;
    rc = mt_env_create(&env, 0, 0);

    if (rc == 0) {
        rc = mdb_env_open(env, path, MDB_RDONLY | MDB_NOTLS | flags, 0600);
    }

    if (rc == 0) {
        rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    }

    if (rc == 0) {
        rc = mdb_dbi_open(txn, mt_db_names[MT_DB_META], 0, &dbi);
    }

    if (rc == 0) {
        mt_key_meta(&name, MT_META_FORMAT);
        key.mv_data = name.data;
        key.mv_size = name.len;
        rc = mdb_get(txn, dbi, &key, &value);
    }

    if (rc == 0
        && !mt_value_read_num((mt_str_t) { value.mv_size, value.mv_data },
                              format))
    {
        rc = MDB_NOTFOUND;
    }

    /* an upgrade that was interrupted has to go on first */

    if (rc == 0) {
        mt_key_meta(&name, MT_META_UPGRADE);
        key.mv_data = name.data;
        key.mv_size = name.len;

        if (mdb_get(txn, dbi, &key, &value) == 0) {
            *format = MT_STORE_FORMAT - 1;
        }
    }

    version[0] = '\0';

    if (rc == 0) {
        mt_key_meta(&name, MT_META_VERSION);
        key.mv_data = name.data;
        key.mv_size = name.len;

        if (mdb_get(txn, dbi, &key, &value) == 0) {
            (void) snprintf(version, version_size, "%.*s", (int) value.mv_size,
                            (const char *) value.mv_data);
        }
    }

    if (txn) {
        mdb_txn_abort(txn);
    }

    if (env) {
        mdb_env_close(env);
    }

    return rc;
}


int
mt_env_create(MDB_env **env, uint64_t max_size, unsigned max_readers)
{
    int     rc;
    size_t  page;

    *env = NULL;
    page = (size_t) sysconf(_SC_PAGESIZE);
    rc = mdb_env_create(env);

    if (rc == 0) {
        rc = mdb_env_set_maxdbs(*env, MT_DB_COUNT);
    }

    if (rc == 0 && max_size) {
        rc = mdb_env_set_mapsize(*env, (max_size + page - 1) / page * page);
    }

    if (rc == 0 && max_readers) {
        rc = mdb_env_set_maxreaders(*env, max_readers);
    }

    return rc;
}


/* The lock file is not used unless another process may write meanwhile. */

mt_status_t
mt_store_check_format(const char *path, int64_t *found, char *why,
    size_t why_size)
{
    return mt_check_format(path, mt_store_live(path) ? 0 : MDB_NOLOCK, path,
                           found, why, why_size);
}


/* `path` names the store in `why`. */

static mt_status_t
mt_check_format(const char *file, unsigned flags, const char *path,
    int64_t *found, char *why, size_t why_size)
{
    int          rc;
    char         version[32];
    int64_t      format;
    struct stat  st;

    format = 0;
    rc = mt_read_format(file, flags, &format, version, sizeof(version));

    switch (rc) {

    case MDB_SUCCESS:
        break;

    case ENOENT:
        (void) snprintf(why, why_size, stat(path, &st) == 0
                        ? "directory \"%s\" holds no store of meetings"
                        : "store \"%s\": there is no such directory", path);
        return MT_STORE_FAILED;

    case MDB_NOTFOUND:
    case MDB_INCOMPATIBLE:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
        (void) snprintf(why, why_size, "\"%s/" MT_DATA_FILE "\" is not a "
                        "store of meetings", path);
        return MT_STORE_FAILED;

    default:
        (void) snprintf(why, why_size, "store \"%s\": %s", path,
                        mdb_strerror(rc));
        return mt_setup_status(rc);
    }

    if (format > MT_STORE_FORMAT || format < MT_STORE_FORMAT_OLDEST) {
        (void) snprintf(why, why_size, "store \"%s\" has format %lld, made by "
                        "version %s; this is version " MT_VERSION ", which "
                        "reads format %d", path, (long long) format,
                        version[0] ? version : "0.9", MT_STORE_FORMAT);
        return MT_STORE_FAILED;
    }

    *found = format;

    return MT_OK;
}


mt_status_t
mt_store_check_present(const char *path, char *why, size_t why_size)
{
    int64_t      format;
    mt_status_t  rc;

    rc = mt_store_check_format(path, &format, why, why_size);

    if (rc == MT_OK && format != MT_STORE_FORMAT) {
        (void) snprintf(why, why_size, "store \"%s\" has format %lld: start "
                        "nginx once with it, or run \"meetingctl --store %s "
                        "upgrade\", to bring it to format %d", path,
                        (long long) format, path, MT_STORE_FORMAT);
        rc = MT_STORE_FAILED;
    }

    return rc;
}


mt_status_t
mt_store_exists(const mt_store_options_t *options, char *why, size_t why_size)
{
    mt_status_t     rc;
    mt_dir_state_t  state;

    rc = mt_dir_state(options->path.data, &state, why, why_size);

    if (rc == MT_OK && state != MT_DIR_STORE) {
        (void) snprintf(why, why_size, "there is no store in \"%s\"",
                        options->path.data);
        rc = MT_STORE_FAILED;
    }

    return rc;
}


mt_status_t
mt_store_check_ready(const mt_store_options_t *options, char *why,
    size_t why_size)
{
    return mt_store_check_present(options->path.data, why, why_size);
}


int
mt_store_is_live(const mt_store_options_t *options)
{
    return mt_store_live(options->path.data);
}


mt_status_t
mt_store_check(const mt_store_options_t *options, char *why, size_t why_size)
{
    int64_t         format;
    mt_status_t     rc;
    mt_dir_state_t  state;

    rc = mt_dir_state(options->path.data, &state, why, why_size);

    if (rc == MT_OK && state != MT_DIR_ABSENT) {
        rc = mt_store_access(options->path.data, why, why_size);
    }

    if (rc != MT_OK || state != MT_DIR_STORE
        || mt_store_is_open(options->path.data))
    {
        return rc;
    }

    return mt_store_check_format(options->path.data, &format, why, why_size);
}


mt_status_t
mt_setup_status(int rc)
{
    return rc == ENOSPC || rc == EDQUOT || rc == EIO ? MT_STORE_FULL
                                                     : MT_STORE_FAILED;
}


int
mt_sync_directory(const char *path)
{
    int  fd, rc, saved;

    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    rc = fsync(fd);
    saved = errno;

    (void) close(fd);
    errno = saved;

    return rc;
}


mt_status_t
mt_store_create(const mt_store_options_t *options, char *why,
    size_t why_size)
{
    int              fd, made;
    const char      *path;
    mt_status_t      rc;
    mt_dir_state_t   state;

    path = options->path.data;

    rc = mt_dir_state(path, &state, why, why_size);
    if (rc != MT_OK) {
        return rc;
    }

    made = state == MT_DIR_ABSENT && mkdir(path, 0700) == 0;

    if (state == MT_DIR_ABSENT && !made && errno != EEXIST) {
        (void) snprintf(why, why_size, "\"%s\": %s", path, strerror(errno));
        return MT_STORE_FAILED;
    }

    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    /* one process makes a store; the lock goes with the descriptor */
    if (fd == -1 || flock(fd, LOCK_EX) != 0) {
        (void) snprintf(why, why_size, "\"%s\": %s", path, strerror(errno));
        rc = MT_STORE_FAILED;

    } else {
        rc = mt_create_in(options, why, why_size);
    }

    if (rc != MT_OK && made) {
        (void) rmdir(path);
    }

    if (fd != -1) {
        (void) close(fd);
    }

    return rc;
}


static mt_status_t
mt_create_in(const mt_store_options_t *options, char *why, size_t why_size)
{
    int              rc;
    const char      *path;
    mt_status_t      status;
    mt_dir_state_t   state;

    path = options->path.data;

    /* again: another process may have made it before the lock */
    status = mt_dir_state(path, &state, why, why_size);

    if (status == MT_OK) {
        status = mt_store_check(options, why, why_size);
    }

    if (status != MT_OK) {
        return status;
    }

    rc = state == MT_DIR_STORE ? 0 : mt_make_store(options);

    if (rc == 0 && !mt_store_is_open(path)) {
        rc = mt_allocate_lock(path, options->max_readers);
    }

    if (rc != 0) {
        (void) snprintf(why, why_size, "store \"%s\": %s", path,
                        mdb_strerror(rc));
        return mt_setup_status(rc);
    }

    return MT_OK;
}


/*
 * LMDB makes the lock file sparse and writes it through a mapping, so on a
 * full disk a missing block would kill a process with SIGBUS.  A process that
 * has the store open must not call this: closing the file drops LMDB's locks.
 */

int
mt_allocate_lock(const char *path, unsigned max_readers)
{
    int          fd, rc;
    char        *file;
    off_t        size;
    struct stat  st;

    file = mt_path_join(path, MT_LOCK_FILE);
    if (file == NULL) {
        return ENOMEM;
    }

    fd = open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    free(file);

    if (fd == -1) {
        return errno;
    }

    rc = fstat(fd, &st) == 0 ? 0 : errno;

    if (rc == 0) {
        size = MT_LOCK_HEADER + (off_t) MT_LOCK_READER
                                * (max_readers ? max_readers
                                               : MT_LOCK_READERS);
        rc = posix_fallocate(fd, 0, st.st_size ? st.st_size : size);
    }

    (void) close(fd);

    return rc;
}


/* Makes a store under another name until it is whole.  Returns 0, or LMDB's or
 * the system's error. */

static int
mt_make_store(const mt_store_options_t *options)
{
    int          rc;
    char        *file, *lock;
    MDB_env     *env;
    const char  *path;

    path = options->path.data;
    env = NULL;
    file = mt_path_join(path, MT_NEW_FILE);
    lock = mt_path_join(path, MT_NEW_LOCK);
    rc = file && lock ? 0 : ENOMEM;

    if (rc == 0) {
        (void) unlink(file);
        (void) unlink(lock);

        rc = mt_env_create(&env, options->max_size ? options->max_size
                                                   : MT_DEFAULT_SIZE, 0);
    }

    if (rc == 0) {
        rc = mdb_env_open(env, file, MDB_NOSUBDIR | MDB_NOTLS, 0600);
    }

    if (rc == 0) {
        rc = mt_fill_store(env);
    }

    if (env) {
        mdb_env_close(env);
    }

    if (lock) {
        (void) unlink(lock);
    }

    if (rc == 0) {
        rc = mt_move_in(path);
    }

    if (rc != 0 && file) {
        (void) unlink(file);
    }

    free(file);
    free(lock);

    return rc;
}


static int
mt_put_meta(MDB_txn *txn, MDB_dbi dbi, mt_meta_t which, const void *data,
    size_t len)
{
    MDB_val   key, value;
    mt_key_t  name;

    mt_key_meta(&name, which);
    key.mv_data = name.data;
    key.mv_size = name.len;
    value.mv_data = (void *) data;
    value.mv_size = len;

    return mdb_put(txn, dbi, &key, &value, 0);
}


static int
mt_fill_store(MDB_env *env)
{
    int       rc, db;
    size_t    i;
    uint8_t   format[8], position[8], generation[8];
    uint8_t   server_key[MT_SERVER_KEY_LEN], id[MT_STORE_ID_LEN];
    MDB_dbi   dbi[MT_DB_COUNT];
    MDB_txn  *txn;

    const struct {
        mt_meta_t    which;
        const void  *data;
        size_t       len;
    } facts[] = {
        { MT_META_FORMAT, format, sizeof(format) },
        { MT_META_POSITION, position, sizeof(position) },
        { MT_META_SERVER_KEY, server_key, sizeof(server_key) },
        { MT_META_STORE_ID, id, sizeof(id) },
        { MT_META_GENERATION, generation, sizeof(generation) },
        { MT_META_VERSION, MT_VERSION, sizeof(MT_VERSION) - 1 },
    };

    (void) mt_value_num(format, MT_STORE_FORMAT);
    (void) mt_value_num(position, 0);
    (void) mt_value_num(generation, 1);

    if (mt_random(server_key, sizeof(server_key)) != 0
        || mt_random(id, sizeof(id)) != 0)
    {
        return errno;
    }

    rc = mdb_txn_begin(env, NULL, 0, &txn);
    if (rc != 0) {
        return rc;
    }

    for (db = 0; rc == 0 && db < MT_DB_COUNT; db++) {
        rc = mdb_dbi_open(txn, mt_db_names[db], MDB_CREATE, &dbi[db]);
    }

    for (i = 0; rc == 0 && i < mt_nitems(facts); i++) {
        rc = mt_put_meta(txn, dbi[MT_DB_META], facts[i].which, facts[i].data,
                         facts[i].len);
    }

    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }

    return mdb_txn_commit(txn);
}


/* Renames the new, synced file and syncs the directory and the one above, if
 * this user may look into it; on failure the file is removed. */

static int
mt_move_in(const char *path)
{
    int    rc;
    char  *from, *to, *up;

    from = mt_path_join(path, MT_NEW_FILE);
    to = mt_path_join(path, MT_DATA_FILE);
    up = mt_path_join(path, "..");

    if (!from || !to || !up) {
        rc = ENOMEM;

    } else if (rename(from, to) != 0) {
        rc = errno;

    } else if (mt_sync_directory(path) != 0
               || (mt_sync_directory(up) != 0 && errno != EACCES))
    {
        rc = errno;
        (void) unlink(to);

    } else {
        rc = 0;
    }

    free(from);
    free(to);
    free(up);

    return rc;
}


mt_status_t
mt_store_backup(mt_store_t *store, const char *dest, int rewrite, char *why,
    size_t why_size)
{
    int             rc, made;
    mt_status_t     status;
    mt_dir_state_t  state;

    status = mt_dir_state(dest, &state, why, why_size);
    if (status != MT_OK) {
        return status;
    }

    if (state == MT_DIR_STORE) {
        (void) snprintf(why, why_size, "\"%s\" holds a store already", dest);
        return MT_STORE_FAILED;
    }

    made = state == MT_DIR_ABSENT;

    if (made && mkdir(dest, 0700) != 0) {
        (void) snprintf(why, why_size, "\"%s\": %s", dest, strerror(errno));
        return MT_STORE_FAILED;
    }

    /* the copy is made in a read transaction of its own */
    (void) pthread_rwlock_rdlock(&store->map_lock);
    rc = mt_copy_to(store, dest, rewrite);
    (void) pthread_rwlock_unlock(&store->map_lock);

    if (rc != 0) {
        (void) snprintf(why, why_size, "copy to \"%s\": %s", dest,
                        mdb_strerror(rc));

        if (made) {
            (void) rmdir(dest);
        }

        return rc == ENOSPC || rc == EDQUOT ? MT_STORE_FULL : MT_STORE_FAILED;
    }

    return MT_OK;
}


static int
mt_copy_to(mt_store_t *store, const char *dest, int rewrite)
{
    int    fd, rc;
    char  *file;

    file = mt_path_join(dest, MT_NEW_FILE);
    if (file == NULL) {
        return ENOMEM;
    }

    fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd == -1) {
        rc = errno;
        free(file);
        return rc;
    }

    rc = rewrite ? mt_rewrite(store, file)
                 : mdb_env_copyfd2(store->env, fd, MDB_CP_COMPACT);

    if (rc == 0 && fsync(fd) != 0) {
        rc = errno;
    }

    if (close(fd) != 0 && rc == 0) {
        rc = errno;
    }

    if (rc == 0) {
        rc = mt_mark_copy(file);
    }

    if (rc == 0) {
        rc = mt_move_in(dest);
    }

    if (rc != 0) {
        (void) unlink(file);
    }

    free(file);

    return rc;
}


/* Marks a data file as a copy, by which the first start with it is known: from
 * then on it gives out numbers that the store may have given out, too. */

static int
mt_mark_copy(const char *file)
{
    int       rc;
    uint8_t   yes[8];
    MDB_dbi   dbi;
    MDB_env  *env;
    MDB_txn  *txn;

    (void) mt_value_num(yes, 1);
    txn = NULL;

    rc = mt_env_create(&env, 0, 0);

    if (rc == 0) {
        rc = mdb_env_open(env, file, MDB_NOSUBDIR | MDB_NOTLS | MDB_NOLOCK,
                          0600);
    }

    if (rc == 0) {
        rc = mdb_txn_begin(env, NULL, 0, &txn);
    }

    if (rc == 0) {
        rc = mdb_dbi_open(txn, mt_db_names[MT_DB_META], 0, &dbi);
    }

    if (rc == 0) {
        rc = mt_put_meta(txn, dbi, MT_META_COPY, yes, sizeof(yes));
    }

    if (rc == 0) {
        rc = mdb_txn_commit(txn);

    } else if (txn) {
        mdb_txn_abort(txn);
    }

    if (env) {
        mdb_env_close(env);
    }

    return rc;
}


mt_status_t
mt_store_restore(const mt_store_options_t *options, const char *from, int in,
    int replace, char *why, size_t why_size)
{
    int             rc;
    const char     *path;
    mt_status_t     status;
    mt_dir_state_t  state;

    path = options->path.data;
    status = mt_dir_state(path, &state, why, why_size);

    if (status != MT_OK) {
        return status;
    }

    if (state == MT_DIR_STORE && !replace) {
        (void) snprintf(why, why_size, "\"%s\" holds a store: --force sets it "
                        "aside", path);
        return MT_STORE_FAILED;
    }

    if (state == MT_DIR_STORE && mt_store_live(path)) {
        (void) snprintf(why, why_size, "the store in \"%s\" is in use: stop "
                        "the server first", path);
        return MT_STORE_FAILED;
    }

    rc = state == MT_DIR_ABSENT && mkdir(path, 0700) != 0 ? errno : 0;

    if (rc == 0) {
        rc = mt_copy_in(in, path);
    }

    if (rc == 0) {
        status = mt_check_copy(path, from, why, why_size);

        if (status != MT_OK) {
            return status;
        }

        rc = state == MT_DIR_STORE ? mt_set_aside(path) : 0;
    }

    if (rc == 0) {
        rc = mt_move_in(path);
    }

    if (rc != 0) {
        (void) snprintf(why, why_size, "restore of \"%s\": %s", path,
                        mdb_strerror(rc));
        return rc == ENOSPC || rc == EDQUOT ? MT_STORE_FULL : MT_STORE_FAILED;
    }

    return MT_OK;
}


/* Moves the files of a store into a new directory below.  Returns 0 or an
 * error number. */

static int
mt_set_aside(const char *path)
{
    int     rc;
    char   *from, *to, *dir;
    size_t  i;

    static const char *const  files[] = {
        MT_DATA_FILE, MT_LOCK_FILE, MT_WAL_FILE, MT_WAL_WORDS
    };

    if (asprintf(&dir, "%s/" MT_REPLACED "%lld", path, (long long) time(NULL))
        < 0)
    {
        return ENOMEM;
    }

    rc = mkdir(dir, 0700) == 0 ? 0 : errno;

    for (i = 0; rc == 0 && i < mt_nitems(files); i++) {
        from = mt_path_join(path, files[i]);
        to = mt_path_join(dir, files[i]);

        rc = from && to ? 0 : ENOMEM;

        if (rc == 0 && rename(from, to) != 0 && errno != ENOENT) {
            rc = errno;
        }

        free(from);
        free(to);
    }

    free(dir);

    return rc;
}


/* Copies a data file to the new file of a store.  Returns 0 or an error
 * number; then no file is left. */

static int
mt_copy_in(int in, const char *path)
{
    int    out, rc;
    char  *file;

    file = mt_path_join(path, MT_NEW_FILE);

    if (file == NULL) {
        return ENOMEM;
    }

    (void) unlink(file);

    out = open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
               0600);
    rc = out == -1 ? errno : mt_copy_data(in, out);

    if (out != -1 && close(out) != 0 && rc == 0) {
        rc = errno;
    }

    if (rc != 0) {
        (void) unlink(file);
    }

    free(file);

    return rc;
}


/* Checks and marks the copy, not the backup: that may be another user's. */

static mt_status_t
mt_check_copy(const char *path, const char *from, char *why, size_t why_size)
{
    int           rc;
    char         *file;
    int64_t       format;
    mt_status_t   status;

    file = mt_path_join(path, MT_NEW_FILE);

    if (file == NULL) {
        (void) snprintf(why, why_size, "out of memory");
        return MT_NO_MEMORY;
    }

    status = mt_check_format(file, MDB_NOSUBDIR | MDB_NOLOCK, from, &format,
                             why, why_size);

    rc = status == MT_OK ? mt_mark_copy(file) : 0;

    if (rc != 0) {
        (void) snprintf(why, why_size, "restore of \"%s\": %s", path,
                        mdb_strerror(rc));
        status = rc == ENOSPC || rc == EDQUOT ? MT_STORE_FULL
                                              : MT_STORE_FAILED;
    }

    if (status != MT_OK) {
        (void) unlink(file);
    }

    free(file);

    return status;
}


static int
mt_copy_data(int in, int out)
{
    ssize_t  n;

    do {
        n = copy_file_range(in, NULL, out, NULL, 1 << 26, 0);

        if (n == -1 && errno != EINTR) {
            return errno;
        }

    } while (n != 0);

    return fsync(out) == 0 ? 0 : errno;
}


/*
 * Faults for a real nginx: loaded in front of it by LD_PRELOAD.
 *
 *     writes    the n-th write to the store's data file, or the n-th sync of
 *               it, counted over all processes, fails with an error
 *     clock     the wall clock is moved by some milliseconds
 *     threads   the destructors of a thread's own data run some milliseconds
 *               late, so that a thread ends that much later
 *     stops     the process that comes to a named point of the commit engine
 *               stops as by SIGSTOP; whoever armed the point kills it there
 *
 * $MEETING_FAULT is a directory: `control` in it is the control_t below, which
 * the test changes while the server runs; a file `stop-NAME` arms a point and
 * is gone once a process stopped there.
 *
 * The points are those of mt_stop_point(); the engine calls through a pointer
 * of its own, which is set here once the module is loaded.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <lmdb.h>


enum {
    CALL_WRITE = 1,
    CALL_SYNC = 2,
    CALL_SHORT_WRITE = 4,      /* half of the bytes, no error */
    CALL_READ = 8
};


/* Meeting::Fault packs the same. */

typedef struct {
    int64_t           clock;       /* ms ahead of the system's */
    int64_t           dev;         /* the file */
    int64_t           ino;
    int64_t           first;       /* the call that fails, from 1 */
    int64_t           last;        /* and so on until this one */
    int64_t           error;
    _Atomic int64_t   calls;       /* that came since calls was set to 0 */
    _Atomic int64_t   failed;      /* of these */
    _Atomic int64_t   which;       /* CALL_*; 0: no faults */
    int64_t           linger;      /* ms that threads take to end */
} control_t;


static char                 dir[PATH_MAX - 32];
static volatile control_t  *control;


__attribute__((constructor)) static void
start(void)
{
    int          fd;
    char         path[PATH_MAX];
    void        *mem;
    const char  *name;

    name = getenv("MEETING_FAULT");

    if (name == NULL || strlen(name) >= sizeof(dir)) {
        return;
    }

    (void) strcpy(dir, name);
    (void) snprintf(path, sizeof(path), "%s/control", dir);

    fd = open(path, O_RDWR|O_CLOEXEC);
    if (fd == -1) {
        return;
    }

    mem = mmap(NULL, sizeof(control_t), PROT_READ|PROT_WRITE, MAP_SHARED, fd,
               0);
    (void) close(fd);

    if (mem != MAP_FAILED) {
        control = mem;
    }
}


/* The next definition of a function. */

static void *
next(const char *name)
{
    void  *function;

    function = dlsym(RTLD_NEXT, name);

    if (function == NULL) {
        abort();
    }

    return function;
}


static int
is_the_file(int fd)
{
    struct stat  st;

    return fstat(fd, &st) == 0 && (int64_t) st.st_dev == control->dev
           && (int64_t) st.st_ino == control->ino;
}


/* The call that this one is to be: 0 where it is to succeed. */

static int
fault(int fd, int calls)
{
    int64_t  n;

    if (control == NULL || !(control->which & calls) || !is_the_file(fd)) {
        return 0;
    }

    calls &= control->which;
    n = atomic_fetch_add(&control->calls, 1) + 1;

    if (n < control->first || n > control->last) {
        return 0;
    }

    atomic_fetch_add(&control->failed, 1);
    errno = control->error;

    return calls;
}


ssize_t
pread(int fd, void *data, size_t len, off_t offset)
{
    static ssize_t  (*real)(int, void *, size_t, off_t);

    if (fault(fd, CALL_READ)) {
        return -1;
    }

    if (real == NULL) {
        real = next("pread");
    }

    return real(fd, data, len, offset);
}


ssize_t
pwrite(int fd, const void *data, size_t len, off_t offset)
{
    static ssize_t  (*real)(int, const void *, size_t, off_t);

    switch (fault(fd, CALL_WRITE|CALL_SHORT_WRITE)) {

    case CALL_WRITE:
        return -1;

    case CALL_SHORT_WRITE:
        len /= 2;
    }

    if (real == NULL) {
        real = next("pwrite");
    }

    return real(fd, data, len, offset);
}


ssize_t
writev(int fd, const struct iovec *iov, int n)
{
    static ssize_t  (*real)(int, const struct iovec *, int);

    switch (fault(fd, CALL_WRITE|CALL_SHORT_WRITE)) {

    case CALL_WRITE:
        return -1;

    case CALL_SHORT_WRITE:
        n = (n + 1) / 2;
    }

    if (real == NULL) {
        real = next("writev");
    }

    return real(fd, iov, n);
}


int
fdatasync(int fd)
{
    static int  (*real)(int);

    if (fault(fd, CALL_SYNC)) {
        return -1;
    }

    if (real == NULL) {
        real = next("fdatasync");
    }

    return real(fd);
}


int
fsync(int fd)
{
    static int  (*real)(int);

    if (fault(fd, CALL_SYNC)) {
        return -1;
    }

    if (real == NULL) {
        real = next("fsync");
    }

    return real(fd);
}


/* The wall clock.  By system call: this is used before anything is set up. */

int
clock_gettime(clockid_t id, struct timespec *ts)
{
    int      rc;
    int64_t  ms;

    rc = (int) syscall(SYS_clock_gettime, id, ts);

    if (rc == 0 && control != NULL
        && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
    {
        ms = ts->tv_nsec / 1000000 + control->clock % 1000;

        ts->tv_sec += control->clock / 1000 + (ms >= 1000) - (ms < 0);
        ts->tv_nsec = ts->tv_nsec % 1000000
                      + (ms + 1000) % 1000 * 1000000;
    }

    return rc;
}


int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    struct timespec  ts;

    (void) zone;
    (void) clock_gettime(CLOCK_REALTIME, &ts);

    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;

    return 0;
}


time_t
time(time_t *out)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_REALTIME, &ts);

    if (out) {
        *out = ts.tv_sec;
    }

    return ts.tv_sec;
}


/* Only the first keys: OpenSSL's is among them. */

static void  (*destructors[4])(void *);


static void
destroy(int key, void *data)
{
    if (control != NULL && control->linger != 0) {
        (void) usleep((useconds_t) control->linger * 1000);
    }

    destructors[key](data);
}


static void destroy_0(void *data) { destroy(0, data); }
static void destroy_1(void *data) { destroy(1, data); }
static void destroy_2(void *data) { destroy(2, data); }
static void destroy_3(void *data) { destroy(3, data); }


int
pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    static atomic_int   nkeys;
    static int          (*real)(pthread_key_t *, void (*)(void *));
    static void  (*const late[])(void *) = {
        destroy_0, destroy_1, destroy_2, destroy_3
    };

    int  n;

    if (real == NULL) {
        real = next("pthread_key_create");
    }

    if (destructor != NULL) {
        n = atomic_fetch_add(&nkeys, 1);

        if (n < (int) (sizeof(late) / sizeof(late[0]))) {
            destructors[n] = destructor;
            destructor = late[n];
        }
    }

    return real(key, destructor);
}


/* The process's last moments, when libraries have freed what they held, last
 * longer than its threads do. */

__attribute__((destructor)) static void
end(void)
{
    if (control != NULL && control->linger != 0) {
        (void) usleep((useconds_t) control->linger * 4 * 1000);
    }
}


static void
stop(const char *name)
{
    char  path[PATH_MAX];

    (void) snprintf(path, sizeof(path), "%s/stop-%s", dir, name);

    /* whoever takes the file away stops: one process, once */

    if (unlink(path) == 0) {
        (void) raise(SIGSTOP);
    }
}


/* Each worker opens its store before it commits anything. */

int
mdb_env_create(MDB_env **env)
{
    void        (**pointer)(const char *);
    static int  (*real)(MDB_env **);

    if (real == NULL) {
        real = next("mdb_env_create");
    }

    pointer = dlsym(RTLD_DEFAULT, "mt_commit_stop");

    if (pointer != NULL && control != NULL) {
        *pointer = stop;
    }

    return real(env);
}


/*
 * Shared by the tests of the commit engine: a store in a temporary directory,
 * a state machine whose commands count themselves, and a worker (owner and
 * combiner thread) that drives the engine as an nginx worker does.
 *
 * A command is {worker u64, seq u64, filling}; applying it adds one to the
 * number under its key in META, so that "exactly once" is the number 1.
 */

#ifndef COMMIT_RIG_H
#define COMMIT_RIG_H

#include "commit/mt_commit.h"
#include "store/mt_wal.h"
#include "tap.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>


#define COMMAND_MAX    1024
#define REFUSED_EACH   50        /* every 50th command is refused */
#define TIMER_MS       20
#define DEADLINE_MS    60000


typedef struct {
    mt_store_t  *store;
    mt_txn_t    *txn;

    /* faults, each for one batch */
    mt_status_t  fail_begin;
    mt_status_t  fail_apply;
    mt_status_t  fail_commit;
    int          keep;           /* the failing commit does commit */

    void       (*meet)(uint64_t seq);   /* each that is applied; or NULL */

    unsigned     checkpoint;     /* ms */
    unsigned     aborts;
    unsigned     commits;
} rig_machine_t;


/* The result of one command. */

typedef struct {
    _Atomic uint32_t  answers;
    _Atomic uint32_t  status;
    _Atomic uint32_t  wrong;     /* a result that is not this command's */
} rig_answer_t;


typedef struct rig_worker_s  rig_worker_t;

typedef struct {
    rig_worker_t  *worker;
    uint64_t       seq;
} rig_call_t;

struct rig_worker_s {
    mt_commit_t      *commit;
    const int        *events;    /* an eventfd per ring */
    uint64_t          id;
    unsigned          total;     /* commands to push */
    unsigned          window;    /* how many at once */
    unsigned          filling;   /* up to so many bytes */
    rig_answer_t     *answers;   /* of each command */
    rig_call_t       *calls;
    unsigned          answered;
    unsigned          busy;      /* times that the ring was full */

    pthread_t         thread;    /* the combiner's */
    pthread_mutex_t   mutex;
    pthread_cond_t    cond;
    int               wanted;    /* 1 combine, 2 end */
};


static int64_t
rig_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}


static mt_store_options_t
rig_options(const char *dir)
{
    return (mt_store_options_t) {
        .path = mt_cstr(dir), .max_size = 256 << 20, .max_readers = 64
    };
}


/* dir: a template for mkdtemp().  The directory stays if a test dies. */

static int
rig_store_create(char *dir)
{
    char                why[256];
    mt_store_options_t  options;

    if (mkdtemp(dir) == NULL) {
        return 0;
    }

    options = rig_options(dir);

    return mt_store_create(&options, why, sizeof(why)) == MT_OK;
}


static mt_store_t *
rig_store_open(const char *dir)
{
    char                why[256];
    mt_store_t         *store;
    mt_store_options_t  options;

    options = rig_options(dir);

    if (mt_store_open(&store, &options, why, sizeof(why)) != MT_OK) {
        printf("# %s\n", why);
        exit(1);
    }

    return store;
}


__attribute__((unused))
static void
rig_store_remove(const char *dir)
{
    size_t              i;
    char                path[300];
    static const char  *files[] = {
        "data.mdb", "lock.mdb", "wal.log", "wal.lock"
    };

    for (i = 0; i < mt_nitems(files); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
        unlink(path);
    }

    rmdir(dir);
}


static size_t
rig_command(uint8_t *out, uint64_t worker, uint64_t seq, unsigned filling)
{
    size_t    n;
    uint8_t  *p;

    n = filling ? seq * 37 % filling : 0;

    p = mt_put_u64(out, worker);
    p = mt_put_u64(p, seq);
    memset(p, (uint8_t) seq, n);

    return 16 + n;
}


static void
rig_key(mt_key_t *key, uint64_t worker, uint64_t seq)
{
    mt_key_init(key);
    mt_key_str(key, MT_STR("test"));
    mt_key_u64(key, worker);
    mt_key_u64(key, seq);
}


/* Returns how often a command was applied. */

static uint64_t
rig_applied(mt_txn_t *txn, uint64_t worker, uint64_t seq)
{
    mt_key_t  key;

    rig_key(&key, worker, seq);

    return mt_get_num_or(txn, MT_DB_META, &key, 0);
}


static mt_status_t
rig_fault(mt_status_t *fault)
{
    mt_status_t  status;

    status = *fault;
    *fault = MT_OK;

    return status;
}


static mt_status_t
rig_machine_begin(void *ctx, mt_txn_t **txn)
{
    mt_status_t     status;
    rig_machine_t  *machine = ctx;

    status = rig_fault(&machine->fail_begin);
    if (status != MT_OK) {
        return status;
    }

    status = mt_write_begin(machine->store, &machine->txn);
    *txn = machine->txn;

    return status;
}


static mt_status_t
rig_machine_apply(void *ctx, mt_str_t command, mt_result_t *result)
{
    size_t          i;
    uint64_t        worker, seq;
    mt_key_t        key;
    mt_status_t     status;
    rig_machine_t  *machine = ctx;

    worker = mt_get_u64((uint8_t *) command.data);
    seq = mt_get_u64((uint8_t *) command.data + 8);

    if (machine->meet) {
        machine->meet(seq);
    }

    for (i = 16; i < command.len; i++) {
        if ((uint8_t) command.data[i] != (uint8_t) seq) {
            return MT_INTERNAL;
        }
    }

    result->num = seq;
    result->detail = worker;

    if (seq % REFUSED_EACH == REFUSED_EACH - 1) {
        result->status = MT_TOO_EARLY;
        return MT_OK;
    }

    rig_key(&key, worker, seq);
    result->position = seq + 1;

    status = mt_put_num(machine->txn, MT_DB_META, &key,
                        rig_applied(machine->txn, worker, seq) + 1);

    return status == MT_OK ? rig_fault(&machine->fail_apply) : status;
}


static mt_status_t
rig_machine_commit(void *ctx)
{
    mt_status_t     status;
    rig_machine_t  *machine = ctx;

    status = rig_fault(&machine->fail_commit);

    if (status != MT_OK && !machine->keep) {
        mt_write_abort(machine->txn);
        return status;
    }

    if (mt_write_commit(machine->txn) != MT_OK) {
        return MT_STORE_FAILED;
    }

    machine->commits++;

    return status;
}


static void
rig_machine_abort(void *ctx)
{
    rig_machine_t  *machine = ctx;

    machine->aborts++;
    mt_write_abort(machine->txn);
}


static int
rig_machine_behind(void *ctx)
{
    rig_machine_t  *machine = ctx;

    return mt_wal_behind(machine->store);
}


static mt_machine_t
rig_machine(rig_machine_t *machine)
{
    return (mt_machine_t) {
        .begin = rig_machine_begin,
        .apply = rig_machine_apply,
        .commit = rig_machine_commit,
        .abort = rig_machine_abort,
        .behind = rig_machine_behind,
        .ctx = machine,
        .checkpoint = machine->checkpoint
    };
}


/* Most commands only need the WAL, as a sign-in does; some need the store. */

static mt_push_t
rig_push_how(uint64_t seq)
{
    return seq % 40 == 39 ? MT_PUSH_COMMIT : MT_PUSH_LOG;
}


/* Shared with children, as the zone of nginx is. */

static void *
rig_shared(size_t size)
{
    void  *mem;

    mem = mmap(NULL, size, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1,
               0);

    if (mem == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }

    return mem;
}


static void
rig_events_open(int *events)
{
    size_t  i;

    for (i = 0; i < MT_COMMIT_RINGS; i++) {
        events[i] = eventfd(0, EFD_NONBLOCK);

        if (events[i] < 0) {
            perror("eventfd");
            exit(1);
        }
    }
}


static void
rig_events_close(const int *events)
{
    size_t  i;

    for (i = 0; i < MT_COMMIT_RINGS; i++) {
        close(events[i]);
    }
}


static void
rig_wake(void *data, unsigned ring)
{
    const int  *events = data;

    if (eventfd_write(events[ring], 1) != 0) {
        perror("eventfd");
        exit(1);
    }
}


/* The combiner, as a thread of the pool runs it. */

static void *
rig_combiner(void *data)
{
    int            end;
    rig_worker_t  *w = data;

    do {
        pthread_mutex_lock(&w->mutex);

        while (w->wanted == 0) {
            pthread_cond_wait(&w->cond, &w->mutex);
        }

        end = (w->wanted == 2);
        w->wanted = 0;

        pthread_mutex_unlock(&w->mutex);

        mt_commit_combine(w->commit);

    } while (!end);

    return NULL;
}


static void
rig_want(rig_worker_t *w, int wanted)
{
    pthread_mutex_lock(&w->mutex);
    w->wanted = wanted;
    pthread_cond_signal(&w->cond);
    pthread_mutex_unlock(&w->mutex);
}


static void
rig_done(void *waiter, const mt_result_t *result, void *data)
{
    rig_call_t    *call = waiter;
    rig_answer_t  *answer;

    answer = &call->worker->answers[call->seq];

    atomic_fetch_add(&answer->answers, 1);
    atomic_store(&answer->status, result->status);

    if (call->worker != data
        || (mt_status_http(result->status) == 200
            && (result->num != (int64_t) call->seq
                || result->detail != (int64_t) call->worker->id)))
    {
        atomic_store(&answer->wrong, 1);
    }

    call->worker->answered++;
}


/* Pushes commands from `seq` on as far as the window allows.  Returns the next
 * one. */

static unsigned
rig_push(rig_worker_t *w, unsigned seq)
{
    int          combine;
    uint8_t      data[COMMAND_MAX];
    mt_str_t     command;
    mt_status_t  status;

    while (seq < w->total && seq - w->answered < w->window) {
        command.data = (char *) data;
        command.len = rig_command(data, w->id, seq, w->filling);

        w->calls[seq] = (rig_call_t) { w, seq };

        status = mt_commit_push(w->commit, command, rig_push_how(seq), 0,
                                &w->calls[seq], &combine);

        if (combine) {
            rig_want(w, 1);
        }

        if (status != MT_OK) {
            w->busy++;
            break;
        }

        seq++;
    }

    return seq;
}


static void
rig_wait(rig_worker_t *w, int ring)
{
    eventfd_t      value;
    struct pollfd  fd;

    fd.fd = w->events[ring];
    fd.events = POLLIN;

    if (poll(&fd, 1, TIMER_MS) == 1) {
        eventfd_read(fd.fd, &value);

    } else if (mt_commit_stalled(w->commit)) {
        rig_want(w, 1);
    }

    mt_commit_collect(w->commit, rig_done, w);
}


/* Runs a worker up to its detaching.  Returns 1 if all its commands were
 * answered in time. */

__attribute__((unused))
static int
rig_work(rig_worker_t *w)
{
    int       ring;
    unsigned  seq;
    int64_t   deadline;

    ring = mt_commit_claim(w->commit);
    if (ring < 0) {
        return 0;
    }

    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->cond, NULL);

    if (pthread_create(&w->thread, NULL, rig_combiner, w) != 0) {
        return 0;
    }

    seq = 0;
    deadline = rig_now() + DEADLINE_MS;

    while (w->answered < w->total && rig_now() < deadline) {
        seq = rig_push(w, seq);
        rig_wait(w, ring);
    }

    mt_commit_retire(w->commit);
    rig_want(w, 2);
    pthread_join(w->thread, NULL);

    mt_commit_detach(w->commit);
    pthread_mutex_destroy(&w->mutex);
    pthread_cond_destroy(&w->cond);

    return w->answered == w->total;
}


/*
 * Compares the answers of a worker with the store; a worker that is alive must
 * have got them all.  Returns how many commands are wrong.
 */

__attribute__((unused))
static unsigned
rig_verify(mt_txn_t *txn, uint64_t worker, unsigned total,
    rig_answer_t *answers, int alive)
{
    unsigned  seq, wrong;
    uint32_t  n, status, applied;

    wrong = 0;

    for (seq = 0; seq < total; seq++) {
        n = atomic_load(&answers[seq].answers);
        status = atomic_load(&answers[seq].status);
        applied = rig_applied(txn, worker, seq);

        if (n > 1 || (alive && n != 1) || applied > 1
            || atomic_load(&answers[seq].wrong)
            || (n == 1 && applied != (status == MT_OK))
            || (n == 1 && status != MT_OK && status != MT_TOO_EARLY))
        {
            printf("# worker %u seq %u: answers %u status %u applied %u\n",
                   (unsigned) worker, seq, n, status, applied);
            wrong++;
        }
    }

    return wrong;
}

#endif /* COMMIT_RIG_H */

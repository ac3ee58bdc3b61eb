
/*
 * A subscriber's server for the tests: one process with a thread for each
 * connection, which opens each message and answers as the test tells it.  The
 * company stands in the path.
 */

#ifndef RECEIVER_H
#define RECEIVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "canned.h"
#include "event/mt_event_send.h"
#include "event_fixture.h"


#define RECEIVER_BASE       1000     /* the first company */
#define RECEIVER_COMPANIES  64
#define RECEIVER_MAX        4096     /* messages of one */

typedef enum {
    RECEIVER_SEALED,
    RECEIVER_PLAIN,
    RECEIVER_STATUS,
    RECEIVER_GARBAGE,
    RECEIVER_WRONG_KEY,
    RECEIVER_CLOSE,
    RECEIVER_HANG,
    RECEIVER_SLOW,                   /* a byte at a time */
    RECEIVER_RANDOM                  /* one in three is a status */
} receiver_mode_t;

/* Shared by the processes. */

typedef struct {
    pthread_mutex_t   lock;
    atomic_int        modes[RECEIVER_COMPANIES];
    atomic_int        delay;                       /* us */
    atomic_int        connections;
    atomic_int        unreadable;
    atomic_int        n[RECEIVER_COMPANIES];
    int64_t           got[RECEIVER_COMPANIES][RECEIVER_MAX];
} receiver_shared_t;

typedef struct {
    receiver_shared_t  *shared;
    canned_t            server;
} receiver_t;


static receiver_shared_t  *receiver_shared;


/* Reads a request.  Returns its body, "" at the end of the connection. */

static mt_str_t
receiver_read(int fd, char *buf, size_t size)
{
    char     *body, *length;
    size_t    n, len;
    ssize_t   got;

    n = 0;

    for ( ;; ) {
        got = read(fd, buf + n, size - 1 - n);
        if (got <= 0) {
            return MT_STR("");
        }

        n += (size_t) got;
        buf[n] = '\0';
        body = strstr(buf, "\r\n\r\n");
        length = strstr(buf, "Content-Length: ");

        if (body && length) {
            len = strtoul(length + 16, NULL, 10);
            body += 4;

            if (n >= (size_t) (body - buf) + len) {
                return (mt_str_t) { len, body };
            }
        }
    }
}


static mt_dingtalk_keys_t
receiver_keys(void)
{
    return (mt_dingtalk_keys_t) {
        .aes_key = MT_STR(EVENT_KEY),
        .token = MT_STR(EVENT_TOKEN),
        .owner = MT_STR("key1")
    };
}


static void
receiver_note(int company, mt_str_t body, mt_arena_t *arena)
{
    int                  n;
    const char          *seq;
    mt_str_t             text;
    mt_dingtalk_keys_t   keys;

    keys = receiver_keys();

    if (mt_dingtalk_open_json(arena, &keys, body, &text) != MT_DINGTALK_OK
        || (text = mt_arena_str(arena, text)).len == 0
        || (seq = strstr(text.data, "\"seq\":")) == NULL)
    {
        atomic_fetch_add(&receiver_shared->unreadable, 1);
        return;
    }

    pthread_mutex_lock(&receiver_shared->lock);
    n = atomic_load(&receiver_shared->n[company]);
    receiver_shared->got[company][n % RECEIVER_MAX] = atoll(seq + 6);
    atomic_store(&receiver_shared->n[company], n + 1);
    pthread_mutex_unlock(&receiver_shared->lock);
}


static mt_str_t
receiver_sealed(mt_dingtalk_keys_t keys, mt_arena_t *arena)
{
    mt_dingtalk_t  *s;

    s = mt_dingtalk_seal(arena, &keys, MT_STR("success"), 1);

    return mt_arena_printf(arena, "{\"msg_signature\":\"%.40s\","
                           "\"timeStamp\":\"%.*s\",\"nonce\":\"%.*s\","
                           "\"encrypt\":\"%.*s\"}", s->signature.data,
                           (int) s->timestamp.len, s->timestamp.data,
                           (int) s->nonce.len, s->nonce.data,
                           (int) s->encrypt.len, s->encrypt.data);
}


/* Returns 0 if the connection must be closed. */

static int
receiver_answer(int fd, receiver_mode_t mode, mt_arena_t *arena)
{
    size_t               i;
    mt_str_t             body, all;
    mt_dingtalk_keys_t   keys;

    keys = receiver_keys();
    body = MT_STR("success");

    if (mode == RECEIVER_RANDOM) {
        mode = random() % 3 ? RECEIVER_SEALED : RECEIVER_STATUS;
    }

    switch (mode) {

    case RECEIVER_WRONG_KEY:
        keys.aes_key = MT_STR("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG");
        /* fall through */

    case RECEIVER_SEALED:
    case RECEIVER_SLOW:
        body = receiver_sealed(keys, arena);
        break;

    case RECEIVER_GARBAGE:
        body = MT_STR("<html>\x01\xff");
        break;

    case RECEIVER_HANG:
        (void) sleep(60);
        return 0;

    case RECEIVER_CLOSE:
        return 0;

    default:
        break;
    }

    all = mt_arena_printf(arena, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n"
                          "%.*s", mode == RECEIVER_STATUS ? "500 E" : "200 O",
                          body.len, (int) body.len, body.data);

    if (mode != RECEIVER_SLOW) {
        return write(fd, all.data, all.len) == (ssize_t) all.len;
    }

    for (i = 0; i < all.len; i++) {
        if (write(fd, all.data + i, 1) != 1) {
            return 0;
        }

        usleep(500);
    }

    return 1;
}


static void *
receiver_thread(void *ctx)
{
    int          fd, company, alive;
    char        *buf;
    size_t       size;
    mt_str_t     body;
    mt_arena_t  *arena;

    fd = (int) (intptr_t) ctx;
    size = 4 << 20;
    buf = malloc(size);
    arena = mt_arena_create(0);
    alive = 1;

    while (alive && (body = receiver_read(fd, buf, size)).len) {
        mt_arena_reset(arena);

        company = atoi(strstr(buf, "/") + 1) - RECEIVER_BASE;
        usleep((useconds_t) atomic_load(&receiver_shared->delay));

        receiver_note(company, body, arena);
        alive = receiver_answer(fd, (receiver_mode_t) atomic_load(
                                &receiver_shared->modes[company]), arena);
    }

    (void) close(fd);
    mt_arena_destroy(arena);
    free(buf);

    return NULL;
}


static void
receiver_serve(int listener)
{
    int        fd;
    pthread_t  thread;

    for ( ;; ) {
        fd = accept(listener, NULL, NULL);
        atomic_fetch_add(&receiver_shared->connections, 1);

        if (fd == -1 || pthread_create(&thread, NULL, receiver_thread,
                                       (void *) (intptr_t) fd) != 0)
        {
            _exit(1);
        }

        pthread_detach(thread);
    }
}


/* Starts the server, or starts it again on the same port. */

__attribute__((unused))
static void
receiver_start(receiver_t *r)
{
    int                  listener;
    pthread_mutexattr_t  attr;

    if (r->shared == NULL) {
        r->shared = mmap(NULL, sizeof(*r->shared), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        receiver_shared = r->shared;

        pthread_mutexattr_init(&attr);
        pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
        pthread_mutex_init(&r->shared->lock, &attr);
    }

    r->server.port = canned_listen_to(r->server.port, &listener);

    fflush(stdout);
    r->server.pid = fork();

    if (r->server.pid == 0) {
        receiver_serve(listener);
    }

    (void) close(listener);
}


__attribute__((unused))
static void
receiver_stop(receiver_t *r)
{
    canned_stop(&r->server);
}


__attribute__((unused))
static void
receiver_mode(uint32_t company, receiver_mode_t mode)
{
    atomic_store(&receiver_shared->modes[company - RECEIVER_BASE], mode);
}


__attribute__((unused))
static int
receiver_count(uint32_t company)
{
    return atomic_load(&receiver_shared->n[company - RECEIVER_BASE]);
}


/* Returns the number of the i-th message. */

__attribute__((unused))
static int64_t
receiver_got(uint32_t company, int i)
{
    return receiver_shared->got[company - RECEIVER_BASE][i];
}


__attribute__((unused))
static void
receiver_forget(void)
{
    int  i;

    for (i = 0; i < RECEIVER_COMPANIES; i++) {
        atomic_store(&receiver_shared->n[i], 0);
    }

    atomic_store(&receiver_shared->connections, 0);
}


/* Counts the messages from the number `from` on, each received at least once,
 * and first received after the one before. */

__attribute__((unused))
static int64_t
receiver_in_order(uint32_t company, int64_t from)
{
    int      i;
    int64_t  next;

    next = from;

    for (i = 0; i < receiver_count(company); i++) {
        if (receiver_got(company, i) > next) {
            return -1;
        }

        next += receiver_got(company, i) == next;
    }

    return next - from;
}

#endif /* RECEIVER_H */

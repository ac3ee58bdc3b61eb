
/*
 * The benchmark's client: one thread, requests that are complete before the
 * clock starts, answers looked at for their length and result code only, so
 * that most of what is measured is the server.
 *
 *     load PORT PATH PEOPLE-FILE PAIRS-FILE [NAME=VALUE ...]
 *
 *     host=127.0.0.1    an address of IPv4
 *     connections=64    each with one request out at a time
 *     idle=0            others, kept open after one request
 *     duration=3        seconds
 *     rate=0            requests a second, sent on time whatever the answers
 *                       do; 0: each connection as fast as it is answered
 *     body=sign         sign: of a sign-in; read: of a participation list;
 *                       plain: a line of PAIRS-FILE, as it is; an empty one
 *                       stands for a GET
 *     again=0           1: the requests over again when all are sent; else
 *                       each is sent once
 *     secret=           of the signatures
 *     tag=0             tells this run's request ids from another's
 *     patience=10       seconds for the last answers
 *     answers=          file for what came of each request
 *     dump=             only write the requests to this file, a NUL behind
 *                       each, for another client
 *
 * Prints a line once it is connected and begins, at the end one JSON object.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"


#define LOAD_BUFFER     (64 * 1024)
#define LOAD_EVENTS     256
#define LOAD_TAIL       160          /* bytes at an answer's end that are kept
                                        for its code */

#define LOAD_US         1000000ULL
#define LOAD_NS         1000ULL      /* in a microsecond */


static int load_send(load_t *load, load_conn_t *conn, uint64_t began);
static void load_ready(load_t *load, load_conn_t *conn, uint64_t now);


static uint64_t
load_now(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_MONOTONIC, &now);

    return now.tv_sec * LOAD_US + now.tv_nsec / LOAD_NS;
}


static unsigned
load_bin(uint64_t us)
{
    unsigned  shift;

    if (us < 2 * LOAD_STEPS) {
        return (unsigned) us;
    }

    shift = 58 - __builtin_clzll(us);

    return (unsigned) (shift * LOAD_STEPS + (us >> shift));
}


/* connections */

static int
load_connect(load_t *load)
{
    int                 fd, on;
    struct sockaddr_in  addr;

    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_port = htons((uint16_t) load->port);
    addr.sin_addr = load->host;

    fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd == -1
        || connect(fd, (struct sockaddr *) &addr, sizeof(addr)) == -1)
    {
        bench_die("%s:%d: %s", inet_ntoa(load->host), load->port,
                  strerror(errno));
    }

    on = 1;
    (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void) fcntl(fd, F_SETFL, O_NONBLOCK);

    return fd;
}


/* One request and its answer, as someone has them who then keeps the
 * connection open. */

static void
load_visit(load_t *load, int fd)
{
    int   len;
    char  text[256];

    len = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n"
                   "Host: 127.0.0.1:%d\r\n\r\n", load->path, load->port);

    (void) fcntl(fd, F_SETFL, 0);

    if (write(fd, text, (size_t) len) != len
        || read(fd, text, sizeof(text)) <= 0)
    {
        bench_die("an idle connection: %s", strerror(errno));
    }
}


static void
load_watch(load_t *load, load_conn_t *conn, int op, uint32_t events)
{
    struct epoll_event  event;

    event.events = events;
    event.data.ptr = conn;

    if (epoll_ctl(load->epoll, op, conn->fd, &event) == -1) {
        bench_die("epoll_ctl(): %s", strerror(errno));
    }
}


static void
load_open(load_t *load)
{
    unsigned       i;
    load_conn_t   *conn;
    struct rlimit  limit;

    limit.rlim_cur = load->connections + load->idle + 64;
    limit.rlim_max = limit.rlim_cur;
    (void) setrlimit(RLIMIT_NOFILE, &limit);

    load->epoll = epoll_create1(0);
    load->conns = calloc(load->connections, sizeof(load_conn_t));
    load->free = calloc(load->connections, sizeof(unsigned));

    if (load->epoll == -1 || load->conns == NULL || load->free == NULL) {
        bench_die("out of memory");
    }

    for (i = 0; i < load->idle; i++) {
        load_visit(load, load_connect(load));
    }

    for (i = 0; i < load->connections; i++) {
        conn = &load->conns[i];
        conn->fd = load_connect(load);
        conn->buffer = malloc(LOAD_BUFFER);

        if (conn->buffer == NULL) {
            bench_die("out of memory");
        }

        load_watch(load, conn, EPOLL_CTL_ADD, EPOLLIN);
        load->free[load->nfree++] = i;
    }
}


/* The request under way gets no answer; the connection is made anew. */

static void
load_break(load_t *load, load_conn_t *conn)
{
    load->broken++;
    load->out -= conn->request != NULL;

    (void) close(conn->fd);
    conn->fd = load_connect(load);
    conn->request = NULL;
    conn->len = 0;

    load_watch(load, conn, EPOLL_CTL_ADD, EPOLLIN);
    load_ready(load, conn, load_now());
}


static void
load_write(load_t *load, load_conn_t *conn)
{
    ssize_t          n;
    load_request_t  *request;

    request = conn->request;

    n = write(conn->fd, load->text + request->offset + conn->sent,
              request->len - conn->sent);

    if (n == -1 && errno != EAGAIN) {
        load_break(load, conn);
        return;
    }

    conn->sent += n > 0 ? (size_t) n : 0;

    if (conn->sent < request->len) {
        load_watch(load, conn, EPOLL_CTL_MOD, EPOLLIN|EPOLLOUT);
    }
}


/* 1, or 0 when there is nothing to send any more. */

static int
load_send(load_t *load, load_conn_t *conn, uint64_t began)
{
    if (load->next == load->npairs && load->again) {
        load->next = 0;
    }

    if (load->next == load->npairs || began >= load->end) {
        return 0;
    }

    conn->request = &load->requests[load->next++];
    conn->sent = 0;
    conn->began = began;
    conn->len = 0;
    conn->head = 0;
    conn->bytes = 0;

    load->sent++;
    load->out++;

    load_write(load, conn);

    return 1;
}


/* The connection has no request out. */

static void
load_ready(load_t *load, load_conn_t *conn, uint64_t now)
{
    if (load->rate > 0) {
        load->free[load->nfree++] = (unsigned) (conn - load->conns);

    } else {
        (void) load_send(load, conn, now);
    }
}


/* The number behind one of the names, or -1. */

static long
load_number(const char *text, size_t len, const char *name)
{
    const char  *at;

    at = memmem(text, len, name, strlen(name));

    return at ? strtol(at + strlen(name), NULL, 10) : -1;
}


/*
 * The result of a request is the code that the body begins or ends with, as
 * the dialects have it, else the HTTP status; the status, too, where 0 stands
 * for success.
 */

static void
load_code_begin(load_conn_t *conn, const char *body)
{
    long        code;
    size_t      i, len, rest;

    static const char *const  names[] = { "{\"result_code\":", "{\"status\":" };

    conn->status = (uint32_t) strtoul(conn->buffer + 9, NULL, 10);
    conn->coded = 0;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        len = strlen(names[i]);
        rest = (size_t) (conn->buffer + conn->len - body);
        code = load_number(body, rest < len ? rest : len, names[i]);

        if (code != -1) {
            conn->request->code = code ? (uint32_t) code : conn->status;
            conn->coded = 1;
        }
    }
}


static void
load_code_end(load_conn_t *conn)
{
    long    code;
    size_t  len;

    if (conn->coded) {
        return;
    }

    len = conn->len < LOAD_TAIL ? conn->len : LOAD_TAIL;
    code = load_number(conn->buffer + conn->len - len, len, "ode\":");

    conn->request->code = code > 0 ? (uint32_t) code : conn->status;
}


static void
load_count(load_t *load, unsigned code)
{
    unsigned  i;

    for (i = 0; i < LOAD_CODES - 1 && load->codes[i].n; i++) {
        if (load->codes[i].code == code) {
            break;
        }
    }

    load->codes[i].code = code;
    load->codes[i].n++;
}


static void
load_done(load_t *load, load_conn_t *conn)
{
    uint64_t  now, us;

    now = load_now();
    us = now - conn->began;

    load->out--;
    load->bytes += conn->bytes;
    load_count(load, conn->request->code);
    conn->request = NULL;

    if (now < load->end) {
        load->finished++;
        load->latency_sum += us;
        load->bins[load_bin(us)]++;

        if (us > load->latency_max) {
            load->latency_max = us;
        }

    } else {
        load->late++;
    }

    load_ready(load, conn, now);
}


/* Reads over a chunked body: 1 at its end. */

static int
load_chunked(load_conn_t *conn, const char *p, const char *end)
{
    int     hex;
    size_t  n;

    while (p < end) {
        switch (conn->state) {

        case LOAD_SIZE:
            hex = *p++ | 0x20;

            if (hex == ('\r' | 0x20)) {
                conn->state = LOAD_SIZE_LF;

            } else {
                hex = hex >= 'a' ? hex - 'a' + 10 : hex - '0';
                conn->left = conn->left << 4 | (hex & 0xf);
            }

            break;

        case LOAD_SIZE_LF:
            p++;
            conn->state = conn->left ? LOAD_DATA : LOAD_TRAILER;
            break;

        case LOAD_DATA:
            n = (size_t) (end - p);
            n = n < conn->left ? n : conn->left;
            p += n;
            conn->left -= n;
            conn->bytes += n;

            if (conn->left == 0) {
                conn->state = LOAD_DATA_END;
            }

            break;

        case LOAD_DATA_END:
            if (*p++ == '\n') {
                conn->state = LOAD_SIZE;
            }

            break;

        case LOAD_TRAILER:
            /* nginx sends none: "\r\n" */
            if (*p++ == '\n') {
                return 1;
            }
        }
    }

    return 0;
}


/* The header, once it is there: where the body begins, or NULL. */

static const char *
load_header(load_conn_t *conn)
{
    char        *body;
    const char  *length;

    static const char  field[] = "\r\nContent-Length:";

    body = memmem(conn->buffer, conn->len, "\r\n\r\n", 4);
    if (body == NULL) {
        return NULL;
    }

    body += 4;
    length = strcasestr(conn->buffer, field);
    length = length != NULL && length < body ? length : NULL;

    conn->head = 1;
    conn->chunked = length == NULL;
    conn->state = LOAD_SIZE;
    conn->left = length ? strtoull(length + sizeof(field) - 1, NULL, 10) : 0;

    return body;
}


/* The body's first bytes, which hold the result code. */

static const char *
load_text(const load_conn_t *conn, const char *body)
{
    const char  *lf;

    if (!conn->chunked) {
        return body;
    }

    lf = memchr(body, '\n', (size_t) (conn->buffer + conn->len - body));

    return lf ? lf + 1 : body;
}


static void
load_read(load_t *load, load_conn_t *conn)
{
    int          last;
    ssize_t      n;
    const char  *p, *end;

    n = read(conn->fd, conn->buffer + conn->len, LOAD_BUFFER - 1 - conn->len);

    if (n == -1 && errno == EAGAIN) {
        return;
    }

    if (n <= 0 || conn->request == NULL) {
        load_break(load, conn);
        return;
    }

    p = conn->buffer + conn->len;
    conn->len += (size_t) n;
    conn->buffer[conn->len] = '\0';
    end = conn->buffer + conn->len;

    if (!conn->head) {
        p = load_header(conn);

        if (p == NULL) {
            return;
        }

        load_code_begin(conn, load_text(conn, p));
    }

    if (conn->chunked) {
        last = load_chunked(conn, p, end);

    } else {
        conn->bytes += (uint64_t) (end - p);
        conn->left -= (uint64_t) (end - p);
        last = conn->left == 0;
    }

    if (last) {
        load_code_end(conn);
        load_done(load, conn);
        return;
    }

    if (conn->len > LOAD_TAIL) {
        memmove(conn->buffer, end - LOAD_TAIL, LOAD_TAIL);
        conn->len = LOAD_TAIL;
    }
}


/* Sends what is due by now; the time (us) until the next is. */

static uint64_t
load_pace(load_t *load)
{
    uint64_t  due, now;

    for ( ;; ) {
        due = load->start + (uint64_t) (load->sent * 1e6 / load->rate);
        now = load_now();

        if (due > now) {
            return due - now;
        }

        if (load->nfree == 0) {
            return 1000;
        }

        if (!load_send(load, &load->conns[load->free[--load->nfree]], due)) {
            load->nfree++;
            return 1000;
        }
    }
}


static void
load_run(load_t *load)
{
    int                 i, n;
    uint64_t            wait, now;
    load_conn_t        *conn;
    struct timespec     timeout;
    struct epoll_event  events[LOAD_EVENTS];

    load->start = load_now();
    load->end = load->start + (uint64_t) (load->duration * 1e6);

    for (i = 0; load->rate == 0 && i < (int) load->connections; i++) {
        (void) load_send(load, &load->conns[i], load_now());
    }

    for ( ;; ) {
        now = load_now();

        if (now >= load->end + (uint64_t) (load->patience * 1e6)
            || (load->out == 0
                && (now >= load->end
                    || (load->next == load->npairs && !load->again))))
        {
            return;
        }

        wait = load->rate > 0 && now < load->end ? load_pace(load) : 100000;

        timeout.tv_sec = (time_t) (wait / LOAD_US);
        timeout.tv_nsec = (long) (wait % LOAD_US * LOAD_NS);

        n = epoll_pwait2(load->epoll, events, LOAD_EVENTS, &timeout, NULL);

        for (i = 0; i < n; i++) {
            conn = events[i].data.ptr;

            if ((events[i].events & EPOLLOUT) && conn->request) {
                load_watch(load, conn, EPOLL_CTL_MOD, EPOLLIN);
                load_write(load, conn);
            }

            if (events[i].events & (EPOLLIN|EPOLLHUP|EPOLLERR)) {
                load_read(load, conn);
            }
        }
    }
}


static void
load_option(load_t *load, char *option)
{
    char  *value;

    value = strchr(option, '=');
    if (value == NULL) {
        bench_die("no value: %s", option);
    }

    *value++ = '\0';

    if (strcmp(option, "host") == 0) {
        if (inet_pton(AF_INET, value, &load->host) != 1) {
            bench_die("no address: %s", value);
        }

    } else if (strcmp(option, "connections") == 0) {
        load->connections = (unsigned) strtoul(value, NULL, 10);

    } else if (strcmp(option, "idle") == 0) {
        load->idle = (unsigned) strtoul(value, NULL, 10);

    } else if (strcmp(option, "duration") == 0) {
        load->duration = strtod(value, NULL);

    } else if (strcmp(option, "patience") == 0) {
        load->patience = strtod(value, NULL);

    } else if (strcmp(option, "rate") == 0) {
        load->rate = strtod(value, NULL);

    } else if (strcmp(option, "body") == 0) {
        load->read = strcmp(value, "read") == 0;
        load->plain = strcmp(value, "plain") == 0;

    } else if (strcmp(option, "again") == 0) {
        load->again = strcmp(value, "1") == 0;

    } else if (strcmp(option, "secret") == 0) {
        load->secret = value;

    } else if (strcmp(option, "tag") == 0) {
        load->tag = value;

    } else if (strcmp(option, "answers") == 0) {
        load->answers = value;

    } else if (strcmp(option, "dump") == 0) {
        load->dump = value;

    } else {
        bench_die("no such option: %s", option);
    }
}


int
main(int argc, char **argv)
{
    int        i;
    load_t     load;
    uint64_t   finish;

    if (argc < 5) {
        bench_die("usage: %s PORT PATH PEOPLE-FILE PAIRS-FILE [NAME=VALUE "
                  "...]", argv[0]);
    }

    memset(&load, 0, sizeof(load));
    load.port = (int) strtol(argv[1], NULL, 10);
    load.host.s_addr = htonl(INADDR_LOOPBACK);
    load.path = argv[2];
    load.connections = 64;
    load.duration = 3;
    load.patience = 10;
    load.secret = "";
    load.tag = "0";

    for (i = 5; i < argc; i++) {
        load_option(&load, argv[i]);
    }

    if (load.plain) {
        load_bodies(&load, argv[4]);

    } else {
        load.people = bench_read_people(argv[3], &load.npeople);
        load.pairs = bench_read_pairs(argv[4], &load.npairs);
    }

    load_requests(&load);

    if (load.dump) {
        load_dump(&load);
        return 0;
    }

    load_open(&load);

    printf("ready\n");
    (void) fflush(stdout);

    load_run(&load);

    finish = load_now();

    if (load.answers) {
        load_answers(&load);
    }

    load_report(&load, finish);

    return 0;
}


/*
 * A server for the tests: one process that gives the same answer to each
 * request.
 */

#ifndef CANNED_H
#define CANNED_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>


typedef struct {
    pid_t   pid;
    int     port;
} canned_t;

#define CANNED_HANG  "hang"       /* takes requests, answers none */


/* Reads a request to its end: header and body. */

static int
canned_read(int fd)
{
    char     buf[65536], *body, *length;
    size_t   n;
    ssize_t  got;

    n = 0;

    for ( ;; ) {
        got = read(fd, buf + n, sizeof(buf) - 1 - n);
        if (got <= 0) {
            return -1;
        }

        n += (size_t) got;
        buf[n] = '\0';
        body = strstr(buf, "\r\n\r\n");
        length = strstr(buf, "Content-Length: ");

        if (body && length
            && n >= (size_t) (body + 4 - buf) + strtoul(length + 16, NULL, 10))
        {
            return 0;
        }
    }
}


static void
canned_serve(int listener, const char *answer)
{
    int  fd;

    for ( ;; ) {
        fd = accept(listener, NULL, NULL);

        if (fd == -1) {
            _exit(1);
        }

        if (strcmp(answer, CANNED_HANG) == 0) {
            continue;
        }

        if (canned_read(fd) == 0) {
            (void) !write(fd, answer, strlen(answer));
        }

        (void) close(fd);
    }
}


/* Listens to a port (0: any free one); *fd is the listener.  Returns the
 * port. */

static int
canned_listen_to(int port, int *fd)
{
    int                 one;
    socklen_t           len;
    struct sockaddr_in  addr;

    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    addr.sin_port = htons((uint16_t) port);
    len = sizeof(addr);
    one = 1;

    *fd = socket(AF_INET, SOCK_STREAM, 0);

    if (*fd == -1
        || setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0
        || bind(*fd, (struct sockaddr *) &addr, sizeof(addr)) != 0
        || listen(*fd, 64) != 0
        || getsockname(*fd, (struct sockaddr *) &addr, &len) != 0)
    {
        printf("Bail out! no socket\n");
        exit(1);
    }

    return ntohs(addr.sin_port);
}


static int
canned_listen(int *fd)
{
    return canned_listen_to(0, fd);
}


__attribute__((unused))
static canned_t
canned_start(const char *answer)
{
    int       fd;
    canned_t  server;

    server.port = canned_listen(&fd);
    fflush(stdout);
    server.pid = fork();

    if (server.pid == 0) {
        canned_serve(fd, answer);
    }

    (void) close(fd);

    return server;
}


__attribute__((unused))
static void
canned_stop(canned_t *server)
{
    (void) kill(server->pid, SIGKILL);
    (void) waitpid(server->pid, NULL, 0);
}

#endif /* CANNED_H */

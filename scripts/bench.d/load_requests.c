
/* Requests, signed and complete before the clock starts. */

#include <openssl/evp.h>
#include <time.h>

#include "load.h"


#define LOAD_SHA1_HEX   40


static void
load_sign(load_t *load, EVP_MD_CTX *ctx, char out[LOAD_SHA1_HEX + 1],
    const char *flat)
{
    unsigned       i, len;
    unsigned char  digest[EVP_MAX_MD_SIZE];

    if (!EVP_DigestInit_ex(ctx, EVP_sha1(), NULL)
        || !EVP_DigestUpdate(ctx, load->secret, strlen(load->secret))
        || !EVP_DigestUpdate(ctx, flat, strlen(flat))
        || !EVP_DigestUpdate(ctx, load->secret, strlen(load->secret))
        || !EVP_DigestFinal_ex(ctx, digest, &len))
    {
        bench_die("no SHA-1");
    }

    for (i = 0; i < len; i++) {
        (void) snprintf(out + 2 * i, 3, "%02x", digest[i]);
    }
}


/* The body as the API's document shows it. */

static size_t
load_body(load_t *load, EVP_MD_CTX *ctx, size_t i, uint64_t now, char *out,
    size_t size)
{
    char                   flat[512], extra[128], sign[LOAD_SHA1_HEX + 1];
    unsigned long long     leader;
    const bench_pair_t    *pair;
    const bench_person_t  *person;

    pair = &load->pairs[i];
    person = &load->people[pair->person];
    leader = load->people[0].num;

    flat[0] = '\0';
    extra[0] = '\0';

    if (!load->read) {
        (void) snprintf(extra, sizeof(extra),
                        ",\"leader_id\":%llu,\"create_date\":%llu", leader,
                        (unsigned long long) now);
        (void) snprintf(flat, sizeof(flat), "create_date%lluleader_id%llu",
                        (unsigned long long) now, leader);
    }

    (void) snprintf(flat + strlen(flat), sizeof(flat) - strlen(flat),
                    "meeting_id%utoken%suser_id%llu", pair->meeting,
                    person->token, (unsigned long long) person->num);

    load_sign(load, ctx, sign, flat);

    return (size_t) snprintf(out, size,
        "{\"id\":\"%s-%zu\",\"client\":{\"caller\":\"" BENCH_CALLER "\","
        "\"version\":\"v2.1\",\"date\":\"1222\",\"ex\":{\"sc\":\"720,1280\","
        "\"dv\":\"xiaomi_os\",\"uid\":\"122fff\",\"sf\":\"pp\","
        "\"os\":\"android\"}},\"encrypt\":\"md5\",\"sign\":\"%s\","
        "\"data\":{\"user_id\":\"%llu\",\"token\":\"%s\","
        "\"meeting_id\":\"%u\"%s}}",
        load->tag, i, sign, (unsigned long long) person->num, person->token,
        pair->meeting, extra);
}


void
load_bodies(load_t *load, const char *file)
{
    FILE     *in;
    char     *line;
    size_t    size;
    ssize_t   len;

    in = fopen(file, "r");
    if (in == NULL) {
        bench_die("cannot read %s", file);
    }

    for ( ;; ) {
        line = NULL;
        size = 0;
        len = getline(&line, &size, in);

        if (len <= 0) {
            break;
        }

        line[strcspn(line, "\n")] = '\0';

        load->bodies = bench_grow(load->bodies, load->npairs, sizeof(char *));
        load->bodies[load->npairs++] = line;
    }

    free(line);
    (void) fclose(in);
}


/* The header of a request with a body of `len` bytes; a plain one without is a
 * GET. */

static size_t
load_head(const load_t *load, size_t len, char *out, size_t size)
{
    int  n;

    if (len == 0) {
        n = snprintf(out, size, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
                     load->path, load->port);

    } else {
        n = snprintf(out, size, "POST %s HTTP/1.1\r\n"
                     "Host: 127.0.0.1:%d\r\n"
                     "Content-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     load->path, load->port, len);
    }

    if ((size_t) n >= size) {
        bench_die("a request's header is too long");
    }

    return (size_t) n;
}


static void
load_add(load_t *load, load_request_t *request, const char *head,
    size_t head_len, const char *body, size_t len)
{
    size_t  more;

    more = head_len + len;

    if (more > load->text_size - load->text_len) {
        load->text_size = 2 * load->text_size + more + (1 << 20);
        load->text = realloc(load->text, load->text_size);

        if (load->text == NULL) {
            bench_die("out of memory");
        }
    }

    request->offset = load->text_len;
    request->len = (uint32_t) more;

    memcpy(load->text + load->text_len, head, head_len);
    memcpy(load->text + load->text_len + head_len, body, len);
    load->text_len += more;
}


void
load_requests(load_t *load)
{
    char         signed_body[1024], head[512];
    size_t       i, len, head_len;
    uint64_t     now;
    EVP_MD_CTX  *ctx;
    const char  *body;

    ctx = EVP_MD_CTX_new();
    load->requests = calloc(load->npairs, sizeof(load_request_t));
    now = (uint64_t) time(NULL) * 1000;

    if (ctx == NULL || load->requests == NULL) {
        bench_die("out of memory");
    }

    for (i = 0; i < load->npairs; i++) {

        if (load->bodies) {
            body = load->bodies[i];
            len = strlen(body);

        } else {
            body = signed_body;
            len = load_body(load, ctx, i, now, signed_body,
                            sizeof(signed_body));

            if (len >= sizeof(signed_body)) {
                bench_die("a request is too long");
            }
        }

        head_len = load_head(load, len, head, sizeof(head));
        load_add(load, &load->requests[i], head, head_len, body, len);
    }

    EVP_MD_CTX_free(ctx);
}

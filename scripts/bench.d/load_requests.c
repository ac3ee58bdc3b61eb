
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
    char     *line, **bodies;
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

        bodies = realloc(load->bodies, (load->npairs + 1) * sizeof(char *));
        if (bodies == NULL) {
            bench_die("out of memory");
        }

        load->bodies = bodies;
        load->bodies[load->npairs++] = line;
    }

    free(line);
    (void) fclose(in);
}


void
load_requests(load_t *load)
{
    char             body[1024], head[512];
    size_t           i, len, head_len, size;
    uint64_t         now;
    EVP_MD_CTX      *ctx;
    load_request_t  *request;

    ctx = EVP_MD_CTX_new();
    load->requests = calloc(load->npairs, sizeof(load_request_t));
    size = 0;
    now = (uint64_t) time(NULL) * 1000;

    if (ctx == NULL || load->requests == NULL) {
        bench_die("out of memory");
    }

    for (i = 0; i < load->npairs; i++) {
        len = load->bodies
              ? (size_t) snprintf(body, sizeof(body), "%s", load->bodies[i])
              : load_body(load, ctx, i, now, body, sizeof(body));
        head_len = (size_t) snprintf(head, sizeof(head),
                        "POST %s HTTP/1.1\r\n"
                        "Host: 127.0.0.1:%d\r\n"
                        "Content-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        load->path, load->port, len);

        if (len >= sizeof(body) || head_len >= sizeof(head)) {
            bench_die("a request is too long");
        }

        if (load->text_len + head_len + len > size) {
            size = size ? 2 * size : 1 << 20;
            load->text = realloc(load->text, size);

            if (load->text == NULL) {
                bench_die("out of memory");
            }
        }

        request = &load->requests[i];
        request->offset = load->text_len;
        request->len = (uint32_t) (head_len + len);

        memcpy(load->text + load->text_len, head, head_len);
        memcpy(load->text + load->text_len + head_len, body, len);
        load->text_len += head_len + len;
    }

    EVP_MD_CTX_free(ctx);
}

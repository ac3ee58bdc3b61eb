
#include "background/mt_outgoing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>


/* Most bytes of an answer's header lines. */
#define MT_OUTGOING_HEADERS  65536


struct mt_outgoing_s {
    const mt_outgoing_options_t  *options;
    CURL                         *curl;
    struct curl_slist            *headers;
    size_t                        sent;         /* of the request's body */
    int                           blocked;      /* a private address */
    int                           overflow;     /* answer too large */
    size_t                        nheaders;     /* bytes of header lines */
    size_t                        len;          /* of the answer's body */
    char                          body[MT_OUTGOING_ANSWER];
    char                          error[CURL_ERROR_SIZE];
};


static int mt_outgoing_setup(mt_outgoing_t *o);
static int mt_outgoing_limits(mt_outgoing_t *o);
static curl_socket_t mt_outgoing_socket(void *data, curlsocktype purpose,
    struct curl_sockaddr *address);
static size_t mt_outgoing_write(char *data, size_t size, size_t n,
    void *ctx);
static size_t mt_outgoing_header(char *data, size_t size, size_t n,
    void *ctx);
static mt_verdict_t mt_outgoing_url(mt_outgoing_t *o, CURLU *parts,
    mt_str_t url, mt_str_t query);
static int mt_outgoing_host_private(const char *host);
static mt_verdict_t mt_outgoing_verdict(const mt_outgoing_t *o, CURLcode code,
    long status);


/* The first `bits` of an address. */

typedef struct {
    uint8_t   bits;
    uint8_t   prefix[8];
} mt_network_t;

static const mt_network_t  mt_private4[] = {
    { 8,  { 0 } },                           /* this network */
    { 8,  { 10 } },                          /* private */
    { 10, { 100, 64 } },                     /* behind a carrier's NAT */
    { 8,  { 127 } },                         /* this machine */
    { 16, { 169, 254 } },                    /* this link */
    { 12, { 172, 16 } },                     /* private */
    { 24, { 192, 0, 0 } },                   /* for protocols */
    { 16, { 192, 168 } },                    /* private */
    { 15, { 198, 18 } },                     /* for benchmarks */
    { 4,  { 224 } },                         /* multicast */
    { 4,  { 240 } },                         /* reserved, broadcast */
};

static const mt_network_t  mt_private6[] = {
    { 64, { 0 } },                           /* unspecified, this machine, and
                                                IPv4 in an IPv6 address */
    { 48, { 0, 0x64, 0xff, 0x9b, 0, 1 } },   /* local NAT64 */
    { 64, { 1 } },                           /* discarded */
    { 32, { 0x20, 0x01, 0, 0 } },            /* Teredo */
    { 7,  { 0xfc } },                        /* unique local */
    { 10, { 0xfe, 0x80 } },                  /* this link */
    { 10, { 0xfe, 0xc0 } },                  /* this site */
    { 8,  { 0xff } },                        /* multicast */
};

/* In these networks an IPv4 address follows, which decides. */
static const mt_network_t  mt_nat64 = { 64, { 0, 0x64, 0xff, 0x9b } };
static const mt_network_t  mt_6to4 = { 16, { 0x20, 0x02 } };


int
mt_outgoing_init(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1;
}


mt_outgoing_t *
mt_outgoing_create(const mt_outgoing_options_t *options)
{
    mt_outgoing_t      *o;
    struct curl_slist  *list;

    o = calloc(1, sizeof(*o));
    if (o == NULL) {
        return NULL;
    }

    o->options = options;
    o->curl = curl_easy_init();

    /* no "100-continue": messages are small */

    o->headers = curl_slist_append(NULL, "Content-Type: application/json");
    list = o->headers ? curl_slist_append(o->headers, "Expect:") : NULL;

    if (o->curl == NULL || list == NULL || mt_outgoing_setup(o) != 0
        || mt_outgoing_limits(o) != 0)
    {
        mt_outgoing_destroy(o);
        return NULL;
    }

    return o;
}


void
mt_outgoing_destroy(mt_outgoing_t *o)
{
    if (o == NULL) {
        return;
    }

    curl_easy_cleanup(o->curl);
    curl_slist_free_all(o->headers);
    free(o);
}


static int
mt_outgoing_setup(mt_outgoing_t *o)
{
    CURL      *c;
    CURLcode   rc;

    c = o->curl;

    rc = curl_easy_setopt(c, CURLOPT_POST, 1L);
    rc |= curl_easy_setopt(c, CURLOPT_HTTPHEADER, o->headers);
    rc |= curl_easy_setopt(c, CURLOPT_USERAGENT, "nginx-meeting");
    rc |= curl_easy_setopt(c, CURLOPT_HTTP_VERSION,
                           (long) CURL_HTTP_VERSION_1_1);
    rc |= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, mt_outgoing_write);
    rc |= curl_easy_setopt(c, CURLOPT_WRITEDATA, o);
    rc |= curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, mt_outgoing_header);
    rc |= curl_easy_setopt(c, CURLOPT_HEADERDATA, o);
    rc |= curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, mt_outgoing_socket);
    rc |= curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, o);
    rc |= curl_easy_setopt(c, CURLOPT_ERRORBUFFER, o->error);

    return rc == CURLE_OK ? 0 : -1;
}


static int
mt_outgoing_limits(mt_outgoing_t *o)
{
    CURL                         *c;
    CURLcode                      rc;
    const mt_outgoing_options_t  *options;

    c = o->curl;
    options = o->options;

    rc = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    rc |= curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    rc |= curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
                           (long) options->connect_timeout);
    rc |= curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long) options->timeout);
    rc |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    rc |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);

    /* "": the environment's proxy is not used */

    rc |= curl_easy_setopt(c, CURLOPT_PROXY,
                           options->proxy ? options->proxy : "");
    rc |= curl_easy_setopt(c, CURLOPT_NOPROXY, "");

    if (options->ca_file) {
        rc |= curl_easy_setopt(c, CURLOPT_CAINFO, options->ca_file);
    }

    /* No signals for timeouts, because of threads.  QUICK_EXIT: the end does
     * not wait for the thread of a name look-up that takes too long. */

    rc |= curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    rc |= curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
#endif

    return rc == CURLE_OK ? 0 : -1;
}


/* libcurl connects to this very address: the name is not resolved again. */

static curl_socket_t
mt_outgoing_socket(void *data, curlsocktype purpose,
    struct curl_sockaddr *address)
{
    mt_outgoing_t *o = data;

    (void) purpose;

    /* the address of a proxy, which the operator named, is not judged */

    if (!o->options->proxy && !o->options->allow_private
        && mt_outgoing_is_private(&address->addr))
    {
        o->blocked = 1;
        return CURL_SOCKET_BAD;
    }

    return socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);
}


static size_t
mt_outgoing_write(char *data, size_t size, size_t n, void *ctx)
{
    mt_outgoing_t *o = ctx;

    n *= size;

    if (n > sizeof(o->body) - o->len) {
        o->overflow = 1;
        return 0;
    }

    memcpy(o->body + o->len, data, n);
    o->len += n;

    return n;
}


static size_t
mt_outgoing_header(char *data, size_t size, size_t n, void *ctx)
{
    mt_outgoing_t *o = ctx;

    (void) data;

    n *= size;
    o->nheaders += n;

    if (o->nheaders > MT_OUTGOING_HEADERS) {
        o->overflow = 1;
        return 0;
    }

    return n;
}


int
mt_outgoing_url_valid(mt_arena_t *arena, mt_str_t url)
{
    int         valid;
    char       *scheme;
    CURLU      *parts;
    mt_str_t    copy, s;

    copy = mt_arena_str(arena, url);
    parts = curl_url();
    valid = 0;

    if (parts && copy.len && memchr(copy.data, '\0', copy.len) == NULL
        && curl_url_set(parts, CURLUPART_URL, copy.data, 0) == CURLUE_OK
        && curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK)
    {
        s = mt_cstr(scheme);
        valid = mt_str_eq(s, MT_STR("http")) || mt_str_eq(s, MT_STR("https"));
        curl_free(scheme);
    }

    curl_url_cleanup(parts);

    return valid;
}


mt_verdict_t
mt_outgoing_prepare(mt_outgoing_t *o, mt_arena_t *arena, mt_str_t url,
    mt_str_t query, mt_str_t body)
{
    CURLU         *parts;
    CURLcode       rc;
    mt_verdict_t   verdict;

    o->blocked = 0;
    o->overflow = 0;
    o->nheaders = 0;
    o->len = 0;
    o->error[0] = '\0';

    if (!mt_outgoing_url_valid(arena, url)) {
        return MT_VERDICT_URL;
    }

    url = mt_arena_str(arena, url);
    query = mt_arena_str(arena, query);
    parts = curl_url();

    if (url.len == 0 || parts == NULL) {
        curl_url_cleanup(parts);
        return MT_VERDICT_MEMORY;
    }

    verdict = mt_outgoing_url(o, parts, url, query);
    curl_url_cleanup(parts);

    if (verdict != MT_VERDICT_OK) {
        return verdict;
    }

    o->sent = body.len;

    rc = curl_easy_setopt(o->curl, CURLOPT_POSTFIELDS, body.data);
    rc |= curl_easy_setopt(o->curl, CURLOPT_POSTFIELDSIZE_LARGE,
                           (curl_off_t) body.len);

    return rc == CURLE_OK ? MT_VERDICT_OK : MT_VERDICT_MEMORY;
}


static mt_verdict_t
mt_outgoing_url(mt_outgoing_t *o, CURLU *parts, mt_str_t url, mt_str_t query)
{
    int        private;
    char      *host, *whole;
    CURLcode   rc;

    if (curl_url_set(parts, CURLUPART_URL, url.data, 0) != CURLUE_OK
        || (query.len && curl_url_set(parts, CURLUPART_QUERY, query.data,
                                      CURLU_APPENDQUERY) != CURLUE_OK)
        || curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
    {
        return MT_VERDICT_URL;
    }

    private = mt_outgoing_host_private(host);
    curl_free(host);

    if (private && !o->options->allow_private) {
        return MT_VERDICT_BLOCKED;
    }

    if (curl_url_get(parts, CURLUPART_URL, &whole, 0) != CURLUE_OK) {
        return MT_VERDICT_MEMORY;
    }

    rc = curl_easy_setopt(o->curl, CURLOPT_URL, whole);
    curl_free(whole);

    return rc == CURLE_OK ? MT_VERDICT_OK : MT_VERDICT_MEMORY;
}


/* curl has made "127.0.0.1" of "0x7f.1" by now. */

static int
mt_outgoing_host_private(const char *host)
{
    char                 text[INET6_ADDRSTRLEN];
    size_t               len;
    mt_str_t             s;
    struct sockaddr_in   in;
    struct sockaddr_in6  in6;

    s = mt_cstr(host);

    memset(&in, 0, sizeof(in));
    in.sin_family = AF_INET;

    if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
        return mt_outgoing_is_private((struct sockaddr *) &in);
    }

    if (s.len < 2 || host[0] != '[' || s.len - 2 >= sizeof(text)) {
        return 0;
    }

    len = s.len - 2;
    memcpy(text, host + 1, len);
    text[len] = '\0';

    memset(&in6, 0, sizeof(in6));
    in6.sin6_family = AF_INET6;

    return inet_pton(AF_INET6, text, &in6.sin6_addr) == 1
           && mt_outgoing_is_private((struct sockaddr *) &in6);
}


CURL *
mt_outgoing_handle(mt_outgoing_t *o)
{
    return o->curl;
}


void
mt_outgoing_set_data(mt_outgoing_t *o, void *data)
{
    (void) curl_easy_setopt(o->curl, CURLOPT_PRIVATE, data);
}


void
mt_outgoing_answer(mt_outgoing_t *o, CURLcode code, mt_response_t *answer)
{
    answer->sent = o->sent;
    answer->status = 0;
    (void) curl_easy_getinfo(o->curl, CURLINFO_RESPONSE_CODE, &answer->status);

    answer->verdict = mt_outgoing_verdict(o, code, answer->status);
    answer->detail = code == CURLE_OK ? ""
                     : o->error[0] ? o->error : curl_easy_strerror(code);
    answer->body.len = o->len;
    answer->body.data = o->body;
}


void
mt_outgoing_perform(mt_outgoing_t *o, mt_response_t *answer)
{
    mt_outgoing_answer(o, curl_easy_perform(o->curl), answer);
}


static mt_verdict_t
mt_outgoing_verdict(const mt_outgoing_t *o, CURLcode code, long status)
{
    if (status != 0 && (status < 200 || status > 299)) {
        return MT_VERDICT_STATUS;
    }

    if (o->overflow) {
        return MT_VERDICT_SIZE;
    }

    switch (code) {

    case CURLE_OK:
        return MT_VERDICT_OK;

    case CURLE_URL_MALFORMAT:
        return MT_VERDICT_URL;

    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return MT_VERDICT_CONNECT;

    case CURLE_COULDNT_CONNECT:
    case CURLE_ABORTED_BY_CALLBACK:
        return o->blocked ? MT_VERDICT_BLOCKED : MT_VERDICT_CONNECT;

    case CURLE_OPERATION_TIMEDOUT:
        return MT_VERDICT_TIME;

    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return MT_VERDICT_TLS;

    case CURLE_OUT_OF_MEMORY:
        return MT_VERDICT_MEMORY;

    default:
        return MT_VERDICT_BROKEN;
    }
}


const char *
mt_verdict_text(mt_verdict_t verdict)
{
    static const char *const  texts[] = {
        [MT_VERDICT_OK] = "delivered",
        [MT_VERDICT_URL] = "not an http or https URL",
        [MT_VERDICT_CONNECT] = "no connection",
        [MT_VERDICT_BLOCKED] = "private addresses are not allowed",
        [MT_VERDICT_TIME] = "no answer in time",
        [MT_VERDICT_TLS] = "TLS failed",
        [MT_VERDICT_BROKEN] = "no HTTP answer",
        [MT_VERDICT_STATUS] = "HTTP status",
        [MT_VERDICT_SIZE] = "the answer is too large",
        [MT_VERDICT_FORM] = "the answer is neither \"success\" nor an "
                            "encrypted message",
        [MT_VERDICT_SIGNATURE] = "the answer's signature is wrong",
        [MT_VERDICT_KEY] = "the answer is encrypted with another key",
        [MT_VERDICT_OWNER] = "the answer is for another appkey",
        [MT_VERDICT_PLAINTEXT] = "the decrypted answer is not \"success\"",
        [MT_VERDICT_PLAIN] = "the answer is a plain \"success\": it has to "
                             "be encrypted (返回success的加密数据)",
        [MT_VERDICT_MEMORY] = "out of memory",
    };

    return texts[verdict];
}


static int
mt_in_network(const uint8_t *address, const mt_network_t *network)
{
    uint8_t   mask;
    unsigned  bytes, bits;

    bytes = network->bits / 8;
    bits = network->bits % 8;

    if (memcmp(address, network->prefix, bytes) != 0) {
        return 0;
    }

    mask = (uint8_t) (0xff00 >> bits);

    return bits == 0
           || (address[bytes] & mask) == (network->prefix[bytes] & mask);
}


static int
mt_in_networks(const uint8_t *address, const mt_network_t *networks, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (mt_in_network(address, &networks[i])) {
            return 1;
        }
    }

    return 0;
}


int
mt_outgoing_is_private(const struct sockaddr *addr)
{
    uint8_t              a[16];
    struct sockaddr_in   in;
    struct sockaddr_in6  in6;

    if (addr->sa_family == AF_INET) {
        memcpy(&in, addr, sizeof(in));
        memcpy(a, &in.sin_addr, 4);

        return mt_in_networks(a, mt_private4, mt_nitems(mt_private4));
    }

    if (addr->sa_family != AF_INET6) {
        return 1;
    }

    memcpy(&in6, addr, sizeof(in6));
    memcpy(a, &in6.sin6_addr, 16);

    if (mt_in_network(a, &mt_nat64)) {
        return mt_in_networks(a + 12, mt_private4, mt_nitems(mt_private4));
    }

    if (mt_in_network(a, &mt_6to4)) {
        return mt_in_networks(a + 2, mt_private4, mt_nitems(mt_private4));
    }

    return mt_in_networks(a, mt_private6, mt_nitems(mt_private6));
}


/* Outgoing HTTP: addresses that it must not reach, and the results of
 * answers. */

#include "base/mt_crypto.h"
#include "canned.h"
#include "event/mt_event_send.h"
#include "tap.h"


#define KEY    "Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7"
#define OTHER  "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
#define NOW    1700000000000


static mt_arena_t             *arena;
static mt_outgoing_options_t   options = {
    .connect_timeout = 2000,
    .timeout = 3000,
    .allow_private = 1
};


static int
inside(const char *text)
{
    struct sockaddr_in   in = { .sin_family = AF_INET };
    struct sockaddr_in6  in6 = { .sin6_family = AF_INET6 };

    if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
        return mt_outgoing_is_private((struct sockaddr *) &in);
    }

    return inet_pton(AF_INET6, text, &in6.sin6_addr) == 1
           ? mt_outgoing_is_private((struct sockaddr *) &in6) : -1;
}


static void
test_addresses(void)
{
    size_t           i;
    struct sockaddr  other = { .sa_family = AF_UNIX };

    static const char *const  in[] = {
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1",
        "100.127.255.255", "127.0.0.1", "127.255.0.9", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.168.0.1",
        "198.18.0.1", "198.19.255.255", "224.0.0.1", "239.1.2.3",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::10.0.0.1",
        "64:ff9b::127.0.0.1", "64:ff9b:1::8.8.8.8", "100::1", "2001::1",
        "2002:7f00:1::1", "2002:c0a8:101::1", "fc00::1", "fd12:3456::1",
        "fe80::1", "febf::1", "fec0::1", "ff02::1"
    };

    static const char *const  out[] = {
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255",
        "100.128.0.1", "126.1.1.1", "128.0.0.1", "169.253.1.1",
        "172.15.255.255", "172.32.0.1", "192.1.0.1", "192.167.1.1",
        "192.169.1.1", "198.17.1.1", "198.20.1.1", "223.255.255.255",
        "2001:4860:4860::8888", "2400:3200::1", "64:ff9b::8.8.8.8",
        "2002:808:808::1", "2a00:1450::1"
    };

    for (i = 0; i < mt_nitems(in); i++) {
        is_int(inside(in[i]), 1, "%s is inside", in[i]);
    }

    for (i = 0; i < mt_nitems(out); i++) {
        is_int(inside(out[i]), 0, "%s is outside", out[i]);
    }

    is_int(mt_outgoing_is_private(&other), 1, "no address of the Internet");
}


static void
test_urls(void)
{
    size_t  i;

    static const char *const  good[] = {
        "http://example.com", "https://example.com/a?b=c", "HTTPS://e.com",
        "http://[2001:db8::1]:8080/x", "http://user:word@example.com/"
    };

    static const char *const  bad[] = {
        "", "example.com", "ftp://example.com/", "file:///etc/passwd",
        "gopher://example.com/", "http://", "https://a b/",
        "javascript:x", "http://example.com:99999/", "unix:/tmp/x"
    };

    for (i = 0; i < mt_nitems(good); i++) {
        ok(mt_outgoing_url_valid(arena, mt_cstr(good[i])), "%s", good[i]);
    }

    for (i = 0; i < mt_nitems(bad); i++) {
        ok(!mt_outgoing_url_valid(arena, mt_cstr(bad[i])), "not \"%s\"",
           bad[i]);
    }

    ok(!mt_outgoing_url_valid(arena, MT_STR("http://e.com/\0x")), "no NUL");
}


static mt_receiver_t
receiver(const char *url)
{
    mt_receiver_t  to;

    to.url = mt_cstr(url);
    to.keys.aes_key = MT_STR(KEY);
    to.keys.token = MT_STR("mryue");
    to.keys.owner = MT_STR("key1");

    return to;
}


/* The four members of an answer's body. */

static mt_str_t
sealed(const char *key, const char *token, const char *owner,
    const char *text)
{
    mt_buf_t             out;
    mt_dingtalk_t       *s;
    mt_json_writer_t    *writer;
    mt_dingtalk_keys_t   keys;

    keys.aes_key = mt_cstr(key);
    keys.token = mt_cstr(token);
    keys.owner = mt_cstr(owner);

    s = mt_dingtalk_seal(arena, &keys, mt_cstr(text), NOW);

    mt_buf_init(&out, arena, 256);
    writer = mt_json_writer(arena, &out);
    mt_json_open_object(writer);
    mt_json_members(writer, &mt_dingtalk_table, s);
    mt_json_close_object(writer);

    return (mt_str_t) { out.len, out.data };
}


static mt_verdict_t
judged(mt_str_t body)
{
    mt_response_t    answer = { .status = 200, .body = body, .detail = "" };
    mt_receiver_t  to;

    to = receiver("http://127.0.0.1/");
    mt_event_judge(&answer, arena, &to);

    return answer.verdict;
}


static void
test_judgement(void)
{
    is_int(judged(MT_STR("success")), MT_VERDICT_OK, "plain");
    is_int(judged(MT_STR(" success\r\n")), MT_VERDICT_OK, "with a line end");
    is_int(judged(MT_STR("\"success\"")), MT_VERDICT_OK, "as JSON");
    is_int(judged(MT_STR("")), MT_VERDICT_FORM, "nothing");
    is_int(judged(MT_STR("ok")), MT_VERDICT_FORM, "another word");
    is_int(judged(MT_STR("success!")), MT_VERDICT_FORM, "a longer word");
    is_int(judged(MT_STR("{\"success\":true}")), MT_VERDICT_FORM, "an object");
    is_int(judged(MT_STR("{\"encrypt\":\"!\"}")), MT_VERDICT_FORM,
           "one member");

    is_int(judged(sealed(KEY, "mryue", "key1", "success")), MT_VERDICT_OK,
           "encrypted");
    is_int(judged(sealed(KEY, "other", "key1", "success")),
           MT_VERDICT_SIGNATURE, "with another token");
    is_int(judged(sealed(OTHER, "mryue", "key1", "success")), MT_VERDICT_KEY,
           "with another key");
    is_int(judged(sealed(KEY, "mryue", "key2", "success")), MT_VERDICT_OWNER,
           "for another appkey");
    is_int(judged(sealed(KEY, "mryue", "key1", "failure")),
           MT_VERDICT_PLAINTEXT, "something else");
}


/* The result of a server that answers like this. */

static mt_response_t
posted(mt_outgoing_t *o, const char *response)
{
    char           url[64];
    canned_t       server;
    mt_response_t    answer;
    mt_receiver_t  to;

    server = canned_start(response);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/x?a=b", server.port);
    to = receiver(url);

    mt_event_post(o, arena, &to, MT_STR("{}"), NOW, &answer);
    canned_stop(&server);

    return answer;
}


static mt_response_t
posted_nowhere(mt_outgoing_t *o)
{
    int            fd;
    char           url[64];
    mt_response_t    answer;
    mt_receiver_t  to;

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", canned_listen(&fd));
    (void) close(fd);
    to = receiver(url);

    mt_event_post(o, arena, &to, MT_STR("{}"), NOW, &answer);

    return answer;
}


#define HTTP(status, body)                                                    \
    "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n" body

static void
test_answers(void)
{
    char           *large;
    mt_response_t     answer;
    mt_outgoing_t  *o;

    o = mt_outgoing_create(&options);

    answer = posted(o, HTTP("200 OK", "success"));
    is_int(answer.verdict, MT_VERDICT_OK, "success");
    is_int(answer.status, 200, "its status");
    is_str(answer.body, "success", "its body");

    answer = posted(o, HTTP("500 Sorry", "success"));
    is_int(answer.verdict, MT_VERDICT_STATUS, "status 500");
    is_str(mt_event_why(arena, &answer), "HTTP status 500", "in words");

    answer = posted(o, HTTP("302 Found\r\nLocation: http://127.0.0.1:1/",
                            "success"));
    is_int(answer.verdict, MT_VERDICT_STATUS, "a redirect is not followed");
    is_int(answer.status, 302, "but told");

    is_int(posted(o, HTTP("200 OK", "hello")).verdict, MT_VERDICT_FORM,
           "garbage");
    is_int(posted(o, "hello\n").verdict, MT_VERDICT_BROKEN, "no HTTP");
    is_int(posted(o, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsucc")
           .verdict, MT_VERDICT_BROKEN, "a half");

    large = calloc(1, MT_OUTGOING_ANSWER + 200);
    snprintf(large, 100, HTTP("200 OK", "%s"), "x");
    memset(large + strlen(large), 'x', MT_OUTGOING_ANSWER);
    is_int(posted(o, large).verdict, MT_VERDICT_SIZE, "too large");
    free(large);

    answer = posted_nowhere(o);
    is_int(answer.verdict, MT_VERDICT_CONNECT, "nobody listens");
    ok(answer.detail[0], "more about it: %s", answer.detail);

    is_int(posted(o, HTTP("200 OK", "success")).verdict, MT_VERDICT_OK,
           "success, with the same object");

    mt_outgoing_destroy(o);
}


static void
test_time(void)
{
    int64_t                took;
    mt_outgoing_t         *o;
    mt_outgoing_options_t  hasty = options;

    hasty.timeout = 300;
    o = mt_outgoing_create(&hasty);

    took = mt_monotonic_ns();
    is_int(posted(o, CANNED_HANG).verdict, MT_VERDICT_TIME, "no answer");
    took = (mt_monotonic_ns() - took) / MT_NS_PER_MS;

    /* libcurl counts whole milliseconds, and may end one of them early */
    ok(took >= 290 && took < 3000, "after %lld ms", (long long) took);

    mt_outgoing_destroy(o);
}


/* With internal addresses rejected: no request reaches the server. */

static void
test_guard(void)
{
    size_t                 i;
    char                   url[64];
    canned_t               server;
    mt_response_t            answer;
    mt_receiver_t          to;
    mt_outgoing_t         *o;
    mt_outgoing_options_t  strict = options;

    static const char *const  hosts[] = {
        "127.0.0.1", "0x7f.1", "2130706433", "localhost",
        "[::ffff:127.0.0.1]"
    };

    strict.allow_private = 0;
    o = mt_outgoing_create(&strict);
    server = canned_start(HTTP("200 OK", "success"));

    for (i = 0; i < mt_nitems(hosts); i++) {
        snprintf(url, sizeof(url), "http://%s:%d/", hosts[i], server.port);
        to = receiver(url);
        mt_event_post(o, arena, &to, MT_STR("{}"), NOW, &answer);
        is_int(answer.verdict, MT_VERDICT_BLOCKED, "%s is refused", hosts[i]);
    }

    to = receiver("ftp://127.0.0.1/");
    mt_event_post(o, arena, &to, MT_STR("{}"), NOW, &answer);
    is_int(answer.verdict, MT_VERDICT_URL, "no FTP");

    mt_outgoing_destroy(o);

    /* a proxy is the operator's choice; the host of the URL is checked */

    snprintf(url, sizeof(url), "http://127.0.0.1:%d", server.port);
    strict.proxy = url;
    o = mt_outgoing_create(&strict);

    to = receiver("http://receiver.example/x");
    mt_event_post(o, arena, &to, MT_STR("{}"), NOW, &answer);
    is_int(answer.verdict, MT_VERDICT_OK, "through a proxy");

    to = receiver("http://10.1.2.3/");
    mt_event_post(o, arena, &to, MT_STR("{}"), NOW, &answer);
    is_int(answer.verdict, MT_VERDICT_BLOCKED, "not inside by a proxy");

    mt_outgoing_destroy(o);
    canned_stop(&server);
}


/* The environment's settings do not count. */

static void
test_environment(void)
{
    mt_outgoing_t  *o;

    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);

    o = mt_outgoing_create(&options);
    is_int(posted(o, HTTP("200 OK", "success")).verdict, MT_VERDICT_OK,
           "no proxy of the environment");
    mt_outgoing_destroy(o);

    unsetenv("http_proxy");
    unsetenv("all_proxy");
}


int
main(void)
{
    (void) signal(SIGPIPE, SIG_IGN);

    arena = mt_arena_create(0);

    if (mt_crypto_init() != 0 || mt_outgoing_init() != 0) {
        printf("Bail out! nothing to begin with\n");
        return 1;
    }

    test_addresses();
    test_urls();
    test_judgement();
    test_answers();
    test_time();
    test_guard();
    test_environment();

    mt_arena_destroy(arena);
    curl_global_cleanup();

    return tap_done();
}

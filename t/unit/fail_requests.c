
/*
 * Requests of each dialect and commands of none.  Each is repeated as often as
 * it makes calls that can fail, and in each turn one of these calls fails.
 * The result must be a server error or complete success: never a rejection of
 * a valid request, never half a command, never a crash.
 */

#include "fail.h"
#include "drive.h"
#include "tap.h"

#include "domain/meeting/mt_meeting_view.h"
#include "event_fixture.h"


#define CALLS_MAX  20000
#define TEXT_MAX   4000
#define SHOWN_MAX  5

/* 2020-09-13 20:26:40 in Shanghai */
#define NOW        FIXTURE_NOW
#define HOUR       MT_MS_PER_HOUR


/* Placeholders in texts: $T is an access token, $S a weclubs token of user 1,
 * $A and $H are the codes of the links of meeting 1. */

typedef struct {
    const char   *dialect;
    const char   *method;
    const char   *path;
    const char   *query;
    const char   *body;
    int           read;           /* nothing is written */
} request_t;

typedef struct {
    int           hit;            /* a call failed */
    int           applied;        /* its command was committed */
    int           answered;       /* to the end */
    mt_status_t   status;
    int           http;
    mt_str_t      text;
} outcome_t;


static drive_t      d;
static mt_arena_t  *texts;
static mt_str_t     access_token = mt_str("-"), session_token = mt_str("-");
static mt_str_t     attendee = mt_str("-"), host = mt_str("-");
static mt_str_t     invitation = mt_str("0"), authorization;
static char         shown[SHOWN_MAX][200];
static unsigned     wrong;
static char         kept[8 << 20];
static size_t       kept_len;


#define H5YES(path, body)        { "h5yes", "POST", "/open/" path,            \
                                   "access_token=$T", body, 0 }
#define H5YES_READ(path, body)   { "h5yes", "POST", "/open/" path,            \
                                   "access_token=$T", body, 1 }
#define YZJ(path, body)          { "yunzhijia", "POST", "/meeting/" path,     \
                                   "accessToken=$T", body, 0 }
#define JT(path, body)           { "jituancaiyun", "POST",                    \
                                   "/meetinginvite/" path, "accessToken=$T",  \
                                   body, 0 }
#define NATIVE(method, path, query, body)                                     \
                                 { "native", method, path, query, body, 0 }
#define NATIVE_GET(path, query)  { "native", "GET", path, query, "", 1 }
#define WECLUBS(path, body)      { "weclubs", "POST", path, "",               \
                                   "{\"id\":\"r\",\"client\":{\"caller\":"    \
                                   "\"ios\"},\"data\":{\"user_id\":1,"        \
                                   "\"token\":\"$S\"," body "}}", 0 }

static const request_t  requests[] = {
    { "h5yes", "GET", "/gettoken", "appkey=key&appsecret=key-secret", "", 1 },

    H5YES("dept/add", "{\"id\":\"d\",\"name\":\"D\"}"),
    H5YES("dept/add", "{\"id\":\"e\",\"name\":\"E\",\"parentId\":\"d\"}"),
    H5YES("dept/update", "{\"id\":\"e\",\"name\":\"F\",\"parentId\":\"\"}"),
    H5YES_READ("dept/list", ""),
    H5YES_READ("dept/get", "{\"deptId\":\"e\"}"),
    H5YES("dept/remove", "{\"deptId\":\"e\"}"),

    H5YES("user/add", "{\"id\":\"1\",\"name\":\"Ann\",\"account\":\"ann\","
          "\"phone\":\"1001\",\"email\":\"a@x\",\"departmentId\":\"d\"}"),
    H5YES("user/add", "{\"id\":\"2\",\"name\":\"Bob\",\"account\":\"bob\","
          "\"phone\":\"1002\"}"),
    H5YES("user/add", "{\"name\":\"Eve\",\"account\":\"eve\","
          "\"password\":\"p\"}"),
    H5YES("user/update", "{\"id\":\"2\",\"name\":\"Bo\",\"phone\":\"1003\","
          "\"email\":\"b@x\",\"departmentId\":\"d\",\"account\":\"bo\"}"),
    H5YES_READ("user/list", ""),
    H5YES_READ("user/get", "{\"userId\":\"2\"}"),
    H5YES("user/remove", "{\"userId\":\"3\"}"),

    H5YES("room/add", "{\"id\":\"r\",\"name\":\"R\",\"userIds\":[\"1\"],"
          "\"permission\":1,\"departmentId\":\"d\",\"capacity\":3}"),
    H5YES("room/add", "{\"id\":\"q\",\"name\":\"Q\"}"),
    H5YES("room/update", "{\"id\":\"r\",\"name\":\"S\",\"userIds\":[\"1\","
          "\"2\"],\"beginTime\":\"00:00\",\"endTime\":\"24:00\"}"),
    H5YES_READ("room/list", ""),
    H5YES_READ("room/get", "{\"roomId\":\"r\"}"),

    H5YES("meeting/book", "{\"id\":\"m\",\"roomId\":\"r\",\"speaker\":\"s\","
          "\"subject\":\"t\",\"createdId\":\"1\",\"memo\":\"c\","
          "\"beginTime\":1600003600000,\"endTime\":1600007200000,"
          "\"attendances\":[{\"userId\":\"1\"},{\"userId\":\"2\"},"
          "{\"userId\":\"\",\"name\":\"g\",\"phone\":\"7\"}]}"),
    H5YES("meeting/update", "{\"id\":\"m\",\"subject\":\"u\","
          "\"beginTime\":1599999000000,\"attendances\":[{\"userId\":\"1\"},"
          "{\"userId\":\"2\",\"name\":\"Bobby\"},{\"userId\":\"\","
          "\"name\":\"h\"}]}"),
    H5YES_READ("meeting/get", "{\"meetingId\":\"m\"}"),
    H5YES_READ("meeting/list", "{\"roomId\":\"r\"}"),
    H5YES_READ("meeting/list", "{\"minTime\":\"2020-09-13 00:00:00\","
               "\"speakerLike\":\"s\",\"order_by_expression\":"
               "\"createdTime\"}"),
    H5YES_READ("meeting/list", "{\"createdBeginTime\":"
               "\"2020-09-13 00:00:00\",\"direction\":\"asc\"}"),

    NATIVE("PATCH", "/meetings/m", "", "{\"title\":\"w\","
           "\"walk_in\":\"directory\",\"capacity\":10}"),
    NATIVE("POST", "/meetings/m/checkins", "", "{\"person\":\"1003\","
           "\"reason\":\"late bus\"}"),
    NATIVE_GET("/meetings/m", ""),
    NATIVE_GET("/meetings", "state=under_way"),
    NATIVE_GET("/meetings", "from=1590000000000&room=r&limit=1"),
    NATIVE_GET("/meetings/m/attendees", ""),
    NATIVE_GET("/meetings/m/attendees", "state=signed_in&q=b&limit=1"),
    NATIVE_GET("/meetings/m/attendees", "state=unanswered"),
    NATIVE_GET("/meetings/m/absent", "q=a"),
    NATIVE("DELETE", "/meetings/m/checkins/2", "reason=wrong", ""),
    NATIVE_GET("/people", "q=n"),
    NATIVE("PATCH", "/people/1", "", "{\"job\":\"head\"}"),
    NATIVE_GET("/rooms", ""),
    NATIVE_GET("/rooms/r/day", "date=2020-09-13"),
    NATIVE_GET("/journal", "limit=5"),
    NATIVE_GET("/subscription", ""),
    NATIVE_GET("/subscription/messages", ""),
    NATIVE("POST", "/session", "", "{\"login\":\"1001\","
           "\"password\":\"hf@123456\",\"device\":\"d\"}"),

    { "quanshi", "POST", "", "accessToken=$T",
      "{\"attendeeJoinUrl\":\"http://x/k/$A\"}", 1 },
    { "page", "GET", "/k/$A", "", "", 1 },
    { "page", "GET", "/k/$H", "", "", 1 },

    { "weclubs", "POST", "/user/login", "", "{\"client\":{\"caller\":\"ios\"},"
      "\"data\":{\"mobile\":\"1001\",\"password\":"
      "\"1336d6fe287a7e155f10b016ddf59398\"}}", 0 },
    WECLUBS("/meeting/get_meeting_participation", "\"meeting_id\":1"),
    WECLUBS("/meeting/sign_meeting", "\"meeting_id\":1,\"leader_id\":1,"
            "\"create_date\":1600000000000"),
    WECLUBS("/dynamic/set_dynamic_status", "\"dynamic_id\":1,"
            "\"dynamic_type\":\"meeting\",\"status\":\"leave\","
            "\"comment\":\"ill\""),
    WECLUBS("/manage/club_meeting/public_meeting", "\"content\":\"c\","
            "\"address\":\"a\",\"deadline\":1600003600000,\"need_sign\":1,"
            "\"participation\":\"1,2\",\"leader\":\"1\",\"club_id\":1"),
    WECLUBS("/manage/club_meeting/edit_meeting", "\"meeting_id\":2,"
            "\"content\":\"d\",\"participation\":\"2\",\"leader\":\"2\""),
    WECLUBS("/manage/club_meeting/remind_confirm_meeting", "\"meeting_id\":2"),
    WECLUBS("/manage/club_meeting/get_my_meeting",
            "\"page_no\":1,\"page_size\":5"),
    WECLUBS("/manage/club_meeting/get_my_meeting_detail", "\"meeting_id\":1"),
    WECLUBS("/manage/club_meeting/revert_meeting", "\"meeting_id\":2"),

    { "yunzhijia", "POST", "/token/getAccessToken", "",
      "{\"appId\":\"key-app\",\"secret\":\"key-secret\","
      "\"timestamp\":1600000000000}", 1 },
    YZJ("create", "{\"openid\":\"1\",\"title\":\"t\",\"content\":\"c\","
        "\"startDate\":1600090000000,\"endDate\":1600093600000,"
        "\"actors\":[\"2\",\"new\"],\"roomId\":\"r\",\"noticeTime\":15}"),
    YZJ("modify", "{\"id\":\"3\",\"openid\":\"1\",\"title\":\"u\","
        "\"addActors\":[\"newer\"],\"delActors\":[\"2\"]}"),
    YZJ("cancel", "{\"id\":\"3\",\"openid\":\"1\"}"),
    YZJ("repeatMeeting", "{\"openid\":\"1\",\"title\":\"t\","
        "\"startDate\":1600176400000,\"endDate\":1600180000000,\"repeat\":2,"
        "\"repeatEndDate\":1600500000000,\"roomId\":\"r\","
        "\"actors\":[\"2\"]}"),
    { "yunzhijia", "POST", "/meeting/queryByDay", "accessToken=$T",
      "{\"day\":1600176400000}", 1 },
    YZJ("batchModify", "{\"id\":\"5\",\"openid\":\"1\",\"title\":\"v\","
        "\"startDate\":1600266400000,\"endDate\":1600270000000,"
        "\"addActors\":[\"new\"]}"),
    YZJ("batchModify", "{\"id\":\"5\",\"openid\":\"1\",\"repeat\":2,"
        "\"repeatEndDate\":1600700000000}"),
    YZJ("batchCancel", "{\"id\":\"6\",\"openid\":\"1\"}"),

    { "jituancaiyun", "GET", "/token/get",
      "appId=key-app&appSecret=key-secret", "", 1 },
    JT("create", "{\"requesterUid\":\"9\",\"requesterName\":\"Jo\","
       "\"detail\":{\"createTime\":1600000000000,\"content\":\"c\","
       "\"address\":\"a\",\"beginTime\":1600003600000,"
       "\"endTime\":1600007200000,\"remindMin\":5,\"remindType\":0,"
       "\"members\":[{\"uid\":1,\"name\":\"A\"},{\"uid\":\"x\","
       "\"name\":\"X\"}]}}"),
    JT("detail", "{\"requesterUid\":\"1\",\"meetingInviteId\":$N}"),
    JT("update", "{\"requesterUid\":\"9\",\"meetingInviteId\":$N,"
       "\"detail\":{\"content\":\"d\",\"members\":[{\"uid\":1,"
       "\"name\":\"A\"}]}}"),
    JT("delete", "{\"requesterUid\":\"1\",\"meetingInviteId\":$N}"),
    JT("cancel", "{\"requesterUid\":\"9\",\"meetingInviteId\":$N}"),

    WECLUBS("/meeting/end_meeting", "\"meeting_id\":1"),
    H5YES("meeting/book", "{\"id\":\"n\",\"roomId\":\"r\",\"speaker\":\"s\","
          "\"subject\":\"t\",\"createdId\":\"1\","
          "\"beginTime\":1600003600000,\"endTime\":1600007200000,"
          "\"attendances\":[]}"),
    H5YES("meeting/cancel", "{\"meetingId\":\"n\"}"),
    H5YES("meeting/book", "{\"id\":\"o\",\"roomId\":\"q\",\"speaker\":\"s\","
          "\"subject\":\"t\",\"createdId\":\"1\","
          "\"beginTime\":1599990000000,\"endTime\":1600007200000,"
          "\"attendances\":[]}"),
    H5YES("meeting/finish", "{\"meetingId\":\"o\"}"),
    H5YES("room/remove", "{\"roomId\":\"q\"}"),
    H5YES("user/remove", "{\"userId\":\"2\"}"),
};


static mt_str_t
after(mt_str_t text, const char *what, const char *end)
{
    mt_str_t     s, key;
    const char  *at;

    key = mt_cstr(what);
    s = MT_STR("");
    at = text.len ? memmem(text.data, text.len, key.data, key.len) : NULL;

    if (at == NULL) {
        return s;
    }

    s.data = at + key.len;

    while (s.data + s.len < text.data + text.len
           && !memchr(end, s.data[s.len], 2))
    {
        s.len++;
    }

    return mt_arena_str(texts, s);
}


/* Replaces $T, $S, $A, $H and $N by the values known so far. */

static mt_str_t
filled(const char *text)
{
    char         out[TEXT_MAX];
    size_t       n;
    mt_str_t     s;
    const char  *p;

    n = 0;

    for (p = text; *p; p++) {
        s = *p != '$' ? (mt_str_t) { 1, p }
            : *++p == 'T' ? access_token : *p == 'S' ? session_token
            : *p == 'A' ? attendee : *p == 'H' ? host : invitation;

        if (n + s.len > sizeof(out)) {
            fixture_die("a text too long");
        }

        memcpy(out + n, s.data, s.len);
        n += s.len;
    }

    return mt_arena_str(texts, (mt_str_t) { n, out });
}


static mt_str_t
bearer(void *data, mt_str_t name)
{
    (void) data;

    return mt_str_eq(name, MT_STR("authorization")) ? authorization
                                                    : MT_STR("");
}


/* Returns 1 if a command was committed. */

static int
run_steps(mt_exchange_t *x)
{
    mt_step_t    step;
    mt_status_t  status;
    mt_result_t  result;

    mt_exchange_decode(x);
    step = mt_exchange_start(x);

    if (step == MT_STEP_WORK) {
        mt_exchange_work(x);
        step = mt_exchange_resume(x);
    }

    if (step != MT_STEP_COMMIT) {
        return 0;
    }

    status = mt_apply_now(d.f.batch, (mt_str_t) { x->call.command.len,
                                                  x->call.command.data },
                          &result);

    if (status != MT_OK) {
        mt_exchange_fail(x, status);
        return 0;
    }

    if (mt_exchange_committed(x, &result) == MT_STEP_WORK) {
        mt_exchange_work(x);
        (void) mt_exchange_resume(x);
    }

    return result.status == MT_OK;
}


/* Copies the answer's text while no call fails.  Returns 1, or 0 if the answer
 * broke off. */

static int
answer(mt_exchange_t *x, mt_str_t *text)
{
    int          rc;
    long         armed;
    mt_buf_t     all, piece;
    mt_arena_t  *arena;

    armed = fail_countdown;
    fail_countdown = 0;
    arena = mt_arena_create(0);
    mt_buf_init(&all, texts, 0);

    do {
        mt_buf_init(&piece, arena, 0);

        fail_countdown = armed;
        rc = mt_exchange_output(x, &piece, DRIVE_PIECE);
        armed = fail_countdown;
        fail_countdown = 0;

        mt_buf_put(&all, piece.data, piece.len);

    } while (rc == 0);

    fail_countdown = armed;
    mt_arena_destroy(arena);

    *text = (mt_str_t) { all.len, all.data };

    return rc == 1;
}


/* Runs the request; the n-th call fails (0: none). */

static outcome_t
send_failing(const request_t *r, long n)
{
    outcome_t       o;
    mt_input_t      in;
    mt_exchange_t  *x;

    memset(&o, 0, sizeof(o));
    memset(&in, 0, sizeof(in));
    in.method = mt_cstr(r->method);
    in.path = filled(r->path);
    in.query = filled(r->query);
    in.body = filled(r->body);
    in.header = mt_str_eq(mt_cstr(r->dialect), MT_STR("native"))
                ? bearer : drive_no_header;

    fail_arm(n);

    x = mt_exchange_open(&d.service, mt_dialect_find(mt_cstr(r->dialect)),
                         &d.f.settings, &in, d.f.now);

    if (x) {
        o.applied = run_steps(x);
        o.answered = answer(x, &o.text);
        o.status = x->call.error.status;
        o.http = mt_exchange_http_status(x);
    }

    o.hit = fail_disarm();

    if (x) {
        mt_exchange_close(x);
    }

    return o;
}


static int
is_failure(mt_status_t status)
{
    return status == MT_NO_MEMORY || status == MT_STORE_FAILED
           || status == MT_STORE_FULL || status == MT_INTERNAL;
}


static void
complain(long n, const char *text)
{
    if (wrong < SHOWN_MAX) {
        snprintf(shown[wrong], sizeof(shown[wrong]), "call %ld, %s: %.100s",
                 n, fail_what ? fail_what : "none", text);
    }

    wrong++;
}


/* Judges the result of a request one of whose calls failed. */

static void
judge(const request_t *r, long n, const outcome_t *o, mt_str_t whole)
{
    if (!o->answered || (is_failure(o->status) && o->http >= 500)) {
        return;
    }

    if (o->status != MT_OK) {
        complain(n, mt_status_name(o->status));

    } else if (r->read && o->text.len != whole.len
               && !mt_str_eq(mt_cstr(fail_what), MT_STR("getrandom")))
    {
        /* a failed random id is left out of the answer */
        complain(n, "another answer");
    }
}


static void
learn(const request_t *r, mt_str_t text)
{
    mt_str_t  s;

    s = after(text, "\"meetingInviteId\":", "},");

    if (s.len) {
        invitation = s;
    }

    s = after(text, "\"token\":\"", "\"\"");

    if (s.len && mt_str_eq(mt_cstr(r->dialect), MT_STR("weclubs"))) {
        session_token = s;
    }
}


/* Reads the links of the first meeting once it exists. */

static void
learn_links(void)
{
    mt_key_t       key;
    mt_txn_t      *txn;
    mt_meeting_t   m;

    if (mt_read_begin(d.f.store, &txn) != MT_OK) {
        fixture_die("no read transaction");
    }

    mt_key_num(&key, FIXTURE_COMPANY, 1);

    if (mt_load(txn, MT_DB_MEETING, &key, &mt_meeting_model, &m, texts) == 1) {
        attendee = mt_arena_str(texts, m.attendee_code);
        host = mt_arena_str(texts, m.host_code);
    }

    mt_read_end(txn);
}


/* Saves the store for restore(). */

static void
keep(void)
{
    FILE  *file;
    char   path[100];

    snprintf(path, sizeof(path), "%s/data.mdb", d.f.dir);
    file = fopen(path, "r");

    if (file == NULL
        || (kept_len = fread(kept, 1, sizeof(kept), file)) == sizeof(kept))
    {
        fixture_die("cannot keep the store");
    }

    fclose(file);
}


static void
restore(void)
{
    FILE                *file;
    char                 path[100], why[200];
    mt_store_options_t   options;

    mt_service_clear(&d.service);
    mt_batch_destroy(d.f.batch);
    mt_store_close(d.f.store);

    snprintf(path, sizeof(path), "%s/data.mdb", d.f.dir);
    file = fopen(path, "w");

    if (file == NULL || fwrite(kept, 1, kept_len, file) != kept_len
        || fclose(file) != 0)
    {
        fixture_die("cannot restore the store");
    }

    memset(&options, 0, sizeof(options));
    options.path = mt_cstr(d.f.dir);
    options.max_size = 64 * 1024 * 1024;
    options.max_readers = 16;

    if (mt_store_open(&d.f.store, &options, why, sizeof(why)) != MT_OK
        || mt_service_init(&d.service, d.f.store) != MT_OK)
    {
        fixture_die(why);
    }

    d.f.batch = mt_batch_create(d.f.store, &mt_domain);
}


/* A command that was applied in spite of the failure must be applied
 * completely. */

static void
judge_change(long n, const outcome_t *o)
{
    if (!o->applied) {
        complain(n, "changed");
    }

    if (fixture_verify(&d.f) != 0) {
        complain(n, "broken");
    }
}


/* Repeats the request until no call is left that could fail. */

static void
test_request(const request_t *r)
{
    long              n;
    unsigned          i;
    mt_str_t          whole;
    outcome_t         o;
    fixture_digest_t  before;

    wrong = 0;
    whole = r->read ? send_failing(r, 0).text : MT_STR("");
    before = fixture_digest(&d.f);
    keep();

    for (n = 1; n < CALLS_MAX; n++) {
        o = send_failing(r, n);
        judge(r, n, &o, whole);

        if (!o.hit) {
            break;
        }

        if (!fixture_same(before, fixture_digest(&d.f))) {
            judge_change(n, &o);
            restore();
        }
    }

    if (!o.hit && o.status != MT_OK) {
        complain(n, mt_status_name(o.status));
        printf("# %.*s\n", (int) o.text.len, o.text.data);
    }

    ok(wrong == 0, "%s %s: %ld failures", r->dialect, r->path, n - 1);

    for (i = 0; i < wrong && i < SHOWN_MAX; i++) {
        printf("#   %s\n", shown[i]);
    }

    learn(r, o.text);
    learn_links();
    mt_arena_reset(d.f.arena);
}


static void
set_up(void)
{
    drive_open(&d, "h5yes");
    keep();
    restore();                  /* without a log: it would be long */
    texts = mt_arena_create(0);

    (void) fixture_company(&d.f, FIXTURE_COMPANY);
    (void) fixture_credential(&d.f, FIXTURE_COMPANY, "key");
    subscribe(&d.f);

    d.f.settings.public_base = MT_STR("http://x");
    access_token = mt_arena_str(texts, mt_token_make(d.f.arena,
                                           fixture_server_key(&d.f), 1,
                                           d.f.now));
    authorization = filled("Bearer $T");
}


int
main(void)
{
    size_t  i;

    set_up();

    for (i = 0; i < mt_nitems(requests); i++) {
        fail_map_full = i & 1;
        test_request(&requests[i]);
    }

    is_int(fixture_verify(&d.f), 0, "the store verifies");

    mt_arena_destroy(texts);
    drive_close(&d);

    return tap_done();
}


/*
 * The weclubs dialect: its codes over every status, the signatures of the
 * documents, the order of checks, and a meeting from its begin to its end.
 */

#include "dialect_drive.h"


#define SECRET  "8924d49e61e1dc9e1618d3bae21ea493"
#define CALLER  "\"id\":\"r1\",\"client\":{\"caller\":\"chrome_test\"}"

/* Signatures of {"user_id":null}. */
#define NULL_SHA1     "2098c440b529cdae0fa4d8c90d1df5e9d6de5d2d"
#define NULL_MD5      "4d48a6b26646eeb0deb0249aada23937"

/* The MD5 of the default password. */
#define PASSWORD_MD5  "1336d6fe287a7e155f10b016ddf59398"


/* Posts an envelope around `data`, which is a format. */

__attribute__((format(printf, 2, 3)))
static int
post(const char *path, const char *data, ...)
{
    char     body[DRIVE_BODY_MAX], filled[DRIVE_BODY_MAX - 200];
    int      n;
    va_list  args;

    va_start(args, data);
    vsnprintf(filled, sizeof(filled), data, args);
    va_end(args);

    n = snprintf(body, sizeof(body), "{" CALLER ",\"data\":%s}", filled);
    drive_send(&d, "POST", path, (mt_str_t) { (size_t) n, body });

    return d.code;
}


static int
post_raw(const char *path, const char *body)
{
    drive_send(&d, "POST", path, mt_cstr(body));

    return d.code;
}


/* Each status has a code and a text. */

static void
test_codes(void)
{
    int     code;
    size_t  i;

    for (i = 0; i < mt_nitems(all_statuses); i++) {
        code = status_answer(d.dialect, all_statuses[i]);

        ok(code >= 2000 && code == d.dialect->code(all_statuses[i])
           && (code == 2000) == (all_statuses[i] == MT_OK),
           "%s has a code: %d", mt_status_name(all_statuses[i]), code);

        ok(count("\"result_msg\":\"\"") == 0
           && count(":  (") == 0
           && drive_shows(&d, "\"data\":{}}"),
           "%s has words", mt_status_name(all_statuses[i]));
    }

    is_int(d.dialect->code((mt_status_t) 59), 5000, "a status nobody has");
}


static void
test_routes(void)
{
    size_t             i;
    unsigned           allowed;
    const mt_route_t  *route;

    static const struct {
        const char  *path;
        int          found;
    } cases[] = {
        { "/meeting/sign_meeting", 1 },
        { "/api/v2/meeting/sign_meeting", 1 },
        { "/manage/club_meeting/get_my_meeting", 1 },
        { "/meeting/sign_meeting/", 0 },
        { "/xmeeting/sign_meeting", 0 },
        { "meeting/sign_meeting", 0 },
        { "/sign_meeting", 0 },
        { "/meeting/Sign_meeting", 0 },
        { "/", 0 },
        { "", 0 },
    };

    for (i = 0; i < mt_nitems(cases); i++) {
        route = mt_route_find(d.dialect, mt_cstr(cases[i].path),
                              MT_METHOD_POST, &allowed);
        is_int(route != NULL, cases[i].found, "route of \"%s\"",
               cases[i].path);
    }

    ok(mt_dialect_find(MT_STR("nobody")) == NULL, "no such dialect");

    is_int(post("/meeting/no_such", "{}"), 3101, "unknown address");
    is_int(d.http, 404, "with HTTP 404");

    drive_send(&d, "GET", "/meeting/sign_meeting", MT_STR(""));
    is_int(d.code, 3100, "wrong method");
    is_int(d.http, 405, "with HTTP 405");
}


/* Requests of the published documents, with the signatures they show. */

#define TOKEN_2017                                                            \
    "MTg4NDY4ZjQ1YzUxYmVhMGZlOWFlNDg1MTZmOWE0NDJfZGF0ZT0xNDkw"               \
    "NjIwNzMxNDYy"
#define TOKEN_LATER                                                           \
    "MTg4NDY4ZjQ1YzUxYmVhMGZlOWFlNDg1MTZmOWE0NDJfZGF0ZT0xNDky"               \
    "NDEzMjUyMjk5"
#define TOKEN_21                                                              \
    "MzdkYmFiNzkwNWVjNWM4MDFkZjU0NWEwMDE4ODlkOWFfZGF0ZT0xNDkw"               \
    "MDg0NzMyMjgw"
#define LATER                                                                 \
    "\"user_id\":1,\"token\":\"" TOKEN_LATER "\""
#define CONTENT                                                               \
    "今天在大办公室开会！主要内容涉及关于【萌社】的商业模式该何去何从！"      \
    "请大家做好准备"

static const struct {
    const char  *path;
    const char  *sign;
    const char  *data;
} golden[] = {
    { "/meeting/get_meeting_participation",
      "1ecaf90dc7aabddeba82523f733066dde04705e1",
      "{\"user_id\":\"1\",\"token\":\"" TOKEN_2017 "\","
      "\"meeting_id\":\"4\"}" },

    { "/meeting/end_meeting",
      "1ECAF90DC7AABDDEBA82523F733066DDE04705E1",
      "{\"meeting_id\":4,\"token\":\"" TOKEN_2017 "\",\"user_id\":1}" },

    { "/manage/club_meeting/get_my_meeting",
      "609352d0cb2002de587336dc249b15a9",
      "{" LATER ",\"sponsor_id\":1}" },

    { "/manage/club_meeting/get_my_meeting",
      "609352D0CB2002DE587336DC249B15A9",
      "{\"sponsor_id\":\"1\"," LATER "}" },

    { "/manage/club_meeting/public_meeting",
      "abd82efe9f0e7893dbb3db5a7c4cd97b",
      "{" LATER ",\"content\":\"" CONTENT "\",\"club_id\":31,"
      "\"participation\":\"14,18,12,2,4,11,23,38,1\",\"leader\":\"1,14\","
      "\"need_sign\":1,\"address\":\"学院大办公室\","
      "\"deadline\":\"1492534030483\"}" },

    { "/manage/club_meeting/get_my_meeting_detail",
      "9848ec453cbf1c641dd88b062b756d06",
      "{" LATER ",\"meeting_id\":6}" },

    { "/manage/club_meeting/edit_meeting",
      "f3a6b894c3a3cc238201f15458a8dc84",
      "{" LATER ",\"content\":\"" CONTENT "\",\"club_id\":31,"
      "\"leader\":\"1,14,38\",\"need_sign\":1,"
      "\"address\":\"学院大办公室啦啦\",\"deadline\":\"1492534030483\","
      "\"meeting_id\":\"19\"}" },
};


static int
post_signed(const char *path, const char *sign, const char *data)
{
    char  body[4096];
    int   n;

    n = snprintf(body, sizeof(body),
                 "{" CALLER ",\"encrypt\":\"md5\",\"sign\":%s,\"data\":%s}",
                 sign, data);
    drive_send(&d, "POST", path, (mt_str_t) { (size_t) n, body });

    return d.code;
}


static void
test_signature(void)
{
    char               sign[64];
    size_t             i;
    fixture_digest_t   before;

    d.f.settings.verify_sign = 1;
    d.f.settings.sign_secret = MT_STR(SECRET);
    before = fixture_digest(&d.f);

    for (i = 0; i < mt_nitems(golden); i++) {
        snprintf(sign, sizeof(sign), "\"%s\"", golden[i].sign);
        is_int(post_signed(golden[i].path, sign, golden[i].data), 3010,
               "the document's signature fits, its token does not: %s",
               golden[i].sign);

        sign[1] ^= 1;
        is_int(post_signed(golden[i].path, sign, golden[i].data), 3003,
               "another signature does not fit");
    }

    static const char *const  bad[] = {
        "\"\"", "null", "1", "[]", "{}", "\"1ecaf90d\"",
        "\"1ecaf90dc7aabddeba82523f733066dde04705e\"",
        "\"1ecaf90dc7aabddeba82523f733066dde04705e11\"",
        "\"1ecaf90dc7aabddeba82523f733066dde04705g1\"",
        "\" ecaf90dc7aabddeba82523f733066dde04705e1\"",
    };

    for (i = 0; i < mt_nitems(bad); i++) {
        is_int(post_signed(golden[0].path, bad[i], golden[0].data), 3003,
               "no signature: %s", bad[i]);
    }

    is_int(post(golden[0].path, "%s", golden[0].data), 3003, "none at all");

    is_int(post_signed("/meeting/end_meeting", "\"" NULL_SHA1 "\"",
                       "{\"user_id\":null}"),
           3005, "null signs as null, and is not carried");
    is_int(post_signed("/meeting/end_meeting", "\"" NULL_MD5 "\"",
                       "{\"user_id\":null}"),
           3005, "in the later form too");

    ok(fixture_same(before, fixture_digest(&d.f)), "nothing was changed");
    ok(!memmem(d.text.data, d.text.len, "8924", 4), "no secret is shown");

    d.f.settings.verify_sign = 0;
}


/* Errors of a request, in the order in which they are reported. */

static void
test_order(void)
{
    size_t  i;

    static const mt_str_t  callers[] = { mt_str("ios_test"), mt_str("web") };

    static const struct {
        const char  *body;
        int          code;
        const char  *shows;
    } cases[] = {
        { "", 3002, NULL },
        { " \n", 3002, NULL },
        { "{", 3001, "JSON" },
        { "[]", 3001, "JSON" },
        { "{}", 3002, NULL },
        { "{\"data\":null}", 3002, NULL },
        { "{\"data\":{}}", 3002, NULL },
        { "{\"data\":5}", 3001, " data " },
        { "{\"data\":[]}", 3001, " data " },
        { "{\"data\":{\"user_id\":[1]}}", 3001, " user_id " },
        { "{\"data\":{\"user_id\":1,\"x\":{}}}", 3001, " x " },
        { "{\"data\":{\"user_id\":1,\"user_id\":1}}", 3001, " user_id " },
        { "{\"data\":{\"user_id\":1},\"data\":{}}", 3001, " data " },
        { "{\"client\":5,\"data\":{\"user_id\":1}}", 3001, " client " },
        { "{\"client\":{\"caller\":5},\"data\":{\"user_id\":1}}", 3001,
          " client.caller " },
        { "{\"id\":5,\"client\":{\"caller\":\"web\"},"
          "\"data\":{\"user_id\":1}}", 3001, " id " },
        { "{\"data\":{\"user_id\":1}}", 3004, NULL },
        { "{\"client\":{\"caller\":\"we\"},\"data\":{\"user_id\":1}}",
          3004, NULL },
        { "{\"client\":{\"caller\":\"web\"},\"data\":{\"meeting_id\":"
          "true}}", 3005, NULL },
        { "{\"client\":{\"caller\":\"web\"},\"data\":{\"user_id\":"
          "null,\"token\":\"t\"}}", 3005, NULL },
        { "{\"client\":{\"caller\":\"web\"},\"data\":{\"user_id\":1,"
          "\"meeting_id\":true}}", 3006, NULL },
        { "{\"client\":{\"caller\":\"web\"},\"data\":{\"user_id\":1,"
          "\"token\":\"t\"}}", 3001, " meeting_id " },
        { "{\"client\":{\"caller\":\"web\"},\"data\":{\"user_id\":1,"
          "\"token\":5,\"meeting_id\":1}}", 3001, " token " },
        { "{\"client\":{\"caller\":\"web\"},\"data\":{\"user_id\":"
          "true,\"token\":\"t\",\"meeting_id\":1}}", 3001, " user_id " },
        { "{\"client\":{\"caller\":\"web\"},\"data\":{\"user_id\":"
          "\"nobody\",\"token\":\"t\",\"meeting_id\":1}}", 3010, NULL },
        { "{\"client\":{\"caller\":\"web\"},\"data\":{\"user_id\":1,"
          "\"token\":\"t\",\"meeting_id\":\"x\"}}", 3010, NULL },
    };

    d.f.settings.callers = callers;
    d.f.settings.ncallers = mt_nitems(callers);

    for (i = 0; i < mt_nitems(cases); i++) {
        is_int(post_raw("/meeting/end_meeting", cases[i].body),
               cases[i].code, "%s", cases[i].body);
        is_int(d.http, 200, "with HTTP 200");
        ok(drive_shows(&d, "\"data\":{}}")
           && (cases[i].shows == NULL || drive_shows(&d, cases[i].shows)),
           "and says why");
    }

    d.f.settings.ncallers = 0;
}


/* Members that hold ids, and required members. */

static void
test_members(void)
{
    size_t  i;

    static const struct {
        const char  *value;
        int          code;         /* 3010: only the store knows */
    } ids[] = {
        { "1", 3010 },
        { "\"1\"", 3010 },
        { "9223372036854775807", 3010 },
        { "\"9223372036854775807\"", 3010 },
        { "\"0123456789ABCDEF0123456789ABCDEF\"", 3010 },
        { "0", 3010 },
        { "-0", 3010 },
        { "-1", 3010 },
        { "\"-1\"", 3010 },
        { "\"+1\"", 3010 },
        { "\" 1\"", 3010 },
        { "\"1 \"", 3010 },
        { "\"01\"", 3010 },
        { "\"00\"", 3010 },
        { "1.0", 3001 },
        { "1e3", 3001 },
        { "\"1e3\"", 3010 },
        { "1e999", 3001 },
        { "9223372036854775808", 3001 },
        { "\"9223372036854775808\"", 3010 },
        { "18446744073709551617", 3001 },
        { "true", 3001 },
        { "null", 3001 },
        { "\"\"", 3001 },
    };

    static const struct {
        const char  *path;
        const char  *data;
        const char  *names;
    } missing[] = {
        { "/meeting/sign_meeting", "\"meeting_id\":1", "leader_id" },
        { "/meeting/sign_meeting", "\"meeting_id\":1,\"leader_id\":1",
          "create_date" },
        { "/meeting/sign_meeting", "\"meeting_id\":1,\"leader_id\":1,"
          "\"create_date\":-1", "create_date" },
        { "/meeting/sign_meeting", "\"meeting_id\":1,\"leader_id\":1,"
          "\"crate_date\":1.5", "crate_date" },
        { "/manage/club_meeting/public_meeting", "\"address\":\"a\"",
          "content" },
        { "/manage/club_meeting/public_meeting", "\"address\":\"a\","
          "\"content\":\"c\",\"deadline\":2000000000000,"
          "\"participation\":\"1\",\"need_sign\":2", "need_sign" },
        { "/manage/club_meeting/public_meeting", "\"address\":\"a\","
          "\"content\":\"c\",\"deadline\":2000000000000,"
          "\"participation\":\"1,,2\",\"need_sign\":1", "participation" },
        { "/manage/club_meeting/get_my_meeting", "\"page_no\":0",
          "page_no" },
        { "/manage/club_meeting/get_my_meeting", "\"page_size\":-1",
          "page_size" },
        { "/dynamic/set_dynamic_status", "\"dynamic_id\":1,"
          "\"dynamic_type\":\"mission\",\"status\":\"confirm\"",
          "dynamic_type" },
        { "/dynamic/set_dynamic_status", "\"dynamic_id\":1,"
          "\"dynamic_type\":\"meeting\",\"status\":\"finish\"",
          "status" },
        { "/dynamic/set_dynamic_status", "\"dynamic_id\":1,"
          "\"status\":\"leave\"", "dynamic_type" },
    };

    for (i = 0; i < mt_nitems(ids); i++) {
        is_int(post("/meeting/end_meeting", "{\"user_id\":1,\"token\":\"t\","
                    "\"meeting_id\":%s}", ids[i].value),
               ids[i].code, "meeting_id %s", ids[i].value);
        ok(ids[i].code == 3010 || drive_shows(&d, " meeting_id "),
           "is named");
    }

    for (i = 0; i < mt_nitems(missing); i++) {
        is_int(post(missing[i].path, "{\"user_id\":1,\"token\":\"t\",%s}",
                    missing[i].data),
               3001, "{%s}", missing[i].data);
        ok(drive_shows(&d, missing[i].names), "%s is named",
           missing[i].names);
    }

    is_int(post("/user/login", "{\"password\":\"x\"}"), 3001, "no mobile");
    is_int(post("/user/login", "{\"mobile\":\"1\"}"), 3001, "no password");
}


/* Returns the value of a string or number member of the last answer. */

static const char *
answered(const char *member)
{
    mt_str_t         key, s;
    const char      *p, *end;

    key = mt_arena_printf(d.f.arena, "\"%s\":", member);
    p = memmem(d.text.data, d.text.len, key.data, key.len);

    if (p == NULL) {
        printf("# no %s in %.*s\n", member, (int) d.text.len, d.text.data);
        return "";
    }

    p += key.len;
    p += *p == '"';

    for (end = p; *end != '"' && *end != ',' && *end != '}'; end++) {
        /* void */
    }

    s.data = p;
    s.len = (size_t) (end - p);

    return mt_arena_str(d.f.arena, s).data;
}


static const char *
log_in(const char *mobile)
{
    is_int(post("/user/login", "{\"mobile\":\"%s\",\"password\":\""
                PASSWORD_MD5 "\"}", mobile),
           2000, "%s logs in", mobile);

    return answered("token");
}


/* A user and the token of the calls below. */

typedef struct {
    int          id;
    const char  *token;
} person_t;

__attribute__((format(printf, 3, 4)))
static int
post_as(person_t who, const char *path, const char *more, ...)
{
    char     data[8192];
    va_list  args;

    va_start(args, more);
    vsnprintf(data, sizeof(data), more, args);
    va_end(args);

    return post(path, "{\"user_id\":%d,\"token\":\"%s\"%s%s}", who.id,
                who.token, data[0] ? "," : "", data);
}


static int
sign(person_t who, const char *meeting, int leader)
{
    return post_as(who, "/meeting/sign_meeting", "\"meeting_id\":%s,"
                   "\"leader_id\":\"%d\",\"create_date\":%lld", meeting,
                   leader, (long long) d.f.now);
}


static void
test_life(void)
{
    size_t       i;
    int64_t      start;
    person_t     boss, ann, bob;
    const char  *meeting, *old;

    static const char *const  no_ids[] = {
        "\"nothing\"", "0", "-0", "-1", "\"-1\"", "\"+1\"", "\" 1\"",
        "\"1 \"", "\"01\"", "\"00\"", "\"1e3\"", "\"9223372036854775808\"",
    };

    start = d.f.now + 3 * MT_MS_PER_HOUR;

    fixture_dept(&d.f, "31", "社团联合会", NULL);
    boss.id = (int) fixture_user(&d.f, "1", "方赞潘", "13570578153", "31");
    ann.id = (int) fixture_user(&d.f, "2", "张钊源", "13570578154", NULL);
    bob.id = (int) fixture_user(&d.f, "bob", "Bob", NULL, NULL);

    is_int(post("/user/login", "{\"mobile\":\"1\",\"password\":\"x\"}"),
           3011, "wrong password");
    is_int(post("/user/login", "{\"mobile\":\"77\",\"password\":\"x\"}"),
           3014, "unknown mobile");

    old = log_in("13570578153");
    ok(drive_shows(&d, "\"user_id\":1,")
       && drive_shows(&d, "\"mobile\":\"13570578153\"")
       && drive_shows(&d, "\"real_name\":\"方赞潘\"")
       && drive_shows(&d, "\"avatar_url\":null"),
       "the user's own data");

    boss.token = log_in("1");
    ann.token = log_in("13570578154");
    bob.token = log_in("bob");

    is_int(post_as((person_t) { 1, old }, "/manage/club_meeting/get_my_meeting",
                   "%s", ""),
           3010, "the older token has ended");
    is_int(post_as((person_t) { 2, boss.token },
                   "/manage/club_meeting/get_my_meeting", "%s", ""),
           3010, "another's token");

    is_int(post_as(boss, "/manage/club_meeting/public_meeting",
                   "\"content\":\"开会\",\"address\":\"D101\",\"club_id\":31,"
                   "\"deadline\":\"%lld\",\"need_sign\":1,"
                   "\"participation\":\"2,bob\",\"leader\":\"1,2\"",
                   (long long) start),
           2000, "a meeting is made");
    meeting = answered("meeting_id");

    is_int(post_as(boss, "/manage/club_meeting/public_meeting",
                   "\"content\":\"c\",\"address\":\"a\",\"deadline\":%lld,"
                   "\"need_sign\":1,\"participation\":\"2\"",
                   (long long) start),
           3000, "no leader");
    is_int(post_as(boss, "/manage/club_meeting/public_meeting",
                   "\"content\":\"c\",\"address\":\"a\",\"deadline\":%lld,"
                   "\"need_sign\":0,\"participation\":\"2,99\"",
                   (long long) start),
           3000, "somebody unknown");
    ok(drive_shows(&d, "participation[1]"), "is named");

    is_int(post_as(ann, "/meeting/get_meeting_participation",
                   "\"meeting_id\":%s", meeting),
           2000, "a member reads the list");
    ok(drive_shows(&d, "\"data\":{\"total_count\":2,\"unsign_count\":2,"
                   "\"already_sign_count\":0,\"unconfirm_count\":2,"
                   "\"already_confirm_count\":0,\"participation\":[{"
                   "\"student_id\":2,\"name\":\"张钊源\","
                   "\"avatar_url\":null,\"department_name\":\"\","
                   "\"job_name\":\"\",\"is_confirm\":0,\"is_leave\":0,"
                   "\"is_sign\":0,\"is_late\":0,\"dynamic_date\":0,"
                   "\"sign_date\":0,\"comment\":\"\"},"),
       "all counts and members");

    is_int(post_as(bob, "/dynamic/set_dynamic_status", "\"dynamic_id\":%s,"
                   "\"dynamic_type\":\"meeting\",\"status\":\"leave\","
                   "\"comment\":\"ill\"", meeting),
           2000, "one is on leave");
    is_int(post_as(boss, "/meeting/get_meeting_participation",
                   "\"meeting_id\":%s", meeting), 2000, "the sponsor reads");
    ok(drive_shows(&d, "\"is_confirm\":1,\"is_leave\":1,")
       && drive_shows(&d, "\"comment\":\"ill\"")
       && drive_shows(&d, "\"dynamic_date\":1600000000000")
       && drive_shows(&d, "\"already_confirm_count\":1"), "that too");

    is_int(sign(ann, meeting, 1), 3000, "too early");
    is_int(post_as(boss, "/meeting/end_meeting", "\"meeting_id\":%s",
                   meeting), 3000, "nothing to end yet");

    d.f.now = start - 10;
    is_int(sign(boss, meeting, 1), 3000, "not on the list");
    is_int(sign(ann, meeting, bob.id), 3000, "no leader of it");
    is_int(sign(ann, "99", 1), 3000, "no such meeting");

    for (i = 0; i < mt_nitems(no_ids); i++) {
        is_int(sign(ann, no_ids[i], 1), 3001, "%s is no id", no_ids[i]);
        ok(drive_shows(&d, " meeting_id "), "and is named");
    }

    is_int(sign(ann, meeting, 1), 2000, "signed");
    is_int(sign(ann, meeting, 1), 2000, "the same request again");

    is_int(post_raw("/meeting/sign_meeting",
                    mt_arena_printf(d.f.arena,
                                    "{\"id\":\"r2\",\"client\":{\"caller\":"
                                    "\"chrome_test\"},\"data\":{\"user_id\":2,"
                                    "\"token\":\"%s\",\"meeting_id\":%s,"
                                    "\"leader_id\":1,\"crate_date\":0}}",
                                    ann.token, meeting).data),
           3000, "another request of the same person");
    ok(drive_shows(&d, "已经签到"), "is told so");

    is_int(post_as(boss, "/manage/club_meeting/edit_meeting",
                   "\"meeting_id\":\"%s\",\"content\":\"改\"", meeting),
           2000, "edited");
    is_int(post_as(ann, "/manage/club_meeting/edit_meeting",
                   "\"meeting_id\":\"%s\",\"content\":\"改\"", meeting),
           3012, "by the sponsor only");

    is_int(post_as(boss, "/manage/club_meeting/get_my_meeting",
                   "\"sponsor_id\":\"1\""), 2000, "one's meetings");
    ok(drive_shows(&d, "\"data\":{\"has_more\":0,\"meeting\":[{"
                   "\"meeting_id\":")
       && drive_shows(&d, "\"content\":\"改\",\"address\":\"D101\","
                      "\"create_date\":1600000000000,"
                      "\"deadline\":1600010800000,\"club_id\":31,"
                      "\"club_name\":\"社团联合会\",\"club_avatar\":null,"
                      "\"sign_type\":1,\"time_to_sign\":1,"
                      "\"total_count\":2,\"unsign_count\":1,"
                      "\"already_sign_count\":1,\"unconfirm_count\":1,"
                      "\"already_confirm_count\":1}"), "as they are");
    is_int(post_as(boss, "/manage/club_meeting/get_my_meeting",
                   "\"sponsor_id\":2"), 3012, "not another's");

    is_int(post_as(ann, "/manage/club_meeting/get_my_meeting_detail",
                   "\"meeting_id\":%s", meeting), 2000, "details");
    ok(drive_shows(&d, "\"leaders\":[{\"student_id\":1,"
                   "\"student_name\":\"方赞潘\","
                   "\"department_name\":\"社团联合会\",\"job_name\":\"\","
                   "\"mobile\":\"13570578153\",\"avatar_url\":null},{"
                   "\"student_id\":2,"), "with the leaders");
    is_int(post_as(bob, "/manage/club_meeting/get_my_meeting_detail",
                   "\"meeting_id\":%s", meeting), 3012, "for them only");

    is_int(post_as(boss, "/manage/club_meeting/remind_confirm_meeting",
                   "\"meeting_id\":%s", meeting), 2000, "reminded");

    d.f.now = start + 10;
    is_int(sign(bob, meeting, 2), 2000, "signed late");
    is_int(post_as(bob, "/meeting/end_meeting", "\"meeting_id\":%s",
                   meeting), 3012, "a member ends nothing");
    is_int(post_as(ann, "/meeting/end_meeting", "\"meeting_id\":%s",
                   meeting), 2000, "a leader does");
    ok(drive_shows(&d, "\"sys_time\":1600010800010,\"data\":{}}"),
       "and gets no data");
    is_int(post_as(boss, "/meeting/end_meeting", "\"meeting_id\":%s",
                   meeting), 3000, "once");
    is_int(post_as(boss, "/manage/club_meeting/revert_meeting",
                   "\"meeting_id\":%s", meeting), 3000, "no more to revert");
    is_int(sign(ann, meeting, 1), 2000, "the retry is known for ever");

    is_int(post_as(boss, "/meeting/get_meeting_participation",
                   "\"meeting_id\":%s", meeting), 2000, "the list at last");
    ok(drive_shows(&d, "\"is_sign\":1,\"is_late\":0,\"dynamic_date\":0,"
                   "\"sign_date\":1600010799990")
       && drive_shows(&d, "\"is_sign\":1,\"is_late\":1,"), "shows both");

    is_int(fixture_verify(&d.f), 0, "the store is sound");

    d.f.now += d.f.settings.token_ttl;
    is_int(sign(ann, meeting, 1), 3010, "the token has expired");
}


/* A long list goes out in pieces of bounded size. */

static void
test_pieces(void)
{
    size_t              i;
    person_t            boss;
    mt_strs_t           people;
    mt_result_t         result;
    mt_meeting_edit_t   args;

    boss.id = 1;
    boss.token = log_in("1");

    people.n = 1000;
    people.v = mt_arena_alloc(d.f.arena, people.n * sizeof(mt_str_t));

    for (i = 0; i < people.n; i++) {
        people.v[i] = mt_arena_printf(d.f.arena, "someone-%zu", i);
    }

    memset(&args, 0, sizeof(args));
    mt_set(&args, meeting_edit, creator_ref, MT_STR("1"));
    mt_set(&args, meeting_edit, begin, d.f.now + MT_MS_PER_HOUR);
    mt_set(&args, meeting_edit, people_refs, people);
    mt_set(&args, meeting_edit, placeholders, 1);
    result = fixture_run(&d.f, &mt_op_meeting_create, &args);

    is_int(post_as(boss, "/meeting/get_meeting_participation",
                   "\"meeting_id\":%lld", (long long) result.num), 2000,
           "a thousand people");

    is_int(count("{\"student_id\":"), 1000, "are all there");
    ok(d.pieces > 30 && d.longest < DRIVE_PIECE + 1024,
       "in %u pieces of at most %zu bytes", d.pieces, d.longest);
    ok(drive_shows(&d, "}]}}"), "and the answer is whole");
}


/* Errors that the server raises, and a store that is not open. */

static void
test_server(void)
{
    size_t    i;
    mt_str_t  text;

    static const struct {
        int          http;
        const char  *shows;
    } cases[] = {
        { 400, "{\"result_code\":3001," },
        { 403, "{\"result_code\":3012," },
        { 404, "{\"result_code\":3101," },
        { 405, "{\"result_code\":3100," },
        { 413, "{\"result_code\":3001," },
        { 414, "{\"result_code\":3001," },
        { 429, "{\"result_code\":3000," },
        { 500, "{\"result_code\":5000," },
        { 503, "{\"result_code\":5000," },
        { 504, "{\"result_code\":5000," },
    };

    for (i = 0; i < mt_nitems(cases); i++) {
        text = mt_service_error(d.dialect, &d.f.settings, cases[i].http,
                                d.f.now, d.f.arena);
        d.text = text;
        ok(drive_shows(&d, cases[i].shows)
           && drive_shows(&d, "\"data\":{}}"), "an answer for HTTP %d",
           cases[i].http);
    }

    d.service.store = NULL;
    is_int(post("/meeting/end_meeting", "{\"user_id\":1,\"token\":\"t\","
                "\"meeting_id\":1}"), 5000, "no store");
    is_int(d.http, 503, "with HTTP 503");
    d.service.store = d.f.store;
}


int
main(void)
{
    dialect_open("weclubs", NULL);

    test_codes();
    test_routes();
    test_signature();
    test_order();
    test_members();
    test_life();
    test_pieces();
    test_server();

    return dialect_done();
}

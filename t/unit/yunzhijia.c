
/*
 * The yunzhijia dialect: codes over every status, the document's examples to
 * the byte, the places of a token, and errors of requests.
 */

#include "dialect_drive.h"


#define API      "/gateway/cloudwork/meeting/"
#define TOKEN    "/gateway/oauth2/token/getAccessToken"
#define REFRESH  "/gateway/oauth2/token/refreshToken"

/* 2018-04-03 10:00 in Shanghai: before all times of the document */
#define THEN   1522720800000LL

/* Posts a body, which is a format, with the token in the query. */
#define post(name, ...)                                                       \
    post_json(API, "accessToken", name, __VA_ARGS__)

#define DONE   "{\"data\":null,\"error\":null,\"errorCode\":0,\"success\":true}"


static const char  *refresh;     /* the token that refreshes it */


/* Returns the n-th string of 24 hex digits in the last answer, from 0. */

static const char *
id_at(int n)
{
    size_t  i, run;

    run = 0;

    for (i = 0; i < d.text.len; i++) {
        run = memchr("0123456789abcdef", d.text.data[i], 16) ? run + 1 : 0;

        if (run == 24 && n-- == 0) {
            return mt_arena_str(d.f.arena, (mt_str_t) {
                       24, d.text.data + i - 23 }).data;
        }
    }

    fixture_die("no such id");

    return "";
}


/* Each status has a code of its own and a text. */

static void
test_codes(void)
{
    int     code;
    size_t  i, k;

    for (i = 0; i < mt_nitems(all_statuses); i++) {
        code = d.dialect->code(all_statuses[i]);

        ok(all_statuses[i] == MT_OK ? code == 0 : code >= 40000 && code < 50400,
           "%s has a code: %d", mt_status_name(all_statuses[i]), code);

        for (k = 0; k < i && d.dialect->code(all_statuses[k]) != code; k++) {
            /* void */
        }

        ok(k == i, "of its own");

        if (all_statuses[i] == MT_OK) {
            continue;
        }

        (void) status_answer(d.dialect, all_statuses[i]);

        ok(drive_shows(&d, "{\"data\":null,\"error\":\"")
           && drive_shows(&d, ",\"success\":false}")
           && count("\"error\":\"\"") == 0,
           "and words");
    }

    is_int(d.dialect->code(MT_STATUS_MAX), 50000, "what is no status");
}


/* Requests a token with a timestamp that is `age` ms old. */

static int
ask(const char *format, int64_t age)
{
    char  body[300];

    snprintf(body, sizeof(body), format, (long long) (d.f.now - age));

    return request("POST", TOKEN, "", JSON, body);
}


static void
test_token(void)
{
    char  text[300];

#define ASK  "{\"appId\":\"key\",\"secret\":\"key-secret\",\"scope\":\"app\"," \
             "\"timestamp\":%lld}"

    is_int(ask(ASK, 0), 0, "a token");

    token = text_after("\"accessToken\":\"", 40);
    refresh = text_after("\"refreshToken\":\"", 40);

    snprintf(text, sizeof(text), "{\"data\":{\"accessToken\":\"%s\","
             "\"expireIn\":7200,\"refreshToken\":\"%s\"},\"error\":null,"
             "\"errorCode\":0,\"success\":true}", token, refresh);
    is_answer(text, "as it is answered");
    ok(strcmp(token, refresh) != 0, "which are not the same");

    is_int(ask("{\"eid\":\"key\",\"secret\":\"key-secret\","
               "\"timestamp\":\"%lld\"}", 0), 0,
           "by eid, the time in a string, no scope");
    is_int(ask("{\"eid\":101,\"secret\":\"101-secret\",\"timestamp\":%lld}",
               0), 0, "a number for an eid");
    is_int(ask("{\"eid\":\"no\",\"appId\":\"key\",\"secret\":\"key-secret\","
               "\"timestamp\":%lld}", 0), 0, "both: appId is it");
    is_int(ask("{\"eid\":\"key\",\"appId\":\"no\",\"secret\":\"key-secret\","
               "\"timestamp\":%lld}", 0), 0, "or eid, where that is ours");

    is_int(ask(ASK, 180000), 0, "three minutes ago");
    is_int(ask(ASK, -180000), 0, "or ahead");
    is_int(ask(ASK, 180001), 40005, "more is too much");
    ok(drive_shows(&d, "\"error\":\"timestamp: "), "and is named");
    is_int(ask(ASK, -180001), 40005, "ahead, too");
    is_int(request("POST", TOKEN, "", "", "{\"appId\":\"key\",\"secret\":"
                   "\"key-secret\",\"timestamp\":1522720800}"), 40005,
           "seconds");
    is_int(ask("{\"appId\":\"key\",\"secret\":\"x\",\"timestamp\":%lld}", 0),
           40104, "a wrong secret");
    is_int(ask("{\"appId\":\"no\",\"secret\":\"x\",\"timestamp\":%lld}", 0),
           40104, "nobody's");
    is_int(ask("{\"secret\":\"x\",\"timestamp\":%lld}", 0), 40003, "no id");
    ok(drive_shows(&d, "\"error\":\"appId: "), "is named");
    is_int(ask("{\"appId\":\"\",\"secret\":\"x\",\"timestamp\":%lld}", 0),
           40003, "an empty one");
    is_int(ask("{\"appId\":\"key\",\"timestamp\":%lld}", 0), 40003,
           "no secret");
    is_int(request("POST", TOKEN, "", "", "{\"appId\":\"key\",\"secret\":"
                   "\"key-secret\"}"), 40003, "no time");

    snprintf(text, sizeof(text), "appId=key&secret=key-secret&scope=app"
             "&timestamp=%lld", (long long) d.f.now);
    is_int(request("POST", TOKEN, "", FORM, text), 0, "in a form");
    is_int(request("POST", TOKEN, text, "", ""), 0, "in the query");
    is_int(request("GET", TOKEN, text, "", ""), 40500, "it is posted");
    is_int(d.http, 405, "only");
}


/* A request with a refresh token, at an age of it. */

static int
renew(const char *id, const char *given, int64_t age)
{
    int   code;
    char  body[300];

    d.f.now += age;
    snprintf(body, sizeof(body), "{%s\"refreshToken\":\"%s\","
             "\"timestamp\":%lld}", id, given, (long long) d.f.now);
    code = request("POST", REFRESH, "", "application/json", body);
    d.f.now -= age;

    return code;
}


static void
test_refresh(void)
{
    char  text[300];

    is_int(renew("\"appId\":\"key\",", refresh, 0), 0, "a token refreshed");
    token = text_after("\"accessToken\":\"", 40);
    is_int(post("queryByDay", "{\"day\":946684800000}"), 0, "is good for a call");

    is_int(renew("", refresh, 0), 0, "again, by nobody in particular");
    is_int(renew("\"eid\":\"key\",", refresh, 0), 0, "by eid");
    is_int(renew("\"appId\":\"no\",\"eid\":\"key\",", refresh, 0), 0, "by both");
    is_int(renew("\"eid\":\"101\",", refresh, 0), 40104, "another's token");
    is_int(renew("\"eid\":\"no\",", refresh, 0), 40104, "of nobody");

    is_int(renew("", refresh, 30 * 86400000LL - 1), 0, "for thirty days");
    is_int(renew("", refresh, 30 * 86400000LL), 40103, "and no longer");

    is_int(renew("", token, 0), 40102, "an access token refreshes nothing");
    ok(drive_shows(&d, "\"error\":\"refreshToken: "), "and is named");
    is_int(renew("", "x", 0), 40102, "nor does a word");
    is_int(renew("", "", 0), 40003, "nor nothing");

    snprintf(text, sizeof(text), "accessToken=%s", refresh);
    is_int(request("POST", API "queryByDay", text, "", "{\"day\":946684800000}"), 40102,
           "a refresh token opens nothing");

    snprintf(text, sizeof(text), "refreshToken=%s&timestamp=%lld", refresh,
             (long long) d.f.now);
    is_int(request("POST", REFRESH, "", FORM, text), 0, "in a form");
    is_int(request("POST", REFRESH, text, "", ""), 0, "in the query");
    is_int(request("POST", REFRESH, "", "", "{\"refreshToken\":\"x\"}"), 40003,
           "without a time");
}


static void
test_where(void)
{
    char  text[100];

    is_int(request("POST", API "queryByDay", "", "", "{}"), 40101,
           "no token");
    is_answer("{\"data\":null,\"error\":\"no token given\","
              "\"errorCode\":40101,\"success\":false}", "says so");
    is_int(request("POST", API "queryByDay", "accessToken=", "", "{}"), 40101,
           "an empty one");
    is_int(request("POST", API "queryByDay", "accessToken=x", "", "["), 40102,
           "a foreign one, whatever follows");

    snprintf(text, sizeof(text), "{\"day\":946684800000,\"accessToken\":\"%s\"}", token);
    is_int(request("POST", API "queryByDay", "", "", text), 0, "in the body");

    header_name = "accesstoken";
    header_value = token;
    is_int(request("POST", API "queryByDay", "", "", "{\"day\":946684800000}"), 0,
           "in a header");
    is_int(request("POST", API "queryByDay", "accessToken=x", "",
                   "{\"day\":946684800000}"), 40102, "the query goes first");
    header_name = "";

    is_int(request("GET", API "queryByDay", "", "", ""), 40500,
           "all is posted");
    is_int(request("POST", API "query", "", "", "{}"), 40400,
           "an unknown address");
    is_int(d.http, 404, "is not found");

    d.f.now += 7200000;
    is_int(post("queryByDay", "{\"day\":946684800000}"), 40103, "an old one");
    d.f.now -= 7200000;

    d.f.settings.access_ttl = 1000 * MT_MS_PER_DAY;
}


/* The document's examples, with values for their placeholders; "type" is left
 * out, since "xxxx" is no type. */

static void
test_examples(void)
{
    char         want[2000];
    const char  *id, *first;

    is_int(post("create", "{\"openid\": \"5a67e08d00b0e8dfe4aab4fa\","
                "\"title\": \"测试会议\",\"content\":\"新增会议测试\","
                "\"meetingPlace\":\"云8会议室\",\"startDate\":1522729800000,"
                "\"endDate\":1522737000000,\"roomId\":\"room\","
                "\"noticeTime\": 0,\"topState\": 0,"
                "\"actors\": [\"xxxxxx\",\"yyyyyy\"],\"type\":\"sign\","
                "\"submitExperience\":true}"), 0, "1.1 create");
    id = id_at(0);
    snprintf(want, sizeof(want), "{\"data\":{\"meetingId\":\"%s\"},"
             "\"error\":null,\"errorCode\":0,\"success\":true}", id);
    is_answer(want, "as the document shows it");

    is_int(post("modify", "{\"id\":\"%s\","
                "\"openid\": \"5a67e08d00b0e8dfe4aab4fa\","
                "\"title\": \"测试会议\",\"content\":\"更新会议测试\","
                "\"meetingPlace\":\"云8会议室\",\"startDate\":1522729800000,"
                "\"endDate\":1522737000000,\"roomId\":\"room\","
                "\"noticeTime\": 0,\"topState\": 0,"
                "\"actors\": [\"xxxxxx\",\"yyyyyy\"],"
                "\"addActors\": [\"zzzzzz\",\"aaaaaa\"],"
                "\"delActors\": [\"xxxxxx\",\"bbbbbb\"],"
                "\"submitExperience\":true}", id), 0, "1.2 modify");
    is_answer(DONE, "as the document shows it");

    /* 2018-04-03: under way, then ended */

    d.f.now = 1522729800000LL;
    is_int(post("queryByDay", "{\"day\":1522729800000}"), 0, "1.7 queryByDay");
    snprintf(want, sizeof(want), "{\"data\":[{"
             "\"openid\":\"5a67e08d00b0e8dfe4aab4fa\",\"type\":\"sign\","
             "\"title\":\"测试会议\",\"content\":\"更新会议测试\","
             "\"meetingPlace\":\"云8会议室\",\"meetingStatus\":0,"
             "\"readStatus\":1,\"acceptStatus\":2,\"personName\":\"\","
             "\"doneTime\":0,\"id\":\"%s\",\"noticeTime\":0,"
             "\"noticeTimes\":[0],"
             "\"startDate\":1522729800000,\"endDate\":1522737000000,"
             "\"createDate\":%lld,\"roomId\":\"room\","
             "\"roomOrderId\":\"%s\"}],\"error\":null,\"errorCode\":0,"
             "\"success\":true}", id, THEN, id);
    is_answer(want, "every member, in the document's order");

    d.f.now = 1522737000000LL;
    is_int(post("queryByDay", "{\"day\":\"1522729800000\"}"), 0, "later");
    ok(drive_shows(&d, "\"meetingStatus\":1,")
       && drive_shows(&d, "\"doneTime\":1522737000000,"), "it is over");
    d.f.now = THEN;

    is_int(post("cancel", "{\"openid\": \"5a67e08d00b0e8dfe4aab4fa\","
                "\"id\": \"%s\"}", id), 0, "1.3 cancel");
    is_answer(DONE, "as the document shows it");

    is_int(post("queryByDay", "{\"day\":1522729800000}"), 0, "and");
    ok(drive_shows(&d, "\"meetingStatus\":2,")
       && drive_shows(&d, "\"doneTime\":0,")
       && drive_shows(&d, "\"roomOrderId\":\"\""), "shows it cancelled");

    is_int(post("repeatMeeting", "{\"openid\": \"5a67e08d00b0e8dfe4aab4fa\","
                "\"title\": \"测试会议\",\"content\": \"批量修改重复日程接口\","
                "\"startDate\": 1530002768912,\"endDate\": 1530687800000,"
                "\"noticeTime\": 0,\"topState\": 0,"
                "\"actors\": [\"xxxxxx\",\"yyyyyy\"],"
                "\"submitExperience\": true,\"repeat\": 1,"
                "\"repeatEndDate\": 1530687800000}"), 0,
           "1.4 repeatMeeting");
    first = id_at(0);
    id = id_at(1);
    snprintf(want, sizeof(want), "{\"data\":{\"meetingIds\":[\"%s\",\"%s\","
             "\"%s\",\"%s\",\"%s\",\"%s\"]},\"error\":null,\"errorCode\":0,"
             "\"success\":true}", first, id, id_at(2), id_at(3), id_at(4),
             id_at(5));
    is_answer(want, "as the document shows it");

    is_int(post("batchModify", "{\"id\": \"%s\","
                "\"openid\": \"5a67e08d00b0e8dfe4aab4fa\","
                "\"title\": \"测试会议\",\"content\": \"在京举行还很好\","
                "\"startDate\": 1530002768912,\"endDate\": 1530687800000,"
                "\"noticeTime\": 0,\"topState\": 0,"
                "\"actors\": [\"xxxxxx\",\"yyyyyy\"],"
                "\"addActors\": [\"xxxxxx\",\"zzzzzz\"],"
                "\"delActors\": [\"yyyyyy\",\"xxxxxx\"],"
                "\"submitExperience\": true,\"repeat\": \"1\","
                "\"repeatEndDate\": 1533549600000,\"batchId\": \"%s\"}",
                id, first), 0, "1.5 batchModify");
    is_answer(DONE, "as the document shows it");

    is_int(post("batchCancel", "{\"id\": \"%s\","
                "\"openid\": \"5a67e08d00b0e8dfe4aab4fa\","
                "\"batchId\": \"%s\"}", first, first), 0, "1.6 batchCancel");
    is_answer(DONE, "as the document shows it");

    is_int(post("queryByDay", "{\"day\":1548691200000}"), 0, "a day without");
    is_answer("{\"data\":[],\"error\":null,\"errorCode\":0,"
              "\"success\":true}", "is an empty list");
}


/* Invalid requests, each with its code and the member that the message
 * names. */

#define EDIT   "\"openid\":\"boss\",\"title\":\"t\","                         \
               "\"startDate\":1522729800000,\"endDate\":1522737000000"
#define RULE   EDIT ",\"repeat\":2,\"repeatEndDate\":1522989000000"
#define WHO    "\"id\":\"ID\",\"openid\":\"boss\""

static void
test_faults(void)
{
    size_t       i, k, len;
    char         body[500];
    const char  *id;

    static const struct {
        const char  *what;
        const char  *body;      /* "ID": of the boss's meeting */
        int          code;
        const char  *about;
    } faults[] = {
        { "create", "", 40003, "openid" },
        { "create", " \n", 40003, "openid" },
        { "create", "[]", 40001, "" },
        { "create", "{", 40001, "" },
        { "create", "{\"openid\":\"\"}", 40003, "openid" },
        { "create", "{\"openid\":null}", 40003, "openid" },
        { "create", "{\"openid\":1}", 40004, "openid" },
        { "create", "{\"openid\":\"a\",\"openid\":\"a\"}", 40007, "openid" },
        { "create", "{\"openid\":\"boss\"}", 40003, "title" },
        { "create", "{\"openid\":\"boss\",\"title\":\"\"}", 40003, "title" },
        { "create", "{\"openid\":\"boss\",\"title\":\"t\"}", 40003,
          "startDate" },
        { "create", "{\"openid\":\"boss\",\"title\":\"t\","
          "\"startDate\":1522729800000}", 40003, "endDate" },
        { "create", "{\"openid\":\"boss\",\"title\":\"t\","
          "\"startDate\":1522729800000,\"endDate\":1522729800000}", 40009,
          "endDate" },
        { "create", "{" EDIT ",\"startDate\":1}", 40007, "startDate" },
        { "create", "{\"startDate\":1.5}", 40004, "startDate" },
        { "create", "{\"startDate\":\"x\"}", 40004, "startDate" },
        { "create", "{\"startDate\":-1}", 40005, "startDate" },
        { "create", "{\"endDate\":99999999999999999}", 40005, "endDate" },
        { "create", "{\"noticeTime\":1}", 40005, "noticeTime" },
        { "create", "{\"noticeTime\":-2}", 40005, "noticeTime" },
        { "create", "{\"noticeTime\":true}", 40004, "noticeTime" },
        { "create", "{\"noticeTimes\":15}", 40004, "noticeTimes" },
        { "create", "{\"noticeTimes\":[1.5]}", 40004, "noticeTimes[0]" },
        { "create", "{\"noticeTimes\":[0,null]}", 40004, "noticeTimes[1]" },
        { "create", "{\"noticeTimes\":[0,1,2,3,4,5,6,7,8,9,10]}", 40006,
          "noticeTimes" },
        { "create", "{" EDIT ",\"noticeTimes\":[-2]}", 40005,
          "noticeTimes" },
        { "create", "{" EDIT ",\"noticeTimes\":[15,-1]}", 40005,
          "noticeTimes" },
        { "create", "{" EDIT ",\"noticeTimes\":[1000001]}", 40005,
          "noticeTimes" },
        { "create", "{\"topState\":2}", 40005, "topState" },
        { "create", "{\"topState\":false}", 40004, "topState" },
        { "create", "{\"type\":\"xxxx\"}", 40005, "type" },
        { "create", "{\"type\":1}", 40004, "type" },
        { "create", "{\"submitExperience\":1}", 40004, "submitExperience" },
        { "create", "{\"actors\":\"\"}", 40004, "actors" },
        { "create", "{\"actors\":{}}", 40004, "actors" },
        { "create", "{\"actors\":[\"a\",1]}", 40004, "actors[1]" },
        { "create", "{" EDIT ",\"actors\":[\"a\",\"\"]}", 40402,
          "actors[1]" },
        { "create", "{" EDIT ",\"roomId\":\"no\"}", 40403, "roomId" },
        { "create", "{" EDIT ",\"roomId\":7}", 40004, "roomId" },
        { "modify", "{}", 40003, "id" },
        { "modify", "{\"id\":\"x\"}", 40003, "openid" },
        { "modify", "{\"id\":\"no\",\"openid\":\"boss\"}", 40401, "id" },
        { "modify", "{\"id\":\"ID\",\"openid\":\"other\"}", 40301, "" },
        { "modify", "{\"id\":\"ID\",\"openid\":\"nobody\"}", 40301, "" },
        { "modify", "{" WHO ",\"startDate\":1522737000000}", 40009,
          "endDate" },
        { "modify", "{" WHO ",\"addActors\":[\"a\",\"\"]}", 40402,
          "addActors[1]" },
        { "modify", "{" WHO ",\"delActors\":[1]}", 40004, "delActors[0]" },
        { "modify", "{" WHO ",\"roomId\":\"no\"}", 40403, "roomId" },
        { "cancel", "{}", 40003, "id" },
        { "cancel", "{\"id\":\"x\"}", 40003, "openid" },
        { "cancel", "{\"id\":\"no\",\"openid\":\"boss\"}", 40401, "id" },
        { "cancel", "{\"id\":\"ID\",\"openid\":\"other\"}", 40301, "" },
        { "repeatMeeting", "{" EDIT "}", 40003, "repeat" },
        { "repeatMeeting", "{" EDIT ",\"repeat\":1}", 40003,
          "repeatEndDate" },
        { "repeatMeeting", "{\"repeat\":6}", 40005, "repeat" },
        { "repeatMeeting", "{\"repeat\":\"-1\"}", 40005, "repeat" },
        { "repeatMeeting", "{" EDIT ",\"repeat\":2,"
          "\"repeatEndDate\":1522729799999}", 40005, "repeatEndDate" },
        { "repeatMeeting", "{" EDIT ",\"repeat\":2,"
          "\"repeatEndDate\":1622729799999}", 40006, "repeatEndDate" },
        { "repeatMeeting", "{" RULE ",\"roomId\":\"no\"}", 40403, "roomId" },
        { "batchModify", "{}", 40003, "id" },
        { "batchModify", "{\"id\":\"x\"}", 40003, "openid" },
        { "batchModify", "{\"id\":\"no\",\"openid\":\"boss\"}", 40401, "id" },
        { "batchModify", "{\"id\":\"ID\",\"openid\":\"other\"}", 40301, "" },
        { "batchModify", "{" WHO "}", 40407, "id" },
        { "batchCancel", "{}", 40003, "id" },
        { "batchCancel", "{\"id\":\"x\"}", 40003, "openid" },
        { "batchCancel", "{\"id\":\"no\",\"openid\":\"boss\"}", 40401, "id" },
        { "batchCancel", "{\"id\":\"ID\",\"openid\":\"other\"}", 40301, "" },
        { "batchCancel", "{" WHO "}", 40407, "id" },
        { "batchCancel", "{" WHO ",\"batchId\":7}", 40004, "batchId" },
        { "queryByDay", "{}", 40003, "day" },
        { "queryByDay", "{\"day\":\"\"}", 40004, "day" },
        { "queryByDay", "{\"day\":[]}", 40004, "day" },
        { "queryByDay", "{\"day\":-1}", 40005, "day" },
    };

    is_int(post("create", "{" EDIT "}"), 0, "a meeting");
    id = id_at(0);
    is_int(post("create", "{\"openid\":\"other\",\"title\":\"t\","
                "\"startDate\":946684800000,\"endDate\":946684800001}"), 0, "another's, long ago");

    for (i = 0; i < mt_nitems(faults); i++) {
        for (k = 0, len = 0; faults[i].body[k] && len < 400; k++) {
            if (strncmp(&faults[i].body[k], "\"ID\"", 4) == 0) {
                len += (size_t) snprintf(body + len, 32, "\"%s\"", id);
                k += 3;

            } else {
                body[len++] = faults[i].body[k];
            }
        }

        body[len] = '\0';

        is_int(post(faults[i].what, "%s", body), faults[i].code, "%s %s",
               faults[i].what, body);

        snprintf(body, sizeof(body), "{\"data\":null,\"error\":\"%s%s",
                 faults[i].about, faults[i].about[0] ? ": " : "");
        ok(drive_shows(&d, body) && d.http == 200, "names what it is about");
    }
}


static void
test_people(void)
{
    const char  *id;

    is_int(post("create", "{" EDIT ",\"openId\":\"x\"}"), 40007,
           "openid and openId are the same");
    is_int(post("create", "{\"openId\":\"boss\",\"title\":\"t\","
                "\"startDate\":\"1522729800000\",\"endDate\":1522737000000,"
                "\"type\":null,\"noticeTime\":\"-1\",\"actors\":[\"a\"]}"), 0,
           "openId is as good");
    id = id_at(0);

    is_int(post("modify", "{\"id\":\"%s\",\"openId\":\"boss\","
                "\"addActors\":[\"b\",\"c\"],\"delActors\":[\"a\",\"boss\"]}",
                id), 0, "people come and go");
    is_int(post("queryByDay", "{\"day\":1522729800000}"), 0, "a day");
    ok(drive_shows(&d, "\"type\":null,")
       && drive_shows(&d, "\"noticeTime\":-1,")
       && drive_shows(&d, "\"acceptStatus\":2,"),
       "no type, no notice, the creator takes part still");
}


int
main(void)
{
    /* the store's clock does not go back: it is set before the first command */

    drive_open(&d, "yunzhijia");
    d.f.now = THEN;

    fixture_company(&d.f, FIXTURE_COMPANY);
    fixture_credential(&d.f, FIXTURE_COMPANY, "key");
    fixture_credential(&d.f, FIXTURE_COMPANY, "101");
    fixture_room(&d.f, "room");

    test_codes();
    test_token();
    test_refresh();
    test_where();
    test_examples();
    test_faults();
    test_people();

    return dialect_done();
}

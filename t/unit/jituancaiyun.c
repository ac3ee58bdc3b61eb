
/*
 * The jituancaiyun dialect: codes over every status, the document's examples
 * to the byte, and who may act.
 */

#include "dialect_drive.h"


#define API    "/openapi/workbench/meetinginvite/"
#define TOKEN  "/openapi/token/get"

/* 2023-03-15 09:33:20 in Shanghai */
#define THEN   1678844000000LL

#define CROWD  5000

/* Posts a body, which is a format, with the token in the query. */
#define post(name, ...)                                                       \
    post_json(API, "accessToken", name, __VA_ARGS__)

/* This dialect does not look at the content type. */
#define ask(method, path, query, body)  request(method, path, query, "", body)


/* Each status has a code and a text. */

static void
test_codes(void)
{
    int     code;
    size_t  i;

    for (i = 0; i < mt_nitems(all_statuses); i++) {
        code = d.dialect->code(all_statuses[i]);

        ok((code == 0 && all_statuses[i] == MT_OK)
           || code == -1
           || (code >= 4002 && code <= 4013)
           || code == 4500 || code == 4501
           || (code >= 4600 && code <= 4699)
           || (code == mt_status_http(all_statuses[i]) && code >= 400),
           "%s has a code: %d", mt_status_name(all_statuses[i]), code);

        if (all_statuses[i] == MT_OK) {
            continue;
        }

        (void) status_answer(d.dialect, all_statuses[i]);

        ok(drive_shows(&d, "{\"status\":")
           && drive_shows(&d, ",\"message\":\"")
           && count("\"message\":\"\"") == 0
           && count("\"data\"") == 0,
           "%s has words", mt_status_name(all_statuses[i]));
    }
}


static void
test_token(void)
{
    char  text[200];

    is_int(ask("GET", TOKEN, "appId=key&appSecret=key-secret", ""), 0,
           "a token");

    token = text_after("\"accessToken\":\"", 40);

    snprintf(text, sizeof(text), "{\"status\":0,\"data\":{\"accessToken\":\"%s\","
             "\"expiresIn\":7200,\"expireTime\":%lld}}", token,
             (long long) d.f.now + 7200000);
    is_answer(text, "as it is answered");

    is_int(ask("GET", TOKEN, "appId=key-app&appSecret=key-secret", ""), 0,
           "by the application's id");

    header_name = "appsecret";
    header_value = "key-secret";
    is_int(ask("GET", TOKEN, "appId=key", ""), 0, "a secret in a header");
    is_int(ask("GET", TOKEN, "appId=key&appSecret=x", ""), 4007,
           "the query goes first");
    header_name = "";

    is_int(ask("GET", TOKEN, "appId=key", ""), 4007, "no secret");
    is_int(ask("GET", TOKEN, "", ""), 4007, "nothing");
    is_int(ask("GET", TOKEN, "appId=no&appSecret=key-secret", ""), 4007,
           "nobody's id");
    is_int(ask("GET", TOKEN, "appId=key&appId=key&appSecret=key-secret",
                   ""), 4007, "an id given twice");
    is_int(ask("POST", TOKEN, "appId=key&appSecret=key-secret", ""), 4009,
           "it needs GET");
    is_int(d.http, 405, "and says so below");
    is_int(ask("GET", API "detail", "", ""), 4010, "all else needs POST");

    is_int(ask("POST", API "detail", "", "{}"), 4008, "no token");
    is_int(ask("POST", API "detail", "accessToken=", "{}"), 4008,
           "an empty token");
    is_int(ask("POST", API "detail", "accessToken=x", "["), 4002,
           "a foreign token, whatever follows");

    header_name = "accesstoken";
    header_value = token;
    is_int(ask("POST", API "detail", "", ""), 4012, "one in a header");
    header_name = "";

    d.f.now += 7200000;
    is_int(post("detail", "{}"), 4003, "an old one");
    is_answer("{\"status\":4003,\"message\":\"accessToken超时，请重新获取\"}",
              "as the document shows it");
    d.f.now -= 7200000;
}


#define MEMBERS                                                               \
    "[{\"uid\":\"1\",\"name\":\"安\"},{\"uid\":2,\"name\":\"波\"}]"

#define CREATE(time, members)                                                 \
    "{\"requesterUid\":\"1\",\"requesterName\":\"安\",\"detail\":{"           \
    "\"createTime\":\"1678843999000\",\"content\":\"例会\","                  \
    "\"address\":\"三楼\",\"beginTime\":" time ",\"endTime\":\"1678851200\"," \
    "\"remindMin\":\"15\",\"remindType\":1,\"members\":" members "}}"

#define MEMBER(uid, name, status, remind)                                     \
    "{\"uid\":\"" uid "\",\"name\":\"" name "\",\"msgStatus\":\"" status      \
    "\",\"remind\":" remind "}"

#define DETAIL(push, content, end, members)                                   \
    "{\"status\":0,\"data\":{\"createrId\":\"1\",\"createrName\":\"安\","     \
    "\"pushStatus\":\"" push "\",\"detail\":{"                                \
    "\"createTime\":\"1678843999000\",\"content\":\"" content "\","           \
    "\"address\":\"三楼\",\"beginTime\":\"1678847600000\","                   \
    "\"endTime\":\"" end "\",\"remindMin\":\"15\",\"remindType\":\"1\","      \
    "\"members\":[" members "]}}}"

#define OF(uid)  "{\"requesterUid\":" uid ",\"meetingInviteId\":\"1\"}"


/* Returns the number of commands in the journal. */

static int64_t
position_now(void)
{
    mt_store_stat_t  stat;

    if (mt_store_stat(d.f.store, &stat) != MT_OK) {
        fixture_die("no stat");
    }

    return (int64_t) stat.position;
}


static void
test_life(void)
{
    int64_t  position;

    is_int(post("create", CREATE("1678847600000", MEMBERS)), 0, "an invitation");
    is_answer("{\"status\":0,\"data\":{\"meetingInviteId\":1}}",
              "as the document shows it");

    is_int(post("detail", OF("2")), 0, "someone looks");
    is_answer(DETAIL("1", "例会", "1678851200000",
                     MEMBER("1", "安", "0", "true") ","
                     MEMBER("2", "波", "1", "true")),
              "by which it is read");

    position = position_now();
    is_int(post("detail", OF("\"2\"")), 0, "again");
    is_int(position_now() - position, 0,
           "for which nothing is written");

    is_int(post("delete", OF("2")), 0, "off the workbench");
    is_answer("{\"status\":0}", "as the document shows it");
    position = position_now();
    is_int(post("delete", OF("2")), 0, "again");
    is_int(position_now() - position, 0,
           "for which nothing is written");

    is_int(post("update", "{\"requesterUid\":1,\"meetingInviteId\":1,"
                "\"detail\":{\"content\":\"大会\",\"endTime\":1678858400000}}"),
           0, "changed");
    is_answer("{\"status\":0}", "as the document shows it");

    is_int(post("detail", OF("2")), 0, "who deleted it may still look");
    is_answer(DETAIL("1", "大会", "1678858400000",
                     MEMBER("1", "安", "0", "true") ","
                     MEMBER("2", "波", "1", "false")),
              "and is not reminded");

    is_int(post("cancel", OF("2")), 4013, "only the creator cancels");
    is_int(post("update", "{\"requesterUid\":2,\"meetingInviteId\":1,"
                "\"detail\":{\"content\":\"x\"}}"), 4013, "and changes");
    is_int(post("create", CREATE("1678847601000",
                                 "[{\"uid\":\"3\",\"name\":\"陈\"}]")), 0,
           "someone is invited elsewhere");
    is_int(post("detail", OF("3")), 4013, "who is no member here");
    is_int(post("delete", OF("3")), 4013, "and has nothing to delete");
    is_int(post("detail", OF("4")), 4500, "nobody");

    is_int(post("cancel", OF("1")), 0, "cancelled");
    is_answer("{\"status\":0}", "as the document shows it");
    is_int(post("cancel", OF("1")), 4611, "for good");
    is_int(post("update", "{\"requesterUid\":1,\"meetingInviteId\":1,"
                "\"detail\":{}}"), 4611, "not to be changed");

    position = position_now();
    is_int(post("detail", OF("1")), 0, "still to be seen");
    is_answer(DETAIL("2", "大会", "1678858400000",
                     MEMBER("1", "安", "0", "true") ","
                     MEMBER("2", "波", "1", "false")),
              "and as it was");
    is_int(position_now() - position, 0,
           "looking at what is final writes nothing");
    is_int(post("delete", OF("1")), 0, "and to be put away");
}


/* Invalid requests, each with its code and the member that the message
 * names. */

static void
test_faults(void)
{
    size_t  i;

    static const struct {
        const char  *what;
        const char  *body;
        int          code;
        const char  *about;
    } faults[] = {
        { "create", "", 4012, "" },
        { "create", " \n", 4012, "" },
        { "create", "[]", 4600, "" },
        { "create", "{}", 4501, "requesterUid" },
        { "create", "{\"requesterUid\":\"\"}", 4501, "requesterUid" },
        { "create", "{\"requesterUid\":1}", 4601, "requesterName" },
        { "create", "{\"requesterUid\":1,\"requesterName\":\"\"}", 4601,
          "detail" },
        { "create", "{\"requesterUid\":1,\"requesterName\":\"\","
          "\"detail\":{}}", 4601, "detail.createTime" },
        { "create", "{\"requesterUid\":1,\"requesterName\":\"\","
          "\"detail\":[]}", 4602, "detail" },
        { "create", "{\"requesterUid\":1.5}", 4602, "requesterUid" },
        { "create", CREATE("16788476000", MEMBERS), 4603, "detail.beginTime" },
        { "create", CREATE("0", MEMBERS), 4603, "detail.beginTime" },
        { "create", CREATE("\"x\"", MEMBERS), 4602, "detail.beginTime" },
        { "create", CREATE("\"1678851200\"", MEMBERS), 4603,
          "detail.endTime" },
        { "create", CREATE("1678847600", "[{\"name\":\"x\"}]"), 4501,
          "detail.members[0].uid" },
        { "create", CREATE("1678847600",
                           "[{\"uid\":1,\"name\":\"x\"},{\"uid\":2}]"), 4601,
          "detail.members[1].name" },
        { "create", CREATE("1678847600", "{}"), 4602, "detail.members" },
        { "update", OF("1"), 4601, "detail" },
        { "detail", "{\"requesterUid\":1}", 4601, "meetingInviteId" },
        { "detail", "{\"meetingInviteId\":1}", 4501, "requesterUid" },
        { "detail", "{\"requesterUid\":1,\"meetingInviteId\":99}", 4610,
          "meetingInviteId" },
        { "detail", "{\"requesterUid\":1,\"meetingInviteId\":1,"
          "\"meetingInviteId\":1}", 4600, "meetingInviteId" },
    };

    for (i = 0; i < mt_nitems(faults); i++) {
        is_int(post(faults[i].what, "%s", faults[i].body), faults[i].code,
               "%s %s", faults[i].what, faults[i].body);
        ok(drive_shows(&d, faults[i].about), "names it");
    }
}


/* A long list of members goes out in pieces. */

static void
test_crowd(void)
{
    int       i;
    char      query[60];
    mt_buf_t  body;

    mt_buf_init(&body, d.f.arena, 0);
    mt_buf_str(&body, MT_STR("{\"requesterUid\":\"1\",\"requesterName\":\"\","
                             "\"detail\":{\"createTime\":1678844000,"
                             "\"content\":\"x\",\"address\":\"\","
                             "\"beginTime\":1678844000,"
                             "\"endTime\":1678844001,\"remindMin\":0,"
                             "\"remindType\":0,\"members\":["));

    for (i = 0; i < CROWD; i++) {
        mt_buf_str(&body, mt_arena_printf(d.f.arena, "%s{\"uid\":\"u%d\","
                                          "\"name\":\"member %d\"}",
                                          i ? "," : "", i, i));
    }

    mt_buf_put(&body, "]}}", 4);

    snprintf(query, sizeof(query), "accessToken=%s", token);
    is_int(ask("POST", API "create", query, body.data), 0,
           "a crowd is invited");
    is_int(post("detail", "{\"requesterUid\":\"u17\",\"meetingInviteId\":3}"),
           0, "one of them looks");

    is_int(count("\"msgStatus\":"), CROWD, "and sees them all");
    ok(d.pieces > 50 && d.longest < DRIVE_PIECE + 1024,
       "in %u pieces of %zu bytes at most", d.pieces, d.longest);
}


int
main(void)
{
    dialect_open("jituancaiyun", "key");

    d.f.now = THEN;

    test_codes();
    test_token();
    test_life();
    test_faults();
    test_crowd();

    return dialect_done();
}

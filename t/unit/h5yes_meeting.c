
/*
 * h5yes' meetings: the document's examples to the byte, the meaning of the
 * filters, and lists of several pieces.
 */

#include "h5yes_drive.h"


/* The document's ids. */
#define ADMIN    "1"
#define YANZU    "5AA6083CF4204E63822794BFD31ADCC3"
#define ROOM     "736FD705BBB745BBB710CFF97513E8CF"
#define AUDITED  "EF7103B3FB2644B1ADDC8CE910CAD84D"

/* 2021-04-23 15:00 in Shanghai */
#define THEN     1619161200000LL

#define CROWD    3000


static void
make_directory(void)
{
    d.f.now = THEN;

    post("user/add", "{\"id\":\"" ADMIN "\",\"name\":\"admin\",\"account\":"
         "\"admin\",\"phone\":\"18571454573\"}");
    post("user/add", "{\"id\":\"" YANZU "\",\"name\":\"彦祖\",\"account\":"
         "\"yanzu\"}");
    post("room/add", "{\"id\":\"" ROOM "\",\"name\":\"1000会议室\"}");
    post("room/add", "{\"id\":\"" AUDITED "\",\"name\":\"测试会议室\","
         "\"needAudit\":1}");

    is_int(d.code, 10000, "a directory");
}


#define OUT(id, user, name, phone)                                            \
    "{\"id\":\"" id "\",\"userId\":\"" user "\",\"name\":\"" name "\","       \
    "\"phone\":\"" phone "\",\"email\":\"\",\"faceUrl\":\"\","                \
    "\"isSigned\":0,\"signType\":0,\"signImgUrl\":\"\",\"signTime\":0}"

#define EARLY                                                                 \
    "{\"id\":\"B434E9D7C02142BC941DBA2A4CFB50D0\",\"roomId\":\"" ROOM "\","   \
    "\"speaker\":\"admin\",\"subject\":\"早朝\","                             \
    "\"beginTime\":1619226000000,\"endTime\":1619231400000,"                  \
    "\"address\":\"\",\"createdTime\":1619166840000,"                         \
    "\"lastUpdateTime\":1619166840000,\"checkedState\":1,"                    \
    "\"checkedTime\":1619166840000,\"memo\":\"\",\"attendances\":["           \
    OUT("286282FAE806456EB9FB34D93AEE9B60", ADMIN, "admin", "18571454573")    \
    "," OUT("8201EFFFE17B4249B6531EA9DC2CFCBD", "", "1122", "w1312321") ","   \
    OUT("E1D3BAD8DC594D69AE62C39E40C9D2EC", YANZU, "彦祖", "") "]}"

#define LATE                                                                  \
    "{\"id\":\"70F5AEA2DD4144BC8E1F45A98C557434\",\"roomId\":\"" AUDITED      \
    "\",\"speaker\":\"admin\",\"subject\":\"晚朝\","                          \
    "\"beginTime\":1619424000000,\"endTime\":1619427600000,"                  \
    "\"address\":\"广东省广州市花都区机场大道\","                             \
    "\"createdTime\":1619166891000,\"lastUpdateTime\":1619166891000,"         \
    "\"checkedState\":0,\"checkedTime\":0,"                                   \
    "\"memo\":\"<p>如朕亲临</p>\",\"attendances\":["                          \
    OUT("875F332AE29B40DB907FB5F035DA7092", ADMIN, "admin", "18571454573")    \
    "]}"

#define VALUE(value)                                                          \
    "{\"success\":true,\"message\":\"\",\"value\":" value "," END


/* The document's answers have times of check-in; here they are 0 before the
 * check-in. */

static void
test_examples(void)
{
    d.f.now = 1619166840000LL;
    is_int(post("meeting/book",
                "{\"id\":\"B434E9D7C02142BC941DBA2A4CFB50D0\",\"roomId\":\""
                ROOM "\",\"speaker\":\"admin\",\"subject\":\"早朝\","
                "\"beginTime\":1619226000000,\"endTime\":\"1619231400000\","
                "\"createdId\":\"1\",\"attendances\":["
                "{\"id\":\"286282FAE806456EB9FB34D93AEE9B60\","
                "\"userId\":\"1\"},"
                "{\"id\":\"8201EFFFE17B4249B6531EA9DC2CFCBD\",\"userId\":\"\","
                "\"name\":\"1122\",\"phone\":\"w1312321\"},"
                "{\"id\":\"E1D3BAD8DC594D69AE62C39E40C9D2EC\",\"userId\":\""
                YANZU "\"}]}"), 10000, "the early meeting");
    is_answer(VALUE(EARLY), "is answered with all that was stored");

    d.f.now = 1619166891000LL;
    post("meeting/book",
         "{\"id\":\"70F5AEA2DD4144BC8E1F45A98C557434\",\"roomId\":\""
         AUDITED "\",\"speaker\":\"admin\",\"subject\":\"晚朝\","
         "\"beginTime\":1619424000000,\"endTime\":1619427600000,"
         "\"createdId\":\"1\",\"address\":\"广东省广州市花都区机场大道\","
         "\"memo\":\"<p>如朕亲临</p>\",\"attendances\":["
         "{\"id\":\"875F332AE29B40DB907FB5F035DA7092\",\"userId\":\"1\"}]}");
    is_answer(VALUE(LATE), "the late one, to be audited");

    post("meeting/get",
         "{\"meetingId\":\"70F5AEA2DD4144BC8E1F45A98C557434\"}");
    is_answer(VALUE(LATE), "one of them");

    post("meeting/get", "{\"meetingId\":\"1\"}");
    is_answer(VALUE(EARLY), "the other, by its number");

    post("meeting/list", "{}");
    is_answer(VALUE("[" LATE "," EARLY "]"), "both, the last one first");

    post("meeting/list", "{\"direction\":\"asc\",\"order_by_expression\":"
         "\"beginTime\"}");
    is_answer(VALUE("[" EARLY "," LATE "]"), "the other way round");

    post("meeting/cancel",
         "{\"meetingId\":\"70F5AEA2DD4144BC8E1F45A98C557434\"}");
    is_answer("{\"success\":true,\"message\":\"\"," END, "one is cancelled");

    post("meeting/list", " ");
    is_answer(VALUE("[" EARLY "]"), "and no more listed");
}


/* A row shows each change of a record that it was made of: attendee, meeting,
 * room. */

static void
test_changes(void)
{
    size_t  i, k;

    static const struct {
        const char  *call;
        const char  *body;
    } show[] = {
        { "meeting/get", "{\"meetingId\":\"1\"}" },
        { "meeting/list", " " },
    };

    static const struct {
        const char  *call;
        const char  *body;
        const char  *shows;
    } changes[] = {
        { "user/update", "{\"id\":\"1\",\"name\":\"another\"}",
          "\"userId\":\"1\",\"name\":\"another\"" },
        { "user/update", "{\"id\":\"1\",\"name\":\"admin\"}",
          "\"userId\":\"1\",\"name\":\"admin\"" },
        { "meeting/update", "{\"id\":\"1\",\"attendances\":["
          "{\"id\":\"286282FAE806456EB9FB34D93AEE9B60\",\"userId\":\"1\","
          "\"name\":\"given\"},"
          "{\"id\":\"8201EFFFE17B4249B6531EA9DC2CFCBD\",\"userId\":\"\","
          "\"name\":\"1122\",\"phone\":\"w1312321\"},"
          "{\"id\":\"E1D3BAD8DC594D69AE62C39E40C9D2EC\",\"userId\":\""
          YANZU "\"}]}", "\"name\":\"given\"" },
        { "meeting/update", "{\"id\":\"1\",\"subject\":\"changed\"}",
          "\"subject\":\"changed\"" },
        { "meeting/update", "{\"id\":\"1\",\"roomId\":\"" AUDITED "\"}",
          "\"roomId\":\"" AUDITED "\"" },
        { "meeting/update", "{\"id\":\"1\",\"roomId\":\"" ROOM "\"}",
          "\"roomId\":\"" ROOM "\"" },
    };

    for (i = 0; i < 2 * mt_nitems(changes); i++) {
        if (i % 2 == 0) {
            d.f.now += MT_MS_PER_MINUTE;
            is_int(post(changes[i / 2].call, "%s", changes[i / 2].body),
                   10000, "change %zu", i / 2);
        }

        k = i % 2;

        post(show[k].call, "%s", show[k].body);
        is_int(count(changes[i / 2].shows), 1, "%s shows it", show[k].call);

        post(show[k].call, "%s", show[k].body);
        is_int(count(changes[i / 2].shows), 1, "and once more");
    }
}


/* Filters around the early meeting, 24 April, 09:00 to 10:30. */

static void
test_filters(void)
{
    size_t  i;

    static const struct {
        const char  *filter;
        int          found;        /* below 0: the code */
    } filters[] = {
        { "\"minTime\":\"2021-04-24 10:29:59\"", 1 },
        { "\"minTime\":\"2021-04-24 10:30:00\"", 0 },
        { "\"maxTime\":\"2021-04-24 09:00:01\"", 1 },
        { "\"maxTime\":\"2021-04-24 09:00:00\"", 0 },
        { "\"minTime\":\"2021-04-24 10:00:00\","
          "\"maxTime\":\"2021-04-24 09:30:00\"", 1 },
        { "\"reverseDate\":\"2021-04-24\"", 1 },
        { "\"reverseDate\":\"2021-04-23\"", 0 },
        { "\"reverseDate\":\"2021-04-25\"", 0 },
        { "\"createdBeginTime\":\"2021-04-23 16:34:00\"", 1 },
        { "\"createdBeginTime\":\"2021-04-23 16:34:01\"", 0 },
        { "\"createdEndTime\":\"2021-04-23 16:34:01\"", 1 },
        { "\"createdEndTime\":\"2021-04-23 16:34:00\"", 0 },
        { "\"roomId\":\"" ROOM "\"", 1 },
        { "\"roomId\":\"1\"", 1 },
        { "\"roomId\":\"" AUDITED "\"", 0 },
        { "\"roomId\":\"nowhere\"", -71011 },
        { "\"speaker\":\"admin\"", 1 },
        { "\"speaker\":\"admi\"", 0 },
        { "\"speakerLike\":\"dmi\"", 1 },
        { "\"speakerLike\":\"imd\"", 0 },
        { "\"checkedState\":\"1\"", 1 },
        { "\"checkedState\":0", 0 },
        { "\"checkedState\":3", -71001 },
        { "\"checkedState\":1.5", -71008 },
        { "\"roomId\":\"\",\"speaker\":\"\",\"speakerLike\":\"\","
          "\"checkedState\":\"\",\"minTime\":\"\",\"maxTime\":\"\","
          "\"reverseDate\":\"\",\"createdBeginTime\":\"\","
          "\"createdEndTime\":\"\",\"order_by_expression\":\"\","
          "\"direction\":\"\"", 1 },
        { "\"minTime\":\"2021-04-24\"", -71001 },
        { "\"minTime\":\"2021-04-24T09:00:00\"", -71001 },
        { "\"minTime\":\"2021-04-24 24:00:00\"", -71001 },
        { "\"minTime\":\"2021-04-24 09:60:00\"", -71001 },
        { "\"minTime\":\"2021-04-24 09:00:60\"", -71001 },
        { "\"minTime\":\"2021-02-29 09:00:00\"", -71001 },
        { "\"minTime\":\"2021-13-01 09:00:00\"", -71001 },
        { "\"minTime\":\"2021-04-00 09:00:00\"", -71001 },
        { "\"minTime\":\"2021-04-24 09:00:0x\"", -71001 },
        { "\"minTime\":1619226000000", -71008 },
        { "\"reverseDate\":\"2021-04-31\"", -71001 },
        { "\"reverseDate\":\"20210424\"", -71001 },
        { "\"order_by_expression\":\"subject\"", -71001 },
        { "\"order_by_expression\":1", -71008 },
        { "\"direction\":\"up\"", -71001 },
        { "\"order_by_expression\":\"endTime\"", 1 },
        { "\"order_by_expression\":\"createdTime\"", 1 },
        { "\"order_by_expression\":\"lastUpdateTime\"", 1 },
        { "\"order_by_expression\":\"checkedTime\"", 1 },
    };

    for (i = 0; i < mt_nitems(filters); i++) {
        post("meeting/list", "{%s}", filters[i].filter);

        if (filters[i].found < 0) {
            is_int(d.code, -filters[i].found, "%s", filters[i].filter);
            continue;
        }

        is_answer(filters[i].found ? VALUE("[" EARLY "]") : VALUE("[]"),
                  filters[i].filter);
    }

    post("meeting/list", "{\"minTime\":\"2021-02-29 09:00:00\"}");
    is_answer("{\"success\":false,\"message\":\"Invalid arguments: minTime: "
              "not an allowed value\",\"code\":71001,\"fieldErrors\":{}}",
              "the filter at fault is named");
}


/* A meeting with many attendees, between two with none. */

static void
test_crowd(void)
{
    int         i;
    char        query[60];
    mt_buf_t    body;

    mt_buf_init(&body, d.f.arena, 0);
    mt_buf_str(&body, MT_STR("{\"id\":\"crowd\",\"roomId\":\"" ROOM "\","
                             "\"speaker\":\"x\",\"subject\":\"x\","
                             "\"beginTime\":1619229600001,"
                             "\"endTime\":1619229600002,\"checkedState\":2,"
                             "\"createdId\":\"1\",\"attendances\":["));

    for (i = 0; i < CROWD; i++) {
        mt_buf_str(&body, mt_arena_printf(d.f.arena, "%s{\"userId\":\"\","
                                          "\"name\":\"guest %d\"}",
                                          i ? "," : "", i));
    }

    mt_buf_put(&body, "]}", 3);

    snprintf(query, sizeof(query), "access_token=%s", token);
    is_int(request("POST", API "meeting/book", query, JSON, body.data), 10000,
           "a crowd is booked");
    is_int(count("\"name\":\"guest "), CROWD, "and shown");
    ok(d.pieces > 100 && d.longest < DRIVE_PIECE + 1024,
       "in %u pieces of %zu bytes at most", d.pieces, d.longest);

    post("meeting/get", "{\"meetingId\":\"crowd\"}");
    is_int(count("\"name\":\"guest "), CROWD, "shown alone");

    for (i = 0; i < 2; i++) {
        post("meeting/book",
             "{\"id\":\"nobody%d\",\"roomId\":\"" AUDITED "\",\"speaker\":"
             "\"x\",\"subject\":\"x\",\"beginTime\":%lld,\"endTime\":%lld,"
             "\"createdId\":\"1\",\"attendances\":[]}", i,
             1619229600000LL + 2 * i, 1619229600001LL + 2 * i);
    }

    post("meeting/list", "{\"speaker\":\"x\"}");
    is_int(count("\"name\":\"guest "), CROWD, "shown in a list");
    is_int(count("\"attendances\":["), 3, "between two others");
    is_int(count("\"attendances\":[]}"), 2, "with nobody");
    ok(d.pieces > 100 && d.longest < DRIVE_PIECE + 1024,
       "in %u pieces of %zu bytes at most", d.pieces, d.longest);
}


static mt_str_t  command;


static void
apply_command(void)
{
    mt_result_t  result;

    ok(mt_apply_now(d.f.batch, command, &result) == MT_OK
       && result.status == MT_OK, "a change between head and rows");
}


/* Returns the command that an update makes. */

static mt_str_t
command_of(const char *what, const char *body)
{
    mt_str_t        text;
    mt_exchange_t  *x;

    x = opened(what, body);
    is_int(mt_exchange_start(x), MT_STEP_COMMIT, "a command");

    text.data = x->call.command.data;
    text.len = x->call.command.len;
    text = mt_arena_str(d.f.arena, text);

    mt_exchange_close(x);

    return text;
}


/* An answer shows one state: a commit between its head and its rows is not
 * seen. */

static void
test_between(void)
{
    mt_str_t  before;

    command = command_of("meeting/update",
                         "{\"id\":\"1\",\"subject\":\"after\","
                         "\"attendances\":[{\"userId\":\"" YANZU "\"}]}");

    post("meeting/get", "{\"meetingId\":\"1\"}");
    before = mt_arena_str(d.f.arena, d.text);

    d.between = apply_command;
    post("meeting/get", "{\"meetingId\":\"1\"}");
    d.between = NULL;

    is_answer(before.data, "one state");

    post("meeting/get", "{\"meetingId\":\"1\"}");
    ok(drive_shows(&d, "\"after\"")
       && memmem(d.text.data, d.text.len, ADMIN "\",\"name", 8) == NULL,
       "then the next one");
}


/* Meetings that an older build stored with seconds for milliseconds, or the
 * other way round, are still shown and cancelled. */

static void
test_old(void)
{
    size_t               i;
    mt_exchange_t       *x;
    mt_meeting_edit_t   *args;
    char                 id[8];

    static const struct {
        int64_t  begin;
        int64_t  end;
        int      cancelled;
    } cases[] = {
        { 1700000000, 1700003600, 71001 },
        { 5, 17000000000000LL, 71001 },
        { 17000000000000LL, 17000000003600LL, 10000 },
    };

    for (i = 0; i < mt_nitems(cases); i++) {
        snprintf(id, sizeof(id), "old%zu", i);

        x = opened("meeting/book",
                   "{\"id\":\"old\",\"roomId\":\"" ROOM "\",\"speaker\":"
                   "\"s\",\"subject\":\"s\",\"createdId\":\"1\","
                   "\"attendances\":[],\"beginTime\":2000000000000,"
                   "\"endTime\":2000000000001}");
        args = x->call.args;
        args->id = mt_cstr(id);
        args->room_ref = MT_STR("");
        args->has &= ~MT_BIT(meeting_edit, room_ref);
        args->begin = cases[i].begin;
        args->end = cases[i].end;

        is_int(mt_exchange_start(x), MT_STEP_COMMIT, "a command");
        command.data = x->call.command.data;
        command.len = x->call.command.len;
        apply_command();
        mt_exchange_close(x);

        is_int(post("meeting/get", "{\"meetingId\":\"%s\"}", id), 10000,
               "%s is shown", id);
        is_int(post("meeting/update", "{\"id\":\"%s\",\"subject\":\"x\"}",
                    id), 10000, "and changed");
        is_int(post("meeting/cancel", "{\"meetingId\":\"%s\"}", id),
               cases[i].cancelled, "and cancelled by the usual rules");
    }
}


int
main(void)
{
    dialect_open("h5yes", "key");

    d.f.now = THEN;
    token = get_token("key");

    make_directory();
    test_examples();
    test_filters();
    test_changes();
    test_between();
    test_old();
    test_crowd();

    return dialect_done();
}

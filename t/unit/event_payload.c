
/* The texts of messages, against the document's examples. */

#include "event/mt_event_payload.h"
#include "event_fixture.h"
#include "h5yes_drive.h"


#define ADMIN  "\"userId\":\"1\",\"name\":\"admin\","                         \
               "\"phone\":\"18571454573\",\"email\":\"1843336344@qq.com\""
#define YANZU  "5AA6083CF4204E63822794BFD31ADCC3"
#define ROOM   "EF7103B3FB2644B1ADDC8CE910CAD84D"
#define TECH   "F1C5EFF0AFB649F496EFACDFABCB6129"

#define MEETING  "4A3DF646A0FC41F4B6304DF70BF625C5"

#define UNSIGNED                                                              \
    "\"faceUrl\":\"\",\"isSigned\":0,\"signType\":0,\"signImgUrl\":\"\","     \
    "\"signTime\":0}"


static mt_settings_t  settings;
static int64_t        told;           /* number of the last message seen */


/* Returns the text of the next message. */

static mt_str_t
next(void)
{
    mt_str_t            text;
    mt_txn_t           *txn;
    mt_arena_t         *arena;
    mt_outbox_t         message;
    mt_status_t         rc;
    mt_event_source_t   source;

    memset(&source, 0, sizeof(source));
    source.number = message_after(&d.f, MT_DB_OUTBOX, told, &message);
    source.settings = &settings;
    source.company = d.f.company;
    source.message = &message;
    source.now = d.f.now;

    if (source.number == 0) {
        return MT_STR("no message");
    }

    told = source.number;
    arena = mt_arena_create(0);

    if (arena == NULL || mt_read_begin(d.f.store, &txn) != MT_OK) {
        fixture_die("no memory or no transaction");
    }

    source.txn = txn;
    rc = mt_event_payload(&source, arena, &text);
    text = mt_arena_str(d.f.arena, rc == MT_OK ? text
                                               : mt_cstr(mt_status_name(rc)));
    mt_read_end(txn);
    mt_arena_destroy(arena);

    return text;
}


/* The next message must have this type and value, in ASCII. */

static void
tells(const char *type, const char *value, const char *what)
{
    size_t    i, bad;
    mt_str_t  text, head, want;

    text = next();
    bad = 0;

    for (i = 0; i < text.len; i++) {
        bad += (uint8_t) text.data[i] >= 0x7f || text.data[i] == '%';
    }

    is_int(bad, 0, "%s: pure ASCII", what);

    head = mt_arena_printf(d.f.arena, "{\"event_type\":\"%s\",\"value\":%s,"
                           "\"seq\":%lld,\"position\":", type, value,
                           (long long) told);
    want = mt_json_ascii(d.f.arena, head);

    if (text.len > want.len) {
        text.len = want.len;
    }

    if (!ok(mt_str_eq(text, want), "%s", what)) {
        printf("# got  %.*s\n# want %.*s\n", (int) text.len, text.data,
               (int) want.len, want.data);
    }
}


static void
test_directory(void)
{
    d.f.now = 1619055342666LL;
    is_int(post("dept/add", "{\"id\":\"0E5938CC1CB94421AD1D2240C6584139\","
                "\"name\":\"技术部\"}"), 10000, "a department");
    tells("dept_add", "[{\"id\":\"0E5938CC1CB94421AD1D2240C6584139\","
          "\"name\":\"技术部\",\"parentId\":\"\","
          "\"createdTime\":1619055342666}]", "dept_add");

    d.f.now = 1619054443000LL;
    is_int(post("user/add", "{\"id\":\"5210D6BCCE514BC2A5FED256F86290B0\","
                "\"name\":\"古尔丹\",\"account\":\"guerdan\","
                "\"phone\":\"12345678901\",\"position\":\"兽人术士\","
                "\"email\":\"12345678901@qq.com\"}"), 10000, "a user");

    /* applied at the time of the department: time never goes back */

    tells("user_add", "[{\"id\":\"5210D6BCCE514BC2A5FED256F86290B0\","
          "\"name\":\"古尔丹\",\"account\":\"guerdan\","
          "\"phone\":\"12345678901\",\"faceUrl\":\"\","
          "\"position\":\"兽人术士\",\"email\":\"12345678901@qq.com\","
          "\"status\":1,\"memo\":\"\",\"createdTime\":1619055342666,"
          "\"departmentId\":\"\",\"admin\":false,\"isAdmin\":false}]",
          "user_add");

    post("user/update", "{\"id\":\"5210D6BCCE514BC2A5FED256F86290B0\","
         "\"memo\":\"100%% 😀 \\\"x\\\"\"}");
    tells("user_update", "[{\"id\":\"5210D6BCCE514BC2A5FED256F86290B0\","
          "\"name\":\"古尔丹\",\"account\":\"guerdan\","
          "\"phone\":\"12345678901\",\"faceUrl\":\"\","
          "\"position\":\"兽人术士\",\"email\":\"12345678901@qq.com\","
          "\"status\":1,\"memo\":\"100% 😀 \\\"x\\\"\","
          "\"createdTime\":1619055342666,"
          "\"departmentId\":\"\",\"admin\":false,\"isAdmin\":false}]",
          "user_update");

    post("dept/update", "{\"id\":\"0E5938CC1CB94421AD1D2240C6584139\","
         "\"name\":\"研发部\"}");
    post("user/remove", "{\"userId\":\"5210D6BCCE514BC2A5FED256F86290B0\"}");
    post("dept/remove", "{\"deptId\":\"0E5938CC1CB94421AD1D2240C6584139\"}");

    tells("dept_update", "[{\"id\":\"0E5938CC1CB94421AD1D2240C6584139\","
          "\"name\":\"研发部\",\"parentId\":\"\","
          "\"createdTime\":1619055342666}]",
          "dept_update of one that is gone by now");
    tells("user_remove", "[\"5210D6BCCE514BC2A5FED256F86290B0\"]",
          "user_remove");
    tells("dept_remove", "[\"0E5938CC1CB94421AD1D2240C6584139\"]",
          "dept_remove");
}


static void
test_rooms(void)
{
    post("dept/add", "{\"id\":\"" TECH "\",\"name\":\"t\"}");
    (void) next();

    is_int(post("room/add", "{\"id\":\"" ROOM "\",\"departmentId\":\"" TECH
                "\",\"name\":\"测试会议室\","
                "\"address\":\"广东省广州市花都区机场大道\","
                "\"memo\":\"仅测试用\",\"beginTime\":\"07:00\","
                "\"endTime\":\"23:00\",\"capacity\":10,\"size\":5,"
                "\"longitude\":113.307039,\"latitude\":23.391208,"
                "\"radius\":500,\"status\":1,\"needAudit\":1,"
                "\"permission\":1,\"userIds\":[\"" YANZU "\",\"1\"]}"),
           10000, "a room");

    tells("room_add", "[{\"id\":\"" ROOM "\",\"departmentId\":\"" TECH
          "\",\"name\":\"测试会议室\","
          "\"address\":\"广东省广州市花都区机场大道\","
          "\"memo\":\"仅测试用\",\"beginTime\":\"07:00\","
          "\"endTime\":\"23:00\",\"capacity\":10,\"size\":5,"
          "\"longitude\":113.307039,\"latitude\":23.391208,"
          "\"radius\":500,\"status\":1,\"needAudit\":1,"
          "\"permission\":1,\"sceneImage\":\"\",\"createdTime\":1619055342666,"
          "\"userIds\":[\"" YANZU "\",\"1\"]}]", "room_add");

    post("room/add", "{\"id\":\"R2\",\"name\":\"r\"}");
    (void) next();
    post("room/update", "{\"id\":\"R2\",\"capacity\":3}");
    post("room/remove", "{\"roomId\":\"R2\"}");
    tells("room_update", "[{\"id\":\"R2\",\"departmentId\":\"\","
          "\"name\":\"r\",\"address\":\"\",\"memo\":\"\","
          "\"beginTime\":\"07:00\",\"endTime\":\"23:00\",\"capacity\":3,"
          "\"size\":0,\"longitude\":0.000000,\"latitude\":0.000000,"
          "\"radius\":0,\"status\":1,\"needAudit\":0,\"permission\":0,"
          "\"sceneImage\":\"\",\"createdTime\":1619055342666,"
          "\"userIds\":[]}]", "room_update");
    tells("room_remove", "[\"R2\"]", "room_remove");
}


#define BOOKED(subject, people)                                               \
    "{\"id\":\"" MEETING "\","                                                \
    "\"roomId\":\"" ROOM "\",\"speaker\":\"admin\",\"subject\":\"" subject    \
    "\",\"beginTime\":1619226000000,\"endTime\":1619231400000,"               \
    "\"address\":\"\",\"createdTime\":1619055342666,"                         \
    "\"lastUpdateTime\":1619055342666,\"checkedState\":1,"                    \
    "\"checkedTime\":1619055342666,\"memo\":\"\"," people

#define FIRST                                                                 \
    "{\"id\":\"1D7A9EEAC7B241E18682C59929932E8A\"," ADMIN "," UNSIGNED
#define SECOND                                                                \
    "{\"id\":\"0ED450D582B343A3A7FC00A3CE4FB90D\",\"userId\":\"" YANZU        \
    "\",\"name\":\"彦祖\",\"phone\":\"\",\"email\":\"\"," UNSIGNED
#define BOTH  "\"attendances\":[" FIRST "," SECOND "]}"


static void
test_meetings(void)
{
    is_int(post("meeting/book", "{\"id\":\"" MEETING "\","
                "\"roomId\":\"" ROOM "\",\"speaker\":\"admin\","
                "\"subject\":\"测试会议\",\"beginTime\":1619226000000,"
                "\"endTime\":1619231400000,\"createdId\":\"1\","
                "\"checkedState\":1,\"attendances\":["
                "{\"id\":\"1D7A9EEAC7B241E18682C59929932E8A\","
                "\"userId\":\"1\"},"
                "{\"id\":\"0ED450D582B343A3A7FC00A3CE4FB90D\","
                "\"userId\":\"" YANZU "\"}]}"), 10000, "a meeting");
    tells("book_success", "[" BOOKED("测试会议", BOTH) "]", "book_success");

    post("meeting/update", "{\"id\":\"" MEETING "\",\"subject\":\"晚朝\"}");
    tells("book_update", "[" BOOKED("晚朝", BOTH) "]", "book_update");
}


static void
remind(int64_t reason)
{
    mt_meeting_edit_t   args;
    mt_reminder_fire_t  fire;
    mt_meeting_act_t    act;

    if (reason == MT_REMIND_CONFIRM) {
        memset(&act, 0, sizeof(act));
        mt_set(&act, meeting_act, ref, MT_STR(MEETING));
        (void) fixture_run(&d.f, &mt_op_meeting_remind, &act);
        return;
    }

    memset(&args, 0, sizeof(args));
    mt_set(&args, meeting_edit, ref, MT_STR(MEETING));
    mt_set(&args, meeting_edit, remind, 30);
    mt_set(&args, meeting_edit, remind_type, 1);
    (void) fixture_run(&d.f, &mt_op_meeting_update, &args);
    (void) next();

    memset(&fire, 0, sizeof(fire));
    mt_set(&fire, reminder_fire, meeting, 1);
    mt_set(&fire, reminder_fire, due, 1619226000000LL - 1800000);
    d.f.now = 1619226000000LL - 1800000;
    (void) fixture_run(&d.f, &mt_op_reminder_fire, &fire);
}


static void
test_reminders(void)
{
    mt_answer_t       answer;
    mt_meeting_act_t  act;

    memset(&answer, 0, sizeof(answer));
    mt_set(&answer, answer, ref, MT_STR(MEETING));
    mt_set(&answer, answer, answer, MT_ANSWER_ACCEPTED);
    d.f.actor = 1;
    is_int(fixture_run(&d.f, &mt_op_answer, &answer).status, MT_OK,
           "one accepts");

    remind(MT_REMIND_CONFIRM);
    tells("meeting_remind", "[" BOOKED("晚朝", "\"remindTime\":1619055342666,"
          "\"remindType\":0,\"remindReason\":\"confirm\","
          "\"attendances\":[" SECOND "]}") "]",
          "the others are to confirm");

    remind(MT_REMIND_MINUTES);
    tells("meeting_remind", "[" BOOKED("晚朝", "\"remindTime\":1619224200000,"
          "\"remindType\":1,\"remindReason\":\"begin\","
          BOTH) "]", "it begins soon");

    mt_set(&answer, answer, answer, MT_ANSWER_DECLINED);
    (void) fixture_run(&d.f, &mt_op_answer, &answer);

    remind(MT_REMIND_CONFIRM);

    memset(&act, 0, sizeof(act));
    mt_set(&act, meeting_act, ref, MT_STR(MEETING));
    (void) fixture_run(&d.f, &mt_op_meeting_cancel, &act);
    tells("meeting_remind", "[]", "a meeting that is called off meanwhile");
    tells("book_cancel", "[\"" MEETING "\"]", "book_cancel");
}


static void
test_ascii(void)
{
    is_str(mt_json_ascii(d.f.arena, MT_STR("\"a%\x7f\"")),
           "\"a\\u0025\\u007f\"", "per cent and DEL");
    is_str(mt_json_ascii(d.f.arena, MT_STR("\"é汉😀\"")),
           "\"\\u00e9\\u6c49\\ud83d\\ude00\"", "two, three and four bytes");
}


int
main(void)
{
    drive_open(&d, "h5yes");
    d.f.now = 1619054400000LL;

    (void) fixture_company(&d.f, FIXTURE_COMPANY);
    (void) fixture_credential(&d.f, FIXTURE_COMPANY, "key1");
    token = get_token("key1");

    post("user/add", "{\"id\":\"1\",\"name\":\"admin\","
         "\"account\":\"admin\",\"phone\":\"18571454573\","
         "\"email\":\"1843336344@qq.com\"}");
    post("user/add", "{\"id\":\"" YANZU "\",\"name\":\"彦祖\","
         "\"account\":\"yanzu\"}");

    subscribe(&d.f);
    settings = d.f.settings;

    test_ascii();
    test_directory();
    test_rooms();
    test_meetings();
    test_reminders();

    return dialect_done();
}

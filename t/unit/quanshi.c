
/*
 * Meetings by join link: the quanshi dialect, its codes over every status and
 * the document's example to the byte; and the page for browsers.
 */

#include "dialect_drive.h"
#include "meeting_fixture.h"


#define BASE   "https://mtest.qsh1.cn"

/* 2022-06-07 21:30 in Shanghai, and some hours before */
#define BEGIN  1654608600000LL
#define THEN   1654567956000LL

#define CROWD  5000


static const mt_dialect_t  *quanshi, *page;
static mt_meeting_t         m;          /* made last */


static int
ask(mt_str_t code, const char *query)
{
    char  body[200];

    snprintf(body, sizeof(body), "{\"attendeeJoinUrl\":\"" BASE "/k/%.*s\"}",
             (int) code.len, code.data);

    d.dialect = quanshi;

    return request("POST", "/openapi/conference/detail", query, "", body);
}


static int
look(mt_str_t code)
{
    char  path[100];

    snprintf(path, sizeof(path), "/k/%.*s", (int) code.len, code.data);

    d.dialect = page;

    return request("GET", path, "", "", "");
}


static int
shows_str(mt_str_t s)
{
    return memmem(d.text.data, d.text.len, s.data, s.len) != NULL;
}


static void
begins_with(const char *want, const char *what)
{
    mt_str_t  s, head;

    s = mt_cstr(want);
    head = d.text;
    head.len = head.len < s.len ? head.len : s.len;

    if (!ok(mt_str_eq(head, s), "%s", what)) {
        printf("# got  %.*s\n# want %s\n", (int) d.text.len, d.text.data,
               want);
    }
}


/* Each status has a code and an answer. */

static void
test_codes(void)
{
    int     code;
    size_t  i;

    for (i = 0; i < mt_nitems(all_statuses); i++) {
        code = quanshi->code(all_statuses[i]);

        ok((code == 0 && all_statuses[i] == MT_OK)
           || (code >= 1001 && code <= 1004) || code == 2001 || code == 2002
           || (code == mt_status_http(all_statuses[i]) && code >= 400),
           "%s has a code: %d", mt_status_name(all_statuses[i]), code);

        code = page->code(all_statuses[i]);

        ok(code == 200 ? all_statuses[i] == MT_OK : code >= 400,
           "%s has a page: %d", mt_status_name(all_statuses[i]), code);

        if (all_statuses[i] == MT_OK) {
            continue;
        }

        (void) status_answer(quanshi, all_statuses[i]);

        ok(drive_shows(&d, "{\"status\":")
           && drive_shows(&d, ",\"result\":[],\"message\":\"")
           && drive_shows(&d, "\",\"request_id\":\"meeting-request-")
           && drive_shows(&d, "\",\"reqid\":\"meeting-answer-")
           && drive_shows(&d, "\",\"timestamp\":")
           && drive_shows(&d, "ms\"}"),
           "%s has an answer", mt_status_name(all_statuses[i]));
    }
}


/* The document's conference: its creator is its only attendee. */

static void
make_example(void)
{
    mt_meeting_edit_t  args;

    fixture_user(&d.f, "88610849", "pxytest24", NULL, NULL);

    memset(&args, 0, sizeof(args));
    edit_set(&args, id, MT_STR("239719428"));
    edit_set(&args, creator_ref, MT_STR("88610849"));
    edit_set(&args, subject, MT_STR("哦"));
    edit_set(&args, begin, BEGIN);
    edit_set(&args, end, BEGIN + 30 * MINUTE);
    edit_set(&args, people_refs, refs(&d.f, "88610849"));

    d.f.now = THEN;
    m = meeting(&d.f, created(&d.f, args));
}


#define EXAMPLE                                                               \
    "{\"status\":0,\"result\":[{\"conferenceId\":\"239719428\","              \
    "\"pcode1\":\"%.*s\",\"pcode2\":\"%.*s\",\"billingcode\":\"%.*s\","       \
    "\"eventId\":239719428,\"attendeeJoinUrl\":\"" BASE "/k/%.*s\","          \
    "\"hostJoinUrl\":\"%s%.*s\",\"wcallurl\":\"\",\"hostId\":88610849,"       \
    "\"hostName\":\"pxytest24\",\"hostMobile\":\"\","                         \
    "\"startTime\":1654608600,\"endTime\":1654610400,\"length\":30,"          \
    "\"status\":1,\"title\":\"哦\",\"confMode\":0,\"calType\":\"E\","         \
    "\"roomId\":\"\",\"attendList\":[{\"cityCode\":\"\","                     \
    "\"companyName\":\"\",\"contactId\":\"\",\"countryCode\":\"\","           \
    "\"displayName\":\"pxytest24\",\"mobileNumber\":\"\","                    \
    "\"officePhone\":\"\",\"orgName\":\"\",\"phoneEmail\":\"\","              \
    "\"phoneName\":\"\",\"productStatus\":1,\"status\":\"W\","                \
    "\"user\":\"88610849\",\"userProfile\":null,\"userType\":1}],"            \
    "\"livePullUrl\":\"\",\"livePullPwd\":\"\",\"CreateTime\":1654567956,"    \
    "\"modifyTime\":1654567956,\"timezone\":\"Asia/Shanghai\","               \
    "\"joinLogin\":0,\"joinConfSelTag\":0,\"joinConfTags\":\"\","             \
    "\"webRTCUrl\":\"" BASE "/k/%.*s?priority=web\",\"calExtraInfo\":{},"     \
    "\"confNodeType\":1,\"houseList\":[],\"equipList\":[],"                   \
    "\"detailHouseList\":null}],\"request_id\":\"meeting-request-1654567956"

static const char *
example(int host)
{
    return mt_arena_printf(d.f.arena, EXAMPLE,
                           host ? (int) m.pcode1.len : 0, m.pcode1.data,
                           (int) m.pcode2.len, m.pcode2.data,
                           (int) m.billing_code.len, m.billing_code.data,
                           (int) m.attendee_code.len, m.attendee_code.data,
                           host ? BASE "/k/" : "",
                           host ? (int) m.host_code.len : 0,
                           m.host_code.data,
                           (int) m.attendee_code.len, m.attendee_code.data)
           .data;
}


static void
test_example(void)
{
    char         query[60];
    mt_str_t     token;

    is_int(ask(m.attendee_code, ""), 0, "the example");
    begins_with(example(0), "as the document shows it, without secrets");

    token = mt_token_make(d.f.arena, d.service.server_key, 1, d.f.now);
    snprintf(query, sizeof(query), "accessToken=%.*s", (int) token.len,
             token.data);
    ask(m.attendee_code, query);
    begins_with(example(1), "with a token of the company, with them");

    token = mt_token_make(d.f.arena, d.service.server_key, 2, d.f.now);
    snprintf(query, sizeof(query), "accessToken=%.*s", (int) token.len,
             token.data);
    ask(m.attendee_code, query);
    begins_with(example(0), "another company's token is none");

    ask(m.attendee_code, "accessToken=x&accessToken=y");
    begins_with(example(0), "nor is what is no token");

    is_int(ask(m.host_code, ""), 2001, "the host's link is none here");
    is_int(ask(MT_STR("mkIW3Txa0Uk"), ""), 2001, "an unknown link");
    begins_with("{\"status\":2001,\"result\":[],\"message\":\"", "is empty");

    d.f.settings.company = 2000;
    ask(m.attendee_code, "");
    begins_with(example(0), "whatever company the location has");
    d.f.settings.company = FIXTURE_COMPANY;
}


static void
test_faults(void)
{
    size_t  i;

    static const struct {
        const char  *body;
        int          code;
    } faults[] = {
        { "", 1002 },
        { "{}", 1002 },
        { "{\"attendeeJoinUrl\":\"\"}", 1002 },
        { "{\"attendeeJoinUrl\":null}", 1002 },
        { "{\"attendeeJoinUrl\":1}", 1003 },
        { "{\"attendeeJoinUrl\":[]}", 1003 },
        { "[]", 1001 },
        { "{\"attendeeJoinUrl\":\"a\",\"attendeeJoinUrl\":\"a\"}", 1001 },
        { "{\"attendeeJoinUrl\":\"x\"}", 2001 },
        { "{\"attendeeJoinUrl\":\"mkIW3Txa0Uk\"}", 2001 },
        { "{\"attendeeJoinUrl\":\"https://x/k/\"}", 2001 },
        { "{\"attendeeJoinUrl\":\"https://x/k/mkIW3Txa0U\"}", 2001 },
        { "{\"attendeeJoinUrl\":\"https://x/k/mkIW3Txa0Ukk\"}", 2001 },
        { "{\"attendeeJoinUrl\":\"?/k/mkIW3Txa0Uk\"}", 2001 },
    };

    d.dialect = quanshi;

    for (i = 0; i < mt_nitems(faults); i++) {
        is_int(request("POST", "/", "", "", faults[i].body), faults[i].code,
               "%s", faults[i].body);
    }

    is_int(request("GET", "/", "", "", ""), 405, "it needs POST");
}


/* Attendees and the room of a meeting that another dialect made. */

static void
test_people_and_room(void)
{
    mt_room_edit_t     room;
    mt_person_t        people[4];
    mt_meeting_edit_t  args;

    memset(&room, 0, sizeof(room));
    mt_set(&room, room_edit, id, MT_STR("6516"));
    mt_set(&room, room_edit, name, MT_STR("杏花村"));
    fixture_made(fixture_run(&d.f, &mt_op_room_add, &room), "no room");
    fixture_user(&d.f, "17", "<Ann & \"Bob\">", NULL, NULL);

    people[0] = person("17", NULL, NULL);
    people[1] = person("", NULL, "guest");
    people[2] = person("", NULL, NULL);
    mt_set(&people[2], person, phone, MT_STR("139"));
    people[3] = person("newcomer", NULL, "new");

    memset(&args, 0, sizeof(args));
    edit_set(&args, creator_ref, MT_STR("17"));
    edit_set(&args, content, MT_STR("<script>alert('1')</script>"));
    edit_set(&args, place, MT_STR("\"here\" & there"));
    edit_set(&args, room_ref, MT_STR("6516"));
    edit_set(&args, begin, BEGIN);
    edit_set(&args, end, BEGIN + 30 * MINUTE);
    edit_set(&args, placeholders, 1);
    edit_set(&args, people, ((mt_objs_t) { 4, people }));

    m = meeting(&d.f, created(&d.f, args));
    answer(&d.f, m.num, 17, MT_ANSWER_ACCEPTED, NULL);

    is_int(ask(m.attendee_code, ""), 0, "a meeting in a room");

    ok(drive_shows(&d, "\"displayName\":\"<Ann & \\\"Bob\\\">\","
                   "\"mobileNumber\":\"\"")
       && drive_shows(&d, "\"status\":\"A\",\"user\":\"17\","
                      "\"userProfile\":null,\"userType\":1}"),
       "a user, who accepted");
    ok(drive_shows(&d, "\"displayName\":\"guest\"")
       && drive_shows(&d, "\"user\":\"\",\"userProfile\":null,"
                      "\"userType\":2}"), "a guest");
    ok(drive_shows(&d, "\"mobileNumber\":\"139\"")
       && drive_shows(&d, "\"userType\":3}"), "a phone");

#define HOUSE                                                                 \
    "{\"DeviceId\":6516,\"DeviceType\":2,\"DeviceName\":\"杏花村\","          \
    "\"City\":\"\",\"Location\":\"\",\"Floor\":0,\"IsMainRoom\":0,"

    ok(drive_shows(&d, "\"roomId\":\"6516\",")
       && drive_shows(&d, "\"houseList\":[" HOUSE "\"ParentDeviceId\":0,"
                      "\"ParentDeviceType\":0,\"ApplyUserId\":17,"
                      "\"ApprovalStatus\":2}],\"equipList\":[],"
                      "\"detailHouseList\":[" HOUSE "\"ApplyUserId\":17,"
                      "\"ApprovalStatus\":2,\"ApplyStatus\":2,"
                      "\"SubDevices\":[]}]}],"), "its room");
}


/* Texts of clients are escaped; the host's part is shown to the host alone. */

static void
test_page(void)
{
    is_int(look(m.attendee_code), 200, "the attendees' page");
    is_int(d.http, 200, "is found");
    begins_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">", "is a page");

    ok(drive_shows(&d, "<title>&lt;script&gt;alert(&#39;1&#39;)&lt;/script"
                   "&gt;</title>")
       && drive_shows(&d, "<dd>&quot;here&quot; &amp; there</dd>")
       && drive_shows(&d, "<dd>2022-06-07 21:30 – 2022-06-07 22:00 "
                      "(Asia/Shanghai)</dd>")
       && drive_shows(&d, "<dd>未开始 · not started</dd>")
       && drive_shows(&d, "<dd>杏花村</dd>"), "what the meeting is");
    ok(!shows_str(MT_STR("<script>")), "all escaped");
    ok(!shows_str(m.pcode1) && !shows_str(m.pcode2)
       && !shows_str(m.host_code) && !shows_str(MT_STR("Ann")),
       "and no secrets");

    is_int(look(m.host_code), 200, "the host's page");
    ok(shows_str(m.pcode1) && shows_str(m.pcode2)
       && shows_str(m.attendee_code)
       && drive_shows(&d, "<tr><td>&lt;Ann &amp; &quot;Bob&quot;&gt;</td>"
                      "<td>接受 · accepted</td><td></td></tr>")
       && drive_shows(&d, "<dd>4</dd>"), "shows more");
    ok(!shows_str(m.host_code), "but not itself");

    act(&d.f, &mt_op_meeting_cancel, m.num, 0, MT_MAY_ANYONE, 0);
    look(m.attendee_code);
    ok(drive_shows(&d, "<dd>已取消 · cancelled</dd>"), "cancelled");

    ask(m.attendee_code, "");
    ok(drive_shows(&d, ",\"status\":0,\"title\"")
       && drive_shows(&d, "\"ApprovalStatus\":3"), "as quanshi has it");

    is_int(look(MT_STR("mkIW3Txa0Uk")), 404, "an unknown link");
    is_int(d.http, 404, "is not found");
    ok(drive_shows(&d, "No such meeting"), "in words");
    is_int(look(MT_STR("")), 404, "no link");
    is_int(look(MT_STR("<b>")), 404, "a strange one");
    ok(!shows_str(MT_STR("<b>")), "which is not shown");
    is_int(request("POST", "/k/x", "", "", ""), 405, "to be looked at only");

    d.dialect = page;
    is_int(request("HEAD", mt_arena_printf(d.f.arena, "/k/%.*s", 11,
                                           m.attendee_code.data).data,
                   "", "", ""), 200, "or asked for");
}


/* The page names its style by a hash. */

static void
test_style(void)
{
    size_t       i;
    uint8_t      hash[MT_SHA256_LEN];
    mt_str_t     style, policy, named;
    const char  *begin, *end;

    look(m.attendee_code);

    begin = memmem(d.text.data, d.text.len, "<style>", 7) + 7;
    end = memmem(d.text.data, d.text.len, "</style>", 8);

    style.data = begin;
    style.len = end - begin;
    mt_sha256(&style, 1, hash);

    named = mt_base64(d.f.arena, (mt_str_t) { sizeof(hash), (char *) hash });
    policy = MT_STR("");

    for (i = 0; i < page->nheaders; i++) {
        if (mt_str_eq(page->headers[i].name,
                      MT_STR("Content-Security-Policy")))
        {
            policy = page->headers[i].value;
        }
    }

    ok(memmem(policy.data, policy.len, named.data, named.len) != NULL,
       "the style is sha256-%.*s", (int) named.len, named.data);
}


static void
test_crowd(void)
{
    int                i;
    mt_person_t       *people;
    mt_meeting_edit_t  args;

    people = mt_arena_alloc(d.f.arena, CROWD * sizeof(*people));

    for (i = 0; i < CROWD; i++) {
        people[i] = person("", NULL, "someone of a crowd");
    }

    memset(&args, 0, sizeof(args));
    edit_set(&args, creator_ref, MT_STR("17"));
    edit_set(&args, subject, MT_STR("crowd"));
    edit_set(&args, begin, BEGIN);
    edit_set(&args, end, BEGIN + 30 * MINUTE);
    edit_set(&args, people, ((mt_objs_t) { CROWD, people }));

    m = meeting(&d.f, created(&d.f, args));

    ask(m.attendee_code, "");
    is_int(count("\"displayName\":\"someone of a crowd\""), CROWD, "a crowd");
    ok(d.pieces > 50 && d.longest < DRIVE_PIECE + 1024,
       "in %u pieces of %zu bytes at most", d.pieces, d.longest);
    ok(drive_shows(&d, "],\"livePullUrl\":\"\""), "and what follows it");

    look(m.host_code);
    is_int(count("someone of a crowd"), CROWD, "the host's page of it");
    ok(d.pieces > 50 && d.longest < DRIVE_PIECE + 1024,
       "in %u pieces of %zu bytes at most", d.pieces, d.longest);
    ok(drive_shows(&d, "</table>\n</body>\n</html>\n"), "to its end");
}


int
main(void)
{
    drive_open(&d, "quanshi");
    quanshi = d.dialect;
    page = mt_dialect_find(MT_STR("page"));

    d.f.settings.public_base = MT_STR(BASE);

    fixture_company(&d.f, FIXTURE_COMPANY);
    fixture_company(&d.f, 2000);
    fixture_credential(&d.f, FIXTURE_COMPANY, "key");
    fixture_credential(&d.f, 2000, "other");

    test_codes();
    make_example();
    test_example();
    test_faults();
    test_people_and_room();
    test_page();
    test_style();
    test_crowd();

    return dialect_done();
}

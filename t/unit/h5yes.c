
/*
 * The h5yes dialect: envelope, codes, the places of arguments, and the
 * directory's routes with the examples of the document.
 */

#include "h5yes_drive.h"


#define PEOPLE  900          /* of a long list */


/* Each status has a code and a text. */

static void
test_codes(void)
{
    int     code;
    size_t  i;

    for (i = 0; i < mt_nitems(all_statuses); i++) {
        if (all_statuses[i] != MT_OK) {
            (void) status_answer(d.dialect, all_statuses[i]);
        }

        code = d.dialect->code(all_statuses[i]);

        ok((code == 10000 && all_statuses[i] == MT_OK)
           || (code >= 71001 && code <= 71013)
           || (code == mt_status_http(all_statuses[i]) && code >= 400),
           "%s has a code: %d", mt_status_name(all_statuses[i]), code);

        ok(all_statuses[i] == MT_OK
           || (drive_shows(&d, "{\"success\":false,\"message\":\"")
               && drive_shows(&d, "\",\"code\":")
               && drive_shows(&d, ",\"fieldErrors\":{}}")
               && count("\"message\":\"\"") == 0
               && count("\"value\"") == 0),
           "%s has words", mt_status_name(all_statuses[i]));
    }
}


static void
test_token(void)
{
    char  query[300];

    token = get_token("key");

    snprintf(query, sizeof(query),
             "{\"success\":true,\"message\":\"\",\"value\":{"
             "\"access_token\":\"%s\",\"company_id\":\"1000\","
             "\"expires_in\":7200}," END, token);
    is_answer(query, "a token");

    is_int(request("GET", TOKEN, "", "", ""), 71005, "no key");
    ok(drive_shows(&d, "\"Lack appkey arguments\""), "is named");

    is_int(request("GET", TOKEN, "appkey=key&appsecret=", "", ""), 71005,
           "an empty secret");
    ok(drive_shows(&d, "\"Lack appsecret arguments\""), "is named");

    is_int(request("GET", TOKEN, "appkey=key&appsecret=x", "", ""), 71001,
           "a wrong secret");
    is_int(request("GET", TOKEN, "appkey=no&appsecret=key-secret", "", ""),
           71001, "an unknown key");

    is_int(request("POST", TOKEN, "appkey=key&appsecret=key-secret", "", ""),
           405, "gettoken is asked for");
    is_int(d.http, 405, "with GET only");

    is_int(request("POST", API "user/list", "", JSON, "{}"), 71002,
           "no token");
    is_answer("{\"success\":false,\"message\":\"Lack access token\","
              "\"code\":71002,\"fieldErrors\":{}}", "in the envelope");
    is_int(request("POST", API "user/list", "access_token=", "", ""), 71002,
           "an empty token");
    is_int(request("POST", API "user/list", "access_token=x", "", "["), 71003,
           "a foreign token, whatever follows");

    snprintf(query, sizeof(query), "access_token=%s", token);
    is_int(request("GET", API "user/list", query, "", ""), 405,
           "all else is posted");
    is_int(request("POST", API "user/none", query, "", ""), 404,
           "an unknown address");
    is_int(d.http, 404, "is not found");

    d.f.now += 7200000;
    is_int(request("POST", API "user/list", query, "", ""), 71004,
           "an old token");
    d.f.now -= 7200000;
}


/* Arguments in a JSON body, a form and the query, and their precedence. */

static void
test_arguments(void)
{
    char  text[400], token_query[60];

    snprintf(token_query, sizeof(token_query), "access_token=%s", token);

    is_int(post("dept/add", "{\"id\":\"d 1\",\"name\":\"x\"}"), 10000,
           "arguments in JSON");
    is_int(post("user/add", "{\"id\":\"77\",\"name\":\"e\",\"account\":\"e\"}"),
           10000, "a user");

    snprintf(text, sizeof(text), "%s&id=f&name=f&capacity=12&longitude=1.5&"
             "beginTime=08%%3A00&userIds=77,77", token_query);
    is_int(request("POST", API "room/add", "", FORM, text), 10000,
           "a list in a form");
    ok(drive_shows(&d, "\"userIds\":[\"77\"]")
       && drive_shows(&d, "\"beginTime\":\"08:00\"")
       && drive_shows(&d, "\"longitude\":1.500000")
       && drive_shows(&d, "\"capacity\":12"), "and all else");

    is_int(post("room/remove", "{\"roomId\":\"f\"}"), 10000, "removed");
    is_int(post("user/remove", "{\"userId\":\"77\"}"), 10000, "removed");

    snprintf(text, sizeof(text), "%s&deptId=d+1", token_query);
    is_int(request("POST", API "dept/get", text, JSON, ""), 10000,
           "in the query");
    is_int(request("POST", API "dept/get", text, JSON, " \r\n\t"), 10000,
           "beside a blank body");
    is_int(request("POST", API "dept/get", text, JSON, "{\"deptId\":null}"),
           10000, "null in JSON says nothing");
    is_int(request("POST", API "dept/get", text, JSON, "{\"deptId\":\"y\"}"),
           71010, "JSON wins over the query");

    snprintf(text, sizeof(text), "deptId=%%64%%201&unknown&=&%s",
             token_query);
    is_int(request("POST", API "dept/get", "", FORM, text), 10000,
           "in a form, the token too");
    is_int(request("POST", API "dept/get", "deptId=d", FORM, text), 71001,
           "both in the form and in the query");
    ok(drive_shows(&d, "\"Invalid arguments: deptId: given twice\""),
       "is once too often");

    snprintf(text, sizeof(text), "{\"deptId\":\"d 1\",\"access_token\":\"%s\"}",
             token);
    is_int(request("POST", API "dept/get", "", JSON, text), 10000,
           "the token in JSON");
    is_int(request("POST", API "dept/get", "", FORM, text), 10000,
           "JSON that is called a form");

    snprintf(text, sizeof(text), "%s&deptId=%%ff", token_query);
    is_int(request("POST", API "dept/get", text, JSON, ""), 71001,
           "no UTF-8 in the query");

    snprintf(text, sizeof(text), "%s&deptId=%%zz%%", token_query);
    is_int(request("POST", API "dept/get", text, JSON, ""), 71010,
           "a percent sign for itself");

    is_int(post("dept/remove", "{\"deptId\":\"d 1\"}"), 10000, "removed");
}


/* The document's examples, to the byte. */

static void
test_examples(void)
{
    d.f.now = 1618911351000;
    token = get_token("key");

    post("user/add", "{\"id\":\"1\",\"name\":\"admin\",\"account\":\"admin\","
         "\"phone\":\"1111111111\",\"email\":\"1111111111@qq.com\"}");

#define ADMIN  "{\"id\":\"1\",\"name\":\"admin\",\"account\":\"admin\","      \
               "\"phone\":\"1111111111\",\"faceUrl\":\"\","                   \
               "\"position\":\"\",\"email\":\"1111111111@qq.com\","           \
               "\"status\":1,\"memo\":\"\",\"createdTime\":1618911351000,"    \
               "\"departmentId\":\"\",\"admin\":false,\"isAdmin\":false}"

    is_answer("{\"success\":true,\"message\":\"\",\"value\":" ADMIN "," END,
              "user/add");

    post("user/get", "{\"userId\":\"1\"}");
    is_answer("{\"success\":true,\"message\":\"\",\"value\":" ADMIN "," END,
              "user/get");

    post("user/update", "{\"id\":\"1\"}");
    is_answer("{\"success\":true,\"message\":\"\",\"value\":" ADMIN "," END,
              "user/update");

    post("user/list", "%s", "");
    is_answer("{\"success\":true,\"message\":\"\",\"value\":[" ADMIN "]," END,
              "user/list");

    post("user/clearFace", "{\"userId\":\"1\"}");
    is_answer("{\"success\":true,\"message\":\"\"," END, "user/clearFace");

    d.f.now = 1618972674000;
    token = get_token("key");

    post("dept/add", "{\"id\":\"F1C5EFF0AFB649F496EFACDFABCB6129\","
         "\"name\":\"测试部\"}");

#define DEPT  "{\"id\":\"F1C5EFF0AFB649F496EFACDFABCB6129\","                 \
              "\"name\":\"测试部\",\"parentId\":\"\","                        \
              "\"createdTime\":1618972674000}"

    is_answer("{\"success\":true,\"message\":\"\",\"value\":" DEPT "," END,
              "dept/add");

    post("dept/get", "{\"deptId\":\"F1C5EFF0AFB649F496EFACDFABCB6129\"}");
    is_answer("{\"success\":true,\"message\":\"\",\"value\":" DEPT "," END,
              "dept/get");

    post("dept/list", "{}");
    is_answer("{\"success\":true,\"message\":\"\",\"value\":[" DEPT "]," END,
              "dept/list");

    d.f.now = 1618998939000;
    token = get_token("key");

    post("user/add", "{\"id\":\"5AA6083CF4204E63822794BFD31ADCC3\","
         "\"name\":\"彦祖\",\"account\":\"yanzu\"}");
    post("room/add", "{\"id\":\"EF7103B3FB2644B1ADDC8CE910CAD84D\","
         "\"departmentId\":\"F1C5EFF0AFB649F496EFACDFABCB6129\","
         "\"name\":\"测试会议室\",\"address\":\"广东省广州市花都区机场大道\","
         "\"memo\":\"仅测试用\",\"capacity\":10,\"size\":\"5\","
         "\"longitude\":113.307039,\"latitude\":\"23.391208\","
         "\"radius\":500,\"status\":1,\"needAudit\":1,\"permission\":1,"
         "\"sceneImage\":\"http://localhost:80/x.jpg\","
         "\"userIds\":[\"1\",\"5AA6083CF4204E63822794BFD31ADCC3\"]}");

#define ROOM  "{\"id\":\"EF7103B3FB2644B1ADDC8CE910CAD84D\","                 \
              "\"departmentId\":\"F1C5EFF0AFB649F496EFACDFABCB6129\","        \
              "\"name\":\"测试会议室\","                                      \
              "\"address\":\"广东省广州市花都区机场大道\","                   \
              "\"memo\":\"仅测试用\",\"beginTime\":\"07:00\","                \
              "\"endTime\":\"23:00\",\"capacity\":10,\"size\":5,"             \
              "\"longitude\":113.307039,\"latitude\":23.391208,"              \
              "\"radius\":500,\"status\":1,\"needAudit\":1,"                  \
              "\"permission\":1,"                                             \
              "\"sceneImage\":\"http://localhost:80/x.jpg\","                 \
              "\"createdTime\":1618998939000,\"userIds\":[\"1\","             \
              "\"5AA6083CF4204E63822794BFD31ADCC3\"]}"

    is_answer("{\"success\":true,\"message\":\"\",\"value\":" ROOM "," END,
              "room/add");

    post("room/get", "{\"roomId\":\"EF7103B3FB2644B1ADDC8CE910CAD84D\"}");
    is_answer("{\"success\":true,\"message\":\"\",\"value\":" ROOM "," END,
              "room/get");

    post("room/list", "{}");
    is_answer("{\"success\":true,\"message\":\"\",\"value\":[" ROOM "]," END,
              "room/list");
}


/* The example of a room of which only the name is given. */

static void
test_room_defaults(void)
{
    d.f.now = 1619162229722;
    token = get_token("key");

    post("room/add", "{\"id\":\"F5E14C46237D43FA8DA7981D3EBB3E9A\","
         "\"name\":\"Postman会议室\"}");
    is_answer("{\"success\":true,\"message\":\"\",\"value\":{"
              "\"id\":\"F5E14C46237D43FA8DA7981D3EBB3E9A\","
              "\"departmentId\":\"\",\"name\":\"Postman会议室\","
              "\"address\":\"\",\"memo\":\"\",\"beginTime\":\"07:00\","
              "\"endTime\":\"23:00\",\"capacity\":0,\"size\":0,"
              "\"longitude\":0.000000,\"latitude\":0.000000,\"radius\":0,"
              "\"status\":1,\"needAudit\":0,\"permission\":0,"
              "\"sceneImage\":\"\",\"createdTime\":1619162229722,"
              "\"userIds\":[]}," END, "a room with its name alone");
}


/* A placeholder that another dialect made is listed only after it is added. */

static void
test_placeholder(void)
{
    mt_person_t        people;
    mt_meeting_edit_t  args;

    memset(&people, 0, sizeof(people));
    mt_set(&people, person, ref, MT_STR("openid"));
    mt_set(&people, person, name, MT_STR("Someone"));

    memset(&args, 0, sizeof(args));
    mt_set(&args, meeting_edit, subject, MT_STR("m"));
    mt_set(&args, meeting_edit, creator_ref, MT_STR("1"));
    mt_set(&args, meeting_edit, begin, d.f.now + 1000);
    mt_set(&args, meeting_edit, end, d.f.now + 2000);
    mt_set(&args, meeting_edit, placeholders, 1);
    args.people = (mt_objs_t) { 1, &people };
    args.has |= MT_BIT(meeting_edit, people);

    fixture_made(fixture_run(&d.f, &mt_op_meeting_create, &args), "meeting");

    is_int(post("user/get", "{\"userId\":\"openid\"}"), 71009,
           "a placeholder is no user");
    is_int(post("user/update", "{\"id\":\"openid\",\"name\":\"x\"}"), 71009,
           "to be changed");
    is_int(post("user/remove", "{\"userId\":\"openid\"}"), 71009,
           "to be removed");
    post("user/list", "{}");
    ok(!memmem(d.text.data, d.text.len, "openid", 6), "or to be listed");

    is_int(post("user/add", "{\"id\":\"openid\",\"name\":\"Some One\","
                "\"account\":\"some\"}"), 10000, "it can be added");
    ok(drive_shows(&d, "\"name\":\"Some One\""), "with a name");
    post("user/list", "{}");
    ok(drive_shows(&d, "openid"), "and is listed then");
}


/* The record holds the name of a face's file; answers show its URL. */

static void
test_face(void)
{
    mt_user_face_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_face, ref, MT_STR("openid"));
    mt_set(&args, user_face, face, MT_STR("0A.jpg"));
    fixture_made(fixture_run(&d.f, &mt_op_user_face, &args), "face");

    post("user/get", "{\"userId\":\"openid\"}");
    ok(drive_shows(&d, "\"faceUrl\":\"/meeting/api/opt/resources/1000/"
                   "0A.jpg\""), "a face without a public base");

    d.f.settings.public_base = MT_STR("https://h");
    post("user/get", "{\"userId\":\"openid\"}");
    ok(drive_shows(&d, "\"faceUrl\":\"https://h/meeting/api/opt/resources/"
                   "1000/0A.jpg\""), "a face with one");

    is_int(post("user/clearFace", "{\"userId\":\"openid\"}"), 10000,
           "cleared");
    post("user/get", "{\"userId\":\"openid\"}");
    ok(drive_shows(&d, "\"faceUrl\":\"\""), "there is none");
}


/* A password is checked and hashed in the request, before the command. */

static mt_step_t
start_with_password(mt_user_edit_t *args, const char *password,
    mt_call_t *call)
{
    memset(args, 0, sizeof(*args));
    mt_set(args, user_edit, name, MT_STR("n"));
    mt_set(args, user_edit, plain, mt_cstr(password));

    memset(call, 0, sizeof(*call));
    call->arena = d.f.arena;
    call->op = &mt_op_user_add;
    call->args = args;
    call->company = FIXTURE_COMPANY;
    call->now = d.f.now;

    return mt_op_user_add.start(call);
}


static void
test_password(void)
{
    mt_call_t       call;
    mt_user_edit_t  args;

    is_int(start_with_password(&args, "", &call), MT_STEP_COMMIT,
           "no password costs no hash");
    is_int(start_with_password(&args, "hf@123456", &call), MT_STEP_COMMIT,
           "nor does the default one");
    ok(!memmem(call.command.data, call.command.len, "hf@", 3),
       "which is not in the command");

    is_int(start_with_password(&args, "a secret", &call), MT_STEP_WORK,
           "another is hashed in a thread");
    mt_op_user_add.work(&call);
    is_int(mt_op_user_add.resume(&call), MT_STEP_COMMIT, "and then stored");
    ok(memmem(call.command.data, call.command.len, "scrypt$", 7)
       && !memmem(call.command.data, call.command.len, "a secret", 8),
       "as its hash alone");
}


/* The user and the meeting must be noted for limits and logs, also of a
 * rejected request. */

static void
is_named(const char *what, const char *body, const char *user,
    const char *meeting)
{
    char            path[100];
    mt_input_t      in;
    mt_exchange_t  *x;

    snprintf(path, sizeof(path), API "%s", what);

    memset(&in, 0, sizeof(in));
    in.method = MT_STR("POST");
    in.path = mt_cstr(path);
    in.body = mt_cstr(body);
    in.header = drive_no_header;

    x = mt_exchange_open(&d.service, d.dialect, &d.f.settings, &in, d.f.now);
    mt_exchange_decode(x);

    ok(mt_str_eq(x->user, mt_cstr(user))
       && mt_str_eq(x->meeting, mt_cstr(meeting)), "named by %s: %s", what,
       body);

    mt_exchange_close(x);
}


static void
test_names(void)
{
    is_named("user/get", "{\"userId\":\"u\"}", "u", "");
    is_named("user/get", "{\"userId\":1}", "", "");
    is_named("user/list", "{\"userId\":\"u\"}", "", "");
    is_named("user/get", "[", "", "");
}


/* A list of several pieces, with users in it that are not shown. */

static void
test_long_list(void)
{
    char         id[20], want[60];
    size_t       shown, listed;
    unsigned     i;
    const char  *p, *end;
    mt_named_t   args;

    for (i = 0; i < PEOPLE; i++) {
        snprintf(id, sizeof(id), "p%u", i);
        fixture_user(&d.f, id, id, NULL, NULL);

        if (i % 3 == 0 || (i > 300 && i < 700)) {
            memset(&args, 0, sizeof(args));
            mt_set(&args, named, ref, mt_cstr(id));
            fixture_run(&d.f, &mt_op_user_remove, &args);
        }
    }

    is_int(post("user/list", "{}"), 10000, "a long list");
    ok(d.pieces > 4, "in %u pieces", d.pieces);
    ok(d.longest < 8192, "of %zu bytes at most", d.longest);

    p = d.text.data;
    end = p + d.text.len;
    shown = 0;

    for (i = 0; i < PEOPLE; i++) {
        if (i % 3 == 0 || (i > 300 && i < 700)) {
            continue;
        }

        snprintf(want, sizeof(want), "{\"id\":\"p%u\",", i);
        p = memmem(p, (size_t) (end - p), want, strlen(want));

        if (p == NULL) {
            break;
        }

        shown++;
    }

    is_int(i, PEOPLE, "everybody is there, in order");

    listed = 0;

    for (p = d.text.data; p; listed += p != NULL) {
        p = memmem(p + 1, (size_t) (end - p - 1), "{\"id\":\"p", 8);
    }

    is_int(listed, shown, "and nobody twice");
}


int
main(void)
{
    dialect_open("h5yes", "key");

    test_codes();
    test_token();
    test_arguments();
    test_examples();
    test_room_defaults();
    test_placeholder();
    test_face();
    test_password();
    test_names();
    test_long_list();

    return dialect_done();
}

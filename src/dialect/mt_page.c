
/*
 * The dialect of browsers: a join link opens a small page.  The attendees'
 * link shows the meeting, the host's link also attendees and codes.  The page
 * has no script and loads nothing; all texts are escaped.
 */

#include <stdio.h>

#include "dialect/mt_request.h"


#define MT_PAGE_OK         200
#define MT_PAGE_NOT_FOUND  404

#define MT_PAGE_CLOCK_LEN  32

/* The header Content-Security-Policy has the hash of this style: a browser
 * applies no other. */
#define MT_PAGE_STYLE                                                         \
    "body{font:16px/1.5 sans-serif;max-width:44em;margin:2em auto;"           \
    "padding:0 1em}dt{color:#666}dd{margin:0 0 .6em;white-space:pre-wrap;"    \
    "overflow-wrap:anywhere}h1{overflow-wrap:anywhere}"                       \
    "table{border-collapse:collapse}td,th{text-align:left;"                   \
    "padding:.2em 1em .2em 0;border-bottom:1px solid #ddd}"

#define MT_PAGE_STYLE_HASH  "6UDFVpU50Vl4h42Qqhe988Qkkuba6FYG+5+aIs0UlY0="


static void mt_page_decode(mt_exchange_t *x);
static void mt_page_authenticate(mt_exchange_t *x);
static int mt_page_open(mt_exchange_t *x, mt_buf_t *out);
static void mt_page_error(mt_exchange_t *x, mt_buf_t *out);
static void mt_page_head(mt_buf_t *out, mt_str_t title);
static void mt_page_meeting(mt_exchange_t *x, mt_buf_t *out,
    const mt_link_view_t *view);
static void mt_page_place(mt_buf_t *out, const mt_link_view_t *view);
static mt_str_t mt_page_time(mt_exchange_t *x, const mt_link_view_t *view);
static void mt_page_host(mt_exchange_t *x, mt_buf_t *out,
    const mt_link_view_t *view);
static void mt_page_row(mt_exchange_t *x, mt_buf_t *out, const void *row);
static void mt_page_close(mt_exchange_t *x, mt_buf_t *out);
static mt_str_t mt_page_clock(mt_exchange_t *x, int64_t time,
    char text[MT_PAGE_CLOCK_LEN]);
static void mt_page_item(mt_buf_t *out, mt_str_t name, mt_str_t text);
static void mt_page_count(mt_exchange_t *x, mt_buf_t *out, mt_str_t name,
    int64_t n);
static void mt_page_text(mt_buf_t *out, mt_str_t text);
static int mt_page_code(mt_status_t status);


MT_ROUTES(mt_page_routes,
    { mt_str(""), MT_METHOD_GET, MT_ROUTE_PUBLIC, &mt_op_meeting_link, NULL,
      NULL, NULL, NULL, NULL, NULL, NULL }
);

static const mt_markup_t  mt_page_markup = {
    mt_page_open, mt_page_row, mt_page_close
};

static const mt_header_t  mt_page_headers[] = {
    { mt_str("Content-Security-Policy"),
      mt_str("default-src 'none'; style-src 'sha256-" MT_PAGE_STYLE_HASH "'; "
             "base-uri 'none'; form-action 'none'; frame-ancestors 'none'") },
    { mt_str("X-Content-Type-Options"), mt_str("nosniff") },
    { mt_str("X-Frame-Options"), mt_str("DENY") },
    { mt_str("Referrer-Policy"), mt_str("no-referrer") },
    { mt_str("X-Robots-Tag"), mt_str("noindex, nofollow") },
    { mt_str("Cache-Control"), mt_str("no-store") },
};


const mt_dialect_t  mt_dialect_page = {
    .name = mt_str("page"),
    MT_DIALECT_ROUTES(mt_page_routes),
    .decode = mt_page_decode,
    .bare_links = 1,
    .authenticate = mt_page_authenticate,
    .markup = &mt_page_markup,
    .code = mt_page_code,
    .http = mt_page_code,
    .content_type = mt_str("text/html; charset=utf-8"),
    .headers = mt_page_headers,
    .nheaders = mt_nitems(mt_page_headers),
};


/* Codes are HTTP statuses: 404 for each rejection, such as an unknown link. */

static int
mt_page_code(mt_status_t status)
{
    int  http;

    http = mt_status_http(status);

    return status == MT_OK || http != MT_PAGE_OK ? http : MT_PAGE_NOT_FOUND;
}


static void
mt_page_decode(mt_exchange_t *x)
{
    mt_str_t            code;
    mt_meeting_link_t  *args;

    args = mt_arena_alloc(x->call.arena, sizeof(*args));
    if (args == NULL) {
        x->call.error.status = MT_NO_MEMORY;
        return;
    }

    x->call.args = args;
    code = mt_link_code(x->in.path, MT_STR("/"));

    if (code.len == 0) {
        x->call.error.status = MT_NO_SUCH_MEETING;
        return;
    }

    mt_set(args, meeting_link, code, code);
    mt_set(args, meeting_link, hosts, 1);
}


/* The link is the only credential. */

static void
mt_page_authenticate(mt_exchange_t *x)
{
    (void) x;
}


static int
mt_page_open(mt_exchange_t *x, mt_buf_t *out)
{
    const mt_link_view_t  *view;

    x->code = mt_page_code(x->call.error.status);

    if (x->code != MT_PAGE_OK) {
        mt_page_error(x, out);
        return 0;
    }

    view = x->call.reply;

    mt_page_head(out, view->meeting.derived.title);
    mt_page_meeting(x, out, view);

    if (view->link.host) {
        mt_page_host(x, out, view);
    }

    return (int) view->link.host;
}


static void
mt_page_error(mt_exchange_t *x, mt_buf_t *out)
{
    mt_str_t  title;

    title = x->code == MT_PAGE_NOT_FOUND
            ? MT_STR("没有这个会议 · No such meeting")
            : mt_cstr(mt_status_reason(x->call.error.status));

    mt_page_head(out, title);
}


static void
mt_page_head(mt_buf_t *out, mt_str_t title)
{
    mt_buf_str(out, MT_STR("<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n"
                           "<meta charset=\"utf-8\">\n"
                           "<meta name=\"viewport\" content=\""
                           "width=device-width, initial-scale=1\">\n"
                           "<style>" MT_PAGE_STYLE "</style>\n<title>"));
    mt_page_text(out, title);
    mt_buf_str(out, MT_STR("</title>\n</head>\n<body>\n<h1>"));
    mt_page_text(out, title);
    mt_buf_str(out, MT_STR("</h1>\n"));
}


static void
mt_page_meeting(mt_exchange_t *x, mt_buf_t *out, const mt_link_view_t *view)
{
    static const mt_str_t  states[] = {
        [MT_PHASE_SCHEDULED] = mt_str("未开始 · not started"),
        [MT_PHASE_UNDER_WAY] = mt_str("进行中 · under way"),
        [MT_PHASE_ENDED]     = mt_str("已结束 · ended"),
        [MT_PHASE_CANCELLED] = mt_str("已取消 · cancelled"),
    };

    mt_buf_str(out, MT_STR("<dl>\n"));

    mt_page_item(out, MT_STR("时间 · Time"), mt_page_time(x, view));
    mt_page_place(out, view);
    mt_page_item(out, MT_STR("状态 · State"),
                 states[view->meeting.derived.phase]);

    mt_buf_str(out, MT_STR("</dl>\n"));
}


static void
mt_page_place(mt_buf_t *out, const mt_link_view_t *view)
{
    const mt_room_t  *room;

    room = &view->meeting.room;

    if (view->meeting.meeting.place.len) {
        mt_page_item(out, MT_STR("地点 · Place"),
                     view->meeting.meeting.place);
    }

    if (room->num) {
        mt_page_item(out, MT_STR("会议室 · Room"), room->name);
    }
}


static mt_str_t
mt_page_time(mt_exchange_t *x, const mt_link_view_t *view)
{
    char                 first[MT_PAGE_CLOCK_LEN], last[MT_PAGE_CLOCK_LEN];
    mt_str_t             begin, end, zone;
    const mt_meeting_t  *meeting;

    meeting = &view->meeting.meeting;

    begin = mt_page_clock(x, meeting->begin, first);
    end = mt_page_clock(x, meeting->end, last);
    zone = view->link.zone;

    return mt_arena_printf(x->call.arena, "%.*s – %.*s (%.*s)",
                           (int) begin.len, begin.data,
                           (int) end.len, end.data,
                           (int) zone.len, zone.data);
}


static mt_str_t
mt_page_clock(mt_exchange_t *x, int64_t time, char text[MT_PAGE_CLOCK_LEN])
{
    int         len;
    mt_civil_t  wall;

    mt_zone_civil(x->call.settings->zone, time, &wall);

    len = snprintf(text, MT_PAGE_CLOCK_LEN, "%04d-%02d-%02d %02d:%02d",
                   wall.year, wall.month, wall.day, wall.hour, wall.minute);

    return (mt_str_t) { len < MT_PAGE_CLOCK_LEN ? (size_t) len : 0, text };
}


/* Writes the host's part up to the rows of the table of attendees. */

static void
mt_page_host(mt_exchange_t *x, mt_buf_t *out, const mt_link_view_t *view)
{
    const mt_tally_t    *tally;
    const mt_meeting_t  *meeting;

    meeting = &view->meeting.meeting;
    tally = &view->meeting.tally;

    mt_buf_str(out, MT_STR("<dl>\n"));

    mt_page_item(out, MT_STR("主持人 · Host"), view->meeting.creator.name);
    mt_page_item(out, MT_STR("主持人密码 · Host's code"), meeting->pcode1);
    mt_page_item(out, MT_STR("参会人密码 · Attendees' code"),
                 meeting->pcode2);
    mt_page_item(out, MT_STR("参会链接 · Attendees' link"),
                 view->link.attendee_url);

    mt_page_count(x, out, MT_STR("邀请 · Invited"), tally->total);
    mt_page_count(x, out, MT_STR("接受 · Accepted"), tally->accepted);
    mt_page_count(x, out, MT_STR("请假 · Declined"), tally->declined);
    mt_page_count(x, out, MT_STR("签到 · Signed in"), tally->signed_in);
    mt_page_count(x, out, MT_STR("迟到 · Late"), tally->late);

    mt_buf_str(out, MT_STR("</dl>\n<table>\n<tr><th>姓名 · Name</th>"
                           "<th>答复 · Answer</th>"
                           "<th>签到时间 · Signed in</th></tr>\n"));
}


static void
mt_page_row(mt_exchange_t *x, mt_buf_t *out, const void *row)
{
    const mt_person_view_t  *person = row;

    char  text[MT_PAGE_CLOCK_LEN];

    static const mt_str_t  answers[] = {
        [MT_ANSWER_UNREAD]   = mt_str("未读 · unread"),
        [MT_ANSWER_READ]     = mt_str("已读 · read"),
        [MT_ANSWER_ACCEPTED] = mt_str("接受 · accepted"),
        [MT_ANSWER_DECLINED] = mt_str("请假 · declined"),
    };

    mt_buf_str(out, MT_STR("<tr><td>"));
    mt_page_text(out, person->derived.name);
    mt_buf_str(out, MT_STR("</td><td>"));
    mt_buf_str(out, answers[person->attendee.answer]);
    mt_buf_str(out, MT_STR("</td><td>"));

    if (person->checkin.time) {
        mt_buf_str(out, mt_page_clock(x, person->checkin.time, text));
    }

    mt_buf_str(out, MT_STR("</td></tr>\n"));
}


static void
mt_page_close(mt_exchange_t *x, mt_buf_t *out)
{
    const mt_link_view_t  *view;

    view = x->code == MT_PAGE_OK ? x->call.reply : NULL;

    if (view && view->link.host) {
        mt_buf_str(out, MT_STR("</table>\n"));
    }

    mt_buf_str(out, MT_STR("</body>\n</html>\n"));
}


static void
mt_page_item(mt_buf_t *out, mt_str_t name, mt_str_t text)
{
    mt_buf_str(out, MT_STR("<dt>"));
    mt_page_text(out, name);
    mt_buf_str(out, MT_STR("</dt><dd>"));
    mt_page_text(out, text);
    mt_buf_str(out, MT_STR("</dd>\n"));
}


static void
mt_page_count(mt_exchange_t *x, mt_buf_t *out, mt_str_t name, int64_t n)
{
    mt_page_item(out, name, mt_arena_printf(x->call.arena, "%lld",
                                            (long long) n));
}


/* Escapes a text for the content of an element; no text goes into an
 * attribute. */

static void
mt_page_text(mt_buf_t *out, mt_str_t text)
{
    size_t   i, from;
    uint8_t  c;

    static const mt_str_t  escapes[] = {
        ['&']  = mt_str("&amp;"),
        ['<']  = mt_str("&lt;"),
        ['>']  = mt_str("&gt;"),
        ['"']  = mt_str("&quot;"),
        ['\''] = mt_str("&#39;"),
    };

    from = 0;

    for (i = 0; i < text.len; i++) {
        c = (uint8_t) text.data[i];

        if (c < mt_nitems(escapes) && escapes[c].len) {
            mt_buf_put(out, text.data + from, i - from);
            mt_buf_str(out, escapes[c]);
            from = i + 1;
        }
    }

    mt_buf_put(out, text.data + from, text.len - from);
}


#include "dialect/mt_h5yes.h"
#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_meeting_view.h"
#include "event/mt_event_payload.h"


#define MT_SURROGATES   0x10000
#define MT_ESCAPE_LEN   6            /* \uXXXX */


typedef struct {
    const mt_event_source_t  *source;
    mt_arena_t               *arena;     /* of one event's records */
    mt_arena_t               *row;       /* of one person */
    mt_buf_t                  out;
    mt_json_writer_t         *writer;
} mt_payload_t;

typedef mt_status_t (*mt_event_write_pt)(mt_payload_t *p,
    const mt_event_t *event, enum mt_name kind);


static mt_status_t mt_payload_fill(mt_payload_t *p);
static mt_status_t mt_payload_events(mt_payload_t *p,
    const mt_journal_t *entry);
static void mt_payload_call(mt_payload_t *p, mt_call_t *call);
static mt_status_t mt_write_id(mt_payload_t *p, const mt_event_t *event,
    enum mt_name kind);
static mt_status_t mt_write_record(mt_payload_t *p, const mt_event_t *event,
    enum mt_name kind);
static mt_status_t mt_write_meeting(mt_payload_t *p, const mt_event_t *event,
    enum mt_name kind);
static mt_status_t mt_write_people(mt_payload_t *p, mt_call_t *call,
    const mt_event_t *event);
static int mt_is_reminded(const mt_event_t *event,
    const mt_person_view_t *person);
static void mt_write_number(mt_payload_t *p, const char *name, int64_t value);
static uint32_t mt_utf8_next(const uint8_t **p);
static size_t mt_ascii_len(uint32_t c);
static char *mt_ascii_put(char *p, uint32_t c);


static const struct {
    mt_event_write_pt  write;
    enum mt_name       kind;
} mt_event_writers[] = {
    [MT_EVENT_BOOK_SUCCESS] = { mt_write_meeting, MT_NAME_MEETING },
    [MT_EVENT_BOOK_UPDATE] = { mt_write_meeting, MT_NAME_MEETING },
    [MT_EVENT_BOOK_CANCEL] = { mt_write_id, MT_NAME_MEETING },
    [MT_EVENT_ROOM_ADD] = { mt_write_record, MT_NAME_ROOM },
    [MT_EVENT_ROOM_UPDATE] = { mt_write_record, MT_NAME_ROOM },
    [MT_EVENT_ROOM_REMOVE] = { mt_write_id, MT_NAME_ROOM },
    [MT_EVENT_USER_ADD] = { mt_write_record, MT_NAME_USER },
    [MT_EVENT_USER_UPDATE] = { mt_write_record, MT_NAME_USER },
    [MT_EVENT_USER_REMOVE] = { mt_write_id, MT_NAME_USER },
    [MT_EVENT_DEPT_ADD] = { mt_write_record, MT_NAME_DEPT },
    [MT_EVENT_DEPT_UPDATE] = { mt_write_record, MT_NAME_DEPT },
    [MT_EVENT_DEPT_REMOVE] = { mt_write_id, MT_NAME_DEPT },
    [MT_EVENT_MEETING_REMIND] = { mt_write_meeting, MT_NAME_MEETING },
};

static const mt_json_table_t *const  mt_event_tables[] = {
    [MT_NAME_USER] = &mt_h5yes_user_out,
    [MT_NAME_DEPT] = &mt_h5yes_dept_out,
    [MT_NAME_ROOM] = &mt_h5yes_room_out,
};


mt_status_t
mt_event_payload(const mt_event_source_t *source, mt_arena_t *arena,
    mt_str_t *text)
{
    mt_status_t   rc;
    mt_payload_t  p;

    memset(&p, 0, sizeof(p));
    p.source = source;
    p.arena = mt_arena_create(0);
    p.row = mt_arena_create(0);

    mt_buf_init(&p.out, arena, 4096);
    p.writer = mt_json_writer(arena, &p.out);

    rc = p.arena && p.row && p.writer ? mt_payload_fill(&p) : MT_NO_MEMORY;

    if (rc == MT_OK && (mt_arena_failed(p.arena) || mt_arena_failed(p.row))) {
        rc = MT_NO_MEMORY;
    }

    if (p.arena) {
        mt_arena_destroy(p.arena);
    }

    if (p.row) {
        mt_arena_destroy(p.row);
    }

    if (rc == MT_OK) {
        *text = mt_json_ascii(arena, (mt_str_t) { p.out.len, p.out.data });
    }

    return rc == MT_OK && (p.out.failed || text->len == 0) ? MT_NO_MEMORY
                                                           : rc;
}


static mt_status_t
mt_payload_fill(mt_payload_t *p)
{
    mt_status_t         rc;
    const char         *name;
    mt_journal_t        entry;
    const mt_outbox_t  *message;

    message = p->source->message;
    name = mt_event_name(message->type);

    if (name == NULL
        || mt_outbox_entry(p->source->txn, message, &entry, p->out.arena) != 1)
    {
        return MT_STORE_FAILED;
    }

    mt_json_open_object(p->writer);
    mt_json_key(p->writer, "event_type");
    mt_json_string(p->writer, mt_cstr(name));

    mt_json_key(p->writer, "value");
    mt_json_open_list(p->writer);
    rc = mt_payload_events(p, &entry);
    mt_json_close_list(p->writer);

    mt_write_number(p, "seq", p->source->number);
    mt_write_number(p, "position", message->position);
    mt_write_number(p, "time", message->time);
    mt_write_number(p, "generation", mt_meta_generation(p->source->txn));
    mt_json_close_object(p->writer);

    return rc;
}


static mt_status_t
mt_payload_events(mt_payload_t *p, const mt_journal_t *entry)
{
    int64_t             i, end;
    mt_status_t         rc;
    const mt_event_t   *event;
    const mt_outbox_t  *message;

    rc = MT_OK;
    message = p->source->message;
    end = message->first + message->n;

    for (i = message->first; rc == MT_OK && i < end; i++) {
        event = (const mt_event_t *) entry->events.v + i;

        mt_arena_reset(p->arena);
        rc = mt_event_writers[message->type].write(p, event,
                                     mt_event_writers[message->type].kind);
    }

    return rc;
}


static void
mt_write_number(mt_payload_t *p, const char *name, int64_t value)
{
    mt_json_key(p->writer, name);
    mt_json_int(p->writer, value);
}


static mt_status_t
mt_write_id(mt_payload_t *p, const mt_event_t *event, enum mt_name kind)
{
    (void) kind;

    /* an event without number was of a person who was erased since */

    if (event->num) {
        mt_json_string(p->writer, event->id);
    }

    return MT_OK;
}


/* Fills a call that reads records of the company. */

static void
mt_payload_call(mt_payload_t *p, mt_call_t *call)
{
    memset(call, 0, sizeof(*call));

    call->arena = p->arena;
    call->settings = p->source->settings;
    call->trusted = 1;
    call->company = p->source->company;
    call->now = p->source->now;
    call->txn = p->source->txn;
}


static mt_status_t
mt_write_record(mt_payload_t *p, const mt_event_t *event, enum mt_name kind)
{
    int               found;
    void             *view;
    mt_call_t         call;
    mt_view_source_t  source;

    mt_payload_call(p, &call);
    mt_view_source(&call, &source);
    source.removed = 1;

    view = mt_arena_alloc(p->arena, mt_directory_view_size(kind));
    found = view ? mt_directory_view(&source, kind, event->num, view) : -1;

    if (found == 1) {
        mt_json_open_object(p->writer);
        mt_json_members(p->writer, mt_event_tables[kind], view);
        mt_json_close_object(p->writer);
    }

    return found < 0 ? MT_STORE_FAILED : MT_OK;
}


/* A reminder has its time, reason and remindType (as jituancaiyun's: 0 in the
 * application, 1 by SMS), and only the attendees to be reminded. */

static mt_status_t
mt_write_meeting(mt_payload_t *p, const mt_event_t *event, enum mt_name kind)
{
    mt_call_t           call;
    mt_status_t         rc;
    mt_meeting_view_t  *view;

    (void) kind;

    mt_payload_call(p, &call);

    rc = mt_listing_reply(&call, event->num, 1);
    if (rc != MT_OK) {
        return rc == MT_NO_SUCH_MEETING ? MT_OK : rc;
    }

    view = call.reply;

    if (event->type == MT_EVENT_MEETING_REMIND
        && !mt_reminder_stands(&view->meeting, event->due, event->reason))
    {
        return MT_OK;
    }

    mt_json_open_object(p->writer);
    mt_json_members(p->writer, &mt_h5yes_meeting_out, view);

    if (event->type == MT_EVENT_MEETING_REMIND) {
        mt_write_number(p, "remindTime", event->due);
        mt_write_number(p, "remindType",
                        event->reason == MT_REMIND_MINUTES
                        ? view->meeting.remind_type : 0);
        mt_json_key(p->writer, "remindReason");
        mt_json_string(p->writer, event->reason == MT_REMIND_CONFIRM
                                  ? MT_STR("confirm") : MT_STR("begin"));
    }

    mt_json_key(p->writer, "attendances");
    mt_json_open_list(p->writer);
    rc = mt_write_people(p, &call, event);
    mt_json_close_list(p->writer);
    mt_json_close_object(p->writer);

    return rc;
}


static mt_status_t
mt_write_people(mt_payload_t *p, mt_call_t *call, const mt_event_t *event)
{
    int    rc;
    void  *row;

    if (mt_attendee_rows.open(call) != MT_OK) {
        return MT_STORE_FAILED;
    }

    for ( ;; ) {
        mt_arena_reset(p->row);

        rc = mt_attendee_rows.next(call, p->row, &row);

        if (rc != 1 || p->out.failed) {
            break;
        }

        if (row && mt_is_reminded(event, row)) {
            mt_json_open_object(p->writer);
            mt_json_members(p->writer, &mt_h5yes_attendance_out, row);
            mt_json_close_object(p->writer);
        }
    }

    mt_attendee_rows.close(call);

    return rc < 0 ? MT_STORE_FAILED : MT_OK;
}


/* Returns 1 for an attendee that the event shows: everybody, unless it is a
 * reminder. */

static int
mt_is_reminded(const mt_event_t *event, const mt_person_view_t *person)
{
    const mt_attendee_t  *a;

    a = &person->attendee;

    if (event->type != MT_EVENT_MEETING_REMIND) {
        return 1;
    }

    if (a->deleted || a->answer == MT_ANSWER_DECLINED) {
        return 0;
    }

    return event->reason != MT_REMIND_CONFIRM
           || a->answer != MT_ANSWER_ACCEPTED;
}


/* Returns the next code point of valid UTF-8. */

static uint32_t
mt_utf8_next(const uint8_t **p)
{
    uint32_t  c;

    c = *(*p)++;

    if (c < 0x80) {
        return c;
    }

    if (c < 0xe0) {
        return (c & 0x1f) << 6 | (*(*p)++ & 0x3f);
    }

    if (c < 0xf0) {
        c = (c & 0x0f) << 12 | ((*p)[0] & 0x3f) << 6 | ((*p)[1] & 0x3f);
        *p += 2;
        return c;
    }

    c = (c & 0x07) << 18 | ((*p)[0] & 0x3f) << 12 | ((*p)[1] & 0x3f) << 6
        | ((*p)[2] & 0x3f);
    *p += 3;

    return c;
}


static size_t
mt_ascii_len(uint32_t c)
{
    if (c < 0x7f && c != '%') {
        return 1;
    }

    return c < MT_SURROGATES ? MT_ESCAPE_LEN : 2 * MT_ESCAPE_LEN;
}


static char *
mt_ascii_put(char *p, uint32_t c)
{
    int  i;

    static const char  digits[] = "0123456789abcdef";

    if (c >= MT_SURROGATES) {
        c -= MT_SURROGATES;
        p = mt_ascii_put(p, 0xd800 | c >> 10);
        c = 0xdc00 | (c & 0x3ff);
    }

    if (c < 0x7f && c != '%') {
        *p++ = (char) c;
        return p;
    }

    *p++ = '\\';
    *p++ = 'u';

    for (i = 12; i >= 0; i -= 4) {
        *p++ = digits[c >> i & 15];
    }

    return p;
}


/* Characters to be escaped occur in strings alone. */

mt_str_t
mt_json_ascii(mt_arena_t *arena, mt_str_t json)
{
    char           *out, *at;
    size_t          len;
    const uint8_t  *p, *end;

    p = (const uint8_t *) json.data;
    end = p + json.len;
    len = 0;

    while (p < end) {
        len += mt_ascii_len(mt_utf8_next(&p));
    }

    out = mt_arena_take(arena, len);
    if (out == NULL) {
        return MT_STR("");
    }

    p = (const uint8_t *) json.data;
    at = out;

    while (p < end) {
        at = mt_ascii_put(at, mt_utf8_next(&p));
    }

    return (mt_str_t) { len, out };
}

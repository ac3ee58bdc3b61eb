
/*
 * The h5yes dialect: tables of meetings.
 */

#include "dialect/mt_h5yes.h"


static mt_status_t mt_h5yes_time_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static mt_status_t mt_h5yes_date_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static mt_status_t mt_h5yes_order_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static mt_status_t mt_h5yes_direction_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena);
static void mt_h5yes_sign_type_write(mt_json_writer_t *w,
    const mt_field_t *field, const void *src);
static mt_status_t mt_h5yes_wall_clock(int64_t digits, int64_t *ms);


/*
 * INT from a wall clock, "2021-04-23 07:00:00" or "2021-04-23": the ms of this
 * time in UTC.  mt_h5yes_list_meetings() turns it into the instant in the
 * location's time zone, which a wire form does not know.
 */

static const mt_wire_t  mt_h5yes_time = {
    "h5yes_time", mt_h5yes_time_read, NULL
};

static const mt_wire_t  mt_h5yes_date = {
    "h5yes_date", mt_h5yes_date_read, NULL
};

static const mt_wire_t  mt_h5yes_order = {
    "h5yes_order", mt_h5yes_order_read, NULL
};

static const mt_wire_t  mt_h5yes_direction = {
    "h5yes_direction", mt_h5yes_direction_read, NULL
};

/* of MT_WAY_*: the document has no number for a check-in by hand, 0 is in its
 * example */

static const mt_wire_t  mt_h5yes_sign_type = {
    "h5yes_sign_type", NULL, mt_h5yes_sign_type_write
};


/* Requests. */

MT_JSON_EXTERN_TABLE(mt_h5yes_meeting_in,
    MT_TOKEN,
    MT_ARG("meetingId", meeting_act, ref, MT_MUST, NULL),
);

/* A filter that is "" counts as not given. */
#define MT_FILTER(wire, name, how)                                            \
    MT_ARG(wire, meeting_list, name, MT_JSON_FILLED, how)

MT_JSON_EXTERN_TABLE(mt_h5yes_meeting_list_in,
    MT_TOKEN,
    MT_FILTER("roomId", room, NULL),
    MT_FILTER("speaker", speaker, NULL),
    MT_FILTER("speakerLike", speaker_like, NULL),
    MT_FILTER("checkedState", checked, NULL),
    MT_FILTER("minTime", ends_after, &mt_h5yes_time),
    MT_FILTER("maxTime", begins_before, &mt_h5yes_time),
    MT_FILTER("reverseDate", day, &mt_h5yes_date),
    MT_FILTER("createdBeginTime", created_from, &mt_h5yes_time),
    MT_FILTER("createdEndTime", created_to, &mt_h5yes_time),
    MT_FILTER("order_by_expression", order, &mt_h5yes_order),
    MT_FILTER("direction", ascending, &mt_h5yes_direction),
);

#define MT_PERSON(wire, name, flags)                                          \
    { wire, MT_FIELD(person, name), 0, flags, NULL, NULL }

#define MT_PERSON_ARGS(flags)                                                 \
    MT_PERSON("id", id, 0),                                                   \
    MT_PERSON("userId", ref, flags),                                          \
    MT_PERSON("name", name, 0),                                               \
    MT_PERSON("phone", phone, 0),                                             \
    MT_PERSON("email", email, 0),                                             \
    MT_PERSON("faceUrl", face, 0)

/* The userId of a guest is "". */
MT_JSON_TABLE(mt_h5yes_person_in,
    MT_PERSON_ARGS(MT_JSON_REQUIRED),
);

/* An update may name an attendee by id in place of userId. */
MT_JSON_TABLE(mt_h5yes_person_update_in,
    MT_PERSON_ARGS(0),
);

#define MT_MEETING_ARG(wire, name, flags)                                     \
    MT_ARG(wire, meeting_edit, name, flags, NULL)

#define MT_MEETING_ARGS(must, required, person)                               \
    MT_MEETING_ARG("roomId", room_ref, must),                                 \
    MT_MEETING_ARG("speaker", speaker, must),                                 \
    MT_MEETING_ARG("subject", subject, must),                                 \
    MT_MEETING_ARG("beginTime", begin, required),                             \
    MT_MEETING_ARG("endTime", end, required),                                 \
    MT_MEETING_ARG("address", place, 0),                                      \
    MT_MEETING_ARG("checkedState", checked, 0),                               \
    MT_MEETING_ARG("memo", content, 0),                                       \
    { "attendances", MT_FIELD(meeting_edit, people), MT_REQUEST_ARGS,         \
      required, NULL, person }

MT_JSON_EXTERN_TABLE(mt_h5yes_book_in,
    MT_TOKEN,
    MT_MEETING_ARG("id", id, 0),
    MT_MEETING_ARG("createdId", creator_ref, MT_MUST),
    MT_MEETING_ARGS(MT_MUST, MT_JSON_REQUIRED, &mt_h5yes_person_in),
);

MT_JSON_EXTERN_TABLE(mt_h5yes_meeting_update_in,
    MT_TOKEN,
    MT_MEETING_ARG("id", ref, MT_MUST),
    MT_MEETING_ARGS(0, 0, &mt_h5yes_person_update_in),
);


/* Answers. */

#define MT_OF_MEETING(wire, name)                                             \
    MT_SHOW(wire, meeting, meeting, meeting, name, NULL)

/* A meeting of another dialect may have no subject: its derived title is
 * shown. */
MT_JSON_EXTERN_TABLE(mt_h5yes_meeting_out,
    MT_OF_MEETING("id", id),
    MT_SHOW("roomId", meeting, room, room, id, NULL),
    MT_OF_MEETING("speaker", speaker),
    MT_SHOW("subject", meeting, derived, meeting_derived, title, NULL),
    MT_OF_MEETING("beginTime", begin),
    MT_OF_MEETING("endTime", end),
    MT_OF_MEETING("address", place),
    MT_OF_MEETING("createdTime", created),
    MT_OF_MEETING("lastUpdateTime", updated),
    MT_OF_MEETING("checkedState", checked),
    MT_OF_MEETING("checkedTime", checked_time),
    MT_OF_MEETING("memo", content),
);

#define MT_ATTENDANCE(wire, name)                                             \
    MT_SHOW(wire, person, derived, person_derived, name, NULL)

#define MT_SIGNED(wire, name)                                                 \
    MT_SHOW(wire, person, checkin, checkin, name, NULL)

MT_JSON_EXTERN_TABLE(mt_h5yes_attendance_out,
    MT_ATTENDANCE("id", id),
    MT_SHOW("userId", person, user, user, id, NULL),
    MT_ATTENDANCE("name", name),
    MT_ATTENDANCE("phone", phone),
    MT_ATTENDANCE("email", email),
    MT_ATTENDANCE("faceUrl", face),
    MT_ATTENDANCE("isSigned", signed_in),
    MT_SHOW("signType", person, checkin, checkin, way, &mt_h5yes_sign_type),
    MT_SIGNED("signImgUrl", image),
    MT_SIGNED("signTime", time),
);


/* Arguments that the wire does not carry. */

void
mt_h5yes_get_meeting(mt_exchange_t *x)
{
    mt_meeting_act_t  *args;

    args = x->call.args;

    mt_set(args, meeting_act, guests, 1);
    mt_set(args, meeting_act, uncancelled, 1);
}


void
mt_h5yes_cancel_meeting(mt_exchange_t *x)
{
    mt_meeting_act_t  *args;

    args = x->call.args;

    mt_set(args, meeting_act, when, MT_WHEN_BEFORE);
}


void
mt_h5yes_finish_meeting(mt_exchange_t *x)
{
    mt_meeting_act_t  *args;

    args = x->call.args;

    mt_set(args, meeting_act, when, MT_WHEN_UNDER_WAY);
}


/* Each attendee must be a user (userId), a guest (userId "") or an attendee of
 * the meeting (id).  The document's example changes a meeting that has ended.
 */

void
mt_h5yes_update_meeting(mt_exchange_t *x)
{
    size_t              i;
    mt_meeting_edit_t  *args;
    const mt_person_t  *person;

    args = x->call.args;
    person = args->people.v;

    mt_set(args, meeting_edit, ended_too, 1);

    for (i = 0; i < args->people.n; i++) {
        if (!mt_has(&person[i], person, ref) && person[i].id.len == 0) {
            x->call.error.status = MT_MISSING;
            x->call.error.field = mt_arena_printf(x->call.arena,
                                                  "attendances[%zu].userId",
                                                  i);
            return;
        }
    }
}


/* Moves wall clocks into the location's time zone. */

void
mt_h5yes_list_meetings(mt_exchange_t *x)
{
    size_t              i;
    int64_t            *time;
    mt_civil_t          wall;
    mt_meeting_list_t  *args;

    static const mt_field_t *const  times[] = {
        MT_FIELD(meeting_list, ends_after),
        MT_FIELD(meeting_list, begins_before),
        MT_FIELD(meeting_list, day),
        MT_FIELD(meeting_list, created_from),
        MT_FIELD(meeting_list, created_to),
    };

    args = x->call.args;

    for (i = 0; i < mt_nitems(times); i++) {
        if (args->has >> times[i]->number & 1) {
            time = (void *) ((char *) args + times[i]->offset);
            mt_zone_civil(NULL, *time, &wall);
            *time = mt_zone_instant(x->call.settings->zone, &wall);
        }
    }
}


/* Turns digits, 20210423070000, into ms.  Returns MT_OK, or MT_BAD_VALUE for a
 * time that the calendar lacks. */

static mt_status_t
mt_h5yes_wall_clock(int64_t digits, int64_t *ms)
{
    mt_civil_t  wall, is;

    wall.second = (int) (digits % 100);
    wall.minute = (int) (digits / 100 % 100);
    wall.hour = (int) (digits / 10000 % 100);
    wall.day = (int) (digits / 1000000 % 100);
    wall.month = (int) (digits / 100000000 % 100);
    wall.year = (int) (digits / 10000000000);

    if (wall.month < 1 || wall.month > 12 || wall.day < 1 || wall.hour > 23
        || wall.minute > 59 || wall.second > 59)
    {
        return MT_BAD_VALUE;
    }

    *ms = mt_zone_instant(NULL, &wall);
    mt_zone_civil(NULL, *ms, &is);

    return is.day == wall.day ? MT_OK : MT_BAD_VALUE;
}


/* Reads the digits of a text of the given form, in which 0 stands for any
 * digit. */

static mt_status_t
mt_h5yes_digits(const mt_json_value_t *value, mt_str_t form, int64_t *digits)
{
    size_t    i;
    unsigned  digit;
    mt_str_t  text;

    text = value->text;
    *digits = 0;

    if (value->type != MT_JSON_STRING) {
        return MT_BAD_TYPE;
    }

    if (text.len != form.len) {
        return MT_BAD_VALUE;
    }

    for (i = 0; i < form.len; i++) {
        digit = (unsigned) (uint8_t) text.data[i] - '0';

        if (form.data[i] != '0') {
            if (text.data[i] != form.data[i]) {
                return MT_BAD_VALUE;
            }

        } else if (digit > 9) {
            return MT_BAD_VALUE;

        } else {
            *digits = *digits * 10 + digit;
        }
    }

    return MT_OK;
}


static mt_status_t
mt_h5yes_time_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    int64_t      digits;
    mt_status_t  status;

    (void) field;
    (void) arena;

    status = mt_h5yes_digits(value, MT_STR("0000-00-00 00:00:00"), &digits);

    return status == MT_OK ? mt_h5yes_wall_clock(digits, dst) : status;
}


static mt_status_t
mt_h5yes_date_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    int64_t      digits;
    mt_status_t  status;

    (void) field;
    (void) arena;

    status = mt_h5yes_digits(value, MT_STR("0000-00-00"), &digits);

    return status == MT_OK ? mt_h5yes_wall_clock(digits * 1000000, dst)
                           : status;
}


static mt_status_t
mt_h5yes_order_read(const mt_json_value_t *value, const mt_field_t *field,
    void *dst, mt_arena_t *arena)
{
    static const mt_word_t  words[] = {
        { mt_str("beginTime"), MT_ORDER_BEGIN },
        { mt_str("endTime"), MT_ORDER_END },
        { mt_str("createdTime"), MT_ORDER_CREATED },
        { mt_str("lastUpdateTime"), MT_ORDER_UPDATED },
        { mt_str("checkedTime"), MT_ORDER_CHECKED },
    };

    (void) field;
    (void) arena;

    return mt_wire_word(value, dst, words, mt_nitems(words));
}


static mt_status_t
mt_h5yes_direction_read(const mt_json_value_t *value,
    const mt_field_t *field, void *dst, mt_arena_t *arena)
{
    static const mt_word_t  words[] = {
        { mt_str("asc"), 1 },
        { mt_str("desc"), 0 },
    };

    (void) field;
    (void) arena;

    return mt_wire_word(value, dst, words, mt_nitems(words));
}


static void
mt_h5yes_sign_type_write(mt_json_writer_t *w, const mt_field_t *field,
    const void *src)
{
    int64_t  way;

    (void) field;

    way = *(const int64_t *) src;
    mt_json_int(w, way == MT_WAY_HAND ? 0 : way);
}

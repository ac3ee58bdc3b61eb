
/*
 * Views of meetings and of people on their lists: records side by side, and
 * what follows from them.
 */

#include "domain/mt_meeting.h"


#define MT_TITLE_FROM_CONTENT  100      /* characters */


static int mt_view_slot(const mt_source_t *source, mt_db_t db,
    int64_t meeting, int64_t slot, const mt_model_t *model, void *object);
static void mt_view_derive(const mt_source_t *source,
    mt_meeting_view_t *view);
static int64_t mt_view_window(const mt_source_t *source,
    const mt_meeting_t *meeting);
static int mt_view_derive_person(const mt_source_t *source,
    const mt_meeting_t *meeting, mt_person_view_t *view);


/* A field 0 stands for all of a record. */

typedef struct {
    size_t    base;
    unsigned  field;
    unsigned  parts;
} mt_part_t;

#define MT_RECORD_PART(view, record, parts)                                   \
    { offsetof(mt_##view##_view_t, record), 0, parts }

#define MT_DERIVED_PART(view, name, parts)                                    \
    { offsetof(mt_##view##_view_t, derived), MT_##view##_derived_##name,      \
      parts }

static const mt_part_t  mt_parts_of_meeting[] = {
    MT_RECORD_PART(meeting, tally, MT_PART_TALLY),
    MT_RECORD_PART(meeting, dept, MT_PART_DEPT),
    MT_RECORD_PART(meeting, creator, MT_PART_CREATOR),
    MT_RECORD_PART(meeting, host, MT_PART_HOST),
    MT_RECORD_PART(meeting, room, MT_PART_ROOM),
    MT_DERIVED_PART(meeting, members, MT_PART_TALLY),
    MT_DERIVED_PART(meeting, answered, MT_PART_TALLY),
    MT_DERIVED_PART(meeting, unanswered, MT_PART_TALLY),
    MT_DERIVED_PART(meeting, unsigned_in, MT_PART_TALLY),
};

static const mt_part_t  mt_parts_of_person[] = {
    MT_RECORD_PART(person, checkin, MT_PART_CHECKIN),
    MT_RECORD_PART(person, user, MT_PART_USER),
    MT_RECORD_PART(person, dept, MT_PART_USER | MT_PART_PERSON_DEPT),
    MT_DERIVED_PART(person, signed_in, MT_PART_CHECKIN),
    MT_DERIVED_PART(person, num, MT_PART_USER),
    MT_DERIVED_PART(person, name, MT_PART_USER),
    MT_DERIVED_PART(person, phone, MT_PART_USER),
    MT_DERIVED_PART(person, email, MT_PART_USER),
    MT_DERIVED_PART(person, face, MT_PART_USER),
    MT_DERIVED_PART(person, kind, MT_PART_USER),
};


static unsigned
mt_parts(const mt_part_t *part, size_t n, size_t base, unsigned field)
{
    size_t    i;
    unsigned  parts;

    parts = 0;

    for (i = 0; i < n; i++) {
        if (part[i].base == base
            && (part[i].field == 0 || part[i].field == field))
        {
            parts |= part[i].parts;
        }
    }

    return parts;
}


unsigned
mt_meeting_parts(size_t base, unsigned field)
{
    return mt_parts(mt_parts_of_meeting, mt_nitems(mt_parts_of_meeting), base,
                    field);
}


unsigned
mt_person_parts(size_t base, unsigned field)
{
    return mt_parts(mt_parts_of_person, mt_nitems(mt_parts_of_person), base,
                    field);
}


/* The number, or 0, which nothing has, for what is not shown. */

static inline int64_t
mt_view_shown(const mt_source_t *source, unsigned part, int64_t num)
{
    return source->hides & part ? 0 : num;
}


static int
mt_view_slot(const mt_source_t *source, mt_db_t db, int64_t meeting,
    int64_t slot, const mt_model_t *model, void *object)
{
    mt_key_t  key;

    if (slot == 0) {
        memset(object, 0, model->size);
        return 0;
    }

    mt_key_num2(&key, source->company, (uint64_t) meeting, (uint64_t) slot);

    return mt_source_load_key(source, db, &key, model, object);
}


int
mt_meeting_view(const mt_source_t *source, int64_t num,
    mt_meeting_view_t *view)
{
    int  found;

    found = mt_source_load(source, MT_DB_MEETING, num, &mt_meeting_model,
                           &view->meeting);

    return found == 1 ? mt_meeting_view_fill(source, view) : found;
}


int
mt_meeting_view_fill(const mt_source_t *source, mt_meeting_view_t *view)
{
    int64_t              creator, host;
    const mt_meeting_t  *m;

    m = &view->meeting;
    creator = mt_view_shown(source, MT_PART_CREATOR, m->creator);
    host = mt_view_shown(source, MT_PART_HOST, m->creator);

    if (mt_source_load(source, MT_DB_TALLY,
                       mt_view_shown(source, MT_PART_TALLY, m->num),
                       &mt_tally_model, &view->tally) < 0
        || mt_source_load(source, MT_DB_DEPT,
                          mt_view_shown(source, MT_PART_DEPT, m->dept),
                          &mt_dept_model, &view->dept) < 0
        || mt_source_user(source, creator, &view->creator) < 0
        || mt_view_slot(source, MT_DB_ATTENDEE, m->num, host,
                        &mt_attendee_model, &view->host) < 0
        || mt_source_load(source, MT_DB_ROOM,
                          mt_view_shown(source, MT_PART_ROOM, m->room),
                          &mt_room_model, &view->room) < 0)
    {
        return -1;
    }

    mt_view_derive(source, view);

    return 1;
}


static void
mt_view_derive(const mt_source_t *source, mt_meeting_view_t *view)
{
    const mt_tally_t      *tally;
    const mt_meeting_t    *m;
    mt_meeting_derived_t  *derived;

    m = &view->meeting;
    tally = &view->tally;
    derived = &view->derived;

    memset(derived, 0, sizeof(*derived));

    derived->life = mt_meeting_life(m, source->now);
    derived->window = mt_view_window(source, m);
    derived->wants_sign = m->sign != MT_SIGN_NONE;

    derived->text = m->content.len ? m->content : m->subject;
    derived->title = m->subject.len ? m->subject
                     : mt_utf8_prefix(m->content, MT_TITLE_FROM_CONTENT);

    derived->push = m->state == MT_MEETING_CANCELLED ? MT_PUSH_CANCELLED
                    : m->pushed ? MT_PUSH_DONE : MT_PUSH_WAITING;
    derived->written = m->client_created ? m->client_created : m->created;

    if (derived->life == MT_LIFE_ENDED) {
        derived->done = m->done ? m->done : m->end;
    }

    derived->order = m->room && m->state != MT_MEETING_CANCELLED
                     && m->checked != MT_CHECK_REFUSED ? m->id : MT_STR("");

    derived->members = tally->total - (source->guests ? 0 : tally->guests);
    derived->answered = tally->accepted + tally->declined;
    derived->unanswered = derived->members - derived->answered;
    derived->unsigned_in = derived->members - tally->signed_in;
}


static int64_t
mt_view_window(const mt_source_t *source, const mt_meeting_t *meeting)
{
    if (meeting->sign == MT_SIGN_NONE) {
        return MT_WINDOW_EARLY;
    }

    if (mt_meeting_live(meeting, source->now) != MT_OK) {
        return MT_WINDOW_CLOSED;
    }

    return source->now < meeting->begin - source->settings->opens_before
           ? MT_WINDOW_EARLY : MT_WINDOW_OPEN;
}


/*
 * The directory keeps the records of users that were removed: they show as
 * they were.
 */

int
mt_person_view(const mt_source_t *source, const mt_meeting_t *meeting,
    int64_t slot, const mt_str_t *record, mt_person_view_t *view)
{
    int64_t  user, signer;

    user = slot < MT_GUEST_SLOT ? slot : 0;
    user = mt_view_shown(source, MT_PART_USER, user);
    signer = mt_view_shown(source, MT_PART_CHECKIN, slot);

    if ((record ? mt_source_load_value(source, MT_DB_ATTENDEE, *record,
                                       &mt_attendee_model, &view->attendee)
                : mt_view_slot(source, MT_DB_ATTENDEE, meeting->num, slot,
                               &mt_attendee_model, &view->attendee)) < 0
        || mt_view_slot(source, MT_DB_CHECKIN, meeting->num, signer,
                        &mt_checkin_model, &view->checkin) < 0
        || mt_source_user(source, user, &view->user) < 0
        || mt_source_load(source, MT_DB_DEPT,
                          mt_view_shown(source, MT_PART_PERSON_DEPT,
                                        view->user.dept),
                          &mt_dept_model, &view->dept) < 0)
    {
        return -1;
    }

    return mt_view_derive_person(source, meeting, view);
}


/* What was given with the attendance goes before what the directory says. */

static int
mt_view_derive_person(const mt_source_t *source, const mt_meeting_t *meeting,
    mt_person_view_t *view)
{
    const mt_user_t      *user;
    const mt_attendee_t  *given;
    mt_person_derived_t  *derived;

    user = &view->user;
    given = &view->attendee;
    derived = &view->derived;

    memset(derived, 0, sizeof(*derived));

    derived->num = user->num;
    derived->name = given->name.len ? given->name : user->name;
    derived->phone = given->phone.len ? given->phone : user->phone;
    derived->email = given->email.len ? given->email : user->email;
    derived->face = given->face.len ? given->face : user->face;

    derived->signed_in = view->checkin.time != 0;
    derived->on_leave = given->answer == MT_ANSWER_DECLINED;
    derived->confirmed = given->answer == MT_ANSWER_ACCEPTED
                         || derived->on_leave;
    derived->remind = !derived->on_leave && given->deleted == 0;

    derived->kind = user->num ? MT_PERSON_USER
                    : derived->phone.len && derived->name.len == 0
                      && derived->email.len == 0
                    ? MT_PERSON_PHONE : MT_PERSON_GUEST;

    derived->id = given->id;

    /* one that no client chose takes a digest to make */

    if (source->guests && given->slot && given->id.len == 0) {
        derived->id = mt_attendance_id(source->arena, meeting, given->slot);
        return derived->id.len ? 1 : -1;
    }

    return 1;
}


/*
 * Views of meetings and of their attendees: records side by side, and values
 * derived from them.
 */

#include "domain/meeting/mt_meeting_view.h"


#define MT_TITLE_FROM_CONTENT  100      /* characters */


static int mt_view_slot(const mt_view_source_t *source, mt_db_t db,
    int64_t meeting, int64_t slot, const mt_model_t *model, void *object);
static mt_str_t mt_view_uid(const mt_view_source_t *source,
    const mt_user_t *user, int64_t named);
static void mt_view_reminders(const mt_view_source_t *source,
    const mt_meeting_t *m, mt_meeting_derived_t *derived);
static void mt_view_derive(const mt_view_source_t *source,
    mt_meeting_view_t *view);
static int64_t mt_view_window(const mt_view_source_t *source,
    const mt_meeting_t *meeting);
static void mt_view_until(const mt_view_source_t *source,
    const mt_meeting_t *meeting);
static int mt_view_derive_person(const mt_view_source_t *source,
    const mt_meeting_t *meeting, mt_person_view_t *view);


/* A range of a record's fields, and the parts that show them. */

typedef struct {
    size_t    base;
    unsigned  first;
    unsigned  last;
    unsigned  parts;
} mt_part_t;

#define MT_RECORD_PART(view, record, parts)                                   \
    { offsetof(mt_##view##_view_t, record), 0, UINT32_MAX, parts }

#define MT_TAIL_PART(view, record, after, parts)                              \
    { offsetof(mt_##view##_view_t, record), after + 1, UINT32_MAX, parts }

#define MT_DERIVED_PART(view, name, parts)                                    \
    { offsetof(mt_##view##_view_t, derived), MT_##view##_derived_##name,      \
      MT_##view##_derived_##name, parts }

static const mt_part_t  mt_parts_of_meeting[] = {
    MT_TAIL_PART(meeting, meeting, MT_meeting_seed, MT_PART_MEETING_TAIL),
    MT_RECORD_PART(meeting, tally, MT_PART_TALLY),
    MT_RECORD_PART(meeting, dept, MT_PART_DEPT),
    MT_RECORD_PART(meeting, creator, MT_PART_CREATOR),
    MT_RECORD_PART(meeting, host, MT_PART_HOST),
    MT_RECORD_PART(meeting, room, MT_PART_ROOM),
    MT_TAIL_PART(meeting, room, MT_room_id, MT_PART_ROOM_TAIL),
    MT_DERIVED_PART(meeting, members, MT_PART_TALLY),
    MT_DERIVED_PART(meeting, answered, MT_PART_TALLY),
    MT_DERIVED_PART(meeting, unanswered, MT_PART_TALLY),
    MT_DERIVED_PART(meeting, unsigned_in, MT_PART_TALLY),
    MT_DERIVED_PART(meeting, push, MT_PART_MEETING_TAIL),
    MT_DERIVED_PART(meeting, creator_name,
                    MT_PART_CREATOR | MT_PART_MEETING_TAIL),
    MT_DERIVED_PART(meeting, creator_uid,
                    MT_PART_CREATOR | MT_PART_MEETING_TAIL | MT_PART_UID),
    MT_DERIVED_PART(meeting, phase, MT_PART_NOW),
    MT_DERIVED_PART(meeting, window, MT_PART_NOW),
    MT_DERIVED_PART(meeting, done, MT_PART_NOW),
};

/* the department's number is in the user's tail */

static const mt_part_t  mt_parts_of_person[] = {
    MT_RECORD_PART(person, checkin, MT_PART_CHECKIN),
    MT_RECORD_PART(person, user, MT_PART_USER),
    MT_TAIL_PART(person, user, MT_user_face, MT_PART_USER_TAIL),
    MT_RECORD_PART(person, dept, MT_PART_USER | MT_PART_USER_TAIL
                                 | MT_PART_PERSON_DEPT),
    MT_DERIVED_PART(person, signed_in, MT_PART_CHECKIN),
    MT_DERIVED_PART(person, presence, MT_PART_CHECKIN),
    MT_DERIVED_PART(person, num, MT_PART_USER),
    MT_DERIVED_PART(person, name, MT_PART_USER),
    MT_DERIVED_PART(person, phone, MT_PART_USER),
    MT_DERIVED_PART(person, email, MT_PART_USER),
    MT_DERIVED_PART(person, face, MT_PART_USER),
    MT_DERIVED_PART(person, kind, MT_PART_USER),
    MT_DERIVED_PART(person, guest_name, MT_PART_USER),
    MT_DERIVED_PART(person, guest_email, MT_PART_USER),
    MT_DERIVED_PART(person, uid, MT_PART_USER | MT_PART_UID),
};

/* The views are derived from fields before the tails. */
_Static_assert((int) MT_meeting_pushed > (int) MT_meeting_seed
               && (int) MT_meeting_updated < (int) MT_meeting_seed
               && (int) MT_meeting_leaders < (int) MT_meeting_seed
               && (int) MT_meeting_checked_time < (int) MT_meeting_seed
               && (int) MT_user_email < (int) MT_user_face
               && (int) MT_user_dept > (int) MT_user_face,
               "a tail is what nothing but an answer looks at");


static unsigned
mt_parts(const mt_part_t *part, size_t n, size_t base, unsigned field)
{
    size_t    i;
    unsigned  parts;

    parts = 0;

    for (i = 0; i < n; i++) {
        if (part[i].base == base
            && field >= part[i].first && field <= part[i].last)
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


/* Returns the number, or 0, which no record has, if the part is not shown. */

static inline int64_t
mt_view_shown(const mt_view_source_t *source, unsigned part, int64_t num)
{
    return source->hides & part ? 0 : num;
}


static int
mt_view_slot(const mt_view_source_t *source, mt_db_t db, int64_t meeting,
    int64_t slot, const mt_model_t *model, void *object)
{
    mt_key_t  key;

    if (slot == 0) {
        memset(object, 0, model->size);
        return 0;
    }

    mt_key_num2(&key, source->company, meeting, slot);

    return mt_view_load_key(source, db, &key, model, MT_ALL_FIELDS, object);
}


/* A record that is not shown is not cleared either: only records with derived
 * values are read. */

static int
mt_view_load_part(const mt_view_source_t *source, unsigned part, mt_db_t db,
    int64_t num, const mt_model_t *model, void *object)
{
    return source->hides & part
           ? 0 : mt_view_load(source, db, num, model, MT_ALL_FIELDS, object);
}


static int
mt_view_load_room(const mt_view_source_t *source, int64_t num, mt_room_t *room)
{
    return source->hides & MT_PART_ROOM
           ? 0 : mt_view_load(source, MT_DB_ROOM, num, &mt_room_model,
                              source->hides & MT_PART_ROOM_TAIL
                              ? MT_FIELDS_TO(MT_room_id) : MT_ALL_FIELDS,
                              room);
}


int
mt_meeting_view_find(const mt_view_source_t *source, int64_t num,
    mt_str_t *record)
{
    mt_key_t  key;

    mt_key_num(&key, source->company, num);

    return mt_view_find(source, MT_DB_MEETING, &key, record);
}


int
mt_meeting_view_read(const mt_view_source_t *source, mt_str_t record,
    mt_meeting_view_t *view)
{
    return mt_view_read(source, MT_DB_MEETING, record, &mt_meeting_model,
                        source->hides & MT_PART_MEETING_TAIL
                        ? MT_FIELDS_TO(MT_meeting_seed) : MT_ALL_FIELDS,
                        &view->meeting);
}


int
mt_meeting_view_load(const mt_view_source_t *source, int64_t num,
    mt_meeting_view_t *view)
{
    mt_str_t  record;

    return mt_meeting_view_find(source, num, &record) < 0
           ? -1 : mt_meeting_view_read(source, record, view);
}


/* The room is the only other record that a view with a usable key may show. */

int
mt_meeting_row_key(const mt_view_source_t *source, const mt_meeting_t *meeting,
    mt_str_t record, mt_row_key_t *row)
{
    mt_key_t  key;

    static const unsigned  beyond = MT_PART_TALLY | MT_PART_DEPT
                                    | MT_PART_CREATOR | MT_PART_HOST
                                    | MT_PART_NOW;

    memset(row, 0, sizeof(*row));

    if ((source->hides & beyond) != beyond) {
        return 1;
    }

    row->usable = 1;
    row->nums[0] = source->company;
    row->nums[1] = (uint64_t) meeting->num;
    row->parts[0] = record;

    if (meeting->room == 0 || (source->hides & MT_PART_ROOM)) {
        return 1;
    }

    mt_key_num(&key, source->company, meeting->room);

    return mt_view_find(source, MT_DB_ROOM, &key, &row->parts[1]) < 0
           ? -1 : 1;
}


int
mt_meeting_view(const mt_view_source_t *source, int64_t num,
    mt_meeting_view_t *view)
{
    int  found;

    found = mt_meeting_view_load(source, num, view);

    return found == 1 ? mt_meeting_view_fill(source, view) : found;
}


int
mt_meeting_view_fill(const mt_view_source_t *source, mt_meeting_view_t *view)
{
    const mt_meeting_t  *m;

    m = &view->meeting;

    if (source->hides & MT_PART_TALLY) {
        memset(&view->tally, 0, sizeof(view->tally));
    }

    if (mt_view_load_part(source, MT_PART_TALLY, MT_DB_TALLY, m->num,
                          &mt_tally_model, &view->tally) < 0
        || mt_view_load_part(source, MT_PART_DEPT, MT_DB_DEPT, m->dept,
                             &mt_dept_model, &view->dept) < 0
        || mt_view_load_room(source, m->room, &view->room) < 0)
    {
        return -1;
    }

    if (!(source->hides & MT_PART_CREATOR)
        && mt_view_load_user(source, m->creator, MT_ALL_FIELDS, &view->creator)
           < 0)
    {
        return -1;
    }

    if (!(source->hides & MT_PART_HOST)
        && mt_view_slot(source, MT_DB_ATTENDEE, m->num, m->creator,
                        &mt_attendee_model, &view->host) < 0)
    {
        return -1;
    }

    mt_view_derive(source, view);

    return 1;
}


/* Returns the number of a user, or the string id if `named`; empty for no user
 * or without memory. */

static mt_str_t
mt_view_uid(const mt_view_source_t *source, const mt_user_t *user,
    int64_t named)
{
    char  *digits;

    if (named || user->num == 0) {
        return user->id;
    }

    digits = mt_arena_take(source->arena, MT_DIGITS);

    return digits ? mt_digits(digits, user->num) : MT_STR("");
}


static void
mt_view_reminders(const mt_view_source_t *source, const mt_meeting_t *m,
    mt_meeting_derived_t *derived)
{
    int64_t  *legacy;

    legacy = NULL;

    if (m->reminders.n == 0 && (m->notice || m->remind)) {
        legacy = mt_arena_take(source->arena, 2 * sizeof(int64_t));
        if (legacy == NULL) {
            return;
        }
    }

    derived->reminders = mt_reminders(m, legacy);

    derived->notice = derived->reminders.n ? derived->reminders.v[0] : -1;
    derived->remind = derived->reminders.n ? derived->reminders.v[0] : 0;
}


static void
mt_view_derive(const mt_view_source_t *source, mt_meeting_view_t *view)
{
    const mt_tally_t      *tally;
    const mt_meeting_t    *m;
    mt_meeting_derived_t  *derived;

    m = &view->meeting;
    tally = &view->tally;
    derived = &view->derived;

    memset(derived, 0, sizeof(*derived));

    if (!(source->hides & MT_PART_NOW)) {
        mt_view_until(source, m);
    }

    derived->phase = mt_meeting_phase(m, source->now);
    derived->window = mt_view_window(source, m);
    derived->wants_sign = m->sign != MT_SIGN_NONE;

    derived->text = m->content.len ? m->content : m->subject;
    derived->title = m->subject.len ? m->subject
                     : mt_utf8_prefix(m->content, MT_TITLE_FROM_CONTENT);

    mt_view_reminders(source, m, derived);

    derived->push = m->state == MT_MEETING_CANCELLED ? MT_PUSH_CANCELLED
                    : m->pushed ? MT_PUSH_DONE : MT_PUSH_WAITING;
    derived->written = m->client_created ? m->client_created : m->created;

    if (derived->phase == MT_PHASE_ENDED) {
        derived->done = m->done ? m->done : m->end;
    }

    derived->order = m->room && m->state != MT_MEETING_CANCELLED
                     && m->checked != MT_CHECK_REJECTED ? m->id : MT_STR("");

    if (!(source->hides & MT_PART_CREATOR)) {
        derived->creator_name = m->creator_called.len ? m->creator_called
                                                      : view->creator.name;
    }

    if (!(source->hides & MT_PART_UID)) {
        derived->creator_uid = mt_view_uid(source, &view->creator,
                                           m->creator_named);
    }

    derived->members = tally->total - (source->guests ? 0 : tally->guests);
    derived->answered = tally->accepted + tally->declined;
    derived->unanswered = derived->members - derived->answered;
    derived->unsigned_in = derived->members - tally->signed_in;
}


static int64_t
mt_view_window(const mt_view_source_t *source, const mt_meeting_t *meeting)
{
    if (meeting->sign == MT_SIGN_NONE) {
        return MT_WINDOW_EARLY;
    }

    if (mt_meeting_check_open(meeting, source->now) != MT_OK) {
        return MT_WINDOW_CLOSED;
    }

    return source->now < meeting->begin - source->settings->opens_before
           ? MT_WINDOW_EARLY : MT_WINDOW_OPEN;
}


/* The fields that depend on the clock change at these instants only. */

static void
mt_view_until(const mt_view_source_t *source, const mt_meeting_t *meeting)
{
    size_t   i;
    int64_t  instants[3];

    instants[0] = meeting->begin - source->settings->opens_before;
    instants[1] = meeting->begin;
    instants[2] = meeting->end;

    for (i = 0; i < mt_nitems(instants); i++) {
        if (instants[i] > source->now && instants[i] < *source->until) {
            *source->until = instants[i];
        }
    }
}


/* The directory keeps the records of removed users: they show as they were. */

int
mt_person_find(const mt_view_source_t *source, const mt_meeting_t *meeting,
    int64_t slot, const mt_str_t *attendee, mt_person_records_t *records)
{
    mt_key_t  key;

    memset(records, 0, sizeof(*records));
    records->slot = slot;

    mt_key_num2(&key, source->company, meeting->num, slot);

    if (attendee) {
        records->attendee = *attendee;

    } else if (slot
               && mt_view_find(source, MT_DB_ATTENDEE, &key,
                               &records->attendee) < 0)
    {
        return -1;
    }

    if (slot && !(source->hides & MT_PART_CHECKIN)
        && mt_view_find(source, MT_DB_CHECKIN, &key, &records->checkin) < 0)
    {
        return -1;
    }

    if (slot == 0 || slot >= MT_GUEST_SLOT || (source->hides & MT_PART_USER)) {
        return 1;
    }

    mt_key_num(&key, source->company, slot);

    return mt_view_find(source, MT_DB_USER, &key, &records->user) < 0
           ? -1 : 1;
}


/* The department is found through the user's record, which is not decoded
 * here: a row that shows it has no usable key. */

void
mt_person_row_key(const mt_view_source_t *source, const mt_meeting_t *meeting,
    const mt_person_records_t *records, mt_row_key_t *key)
{
    key->skip = 0;
    key->usable = (source->hides & MT_PART_PERSON_DEPT) != 0;

    /* the one row that shows a phone whole */

    if (source->phones != MT_PHONES_ALL && records->slot == source->self) {
        key->usable = 0;
    }

    key->nums[0] = (uint64_t) source->company << 3
                   | (uint64_t) source->phones << 1 | (source->guests != 0);
    key->nums[1] = (uint64_t) meeting->num;
    key->nums[2] = (uint64_t) records->slot;

    key->parts[0] = records->attendee;
    key->parts[1] = records->checkin;
    key->parts[2] = records->user;
    key->parts[3] = meeting->seed;
    key->parts[4] = source->settings->public_base;
}


int
mt_person_view(const mt_view_source_t *source, const mt_meeting_t *meeting,
    const mt_person_records_t *records, mt_person_view_t *view)
{
    if (mt_view_read(source, MT_DB_ATTENDEE, records->attendee,
                     &mt_attendee_model, MT_ALL_FIELDS, &view->attendee) < 0
        || mt_view_read(source, MT_DB_CHECKIN, records->checkin,
                        &mt_checkin_model, MT_ALL_FIELDS, &view->checkin)
           < 0
        || mt_view_read_user(source, records->user,
                             source->hides & MT_PART_USER_TAIL
                             ? MT_FIELDS_TO(MT_user_face) : MT_ALL_FIELDS,
                             &view->user) < 0
        || mt_view_load_part(source, MT_PART_PERSON_DEPT, MT_DB_DEPT,
                             view->user.dept, &mt_dept_model, &view->dept) < 0)
    {
        return -1;
    }

    return mt_view_derive_person(source, meeting, view);
}


/* Fields given with the attendance go before those of the directory. */

static int
mt_view_derive_person(const mt_view_source_t *source,
    const mt_meeting_t *meeting, mt_person_view_t *view)
{
    int                   has_phone;
    const mt_user_t      *user;
    const mt_attendee_t  *given;
    mt_person_derived_t  *derived;

    user = &view->user;
    given = &view->attendee;
    derived = &view->derived;

    memset(derived, 0, sizeof(*derived));

    derived->num = user->num;
    derived->name = given->name.len ? given->name : user->name;
    has_phone = given->phone.len || user->phone.len;
    derived->phone = given->phone.len
                     ? mt_view_phone(source, user->num, given->phone)
                     : user->phone;
    derived->email = given->email.len ? given->email : user->email;
    derived->face = given->face;

    /* a picture in our folder is the user's, who may have a new one */

    if (given->face.len == 0
        || (user->num && mt_view_is_our_picture(source, given->face)))
    {
        derived->face = user->face;
    }

    derived->signed_in = view->checkin.time != 0;
    derived->on_leave = given->answer == MT_ANSWER_DECLINED;
    derived->presence = derived->signed_in
                        ? view->checkin.late ? MT_PRESENCE_LATE
                                             : MT_PRESENCE_PRESENT
                        : derived->on_leave ? MT_PRESENCE_EXCUSED
                                            : MT_PRESENCE_ABSENT;
    derived->confirmed = given->answer == MT_ANSWER_ACCEPTED
                         || derived->on_leave;
    derived->remind = !derived->on_leave && given->deleted == 0;

    derived->kind = user->num ? MT_PERSON_USER
                    : has_phone ? MT_PERSON_PHONE : MT_PERSON_GUEST;

    if (derived->kind != MT_PERSON_USER) {
        derived->guest_email = derived->email;
        derived->guest_name = derived->name.len ? derived->name
                              : derived->email.len ? derived->email
                              : derived->phone;
    }

    if (!(source->hides & MT_PART_UID)) {
        derived->uid = mt_view_uid(source, user, given->named);
    }

    derived->id = given->id;

    /* an id that no client chose is derived */

    if (source->guests && given->slot && given->id.len == 0) {
        derived->id = mt_attendance_id(source->arena, meeting, given->slot);
        return derived->id.len ? 1 : -1;
    }

    return 1;
}


/*
 * Making and changing a meeting.  Both go the same way: what the arguments say
 * is put on a copy of the record, the copy is judged as a whole against the
 * state, and only then anything is written.
 */

#include "base/mt_crypto.h"
#include "domain/mt_directory.h"
#include "domain/mt_meeting.h"


#define MT_CODE_LEN      11
#define MT_PCODE_LEN     18
#define MT_BILLING_LEN   8
#define MT_SEED_LEN      16

/* the fields that clients write as they are, all but the id */
#define MT_EDITED_FIELDS                                                      \
    ((0 MT_MEETING_TEXT_FIELDS(MT_FIELD_BIT, meeting)) & ~MT_BIT(meeting, id))

#define MT_MADE_FIELDS                                                        \
    (MT_EDITED_FIELDS | MT_BIT(meeting, seed)                                 \
     | MT_BIT(meeting, attendee_code) | MT_BIT(meeting, host_code)            \
     | MT_BIT(meeting, pcode1) | MT_BIT(meeting, pcode2)                      \
     | MT_BIT(meeting, billing_code))


typedef struct {
    mt_apply_t                *a;
    const mt_meeting_edit_t   *args;
    mt_result_t               *result;
    const mt_meeting_t        *old;        /* NULL: it is being made */
    mt_meeting_t               meeting;    /* as it will be */
    int64_t                    claim;      /* the number that its id claims */
    mt_people_t               *people;
    mt_roster_t               *roster;
    int                        listed;     /* the list is to be written */
} mt_edit_t;


static mt_step_t mt_meeting_create_start(mt_call_t *call);
static mt_step_t mt_meeting_update_start(mt_call_t *call);
static mt_step_t mt_edit_times(mt_call_t *call, int64_t length);
static int mt_edit_secrets(mt_call_t *call);
static mt_str_t mt_random_text(mt_arena_t *arena, mt_str_t alphabet,
    size_t len);
static void mt_edit_finish(mt_call_t *call);

static mt_status_t mt_meeting_create_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_meeting_update_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_edit_init(mt_edit_t *edit, mt_apply_t *a,
    const mt_meeting_edit_t *args, mt_result_t *result);
static mt_status_t mt_edit_creator(mt_edit_t *edit);
static mt_status_t mt_edit_identity(mt_edit_t *edit);
static mt_status_t mt_edit_code(mt_edit_t *edit, enum mt_name kind,
    mt_str_t code);
static mt_status_t mt_edit_judge(mt_edit_t *edit);
static mt_status_t mt_edit_dept(mt_edit_t *edit);
static mt_status_t mt_edit_leaders(mt_edit_t *edit);
static mt_status_t mt_edit_list(mt_edit_t *edit);
static mt_status_t mt_edit_room(mt_edit_t *edit);
static mt_status_t mt_edit_room_load(mt_edit_t *edit, mt_room_t *room);
static mt_status_t mt_edit_enter(mt_edit_t *edit, const mt_room_t *room);
static void mt_edit_checked(mt_edit_t *edit, const mt_room_t *room,
    int moved);
static mt_status_t mt_edit_free(mt_edit_t *edit);
static int mt_room_open(const mt_room_t *room, const mt_meeting_t *meeting);
static mt_status_t mt_edit_write(mt_edit_t *edit, int event);


const mt_operation_t  mt_op_meeting_create = {
    .code = MT_CODE_meeting_create,
    .name = "meeting_create",
    .args = &mt_meeting_edit_model,
    .body = &mt_meeting_edit_model,
    .rows = &mt_people_rows,
    .start = mt_meeting_create_start,
    .finish = mt_edit_finish,
    .apply = mt_meeting_create_apply
};

const mt_operation_t  mt_op_meeting_update = {
    .code = MT_CODE_meeting_update,
    .name = "meeting_update",
    .args = &mt_meeting_edit_model,
    .body = &mt_meeting_edit_model,
    .rows = &mt_people_rows,
    .start = mt_meeting_update_start,
    .finish = mt_edit_finish,
    .apply = mt_meeting_update_apply
};


static mt_step_t
mt_meeting_create_start(mt_call_t *call)
{
    mt_step_t           step;
    mt_meeting_edit_t  *args;

    args = call->args;

    if (!mt_has(args, meeting_edit, begin)) {
        return mt_refuse(call, MT_MISSING, MT_meeting_edit_begin);
    }

    step = mt_edit_times(call, call->settings->default_length);
    if (step == MT_STEP_DONE) {
        return step;
    }

    if (mt_edit_secrets(call) != 0) {
        return mt_refuse(call, MT_INTERNAL, 0);
    }

    return mt_command(call, args);
}


static mt_step_t
mt_meeting_update_start(mt_call_t *call)
{
    mt_step_t           step;
    mt_status_t         rc;
    mt_meeting_t        meeting;
    mt_meeting_edit_t  *args;

    args = call->args;

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_refuse(call, rc, MT_meeting_edit_ref);
    }

    step = mt_edit_times(call, args->keep_length ? meeting.end - meeting.begin
                                                 : 0);
    if (step == MT_STEP_DONE) {
        return step;
    }

    return mt_command(call, args);
}


/*
 * Completes the times: the end of a meeting of which only the begin is given
 * (length 0: it stays), and the offsets by which apply knows the wall clock.
 */

static mt_step_t
mt_edit_times(mt_call_t *call, int64_t length)
{
    unsigned            field;
    mt_meeting_edit_t  *args;

    args = call->args;
    field = MT_meeting_edit_end;

    if (mt_has(args, meeting_edit, begin)) {
        if (!mt_has(args, meeting_edit, end) && length) {
            mt_set(args, meeting_edit, end, args->begin + length);
            field = MT_meeting_edit_begin;
        }

        mt_set(args, meeting_edit, begin_offset,
               mt_zone_offset(call->settings->zone, args->begin));
    }

    if (mt_has(args, meeting_edit, end)) {
        if (args->end > MT_TIME_MAX) {
            return mt_refuse(call, MT_BAD_VALUE, field);
        }

        mt_set(args, meeting_edit, end_offset,
               mt_zone_offset(call->settings->zone, args->end));
    }

    return MT_STEP_COMMIT;
}


/* What apply may not make up itself. */

static int
mt_edit_secrets(mt_call_t *call)
{
    char               *seed;
    mt_arena_t         *arena;
    mt_meeting_edit_t  *args;

    static const mt_str_t  digits = mt_str("0123456789");
    static const mt_str_t  url_safe = mt_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "abcdefghijklmnopqrstuvwxyz"
                                             "0123456789-_");

    args = call->args;
    arena = call->arena;

    if (!mt_has(args, meeting_edit, fresh_id)) {
        mt_set(args, meeting_edit, fresh_id, mt_fresh_id(arena));
    }

    mt_set(args, meeting_edit, attendee_code,
           mt_random_text(arena, url_safe, MT_CODE_LEN));
    mt_set(args, meeting_edit, host_code,
           mt_random_text(arena, url_safe, MT_CODE_LEN));
    mt_set(args, meeting_edit, pcode1,
           mt_random_text(arena, digits, MT_PCODE_LEN));
    mt_set(args, meeting_edit, pcode2,
           mt_random_text(arena, digits, MT_PCODE_LEN));
    mt_set(args, meeting_edit, billing_code,
           mt_random_text(arena, digits, MT_BILLING_LEN));

    seed = mt_arena_take(arena, MT_SEED_LEN);

    if (seed == NULL || mt_random(seed, MT_SEED_LEN) != 0) {
        return -1;
    }

    mt_set(args, meeting_edit, seed, ((mt_str_t) { MT_SEED_LEN, seed }));

    return args->fresh_id.len && args->attendee_code.len
           && args->host_code.len && args->pcode1.len && args->pcode2.len
           && args->billing_code.len ? 0 : -1;
}


/* Every character as likely as any other; empty on failure. */

static mt_str_t
mt_random_text(mt_arena_t *arena, mt_str_t alphabet, size_t len)
{
    char     *text;
    size_t    i, n;
    uint8_t   bytes[32];

    text = mt_arena_take(arena, len);

    for (n = 0; text && n < len; /* void */) {
        if (mt_random(bytes, sizeof(bytes)) != 0) {
            return MT_STR("");
        }

        for (i = 0; i < sizeof(bytes) && n < len; i++) {
            if (bytes[i] < 256 - 256 % alphabet.len) {
                text[n++] = alphabet.data[bytes[i] % alphabet.len];
            }
        }
    }

    return text ? (mt_str_t) { len, text } : MT_STR("");
}


static void
mt_edit_finish(mt_call_t *call)
{
    mt_status_t  rc;

    rc = mt_listing_reply(call, call->result.num, 1);

    if (rc != MT_OK) {
        (void) mt_refuse(call, rc, 0);
    }
}


static mt_status_t
mt_meeting_create_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    mt_edit_t     edit;
    mt_status_t   rc;

    rc = mt_edit_init(&edit, a, body, result);

    if (rc == MT_OK) {
        mt_patch(&edit.meeting, &mt_meeting_model, body,
                 &mt_meeting_edit_model, MT_MADE_FIELDS);

        edit.meeting.created = a->time;

        rc = mt_edit_identity(&edit);
    }

    if (rc == MT_OK) {
        rc = mt_edit_creator(&edit);
    }

    if (rc == MT_OK) {
        rc = mt_edit_judge(&edit);
    }

    return rc == MT_OK ? mt_edit_write(&edit, MT_EVENT_BOOK_SUCCESS) : rc;
}


static mt_status_t
mt_meeting_update_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    mt_edit_t                 edit;
    mt_status_t               rc;
    const mt_meeting_edit_t  *args;

    args = body;

    rc = mt_edit_init(&edit, a, body, result);

    if (rc == MT_OK) {
        rc = mt_meeting_get(a, args->ref, &edit.old);
    }

    if (rc != MT_OK) {
        return mt_reject(result, rc, MT_meeting_edit_ref, 0);
    }

    if (args->only_creator && edit.old->creator != a->actor) {
        return MT_FORBIDDEN;
    }

    rc = mt_meeting_live(edit.old, a->time);
    if (rc != MT_OK) {
        return rc;
    }

    edit.meeting = *edit.old;

    mt_patch(&edit.meeting, &mt_meeting_model, body, &mt_meeting_edit_model,
             MT_EDITED_FIELDS);

    rc = mt_edit_judge(&edit);

    return rc == MT_OK ? mt_edit_write(&edit, MT_EVENT_BOOK_UPDATE) : rc;
}


static mt_status_t
mt_edit_init(mt_edit_t *edit, mt_apply_t *a, const mt_meeting_edit_t *args,
    mt_result_t *result)
{
    memset(edit, 0, sizeof(*edit));

    edit->a = a;
    edit->args = args;
    edit->result = result;
    edit->people = mt_people_create(a, args->placeholders != 0);
    edit->roster = edit->people
                   ? mt_roster_create(edit->people, args, result) : NULL;

    return edit->roster ? MT_OK : MT_NO_MEMORY;
}


static mt_status_t
mt_edit_identity(mt_edit_t *edit)
{
    mt_status_t               rc;
    const mt_meeting_edit_t  *args;

    args = edit->args;

    edit->meeting.id = args->id.len ? args->id : args->fresh_id;

    rc = mt_id_judge(edit->a, MT_NAME_MEETING, edit->meeting.id,
                     &edit->claim);
    if (rc != MT_OK) {
        return mt_reject(edit->result, rc, MT_meeting_edit_id, 0);
    }

    rc = mt_edit_code(edit, MT_NAME_ATTENDEE_CODE, args->attendee_code);

    return rc == MT_OK ? mt_edit_code(edit, MT_NAME_HOST_CODE,
                                      args->host_code) : rc;
}


/* A random code that is in use already is a matter of trying again. */

static mt_status_t
mt_edit_code(mt_edit_t *edit, enum mt_name kind, mt_str_t code)
{
    int       found;
    mt_key_t  key;
    mt_str_t  value;

    if (code.len == 0) {
        return MT_OK;
    }

    mt_key_name(&key, 0, kind, code);

    found = mt_get(edit->a->txn, MT_DB_NAME, &key, &value);

    return found == 0 ? MT_OK : found == 1 ? MT_BUSY : MT_STORE_FAILED;
}


/* By ref, or else whoever asks. */

static mt_status_t
mt_edit_creator(mt_edit_t *edit)
{
    mt_status_t               rc;
    const mt_meeting_edit_t  *args;

    args = edit->args;

    if (args->creator_ref.len == 0 && edit->a->actor) {
        edit->meeting.creator = edit->a->actor;
        return MT_OK;
    }

    rc = mt_people_find(edit->people, args->creator_ref, args->creator_name,
                        &edit->meeting.creator);

    return rc == MT_OK ? rc : mt_reject(edit->result, rc,
                                        MT_meeting_edit_creator_ref, 0);
}


static mt_status_t
mt_edit_judge(mt_edit_t *edit)
{
    unsigned     i;
    mt_status_t  rc;

    static mt_status_t (*const  judges[])(mt_edit_t *edit) = {
        mt_edit_dept,
        mt_edit_leaders,
        mt_edit_list,
        mt_edit_room
    };

    edit->meeting.updated = edit->a->time;

    if (edit->meeting.begin >= edit->meeting.end) {
        return mt_reject(edit->result, MT_BAD_TIMES, MT_meeting_edit_end, 0);
    }

    for (i = 0; i < mt_nitems(judges); i++) {
        rc = judges[i](edit);
        if (rc != MT_OK) {
            return rc;
        }
    }

    return MT_OK;
}


static mt_status_t
mt_edit_dept(mt_edit_t *edit)
{
    mt_status_t  rc;

    if (!mt_has(edit->args, meeting_edit, dept_ref)) {
        return MT_OK;
    }

    rc = mt_dept_ref(edit->a, edit->args->dept_ref, &edit->meeting.dept);

    return rc == MT_OK ? rc : mt_reject(edit->result, rc,
                                        MT_meeting_edit_dept_ref, 0);
}


static mt_status_t
mt_edit_leaders(mt_edit_t *edit)
{
    size_t            i, k;
    int64_t           num;
    mt_ints_t        *leaders;
    mt_status_t       rc;
    const mt_strs_t  *refs;

    leaders = &edit->meeting.leaders;

    if (mt_has(edit->args, meeting_edit, leader_refs)) {
        refs = &edit->args->leader_refs;

        leaders->n = 0;
        leaders->v = mt_arena_take(edit->a->arena,
                                   MT_LEADERS_MAX * sizeof(int64_t));
        if (leaders->v == NULL) {
            return MT_NO_MEMORY;
        }

        for (i = 0; i < refs->n; i++) {
            rc = mt_people_find(edit->people, refs->v[i], MT_STR(""), &num);
            if (rc != MT_OK) {
                return mt_reject(edit->result, rc,
                                 MT_meeting_edit_leader_refs, i + 1);
            }

            for (k = 0; k < leaders->n && leaders->v[k] != num; k++) {
                /* void */
            }

            if (k == MT_LEADERS_MAX) {
                return mt_reject(edit->result, MT_TOO_MANY_LEADERS,
                                 MT_meeting_edit_leader_refs, 0);
            }

            leaders->v[k] = num;
            leaders->n += k == leaders->n;
        }
    }

    if (edit->meeting.sign == MT_SIGN_WANTED && leaders->n == 0) {
        return mt_reject(edit->result, MT_NO_LEADER,
                         MT_meeting_edit_leader_refs, 0);
    }

    return MT_OK;
}


static mt_status_t
mt_edit_list(mt_edit_t *edit)
{
    const mt_meeting_edit_t  *args;

    args = edit->args;

    edit->listed = mt_has(args, meeting_edit, people)
                   || mt_has(args, meeting_edit, people_refs)
                   || args->add.n || args->drop.n || args->creator_listed;

    return edit->listed ? mt_roster_judge(edit->roster, edit->old,
                                          &edit->meeting)
                        : MT_OK;
}


/*
 * A room is entered under its present rules; staying in it later only asks
 * for its hours and for the time to be free.
 */

static mt_status_t
mt_edit_room(mt_edit_t *edit)
{
    int                  moved, shifted;
    mt_room_t            room;
    mt_status_t          rc;
    mt_meeting_t        *m;
    const mt_meeting_t  *old;

    m = &edit->meeting;
    old = edit->old;

    rc = mt_edit_room_load(edit, &room);
    if (rc != MT_OK) {
        return mt_reject(edit->result, rc, MT_meeting_edit_room_ref, 0);
    }

    moved = old == NULL || old->room != m->room;
    shifted = moved || old->begin != m->begin || old->end != m->end;

    rc = m->room && moved ? mt_edit_enter(edit, &room) : MT_OK;
    if (rc != MT_OK) {
        return mt_reject(edit->result, rc, MT_meeting_edit_room_ref, 0);
    }

    if (m->room && shifted && !mt_room_open(&room, m)) {
        return mt_reject(edit->result, MT_ROOM_HOURS, MT_meeting_edit_begin,
                         0);
    }

    mt_edit_checked(edit, &room, moved);

    if (mt_meeting_holds_room(m)
        && (shifted || !mt_meeting_holds_room(old)))
    {
        return mt_edit_free(edit);
    }

    return MT_OK;
}


/* The room that the meeting is to be in; zeroed where it is in none. */

static mt_status_t
mt_edit_room_load(mt_edit_t *edit, mt_room_t *room)
{
    mt_key_t     key;
    mt_apply_t  *a;

    a = edit->a;

    if (mt_has(edit->args, meeting_edit, room_ref)) {
        edit->meeting.room = mt_resolve(a->txn, a->company, MT_NAME_ROOM,
                                        edit->args->room_ref);

        if (edit->meeting.room == 0 && edit->args->room_ref.len) {
            return MT_NO_SUCH_ROOM;
        }
    }

    if (edit->meeting.room == 0) {
        memset(room, 0, sizeof(*room));
        return MT_OK;
    }

    mt_key_num(&key, a->company, (uint64_t) edit->meeting.room);

    return mt_load(a->txn, MT_DB_ROOM, &key, &mt_room_model, room, a->arena)
           == 1 ? MT_OK : MT_STORE_FAILED;
}


static mt_status_t
mt_edit_enter(mt_edit_t *edit, const mt_room_t *room)
{
    size_t  i;

    if (!room->status) {
        return MT_ROOM_DISABLED;
    }

    for (i = 0; room->permission && i < room->users.n; i++) {
        if (room->users.v[i] == edit->meeting.creator) {
            return MT_OK;
        }
    }

    return room->permission ? MT_ROOM_PERMISSION : MT_OK;
}


/* A meeting that moves is judged anew where its room wants that. */

static void
mt_edit_checked(mt_edit_t *edit, const mt_room_t *room, int moved)
{
    mt_meeting_t  *m;

    m = &edit->meeting;

    if (mt_has(edit->args, meeting_edit, checked)) {
        m->checked = edit->args->checked;

    } else if (moved) {
        m->checked = room->need_audit ? MT_CHECK_PENDING : MT_CHECK_PASSED;

    } else {
        return;
    }

    m->checked_time = m->checked == MT_CHECK_PENDING ? 0 : edit->a->time;
}


static mt_status_t
mt_edit_free(mt_edit_t *edit)
{
    int64_t              other;
    const mt_meeting_t  *m;

    m = &edit->meeting;

    other = mt_booking_conflict(edit->a->txn, edit->a->company, m->room,
                                m->begin, m->end, m->num);
    if (other == 0) {
        return MT_OK;
    }

    return other < 0 ? MT_STORE_FAILED
           : mt_reject(edit->result, MT_ROOM_BUSY, MT_meeting_edit_room_ref,
                       0);
}


/*
 * Within the hours of one local day.  A meeting that ends at midnight does
 * not touch the day after: its end is taken back by the smallest step, a
 * millisecond, and so are the hours.
 */

static int
mt_room_open(const mt_room_t *room, const mt_meeting_t *meeting)
{
    int64_t  begin, last;

    begin = meeting->begin + meeting->begin_offset * MT_MS_PER_SECOND
            + MT_MS_PER_DAY;
    last = meeting->end + meeting->end_offset * MT_MS_PER_SECOND
           + MT_MS_PER_DAY - 1;

    return begin / MT_MS_PER_DAY == last / MT_MS_PER_DAY
           && begin % MT_MS_PER_DAY >= room->open * MT_MS_PER_MINUTE
           && last % MT_MS_PER_DAY < room->close * MT_MS_PER_MINUTE;
}


static mt_status_t
mt_edit_write(mt_edit_t *edit, int event)
{
    size_t         i;
    mt_apply_t    *a;
    mt_status_t    rc;
    mt_meeting_t  *m;

    a = edit->a;
    m = &edit->meeting;

    mt_people_make(edit->people);

    m->creator = mt_people_num(edit->people, m->creator);

    if (mt_has(edit->args, meeting_edit, leader_refs)) {
        for (i = 0; i < m->leaders.n; i++) {
            m->leaders.v[i] = mt_people_num(edit->people, m->leaders.v[i]);
        }
    }

    if (m->num == 0) {
        m->num = mt_id_take(a, MT_NAME_MEETING, m->id, edit->claim);
    }

    rc = edit->listed ? mt_roster_write(edit->roster, m) : MT_OK;

    if (rc == MT_OK) {
        rc = mt_meeting_save(a, m);
    }

    if (rc == MT_OK) {
        mt_raise(a, event, m->num, m->id);
        edit->result->num = m->num;
    }

    return rc;
}


#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_edit.h"
#include "domain/meeting/mt_meeting_index.h"


static mt_status_t mt_edit_code(mt_edit_t *edit, enum mt_name kind,
    mt_str_t code);
static void mt_edit_reminders(mt_edit_t *edit);
static mt_status_t mt_edit_introduce(mt_edit_t *edit);
static mt_status_t mt_edit_dept(mt_edit_t *edit);
static mt_status_t mt_edit_leaders(mt_edit_t *edit);
static mt_status_t mt_edit_room(mt_edit_t *edit);
static mt_status_t mt_edit_room_load(mt_edit_t *edit);
static mt_status_t mt_edit_enter(mt_edit_t *edit, const mt_room_t *room);
static void mt_edit_checked(mt_edit_t *edit, const mt_room_t *room,
    int moved);
static mt_status_t mt_edit_free(mt_edit_t *edit);
static int mt_room_open(const mt_room_t *room, const mt_meeting_t *meeting);


mt_status_t
mt_edits_init(mt_edits_t *edits, mt_apply_t *a, const mt_meeting_edit_t *args,
    mt_result_t *result)
{
    memset(edits, 0, sizeof(*edits));

    edits->a = a;
    edits->args = args;
    edits->result = result;
    edits->people = mt_people_create(a, args->placeholders != 0);

    return edits->people ? MT_OK : MT_NO_MEMORY;
}


int
mt_edits_list(const mt_edits_t *edits, int made)
{
    const mt_meeting_edit_t  *args;

    args = edits->args;

    return mt_has(args, meeting_edit, people)
           || mt_has(args, meeting_edit, people_refs)
           || args->add.n || args->add_refs.n || args->drop.n
           || (made && args->creator_listed);
}


void
mt_edit_new(mt_edit_t *edit, mt_edits_t *edits)
{
    memset(edit, 0, sizeof(*edit));

    edit->edits = edits;
    edit->meeting.created = edits->a->time;

    /* where nobody waits for the invitation it has arrived */

    if (!mt_company_subscribed(edits->a)) {
        edit->meeting.pushed = edits->a->time;
    }

    mt_patch(&edit->meeting, &mt_meeting_model, edits->args,
             &mt_meeting_edit_model, MT_EDITED_FIELDS);
}


void
mt_edit_old(mt_edit_t *edit, mt_edits_t *edits, const mt_meeting_t *old)
{
    memset(edit, 0, sizeof(*edit));

    edit->edits = edits;
    edit->old = old;
    edit->meeting = *old;

    mt_patch(&edit->meeting, &mt_meeting_model, edits->args,
             &mt_meeting_edit_model, MT_EDITED_FIELDS);
}


mt_status_t
mt_edit_identity(mt_edit_t *edit)
{
    mt_status_t          rc;
    const mt_meeting_t  *m;

    m = &edit->meeting;

    rc = mt_id_judge(edit->edits->a, MT_NAME_MEETING, m->id, &edit->claim);
    if (rc != MT_OK) {
        return mt_apply_reject(edit->edits->result, rc, MT_meeting_edit_id, 0);
    }

    rc = mt_edit_code(edit, MT_NAME_ATTENDEE_CODE, m->attendee_code);

    return rc == MT_OK ? mt_edit_code(edit, MT_NAME_HOST_CODE, m->host_code)
                       : rc;
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

    found = mt_get(edit->edits->a->txn, MT_DB_NAME, &key, &value);

    return found == 0 ? MT_OK : found == 1 ? MT_BUSY : MT_STORE_FAILED;
}


/* By ref, or else whoever asks. */

mt_status_t
mt_edit_creator(mt_edit_t *edit)
{
    mt_edits_t               *edits;
    mt_status_t               rc;
    const mt_meeting_edit_t  *args;

    edits = edit->edits;
    args = edits->args;

    if (args->creator_ref.len == 0 && edits->a->actor) {
        edit->meeting.creator = edits->a->actor;
        return MT_OK;
    }

    rc = mt_people_find(edits->people, args->creator_ref, args->creator_name,
                        &edit->meeting.creator);

    return rc == MT_OK ? rc : mt_apply_reject(edits->result, rc,
                                              MT_meeting_edit_creator_ref, 0);
}


mt_status_t
mt_edit_judge(mt_edit_t *edit)
{
    unsigned     i;
    mt_status_t  rc;

    static mt_status_t (*const  judges[])(mt_edit_t *edit) = {
        mt_edit_dept,
        mt_edit_leaders,
        mt_edit_room
    };

    edit->meeting.updated = edit->edits->a->time;
    mt_edit_reminders(edit);

    if (edit->meeting.begin >= edit->meeting.end) {
        return mt_apply_reject(edit->edits->result, MT_BAD_TIMES,
                               MT_meeting_edit_end, 0);
    }

    for (i = 0; i < mt_nitems(judges); i++) {
        rc = judges[i](edit);
        if (rc != MT_OK) {
            return rc;
        }
    }

    return MT_OK;
}


/* Whoever sets a time knows which reminders are past by then. */

static void
mt_edit_reminders(mt_edit_t *edit)
{
    mt_meeting_t        *m;
    const mt_meeting_t  *old;

    m = &edit->meeting;
    old = edit->old;

    if (old == NULL || old->begin != m->begin || old->notice != m->notice
        || old->remind != m->remind)
    {
        m->reminded = edit->edits->a->time;
    }
}


static mt_status_t
mt_edit_dept(mt_edit_t *edit)
{
    mt_status_t               rc;
    const mt_meeting_edit_t  *args;

    args = edit->edits->args;

    if (!mt_has(args, meeting_edit, dept_ref)) {
        return MT_OK;
    }

    rc = mt_dept_ref(edit->edits->a, args->dept_ref, &edit->meeting.dept);

    return rc == MT_OK ? rc : mt_apply_reject(edit->edits->result, rc,
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

    if (mt_has(edit->edits->args, meeting_edit, leader_refs)) {
        refs = &edit->edits->args->leader_refs;

        leaders->n = 0;
        leaders->v = mt_arena_take(edit->edits->a->arena,
                                   MT_LEADERS_MAX * sizeof(int64_t));
        if (leaders->v == NULL) {
            return MT_NO_MEMORY;
        }

        for (i = 0; i < refs->n; i++) {
            rc = mt_people_find(edit->edits->people, refs->v[i], MT_STR(""),
                                &num);
            if (rc != MT_OK) {
                return mt_apply_reject(edit->edits->result, rc,
                                       MT_meeting_edit_leader_refs, i + 1);
            }

            for (k = 0; k < leaders->n && leaders->v[k] != num; k++) {
                /* void */
            }

            if (k == MT_LEADERS_MAX) {
                return mt_apply_reject(edit->edits->result,
                                       MT_TOO_MANY_LEADERS,
                                       MT_meeting_edit_leader_refs, 0);
            }

            leaders->v[k] = num;
            leaders->n += k == leaders->n;
        }
    }

    if (edit->meeting.sign == MT_SIGN_WANTED && leaders->n == 0) {
        return mt_apply_reject(edit->edits->result, MT_NO_LEADER,
                               MT_meeting_edit_leader_refs, 0);
    }

    return MT_OK;
}


/*
 * A room is entered under its present rules; staying in it later only asks
 * for its hours and for the time to be free.
 */

static mt_status_t
mt_edit_room(mt_edit_t *edit)
{
    int                  moved, shifted;
    mt_status_t          rc;
    mt_meeting_t        *m;
    const mt_room_t     *room;
    const mt_meeting_t  *old;

    m = &edit->meeting;
    old = edit->old;
    room = &edit->edits->room;

    rc = mt_edit_room_load(edit);
    if (rc != MT_OK) {
        return mt_apply_reject(edit->edits->result, rc,
                               MT_meeting_edit_room_ref, 0);
    }

    moved = old == NULL || old->room != m->room;
    shifted = moved || old->begin != m->begin || old->end != m->end;

    rc = m->room && moved ? mt_edit_enter(edit, room) : MT_OK;
    if (rc != MT_OK) {
        return mt_edit_reject_room(edit, rc, MT_meeting_edit_room_ref);
    }

    if (m->room && shifted && !mt_room_open(room, m)) {
        return mt_edit_reject_room(edit, MT_ROOM_HOURS,
                                   MT_meeting_edit_begin);
    }

    mt_edit_checked(edit, room, moved);

    if (mt_meeting_holds_room(m)
        && (shifted || !mt_meeting_holds_room(old)))
    {
        return mt_edit_free(edit);
    }

    return MT_OK;
}


/* The room that the meeting is to be in becomes the one looked up last. */

static mt_status_t
mt_edit_room_load(mt_edit_t *edit)
{
    mt_key_t         key;
    mt_apply_t      *a;
    mt_edits_t      *edits;
    const mt_str_t  *ref;

    edits = edit->edits;
    a = edits->a;

    if (mt_has(edits->args, meeting_edit, room_ref)) {
        ref = &edits->args->room_ref;
        edit->meeting.room = mt_resolve(a->txn, a->company, MT_NAME_ROOM,
                                        *ref);

        if (edit->meeting.room == 0 && ref->len) {
            return MT_NO_SUCH_ROOM;
        }
    }

    if (edit->meeting.room == edits->room.num) {
        return MT_OK;
    }

    if (edit->meeting.room == 0) {
        memset(&edits->room, 0, sizeof(edits->room));
        return MT_OK;
    }

    mt_key_num(&key, a->company, edit->meeting.room);

    return mt_load(a->txn, MT_DB_ROOM, &key, &mt_room_model, &edits->room,
                   a->arena) == 1 ? MT_OK : MT_STORE_FAILED;
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

    if (mt_has(edit->edits->args, meeting_edit, checked)) {
        m->checked = edit->edits->args->checked;

    } else if (moved) {
        m->checked = room->need_audit ? MT_CHECK_PENDING : MT_CHECK_PASSED;

    } else {
        return;
    }

    m->checked_time = m->checked == MT_CHECK_PENDING
                      ? 0 : edit->edits->a->time;
}


static mt_status_t
mt_edit_free(mt_edit_t *edit)
{
    int64_t              other;
    mt_ints_t            except;
    mt_edits_t          *edits;
    const mt_meeting_t  *m;

    m = &edit->meeting;
    edits = edit->edits;

    /* what was refused did not keep its room from being removed */

    if (edits->room.removed) {
        return mt_edit_reject_room(edit, MT_NO_SUCH_ROOM,
                                   MT_meeting_edit_room_ref);
    }

    except = edits->edited;

    if (except.n == 0) {
        except.n = 1;
        except.v = &edit->meeting.num;
    }

    other = mt_booking_conflict(edits->a->txn, edits->a->company, m->room,
                                m->begin, m->end, &except);
    if (other == 0) {
        return MT_OK;
    }

    return other < 0 ? MT_STORE_FAILED
                     : mt_edit_reject_room(edit, MT_ROOM_BUSY,
                                           MT_meeting_edit_room_ref);
}


mt_status_t
mt_edit_reject_room(mt_edit_t *edit, mt_status_t status, unsigned field)
{
    edit->edits->result->detail = edit->meeting.begin;

    return mt_apply_reject(edit->edits->result, status, field, 0);
}


/*
 * Within the hours of one local day.  A meeting that ends at midnight does
 * not touch the day after: its end is taken back by the smallest step, a
 * millisecond, and so are the hours.  A room that never closes is open at
 * midnight, too.
 */

static int
mt_room_open(const mt_room_t *room, const mt_meeting_t *meeting)
{
    int64_t  begin, last;

    if (room->open == 0
        && room->close * MT_MS_PER_MINUTE == MT_MS_PER_DAY)
    {
        return 1;
    }

    begin = meeting->begin + meeting->begin_offset * MT_MS_PER_SECOND
            + MT_MS_PER_DAY;
    last = meeting->end + meeting->end_offset * MT_MS_PER_SECOND
           + MT_MS_PER_DAY - 1;

    return begin / MT_MS_PER_DAY == last / MT_MS_PER_DAY
           && begin % MT_MS_PER_DAY >= room->open * MT_MS_PER_MINUTE
           && last % MT_MS_PER_DAY < room->close * MT_MS_PER_MINUTE;
}


void
mt_edit_settle(mt_edit_t *edit)
{
    size_t         i;
    mt_edits_t    *edits;
    mt_meeting_t  *m;

    edits = edit->edits;
    m = &edit->meeting;

    m->creator = mt_people_num(edits->people, m->creator);

    if (mt_has(edits->args, meeting_edit, leader_refs)) {
        for (i = 0; i < m->leaders.n; i++) {
            m->leaders.v[i] = mt_people_num(edits->people, m->leaders.v[i]);
        }
    }

    if (m->num == 0) {
        m->num = mt_id_take(edits->a, MT_NAME_MEETING, m->id, edit->claim);
    }
}


mt_status_t
mt_edit_write(mt_edit_t *edit, int event)
{
    mt_apply_t    *a;
    mt_status_t    rc;
    mt_meeting_t  *m;

    a = edit->edits->a;
    m = &edit->meeting;

    rc = mt_edit_introduce(edit);

    if (rc == MT_OK && edit->roster) {
        rc = mt_roster_write(edit->roster, m);
    }

    if (rc == MT_OK) {
        rc = mt_meeting_save(a, m);
    }

    if (rc == MT_OK) {
        mt_raise(a, event, m->num, m->id);
    }

    return rc;
}


/* A creator who is not in the directory goes by the name given last. */

static mt_status_t
mt_edit_introduce(mt_edit_t *edit)
{
    mt_key_t     key;
    mt_str_t     name;
    mt_user_t    user;
    mt_apply_t  *a;

    a = edit->edits->a;
    name = edit->edits->args->creator_name;

    if (edit->old || name.len == 0) {
        return MT_OK;
    }

    mt_key_num(&key, a->company, edit->meeting.creator);

    if (mt_load_copy(a->txn, MT_DB_USER, &key, &mt_user_model, &user, a->arena)
        != 1)
    {
        return MT_STORE_FAILED;
    }

    if (!user.placeholder || mt_str_eq(user.name, name)) {
        return MT_OK;
    }

    user.name = name;
    user.updated = a->time;

    return mt_user_save(a, &user);
}

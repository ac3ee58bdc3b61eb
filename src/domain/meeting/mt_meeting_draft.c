
#include "domain/directory/mt_directory.h"
#include "domain/kernel/mt_quota.h"
#include "domain/meeting/mt_meeting_draft.h"
#include "domain/meeting/mt_meeting_index.h"


static mt_status_t mt_draft_code(mt_draft_t *draft, enum mt_name kind,
    mt_str_t code);
static void mt_draft_switches(mt_draft_t *draft);
static void mt_draft_reminders(mt_draft_t *draft);
static mt_status_t mt_draft_introduce(mt_draft_t *draft);
static mt_status_t mt_draft_dept(mt_draft_t *draft);
static mt_status_t mt_draft_leaders(mt_draft_t *draft);
static mt_status_t mt_draft_room(mt_draft_t *draft);
static mt_status_t mt_draft_room_load(mt_draft_t *draft);
static mt_status_t mt_draft_enter(mt_draft_t *draft, const mt_room_t *room);
static void mt_draft_checked(mt_draft_t *draft, const mt_room_t *room,
    int moved);
static mt_status_t mt_draft_free(mt_draft_t *draft);
static int mt_room_open(const mt_room_t *room, const mt_meeting_t *meeting);


mt_status_t
mt_drafts_init(mt_drafts_t *drafts, mt_apply_t *a,
    const mt_meeting_edit_t *args, mt_result_t *result)
{
    memset(drafts, 0, sizeof(*drafts));

    drafts->a = a;
    drafts->args = args;
    drafts->result = result;
    drafts->users = mt_user_refs_create(a, args->placeholders != 0);

    return drafts->users ? MT_OK : MT_NO_MEMORY;
}


int
mt_drafts_list(const mt_drafts_t *drafts, int made)
{
    const mt_meeting_edit_t  *args;

    args = drafts->args;

    return mt_edit_lists(args) || (made && args->creator_listed);
}


mt_status_t
mt_drafts_quota(const mt_drafts_t *drafts, size_t meetings)
{
    mt_status_t  rc;

    rc = mt_quota_meetings(drafts->a, meetings);

    return rc == MT_OK ? mt_quota_people(drafts->a,
                                         mt_user_refs_count(drafts->users))
                       : rc;
}


void
mt_draft_new(mt_draft_t *draft, mt_drafts_t *drafts)
{
    memset(draft, 0, sizeof(*draft));

    draft->drafts = drafts;
    draft->meeting.created = drafts->a->time;

    /* without a subscriber to it the invitation counts as delivered */

    if (!(mt_company_events(drafts->a) >> MT_EVENT_BOOK_SUCCESS & 1)) {
        draft->meeting.pushed = drafts->a->time;
    }

    mt_patch(&draft->meeting, &mt_meeting_model, drafts->args,
             &mt_meeting_edit_model, MT_EDITED_FIELDS);
}


void
mt_draft_old(mt_draft_t *draft, mt_drafts_t *drafts, const mt_meeting_t *old)
{
    memset(draft, 0, sizeof(*draft));

    draft->drafts = drafts;
    draft->old = old;
    draft->meeting = *old;

    mt_patch(&draft->meeting, &mt_meeting_model, drafts->args,
             &mt_meeting_edit_model, MT_EDITED_FIELDS);
}


mt_status_t
mt_draft_identity(mt_draft_t *draft)
{
    mt_status_t          rc;
    const mt_meeting_t  *m;

    m = &draft->meeting;

    rc = mt_id_judge(draft->drafts->a, MT_NAME_MEETING, m->id, &draft->claim);
    if (rc != MT_OK) {
        return mt_apply_reject(draft->drafts->result, rc, MT_meeting_edit_id,
                               0);
    }

    rc = mt_draft_code(draft, MT_NAME_ATTENDEE_CODE, m->attendee_code);

    return rc == MT_OK ? mt_draft_code(draft, MT_NAME_HOST_CODE, m->host_code)
                       : rc;
}


/* If a random code is in use already, the client may try again (MT_BUSY). */

static mt_status_t
mt_draft_code(mt_draft_t *draft, enum mt_name kind, mt_str_t code)
{
    int       found;
    mt_key_t  key;
    mt_str_t  value;

    if (code.len == 0) {
        return MT_OK;
    }

    mt_key_name(&key, 0, kind, code);

    found = mt_get(draft->drafts->a->txn, MT_DB_NAME, &key, &value);

    return found == 0 ? MT_OK : found == 1 ? MT_BUSY : MT_STORE_FAILED;
}


/* The creator is named by ref, else it is the actor. */

mt_status_t
mt_draft_creator(mt_draft_t *draft)
{
    mt_drafts_t              *drafts;
    mt_status_t               rc;
    const mt_meeting_edit_t  *args;

    drafts = draft->drafts;
    args = drafts->args;

    if (args->creator_ref.len == 0 && drafts->a->actor) {
        draft->meeting.creator = drafts->a->actor;
        return MT_OK;
    }

    rc = mt_user_refs_find(drafts->users, args->creator_ref,
                           args->creator_name, &draft->meeting.creator);

    return rc == MT_OK ? rc : mt_apply_reject(drafts->result, rc,
                                              MT_meeting_edit_creator_ref, 0);
}


mt_status_t
mt_draft_judge(mt_draft_t *draft)
{
    unsigned     i;
    mt_status_t  rc;

    static mt_status_t (*const  judges[])(mt_draft_t *draft) = {
        mt_draft_dept,
        mt_draft_leaders,
        mt_draft_room
    };

    draft->meeting.updated = draft->drafts->a->time;
    mt_draft_switches(draft);
    mt_draft_reminders(draft);

    if (draft->meeting.begin >= draft->meeting.end) {
        return mt_apply_reject(draft->drafts->result, MT_BAD_TIMES,
                               MT_meeting_edit_end, 0);
    }

    for (i = 0; i < mt_nitems(judges); i++) {
        rc = judges[i](draft);
        if (rc != MT_OK) {
            return rc;
        }
    }

    return MT_OK;
}


/* Fields with other numbers in the meeting's record. */

static void
mt_draft_switches(mt_draft_t *draft)
{
    const mt_meeting_edit_t  *args;

    args = draft->drafts->args;

    if (mt_has(args, meeting_edit, walk_in)) {
        draft->meeting.walk_in = args->walk_in;
    }

    if (mt_has(args, meeting_edit, capacity)) {
        draft->meeting.capacity = args->capacity;
    }
}


/* A change of the times drops the reminders that would be past. */

static void
mt_draft_reminders(mt_draft_t *draft)
{
    mt_meeting_t        *m;
    const mt_meeting_t  *old;

    m = &draft->meeting;
    old = draft->old;

    if (mt_has(draft->drafts->args, meeting_edit, reminders)) {
        m->notice = 0;
        m->remind = 0;
    }

    if (old == NULL || old->begin != m->begin || old->notice != m->notice
        || old->remind != m->remind
        || old->reminders.n != m->reminders.n
        || (m->reminders.n && memcmp(old->reminders.v, m->reminders.v,
                                     m->reminders.n * sizeof(int64_t)) != 0))
    {
        m->reminded = draft->drafts->a->time;
    }
}


static mt_status_t
mt_draft_dept(mt_draft_t *draft)
{
    mt_status_t               rc;
    const mt_meeting_edit_t  *args;

    args = draft->drafts->args;

    if (!mt_has(args, meeting_edit, dept_ref)) {
        return MT_OK;
    }

    rc = mt_dept_ref(draft->drafts->a, args->dept_ref, &draft->meeting.dept);

    return rc == MT_OK ? rc : mt_apply_reject(draft->drafts->result, rc,
                                              MT_meeting_edit_dept_ref, 0);
}


static mt_status_t
mt_draft_leaders(mt_draft_t *draft)
{
    size_t            i, k;
    int64_t           num;
    mt_ints_t        *leaders;
    mt_status_t       rc;
    const mt_strs_t  *refs;

    leaders = &draft->meeting.leaders;

    if (mt_has(draft->drafts->args, meeting_edit, leader_refs)) {
        refs = &draft->drafts->args->leader_refs;

        leaders->n = 0;
        leaders->v = mt_arena_take(draft->drafts->a->arena,
                                   MT_LEADERS_MAX * sizeof(int64_t));
        if (leaders->v == NULL) {
            return MT_NO_MEMORY;
        }

        for (i = 0; i < refs->n; i++) {
            rc = mt_user_refs_find(draft->drafts->users, refs->v[i],
                                   MT_STR(""), &num);
            if (rc != MT_OK) {
                return mt_apply_reject(draft->drafts->result, rc,
                                       MT_meeting_edit_leader_refs, i + 1);
            }

            for (k = 0; k < leaders->n && leaders->v[k] != num; k++) {
                /* void */
            }

            if (k == MT_LEADERS_MAX) {
                return mt_apply_reject(draft->drafts->result,
                                       MT_TOO_MANY_LEADERS,
                                       MT_meeting_edit_leader_refs, 0);
            }

            leaders->v[k] = num;
            leaders->n += k == leaders->n;
        }
    }

    if (draft->meeting.sign == MT_SIGN_WANTED && leaders->n == 0) {
        return mt_apply_reject(draft->drafts->result, MT_NO_LEADER,
                               MT_meeting_edit_leader_refs, 0);
    }

    return MT_OK;
}


/*
 * A meeting enters a room under the room's present rules.  A meeting that
 * stays must only keep to its hours and find the time free.
 */

static mt_status_t
mt_draft_room(mt_draft_t *draft)
{
    int                  moved, shifted;
    mt_status_t          rc;
    mt_meeting_t        *m;
    const mt_room_t     *room;
    const mt_meeting_t  *old;

    m = &draft->meeting;
    old = draft->old;
    room = &draft->drafts->room;

    rc = mt_draft_room_load(draft);
    if (rc != MT_OK) {
        return mt_apply_reject(draft->drafts->result, rc,
                               MT_meeting_edit_room_ref, 0);
    }

    moved = old == NULL || old->room != m->room;
    shifted = moved || old->begin != m->begin || old->end != m->end;

    rc = m->room && moved ? mt_draft_enter(draft, room) : MT_OK;
    if (rc != MT_OK) {
        return mt_draft_reject_room(draft, rc, MT_meeting_edit_room_ref);
    }

    if (m->room && shifted && !mt_room_open(room, m)) {
        return mt_draft_reject_room(draft, MT_ROOM_HOURS,
                                    MT_meeting_edit_begin);
    }

    mt_draft_checked(draft, room, moved);

    if (mt_meeting_holds_room(m)
        && (shifted || !mt_meeting_holds_room(old)))
    {
        return mt_draft_free(draft);
    }

    return MT_OK;
}


/* Resolves the room and loads it into drafts->room. */

static mt_status_t
mt_draft_room_load(mt_draft_t *draft)
{
    mt_key_t         key;
    mt_apply_t      *a;
    mt_drafts_t     *drafts;
    const mt_str_t  *ref;

    drafts = draft->drafts;
    a = drafts->a;

    if (mt_has(drafts->args, meeting_edit, room_ref)) {
        ref = &drafts->args->room_ref;
        draft->meeting.room = mt_resolve(a->txn, a->company, MT_NAME_ROOM,
                                         *ref);

        if (draft->meeting.room == 0 && ref->len) {
            return MT_NO_SUCH_ROOM;
        }
    }

    if (draft->meeting.room == drafts->room.num) {
        return MT_OK;
    }

    if (draft->meeting.room == 0) {
        memset(&drafts->room, 0, sizeof(drafts->room));
        return MT_OK;
    }

    mt_key_num(&key, a->company, draft->meeting.room);

    return mt_load(a->txn, MT_DB_ROOM, &key, &mt_room_model, &drafts->room,
                   a->arena) == 1 ? MT_OK : MT_STORE_FAILED;
}


static mt_status_t
mt_draft_enter(mt_draft_t *draft, const mt_room_t *room)
{
    size_t  i;

    if (!room->status) {
        return MT_ROOM_DISABLED;
    }

    for (i = 0; room->permission && i < room->users.n; i++) {
        if (room->users.v[i] == draft->meeting.creator) {
            return MT_OK;
        }
    }

    return room->permission ? MT_ROOM_PERMISSION : MT_OK;
}


/* A meeting that moves is checked again if its room demands it. */

static void
mt_draft_checked(mt_draft_t *draft, const mt_room_t *room, int moved)
{
    mt_meeting_t  *m;

    m = &draft->meeting;

    if (mt_has(draft->drafts->args, meeting_edit, checked)) {
        m->checked = draft->drafts->args->checked;

    } else if (moved) {
        m->checked = room->need_audit ? MT_CHECK_PENDING : MT_CHECK_PASSED;

    } else {
        return;
    }

    m->checked_time = m->checked == MT_CHECK_PENDING
                      ? 0 : draft->drafts->a->time;
}


static mt_status_t
mt_draft_free(mt_draft_t *draft)
{
    int64_t              other;
    mt_ints_t            except;
    mt_drafts_t         *drafts;
    const mt_meeting_t  *m;

    m = &draft->meeting;
    drafts = draft->drafts;

    /* a meeting that was turned down did not keep its room from removal */

    if (drafts->room.removed) {
        return mt_draft_reject_room(draft, MT_NO_SUCH_ROOM,
                                    MT_meeting_edit_room_ref);
    }

    except = drafts->edited;

    if (except.n == 0) {
        except.n = 1;
        except.v = &draft->meeting.num;
    }

    other = mt_booking_conflict(drafts->a->txn, drafts->a->company, m->room,
                                m->begin, m->end, &except);
    if (other == 0) {
        return MT_OK;
    }

    return other < 0 ? MT_STORE_FAILED
                     : mt_draft_reject_room(draft, MT_ROOM_BUSY,
                                            MT_meeting_edit_room_ref);
}


mt_status_t
mt_draft_reject_room(mt_draft_t *draft, mt_status_t status, unsigned field)
{
    draft->drafts->result->detail = draft->meeting.begin;

    return mt_apply_reject(draft->drafts->result, status, field, 0);
}


/*
 * Returns 1 if the meeting lies within the room's hours of one local day.  A
 * meeting that ends at midnight does not touch the day after: the comparison
 * takes its last millisecond.  A room that never closes is open at midnight,
 * too.
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


/* The time of a check that comes to the same result does not count. */

int
mt_draft_idle(mt_draft_t *draft)
{
    mt_meeting_t   meeting;
    mt_drafts_t   *drafts;

    drafts = draft->drafts;

    if (draft->old == NULL || mt_user_refs_count(drafts->users) != 0
        || (draft->list && !mt_attendee_list_idle(draft->list)))
    {
        return 0;
    }

    meeting = draft->meeting;
    meeting.updated = draft->old->updated;

    if (meeting.checked == draft->old->checked) {
        meeting.checked_time = draft->old->checked_time;
    }

    return mt_apply_idle(drafts->a, &mt_meeting_model, draft->old, &meeting);
}


void
mt_draft_set_nums(mt_draft_t *draft)
{
    size_t         i;
    mt_drafts_t   *drafts;
    mt_meeting_t  *m;

    drafts = draft->drafts;
    m = &draft->meeting;

    m->creator = mt_user_refs_num(drafts->users, m->creator);

    if (mt_has(drafts->args, meeting_edit, leader_refs)) {
        for (i = 0; i < m->leaders.n; i++) {
            m->leaders.v[i] = mt_user_refs_num(drafts->users, m->leaders.v[i]);
        }
    }

    if (m->num == 0) {
        m->num = mt_id_take(drafts->a, MT_NAME_MEETING, m->id, draft->claim);
    }
}


mt_status_t
mt_draft_write(mt_draft_t *draft, int event)
{
    mt_apply_t    *a;
    mt_status_t    rc;
    mt_meeting_t  *m;

    a = draft->drafts->a;
    m = &draft->meeting;

    rc = mt_draft_introduce(draft);

    if (rc == MT_OK && draft->list) {
        rc = mt_attendee_list_write(draft->list, m);
    }

    if (rc == MT_OK) {
        rc = mt_meeting_save(a, m);
    }

    if (rc == MT_OK) {
        mt_raise(a, event, m->num, m->id);
    }

    return rc;
}


/* A creator unknown to the directory has the name that was given last. */

static mt_status_t
mt_draft_introduce(mt_draft_t *draft)
{
    mt_key_t     key;
    mt_str_t     name;
    mt_user_t    user;
    mt_apply_t  *a;

    a = draft->drafts->a;
    name = draft->drafts->args->creator_name;

    if (draft->old || name.len == 0) {
        return MT_OK;
    }

    mt_key_num(&key, a->company, draft->meeting.creator);

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

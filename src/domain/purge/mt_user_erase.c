
#include "domain/meeting/mt_meeting.h"
#include "domain/notify/mt_event.h"
#include "domain/purge/mt_user_erase.h"


static mt_step_t mt_user_erase_start(mt_call_t *call);
static mt_status_t mt_user_erase_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static mt_status_t mt_erase_step_apply(mt_apply_t *a, const void *body,
    mt_result_t *result);
static int mt_erase_row(mt_apply_t *a, const mt_erased_t *erased,
    int64_t meeting, int64_t slot);
static int mt_erase_meeting(mt_apply_t *a, const mt_erased_t *erased,
    int64_t num);
static int mt_erase_attendee(mt_apply_t *a, const mt_erased_t *erased,
    int64_t meeting, int64_t slot, int *own);
static int mt_erase_checkin(mt_apply_t *a, const mt_erased_t *erased,
    int64_t meeting, int64_t slot, int own);
static int mt_erase_undone(mt_apply_t *a, const mt_erased_t *erased,
    int64_t meeting, int64_t slot, int own);
static int mt_erase_move(mt_apply_t *a, mt_db_t db, const mt_model_t *model,
    const void *record, int64_t meeting, int64_t from, int64_t to);
static int mt_erase_position(mt_apply_t *a, const mt_erased_t *erased,
    int64_t position);
static int mt_erase_message(mt_apply_t *a, const mt_erased_t *erased,
    int64_t number);
static mt_status_t mt_erase_end(mt_apply_t *a, const mt_erased_t *erased);
static void mt_erase_number(int64_t *number, const mt_erased_t *erased);


const mt_operation_t  mt_op_user_erase = {
    .code = MT_CODE_user_erase,
    .reserve = 1,
    .name = "user_erase",
    .args = &mt_named_model,
    .body = &mt_named_model,
    .start = mt_user_erase_start,
    .apply = mt_user_erase_apply
};

const mt_operation_t  mt_op_user_erase_step = {
    .code = MT_CODE_user_erase_step,
    .reserve = 1,
    .name = "user_erase_step",
    .args = &mt_user_erase_step_model,
    .body = &mt_user_erase_step_model,
    .start = mt_start_command,
    .apply = mt_erase_step_apply
};


static mt_step_t
mt_user_erase_start(mt_call_t *call)
{
    call->seats = mt_rooms_seats(call);

    return mt_start_command(call);
}


/* The record keeps the words by which the person is found until the end, and
 * the id its name. */

static mt_status_t
mt_user_erase_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_named_t  *args = body;

    int           found;
    mt_user_t     heir;
    mt_erased_t   erased;
    mt_status_t   rc;

    found = mt_erased_find(a->txn, a->company, args->ref, &erased, a->arena);

    if (found != 1) {
        return found == 0 ? mt_apply_reject(result, MT_NO_SUCH_USER,
                                            MT_named_ref, 0)
                          : MT_STORE_FAILED;
    }

    result->detail = erased.user.num;
    result->num = erased.heir;

    if (erased.heir) {
        a->unchanged = 1;
        return MT_OK;
    }

    rc = erased.user.removed ? MT_OK : mt_user_vanish(a, &erased.user);
    if (rc != MT_OK) {
        return rc;
    }

    memset(&heir, 0, sizeof(heir));
    heir.num = mt_next_num(a, MT_NAME_USER, MT_DB_USER);
    heir.created = a->time;
    heir.removed = a->time;
    heir.erases = erased.user.num;

    erased.user.heir = heir.num;
    erased.user.job = MT_STR("");
    erased.user.memo = MT_STR("");
    erased.user.password = MT_STR("");
    erased.user.face = MT_STR("");
    erased.user.dept = 0;

    result->num = heir.num;

    rc = mt_user_save(a, &heir);

    return rc == MT_OK ? mt_user_save(a, &erased.user) : rc;
}


static mt_status_t
mt_erase_step_apply(mt_apply_t *a, const void *body, mt_result_t *result)
{
    const mt_user_erase_step_t  *args = body;

    int                     rc;
    size_t                  i;
    mt_erased_t             erased;
    const mt_erased_row_t  *row;

    rc = mt_erased_load(a->txn, a->company, args->heir, &erased, a->arena);

    if (rc != 1) {
        return rc == 0 ? mt_apply_reject(result, MT_NO_SUCH_USER,
                                         MT_user_erase_step_heir, 0)
                       : MT_STORE_FAILED;
    }

    result->num = args->heir;

    for (i = 0; rc >= 0 && i < args->rows.n; i++) {
        row = (const mt_erased_row_t *) args->rows.v + i;
        rc = mt_erase_row(a, &erased, row->meeting, row->slot);
        result->detail += rc > 0;
    }

    for (i = 0; rc >= 0 && i < args->positions.n; i++) {
        rc = mt_erase_position(a, &erased, args->positions.v[i]);
        result->detail += rc > 0;
    }

    for (i = 0; rc >= 0 && i < args->messages.n; i++) {
        rc = mt_erase_message(a, &erased, args->messages.v[i]);
        result->detail += rc > 0;
    }

    if (rc < 0) {
        return a->failed != MT_OK ? a->failed : MT_STORE_FAILED;
    }

    if (args->finish) {
        return mt_erase_end(a, &erased);
    }

    a->unchanged = result->detail == 0;

    return MT_OK;
}


static void
mt_erase_number(int64_t *number, const mt_erased_t *erased)
{
    if (*number == erased->user.num) {
        *number = erased->heir;
    }
}


/* Erases all rows of a slot in a meeting.  Returns 1 if one has changed, 0 if
 * none has, -1 on failure. */

static int
mt_erase_row(mt_apply_t *a, const mt_erased_t *erased, int64_t meeting,
    int64_t slot)
{
    int  own, rc, changed;

    if (slot == 0) {
        return mt_erase_meeting(a, erased, meeting);
    }

    slot = slot < 0 ? erased->user.num : slot;
    own = slot == erased->user.num;

    changed = mt_erase_attendee(a, erased, meeting, slot, &own);
    if (changed < 0) {
        return -1;
    }

    rc = mt_erase_checkin(a, erased, meeting, slot, own);
    if (rc < 0) {
        return -1;
    }

    changed |= rc;
    rc = mt_erase_undone(a, erased, meeting, slot, own);

    return rc < 0 ? -1 : changed | rc;
}


static int
mt_erase_meeting(mt_apply_t *a, const mt_erased_t *erased, int64_t num)
{
    size_t               i;
    int64_t             *leaders;
    mt_meeting_t         meeting;
    const mt_meeting_t  *old;

    old = mt_meeting_load(a, num);

    if (old == NULL) {
        return a->failed == MT_OK ? 0 : -1;
    }

    if (!mt_erase_has_meeting(erased, old)) {
        return 0;
    }

    meeting = *old;

    if (meeting.creator == erased->user.num) {
        meeting.creator = erased->heir;
        meeting.creator_called = MT_STR("");
        meeting.creator_named = 0;
    }

    if (meeting.leaders.n) {
        leaders = mt_arena_alloc(a->arena, meeting.leaders.n
                                           * sizeof(*leaders));
        if (leaders == NULL) {
            a->failed = MT_NO_MEMORY;
            return -1;
        }

        for (i = 0; i < meeting.leaders.n; i++) {
            leaders[i] = meeting.leaders.v[i];
            mt_erase_number(&leaders[i], erased);
        }

        meeting.leaders.v = leaders;
    }

    if (mt_str_eq(meeting.speaker, erased->user.name)) {
        meeting.speaker = MT_STR("");
    }

    return mt_meeting_save(a, &meeting) == MT_OK ? 1 : -1;
}


/* Saves a record in the slot `to`, and deletes that of the slot `from` if it
 * is another one.  Returns 1, or -1 on failure. */

static int
mt_erase_move(mt_apply_t *a, mt_db_t db, const mt_model_t *model,
    const void *record, int64_t meeting, int64_t from, int64_t to)
{
    mt_buf_t  buf;
    mt_key_t  key;

    /* strings of the record are in the map, and go with a deletion */

    mt_buf_init(&buf, a->arena, 256);
    mt_record_encode(&buf, model, record, MT_ENCODE_STATE);

    if (buf.failed) {
        a->failed = MT_NO_MEMORY;
        return -1;
    }

    mt_key_num2(&key, a->company, meeting, from);

    if (from != to && mt_del(a->txn, db, &key) < 0) {
        return -1;
    }

    mt_key_num2(&key, a->company, meeting, to);

    return mt_put(a->txn, db, &key, (mt_str_t) { buf.len, buf.data }) == MT_OK
           ? 1 : -1;
}


static int
mt_erase_attendee(mt_apply_t *a, const mt_erased_t *erased, int64_t meeting,
    int64_t slot, int *own)
{
    int             found;
    mt_key_t        key;
    mt_attendee_t   attendee;

    found = mt_attendee_load(a->txn, a->company, meeting, slot, &attendee,
                             a->arena);
    if (found != 1) {
        return found;
    }

    *own |= mt_erase_is_guest(erased, &attendee);

    if (!*own) {
        return 0;
    }

    attendee.id = MT_STR("");
    attendee.name = MT_STR("");
    attendee.phone = MT_STR("");
    attendee.email = MT_STR("");
    attendee.face = MT_STR("");
    attendee.comment = MT_STR("");
    attendee.named = 0;
    mt_erase_number(&attendee.slot, erased);

    if (mt_erase_move(a, MT_DB_ATTENDEE, &mt_attendee_model, &attendee,
                      meeting, slot, attendee.slot)
        != 1)
    {
        return -1;
    }

    if (attendee.slot == slot) {
        return 1;
    }

    mt_key_num2(&key, a->company, slot, meeting);

    if (mt_del(a->txn, MT_DB_ATTENDS, &key) < 0) {
        return -1;
    }

    mt_key_num2(&key, a->company, attendee.slot, meeting);

    return mt_put(a->txn, MT_DB_ATTENDS, &key, MT_STR("")) == MT_OK ? 1 : -1;
}


static int
mt_erase_checkin(mt_apply_t *a, const mt_erased_t *erased, int64_t meeting,
    int64_t slot, int own)
{
    int           found;
    mt_checkin_t  checkin;

    found = mt_checkin_load(a->txn, a->company, meeting, slot, &checkin,
                            a->arena);

    if (found != 1 || (!own && !mt_erase_has_checkin(erased, &checkin))) {
        return found < 0 ? -1 : 0;
    }

    if (own) {
        checkin.request = MT_STR("");
        checkin.image = MT_STR("");
        checkin.reason = MT_STR("");
        checkin.longitude = 0;
        checkin.latitude = 0;
    }

    mt_erase_number(&checkin.slot, erased);
    mt_erase_number(&checkin.leader, erased);
    mt_erase_number(&checkin.by, erased);

    return mt_erase_move(a, MT_DB_CHECKIN, &mt_checkin_model, &checkin,
                         meeting, slot, checkin.slot);
}


static int
mt_erase_undone(mt_apply_t *a, const mt_erased_t *erased, int64_t meeting,
    int64_t slot, int own)
{
    int                   found, has;
    size_t                i;
    mt_key_t              key;
    mt_undone_t           undone;
    mt_undone_checkin_t  *c;

    mt_key_num2(&key, a->company, meeting, slot);

    found = mt_load(a->txn, MT_DB_UNDONE, &key, &mt_undone_model, &undone,
                    a->arena);
    if (found != 1) {
        return found;
    }

    has = own;

    for (i = 0; i < undone.checkins.n; i++) {
        c = (mt_undone_checkin_t *) undone.checkins.v + i;
        has |= mt_erase_has_undone(erased, c);

        if (own) {
            c->request = MT_STR("");
            c->image = MT_STR("");
            c->reason = MT_STR("");
            c->undone_why = MT_STR("");
            c->longitude = 0;
            c->latitude = 0;
        }

        mt_erase_number(&c->slot, erased);
        mt_erase_number(&c->leader, erased);
        mt_erase_number(&c->by, erased);
        mt_erase_number(&c->undone_by, erased);
    }

    if (!has) {
        return 0;
    }

    mt_erase_number(&undone.slot, erased);

    return mt_erase_move(a, MT_DB_UNDONE, &mt_undone_model, &undone, meeting,
                         slot, undone.slot);
}


static int
mt_erase_position(mt_apply_t *a, const mt_erased_t *erased, int64_t position)
{
    int           rc;
    mt_key_t      key;
    mt_journal_t  entry;
    mt_command_t  command;

    mt_key_serial(&key, position);

    rc = mt_load_copy(a->txn, MT_DB_JOURNAL, &key, &mt_journal_model, &entry,
                      a->arena);

    if (rc != 1 || entry.company != (int64_t) a->company) {
        return rc < 0 ? -1 : 0;
    }

    rc = mt_erase_entry(a->txn, a->company, erased, &entry, &command,
                        a->arena);

    if (rc == 1 && mt_journal_erase(a, position, &entry, &command) != MT_OK) {
        return -1;
    }

    return rc;
}


/* A message that has its events itself. */

static int
mt_erase_message(mt_apply_t *a, const mt_erased_t *erased, int64_t number)
{
    int           found, has;
    size_t        i, d;
    mt_key_t      key;
    mt_event_t   *events;
    mt_outbox_t   message;

    static const mt_db_t  dbs[] = { MT_DB_OUTBOX, MT_DB_SET_ASIDE };

    mt_key_num(&key, a->company, number);

    for (d = 0; d < mt_nitems(dbs); d++) {
        found = mt_load_copy(a->txn, dbs[d], &key, &mt_outbox_model, &message,
                             a->arena);
        if (found < 0) {
            return -1;
        }

        events = message.events.v;
        has = 0;

        for (i = 0; found && i < message.events.n; i++) {
            if (mt_erase_has_event(erased, &events[i])) {
                events[i].id = MT_STR("");
                events[i].num = 0;
                has = 1;
            }
        }

        if (has) {
            return mt_save(a->txn, dbs[d], &key, &mt_outbox_model, &message,
                           a->arena)
                   == MT_OK ? 1 : -1;
        }
    }

    return 0;
}


/* Rows that the search has not found yet are a reason to search again. */

static mt_status_t
mt_erase_end(mt_apply_t *a, const mt_erased_t *erased)
{
    int        attends, sponsors;
    mt_key_t   key;
    mt_user_t  heir;

    mt_key_num(&key, a->company, erased->user.num);

    attends = mt_any(a->txn, MT_DB_ATTENDS, &key);
    sponsors = mt_any(a->txn, MT_DB_SPONSORED, &key);

    if (attends < 0 || sponsors < 0
        || mt_user_load(a->txn, a->company, erased->heir, &heir, a->arena)
           != 1)
    {
        return MT_STORE_FAILED;
    }

    if (attends || sponsors) {
        return MT_BUSY;
    }

    if ((int64_t) mt_name_find(a->txn, a->company, MT_NAME_USER,
                               erased->user.id)
        == erased->user.num)
    {
        mt_name_del(a->txn, a->company, MT_NAME_USER, erased->user.id);
    }

    if (mt_del(a->txn, MT_DB_USER, &key) < 0) {
        return MT_STORE_FAILED;
    }

    heir.erases = 0;

    return mt_user_save(a, &heir);
}

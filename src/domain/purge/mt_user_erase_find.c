
/*
 * The search for data of a person, and the rules that tell it.  Commands in
 * the journal are gone through field by field, by their models.
 */

#include "domain/meeting/mt_meeting.h"
#include "domain/mt_operations.h"
#include "domain/purge/mt_user_erase.h"


#define MT_ERASE_LOOKS  2000            /* entries looked at in one call */
/* Digits of a phone number; fewer than the least ones may be an extension of
 * several people. */
#define MT_PHONE_DIGITS  20
#define MT_PHONE_LEAST   7

#define MT_ERASE_BYTES  (256 * 1024)    /* of journal entries for one step */


typedef struct {
    const mt_erased_t  *erased;
    mt_str_t            number;         /* the person's, decimal */
    mt_str_t            heir;           /* the heir's */
    mt_arena_t         *arena;
    unsigned            namesake;       /* the name may be another user's */
    int                 changed;
} mt_eraser_t;

/* Judges an entry, which is under search->last, and notes what is found.
 * Returns 0, or -1 on failure. */
typedef int (*mt_erase_look_pt)(mt_erase_search_t *search, mt_txn_t *txn,
    mt_str_t key, mt_str_t value, mt_arena_t *arena);


static int mt_erase_look(mt_erase_search_t *search, mt_txn_t *txn,
    mt_arena_t *arena);
static int mt_erase_is_full(const mt_erase_search_t *search);
static void mt_erase_note(mt_erase_search_t *search, int64_t meeting,
    int64_t slot);
static int mt_look_meeting(mt_erase_search_t *search, mt_txn_t *txn,
    mt_str_t key, mt_str_t value, mt_arena_t *arena);
static int mt_look_attendee(mt_erase_search_t *search, mt_txn_t *txn,
    mt_str_t key, mt_str_t value, mt_arena_t *arena);
static int mt_look_checkin(mt_erase_search_t *search, mt_txn_t *txn,
    mt_str_t key, mt_str_t value, mt_arena_t *arena);
static int mt_look_undone(mt_erase_search_t *search, mt_txn_t *txn,
    mt_str_t key, mt_str_t value, mt_arena_t *arena);
static int mt_look_message(mt_erase_search_t *search, mt_txn_t *txn,
    mt_str_t key, mt_str_t value, mt_arena_t *arena);
static int mt_look_block(mt_erase_search_t *search, mt_txn_t *txn,
    mt_str_t key, mt_str_t value, mt_arena_t *arena);
static int mt_erase_body(mt_txn_t *txn, uint32_t company, mt_eraser_t *e,
    mt_command_t *command);
static int mt_erase_is_about(mt_txn_t *txn, uint32_t company,
    mt_eraser_t *e, const mt_command_t *command, const mt_model_t *model,
    const void *body);
static int mt_erase_host_act(mt_txn_t *txn, uint32_t company,
    mt_eraser_t *e, const mt_host_act_t *act);
static void mt_erase_object(mt_eraser_t *e, const mt_model_t *model,
    void *object);
static void mt_erase_person(mt_eraser_t *e, mt_person_t *person);
static void mt_erase_text(mt_eraser_t *e, mt_str_t *text, int ref);
static size_t mt_phone_digits(mt_str_t phone, char digits[MT_PHONE_DIGITS]);
static int mt_same_phone(mt_str_t one, mt_str_t two);
static int mt_erase_is_ref(const mt_field_t *field);
static int mt_erase_is_number(const mt_field_t *field);
static int mt_is_named(const mt_eraser_t *e, mt_str_t text);


static const struct {
    mt_db_t           db;
    mt_erase_look_pt  look;
} mt_looks[] = {
    { MT_DB_MEETING, mt_look_meeting },
    { MT_DB_ATTENDEE, mt_look_attendee },
    { MT_DB_CHECKIN, mt_look_checkin },
    { MT_DB_UNDONE, mt_look_undone },
    { MT_DB_OUTBOX, mt_look_message },
    { MT_DB_SET_ASIDE, mt_look_message },
    { MT_DB_COMPANY_JOURNAL, mt_look_block }
};

/* Fields of commands that name a user. */

static const mt_field_t *const  mt_user_refs[] = {
    MT_FIELD(room_edit, users),
    MT_FIELD(meeting_edit, creator_ref),
    MT_FIELD(meeting_edit, leader_refs),
    MT_FIELD(meeting_edit, people_refs),
    MT_FIELD(meeting_edit, add_refs),
    MT_FIELD(meeting_edit, drop),
    MT_FIELD(series_edit, creator_ref),
    MT_FIELD(series_edit, leader_refs),
    MT_FIELD(series_edit, people_refs),
    MT_FIELD(series_edit, add_refs),
    MT_FIELD(series_edit, drop),
    MT_FIELD(checkin_args, leader)
};

/* Fields that hold numbers of users. */

static const mt_field_t *const  mt_user_nums[] = {
    MT_FIELD(import_told, added),
    MT_FIELD(import_told, updated),
    MT_FIELD(session_expire, users),
    MT_FIELD(checkin_args, code_leader)
};


int
mt_erased_find(mt_txn_t *txn, uint32_t company, mt_str_t ref,
    mt_erased_t *erased, mt_arena_t *arena)
{
    int      found;
    int64_t  num;

    num = mt_ref_num(txn, company, MT_NAME_USER, ref);

    found = num ? mt_user_load(txn, company, num, &erased->user, arena) : 0;

    if (found == 1) {
        erased->heir = erased->user.heir;
    }

    /* an heir is nobody */

    return found == 1 && erased->user.id.len == 0 ? 0 : found;
}


int
mt_erased_load(mt_txn_t *txn, uint32_t company, int64_t heir,
    mt_erased_t *erased, mt_arena_t *arena)
{
    int        found;
    mt_user_t  user;

    found = mt_user_load(txn, company, heir, &user, arena);

    if (found != 1 || user.erases == 0) {
        return found < 0 ? -1 : 0;
    }

    erased->heir = heir;

    return mt_user_load(txn, company, user.erases, &erased->user, arena);
}


int
mt_erase_next(mt_erase_search_t *search, mt_txn_t *txn)
{
    int          rc;
    mt_arena_t  *arena;

    search->nrows = 0;
    search->npositions = 0;
    search->nmessages = 0;

    if (search->phase == mt_nitems(mt_looks)) {
        return 0;
    }

    arena = mt_arena_create(0);
    if (arena == NULL) {
        return -1;
    }

    rc = mt_erase_look(search, txn, arena);
    mt_arena_destroy(arena);

    if (rc == 0) {
        search->phase++;
        search->last.len = 0;
    }

    return rc < 0 ? -1 : search->phase < mt_nitems(mt_looks);
}


/* Looks at entries of one database behind search->last.  Returns 1 if there
 * may be more, 0 if there are none, -1 on failure. */

static int
mt_erase_look(mt_erase_search_t *search, mt_txn_t *txn, mt_arena_t *arena)
{
    int           rc;
    unsigned      looks;
    mt_db_t       db;
    mt_key_t      prefix;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    db = mt_looks[search->phase].db;
    mt_key_company(&prefix, search->company);

    cursor = mt_cursor_open(txn, db, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    rc = search->last.len ? mt_cursor_seek(cursor, &search->last, &key, &value)
                          : mt_cursor_first(cursor, &key, &value);

    /* a block of the journal may have more */

    if (rc == 1 && search->position == 0 && search->last.len
        && mt_str_eq(key, mt_key_text(&search->last)))
    {
        rc = mt_cursor_next(cursor, &key, &value);
    }

    for (looks = 0;
         rc == 1 && looks < MT_ERASE_LOOKS && !mt_erase_is_full(search);
         looks++)
    {
        mt_key_copy(&search->last, key);

        if (mt_looks[search->phase].look(search, txn, key, value, arena) != 0)
        {
            rc = -1;
            break;
        }

        mt_arena_reset(arena);

        if (search->position) {
            break;
        }

        rc = mt_cursor_next(cursor, &key, &value);
    }

    mt_cursor_close(cursor);

    return rc;
}


static int
mt_erase_is_full(const mt_erase_search_t *search)
{
    return search->nrows == MT_ERASE_ROWS
           || search->nmessages == MT_ERASE_ROWS
           || search->npositions == MT_ERASE_POSITIONS;
}


static void
mt_erase_note(mt_erase_search_t *search, int64_t meeting, int64_t slot)
{
    mt_erased_row_t  *row;

    row = &search->rows[search->nrows++];

    memset(row, 0, sizeof(*row));
    mt_set(row, erased_row, meeting, meeting);
    mt_set(row, erased_row, slot,
           slot == search->erased->user.num ? -1 : slot);
}


static int
mt_look_meeting(mt_erase_search_t *search, mt_txn_t *txn, mt_str_t key,
    mt_str_t value, mt_arena_t *arena)
{
    mt_meeting_t  meeting;

    (void) key;

    if (mt_load_value(txn, MT_DB_MEETING, value, &mt_meeting_model, &meeting,
                      arena)
        != 1)
    {
        return -1;
    }

    if (mt_erase_has_meeting(search->erased, &meeting)) {
        mt_erase_note(search, meeting.num, 0);
    }

    return 0;
}


static int
mt_look_attendee(mt_erase_search_t *search, mt_txn_t *txn, mt_str_t key,
    mt_str_t value, mt_arena_t *arena)
{
    int64_t         meeting;
    mt_attendee_t   attendee;

    if (!mt_key_read_num2(key, NULL, &meeting, NULL)
        || mt_load_value(txn, MT_DB_ATTENDEE, value, &mt_attendee_model,
                         &attendee, arena)
           != 1)
    {
        return -1;
    }

    if (attendee.slot == search->erased->user.num
        || mt_erase_is_guest(search->erased, &attendee))
    {
        mt_erase_note(search, meeting, attendee.slot);
    }

    return 0;
}


static int
mt_look_checkin(mt_erase_search_t *search, mt_txn_t *txn, mt_str_t key,
    mt_str_t value, mt_arena_t *arena)
{
    int64_t       meeting;
    mt_checkin_t  checkin;

    if (!mt_key_read_num2(key, NULL, &meeting, NULL)
        || mt_load_value(txn, MT_DB_CHECKIN, value, &mt_checkin_model,
                         &checkin, arena)
           != 1)
    {
        return -1;
    }

    if (mt_erase_has_checkin(search->erased, &checkin)) {
        mt_erase_note(search, meeting, checkin.slot);
    }

    return 0;
}


static int
mt_look_undone(mt_erase_search_t *search, mt_txn_t *txn, mt_str_t key,
    mt_str_t value, mt_arena_t *arena)
{
    size_t                      i;
    int64_t                     meeting;
    mt_undone_t                 undone;
    const mt_undone_checkin_t  *checkins;

    if (!mt_key_read_num2(key, NULL, &meeting, NULL)
        || mt_load_value(txn, MT_DB_UNDONE, value, &mt_undone_model, &undone,
                         arena)
           != 1)
    {
        return -1;
    }

    checkins = undone.checkins.v;

    for (i = 0; i < undone.checkins.n; i++) {
        if (mt_erase_has_undone(search->erased, &checkins[i])) {
            mt_erase_note(search, meeting, undone.slot);
            break;
        }
    }

    return 0;
}


/* A message without events of its own has those of the journal. */

static int
mt_look_message(mt_erase_search_t *search, mt_txn_t *txn, mt_str_t key,
    mt_str_t value, mt_arena_t *arena)
{
    size_t             i;
    int64_t            number;
    mt_outbox_t        message;
    const mt_event_t  *events;

    if (!mt_key_read_num(key, NULL, &number)
        || mt_load_value(txn, MT_DB_OUTBOX, value, &mt_outbox_model, &message,
                         arena)
           != 1)
    {
        return -1;
    }

    events = message.events.v;

    for (i = 0; i < message.events.n; i++) {
        if (mt_erase_has_event(search->erased, &events[i])) {
            search->messages[search->nmessages++] = number;
            break;
        }
    }

    return 0;
}


/* Looks at the entries of a block.  search->position is the one looked at last
 * if a step has enough before the block's end, else 0. */

static int
mt_look_block(mt_erase_search_t *search, mt_txn_t *txn, mt_str_t key,
    mt_str_t value, mt_arena_t *arena)
{
    int           rc, has;
    size_t        bytes;
    int64_t       block, position;
    mt_key_t      at;
    mt_cursor_t  *cursor;
    mt_journal_t  entry;
    mt_command_t  command;

    if (!mt_key_read_num(key, NULL, &block)) {
        return -1;
    }

    cursor = mt_cursor_open(txn, MT_DB_JOURNAL, NULL);
    if (cursor == NULL) {
        return -1;
    }

    position = block << MT_JOURNAL_BLOCK_BITS;
    position = search->position >= position ? search->position + 1 : position;

    mt_key_serial(&at, position);
    search->position = 0;
    bytes = 0;

    for (rc = mt_cursor_seek(cursor, &at, &key, &value);
         rc == 1;
         rc = mt_cursor_next(cursor, &key, &value))
    {
        if (!mt_key_read_serial(key, &position)) {
            rc = -1;
            break;
        }

        if (position >> MT_JOURNAL_BLOCK_BITS != block) {
            rc = 0;
            break;
        }

        mt_arena_reset(arena);

        if (mt_load_value(txn, MT_DB_JOURNAL, value, &mt_journal_model, &entry,
                          arena)
            != 1)
        {
            rc = -1;
            break;
        }

        if (entry.company != (int64_t) search->company) {
            continue;
        }

        has = mt_erase_entry(txn, search->company, search->erased, &entry,
                             &command, arena);
        if (has < 0) {
            rc = -1;
            break;
        }

        if (has) {
            search->positions[search->npositions++] = position;
            bytes += value.len;
        }

        if (search->npositions == MT_ERASE_POSITIONS
            || bytes > MT_ERASE_BYTES)
        {
            search->position = position;
            rc = 0;
            break;
        }
    }

    mt_cursor_close(cursor);

    return rc < 0 ? -1 : 0;
}


int
mt_erase_is_guest(const mt_erased_t *erased, const mt_attendee_t *attendee)
{
    const mt_user_t  *user = &erased->user;

    return attendee->slot >= MT_GUEST_SLOT
           && (mt_same_phone(attendee->phone, user->phone)
               || (user->email.len
                   && mt_str_eq(attendee->email, user->email)));
}


/* Puts the digits of a phone number into `digits`, without China's code.
 * Returns their number, 0 if there are too many. */

static size_t
mt_phone_digits(mt_str_t phone, char digits[MT_PHONE_DIGITS])
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < phone.len; i++) {
        if (phone.data[i] < '0' || phone.data[i] > '9') {
            continue;
        }

        if (n == MT_PHONE_DIGITS) {
            return 0;
        }

        digits[n++] = phone.data[i];
    }

    if (n == 13 && digits[0] == '8' && digits[1] == '6') {
        n -= 2;
        memmove(digits, digits + 2, n);
    }

    return n;
}


/* Returns 1 for two spellings of a phone number, else 0. */

static int
mt_same_phone(mt_str_t one, mt_str_t two)
{
    size_t  n;
    char    a[MT_PHONE_DIGITS], b[MT_PHONE_DIGITS];

    n = mt_phone_digits(one, a);

    return (two.len && mt_str_eq(one, two))
           || (n >= MT_PHONE_LEAST && n == mt_phone_digits(two, b)
               && memcmp(a, b, n) == 0);
}


int
mt_erase_has_meeting(const mt_erased_t *erased, const mt_meeting_t *meeting)
{
    size_t            i;
    const mt_user_t  *user = &erased->user;

    for (i = 0; i < meeting->leaders.n; i++) {
        if (meeting->leaders.v[i] == user->num) {
            return 1;
        }
    }

    return meeting->creator == user->num
           || (user->name.len && mt_str_eq(meeting->speaker, user->name));
}


int
mt_erase_has_checkin(const mt_erased_t *erased, const mt_checkin_t *checkin)
{
    int64_t  num = erased->user.num;

    return checkin->slot == num || checkin->leader == num
           || checkin->by == num;
}


int
mt_erase_has_undone(const mt_erased_t *erased,
    const mt_undone_checkin_t *checkin)
{
    int64_t  num = erased->user.num;

    return checkin->slot == num || checkin->leader == num
           || checkin->by == num || checkin->undone_by == num;
}


int
mt_erase_has_event(const mt_erased_t *erased, const mt_event_t *event)
{
    switch (event->type) {

    case MT_EVENT_USER_ADD:
    case MT_EVENT_USER_UPDATE:
    case MT_EVENT_USER_REMOVE:
    case MT_EVENT_FACE_DROPPED:
        return event->num == erased->user.num;

    default:
        return 0;
    }
}


int
mt_erase_entry(mt_txn_t *txn, uint32_t company, const mt_erased_t *erased,
    mt_journal_t *entry, mt_command_t *command, mt_arena_t *arena)
{
    int           changed, rc;
    size_t        i;
    mt_event_t   *events;
    mt_eraser_t   e;

    if (mt_record_decode(entry->command, &mt_command_model, command, arena)
        != MT_OK)
    {
        return -1;
    }

    memset(&e, 0, sizeof(e));
    e.erased = erased;
    e.arena = arena;
    e.number = mt_arena_printf(arena, "%lld", (long long) erased->user.num);
    e.heir = mt_arena_printf(arena, "%lld", (long long) erased->heir);

    events = entry->events.v;
    changed = 0;

    for (i = 0; i < entry->events.n; i++) {
        if (mt_erase_has_event(erased, &events[i])) {
            events[i].id = MT_STR("");
            events[i].num = 0;
            changed = 1;
        }
    }

    rc = mt_erase_body(txn, company, &e, command);

    if (command->actor == erased->user.num) {
        command->actor = erased->heir;
        changed = 1;
    }

    return rc < 0 ? -1 : rc | changed;
}


/* Takes the person out of the command's body.  A command that the person gave,
 * or that is about nobody else, keeps none.  Returns 1 if it has changed, 0 if
 * not, -1 on failure. */

static int
mt_erase_body(mt_txn_t *txn, uint32_t company, mt_eraser_t *e,
    mt_command_t *command)
{
    int                    about;
    void                  *body;
    mt_buf_t               buf;
    const mt_operation_t  *op;

    op = command->op > 0 && command->op < MT_OPERATION_MAX
         ? mt_operation((unsigned) command->op) : NULL;

    if (op == NULL || op->body == NULL) {
        return -1;
    }

    body = mt_arena_alloc(e->arena, op->body->size);

    if (body == NULL
        || mt_record_decode(command->body, op->body, body, e->arena) != MT_OK)
    {
        return -1;
    }

    if (command->body.len == 0) {
        return 0;
    }

    about = mt_erase_is_about(txn, company, e, command, op->body, body);

    if (about) {
        command->body = MT_STR("");
        return about < 0 ? -1 : 1;
    }

    e->namesake = op->body == &mt_user_edit_model;
    mt_erase_object(e, op->body, body);

    if (!e->changed) {
        return 0;
    }

    mt_buf_init(&buf, e->arena, command->body.len);
    mt_record_encode(&buf, op->body, body, MT_ENCODE_GIVEN);

    command->body = (mt_str_t) { buf.len, buf.data };

    return buf.failed ? -1 : 1;
}


/* Returns 1, 0 if the command is not the person's alone, -1 on failure. */

static int
mt_erase_is_about(mt_txn_t *txn, uint32_t company, mt_eraser_t *e,
    const mt_command_t *command, const mt_model_t *model, const void *body)
{
    const mt_user_edit_t  *edit = body;

    if (command->op == MT_CODE_user_erase_step) {
        return 0;
    }

    if (model == &mt_host_act_model) {
        return command->actor == e->erased->user.num
               ? 1 : mt_erase_host_act(txn, company, e, body);
    }

    switch (command->op) {

    case MT_CODE_user_add:
    case MT_CODE_user_update:
        return mt_is_named(e, edit->ref) || mt_is_named(e, edit->id)
               || mt_is_named(e, edit->fresh_id);

    case MT_CODE_user_remove:
        return mt_is_named(e, ((const mt_user_removal_t *) body)->ref);

    case MT_CODE_user_face:
        return mt_is_named(e, ((const mt_user_face_t *) body)->ref);

    case MT_CODE_user_erase:
        return mt_is_named(e, ((const mt_named_t *) body)->ref);

    default:
        return command->actor == e->erased->user.num;
    }
}


/* An act of a host names the person by anything. */

static int
mt_erase_host_act(mt_txn_t *txn, uint32_t company, mt_eraser_t *e,
    const mt_host_act_t *act)
{
    int64_t           slot;
    mt_status_t       rc;
    mt_meeting_t      meeting;
    const mt_user_t  *user = &e->erased->user;

    if (mt_is_named(e, act->person)
        || (user->account.len && mt_str_eq(act->person, user->account))
        || mt_same_phone(act->person, user->phone))
    {
        return 1;
    }

    rc = mt_find(txn, company, MT_NAME_MEETING, act->ref, &meeting, e->arena);

    if (rc != MT_OK) {
        return rc == MT_NO_SUCH_MEETING ? 0 : -1;
    }

    return mt_attendance_slot(&meeting, act->person, &slot)
           && (slot == user->num || slot == e->erased->heir);
}


static int
mt_is_named(const mt_eraser_t *e, mt_str_t text)
{
    return text.len
           && (mt_str_eq(text, e->number)
               || mt_str_eq(text, e->erased->user.id));
}


static int
mt_erase_is_ref(const mt_field_t *field)
{
    size_t  i;

    for (i = 0; i < mt_nitems(mt_user_refs); i++) {
        if (mt_user_refs[i] == field) {
            return 1;
        }
    }

    return 0;
}


static int
mt_erase_is_number(const mt_field_t *field)
{
    size_t  i;

    for (i = 0; i < mt_nitems(mt_user_nums); i++) {
        if (mt_user_nums[i] == field) {
            return 1;
        }
    }

    return 0;
}


static void
mt_erase_text(mt_eraser_t *e, mt_str_t *text, int ref)
{
    size_t            i;
    const mt_user_t  *user = &e->erased->user;
    const mt_str_t    words[] = { user->name, user->account, user->phone,
                                  user->email };

    if (ref && mt_is_named(e, *text)) {
        *text = e->heir;
        e->changed = 1;
        return;
    }

    for (i = e->namesake; text->len && i < mt_nitems(words); i++) {
        if (mt_str_eq(*text, words[i])) {
            *text = MT_STR("");
            e->changed = 1;
        }
    }
}


/* The name alone may be somebody else's. */

static void
mt_erase_person(mt_eraser_t *e, mt_person_t *person)
{
    const mt_user_t  *user = &e->erased->user;

    if (!mt_is_named(e, person->ref)
        && !mt_same_phone(person->phone, user->phone)
        && !(user->email.len && mt_str_eq(person->email, user->email)))
    {
        return;
    }

    if (person->ref.len) {
        person->ref = e->heir;
    }

    person->id = MT_STR("");
    person->name = MT_STR("");
    person->phone = MT_STR("");
    person->email = MT_STR("");
    person->face = MT_STR("");

    e->changed = 1;
}


static void
mt_erase_object(mt_eraser_t *e, const mt_model_t *model, void *object)
{
    size_t             i, j;
    char              *place;
    mt_ints_t          ints;
    mt_objs_t          objs;
    mt_strs_t          strs;
    const mt_field_t  *field;

    for (i = 1; i < model->nfields; i++) {
        field = &model->fields[i];
        place = (char *) object + field->offset;

        switch (field->kind) {

        case MT_STR:
            mt_erase_text(e, (mt_str_t *) place, mt_erase_is_ref(field));
            break;

        case MT_STRS:
            memcpy(&strs, place, sizeof(strs));

            for (j = 0; j < strs.n; j++) {
                mt_erase_text(e, &strs.v[j], mt_erase_is_ref(field));
            }

            break;

        case MT_INT:
            if (mt_erase_is_number(field)
                && *(int64_t *) place == e->erased->user.num)
            {
                *(int64_t *) place = e->erased->heir;
                e->changed = 1;
            }

            break;

        case MT_INTS:
            memcpy(&ints, place, sizeof(ints));

            for (j = 0; mt_erase_is_number(field) && j < ints.n; j++) {
                if (ints.v[j] == e->erased->user.num) {
                    ints.v[j] = e->erased->heir;
                    e->changed = 1;
                }
            }

            break;

        case MT_OBJS:
            memcpy(&objs, place, sizeof(objs));

            for (j = 0; j < objs.n; j++) {
                if (field->sub == &mt_person_model) {
                    mt_erase_person(e, (mt_person_t *) objs.v + j);

                } else {
                    mt_erase_object(e, field->sub,
                                    (char *) objs.v + j * field->sub->size);
                }
            }

            break;

        default:
            break;
        }
    }
}

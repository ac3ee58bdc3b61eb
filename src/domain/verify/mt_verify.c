
#include <stdarg.h>
#include <stdio.h>

#include "base/mt_crypto.h"
#include "domain/kernel/mt_repeat.h"
#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_meeting_index.h"
#include "domain/mt_operations.h"
#include "domain/notify/mt_event.h"
#include "domain/verify/mt_verify.h"
#include "domain/verify/mt_verify_private.h"


/* Judges v->key and v->value.  `record` is the decoded value, if the database
 * has a model. */
typedef void (*mt_verify_pt)(mt_verify_t *v, const void *record);

/* How the entries of a database are decoded and judged. */

typedef struct {
    mt_db_t            db;
    const char        *name;
    const mt_model_t  *model;     /* NULL: the value is no record */
    mt_verify_pt       check;
} mt_verified_t;


/* A kind of name: the records that have it. */

typedef struct {
    mt_db_t            db;
    const mt_model_t  *model;
    const mt_field_t  *name;
    const mt_field_t  *removed;   /* NULL: the name is kept for ever */
} mt_named_kind_t;

/* Space for any record that a database holds. */

typedef union {
    mt_company_t       company;
    mt_credential_t    credential;
    mt_dept_t          dept;
    mt_user_t          user;
    mt_room_t          room;
    mt_meeting_t       meeting;
    mt_attendee_t      attendee;
    mt_checkin_t       checkin;
    mt_tally_t         tally;
    mt_session_t       session;
    mt_subscription_t  subscription;
    mt_outbox_t        outbox;
    mt_journal_t       journal;
    mt_usage_t         usage;
} mt_any_record_t;


static int mt_verify_db(mt_verify_t *v, const mt_verified_t *db);
static void mt_verify_entry(mt_verify_t *v, const mt_verified_t *db,
    void *record);
static int mt_verify_is_purged(mt_verify_t *v, mt_db_t db);

static void mt_verify_company(mt_verify_t *v, const void *record);
static void mt_verify_credential(mt_verify_t *v, const void *record);
static void mt_verify_dept(mt_verify_t *v, const void *record);
static void mt_verify_user(mt_verify_t *v, const void *record);
static void mt_verify_room(mt_verify_t *v, const void *record);
static void mt_verify_session(mt_verify_t *v, const void *record);
static void mt_verify_repeat(mt_verify_t *v, const void *record);
static void mt_verify_name(mt_verify_t *v, const void *record);
static void mt_verify_counter(mt_verify_t *v, const void *record);
static void mt_verify_dept_child(mt_verify_t *v, const void *record);
static void mt_verify_member(mt_verify_t *v, const void *record);
static void mt_verify_attends(mt_verify_t *v, const void *record);
static void mt_verify_meeting(mt_verify_t *v, const void *record);
static void mt_verify_attendee(mt_verify_t *v, const void *record);
static void mt_verify_checkin(mt_verify_t *v, const void *record);
static void mt_verify_undone(mt_verify_t *v, const void *record);
static void mt_verify_tally(mt_verify_t *v, const void *record);
static void mt_verify_index(mt_verify_t *v, const void *record);
static void mt_verify_schedule(mt_verify_t *v, const void *record);
static void mt_verify_booking(mt_verify_t *v, const void *record);
static void mt_verify_reminder(mt_verify_t *v, const void *record);
static void mt_verify_subscription(mt_verify_t *v, const void *record);
static void mt_verify_message(mt_verify_t *v, const void *record);

static void mt_verify_named(mt_verify_t *v, uint32_t company,
    enum mt_name kind, mt_str_t s, int64_t num);
static int mt_is_code(unsigned kind);
static void mt_verify_leads(mt_verify_t *v, const mt_named_kind_t *kind,
    int64_t num);
static void mt_verify_circle(mt_verify_t *v, const mt_dept_t *dept);

static void mt_verify_rows(mt_verify_t *v, const mt_meeting_t *meeting);
static int mt_recount(mt_verify_t *v, mt_tally_t *tally, int *ordered);
static void mt_verify_seat(mt_verify_t *v, int64_t slot);
static void mt_verify_count(mt_verify_t *v, mt_db_t db, int64_t says,
    const char *what);

static void mt_verify_identity(mt_verify_t *v, enum mt_name kind, int64_t num,
    mt_str_t id, int removed);
static int mt_verify_load(mt_verify_t *v, mt_db_t db, int64_t num,
    const mt_model_t *model, void *record);
static int mt_has_user(mt_verify_t *v, int64_t num, int present);
static int mt_has_dept(mt_verify_t *v, int64_t num, int present);
static void mt_verify_entry_of(mt_verify_t *v, uint32_t company, int64_t num);
static int mt_has_entry(mt_verify_t *v, mt_db_t db, int64_t a, int64_t b);


static const mt_verified_t  mt_verified[] = {
    { MT_DB_COMPANY, "company", &mt_company_model, mt_verify_company },
    { MT_DB_CREDENTIAL, "credential", &mt_credential_model,
      mt_verify_credential },
    { MT_DB_DEPT, "dept", &mt_dept_model, mt_verify_dept },
    { MT_DB_USER, "user", &mt_user_model, mt_verify_user },
    { MT_DB_ROOM, "room", &mt_room_model, mt_verify_room },
    { MT_DB_MEETING, "meeting", &mt_meeting_model, mt_verify_meeting },
    { MT_DB_ATTENDEE, "attendee", &mt_attendee_model,
      mt_verify_attendee },
    { MT_DB_CHECKIN, "checkin", &mt_checkin_model, mt_verify_checkin },
    { MT_DB_UNDONE, "undone", &mt_undone_model, mt_verify_undone },
    { MT_DB_TALLY, "tally", &mt_tally_model, mt_verify_tally },
    { MT_DB_SESSION, "session", &mt_session_model, mt_verify_session },
    { MT_DB_REPEAT, "repeat", &mt_repeat_model, mt_verify_repeat },
    { MT_DB_NAME, "name", NULL, mt_verify_name },
    { MT_DB_COUNTER, "counter", NULL, mt_verify_counter },
    { MT_DB_DEPT_CHILD, "dept_child", NULL, mt_verify_dept_child },
    { MT_DB_MEMBER, "member", NULL, mt_verify_member },
    { MT_DB_SCHEDULE, "schedule", NULL, mt_verify_schedule },
    { MT_DB_CREATED, "created", NULL, mt_verify_index },
    { MT_DB_SPONSORED, "sponsored", NULL, mt_verify_index },
    { MT_DB_SERIES, "series", NULL, mt_verify_index },
    { MT_DB_BOOKING, "booking", NULL, mt_verify_booking },
    { MT_DB_REMINDER, "reminder", NULL, mt_verify_reminder },
    { MT_DB_SUBSCRIPTION, "subscription", &mt_subscription_model,
      mt_verify_subscription },
    { MT_DB_OUTBOX, "outbox", &mt_outbox_model, mt_verify_message },
    { MT_DB_SET_ASIDE, "set_aside", &mt_outbox_model,
      mt_verify_message },
    { MT_DB_JOURNAL, "journal", &mt_journal_model, mt_verify_journal },
    { MT_DB_ATTENDS, "attends", NULL, mt_verify_attends },
    { MT_DB_COMPANY_JOURNAL, "company_journal", NULL,
      mt_verify_company_journal },
    { MT_DB_USAGE, "usage", &mt_usage_model, mt_verify_usage },
};


#define MT_NAMED(db, M, name)                                                 \
    { db, &mt_##M##_model, MT_FIELD(M, name), MT_FIELD(M, removed) }

static const mt_named_kind_t  mt_named[] = {
    [MT_NAME_USER]    = MT_NAMED(MT_DB_USER, user, id),
    [MT_NAME_DEPT]    = MT_NAMED(MT_DB_DEPT, dept, id),
    [MT_NAME_ROOM]    = MT_NAMED(MT_DB_ROOM, room, id),
    [MT_NAME_ACCOUNT] = MT_NAMED(MT_DB_USER, user, account),
    [MT_NAME_PHONE]   = MT_NAMED(MT_DB_USER, user, phone),
    [MT_NAME_EMAIL]   = MT_NAMED(MT_DB_USER, user, email),
    [MT_NAME_APPKEY]  = { MT_DB_CREDENTIAL, &mt_credential_model,
                          MT_FIELD(credential, appkey), NULL },
    [MT_NAME_APPID]   = { MT_DB_CREDENTIAL, &mt_credential_model,
                          MT_FIELD(credential, appid), NULL },
};


int64_t
mt_verify(mt_txn_t *txn, void (*complain)(void *data, const char *text),
    void *data)
{
    int          rc;
    size_t       i;
    mt_verify_t  v;

    memset(&v, 0, sizeof(v));
    v.txn = txn;
    v.complain = complain;
    v.data = data;
    v.arena = mt_arena_create(0);
    v.inner = mt_arena_create(0);

    rc = v.arena && v.inner ? 0 : -1;

    for (i = 0; rc == 0 && i < mt_nitems(mt_verified); i++) {
        rc = mt_verify_db(&v, &mt_verified[i]);
    }

    if (rc == 0) {
        mt_verify_position(&v);
        mt_verify_usages(&v);

        /* missing memory is a failure, no breach */

        if (v.failed || mt_arena_failed(v.arena)
            || mt_arena_failed(v.inner))
        {
            rc = -1;
        }
    }

    mt_usages_free(&v.usages);
    mt_arena_destroy(v.arena);
    mt_arena_destroy(v.inner);

    return rc == 0 ? v.breaches : -1;
}


/* Returns 0, or -1 if the database cannot be read. */

static int
mt_verify_db(mt_verify_t *v, const mt_verified_t *db)
{
    int               found;
    mt_cursor_t      *cursor;
    mt_any_record_t   record;

    cursor = mt_cursor_open(v->txn, db->db, NULL);
    if (cursor == NULL) {
        return -1;
    }

    v->db = db->name;

    found = mt_cursor_first(cursor, &v->key, &v->value);

    while (found == 1) {
        mt_arena_reset(v->arena);
        mt_arena_reset(v->inner);
        mt_verify_entry(v, db, &record);

        found = mt_cursor_next(cursor, &v->key, &v->value);
    }

    mt_cursor_close(cursor);

    return found;
}


static void
mt_verify_entry(mt_verify_t *v, const mt_verified_t *db, void *record)
{
    if (!mt_key_read(v->key, db->db, &v->at)) {
        mt_breach(v, "the key has a wrong length");
        return;
    }

    mt_verify_count_usage(v, db->db);

    v->company = v->at.company;
    v->num = v->at.nums[0];

    if (db->model
        && mt_record_decode(v->value, db->model, record, v->arena) != MT_OK)
    {
        mt_breach(v, "the record cannot be decoded");
        return;
    }

    if (!mt_verify_is_purged(v, db->db)) {
        db->check(v, record);
    }
}


/* Returns 1 for an entry of a company that is being purged: others that it
 * belongs to may be gone. */

static int
mt_verify_is_purged(mt_verify_t *v, mt_db_t db)
{
    if (v->company == 0 || db == MT_DB_COMPANY || db == MT_DB_USAGE) {
        return 0;
    }

    if (v->company != v->asked) {
        v->asked = v->company;
        v->purged = mt_company_is_open(v->txn, v->company) == 0;
    }

    return v->purged;
}


void
mt_breach(mt_verify_t *v, const char *fmt, ...)
{
    int      n;
    char     text[1024];
    size_t   len, shown;
    va_list  args;

    n = snprintf(text, sizeof(text), "%s ", v->db);
    len = (size_t) n;

    shown = v->key.len < sizeof(text) / 4 ? v->key.len : sizeof(text) / 4;
    mt_hex_lower((const uint8_t *) v->key.data, shown, text + len);
    len += 2 * shown;

    n = snprintf(text + len, sizeof(text) - len, ": ");
    len += (size_t) n;

    va_start(args, fmt);
    (void) vsnprintf(text + len, sizeof(text) - len, fmt, args);
    va_end(args);

    v->breaches++;
    v->complain(v->data, text);
}


static void
mt_verify_company(mt_verify_t *v, const void *record)
{
    const mt_company_t  *company = record;

    if (company->num != v->company) {
        mt_breach(v, "the record has number %lld", (long long) company->num);
    }
}


static void
mt_verify_credential(mt_verify_t *v, const void *record)
{
    const mt_credential_t  *credential = record;

    mt_key_t  key;
    mt_str_t  value;

    if (credential->num != v->num) {
        mt_breach(v, "the record has number %lld",
                  (long long) credential->num);
    }

    mt_verify_named(v, 0, MT_NAME_APPKEY, credential->appkey,
                    credential->num);
    mt_verify_named(v, 0, MT_NAME_APPID, credential->appid, credential->num);

    mt_key_company(&key, (uint32_t) credential->company);

    if (mt_get(v->txn, MT_DB_COMPANY, &key, &value) != 1) {
        mt_breach(v, "company %lld does not exist",
                  (long long) credential->company);
    }

    mt_key_counter(&key, 0, MT_NAME_CREDENTIAL);

    if ((uint64_t) credential->num
        > mt_get_num_or(v->txn, MT_DB_COUNTER, &key, 0))
    {
        mt_breach(v, "the number is above the counter");
    }
}


static void
mt_verify_dept(mt_verify_t *v, const void *record)
{
    const mt_dept_t  *dept = record;

    mt_verify_identity(v, MT_NAME_DEPT, dept->num, dept->id,
                       dept->removed != 0);

    if (dept->removed) {
        return;
    }

    if (!mt_has_entry(v, MT_DB_DEPT_CHILD, dept->parent, dept->num)) {
        mt_breach(v, "missing among the children of its parent");
    }

    if (dept->parent && !mt_has_dept(v, dept->parent, 1)) {
        mt_breach(v, "parent %lld does not exist", (long long) dept->parent);
        return;
    }

    mt_verify_circle(v, dept);
}


/* Walks up at two speeds: in a circle they meet. */

static void
mt_verify_circle(mt_verify_t *v, const mt_dept_t *dept)
{
    int        odd;
    int64_t    fast, slow;
    mt_dept_t  above;

    fast = dept->parent;
    slow = dept->num;

    for (odd = 0; fast != 0; odd = !odd) {
        if (fast == slow) {
            mt_breach(v, "the department stands below itself");
            return;
        }

        if (mt_verify_load(v, MT_DB_DEPT, fast, &mt_dept_model, &above) != 1) {
            return;
        }

        fast = above.parent;

        if (odd && mt_verify_load(v, MT_DB_DEPT, slow, &mt_dept_model,
                                  &above) == 1)
        {
            slow = above.parent;
        }
    }
}


static void
mt_verify_user(mt_verify_t *v, const void *record)
{
    const mt_user_t  *user = record;

    mt_verify_identity(v, MT_NAME_USER, user->num, user->id,
                       user->removed != 0);

    if (user->removed) {
        return;
    }

    mt_verify_named(v, v->company, MT_NAME_ACCOUNT, user->account, user->num);
    mt_verify_named(v, v->company, MT_NAME_PHONE, user->phone, user->num);
    mt_verify_named(v, v->company, MT_NAME_EMAIL, user->email, user->num);

    if (user->dept && !mt_has_dept(v, user->dept, 1)) {
        mt_breach(v, "department %lld does not exist", (long long) user->dept);
    }

    if (!user->placeholder
        && !mt_has_entry(v, MT_DB_MEMBER, user->dept, user->num))
    {
        mt_breach(v, "missing among the members of its department");
    }
}


static void
mt_verify_room(mt_verify_t *v, const void *record)
{
    const mt_room_t  *room = record;

    size_t  i;

    mt_verify_identity(v, MT_NAME_ROOM, room->num, room->id,
                       room->removed != 0);

    if (room->dept && !mt_has_dept(v, room->dept, 0)) {
        mt_breach(v, "department %lld does not exist", (long long) room->dept);
    }

    for (i = 0; i < room->users.n; i++) {
        if (!mt_has_user(v, room->users.v[i], !room->removed)) {
            mt_breach(v, "user %lld does not exist",
                      (long long) room->users.v[i]);
        }
    }
}


static void
mt_verify_session(mt_verify_t *v, const void *record)
{
    mt_user_t  user;

    (void) record;

    if (mt_verify_load(v, MT_DB_USER, v->num, &mt_user_model, &user) != 1
        || !mt_user_may_log_in(&user))
    {
        mt_breach(v, "user %lld does not exist or may not log in",
                  (long long) v->num);
    }
}


static void
mt_verify_repeat(mt_verify_t *v, const void *record)
{
    const mt_repeat_t  *repeat = record;

    if (repeat->digest.len != MT_REPEAT_LEN
        || repeat->time / MT_REPEAT_SPAN != v->num)
    {
        mt_breach(v, "the request is of another time, or has no digest");
    }
}


static void
mt_verify_identity(mt_verify_t *v, enum mt_name kind, int64_t num,
    mt_str_t id, int removed)
{
    int64_t   claimed;
    mt_key_t  key;
    mt_str_t  value;

    if (num != v->num) {
        mt_breach(v, "the record has number %lld", (long long) num);
    }

    mt_key_company(&key, v->company);

    if (mt_get(v->txn, MT_DB_COMPANY, &key, &value) != 1) {
        mt_breach(v, "company %lu does not exist", (unsigned long) v->company);
    }

    if (!removed) {
        mt_verify_named(v, v->company, kind, id, num);
    }

    if (mt_parse_int(id, &claimed) && claimed == num) {
        return;
    }

    mt_key_counter(&key, v->company, kind);

    if ((uint64_t) num > mt_get_num_or(v->txn, MT_DB_COUNTER, &key, 0)) {
        mt_breach(v, "the number is above the counter");
    }
}


static void
mt_verify_named(mt_verify_t *v, uint32_t company, enum mt_name kind,
    mt_str_t s, int64_t num)
{
    if (s.len && (int64_t) mt_name_find(v->txn, company, kind, s) != num) {
        mt_breach(v, "the name \"%.*s\" does not lead to it",
                  (int) s.len, s.data);
    }
}


/* Follows a name to its record. */

static void
mt_verify_name(mt_verify_t *v, const void *record)
{
    int64_t   num;
    uint32_t  company;
    unsigned  kind;

    (void) record;

    kind = v->at.kind;
    company = v->company;

    if (mt_is_code(kind) ? !mt_value_read_link(v->value, &company, &num)
                         : !mt_value_read_num(v->value, &num))
    {
        mt_breach(v, "the value has %zu bytes", v->value.len);

    } else if (mt_is_code(kind) || kind == MT_NAME_MEETING) {
        mt_verify_entry_of(v, company, num);

    } else if (kind < mt_nitems(mt_named) && mt_named[kind].model) {
        mt_verify_leads(v, &mt_named[kind], num);

    } else {
        mt_breach(v, "unknown kind of name");
    }
}


/* Returns 1 for codes of join links, which lead to a company and a meeting. */

static int
mt_is_code(unsigned kind)
{
    return kind == MT_NAME_ATTENDEE_CODE || kind == MT_NAME_HOST_CODE;
}


/* Checks that the record to which a name leads has that name. */

static void
mt_verify_leads(mt_verify_t *v, const mt_named_kind_t *kind, int64_t num)
{
    int              found;
    mt_key_t         key;
    mt_str_t         has;
    int64_t          removed;
    mt_any_record_t  record;

    if (kind->db == MT_DB_CREDENTIAL) {
        mt_key_serial(&key, num);

    } else {
        mt_key_num(&key, v->company, num);
    }

    found = mt_load(v->txn, kind->db, &key, kind->model, &record, v->inner);
    if (found != 1) {
        mt_breach(v, "leads to %lld, which does not exist", (long long) num);
        return;
    }

    memcpy(&has, (char *) &record + kind->name->offset, sizeof(has));
    removed = 0;

    if (kind->removed) {
        memcpy(&removed, (char *) &record + kind->removed->offset,
               sizeof(removed));
    }

    /* a removed user keeps its id, to come back by it */

    if ((removed && kind != &mt_named[MT_NAME_USER])
        || !mt_str_eq(v->at.string, has))
    {
        mt_breach(v, "leads to %lld, which has another name",
                  (long long) num);
    }
}


static void
mt_verify_counter(mt_verify_t *v, const void *record)
{
    (void) record;

    if (v->value.len != 8) {
        mt_breach(v, "the value has %zu bytes", v->value.len);
    }
}


static void
mt_verify_dept_child(mt_verify_t *v, const void *record)
{
    mt_dept_t  dept;

    (void) record;

    if (mt_verify_load(v, MT_DB_DEPT, v->at.nums[1],
                       &mt_dept_model, &dept) != 1
        || dept.removed || dept.parent != v->num)
    {
        mt_breach(v, "not a child of this parent");
    }
}


static void
mt_verify_member(mt_verify_t *v, const void *record)
{
    mt_user_t  user;

    (void) record;

    if (mt_verify_load(v, MT_DB_USER, v->at.nums[1],
                       &mt_user_model, &user) != 1
        || user.removed || user.placeholder || user.dept != v->num)
    {
        mt_breach(v, "not a member of this department");
    }
}


static void
mt_verify_meeting(mt_verify_t *v, const void *record)
{
    const mt_meeting_t  *meeting = record;

    size_t            i;
    mt_key_t          key;
    mt_str_t          value, want;
    mt_index_entry_t  entries[MT_MEETING_ENTRIES];

    mt_verify_identity(v, MT_NAME_MEETING, meeting->num, meeting->id, 0);

    mt_meeting_entries(v->company, meeting, entries);

    for (i = 0; i < MT_MEETING_ENTRIES; i++) {
        want.len = entries[i].len;
        want.data = (const char *) entries[i].value;

        if (entries[i].key.len
            && (mt_get(v->txn, entries[i].db, &entries[i].key, &value) != 1
                || !mt_str_eq(value, want)))
        {
            mt_breach(v, "index entry %zu is missing or wrong", i);
        }
    }

    if (meeting->creator && !mt_has_user(v, meeting->creator, 0)) {
        mt_breach(v, "creator %lld does not exist",
                  (long long) meeting->creator);
    }

    for (i = 0; i < meeting->leaders.n; i++) {
        if (!mt_has_user(v, meeting->leaders.v[i], 0)) {
            mt_breach(v, "leader %lld does not exist",
                      (long long) meeting->leaders.v[i]);
        }
    }

    if (meeting->dept && !mt_has_dept(v, meeting->dept, 0)) {
        mt_breach(v, "department %lld does not exist",
                  (long long) meeting->dept);
    }

    mt_key_num(&key, v->company, meeting->room);

    if (meeting->room && mt_get(v->txn, MT_DB_ROOM, &key, &value) != 1) {
        mt_breach(v, "room %lld does not exist", (long long) meeting->room);
    }

    mt_key_num(&key, v->company, meeting->series);

    if (meeting->series && mt_get(v->txn, MT_DB_MEETING, &key, &value) != 1) {
        mt_breach(v, "series %lld does not exist",
                  (long long) meeting->series);
    }

    mt_verify_rows(v, meeting);
}


/* Compares the tally with attendees and check-ins. */

static void
mt_verify_rows(mt_verify_t *v, const mt_meeting_t *meeting)
{
    int                found, ordered;
    size_t             i;
    int64_t            says, rows;
    mt_tally_t         kept, counted;
    const mt_field_t  *field;

    found = mt_verify_load(v, MT_DB_TALLY, meeting->num, &mt_tally_model,
                           &kept);

    ordered = 0;

    if (found == -1 || mt_recount(v, &counted, &ordered) != 0) {
        mt_breach(v, "the attendees cannot be read");
        return;
    }

    if (found == 0) {
        memset(&kept, 0, sizeof(kept));
    }

    for (i = 1; i < mt_tally_model.nfields; i++) {
        field = &mt_tally_fields[i];
        if (field->kind != MT_INT) {
            continue;
        }

        memcpy(&says, (char *) &kept + field->offset, sizeof(says));
        memcpy(&rows, (char *) &counted + field->offset, sizeof(rows));

        if (says != rows) {
            mt_breach(v, "the tally of %s is %lld, the rows count %lld",
                      field->name, (long long) says, (long long) rows);
        }
    }

    if (ordered && !meeting->ordered) {
        mt_breach(v, "attendees have an order that no list shows");
    }
}


/* Counts the rows of meeting v->num, and sets *ordered if one has an order.
 * Returns 0 or -1. */

static int
mt_recount(mt_verify_t *v, mt_tally_t *tally, int *ordered)
{
    int             found, signed_in;
    mt_key_t        prefix;
    mt_str_t        key, value;
    mt_cursor_t    *cursor;
    mt_checkin_t    checkin;
    mt_attendee_t   attendee;

    memset(tally, 0, sizeof(*tally));
    mt_key_num(&prefix, v->company, v->num);

    cursor = mt_cursor_open(v->txn, MT_DB_ATTENDEE, &prefix);
    if (cursor == NULL) {
        return -1;
    }

    found = mt_cursor_first(cursor, &key, &value);

    while (found == 1) {
        mt_arena_reset(v->inner);

        if (mt_record_decode(value, &mt_attendee_model, &attendee, v->inner)
            != MT_OK)
        {
            found = -1;
            break;
        }

        signed_in = mt_checkin_load(v->txn, v->company, v->num,
                                    attendee.slot, &checkin, v->inner);
        if (signed_in == -1) {
            found = -1;
            break;
        }

        mt_tally_count(tally, &attendee, signed_in ? &checkin : NULL, 1);
        *ordered |= attendee.order != 0;

        found = mt_cursor_next(cursor, &key, &value);
    }

    mt_cursor_close(cursor);

    return found;
}


static void
mt_verify_attendee(mt_verify_t *v, const void *record)
{
    int64_t  slot;

    slot = ((const mt_attendee_t *) record)->slot;

    mt_verify_seat(v, slot);

    if (slot < MT_GUEST_SLOT && !mt_has_entry(v, MT_DB_ATTENDS, slot, v->num))
    {
        mt_breach(v, "missing among the meetings of the attendee");
    }
}


static void
mt_verify_attends(mt_verify_t *v, const void *record)
{
    (void) record;

    if (!mt_has_entry(v, MT_DB_ATTENDEE, v->at.nums[1], v->num)) {
        mt_breach(v, "not on the meeting's list");
    }
}


static void
mt_verify_checkin(mt_verify_t *v, const void *record)
{
    mt_verify_seat(v, ((const mt_checkin_t *) record)->slot);
}


static void
mt_verify_undone(mt_verify_t *v, const void *record)
{
    size_t                      i;
    const mt_undone_t          *undone;
    const mt_undone_checkin_t  *checkins;

    undone = record;
    checkins = undone->checkins.v;

    mt_verify_seat(v, undone->slot);

    for (i = 0; i < undone->checkins.n; i++) {
        if (checkins[i].slot != undone->slot || checkins[i].undone == 0) {
            mt_breach(v, "undone check-in %zu is of slot %lld, undone at "
                      "%lld", i, (long long) checkins[i].slot,
                      (long long) checkins[i].undone);
        }
    }

    if (undone->checkins.n == 0) {
        mt_breach(v, "no undone check-in");
    }
}


static void
mt_verify_seat(mt_verify_t *v, int64_t slot)
{
    mt_key_t  key;
    mt_str_t  value;

    mt_key_num(&key, v->company, v->num);

    if (mt_get(v->txn, MT_DB_MEETING, &key, &value) != 1) {
        mt_breach(v, "meeting %lld does not exist", (long long) v->num);
    }

    if (slot != v->at.nums[1]) {
        mt_breach(v, "the record has slot %lld", (long long) slot);
    }

    if (slot < MT_GUEST_SLOT && !mt_has_user(v, slot, 0)) {
        mt_breach(v, "user %lld does not exist", (long long) slot);
    }
}


/* mt_verify_rows() judges its numbers. */

static void
mt_verify_tally(mt_verify_t *v, const void *record)
{
    mt_key_t  key;
    mt_str_t  value;

    (void) record;

    mt_key_num(&key, v->company, v->num);

    if (mt_get(v->txn, MT_DB_MEETING, &key, &value) != 1) {
        mt_breach(v, "meeting %lld does not exist", (long long) v->num);
    }
}


/* Judges an index of meetings by a number or a time: key form NUM2. */

static void
mt_verify_index(mt_verify_t *v, const void *record)
{
    (void) record;

    mt_verify_entry_of(v, v->company, v->at.nums[1]);
}


static void
mt_verify_schedule(mt_verify_t *v, const void *record)
{
    (void) record;

    mt_verify_entry_of(v, v->company, v->at.nums[2]);
}


static void
mt_verify_booking(mt_verify_t *v, const void *record)
{
    int64_t  room, begin, until;

    (void) record;

    room = v->at.nums[0];
    begin = v->at.nums[1];

    mt_verify_entry_of(v, v->company, v->at.nums[2]);

    if (!mt_value_read_num(v->value, &until)) {
        mt_breach(v, "the value has %zu bytes", v->value.len);
        return;
    }

    if (v->company == v->booked_by && room == v->booked_room
        && begin < v->booked_until)
    {
        mt_breach(v, "overlaps the booking before it");
    }

    v->booked_by = v->company;
    v->booked_room = room;
    v->booked_until = until;
}


static void
mt_verify_entry_of(mt_verify_t *v, uint32_t company, int64_t num)
{
    size_t            i;
    mt_key_t          key;
    mt_str_t          value;
    mt_meeting_t      meeting;
    mt_index_entry_t  entries[MT_MEETING_ENTRIES];

    mt_key_num(&key, company, num);

    if (mt_load(v->txn, MT_DB_MEETING, &key, &mt_meeting_model, &meeting,
                v->inner) != 1)
    {
        mt_breach(v, "meeting %lld does not exist", (long long) num);
        return;
    }

    mt_meeting_entries(company, &meeting, entries);

    for (i = 0; i < MT_MEETING_ENTRIES; i++) {
        value.len = entries[i].len;
        value.data = (const char *) entries[i].value;

        if (mt_str_eq(mt_key_text(&entries[i].key), v->key)
            && mt_str_eq(value, v->value))
        {
            return;
        }
    }

    mt_breach(v, "no entry of meeting %lld", (long long) num);
}


static void
mt_verify_reminder(mt_verify_t *v, const void *record)
{
    (void) record;

    mt_verify_entry_of(v, v->company, v->at.nums[1]);
}


static void
mt_verify_subscription(mt_verify_t *v, const void *record)
{
    const mt_subscription_t  *sub = record;

    mt_key_t                key;
    mt_str_t                value;
    mt_subscription_stat_t  stat;

    mt_key_company(&key, v->company);

    if (mt_get(v->txn, MT_DB_COMPANY, &key, &value) != 1) {
        mt_breach(v, "company %lu does not exist", (unsigned long) v->company);
    }

    if (mt_subscription_stat(v->txn, v->company, sub, &stat, v->inner) != 0) {
        mt_breach(v, "the outbox cannot be read");
        return;
    }

    mt_verify_count(v, MT_DB_OUTBOX, stat.pending, "pending");
    mt_verify_count(v, MT_DB_SET_ASIDE, sub->aside, "set aside");
}


static void
mt_verify_count(mt_verify_t *v, mt_db_t db, int64_t says, const char *what)
{
    int           found;
    int64_t       rows;
    mt_key_t      prefix;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_key_company(&prefix, v->company);

    cursor = mt_cursor_open(v->txn, db, &prefix);
    found = cursor ? mt_cursor_first(cursor, &key, &value) : -1;

    for (rows = 0; found == 1; rows++) {
        found = mt_cursor_next(cursor, &key, &value);
    }

    if (cursor) {
        mt_cursor_close(cursor);
    }

    if (found == -1 || rows != says) {
        mt_breach(v, "%lld messages are %s, there are %lld",
                  (long long) says, what, (long long) rows);
    }
}


/* Judges an entry of OUTBOX or SET_ASIDE. */

static void
mt_verify_message(mt_verify_t *v, const void *record)
{
    const mt_outbox_t  *message = record;

    int64_t            i;
    mt_key_t           key;
    mt_str_t           value;
    mt_journal_t       entry;
    const mt_event_t  *events;

    mt_key_company(&key, v->company);

    if (mt_get(v->txn, MT_DB_SUBSCRIPTION, &key, &value) != 1) {
        mt_breach(v, "the company has no subscription");
    }

    mt_key_counter(&key, v->company, MT_NAME_OUTBOX);

    if ((uint64_t) v->num > mt_get_num_or(v->txn, MT_DB_COUNTER, &key, 0)) {
        mt_breach(v, "the number is above the counter");
    }

    if (mt_outbox_entry(v->txn, message, &entry, v->inner) != 1
        || (message->events.n == 0 && entry.company != v->company))
    {
        mt_breach(v, "does not match journal position %lld",
                  (long long) message->position);
        return;
    }

    events = entry.events.v;

    for (i = message->first; i < message->first + message->n; i++) {
        if (events[i].type != message->type) {
            mt_breach(v, "event %lld has another type", (long long) i);
        }
    }
}


static int
mt_verify_load(mt_verify_t *v, mt_db_t db, int64_t num,
    const mt_model_t *model, void *record)
{
    mt_key_t  key;

    mt_key_num(&key, v->company, num);

    return mt_load(v->txn, db, &key, model, record, v->inner);
}


static int
mt_has_user(mt_verify_t *v, int64_t num, int present)
{
    mt_user_t  user;

    return mt_verify_load(v, MT_DB_USER, num, &mt_user_model, &user) == 1
           && (!present || user.removed == 0);
}


static int
mt_has_dept(mt_verify_t *v, int64_t num, int present)
{
    mt_dept_t  dept;

    return mt_verify_load(v, MT_DB_DEPT, num, &mt_dept_model, &dept) == 1
           && (!present || dept.removed == 0);
}


static int
mt_has_entry(mt_verify_t *v, mt_db_t db, int64_t a, int64_t b)
{
    mt_key_t  key;
    mt_str_t  value;

    mt_key_num2(&key, v->company, a, b);

    return mt_get(v->txn, db, &key, &value) == 1;
}


/*
 * user list, room list, meeting list and attendance export: rows by one table
 * each.
 */

#include "ctl/mt_ctl.h"
#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_meeting.h"
#include "domain/read/mt_attendance.h"
#include "domain/read/mt_meeting_scan.h"


/* Values that no record holds.  month: as 2026-12. */

#define MT_CTL_LIST_FIELDS(F, M)                                              \
    F(M, 1, INT, number,        0, MT_NUM_MAX, NULL)                          \
    F(M, 2, STR, id,            0, MT_ID_MAX, NULL)                           \
    F(M, 3, STR, name,          0, MT_TEXT_MAX, NULL)                         \
    F(M, 4, INT, present,       0, MT_NUM_MAX, NULL)                          \
    F(M, 5, INT, late,          0, MT_NUM_MAX, NULL)                          \
    F(M, 6, INT, excused,       0, MT_NUM_MAX, NULL)                          \
    F(M, 7, INT, absent,        0, MT_NUM_MAX, NULL)                          \
    F(M, 8, STR, date,          0, MT_NAME_MAX, NULL)                         \
    F(M, 9, STR, month,         0, MT_NAME_MAX, NULL)

MT_DECLARE_MODEL(ctl_list, MT_CTL_LIST_FIELDS);
MT_DEFINE_MODEL(ctl_list, MT_CTL_LIST_FIELDS);

typedef struct {
    mt_ctl_list_t         list;
    mt_user_t             user;
    mt_dept_t             dept;
    mt_room_t             room;
    mt_meeting_t          meeting;
    mt_tally_t            tally;
    mt_meeting_derived_t  derived;
} mt_ctl_listed_t;

#define MT_CTL_AT(record)  offsetof(mt_ctl_listed_t, record)

MT_JSON_TABLE(mt_ctl_user_columns,
    { "number",     MT_FIELD(user, num),     MT_CTL_AT(user) },
    { "id",         MT_FIELD(user, id),      MT_CTL_AT(user) },
    { "name",       MT_FIELD(user, name),    MT_CTL_AT(user) },
    { "account",    MT_FIELD(user, account), MT_CTL_AT(user) },
    { "phone",      MT_FIELD(user, phone),   MT_CTL_AT(user) },
    { "email",      MT_FIELD(user, email),   MT_CTL_AT(user) },
    { "position",   MT_FIELD(user, job),     MT_CTL_AT(user) },
    { "memo",       MT_FIELD(user, memo),    MT_CTL_AT(user) },
    { "department", MT_FIELD(dept, name),    MT_CTL_AT(dept) },
    { "admin",      MT_FIELD(user, admin),   MT_CTL_AT(user) },
    { "enabled",    MT_FIELD(user, status),  MT_CTL_AT(user) }
);

MT_JSON_TABLE(mt_ctl_room_columns,
    { "number",   MT_FIELD(room, num),      MT_CTL_AT(room) },
    { "id",       MT_FIELD(room, id),       MT_CTL_AT(room) },
    { "name",     MT_FIELD(room, name),     MT_CTL_AT(room) },
    { "address",  MT_FIELD(room, address),  MT_CTL_AT(room) },
    { "capacity", MT_FIELD(room, capacity), MT_CTL_AT(room) },
    { "enabled",  MT_FIELD(room, status),   MT_CTL_AT(room) }
);

MT_JSON_TABLE(mt_ctl_meeting_columns,
    { "number",  MT_FIELD(meeting, num),       MT_CTL_AT(meeting) },
    { "id",      MT_FIELD(meeting, id),        MT_CTL_AT(meeting) },
    { "subject", MT_FIELD(meeting, subject),   MT_CTL_AT(meeting) },
    { "begin",   MT_FIELD(meeting, begin),     MT_CTL_AT(meeting) },
    { "end",     MT_FIELD(meeting, end),       MT_CTL_AT(meeting) },
    { "date",    MT_FIELD(ctl_list, date),     MT_CTL_AT(list) },
    { "creator", MT_FIELD(meeting, creator),   MT_CTL_AT(meeting) },
    { "room",    MT_FIELD(room, name),         MT_CTL_AT(room) },
    { "life",    MT_FIELD(meeting_derived, phase), MT_CTL_AT(derived) },
    { "people",  MT_FIELD(tally, total),       MT_CTL_AT(tally) },
    { "signed",  MT_FIELD(tally, signed_in),   MT_CTL_AT(tally) },
    { "late",    MT_FIELD(tally, late),        MT_CTL_AT(tally) }
);

#define MT_CTL_COUNTS                                                         \
    { "present", MT_FIELD(ctl_list, present), MT_CTL_AT(list) },              \
    { "late",    MT_FIELD(ctl_list, late),    MT_CTL_AT(list) },              \
    { "excused", MT_FIELD(ctl_list, excused), MT_CTL_AT(list) },              \
    { "absent",  MT_FIELD(ctl_list, absent),  MT_CTL_AT(list) }

MT_JSON_TABLE(mt_ctl_attendance_columns,
    { "number", MT_FIELD(ctl_list, number), MT_CTL_AT(list) },
    { "id",     MT_FIELD(ctl_list, id),     MT_CTL_AT(list) },
    { "name",   MT_FIELD(ctl_list, name),   MT_CTL_AT(list) },
    MT_CTL_COUNTS
);

MT_JSON_TABLE(mt_ctl_month_columns,
    { "month", MT_FIELD(ctl_list, month), MT_CTL_AT(list) },
    MT_CTL_COUNTS
);


static mt_str_t
mt_ctl_date(mt_ctl_t *ctl, mt_arena_t *arena, int64_t ms)
{
    mt_civil_t  c;

    mt_zone_civil(ctl->settings.zone, ms, &c);

    return mt_arena_printf(arena, "%04d-%02d-%02d %02d:%02d:%02d", c.year,
                           c.month, c.day, c.hour, c.minute, c.second);
}


/* Adds a digit to the part of a date that the form's letter names. */

static void
mt_ctl_day_digit(mt_civil_t *c, int part, int digit)
{
    int  *value;

    value = part == 'y' ? &c->year : part == 'm' ? &c->month
            : part == 'd' ? &c->day : NULL;

    if (value) {
        *value = *value * 10 + digit;
    }
}


int
mt_ctl_day(mt_ctl_t *ctl, mt_ctl_option_t option, const char *name, int days,
    int64_t *ms)
{
    size_t       i;
    mt_str_t     s;
    mt_civil_t   c, seen;
    const char  *text, *form = "yyyy-mm-dd";

    text = ctl->given[option];

    if (text == NULL) {
        return 1;
    }

    memset(&c, 0, sizeof(c));
    s = mt_cstr(text);

    for (i = 0; i < s.len && form[i]; i++) {
        if (form[i] == '-' ? s.data[i] != '-'
                           : s.data[i] < '0' || s.data[i] > '9')
        {
            break;
        }

        mt_ctl_day_digit(&c, form[i], s.data[i] - '0');
    }

    if (i != s.len || form[i] != '\0') {
        mt_ctl_fail("--%s: not a day, as 2026-09-01: \"%s\"", name, text);
        return 0;
    }

    mt_zone_civil(ctl->settings.zone, mt_zone_instant(ctl->settings.zone, &c),
                  &seen);

    if (seen.month != c.month || seen.day != c.day) {
        mt_ctl_fail("--%s: there is no such day: \"%s\"", name, text);
        return 0;
    }

    c.day += days;
    *ms = mt_zone_instant(ctl->settings.zone, &c);

    return 1;
}


int
mt_ctl_days(mt_ctl_t *ctl, int64_t *from, int64_t *to)
{
    *from = 0;
    *to = INT64_MAX;

    return mt_ctl_day(ctl, MT_OPT_SINCE, "since", 0, from)
           && mt_ctl_day(ctl, MT_OPT_UNTIL, "until", 1, to);
}


/* Loads a record that another one names by number; leaves it zeroed if there
 * is none.  Returns 0, or -1 on failure. */

static int
mt_ctl_named(mt_ctl_t *ctl, const mt_ctl_sheet_t *sheet, mt_db_t db,
    const mt_model_t *model, int64_t num, void *record)
{
    mt_key_t  key;

    mt_key_num(&key, ctl->company, num);

    return num && mt_load(sheet->txn, db, &key, model, record, sheet->arena)
                  == -1 ? -1 : 0;
}


/* Walks over the company's records of a kind; row() loads one into *row, and
 * returns 1 to have it printed, 0 to pass it over, -1 on failure. */

static int
mt_ctl_list_rows(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet, mt_db_t db,
    int (*row)(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet, mt_str_t value,
               mt_ctl_listed_t *row))
{
    int               found, rc;
    mt_key_t          company;
    mt_str_t          key, value;
    mt_cursor_t      *cursor;
    mt_ctl_listed_t   listed;

    mt_key_company(&company, ctl->company);

    cursor = mt_cursor_open(sheet->txn, db, &company);
    if (cursor == NULL) {
        return mt_ctl_fail_status("list", MT_STORE_FAILED);
    }

    rc = mt_ctl_export_line(ctl, sheet, NULL);

    for (found = mt_cursor_first(cursor, &key, &value);
         found == 1 && rc == MT_CTL_OK;
         found = mt_cursor_next(cursor, &key, &value))
    {
        mt_arena_reset(sheet->arena);
        memset(&listed, 0, sizeof(listed));

        switch (row(ctl, sheet, value, &listed)) {

        case 1:
            rc = mt_ctl_export_line(ctl, sheet, &listed);
            break;

        case -1:
            rc = mt_ctl_fail_status("list", MT_STORE_FAILED);
        }
    }

    mt_cursor_close(cursor);

    return found == -1 ? mt_ctl_fail_status("list", MT_STORE_FAILED) : rc;
}


static int
mt_ctl_user_row(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet, mt_str_t value,
    mt_ctl_listed_t *row)
{
    if (mt_record_decode(value, &mt_user_model, &row->user, sheet->arena)
        != MT_OK
        || mt_ctl_named(ctl, sheet, MT_DB_DEPT, &mt_dept_model,
                        row->user.dept, &row->dept)
           != 0)
    {
        return -1;
    }

    return row->user.removed == 0 && !row->user.placeholder;
}


static int
mt_ctl_room_row_of(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet, mt_str_t value,
    mt_ctl_listed_t *row)
{
    (void) ctl;

    return mt_record_decode(value, &mt_room_model, &row->room, sheet->arena)
           == MT_OK ? row->room.removed == 0 : -1;
}


static int
mt_ctl_print_users(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet)
{
    return mt_ctl_list_rows(ctl, sheet, MT_DB_USER, mt_ctl_user_row);
}


static int
mt_ctl_print_rooms(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet)
{
    return mt_ctl_list_rows(ctl, sheet, MT_DB_ROOM, mt_ctl_room_row_of);
}


static int
mt_ctl_listed_meeting(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet, int64_t num)
{
    mt_ctl_listed_t  row;

    mt_arena_reset(sheet->arena);
    memset(&row, 0, sizeof(row));

    if (mt_ctl_named(ctl, sheet, MT_DB_MEETING, &mt_meeting_model, num,
                     &row.meeting)
        != 0
        || mt_ctl_named(ctl, sheet, MT_DB_TALLY, &mt_tally_model, num,
                        &row.tally)
           != 0
        || mt_ctl_named(ctl, sheet, MT_DB_ROOM, &mt_room_model,
                        row.meeting.room, &row.room)
           != 0)
    {
        return mt_ctl_fail_status("list", MT_STORE_FAILED);
    }

    row.derived.phase = mt_meeting_phase(&row.meeting, mt_realtime_ms());
    row.list.date = mt_ctl_date(ctl, sheet->arena, row.meeting.begin);

    return mt_ctl_export_line(ctl, sheet, &row);
}


static int
mt_ctl_print_meetings(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet)
{
    int                 rc, found;
    mt_spot_t           spot;
    mt_meeting_scan_t   scan;

    memset(&scan, 0, MT_SCAN_HEAD);
    scan.db = MT_DB_SCHEDULE;
    scan.company = ctl->company;

    if (!mt_ctl_days(ctl, &scan.from, &scan.to)) {
        return MT_CTL_FAILED;
    }

    rc = mt_ctl_export_line(ctl, sheet, NULL);

    if (rc != MT_CTL_OK
        || mt_meeting_scan_open(&scan, sheet->txn) != MT_OK)
    {
        return mt_ctl_fail_status("list", MT_STORE_FAILED);
    }

    while (rc == MT_CTL_OK
           && (found = mt_meeting_scan_next(&scan, &spot)) == 1)
    {
        if (spot.key >= scan.from) {
            rc = mt_ctl_listed_meeting(ctl, sheet, spot.num);
        }
    }

    mt_meeting_scan_close(&scan);

    return rc == MT_CTL_OK && found == -1
           ? mt_ctl_fail_status("list", MT_STORE_FAILED) : rc;
}


int
mt_ctl_user_list(mt_ctl_t *ctl)
{
    mt_ctl_sheet_t  sheet;

    sheet.table = &mt_ctl_user_columns;

    return mt_ctl_export_sheet(ctl, &sheet, mt_ctl_print_users);
}


int
mt_ctl_room_list(mt_ctl_t *ctl)
{
    mt_ctl_sheet_t  sheet;

    sheet.table = &mt_ctl_room_columns;

    return mt_ctl_export_sheet(ctl, &sheet, mt_ctl_print_rooms);
}


int
mt_ctl_meeting_list(mt_ctl_t *ctl)
{
    mt_ctl_sheet_t  sheet;

    sheet.table = &mt_ctl_meeting_columns;

    return mt_ctl_export_sheet(ctl, &sheet, mt_ctl_print_meetings);
}


static const char *const  mt_ctl_bys[] = {
    [MT_BY_PERSON] = "person",
    [MT_BY_DEPARTMENT] = "department",
    [MT_BY_MEETING] = "meeting",
    [MT_BY_MONTH] = "month"
};


typedef struct {
    mt_ctl_t            *ctl;
    mt_ctl_sheet_t      *sheet;
    mt_attendance_by_t   by;
} mt_ctl_attendance_t;


/* Finds id and name of the record that a row is about. */

static int
mt_ctl_attendance_name(mt_ctl_attendance_t *t, int64_t num,
    mt_ctl_listed_t *row)
{
    int  rc;

    switch (t->by) {

    case MT_BY_PERSON:
        rc = mt_ctl_named(t->ctl, t->sheet, MT_DB_USER, &mt_user_model, num,
                          &row->user);
        row->list.id = row->user.id;
        row->list.name = row->user.name;
        break;

    case MT_BY_DEPARTMENT:
        rc = mt_ctl_named(t->ctl, t->sheet, MT_DB_DEPT, &mt_dept_model, num,
                          &row->dept);
        row->list.id = row->dept.id;
        row->list.name = row->dept.name;
        break;

    case MT_BY_MEETING:
        rc = mt_ctl_named(t->ctl, t->sheet, MT_DB_MEETING, &mt_meeting_model,
                          num, &row->meeting);
        row->list.id = row->meeting.id;
        row->list.name = row->meeting.subject;
        break;

    default: /* MT_BY_MONTH */
        rc = 0;
    }

    return rc;
}


static int
mt_ctl_attendance_row(void *data, const mt_attendance_row_t *counted)
{
    mt_ctl_attendance_t *t = data;

    mt_ctl_listed_t  row;

    mt_arena_reset(t->sheet->arena);
    memset(&row, 0, sizeof(row));

    if (mt_ctl_attendance_name(t, counted->num, &row) != 0) {
        return -1;
    }

    row.list.number = counted->num;
    row.list.month = mt_arena_printf(t->sheet->arena, "%04d-%02d",
                                     (int) (counted->num / 100),
                                     (int) (counted->num % 100));
    row.list.present = counted->present;
    row.list.late = counted->late;
    row.list.excused = counted->excused;
    row.list.absent = counted->absent;

    return mt_ctl_export_line(t->ctl, t->sheet, &row) == MT_CTL_OK ? 0 : 1;
}


static int
mt_ctl_print_attendance(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet)
{
    int                     rc;
    mt_ctl_attendance_t     t;
    mt_attendance_query_t   query;
    const char             *by;

    memset(&query, 0, sizeof(query));
    query.company = ctl->company;
    query.now = mt_realtime_ms();
    query.zone = ctl->settings.zone;

    by = ctl->given[MT_OPT_BY] ? ctl->given[MT_OPT_BY] : mt_ctl_bys[0];

    while (query.by < mt_nitems(mt_ctl_bys)
           && !mt_str_eq(mt_cstr(by), mt_cstr(mt_ctl_bys[query.by])))
    {
        query.by++;
    }

    if (query.by == mt_nitems(mt_ctl_bys)) {
        return mt_ctl_fail("--by: person, department, meeting or month, not "
                           "\"%s\"", by);
    }

    if (!mt_ctl_days(ctl, &query.from, &query.to)) {
        return MT_CTL_FAILED;
    }

    sheet->table = query.by == MT_BY_MONTH ? &mt_ctl_month_columns
                                           : &mt_ctl_attendance_columns;
    t.ctl = ctl;
    t.sheet = sheet;
    t.by = query.by;

    rc = mt_ctl_export_line(ctl, sheet, NULL);
    if (rc != MT_CTL_OK) {
        return rc;
    }

    rc = mt_attendance(sheet->txn, &query, mt_ctl_attendance_row, &t);

    return rc == -1 ? mt_ctl_fail_status("attendance", MT_STORE_FAILED)
           : rc == 0 ? MT_CTL_OK : MT_CTL_FAILED;
}


int
mt_ctl_attendance_export(mt_ctl_t *ctl)
{
    mt_ctl_sheet_t  sheet;

    sheet.table = NULL;

    return mt_ctl_export_sheet(ctl, &sheet, mt_ctl_print_attendance);
}

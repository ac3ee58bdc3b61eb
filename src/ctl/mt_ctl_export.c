
/*
 * checkin export and absent export.  One table of columns serves both formats:
 * CSV walks the members that the JSON encoder writes.
 */

#include "ctl/mt_ctl.h"
#include "domain/directory/mt_directory.h"
#include "domain/meeting/mt_meeting.h"
#include "json/mt_sheet.h"


/* Values that no record holds.  number: 0 for a guest; date: `time` in the
 * zone of --timezone. */

#define MT_CTL_EXPORT_FIELDS(F, M)                                            \
    F(M, 1, INT, number,        0, MT_NUM_MAX, NULL)                          \
    F(M, 2, STR, name,          0, MT_NAME_MAX, NULL)                         \
    F(M, 3, STR, phone,         0, 32, NULL)                                  \
    F(M, 4, STR, date,          0, MT_NAME_MAX, NULL)                         \
    F(M, 5, INT, excused,       0, 1, NULL)

MT_DECLARE_MODEL(ctl_export, MT_CTL_EXPORT_FIELDS);
MT_DEFINE_MODEL(ctl_export, MT_CTL_EXPORT_FIELDS);

typedef struct {
    mt_checkin_t         checkin;
    mt_attendee_t        attendee;
    mt_user_t            user;
    mt_dept_t            dept;
    mt_ctl_export_t      export;
    mt_undone_checkin_t  undone;      /* all 0 for a check-in in force */
} mt_ctl_row_t;

#define MT_CTL_IN(record)  offsetof(mt_ctl_row_t, record)

#define MT_CTL_PERSON_COLUMNS                                                 \
    { "user",       MT_FIELD(ctl_export, number), MT_CTL_IN(export) },        \
    { "id",         MT_FIELD(user, id),           MT_CTL_IN(user) },          \
    { "name",       MT_FIELD(ctl_export, name),   MT_CTL_IN(export) },        \
    { "account",    MT_FIELD(user, account),      MT_CTL_IN(user) },          \
    { "phone",      MT_FIELD(ctl_export, phone),  MT_CTL_IN(export) },        \
    { "department", MT_FIELD(dept, name),         MT_CTL_IN(dept) },          \
    { "position",   MT_FIELD(user, job),          MT_CTL_IN(user) }

#define MT_CTL_CHECKIN_COLUMNS                                                \
    MT_CTL_PERSON_COLUMNS,                                                    \
    { "time",       MT_FIELD(checkin, time),      MT_CTL_IN(checkin) },       \
    { "date",       MT_FIELD(ctl_export, date),   MT_CTL_IN(export) },        \
    { "late",       MT_FIELD(checkin, late),      MT_CTL_IN(checkin) },       \
    { "way",        MT_FIELD(checkin, way),       MT_CTL_IN(checkin) },       \
    { "leader",     MT_FIELD(checkin, leader),    MT_CTL_IN(checkin) }

MT_JSON_TABLE(mt_ctl_export_row,
    MT_CTL_CHECKIN_COLUMNS
);

MT_JSON_TABLE(mt_ctl_history_row,
    MT_CTL_CHECKIN_COLUMNS,
    { "by",           MT_FIELD(checkin, by),     MT_CTL_IN(checkin) },
    { "reason",       MT_FIELD(checkin, reason), MT_CTL_IN(checkin) },
    { "undone",       MT_FIELD(undone_checkin, undone), MT_CTL_IN(undone) },
    { "undoneBy",     MT_FIELD(undone_checkin, undone_by),
      MT_CTL_IN(undone) },
    { "undoneReason", MT_FIELD(undone_checkin, undone_why),
      MT_CTL_IN(undone) }
);

MT_JSON_TABLE(mt_ctl_absent_columns,
    MT_CTL_PERSON_COLUMNS,
    { "excused",    MT_FIELD(ctl_export, excused), MT_CTL_IN(export) },
    { "comment",    MT_FIELD(attendee, comment),   MT_CTL_IN(attendee) }
);


/* Writes a line of the members' values, or of their names if `object` is
 * NULL. */

static void
mt_ctl_csv_line(mt_ctl_t *ctl, const mt_json_table_t *table,
    const void *object)
{
    size_t                   i;
    const char              *value;
    const mt_json_member_t  *member;

    for (i = 0; i < table->n; i++) {
        member = &table->members[i];

        if (i > 0) {
            mt_buf_byte(&ctl->out, ',');
        }

        if (object == NULL) {
            mt_buf_str(&ctl->out, mt_cstr(member->wire));
            continue;
        }

        value = (const char *) object + member->base + member->field->offset;

        if (member->field->kind == MT_INT) {
            mt_buf_str(&ctl->out, mt_arena_int(ctl->line,
                                               *(const int64_t *) value));

        } else {
            mt_sheet_put(&ctl->out, *(const mt_str_t *) value);
        }
    }

    mt_buf_byte(&ctl->out, '\r');
}


/* Loads the records about the attendee at `slot`; missing ones stay zeroed. */

static int
mt_ctl_gather(mt_ctl_t *ctl, const mt_ctl_sheet_t *sheet, int64_t slot,
    mt_ctl_row_t *row)
{
    int       failed;
    mt_key_t  key;

    failed = mt_attendee_load(sheet->txn, ctl->company, sheet->meeting, slot,
                              &row->attendee, sheet->arena) == -1;

    if (slot < MT_GUEST_SLOT) {
        row->export.number = slot;
        failed |= mt_user_load(sheet->txn, ctl->company, slot, &row->user,
                               sheet->arena)
                  == -1;
    }

    if (row->user.dept != 0) {
        mt_key_num(&key, ctl->company, row->user.dept);
        failed |= mt_load(sheet->txn, MT_DB_DEPT, &key, &mt_dept_model,
                          &row->dept, sheet->arena)
                  == -1;
    }

    row->export.name = row->attendee.name.len ? row->attendee.name
                                              : row->user.name;
    row->export.phone = row->attendee.phone.len ? row->attendee.phone
                                                : row->user.phone;

    return failed ? mt_ctl_fail_status("export", MT_STORE_FAILED) : MT_CTL_OK;
}


int
mt_ctl_export_line(mt_ctl_t *ctl, const mt_ctl_sheet_t *sheet,
    const void *row)
{
    if (!sheet->csv) {
        return row ? mt_ctl_print(ctl, sheet->table, row) : MT_CTL_OK;
    }

    mt_ctl_line(ctl);

    if (row == NULL && ctl->given[MT_OPT_NOBOM] == NULL) {
        mt_buf_str(&ctl->out, MT_STR("\xEF\xBB\xBF"));
    }

    mt_ctl_csv_line(ctl, sheet->table, row);

    return mt_ctl_flush(ctl);
}


static int
mt_ctl_export_checkin(mt_ctl_t *ctl, const mt_ctl_sheet_t *sheet,
    mt_ctl_row_t *row)
{
    int         rc;
    mt_civil_t  c;

    rc = mt_ctl_gather(ctl, sheet, row->checkin.slot, row);
    if (rc != MT_CTL_OK) {
        return rc;
    }

    mt_zone_civil(ctl->settings.zone, row->checkin.time, &c);

    row->export.date = mt_arena_printf(sheet->arena,
                                       "%04d-%02d-%02d %02d:%02d:%02d",
                                       c.year, c.month, c.day, c.hour,
                                       c.minute, c.second);

    return mt_ctl_export_line(ctl, sheet, row);
}


static int
mt_ctl_checkin_row(mt_ctl_t *ctl, const mt_ctl_sheet_t *sheet, mt_str_t value)
{
    mt_ctl_row_t  row;

    memset(&row, 0, sizeof(row));

    return mt_record_decode(value, &mt_checkin_model, &row.checkin,
                            sheet->arena)
           == MT_OK
           ? mt_ctl_export_checkin(ctl, sheet, &row)
           : mt_ctl_fail_status("export", MT_STORE_FAILED);
}


static int
mt_ctl_undone_row(mt_ctl_t *ctl, const mt_ctl_sheet_t *sheet, mt_str_t value)
{
    int                   rc;
    size_t                i;
    mt_undone_t           undone;
    mt_ctl_row_t          row;
    mt_undone_checkin_t  *checkins;

    if (mt_record_decode(value, &mt_undone_model, &undone, sheet->arena)
        != MT_OK)
    {
        return mt_ctl_fail_status("export", MT_STORE_FAILED);
    }

    rc = MT_CTL_OK;
    checkins = undone.checkins.v;

    for (i = 0; i < undone.checkins.n && rc == MT_CTL_OK; i++) {
        memset(&row, 0, sizeof(row));
        row.undone = checkins[i];

        row.undone.has = mt_checkin_model.used;
        mt_patch(&row.checkin, &mt_checkin_model, &row.undone,
                 &mt_undone_checkin_model, MT_ALL_FIELDS);

        rc = mt_ctl_export_checkin(ctl, sheet, &row);
    }

    return rc;
}


/* A row for an attendee who has not signed in. */

static int
mt_ctl_absent_row(mt_ctl_t *ctl, const mt_ctl_sheet_t *sheet, mt_str_t value)
{
    int            rc, found;
    mt_ctl_row_t   row;
    mt_attendee_t  attendee;

    memset(&row, 0, sizeof(row));

    if (mt_record_decode(value, &mt_attendee_model, &attendee, sheet->arena)
        != MT_OK)
    {
        return mt_ctl_fail_status("export", MT_STORE_FAILED);
    }

    found = mt_checkin_load(sheet->txn, ctl->company, sheet->meeting,
                            attendee.slot, &row.checkin, sheet->arena);
    if (found != 0) {
        return found == 1 ? MT_CTL_OK
                          : mt_ctl_fail_status("export", MT_STORE_FAILED);
    }

    rc = mt_ctl_gather(ctl, sheet, attendee.slot, &row);

    if (rc != MT_CTL_OK) {
        return rc;
    }

    row.export.excused = row.attendee.answer == MT_ANSWER_DECLINED;

    return mt_ctl_export_line(ctl, sheet, &row);
}


/* Walks over a database's records of the meeting; print() prints the rows of
 * one. */

static int
mt_ctl_export_rows(mt_ctl_t *ctl, const mt_ctl_sheet_t *sheet, mt_db_t db,
    int (*print)(mt_ctl_t *ctl, const mt_ctl_sheet_t *sheet, mt_str_t value))
{
    int           found, rc;
    mt_key_t      prefix;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_key_num(&prefix, ctl->company, sheet->meeting);

    cursor = mt_cursor_open(sheet->txn, db, &prefix);
    if (cursor == NULL) {
        return mt_ctl_fail_status("export", MT_STORE_FAILED);
    }

    rc = MT_CTL_OK;

    for (found = mt_cursor_first(cursor, &key, &value);
         found == 1 && rc == MT_CTL_OK;
         found = mt_cursor_next(cursor, &key, &value))
    {
        mt_arena_reset(sheet->arena);
        rc = print(ctl, sheet, value);
    }

    mt_cursor_close(cursor);

    return found == -1 ? mt_ctl_fail_status("export", MT_STORE_FAILED) : rc;
}


int
mt_ctl_export_sheet(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet,
    int (*print)(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet))
{
    int  rc;

    sheet->csv = mt_ctl_is_csv(ctl, 1);
    sheet->arena = mt_arena_create(0);

    if (sheet->arena == NULL) {
        return mt_ctl_fail_status("export", MT_NO_MEMORY);
    }

    rc = MT_CTL_FAILED;

    if (sheet->csv != -1 && mt_ctl_read(ctl, &sheet->txn)) {
        rc = print(ctl, sheet);

        mt_ctl_read_end(ctl, sheet->txn);
    }

    mt_arena_destroy(sheet->arena);

    return rc;
}


/* Finds the meeting of the sheet, and prints the header line. */

static int
mt_ctl_export_begin(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet)
{
    mt_meeting_t  meeting;

    if (!mt_ctl_meeting(ctl, sheet->txn, &meeting)) {
        return MT_CTL_FAILED;
    }

    sheet->meeting = meeting.num;

    return mt_ctl_export_line(ctl, sheet, NULL);
}


static int
mt_ctl_print_checkins(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet)
{
    int  rc;

    rc = mt_ctl_export_begin(ctl, sheet);

    if (rc == MT_CTL_OK) {
        rc = mt_ctl_export_rows(ctl, sheet, MT_DB_CHECKIN,
                                mt_ctl_checkin_row);
    }

    return rc == MT_CTL_OK && ctl->given[MT_OPT_HISTORY]
           ? mt_ctl_export_rows(ctl, sheet, MT_DB_UNDONE, mt_ctl_undone_row)
           : rc;
}


static int
mt_ctl_print_absent(mt_ctl_t *ctl, mt_ctl_sheet_t *sheet)
{
    int  rc;

    rc = mt_ctl_export_begin(ctl, sheet);

    return rc == MT_CTL_OK
           ? mt_ctl_export_rows(ctl, sheet, MT_DB_ATTENDEE, mt_ctl_absent_row)
           : rc;
}


int
mt_ctl_checkin_export(mt_ctl_t *ctl)
{
    mt_ctl_sheet_t  sheet;

    sheet.table = ctl->given[MT_OPT_HISTORY] ? &mt_ctl_history_row
                                             : &mt_ctl_export_row;

    return mt_ctl_export_sheet(ctl, &sheet, mt_ctl_print_checkins);
}


int
mt_ctl_absent_export(mt_ctl_t *ctl)
{
    mt_ctl_sheet_t  sheet;

    sheet.table = &mt_ctl_absent_columns;

    return mt_ctl_export_sheet(ctl, &sheet, mt_ctl_print_absent);
}

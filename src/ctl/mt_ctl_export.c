
/*
 * checkin export.  One table of columns serves both formats: CSV walks the
 * members that the JSON encoder writes.
 */

#include "ctl/mt_ctl.h"
#include "domain/directory/mt_directory.h"
#include "json/mt_sheet.h"


/* Values that no record holds.  number: 0 for a guest; date: `time` in the
 * zone of --timezone. */

#define MT_CTL_EXPORT_FIELDS(F, M)                                            \
    F(M, 1, INT, number,        0, MT_NUM_MAX, NULL)                          \
    F(M, 2, STR, name,          0, MT_NAME_MAX, NULL)                         \
    F(M, 3, STR, phone,         0, 32, NULL)                                  \
    F(M, 4, STR, date,          0, MT_NAME_MAX, NULL)

MT_DECLARE_MODEL(ctl_export, MT_CTL_EXPORT_FIELDS);
MT_DEFINE_MODEL(ctl_export, MT_CTL_EXPORT_FIELDS);

typedef struct {
    mt_checkin_t     checkin;
    mt_attendee_t    attendee;
    mt_user_t        user;
    mt_dept_t        dept;
    mt_ctl_export_t  export;
} mt_ctl_row_t;

#define MT_CTL_IN(record)  offsetof(mt_ctl_row_t, record)

MT_JSON_TABLE(mt_ctl_export_row,
    { "user",       MT_FIELD(ctl_export, number), MT_CTL_IN(export) },
    { "id",         MT_FIELD(user, id),           MT_CTL_IN(user) },
    { "name",       MT_FIELD(ctl_export, name),   MT_CTL_IN(export) },
    { "account",    MT_FIELD(user, account),      MT_CTL_IN(user) },
    { "phone",      MT_FIELD(ctl_export, phone),  MT_CTL_IN(export) },
    { "department", MT_FIELD(dept, name),         MT_CTL_IN(dept) },
    { "position",   MT_FIELD(user, job),          MT_CTL_IN(user) },
    { "time",       MT_FIELD(checkin, time),      MT_CTL_IN(checkin) },
    { "date",       MT_FIELD(ctl_export, date),   MT_CTL_IN(export) },
    { "late",       MT_FIELD(checkin, late),      MT_CTL_IN(checkin) },
    { "way",        MT_FIELD(checkin, way),       MT_CTL_IN(checkin) },
    { "leader",     MT_FIELD(checkin, leader),    MT_CTL_IN(checkin) }
);


/* Writes a cell of CSV (RFC 4180).  A ' keeps spreadsheets from running text
 * that begins like a formula. */

static void
mt_ctl_csv_text(mt_buf_t *out, mt_str_t text)
{
    int     quote;
    size_t  i;

    quote = 0;

    for (i = 0; i < text.len; i++) {
        quote |= (memchr("\",\r\n", text.data[i], 4) != NULL);
    }

    if (quote) {
        mt_buf_byte(out, '"');
    }

    if (mt_sheet_is_formula(text)) {
        mt_buf_byte(out, '\'');
    }

    for (i = 0; i < text.len; i++) {
        if (text.data[i] == '"') {
            mt_buf_byte(out, '"');
        }

        mt_buf_byte(out, (uint8_t) text.data[i]);
    }

    if (quote) {
        mt_buf_byte(out, '"');
    }
}


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
            mt_ctl_csv_text(&ctl->out, *(const mt_str_t *) value);
        }
    }

    mt_buf_byte(&ctl->out, '\r');
}


/* Loads the records about a check-in; missing ones stay zeroed. */

static int
mt_ctl_gather(mt_ctl_t *ctl, mt_txn_t *txn, int64_t meeting,
    mt_arena_t *arena, mt_ctl_row_t *row)
{
    int       failed;
    int64_t   slot;
    mt_key_t  key;

    slot = row->checkin.slot;

    mt_key_num2(&key, ctl->company, meeting, slot);
    failed = mt_load(txn, MT_DB_ATTENDEE, &key, &mt_attendee_model,
                     &row->attendee, arena) == -1;

    if (slot < MT_GUEST_SLOT) {
        row->export.number = slot;
        failed |= mt_user_load(txn, ctl->company, slot, &row->user, arena)
                  == -1;
    }

    if (row->user.dept != 0) {
        mt_key_num(&key, ctl->company, row->user.dept);
        failed |= mt_load(txn, MT_DB_DEPT, &key, &mt_dept_model, &row->dept,
                          arena) == -1;
    }

    return failed ? mt_ctl_fail_status("export", MT_STORE_FAILED) : MT_CTL_OK;
}


static void
mt_ctl_derive(mt_ctl_t *ctl, mt_arena_t *arena, mt_ctl_row_t *row)
{
    mt_civil_t  c;

    row->export.name = row->attendee.name.len ? row->attendee.name
                                              : row->user.name;
    row->export.phone = row->attendee.phone.len ? row->attendee.phone
                                                : row->user.phone;

    mt_zone_civil(ctl->settings.zone, row->checkin.time, &c);

    row->export.date = mt_arena_printf(arena, "%04d-%02d-%02d %02d:%02d:%02d",
                                       c.year, c.month, c.day, c.hour,
                                       c.minute, c.second);
}


/* Prints a row; NULL is the header line, which only CSV has. */

static int
mt_ctl_export_line(mt_ctl_t *ctl, int csv, const mt_ctl_row_t *row)
{
    if (!csv) {
        return row ? mt_ctl_print(ctl, &mt_ctl_export_row, row) : MT_CTL_OK;
    }

    mt_ctl_line(ctl);

    if (row == NULL && ctl->given[MT_OPT_NOBOM] == NULL) {
        mt_buf_str(&ctl->out, MT_STR("\xEF\xBB\xBF"));
    }

    mt_ctl_csv_line(ctl, &mt_ctl_export_row, row);

    return mt_ctl_flush(ctl);
}


static int
mt_ctl_export_rows(mt_ctl_t *ctl, mt_txn_t *txn, mt_cursor_t *cursor,
    int64_t meeting, int csv)
{
    int           found, rc;
    mt_str_t      key, value;
    mt_arena_t   *arena;
    mt_ctl_row_t  row;

    arena = mt_arena_create(0);

    if (arena == NULL) {
        return mt_ctl_fail_status("export", MT_NO_MEMORY);
    }

    rc = mt_ctl_export_line(ctl, csv, NULL);

    for (found = mt_cursor_first(cursor, &key, &value);
         found == 1 && rc == MT_CTL_OK;
         found = mt_cursor_next(cursor, &key, &value))
    {
        mt_arena_reset(arena);
        memset(&row, 0, sizeof(row));

        if (mt_record_decode(value, &mt_checkin_model, &row.checkin, arena)
            != MT_OK)
        {
            found = -1;
            break;
        }

        rc = mt_ctl_gather(ctl, txn, meeting, arena, &row);

        if (rc == MT_CTL_OK) {
            mt_ctl_derive(ctl, arena, &row);
            rc = mt_ctl_export_line(ctl, csv, &row);
        }
    }

    mt_arena_destroy(arena);

    return found == -1 ? mt_ctl_fail_status("export", MT_STORE_FAILED) : rc;
}


static int
mt_ctl_export_meeting(mt_ctl_t *ctl, mt_txn_t *txn, int csv)
{
    int           rc;
    mt_key_t      prefix;
    mt_cursor_t  *cursor;
    mt_meeting_t  meeting;

    if (!mt_ctl_meeting(ctl, txn, &meeting)) {
        return MT_CTL_FAILED;
    }

    mt_key_num(&prefix, ctl->company, meeting.num);
    cursor = mt_cursor_open(txn, MT_DB_CHECKIN, &prefix);

    if (cursor == NULL) {
        return mt_ctl_fail_status("export", MT_STORE_FAILED);
    }

    rc = mt_ctl_export_rows(ctl, txn, cursor, meeting.num, csv);

    mt_cursor_close(cursor);

    return rc;
}


int
mt_ctl_checkin_export(mt_ctl_t *ctl)
{
    int        rc, csv;
    mt_txn_t  *txn;

    csv = mt_ctl_is_csv(ctl, 1);

    if (csv == -1) {
        return MT_CTL_FAILED;
    }

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    rc = mt_ctl_export_meeting(ctl, txn, csv);

    mt_ctl_read_end(ctl, txn);

    return rc;
}

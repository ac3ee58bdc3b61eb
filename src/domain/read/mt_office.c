
/*
 * Reads for a company's administrators: people, credentials, the journal, the
 * subscription and its messages.
 */

#include "domain/directory/mt_directory.h"
#include "domain/kernel/mt_scope.h"
#include "domain/read/mt_paging.h"


#define MT_OFFICE_LIMIT  100         /* rows of a page, if none is given */


typedef struct {
    mt_view_source_t          source;
    const mt_office_list_t   *args;
    mt_db_t                   db;
    mt_cursor_t              *cursor;
    mt_cursor_t              *blocks;    /* of the journal */
    int                       begun;     /* the cursor is behind `last` */
    int64_t                   last;      /* number of the row looked at */
    int64_t                   block;     /* that it is in; -1: none yet */
    int64_t                   limit;
    int64_t                   given;     /* rows shown so far */
    int64_t                   shown;     /* the last of them */
} mt_office_t;


static mt_step_t mt_office_start(mt_call_t *call);
static mt_step_t mt_journal_start(mt_call_t *call);
static mt_status_t mt_office_open(mt_call_t *call);
static void mt_office_close(mt_call_t *call);
static int mt_office_step(mt_call_t *call, mt_str_t *value);
static int mt_office_seek(mt_call_t *call, mt_str_t *key, mt_str_t *value);
static int mt_office_give(mt_call_t *call, void *found, void **row);
static int mt_people_next(mt_call_t *call, mt_arena_t *row_arena, void **row);
static int mt_credentials_next(mt_call_t *call, mt_arena_t *row_arena,
    void **row);
static int mt_messages_next(mt_call_t *call, mt_arena_t *row_arena,
    void **row);
static int mt_journal_next(mt_call_t *call, mt_arena_t *row_arena,
    void **row);
static int mt_journal_block(mt_call_t *call, mt_str_t *value);
static int mt_journal_row(mt_call_t *call, const mt_journal_t *entry,
    mt_arena_t *arena, mt_entry_t *row);
static mt_step_t mt_subscription_start(mt_call_t *call);


#define MT_OFFICE_READ(what, begin)                                           \
    static const mt_rows_t  mt_##what##_rows = {                              \
        mt_office_open, mt_##what##_next, mt_office_close, NULL, NULL, NULL,  \
        NULL                                                                  \
    };                                                                        \
                                                                              \
    const mt_operation_t  mt_op_##what = {                                    \
        .code = MT_CODE_##what,                                               \
        .name = #what,                                                        \
        .args = &mt_office_list_model,                                        \
        .rows = &mt_##what##_rows,                                            \
        .start = begin                                                        \
    }

MT_OFFICE_READ(people, mt_office_start);
MT_OFFICE_READ(credentials, mt_office_start);
MT_OFFICE_READ(messages, mt_office_start);
MT_OFFICE_READ(journal, mt_journal_start);

const mt_operation_t  mt_op_subscription = {
    .code = MT_CODE_subscription,
    .name = "subscription",
    .args = &mt_nothing_model,
    .start = mt_subscription_start
};


static mt_step_t
mt_office_start(mt_call_t *call)
{
    int64_t                   key;
    mt_office_t              *office;
    const mt_office_list_t   *args;

    args = call->args;

    office = mt_arena_alloc(call->arena, sizeof(*office));
    if (office == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    office->args = args;
    office->block = -1;
    office->limit = args->limit ? args->limit : MT_OFFICE_LIMIT;
    office->last = args->position;
    office->db = call->op == &mt_op_people ? MT_DB_USER
                 : call->op == &mt_op_credentials ? MT_DB_CREDENTIAL
                 : call->op == &mt_op_journal ? MT_DB_JOURNAL
                 : args->failed ? MT_DB_SET_ASIDE : MT_DB_OUTBOX;

    if (args->after.len && !mt_cursor_parse(args->after, &key, &office->last))
    {
        return mt_call_reject(call, MT_BAD_VALUE, MT_office_list_after);
    }

    call->state = office;

    return MT_STEP_DONE;
}


/* A client that has not read entries which were trimmed since is told. */

static mt_step_t
mt_journal_start(mt_call_t *call)
{
    int                       found;
    int64_t                   first;
    mt_key_t                  at;
    mt_str_t                  key, value;
    mt_cursor_t              *cursor;
    const mt_office_list_t   *args;

    args = call->args;

    if (args->position == 0) {
        return mt_office_start(call);
    }

    cursor = mt_cursor_open(call->txn, MT_DB_JOURNAL, NULL);
    if (cursor == NULL) {
        return mt_call_reject(call, MT_STORE_FAILED, 0);
    }

    mt_key_serial(&at, 0);
    found = mt_cursor_seek(cursor, &at, &key, &value);

    if (found == 1 && !mt_key_read_serial(key, &first)) {
        found = -1;
    }

    mt_cursor_close(cursor);

    if (found < 0) {
        return mt_call_reject(call, MT_STORE_FAILED, 0);
    }

    if (found == 1 && args->position < first - 1) {
        return mt_call_reject(call, MT_TRIMMED, MT_office_list_position);
    }

    return mt_office_start(call);
}


static mt_status_t
mt_office_open(mt_call_t *call)
{
    mt_key_t      prefix;
    mt_office_t  *office;

    office = call->state;
    office->begun = 0;
    office->blocks = NULL;

    mt_view_source(call, &office->source);
    mt_key_company(&prefix, call->company);

    office->cursor = mt_cursor_open(call->txn, office->db,
                                    office->db == MT_DB_CREDENTIAL
                                    || office->db == MT_DB_JOURNAL
                                    ? NULL : &prefix);

    if (office->cursor && office->db == MT_DB_JOURNAL) {
        office->block = -1;
        office->blocks = mt_cursor_open(call->txn, MT_DB_COMPANY_JOURNAL,
                                        &prefix);
    }

    if (office->cursor
        && (office->blocks || office->db != MT_DB_JOURNAL))
    {
        return MT_OK;
    }

    mt_office_close(call);

    return MT_STORE_FAILED;
}


static void
mt_office_close(mt_call_t *call)
{
    mt_office_t  *office;

    office = call->state;

    if (office->cursor) {
        mt_cursor_close(office->cursor);
        office->cursor = NULL;
    }

    if (office->blocks) {
        mt_cursor_close(office->blocks);
        office->blocks = NULL;
    }
}


/* Moves to the entry behind `last`.  Returns 1, 0 after the last, -1 on
 * failure. */

static int
mt_office_step(mt_call_t *call, mt_str_t *value)
{
    int           rc;
    mt_str_t      key;
    mt_office_t  *office;

    office = call->state;

    rc = office->begun ? mt_cursor_next(office->cursor, &key, value)
                       : mt_office_seek(call, &key, value);
    office->begun = 1;

    if (rc != 1) {
        return rc;
    }

    if (office->db == MT_DB_CREDENTIAL || office->db == MT_DB_JOURNAL) {
        return mt_key_read_serial(key, &office->last) ? 1 : -1;
    }

    return mt_key_read_num(key, NULL, &office->last) ? 1 : -1;
}


static int
mt_office_seek(mt_call_t *call, mt_str_t *key, mt_str_t *value)
{
    mt_key_t      at;
    mt_office_t  *office;

    office = call->state;

    if (office->db == MT_DB_CREDENTIAL || office->db == MT_DB_JOURNAL) {
        mt_key_serial(&at, office->last + 1);

    } else {
        mt_key_num(&at, call->company, mt_key_after(office->last));
    }

    return mt_cursor_seek(office->cursor, &at, key, value);
}


/* Gives a row that is shown, unless the page is full.  Returns as next(). */

static int
mt_office_give(mt_call_t *call, void *found, void **row)
{
    mt_office_t  *office;

    office = call->state;

    if (office->given == office->limit) {
        call->next = mt_cursor_print(call->arena, 0, office->shown);
        return 0;
    }

    office->given++;
    office->shown = office->last;
    *row = found;

    return 1;
}


static int
mt_people_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int               rc;
    mt_str_t          value, texts[5];
    mt_office_t      *office;
    mt_user_view_t   *view;

    office = call->state;
    office->source.arena = row_arena;
    *row = NULL;

    rc = mt_office_step(call, &value);
    if (rc != 1) {
        return rc;
    }

    view = mt_arena_alloc(row_arena, sizeof(*view));
    if (view == NULL) {
        return -1;
    }

    rc = mt_directory_view(&office->source, MT_NAME_USER, office->last, view);
    if (rc != 1) {
        return rc < 0 ? -1 : 1;
    }

    texts[0] = view->user.name;
    texts[1] = view->user.account;
    texts[2] = view->user.id;
    texts[3] = view->user.phone;
    texts[4] = view->user.email;

    if (office->args->q.len
        && !mt_any_holds(texts, mt_nitems(texts), office->args->q))
    {
        return 1;
    }

    return mt_office_give(call, view, row);
}


/* Credentials of all companies are numbered together. */

static int
mt_credentials_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int               rc;
    mt_str_t          value;
    mt_credential_t  *credential;

    *row = NULL;

    rc = mt_office_step(call, &value);
    if (rc != 1) {
        return rc;
    }

    credential = mt_arena_alloc(row_arena, sizeof(*credential));

    if (credential == NULL
        || mt_record_decode(value, &mt_credential_model, credential,
                            row_arena)
           != MT_OK)
    {
        return -1;
    }

    return credential->company == call->company
           ? mt_office_give(call, credential, row) : 1;
}


static int
mt_messages_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int                 rc;
    mt_str_t            value;
    mt_office_t        *office;
    mt_message_view_t  *view;

    office = call->state;
    *row = NULL;

    rc = mt_office_step(call, &value);
    if (rc != 1) {
        return rc;
    }

    view = mt_arena_alloc(row_arena, sizeof(*view));

    if (view == NULL
        || mt_record_decode(value, &mt_outbox_model, &view->message,
                            row_arena)
           != MT_OK)
    {
        return -1;
    }

    view->listed.number = office->last;

    return mt_office_give(call, view, row);
}


static int
mt_journal_next(mt_call_t *call, mt_arena_t *row_arena, void **row)
{
    int            rc;
    mt_str_t       value;
    mt_entry_t    *found;
    mt_journal_t   entry;

    *row = NULL;

    rc = mt_office_step(call, &value);

    if (rc == 1) {
        rc = mt_journal_block(call, &value);
    }

    if (rc != 1) {
        return rc;
    }

    if (mt_record_decode_some(value, &mt_journal_model,
                              MT_BIT(journal, company), &entry, row_arena)
        != MT_OK)
    {
        return -1;
    }

    if (entry.company != call->company) {
        return 1;
    }

    found = mt_arena_alloc(row_arena, sizeof(*found));

    if (found == NULL
        || mt_record_decode(value, &mt_journal_model, &entry, row_arena)
           != MT_OK
        || mt_journal_row(call, &entry, row_arena, found) != 1)
    {
        return -1;
    }

    return mt_office_give(call, found, row);
}


/* If the entry is in a block that has none of the company's, moves to the
 * first entry of the next block that has.  Returns as mt_office_step(). */

static int
mt_journal_block(mt_call_t *call, mt_str_t *value)
{
    int           rc;
    int64_t       block;
    mt_key_t      at;
    mt_str_t      key, none;
    mt_office_t  *office;

    office = call->state;
    block = office->last >> MT_JOURNAL_BLOCK_BITS;

    if (block == office->block) {
        return 1;
    }

    mt_key_num(&at, call->company, block);
    rc = mt_cursor_seek(office->blocks, &at, &key, &none);

    if (rc != 1 || !mt_key_read_num(key, NULL, &office->block)) {
        return rc == 1 ? -1 : rc;
    }

    if (office->block == block) {
        return 1;
    }

    mt_key_serial(&at, office->block << MT_JOURNAL_BLOCK_BITS);
    rc = mt_cursor_seek(office->cursor, &at, &key, value);

    return rc == 1 && !mt_key_read_serial(key, &office->last) ? -1 : rc;
}


/* Returns 1, or -1 on failure. */

static int
mt_journal_row(mt_call_t *call, const mt_journal_t *entry, mt_arena_t *arena,
    mt_entry_t *row)
{
    mt_user_t          actor;
    mt_office_t       *office;
    mt_command_t       command;
    const mt_event_t  *events;

    office = call->state;
    office->source.arena = arena;

    if (mt_record_decode(entry->command, &mt_command_model, &command, arena)
        != MT_OK
        || mt_view_load_user(&office->source, command.actor, MT_ALL_FIELDS,
                             &actor) < 0)
    {
        return -1;
    }

    row->position = office->last;
    row->time = entry->time;
    row->operation = mt_cstr(mt_code_name((unsigned) command.op));
    row->actor = actor.id;
    row->actor_name = actor.name;

    if (entry->events.n) {
        events = entry->events.v;
        row->record = events[0].id;
    }

    return 1;
}


static mt_step_t
mt_subscription_start(mt_call_t *call)
{
    int                 found;
    mt_key_t            key;
    mt_subscription_t  *view;
    mt_view_source_t    source;

    view = mt_arena_alloc(call->arena, sizeof(*view));
    if (view == NULL) {
        return mt_call_reject(call, MT_NO_MEMORY, 0);
    }

    mt_view_source(call, &source);
    mt_key_company(&key, call->company);

    found = mt_view_load_key(&source, MT_DB_SUBSCRIPTION, &key,
                             &mt_subscription_model, MT_ALL_FIELDS, view);
    if (found != 1) {
        return mt_call_reject(call, found ? MT_STORE_FAILED
                                          : MT_NO_SUBSCRIPTION, 0);
    }

    call->reply = view;

    return MT_STEP_DONE;
}


/*
 * Commands that delete for good.  Each runs many small commands, with a rest
 * between them for a server that waits to write.
 */

#include "ctl/mt_ctl.h"

#include <errno.h>
#include <unistd.h>

#include "domain/notify/mt_event.h"
#include "domain/purge/mt_user_erase.h"
#include "domain/read/mt_meeting_old.h"
#include "file/mt_resources.h"
#include "store/mt_wal.h"


#define MT_CTL_REST_US  5000

/* An erasure waits so long, in rests, for a receiver to be told that the user
 * is removed; and searches so often for what was missed. */
#define MT_CTL_TOLD     600
#define MT_CTL_SEARCHES 3


MT_JSON_TABLE(mt_ctl_no_options,
    { "none", MT_FIELD(nothing, nothing) }
);


static int mt_ctl_old_next(mt_ctl_t *ctl, mt_meeting_old_t *old);
static int mt_ctl_old_purge(mt_ctl_t *ctl, mt_meeting_old_t *old,
    int64_t *purged);


MT_JSON_TABLE(mt_ctl_doomed_company,
    { "id",     MT_FIELD(company, num) },
    { "name",   MT_FIELD(company, name) },
    { "purged", MT_FIELD(company, purged) }
);

MT_JSON_TABLE(mt_ctl_doomed_usage,
    { "bytes",    MT_FIELD(usage, bytes) },
    { "meetings", MT_FIELD(usage, meetings) },
    { "people",   MT_FIELD(usage, people) }
);

MT_JSON_TABLE(mt_ctl_company_purge_options,
    { "company", MT_FIELD(company_purge, company) }
);


static int
mt_ctl_count(mt_ctl_t *ctl, const char *name, int64_t n)
{
    mt_ctl_line(ctl);
    mt_json_open_object(ctl->writer);
    mt_json_key(ctl->writer, name);
    mt_json_int(ctl->writer, n);
    mt_json_close_object(ctl->writer);

    return mt_ctl_flush(ctl);
}


/* Wipes the write-ahead log, which may have old commands. */

static int
mt_ctl_wipe_log(mt_ctl_t *ctl)
{
    mt_txn_t      *txn;
    mt_status_t    status;
    mt_machine_t   machine;

    machine = mt_batch_machine(ctl->batch);
    status = mt_machine_begin(&machine, &txn);

    if (status == MT_OK) {
        status = mt_wal_wipe(txn);
        machine.abort(machine.ctx);
    }

    return status == MT_OK ? MT_CTL_OK
                           : mt_ctl_fail_status("write-ahead log", status);
}


/* Prints what the company has. */

static int
mt_ctl_company_shown(mt_ctl_t *ctl)
{
    int           found;
    mt_key_t      key;
    mt_txn_t     *txn;
    mt_usage_t    usage;
    mt_company_t  company;

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    mt_key_company(&key, ctl->company);

    found = mt_load_copy(txn, MT_DB_COMPANY, &key, &mt_company_model, &company,
                         ctl->arena);

    if (found == 1 && mt_usage_get(txn, ctl->company, &usage) != 0) {
        found = -1;
    }

    mt_ctl_read_end(ctl, txn);

    if (found != 1) {
        return mt_ctl_fail_status("--company", found ? MT_STORE_FAILED
                                                     : MT_NO_SUCH_COMPANY);
    }

    mt_ctl_line(ctl);
    mt_json_open_object(ctl->writer);
    mt_json_members(ctl->writer, &mt_ctl_doomed_company, &company);
    mt_json_members(ctl->writer, &mt_ctl_doomed_usage, &usage);
    mt_json_close_object(ctl->writer);

    return mt_ctl_flush(ctl);
}


static int
mt_ctl_remove_picture(void *data, uint32_t company, mt_str_t name)
{
    mt_ctl_t *ctl = data;

    if (company == ctl->company) {
        (void) mt_resource_remove(mt_ctl_resources(ctl).data, company, name);
    }

    return 0;
}


int
mt_ctl_company_purge(mt_ctl_t *ctl)
{
    int                 wiped;
    int64_t             entries;
    mt_call_t           call;
    mt_company_purge_t  args;

    if (!ctl->given[MT_OPT_YES]) {
        return mt_ctl_company_shown(ctl);
    }

    entries = 0;
    wiped = 0;

    do {
        memset(&args, 0, sizeof(args));
        mt_set(&args, company_purge, company, ctl->company);
        mt_set(&args, company_purge, most, MT_PURGE_MOST);

        if (mt_ctl_run(ctl, &call, &mt_op_company_purge,
                       &mt_ctl_company_purge_options, &args)
            != MT_CTL_OK)
        {
            return MT_CTL_FAILED;
        }

        /* the company is closed by now, and logs nothing more */

        if (!wiped && mt_ctl_wipe_log(ctl) != MT_CTL_OK) {
            return MT_CTL_FAILED;
        }

        wiped = 1;
        entries += call.result.num;
        (void) usleep(MT_CTL_REST_US);

    } while (call.result.detail);

    if (mt_resources_each(mt_ctl_resources(ctl).data, INT64_MAX,
                          mt_ctl_remove_picture, ctl) != 0)
    {
        return mt_ctl_fail("pictures: %s", strerror(errno));
    }

    return mt_ctl_count(ctl, "purged", entries);
}


int
mt_ctl_meeting_purge(mt_ctl_t *ctl)
{
    int               more;
    int64_t           purged;
    mt_meeting_old_t  old;

    memset(&old, 0, sizeof(old));
    old.company = ctl->company;
    purged = 0;

    if (!mt_ctl_day(ctl, MT_OPT_BEFORE, "before", 0, &old.before)) {
        return MT_CTL_FAILED;
    }

    if (old.before > mt_realtime_ms()) {
        return mt_ctl_fail("--before: a day that is yet to come: \"%s\"",
                           ctl->given[MT_OPT_BEFORE]);
    }

    do {
        more = mt_ctl_old_next(ctl, &old);

        if (more == -1) {
            return MT_CTL_FAILED;
        }

        if (ctl->given[MT_OPT_DRYRUN]) {
            purged += (int64_t) old.n;

        } else if (mt_ctl_old_purge(ctl, &old, &purged) != MT_CTL_OK) {
            return MT_CTL_FAILED;
        }

    } while (more);

    return mt_ctl_count(ctl, "purged", purged);
}


/* Returns as mt_meeting_old_next(). */

static int
mt_ctl_old_next(mt_ctl_t *ctl, mt_meeting_old_t *old)
{
    int        more;
    mt_txn_t  *txn;

    if (!mt_ctl_read(ctl, &txn)) {
        return -1;
    }

    more = mt_meeting_old_next(old, txn);
    mt_ctl_read_end(ctl, txn);

    if (more == -1) {
        mt_ctl_fail_status("store", MT_STORE_FAILED);
    }

    return more;
}


/* Purges the meetings found, and adds their number to *purged. */

static int
mt_ctl_old_purge(mt_ctl_t *ctl, mt_meeting_old_t *old, int64_t *purged)
{
    mt_call_t           call;
    mt_ints_t           meetings;
    mt_meeting_purge_t  args;

    if (old->n == 0) {
        return MT_CTL_OK;
    }

    do {
        meetings.n = old->n;
        meetings.v = old->found;

        memset(&args, 0, sizeof(args));
        mt_set(&args, meeting_purge, before, old->before);
        mt_set(&args, meeting_purge, meetings, meetings);
        mt_set(&args, meeting_purge, most, MT_PURGE_MOST);

        if (mt_ctl_run(ctl, &call, &mt_op_meeting_purge, &mt_ctl_no_options,
                       &args)
            != MT_CTL_OK)
        {
            return MT_CTL_FAILED;
        }

        *purged += call.result.num;
        (void) usleep(MT_CTL_REST_US);

    } while (call.result.detail);

    return MT_CTL_OK;
}


MT_JSON_TABLE(mt_ctl_erase_options,
    { "user", MT_FIELD(named, ref) }
);


/* Counts of a person's data that was found. */

typedef struct {
    int64_t  rows;
    int64_t  journal;
    int64_t  messages;
} mt_ctl_traces_t;


static int mt_ctl_erase_search(mt_ctl_t *ctl, const mt_erased_t *erased,
    mt_ctl_traces_t *traces);
static int mt_ctl_erase_found(mt_ctl_t *ctl, mt_erase_search_t *search);
static int mt_ctl_erase_step(mt_ctl_t *ctl, mt_user_erase_step_t *args,
    mt_call_t *call);
static int mt_ctl_erase_told(mt_ctl_t *ctl, int64_t position);
static int mt_ctl_erase_end(mt_ctl_t *ctl, const mt_erased_t *erased,
    mt_ctl_traces_t *traces);


/* Loads the person of --user. */

static int
mt_ctl_erased(mt_ctl_t *ctl, mt_erased_t *erased)
{
    int        found;
    mt_txn_t  *txn;

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    found = mt_erased_find(txn, ctl->company,
                           mt_cstr(ctl->given[MT_OPT_USER]), erased,
                           ctl->arena);
    mt_ctl_read_end(ctl, txn);

    return found == 1 ? MT_CTL_OK
                      : mt_ctl_fail_status("--user", found == 0
                                                     ? MT_NO_SUCH_USER
                                                     : MT_STORE_FAILED);
}


int
mt_ctl_user_erase(mt_ctl_t *ctl)
{
    mt_call_t         call;
    mt_str_t          face;
    mt_named_t        args;
    mt_erased_t       erased;
    mt_ctl_traces_t   traces;

    memset(&args, 0, sizeof(args));
    memset(&traces, 0, sizeof(traces));

    if (mt_ctl_args(ctl, &mt_ctl_erase_options, &args) != MT_CTL_OK
        || mt_ctl_erased(ctl, &erased) != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    if (ctl->given[MT_OPT_YES]) {
        face = erased.user.face;

        if (mt_ctl_run(ctl, &call, &mt_op_user_erase, &mt_ctl_erase_options,
                       &args) != MT_CTL_OK
            || mt_ctl_erase_told(ctl, (int64_t) call.result.position)
               != MT_CTL_OK)
        {
            return MT_CTL_FAILED;
        }

        erased.heir = call.result.num;

        if (mt_ctl_erase_end(ctl, &erased, &traces) != MT_CTL_OK) {
            return MT_CTL_FAILED;
        }

        if (mt_resource_is(face)
            && mt_resource_remove(mt_ctl_resources(ctl).data, ctl->company,
                                  face) != 0)
        {
            return mt_ctl_fail("picture: %s", strerror(errno));
        }

    } else if (mt_ctl_erase_search(ctl, &erased, &traces) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    mt_ctl_line(ctl);
    mt_json_open_object(ctl->writer);
    mt_json_key(ctl->writer, "erased");
    mt_json_bool(ctl->writer, ctl->given[MT_OPT_YES] != NULL);
    mt_json_key(ctl->writer, "rows");
    mt_json_int(ctl->writer, traces.rows);
    mt_json_key(ctl->writer, "journal");
    mt_json_int(ctl->writer, traces.journal);
    mt_json_key(ctl->writer, "messages");
    mt_json_int(ctl->writer, traces.messages);
    mt_json_close_object(ctl->writer);

    return mt_ctl_flush(ctl);
}


/* Searches the whole company, and erases what it finds if there is an heir.
 */

static int
mt_ctl_erase_search(mt_ctl_t *ctl, const mt_erased_t *erased,
    mt_ctl_traces_t *traces)
{
    int                 more;
    mt_txn_t           *txn;
    mt_erase_search_t   search;

    memset(&search, 0, sizeof(search));
    search.company = ctl->company;
    search.erased = erased;

    do {
        if (!mt_ctl_read(ctl, &txn)) {
            return MT_CTL_FAILED;
        }

        more = mt_erase_next(&search, txn);
        mt_ctl_read_end(ctl, txn);

        if (more < 0) {
            return mt_ctl_fail_status("store", MT_STORE_FAILED);
        }

        traces->rows += (int64_t) search.nrows;
        traces->journal += (int64_t) search.npositions;
        traces->messages += (int64_t) search.nmessages;

        if (erased->heir
            && mt_ctl_erase_found(ctl, &search) != MT_CTL_OK)
        {
            return MT_CTL_FAILED;
        }

    } while (more);

    return MT_CTL_OK;
}


static int
mt_ctl_erase_found(mt_ctl_t *ctl, mt_erase_search_t *search)
{
    mt_call_t             call;
    mt_ints_t             positions, messages;
    mt_objs_t             rows;
    mt_user_erase_step_t  args;

    if (search->nrows + search->npositions + search->nmessages == 0) {
        return MT_CTL_OK;
    }

    rows = (mt_objs_t) { search->nrows, search->rows };
    positions = (mt_ints_t) { search->npositions, search->positions };
    messages = (mt_ints_t) { search->nmessages, search->messages };

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_erase_step, heir, search->erased->heir);
    mt_set(&args, user_erase_step, rows, rows);
    mt_set(&args, user_erase_step, positions, positions);
    mt_set(&args, user_erase_step, messages, messages);

    return mt_ctl_erase_step(ctl, &args, &call);
}


static int
mt_ctl_erase_step(mt_ctl_t *ctl, mt_user_erase_step_t *args, mt_call_t *call)
{
    int  rc;

    rc = mt_ctl_run(ctl, call, &mt_op_user_erase_step, &mt_ctl_no_options,
                    args);
    (void) usleep(MT_CTL_REST_US);

    return rc;
}


/* Waits for the message on the user's removal, whose content is erased next:
 * for some seconds, since a receiver may be down for days. */

static int
mt_ctl_erase_told(mt_ctl_t *ctl, int64_t position)
{
    int           found, waits;
    unsigned      i;
    int64_t       number;
    mt_txn_t     *txn;
    mt_outbox_t   message;

    waits = position != 0;

    for (i = 0; waits && i < MT_CTL_TOLD; i++) {
        if (!mt_ctl_read(ctl, &txn)) {
            return MT_CTL_FAILED;
        }

        found = mt_outbox_next(txn, MT_DB_OUTBOX, ctl->company, 0, &number,
                               &message, ctl->arena);
        mt_ctl_read_end(ctl, txn);

        if (found < 0) {
            return mt_ctl_fail_status("store", MT_STORE_FAILED);
        }

        waits = found && message.position <= position;

        if (waits) {
            (void) usleep(MT_CTL_REST_US);
        }
    }

    if (waits) {
        mt_ctl_fail("the receiver of events was not told of the removal");
    }

    return MT_CTL_OK;
}


/* Nothing new can come of a removed user, but a part of a list may be written
 * while it is searched. */

static int
mt_ctl_erase_end(mt_ctl_t *ctl, const mt_erased_t *erased,
    mt_ctl_traces_t *traces)
{
    unsigned              i;
    mt_call_t             call;
    mt_ctl_traces_t       before;
    mt_user_erase_step_t  args;

    for (i = 0; i < MT_CTL_SEARCHES; i++) {
        before = *traces;

        if (mt_ctl_erase_search(ctl, erased, traces) != MT_CTL_OK) {
            return MT_CTL_FAILED;
        }

        if (memcmp(&before, traces, sizeof(before)) == 0) {
            break;
        }
    }

    /* before the last step, after which the command cannot be given again */

    if (mt_ctl_wipe_log(ctl) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    memset(&args, 0, sizeof(args));
    mt_set(&args, user_erase_step, heir, erased->heir);
    mt_set(&args, user_erase_step, finish, 1);

    return mt_ctl_erase_step(ctl, &args, &call);
}

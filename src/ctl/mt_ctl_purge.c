
/*
 * Commands that delete for good.  Each runs many small commands, with a rest
 * between them for a server that waits to write.
 */

#include "ctl/mt_ctl.h"

#include <errno.h>
#include <unistd.h>

#include "domain/read/mt_meeting_old.h"
#include "file/mt_resources.h"


#define MT_CTL_REST_US  5000


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
    int64_t             entries;
    mt_call_t           call;
    mt_company_purge_t  args;

    if (!ctl->given[MT_OPT_YES]) {
        return mt_ctl_company_shown(ctl);
    }

    entries = 0;

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

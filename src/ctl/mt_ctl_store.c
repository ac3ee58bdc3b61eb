
#include "ctl/mt_ctl.h"

#include <errno.h>
#include <stdio.h>

#include "domain/directory/mt_face.h"
#include "domain/verify/mt_verify.h"
#include "file/mt_resources.h"


static const char *const  mt_ctl_databases[] = {
#define MT_CTL_DATABASE(symbol, name, form)  name,
    MT_DATABASES(MT_CTL_DATABASE)
#undef MT_CTL_DATABASE
};


static void
mt_ctl_number(mt_ctl_t *ctl, const char *name, uint64_t value)
{
    mt_json_key(ctl->writer, name);
    mt_json_int(ctl->writer, (int64_t) value);
}


static void
mt_ctl_text(mt_ctl_t *ctl, const char *name, const char *value)
{
    mt_json_key(ctl->writer, name);
    mt_json_string(ctl->writer, mt_cstr(value));
}


mt_str_t
mt_ctl_resources(mt_ctl_t *ctl)
{
    return ctl->given[MT_OPT_RESOURCES]
           ? mt_cstr(ctl->given[MT_OPT_RESOURCES])
           : mt_arena_printf(ctl->arena, "%s/resources",
                             ctl->given[MT_OPT_STORE]);
}


/* Copies pictures, and prints their number as a member. */

static int
mt_ctl_copy_resources(mt_ctl_t *ctl, const char *from, const char *to)
{
    int64_t  files;

    files = mt_resources_copy(from, to, ctl->uid, ctl->gid);

    if (files < 0) {
        return mt_ctl_fail("pictures, from \"%s\" to \"%s\": %s", from, to,
                           strerror(errno));
    }

    mt_ctl_number(ctl, "pictures", (uint64_t) files);

    return MT_CTL_OK;
}


int
mt_ctl_backup(mt_ctl_t *ctl)
{
    char      why[512];
    mt_str_t  to;

    if (mt_ctl_settled(ctl) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    if (mt_store_backup(ctl->store, ctl->target,
                        ctl->given[MT_OPT_REWRITE] != NULL, why, sizeof(why))
        != MT_OK) {
        return mt_ctl_fail("backup: %s", why);
    }

    to = mt_arena_printf(ctl->arena, "%s/resources", ctl->target);

    mt_ctl_line(ctl);
    mt_json_open_object(ctl->writer);
    mt_ctl_text(ctl, "backup", ctl->operand);

    if (mt_ctl_copy_resources(ctl, mt_ctl_resources(ctl).data, to.data)
        != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    mt_json_close_object(ctl->writer);

    return mt_ctl_flush(ctl);
}


/* The data file is in its place by now, of a new generation. */

int
mt_ctl_restore(mt_ctl_t *ctl)
{
    int64_t    generation;
    mt_str_t   from;
    mt_txn_t  *txn;

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    generation = mt_meta_generation(txn);
    mt_ctl_read_end(ctl, txn);

    mt_owner_return(&ctl->was);

    from = mt_arena_printf(ctl->arena, "%s/resources", ctl->operand);

    mt_ctl_line(ctl);
    mt_json_open_object(ctl->writer);
    mt_ctl_text(ctl, "restored", ctl->operand);
    mt_ctl_number(ctl, "generation", (uint64_t) generation);

    if (mt_ctl_copy_resources(ctl, from.data, mt_ctl_resources(ctl).data)
        != MT_CTL_OK)
    {
        return MT_CTL_FAILED;
    }

    mt_json_close_object(ctl->writer);

    return mt_ctl_flush(ctl);
}


static void
mt_ctl_complain(void *data, const char *text)
{
    (void) data;

    mt_ctl_fail("%s", text);
}


int
mt_ctl_verify(mt_ctl_t *ctl)
{
    int        rc;
    int64_t    breaches;
    mt_txn_t  *txn;

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    breaches = mt_verify(txn, mt_ctl_complain, NULL);

    mt_ctl_read_end(ctl, txn);

    if (breaches == -1) {
        return mt_ctl_fail_status("verify", MT_STORE_FAILED);
    }

    mt_ctl_line(ctl);
    mt_json_open_object(ctl->writer);
    mt_json_key(ctl->writer, "ok");
    mt_json_bool(ctl->writer, breaches == 0);
    mt_ctl_number(ctl, "breaches", (uint64_t) breaches);
    mt_json_close_object(ctl->writer);

    rc = mt_ctl_flush(ctl);

    return breaches == 0 ? rc : MT_CTL_FAILED;
}


int
mt_ctl_stat(mt_ctl_t *ctl)
{
    size_t           i;
    mt_status_t      status;
    mt_store_stat_t  stat;

    if (mt_ctl_settled(ctl) != MT_CTL_OK) {
        return MT_CTL_FAILED;
    }

    status = mt_store_stat(ctl->store, &stat);

    if (status != MT_OK) {
        return mt_ctl_fail_status("stat", status);
    }

    mt_ctl_line(ctl);
    mt_json_open_object(ctl->writer);

    mt_ctl_number(ctl, "format", MT_STORE_FORMAT);
    mt_ctl_number(ctl, "position", stat.position);
    mt_ctl_number(ctl, "transaction", stat.txn_id);
    mt_ctl_number(ctl, "map_size", stat.map_size);
    mt_ctl_number(ctl, "used_bytes", stat.used_bytes);
    mt_ctl_number(ctl, "file_bytes", stat.file_bytes);
    mt_ctl_number(ctl, "readers", stat.readers);
    mt_ctl_number(ctl, "max_readers", stat.max_readers);

    mt_json_key(ctl->writer, "entries");
    mt_json_open_object(ctl->writer);

    for (i = 0; i < MT_DB_COUNT; i++) {
        mt_ctl_number(ctl, mt_ctl_databases[i], stat.entries[i]);
    }

    mt_json_close_object(ctl->writer);
    mt_json_close_object(ctl->writer);

    return mt_ctl_flush(ctl);
}


int
mt_ctl_resources_sweep(mt_ctl_t *ctl)
{
    int          rc;
    mt_str_t     folder;
    mt_sweep_t   sweep;
    mt_status_t  status;

    folder = mt_ctl_resources(ctl);

    errno = 0;
    status = mt_resources_sweep(ctl->store, folder.data, mt_realtime_ms(),
                                &sweep);

    if (status != MT_OK) {
        return errno ? mt_ctl_fail("resources sweep: %s: %s", folder.data,
                                   strerror(errno))
                     : mt_ctl_fail_status("resources sweep", status);
    }

    mt_ctl_line(ctl);
    mt_json_open_object(ctl->writer);
    mt_ctl_number(ctl, "removed", (uint64_t) sweep.removed);
    mt_ctl_number(ctl, "kept", (uint64_t) sweep.kept);
    mt_json_close_object(ctl->writer);

    rc = mt_ctl_flush(ctl);

    return sweep.failed ? mt_ctl_fail("resources sweep: %lld files could not "
                                      "be removed", (long long) sweep.failed)
                        : rc;
}


/* The store was prepared before it was opened. */

int
mt_ctl_upgrade(mt_ctl_t *ctl)
{
    int64_t    generation;
    mt_txn_t  *txn;

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    generation = mt_meta_generation(txn);
    mt_ctl_read_end(ctl, txn);

    mt_ctl_line(ctl);
    mt_json_open_object(ctl->writer);
    mt_ctl_number(ctl, "format", MT_STORE_FORMAT);
    mt_ctl_number(ctl, "generation", (uint64_t) generation);
    mt_json_close_object(ctl->writer);

    return mt_ctl_flush(ctl);
}


/*
 * Records of the write-ahead log (store/mt_wal.h) as the commit engine writes
 * them, and recovery: applying those that the store lacks.
 */

#include "commit/mt_ring.h"

#include <stdlib.h>


/* the rest of a record */

typedef struct {
    const uint8_t  *p;
    const uint8_t  *last;
    int             failed;          /* the record is too short */
} mt_log_reader_t;


void
mt_log_record_add(mt_log_record_t *record, const void *data, size_t len)
{
    size_t    room;
    uint8_t  *grown;

    if (record->len + len > record->room) {
        room = 2 * (record->len + len);
        grown = realloc(record->data, room);

        if (grown == NULL) {
            record->failed = 1;
            return;
        }

        record->data = grown;
        record->room = room;
    }

    memcpy(record->data + record->len, data, len);
    record->len += len;
}


static void
mt_log_record_u32(mt_log_record_t *record, uint32_t n)
{
    uint8_t  data[4];

    (void) mt_put_u32(data, n);
    mt_log_record_add(record, data, sizeof(data));
}


static void
mt_log_record_u64(mt_log_record_t *record, uint64_t n)
{
    uint8_t  data[8];

    (void) mt_put_u64(data, n);
    mt_log_record_add(record, data, sizeof(data));
}


/* The count of rings, after the epoch, is 0 at first. */

void
mt_log_record_begin(mt_log_record_t *record, uint64_t epoch)
{
    record->len = 0;
    record->failed = 0;

    mt_log_record_u64(record, epoch);
    mt_log_record_u32(record, 0);
}


void
mt_log_record_ring(mt_log_record_t *record, unsigned ring, uint64_t end)
{
    uint8_t  *n;

    mt_log_record_u32(record, ring);
    mt_log_record_u64(record, end);

    if (!record->failed) {
        n = record->data + 8;
        (void) mt_put_u32(n, mt_get_u32(n) + 1);
    }
}


void
mt_log_record_command(mt_log_record_t *record, mt_str_t command)
{
    mt_log_record_u32(record, (uint32_t) command.len);
    mt_log_record_add(record, command.data, command.len);
}


static const uint8_t *
mt_log_take(mt_log_reader_t *r, size_t len)
{
    const uint8_t  *p;

    if (r->failed || (size_t) (r->last - r->p) < len) {
        r->failed = 1;
        return NULL;
    }

    p = r->p;
    r->p += len;

    return p;
}


static uint64_t
mt_log_take_u64(mt_log_reader_t *r)
{
    const uint8_t  *p;

    p = mt_log_take(r, 8);

    return p ? mt_get_u64(p) : 0;
}


static uint32_t
mt_log_take_u32(mt_log_reader_t *r)
{
    const uint8_t  *p;

    p = mt_log_take(r, 4);

    return p ? mt_get_u32(p) : 0;
}


/* Stores how far the record applies each ring. */

static mt_status_t
mt_log_replay_rings(mt_txn_t *txn, mt_log_reader_t *r)
{
    uint32_t     i, n, ring;
    uint64_t     epoch, end, applied[MT_COMMIT_RINGS];
    mt_status_t  status;

    epoch = mt_log_take_u64(r);
    n = mt_log_take_u32(r);

    status = mt_applied_load(txn, epoch, applied);

    for (i = 0; status == MT_OK && i < n; i++) {
        ring = mt_log_take_u32(r);
        end = mt_log_take_u64(r);

        if (r->failed || ring >= MT_COMMIT_RINGS) {
            return MT_INTERNAL;
        }

        applied[ring] = end;
    }

    return status == MT_OK ? mt_applied_save(txn, epoch, applied) : status;
}


/* Results are dropped: the slots have them, or are gone with their zone. */

static mt_status_t
mt_machine_replay(const mt_machine_t *machine, mt_txn_t *txn, mt_str_t record)
{
    mt_str_t         command;
    mt_result_t      result;
    mt_status_t      status;
    mt_log_reader_t  r;

    r.p = (const uint8_t *) record.data;
    r.last = r.p + record.len;
    r.failed = 0;

    status = mt_log_replay_rings(txn, &r);

    while (status == MT_OK && r.p < r.last) {
        command.len = mt_log_take_u32(&r);
        command.data = (char *) mt_log_take(&r, command.len);

        status = r.failed ? MT_INTERNAL
                          : machine->apply(machine->ctx, command, &result);
    }

    return r.failed ? MT_INTERNAL : status;
}


mt_status_t
mt_machine_recover(const mt_machine_t *machine, mt_txn_t **txn, unsigned *left)
{
    int          rc;
    mt_str_t     record;
    mt_status_t  status;

    *left = 0;

    status = machine->begin(machine->ctx, txn);

    if (status != MT_OK) {
        return status;
    }

    while (status == MT_OK && (rc = mt_wal_next(*txn, &record)) != 0) {
        (*left)++;
        status = rc == 1 ? mt_machine_replay(machine, *txn, record)
                         : mt_txn_status(*txn);
    }

    /* acknowledged batches: none may be skipped */

    if (status == MT_INTERNAL) {
        mt_txn_report(*txn, "a record of the write-ahead log is "
                      "malformed: all writes fail");
    }

    if (status != MT_OK) {
        machine->abort(machine->ctx);
    }

    return status;
}


/* Records of the log have space in reserve for their commit; what the caller
 * is about to write need not have. */

mt_status_t
mt_machine_begin(const mt_machine_t *machine, mt_txn_t **txn)
{
    unsigned      left;
    mt_status_t   status;

    do {
        status = mt_machine_recover(machine, txn, &left);

        if (status == MT_OK && left) {
            status = machine->commit(machine->ctx);
        }

    } while (status == MT_OK && left);

    return status;
}


mt_status_t
mt_machine_settle(const mt_machine_t *machine)
{
    mt_txn_t     *txn;
    mt_status_t   status;

    status = mt_machine_begin(machine, &txn);

    if (status == MT_OK) {
        machine->abort(machine->ctx);
    }

    return status;
}

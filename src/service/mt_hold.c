
/*
 * Snapshots that are held for answers in pieces.  An answer is of one state,
 * so its pieces share a read transaction; but a client that is slow to take
 * them may not keep old pages of the store for long, nor a reader's slot.  So
 * after a while the rest of its answer is put into memory, and the transaction
 * ends (decision 022).  A transaction that is lent ends at once.
 */

#include "service/mt_service_private.h"


/* Bytes in memory for slow clients, of all answers of this process; an answer
 * that would exceed it breaks off. */
#define MT_SPOOL_MOST  (64 << 20)


static void mt_exchange_spool(mt_service_exchange_t *e);


int
mt_exchange_hold(mt_service_exchange_t *e)
{
    mt_service_t  *service;

    if (e->held || e->spooling) {
        return 1;
    }

    service = e->service;

    if (mt_txn_is_lent(e->x.call.txn)) {
        mt_exchange_spool(e);
        return e->spool.len != 0;
    }

    if (service->nheld >= service->held_max && service->held) {
        mt_exchange_spool(service->held);
    }

    if (mt_read_detach(&e->x.call.txn) != MT_OK) {
        return 0;
    }

    e->held = 1;
    e->held_since = mt_monotonic_ns();
    e->next = NULL;
    e->prev = service->held_last;

    if (e->prev) {
        e->prev->next = e;

    } else {
        service->held = e;
    }

    service->held_last = e;
    service->nheld++;

    if (service->nheld > service->held_max) {
        mt_exchange_spool(e);
    }

    return 1;
}


void
mt_exchange_release(mt_service_exchange_t *e)
{
    mt_service_t  *service;

    service = e->service;

    if (e->prev) {
        e->prev->next = e->next;

    } else {
        service->held = e->next;
    }

    if (e->next) {
        e->next->prev = e->prev;

    } else {
        service->held_last = e->prev;
    }

    service->nheld--;
    e->held = 0;

    mt_read_close(e->x.call.txn);
    e->x.call.txn = NULL;
}


/* The writer appends to e->out, which a piece under way may be using. */

static void
mt_exchange_spool(mt_service_exchange_t *e)
{
    int            rc;
    size_t         most;
    mt_buf_t       out;
    mt_service_t  *service;

    service = e->service;
    most = MT_SPOOL_MOST - service->spooled;
    out = e->out;
    rc = -1;

    e->spooling = 1;
    e->spool_arena = mt_arena_create(0);

    if (e->spool_arena) {
        mt_buf_init(&e->out, e->spool_arena, 0);

        do {
            rc = mt_exchange_rows(e, most);
        } while (rc == 0 && e->out.len < most);
    }

    if (rc == 1) {
        mt_answer_close(&e->x, &e->out);
    }

    if (rc == 1 && !e->out.failed && e->out.len <= most) {
        e->spool = (mt_str_t) { e->out.len, e->out.data };
        service->spooled += e->spool.len;
    }

    e->out = out;
    e->spooling = 0;
    e->stage = MT_STAGE_SPOOLED;

    mt_exchange_drop_read(&e->x);
}


int
mt_exchange_unspool(mt_service_exchange_t *e, size_t piece)
{
    mt_str_t  bytes;

    if (e->spool.len == 0) {
        return -1;
    }

    bytes.data = e->spool.data + e->spool_at;
    bytes.len = e->spool.len - e->spool_at;

    if (bytes.len > piece) {
        bytes.len = piece;
    }

    mt_buf_str(&e->out, bytes);
    e->spool_at += bytes.len;

    if (e->out.failed) {
        return -1;
    }

    if (e->spool_at < e->spool.len) {
        return 0;
    }

    e->stage = MT_STAGE_SENT;

    return 1;
}


void
mt_exchange_drop_spool(mt_service_exchange_t *e)
{
    size_t  *spooled;

    /* a store that was opened anew began to count anew */

    spooled = &e->service->spooled;
    *spooled -= e->spool.len < *spooled ? e->spool.len : *spooled;
    e->spool = MT_STR("");

    mt_arena_destroy(e->spool_arena);
    e->spool_arena = NULL;
}


void
mt_service_age(mt_service_t *service, unsigned ms)
{
    int64_t  before;

    before = mt_monotonic_ns() - (int64_t) ms * 1000000;

    while (service->held && service->held->held_since <= before) {
        mt_exchange_spool(service->held);
    }
}

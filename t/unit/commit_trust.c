
/*
 * A worker is broken and spoils its ring, or another's: that ring is stopped
 * and its owner's commands fail, the others' are done.
 */

#include "commit_drive.h"
#include "commit/mt_ring.h"


#define ZONE_SIZE  (4 << 20)


typedef enum {
    SPOIL_HEAD_FAR,
    SPOIL_HEAD_BACK,
    SPOIL_HEAD_ODD,
    SPOIL_DONE_AHEAD,
    SPOIL_LENGTH,
    SPOIL_LENGTH_HALF,
    SPOIL_PAD,
    SPOIL_KIND,
    SPOIL_COUNT
} spoil_t;


static void
spoil(mt_zone_mem_t *mem, spoil_t how)
{
    mt_ring_t   *ring;
    mt_entry_t  *entry;

    ring = &mem->rings[0];
    entry = (mt_entry_t *) ((uint8_t *) (mem + 1)
                            + atomic_load(&ring->done) % mem->ring_size);

    switch (how) {

    case SPOIL_HEAD_FAR:
        atomic_fetch_add(&ring->head, 1 << 30);
        break;

    case SPOIL_HEAD_BACK:
        atomic_store(&ring->head, atomic_load(&ring->done) - 8);
        break;

    case SPOIL_HEAD_ODD:
        atomic_fetch_sub(&ring->head, 3);
        break;

    case SPOIL_DONE_AHEAD:
        atomic_store(&ring->done, atomic_load(&ring->head) + 64);
        break;

    case SPOIL_LENGTH:
        entry->len = UINT32_MAX;
        break;

    case SPOIL_LENGTH_HALF:
        entry->len = (uint32_t) (mem->ring_size / 2);
        break;

    case SPOIL_PAD:
        entry->kind = MT_ENTRY_PAD;
        break;

    default:
        entry->kind = MT_PUSH_BARRIER + 1;
    }
}


static void
test_spoilt(spoil_t how)
{
    int            combine;
    void          *zone;
    rig_worker_t   bad, good;

    zone = zone_open(ZONE_SIZE);
    ok(mt_commit_is_zone(zone, ZONE_SIZE), "a zone");
    ok(!mt_commit_is_zone(zone, ZONE_SIZE - 4096), "not one of another size");

    bad = worker_open(zone, 100 + 2 * how, 8);
    good = worker_open(zone, 101 + 2 * how, 8);
    mt_commit_claim(bad.commit);
    mt_commit_claim(good.commit);

    (void) push(&bad, 0, &combine);
    (void) mt_commit_combine(good.commit);
    is_int(collect(&bad), 1, "one is done");

    (void) push(&bad, 1, &combine);
    (void) push(&bad, 2, &combine);
    (void) push(&good, 0, &combine);
    spoil(zone, how);

    is_int(mt_commit_combine(good.commit), MT_OK, "combined");
    is_int(collect(&good), 1, "the other ring's command is answered");
    is_int(bad.answers[1].status, 0, "nothing yet");
    is_int(collect(&bad), 2, "its own are");
    is_int(bad.answers[2].status, MT_STORE_FAILED, "with a failure");
    is_int(push(&bad, 3, &combine), MT_BUSY, "and no further one is taken");
    is_int(mt_commit_waiting(bad.commit), 0, "nothing is in flight");

    (void) push(&good, 1, &combine);
    is_int(mt_commit_combine(good.commit), MT_OK, "the others go on");
    is_int(collect(&good), 1, "answered");

    worker_close(&bad);
    worker_close(&good);
    munmap(zone, ZONE_SIZE);
}


int
main(void)
{
    spoil_t  how;

    if (!ok(rig_store_create(dir), "store made")) {
        return 1;
    }

    ctx.store = rig_store_open(dir);
    ctx.checkpoint = 50;
    rig_events_open(events);

    for (how = 0; how < SPOIL_COUNT; how++) {
        printf("# spoilt in way %d\n", (int) how);
        test_spoilt(how);
    }

    rig_events_close(events);
    mt_store_close(ctx.store);
    rig_store_remove(dir);

    return tap_done();
}

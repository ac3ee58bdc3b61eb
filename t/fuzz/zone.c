
/*
 * A worker that is broken writes anything into the zone: into its ring, the
 * words of its ring and those of the combiner.  No memory but the zone is
 * touched (the zone ends where its allocation does), nobody loops, and the
 * commands of another worker are answered.
 *
 * The input is a list of writes: place 1 byte, offset 2, value 8.
 */

#include "../unit/commit_rig.h"
#include "commit/mt_ring.h"


#define FUZZ_ZONE    (sizeof(mt_zone_mem_t) + MT_COMMIT_RINGS * FUZZ_RING)
#define FUZZ_RING    MT_RING_MIN_SIZE
#define FUZZ_PUSHES  20
#define FUZZ_WRITE   11


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static char           dir[] = "/tmp/mt-fuzz-XXXXXX";
static rig_machine_t  machine;


/* The disk is not tested here. */

int
fdatasync(int fd)
{
    (void) fd;

    return 0;
}


/* Nobody waits. */

int
nanosleep(const struct timespec *time, struct timespec *left)
{
    (void) time;
    (void) left;

    return 0;
}


static void
fuzz_end(void)
{
    mt_store_close(machine.store);
    rig_store_remove(dir);
}


static mt_status_t
fuzz_apply(void *ctx, mt_str_t command, mt_result_t *result)
{
    char         copy[16];
    mt_status_t  status;

    /* each byte must be readable, as the domain reads each */

    if (command.len < sizeof(copy)) {
        result->status = MT_BAD_VALUE;
        return MT_OK;
    }

    memcpy(copy, command.data + command.len - sizeof(copy), sizeof(copy));
    status = rig_machine_apply(ctx, (mt_str_t) { 16, command.data }, result);

    return status;
}


static void
fuzz_wake(void *data, unsigned ring)
{
    (void) data;

    if (ring >= MT_COMMIT_RINGS) {
        abort();
    }
}


static void
fuzz_done(void *waiter, const mt_result_t *result, void *data)
{
    if (result->status >= MT_STATUS_MAX) {
        abort();
    }

    (*(unsigned *) waiter)++;
    (void) data;
}


static void
fuzz_push(mt_commit_t *c, uint64_t id, uint64_t seq, unsigned *answers)
{
    int       combine;
    uint8_t   bytes[COMMAND_MAX];
    mt_str_t  command;

    command.data = (char *) bytes;
    command.len = rig_command(bytes, id, seq, 300);

    if (mt_commit_push(c, command, rig_push_how(seq), 0, answers, &combine)
        != MT_OK)
    {
        (*answers)++;
    }
}


/* Returns 1 if the write hides the rings of others, which nobody can tell. */

static int
fuzz_write(mt_zone_mem_t *mem, const uint8_t *p)
{
    uint64_t    value;
    unsigned    offset;
    mt_ring_t  *ring;

    offset = p[1] << 8 | p[2];
    value = mt_get_u64(p + 3);
    ring = &mem->rings[0];

    switch (p[0] % 12) {

    case 0:
        atomic_store(&ring->head, value);
        break;

    case 1:
        atomic_store(&ring->done, value);
        break;

    case 2:
        atomic_store(&ring->consumed, value);
        break;

    case 3:
        atomic_store(&ring->head, atomic_load(&ring->head) + value % 20000
                                  - 10000);
        break;

    case 4:
        atomic_store(&ring->done, atomic_load(&ring->done)
                                  + value % 2048 * 8);
        break;

    case 5:
        mem->first = (uint32_t) value;
        break;

    case 6:
        mem->taken = value;
        break;

    case 7:
        mem->applying = value;
        break;

    case 8:
        mem->ring_size = value;
        mem->epoch = value;
        break;

    case 9:
        atomic_store(&mem->nrings, (uint32_t) value);
        return value % (1ULL << 32) == 1;

    default:
        memcpy((uint8_t *) (mem + 1) + offset % (FUZZ_RING - 8), p + 3, 8);
    }

    return 0;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int             hidden;
    void           *mem;
    unsigned        i, bad, good;
    mt_machine_t    m;
    mt_commit_t    *a, *b;
    static uint64_t id;

    if (machine.store == NULL) {
        if (!rig_store_create(dir)) {
            abort();
        }

        machine.store = rig_store_open(dir);
        machine.checkpoint = 50;
        (void) atexit(fuzz_end);
    }

    if (posix_memalign(&mem, 4096, FUZZ_ZONE) != 0) {
        abort();
    }

    m = rig_machine(&machine);
    m.apply = fuzz_apply;

    if (mt_commit_format(mem, FUZZ_ZONE) != MT_OK
        || !mt_commit_is_zone(mem, FUZZ_ZONE)
        || (a = mt_commit_attach(mem, &m, fuzz_wake, NULL)) == NULL
        || (b = mt_commit_attach(mem, &m, fuzz_wake, NULL)) == NULL
        || mt_commit_claim(a) != 0 || mt_commit_claim(b) != 1)
    {
        abort();
    }

    id++;
    bad = 0;
    good = 0;
    hidden = 0;

    /* some that are done: offsets do not begin at 0 */

    for (i = 0; i < size % 11; i++) {
        fuzz_push(a, 2 * id, i, &bad);
    }

    (void) mt_commit_combine(b);
    (void) mt_commit_collect(a, fuzz_done, NULL);

    for (i = 0; i < FUZZ_PUSHES; i++) {
        fuzz_push(a, 2 * id, 100 + i, &bad);
        fuzz_push(b, 2 * id + 1, i, &good);
    }

    for (i = 0; size - i >= FUZZ_WRITE && i < 64 * FUZZ_WRITE;
         i += FUZZ_WRITE)
    {
        hidden |= fuzz_write(mem, data + i);
    }

    (void) mt_commit_combine(b);
    (void) mt_commit_collect(b, fuzz_done, NULL);
    (void) mt_commit_collect(a, fuzz_done, NULL);
    (void) mt_commit_stalled(a);
    (void) mt_commit_stalled(b);

    /* and the worker goes on */

    fuzz_push(a, 2 * id, 200, &bad);
    (void) mt_commit_combine(a);
    (void) mt_commit_collect(a, fuzz_done, NULL);

    if (good != FUZZ_PUSHES && !hidden) {
        abort();
    }

    mt_commit_detach(a);
    mt_commit_detach(b);
    free(mem);

    return 0;
}

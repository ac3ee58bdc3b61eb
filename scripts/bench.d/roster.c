
/*
 * The benchmark's side of the store: people with sessions, meetings to sign
 * into, and the check of what a run left there.  Works beside a running
 * server, through the same apply as its commits.
 *
 *     roster STORE people COUNT FILE
 *         makes the store if there is none, adds users with sessions
 *     roster STORE meetings PEOPLE-FILE MEETINGS SIZE GROUPS ORDER PAIRS-FILE
 *         adds GROUPS times MEETINGS meetings under way, of SIZE people each,
 *         everyone in one meeting of a group; the check-ins that are due, in
 *         ORDER:
 *             clustered   one group after the other: its meetings fill at a
 *                         time
 *             spread      all meetings fill at a time
 *             done        clustered, and made already
 *         prints the journal's position
 *     roster STORE check POSITION ANSWERS-FILE
 *         every check-in answered 2000 is in the store once, and nothing else
 *         that the journal holds since POSITION; prints how many there are
 *     roster STORE count POSITION
 *         how many check-ins the journal holds since POSITION: each once, and
 *         in the store
 *     roster STORE booked TAG
 *         prints INDEX BEGIN END of each meeting with the id TAG INDEX
 *     roster STORE verify
 *         all invariants of the store
 */

#include <time.h>

#include "base/mt_crypto.h"
#include "domain/auth/mt_auth.h"
#include "roster.h"


#define BENCH_MAP       (64ULL << 30)
#define BENCH_READERS   512
#define BENCH_BATCH     2000         /* commands of one transaction */
#define BENCH_SEED      88172645463325252ULL


static void
bench_log(void *data, int level, const char *text)
{
    (void) data;

    if (level > 0) {
        (void) fprintf(stderr, "%s\n", text);
    }
}


void
bench_read_begin(bench_t *b, mt_txn_t **txn)
{
    if (mt_read_begin(b->store, txn) != MT_OK) {
        bench_die("the store cannot be read");
    }
}


static uint64_t
bench_position(bench_t *b)
{
    uint64_t   position;
    mt_txn_t  *txn;

    bench_read_begin(b, &txn);
    position = mt_meta_position(txn);
    mt_read_end(txn);

    return position;
}


static void
bench_server_key(bench_t *b)
{
    mt_str_t   key;
    mt_txn_t  *txn;

    bench_read_begin(b, &txn);

    if (mt_meta_server_key(txn, &key) != 1) {
        bench_die("the store has no key");
    }

    memcpy(b->key_bytes, key.data, key.len);
    b->server_key.data = b->key_bytes;
    b->server_key.len = key.len;

    mt_read_end(txn);
}


static void
bench_start(bench_t *b, const char *path)
{
    char                why[256];
    struct timespec     now;
    mt_store_options_t  options;

    memset(b, 0, sizeof(*b));
    memset(&options, 0, sizeof(options));

    options.path = mt_cstr(path);
    options.max_size = BENCH_MAP;
    options.max_readers = BENCH_READERS;
    options.report = bench_log;

    if (mt_crypto_init() != 0
        || mt_store_create(&options, why, sizeof(why)) != MT_OK
        || mt_store_open(&b->store, &options, why, sizeof(why)) != MT_OK)
    {
        bench_die("%s", why);
    }

    b->batch = mt_batch_create(b->store, &mt_domain);
    b->arena = mt_arena_create(0);
    b->zone = mt_zone_open("Asia/Shanghai");

    if (b->batch == NULL || b->arena == NULL || b->zone == NULL) {
        bench_die("no memory, or no time zones");
    }

    b->machine = mt_batch_machine(b->batch);

    /* what was answered is in the write-ahead log, or in the store */

    if (mt_machine_settle(&b->machine) != MT_OK) {
        bench_die("the store cannot be brought up to its log");
    }

    b->settings.zone = b->zone;
    b->settings.opens_before = MT_MS_PER_HOUR;

    bench_server_key(b);

    clock_gettime(CLOCK_REALTIME, &now);
    b->now = now.tv_sec * MT_MS_PER_SECOND + now.tv_nsec / 1000000;
}


static void
bench_flush(bench_t *b)
{
    if (b->commands && b->machine.commit(b->machine.ctx) != MT_OK) {
        bench_die("the store cannot be written");
    }

    b->commands = 0;
}


static mt_result_t
bench_apply(bench_t *b, const mt_call_t *call)
{
    mt_str_t     command;
    mt_result_t  result;

    if (b->commands == 0
        && b->machine.begin(b->machine.ctx, &b->txn) != MT_OK)
    {
        bench_die("the store cannot be written");
    }

    command.len = call->command.len;
    command.data = call->command.data;

    if (b->machine.apply(b->machine.ctx, command, &result) != MT_OK
        || result.status != MT_OK)
    {
        bench_die("%s: %s", call->op->name,
                  mt_status_name((mt_status_t) result.status));
    }

    if (++b->commands == BENCH_BATCH) {
        bench_flush(b);
    }

    return result;
}


/* One command, as the operation's start() makes it, or with `args` as its
 * body.  What it made can be read after the flush. */

static mt_result_t
bench_run(bench_t *b, const mt_operation_t *op, int64_t actor, void *args,
    int start)
{
    mt_step_t  step;
    mt_call_t  call;

    memset(&call, 0, sizeof(call));
    call.arena = b->arena;
    call.settings = &b->settings;
    call.op = op;
    call.args = args;
    call.company = BENCH_COMPANY;
    call.actor = actor;
    call.now = b->now;

    step = start ? op->start(&call) : mt_command(&call, args);

    if (step != MT_STEP_COMMIT) {
        bench_die("%s: %s", op->name, mt_status_name(call.error.status));
    }

    return bench_apply(b, &call);
}


static void
bench_company(bench_t *b)
{
    int               found;
    mt_key_t          key;
    mt_str_t          record;
    mt_txn_t         *txn;
    mt_company_add_t  args;

    mt_key_company(&key, BENCH_COMPANY);

    bench_read_begin(b, &txn);
    found = mt_get(txn, MT_DB_COMPANY, &key, &record);
    mt_read_end(txn);

    if (found == 0) {
        memset(&args, 0, sizeof(args));
        mt_set(&args, company_add, num, BENCH_COMPANY);
        mt_set(&args, company_add, name, MT_STR("bench"));
        (void) bench_run(b, &mt_op_company_add, 0, &args, 0);
        bench_flush(b);
    }
}


static void
bench_people(bench_t *b, size_t count, const char *path)
{
    FILE               *file;
    size_t              i;
    int64_t             num, issued;
    mt_str_t            token;
    mt_user_edit_t      user;
    mt_session_open_t   session;

    bench_company(b);
    file = bench_open(path, "w");

    for (i = 0; i < count; i++) {
        mt_arena_reset(b->arena);

        memset(&user, 0, sizeof(user));
        mt_set(&user, user_edit, id,
               mt_arena_printf(b->arena, "bench-%llx-%zu",
                               (unsigned long long) b->now, i));
        mt_set(&user, user_edit, account, user.id);
        mt_set(&user, user_edit, name,
               mt_arena_printf(b->arena, "Student %zu", i));
        mt_set(&user, user_edit, job, MT_STR("student"));

        num = bench_run(b, &mt_op_user_add, 0, &user, 0).num;

        memset(&session, 0, sizeof(session));
        mt_set(&session, session_open, caller, MT_STR(BENCH_CALLER));

        issued = bench_run(b, &mt_op_login, num, &session, 0).time;
        token = mt_session_token(b->arena, b->server_key, BENCH_COMPANY, num,
                                 MT_STR(BENCH_CALLER), issued);

        (void) fprintf(file, "%lld %.*s\n", (long long) num, (int) token.len,
                       token.data);
    }

    bench_flush(b);
    bench_close(file, path);
}


/* The first person of all is the sponsor, who signs the others in. */

static uint32_t
bench_meeting(bench_t *b, uint64_t sponsor, const bench_person_t *people,
    size_t size)
{
    size_t             i;
    mt_str_t           leader, *refs;
    mt_strs_t          leaders, list;
    mt_meeting_edit_t  args;

    mt_arena_reset(b->arena);

    leader = mt_arena_printf(b->arena, "%llu", (unsigned long long) sponsor);
    leaders.n = 1;
    leaders.v = &leader;

    refs = mt_arena_take(b->arena, size * sizeof(mt_str_t));
    if (refs == NULL) {
        bench_die("out of memory");
    }

    for (i = 0; i < size; i++) {
        refs[i] = mt_arena_printf(b->arena, "%llu",
                                  (unsigned long long) people[i].num);
    }

    list.n = size;
    list.v = refs;

    memset(&args, 0, sizeof(args));
    mt_set(&args, meeting_edit, subject, MT_STR("Lecture"));
    mt_set(&args, meeting_edit, content, MT_STR("Introduction, in hall 1"));
    mt_set(&args, meeting_edit, place, MT_STR("Hall 1"));
    mt_set(&args, meeting_edit, begin, b->now - MT_MS_PER_MINUTE);
    mt_set(&args, meeting_edit, end, b->now + MT_MS_PER_DAY);
    mt_set(&args, meeting_edit, sign, MT_SIGN_WANTED);
    mt_set(&args, meeting_edit, creator_ref, leader);
    mt_set(&args, meeting_edit, leader_refs, leaders);
    mt_set(&args, meeting_edit, people_refs, list);

    return (uint32_t) bench_run(b, &mt_op_meeting_create, (int64_t) sponsor,
                                &args, 1).num;
}


static void
bench_sign(bench_t *b, const bench_person_t *people, const bench_pair_t *pairs,
    size_t n)
{
    size_t             i;
    mt_checkin_args_t  args;

    for (i = 0; i < n; i++) {
        mt_arena_reset(b->arena);

        memset(&args, 0, sizeof(args));
        mt_set(&args, checkin_args, ref,
               mt_arena_printf(b->arena, "%u", pairs[i].meeting));
        mt_set(&args, checkin_args, request,
               mt_arena_printf(b->arena, "%zu", i));
        mt_set(&args, checkin_args, opens_before, MT_MS_PER_HOUR);

        (void) bench_run(b, &mt_op_checkin,
                         (int64_t) people[pairs[i].person].num, &args, 0);
    }
}


static void
bench_shuffle(bench_pair_t *pairs, size_t n)
{
    size_t           i, j;
    bench_pair_t     pair;
    static uint64_t  state = BENCH_SEED;

    for (i = n; i > 1; i--) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;

        j = state % i;
        pair = pairs[i - 1];
        pairs[i - 1] = pairs[j];
        pairs[j] = pair;
    }
}


static void
bench_meetings(bench_t *b, char **argv)
{
    FILE            *file;
    size_t           i, j, k, n, group, npeople, meetings, size, groups;
    uint32_t         meeting;
    bench_pair_t    *pairs;
    bench_person_t  *people;

    people = bench_read_people(argv[0], &npeople);
    meetings = strtoul(argv[1], NULL, 10);
    size = strtoul(argv[2], NULL, 10);
    groups = strtoul(argv[3], NULL, 10);
    group = meetings * size;

    if (group == 0 || group > npeople) {
        bench_die("%zu meetings of %zu for %zu people", meetings, size,
                  npeople);
    }

    pairs = calloc(groups * group, sizeof(bench_pair_t));
    if (pairs == NULL) {
        bench_die("out of memory");
    }

    n = 0;

    for (i = 0; i < groups; i++) {
        for (j = 0; j < meetings; j++) {
            meeting = bench_meeting(b, people[0].num, people + j * size,
                                    size);

            for (k = 0; k < size; k++) {
                pairs[n].meeting = meeting;
                pairs[n++].person = (uint32_t) (j * size + k);
            }
        }

        bench_shuffle(pairs + n - group, group);
    }

    if (strcmp(argv[4], "spread") == 0) {
        bench_shuffle(pairs, n);

    } else if (strcmp(argv[4], "done") == 0) {
        bench_flush(b);
        bench_sign(b, people, pairs, n);
    }

    bench_flush(b);
    file = bench_open(argv[5], "w");

    for (i = 0; i < n; i++) {
        (void) fprintf(file, "%u %u\n", pairs[i].meeting, pairs[i].person);
    }

    bench_close(file, argv[5]);

    printf("%llu\n", (unsigned long long) bench_position(b));
    free(pairs);
    free(people);
}


int
main(int argc, char **argv)
{
    bench_t      b;
    const char  *what;

    if (argc < 3) {
        bench_die("usage: %s STORE people|meetings|check|count|booked|verify "
                  "...", argv[0]);
    }

    bench_start(&b, argv[1]);
    what = argv[2];
    argv += 3;
    argc -= 3;

    if (strcmp(what, "people") == 0 && argc == 2) {
        bench_people(&b, strtoul(argv[0], NULL, 10), argv[1]);

    } else if (strcmp(what, "meetings") == 0 && argc == 6) {
        bench_meetings(&b, argv);

    } else if (strcmp(what, "check") == 0 && argc == 2) {
        bench_check(&b, argv);

    } else if (strcmp(what, "count") == 0 && argc == 1) {
        bench_count(&b, argv[0]);

    } else if (strcmp(what, "booked") == 0 && argc == 1) {
        bench_booked(&b, argv[0]);

    } else if (strcmp(what, "verify") == 0 && argc == 0) {
        bench_verify(&b);

    } else {
        bench_die("no such command: %s", what);
    }

    mt_batch_destroy(b.batch);
    mt_store_close(b.store);
    mt_zone_close(b.zone);
    mt_arena_destroy(b.arena);

    return 0;
}

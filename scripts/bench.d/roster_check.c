
/* Compares the store with the answers of a run. */

#include "domain/verify/mt_verify.h"
#include "roster.h"


#define BENCH_OK  2000               /* weclubs: success */


/* A check-in as an answer or the journal has it. */

typedef struct {
    uint64_t  meeting;
    uint64_t  user;
    unsigned  code;
} bench_checkin_t;

typedef struct {
    size_t            n;
    bench_checkin_t  *v;
} bench_checkins_t;


static int
bench_checkin_cmp(const void *one, const void *two)
{
    const bench_checkin_t  *a = one, *b = two;

    if (a->meeting != b->meeting) {
        return a->meeting < b->meeting ? -1 : 1;
    }

    return (a->user > b->user) - (a->user < b->user);
}


static bench_checkin_t *
bench_add(bench_checkins_t *list)
{
    list->v = bench_grow(list->v, list->n, sizeof(bench_checkin_t));

    return &list->v[list->n++];
}


static void
bench_read_answers(bench_checkins_t *answers, const char *path)
{
    char             *line, *word;
    FILE             *file;
    size_t            size;
    bench_checkin_t  *answer;

    line = NULL;
    size = 0;
    file = bench_open(path, "r");

    while (getline(&line, &size, file) > 0) {
        answer = bench_add(answers);
        answer->meeting = strtoull(line, &word, 10);
        answer->user = strtoull(word, &word, 10);
        answer->code = (unsigned) strtoul(word, NULL, 10);
    }

    free(line);
    (void) fclose(file);

    qsort(answers->v, answers->n, sizeof(bench_checkin_t), bench_checkin_cmp);
}


/* Takes one entry of the journal, if it is a check-in. */

static void
bench_read_entry(bench_t *b, mt_str_t value, bench_checkins_t *journal)
{
    int64_t            meeting;
    mt_journal_t       entry;
    mt_command_t       command;
    bench_checkin_t   *checkin;
    mt_checkin_args_t  args;

    mt_arena_reset(b->arena);

    if (mt_record_decode(value, &mt_journal_model, &entry, b->arena) != MT_OK
        || mt_record_decode(entry.command, &mt_command_model, &command,
                            b->arena) != MT_OK)
    {
        bench_die("the journal cannot be read");
    }

    if (command.op != MT_CODE_checkin) {
        return;
    }

    if (mt_record_decode(command.body, &mt_checkin_args_model, &args,
                         b->arena) != MT_OK
        || !mt_parse_int(args.ref, &meeting))
    {
        bench_die("a check-in of the journal cannot be read");
    }

    checkin = bench_add(journal);
    checkin->meeting = (uint64_t) meeting;
    checkin->user = (uint64_t) command.actor;
    checkin->code = 0;
}


static void
bench_read_journal(bench_t *b, mt_txn_t *txn, uint64_t position,
    bench_checkins_t *journal)
{
    int           found;
    mt_key_t      at;
    mt_str_t      key, value;
    mt_cursor_t  *cursor;

    mt_key_serial(&at, position + 1);

    cursor = mt_cursor_open(txn, MT_DB_JOURNAL, NULL);
    if (cursor == NULL) {
        bench_die("out of memory");
    }

    found = mt_cursor_seek(cursor, &at, &key, &value);

    while (found == 1) {
        bench_read_entry(b, value, journal);
        found = mt_cursor_next(cursor, &key, &value);
    }

    mt_cursor_close(cursor);

    if (found == -1) {
        bench_die("the journal cannot be read");
    }

    qsort(journal->v, journal->n, sizeof(bench_checkin_t), bench_checkin_cmp);
}


static int
bench_has_row(mt_txn_t *txn, const bench_checkin_t *checkin)
{
    mt_key_t  key;
    mt_str_t  record;

    mt_key_num2(&key, BENCH_COMPANY, checkin->meeting, checkin->user);

    return mt_get(txn, MT_DB_CHECKIN, &key, &record) == 1;
}


/* Ends the program unless journal, rows and one user's answer agree. */

static void
bench_judge(mt_txn_t *txn, const bench_checkin_t *answer, size_t times)
{
    int          wrong;
    const char  *what;

    what = times > 1 ? "in the journal twice" : "lost";
    wrong = times > 1;

    if (answer->code == BENCH_OK) {
        wrong |= times != 1 || !bench_has_row(txn, answer);

    } else if (answer->code && times && !wrong) {
        what = "rejected, and in the store";
        wrong = 1;
    }

    if (wrong) {
        bench_die("check-in of user %llu in meeting %llu, answered %u: %s",
                  (unsigned long long) answer->user,
                  (unsigned long long) answer->meeting, answer->code, what);
    }
}


void
bench_check(bench_t *b, char **argv)
{
    size_t            i, j, times, kept;
    mt_txn_t         *txn;
    bench_checkins_t  journal, answers;

    memset(&journal, 0, sizeof(journal));
    memset(&answers, 0, sizeof(answers));

    bench_read_answers(&answers, argv[1]);

    bench_read_begin(b, &txn);
    bench_read_journal(b, txn, strtoull(argv[0], NULL, 10), &journal);

    kept = 0;
    j = 0;

    for (i = 0; i < answers.n; i++) {

        if (j < journal.n
            && bench_checkin_cmp(&journal.v[j], &answers.v[i]) < 0)
        {
            break;
        }

        for (times = 0;
             j < journal.n
             && bench_checkin_cmp(&journal.v[j], &answers.v[i]) == 0;
             j++)
        {
            times++;
        }

        bench_judge(txn, &answers.v[i], times);
        kept += times;
    }

    if (j < journal.n) {
        bench_die("a check-in of user %llu in meeting %llu that nobody made",
                  (unsigned long long) journal.v[j].user,
                  (unsigned long long) journal.v[j].meeting);
    }

    mt_read_end(txn);

    printf("%zu\n", kept);

    free(answers.v);
    free(journal.v);
}


void
bench_count(bench_t *b, const char *position)
{
    size_t            i;
    mt_txn_t         *txn;
    bench_checkins_t  journal;

    memset(&journal, 0, sizeof(journal));

    bench_read_begin(b, &txn);
    bench_read_journal(b, txn, strtoull(position, NULL, 10), &journal);

    for (i = 0; i < journal.n; i++) {
        journal.v[i].code = BENCH_OK;
        bench_judge(txn, &journal.v[i],
                    i && bench_checkin_cmp(&journal.v[i - 1],
                                           &journal.v[i]) == 0 ? 2 : 1);
    }

    mt_read_end(txn);

    printf("%zu\n", journal.n);
    free(journal.v);
}


/* A meeting whose id is the tag and a number. */

static void
bench_print_booked(bench_t *b, mt_str_t record, mt_str_t tag)
{
    int64_t       index;
    mt_str_t      rest;
    mt_meeting_t  m;

    mt_arena_reset(b->arena);

    if (mt_record_decode(record, &mt_meeting_model, &m, b->arena) != MT_OK) {
        bench_die("a meeting cannot be read");
    }

    if (m.id.len <= tag.len || memcmp(m.id.data, tag.data, tag.len) != 0) {
        return;
    }

    rest.data = m.id.data + tag.len;
    rest.len = m.id.len - tag.len;

    if (mt_parse_int(rest, &index)) {
        printf("%lld %lld %lld\n", (long long) index, (long long) m.begin,
               (long long) m.end);
    }
}


void
bench_booked(bench_t *b, const char *tag)
{
    int           found;
    mt_key_t      prefix;
    mt_str_t      key, value;
    mt_txn_t     *txn;
    mt_cursor_t  *cursor;

    mt_key_company(&prefix, BENCH_COMPANY);
    bench_read_begin(b, &txn);

    cursor = mt_cursor_open(txn, MT_DB_MEETING, &prefix);
    if (cursor == NULL) {
        bench_die("out of memory");
    }

    found = mt_cursor_first(cursor, &key, &value);

    while (found == 1) {
        bench_print_booked(b, value, mt_cstr(tag));
        found = mt_cursor_next(cursor, &key, &value);
    }

    mt_cursor_close(cursor);
    mt_read_end(txn);

    if (found == -1) {
        bench_die("the meetings cannot be read");
    }
}


static void
bench_complain(void *data, const char *text)
{
    (void) data;
    (void) fprintf(stderr, "%s\n", text);
}


void
bench_verify(bench_t *b)
{
    int64_t    breaches;
    mt_txn_t  *txn;

    bench_read_begin(b, &txn);
    breaches = mt_verify(txn, bench_complain, NULL);
    mt_read_end(txn);

    if (breaches != 0) {
        bench_die("the store breaks its invariants");
    }
}

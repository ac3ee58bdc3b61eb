
#include "background/mt_background.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>


#define MT_BACKGROUND_JOBS   8
#define MT_BACKGROUND_TEXT   1024       /* bytes of a log line */

/* ms */
#define MT_BACKGROUND_LOOK   100        /* between looks at the state, while
                                           a turn waits */
#define MT_BACKGROUND_PAUSE  1000       /* after a failure; and the longest
                                           time between two turns: another
                                           process may change the store */
#define MT_BACKGROUND_GRACE  2000       /* for open exchanges at the end */


typedef struct {
    const mt_job_t           *job;
    void                     *state;
    int64_t                   next;         /* when to run */
} mt_running_t;

struct mt_background_s {
    const mt_background_options_t  *options;
    mt_store_t                     *store;     /* in a turn */
    CURLM                          *multi;
    mt_arena_t                     *arena;     /* for commands' bodies */
    mt_running_t                    jobs[MT_BACKGROUND_JOBS];
    size_t                          njobs;

    mt_background_command_t        *first;     /* to be taken */
    mt_background_command_t       **last;

    int64_t                         ran;       /* time of the last run, ms */
    mt_background_state_t           state;
    int64_t                         deadline;  /* of open exchanges, ms of
                                                  the monotonic clock; or 0 */
    atomic_int                      woken;
};


static int mt_background_open(mt_background_t *bg);
static int mt_background_run(mt_background_t *bg);
static void mt_background_all_due(mt_background_t *bg);
static int mt_background_is_due(const mt_background_t *bg, int64_t now);
static unsigned mt_background_drive(mt_background_t *bg);
static int64_t mt_background_next(const mt_background_t *bg);
static void mt_background_wait(mt_background_t *bg, int64_t wait);
static void mt_background_look(mt_background_t *bg);


mt_background_t *
mt_background_create(const mt_background_options_t *options)
{
    mt_background_t  *bg;

    bg = calloc(1, sizeof(*bg));
    if (bg == NULL) {
        return NULL;
    }

    bg->options = options;
    bg->last = &bg->first;
    bg->multi = curl_multi_init();
    bg->arena = mt_arena_create(0);

    if (bg->multi == NULL || bg->arena == NULL || mt_background_open(bg) != 0)
    {
        mt_background_destroy(bg);
        return NULL;
    }

    return bg;
}


static int
mt_background_open(mt_background_t *bg)
{
    size_t         i;
    mt_running_t  *running;

    if (curl_multi_setopt(bg->multi, CURLMOPT_MAXCONNECTS,
                          (long) bg->options->connections) != CURLM_OK)
    {
        return -1;
    }

    for (i = 0; bg->options->jobs[i]; i++) {
        running = &bg->jobs[i];
        running->job = bg->options->jobs[i];
        running->state = running->job->open(bg);

        if (running->state == NULL) {
            return -1;
        }

        bg->njobs++;
    }

    return 0;
}


void
mt_background_destroy(mt_background_t *bg)
{
    size_t                    i;
    mt_result_t               result = { .status = MT_BUSY };
    mt_background_command_t  *command;

    if (bg == NULL) {
        return;
    }

    while ((command = mt_background_take(bg)) != NULL) {
        mt_background_done(bg, command, &result);
    }

    for (i = 0; i < bg->njobs; i++) {
        bg->jobs[i].job->close(bg->jobs[i].state);
    }

    curl_multi_cleanup(bg->multi);
    mt_arena_destroy(bg->arena);
    free(bg);
}


int64_t
mt_background_turn(mt_background_t *bg, mt_store_t *store)
{
    int64_t   wait;
    unsigned  pending;

    bg->store = store;

    /* cleared first: a later wake asks for another turn */

    atomic_store(&bg->woken, 0);
    mt_background_all_due(bg);

    for ( ;; ) {
        mt_background_look(bg);

        if (mt_background_run(bg) != 0) {
            wait = MT_BACKGROUND_PAUSE;
            pending = mt_background_drive(bg);
            mt_background_wait(bg, pending ? MT_BACKGROUND_LOOK : 0);
            break;
        }

        pending = mt_background_drive(bg);
        wait = mt_background_next(bg);

        if (pending == 0 || bg->first || atomic_load(&bg->woken)) {
            break;
        }

        mt_background_wait(bg, wait);
    }

    bg->store = NULL;

    if (pending == 0 && bg->first == NULL && bg->state != MT_BACKGROUND_GO) {
        return MT_BACKGROUND_OVER;
    }

    return pending || bg->first || atomic_load(&bg->woken) ? 0 : wait;
}


/* Waits for the network, for a wake, or for so many ms. */

static void
mt_background_wait(mt_background_t *bg, int64_t wait)
{
    if (wait > MT_BACKGROUND_LOOK) {
        wait = MT_BACKGROUND_LOOK;
    }

    if (wait > 0) {
        (void) curl_multi_poll(bg->multi, NULL, 0, (int) wait, NULL);
    }
}


static void
mt_background_look(mt_background_t *bg)
{
    int64_t  now;

    bg->state = bg->options->state(bg->options->data);

    if (bg->state != MT_BACKGROUND_FINISH) {
        return;
    }

    now = mt_monotonic_ns() / MT_NS_PER_MS;

    if (bg->deadline == 0) {
        bg->deadline = now + MT_BACKGROUND_GRACE;

    } else if (now >= bg->deadline) {
        bg->state = MT_BACKGROUND_STOP;
    }
}


/* Runs the jobs that are due, in a transaction.  Returns 0 or -1. */

static int
mt_background_run(mt_background_t *bg)
{
    size_t         i;
    int64_t        now;
    mt_txn_t      *txn;
    mt_running_t  *running;

    now = mt_realtime_ms();

    if (now < bg->ran) {

        /* the clock was set back: the jobs' times are too far away now */

        mt_background_all_due(bg);
    }

    bg->ran = now;

    if (!mt_background_is_due(bg, now)) {
        return 0;
    }

    if (mt_read_open(bg->store, &txn) != MT_OK) {
        return -1;
    }

    for (i = 0; i < bg->njobs; i++) {
        running = &bg->jobs[i];

        if (bg->state != MT_BACKGROUND_GO && running->job->drive == NULL) {
            running->next = MT_BACKGROUND_NEVER;

        } else if (running->next <= now || bg->state != MT_BACKGROUND_GO) {
            running->next = MT_BACKGROUND_NEVER;
            running->next = running->job->run(running->state, txn, now);
        }
    }

    mt_read_close(txn);

    return 0;
}


static void
mt_background_all_due(mt_background_t *bg)
{
    size_t  i;

    for (i = 0; i < bg->njobs; i++) {
        bg->jobs[i].next = 0;
    }
}


static int
mt_background_is_due(const mt_background_t *bg, int64_t now)
{
    size_t  i;

    for (i = 0; i < bg->njobs; i++) {
        if (bg->jobs[i].next <= now) {
            return 1;
        }
    }

    return bg->state != MT_BACKGROUND_GO;
}


static unsigned
mt_background_drive(mt_background_t *bg)
{
    size_t         i;
    int64_t        now;
    unsigned       pending;
    mt_running_t  *running;

    pending = 0;
    now = mt_realtime_ms();

    for (i = 0; i < bg->njobs; i++) {
        running = &bg->jobs[i];

        if (running->job->drive) {
            pending += running->job->drive(running->state, now);
        }
    }

    return pending;
}


/* Returns in how many ms the next job is due. */

static int64_t
mt_background_next(const mt_background_t *bg)
{
    size_t   i;
    int64_t  now, wait;

    now = mt_realtime_ms();
    wait = MT_BACKGROUND_PAUSE;

    for (i = 0; i < bg->njobs; i++) {
        if (bg->jobs[i].next <= now) {
            return 0;
        }

        if (bg->jobs[i].next - now < wait) {
            wait = bg->jobs[i].next - now;
        }
    }

    return wait;
}


mt_background_command_t *
mt_background_take(mt_background_t *bg)
{
    mt_background_command_t  *command;

    command = bg->first;

    if (command) {
        bg->first = command->next;

        if (bg->first == NULL) {
            bg->last = &bg->first;
        }
    }

    return command;
}


void
mt_background_done(mt_background_t *bg, mt_background_command_t *command,
    const mt_result_t *result)
{
    size_t  i;

    for (i = 0; i < bg->njobs; i++) {
        if (bg->jobs[i].state == command->job) {
            bg->jobs[i].job->done(command->job, command->cookie, result);
        }
    }

    free(command);
}


void
mt_background_wake(mt_background_t *bg)
{
    if (!atomic_exchange(&bg->woken, 1)) {
        (void) curl_multi_wakeup(bg->multi);
    }
}


const mt_background_options_t *
mt_background_options(mt_background_t *bg)
{
    return bg->options;
}


mt_store_t *
mt_background_store(mt_background_t *bg)
{
    return bg->store;
}


CURLM *
mt_background_multi(mt_background_t *bg)
{
    return bg->multi;
}


mt_background_state_t
mt_background_state(mt_background_t *bg)
{
    return bg->state;
}


void
mt_background_due(mt_background_t *bg, void *job)
{
    size_t  i;

    for (i = 0; i < bg->njobs; i++) {
        if (bg->jobs[i].state == job) {
            bg->jobs[i].next = 0;
        }
    }
}


/* A request's command is made by mt_command(), too. */

int
mt_background_give(mt_background_t *bg, void *job, const mt_operation_t *op,
    uint32_t company, const void *body, void *cookie)
{
    char                     *text;
    mt_call_t                 call;
    mt_background_command_t  *command;

    memset(&call, 0, sizeof(call));
    call.arena = bg->arena;
    call.op = op;
    call.settings = bg->options->settings;
    call.company = company;
    call.now = mt_realtime_ms();

    command = NULL;

    if (mt_command(&call, body) == MT_STEP_COMMIT) {
        command = malloc(sizeof(*command) + call.command.len);
    }

    if (command) {
        text = (char *) (command + 1);
        memcpy(text, call.command.data, call.command.len);

        command->next = NULL;
        command->job = job;
        command->cookie = cookie;
        command->command = (mt_str_t) { call.command.len, text };

        *bg->last = command;
        bg->last = &command->next;
    }

    mt_arena_reset(bg->arena);

    return command ? 0 : -1;
}


void
mt_background_log(mt_background_t *bg, int level, const char *fmt, ...)
{
    char     text[MT_BACKGROUND_TEXT];
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    bg->options->log(bg->options->data, level, text);
}


void
mt_background_count(mt_background_t *bg, mt_count_t what, uint64_t n)
{
    if (n) {
        bg->options->count(bg->options->data, what, n);
    }
}


/*
 * Requests to a dialect without a server: an exchange of the service, whose
 * command is applied at once in a transaction of its own.
 */

#ifndef DRIVE_H
#define DRIVE_H

#include <stdarg.h>

#include "fixture.h"
#include "service/mt_service.h"


#define DRIVE_BODY_MAX   (256 * 1024)
#define DRIVE_PIECE      4096


typedef struct {
    fixture_t            f;
    mt_service_t         service;
    const mt_dialect_t  *dialect;

    void               (*between)(void);    /* start and answer, or NULL */

    /* the last answer */
    int                  code;        /* the vendor's */
    int                  http;
    mt_status_t          status;
    unsigned             pieces;
    size_t               longest;     /* of the pieces, in bytes */
    mt_str_t             text;
} drive_t;


__attribute__((unused))
static void
drive_open(drive_t *d, const char *dialect)
{
    memset(d, 0, sizeof(*d));
    fixture_open_empty(&d->f);

    d->dialect = mt_dialect_find(mt_cstr(dialect));
    d->f.settings.company = FIXTURE_COMPANY;

    if (d->dialect == NULL
        || mt_service_init(&d->service, d->f.store) != MT_OK)
    {
        fixture_die("no dialect or no service");
    }
}


__attribute__((unused))
static void
drive_close(drive_t *d)
{
    mt_service_clear(&d->service);
    fixture_close(&d->f);
}


static mt_str_t
drive_no_header(void *data, mt_str_t name)
{
    (void) data;
    (void) name;

    return MT_STR("");
}


static void
drive_commit(drive_t *d, mt_exchange_t *x)
{
    mt_str_t     command;
    mt_result_t  result;

    command.data = x->call.command.data;
    command.len = x->call.command.len;

    if (mt_apply_now(d->f.batch, command, &result) == MT_OK) {
        if (mt_exchange_committed(x, &result) == MT_STEP_WORK) {
            mt_exchange_work(x);
            (void) mt_exchange_resume(x);
        }

    } else {
        mt_exchange_fail(x, MT_STORE_FAILED);
    }
}


static void
drive_answer(drive_t *d, mt_exchange_t *x)
{
    int       rc;
    mt_buf_t  all, piece;

    mt_buf_init(&all, d->f.arena, DRIVE_PIECE);
    d->pieces = 0;
    d->longest = 0;

    do {
        mt_buf_init(&piece, d->f.arena, 0);
        rc = mt_exchange_output(x, &piece, DRIVE_PIECE);
        mt_buf_put(&all, piece.data, piece.len);

        d->pieces++;

        if (piece.len > d->longest) {
            d->longest = piece.len;
        }

    } while (rc == 0);

    if (rc == -1) {
        mt_buf_str(&all, MT_STR("<broken>"));
    }

    d->text.data = all.data;
    d->text.len = all.len;
}


/* Repeats a request; the answer must be the text of d. */

static void
drive_same(drive_t *d, const mt_dialect_t *dialect, const mt_input_t *in)
{
    mt_str_t        text;
    mt_exchange_t  *x;

    text = d->text;

    x = mt_exchange_open(&d->service, dialect, &d->f.settings, in, d->f.now);
    if (x == NULL) {
        fixture_die("no memory");
    }

    mt_exchange_decode(x);

    if (mt_exchange_start(x) == MT_STEP_WORK) {
        mt_exchange_work(x);
        (void) mt_exchange_resume(x);
    }

    drive_answer(d, x);
    mt_exchange_close(x);

    if (!mt_str_eq(d->text, text)) {
        printf("# %.*s\n# %.*s\n", (int) text.len, text.data,
               (int) d->text.len, d->text.data);
        fixture_die("an answer differs when it is asked for again");
    }
}


/*
 * The answer of a read must be the same from the memo, without caches, and if
 * the view is built in full.
 */

static void
drive_again(drive_t *d, const mt_input_t *in)
{
    mt_dialect_t  whole;

    drive_same(d, d->dialect, in);
    drive_same(d, d->dialect, in);

    mt_row_cache_destroy(d->service.rows);
    d->service.rows = NULL;

    whole = *d->dialect;
    whole.by_tables = 0;

    drive_same(d, &whole, in);
}


/* Runs an exchange to its end.  Returns the text of the answer; the rest of
 * the answer is in d. */

__attribute__((unused))
static mt_str_t
drive_exchange(drive_t *d, const mt_input_t *in)
{
    int             read;
    mt_step_t       step;
    mt_exchange_t  *x;

    x = mt_exchange_open(&d->service, d->dialect, &d->f.settings, in,
                         d->f.now);
    if (x == NULL) {
        fixture_die("no memory");
    }

    mt_exchange_decode(x);
    step = mt_exchange_start(x);

    if (step == MT_STEP_WORK) {
        mt_exchange_work(x);
        step = mt_exchange_resume(x);
    }

    read = d->dialect->by_tables && step == MT_STEP_DONE && x->call.op
           && x->call.op->rows && x->call.error.status == MT_OK;

    if (step == MT_STEP_COMMIT) {
        drive_commit(d, x);
    }

    if (d->between) {
        d->between();
        read = 0;
    }

    drive_answer(d, x);

    d->code = x->code;
    d->http = mt_exchange_http_status(x);
    d->status = x->call.error.status;

    mt_exchange_close(x);

    if (read) {
        drive_again(d, in);
    }

    return d->text;
}


__attribute__((unused))
static mt_str_t
drive_send(drive_t *d, const char *method, const char *path, mt_str_t body)
{
    mt_input_t  in;

    memset(&in, 0, sizeof(in));
    in.method = mt_cstr(method);
    in.path = mt_cstr(path);
    in.body = body;
    in.header = drive_no_header;

    return drive_exchange(d, &in);
}


__attribute__((unused))
static int
drive_shows(drive_t *d, const char *part)
{
    mt_str_t  s;

    s = mt_cstr(part);

    if (memmem(d->text.data, d->text.len, s.data, s.len)) {
        return 1;
    }

    printf("# no %s in %.*s\n", part, (int) d->text.len, d->text.data);

    return 0;
}

#endif /* DRIVE_H */


/*
 * Operations and calls.  An operation is a thing that the product can do,
 * in any dialect; a call is one run of it.  A reading operation answers
 * from a read transaction; a writing one becomes a command that the commit
 * engine applies (mt_apply.h).
 *
 * The functions of an operation, in the order of a call:
 *
 *     start    event loop, read transaction open: checks what can be checked,
 *              and fills the reply (a read) or encodes the command (a write)
 *     work     a thread-pool thread, no transaction (it may open one of its
 *              own on call->store): only if start() asked for it
 *     resume   event loop, read transaction open: after work(); as start()
 *     apply    the combiner: see mt_apply.h
 *     finish   event loop, read transaction open: after the command was
 *              applied with MT_OK; fills the reply
 *     rows     event loop, read transaction open, any number of times: the
 *              list part of a reply, in pieces (mt_rows.h)
 */

#ifndef MT_OPERATION_H
#define MT_OPERATION_H

#include "commit/mt_machine.h"
#include "domain/kernel/mt_args.h"
#include "domain/kernel/mt_codes.h"
#include "domain/kernel/mt_rows.h"
#include "domain/kernel/mt_settings.h"
#include "file/mt_resources.h"


/* So many bytes of a command, or of a record, cost as much as a seat. */
#define MT_SEAT_BYTES  512

typedef enum {
    MT_STEP_DONE,          /* call->error and call->reply are the answer */
    MT_STEP_WORK,          /* run work() in a thread, then resume() */
    MT_STEP_SETTLE,        /* settle the store, then start() again */
    MT_STEP_COMMIT         /* push call->command, then finish() */
} mt_step_t;


typedef struct mt_operation_s  mt_operation_t;
typedef struct mt_apply_s      mt_apply_t;  /* kernel/mt_apply.h */
typedef struct mt_guard_s      mt_guard_t;  /* auth/mt_guard.h */

/*
 * The files in the resources folder that a call makes and deletes.  The
 * command puts `made` into a record; the service deletes that file if the
 * command is rejected or never pushed, and `dropped` after the command.  If
 * the command's fate is unknown (MT_STORE_FAILED) it deletes nothing.
 */
typedef struct {
    const char            *folder;
    const mt_blob_t       *given;       /* with the request, or NULL */
    mt_str_t               made;        /* by work(); "": none */
    mt_str_t               dropped;     /* by finish(); "": none */

    mt_status_t            status;      /* of work() */
    int                    error;       /* errno, for the error log; 0: none */
    char                   name[MT_RESOURCE_NAME];   /* made */
} mt_files_t;

struct mt_call_s {
    mt_arena_t            *arena;       /* of the request */
    const mt_settings_t   *settings;
    const mt_operation_t  *op;
    void                  *args;        /* a structure of op->args */
    uint32_t               company;
    int64_t                actor;       /* the user's number, 0: none */
    int64_t                now;         /* ms */
    mt_str_t               address;     /* the client's, as a text; "": is not
                                           known */
    mt_str_t               server_key;  /* 32 bytes: of sessions */
    mt_str_t               token_key;   /* 32 bytes: of access tokens */
    int                    trusted;     /* by an access token of the company:
                                           sees all phones */
    mt_files_t             files;
    mt_guard_t            *guard;       /* of log-ins; NULL: none */
    uint64_t               network;     /* the client's, for the guard: of all
                                           addresses that a person may have */

    int                    quiet;       /* in: the command raises no events */

    mt_store_t            *store;
    mt_txn_t              *txn;         /* while one is open */

    mt_str_t               repeat_key;  /* in: see kernel/mt_repeat.h; "": the
                                           client gave none */
    mt_str_t               repeat_digest;

    mt_buf_t               command;     /* out, with MT_STEP_COMMIT */
    size_t                 seats;       /* out, with it: its estimated cost,
                                           in attendances or what costs as
                                           much; 0: next to nothing */
    mt_result_t            result;      /* in, before finish() */

    mt_error_t             error;       /* out: status and, in the args, */
    unsigned               field;       /*   the field's number, 0: none */
    unsigned               item;        /*   its index plus 1, 0: none */

    mt_str_t               next;        /* out: the cursor of the next page of
                                           the rows, once all are given; "":
                                           there is none */
    mt_str_t               warning;     /* out: for the error log, or "" */
    int64_t                retry_after; /* out: s, 0: nothing is known */

    unsigned               hides;       /* in: MT_PART_* that the answer does
                                           not show */
    int64_t                until;       /* in: INT64_MAX; out, ms: the instant
                                           from which the clock alone would
                                           change the answer */
    void                  *reply;       /* out: a view (view/mt_views.h) */
    void                  *state;       /* the operation's own */
};


struct mt_operation_s {
    uint8_t             code;       /* MT_CODE_*; stands in the journal */
    uint8_t             kind;       /* enum mt_name of the directory's record
                                       that it replies with; 0: another */
    uint8_t             cpu_work;   /* work() keeps a processor busy for tens
                                       of milliseconds: few run at once */
    uint8_t             wal_ack;    /* success is acknowledged as soon as the
                                       command is in the write-ahead log;
                                       there is no finish() */
    uint8_t             reserve;    /* clients may use it when the store is
                                       low on space: mt_store_is_low() */
    uint8_t             unsettled;  /* start() reads nothing that a wal_ack
                                       command changes: no need to settle */
    uint8_t             memo;       /* the answer follows from the snapshot,
                                       the args, company, actor and settings,
                                       until call->until: it may be kept */
    uint8_t             grows;      /* apply() may add to what the company
                                       takes: its quota is judged */
    const char         *name;       /* $meeting_operation, metrics */
    const mt_model_t   *args;       /* the request fills them */
    const mt_model_t   *body;       /* the command carries it; NULL: a read */
    const mt_rows_t    *rows;       /* or NULL */
    mt_parts_pt         parts;      /* of the reply's view; see mt_rows_t */
    mt_step_t         (*start)(mt_call_t *call);
    void              (*work)(mt_call_t *call);
    mt_step_t         (*resume)(mt_call_t *call);
    void              (*finish)(mt_call_t *call);
    mt_status_t       (*apply)(mt_apply_t *a, const void *body,
                               mt_result_t *result);
};


/* Rejects the call, or fails it.  field: number of the args' field that the
 * status is about, 0: none.  Returns MT_STEP_DONE. */
mt_step_t mt_call_reject(mt_call_t *call, mt_status_t status, unsigned field);

/* Encodes a command with `body`, a structure of op->body, into call->command.
 * Returns MT_STEP_COMMIT, or MT_STEP_DONE with MT_NO_MEMORY. */
mt_step_t mt_command(mt_call_t *call, const void *body);

/* A start() that checks nothing: the args are the command's body.  Returns as
 * mt_command(). */
mt_step_t mt_start_command(mt_call_t *call);

#endif /* MT_OPERATION_H */


/* Commands on a company's subscription and its messages. */

#include "ctl/mt_ctl.h"

#include "domain/notify/mt_event.h"


#define MT_CTL_LISTED      100
#define MT_CTL_LISTED_MAX  10000


/* Values of `event show` that no record holds. */

#define MT_CTL_EVENT_FIELDS(F, M)                                             \
    F(M, 1, INT, company,       1, UINT32_MAX, NULL)                          \
    F(M, 2, STR, state,         0, MT_ID_MAX, NULL)                           \
    F(M, 3, INT, raised,        0, MT_NUM_MAX, NULL)                          \
    F(M, 4, INT, pending,       0, MT_NUM_MAX, NULL)                          \
    F(M, 5, INT, lag,           0, MT_NUM_MAX, NULL)    /* seconds */         \
    F(M, 6, STRS, types,        0, INT32_MAX, NULL)     /* their names */     \
    F(M, 7, INT, from,          0, MT_NUM_MAX, NULL)                          \
    F(M, 8, INT, held,          0, MT_NUM_MAX, NULL)

MT_DECLARE_MODEL(ctl_event, MT_CTL_EVENT_FIELDS);
MT_DEFINE_MODEL(ctl_event, MT_CTL_EVENT_FIELDS);

typedef struct {
    mt_subscription_t  sub;
    mt_ctl_event_t     more;
} mt_ctl_event_view_t;

#define MT_CTL_MORE  offsetof(mt_ctl_event_view_t, more)

MT_JSON_TABLE(mt_ctl_event_row,
    { "company",       MT_FIELD(ctl_event, company), MT_CTL_MORE },
    { "url",           MT_FIELD(subscription, url) },
    { "state",         MT_FIELD(ctl_event, state), MT_CTL_MORE },
    { "appkey",        MT_FIELD(subscription, owner) },
    { "aes_key",       MT_FIELD(subscription, aes_key) },
    { "token",         MT_FIELD(subscription, token) },
    { "new_aes_key",   MT_FIELD(subscription, new_aes_key) },
    { "new_token",     MT_FIELD(subscription, new_token) },
    { "types",         MT_FIELD(ctl_event, types), MT_CTL_MORE },
    { "raised",        MT_FIELD(ctl_event, raised), MT_CTL_MORE },
    { "delivered",     MT_FIELD(subscription, last) },
    { "pending",       MT_FIELD(ctl_event, pending), MT_CTL_MORE },
    { "lag_seconds",   MT_FIELD(ctl_event, lag), MT_CTL_MORE },
    { "set_aside",     MT_FIELD(subscription, aside) },
    { "journal_from",  MT_FIELD(ctl_event, from), MT_CTL_MORE },
    { "journal_held",  MT_FIELD(ctl_event, held), MT_CTL_MORE },
    { "discarded",     MT_FIELD(subscription, dropped) },
    { "failures",      MT_FIELD(subscription, failures) },
    { "failing_since", MT_FIELD(subscription, since) },
    { "attempts",      MT_FIELD(subscription, attempts) },
    { "next_try",      MT_FIELD(subscription, next_try) },
    { "error",         MT_FIELD(subscription, error) },
    { "paused",        MT_FIELD(subscription, paused) }
);


#define MT_CTL_MESSAGE_FIELDS(F, M)                                           \
    F(M, 1, INT, number,        0, MT_NUM_MAX, NULL)                          \
    F(M, 2, STR, type,          0, MT_ID_MAX, NULL)                           \
    F(M, 3, STRS, ids,          0, INT32_MAX, NULL)

MT_DECLARE_MODEL(ctl_message, MT_CTL_MESSAGE_FIELDS);
MT_DEFINE_MODEL(ctl_message, MT_CTL_MESSAGE_FIELDS);

typedef struct {
    mt_outbox_t       message;
    mt_ctl_message_t  more;
} mt_ctl_message_view_t;

#define MT_CTL_MESSAGE  offsetof(mt_ctl_message_view_t, more)

MT_JSON_TABLE(mt_ctl_message_row,
    { "seq",        MT_FIELD(ctl_message, number), MT_CTL_MESSAGE },
    { "event_type", MT_FIELD(ctl_message, type), MT_CTL_MESSAGE },
    { "ids",        MT_FIELD(ctl_message, ids), MT_CTL_MESSAGE },
    { "position",   MT_FIELD(outbox, position) },
    { "time",       MT_FIELD(outbox, time) },
    { "set_aside",  MT_FIELD(outbox, aside) },
    { "error",      MT_FIELD(outbox, error) }
);

MT_JSON_TABLE(mt_ctl_redeliver_options,
    { "from", MT_FIELD(event_redeliver, from) },
    { "to",   MT_FIELD(event_redeliver, to) }
);

MT_JSON_TABLE(mt_ctl_discard_options,
    { "from", MT_FIELD(event_discard, from) },
    { "to",   MT_FIELD(event_discard, to) }
);

MT_JSON_TABLE(mt_ctl_pause_options,
    { "paused", MT_FIELD(event_pause, paused) }
);


static mt_str_t
mt_ctl_event_state(const mt_subscription_t *sub)
{
    if (sub->url.len == 0) {
        return MT_STR("none");
    }

    if (sub->paused) {
        return MT_STR("paused");
    }

    return sub->since ? MT_STR("failing") : MT_STR("delivering");
}


/* Lists the names of the types that the subscriber takes.  Returns 0, or -1
 * without memory. */

static int
mt_ctl_event_types(mt_ctl_t *ctl, mt_ctl_event_view_t *view)
{
    size_t     n;
    int64_t    type;
    mt_str_t  *names;

    names = mt_arena_alloc(ctl->arena, 64 * sizeof(*names));
    if (names == NULL) {
        return -1;
    }

    n = 0;

    for (type = 1; mt_event_name(type); type++) {
        if (mt_subscription_takes(&view->sub, type)) {
            names[n++] = mt_cstr(mt_event_name(type));
        }
    }

    view->more.types = (mt_strs_t) { n, names };

    return 0;
}


int
mt_ctl_event_show(mt_ctl_t *ctl)
{
    int                      found;
    int64_t                  now;
    mt_txn_t                *txn;
    mt_ctl_event_view_t      view;
    mt_subscription_stat_t   stat;

    memset(&view, 0, sizeof(view));

    if (!mt_ctl_read(ctl, &txn)) {
        return MT_CTL_FAILED;
    }

    found = mt_subscription_load(txn, ctl->company, &view.sub, ctl->arena);

    if (found == 1) {
        found = mt_subscription_stat(txn, ctl->company, &view.sub, &stat,
                                     ctl->arena)
                == 0 ? 1 : -1;
        view.more.held = stat.from
                         ? (int64_t) mt_meta_position(txn) - stat.from + 1 : 0;
    }

    mt_ctl_read_end(ctl, txn);

    if (found != 1) {
        return mt_ctl_fail_status("event", found ? MT_STORE_FAILED
                                                 : MT_NO_SUBSCRIPTION);
    }

    if (mt_ctl_event_types(ctl, &view) != 0) {
        return mt_ctl_fail_status("event", MT_NO_MEMORY);
    }

    now = mt_realtime_ms();

    view.more.company = ctl->company;
    view.more.state = mt_ctl_event_state(&view.sub);
    view.more.raised = stat.raised;
    view.more.pending = stat.pending;
    view.more.from = stat.from;
    view.more.lag = stat.oldest && now > stat.oldest
                    ? (now - stat.oldest) / MT_MS_PER_SECOND : 0;

    return mt_ctl_print(ctl, &mt_ctl_event_row, &view);
}


/* Collects the ids of the records that a message is about.  Returns 1 or
 * -1. */

static int
mt_ctl_message_ids(mt_ctl_t *ctl, mt_txn_t *txn, mt_ctl_message_view_t *view)
{
    int64_t            i;
    mt_str_t          *ids;
    mt_journal_t       entry;
    const mt_event_t  *events;

    if (mt_outbox_entry(txn, &view->message, &entry, ctl->arena) != 1) {
        return -1;
    }

    ids = mt_arena_alloc(ctl->arena, (size_t) view->message.n * sizeof(*ids));
    if (ids == NULL) {
        return -1;
    }

    events = entry.events.v;

    for (i = 0; i < view->message.n; i++) {
        ids[i] = events[view->message.first + i].id;
    }

    view->more.ids = (mt_strs_t) { (size_t) view->message.n, ids };

    return 1;
}


/* Writes the next message into the list.  Returns 1, 0 if there is none, -1 on
 * failure. */

static int
mt_ctl_message(mt_ctl_t *ctl, mt_txn_t *txn, mt_db_t db, int64_t to,
    int64_t *number)
{
    int                    found;
    const char            *type;
    mt_ctl_message_view_t  view;

    memset(&view, 0, sizeof(view));

    found = mt_outbox_next(txn, db, ctl->company, *number, number,
                           &view.message, ctl->arena);

    if (found != 1 || *number > to) {
        return found == 1 ? 0 : found;
    }

    type = mt_event_name(view.message.type);

    view.more.number = *number;
    view.more.type = type ? mt_cstr(type) : MT_STR("");

    if (mt_ctl_message_ids(ctl, txn, &view) != 1) {
        return -1;
    }

    mt_json_open_object(ctl->writer);
    mt_json_members(ctl->writer, &mt_ctl_message_row, &view);
    mt_json_close_object(ctl->writer);

    mt_arena_reset(ctl->arena);

    return 1;
}


/* Reads --from and --to.  Returns 1, or 0, having said why. */

static int
mt_ctl_event_range(mt_ctl_t *ctl, int64_t *from, int64_t *to)
{
    return mt_ctl_int(ctl, MT_OPT_FROM, 1, MT_NUM_MAX, 1, from)
           && mt_ctl_int(ctl, MT_OPT_TO, 1, MT_NUM_MAX, MT_NUM_MAX, to);
}


int
mt_ctl_event_list(mt_ctl_t *ctl)
{
    int        found;
    int64_t    from, to, limit, number;
    mt_db_t    db;
    mt_txn_t  *txn;

    if (!mt_ctl_event_range(ctl, &from, &to)
        || !mt_ctl_int(ctl, MT_OPT_LIMIT, 1, MT_CTL_LISTED_MAX,
                       MT_CTL_LISTED, &limit)
        || !mt_ctl_read(ctl, &txn))
    {
        return MT_CTL_FAILED;
    }

    db = ctl->given[MT_OPT_FAILED] ? MT_DB_SET_ASIDE : MT_DB_OUTBOX;
    number = from - 1;
    found = 1;

    mt_ctl_line(ctl);
    mt_json_open_list(ctl->writer);

    while (found == 1 && limit-- > 0) {
        found = mt_ctl_message(ctl, txn, db, to, &number);
    }

    mt_json_close_list(ctl->writer);
    mt_ctl_read_end(ctl, txn);

    return found == -1 ? mt_ctl_fail_status("store", MT_STORE_FAILED)
                       : mt_ctl_flush(ctl);
}


/* Repeats the command, which handles some messages each time, until it finds
 * none, and prints how many it was. */

static int
mt_ctl_event_each(mt_ctl_t *ctl, const mt_operation_t *op,
    const mt_json_table_t *options, void *args, const char *what)
{
    int64_t    n;
    mt_call_t  call;

    n = 0;

    do {
        if (mt_ctl_run(ctl, &call, op, options, args) != MT_CTL_OK) {
            return MT_CTL_FAILED;
        }

        n += call.result.num;

    } while (call.result.num);

    mt_ctl_line(ctl);
    mt_json_open_object(ctl->writer);
    mt_json_key(ctl->writer, what);
    mt_json_int(ctl->writer, n);
    mt_json_close_object(ctl->writer);

    return mt_ctl_flush(ctl);
}


int
mt_ctl_event_redeliver(mt_ctl_t *ctl)
{
    int64_t               from, to;
    mt_event_redeliver_t  args;

    memset(&args, 0, sizeof(args));

    if (!mt_ctl_event_range(ctl, &from, &to)) {
        return MT_CTL_FAILED;
    }

    mt_set(&args, event_redeliver, from, from);
    mt_set(&args, event_redeliver, to, to);

    return mt_ctl_event_each(ctl, &mt_op_event_redeliver,
                             &mt_ctl_redeliver_options, &args, "redelivered");
}


static int
mt_ctl_event_drop(mt_ctl_t *ctl, int remove)
{
    int64_t             from, to;
    mt_event_discard_t  args;

    memset(&args, 0, sizeof(args));

    if (!mt_ctl_event_range(ctl, &from, &to)) {
        return MT_CTL_FAILED;
    }

    mt_set(&args, event_discard, from, from);
    mt_set(&args, event_discard, to, to);
    mt_set(&args, event_discard, remove, remove);

    return mt_ctl_event_each(ctl, &mt_op_event_discard,
                             &mt_ctl_discard_options, &args, "discarded");
}


int
mt_ctl_event_discard(mt_ctl_t *ctl)
{
    return mt_ctl_event_drop(ctl, 0);
}


int
mt_ctl_event_remove(mt_ctl_t *ctl)
{
    return mt_ctl_event_drop(ctl, 1);
}


static int
mt_ctl_event_set_paused(mt_ctl_t *ctl, int paused)
{
    mt_call_t         call;
    mt_event_pause_t  args;

    memset(&args, 0, sizeof(args));
    mt_set(&args, event_pause, paused, paused);

    return mt_ctl_run(ctl, &call, &mt_op_event_pause, &mt_ctl_pause_options,
                      &args)
           == MT_CTL_OK ? mt_ctl_event_show(ctl) : MT_CTL_FAILED;
}


int
mt_ctl_event_pause(mt_ctl_t *ctl)
{
    return mt_ctl_event_set_paused(ctl, 1);
}


int
mt_ctl_event_resume(mt_ctl_t *ctl)
{
    return mt_ctl_event_set_paused(ctl, 0);
}


/*
 * Dialects: how a vendor's clients spell requests and answers.  A dialect
 * knows addresses, envelopes, member names, units and error codes; nothing of
 * LMDB.  Adding one is a pair of files (mt_<name>.c, .h unless nothing needs
 * it) and one line in mt_dialects.c.
 */

#ifndef MT_DIALECT_H
#define MT_DIALECT_H

#include "domain/auth/mt_auth.h"
#include "domain/kernel/mt_names.h"
#include "domain/mt_operations.h"
#include "domain/view/mt_views.h"
#include "file/mt_form.h"
#include "json/mt_json.h"


#define MT_METHOD_GET   0x01
#define MT_METHOD_POST  0x02

typedef struct mt_dialect_s   mt_dialect_t;
typedef struct mt_exchange_s  mt_exchange_t;

/* One address: the last parts of the URI, e.g. "/meeting/sign_meeting"; "" is
 * any that the location is configured for. */

typedef struct {
    mt_str_t                path;
    unsigned                methods;
    unsigned                flags;      /* MT_ROUTE_* */
    const mt_operation_t   *operation;
    const mt_json_table_t  *request;    /* -> operation->args */
    void                  (*prepare)(mt_exchange_t *x);   /* or NULL: sets
                                           what the wire does not say, or
                                           refuses; as authenticate, after */
    const mt_json_table_t  *value;      /* members of the answer's value */
    const char             *list;       /* member that holds the rows; "" :
                                           the rows are the value itself */
    const mt_json_table_t  *row;
    const char             *inner;      /* last member of a row, or NULL: it
                                           holds the rows within the row */
    const mt_json_table_t  *inner_row;
    const char             *upload;     /* member that is a file, NULL: none;
                                           the body may be a multipart form */
} mt_route_t;

#define MT_ROUTE_PUBLIC  0x01           /* no token needed: it gives one */

/* A dialect's routes, with room for what follows from them: `hides` is filled
 * when the program, or the module, is loaded. */

#define MT_ROUTES(name, ...)                                                  \
    static const mt_route_t  name[] = { __VA_ARGS__ };                        \
    static unsigned  name##_hides[mt_nitems(name)];                           \
    __attribute__((constructor))                                              \
    static void name##_prepare(void)                                          \
    { mt_routes_prepare(name, mt_nitems(name), name##_hides); }               \
    _Static_assert(1, "takes the semicolon")

/* The members of mt_dialect_t that name them. */
#define MT_DIALECT_ROUTES(name)                                               \
    .routes = name, .nroutes = mt_nitems(name), .hides = name##_hides

/* For MT_ROUTES() alone. */
void mt_routes_prepare(const mt_route_t *routes, size_t n, unsigned *hides);


/* What came in; strings live as long as the exchange. */

typedef struct {
    mt_str_t    method;
    mt_str_t    path;         /* decoded, without the query */
    mt_str_t    query;
    mt_str_t    body;         /* empty if it is received as a form */
    mt_str_t    content_type;
    /* a header's value by lower-case name; empty when absent */
    mt_str_t  (*header)(void *data, mt_str_t name);
    void       *data;
} mt_input_t;


/*
 * One request on its way.  Owned by the service (service/mt_service.h); a
 * dialect's functions fill it.
 */

struct mt_exchange_s {
    const mt_dialect_t  *dialect;
    const mt_route_t    *route;       /* NULL: no such address */
    mt_input_t           in;
    const mt_form_t     *form;        /* in place of in.body; or NULL */
    mt_status_t          received;    /* of the form */
    mt_call_t            call;

    mt_json_decode_t     decode;
    void                *envelope;    /* the dialect's own, of the request */

    /* for logs and limits, known after decoding; empty when not given */
    mt_str_t             user;        /* as the client named it */
    mt_str_t             meeting;

    int                  code;        /* the vendor's code that was answered */
    mt_json_writer_t    *writer;
    int64_t              begun;       /* mt_monotonic_ns() when it came in */
};


/*
 * How answers that are no JSON are written.  open(): all before the rows; sets
 * x->code; 1 when rows follow.  row(): one of them.  close(): what is left, as
 * for an error, where open() gives 0.
 */
typedef struct {
    int               (*open)(mt_exchange_t *x, mt_buf_t *out);
    void              (*row)(mt_exchange_t *x, mt_buf_t *out, const void *row);
    void              (*close)(mt_exchange_t *x, mt_buf_t *out);
} mt_markup_t;

typedef struct {
    mt_str_t            name;
    mt_str_t            value;
} mt_header_t;


struct mt_dialect_s {
    mt_str_t            name;
    const mt_route_t   *routes;
    size_t              nroutes;
    const unsigned     *hides;        /* for each route: the MT_PART_* that no
                                         table of its answer names */

    /*
     * Body and query -> call.args, user, meeting; errors into call.error.
     * Event loop; no transaction; may not touch the store.
     */
    void              (*decode)(mt_exchange_t *x);

    /* Who asks: sets call.company and call.actor, or call.error.  Event loop,
     * read transaction open. */
    void              (*authenticate)(mt_exchange_t *x);

    /* The answer up to where the value's members stand, and after them; for
     * an error both are called too, with nothing between.  Sets x->code. */
    void              (*open_answer)(mt_exchange_t *x);
    void              (*close_answer)(mt_exchange_t *x);

    /* Of views they show no more than the route's tables name: the rest need
     * not be looked up. */
    unsigned            by_tables:1;

    /* or, in place of these two and of the route's tables, else NULL */
    const mt_markup_t  *markup;

    /* The vendor's code for each status; the unit test walks them all. */
    int               (*code)(mt_status_t status);

    /* The HTTP status for each; NULL: mt_status_http(). */
    int               (*http)(mt_status_t status);

    mt_str_t            content_type;
    const mt_header_t  *headers;      /* of every answer */
    size_t              nheaders;

    /*
     * Checks a location's settings while the configuration is read; NULL when
     * any settings will do.  Returns NULL if these will do, else what the
     * location lacks: the end of a sentence that names the location first.
     */
    const char       *(*check)(const mt_settings_t *settings);

    /* Messages to subscribers are worded in this dialect, by the settings of
     * its first location. */
    unsigned            words_events:1;

    /* Its tokens are sessions in the store, for settings->token_ttl each. */
    unsigned            keeps_sessions:1;
};

/* The HTTP status of an answer. */
int mt_dialect_http(const mt_dialect_t *dialect, mt_status_t status);

/* By name; NULL when there is none.  mt_dialect_at(): i-th, for listing, NULL
 * from mt_dialect_count() on. */
const mt_dialect_t *mt_dialect_find(mt_str_t name);
const mt_dialect_t *mt_dialect_at(size_t i);
size_t mt_dialect_count(void);

/* The route whose path the URI ends with, the longest if there are several;
 * NULL when none does. */
const mt_route_t *mt_route_find(const mt_dialect_t *dialect, mt_str_t path);

/* The MT_PART_* that no table of the route's answer names. */
unsigned mt_route_hides(const mt_dialect_t *dialect, const mt_route_t *route);

/* The wire path of an error of the call ("meeting_id", "actors[3]"): from
 * call.error.field, or from call.field and call.item through the route's
 * request table. */
mt_str_t mt_error_path(mt_exchange_t *x);

/* The registry: one line for each dialect. */

#define MT_DIALECTS(D)                                                        \
    D(weclubs)                                                                \
    D(h5yes)                                                                  \
    D(yunzhijia)                                                              \
    D(jituancaiyun)                                                           \
    D(quanshi)                                                                \
    D(page)

#define MT_DIALECT_EXTERN(name)  extern const mt_dialect_t  mt_dialect_##name;
MT_DIALECTS(MT_DIALECT_EXTERN)
#undef MT_DIALECT_EXTERN

#endif /* MT_DIALECT_H */

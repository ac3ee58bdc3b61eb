
/*
 * Dialects: how a vendor's clients spell requests and answers.  A dialect
 * knows paths, envelopes, member names, units and error codes; it knows
 * nothing of LMDB.  A new one takes mt_NAME.c, which defines mt_dialect_NAME,
 * and a line in MT_DIALECTS below: see src/dialect/README.md.
 */

#ifndef MT_DIALECT_H
#define MT_DIALECT_H

#include "domain/auth/mt_auth.h"
#include "domain/kernel/mt_names.h"
#include "domain/mt_operations.h"
#include "domain/view/mt_views.h"
#include "file/mt_form.h"
#include "json/mt_json.h"


#define MT_METHOD_GET     0x01         /* HEAD, too */
#define MT_METHOD_POST    0x02
#define MT_METHOD_PUT     0x04
#define MT_METHOD_PATCH   0x08
#define MT_METHOD_DELETE  0x10

/* The methods, for those who print them: M(bit's name, word). */
#define MT_METHODS(M)                                                         \
    M(GET, "GET")                                                             \
    M(POST, "POST")                                                           \
    M(PUT, "PUT")                                                             \
    M(PATCH, "PATCH")                                                         \
    M(DELETE, "DELETE")

typedef struct mt_dialect_s   mt_dialect_t;
typedef struct mt_exchange_s  mt_exchange_t;

/* A route: the operation that requests for a path call, and the tables of
 * request and answer. */

typedef struct {
    mt_str_t                path;       /* the end of the URI's path, such as
                                           "/meeting/sign_meeting"; "" fits
                                           each path of the location.  A part
                                           in braces, "{meeting}", is any text,
                                           which fills the member of that name
                                           in the request's table */
    unsigned                methods;    /* MT_METHOD_* */
    unsigned                flags;      /* MT_ROUTE_* */
    const mt_operation_t   *operation;
    const mt_json_table_t  *request;    /* fills operation->args */

    /* Sets arguments that the wire does not carry, or rejects the call; called
     * after authenticate() under the same conditions.  Or NULL. */
    void                  (*prepare)(mt_exchange_t *x);

    const mt_json_table_t  *value;      /* members of the answer's value */
    const char             *list;       /* member that holds the rows; "" if
                                           the value is the list of rows */
    const mt_json_table_t  *row;
    const char             *inner;      /* last member of a row, which holds
                                           the rows within the row; or NULL */
    const mt_json_table_t  *inner_row;
    const char             *again;      /* member that repeats the list, for
                                           clients that know it by another
                                           name: of short lists; or NULL */
    const char             *upload;     /* member that is a file, or NULL */
} mt_route_t;

#define MT_ROUTE_PUBLIC   0x01          /* needs no token: it issues one */
#define MT_ROUTE_PERSON   0x02          /* for persons alone */
#define MT_ROUTE_ADMIN    0x04          /* not for persons who are no
                                           administrators */
#define MT_ROUTE_CREATES  0x08          /* success makes something: 201 */

/* The most parts in braces of a path, and headers of one answer. */
#define MT_PARAMS_MAX   2
#define MT_HEADERS_MAX  4

/* Defines a dialect's routes.  A constructor fills their `hides` when the
 * program or the module is loaded. */

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

/* Sets hides[i], for each of n routes, to the MT_PART_* that no table of the
 * route's answer names.  Called by MT_ROUTES() alone. */
void mt_routes_prepare(const mt_route_t *routes, size_t n, unsigned *hides);


/* A request as the server received it; strings live as long as the
 * exchange. */

typedef struct {
    mt_str_t    method;
    mt_str_t    path;         /* decoded, without the query */
    mt_str_t    query;
    mt_str_t    body;         /* empty if it is received as a form */
    mt_str_t    content_type;
    uint64_t    network;      /* of the client, see mt_call_t */
    mt_str_t    address;      /* of the client */
    int         secure;       /* the client's connection is TLS */
    /* Returns a header's value by its lower-case name, "" if absent. */
    mt_str_t  (*header)(void *data, mt_str_t name);
    void       *data;
} mt_input_t;


typedef struct mt_markup_s  mt_markup_t;

typedef struct {
    mt_str_t            name;
    mt_str_t            value;
} mt_header_t;


/* An exchange: one request and its answer.  Owned by the service
 * (service/mt_service.h), filled by the dialect's functions. */

struct mt_exchange_s {
    const mt_dialect_t  *dialect;
    const mt_route_t    *route;       /* NULL: no route has the path */
    unsigned             allowed;     /* MT_METHOD_* of the path's routes */
    mt_str_t             params[MT_PARAMS_MAX];  /* parts of the path that the
                                                    route has in braces */
    mt_input_t           in;
    const mt_form_t     *form;        /* the body as a form, or NULL */
    mt_status_t          received;    /* of reading the form */
    mt_call_t            call;

    mt_json_decode_t     decode;
    void                *envelope;    /* the dialect's, of the request */

    /* for logs and rate limits, set by decode(); "" if not given */
    mt_str_t             user;        /* as the client named it: a claim */
    mt_str_t             meeting;

    /* for logs and rate limits, set by prove(); 0 if not proven */
    uint32_t             proven_company;
    int64_t              proven_user;

    int                  code;        /* the vendor's code of the answer */

    /* of the answer, set before or by open_answer() */
    int                  http;        /* HTTP status; 0: the dialect's of the
                                         call's status */
    int                  bare;        /* open_answer() has written nothing, and
                                         no more will be */
    const mt_markup_t   *markup;      /* NULL: JSON by the route's tables */
    void                *markup_state;  /* the markup's own */
    mt_str_t             content_type;  /* "": the dialect's */
    mt_header_t          headers[MT_HEADERS_MAX];
    size_t               nheaders;

    mt_json_writer_t    *writer;
    int64_t              begun;       /* mt_monotonic_ns() at the start */
};


/* Writes answers that are no JSON.  open() sets x->code, writes the part
 * before the rows and returns 1 if rows follow, 0 if not, as for an error.
 * row() writes a row, close() the part after them. */

struct mt_markup_s {
    int               (*open)(mt_exchange_t *x, mt_buf_t *out);
    void              (*row)(mt_exchange_t *x, mt_buf_t *out, const void *row);
    void              (*close)(mt_exchange_t *x, mt_buf_t *out);
};

/* Adds a header to the exchange's answer; the strings must outlive it.  More
 * than MT_HEADERS_MAX are left out. */
void mt_answer_header(mt_exchange_t *x, mt_str_t name, mt_str_t value);


struct mt_dialect_s {
    mt_str_t            name;
    const mt_route_t   *routes;
    size_t              nroutes;
    const unsigned     *hides;        /* for each route: the MT_PART_* that no
                                         table of its answer names */

    /* Decodes body, query and headers into call.args, user and meeting, or
     * sets call.error.  Event loop; no transaction is open. */
    void              (*decode)(mt_exchange_t *x);

    /* Sets proven_company and proven_user, as far as the request proves them
     * by itself: a right signature, a genuine token that has not expired.
     * Called after decode() when there is an envelope, even if call.error is
     * set, which it leaves alone.  NULL: requests prove nothing.  Event loop;
     * the read transaction is open and may lack acknowledged commands. */
    void              (*prove)(mt_exchange_t *x);

    /* Finds the requester: sets call.company and call.actor, or call.error.
     * Event loop; the read transaction is open. */
    void              (*authenticate)(mt_exchange_t *x);

    /* Write the answer before and after the members of the value.  Both are
     * called for an error too, without members.  open_answer() sets
     * x->code. */
    void              (*open_answer)(mt_exchange_t *x);
    void              (*close_answer)(mt_exchange_t *x);

    /* Answers show only those parts of a view that the route's tables name, so
     * that the operation need not look up the others. */
    unsigned            by_tables:1;

    /* Replaces open_answer(), close_answer() and the tables of answers.  Or
     * NULL. */
    const mt_markup_t  *markup;

    /* Returns the vendor's code of a status, each of which has one. */
    int               (*code)(mt_status_t status);

    /* Returns the HTTP status.  NULL: mt_status_http() does. */
    int               (*http)(mt_status_t status);

    mt_str_t            content_type;
    mt_str_t            error_type;   /* content type of errors; "": as that */
    const mt_header_t  *headers;      /* of every answer */
    size_t              nheaders;

    /* Checks a location's settings while the configuration is read.  Returns
     * NULL if they are complete, else the end of an error message that begins
     * with the location.  NULL: there is nothing to check. */
    const char       *(*check)(const mt_settings_t *settings);

    /* Messages to subscribers are worded in this dialect, by the settings of
     * its first location. */
    unsigned            words_events:1;

    /* A body may be a multipart form. */
    unsigned            reads_forms:1;

    /* Members of requests that no route's table has, such as those of an
     * envelope; NULL if there are none.  See mt_mask.h. */
    const mt_json_table_t  *beside;

    /* A segment of its paths may be a join link's code without "/k/". */
    unsigned            bare_links:1;

    /* Its tokens are sessions in the store, for settings->token_ttl each. */
    unsigned            keeps_sessions:1;

    /* Its codes are the names of statuses; code() returns HTTP statuses. */
    unsigned            words:1;

    /* Rows show times in the zone of the settings, so that one location's are
     * not another's. */
    unsigned            zoned:1;
};

/* Returns the HTTP status of an answer with this status. */
int mt_dialect_http(const mt_dialect_t *dialect, mt_status_t status);

/* Returns the dialect of this name, NULL if there is none. */
const mt_dialect_t *mt_dialect_find(mt_str_t name);

/* Lists the dialects.  mt_dialect_at() returns the i-th, NULL from
 * mt_dialect_count() on. */
const mt_dialect_t *mt_dialect_at(size_t i);
size_t mt_dialect_count(void);

/* Returns the MT_METHOD_* of a method's name, 0 if it has none. */
unsigned mt_method(mt_str_t name);

/* Returns the route with this method (MT_METHOD_*) whose path the URI's path
 * ends with: of several the one with the most parts, then with the fewest in
 * braces.  If the path has routes of other methods alone it returns one of
 * them, and NULL if it has none.  *allowed is set to the methods of these
 * routes. */
const mt_route_t *mt_route_find(const mt_dialect_t *dialect, mt_str_t path,
    unsigned method, unsigned *allowed);

/* Fills params[] with the parts of the path that the route has in braces. */
void mt_route_params(const mt_route_t *route, mt_str_t path,
    mt_str_t params[MT_PARAMS_MAX]);

/* Returns the name of the n-th part in braces, with them; "" if there are
 * fewer. */
mt_str_t mt_route_param(const mt_route_t *route, size_t n);

/* Returns the MT_PART_* that the answers of the route do not show. */
unsigned mt_route_hides(const mt_dialect_t *dialect, const mt_route_t *route);

/* Returns the wire path of the call's error ("meeting_id", "actors[3]"), ""
 * if it has none: call.error.field, or the path that the route's request table
 * gives call.field and call.item. */
mt_str_t mt_error_path(mt_exchange_t *x);

/* The registry: one line for each dialect.  The directive meeting_api, the
 * status page and the tests (t/unit/routes.c prints the list) follow it. */

#define MT_DIALECTS(D)                                                        \
    D(weclubs)                                                                \
    D(h5yes)                                                                  \
    D(yunzhijia)                                                              \
    D(jituancaiyun)                                                           \
    D(quanshi)                                                                \
    D(page)                                                                   \
    D(native)

#define MT_DIALECT_EXTERN(name)  extern const mt_dialect_t  mt_dialect_##name;
MT_DIALECTS(MT_DIALECT_EXTERN)
#undef MT_DIALECT_EXTERN

/* The path below which the server serves users' pictures to the clients of all
 * dialects, for mt_settings_t; h5yes' document names it. */
extern const mt_str_t  mt_dialect_pictures;

#endif /* MT_DIALECT_H */


/* A request of the API: its context, its waits and wakes. */

#ifndef NGX_HTTP_MEETING_REQUEST_H
#define NGX_HTTP_MEETING_REQUEST_H

#include "ngx_http_meeting_thread.h"


/* A request's place in the queue for a hash; private to that. */

typedef struct {
    ngx_queue_t                   turn;         /* among the addresses */
    ngx_queue_t                   line;         /* of its address */
    ngx_uint_t                    n;            /* of the line's first: all
                                                   that wait */
    uint64_t                      address;
} ngx_http_meeting_place_t;


/*
 * In the request's pool, with the exchange closed by the pool's cleanup.
 * nginx keeps the pool while r->blocked is set, so that a thread or a ring's
 * slot that holds a waiting request may rely on it.
 */

struct ngx_http_meeting_ctx_s {
    ngx_http_request_t           *request;
    ngx_http_meeting_loc_conf_t  *conf;
    mt_exchange_t                *exchange;     /* NULL: no body yet */
    mt_str_t                      body;
    void                         *under_way;    /* the body, while counted */

    /* waiting */
    void                        (*resume)(ngx_http_request_t *r);
    void                        (*work)(ngx_http_meeting_ctx_t *ctx);
    ngx_http_meeting_task_t       task;
    ngx_http_meeting_place_t      place;
    ngx_http_meeting_waiter_t     waiter;       /* for a commit */
    ngx_msec_t                    peek_by;      /* while it waits for that */
    ngx_msec_t                    settle_by;    /* 0: did not have to yet */
    void                         *page;         /* of meeting_status */

    /* the answer, piece by piece */
    mt_arena_t                   *pieces;
    ngx_buf_t                    *piece;

    ngx_uint_t                    retry_after;  /* seconds; 0: by default */

    ngx_str_t                     error;        /* in place of nginx's page */

    unsigned                      admitted:1;   /* to send the body */
    unsigned                      body_read:1;
    unsigned                      joined:1;     /* body */
    unsigned                      failed:1;     /* work */
    unsigned                      refused:1;    /* no room for its hash */
    unsigned                      ready:1;      /* to go on */
    unsigned                      peeked:1;     /* in vain */
    unsigned                      collected:1;  /* result, but not seen yet */
    unsigned                      answered:1;   /* the header is ours */
    unsigned                      last:1;       /* piece */
    unsigned                      dress:1;      /* error is to be sent */
};


/* Returns the new context of a request, or NULL without memory. */
ngx_http_meeting_ctx_t *ngx_http_meeting_create_ctx(ngx_http_request_t *r,
    ngx_http_meeting_loc_conf_t *mlcf);

/* Returns the context, even where nginx has cleared the request's contexts;
 * NULL if there is none. */
ngx_http_meeting_ctx_t *ngx_http_meeting_get_ctx(ngx_http_request_t *r);

/* Returns the client's IPv4 address; the first half of its IPv6 address, since
 * a customer of a provider has all of the other half; 0 for any other. */
uint64_t ngx_http_meeting_network(ngx_http_request_t *r);

/* Returns how the request ended, as far as is known.  `ctx` may be NULL. */
mt_status_t ngx_http_meeting_outcome(ngx_http_request_t *r,
    ngx_http_meeting_ctx_t *ctx);

/*
 * The request waits: nothing happens to it until ngx_http_meeting_wake(),
 * which goes on with resume(), or frees it if it was terminated meanwhile.
 * After a wake the context may be gone.
 */
void ngx_http_meeting_suspend(ngx_http_meeting_ctx_t *ctx,
    void (*resume)(ngx_http_request_t *r));
void ngx_http_meeting_wake(ngx_http_meeting_ctx_t *ctx);

#endif /* NGX_HTTP_MEETING_REQUEST_H */

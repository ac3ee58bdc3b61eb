
/*
 * Admission of a request before its body is read: nginx reads bodies after
 * its access phase, and this module before.
 */

#include "ngx_http_meeting_admit.h"


/* The addresses from which bodies are under way, of this worker.  The name of
 * a node is the address: 4 bytes, of IPv6 the 8 bytes of the network, nothing
 * of a Unix socket. */

typedef struct {
    ngx_str_node_t  name;
    ngx_uint_t      bodies;
    ngx_uint_t      told;            /* unsigned  told:1;  in the error log */
    u_char          address[8];
} ngx_http_meeting_address_t;

typedef struct {
    ngx_http_meeting_address_t  *address;       /* NULL: not counted */
} ngx_http_meeting_under_way_t;


static ngx_http_handler_pt ngx_http_meeting_find_handler(ngx_conf_t *cf,
    const char *name);
static ngx_int_t ngx_http_meeting_admit_otherwise(ngx_http_request_t *r,
    ngx_http_meeting_main_conf_t *mmcf);
static size_t ngx_http_meeting_address(struct sockaddr *sa, u_char to[8]);
static ngx_rbtree_t *ngx_http_meeting_addresses(void);
static void ngx_http_meeting_body_cleanup(void *data);


void
ngx_http_meeting_admit_init(ngx_conf_t *cf)
{
    ngx_http_meeting_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_meeting_module);

    mmcf->access = ngx_http_meeting_find_handler(cf, "ngx_http_access_module");
    mmcf->others[0] = ngx_http_meeting_find_handler(cf,
                                                "ngx_http_auth_basic_module");
    mmcf->others[1] = ngx_http_meeting_find_handler(cf,
                                              "ngx_http_auth_request_module");
}


/* The handlers are private to nginx's modules, which add them to the access
 * phase: has the module add its handler once more, and takes it off again.
 * Returns NULL if nginx lacks the module. */

static ngx_http_handler_pt
ngx_http_meeting_find_handler(ngx_conf_t *cf, const char *name)
{
    ngx_uint_t                  i, n;
    ngx_array_t                *handlers;
    ngx_module_t               *module;
    ngx_http_module_t          *ctx;
    ngx_http_handler_pt         handler;
    ngx_http_core_main_conf_t  *cmcf;

    for (i = 0; (module = cf->cycle->modules[i]) != NULL; i++) {
        if (ngx_strcmp(module->name, name) == 0) {
            break;
        }
    }

    if (module == NULL) {
        return NULL;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    handlers = &cmcf->phases[NGX_HTTP_ACCESS_PHASE].handlers;
    n = handlers->nelts;
    ctx = module->ctx;
    handler = NULL;

    if (ctx->postconfiguration && ctx->postconfiguration(cf) == NGX_OK
        && handlers->nelts == n + 1)
    {
        handler = ((ngx_http_handler_pt *) handlers->elts)[n];
    }

    handlers->nelts = n;

    return handler;
}


ngx_int_t
ngx_http_meeting_admit(ngx_http_request_t *r)
{
    ngx_int_t                      rc;
    ngx_http_core_loc_conf_t      *clcf;
    ngx_http_meeting_main_conf_t  *mmcf;

    mmcf = ngx_http_meeting_worker.conf;

    if (mmcf->access == NULL) {
        return NGX_OK;
    }

    rc = mmcf->access(r);

    if (rc == NGX_OK || rc == NGX_DECLINED) {
        return NGX_OK;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->satisfy == NGX_HTTP_SATISFY_ALL || rc != NGX_HTTP_FORBIDDEN) {
        return rc;
    }

    return ngx_http_meeting_admit_otherwise(r, mmcf);
}


/* The address is denied, and "satisfy any" holds.  A module that this one does
 * not know may let the request in, in the access phase. */

static ngx_int_t
ngx_http_meeting_admit_otherwise(ngx_http_request_t *r,
    ngx_http_meeting_main_conf_t *mmcf)
{
    ngx_int_t                   rc, status;
    ngx_uint_t                  i, known;
    ngx_http_core_main_conf_t  *cmcf;

    known = 1;
    status = NGX_HTTP_FORBIDDEN;

    for (i = 0; i < mt_nitems(mmcf->others); i++) {
        if (mmcf->others[i] == NULL) {
            continue;
        }

        known++;
        rc = mmcf->others[i](r);

        switch (rc) {

        case NGX_DECLINED:
        case NGX_HTTP_FORBIDDEN:
            break;

        case NGX_HTTP_UNAUTHORIZED:
            status = rc;
            break;

        case NGX_DONE:
            return NGX_AGAIN;

        default:
            return rc;
        }
    }

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);

    if (cmcf->phases[NGX_HTTP_ACCESS_PHASE].handlers.nelts == known) {
        return status;
    }

    /* the access phase asks for the password again */

    if (status == NGX_HTTP_UNAUTHORIZED && r->headers_out.www_authenticate) {
        r->headers_out.www_authenticate->hash = 0;
        r->headers_out.www_authenticate = NULL;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_meeting_body_enter(ngx_http_meeting_ctx_t *ctx)
{
    size_t                         len;
    u_char                         address[8];
    uint32_t                       hash;
    ngx_str_t                      name;
    ngx_rbtree_t                  *tree;
    ngx_pool_cleanup_t            *cln;
    ngx_http_request_t            *r;
    ngx_http_meeting_address_t    *a;
    ngx_http_meeting_under_way_t  *body;

    r = ctx->request;
    tree = ngx_http_meeting_addresses();

    len = ngx_http_meeting_address(r->connection->sockaddr, address);
    hash = ngx_crc32_short(address, len);

    name.len = len;
    name.data = address;

    a = (ngx_http_meeting_address_t *) ngx_str_rbtree_lookup(tree, &name,
                                                             hash);

    if (a && a->bodies >= ctx->conf->body_per_address) {

        if (!a->told) {
            a->told = 1;
            ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                          "\"meeting_body_per_address\": %ui bodies from this "
                          "address are under way, further ones get 503",
                          a->bodies);
        }

        return NGX_BUSY;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_meeting_under_way_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    if (a == NULL) {
        a = ngx_calloc(sizeof(ngx_http_meeting_address_t),
                       r->connection->log);
        if (a == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(a->address, address, len);

        a->name.node.key = hash;
        a->name.str.len = len;
        a->name.str.data = a->address;

        ngx_rbtree_insert(tree, &a->name.node);
    }

    a->bodies++;

    body = cln->data;
    body->address = a;
    cln->handler = ngx_http_meeting_body_cleanup;

    ctx->under_way = body;

    return NGX_OK;
}


void
ngx_http_meeting_body_leave(ngx_http_meeting_ctx_t *ctx)
{
    if (ctx->under_way) {
        ngx_http_meeting_body_cleanup(ctx->under_way);
        ctx->under_way = NULL;
    }
}


static void
ngx_http_meeting_body_cleanup(void *data)
{
    ngx_http_meeting_under_way_t *body = data;

    ngx_http_meeting_address_t  *a;

    a = body->address;
    body->address = NULL;

    if (a && --a->bodies == 0) {
        ngx_rbtree_delete(ngx_http_meeting_addresses(), &a->name.node);
        ngx_free(a);
    }
}


static ngx_rbtree_t *
ngx_http_meeting_addresses(void)
{
    static ngx_rbtree_t       tree;
    static ngx_rbtree_node_t  sentinel;

    if (tree.root == NULL) {
        ngx_rbtree_init(&tree, &sentinel, ngx_str_rbtree_insert_value);
    }

    return &tree;
}


/* Writes the name of the address.  A client with one IPv6 address has a whole
 * network of them.  Returns the name's length. */

static size_t
ngx_http_meeting_address(struct sockaddr *sa, u_char to[8])
{
#if (NGX_HAVE_INET6)
    struct in6_addr  *in6;
#endif

    switch (sa->sa_family) {

    case AF_INET:
        ngx_memcpy(to, &((struct sockaddr_in *) sa)->sin_addr, 4);
        return 4;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        in6 = &((struct sockaddr_in6 *) sa)->sin6_addr;

        if (IN6_IS_ADDR_V4MAPPED(in6)) {
            ngx_memcpy(to, &in6->s6_addr[12], 4);
            return 4;
        }

        ngx_memcpy(to, in6->s6_addr, 8);
        return 8;
#endif

    default:
        return 0;
    }
}


/*
 * The ceiling: a location that reads the request's body and answers 200 with a
 * fixed text.  Its cost is that of nginx, the kernel and the client alone.  A
 * query, a number, is the answer's length: blanks follow the text.
 *
 *     ceiling TEXT;         location
 *
 * Compiled straight against nginx's headers, as its configure would do it.
 */

#include "ceiling.h"


#define NGX_HTTP_CEILING_MAX  (64 * 1024 * 1024)


typedef struct {
    ngx_str_t  text;
    ngx_str_t  padded;              /* of the longest answer yet */
} ngx_http_ceiling_conf_t;


static ngx_int_t ngx_http_ceiling_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_ceiling_text(ngx_http_request_t *r,
    ngx_http_ceiling_conf_t *conf, ngx_str_t *text);
static void *ngx_http_ceiling_create_conf(ngx_conf_t *cf);
static char *ngx_http_ceiling_set(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_command_t  ngx_http_ceiling_commands[] = {

    { ngx_string("ceiling"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ceiling_set,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ceiling_conf_t, text),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_ceiling_module_ctx = {
    .create_loc_conf = ngx_http_ceiling_create_conf
};


ngx_module_t  ngx_http_ceiling_module = {
    NGX_MODULE_V1,
    &ngx_http_ceiling_module_ctx,
    ngx_http_ceiling_commands,
    NGX_HTTP_MODULE,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NGX_MODULE_V1_PADDING
};


/* configure writes these into a dynamic module's _modules.c */

ngx_module_t  *ngx_modules[] = {
    &ngx_http_ceiling_module, &ngx_http_durable_module, NULL
};
char          *ngx_module_names[] = {
    "ngx_http_ceiling_module", "ngx_http_durable_module", NULL
};
char          *ngx_module_order[] = { NULL };


static ngx_int_t
ngx_http_ceiling_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_http_ceiling_answer);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


void
ngx_http_ceiling_answer(ngx_http_request_t *r)
{
    ngx_int_t                 rc;
    ngx_buf_t                *b;
    ngx_str_t                 text;
    ngx_chain_t               out;
    ngx_http_ceiling_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_ceiling_module);

    if (ngx_http_ceiling_text(r, conf, &text) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = text.len;
    ngx_str_set(&r->headers_out.content_type,
                "application/json;charset=UTF-8");
    r->headers_out.content_type_len = r->headers_out.content_type.len;

    rc = ngx_http_send_header(r);

    b = rc == NGX_OK ? ngx_calloc_buf(r->pool) : NULL;

    if (b == NULL) {
        ngx_http_finalize_request(r, rc == NGX_OK ? NGX_ERROR : rc);
        return;
    }

    b->pos = text.data;
    b->last = b->pos + text.len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    ngx_http_finalize_request(r, ngx_http_output_filter(r, &out));
}


/*
 * Runs in a worker, which has a copy of the configuration.  A text that a
 * longer one replaces is not freed, for it may be on its way to a client; only
 * a few lengths are asked for.
 */

static ngx_int_t
ngx_http_ceiling_text(ngx_http_request_t *r, ngx_http_ceiling_conf_t *conf,
    ngx_str_t *text)
{
    u_char     *p;
    ngx_int_t   len;

    *text = conf->text;

    if (r->args.len == 0) {
        return NGX_OK;
    }

    len = ngx_atoi(r->args.data, r->args.len);

    if (len <= 0 || len > NGX_HTTP_CEILING_MAX) {
        return NGX_ERROR;
    }

    if ((size_t) len > conf->padded.len) {
        p = ngx_alloc(len + conf->text.len, r->connection->log);
        if (p == NULL) {
            return NGX_ERROR;
        }

        conf->padded.len = len;
        conf->padded.data = p;

        p = ngx_cpymem(p, conf->text.data, conf->text.len);
        ngx_memset(p, ' ', len);
    }

    text->len = len;
    text->data = conf->padded.data;

    return NGX_OK;
}


static void *
ngx_http_ceiling_create_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_ceiling_conf_t));
}


static char *
ngx_http_ceiling_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_ceiling_handler;

    return ngx_conf_set_str_slot(cf, cmd, conf);
}

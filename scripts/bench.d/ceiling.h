
/* The two ceilings are one dynamic module. */

#ifndef CEILING_H
#define CEILING_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


extern ngx_module_t  ngx_http_durable_module;

/* Answers a request whose body was read with the location's text. */
void ngx_http_ceiling_answer(ngx_http_request_t *r);

#endif /* CEILING_H */

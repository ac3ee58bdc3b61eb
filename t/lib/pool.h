
/*
 * Under AddressSanitizer what the module takes from nginx's pools is malloc's,
 * each on its own, so that overruns between neighbours show: nginx itself is
 * the one that is installed, and knows nothing of it.  scripts/build includes
 * this before all else; where nginx's headers are not in reach (configure, the
 * tests of the compiler) it is nothing.
 */

#ifndef MEETING_POOL_H
#define MEETING_POOL_H

#if __has_include(<ngx_core.h>) && __has_include(<ngx_auto_config.h>)

#include <ngx_config.h>
#include <ngx_core.h>

static inline void *
meeting_pcalloc(ngx_pool_t *pool, size_t size)
{
    void  *p;

    p = ngx_pmemalign(pool, size, 16);

    return p ? memset(p, 0, size) : NULL;
}

#define ngx_palloc(pool, size)   ngx_pmemalign(pool, size, 16)
#define ngx_pnalloc(pool, size)  ngx_pmemalign(pool, size, 16)
#define ngx_pcalloc(pool, size)  meeting_pcalloc(pool, size)

#endif

#endif /* MEETING_POOL_H */

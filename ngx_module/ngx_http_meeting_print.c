
/*
 * Text of a page of the status location; any thread.
 */

#include "ngx_http_meeting_print.h"


void
ngx_http_meeting_print(mt_buf_t *out, const char *fmt, ...)
{
    int      n;
    char     line[512];
    va_list  args;

    va_start(args, fmt);
    n = vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);

    if (n < 0 || (size_t) n >= sizeof(line)) {
        out->failed = 1;
        return;
    }

    mt_buf_put(out, line, n);
}

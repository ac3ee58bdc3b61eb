
#include "service/mt_service.h"


mt_status_t
mt_service_status(int http_status)
{
    size_t  i;

    static const struct {
        int          http;
        mt_status_t  status;
    } map[] = {
        { 403, MT_DENIED },
        { 404, MT_BAD_PATH },
        { 405, MT_BAD_METHOD },
        { 413, MT_TOO_LARGE },
        { 429, MT_LIMITED },
        { 500, MT_INTERNAL },
        { 503, MT_BUSY },
    };

    for (i = 0; i < mt_nitems(map); i++) {
        if (map[i].http == http_status) {
            return map[i].status;
        }
    }

    return http_status < 500 ? MT_BAD_REQUEST : MT_STORE_FAILED;
}

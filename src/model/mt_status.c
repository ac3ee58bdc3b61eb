
#include "model/mt_status.h"


typedef struct {
    const char  *name;
    const char  *reason;
} mt_status_text_t;


#define MT_STATUS_TEXT(number, symbol, name, reason)                          \
    [number] = { name, reason },

static const mt_status_text_t  mt_status_texts[MT_STATUS_MAX] = {
    MT_STATUSES(MT_STATUS_TEXT)
};


static const mt_status_text_t *mt_status_text(mt_status_t status);


static const mt_status_text_t *
mt_status_text(mt_status_t status)
{
    static const mt_status_text_t  unknown = { "unknown", "unknown error" };

    if ((unsigned) status >= MT_STATUS_MAX
        || mt_status_texts[status].name == NULL)
    {
        return &unknown;
    }

    return &mt_status_texts[status];
}


const char *
mt_status_name(mt_status_t status)
{
    return mt_status_text(status)->name;
}


const char *
mt_status_reason(mt_status_t status)
{
    return mt_status_text(status)->reason;
}


int
mt_status_http(mt_status_t status)
{
    switch (status) {

    case MT_BAD_REQUEST:
        return 400;

    case MT_DENIED:
        return 403;

    case MT_BAD_PATH:
        return 404;

    case MT_BAD_METHOD:
        return 405;

    case MT_TOO_LARGE:
        return 413;

    case MT_LIMITED:
        return 429;

    case MT_BUSY:
    case MT_STORE_FULL:
    case MT_STORE_FAILED:
    case MT_NO_MEMORY:
        return 503;

    case MT_INTERNAL:
        return 500;

    default:
        return 200;
    }
}

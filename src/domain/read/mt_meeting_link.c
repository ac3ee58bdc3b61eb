
/*
 * Meetings by their join links.  A link shows its meeting to anyone, of any
 * company.  The host's link and code are shown only for the host's link or
 * with a token of the meeting's company.
 */

#include "domain/meeting/mt_meeting_view.h"


static mt_step_t mt_link_start(mt_call_t *call);
static mt_step_t mt_card_start(mt_call_t *call);
static int mt_link_find(mt_call_t *call, enum mt_name kind, mt_str_t code,
    uint32_t *company, int64_t *num);
static mt_status_t mt_link_reply(mt_call_t *call, int64_t num, int host);
static mt_str_t mt_link_url(mt_call_t *call, mt_str_t code);


const mt_operation_t  mt_op_meeting_link = {
    .code = MT_CODE_meeting_link,
    .name = "meeting_link",
    .args = &mt_meeting_link_model,
    .rows = &mt_attendee_rows,
    .start = mt_link_start
};

const mt_operation_t  mt_op_meeting_card = {
    .code = MT_CODE_meeting_card,
    .name = "meeting_card",
    .args = &mt_meeting_act_model,
    .start = mt_card_start
};


static mt_step_t
mt_link_start(mt_call_t *call)
{
    int                       found, host;
    int64_t                   num;
    uint32_t                  company;
    mt_status_t               rc;
    const mt_meeting_link_t  *args;

    args = call->args;
    host = 0;

    found = mt_link_find(call, MT_NAME_ATTENDEE_CODE, args->code, &company,
                         &num);

    if (found == 0 && args->hosts) {
        found = mt_link_find(call, MT_NAME_HOST_CODE, args->code, &company,
                             &num);
        host = 1;
    }

    if (found != 1) {
        return mt_call_reject(call, found ? MT_STORE_FAILED
                                          : MT_NO_SUCH_MEETING,
                              MT_meeting_link_code);
    }

    /* the rows are read from the meeting's company */
    call->company = company;
    call->trusted = args->viewer == company;

    rc = mt_link_reply(call, num, host || args->viewer == company);

    return rc == MT_OK ? MT_STEP_DONE : mt_call_reject(call, rc, 0);
}


/* One meeting with both its links, for those who may have the host's. */

static mt_step_t
mt_card_start(mt_call_t *call)
{
    int                      may;
    mt_status_t              rc;
    mt_meeting_t             meeting;
    const mt_meeting_act_t  *args;

    args = call->args;

    rc = mt_meeting_find(call, args->ref, &meeting);
    if (rc != MT_OK) {
        return mt_call_reject(call, rc, MT_meeting_act_ref);
    }

    may = mt_meeting_may(call->txn, call->company, &meeting, call->actor,
                         args->may);
    if (may != 1) {
        return mt_call_reject(call, may ? MT_STORE_FAILED : MT_FORBIDDEN, 0);
    }

    rc = mt_link_reply(call, meeting.num, 1);

    return rc == MT_OK ? MT_STEP_DONE : mt_call_reject(call, rc, 0);
}


/* Returns 1 if found, 0 if no meeting has the code, -1 on failure. */

static int
mt_link_find(mt_call_t *call, enum mt_name kind, mt_str_t code,
    uint32_t *company, int64_t *num)
{
    int       found;
    mt_key_t  key;
    mt_str_t  value;

    if (code.len == 0) {
        return 0;
    }

    mt_key_name(&key, 0, kind, code);
    found = mt_get(call->txn, MT_DB_NAME, &key, &value);

    if (found != 1) {
        return found;
    }

    return mt_value_read_link(value, company, num)
           ? mt_company_is_open(call->txn, *company) : -1;
}


static mt_status_t
mt_link_reply(mt_call_t *call, int64_t num, int host)
{
    mt_status_t      rc;
    mt_link_t       *link;
    mt_meeting_t    *meeting;
    mt_link_view_t  *view;

    view = mt_arena_alloc(call->arena, sizeof(*view));
    if (view == NULL) {
        return MT_NO_MEMORY;
    }

    rc = mt_listing_show(call, num, 1, &view->meeting);
    if (rc != MT_OK) {
        return rc;
    }

    link = &view->link;
    meeting = &view->meeting.meeting;

    link->host = host;
    link->length = meeting->end - meeting->begin;
    link->zone = mt_zone_name(call->settings->zone);
    link->attendee_url = mt_link_url(call, meeting->attendee_code);

    if (host) {
        link->host_url = mt_link_url(call, meeting->host_code);

    } else {
        meeting->host_code.len = 0;
        meeting->pcode1.len = 0;
    }

    return link->attendee_url.len && (link->host_url.len || !host)
           ? MT_OK : MT_NO_MEMORY;
}


static mt_str_t
mt_link_url(mt_call_t *call, mt_str_t code)
{
    mt_str_t  base;

    base = call->settings->public_base;

    return mt_arena_printf(call->arena, "%.*s/k/%.*s", (int) base.len,
                           base.data, (int) code.len, code.data);
}

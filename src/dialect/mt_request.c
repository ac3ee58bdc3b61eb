
/*
 * Requests of the dialects with access tokens.
 */

#include "dialect/mt_arguments.h"
#include "dialect/mt_request.h"


static size_t mt_link_span(const char *p, const char *end);
static void mt_request_note_one(mt_exchange_t *x,
    const mt_json_member_t *member, size_t place);


MT_DEFINE_MODEL(request, MT_REQUEST_FIELDS);


mt_request_t *
mt_request_make(mt_exchange_t *x)
{
    mt_request_t  *request;

    request = mt_arena_alloc(x->call.arena,
                             MT_REQUEST_ARGS
                             + x->route->operation->args->size);
    if (request == NULL) {
        x->call.error.status = MT_NO_MEMORY;
        return NULL;
    }

    x->envelope = request;
    x->call.args = (char *) request + MT_REQUEST_ARGS;
    x->decode.arena = x->call.arena;

    return request;
}


void
mt_request_decode(mt_exchange_t *x, const mt_noted_t *noted, size_t n)
{
    mt_status_t    status;
    mt_request_t  *request;

    request = mt_request_make(x);
    if (request == NULL) {
        return;
    }

    status = mt_decode_arguments(x, x->route->request, request);

    if (status == MT_NO_MEMORY) {
        x->call.error.status = status;
        return;
    }

    if (status != MT_OK) {
        x->decode.error.status = status;
        x->decode.error.field = MT_STR("");
    }

    mt_request_note(x, noted, n);
}


/* A value that is out of bounds is not noted: logs and rate limits would keep
 * it. */

void
mt_request_note(mt_exchange_t *x, const mt_noted_t *noted, size_t n)
{
    size_t                   i, k;
    mt_str_t                 wire;
    const mt_json_table_t   *table;
    const mt_json_member_t  *member;

    table = x->route->request;

    for (i = 0; i < table->n; i++) {
        member = &table->members[i];
        wire = mt_cstr(member->wire);

        for (k = 0; k < n; k++) {
            if (mt_str_eq(wire, noted[k].wire)
                && (noted[k].field == NULL
                    || noted[k].field == member->field))
            {
                mt_request_note_one(x, member, noted[k].place);
            }
        }
    }
}


static void
mt_request_note_one(mt_exchange_t *x, const mt_json_member_t *member,
    size_t place)
{
    uint64_t     has;
    const char  *object;

    object = (const char *) x->envelope + member->base;
    memcpy(&has, object, sizeof(has));

    if (has >> member->field->number & 1) {
        memcpy((char *) x + place, object + member->field->offset,
               sizeof(mt_str_t));
    }
}


void
mt_request_prove(mt_exchange_t *x)
{
    const mt_request_t  *request;

    request = x->envelope;

    mt_request_prove_token(x, request->token);
}


void
mt_request_prove_token(mt_exchange_t *x, mt_str_t token)
{
    uint32_t      company;
    mt_call_t    *call;
    mt_status_t   status;

    call = &x->call;
    company = call->company;

    /* calls that lack a scope count for the company's limits, too */

    status = mt_token_check(call, token);

    if (status == MT_OK || status == MT_NO_SCOPE) {
        x->proven_company = call->company;
    }

    call->company = company;
}


void
mt_request_authenticate(mt_exchange_t *x)
{
    mt_call_t           *call;
    const mt_request_t  *request;

    call = &x->call;
    request = x->envelope;

    if (!(x->route->flags & MT_ROUTE_PUBLIC)) {
        call->error.status = mt_token_check(call, request->token);
    }

    if (call->error.status == MT_OK) {
        call->error = x->decode.error;
    }
}


mt_str_t
mt_link_code(mt_str_t address, mt_str_t before)
{
    mt_str_t     code;
    const char  *p, *end;

    code = MT_STR("");

    if (address.len == 0) {
        return code;
    }

    p = address.data;
    end = p + address.len;

    while ((p = memmem(p, end - p, before.data, before.len)) != NULL) {
        if (mt_link_span(p + before.len, end) == MT_LINK_CODE_LEN) {
            code = (mt_str_t) { MT_LINK_CODE_LEN, p + before.len };
        }

        p++;
    }

    return code;
}


/* Returns the number of URL-safe characters from p on. */

static size_t
mt_link_span(const char *p, const char *end)
{
    const char  *from;

    for (from = p; p < end; p++) {
        if (!mt_is_url_safe(*p)) {
            break;
        }
    }

    return p - from;
}

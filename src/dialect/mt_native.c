
/*
 * The native dialect: envelope, who asks, errors.  An answer is the thing
 * itself, with an honest HTTP status; an error is a problem of RFC 9457.
 */

#include "base/mt_crypto.h"
#include "dialect/mt_arguments.h"
#include "dialect/mt_native.h"
#include "domain/checkin/mt_checkin.h"
#include "domain/directory/mt_directory.h"
#include "domain/kernel/mt_repeat.h"


#define MT_NATIVE_CREATED       201
#define MT_NATIVE_NO_CONTENT    204
#define MT_NATIVE_NOT_MODIFIED  304
#define MT_NATIVE_UNAUTHORIZED  401
#define MT_NATIVE_FORBIDDEN     403
#define MT_NATIVE_CONFLICT      409

#define MT_NATIVE_COOKIE         "meeting"
#define MT_NATIVE_SECURE_COOKIE  "__Host-meeting"


MT_DEFINE_MODEL(native, MT_NATIVE_FIELDS);


static void mt_native_note(mt_exchange_t *x);
static int mt_native_wants_csv(mt_exchange_t *x, const mt_native_t *request);
static void mt_native_cookie(mt_exchange_t *x, mt_native_t *request);
static int mt_native_is_secure(const mt_exchange_t *x);
static mt_status_t mt_native_session(mt_exchange_t *x, mt_native_t *request);
static mt_status_t mt_native_person(mt_exchange_t *x, mt_native_t *request);
static mt_status_t mt_native_permit(mt_exchange_t *x);
static void mt_native_repeat(mt_exchange_t *x);
static int mt_native_is_foreign(mt_exchange_t *x);
static void mt_native_credential(mt_exchange_t *x);
static void mt_native_problem(mt_exchange_t *x);
static mt_str_t mt_native_field(mt_exchange_t *x);
static void mt_native_challenge(mt_exchange_t *x, mt_status_t status);
static void mt_native_set_cookie(mt_exchange_t *x);
static void mt_native_tag(mt_exchange_t *x);
static mt_str_t mt_native_place(mt_exchange_t *x, mt_str_t id);


/* The words of the HTTP statuses of rejections: 409 for each other one. */

static const struct {
    mt_status_t  status;
    int          http;
} mt_native_statuses[] = {
    { MT_BAD_JSON, 400 },
    { MT_EMPTY, 400 },
    { MT_MISSING, 400 },
    { MT_BAD_TYPE, 400 },
    { MT_BAD_VALUE, 400 },
    { MT_TOO_MANY, 400 },
    { MT_DUPLICATE_KEY, 400 },
    { MT_TOO_LONG, 400 },
    { MT_BAD_FORM, 400 },
    { MT_BAD_TIMES, 400 },
    { MT_COMPRESSED, 415 },
    { MT_CHANGED, 412 },
    { MT_KEY_REUSED, 422 },
    { MT_BAD_SIGNATURE, 401 },
    { MT_BAD_CALLER, 401 },
    { MT_NO_USER, 401 },
    { MT_NO_TOKEN, 401 },
    { MT_BAD_TOKEN, 401 },
    { MT_TOKEN_EXPIRED, 401 },
    { MT_BAD_CREDENTIAL, 401 },
    { MT_BAD_PASSWORD, 401 },
    { MT_FORBIDDEN, 403 },
    { MT_DISABLED, 403 },
    { MT_DEFAULT_PASSWORD, 403 },
    { MT_NO_SCOPE, 403 },
    { MT_WRONG_ADDRESS, 403 },
    { MT_ROOM_PERMISSION, 403 },
    { MT_NOT_LISTED, 403 },
    { MT_NOT_LEADER, 403 },
    { MT_NO_SUCH_COMPANY, 404 },
    { MT_NO_SUCH_USER, 404 },
    { MT_NO_SUCH_DEPT, 404 },
    { MT_NO_SUCH_ROOM, 404 },
    { MT_NO_SUCH_MEETING, 404 },
    { MT_NO_SUCH_ATTENDEE, 404 },
    { MT_NO_SUBSCRIPTION, 404 },
    { MT_TRIMMED, 410 },
    { MT_NO_SERIES, 404 },
    { MT_LOGIN_LIMITED, 429 },
    { MT_QR_TRIES, 429 },
};


int
mt_native_http(mt_status_t status)
{
    int     http;
    size_t  i;

    for (i = 0; i < mt_nitems(mt_native_statuses); i++) {
        if (mt_native_statuses[i].status == status) {
            return mt_native_statuses[i].http;
        }
    }

    http = mt_status_http(status);

    return status == MT_OK || http != 200 ? http : MT_NATIVE_CONFLICT;
}


/* Errors of members wait until it is known who asks. */

void
mt_native_decode(mt_exchange_t *x)
{
    mt_status_t   status;
    mt_native_t  *request;

    request = mt_arena_alloc(x->call.arena,
                             MT_NATIVE_ARGS + x->route->operation->args->size);
    if (request == NULL) {
        x->call.error.status = MT_NO_MEMORY;
        return;
    }

    x->envelope = request;
    x->call.args = (char *) request + MT_NATIVE_ARGS;
    x->decode.arena = x->call.arena;

    status = mt_decode_arguments(x, x->route->request, request);

    if (status == MT_NO_MEMORY) {
        x->call.error.status = status;
        return;
    }

    if (status != MT_OK) {
        x->decode.error.status = status;
        x->decode.error.field = MT_STR("");
    }

    mt_decode_bearer(x, &request->token);

    if (request->token.len == 0) {
        mt_native_cookie(x, request);
    }

    if (mt_native_wants_csv(x, request)) {
        x->markup = &mt_native_csv;
    }

    mt_native_note(x);
}


/* A client asks for CSV by `format`, or else by Accept. */

static int
mt_native_wants_csv(mt_exchange_t *x, const mt_native_t *request)
{
    size_t    i;
    mt_str_t  accept;

    if (mt_has(request, native, format)) {
        return request->format == 1;
    }

    accept = x->in.header(x->in.data, MT_STR("accept"));

    for (i = 0; i < x->route->request->n; i++) {
        if (x->route->request->members[i].field == MT_FIELD(native, format)) {
            return accept.len >= 8 && memcmp(accept.data, "text/csv", 8) == 0;
        }
    }

    return 0;
}


static void
mt_native_note(mt_exchange_t *x)
{
    const mt_login_t  *login;

    if (x->route->operation == &mt_op_login) {
        login = x->call.args;

        if (mt_has(login, login, mobile)) {
            x->user = login->mobile;
        }
    }

    if (mt_str_eq(mt_route_param(x->route, 0), MT_STR("{meeting}"))
        && x->params[0].len <= MT_ID_MAX)
    {
        x->meeting = x->params[0];
    }
}


/* Takes the token from the cookie. */

static void
mt_native_cookie(mt_exchange_t *x, mt_native_t *request)
{
    mt_str_t     header, name, part;
    const char  *p, *end, *next;

    name = mt_native_is_secure(x) ? MT_STR(MT_NATIVE_SECURE_COOKIE "=")
                                  : MT_STR(MT_NATIVE_COOKIE "=");
    header = x->in.header(x->in.data, MT_STR("cookie"));

    p = header.data;
    end = p + header.len;

    while (p < end) {
        while (p < end && *p == ' ') {
            p++;
        }

        next = memchr(p, ';', end - p);
        next = next ? next : end;

        part.data = p;
        part.len = next - p;

        if (part.len > name.len && memcmp(p, name.data, name.len) == 0) {
            request->token.data = p + name.len;
            request->token.len = part.len - name.len;
            request->by_cookie = 1;
            return;
        }

        p = next + 1;
    }
}


/* A server behind a proxy that ends TLS has a public address of https. */

static int
mt_native_is_secure(const mt_exchange_t *x)
{
    mt_str_t  https, base;

    https = MT_STR("https:");
    base = x->call.settings->public_base;

    return x->in.secure
           || (base.len > https.len
               && memcmp(base.data, https.data, https.len) == 0);
}


mt_str_t
mt_native_caller(mt_arena_t *arena, mt_str_t device)
{
    return mt_arena_printf(arena, "native:%.*s", (int) device.len,
                           device.data);
}


/* Reads a session's token, "PERSON.DEVICE.PROOF".  Returns MT_OK with
 * request->user and issued set, or why it is none. */

static mt_status_t
mt_native_session(mt_exchange_t *x, mt_native_t *request)
{
    mt_str_t             user, device, proof_text;
    const char          *first, *last;
    mt_status_t          rc;
    mt_session_proof_t   proof;

    user = request->token;
    first = memchr(user.data, '.', user.len);
    last = memrchr(user.data, '.', user.len);

    if (first == NULL || first == last
        || last - first - 1 > MT_ID_MAX / 2)
    {
        return MT_BAD_TOKEN;
    }

    proof_text.data = last + 1;
    proof_text.len = user.data + user.len - proof_text.data;
    device.data = first + 1;
    device.len = last - device.data;
    user.len = first - user.data;

    request->caller = mt_native_caller(x->call.arena, device);

    rc = mt_session_prove(&x->call, user, request->caller, proof_text, &proof);

    request->user = proof.user;
    request->issued = proof.issued;

    return rc;
}


/* Returns 1 for a session's token, 0 for an access token. */

static int
mt_native_of_session(const mt_native_t *request)
{
    return request->token.len
           && memchr(request->token.data, '.', request->token.len);
}


void
mt_native_prove(mt_exchange_t *x)
{
    uint32_t      company;
    mt_native_t  *request;

    request = x->envelope;
    company = x->call.company;

    if (x->route->flags & MT_ROUTE_PUBLIC) {
        return;
    }

    if (mt_native_of_session(request)) {

        if (mt_native_session(x, request) == MT_OK) {
            x->proven_company = company;
            x->proven_user = request->user;
        }

        return;
    }

    switch (mt_token_check(&x->call, request->token)) {

    case MT_OK:
    case MT_NO_SCOPE:
        x->proven_company = x->call.company;
        break;

    default:
        break;
    }

    x->call.company = company;
    x->call.trusted = 0;
}


void
mt_native_authenticate(mt_exchange_t *x)
{
    mt_call_t    *call;
    mt_native_t  *request;

    call = &x->call;
    request = x->envelope;

    if ((request->by_cookie || request->cookie) && mt_native_is_foreign(x)) {
        call->error.status = MT_FORBIDDEN;
        return;
    }

    if (!(x->route->flags & MT_ROUTE_PUBLIC)) {
        call->error.status = mt_native_of_session(request)
                             ? mt_native_person(x, request)
                             : mt_token_check(call, request->token);

        if (call->error.status == MT_OK) {
            call->error.status = mt_native_permit(x);
        }
    }

    if (call->error.status == MT_OK) {
        call->error = x->decode.error;
    }

    if (call->error.status == MT_OK) {
        mt_native_repeat(x);
    }
}


/* Sets the call's key from the request's Idempotency-Key.  A log-in has none,
 * for nobody is known yet; a check-in has it for its request id. */

static void
mt_native_repeat(mt_exchange_t *x)
{
    uint8_t    *mac, *digest, hash[MT_SHA256_LEN];
    mt_str_t    key, parts[4], body[3];
    mt_call_t  *call;

    call = &x->call;

    if (mt_method(x->in.method) != MT_METHOD_POST
        || (x->route->flags & MT_ROUTE_PUBLIC)
        || x->route->operation == &mt_op_checkin_add
        || x->route->operation == &mt_op_checkin_shown)
    {
        return;
    }

    key = mt_native_key(x);

    if (key.len == 0 || call->error.status != MT_OK) {
        return;
    }

    mac = mt_arena_take(call->arena, MT_MAC_LEN);
    digest = mt_arena_take(call->arena, MT_REPEAT_LEN);

    if (mac == NULL || digest == NULL) {
        call->error.status = MT_NO_MEMORY;
        return;
    }

    /* no key has a line break */

    parts[0] = MT_STR("idempotency key");
    parts[1] = mt_arena_printf(call->arena, "%u.%lld\n", call->company,
                               (long long) call->actor);
    parts[2] = key;
    parts[3] = mt_arena_printf(call->arena, "\n%.*s", (int) x->in.path.len,
                               x->in.path.data);

    body[0] = x->in.query;
    body[1] = MT_STR("\n");
    body[2] = x->in.body;

    if (mt_mac(call->server_key, parts, 4, mac) != 0
        || mt_sha256(body, 3, hash) != 0)
    {
        call->error.status = MT_INTERNAL;
        return;
    }

    memcpy(digest, hash, MT_REPEAT_LEN);

    call->repeat_key = (mt_str_t) { MT_MAC_LEN, (const char *) mac };
    call->repeat_digest = (mt_str_t) { MT_REPEAT_LEN, (const char *) digest };
}


/* Finds the person of a session that is in force. */

static mt_status_t
mt_native_person(mt_exchange_t *x, mt_native_t *request)
{
    mt_status_t         rc;
    mt_session_proof_t  proof;

    rc = mt_native_session(x, request);
    if (rc != MT_OK) {
        return rc;
    }

    proof.user = request->user;
    proof.issued = request->issued;

    rc = mt_session_check(&x->call, request->caller, &proof);

    if (rc == MT_OK) {
        x->call.actor = proof.user;
    }

    return rc;
}


/* Judges whether the route is for this kind of caller. */

static mt_status_t
mt_native_permit(mt_exchange_t *x)
{
    int  admin;

    if ((x->route->flags & MT_ROUTE_PERSON) && x->call.actor == 0) {
        return MT_FORBIDDEN;
    }

    if (!(x->route->flags & MT_ROUTE_ADMIN) || x->call.actor == 0) {
        return MT_OK;
    }

    admin = mt_native_is_admin(x);

    /* an administrator sees whole phones, as the company does */

    x->call.trusted = admin == 1;

    return admin == 1 ? MT_OK : admin ? MT_STORE_FAILED : MT_FORBIDDEN;
}


int
mt_native_is_admin(mt_exchange_t *x)
{
    int         found;
    mt_user_t   user;
    mt_call_t  *call;

    call = &x->call;

    found = call->actor == 0
            ? 0 : mt_user_load(call->txn, call->company, call->actor, &user,
                               call->arena);

    return found == 1 ? user.admin && mt_user_may_log_in(&user) : found;
}


/* Returns 1 if a browser says that a page of another site sends the request,
 * which a cookie would carry out; else 0.  Reading is left to the cookie's
 * SameSite. */

static int
mt_native_is_foreign(mt_exchange_t *x)
{
    mt_str_t  site, origin, host;

    if (mt_method(x->in.method) == MT_METHOD_GET) {
        return 0;
    }

    site = x->in.header(x->in.data, MT_STR("sec-fetch-site"));

    if (site.len) {
        return !mt_str_eq(site, MT_STR("same-origin"))
               && !mt_str_eq(site, MT_STR("none"));
    }

    origin = x->in.header(x->in.data, MT_STR("origin"));

    if (origin.len == 0) {
        return 0;
    }

    host = x->in.header(x->in.data, MT_STR("host"));

    return origin.len < host.len + 3
           || memcmp(origin.data + origin.len - host.len, host.data, host.len)
              != 0
           || memcmp(origin.data + origin.len - host.len - 3, "://", 3) != 0;
}


void
mt_native_open_answer(mt_exchange_t *x)
{
    mt_str_t                 id;
    mt_status_t              status;
    const mt_route_t        *route;
    const mt_signed_view_t  *view;

    status = x->call.error.status;
    route = x->route;

    x->http = 0;
    x->bare = 0;
    x->nheaders = 0;
    x->code = mt_native_http(status);

    if (status != MT_OK) {
        mt_native_problem(x);
        return;
    }

    if (route->operation == &mt_op_login
        || route->operation == &mt_op_session_close)
    {
        mt_native_set_cookie(x);
    }

    if (route->operation == &mt_op_checkin_add) {
        view = x->call.reply;
        id = mt_native_place(x, view->person.derived.id);
        mt_answer_header(x, MT_STR("Location"), id);
    }

    if (route->operation == &mt_op_meeting_card
        || route->operation == &mt_op_meeting_update)
    {
        mt_native_tag(x);
    }

    if (route->value == NULL && route->list == NULL
        && route->operation != &mt_op_credential_add)
    {
        x->http = MT_NATIVE_NO_CONTENT;
        x->bare = 1;

    } else if (route->flags & MT_ROUTE_CREATES) {
        x->http = MT_NATIVE_CREATED;
    }

    if (!x->bare && x->markup == NULL) {
        mt_json_open_object(x->writer);
    }
}


void
mt_native_close_answer(mt_exchange_t *x)
{
    int64_t             expires;
    const mt_native_t  *request;

    if (x->call.error.status == MT_OK && x->route->list) {
        mt_json_key(x->writer, "next");

        if (x->call.next.len) {
            mt_json_string(x->writer, x->call.next);

        } else {
            mt_json_null(x->writer);
        }
    }

    if (x->call.error.status == MT_OK && x->route->operation == &mt_op_login) {
        request = x->envelope;
        expires = x->call.result.time + x->call.settings->token_ttl;

        mt_json_key(x->writer, "device");
        mt_json_string(x->writer, request->device);

        if (!request->cookie) {
            mt_json_key(x->writer, "token");
            mt_json_string(x->writer, request->token);
        }

        mt_json_key(x->writer, "expires");
        mt_wire_iso.write(x->writer, NULL, &expires);
    }

    if (x->call.error.status == MT_OK
        && x->route->operation == &mt_op_credential_add)
    {
        mt_native_credential(x);
    }

    mt_json_close_object(x->writer);
}


/* Writes the members of a new credential: its secret is shown this once. */

static void
mt_native_credential(mt_exchange_t *x)
{
    const mt_native_t          *request;
    const mt_credential_add_t  *args;

    args = x->call.args;
    request = x->envelope;

    mt_json_key(x->writer, "appid");
    mt_json_string(x->writer, args->appid);
    mt_json_key(x->writer, "appkey");
    mt_json_string(x->writer, args->appkey);
    mt_json_key(x->writer, "appsecret");
    mt_json_string(x->writer, request->secret);
}


/* Writes the members of a problem.  A log-in does not tell whether there is
 * such a person. */

static void
mt_native_problem(mt_exchange_t *x)
{
    mt_str_t      field, word;
    mt_status_t   status;

    status = x->call.error.status;

    if (status == MT_NO_SUCH_USER && x->route
        && x->route->operation == &mt_op_login)
    {
        status = MT_BAD_PASSWORD;
        x->http = MT_NATIVE_UNAUTHORIZED;
        x->code = x->http;
    }

    field = status == MT_BAD_PASSWORD ? MT_STR("password")
                                      : mt_native_field(x);
    word = mt_cstr(mt_status_name(status));

    mt_native_challenge(x, status);

    mt_json_open_object(x->writer);

    mt_json_key(x->writer, "type");
    mt_json_string(x->writer, mt_arena_printf(x->call.arena,
                                              "urn:meeting:problem:%.*s",
                                              (int) word.len, word.data));
    mt_json_key(x->writer, "title");
    mt_json_string(x->writer, mt_cstr(mt_status_reason(status)));
    mt_json_key(x->writer, "status");
    mt_json_int(x->writer, x->code);
    mt_json_key(x->writer, "code");
    mt_json_string(x->writer, word);

    if (field.len) {
        mt_json_key(x->writer, status == MT_NO_SCOPE ? "scope" : "field");
        mt_json_string(x->writer, field);
    }

    if (status == MT_SIGNED_ALREADY && x->call.result.detail) {
        mt_json_key(x->writer, "signed_in_at");
        mt_wire_iso.write(x->writer, NULL, &x->call.result.detail);
    }
}


/* Returns the error's path without the braces of a part of the address. */

static mt_str_t
mt_native_field(mt_exchange_t *x)
{
    mt_str_t  path;

    path = mt_error_path(x);

    if (path.len > 2 && path.data[0] == '{'
        && path.data[path.len - 1] == '}')
    {
        path.data++;
        path.len -= 2;
    }

    return path;
}


static void
mt_native_challenge(mt_exchange_t *x, mt_status_t status)
{
    const char  *error;

    error = status == MT_BAD_TOKEN || status == MT_TOKEN_EXPIRED
            ? ", error=\"invalid_token\""
            : status == MT_NO_SCOPE ? ", error=\"insufficient_scope\"" : "";

    if (x->code == MT_NATIVE_UNAUTHORIZED || status == MT_NO_SCOPE) {
        mt_answer_header(x, MT_STR("WWW-Authenticate"),
                         mt_arena_printf(x->call.arena,
                                         "Bearer realm=\"meeting\"%s",
                                         error));
    }
}


/* A log-in gives a cookie if it asks for one, and a log-out by a cookie ends
 * it.  The name's prefix __Host- has a browser check the attributes. */

static void
mt_native_set_cookie(mt_exchange_t *x)
{
    int           secure;
    mt_str_t      value;
    long long     age;
    mt_native_t  *request;

    request = x->envelope;
    secure = mt_native_is_secure(x);

    if (x->route->operation == &mt_op_login) {
        request->token = mt_arena_printf(
            x->call.arena, "%lld.%.*s.%.*s", (long long) x->call.actor,
            (int) request->device.len, request->device.data,
            (int) ((mt_login_view_t *) x->call.reply)->session.token.len,
            ((mt_login_view_t *) x->call.reply)->session.token.data);

        value = request->token;
        age = x->call.settings->token_ttl / MT_MS_PER_SECOND;

        if (!request->cookie) {
            return;
        }

    } else {
        value = MT_STR("");
        age = 0;

        if (!request->by_cookie) {
            return;
        }
    }

    value = mt_arena_printf(x->call.arena, "%s=%.*s; Path=/; Max-Age=%lld; "
                            "HttpOnly; SameSite=Strict%s",
                            secure ? MT_NATIVE_SECURE_COOKIE
                                   : MT_NATIVE_COOKIE,
                            (int) value.len, value.data, age,
                            secure ? "; Secure" : "");

    mt_answer_header(x, MT_STR("Set-Cookie"), value);
}


/* Adds the meeting's ETag; a client that has this state gets no body. */

static void
mt_native_tag(mt_exchange_t *x)
{
    mt_str_t  tag, known;

    tag = mt_native_etag(x, x->call.reply);
    mt_answer_header(x, MT_STR("ETag"), tag);

    known = x->in.header(x->in.data, MT_STR("if-none-match"));

    if (mt_method(x->in.method) == MT_METHOD_GET && known.len
        && memmem(known.data, known.len, tag.data, tag.len))
    {
        x->http = MT_NATIVE_NOT_MODIFIED;
        x->bare = 1;
    }
}


/* The part before the dash is the time of the last change in hex digits. */

int
mt_native_if_match(mt_exchange_t *x, int64_t *updated)
{
    int       digit;
    size_t    i;
    mt_str_t  tag;

    tag = x->in.header(x->in.data, MT_STR("if-match"));

    if (tag.len == 0 || mt_str_eq(tag, MT_STR("*"))) {
        return 0;
    }

    *updated = 0;

    for (i = 1; tag.data[0] == '"' && i < tag.len && i < 13; i++) {
        if (tag.data[i] == '-') {
            return i > 1;
        }

        digit = tag.data[i] >= '0' && tag.data[i] <= '9'
                ? tag.data[i] - '0'
                : tag.data[i] >= 'a' && tag.data[i] <= 'f'
                ? tag.data[i] - 'a' + 10 : -1;
        if (digit < 0) {
            return -1;
        }

        *updated = *updated << 4 | digit;
    }

    return -1;
}


mt_str_t
mt_native_key(mt_exchange_t *x)
{
    mt_str_t  key;

    key = x->in.header(x->in.data, MT_STR("idempotency-key"));

    if (key.len > MT_ID_MAX || !mt_utf8_valid(key)) {
        x->call.error = (mt_error_t) { MT_TOO_LONG,
                                       MT_STR("Idempotency-Key") };
        return MT_STR("");
    }

    return key;
}


mt_str_t
mt_native_etag(mt_exchange_t *x, const mt_meeting_view_t *view)
{
    const mt_tally_t  *tally;

    tally = &view->tally;

    return mt_arena_printf(x->call.arena,
                           "\"%llx-%llx.%llx.%llx.%llx.%llx.%d\"",
                           (long long) view->meeting.updated,
                           (long long) tally->total,
                           (long long) tally->signed_in,
                           (long long) tally->late,
                           (long long) tally->accepted,
                           (long long) tally->declined,
                           (int) view->derived.phase);
}


/* Returns the address of a thing below the request's, for Location. */

static mt_str_t
mt_native_place(mt_exchange_t *x, mt_str_t id)
{
    char      *p, *to;
    size_t     i;
    uint8_t    c;
    mt_str_t   path;

    static const char  hex[] = "0123456789ABCDEF";

    path = x->in.path;

    to = mt_arena_take(x->call.arena, 3 * (path.len + id.len) + 1);
    if (to == NULL) {
        return MT_STR("");
    }

    p = to;

    for (i = 0; i < path.len + 1 + id.len; i++) {
        c = i < path.len ? (uint8_t) path.data[i]
            : i == path.len ? '/' : (uint8_t) id.data[i - path.len - 1];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9') || memchr("-._~", c, 4)
            || (c == '/' && i <= path.len))
        {
            *p++ = (char) c;

        } else {
            *p++ = '%';
            *p++ = hex[c >> 4];
            *p++ = hex[c & 0xf];
        }
    }

    return (mt_str_t) { (size_t) (p - to), to };
}
